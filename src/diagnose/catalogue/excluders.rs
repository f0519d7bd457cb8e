//! Which observations exclude which cause: what no finding may stand against (law 2).
//!
//! Beside what a cause rests on, which its rule asks, it has to live with everything else that was observed. A rule that
//! overlooks one of these is stopped by [`crate::diagnose`] itself, and the walks over all combinations hold that none
//! has to be.

use crate::diagnose::observed::Observed::{self, *};
use crate::model::Cause;

/// The observations that a cause cannot live with.
#[must_use]
pub fn excluded_by(cause: Cause) -> &'static [Observed] {
    match cause {
        // --- this computer
        Cause::HostNoLink => &[LinkUp],
        Cause::HostVpnRoute
        | Cause::HostProxyInUse
        | Cause::HostWifiBesideWire
        | Cause::HostLocalNetworkDenied
        | Cause::HostOwnFirewall => &[FairWitness],
        Cause::HostOtherSubnet => &[BoxInOwnSubnet],
        Cause::HostTlsProduct => &[ChainsArePublic],
        // --- the box
        Cause::GatewayNoPower => &[LedSolidRed, LedBlinking, LedGreen],
        Cause::GatewaySilent => &[BoxAsks, BoxAnswersArp],
        Cause::GatewayHung => &[LedDark, LedGreen, BoxAnswersArp],
        Cause::GatewayWrongMac => &[TypedMacIsHere],
        Cause::GatewayIsolated => &[LedDark, LedSolidRed, LedBlinking, BoxAnswersArp],
        Cause::GatewayDefective => &[LedGreen],
        Cause::PortShut => &[LedGreen, BoxAsks, BoxAnswersArp],
        Cause::PortLate => &[LedDark, LedGreen],
        Cause::PortArpInspection => {
            &[FirewallDenies, FirewallAllows, LedDark, LedSolidRed, LedGreen, BoxAnswersArp]
        }
        // --- the lease
        Cause::DhcpNoServer => &[ServerAnswers],
        Cause::DhcpIpv6Only => &[ServerAnswers, Ipv4IsSpoken],
        // a server without an address left may say nothing at all
        Cause::DhcpPoolExhausted => &[LeaseReported, OfferToNewMac, OfferToGateway],
        Cause::DhcpGatewayRefused => &[LeaseReported, NoServerAnswers, OfferToGateway, LedBlinking, LedGreen],
        Cause::DhcpOfferLost => &[NoServerAnswers, AnswersArriveAndNothingIsOffered, LedBlinking, LedGreen],
        Cause::DhcpNakLoop => &[LedBlinking, LedGreen],
        Cause::DhcpRogueServer => &[NoServerAnswers, OneServer],
        Cause::DhcpNoRouter => &[OfferNamesRouter],
        Cause::DhcpDeadRouter => &[RouterAnswers],
        Cause::DhcpNoDns => &[OfferNamesServer],
        Cause::DhcpWrongMask => &[NoServerAnswers],
        Cause::IpConflict => &[LedDark],
        // --- names
        Cause::DnsUnreachable => &[NameServerAnswers],
        Cause::DnsFirstServerDead => &[FirstServerAnswers],
        Cause::DnsNoForwarding => &[OutsideNameResolves, CloudNameResolves],
        Cause::DnsNameBlocked => &[CloudNameResolves],
        Cause::DnsOneNameBlocked => &[EveryCloudNameResolves],
        Cause::DnsRedirected => &[MadeUpNameIsDenied],
        // --- the way out
        Cause::CloudBothPortsDropped | Cause::CloudBothPortsRejected => &[CloudOpens],
        Cause::CloudPort443Blocked => &[CloudOpens443],
        Cause::CloudPort4321Blocked => &[CloudOpens4321],
        Cause::CloudSomeAddressesBlocked => &[EveryAddressOpens],
        Cause::CloudGatewayOnlyBlocked => {
            &[FirewallAllows, LedDark, LedSolidRed, LedGreen, CloudShut, TunnelRoute]
        }
        Cause::CloudRuleForOtherAddress => &[FirewallAllows, LedDark, LedSolidRed, LedGreen],
        Cause::CloudAnswersBlocked | Cause::CloudQuarantine => &[LedDark, LedSolidRed, LedGreen],
        Cause::CloudProxyRequired => &[CloudOpens],
        Cause::CloudAppControl => &[ContentPasses],
        Cause::CloudTlsInspected => &[ChainsArePublic],
        Cause::CloudRateLimited | Cause::PathLossy => &[EveryAttemptOpens],
        Cause::CloudServiceDown => &[CloudOpens, CloudOpensElsewhere],
        Cause::CloudNoRoute => &[RouterLeadsOut],
        Cause::InternetRefused => &[CloudOpens],
        Cause::InternetDown => &[CloudOpens, ControlAnswers, LineIsUp],
        Cause::PathMtuBlackHole => &[FullSizePasses],
        // --- nothing to do
        Cause::OkGreen => &[LedDark, LedSolidRed, LedBlinking],
        Cause::OkWayIsClear => &[CloudShut],
        // each rests on something that was seen to happen, and nothing that is looked at beside it makes that undone
        Cause::GatewayRestarting
        | Cause::CloudProxyAnswers
        | Cause::CloudCaptivePortal
        | Cause::CloudTranslationExhausted
        | Cause::HoldIdleTimeout
        | Cause::HoldStateFlushed
        | Cause::HoldCloudCloses
        | Cause::PathSlow => &[],
    }
}
