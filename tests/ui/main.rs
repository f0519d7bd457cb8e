//! The window, without a window: each page in its states, found by role and label as a screen reader finds it.
#![cfg(feature = "gui")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a test ends where its ground is gone; it lays files out as somebody else would have"
)]

#[path = "../support/mod.rs"]
mod support;

mod console;
mod firewall;
mod frame;
mod gateways;
mod overview;
mod pictures;
mod quiet;
mod recordings;
mod report;

use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use solidgreen::model::Snapshot;
use solidgreen::profile::Profile;
use solidgreen::ui::App;
use std::path::Path;
use std::sync::Arc;
use support::painter::CpuPainter;
use support::port::{Desk, sources};

/// A window of 1100 x 740 points on this snapshot, and the desk that records what it asks.
fn open(snapshot: Snapshot) -> (Harness<'static, App>, Desk) {
    open_as(snapshot, [1100.0, 740.0], egui::Theme::Light, 1.0)
}

fn open_as(
    snapshot: Snapshot,
    size: [f32; 2],
    theme: egui::Theme,
    scale: f32,
) -> (Harness<'static, App>, Desk) {
    open_in(snapshot, size, theme, scale, Path::new("/reports"))
}

fn open_in(
    snapshot: Snapshot,
    size: [f32; 2],
    theme: egui::Theme,
    scale: f32,
    folder: &Path,
) -> (Harness<'static, App>, Desk) {
    let desk = Desk::new(snapshot);
    let (port, sources) = (desk.clone(), sources(folder));
    let harness = Harness::builder()
        .with_size(egui::Vec2::from(size) / scale)
        .with_pixels_per_point(scale)
        .with_theme(theme)
        .with_os(egui::os::OperatingSystem::Nix)
        .renderer(CpuPainter::default())
        .build_eframe(move |cc| {
            App::new(&cc.egui_ctx, Box::new(port), Arc::new(Profile::shipped()), sources)
        });
    (harness, desk)
}

/// Clicks the button with this label and lets the window settle.
fn press(h: &mut Harness<'_, App>, label: &str) {
    h.get_by_role_and_label(egui::Role::Button, label).click();
    h.run();
}

/// Goes to a page.
fn go(h: &mut Harness<'_, App>, page: &str) {
    press(h, page);
}

/// Every text of the frame, for "somewhere on the page".
fn texts(h: &Harness<'_, App>) -> Vec<String> {
    h.root()
        .children_recursive()
        .filter_map(|n| n.accesskit_node().label().or_else(|| n.accesskit_node().value()))
        .collect()
}

/// What the last frame put on the clipboard.
fn copied(h: &Harness<'_, App>) -> Option<String> {
    h.output().platform_output.commands.iter().find_map(|c| match c {
        egui::OutputCommand::CopyText(text) => Some(text.clone()),
        _ => None,
    })
}

#[track_caller]
fn assert_shown(h: &Harness<'_, App>, part: &str) {
    let texts = texts(h);
    assert!(texts.iter().any(|t| t.contains(part)), "{part:?} is not among {texts:#?}");
}

#[track_caller]
fn assert_not_shown(h: &Harness<'_, App>, part: &str) {
    let texts = texts(h);
    assert!(!texts.iter().any(|t| t.contains(part)), "{part:?} is shown: {texts:#?}");
}
