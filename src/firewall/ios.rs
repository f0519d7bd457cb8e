//! Cisco IOS and IOS-XE: an entry in the extended access list that is on the gateway's network already. It keeps no
//! sessions. No quoting: a text goes to the end of its line.

use super::capabilities::{Capabilities, Form, Inspection, MacMatch, NameMatch, Placeholder, Placement};
use super::contract::{About, Comment, Draft, Platform};
use super::facts::Facts;
use super::{cisco, idle, phrases};
use crate::model::rule::Checked;

const C: Comment = Comment::BANG;
const ACL: Placeholder = Placeholder {
    key: "acl",
    word: "VLAN10-IN",
    means: "the access list that is on the network of the gateway already: look with show ip interface, the line Inbound access list",
};
/// Lines of a list usually begin here, in steps of ten.
const FIRST_USUAL: usize = 10;

static ABOUT: About = About {
    id: "ios",
    name: "Cisco IOS and IOS-XE (extended access list)",
    versions: "12.4 and later",
    makers: &["cisco systems"],
    comment: C,
    checked: Checked::FromDocumentation,
    capabilities: Capabilities {
        form: Form::Cli,
        filters_forwarded: true,
        stateful: false,
        mac_in_rule: MacMatch::No,
        names_as_destination: NameMatch::No,
        placement: Placement::Top,
        name_max: 63,
        comment_max: 100,
        inspection: Inspection::No,
        idle_default_s: None,
        idle_per_rule: false,
        safe_commit: Some(
            "reload in 10 before pasting, reload cancel when it works: a mistake goes with the restart",
        ),
        dhcp_server: true,
    },
    releases: &[],
    placeholders: &[ACL, cisco::MASK],
};

pub static IOS: Platform = Platform {
    about: &ABOUT,
    rule,
    undo,
    verify,
    find_lease: cisco::find_lease,
    see_denied,
    reserve: cisco::reserve,
    bypass: |facts| cisco::bypass(facts, "An access list inspects nothing."),
    idle_timeout,
};

/// The entries with the remark, each with its number: just before the first usual one.
fn numbered(facts: &Facts) -> Vec<(usize, String)> {
    let all: Vec<String> = std::iter::once(format!("remark {}", facts.names.comment()))
        .chain(cisco::permits(facts, facts.log))
        .collect();
    let first = FIRST_USUAL.saturating_sub(all.len()).max(1);
    all.into_iter().enumerate().map(|(i, line)| (first + i, line)).collect()
}

fn rule(facts: &Facts) -> Draft {
    let mut text = format!("{}ip access-list extended {}", cisco::group_lines(facts), facts.word(&ACL));
    for (number, line) in numbered(facts) {
        text += &format!("\n {number} {line}");
    }
    Draft::new(ABOUT.checked)
        .fill_in(C, facts, &ACL)
        .say_if(facts.named(), C, &facts.dated())
        .code(text)
        .note("Type configure terminal first, end and write memory afterwards.")
        .note(format!("Placement: the numbers stand before {FIRST_USUAL}, the first one of most lists, so above every deny. If they are taken: ip access-list resequence {} 100 10.", facts.word(&ACL)))
        .note("An access list keeps no sessions. If there is one for the way back, on the interface to the internet, it needs: permit tcp any eq 443 host and the address of the gateway, then established; the same for the other port.")
        .note_if(facts.log, "On switches log costs processor time: leave it out on access models.")
        .note_if(facts.several(), "Routers know groups from 12.4(20)T on; a switch without them takes one line for each gateway.")
        .note(if facts.several() { phrases::SEVERAL_NO_MAC } else { phrases::NO_MAC })
        .note_if(facts.named(), phrases::ADDRESSES_CHANGE)
}

fn undo(facts: &Facts) -> Draft {
    let mut text = format!("ip access-list extended {}", facts.word(&ACL));
    for (_, line) in numbered(facts) {
        text += &format!("\n no {line}");
    }
    if facts.several() {
        text += &format!("\nno object-group network {}", cisco::group(facts));
    }
    Draft::new(ABOUT.checked)
        .fill_in(C, facts, &ACL)
        .say_if(facts.named(), C, &facts.dated())
        .code(text)
        .note("Each line is taken back by its own text, whatever its number is now.")
}

fn verify(facts: &Facts) -> Draft {
    Draft::new(ABOUT.checked)
        .fill_in(C, facts, &ACL)
        .code(format!("show access-lists {}", facts.word(&ACL)))
        .code(facts.each("\n", |g| format!("show ip nat translations | include {}", g.ip)))
        .note("Good: the matches of the lines grow when the gateway is replugged. The second line shows its session where this router translates addresses.")
}

fn see_denied(facts: &Facts) -> Draft {
    Draft::new(ABOUT.checked)
        .code(facts.each("\n", |g| format!("show logging | include {}", g.ip)))
        .note("Only a deny with log writes (IPACCESSLOGP, denied tcp). The implicit deny at the end never does: an explicit deny ip any any log in its place does the same and shows itself.")
}

fn idle_timeout(_: &Facts) -> Draft {
    Draft::new(ABOUT.checked)
        .say(C, "An access list keeps no sessions and forgets none. Only address translation does:")
        .code("show ip nat translations verbose")
        .say(C, &format!("As delivered it keeps TCP for 86400 s. Only if the site has shortened it under {} s, for the whole router:", idle::YARDSTICK_S))
        .say(C, "ip nat translation tcp-timeout 86400")
        .note("The last line is a comment on purpose: it changes every session of the router.")
}
