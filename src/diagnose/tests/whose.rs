//! Whose equipment refuses, or cuts: told by the sender, by the hop, by the time.

use super::*;

/// Both ports are refused: by an ICMP error of `sender`, or by TCP where there is none; `told` is who told of itself at
/// the first hops, and `from` the distance from which on attempts are refused.
fn refused(sender: Option<[u8; 4]>, told: &[Option<[u8; 4]>], from: u8) -> Made {
    let failure = if sender.is_some() { Failure::IcmpProhibited } else { Failure::Refused };
    let mut made = Made::healthy();
    made.ports(|_, _| Outcome::Failed(failure));
    if let Some(sender) = sender {
        for r in made.results.iter_mut().filter(|r| r.id == CheckId::Ports) {
            r.measured = Measured::Offender(sender.into());
        }
    }
    let hop = |distance: u8| Hop {
        distance,
        who: told.get(usize::from(distance - 1)).copied().flatten().map(IpAddr::from),
        opened: false,
        refused: (distance >= from).then_some(failure),
        refused_by: sender.filter(|_| distance >= from).map(IpAddr::from),
    };
    let addr = SocketAddr::new(IpAddr::V4(CLOUD[0]), 443);
    let measured = Measured::Hops((1..=8).map(hop).collect());
    made.results.push(result(CheckId::Path, Target::Hops(addr), Outcome::Passed, measured));
    made
}

const OWN: Option<[u8; 4]> = Some([10, 20, 0, 1]);
const INNER: Option<[u8; 4]> = Some([10, 99, 0, 1]);
const SHARED: Option<[u8; 4]> = Some([100, 64, 3, 1]);
const PROVIDER: Option<[u8; 4]> = Some([203, 0, 113, 1]);

#[test]
fn it_is_asked_only_where_the_refusal_comes_from_within_the_site() {
    let (site, beyond) =
        ((Cause::CloudBothPortsRejected, Owner::It), (Cause::CloudServiceDown, Owner::Vendor));
    for (what, sender, told, from, want) in [
        ("the first router, by TCP", None, &[OWN][..], 2, site),
        ("the first router, by ICMP", OWN, &[OWN], 2, site),
        ("on the very first hop", PROVIDER, &[], 1, site),
        ("a second router of the site, by ICMP", INNER, &[OWN], 2, site),
        ("a second router of the site, by TCP", None, &[OWN, INNER], 3, site),
        ("nobody tells of itself", None, &[], 3, site),
        ("the provider, by ICMP", PROVIDER, &[OWN, PROVIDER], 3, beyond),
        ("the provider, by ICMP, its hops hidden", PROVIDER, &[], 3, beyond),
        ("the provider's inner network, by ICMP", SHARED, &[OWN], 3, beyond),
        ("behind the provider, by TCP", None, &[OWN, PROVIDER], 3, beyond),
        ("behind the provider's inner network, by TCP", None, &[OWN, SHARED], 3, beyond),
        ("far behind the provider, the first hop hidden", None, &[None, None, PROVIDER], 5, beyond),
        ("the cloud's own host", Some(CLOUD[0].octets()), &[OWN, PROVIDER], 4, beyond),
    ] {
        let d = refused(sender, told, from).diagnose();
        assert_eq!((d.verdict.code, d.verdict.owner), (Some(want.0), want.1), "{what}");
        let other = if want == site { Cause::CloudServiceDown } else { Cause::InternetRefused };
        assert!(
            d.findings[0].possible.iter().any(|p| p.code == other),
            "{what}: {:?}",
            d.findings[0].possible
        );
    }
}

#[test]
fn who_answers_at_the_first_hop_is_of_the_site_whatever_its_address() {
    let d = refused(PROVIDER, &[PROVIDER], 2).diagnose();
    assert_eq!(d.verdict.code, Some(Cause::CloudBothPortsRejected));
}

#[test]
fn a_provider_that_refuses_everything_is_the_line_and_one_network_where_it_opens_acquits_the_cloud() {
    let mut made = refused(PROVIDER, &[OWN, PROVIDER], 3);
    made.control(Outcome::Failed(Failure::IcmpProhibited));
    let d = made.diagnose();
    assert_eq!((d.verdict.code, d.verdict.owner), (Some(Cause::InternetDown), Owner::Isp));
    let mut made = refused(PROVIDER, &[OWN, PROVIDER], 3);
    let addr = SocketAddr::new(IpAddr::V4(CLOUD[0]), 443);
    let elsewhere = Target::Elsewhere { addr, interface: "wwan0".into() };
    made.results.push(result(CheckId::Control, elsewhere, Outcome::Passed, Measured::Nothing));
    assert_eq!(made.verdict(), "internet.refused");
}

/// Every content is reset, `after` microseconds after it was said, on ports that opened after `opened`.
fn reset(opened: u64, after: &[u64]) -> Made {
    let mut made = Made::healthy();
    for r in made.results.iter_mut().filter(|r| r.id == CheckId::Ports) {
        r.measured = Measured::Opened { micros: opened };
    }
    for port in [443, 4321] {
        let addr = SocketAddr::new(IpAddr::V4(CLOUD[0]), port);
        let said = [Said::HelloByName, Said::HelloNoName, Said::Plain];
        for (said, after_micros) in said.into_iter().zip(after) {
            // one that took long says nothing of the shortest way
            let cut = Measured::Cut { opened_micros: opened * 3, after_micros: *after_micros };
            let target = Target::Saying { addr, said };
            made.results.push(result(CheckId::Speaks, target, Outcome::Failed(Failure::Reset), cut));
        }
    }
    made
}

#[test]
fn a_reset_that_is_sooner_than_the_cloud_can_answer_is_not_the_clouds() {
    for (opened, after, want) in [
        (20_000, [300, 400, 900], "cloud.app-control"),
        (20_000, [20_000, 21_000, 19_800], "ok.way-is-clear"),
        (20_000, [300, 400, 20_500], "ok.way-is-clear"), // one of them may be the cloud's
        (20_000, [15_000, 15_000, 15_000], "ok.way-is-clear"), // not clearly sooner
        (2_000, [100, 100, 100], "ok.way-is-clear"),     // too near to tell
    ] {
        let d = reset(opened, &after).diagnose();
        assert_eq!(d.verdict.code.map(Cause::code), Some(want), "{opened} {after:?}");
        if want == "ok.way-is-clear" {
            let other: Vec<Cause> = d.findings[0].possible.iter().map(|p| p.code).collect();
            assert_eq!(other, [Cause::CloudAppControl], "{after:?}");
        }
    }
}

#[test]
fn content_that_cannot_get_to_the_cloud_and_is_reset_was_cut_on_the_way() {
    let within = |hops: u8, outcome: Outcome| {
        let addr = SocketAddr::new(IpAddr::V4(CLOUD[0]), 443);
        result(CheckId::Speaks, Target::SayingWithin { addr, hops }, outcome, Measured::Nothing)
    };
    let mut made = reset(500, &[500, 500, 500]);
    made.results.extend([within(1, Outcome::Passed), within(2, Outcome::Passed)]);
    assert_eq!(made.verdict(), "ok.way-is-clear", "the cloud may do it");
    made.results.push(within(3, Outcome::Failed(Failure::Reset)));
    // the other port was not asked so: the box has it
    let d = made.diagnose();
    assert_eq!((d.verdict.code, d.verdict.level), (Some(Cause::CloudAppControl), Level::Warning));
}

#[test]
fn a_green_box_and_a_cloud_that_resets_only_what_it_does_not_know_raise_no_doubt() {
    let mut made = reset(500, &[500, 500, 500]);
    made.led(LedSet::only(LedState::SolidGreen), Basis::Reported);
    let d = made.diagnose();
    assert!(d.findings.iter().all(|f| f.possible.iter().all(|p| p.code != Cause::CloudAppControl)), "{d:?}");
    let mut made = reset(500, &[500, 500, 500]);
    for r in made.results.iter_mut() {
        if matches!(r.target, Target::Saying { said: Said::HelloByName | Said::HelloNoName, .. }) {
            r.outcome = Outcome::Passed;
        }
    }
    let d = made.diagnose();
    assert!(d.findings[0].possible.is_empty(), "{:?}", d.findings[0]);
}

/// A reset that the nearest attempt meets and nobody signs may be this computer's own; one that somebody signs, or that
/// comes from farther away, is not, and a box that blinks has met it too.
#[test]
fn a_reset_before_any_hop_could_also_be_this_computers_own_filter() {
    let own = |made: &Made| {
        let d = made.diagnose();
        assert_eq!(d.verdict.code, Some(Cause::CloudBothPortsRejected));
        d.findings[0].possible.iter().any(|p| p.code == Cause::HostOwnFirewall)
    };
    assert!(own(&refused(None, &[], 1)));
    assert!(!own(&refused(PROVIDER, &[], 1)) && !own(&refused(None, &[OWN], 2)));
    // an agent that runs here is named there and nowhere else
    let agents = |made: &mut Made| {
        let running = Measured::Agents(vec!["LuLu".to_owned()]);
        made.results.push(result(CheckId::Witness, Target::Host, Outcome::Passed, running));
    };
    let mut named = refused(None, &[], 1);
    agents(&mut named);
    assert!(own(&named));
    assert!(named.diagnose().findings[0].possible.iter().any(|p| p.test.ends_with("(running here: LuLu)")));
    let mut healthy = Made::healthy();
    let before = healthy.diagnose();
    agents(&mut healthy);
    let after = healthy.diagnose();
    assert_eq!((after.findings, after.verdict), (before.findings, before.verdict));
    let mut blinking = refused(None, &[], 1);
    blinking.led(LedSet::only(LedState::BlinkingRed), Basis::Reported);
    assert!(!own(&blinking));
}

/// What this computer refused itself is the verdict where it hid something, and a remark where the way was seen.
#[test]
fn a_filter_of_this_computer_weighs_what_it_hid() {
    let refusing = |made: &mut Made| {
        let own = Outcome::Failed(Failure::OwnFirewall);
        made.results.push(result(CheckId::Witness, Target::Host, own, Measured::Nothing));
    };
    let mut seen = Made::healthy();
    refusing(&mut seen);
    let d = seen.diagnose();
    assert_eq!(d.verdict.code, Some(Cause::OkWayIsClear));
    let remark = d.findings.iter().find(|f| f.code == Cause::HostOwnFirewall);
    assert_eq!(remark.map(|f| f.level), Some(Level::Info));
    let mut hidden = Made::healthy();
    let unasked = || Outcome::Inconclusive("this computer could not try".into());
    hidden.names(unasked(), unasked(), unasked());
    refusing(&mut hidden);
    let v = hidden.diagnose().verdict;
    assert_eq!((v.code, v.level, v.owner), (Some(Cause::HostOwnFirewall), Level::Warning, Owner::Installer));
}
