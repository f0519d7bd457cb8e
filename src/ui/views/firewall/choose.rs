//! What the text is for: the platform, found by its name, its version, what it can do; how wide the rule is, for which
//! gateways, and this site's own words for what the text leaves open.

use super::{View, gateways};
use crate::firewall;
use crate::model::rule::{RuleChoice, Scope};
use crate::ui::widgets::mark::Mark;
use crate::ui::widgets::parts;
use crate::ui::{theme, words};
use egui::{ComboBox, Key, PopupCloseBehavior, Response, RichText, TextEdit, Ui};
use std::collections::BTreeMap;

/// Height of the list of platforms, in points.
const LIST: f32 = 320.0;
/// Width of a field for a word, in points.
const WORD: f32 = 170.0;
/// Below this width, in points, the fields are narrower so that a row stays one.
const NARROW: f32 = 560.0;
/// From this width on, in points, platform and version stand side by side.
const ONE_ROW: f32 = 520.0;

#[derive(Default)]
pub(super) struct State {
    /// What is looked for in the list of platforms.
    search: String,
    /// Words as they are typed, by platform and key: they reach the text when they are fit for it.
    typed: BTreeMap<(String, &'static str), String>,
}

/// The platform in force: the chosen one, the one of the session, the proposed one, the first.
pub(super) fn platform(v: &View<'_>, choice: &RuleChoice) -> String {
    let f = &v.snapshot.firewall;
    let known = |id: &String| v.sources.firewall.platforms.iter().any(|(p, _)| p == id);
    let in_snapshot = Some(f.platform.clone()).filter(|p| !p.is_empty());
    [choice.platform.clone(), in_snapshot, f.proposed.clone()]
        .into_iter()
        .flatten()
        .find(known)
        .or_else(|| v.sources.firewall.platforms.first().map(|(id, _)| id.clone()))
        .unwrap_or_default()
}

/// All choosers; `Some` when something was chosen.
pub(super) fn choosers(
    ui: &mut Ui,
    v: &View<'_>,
    state: &mut State,
    choice: &RuleChoice,
    platform: &str,
) -> Option<RuleChoice> {
    let mut new = choice.clone();
    platform_row(ui, v, state, platform, &mut new);
    if let Some(known) = firewall::platform(platform) {
        let capabilities = known.capabilities();
        parts::quiet(ui, capabilities.in_a_line()).on_hover_ui(|ui| {
            for (what, how) in capabilities.in_words() {
                parts::fact(ui, what, RichText::new(how));
            }
        });
    }
    scope_row(ui, v, &mut new);
    gateways_row(ui, v, &mut new);
    words_ui(ui, state, platform, &mut new);
    (new != *choice).then_some(new)
}

fn platform_row(ui: &mut Ui, v: &View<'_>, state: &mut State, platform: &str, new: &mut RuleChoice) {
    let platforms = &v.sources.firewall.platforms;
    let name = platforms.iter().find(|(id, _)| id == platform).map_or(platform, |(_, name)| name);
    let one_row = ui.available_width() >= ONE_ROW;
    ui.horizontal_wrapped(|ui| {
        let label = parts::key(ui, "Platform");
        let combo = ComboBox::from_id_salt("platform")
            .width(if ui.available_width() < NARROW { 200.0 } else { 300.0 })
            .truncate()
            .height(LIST)
            .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
            .selected_text(name)
            .show_ui(ui, |ui| {
                let opened = ui.add(
                    TextEdit::singleline(&mut state.search).hint_text("Search").desired_width(f32::INFINITY),
                );
                if !ui.memory(|m| m.focused().is_some_and(|id| id == opened.id)) && state.search.is_empty() {
                    opened.request_focus();
                }
                let found: Vec<&(String, String)> =
                    platforms.iter().filter(|(id, name)| is_meant(&state.search, id, name)).collect();
                let entered = ui.input(|i| i.key_pressed(Key::Enter));
                let mut picked =
                    found.first().filter(|_| entered && !state.search.trim().is_empty()).copied();
                for entry in &found {
                    if ui.selectable_label(entry.0 == platform, &entry.1).clicked() {
                        picked = Some(entry);
                    }
                }
                if found.is_empty() {
                    let left = egui::Layout::top_down(egui::Align::LEFT);
                    ui.with_layout(left, |ui| {
                        parts::quiet(ui, "None of that name. \u{201c}Any other firewall\u{201d} says the rule in plain words.")
                    });
                }
                if let Some((id, _)) = picked {
                    if id != platform {
                        new.platform = Some(id.clone());
                        new.version.clear();
                        // a zone of one platform is no interface of another
                        new.words = typed_words(&state.typed, id);
                    }
                    state.search.clear();
                    ui.close();
                }
            });
        combo.response.labelled_by(label.id);
        if one_row {
            version(ui, platform, new, |ui| {
                ui.label(RichText::new("Version").text_style(theme::strong_style()))
            });
        }
    });
    if !one_row {
        ui.horizontal_wrapped(|ui| version(ui, platform, new, |ui| parts::key(ui, "Version")));
    }
    let f = &v.snapshot.firewall;
    if f.proposed.as_deref() == Some(platform) && !f.proposed_because.is_empty() {
        parts::quiet(ui, format!("Proposed: {}", f.proposed_because));
    }
}

/// What was typed for this platform before, as far as it is fit for its text.
fn typed_words(typed: &BTreeMap<(String, &'static str), String>, id: &str) -> BTreeMap<String, String> {
    let placeholders = firewall::platform(id).map_or(&[][..], firewall::Platform::placeholders);
    let word = |p: &firewall::Placeholder| {
        let word = typed.get(&(id.to_owned(), p.key))?.trim();
        let fit = !word.is_empty() && fits(word, p.word.split(' ').count());
        fit.then(|| (p.key.to_owned(), word.to_owned()))
    };
    placeholders.iter().filter_map(word).collect()
}

/// Whether somebody who typed this looks for that platform: every word is somewhere in its name.
fn is_meant(search: &str, id: &str, name: &str) -> bool {
    let entry = format!("{id} {name}").to_lowercase();
    search.to_lowercase().split_whitespace().all(|word| entry.contains(word))
}

fn version(ui: &mut Ui, platform: &str, new: &mut RuleChoice, label: impl FnOnce(&mut Ui) -> Response) {
    let Some(known) = firewall::platform(platform).filter(|p| !p.about().releases.is_empty()) else { return };
    let releases = known.about().releases;
    let Some(now) = known.release(&new.version).or_else(|| known.release("")) else { return };
    let label = label(ui);
    let combo = ComboBox::from_id_salt("version").width(150.0).selected_text(now.means).show_ui(ui, |ui| {
        for release in releases {
            if ui.selectable_label(*release == now, release.means).clicked() && *release != now {
                new.version = release.id.to_owned();
            }
        }
    });
    combo.response.labelled_by(label.id);
}

fn scope_row(ui: &mut Ui, v: &View<'_>, new: &mut RuleChoice) {
    ui.horizontal_wrapped(|ui| {
        parts::key(ui, "Destination");
        for choice in Scope::ALL {
            ui.radio_value(&mut new.scope, choice, words::scope(choice));
        }
    });
    if new.scope == Scope::NamedHosts {
        let as_of = &v.profile.cloud.documented_as_of;
        parts::quiet(
            ui,
            format!("The addresses were documented in {as_of} and may grow: such a rule has to be kept up."),
        );
    }
}

/// Where there are several gateways: one rule for all of them, or for the chosen one.
fn gateways_row(ui: &mut Ui, v: &View<'_>, new: &mut RuleChoice) {
    let all = gateways(v, &RuleChoice { all_gateways: true, ..RuleChoice::default() }).len();
    if all < 2 {
        return;
    }
    ui.horizontal_wrapped(|ui| {
        parts::key(ui, "Gateways");
        ui.radio_value(&mut new.all_gateways, false, "The chosen one");
        ui.radio_value(
            &mut new.all_gateways,
            true,
            format!("All {all} with an address, in one group and one rule"),
        );
    });
}

/// A field for each word that the text leaves open. What is not filled in stays marked as one to check.
fn words_ui(ui: &mut Ui, state: &mut State, platform: &str, new: &mut RuleChoice) {
    let placeholders = firewall::platform(platform).map_or(&[][..], firewall::Platform::placeholders);
    if placeholders.is_empty() {
        return;
    }
    let said = placeholders.iter().filter(|p| new.words.contains_key(p.key)).count();
    let note = match (said, placeholders.len()) {
        (0, n) => format!("{n} to check"),
        (said, n) => format!("{said} of {n} filled in"),
    };
    let row = parts::Row {
        id: egui::Id::unique("site words"),
        open_at_first: false,
        mark: if said == placeholders.len() { Mark::Good } else { Mark::Note },
        title: "Words of this site",
        note: &note,
    };
    parts::disclosure(ui, &row, |ui| {
        parts::quiet(ui, "An empty field keeps the usual word, and the text says that it has to be checked.");
        for p in placeholders {
            let typed = state
                .typed
                .entry((platform.to_owned(), p.key))
                .or_insert_with(|| new.words.get(p.key).cloned().unwrap_or_default());
            let words = p.word.split(' ').count();
            ui.horizontal_top(|ui| {
                let label = parts::key(ui, p.key);
                let field = ui.add(TextEdit::singleline(typed).hint_text(p.word).desired_width(WORD));
                field.labelled_by(label.id);
                if fits(typed, words) {
                    ui.vertical(|ui| parts::quiet(ui, p.means));
                    return;
                }
                Mark::Warn.show(ui);
                let many = if words == 1 { "One word".to_owned() } else { format!("{words} words") };
                let what = format!("{many} of letters, digits and . _ : / -, at most 31 of them each.");
                ui.vertical(|ui| ui.add(egui::Label::new(what).wrap()));
            });
            // what is not fit leaves the text as it was
            match typed.trim() {
                "" => drop(new.words.remove(p.key)),
                word if fits(word, words) => drop(new.words.insert(p.key.to_owned(), word.to_owned())),
                _ => {}
            }
        }
    });
}

/// Whether what was typed can stand for so many words of a text; nothing can.
fn fits(typed: &str, words: usize) -> bool {
    let typed = typed.trim();
    typed.is_empty() || typed.split(' ').count() == words && typed.split(' ').all(firewall::is_word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_platform_is_found_by_any_words_of_its_name() {
        for search in ["", "forti", "FORTINET gate", " fortios "] {
            assert!(is_meant(search, "fortigate", "Fortinet FortiGate (FortiOS)"), "{search}");
        }
        assert!(!is_meant("forti cisco", "fortigate", "Fortinet FortiGate (FortiOS)"));
    }
}
