//! A gateway restarts while the program watches: each change of its LED that lasts must become a line, soon.

use super::case::{Case, Watch};
use super::host::{command, log_of, wait_for};
use super::{site, truth};
use serde_json::Value;
use solidgreen::lab::event::{Event, unix_us};
use solidgreen::model::LedState;
use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

/// A line of the program and when it was read.
pub type Line = (u64, Value);

/// A running `watch` in the laptop's namespace, and what it has said.
pub struct Watching {
    program: Child,
    lines: Arc<Mutex<Vec<Line>>>,
    reader: JoinHandle<Option<()>>,
}

impl Watching {
    /// Starts it and waits for its first line: from then on it watches.
    pub fn begin(secs: u64, args: &[&str]) -> Result<Watching, String> {
        let for_secs = secs.to_string();
        let args: Vec<&str> =
            ["watch", "--json-lines", "--for", &for_secs].into_iter().chain(args.iter().copied()).collect();
        let mut program = command("laptop", &site::program(), &args)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(std::fs::File::create(log_of("watch")).map_err(|e| e.to_string())?)
            .spawn()
            .map_err(|e| e.to_string())?;
        let lines: Arc<Mutex<Vec<Line>>> = Arc::default();
        let (out, kept) = (program.stdout.take(), lines.clone());
        let reader = std::thread::spawn(move || {
            for line in BufReader::new(out?).lines().map_while(Result::ok) {
                let at = unix_us();
                // what is no JSON is found by who reads it, as a line that says nothing
                let json = serde_json::from_str(&line).unwrap_or(Value::Null);
                kept.lock().unwrap_or_else(PoisonError::into_inner).push((at, json));
            }
            Some(())
        });
        let mut watching = Watching { program, lines, reader };
        let begun = wait_for(Duration::from_secs(secs), || {
            if watching.so_far().is_empty() { Err("no line".to_owned()) } else { Ok(()) }
        });
        if let Err(why) = begun {
            let _ = watching.program.kill();
            let _ = watching.program.wait();
            return Err(format!("watch says nothing {why}: {}", complaints()));
        }
        Ok(watching)
    }

    pub fn so_far(&self) -> Vec<Line> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What the program holds of the machine's memory, KiB.
    pub fn memory_kib(&self) -> Result<u64, String> {
        memory_kib(self.program.id(), "VmRSS")
    }

    /// Ends it as Ctrl+C does.
    pub fn stop(self) -> Result<Vec<Line>, String> {
        signal(&self.program, "INT")?;
        self.end()
    }

    /// Waits for its end.
    pub fn end(mut self) -> Result<Vec<Line>, String> {
        self.program.wait().map_err(|e| e.to_string())?;
        let _ = self.reader.join();
        Ok(std::mem::take(&mut *self.lines.lock().unwrap_or_else(PoisonError::into_inner)))
    }
}

/// A line of what the system tells of a process's memory, KiB.
pub fn memory_kib(process: u32, what: &str) -> Result<u64, String> {
    let file = format!("/proc/{process}/status");
    let status = std::fs::read_to_string(&file).map_err(|e| format!("{file}: {e}"))?;
    let line =
        status.lines().find_map(|l| l.strip_prefix(what)?.strip_prefix(':')).ok_or(format!("no {what}"))?;
    line.trim().trim_end_matches("kB").trim().parse().map_err(|e| format!("{line}: {e}"))
}

/// What the program said on standard error.
pub fn complaints() -> String {
    std::fs::read_to_string(log_of("watch")).unwrap_or_default().trim().to_owned()
}

/// The first line from `at` on that knows this LED and no other: when it was read.
pub fn told(lines: &[Line], led: LedState, at: u64) -> Option<u64> {
    let knows = |json: &Value| json["led"]["possible"] == serde_json::json!([led.word()]);
    lines.iter().find(|(seen, json)| *seen >= at && knows(json)).map(|(seen, _)| *seen)
}

/// Restarts gateway 0 while `watch` runs; what was found, and everything that is not as expected.
pub fn run(case: &Case, watch: Watch, site: &mut site::Site) -> Result<(String, Vec<String>), String> {
    let gateway = case.gateways.first().ok_or("a watched case needs a gateway")?;
    let watching = Watching::begin(watch.secs, &["--mac", &gateway.mac])?;
    // the box is known before it restarts; where it is not, what follows tells
    let _ = wait_for(Duration::from_secs(4), || {
        told(&watching.so_far(), LedState::SolidGreen, 0).ok_or_else(|| "not known yet".to_owned())
    });
    let from = unix_us();
    restart(site, case, watch)?;
    truth::prove(0, LedState::SolidGreen, gateway)?;
    let lines = watching.end()?;
    let transitions = lasting(from)?;
    let mut wrong = Vec::new();
    let mut delays = Vec::new();
    for (led, at) in &transitions {
        match told(&lines, *led, *at).map(|seen| (seen - at) / 1000) {
            Some(ms) if ms <= watch.within_ms => delays.push(format!("{led} {ms} ms")),
            Some(ms) => wrong.push(format!("{led} was told after {ms} ms, more than {}", watch.within_ms)),
            None => wrong.push(format!("{led} was never told")),
        }
    }
    if !transitions.iter().any(|(led, _)| *led == LedState::SolidRed) {
        wrong.push("the restart gave no lasting solid red: the case proves nothing".into());
    }
    if !wrong.is_empty() {
        wrong.extend(lines.iter().map(|(at, json)| format!("{at} {json}")));
    }
    Ok((delays.join(", "), wrong))
}

/// Power off, power on; meanwhile nobody serves DHCP.
pub fn restart(site: &mut site::Site, case: &Case, watch: Watch) -> Result<(), String> {
    signal(&site.router_dhcp, "STOP")?;
    site.restart(0, case.gateways.first().ok_or("no gateway")?)?;
    // the time of the fault itself, not a wait for something to happen
    std::thread::sleep(Duration::from_millis(watch.without_dhcp_ms));
    signal(&site.router_dhcp, "CONT")
}

pub fn signal(child: &Child, name: &str) -> Result<(), String> {
    super::host::run("sh", &["-c", &format!("kill -{name} {}", child.id())]).map(drop)
}

/// Every change of gateway `n` since `from`: the new state, and when.
pub fn changes(n: usize, from: u64) -> Result<Vec<(LedState, u64)>, String> {
    Ok(truth::events(n)?
        .into_iter()
        .filter_map(|s| if let Event::Led { led } = s.event { Some((led, s.unix_us)) } else { None })
        .filter(|(_, at)| *at >= from)
        .collect())
}

/// The states of gateway 0 since `from` that lasted half a second or longer, with their beginning.
pub fn lasting(from: u64) -> Result<Vec<(LedState, u64)>, String> {
    let changes = changes(0, from)?;
    let ends = changes.iter().skip(1).map(|(_, at)| *at).chain([u64::MAX]);
    Ok(changes
        .iter()
        .zip(ends)
        // a dark box says nothing: no program can know that it is dark
        .filter(|((led, at), end)| *led != LedState::Dark && end - at >= 500_000)
        .map(|(change, _)| *change)
        .collect())
}
