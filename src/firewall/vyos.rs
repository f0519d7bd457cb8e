//! VyOS: configuration commands, with the confirmation that takes a mistake back by itself.

use super::capabilities::{Capabilities, Form, Inspection, MacMatch, NameMatch, Placeholder, Placement};
use super::contract::{About, Comment, Draft, Platform};
use super::facts::Facts;
use super::names::Alphabet;
use super::releases::Release;
use super::{idle, phrases};
use crate::model::rule::Checked;

const C: Comment = Comment::HASH;
const NAME_MAX: usize = 31;
const CHAIN: Placeholder = Placeholder {
    key: "chain",
    word: "forward filter",
    means: "the chain that denies (usual default); with zones it is name and the name of the ruleset, as in name LAN-WAN: look with show firewall",
};
const RULESET: Placeholder = Placeholder {
    key: "ruleset",
    word: "LAN-WAN",
    means: "the ruleset from the gateway to the internet: look with show firewall (only 1.3)",
};
const NUMBER: Placeholder =
    Placeholder { key: "rule", word: "10", means: "a free number below that of the first rule that drops" };
const NETWORK: Placeholder = Placeholder {
    key: "network",
    word: "LAN",
    means: "the name of the DHCP server for the network of the gateway: look with show dhcp server leases",
};
const SUBNET: Placeholder =
    Placeholder { key: "subnet", word: "192.0.2.0/24", means: "the subnet of the gateway" };

static ABOUT: About = About {
    id: "vyos",
    name: "VyOS",
    versions: "1.3 to 1.5",
    makers: &[],
    comment: C,
    checked: Checked::ByParser,
    capabilities: Capabilities {
        form: Form::Cli,
        filters_forwarded: true,
        stateful: true,
        mac_in_rule: MacMatch::Anded,
        names_as_destination: NameMatch::Yes,
        placement: Placement::Top,
        name_max: NAME_MAX,
        comment_max: 255,
        inspection: Inspection::No,
        idle_default_s: Some(432_000),
        idle_per_rule: false,
        safe_commit: Some("commit-confirm 10: all is taken back after ten minutes unless confirm follows"),
        dhcp_server: true,
    },
    releases: &[
        Release { id: "1.4", means: "VyOS 1.4" },
        Release { id: "1.5", means: "VyOS 1.5" },
        Release { id: "1.3", means: "VyOS 1.3" },
    ],
    placeholders: &[CHAIN, RULESET, NUMBER, NETWORK, SUBNET],
};

pub static VYOS: Platform =
    Platform { about: &ABOUT, rule, undo, verify, find_lease, see_denied, reserve, bypass, idle_timeout };

fn group(facts: &Facts) -> String {
    facts.names.object("SG-GW-", NAME_MAX, Alphabet::Dashes)
}

/// The ports and destinations are groups of this rule's own, so that undo cannot take another one's.
fn own(facts: &Facts, what: &str) -> String {
    format!("SG-{what}-{}", facts.names.tag())
}

/// 1.3 has rulesets by name, no names as destination, and states in each rule.
fn old(facts: &Facts) -> bool {
    facts.is_release("1.3")
}

/// Where the rules stand.
fn chain(facts: &Facts) -> String {
    if old(facts) {
        format!("firewall name {}", facts.word(&RULESET))
    } else {
        format!("firewall ipv4 {}", facts.word(&CHAIN))
    }
}

fn chain_word(facts: &Facts) -> &'static Placeholder {
    if old(facts) { &RULESET } else { &CHAIN }
}

/// The definitions of 1.4 and 1.5 are checked against; those of 1.3 stand elsewhere.
fn checked(facts: &Facts) -> Checked {
    if old(facts) { Checked::FromDocumentation } else { ABOUT.checked }
}

fn at(facts: &Facts) -> String {
    format!("{} rule {}", chain(facts), facts.word(&NUMBER))
}

/// The kind of the group of destinations.
fn cloud_kind(facts: &Facts) -> &'static str {
    if old(facts) { "address-group" } else { "domain-group" }
}

fn rule(facts: &Facts) -> Draft {
    if old(facts) && facts.named() && facts.addresses.is_empty() {
        return Draft::new(checked(facts)).say(C, "VyOS 1.3 has no host names in rules and the device profile documents no address: use the scope any-host instead.");
    }
    let comment = facts.names.comment();
    let group = format!("firewall group address-group {}", group(facts));
    let ports = own(facts, "TCP");
    let mut lines = vec![format!("set {group} description '{comment}'")];
    lines.extend(facts.gateways.iter().map(|g| format!("set {group} address {}", g.ip)));
    lines.extend(facts.ports.iter().map(|p| format!("set firewall group port-group {ports} port {p}")));
    if facts.named() {
        let cloud = own(facts, "CLOUD");
        if old(facts) {
            let all = facts.addresses.iter();
            lines.extend(all.map(|ip| format!("set firewall group address-group {cloud} address {ip}")));
        } else {
            let all = facts.hosts.iter();
            lines.extend(all.map(|h| format!("set firewall group domain-group {cloud} address {h}")));
        }
    }
    let at = at(facts);
    lines.push(format!("set {at} action accept"));
    lines.push(format!("set {at} description '{comment}'"));
    lines.push(format!("set {at} protocol tcp"));
    lines.push(format!("set {at} source group address-group {}", self::group(facts)));
    if !facts.several() {
        lines.push(format!("set {at} source mac-address {}", facts.first().mac));
    }
    if facts.named() {
        lines.push(format!("set {at} destination group {} {}", cloud_kind(facts), own(facts, "CLOUD")));
    }
    lines.push(format!("set {at} destination group port-group {ports}"));
    if old(facts) {
        lines.push(format!("set {at} state new enable"));
        lines.push(format!("set {at} state established enable"));
    }
    if facts.log {
        lines.push(format!("set {at} log{}", if old(facts) { " enable" } else { "" }));
    }
    lines.push("commit-confirm 10".to_owned());
    Draft::new(checked(facts))
        .fill_in(C, facts, chain_word(facts))
        .fill_in(C, facts, &NUMBER)
        .say_if(old(facts) && facts.named(), C, &facts.dated())
        .code("configure")
        .code(lines.join("\n"))
        .say(C, "When it works, within ten minutes; else it is taken back by itself:")
        .code("confirm\nsave")
        .note("Placement: the number decides; below the first rule that drops it stands above every deny.")
        .note_if(!old(facts), "Replies need established sessions to be accepted: show firewall must have a state policy, or a rule, for established. Most sites have one; where there is none the usual line is set firewall global-options state-policy established action accept, which is a decision for the whole router.")
        .note(if facts.several() { phrases::SEVERAL_NO_MAC } else { phrases::MAC_OWN_SEGMENT })
        .note_if(facts.named(), if old(facts) { phrases::ADDRESSES_CHANGE } else { phrases::NAMES_RESOLVED })
}

fn undo(facts: &Facts) -> Draft {
    let mut lines = vec![
        format!("delete {}", at(facts)),
        format!("delete firewall group port-group {}", own(facts, "TCP")),
        format!("delete firewall group address-group {}", group(facts)),
    ];
    if facts.named() {
        lines.push(format!("delete firewall group {} {}", cloud_kind(facts), own(facts, "CLOUD")));
    }
    Draft::new(checked(facts))
        .fill_in(C, facts, chain_word(facts))
        .fill_in(C, facts, &NUMBER)
        .say(C, "First look that this number is the rule with this description:")
        .aside(C, &facts.names.comment())
        .code(format!("configure\nshow {}", at(facts)))
        .code(lines.join("\n"))
        .code("commit\nsave")
}

fn verify(facts: &Facts) -> Draft {
    Draft::new(Checked::FromDocumentation)
        .fill_in(C, facts, chain_word(facts))
        .code(format!("show {}", at(facts)))
        .code("show conntrack table ipv4")
        .note(format!("In the operational mode. The packets of the rule grow when the gateway is replugged; the second list shows the session of {}.", facts.ips(" or ")))
        .note(phrases::GOOD)
}

fn find_lease(facts: &Facts) -> Draft {
    Draft::new(Checked::FromDocumentation)
        .code(
            facts.each("\n", |g| format!("show dhcp server leases | match {0}\nshow arp | match {0}", g.mac)),
        )
        .note("The first list is empty when another machine is the DHCP server.")
}

fn see_denied(facts: &Facts) -> Draft {
    Draft::new(Checked::FromDocumentation)
        .fill_in(C, facts, chain_word(facts))
        .code(facts.each("\n", |g| format!("show log {} | match {}", chain(facts), g.ip)))
        .note(format!(
            "What the default of the chain denies is written only with: set {} {}.",
            chain(facts),
            if old(facts) { "enable-default-log" } else { "default-log" }
        ))
}

fn reserve(facts: &Facts) -> Draft {
    let at = |facts: &Facts, name: &str| {
        format!(
            "service dhcp-server shared-network-name {} subnet {} static-mapping {name}",
            facts.word(&NETWORK),
            facts.word(&SUBNET)
        )
    };
    let name = |mac| facts.names.of(mac).object("SG-GW-", NAME_MAX, Alphabet::Dashes);
    Draft::new(ABOUT.checked)
        .fill_in(C, facts, &NETWORK)
        .fill_in(C, facts, &SUBNET)
        .code("configure")
        .code(facts.each("\n", |g| {
            let at = at(facts, &name(g.mac));
            let key = if facts.is_release("1.5") { "mac" } else { "mac-address" };
            format!("set {at} ip-address {}\nset {at} {key} {}", g.ip, g.mac)
        }))
        .code("commit\nsave")
        .say(C, "To take it back, these and commit:")
        .aside(C, &facts.each("\n", |g| format!("delete {}", at(facts, &name(g.mac)))))
        .note(phrases::REPLUG)
}

fn bypass(facts: &Facts) -> Draft {
    Draft::new(Checked::FromDocumentation)
        .say(C, "VyOS opens no TLS. Nothing to change if this shows no web proxy:")
        .code("show configuration commands | match webproxy")
        .note(format!("If a web proxy is transparent, exempt {}.", facts.ips(" and ")))
        .note(phrases::UNTRUSTED)
}

fn idle_timeout(facts: &Facts) -> Draft {
    Draft::new(ABOUT.checked)
        .say(C, &idle::verdict(&ABOUT.capabilities))
        .code("show configuration commands | match timeout")
        .say(C, &format!("Only if established is under {} there, for the whole router:", idle::YARDSTICK_S))
        .say(
            C,
            if facts.is_release("1.5") {
                "set firewall global-options timeout tcp established 86400"
            } else {
                "set system conntrack timeout tcp established 86400"
            },
        )
        .note("The last line is a comment on purpose: it changes every session of the router.")
}
