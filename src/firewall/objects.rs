//! Family helper: the names of what a rule is made of, where a platform wants each thing as an object of its own. Every
//! name carries the tag of the rule, so that undo removes what this rule made and nothing of another.

use super::facts::Facts;
use super::names::Alphabet;
use crate::model::rule::RuleGateway;

/// The names of one rule's objects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Objects {
    pub rule: String,
    /// One for each gateway.
    pub gateways: Vec<(String, RuleGateway)>,
    /// The group of the gateways, where there are several.
    pub group: Option<String>,
    /// One for each port.
    pub services: Vec<(String, u16)>,
    pub service_group: String,
    /// One for each name of the cloud; empty unless the destination is limited.
    pub clouds: Vec<(String, String)>,
    pub cloud_group: String,
}

impl Objects {
    /// Names of at most `max` characters, at least 24.
    #[must_use]
    pub fn of(facts: &Facts, max: usize, alphabet: Alphabet) -> Objects {
        let sep = if alphabet == Alphabet::Underscores { "_" } else { "-" };
        let tag = facts.names.tag();
        let prefix = |word: &str| format!("SG{sep}{word}{sep}");
        let fixed = |word: &str| format!("{}{tag}", prefix(word));
        Objects {
            rule: facts.names.object(&prefix("OUT"), max, alphabet),
            gateways: facts
                .gateways
                .iter()
                .map(|g| (facts.names.of(g.mac).object(&prefix("GW"), max, alphabet), *g))
                .collect(),
            group: facts.several().then(|| facts.names.object(&prefix("GWS"), max, alphabet)),
            services: facts.ports.iter().map(|p| (fixed(&format!("TCP{sep}{p}")), *p)).collect(),
            service_group: fixed("TCP"),
            clouds: (1..)
                .zip(facts.hosts.iter().filter(|_| facts.named()))
                .map(|(n, host)| (fixed(&format!("CLOUD{sep}{n}")), host.clone()))
                .collect(),
            cloud_group: fixed("CLOUD"),
        }
    }

    /// What stands as the source: the group, or the only gateway.
    #[must_use]
    pub fn source(&self) -> &str {
        let one = || self.gateways.first().map_or("", |(name, _)| name);
        self.group.as_deref().unwrap_or_else(one)
    }

    /// The names of the gateways' objects joined by `sep`.
    #[must_use]
    pub fn members(&self, sep: &str) -> String {
        joined(self.gateways.iter().map(|(name, _)| name.clone()), sep)
    }

    /// One text for each service, joined by line breaks.
    #[must_use]
    pub fn each_service(&self, text: impl Fn(&str, u16) -> String) -> String {
        joined(self.services.iter().map(|(name, port)| text(name, *port)), "\n")
    }

    /// One text for each name of the cloud, joined by line breaks.
    #[must_use]
    pub fn each_cloud(&self, text: impl Fn(&str, &str) -> String) -> String {
        joined(self.clouds.iter().map(|(name, host)| text(name, host)), "\n")
    }

    /// One text for each gateway, joined by line breaks.
    #[must_use]
    pub fn each_gateway(&self, text: impl Fn(&str, RuleGateway) -> String) -> String {
        joined(self.gateways.iter().map(|(name, g)| text(name, *g)), "\n")
    }
}

fn joined(all: impl Iterator<Item = String>, sep: &str) -> String {
    all.collect::<Vec<_>>().join(sep)
}
