//! Recordings in the window: opened, dropped, played, moved, closed, saved; and what cannot be played.

use super::support::port::Desk;
use super::support::sample;
use super::{assert_shown, go, open, open_as, press, texts};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use solidgreen::ui::App;
use std::time::Duration;

const LESSON: &str = "The firewall drops this box alone";

/// Steps until a text is there: files are read, and recordings play, on threads of their own.
fn wait_for(h: &mut Harness<'_, App>, part: &str) {
    for _ in 0..500 {
        h.step();
        if texts(h).iter().any(|t| t.contains(part)) {
            return;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    assert_shown(h, part);
}

fn gone(h: &Harness<'_, App>, part: &str) -> bool {
    !texts(h).iter().any(|t| t.contains(part))
}

/// A window that plays the lesson.
fn playing() -> (Harness<'static, App>, Desk) {
    let (mut h, desk) = open(sample::blocked());
    go(&mut h, "Report");
    h.get_by_role_and_label(egui::Role::ComboBox, "Or a lesson").click();
    h.run();
    h.get_by_label(LESSON).click();
    h.step();
    wait_for(&mut h, &format!("Recording: {LESSON}"));
    (h, desk)
}

#[test]
fn a_lesson_plays_in_place_of_the_session_and_is_closed_again() {
    let (mut h, desk) = playing();
    assert_shown(&h, "Played: nothing is measured or sent");
    let check =
        |h: &Harness<'_, App>| h.query_by_role_and_label(egui::Role::Button, "Find and check").is_some();
    assert!(!check(&h), "a recording cannot be asked to measure");
    press(&mut h, "Pause");
    wait_for(&mut h, "Play");
    for _ in 0..40 {
        h.key_press(egui::Key::ArrowRight);
        h.step();
    }
    wait_for(&mut h, "cloud.gateway-only-blocked");
    assert_eq!(desk.asked(), [], "the session behind it is not asked for anything");
    press(&mut h, "Close");
    assert!(gone(&h, "Recording:") && check(&h));
}

#[test]
fn space_goes_on_and_stands_still() {
    let (mut h, _) = playing();
    h.key_press(egui::Key::Space);
    wait_for(&mut h, "Play");
    h.key_press(egui::Key::Space);
    wait_for(&mut h, "Pause");
}

#[test]
fn a_file_that_is_dropped_is_played_and_what_is_none_is_a_line() {
    let dir = tempfile::tempdir().unwrap();
    let (mut h, _) = open(sample::blocked());
    go(&mut h, "Report");
    let film = dir.path().join("film.jsonl");
    std::fs::write(&film, "{}\n").unwrap();
    let field = h.get_by_role_and_label(egui::Role::TextInput, "Play");
    field.focus();
    field.type_text(film.to_str().unwrap());
    h.run();
    press(&mut h, "Play it");
    wait_for(&mut h, "this is no recording");
    assert!(gone(&h, "Recording:"));
}

#[test]
fn a_visit_that_is_kept_can_be_saved_and_one_that_is_not_says_so() {
    let dir = tempfile::tempdir().unwrap();
    let mut s = sample::blocked();
    s.kept_in = None;
    let (mut h, desk) = super::open_in(s, [1100.0, 740.0], egui::Theme::Light, 1.0, dir.path());
    go(&mut h, "Report");
    assert_shown(&h, "not kept on this computer");
    let mut s = sample::blocked();
    s.kept_in = Some("/visits/1".into());
    s.visit = "visit-7".into();
    desk.show(s);
    h.run();
    h.get_by_role_and_label(egui::Role::Button, "Save it").click();
    h.step();
    wait_for(&mut h, "Saved to");
    let file = std::fs::read_to_string(dir.path().join("solid-green-visit.jsonl")).unwrap();
    assert_eq!(file, "full visit-7");
}

#[test]
fn a_small_window_has_the_whole_bar() {
    let (mut h, _) = open_as(sample::blocked(), [900.0, 600.0], egui::Theme::Dark, 1.0);
    go(&mut h, "Report");
    h.get_by_role_and_label(egui::Role::ComboBox, "Or a lesson").scroll_to_me();
    h.run();
    h.get_by_role_and_label(egui::Role::ComboBox, "Or a lesson").click();
    h.run();
    h.get_by_label(LESSON).click();
    h.step();
    wait_for(&mut h, "Recording:");
    for label in ["Pause", "Next change", "Close"] {
        let button = h.get_by_role_and_label(egui::Role::Button, label).rect();
        assert!(button.right() <= 900.0 && button.top() < 90.0, "{label}: {button:?}");
    }
}
