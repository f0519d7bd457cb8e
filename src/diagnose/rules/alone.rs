//! A box that has no way out where this computer beside it has one: a rule for it alone, a rule for an address that it
//! had, or a switch that does not let it use its address.

use super::{evidence, found, led_evidence, name, or_else, passes};
use crate::diagnose::digest::{Digest, Router};
use crate::diagnose::observed::Observed;
use crate::diagnose::{Found, Scene};
use crate::model::evidence::Source;
use crate::model::finding::Evidence;
use crate::model::snapshot::GatewayView;
use crate::model::{At, Basis, Cause, LedState};
use std::net::Ipv4Addr;

/// Why this box alone is held back.
pub(super) fn blocked(scene: &Scene<'_>, d: &Digest<'_>, g: &GatewayView) -> Found {
    if let Some(f) = super::pasted::let_through(scene, g) {
        return f;
    }
    let mut lines = vec![led_evidence(g)];
    lines.extend(passes(scene, d));
    let reaches_firewall = super::pasted::observed(scene, g).contains(&Observed::FirewallDenies);
    let this = |cause, lines| Found { about: Some(g.mac), ..found(cause, lines) };
    let silent = silent_at_its_address(scene, d, g).filter(|_| !reaches_firewall);
    if let Some((line, others_answer)) = silent {
        lines.insert(1, line);
        let log = "look in the switch's log for this MAC: where it lists no ARP that was dropped, a rule of the firewall holds it back";
        return if others_answer {
            or_else(this(Cause::PortArpInspection, lines), Cause::CloudGatewayOnlyBlocked, log)
        } else {
            // a network that hides its members from one another hides a healthy box as well
            or_else(this(Cause::CloudGatewayOnlyBlocked, lines), Cause::PortArpInspection, log)
        };
    }
    if let Some((former, at)) = green_elsewhere(g) {
        let now = g.ip.map(|ip| ip.to_string()).unwrap_or_default();
        let text = format!("{} was green at {former}, and blinks at {now}", name(g));
        lines.insert(1, evidence(text, Basis::Measured, "led", scene.now.since(at)));
        return or_else(
            this(Cause::CloudRuleForOtherAddress, lines),
            Cause::CloudGatewayOnlyBlocked,
            "look up which address the firewall's rule names: if it is the present one, another rule holds the gateway back",
        );
    }
    this(Cause::CloudGatewayOnlyBlocked, lines)
}

/// It says itself that it has an address of this network, and its MAC does not answer there, while the router does. With
/// whether other neighbours answer, so that the network does not hide everybody.
fn silent_at_its_address(scene: &Scene<'_>, d: &Digest<'_>, g: &GatewayView) -> Option<(Evidence, bool)> {
    let ip = g.ip.filter(|ip| !ip.is_link_local())?;
    let says_so = g.sources.iter().any(|s| matches!(s, Source::Dhcp | Source::Mdns | Source::Console));
    let own = scene.host.interface()?;
    let asked = scene.searched && own.addresses.iter().any(|a| a.contains(ip)) && d.router == Router::Answers;
    if !says_so || !asked || g.answered.is_some() || !g.rivals.is_empty() {
        return None;
    }
    let others = scene
        .hosts
        .iter()
        .filter(|h| h.mac != g.mac && Some(h.ip) != own.router && !h.ip.is_link_local())
        .count();
    let text = format!(
        "{} has the address {ip} and did not answer there in any round of the search (the router and {others} others answered)",
        name(g)
    );
    Some((evidence(text, Basis::Measured, "neighbour", 0), others > 0))
}

/// The address at which it was green in this visit, if it has another one now, and when it was last green there.
fn green_elsewhere(g: &GatewayView) -> Option<(Ipv4Addr, At)> {
    let now = g.ip?;
    let address_at = |at: At| g.addresses.iter().rev().find(|(since, _)| *since <= at).map(|(_, ip)| *ip);
    g.led_changes
        .iter()
        .rev()
        .filter(|(_, set)| set.known() == Some(LedState::SolidGreen))
        .find_map(|(at, _)| Some((address_at(*at)?, *at)))
        .filter(|(ip, _)| *ip != now)
}
