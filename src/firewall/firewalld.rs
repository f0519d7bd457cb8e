//! firewalld: shell commands. A policy of our own between two zones; several gateways are an ipset.

use super::capabilities::{Capabilities, Form, Inspection, MacMatch, NameMatch, Placeholder, Placement};
use super::contract::{About, Comment, Draft, Platform};
use super::facts::Facts;
use super::{idle, linux, phrases};
use crate::model::rule::Checked;

const C: Comment = Comment::HASH;
/// firewalld refuses longer names of policies.
const NAME_MAX: usize = 18;
const LAN: Placeholder = Placeholder {
    key: "lan",
    word: "internal",
    means: "the zone of the network of the gateway: look with firewall-cmd --get-active-zones",
};
const WAN: Placeholder = Placeholder {
    key: "wan",
    word: "external",
    means: "the zone of the interface towards the internet (usual default)",
};

static ABOUT: About = About {
    id: "firewalld",
    name: "firewalld (Linux router)",
    versions: "0.9 and later",
    makers: &[],
    comment: C,
    checked: Checked::ByParser,
    capabilities: Capabilities {
        form: Form::Shell,
        filters_forwarded: true,
        stateful: true,
        mac_in_rule: MacMatch::No,
        names_as_destination: NameMatch::No,
        placement: Placement::Top,
        name_max: NAME_MAX,
        comment_max: 255,
        inspection: Inspection::AddOn,
        idle_default_s: Some(432_000),
        idle_per_rule: false,
        safe_commit: None,
        dhcp_server: true,
    },
    releases: &[],
    placeholders: &[LAN, WAN],
};

pub static FIREWALLD: Platform = Platform {
    about: &ABOUT,
    rule,
    undo,
    verify,
    find_lease: |facts| linux::find_lease(C, facts),
    see_denied,
    reserve: |facts| linux::reserve(C, facts),
    bypass: |facts| linux::no_proxy(C, facts),
    idle_timeout: |_| {
        linux::kernel_timeout(C, Checked::FromDocumentation, &idle::verdict(&ABOUT.capabilities))
    },
};

/// The policy, and the ipset where there are several gateways, have one name. Case does not count to everybody, so it
/// is lower.
fn name(facts: &Facts) -> String {
    format!("sg-{}", facts.names.tag().to_ascii_lowercase())
}

const CMD: &str = "firewall-cmd --permanent";

fn rule(facts: &Facts) -> Draft {
    let name = name(facts);
    let mut lines: Vec<String> = Vec::new();
    let from = if facts.several() {
        lines.push(format!("{CMD} --new-ipset={name} --type=hash:ip"));
        lines.extend(facts.gateways.iter().map(|g| format!("{CMD} --ipset={name} --add-entry={}", g.ip)));
        format!("source ipset=\"{name}\"")
    } else {
        format!("source address=\"{}\"", facts.first().ip)
    };
    lines.push(format!("{CMD} --new-policy={name}"));
    lines.push(format!("{CMD} --policy={name} --add-ingress-zone={}", facts.word(&LAN)));
    lines.push(format!("{CMD} --policy={name} --add-egress-zone={}", facts.word(&WAN)));
    lines.push(format!("{CMD} --policy={name} --set-priority=-10"));
    lines.push(format!("{CMD} --policy={name} --set-description='{}'", facts.names.comment()));
    let to: Vec<String> = if facts.named() {
        facts.addresses.iter().map(|a| format!(" destination address=\"{a}\"")).collect()
    } else {
        vec![String::new()]
    };
    let log = if facts.log { " log prefix=\"SG-ALLOW \" level=\"info\"" } else { "" };
    for to in &to {
        for port in &facts.ports {
            lines.push(format!(
                "{CMD} --policy={name} --add-rich-rule='rule family=\"ipv4\" {from}{to} port port=\"{port}\" protocol=\"tcp\"{log} accept'"
            ));
        }
    }
    lines.push("firewall-cmd --reload".to_owned());
    Draft::new(ABOUT.checked)
        .fill_in(C, facts, &LAN)
        .fill_in(C, facts, &WAN)
        .say_if(facts.named(), C, &facts.dated())
        .code(lines.join("\n"))
        .note("Placement: a policy with a negative priority is asked before the zones themselves, so above every deny of theirs.")
        .note("It is kept over a restart. firewall-cmd --check-config says whether firewalld can read it.")
        .note(phrases::NO_MAC)
        .note_if(facts.named(), phrases::ADDRESSES_CHANGE)
}

fn undo(facts: &Facts) -> Draft {
    let name = name(facts);
    Draft::new(ABOUT.checked)
        .say(C, "The policy with the description:")
        .aside(C, &facts.names.comment())
        .code(format!("{CMD} --delete-policy={name}"))
        .code_if(facts.several(), format!("{CMD} --delete-ipset={name}"))
        .code("firewall-cmd --reload")
        .note("Removes this one policy; others stay.")
}

fn verify(facts: &Facts) -> Draft {
    Draft::new(Checked::FromDocumentation)
        .code(format!("firewall-cmd --info-policy={}", name(facts)))
        .code(linux::sessions(facts))
        .note("Good: the policy is active, and one connection to one of the ports stays ESTABLISHED. conntrack is in the package of that name.")
}

fn see_denied(facts: &Facts) -> Draft {
    Draft::new(Checked::FromDocumentation)
        .code("firewall-cmd --get-log-denied\nfirewall-cmd --set-log-denied=all")
        .say(C, "Replug the gateway, wait a minute, then look for REJECT or DROP:")
        .code(linux::kernel_log(facts, "SRC="))
        .note("The first line shows what the setting was: it is one of the whole router. Put it back when seen enough.")
}
