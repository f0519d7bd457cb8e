//! Words for enums and numbers. Words of findings arrive rendered in the snapshot.

use crate::model::check::{CheckResult, Outcome, VendorStep};
use crate::model::evidence::Source;
use crate::model::finding::Evidence;
use crate::model::host::{Interface, LinkKind};
use crate::model::rule::Scope;
use crate::model::snapshot::LinkHealth;
use crate::model::{Basis, LedSet, LedState, Level, Snapshot};

/// "less than a minute ago", "4 min ago", "2 h ago", "3 d ago". Whole minutes, since a quiet window is painted anew once a minute.
pub fn age(ms: u64) -> String {
    match ms / 60_000 {
        0 => "less than a minute ago".into(),
        minutes @ 1..=99 => format!("{minutes} min ago"),
        minutes @ 100..=2879 => format!("{} h ago", minutes / 60),
        minutes => format!("{} d ago", minutes / 1440),
    }
}

/// "80 ms", "1.4 s".
pub fn took(ms: u64) -> String {
    if ms < 1000 { format!("{ms} ms") } else { format!("{}.{} s", ms / 1000, ms % 1000 / 100) }
}

/// How a statement came about, as the beginning of a phrase.
pub fn basis(basis: Basis) -> &'static str {
    match basis {
        Basis::Reported => "reported by the box",
        Basis::Measured => "measured by this computer",
        Basis::Seen => "seen by you",
        Basis::Inferred => "inferred",
        Basis::None => "no evidence",
    }
}

/// The same of one line of evidence: what was pasted is another machine's report, not the box's.
pub fn known_by(e: &Evidence) -> &'static str {
    if e.is_pasted() { "reported by the firewall, the switch or the DHCP server" } else { basis(e.basis) }
}

pub fn source(source: Source) -> &'static str {
    match source {
        Source::Neighbour => "neighbour table",
        Source::Dhcp => "DHCP",
        Source::Mdns => "mDNS",
        Source::Console => "console",
        Source::Typed => "typed in",
        Source::Installer => "you",
        Source::PlugIn => "plug-in finder",
        Source::Pasted => "pasted text",
    }
}

/// "blinking red", "blinking red or solid green", "not known".
pub fn led_set(set: LedSet) -> String {
    if set == LedSet::ALL || set.is_empty() {
        return "not known".into();
    }
    let words: Vec<&str> = set.iter().map(LedState::label).collect();
    match words.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, head)) => format!("{} or {last}", head.join(", ")),
        None => "not known".into(),
    }
}

/// First letter large.
pub fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |c| c.to_uppercase().chain(chars).collect())
}

pub fn level(level: Level) -> &'static str {
    match level {
        Level::Ok => "All right",
        Level::Info => "Note",
        Level::Unknown => "Not known",
        Level::Warning => "Warning",
        Level::Fault => "Fault",
    }
}

pub fn link(health: LinkHealth) -> &'static str {
    match health {
        LinkHealth::Whole => "works",
        LinkHealth::Broken => "broken",
        LinkHealth::Unknown => "not known",
    }
}

pub fn scope(scope: Scope) -> &'static str {
    match scope {
        Scope::AnyHost => "Any host (the vendor's advice)",
        Scope::NamedHosts => "Only the cloud's hosts",
    }
}

#[must_use]
pub fn link_kind(kind: LinkKind) -> &'static str {
    match kind {
        LinkKind::Wired => "wired",
        LinkKind::Wireless => "wireless",
        LinkKind::Tunnel => "VPN or tunnel",
        LinkKind::Loopback => "loopback",
        LinkKind::Other => "other",
    }
}

/// One line for the chooser: name, kind, address.
pub fn interface(i: &Interface) -> String {
    let name = if i.label.is_empty() { &i.name } else { &i.label };
    let address = i.address().map_or_else(|| "no address".into(), |a| format!("{}/{}", a.ip, a.prefix));
    format!("{name}, {}, {address}", link_kind(i.kind))
}

/// What a check's outcome says beside its word: the typed failure, or the reason.
pub fn outcome_reason(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Passed => String::new(),
        Outcome::Failed(failure) => failure.word().replace('-', " "),
        Outcome::Skipped(why) | Outcome::Inconclusive(why) => why.clone(),
    }
}

/// What one of the vendor's steps came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepState {
    NotRun,
    Running,
    Passed,
    Failed,
    /// Nothing failed, and not everything could be told.
    Partly,
}

impl StepState {
    pub fn of(snapshot: &Snapshot, step: VendorStep) -> Self {
        let mut results = snapshot.checks.iter().filter(|c| c.id.step() == step).peekable();
        if snapshot.running.iter().any(|id| id.step() == step) {
            return Self::Running;
        }
        if results.peek().is_none() {
            return Self::NotRun;
        }
        let results: Vec<&CheckResult> = results.collect();
        if results.iter().any(|c| matches!(c.outcome, Outcome::Failed(_))) {
            Self::Failed
        } else if results.iter().all(|c| matches!(c.outcome, Outcome::Passed | Outcome::Skipped(_)))
            && results.iter().any(|c| c.outcome == Outcome::Passed)
        {
            // what was left out was not needed, since the rest passed
            Self::Passed
        } else {
            Self::Partly
        }
    }

    pub fn word(self) -> &'static str {
        match self {
            Self::NotRun => "not checked",
            Self::Running => "checking",
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Partly => "not decided",
        }
    }
}

/// "3 of 5 checks passed", without those that were left out.
pub fn tally(snapshot: &Snapshot, step: VendorStep) -> String {
    let run = |c: &&CheckResult| c.id.step() == step && !matches!(c.outcome, Outcome::Skipped(_));
    let all: Vec<&CheckResult> = snapshot.checks.iter().filter(run).collect();
    let passed = all.iter().filter(|c| c.outcome == Outcome::Passed).count();
    match all.len() {
        0 => String::new(),
        1 if passed == 1 => "1 check passed".into(),
        n => format!("{passed} of {n} checks passed"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_and_times_read_like_speech() {
        for (ms, want) in [
            (0, "less than a minute ago"),
            (59_999, "less than a minute ago"),
            (100_000, "1 min ago"),
            (7_200_000, "2 h ago"),
            (26 * 3_600_000, "26 h ago"),
            (91_395_979_000, "1057 d ago"),
        ] {
            assert_eq!(age(ms), want);
        }
        assert_eq!((took(80), took(1450)), ("80 ms".into(), "1.4 s".into()));
    }

    #[test]
    fn a_set_of_states_is_a_phrase() {
        use LedState::{BlinkingRed, SolidGreen, SolidRed};
        assert_eq!(led_set(LedSet::ALL), "not known");
        assert_eq!(led_set(LedSet::EMPTY), "not known");
        assert_eq!(led_set(LedSet::only(SolidGreen)), "solid green");
        assert_eq!(led_set(LedSet::of(&[BlinkingRed, SolidGreen])), "blinking red or solid green");
        assert_eq!(
            led_set(LedSet::of(&[SolidRed, BlinkingRed, SolidGreen])),
            "solid red, blinking red or solid green"
        );
    }
}
