//! Juniper SRX: set commands of the configuration mode, with the confirmation that takes a mistake back by itself.

use super::capabilities::{Capabilities, Form, Inspection, MacMatch, NameMatch, Placeholder, Placement};
use super::contract::{About, Comment, Draft, Platform};
use super::facts::Facts;
use super::names::Alphabet;
use super::{idle, phrases};
use crate::model::rule::{Checked, RuleGateway};

const C: Comment = Comment::HASH;
const NAME_MAX: usize = 63;
const LAN: Placeholder =
    Placeholder { key: "lan", word: "trust", means: "the zone of the gateway (usual default)" };
const WAN: Placeholder =
    Placeholder { key: "wan", word: "untrust", means: "the zone towards the internet (usual default)" };
const FIRST: Placeholder = Placeholder {
    key: "first-policy",
    word: "FIRST-POLICY",
    means: "the policy that stands first between these zones: look with show security policies. Where there is none leave the insert line out",
};
const POOL: Placeholder = Placeholder {
    key: "pool",
    word: "LAN",
    means: "the address pool of the network of the gateway: look with show access address-assignment",
};

static ABOUT: About = About {
    id: "srx",
    name: "Juniper SRX (Junos)",
    versions: "12.1 and later",
    makers: &["juniper"],
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
        inspection: Inspection::AddOn,
        idle_default_s: Some(1800),
        idle_per_rule: true,
        safe_commit: Some(
            "commit confirmed 10: all is taken back after ten minutes unless a second commit follows",
        ),
        dhcp_server: true,
    },
    releases: &[],
    placeholders: &[LAN, WAN, FIRST, POOL],
};

pub static SRX: Platform =
    Platform { about: &ABOUT, rule, undo, verify, find_lease, see_denied, reserve, bypass, idle_timeout };

const BOOK: &str = "security address-book global";

fn address(facts: &Facts, g: RuleGateway) -> String {
    facts.names.of(g.mac).object("SG-GW-", NAME_MAX, Alphabet::Dashes)
}

fn source(facts: &Facts) -> String {
    if facts.several() {
        facts.names.object("SG-GWS-", NAME_MAX, Alphabet::Dashes)
    } else {
        address(facts, facts.first())
    }
}

/// Application names: letters, digits and dashes, so a host's dots become dashes.
fn cloud(host: &str) -> String {
    format!("SG-{}", host.replace('.', "-")).chars().take(NAME_MAX).collect()
}

/// Applications carry the tag: the idle timeout of one rule must not be that of another.
fn application(facts: &Facts, port: u16) -> String {
    format!("SG-TCP-{port}-{}", facts.names.tag())
}

fn application_set(facts: &Facts) -> String {
    format!("SG-TCP-{}", facts.names.tag())
}

fn policy(facts: &Facts) -> String {
    format!(
        "security policies from-zone {} to-zone {} policy {}",
        facts.word(&LAN),
        facts.word(&WAN),
        facts.names.object("SG-OUT-", NAME_MAX, Alphabet::Dashes)
    )
}

fn rule(facts: &Facts) -> Draft {
    let mut lines: Vec<String> = Vec::new();
    for g in &facts.gateways {
        let name = address(facts, *g);
        lines.push(format!("set {BOOK} address {name} {}/32", g.ip));
        lines.push(format!("set {BOOK} address {name} description \"{}\"", facts.names.of(g.mac).comment()));
    }
    if facts.several() {
        let set = source(facts);
        lines.extend(
            facts
                .gateways
                .iter()
                .map(|g| format!("set {BOOK} address-set {set} address {}", address(facts, *g))),
        );
    }
    if facts.named() {
        for host in &facts.hosts {
            lines.push(format!("set {BOOK} address {} dns-name {host}", cloud(host)));
            lines.push(format!("set {BOOK} address-set SG-CLOUD address {}", cloud(host)));
        }
    }
    for port in &facts.ports {
        lines.push(format!(
            "set applications application {} protocol tcp destination-port {port}",
            application(facts, *port)
        ));
        lines.push(format!(
            "set applications application-set {} application {}",
            application_set(facts),
            application(facts, *port)
        ));
    }
    let policy = policy(facts);
    let to = if facts.named() { "SG-CLOUD" } else { "any" };
    lines.push(format!("set {policy} description \"{}\"", facts.names.comment()));
    lines.push(format!("set {policy} match source-address {}", source(facts)));
    lines.push(format!("set {policy} match destination-address {to}"));
    lines.push(format!("set {policy} match application {}", application_set(facts)));
    lines.push(format!("set {policy} then permit"));
    if facts.log {
        lines.push(format!("set {policy} then log session-init"));
        lines.push(format!("set {policy} then log session-close"));
    }
    lines.push(format!("insert {policy} before policy {}", facts.word(&FIRST)));
    lines.push("commit confirmed 10".to_owned());
    Draft::new(ABOUT.checked)
        .fill_in(C, facts, &LAN)
        .fill_in(C, facts, &WAN)
        .fill_in(C, facts, &FIRST)
        .code(lines.join("\n"))
        .say(C, "When it works, within ten minutes; else it is taken back by itself:")
        .code("commit")
        .note("Enter configure first.")
        .note("Placement: insert puts the policy before the first one, so above every deny between these zones.")
        .note("If the zones have address books of their own, use set security zones security-zone and its name, address-book, in place of the global book: the two kinds do not mix.")
        .note(if facts.several() { phrases::SEVERAL_NO_MAC } else { phrases::NO_MAC })
        .note_if(facts.named(), phrases::NAMES_RESOLVED)
}

fn undo(facts: &Facts) -> Draft {
    let mut lines = vec![
        format!("delete {}", policy(facts)),
        format!("delete applications application-set {}", application_set(facts)),
    ];
    lines.extend(
        facts.ports.iter().map(|p| format!("delete applications application {}", application(facts, *p))),
    );
    if facts.several() {
        lines.push(format!("delete {BOOK} address-set {}", source(facts)));
    }
    lines.extend(facts.gateways.iter().map(|g| format!("delete {BOOK} address {}", address(facts, *g))));
    lines.push("commit confirmed 10\ncommit".to_owned());
    let clouds: Vec<String> =
        facts.hosts.iter().map(|h| format!("delete {BOOK} address {}", cloud(h))).collect();
    Draft::new(ABOUT.checked)
        .fill_in(C, facts, &LAN)
        .fill_in(C, facts, &WAN)
        .code(lines.join("\n"))
        .note_if(
            facts.named(),
            format!(
                "The names of the cloud are shared with other rules of this program. When none is left: delete {BOOK} address-set SG-CLOUD; {}.",
                clouds.join("; ")
            ),
        )
}

fn verify(facts: &Facts) -> Draft {
    let mut draft = Draft::new(ABOUT.checked)
        .code(facts.each("\n", |g| format!("show security flow session source-prefix {}", g.ip)));
    if let (Some(to), Some(port)) = (facts.addresses.first(), facts.ports.first()) {
        draft = draft
            .say(C, "Which policy would take the connection of the gateway:")
            .say(C, &facts.dated())
            .fill_in(C, facts, &LAN)
            .fill_in(C, facts, &WAN)
            .code(format!(
                "show security match-policies from-zone {} to-zone {} source-ip {} destination-ip {to} source-port 50000 destination-port {port} protocol tcp",
                facts.word(&LAN),
                facts.word(&WAN),
                facts.first().ip
            ));
    }
    draft.note("In the operational mode, not in configure.").note(phrases::GOOD)
}

fn find_lease(facts: &Facts) -> Draft {
    Draft::new(ABOUT.checked)
        .code(facts.each("\n", |g| {
            format!("show dhcp server binding | match {0}\nshow arp no-resolve | match {0}", g.mac)
        }))
        .note("The first list is empty when another machine is the DHCP server.")
}

fn see_denied(facts: &Facts) -> Draft {
    Draft::new(ABOUT.checked)
        .code(facts.each("\n", |g| format!("show log messages | match RT_FLOW_SESSION_DENY | match {}", g.ip)))
        .code("show security policies hit-count")
        .note("A deny writes only with then log session-init. The counts show which policy is hit even without it.")
}

fn reserve(facts: &Facts) -> Draft {
    let pool =
        |facts: &Facts| format!("access address-assignment pool {} family inet host", facts.word(&POOL));
    Draft::new(ABOUT.checked)
        .fill_in(C, facts, &POOL)
        .code(facts.each("\n", |g| {
            let (pool, name) = (pool(facts), address(facts, g));
            format!("set {pool} {name} hardware-address {}\nset {pool} {name} ip-address {}", g.mac, g.ip)
        }))
        .code("commit")
        .say(C, "To take it back:")
        .aside(C, &facts.each("\n", |g| format!("delete {} {}", pool(facts), address(facts, g))))
        .aside(C, "commit")
        .note(phrases::REPLUG)
}

fn bypass(facts: &Facts) -> Draft {
    Draft::new(ABOUT.checked)
        .say(C, "The policy of the rule has no application-services, so nothing in it is opened or judged. Look whether it shows any:")
        .fill_in(C, facts, &LAN)
        .fill_in(C, facts, &WAN)
        .code(format!("show configuration {}", policy(facts)))
        .note(phrases::UNTRUSTED)
}

fn idle_timeout(facts: &Facts) -> Draft {
    let lines = |word: &str, tail: &str| {
        let all: Vec<String> = facts
            .ports
            .iter()
            .map(|p| {
                format!("{word} applications application {} inactivity-timeout{tail}", application(facts, *p))
            })
            .collect();
        all.join("\n")
    };
    Draft::new(ABOUT.checked)
        .say(C, &idle::verdict(&ABOUT.capabilities))
        .say(C, "For the applications of this rule alone:")
        .code(lines("set", &format!(" {}", idle::OFFER_S)))
        .code("commit")
        .say(C, "To take it back:")
        .code(lines("delete", ""))
        .code("commit")
        .note(format!(
            "{} s is a day; {} s is the least that should be set.",
            idle::OFFER_S,
            idle::YARDSTICK_S
        ))
}
