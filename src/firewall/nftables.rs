//! nftables on a Linux router. The rule is a file for `nft -f`; other parts are shell commands.
//!
//! A table of our own could not help: its accept ends only its own chains and a drop elsewhere still drops. So the rule
//! is inserted into the chain that denies. `undo` asks for the handle of exactly our comment. Inside nft's quotes
//! there is no escape; the sanitiser's alphabet has no quote.

use super::capabilities::{Capabilities, Form, Inspection, MacMatch, NameMatch, Placeholder, Placement};
use super::contract::{About, Comment, Draft, Platform};
use super::facts::Facts;
use super::names::Alphabet;
use super::{idle, linux};
use crate::model::rule::Checked;

const C: Comment = Comment::HASH;
const CHAIN: Placeholder = Placeholder {
    key: "chain",
    word: "inet filter forward",
    means: "the chain that denies forwarded traffic (usual default): look with nft list ruleset",
};

static ABOUT: About = About {
    id: "nftables",
    name: "nftables (Linux router)",
    versions: "0.9 and later",
    // no maker of network cards tells a Linux router
    makers: &[],
    comment: C,
    checked: Checked::ByParser,
    capabilities: Capabilities {
        form: Form::RulesetFile,
        filters_forwarded: true,
        stateful: true,
        mac_in_rule: MacMatch::Anded,
        names_as_destination: NameMatch::AtLoad,
        placement: Placement::Top,
        name_max: 63,
        comment_max: 128,
        inspection: Inspection::AddOn,
        idle_default_s: Some(432_000),
        idle_per_rule: true,
        safe_commit: None,
        dhcp_server: true,
    },
    releases: &[],
    placeholders: &[CHAIN],
};

pub static NFTABLES: Platform = Platform {
    about: &ABOUT,
    rule,
    undo,
    verify,
    find_lease: |facts| linux::find_lease(C, facts),
    see_denied,
    reserve: |facts| linux::reserve(C, facts),
    bypass,
    idle_timeout,
};

/// Source, destination and ports, as nft writes them. Several gateways are one set of pairs, so that the MAC of one does
/// not open the way for the address of another.
fn conditions(facts: &Facts) -> String {
    let to = if facts.named() { format!("ip daddr {{ {} }} ", facts.addresses(", ")) } else { String::new() };
    let from = if facts.several() {
        format!("ether saddr . ip saddr {{ {} }}", facts.each(", ", |g| format!("{} . {}", g.mac, g.ip)))
    } else {
        let g = facts.first();
        format!("ether saddr {} ip saddr {}", g.mac, g.ip)
    };
    format!("{from} {to}tcp dport {{ {} }} ct state new", facts.ports(", "))
}

/// The addresses alone, one or a set.
fn sources(facts: &Facts) -> String {
    if facts.several() { format!("{{ {} }}", facts.ips(", ")) } else { facts.ips("") }
}

/// Said instead of a timeout when there is nothing that could stand in it.
fn no_addresses() -> Draft {
    Draft::new(Checked::ByParser).say(
        C,
        "nftables has no host names in rules and the device profile documents no address: use the scope any-host instead.",
    )
}

/// A shell line that deletes, in our chain, exactly the rules with this comment. It compares text, not a pattern: a dot
/// in the name of a site must not match anything else.
fn delete_by(facts: &Facts, comment: &str) -> String {
    format!(
        "nft -a list chain {chain} | awk -v c='comment \"{comment}\" # handle' 'index($0, c) {{ print \"delete rule {chain} handle \" $NF }}' | nft -f -",
        chain = facts.word(&CHAIN)
    )
}

fn rule(facts: &Facts) -> Draft {
    let log = if facts.log { "log prefix \"SG-ALLOW \" " } else { "" };
    Draft::new(Checked::ByParser)
        .fill_in(C, facts, &CHAIN)
        .say_if(facts.named(), C, &facts.dated())
        .code(format!(
            "insert rule {} {} counter {log}accept comment \"{}\"",
            facts.word(&CHAIN),
            conditions(facts),
            facts.names.comment()
        ))
        .note("Save as solid-green.nft, then: nft -c -f solid-green.nft (checks), nft -f solid-green.nft (loads). It is gone after a restart: when it works, put the line, with add in place of insert, above the deny in the site's own ruleset file.")
        .note("Placement: insert puts it first in the chain, above every deny. Replies need the usual ct state established,related accept in the same chain.")
        .note("No interface is named, so it works as it stands. To limit it to the way out, put oifname \"wan0\" (your interface to the internet) before ether; without that it also allows these ports towards other internal networks.")
        .note("The MAC counts only when the gateway is on a network of this router itself. Behind a layer-3 switch leave out ether saddr and the address after it.")
        .note_if(facts.named(), "nftables resolves host names only once, at load, and fails to load when that fails: so addresses are printed. If they change the gateway loses its connection; any-host does not have this fault.")
}

fn undo(facts: &Facts) -> Draft {
    Draft::new(Checked::ByParser)
        .fill_in(C, facts, &CHAIN)
        .code(delete_by(facts, &facts.names.comment()))
        .note("A shell line: it looks for the handle of the rule with exactly this comment and deletes that rule only. By hand: nft -a list chain, then nft delete rule with its handle.")
}

fn verify(facts: &Facts) -> Draft {
    Draft::new(Checked::FromDocumentation)
        .fill_in(C, facts, &CHAIN)
        .code(format!("nft list chain {} | grep -F '{}'", facts.word(&CHAIN), facts.names.comment()))
        .code(facts.each("\n", |g| format!("conntrack -L -p tcp -s {}", g.ip)))
        .note("Good: the counter of the rule grows when the gateway is replugged, and one connection to one of the ports stays ESTABLISHED. conntrack is in the package of that name.")
}

fn see_denied(facts: &Facts) -> Draft {
    let comment = format!("{} denied", facts.names.comment());
    Draft::new(Checked::FromDocumentation)
        .fill_in(C, facts, &CHAIN)
        .say(C, "A line that only logs, at the end of the chain, where what nobody accepted arrives:")
        .code(format!(
            "nft add rule {} ip saddr {} limit rate 10/minute log prefix '\"SG-DENIED \"' comment '\"{comment}\"'",
            facts.word(&CHAIN),
            sources(facts)
        ))
        .say(C, "Replug the gateway, wait a minute, then look:")
        .code(format!("journalctl -k --since -10min | grep SG-DENIED | grep -F {}", facts.each(" ", |g| format!("-e 'SRC={} '", g.ip))))
        .say(C, "When seen enough, take the line away:")
        .code(delete_by(facts, &comment))
        .note("This shows what the policy of the chain denies. If the chain ends in a drop or reject rule, the line must stand above that: nft insert rule with position and the handle of that rule.")
}

fn bypass(facts: &Facts) -> Draft {
    let ports = facts.ports(", ");
    Draft::new(Checked::FromDocumentation)
        .say(C, "nftables opens no TLS; instead see that nothing takes the gateway's packets to a proxy. Nothing to change if this shows none:")
        .code("nft list ruleset | grep -E 'redirect|tproxy|dnat|queue'")
        .note(format!(
            "If a line there takes TCP {ports} of this network, put before it, in the same chain: ip saddr {} tcp dport {{ {ports} }} accept.",
            sources(facts)
        ))
        .note("The gateway cannot trust a certificate authority of the site: a proxy that opens TLS breaks it.")
}

fn idle_timeout(facts: &Facts) -> Draft {
    let name = facts.names.object("SG-IDLE-", 31, Alphabet::Dashes);
    if facts.named() && facts.addresses.is_empty() {
        return no_addresses();
    }
    let comment = format!("{} idle", facts.names.comment());
    let table = "inet filter";
    Draft::new(Checked::ByParser)
        .say(C, &idle::verdict(&ABOUT.capabilities))
        .code("sysctl net.netfilter.nf_conntrack_tcp_timeout_established")
        .say(C, &format!("Only if that shows less than {}, for this gateway alone:", idle::YARDSTICK_S))
        .fill_in(C, facts, &CHAIN)
        .say_if(facts.named(), C, &facts.dated())
        .code(format!(
            "nft -f - <<'END'\nadd ct timeout {table} {name} {{ protocol tcp; policy = {{ established : {} }}; }}\ninsert rule {} {} ct timeout set \"{name}\" comment \"{comment}\"\nEND",
            idle::OFFER_S,
            facts.word(&CHAIN),
            conditions(facts)
        ))
        .say(C, "To take it back:")
        .code(delete_by(facts, &comment))
        .code(format!("nft delete ct timeout {table} {name}"))
        .note("Paste it after the allow rule, so that it stands above it, and step by step. Linux also forgets a session 300 s after data that was never acknowledged: that is a lost path, not an idle one.")
}
