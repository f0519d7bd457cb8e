//! The rules: which cause the digest shows. Each rule looks at one thing and names what supports it; what follows
//! from what is declared in the catalogue, not here. Reads from this computer outwards to the cloud.

use super::digest::{Address, Digest, Router, WayOut};
use super::names::NamesState;
use super::{Found, Scene};
use crate::model::check::{CheckId, Failure, Outcome};
use crate::model::evidence::{DhcpKind, Source};
use crate::model::finding::{Evidence, Level};
use crate::model::snapshot::GatewayView;
use crate::model::{Basis, Cause, LedSet, LedState, Mac};
use std::collections::BTreeSet;

/// Everything that any rule finds.
pub fn all(scene: &Scene<'_>, d: &Digest<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    host(d, &mut found);
    for gateway in about(scene) {
        box_itself(scene, d, gateway, &mut found);
    }
    if about(scene).next().is_none() {
        nobody_seen(scene, d, &mut found);
    }
    if scene.checked {
        lease(scene, d, &mut found);
        let site = site(scene, d);
        let clear = site.iter().all(|f| f.level() <= Level::Warning) && d.way_out.passes() && names_work(d);
        found.extend(site);
        for gateway in about(scene) {
            device_against_host(scene, d, gateway, clear, &mut found);
        }
        let known_red = |g: &GatewayView| {
            matches!(g.led.possible.known(), Some(LedState::SolidRed | LedState::BlinkingRed))
        };
        // a box that is red is not told that all is clear
        if clear && d.answered_for_nobody.is_empty() && !about(scene).any(known_red) {
            found.push(Found {
                cause: Cause::OkWayIsClear,
                about: None,
                evidence: passes(scene, d),
                level: None,
            });
        }
    }
    green_overrides(scene, &mut found);
    found
}

/// The gateways that the question is about: the one chosen, else all.
fn about<'a>(scene: &Scene<'a>) -> impl Iterator<Item = &'a GatewayView> + use<'a> {
    let wanted = scene.typed_mac.or(scene.chosen);
    // an address that was typed in without a MAC is the question, whoever else is here
    let at = scene.typed_ip.filter(|_| scene.typed_mac.is_none());
    scene.gateways.iter().filter(move |g| match at {
        Some(ip) => g.ip == Some(ip) || !g.mac.is_device(),
        None => wanted.is_none_or(|m| g.mac == m),
    })
}

fn evidence(text: impl Into<String>, basis: Basis, source: &str, age_ms: u64) -> Evidence {
    Evidence { text: text.into(), basis, source: source.to_owned(), age_ms }
}

fn found(cause: Cause, evidence: Vec<Evidence>) -> Found {
    Found { cause, about: None, evidence, level: None }
}

/// The telling results of a check as evidence, at most six lines.
fn say(scene: &Scene<'_>, d: &Digest<'_>, id: CheckId) -> Vec<Evidence> {
    let mut lines: Vec<Evidence> = d
        .telling(id)
        .map(|r| {
            evidence(format!("{}: {}", r.target, r.detail), Basis::Measured, id.word(), scene.results_age_ms)
        })
        .collect();
    if lines.len() > 6 {
        let more = lines.len() - 5;
        lines.truncate(5);
        lines.push(evidence(
            format!("and {more} more alike"),
            Basis::Measured,
            id.word(),
            scene.results_age_ms,
        ));
    }
    lines
}

/// The connections that opened, as evidence that the way is clear.
fn passes(scene: &Scene<'_>, d: &Digest<'_>) -> Vec<Evidence> {
    let open = d.results().iter().filter(|r| r.id == CheckId::Ports && r.outcome == Outcome::Passed);
    open.take(6)
        .map(|r| {
            evidence(format!("{}: {}", r.target, r.detail), Basis::Measured, "ports", scene.results_age_ms)
        })
        .collect()
}

/// How evidence names a box; one that only the installer saw has no MAC yet.
fn name(g: &GatewayView) -> String {
    if g.mac.is_device() { g.mac.to_string() } else { "the gateway".into() }
}

fn led_evidence(g: &GatewayView) -> Evidence {
    let because = g.led.because.first().cloned().unwrap_or_else(|| "nothing is known of its LED".into());
    evidence(format!("{}: {because}", name(g)), g.led.basis, "led", g.led.age_ms.unwrap_or(0))
}

/// Is this computer a fair witness?
fn host(d: &Digest<'_>, out: &mut Vec<Found>) {
    if d.carrier == Some(false) || !d.has_interface && failed(d, CheckId::Link, Failure::NoInterface) {
        let lines = d
            .telling(CheckId::Link)
            .map(|r| evidence(r.detail.clone(), Basis::Measured, "link", 0))
            .collect();
        out.push(found(Cause::HostNoLink, lines));
    }
    let witness = |failure| -> Vec<Evidence> {
        d.results()
            .iter()
            .filter(|r| r.id == CheckId::Witness && r.outcome.failure() == Some(failure))
            .map(|r| evidence(r.detail.clone(), Basis::Measured, "witness", 0))
            .collect()
    };
    if d.tunnel_route {
        out.push(found(Cause::HostVpnRoute, witness(Failure::TunnelRoute)));
    }
    if d.wireless_beside_wire {
        out.push(Found {
            level: Some(Level::Info),
            ..found(Cause::HostWifiBesideWire, witness(Failure::WirelessBesideWire))
        });
    }
    if d.proxies {
        out.push(Found {
            level: Some(Level::Info),
            ..found(Cause::HostProxyInUse, witness(Failure::ProxyConfigured))
        });
    }
    if let Some(ip) = d.other_subnet {
        out.push(found(
            Cause::HostOtherSubnet,
            vec![evidence(
                format!("the gateway's address {ip} is in no subnet of this computer"),
                Basis::Measured,
                "witness",
                0,
            )],
        ));
    }
}

fn failed(d: &Digest<'_>, id: CheckId, failure: Failure) -> bool {
    d.results().iter().any(|r| r.id == id && r.outcome.failure() == Some(failure))
}

/// What the box itself, or its absence, tells.
fn box_itself(scene: &Scene<'_>, d: &Digest<'_>, g: &GatewayView, out: &mut Vec<Found>) {
    let push = |cause, evidence, out: &mut Vec<Found>| {
        out.push(Found { cause, about: Some(g.mac), evidence, level: None });
    };
    match g.led.possible.known() {
        Some(LedState::SolidGreen) => push(Cause::OkGreen, vec![led_evidence(g)], out),
        Some(LedState::Dark) => push(Cause::GatewayNoPower, vec![led_evidence(g)], out),
        Some(LedState::SolidRed | LedState::BlinkingRed) | None => {}
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
        push(Cause::GatewayWrongMac, vec![evidence(text, Basis::Measured, "neighbour", 0)], out);
        return;
    }
    if g.first_seen_ms.is_some() || !scene.searched || !can_see_neighbours(d) {
        return;
    }
    if let Some(other) = mistyped(scene, g.mac) {
        let text =
            format!("{} was never seen; {other} is here, which a slip of the pen turns into it", g.mac);
        push(Cause::GatewayWrongMac, vec![evidence(text, Basis::Measured, "neighbour", 0)], out);
    } else if d.other_subnet.is_none() && g.led.possible.known() != Some(LedState::Dark) {
        let text = format!(
            "{} did not answer and was not heard in any round of the search ({} others answered)",
            name(g),
            scene.hosts.len()
        );
        push(Cause::GatewaySilent, vec![evidence(text, Basis::Measured, "neighbour", 0)], out);
    }
}

fn can_see_neighbours(d: &Digest<'_>) -> bool {
    d.carrier != Some(false) && d.has_interface && d.address == Address::Routable
}

/// No gateway at all, and none typed in.
fn nobody_seen(scene: &Scene<'_>, d: &Digest<'_>, out: &mut Vec<Found>) {
    if scene.searched && can_see_neighbours(d) && d.other_subnet.is_none() {
        let others = scene.hosts.len();
        let text = match scene.typed_ip {
            Some(ip) => format!("{ip} did not answer in any round of the search ({others} others answered)"),
            None => format!(
                "no MAC of the gateway's maker was seen in any round of the search ({others} others answered)"
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

/// The LED is solid red, as far as anything is known.
fn is_solid_red(g: &GatewayView) -> bool {
    g.led.possible == LedSet::only(LedState::SolidRed)
}

/// Vendor's step 2: does anybody hand out addresses here?
fn lease(scene: &Scene<'_>, d: &Digest<'_>, out: &mut Vec<Found>) {
    if d.carrier == Some(false) {
        return;
    }
    let gateway_has_address = scene.gateways.iter().any(|g| {
        let addressed = LedSet::of(&[LedState::BlinkingRed, LedState::SolidGreen]);
        g.led.possible.is_subset_of(addressed) && g.led.basis != Basis::None
    });
    // what DHCP servers hand out has to have been asked since the box is red
    let counts = |g: &&GatewayView| {
        let red_for = scene.now.since(g.led_since);
        g.led.basis == Basis::Seen
            || !super::may_still_change(g, scene.now) && scene.results_age_ms <= red_for
    };
    let red: Vec<&GatewayView> = about(scene).filter(|g| is_solid_red(g)).collect();
    let starting = red.iter().any(|g| !counts(g));
    let red: Vec<&GatewayView> = red.into_iter().filter(counts).collect();
    let asks = |g: &&GatewayView| -> Evidence {
        let discovers = g.dhcp.iter().filter(|(_, k)| *k == DhcpKind::Discover).count();
        if discovers > 0 {
            evidence(
                format!("{} asked for an address {discovers} time(s) and got none (DHCP DISCOVER)", name(g)),
                Basis::Measured,
                "dhcp",
                g.led.age_ms.unwrap_or(0),
            )
        } else {
            led_evidence(g)
        }
    };
    let offer_lines = say(scene, d, CheckId::Offer);
    let lease_lines = || say(scene, d, CheckId::Lease);
    if matches!(d.address, Address::None | Address::LinkLocal) {
        if d.offers.is_some_and(|o| !o.is_empty()) || gateway_has_address {
            return; // somebody hands out addresses: why this computer has none is not the gateway's matter
        }
        let mut lines = lease_lines();
        lines.extend(offer_lines);
        lines.extend(red.iter().map(asks));
        out.push(found(Cause::DhcpNoServer, lines));
        return;
    }
    if d.address != Address::Routable {
        return;
    }
    if !red.is_empty() {
        for g in red {
            if asks_nobody(scene, d, g) {
                let mut lines = vec![led_evidence(g)];
                lines.push(evidence(
                    format!("{} was not heard asking for an address on this segment", name(g)),
                    Basis::Measured,
                    "dhcp",
                    0,
                ));
                out.push(Found {
                    cause: Cause::GatewaySilent,
                    about: Some(g.mac),
                    evidence: lines,
                    level: None,
                });
                continue;
            }
            let (cause, level) = match d.offers {
                Some(offers) if offers.iter().any(|o| o.to_new_mac) => (Cause::DhcpGatewayRefused, None),
                Some([]) => (Cause::DhcpNoServer, None),
                Some(_) => (Cause::DhcpPoolExhausted, None),
                // nothing could be asked: this computer's own lease decides, and says so
                None if scene
                    .host
                    .interface()
                    .and_then(|i| i.lease.as_ref())
                    .is_some_and(|l| l.dhcp == Some(true)) =>
                {
                    (Cause::DhcpGatewayRefused, Some(Level::Warning))
                }
                None => (Cause::DhcpNoServer, Some(Level::Warning)),
            };
            let mut lines = vec![asks(&g)];
            lines.extend(offer_lines.iter().cloned());
            out.push(Found { cause, about: Some(g.mac), evidence: lines, level });
        }
        return;
    }
    if starting {
        return;
    }
    let anybody_addressed = gateway_has_address || scene.gateways.iter().any(|g| g.ip.is_some());
    if d.offers == Some(&[]) && scene.searched && !anybody_addressed {
        out.push(found(Cause::DhcpNoServer, offer_lines));
    }
}

/// A box that has no address, where addresses are handed out, and that is not heard asking: its cable, its socket or
/// its VLAN, not the DHCP server.
fn asks_nobody(scene: &Scene<'_>, d: &Digest<'_>, g: &GatewayView) -> bool {
    let heard = g.dhcp.iter().any(|(_, k)| matches!(k, DhcpKind::Discover | DhcpKind::Request));
    !heard && scene.hears_dhcp && scene.searched && d.offers.is_some_and(|o| !o.is_empty())
}

fn names_work(d: &Digest<'_>) -> bool {
    matches!(d.names.state, NamesState::Fine | NamesState::OneBlocked)
}

/// Vendor's step 3, as this computer sees it: names, ports, the internet.
fn site(scene: &Scene<'_>, d: &Digest<'_>) -> Vec<Found> {
    let mut out = Vec::new();
    let tested = d.carrier != Some(false) && d.address == Address::Routable;
    if !tested {
        return out;
    }
    match d.router {
        // a VPN takes the router away when it makes itself the default route
        Router::NoneKnown if !d.way_out.passes() && !d.tunnel_route => {
            if no_router_is_handed_out(scene, d) {
                let mut lines = say(scene, d, CheckId::Lease);
                lines.extend(say(scene, d, CheckId::Offer));
                out.push(found(Cause::DhcpNoRouter, lines));
            }
            return out; // without a router this computer measured nothing beyond the segment
        }
        Router::Silent if !d.way_out.passes() && d.control != Some(true) => {
            out.push(found(Cause::DhcpDeadRouter, say(scene, d, CheckId::Router)));
            return out;
        }
        _ => {}
    }
    if internet_is_down(d) {
        let mut lines = say(scene, d, CheckId::Control);
        lines.extend(say(scene, d, CheckId::Ports));
        out.push(found(Cause::InternetDown, lines));
    }
    names(scene, d, &mut out);
    ways(scene, d, &mut out);
    if !d.answered_for_nobody.is_empty() {
        out.push(found(Cause::CloudProxyAnswers, say(scene, d, CheckId::Canary)));
    }
    out
}

/// The lease has no router. Where a DHCP server does name one, it is only this computer that has none.
fn no_router_is_handed_out(scene: &Scene<'_>, d: &Digest<'_>) -> bool {
    match d.offers {
        Some(offers) if !offers.is_empty() => offers.iter().all(|o| o.routers.is_empty()),
        _ => {
            let lease = scene.host.interface().and_then(|i| i.lease.as_ref());
            lease.is_some_and(|l| l.dhcp == Some(true))
        }
    }
}

/// Nothing beyond the router answers: no cloud, no control, no name from outside. When a filter refuses the cloud
/// alone, names or controls still come through.
fn internet_is_down(d: &Digest<'_>) -> bool {
    if d.control != Some(false) {
        return false;
    }
    match d.way_out {
        WayOut::Unreachable => true,
        WayOut::Dropped | WayOut::Unknown => !d.names.upstream_alive && !names_work(d),
        WayOut::Rejected | WayOut::Open | WayOut::PortsBlocked(_) | WayOut::AddressesBlocked(_) => false,
    }
}

fn names(scene: &Scene<'_>, d: &Digest<'_>, out: &mut Vec<Found>) {
    let cause = match d.names.state {
        NamesState::Unknown | NamesState::Fine => None,
        NamesState::NoServer => Some(Cause::DhcpNoDns),
        NamesState::Silent => Some(Cause::DnsUnreachable),
        NamesState::NoForwarding => Some(Cause::DnsNoForwarding),
        NamesState::Blocked => Some(Cause::DnsNameBlocked),
        NamesState::OneBlocked => Some(Cause::DnsOneNameBlocked),
        NamesState::Redirected => Some(Cause::DnsRedirected),
    };
    if let Some(cause) = cause {
        let mut lines = say(scene, d, CheckId::Names);
        if d.names.only_tcp {
            lines.insert(
                0,
                evidence("name servers answer over TCP but not over UDP", Basis::Measured, "names", 0),
            );
        }
        out.push(found(cause, lines));
    }
    if d.names.first_silent {
        out.push(found(Cause::DnsFirstServerDead, say(scene, d, CheckId::Names)));
    }
}

fn ways(scene: &Scene<'_>, d: &Digest<'_>, out: &mut Vec<Found>) {
    let lines = || say(scene, d, CheckId::Ports);
    match &d.way_out {
        WayOut::Unknown | WayOut::Open => {}
        WayOut::Dropped => out.push(found(Cause::CloudBothPortsDropped, lines())),
        WayOut::Rejected | WayOut::Unreachable => out.push(found(Cause::CloudBothPortsRejected, lines())),
        WayOut::PortsBlocked(ports) => {
            // the vendor's two ports have codes of their own; a profile with others gets the nearer one
            let cause =
                if ports.contains(&443) { Cause::CloudPort443Blocked } else { Cause::CloudPort4321Blocked };
            out.push(found(cause, lines()));
        }
        WayOut::AddressesBlocked(_) => {
            // when none of those that the names give opens, the box is stuck
            let level = if d.any_resolved_opens() { None } else { Some(Level::Fault) };
            out.push(Found { level, ..found(Cause::CloudSomeAddressesBlocked, lines()) });
        }
    }
}

/// The heart: the same way, tried by this computer, and by the box as its LED tells.
fn device_against_host(
    scene: &Scene<'_>,
    d: &Digest<'_>,
    g: &GatewayView,
    clear: bool,
    out: &mut Vec<Found>,
) {
    let blinking = g.led.possible == LedSet::only(LedState::BlinkingRed);
    if !blinking || !clear || !d.answered_for_nobody.is_empty() || super::may_still_change(g, scene.now) {
        return;
    }
    let mut lines = vec![led_evidence(g)];
    lines.extend(passes(scene, d));
    if g.first_seen_ms.is_none() && g.sources.contains(&Source::Installer) && scene.searched {
        // it has an address, says the LED, but not on this segment
        out.push(Found { cause: Cause::HostOtherSubnet, about: Some(g.mac), evidence: lines, level: None });
        return;
    }
    out.push(Found {
        cause: Cause::CloudGatewayOnlyBlocked,
        about: Some(g.mac),
        evidence: lines,
        level: None,
    });
}

/// A box that is green has its way out, whatever this computer is denied: those findings become information.
fn green_overrides(scene: &Scene<'_>, found: &mut [Found]) {
    let mut asked = about(scene).peekable();
    if asked.peek().is_none() || !asked.all(|g| g.led.possible == LedSet::only(LedState::SolidGreen)) {
        return;
    }
    for f in found.iter_mut().filter(|f| f.about.is_none() && f.level() > Level::Info) {
        // what a green box would not notice at once stays a warning: the other port, the other name
        if f.level() == Level::Fault || is_witness(f.cause) {
            f.level = Some(Level::Info);
        }
    }
}

fn is_witness(cause: Cause) -> bool {
    cause.code().starts_with("host.")
}

/// When no rule speaks: what kept this computer from looking, and what to do.
pub fn why_nothing_can_be_said(scene: &Scene<'_>, d: &Digest<'_>) -> Option<(String, String)> {
    let red =
        |g: &GatewayView| matches!(g.led.possible.known(), Some(LedState::SolidRed | LedState::BlinkingRed));
    if about(scene).any(red) {
        return Some((
            "The box is red; it may be starting.".into(),
            "Wait a moment; if it stays red, check again.".into(),
        ));
    }
    if matches!(d.address, Address::None | Address::LinkLocal) {
        return Some((
            "This computer has no address, although addresses are handed out here.".into(),
            "Renew this computer's lease (unplug the cable, wait, plug it in again), then check again."
                .into(),
        ));
    }
    if d.router == Router::NoneKnown {
        return Some((
            "This computer knows no router on this interface, so it could measure nothing beyond this network.".into(),
            "Let this computer get its address by DHCP, or choose the interface that has the router, then check again.".into(),
        ));
    }
    let undecided = d.results().iter().find_map(|r| match &r.outcome {
        Outcome::Inconclusive(why) | Outcome::Skipped(why) => Some(why.clone()),
        Outcome::Passed | Outcome::Failed(_) => None,
    })?;
    Some((format!("It could not be told: {undecided}."), "Remove that obstacle, then check again.".into()))
}
