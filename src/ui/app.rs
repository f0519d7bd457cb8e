//! The eframe application: takes the newest snapshot, draws it, carries out what the frame asked for. Nothing else.

use super::job::{self, Job};
use super::keys;
use super::sources::Sources;
use super::sources::Tape;
use super::state::{Ask, Asks, Copied, Route, UiState, Written};
use super::theme;
use super::trace::Trace;
use super::views::recordings::{self, Opening};
use super::views::{View, console, firewall, frame, gateways, overview, report};
use crate::model::Snapshot;
use crate::profile::Profile;
use crate::session::SessionPort;
use egui::{CentralPanel, Context, Margin, Panel, ScrollArea, Ui};
use std::path::PathBuf;
use std::sync::Arc;

pub struct App {
    port: Box<dyn SessionPort>,
    /// A recording that is shown in place of the session, which goes on behind it.
    tape: Option<Box<dyn SessionPort>>,
    profile: Arc<Profile>,
    sources: Sources,
    snapshot: Arc<Snapshot>,
    state: UiState,
    trace: Trace,
}

impl App {
    /// The application on a new window's context.
    #[must_use]
    pub fn new(ctx: &Context, port: Box<dyn SessionPort>, profile: Arc<Profile>, sources: Sources) -> Self {
        theme::install(ctx);
        let snapshot = port.snapshot();
        let mut state = UiState::default();
        if let Some(file) = sources.recordings.first.clone() {
            state.report.recordings.opening = Opening::read(ctx, &sources.recordings.open, Tape::File(file));
        }
        App { port, tape: None, profile, sources, snapshot, state, trace: Trace::from_environment() }
    }

    /// Who is shown and asked.
    fn shown(&self) -> &dyn SessionPort {
        self.tape.as_deref().unwrap_or(&*self.port)
    }

    fn draw(&mut self, ui: &mut Ui, asks: &mut Asks) {
        let p = theme::palette(ui);
        let narrow = ui.available_width() < theme::size::NARROW;
        if !narrow && self.state.route == Route::Gateways {
            self.state.route = Route::Overview;
        }
        let copied = std::mem::take(&mut self.state.copied);
        let snapshot = self.snapshot.clone();
        let mut view = View {
            snapshot: &snapshot,
            profile: &self.profile,
            sources: &self.sources,
            copied: &copied,
            asks,
            narrow,
        };
        let v = &mut view;
        let state = &mut self.state;
        if let Some(demo) = &snapshot.demo {
            Panel::top("banner").frame(theme::banner(ui)).show(ui, |ui| frame::banner_ui(ui, v, demo));
        }
        if let Some(playback) = &snapshot.playback {
            Panel::top("playback")
                .frame(theme::banner(ui))
                .show(ui, |ui| recordings::playback_ui(ui, v, playback));
        }
        if !narrow {
            Panel::bottom("help").frame(theme::panel(p.side, 16, 5)).show(ui, |ui| frame::help_ui(ui, v));
            Panel::left("gateways")
                .exact_size(theme::size::SIDE)
                .resizable(false)
                .frame(theme::panel(p.side, 16, 14))
                .show(ui, |ui| gateways::gateways_ui(ui, v, &mut state.gateways));
        }
        let x = if narrow { 10 } else { 22 };
        CentralPanel::default().frame(theme::panel(p.page, 0, 0)).show(ui, |ui| {
            egui::Frame::new().inner_margin(Margin { left: x, right: x, top: 10, bottom: 0 }).show(
                ui,
                |ui| {
                    frame::top_ui(ui, v, state);
                },
            );
            ScrollArea::vertical().id_salt(state.route.title()).auto_shrink([false, false]).show(ui, |ui| {
                egui::Frame::new().inner_margin(Margin { left: x, right: x, top: 10, bottom: 18 }).show(
                    ui,
                    |ui| {
                        ui.set_min_width(ui.available_width());
                        match state.route {
                            Route::Overview => overview::overview_ui(ui, v, &mut state.overview),
                            Route::Firewall => firewall::firewall_ui(ui, v, &mut state.firewall),
                            Route::Console => console::console_ui(ui, v, &mut state.console),
                            Route::Report => report::report_ui(ui, v, &mut state.report),
                            Route::Gateways => {
                                theme::card(ui)
                                    .show(ui, |ui| gateways::gateways_ui(ui, v, &mut state.gateways));
                            }
                        }
                    },
                );
            });
        });
        self.state.copied = copied;
    }

    fn carry_out(&mut self, ctx: &Context, asks: Asks) {
        for ask in asks.0 {
            match ask {
                Ask::Session(command) => self.state.refused = self.shown().send(command).is_err(),
                Ask::Go(route) => {
                    // a field that is gone cannot say that it lost the keyboard
                    if self.state.route == Route::Report
                        && route != Route::Report
                        && let Some(command) = self.state.report.tell_site(&self.snapshot)
                    {
                        self.state.refused = self.shown().send(command).is_err();
                    }
                    self.state.route = route;
                }
                Ask::Zoom(factor) => {
                    ctx.set_zoom_factor(factor.clamp(*theme::ZOOM.start(), *theme::ZOOM.end()))
                }
                Ask::Copy { what, text } => {
                    ctx.copy_text(text);
                    self.state.copied = Copied { what, at: ctx.input(|i| i.time) };
                }
                Ask::Export { what, path, redaction } => {
                    let path = PathBuf::from(path.trim());
                    let (report, recordings) = (&mut self.state.report, &self.sources.recordings);
                    match what {
                        Written::Report => {
                            let snapshot = report.as_typed(&self.snapshot);
                            let export = &self.sources.report.export;
                            report.job = Job::write(ctx, &snapshot, export, redaction, path);
                        }
                        Written::Recording => {
                            report.recordings.saving =
                                Job::write(ctx, &self.snapshot, &recordings.save, redaction, path);
                        }
                    }
                }
                Ask::ChooseFile { what, suggested, redaction } => {
                    let report = &mut self.state.report;
                    let (job, title) = match what {
                        Written::Report => (&mut report.job, "Save the report"),
                        Written::Recording => {
                            (&mut report.recordings.saving, "Save the recording of this visit")
                        }
                    };
                    *job = Job::choose(ctx, title, &suggested, redaction);
                }
                Ask::Open(tape) => {
                    let open = &self.sources.recordings.open;
                    self.state.report.recordings.opening = Opening::read(ctx, open, tape);
                }
                Ask::ChooseTape => {
                    let folder = &self.sources.report.folder;
                    self.state.report.recordings.opening =
                        Opening::Choosing(job::pick(ctx, "Play a recording", folder));
                }
                Ask::CloseTape => self.tape = None,
            }
            // what was asked for is seen in the next frame
            ctx.request_repaint();
        }
    }
}

impl eframe::App for App {
    fn logic(&mut self, ctx: &Context, _frame: &mut eframe::Frame) {
        let recordings = &mut self.state.report.recordings;
        if let Some(tape) = recordings.opening.poll(ctx, &self.sources.recordings.open) {
            // what is shown now is another visit: its verdict comes first
            (self.tape, self.state.route, self.state.refused) = (Some(tape), Route::Overview, false);
        }
        self.snapshot = self.shown().snapshot();
        let snapshot = self.state.report.as_typed(&self.snapshot);
        self.state.report.job.poll(ctx, &snapshot, &self.sources.report.export);
        self.state.report.recordings.saving.poll(ctx, &self.snapshot, &self.sources.recordings.save);
    }

    fn ui(&mut self, ui: &mut Ui, _frame: &mut eframe::Frame) {
        self.trace.frame(ui.ctx());
        let mut asks = Asks::default();
        let held = keys::Held::now(ui.ctx());
        if let Some(path) = ui.input(|i| i.raw.dropped_files.first().map(|f| f.path().to_owned())) {
            asks.0.push(Ask::Open(Tape::File(path)));
        }
        self.draw(ui, &mut asks);
        // after the widgets, so that a text field or an open list has its keys first
        keys::read(ui.ctx(), held, &self.snapshot, &mut asks);
        self.carry_out(ui.ctx(), asks);
    }
}
