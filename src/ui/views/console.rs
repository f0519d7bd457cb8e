//! The USB serial console: port, speed, raw lines as they came, recognised ones marked.

use super::View;
use crate::model::At;
use crate::model::evidence::ConsoleLine;
use crate::model::host::SerialPort;
use crate::session::Command;
use crate::ui::theme;
use crate::ui::widgets::mark::Mark;
use crate::ui::widgets::parts;
use egui::{ComboBox, Label, RichText, ScrollArea, TextEdit, TextStyle, Ui};

#[derive(Default)]
pub struct State {
    port: Option<String>,
    baud: Option<u32>,
    filter: String,
    only_recognised: bool,
}

/// Lines alone wake no window; while this page is open it looks this often.
const LOOK: std::time::Duration = std::time::Duration::from_millis(250);

pub fn console_ui(ui: &mut Ui, v: &mut View<'_>, state: &mut State) {
    if v.snapshot.console.open || v.snapshot.demo.is_some() {
        ui.ctx().request_repaint_after(LOOK);
    }
    theme::card(ui).show(ui, |ui| {
        ui.set_min_width(ui.available_width());
        ui.label(RichText::new("Console").text_style(TextStyle::Heading));
        parts::quiet(
            ui,
            "What the box writes on its USB serial port. Nobody has published its language: the lines that are recognised here are assumed, and say so.",
        );
        ui.add_space(6.0);
        port_ui(ui, v, state);
        status_ui(ui, v);
        ui.add_space(6.0);
        lines_ui(ui, v, state);
    });
}

fn port_name(port: &SerialPort) -> String {
    match (&port.product, port.usb) {
        (Some(product), _) => format!("{} ({product})", port.name),
        (None, Some((vendor, product))) => format!("{} ({vendor:04x}:{product:04x})", port.name),
        (None, None) => port.name.clone(),
    }
}

/// The port chosen by hand, the one in use, the first whose USB id the profile knows, or the first.
fn chosen_port(v: &View<'_>, state: &State) -> Option<String> {
    let c = &v.snapshot.console;
    let listed = |name: &String| c.ports.iter().any(|p| p.name == *name);
    let by_id = || c.ports.iter().find(|p| p.usb.is_some_and(|id| v.profile.usb.ids.contains(&id)));
    state
        .port
        .clone()
        .filter(listed)
        .or_else(|| c.port.clone())
        .or_else(|| by_id().or_else(|| c.ports.first()).map(|p| p.name.clone()))
}

fn port_ui(ui: &mut Ui, v: &mut View<'_>, state: &mut State) {
    let snapshot = v.snapshot.clone();
    let c = &snapshot.console;
    let port = chosen_port(v, state);
    ui.horizontal_wrapped(|ui| {
        let label = parts::key(ui, "Port");
        let shown = port.as_ref().map_or_else(
            || "no serial port found".to_owned(),
            |name| c.ports.iter().find(|p| p.name == *name).map_or_else(|| name.clone(), port_name),
        );
        let combo =
            ComboBox::from_id_salt("port").width(190.0).truncate().selected_text(shown).show_ui(ui, |ui| {
                for p in &c.ports {
                    if ui.selectable_label(port.as_ref() == Some(&p.name), port_name(p)).clicked() {
                        state.port = Some(p.name.clone());
                    }
                }
            });
        combo.response.labelled_by(label.id);
        let label = ui.label(RichText::new("Speed").text_style(theme::strong_style()));
        let bauds = v.profile.bauds();
        let baud = state.baud.or_else(|| bauds.first().copied());
        let shown = baud.map_or_else(|| "as the profile says".into(), |b| format!("{b} baud"));
        let combo = ComboBox::from_id_salt("baud").width(110.0).selected_text(shown).show_ui(ui, |ui| {
            for b in bauds {
                if ui.selectable_label(baud == Some(b), format!("{b} baud")).clicked() {
                    state.baud = Some(b);
                }
            }
        });
        combo.response.labelled_by(label.id);
        if c.open {
            if ui.button("Close").clicked() {
                v.asks.send(Command::CloseConsole);
            }
        } else {
            let open = ui.add_enabled(port.is_some(), egui::Button::new("Open"));
            if open.clicked()
                && let Some(port) = port.clone()
            {
                v.asks.send(Command::OpenConsole { port, baud: state.baud });
            }
        }
        if ui.button("Refresh ports").clicked() {
            v.asks.send(Command::RefreshPorts);
        }
    });
}

fn status_ui(ui: &mut Ui, v: &View<'_>) {
    let c = &v.snapshot.console;
    if c.status.is_empty() {
        return;
    }
    ui.horizontal_wrapped(|ui| {
        if c.open {
            Mark::Good.show(ui)
        } else {
            Mark::Note.show(ui)
        }
        let text = match &c.port {
            Some(port) => format!("{port}: {}", c.status),
            None => c.status.clone(),
        };
        parts::live(&ui.add(Label::new(text).wrap()));
    });
}

fn lines_ui(ui: &mut Ui, v: &mut View<'_>, state: &mut State) {
    let snapshot = v.snapshot.clone();
    ui.horizontal_wrapped(|ui| {
        let label = parts::key(ui, "Lines with");
        ui.add(TextEdit::singleline(&mut state.filter).desired_width(160.0).char_limit(100))
            .labelled_by(label.id);
        ui.checkbox(&mut state.only_recognised, "Only recognised");
    });
    let needle = state.filter.to_lowercase();
    let shown: Vec<&(At, ConsoleLine)> = snapshot
        .console
        .lines
        .iter()
        .filter(|(_, l)| !state.only_recognised || l.meaning.is_some())
        .filter(|(_, l)| needle.is_empty() || l.text.to_lowercase().contains(&needle))
        .collect();
    if shown.is_empty() {
        let text = if snapshot.console.lines.is_empty() {
            "No line has come yet. If the box is running and nothing comes, try the other speed."
        } else {
            "No line has what you look for."
        };
        parts::quiet(ui, text);
        return;
    }
    ui.horizontal_wrapped(|ui| {
        parts::copy(ui, v.copied, v.asks, "Copy these lines", "console", || {
            shown.iter().map(|(at, l)| format!("{}  {}\n", stamp(*at), l.text)).collect()
        });
        parts::quiet(ui, format!("{} of {} lines", shown.len(), snapshot.console.lines.len()));
    });
    theme::code_frame(ui).show(ui, |ui| {
        ui.set_min_width(ui.available_width());
        let height = ui.text_style_height(&TextStyle::Monospace).max(theme::size::MARK) + 2.0;
        ui.spacing_mut().interact_size.y = 0.0;
        ui.spacing_mut().item_spacing.y = 3.0;
        ScrollArea::both()
            .id_salt("console-lines")
            .max_height(460.0)
            .auto_shrink([false, true])
            .stick_to_bottom(true)
            .show_rows(ui, height, shown.len(), |ui, rows| {
                for (at, line) in shown.get(rows).unwrap_or_default() {
                    line_ui(ui, *at, line, height);
                }
            });
    });
}

fn line_ui(ui: &mut Ui, at: At, line: &ConsoleLine, height: f32) {
    let p = theme::palette(ui);
    ui.horizontal(|ui| {
        ui.set_height(height);
        ui.spacing_mut().item_spacing.x = 10.0;
        ui.label(RichText::new(stamp(at)).monospace().color(p.quiet));
        match meaning(line) {
            None => {
                ui.allocate_exact_size(egui::Vec2::splat(theme::size::MARK), egui::Sense::empty());
                ui.add(Label::new(RichText::new(&line.text).monospace()).extend());
            }
            Some(meaning) => {
                Mark::Note.show(ui);
                ui.add(Label::new(RichText::new(&line.text).monospace()).extend());
                ui.add(
                    Label::new(RichText::new(meaning).text_style(TextStyle::Small).color(p.accent_text))
                        .extend(),
                );
            }
        }
    });
}

/// "blinking red (assumed: rtos-log)".
fn meaning(line: &ConsoleLine) -> Option<String> {
    let fact = line.meaning.as_ref()?;
    let mut words = Vec::new();
    if fact.restarted {
        words.push("the box started".to_owned());
    }
    words.extend(fact.led.map(|led| format!("LED {}", led.label())));
    words.extend(fact.ip.map(|ip| format!("address {ip}")));
    words.extend(fact.mac.map(|mac| format!("MAC {mac}")));
    if words.is_empty() {
        words.push("recognised".to_owned());
    }
    let dialect = line.dialect.as_deref().unwrap_or("dialect not named");
    let sure = if line.assumed { "assumed: " } else { "" };
    Some(format!("{} ({sure}{dialect})", words.join(", ")))
}

/// Minutes, seconds and tenths since the session began.
fn stamp(at: At) -> String {
    let s = at.0 / 1000;
    format!("{:02}:{:02}.{}", s / 60, s % 60, at.0 % 1000 / 100)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::LedState;
    use crate::model::evidence::ConsoleFact;

    #[test]
    fn a_recognised_line_says_what_and_that_it_is_assumed() {
        let mut line = ConsoleLine {
            port: "p".into(),
            text: "x".into(),
            meaning: Some(ConsoleFact { led: Some(LedState::SolidGreen), ..ConsoleFact::default() }),
            dialect: Some("rtos-log".into()),
            assumed: true,
        };
        assert_eq!(meaning(&line).as_deref(), Some("LED solid green (assumed: rtos-log)"));
        line.assumed = false;
        assert_eq!(meaning(&line).as_deref(), Some("LED solid green (rtos-log)"));
        line.meaning = None;
        assert_eq!(meaning(&line), None);
        assert_eq!(stamp(At(61_250)), "01:01.2");
    }
}
