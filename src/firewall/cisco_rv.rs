//! Cisco Small Business routers of the RV series: steps in their pages. One service a rule.

use super::capabilities::{Capabilities, Form, Inspection, MacMatch, NameMatch, Placement};
use super::contract::{About, Comment, Draft, Platform};
use super::facts::Facts;
use super::names::{Alphabet, OBJECT_MAX};
use super::objects::Objects;
use super::{idle, phrases, steps};
use crate::model::rule::Checked;

const C: Comment = Comment::HASH;

static ABOUT: About = About {
    id: "cisco-rv",
    name: "Cisco Small Business RV",
    versions: "RV160, RV260, RV34x",
    makers: &[],
    comment: C,
    checked: Checked::FromMemory,
    capabilities: Capabilities {
        form: Form::Steps,
        filters_forwarded: true,
        stateful: true,
        mac_in_rule: MacMatch::Binding,
        names_as_destination: NameMatch::No,
        placement: Placement::LastThenMove,
        name_max: OBJECT_MAX,
        comment_max: OBJECT_MAX,
        inspection: Inspection::OnBox,
        idle_default_s: Some(1800),
        idle_per_rule: false,
        safe_commit: Some("Apply is in force until a restart; Save keeps it"),
        dhcp_server: true,
    },
    releases: &[],
    placeholders: &[],
};

pub static CISCO_RV: Platform =
    Platform { about: &ABOUT, rule, undo, verify, find_lease, see_denied, reserve, bypass, idle_timeout };

fn objects(facts: &Facts) -> Objects {
    Objects::of(facts, OBJECT_MAX, Alphabet::Dashes)
}

fn rule(facts: &Facts) -> Draft {
    let names = objects(facts);
    let services =
        names.services.iter().map(|(name, port)| format!("{name} TCP {port} to {port}")).collect::<Vec<_>>();
    let from = if facts.several() {
        format!("the IP group {}", names.source())
    } else {
        format!("Single IP {}", facts.first().ip)
    };
    let to = if facts.named() {
        format!("Single IP {} (one rule for each)", facts.addresses(", then "))
    } else {
        "Any".to_owned()
    };
    Draft::new(ABOUT.checked)
        .aside(C, &format!("For {}", facts.names.comment()))
        .say_if(facts.named(), C, &facts.dated())
        .code(steps::numbered(&[
            format!("System Configuration, Service Management, Add: {}. Apply.", services.join("; ")),
            if facts.several() {
                format!(
                    "System Configuration, IP Address Groups, Add: name {}, single addresses {}. Apply.",
                    names.source(),
                    facts.ips(", ")
                )
            } else {
                String::new()
            },
            "Firewall, Access Rules, Add, once for each service:".to_owned(),
            format!(
                "Rule status Enable, action Allow, services IPv4 and the service, log {}.",
                if facts.log { "Always" } else { "Never" }
            ),
            format!("Source interface VLAN1 (the network of the gateway), source address {from}."),
            format!("Destination interface WAN, destination address {to}, schedule Anytime. Apply."),
            "Move the rules above the one that denies; Save at the top of the page.".to_owned(),
        ]))
        .note("Placement: rules are read by their priority; a new one goes below the site's others, so move it. As delivered everything from inside to outside is allowed: then the rules are harmless and not needed.")
        .note(phrases::NO_MAC)
        .note_if(facts.named(), phrases::ADDRESSES_CHANGE)
}

fn undo(facts: &Facts) -> Draft {
    let names = objects(facts);
    Draft::new(ABOUT.checked).aside(C, &format!("For {}", facts.names.comment())).code(steps::numbered(&[
        format!(
            "Firewall, Access Rules: delete the rules with {}.",
            names.services.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(" and ")
        ),
        "System Configuration, Service Management: delete the same services.".to_owned(),
        names.group.iter().map(|g| format!("System Configuration, IP Address Groups: delete {g}.")).collect(),
        "Apply, Save.".to_owned(),
    ]))
}

fn verify(facts: &Facts) -> Draft {
    Draft::new(ABOUT.checked)
        .code(format!(
            "Status and Statistics, Connected Devices and Port Traffic: {} is there.",
            facts.ips(" and ")
        ))
        .code(format!(
            "Status and Statistics, View Logs, category Firewall: lines with {} and the rule.",
            facts.ips(" or ")
        ))
        .note("Good: lines that say accepted on one of the ports, and none that says denied.")
}

fn find_lease(facts: &Facts) -> Draft {
    Draft::new(ABOUT.checked)
        .code(facts.each("\n", |g| format!("Status and Statistics, DHCP Bindings: look for {}", g.mac)))
        .note("The list is empty when another machine is the DHCP server.")
        .note(phrases::UNSEEN)
}

fn see_denied(facts: &Facts) -> Draft {
    Draft::new(ABOUT.checked)
        .code(format!("Status and Statistics, View Logs, category Firewall: lines with {}.", facts.ips(" or ")))
        .note("A rule writes only with log Always. System Configuration, Log: the category Firewall must be ticked.")
        .note(phrases::UNSEEN)
}

fn reserve(facts: &Facts) -> Draft {
    Draft::new(ABOUT.checked)
        .code("LAN, Static DHCP, Add:")
        .code(facts.each("\n", |g| {
            format!(
                "Name {}, MAC address {}, static IPv4 address {}, Enabled",
                facts.names.of(g.mac).object("SG-GW-", OBJECT_MAX, Alphabet::Dashes),
                g.mac,
                g.ip
            )
        }))
        .code("Apply, Save.")
        .note("To take it back, delete the row.")
        .note(phrases::REPLUG)
}

fn bypass(facts: &Facts) -> Draft {
    Draft::new(ABOUT.checked)
        .say(C, "These routers open no TLS. Some have a web filter, application control and intrusion prevention (licence Security):")
        .code(format!("Security, Application Control and Web Filtering: {} into the exclusion list of each policy.", facts.ips(" and ")))
        .note(phrases::UNTRUSTED)
}

fn idle_timeout(_: &Facts) -> Draft {
    Draft::new(ABOUT.checked)
        .say(C, &idle::verdict(&ABOUT.capabilities))
        .say(C, "It is set for the whole router:")
        .code(format!("Firewall, Session Timeout: TCP Session Timeout at least {} s. Apply, Save.", idle::YARDSTICK_S))
        .note("1800 s may cut the gateway's connection: this is the first thing to change when it blinks after quiet times.")
}
