//! The engine over made-up events: when a run may end, what becomes of what the installer saw, the plug-in finder.

use super::super::waits::{ANNOUNCEMENT_WAIT_MS, LISTEN_FOR_BOX_MS, RESTLESS_MS};
use super::*;
use crate::model::evidence::Announcement;
use crate::model::host::{HostAddress, Interface, LinkKind};
use crate::model::snapshot::Activity;
use crate::model::{Basis, Cause};
use crate::session::keeping::{Keeping, OnDisk};
use std::time::Duration;

const MAC: Mac = Mac([0x34, 0xa5, 0xe1, 0, 0, 1]);
const OTHER: Mac = Mac([0x02, 0, 0, 0, 0, 9]);

fn engine() -> Engine {
    let mut e = Engine::new(Arc::new(Profile::shipped()), "visit".into(), 0);
    e.host.interfaces.push(Interface {
        index: 2,
        name: "eth0".into(),
        label: "eth0".into(),
        kind: LinkKind::Wired,
        mac: Some(Mac([2, 0, 0, 0, 0, 1])),
        up: true,
        carrier: Some(true),
        speed_bps: None,
        full_duplex: None,
        addresses: vec![HostAddress { ip: [10, 0, 0, 5].into(), prefix: 24 }],
        router: None,
        metric: 0,
        name_servers: vec![],
        lease: None,
        mtu: None,
        ipv6_router: None,
        port_authenticated: None,
    });
    e.host.chosen = Some("eth0".into());
    e
}

fn neighbour(at: u64, mac: Mac, last: u8) -> Sighting {
    let ip = Ipv4Addr::new(10, 0, 0, last);
    let fact = Fact::Neighbour { mac, ip, confirmed_ms_ago: Some(0) };
    Sighting::Saw(Observation { at: At(at), source: Source::Neighbour, fact })
}

fn announced(at: u64, led: LedState) -> Sighting {
    let a = Announcement {
        mac: Some(MAC),
        ip: None,
        led: Some(led),
        ttl_ms: 60_000,
        name: "gw".into(),
        firmware: None,
        assumed: true,
        goodbye: false,
    };
    Sighting::Saw(Observation { at: At(at), source: Source::Mdns, fact: Fact::Announced(a) })
}

#[test]
fn a_run_ends_when_nothing_can_change_the_verdict_any_more() {
    let mut e = engine();
    e.begin(Purpose::FindAndCheck, At(0), false);
    e.progress(Progress::Done, At(10));
    assert!(!e.settled(At(20)), "no gateway was seen, and the search goes on");
    e.sighting(neighbour(20, MAC, 77));
    assert!(!e.settled(At(30)), "it may still announce itself");
    assert!(e.settled(At(ANNOUNCEMENT_WAIT_MS)));
    e.sighting(announced(40, LedState::SolidGreen));
    assert!(e.settled(At(50)), "its LED is known");
}

#[test]
fn a_box_that_blinks_gets_its_time_to_connect() {
    let mut e = engine();
    e.begin(Purpose::FindAndCheck, At(0), false);
    e.progress(Progress::Done, At(10));
    e.sighting(neighbour(20, MAC, 77));
    e.sighting(announced(30, LedState::BlinkingRed));
    assert!(!e.settled(At(2_000)));
    assert!(e.settled(At(2_600)));
}

#[test]
fn a_missing_box_gets_the_whole_search() {
    let mut e = engine();
    e.begin(Purpose::FindAndCheck, At(0), false);
    e.progress(Progress::Done, At(10));
    assert!(!e.settled(At(3_000)));
    e.sighting(Sighting::Searched);
    assert!(e.settled(At(3_200)));
    assert!(e.end(At(3_200)));
    let s = e.snapshot(At(3_200));
    assert_eq!(
        (s.activity, s.took_ms, s.verdict.code),
        (Activity::Idle, Some(3_200), Some(Cause::GatewaySilent))
    );
}

/// On an interface that went down nothing happens any more: what came due while a picture was kept is looked at all the same.
#[test]
fn a_deadline_that_passes_between_two_looks_is_not_lost() {
    let mut e = engine();
    e.hears_dhcp = true;
    e.begin(Purpose::FindAndCheck, At(0), false);
    e.progress(Progress::Done, At(10));
    e.sighting(Sighting::Searched);
    assert!(!e.settled(At(8_999)));
    assert_eq!(e.wake_in(At(8_999), At(8_999)), Some(Duration::from_millis(1)));
    assert_eq!(e.wake_in(At(8_999), At(9_002)), Some(Duration::ZERO));
    assert!(e.settled(At(9_002)));
}

#[test]
fn a_box_whose_led_never_rests_does_not_hold_a_run_up_for_ever() {
    let mut e = engine();
    e.begin(Purpose::FindAndCheck, At(0), false);
    e.progress(Progress::Done, At(10));
    e.sighting(neighbour(20, MAC, 77));
    e.sighting(Sighting::Searched);
    let mut settled = None;
    for at in (1_000..60_000).step_by(1_000) {
        e.sighting(announced(at, if at % 2_000 == 0 { LedState::BlinkingRed } else { LedState::SolidRed }));
        settled = settled.or(e.settled(At(at)).then_some(at));
    }
    assert_eq!(settled, Some(RESTLESS_MS));
}

#[test]
fn what_the_installer_saw_waits_for_its_box() {
    let mut e = engine();
    let fact = Fact::Saw { mac: None, led: LedState::BlinkingRed };
    e.observe(&Observation { at: At(1), source: Source::Installer, fact });
    assert!(e.snapshot(At(2)).gateways.is_empty());
    e.sighting(neighbour(20, MAC, 77));
    let g = &e.snapshot(At(30)).gateways[0];
    assert_eq!((g.led.possible, g.led.basis), (LedSet::only(LedState::BlinkingRed), Basis::Seen));
}

#[test]
fn the_plug_in_finder_knows_first_who_is_here() {
    let mut e = engine();
    e.plug_in_pending = true;
    e.sighting(neighbour(10, OTHER, 9));
    assert!(e.snapshot(At(11)).plug_in_finder && !e.snapshot(At(11)).plug_in_ready);
    e.sighting(Sighting::Searched);
    assert!(e.snapshot(At(12)).plug_in_ready);
    e.sighting(neighbour(20, OTHER, 9));
    assert!(e.snapshot(At(21)).gateways.is_empty(), "it was here before");
    let new = Mac([0x02, 0, 0, 0, 0, 10]);
    e.sighting(neighbour(30, new, 10));
    let s = e.snapshot(At(31));
    assert_eq!((s.chosen, s.plug_in_finder), (Some(new), false));
    assert!(s.gateways[0].sources.contains(&Source::PlugIn));
}

#[test]
fn a_box_that_only_an_old_row_shows_can_be_plugged_in() {
    let mut e = engine();
    e.plug_in_pending = true;
    let old = Fact::Neighbour { mac: MAC, ip: [10, 0, 0, 77].into(), confirmed_ms_ago: Some(30_000) };
    e.sighting(Sighting::Saw(Observation { at: At(10), source: Source::Neighbour, fact: old }));
    e.sighting(Sighting::Searched);
    e.sighting(neighbour(5_000, MAC, 77));
    assert!(e.snapshot(At(5_001)).gateways[0].sources.contains(&Source::PlugIn));
}

#[test]
fn cancelling_keeps_what_was_known() {
    let mut e = engine();
    e.begin(Purpose::FindAndCheck, At(0), false);
    e.sighting(neighbour(20, MAC, 77));
    e.cancel(At(30));
    let s = e.snapshot(At(31));
    assert_eq!((s.activity, s.gateways.len(), s.running.len()), (Activity::Idle, 1, 0));
}

#[test]
fn the_firewall_text_follows_the_chosen_gateway() {
    let mut e = engine();
    assert!(e.snapshot(At(1)).firewall.parts.is_empty());
    e.sighting(neighbour(20, MAC, 77));
    e.choice.platform = Some("nftables".into());
    let s = e.snapshot(At(30));
    assert_eq!(s.firewall.parts.len(), 8);
    assert!(
        s.firewall.parts[0].1.contains("10.0.0.77") && s.firewall.parts[0].1.contains("34:a5:e1:00:00:01")
    );
}

#[test]
fn limits_are_said_once() {
    let mut e = engine();
    let limit = Limit { what: "a".into(), why: "b".into(), advice: "c".into() };
    e.limit(limit.clone());
    e.limit(limit);
    assert_eq!(e.limits.len(), 1);
}

#[test]
fn a_record_longer_than_what_is_shown_is_kept_whole() {
    let dir = tempfile::tempdir().unwrap();
    let mut engine = engine();
    engine.visit = crate::history::History::new_id(0);
    let shelf = OnDisk::new(Some(dir.path().to_owned()), engine.visit.clone(), 0);
    let mut keeping = Keeping::on(Box::new(shelf), None);
    let lines = TIMELINE_KEPT + 500;
    for n in 0..lines {
        engine.note(At(n as u64), format!("line {n}"));
        // now and then, as the loop does
        if n % 70 == 0 {
            keeping.keep(&mut engine, At(n as u64));
        }
    }
    keeping.keep(&mut engine, At(lines as u64));
    assert_eq!(engine.limits, []);
    assert_eq!((engine.timeline.len(), engine.noted()), (TIMELINE_KEPT, lines as u64));
    let history = crate::history::History::open(Some(dir.path().to_owned())).unwrap();
    let kept: Vec<String> = history.load("last").unwrap().timeline.iter().map(|t| t.text.clone()).collect();
    assert_eq!(kept, (0..lines).map(|n| format!("line {n}")).collect::<Vec<_>>());
}

fn old_row(at: u64, mac: Mac, last: u8) -> Sighting {
    let ip = Ipv4Addr::new(10, 0, 0, last);
    let fact = Fact::Neighbour { mac, ip, confirmed_ms_ago: Some(600_000) };
    Sighting::Saw(Observation { at: At(at), source: Source::Neighbour, fact })
}

fn unanswered(at: u64, last: u8, given_up: bool) -> Sighting {
    let fact = Fact::Unanswered { ip: Ipv4Addr::new(10, 0, 0, last), given_up };
    Sighting::Saw(Observation { at: At(at), source: Source::Neighbour, fact })
}

fn code_of(e: &Engine, at: u64, mac: Mac) -> Option<Cause> {
    e.snapshot(At(at)).gateways.iter().find(|g| g.mac == mac).and_then(|g| g.verdict.code)
}

#[test]
fn one_box_of_many_that_only_an_old_row_shows_is_no_reason_to_wait_nor_to_speak() {
    let mut e = engine();
    e.begin(Purpose::FindAndCheck, At(0), false);
    for last in 10..60 {
        e.sighting(neighbour(20, Mac([0x34, 0xa5, 0xe1, 0, 1, last]), last));
    }
    e.sighting(old_row(20, MAC, 77));
    e.progress(Progress::Done, At(100));
    assert!(!e.settled(At(2_000)), "it may still answer");
    e.sighting(Sighting::Searched);
    e.proving = 2;
    e.sighting(Sighting::Proved);
    assert!(!e.settled(At(3_200)), "some are still being asked");
    assert!(e.settled(At(9_000)), "the others are not kept waiting for ever");
    e.sighting(Sighting::Proved);
    assert!(e.settled(At(3_200)), "each had its questions");
    assert!(e.end(At(4_400)));
    let s = e.snapshot(At(4_400));
    assert!(s.findings.iter().all(|f| f.code != Cause::GatewaySilent), "{:?}", s.findings);
    assert_eq!((s.boxes().not_known, s.boxes().answering, s.boxes().silent), (1, 50, 0));
    assert!(s.not_tested.iter().any(|t| t.contains(&MAC.to_string())), "{:?}", s.not_tested);
    // a round in which the system trusts its row proves nothing; that it asked in vain does
    e.sighting(unanswered(4_500, 77, false));
    assert_ne!(code_of(&e, 4_501, MAC), Some(Cause::GatewaySilent));
    e.sighting(unanswered(9_000, 77, true));
    assert_eq!(code_of(&e, 9_001, MAC), Some(Cause::GatewaySilent));
    let s = e.snapshot(At(9_001));
    assert_ne!(s.verdict.code, Some(Cause::GatewaySilent), "one that is missing is no headline");
    assert_eq!((s.boxes().silent, s.boxes().not_known), (1, 0));
    // and when it comes back it is here
    e.sighting(neighbour(9_500, MAC, 77));
    assert_eq!(e.snapshot(At(9_501)).boxes().answering, 51);
}

#[test]
fn where_some_of_several_boxes_came_late_the_search_goes_on() {
    let mut e = engine();
    e.begin(Purpose::FindAndCheck, At(0), false);
    e.sighting(neighbour(20, MAC, 77));
    e.sighting(neighbour(20, Mac([0x34, 0xa5, 0xe1, 0, 0, 2]), 78));
    e.progress(Progress::Done, At(100));
    assert!(e.settled(At(1_300)), "both were there at once");
    e.sighting(neighbour(1_100, Mac([0x34, 0xa5, 0xe1, 0, 0, 3]), 79));
    assert!(!e.settled(At(1_300)));
    e.sighting(Sighting::Searched);
    assert!(e.settled(At(3_200)));
}

#[test]
fn the_one_box_that_is_asked_about_gets_the_time_in_which_its_old_row_is_verified() {
    let mut e = engine();
    e.begin(Purpose::FindAndCheck, At(0), false);
    e.sighting(old_row(20, MAC, 77));
    e.progress(Progress::Done, At(100));
    e.sighting(Sighting::Searched);
    assert!(!e.settled(At(3_200)));
    let mut patient = engine();
    std::mem::swap(&mut patient, &mut e);
    assert!(patient.settled(At(LISTEN_FOR_BOX_MS)), "not for ever");
    patient.sighting(unanswered(8_500, 77, true));
    assert!(patient.settled(At(8_501)));
    assert!(patient.end(At(8_501)));
    assert_eq!(patient.snapshot(At(8_501)).verdict.code, Some(Cause::GatewaySilent));
}

#[test]
fn where_not_all_could_be_asked_nobody_is_missing_and_silence_proves_nothing() {
    use crate::model::check::{Failure, Measured, Target};
    let mut e = engine();
    e.begin(Purpose::FindAndCheck, At(0), false);
    let silent = |id| CheckResult {
        id,
        target: Target::Router([10, 0, 0, 1].into()),
        outcome: Outcome::Failed(Failure::Silence),
        took_ms: 1,
        measured: Measured::Nothing,
        detail: "no answer".into(),
    };
    e.progress(Progress::Ended(CheckId::Router, vec![silent(CheckId::Router)]), At(50));
    e.sighting(Sighting::StillAsking);
    e.progress(Progress::Done, At(100));
    e.sighting(neighbour(120, MAC, 77));
    assert!(!e.settled(At(2_000)), "most were not asked yet");
    e.sighting(Sighting::Swept);
    assert!(e.settled(At(2_000)));
    e.sighting(Sighting::TableFull { overflowed: true });
    e.progress(Progress::Ended(CheckId::Names, vec![silent(CheckId::Names)]), At(2_100));
    e.sighting(Sighting::Searched);
    e.end(At(3_200));
    assert!(e.results.iter().all(|r| matches!(r.outcome, Outcome::Inconclusive(_))), "{:?}", e.results);
    // the next run begins anew
    const FAR: Mac = Mac([0x34, 0xa5, 0xe1, 0x77, 0x12, 0x98]);
    e.typed_mac = Some(FAR);
    e.roster.choose(FAR, At(0));
    assert_ne!(code_of(&e, 3_300, FAR), Some(Cause::GatewaySilent), "it may be here");
    e.begin(Purpose::FindAndCheck, At(4_000), false);
    e.sighting(Sighting::Searched);
    e.progress(Progress::Done, At(4_100));
    e.end(At(8_000));
    assert_eq!(code_of(&e, 8_000, FAR), Some(Cause::GatewaySilent));
}
