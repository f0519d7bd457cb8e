//! A few pictures. `UPDATE_SNAPSHOTS=1` writes them; look at them before they are committed.

use super::support::sample;
use super::{go, open_as};
use egui::Theme;
use solidgreen::model::{LedSet, LedState, Snapshot};

#[track_caller]
fn picture(name: &str, page: &str, snapshot: Snapshot, size: [f32; 2], theme: Theme, scale: f32) {
    let (mut h, _) = open_as(snapshot, size, theme, scale);
    go(&mut h, page);
    // the pointer would leave the tab under it lit
    h.remove_cursor();
    h.run();
    // a blinking lamp is pictured while it is lit
    while h.ctx.input(|i| i.time) % 1.0 >= 0.45 {
        h.step();
    }
    h.snapshot(name);
}

const WIDE: [f32; 2] = [1100.0, 740.0];
const SMALL: [f32; 2] = [900.0, 600.0];

#[test]
fn overview_light() {
    picture("overview_light", "Overview", sample::blocked(), WIDE, Theme::Light, 1.0);
}

#[test]
fn overview_dark() {
    let two = LedSet::of(&[LedState::BlinkingRed, LedState::SolidGreen]);
    picture("overview_dark", "Overview", sample::with_led(two), WIDE, Theme::Dark, 1.0);
}

#[test]
fn firewall() {
    picture("firewall", "Firewall", sample::blocked(), WIDE, Theme::Light, 1.0);
}

#[test]
fn small_window() {
    picture(
        "small_window",
        "Overview",
        sample::with_led(LedSet::only(LedState::SolidGreen)),
        SMALL,
        Theme::Light,
        1.0,
    );
}

#[test]
fn twice_as_large() {
    picture("twice_as_large", "Overview", sample::blocked(), SMALL, Theme::Light, 2.0);
}
