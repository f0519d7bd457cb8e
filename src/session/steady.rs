//! Hold-off while watching: a finding is told when it has stood for a while, so that one lost round or a router that
//! restarts never cries wolf. What the LED does is told at once; so is what a person asked for by a check.

use crate::model::finding::{Finding, Level};
use crate::model::{At, Cause};
use std::collections::BTreeMap;

/// How long a cause has to stand before it is told, milliseconds.
#[must_use]
pub fn hold_off_ms(cause: Cause) -> u64 {
    match cause.code().split('.').next() {
        // a box takes some seconds from power to green; a server may answer its second question only
        Some("dhcp" | "ip") => 8_000,
        // two looks at the way: a recheck is begun when a LED changes
        Some("cloud" | "dns" | "internet" | "path") => 5_000,
        // three rounds of 15 s have to miss a box before it is silent; it is not said sooner by another way
        Some("gateway" | "port") => 10_000,
        // what this computer is, and what took minutes to find, is so
        _ => 0,
    }
}

/// Since when each cause stands.
#[derive(Clone, Debug, Default)]
pub struct Steady {
    since: BTreeMap<Cause, At>,
}

impl Steady {
    /// Takes in what stands now. What does not stand any more is forgotten at once.
    pub fn see(&mut self, findings: &[Finding], now: At) {
        self.since.retain(|cause, _| findings.iter().any(|f| f.code == *cause));
        for f in findings {
            self.since.entry(f.code).or_insert(now);
        }
    }

    /// What was found by a check that somebody asked for stands.
    pub fn believe(&mut self, findings: &[Finding]) {
        self.since = findings.iter().map(|f| (f.code, At(0))).collect();
    }

    /// True when it has stood for long enough, or is no reason for alarm.
    #[must_use]
    pub fn holds(&self, f: &Finding, now: At) -> bool {
        f.level <= Level::Info
            || self.since.get(&f.code).is_some_and(|at| *at == At(0) || now.since(*at) >= hold_off_ms(f.code))
    }

    /// When the next of them will have stood for long enough.
    #[must_use]
    pub fn next(&self, now: At) -> Option<At> {
        let due = self.since.iter().filter(|(_, at)| **at != At(0)).map(|(c, at)| at.plus(hold_off_ms(*c)));
        due.filter(|at| *at > now).min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Owner;

    fn finding(code: Cause) -> Finding {
        Finding {
            code,
            owner: Owner::It,
            level: Level::Fault,
            evidence: vec![],
            hides: vec![],
            possible: vec![],
            title: String::new(),
            meaning: String::new(),
            next_step: String::new(),
            proof: String::new(),
            not_tested: String::new(),
        }
    }

    #[test]
    fn a_finding_is_told_after_its_hold_off_and_begins_anew_when_it_went() {
        let f = finding(Cause::CloudBothPortsDropped);
        let mut s = Steady::default();
        s.see(std::slice::from_ref(&f), At(1_000));
        assert!(!s.holds(&f, At(2_000)));
        assert_eq!(s.next(At(2_000)), Some(At(6_000)));
        assert!(s.holds(&f, At(6_000)));
        s.see(&[], At(6_500));
        s.see(std::slice::from_ref(&f), At(7_000));
        assert!(!s.holds(&f, At(8_000)), "it went in between");
        s.believe(std::slice::from_ref(&f));
        assert!(s.holds(&f, At(8_000)), "a check that was asked for is believed at once");
        assert!(s.holds(&finding(Cause::HostNoLink), At(8_000)) || hold_off_ms(Cause::HostNoLink) == 0);
    }
}
