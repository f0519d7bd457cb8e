//! The check `hold`: how long does an idle connection last? Many are opened at once and left alone; each is touched once,
//! at its own age, by TCP keep-alives that carry nothing, so the cloud's program sees no byte. An idle timeout shows as
//! the first age at which they are dead. Beside each rung a younger connection is touched at the same moment: it lives
//! through an idle timeout, and dies when something drops all connections at once.

use super::limits;
use super::own::Own;
use super::reach::{Breaks, Reach};
use crate::model::check::{CheckId, CheckResult, CheckStep, Failure, Measured, Outcome, RungKind, Target};
use crate::model::footprint::PacketKind;
use crate::model::host::Interface;
use crate::platform::awake::Awake;
use crate::platform::guest::{Heard, Line};
use crate::platform::supervise::{Crew, supervised};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::Instant;

/// Ages of the usual ladder, seconds: the defaults of common products lie between them (field guide 4.4).
pub const LADDER: [u64; 12] = [30, 60, 120, 180, 240, 270, 300, 330, 360, 600, 900, 1800];
/// A short ladder has even steps, so that a short timeout is placed between two of them.
const SHORT_SECS: u64 = 120;
const SHORT_STEP: u64 = 10;
/// Rungs that one run may have.
pub const MOST_RUNGS: usize = 16;

/// The ages for a ladder of this length, ascending; the last is the length itself.
#[must_use]
pub fn rungs(secs: u64) -> Vec<u64> {
    let secs = secs.clamp(2, 86_400);
    let mut all: Vec<u64> = if secs <= SHORT_SECS {
        let step = if secs < 2 * SHORT_STEP { (secs / 4).max(1) } else { SHORT_STEP };
        (1..).map(|n| n * step).take_while(|age| *age < secs).collect()
    } else {
        LADDER.into_iter().filter(|age| *age < secs).collect()
    };
    all.push(secs);
    tidy(all)
}

/// Ascending, each once, at most [`MOST_RUNGS`].
#[must_use]
pub fn tidy(mut all: Vec<u64>) -> Vec<u64> {
    all.retain(|age| (1..=86_400).contains(age));
    all.sort_unstable();
    all.dedup();
    all.truncate(MOST_RUNGS);
    all
}

/// What is held.
#[derive(Clone, Debug)]
pub struct Hold {
    /// One address for each port.
    pub addresses: Vec<SocketAddr>,
    /// Ages in seconds, ascending.
    pub rungs: Vec<u64>,
    /// Another interface with a way out of its own, as a control.
    pub other: Option<Interface>,
}

/// One connection of the ladder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Rung {
    addr: SocketAddr,
    age: u64,
    over: RungKind,
}

impl Hold {
    /// Every connection with the time at which it is opened and touched, seconds after the beginning.
    fn schedule(&self) -> Vec<(Rung, u64, u64)> {
        let mut out = Vec::new();
        for addr in &self.addresses {
            let mut before = 0;
            for age in &self.rungs {
                let rung = |over| Rung { addr: *addr, age: *age, over };
                out.push((rung(RungKind::Ladder), 0, *age));
                // young enough to outlive a timeout that the rung does not: at most half as old
                out.push((rung(RungKind::Young), before.max(age.div_ceil(2)), *age));
                if self.other.is_some() {
                    out.push((rung(RungKind::OtherInterface), 0, *age));
                }
                before = *age;
            }
        }
        out
    }

    /// Longest time until the last answer, seconds.
    #[must_use]
    pub fn lasts(&self) -> u64 {
        self.rungs.last().copied().unwrap_or(0) + limits::HOLD_TOUCH.as_secs() + 1
    }

    /// Rows before anything is known.
    #[must_use]
    pub fn pending(&self, why: &str) -> Vec<CheckResult> {
        let rows = self.schedule();
        rows.into_iter().filter(|(r, ..)| r.over != RungKind::Young).map(|(r, ..)| pending(r, why)).collect()
    }
}

fn target(r: Rung) -> Target {
    Target::Rung { addr: r.addr, age_secs: r.age, over: r.over }
}

fn pending(r: Rung, why: &str) -> CheckResult {
    CheckResult {
        id: CheckId::Hold,
        target: target(r),
        outcome: Outcome::Skipped(why.to_owned()),
        took_ms: 0,
        measured: Measured::Nothing,
        detail: why.to_owned(),
    }
}

/// Every connection that the ladder would open, for the plan.
#[must_use]
pub fn plan(what: &Hold) -> Vec<CheckStep> {
    let secs = |n: u64| n.saturating_mul(1000);
    let touch = u64::try_from(limits::HOLD_TOUCH.as_millis()).unwrap_or(u64::MAX);
    let step = |(rung, _, touch_at): (Rung, u64, u64)| CheckStep {
        id: CheckId::Hold,
        target: target(rung),
        limit_ms: secs(touch_at) + touch,
        needs: vec![CheckId::Ports],
        sends: vec![(PacketKind::TcpHold, 1)],
    };
    what.schedule().into_iter().map(step).collect()
}

/// Runs the ladder; sends all rows each time one is known. Dropping the future ends it: what was sent stays true.
pub async fn hold(reach: Reach, what: Hold, out: mpsc::Sender<Vec<CheckResult>>) {
    let mut tasks = Crew::default();
    let begun = Instant::now();
    let mut rows: BTreeMap<Rung, CheckResult> = BTreeMap::new();
    for (rung, open_at, touch_at) in what.schedule() {
        if rung.over != RungKind::Young {
            rows.insert(rung, pending(rung, "its age is not reached yet"));
        }
        let mut reach = reach.clone();
        if rung.over == RungKind::OtherInterface {
            reach.interface.clone_from(&what.other);
            reach.own = Own::begin(what.other.as_ref().filter(|_| reach.simulated.is_none()));
        }
        let (open_at, touch_at) = (Duration::from_secs(open_at), Duration::from_secs(touch_at));
        tasks.spawn(async move {
            let (own, meter) = (reach.own.clone(), std::sync::Arc::clone(&reach.meter));
            let row = supervised(one(reach, rung, begun + open_at, begun + touch_at)).await;
            let mut row = row.unwrap_or_else(|broke| super::broken(CheckId::Hold, target(rung), &broke));
            own.doubt(&mut row, &meter);
            (rung, row)
        });
    }
    let all = |rows: &BTreeMap<Rung, CheckResult>| rows.values().cloned().collect::<Vec<_>>();
    let _ = out.send(all(&rows)).await;
    while let Some((rung, row)) = tasks.next().await {
        rows.insert(rung, row);
        if out.send(all(&rows)).await.is_err() {
            return; // nobody wants to know any more
        }
    }
}

async fn one(reach: Reach, rung: Rung, open_at: Instant, touch_at: Instant) -> CheckResult {
    tokio::time::sleep_until(open_at).await;
    reach.may_break(Breaks::Check(CheckId::Hold));
    let begun = reach.now();
    let row = |outcome, measured, detail: String| CheckResult {
        id: CheckId::Hold,
        target: target(rung),
        outcome,
        took_ms: reach.took(begun),
        measured,
        detail,
    };
    let mut line = match reach.line(rung.addr, limits::CONNECT, PacketKind::TcpHold).await {
        Ok(line) => line,
        Err(knock) => {
            let why = knock.not_sent.unwrap_or_else(|| {
                format!(
                    "it did not open ({})",
                    knock.outcome.err().map_or("silence", Failure::word).replace('-', " ")
                )
            });
            return row(Outcome::Inconclusive(why.clone()), Measured::Nothing, why);
        }
    };
    let opened = reach.now();
    let (awake, planned) = (Awake::now(), touch_at.saturating_duration_since(Instant::now()));
    if let Some(end) = quiet_until(&mut line, touch_at).await {
        let after_ms = reach.took(opened);
        let failure = end.failure().unwrap_or(Failure::Reset);
        let how = if failure == Failure::Closed { "closed by the far end" } else { "reset" };
        let detail = format!("{how} after {:.0} s without a word", after_ms as f64 / 1000.0);
        return row(Outcome::Failed(failure), Measured::Ended { after_ms }, detail);
    }
    if let Some(slept) = awake.slept(planned) {
        let why = format!(
            "this computer slept or its clock was set meanwhile ({} s), so the age of this connection is not known: keep it awake and run the ladder again",
            slept.as_secs()
        );
        return row(Outcome::Inconclusive(why.clone()), Measured::Nothing, why);
    }
    let idle = reach.took(opened) as f64 / 1000.0;
    if let Err(why) = line.touch() {
        return row(Outcome::Inconclusive(why.clone()), Measured::Nothing, why);
    }
    match quiet_until(&mut line, Instant::now() + limits::HOLD_TOUCH).await {
        None => row(Outcome::Passed, Measured::Nothing, format!("alive after {idle:.0} s of silence")),
        Some(Heard::Closed) => row(
            Outcome::Failed(Failure::Closed),
            Measured::Nothing,
            format!("closed by the far end when it was touched after {idle:.0} s of silence"),
        ),
        Some(Heard::Reset) => row(
            Outcome::Failed(Failure::Reset),
            Measured::Nothing,
            format!("reset when it was touched after {idle:.0} s of silence"),
        ),
        Some(_) => row(
            Outcome::Failed(Failure::Silence),
            Measured::Nothing,
            format!("dead after {idle:.0} s of silence: nothing answers on it any more"),
        ),
    }
}

/// Waits until then; the end of the connection, if it ends before. What the far end says of itself is let pass.
async fn quiet_until(line: &mut Line, until: Instant) -> Option<Heard> {
    loop {
        match line.hear(until.saturating_duration_since(Instant::now())).await {
            Heard::Nothing => return None,
            Heard::Bytes(_) => {}
            end => return Some(end),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_ladder_places_a_short_timeout() {
        assert_eq!(rungs(60), [10, 20, 30, 40, 50, 60]);
        assert_eq!(rungs(12), [3, 6, 9, 12]);
        assert_eq!(rungs(360), [30, 60, 120, 180, 240, 270, 300, 330, 360]);
        assert_eq!(rungs(1800).last(), Some(&1800));
        assert_eq!(rungs(0), [1, 2], "never empty");
        for secs in [1, 5, 19, 45, 60, 119, 121, 400, 7200, 1_000_000] {
            let all = rungs(secs);
            assert!(all.is_sorted() && !all.is_empty() && all.len() <= MOST_RUNGS, "{secs}: {all:?}");
        }
        assert_eq!(tidy(vec![40, 10, 10, 0, 20]), [10, 20, 40]);
    }

    #[test]
    fn a_young_connection_is_at_most_half_as_old() {
        let what = Hold { addresses: vec!["192.0.2.1:443".parse().unwrap()], rungs: rungs(360), other: None };
        for (rung, open_at, touch_at) in what.schedule() {
            assert_eq!(touch_at, rung.age);
            match rung.over {
                RungKind::Young => assert!(touch_at - open_at <= rung.age.div_ceil(2) && open_at < touch_at),
                _ => assert_eq!(open_at, 0),
            }
        }
    }
}
