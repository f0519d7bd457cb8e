//! The text for the firewall: platform, scope, part, one click to copy; and what comes back from it, read. The text itself
//! is printed by `firewall`.
//!
//! | file | job |
//! |---|---|
//! | `choose` | platform, version, scope, gateways, the site's own words |
//! | `readers` | a pasted table of leases, a pasted log |

mod choose;
mod readers;

use super::View;
use crate::firewall;
use crate::model::Mac;
use crate::model::rule::{PackPart, Part, RuleChoice, RuleGateway, RuleIntent};
use crate::ui::state::{Ask, Route};
use crate::ui::theme;
use crate::ui::widgets::mark::Mark;
use crate::ui::widgets::parts;
use egui::{Event, Label, RichText, ScrollArea, TextStyle, Ui};

/// What the tabs show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tab {
    Part(Part),
    ChangeRequest,
}

#[derive(Default)]
pub struct State {
    /// What was chosen by hand; else what the session says.
    chosen: Option<RuleChoice>,
    chooser: choose::State,
    tab: Option<Tab>,
    readers: readers::State,
    /// The pack of the last intent: printing it again each frame would give the same.
    printed: Option<Printed>,
}

/// What was printed, and for what.
struct Printed {
    platform: String,
    intent: RuleIntent,
    pack: Vec<PackPart>,
    change_request: String,
}

/// What a rule needs and is not known.
struct Missing(&'static str);

pub fn firewall_ui(ui: &mut Ui, v: &mut View<'_>, state: &mut State) {
    theme::card(ui).show(ui, |ui| {
        ui.set_min_width(ui.available_width());
        ui.label(RichText::new("Text for the firewall").text_style(TextStyle::Heading));
        parts::quiet(ui, "For the person who runs the firewall. Nothing is changed from here.");
        ui.add_space(6.0);
        let mut choice = state.chosen.clone().unwrap_or_else(|| v.snapshot.firewall.choice.clone());
        let mut platform = choose::platform(v, &choice);
        // what was chosen is shown in this frame already
        if let Some(new) = choose::choosers(ui, v, &mut state.chooser, &choice, &platform) {
            v.asks.send(crate::session::Command::SetFirewall(new.clone()));
            platform = choose::platform(v, &new);
            choice.clone_from(&new);
            state.chosen = Some(new);
        }
        ui.add_space(6.0);
        match intent(v, &choice) {
            Err(Missing(what)) => {
                missing(ui, v, what);
                // the MAC is enough to find the address in what a DHCP server shows
                let macs: Vec<Mac> = v.snapshot.chosen_gateway().map(|g| g.mac).into_iter().collect();
                if !macs.is_empty() {
                    state.readers.leases(ui, v, &macs);
                }
            }
            Ok(intent) => {
                print(v, state, &platform, intent);
                pack_ui(ui, v, state);
            }
        }
    });
}

/// The gateways with an address: the chosen one, or all of them.
fn gateways(v: &View<'_>, choice: &RuleChoice) -> Vec<RuleGateway> {
    choice.gateways(v.snapshot.chosen_gateway(), &v.snapshot.gateways)
}

fn intent(v: &View<'_>, choice: &RuleChoice) -> Result<RuleIntent, Missing> {
    if v.snapshot.chosen_gateway().is_none() {
        return Err(Missing("The gateway's MAC and IP address are not known yet."));
    }
    let gateways = gateways(v, choice);
    if gateways.is_empty() {
        return Err(Missing("The gateway's IP address is not known yet; a rule needs it."));
    }
    Ok(crate::session::intent(v.profile, gateways, &v.snapshot.site, choice))
}

fn missing(ui: &mut Ui, v: &mut View<'_>, what: &str) {
    theme::notice(ui).show(ui, |ui| {
        ui.set_min_width(ui.available_width());
        ui.horizontal_wrapped(|ui| {
            Mark::Warn.show(ui);
            ui.label(RichText::new(what).text_style(theme::strong_style()));
        });
        ui.label(
            "Run \u{201c}Find and check\u{201d}, or type the MAC printed on the bottom of the box and the IP address that the DHCP server gave it.",
        );
        if v.narrow && ui.button("Type it in").clicked() {
            v.asks.go(Route::Gateways);
        }
    });
}

fn print(v: &View<'_>, state: &mut State, platform: &str, intent: RuleIntent) {
    let fresh = state.printed.as_ref().is_some_and(|p| p.platform == platform && p.intent == intent);
    if !fresh {
        let pack = (v.sources.firewall.pack)(platform, &intent);
        let change_request = firewall::platform(platform)
            .and_then(|p| firewall::change_request(p, &intent).ok())
            .map(|r| firewall::as_markdown(&r))
            .unwrap_or_default();
        state.printed = Some(Printed { platform: platform.to_owned(), intent, pack, change_request });
    }
}

fn pack_ui(ui: &mut Ui, v: &mut View<'_>, state: &mut State) {
    let State { printed: Some(printed), tab, readers, .. } = state else { return };
    let Some(first) = printed.pack.first() else {
        ui.label("This platform has no text yet. Hand over the words of the report instead.");
        return;
    };
    let is_there = |t: &Tab| match t {
        Tab::Part(part) => printed.pack.iter().any(|k| k.part == *part),
        Tab::ChangeRequest => !printed.change_request.is_empty(),
    };
    let mut shown = tab.filter(is_there).unwrap_or(Tab::Part(first.part));
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = egui::vec2(2.0, 2.0);
        ui.spacing_mut().button_padding.x = 7.0;
        let parts = printed.pack.iter().map(|k| (Tab::Part(k.part), k.part.title()));
        let request = (!printed.change_request.is_empty()).then_some((Tab::ChangeRequest, "Change request"));
        for (choice, title) in parts.chain(request) {
            if ui.selectable_label(choice == shown, title).clicked() {
                (*tab, shown) = (Some(choice), choice);
            }
        }
    });
    ui.add_space(2.0);
    match shown {
        Tab::ChangeRequest => change_request_ui(ui, v, printed),
        Tab::Part(part) => {
            let Some(k) = printed.pack.iter().find(|k| k.part == part) else { return };
            part_ui(ui, v, printed, k);
            match part {
                Part::FindLease => {
                    let macs: Vec<Mac> = printed.intent.gateways.iter().map(|g| g.mac).collect();
                    readers.leases(ui, v, &macs);
                }
                Part::SeeDenied => readers.log(ui, v, &printed.intent.gateways),
                _ => {}
            }
        }
    }
}

fn part_ui(ui: &mut Ui, v: &mut View<'_>, printed: &Printed, shown: &PackPart) {
    ui.horizontal_wrapped(|ui| {
        parts::copy(ui, v.copied, v.asks, "Copy", shown.part.word(), || shown.text.clone());
        parts::copy(ui, v.copied, v.asks, "Copy all parts", "all", || everything(&printed.pack));
        parts::quiet(ui, format!("For {}, {}", who(&printed.intent), shown.checked.label()));
    });
    parts::code(ui, shown.part.word(), &shown.text, 420.0);
    if !shown.notes.is_empty() {
        ui.add_space(4.0);
        ui.label(RichText::new("Notes").text_style(theme::strong_style()));
        parts::lines(ui, &shown.notes);
    }
    if copy_pressed(ui) {
        v.asks.0.push(Ask::Copy { what: shown.part.word().to_owned(), text: shown.text.clone() });
    }
}

/// The page for whoever has to approve the rule, as it goes into a ticket.
fn change_request_ui(ui: &mut Ui, v: &mut View<'_>, printed: &Printed) {
    const WHAT: &str = "change-request";
    ui.horizontal_wrapped(|ui| {
        parts::copy(ui, v.copied, v.asks, "Copy", WHAT, || printed.change_request.clone());
        parts::quiet(
            ui,
            format!(
                "For {}: one page for a ticket, as Markdown. The report has it too.",
                who(&printed.intent)
            ),
        );
    });
    theme::code_frame(ui).show(ui, |ui| {
        ui.set_min_width(ui.available_width());
        ScrollArea::vertical().id_salt(WHAT).max_height(520.0).show(ui, |ui| {
            // a page to read: its sentences are wrapped, unlike what is pasted into a machine
            ui.add(Label::new(RichText::new(&printed.change_request).monospace()).wrap());
        });
    });
    if copy_pressed(ui) {
        v.asks.0.push(Ask::Copy { what: WHAT.to_owned(), text: printed.change_request.clone() });
    }
}

/// The gateway, or how many there are.
fn who(intent: &RuleIntent) -> String {
    match intent.gateways.as_slice() {
        [g] => format!("{} at {}", g.mac, g.ip),
        all => format!("{} gateways", all.len()),
    }
}

/// All parts, each under its title, in the order of the tabs.
fn everything(pack: &[PackPart]) -> String {
    let parts: Vec<String> =
        pack.iter().map(|k| format!("== {} ==\n{}", k.part.title(), k.text.trim_end())).collect();
    parts.join("\n\n") + "\n"
}

/// Ctrl+C, when neither selected text nor a text field is meant.
fn copy_pressed(ui: &Ui) -> bool {
    let ctx = ui.ctx();
    let pressed = ui.input(|i| i.events.iter().any(|e| matches!(e, Event::Copy)));
    pressed
        && !ctx.plugin::<egui::text_selection::LabelSelectionState>().lock().has_selection()
        && ctx.memory(|m| m.focused()).is_none_or(|id| egui::TextEdit::load_state(ctx, id).is_none())
}
