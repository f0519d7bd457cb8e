//! What comes back from a firewall: its answer is pasted, and the gateway's line is found in it.

use super::View;
use crate::model::Mac;
use crate::model::Owner;
use crate::model::pasted::{Action, Entry, LeaseState, Pasted, Reading, TextKind};
use crate::model::rule::RuleGateway;
use crate::session::Command;
use crate::ui::theme;
use crate::ui::widgets::mark::Mark;
use crate::ui::widgets::parts;
use crate::wire::pasted;
use egui::{Label, RichText, ScrollArea, TextEdit, TextStyle, Ui};
use std::net::Ipv4Addr;

/// Height of the field, in points.
const FIELD: f32 = 110.0;
/// How many sorts of entries of a log are shown.
const SORTS: usize = 12;

#[derive(Default)]
pub(super) struct State {
    leases: Field<Mac>,
    log: Field<RuleGateway>,
}

/// A pasted text and what was read in it.
struct Field<Of> {
    text: String,
    /// For whom it was read, and what was found.
    read: Option<(Vec<Of>, Pasted)>,
}

impl<Of> Default for Field<Of> {
    fn default() -> Self {
        Field { text: String::new(), read: None }
    }
}

impl<Of: Clone + PartialEq> Field<Of> {
    /// The field; what is in it is read anew when it changes.
    fn field(&mut self, ui: &mut Ui, id: &str, hint: &str, of: &[Of], read: impl Fn(&str) -> Pasted) {
        let changed = theme::code_frame(ui)
            .show(ui, |ui| {
                ScrollArea::vertical().id_salt(id).max_height(FIELD).show(ui, |ui| {
                    let field = TextEdit::multiline(&mut self.text)
                        .id_salt(id)
                        .hint_text(hint)
                        .font(TextStyle::Monospace)
                        .frame(egui::Frame::NONE)
                        .desired_rows(4)
                        .desired_width(f32::INFINITY);
                    ui.add(field).changed()
                })
            })
            .inner
            .inner;
        let stale = self.read.as_ref().is_none_or(|(before, _)| before != of);
        if self.text.trim().is_empty() {
            self.read = None;
        } else if changed || stale {
            self.read = Some((of.to_vec(), read(&self.text)));
        }
    }

    /// Takes the text as evidence, or takes it back.
    fn buttons(&mut self, ui: &mut Ui, v: &mut View<'_>, kind: TextKind) {
        if self.text.is_empty() {
            return;
        }
        if ui.button("Count as evidence").clicked() {
            v.asks.send(Command::Paste { kind, text: self.text.clone() });
        }
        if ui.button("Clear").clicked() {
            self.text.clear();
            self.read = None;
            v.asks.send(Command::Paste { kind, text: String::new() });
        }
    }
}

impl State {
    pub(super) fn leases(&mut self, ui: &mut Ui, v: &mut View<'_>, macs: &[Mac]) {
        ui.add_space(8.0);
        ui.horizontal(|ui| {
            parts::title(ui, "Read a table of leases");
            self.leases.buttons(ui, v, TextKind::Leases);
        });
        let hint = "Paste the table of leases or the ARP table here, of any machine. The gateway's line is found by its MAC.";
        let now = v.snapshot.unix_ms();
        self.leases.field(ui, "pasted leases", hint, macs, |text| pasted::leases_at(text, macs, now));
        let Some((_, table)) = &self.leases.read else { return };
        for mac in macs {
            match table.lease_of(*mac) {
                Some(lease) => lease_ui(ui, v, lease),
                None if table.named.contains(mac) => said(
                    ui,
                    Mark::Warn,
                    &format!("{mac} is named in this text, but nothing in it gives it an address."),
                ),
                None => said(
                    ui,
                    Mark::Warn,
                    &format!(
                        "{mac} is not in this text: {}, {}.",
                        many(table.counts.lines, "line"),
                        many(table.devices, "device")
                    ),
                ),
            }
        }
        for near in &table.near {
            said(
                ui,
                Mark::Note,
                &format!("{near} is there and differs in a digit or two: read the label again."),
            );
        }
        rest_ui(ui, table);
    }

    pub(super) fn log(&mut self, ui: &mut Ui, v: &mut View<'_>, gateways: &[RuleGateway]) {
        ui.add_space(8.0);
        ui.horizontal(|ui| {
            parts::title(ui, "Read a log");
            self.log.buttons(ui, v, TextKind::Log);
        });
        let macs: Vec<Mac> = gateways.iter().map(|g| g.mac).collect();
        let ips: Vec<Ipv4Addr> = gateways.iter().map(|g| g.ip).collect();
        let hint =
            "Paste lines of the log here, of any machine. Those of the gateway are told in plain words.";
        self.log.field(ui, "pasted log", hint, gateways, |text| pasted::log(text, &macs, &ips));
        let Some((_, log)) = &self.log.read else { return };
        let sorts = log.sorts();
        let head = format!("{}, {} of the gateway.", many(log.counts.lines, "line"), log.counts.of_gateway);
        parts::quiet(ui, head);
        for sort in sorts.iter().take(SORTS) {
            let mark = match sort.action {
                Action::Denied => Mark::Bad,
                Action::Allowed => Mark::Good,
                Action::Unclear => Mark::Unsure,
            };
            let times = if sort.times == 1 { String::new() } else { format!("{} times: ", sort.times) };
            said(ui, mark, &format!("{times}{} (line {})", sort.sentence, sort.line + 1));
            turn(ui, sort.who_acts);
        }
        if sorts.len() > SORTS {
            parts::quiet(ui, format!("and {} more sorts", sorts.len() - SORTS));
        }
        rest_ui(ui, log);
    }
}

fn lease_ui(ui: &mut Ui, v: &mut View<'_>, entry: &Entry) {
    let held = entry.lease.filter(|l| l.state == LeaseState::InForce).and_then(|l| l.ip);
    said(ui, if held.is_some() { Mark::Good } else { Mark::Warn }, &entry.in_plain_words());
    turn(ui, entry.who_acts());
    theme::code_frame(ui).show(ui, |ui| {
        ui.set_min_width(ui.available_width());
        ui.horizontal_wrapped(|ui| {
            parts::quiet(ui, format!("Line {}", entry.line + 1));
            ui.add(Label::new(RichText::new(&entry.shown).monospace().strong()).wrap());
        });
    });
    if entry.reading == Reading::Recognised {
        parts::quiet(ui, format!("Read as {}: {}.", entry.product, entry.message));
    }
    let (Some(ip), Some(mac)) = (held, entry.mac) else { return };
    let known = v.snapshot.gateways.iter().find(|g| g.mac == mac).and_then(|g| g.ip);
    let is_chosen = v.snapshot.chosen_gateway().is_some_and(|c| c.mac == mac);
    if known == Some(ip) {
        parts::quiet(ui, "That is the address that is known already.");
    } else if is_chosen && ui.button(format!("Take {ip} over")).clicked() {
        v.asks.send(Command::TypeIp(ip));
    }
}

/// Whose turn it is, where it is somebody's.
fn turn(ui: &mut Ui, owner: Owner) {
    if owner != Owner::Nobody {
        parts::quiet(ui, format!("It is the turn of {}.", owner.label()));
    }
}

/// Where the other lines went, and those of the gateway that could not be read.
fn rest_ui(ui: &mut Ui, read: &Pasted) {
    if let Some(why) = read.not_read() {
        said(ui, Mark::Warn, &format!("Not all of it was read: {why}."));
    }
    let c = &read.counts;
    parts::quiet(
        ui,
        format!(
            "Of {}: {} of the gateway, {} of other devices, {} that do not answer this, {} headings and the like, {} not recognised.",
            many(c.lines, "line"),
            c.of_gateway,
            c.of_others,
            c.beside,
            c.around,
            c.not_recognised
        ),
    );
    for line in read.unread.iter().take(SORTS) {
        said(ui, Mark::Unsure, &format!("Not recognised, line {}: {}", line.line + 1, line.shown));
    }
}

/// A mark and a sentence, which a screen reader says when it appears.
fn said(ui: &mut Ui, mark: Mark, sentence: &str) {
    ui.horizontal_top(|ui| {
        mark.show(ui);
        let label = ui.add(Label::new(sentence).wrap());
        parts::live(&label);
    });
}

fn many(n: usize, what: &str) -> String {
    if n == 1 { format!("1 {what}") } else { format!("{n} {what}s") }
}
