//! A tour: the program watches while faults come and go, and every change of every LED is held against what it says.
//!
//! For each gateway it measures how long the set of states held the truth, how small the set was, and how long a change
//! took to be told. In the short form it is a test like any other; `tests/run soak` lets it run for half an hour.

use super::case::{Case, Tour};
use super::host::{shell, wait_for};
use super::watched::{Line, Watching, changes, complaints, signal, told};
use super::{site, truth};
use solidgreen::lab::event::unix_us;
use solidgreen::model::{LedSet, LedState};
use std::fmt::Write;
use std::time::Duration;

/// Lets a tour run this many seconds in place of what its case says.
pub const SOAK: &str = "LAB_SOAK_SECS";
/// Longer than any hold-off of the program: a change that lasts shorter need not be told.
const STAYS: Duration = Duration::from_millis(1500);
/// A state that lasts less may be over before a packet has told it.
const LASTING_US: u64 = 500_000;
/// Rounds before memory is compared: caches and histories fill in the first ones.
const WARM: usize = 4;

/// How well one gateway's LED was mirrored.
#[derive(Debug, Default)]
struct Mirrored {
    /// Microseconds with 1, 2, 3, 4 states left.
    by_size: [u64; 4],
    /// Microseconds in which the set held the true state, and in which it did not.
    sound: u64,
    unsound: u64,
    /// Milliseconds from each change until the set held the new state.
    delays: Vec<u64>,
    worst: String,
}

/// Seconds that a tour runs.
pub fn secs(tour: &Tour) -> u64 {
    std::env::var(SOAK).ok().and_then(|s| s.parse().ok()).unwrap_or(tour.secs)
}

/// Watches for the given time; what was found, and everything that is not as expected.
pub fn run(case: &Case, tour: &Tour, site: &mut site::Site) -> Result<(String, Vec<String>), String> {
    let secs = secs(tour);
    let mut args: Vec<String> = Vec::new();
    for gateway in &case.gateways {
        args.extend(["--mac".into(), gateway.mac.clone()]);
    }
    if let Some(n) = case.gateways.iter().position(|g| g.console.is_some()) {
        args.extend(["--port".into(), site::console_of(n)]);
    }
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let watching = Watching::begin(secs + 25, &args)?;
    let (from, until) = (unix_us(), unix_us() + secs * 1_000_000);
    let (mut rounds, mut memory) = (0, Vec::new());
    while unix_us() < until {
        round(case, site)?;
        rounds += 1;
        memory.push(watching.memory_kib()?);
    }
    let to = unix_us();
    let lines = watching.stop()?;
    let mut wrong = Vec::new();
    let mut found = format!("{rounds} rounds");
    let mut transitions = 0;
    for (n, gateway) in case.gateways.iter().enumerate() {
        let changes = changes(n, from)?;
        let lasts = |k: usize| {
            changes.get(k + 1).map_or(to, |(_, next)| *next).saturating_sub(changes[k].1) >= LASTING_US
        };
        transitions += changes.len();
        let own: Vec<Line> =
            lines.iter().filter(|(_, l)| l["mac"] == gateway.mac.as_str()).cloned().collect();
        let mirrored = mirror(&own, &changes, from, to);
        let exact = gateway.announce || gateway.console.is_some();
        // a dark box says nothing: no program can know that it is dark
        for (k, (led, at)) in
            changes.iter().enumerate().filter(|(k, (led, _))| exact && *led != LedState::Dark && lasts(*k))
        {
            // what came next ends the time in which it could be told
            let end = changes.get(k + 1).map_or(to, |(_, next)| *next);
            let already = said(&own, *at) == LedSet::only(*led);
            if !already && told(&own, *led, *at).is_none_or(|seen| seen > end + tour.within_ms * 1000) {
                wrong.push(format!("{}: {led} at {} ms was never told", gateway.mac, (at - from) / 1000));
            }
        }
        if let Some(late) = mirrored.delays.iter().max().filter(|ms| **ms > tour.within_ms) {
            wrong.push(format!(
                "{}: a change was not in the set for {late} ms: {}",
                gateway.mac, mirrored.worst
            ));
        }
        let _ = write!(found, "; {}", mirrored.says(gateway.word()));
        if !wrong.is_empty() {
            wrong.push(format!("its changes: {changes:?}"));
            wrong.extend(own.iter().map(|(at, l)| format!("{} {l}", at.saturating_sub(from) / 1000)));
        }
    }
    if !wrong.is_empty() {
        wrong.push(format!("standard error: {}", complaints()));
    }
    if transitions < tour.transitions {
        wrong.push(format!(
            "{transitions} changes, fewer than {}: the tour proves too little",
            tour.transitions
        ));
    }
    wrong.extend(grown(&memory));
    let (first, last) = (memory.first().unwrap_or(&0), memory.last().unwrap_or(&0));
    let _ = write!(found, "; {transitions} changes; memory {first} to {last} KiB");
    Ok((found, wrong))
}

/// One round: the way is cut, comes back, and all boxes restart while nobody hands out addresses.
fn round(case: &Case, site: &mut site::Site) -> Result<(), String> {
    let all = |led: LedState| -> Result<(), String> {
        wait_for(Duration::from_secs(20), || {
            for n in 0..case.gateways.len() {
                let now = truth::led(&truth::events(n)?);
                if now != led {
                    return Err(format!("gateway {n} is {now} in place of {led}"));
                }
            }
            Ok(())
        })?;
        std::thread::sleep(STAYS);
        Ok(())
    };
    all(LedState::SolidGreen)?;
    shell("rtr", "nft add rule inet fw flt oifname wan0 tcp dport { 443, 4321 } drop")?;
    all(LedState::BlinkingRed)?;
    shell("rtr", "nft flush chain inet fw flt")?;
    all(LedState::SolidGreen)?;
    signal(&site.router_dhcp, "STOP")?;
    for n in 0..case.gateways.len() {
        site.restart(n, &case.gateways[n])?;
    }
    all(LedState::SolidRed)?;
    signal(&site.router_dhcp, "CONT")?;
    all(LedState::SolidGreen)
}

/// The set that had been said at that time.
fn said(lines: &[Line], at: u64) -> LedSet {
    lines.iter().rev().find(|(seen, _)| *seen <= at).map_or(LedSet::ALL, |(_, line)| {
        let states = line["led"]["possible"].as_array().into_iter().flatten();
        LedSet::of(&states.filter_map(|w| LedState::from_word(w.as_str()?)).collect::<Vec<_>>())
    })
}

/// Walks along both lives at once: what was true, and what was said.
fn mirror(lines: &[Line], changes: &[(LedState, u64)], from: u64, to: u64) -> Mirrored {
    let mut m = Mirrored::default();
    for (k, (led, begin)) in changes.iter().enumerate() {
        let end = changes.get(k + 1).map_or(to, |(_, next)| *next).max(*begin);
        let inside = lines.iter().map(|(seen, _)| *seen).filter(|seen| seen > begin && *seen < end);
        let edges: Vec<u64> = [*begin].into_iter().chain(inside).chain([end]).collect();
        // what is said of a box without power is old news, and nothing can be newer
        if *led == LedState::Dark {
            continue;
        }
        let mut wrong_until = None;
        for span in edges.windows(2) {
            let &[a, b] = span else { continue };
            let set = said(lines, a);
            if let Some(time) = m.by_size.get_mut(set.len().saturating_sub(1)) {
                *time += b - a;
            }
            if set.contains(*led) {
                m.sound += b - a;
            } else {
                m.unsound += b - a;
                wrong_until = Some(b);
            }
        }
        let delay = wrong_until.map_or(0, |b| (b - begin) / 1000);
        if end - begin < LASTING_US {
            continue;
        }
        if m.delays.iter().all(|d| *d < delay) {
            m.worst = format!("{led} at {} ms", (begin - from) / 1000);
        }
        m.delays.push(delay);
    }
    m
}

impl Mirrored {
    fn says(&self, who: &str) -> String {
        let all = self.by_size.iter().sum::<u64>().max(1);
        let percent = |us: u64| us * 100 / all;
        let mut delays = self.delays.clone();
        delays.sort_unstable();
        format!(
            "{who}: one state {} %, two {} %, three {} %, four {} %; true {:.1} %; delay median {} ms, worst {} ms ({})",
            percent(self.by_size[0]),
            percent(self.by_size[1]),
            percent(self.by_size[2]),
            percent(self.by_size[3]),
            self.sound as f64 * 100.0 / (self.sound + self.unsound).max(1) as f64,
            delays.get(delays.len() / 2).unwrap_or(&0),
            delays.last().unwrap_or(&0),
            self.worst,
        )
    }
}

/// Whether memory grew: the last quarter of the rounds against the first quarter, once it is warm.
fn grown(memory: &[u64]) -> Option<String> {
    let warm = memory.get(WARM..).filter(|m| m.len() >= 8)?;
    let median = |part: &[u64]| {
        let mut part = part.to_vec();
        part.sort_unstable();
        part.get(part.len() / 2).copied().unwrap_or(0)
    };
    let quarter = warm.len() / 4;
    let (first, last) = (median(&warm[..quarter]), median(&warm[warm.len() - quarter..]));
    // a page or two of an allocator is no leak; a tenth more after a thousand changes is
    let tenths: Vec<u64> = warm.iter().step_by(warm.len().div_ceil(10)).copied().collect();
    (last > first + first / 10).then(|| format!("memory grew from {first} to {last} KiB: {tenths:?}"))
}
