//! What a platform can do, declared as data: read by the list of platforms, by the notes, by the tests.

use serde::Serialize;

/// A MAC address as a condition of the allow rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum MacMatch {
    /// Not in this kind of rule.
    No,
    /// A further condition: the rule gets narrower.
    Anded,
    /// One more source beside the address: the rule would get wider, so the MAC is left out.
    Ored,
    /// Not in the rule, but the DHCP server or an IP and MAC binding ties the two.
    Binding,
}

/// Host names as destination.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum NameMatch {
    No,
    /// Resolved again and again by the firewall.
    Yes,
    /// Resolved once when the rules are loaded: not used, since a dead name server would stop the load.
    AtLoad,
    /// Only with a further product or a recent version; the pack prints addresses.
    Extra,
}

/// Where a new rule ends up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Placement {
    /// The text itself puts it above everything.
    Top,
    /// Last; a second step, which the pack gives, moves it above the deny.
    LastThenMove,
    /// Rules have no order; an explicit block wins.
    Unordered,
}

/// Whether the box itself may open TLS or refuse what it does not recognise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Inspection {
    No,
    /// Only with a proxy that was added.
    AddOn,
    OnBox,
}

/// How the text gets into the platform.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    Cli,
    Shell,
    RulesetFile,
    Rest,
    Xml,
    Steps,
}

/// The capabilities of one platform.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Capabilities {
    pub form: Form,
    /// False when it does not filter what passes through it: then no rule on it can help the gateway.
    pub filters_forwarded: bool,
    /// True when replies need no rule of their own.
    pub stateful: bool,
    pub mac_in_rule: MacMatch,
    pub names_as_destination: NameMatch,
    pub placement: Placement,
    /// Longest name of a rule or object that the pack makes.
    pub name_max: usize,
    pub comment_max: usize,
    pub inspection: Inspection,
    /// Seconds of silence after which an established TCP session is forgotten, as delivered; none where it keeps no
    /// sessions or nobody has published it.
    pub idle_default_s: Option<u32>,
    /// Whether one rule can have its own.
    pub idle_per_rule: bool,
    /// How a mistake takes itself back, if the platform can.
    pub safe_commit: Option<&'static str>,
    /// Whether it usually is the DHCP server too.
    pub dhcp_server: bool,
}

/// A word in the text that the administrator has to check: printed with the usual default.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Placeholder {
    /// By which the site's own word is given: `--set wan=ge-0/0/0`.
    pub key: &'static str,
    /// The usual default.
    pub word: &'static str,
    pub means: &'static str,
}
