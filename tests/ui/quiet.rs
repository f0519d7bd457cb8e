//! No repaint without reason: every view settles; only a blinking lamp that can be seen asks for its next edge.

use super::support::{port::Desk, sample};
use super::{go, open};
use egui_kittest::Harness;
use solidgreen::model::{LedSet, LedState, Snapshot};
use solidgreen::ui::App;
use std::time::Duration;

/// When the window wants its next frame.
fn next_frame(h: &Harness<'_, App>) -> Duration {
    h.output().viewport_output[&egui::ViewportId::ROOT].repaint_delay
}

fn settled(snapshot: Snapshot) -> (Harness<'static, App>, Desk) {
    let (mut h, desk) = open(snapshot);
    h.run();
    (h, desk)
}

#[test]
fn every_page_settles() {
    let unplugged = || {
        let mut s = sample::with_console();
        s.console.open = false;
        s.console.status = "unplugged, waiting for it to come back".into();
        s
    };
    for snapshot in
        [sample::empty(), sample::running(), sample::blocked(), sample::with_console(), unplugged()]
    {
        for page in ["Overview", "Firewall", "Console", "Report"] {
            let (mut h, _) = open(snapshot.clone());
            go(&mut h, page);
            // `run` fails when frames go on being asked for
            h.run();
        }
    }
}

#[test]
fn steady_lamps_ask_for_no_frame() {
    use LedState::{Dark, SolidGreen, SolidRed};
    for set in [
        LedSet::only(Dark),
        LedSet::only(SolidRed),
        LedSet::only(SolidGreen),
        LedSet::of(&[SolidRed, SolidGreen]),
        LedSet::ALL,
    ] {
        let (h, _) = settled(sample::with_led(set));
        assert_eq!(next_frame(&h), Duration::MAX, "{set:?}");
    }
}

#[test]
fn a_blinking_lamp_asks_for_its_next_edge_only() {
    for set in
        [LedSet::only(LedState::BlinkingRed), LedSet::of(&[LedState::BlinkingRed, LedState::SolidGreen])]
    {
        let (h, _) = settled(sample::with_led(set));
        let next = next_frame(&h);
        assert!(next > Duration::ZERO && next <= Duration::from_millis(501), "{set:?}: {next:?}");
    }
}

#[test]
fn a_hidden_window_does_not_blink() {
    let (mut h, _) = settled(sample::blocked());
    let info = h.input_mut().viewports.get_mut(&egui::ViewportId::ROOT).unwrap();
    info.minimized = Some(true);
    h.run();
    assert_eq!(next_frame(&h), Duration::MAX);
}

#[test]
fn a_lamp_scrolled_out_of_sight_does_not_blink() {
    let mut snapshot = sample::blocked();
    // the lamps of the list are steady, the one of the page blinks
    for g in &mut snapshot.gateways {
        g.led.possible = LedSet::only(LedState::SolidRed);
    }
    let mut extra = snapshot.gateways[0].clone();
    for n in 0..200 {
        extra.mac.0[5] = n;
        extra.mac.0[4] = 0xee;
        snapshot.gateways.push(extra.clone());
    }
    snapshot.gateways.last_mut().unwrap().led.possible = LedSet::only(LedState::BlinkingRed);
    let (h, _) = settled(snapshot);
    assert_eq!(next_frame(&h), Duration::MAX, "row 202 of the list is out of sight");
}

#[test]
fn copied_goes_away_by_one_timed_frame() {
    let (mut h, _) = settled(sample::with_led(LedSet::only(LedState::SolidGreen)));
    go(&mut h, "Firewall");
    super::press(&mut h, "Copy");
    super::assert_shown(&h, "Copied");
    let next = next_frame(&h);
    assert!(next > Duration::from_secs(2) && next < Duration::from_secs(5), "{next:?}");
}
