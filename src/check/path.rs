//! The check `path`: at which hop do connections to the cloud end? Connection attempts with a rising time to live; each
//! router that lets one expire says so (ICMP time exceeded), which Linux shows without rights.

use super::limits;
use super::reach::Reach;
use crate::model::check::{CheckId, CheckResult, Failure, Hop, Measured, Outcome, Target};
use crate::platform::supervise::Crew;
use std::net::SocketAddr;
use std::time::Duration;

/// Distances that are tried: enough to leave any site and reach the provider.
const HOPS: u32 = 8;
/// ICMP time exceeded (RFC 792).
const TIME_EXCEEDED: u8 = 11;

/// Connections that could live for one hop only: whoever opens one is not the cloud. One row an address that opened,
/// with the first hop's time beside the cloud's.
pub async fn one_hop(reach: Reach, addresses: Vec<(SocketAddr, Duration)>) -> Vec<CheckResult> {
    let mut tasks = Crew::default();
    for (addr, cloud) in addresses {
        let on_link = matches!(addr.ip(), std::net::IpAddr::V4(v4) if reach.is_on_link(v4));
        if on_link {
            continue; // a neighbour answers within one hop by right
        }
        let reach = reach.clone();
        tasks.spawn(async move {
            let begun = reach.now();
            let knock = reach.knock_within(addr, 1, limits::ONE_HOP).await?;
            let row = |outcome, measured, detail| CheckResult {
                id: CheckId::Canary,
                target: Target::OneHop(addr),
                outcome,
                took_ms: reach.took(begun),
                measured,
                detail,
            };
            Some(match (knock.outcome, knock.offender) {
                (Ok(after), _) => row(
                    Outcome::Failed(Failure::AnsweredNearby),
                    Measured::Opened { micros: u64::try_from(after.as_micros()).unwrap_or(u64::MAX) },
                    "it opened although its packets could not leave this network: something near answers for the cloud"
                        .to_owned(),
                ),
                (Err(_), Some(who)) if knock.icmp.is_some_and(|(kind, _)| kind == TIME_EXCEEDED) => row(
                    Outcome::Passed,
                    Measured::Offender(who),
                    format!(
                        "ended at the first hop {who} after {} ms, as it should; the cloud opened after {:.1} ms",
                        reach.took(begun),
                        cloud.as_secs_f64() * 1000.0
                    ),
                ),
                (Err(_), _) if knock.unasked().is_some() => {
                    let why = knock.unasked().unwrap_or_default();
                    row(Outcome::Inconclusive(why.clone()), Measured::Nothing, why)
                }
                (Err(failure), _) => row(
                    Outcome::Passed,
                    Measured::Nothing,
                    format!("did not open, as it should be ({})", failure.word().replace('-', " ")),
                ),
            })
        });
    }
    let mut out: Vec<CheckResult> = tasks.all().await.into_iter().flatten().collect();
    out.sort_by(|a, b| a.target.cmp(&b.target));
    out
}

/// An address that opens is more than so many hops away: an attempt that can live for no more expires on the way, or is
/// lost twice. False where that is not told.
pub async fn is_farther(reach: &Reach, addr: SocketAddr, hops: u8) -> bool {
    for _ in 0..2 {
        match reach.knock_within(addr, u32::from(hops), limits::ONE_HOP).await {
            Some(k) if k.not_sent.is_some() => return false,
            Some(k) if k.icmp.is_some_and(|(kind, _)| kind == TIME_EXCEEDED) => return true,
            Some(k) if k.outcome == Err(Failure::Silence) => {}
            _ => return false,
        }
    }
    true
}

/// `path` towards each of these addresses, which did not open.
pub async fn path(reach: Reach, closed: Vec<SocketAddr>) -> Vec<CheckResult> {
    if closed.is_empty() {
        let why = "every connection opened: there is no end to look for".to_owned();
        return vec![CheckResult {
            id: CheckId::Path,
            target: Target::Host,
            outcome: Outcome::Skipped(why.clone()),
            took_ms: 0,
            measured: Measured::Nothing,
            detail: why,
        }];
    }
    let mut out = Vec::new();
    for addr in closed {
        out.push(trace(&reach, addr).await);
    }
    out
}

async fn trace(reach: &Reach, addr: SocketAddr) -> CheckResult {
    let begun = reach.now();
    let mut tasks = Crew::default();
    for distance in 1..=HOPS {
        let reach = reach.clone();
        tasks.spawn(async move { (distance, reach.knock_within(addr, distance, limits::PATH).await) });
    }
    let mut ended = tasks.all().await;
    ended.sort_by_key(|(distance, _)| *distance);
    let mut hops = Vec::new();
    for (distance, knock) in ended {
        let Some(knock) = knock.filter(|k| k.not_sent.is_none()) else { continue };
        let expired = knock.icmp.is_some_and(|(kind, _)| kind == TIME_EXCEEDED);
        let refused = knock.outcome.err().filter(|f| !expired && f.is_rejection());
        hops.push(Hop {
            distance: u8::try_from(distance).unwrap_or(u8::MAX),
            who: knock.offender.filter(|_| expired),
            opened: knock.outcome.is_ok(),
            refused,
            refused_by: knock.offender.filter(|_| refused.is_some()),
        });
    }
    let farthest = hops.iter().rev().find_map(|h| h.who.map(|who| (h.distance, who)));
    let said_no = hops.iter().find(|h| h.refused.is_some());
    let (outcome, detail) = match (hops.is_empty(), hops.iter().any(|h| h.opened), farthest, said_no) {
        (true, ..) => {
            let why = "not simulated".to_owned();
            (Outcome::Skipped(why.clone()), why)
        }
        (_, true, ..) => (Outcome::Passed, "it opens now".to_owned()),
        (_, _, _, Some(hop)) => {
            let by = hop.refused_by.map(|who| format!(" by {who}")).unwrap_or_default();
            let before = farthest.filter(|(distance, _)| *distance < hop.distance);
            let before = before.map_or_else(
                || "; nobody nearer told of itself".to_owned(),
                |(distance, who)| format!("; {who}, {distance} hop(s) away, stands before that"),
            );
            (Outcome::Passed, format!("refused{by} from {} hop(s) on{before}", hop.distance))
        }
        (_, _, Some((distance, who)), None) => (
            Outcome::Passed,
            format!(
                "the farthest that answered is {who}, {distance} hop(s) away; beyond it there is silence"
            ),
        ),
        (_, _, None, None) => {
            let why =
                "no hop told of itself: routers may keep silent, or this system does not show it".to_owned();
            (Outcome::Inconclusive(why.clone()), why)
        }
    };
    let measured = if hops.iter().any(|h| h.who.is_some() || h.opened || h.refused.is_some()) {
        Measured::Hops(hops)
    } else {
        Measured::Nothing
    };
    CheckResult {
        id: CheckId::Path,
        target: Target::Hops(addr),
        outcome,
        took_ms: reach.took(begun),
        measured,
        detail,
    }
}
