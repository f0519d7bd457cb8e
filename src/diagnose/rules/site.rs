//! Rules about the way out: names, ports, content, portals and proxies, as this computer meets them.

use super::{answered_for_nobody, any_blinks, closed, evidence, found, handed, names_work, or_else, say};
use crate::diagnose::digest::{Address, Digest, Router, WayOut};
use crate::diagnose::names::NamesState;
use crate::diagnose::spoken::Content;
use crate::diagnose::{Found, Scene};
use crate::model::check::CheckId;
use crate::model::finding::Level;
use crate::model::{Basis, Cause};

/// Vendor's step 3, as this computer sees it: names, ports, the internet.
pub(super) fn site(scene: &Scene<'_>, d: &Digest<'_>) -> Vec<Found> {
    let mut out = Vec::new();
    let tested = d.carrier != Some(false) && d.address == Address::Routable;
    if !tested {
        return out;
    }
    if let Some(dead) = handed::dead_router(scene, d) {
        out.push(dead); // whatever way this computer has, the box has none
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
    match nothing_beyond(d) {
        None => {}
        Some(Cause::CloudNoRoute) => out.push(no_route(scene, d)),
        Some(_) => out.push(internet_down(scene, d)),
    }
    portal(scene, d, &mut out);
    proxy_required(scene, d, &mut out);
    names(scene, d, &mut out);
    ways(scene, d, &mut out);
    let nobody = answered_for_nobody(d);
    if !nobody.is_empty() || d.every_port {
        // one host that opens every port may be guarded so by its own provider: a box that blinks says that it is not
        let sure = !nobody.is_empty() || any_blinks(scene);
        let level = (!sure).then_some(Level::Warning);
        out.push(Found { level, ..found(Cause::CloudProxyAnswers, say(scene, d, CheckId::Canary)) });
    }
    content(scene, d, &mut out);
    super::lasting::quality(scene, d, &mut out);
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
/// alone, names or controls still come through; when only this network has no route, names do.
fn nothing_beyond(d: &Digest<'_>) -> Option<Cause> {
    if d.control != Some(false) {
        return None;
    }
    match d.way_out {
        WayOut::Unreachable if d.names.line_up && !d.ends_outside => Some(Cause::CloudNoRoute),
        WayOut::Unreachable => Some(Cause::InternetDown),
        WayOut::Dropped | WayOut::Unknown if !d.names.upstream_alive && !names_work(d) => {
            Some(Cause::InternetDown)
        }
        _ => None,
    }
}

const OTHER_NETWORK: &str = "open any web page from another network of this site, such as its Wi-Fi: if it opens, the line is up and it is this network that has no route";

/// A router says that it knows no way, and names still come from the internet.
fn no_route(scene: &Scene<'_>, d: &Digest<'_>) -> Found {
    let mut lines = say(scene, d, CheckId::Ports);
    lines.extend(say(scene, d, CheckId::Control));
    lines.push(evidence(
        "names of the internet resolve here, and a made-up one is said not to exist: the line is up",
        Basis::Measured,
        "names",
        scene.results_age_ms,
    ));
    found(Cause::CloudNoRoute, lines)
}

/// What beyond the router was seen decides how sure it is that the line is down, and not a firewall shut.
fn internet_down(scene: &Scene<'_>, d: &Digest<'_>) -> Found {
    let mut lines = say(scene, d, CheckId::Control);
    lines.extend(say(scene, d, CheckId::Ports));
    if let Some((distance, who)) = d.spoken.farthest {
        lines.push(evidence(
            format!("packets get {distance} hop(s) far, to {who}, and no farther"),
            Basis::Measured,
            "path",
            scene.results_age_ms,
        ));
    }
    let down = found(Cause::InternetDown, lines);
    let beyond = d.spoken.farthest.is_some_and(|(distance, _)| distance >= 2);
    if d.way_out == WayOut::Unreachable {
        // the first router knows no way: its line is down, or this network has none
        let near = !beyond;
        return if near { or_else(down, Cause::CloudNoRoute, OTHER_NETWORK) } else { down };
    }
    if beyond {
        return down;
    }
    or_else(
        down,
        Cause::CloudBothPortsDropped,
        "open any web page from another device of this site: if it opens, the line is up and a firewall lets this network out nowhere",
    )
}

/// A sign-in page stands before the internet. Where the way to the cloud is open all the same, it is only told.
fn portal(scene: &Scene<'_>, d: &Digest<'_>, out: &mut Vec<Found>) {
    if !d.spoken.sign_in_page {
        return;
    }
    let open = d.way_out == WayOut::Open && names_work(d) && answered_for_nobody(d).is_empty();
    let level = (open && !any_blinks(scene)).then_some(Level::Info);
    out.push(Found { level, ..found(Cause::CloudCaptivePortal, say(scene, d, CheckId::Portal)) });
}

/// Direct ways end, and there is a proxy: one that this computer is told to use and that answers, or one that the
/// network itself announces.
fn proxy_required(scene: &Scene<'_>, d: &Digest<'_>, out: &mut Vec<Found>) {
    if d.way_out.passes() || d.way_out == WayOut::Unknown {
        return;
    }
    let announced = d.offers.unwrap_or_default().iter().find_map(|o| o.wpad.clone());
    let text = match (&d.proxy_here, &announced, &d.proxy_name) {
        (Some(proxy), ..) => format!("a proxy answers here: {proxy}"),
        (None, Some(wpad), _) => format!("the DHCP server announces a proxy (option 252): {wpad}"),
        (None, None, Some(name)) => format!("the network announces a proxy by name (WPAD): {name}"),
        (None, None, None) => return,
    };
    let mut lines = vec![evidence(text, Basis::Measured, "control", scene.results_age_ms)];
    lines.extend(say(scene, d, CheckId::Ports));
    let required = found(Cause::CloudProxyRequired, lines);
    out.push(if d.proxy_here.is_some() {
        required
    } else {
        or_else(
            required,
            Cause::CloudBothPortsDropped,
            "open a web page from a computer of this network: if it opens without a proxy set, the firewall drops these ports alone",
        )
    });
}

/// Open connections whose content is looked at, changed or cut.
fn content(scene: &Scene<'_>, d: &Digest<'_>, out: &mut Vec<Found>) {
    let lines = || say(scene, d, CheckId::Speaks);
    if d.spoken.local_product.is_some() {
        out.push(found(Cause::HostTlsProduct, lines()));
    } else if d.spoken.is_inspected(&answered_for_nobody(d)) {
        out.push(found(Cause::CloudTlsInspected, lines()));
        return; // who opens connections cuts what he cannot read: one cause
    }
    if d.spoken.large_lost {
        out.push(found(Cause::PathMtuBlackHole, say(scene, d, CheckId::Size)));
    }
    let (cut, by_whom) = (d.spoken.cut(Content::Cut), d.spoken.cut(Content::CutByWhom));
    let spoken_on = d.spoken.ports.len();
    if !cut.is_empty() {
        // the box has another way while one port is left alone
        let whole = cut.len() == spoken_on || d.way_out != WayOut::Open;
        let level = (!whole && !any_blinks(scene)).then_some(Level::Warning);
        out.push(Found { level, ..found(Cause::CloudAppControl, lines()) });
    } else if by_whom.len() == spoken_on && spoken_on > 0 && any_blinks(scene) {
        out.push(or_else(found(Cause::CloudAppControl, lines()), Cause::CloudServiceDown, CUT_THERE_TOO));
    }
}

/// The test that splits a cut on the way from one by the cloud, asked from either side.
pub(super) const CUT_ON_THE_WAY: &str = "look at the gateway's LED, and run the same check over another network, such as a phone: if content passes there, something on this line cuts it";
const CUT_THERE_TOO: &str = "run the same check over another network, such as a phone: if the connection is cut there too, the cloud does it";

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
            let text = if d.names.cut_short {
                "name servers answer whole over TCP, and cut short over UDP"
            } else {
                "name servers answer over TCP but not over UDP"
            };
            lines.insert(0, evidence(text, Basis::Measured, "names", 0));
        }
        // most devices ask again by TCP when an answer is cut short; whether this one does, its LED tells
        let level = (d.names.cut_short && !any_blinks(scene)).then_some(Level::Warning);
        out.push(Found { level, ..found(cause, lines) });
    }
    if d.names.first_silent {
        out.push(found(Cause::DnsFirstServerDead, say(scene, d, CheckId::Names)));
    }
}

fn ways(scene: &Scene<'_>, d: &Digest<'_>, out: &mut Vec<Found>) {
    let lines = || say(scene, d, CheckId::Ports);
    match &d.way_out {
        WayOut::Unknown | WayOut::Open => {}
        WayOut::Dropped => out.push(closed::closed(scene, d, Cause::CloudBothPortsDropped)),
        WayOut::Rejected | WayOut::Unreachable => {
            out.push(closed::closed(scene, d, Cause::CloudBothPortsRejected))
        }
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
