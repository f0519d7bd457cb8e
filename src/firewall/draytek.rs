//! DrayTek Vigor routers: steps in their pages. Names have at most 15 characters.

use super::capabilities::{Capabilities, Form, Inspection, MacMatch, NameMatch, Placement};
use super::contract::{About, Comment, Draft, Platform};
use super::facts::Facts;
use super::{idle, phrases, steps};
use crate::model::rule::Checked;

const C: Comment = Comment::HASH;
const COMMENT_MAX: usize = 14;

static ABOUT: About = About {
    id: "draytek",
    name: "DrayTek Vigor (DrayOS)",
    versions: "DrayOS 3 and 4",
    makers: &["draytek"],
    comment: C,
    checked: Checked::FromDocumentation,
    capabilities: Capabilities {
        form: Form::Steps,
        filters_forwarded: true,
        stateful: true,
        mac_in_rule: MacMatch::Binding,
        names_as_destination: NameMatch::Extra,
        placement: Placement::LastThenMove,
        name_max: COMMENT_MAX,
        comment_max: COMMENT_MAX,
        inspection: Inspection::No,
        idle_default_s: Some(86_400),
        idle_per_rule: false,
        safe_commit: Some("System Maintenance, Configuration Backup before, Restore after a mistake"),
        dhcp_server: true,
    },
    releases: &[],
    placeholders: &[],
};

pub static DRAYTEK: Platform =
    Platform { about: &ABOUT, rule, undo, verify, find_lease, see_denied, reserve, bypass, idle_timeout };

/// `SG-` and the tag: 10 characters at most.
fn short(facts: &Facts) -> String {
    format!("SG-{}", facts.names.tag())
}

fn rule(facts: &Facts) -> Draft {
    let name = short(facts);
    let group = |what: &str| format!("{what} of them, and a group {name} of these");
    let from = if facts.several() { group("one for each") } else { format!("name {name}") };
    Draft::new(ABOUT.checked)
        .aside(C, &format!("For {}", facts.names.comment()))
        .say_if(facts.named(), C, &facts.dated())
        .code(steps::numbered(&[
            format!(
                "Objects Setting, IP Object: {from}, interface LAN/RT/VPN, address type Single Address, {}.",
                facts.ips(", ")
            ),
            format!(
                "Objects Setting, Service Type Object: protocol TCP, source port 1 to 65535, destination port {}, one for each; then Service Type Group {name} with both.",
                facts.ports(" and ")
            ),
            if facts.named() {
                format!("Objects Setting, IP Object: interface WAN, Single Address, {}, one for each; then IP Group {name}-TO with all.", facts.addresses(" and "))
            } else {
                String::new()
            },
            "Firewall, Filter Setup, Set 2 (Default Data Filter): the first free rule above the one that blocks.".to_owned(),
            format!("Comments {name}, Enable, direction LAN/RT/VPN to WAN."),
            format!(
                "Source IP: the object or group {name}. Destination IP: {}. Service Type: the group {name}.",
                if facts.named() { format!("the group {name}-TO") } else { "Any".to_owned() }
            ),
            format!(
                "Filter: Pass Immediately{}.",
                if facts.log { ", Syslog on" } else { "" }
            ),
            "OK.".to_owned(),
        ]))
        .note("Placement: rules are read from the top of Set 2; Pass Immediately ends the reading. If every rule above the block is taken, use Move Up.")
        .note("The MAC is not in the rule. LAN, Bind IP to MAC ties the two (part reserve).")
        .note_if(facts.named(), "Newer models have host names as objects; addresses work on all. If they change the gateway loses its connection; any-host does not have this fault.")
}

fn undo(facts: &Facts) -> Draft {
    let name = short(facts);
    Draft::new(ABOUT.checked)
        .aside(C, &format!("For {}", facts.names.comment()))
        .code(steps::numbered(&[
            format!("Firewall, Filter Setup, Set 2: the rule {name}, Clear."),
            format!("Objects Setting: clear the objects and groups whose names begin with {name}."),
        ]))
        .note("The rule first: an object that is in use should not be cleared.")
}

fn verify(facts: &Facts) -> Draft {
    Draft::new(Checked::FromMemory)
        .code(format!("Diagnostics, NAT Sessions Table: private IP {}.", facts.ips(" or ")))
        .note(phrases::GOOD)
}

fn find_lease(facts: &Facts) -> Draft {
    Draft::new(Checked::FromMemory)
        .code(facts.each("\n", |g| {
            format!(
                "Diagnostics, DHCP Table, or Diagnostics, ARP Cache Table: look for {}",
                g.mac.pairs("-", true)
            )
        }))
        .note("The list of leases is empty when another machine is the DHCP server.")
}

fn see_denied(facts: &Facts) -> Draft {
    Draft::new(Checked::FromMemory)
        .code(format!("Diagnostics, Syslog Explorer, Firewall: lines with {}.", facts.ips(" or ")))
        .note("A rule writes only when its Syslog box is ticked; so does the default rule under Firewall, General Setup.")
}

fn reserve(facts: &Facts) -> Draft {
    Draft::new(ABOUT.checked)
        .code("LAN, Bind IP to MAC: Enable (not Strict Bind), Add:")
        .code(facts.each("\n", |g| {
            format!("IP address {}, MAC address {}, comment SG-{}", g.ip, g.mac, &g.mac.pairs("", true)[6..])
        }))
        .note("Strict Bind would lock out every device that is not in the list. To take it back, delete the row.")
        .note(phrases::REPLUG)
}

fn bypass(facts: &Facts) -> Draft {
    Draft::new(Checked::FromMemory)
        .say(C, "A Vigor opens no TLS. In the rule leave all of these at None:")
        .code("APP Enforcement, URL Content Filter, Web Content Filter, DNS Filter")
        .note(format!("The default rule (Firewall, General Setup) may name filters too; it does not reach {} while the rule passes it.", facts.ips(" and ")))
        .note(phrases::UNTRUSTED)
}

fn idle_timeout(_: &Facts) -> Draft {
    Draft::new(Checked::FromMemory)
        .say(C, &idle::verdict(&ABOUT.capabilities))
        .say(C, "On its command line (telnet or SSH), for the whole router:")
        .code("portmaptime -l")
        .say(
            C,
            &format!("Only if TCP is under {} there: portmaptime -t {}", idle::YARDSTICK_S, idle::OFFER_S),
        )
        .note("The last line is a comment on purpose: it changes every session of the router.")
}
