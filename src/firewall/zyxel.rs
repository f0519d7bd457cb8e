//! Zyxel USG, USG FLEX and ATP with ZLD: commands of the configuration mode. Text has no quotes, so descriptions have no
//! spaces.

use super::capabilities::{Capabilities, Form, Inspection, MacMatch, NameMatch, Placeholder, Placement};
use super::contract::{About, Comment, Draft, Platform};
use super::facts::Facts;
use super::names::{Alphabet, OBJECT_MAX};
use super::objects::Objects;
use super::{idle, phrases};
use crate::model::rule::Checked;

const C: Comment = Comment::BANG;
const LAN: Placeholder =
    Placeholder { key: "lan", word: "LAN1", means: "the zone of the gateway (usual default)" };
const WAN: Placeholder =
    Placeholder { key: "wan", word: "WAN", means: "the zone towards the internet (usual default)" };

static ABOUT: About = About {
    id: "zyxel",
    name: "Zyxel USG, USG FLEX and ATP (ZLD)",
    versions: "ZLD 4.10 and later; not the FLEX H series",
    makers: &["zyxel"],
    comment: C,
    checked: Checked::FromDocumentation,
    capabilities: Capabilities {
        form: Form::Cli,
        filters_forwarded: true,
        stateful: true,
        mac_in_rule: MacMatch::Binding,
        names_as_destination: NameMatch::Yes,
        placement: Placement::Top,
        name_max: OBJECT_MAX,
        comment_max: 60,
        inspection: Inspection::OnBox,
        idle_default_s: None,
        idle_per_rule: false,
        safe_commit: Some("nothing is kept before write: a restart takes it back"),
        dhcp_server: true,
    },
    releases: &[],
    placeholders: &[LAN, WAN],
};

pub static ZYXEL: Platform =
    Platform { about: &ABOUT, rule, undo, verify, find_lease, see_denied, reserve, bypass, idle_timeout };

fn objects(facts: &Facts) -> Objects {
    Objects::of(facts, OBJECT_MAX, Alphabet::Dashes)
}

fn rule(facts: &Facts) -> Draft {
    let names = objects(facts);
    let mut text = vec![
        "configure terminal".to_owned(),
        names.each_gateway(|name, g| format!("address-object {name} {}", g.ip)),
    ];
    let group = |name: &str, members: &mut dyn Iterator<Item = &String>| {
        let members: String = members.map(|m| format!("\n address-object {m}")).collect();
        format!("object-group address {name}{members}\n exit")
    };
    if let Some(name) = &names.group {
        text.push(group(name, &mut names.gateways.iter().map(|(name, _)| name)));
    }
    if facts.named() {
        text.push(names.each_cloud(|name, host| format!("address-object {name} FQDN {host}")));
        text.push(group(&names.cloud_group, &mut names.clouds.iter().map(|(name, _)| name)));
    }
    text.push(names.each_service(|name, port| format!("service-object {name} tcp eq {port}")));
    text.push(format!(
        "object-group service {}\n{}\n exit",
        names.service_group,
        names.each_service(|name, _| format!(" service-object {name}"))
    ));
    let to = if facts.named() { format!("\n destinationip {}", names.cloud_group) } else { String::new() };
    text.push(format!(
        "secure-policy insert 1\n name {}\n description {}\n from {}\n to {}\n sourceip {}{to}\n service {}\n action allow{}\n activate\n exit\nwrite",
        names.rule,
        facts.names.object("Solid-Green-", 60, Alphabet::Dashes),
        facts.word(&LAN),
        facts.word(&WAN),
        names.source(),
        names.service_group,
        if facts.log { "\n log" } else { "" },
    ));
    Draft::new(ABOUT.checked)
        .fill_in(C, facts, &LAN)
        .fill_in(C, facts, &WAN)
        .aside(C, &format!("For {}", facts.names.comment()))
        .code(text.join("\n"))
        .note("Placement: insert 1 puts it above every other policy.")
        .note("If secure-policy insert answers with an error, stop: the lines after it would run in another place. The keyword FQDN, the groups and activate are from memory: look at them with the question mark before pasting.")
        .note("The USG FLEX H series has other commands: there in its pages, Security Policy, Policy Control, Add, with the same values.")
        .note("The MAC is not in the rule. Network, Interface, the interface, IP/MAC binding ties the address to the MAC; reserve it as well (part reserve).")
        .note_if(facts.named(), phrases::NAMES_RESOLVED)
}

fn undo(facts: &Facts) -> Draft {
    let names = objects(facts);
    let mut text = vec![
        "configure terminal".to_owned(),
        format!("no secure-policy name {}", names.rule),
        format!("no object-group service {}", names.service_group),
        names.each_service(|name, _| format!("no service-object {name}")),
    ];
    if facts.named() {
        text.push(format!("no object-group address {}", names.cloud_group));
        text.push(names.each_cloud(|name, _| format!("no address-object {name}")));
    }
    if let Some(group) = &names.group {
        text.push(format!("no object-group address {group}"));
    }
    text.push(names.each_gateway(|name, _| format!("no address-object {name}")));
    text.push("write".to_owned());
    Draft::new(ABOUT.checked)
        .code(text.join("\n"))
        .note("The policy first: an object that is in use cannot be deleted.")
}

fn verify(facts: &Facts) -> Draft {
    Draft::new(Checked::FromMemory)
        .code("show secure-policy")
        .say(C, "In its pages:")
        .code(format!("Monitor, System Status, Session Monitor: source {}.", facts.ips(" or ")))
        .note(phrases::GOOD)
}

fn find_lease(facts: &Facts) -> Draft {
    Draft::new(Checked::FromMemory)
        .code("show ip dhcp binding\nshow arp-table")
        .note(format!(
            "Look for {}. In its pages: Monitor, System Status, DHCP Table.",
            facts.each(", ", |g| g.mac.to_string())
        ))
        .note(phrases::UNSEEN)
}

fn see_denied(facts: &Facts) -> Draft {
    Draft::new(Checked::FromMemory)
        .say(C, "In its pages:")
        .code(format!(
            "Monitor, Log, View Log: category Security Policy Control, source {}; the note says ACCESS BLOCK.",
            facts.ips(" or ")
        ))
        .note("The default policy at the end logs only when its log option is on.")
}

fn reserve(facts: &Facts) -> Draft {
    let pool = |mac| facts.names.of(mac).object("SG-GW-", OBJECT_MAX, Alphabet::Dashes);
    Draft::new(Checked::FromMemory)
        .code("configure terminal")
        .code(facts.each("\n", |g| {
            format!("ip dhcp pool {}\n host {}\n hardware-address {}\n exit", pool(g.mac), g.ip, g.mac)
        }))
        .code("write")
        .say(C, "To take it back:")
        .aside(C, &facts.each("\n", |g| format!("no ip dhcp pool {}", pool(g.mac))))
        .note("In its pages: Configuration, Network, Interface, the interface, Static DHCP Table.")
        .note(phrases::REPLUG)
}

fn bypass(facts: &Facts) -> Draft {
    Draft::new(Checked::FromMemory)
        .say(C, "Only where SSL inspection is in use; in its pages:")
        .code(format!(
            "Configuration, Security Service, SSL Inspection, Exclude List: {}.",
            facts.ips(" and ")
        ))
        .note("The policy of the rule has no profile, so nothing of it is inspected: leave it so.")
        .note(phrases::UNTRUSTED)
}

fn idle_timeout(_: &Facts) -> Draft {
    Draft::new(Checked::FromMemory)
        .say(C, &idle::verdict(&ABOUT.capabilities))
        .code("show session timeout")
        .note(format!("If established TCP has less than {} s there, it can be raised for the whole firewall: session timeout with the value of TCP in seconds, in configure terminal.", idle::YARDSTICK_S))
}
