//! WatchGuard Firebox: steps in Policy Manager or Fireware Web UI. A packet filter, never a proxy.

use super::capabilities::{Capabilities, Form, Inspection, MacMatch, NameMatch, Placement};
use super::contract::{About, Comment, Draft, Platform};
use super::facts::Facts;
use super::names::Alphabet;
use super::objects::Objects;
use super::{idle, phrases, steps};
use crate::model::rule::Checked;

const C: Comment = Comment::HASH;
const NAME_MAX: usize = 47;

static ABOUT: About = About {
    id: "watchguard",
    name: "WatchGuard Firebox (Fireware)",
    versions: "12; names as destination 11.12 and later",
    makers: &["watchguard"],
    comment: C,
    checked: Checked::FromMemory,
    capabilities: Capabilities {
        form: Form::Steps,
        filters_forwarded: true,
        stateful: true,
        mac_in_rule: MacMatch::No,
        names_as_destination: NameMatch::Yes,
        placement: Placement::Top,
        name_max: NAME_MAX,
        comment_max: 255,
        inspection: Inspection::OnBox,
        idle_default_s: Some(3600),
        idle_per_rule: true,
        safe_commit: Some("save the configuration to a file first: it can be opened and saved back"),
        dhcp_server: true,
    },
    releases: &[],
    placeholders: &[],
};

pub static WATCHGUARD: Platform =
    Platform { about: &ABOUT, rule, undo, verify, find_lease, see_denied, reserve, bypass, idle_timeout };

fn objects(facts: &Facts) -> Objects {
    Objects::of(facts, NAME_MAX, Alphabet::Dashes)
}

fn rule(facts: &Facts) -> Draft {
    let names = objects(facts);
    Draft::new(ABOUT.checked)
        .code(steps::numbered(&[
            "Firewall, Firewall Policies, Add Policy, Custom, Add.".to_owned(),
            format!(
                "Template name {}, type Packet Filter; protocols: {}. Save.",
                names.service_group,
                facts.ports.iter().map(|p| format!("TCP {p}")).collect::<Vec<_>>().join(", ")
            ),
            format!("Policy name {}; Add Policy.", names.rule),
            format!("Connections are Allowed. From: remove Any-Trusted, Add, Host IPv4: {}.", facts.ips(", ")),
            if facts.named() {
                format!("To: remove Any-External, Add, FQDN: {}.", facts.hosts.join(", "))
            } else {
                "To: Any-External.".to_owned()
            },
            if facts.log { "Logging: Send a log message.".to_owned() } else { String::new() },
            format!("Properties: Specify Custom Idle Timeout {} seconds.", idle::OFFER_S),
            format!("Description: {}", facts.names.comment()),
            "Save.".to_owned(),
        ]))
        .note("Placement: auto-order puts a policy with single hosts above the general ones. Look that it stands above every HTTPS-proxy policy: a proxy would treat 443 as HTTPS.")
        .note("A packet filter opens nothing, so this is the exemption from content inspection too.")
        .note_if(facts.several(), "For many gateways an alias (Firewall, Aliases) holds the hosts, and From names the alias.")
        .note(phrases::NO_MAC)
        .note_if(facts.named(), phrases::NAMES_RESOLVED)
}

fn undo(facts: &Facts) -> Draft {
    let names = objects(facts);
    Draft::new(ABOUT.checked).code(steps::numbered(&[
        format!("Firewall, Firewall Policies: delete {}.", names.rule),
        format!(
            "Firewall, Firewall Policies, Add Policy, Custom: delete the template {}.",
            names.service_group
        ),
        "Save.".to_owned(),
    ]))
}

fn verify(facts: &Facts) -> Draft {
    Draft::new(ABOUT.checked)
        .code(format!("Dashboard, Traffic Monitor: filter {}.", facts.ips(" or ")))
        .code("Firewall, Firewall Policies, Policy Checker: TCP, the address of the gateway, a port of the rule.")
        .note("Good: lines that begin with Allow and name the policy.")
}

fn find_lease(facts: &Facts) -> Draft {
    Draft::new(ABOUT.checked)
        .code(facts.each("\n", |g| {
            format!("System Status, DHCP Leases, or System Status, ARP Table: look for {}", g.mac)
        }))
        .note("The list of leases is empty when another machine is the DHCP server.")
}

fn see_denied(facts: &Facts) -> Draft {
    Draft::new(ABOUT.checked)
        .code(format!(
            "Dashboard, Traffic Monitor: filter {}; lines that begin with Deny and end with Unhandled Internal Packet.",
            facts.ips(" or ")
        ))
        .note("Unhandled means that no policy took the packet. A policy that denies logs only when its logging is on.")
}

fn reserve(facts: &Facts) -> Draft {
    Draft::new(ABOUT.checked)
        .code("Network, Interfaces, the interface of the gateway, DHCP Server, Reserved Addresses, Add:")
        .code(facts.each("\n", |g| {
            format!(
                "Name {}, reserved IP {}, MAC address {}",
                facts.names.of(g.mac).object("SG-GW-", NAME_MAX, Alphabet::Dashes),
                g.ip,
                g.mac
            )
        }))
        .note("To take it back, remove the row.")
        .note(phrases::REPLUG)
}

fn bypass(facts: &Facts) -> Draft {
    Draft::new(ABOUT.checked)
        .say(C, "Content inspection lives in proxy policies only; the rule is a packet filter and stands above them.")
        .code(format!(
            "If an HTTPS-proxy policy still takes the connections of {}, move the rule above it: Firewall Policies, auto-order off, drag.",
            facts.ips(" and ")
        ))
        .note("Application control and intrusion prevention are set for each policy: leave both off in this one.")
        .note(phrases::UNTRUSTED)
}

fn idle_timeout(_: &Facts) -> Draft {
    Draft::new(ABOUT.checked)
        .say(C, &idle::verdict(&ABOUT.capabilities))
        .code(format!(
            "In the policy: Properties, Specify Custom Idle Timeout, {} seconds (at least {}).",
            idle::OFFER_S,
            idle::YARDSTICK_S
        ))
        .note("The rule sets it already. The one of the whole firewall (System, Global Settings) stays as it is.")
}
