//! What was read in a text that somebody pasted from a firewall, a switch or a DHCP server: a log, a table of leases.
//!
//! An [`Entry`] is one event or one row of that text which is about a gateway, as the product wrote it down: *reported by*
//! that product, never measured by us. `wire/pasted/` makes them; the formats it knows are data (`assets/pasted/`).

use super::{Mac, Owner};
use serde::{Deserialize, Serialize};
use std::net::Ipv4Addr;

mod told;
mod words;

pub use told::{PastedText, TextKind, Told};

/// What became of the packet, the frame or the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    Denied,
    Allowed,
    /// The entry does not say.
    Unclear,
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $word:literal),+ $(,)?) => {
        /// What sort of event it is: each with its own sentence, and with its own owner.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum Kind { $($(#[$doc])* $name),+ }

        impl Kind {
            pub const ALL: &'static [Kind] = &[$(Kind::$name),+];

            /// The word of the JSON.
            #[must_use]
            pub fn word(self) -> &'static str {
                match self { $(Kind::$name => $word),+ }
            }
        }
    };
}

kinds! {
    /// A rule, or whatever decides about connections, allowed or denied one.
    Connection = "connection",
    /// No rule took it: the deny at the end of the list did.
    DefaultDeny = "default-deny",
    /// A rule let it through, and something that looks into it did not: web filter, application control, inspection.
    Inspection = "inspection",
    /// Let through, and nobody answered: not this firewall.
    Unanswered = "unanswered",
    /// Let through, and the other side reset it: not this firewall.
    ResetBeyond = "reset-beyond",
    /// It was up, and ended because nothing was said on it for too long.
    IdledOut = "idled-out",
    /// A packet of a connection that the firewall does not know (any more): no rule denied it.
    StateDrop = "state-drop",
    /// The firewall refused what was meant for itself (its DNS, its web page): no rule of the list helps.
    LocalService = "local-service",
    /// No port or address was left to translate to.
    TranslationExhausted = "translation-exhausted",
    /// There is no translation for this network or direction.
    NoTranslation = "no-translation",
    /// Too many connections, or too fast.
    Limited = "limited",
    /// An answer to the gateway was denied: the way back is blocked.
    WayBack = "way-back",
    /// A switch lets this MAC in on no port, or shut the port because of it.
    PortSecurity = "port-security",
    /// 802.1X: the device did not prove who it is.
    Dot1x = "dot1x",
    /// The switch asked for the MAC (MAC authentication bypass), and it was refused.
    MacAuthentication = "mac-authentication",
    /// A switch let the device in, at once or after it had refused it.
    Admitted = "admitted",
    /// A switch threw away ARP of the gateway.
    ArpInspection = "arp-inspection",
    /// A switch threw away DHCP of the gateway or for it.
    DhcpSnooping = "dhcp-snooping",
    /// A switch threw away IPv4 packets whose sender it does not know at this port.
    SourceGuard = "source-guard",
    /// Two devices use one address.
    AddressConflict = "address-conflict",
    /// A lease, or what became of it.
    Lease = "lease",
    /// The DHCP server had no address left, or no pool for this network.
    NoAddress = "no-address",
    /// The DHCP server refused the address that was asked for.
    Nak = "nak",
    /// The DHCP server refuses this MAC.
    MacRefused = "mac-refused",
    /// The DHCP server offered an address, and the gateway did not take it.
    OfferNotTaken = "offer-not-taken",
    /// No DHCP server offered anything.
    NoOffer = "no-offer",
    /// The gateway asks for an address, and the text shows no answer.
    DiscoverOnly = "discover-only",
}

/// How an entry was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reading {
    /// Its format is known: product and message.
    Recognised,
    /// Its format is not known; names and words were read that most products use alike. Worth less, and said so.
    Generic,
}

/// What holds of the address that an entry gives a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LeaseState {
    /// Acknowledged, bound, active, or seen in use (ARP). The only one that is an address.
    InForce,
    /// The text gives the device no address.
    None,
    /// Kept for it; whether it uses it is not said.
    Reserved,
    /// The device asks.
    Requested,
    Offered,
    Refused,
    Released,
    Expired,
    Declined,
    Conflict,
    /// Nobody's now.
    Free,
    /// The neighbour did not answer (ARP).
    Unresolved,
    /// A later record of the text gives the address to another device.
    GivenOn,
    /// A newer record of the text gives the device another address.
    Replaced,
    /// One of several addresses beside the device, and nothing tells which one it uses.
    OneOfSeveral,
    /// 169.254.0.0/16 (RFC 3927): the device gave it to itself, since no server did.
    SelfAssigned,
    /// A word that is not known.
    Unknown,
}

/// Address and state, as the entry gives them to one device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lease {
    pub state: LeaseState,
    pub ip: Option<Ipv4Addr>,
}

/// One event or row that is about a gateway. All text in it is foreign and has passed `model::text::foreign`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Its first line in the text, from 0.
    pub line: usize,
    /// When it happened, in the product's own words; none when it does not say.
    pub time: Option<String>,
    /// Who wrote it: `Cisco ASA`; empty when the format is not known.
    pub product: String,
    /// Which of its messages: `106023, denied by an access list`; for a generic reading what it looks like.
    pub message: String,
    pub reading: Reading,
    pub kind: Kind,
    pub action: Action,
    /// Name or number of the rule, as the product writes it.
    pub rule: Option<String>,
    /// What the product says of the reason: name of a profile, a category, an end of session.
    pub reason: Option<String>,
    /// `TCP`, `UDP`, `ICMP`, or the number that stands there.
    pub protocol: Option<String>,
    pub source: Option<Ipv4Addr>,
    pub source_port: Option<u16>,
    pub destination: Option<Ipv4Addr>,
    /// Where the entry has a name in the destination's place.
    pub destination_name: Option<String>,
    pub port: Option<u16>,
    /// MAC of the device that it is about.
    pub mac: Option<Mac>,
    /// Port of the switch, interface, or server: where it happened.
    pub place: Option<String>,
    pub lease: Option<Lease>,
    /// The entry's line, safe to show.
    pub shown: String,
}

impl Entry {
    /// False for what was done with a connection that is neither the gateway's way to the cloud, which goes to these ports
    /// of TCP, nor its look-ups of names: it may be denied, and the gateway does its work. What an entry leaves open counts, and so does a
    /// want of translations or of room, which meets every connection.
    #[must_use]
    pub fn is_on_the_way(&self, ports: &[u16]) -> bool {
        let of_packets = matches!(
            self.kind,
            Kind::Connection | Kind::DefaultDeny | Kind::Inspection | Kind::StateDrop | Kind::LocalService
        );
        if !of_packets || self.port == Some(53) {
            return true;
        }
        let tcp = self.protocol.as_deref().is_none_or(|p| p.eq_ignore_ascii_case("tcp"));
        let to_all = self.destination.is_some_and(|ip| ip.is_multicast() || ip.is_broadcast());
        tcp && !to_all && self.port.is_none_or(|p| ports.contains(&p))
    }
}

/// A line that names the gateway and could not be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unread {
    /// From 0.
    pub line: usize,
    /// Safe to show.
    pub shown: String,
}

/// Where each line of the text went: the five sums are all lines that are not empty.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Lines that are not empty.
    pub lines: usize,
    /// Lines of what became an entry of the gateway, or of what one follows from: a whole exchange with a DHCP server.
    pub of_gateway: usize,
    /// Lines of known formats that are about other devices.
    pub of_others: usize,
    /// Lines of known formats that say nothing of what was asked: a renewed lease, in a log of what was denied.
    pub beside: usize,
    /// Headings, prompts, legends, braces: lines without an address and without a time.
    pub around: usize,
    /// Lines whose format is not known, those with a generic reading too.
    pub not_recognised: usize,
    /// How many of the entries are generic readings.
    pub generic: usize,
    /// Records of known formats, of whichever device.
    pub recognised_records: usize,
}

/// What was read in one text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pasted {
    /// In the order of the text.
    pub entries: Vec<Entry>,
    /// Lines that name the gateway, are of no known format, and have no generic reading; the first of them.
    pub unread: Vec<Unread>,
    pub counts: Counts,
    /// How many devices the text names by MAC.
    pub devices: usize,
    /// Those of the wanted ones that the text names by MAC.
    pub named: Vec<Mac>,
    /// Devices whose MAC differs from a wanted one in one or two digits, when the wanted ones are not there: a slip when
    /// the label was read.
    pub near: Vec<Mac>,
    /// Its newest line stands at the top, as many pages and viewers of logs have it.
    pub newest_first: bool,
    /// In a table of leases: which of the entries says what holds of the address of each gateway now.
    pub now: Vec<(Mac, usize)>,
    /// The text is longer than can be read: so many lines of it were. `None`: it was read to its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read_to: Option<usize>,
}

/// What the limit is about where a text was not read to its end: nothing can be called clear by it.
pub const NOT_READ: &str = "Reading all of what was pasted";

/// One sort of entry, and how often it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sort {
    /// In plain words.
    pub sentence: String,
    pub action: Action,
    pub who_acts: Owner,
    pub times: usize,
    /// Its first line, from 0.
    pub line: usize,
}

impl Pasted {
    /// Where reading ended, in a sentence; `None`: at the end of the text.
    #[must_use]
    pub fn not_read(&self) -> Option<String> {
        let line = self.read_to?;
        Some(format!(
            "the text is longer than can be read at once: it was read to line {line}, and what stands after that was not"
        ))
    }

    /// The entries in plain words, the same ones counted, what is denied first.
    #[must_use]
    pub fn sorts(&self) -> Vec<Sort> {
        let mut sorts: Vec<Sort> = Vec::new();
        let mut known: std::collections::BTreeMap<String, usize> = std::collections::BTreeMap::new();
        for e in &self.entries {
            let sentence = e.in_plain_words();
            if let Some(sort) = known.get(&sentence).and_then(|at| sorts.get_mut(*at)) {
                sort.times += 1;
                continue;
            }
            known.insert(sentence.clone(), sorts.len());
            sorts.push(Sort { sentence, action: e.action, who_acts: e.who_acts(), times: 1, line: e.line });
        }
        sorts.sort_by_key(|s| (s.action, std::cmp::Reverse(s.times)));
        sorts
    }

    /// What holds for this gateway's address now, as `wire/pasted/holders` found it. In force is only an address that no
    /// later record took back (released, expired, declined, refused, given to another device) and that is the only one.
    #[must_use]
    pub fn lease_of(&self, mac: Mac) -> Option<&Entry> {
        let (_, at) = self.now.iter().find(|(of, _)| *of == mac)?;
        self.entries.get(*at)
    }

    /// The addresses that the gateway may have now: one, or several where nothing tells which of them.
    #[must_use]
    pub fn addresses_of(&self, mac: Mac) -> Vec<Ipv4Addr> {
        let of = |state: LeaseState| {
            let leases = self.entries.iter().filter(move |e| e.mac == Some(mac)).filter_map(|e| e.lease);
            leases.filter(move |l| l.state == state).filter_map(|l| l.ip)
        };
        let held = self.lease_of(mac).and_then(|e| e.lease);
        match held.map(|l| l.state) {
            Some(LeaseState::InForce) => held.and_then(|l| l.ip).into_iter().collect(),
            Some(LeaseState::OneOfSeveral) => {
                of(LeaseState::OneOfSeveral).collect::<std::collections::BTreeSet<_>>().into_iter().collect()
            }
            _ => Vec::new(),
        }
    }
}
