//! Stormshield Network Security: commands of its console (also of nsrpc). Changes are in force with ACTIVATE.

use super::capabilities::{Capabilities, Form, Inspection, MacMatch, NameMatch, Placeholder, Placement};
use super::contract::{About, Comment, Draft, Platform};
use super::facts::Facts;
use super::names::Alphabet;
use super::objects::Objects;
use super::{idle, phrases};
use crate::model::rule::Checked;

const C: Comment = Comment::HASH;
const NAME_MAX: usize = 50;
const SLOT: Placeholder = Placeholder {
    key: "slot",
    word: "05",
    means: "the number of the filter policy in force: look with CONFIG SLOT LIST type=filter",
};

static ABOUT: About = About {
    id: "stormshield",
    name: "Stormshield Network Security",
    versions: "4.x",
    makers: &["stormshield", "netasq"],
    comment: C,
    checked: Checked::ByParser,
    capabilities: Capabilities {
        form: Form::Cli,
        filters_forwarded: true,
        stateful: true,
        mac_in_rule: MacMatch::Binding,
        names_as_destination: NameMatch::Yes,
        placement: Placement::Top,
        name_max: NAME_MAX,
        comment_max: 79,
        inspection: Inspection::OnBox,
        // the figure that is known is from memory only
        idle_default_s: None,
        idle_per_rule: false,
        safe_commit: Some(
            "nothing is in force before CONFIG OBJECT ACTIVATE and CONFIG FILTER ACTIVATE; CONFIG FILTER ACTIVATE CANCEL throws it away",
        ),
        dhcp_server: true,
    },
    releases: &[],
    placeholders: &[SLOT],
};

pub static STORMSHIELD: Platform =
    Platform { about: &ABOUT, rule, undo, verify, find_lease, see_denied, reserve, bypass, idle_timeout };

const PASTE: &str = "In Configuration, System, CLI console, one line after the other; lines that begin with # are for the reader. Each answers with code 100 and Ok.";

fn objects(facts: &Facts) -> Objects {
    Objects::of(facts, NAME_MAX, Alphabet::Dashes)
}

fn services(names: &Objects) -> String {
    names.services.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(",")
}

fn rule(facts: &Facts) -> Draft {
    let (names, comment) = (objects(facts), facts.names.comment());
    let mut lines = vec![
        "MODIFY ON FORCE".to_owned(),
        names.each_gateway(|name, g| {
            format!(
                "CONFIG OBJECT HOST NEW name={name} ip={} resolve=static comment=\"{}\" update=1",
                g.ip,
                facts.names.of(g.mac).comment()
            )
        }),
    ];
    if let Some(group) = &names.group {
        lines.push(format!("CONFIG OBJECT GROUP NEW name={group} comment=\"{comment}\" update=1"));
        lines.push(
            names.each_gateway(|name, _| format!("CONFIG OBJECT GROUP ADDTO group={group} node={name}")),
        );
    }
    if facts.named() {
        lines.push(names.each_cloud(|_, host| {
            format!("CONFIG OBJECT FQDN NEW name={host} comment=\"Solid Green\" update=1")
        }));
    }
    lines.push(names.each_service(|name, port| {
        format!(
            "CONFIG OBJECT SERVICE NEW name={name} port={port} proto=tcp comment=\"Solid Green\" update=1"
        )
    }));
    lines.push("CONFIG OBJECT ACTIVATE".to_owned());
    let to = if facts.named() { facts.hosts.join(",") } else { "Internet".to_owned() };
    lines.push(format!(
        "CONFIG FILTER RULE INSERT index={} type=filter position=1 state=on action=pass srctarget={} dsttarget={to} dstport={} loglevel={} rulename={} comment=\"{comment}\"",
        facts.word(&SLOT),
        names.source(),
        services(&names),
        if facts.log { "log" } else { "none" },
        names.rule
    ));
    lines.push("CONFIG FILTER ACTIVATE".to_owned());
    Draft::new(ABOUT.checked)
        .fill_in(C, facts, &SLOT)
        .code(lines.join("\n"))
        .note(PASTE)
        .note("Placement: position 1 puts it above every other rule of the policy, so above one that decrypts too.")
        .note("The names of the commands are checked against those of the vendor's client; the parameters are as in public scripts.")
        .note("The MAC is not in the rule. The object of a host can hold one (mac=), which ties it to the address on a network of this firewall; behind a layer-3 switch that would lock the gateway out.")
        .note_if(facts.named(), "An object for a name is called as the name itself, and is shared with other rules of this program.")
        .note_if(facts.named(), phrases::NAMES_RESOLVED)
}

fn undo(facts: &Facts) -> Draft {
    let names = objects(facts);
    let mut lines = vec![names.each_service(|name, _| format!("CONFIG OBJECT SERVICE DELETE name={name}"))];
    if let Some(group) = &names.group {
        lines.push(format!("CONFIG OBJECT GROUP DELETE name={group}"));
    }
    lines.push(names.each_gateway(|name, _| format!("CONFIG OBJECT HOST DELETE name={name}")));
    if facts.named() {
        lines.push(names.each_cloud(|_, host| format!("CONFIG OBJECT FQDN DELETE name={host}")));
    }
    lines.push("CONFIG OBJECT ACTIVATE".to_owned());
    Draft::new(ABOUT.checked)
        .fill_in(C, facts, &SLOT)
        .aside(C, &format!("The position of the rule {}; if it is not 1, put its number into the third line:", names.rule))
        .code(format!("CONFIG FILTER EXPLICIT index={} type=filter", facts.word(&SLOT)))
        .code("MODIFY ON FORCE")
        .code(format!("CONFIG FILTER RULE REMOVE index={} type=filter position=1", facts.word(&SLOT)))
        .code("CONFIG FILTER ACTIVATE")
        .code(lines.join("\n"))
        .note(PASTE)
        .note("A rule is removed by its position, so look first: another that was put above it since then would go instead.")
        .note_if(facts.named(), "The object of a name that another rule uses is not deleted, and that is right.")
}

fn verify(facts: &Facts) -> Draft {
    Draft::new(Checked::FromDocumentation)
        .say(C, "The connections that are open now:")
        .code("MONITOR CONNECTION")
        .note(format!("Look for the source {}. In its pages: Monitoring, Connections.", facts.ips(" or ")))
        .note(phrases::GOOD)
}

fn find_lease(facts: &Facts) -> Draft {
    Draft::new(Checked::FromDocumentation)
        .code("MONITOR DHCP\nMONITOR HOST")
        .note(format!(
            "Look for {}. The first list is empty when another machine is the DHCP server.",
            facts.each(", ", |g| g.mac.to_string())
        ))
        .note(phrases::UNSEEN)
}

fn see_denied(facts: &Facts) -> Draft {
    Draft::new(Checked::FromMemory)
        .say(C, "In its pages:")
        .code(format!("Monitoring, Logs, Filtering: source {}, action Block.", facts.ips(" or ")))
        .note("What no rule takes is blocked without a log line. A rule block with log at the end of the policy does the same and shows itself.")
}

fn reserve(facts: &Facts) -> Draft {
    Draft::new(Checked::FromMemory)
        .say(C, "In its pages:")
        .code("Configuration, Network, DHCP, Reservation, Add:")
        .code(facts.each("\n", |g| {
            format!(
                "An object {} with the address {} and the MAC {}",
                facts.names.of(g.mac).object("SG-GW-", NAME_MAX, Alphabet::Dashes),
                g.ip,
                g.mac
            )
        }))
        .note("The object of the rule can be used: put the MAC into it. To take it back, delete the row.")
        .note(phrases::REPLUG)
}

fn bypass(facts: &Facts) -> Draft {
    Draft::new(Checked::FromDocumentation)
        .say(C, "The rule says pass and stands above the one that decrypts, so nothing of it is opened.")
        .code(format!("CONFIG FILTER EXPLICIT index={} type=filter", facts.word(&SLOT)))
        .note("If the protocol analysis still drops it (Monitoring, Logs, Alarms), set the inspection level of the rule to Firewall: double click the column Security inspection.")
        .note(phrases::UNTRUSTED)
}

fn idle_timeout(_: &Facts) -> Draft {
    Draft::new(Checked::FromMemory)
        .say(C, &idle::verdict(&ABOUT.capabilities))
        .say(C, "It is set for an inspection profile, in its pages:")
        .code(format!(
            "Configuration, Application protection, Protocols, TCP-UDP, Connection: at least {} s.",
            idle::YARDSTICK_S
        ))
        .note("A profile of its own, chosen in the rule, keeps it to these connections.")
}
