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

#[test]
fn firewall_small_and_dark() {
    picture("firewall_small_and_dark", "Firewall", sample::blocked(), SMALL, Theme::Dark, 1.0);
}

#[test]
fn firewall_reads_a_log() {
    use egui_kittest::kittest::Queryable;
    let (mut h, _) = open_as(sample::blocked(), WIDE, Theme::Light, 1.0);
    go(&mut h, "Firewall");
    super::press(&mut h, "See what is denied");
    h.get_by(|n| n.role() == egui::Role::MultilineTextInput).focus();
    h.run();
    let denied = "Nov 27 07:03:12 kernel: [LAN_IN-default-D]IN=eth1 OUT=eth0 SRC=192.168.40.71 DST=198.51.100.7 LEN=60 PROTO=TCP SPT=50000 DPT=4321\n";
    let dns = "Nov 27 07:03:14 kernel: [LAN_IN-20-A]IN=eth1 OUT=eth0 SRC=192.168.40.71 DST=192.168.40.1 LEN=60 PROTO=UDP SPT=50001 DPT=53\n";
    h.event(egui::Event::Paste(format!("{}{dns}", denied.repeat(2))));
    h.run();
    h.remove_cursor();
    h.get_by_label_contains("These are look-ups of names").scroll_to_me();
    h.run();
    h.snapshot("firewall_reads_a_log");
}

#[test]
fn overview_with_what_was_pasted() {
    let tall = [900.0, 1420.0];
    picture("overview_with_what_was_pasted", "Overview", sample::with_pasted(), tall, Theme::Dark, 1.0);
}
