//! The entries of a pasted text as sentences, and who acts.

use super::{Action, Entry, Kind, LeaseState, Owner, Reading};
use crate::model::text::{FOREIGN_MAX, clipped};

/// How long each name of the text may be in a sentence that would be too long with all of it; the first that fits counts.
/// The last leaves the names little, and the sentence whole.
const NAMES: [usize; 11] = [96, 80, 64, 56, 48, 40, 32, 24, 16, 12, 8];

impl Action {
    /// The word of the JSON.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Denied => "denied",
            Self::Allowed => "allowed",
            Self::Unclear => "unclear",
        }
    }
}

impl Reading {
    /// The word of the JSON.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Recognised => "recognised",
            Self::Generic => "generic",
        }
    }
}

impl LeaseState {
    /// The word of the JSON.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::InForce => "in-force",
            Self::None => "none",
            Self::Reserved => "reserved",
            Self::Requested => "requested",
            Self::Offered => "offered",
            Self::Refused => "refused",
            Self::Released => "released",
            Self::Expired => "expired",
            Self::Declined => "declined",
            Self::Conflict => "conflict",
            Self::Free => "free",
            Self::Unresolved => "unresolved",
            Self::GivenOn => "given-on",
            Self::Replaced => "replaced",
            Self::OneOfSeveral => "one-of-several",
            Self::SelfAssigned => "self-assigned",
            Self::Unknown => "unknown",
        }
    }
}

impl Entry {
    /// Whose turn it is after this entry; nobody's where nothing was refused.
    #[must_use]
    pub fn who_acts(&self) -> Owner {
        match self.kind {
            Kind::Connection | Kind::Lease | Kind::Admitted if self.action != Action::Denied => Owner::Nobody,
            // what lies behind this firewall may be another one: nobody outside is named without a look from there
            _ => Owner::It,
        }
    }

    /// What happened, as one sentence, or two, no longer than foreign text may be. Where names of the text make it longer,
    /// they are cut and our own words stay: they say what happened, and whose affair it is.
    #[must_use]
    pub fn in_plain_words(&self) -> String {
        let mut told = self.told();
        for longest in NAMES {
            if told.chars().count() <= FOREIGN_MAX {
                break;
            }
            told = self.with_names_of(longest).told();
        }
        told
    }

    /// Everything of the text that a sentence repeats, at most so long.
    fn with_names_of(&self, longest: usize) -> Entry {
        let short = |name: &Option<String>| name.as_deref().map(|n| clipped(n, longest));
        Entry {
            rule: short(&self.rule),
            reason: short(&self.reason),
            protocol: short(&self.protocol),
            destination_name: short(&self.destination_name),
            place: short(&self.place),
            ..self.clone()
        }
    }

    fn told(&self) -> String {
        let mark = match self.reading {
            Reading::Recognised => "",
            Reading::Generic => " (Read by names that most products use; this format is not known.)",
        };
        format!("{}{mark}", self.sentence())
    }

    fn sentence(&self) -> String {
        let at = self.place.as_ref().map(|p| format!(" at {p}")).unwrap_or_default();
        let why = self.reason.as_ref().map(|r| format!(" ({r})")).unwrap_or_default();
        let ip = self.lease.and_then(|l| l.ip).map(|ip| ip.to_string());
        match self.kind {
            Kind::PortSecurity => format!(
                "The switch shuts the gateway out{at} (port security): this MAC may not use that port, or one more than it may."
            ),
            Kind::Dot1x => format!(
                "The switch refuses the gateway{at} (802.1X): it asks for a login that the gateway does not have."
            ),
            Kind::MacAuthentication => format!(
                "The switch refuses the gateway{at} (MAC authentication, MAB): its MAC is not in the list that is asked."
            ),
            Kind::Admitted => format!("The switch let the gateway in{at}{why}."),
            Kind::ArpInspection => format!(
                "The switch throws away the gateway's ARP{at} (ARP inspection): it knows no lease of this MAC for the address."
            ),
            Kind::DhcpSnooping => format!("The switch throws away DHCP of the gateway{at} (DHCP snooping){why}."),
            Kind::SourceGuard => format!(
                "The switch throws away what the gateway sends{at} (IP source guard): it knows no lease for this address there."
            ),
            Kind::AddressConflict => {
                let address = ip.or_else(|| self.source.map(|ip| ip.to_string()));
                format!(
                    "Two devices use {}{at}: an address conflict.",
                    address.unwrap_or_else(|| "the gateway's address".to_owned())
                )
            }
            Kind::NoAddress => "The DHCP server had no address left for the gateway.".to_owned(),
            Kind::Nak => {
                "The DHCP server refused the address that the gateway asked for (NAK); it asks anew after that."
                    .to_owned()
            }
            Kind::MacRefused => {
                "The DHCP server gives this MAC no address: a filter or allow list refuses it.".to_owned()
            }
            Kind::OfferNotTaken => format!(
                "The DHCP server offered {} and the gateway did not take it: the offer did not arrive, or it took another.",
                ip.unwrap_or_else(|| "an address".to_owned())
            ),
            Kind::NoOffer => "The gateway asked for an address, and no DHCP server offered one.".to_owned(),
            Kind::DiscoverOnly => {
                "The gateway asks for an address (DISCOVER), and the text shows no answer to it.".to_owned()
            }
            Kind::Lease => self.lease_sentence(),
            _ => self.connection_sentence(),
        }
    }

    fn connection_sentence(&self) -> String {
        let what = match (&self.protocol, self.port) {
            (Some(protocol), Some(port)) => format!("{protocol} port {port}"),
            (Some(protocol), None) => protocol.clone(),
            (None, Some(port)) => format!("port {port}"),
            (None, None) => "a connection".to_owned(),
        };
        let name = || self.destination_name.clone();
        let to = self.destination.map(|ip| ip.to_string()).or_else(name);
        let to = to.map(|to| format!(" to {to}")).unwrap_or_default();
        let verb = match self.action {
            Action::Denied => "Denied",
            Action::Allowed => "Allowed",
            Action::Unclear => "Logged, without saying whether it was denied",
        };
        let why = self.reason.as_ref().map(|r| format!(" ({r})")).unwrap_or_default();
        let rule = self.rule.as_ref().map(|r| format!(", by {}", quoted(r))).unwrap_or_default();
        let by = match self.kind {
            Kind::StateDrop => ", since the firewall knew no session for it any more: an idle timeout, a restart, or a table that was cleared".to_owned(),
            Kind::DefaultDeny => format!("{}, the deny at the end of the list", if rule.is_empty() { ", by no rule" } else { &rule }),
            Kind::Inspection => {
                let of = self.rule.as_ref().map(|r| format!(" of {}", quoted(r))).unwrap_or_default();
                format!(", by what looks into the connection{of}{why}, not by a rule for ports")
            }
            Kind::LocalService => format!("{rule}, by the firewall itself: it takes this from nobody here (local-in), and no rule of its list helps"),
            Kind::TranslationExhausted => ", since the firewall had no port or address left to translate to".to_owned(),
            Kind::NoTranslation => ", since the firewall has no translation (NAT) for it".to_owned(),
            Kind::Limited => format!("{rule}, by a limit: too many, or too fast{why}"),
            Kind::Unanswered => format!("{rule}, and nobody answered: it is not this firewall, but what lies behind it"),
            Kind::ResetBeyond => format!("{rule}, and the other side reset it: it is not this firewall"),
            Kind::IdledOut => format!("{rule}; it was up, and ended since nothing was said on it for too long"),
            Kind::WayBack => format!("{rule}: it is an answer to the gateway, so the way back is blocked"),
            _ => rule,
        };
        let names = if self.port == Some(53) { " These are look-ups of names (DNS)." } else { "" };
        format!("{verb}: {what}{to}{by}.{names}")
    }

    /// What a table or a lease says of a device's address.
    fn lease_sentence(&self) -> String {
        let who = self.mac.map_or_else(|| "The gateway".to_owned(), |mac| mac.to_string());
        let Some(lease) = self.lease else {
            return format!("{who} is there, but this text gives it no address.");
        };
        let said = self.reason.as_ref().map(|r| format!(" ({r})")).unwrap_or_default();
        let Some(ip) = lease.ip else {
            let vlan = self.reason.as_ref().filter(|r| r.bytes().all(|b| b.is_ascii_digit()));
            let vlan = vlan.map(|v| format!(", VLAN {v}")).unwrap_or_default();
            return match lease.state {
                LeaseState::None if self.place.is_some() => format!(
                    "{who} is at {}{vlan}. This table has no addresses: ask for the ARP table of the router or the leases of the DHCP server.",
                    self.place.as_deref().unwrap_or_default()
                ),
                LeaseState::Requested | LeaseState::Refused => {
                    format!("{who} asked and got no address{said}.")
                }
                _ => format!("{who} is there, but this text gives it no address."),
            };
        };
        match lease.state {
            LeaseState::InForce => format!("{who} has {ip}{said}."),
            LeaseState::GivenOn => {
                format!(
                    "{who} had {ip}, and has it no longer: a later record gives it to another device{said}."
                )
            }
            LeaseState::Replaced => {
                format!("{who} had {ip} before; a newer record gives it another address{said}.")
            }
            LeaseState::OneOfSeveral => {
                format!("{who} stands beside several addresses{said}; which of them it uses now is not told.")
            }
            LeaseState::SelfAssigned => format!(
                "{who} has given itself {ip} (169.254.0.0/16), as devices do that no DHCP server answers: it has no lease."
            ),
            LeaseState::None => format!("{who} is there, but this text gives it no address."),
            LeaseState::Reserved => {
                format!("{ip} is kept for {who}; this text does not say that it uses it{said}.")
            }
            LeaseState::Requested => {
                format!("{who} asked for {ip}; this text does not say that it got it{said}.")
            }
            LeaseState::Offered => format!("{who} was offered {ip} and has not taken it{said}."),
            LeaseState::Refused => format!("{who} asked for {ip} and was refused it (NAK){said}."),
            LeaseState::Released => format!("{who} had {ip} and gave it back (released)."),
            LeaseState::Expired => format!("{who} had {ip}, which is not in force now: it expired{said}."),
            LeaseState::Declined => {
                format!("{who} declined {ip}: somebody else was using it, or the server set it aside{said}.")
            }
            LeaseState::Conflict => {
                format!("{ip} is in conflict: another device has it as well as {who}{said}.")
            }
            LeaseState::Free => format!("{who} had {ip}, which is not in force now: it is free{said}."),
            LeaseState::Unresolved => {
                format!("{ip} was asked for and did not answer: {who} is not in use there{said}.")
            }
            LeaseState::Unknown => {
                format!(
                    "{who} stands beside {ip}, in a state that is not known{said}: it does not count as an address."
                )
            }
        }
    }
}

/// The name of a rule in quotes, without what says that it is one: a name can be any words. A number needs none.
fn quoted(rule: &str) -> String {
    const LEADS: [&str; 7] =
        ["access list ", "rule ", "policy ", "zone pair ", "the chain ", "filter ", "ACL "];
    let lead = LEADS.iter().find(|lead| rule.starts_with(**lead)).copied().unwrap_or_default();
    let rest = rule.strip_prefix(lead).unwrap_or(rule);
    if !lead.is_empty() && rest.starts_with(|c: char| c.is_ascii_digit()) {
        return rule.to_owned();
    }
    let end =
        [", entry ", ", class "].iter().filter_map(|behind| rest.find(behind)).min().unwrap_or(rest.len());
    let (name, behind) = rest.split_at_checked(end).unwrap_or((rest, ""));
    format!("{lead}\"{name}\"{behind}")
}
