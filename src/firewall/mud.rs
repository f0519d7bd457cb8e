//! A Manufacturer Usage Description (RFC 8520): the same rule for a network that takes such files. It describes the kind
//! of device, so it has neither MAC nor address of a gateway. The vendor publishes none; a site that uses them serves
//! this one under an address of its own.

use super::facts::Facts;
use crate::model::rule::RuleIntent;
use serde_json::{Value, json};

/// Where a file stands that nobody has put anywhere yet (RFC 6761: `.example` resolves to nothing).
pub const NOWHERE: &str = "https://mud.example/temperature-gateway.json";
/// `systeminfo` has at most 60 characters (RFC 8520 section 3.6).
const SYSTEM_INFO_MAX: usize = 60;
/// Hours for which a MUD manager may keep the file (section 3.5: 1 to 168).
const CACHE_HOURS: u32 = 48;
const FROM: &str = "from-temperature-gateway";
const TO: &str = "to-temperature-gateway";

/// The file, for a device of this name. `url` is where it will be served; `at_unix_ms` is when it was made.
///
/// # Errors
/// With one sentence when there is nothing that a rule could allow, or the URL is none that a MUD file can have.
pub fn mud(intent: &RuleIntent, device: &str, url: &str, at_unix_ms: i64) -> Result<String, String> {
    let facts = Facts::of(intent, None)?;
    let is_url = url.len() <= 255
        && url
            .strip_prefix("https://")
            .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_alphanumeric()))
        && url.chars().all(|c| c.is_ascii_graphic() && !"\"<>\\^`{|}".contains(c));
    if !is_url {
        return Err(
            "the address of a MUD file begins with https:// and has no spaces (RFC 8520 section 3.2)".into(),
        );
    }
    let made = jiff::Timestamp::from_millisecond(at_unix_ms).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    let info: String = device.chars().filter(|c| !c.is_control()).take(SYSTEM_INFO_MAX).collect();
    let policy = |name: &str| json!({"access-lists": {"access-list": [{"name": name}]}});
    let list = |name: &str, entries: Vec<Value>| json!({"name": name, "type": "ipv4-acl-type", "aces": {"ace": entries}});
    let file = json!({
        "ietf-mud:mud": {
            "mud-version": 1,
            "mud-url": url,
            "last-update": made.strftime("%Y-%m-%dT%H:%M:%S+00:00").to_string(),
            "cache-validity": CACHE_HOURS,
            "is-supported": true,
            "systeminfo": info,
            "from-device-policy": policy(FROM),
            "to-device-policy": policy(TO),
        },
        "ietf-access-control-list:acls": {
            "acl": [list(FROM, entries(&facts, Way::From)), list(TO, entries(&facts, Way::To))],
        },
    });
    Ok(format!("{file:#}\n"))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    From,
    To,
}

/// The cloud on each port, and the name servers of the site. The device opens every connection.
fn entries(facts: &Facts, way: Way) -> Vec<Value> {
    let (name_key, port_key) = match way {
        Way::From => ("ietf-acldns:dst-dnsname", "destination-port"),
        Way::To => ("ietf-acldns:src-dnsname", "source-port"),
    };
    let eq = |port: u16| json!({"operator": "eq", "port": port});
    let accept = || json!({"forwarding": "accept"});
    let hosts: Vec<Option<&String>> =
        if facts.named() { facts.hosts.iter().map(Some).collect() } else { vec![None] };
    let mut all = Vec::new();
    for (n, host) in hosts.iter().enumerate() {
        for port in &facts.ports {
            let mut ipv4 = json!({"protocol": 6});
            if let Some(host) = host {
                ipv4[name_key] = json!(host);
            }
            let tcp = json!({"ietf-mud:direction-initiated": "from-device", port_key: eq(*port)});
            all.push(json!({
                "name": format!("cloud-{}-{port}", n + 1),
                "matches": {"ipv4": ipv4, "tcp": tcp},
                "actions": accept(),
            }));
        }
    }
    for (name, protocol, layer) in [("dns-udp", 17, "udp"), ("dns-tcp", 6, "tcp")] {
        let mut ports = json!({port_key: eq(53)});
        if layer == "tcp" {
            ports["ietf-mud:direction-initiated"] = json!("from-device");
        }
        all.push(json!({
            "name": name,
            "matches": {
                "ietf-mud:mud": {"controller": "urn:ietf:params:mud:dns"},
                "ipv4": {"protocol": protocol},
                layer: ports,
            },
            "actions": accept(),
        }));
    }
    all
}
