//! What a platform may print: a `RuleIntent` with every free text replaced by typed or sanitised values.

use super::capabilities::Placeholder;
use super::names::{self, Names};
use super::releases::Release;
use crate::model::Mac;
use crate::model::rule::{RuleGateway, RuleIntent, Scope};
use std::collections::BTreeMap;
use std::net::Ipv4Addr;

/// Everything that a platform's writer is given. There is no way back to the text that a person typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// At least one, each MAC once.
    pub gateways: Vec<RuleGateway>,
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
    /// Where releases of the platform write differently.
    release: Option<Release>,
    /// The site's own words for placeholders, each fit to stand in any platform's text.
    words: BTreeMap<String, String>,
}

impl Facts {
    /// Types and cleans an intent.
    ///
    /// # Errors
    /// With one sentence when there is nothing that a rule could allow.
    pub fn of(intent: &RuleIntent, release: Option<Release>) -> Result<Facts, String> {
        let mut gateways: Vec<RuleGateway> = Vec::new();
        for gateway in &intent.gateways {
            if !gateways.iter().any(|g| g.mac == gateway.mac) {
                gateways.push(*gateway);
            }
        }
        if gateways.is_empty() {
            return Err("No rule can be written: there is no gateway with a MAC and an IP address.".into());
        }
        let macs: Vec<Mac> = gateways.iter().map(|g| g.mac).collect();
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
            gateways,
            names: Names::new(&intent.site, &macs),
            scope: intent.scope,
            ports,
            hosts,
            addresses,
            as_of,
            log: intent.log,
            release,
            words: intent
                .words
                .iter()
                .filter(|(_, w)| w.split(' ').all(is_word))
                .map(|(k, w)| (k.clone(), w.clone()))
                .collect(),
        })
    }

    /// The first gateway, or the only one.
    #[must_use]
    pub fn first(&self) -> RuleGateway {
        // an empty list is no Facts
        self.gateways.first().copied().unwrap_or(RuleGateway { mac: Mac([0; 6]), ip: Ipv4Addr::UNSPECIFIED })
    }

    /// More than one gateway: a group is needed.
    #[must_use]
    pub fn several(&self) -> bool {
        self.gateways.len() > 1
    }

    /// One text for each gateway, joined by `sep`.
    #[must_use]
    pub fn each(&self, sep: &str, text: impl Fn(RuleGateway) -> String) -> String {
        self.gateways.iter().map(|g| text(*g)).collect::<Vec<_>>().join(sep)
    }

    /// The addresses of the gateways joined by `sep`.
    #[must_use]
    pub fn ips(&self, sep: &str) -> String {
        self.each(sep, |g| g.ip.to_string())
    }

    /// The site's word for a placeholder, else the usual one.
    #[must_use]
    pub fn word<'a>(&'a self, placeholder: &'a Placeholder) -> &'a str {
        self.said(placeholder).unwrap_or(placeholder.word)
    }

    /// What the site has said for this placeholder, where it is as many words as the usual one.
    #[must_use]
    pub fn said(&self, placeholder: &Placeholder) -> Option<&str> {
        let words = |text: &str| text.split(' ').count();
        self.words.get(placeholder.key).map(String::as_str).filter(|w| words(w) == words(placeholder.word))
    }

    /// The same for another release of the platform.
    #[must_use]
    pub fn of_release(&self, release: Release) -> Facts {
        Facts { release: Some(release), ..self.clone() }
    }

    /// True when the text is for the release with this id.
    #[must_use]
    pub fn is_release(&self, id: &str) -> bool {
        self.release.is_some_and(|r| r.id == id)
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

    /// Why an address of a gateway cannot be the source of a forwarded packet, if so.
    #[must_use]
    pub fn odd_address(&self) -> Option<String> {
        let (ip, what) = self.gateways.iter().find_map(|g| Some((g.ip, odd(g.ip)?)))?;
        Some(format!(
            "{ip} is {what}: no router forwards it. Get the gateway a lease first (part find-lease)."
        ))
    }
}

fn odd(ip: Ipv4Addr) -> Option<&'static str> {
    if ip.is_unspecified() {
        Some("no address at all")
    } else if ip.is_link_local() {
        Some("an address that a device gives itself when no DHCP server answers")
    } else if ip.is_loopback() {
        Some("a loopback address")
    } else if ip.is_multicast() || ip.is_broadcast() {
        Some("a group address")
    } else {
        None
    }
}

/// A zone, an interface, a number: what may stand in any platform's text, quoted or not, and means nothing to any.
#[must_use]
pub fn is_word(text: &str) -> bool {
    (1..=31).contains(&text.len())
        && text.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || "._:/-".contains(c))
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
