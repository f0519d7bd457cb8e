//! Huawei USG: commands of the system view. Text runs to the end of its line; there are no quotes.

use super::capabilities::{Capabilities, Form, Inspection, MacMatch, NameMatch, Placeholder, Placement};
use super::contract::{About, Comment, Draft, Platform};
use super::facts::Facts;
use super::names::{Alphabet, OBJECT_MAX};
use super::objects::Objects;
use super::vrp::groups;
use super::{idle, phrases};
use crate::model::rule::Checked;

const C: Comment = Comment::HASH;
const LAN: Placeholder =
    Placeholder { key: "lan", word: "trust", means: "the zone of the gateway (usual default)" };
const WAN: Placeholder =
    Placeholder { key: "wan", word: "untrust", means: "the zone towards the internet (usual default)" };
const INTERFACE: Placeholder = Placeholder {
    key: "interface",
    word: "GigabitEthernet0/0/1",
    means: "the interface whose DHCP server serves the gateway: look with display ip pool",
};

static ABOUT: About = About {
    id: "huawei",
    name: "Huawei USG",
    versions: "USG6000 and later (VRP V500)",
    makers: &["huawei"],
    comment: C,
    checked: Checked::FromDocumentation,
    capabilities: Capabilities {
        form: Form::Cli,
        filters_forwarded: true,
        stateful: true,
        mac_in_rule: MacMatch::Ored,
        names_as_destination: NameMatch::Yes,
        placement: Placement::Top,
        name_max: OBJECT_MAX,
        comment_max: 79,
        inspection: Inspection::OnBox,
        idle_default_s: Some(1200),
        idle_per_rule: true,
        safe_commit: Some("nothing is kept before save: a restart takes it back"),
        dhcp_server: true,
    },
    releases: &[],
    placeholders: &[LAN, WAN, INTERFACE],
};

pub static HUAWEI: Platform =
    Platform { about: &ABOUT, rule, undo, verify, find_lease, see_denied, reserve, bypass, idle_timeout };

fn objects(facts: &Facts) -> Objects {
    Objects::of(facts, OBJECT_MAX, Alphabet::Dashes)
}

fn rule(facts: &Facts) -> Draft {
    let (names, comment) = (objects(facts), facts.names.comment());
    let mut text =
        format!("system-view\nip address-set {} type object\n description {comment}\n", names.source());
    for (n, g) in facts.gateways.iter().enumerate() {
        text += &format!(" address {n} {} mask 32\n", g.ip);
    }
    text += &format!("quit\nip service-set {} type object\n", names.service_group);
    for (n, port) in facts.ports.iter().enumerate() {
        text += &format!(" service {n} protocol tcp source-port 0 to 65535 destination-port {port}\n");
    }
    text += "quit\n";
    let mut to = String::new();
    if facts.named() {
        text += &format!("domain-set name {}\n", names.cloud_group);
        for host in &facts.hosts {
            text += &format!(" add domain {host}\n");
        }
        text += "quit\n";
        to = format!("  destination-address domain-set {}\n", names.cloud_group);
    }
    text += &format!(
        "security-policy\n rule name {0}\n  description {comment}\n  source-zone {1}\n  destination-zone {2}\n  source-address address-set {3}\n{to}  service {4}\n{5}  long-link enable\n  long-link aging-time 24\n  action permit\n quit\n rule move {0} top\n quit",
        names.rule,
        facts.word(&LAN),
        facts.word(&WAN),
        names.source(),
        names.service_group,
        if facts.log { "  policy logging\n  session logging\n" } else { "" },
    );
    Draft::new(ABOUT.checked)
        .fill_in(C, facts, &LAN)
        .fill_in(C, facts, &WAN)
        .code(text)
        .note("Lines that begin with # are for the reader. Afterwards, in the user view: save.")
        .note("Placement: rule move top puts it above every other one.")
        .note("NAT: a nat-policy must cover the address too; look with display nat-policy rule all.")
        .note("long-link keeps a quiet session for 24 hours: as delivered it would be forgotten after 20 minutes.")
        .note("The MAC is not in the rule: a set takes addresses and MACs as either-or, which would widen it. Reserve the address instead (part reserve).")
        .note_if(facts.named(), phrases::NAMES_RESOLVED)
}

fn undo(facts: &Facts) -> Draft {
    let names = objects(facts);
    Draft::new(ABOUT.checked)
        .code(format!(
            "system-view\nsecurity-policy\n undo rule name {}\n quit\nundo ip service-set {}\nundo ip address-set {}",
            names.rule,
            names.service_group,
            names.source()
        ))
        .code_if(facts.named(), format!("undo domain-set name {}", names.cloud_group))
        .note("The rule first: a set that is in use cannot be deleted. Afterwards, in the user view: save.")
}

fn verify(facts: &Facts) -> Draft {
    Draft::new(ABOUT.checked)
        .code(facts.each("\n", |g| format!("display firewall session table verbose source inside {}", g.ip)))
        .code(format!("display security-policy rule name {}", objects(facts).rule))
        .note(phrases::GOOD)
}

fn find_lease(facts: &Facts) -> Draft {
    Draft::new(ABOUT.checked)
        .fill_in(C, facts, &INTERFACE)
        .code(format!("display ip pool interface {} used", facts.word(&INTERFACE)))
        .code(facts.each("\n", |g| format!("display arp | include {}", groups(g.mac))))
        .note(format!(
            "Look for {}. A pool of its own name: display ip pool name POOL used. Nothing is in use where another machine is the DHCP server.",
            facts.each(", ", |g| groups(g.mac))
        ))
}

fn see_denied(facts: &Facts) -> Draft {
    Draft::new(Checked::FromMemory)
        .code(facts.each("\n", |g| format!("display logbuffer | include {}", g.ip)))
        .note("The policy at the end that denies everything logs only with default policy logging in security-policy. Its pages show the same under Monitor, Policy Matching Log.")
}

fn reserve(facts: &Facts) -> Draft {
    Draft::new(ABOUT.checked)
        .fill_in(C, facts, &INTERFACE)
        .code(format!("system-view\ninterface {}", facts.word(&INTERFACE)))
        .code(facts.each("\n", |g| {
            format!(" dhcp server static-bind ip-address {} mac-address {}", g.ip, groups(g.mac))
        }))
        .code(" quit")
        .note("To take it back: the same lines with undo before dhcp. Afterwards, in the user view: save.")
        .note(phrases::REPLUG)
}

fn bypass(facts: &Facts) -> Draft {
    let names = objects(facts);
    Draft::new(Checked::FromMemory)
        .say(C, "Only where a decryption policy is in force; it uses the objects of the rule:")
        .fill_in(C, facts, &LAN)
        .code(format!(
            "system-view\ndecryption-policy\n rule name SG-PLAIN-{0}\n  source-zone {1}\n  source-address address-set {2}\n  action no-decrypt\n  quit\n rule move SG-PLAIN-{0} top\n quit",
            facts.names.tag(),
            facts.word(&LAN),
            names.source()
        ))
        .say(C, &format!("To take it back: in decryption-policy, undo rule name SG-PLAIN-{}", facts.names.tag()))
        .note("The rule names no profile, so anti-virus, intrusion prevention and URL filter do not touch it.")
        .note(phrases::UNTRUSTED)
}

fn idle_timeout(facts: &Facts) -> Draft {
    Draft::new(Checked::FromMemory)
        .say(C, &idle::verdict(&ABOUT.capabilities))
        .say(C, "The rule keeps its connections for 24 hours, which is 86400 s, with long-link. For a rule that was made without:")
        .code(format!(
            "system-view\nsecurity-policy\n rule name {}\n  long-link enable\n  long-link aging-time 24\n  quit\n quit",
            objects(facts).rule
        ))
        .note("To take it back: undo long-link enable. The timeout of the whole firewall stays as it is.")
}
