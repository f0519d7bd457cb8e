//! What a platform may print: a `RuleIntent` with every free text replaced by typed or sanitised values.

use super::names::{self, Names};
use crate::model::Mac;
use crate::model::rule::{RuleIntent, Scope};
use std::net::Ipv4Addr;

/// Everything that a platform's writer is given. There is no way back to the text that a person typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    pub mac: Mac,
    pub ip: Ipv4Addr,
    pub names: Names,
    pub scope: Scope,
    /// At least one, each once, none of them 0.
    pub ports: Vec<u16>,
    /// At least one; RFC 1123 host names in lower case.
    pub hosts: Vec<String>,
    /// May be empty.
    pub addresses: Vec<Ipv4Addr>,
    /// When the addresses were documented.
    pub as_of: String,
    pub log: bool,
}

impl Facts {
    /// Types and cleans an intent.
    ///
    /// # Errors
    /// With one sentence when there is nothing that a rule could allow.
    pub fn of(intent: &RuleIntent) -> Result<Facts, String> {
        let mut ports: Vec<u16> = Vec::new();
        for port in intent.ports.iter().filter(|p| **p != 0) {
            if !ports.contains(port) {
                ports.push(*port);
            }
        }
        if ports.is_empty() {
            return Err(
                "No rule can be written: the device profile names no port. Correct cloud.ports there.".into(),
            );
        }
        let mut hosts: Vec<String> = Vec::new();
        for host in intent.hosts.iter().filter(|h| is_host_name(h)).map(|h| h.to_ascii_lowercase()) {
            if !hosts.contains(&host) {
                hosts.push(host);
            }
        }
        if hosts.is_empty() {
            return Err(
                "No rule can be written: the device profile names no host. Correct cloud.hosts there.".into(),
            );
        }
        let mut addresses = Vec::new();
        for address in &intent.addresses {
            if !addresses.contains(address) {
                addresses.push(*address);
            }
        }
        let mut as_of = names::sanitise(&intent.addresses_as_of);
        as_of.truncate(40);
        if intent.addresses_as_of.trim().is_empty() {
            as_of = "an unknown date".into();
        }
        Ok(Facts {
            mac: intent.mac,
            ip: intent.ip,
            names: Names::new(&intent.site, intent.mac),
            scope: intent.scope,
            ports,
            hosts,
            addresses,
            as_of,
            log: intent.log,
        })
    }

    /// True when the destination is to be limited.
    #[must_use]
    pub fn named(&self) -> bool {
        self.scope == Scope::NamedHosts
    }

    /// The ports joined by `sep`.
    #[must_use]
    pub fn ports(&self, sep: &str) -> String {
        let ports: Vec<String> = self.ports.iter().map(u16::to_string).collect();
        ports.join(sep)
    }

    /// The documented addresses joined by `sep`. Whoever prints them prints [`Facts::dated`] beside them.
    #[must_use]
    pub fn addresses(&self, sep: &str) -> String {
        let all: Vec<String> = self.addresses.iter().map(Ipv4Addr::to_string).collect();
        all.join(sep)
    }

    /// The sentence that stands beside every documented address.
    #[must_use]
    pub fn dated(&self) -> String {
        format!(
            "Addresses as of {}: {} resolved to {}; this can change without notice.",
            self.as_of,
            self.hosts.join(" and "),
            self.addresses(" and "),
        )
    }

    /// Why the gateway's address cannot be the source of a forwarded packet, if so.
    #[must_use]
    pub fn odd_address(&self) -> Option<String> {
        let ip = self.ip;
        let what = if ip.is_unspecified() {
            "no address at all"
        } else if ip.is_link_local() {
            "an address that a device gives itself when no DHCP server answers"
        } else if ip.is_loopback() {
            "a loopback address"
        } else if ip.is_multicast() || ip.is_broadcast() {
            "a group address"
        } else {
            return None;
        };
        Some(format!(
            "{ip} is {what}: no router forwards it. Get the gateway a lease first (part find-lease)."
        ))
    }
}

/// RFC 1123 host names with at least one dot.
fn is_host_name(text: &str) -> bool {
    text.len() <= 253
        && text.contains('.')
        && text.split('.').all(|label| {
            (1..=63).contains(&label.len())
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        })
}
