//! Clavister NetWall: commands of cOS Core. `activate` without `commit` takes itself back.

use super::capabilities::{Capabilities, Form, Inspection, MacMatch, NameMatch, Placeholder, Placement};
use super::contract::{About, Comment, Draft, Platform};
use super::facts::Facts;
use super::names::Alphabet;
use super::objects::Objects;
use super::{idle, phrases};
use crate::model::rule::Checked;

const C: Comment = Comment::HASH;
const NAME_MAX: usize = 50;
const LAN: Placeholder =
    Placeholder { key: "lan", word: "lan", means: "the interface of the gateway: look with ifstat" };
const WAN: Placeholder =
    Placeholder { key: "wan", word: "wan", means: "the interface towards the internet: look with ifstat" };
const SERVER: Placeholder = Placeholder {
    key: "dhcp-server",
    word: "lan_dhcp",
    means: "the DHCP server of the network of the gateway: look with show DHCPServer",
};

static ABOUT: About = About {
    id: "clavister",
    name: "Clavister NetWall (cOS Core)",
    versions: "13 to 15",
    makers: &["clavister"],
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
        idle_default_s: Some(262_144),
        idle_per_rule: true,
        safe_commit: Some("activate, then commit within half a minute: without commit all is taken back"),
        dhcp_server: true,
    },
    releases: &[],
    placeholders: &[LAN, WAN, SERVER],
};

pub static CLAVISTER: Platform =
    Platform { about: &ABOUT, rule, undo, verify, find_lease, see_denied, reserve, bypass, idle_timeout };

fn objects(facts: &Facts) -> Objects {
    Objects::of(facts, NAME_MAX, Alphabet::Dashes)
}

/// The names of the rules: one for each destination.
fn rules(facts: &Facts) -> Vec<(String, String)> {
    let names = objects(facts);
    if !facts.named() {
        return vec![(names.rule.clone(), "all-nets".to_owned())];
    }
    let all = (1..).zip(&names.clouds);
    all.map(|(n, (cloud, _))| (format!("SG-OUT-{n}-{}", facts.names.tag()), cloud.clone())).collect()
}

fn rule(facts: &Facts) -> Draft {
    let (names, comment) = (objects(facts), facts.names.comment());
    let mut lines = vec![names.each_gateway(|name, g| {
        format!(
            "add Address IP4Address {name} Address={} Comments=\"{}\"",
            g.ip,
            facts.names.of(g.mac).comment()
        )
    })];
    if let Some(group) = &names.group {
        lines.push(format!(
            "add Address IP4Group {group} Members={} Comments=\"{comment}\"",
            names.members(",")
        ));
    }
    if facts.named() {
        lines.push(names.each_cloud(|name, host| format!("add Address FQDNAddress {name} Address={host}")));
    }
    lines.push(format!(
        "add Service ServiceTCPUDP {} Type=TCP DestinationPorts={}",
        names.service_group,
        facts.ports(",")
    ));
    lines.push("cc IPRuleSet main".to_owned());
    for (name, to) in rules(facts) {
        lines.push(format!(
            "add IPPolicy Name={name} Index=1 Action=Allow SourceInterface={} SourceNetwork={} DestinationInterface={} DestinationNetwork={to} Service={} LogEnabled={} Comments=\"{comment}\"",
            facts.word(&LAN),
            names.source(),
            facts.word(&WAN),
            names.service_group,
            if facts.log { "Yes" } else { "No" },
        ));
    }
    lines.push("cc".to_owned());
    lines.push("activate".to_owned());
    Draft::new(ABOUT.checked)
        .fill_in(C, facts, &LAN)
        .fill_in(C, facts, &WAN)
        .code(lines.join("\n"))
        .say(C, "When it works, at once; else it is taken back by itself:")
        .code("commit")
        .note("Lines that begin with # are for the reader.")
        .note("Placement: Index=1 puts it above every other policy.")
        .note("Source translation is automatic as delivered. Releases before 12 write add IPRule Action=NAT in place of IPPolicy.")
        .note(phrases::NO_MAC)
        .note_if(facts.named(), "A policy takes one name as destination, so there is one for each.")
        .note_if(facts.named(), phrases::NAMES_RESOLVED)
}

fn undo(facts: &Facts) -> Draft {
    let names = objects(facts);
    let mut lines = vec!["cc IPRuleSet main".to_owned()];
    lines.extend(rules(facts).into_iter().map(|(name, _)| format!("delete IPPolicy {name}")));
    lines.push("cc".to_owned());
    lines.push(format!("delete Service ServiceTCPUDP {}", names.service_group));
    if facts.named() {
        lines.push(names.each_cloud(|name, _| format!("delete Address FQDNAddress {name}")));
    }
    if let Some(group) = &names.group {
        lines.push(format!("delete Address IP4Group {group}"));
    }
    lines.push(names.each_gateway(|name, _| format!("delete Address IP4Address {name}")));
    lines.push("activate\ncommit".to_owned());
    Draft::new(ABOUT.checked)
        .code(lines.join("\n"))
        .note("The policy first: an object that is in use cannot be deleted.")
}

fn verify(facts: &Facts) -> Draft {
    Draft::new(ABOUT.checked)
        .code(facts.each("\n", |g| format!("connections -srcip={}", g.ip)))
        .code("rules -type=IP")
        .note(phrases::GOOD)
}

fn find_lease(facts: &Facts) -> Draft {
    Draft::new(Checked::FromMemory)
        .code("dhcpserver -show -leases")
        .code("arp -show")
        .note(format!("Look for {}.", facts.each(", ", |g| g.mac.pairs("-", true))))
}

fn see_denied(facts: &Facts) -> Draft {
    Draft::new(Checked::FromMemory)
        .code(facts.each("\n", |g| format!("logsnoop -on -srcip={}", g.ip)))
        .say(C, "Ends it:")
        .code("logsnoop -off")
        .note("The hidden rule at the end logs what it drops as Default_Rule (ruleset_drop_packet).")
}

fn reserve(facts: &Facts) -> Draft {
    Draft::new(Checked::FromMemory)
        .fill_in(C, facts, &SERVER)
        .code(format!("cc DHCPServer {}", facts.word(&SERVER)))
        .code(facts.each("\n", |g| {
            format!("add DHCPServerPoolStaticHost Host={} MACAddress={}", g.ip, g.mac.pairs("-", true))
        }))
        .code("cc\nactivate\ncommit")
        .note("To take it back: delete the static host in the same place.")
        .note(phrases::REPLUG)
}

fn bypass(facts: &Facts) -> Draft {
    Draft::new(Checked::FromDocumentation)
        .say(C, "The policy has no web, application, anti-virus or intrusion profile, so nothing of it is opened. Look whether it shows any:")
        .code(rules(facts).iter().map(|(name, _)| format!("show IPRuleSet main IPPolicy {name}")).collect::<Vec<_>>().join("\n"))
        .note(phrases::UNTRUSTED)
}

fn idle_timeout(facts: &Facts) -> Draft {
    Draft::new(Checked::FromDocumentation)
        .say(C, &idle::verdict(&ABOUT.capabilities))
        .code("show Settings ConnTimeoutSettings")
        .say(C, &format!("Only if ConnLife_TCP is under {}, for the service of this rule alone:", idle::YARDSTICK_S))
        .code(format!(
            "set Service ServiceTCPUDP {} CustomTimeouts=Yes EstablishedIdleTimeout={}\nactivate\ncommit",
            objects(facts).service_group,
            idle::OFFER_S
        ))
        .note("The property of the timeout is from memory: show Service ServiceTCPUDP and its name lists the spelling of your release. To take it back: CustomTimeouts=No.")
}
