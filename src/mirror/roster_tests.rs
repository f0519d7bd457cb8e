//! The roster over made-up sightings: who is a gateway, where it is, and since when.

use super::*;
use crate::model::LedState;
use crate::model::evidence::{Announcement, ConsoleFact, ConsoleLine};

const MAC: Mac = Mac([0x34, 0xa5, 0xe1, 0, 0, 1]);
const IP: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 9);

fn see(r: &mut Roster, at: u64, source: Source, fact: Fact) {
    r.ingest(&Profile::shipped(), &Observation { at: At(at), source, fact });
}

fn neighbour(mac: Mac, ip: Ipv4Addr) -> Fact {
    Fact::Neighbour { mac, ip, confirmed_ms_ago: Some(0) }
}

#[test]
fn all_sightings_of_one_mac_are_one_gateway() {
    let mut r = Roster::default();
    see(&mut r, 5, Source::Neighbour, neighbour(MAC, IP));
    see(
        &mut r,
        6,
        Source::Mdns,
        Fact::Announced(Announcement {
            mac: None,
            ip: Some(IP),
            led: Some(LedState::SolidGreen),
            ttl_ms: 1000,
            name: "Kök".into(),
            firmware: None,
            assumed: true,
            goodbye: false,
        }),
    );
    see(&mut r, 7, Source::Typed, Fact::TypedMac { mac: MAC, repaired: Vec::new() });
    let g = r.gateways(At(8), &|_| None);
    assert_eq!(g.len(), 1);
    assert_eq!(g[0].sources, [Source::Neighbour, Source::Mdns, Source::Typed]);
    assert_eq!(g[0].led.possible, LedSet::only(LedState::SolidGreen));
    assert_eq!((g[0].first_seen_ms, g[0].ip), (Some(5), Some(IP)));
}

#[test]
fn a_foreign_mac_is_a_gateway_only_when_somebody_says_so() {
    let other = Mac([0x02, 0, 0, 0, 0, 9]);
    let mut r = Roster::default();
    see(&mut r, 1, Source::Neighbour, neighbour(other, IP));
    assert!(r.gateways(At(2), &|_| None).is_empty());
    see(&mut r, 3, Source::Typed, Fact::TypedMac { mac: other, repaired: vec!["S read as 5".into()] });
    assert_eq!(r.gateways(At(4), &|_| None)[0].ip, Some(IP));
    assert_eq!(r.chosen(), Some(other));
}

#[test]
fn an_unconfirmed_row_proves_nothing() {
    let mut r = Roster::default();
    see(&mut r, 1, Source::Neighbour, Fact::Neighbour { mac: MAC, ip: IP, confirmed_ms_ago: None });
    assert_eq!(r.gateways(At(2), &|_| None)[0].led.possible, LedSet::ALL);
}

#[test]
fn console_lines_wait_for_their_gateway() {
    let mut r = Roster::default();
    let line = |fact| {
        Fact::Console(ConsoleLine {
            port: "p".into(),
            text: "t".into(),
            meaning: Some(fact),
            dialect: None,
            assumed: true,
        })
    };
    let green = ConsoleFact { led: Some(LedState::SolidGreen), ..ConsoleFact::default() };
    see(&mut r, 1, Source::Console, line(green.clone()));
    assert!(r.gateways(At(2), &|_| None).is_empty());
    see(&mut r, 3, Source::Console, line(ConsoleFact { mac: Some(MAC), ..ConsoleFact::default() }));
    assert_eq!(r.gateways(At(4), &|_| None)[0].led.possible, LedSet::only(LedState::SolidGreen));
    // of several boxes, the one that has the address which the console names
    let mut r = Roster::default();
    let other = Mac([0x34, 0xa5, 0xe1, 0, 0, 9]);
    see(&mut r, 1, Source::Neighbour, neighbour(MAC, IP));
    see(&mut r, 1, Source::Neighbour, neighbour(other, Ipv4Addr::new(192, 168, 7, 99)));
    see(&mut r, 2, Source::Console, line(ConsoleFact { ip: Some(IP), ..green }));
    let led = |mac| r.gateways(At(3), &|_| None).into_iter().find(|g| g.mac == mac).map(|g| g.led.possible);
    assert_eq!(led(MAC), Some(LedSet::only(LedState::SolidGreen)));
    assert_ne!(led(other), Some(LedSet::only(LedState::SolidGreen)));
}

#[test]
fn two_at_one_address_are_rivals_whichever_is_noticed_first() {
    let other = Mac([0x02, 0, 0, 0, 0, 9]);
    let claim = || {
        Fact::Announced(Announcement {
            mac: Some(MAC),
            ip: Some(IP),
            led: None,
            ttl_ms: 1000,
            name: "gw".into(),
            firmware: None,
            assumed: true,
            goodbye: false,
        })
    };
    let rivals = |r: &Roster| -> Vec<Mac> {
        r.gateways(At(200_000), &|_| None)[0].rivals.iter().map(|(m, _)| *m).collect()
    };
    for (first, second) in [(10, 4_000), (4_000, 10)] {
        let mut r = Roster::default();
        let mut seen = [(first, claim(), Source::Mdns), (second, neighbour(other, IP), Source::Neighbour)];
        seen.sort_by_key(|(at, ..)| *at);
        for (at, fact, source) in seen {
            see(&mut r, at, source, fact);
        }
        assert_eq!(rivals(&r), [other]);
    }
    // long ago it had the address, and then the box got it
    let mut r = Roster::default();
    see(&mut r, 10, Source::Neighbour, neighbour(other, IP));
    see(&mut r, 10_000, Source::Mdns, claim());
    assert_eq!(rivals(&r), [] as [Mac; 0]);
}

#[test]
fn an_old_row_is_asked_once_and_is_no_sighting_when_it_was_asked_in_vain() {
    let mut r = Roster::default();
    let row = |age| Fact::Neighbour { mac: MAC, ip: IP, confirmed_ms_ago: Some(age) };
    see(&mut r, 1, Source::Neighbour, row(60_000));
    assert_eq!(r.take_unproven(), [IP]);
    see(&mut r, 5, Source::Neighbour, row(60_004));
    assert_eq!(r.take_unproven(), [] as [Ipv4Addr; 0], "the same row, read again");
    see(&mut r, 10, Source::Neighbour, Fact::Unanswered { ip: IP, given_up: false });
    assert_eq!(r.gateways(At(11), &|_| None)[0].sources, [Source::Neighbour], "not asked to the end");
    see(&mut r, 20, Source::Neighbour, Fact::Unanswered { ip: IP, given_up: true });
    let g = &r.gateways(At(21), &|_| None)[0];
    assert_eq!((g.sources.as_slice(), g.first_seen_ms, g.led.possible), (&[][..], None, LedSet::ALL));
    see(&mut r, 30, Source::Neighbour, row(5));
    assert_eq!(r.gateways(At(31), &|_| None)[0].first_seen_ms, Some(30));
}

#[test]
fn a_set_that_widens_by_itself_is_noticed_when_another_box_is_seen() {
    let mut r = Roster::default();
    let other = Mac([0x34, 0xa5, 0xe1, 0, 0, 9]);
    see(&mut r, 1_000, Source::Neighbour, neighbour(MAC, IP));
    let late = 1_000 + crate::mirror::led::ARP_GOOD_MS;
    see(&mut r, late, Source::Neighbour, neighbour(other, Ipv4Addr::new(10, 0, 0, 99)));
    let changes = &r.gateways(At(late), &|_| None)[0].led_changes;
    assert_eq!(changes.last(), Some(&(At(late), LedSet::ALL)));
}

#[test]
fn two_that_answer_by_turns_share_an_address_and_a_successor_does_not() {
    let (first, second) = (Mac([0xb8, 0x27, 0xeb, 0, 0, 1]), Mac([0, 0x1b, 0x21, 0, 0, 2]));
    let turns = |answers: &[(u64, Mac)]| {
        let mut r = Roster::default();
        see(&mut r, 1, Source::Typed, Fact::TypedMac { mac: MAC, repaired: vec![] });
        see(&mut r, 1, Source::Typed, Fact::TypedIp { mac: Some(MAC), ip: IP });
        for (at, mac) in answers {
            see(&mut r, *at, Source::Neighbour, neighbour(*mac, IP));
        }
        let all = r.gateways(At(9_000), &|_| None);
        all.into_iter().find(|g| g.mac == MAC).map(|g| g.in_turn.len()).unwrap_or_default()
    };
    assert_eq!(turns(&[(10, first), (20, second), (30, first)]), 3);
    assert_eq!(turns(&[(10, first), (20, second), (30, second)]), 0, "the address went on");
    assert_eq!(turns(&[(10, first), (20, second), (200_000, first)]), 0, "it came back later");
    let third = Mac([0, 0x1b, 0x21, 0, 0, 3]);
    assert_eq!(turns(&[(10, first), (20, second), (30, third)]), 0, "and on again");
    assert_eq!(turns(&[(10, MAC), (20, second), (30, MAC)]), 3);
    // the rows of a changed entry are unconfirmed
    let mut r = Roster::default();
    see(&mut r, 1, Source::Typed, Fact::TypedIp { mac: Some(MAC), ip: IP });
    for (at, mac) in [(10, MAC), (20, second), (30, MAC)] {
        let row = Fact::Neighbour { mac, ip: IP, confirmed_ms_ago: Some(60_000) };
        see(&mut r, at, Source::Neighbour, row);
    }
    assert_eq!(r.gateways(At(40), &|_| None)[0].in_turn.len(), 3);
}

#[test]
fn proxy_arp_is_one_host() {
    let mut r = Roster::default();
    for last in 1..=40 {
        see(&mut r, 1, Source::Neighbour, neighbour(Mac([2, 0, 0, 0, 0, 1]), Ipv4Addr::new(10, 0, 0, last)));
    }
    see(&mut r, 1, Source::Neighbour, neighbour(MAC, IP));
    assert_eq!(r.hosts(&|_| None).len(), 2);
}
