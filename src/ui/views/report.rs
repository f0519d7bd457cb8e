//! The report: what will be in it, how much it gives away, and writing it to a file.

use super::{View, recordings};
use crate::model::Snapshot;
use crate::session::Command;
use crate::ui::job::Job;
use crate::ui::sources::Redaction;
use crate::ui::state::{Ask, Written};
use crate::ui::theme;
use crate::ui::widgets::parts;
use egui::{Key, Label, RichText, TextEdit, TextStyle, Ui};
use std::sync::Arc;

/// Formats by file ending.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Format {
    #[default]
    Pdf,
    Markdown,
    Json,
}

impl Format {
    const ALL: [Format; 3] = [Self::Pdf, Self::Markdown, Self::Json];

    fn ending(self) -> &'static str {
        match self {
            Self::Pdf => "pdf",
            Self::Markdown => "md",
            Self::Json => "json",
        }
    }

    fn label(self) -> &'static str {
        match self {
            Self::Pdf => "PDF, to send",
            Self::Markdown => "Markdown, to paste into a ticket",
            Self::Json => "JSON, for programs",
        }
    }
}

#[derive(Default)]
pub struct State {
    /// What is typed and the session does not show yet; `None` as long as the field shows the session's name.
    site: Option<String>,
    /// The last name that the session was told.
    told: Option<String>,
    redaction: Redaction,
    format: Format,
    path: Option<String>,
    preview: Option<(Arc<Snapshot>, Redaction, String)>,
    pub job: Job,
    pub recordings: recordings::State,
}

impl State {
    /// What is typed, when the session shows something else.
    fn pending(&self, snapshot: &Snapshot) -> Option<&str> {
        self.site.as_deref().map(str::trim).filter(|site| *site != snapshot.site)
    }

    /// The command that tells the session what was typed; once for each text.
    pub fn tell_site(&mut self, snapshot: &Snapshot) -> Option<Command> {
        let site = self.pending(snapshot)?.to_owned();
        if self.told.as_ref() == Some(&site) {
            return None;
        }
        self.told = Some(site.clone());
        Some(Command::SetSite(site))
    }

    /// The snapshot with the name of the site as typed: "Save" may be pressed before the session has answered.
    pub fn as_typed(&self, snapshot: &Arc<Snapshot>) -> Arc<Snapshot> {
        match self.pending(snapshot) {
            Some(site) => Arc::new(Snapshot { site: site.to_owned(), ..(**snapshot).clone() }),
            None => snapshot.clone(),
        }
    }
}

pub fn report_ui(ui: &mut Ui, v: &mut View<'_>, state: &mut State) {
    theme::card(ui).show(ui, |ui| {
        ui.set_min_width(ui.available_width());
        ui.label(RichText::new("Report").text_style(TextStyle::Heading));
        parts::quiet(ui, "What was found, for the manager and for the IT department. It stays on this computer until you send it.");
        ui.add_space(6.0);
        site_ui(ui, v, state);
        choices_ui(ui, state);
        save_ui(ui, v, state);
        state.job.show(ui);
        if let Some(folder) = &v.snapshot.kept_in {
            parts::quiet(ui, format!("This visit is kept on this computer, in {folder}"));
        }
    });
    ui.add_space(theme::size::GAP);
    theme::card(ui).show(ui, |ui| {
        ui.set_min_width(ui.available_width());
        recordings::recordings_ui(ui, v, &mut state.recordings);
    });
    ui.add_space(theme::size::GAP);
    theme::card(ui).show(ui, |ui| {
        ui.set_min_width(ui.available_width());
        preview_ui(ui, v, state);
    });
}

fn site_ui(ui: &mut Ui, v: &mut View<'_>, state: &mut State) {
    ui.horizontal_wrapped(|ui| {
        let label = parts::key(ui, "Site");
        let mut text = state.site.clone().unwrap_or_else(|| v.snapshot.site.clone());
        let field = ui
            .add(
                TextEdit::singleline(&mut text)
                    .hint_text("Ward, building, town")
                    .desired_width(280.0)
                    .char_limit(120),
            )
            .labelled_by(label.id);
        if field.changed() {
            state.site = Some(text);
        }
        if field.lost_focus()
            && let Some(command) = state.tell_site(v.snapshot)
        {
            v.asks.send(command);
        }
        if !field.has_focus() && state.pending(v.snapshot).is_none() {
            (state.site, state.told) = (None, None);
        }
    });
}

fn choices_ui(ui: &mut Ui, state: &mut State) {
    ui.horizontal_wrapped(|ui| {
        parts::key(ui, "Format");
        for format in Format::ALL {
            if ui.radio(state.format == format, format.label()).clicked() {
                state.format = format;
                state.path = None;
            }
        }
    });
    ui.horizontal_wrapped(|ui| {
        parts::key(ui, "Privacy");
        for redaction in Redaction::ALL {
            let text = match redaction {
                Redaction::Full => "Full",
                Redaction::Shared => "Shared",
                Redaction::Public => "Public",
            };
            if ui.radio(state.redaction == redaction, text).clicked() {
                state.redaction = redaction;
            }
        }
    });
    parts::quiet(
        ui,
        match state.redaction {
            Redaction::Full => "Everything, for your own records and for the site's IT department.",
            Redaction::Shared => "For another company: without host names and other devices' MAC addresses.",
            Redaction::Public => "For anybody: without names and addresses.",
        },
    );
}

fn suggested(v: &View<'_>, format: Format) -> String {
    let name = format!("solid-green-report.{}", format.ending());
    v.sources.report.folder.join(name).display().to_string()
}

fn save_ui(ui: &mut Ui, v: &mut View<'_>, state: &mut State) {
    ui.add_space(4.0);
    let busy = state.job.busy();
    let path = state.path.clone().unwrap_or_else(|| suggested(v, state.format));
    let redaction = state.redaction;
    ui.horizontal_wrapped(|ui| {
        ui.add_enabled_ui(!busy, |ui| {
            if parts::primary(ui, "Save as\u{2026}", [110.0, 32.0], TextStyle::Button).clicked() {
                v.asks.0.push(Ask::ChooseFile { what: Written::Report, suggested: path.clone(), redaction });
            }
        });
        parts::quiet(ui, "or, without a dialog,");
        let label = ui.label("to the file");
        let mut text = path.clone();
        let field = ui
            .add(
                TextEdit::singleline(&mut text)
                    .desired_width((ui.available_width() - 80.0).clamp(160.0, 360.0)),
            )
            .labelled_by(label.id);
        if field.changed() {
            state.path = Some(text);
        }
        let entered = field.lost_focus() && ui.input(|i| i.key_pressed(Key::Enter));
        if (ui.add_enabled(!busy, egui::Button::new("Save")).clicked() || entered) && !busy {
            v.asks.0.push(Ask::Export { what: Written::Report, path: path.clone(), redaction });
        }
    });
}

fn preview_ui(ui: &mut Ui, v: &mut View<'_>, state: &mut State) {
    let redaction = state.redaction;
    let fresh = matches!(&state.preview, Some((s, r, _)) if Arc::ptr_eq(s, v.snapshot) && *r == redaction);
    if !fresh {
        let text = (v.sources.report.preview)(v.snapshot, redaction);
        state.preview = Some((v.snapshot.clone(), redaction, text));
    }
    let Some((_, _, text)) = &state.preview else { return };
    ui.horizontal_wrapped(|ui| {
        parts::title(ui, "Preview");
        parts::copy(ui, v.copied, v.asks, "Copy", "report", || text.clone());
    });
    theme::code_frame(ui).show(ui, |ui| {
        ui.set_min_width(ui.available_width());
        ui.add(Label::new(RichText::new(text).monospace()).wrap());
    });
}
