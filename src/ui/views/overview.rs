//! The first page: the lamp, one sentence, whose turn, the next step; below it the path, the three steps, the findings.

use super::gateways::led_of;
use super::{View, explain, frame, steps};
use crate::diagnose::forensics;
use crate::model::dhcp_strip::Strip;
use crate::model::snapshot::GatewayView;
use crate::model::{LedState, Owner};
use crate::session::Command;
use crate::ui::state::{OverviewState, Route};
use crate::ui::widgets::dhcp_strip::dhcp_strip;
use crate::ui::widgets::lamp;
use crate::ui::widgets::mark::Mark;
use crate::ui::widgets::parts;
use crate::ui::widgets::path::{STOPS, Stop, broken_links, path};
use crate::ui::{theme, words};
use egui::{Align, Label, Layout, RichText, TextStyle, Ui, vec2};

pub fn overview_ui(ui: &mut Ui, v: &mut View<'_>, state: &mut OverviewState) {
    if frame::untouched(v) {
        welcome(ui, v);
        limits(ui, v);
        return;
    }
    theme::card(ui).show(ui, |ui| {
        ui.set_min_width(ui.available_width());
        hero(ui, v, state);
    });
    ui.add_space(theme::size::GAP);
    theme::card(ui).show(ui, |ui| {
        ui.set_min_width(ui.available_width());
        way(ui, v);
    });
    ui.add_space(theme::size::GAP);
    theme::card(ui).show(ui, |ui| {
        ui.set_min_width(ui.available_width());
        steps::steps_ui(ui, v);
    });
    if !v.snapshot.findings.is_empty() {
        ui.add_space(theme::size::GAP);
        theme::card(ui).show(ui, |ui| {
            ui.set_min_width(ui.available_width());
            explain::findings_ui(ui, v);
        });
    }
    reported(ui, v);
    limits(ui, v);
    not_tested(ui, v);
}

/// What IT pasted, as evidence beside what was measured.
fn reported(ui: &mut Ui, v: &View<'_>) {
    if v.snapshot.reported.is_empty() {
        return;
    }
    ui.add_space(theme::size::GAP);
    theme::card(ui).show(ui, |ui| {
        ui.set_min_width(ui.available_width());
        parts::title(ui, "Reported by the firewall, the switch or the DHCP server");
        for r in &v.snapshot.reported {
            let age = words::age(r.evidence.age_ms);
            ui.add(Label::new(r.line()).wrap());
            parts::quiet(ui, format!("about {}, reported {age}", r.mac));
        }
    });
}

/// First start: nothing is asked, one large button.
fn welcome(ui: &mut Ui, v: &mut View<'_>) {
    let free = ui.available_height() - if v.narrow { 250.0 } else { 330.0 };
    ui.add_space((free * 0.4).max(8.0));
    ui.vertical_centered(|ui| {
        if !v.narrow {
            lamp::lamp(ui, led_of(None), v.profile.led, theme::size::LAMP_NARROW, "LED: not known");
            ui.add_space(6.0);
        }
        ui.label(RichText::new("What does the box say, and why?").text_style(theme::verdict_style()));
        ui.add_space(4.0);
        ui.add(Label::new("Put this computer on the same network as the gateway, by cable if you can.").wrap());
        ui.add_space(16.0);
        let button = parts::primary(ui, "Find and check", theme::size::BIG_BUTTON, TextStyle::Heading);
        if button.clicked() {
            v.asks.send(Command::FindAndCheck);
        }
        ui.add_space(10.0);
        parts::quiet(
            ui,
            "Nothing has been sent yet. The check takes a few seconds, sends only small packets, and lists each in the report.",
        );
    });
    ui.add_space(26.0);
    theme::card(ui).show(ui, |ui| {
        ui.set_min_width(ui.available_width());
        parts::title(ui, "What the LED means");
        lamp::legend(ui);
    });
}

fn hero(ui: &mut Ui, v: &mut View<'_>, state: &mut OverviewState) {
    let snapshot = v.snapshot.clone();
    let gateway = snapshot.chosen_gateway();
    let set = led_of(gateway);
    let diameter = if v.narrow { theme::size::LAMP_NARROW } else { theme::size::LAMP };
    ui.horizontal_top(|ui| {
        ui.allocate_ui_with_layout(vec2(diameter + 8.0, 0.0), Layout::top_down(Align::Center), |ui| {
            ui.set_width(diameter + 8.0);
            lamp::lamp(ui, set, v.profile.led, diameter, &lamp::spoken(set));
            ui.add(
                Label::new(
                    RichText::new(words::sentence(&words::led_set(set))).text_style(theme::strong_style()),
                )
                .wrap(),
            );
            parts::quiet(ui, led_basis(gateway));
        });
        ui.add_space(if v.narrow { 6.0 } else { 16.0 });
        ui.vertical(|ui| {
            ui.set_max_width(ui.available_width().min(theme::size::READING));
            which_box(ui, gateway);
            verdict(ui, v);
            remarks(ui, gateway);
            ui.add_space(4.0);
            ask(ui, v, state, gateway);
            buttons(ui, v, state);
        });
    });
    if state.why {
        ui.add_space(6.0);
        ui.separator();
        ui.add_space(4.0);
        if let Some(finding) = snapshot.findings.first() {
            explain::finding_ui(ui, v, finding, "why");
        }
        if let Some(gateway) = gateway {
            lamp_evidence(ui, gateway);
            asked(ui, v, gateway);
        }
    }
    ui.add_space(8.0);
    ui.separator();
    ui.add_space(2.0);
    lamp::legend(ui);
    if v.profile.led.assumed && set.contains(LedState::BlinkingRed) && set.len() < 4 {
        parts::quiet(ui, "The blink rate shown is assumed: the vendor's document gives none.");
    }
}

/// "measured by this computer, 12 s ago".
fn led_basis(gateway: Option<&GatewayView>) -> String {
    let Some(gateway) = gateway else { return "no gateway chosen".into() };
    let basis = words::basis(gateway.led.basis);
    gateway.led.age_ms.map_or_else(|| basis.to_owned(), |ms| format!("{basis}\n{}", words::age(ms)))
}

fn which_box(ui: &mut Ui, gateway: Option<&GatewayView>) {
    let text = match gateway {
        None => "No gateway was seen yet".to_owned(),
        // the name comes last: it may be long, and what does not fit is cut
        Some(g) => {
            let address = g.ip.map_or_else(|| "no address seen".into(), |ip| ip.to_string());
            let name = g.name.as_ref().map(|name| format!(", {name}")).unwrap_or_default();
            format!("Gateway {}, {address}{name}", g.mac.pairs(":", true))
        }
    };
    let p = theme::palette(ui);
    ui.add(Label::new(RichText::new(text).text_style(TextStyle::Small).color(p.quiet)).truncate());
}

fn verdict(ui: &mut Ui, v: &View<'_>) {
    let verdict = &v.snapshot.verdict;
    let p = theme::palette(ui);
    let title = ui.add(Label::new(RichText::new(&verdict.title).text_style(theme::verdict_style())).wrap());
    parts::live(&title);
    // where nobody chose one, the verdict is about all of them
    if let (None, Some(line)) = (v.snapshot.chosen, v.snapshot.boxes().line()) {
        ui.label(line);
    }
    ui.horizontal_wrapped(|ui| {
        let mark = Mark::from(verdict.level);
        mark.show(ui);
        ui.label(
            RichText::new(words::level(verdict.level))
                .text_style(theme::strong_style())
                .color(mark.colour(ui)),
        );
        if let Some(code) = verdict.code {
            ui.label(RichText::new(code.code()).text_style(TextStyle::Small).color(p.quiet));
        }
    });
    ui.add_space(2.0);
    if verdict.code.is_some() {
        let owner = words::sentence(verdict.owner.label());
        parts::fact(ui, "Whose turn", RichText::new(owner).text_style(theme::strong_style()));
    }
    parts::fact(ui, "Next step", RichText::new(&verdict.next_step));
}

/// Two or three states are left: one button each. The installer may always say what the box shows.
fn ask(ui: &mut Ui, v: &mut View<'_>, state: &mut OverviewState, gateway: Option<&GatewayView>) {
    let set = led_of(gateway);
    let open = matches!(set.len(), 2 | 3);
    let all = state.correcting;
    if !open && !all || v.snapshot.playback.is_some() {
        return;
    }
    ui.add_space(2.0);
    ui.label(RichText::new("Look at the box: which?").text_style(theme::strong_style()));
    ui.horizontal_wrapped(|ui| {
        for led in LedState::ALL.into_iter().filter(|led| all || set.contains(*led)) {
            if ui.button(words::sentence(led.label())).on_hover_text(led.meaning()).clicked() {
                v.asks.send(Command::Saw { mac: gateway.map(|g| g.mac), led });
                state.correcting = false;
            }
        }
    });
}

fn buttons(ui: &mut Ui, v: &mut View<'_>, state: &mut OverviewState) {
    ui.add_space(4.0);
    ui.horizontal_wrapped(|ui| {
        if !v.snapshot.findings.is_empty() || v.snapshot.chosen_gateway().is_some() {
            let text = if state.why { "Hide the reasons" } else { "Why?" };
            if ui.button(text).clicked() {
                state.why = !state.why;
            }
        }
        if v.snapshot.verdict.owner == Owner::It && ui.button("Text for the firewall").clicked() {
            v.asks.go(Route::Firewall);
        }
        if v.snapshot.playback.is_some() {
            return; // what somebody saw then cannot be changed now
        }
        let known = led_of(v.snapshot.chosen_gateway()).len() < 4;
        let text = match (state.correcting, known) {
            (true, _) => "Never mind",
            (false, true) => "The box shows something else",
            (false, false) => "I can see the box",
        };
        if ui.button(text).clicked() {
            state.correcting = !state.correcting;
        }
    });
}

/// What the box did that nobody asked it to: a restart, evidence that contradicts itself.
fn remarks(ui: &mut Ui, gateway: Option<&GatewayView>) {
    for remark in gateway.map(|g| g.remarks.as_slice()).unwrap_or_default() {
        ui.horizontal_top(|ui| {
            Mark::Warn.show(ui);
            ui.add(Label::new(remark).wrap());
        });
    }
}

fn lamp_evidence(ui: &mut Ui, gateway: &GatewayView) {
    ui.add_space(3.0);
    ui.label(RichText::new("How the lamp is known").text_style(theme::strong_style()));
    if gateway.led.because.is_empty() {
        parts::quiet(ui, "There is no evidence yet: it may be in any state.");
    }
    parts::lines(ui, &gateway.led.because);
    let sources: Vec<&str> = gateway.sources.iter().map(|s| words::source(*s)).collect();
    if !sources.is_empty() {
        parts::quiet(ui, format!("The box was seen by: {}", sources.join(", ")));
    }
}

/// How it asked for its address, and what that tells.
fn asked(ui: &mut Ui, v: &View<'_>, gateway: &GatewayView) {
    let Some(strip) = Strip::of(&gateway.dhcp_trace).filter(|s| s.marks.len() > 1) else { return };
    ui.add_space(3.0);
    ui.label(RichText::new("How it asked for an address").text_style(theme::strong_style()));
    dhcp_strip(ui, &strip);
    let subnets = v.snapshot.host.interface().map(|i| i.addresses.clone()).unwrap_or_default();
    let signs = forensics::signs(&gateway.dhcp_trace, &subnets, v.snapshot.now);
    let lines: Vec<String> = signs.iter().map(|s| words::sentence(&s.text)).collect();
    parts::lines(ui, &lines);
}

fn way(ui: &mut Ui, v: &View<'_>) {
    let s = v.snapshot;
    let gateway = s.chosen_gateway();
    let interface = s.host.interface();
    let stop = |n: usize, detail: Option<String>| Stop { name: STOPS[n], detail: detail.unwrap_or_default() };
    let maker =
        s.hosts.iter().find(|h| interface.and_then(|i| i.router) == Some(h.ip)).and_then(|h| h.maker.clone());
    let router = interface.and_then(|i| i.router).map(|ip| match &maker {
        Some(maker) if !v.narrow => format!("{ip}\n{maker}"),
        _ => ip.to_string(),
    });
    parts::title(ui, "The way to the cloud");
    ui.add_space(6.0);
    let words_fit = path(
        ui,
        s.path,
        &[
            stop(0, gateway.and_then(|g| g.ip).map(|ip| ip.to_string())),
            stop(1, None),
            stop(2, router),
            stop(3, None),
            stop(4, v.profile.cloud.hosts.first().cloned()),
        ],
    );
    if !words_fit {
        parts::quiet(ui, broken_links(s.path));
    }
}

fn limits(ui: &mut Ui, v: &View<'_>) {
    let s = v.snapshot;
    if s.limits.is_empty() && s.host.could_not_read.is_empty() {
        return;
    }
    ui.add_space(theme::size::GAP);
    theme::card(ui).show(ui, |ui| {
        ui.set_min_width(ui.available_width());
        parts::title(ui, "What could not be looked at");
        for limit in &s.limits {
            parts::limit(ui, limit);
        }
        parts::lines(ui, &s.host.could_not_read);
    });
}

fn not_tested(ui: &mut Ui, v: &View<'_>) {
    if v.snapshot.not_tested.is_empty() {
        return;
    }
    ui.add_space(theme::size::GAP);
    theme::card(ui).show(ui, |ui| {
        ui.set_min_width(ui.available_width());
        parts::title(ui, "What was not tested");
        parts::lines(ui, &v.snapshot.not_tested);
    });
}
