//! The rules: which cause the digest shows. Each rule looks at one thing and names what supports it; what follows
//! from what is declared in the catalogue, not here. Reads from this computer outwards to the cloud.
//!
//! `alone` is a box that is held back where this computer is not, `host` is this computer and the box as it is seen,
//! `lease` is vendor's step 2, `handed` what DHCP hands out and this computer does not use, `pasted` what a firewall or a
//! DHCP server says itself, `site` the way out, `closed` who refuses it, `port` the switch port before it, `lasting` what
//! connects and does not last; the comparison of box and computer is a table of its own ([`super::compare`]).

mod alone;
mod closed;
mod handed;
mod host;
mod lasting;
mod lease;
pub(super) mod pasted;
mod port;
mod site;

pub(super) use handed::another_router;
pub(super) use lasting::RESENT_US;

use super::compare::{Led, Say, Site, Stand, compare};
use super::digest::{Address, Digest, Router, WayOut};
use super::names::NamesState;
use super::{Found, Scene, catalogue, is_only_an_old_row};
use crate::model::check::{CheckId, Failure, Outcome};
use crate::model::evidence::Source;
use crate::model::finding::{Evidence, Level, Possible};
use crate::model::snapshot::GatewayView;
use crate::model::{Basis, Cause, LedSet, LedState};

/// Everything that any rule finds.
pub fn all(scene: &Scene<'_>, d: &Digest<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    host::witness(scene, d, &mut found);
    for gateway in about(scene) {
        host::box_itself(scene, d, gateway, &mut found);
        lasting::flaps(scene, gateway, &mut found);
        port::late(scene, gateway, &mut found);
    }
    if about(scene).next().is_none() {
        host::nobody_seen(scene, d, &mut found);
    }
    if scene.checked {
        lease::lease(scene, d, &mut found);
        let of_site = site::site(scene, d);
        let way = site_state(d, &of_site);
        found.extend(of_site);
        lasting::hold(scene, &mut found);
        compared(scene, d, way, &mut found);
    }
    pasted::settle(scene, d, &mut found);
    green_overrides(scene, &mut found);
    found
}

/// How the way out is for this computer, for the comparison.
fn site_state(d: &Digest<'_>, of_site: &[Found]) -> Site {
    if of_site.iter().any(|f| f.level() == Level::Fault) {
        Site::Closed
    } else if d.broke {
        Site::NotKnown
    } else if d.way_out.passes() && names_work(d) && answered_for_nobody(d).is_empty() && !d.every_port {
        if matches!(d.way_out, WayOut::AddressesBlocked(_)) { Site::Partly } else { Site::Clear }
    } else {
        Site::NotKnown
    }
}

/// Puts each box beside this computer ([`super::compare`]).
fn compared(scene: &Scene<'_>, d: &Digest<'_>, way: Site, out: &mut Vec<Found>) {
    let boxes: Vec<&GatewayView> = about(scene).collect();
    let mut clear = boxes.is_empty() && matches!(way, Site::Clear | Site::Partly);
    let mut red = false;
    for g in boxes {
        let led = Led::of(g.led.possible);
        red |= matches!(led, Led::SolidRed | Led::Blinking);
        match compare(led, stand(scene, d, g), way) {
            Say::Others => {}
            Say::The(Cause::OkWayIsClear) => clear = true,
            // a green or dark box was named by what it shows
            Say::The(Cause::OkGreen | Cause::GatewayNoPower) => {}
            // a box that has just turned red may be on its way to green
            Say::The(_) if super::may_still_change(g, scene.now) => {}
            Say::The(cause @ Cause::CloudSomeAddressesBlocked) => {
                let explains = Found { level: Some(Level::Fault), ..found(cause, vec![led_evidence(g)]) };
                out.push(or_else(
                    explains,
                    Cause::CloudGatewayOnlyBlocked,
                    "open the addresses that are shut, then check again: if this computer reaches all of them and the box still blinks, a rule holds back this box alone",
                ));
            }
            Say::The(Cause::CloudGatewayOnlyBlocked) => {
                out.push(handed::not_tested(scene, d, alone::blocked(scene, d, g)));
            }
            Say::The(cause) => {
                let mut lines = vec![led_evidence(g)];
                lines.extend(passes(scene, d));
                out.push(Found { about: Some(g.mac), ..found(cause, lines) });
            }
        }
    }
    // a box that is red is not told that all is clear
    if clear && !red {
        let mut clear = handed::not_tested(scene, d, found(Cause::OkWayIsClear, passes(scene, d)));
        let green = |g: &GatewayView| g.led.possible == LedSet::only(LedState::SolidGreen);
        // whatever is said is cut, and nobody can tell from here who does it: it may be meant for this computer too
        if d.spoken.cut_by_whom_everywhere() && !about(scene).any(green) {
            clear.evidence.extend(say(scene, d, CheckId::Speaks));
            clear = or_else(clear, Cause::CloudAppControl, site::CUT_ON_THE_WAY);
        }
        out.push(clear);
    }
}

fn stand(scene: &Scene<'_>, d: &Digest<'_>, g: &GatewayView) -> Stand {
    if d.carrier == Some(false) || d.address != Address::Routable {
        Stand::Nowhere
    } else if d.tunnel_route {
        Stand::Unfair
    } else if g.ip.is_some_and(|ip| Some(ip) == d.other_subnet) {
        Stand::Elsewhere
    } else if is_only_an_old_row(g) {
        Stand::Nowhere
    } else if g.first_seen_ms.is_none() && g.sources.contains(&Source::Installer) && scene.searched {
        Stand::Apart
    } else {
        Stand::Beside
    }
}

/// Ports on which something on the way answers in the cloud's place: for addresses that cannot exist, or within one hop.
fn answered_for_nobody(d: &Digest<'_>) -> std::collections::BTreeSet<u16> {
    d.answered_for_nobody.union(&d.spoken.nearby).copied().collect()
}

/// The gateways that the question is about: the one chosen, else all.
pub(super) fn about<'a>(scene: &Scene<'a>) -> impl Iterator<Item = &'a GatewayView> + use<'a> {
    let wanted = scene.typed_mac.or(scene.chosen);
    // an address that was typed in without a MAC is the question, whoever else is here
    let at = scene.typed_ip.filter(|_| scene.typed_mac.is_none());
    let (alone, all) = (scene.alone, if scene.alone.is_some() { &[] } else { scene.gateways });
    alone.into_iter().chain(all.iter().filter(move |g| match at {
        Some(ip) => g.ip == Some(ip) || !g.mac.is_device(),
        None => wanted.is_none_or(|m| g.mac == m),
    }))
}

fn evidence(text: impl Into<String>, basis: Basis, source: &str, age_ms: u64) -> Evidence {
    Evidence { text: text.into(), basis, source: source.to_owned(), age_ms }
}

fn found(cause: Cause, evidence: Vec<Evidence>) -> Found {
    Found { cause, about: None, evidence, level: None, possible: Vec::new() }
}

/// Adds a cause that would look the same, with the test that splits them.
fn or_else(mut f: Found, code: Cause, test: &str) -> Found {
    f.possible.push(Possible { code, title: catalogue::page(code).title.to_owned(), test: test.to_owned() });
    f
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

fn failed(d: &Digest<'_>, id: CheckId, failure: Failure) -> bool {
    d.results().iter().any(|r| r.id == id && r.outcome.failure() == Some(failure))
}

fn can_see_neighbours(d: &Digest<'_>) -> bool {
    d.carrier != Some(false) && d.has_interface && d.address == Address::Routable
}

/// The LED is solid red, as far as anything is known.
fn is_solid_red(g: &GatewayView) -> bool {
    g.led.possible == LedSet::only(LedState::SolidRed)
}

/// Some box that is asked about is known to blink red, and has done so for long enough.
fn any_blinks(scene: &Scene<'_>) -> bool {
    about(scene).any(|g| {
        g.led.possible == LedSet::only(LedState::BlinkingRed) && !super::may_still_change(g, scene.now)
    })
}

fn names_work(d: &Digest<'_>) -> bool {
    matches!(d.names.state, NamesState::Fine | NamesState::OneBlocked)
}

/// A box that is green has its way out, whatever this computer is denied: those findings become information.
fn green_overrides(scene: &Scene<'_>, found: &mut [Found]) {
    let mut asked = about(scene).peekable();
    if asked.peek().is_none() || !asked.all(|g| g.led.possible == LedSet::only(LedState::SolidGreen)) {
        return;
    }
    for f in found.iter_mut().filter(|f| f.about.is_none() && f.level() > Level::Info) {
        // what a green box would not notice at once stays a warning: the other port, the other name, an idle timeout
        // and an idle timeout is felt when the box is quiet, not while it is green
        if f.cause.code().starts_with("hold.") {
            continue;
        }
        // a doubt that a green box settles: it has found its names, and the cloud itself
        let settled = matches!(f.cause, Cause::DnsUnreachable | Cause::CloudProxyAnswers);
        if f.level() == Level::Fault || is_witness(f.cause) || settled {
            f.level = Some(Level::Info);
        }
    }
}

fn is_witness(cause: Cause) -> bool {
    cause.code().starts_with("host.")
}

/// When no rule speaks: what kept this computer from looking, and what to do.
pub fn why_nothing_can_be_said(scene: &Scene<'_>, d: &Digest<'_>) -> Option<(String, String)> {
    if let Some(r) = d.results().iter().find(|r| r.broke()) {
        return Some((
            format!("It could not be told: the check '{}' {}.", r.id.word(), r.detail),
            "Check again; if it breaks again, send this line to whoever gave you the program.".into(),
        ));
    }
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
