//! Many boxes: what is said of one, and what of the site.

use super::{Made, gateway};
use crate::diagnose::{Diagnosis, Scene, diagnose, is_only_an_old_row};
use crate::model::evidence::Source;
use crate::model::snapshot::{GatewayView, LinkHealth};
use crate::model::{At, Basis, Cause, LedSet, LedState, Level, Mac};
use crate::profile::Profile;

fn mac(n: u16) -> Mac {
    let [high, low] = n.to_be_bytes();
    Mac([0x34, 0xa5, 0xe1, 9, high, low])
}

/// It answers, and its LED is not known.
fn here(n: u16) -> GatewayView {
    gateway(mac(n), LedSet::of(&[LedState::BlinkingRed, LedState::SolidGreen]), Basis::Measured)
}

fn missing(n: u16) -> GatewayView {
    let never = gateway(mac(n), LedSet::ALL, Basis::None);
    GatewayView { first_seen_ms: None, last_seen: None, sources: vec![], ..never }
}

/// Only a row from before the session shows it.
fn old_row(n: u16) -> GatewayView {
    GatewayView { sources: vec![Source::Neighbour], ..missing(n) }
}

fn green(n: u16) -> GatewayView {
    gateway(mac(n), LedSet::only(LedState::SolidGreen), Basis::Reported)
}

fn site(gateways: Vec<GatewayView>) -> Diagnosis {
    let made = Made { gateways, ..Made::healthy() };
    diagnose(&Scene {
        profile: &Profile::shipped(),
        host: &made.host,
        results: &made.results,
        results_age_ms: 0,
        gateways: &made.gateways,
        hosts: &[],
        chosen: None,
        typed_mac: None,
        typed_ip: None,
        now: At(4_000),
        searched: true,
        hears_dhcp: true,
        checked: true,
        pasted: &[],
        alone: None,
    })
}

fn crowd(mut others: Vec<GatewayView>) -> Vec<GatewayView> {
    let mut all: Vec<GatewayView> = (100..200).map(here).collect();
    all.append(&mut others);
    all
}

fn codes(d: &Diagnosis) -> Vec<Cause> {
    d.findings.iter().map(|f| f.code).collect()
}

fn of(d: &Diagnosis, n: u16) -> Option<Cause> {
    d.by_gateway.iter().find(|(m, _)| *m == mac(n)).and_then(|(_, v)| v.code)
}

#[test]
fn one_that_is_missing_is_a_finding_about_it_and_no_headline() {
    let d = site(crowd(vec![missing(1)]));
    assert_eq!((d.verdict.code, d.verdict.level), (Some(Cause::OkWayIsClear), Level::Ok));
    assert_eq!(codes(&d), [Cause::OkWayIsClear, Cause::GatewaySilent], "what is about one box comes last");
    assert!(d.findings[1].evidence[0].text.contains(&mac(1).to_string()));
    assert_eq!((of(&d, 1), of(&d, 100)), (Some(Cause::GatewaySilent), Some(Cause::OkWayIsClear)));
    assert_eq!(d.path.gateway_switch, LinkHealth::Whole);
    // what is not told yet while watching does not bring it forward
    let mut d = d;
    d.hold_off(|f| f.code != Cause::OkWayIsClear);
    assert_ne!(d.verdict.code, Some(Cause::GatewaySilent));
}

#[test]
fn where_all_are_missing_that_is_the_headline() {
    let d = site((1..=40).map(missing).collect());
    assert_eq!(d.verdict.code, Some(Cause::GatewaySilent));
    assert_eq!(d.path.gateway_switch, LinkHealth::Broken);
    assert!(d.findings[0].evidence.len() <= 8, "the same is not said forty times");
    assert!(d.findings[0].evidence.last().unwrap().text.contains("of 40 gateways"));
}

#[test]
fn of_a_box_that_only_an_old_row_shows_nothing_is_said() {
    assert!(
        is_only_an_old_row(&old_row(1)) && !is_only_an_old_row(&here(1)) && !is_only_an_old_row(&missing(1))
    );
    for all in [crowd(vec![old_row(1)]), vec![old_row(1)], (1..50).map(old_row).collect()] {
        let d = site(all);
        assert_eq!(codes(&d), [Cause::OkWayIsClear]);
        assert_eq!(of(&d, 1), Some(Cause::OkWayIsClear));
    }
    // nor from what the installer saw of it is concluded that it is somewhere else, or kept apart
    for led in [LedState::BlinkingRed, LedState::SolidGreen] {
        let seen = GatewayView {
            led: crate::model::LedView {
                possible: LedSet::only(led),
                basis: Basis::Seen,
                ..Default::default()
            },
            sources: vec![Source::Neighbour, Source::Installer],
            ..old_row(1)
        };
        let d = site(vec![seen]);
        let elsewhere = [Cause::HostOtherSubnet, Cause::GatewayIsolated, Cause::GatewaySilent];
        assert!(!codes(&d).iter().any(|c| elsewhere.contains(c)), "{:?}", codes(&d));
    }
}

#[test]
fn one_green_box_says_nothing_of_the_others() {
    let d = site(crowd(vec![green(1), missing(2)]));
    assert_eq!(d.verdict.code, Some(Cause::OkWayIsClear), "the others are not known to be green");
    assert!(codes(&d).contains(&Cause::GatewaySilent), "a green box does not hide that another is missing");
    assert_eq!((of(&d, 1), of(&d, 2)), (Some(Cause::OkGreen), Some(Cause::GatewaySilent)));
    let d = site((1..30).map(green).collect());
    assert_eq!(d.verdict.code, Some(Cause::OkGreen));
}

#[test]
fn a_fault_of_one_box_is_told_before_those_that_are_missing() {
    let blinks = gateway(mac(3), LedSet::only(LedState::BlinkingRed), Basis::Reported);
    let d = site(crowd(vec![missing(1), blinks, missing(2)]));
    assert_eq!(d.verdict.code, Some(Cause::CloudGatewayOnlyBlocked));
    assert_eq!(codes(&d).last(), Some(&Cause::GatewaySilent));
}

#[test]
fn each_is_judged_alone_as_it_would_be_if_it_were_chosen() {
    let all = crowd(vec![green(1), missing(2), old_row(3), here(4)]);
    let d = site(all.clone());
    for g in &all {
        let mut made = Made { gateways: all.clone(), ..Made::healthy() };
        made.gateways.sort_by_key(|other| other.mac != g.mac); // `Made` asks about the first
        assert_eq!(
            d.by_gateway.iter().find(|(m, _)| *m == g.mac).and_then(|(_, v)| v.code),
            made.diagnose().verdict.code
        );
    }
}
