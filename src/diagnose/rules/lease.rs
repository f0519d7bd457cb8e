//! Rules of the vendor's step 2: does anybody hand out usable addresses here, and to this box?

use super::{about, evidence, found, is_solid_red, led_evidence, name, or_else, say};
use crate::diagnose::digest::{Address, Digest};
use crate::diagnose::forensics::{self, Sign};
use crate::diagnose::observed::{self, Observed};
use crate::diagnose::{Found, Scene, may_still_change};
use crate::model::check::{CheckId, Offer, OfferTo};
use crate::model::evidence::DhcpKind;
use crate::model::finding::{Evidence, Level};
use crate::model::host::HostAddress;
use crate::model::snapshot::GatewayView;
use crate::model::{Basis, Cause, LedSet, LedState};
use std::collections::BTreeSet;
use std::net::Ipv4Addr;

/// What a box did within this time it may still be doing.
const STILL_MS: u64 = 60_000;
/// A box without an address is heard asking within this time.
const ASKS_WITHIN_MS: u64 = 10_000;

pub(super) fn lease(scene: &Scene<'_>, d: &Digest<'_>, out: &mut Vec<Found>) {
    if d.carrier == Some(false) {
        return;
    }
    servers(scene, d, out);
    for g in about(scene) {
        conflict(scene, g, out);
        refused_again_and_again(scene, g, out);
    }
    let boxes = Boxes::of(scene);
    if matches!(d.address, Address::None | Address::LinkLocal) && d.offers.is_none_or(|o| o.is_empty()) {
        // somebody has an address by DHCP: why this computer has none is not the gateway's matter
        if !boxes.any_addressed {
            let mut lines = say(scene, d, CheckId::Lease);
            lines.extend(say(scene, d, CheckId::Offer));
            lines.extend(boxes.red.iter().map(|g| asks(g)));
            let nobody = found(no_server(scene, d), lines);
            out.push(if d.offers.is_some() {
                nobody
            } else {
                // that this computer has none is the only witness, and it may never have asked
                or_else(
                    Found { level: Some(Level::Warning), ..nobody },
                    Cause::DhcpGatewayRefused,
                    "let this computer get its address by DHCP: if it gets one, servers are here and it is the gateway that is refused",
                )
            });
        }
        return;
    }
    if d.address == Address::Unknown {
        return;
    }
    // a box that says nothing at all is not refused
    for g in boxes.red.iter().filter(|g| !super::host::hangs(scene, g)) {
        out.push(red_box(scene, d, g));
    }
    if !boxes.red.is_empty() || boxes.starting {
        return;
    }
    let anybody_addressed = boxes.any_addressed || scene.gateways.iter().any(|g| g.ip.is_some());
    if d.offers == Some(&[]) && scene.searched && !anybody_addressed {
        out.push(found(no_server(scene, d), say(scene, d, CheckId::Offer)));
    }
}

/// The boxes that are asked about, by what their LED says of the lease.
struct Boxes<'a> {
    /// Known to be solid red, for long enough, and servers were asked since.
    red: Vec<&'a GatewayView>,
    /// Solid red, but that does not count yet.
    starting: bool,
    any_addressed: bool,
}

impl<'a> Boxes<'a> {
    fn of(scene: &Scene<'a>) -> Boxes<'a> {
        let addressed = LedSet::of(&[LedState::BlinkingRed, LedState::SolidGreen]);
        let counts = |g: &&GatewayView| {
            let red_for = scene.now.since(g.led_since);
            g.led.basis == Basis::Seen || !may_still_change(g, scene.now) && scene.results_age_ms <= red_for
        };
        let red: Vec<&GatewayView> = about(scene).filter(|g| is_solid_red(g)).collect();
        Boxes {
            starting: red.iter().any(|g| !counts(g)),
            red: red.into_iter().filter(counts).collect(),
            any_addressed: scene
                .gateways
                .iter()
                .any(|g| g.led.possible.is_subset_of(addressed) && g.led.basis != Basis::None),
        }
    }
}

/// Nobody hands out IPv4 addresses; where a router announces IPv6 and nobody speaks IPv4, that is all there is.
fn no_server(scene: &Scene<'_>, d: &Digest<'_>) -> Cause {
    let ipv6 = scene.host.interface().is_some_and(|i| i.ipv6_router == Some(true));
    let ipv4 = d.observed.contains(&Observed::Ipv4IsSpoken);
    if ipv6 && !ipv4 { Cause::DhcpIpv6Only } else { Cause::DhcpNoServer }
}

fn asks(g: &GatewayView) -> Evidence {
    let discovers = g.dhcp.iter().filter(|(_, k)| *k == DhcpKind::Discover).count();
    if discovers == 0 {
        return led_evidence(g);
    }
    evidence(
        format!("{} asked for an address {discovers} time(s) and got none (DHCP DISCOVER)", name(g)),
        Basis::Measured,
        "dhcp",
        g.led.age_ms.unwrap_or(0),
    )
}

fn any(offers: &[Offer], is: fn(&Offer) -> bool) -> bool {
    offers.iter().any(is)
}

/// A made-up MAC is offered an address, and the box's MAC is not although it was asked for.
pub(super) fn refused(d: &Digest<'_>) -> bool {
    d.asked_for.contains(&OfferTo::Gateway)
        && d.offers.is_some_and(|o| any(o, |o| o.to_new_mac) && !any(o, |o| o.to_gateway))
}

/// Why a box that is known to be solid red gets no address.
fn red_box(scene: &Scene<'_>, d: &Digest<'_>, g: &GatewayView) -> Found {
    let subnets: Vec<HostAddress> = scene.host.interface().map(|i| i.addresses.clone()).unwrap_or_default();
    let signs = forensics::signs(&g.dhcp_trace, &subnets, scene.now);
    let told: Vec<Evidence> = signs
        .iter()
        .map(|s| evidence(format!("{}: {}", name(g), s.text), Basis::Measured, "dhcp", scene.now.since(s.at)))
        .collect();
    let mut lines = if told.is_empty() { vec![asks(g)] } else { told };
    let this = |cause, lines| Found { about: Some(g.mac), ..found(cause, lines) };
    if asks_nobody(scene, d, g) {
        let lines = vec![
            led_evidence(g),
            evidence(
                format!("{} was not heard asking for an address on this segment", name(g)),
                Basis::Measured,
                "dhcp",
                0,
            ),
        ];
        return super::port::or_shut(this(Cause::GatewaySilent, lines));
    }
    lines.extend(say(scene, d, CheckId::Offer));
    let Some(offers) = d.offers else {
        // nothing could be asked: this computer's own lease decides, and says so
        let served =
            scene.host.interface().and_then(|i| i.lease.as_ref()).is_some_and(|l| l.dhcp == Some(true));
        let cause = if served { Cause::DhcpGatewayRefused } else { no_server(scene, d) };
        return Found { level: Some(Level::Warning), ..this(cause, lines) };
    };
    if offers.is_empty() {
        return this(no_server(scene, d), lines);
    }
    why_not_served(scene, d, g, this(Cause::DhcpGatewayRefused, lines))
}

/// Servers answer here, and this box has no address: whom they serve decides. `refused` is the finding with its lines;
/// the cause that fits takes its place.
fn why_not_served(scene: &Scene<'_>, d: &Digest<'_>, g: &GatewayView, refused: Found) -> Found {
    let offers = d.offers.unwrap_or_default();
    let the = |cause| Found { cause, ..refused.clone() };
    let weaker = |f: Found| Found { level: Some(Level::Warning), ..f };
    // it accepts what it is offered, and has no address all the same: what comes after the offer is missing
    let accepts = observed::takes_offers(g);
    if any(offers, |o| o.to_gateway) {
        // the server would serve this very MAC, so that nobody refuses it
        let lost = if accepts {
            or_else(
                the(Cause::DhcpOfferLost),
                Cause::DhcpNakLoop,
                "look in the DHCP server's log for this MAC: where it lists refusals (NAK), they are its answers",
            )
        } else {
            or_else(
                super::port::or_shut(the(Cause::DhcpOfferLost)),
                Cause::GatewayDefective,
                "plug the gateway in at a socket where another device of its kind gets an address: if it gets none there either, it is the gateway",
            )
        };
        return if scene.hears_dhcp { lost } else { weaker(lost) };
    }
    if any(offers, |o| o.to_new_mac) {
        return if d.asked_for.contains(&OfferTo::Gateway) && !accepts {
            refused
        } else {
            or_else(
                refused,
                Cause::DhcpOfferLost,
                "look in the DHCP server's log for this MAC: where it lists offers, they are lost at the box's own switch port",
            )
        };
    }
    if !d.asked_for.is_empty() && !d.asked_for.contains(&OfferTo::NewMac) {
        // only this computer was asked for: others are served, and more is not known
        return weaker(refused);
    }
    let leases =
        "look at the DHCP server's list of leases: where addresses are free, it serves known devices only";
    // an answer to this computer's own lease is due; without a lease of this server none is
    let due = d.asked_for.contains(&OfferTo::OwnMac) && observed::leases_here(scene);
    if due && !any(offers, |o| o.to_own) {
        return or_else(
            the(Cause::DhcpOfferLost),
            Cause::DhcpPoolExhausted,
            "look at the DHCP server's list of leases: a pool without a free address would explain it too, if this computer's address is not from that pool",
        );
    }
    let full = or_else(the(Cause::DhcpPoolExhausted), Cause::DhcpGatewayRefused, leases);
    if any(offers, |o| o.to_own) {
        return full;
    }
    or_else(
        full,
        Cause::DhcpOfferLost,
        "look in the DHCP server's log: where it lists offers for this network, they are lost on the way to this socket",
    )
}

/// A box that has no address, where addresses are handed out, and that is not heard asking: its cable, its socket or
/// its VLAN, not the DHCP server.
fn asks_nobody(scene: &Scene<'_>, d: &Digest<'_>, g: &GatewayView) -> bool {
    let heard = g.dhcp.iter().any(|(_, k)| matches!(k, DhcpKind::Discover | DhcpKind::Request));
    let answered = d.offers.is_some_and(|o| !o.is_empty());
    // the whole search, or as long as a client waits before it asks for the second time (RFC 2131 4.1)
    let long_enough = scene.searched || scene.now.since(g.led_since) >= ASKS_WITHIN_MS;
    !heard && scene.hears_dhcp && long_enough && answered && !refused(d)
}

/// What the servers hand out, put beside one another.
fn servers(scene: &Scene<'_>, d: &Digest<'_>, out: &mut Vec<Found>) {
    let offers = d.offers.unwrap_or_default();
    let lines = || {
        offers
            .iter()
            .map(|o| {
                let list = |ips: &[Ipv4Addr]| {
                    let all: Vec<String> = ips.iter().map(ToString::to_string).collect();
                    if all.is_empty() { "none".to_owned() } else { all.join(", ") }
                };
                let text = format!(
                    "{} hands out: mask {}, router {}, name servers {}",
                    o.server,
                    o.mask.map_or("none".to_owned(), |m| m.to_string()),
                    list(&o.routers),
                    list(&o.name_servers)
                );
                evidence(text, Basis::Measured, "offer", scene.results_age_ms)
            })
            .collect::<Vec<Evidence>>()
    };
    if differ(offers) {
        out.push(found(Cause::DhcpRogueServer, lines()));
        return;
    }
    if offers.iter().any(|o| super::handed::leaves_the_router_outside(scene, o)) {
        let mut lines = lines();
        lines.push(evidence(
            "the router is outside the network that the mask describes",
            Basis::Inferred,
            "offer",
            scene.results_age_ms,
        ));
        out.push(found(Cause::DhcpWrongMask, lines));
    }
}

/// Two servers with different networks, routers or name servers. A pair that shares its work says the same twice.
fn differ(offers: &[Offer]) -> bool {
    let sets = |ips: &[Ipv4Addr]| ips.iter().copied().collect::<BTreeSet<_>>();
    offers.iter().enumerate().any(|(i, a)| {
        offers[i + 1..].iter().any(|b| {
            let network = |o: &Offer| Some(u32::from(o.address?) & u32::from(o.mask?));
            let networks = match (network(a), network(b)) {
                (Some(x), Some(y)) => x != y,
                _ => false,
            };
            a.server != b.server
                && (sets(&a.routers) != sets(&b.routers)
                    || sets(&a.name_servers) != sets(&b.name_servers)
                    || networks)
        })
    })
}

/// Refusals show by what the box does, whatever its LED may be at the moment: it asks, accepts, and begins anew.
fn refused_again_and_again(scene: &Scene<'_>, g: &GatewayView, out: &mut Vec<Found>) {
    let addressed = LedSet::of(&[LedState::BlinkingRed, LedState::SolidGreen]);
    if g.led.possible.is_subset_of(addressed) {
        return; // it has an address by now
    }
    let subnets: Vec<HostAddress> = scene.host.interface().map(|i| i.addresses.clone()).unwrap_or_default();
    let signs = forensics::signs(&g.dhcp_trace, &subnets, scene.now);
    let recent = signs.iter().any(|s| s.sign == Sign::NakLoop && scene.now.since(s.at) <= STILL_MS);
    if recent {
        let lines = signs
            .iter()
            .map(|s| {
                evidence(format!("{}: {}", name(g), s.text), Basis::Measured, "dhcp", scene.now.since(s.at))
            })
            .collect();
        out.push(Found { about: Some(g.mac), ..found(Cause::DhcpNakLoop, lines) });
    }
}

/// Two devices at the box's address.
fn conflict(scene: &Scene<'_>, g: &GatewayView, out: &mut Vec<Found>) {
    let mut lines = in_turn(scene, g);
    let rivals = g.rivals.iter().map(|(mac, at)| {
        let ip = g.ip.map(|ip| ip.to_string()).unwrap_or_default();
        evidence(
            format!("{mac} answers at {ip} as well, which {} says it has", name(g)),
            Basis::Measured,
            "neighbour",
            scene.now.since(*at),
        )
    });
    lines.extend(rivals);
    let signs = forensics::signs(&g.dhcp_trace, &[], scene.now);
    lines.extend(signs.iter().filter(|s| s.sign == Sign::Declines).map(|s| {
        evidence(format!("{}: {}", name(g), s.text), Basis::Measured, "dhcp", scene.now.since(s.at))
    }));
    if !lines.is_empty() {
        out.push(Found { about: Some(g.mac), ..found(Cause::IpConflict, lines) });
    }
}

/// One address, and several that answer there by turns: no device changes its MAC to and fro.
fn in_turn(scene: &Scene<'_>, g: &GatewayView) -> Vec<Evidence> {
    let Some((_, at)) = g.in_turn.last() else { return Vec::new() };
    let macs: BTreeSet<_> = g.in_turn.iter().map(|(mac, _)| *mac).collect();
    let shown: Vec<String> = macs.iter().map(ToString::to_string).collect();
    let ip = g.ip.or(scene.typed_ip).map(|ip| ip.to_string()).unwrap_or_default();
    let text = format!(
        "{} answer at {ip} by turns, {} changes in this visit",
        shown.join(" and "),
        g.in_turn.len() - 1
    );
    vec![evidence(text, Basis::Measured, "neighbour", scene.now.since(*at))]
}
