//! Sophos Firewall: requests of its XML interface, and the same as steps in its pages.

use super::capabilities::{Capabilities, Form, Inspection, MacMatch, NameMatch, Placeholder, Placement};
use super::contract::{About, Comment, Draft, Platform};
use super::facts::Facts;
use super::names::Alphabet;
use super::objects::Objects;
use super::{idle, phrases};
use crate::model::rule::Checked;

const C: Comment = Comment::XML;
/// Names may have 60; what is shorter is easier to find in its lists.
const NAME_MAX: usize = 50;
const LAN: Placeholder =
    Placeholder { key: "lan", word: "LAN", means: "the zone of the gateway (usual default)" };
const WAN: Placeholder =
    Placeholder { key: "wan", word: "WAN", means: "the zone towards the internet (usual default)" };

static ABOUT: About = About {
    id: "sophos",
    name: "Sophos Firewall (SFOS)",
    versions: "18 to 21",
    makers: &["sophos"],
    comment: C,
    checked: Checked::FromDocumentation,
    capabilities: Capabilities {
        form: Form::Xml,
        filters_forwarded: true,
        stateful: true,
        mac_in_rule: MacMatch::Ored,
        names_as_destination: NameMatch::Yes,
        placement: Placement::Top,
        name_max: NAME_MAX,
        comment_max: 79,
        inspection: Inspection::OnBox,
        idle_default_s: Some(10_800),
        idle_per_rule: false,
        safe_commit: None,
        dhcp_server: true,
    },
    releases: &[],
    placeholders: &[LAN, WAN],
};

pub static SOPHOS: Platform =
    Platform { about: &ABOUT, rule, undo, verify, find_lease, see_denied, reserve, bypass, idle_timeout };

const SEND: &str = "Send it to /webconsole/APIController as the form field reqxml, with the name and password of an administrator in place of API-USER and API-PASSWORD, and the interface switched on under Backup and firmware, API for your address. The answer names each object with status 200.";

fn objects(facts: &Facts) -> Objects {
    Objects::of(facts, NAME_MAX, Alphabet::Dashes)
}

/// A request with one body, which is indented already.
fn request(body: &str) -> String {
    format!(
        "<Request>\n<Login><Username>API-USER</Username><Password>API-PASSWORD</Password></Login>\n{body}\n</Request>"
    )
}

fn element(name: &str, text: &str) -> String {
    format!("<{name}>{text}</{name}>")
}

fn rule(facts: &Facts) -> Draft {
    let names = objects(facts);
    let mut set = names.each_gateway(|name, g| {
        format!(
            "<IPHost><Name>{name}</Name><IPFamily>IPv4</IPFamily><HostType>IP</HostType><IPAddress>{}</IPAddress></IPHost>",
            g.ip
        )
    });
    if let Some(group) = &names.group {
        let hosts: String = names.gateways.iter().map(|(name, _)| element("Host", name)).collect();
        set += &format!(
            "\n<IPHostGroup><Name>{group}</Name><IPFamily>IPv4</IPFamily><HostList>{hosts}</HostList></IPHostGroup>"
        );
    }
    if facts.named() {
        set += "\n";
        set += &names
            .each_cloud(|name, host| format!("<FQDNHost><Name>{name}</Name><FQDN>{host}</FQDN></FQDNHost>"));
    }
    let details: String = facts
        .ports
        .iter()
        .map(|p| {
            format!("<ServiceDetail><SourcePort>1:65535</SourcePort><DestinationPort>{p}</DestinationPort><Protocol>TCP</Protocol></ServiceDetail>")
        })
        .collect();
    let to = if facts.named() {
        let all: String = names.clouds.iter().map(|(name, _)| element("Network", name)).collect();
        format!("\n<DestinationNetworks>{all}</DestinationNetworks>")
    } else {
        String::new()
    };
    let service = &names.service_group;
    set += &format!(
        "\n<Services><Name>{service}</Name><Type>TCPorUDP</Type><ServiceDetails>{details}</ServiceDetails></Services>\n<FirewallRule><Name>{}</Name><Description>{}</Description><IPFamily>IPv4</IPFamily><Status>Enable</Status><Position>Top</Position><PolicyType>Network</PolicyType>\n<NetworkPolicy><Action>Accept</Action><LogTraffic>{}</LogTraffic>\n<SourceZones><Zone>{}</Zone></SourceZones><DestinationZones><Zone>{}</Zone></DestinationZones><Schedule>All The Time</Schedule>\n<SourceNetworks><Network>{}</Network></SourceNetworks>{to}\n<Services><Service>{service}</Service></Services></NetworkPolicy></FirewallRule>",
        names.rule,
        facts.names.comment(),
        if facts.log { "Enable" } else { "Disable" },
        facts.word(&LAN),
        facts.word(&WAN),
        names.source(),
    );
    Draft::new(ABOUT.checked)
        .fill_in(C, facts, &LAN)
        .fill_in(C, facts, &WAN)
        .code(request(&format!("<Set operation=\"add\">\n{set}\n</Set>")))
        .note(SEND)
        .note("The same by hand, with the names and values of the request: Hosts and services: the addresses and a service; Rules and policies, Firewall rules, Add, New: rule position Top, action Accept, source zone and network, destination zone, service.")
        .note("Placement: position Top puts it above every other rule. No web policy, no application control, no intrusion prevention and no HTTPS decryption is set in it.")
        .note("NAT: the default rule for source translation covers it, where the site has not removed that.")
        .note("The MAC is not in the rule: a MAC host would stand beside the address as either-or and widen it. Reserve the address instead (part reserve).")
        .note_if(facts.named(), phrases::NAMES_RESOLVED)
}

fn undo(facts: &Facts) -> Draft {
    let names = objects(facts);
    let remove = |kind: &str, name: &str| format!("<{kind}><Name>{name}</Name></{kind}>");
    let mut all = vec![remove("FirewallRule", &names.rule), remove("Services", &names.service_group)];
    all.extend(names.clouds.iter().map(|(name, _)| remove("FQDNHost", name)));
    all.extend(names.group.iter().map(|name| remove("IPHostGroup", name)));
    all.extend(names.gateways.iter().map(|(name, _)| remove("IPHost", name)));
    Draft::new(ABOUT.checked)
        .code(request(&format!("<Remove>\n{}\n</Remove>", all.join("\n"))))
        .note(SEND)
        .note("From the rule down to the addresses: what is in use cannot be deleted.")
}

fn verify(facts: &Facts) -> Draft {
    Draft::new(Checked::FromMemory)
        .say(C, "In its pages:")
        .code("Rules and policies, Firewall rules: the counters of the rule, in and out.")
        .code(format!(
            "Current activities, Live connections: source {}; or Log viewer, Policy test.",
            facts.ips(" or ")
        ))
        .note(phrases::GOOD)
}

fn find_lease(facts: &Facts) -> Draft {
    Draft::new(Checked::FromMemory)
        .say(C, "In its pages:")
        .code(facts.each("\n", |g| {
            format!("Network, DHCP, IPv4 lease, or Network, Neighbors (ARP-NDP): look for {}", g.mac)
        }))
        .note("The list of leases is empty when another machine is the DHCP server.")
}

fn see_denied(facts: &Facts) -> Draft {
    Draft::new(Checked::FromMemory)
        .say(C, "In its pages:")
        .code(format!("Log viewer, Firewall: Src IP is {}, Log subtype is Denied.", facts.ips(" or ")))
        .say(C, "Live, in the device console:")
        .code(facts.each("\n", |g| format!("drop-packet-capture 'host {}'", g.ip)))
        .note("What no rule takes is dropped by rule 0; it logs under System services, Log settings, Firewall rules.")
}

fn reserve(facts: &Facts) -> Draft {
    Draft::new(Checked::FromMemory)
        .say(C, "In its pages:")
        .code("Network, DHCP, the server of this network, Static IP MAC mapping:")
        .code(facts.each("\n", |g| {
            format!(
                "Hostname {}, MAC address {}, IP address {}",
                facts.names.of(g.mac).object("sg-", 50, Alphabet::Lower),
                g.mac,
                g.ip
            )
        }))
        .note("The address must lie outside the dynamic range. To take it back, delete the row.")
        .note(phrases::REPLUG)
}

fn bypass(facts: &Facts) -> Draft {
    Draft::new(Checked::FromDocumentation)
        .say(C, "Only where an SSL/TLS inspection rule decrypts; in its pages:")
        .code(format!(
            "Rules and policies, SSL/TLS inspection rules, Add: position Top, action Do not decrypt, source networks {}.",
            objects(facts).source()
        ))
        .note("The firewall rule names no web policy, so the web proxy does not touch it.")
        .note(phrases::UNTRUSTED)
}

fn idle_timeout(_: &Facts) -> Draft {
    Draft::new(Checked::FromMemory)
        .say(C, &idle::verdict(&ABOUT.capabilities))
        .say(C, "It is set for the whole firewall, in the device console:")
        .code("show advanced-firewall")
        .say(C, &format!("Only if TCP Connection Establishment Idle Timeout is under {}:", idle::YARDSTICK_S))
        .say(C, &format!("set advanced-firewall tcp-est-idle-timeout {}", idle::OFFER_S))
        .note("The last line is a comment on purpose: it changes every session of the firewall. It takes 2700 to 432000 s.")
}
