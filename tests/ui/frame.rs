//! What surrounds the pages: the main button, keys, the banner, progress, refusals.

use super::support::sample;
use super::{assert_not_shown, assert_shown, go, open, open_as, press};
use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable;
use solidgreen::model::snapshot::{Activity, DemoView};
use solidgreen::session::Command;

#[test]
fn first_start_asks_nothing_and_sends_nothing() {
    let (mut h, desk) = open(sample::empty());
    h.run();
    assert_eq!(desk.asked(), []);
    assert_shown(&h, "Nothing has been sent yet");
    assert_shown(&h, "Nothing was sent yet");
    press(&mut h, "Find and check");
    assert_eq!(desk.asked(), [Command::FindAndCheck]);
}

#[test]
fn enter_and_ctrl_r_press_the_large_button() {
    let (mut h, desk) = open(sample::empty());
    h.key_press(Key::Enter);
    h.run();
    assert_eq!(desk.asked(), [Command::FindAndCheck]);
    h.key_press_modifiers(Modifiers::COMMAND, Key::R);
    h.run();
    assert_eq!(desk.asked(), [Command::FindAndCheck]);
}

#[test]
fn enter_in_a_field_is_the_fields() {
    let (mut h, desk) = open(sample::empty());
    h.get_by_role_and_label(egui::Role::TextInput, "MAC or IP from the label").focus();
    h.run();
    h.key_press(Key::Enter);
    h.run();
    assert_eq!(desk.asked(), []);
}

#[test]
fn running_shows_what_and_how_far_and_can_be_cancelled() {
    let (mut h, desk) = open(sample::running());
    h.run();
    assert_shown(&h, "Asking the name servers for the cloud's names (5 of 12)");
    assert!(h.query_by_label("Find and check").is_none());
    press(&mut h, "Cancel");
    assert_eq!(desk.asked(), [Command::Cancel]);
    h.key_press(Key::Escape);
    h.run();
    assert_eq!(desk.asked(), [Command::Cancel]);
    h.key_press_modifiers(Modifiers::COMMAND, Key::R);
    h.run();
    assert_eq!(desk.asked(), [], "a check that runs is not begun again");
}

#[test]
fn escape_without_work_asks_nothing() {
    let (mut h, desk) = open(sample::blocked());
    h.key_press(Key::Escape);
    h.run();
    assert_eq!(desk.asked(), []);
}

#[test]
fn watch_is_a_toggle_by_mouse_and_key() {
    let (mut h, desk) = open(sample::blocked());
    h.get_by_label("Watch").click();
    h.run();
    h.key_press_modifiers(Modifiers::COMMAND, Key::T);
    h.run();
    assert_eq!(desk.asked(), [Command::Watch(true), Command::Watch(true)]);
    let mut watching = sample::blocked();
    watching.activity = Activity::Watching;
    desk.show(watching);
    h.run();
    assert_shown(&h, "Every change is written down");
    h.get_by_label("Watch").click();
    h.run();
    assert_eq!(desk.asked(), [Command::Watch(false)]);
}

#[test]
fn ctrl_digits_go_to_the_pages() {
    let (mut h, _) = open(sample::blocked());
    for (key, word) in [
        (Key::Num2, "For the person who runs the firewall"),
        (Key::Num3, "USB serial port"),
        (Key::Num4, "Preview"),
        (Key::Num1, "The way to the cloud"),
    ] {
        h.key_press_modifiers(Modifiers::COMMAND, key);
        h.run();
        assert_shown(&h, word);
    }
}

#[test]
fn text_scale_stays_between_100_and_200_percent() {
    let (mut h, _) = open(sample::blocked());
    for _ in 0..15 {
        h.key_press_modifiers(Modifiers::COMMAND, Key::Plus);
        h.run();
    }
    assert!((h.ctx.zoom_factor() - 2.0).abs() < 0.01);
    for _ in 0..15 {
        h.key_press_modifiers(Modifiers::COMMAND, Key::Minus);
        h.run();
    }
    assert!((h.ctx.zoom_factor() - 1.0).abs() < 0.01);
}

#[test]
fn the_simulated_site_says_so_and_takes_another_fault() {
    let mut s = sample::blocked();
    s.demo = Some(DemoView {
        fault: "both-ports-dropped".into(),
        faults: vec![
            ("none".into(), "Everything works.".into()),
            ("both-ports-dropped".into(), "A firewall drops 443 and 4321.".into()),
        ],
    });
    let (mut h, desk) = open(s);
    for page in ["Overview", "Firewall", "Console", "Report"] {
        go(&mut h, page);
        assert_shown(&h, "Demonstration: simulated site, nothing leaves this computer");
    }
    h.get_by_role_and_label(egui::Role::ComboBox, "Fault").click();
    h.run();
    h.get_by_label("none").click();
    h.run();
    assert_eq!(desk.asked(), [Command::DemoFault("none".into())]);
}

#[test]
fn a_real_site_has_no_banner() {
    let (mut h, _) = open(sample::blocked());
    h.run();
    assert_not_shown(&h, "Demonstration");
}

#[test]
fn a_refused_request_is_said_until_the_next_is_taken() {
    let (mut h, desk) = open(sample::blocked());
    desk.refuse(true);
    press(&mut h, "Find and check");
    assert_shown(&h, "busy");
    desk.refuse(false);
    press(&mut h, "Find and check");
    assert_not_shown(&h, "busy");
}

#[test]
fn a_small_window_at_200_percent_has_the_gateways_as_a_page() {
    let (mut h, desk) = open_as(sample::blocked(), [900.0, 600.0], egui::Theme::Light, 2.0);
    h.run();
    assert!(h.query_by_label("MAC or IP from the label").is_none());
    go(&mut h, "Gateways");
    assert_shown(&h, "MAC or IP from the label");
    assert_eq!(desk.asked(), []);
}

#[test]
fn tab_reaches_the_main_button() {
    let (mut h, desk) = open(sample::empty());
    let mut reached = false;
    for _ in 0..20 {
        h.key_press(Key::Tab);
        h.run();
        if h.get_by_label("Find and check").is_focused() {
            reached = true;
            break;
        }
    }
    assert!(reached);
    h.key_press(Key::Space);
    h.run();
    assert_eq!(desk.asked(), [Command::FindAndCheck]);
}
