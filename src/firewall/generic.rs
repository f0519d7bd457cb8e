//! Any other firewall: the rule in plain words, in the order in which a firewall asks for them. Also what to hand to an
//! administrator whose product is not known.

use super::capabilities::{Capabilities, Form, Inspection, MacMatch, NameMatch, Placement};
use super::contract::{About, Comment, Draft, Platform};
use super::facts::Facts;
use super::{idle, phrases, plain};
use crate::model::rule::Checked;

const C: Comment = Comment::HASH;

static ABOUT: About = About {
    id: "any",
    name: "Any other firewall, in plain words",
    versions: "any product",
    makers: &[],
    comment: C,
    checked: Checked::FromDocumentation,
    capabilities: Capabilities {
        form: Form::Steps,
        filters_forwarded: true,
        stateful: true,
        mac_in_rule: MacMatch::Anded,
        names_as_destination: NameMatch::Yes,
        placement: Placement::LastThenMove,
        name_max: 79,
        comment_max: 79,
        inspection: Inspection::OnBox,
        idle_default_s: None,
        idle_per_rule: false,
        safe_commit: None,
        dhcp_server: true,
    },
    releases: &[],
    placeholders: &[],
};

pub static ANY: Platform =
    Platform { about: &ABOUT, rule, undo, verify, find_lease, see_denied, reserve, bypass, idle_timeout };

fn rule(facts: &Facts) -> Draft {
    let mut draft = Draft::new(ABOUT.checked);
    for (label, value) in plain::of(facts) {
        draft = draft.code(format!("{label}: {value}"));
    }
    draft
        .note("Placement: above every rule that denies. Where the product puts new rules last, move it.")
        .note("The MAC is a further condition only where the product asks for both; where several sources in a rule are either-or, leave it out and reserve the address.")
        .note_if(facts.several(), "Make one group of the addresses and one rule with it, not a rule for each gateway.")
}

fn undo(facts: &Facts) -> Draft {
    Draft::new(ABOUT.checked)
        .code("Delete the rule with this name, then the objects that were made for it alone:")
        .code(facts.names.comment())
}

fn verify(facts: &Facts) -> Draft {
    Draft::new(ABOUT.checked)
        .code(facts.each("\n", |g| format!("Look at the table of sessions for the source {}.", g.ip)))
        .code("The LED of the gateway turns solid green within a minute.")
        .note(phrases::GOOD)
}

fn find_lease(facts: &Facts) -> Draft {
    Draft::new(ABOUT.checked).code(facts.each("\n", |g| {
        format!(
            "Look for {} ({}, {}) in the leases of the DHCP server, or in the ARP table of the router.",
            g.mac,
            g.mac.pairs("-", true),
            g.mac.dotted()
        )
    }))
}

fn see_denied(facts: &Facts) -> Draft {
    Draft::new(ABOUT.checked)
        .code(facts.each("\n", |g| {
            format!("In the log: source {}, action deny or drop, TCP {}.", g.ip, facts.ports(" or "))
        }))
        .note("The rule at the end that denies everything often does not log as delivered.")
}

fn reserve(facts: &Facts) -> Draft {
    Draft::new(ABOUT.checked)
        .code(facts.each("\n", |g| format!("In the DHCP server: {} always gets {}.", g.mac, g.ip)))
        .note(phrases::REPLUG)
}

fn bypass(facts: &Facts) -> Draft {
    Draft::new(ABOUT.checked)
        .code(format!(
            "For the source {}: no TLS decryption, no HTTPS proxy, no web filter, no application control, no intrusion prevention on TCP {}.",
            facts.ips(" and "),
            facts.ports(" and ")
        ))
        .note(phrases::UNTRUSTED)
        .note("Port 4321 may be labelled rwhois, its registered name; here it is the gateway's own protocol.")
}

fn idle_timeout(_: &Facts) -> Draft {
    Draft::new(ABOUT.checked)
        .code(format!("Idle timeout of this rule: at least {} s (RFC 5382), better {} s.", idle::YARDSTICK_S, idle::OFFER_S))
        .code("A session that is aged out is ended with a reset, not in silence.")
        .note("The connection of the gateway is persistent and quiet for long stretches; the period of its keep-alive is not published.")
}
