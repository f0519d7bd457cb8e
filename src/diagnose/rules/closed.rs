//! Nothing opens: whose equipment says no. A refusal names its place, by the sender of an ICMP error or by the distance from
//! which on attempts with a small time to live meet it; the owner is the one who stands there.

use super::{any_blinks, evidence, found, names_work, or_else, say};
use crate::diagnose::digest::{Digest, WayOut};
use crate::diagnose::spoken::{is_inside, is_shared};
use crate::diagnose::{Found, Scene};
use crate::model::check::{CheckId, Measured, Target};
use crate::model::finding::Evidence;
use crate::model::{Basis, Cause};
use std::net::IpAddr;

/// Where a refusal comes from.
enum From {
    /// Equipment of this site, or nobody can tell: the site's own firewall is the nearest.
    Site,
    /// Beyond the site's routers, and what shows it.
    Beyond(Evidence),
}

/// Nothing opens: a rule of the site, unless the cloud is closed from another network too, or the refusal comes from
/// beyond the site's own routers.
pub(super) fn closed(scene: &Scene<'_>, d: &Digest<'_>, cause: Cause) -> Found {
    let mut lines = say(scene, d, CheckId::Ports);
    if d.cloud_elsewhere == Some(false) && names_work(d) && d.control == Some(true) {
        lines.extend(d.results().iter().filter(|r| matches!(r.target, Target::Elsewhere { .. })).map(|r| {
            evidence(format!("{}: {}", r.target, r.detail), Basis::Measured, "control", scene.results_age_ms)
        }));
        return found(Cause::CloudServiceDown, lines);
    }
    let refused = matches!(d.way_out, WayOut::Rejected | WayOut::Unreachable);
    if let From::Beyond(shows) = from(scene, d)
        && refused
    {
        lines.push(shows);
        if d.control == Some(false) {
            return or_else(
                found(Cause::InternetDown, lines),
                Cause::CloudServiceDown,
                "open any web page from another device of this site: if it opens, the line is up and the cloud refuses",
            );
        }
        if d.cloud_elsewhere == Some(true) {
            // over another network it opens: it is not the cloud that refuses
            return found(Cause::InternetRefused, lines);
        }
        return or_else(
            found(Cause::CloudServiceDown, lines),
            Cause::InternetRefused,
            "run the same check over another network, such as a phone: if the ports open there, the line of this site refuses them",
        );
    }
    let shut = or_else(
        found(cause, lines),
        Cause::CloudServiceDown,
        "run the same check over another network, such as a phone: if the ports stay shut there too, it is the cloud itself",
    );
    // a reset that the nearest attempt meets already, and that no equipment signs, may come from this computer itself
    let unsigned = d.spoken.refusal.is_some_and(|r| r.from <= 1 && r.by.is_none());
    if refused && unsigned && !any_blinks(scene) {
        let test = "run the same check with another computer at the same socket: if the ports open there, a filter of this computer refuses them";
        let running = running(d).map_or_else(String::new, |names| format!(" (running here: {names})"));
        return or_else(shut, Cause::HostOwnFirewall, &format!("{test}{running}"));
    }
    shut
}

/// The firewalls and security agents that run on this computer, where they were looked for.
fn running(d: &Digest<'_>) -> Option<String> {
    d.results()
        .iter()
        .find_map(|r| if let Measured::Agents(names) = &r.measured { Some(names.join(", ")) } else { None })
}

/// The site's own: this computer's router, what stands at the first hop, and addresses that are used inside only. One of
/// RFC 6598 is a provider's.
fn of_site(scene: &Scene<'_>, d: &Digest<'_>, who: IpAddr) -> bool {
    let own = scene.host.interface();
    let router = own.and_then(|i| i.router).is_some_and(|r| IpAddr::V4(r) == who);
    let neighbour =
        matches!(who, IpAddr::V4(v4) if own.is_some_and(|i| i.addresses.iter().any(|a| a.contains(v4))));
    router || neighbour || d.spoken.first_hop == Some(who) || is_inside(who) && !is_shared(who)
}

fn from(scene: &Scene<'_>, d: &Digest<'_>) -> From {
    let beyond = |text: String| From::Beyond(evidence(text, Basis::Measured, "path", scene.results_age_ms));
    // an ICMP error names its sender; of several, one of the site is enough
    let senders: Vec<IpAddr> = d
        .deciding()
        .filter_map(|r| if let Measured::Offender(who) = r.measured { Some(who) } else { None })
        .chain(d.spoken.refusal.and_then(|r| r.by))
        .collect();
    let at_once = d.spoken.refusal.is_some_and(|r| r.from <= 1);
    if let Some(who) = senders.first() {
        return if at_once || senders.iter().any(|who| of_site(scene, d, *who)) {
            From::Site
        } else {
            beyond(format!("the refusal is sent by {who}, which is not of this site"))
        };
    }
    // a filter tells of itself one hop before the attempts that it refuses: only what lies between is certain
    match d.spoken.refusal.and_then(|r| Some((r.from, r.before?))) {
        Some((first, (distance, who))) if distance >= 2 && !of_site(scene, d, who) => beyond(format!(
            "attempts that can live for fewer than {first} hop(s) are not refused; {who}, {distance} hop(s) away and not of this site, stands before the refusal"
        )),
        _ => From::Site,
    }
}
