//! A LED that comes and goes: told apart by its period and by what else happened at the same time. Pure.

use crate::model::snapshot::GatewayView;
use crate::model::{At, LedSet, LedState, Mac};

/// How often it must have fallen before anything is said.
const LEAST_FALLS: usize = 3;
/// Falls that two boxes have within this time are one event.
const TOGETHER_MS: u64 = 5_000;
/// Periods that differ by less than this part of the longest are one period.
const EVEN: f64 = 0.12;

/// Why a box keeps losing its connection, as far as its rhythm tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Flapping {
    /// It lost its address each time: it, its power or its cable.
    Restarts { times: usize },
    /// At a fixed time after each connection, milliseconds.
    Period { ms: u64, times: usize },
    /// Together with other boxes.
    Together { times: usize },
    /// At no fixed time.
    Irregular { times: usize },
}

/// Times at which the LED left green, and whether the address was lost with it.
fn falls(g: &GatewayView) -> Vec<(At, At, bool)> {
    let green = LedSet::only(LedState::SolidGreen);
    let red = LedSet::only(LedState::SolidRed);
    let blinking = LedSet::only(LedState::BlinkingRed);
    let mut out = Vec::new();
    let mut since: Option<At> = None;
    for (at, set) in &g.led_changes {
        if *set == green {
            since.get_or_insert(*at);
        } else if let Some(from) = since.filter(|_| *set == blinking || *set == red) {
            out.push((from, *at, *set == red));
            since = None;
        }
    }
    out
}

/// Reads the rhythm of one box; `others` are all boxes that are watched.
#[must_use]
pub fn flapping(g: &GatewayView, others: &[GatewayView]) -> Option<Flapping> {
    let falls = falls(g);
    if falls.len() < LEAST_FALLS {
        return None;
    }
    let times = falls.len();
    if falls.iter().filter(|(.., lost)| *lost).count() * 2 > times {
        return Some(Flapping::Restarts { times });
    }
    let together = falls.iter().filter(|(_, at, _)| fell_with(*at, g.mac, others)).count();
    if together * 2 > times {
        return Some(Flapping::Together { times: together });
    }
    let mut spans: Vec<u64> = falls.iter().map(|(from, at, _)| at.since(*from)).collect();
    spans.sort_unstable();
    let (least, most) = (spans.first().copied()?, spans.last().copied()?);
    let even = (most - least) as f64 <= EVEN * most as f64 && least >= 5_000;
    Some(if even {
        Flapping::Period { ms: spans[spans.len() / 2], times }
    } else {
        Flapping::Irregular { times }
    })
}

fn fell_with(at: At, mac: Mac, others: &[GatewayView]) -> bool {
    others
        .iter()
        .filter(|o| o.mac != mac)
        .any(|o| falls(o).iter().any(|(_, t, _)| t.since(at).max(at.since(*t)) <= TOGETHER_MS))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnose::tests::gateway;
    use crate::model::Basis;

    fn with(mac: u8, changes: &[(u64, LedState)]) -> GatewayView {
        let mut g = gateway(Mac([0x34, 0xa5, 0xe1, 0, 0, mac]), LedSet::ALL, Basis::Reported);
        g.led_changes = changes.iter().map(|(at, s)| (At(*at), LedSet::only(*s))).collect();
        g
    }

    fn rhythm(spans: &[u64], fall: LedState) -> Vec<(u64, LedState)> {
        let mut at = 0;
        let mut out = Vec::new();
        for span in spans {
            out.push((at, LedState::SolidGreen));
            out.push((at + span, fall));
            at += span + 2_000;
        }
        out
    }

    #[test]
    fn rhythms_are_told_apart() {
        use LedState::{BlinkingRed, SolidRed};
        let fixed = with(1, &rhythm(&[60_000, 61_000, 60_500], BlinkingRed));
        assert_eq!(flapping(&fixed, &[]), Some(Flapping::Period { ms: 60_500, times: 3 }));
        let random = with(1, &rhythm(&[60_000, 9_000, 200_000], BlinkingRed));
        assert_eq!(flapping(&random, &[]), Some(Flapping::Irregular { times: 3 }));
        let restarts = with(1, &rhythm(&[60_000, 9_000, 200_000], SolidRed));
        assert_eq!(flapping(&restarts, &[]), Some(Flapping::Restarts { times: 3 }));
        let other = with(2, &rhythm(&[60_500, 9_000, 200_200], BlinkingRed));
        assert_eq!(flapping(&random, &[random.clone(), other]), Some(Flapping::Together { times: 3 }));
        assert_eq!(flapping(&with(1, &rhythm(&[60_000, 60_000], BlinkingRed)), &[]), None, "twice is chance");
    }
}
