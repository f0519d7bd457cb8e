//! The lamp: the set of states that the LED may be in, as a round lamp that blinks like the box.
//!
//! Each state has its own shape besides its colour: a bar for solid red, rays for blinking red, a tick for solid green,
//! an empty ring for dark, a question mark for unknown. One state fills the lamp, two share it, more are grey.
//! A frame is asked for only at the next edge of a blinking lamp that can be seen.

use crate::model::{LedSet, LedState};
use crate::profile::Blink;
use crate::ui::{theme, words};
use egui::{
    Align, Color32, Label, Layout, Painter, Pos2, Response, Role, Sense, Shape, Stroke, TextStyle, Ui, Vec2,
    WidgetInfo, pos2, vec2,
};
use std::time::Duration;

/// What is painted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Face {
    Whole(LedState),
    Halves(LedState, LedState),
    Unknown,
}

impl Face {
    fn of(set: LedSet) -> Self {
        let mut states = set.iter();
        match (set.len(), states.next(), states.next()) {
            (1, Some(a), _) => Self::Whole(a),
            (2, Some(a), Some(b)) => Self::Halves(a, b),
            _ => Self::Unknown,
        }
    }

    fn blinks(self) -> bool {
        matches!(self, Self::Whole(LedState::BlinkingRed))
            || matches!(self, Self::Halves(a, b) if a == LedState::BlinkingRed || b == LedState::BlinkingRed)
    }
}

/// Paints a lamp of `diameter` and asks for the frame of its next edge.
pub fn lamp(ui: &mut Ui, set: LedSet, blink: Blink, diameter: f32, name: &str) -> Response {
    let (rect, response) = ui.allocate_exact_size(Vec2::splat(diameter), Sense::hover());
    let face = Face::of(set);
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, name));
    if ui.is_rect_visible(rect) {
        let lit = !face.blinks() || lit_now(ui, blink);
        paint(ui, face, rect.center(), diameter / 2.0, lit);
    }
    response
}

/// The four states with shape, word and meaning (design section 2: on every screen that shows a LED).
pub fn legend(ui: &mut Ui) {
    let p = theme::palette(ui);
    let width = ui.available_width();
    let columns = if width > 620.0 { 4 } else { 2 };
    let cell = width / columns as f32;
    let states = [LedState::SolidGreen, LedState::BlinkingRed, LedState::SolidRed, LedState::Dark];
    for row in states.chunks(columns) {
        let texts: Vec<_> = row
            .iter()
            .map(|state| {
                let mut job = egui::text::LayoutJob::default();
                job.wrap.max_width = cell - 40.0;
                let part = |style: TextStyle, color| egui::TextFormat {
                    font_id: style.resolve(ui.style()),
                    color,
                    ..Default::default()
                };
                job.append(&words::sentence(state.label()), 0.0, part(theme::strong_style(), p.text));
                job.append(&format!("\n{}", state.meaning()), 0.0, part(TextStyle::Small, p.quiet));
                let height = ui.painter().layout_job(job.clone()).size().y;
                (job, height)
            })
            .collect();
        let height = texts.iter().map(|(_, height)| *height).fold(0.0, f32::max);
        let (rect, _) = ui.allocate_exact_size(vec2(width, height + 2.0), Sense::empty());
        for (n, (state, (job, _))) in row.iter().zip(texts).enumerate() {
            let left = rect.left() + cell * n as f32;
            if ui.is_rect_visible(rect) {
                paint(ui, Face::Whole(*state), pos2(left + 11.0, rect.top() + 10.0), 11.0, true);
            }
            let room = egui::Rect::from_min_size(pos2(left + 30.0, rect.top()), vec2(cell - 40.0, height));
            let layout = Layout::top_down(Align::Min);
            ui.new_child(egui::UiBuilder::new().max_rect(room).layout(layout)).add(Label::new(job).wrap());
        }
    }
}

/// The sentence that a screen reader says for a lamp.
pub fn spoken(set: LedSet) -> String {
    match set.known() {
        Some(state) => format!("LED: {}, {}", state.label(), state.meaning()),
        None => format!("LED: {}", words::led_set(set)),
    }
}

fn lit_now(ui: &Ui, blink: Blink) -> bool {
    let (time, hidden) = ui.input(|i| {
        let v = i.viewport();
        (i.time, v.minimized == Some(true) || v.occluded == Some(true))
    });
    let (lit, until) = blink.lit((time.max(0.0) * 1000.0) as u64);
    if !hidden {
        // one millisecond over the edge, so that rounding never asks for the same edge again
        ui.ctx().request_repaint_after(until + Duration::from_millis(1));
    }
    lit
}

fn colour(ui: &Ui, state: LedState, lit: bool) -> Color32 {
    let p = theme::palette(ui);
    match state {
        _ if !lit && state != LedState::Dark => p.lamp_off,
        // a ring, not a disc: it has to stand out from the card
        LedState::Dark => p.quiet,
        LedState::SolidRed | LedState::BlinkingRed => p.lamp_red,
        LedState::SolidGreen => p.lamp_green,
    }
}

fn paint(ui: &Ui, face: Face, c: Pos2, radius: f32, lit: bool) {
    let p = theme::palette(ui);
    let painter = ui.painter();
    // room for the rays of a blinking lamp is kept for every lamp, so that none jumps when the state changes
    let r = radius * 0.74;
    match face {
        Face::Whole(state) => {
            let lit = lit || state != LedState::BlinkingRed;
            let fill = colour(ui, state, lit);
            if state == LedState::Dark {
                painter.circle_filled(c, r, p.card);
                painter.circle_stroke(c, r * 0.93, Stroke::new((r * 0.14).max(1.5), fill));
            } else {
                if lit {
                    glow(painter, c, r, radius, fill);
                }
                painter.circle_filled(c, r, fill);
            }
            shape(painter, state, c, r, radius, p.on_lamp, colour(ui, state, true));
        }
        Face::Halves(left, right) => {
            for (state, side) in [(left, -1.0), (right, 1.0)] {
                let lit = lit || state != LedState::BlinkingRed;
                let fill = colour(ui, state, lit);
                let half = half_disc(c, r, side);
                if state == LedState::Dark {
                    painter.add(Shape::closed_line(half, Stroke::new((r * 0.08).max(1.0), fill)));
                } else {
                    painter.add(Shape::convex_polygon(half, fill, Stroke::NONE));
                }
                half_shape(painter, state, c, r, radius, side, p.on_lamp, colour(ui, state, true));
            }
            let gap = (r * 0.07).max(1.5);
            painter.line_segment([c - vec2(0.0, r), c + vec2(0.0, r)], Stroke::new(gap, p.card));
        }
        Face::Unknown => {
            painter.circle_filled(c, r, p.lamp_unknown);
            super::mark::question(painter, c, r * 1.15, Stroke::new((r * 0.13).max(1.4), p.on_lamp));
        }
    }
}

/// A soft ring of light: a few rings instead of a texture.
fn glow(painter: &Painter, c: Pos2, r: f32, radius: f32, fill: Color32) {
    if radius < 24.0 {
        return;
    }
    for step in 1..=5_u8 {
        let grow = f32::from(step) * (radius * 0.9 - r) / 5.0;
        painter.circle_filled(c, r + grow, fill.gamma_multiply(0.07));
    }
}

fn shape(painter: &Painter, state: LedState, c: Pos2, r: f32, radius: f32, ink: Color32, ray: Color32) {
    let thick = (r * 0.15).max(1.4);
    match state {
        LedState::Dark => {
            let d = r * 0.5;
            painter.line_segment([c + vec2(-d, d), c + vec2(d, -d)], Stroke::new(thick, ray));
        }
        LedState::SolidRed => {
            painter.line_segment([c - vec2(r * 0.42, 0.0), c + vec2(r * 0.42, 0.0)], Stroke::new(thick, ink));
        }
        LedState::BlinkingRed => rays(painter, c, r, radius, 0..12, ray),
        LedState::SolidGreen => super::mark::tick(painter, c, r * 0.9, Stroke::new(thick, ink)),
    }
}

#[expect(clippy::too_many_arguments, reason = "a private painter: the arguments are one geometry")]
fn half_shape(
    painter: &Painter,
    state: LedState,
    c: Pos2,
    r: f32,
    radius: f32,
    side: f32,
    ink: Color32,
    ray: Color32,
) {
    let mid = c + vec2(side * r * 0.5, 0.0);
    let thick = (r * 0.12).max(1.2);
    match state {
        LedState::Dark => {
            let d = r * 0.25;
            painter.line_segment([mid + vec2(-d, d), mid + vec2(d, -d)], Stroke::new(thick, ray));
        }
        LedState::SolidRed => {
            painter.line_segment(
                [mid - vec2(r * 0.25, 0.0), mid + vec2(r * 0.25, 0.0)],
                Stroke::new(thick, ink),
            );
        }
        // rays only around its own half; index 0 points right
        LedState::BlinkingRed if side > 0.0 => rays(painter, c, r, radius, -2..3, ray),
        LedState::BlinkingRed => rays(painter, c, r, radius, 4..9, ray),
        LedState::SolidGreen => super::mark::tick(painter, mid, r * 0.55, Stroke::new(thick, ink)),
    }
}

fn rays(painter: &Painter, c: Pos2, r: f32, radius: f32, which: std::ops::Range<i32>, colour: Color32) {
    let stroke = Stroke::new((radius * 0.06).max(1.3), colour);
    for i in which {
        let a = (i as f32) * std::f32::consts::TAU / 12.0;
        let d = vec2(a.cos(), a.sin());
        painter.line_segment([c + d * (r + (radius - r) * 0.32), c + d * (radius * 0.99)], stroke);
    }
}

fn half_disc(c: Pos2, r: f32, side: f32) -> Vec<Pos2> {
    (0..=24)
        .map(|i| {
            let a = (-90.0 + 7.5 * i as f32).to_radians();
            pos2(c.x + side * a.cos() * r, c.y + a.sin() * r)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use LedState::{BlinkingRed, Dark, SolidGreen, SolidRed};

    #[test]
    fn one_state_fills_two_share_more_are_grey() {
        assert_eq!(Face::of(LedSet::only(SolidRed)), Face::Whole(SolidRed));
        assert_eq!(Face::of(LedSet::of(&[BlinkingRed, SolidGreen])), Face::Halves(BlinkingRed, SolidGreen));
        assert_eq!(Face::of(LedSet::of(&[SolidRed, BlinkingRed, SolidGreen])), Face::Unknown);
        assert_eq!(Face::of(LedSet::ALL), Face::Unknown);
        assert_eq!(Face::of(LedSet::EMPTY), Face::Unknown);
    }

    #[test]
    fn only_blinking_red_moves() {
        assert!(Face::Whole(BlinkingRed).blinks());
        assert!(Face::Halves(BlinkingRed, SolidGreen).blinks());
        for still in [Face::Whole(Dark), Face::Whole(SolidRed), Face::Whole(SolidGreen), Face::Unknown] {
            assert!(!still.blinks());
        }
    }

    #[test]
    fn a_screen_reader_hears_state_and_meaning() {
        assert_eq!(spoken(LedSet::only(SolidRed)), "LED: solid red, no IP address");
        assert_eq!(spoken(LedSet::of(&[BlinkingRed, SolidGreen])), "LED: blinking red or solid green");
        assert_eq!(spoken(LedSet::ALL), "LED: not known");
    }
}
