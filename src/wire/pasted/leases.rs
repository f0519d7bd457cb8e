//! A table of DHCP leases or of neighbours (ARP), pasted from any machine: which address has this MAC.
//!
//! One reader for all of them: a device's MAC and its address stand in one line, or in one entry of several lines. That
//! holds for FortiOS, IOS, ASA, RouterOS, PAN-OS, OPNsense, pfSense, dnsmasq, ISC, Kea, Windows, EdgeOS, VyOS, Junos,
//! AOS-CX, Comware and VRP, as the tests show with an answer of each.

use super::addresses;
use crate::model::{Mac, text};
use std::collections::BTreeSet;
use std::net::Ipv4Addr;

/// Longest text that is read, in bytes: the leases of a large site are some hundred kilobytes.
pub const TEXT_MAX: usize = 4 << 20;
/// How many lines an entry has at most.
const ENTRY_MAX: usize = 24;

/// What a table says of one gateway.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    pub mac: Mac,
    /// Line of the text with the MAC, from 0.
    pub line: usize,
    /// None: the device is there without an address.
    pub ip: Option<Ipv4Addr>,
    /// False when the entry says that it is over: expired, released, declined, free.
    pub in_force: bool,
    /// That line, safe to show.
    pub shown: String,
}

impl Lease {
    /// What the entry says, as one sentence.
    #[must_use]
    pub fn in_plain_words(&self) -> String {
        let mac = self.mac;
        match (self.ip, self.in_force) {
            (Some(ip), true) => format!("{mac} has {ip}."),
            (Some(ip), false) => format!("{mac} had {ip}, which is not in force now."),
            (None, true) => format!("{mac} is there, but this text gives it no address."),
            (None, false) => format!("{mac} asked and got no address."),
        }
    }
}

/// What was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    /// In the order of the text.
    pub leases: Vec<Lease>,
    pub lines: usize,
    /// How many devices the text names.
    pub devices: usize,
    /// Devices whose MAC differs from a wanted one in one or two digits: a slip when the label was read.
    pub near: Vec<Mac>,
}

impl Table {
    /// What holds for this gateway now: the last entry in force, else the last one.
    #[must_use]
    pub fn of(&self, mac: Mac) -> Option<&Lease> {
        let of = || self.leases.iter().filter(move |l| l.mac == mac);
        let with_address = of().rev().find(|l| l.in_force && l.ip.is_some());
        with_address.or_else(|| of().rev().find(|l| l.in_force)).or_else(|| of().next_back())
    }
}

/// Reads a text for these gateways. Total: any text gives a table, at worst an empty one.
#[must_use]
pub fn read(text: &str, wanted: &[Mac]) -> Table {
    let text = text.get(..text.floor_char_boundary(TEXT_MAX)).unwrap_or(text);
    let lines: Vec<&str> = text.lines().collect();
    let mut table =
        Table { lines: lines.iter().filter(|l| !l.trim().is_empty()).count(), ..Table::default() };
    let mut devices = BTreeSet::new();
    for (n, line) in lines.iter().enumerate() {
        let macs = addresses::macs(line);
        devices.extend(macs.iter().copied());
        for mac in wanted.iter().filter(|w| macs.contains(w)) {
            table.leases.push(lease(&lines, n, *mac));
        }
    }
    if table.leases.is_empty() {
        let is_near = |m: &&Mac| wanted.iter().any(|w| (1..=2).contains(&digits_apart(**m, *w)));
        table.near = devices.iter().filter(is_near).copied().collect();
    }
    table.devices = devices.len();
    table
}

fn lease(lines: &[&str], n: usize, mac: Mac) -> Lease {
    let line = lines.get(n).copied().unwrap_or_default();
    let on_line = address(line);
    // an entry of several lines: its others are asked only when its own line has no address
    let entry = if on_line.is_some() { n..n + 1 } else { entry(lines, n) };
    let ip = on_line.or_else(|| {
        let mut others = entry.clone().filter_map(|i| lines.get(i));
        others.find_map(|l| address(l))
    });
    let over = entry.filter_map(|i| lines.get(i)).any(|l| is_over(l));
    Lease { mac, line: n, ip, in_force: !over, shown: text::foreign(line.trim()) }
}

/// The lines that belong to the entry of line `n`: up to an empty line, a brace or another device on either side.
fn entry(lines: &[&str], n: usize) -> std::ops::Range<usize> {
    let is_edge = |i: usize| {
        let line = lines.get(i).map_or("", |l| l.trim());
        line.is_empty()
            || line.starts_with('}')
            || line.starts_with("===")
            || !addresses::macs(line).is_empty()
    };
    let mut from = n;
    while from > 0 && n - from < ENTRY_MAX && !is_edge(from - 1) {
        from -= 1;
        // `lease 192.0.2.50 {` opens an entry
        if lines.get(from).is_some_and(|l| l.trim_end().ends_with('{')) {
            break;
        }
    }
    let mut to = n + 1;
    while to < lines.len() && to - n < ENTRY_MAX && !is_edge(to) {
        let opens_another = lines.get(to).is_some_and(|l| l.trim_end().ends_with('{'));
        if opens_another {
            break;
        }
        to += 1;
    }
    from..to
}

/// The address of a device in a line. One that ends in 0 is the network's, unless it stands alone and without a mask: in
/// a /22 it can be a device's.
fn address(line: &str) -> Option<Ipv4Addr> {
    let ips: Vec<Ipv4Addr> = addresses::ips(line).into_iter().filter(|ip| is_host(*ip)).collect();
    let last = |ip: &Ipv4Addr| ip.octets()[3];
    let alone = || match ips.as_slice() {
        [ip] if !line.contains(&format!("{ip}/")) => Some(*ip),
        _ => None,
    };
    ips.iter().copied().find(|ip| last(ip) != 0).or_else(alone)
}

/// False for what stands beside an address: masks, groups, nothing.
fn is_host(ip: Ipv4Addr) -> bool {
    !(ip.is_unspecified() || ip.is_loopback() || ip.octets()[0] >= 224)
}

/// Whether an entry says that its address is not in use now: in a phrase, or as a word that stands alone. A device may be
/// called waiting-room.
fn is_over(line: &str) -> bool {
    const PHRASES: [&str; 4] =
        ["binding state free", "binding state backup", "no free leases", "no address available"];
    const WORDS: [&str; 11] = [
        "expired",
        "released",
        "declined",
        "abandoned",
        "incomplete",
        "(incomplete)",
        "inactive",
        "inactivereservation",
        "waiting",
        "failed",
        "unreachable",
    ];
    // `next binding state free` is what comes after it
    let line =
        line.to_ascii_lowercase().replace("next binding state", "").replace("rewind binding state", "");
    let mut words = line.split(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '"' | '='));
    PHRASES.iter().any(|phrase| line.contains(phrase)) || words.any(|word| WORDS.contains(&word))
}

fn digits_apart(a: Mac, b: Mac) -> usize {
    a.bare().bytes().zip(b.bare().bytes()).filter(|(a, b)| a != b).count()
}

#[cfg(test)]
#[path = "leases_tests.rs"]
mod tests;
