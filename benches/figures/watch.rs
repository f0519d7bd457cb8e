//! From a change of the LED in the virtual gateway to the line of `watch --json-lines`, by one clock.

use super::numbers::{Numbers, row, runs};
use super::sites;
use crate::case::{Case, Fault, How, Watch};
use crate::host::{SCRATCH, shell};
use crate::watched::{self, Watching};
use crate::{fault, raise, truth};
use serde::{Deserialize, Serialize};
use solidgreen::lab::event::unix_us;
use solidgreen::model::LedState;
use std::time::Duration;

/// Sandboxes for each way.
const RUNS: usize = 3;
/// Times that the cloud goes and comes back in one sandbox.
const ROUNDS: usize = 4;
const MAC: &str = "34:a5:e1:12:34:56";

#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Delays {
    ms: Numbers,
    /// Changes that no line told before the next one.
    missed: usize,
}

/// By which way the program knows, the keys of the gateway that give it that way, and what is wanted.
const WAYS: [(&str, &str, &str); 3] = [
    ("console", "console = \"rtos-log\"", "< 100"),
    ("mdns", "announce = true", "< 1000"),
    ("dhcp", "", "< 1000"),
];

pub fn inside(way: &str) -> Result<Delays, String> {
    let (_, keys, _) = WAYS.iter().find(|w| w.0 == way).ok_or("no such way")?;
    let text = format!(
        "about = \"watched\"\n[[gateway]]\nmac = \"{MAC}\"\n{keys}\n[expect]\nled = [\"solid-green\"]\n"
    );
    let case: Case = toml::from_str(&text).map_err(|e| e.to_string())?;
    let mut site = raise::raise(&case, crate::plan::Kind::default())?;
    let tty = format!("{SCRATCH}/gw0.tty");
    let mut args = vec!["--mac", MAC];
    if way == "console" {
        args.extend(["--port", &tty]);
    }
    let watching = Watching::begin(75, &args)?;
    // what the first check finds is news of the check, not of the LED
    std::thread::sleep(Duration::from_millis(4_000));
    let from = unix_us();
    if way == "dhcp" {
        for _ in 0..ROUNDS {
            let restart = Watch { secs: 0, without_dhcp_ms: 1_500, within_ms: 0 };
            watched::restart(&mut site, &case, restart)?;
            settle(LedState::SolidGreen)?;
        }
    } else {
        let blocked =
            Fault::Filter { ports: vec![443, 4321], addresses: vec![], mac: None, how: How::TcpReset };
        for _ in 0..ROUNDS {
            fault::make(&blocked, crate::plan::Plan::of(crate::plan::Kind::default()))?;
            settle(LedState::BlinkingRed)?;
            shell("rtr", "nft flush chain inet fw flt")?;
            settle(LedState::SolidGreen)?;
        }
    }
    let lines = watching.so_far();
    let changes = watched::lasting(from)?;
    let ends: Vec<u64> = changes.iter().skip(1).map(|c| c.1).chain([u64::MAX]).collect();
    let mut delays = Delays::default();
    for ((led, at), end) in changes.into_iter().zip(ends) {
        // without console and announcement only "no address" can be heard
        if way == "dhcp" && led != LedState::SolidRed {
            continue;
        }
        match watched::told(&lines, led, at).filter(|seen| *seen < end) {
            Some(seen) => delays.ms.add((seen - at) as f64 / 1000.0),
            None => delays.missed += 1,
        }
    }
    Ok(delays)
}

/// Waits until the LED is this, and has been for long enough to be told.
fn settle(led: LedState) -> Result<(), String> {
    crate::host::wait_for(Duration::from_secs(15), || {
        let now = truth::led(&truth::events(0)?);
        if now == led { Ok(()) } else { Err(format!("the LED is {now} in place of {led}")) }
    })?;
    std::thread::sleep(Duration::from_millis(2_200));
    Ok(())
}

pub fn measure() -> Result<(), String> {
    for (way, _, wanted) in WAYS {
        let mut all = Delays::default();
        for _ in 0..runs(RUNS) {
            let once = sites::run::<Delays>(&format!("watch {way}"))?;
            all.ms.0.extend(once.ms.0);
            all.missed += once.missed;
        }
        let told = format!("{wanted}, {} changes, {} not told", all.ms.0.len() + all.missed, all.missed);
        row(&format!("change of the LED to line, by {way}, ms"), &all.ms.text(1), &told);
    }
    Ok(())
}
