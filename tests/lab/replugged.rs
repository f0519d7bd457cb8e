//! The laptop's own adapter is pulled out and plugged in again while the program watches: it comes back under another number
//! of the system. That it is gone is said as this computer's own fault, and each change of the LED after it is told. The
//! same for "plug it in now". And searches on an adapter that goes down as they begin: each of them ends.

use super::case::{Case, Watch};
use super::host::{command, ip_batch, log_of, wait_for};
use super::plan::Plan;
use super::site::{self, LAPTOP_MAC};
use super::truth;
use super::watched::{Watching, complaints, lasting, restart, told};
use solidgreen::lab::event::unix_us;
use solidgreen::model::LedState;
use std::process::Stdio;
use std::time::Duration;

/// Whatever changes is told within this.
const SOON: Duration = Duration::from_secs(45);
/// A search that has not ended by then waits for ever.
const FOR_EVER: Duration = Duration::from_secs(60);
/// When the interface goes down, milliseconds after a search began.
const DOWN_MS: [u64; 5] = [0, 5, 20, 50, 100];

/// Pulls and plugs; what was found, and everything that is not as expected.
pub fn run(case: &Case, site: &mut site::Site) -> Result<(String, Vec<String>), String> {
    let gateway = case.gateways.first().ok_or("a box is needed to be watched")?;
    let plan = site.plan;
    let watching = Watching::begin(120, &["--mac", &gateway.mac])?;
    wait_for(SOON, || {
        told(&watching.so_far(), LedState::SolidGreen, 0).ok_or_else(|| "not known yet".to_owned())
    })?;
    ip_batch(Some("laptop"), "link del eth0\n")?;
    says("eth0 is gone")?;
    plug_in(plan)?;
    says("it works again")?;
    let from = unix_us();
    restart(site, case, Watch { secs: 0, without_dhcp_ms: 2_500, within_ms: 0 })?;
    truth::prove(0, LedState::SolidGreen, gateway)?;
    let mut wrong = Vec::new();
    for (led, at) in lasting(from)? {
        let heard = wait_for(SOON, || told(&watching.so_far(), led, at).ok_or_else(String::new));
        if heard.is_err() {
            wrong.push(format!("{led} was never told after the adapter came back"));
        }
    }
    let lines = watching.stop()?;
    if !wrong.is_empty() {
        wrong.extend(lines.iter().map(|(at, json)| format!("{at} {json}")));
        wrong.push(complaints());
    }
    let ended = searches(plan)?;
    wrong.extend(ended);
    Ok(("the outage and each change after it, and every search ended".into(), wrong))
}

/// "Plug it in now" while the adapter goes and comes: the box that is plugged in after it, which only a sweep can see, is
/// found all the same.
pub fn finder(case: &Case, site: &site::Site) -> Result<(String, Vec<String>), String> {
    let (last, gateway) =
        case.gateways.iter().enumerate().next_back().ok_or("a finder needs a gateway to find")?;
    let log = std::fs::File::create(log_of("watch")).map_err(|e| e.to_string())?;
    let mut program = command("laptop", &site::program(), &["find", "--plug-in", "--json", "--wait", "100"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(log)
        .spawn()
        .map_err(|e| e.to_string())?;
    let pulled = (|| {
        says("plug the box in now")?;
        ip_batch(Some("laptop"), "link del eth0\n")?;
        says("eth0 is gone")?;
        plug_in(site.plan)?;
        says("it works again")?;
        ip_batch(Some("sw"), &format!("link set p_gw{last} up\n"))
    })();
    if pulled.is_err() {
        let _ = program.kill();
    }
    let out = program.wait_with_output().map_err(|e| e.to_string())?;
    pulled?;
    let found: serde_json::Value = serde_json::from_slice(&out.stdout).unwrap_or_default();
    let listed = found["gateways"].as_array().into_iter().flatten().any(|g| g["mac"] == gateway.mac.as_str());
    let mut wrong = Vec::new();
    if !listed || !out.status.success() {
        wrong.push(format!("{} is not found, {}: {found} {}", gateway.mac, out.status, complaints()));
    }
    Ok(("found after the adapter came back".into(), wrong))
}

/// Waits until the program says it on the error stream.
fn says(what: &str) -> Result<(), String> {
    wait_for(SOON, || {
        let said = complaints();
        if said.contains(what) { Ok(()) } else { Err(format!("it does not say '{what}': {said}")) }
    })
}

/// The same adapter, with its address, under a new number.
fn plug_in(plan: Plan) -> Result<(), String> {
    ip_batch(
        Some("laptop"),
        &format!("link add eth0 address {LAPTOP_MAC} type veth peer name p_laptop netns sw\n"),
    )?;
    ip_batch(Some("sw"), "link set p_laptop master br0 up\n")?;
    up(plan)
}

fn up(plan: Plan) -> Result<(), String> {
    ip_batch(
        Some("laptop"),
        &format!(
            "addr replace {}/{} brd + dev eth0\nlink set eth0 up\nroute replace default via {}\n",
            plan.laptop, plan.prefix, plan.router
        ),
    )
}

/// Searches and checks whose interface goes down as they begin; those that do not end.
fn searches(plan: Plan) -> Result<Vec<String>, String> {
    let mut wrong = Vec::new();
    for (what, after) in ["find", "check"].into_iter().flat_map(|what| DOWN_MS.map(|ms| (what, ms))) {
        up(plan)?;
        let mut program = command("laptop", &site::program(), &[what, "--json"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|e| e.to_string())?;
        // the moment of the fault itself, not a wait for something to happen
        std::thread::sleep(Duration::from_millis(after));
        ip_batch(Some("laptop"), "link set eth0 down\n")?;
        let end = wait_for(FOR_EVER, || match program.try_wait() {
            Ok(Some(_)) => Ok(()),
            Ok(None) => Err("it goes on".to_owned()),
            Err(e) => Err(e.to_string()),
        });
        if end.is_err() {
            wrong.push(format!("{what} does not end, whose interface went down after {after} ms"));
            let _ = program.kill();
            let _ = program.wait();
        }
    }
    Ok(wrong)
}
