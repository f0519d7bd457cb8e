//! How a box asked for its address, as a strip of time: a tick and a letter for each message.

use crate::model::dhcp_strip::{LEGEND, Strip, letter};
use crate::model::evidence::DhcpKind;
use crate::ui::theme::{self, Palette};
use crate::ui::widgets::parts;
use egui::{Align2, Color32, Sense, Stroke, TextStyle, Ui, WidgetInfo, pos2, vec2};

const HEIGHT: f32 = 34.0;
/// Room at either end, so that the first and the last letter stand inside.
const EDGE: f32 = 8.0;
/// Letters that would stand closer than this are left out; their ticks stay.
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
        let mut free_from = f32::MIN;
        for (after, kind) in &strip.marks {
            let share = if strip.lasted_ms == 0 { 0.0 } else { *after as f32 / strip.lasted_ms as f32 };
            let x = left + (right - left) * share;
            let colour = colour(*kind, &p);
            painter.vline(x, line - 8.0..=line, Stroke::new(2.0, colour));
            if x >= free_from {
                let at = pos2(x, line - 9.0);
                painter.text(at, Align2::CENTER_BOTTOM, letter(*kind), font.clone(), colour);
                free_from = x + LETTER;
            }
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
