//! OpenWrt: UCI commands of the shell. A name that is too long, or that has a `$` while the rule logs, makes nft refuse
//! the whole ruleset; the sanitiser's alphabet and length rule both out.

use super::capabilities::{Capabilities, Form, Inspection, MacMatch, NameMatch, Placeholder, Placement};
use super::contract::{About, Comment, Draft, Platform};
use super::facts::Facts;
use super::names::Alphabet;
use super::{idle, linux, phrases};
use crate::model::Mac;
use crate::model::rule::Checked;

const C: Comment = Comment::HASH;
const LAN: Placeholder =
    Placeholder { key: "lan", word: "lan", means: "the firewall zone of the gateway (usual default)" };
const WAN: Placeholder =
    Placeholder { key: "wan", word: "wan", means: "the firewall zone towards the internet (usual default)" };

static ABOUT: About = About {
    id: "openwrt",
    name: "OpenWrt",
    versions: "19.07 and later",
    makers: &[],
    comment: C,
    checked: Checked::FromDocumentation,
    capabilities: Capabilities {
        form: Form::Shell,
        filters_forwarded: true,
        stateful: true,
        mac_in_rule: MacMatch::Anded,
        names_as_destination: NameMatch::Extra,
        placement: Placement::Top,
        name_max: 31,
        comment_max: 122,
        inspection: Inspection::No,
        idle_default_s: Some(7440),
        idle_per_rule: false,
        safe_commit: Some(
            "fw4 check reads the new rules before they are loaded; nothing is kept before uci commit",
        ),
        dhcp_server: true,
    },
    releases: &[],
    placeholders: &[LAN, WAN],
};

pub static OPENWRT: Platform = Platform {
    about: &ABOUT,
    rule,
    undo,
    verify,
    find_lease,
    see_denied,
    reserve,
    bypass: |facts| linux::no_proxy(C, facts),
    idle_timeout: |_| {
        linux::kernel_timeout(C, Checked::FromDocumentation, &idle::verdict(&ABOUT.capabilities))
    },
};

/// The name of the section: lower-case letters, digits and underscores.
fn section(facts: &Facts) -> String {
    format!("sg_{}", facts.names.tag().to_ascii_lowercase())
}

fn rule(facts: &Facts) -> Draft {
    let at = format!("firewall.{}", section(facts));
    let mut lines = vec![
        format!("uci set {at}=rule"),
        format!("uci set {at}.name='{}'", facts.names.comment()),
        format!("uci set {at}.src='{}'", facts.word(&LAN)),
        format!("uci set {at}.dest='{}'", facts.word(&WAN)),
        format!("uci set {at}.family='ipv4'"),
        format!("uci set {at}.proto='tcp'"),
    ];
    lines.extend(facts.gateways.iter().map(|g| format!("uci add_list {at}.src_ip='{}'", g.ip)));
    if !facts.several() {
        lines.push(format!("uci set {at}.src_mac='{}'", facts.first().mac));
    }
    if facts.named() {
        lines.extend(facts.addresses.iter().map(|a| format!("uci add_list {at}.dest_ip='{a}'")));
    }
    lines.push(format!("uci set {at}.dest_port='{}'", facts.ports(" ")));
    lines.push(format!("uci set {at}.target='ACCEPT'"));
    if facts.log {
        lines.push(format!("uci set {at}.log='SG-ALLOW '"));
    }
    lines.push(format!("uci reorder {at}=0\nuci commit firewall\nfw4 check && service firewall restart"));
    Draft::new(ABOUT.checked)
        .fill_in(C, facts, &LAN)
        .fill_in(C, facts, &WAN)
        .say_if(facts.named(), C, &facts.dated())
        .code(lines.join("\n"))
        .note("Placement: reorder puts the section first, so above every other rule of the site.")
        .note("Before 22.03 there is no fw4: leave out fw4 check and the signs after it.")
        .note(if facts.several() { phrases::SEVERAL_NO_MAC } else { phrases::MAC_OWN_SEGMENT })
        .note_if(facts.named(), "Host names need dnsmasq-full with an nftset; a name in dest_ip makes OpenWrt skip the whole rule. So addresses are printed; if they change the gateway loses its connection.")
}

fn undo(facts: &Facts) -> Draft {
    Draft::new(ABOUT.checked)
        .say(C, "The section with the name:")
        .aside(C, &facts.names.comment())
        .code(format!(
            "uci delete firewall.{}\nuci commit firewall\nservice firewall restart",
            section(facts)
        ))
        .note("Removes this one section; others stay.")
}

fn verify(facts: &Facts) -> Draft {
    Draft::new(ABOUT.checked)
        .code(format!("nft list ruleset | grep -F '{}'", facts.names.comment()))
        .code(facts.each("\n", |g| format!("grep -F 'src={} ' /proc/net/nf_conntrack", g.ip)))
        .note("Good: the counter of the rule grows when the gateway is replugged, and one connection to one of the ports stays ESTABLISHED.")
}

fn find_lease(facts: &Facts) -> Draft {
    Draft::new(ABOUT.checked)
        .code(facts.each("\n", |g| format!("grep -i {0} /tmp/dhcp.leases\nip neigh | grep -i {0}", g.mac)))
        .note("The first is empty when another machine is the DHCP server.")
}

fn see_denied(facts: &Facts) -> Draft {
    Draft::new(ABOUT.checked)
        .say(C, "The zone towards the internet writes what it rejects only when its log option is on. Look which number it has, then switch it on for a while:")
        .code("uci show firewall | grep -F .name=")
        .say(C, "uci set firewall.@zone[1].log='1'; uci commit firewall; service firewall restart")
        .code(facts.each("\n", |g| format!("logread | grep -F 'SRC={} '", g.ip)))
        .note("The third line is a comment on purpose: the number of the zone is that of this router. To switch it off again: the same with uci delete.")
}

fn reserve(facts: &Facts) -> Draft {
    let at = |mac: Mac| format!("dhcp.sg_{}", facts.names.of(mac).tag().to_ascii_lowercase());
    Draft::new(ABOUT.checked)
        .code(facts.each("\n", |g| {
            let (at, name) = (at(g.mac), facts.names.of(g.mac).object("sg-", 63, Alphabet::Lower));
            format!(
                "uci set {at}=host\nuci set {at}.name='{name}'\nuci set {at}.mac='{}'\nuci set {at}.ip='{}'",
                g.mac, g.ip
            )
        }))
        .code("uci commit dhcp\nservice dnsmasq restart")
        .note(format!(
            "To take it back: {}; uci commit dhcp; service dnsmasq restart.",
            facts.each("; ", |g| format!("uci delete {}", at(g.mac)))
        ))
        .note(phrases::REPLUG)
}
