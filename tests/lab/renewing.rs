//! A real DHCP client renews this computer's lease while checks run back to back: no probe of ours may cost it one.

use super::case::{Case, Client, Renewing};
use super::host::{self, SCRATCH, command, resolv_conf, start, wait_for};
use super::plan::Plan;
use super::site;
use serde_json::Value;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::time::{Duration, Instant};

/// Takes what a client learned, and keeps a line of each event. Both names of each value are tried: udhcpc's, dhclient's.
const SCRIPT: &str = r#"#!/bin/sh
event=${reason:-$1}
echo "$event" >> LOG
address=${new_ip_address:-$ip}
case $event in
bound|renew|BOUND|RENEW|REBIND)
  ip addr replace $address/${new_subnet_mask:-$mask} brd + dev eth0
  for r in ${new_routers:-$router}; do ip route replace default via $r; break; done
  for d in ${new_domain_name_servers:-$dns}; do echo nameserver $d; done > RESOLV
;;
esac
"#;

/// Starts the client and waits for its first lease.
pub fn begin(renewing: &Renewing) -> Result<(), String> {
    let (script, log, resolv) = (format!("{SCRATCH}/lease.sh"), log(), resolv_conf("laptop"));
    let text = SCRIPT.replace("LOG", &log).replace("RESOLV", &resolv.display().to_string());
    fs::write(&script, text).map_err(|e| e.to_string())?;
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).map_err(|e| e.to_string())?;
    fs::write(&resolv, "").map_err(|e| e.to_string())?;
    let (leases, pid) = (format!("{SCRATCH}/dhclient.leases"), format!("{SCRATCH}/dhclient.pid"));
    let (program, args): (&str, Vec<&str>) = match renewing.client {
        Client::Udhcpc => ("udhcpc", vec!["-f", "-i", "eth0", "-s", &script]),
        Client::Dhclient => {
            ("dhclient", vec!["-4", "-d", "-sf", &script, "-lf", &leases, "-pf", &pid, "eth0"])
        }
        Client::Dhcpcd => ("dhcpcd", vec!["-4", "-B", "-d", "-A", "-f", "/dev/null", "-c", &script, "eth0"]),
    };
    // dhcpcd keeps its leases under /var/lib, which is the machine's
    let script = "mkdir -p /run/lab/state /run/dhcpcd && { mount --bind /run/lab/state /var/lib/dhcpcd || true; } && exec \"$@\"";
    let args: Vec<&str> = ["-c", script, "sh", program].into_iter().chain(args).collect();
    start("laptop", "client", "sh", &args)?;
    wait_for(Duration::from_secs(20), || {
        let servers = fs::read_to_string(&resolv).unwrap_or_default();
        if servers.contains("nameserver") { Ok(()) } else { Err(format!("no lease: {}", said())) }
    })
}

/// Checks until the lease was renewed often enough; what was found, and everything that is not as expected.
pub fn run(case: &Case, renewing: &Renewing, plan: Plan) -> Result<(String, Vec<String>), String> {
    let before = address()?;
    let until = Instant::now() + Duration::from_secs(u64::from(case.lease_secs.unwrap_or(600)) * 3);
    let (mut checks, mut probes) = (0, 0);
    while Instant::now() < until {
        let args: Vec<String> = case.check.iter().map(|a| plan.fill(a)).collect();
        let args: Vec<&str> =
            ["check", "--json"].into_iter().chain(args.iter().map(String::as_str)).collect();
        let out = command("laptop", &site::program(), &args).output().map_err(|e| e.to_string())?;
        let json: Value = serde_json::from_slice(&out.stdout).map_err(|e| e.to_string())?;
        probes += json["footprint"]["by_kind"]["dhcp-probe"].as_u64().unwrap_or(0);
        checks += 1;
    }
    let events = fs::read_to_string(log()).unwrap_or_default();
    let is = |what: &[&str]| events.lines().filter(|l| what.contains(l)).count();
    let (renewed, lost) = (
        is(&["renew", "RENEW", "REBIND"]),
        is(&["leasefail", "nak", "EXPIRE", "FAIL", "NAK"]) + is(&["bound", "BOUND"]).saturating_sub(1),
    );
    let mut wrong = Vec::new();
    if renewed < renewing.renewals {
        wrong.push(format!("{renewed} renewals, fewer than {}", renewing.renewals));
    }
    if lost > 0 {
        wrong.push(format!("the lease was lost {lost} times"));
    }
    if address()? != before {
        wrong.push(format!("the address changed from {before} to {}", address()?));
    }
    if probes == 0 {
        wrong.push("no DHCP probe was sent: the case proves nothing".into());
    }
    if !wrong.is_empty() {
        wrong.push(format!("events: {}; log: {}", events.replace('\n', " "), said()));
    }
    let rebound = is(&["REBIND"]);
    Ok((
        format!("{renewed} renewals ({rebound} by broadcast), {lost} lost, {checks} checks, {probes} probes"),
        wrong,
    ))
}

fn log() -> String {
    format!("{SCRATCH}/lease.events")
}

fn said() -> String {
    fs::read_to_string(host::log_of("client")).unwrap_or_default()
}

fn address() -> Result<String, String> {
    let text = host::run("ip", &["-n", "laptop", "-4", "-br", "addr", "show", "dev", "eth0"])?;
    Ok(text.split_whitespace().nth(2).unwrap_or("none").to_owned())
}
