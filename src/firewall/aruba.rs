//! HPE Aruba switches: entries in the access list that is on the gateway's network already. They keep no sessions.

use super::capabilities::{Capabilities, Form, Inspection, MacMatch, NameMatch, Placeholder, Placement};
use super::contract::{About, Comment, Draft, Platform};
use super::facts::Facts;
use super::releases::Release;
use super::{idle, phrases};
use crate::model::Mac;
use crate::model::rule::Checked;
use std::net::Ipv4Addr;

const C: Comment = Comment::BANG;
const ACL: Placeholder = Placeholder {
    key: "acl",
    word: "VLAN10-IN",
    means: "the access list that is on the network of the gateway already: look with show access-list interface or show running-config",
};
const POOL: Placeholder = Placeholder {
    key: "pool",
    word: "LAN",
    means: "the DHCP pool of the network of the gateway: look with show dhcp-server",
};
/// Lists usually begin here, in steps of ten.
const FIRST_USUAL: usize = 10;

static ABOUT: About = About {
    id: "aruba",
    name: "HPE Aruba switches (AOS-CX, AOS-S)",
    versions: "AOS-CX 10 and AOS-S 16",
    makers: &["aruba", "hewlett packard enterprise"],
    comment: C,
    checked: Checked::FromDocumentation,
    capabilities: Capabilities {
        form: Form::Cli,
        filters_forwarded: true,
        stateful: false,
        mac_in_rule: MacMatch::No,
        names_as_destination: NameMatch::No,
        placement: Placement::Top,
        name_max: 64,
        comment_max: 79,
        inspection: Inspection::No,
        idle_default_s: None,
        idle_per_rule: false,
        safe_commit: Some("checkpoint auto 10 before pasting, checkpoint auto confirm when it works"),
        dhcp_server: false,
    },
    releases: &[
        Release { id: "aos-cx", means: "AOS-CX" },
        Release { id: "aos-s", means: "AOS-S (ProVision)" },
    ],
    placeholders: &[ACL, POOL],
};

pub static ARUBA: Platform =
    Platform { about: &ABOUT, rule, undo, verify, find_lease, see_denied, reserve, bypass, idle_timeout };

/// AOS-S writes masks where AOS-CX does not, and has neither groups nor a checkpoint.
fn old(facts: &Facts) -> bool {
    facts.is_release("aos-s")
}

/// The entries, each with its number: just before the first usual one where they fit, from 1 on else.
fn entries(facts: &Facts) -> Vec<(usize, String)> {
    let host = |ip: Ipv4Addr| if old(facts) { format!("{ip} 0.0.0.0") } else { ip.to_string() };
    let to: Vec<String> = if facts.named() {
        facts.addresses.iter().map(|ip| host(*ip)).collect()
    } else {
        vec![if old(facts) { "0.0.0.0 255.255.255.255" } else { "any" }.to_owned()]
    };
    let from: Vec<String> = if facts.several() && !old(facts) {
        vec![group(facts)]
    } else {
        facts.gateways.iter().map(|g| host(g.ip)).collect()
    };
    let log = if facts.log { " log" } else { "" };
    let mut all = vec![if old(facts) {
        format!("remark \"{}\"", facts.names.comment())
    } else {
        format!("comment {}", facts.names.comment())
    }];
    for (from, to) in from.iter().flat_map(|from| to.iter().map(move |to| (from, to))) {
        all.extend(facts.ports.iter().map(|p| format!("permit tcp {from} {to} eq {p}{log}")));
    }
    let first = FIRST_USUAL.saturating_sub(all.len()).max(1);
    all.into_iter().enumerate().map(|(i, line)| (first + i, line)).collect()
}

fn group(facts: &Facts) -> String {
    format!("SG-GWS-{}", facts.names.tag())
}

/// `001122-334455`, as AOS-S writes a MAC.
fn halves(mac: Mac) -> String {
    let bare = mac.bare();
    let (a, b) = bare.split_at(6);
    format!("{a}-{b}")
}

/// The line that opens the list.
fn list(facts: &Facts) -> String {
    let name = facts.word(&ACL);
    if old(facts) { format!("ip access-list extended \"{name}\"") } else { format!("access-list ip {name}") }
}

/// The rule for AOS-S.
fn old_rule(facts: &Facts) -> Draft {
    let mut text = format!("configure terminal\n{}", list(facts));
    for (number, line) in entries(facts) {
        text += &format!("\n {number} {line}");
    }
    Draft::new(ABOUT.checked)
        .fill_in(C, facts, &ACL)
        .say_if(facts.named(), C, &facts.dated())
        .code(text + "\n exit\nwrite memory")
        .note(format!("Placement: the numbers stand before {FIRST_USUAL}, the first one of most lists, so above every deny. If they are taken: ip access-list resequence, the name, 100 10."))
        .note("An access list keeps no sessions. If there is one for the way back, out to the network of the gateway, it needs the same ports as source, with established.")
        .note(phrases::NO_MAC)
        .note_if(facts.several(), "There are no groups of addresses on this platform, so each gateway has its own entries.")
        .note_if(facts.named(), phrases::ADDRESSES_CHANGE)
}

fn rule(facts: &Facts) -> Draft {
    if old(facts) {
        return old_rule(facts);
    }
    let mut text = String::from("checkpoint auto 10\nconfigure terminal\n");
    if facts.several() {
        text += &format!("object-group ip address {}\n", group(facts));
        for (n, g) in (1..).zip(&facts.gateways) {
            text += &format!(" {} {}\n", n * 10, g.ip);
        }
        text += " exit\n";
    }
    text += &list(facts);
    for (number, line) in entries(facts) {
        text += &format!("\n {number} {line}");
    }
    text += "\n exit\nend";
    Draft::new(ABOUT.checked)
        .fill_in(C, facts, &ACL)
        .say_if(facts.named(), C, &facts.dated())
        .code(text)
        .say(C, "When it works, within ten minutes; else it is taken back by itself:")
        .code("checkpoint auto confirm\nwrite memory")
        .note(format!("Placement: the numbers stand before {FIRST_USUAL}, the first one of most lists, so above every deny. If they are taken: access-list ip {} resequence 100 10.", facts.word(&ACL)))
        .note("An access list keeps no sessions. If there is one for the way back, out to the network of the gateway, it needs the same ports as source, with established.")
        .note(if facts.several() { phrases::SEVERAL_NO_MAC } else { phrases::NO_MAC })
        .note_if(facts.named(), phrases::ADDRESSES_CHANGE)
}

fn undo(facts: &Facts) -> Draft {
    let mut text = format!("configure terminal\n{}", list(facts));
    for (number, _) in entries(facts) {
        text += &format!("\n no {number}");
    }
    text += "\n exit";
    if facts.several() && !old(facts) {
        text += &format!("\nno object-group ip address {}", group(facts));
    }
    text += "\nwrite memory";
    Draft::new(ABOUT.checked)
        .fill_in(C, facts, &ACL)
        .aside(C, &format!("Look first that these numbers are those of {}:", facts.names.comment()))
        .code(if old(facts) {
            format!("show access-list \"{}\"", facts.word(&ACL))
        } else {
            format!("show access-list ip {}", facts.word(&ACL))
        })
        .code(text)
        .note("Entries are taken back by their numbers: after a resequence they have others.")
}

fn verify(facts: &Facts) -> Draft {
    Draft::new(ABOUT.checked)
        .fill_in(C, facts, &ACL)
        .code(if old(facts) {
            format!("show statistics aclv4 \"{}\" vlan 1 in", facts.word(&ACL))
        } else {
            format!("show access-list hitcounts ip {}", facts.word(&ACL))
        })
        .note("Good: the counts of the entries grow when the gateway is replugged. Counting is on where the entry says log or count.")
}

fn find_lease(facts: &Facts) -> Draft {
    Draft::new(Checked::FromMemory)
        .code(facts.each("\n", |g| {
            let mac = if old(facts) { halves(g.mac) } else { g.mac.to_string() };
            format!("show arp | include {mac}\nshow mac-address | include {mac}")
        }).replace("mac-address |", if old(facts) { "mac-address |" } else { "mac-address-table |" }))
        .code(if old(facts) { "show dhcp-server binding" } else { "show dhcp-server leases all-vrfs" })
        .note("The second line shows the port that the gateway is on. The leases are empty when another machine is the DHCP server.")
}

fn see_denied(facts: &Facts) -> Draft {
    Draft::new(Checked::FromMemory)
        .code(facts.each("\n", |g| format!("show logging -r | include {}", g.ip)))
        .note("Only a deny with log writes, and only a summary every five minutes. The implicit deny at the end never does: an explicit deny any any any log in its place does the same and shows itself.")
}

fn reserve(facts: &Facts) -> Draft {
    Draft::new(Checked::FromMemory)
        .fill_in(C, facts, &POOL)
        .say(C, "Only if this switch is the DHCP server; else where the leases are given out:")
        .code(format!("configure terminal\ndhcp-server vrf default\n pool {}", facts.word(&POOL)))
        .code(facts.each("\n", |g| format!("  static-bind ip {} mac {}", g.ip, g.mac)))
        .say(C, "To take it back, the same with no before static-bind.")
        .note(phrases::REPLUG)
}

fn bypass(_: &Facts) -> Draft {
    Draft::new(ABOUT.checked)
        .say(C, "A switch opens no TLS and inspects nothing. Look whether a policy for the port of the gateway sends it elsewhere:")
        .code("show port-access clients\nshow policy")
        .note(phrases::UNTRUSTED)
}

fn idle_timeout(_: &Facts) -> Draft {
    Draft::new(ABOUT.checked)
        .say(C, "An access list keeps no sessions and forgets none; the next firewall on the way does.")
        .note(format!(
            "Ask there for at least {} s of idle timeout for established TCP sessions of the gateway (RFC 5382).",
            idle::YARDSTICK_S
        ))
}
