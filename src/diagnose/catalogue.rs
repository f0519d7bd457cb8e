//! The closed catalogue: every cause with its words, its owner, its one next step and what it hides.
//!
//! One page a cause, as data; the pages stand by family in `catalogue/`. The match in [`page`] is exhaustive, so the
//! compiler finds a cause without a page. Nothing here looks at evidence: `diagnose` picks the cause, the catalogue
//! says it. All text is English; what a page assumes, it calls assumed.

use crate::model::{Cause, LedState, Level, Owner};

/// What IT has to allow, word for word the same on every page. The tests compare it with the shipped profile.
macro_rules! what_to_allow {
    () => {
        "TCP 443 and 4321 outbound from the gateway's IP address and MAC to any host (as the vendor recommends) or to \
         gk.sensorist.com and gk.sensorist.net; persistent connection, idle timeout at least 7440 s (RFC 5382); \
         no inbound rule"
    };
}

mod cloud;
mod dhcp;
mod dns;
mod excluders;
mod gateway;
mod hides;
mod host;
mod lasting;
mod ok;
mod port;
#[cfg(test)]
mod tests;

pub use excluders::excluded_by;

/// Everything that is said about one cause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// One sentence that states the cause for an installer.
    pub title: &'static str,
    pub meaning: &'static str,
    /// How it was told apart from its twins, which are named by their codes.
    pub told_apart: &'static str,
    pub owner: Owner,
    pub level: Level,
    /// The one next step, addressed to the owner.
    pub next_step: &'static str,
    /// How to prove that it is fixed.
    pub proof: &'static str,
    pub not_tested: &'static str,
    /// Causes that follow from this one and are not shown beside it; transitively closed.
    pub hides: &'static [Cause],
}

/// The page of a cause.
#[must_use]
pub fn page(cause: Cause) -> &'static Page {
    match cause {
        Cause::HostNoLink => &host::NO_LINK,
        Cause::HostVpnRoute => &host::VPN_ROUTE,
        Cause::HostProxyInUse => &host::PROXY_IN_USE,
        Cause::HostWifiBesideWire => &host::WIFI_BESIDE_WIRE,
        Cause::HostOtherSubnet => &host::OTHER_SUBNET,
        Cause::HostLocalNetworkDenied => &host::LOCAL_NETWORK_DENIED,
        Cause::HostTlsProduct => &host::TLS_PRODUCT,
        Cause::HostOwnFirewall => &host::OWN_FIREWALL,
        Cause::GatewayNoPower => &gateway::NO_POWER,
        Cause::GatewaySilent => &gateway::SILENT,
        Cause::GatewayHung => &gateway::HUNG,
        Cause::GatewayRestarting => &gateway::RESTARTING,
        Cause::GatewayWrongMac => &gateway::WRONG_MAC,
        Cause::GatewayIsolated => &gateway::ISOLATED,
        Cause::GatewayDefective => &gateway::DEFECTIVE,
        Cause::PortShut => &port::SHUT,
        Cause::PortLate => &port::LATE,
        Cause::PortArpInspection => &port::ARP_INSPECTION,
        Cause::DhcpNoServer => &dhcp::NO_SERVER,
        Cause::DhcpPoolExhausted => &dhcp::POOL_EXHAUSTED,
        Cause::DhcpGatewayRefused => &dhcp::GATEWAY_REFUSED,
        Cause::DhcpNakLoop => &dhcp::NAK_LOOP,
        Cause::DhcpRogueServer => &dhcp::ROGUE_SERVER,
        Cause::DhcpOfferLost => &dhcp::OFFER_LOST,
        Cause::DhcpNoRouter => &dhcp::NO_ROUTER,
        Cause::DhcpDeadRouter => &dhcp::DEAD_ROUTER,
        Cause::DhcpNoDns => &dhcp::NO_DNS,
        Cause::DhcpWrongMask => &dhcp::WRONG_MASK,
        Cause::DhcpIpv6Only => &dhcp::IPV6_ONLY,
        Cause::IpConflict => &dhcp::IP_CONFLICT,
        Cause::DnsUnreachable => &dns::UNREACHABLE,
        Cause::DnsFirstServerDead => &dns::FIRST_SERVER_DEAD,
        Cause::DnsNoForwarding => &dns::NO_FORWARDING,
        Cause::DnsNameBlocked => &dns::NAME_BLOCKED,
        Cause::DnsOneNameBlocked => &dns::ONE_NAME_BLOCKED,
        Cause::DnsRedirected => &dns::REDIRECTED,
        Cause::CloudBothPortsDropped => &cloud::BOTH_PORTS_DROPPED,
        Cause::CloudBothPortsRejected => &cloud::BOTH_PORTS_REJECTED,
        Cause::CloudPort443Blocked => &cloud::PORT_443_BLOCKED,
        Cause::CloudPort4321Blocked => &cloud::PORT_4321_BLOCKED,
        Cause::CloudSomeAddressesBlocked => &cloud::SOME_ADDRESSES_BLOCKED,
        Cause::CloudRuleForOtherAddress => &cloud::RULE_FOR_OTHER_ADDRESS,
        Cause::CloudAnswersBlocked => &cloud::ANSWERS_BLOCKED,
        Cause::CloudGatewayOnlyBlocked => &cloud::GATEWAY_ONLY_BLOCKED,
        Cause::CloudQuarantine => &cloud::QUARANTINE,
        Cause::CloudProxyRequired => &cloud::PROXY_REQUIRED,
        Cause::CloudProxyAnswers => &cloud::PROXY_ANSWERS,
        Cause::CloudTlsInspected => &cloud::TLS_INSPECTED,
        Cause::CloudAppControl => &cloud::APP_CONTROL,
        Cause::CloudCaptivePortal => &cloud::CAPTIVE_PORTAL,
        Cause::CloudRateLimited => &cloud::RATE_LIMITED,
        Cause::CloudTranslationExhausted => &cloud::TRANSLATION_EXHAUSTED,
        Cause::CloudServiceDown => &cloud::SERVICE_DOWN,
        Cause::CloudNoRoute => &cloud::NO_ROUTE,
        Cause::InternetRefused => &cloud::INTERNET_REFUSED,
        Cause::InternetDown => &cloud::INTERNET_DOWN,
        Cause::HoldIdleTimeout => &lasting::IDLE_TIMEOUT,
        Cause::HoldStateFlushed => &lasting::STATE_FLUSHED,
        Cause::HoldCloudCloses => &lasting::CLOUD_CLOSES,
        Cause::PathMtuBlackHole => &lasting::MTU_BLACK_HOLE,
        Cause::PathLossy => &lasting::LOSSY,
        Cause::PathSlow => &lasting::SLOW,
        Cause::OkGreen => &ok::GREEN,
        Cause::OkWayIsClear => &ok::WAY_IS_CLEAR,
    }
}

/// The page of a cause as text, for `solidgreen explain CODE`; lines of at most [`WIDTH`] characters.
#[must_use]
pub fn explain(cause: Cause) -> String {
    let page = page(cause);
    let mut out = format!("{cause}\n");
    wrap(&mut out, page.title, "");
    out.push_str(&format!("\nWhose turn: {}\nLevel: {}\n", page.owner.label(), page.level.word()));
    for (head, text) in [
        ("What it means", page.meaning),
        ("How it was told apart", page.told_apart),
        ("Next step", page.next_step),
        ("How to prove that it is fixed", page.proof),
        ("What was not tested", page.not_tested),
    ] {
        out.push_str(&format!("\n{head}\n"));
        wrap(&mut out, text, "  ");
    }
    let excluders: Vec<&str> = excluded_by(cause).iter().map(|o| o.says()).collect();
    if !excluders.is_empty() {
        out.push_str("\nWhat excludes it\n");
        wrap(&mut out, &format!("{}.", excluders.join("; ")), "  ");
    }
    if !page.hides.is_empty() {
        let mut hidden = page.hides.to_vec();
        hidden.sort_unstable();
        let codes: Vec<&str> = hidden.iter().map(|c| c.code()).collect();
        out.push_str("\nNot shown beside it: what follows from it, or cannot be judged before\n");
        wrap(&mut out, &codes.join(", "), "  ");
    }
    out
}

/// Every cause, one line each, aligned: code, level, owner, title. For `solidgreen explain` without a code.
#[must_use]
pub fn list() -> String {
    let width = Cause::ALL.iter().map(|c| c.code().len()).max().unwrap_or(0);
    Cause::ALL
        .iter()
        .map(|&c| {
            let page = page(c);
            format!("{:width$}  {:7}  {:9}  {}\n", c.code(), page.level.word(), page.owner.word(), page.title)
        })
        .collect()
}

/// The LED code in words and shapes, one line a state, in the order of [`LedState::ALL`]. A full mark is
/// light, a hollow one is none, a round one is green: colour is not needed to read it.
#[must_use]
pub fn legend() -> [&'static str; 4] {
    LedState::ALL.map(legend_of)
}

/// The legend's line for one state.
#[must_use]
pub fn legend_of(state: LedState) -> &'static str {
    match state {
        LedState::Dark => "\u{25a1}\u{25a1}\u{25a1}\u{25a1} dark: no power",
        LedState::SolidRed => "\u{25a0}\u{25a0}\u{25a0}\u{25a0} solid red: no IP address",
        LedState::BlinkingRed => {
            "\u{25a0}\u{25a1}\u{25a0}\u{25a1} blinking red: an IP address, but no way to the cloud"
        }
        LedState::SolidGreen => "\u{25cf}\u{25cf}\u{25cf}\u{25cf} solid green: connected to the cloud",
    }
}

/// Goes with the legend wherever it is printed: network staff know the reverse code from other makers.
pub const LEGEND_REMARK: &str = "Some other makers use the reverse code: on Meraki devices, for one, blinking means no \
     IP address and steady means no cloud. Here steady red means no IP address.";

/// Longest line of [`explain`], in characters.
pub const WIDTH: usize = 78;

/// Appends `text`, broken between words into lines of at most [`WIDTH`] characters that begin with `indent`.
fn wrap(out: &mut String, text: &str, indent: &str) {
    let mut line = String::new();
    for word in text.split_whitespace() {
        let needed = indent.len() + line.chars().count() + 1 + word.chars().count();
        if !line.is_empty() && needed > WIDTH {
            out.push_str(&format!("{indent}{line}\n"));
            line.clear();
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    if !line.is_empty() {
        out.push_str(&format!("{indent}{line}\n"));
    }
}
