//! Cisco IOS and IOS-XE as zone-based firewall: a class of its own in the policy of the existing pair of zones.

use super::capabilities::{Capabilities, Form, Inspection, MacMatch, NameMatch, Placeholder, Placement};
use super::contract::{About, Comment, Draft, Platform};
use super::facts::Facts;
use super::names::Alphabet;
use super::{cisco, idle, phrases};
use crate::model::rule::Checked;

const C: Comment = Comment::BANG;
const POLICY: Placeholder = Placeholder {
    key: "policy",
    word: "IN-OUT-PM",
    means: "the policy map of the pair of zones from the gateway to the internet: look with show zone-pair security",
};

static ABOUT: About = About {
    id: "ios-zbfw",
    name: "Cisco IOS and IOS-XE (zone-based firewall)",
    versions: "12.4(6)T and later, all IOS-XE",
    makers: &[],
    comment: C,
    checked: Checked::FromDocumentation,
    capabilities: Capabilities {
        form: Form::Cli,
        filters_forwarded: true,
        stateful: true,
        mac_in_rule: MacMatch::No,
        names_as_destination: NameMatch::No,
        placement: Placement::LastThenMove,
        name_max: 63,
        comment_max: 100,
        inspection: Inspection::No,
        idle_default_s: Some(3600),
        idle_per_rule: true,
        safe_commit: Some(
            "reload in 10 before pasting, reload cancel when it works: a mistake goes with the restart",
        ),
        dhcp_server: true,
    },
    releases: &[],
    placeholders: &[POLICY, cisco::MASK],
};

pub static IOS_ZBFW: Platform = Platform {
    about: &ABOUT,
    rule,
    undo,
    verify,
    find_lease: cisco::find_lease,
    see_denied,
    reserve: cisco::reserve,
    bypass: |facts| cisco::bypass(facts, "An inspect policy follows the connection and opens no TLS."),
    idle_timeout,
};

/// The names of the access list, the class and the parameters.
fn names(facts: &Facts) -> [String; 3] {
    ["SG-ACL-", "SG-CLASS-", "SG-PARAM-"].map(|what| facts.names.object(what, 40, Alphabet::Dashes))
}

fn rule(facts: &Facts) -> Draft {
    let [acl, class, param] = names(facts);
    let mut text = format!(
        "{}ip access-list extended {acl}\n remark {}\n",
        cisco::group_lines(facts),
        facts.names.comment()
    );
    for line in cisco::permits(facts, false) {
        text += &format!(" {line}\n");
    }
    text += &format!("class-map type inspect match-all {class}\n match access-group name {acl}\n");
    text += &format!("parameter-map type inspect {param}\n tcp idle-time {}\n", idle::OFFER_S);
    if facts.log {
        text += " audit-trail on\n";
    }
    text += &format!(
        "policy-map type inspect {}\n class type inspect {class}\n  inspect {param}",
        facts.word(&POLICY)
    );
    Draft::new(ABOUT.checked)
        .fill_in(C, facts, &POLICY)
        .say_if(facts.named(), C, &facts.dated())
        .code(text)
        .note("Type configure terminal first, end and write memory afterwards.")
        .note("Placement: a new class goes below the others and above class-default, so it beats the drop at the end. If a class above it drops, take that one out and put it back in afterwards.")
        .note("inspect keeps the session: replies need no entry of their own.")
        .note(if facts.several() { phrases::SEVERAL_NO_MAC } else { phrases::NO_MAC })
        .note_if(facts.named(), phrases::ADDRESSES_CHANGE)
}

fn undo(facts: &Facts) -> Draft {
    let [acl, class, param] = names(facts);
    Draft::new(ABOUT.checked)
        .fill_in(C, facts, &POLICY)
        .code(format!(
            "policy-map type inspect {}\n no class type inspect {class}\nno class-map type inspect match-all {class}\nno parameter-map type inspect {param}\nno ip access-list extended {acl}",
            facts.word(&POLICY)
        ))
        .code_if(facts.several(), format!("no object-group network {}", cisco::group(facts)))
        .note("From the policy down to the list: what is in use cannot be deleted.")
}

fn verify(facts: &Facts) -> Draft {
    Draft::new(ABOUT.checked)
        .code("show policy-map type inspect zone-pair sessions")
        .code(facts.each("\n", |g| format!("show ip nat translations | include {}", g.ip)))
        .note(phrases::GOOD)
}

fn see_denied(facts: &Facts) -> Draft {
    Draft::new(ABOUT.checked)
        .code(facts.each("\n", |g| format!("show logging | include {}", g.ip)))
        .say(C, "What drops without log is counted here:")
        .fill_in(C, facts, &POLICY)
        .code(format!("show policy-map type inspect {}", facts.word(&POLICY)))
        .note("Denials are written as FW-6-DROP_PKT, and only where class class-default of the policy says drop log in place of drop.")
}

fn idle_timeout(facts: &Facts) -> Draft {
    let [_, _, param] = names(facts);
    Draft::new(ABOUT.checked)
        .say(C, &idle::verdict(&ABOUT.capabilities))
        .say(C, "The rule sets it for these connections alone:")
        .code(format!("parameter-map type inspect {param}\n tcp idle-time {}", idle::OFFER_S))
        .note(format!(
            "{} s is a day; {} s is the least that should be set.",
            idle::OFFER_S,
            idle::YARDSTICK_S
        ))
        .note("To take it back: the same with no before tcp idle-time.")
}
