//! The report page: site, preview, redaction, writing the file, failing to.

use super::support::port::Desk;
use super::support::sample;
use super::{assert_shown, go, open, open_in, press};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use solidgreen::session::Command;
use solidgreen::ui::App;
use std::path::Path;
use std::time::Duration;

fn at_report(folder: &Path) -> (Harness<'static, App>, Desk) {
    let (mut h, desk) = open_in(sample::blocked(), [1100.0, 740.0], egui::Theme::Light, 1.0, folder);
    go(&mut h, "Report");
    (h, desk)
}

/// Steps until the thread that writes has ended.
fn wait_for(h: &mut Harness<'_, App>, part: &str) {
    for _ in 0..200 {
        h.step();
        if super::texts(h).iter().any(|t| t.contains(part)) {
            return;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    assert_shown(h, part);
}

#[test]
fn the_preview_follows_the_redaction_and_the_snapshot() {
    let (mut h, desk) = at_report(Path::new("/reports"));
    assert_shown(&h, "# Solid Green report (full)");
    h.get_by_label("Public").click();
    h.run();
    assert_shown(&h, "# Solid Green report (public)");
    let mut s = sample::blocked();
    s.site = "Another ward".into();
    desk.show(s);
    h.run();
    assert_shown(&h, "Site: Another ward");
}

#[test]
fn the_name_of_the_site_is_told_once_it_is_typed() {
    let (mut h, desk) = open(sample::empty());
    go(&mut h, "Report");
    let field = h.get_by_role_and_label(egui::Role::TextInput, "Site");
    field.focus();
    field.type_text("Kök åäö");
    h.run();
    assert_eq!(desk.asked(), [], "not at each letter");
    h.key_press(egui::Key::Enter);
    h.run();
    assert_eq!(desk.asked(), [Command::SetSite("Kök åäö".into())]);
}

#[test]
fn a_name_that_was_just_typed_is_in_the_file_and_is_told_on_leaving() {
    let folder = tempfile::tempdir().unwrap();
    let (mut h, desk) = at_report(folder.path());
    let field = h.get_by_role_and_label(egui::Role::TextInput, "Site");
    field.focus();
    field.type_text("!");
    h.run();
    press(&mut h, "Save");
    wait_for(&mut h, "Saved to");
    let text = std::fs::read_to_string(folder.path().join("solid-green-report.pdf")).unwrap();
    assert!(text.contains("[Ward 4, Lindesberg hospital!]"), "{text}");
    h.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::Num1);
    h.run();
    assert!(desk.asked().contains(&Command::SetSite("Ward 4, Lindesberg hospital!".into())));
}

#[test]
fn saving_writes_the_file_and_says_where() {
    let folder = tempfile::tempdir().unwrap();
    let (mut h, _) = at_report(folder.path());
    h.get_by_label_contains("Markdown").click();
    h.run();
    press(&mut h, "Save");
    let file = folder.path().join("solid-green-report.md");
    wait_for(&mut h, &format!("Saved to {}", file.display()));
    assert_eq!(
        std::fs::read_to_string(file).unwrap(),
        "full [Ward 4, Lindesberg hospital] A firewall drops the way to the cloud, on both ports."
    );
}

#[test]
fn a_file_that_cannot_be_written_is_a_line_not_an_end() {
    let folder = tempfile::tempdir().unwrap();
    let (mut h, _) = at_report(&folder.path().join("missing"));
    press(&mut h, "Save");
    wait_for(&mut h, "Not saved:");
    assert_shown(&h, "solid-green-report.pdf");
}
