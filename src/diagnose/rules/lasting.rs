//! Rules about what connects and does not last: loss, delay, limits on connections, idle timeouts, a LED that flaps.

use super::{evidence, found, name, or_else, say};
use crate::diagnose::digest::Digest;
use crate::diagnose::flapping::{Flapping, flapping};
use crate::diagnose::idle::{self, Ladder};
use crate::diagnose::{Found, Scene};
use crate::model::check::{CheckId, Failure, Outcome, RungKind, Target};
use crate::model::snapshot::GatewayView;
use crate::model::{Basis, Cause};

/// A SYN-ACK later than this was answered only when the SYN was sent again (RFC 6298 2.1: one second).
pub(in crate::diagnose) const RESENT_US: u64 = 900_000;
/// A way on which the quickest connection takes this long is slow whatever is lost.
const SLOW_US: u64 = 800_000;
/// Part of attempts that have to be lost before loss is a finding: 2 % of packets loses 4 % of exchanges, and a few
/// more by chance.
const LOSSY_FROM: f64 = 0.2;
/// Under a limit one in so many may open all the same, when an older connection ends meanwhile. A line that loses as
/// many would lose the first ones too.
const PLACE_FREE_IN: usize = 8;

/// Loss, delay and limits, from many attempts at one address.
pub(super) fn quality(scene: &Scene<'_>, d: &Digest<'_>, out: &mut Vec<Found>) {
    let age = scene.results_age_ms;
    if let Some(quickest) = d.quickest.filter(|us| *us >= SLOW_US) {
        let text =
            format!("the quickest connection to the cloud took {:.1} s to open", quickest as f64 / 1e6);
        // one late answer is chance, or a busy computer: many have to be late
        let opened = |all: &[Option<u64>]| all.iter().flatten().count();
        let all_slow =
            d.attempts.is_some_and(|all| opened(all) >= 4 && all.iter().flatten().all(|us| *us >= SLOW_US));
        if all_slow {
            out.push(found(Cause::PathSlow, vec![evidence(text, Basis::Measured, "ports", age)]));
            return;
        }
    }
    let Some(all) = d.attempts.filter(|all| all.len() >= 8) else { return };
    let count = all.iter().filter(|a| lost(a)).count();
    if count == 0 || count == all.len() {
        return;
    }
    let text = format!("{count} of {} attempts at one address were lost or answered late", all.len());
    let line = || vec![evidence(text.clone(), Basis::Measured, "ports", age)];
    let opened_before = d.quickest.is_some_and(|us| us < RESENT_US);
    if limited(all, opened_before) {
        out.push(found(Cause::CloudRateLimited, line()));
    } else if count as f64 >= LOSSY_FROM * all.len() as f64 {
        let mut lines = line();
        lines.extend(say(scene, d, CheckId::Ports).into_iter().take(2));
        out.push(found(Cause::PathLossy, lines));
    }
}

/// Not answered at the first asking.
fn lost(attempt: &Option<u64>) -> bool {
    attempt.is_none_or(|us| us >= RESENT_US)
}

/// A limit lets the first ones pass and then none, however often they ask, but for one in a place that came free. Loss
/// takes any of them, and some open when asked again. `opened_before`: the ports opened at once before these attempts, so
/// that the first ones may be those, and their places still be taken.
fn limited(attempts: &[Option<u64>], opened_before: bool) -> bool {
    let first_lost = attempts.iter().position(lost).unwrap_or(attempts.len());
    let after = &attempts[first_lost..];
    let opened = || after.iter().flatten();
    (first_lost >= 1 || opened_before)
        && after.len() >= 4
        && !opened().any(|us| *us >= RESENT_US)
        && opened().count() <= after.len() / PLACE_FREE_IN
}

/// What the idle ladder showed, port by port; the port that ends soonest is told.
pub(super) fn hold(scene: &Scene<'_>, out: &mut Vec<Found>) {
    let lines = |port: u16, text: String| {
        let mut lines = vec![evidence(text, Basis::Measured, "hold", scene.results_age_ms)];
        let of_port = scene.results.iter().filter(|r| {
            matches!(&r.target, Target::Rung { addr, over: RungKind::Ladder, .. } if addr.port() == port)
                && matches!(r.outcome, Outcome::Passed | Outcome::Failed(_))
        });
        lines.extend(of_port.take(12).map(|r| {
            evidence(format!("{}: {}", r.target, r.detail), Basis::Measured, "hold", scene.results_age_ms)
        }));
        lines
    };
    for (port, ladder) in idle::ladders(scene.results) {
        match ladder {
            Ladder::Lasts { .. } | Ladder::NotKnown => {}
            Ladder::Mixed => {
                let text = format!("idle connections on {port} live and die without an order of age");
                out.push(found(Cause::PathLossy, lines(port, text)));
            }
            Ladder::Flushed { by } => {
                let text = format!(
                    "on {port} young and old connections were dead together, {by} s after the first was opened"
                );
                out.push(found(Cause::HoldStateFlushed, lines(port, text)));
            }
            Ladder::Timeout { alive, dead, how, products, elsewhere_too } => {
                let manner = match how {
                    Failure::Closed => "closed by the far end",
                    Failure::Reset => "with a reset",
                    _ => "without a word",
                };
                let named = if products.is_empty() {
                    String::new()
                } else {
                    format!("; documented default of: {}", products.join(", "))
                };
                let text = format!(
                    "idle connections on {port} are alive after {alive} s and dead after {dead} s, {manner}{named}"
                );
                let lines = lines(port, text);
                out.push(if how == Failure::Closed || elsewhere_too {
                    or_else(
                        found(Cause::HoldCloudCloses, lines),
                        Cause::HoldIdleTimeout,
                        "hold again over another network, such as a phone: if connections live longer there, something on this line ends them",
                    )
                } else {
                    found(Cause::HoldIdleTimeout, lines)
                });
            }
        }
    }
}

/// A LED that comes and goes.
pub(super) fn flaps(scene: &Scene<'_>, g: &GatewayView, out: &mut Vec<Found>) {
    let mut say = |cause, text: String| {
        let line = evidence(format!("{}: {text}", name(g)), Basis::Inferred, "led", 0);
        out.push(Found { about: Some(g.mac), ..found(cause, vec![line]) });
    };
    match flapping(g, scene.gateways) {
        None => {
            let restarts = g.remarks.len();
            if restarts >= 2 {
                say(Cause::GatewayRestarting, format!("began anew {restarts} times in this visit"));
            }
        }
        Some(Flapping::Restarts { times }) => {
            say(Cause::GatewayRestarting, format!("lost its address with its connection {times} times"));
        }
        Some(Flapping::Together { times }) => {
            say(
                Cause::HoldStateFlushed,
                format!("lost its connection {times} times together with other gateways"),
            );
        }
        Some(Flapping::Period { ms, times }) => {
            say(
                Cause::HoldIdleTimeout,
                format!(
                    "lost its connection {times} times, each time about {} s after it was made",
                    ms / 1000
                ),
            );
        }
        Some(Flapping::Irregular { times }) => {
            say(Cause::PathLossy, format!("lost its connection {times} times, at no fixed time"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::limited;

    /// `o` opened, `l` opened late, `.` never.
    fn attempts(told: &str) -> Vec<Option<u64>> {
        told.chars()
            .map(|c| match c {
                'o' => Some(1_200),
                'l' => Some(1_030_000),
                _ => None,
            })
            .collect()
    }

    #[test]
    fn a_limit_is_told_from_loss_by_order_and_by_what_asking_again_did() {
        let limited = |told, opened_before| limited(&attempts(told), opened_before);
        for told in ["oooo....................", "o...........o...........", "oooooooooooooooooooo...."] {
            assert!(limited(told, true) && limited(told, false), "{told}");
        }
        assert!(limited("....o...................", true));
        assert!(!limited("....o...................", false), "nothing ever opened before another was lost");
        for told in ["o...l...................", "oo.o.oo..ol.oo.oooo.l.oo", "ooooooooooooooooooooo..."] {
            assert!(!limited(told, true) && !limited(told, false), "{told}");
        }
    }
}
