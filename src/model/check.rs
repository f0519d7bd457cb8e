//! The check plan and its results as data: printable before anything is sent, comparable, testable.

use super::footprint::PacketKind;
use super::mac::Mac;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

/// The checks of design section 5 that this version runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CheckId {
    Witness,
    Link,
    Lease,
    Router,
    Offer,
    Names,
    Ports,
    Canary,
    Control,
    Portal,
    Speaks,
    Size,
    Path,
    Hold,
}

impl CheckId {
    pub const ALL: [CheckId; 14] = [
        Self::Witness,
        Self::Link,
        Self::Lease,
        Self::Router,
        Self::Offer,
        Self::Names,
        Self::Ports,
        Self::Canary,
        Self::Control,
        Self::Portal,
        Self::Speaks,
        Self::Size,
        Self::Path,
        Self::Hold,
    ];

    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Witness => "witness",
            Self::Link => "link",
            Self::Lease => "lease",
            Self::Router => "router",
            Self::Offer => "offer",
            Self::Names => "names",
            Self::Ports => "ports",
            Self::Canary => "canary",
            Self::Control => "control",
            Self::Portal => "portal",
            Self::Speaks => "speaks",
            Self::Size => "size",
            Self::Path => "path",
            Self::Hold => "hold",
        }
    }

    /// What the check learns, in one line.
    #[must_use]
    pub fn learns(self) -> &'static str {
        match self {
            Self::Witness => {
                "is this computer a fair witness: VPN, proxy, wireless beside wire, other subnet"
            }
            Self::Link => "cable, speed and duplex of this computer",
            Self::Lease => "this computer's address, router and name servers",
            Self::Router => "does the router's MAC answer, and who made it",
            Self::Offer => "what a DHCP server hands out here",
            Self::Names => "does each name server resolve the cloud's names",
            Self::Ports => "do the cloud's addresses open on 443 and 4321",
            Self::Canary => "does something answer that cannot exist",
            Self::Control => "is the internet there at all",
            Self::Portal => "does a sign-in page stand before the internet",
            Self::Speaks => "what happens to an open connection: silence, first bytes, TLS",
            Self::Size => "do full-size packets pass",
            Self::Path => "at which hop connections end",
            Self::Hold => "how long an idle connection lasts",
        }
    }

    /// The vendor's step that the check belongs to.
    #[must_use]
    pub fn step(self) -> VendorStep {
        match self {
            Self::Witness | Self::Link => VendorStep::Ethernet,
            Self::Lease | Self::Router | Self::Offer => VendorStep::Dhcp,
            Self::Names
            | Self::Ports
            | Self::Canary
            | Self::Control
            | Self::Portal
            | Self::Speaks
            | Self::Size
            | Self::Path
            | Self::Hold => VendorStep::Cloud,
        }
    }
}

/// The three steps of the vendor's document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum VendorStep {
    Ethernet,
    Dhcp,
    Cloud,
}

impl VendorStep {
    pub const ALL: [VendorStep; 3] = [Self::Ethernet, Self::Dhcp, Self::Cloud];

    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Ethernet => "Ethernet",
            Self::Dhcp => "DHCP",
            Self::Cloud => "Cloud communication",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Transport {
    Udp,
    Tcp,
}

impl Transport {
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Udp => "udp",
            Self::Tcp => "tcp",
        }
    }
}

/// Why a name is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum NameRole {
    /// A host name of the cloud.
    Cloud,
    /// The same, asked for its IPv6 address.
    #[serde(rename = "cloud-ipv6")]
    CloudIpv6,
    /// A name that resolves everywhere.
    Control,
    /// A random name that cannot exist.
    Nonsense,
}

/// Whose name server it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ServerRole {
    /// Given out by DHCP here: what the gateway gets.
    Lease,
    /// Configured on this computer.
    Host,
    /// A public server of the profile, asked for comparison.
    Control,
}

/// What one step is aimed at.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Target {
    /// This computer.
    Host,
    Interface(String),
    Router(Ipv4Addr),
    /// The whole segment, by broadcast.
    Segment,
    Name {
        server: IpAddr,
        role: ServerRole,
        name: String,
        name_role: NameRole,
        transport: Transport,
    },
    /// A TCP address of the cloud; `documented` when the vendor's document lists it, `resolved` when a name gave it.
    Cloud {
        addr: SocketAddr,
        documented: bool,
        resolved: bool,
    },
    Canary(SocketAddr),
    Control(SocketAddr),
    /// Many attempts at one address in a row: shows loss, and limits on connections.
    Again(SocketAddr),
    /// The cloud over another interface of this computer, which has a way out of its own.
    Elsewhere {
        addr: SocketAddr,
        interface: String,
    },
    /// A proxy that this computer is told to use, or that the network announces.
    Proxy(String),
    /// The name under which a network announces its proxy by DNS (WPAD): `wpad` in its own domain.
    ProxyName(String),
    /// A port of the cloud's own host that nothing uses: what opens it answers in the cloud's place.
    NeverOpen(SocketAddr),
    /// A connection that may live for one hop only: what opens then answers in the cloud's place.
    OneHop(SocketAddr),
    /// A page whose answer is known beforehand, or an address that cannot exist on port 80.
    Page(String),
    /// A connection to the cloud on which this was said first.
    Saying {
        addr: SocketAddr,
        said: Said,
    },
    /// A connection to the cloud that opened, on which content was said that could live for this many hops only.
    SayingWithin {
        addr: SocketAddr,
        hops: u8,
    },
    /// A full-size segment to the cloud.
    FullSize(SocketAddr),
    /// The hops towards an address of the cloud.
    Hops(SocketAddr),
    /// An idle connection of the ladder, touched once at this age, seconds.
    Rung {
        addr: SocketAddr,
        age_secs: u64,
        over: RungKind,
    },
}

/// What is said first on an open connection of the check `speaks`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Said {
    /// Nothing: the connection is only watched.
    Nothing,
    /// A TLS ClientHello that names the cloud's host (RFC 8446 4.1.2, RFC 6066 3).
    HelloByName,
    /// A TLS ClientHello without a name.
    HelloNoName,
    /// A few bytes that are of no known protocol, as the gateway's own may be.
    Plain,
}

impl Said {
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::HelloByName => "tls-hello",
            Self::HelloNoName => "tls-hello-without-name",
            Self::Plain => "unknown-bytes",
        }
    }
}

/// Which connection of the idle ladder it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RungKind {
    /// Opened at the beginning, idle until its age.
    Ladder,
    /// Opened later and touched at the same moment as a rung: tells a fixed age from a moment at which all die.
    Young,
    /// The same over another interface of this computer, as a control.
    OtherInterface,
}

impl RungKind {
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Ladder => "ladder",
            Self::Young => "young",
            Self::OtherInterface => "other-interface",
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Host => f.write_str("this computer"),
            Self::Interface(name) => f.write_str(name),
            Self::Router(ip) => write!(f, "{ip}"),
            Self::Segment => f.write_str("this segment"),
            Self::Name { server, name, name_role: NameRole::CloudIpv6, transport, .. } => {
                write!(f, "{name} AAAA at {server} {}", transport.word())
            }
            Self::Name { server, name, transport, .. } => {
                write!(f, "{name} at {server} {}", transport.word())
            }
            Self::Cloud { addr, .. } | Self::Canary(addr) | Self::Control(addr) => write!(f, "{addr}"),
            Self::Again(addr) => write!(f, "{addr} again and again"),
            Self::Elsewhere { addr, interface } => write!(f, "{addr} over {interface}"),
            Self::Proxy(proxy) => write!(f, "proxy {proxy}"),
            Self::ProxyName(name) => write!(f, "proxy by the name {name}"),
            Self::NeverOpen(addr) => write!(f, "{addr} (a port that nothing uses)"),
            Self::OneHop(addr) => write!(f, "{addr} within one hop"),
            Self::Page(url) => f.write_str(url),
            Self::Saying { addr, said } => write!(f, "{addr} {}", said.word()),
            Self::SayingWithin { addr, hops } => write!(f, "{addr} content within {hops} hop(s)"),
            Self::FullSize(addr) => write!(f, "{addr} full size"),
            Self::Hops(addr) => write!(f, "hops to {addr}"),
            Self::Rung { addr, age_secs, over: RungKind::Ladder } => write!(f, "{addr} idle {age_secs} s"),
            Self::Rung { addr, age_secs, over } => write!(f, "{addr} idle {age_secs} s ({})", over.word()),
        }
    }
}

/// One step of the plan.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CheckStep {
    pub id: CheckId,
    pub target: Target,
    /// Longest time the step may take, milliseconds.
    pub limit_ms: u64,
    /// Checks that must have ended first.
    pub needs: Vec<CheckId>,
    /// Packets it may send, by kind.
    pub sends: Vec<(PacketKind, u32)>,
}

/// What will be done, in order, before anything is sent. Steps without `needs` run at once.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CheckPlan {
    pub steps: Vec<CheckStep>,
    /// What the plan leaves out and why, for people.
    pub left_out: Vec<String>,
}

/// A typed failure: the same word on each operating system.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Failure {
    NoInterface,
    NoCarrier,
    NoAddress,
    LinkLocalAddress,
    NoRouter,
    NoNameServer,
    /// This computer itself could not send, or stopped being able to: nothing is known of the network.
    NotSent,
    /// A filter or another program of this computer refuses what this program sends.
    OwnFirewall,
    /// No answer of any kind within the limit.
    Silence,
    /// TCP RST to the SYN, or ICMP port unreachable for UDP.
    Refused,
    /// RST after the connection was open.
    Reset,
    /// ICMP type 3 code 9, 10 or 13: a filter says no.
    IcmpProhibited,
    /// ICMP type 3 code 0, 6 or 11 from a router.
    IcmpNetUnreachable,
    /// ICMP type 3 code 1, 7 or 12 from a router.
    IcmpHostUnreachable,
    /// ICMP type 3 code 3 for a TCP connection: a filter's reject.
    IcmpPortUnreachable,
    /// Any other ICMP error.
    IcmpOther,
    /// This computer has no route there.
    NoRoute,
    /// The next hop did not answer ARP.
    NeighbourSilent,
    /// DNS response code 3.
    NxDomain,
    /// DNS response code 2.
    ServFail,
    /// DNS response code 5.
    DnsRefused,
    /// An answer without an address.
    NoData,
    /// 0.0.0.0 or a loopback address: a filter's sinkhole.
    Sinkhole,
    /// A private address for a public name.
    PrivateAddress,
    /// An answer for a name that cannot exist.
    AnsweredNonsense,
    /// Something answered for an address that cannot exist.
    AnsweredForNobody,
    /// An answer by UDP was cut short before its addresses.
    CutShort,
    /// The answer could not be read.
    Malformed,
    /// The default route is a VPN or tunnel.
    TunnelRoute,
    /// A proxy is configured on this computer.
    ProxyConfigured,
    /// Wireless and wire are both up.
    WirelessBesideWire,
    /// The gateway's address is in another subnet.
    OtherSubnet,
    /// Several interfaces of this computer have a default route.
    SeveralDefaultRoutes,
    /// The network announces a proxy (PAC or WPAD).
    ProxyAnnounced,
    /// The wired port asks for 802.1X, and this computer signed in to it.
    PortAuthenticated,
    /// A product on this computer opens encrypted connections.
    LocalTlsProduct,
    /// The system keeps this program from the local network (macOS).
    LocalNetworkDenied,
    /// Some of many attempts stayed without an answer, or were answered only when sent again.
    Lossy,
    /// A connection opened that could live for one hop only: something near answers for the cloud.
    AnsweredNearby,
    /// The far end closed the open connection (FIN).
    Closed,
    /// Bytes on an open connection were never acknowledged.
    Unacknowledged,
    /// The certificate chain ends at no public authority.
    ForeignIssuer,
    /// A sign-in page was answered in place of the page asked for.
    SignInPage,
    /// Small segments are acknowledged, full-size ones never.
    LargeLost,
}

impl Failure {
    /// The word of the JSON.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::NoInterface => "no-interface",
            Self::NoCarrier => "no-carrier",
            Self::NoAddress => "no-address",
            Self::LinkLocalAddress => "link-local-address",
            Self::NoRouter => "no-router",
            Self::NoNameServer => "no-name-server",
            Self::NotSent => "not-sent",
            Self::OwnFirewall => "own-firewall",
            Self::Silence => "silence",
            Self::Refused => "refused",
            Self::Reset => "reset",
            Self::IcmpProhibited => "icmp-prohibited",
            Self::IcmpNetUnreachable => "icmp-net-unreachable",
            Self::IcmpHostUnreachable => "icmp-host-unreachable",
            Self::IcmpPortUnreachable => "icmp-port-unreachable",
            Self::IcmpOther => "icmp-other",
            Self::NoRoute => "no-route",
            Self::NeighbourSilent => "neighbour-silent",
            Self::NxDomain => "nxdomain",
            Self::ServFail => "servfail",
            Self::DnsRefused => "dns-refused",
            Self::NoData => "no-data",
            Self::Sinkhole => "sinkhole",
            Self::PrivateAddress => "private-address",
            Self::AnsweredNonsense => "answered-nonsense",
            Self::AnsweredForNobody => "answered-for-nobody",
            Self::CutShort => "cut-short",
            Self::Malformed => "malformed",
            Self::TunnelRoute => "tunnel-route",
            Self::ProxyConfigured => "proxy-configured",
            Self::WirelessBesideWire => "wireless-beside-wire",
            Self::OtherSubnet => "other-subnet",
            Self::SeveralDefaultRoutes => "several-default-routes",
            Self::ProxyAnnounced => "proxy-announced",
            Self::PortAuthenticated => "port-authenticated",
            Self::LocalTlsProduct => "local-tls-product",
            Self::LocalNetworkDenied => "local-network-denied",
            Self::Lossy => "lossy",
            Self::AnsweredNearby => "answered-nearby",
            Self::Closed => "closed",
            Self::Unacknowledged => "unacknowledged",
            Self::ForeignIssuer => "foreign-issuer",
            Self::SignInPage => "sign-in-page",
            Self::LargeLost => "large-lost",
        }
    }

    /// Active refusal by something on the way: TCP RST or any ICMP error that a router sent.
    #[must_use]
    pub fn is_rejection(self) -> bool {
        matches!(
            self,
            Self::Refused
                | Self::Reset
                | Self::IcmpProhibited
                | Self::IcmpNetUnreachable
                | Self::IcmpHostUnreachable
                | Self::IcmpPortUnreachable
                | Self::IcmpOther
        )
    }
}

/// How a step ended. "Could not test" is neither passed nor failed (law 2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    Passed,
    Failed(Failure),
    /// Not run, and why.
    Skipped(String),
    /// Run, but it decides nothing, and why.
    Inconclusive(String),
}

impl Outcome {
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed(_) => "failed",
            Self::Skipped(_) => "skipped",
            Self::Inconclusive(_) => "inconclusive",
        }
    }

    #[must_use]
    pub fn failure(&self) -> Option<Failure> {
        match self {
            Self::Failed(f) => Some(*f),
            Self::Passed | Self::Skipped(_) | Self::Inconclusive(_) => None,
        }
    }
}

/// What a step measured beside its outcome, for `diagnose`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Measured {
    #[default]
    Nothing,
    /// Addresses a name gave.
    Addresses(Vec<IpAddr>),
    /// Who sent the ICMP error.
    Offender(IpAddr),
    /// The router's MAC.
    RouterMac(Mac),
    /// What a DHCP server hands out here, one per server.
    Offers(Vec<Offer>),
    /// The same with what was asked: what was asked and is not among the offers stayed silent.
    Answers { offers: Vec<Offer>, asked: Vec<OfferTo> },
    /// A connection opened: time to the SYN-ACK, microseconds.
    Opened { micros: u64 },
    /// A connection opened, and something was said on it that met a reset: microseconds to the SYN-ACK, and from the
    /// saying to the reset.
    Cut { opened_micros: u64, after_micros: u64 },
    /// Attempts in the order in which they began: microseconds to the SYN-ACK, `None` for silence.
    Attempts(Vec<Option<u64>>),
    /// The certificate chain that a TLS hello met.
    Tls(TlsSeen),
    /// What a web page's server answered.
    Page { status: u16, location: Option<String> },
    /// The hops that told of themselves, by distance; the last is the farthest that was seen.
    Hops(Vec<Hop>),
    /// How large the segments were that were acknowledged, bytes of content.
    Segment { bytes: u32 },
    /// Nothing: the check broke inside this program (a panic). The detail says how.
    Broke,
    /// When an idle connection was seen to have ended by itself, milliseconds after it opened.
    Ended { after_ms: u64 },
    /// Firewalls and security agents that run on this computer, where it may be its own filter that refuses. They are
    /// named, and prove nothing.
    Agents(Vec<String>),
}

/// Whom a DHCP server was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OfferTo {
    /// This computer's options (INFORM).
    Options,
    NewMac,
    OwnMac,
    Gateway,
}

/// A hop towards the cloud.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hop {
    /// Distance in hops; 1 is the router.
    pub distance: u8,
    /// Who told (ICMP time exceeded, RFC 792); `None` is silence.
    pub who: Option<IpAddr>,
    /// The connection opened at this distance.
    pub opened: bool,
    /// The attempt that could live for so many hops was refused: somebody no farther than this says no.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<Failure>,
    /// Who says so, where the refusal was an ICMP error.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused_by: Option<IpAddr>,
}

/// A certificate chain, as far as it matters (RFC 5280). Names are made safe to show.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TlsSeen {
    pub subject: String,
    pub issuer: String,
    /// Issuer of the last certificate of the chain.
    pub root: String,
    /// The chain ends at a public authority (the Mozilla list) and the name fits.
    pub public: bool,
    /// The chain is trusted by this computer's own store; `None` when that could not be asked.
    pub trusted_here: Option<bool>,
    /// The certificate names the host that was asked for.
    pub name_fits: bool,
    /// The product that the issuer is known for, and whether it runs on a computer rather than on the way.
    pub product: Option<Inspector>,
}

/// A product that opens encrypted connections, known by its issuer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inspector {
    pub name: String,
    /// It is a program on a computer (antivirus), not a device on the way.
    pub on_computers: bool,
}

/// What one DHCP server answered to a probe of ours.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Offer {
    pub server: Ipv4Addr,
    /// True for an OFFER to a made-up MAC, false for an ACK to our INFORM.
    pub to_new_mac: bool,
    /// True for an OFFER to the gateway's own MAC (asked by a DISCOVER only, never taken).
    #[serde(default)]
    pub to_gateway: bool,
    /// True for an OFFER to this computer's own MAC, which may have a lease already.
    #[serde(default)]
    pub to_own: bool,
    pub address: Option<Ipv4Addr>,
    pub mask: Option<Ipv4Addr>,
    pub routers: Vec<Ipv4Addr>,
    pub name_servers: Vec<Ipv4Addr>,
    pub lease_secs: Option<u32>,
    pub portal: Option<String>,
    /// Option 252: the address of a proxy configuration (WPAD), made safe to show.
    #[serde(default)]
    pub wpad: Option<String>,
    /// Option 15: the domain in which names without one are looked up, made safe to show.
    #[serde(default)]
    pub domain: Option<String>,
    /// Milliseconds from the question to this answer.
    #[serde(default)]
    pub after_ms: u64,
}

/// One step's result.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CheckResult {
    pub id: CheckId,
    pub target: Target,
    pub outcome: Outcome,
    pub took_ms: u64,
    pub measured: Measured,
    /// One line for people: what was seen.
    pub detail: String,
}

impl CheckResult {
    /// The check broke inside this program; what it would have said is not known.
    #[must_use]
    pub fn broke(&self) -> bool {
        self.measured == Measured::Broke
    }
}
