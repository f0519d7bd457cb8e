//! Family helper: what Cisco's routers say alike: entries of an access list, leases, reservations.

use super::capabilities::Placeholder;
use super::contract::{Comment, Draft};
use super::facts::Facts;
use super::names::Alphabet;
use super::phrases;
use crate::model::Mac;
use crate::model::rule::Checked;

const C: Comment = Comment::BANG;
pub const MASK: Placeholder = Placeholder {
    key: "mask",
    word: "255.255.255.0",
    means: "the mask of the network of the gateway (usual default)",
};

/// `01` and the MAC in groups of four digits (RFC 2132 section 9.14): the client id of most devices.
#[must_use]
pub fn client_id(mac: Mac) -> String {
    let digits: Vec<char> = format!("01{}", mac.bare()).chars().collect();
    digits.chunks(4).map(|c| c.iter().collect::<String>()).collect::<Vec<_>>().join(".")
}

/// The object group of several gateways.
#[must_use]
pub fn group(facts: &Facts) -> String {
    facts.names.object("SG-GWS-", 63, Alphabet::Dashes)
}

/// The lines that make the object group; nothing for one gateway.
#[must_use]
pub fn group_lines(facts: &Facts) -> String {
    if !facts.several() {
        return String::new();
    }
    let hosts = facts.each("\n", |g| format!(" host {}", g.ip));
    format!("object-group network {}\n description {}\n{hosts}\n", group(facts), facts.names.comment())
}

/// The entries of an extended access list: one for each destination and port.
#[must_use]
pub fn permits(facts: &Facts, log: bool) -> Vec<String> {
    let from = if facts.several() {
        format!("object-group {}", group(facts))
    } else {
        format!("host {}", facts.first().ip)
    };
    let to: Vec<String> = if facts.named() {
        facts.addresses.iter().map(|ip| format!("host {ip}")).collect()
    } else {
        vec!["any".to_owned()]
    };
    let log = if log { " log" } else { "" };
    let line = |to: &String, port: &u16| format!("permit tcp {from} {to} eq {port}{log}");
    to.iter()
        .flat_map(|to| facts.ports.iter().map(move |port| (to, port)))
        .map(|(to, port)| line(to, port))
        .collect()
}

#[must_use]
pub fn find_lease(facts: &Facts) -> Draft {
    Draft::new(Checked::FromDocumentation)
        .code(facts.each("\n", |g| {
            format!("show ip arp | include {}\nshow ip dhcp binding | include {}", g.mac.dotted(), client_id(g.mac))
        }))
        .note("Bindings are listed by the client id, which is 01 and the MAC in other groups of four, or for a device without one by the MAC. The list is empty when another machine is the DHCP server.")
}

#[must_use]
pub fn reserve(facts: &Facts) -> Draft {
    let pool = |mac| facts.names.of(mac).object("SG-GW-", 31, Alphabet::Dashes);
    Draft::new(Checked::FromDocumentation)
        .fill_in(C, facts, &MASK)
        .code(facts.each("\n", |g| {
            format!(
                "ip dhcp pool {}\n host {} {}\n client-identifier {}",
                pool(g.mac),
                g.ip,
                facts.word(&MASK),
                client_id(g.mac)
            )
        }))
        .note("A client that sends no client id is known by hardware-address in place of client-identifier; the binding above shows which it is.")
        .say(C, "To take it back:")
        .aside(C, &facts.each("\n", |g| format!("no ip dhcp pool {}", pool(g.mac))))
        .note("The address must be free: clear ip dhcp binding with it first. ".to_owned() + phrases::REPLUG)
}

/// An access list and a zone-based policy open no TLS; a web filter on the same router can.
#[must_use]
pub fn bypass(facts: &Facts, what: &str) -> Draft {
    Draft::new(Checked::FromDocumentation)
        .say(C, &format!("{what} Nothing to change if these show no web filter:"))
        .code("show running-config | include parameter-map type umbrella\nshow running-config | include content-filter")
        .note(format!("If one is there, exempt {}.", facts.ips(" and ")))
        .note(phrases::UNTRUSTED)
}
