//! The eframe application: takes the newest snapshot, draws it, carries out what the frame asked for. Nothing else.

use super::keys;
use super::sources::Sources;
use super::state::{Ask, Asks, Copied, Route, UiState};
use super::theme;
use super::trace::Trace;
use super::views::{View, console, firewall, frame, gateways, overview, report};
use crate::model::Snapshot;
use crate::profile::Profile;
use crate::session::SessionPort;
use egui::{CentralPanel, Context, Margin, Panel, ScrollArea, Ui};
use std::path::PathBuf;
use std::sync::Arc;

pub struct App {
    port: Box<dyn SessionPort>,
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
        App { port, profile, sources, snapshot, state: UiState::default(), trace: Trace::from_environment() }
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
                Ask::Session(command) => self.state.refused = self.port.send(command).is_err(),
                Ask::Go(route) => {
                    // a field that is gone cannot say that it lost the keyboard
                    if self.state.route == Route::Report
                        && route != Route::Report
                        && let Some(command) = self.state.report.tell_site(&self.snapshot)
                    {
                        self.state.refused = self.port.send(command).is_err();
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
                Ask::Export { path, redaction } => {
                    let path = PathBuf::from(path.trim());
                    let source = &self.sources.report;
                    let snapshot = self.state.report.as_typed(&self.snapshot);
                    self.state.report.job = report::Job::write(ctx, &snapshot, source, redaction, path);
                }
                Ask::ChooseFile { suggested, redaction } => {
                    self.state.report.job = report::Job::choose(ctx, &suggested, redaction);
                }
            }
            // what was asked for is seen in the next frame
            ctx.request_repaint();
        }
    }
}

impl eframe::App for App {
    fn logic(&mut self, ctx: &Context, _frame: &mut eframe::Frame) {
        self.snapshot = self.port.snapshot();
        let snapshot = self.state.report.as_typed(&self.snapshot);
        self.state.report.job.poll(ctx, &snapshot, &self.sources.report);
    }

    fn ui(&mut self, ui: &mut Ui, _frame: &mut eframe::Frame) {
        self.trace.frame(ui.ctx());
        let mut asks = Asks::default();
        let held = keys::Held::now(ui.ctx());
        self.draw(ui, &mut asks);
        // after the widgets, so that a text field or an open list has its keys first
        keys::read(ui.ctx(), held, &self.snapshot, &mut asks);
        self.carry_out(ui.ctx(), asks);
    }
}
