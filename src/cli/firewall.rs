//! `solidgreen firewall`: the texts of a platform, the change request, the MUD file; and the two readers of what somebody
//! pastes from a firewall.

use super::{BLIND, CAUSE, USAGE, args, fail, json, out, print};
use crate::firewall;
use crate::model::Mac;
use crate::model::mac::TypedMac;
use crate::model::rule::{Part, RuleChoice, RuleGateway, Scope};
use crate::profile::Profile;
use crate::session;
use crate::wire::pasted::{denials, leases};
use std::fmt::Write as _;
use std::io::Read as _;
use std::net::Ipv4Addr;
use std::path::Path;
use std::process::ExitCode;

/// `solidgreen firewall`.
pub(super) fn run(profile: &Profile, a: &args::Firewall) -> ExitCode {
    typed(a).for_each(super::say_repairs);
    match (&a.read_leases, &a.read_log) {
        (Some(file), _) => read_leases(file, a),
        (_, Some(file)) => read_log(file, a),
        _ => text(profile, a),
    }
}

fn text(profile: &Profile, a: &args::Firewall) -> ExitCode {
    if a.list {
        return out(&if a.json { print::platforms_json() } else { print::platforms() });
    }
    if a.mud {
        return mud(profile, a);
    }
    let one = a.mac.as_ref().zip(a.ip).map(|(typed, ip)| RuleGateway { mac: typed.mac, ip });
    let more = a.gateway.iter().map(|(typed, ip)| RuleGateway { mac: typed.mac, ip: *ip });
    let gateways: Vec<RuleGateway> = one.into_iter().chain(more).collect();
    let Some(id) = a.vendor.as_ref().filter(|_| !gateways.is_empty()) else {
        return fail(USAGE, "give --vendor with --mac and --ip, or with --gateway, or --list");
    };
    let Some(platform) = firewall::platform(id) else {
        let ids: Vec<&str> = firewall::platforms().iter().map(|p| p.id()).collect();
        let id = crate::model::text::foreign(id);
        return fail(USAGE, format!("there is no platform '{id}'; there are: {}", ids.join(", ")));
    };
    if let Some((key, _)) =
        a.set.iter().find(|(key, _)| !platform.placeholders().iter().any(|p| p.key == key))
    {
        let keys: Vec<&str> = platform.placeholders().iter().map(|p| p.key).collect();
        let key = crate::model::text::foreign(key);
        return fail(USAGE, format!("{id} has no placeholder '{key}'; it has: {}", keys.join(", ")));
    }
    if let Err(why) = version_has_text(platform, &a.version) {
        return fail(USAGE, why);
    }
    let choice = RuleChoice {
        version: a.version.clone(),
        scope: Scope::from(a.scope),
        words: a.set.iter().cloned().collect(),
        ..RuleChoice::default()
    };
    let intent = session::intent(profile, gateways, &a.site, &choice);
    if a.change_request {
        return match firewall::change_request(platform, &intent) {
            Ok(request) => out(&firewall::as_markdown(&request)),
            Err(why) => fail(USAGE, why),
        };
    }
    let parts: Vec<Part> = a.part.part().map_or_else(|| Part::ALL.to_vec(), |p| vec![p]);
    let pack: Vec<_> = parts.iter().map(|p| platform.part(*p, &intent)).collect();
    if a.json {
        let value = serde_json::json!({ "schema": json::SCHEMA, "platform": id, "parts": pack, "repaired": json::repaired(typed(a)) });
        return out(&format!("{value:#}\n"));
    }
    out(&firewall::render_all(platform, &pack))
}

/// Whether there is a text for this version; where one text holds for all, that is only said.
fn version_has_text(platform: &firewall::Platform, version: &str) -> Result<(), String> {
    let releases = platform.about().releases;
    if version.is_empty() || platform.release(version).is_some() {
        return Ok(());
    }
    if releases.is_empty() {
        eprintln!("solidgreen: {} has one text for all versions: {}", platform.id(), platform.versions());
        return Ok(());
    }
    let known: Vec<String> = releases.iter().map(|r| format!("{} ({})", r.id, r.means)).collect();
    let version = crate::model::text::foreign(version);
    Err(format!("{} has no text for version '{version}'; it has: {}", platform.id(), known.join(", ")))
}

/// The rule of a kind of device: no gateway is named in it.
fn mud(profile: &Profile, a: &args::Firewall) -> ExitCode {
    let anyone = RuleGateway { mac: Mac([0x02, 0, 0, 0, 0, 0]), ip: Ipv4Addr::new(192, 0, 2, 1) };
    let choice = RuleChoice { scope: Scope::from(a.scope), ..RuleChoice::default() };
    let intent = session::intent(profile, vec![anyone], "", &choice);
    match firewall::mud(&intent, &profile.name, &a.mud_url, session::world::unix_ms()) {
        Ok(file) => {
            if a.mud_url == firewall::NOWHERE {
                eprintln!(
                    "solidgreen: give --mud-url with the address under which the site will serve this file"
                );
            }
            out(&file)
        }
        Err(why) => fail(USAGE, why),
    }
}

/// What a file holds, or what is pasted into the terminal.
fn pasted(file: &Path) -> Result<String, ExitCode> {
    let mut bytes = Vec::new();
    let limit = leases::TEXT_MAX as u64;
    let read = if file == Path::new("-") {
        std::io::stdin().lock().take(limit).read_to_end(&mut bytes)
    } else {
        std::fs::File::open(file).and_then(|f| f.take(limit).read_to_end(&mut bytes))
    };
    match read {
        Ok(_) => Ok(String::from_utf8_lossy(&bytes).into_owned()),
        Err(e) => Err(fail(BLIND, format!("{} could not be read: {e}", file.display()))),
    }
}

fn typed(a: &args::Firewall) -> impl Iterator<Item = &TypedMac> {
    a.mac.iter().chain(a.gateway.iter().map(|(typed, _)| typed))
}

fn macs(a: &args::Firewall) -> Vec<Mac> {
    typed(a).map(|typed| typed.mac).collect()
}

/// 0: each gateway has an address there; 1: one of them has none.
fn read_leases(file: &Path, a: &args::Firewall) -> ExitCode {
    let text = match pasted(file) {
        Ok(text) => text,
        Err(status) => return status,
    };
    let macs = macs(a);
    let table = leases::read(&text, &macs);
    let found = |mac: &Mac| table.of(*mac).filter(|l| l.in_force && l.ip.is_some());
    let printed = if a.json {
        let entries: Vec<serde_json::Value> = macs
            .iter()
            .filter_map(|mac| table.of(*mac))
            .map(|l| {
                serde_json::json!({ "mac": l.mac, "ip": l.ip, "line": l.line + 1, "in_force": l.in_force, "text": l.shown })
            })
            .collect();
        let value = serde_json::json!({
            "schema": json::SCHEMA, "lines": table.lines, "devices": table.devices, "leases": entries, "near": table.near,
            "repaired": json::repaired(typed(a)),
        });
        out(&format!("{value:#}\n"))
    } else {
        out(&leases_in_words(&table, &macs))
    };
    if printed == ExitCode::SUCCESS && !macs.iter().all(|mac| found(mac).is_some()) {
        return ExitCode::from(CAUSE);
    }
    printed
}

fn leases_in_words(table: &leases::Table, macs: &[Mac]) -> String {
    let mut out = String::new();
    for mac in macs {
        let _ = match table.of(*mac) {
            Some(l) => writeln!(out, "{}\n  line {}: {}", l.in_plain_words(), l.line + 1, l.shown),
            None => {
                writeln!(out, "{mac} is not in this text: {} lines, {} devices.", table.lines, table.devices)
            }
        };
    }
    for near in &table.near {
        let _ = writeln!(out, "{near} is there and differs in a digit or two: read the label again.");
    }
    out
}

/// 0: nothing of the gateway was denied; 1: something was.
fn read_log(file: &Path, a: &args::Firewall) -> ExitCode {
    let text = match pasted(file) {
        Ok(text) => text,
        Err(status) => return status,
    };
    let macs = macs(a);
    let ips: Vec<Ipv4Addr> = a.ip.into_iter().chain(a.gateway.iter().map(|(_, ip)| *ip)).collect();
    if macs.is_empty() && ips.is_empty() {
        return fail(USAGE, "give --mac or --ip of the gateway, or both");
    }
    let log = denials::read(&text, &macs, &ips);
    let sorts = log.sorts();
    let printed = if a.json {
        let entries: Vec<serde_json::Value> = log
            .entries
            .iter()
            .map(|e| {
                serde_json::json!({
                    "line": e.line + 1, "action": e.action.word(), "rule": e.rule, "protocol": e.protocol,
                    "to": e.destination, "port": e.port, "words": e.in_plain_words(), "text": e.shown,
                })
            })
            .collect();
        let value = serde_json::json!({ "schema": json::SCHEMA, "lines": log.lines, "entries": entries, "repaired": json::repaired(typed(a)) });
        out(&format!("{value:#}\n"))
    } else {
        let mut words = format!("{} lines, {} of them of the gateway.\n", log.lines, log.entries.len());
        for sort in &sorts {
            let _ =
                writeln!(words, "{:>5} x  {} (first in line {})", sort.times, sort.sentence, sort.line + 1);
        }
        out(&words)
    };
    if printed == ExitCode::SUCCESS && sorts.iter().any(|s| s.action == denials::Action::Denied) {
        return ExitCode::from(CAUSE);
    }
    printed
}
