//! Every packet that Solid Green may send, in one place (law 3). What is not listed here cannot be sent: `platform`
//! opens sockets only against a [`PacketKind`], and counts each.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::net::IpAddr;

/// A kind of packet, with the reason for it and its limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PacketKind {
    /// One UDP datagram of one byte to the discard port of each address of the own subnet, so that the operating
    /// system resolves it by ARP; to a known gateway's address again, so that it answers.
    Sweep,
    /// mDNS query for the profile's service types and what was announced of them.
    MdnsQuery,
    /// DNS question to one name server.
    DnsQuery,
    /// TCP connection attempt; closed at once after it opened.
    TcpConnect,
    /// TCP connection attempt to a closed port of a gateway that says nothing by itself: one that only an old entry of the
    /// neighbour table shows, one that has just accepted an address, one that is known in a round of watching.
    TcpKnock,
    /// DHCP DISCOVER or INFORM from port 68; never a REQUEST.
    DhcpProbe,
    /// TCP connection to the cloud that carries a few bytes: nothing, a TLS hello, or up to one full-size segment.
    TcpSpeak,
    /// HTTP GET of a page whose answer is known beforehand.
    HttpGet,
    /// TCP connection attempt that may live for a few hops only.
    TcpTrace,
    /// TCP connection to the cloud that is left idle, then touched once by a keep-alive.
    TcpHold,
}

impl PacketKind {
    pub const ALL: [PacketKind; 10] = [
        Self::Sweep,
        Self::MdnsQuery,
        Self::DnsQuery,
        Self::TcpConnect,
        Self::TcpKnock,
        Self::DhcpProbe,
        Self::TcpSpeak,
        Self::HttpGet,
        Self::TcpTrace,
        Self::TcpHold,
    ];

    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Sweep => "sweep",
            Self::MdnsQuery => "mdns-query",
            Self::DnsQuery => "dns-query",
            Self::TcpConnect => "tcp-connect",
            Self::TcpKnock => "tcp-knock",
            Self::DhcpProbe => "dhcp-probe",
            Self::TcpSpeak => "tcp-speak",
            Self::HttpGet => "http-get",
            Self::TcpTrace => "tcp-trace",
            Self::TcpHold => "tcp-hold",
        }
    }

    /// What it is and why, for the report and the plan.
    #[must_use]
    pub fn why(self) -> &'static str {
        match self {
            Self::Sweep => {
                "one-byte UDP datagram to port 9 of each address of this subnet, once a round: makes the operating system resolve the MAC addresses"
            }
            Self::MdnsQuery => {
                "mDNS query to 224.0.0.251:5353 for the gateway's service type and for what its announcement left out or is about to expire: ten at once, then one in two seconds, whatever others announce"
            }
            Self::DnsQuery => {
                "DNS question (UDP and TCP 53) to a name server of this network or a control server of the profile"
            }
            Self::TcpConnect => {
                "TCP connection, opened and closed without a byte of content, to the cloud's addresses, the control addresses, two addresses that cannot exist and one port of the cloud that nothing uses"
            }
            Self::TcpKnock => {
                "TCP connection attempt to a closed port of a gateway that says nothing by itself, so that it answers"
            }
            Self::DhcpProbe => {
                "DHCP DISCOVER or INFORM from port 68 to learn what the DHCP server hands out; never a REQUEST"
            }
            Self::TcpSpeak => {
                "TCP connection to the cloud's addresses that carries a TLS hello, a few bytes of no meaning, or one full-size segment: shows inspection, application control and lost large packets, and, where all is reset, with content that lives for a few hops only, how near that is done; never a measurement, never a name or password"
            }
            Self::HttpGet => {
                "HTTP GET on port 80 of a page whose answer is known, and of an address that cannot exist: shows a sign-in page"
            }
            Self::TcpTrace => {
                "TCP connection attempt to the cloud with a small time to live: shows at which hop it ends"
            }
            Self::TcpHold => {
                "TCP connection to the cloud, left idle and touched once by a keep-alive without content: shows how long idle connections last; only when asked for"
            }
        }
    }

    /// Most packets of this kind that one round of a check may send; more is a fault of the program and is refused.
    #[must_use]
    pub fn most_per_round(self) -> u32 {
        match self {
            // a /22 has 1022 hosts, and a check has three rounds at most
            Self::Sweep => 1022 * 3,
            Self::MdnsQuery => 30,
            Self::DnsQuery => 400,
            Self::TcpConnect => 200,
            // each box of a /22 twice
            Self::TcpKnock => 1022 * 2,
            // five questions, each sent three times at most
            Self::DhcpProbe => 15,
            Self::TcpSpeak => 48,
            Self::HttpGet => 12,
            Self::TcpTrace => 96,
            // sixteen rungs on two ports, each with a young one, or a control run over another interface
            Self::TcpHold => 96,
        }
    }
}

/// What was sent so far.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Footprint {
    pub by_kind: BTreeMap<PacketKind, u32>,
    /// Every address that something was sent to.
    pub addresses: Vec<IpAddr>,
}

impl Footprint {
    #[must_use]
    pub fn packets(&self) -> u32 {
        self.by_kind.values().sum()
    }
}
