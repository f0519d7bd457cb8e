//! Recordings: playing one, the lessons, keeping this visit's; and the bar that plays.

use super::View;
use crate::model::At;
use crate::model::snapshot::PlaybackView;
use crate::session::playback::SPEEDS;
use crate::session::{Command, PlaybackOrder, SessionPort};
use crate::ui::job::{self, Job};
use crate::ui::sources::{OpenFn, Redaction, Tape};
use crate::ui::state::{Ask, Written};
use crate::ui::widgets::mark::Mark;
use crate::ui::widgets::parts;
use crate::ui::{theme, words};
use egui::{Button, ComboBox, Key, Label, RichText, Slider, TextEdit, Ui, vec2};
use poll_promise::Promise;
use std::path::PathBuf;

#[derive(Default)]
pub struct State {
    /// The field for a file to open.
    path: String,
    redaction: Redaction,
    pub opening: Opening,
    pub saving: Job,
}

/// A recording on its way to the screen.
#[derive(Default)]
pub enum Opening {
    #[default]
    Idle,
    Choosing(Promise<Option<PathBuf>>),
    Reading(Promise<Result<Box<dyn SessionPort>, String>>),
    Failed(String),
    NoFile,
}

impl Opening {
    /// Reads it on a thread of its own.
    pub fn read(ctx: &egui::Context, open: &OpenFn, tape: Tape) -> Opening {
        let (ctx, open) = (ctx.clone(), open.clone());
        let read = move || {
            let opened = job::caught(|| open(&tape)).and_then(|r| r);
            ctx.request_repaint();
            opened
        };
        Opening::Reading(job::aside("reader", read, Err))
    }

    /// Moves on when a thread has ended; what was opened, once.
    pub fn poll(&mut self, ctx: &egui::Context, open: &OpenFn) -> Option<Box<dyn SessionPort>> {
        match std::mem::take(self) {
            Self::Choosing(answer) => match answer.try_take() {
                Ok(Some(path)) => *self = Self::read(ctx, open, Tape::File(path)),
                Ok(None) => *self = Self::NoFile,
                Err(answer) => *self = Self::Choosing(answer),
            },
            Self::Reading(promise) => match promise.try_take() {
                Ok(Ok(port)) => return Some(port),
                Ok(Err(why)) => *self = Self::Failed(why),
                Err(promise) => *self = Self::Reading(promise),
            },
            rest @ (Self::Idle | Self::Failed(_) | Self::NoFile) => *self = rest,
        }
        None
    }

    fn busy(&self) -> bool {
        matches!(self, Self::Choosing(_) | Self::Reading(_))
    }
}

pub fn recordings_ui(ui: &mut Ui, v: &mut View<'_>, state: &mut State) {
    parts::title(ui, "Recordings");
    parts::quiet(
        ui,
        "Everything that was seen and measured in a visit, as one file. It plays as if live, and nothing is measured meanwhile. You can also drop a file on this window.",
    );
    ui.add_space(4.0);
    open_ui(ui, v, state);
    ui.add_space(4.0);
    save_ui(ui, v, state);
}

fn open_ui(ui: &mut Ui, v: &mut View<'_>, state: &mut State) {
    let busy = state.opening.busy();
    ui.horizontal_wrapped(|ui| {
        let label = parts::key(ui, "Play");
        if ui.add_enabled(!busy, Button::new("Open\u{2026}")).clicked() {
            v.asks.0.push(Ask::ChooseTape);
        }
        let width = (ui.available_width() - 70.0).clamp(140.0, 360.0);
        let field = ui
            .add(
                TextEdit::singleline(&mut state.path).hint_text("or the path of a file").desired_width(width),
            )
            .labelled_by(label.id);
        let entered = field.lost_focus() && ui.input(|i| i.key_pressed(Key::Enter));
        let named = !state.path.trim().is_empty();
        if (ui.add_enabled(!busy && named, Button::new("Play it")).clicked() || entered) && named && !busy {
            v.asks.0.push(Ask::Open(Tape::File(PathBuf::from(state.path.trim()))));
        }
    });
    ui.horizontal_wrapped(|ui| {
        let label = parts::key(ui, "Or a lesson");
        let combo = ComboBox::from_id_salt("lesson")
            .width(340.0)
            .selected_text("Choose a fault to train on")
            .show_ui(ui, |ui| {
                for (id, title) in &v.sources.recordings.lessons {
                    if ui.selectable_label(false, title).clicked() {
                        v.asks.0.push(Ask::Open(Tape::Lesson(id.clone())));
                    }
                }
            });
        combo.response.labelled_by(label.id);
    });
    match &state.opening {
        Opening::Idle => {}
        Opening::Choosing(_) => job::line(ui, Mark::Running, "Choose a file in the dialog.".into()),
        Opening::Reading(_) => job::line(ui, Mark::Running, "Reading the recording.".into()),
        Opening::Failed(why) => job::line(ui, Mark::Bad, words::sentence(why)),
        Opening::NoFile => job::line(ui, Mark::Note, job::no_file("Play it")),
    }
}

fn save_ui(ui: &mut Ui, v: &mut View<'_>, state: &mut State) {
    if v.snapshot.kept_in.is_none() {
        let why = if v.snapshot.playback.is_some() {
            "What is shown is a recording already."
        } else {
            "Until something was looked for, or where the disk takes nothing, this visit is not kept on this computer, and there is no recording of it to save."
        };
        ui.horizontal_wrapped(|ui| {
            parts::key(ui, "Save");
            parts::quiet(ui, why);
        });
        return;
    }
    ui.horizontal_wrapped(|ui| {
        parts::key(ui, "Save");
        let busy = state.saving.busy();
        let suggested = v.sources.report.folder.join("solid-green-visit.jsonl").display().to_string();
        let redaction = state.redaction;
        if ui.add_enabled(!busy, Button::new("This visit as\u{2026}")).clicked() {
            v.asks.0.push(Ask::ChooseFile {
                what: Written::Recording,
                suggested: suggested.clone(),
                redaction,
            });
        }
        if ui.add_enabled(!busy, Button::new("Save it")).on_hover_text(&suggested).clicked() {
            v.asks.0.push(Ask::Export { what: Written::Recording, path: suggested, redaction });
        }
        for redaction in Redaction::ALL {
            let (text, what) = match redaction {
                Redaction::Full => ("Full", "Everything, for your own records."),
                Redaction::Shared => ("Shared", "Host names and other devices' MAC addresses are replaced."),
                Redaction::Public => {
                    ("Public", "Every name and address is replaced; who is beside whom stays.")
                }
            };
            if ui.radio(state.redaction == redaction, text).on_hover_text(what).clicked() {
                state.redaction = redaction;
            }
        }
    });
    state.saving.show(ui);
}

/// The bar that plays: what it is, and where.
pub fn playback_ui(ui: &mut Ui, v: &mut View<'_>, p: &PlaybackView) {
    let palette = theme::palette(ui);
    let order = |v: &mut View<'_>, order| v.asks.send(Command::Playback(order));
    ui.horizontal_wrapped(|ui| {
        let title = RichText::new(format!("Recording: {}", p.name)).text_style(theme::strong_style());
        ui.add(Label::new(title.color(palette.warn)).truncate());
        if !p.note.is_empty() {
            parts::quiet(ui, words::sentence(&p.note));
        }
    });
    ui.horizontal_wrapped(|ui| {
        let size = vec2(72.0, 28.0);
        let text = if p.playing { "Pause" } else { "Play" };
        if ui.add(Button::new(text).min_size(size)).on_hover_text("Space").clicked() {
            order(v, PlaybackOrder::Play(!p.playing));
        }
        let ended = p.at >= p.length;
        if ui
            .add_enabled(!ended, Button::new("Next change").min_size(size))
            .on_hover_text("To the next line of the visit's record")
            .clicked()
        {
            order(v, PlaybackOrder::NextChange);
        }
        let mut secs = p.at.0 as f64 / 1000.0;
        let length = p.length.0 as f64 / 1000.0;
        ui.spacing_mut().slider_width = (ui.available_size_before_wrap().x - 345.0).clamp(120.0, 520.0);
        // the banner is as light as a rail would be
        ui.visuals_mut().widgets.inactive.bg_fill = palette.line;
        ui.visuals_mut().selection.bg_fill = palette.accent;
        let slider = ui
            .add(Slider::new(&mut secs, 0.0..=length.max(0.001)).show_value(false).trailing_fill(true))
            .on_hover_text("\u{2190} and \u{2192} go five seconds back and on");
        slider.widget_info(|| egui::WidgetInfo::slider(true, secs, "Place in the recording"));
        if slider.changed() {
            order(v, PlaybackOrder::Seek(At((secs * 1000.0) as u64)));
        }
        ui.label(format!("{} of {}", clock(p.at), clock(p.length)));
        let label = ui.label("Speed");
        let speeds = ComboBox::from_id_salt("speed").width(64.0).selected_text(format!("{}\u{d7}", p.speed));
        let combo = speeds.show_ui(ui, |ui| {
            for speed in SPEEDS {
                if ui.selectable_label(speed == p.speed, format!("{speed}\u{d7}")).clicked() {
                    order(v, PlaybackOrder::Speed(speed));
                }
            }
        });
        combo.response.labelled_by(label.id);
        if ui
            .add(Button::new("Close").min_size(size))
            .on_hover_text("Back to this computer's network")
            .clicked()
        {
            v.asks.0.push(Ask::CloseTape);
        }
    });
}

/// Minutes and seconds, hours where there are any.
fn clock(at: At) -> String {
    let s = at.0 / 1000;
    if s >= 3600 {
        format!("{}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60)
    } else {
        format!("{}:{:02}", s / 60, s % 60)
    }
}
