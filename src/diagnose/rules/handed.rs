//! What DHCP hands out to the box and this computer does not use itself: a router that is not there, a router of which
//! only its being there can be asked from here, a mask that leaves the box alone.

use super::{any_blinks, evidence, found, or_else};
use crate::diagnose::digest::Digest;
use crate::diagnose::observed::leases_here;
use crate::diagnose::{Found, Scene};
use crate::model::check::{CheckId, CheckResult, Failure, Measured, Offer, Outcome, Target};
use crate::model::finding::{Evidence, Level};
use crate::model::{Basis, Cause};
use std::net::Ipv4Addr;

/// The result of asking for this router.
fn asked<'a>(d: &Digest<'a>, ip: Ipv4Addr) -> Option<&'a CheckResult> {
    d.results().iter().find(|r| r.id == CheckId::Router && r.target == Target::Router(ip))
}

fn line(scene: &Scene<'_>, r: &CheckResult) -> Evidence {
    evidence(format!("{}: {}", r.target, r.detail), Basis::Measured, "router", scene.results_age_ms)
}

/// The routers that the box is given.
fn routers(d: &Digest<'_>) -> Vec<Ipv4Addr> {
    Offer::routers_of_the_box(d.offers.unwrap_or_default())
}

/// The first router that the box is given is not this computer's, and does not answer ARP. Most devices use only that
/// one; where a later one answers and the box is not known to blink, it may have found that.
pub(super) fn dead_router(scene: &Scene<'_>, d: &Digest<'_>) -> Option<Found> {
    let own = scene.host.interface().and_then(|i| i.router);
    let all = routers(d);
    let first = all.first().copied().filter(|ip| Some(*ip) != own)?;
    let silent = |r: &CheckResult| r.outcome.failure() == Some(Failure::NeighbourSilent);
    let dead = asked(d, first).filter(|r| silent(r))?;
    let reserve = all[1..].iter().any(|ip| asked(d, *ip).is_some_and(|r| r.outcome == Outcome::Passed));
    let level = (reserve && !any_blinks(scene)).then_some(Level::Warning);
    let mut lines = vec![line(scene, dead)];
    if let Some(own) = own {
        let text = format!("this computer uses {own} by its own settings, which the gateway does not have");
        lines.push(evidence(text, Basis::Measured, "lease", 0));
    }
    Some(Found { level, ..found(Cause::DhcpDeadRouter, lines) })
}

/// The router of an offer is outside the network that its mask describes around the address that is offered, a box's own,
/// or this computer's where it has the same mask.
pub(super) fn leaves_the_router_outside(scene: &Scene<'_>, o: &Offer) -> bool {
    let own = scene.host.interface().and_then(|i| i.address());
    let same = own.filter(|a| Some(a.mask()) == o.mask).map(|a| a.ip);
    let boxes = scene.gateways.iter().filter_map(|g| g.ip).filter(|ip| own.is_some_and(|a| a.contains(*ip)));
    let bases: Vec<Ipv4Addr> = o.address.or(same).map_or_else(|| boxes.collect(), |base| vec![base]);
    // a mask of 32 bits is a way of its own, in which the router is always outside
    let Some(mask) = o.mask.filter(|m| *m != Ipv4Addr::BROADCAST) else { return false };
    let outside = |base: Ipv4Addr| o.routers.iter().all(|r| !same_network(*r, base, mask));
    !o.routers.is_empty() && bases.into_iter().any(outside)
}

fn same_network(a: Ipv4Addr, b: Ipv4Addr, mask: Ipv4Addr) -> bool {
    u32::from(a) & u32::from(mask) == u32::from(b) & u32::from(mask)
}

/// A name server that is handed out is a neighbour by the mask that is handed out, and is none by this computer's, which
/// was set by hand: one of the two masks is wrong, and from here nobody can tell which.
fn far_neighbour(scene: &Scene<'_>, d: &Digest<'_>) -> Option<String> {
    let own = scene.host.interface().and_then(|i| i.address())?;
    let offers = d.offers.unwrap_or_default();
    Offer::to_the_box(offers).into_iter().find_map(|o| {
        let mask = o.mask.filter(|m| *m != own.mask())?;
        let far = o.name_servers.iter().find(|ip| same_network(**ip, own.ip, mask) && !own.contains(**ip))?;
        Some(format!(
            "DHCP hands out the mask {mask}, by which the name server {far} is a neighbour; by this computer's mask {} it is behind the router",
            own.mask()
        ))
    })
}

/// Adds what this computer could not test of the box's way: a router that it does not use, or, with an address set by
/// hand and no answer of a server, all that a lease would bring.
pub(super) fn not_tested(scene: &Scene<'_>, d: &Digest<'_>, mut f: Found) -> Found {
    if let Some(text) = far_neighbour(scene, d) {
        f.evidence.push(evidence(text, Basis::Measured, "offer", scene.results_age_ms));
        f = or_else(
            f,
            Cause::DhcpWrongMask,
            "compare both masks with the router's own setting: if it has this computer's, the gateway looks for its name server on its own network and finds nobody",
        );
    }
    if let Some(other) = another_router(scene, d) {
        f.evidence.push(line(scene, other));
        let level = (f.level() > Level::Warning).then_some(Level::Warning).or(f.level);
        let text = "let this computer get its address by DHCP, so that it uses the gateway's router, and check again: if nothing opens then, that router leads nowhere";
        f.evidence.push(evidence(text, Basis::None, "router", scene.results_age_ms));
        return Found { level, ..f };
    }
    if d.offers.is_none_or(|o| o.is_empty()) && !leases_here(scene) {
        let text =
            "not tested: which router and name servers DHCP hands out to the gateway, since no server told";
        f.evidence.push(evidence(text, Basis::None, "offer", scene.results_age_ms));
    }
    f
}

/// The router that the box is given, where it is another device than this computer's and answers.
fn another_router<'a>(scene: &Scene<'_>, d: &Digest<'a>) -> Option<&'a CheckResult> {
    let own = scene.host.interface().and_then(|i| i.router)?;
    let first = routers(d).first().copied().filter(|ip| *ip != own)?;
    let mac = |ip| match asked(d, ip).map(|r| &r.measured) {
        Some(Measured::RouterMac(mac)) => Some(*mac),
        _ => None,
    };
    // one device with two addresses leads out the same way
    let same = mac(first).is_some() && mac(first) == mac(own);
    asked(d, first).filter(|r| !same && !matches!(r.outcome, Outcome::Failed(_)))
}
