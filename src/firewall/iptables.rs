//! iptables, on either back end: shell commands. Texts stand in single quotes, which the sanitiser's alphabet has not.

use super::capabilities::{Capabilities, Form, Inspection, MacMatch, NameMatch, Placement};
use super::contract::{About, Comment, Draft, Platform};
use super::facts::Facts;
use super::{idle, linux, phrases};
use crate::model::rule::{Checked, RuleGateway};

const C: Comment = Comment::HASH;

static ABOUT: About = About {
    id: "iptables",
    name: "iptables (Linux router)",
    versions: "1.4 and later, legacy or nft back end",
    makers: &[],
    comment: C,
    checked: Checked::ByParser,
    capabilities: Capabilities {
        form: Form::Shell,
        filters_forwarded: true,
        stateful: true,
        mac_in_rule: MacMatch::Anded,
        names_as_destination: NameMatch::AtLoad,
        placement: Placement::Top,
        // a chain of our own
        name_max: 28,
        comment_max: 255,
        inspection: Inspection::AddOn,
        idle_default_s: Some(432_000),
        idle_per_rule: false,
        safe_commit: Some(
            "iptables-apply asks whether you can still get in, and goes back when nobody answers",
        ),
        dhcp_server: true,
    },
    releases: &[],
    placeholders: &[],
};

pub static IPTABLES: Platform = Platform {
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

fn comment(facts: &Facts) -> String {
    format!("-m comment --comment '{}'", facts.names.comment())
}

/// One gateway as a source: its address and its MAC.
fn source(g: RuleGateway) -> String {
    format!("-s {}/32 -m mac --mac-source {}", g.ip, g.mac)
}

/// Destination, ports, and that it is a new connection.
fn rest(facts: &Facts) -> String {
    let to = if facts.named() { format!("-d {} ", facts.addresses(",")) } else { String::new() };
    format!(
        "{to}-p tcp -m multiport --dports {} -m conntrack --ctstate NEW {}",
        facts.ports(","),
        comment(facts)
    )
}

const LOG: &str = "-j LOG --log-prefix 'SG-ALLOW ' --log-level info";

/// A chain of our own is the group of several gateways.
fn chain(facts: &Facts) -> String {
    format!("SG-{}", facts.names.tag())
}

/// The rules of the FORWARD chain, without the word that adds or takes them; the first one is added first.
fn forward(facts: &Facts) -> Vec<String> {
    if facts.several() {
        return vec![format!("{} -j {}", rest(facts), chain(facts))];
    }
    let conditions = format!("{} {}", source(facts.first()), rest(facts));
    let mut rules = vec![format!("{conditions} -j ACCEPT")];
    if facts.log {
        rules.push(format!("{conditions} {LOG}"));
    }
    rules
}

fn rule(facts: &Facts) -> Draft {
    let mut lines: Vec<String> = Vec::new();
    if facts.several() {
        lines.push(format!("iptables -N {}", chain(facts)));
        for g in &facts.gateways {
            let own = format!("iptables -A {} {}", chain(facts), source(*g));
            if facts.log {
                lines.push(format!("{own} {LOG}"));
            }
            lines.push(format!("{own} -j ACCEPT"));
        }
    }
    lines.extend(forward(facts).iter().map(|r| format!("iptables -I FORWARD 1 {r}")));
    Draft::new(ABOUT.checked)
        .say_if(facts.named(), C, &facts.dated())
        .code(lines.join("\n"))
        .note("Placement: -I FORWARD 1 puts it first, above every deny. Replies need the usual rule for ESTABLISHED,RELATED in the same chain.")
        .note("It is gone after a restart: when it works, netfilter-persistent save, or iptables-save into the file that the site loads.")
        .note("No interface is named, so it works as it stands; without -o and the interface to the internet it also allows these ports towards other internal networks.")
        .note(phrases::MAC_OWN_SEGMENT)
        .note_if(facts.named(), phrases::ADDRESSES_CHANGE)
}

fn undo(facts: &Facts) -> Draft {
    let mut lines: Vec<String> = forward(facts).iter().map(|r| format!("iptables -D FORWARD {r}")).collect();
    if facts.several() {
        lines.push(format!("iptables -F {0}\niptables -X {0}", chain(facts)));
    }
    Draft::new(ABOUT.checked)
        .say_if(facts.named(), C, &facts.dated())
        .code(lines.join("\n"))
        .note("Each line takes back exactly the one that was added, by all its words; another rule is not touched.")
        .note("Save again where it was saved.")
}

fn verify(facts: &Facts) -> Draft {
    Draft::new(Checked::FromDocumentation)
        .code(format!("iptables -L FORWARD -v -n | grep -F '{}'", facts.names.comment()))
        .code_if(facts.several(), format!("iptables -L {} -v -n", chain(facts)))
        .code(linux::sessions(facts))
        .note("Good: the counter of the rule grows when the gateway is replugged, and one connection to one of the ports stays ESTABLISHED. conntrack is in the package of that name.")
}

fn see_denied(facts: &Facts) -> Draft {
    let line = |g: RuleGateway| {
        format!(
            "-s {} -m conntrack --ctstate NEW -m limit --limit 10/min -m comment --comment '{} denied' -j LOG --log-prefix 'SG-DENIED '",
            g.ip,
            facts.names.of(g.mac).comment()
        )
    };
    Draft::new(ABOUT.checked)
        .say(C, "A line that only logs, at the end of the chain, where what nobody accepted arrives:")
        .code(facts.each("\n", |g| format!("iptables -A FORWARD {}", line(g))))
        .say(C, "Replug the gateway, wait a minute, then look:")
        .code(linux::kernel_log(facts, "SG-DENIED "))
        .say(C, "When seen enough, take the line away:")
        .code(facts.each("\n", |g| format!("iptables -D FORWARD {}", line(g))))
        .note("This shows what the policy of the chain denies. If the chain ends in a DROP or REJECT rule, the line must stand above that: iptables -I FORWARD with the number of that rule.")
}
