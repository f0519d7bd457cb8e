//! H3C SecPath: commands of the system view of Comware. Text runs to the end of its line; there are no quotes.

use super::capabilities::{Capabilities, Form, Inspection, MacMatch, NameMatch, Placeholder, Placement};
use super::contract::{About, Comment, Draft, Platform};
use super::facts::Facts;
use super::names::{Alphabet, OBJECT_MAX};
use super::objects::Objects;
use super::vrp::groups;
use super::{idle, phrases};
use crate::model::rule::Checked;

const C: Comment = Comment::HASH;
const LAN: Placeholder =
    Placeholder { key: "lan", word: "Trust", means: "the zone of the gateway (usual default)" };
const WAN: Placeholder =
    Placeholder { key: "wan", word: "Untrust", means: "the zone towards the internet (usual default)" };
const POOL: Placeholder = Placeholder {
    key: "pool",
    word: "1",
    means: "the DHCP pool of the network of the gateway: look with display dhcp server pool",
};
const MASK: Placeholder = Placeholder {
    key: "mask",
    word: "255.255.255.0",
    means: "the mask of the network of the gateway (usual default)",
};

static ABOUT: About = About {
    id: "h3c",
    name: "H3C SecPath (Comware)",
    versions: "Comware 7 and 9",
    makers: &["h3c", "new h3c"],
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
        comment_max: 79,
        inspection: Inspection::OnBox,
        idle_default_s: Some(3600),
        idle_per_rule: false,
        safe_commit: Some("nothing is kept before save: a restart takes it back"),
        dhcp_server: true,
    },
    releases: &[],
    placeholders: &[LAN, WAN, POOL, MASK],
};

pub static H3C: Platform =
    Platform { about: &ABOUT, rule, undo, verify, find_lease, see_denied, reserve, bypass, idle_timeout };

fn objects(facts: &Facts) -> Objects {
    Objects::of(facts, OBJECT_MAX, Alphabet::Dashes)
}

fn rule(facts: &Facts) -> Draft {
    let (names, comment) = (objects(facts), facts.names.comment());
    let mut text = format!("system-view\nobject-group ip address {}\n", names.source());
    text += &facts.each("", |g| format!(" network host address {}\n", g.ip));
    text += &format!(" quit\nobject-group service {}\n", names.service_group);
    for port in &facts.ports {
        text += &format!(" service tcp destination eq {port}\n");
    }
    text += " quit\n";
    let mut to = String::new();
    if facts.named() {
        text += &format!("object-group ip address {}\n", names.cloud_group);
        for host in &facts.hosts {
            text += &format!(" network host name {host}\n");
        }
        text += " quit\n";
        to = format!("  destination-ip {}\n", names.cloud_group);
    }
    text += &format!(
        "security-policy ip\n rule name {0}\n  description {comment}\n  source-zone {1}\n  destination-zone {2}\n  source-ip {3}\n{to}  service {4}\n{5}  action pass\n  quit\n move rule name {0} top\n quit",
        names.rule,
        facts.word(&LAN),
        facts.word(&WAN),
        names.source(),
        names.service_group,
        if facts.log { "  logging enable\n  counting enable\n" } else { "" },
    );
    Draft::new(ABOUT.checked)
        .fill_in(C, facts, &LAN)
        .fill_in(C, facts, &WAN)
        .code(text)
        .note("Lines that begin with # are for the reader. Afterwards: save. The lines of the service group are from memory: look at them with the question mark before pasting. Some releases write security-policy without ip.")
        .note("Placement: move rule name top puts it above every other one; older releases want move rule with its number before another.")
        .note("The MAC is not in the rule. A second group of the kind mac-address with source-mac can stand beside it on a network of this firewall; reserve the address first (part reserve).")
        .note_if(facts.named(), phrases::NAMES_RESOLVED)
}

fn undo(facts: &Facts) -> Draft {
    let names = objects(facts);
    Draft::new(ABOUT.checked)
        .code(format!(
            "system-view\nsecurity-policy ip\n undo rule name {}\n quit\nundo object-group service {}\nundo object-group ip address {}",
            names.rule,
            names.service_group,
            names.source()
        ))
        .code_if(facts.named(), format!("undo object-group ip address {}", names.cloud_group))
        .note("The rule first: a group that is in use cannot be deleted. Afterwards: save.")
}

fn verify(facts: &Facts) -> Draft {
    Draft::new(ABOUT.checked)
        .code(facts.each("\n", |g| format!("display session table ipv4 source-ip {} verbose", g.ip)))
        .code("display security-policy statistics ip")
        .note(phrases::GOOD)
}

fn find_lease(facts: &Facts) -> Draft {
    Draft::new(Checked::FromMemory)
        .code("display dhcp server ip-in-use")
        .code(facts.each("\n", |g| format!("display arp | include {}", groups(g.mac))))
        .note(format!(
            "Look for {}. The first list is empty when another machine is the DHCP server.",
            facts.each(", ", |g| groups(g.mac))
        ))
}

fn see_denied(facts: &Facts) -> Draft {
    Draft::new(Checked::FromMemory)
        .code(facts.each("\n", |g| format!("display logbuffer | include {}", g.ip)))
        .note("A rule writes only with logging enable. What no rule takes is dropped without a line: a last rule with action drop and logging enable does the same and shows itself.")
}

fn reserve(facts: &Facts) -> Draft {
    Draft::new(Checked::FromMemory)
        .fill_in(C, facts, &POOL)
        .fill_in(C, facts, &MASK)
        .code(format!("system-view\ndhcp server ip-pool {}", facts.word(&POOL)))
        .code(facts.each("\n", |g| {
            format!(
                " static-bind ip-address {} mask {} hardware-address {}",
                g.ip,
                facts.word(&MASK),
                groups(g.mac)
            )
        }))
        .code(" quit")
        .note("To take it back: undo static-bind ip-address and the address, in the same pool. Afterwards: save.")
        .note(phrases::REPLUG)
}

fn bypass(_: &Facts) -> Draft {
    Draft::new(Checked::FromMemory)
        .say(C, "The rule has no profile (app-profile), so nothing of it is inspected. Look whether a decryption policy is in force:")
        .code("display current-configuration configuration app-proxy-policy")
        .note("If one is there, put a rule with the same source and the action no-decrypt above the others.")
        .note(phrases::UNTRUSTED)
}

fn idle_timeout(_: &Facts) -> Draft {
    Draft::new(Checked::FromMemory)
        .say(C, &idle::verdict(&ABOUT.capabilities))
        .say(C, "It is set for the whole firewall:")
        .code("display session aging-time state")
        .say(C, &format!("Only if TCP-EST is under {} and IT agrees: session aging-time state tcp-est {}", idle::YARDSTICK_S, idle::OFFER_S))
        .note("The last line is a comment on purpose: it changes every session of the firewall. session persistent acl keeps it to the gateway: with an access list of its address and hours as aging-time.")
}
