//! Which causes follow from which: the lists behind `Page::hides`.
//!
//! A cause hides another when the other one follows from it, or when the measurement behind the other one is worth
//! nothing while the first one stands. The lists are built from one another, from the cloud back to the cable, so that
//! they stay transitively closed; the tests of the catalogue hold that. Level plays no part: a warning about the
//! witness hides a fault that only this witness reports.
//!
//! Three causes of the way out are *more specific* than `internet.down` and therefore hide it, not the reverse:
//! a captive portal, a network that wants a proxy, a quarantine network. In the same way a named reason for a missing
//! lease hides the plain `dhcp.no-server`.

use crate::model::Cause::{self, *};

/// How many causes the lists hold together.
const fn count(lists: &[&[Cause]]) -> usize {
    let (mut n, mut i) = (0, 0);
    while i < lists.len() {
        n += lists[i].len();
        i += 1;
    }
    n
}

/// The lists behind one another; `N` is their [`count`].
const fn join<const N: usize>(lists: &[&[Cause]]) -> [Cause; N] {
    let mut out = [OkWayIsClear; N];
    let (mut n, mut i) = (0, 0);
    while i < lists.len() {
        let mut k = 0;
        while k < lists[i].len() {
            out[n] = lists[i][k];
            n += 1;
            k += 1;
        }
        i += 1;
    }
    out
}

macro_rules! lists {
    ($($(#[$doc:meta])* $name:ident = $($list:expr),+;)+) => {
        $($(#[$doc])* pub(super) const $name: &[Cause] = {
            const PARTS: &[&[Cause]] = &[$($list),+];
            const JOINED: [Cause; count(PARTS)] = join(PARTS);
            &JOINED
        };)+
    };
}

lists! {
    NOTHING = &[];
    WAY_IS_CLEAR = &[OkWayIsClear];

    // --- the box
    /// A green box that is not heard is `gateway.isolated`.
    GREEN = &[GatewaySilent], WAY_IS_CLEAR;
    SILENCE = &[GatewaySilent];
    /// A box that cannot speak is not blocked.
    HUNG = &[GatewaySilent, CloudGatewayOnlyBlocked], WAY_IS_CLEAR;
    NO_POWER = HUNG, &[GatewayHung, GatewayIsolated];
    DEFECTIVE = HUNG, &[GatewayHung, GatewayRestarting];
    /// A rule cannot let through what never reaches it.
    ARP_INSPECTION = HUNG, &[GatewayIsolated, CloudRuleForOtherAddress];
    /// A named reason why this box alone is not let through.
    GATEWAY_ONLY = &[CloudGatewayOnlyBlocked], WAY_IS_CLEAR;

    // --- names
    NAME_BLOCKED = &[DnsOneNameBlocked, CloudSomeAddressesBlocked], WAY_IS_CLEAR;
    ALL_NAMES_WRONG = NAME_BLOCKED, &[DnsNameBlocked];
    DNS_UNREACHABLE = ALL_NAMES_WRONG, &[DnsFirstServerDead, DnsNoForwarding, DnsRedirected];
    NO_DNS = DNS_UNREACHABLE, &[DnsUnreachable];

    // --- the way out
    SINGLE = &[CloudPort443Blocked, CloudPort4321Blocked, CloudSomeAddressesBlocked];
    BOTH_PORTS = SINGLE, WAY_IS_CLEAR;
    /// Whoever opens connections himself cuts what he cannot read.
    PROXY_ANSWERS = SINGLE, &[CloudAppControl], WAY_IS_CLEAR;
    /// A certificate of its own says more than an open port: who answers, and with what.
    TLS_INSPECTED = PROXY_ANSWERS, &[CloudProxyAnswers];
    ALL_PORTS = BOTH_PORTS, &[CloudBothPortsDropped, CloudBothPortsRejected];
    SERVICE_DOWN = ALL_PORTS, &[CloudGatewayOnlyBlocked, CloudRuleForOtherAddress, HoldCloudCloses];
    LOSSY = SINGLE, &[DnsFirstServerDead, PathSlow, CloudAppControl, PathMtuBlackHole], WAY_IS_CLEAR;

    // --- each hides what the ones above it hide
    INTERNET_DOWN = NO_DNS, &[
        CloudBothPortsDropped, CloudBothPortsRejected, CloudPort443Blocked, CloudPort4321Blocked,
        CloudGatewayOnlyBlocked, CloudRuleForOtherAddress, CloudAnswersBlocked,
        CloudProxyAnswers, CloudTlsInspected, CloudAppControl, CloudRateLimited, CloudTranslationExhausted,
        CloudServiceDown, HoldIdleTimeout, HoldStateFlushed, HoldCloudCloses, PathMtuBlackHole, PathLossy, PathSlow,
    ];
    NO_ROUTE = INTERNET_DOWN, &[InternetDown];
    PROXY_REQUIRED = NO_ROUTE, &[CloudNoRoute];
    CAPTIVE_PORTAL = PROXY_REQUIRED, &[CloudProxyRequired];
    /// Everything that is measured through the router.
    BEYOND_ROUTER = CAPTIVE_PORTAL, &[CloudCaptivePortal];
    NO_ROUTER = BEYOND_ROUTER, &[DhcpDeadRouter];
    OTHER_SUBNET = BEYOND_ROUTER, &[GatewaySilent, GatewayIsolated, GatewayHung];
    /// Causes whose evidence is that the gateway has an address of another subnet.
    QUARANTINE = OTHER_SUBNET, &[HostOtherSubnet];
    WRONG_MASK = QUARANTINE, &[DhcpDeadRouter];

    // --- the lease
    NO_SERVER = WRONG_MASK, &[CloudQuarantine, DhcpNoRouter, DhcpNoDns];
    /// A named reason why no lease is given.
    NO_LEASE = NO_SERVER, &[DhcpNoServer];
    /// A box behind a shut port is neither silent nor hung, and nobody else refuses it.
    PORT_SHUT = NO_LEASE, &[DhcpGatewayRefused, DhcpOfferLost];
    CONFLICT = LOSSY, &[CloudGatewayOnlyBlocked, CloudRuleForOtherAddress, CloudAnswersBlocked, HoldStateFlushed, PathLossy];
    ROGUE_SERVER = NO_LEASE, &[DhcpNakLoop, DhcpWrongMask, IpConflict];

    // --- this computer sees nothing of its own segment
    LOCAL_NETWORK_DENIED = ROGUE_SERVER, &[DhcpRogueServer, DhcpPoolExhausted, DhcpGatewayRefused, DhcpOfferLost,
        DhcpIpv6Only];
    NO_LINK = LOCAL_NETWORK_DENIED, &[HostLocalNetworkDenied];
}
