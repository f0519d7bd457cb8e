//! When the gateway and all 20 hosts of a /24 are seen, without and with root's rights, beside arp-scan and nmap.

use super::numbers::{Numbers, ratios, row, runs};
use super::sites;
use crate::case::Case;
use crate::host::{SCRATCH, command, run};
use crate::{raise, site};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeSet;
use std::process::Command;
use std::time::{Duration, Instant};

const RUNS: usize = 7;
const HOSTS: usize = 20;
/// The user called "nobody".
const NOBODY: &str = "65534";

#[derive(Debug, Default, Serialize, Deserialize)]
struct Search {
    gateway_ms: f64,
    all_ms: f64,
    wall_ms: f64,
}

#[derive(Debug, Serialize, Deserialize)]
pub struct Once {
    user: Search,
    root: Search,
    arp_scan_ms: f64,
    arp_scan_hosts: usize,
    nmap_ms: f64,
    nmap_hosts: usize,
}

fn case() -> Result<Case, String> {
    let text = format!(
        "about = \"a full /24\"\nhosts = {}\n[[gateway]]\nmac = \"34:a5:e1:12:34:56\"\n[expect]\nled = [\"solid-green\"]\n",
        HOSTS - site::CROWD
    );
    toml::from_str(&text).map_err(|e| e.to_string())
}

/// The MACs of the 20 hosts, as the lab gives them.
fn macs() -> BTreeSet<String> {
    (0..HOSTS).map(|n| format!("b8:27:eb:00:00:{n:02x}")).collect()
}

pub fn inside() -> Result<Once, String> {
    let case = case()?;
    let _site = raise::raise(&case, crate::plan::Kind::default())?;
    let gateway = case.gateways.first().map(|g| g.mac.clone()).unwrap_or_default();
    // a home of its own, and the program where nobody may read it
    let (home, program) = (format!("{SCRATCH}/nobody"), format!("{SCRATCH}/solidgreen"));
    run("install", &["-d", "-o", NOBODY, "-g", NOBODY, &home])?;
    run("install", &["-m", "755", &site::program(), &program])?;
    let find = ["find", "--json"];
    let rights = ["--reuid", NOBODY, "--regid", NOBODY, "--clear-groups", "--inh-caps=-all", &program];
    let as_user: Vec<&str> = rights.into_iter().chain(find).collect();
    let mut user = command("laptop", "setpriv", &as_user);
    for name in ["HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"] {
        user.env(name, &home);
    }
    let user = search(user, &gateway)?;
    let root = search(command("laptop", &program, &find), &gateway)?;
    let scan = ["--interface=eth0", "--localnet", "--plain", "--quiet"];
    let (arp_scan_ms, said) = timed(command("laptop", "arp-scan", &scan))?;
    let arp_scan_hosts = macs().iter().filter(|m| said.contains(m.as_str())).count();
    let (nmap_ms, said) = timed(command("laptop", "nmap", &["-sn", "-n", "192.168.7.0/24"]))?;
    let nmap_hosts = macs().iter().filter(|m| said.to_lowercase().contains(m.as_str())).count();
    Ok(Once { user, root, arp_scan_ms, arp_scan_hosts, nmap_ms, nmap_hosts })
}

/// Runs a program that begins knowing no neighbour; milliseconds until its end, and what it said.
fn timed(mut program: Command) -> Result<(f64, String), String> {
    run("ip", &["-n", "laptop", "neigh", "flush", "all"])?;
    let known = run("ip", &["-n", "laptop", "neigh", "show"])?;
    if known.contains("lladdr") {
        return Err(format!("the laptop knows neighbours before it looks: {known}"));
    }
    // the caches of the switch and of the neighbours are as warm for each
    std::thread::sleep(Duration::from_millis(300));
    let began = Instant::now();
    let out = program.output().map_err(|e| e.to_string())?;
    let ms = began.elapsed().as_secs_f64() * 1000.0;
    if !out.status.success() {
        return Err(format!("{program:?}: {}: {}", out.status, String::from_utf8_lossy(&out.stderr).trim()));
    }
    Ok((ms, String::from_utf8_lossy(&out.stdout).into_owned()))
}

fn search(program: Command, gateway: &str) -> Result<Search, String> {
    let (wall_ms, said) = timed(program)?;
    let json: Value = serde_json::from_str(&said).map_err(|e| format!("{e}: {said}"))?;
    let of = |list: &str, mac: &str| {
        let found = json[list].as_array()?.iter().find(|h| h["mac"] == mac)?;
        found["first_seen_ms"].as_f64()
    };
    let gateway_ms = of("gateways", gateway).ok_or_else(|| format!("the gateway was not seen: {json}"))?;
    let mut all_ms = 0_f64;
    for mac in macs() {
        let seen = of("hosts", &mac).ok_or_else(|| format!("the host {mac} was not seen: {json}"))?;
        all_ms = all_ms.max(seen);
    }
    Ok(Search { gateway_ms, all_ms, wall_ms })
}

/// Picks one search of a run.
type Of = fn(&Once) -> &Search;

pub fn measure() -> Result<(), String> {
    let mut all_runs = Vec::new();
    for _ in 0..runs(RUNS) {
        all_runs.push(sites::run::<Once>("find")?);
    }
    let of = |value: fn(&Once) -> f64| Numbers(all_runs.iter().map(value).collect());
    let (arp, nmap) = (of(|r| r.arp_scan_ms), of(|r| r.nmap_ms));
    let users: [(&str, Of); 2] = [("without rights", |r| &r.user), ("as root", |r| &r.root)];
    for (who, search) in users {
        let of = |value: fn(&Search) -> f64| Numbers(all_runs.iter().map(|r| value(search(r))).collect());
        let all = of(|s| s.all_ms);
        row(&format!("gateway first seen, {who}, ms"), &of(|s| s.gateway_ms).text(0), "< 300");
        row(&format!("all {HOSTS} hosts seen, {who}, ms"), &all.text(0), "< 1000");
        row(&format!("  arp-scan's end / all hosts seen, {who}"), &ratios(&arp, &all).text(1), ">= 10");
        row(&format!("  nmap's end / all hosts seen, {who}"), &ratios(&nmap, &all).text(1), ">= 10");
        row(&format!("find --json, whole process, {who}, ms"), &of(|s| s.wall_ms).text(0), "");
    }
    let least = |hosts: fn(&Once) -> usize| all_runs.iter().map(hosts).min().unwrap_or(0);
    row(
        "arp-scan --localnet, whole process, ms",
        &arp.text(0),
        &format!("found {}", least(|r| r.arp_scan_hosts)),
    );
    row("nmap -sn -n, whole process, ms", &nmap.text(0), &format!("found {}", least(|r| r.nmap_hosts)));
    Ok(())
}
