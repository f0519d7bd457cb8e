//! Fortinet FortiGate: CLI of FortiOS.
//!
//! Comment lines carry no quotes and no question mark: a quote would open a text that goes on over lines, and a
//! question mark opens help wherever it stands.

use super::capabilities::{Capabilities, Form, Inspection, MacMatch, NameMatch, Placeholder, Placement};
use super::contract::{About, Comment, Draft, Platform};
use super::facts::Facts;
use super::idle;
use super::names::Alphabet;
use super::releases::Release;
use crate::model::rule::{Checked, RuleGateway};

/// FortiOS refuses longer names of policies; objects could have 79.
const POLICY_NAME_MAX: usize = 35;
const OBJECT_NAME_MAX: usize = 79;
const C: Comment = Comment::HASH;

const LAN: Placeholder = Placeholder {
    key: "lan",
    word: "internal",
    means: "the interface of the network of the gateway (usual default)",
};
const WAN: Placeholder = Placeholder {
    key: "wan",
    word: "wan1",
    means: "the interface towards the internet (usual default; with SD-WAN often virtual-wan-link)",
};
const POLICY: Placeholder = Placeholder {
    key: "policy-id",
    word: "POLICY-ID",
    means: "the number after edit that the first line shows: put it in before pasting the rest",
};
const SERVER: Placeholder = Placeholder {
    key: "dhcp-server",
    word: "1",
    means: "the number after edit, of the DHCP server of the network of the gateway: look with show system dhcp server",
};

static ABOUT: About = About {
    id: "fortigate",
    name: "Fortinet FortiGate (FortiOS)",
    versions: "6.2 to 7.6",
    makers: &["fortinet"],
    comment: C,
    checked: Checked::ByParser,
    capabilities: Capabilities {
        form: Form::Cli,
        filters_forwarded: true,
        stateful: true,
        mac_in_rule: MacMatch::Ored,
        names_as_destination: NameMatch::Yes,
        placement: Placement::LastThenMove,
        name_max: POLICY_NAME_MAX,
        comment_max: 255,
        inspection: Inspection::OnBox,
        idle_default_s: Some(3600),
        idle_per_rule: true,
        safe_commit: Some(
            "config system global, set cfg-save revert: unsaved changes go back after a time-out",
        ),
        dhcp_server: true,
    },
    releases: &[
        Release { id: "7.0", means: "FortiOS 7.0 to 7.6" },
        Release { id: "6.2", means: "FortiOS 6.2 and 6.4" },
    ],
    placeholders: &[LAN, WAN, POLICY, SERVER],
};

/// The names of the objects that the rule makes.
struct Objects {
    /// One for each gateway, with its address.
    addresses: Vec<(String, RuleGateway)>,
    /// The group, where there are several.
    group: Option<String>,
    policy: String,
    service: String,
    clouds: Vec<(String, String)>,
}

impl Objects {
    fn of(facts: &Facts) -> Objects {
        let cloud = |host: &String| {
            // a host name is at most 253 characters of letters, digits, dots, dashes; objects have 79
            let name: String = format!("SG-{host}").chars().take(OBJECT_NAME_MAX).collect();
            (name, host.clone())
        };
        Objects {
            addresses: facts
                .gateways
                .iter()
                .map(|g| (facts.names.of(g.mac).object("SG-GW-", 63, Alphabet::Dashes), *g))
                .collect(),
            group: facts.several().then(|| facts.names.object("SG-GWS-", 63, Alphabet::Dashes)),
            policy: facts.names.object("SG-OUT-", POLICY_NAME_MAX, Alphabet::Dashes),
            service: format!("SG-TCP-{}", facts.ports("-")).chars().take(OBJECT_NAME_MAX).collect(),
            clouds: if facts.named() { facts.hosts.iter().map(cloud).collect() } else { Vec::new() },
        }
    }

    /// What stands as the source.
    fn source(&self) -> &str {
        let one = || self.addresses.first().map_or("", |(name, _)| name);
        self.group.as_deref().unwrap_or_else(one)
    }
}

pub static FORTIGATE: Platform =
    Platform { about: &ABOUT, rule, undo, verify, find_lease, see_denied, reserve, bypass, idle_timeout };

fn rule(facts: &Facts) -> Draft {
    let o = Objects::of(facts);
    let comment = facts.names.comment();
    let mut text = String::from("config firewall address\n");
    for (name, gateway) in &o.addresses {
        let own = facts.names.of(gateway.mac).comment();
        text += &format!(
            "    edit \"{name}\"\n        set subnet {} 255.255.255.255\n        set comment \"{own}\"\n    next\n",
            gateway.ip
        );
    }
    for (name, host) in &o.clouds {
        text +=
            &format!("    edit \"{name}\"\n        set type fqdn\n        set fqdn \"{host}\"\n    next\n");
    }
    text += "end\n";
    if let Some(group) = &o.group {
        let members: Vec<String> = o.addresses.iter().map(|(name, _)| format!("\"{name}\"")).collect();
        text += &format!(
            "config firewall addrgrp\n    edit \"{group}\"\n        set member {}\n        set comment \"{comment}\"\n    next\nend\n",
            members.join(" ")
        );
    }
    text += &format!(
        "config firewall service custom\n    edit \"{}\"\n        set tcp-portrange {}\n        set comment \"Solid Green gateway ports\"\n    next\nend\n",
        o.service,
        facts.ports(" ")
    );
    let to = if facts.named() {
        let names: Vec<String> = o.clouds.iter().map(|(name, _)| format!("\"{name}\"")).collect();
        names.join(" ")
    } else {
        "\"all\"".to_owned()
    };
    let log = if facts.log {
        "        set logtraffic all\n        set logtraffic-start enable\n"
    } else {
        "        set logtraffic disable\n"
    };
    text += &format!(
        "config firewall policy\n    edit 0\n        set name \"{}\"\n        set srcintf \"{}\"\n        set dstintf \"{}\"\n        set srcaddr \"{}\"\n        set dstaddr {to}\n        set action accept\n        set schedule \"always\"\n        set service \"{}\"\n{log}        set utm-status disable\n        set nat enable\n        set comments \"{comment}\"\n    next\nend",
        o.policy,
        facts.word(&LAN),
        facts.word(&WAN),
        o.source(),
        o.service
    );
    let mut draft = Draft::new(Checked::ByParser).fill_in(C, facts, &LAN).fill_in(C, facts, &WAN).code(text);
    draft = draft
        .note("Placement: edit 0 takes the next free number and puts the policy last. If a policy above it denies, type: config firewall policy, move NEW-ID before ID-OF-THE-DENY, end. Both numbers are in the output of: show firewall policy.")
        .note("With VDOMs, enter the right one first: config vdom, edit NAME. With central NAT leave out the line set nat enable.")
        .note("The MAC is not in the policy: FortiOS takes several sources as either-or, which would widen it. Reserve the address instead (part reserve).")
        .note(format!("To match the MAC and not the address, on a network of this FortiGate itself: in the address object set type mac, then {}.", if facts.is_release("6.2") { "set start-mac and set end-mac, both with the MAC" } else { "set macaddr with the MAC" }));
    if facts.named() {
        draft.note(
            "The host names are resolved by the FortiGate: let it use the same name servers as the gateway.",
        )
    } else {
        draft
    }
}

fn undo(facts: &Facts) -> Draft {
    let o = Objects::of(facts);
    let names = o.addresses.iter().map(|(name, _)| name).chain(o.clouds.iter().map(|(name, _)| name));
    let addresses: String = names.map(|name| format!("    delete \"{name}\"\n")).collect();
    let group = o.group.as_ref().map(|group| format!("config firewall addrgrp\n    delete \"{group}\"\nend"));
    Draft::new(Checked::FromDocumentation)
        .fill_in(C, facts, &POLICY)
        .code(format!("show firewall policy | grep -f {}", o.policy))
        .code(format!("config firewall policy\n    delete {}\nend", facts.word(&POLICY)))
        .code(group.unwrap_or_default())
        .code(format!("config firewall address\n{addresses}end"))
        .code(format!("config firewall service custom\n    delete \"{}\"\nend", o.service))
        .note("The policy goes first: FortiOS refuses to delete an object that is in use.")
        .note("The service (and the names of the cloud, when limited to them) are shared with other gateways of the site. While one of their policies uses them FortiOS refuses to delete them, and that is right.")
}

fn verify(facts: &Facts) -> Draft {
    let port = facts.ports.first().copied().unwrap_or_default();
    let mut draft = Draft::new(Checked::FromDocumentation)
        .code(format!("show firewall policy | grep -f {}", Objects::of(facts).policy))
        .code(facts.each("\n", |g| {
            format!("diagnose sys session filter clear\ndiagnose sys session filter src {}\ndiagnose sys session list", g.ip)
        }))
        .code_if(facts.named(), "diagnose firewall fqdn list");
    if let Some(address) = facts.addresses.first() {
        draft = draft
            .say(C, "Which policy would take the connection of the gateway:")
            .say(C, &facts.dated())
            .fill_in(C, facts, &LAN)
            .code(format!(
                "diagnose firewall iprope lookup {} 50000 {address} {port} 6 {}",
                facts.first().ip,
                facts.word(&LAN)
            ));
    }
    draft.note("Good: one session from the gateway to one of the ports, in state established, that stays the same when you look again a minute later.")
}

fn find_lease(facts: &Facts) -> Draft {
    let macs = facts.each(", ", |g| g.mac.to_string());
    Draft::new(Checked::FromDocumentation)
        .code("execute dhcp lease-list")
        .code(facts.each("\n", |g| format!("get system arp | grep {}", g.mac)))
        .note(format!("Look for {macs}. The first list is empty when another machine is the DHCP server."))
}

fn see_denied(facts: &Facts) -> Draft {
    Draft::new(Checked::FromDocumentation)
        .code("execute log filter reset")
        .code("execute log filter category 0")
        .code("execute log filter field action deny")
        .code(facts.each("\n", |g| format!("execute log filter field srcip {}\nexecute log display", g.ip)))
        .say(C, "Nothing there: the implicit deny at the end does not log as delivered. To switch that on:")
        .code("config log setting\n    set fwpolicy-implicit-log enable\nend")
        .say(C, "To switch it off again: the same with disable.")
        .say(C, "Live, packet by packet:")
        .code(format!("diagnose debug flow filter addr {}\ndiagnose debug flow trace start 20\ndiagnose debug enable", facts.first().ip))
        .say(C, "When seen enough:")
        .code("diagnose debug disable\ndiagnose debug flow trace stop\ndiagnose debug reset")
        .note("The log of the implicit deny is a setting of the whole unit: note what it was before you change it.")
}

fn reserve(facts: &Facts) -> Draft {
    Draft::new(Checked::ByParser)
        .fill_in(C, facts, &SERVER)
        .code(format!(
            "config system dhcp server\n    edit {}\n        config reserved-address\n{}\n        end\n    next\nend",
            facts.word(&SERVER),
            facts.each("\n", |g| format!(
                "            edit 0\n                set ip {}\n                set mac {}\n                set action reserved\n                set description \"{}\"\n            next",
                g.ip,
                g.mac,
                facts.names.of(g.mac).comment()
            ))
        ))
        .note("An edit with a number that does not exist makes a new DHCP server: look first.")
        .note("To take it back: in the same place, config reserved-address, delete its number (show lists it).")
        .note("Unplug and replug the gateway afterwards so that it asks for a lease again.")
}

fn bypass(facts: &Facts) -> Draft {
    Draft::new(Checked::FromDocumentation)
        .say(C, "The allow rule has no security profile and utm-status disable: nothing in it is opened or judged.")
        .say(C, "Only if the site forces profiles on every policy, paste this:")
        .fill_in(C, facts, &POLICY)
        .code(format!("show firewall policy | grep -f {}", Objects::of(facts).policy))
        .code(format!(
            "config firewall policy\n    edit {}\n        set ssl-ssh-profile \"no-inspection\"\n    next\nend",
            facts.word(&POLICY)
        ))
        .note("It is not published whether the gateway speaks TLS on 443, and it cannot trust a certificate authority of the site: deep inspection, web filter and application control would each break it.")
        .note("To take it back in that policy: unset ssl-ssh-profile.")
}

fn idle_timeout(facts: &Facts) -> Draft {
    Draft::new(Checked::FromDocumentation)
        .say(C, &idle::verdict(&ABOUT.capabilities))
        .say(C, "For this policy alone (it overrides the service and the whole unit):")
        .fill_in(C, facts, &POLICY)
        .code(format!("show firewall policy | grep -f {}", Objects::of(facts).policy))
        .code(format!(
            "config firewall policy\n    edit {}\n        set session-ttl {}\n    next\nend",
            facts.word(&POLICY),
            idle::OFFER_S
        ))
        .note(format!("{} s is a day; {} s is the least that should be set.", idle::OFFER_S, idle::YARDSTICK_S))
        .note("Sessions that are open keep the old value: replug the gateway afterwards. The value of the unit: show full-configuration system session-ttl. To take it back: unset session-ttl in that policy.")
}
