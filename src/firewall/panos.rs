//! Palo Alto Networks PAN-OS: set commands of the configuration mode, one attribute a line.

use super::capabilities::{Capabilities, Form, Inspection, MacMatch, NameMatch, Placeholder, Placement};
use super::contract::{About, Comment, Draft, Platform};
use super::facts::Facts;
use super::names::Alphabet;
use super::releases::Release;
use super::{idle, phrases};
use crate::model::rule::{Checked, RuleGateway};

const C: Comment = Comment::HASH;
const NAME_MAX: usize = 63;
const LAN: Placeholder =
    Placeholder { key: "lan", word: "trust", means: "the zone of the gateway (usual default)" };
const WAN: Placeholder =
    Placeholder { key: "wan", word: "untrust", means: "the zone towards the internet (usual default)" };
const INTERFACE: Placeholder = Placeholder {
    key: "interface",
    word: "ethernet1/2",
    means: "the interface whose DHCP server serves the gateway: look with show dhcp server settings all",
};

static ABOUT: About = About {
    id: "panos",
    name: "Palo Alto Networks PAN-OS",
    versions: "8.1 to 11.x",
    makers: &["palo alto"],
    comment: C,
    checked: Checked::FromDocumentation,
    capabilities: Capabilities {
        form: Form::Cli,
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
        safe_commit: Some(
            "nothing is in force before commit; validate full checks it, revert config throws it away",
        ),
        dhcp_server: true,
    },
    releases: &[
        Release { id: "9.1", means: "PAN-OS 9.1 to 11.x" },
        Release { id: "8.1", means: "PAN-OS 8.1 and 9.0" },
    ],
    placeholders: &[LAN, WAN, INTERFACE],
};

pub static PANOS: Platform =
    Platform { about: &ABOUT, rule, undo, verify, find_lease, see_denied, reserve, bypass, idle_timeout };

const PASTE: &str = "Enter configure first. The lines that begin with # are for the reader: leave them out when pasting. With Panorama put device-group and its name after set, and pre-rulebase in place of rulebase.";

fn address(facts: &Facts, g: RuleGateway) -> String {
    facts.names.of(g.mac).object("SG-GW-", NAME_MAX, Alphabet::Dashes)
}

/// The source of the rule: the one address, or the group.
fn source(facts: &Facts) -> String {
    if facts.several() {
        facts.names.object("SG-GWS-", NAME_MAX, Alphabet::Dashes)
    } else {
        address(facts, facts.first())
    }
}

fn service(facts: &Facts) -> String {
    format!("SG-TCP-{}", facts.ports("-")).chars().take(NAME_MAX).collect()
}

fn cloud(host: &str) -> String {
    format!("SG-{host}").chars().take(NAME_MAX).collect()
}

fn rule_name(facts: &Facts) -> String {
    facts.names.object("SG-OUT-", NAME_MAX, Alphabet::Dashes)
}

fn rule(facts: &Facts) -> Draft {
    let comment = facts.names.comment();
    let mut lines: Vec<String> = Vec::new();
    for g in &facts.gateways {
        let name = address(facts, *g);
        lines.push(format!("set address {name} ip-netmask {}/32", g.ip));
        lines.push(format!("set address {name} description \"{}\"", facts.names.of(g.mac).comment()));
    }
    if facts.several() {
        let members = facts.each(" ", |g| address(facts, g));
        lines.push(format!("set address-group {} static [ {members} ]", source(facts)));
    }
    let to = if facts.named() {
        for host in &facts.hosts {
            lines.push(format!("set address {} fqdn {host}", cloud(host)));
        }
        let members: Vec<String> = facts.hosts.iter().map(|h| cloud(h)).collect();
        lines.push(format!("set address-group SG-CLOUD static [ {} ]", members.join(" ")));
        "SG-CLOUD"
    } else {
        "any"
    };
    let (service, rule) = (service(facts), format!("set rulebase security rules {}", rule_name(facts)));
    lines.push(format!("set service {service} protocol tcp port {}", facts.ports(",")));
    lines.push(format!("set service {service} description \"Solid Green gateway ports\""));
    for attribute in [
        format!("from {}", facts.word(&LAN)),
        format!("to {}", facts.word(&WAN)),
        format!("source {}", source(facts)),
        format!("destination {to}"),
        "application any".to_owned(),
        format!("service {service}"),
        "action allow".to_owned(),
        format!("log-end {}", if facts.log { "yes" } else { "no" }),
        format!("description \"{comment}\""),
    ] {
        lines.push(format!("{rule} {attribute}"));
    }
    lines.push(format!("move rulebase security rules {} top", rule_name(facts)));
    lines.push("commit".to_owned());
    Draft::new(ABOUT.checked)
        .fill_in(C, facts, &LAN)
        .fill_in(C, facts, &WAN)
        .code(lines.join("\n"))
        .note(PASTE)
        .note("Placement: move puts the rule above every other one.")
        .note("The service is one of our own on purpose: application-default would refuse 4321.")
        .note(if facts.several() { phrases::SEVERAL_NO_MAC } else { phrases::NO_MAC })
        .note_if(facts.named(), phrases::NAMES_RESOLVED)
}

fn undo(facts: &Facts) -> Draft {
    let mut lines = vec![
        format!("delete rulebase security rules {}", rule_name(facts)),
        format!("delete service {}", service(facts)),
    ];
    if facts.several() {
        lines.push(format!("delete address-group {}", source(facts)));
    }
    if facts.named() {
        lines.push("delete address-group SG-CLOUD".to_owned());
        lines.extend(facts.hosts.iter().map(|h| format!("delete address {}", cloud(h))));
    }
    lines.extend(facts.gateways.iter().map(|g| format!("delete address {}", address(facts, *g))));
    lines.push("commit".to_owned());
    Draft::new(ABOUT.checked)
        .code(lines.join("\n"))
        .note(PASTE)
        .note(phrases::SHARED)
        .note("Before a commit, revert config takes everything back that was not committed.")
}

fn verify(facts: &Facts) -> Draft {
    let mut draft = Draft::new(ABOUT.checked)
        .code(facts.each("\n", |g| format!("show session all filter source {}", g.ip)))
        .code_if(
            facts.named(),
            if facts.is_release("8.1") { "request system fqdn show" } else { "show dns-proxy fqdn all" },
        );
    if let (Some(to), Some(port)) = (facts.addresses.first(), facts.ports.first()) {
        draft = draft
            .say(C, "Which rule would take the connection of the gateway:")
            .say(C, &facts.dated())
            .fill_in(C, facts, &LAN)
            .fill_in(C, facts, &WAN)
            .code(format!(
                "test security-policy-match from {} to {} source {} destination {to} destination-port {port} protocol 6",
                facts.word(&LAN),
                facts.word(&WAN),
                facts.first().ip
            ));
    }
    draft.note("In the operational mode, not in configure.").note(phrases::GOOD)
}

fn find_lease(facts: &Facts) -> Draft {
    Draft::new(ABOUT.checked)
        .code("show dhcp server lease interface all")
        .code(facts.each("\n", |g| format!("show arp all | match {}", g.mac)))
        .note(format!(
            "Look for {}. The first list is empty when another machine is the DHCP server.",
            facts.each(", ", |g| g.mac.to_string())
        ))
}

fn see_denied(facts: &Facts) -> Draft {
    Draft::new(ABOUT.checked)
        .code(facts.each("\n", |g| format!("show log traffic src in {} action notequal allow", g.ip)))
        .note(format!(
            "In its pages: Monitor, Logs, Traffic, with the filter: {}.",
            facts.each(" or ", |g| format!("( addr.src in {} ) and ( action neq allow )", g.ip))
        ))
        .note("The rule interzone-default does not log as delivered: override it and set log at session end to see what it denies.")
}

fn reserve(facts: &Facts) -> Draft {
    Draft::new(Checked::FromMemory)
        .fill_in(C, facts, &INTERFACE)
        .code(facts.each("\n", |g| {
            format!(
                "set network dhcp interface {} server reserved {} mac {}",
                facts.word(&INTERFACE),
                g.ip,
                g.mac
            )
        }))
        .code("commit")
        .note(PASTE)
        .note("To take it back: the same line with delete in place of set, up to the address.")
        .note(phrases::REPLUG)
}

fn bypass(facts: &Facts) -> Draft {
    let name = facts.names.object("SG-PLAIN-", NAME_MAX, Alphabet::Dashes);
    let rule = format!("set rulebase decryption rules {name}");
    let attributes = [
        format!("from {}", facts.word(&LAN)),
        format!("to {}", facts.word(&WAN)),
        format!("source {}", source(facts)),
        "destination any".to_owned(),
        format!("service {}", service(facts)),
        "category any".to_owned(),
        "action no-decrypt".to_owned(),
        "type ssl-forward-proxy".to_owned(),
    ];
    let lines: Vec<String> = attributes.iter().map(|a| format!("{rule} {a}")).collect();
    Draft::new(ABOUT.checked)
        .say(C, "Only where a decryption policy is in force; it uses the objects of the rule:")
        .fill_in(C, facts, &LAN)
        .fill_in(C, facts, &WAN)
        .code(lines.join("\n"))
        .code(format!("move rulebase decryption rules {name} top\ncommit"))
        .note(PASTE)
        .say(C, "To take it back:")
        .aside(C, &format!("delete rulebase decryption rules {name}\ncommit"))
        .note(phrases::UNTRUSTED)
}

fn idle_timeout(facts: &Facts) -> Draft {
    let service = service(facts);
    Draft::new(ABOUT.checked)
        .say(C, &idle::verdict(&ABOUT.capabilities))
        .say(C, "For this service alone, which only the rule of the gateways uses:")
        .code(format!("set service {service} protocol tcp override yes timeout {}\ncommit", idle::OFFER_S))
        .note(PASTE)
        .note(format!("{} s is a day; {} s is the least that should be set. To take it back: set service {service} protocol tcp override no, then commit.", idle::OFFER_S, idle::YARDSTICK_S))
}
