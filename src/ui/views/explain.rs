//! A finding explained: what it means, the evidence with basis, source and age, the next step, the proof.

use super::View;
use crate::model::finding::{Finding, Possible};
use crate::ui::widgets::mark::Mark;
use crate::ui::widgets::parts::{self, Row};
use crate::ui::{theme, words};
use egui::{Id, Label, RichText, TextStyle, Ui};

/// Every finding, the first one first.
pub fn findings_ui(ui: &mut Ui, v: &mut View<'_>) {
    parts::title(ui, "What was found");
    ui.add_space(2.0);
    let snapshot = v.snapshot.clone();
    for (n, finding) in snapshot.findings.iter().enumerate() {
        let note =
            format!("{}, turn of {}", words::level(finding.level).to_lowercase(), finding.owner.label());
        let row = Row {
            id: Id::unique(("finding", n, finding.code)),
            open_at_first: false,
            mark: Mark::from(finding.level),
            title: &finding.title,
            note: &note,
        };
        parts::disclosure(ui, &row, |ui| finding_ui(ui, v, finding, "finding"));
    }
}

/// One finding in full; `place` tells its copy button from the same finding's elsewhere on the page.
pub fn finding_ui(ui: &mut Ui, v: &mut View<'_>, finding: &Finding, place: &str) {
    section(ui, "What it means", &finding.meaning);
    if !finding.evidence.is_empty() {
        head(ui, "How it is known");
        for e in &finding.evidence {
            let p = theme::palette(ui);
            ui.horizontal_top(|ui| {
                ui.label("\u{2013}");
                ui.vertical(|ui| {
                    ui.spacing_mut().item_spacing.y = 1.0;
                    ui.add(Label::new(&e.text).wrap());
                    let origin = format!(
                        "{}, from {}, {}",
                        words::sentence(words::known_by(e)),
                        e.source,
                        words::age(e.age_ms)
                    );
                    ui.label(RichText::new(origin).text_style(TextStyle::Small).color(p.quiet));
                });
            });
        }
    }
    section(ui, "What it could also be", &could_also_be(finding));
    section(ui, "Next step", &finding.next_step);
    section(ui, "How to prove that it is fixed", &finding.proof);
    section(ui, "What was not tested", &finding.not_tested);
    if !finding.hides.is_empty() {
        let codes: Vec<&str> = finding.hides.iter().map(|c| c.code()).collect();
        parts::quiet(ui, format!("Not shown, since it follows from this: {}", codes.join(", ")));
    }
    parts::quiet(ui, format!("Code: {}", finding.code));
    let what = format!("{place} {}", finding.code);
    parts::copy(ui, v.copied, v.asks, "Copy this explanation", &what, || as_text(finding));
}

/// The finding as plain text, for a mail or a ticket.
fn as_text(finding: &Finding) -> String {
    let mut text = format!("{}\n\n{}\n", finding.title, finding.meaning);
    if !finding.evidence.is_empty() {
        text.push_str("\nHow it is known:\n");
    }
    for e in &finding.evidence {
        text.push_str(&format!(
            "- {} ({}, from {}, {})\n",
            e.text,
            words::known_by(e),
            e.source,
            words::age(e.age_ms)
        ));
    }
    for (key, value) in [
        ("What it could also be", could_also_be(finding).as_str()),
        ("Whose turn", finding.owner.label()),
        ("Next step", &finding.next_step),
        ("How to prove that it is fixed", &finding.proof),
        ("What was not tested", &finding.not_tested),
        ("Code", finding.code.code()),
    ] {
        if !value.is_empty() {
            text.push_str(&format!("\n{key}: {value}"));
        }
    }
    text.push('\n');
    text
}

/// The causes that would look the same, a line each, with the test that splits them.
fn could_also_be(finding: &Finding) -> String {
    finding.possible.iter().map(Possible::line).collect::<Vec<_>>().join("\n")
}

fn head(ui: &mut Ui, text: &str) {
    ui.add_space(3.0);
    ui.label(RichText::new(text).text_style(theme::strong_style()));
}

fn section(ui: &mut Ui, title: &str, text: &str) {
    if !text.is_empty() {
        head(ui, title);
        ui.add(Label::new(text).wrap());
    }
}
