//! HPE Aruba switches: entries in the access list that is on the gateway's network already. They keep no sessions.

use super::capabilities::{Capabilities, Form, Inspection, MacMatch, NameMatch, Placeholder, Placement};
use super::contract::{About, Comment, Draft, Platform};
use super::facts::Facts;
use super::{idle, phrases};
use crate::model::rule::Checked;

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
    name: "HPE Aruba switches (AOS-CX)",
    versions: "AOS-CX 10; AOS-S (ProVision) see the notes",
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
    placeholders: &[ACL, POOL],
};

pub static ARUBA: Platform =
    Platform { about: &ABOUT, rule, undo, verify, find_lease, see_denied, reserve, bypass, idle_timeout };

/// The entries, each with its number: just before the first usual one where they fit, from 1 on else.
fn entries(facts: &Facts) -> Vec<(usize, String)> {
    let to: Vec<String> = if facts.named() {
        facts.addresses.iter().map(ToString::to_string).collect()
    } else {
        vec!["any".to_owned()]
    };
    let from = if facts.several() { group(facts) } else { facts.first().ip.to_string() };
    let log = if facts.log { " log" } else { "" };
    let mut all = vec![format!("comment {}", facts.names.comment())];
    for to in &to {
        all.extend(facts.ports.iter().map(|p| format!("permit tcp {from} {to} eq {p}{log}")));
    }
    let first = FIRST_USUAL.saturating_sub(all.len()).max(1);
    all.into_iter().enumerate().map(|(i, line)| (first + i, line)).collect()
}

fn group(facts: &Facts) -> String {
    format!("SG-GWS-{}", facts.names.tag())
}

fn rule(facts: &Facts) -> Draft {
    let mut text = String::from("checkpoint auto 10\nconfigure terminal\n");
    if facts.several() {
        text += &format!("object-group ip address {}\n", group(facts));
        for (n, g) in (1..).zip(&facts.gateways) {
            text += &format!(" {} {}\n", n * 10, g.ip);
        }
        text += " exit\n";
    }
    text += &format!("access-list ip {}", facts.word(&ACL));
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
        .note("AOS-S (ProVision) writes the same as ip access-list extended with the name in quotes, 5 permit tcp, the address and mask 0.0.0.0, then 0.0.0.0 255.255.255.255 eq and the port.")
        .note(if facts.several() { phrases::SEVERAL_NO_MAC } else { phrases::NO_MAC })
        .note_if(facts.named(), phrases::ADDRESSES_CHANGE)
}

fn undo(facts: &Facts) -> Draft {
    let mut text = format!("configure terminal\naccess-list ip {}", facts.word(&ACL));
    for (number, _) in entries(facts) {
        text += &format!("\n no {number}");
    }
    text += "\n exit";
    if facts.several() {
        text += &format!("\nno object-group ip address {}", group(facts));
    }
    text += "\nwrite memory";
    Draft::new(ABOUT.checked)
        .fill_in(C, facts, &ACL)
        .aside(C, &format!("Look first that these numbers are those of {}:", facts.names.comment()))
        .code(format!("show access-list ip {}", facts.word(&ACL)))
        .code(text)
        .note("Entries are taken back by their numbers: after a resequence they have others.")
}

fn verify(facts: &Facts) -> Draft {
    Draft::new(ABOUT.checked)
        .fill_in(C, facts, &ACL)
        .code(format!("show access-list hitcounts ip {}", facts.word(&ACL)))
        .note("Good: the counts of the entries grow when the gateway is replugged. Counting is on where the entry says log or count.")
}

fn find_lease(facts: &Facts) -> Draft {
    Draft::new(Checked::FromMemory)
        .code(facts.each("\n", |g| format!("show arp | include {0}\nshow mac-address-table | include {0}", g.mac)))
        .code("show dhcp-server leases all-vrfs")
        .note("The second line shows the port that the gateway is on. The leases are empty when another machine is the DHCP server. AOS-S writes the MAC as 001122-334455.")
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
