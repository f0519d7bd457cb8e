//! What a sensor saw, uninterpreted. An [`Observation`] is never edited; `mirror` and `diagnose` form opinions.

use super::led::LedState;
use super::mac::Mac;
use super::pasted::PastedText;
use super::time::At;
use serde::{Deserialize, Serialize};
use std::net::Ipv4Addr;

/// Where an observation came from; the words of `"sources"` in the JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// The operating system's neighbour (ARP) table.
    Neighbour,
    /// A DHCP broadcast heard on port 67.
    Dhcp,
    /// An mDNS announcement.
    Mdns,
    /// The USB serial console.
    Console,
    /// A MAC or IP that was typed in.
    Typed,
    /// The installer looked at the box.
    Installer,
    /// The plug-in finder: a MAC that appeared after "plug it in now".
    PlugIn,
    /// A log or a table of leases that somebody pasted.
    Pasted,
}

impl Source {
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Neighbour => "neighbour",
            Self::Dhcp => "dhcp",
            Self::Mdns => "mdns",
            Self::Console => "console",
            Self::Typed => "typed",
            Self::Installer => "installer",
            Self::PlugIn => "plug-in",
            Self::Pasted => "pasted",
        }
    }
}

/// One thing seen, at one time, by one sensor.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Observation {
    pub at: At,
    pub source: Source,
    pub fact: Fact,
}

/// What was seen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fact {
    /// A row of the neighbour table. `confirmed_ms_ago` is the age of the last proof that the address answered;
    /// `None` when the operating system does not tell.
    Neighbour { mac: Mac, ip: Ipv4Addr, confirmed_ms_ago: Option<u64> },
    /// An address that was asked for and did not answer in one round. `given_up`: the operating system itself asked for it
    /// by ARP as often as it does, and gave it up; else it may trust an older answer without asking.
    Unanswered {
        ip: Ipv4Addr,
        #[serde(default)]
        given_up: bool,
    },
    /// A DHCP message whose client is `dhcp.mac`.
    Dhcp(DhcpSeen),
    /// An mDNS announcement that the profile knows.
    Announced(Announcement),
    /// A line of the console.
    Console(ConsoleLine),
    /// The console's port was closed or unplugged.
    ConsoleClosed { port: String },
    /// The installer looked at the LED. `mac` is `None` when no gateway was chosen.
    Saw { mac: Option<Mac>, led: LedState },
    /// The MAC was typed in.
    TypedMac {
        mac: Mac,
        /// What was repaired in what was typed, in words ([`crate::model::mac::TypedMac::repairs`]).
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        repaired: Vec<String>,
    },
    /// The IP address was typed in.
    TypedIp { mac: Option<Mac>, ip: Ipv4Addr },
    /// A MAC appeared after "plug it in now".
    PluggedIn { mac: Mac },
    /// What a firewall, a switch or a DHCP server reports, in a text that somebody pasted.
    Pasted(Box<PastedText>),
}

/// DHCP message types that matter here (RFC 2132, option 53).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DhcpKind {
    Discover,
    Offer,
    Request,
    Decline,
    Ack,
    Nak,
    Release,
    Inform,
}

/// One DHCP message, as far as it matters (RFC 2131, RFC 2132).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DhcpSeen {
    pub kind: DhcpKind,
    /// `chaddr`: the client's MAC.
    pub mac: Mac,
    pub xid: u32,
    /// Seconds since the client began (`secs`).
    pub secs: u16,
    /// The BROADCAST flag.
    pub broadcast: bool,
    /// `ciaddr`: set when renewing or rebinding.
    pub ciaddr: Option<Ipv4Addr>,
    /// `yiaddr`: the address offered or given.
    pub yiaddr: Option<Ipv4Addr>,
    /// Option 50.
    pub requested: Option<Ipv4Addr>,
    /// Option 54.
    pub server: Option<Ipv4Addr>,
    /// Option 1.
    pub mask: Option<Ipv4Addr>,
    /// Option 3.
    pub routers: Vec<Ipv4Addr>,
    /// Option 6.
    pub name_servers: Vec<Ipv4Addr>,
    /// Option 51, seconds.
    pub lease_secs: Option<u32>,
    /// Option 12, made safe to show.
    pub host_name: Option<String>,
    /// Option 60, made safe to show.
    pub vendor_class: Option<String>,
    /// Option 55.
    pub parameter_list: Vec<u8>,
    /// Option 56, made safe to show.
    pub message: Option<String>,
    /// Option 114 (RFC 8910): the captive portal's address, made safe to show.
    pub portal: Option<String>,
    /// Option 252: the address of a proxy configuration (WPAD), made safe to show.
    #[serde(default)]
    pub wpad: Option<String>,
    /// Option 15: the domain in which names without one are looked up, made safe to show.
    #[serde(default)]
    pub domain: Option<String>,
    /// Option 61, hexadecimal.
    pub client_id: Option<String>,
}

/// What an mDNS announcement said.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Announcement {
    pub mac: Option<Mac>,
    pub ip: Option<Ipv4Addr>,
    pub led: Option<LedState>,
    /// How long the announcement may be believed, in milliseconds.
    pub ttl_ms: u64,
    /// Instance name, made safe to show.
    pub name: String,
    pub firmware: Option<String>,
    /// The profile's announcement is an assumption, not the vendor's word.
    pub assumed: bool,
    /// A goodbye (TTL 0): the service went away.
    pub goodbye: bool,
}

/// One line of the console, recognised or not.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConsoleLine {
    pub port: String,
    /// The line, made safe to show.
    pub text: String,
    pub meaning: Option<ConsoleFact>,
    /// Name of the dialect that recognised it.
    pub dialect: Option<String>,
    /// The dialect is an assumption, not the vendor's word.
    pub assumed: bool,
}

/// What a recognised line of the console tells.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ConsoleFact {
    pub led: Option<LedState>,
    pub mac: Option<Mac>,
    pub ip: Option<Ipv4Addr>,
    /// The line says that the box has just started.
    pub restarted: bool,
}
