//! `solidgreen firewall --read-leases` and `--read-log`: what somebody pastes from a firewall, a switch or a DHCP server.

use super::{BLIND, CAUSE, USAGE, args, fail, json, out};
use crate::model::pasted::{Action, Counts, Entry, LeaseState, Pasted, Reading, TextKind};
use crate::model::{Mac, Owner};
use crate::platform::reading;
use crate::profile::Profile;
use crate::session::world;
use crate::wire::pasted;
use std::fmt::Write as _;
use std::io::Read as _;
use std::net::Ipv4Addr;
use std::path::Path;
use std::process::ExitCode;

/// What a file holds, or what is pasted into the terminal.
fn text(file: &Path) -> Result<String, ExitCode> {
    let mut bytes = Vec::new();
    // more than is read of it, in whatever encoding: that it is longer has to be seen
    let limit = 2 * pasted::TEXT_MAX as u64 + 4;
    match reading::given(file).and_then(|from| from.take(limit).read_to_end(&mut bytes)) {
        Ok(_) => Ok(pasted::decode(bytes)),
        Err(e) => Err(fail(BLIND, format!("{} could not be read: {e}", file.display()))),
    }
}

/// The texts that `check` and `watch` take as evidence.
///
/// # Errors
/// The exit status, when a file cannot be read; why is said.
pub(super) fn evidence(
    log: Option<&Path>,
    leases: Option<&Path>,
) -> Result<Vec<(TextKind, String)>, ExitCode> {
    if log == Some(Path::new("-")) && leases == log {
        return Err(fail(USAGE, "only one of the two texts can be pasted into the terminal"));
    }
    [(TextKind::Leases, leases), (TextKind::Log, log)]
        .into_iter()
        .filter_map(|(kind, file)| Some((kind, file?)))
        .map(|(kind, file)| Ok((kind, text(file)?)))
        .collect()
}

fn macs(a: &args::Firewall) -> Vec<Mac> {
    super::firewall::typed(a).map(|typed| typed.mac).collect()
}

/// 0: each gateway has one address in force there; 1: one of them has none, or it is not certain which; 3: the text was not
/// read to its end.
pub(super) fn leases(file: &Path, a: &args::Firewall) -> ExitCode {
    let text = match text(file) {
        Ok(text) => text,
        Err(status) => return status,
    };
    let macs = macs(a);
    let table = pasted::leases_at(&text, &macs, world::unix_ms());
    let printed = if a.json {
        let entries: Vec<serde_json::Value> =
            macs.iter().filter_map(|mac| Some(lease_json(&table, *mac, table.lease_of(*mac)?))).collect();
        let value = serde_json::json!({
            "schema": json::SCHEMA, "repaired": json::repaired(super::firewall::typed(a)), "lines": table.counts.lines, "devices": table.devices, "leases": entries,
            "near": table.near, "counts": counts_json(&table.counts), "unread": unread_json(&table), "read_to_line": table.read_to,
        });
        out(&format!("{value:#}\n"))
    } else {
        out(&leases_in_words(&table, &macs))
    };
    if printed != ExitCode::SUCCESS {
        return printed;
    }
    // what comes later may give an address, or take one back
    if let Some(why) = table.not_read() {
        return fail(BLIND, why);
    }
    if macs.iter().all(|mac| has_address(&table, *mac)) { printed } else { ExitCode::from(CAUSE) }
}

fn has_address(table: &Pasted, mac: Mac) -> bool {
    let lease = table.lease_of(mac).and_then(|e| e.lease);
    lease.is_some_and(|l| l.state == LeaseState::InForce && l.ip.is_some())
}

/// What is said of a text without a line.
const EMPTY: &str = "The text is empty: there was nothing to read.\n";

fn leases_in_words(table: &Pasted, macs: &[Mac]) -> String {
    if table.counts.lines == 0 {
        return EMPTY.to_owned();
    }
    let mut out = String::new();
    for mac in macs {
        let _ = match table.lease_of(*mac) {
            Some(e) => writeln!(
                out,
                "{}\n{}  line {}: {}\n  {}",
                e.in_plain_words(),
                turn(e.who_acts()),
                e.line + 1,
                e.shown,
                format_of(e)
            ),
            None if !table.unread.is_empty() => writeln!(
                out,
                "{mac} is named in this text, but which of its columns is the address was not recognised: paste it with its heading, or read the line below yourself."
            ),
            None if table.named.contains(mac) => {
                writeln!(out, "{mac} is named in this text, but nothing in it gives it an address.")
            }
            None => writeln!(
                out,
                "{mac} is not in this text: {} lines, {} devices.",
                table.counts.lines, table.devices
            ),
        };
    }
    for near in &table.near {
        let _ = writeln!(out, "{near} is there and differs in a digit or two: read the label again.");
    }
    out.push_str(&rest_in_words(table));
    out
}

/// 0: nothing of the gateway was denied on its way to the cloud; 1: something was; 3: nothing was, and the text was not read
/// to its end.
pub(super) fn log(file: &Path, a: &args::Firewall) -> ExitCode {
    let text = match text(file) {
        Ok(text) => text,
        Err(status) => return status,
    };
    let macs = macs(a);
    let ips: Vec<Ipv4Addr> = a.ip.into_iter().chain(a.gateway.iter().map(|(_, ip)| *ip)).collect();
    if macs.is_empty() && ips.is_empty() {
        return fail(USAGE, "give --mac or --ip of the gateway, or both");
    }
    let log = pasted::log(&text, &macs, &ips);
    let ports = Profile::shipped().cloud.ports;
    let printed = if a.json {
        let of = |e: &Entry| {
            let mut value = as_json(e);
            value["on_the_way"] = e.is_on_the_way(&ports).into();
            value
        };
        let entries: Vec<serde_json::Value> = log.entries.iter().map(of).collect();
        let value = serde_json::json!({
            "schema": json::SCHEMA, "repaired": json::repaired(super::firewall::typed(a)), "lines": log.counts.lines, "entries": entries, "counts": counts_json(&log.counts),
            "unread": unread_json(&log), "read_to_line": log.read_to,
        });
        out(&format!("{value:#}\n"))
    } else {
        out(&log_in_words(&log, &ports, ips.is_empty()))
    };
    if printed != ExitCode::SUCCESS {
        return printed;
    }
    let denied = log.entries.iter().any(|e| stands(e, &ports));
    match log.not_read() {
        // what was denied stays so, whatever comes later
        Some(why) => fail(if denied { CAUSE } else { BLIND }, why),
        None if denied => ExitCode::from(CAUSE),
        None => printed,
    }
}

/// A denial that keeps the gateway from the cloud.
fn stands(e: &Entry, ports: &[u16]) -> bool {
    e.action == Action::Denied && e.is_on_the_way(ports)
}

fn log_in_words(log: &Pasted, ports: &[u16], by_mac: bool) -> String {
    if log.counts.lines == 0 {
        return EMPTY.to_owned();
    }
    let mut words =
        format!("{} lines, {} of them of the gateway.\n", log.counts.lines, log.counts.of_gateway);
    for sort in log.sorts() {
        let _ = writeln!(words, "{:>5} x  {} (first in line {})", sort.times, sort.sentence, sort.line + 1);
        let is_it = |e: &&Entry| e.line == sort.line && e.in_plain_words() == sort.sentence;
        if let Some(e) = log.entries.iter().find(is_it) {
            if e.action == Action::Denied && !e.is_on_the_way(ports) {
                words.push_str(
                    "         Denied, but not the way to the cloud: it does not keep the gateway offline.\n",
                );
            } else {
                words.push_str(&turn(sort.who_acts).replace("  ", "         "));
            }
            let _ = writeln!(words, "         {}", format_of(e));
        }
    }
    if !log.entries.iter().any(|e| stands(e, ports)) {
        let _ = writeln!(words, "{}", without_denial(log, ports, by_mac));
    }
    words.push_str(&rest_in_words(log));
    words
}

/// What it means that nothing was denied, and what to do next.
fn without_denial(log: &Pasted, ports: &[u16], by_mac: bool) -> String {
    let ports: Vec<String> = ports.iter().map(u16::to_string).collect();
    let ports = ports.join(" and ");
    match (log.unread.len(), log.counts.of_gateway, log.entries.as_slice()) {
        (1.., 0, []) => {
            "Lines name the gateway and were not understood, so that it is not known what was done with it: read them below, or export the log in another format.".to_owned()
        }
        (_, 0, []) if by_mac && log.devices == 0 => {
            "This log has no MAC addresses, so that nothing in it can be the gateway's: add --ip with its address.".to_owned()
        }
        (_, 0, []) => {
            "No line is of the gateway: check that the text is of the right time and that the address is right.".to_owned()
        }
        (_, n, []) => format!("{n} of the gateway, none a denial: this device gave the gateway what it asked for."),
        (unread, _, entries) => {
            let allowed = entries.iter().any(|e| e.action == Action::Allowed);
            let more = if unread > 0 { " Other lines name the gateway and were not understood: read them below." } else { "" };
            let what = if allowed {
                "what holds the gateway back is not in this text. Look at the next device on its way."
            } else {
                "it does not say what was done, either. Ask for the log of denied connections."
            };
            format!("None of these is a denial on the way to the cloud (TCP {ports}, and DNS): {what}{more}")
        }
    }
}

/// Whose turn it is, on a line of its own; nothing when it is nobody's.
fn turn(owner: Owner) -> String {
    if owner == Owner::Nobody { String::new() } else { format!("  It is the turn of {}.\n", owner.label()) }
}

/// By which format an entry was read.
fn format_of(e: &Entry) -> String {
    match e.reading {
        Reading::Recognised => format!("Read as {}: {}.", e.product, e.message),
        Reading::Generic => format!("Format not recognised; read as {}.", e.message),
    }
}

/// Where the other lines went, so that the sum adds up, and those of the gateway that could not be read.
fn rest_in_words(read: &Pasted) -> String {
    let c = &read.counts;
    let mut out = format!(
        "Of {} lines: {} of the gateway, {} of other devices, {} of known formats that do not answer this, {} headings and the like, {} not recognised",
        c.lines, c.of_gateway, c.of_others, c.beside, c.around, c.not_recognised
    );
    let generic = if c.generic == 1 { "one reading is" } else { "readings are" };
    if c.generic > 0 {
        let many = if c.generic == 1 { String::new() } else { format!("{} ", c.generic) };
        let _ = write!(out, " ({many}{generic} generic)");
    }
    out.push_str(".\n");
    for line in &read.unread {
        let _ = writeln!(out, "  not recognised, line {}: {}", line.line + 1, line.shown);
    }
    out
}

fn as_json(e: &Entry) -> serde_json::Value {
    let ip = e.lease.and_then(|l| l.ip);
    serde_json::json!({
        "line": e.line + 1, "action": e.action.word(), "rule": e.rule, "protocol": e.protocol, "to": e.destination,
        "port": e.port, "words": e.in_plain_words(), "text": e.shown, "mac": e.mac, "ip": ip,
        "in_force": e.lease.map(|l| l.state == LeaseState::InForce && l.ip.is_some()),
        "kind": e.kind.word(), "owner": e.who_acts().word(), "product": e.product, "format": e.message,
        "recognised": e.reading == Reading::Recognised, "time": e.time, "from": e.source, "from_port": e.source_port,
        "to_name": e.destination_name, "reason": e.reason, "place": e.place,
        "state": e.lease.map(|l| l.state.word()),
    })
}

fn lease_json(table: &Pasted, mac: Mac, e: &Entry) -> serde_json::Value {
    let mut value = as_json(e);
    value["addresses"] = serde_json::json!(table.addresses_of(mac));
    value["certain"] = has_address(table, mac).into();
    value
}

fn counts_json(c: &Counts) -> serde_json::Value {
    serde_json::json!({
        "lines": c.lines, "of_gateway": c.of_gateway, "of_others": c.of_others, "beside": c.beside,
        "around": c.around, "not_recognised": c.not_recognised, "generic": c.generic,
        "recognised_records": c.recognised_records,
    })
}

fn unread_json(read: &Pasted) -> Vec<serde_json::Value> {
    read.unread.iter().map(|u| serde_json::json!({ "line": u.line + 1, "text": u.shown })).collect()
}
