//! The left panel: the gateways with their lamps, the field for the label, the plug-in finder, the interface.

use super::View;
use crate::model::host::LinkKind;
use crate::model::snapshot::GatewayView;
use crate::model::{LedSet, Mac};
use crate::session::Command;
use crate::ui::state::{GatewaysState, TypedAnswer, read_typed};
use crate::ui::widgets::{lamp, parts};
use crate::ui::{theme, words};
use egui::{
    Button, ComboBox, Key, Label, RichText, ScrollArea, Sense, Stroke, TextEdit, TextStyle, Ui, WidgetInfo,
    pos2, vec2,
};

pub fn gateways_ui(ui: &mut Ui, v: &mut View<'_>, state: &mut GatewaysState) {
    if !v.narrow {
        ui.label(RichText::new("Solid Green").text_style(TextStyle::Heading));
        ui.add_space(6.0);
    }
    // in a small window the page scrolls; beside a page the list takes what the fields below it leave
    let room = if v.narrow { 240.0 } else { ui.available_height() - foot_height(state, v) };
    list(ui, v, room.max(theme::size::GATEWAY_ROW * 2.0));
    ui.add_space(theme::size::GAP);
    ui.add_enabled_ui(v.snapshot.playback.is_none(), |ui| foot(ui, v, state));
}

fn foot_height(state: &GatewaysState, v: &View<'_>) -> f32 {
    let answer = if state.answer == TypedAnswer::Nothing { 0.0 } else { 74.0 };
    let plug = if v.snapshot.plug_in_finder { 46.0 } else { 22.0 };
    268.0 + answer + plug
}

fn list(ui: &mut Ui, v: &mut View<'_>, room: f32) {
    let n = v.snapshot.gateways.len();
    let head = match n {
        0 => "Gateways".to_owned(),
        1 => "1 gateway".to_owned(),
        n => format!("{n} gateways"),
    };
    parts::title(ui, &head);
    if n == 0 {
        let text = if super::frame::untouched(v) {
            "None yet: nothing was looked for."
        } else {
            "None seen yet. A silent box is not a missing box: it may answer later."
        };
        parts::quiet(ui, text);
        return;
    }
    let snapshot = v.snapshot.clone();
    ScrollArea::vertical().id_salt("gateways").max_height(room).auto_shrink([false, true]).show_rows(
        ui,
        theme::size::GATEWAY_ROW,
        n,
        |ui, rows| {
            for gateway in snapshot.gateways.get(rows).unwrap_or_default() {
                row(ui, v, gateway);
            }
        },
    );
}

fn row(ui: &mut Ui, v: &mut View<'_>, gateway: &GatewayView) {
    let p = theme::palette(ui);
    let chosen = v.snapshot.chosen == Some(gateway.mac);
    let (rect, response) =
        ui.allocate_exact_size(vec2(ui.available_width(), theme::size::GATEWAY_ROW), Sense::click());
    let name = gateway.name.clone().unwrap_or_else(|| gateway.mac.to_string());
    let address = gateway.ip.map_or_else(|| "no address seen".into(), |ip| ip.to_string());
    let led = words::led_set(gateway.led.possible);
    let spoken = format!("Gateway {name}, {}, {address}, LED {led}", gateway.mac);
    response.widget_info(|| WidgetInfo::selected(egui::Role::Button, true, chosen, &spoken));
    let response = response.on_hover_text(&spoken);
    if response.clicked() && !chosen {
        v.asks.send(Command::Choose(gateway.mac));
    }
    if !ui.is_rect_visible(rect) {
        return;
    }
    let fill = match (chosen, response.hovered()) {
        (true, _) => p.card,
        (false, true) => p.button_hover,
        (false, false) => egui::Color32::TRANSPARENT,
    };
    let edge = if chosen || response.has_focus() { Stroke::new(1.5, p.accent) } else { Stroke::NONE };
    ui.painter().rect(rect, 8.0, fill, edge, egui::StrokeKind::Inside);
    let d = theme::size::LAMP_SMALL + 8.0;
    let at = egui::Rect::from_center_size(pos2(rect.left() + 22.0, rect.center().y), vec2(d, d));
    let mut inside = ui.new_child(egui::UiBuilder::new().max_rect(at));
    lamp::lamp(&mut inside, gateway.led.possible, v.profile.led, d, &lamp::spoken(gateway.led.possible));
    let room = rect.width() - 50.0;
    let line = |text: String, font, colour| {
        let mut job = egui::text::LayoutJob::simple_singleline(text, font, colour);
        job.wrap = egui::text::TextWrapping::truncate_at_width(room);
        ui.painter().layout_job(job)
    };
    let top = line(name, theme::strong_style().resolve(ui.style()), p.text);
    let below = line(format!("{led}, {address}"), TextStyle::Small.resolve(ui.style()), p.quiet);
    let x = rect.left() + 42.0;
    let height = top.size().y + below.size().y + 1.0;
    let y = rect.center().y - height / 2.0;
    let second = y + top.size().y + 1.0;
    ui.painter().galley(pos2(x, y), top, p.text);
    ui.painter().galley(pos2(x, second), below, p.quiet);
}

fn foot(ui: &mut Ui, v: &mut View<'_>, state: &mut GatewaysState) {
    typed_ui(ui, v, state);
    ui.add_space(theme::size::GAP);
    plug_in_ui(ui, v);
    ui.add_space(theme::size::GAP);
    interface_ui(ui, v);
}

fn typed_ui(ui: &mut Ui, v: &mut View<'_>, state: &mut GatewaysState) {
    let label = ui.label(RichText::new("MAC or IP from the label").text_style(theme::strong_style()));
    ui.horizontal(|ui| {
        let width = (ui.available_width() - 66.0).clamp(80.0, 300.0);
        let field = ui
            .add(
                TextEdit::singleline(&mut state.typed)
                    .hint_text("34:A5:E1:\u{2026}")
                    .desired_width(width)
                    .char_limit(64),
            )
            .labelled_by(label.id);
        let entered = field.lost_focus() && ui.input(|i| i.key_pressed(Key::Enter));
        if ui.button("Add").clicked() || entered {
            submit(v, state);
        } else if field.changed() {
            state.answer = TypedAnswer::Nothing;
        }
    });
    let p = theme::palette(ui);
    match state.answer.clone() {
        TypedAnswer::Nothing => {}
        TypedAnswer::Taken(text) => parts::live(&parts::quiet(ui, text)),
        TypedAnswer::Wrong(text) => {
            let text = RichText::new(words::sentence(&text)).text_style(TextStyle::Small).color(p.bad);
            parts::live(&ui.add(Label::new(text).wrap()));
        }
        TypedAnswer::Offer { text, mac } => {
            parts::live(&ui.add(Label::new(RichText::new(text).text_style(TextStyle::Small)).wrap()));
            if ui.button(format!("Use {mac}")).clicked() {
                v.asks.send(Command::TypeMac(mac.into()));
                state.typed = mac.to_string();
                state.answer = TypedAnswer::Taken(format!("Looking for {mac}"));
            }
        }
    }
}

fn submit(v: &mut View<'_>, state: &mut GatewaysState) {
    let s = v.snapshot;
    let known: Vec<Mac> = s.gateways.iter().map(|g| g.mac).chain(s.hosts.iter().map(|h| h.mac)).collect();
    let (command, answer) = read_typed(&state.typed, &known, |mac| v.profile.is_gateway(mac));
    if let Some(command) = command {
        v.asks.send(command);
    }
    state.answer = answer;
}

fn plug_in_ui(ui: &mut Ui, v: &mut View<'_>) {
    let on = v.snapshot.plug_in_finder;
    let text = if on { "Stop waiting" } else { "Plug it in now" };
    let response = ui
        .add_sized([ui.available_width().min(240.0), 32.0], Button::new(text))
        .on_hover_text("Finds the box by what appears on the network after you plug it in");
    if response.clicked() {
        v.asks.send(Command::PlugInFinder(!on));
    }
    if !on {
        parts::quiet(ui, "No label? Press, then plug the box in.");
    } else if !v.snapshot.plug_in_ready {
        parts::live(&parts::quiet(ui, "One moment: first everybody who is here already has to be known."));
    } else {
        parts::live(&parts::quiet(
            ui,
            "Waiting: plug the box in now. Whatever appears on the network next is taken for it.",
        ));
    }
}

fn interface_ui(ui: &mut Ui, v: &mut View<'_>) {
    let host = &v.snapshot.host;
    let label = ui.label(RichText::new("Measured from").text_style(theme::strong_style()));
    let chosen = host.interface();
    let shown = chosen.map_or_else(
        || "no network interface".into(),
        |i| {
            let name = if i.label.is_empty() { &i.name } else { &i.label };
            i.address().map_or_else(|| format!("{name}, no address"), |a| format!("{name}, {}", a.ip))
        },
    );
    let width = ui.available_width().min(240.0);
    let combo =
        ComboBox::from_id_salt("interface").width(width).truncate().selected_text(shown).show_ui(ui, |ui| {
            if ui.selectable_label(false, "Choose by itself").clicked() {
                v.asks.send(Command::ChooseInterface(None));
            }
            for interface in
                host.interfaces.iter().filter(|i| i.kind != LinkKind::Loopback || v.snapshot.demo.is_some())
            {
                let is = host.chosen.as_deref() == Some(interface.name.as_str());
                if ui.selectable_label(is, words::interface(interface)).clicked() && !is {
                    v.asks.send(Command::ChooseInterface(Some(interface.name.clone())));
                }
            }
        });
    combo.response.labelled_by(label.id);
    if chosen.is_some_and(|i| i.carrier == Some(false)) {
        parts::quiet(ui, "No cable, or no link at the other end.");
    }
}

/// The set of an absent gateway: nothing is known.
#[must_use]
pub fn led_of(gateway: Option<&GatewayView>) -> LedSet {
    gateway.map_or(LedSet::ALL, |g| g.led.possible)
}
