//! The text for the firewall: platform, scope, part, one click to copy. The text itself is printed by `firewall`.

use super::View;
use crate::model::rule::{PackPart, Part, RuleGateway, RuleIntent, Scope};
use crate::session::Command;
use crate::ui::state::{Ask, Route};
use crate::ui::widgets::mark::Mark;
use crate::ui::widgets::parts;
use crate::ui::{theme, words};
use egui::{ComboBox, Event, RichText, TextStyle, Ui};
use std::collections::BTreeMap;

#[derive(Default)]
pub struct State {
    /// Chosen by hand; else the one proposed from the router's maker.
    platform: Option<String>,
    scope: Option<Scope>,
    part: Option<Part>,
    /// The pack of the last intent: printing it again each frame would give the same.
    printed: Option<(String, RuleIntent, Vec<PackPart>)>,
}

/// What a rule needs and is not known.
struct Missing(&'static str);

pub fn firewall_ui(ui: &mut Ui, v: &mut View<'_>, state: &mut State) {
    theme::card(ui).show(ui, |ui| {
        ui.set_min_width(ui.available_width());
        ui.label(RichText::new("Text for the firewall").text_style(TextStyle::Heading));
        parts::quiet(ui, "For the person who runs the firewall. Nothing is changed from here.");
        ui.add_space(6.0);
        let platform = chosen_platform(v, state);
        choosers(ui, v, state, &platform);
        ui.add_space(6.0);
        match intent(v, state) {
            Err(Missing(what)) => missing(ui, v, what),
            Ok(intent) => {
                print(v, state, &platform, intent);
                pack_ui(ui, v, state);
            }
        }
    });
}

fn chosen_platform(v: &View<'_>, state: &State) -> String {
    let f = &v.snapshot.firewall;
    let known = |id: &String| v.sources.firewall.platforms.iter().any(|(p, _)| p == id);
    let in_snapshot = Some(f.platform.clone()).filter(|p| !p.is_empty());
    [state.platform.clone(), in_snapshot, f.proposed.clone()]
        .into_iter()
        .flatten()
        .find(known)
        .or_else(|| v.sources.firewall.platforms.first().map(|(id, _)| id.clone()))
        .unwrap_or_default()
}

fn platform_name(v: &View<'_>, id: &str) -> String {
    let found = v.sources.firewall.platforms.iter().find(|(p, _)| p == id);
    found.map_or_else(|| id.to_owned(), |(_, name)| name.clone())
}

fn chosen_scope(v: &View<'_>, state: &State) -> Scope {
    state.scope.unwrap_or(v.snapshot.firewall.scope)
}

fn choosers(ui: &mut Ui, v: &mut View<'_>, state: &mut State, platform: &str) {
    let scope = chosen_scope(v, state);
    ui.horizontal_wrapped(|ui| {
        let label = parts::key(ui, "Platform");
        let combo = ComboBox::from_id_salt("platform")
            .width(240.0)
            .selected_text(platform_name(v, platform))
            .show_ui(ui, |ui| {
                for (id, name) in &v.sources.firewall.platforms {
                    if ui.selectable_label(id == platform, name).clicked() && id != platform {
                        state.platform = Some(id.clone());
                        v.asks.send(Command::SetFirewall { platform: id.clone(), scope });
                    }
                }
            });
        combo.response.labelled_by(label.id);
        if v.snapshot.firewall.proposed.as_deref() == Some(platform) {
            let why = &v.snapshot.firewall.proposed_because;
            parts::quiet(ui, format!("Proposed: {why}"));
        }
    });
    ui.horizontal_wrapped(|ui| {
        parts::key(ui, "Destination");
        for choice in Scope::ALL {
            if ui.radio(choice == scope, words::scope(choice)).clicked() && choice != scope {
                state.scope = Some(choice);
                v.asks.send(Command::SetFirewall { platform: platform.to_owned(), scope: choice });
            }
        }
    });
    if scope == Scope::NamedHosts {
        let cloud = &v.profile.cloud;
        parts::quiet(
            ui,
            format!(
                "The addresses were documented in {} and may grow: such a rule has to be kept up.",
                cloud.documented_as_of
            ),
        );
    }
}

fn intent(v: &View<'_>, state: &State) -> Result<RuleIntent, Missing> {
    let Some(gateway) = v.snapshot.chosen_gateway() else {
        return Err(Missing("The gateway's MAC and IP address are not known yet."));
    };
    let Some(ip) = gateway.ip else {
        return Err(Missing("The gateway's IP address is not known yet; a rule needs it."));
    };
    let cloud = &v.profile.cloud;
    Ok(RuleIntent {
        gateways: vec![RuleGateway { mac: gateway.mac, ip }],
        words: BTreeMap::new(),
        version: String::new(),
        site: v.snapshot.site.clone(),
        scope: chosen_scope(v, state),
        ports: cloud.ports.clone(),
        hosts: cloud.hosts.clone(),
        addresses: cloud.documented_addresses.clone(),
        addresses_as_of: cloud.documented_as_of.clone(),
        log: true,
    })
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
    let fresh = matches!(&state.printed, Some((p, i, _)) if p == platform && *i == intent);
    if !fresh {
        let parts = (v.sources.firewall.pack)(platform, &intent);
        state.printed = Some((platform.to_owned(), intent, parts));
    }
}

fn pack_ui(ui: &mut Ui, v: &mut View<'_>, state: &mut State) {
    let Some((_, intent, pack)) = &state.printed else { return };
    if pack.is_empty() {
        ui.label("This platform has no text yet. Hand over the words of the report instead.");
        return;
    }
    let part = state.part.filter(|p| pack.iter().any(|k| k.part == *p)).unwrap_or(pack[0].part);
    let mut clicked = None;
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = 2.0;
        for choice in pack {
            let chosen = choice.part == part;
            if ui.selectable_label(chosen, choice.part.title()).clicked() {
                clicked = Some(choice.part);
            }
        }
    });
    let Some(shown) = pack.iter().find(|k| k.part == part) else { return };
    ui.add_space(2.0);
    ui.horizontal_wrapped(|ui| {
        parts::copy(ui, v.copied, v.asks, "Copy", shown.part.word(), || shown.text.clone());
        parts::copy(ui, v.copied, v.asks, "Copy all parts", "all", || everything(pack));
        parts::quiet(ui, format!("For {}, {}", who(intent), shown.checked.label()));
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
    if clicked.is_some() {
        state.part = clicked;
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
