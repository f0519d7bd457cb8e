//! What was pasted, for every kind of entry beside every LED and way out: it settles what it says, and nothing stands
//! against it or against what was measured.

use super::against::holds;
use super::*;
use crate::model::pasted::{Action, Entry, Kind, Lease, LeaseState, Reading, TextKind, Told};

const HOUR_MS: u64 = 3_600_000;

fn entry(kind: Kind, action: Action) -> Told {
    let entry = Entry {
        line: 2,
        time: Some("Nov 28 06:00:00".into()),
        product: "Some firewall".into(),
        message: "a message".into(),
        reading: Reading::Recognised,
        kind,
        action,
        rule: Some("IoT-deny".into()),
        reason: None,
        protocol: Some("TCP".into()),
        source: Some([10, 20, 0, 77].into()),
        source_port: None,
        destination: Some(CLOUD[0]),
        destination_name: None,
        port: Some(443),
        mac: Some(MAC),
        place: None,
        lease: None,
        shown: String::new(),
    };
    Told { entry, times: 3, written_unix_ms: Some(0), zone_known: false }
}

/// The same of the cloud's other port.
fn on_4321(mut t: Told) -> Told {
    t.entry.port = Some(4321);
    t
}

/// The diagnosis of a scene in which these are pasted, written so long ago.
fn with(made: &Made, told: &[Told], age_ms: u64) -> Diagnosis {
    let claims: Vec<Claim<'_>> =
        told.iter().map(|told| Claim { told, kind: TextKind::Log, age_ms, is_ahead: false }).collect();
    diagnose(&Scene { pasted: &claims, ..made.scene() })
}

fn blinking() -> Made {
    let mut made = Made::healthy();
    made.led(LedSet::only(LedState::BlinkingRed), Basis::Reported);
    made
}

#[test]
fn a_denied_line_settles_it_and_names_its_rule() {
    let d = with(&blinking(), &[entry(Kind::Connection, Action::Denied)], 1_000);
    assert_eq!(d.verdict.code, Some(Cause::CloudGatewayOnlyBlocked));
    let line = d.findings[0].evidence.iter().find(|e| e.source == "pasted").unwrap();
    assert!(line.text.contains("IoT-deny") && line.text.contains("Some firewall reports"), "{}", line.text);
    assert!(line.text.contains("in a zone that it does not name"), "its age is right to half a day");
    assert_eq!((line.basis, line.age_ms), (Basis::Reported, 1_000));
    assert_eq!(d.findings[0].possible, []);
    // where nobody gets out, the same rule is told under what this computer measured
    let mut shut = blinking();
    shut.ports(|_, _| SILENT);
    let d = with(&shut, &[entry(Kind::Connection, Action::Denied)], 1_000);
    assert_eq!(d.verdict.code, Some(Cause::CloudBothPortsDropped));
    assert!(d.findings[0].evidence.iter().any(|e| e.text.contains("IoT-deny")), "{:?}", d.findings[0]);
}

#[test]
fn an_allowed_line_says_that_it_is_not_this_firewall() {
    let said = |told: &[Told], age| with(&blinking(), told, age).verdict.code;
    for kind in [Kind::Connection, Kind::Unanswered, Kind::ResetBeyond] {
        let ports = [entry(kind, Action::Allowed), on_4321(entry(kind, Action::Allowed))];
        assert_eq!(said(&ports, 0), Some(Cause::CloudAnswersBlocked), "{kind:?}");
        // a port of which nothing is said may be denied without a line, and one that is denied is
        assert_eq!(said(&ports[..1], 0), Some(Cause::CloudGatewayOnlyBlocked), "{kind:?}");
        let denied = on_4321(entry(Kind::Connection, Action::Denied));
        for (told, other) in [(1, 2), (2, 1)] {
            let at = |t: &Told, ms| Told { written_unix_ms: Some(ms), ..t.clone() };
            let mixed = [at(&ports[0], told), at(&denied, other)];
            assert_eq!(said(&mixed, 0), Some(Cause::CloudGatewayOnlyBlocked), "{kind:?}");
        }
    }
    // an old line, one of an unknown format, or one about another device decides nothing
    let allowed = entry(Kind::Connection, Action::Allowed);
    assert_eq!(said(std::slice::from_ref(&allowed), 30 * HOUR_MS), Some(Cause::CloudGatewayOnlyBlocked));
    let mut generic = allowed.clone();
    generic.entry.reading = Reading::Generic;
    assert_eq!(said(&[generic], 0), Some(Cause::CloudGatewayOnlyBlocked));
    let mut other = allowed.clone();
    other.entry.mac = Some(Mac([2, 0, 0, 0, 0, 9]));
    assert_eq!(said(&[other], 0), Some(Cause::CloudGatewayOnlyBlocked));
    // both: the newer one holds, and where the times do not tell, neither excludes anything
    let at = |mut t: Told, ms| {
        t.written_unix_ms = ms;
        t
    };
    let denied = entry(Kind::Connection, Action::Denied);
    let other = on_4321(allowed.clone());
    let both = |d, a| said(&[at(denied.clone(), d), at(allowed.clone(), a), other.clone()], 0);
    assert_eq!(both(Some(1), Some(2)), Some(Cause::CloudAnswersBlocked));
    assert_eq!(both(Some(2), Some(1)), Some(Cause::CloudGatewayOnlyBlocked));
    assert_eq!(both(None, Some(2)), Some(Cause::CloudGatewayOnlyBlocked));
}

#[test]
fn half_the_internet_is_on_443_and_what_looks_inside_is_no_rule_for_ports() {
    let said = |told: &[Told]| with(&blinking(), told, 0).verdict.code;
    let elsewhere = |action| {
        let mut t = entry(Kind::Connection, action);
        t.entry.destination = Some([203, 0, 113, 80].into());
        t
    };
    // a device that may fetch its time or its updates on 443 is not let through to the cloud by that
    let d = with(&blinking(), &[elsewhere(Action::Allowed)], 0);
    assert_eq!(d.verdict.code, Some(Cause::CloudGatewayOnlyBlocked));
    assert!(!d.findings[0].evidence.iter().any(|e| e.is_pasted()), "{:?}", d.findings[0].evidence);
    let d = with(&blinking(), &[elsewhere(Action::Denied)], 0);
    assert!(!d.findings[0].evidence.iter().any(|e| e.is_pasted()), "{:?}", d.findings[0].evidence);
    // on the cloud's own port, or by the cloud's name, it is the cloud
    let own_port = on_4321(elsewhere(Action::Allowed));
    let cloud = entry(Kind::Connection, Action::Allowed);
    assert_eq!(said(&[own_port.clone(), cloud]), Some(Cause::CloudAnswersBlocked));
    let mut named = elsewhere(Action::Allowed);
    named.entry.destination_name = Some("gk.sensorist.com".into());
    assert_eq!(said(&[named, own_port]), Some(Cause::CloudAnswersBlocked));
    assert_eq!(said(&[entry(Kind::Inspection, Action::Denied)]), Some(Cause::CloudAppControl));
}

#[test]
fn what_does_not_decide_says_why() {
    let mut made = Made::healthy();
    made.led(LedSet::only(LedState::SolidGreen), Basis::Reported);
    let d = with(&made, &[entry(Kind::PortSecurity, Action::Denied)], 0);
    assert_eq!(d.verdict.code, Some(Cause::OkGreen));
    assert_eq!(d.reported[0].but, ["it was observed that the LED is solid green"]);
    let mut lease = entry(Kind::Lease, Action::Unclear);
    lease.entry.lease = Some(Lease { state: LeaseState::InForce, ip: Some([10, 20, 0, 99].into()) });
    let d = with(&made, &[lease], 30 * HOUR_MS);
    let but = d.reported[0].but.join("; ");
    assert!(but.contains("30 hours ago") && but.contains("known at 10.20.0.77"), "{but}");
}

/// Each kind settles its cause somewhere, and nowhere against anything.
#[test]
fn no_pasted_line_settles_anything_against_what_was_observed() {
    let mut seen = std::collections::BTreeSet::new();
    for led in [LedState::Dark, LedState::SolidRed, LedState::BlinkingRed, LedState::SolidGreen] {
        for shut in [false, true] {
            for kind in Kind::ALL {
                for action in [Action::Denied, Action::Allowed, Action::Unclear] {
                    for leased in [false, true] {
                        let mut made = Made::healthy();
                        made.led(LedSet::only(led), Basis::Reported);
                        if led == LedState::SolidRed {
                            made.gateways[0].ip = None;
                        }
                        if shut {
                            made.ports(|_, _| SILENT);
                            // nor could the DHCP servers be asked
                            made.results.retain(|r| r.id != CheckId::Offer);
                        }
                        let mut told = vec![entry(*kind, action), on_4321(entry(*kind, action))];
                        if *kind == Kind::WayBack {
                            // from the cloud to the gateway
                            for e in told.iter_mut().map(|t| &mut t.entry) {
                                (e.source, e.destination) = (e.destination, e.source);
                                (e.source_port, e.port) = (e.port, Some(50_000));
                            }
                        }
                        if leased {
                            let mut lease = entry(Kind::Lease, Action::Unclear);
                            let ip = Some([10, 20, 0, 77].into());
                            lease.entry.lease =
                                Some(crate::model::pasted::Lease { state: LeaseState::InForce, ip });
                            told.push(lease);
                        }
                        let what = || format!("{led:?} shut {shut} {kind:?} {action:?} leased {leased}");
                        let claims: Vec<Claim<'_>> = told
                            .iter()
                            .map(|told| Claim { told, kind: TextKind::Log, age_ms: 5, is_ahead: false })
                            .collect();
                        let scene = Scene { pasted: &claims, ..made.scene() };
                        seen.extend(holds(&scene, &what));
                        if led == LedState::SolidGreen {
                            // whatever was written before: it is green now
                            let verdict = diagnose(&scene).verdict;
                            assert!(verdict.level <= Level::Info, "{}: {verdict:?}", what());
                        }
                    }
                }
            }
        }
    }
    use Cause as C;
    for cause in [
        C::CloudGatewayOnlyBlocked,
        C::CloudAnswersBlocked,
        C::CloudTranslationExhausted,
        C::PortShut,
        C::PortArpInspection,
        C::IpConflict,
        C::DhcpPoolExhausted,
        C::DhcpNakLoop,
        C::DhcpGatewayRefused,
        C::DhcpOfferLost,
        C::DhcpNoServer,
        C::HoldIdleTimeout,
        C::CloudRateLimited,
    ] {
        assert!(seen.contains(&cause), "the walk never meets {cause}: {seen:?}");
    }
}
