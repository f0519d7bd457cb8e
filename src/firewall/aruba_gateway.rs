//! HPE Aruba gateways and mobility controllers: a session access list in the role of the gateway. Stateful.

use super::capabilities::{Capabilities, Form, Inspection, MacMatch, NameMatch, Placeholder, Placement};
use super::contract::{About, Comment, Draft, Platform};
use super::facts::Facts;
use super::names::Alphabet;
use super::objects::Objects;
use super::{idle, phrases};
use crate::model::rule::Checked;

const C: Comment = Comment::BANG;
const NAME_MAX: usize = 63;
const ROLE: Placeholder = Placeholder {
    key: "role",
    word: "SITE-DEVICES",
    means: "the role of the gateway: look with show user-table",
};
static ABOUT: About = About {
    id: "aruba-gateway",
    name: "HPE Aruba gateways and controllers (AOS 8 and 10)",
    versions: "AOS 8 and 10",
    makers: &[],
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
        comment_max: 79,
        inspection: Inspection::OnBox,
        idle_default_s: None,
        idle_per_rule: false,
        safe_commit: Some("nothing is kept before write memory: a restart takes it back"),
        dhcp_server: true,
    },
    releases: &[],
    placeholders: &[ROLE],
};

pub static ARUBA_GATEWAY: Platform =
    Platform { about: &ABOUT, rule, undo, verify, find_lease, see_denied, reserve, bypass, idle_timeout };

fn objects(facts: &Facts) -> Objects {
    Objects::of(facts, NAME_MAX, Alphabet::Dashes)
}

fn rule(facts: &Facts) -> Draft {
    let names = objects(facts);
    let mut text = format!("netdestination {}\n", names.source());
    text += &facts.each("", |g| format!(" host {}\n", g.ip));
    text += "!\n";
    let to = if facts.named() {
        text += &format!("netdestination {}\n", names.cloud_group);
        for host in &facts.hosts {
            text += &format!(" name {host}\n");
        }
        text += "!\n";
        format!("alias {}", names.cloud_group)
    } else {
        "any".to_owned()
    };
    text += &format!("ip access-list session {}\n", names.rule);
    let log = if facts.log { " log" } else { "" };
    for port in &facts.ports {
        text += &format!(" alias {} {to} tcp {port} permit{log}\n", names.source());
    }
    text += &format!(
        "!\nuser-role {}\n access-list session {} position 1\n!\nwrite memory",
        facts.word(&ROLE),
        names.rule
    );
    Draft::new(ABOUT.checked)
        .fill_in(C, facts, &ROLE)
        .aside(C, &format!("For {}", facts.names.comment()))
        .code(text)
        .note("Type configure terminal first. Under Aruba Central the same is made in its pages: Security, Roles and Policies.")
        .note("Placement: position 1 puts the list before the others of the role, so above every deny in them.")
        .note(phrases::NO_MAC)
        .note_if(facts.named(), phrases::NAMES_RESOLVED)
}

fn undo(facts: &Facts) -> Draft {
    let names = objects(facts);
    let mut text = format!(
        "user-role {0}\n no access-list session {1}\n!\nno ip access-list session {1}\nno netdestination {2}",
        facts.word(&ROLE),
        names.rule,
        names.source()
    );
    if facts.named() {
        text += &format!("\nno netdestination {}", names.cloud_group);
    }
    text += "\nwrite memory";
    Draft::new(ABOUT.checked).fill_in(C, facts, &ROLE).code(text)
}

fn verify(facts: &Facts) -> Draft {
    Draft::new(ABOUT.checked)
        .code(facts.each("\n", |g| format!("show datapath session table {}", g.ip)))
        .code(format!("show acl hits | include {}", objects(facts).rule))
        .note("Good: one session from the gateway to one of the ports, without the flag D (denied).")
}

fn find_lease(facts: &Facts) -> Draft {
    Draft::new(Checked::FromMemory)
        .code(facts.each("\n", |g| format!("show user-table mac {0}\nshow arp | include {0}", g.mac)))
        .code("show ip dhcp binding")
        .note("The first line shows the role too: it is the placeholder of the rule.")
}

fn see_denied(facts: &Facts) -> Draft {
    Draft::new(Checked::FromMemory)
        .code(facts.each("\n", |g| {
            format!("show datapath session table {0}\nshow log security all | include {0}", g.ip)
        }))
        .note("In the table the flag D marks a session that is denied. The log has only entries with log.")
}

fn reserve(facts: &Facts) -> Draft {
    phrases::reserve_elsewhere(
        C,
        facts,
        "The DHCP server of this platform reserves no address on most releases.",
    )
}

fn bypass(facts: &Facts) -> Draft {
    Draft::new(Checked::FromMemory)
        .say(C, "Web content classification and deep packet inspection are set for the whole gateway. Nothing to change if these say disabled:")
        .code("show firewall | include DPI\nshow web-cc status")
        .note(format!("If one is in use, look that no list in the role denies an application or category for {}.", facts.ips(" and ")))
        .note(phrases::UNTRUSTED)
}

fn idle_timeout(_: &Facts) -> Draft {
    Draft::new(Checked::FromMemory)
        .say(C, &idle::verdict(&ABOUT.capabilities))
        .code("show firewall | include timeout")
        .note(format!("It is set for the whole gateway: firewall session-idle-timeout with seconds, at least {} (RFC 5382), and only if IT agrees.", idle::YARDSTICK_S))
}
