//! Check Point: management commands for the shell of the management server. Nothing is in force before publish and
//! install-policy; discard throws it away.

use super::capabilities::{Capabilities, Form, Inspection, MacMatch, NameMatch, Placeholder, Placement};
use super::contract::{About, Comment, Draft, Platform};
use super::facts::Facts;
use super::names::Alphabet;
use super::objects::Objects;
use super::{idle, phrases};
use crate::model::rule::Checked;

const C: Comment = Comment::HASH;
const NAME_MAX: usize = 63;
const LAYER: Placeholder = Placeholder {
    key: "layer",
    word: "Network",
    means: "the access layer of the policy: look with mgmt_cli -r true show access-layers",
};
const PACKAGE: Placeholder = Placeholder {
    key: "package",
    word: "Standard",
    means: "the policy package of this firewall: look with mgmt_cli -r true show packages",
};

static ABOUT: About = About {
    id: "checkpoint",
    name: "Check Point",
    versions: "R80.10 and later",
    makers: &["check point"],
    comment: C,
    checked: Checked::ByParser,
    capabilities: Capabilities {
        form: Form::Shell,
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
        safe_commit: Some("nothing is in force before publish and install-policy; discard throws it away"),
        dhcp_server: false,
    },
    releases: &[],
    placeholders: &[LAYER, PACKAGE],
};

pub static CHECKPOINT: Platform =
    Platform { about: &ABOUT, rule, undo, verify, find_lease, see_denied, reserve, bypass, idle_timeout };

const SHELL: &str =
    "In the expert shell of the management server. The session is kept in sg-id.txt until the last line.";

fn objects(facts: &Facts) -> Objects {
    Objects::of(facts, NAME_MAX, Alphabet::Dashes)
}

/// A whole session: log in, the commands, publish and install.
fn session(facts: &Facts, commands: &str) -> String {
    let commands: String =
        commands.lines().filter(|l| !l.is_empty()).map(|l| format!("mgmt_cli {l} -s sg-id.txt\n")).collect();
    format!(
        "mgmt_cli -r true login > sg-id.txt\n{commands}mgmt_cli publish -s sg-id.txt\nmgmt_cli install-policy policy-package \"{}\" access true -s sg-id.txt\nmgmt_cli logout -s sg-id.txt",
        facts.word(&PACKAGE)
    )
}

/// `key.1 "a" key.2 "b"`: how the command line writes a list.
fn list(key: &str, all: impl Iterator<Item = String>) -> String {
    (1..).zip(all).map(|(n, v)| format!("{key}.{n} \"{v}\"")).collect::<Vec<_>>().join(" ")
}

/// An object of this kind is named after the host itself.
fn domain(host: &str) -> String {
    format!(".{host}")
}

fn rule(facts: &Facts) -> Draft {
    let (names, comment) = (objects(facts), facts.names.comment());
    let mut text = names.each_gateway(|name, g| {
        format!(
            "add host name \"{name}\" ip-address \"{}\" comments \"{}\" ignore-warnings true",
            g.ip,
            facts.names.of(g.mac).comment()
        )
    });
    if let Some(group) = &names.group {
        let members = list("members", names.gateways.iter().map(|(name, _)| name.clone()));
        text += &format!("\nadd group name \"{group}\" {members} comments \"{comment}\"");
    }
    for (_, host) in &names.clouds {
        text += &format!(
            "\nadd dns-domain name \"{}\" is-sub-domain false comments \"Solid Green\"",
            domain(host)
        );
    }
    text += "\n";
    text += &names.each_service(|name, port| {
        format!(
            "add service-tcp name \"{name}\" port \"{port}\" match-for-any false keep-connections-open-after-policy-installation true comments \"Solid Green\""
        )
    });
    let to = if facts.named() {
        list("destination", names.clouds.iter().map(|(_, host)| domain(host)))
    } else {
        "destination \"Any\"".to_owned()
    };
    text += &format!(
        "\nadd access-rule layer \"{}\" position top name \"{}\" source \"{}\" {to} {} action \"Accept\" track.type \"{}\" comments \"{comment}\"",
        facts.word(&LAYER),
        names.rule,
        names.source(),
        list("service", names.services.iter().map(|(name, _)| name.clone())),
        if facts.log { "Log" } else { "None" },
    );
    Draft::new(ABOUT.checked)
        .fill_in(C, facts, &LAYER)
        .fill_in(C, facts, &PACKAGE)
        .code(session(facts, &text))
        .note(SHELL)
        .note("Placement: position top puts the rule first in the layer. If the policy has further ordered layers (application control), each of them must accept it too: the same line once more with the name of that layer.")
        .note("The services are our own on purpose: the predefined https carries protocol handling. Keeping connections open stops the installation of a policy from cutting the session.")
        .note("To stop before it is in force: mgmt_cli discard -s sg-id.txt in place of publish.")
        .note(phrases::NO_MAC)
        .note_if(facts.named(), "An object for a host name may be there already: then its line says so and the rest goes on.")
        .note_if(facts.named(), phrases::NAMES_RESOLVED)
}

fn undo(facts: &Facts) -> Draft {
    let names = objects(facts);
    let mut text = format!("delete access-rule name \"{}\" layer \"{}\"\n", names.rule, facts.word(&LAYER));
    text += &names.each_service(|name, _| format!("delete service-tcp name \"{name}\""));
    if let Some(group) = &names.group {
        text += &format!("\ndelete group name \"{group}\"");
    }
    text += "\n";
    text += &names.each_gateway(|name, _| format!("delete host name \"{name}\""));
    for (_, host) in &names.clouds {
        text += &format!("\ndelete dns-domain name \"{}\"", domain(host));
    }
    Draft::new(ABOUT.checked)
        .fill_in(C, facts, &LAYER)
        .fill_in(C, facts, &PACKAGE)
        .code(session(facts, &text))
        .note(SHELL)
        .note_if(facts.named(), "An object that another rule uses is not deleted, and that is right.")
}

fn verify(facts: &Facts) -> Draft {
    Draft::new(Checked::FromMemory)
        .say(C, "In SmartConsole: the hits of the rule. In the expert shell of the firewall, with the address in hexadecimal:")
        .code(facts.each("\n", |g| format!("fw tab -t connections -u | grep {:08x}", u32::from(g.ip))))
        .note(phrases::GOOD)
}

fn find_lease(facts: &Facts) -> Draft {
    Draft::new(Checked::FromMemory)
        .say(C, "In the expert shell of the firewall, if it is the DHCP server; else look there:")
        .code(facts.each("\n", |g| {
            format!("grep -i -B 8 {0} /var/lib/dhcpd/dhcpd.leases\narp -an | grep -i {0}", g.mac)
        }))
        .note("The lease is the block that begins with the word lease and the address.")
}

fn see_denied(facts: &Facts) -> Draft {
    Draft::new(Checked::FromMemory)
        .say(C, "In SmartConsole, Logs and Monitor, the filter:")
        .code(facts.each("\n", |g| format!("src:{} AND action:Drop", g.ip)))
        .say(C, "Live, in the expert shell of the firewall; Ctrl-C ends it:")
        .code(facts.each("\n", |g| format!("fw ctl zdebug + drop | grep {}", g.ip)))
        .note("A clean-up rule logs only when its Track says Log; the implied one at the end never does.")
}

fn reserve(facts: &Facts) -> Draft {
    phrases::reserve_elsewhere(C, facts, "The DHCP server of Gaia has no reservation on most versions.").note(
        "Quantum Spark: Users and Objects, Network Objects, a single IP, Reserve IP address in DHCP for MAC.",
    )
}

fn bypass(facts: &Facts) -> Draft {
    let names = objects(facts);
    let services = list("service", names.services.iter().map(|(name, _)| name.clone()));
    let rule = format!("SG-BYPASS-{}", facts.names.tag());
    let add = format!(
        "add https-rule layer \"Default Layer\" position top name \"{rule}\" source \"{}\" destination \"Any\" {services} action \"Bypass\" track \"Log\"",
        names.source()
    );
    let delete = format!("delete https-rule name \"{rule}\" layer \"Default Layer\"");
    Draft::new(ABOUT.checked)
        .say(C, "Only where HTTPS inspection is switched on; it uses the objects of the rule:")
        .fill_in(C, facts, &PACKAGE)
        .code(session(facts, &add))
        .say(C, "To take it back, in a session of its own:")
        .aside(C, &format!("mgmt_cli {delete} -s sg-id.txt"))
        .note("The name of the layer differs between versions: mgmt_cli -r true show https-layers.")
        .note("Threat prevention may hold it up too: an exception for the same source in its policy.")
        .note(phrases::UNTRUSTED)
}

fn idle_timeout(facts: &Facts) -> Draft {
    let names = objects(facts);
    let set = names.each_service(|name, _| {
        format!(
            "set service-tcp name \"{name}\" use-default-session-timeout false session-timeout {}",
            idle::OFFER_S
        )
    });
    Draft::new(ABOUT.checked)
        .say(C, &idle::verdict(&ABOUT.capabilities))
        .say(C, "For the services of this rule alone:")
        .fill_in(C, facts, &PACKAGE)
        .code(session(facts, &set))
        .note(SHELL)
        .note(format!(
            "{} s is a day; {} s is the least that should be set. To take it back: use-default-session-timeout true.",
            idle::OFFER_S,
            idle::YARDSTICK_S
        ))
}
