//! Floods of messages: what is followed, recorded and said stays bounded, and who answers is not crowded out.

use super::*;
use crate::mirror::places;
use crate::model::evidence::{DhcpKind, DhcpSeen, Source};
use crate::model::recording::Input;
use crate::profile::Profile;
use std::sync::Arc;

fn engine() -> Engine {
    Engine::new(Arc::new(Profile::shipped()), "v".into(), 0)
}

fn mac(prefix: [u8; 3], n: u32) -> Mac {
    let [_, b, c, d] = n.to_be_bytes();
    Mac([prefix[0], prefix[1], prefix[2], b, c, d])
}

const BOX: [u8; 3] = [0x34, 0xa5, 0xe1];
const OTHER: [u8; 3] = [0x00, 0x1b, 0x21];

fn discover(at: u64, mac: Mac) -> Observation {
    let seen = DhcpSeen {
        kind: DhcpKind::Discover,
        mac,
        xid: 1,
        secs: 0,
        broadcast: true,
        ciaddr: None,
        yiaddr: None,
        requested: None,
        server: None,
        mask: None,
        routers: vec![],
        name_servers: vec![],
        lease_secs: None,
        host_name: None,
        vendor_class: None,
        parameter_list: vec![],
        message: None,
        portal: None,
        wpad: None,
        domain: None,
        client_id: None,
    };
    Observation { at: At(at), source: Source::Dhcp, fact: Fact::Dhcp(seen) }
}

fn answers(at: u64, mac: Mac, last: u8) -> Observation {
    let fact = Fact::Neighbour { mac, ip: [10, 0, 0, last].into(), confirmed_ms_ago: Some(0) };
    Observation { at: At(at), source: Source::Neighbour, fact }
}

fn said(e: &Engine, what: &str) -> usize {
    e.limits.iter().filter(|l| l.what == what).count()
}

/// Events of observations in the recording.
fn recorded(e: &Engine) -> usize {
    e.taken.iter().filter(|event| matches!(event.input, Input::Saw(_))).count()
}

#[test]
fn a_flood_of_boxes_fills_the_places_and_no_more_and_that_is_said_once() {
    let mut e = engine();
    let first = mac(BOX, 0);
    e.observe(&answers(1, first, 9));
    for n in 1..40_000 {
        e.observe(&discover(10 + u64::from(n) / 10, mac(BOX, n)));
        e.remember_leds(At(10 + u64::from(n) / 10));
    }
    assert_eq!(e.roster.len(), places::MOST);
    assert_eq!(said(&e, "Following every box"), 1);
    assert!(recorded(&e) <= places::MOST + 1, "{}", recorded(&e));
    assert!(e.noted() <= places::MOST as u64 + 1);
    // who answers is not crowded out, and comes in all the same; so does who is typed in
    let (answering, typed) = (mac(BOX, 50_000), mac(OTHER, 1));
    e.observe(&answers(5_000, answering, 10));
    let fact = Fact::TypedMac { mac: typed, repaired: Vec::new() };
    e.observe(&Observation { at: At(5_001), source: Source::Typed, fact });
    assert!([first, answering, typed].iter().all(|m| e.roster.follows(*m)));
    assert_eq!(e.roster.len(), places::MOST);
    // one that is only heard gets a place when another has been quiet for long
    assert!(!e.observe(&discover(6_000, mac(BOX, 60_000))));
    assert!(e.observe(&discover(400_000, mac(BOX, 60_000))));
    assert!(e.roster.follows(mac(BOX, 60_000)) && e.roster.follows(first));
}

#[test]
fn strangers_are_recorded_in_samples_only() {
    let mut e = engine();
    for n in 0..100_000_u32 {
        e.observe(&discover(u64::from(n), mac(OTHER, n % 5_000)));
    }
    assert!(recorded(&e) <= STRANGERS * usize::from(OF_STRANGER), "{}", recorded(&e));
    assert_eq!((e.roster.len(), said(&e, "Recording the DHCP messages of other devices")), (0, 1));
    // a few devices that renew for weeks are no reason to say anything
    let mut e = engine();
    for n in 0..10_000_u32 {
        e.observe(&discover(u64::from(n) * 1_000, mac(OTHER, n % 50)));
    }
    assert_eq!((recorded(&e), e.limits.len()), (50 * usize::from(OF_STRANGER), 0));
}

#[test]
fn the_finder_sees_who_was_passed_over_before() {
    let mut e = engine();
    for n in 0..20 {
        e.observe(&discover(n, mac(OTHER, 1)));
    }
    e.plug_in_known = Some([mac(OTHER, 2)].into());
    e.observe(&discover(30, mac(OTHER, 1)));
    assert_eq!(e.roster.chosen(), Some(mac(OTHER, 1)));
}

#[test]
fn one_box_that_floods_is_heard_at_a_rate_and_hundreds_that_start_are_heard_whole() {
    let mut e = engine();
    for ms in 0..60_000_u64 {
        e.observe(&discover(ms, mac(BOX, 1)));
    }
    assert!(recorded(&e) <= 40 + 60 / 4 + 1, "{}", recorded(&e));
    assert_eq!(said(&e, "Hearing every DHCP message of the boxes"), 1);
    let mut e = engine();
    for n in 0..500 {
        for again in 0..4 {
            e.observe(&discover(u64::from(n) + 4_000 * again, mac(BOX, n)));
        }
    }
    assert_eq!((recorded(&e), e.roster.len(), e.limits.len()), (2_000, 500, 0));
}

#[test]
fn two_thousand_boxes_that_flood_together_have_a_rate_as_well() {
    let mut e = engine();
    for ms in 0..300_000_u64 {
        e.observe(&discover(ms, mac(BOX, u32::try_from(ms % 2_000).unwrap())));
    }
    assert!(recorded(&e) <= 6_000 + 300_000 / 20 + 1, "{}", recorded(&e));
}

#[test]
fn neighbours_without_end_are_listed_up_to_a_bound() {
    let mut e = engine();
    for n in 0..20_000_u32 {
        let ip = std::net::Ipv4Addr::from(0x0a00_0000 + n);
        let fact = Fact::Neighbour { mac: mac(OTHER, n), ip, confirmed_ms_ago: Some(0) };
        e.observe(&Observation { at: At(30), source: Source::Neighbour, fact });
    }
    assert_eq!((e.hosts().len(), recorded(&e)), (crate::mirror::rows::MOST, crate::mirror::rows::MOST));
    assert_eq!(said(&e, "Listing every neighbour"), 1);
    let gateway = mac(BOX, 1);
    e.observe(&answers(40, gateway, 9));
    assert_eq!(e.roster.mac_at([10, 0, 0, 9].into()).map(|m| m == gateway || m == mac(OTHER, 9)), Some(true));
    assert!(e.roster.follows(gateway) && e.roster.is_proven(gateway));
}

/// What was recorded of a flood is taken in again, to the same picture.
#[test]
fn a_replay_of_what_was_kept_shows_the_same() {
    let mut e = engine();
    for n in 0..9_000_u32 {
        e.observe(&discover(u64::from(n) / 4, mac(BOX, n % 3_000)));
        e.observe(&discover(u64::from(n) / 4, mac(OTHER, n)));
    }
    let mut again = engine();
    for event in &e.taken {
        if let Input::Saw(o) = &event.input {
            assert!(again.observe(o), "{o:?}");
        }
    }
    assert_eq!(e.gateways(At(3_000)), again.gateways(At(3_000)));
}
