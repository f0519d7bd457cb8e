//! Ubiquiti EdgeOS: configuration commands of the EdgeRouter, with the confirmation that takes a mistake back by itself.

use super::capabilities::{Capabilities, Form, Inspection, MacMatch, NameMatch, Placeholder, Placement};
use super::contract::{About, Comment, Draft, Platform};
use super::facts::Facts;
use super::names::Alphabet;
use super::{idle, phrases};
use crate::model::rule::Checked;

const C: Comment = Comment::HASH;
const NAME_MAX: usize = 31;
const RULESET: Placeholder = Placeholder {
    key: "ruleset",
    word: "LAN_IN",
    means: "the ruleset that is bound in on the interface of the gateway already: look with show configuration commands. Where there is none nothing is denied and no rule is needed",
};
const NUMBER: Placeholder =
    Placeholder { key: "rule", word: "5", means: "a free number below that of the first rule that drops" };
const NETWORK: Placeholder = Placeholder {
    key: "network",
    word: "LAN",
    means: "the name of the DHCP server for the network of the gateway: look with show dhcp statistics",
};
const SUBNET: Placeholder =
    Placeholder { key: "subnet", word: "192.0.2.0/24", means: "the subnet of the gateway" };

static ABOUT: About = About {
    id: "edgeos",
    name: "Ubiquiti EdgeOS (EdgeRouter)",
    versions: "1.9 to 3.x",
    makers: &[],
    comment: C,
    checked: Checked::FromDocumentation,
    capabilities: Capabilities {
        form: Form::Cli,
        filters_forwarded: true,
        stateful: true,
        mac_in_rule: MacMatch::Anded,
        names_as_destination: NameMatch::No,
        placement: Placement::Top,
        name_max: NAME_MAX,
        comment_max: 255,
        inspection: Inspection::No,
        idle_default_s: Some(432_000),
        idle_per_rule: false,
        safe_commit: Some(
            "commit-confirm 10: the router restarts with the old settings after ten minutes unless confirm follows",
        ),
        dhcp_server: true,
    },
    releases: &[],
    placeholders: &[RULESET, NUMBER, NETWORK, SUBNET],
};

pub static EDGEOS: Platform =
    Platform { about: &ABOUT, rule, undo, verify, find_lease, see_denied, reserve, bypass, idle_timeout };

fn group(facts: &Facts) -> String {
    facts.names.object("SG-GW-", NAME_MAX, Alphabet::Dashes)
}

/// The ports and destinations are groups of this rule's own, so that undo cannot take another one's.
fn own(facts: &Facts, what: &str) -> String {
    format!("SG-{what}-{}", facts.names.tag())
}

fn at(facts: &Facts) -> String {
    format!("firewall name {} rule {}", facts.word(&RULESET), facts.word(&NUMBER))
}

fn rule(facts: &Facts) -> Draft {
    let comment = facts.names.comment();
    let group = format!("firewall group address-group {}", group(facts));
    let ports = own(facts, "TCP");
    let mut lines = vec![format!("set {group} description \"{comment}\"")];
    lines.extend(facts.gateways.iter().map(|g| format!("set {group} address {}", g.ip)));
    lines.extend(facts.ports.iter().map(|p| format!("set firewall group port-group {ports} port {p}")));
    if facts.named() {
        let cloud = own(facts, "CLOUD");
        lines.extend(
            facts.addresses.iter().map(|a| format!("set firewall group address-group {cloud} address {a}")),
        );
    }
    let at = at(facts);
    lines.push(format!("set {at} action accept"));
    lines.push(format!("set {at} description \"{comment}\""));
    lines.push(format!("set {at} log {}", if facts.log { "enable" } else { "disable" }));
    lines.push(format!("set {at} protocol tcp"));
    lines.push(format!("set {at} source group address-group {}", self::group(facts)));
    if !facts.several() {
        lines.push(format!("set {at} source mac-address {}", facts.first().mac));
    }
    if facts.named() {
        lines.push(format!("set {at} destination group address-group {}", own(facts, "CLOUD")));
    }
    lines.push(format!("set {at} destination group port-group {ports}"));
    lines.push(format!("set {at} state new enable\nset {at} state established enable\ncommit-confirm 10"));
    Draft::new(ABOUT.checked)
        .fill_in(C, facts, &RULESET)
        .fill_in(C, facts, &NUMBER)
        .say_if(facts.named(), C, &facts.dated())
        .code("configure")
        .code(lines.join("\n"))
        .say(C, "When it works, within ten minutes; else the router restarts with the old settings:")
        .code("confirm\nsave")
        .note("Placement: the number decides; below the first rule that drops it stands above every deny.")
        .note(if facts.several() { phrases::SEVERAL_NO_MAC } else { phrases::MAC_OWN_SEGMENT })
        .note_if(facts.named(), phrases::ADDRESSES_CHANGE)
}

fn undo(facts: &Facts) -> Draft {
    let mut lines = vec![
        format!("delete {}", at(facts)),
        format!("delete firewall group port-group {}", own(facts, "TCP")),
        format!("delete firewall group address-group {}", group(facts)),
    ];
    if facts.named() {
        lines.push(format!("delete firewall group address-group {}", own(facts, "CLOUD")));
    }
    Draft::new(ABOUT.checked)
        .fill_in(C, facts, &RULESET)
        .fill_in(C, facts, &NUMBER)
        .say(C, "First look that this number is the rule with this description:")
        .aside(C, &facts.names.comment())
        .code(format!("configure\nshow {}", at(facts)))
        .code(lines.join("\n"))
        .code("commit\nsave")
}

fn verify(facts: &Facts) -> Draft {
    Draft::new(ABOUT.checked)
        .fill_in(C, facts, &RULESET)
        .code(format!("show firewall name {} statistics", facts.word(&RULESET)))
        .code(facts.each("\n", |g| format!("show conntrack table ipv4 | match {}", g.ip)))
        .note("The packets of the rule grow when the gateway is replugged.")
        .note(phrases::GOOD)
}

fn find_lease(facts: &Facts) -> Draft {
    Draft::new(ABOUT.checked)
        .code(facts.each("\n", |g| format!("show dhcp leases | match {0}\nshow arp | match {0}", g.mac)))
        .note("The first list is empty when another machine is the DHCP server.")
}

fn see_denied(facts: &Facts) -> Draft {
    Draft::new(ABOUT.checked)
        .fill_in(C, facts, &RULESET)
        .code(facts.each("\n", |g| format!("show log | match {} | match {}", facts.word(&RULESET), g.ip)))
        .note(format!("What the default of the ruleset denies is written only with: set firewall name {} enable-default-log.", facts.word(&RULESET)))
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
            format!("set {at} ip-address {}\nset {at} mac-address {}", g.ip, g.mac)
        }))
        .code("commit\nsave")
        .say(C, "To take it back, these and commit:")
        .aside(C, &facts.each("\n", |g| format!("delete {}", at(facts, &name(g.mac)))))
        .note(phrases::REPLUG)
}

fn bypass(facts: &Facts) -> Draft {
    Draft::new(ABOUT.checked)
        .say(C, "EdgeOS opens no TLS. Nothing to change if these show no web proxy and no traffic analysis that blocks:")
        .code("show configuration commands | match webproxy\nshow configuration commands | match traffic-analysis")
        .note(format!("If a web proxy is transparent, exempt {}.", facts.ips(" and ")))
        .note(phrases::UNTRUSTED)
}

fn idle_timeout(_: &Facts) -> Draft {
    Draft::new(ABOUT.checked)
        .say(C, &idle::verdict(&ABOUT.capabilities))
        .code("show configuration commands | match conntrack")
        .say(C, &format!("EdgeOS has no timeout for one rule. Only if established is under {} there, for the whole router:", idle::YARDSTICK_S))
        .say(C, "set system conntrack timeout tcp established 86400")
        .note("The last line is a comment on purpose: it changes every session of the router.")
}
