//! Cisco IOS and IOS-XE: an entry in the extended access list that is on the gateway's network already. It keeps no
//! sessions. No quoting: a text goes to the end of its line.

use super::capabilities::{Capabilities, Form, Inspection, MacMatch, NameMatch, Placeholder, Placement};
use super::cisco::client_id;
use super::contract::{About, Comment, Draft, Sheet};
use super::facts::Facts;
use super::names::Alphabet;
use super::{idle, phrases};
use crate::model::rule::{Checked, Part};

const C: Comment = Comment::BANG;
const ACL: Placeholder = Placeholder {
    key: "acl",
    word: "VLAN10-IN",
    means: "the access list that is on the network of the gateway already: look with show ip interface, the line Inbound access list",
};
const MASK: Placeholder = Placeholder {
    key: "mask",
    word: "255.255.255.0",
    means: "the mask of the network of the gateway (usual default)",
};
/// Lines of a list usually begin here, in steps of ten.
const FIRST_USUAL: usize = 10;

static ABOUT: About = About {
    id: "ios",
    name: "Cisco IOS and IOS-XE (extended access list)",
    versions: "12.4 and later",
    makers: &["cisco systems"],
    comment: C,
    checked: Checked::FromDocumentation,
    capabilities: Capabilities {
        form: Form::Cli,
        filters_forwarded: true,
        stateful: false,
        mac_in_rule: MacMatch::No,
        names_as_destination: NameMatch::No,
        placement: Placement::Top,
        name_max: 63,
        comment_max: 100,
        inspection: Inspection::No,
        idle_default_s: None,
        idle_per_rule: false,
        safe_commit: Some(
            "reload in 10 before pasting, reload cancel when it works: a mistake goes with the restart",
        ),
        dhcp_server: true,
    },
    placeholders: &[ACL, MASK],
};

pub static IOS: Sheet = Sheet { about: &ABOUT, write };

fn write(part: Part, facts: &Facts) -> Draft {
    if let Some(draft) = phrases::no_addresses(C, facts).filter(|_| part == Part::Rule) {
        return draft;
    }
    match part {
        Part::Rule => rule(facts),
        Part::Undo => undo(facts),
        Part::Verify => verify(facts),
        Part::FindLease => find_lease(facts),
        Part::SeeDenied => see_denied(facts),
        Part::Reserve => reserve(facts),
        Part::BypassInspection => bypass(facts),
        Part::IdleTimeout => idle_timeout(),
    }
}

fn group(facts: &Facts) -> String {
    facts.names.object("SG-GWS-", 63, Alphabet::Dashes)
}

/// The entries: one for each destination and port.
fn entries(facts: &Facts) -> Vec<String> {
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
    let log = if facts.log { " log" } else { "" };
    let line = |to: &String, port: &u16| format!("permit tcp {from} {to} eq {port}{log}");
    to.iter()
        .flat_map(|to| facts.ports.iter().map(move |port| (to, port)))
        .map(|(to, port)| line(to, port))
        .collect()
}

/// The entries with the remark, each with its number: just before the first usual one.
fn numbered(facts: &Facts) -> Vec<(usize, String)> {
    let all: Vec<String> =
        std::iter::once(format!("remark {}", facts.names.comment())).chain(entries(facts)).collect();
    let first = FIRST_USUAL.saturating_sub(all.len()).max(1);
    all.into_iter().enumerate().map(|(i, line)| (first + i, line)).collect()
}

fn rule(facts: &Facts) -> Draft {
    let mut text = String::new();
    if facts.several() {
        let hosts = facts.each("\n", |g| format!(" host {}", g.ip));
        text += &format!(
            "object-group network {}\n description {}\n{hosts}\n",
            group(facts),
            facts.names.comment()
        );
    }
    text += &format!("ip access-list extended {}", facts.word(&ACL));
    for (number, line) in numbered(facts) {
        text += &format!("\n {number} {line}");
    }
    Draft::new(ABOUT.checked)
        .fill_in(C, facts, &ACL)
        .say_if(facts.named(), C, &facts.dated())
        .code(text)
        .note("Type configure terminal first, end and write memory afterwards.")
        .note(format!("Placement: the numbers stand before {FIRST_USUAL}, the first one of most lists, so above every deny. If they are taken: ip access-list resequence {} 100 10.", facts.word(&ACL)))
        .note("An access list keeps no sessions. If there is one for the way back, on the interface to the internet, it needs: permit tcp any eq 443 host and the address of the gateway, then established; the same for the other port.")
        .note_if(facts.log, "On switches log costs processor time: leave it out on access models.")
        .note_if(facts.several(), "Routers know groups from 12.4(20)T on; a switch without them takes one line for each gateway.")
        .note(if facts.several() { phrases::SEVERAL_NO_MAC } else { phrases::NO_MAC })
        .note_if(facts.named(), phrases::ADDRESSES_CHANGE)
}

fn undo(facts: &Facts) -> Draft {
    let mut text = format!("ip access-list extended {}", facts.word(&ACL));
    for (_, line) in numbered(facts) {
        text += &format!("\n no {line}");
    }
    if facts.several() {
        text += &format!("\nno object-group network {}", group(facts));
    }
    Draft::new(ABOUT.checked)
        .fill_in(C, facts, &ACL)
        .say_if(facts.named(), C, &facts.dated())
        .code(text)
        .note("Each line is taken back by its own text, whatever its number is now.")
}

fn verify(facts: &Facts) -> Draft {
    Draft::new(ABOUT.checked)
        .fill_in(C, facts, &ACL)
        .code(format!("show access-lists {}", facts.word(&ACL)))
        .code(facts.each("\n", |g| format!("show ip nat translations | include {}", g.ip)))
        .note("Good: the matches of the lines grow when the gateway is replugged. The second line shows its session where this router translates addresses.")
}

fn find_lease(facts: &Facts) -> Draft {
    Draft::new(ABOUT.checked)
        .code(facts.each("\n", |g| {
            format!("show ip arp | include {}\nshow ip dhcp binding | include {}", g.mac.dotted(), client_id(g.mac))
        }))
        .note("Bindings are listed by the client id, which is 01 and the MAC in other groups of four, or for a device without one by the MAC. The list is empty when another machine is the DHCP server.")
}

fn see_denied(facts: &Facts) -> Draft {
    Draft::new(ABOUT.checked)
        .code(facts.each("\n", |g| format!("show logging | include {}", g.ip)))
        .note("Only a deny with log writes (IPACCESSLOGP, denied tcp). The implicit deny at the end never does: an explicit deny ip any any log in its place does the same and shows itself.")
}

fn reserve(facts: &Facts) -> Draft {
    let pool = |mac| facts.names.of(mac).object("SG-GW-", 31, Alphabet::Dashes);
    Draft::new(ABOUT.checked)
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

fn bypass(facts: &Facts) -> Draft {
    Draft::new(ABOUT.checked)
        .say(C, "An access list inspects nothing. Nothing to change if these show no web filter:")
        .code("show running-config | include parameter-map type umbrella\nshow running-config | include content-filter")
        .note(format!("If one is there, exempt {}.", facts.ips(" and ")))
        .note(phrases::UNTRUSTED)
}

fn idle_timeout() -> Draft {
    Draft::new(ABOUT.checked)
        .say(C, "An access list keeps no sessions and forgets none. Only address translation does:")
        .code("show ip nat translations verbose")
        .say(C, &format!("As delivered it keeps TCP for 86400 s. Only if the site has shortened it under {} s, for the whole router:", idle::YARDSTICK_S))
        .say(C, "ip nat translation tcp-timeout 86400")
        .note("The last line is a comment on purpose: it changes every session of the router.")
}
