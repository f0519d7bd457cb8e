//! Small parts that several views share: buttons, disclosure rows, text to paste, notices.

use super::mark::Mark;
use crate::model::snapshot::Limit;
use crate::ui::state::{Ask, Asks, Copied};
use crate::ui::theme;
use egui::collapsing_header::CollapsingState;
use egui::{
    Button, Id, Label, Response, RichText, ScrollArea, Sense, Stroke, TextStyle, Ui, Widget, WidgetInfo,
    pos2, vec2,
};
use std::time::Duration;

/// Seconds that a copy button says "Copied".
const COPIED_FOR: f64 = 4.0;

/// The one button that matters on a screen.
pub fn primary(ui: &mut Ui, text: &str, size: [f32; 2], style: TextStyle) -> Response {
    let p = theme::palette(ui);
    let response = ui
        .scope(|ui| {
            let w = &mut ui.visuals_mut().widgets;
            for (state, fill) in [
                (&mut w.inactive, p.accent),
                (&mut w.hovered, p.accent_hover),
                (&mut w.active, p.accent_hover),
            ] {
                state.weak_bg_fill = fill;
                state.bg_stroke = Stroke::NONE;
                state.fg_stroke = Stroke::new(1.5, p.on_accent);
            }
            let text = RichText::new(text).text_style(style).color(p.on_accent);
            Button::new(text).min_size(size.into()).ui(ui)
        })
        .inner;
    focus_ring(ui, &response);
    response
}

/// Shows where the keyboard is, for what has no frame of its own to show it.
pub fn focus_ring(ui: &Ui, response: &Response) {
    if response.has_focus() {
        let p = theme::palette(ui);
        ui.painter().rect_stroke(
            response.rect.expand(3.0),
            8.0,
            Stroke::new(2.0, p.text),
            egui::StrokeKind::Middle,
        );
    }
}

/// A button that copies `text` and then says so; `what` tells one button of a page from another.
pub fn copy(
    ui: &mut Ui,
    copied: &Copied,
    asks: &mut Asks,
    label: &str,
    what: &str,
    text: impl FnOnce() -> String,
) {
    let now = ui.input(|i| i.time);
    let age = now - copied.at;
    let fresh = copied.what == what && (0.0..COPIED_FOR).contains(&age);
    if fresh {
        ui.ctx().request_repaint_after(Duration::from_secs_f64(COPIED_FOR - age + 0.01));
    }
    let p = theme::palette(ui);
    let shown = if fresh { RichText::new("Copied").color(p.good) } else { RichText::new(label) };
    let button = ui.add(Button::new(shown).min_size(vec2(84.0, 0.0)));
    if fresh {
        live(&button);
    }
    if button.clicked() {
        asks.0.push(Ask::Copy { what: what.to_owned(), text: text() });
    }
}

/// Says something to a screen reader when it changes.
pub fn live(response: &Response) {
    response.ctx.accesskit_node_builder(response.id, |node| node.set_live(egui::accesskit::Live::Polite));
}

/// Quiet small text.
pub fn quiet(ui: &mut Ui, text: impl Into<String>) -> Response {
    let p = theme::palette(ui);
    ui.add(Label::new(RichText::new(text).text_style(TextStyle::Small).color(p.quiet)).wrap())
}

/// The title of a card.
pub fn title(ui: &mut Ui, text: &str) -> Response {
    ui.label(RichText::new(text).text_style(theme::title_style()))
}

/// A key in a column of its own and what belongs to it.
pub fn fact(ui: &mut Ui, key: &str, text: RichText) -> Response {
    let p = theme::palette(ui);
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = 0.0;
        let height = ui.text_style_height(&TextStyle::Body);
        let layout = egui::Layout::left_to_right(egui::Align::Min);
        ui.allocate_ui_with_layout(vec2(theme::size::KEY, height), layout, |ui| {
            ui.set_min_width(theme::size::KEY);
            ui.label(RichText::new(key).color(p.quiet));
        });
        ui.add(Label::new(text).wrap())
    })
    .inner
}

/// Running text: rows as high as the text, not as a button.
pub fn flow<R>(ui: &mut Ui, add: impl FnOnce(&mut Ui) -> R) -> R {
    ui.scope(|ui| {
        ui.spacing_mut().interact_size.y = 0.0;
        ui.horizontal_wrapped(add).inner
    })
    .inner
}

/// The words before a field, in a column.
pub fn key(ui: &mut Ui, text: &str) -> Response {
    let height = ui.spacing().interact_size.y;
    let layout = egui::Layout::left_to_right(egui::Align::Center);
    ui.allocate_ui_with_layout(vec2(theme::size::KEY, height), layout, |ui| {
        ui.set_min_width(theme::size::KEY);
        ui.label(RichText::new(text).text_style(theme::strong_style()))
    })
    .inner
}

/// What a disclosure row shows.
pub struct Row<'a> {
    pub id: Id,
    pub open_at_first: bool,
    pub mark: Mark,
    pub title: &'a str,
    /// A word for the mark, then anything else, at the right.
    pub note: &'a str,
}

/// A row over the whole width that opens what is below it. Returns the row's response.
pub fn disclosure(ui: &mut Ui, row: &Row<'_>, body: impl FnOnce(&mut Ui)) -> Response {
    let mut state = CollapsingState::load_with_default_open(ui.ctx(), row.id, row.open_at_first);
    let p = theme::palette(ui);
    let (width, left) = (ui.available_width(), 44.0);
    let note =
        ui.painter().layout(row.note.to_owned(), TextStyle::Small.resolve(ui.style()), p.quiet, width * 0.46);
    let title = ui.painter().layout(
        row.title.to_owned(),
        theme::strong_style().resolve(ui.style()),
        p.text,
        (width - left - note.size().x - 24.0).max(90.0),
    );
    let height = (title.size().y.max(note.size().y) + 14.0).max(38.0);
    let (rect, response) = ui.allocate_exact_size(vec2(width, height), Sense::click());
    if response.clicked() {
        state.toggle(ui);
    }
    let open = state.is_open();
    let spoken = format!("{}: {}", row.title, row.note);
    response.widget_info(|| WidgetInfo::labeled(egui::Role::Button, true, &spoken));
    response.ctx.accesskit_node_builder(response.id, |node| node.set_expanded(open));
    if ui.is_rect_visible(rect) {
        let painter = ui.painter();
        if response.hovered() || response.has_focus() {
            painter.rect(
                rect,
                6.0,
                p.code,
                Stroke::new(if response.has_focus() { 2.0 } else { 0.0 }, p.accent),
                egui::StrokeKind::Inside,
            );
        }
        triangle(painter, pos2(rect.left() + 11.0, rect.center().y), open, p.quiet);
        let mark = egui::Rect::from_center_size(pos2(rect.left() + 31.0, rect.center().y), vec2(16.0, 16.0));
        row.mark.paint(painter, mark, row.mark.colour(ui), p.card);
        painter.galley(pos2(rect.left() + left, rect.center().y - title.size().y / 2.0), title, p.text);
        let at = pos2(rect.right() - note.size().x - 8.0, rect.center().y - note.size().y / 2.0);
        painter.galley(at, note, p.quiet);
    }
    state.store(ui.ctx());
    if open {
        egui::Frame::new()
            .inner_margin(egui::Margin { left: left as i8, right: 8, top: 2, bottom: 10 })
            .show(ui, |ui| {
                ui.set_min_width(ui.available_width());
                body(ui);
            });
    }
    response
}

fn triangle(painter: &egui::Painter, c: egui::Pos2, open: bool, colour: egui::Color32) {
    let d = 4.5;
    let points = if open {
        vec![c + vec2(-d, -d * 0.6), c + vec2(d, -d * 0.6), c + vec2(0.0, d * 0.8)]
    } else {
        vec![c + vec2(-d * 0.6, -d), c + vec2(d * 0.8, 0.0), c + vec2(-d * 0.6, d)]
    };
    painter.add(egui::Shape::convex_polygon(points, colour, Stroke::NONE));
}

/// Text to paste: monospace, selectable, never wrapped, scrolled where it is too wide.
pub fn code(ui: &mut Ui, id: &str, text: &str, height: f32) {
    theme::code_frame(ui).show(ui, |ui| {
        ui.set_min_width(ui.available_width());
        ScrollArea::both().id_salt(id).max_height(height).auto_shrink([false, true]).show(ui, |ui| {
            ui.add(Label::new(RichText::new(text).monospace()).extend());
        });
    });
}

/// Something that could not be done: what, why, advice. Calm: it is no fault of the network.
pub fn limit(ui: &mut Ui, limit: &Limit) {
    ui.horizontal_top(|ui| {
        Mark::Note.show(ui);
        ui.vertical(|ui| {
            ui.add(Label::new(RichText::new(&limit.what).text_style(theme::strong_style())).wrap());
            ui.add(Label::new(&limit.why).wrap());
            if !limit.advice.is_empty() {
                quiet(ui, &limit.advice);
            }
        });
    });
}

/// A list of lines with a dash before each.
pub fn lines(ui: &mut Ui, lines: &[String]) {
    for line in lines {
        ui.horizontal_top(|ui| {
            ui.label("\u{2013}");
            ui.add(Label::new(line).wrap());
        });
    }
}
