//! Cisco Firepower Threat Defense, managed by a Firewall Management Center: calls of its REST interface. The box itself
//! has no command line for rules. Addresses and ports stand in the rule as literals, so only host names need objects.

use super::capabilities::{Capabilities, Form, Inspection, MacMatch, NameMatch, Placeholder, Placement};
use super::cisco::client_id;
use super::contract::{About, Comment, Draft, Platform};
use super::facts::Facts;
use super::names::Alphabet;
use super::objects::Objects;
use super::{idle, phrases, rest};
use crate::model::rule::Checked;
use serde_json::{Value, json};

const C: Comment = Comment::HASH;
/// Older releases refuse longer names of rules.
const NAME_MAX: usize = 30;
const DOMAIN: Placeholder = Placeholder {
    key: "domain-uuid",
    word: "DOMAIN-UUID",
    means: "the uuid of the domain: the header DOMAIN_UUID of the answer to POST /api/fmc_platform/v1/auth/generatetoken",
};
const POLICY: Placeholder = Placeholder {
    key: "policy-uuid",
    word: "POLICY-UUID",
    means: "the id of the access control policy of this firewall: GET the folder policy/accesspolicies of the domain",
};
const RULE: Placeholder = Placeholder {
    key: "rule-uuid",
    word: "RULE-UUID",
    means: "the id of the rule: it is in the answer of the call that made it",
};
const CLOUD: Placeholder = Placeholder {
    key: "cloud-uuid",
    word: "CLOUD-UUID",
    means: "the id of each object with a host name, in the order in which they were made: it is in the answers",
};
const LAN: Placeholder = Placeholder {
    key: "lan",
    word: "inside",
    means: "the name of the interface of the gateway (usual default)",
};

static ABOUT: About = About {
    id: "ftd",
    name: "Cisco Firepower Threat Defense (FMC)",
    versions: "6.3 and later",
    makers: &[],
    comment: C,
    checked: Checked::FromDocumentation,
    capabilities: Capabilities {
        form: Form::Rest,
        filters_forwarded: true,
        stateful: true,
        mac_in_rule: MacMatch::No,
        names_as_destination: NameMatch::Yes,
        placement: Placement::Top,
        name_max: NAME_MAX,
        comment_max: 255,
        inspection: Inspection::OnBox,
        idle_default_s: Some(3600),
        idle_per_rule: false,
        safe_commit: Some("nothing is in force before Deploy; its history keeps what was deployed before"),
        dhcp_server: false,
    },
    releases: &[],
    placeholders: &[DOMAIN, POLICY, RULE, CLOUD, LAN],
};

pub static FTD: Platform =
    Platform { about: &ABOUT, rule, undo, verify, find_lease, see_denied, reserve, bypass, idle_timeout };

fn objects(facts: &Facts) -> Objects {
    Objects::of(facts, NAME_MAX, Alphabet::Dashes)
}

fn domain(facts: &Facts) -> String {
    format!("/api/fmc_config/v1/domain/{}", facts.word(&DOMAIN))
}

fn rules(facts: &Facts) -> String {
    format!("{}/policy/accesspolicies/{}/accessrules", domain(facts), facts.word(&POLICY))
}

/// The id of the n-th object with a host name.
fn cloud_id(facts: &Facts, n: usize) -> String {
    format!("{}-{}", facts.word(&CLOUD), n + 1)
}

fn rule(facts: &Facts) -> Draft {
    let names = objects(facts);
    let hosts: Vec<Value> =
        facts.gateways.iter().map(|g| json!({"type": "Host", "value": g.ip.to_string()})).collect();
    let ports: Vec<Value> = facts
        .ports
        .iter()
        .map(|p| json!({"type": "PortLiteral", "protocol": "6", "port": p.to_string()}))
        .collect();
    let mut body = json!({
        "type": "AccessRule", "name": names.rule, "action": "ALLOW", "enabled": true,
        "sourceNetworks": {"literals": hosts}, "destinationPorts": {"literals": ports},
        "logBegin": facts.log, "logEnd": facts.log, "sendEventsToFMC": facts.log,
        "newComments": [facts.names.comment()]
    });
    let mut draft = Draft::new(ABOUT.checked).fill_in(C, facts, &DOMAIN).fill_in(C, facts, &POLICY);
    if facts.named() {
        let ids: Vec<Value> =
            (0..names.clouds.len()).map(|n| json!({"type": "FQDN", "id": cloud_id(facts, n)})).collect();
        body["destinationNetworks"] = json!({"objects": ids});
        draft = draft
            .code(names.each_cloud(|name, host| {
                let fqdn = json!({"type": "FQDN", "name": name, "value": host, "dnsResolution": "IPV4_ONLY"});
                rest::post(&format!("{}/object/fqdns", domain(facts)), &fqdn.to_string())
            }))
            .fill_in(C, facts, &CLOUD);
    }
    draft
        .code(rest::post(&format!("{}?section=mandatory&insertBefore=1", rules(facts)), &body.to_string()))
        .note("Each line is one call: method, path, JSON body; with the token of POST /api/fmc_platform/v1/auth/generatetoken as header X-auth-access-token. Then Deploy, in its pages.")
        .note("The same by hand: Policies, Access Control, the policy of this firewall, Add Rule, into Mandatory, above rule 1: the name, action Allow, source network the address, destination port TCP, logging at the end of the connection.")
        .note("Placement: insertBefore=1 in the mandatory section puts it above every other rule of this policy. A prefilter rule that blocks comes before it.")
        .note("A firewall that is managed by itself (FDM) has the same under Policies, Access Control: source the address, ports TCP, action Allow, at number 1.")
        .note(phrases::NO_MAC)
        .note_if(facts.named(), phrases::NAMES_RESOLVED)
}

fn undo(facts: &Facts) -> Draft {
    let mut draft = Draft::new(ABOUT.checked)
        .fill_in(C, facts, &DOMAIN)
        .fill_in(C, facts, &POLICY)
        .aside(C, &format!("The rule is {}; its id:", objects(facts).rule))
        .code(rest::get(&format!("{}?limit=1000", rules(facts))))
        .fill_in(C, facts, &RULE)
        .code(rest::delete(&format!("{}/{}", rules(facts), facts.word(&RULE))));
    if facts.named() {
        draft = draft.fill_in(C, facts, &CLOUD);
        for n in 0..facts.hosts.len() {
            draft =
                draft.code(rest::delete(&format!("{}/object/fqdns/{}", domain(facts), cloud_id(facts, n))));
        }
    }
    draft.note("Then Deploy. The call with GET shows the id beside the name of each rule.")
}

fn verify(facts: &Facts) -> Draft {
    let draft = Draft::new(Checked::FromMemory)
        .say(C, "On the command line of the firewall itself:")
        .code(facts.each("\n", |g| format!("show conn address {}", g.ip)))
        .code_if(facts.named(), "show fqdn");
    let draft = match (facts.addresses.first(), facts.ports.first()) {
        (Some(to), Some(port)) => draft
            .say(C, "What it would do with a connection of the gateway:")
            .say(C, &facts.dated())
            .fill_in(C, facts, &LAN)
            .code(format!(
                "packet-tracer input {} tcp {} 50000 {to} {port}",
                facts.word(&LAN),
                facts.first().ip
            )),
        _ => draft,
    };
    draft.note(phrases::GOOD)
}

fn find_lease(facts: &Facts) -> Draft {
    Draft::new(Checked::FromMemory)
        .say(C, "On the command line of the firewall itself:")
        .code(facts.each("\n", |g| {
            format!(
                "show arp | include {}\nshow dhcpd binding | include {}",
                g.mac.dotted(),
                client_id(g.mac)
            )
        }))
        .note("Often another machine is the DHCP server: look there when the second line shows nothing.")
}

fn see_denied(facts: &Facts) -> Draft {
    Draft::new(Checked::FromMemory)
        .say(C, "In the pages of the management center:")
        .code(format!(
            "Analysis, Connections, Events: Initiator IP is {}, Action is Block.",
            facts.ips(" or ")
        ))
        .say(C, "Live, on the command line of the firewall (it asks for the addresses):")
        .code("system support firewall-engine-debug")
        .note("The default action logs nothing as delivered: switch its logging on, at the bottom of the access control policy, and deploy.")
}

fn reserve(facts: &Facts) -> Draft {
    phrases::reserve_elsewhere(
        C,
        facts,
        "The DHCP server of this platform reserves no address on most releases.",
    )
}

fn bypass(facts: &Facts) -> Draft {
    Draft::new(Checked::FromDocumentation)
        .say(C, "Only where a decryption policy is in force, in its pages:")
        .code(format!(
            "Policies, Decryption (or SSL): Add Rule, action Do Not Decrypt, source network {}, above the rules that decrypt.",
            facts.ips(" and ")
        ))
        .note("The rule itself names no intrusion policy, file policy or application, so nothing of it is judged. A prefilter rule Fastpath for the same address and ports passes by all inspection, but also by its events.")
        .note(phrases::UNTRUSTED)
}

fn idle_timeout(_: &Facts) -> Draft {
    Draft::new(Checked::FromDocumentation)
        .say(C, &idle::verdict(&ABOUT.capabilities))
        .say(C, "It is set for the whole firewall, in the pages of the management center:")
        .code(format!(
            "Devices, Platform Settings, the policy of this firewall, Timeouts: Connection, at least {} s.",
            idle::YARDSTICK_S
        ))
        .note("For these connections alone a service policy of the access control policy (Advanced, Threat Defense Service Policy) can set the timeout, with an extended access list of the gateway.")
}
