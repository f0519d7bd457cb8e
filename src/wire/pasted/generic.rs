//! What may be read of a line whose format is not known. Little: two ends with ports and one verdict in plain words, or one
//! MAC beside one address. It is marked wherever it is shown.

use super::addresses;
use super::formats::Formats;
use super::held::of_address;
use super::meaning::is_host;
use super::records::Record;
use crate::model::pasted::{Action, Entry, Kind, Lease, LeaseState, Reading};
use crate::model::{Mac, text};
use std::net::Ipv4Addr;

/// A connection in a sentence: `192.0.2.50:50000 -> 198.51.100.7:4321`, with one word that says what was done.
#[must_use]
pub fn connection(record: &Record<'_>, ips: &[Ipv4Addr]) -> Option<Entry> {
    let ends = ends(&record.text);
    let [(from, from_port), (to, Some(port))] = ends.as_slice() else { return None };
    if !ips.contains(from) || !record.is_line {
        return None;
    }
    Some(Entry {
        source: Some(*from),
        source_port: *from_port,
        destination: Some(*to),
        port: Some(*port),
        protocol: protocol(&record.text),
        action: verdict(&record.text).unwrap_or(Action::Unclear),
        ..blank(record, Kind::Connection, "a connection in a sentence")
    })
}

/// A device and its address in one line that is no event of a log.
#[must_use]
pub fn lease(record: &Record<'_>, macs: &[Mac]) -> Option<Entry> {
    let (mac, lease) = pair(record)?;
    macs.contains(&mac).then(|| Entry {
        mac: Some(mac),
        lease: Some(lease),
        ..blank(record, Kind::Lease, "a device and an address in one line")
    })
}

/// The device of such a line, and what it says of its address.
#[must_use]
pub fn pair(record: &Record<'_>) -> Option<(Mac, Lease)> {
    if record.has_head {
        return None;
    }
    let found = addresses::macs(&record.text);
    let mac = *found.first().filter(|first| found.iter().all(|m| m == *first))?;
    let mut ips: Vec<Ipv4Addr> = addresses::ips(&record.text).into_iter().filter(|ip| is_host(*ip)).collect();
    ips.dedup();
    // a network stands beside an address, with its mask, or ends in 0
    let ends_in_0 = |ip: &Ipv4Addr| ip.octets()[3] == 0;
    let is_network = |ip: &Ipv4Addr| ends_in_0(ip) && record.text.contains(&format!("{ip}/"));
    ips.retain(|ip| !is_network(ip));
    if ips.len() > 1 {
        ips.retain(|ip| !ends_in_0(ip));
    }
    let ip = match ips.as_slice() {
        [] => None,
        [ip] => Some(*ip),
        // which of them is the device's is not said
        _ => return None,
    };
    Some((mac, Lease { state: of_address(state(&record.text), ip), ip }))
}

fn blank(record: &Record<'_>, kind: Kind, message: &str) -> Entry {
    Entry {
        line: record.lines.start,
        time: record.time.as_deref().map(text::foreign),
        product: String::new(),
        message: message.to_owned(),
        reading: Reading::Generic,
        kind,
        action: Action::Unclear,
        rule: None,
        reason: None,
        protocol: None,
        source: None,
        source_port: None,
        destination: None,
        destination_name: None,
        port: None,
        mac: None,
        place: None,
        lease: None,
        shown: text::foreign(record.text.trim()),
    }
}

/// Addresses with what stands behind them as a port.
fn ends(line: &str) -> Vec<(Ipv4Addr, Option<u16>)> {
    let mut out = Vec::new();
    for piece in line.split([' ', ',', '>', '\t', '=', ';', '|']) {
        let Some(ip) = addresses::ips(piece).first().copied() else { continue };
        let behind = piece.split_once(&ip.to_string()).map_or("", |(_, rest)| rest);
        let digits: String = behind
            .strip_prefix([':', '/', '('])
            .unwrap_or_default()
            .chars()
            .take_while(char::is_ascii_digit)
            .collect();
        out.push((ip, digits.parse().ok()));
    }
    out
}

/// Words outside quotes that stand alone: a name is in quotes, in brackets, or hangs together by signs.
fn words(line: &str) -> impl Iterator<Item = String> {
    line.split('"')
        .step_by(2)
        .flat_map(|piece| piece.split(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '|')))
        .map(|w| w.trim_matches([':', '.', '!', '(', ')']).to_lowercase())
}

/// What was done, when the words of a line agree on it.
fn verdict(line: &str) -> Option<Action> {
    let words: Vec<String> = words(line).collect();
    Formats::known().words.done(words.iter().map(String::as_str))
}

/// In force only where no word says that it is not, or not any more.
fn state(line: &str) -> LeaseState {
    let known = &Formats::known().words;
    let (mut other, mut denied) = (None, false);
    for word in words(line) {
        denied |= known.not.contains(&word);
        let said = known.states.get(word.as_str()).copied();
        let said = said.or(known.deny(&word).then_some(LeaseState::Unknown));
        other = other.or(said.filter(|s| *s != LeaseState::InForce));
    }
    if denied { LeaseState::Unknown } else { other.unwrap_or(LeaseState::InForce) }
}

fn protocol(line: &str) -> Option<String> {
    let mut found = words(line)
        .filter_map(|w| matches!(w.as_str(), "tcp" | "udp" | "icmp").then(|| w.to_ascii_uppercase()));
    found.next()
}
