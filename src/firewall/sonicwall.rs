//! SonicWall: calls of the SonicOS interface. Its idle timeout as delivered is a quarter of an hour, so the rule carries
//! one of its own.

use super::capabilities::{Capabilities, Form, Inspection, MacMatch, NameMatch, Placeholder, Placement};
use super::contract::{About, Comment, Draft, Platform};
use super::facts::Facts;
use super::names::{Alphabet, OBJECT_MAX};
use super::objects::Objects;
use super::{idle, phrases, rest};
use crate::model::rule::Checked;
use serde_json::{Value, json};

const C: Comment = Comment::HASH;
const LAN: Placeholder =
    Placeholder { key: "lan", word: "LAN", means: "the zone of the gateway (usual default)" };
const WAN: Placeholder =
    Placeholder { key: "wan", word: "WAN", means: "the zone towards the internet (usual default)" };
const RULE: Placeholder = Placeholder {
    key: "rule-uuid",
    word: "RULE-UUID",
    means: "the uuid of the rule with this name, from the call above it",
};

static ABOUT: About = About {
    id: "sonicwall",
    name: "SonicWall (SonicOS)",
    versions: "7 and 8; 6.5 with the interface switched on",
    makers: &["sonicwall"],
    comment: C,
    checked: Checked::FromDocumentation,
    capabilities: Capabilities {
        form: Form::Rest,
        filters_forwarded: true,
        stateful: true,
        mac_in_rule: MacMatch::Ored,
        names_as_destination: NameMatch::Yes,
        placement: Placement::Top,
        name_max: OBJECT_MAX,
        comment_max: 79,
        inspection: Inspection::OnBox,
        idle_default_s: Some(900),
        idle_per_rule: true,
        safe_commit: Some(
            "nothing is in force before POST /api/sonicos/config/pending; DELETE of the same throws it away",
        ),
        dhcp_server: true,
    },
    releases: &[],
    placeholders: &[LAN, WAN, RULE],
};

pub static SONICWALL: Platform =
    Platform { about: &ABOUT, rule, undo, verify, find_lease, see_denied, reserve, bypass, idle_timeout };

const CALLS: &str = "Each line is one call: method, path, JSON body; after POST /api/sonicos/auth, with the interface switched on under Device, Settings, Administration, SonicOS API.";
const PENDING: &str = "/api/sonicos/config/pending";

fn objects(facts: &Facts) -> Objects {
    Objects::of(facts, OBJECT_MAX, Alphabet::Dashes)
}

fn post(path: &str, body: &Value) -> String {
    rest::post(&format!("/api/sonicos/{path}"), &body.to_string())
}

fn delete(path: &str) -> String {
    rest::delete(&format!("/api/sonicos/{path}"))
}

/// The timeout of the rule in minutes, as it wants it.
fn minutes() -> u32 {
    idle::OFFER_S / 60
}

fn rule(facts: &Facts) -> Draft {
    let names = objects(facts);
    let (lan, wan) = (facts.word(&LAN), facts.word(&WAN));
    let hosts: Vec<Value> = names
        .gateways
        .iter()
        .map(|(name, g)| json!({"ipv4": {"name": name, "zone": lan, "host": {"ip": g.ip.to_string()}}}))
        .collect();
    let services: Vec<Value> = names
        .services
        .iter()
        .map(|(name, port)| json!({"name": name, "tcp": {"begin": port, "end": port}}))
        .collect();
    let members: Vec<Value> = names.services.iter().map(|(name, _)| json!({"name": name})).collect();
    let mut calls = vec![post("address-objects/ipv4", &json!({"address_objects": hosts}))];
    let mut source = json!({"name": names.source()});
    if let Some(group) = &names.group {
        let members: Vec<Value> = names.gateways.iter().map(|(name, _)| json!({"name": name})).collect();
        calls.push(post(
            "address-groups/ipv4",
            &json!({"address_groups": [{"ipv4": {"name": group, "address_object": {"ipv4": members}}}]}),
        ));
        source = json!({"group": group});
    }
    let mut to = json!({"any": true});
    if facts.named() {
        let fqdns: Vec<Value> = names
            .clouds
            .iter()
            .map(|(name, host)| json!({"fqdn": {"name": name, "zone": wan, "domain": host}}))
            .collect();
        let members: Vec<Value> = names.clouds.iter().map(|(name, _)| json!({"name": name})).collect();
        calls.push(post("address-objects/fqdn", &json!({"address_objects": fqdns})));
        calls.push(post(
            "address-groups/ipv4",
            &json!({"address_groups": [{"ipv4": {"name": names.cloud_group, "address_object": {"fqdn": members}}}]}),
        ));
        to = json!({"group": names.cloud_group});
    }
    calls.push(post("service-objects", &json!({"service_objects": services})));
    calls.push(post(
        "service-groups",
        &json!({"service_groups": [{"name": names.service_group, "service_object": members}]}),
    ));
    calls.push(post(
        "access-rules/ipv4",
        &json!({"access_rules": [{"ipv4": {
            "name": names.rule, "comment": facts.names.comment(), "enable": true,
            "from": lan, "to": wan, "action": "allow",
            "source": {"address": source, "port": {"any": true}},
            "service": {"group": names.service_group},
            "destination": {"address": to},
            "schedule": {"always_on": true},
            "users": {"included": {"all": true}, "excluded": {"none": true}},
            "logging": facts.log, "tcp": {"timeout": minutes()}, "priority": {"manual": 1}
        }}]}),
    ));
    calls.push(rest::post(PENDING, "{}"));
    Draft::new(ABOUT.checked)
        .fill_in(C, facts, &LAN)
        .fill_in(C, facts, &WAN)
        .code(calls.join("\n"))
        .note(CALLS)
        .note(format!(
            "The same by hand, with the names and values of the calls: Object, Match Objects, Addresses and Services; then Policy, Rules and Policies, Access Rules, {} to {}, Add: Allow, source, service, TCP connection inactivity timeout {} minutes.",
            facts.word(&LAN),
            facts.word(&WAN),
            minutes()
        ))
        .note("Placement: priority 1 puts it above every other rule between these zones.")
        .note("The MAC is not in the rule: it would stand beside the address as either-or and widen it. Reserve the address instead (part reserve).")
        .note_if(facts.named(), phrases::NAMES_RESOLVED)
}

fn undo(facts: &Facts) -> Draft {
    let names = objects(facts);
    let mut calls = vec![
        delete(&format!("access-rules/ipv4/uuid/{}", facts.word(&RULE))),
        delete(&format!("service-groups/name/{}", names.service_group)),
        names.each_service(|name, _| delete(&format!("service-objects/name/{name}"))),
    ];
    if facts.named() {
        calls.push(delete(&format!("address-groups/ipv4/name/{}", names.cloud_group)));
        calls.push(names.each_cloud(|name, _| delete(&format!("address-objects/fqdn/name/{name}"))));
    }
    if let Some(group) = &names.group {
        calls.push(delete(&format!("address-groups/ipv4/name/{group}")));
    }
    calls.push(names.each_gateway(|name, _| delete(&format!("address-objects/ipv4/name/{name}"))));
    calls.push(rest::post(PENDING, "{}"));
    Draft::new(ABOUT.checked)
        .aside(C, &format!("The rule is {}; its uuid:", names.rule))
        .code(rest::get("/api/sonicos/access-rules/ipv4"))
        .fill_in(C, facts, &RULE)
        .code(calls.join("\n"))
        .note(CALLS)
        .note("The rule first: an object that is in use cannot be deleted.")
}

fn verify(facts: &Facts) -> Draft {
    Draft::new(Checked::FromMemory)
        .say(C, "In its pages:")
        .code(format!("Monitor, Tools and Monitors, Connections: source {}.", facts.ips(" or ")))
        .code("Policy, Rules and Policies, Access Rules: the hits of the rule.")
        .note(phrases::GOOD)
}

fn find_lease(facts: &Facts) -> Draft {
    Draft::new(Checked::FromMemory)
        .say(C, "In its pages:")
        .code(facts.each("\n", |g| {
            format!(
                "Network, System, DHCP Server, Current DHCP Leases, or Network, System, ARP: look for {}",
                g.mac.pairs(":", true)
            )
        }))
        .note("A lease shows the MAC as Ethernet address.")
        .note(phrases::UNSEEN)
}

fn see_denied(facts: &Facts) -> Draft {
    Draft::new(Checked::FromMemory)
        .say(C, "In its pages:")
        .code(format!("Monitor, Logs, System Logs: source {}, message Packet dropped.", facts.ips(" or ")))
        .code(format!(
            "Live: Monitor, Tools and Monitors, Packet Monitor, source {}, display filter Dropped. The drop code names the reason.",
            facts.ips(" or ")
        ))
        .note("Denials by a rule are logged only when logging is on in that rule.")
}

fn reserve(facts: &Facts) -> Draft {
    Draft::new(Checked::FromMemory)
        .say(C, "In its pages:")
        .code("Network, System, DHCP Server, DHCP Server Lease Scopes, Add Static:")
        .code(facts.each("\n", |g| {
            format!(
                "Entry name {}, static IP address {}, Ethernet address {}",
                facts.names.of(g.mac).object("SG-GW-", OBJECT_MAX, Alphabet::Dashes),
                g.ip,
                g.mac
            )
        }))
        .note("The address must not be inside a dynamic range that leases it meanwhile. To take it back, delete the entry.")
        .note(phrases::REPLUG)
}

fn bypass(facts: &Facts) -> Draft {
    Draft::new(Checked::FromMemory)
        .say(C, "Only where DPI-SSL is switched on; in its pages:")
        .code(format!(
            "Policy, DPI-SSL, Client SSL, Objects: exclude the address {} {}.",
            if facts.several() { "group" } else { "object" },
            objects(facts).source()
        ))
        .note("Application control, the content filter and gateway anti-virus have exclusion lists of their own: put the same object there. Disabling DPI in the rule does all at once; only if IT agrees.")
        .note(phrases::UNTRUSTED)
}

fn idle_timeout(facts: &Facts) -> Draft {
    Draft::new(ABOUT.checked)
        .say(C, &idle::verdict(&ABOUT.capabilities))
        .say(C, "The rule has one of its own already, in minutes. For a rule that was made without:")
        .code(rest::get("/api/sonicos/access-rules/ipv4"))
        .fill_in(C, facts, &RULE)
        .code(rest::put(
            &format!("/api/sonicos/access-rules/ipv4/uuid/{}", facts.word(&RULE)),
            &json!({"access_rules": [{"ipv4": {"tcp": {"timeout": minutes()}}}]}).to_string(),
        ))
        .code(rest::post(PENDING, "{}"))
        .note(format!(
            "{} minutes are {} s, a day; {} s is the least that should be set.",
            minutes(),
            idle::OFFER_S,
            idle::YARDSTICK_S
        ))
        .note("By hand: the rule, Advanced, TCP connection inactivity timeout. Leave the default of the whole firewall as it is.")
}
