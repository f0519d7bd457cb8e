//! Cisco Meraki MX: steps in the dashboard, and the row for its interface. The interface replaces the whole list, so a
//! text that puts only our row would delete the site's: the steps come first.

use super::capabilities::{Capabilities, Form, Inspection, MacMatch, NameMatch, Placement};
use super::contract::{About, Comment, Draft, Platform};
use super::facts::Facts;
use super::{idle, phrases, rest, steps};
use crate::model::rule::Checked;

const C: Comment = Comment::HASH;

static ABOUT: About = About {
    id: "meraki",
    name: "Cisco Meraki MX",
    versions: "MX 15 and later",
    makers: &["meraki"],
    comment: C,
    checked: Checked::FromDocumentation,
    capabilities: Capabilities {
        form: Form::Steps,
        filters_forwarded: true,
        stateful: true,
        mac_in_rule: MacMatch::Binding,
        names_as_destination: NameMatch::Yes,
        placement: Placement::LastThenMove,
        name_max: 127,
        comment_max: 127,
        inspection: Inspection::OnBox,
        idle_default_s: None,
        idle_per_rule: false,
        safe_commit: Some("Organization, Change log shows each change with its old value"),
        dhcp_server: true,
    },
    releases: &[],
    placeholders: &[],
};

pub static MERAKI: Platform =
    Platform { about: &ABOUT, rule, undo, verify, find_lease, see_denied, reserve, bypass, idle_timeout };

fn sources(facts: &Facts) -> String {
    facts.each(",", |g| format!("{}/32", g.ip))
}

fn rule(facts: &Facts) -> Draft {
    let to = if facts.named() { facts.hosts.join(",") } else { "Any".to_owned() };
    let row = rest::object(&[
        ("comment", &facts.names.comment()),
        ("policy", "allow"),
        ("protocol", "tcp"),
        ("srcCidr", &sources(facts)),
        ("srcPort", "Any"),
        ("destCidr", &to),
        ("destPort", &facts.ports(",")),
    ]);
    Draft::new(ABOUT.checked)
        .code(steps::numbered(&[
            "Open Security and SD-WAN, Configure, Firewall, Outbound rules, and choose Add new.".to_owned(),
            format!("Policy Allow, protocol TCP, source {}, source port Any.", sources(facts)),
            format!("Destination {to}, destination port {}.", facts.ports(",")),
            format!("Comment: {}", facts.names.comment()),
            if facts.log { "Logging: enabled (it shows where a syslog server is set up).".to_owned() } else { String::new() },
            "Drag it above every rule that denies, and save.".to_owned(),
        ]))
        .say(C, "For the interface: GET the list, put this row first, PUT the whole list back without the default rule:")
        .code(row)
        .note("Placement: rules are read from the top; a new one stands above the default rule and below the others, so drag it.")
        .note("The interface is /networks/ID/appliance/firewall/l3FirewallRules. PUT replaces everything: a row that is not in the body is deleted.")
        .note("The MAC is not in the rule. By MAC instead of the address: Network-wide, Clients, the gateway, Policy, a group policy of its own.")
        .note_if(facts.several(), "All addresses stand in the one rule, separated by commas.")
        .note_if(facts.named(), "The MX learns a name by watching the answers to DNS: the gateway must ask a name server whose answers pass the MX.")
}

fn undo(facts: &Facts) -> Draft {
    Draft::new(ABOUT.checked)
        .code(steps::numbered(&[
            "Open Security and SD-WAN, Configure, Firewall, Outbound rules.".to_owned(),
            format!("Delete the row with the comment {}", facts.names.comment()),
            "Save.".to_owned(),
        ]))
        .note("By the interface: GET the list, take out the row with this comment, PUT the rest back.")
}

fn verify(facts: &Facts) -> Draft {
    Draft::new(Checked::FromMemory)
        .code(format!(
            "Security and SD-WAN, Monitor, Appliance status, Tools, Firewall log: filter {}, and look for the gateway's connections on {}.",
            facts.ips(" or "),
            facts.ports(" and ")
        ))
        .code(facts.each("\n", |g| format!("Network-wide, Clients, {}: the page shows which policy holds for it.", g.mac)))
        .note("Good: connections that are allowed, and none that is denied.")
}

fn find_lease(facts: &Facts) -> Draft {
    Draft::new(Checked::FromMemory)
        .code(facts.each("\n", |g| format!("Network-wide, Clients: search {}", g.mac)))
        .code("Security and SD-WAN, Monitor, Appliance status, DHCP: the leases of each network.")
        .note("A gateway that is in neither has never spoken on a network of this MX.")
}

fn see_denied(facts: &Facts) -> Draft {
    Draft::new(Checked::FromMemory)
        .code(format!(
            "Security and SD-WAN, Monitor, Appliance status, Tools, Firewall log: filter {}, Deny.",
            facts.ips(" or ")
        ))
        .note("To keep it: Network-wide, General, Reporting, a syslog server with the role Flows; its lines say pattern: deny with src= and dst=. Logging must be enabled on the rule that denies.")
}

fn reserve(facts: &Facts) -> Draft {
    Draft::new(Checked::FromDocumentation)
        .code("Security and SD-WAN, Configure, DHCP, the network of the gateway, Fixed IP assignments, Add:")
        .code(facts.each("\n", |g| {
            format!("Client name {}, MAC address {}, LAN IP {}", facts.names.of(g.mac).comment(), g.mac, g.ip)
        }))
        .note("By the interface, fixedIpAssignments of PUT /networks/ID/appliance/vlans/VLAN replaces the whole map: GET it first.")
        .note(phrases::REPLUG)
}

fn bypass(facts: &Facts) -> Draft {
    Draft::new(Checked::FromMemory)
        .code(steps::numbered(&[
            "Network-wide, Group policies, Add a group: Security filtering and content filtering that pass, no firewall rule that denies.".to_owned(),
            format!("Network-wide, Clients, {}: Policy, this group.", facts.each(" and ", |g| g.mac.to_string())),
            "Where HTTPS inspection is switched on (Threat protection), exempt the same address.".to_owned(),
        ]))
        .note("Needed only where AMP, content filtering, layer-7 rules or HTTPS inspection are in use.")
        .note(phrases::UNTRUSTED)
}

fn idle_timeout(_: &Facts) -> Draft {
    Draft::new(Checked::FromMemory)
        .say(C, "The idle timeout cannot be set, and no figure is published.")
        .code(format!(
            "If the LED goes back to blinking after quiet times, ask Meraki support for the idle timeout of TCP; at least {} s are needed (RFC 5382).",
            idle::YARDSTICK_S
        ))
        .note("solidgreen check --hold measures it from this computer.")
}
