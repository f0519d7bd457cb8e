//! The closed list of causes (design section 6). Their words stand in `diagnose::catalogue`.

use serde::{Deserialize, Serialize};
use std::fmt;

macro_rules! causes {
    ($($name:ident = $code:literal),+ $(,)?) => {
        /// A cause. Its code is a contract: it is never renamed.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Cause { $($name),+ }

        impl Cause {
            pub const ALL: &'static [Cause] = &[$(Cause::$name),+];

            /// The code of the command line, the JSON and the report.
            #[must_use]
            pub fn code(self) -> &'static str {
                match self { $(Cause::$name => $code),+ }
            }
        }
    };
}

causes! {
    HostNoLink = "host.no-link",
    HostVpnRoute = "host.vpn-route",
    HostProxyInUse = "host.proxy-in-use",
    HostWifiBesideWire = "host.wifi-beside-wire",
    HostOtherSubnet = "host.other-subnet",
    HostLocalNetworkDenied = "host.local-network-denied",
    HostTlsProduct = "host.tls-product",
    HostOwnFirewall = "host.own-firewall",
    GatewayNoPower = "gateway.no-power",
    GatewaySilent = "gateway.silent",
    GatewayHung = "gateway.hung",
    GatewayRestarting = "gateway.restarting",
    GatewayWrongMac = "gateway.wrong-mac",
    GatewayIsolated = "gateway.isolated",
    GatewayDefective = "gateway.defective",
    PortShut = "port.shut",
    PortLate = "port.late",
    PortArpInspection = "port.arp-inspection",
    DhcpNoServer = "dhcp.no-server",
    DhcpPoolExhausted = "dhcp.pool-exhausted",
    DhcpGatewayRefused = "dhcp.gateway-refused",
    DhcpNakLoop = "dhcp.nak-loop",
    DhcpRogueServer = "dhcp.rogue-server",
    DhcpOfferLost = "dhcp.offer-lost",
    DhcpNoRouter = "dhcp.no-router",
    DhcpDeadRouter = "dhcp.dead-router",
    DhcpNoDns = "dhcp.no-dns",
    DhcpWrongMask = "dhcp.wrong-mask",
    DhcpIpv6Only = "dhcp.ipv6-only",
    IpConflict = "ip.conflict",
    DnsUnreachable = "dns.unreachable",
    DnsFirstServerDead = "dns.first-server-dead",
    DnsNoForwarding = "dns.no-forwarding",
    DnsNameBlocked = "dns.name-blocked",
    DnsOneNameBlocked = "dns.one-name-blocked",
    DnsRedirected = "dns.redirected",
    CloudBothPortsDropped = "cloud.both-ports-dropped",
    CloudBothPortsRejected = "cloud.both-ports-rejected",
    CloudPort443Blocked = "cloud.port-443-blocked",
    CloudPort4321Blocked = "cloud.port-4321-blocked",
    CloudSomeAddressesBlocked = "cloud.some-addresses-blocked",
    CloudRuleForOtherAddress = "cloud.rule-for-other-address",
    CloudAnswersBlocked = "cloud.answers-blocked",
    CloudGatewayOnlyBlocked = "cloud.gateway-only-blocked",
    CloudQuarantine = "cloud.quarantine",
    CloudProxyRequired = "cloud.proxy-required",
    CloudProxyAnswers = "cloud.proxy-answers",
    CloudTlsInspected = "cloud.tls-inspected",
    CloudAppControl = "cloud.app-control",
    CloudCaptivePortal = "cloud.captive-portal",
    CloudRateLimited = "cloud.rate-limited",
    CloudTranslationExhausted = "cloud.translation-exhausted",
    CloudServiceDown = "cloud.service-down",
    CloudNoRoute = "cloud.no-route",
    InternetRefused = "internet.refused",
    InternetDown = "internet.down",
    HoldIdleTimeout = "hold.idle-timeout",
    HoldStateFlushed = "hold.state-flushed",
    HoldCloudCloses = "hold.cloud-closes",
    PathMtuBlackHole = "path.mtu-black-hole",
    PathLossy = "path.lossy",
    PathSlow = "path.slow",
    OkGreen = "ok.green",
    OkWayIsClear = "ok.way-is-clear",
}

impl Cause {
    /// The cause of a code, case ignored.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Cause> {
        Cause::ALL.iter().copied().find(|c| c.code().eq_ignore_ascii_case(code.trim()))
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl Serialize for Cause {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for Cause {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let code = String::deserialize(d)?;
        Cause::from_code(&code).ok_or_else(|| serde::de::Error::custom(format!("unknown cause '{code}'")))
    }
}
