//! How a box asked for its address, as a strip of time: a tick and a letter for each message.

use crate::model::dhcp_strip::{LEGEND, Strip, letter, weight};
use crate::model::evidence::DhcpKind;
use crate::ui::theme::{self, Palette};
use crate::ui::widgets::parts;
use egui::{Align2, Color32, Sense, Stroke, TextStyle, Ui, WidgetInfo, pos2, vec2};

const HEIGHT: f32 = 34.0;
/// Room at either end, so that the first and the last letter stand inside.
const EDGE: f32 = 8.0;
/// Letters that would stand closer than this are one.
const LETTER: f32 = 11.0;

/// Draws the strip with its length and the meaning of the letters.
pub fn dhcp_strip(ui: &mut Ui, strip: &Strip) {
    let p = theme::palette(ui);
    let width = ui.available_width().min(theme::size::READING);
    let (rect, response) = ui.allocate_exact_size(vec2(width, HEIGHT), Sense::hover());
    let secs = strip.lasted_ms.div_ceil(1000);
    let letters: Vec<String> = strip.marks.iter().map(|(_, kind)| letter(*kind).to_string()).collect();
    let spoken = format!("DHCP messages over {secs} s: {}", letters.join(" "));
    response.widget_info(|| WidgetInfo::labeled(egui::Role::Image, true, &spoken));
    if ui.is_rect_visible(rect) {
        let line = rect.bottom() - 6.0;
        let (left, right) = (rect.left() + EDGE, rect.right() - EDGE);
        let painter = ui.painter();
        painter.hline(left..=right, line, Stroke::new(1.0, p.quiet));
        let font = TextStyle::Small.resolve(ui.style());
        // of messages that stand too close for two letters, the one that tells most
        let mut letters: Vec<(f32, DhcpKind)> = Vec::new();
        for (after, kind) in &strip.marks {
            let share = if strip.lasted_ms == 0 { 0.0 } else { *after as f32 / strip.lasted_ms as f32 };
            let x = left + (right - left) * share;
            painter.vline(x, line - 8.0..=line, Stroke::new(2.0, colour(*kind, p)));
            match letters.last_mut() {
                Some((at, held)) if x - *at < LETTER => {
                    if weight(*kind) >= weight(*held) {
                        *held = *kind;
                    }
                }
                _ => letters.push((x, *kind)),
            }
        }
        for (x, kind) in letters {
            let at = pos2(x, line - 9.0);
            painter.text(at, Align2::CENTER_BOTTOM, letter(kind), font.clone(), colour(kind, p));
        }
    }
    parts::quiet(ui, format!("{secs} s from the first to the last message heard. {LEGEND}."));
}

fn colour(kind: DhcpKind, p: &Palette) -> Color32 {
    match kind {
        DhcpKind::Ack => p.good,
        DhcpKind::Nak | DhcpKind::Decline => p.bad,
        _ => p.text,
    }
}
