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

impl Capabilities {
    /// What matters most, in one line.
    #[must_use]
    pub fn in_a_line(&self) -> String {
        let form = match self.form {
            Form::Cli => "Commands",
            Form::Shell => "Shell commands",
            Form::RulesetFile => "A file of rules",
            Form::Rest => "Calls of its interface",
            Form::Xml => "A request in XML",
            Form::Steps => "Steps in its pages",
        };
        let mac = match self.mac_in_rule {
            MacMatch::No => "no MAC in rules",
            MacMatch::Anded => "the MAC narrows the rule",
            MacMatch::Ored => "no MAC, it would widen the rule",
            MacMatch::Binding => "the MAC bound elsewhere",
        };
        let names = match self.names_as_destination {
            NameMatch::Yes => "host names",
            NameMatch::No | NameMatch::AtLoad | NameMatch::Extra => "addresses, no names",
        };
        let placement = match self.placement {
            Placement::Top => "goes on top",
            Placement::LastThenMove => "goes last, move it",
            Placement::Unordered => "no order of rules",
        };
        let inspection = match self.inspection {
            Inspection::No => "opens no TLS",
            Inspection::AddOn => "TLS opened by add-ons only",
            Inspection::OnBox => "may open TLS",
        };
        let idle = match self.idle_default_s {
            None => "idle timeout not published".to_owned(),
            Some(s) if s < super::idle::LIKELY_CUT_S => format!("idle timeout {s} s, likely to cut"),
            Some(s) if s < super::idle::YARDSTICK_S => format!("idle timeout {s} s, short"),
            Some(s) => format!("idle timeout {s} s"),
        };
        [form, mac, names, placement, inspection, &idle].join(" \u{b7} ")
    }

    /// Each property and what it is, in words for people: a row of the table.
    #[must_use]
    pub fn in_words(&self) -> Vec<(&'static str, String)> {
        let form = match self.form {
            Form::Cli => "commands",
            Form::Shell => "a shell",
            Form::RulesetFile => "a file of rules",
            Form::Rest => "calls of its interface",
            Form::Xml => "a request in XML",
            Form::Steps => "steps in its pages",
        };
        let mac = match self.mac_in_rule {
            MacMatch::No => "not in a rule",
            MacMatch::Anded => "narrows the rule",
            MacMatch::Ored => "would widen the rule, so it is left out",
            MacMatch::Binding => "not in the rule, but bound to the address elsewhere",
        };
        let names = match self.names_as_destination {
            NameMatch::Yes => "resolved again and again",
            NameMatch::No => "not possible: addresses",
            NameMatch::AtLoad => "only when the rules are loaded: addresses",
            NameMatch::Extra => "not everywhere: addresses",
        };
        let placement = match self.placement {
            Placement::Top => "above every other rule",
            Placement::LastThenMove => "last, then moved",
            Placement::Unordered => "rules have no order",
        };
        let inspection = match self.inspection {
            Inspection::No => "never opens TLS",
            Inspection::AddOn => "opens TLS only with an added product",
            Inspection::OnBox => "may open TLS",
        };
        let idle = match (self.idle_default_s, self.idle_per_rule) {
            (Some(s), true) => format!("{s} s, each rule can have its own"),
            (Some(s), false) => format!("{s} s, for the whole box"),
            (None, _) => "not published, or no sessions".to_owned(),
        };
        vec![
            ("Given as", form.to_owned()),
            ("MAC", mac.to_owned()),
            ("Host names", names.to_owned()),
            ("Place of the rule", placement.to_owned()),
            ("Inspection", inspection.to_owned()),
            ("Idle timeout", idle),
            ("A mistake", self.safe_commit.unwrap_or("is taken back by hand (part undo)").to_owned()),
        ]
    }
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
