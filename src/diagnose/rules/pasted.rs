//! What IT pasted: the firewall, the switch or the DHCP server itself says what it did with the gateway.
//!
//! It decides where its format is known, it is not old, and nothing that was observed speaks against it; else it is told
//! with the reason why it does not ([`reported`]).

use super::{about, evidence, found, led_evidence, or_else};
use crate::diagnose::digest::Digest;
use crate::diagnose::observed::Observed;
use crate::diagnose::{Found, Scene, excluded, may_still_change};
use crate::model::check::{CheckResult, Target};
use crate::model::finding::{Evidence, Level, Possible, Reported};
use crate::model::pasted::{Action, Entry, Kind, LeaseState, Reading, TextKind, Told};
use crate::model::snapshot::GatewayView;
use crate::model::{Basis, Cause, LedSet, LedState};
use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr};

/// What was written longer ago says little of now: a day, and the two hours by which the zone of a text that names none is
/// off in most places.
pub const OLD_MS: u64 = 26 * 3_600_000;

/// One event of a pasted text.
#[derive(Clone, Copy, Debug)]
pub struct Claim<'a> {
    pub told: &'a Told,
    pub kind: TextKind,
    /// Milliseconds since it was written; where the text does not say it, since it was pasted.
    pub age_ms: u64,
    /// It says that it was written in a time that has not come yet, by more than a zone can explain.
    pub is_ahead: bool,
}

impl Claim<'_> {
    fn is_old(&self) -> bool {
        self.told.written_unix_ms.is_some() && self.age_ms > OLD_MS
    }

    fn decides(&self) -> bool {
        self.told.entry.reading == Reading::Recognised && !self.is_old() && !self.is_ahead
    }

    fn line(&self) -> Evidence {
        let e = &self.told.entry;
        let who = if e.product.is_empty() { self.kind.label() } else { &e.product };
        let times = if self.told.times > 1 { format!(", {} times", self.told.times) } else { String::new() };
        // its age is then right to half a day
        let zoneless = self.told.written_unix_ms.is_some() && !self.told.zone_known;
        let zone = if zoneless { " in a zone that it does not name" } else { "" };
        let when =
            e.time.as_ref().map_or_else(|| ", without a time".to_owned(), |t| format!(", written {t}{zone}"));
        let said = e.in_plain_words();
        let text =
            format!("{who} reports: {} (line {}{times}{when})", said.trim_end_matches('.'), e.line + 1);
        evidence(text, Basis::Reported, "pasted", self.age_ms)
    }
}

/// What is told of this gateway.
fn of<'s>(scene: &Scene<'s>, g: &GatewayView) -> impl Iterator<Item = Claim<'s>> + use<'s> {
    let (mac, mut ips) = (g.mac, BTreeSet::new());
    ips.extend(g.ip.into_iter().chain(g.addresses.iter().map(|(_, ip)| *ip)));
    scene.pasted.iter().copied().filter(move |c| {
        let e = &c.told.entry;
        let is_its = |ip: Option<Ipv4Addr>| ip.is_some_and(|ip| ips.contains(&ip));
        let by_address = is_its(e.source) || is_its(e.lease.and_then(|l| l.ip));
        // the MAC of a packet is its sender's, and says nothing of whom it is for
        e.mac.map_or(by_address, |m| m == mac) || is_its(e.destination)
    })
}

/// A connection to the cloud's ports, by what the firewall did with it.
fn to_cloud(scene: &Scene<'_>, e: &Entry) -> bool {
    let connection = matches!(
        e.kind,
        Kind::Connection | Kind::DefaultDeny | Kind::Unanswered | Kind::ResetBeyond | Kind::IdledOut
    );
    connection && is_for_cloud(scene, e)
}

/// It goes to the cloud: by TCP to one of its ports, and, since half the internet is on 443, there to an address that is
/// known as the cloud's, or to none that the text tells.
fn is_for_cloud(scene: &Scene<'_>, e: &Entry) -> bool {
    let tcp = e.protocol.as_deref().is_none_or(|p| p.eq_ignore_ascii_case("tcp"));
    let cloud = &scene.profile.cloud;
    let known = |ip: Ipv4Addr| is_cloud(scene, ip);
    let named = e
        .destination_name
        .as_ref()
        .is_some_and(|name| cloud.hosts.iter().any(|h| h.eq_ignore_ascii_case(name)));
    let there = |port: u16| port != 443 || named || e.destination.map_or(e.destination_name.is_none(), known);
    tcp && e.port.is_some_and(|port| cloud.ports.contains(&port) && there(port))
}

/// An address that is known as the cloud's: documented, or given by its names in this visit.
fn is_cloud(scene: &Scene<'_>, ip: Ipv4Addr) -> bool {
    let tried =
        |r: &CheckResult| matches!(r.target, Target::Cloud { addr, .. } if addr.ip() == IpAddr::V4(ip));
    scene.profile.cloud.documented_addresses.contains(&ip) || scene.results.iter().any(tried)
}

/// What came back from the cloud to the gateway: by TCP, from one of its ports.
fn is_from_cloud(scene: &Scene<'_>, e: &Entry) -> bool {
    let tcp = e.protocol.as_deref().is_none_or(|p| p.eq_ignore_ascii_case("tcp"));
    let port = e.source_port.is_some_and(|p| scene.profile.cloud.ports.contains(&p));
    tcp && port && e.source.is_some_and(|ip| is_cloud(scene, ip))
}

/// What was told of this gateway, as observations that exclude causes.
#[must_use]
pub fn observed(scene: &Scene<'_>, g: &GatewayView) -> BTreeSet<Observed> {
    let claims: Vec<Claim<'_>> = of(scene, g).filter(Claim::decides).collect();
    let mut seen = BTreeSet::new();
    let cloud: Vec<&Claim<'_>> = claims.iter().filter(|c| to_cloud(scene, &c.told.entry)).collect();
    // what was said last of each port counts, since a rule may have been changed meanwhile
    let ports: BTreeSet<u16> = cloud.iter().filter_map(|c| c.told.entry.port).collect();
    let last: Vec<Option<Action>> = ports.iter().map(|port| last_word(&cloud, *port)).collect();
    if last.contains(&Some(Action::Denied)) {
        seen.insert(Observed::FirewallDenies);
    } else if scene.profile.cloud.ports.iter().all(|port| ports.contains(port))
        && last.iter().all(|action| *action == Some(Action::Allowed))
    {
        // a port of which nothing is said may be denied without a line
        seen.insert(Observed::FirewallAllows);
    }
    let holds =
        |c: &Claim<'_>| c.told.entry.lease.is_some_and(|l| l.state == LeaseState::InForce && l.ip.is_some());
    if claims.iter().any(holds) {
        seen.insert(Observed::LeaseReported);
    }
    seen
}

/// What was done last with connections to a port; none where the times do not tell which of two was the last.
fn last_word(cloud: &[&Claim<'_>], port: u16) -> Option<Action> {
    let of: Vec<(Option<i64>, Action)> = cloud
        .iter()
        .map(|c| (c.told.written_unix_ms, c.told.entry.action, c.told.entry.port))
        .filter(|(_, action, at)| *at == Some(port) && *action != Action::Unclear)
        .map(|(written, action, _)| (written, action))
        .collect();
    let first = of.first()?.1;
    if of.iter().all(|(_, action)| *action == first) {
        return Some(first);
    }
    let newest = of.iter().map(|(written, _)| *written).collect::<Option<Vec<i64>>>()?.into_iter().max()?;
    let mut at_last = of.iter().filter(|(written, _)| *written == Some(newest)).map(|(_, action)| *action);
    let word = at_last.next()?;
    at_last.all(|other| other == word).then_some(word)
}

/// The cause that an event names by itself, if it names one.
fn names(scene: &Scene<'_>, d: &Digest<'_>, e: &Entry, seen: &BTreeSet<Observed>) -> Option<Cause> {
    Some(match e.kind {
        Kind::Connection | Kind::DefaultDeny | Kind::NoTranslation if e.action == Action::Denied => {
            // of two words the later one counts
            if !is_for_cloud(scene, e) || !seen.contains(&Observed::FirewallDenies) {
                return None;
            }
            Cause::CloudGatewayOnlyBlocked
        }
        // the rule lets it through, and what looks into it does not: of everybody, or of the gateway alone
        Kind::Inspection if e.action == Action::Denied && is_for_cloud(scene, e) => {
            let of_it_alone = d.observed.contains(&Observed::ContentPasses);
            if of_it_alone { Cause::CloudGatewayOnlyBlocked } else { Cause::CloudAppControl }
        }
        Kind::WayBack if is_from_cloud(scene, e) => Cause::CloudAnswersBlocked,
        Kind::TranslationExhausted => Cause::CloudTranslationExhausted,
        Kind::Limited if is_for_cloud(scene, e) => Cause::CloudRateLimited,
        Kind::PortSecurity | Kind::Dot1x | Kind::MacAuthentication if e.action == Action::Denied => {
            Cause::PortShut
        }
        Kind::ArpInspection | Kind::SourceGuard => Cause::PortArpInspection,
        Kind::AddressConflict => Cause::IpConflict,
        Kind::NoAddress => Cause::DhcpPoolExhausted,
        Kind::Nak => Cause::DhcpNakLoop,
        Kind::MacRefused => Cause::DhcpGatewayRefused,
        Kind::OfferNotTaken | Kind::DhcpSnooping => Cause::DhcpOfferLost,
        Kind::NoOffer => Cause::DhcpNoServer,
        // one packet of one connection says nothing of the others
        Kind::IdledOut => Cause::HoldIdleTimeout,
        _ => return None,
    })
}

/// Such an event is the cause of a red or blinking LED; beside a green one it is told, and whatever it was is over.
fn weight(g: &GatewayView, cause: Cause, e: &Entry) -> Option<Level> {
    let green = g.led.possible == LedSet::only(LedState::SolidGreen);
    // a connection that ends for want of words is an everyday thing, and a NAK is answered by asking anew
    let everyday = cause == Cause::HoldIdleTimeout || e.kind == Kind::Nak;
    (green || everyday).then_some(Level::Info)
}

/// The site lets nobody out there: then the same rule may hold the gateway and this computer.
fn is_shut_for_all(cause: Cause, e: &Entry) -> bool {
    match cause {
        Cause::CloudBothPortsDropped | Cause::CloudBothPortsRejected | Cause::CloudSomeAddressesBlocked => {
            true
        }
        Cause::CloudPort443Blocked => e.port == Some(443),
        Cause::CloudPort4321Blocked => e.port == Some(4321),
        _ => false,
    }
}

/// Adds what pasted texts settle, and puts them under what was found already.
pub(super) fn settle(scene: &Scene<'_>, d: &Digest<'_>, out: &mut Vec<Found>) {
    if scene.pasted.is_empty() {
        return;
    }
    // a box that has just started is judged when it had its time
    for g in about(scene).filter(|g| !may_still_change(g, scene.now)) {
        let seen = observed(scene, g);
        for claim in of(scene, g).filter(Claim::decides) {
            let e = &claim.told.entry;
            let Some(cause) = names(scene, d, e, &seen) else { continue };
            let shut = cause == Cause::CloudGatewayOnlyBlocked;
            let same = |f: &&mut Found| {
                f.cause == cause && f.about.is_none_or(|mac| mac == g.mac)
                    || shut && is_shut_for_all(f.cause, e)
            };
            if let Some(f) = out.iter_mut().find(same) {
                f.evidence.insert(f.evidence.len().min(1), claim.line());
                if f.cause == cause && f.about.is_some() {
                    // the firewall itself has said which of them it is
                    f.possible.clear();
                }
                continue;
            }
            if !excluded(scene, d, cause, Some(g.mac)).is_empty() {
                continue;
            }
            // what could also have been this gives way: the test that splits them was made; and so does the general
            // answer, that something holds back this box alone
            let could_be = |f: &Found| {
                f.possible.iter().any(|p: &Possible| p.code == cause)
                    || f.cause == Cause::CloudGatewayOnlyBlocked && cause.code().starts_with("cloud.")
            };
            out.retain(|f| f.about != Some(g.mac) || f.cause == cause || !could_be(f));
            let level = weight(g, cause, e);
            out.push(Found {
                about: Some(g.mac),
                level,
                ..found(cause, vec![led_evidence(g), claim.line()])
            });
        }
    }
}

/// A box that blinks although the firewall let it through: it is not this rule.
pub(super) fn let_through(scene: &Scene<'_>, g: &GatewayView) -> Option<Found> {
    if !observed(scene, g).contains(&Observed::FirewallAllows) {
        return None;
    }
    let mut lines = vec![led_evidence(g)];
    let cloud = of(scene, g).filter(|c| c.decides() && to_cloud(scene, &c.told.entry));
    lines.extend(cloud.filter(|c| c.told.entry.action == Action::Allowed).take(3).map(|c| c.line()));
    let back =
        Found { about: Some(g.mac), level: Some(Level::Warning), ..found(Cause::CloudAnswersBlocked, lines) };
    Some(or_else(
        back,
        Cause::GatewayDefective,
        "capture behind the firewall: if the cloud's answers come back and reach the gateway, it is the gateway itself",
    ))
}

/// Everything that was told of the gateways, with what keeps it from deciding.
#[must_use]
pub fn reported(scene: &Scene<'_>, d: &Digest<'_>) -> Vec<Reported> {
    let mut out = Vec::new();
    for g in about(scene).filter(|_| !scene.pasted.is_empty()) {
        let seen = observed(scene, g);
        for claim in of(scene, g) {
            let e = &claim.told.entry;
            let mut but = Vec::new();
            if e.reading == Reading::Generic {
                but.push("its format is not known, so that it decides nothing".to_owned());
            }
            if claim.is_old() {
                let ago = match claim.age_ms / 3_600_000 {
                    hours @ 0..=71 => format!("{hours} hours"),
                    hours => format!("{} days", hours / 24),
                };
                but.push(format!("it was written {ago} ago and says little of now"));
            }
            if claim.is_ahead {
                but.push("it says that it was written in a time that has not come yet".to_owned());
            }
            if let Some(cause) = names(scene, d, e, &seen) {
                let against = excluded(scene, d, cause, Some(g.mac));
                but.extend(against.iter().map(|o| format!("it was observed that {}", o.says())));
            }
            let held = e.lease.filter(|l| l.state == LeaseState::InForce).and_then(|l| l.ip);
            if let (Some(says), Some(is)) = (held, g.ip)
                && says != is
            {
                but.push(format!("the gateway is known at {is}"));
            }
            let words = [&e.rule, &e.reason, &e.place, &e.destination_name];
            let names = words.into_iter().flatten().cloned().collect();
            out.push(Reported { mac: g.mac, evidence: claim.line(), owner: e.who_acts(), but, names });
        }
    }
    out
}
