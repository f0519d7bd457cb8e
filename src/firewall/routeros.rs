//! MikroTik RouterOS: console commands, also good for `/import`.
//!
//! Comment lines carry no quotes and no question mark, for the same reasons as on FortiOS. Several lines that need a
//! variable stand in one `{ }`, so that they are one command when pasted and leave no global variable behind.

use super::capabilities::{Capabilities, Form, Inspection, MacMatch, NameMatch, Placeholder, Placement};
use super::contract::{About, Comment, Draft, Platform};
use super::facts::Facts;
use super::idle;
use crate::model::rule::Checked;

const C: Comment = Comment::HASH;
const WAN: Placeholder =
    Placeholder { key: "wan", word: "WAN", means: "the interface list towards the internet (usual default)" };
const SERVER: Placeholder = Placeholder {
    key: "dhcp-server",
    word: "defconf",
    means: "the DHCP server of the network of the gateway (usual default): look with /ip dhcp-server print",
};

static ABOUT: About = About {
    id: "routeros",
    name: "MikroTik RouterOS",
    versions: "6.48 to 7",
    makers: &["mikrotik", "routerboard"],
    comment: C,
    checked: Checked::ByParser,
    capabilities: Capabilities {
        form: Form::Cli,
        filters_forwarded: true,
        stateful: true,
        mac_in_rule: MacMatch::Anded,
        names_as_destination: NameMatch::Yes,
        placement: Placement::Top,
        name_max: 31,
        comment_max: 255,
        inspection: Inspection::No,
        idle_default_s: Some(86_400),
        idle_per_rule: false,
        safe_commit: Some(
            "Ctrl-X before pasting (safe mode): all is taken back if the connection is lost; Ctrl-X again keeps it",
        ),
        dhcp_server: true,
    },
    releases: &[],
    placeholders: &[WAN, SERVER],
};

pub static ROUTEROS: Platform =
    Platform { about: &ABOUT, rule, undo, verify, find_lease, see_denied, reserve, bypass, idle_timeout };

/// The address list of this gateway's destinations: its own, so that undo cannot take another gateway's.
fn list(facts: &Facts) -> String {
    format!("SG-CLOUD-{}", facts.names.tag())
}

/// The address list of the gateways, where there are several.
fn sources(facts: &Facts) -> String {
    format!("SG-GWS-{}", facts.names.tag())
}

/// The conditions that both lines of the rule share. With several gateways their addresses stand in a list, which takes
/// no MAC.
fn conditions(facts: &Facts) -> String {
    let g = facts.first();
    let from = if facts.several() {
        format!("src-address-list={}", sources(facts))
    } else {
        format!("src-address={} src-mac-address={}", g.ip, g.mac.pairs(":", true))
    };
    let to = if facts.named() { format!(" dst-address-list={}", list(facts)) } else { String::new() };
    format!("protocol=tcp {from}{to} dst-port={} out-interface-list={}", facts.ports(","), facts.word(&WAN))
}

fn rule(facts: &Facts) -> Draft {
    let comment = facts.names.comment();
    let conditions = conditions(facts);
    let mut text = String::from(
        "{\n:local rules [/ip firewall filter find where chain=forward and !dynamic]\n:if ([:len $rules] = 0) do={\n:put \"The forward chain has no rule: nothing is denied and no rule is needed.\"\n} else={\n",
    );
    if facts.named() {
        for host in &facts.hosts {
            text += &format!(
                "/ip firewall address-list add list={} address={host} comment=\"{comment}\"\n",
                list(facts)
            );
        }
    }
    if facts.several() {
        text += &facts.each("", |g| {
            format!(
                "/ip firewall address-list add list={} address={} comment=\"{comment}\"\n",
                sources(facts),
                g.ip
            )
        });
    }
    if facts.log {
        text += &format!(
            "/ip firewall filter add chain=forward action=log connection-state=new {conditions} log-prefix=\"SG-ALLOW\" comment=\"{comment}\" place-before=[:pick $rules 0]\n"
        );
    }
    text += &format!(
        "/ip firewall filter add chain=forward action=accept connection-state=new,established {conditions} comment=\"{comment}\" place-before=[:pick $rules 0]\n}}\n}}"
    );
    Draft::new(Checked::ByParser)
        .fill_in(C, facts, &WAN)
        .code(text)
        .note("Press Ctrl-X first (safe mode): if the connection is lost, RouterOS takes everything back. Ctrl-X again keeps it.")
        .note("Placement: above the first rule of the forward chain that is not dynamic, so above every deny and above FastTrack. Paste it once: pasting again makes a second pair.")
        .note_if(facts.log, "Only new connections are logged: the first line logs and goes on, the second accepts.")
        .note_if(!facts.several(), "The MAC counts only when the gateway is on a network of this router itself. Behind a layer-3 switch leave out src-mac-address.")
        .note_if(facts.several(), "Several gateways stand in one address list, which takes no MAC: reserve their addresses (part reserve), so that nobody else gets one.")
        .note_if(facts.named(), "RouterOS resolves the host names itself and renews them: it needs a working /ip dns.")
}

fn undo(facts: &Facts) -> Draft {
    let comment = facts.names.comment();
    Draft::new(Checked::ByParser)
        .code(format!("/ip firewall filter remove [find where chain=forward and comment=\"{comment}\"]"))
        .code_if(
            facts.named(),
            format!(
                "/ip firewall address-list remove [find where list={} and comment=\"{comment}\"]",
                list(facts)
            ),
        )
        .code_if(
            facts.several(),
            format!(
                "/ip firewall address-list remove [find where list={} and comment=\"{comment}\"]",
                sources(facts)
            ),
        )
        .note("Removes only what carries exactly this comment; other gateways keep theirs.")
        .note("Connections that are open stay open until they end.")
}

fn verify(facts: &Facts) -> Draft {
    Draft::new(Checked::ByParser)
        .code(format!("/ip firewall filter print stats where comment=\"{}\"", facts.names.comment()))
        .code(facts.each("\n", |g| format!("/ip firewall connection print where src-address~\"{}\"", g.ip)))
        .code_if(facts.named(), format!("/ip firewall address-list print where list={}", list(facts)))
        .note("Good: the packets of the rule grow when the gateway is replugged, and one connection to one of the ports stays established.")
        .note_if(facts.named(), "The list must show the addresses that the names resolved to (flag D).")
}

fn find_lease(facts: &Facts) -> Draft {
    Draft::new(Checked::ByParser)
        .code(facts.each("\n", |g| {
            let mac = g.mac.pairs(":", true);
            format!("/ip dhcp-server lease print where mac-address={mac}\n/ip arp print where mac-address={mac}")
        }))
        .code("/log print where topics~\"dhcp\"")
        .note("The lease is missing when another machine is the DHCP server; the ARP table then still shows the address.")
}

fn see_denied(facts: &Facts) -> Draft {
    let comment = format!("{} denied", facts.names.comment());
    let from = if facts.several() {
        format!("src-address-list={}", sources(facts))
    } else {
        format!("src-address={}", facts.first().ip)
    };
    Draft::new(Checked::ByParser)
        .say(C, "A line that only logs, above the last rule that drops or rejects:")
        .code(format!(
            "{{\n:local denies [/ip firewall filter find where chain=forward and !dynamic and (action=drop or action=reject)]\n:if ([:len $denies] = 0) do={{\n:put \"The forward chain denies nothing.\"\n}} else={{\n/ip firewall filter add chain=forward action=log {from} connection-state=new log-prefix=\"SG-DENIED\" comment=\"{comment}\" place-before=[:pick $denies ([:len $denies] - 1)]\n}}\n}}"
        ))
        .say(C, "Replug the gateway, wait a minute, then look:")
        .code(facts.each("\n", |g| format!("/log print where message~\"{}\"", g.ip)))
        .say(C, "When seen enough, take the line away:")
        .code(format!("/ip firewall filter remove [find where chain=forward and comment=\"{comment}\"]"))
        .note("Paste it step by step, not at once. A deny further up (or in /ip firewall raw) is not seen by this line: set log=yes on that deny itself.")
}

fn reserve(facts: &Facts) -> Draft {
    Draft::new(Checked::ByParser)
        .fill_in(C, facts, &SERVER)
        .code(facts.each("\n", |g| {
            format!(
                "/ip dhcp-server lease add address={} mac-address={} server={} comment=\"{}\"",
                g.ip,
                g.mac.pairs(":", true),
                facts.word(&SERVER),
                facts.names.of(g.mac).comment()
            )
        }))
        .say(C, "Or, if the gateway holds a dynamic lease and may keep that address:")
        .say(
            C,
            &format!(
                "/ip dhcp-server lease make-static [find where mac-address={}]",
                facts.first().mac.pairs(":", true)
            ),
        )
        .note("To take it back: /ip dhcp-server lease print, then /ip dhcp-server lease remove with the number of the line that has this comment.")
        .note("Replug the gateway afterwards so that it asks for a lease again.")
}

fn bypass(facts: &Facts) -> Draft {
    Draft::new(Checked::ByParser)
        .say(C, "RouterOS opens no TLS; instead see that no rule redirects or judges the gateway. Nothing to change if these show none:")
        .code("/ip firewall nat print where chain=dstnat and action=redirect")
        .code("/ip firewall filter print where tls-host!=\"\"")
        .code("/ip firewall filter print where layer7-protocol!=\"\"")
        .note(format!(
            "If a redirect takes TCP {} of this network to a proxy, except {} from it, by a rule above it with action=accept and this src-address.",
            facts.ports(" or "),
            facts.ips(" and "),
        ))
}

fn idle_timeout(_: &Facts) -> Draft {
    Draft::new(Checked::ByParser)
        .say(C, &idle::verdict(&ABOUT.capabilities))
        .code("/ip firewall connection tracking print")
        .say(C, "RouterOS has no timeout for one rule. Only if tcp-established-timeout is under 2h4m, for the whole router:")
        .say(C, "/ip firewall connection tracking set tcp-established-timeout=1d")
        .note("The last line is a comment on purpose: it changes every connection of the router. When the table of connections is full RouterOS forgets sessions sooner than that.")
}
