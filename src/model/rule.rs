//! What a firewall has to allow, before any platform's words: the intent, the parts of a pack, the pack itself.

use super::mac::Mac;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::net::Ipv4Addr;

/// How wide the rule is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// Any destination on the two ports: what the vendor recommends.
    #[default]
    AnyHost,
    /// Only the cloud's names, or its addresses where a platform has no names.
    NamedHosts,
}

impl Scope {
    pub const ALL: [Scope; 2] = [Self::AnyHost, Self::NamedHosts];

    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::AnyHost => "any-host",
            Self::NamedHosts => "named-hosts",
        }
    }
}

/// The eight parts of a pack (design section 7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    Rule,
    Undo,
    Verify,
    FindLease,
    SeeDenied,
    Reserve,
    BypassInspection,
    IdleTimeout,
}

impl Part {
    pub const ALL: [Part; 8] = [
        Self::Rule,
        Self::Undo,
        Self::Verify,
        Self::FindLease,
        Self::SeeDenied,
        Self::Reserve,
        Self::BypassInspection,
        Self::IdleTimeout,
    ];

    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Rule => "rule",
            Self::Undo => "undo",
            Self::Verify => "verify",
            Self::FindLease => "find-lease",
            Self::SeeDenied => "see-denied",
            Self::Reserve => "reserve",
            Self::BypassInspection => "bypass-inspection",
            Self::IdleTimeout => "idle-timeout",
        }
    }

    /// What a person reads on a tab.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Rule => "Allow rule",
            Self::Undo => "Take it back",
            Self::Verify => "Verify",
            Self::FindLease => "Find the lease",
            Self::SeeDenied => "See what is denied",
            Self::Reserve => "Reserve the address",
            Self::BypassInspection => "Exempt from inspection",
            Self::IdleTimeout => "Idle timeout",
        }
    }
}

/// A gateway that a rule is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RuleGateway {
    pub mac: Mac,
    pub ip: Ipv4Addr,
}

/// What somebody chose for the text of the firewall; kept for each site.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RuleChoice {
    /// Id of the platform; `None` is the proposed one.
    pub platform: Option<String>,
    /// Version of the platform; empty is the usual one.
    pub version: String,
    pub scope: Scope,
    /// Every gateway that has an address, in one rule; else the chosen one.
    pub all_gateways: bool,
    /// The site's own words for placeholders, by key.
    pub words: BTreeMap<String, String>,
}

/// Everything a rule needs to know. `site` is free text and never printed before the platform's sanitiser.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleIntent {
    /// A site with several gets one group and one rule.
    pub gateways: Vec<RuleGateway>,
    pub site: String,
    pub scope: Scope,
    /// TCP ports, from the profile.
    pub ports: Vec<u16>,
    /// Cloud host names, from the profile.
    pub hosts: Vec<String>,
    /// Last known cloud addresses, from the profile.
    pub addresses: Vec<Ipv4Addr>,
    /// When those addresses were documented, for example "January 2018".
    pub addresses_as_of: String,
    pub log: bool,
    /// The site's own words for a platform's placeholders, by key: `wan` is `ge-0/0/0`. Free text, as the site is.
    pub words: BTreeMap<String, String>,
    /// Version of the platform, as somebody typed it; empty for the usual one.
    pub version: String,
}

/// How well the text of a platform was checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Checked {
    /// A real parser, loader or vendor schema accepted it.
    ByParser,
    /// It matches the vendor's documentation.
    FromDocumentation,
    /// From memory: have it read before use.
    FromMemory,
}

impl Checked {
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::ByParser => "checked by a parser",
            Self::FromDocumentation => "from the vendor's documentation",
            Self::FromMemory => "from memory: have it read before use",
        }
    }
}

/// One part of a pack, ready to paste.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackPart {
    pub part: Part,
    pub text: String,
    pub checked: Checked,
    /// What the platform cannot express, what to look at, where to paste.
    pub notes: Vec<String>,
}

/// The page for whoever has to approve the rule before somebody types it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeRequest {
    pub title: String,
    pub reason: String,
    /// Label and value of each property of the rule.
    pub rule: Vec<(String, String)>,
    /// Heading and words of what an administrator will ask: the risk, the port, the inspection.
    pub remarks: Vec<(String, String)>,
    /// Title and text: what to type, how to see that it works, how to take it back.
    pub snippets: Vec<(String, String)>,
    pub done_when: String,
    /// Who signs it.
    pub signatures: Vec<String>,
}
