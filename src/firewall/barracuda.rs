//! Barracuda CloudGen Firewall: steps in Firewall Admin. Nothing is in force before Send Changes and Activate.

use super::capabilities::{Capabilities, Form, Inspection, MacMatch, NameMatch, Placement};
use super::contract::{About, Comment, Draft, Platform};
use super::facts::Facts;
use super::names::Alphabet;
use super::objects::Objects;
use super::{idle, phrases, steps};
use crate::model::rule::Checked;

const C: Comment = Comment::HASH;
const NAME_MAX: usize = 50;

static ABOUT: About = About {
    id: "barracuda",
    name: "Barracuda CloudGen Firewall",
    versions: "8 to 10",
    makers: &["barracuda"],
    comment: C,
    checked: Checked::FromDocumentation,
    capabilities: Capabilities {
        form: Form::Steps,
        filters_forwarded: true,
        stateful: true,
        mac_in_rule: MacMatch::No,
        names_as_destination: NameMatch::Yes,
        placement: Placement::LastThenMove,
        name_max: NAME_MAX,
        comment_max: 79,
        inspection: Inspection::OnBox,
        // the figure that is known is from memory only
        idle_default_s: None,
        idle_per_rule: true,
        safe_commit: Some(
            "nothing is in force before Send Changes and Activate; the revision control keeps earlier states",
        ),
        dhcp_server: true,
    },
    releases: &[],
    placeholders: &[],
};

pub static BARRACUDA: Platform =
    Platform { about: &ABOUT, rule, undo, verify, find_lease, see_denied, reserve, bypass, idle_timeout };

const RULES: &str =
    "Configuration, Configuration Tree, Box, Assigned Services, Firewall, Forwarding Rules: Lock.";
const ACTIVATE: &str = "Send Changes, Activate.";

fn objects(facts: &Facts) -> Objects {
    Objects::of(facts, NAME_MAX, Alphabet::Dashes)
}

fn rule(facts: &Facts) -> Draft {
    let names = objects(facts);
    Draft::new(ABOUT.checked)
        .code(steps::numbered(&[
            RULES.to_owned(),
            format!(
                "Services, New: name {}, New Object entry 006 TCP, port range {} (a space between), session timeout {}.",
                names.service_group,
                facts.ports(" "),
                idle::OFFER_S
            ),
            format!("Networks, New: type List of IPv4 Addresses, name {}, {}.", names.source(), facts.ips(", ")),
            if facts.named() {
                names.each_cloud(|name, host| format!("Networks, New: type Hostname (DNS Resolved), name {name}, {host}.")).replace('\n', " ")
            } else {
                String::new()
            },
            format!("Access Rules, New: action Pass, name {}.", names.rule),
            format!(
                "Source {}, service {}, destination {}, connection method Dynamic NAT.",
                names.source(),
                names.service_group,
                if facts.named() {
                    names.clouds.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(" and ")
                } else {
                    "Internet".to_owned()
                }
            ),
            "Policies: no application policy, no TLS inspection, no intrusion prevention.".to_owned(),
            format!("Description: {}", facts.names.comment()),
            "Drag it above the rule that blocks.".to_owned(),
            ACTIVATE.to_owned(),
        ]))
        .note("Placement: rules are read from the top; a new one goes last, so drag it.")
        .note_if(!facts.log, "Access rules log as delivered: Advanced, Log Settings, in the rule switches it off.")
        .note(phrases::NO_MAC)
        .note_if(facts.named(), "While a name does not resolve, the rule does not match. Names are asked again every ten minutes; at most 24 addresses are kept of each.")
}

fn undo(facts: &Facts) -> Draft {
    let names = objects(facts);
    Draft::new(ABOUT.checked).code(steps::numbered(&[
        RULES.to_owned(),
        format!("Access Rules: delete {}.", names.rule),
        format!("Services: delete {}. Networks: delete {}.", names.service_group, names.source()),
        if facts.named() {
            format!(
                "Networks: delete {} too.",
                names.clouds.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(" and ")
            )
        } else {
            String::new()
        },
        ACTIVATE.to_owned(),
    ]))
}

fn verify(facts: &Facts) -> Draft {
    Draft::new(Checked::FromMemory)
        .code(format!("Firewall, Live: filter source {}.", facts.ips(" or ")))
        .note("Good: one session to one of the ports, with the name of the rule, that stays when you look again a minute later.")
}

fn find_lease(facts: &Facts) -> Draft {
    Draft::new(Checked::FromMemory)
        .code(facts.each("\n", |g| format!("DHCP, Leases, or Network, ARPs: look for {}", g.mac)))
        .note("The list of leases is empty when another machine is the DHCP server.")
        .note(phrases::UNSEEN)
}

fn see_denied(facts: &Facts) -> Draft {
    Draft::new(Checked::FromDocumentation)
        .code(format!("Firewall, History: filter source {}, traffic selection Block.", facts.ips(" or ")))
        .note("Each line names the rule that blocked it, and why.")
}

fn reserve(facts: &Facts) -> Draft {
    Draft::new(Checked::FromMemory)
        .code("Configuration Tree, Box, Assigned Services, DHCP, DHCP Enterprise Configuration, Known Clients: Lock, New.")
        .code(facts.each("\n", |g| {
            format!(
                "Name {}, MAC address {}, fixed IP address {}",
                facts.names.of(g.mac).object("SG-GW-", NAME_MAX, Alphabet::Dashes),
                g.mac,
                g.ip
            )
        }))
        .code(ACTIVATE)
        .note("To take it back, delete the client and activate.")
        .note(phrases::REPLUG)
}

fn bypass(facts: &Facts) -> Draft {
    Draft::new(ABOUT.checked)
        .say(C, "The rule has no TLS inspection and no application policy; it must stand above those that have.")
        .code(format!("If TLS inspection has a policy of its own (Firewall, TLS Inspection Policy): New, action Do not inspect, source {}.", objects(facts).source()))
        .note(phrases::UNTRUSTED)
}

fn idle_timeout(facts: &Facts) -> Draft {
    Draft::new(Checked::FromMemory)
        .say(C, &idle::verdict(&ABOUT.capabilities))
        .say(C, "The service of the rule sets it for these connections alone:")
        .code(format!(
            "Forwarding Rules, Services, {}, the entry of TCP: Session Timeout {} s.",
            objects(facts).service_group,
            idle::OFFER_S
        ))
        .note("The timeout of a session without traffic is the one meant.")
}
