//! What the idle ladder shows: between which ages connections die, how, and which products have that default. Pure.

use crate::model::check::{CheckId, CheckResult, Failure, Measured, Outcome, RungKind, Target};
use std::collections::BTreeMap;

/// A documented default idle timeout of established TCP connections, seconds, and where it is documented (field guide
/// 4.4, read 2026-10).
const DEFAULTS: [(&str, u64, &str); 16] = [
    ("Azure NAT gateway and load balancer", 240, "Microsoft reference"),
    ("SonicWall", 300, "SonicOS manuals 4.0 to 6.x"),
    ("AWS Network Firewall and NAT gateway", 350, "AWS API reference"),
    ("GTA firewalls", 600, "vendor help"),
    ("Google Cloud NAT", 1200, "vendor documentation, second hand"),
    ("Juniper SRX", 1800, "Juniper KB34994"),
    ("Forcepoint NGFW", 1800, "vendor help"),
    ("Cisco RV series", 1800, "vendor emulator"),
    ("Cisco ASA and Firepower", 3600, "Cisco documentation"),
    ("FortiGate", 3600, "Fortinet community"),
    ("Palo Alto Networks", 3600, "PAN-OS documentation"),
    ("Check Point", 3600, "practitioner's note"),
    ("VMware NSX gateway firewall", 7200, "vendor documentation"),
    ("pfSense and OPNsense", 86_400, "pfSense documentation"),
    ("MikroTik RouterOS", 86_400, "MikroTik documentation"),
    ("Linux netfilter, many small routers", 432_000, "kernel documentation"),
];

/// What the ladder says of one port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ladder {
    /// Every rung lives, up to this age.
    Lasts { secs: u64 },
    /// Dead between these ages, each by its own age.
    Timeout { alive: u64, dead: u64, how: Failure, products: Vec<&'static str>, elsewhere_too: bool },
    /// Old and young ones died at once.
    Flushed { by: u64 },
    /// Lives and dies without an order.
    Mixed,
    /// Too little is known.
    NotKnown,
}

/// Products whose documented default lies in the bracket.
#[must_use]
pub fn products(alive: u64, dead: u64) -> Vec<&'static str> {
    DEFAULTS.iter().filter(|(_, secs, _)| alive < *secs && *secs <= dead).map(|(name, ..)| *name).collect()
}

/// Reads the rungs of each port.
#[must_use]
pub fn ladders(results: &[CheckResult]) -> BTreeMap<u16, Ladder> {
    let mut ports: BTreeMap<u16, BTreeMap<(RungKind, u64), &CheckResult>> = BTreeMap::new();
    for r in results.iter().filter(|r| r.id == CheckId::Hold) {
        if let Target::Rung { addr, age_secs, over } = &r.target {
            ports.entry(addr.port()).or_default().insert((*over, *age_secs), r);
        }
    }
    ports.into_iter().map(|(port, rungs)| (port, read(&rungs))).collect()
}

fn read(rungs: &BTreeMap<(RungKind, u64), &CheckResult>) -> Ladder {
    let known: Vec<(u64, Option<Failure>)> = rungs
        .iter()
        .filter(|((over, _), r)| {
            *over == RungKind::Ladder && matches!(r.outcome, Outcome::Passed | Outcome::Failed(_))
        })
        .map(|((_, age), r)| (*age, r.outcome.failure()))
        .collect();
    let Some(first_dead) = known.iter().position(|(_, failure)| failure.is_some()) else {
        return known.last().map_or(Ladder::NotKnown, |(secs, _)| Ladder::Lasts { secs: *secs });
    };
    if known[first_dead..].iter().any(|(_, failure)| failure.is_none()) {
        return Ladder::Mixed;
    }
    let (mut dead, failure) = known[first_dead];
    let how = failure.unwrap_or(Failure::Silence);
    let mut alive = if first_dead == 0 { 0 } else { known[first_dead - 1].0 };
    // one that ended by itself says its age better than the rung at which it was to be touched
    let ended: Vec<u64> = rungs
        .iter()
        .filter(|((over, age), _)| *over == RungKind::Ladder && *age >= dead)
        .filter_map(|(_, r)| match r.measured {
            Measured::Ended { after_ms } => Some(after_ms.div_ceil(1000)),
            _ => None,
        })
        .collect();
    if let Some(age) = ended.iter().min() {
        dead = dead.min((*age).max(1));
        alive = alive
            .min(dead.saturating_sub(1))
            .max(age.saturating_sub(2).min(alive.max(age.saturating_sub(2))));
    }
    let at = known[first_dead].0;
    let state = |over: RungKind, age: u64| rungs.get(&(over, age)).map(|r| &r.outcome);
    let young_dead = matches!(state(RungKind::Young, at), Some(Outcome::Failed(_)));
    if young_dead && how != Failure::Closed {
        return Ladder::Flushed { by: at };
    }
    let elsewhere_too = matches!(state(RungKind::OtherInterface, at), Some(Outcome::Failed(_)));
    Ladder::Timeout { alive, dead, how, products: products(alive, dead), elsewhere_too }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(age: u64, over: RungKind, outcome: Outcome, measured: Measured) -> CheckResult {
        CheckResult {
            id: CheckId::Hold,
            target: Target::Rung { addr: "192.0.2.1:443".parse().unwrap(), age_secs: age, over },
            outcome,
            took_ms: 1,
            measured,
            detail: "d".into(),
        }
    }

    fn ladder(dead_from: u64, how: Failure, young_dead: bool) -> Vec<CheckResult> {
        [10, 20, 30, 40, 50, 60]
            .into_iter()
            .flat_map(|age| {
                let old = if age >= dead_from { Outcome::Failed(how) } else { Outcome::Passed };
                let young =
                    if age >= dead_from && young_dead { Outcome::Failed(how) } else { Outcome::Passed };
                [
                    row(age, RungKind::Ladder, old, Measured::Nothing),
                    row(age, RungKind::Young, young, Measured::Nothing),
                ]
            })
            .collect()
    }

    fn of(rows: &[CheckResult]) -> Ladder {
        ladders(rows).remove(&443).unwrap_or(Ladder::NotKnown)
    }

    #[test]
    fn an_age_is_told_from_a_moment() {
        let timeout = of(&ladder(50, Failure::Silence, false));
        assert!(
            matches!(timeout, Ladder::Timeout { alive: 40, dead: 50, how: Failure::Silence, .. }),
            "{timeout:?}"
        );
        assert_eq!(of(&ladder(50, Failure::Silence, true)), Ladder::Flushed { by: 50 });
        assert_eq!(of(&ladder(99, Failure::Silence, false)), Ladder::Lasts { secs: 60 });
        assert_eq!(of(&[]), Ladder::NotKnown);
        let mut mixed = ladder(50, Failure::Silence, false);
        mixed.retain(|r| !matches!(r.target, Target::Rung { age_secs: 60, .. }));
        mixed.push(row(60, RungKind::Ladder, Outcome::Passed, Measured::Nothing));
        assert_eq!(of(&mixed), Ladder::Mixed);
    }

    #[test]
    fn one_that_ends_by_itself_says_its_age() {
        let mut rows = ladder(50, Failure::Closed, false);
        for r in &mut rows {
            if matches!(r.target, Target::Rung { age_secs, over: RungKind::Ladder, .. } if age_secs >= 50) {
                r.measured = Measured::Ended { after_ms: 45_200 };
            }
        }
        assert!(
            matches!(of(&rows), Ladder::Timeout { alive: 44, dead: 46, how: Failure::Closed, .. }),
            "{:?}",
            of(&rows)
        );
    }

    #[test]
    fn products_are_named_by_their_default() {
        assert_eq!(products(270, 300), ["SonicWall"]);
        assert_eq!(products(330, 360), ["AWS Network Firewall and NAT gateway"]);
        assert!(products(30, 60).is_empty());
    }
}
