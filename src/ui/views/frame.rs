//! What surrounds every page: the banner of the simulated site, the pages and the main button, progress, the help line.

use super::View;
use crate::model::snapshot::{Activity, DemoView};
use crate::session::Command;
use crate::ui::keys;
use crate::ui::state::{Route, UiState};
use crate::ui::theme;
use crate::ui::widgets::parts;
use egui::{Align, Button, ComboBox, Label, Layout, RichText, TextStyle, Ui, vec2};

/// Nothing was asked for and nothing is known yet.
#[must_use]
pub fn untouched(v: &View<'_>) -> bool {
    let s = v.snapshot;
    s.playback.is_none()
        && s.activity == Activity::Idle
        && s.checks.is_empty()
        && s.gateways.is_empty()
        && s.took_ms.is_none()
        && s.footprint.packets() == 0
}

/// "Demonstration: simulated site", with the fault in force.
pub fn banner_ui(ui: &mut Ui, v: &mut View<'_>, demo: &DemoView) {
    let p = theme::palette(ui);
    ui.horizontal_wrapped(|ui| {
        ui.label(
            RichText::new("Demonstration: simulated site, nothing leaves this computer")
                .text_style(theme::strong_style())
                .color(p.warn),
        );
        ui.add_space(10.0);
        let label = ui.label("Fault");
        let combo =
            ComboBox::from_id_salt("demo-fault").width(190.0).selected_text(&demo.fault).show_ui(ui, |ui| {
                for (name, about) in &demo.faults {
                    let response = ui.selectable_label(*name == demo.fault, name).on_hover_text(about);
                    if response.clicked() && *name != demo.fault {
                        v.asks.send(Command::DemoFault(name.clone()));
                    }
                }
            });
        combo.response.labelled_by(label.id);
        if let Some((_, about)) = demo.faults.iter().find(|(name, _)| *name == demo.fault) {
            parts::quiet(ui, about);
        }
    });
}

/// The pages at the left, the main button at the right.
pub fn top_ui(ui: &mut Ui, v: &mut View<'_>, state: &UiState) {
    let tabs = |ui: &mut Ui, v: &mut View<'_>| {
        ui.spacing_mut().item_spacing.x = 24.0;
        ui.spacing_mut().button_padding.x = 1.0;
        let more = if v.narrow { &[Route::Gateways][..] } else { &[] };
        for route in Route::PAGES.iter().chain(more) {
            tab(ui, v, *route, state.route == *route);
        }
    };
    if v.narrow {
        ui.horizontal_wrapped(|ui| tabs(ui, v));
        if !untouched(v) {
            ui.horizontal(|ui| actions(ui, v));
        }
    } else {
        ui.horizontal(|ui| {
            tabs(ui, v);
            if !untouched(v) {
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| actions(ui, v));
            }
        });
    }
    progress(ui, v, state);
}

fn tab(ui: &mut Ui, v: &mut View<'_>, route: Route, chosen: bool) {
    let p = theme::palette(ui);
    let text = if chosen {
        RichText::new(route.title()).text_style(theme::strong_style()).color(p.text)
    } else {
        RichText::new(route.title()).color(p.quiet)
    };
    let response =
        ui.add(Button::selectable(chosen, text).frame_when_inactive(false).min_size(vec2(0.0, 34.0)));
    parts::focus_ring(ui, &response);
    if chosen {
        let r = response.rect;
        ui.painter().hline(r.x_range(), r.bottom() - 1.0, egui::Stroke::new(2.5, p.accent));
    }
    if response.clicked() {
        v.asks.go(route);
    }
}

fn actions(ui: &mut Ui, v: &mut View<'_>) {
    if v.snapshot.playback.is_some() {
        return; // the bar above has what a recording can do
    }
    ui.spacing_mut().item_spacing.x = 8.0;
    let watching = v.snapshot.activity == Activity::Watching;
    if matches!(v.snapshot.activity, Activity::Working { .. }) {
        if ui.add(Button::new("Cancel").min_size(vec2(120.0, 34.0))).on_hover_text("Esc").clicked() {
            v.asks.send(Command::Cancel);
        }
    } else if parts::primary(ui, "Find and check", [140.0, 34.0], TextStyle::Button)
        .on_hover_text("Ctrl+R")
        .clicked()
    {
        v.asks.send(Command::FindAndCheck);
    }
    let mut on = watching;
    if ui
        .checkbox(&mut on, "Watch")
        .on_hover_text("Keep looking and write down every change (Ctrl+T)")
        .changed()
    {
        v.asks.send(Command::Watch(on));
    }
}

/// One line: what is done now, and how far. Text, not a spinner: a spinner repaints for ever.
fn progress(ui: &mut Ui, v: &View<'_>, state: &UiState) {
    let p = theme::palette(ui);
    if let Activity::Working { what, done, of } = &v.snapshot.activity {
        let text = if *of > 0 { format!("{what} ({done} of {of})") } else { what.clone() };
        let label = ui.add(Label::new(RichText::new(text).color(p.quiet)).truncate());
        parts::live(&label);
        let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 4.0), egui::Sense::empty());
        ui.painter().rect_filled(rect, 2.0, p.line);
        let part = if *of > 0 { (*done as f32 / *of as f32).clamp(0.02, 1.0) } else { 0.02 };
        let filled = egui::Rect::from_min_size(rect.min, vec2(rect.width() * part, rect.height()));
        ui.painter().rect_filled(filled, 2.0, p.accent);
    } else if v.snapshot.activity == Activity::Watching {
        parts::quiet(ui, "Watching. Every change is written down.");
    }
    if state.refused {
        let why = if v.snapshot.playback.is_some() {
            "A recording cannot be asked to measure: close it first."
        } else {
            "The program is busy and did not take the last request; try again in a moment."
        };
        let label = ui.label(RichText::new(why).color(p.warn));
        parts::live(&label);
    }
}

/// Shortcuts, and what was sent so far.
pub fn help_ui(ui: &mut Ui, v: &View<'_>) {
    ui.horizontal(|ui| {
        let sent = v.snapshot.footprint.packets();
        let text = match sent {
            _ if v.snapshot.playback.is_some() => "Played: nothing is measured or sent".to_owned(),
            0 => "Nothing was sent yet".to_owned(),
            1 => "1 packet sent".to_owned(),
            n => match v.snapshot.footprint.addresses.len() {
                1 => format!("{n} packets sent to 1 address"),
                to => format!("{n} packets sent to {to} addresses"),
            },
        };
        parts::quiet(ui, text).on_hover_text("Each kind and each address is listed in the report.");
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let p = theme::palette(ui);
            let keys = if v.snapshot.playback.is_some() { keys::HELP_PLAYBACK } else { keys::HELP };
            let help = RichText::new(keys).text_style(TextStyle::Small).color(p.quiet);
            ui.add(Label::new(help).truncate());
        });
    });
}
