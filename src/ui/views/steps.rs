//! The vendor's three steps, each opening to its checks with outcome, shape and detail.

use super::View;
use crate::check::hold;
use crate::model::check::{CheckResult, VendorStep};
use crate::session::Command;
use crate::ui::theme;
use crate::ui::widgets::mark::Mark;
use crate::ui::widgets::parts::{self, Row};
use crate::ui::words::{self, StepState};
use egui::{Id, Label, RichText, TextStyle, Ui};

pub fn steps_ui(ui: &mut Ui, v: &mut View<'_>) {
    parts::title(ui, "The vendor's three steps");
    ui.add_space(2.0);
    for (n, step) in VendorStep::ALL.into_iter().enumerate() {
        let state = StepState::of(v.snapshot, step);
        let tally = words::tally(v.snapshot, step);
        let note =
            if tally.is_empty() { state.word().to_owned() } else { format!("{}, {tally}", state.word()) };
        let title = format!("Step {}  {}", n + 1, step.title());
        let row = Row {
            id: Id::unique(("step", n)),
            open_at_first: false,
            mark: Mark::from(state),
            title: &title,
            note: &note,
        };
        parts::disclosure(ui, &row, |ui| {
            checks(ui, v, step);
            if step == VendorStep::Cloud {
                hold(ui, v);
            }
        });
    }
    if let Some(ms) = v.snapshot.took_ms {
        ui.add_space(2.0);
        parts::quiet(ui, format!("The last check took {}.", words::took(ms)));
    }
}

/// The idle ladder: lengths to choose, and while it runs what is left; the session counts down, once a second.
fn hold(ui: &mut Ui, v: &mut View<'_>) {
    const LENGTHS: [(&str, u64); 3] = [("1 minute", 60), ("6 minutes", 360), ("30 minutes", 1800)];
    ui.add_space(4.0);
    if let Some(h) = v.snapshot.hold {
        let text = format!("Idle connections: {} of {} known, {} s left.", h.done, h.of, h.left_secs);
        ui.horizontal_wrapped(|ui| {
            parts::live(&ui.label(text));
            if ui.button("End it, keep what is known").clicked() {
                v.asks.send(Command::EndHold);
            }
        });
        return;
    }
    if v.snapshot.took_ms.is_none() {
        return; // which addresses are open is not known before the first check
    }
    ui.horizontal_wrapped(|ui| {
        ui.label("Hold idle connections, to learn when quiet ones are cut:");
        for (words, secs) in LENGTHS {
            if ui.button(words).clicked() {
                v.asks.send(Command::Hold(hold::rungs(secs)));
            }
        }
    });
}

fn checks(ui: &mut Ui, v: &View<'_>, step: VendorStep) {
    let mut any = false;
    for result in v.snapshot.checks.iter().filter(|c| c.id.step() == step) {
        any = true;
        check(ui, result);
    }
    for id in v.snapshot.running.iter().filter(|id| id.step() == step) {
        any = true;
        ui.horizontal_wrapped(|ui| {
            Mark::Running.show(ui);
            ui.label(RichText::new("running").text_style(theme::strong_style()));
            ui.label(format!("{}: {}", id.word(), id.learns()));
        });
    }
    if !any {
        parts::quiet(ui, "Nothing was checked here yet.");
    }
}

fn check(ui: &mut Ui, result: &CheckResult) {
    let mark = Mark::from(&result.outcome);
    let p = theme::palette(ui);
    ui.horizontal_top(|ui| {
        mark.show(ui);
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 2.0;
            parts::flow(ui, |ui| {
                ui.spacing_mut().item_spacing.x = 6.0;
                let word = words::sentence(result.outcome.word());
                ui.label(RichText::new(word).text_style(theme::strong_style()).color(mark.colour(ui)));
                ui.label(format!("{}: {}", result.id.word(), result.target));
                let time = words::took(result.took_ms);
                ui.label(RichText::new(time).text_style(TextStyle::Small).color(p.quiet));
            });
            let reason = words::outcome_reason(&result.outcome);
            let text = match (reason.is_empty(), result.detail.is_empty()) {
                (true, _) => result.detail.clone(),
                (false, true) => words::sentence(&reason),
                (false, false) if reason == result.detail => words::sentence(&reason),
                (false, false) => format!("{}. {}", words::sentence(&reason), result.detail),
            };
            if !text.is_empty() {
                ui.add(Label::new(RichText::new(text).color(p.quiet)).wrap());
            }
        });
    });
    ui.add_space(3.0);
}
