//! macOS with Internet Sharing: an anchor file for pf. A Mac that does not share its connection filters nothing of the
//! gateway.

use super::capabilities::{Capabilities, Form, Inspection, MacMatch, NameMatch, Placeholder, Placement};
use super::contract::{About, Comment, Draft, Platform};
use super::facts::Facts;
use super::names::Alphabet;
use super::{idle, phrases};
use crate::model::Mac;
use crate::model::rule::Checked;

const C: Comment = Comment::HASH;
const LAN: Placeholder = Placeholder {
    key: "lan",
    word: "bridge100",
    means: "the interface of Internet Sharing (usual default): look with ifconfig",
};

static ABOUT: About = About {
    id: "macos-pf",
    name: "macOS pf (Internet Sharing)",
    versions: "10.7 and later",
    // an Apple network card is nearly always a computer or telephone that filters nothing of others
    makers: &[],
    comment: C,
    checked: Checked::FromDocumentation,
    capabilities: Capabilities {
        form: Form::RulesetFile,
        filters_forwarded: true,
        stateful: true,
        mac_in_rule: MacMatch::No,
        names_as_destination: NameMatch::AtLoad,
        placement: Placement::Top,
        name_max: 63,
        comment_max: 79,
        inspection: Inspection::No,
        idle_default_s: Some(86_400),
        idle_per_rule: true,
        safe_commit: Some("pfctl -nf reads the file without loading it"),
        dhcp_server: true,
    },
    releases: &[],
    placeholders: &[LAN],
};

pub static MACOS_PF: Platform =
    Platform { about: &ABOUT, rule, undo, verify, find_lease, see_denied, reserve, bypass, idle_timeout };

fn name(facts: &Facts) -> String {
    facts.names.object("sg-", 40, Alphabet::Lower)
}

/// The anchor: the system's own file evaluates all below com.apple.
fn anchor(facts: &Facts) -> String {
    format!("com.apple/{}", name(facts))
}

fn file(facts: &Facts) -> String {
    format!("/etc/pf.anchors/{}", name(facts))
}

/// `one` or `{ one, two }`.
fn list(all: &str) -> String {
    if all.contains(',') { format!("{{ {all} }}") } else { all.to_owned() }
}

fn line(facts: &Facts, options: &str) -> String {
    let to = if facts.named() { list(&facts.addresses(", ")) } else { "any".to_owned() };
    format!(
        "pass in {}quick on {} inet proto tcp from {} to {to} port {} flags S/SA keep state {options}label \"{}\"",
        if facts.log { "log " } else { "" },
        facts.word(&LAN),
        list(&facts.ips(", ")),
        list(&facts.ports(", ")),
        facts.names.object("SG-", 63, Alphabet::Dashes)
    )
}

fn rule(facts: &Facts) -> Draft {
    Draft::new(ABOUT.checked)
        .fill_in(C, facts, &LAN)
        .say_if(facts.named(), C, &facts.dated())
        .aside(C, &facts.names.comment())
        .code(line(facts, ""))
        .say(C, "Save it as the file below; the first command checks it, the second loads it. Gone after a restart.")
        .aside(C, &format!("sudo pfctl -nf {}", file(facts)))
        .aside(C, &format!("sudo pfctl -a {} -f {}", anchor(facts), file(facts)))
        .note("Placement: quick ends the evaluation, and the anchor of the system comes before a rule of the site that blocks, if /etc/pf.conf has its anchor com.apple first, as delivered.")
        .note("As delivered nothing is blocked: then this rule is harmless and not needed.")
        .note(phrases::NO_MAC)
        .note_if(facts.named(), phrases::ADDRESSES_CHANGE)
}

fn undo(facts: &Facts) -> Draft {
    Draft::new(Checked::FromMemory)
        .code(format!("sudo pfctl -a {} -F rules", anchor(facts)))
        .code(format!("sudo rm {}", file(facts)))
        .note("Only the rules of this anchor are taken out; all others stay.")
}

fn verify(facts: &Facts) -> Draft {
    Draft::new(Checked::FromMemory)
        .code(format!("sudo pfctl -a {} -sr -v", anchor(facts)))
        .code(facts.each("\n", |g| format!("sudo pfctl -ss | grep -F {}", g.ip)))
        .note("Good: one state to one of the ports in ESTABLISHED:ESTABLISHED that stays when you look again a minute later.")
}

/// As the server of Internet Sharing writes it: no leading zeros.
fn short(mac: Mac) -> String {
    mac.0.map(|b| format!("{b:x}")).join(":")
}

fn find_lease(facts: &Facts) -> Draft {
    Draft::new(Checked::FromMemory)
        .code(facts.each("\n", |g| {
            format!("grep -B 3 'hw_address=1,{0}$' /var/db/dhcpd_leases\narp -an | grep -F {0}", short(g.mac))
        }))
        .note("Both leave out leading zeros of the MAC.")
}

fn see_denied(facts: &Facts) -> Draft {
    Draft::new(Checked::FromMemory)
        .code("sudo ifconfig pflog0 create")
        .code(facts.each("\n", |g| format!("sudo tcpdump -n -e -ttt -i pflog0 host {}", g.ip)))
        .note("Only a block rule with log is seen there. Ctrl-C ends it; sudo ifconfig pflog0 destroy afterwards.")
}

fn reserve(facts: &Facts) -> Draft {
    Draft::new(Checked::FromMemory)
        .say(C, "In /etc/bootptab, below its line with two percent signs:")
        .code(facts.each("\n", |g| {
            format!("{} 1 {} {}", facts.names.of(g.mac).object("sg-", 63, Alphabet::Lower), g.mac, g.ip)
        }))
        .note("A new file begins with a line of two percent signs. Switch Internet Sharing off and on again.")
        .note(phrases::REPLUG)
}

fn bypass(_: &Facts) -> Draft {
    Draft::new(Checked::FromDocumentation)
        .say(C, "pf opens no TLS and inspects nothing. Nothing to change, unless this Mac runs a filter as network extension:")
        .code("systemextensionsctl list")
        .note(phrases::UNTRUSTED)
}

fn idle_timeout(facts: &Facts) -> Draft {
    Draft::new(Checked::FromDocumentation)
        .say(C, &idle::verdict(&ABOUT.capabilities))
        .code("sudo pfctl -st")
        .say(
            C,
            &format!(
                "Only if tcp.established is under {}, in place of the line of the rule:",
                idle::YARDSTICK_S
            ),
        )
        .fill_in(C, facts, &LAN)
        .say_if(facts.named(), C, &facts.dated())
        .code(line(facts, &format!("(tcp.established {}) ", idle::OFFER_S)))
        .note("It holds for this rule alone. Load the file again as in part rule.")
}
