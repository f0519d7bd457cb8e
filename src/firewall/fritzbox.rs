//! AVM FRITZ!Box: outbound is open, so there is a profile to choose and no rule to write.

use super::capabilities::{Capabilities, Form, Inspection, MacMatch, NameMatch, Placement};
use super::contract::{About, Comment, Draft, Platform};
use super::facts::Facts;
use super::{idle, phrases, steps};
use crate::model::rule::Checked;

const C: Comment = Comment::HASH;

static ABOUT: About = About {
    id: "fritzbox",
    name: "AVM FRITZ!Box",
    versions: "FRITZ!OS 7 and 8",
    makers: &["avm "],
    comment: C,
    checked: Checked::FromMemory,
    capabilities: Capabilities {
        form: Form::Steps,
        filters_forwarded: true,
        stateful: true,
        mac_in_rule: MacMatch::Anded,
        names_as_destination: NameMatch::No,
        placement: Placement::Unordered,
        name_max: 60,
        comment_max: 60,
        inspection: Inspection::No,
        idle_default_s: None,
        idle_per_rule: false,
        safe_commit: None,
        dhcp_server: true,
    },
    releases: &[],
    placeholders: &[],
};

pub static FRITZBOX: Platform =
    Platform { about: &ABOUT, rule, undo, verify, find_lease, see_denied, reserve, bypass, idle_timeout };

fn rule(facts: &Facts) -> Draft {
    Draft::new(ABOUT.checked)
        .aside(C, &format!("For {}", facts.names.comment()))
        .say_if(facts.named(), C, &facts.dated())
        .code(steps::numbered(&[
            "Internet, Filters, Parental Controls.".to_owned(),
            facts.each("; ", |g| format!("The device with {} ({})", g.ip, g.mac)) + ": access profile Unrestricted.",
            format!(
                "Internet, Filters, Lists, Network applications: no entry that is blocked for this profile holds TCP {}.",
                facts.ports(" or ")
            ),
            "Apply.".to_owned(),
        ]))
        .note("Placement: there is none. Everything from inside to outside is allowed unless the profile of the device blocks it.")
        .note("Internet, Filters, Lists, Global filter settings: nothing there concerns these ports.")
        .note_if(facts.named(), "A FRITZ!Box cannot limit a device to single destinations without blocking by lists of web sites, which does not fit. The profile Unrestricted allows any host; say so where a strict scope was asked for.")
}

fn undo(facts: &Facts) -> Draft {
    Draft::new(ABOUT.checked).aside(C, &format!("For {}", facts.names.comment())).code(steps::numbered(&[
        "Internet, Filters, Parental Controls.".to_owned(),
        facts.each("; ", |g| format!("The device with {} ({})", g.ip, g.mac))
            + ": the access profile that it had before (Standard as delivered).",
        "Apply.".to_owned(),
    ]))
}

fn verify(facts: &Facts) -> Draft {
    Draft::new(ABOUT.checked)
        .code(facts.each("\n", |g| format!("Home Network, Network, {}: the device is connected.", g.mac.pairs(":", true))))
        .note("A FRITZ!Box shows no single connections. The LED of the gateway turns solid green within a minute.")
}

fn find_lease(facts: &Facts) -> Draft {
    Draft::new(ABOUT.checked)
        .code(facts.each("\n", |g| {
            format!("Home Network, Network, Network Connections: look for {}", g.mac.pairs(":", true))
        }))
        .note("The pencil beside the device shows its address and MAC.")
        .note(phrases::UNSEEN)
}

fn see_denied(facts: &Facts) -> Draft {
    Draft::new(ABOUT.checked)
        .say(C, "A FRITZ!Box logs no denials. Look at what the device may do:")
        .code(format!("Internet, Filters, Parental Controls: the profile of {}.", facts.ips(" and ")))
        .note("fritz.box/support.lua records packets of one interface, for who can read them.")
}

fn reserve(facts: &Facts) -> Draft {
    Draft::new(ABOUT.checked)
        .code(facts.each("\n", |g| {
            format!("Home Network, Network, the pencil of {}: IPv4 address {}, always assign this network device the same IPv4 address.", g.mac.pairs(":", true), g.ip)
        }))
        .note("To take it back, untick it.")
        .note(phrases::REPLUG)
}

fn bypass(_: &Facts) -> Draft {
    Draft::new(ABOUT.checked)
        .say(C, "A FRITZ!Box opens no TLS and inspects nothing but names of web sites in access profiles.")
        .code("Internet, Filters, Parental Controls: the profile Unrestricted has no such list.")
        .note(phrases::UNTRUSTED)
}

fn idle_timeout(_: &Facts) -> Draft {
    Draft::new(ABOUT.checked)
        .say(C, "The idle timeout cannot be set, and no figure is published.")
        .code(format!("At least {} s are needed (RFC 5382): solidgreen check --hold measures it from this computer.", idle::YARDSTICK_S))
        .note("If it is shorter, a router behind the FRITZ!Box does not help: the session is kept where the address is translated.")
}
