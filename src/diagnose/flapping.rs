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

/// A LED that left green.
struct Fall {
    /// When it had turned green; `None` where it was green already when it was first seen.
    since: Option<At>,
    at: At,
    /// The address was lost with it.
    lost: bool,
}

fn falls(g: &GatewayView) -> Vec<Fall> {
    let green = LedSet::only(LedState::SolidGreen);
    let red = LedSet::only(LedState::SolidRed);
    let blinking = LedSet::only(LedState::BlinkingRed);
    let mut out = Vec::new();
    let (mut is_green, mut was_down) = (false, false);
    let mut since: Option<At> = None;
    for (at, set) in &g.led_changes {
        let down = *set == blinking || *set == red;
        if *set == green {
            // known to have been down before, it has just turned green; else it may have been so for hours
            if !is_green {
                since = was_down.then_some(*at);
            }
            is_green = true;
        } else if down && is_green {
            out.push(Fall { since: since.take(), at: *at, lost: *set == red });
            is_green = false;
        }
        was_down |= down;
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
    if falls.iter().filter(|f| f.lost).count() * 2 > times {
        return Some(Flapping::Restarts { times });
    }
    let together = falls.iter().filter(|f| fell_with(f.at, g.mac, others)).count();
    if together * 2 > times {
        return Some(Flapping::Together { times: together });
    }
    let mut spans: Vec<u64> = falls.iter().filter_map(|f| Some(f.at.since(f.since?))).collect();
    if spans.len() < LEAST_FALLS {
        return None; // how long it had lasted is known of too few
    }
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
        .any(|o| falls(o).iter().any(|f| f.at.since(at).max(at.since(f.at)) <= TOGETHER_MS))
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
        let mut at = 1_000;
        let mut out = vec![(0, LedState::BlinkingRed)];
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
        // it was green when the watch began: how long that had lasted is not known
        let late: Vec<_> = rhythm(&[9_000, 60_000, 61_000, 60_500], BlinkingRed).split_off(1);
        assert_eq!(flapping(&with(1, &late), &[]), Some(Flapping::Period { ms: 60_500, times: 4 }));
        assert_eq!(flapping(&with(1, &late[..6]), &[]), None, "two whole ones are chance");
    }
}
