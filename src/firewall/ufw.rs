//! ufw: shell commands. It has no groups and no MAC; each gateway is a line.

use super::capabilities::{Capabilities, Form, Inspection, MacMatch, NameMatch, Placement};
use super::contract::{About, Comment, Draft, Platform};
use super::facts::Facts;
use super::{idle, linux, phrases};
use crate::model::rule::Checked;

const C: Comment = Comment::HASH;

static ABOUT: About = About {
    id: "ufw",
    name: "ufw (Linux router)",
    versions: "0.36 and later",
    makers: &[],
    comment: C,
    checked: Checked::ByParser,
    capabilities: Capabilities {
        form: Form::Shell,
        filters_forwarded: true,
        stateful: true,
        mac_in_rule: MacMatch::No,
        names_as_destination: NameMatch::No,
        placement: Placement::Top,
        name_max: 31,
        comment_max: 255,
        inspection: Inspection::AddOn,
        idle_default_s: Some(432_000),
        idle_per_rule: false,
        safe_commit: None,
        dhcp_server: true,
    },
    releases: &[],
    placeholders: &[],
};

pub static UFW: Platform = Platform {
    about: &ABOUT,
    rule,
    undo,
    verify,
    find_lease: |facts| linux::find_lease(C, facts),
    see_denied,
    reserve: |facts| linux::reserve(C, facts),
    bypass: |facts| linux::no_proxy(C, facts),
    idle_timeout: |_| {
        linux::kernel_timeout(C, Checked::FromDocumentation, &idle::verdict(&ABOUT.capabilities))
    },
};

/// The rules without the word that adds or takes them: one for each gateway and destination.
fn rules(facts: &Facts) -> Vec<String> {
    let to: Vec<String> = if facts.named() {
        facts.addresses.iter().map(ToString::to_string).collect()
    } else {
        vec!["any".into()]
    };
    let log = if facts.log { " log" } else { "" };
    let line =
        |ip: String, to: &String| format!("allow{log} proto tcp from {ip} to {to} port {}", facts.ports(","));
    facts
        .gateways
        .iter()
        .flat_map(|g| to.iter().map(move |to| (g.ip.to_string(), to)))
        .map(|(ip, to)| line(ip, to))
        .collect()
}

fn rule(facts: &Facts) -> Draft {
    let comment = facts.names.comment();
    let lines: Vec<String> =
        rules(facts).iter().map(|r| format!("ufw route prepend {r} comment '{comment}'")).collect();
    Draft::new(ABOUT.checked)
        .say_if(facts.named(), C, &facts.dated())
        .code(lines.join("\n"))
        .note("Placement: prepend puts it first, above every deny.")
        .note("It takes effect at once and is kept over a restart. ufw filters forwarded traffic only when the router forwards at all: net.ipv4.ip_forward is 1.")
        .note_if(facts.several(), "ufw has no groups: each gateway is a line of its own.")
        .note(phrases::NO_MAC)
        .note_if(facts.named(), phrases::ADDRESSES_CHANGE)
}

fn undo(facts: &Facts) -> Draft {
    let lines: Vec<String> = rules(facts).iter().map(|r| format!("ufw route delete {r}")).collect();
    Draft::new(ABOUT.checked)
        .say(C, "These are the lines with the comment:")
        .aside(C, &facts.names.comment())
        .say_if(facts.named(), C, &facts.dated())
        .code(lines.join("\n"))
        .note("ufw deletes a rule by its own words, whatever its comment: if the site has a rule with the very same words, it has one of them less afterwards.")
}

fn verify(facts: &Facts) -> Draft {
    Draft::new(Checked::FromDocumentation)
        .code(format!("ufw status verbose | grep -F '{}'", facts.names.comment()))
        .code(linux::sessions(facts))
        .note("Good: one connection to one of the ports stays ESTABLISHED. conntrack is in the package of that name.")
}

fn see_denied(facts: &Facts) -> Draft {
    Draft::new(Checked::FromDocumentation)
        .code("ufw logging low")
        .say(C, "Replug the gateway, wait a minute, then look:")
        .code(linux::kernel_log(facts, "[UFW BLOCK]"))
        .note("The level is a setting of the whole router: ufw status verbose shows what it was.")
}
