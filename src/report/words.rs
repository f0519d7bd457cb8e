//! Small words of the report: times, ages, amounts, and the marks that stand beside every colour.

use crate::model::check::Outcome;
use crate::model::finding::{Evidence, Owner};
use crate::model::led::LedView;
use crate::model::snapshot::{LinkHealth, Snapshot};
use crate::model::{At, Basis, LedSet, LedState, Level};
use jiff::tz::{Offset, TimeZone};

/// The mark that stands before an outcome.
#[must_use]
pub fn mark(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Passed => "✓",
        Outcome::Failed(_) => "✗",
        Outcome::Skipped(_) => "–",
        Outcome::Inconclusive(_) => "?",
    }
}

/// The mark of a LED state: each has its own shape.
#[must_use]
pub fn led_mark(state: LedState) -> &'static str {
    match state {
        LedState::Dark => "○",
        LedState::SolidRed => "●",
        LedState::BlinkingRed => "◆",
        LedState::SolidGreen => "✓",
    }
}

#[must_use]
pub fn level_words(level: Level) -> &'static str {
    match level {
        Level::Ok => "✓ in order",
        Level::Info => "– for information",
        Level::Unknown => "? could not be told",
        Level::Warning => "▲ warning",
        Level::Fault => "✗ fault",
    }
}

#[must_use]
pub fn link_words(health: LinkHealth) -> &'static str {
    match health {
        LinkHealth::Whole => "works",
        LinkHealth::Broken => "broken here",
        LinkHealth::Unknown => "not known",
    }
}

/// Whose turn it is, with a capital letter.
#[must_use]
pub fn turn(owner: Owner, level: Level) -> &'static str {
    match owner {
        Owner::Installer => "The installer",
        Owner::It => "The IT department",
        Owner::Isp => "The internet provider",
        Owner::Vendor => "The vendor",
        Owner::Nobody if level <= Level::Info => "Nobody: nothing has to be done",
        // "could not be told" is not "in order"
        Owner::Nobody => "Nobody can be named yet",
    }
}

/// How a statement came about, for people.
#[must_use]
pub fn basis_words(basis: Basis) -> &'static str {
    match basis {
        Basis::Reported => "reported by the box",
        Basis::Measured => "measured by this computer",
        Basis::Seen => "seen by the installer",
        Basis::Inferred => "inferred",
        Basis::None => "not known",
    }
}

/// How this statement came about, for people: what was pasted is another machine's report, not the box's.
#[must_use]
pub fn known_by(e: &Evidence) -> &'static str {
    if e.is_pasted() {
        "reported by the firewall, the switch or the DHCP server"
    } else {
        basis_words(e.basis)
    }
}

/// A length of time: `340 ms`, `4.2 s`, `3 min 5 s`, `2 h 10 min`.
#[must_use]
pub fn span(ms: u64) -> String {
    let secs = ms / 1000;
    match secs {
        0 => format!("{ms} ms"),
        1..=9 => format!("{}.{} s", secs, ms % 1000 / 100),
        10..=59 => format!("{secs} s"),
        60..=3599 => with_rest(secs / 60, "min", secs % 60, "s"),
        3600..=86_399 => with_rest(secs / 3600, "h", secs % 3600 / 60, "min"),
        _ => with_rest(secs / 86_400, "d", secs % 86_400 / 3600, "h"),
    }
}

fn with_rest(big: u64, unit: &str, small: u64, small_unit: &str) -> String {
    if small == 0 { format!("{big} {unit}") } else { format!("{big} {unit} {small} {small_unit}") }
}

/// How long ago.
#[must_use]
pub fn age(ms: u64) -> String {
    if ms < 1000 { "just now".to_owned() } else { format!("{} ago", span(ms)) }
}

/// The clock of the place: dates and times of a snapshot in words.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    started_unix_ms: i64,
    offset: Offset,
}

impl Clock {
    /// A difference to UTC that no place has is taken as UTC.
    #[must_use]
    pub fn of(snapshot: &Snapshot, utc_offset_secs: i32) -> Clock {
        let offset = Offset::from_seconds(utc_offset_secs).unwrap_or(Offset::UTC);
        Clock { started_unix_ms: snapshot.started_unix_ms, offset }
    }

    /// Milliseconds since 1970 UTC.
    #[must_use]
    pub fn unix_ms(self, at: At) -> i64 {
        self.started_unix_ms.saturating_add(i64::try_from(at.0).unwrap_or(i64::MAX))
    }

    /// `2026-11-22 14:05:09`, and what it is told in.
    #[must_use]
    pub fn full(self, at: At) -> String {
        self.print(at, "%Y-%m-%d %H:%M:%S").map_or_else(
            || "at an unknown time".to_owned(),
            |time| {
                let zone = if self.offset == Offset::UTC {
                    "UTC".to_owned()
                } else {
                    let minutes = self.offset.seconds() / 60;
                    let sign = if minutes < 0 { '-' } else { '+' };
                    format!("UTC{sign}{:02}:{:02}", minutes.abs() / 60, minutes.abs() % 60)
                };
                format!("{time} {zone}")
            },
        )
    }

    /// `14:05:09`
    #[must_use]
    pub fn time(self, at: At) -> String {
        self.print(at, "%H:%M:%S").unwrap_or_else(|| "–".to_owned())
    }

    fn print(self, at: At, format: &str) -> Option<String> {
        let stamp = jiff::Timestamp::from_millisecond(self.unix_ms(at)).ok()?;
        Some(stamp.to_zoned(TimeZone::fixed(self.offset)).strftime(format).to_string())
    }
}

/// "blinking red", "solid red or blinking red", "not known".
#[must_use]
pub fn led_set(set: LedSet) -> String {
    let labels: Vec<&str> = set.iter().map(LedState::label).collect();
    match labels.as_slice() {
        [] => "not known".to_owned(),
        all if all.len() == LedState::ALL.len() => "not known".to_owned(),
        [one] => (*one).to_owned(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

/// The LED in one sentence with its meaning.
#[must_use]
pub fn led_sentence(set: LedSet) -> String {
    match set.known() {
        Some(state) => format!("LED {}: {}.", state.label(), state.meaning()),
        None if set.is_empty() || set == LedSet::ALL => {
            "The state of the LED is not known: look at the box.".to_owned()
        }
        None => format!("LED {}: look at the box to see which.", led_set(set)),
    }
}

/// Basis and age of what is known of the LED.
#[must_use]
pub fn led_basis(led: &LedView) -> String {
    match (led.basis, led.age_ms) {
        (Basis::None, _) => "nothing has told it yet".to_owned(),
        (basis, Some(ms)) => format!("{}, {}", basis_words(basis), age(ms)),
        (basis, None) => basis_words(basis).to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_read_like_a_person_says_them() {
        for (ms, words) in [
            (0, "0 ms"),
            (999, "999 ms"),
            (4_250, "4.2 s"),
            (59_999, "59 s"),
            (185_000, "3 min 5 s"),
            (7_200_000, "2 h"),
            (90_000_000, "1 d 1 h"),
        ] {
            assert_eq!(span(ms), words);
        }
    }

    #[test]
    fn the_clock_says_what_it_tells_in() {
        let snapshot = Snapshot { started_unix_ms: 1_795_356_300_000, ..Snapshot::default() };
        assert_eq!(Clock::of(&snapshot, 0).full(At(9_000)), "2026-11-22 14:05:09 UTC");
        assert_eq!(Clock::of(&snapshot, 3600).full(At(9_000)), "2026-11-22 15:05:09 UTC+01:00");
        assert_eq!(Clock::of(&snapshot, -12_600).full(At(0)), "2026-11-22 10:35:00 UTC-03:30");
        let never = Snapshot { started_unix_ms: i64::MAX, ..Snapshot::default() };
        assert_eq!(Clock::of(&never, i32::MAX).full(At(u64::MAX)), "at an unknown time");
    }

    #[test]
    fn every_set_of_states_has_words() {
        for bits in 0..16u8 {
            let states: Vec<LedState> = LedState::ALL
                .into_iter()
                .enumerate()
                .filter(|(i, _)| bits >> i & 1 == 1)
                .map(|(_, s)| s)
                .collect();
            let words = led_sentence(LedSet::of(&states));
            for s in &states {
                assert!(states.len() == 4 || words.contains(s.label()), "{words}");
            }
        }
    }
}
