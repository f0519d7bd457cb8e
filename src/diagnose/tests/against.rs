//! No verdict against its own evidence: every finding of every walk is held against what was observed, and so is every
//! line that is printed under it.

use super::*;
use crate::diagnose::digest::Digest;
use crate::diagnose::observed::{self, Observed};
use crate::model::check::{Hop, OfferTo};
use crate::model::host::HostLease;
use crate::model::snapshot::DhcpTrace;
use std::collections::BTreeSet;

/// Holds one scene: no rule has to be stopped, and no line of evidence excludes the cause that it stands under.
pub(super) fn holds(scene: &Scene<'_>, what: &dyn Fn() -> String) -> Vec<Cause> {
    let d = Digest::of(scene);
    let found = rules::all(scene, &d);
    for f in found.iter().filter(|f| f.level() != Level::Info) {
        let against = excluded(scene, &d, f.cause, f.about);
        assert!(against.is_empty(), "{} stands against {against:?}: {}", f.cause, what());
        for line in &f.evidence {
            for r in scene.results.iter().filter(|r| line.text == format!("{}: {}", r.target, r.detail)) {
                let says: BTreeSet<Observed> = observed::in_result(&d, r).into_iter().collect();
                let excludes: Vec<_> =
                    catalogue::excluded_by(f.cause).iter().filter(|o| says.contains(o)).collect();
                assert!(excludes.is_empty(), "{} prints {:?} ({excludes:?}): {}", f.cause, line.text, what());
            }
        }
    }
    found.iter().map(|f| f.cause).collect()
}

#[test]
fn every_observation_excludes_something_and_has_words() {
    for o in Observed::ALL {
        assert!(o.says().len() > 10, "{o:?}");
        // a late first message is told beside it, not against it
        let used = Cause::ALL.iter().any(|c| catalogue::excluded_by(*c).contains(o));
        assert!(used, "{o:?} excludes nothing");
    }
    for cause in Cause::ALL {
        let by = catalogue::excluded_by(*cause);
        assert_eq!(by.iter().collect::<BTreeSet<_>>().len(), by.len(), "{cause} names one twice");
    }
}

/// What a finding is stopped by, if a rule overlooks it.
#[test]
fn a_finding_that_an_observation_excludes_does_not_stand() {
    let mut made = Made::healthy();
    made.led(LedSet::only(LedState::BlinkingRed), Basis::Reported);
    let scene = made.scene();
    let d = Digest::of(&scene);
    assert_eq!(excluded(&scene, &d, Cause::CloudBothPortsDropped, None), [Observed::CloudOpens]);
    assert_eq!(excluded(&scene, &d, Cause::CloudGatewayOnlyBlocked, Some(MAC)), []);
}

/// What could also be is held against the evidence as well: a box that is heard asking is behind no shut port.
#[test]
fn nothing_is_possible_that_an_observation_excludes() {
    let red = |heard: bool| {
        let mut made = Made::healthy();
        made.led(LedSet::only(LedState::SolidRed), Basis::Seen);
        ask(&mut made, &[OfferTo::NewMac, OfferTo::Gateway], Some(&[OfferTo::NewMac, OfferTo::Gateway]));
        made.hears_dhcp = heard;
        tell(&mut made, if heard { Story::Asks } else { Story::Quiet }, LedSet::only(LedState::SolidRed));
        let d = made.diagnose();
        let lost = d.findings.iter().find(|f| f.code == Cause::DhcpOfferLost).unwrap();
        lost.possible.iter().map(|p| p.code).collect::<Vec<_>>()
    };
    assert_eq!(red(true), [Cause::GatewayDefective]);
    assert_eq!(red(false), [Cause::PortShut, Cause::GatewayDefective]);
}

fn message(at: u64, kind: DhcpKind, server: Option<Ipv4Addr>) -> DhcpTrace {
    DhcpTrace {
        at: At(at),
        kind,
        xid: 7,
        secs: 0,
        ciaddr: None,
        address: server.map(|_| [10, 20, 0, 90].into()),
        server,
        host_name: None,
        parameter_list: vec![],
        message: None,
    }
}

/// How the box is heard asking for its address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Story {
    Quiet,
    Asks,
    /// It accepts an offer again and again.
    Accepts,
}

/// Everything that DHCP servers can answer, to whom they are asked for, what the box is heard doing, and what this
/// computer knows of its own lease.
#[test]
fn no_lease_is_told_against_what_servers_answer() {
    use OfferTo::{Gateway, NewMac, Options, OwnMac};
    let all_asked = [Options, NewMac, OwnMac, Gateway];
    let asked: [&[OfferTo]; 4] = [&[], &[Options], &[Options, NewMac, OwnMac], &all_asked];
    let leds = [
        LedSet::only(LedState::SolidRed),
        LedSet::only(LedState::BlinkingRed),
        LedSet::only(LedState::SolidGreen),
        LedSet::only(LedState::Dark),
        LedSet::ALL,
    ];
    let mut seen: BTreeSet<Cause> = BTreeSet::new();
    let mut walked = 0;
    for led in leds {
        for asked in asked {
            // whom they answer: a bit for each that can be asked for, and "it could not be asked"
            for answers in (0..16_u8).map(Some).chain([None]) {
                let fits = |to: OfferTo| asked.is_empty() || asked.contains(&to);
                let answered: Vec<OfferTo> = all_asked
                    .into_iter()
                    .enumerate()
                    .filter(|(i, _)| answers.is_some_and(|a| a & (1 << i) != 0))
                    .map(|(_, to)| to)
                    .collect();
                if !answered.iter().all(|to| fits(*to)) {
                    continue;
                }
                for story in [Story::Quiet, Story::Asks, Story::Accepts] {
                    for hears in [true, false] {
                        for own_lease in [Some(true), Some(false), None] {
                            for ipv6 in [false, true] {
                                for ipv4 in [false, true] {
                                    let mut made = Made::healthy();
                                    made.hears_dhcp = hears;
                                    made.led(led, Basis::Reported);
                                    made.host.interfaces[0].ipv6_router = Some(ipv6);
                                    made.host.interfaces[0].lease = own_lease
                                        .map(|dhcp| HostLease { dhcp: Some(dhcp), ..HostLease::default() });
                                    if !ipv4 {
                                        let silent = Outcome::Failed(Failure::NeighbourSilent);
                                        let router = Target::Router(ROUTER);
                                        made.set(
                                            CheckId::Router,
                                            vec![result(CheckId::Router, router, silent, Measured::Nothing)],
                                        );
                                        made.ports(|_, _| SILENT)
                                            .control(SILENT)
                                            .names(SILENT, SILENT, SILENT);
                                    }
                                    ask(&mut made, asked, answers.map(|_| answered.as_slice()));
                                    tell(&mut made, story, led);
                                    let what = || {
                                        format!(
                                            "{led:?} asked {asked:?} answered {answered:?} ({answers:?}) {story:?} hears {hears} own {own_lease:?} ipv6 {ipv6} ipv4 {ipv4}"
                                        )
                                    };
                                    seen.extend(holds(&made.scene(), &what));
                                    walked += 1;
                                }
                            }
                        }
                    }
                }
            }
        }
    }
    assert!(walked > 5_000, "{walked}");
    use Cause::*;
    for cause in
        [DhcpNoServer, DhcpIpv6Only, DhcpPoolExhausted, DhcpGatewayRefused, DhcpOfferLost, GatewaySilent]
    {
        assert!(seen.contains(&cause), "the walk never meets {cause}: {seen:?}");
    }
}

/// `answered` is `None` where it could not be asked.
fn ask(made: &mut Made, asked: &[OfferTo], answered: Option<&[OfferTo]>) {
    let Some(answered) = answered else {
        let outcome = Outcome::Inconclusive("port 68 is held".into());
        made.set(CheckId::Offer, vec![result(CheckId::Offer, Target::Segment, outcome, Measured::Nothing)]);
        return;
    };
    let offers: Vec<Offer> = answered
        .iter()
        .map(|to| Offer {
            server: ROUTER,
            to_new_mac: *to == OfferTo::NewMac,
            to_gateway: *to == OfferTo::Gateway,
            to_own: *to == OfferTo::OwnMac,
            address: (*to != OfferTo::Options).then(|| [10, 20, 0, 90].into()),
            mask: Some([255, 255, 255, 0].into()),
            routers: vec![ROUTER],
            name_servers: vec![ROUTER],
            lease_secs: None,
            portal: None,
            wpad: None,
            domain: None,
            after_ms: 0,
        })
        .collect();
    let outcome = if offers.is_empty() { SILENT } else { Outcome::Passed };
    let measured = Measured::Answers { offers, asked: asked.to_vec() };
    made.set(CheckId::Offer, vec![result(CheckId::Offer, Target::Segment, outcome, measured)]);
}

fn tell(made: &mut Made, story: Story, led: LedSet) {
    let g = &mut made.gateways[0];
    if led == LedSet::only(LedState::SolidRed) {
        g.ip = None;
    }
    let messages: &[(DhcpKind, Option<Ipv4Addr>)] = match story {
        Story::Quiet => &[],
        Story::Asks => &[(DhcpKind::Discover, None), (DhcpKind::Discover, None)],
        Story::Accepts => &[(DhcpKind::Discover, None), (DhcpKind::Request, Some(ROUTER))],
    };
    for (n, (kind, server)) in messages.iter().enumerate() {
        let at = 500 + 1_000 * n as u64;
        g.dhcp.push((At(at), *kind));
        g.dhcp_trace.push(message(at, *kind, *server));
    }
}

/// How connections end, whom the hops and errors show, and what else is reached: the owner is the one whose equipment it
/// is, and nothing that is reached is said to be down.
#[test]
fn no_way_out_is_told_against_what_opens() {
    let ways = [
        Outcome::Passed,
        SILENT,
        Outcome::Failed(Failure::Refused),
        Outcome::Failed(Failure::IcmpNetUnreachable),
        Outcome::Failed(Failure::IcmpProhibited),
    ];
    let controls = [Outcome::Passed, SILENT, Outcome::Failed(Failure::IcmpNetUnreachable)];
    let denied = Outcome::Failed(Failure::NxDomain);
    let names = [
        (Outcome::Passed, Outcome::Passed),
        (SILENT, SILENT),
        (denied, Outcome::Passed),
        (Outcome::Failed(Failure::ServFail), Outcome::Failed(Failure::ServFail)),
    ];
    let outside: IpAddr = [203, 0, 113, 7].into();
    let inside: IpAddr = [10, 99, 0, 1].into();
    let leds = [LedSet::ALL, LedSet::only(LedState::BlinkingRed), LedSet::only(LedState::SolidGreen)];
    let mut seen: BTreeSet<Cause> = BTreeSet::new();
    let mut walked = 0;
    for way in &ways {
        for control in &controls {
            for (cloud, other) in &names {
                for offender in [None, Some(inside), Some(outside)] {
                    for farthest in
                        [None, Some((1, IpAddr::V4(ROUTER))), Some((3, inside)), Some((3, outside))]
                    {
                        for elsewhere in [None, Some(Outcome::Passed), Some(SILENT)] {
                            for led in leds {
                                let mut made = Made::healthy();
                                made.led(led, Basis::Reported)
                                    .ports(|_, _| way.clone())
                                    .names(cloud.clone(), cloud.clone(), other.clone())
                                    .control(control.clone());
                                if let Some(who) = offender {
                                    for r in made.results.iter_mut().filter(|r| r.id == CheckId::Ports) {
                                        r.measured = Measured::Offender(who);
                                    }
                                }
                                let addr: SocketAddr = (CLOUD[0], 443).into();
                                if let Some((distance, who)) = farthest {
                                    let hops = vec![Hop { distance, who: Some(who), ..Hop::default() }];
                                    made.results.push(result(
                                        CheckId::Path,
                                        Target::Hops(addr),
                                        Outcome::Passed,
                                        Measured::Hops(hops),
                                    ));
                                }
                                if let Some(outcome) = &elsewhere {
                                    let target = Target::Elsewhere { addr, interface: "wlan0".into() };
                                    made.results.push(result(
                                        CheckId::Control,
                                        target,
                                        outcome.clone(),
                                        Measured::Nothing,
                                    ));
                                }
                                let what = || {
                                    format!(
                                        "{way:?} control {control:?} names {cloud:?}/{other:?} offender {offender:?} farthest {farthest:?} elsewhere {elsewhere:?} {led:?}"
                                    )
                                };
                                seen.extend(holds(&made.scene(), &what));
                                assert!(made.diagnose().verdict.code.is_some(), "no verdict: {}", what());
                                walked += 1;
                            }
                        }
                    }
                }
            }
        }
    }
    assert_eq!(walked, 5 * 3 * 4 * 3 * 4 * 3 * 3);
    use Cause::*;
    for cause in [CloudNoRoute, InternetDown, CloudBothPortsDropped, CloudBothPortsRejected, CloudServiceDown]
    {
        assert!(seen.contains(&cause), "the walk never meets {cause}: {seen:?}");
    }
}
