//! LANCOM routers with LCOS: steps in WEBconfig or LANconfig.

use super::capabilities::{Capabilities, Form, Inspection, MacMatch, NameMatch, Placement};
use super::contract::{About, Comment, Draft, Platform};
use super::facts::Facts;
use super::names::{Alphabet, OBJECT_MAX};
use super::objects::Objects;
use super::{idle, phrases, steps};
use crate::model::rule::Checked;

const C: Comment = Comment::HASH;

static ABOUT: About = About {
    id: "lancom",
    name: "LANCOM (LCOS)",
    versions: "LCOS 10",
    makers: &["lancom"],
    comment: C,
    checked: Checked::FromMemory,
    capabilities: Capabilities {
        form: Form::Steps,
        filters_forwarded: true,
        stateful: true,
        mac_in_rule: MacMatch::No,
        names_as_destination: NameMatch::Extra,
        placement: Placement::Top,
        name_max: OBJECT_MAX,
        comment_max: 63,
        inspection: Inspection::No,
        idle_default_s: None,
        idle_per_rule: false,
        safe_commit: Some("save the configuration to a file first; it can be loaded back"),
        dhcp_server: true,
    },
    releases: &[],
    placeholders: &[],
};

pub static LANCOM: Platform =
    Platform { about: &ABOUT, rule, undo, verify, find_lease, see_denied, reserve, bypass, idle_timeout };

fn name(facts: &Facts) -> String {
    Objects::of(facts, OBJECT_MAX, Alphabet::Dashes).rule
}

fn rule(facts: &Facts) -> Draft {
    Draft::new(ABOUT.checked)
        .aside(C, &format!("For {}", facts.names.comment()))
        .say_if(facts.named(), C, &facts.dated())
        .code(steps::numbered(&[
            "Configuration, Firewall/QoS, IPv4 Rules, Firewall rules, Add.".to_owned(),
            format!("Name {}, This rule is active, priority 100.", name(facts)),
            "Action: ACCEPT.".to_owned(),
            format!("Stations, source: {}.", facts.each(", ", |g| format!("%A{}", g.ip))),
            if facts.named() {
                format!("Stations, destination: %A{}.", facts.addresses(", %A"))
            } else {
                "Stations, destination: all stations.".to_owned()
            },
            format!("Services: protocol TCP (6), destination ports {}.", facts.ports(",")),
            "OK, and write the configuration back.".to_owned(),
        ]))
        .note("Placement: a higher priority is read first; give it one that is higher than the rule DENY-ALL has.")
        .note("Where no rule denies, nothing is blocked: then it is harmless and not needed.")
        .note(phrases::NO_MAC)
        .note_if(facts.named(), phrases::ADDRESSES_CHANGE)
}

fn undo(facts: &Facts) -> Draft {
    Draft::new(ABOUT.checked).code(steps::numbered(&[
        format!("Configuration, Firewall/QoS, IPv4 Rules, Firewall rules: remove {}.", name(facts)),
        "OK, and write the configuration back.".to_owned(),
    ]))
}

fn verify(facts: &Facts) -> Draft {
    Draft::new(ABOUT.checked)
        .say(C, "On its command line:")
        .code("show firewall filters")
        .note(format!("Or in its pages: Status, IP router, Connection list: source {}.", facts.ips(" or ")))
        .note(phrases::GOOD)
}

fn find_lease(facts: &Facts) -> Draft {
    Draft::new(ABOUT.checked)
        .code(facts.each("\n", |g| {
            format!("Status, DHCP, DHCP table, or Status, TCP/IP, ARP table: look for {}", g.mac.bare())
        }))
        .note("LCOS writes the MAC without separators. The DHCP table is empty when another machine is the server.")
        .note(phrases::UNSEEN)
}

fn see_denied(facts: &Facts) -> Draft {
    Draft::new(ABOUT.checked)
        .say(C, "On its command line; the same line once more ends it:")
        .code("trace # firewall")
        .note(format!("Look for {}. Status, IP router, Log table keeps the last denials.", facts.ips(" or ")))
}

fn reserve(facts: &Facts) -> Draft {
    Draft::new(ABOUT.checked)
        .code("Configuration, IPv4, DHCPv4, BOOTP, Stations, Add:")
        .code(facts.each("\n", |g| format!("MAC address {}, IP address {}", g.mac.bare(), g.ip)))
        .note("To take it back, remove the row.")
        .note(phrases::REPLUG)
}

fn bypass(facts: &Facts) -> Draft {
    Draft::new(ABOUT.checked)
        .say(C, "LCOS opens no TLS. Only where the option Content Filter is in use:")
        .code(format!("Firewall/QoS, IPv4 Rules: the rule must stand above CONTENT-FILTER, so that {} is not sent through it.", facts.ips(" and ")))
        .note(phrases::UNTRUSTED)
}

fn idle_timeout(_: &Facts) -> Draft {
    Draft::new(ABOUT.checked)
        .say(C, &idle::verdict(&ABOUT.capabilities))
        .code(format!("Configuration, IP router, Masquerading: TCP aging, at least {} s.", idle::YARDSTICK_S))
        .note("It holds for the whole router.")
}
