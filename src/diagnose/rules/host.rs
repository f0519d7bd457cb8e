//! Rules about this computer as a witness, and about the box as it is seen or not seen.

use super::{
    any_blinks, can_see_neighbours, evidence, failed, found, led_evidence, name, names_work, or_else,
};
use crate::diagnose::digest::{Digest, WayOut};
use crate::diagnose::{Found, Scene, is_only_an_old_row};
use crate::model::check::{CheckId, Failure};
use crate::model::finding::{Evidence, Level};
use crate::model::snapshot::GatewayView;
use crate::model::{Basis, Cause, LedSet, LedState, Mac};
use std::collections::BTreeSet;

/// Is this computer a fair witness?
pub(super) fn witness(scene: &Scene<'_>, d: &Digest<'_>, out: &mut Vec<Found>) {
    if d.carrier == Some(false) || !d.has_interface && failed(d, CheckId::Link, Failure::NoInterface) {
        let lines = d
            .telling(CheckId::Link)
            .map(|r| evidence(r.detail.clone(), Basis::Measured, "link", 0))
            .collect();
        out.push(found(Cause::HostNoLink, lines));
    }
    let told = |failure| -> Vec<Evidence> {
        d.results()
            .iter()
            .filter(|r| r.id == CheckId::Witness && r.outcome.failure() == Some(failure))
            .map(|r| evidence(r.detail.clone(), Basis::Measured, "witness", 0))
            .collect()
    };
    if d.tunnel_route {
        out.push(found(Cause::HostVpnRoute, told(Failure::TunnelRoute)));
    }
    if d.wireless_beside_wire {
        out.push(Found {
            level: Some(Level::Info),
            ..found(Cause::HostWifiBesideWire, told(Failure::WirelessBesideWire))
        });
    }
    if failed(d, CheckId::Witness, Failure::LocalNetworkDenied) {
        out.push(found(Cause::HostLocalNetworkDenied, told(Failure::LocalNetworkDenied)));
    }
    if failed(d, CheckId::Witness, Failure::OwnFirewall) {
        // where the way was seen all the same, what was refused is a remark
        let seen = d.way_out == WayOut::Open && names_work(d);
        let level = seen.then_some(Level::Info);
        out.push(Found { level, ..found(Cause::HostOwnFirewall, told(Failure::OwnFirewall)) });
    }
    if d.proxies {
        out.push(Found {
            level: Some(Level::Info),
            ..found(Cause::HostProxyInUse, told(Failure::ProxyConfigured))
        });
    }
    if let Some(ip) = d.other_subnet {
        let text = format!("the gateway's address {ip} is in no subnet of this computer");
        let other = found(Cause::HostOtherSubnet, vec![evidence(text, Basis::Measured, "witness", 0)]);
        // a network that leads nowhere may be one for devices that nobody knows
        out.push(if any_blinks(scene) {
            or_else(
                other,
                Cause::CloudQuarantine,
                "plug this computer into the gateway's own socket: if it gets an address of the agreed network there, an admission system has moved the gateway, by its MAC, into the other one",
            )
        } else {
            other
        });
    }
}

/// What the box itself, or its absence, tells.
pub(super) fn box_itself(scene: &Scene<'_>, d: &Digest<'_>, g: &GatewayView, out: &mut Vec<Found>) {
    let push = |cause, evidence, out: &mut Vec<Found>| {
        out.push(Found { about: Some(g.mac), ..found(cause, evidence) });
    };
    match g.led.possible.known() {
        Some(LedState::SolidGreen) => push(Cause::OkGreen, vec![led_evidence(g)], out),
        Some(LedState::Dark) => push(Cause::GatewayNoPower, vec![led_evidence(g)], out),
        Some(LedState::SolidRed | LedState::BlinkingRed) | None => {}
    }
    if scene.searched
        && can_see_neighbours(d)
        && g.led.possible.known() == Some(LedState::SolidGreen)
        && !seen_here(g)
        && !is_only_an_old_row(g)
    {
        let text = format!("{} did not answer here, and is known to be green", name(g));
        push(Cause::GatewayIsolated, vec![evidence(text, Basis::Measured, "neighbour", 0)], out);
    }
    if hangs(scene, g) {
        let text = format!("{} has not been heard for five minutes, and it was here before", name(g));
        let lines = vec![led_evidence(g), evidence(text, Basis::Measured, "neighbour", 0)];
        let hung = Found { about: Some(g.mac), ..found(Cause::GatewayHung, lines) };
        out.push(super::port::or_shut(hung));
    }
    if scene.host.interfaces.iter().any(|i| i.mac == Some(g.mac)) {
        let text = format!("{} is the address of this computer itself", g.mac);
        push(Cause::GatewayWrongMac, vec![evidence(text, Basis::Measured, "link", 0)], out);
        return;
    }
    let at_typed_ip = scene.typed_ip.and_then(|ip| scene.hosts.iter().find(|h| h.ip == ip));
    if let (Some(host), Some(mac)) = (at_typed_ip, scene.typed_mac)
        && host.mac != mac
        && g.first_seen_ms.is_none()
    {
        let text = format!("{} answers with the MAC {}, not {mac}", host.ip, host.mac);
        let lines = vec![evidence(text, Basis::Measured, "neighbour", 0)];
        let wrong = Found { about: Some(g.mac), ..found(Cause::GatewayWrongMac, lines) };
        out.push(or_else(wrong, Cause::IpConflict, "unplug the gateway, and ask for its address again: if that MAC still answers and both numbers are right, the two devices share the address"));
        return;
    }
    // whom only an older row shows was not asked to the end yet: nothing is known of it
    if g.first_seen_ms.is_some() || is_only_an_old_row(g) || !scene.searched || !can_see_neighbours(d) {
        return;
    }
    if let Some(other) = mistyped(scene, g.mac) {
        let text =
            format!("{} was never seen; {other} is here, which a slip of the pen turns into it", g.mac);
        push(Cause::GatewayWrongMac, vec![evidence(text, Basis::Measured, "neighbour", 0)], out);
    } else if d.other_subnet.is_none() && g.led.possible.known() != Some(LedState::Dark) {
        let text = format!(
            "{} did not answer and was not heard in any round of the search ({} others are known here)",
            name(g),
            scene.hosts.len()
        );
        let mut lines = vec![evidence(text, Basis::Measured, "neighbour", 0)];
        let signed_in = failed(d, CheckId::Witness, Failure::PortAuthenticated);
        if signed_in {
            let text = "this computer signed in to its switch port (802.1X): such a port lets no word of the gateway through, unless its MAC is admitted there (MAC authentication bypass)";
            lines.push(evidence(text, Basis::Measured, "witness", 0));
        }
        let silent = found(Cause::GatewaySilent, lines);
        let silent = Found { about: Some(g.mac), ..silent };
        let silent = if signed_in { super::port::or_shut(silent) } else { silent };
        // its lease may be in another network; only its LED tells
        out.push(if super::lease::refused(d) {
            or_else(
                silent,
                Cause::DhcpGatewayRefused,
                "look at its LED: if it is solid red, the DHCP server here refuses this MAC, since it offers an address to a made-up one and none to it",
            )
        } else {
            silent
        });
    }
}

/// No gateway at all, and none typed in.
pub(super) fn nobody_seen(scene: &Scene<'_>, d: &Digest<'_>, out: &mut Vec<Found>) {
    if scene.searched && can_see_neighbours(d) && d.other_subnet.is_none() {
        let others = scene.hosts.len();
        let text = match scene.typed_ip {
            Some(ip) => {
                format!("{ip} did not answer in any round of the search ({others} others are known here)")
            }
            None => format!(
                "no MAC of the gateway's maker was seen in any round of the search ({others} others are known here)"
            ),
        };
        out.push(found(Cause::GatewaySilent, vec![evidence(text, Basis::Measured, "neighbour", 0)]));
    }
}

/// A MAC on this segment that the typed one is a slip of, or the only gateway here when the typed MAC is of no
/// known maker.
fn mistyped(scene: &Scene<'_>, typed: Mac) -> Option<Mac> {
    if scene.typed_mac != Some(typed) {
        return None;
    }
    let seen: BTreeSet<Mac> = scene
        .hosts
        .iter()
        .map(|h| h.mac)
        .chain(scene.gateways.iter().filter(|g| g.first_seen_ms.is_some()).map(|g| g.mac))
        .collect();
    let of_maker: Vec<Mac> = seen.iter().copied().filter(|m| scene.profile.is_gateway(*m)).collect();
    let slip = of_maker.iter().copied().find(|m| m.is_slip_of(typed));
    let foreign = match of_maker.as_slice() {
        [only] if !scene.profile.is_gateway(typed) => Some(*only),
        _ => None,
    };
    slip.or(foreign)
}

/// It was met on this segment, and not only reported by a console or seen by somebody.
fn seen_here(g: &GatewayView) -> bool {
    use crate::model::evidence::Source;
    g.sources.iter().any(|s| matches!(s, Source::Neighbour | Source::Dhcp | Source::Mdns))
        && g.first_seen_ms.is_some()
}

/// How long a box that has a link may be silent (field guide 5.7, fault 66).
const HUNG_MS: u64 = 300_000;

/// It was here, is not heard any more in any way, and somebody sees its LED lit red.
pub(super) fn hangs(scene: &Scene<'_>, g: &GatewayView) -> bool {
    let lit_red = g.led.basis == Basis::Seen
        && g.led.possible.is_subset_of(LedSet::of(&[LedState::SolidRed, LedState::BlinkingRed]));
    let silent = g.last_seen.is_some_and(|at| scene.now.since(at) >= HUNG_MS);
    lit_red && seen_here(g) && silent
}
