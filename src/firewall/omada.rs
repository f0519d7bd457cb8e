//! TP-Link Omada gateways: steps in the controller. The list ends in a permit, so a rule is needed only where something
//! denies.

use super::capabilities::{Capabilities, Form, Inspection, MacMatch, NameMatch, Placement};
use super::contract::{About, Comment, Draft, Platform};
use super::facts::Facts;
use super::names::Alphabet;
use super::objects::Objects;
use super::{idle, phrases, steps};
use crate::model::rule::Checked;

const C: Comment = Comment::HASH;
const NAME_MAX: usize = 60;

static ABOUT: About = About {
    id: "omada",
    name: "TP-Link Omada",
    versions: "controller 5 and 6",
    makers: &["tp-link", "tp link"],
    comment: C,
    checked: Checked::FromDocumentation,
    capabilities: Capabilities {
        form: Form::Steps,
        filters_forwarded: true,
        stateful: true,
        mac_in_rule: MacMatch::No,
        names_as_destination: NameMatch::Extra,
        placement: Placement::LastThenMove,
        name_max: NAME_MAX,
        comment_max: 60,
        inspection: Inspection::No,
        idle_default_s: None,
        idle_per_rule: false,
        safe_commit: Some("switch the status of the entry off: it is out of force at once and stays there"),
        dhcp_server: true,
    },
    releases: &[],
    placeholders: &[],
};

pub static OMADA: Platform =
    Platform { about: &ABOUT, rule, undo, verify, find_lease, see_denied, reserve, bypass, idle_timeout };

fn objects(facts: &Facts) -> Objects {
    Objects::of(facts, NAME_MAX, Alphabet::Dashes)
}

fn rule(facts: &Facts) -> Draft {
    let names = objects(facts);
    let to = if facts.named() {
        facts.addresses.iter().map(|ip| format!("{ip}/32")).collect::<Vec<_>>().join(", ")
    } else {
        "0.0.0.0/0".to_owned()
    };
    Draft::new(ABOUT.checked)
        .aside(C, &format!("For {}", facts.names.comment()))
        .say_if(facts.named(), C, &facts.dated())
        .code(steps::numbered(&[
            format!(
                "Settings, Profiles, Groups, Create New Group: name {}, type IP Group, {}.",
                names.source(),
                facts.each(", ", |g| format!("{}/32", g.ip))
            ),
            format!(
                "Once more: name {}, type IP-Port Group, subnets {to}, ports {}.",
                names.cloud_group,
                facts.ports(", ")
            ),
            "Settings, Network Security, ACL, Gateway ACL, Create New Rule.".to_owned(),
            format!("Name {}, Status Enable, direction LAN to WAN, policy Permit, protocol TCP.", names.rule),
            format!("Source type IP Group {}. Destination type IP-Port Group {}.", names.source(), names.cloud_group),
            if facts.log { "Advanced: Log on (it needs remote logging).".to_owned() } else { String::new() },
            "Apply; then drag it above the entry that denies.".to_owned(),
        ]))
        .note("Placement: a new entry goes last; the list ends in a permit of everything. Where no entry denies, this one is harmless and not needed.")
        .note(phrases::NO_MAC)
        .note_if(facts.named(), "Newer gateways have domain groups; addresses work on all. If they change the gateway loses its connection; any-host does not have this fault.")
}

fn undo(facts: &Facts) -> Draft {
    let names = objects(facts);
    Draft::new(ABOUT.checked).code(steps::numbered(&[
        format!("Settings, Network Security, ACL, Gateway ACL: delete {}.", names.rule),
        format!("Settings, Profiles, Groups: delete {} and {}.", names.source(), names.cloud_group),
    ]))
}

fn verify(facts: &Facts) -> Draft {
    Draft::new(Checked::FromMemory)
        .code(format!("Insights, Session (or Statistics, Session): source {}.", facts.ips(" or ")))
        .note(phrases::GOOD)
}

fn find_lease(facts: &Facts) -> Draft {
    Draft::new(Checked::FromMemory)
        .code(facts.each("\n", |g| format!("Clients: search {}", g.mac.pairs("-", true))))
        .note("The client shows its address and its network. A gateway that is not in the list has never spoken on a network of this site.")
}

fn see_denied(facts: &Facts) -> Draft {
    Draft::new(Checked::FromMemory)
        .say(C, "The controller itself shows no denials. With a syslog server (Settings, Services or Site, Remote Logging) and Log on in the entry that denies:")
        .code(format!("Look there for lines with {}.", facts.ips(" or ")))
        .note("A switch ACL or an EAP ACL of the same page denies as well; it logs nothing.")
        .note(phrases::UNSEEN)
}

fn reserve(facts: &Facts) -> Draft {
    Draft::new(Checked::FromMemory)
        .code(facts.each("\n", |g| {
            format!("Clients, {}, Config: Use Fixed IP Address, {}.", g.mac.pairs("-", true), g.ip)
        }))
        .note("To take it back, untick it. It can be found under Settings, Services, DHCP Reservation too.")
        .note(phrases::REPLUG)
}

fn bypass(facts: &Facts) -> Draft {
    Draft::new(Checked::FromMemory)
        .say(C, "These gateways open no TLS. Where Deep Packet Inspection, URL filtering or intrusion prevention is in use:")
        .code(format!("Settings, Network Security: the rules there must not name the network or the group of {}; in IPS put it into the allow list.", facts.ips(" and ")))
        .note(phrases::UNTRUSTED)
}

fn idle_timeout(_: &Facts) -> Draft {
    Draft::new(Checked::FromMemory)
        .say(C, &idle::verdict(&ABOUT.capabilities))
        .code(format!(
            "Settings, Transmission, Session Timeout (some models): TCP Established at least {} s.",
            idle::YARDSTICK_S
        ))
        .note("solidgreen check --hold measures it from this computer.")
}
