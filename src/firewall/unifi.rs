//! Ubiquiti UniFi gateways: steps in the Network application. A policy takes an address or a MAC as source, not both.

use super::capabilities::{Capabilities, Form, Inspection, MacMatch, NameMatch, Placement};
use super::contract::{About, Comment, Draft, Platform};
use super::facts::Facts;
use super::names::Alphabet;
use super::objects::Objects;
use super::releases::Release;
use super::{idle, phrases, steps};
use crate::model::rule::Checked;

const C: Comment = Comment::HASH;
const NAME_MAX: usize = 50;

static ABOUT: About = About {
    id: "unifi",
    name: "Ubiquiti UniFi (Network application)",
    versions: "Network 7 and later",
    // the maker alone does not tell UniFi from EdgeOS
    makers: &["ubiquiti"],
    comment: C,
    checked: Checked::FromDocumentation,
    capabilities: Capabilities {
        form: Form::Steps,
        filters_forwarded: true,
        stateful: true,
        mac_in_rule: MacMatch::Ored,
        names_as_destination: NameMatch::Yes,
        placement: Placement::LastThenMove,
        name_max: NAME_MAX,
        comment_max: 79,
        inspection: Inspection::AddOn,
        idle_default_s: Some(7440),
        idle_per_rule: false,
        safe_commit: Some("pause the policy in its list: it is out of force at once and stays there"),
        dhcp_server: true,
    },
    releases: &[
        Release { id: "9.0", means: "UniFi Network 9 and later (zones)" },
        Release { id: "7.0", means: "UniFi Network 7 and 8 (rules)" },
    ],
    placeholders: &[],
};

pub static UNIFI: Platform =
    Platform { about: &ABOUT, rule, undo, verify, find_lease, see_denied, reserve, bypass, idle_timeout };

fn name(facts: &Facts) -> String {
    Objects::of(facts, NAME_MAX, Alphabet::Dashes).rule
}

/// The lists of rules by network, as they were before zones.
fn old_rule(facts: &Facts) -> Draft {
    let names = Objects::of(facts, NAME_MAX, Alphabet::Dashes);
    Draft::new(Checked::FromMemory)
        .aside(C, &format!("For {}", facts.names.comment()))
        .say_if(facts.named(), C, &facts.dated())
        .code(steps::numbered(&[
            format!("Settings, Profiles, Port/IP Groups, Create New Group: name {}, IPv4 addresses {}.", names.source(), facts.ips(", ")),
            format!("Once more: name {}, ports {}.", names.service_group, facts.ports(", ")),
            if facts.named() {
                format!("Once more: name {}, IPv4 addresses {}.", names.cloud_group, facts.addresses(", "))
            } else {
                String::new()
            },
            "Settings, Firewall and Security, Firewall Rules, Create New Rule: type LAN In, before predefined rules.".to_owned(),
            format!("Description {}, action Accept, protocol TCP.", names.rule),
            format!("Source: Port/IP Group, {}.", names.source()),
            format!(
                "Destination: Port/IP Group, address {}, port {}.",
                if facts.named() { names.cloud_group.as_str() } else { "Any" },
                names.service_group
            ),
            if facts.log { "Advanced: Enable Logging.".to_owned() } else { String::new() },
            "Apply; then drag it above the rule that blocks.".to_owned(),
        ]))
        .note("Placement: rules before the predefined ones are read first; a new one goes last among them, so drag it.")
        .note("The MAC is not in the rule: source is a group or a MAC, not both. Fix the address instead (part reserve).")
        .note_if(facts.named(), phrases::ADDRESSES_CHANGE)
}

fn rule(facts: &Facts) -> Draft {
    if facts.is_release("7.0") {
        return old_rule(facts);
    }
    Draft::new(ABOUT.checked)
        .code(steps::numbered(&[
            "Settings, Policy Engine (before: Security), Firewall, Create Policy.".to_owned(),
            format!("Name {}", name(facts)),
            format!("Source: zone Internal, IP, Specific: {}.", facts.ips(", ")),
            if facts.named() {
                format!("Destination: zone External, Web, Domain: {}.", facts.hosts.join(", "))
            } else {
                "Destination: zone External, Any.".to_owned()
            },
            format!("Destination port: Specific, {}. Protocol: TCP.", facts.ports(",")),
            "Action: Allow, with Auto Allow Return Traffic.".to_owned(),
            if facts.log { "Advanced: Syslog Logging on.".to_owned() } else { String::new() },
            format!("Description: {}", facts.names.comment()),
            "Add Policy; then Reorder, and drag it above the policy that blocks.".to_owned(),
        ]))
        .note("Placement: the application puts a new policy below the site's others; Reorder moves it.")
        .note("The MAC is not in the rule: source is an address or a device, not both. Fix the address instead (part reserve).")
        .note_if(facts.named(), "Domains are learnt by watching DNS: the gateway must ask the name server of the UniFi gateway, or one whose answers pass it.")
}

fn undo(facts: &Facts) -> Draft {
    let names = Objects::of(facts, NAME_MAX, Alphabet::Dashes);
    if facts.is_release("7.0") {
        let cloud = if facts.named() { format!(", {}", names.cloud_group) } else { String::new() };
        return Draft::new(Checked::FromMemory).code(steps::numbered(&[
            format!("Settings, Firewall and Security, Firewall Rules, LAN In: {}, Remove.", names.rule),
            format!(
                "Settings, Profiles, Port/IP Groups: remove {}, {}{cloud}.",
                names.source(),
                names.service_group
            ),
        ]));
    }
    Draft::new(ABOUT.checked).code(steps::numbered(&[
        "Settings, Policy Engine, Firewall.".to_owned(),
        format!("Open {}", names.rule),
        "Remove.".to_owned(),
    ]))
}

fn verify(facts: &Facts) -> Draft {
    Draft::new(Checked::FromMemory)
        .code(format!("Insights, Flows: source {}, the policy of this name, Allowed.", facts.ips(" or ")))
        .note("Good: one flow to one of the ports that stays when you look again a minute later.")
}

fn find_lease(facts: &Facts) -> Draft {
    Draft::new(Checked::FromMemory)
        .code(facts.each("\n", |g| format!("Client Devices: search {}", g.mac)))
        .note("The client shows its address, its network and the port of the switch. A gateway that is not in the list has never spoken on a network of this site.")
}

fn see_denied(facts: &Facts) -> Draft {
    Draft::new(Checked::FromMemory)
        .code(format!("Insights, Flows: source {}, Blocked.", facts.ips(" or ")))
        .note("A policy that blocks shows its flows only with logging on. With a syslog server (Settings, Control Plane, Integrations) the lines hold SRC= and DPT=.")
}

fn reserve(facts: &Facts) -> Draft {
    Draft::new(Checked::FromMemory)
        .code(
            facts.each("\n", |g| {
                format!("Client Devices, {}, Settings: Fixed IP Address on, {}.", g.mac, g.ip)
            }),
        )
        .note("To take it back, switch Fixed IP Address off.")
        .note(phrases::REPLUG)
}

fn bypass(facts: &Facts) -> Draft {
    Draft::new(Checked::FromMemory)
        .say(C, "Only some enterprise gateways open TLS, and only when it is switched on. Then:")
        .code(format!("Settings, Policy Engine, SSL/TLS Inspection: exclude {}.", facts.ips(" and ")))
        .code("Settings, CyberSecure: the same in the exclusions of content filtering and intrusion prevention, and in the ad block.")
        .note(phrases::UNTRUSTED)
}

fn idle_timeout(_: &Facts) -> Draft {
    Draft::new(Checked::FromMemory)
        .say(C, &idle::verdict(&ABOUT.capabilities))
        .say(C, "It is set for the whole gateway:")
        .code(format!(
            "Settings, Policy Engine, Connection Tracking (before: Firewall, Settings), TCP Established: at least {} s.",
            idle::YARDSTICK_S
        ))
        .note("7440 s is just what RFC 5382 asks for: leave it there or raise it.")
}
