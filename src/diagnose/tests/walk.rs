//! The walk over every combination of what the LED may be, where this computer stands and how its checks ended.

use super::*;

/// Every combination of what the LED may be, where this computer stands and how its checks ended: there is a verdict,
/// it contradicts nothing that is known, what is hidden is not shown, and no finding stands without evidence.
#[test]
fn every_combination_has_one_verdict_that_contradicts_nothing() {
    let leds: Vec<LedSet> = (1..16)
        .map(|bits: u8| {
            let states: Vec<LedState> = LedState::ALL
                .into_iter()
                .enumerate()
                .filter(|(i, _)| bits & (1 << i) != 0)
                .map(|(_, s)| s)
                .collect();
            LedSet::of(&states)
        })
        .collect();
    let ways: [fn(Ipv4Addr, u16) -> Outcome; 6] = [
        |_, _| Outcome::Passed,
        |_, _| SILENT,
        |_, _| Outcome::Failed(Failure::Refused),
        |_, p| if p == 443 { SILENT } else { Outcome::Passed },
        |_, p| if p == 4321 { SILENT } else { Outcome::Passed },
        |ip, _| if ip == CLOUD[0] { SILENT } else { Outcome::Passed },
    ];
    let names =
        [Outcome::Passed, SILENT, Outcome::Failed(Failure::NxDomain), Outcome::Failed(Failure::ServFail)];
    let mut walked = 0;
    for led in &leds {
        for place in 0..4 {
            for way in &ways {
                for name in &names {
                    for control in [Outcome::Passed, SILENT] {
                        for canary in [&[][..], &[443]] {
                            let mut made = Made::healthy();
                            made.led(*led, Basis::Reported)
                                .ports(*way)
                                .names(
                                    name.clone(),
                                    name.clone(),
                                    if control == Outcome::Passed { Outcome::Passed } else { name.clone() },
                                )
                                .control(control.clone())
                                .canary(canary);
                            match place {
                                1 => drop(made.witness(Failure::TunnelRoute)),
                                2 => made.typed_ip = Some([172, 16, 0, 9].into()),
                                3 => drop(made.witness(Failure::WirelessBesideWire)),
                                _ => {}
                            }
                            let d = made.diagnose();
                            super::against::holds(&made.scene(), &|| {
                                format!("{led:?} place {place} {name:?}")
                            });
                            let what = format!(
                                "{led:?} place {place} {name:?} control {control:?} canary {canary:?}: {:?}",
                                d.findings.iter().map(|f| (f.code, f.level)).collect::<Vec<_>>()
                            );
                            let code = d.verdict.code.unwrap_or_else(|| panic!("no verdict: {what}"));
                            assert_eq!(d.findings.iter().filter(|f| f.code == code).count(), 1, "{what}");
                            assert!(d.findings.iter().all(|f| !f.evidence.is_empty()), "no evidence: {what}");
                            for f in &d.findings {
                                for hidden in catalogue::page(f.code).hides {
                                    let shown = d.findings.iter().any(|o| o.code == *hidden);
                                    assert!(
                                        !shown || f.level <= Level::Info && !is_ok(f.code),
                                        "{} beside {hidden}: {what}",
                                        f.code
                                    );
                                }
                            }
                            if code == Cause::OkGreen {
                                assert_eq!(led.known(), Some(LedState::SolidGreen), "{what}");
                            }
                            if code == Cause::CloudGatewayOnlyBlocked {
                                assert_eq!(led.known(), Some(LedState::BlinkingRed), "{what}");
                                let shut = made.results.iter().any(|r| r.outcome == SILENT);
                                let by_port =
                                    d.findings.iter().any(|f| f.code.code().starts_with("cloud.port-"));
                                assert!(
                                    !shut || by_port || control == SILENT,
                                    "this computer meets it too: {what}"
                                );
                            }
                            if led.known() == Some(LedState::SolidGreen) {
                                assert_ne!(d.verdict.level, Level::Fault, "{what}");
                            }
                            walked += 1;
                        }
                    }
                }
            }
        }
    }
    assert_eq!(walked, 15 * 4 * 6 * 4 * 2 * 2);
}

/// What open connections may show, beside "nothing is wrong".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shown {
    Nothing,
    Inspected,
    ByName,
    Swallowed,
    ResetAll,
    LargeLost,
    SignIn,
}

impl Shown {
    const ALL: [Shown; 7] = [
        Shown::Nothing,
        Shown::Inspected,
        Shown::ByName,
        Shown::Swallowed,
        Shown::ResetAll,
        Shown::LargeLost,
        Shown::SignIn,
    ];

    fn rows(self) -> Vec<CheckResult> {
        let mut out = Vec::new();
        for port in [443, 4321] {
            let addr = SocketAddr::new(IpAddr::V4(CLOUD[0]), port);
            let fine = Outcome::Passed;
            let reset = Outcome::Failed(Failure::Reset);
            let lost = Outcome::Failed(Failure::Unacknowledged);
            let (by_name, no_name, plain) = match self {
                Shown::ByName => (reset, fine.clone(), fine),
                Shown::Swallowed => (lost.clone(), lost.clone(), lost),
                Shown::ResetAll => (reset.clone(), reset.clone(), reset),
                Shown::Inspected => (Outcome::Failed(Failure::ForeignIssuer), fine.clone(), fine),
                _ => (fine.clone(), fine.clone(), fine),
            };
            for (said, outcome) in
                [(Said::HelloByName, by_name), (Said::HelloNoName, no_name), (Said::Plain, plain)]
            {
                let seen = TlsSeen {
                    issuer: "CN=FortiGate".into(),
                    product: Some(Inspector { name: "FortiGate".into(), on_computers: false }),
                    ..TlsSeen::default()
                };
                let inspected = self == Shown::Inspected && said == Said::HelloByName;
                let measured = if inspected { Measured::Tls(seen) } else { Measured::Nothing };
                out.push(result(CheckId::Speaks, Target::Saying { addr, said }, outcome, measured));
            }
            let large =
                if self == Shown::LargeLost { Outcome::Failed(Failure::LargeLost) } else { Outcome::Passed };
            out.push(result(CheckId::Size, Target::FullSize(addr), large, Measured::Nothing));
        }
        let page = if self == Shown::SignIn { Outcome::Failed(Failure::SignInPage) } else { Outcome::Passed };
        out.push(result(CheckId::Portal, Target::Page("http://192.0.2.9/".into()), page, Measured::Nothing));
        out
    }
}

/// Faults of one family that may stand beside one another, since neither follows from the other. Faults of different
/// families (the lease, the names, the way out, large packets) are different things to mend; the verdict is the nearest.
const BESIDE: [(Cause, Cause); 1] = [(Cause::CloudAppControl, Cause::CloudCaptivePortal)];

/// What a cause of this kind has to rest on: the fact is in the scene, or the finding contradicts its evidence.
fn rests_on_its_fact(cause: Cause, shown: Shown, made: &Made, led: LedSet) -> bool {
    let failed = |id: CheckId| made.results.iter().any(|r| r.id == id && r.outcome.failure().is_some());
    match cause {
        Cause::CloudTlsInspected => shown == Shown::Inspected,
        Cause::CloudAppControl => matches!(shown, Shown::ByName | Shown::Swallowed | Shown::ResetAll),
        Cause::PathMtuBlackHole => shown == Shown::LargeLost,
        Cause::CloudCaptivePortal => shown == Shown::SignIn,
        Cause::CloudBothPortsDropped
        | Cause::CloudBothPortsRejected
        | Cause::CloudPort443Blocked
        | Cause::CloudPort4321Blocked
        | Cause::CloudSomeAddressesBlocked => failed(CheckId::Ports),
        Cause::DnsUnreachable | Cause::DnsNameBlocked | Cause::DnsNoForwarding => failed(CheckId::Names),
        Cause::InternetDown => failed(CheckId::Control),
        Cause::CloudGatewayOnlyBlocked => {
            led.known() == Some(LedState::BlinkingRed)
                && made.results.iter().any(|r| r.id == CheckId::Ports && r.outcome == Outcome::Passed)
        }
        Cause::OkGreen => led.known() == Some(LedState::SolidGreen),
        Cause::OkWayIsClear => !failed(CheckId::Names),
        _ => true,
    }
}

/// The walk over what open connections show and what DHCP servers answer. The LED is walked by its kinds (dark, either
/// red, green, and not known): the comparison's own test shows that every set is one of them.
#[test]
fn content_and_lease_have_one_root_that_rests_on_its_fact() {
    use LedState::{BlinkingRed, Dark, SolidGreen, SolidRed};
    let leds = [
        LedSet::only(Dark),
        LedSet::only(SolidRed),
        LedSet::only(BlinkingRed),
        LedSet::only(SolidGreen),
        LedSet::of(&[SolidRed, BlinkingRed]),
        LedSet::ALL,
    ];
    let ways: [fn(Ipv4Addr, u16) -> Outcome; 4] = [
        |_, _| Outcome::Passed,
        |_, _| SILENT,
        |_, _| Outcome::Failed(Failure::Refused),
        |_, p| if p == 4321 { SILENT } else { Outcome::Passed },
    ];
    let names = [Outcome::Passed, SILENT, Outcome::Failed(Failure::NxDomain)];
    let leases: [&[bool]; 3] = [&[false], &[false, true], &[]];
    let mut walked = 0;
    for led in leds {
        for shown in Shown::ALL {
            for (n, way) in ways.iter().enumerate() {
                // pruned: where nothing opens, nothing is said
                if matches!(n, 1 | 2) && !matches!(shown, Shown::Nothing | Shown::SignIn) {
                    continue;
                }
                for name in &names {
                    for lease in leases {
                        let mut made = Made::healthy();
                        made.led(led, Basis::Reported)
                            .ports(*way)
                            .names(name.clone(), name.clone(), Outcome::Passed)
                            .offers(lease);
                        made.results.extend(shown.rows());
                        let d = made.diagnose();
                        super::against::holds(&made.scene(), &|| {
                            format!("{led:?} {shown:?} {name:?} {lease:?}")
                        });
                        let list: Vec<(Cause, Level)> =
                            d.findings.iter().map(|f| (f.code, f.level)).collect();
                        let what = format!("{led:?} {shown:?} {name:?} {lease:?}: {list:?}");
                        assert!(d.verdict.code.is_some(), "no verdict: {what}");
                        let faults: Vec<Cause> =
                            list.iter().filter(|(_, l)| *l == Level::Fault).map(|(c, _)| *c).collect();
                        for (i, a) in faults.iter().enumerate() {
                            assert!(rests_on_its_fact(*a, shown, &made, led), "{a} has no fact: {what}");
                            for b in &faults[i + 1..] {
                                let family = |c: &Cause| c.code().split('.').next().map(str::to_owned);
                                let beside = BESIDE.contains(&(*a, *b)) || BESIDE.contains(&(*b, *a));
                                assert!(family(a) != family(b) || beside, "two roots, {a} and {b}: {what}");
                            }
                        }
                        for (c, l) in &list {
                            assert!(
                                *l <= Level::Info || rests_on_its_fact(*c, shown, &made, led),
                                "{c}: {what}"
                            );
                        }
                        if led.known() == Some(SolidGreen) {
                            assert_ne!(d.verdict.level, Level::Fault, "{what}");
                        }
                        walked += 1;
                    }
                }
            }
        }
    }
    assert_eq!(walked, 6 * (7 * 2 + 2 * 2) * 3 * 3);
}
