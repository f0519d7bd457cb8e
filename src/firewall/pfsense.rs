//! pfSense: steps in its pages. Its shell command easyrule takes neither an alias of ports nor a log flag and appends, so
//! it is only named.

use super::capabilities::{Capabilities, Form, Inspection, MacMatch, NameMatch, Placeholder, Placement};
use super::contract::{About, Comment, Draft, Platform};
use super::facts::Facts;
use super::names::{Alphabet, OBJECT_MAX};
use super::objects::Objects;
use super::releases::Release;
use super::{idle, phrases, steps};
use crate::model::rule::Checked;

const C: Comment = Comment::HASH;
/// Longest description of a rule.
const DESCRIPTION_MAX: usize = 52;
const LAN: Placeholder =
    Placeholder { key: "lan", word: "LAN", means: "the tab of the interface of the gateway (usual default)" };

static ABOUT: About = About {
    id: "pfsense",
    name: "pfSense CE and Plus",
    versions: "CE 2.6 and later, Plus 22.01 and later",
    makers: &["netgate"],
    comment: C,
    checked: Checked::FromDocumentation,
    capabilities: Capabilities {
        form: Form::Steps,
        filters_forwarded: true,
        stateful: true,
        mac_in_rule: MacMatch::Binding,
        names_as_destination: NameMatch::Yes,
        placement: Placement::Top,
        name_max: OBJECT_MAX,
        comment_max: DESCRIPTION_MAX,
        inspection: Inspection::AddOn,
        idle_default_s: Some(86_400),
        idle_per_rule: true,
        safe_commit: Some("Diagnostics, Backup and Restore, Config History brings any earlier state back"),
        dhcp_server: true,
    },
    releases: &[
        Release { id: "2.7", means: "pfSense CE 2.7 and later, Plus 23.01 and later" },
        Release { id: "2.6", means: "pfSense CE 2.6, Plus 22.x" },
    ],
    placeholders: &[LAN],
};

pub static PFSENSE: Platform =
    Platform { about: &ABOUT, rule, undo, verify, find_lease, see_denied, reserve, bypass, idle_timeout };

fn objects(facts: &Facts) -> Objects {
    Objects::of(facts, OBJECT_MAX, Alphabet::Underscores)
}

/// The description of the rule, which has 52 characters at most.
fn description(facts: &Facts) -> String {
    facts.names.object("Solid Green ", DESCRIPTION_MAX, Alphabet::Dashes)
}

fn rule(facts: &Facts) -> Draft {
    let names = objects(facts);
    let alias = if facts.is_release("2.6") { "Single host or alias" } else { "Address or Alias" };
    Draft::new(ABOUT.checked)
        .fill_in(C, facts, &LAN)
        .aside(C, &format!("For {}", facts.names.comment()))
        .code(steps::numbered(&[
            format!(
                "Firewall, Aliases, IP, Add: name {}, type Host(s), {}. Save.",
                names.source(),
                facts.ips(", ")
            ),
            format!(
                "Firewall, Aliases, Ports, Add: name {}, type Port(s), {}. Save.",
                names.service_group,
                facts.ports(", ")
            ),
            if facts.named() {
                format!(
                    "Firewall, Aliases, IP, Add: name {}, type Host(s), {}. Save.",
                    names.cloud_group,
                    facts.hosts.join(", ")
                )
            } else {
                String::new()
            },
            "Apply Changes.".to_owned(),
            format!("Firewall, Rules, {}, Add with the arrow up.", facts.word(&LAN)),
            format!(
                "Action Pass, address family IPv4, protocol TCP, source {alias} {}.",
                names.source()
            ),
            format!(
                "Destination {}, destination port range (other) {}.",
                if facts.named() {
                    format!("{alias} {}", names.cloud_group)
                } else {
                    "Any".to_owned()
                },
                names.service_group
            ),
            if facts.log { "Log: Log packets that are handled by this rule.".to_owned() } else { String::new() },
            format!("Description: {}", description(facts)),
            "Save, Apply Changes.".to_owned(),
        ]))
        .note("Placement: the arrow up puts it first on its tab, above every rule that blocks there. A floating rule with quick comes before it.")
        .note("The shell has easyrule pass, which takes one port at a time, appends, and cannot log: the pages are better.")
        .note("The MAC is not in the rule: only Ethernet rules know MACs, and they are experimental. Reserve the address (part reserve).")
        .note_if(facts.named(), "The alias with names is resolved by pfSense every five minutes: let it use the same name servers as the gateway.")
}

fn undo(facts: &Facts) -> Draft {
    let names = objects(facts);
    Draft::new(ABOUT.checked)
        .fill_in(C, facts, &LAN)
        .code(steps::numbered(&[
            format!(
                "Firewall, Rules, {}: delete the rule with the description {}",
                facts.word(&LAN),
                description(facts)
            ),
            "Apply Changes.".to_owned(),
            format!("Firewall, Aliases: delete {} and {}.", names.source(), names.service_group),
            if facts.named() { format!("Delete {} too.", names.cloud_group) } else { String::new() },
            "Apply Changes.".to_owned(),
        ]))
        .note("An alias that is in use cannot be deleted.")
}

fn verify(facts: &Facts) -> Draft {
    Draft::new(Checked::FromMemory)
        .code(format!("Diagnostics, States: filter {}.", facts.ips(" or ")))
        .say(C, "Or in the shell:")
        .code(facts.each("\n", |g| format!("pfctl -ss | grep -F {}", g.ip)))
        .note("Good: one state to one of the ports in ESTABLISHED:ESTABLISHED that stays when you look again a minute later.")
}

fn find_lease(facts: &Facts) -> Draft {
    Draft::new(Checked::FromMemory)
        .code(
            facts.each("\n", |g| {
                format!("Status, DHCP Leases, or Diagnostics, ARP Table: look for {}", g.mac)
            }),
        )
        .say(C, "Or in the shell:")
        .code(facts.each("\n", |g| format!("arp -an | grep -i {}", g.mac)))
        .note("The list of leases is empty when another machine is the DHCP server.")
}

fn see_denied(facts: &Facts) -> Draft {
    Draft::new(Checked::FromMemory)
        .code(format!("Status, System Logs, Firewall: source {}.", facts.ips(" or ")))
        .say(C, "Or in the shell:")
        .code(facts.each("\n", |g| format!("grep ',block,' /var/log/filter.log | grep -F ',{},'", g.ip)))
        .note("The default deny logs as delivered. A block rule of the site logs only when its log option is on.")
}

fn reserve(facts: &Facts) -> Draft {
    Draft::new(Checked::FromMemory)
        .fill_in(C, facts, &LAN)
        .code(format!("Services, DHCP Server, {}, DHCP Static Mappings, Add:", facts.word(&LAN)))
        .code(facts.each("\n", |g| {
            format!(
                "MAC address {}, IP address {}, hostname {}",
                g.mac,
                g.ip,
                facts.names.of(g.mac).object("sg-", 50, Alphabet::Lower)
            )
        }))
        .note("With the ISC server the address must lie outside the dynamic range. To take it back, delete the row and apply.")
        .note(phrases::REPLUG)
}

fn bypass(facts: &Facts) -> Draft {
    Draft::new(Checked::FromMemory)
        .say(C, "pfSense itself opens no TLS; only added packages can. Where one is installed:")
        .code(format!(
            "Services, Squid Proxy Server: bypass proxy for these source IPs: {}.",
            facts.ips("; ")
        ))
        .code("Snort, Suricata, pfBlockerNG: the same address in the pass list.")
        .note(phrases::UNTRUSTED)
}

fn idle_timeout(_: &Facts) -> Draft {
    Draft::new(Checked::FromDocumentation)
        .say(C, &idle::verdict(&ABOUT.capabilities))
        .say(C, "For this rule alone:")
        .code(format!(
            "Firewall, Rules, the rule, Display Advanced, State timeout {} (at least {}). Save, Apply Changes.",
            idle::OFFER_S,
            idle::YARDSTICK_S
        ))
        .note("System, Advanced, Firewall and NAT, Firewall Optimization Options: normal, high-latency and conservative are long enough; aggressive shortens it to 18000 s, which is still enough.")
}
