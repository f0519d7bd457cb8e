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
