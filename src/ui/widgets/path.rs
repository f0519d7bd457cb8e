//! The path picture: gateway - switch - router/firewall - internet - cloud, a broken link drawn broken.

use super::mark::Mark;
use crate::model::snapshot::{LinkHealth, PathView};
use crate::ui::{theme, words};
use egui::epaint::CubicBezierShape;
use egui::{
    Align, Color32, FontId, Painter, Pos2, Rect, Role, Sense, Shape, Stroke, Ui, Vec2, WidgetInfo, pos2, vec2,
};

/// One stop of the way: its name and what is known of it.
pub struct Stop {
    pub name: &'static str,
    pub detail: String,
}

const ICON: f32 = 46.0;

/// The names of the stops, in the order of the picture.
pub const STOPS: [&str; 5] = ["Gateway", "Switch", "Router or firewall", "Internet", "Cloud"];

/// Paints the five stops and four links in the room there is. False when the links had no room for their words.
pub fn path(ui: &mut Ui, view: PathView, stops: &[Stop; 5]) -> bool {
    let links = [view.gateway_switch, view.switch_router, view.router_internet, view.internet_cloud];
    let p = theme::palette(ui);
    let width = ui.available_width().min(theme::size::READING);
    let step = width / 5.0;
    let small = egui::TextStyle::Small.resolve(ui.style());
    let strong = FontId { size: small.size + 0.5, ..theme::strong_style().resolve(ui.style()) };
    let labels: Vec<_> = stops
        .iter()
        .map(|stop| {
            let mut job = egui::text::LayoutJob::default();
            job.wrap.max_width = step - 6.0;
            let format = |font: &FontId, color| egui::TextFormat {
                font_id: font.clone(),
                color,
                ..Default::default()
            };
            job.append(stop.name, 0.0, format(&strong, p.text));
            // an address broken in two is misread: what has no room is left out, it stands elsewhere too
            for line in stop.detail.lines() {
                let width = ui.painter().layout_no_wrap(line.to_owned(), small.clone(), p.quiet).size().x;
                if width <= step - 6.0 {
                    job.append(&format!("\n{line}"), 0.0, format(&small, p.quiet));
                }
            }
            let height = ui.painter().layout_job(job.clone()).size().y;
            (job, height)
        })
        .collect();
    let text_height = labels.iter().map(|(_, height)| *height).fold(0.0, f32::max);
    let (rect, response) = ui.allocate_exact_size(vec2(width, ICON + 8.0 + text_height), Sense::hover());
    let spoken = sentence(&links, stops);
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &spoken));
    let room = step - ICON - 8.0;
    let words_fit = links.iter().all(|health| {
        let word = words::link(*health).to_owned();
        ui.painter().layout_no_wrap(word, small.clone(), p.text).size().x < room
    });
    if !ui.is_rect_visible(rect) {
        return words_fit;
    }
    let painter = ui.painter();
    let centre = |i: usize| pos2(rect.left() + step * (i as f32 + 0.5), rect.top() + ICON / 2.0);
    for (i, health) in links.iter().enumerate() {
        let (a, b) = (centre(i) + vec2(ICON / 2.0 + 4.0, 0.0), centre(i + 1) - vec2(ICON / 2.0 + 4.0, 0.0));
        link(ui, *health, a, b, words_fit.then_some(&small));
    }
    for i in 0..stops.len() {
        let frame = Rect::from_center_size(centre(i), Vec2::splat(ICON));
        painter.rect(frame, 9.0, p.code, Stroke::new(1.0, p.line), egui::StrokeKind::Inside);
        icon(painter, i, frame.shrink(11.0), p.text);
    }
    // real labels, so that an address can be selected and copied
    for (i, (job, height)) in labels.into_iter().enumerate() {
        let top = centre(i) + vec2(0.0, ICON / 2.0 + 7.0);
        let room = Rect::from_min_size(top - vec2(step / 2.0 - 3.0, 0.0), vec2(step - 6.0, height));
        let layout = egui::Layout::top_down(Align::Center);
        ui.new_child(egui::UiBuilder::new().max_rect(room).layout(layout)).add(egui::Label::new(job).wrap());
    }
    words_fit
}

/// In words where the way is broken, for a picture without room for them.
pub fn broken_links(view: PathView) -> String {
    let links = [view.gateway_switch, view.switch_router, view.router_internet, view.internet_cloud];
    let broken: Vec<String> = links
        .iter()
        .zip(STOPS.windows(2))
        .filter(|(health, _)| **health == LinkHealth::Broken)
        .map(|(_, pair)| format!("{} and {}", pair[0].to_lowercase(), pair[1].to_lowercase()))
        .collect();
    if broken.is_empty() {
        let whole = links.iter().all(|health| *health == LinkHealth::Whole);
        return if whole { "Every link works." } else { "Not every link is known." }.to_owned();
    }
    format!("Broken between {}.", broken.join("; between "))
}

/// "Way from the gateway to the cloud: gateway to switch works, ..."
fn sentence(links: &[LinkHealth; 4], stops: &[Stop; 5]) -> String {
    let parts: Vec<String> = links
        .iter()
        .zip(stops.windows(2))
        .map(|(health, pair)| {
            format!(
                "{} to {}: {}",
                pair[0].name.to_lowercase(),
                pair[1].name.to_lowercase(),
                words::link(*health)
            )
        })
        .collect();
    format!("The way to the cloud. {}.", words::sentence(&parts.join(", ")))
}

fn link(ui: &Ui, health: LinkHealth, a: Pos2, b: Pos2, font: Option<&FontId>) {
    let (p, painter) = (theme::palette(ui), ui.painter());
    let mid = a + (b - a) * 0.5;
    let mark = Mark::from(health);
    let colour = mark.colour(ui);
    match health {
        LinkHealth::Whole => {
            painter.line_segment([a, b], Stroke::new(2.5, colour));
        }
        LinkHealth::Broken => {
            // two torn ends, each with a short oblique stroke
            let gap = (b.x - a.x).min(56.0) * 0.34;
            for (from, end, lean) in [(a, mid - vec2(gap, 0.0), 1.0), (b, mid + vec2(gap, 0.0), 1.0)] {
                painter.line_segment([from, end], Stroke::new(2.5, colour));
                painter.line_segment(
                    [end + vec2(-2.0 * lean, 6.0), end + vec2(2.0 * lean, -6.0)],
                    Stroke::new(2.0, colour),
                );
            }
        }
        LinkHealth::Unknown => {
            painter.extend(Shape::dashed_line(&[a, b], Stroke::new(2.0, p.unsure), 4.0, 5.0));
        }
    }
    let size = if b.x - a.x > 44.0 { 17.0 } else { 13.0 };
    let badge = Rect::from_center_size(mid, Vec2::splat(size));
    painter.circle_filled(mid, size * 0.62, p.card);
    mark.paint(painter, badge, colour, p.card);
    if let Some(font) = font {
        let word = painter.layout_no_wrap(words::link(health).to_owned(), font.clone(), colour);
        painter.galley(pos2(mid.x - word.size().x / 2.0, mid.y + size * 0.62 + 2.0), word, colour);
    }
}

fn icon(painter: &Painter, which: usize, r: Rect, ink: Color32) {
    let s = Stroke::new(1.6, ink);
    let at = |x: f32, y: f32| pos2(r.left() + x * r.width(), r.top() + y * r.height());
    let outline = |a: Pos2, b: Pos2| {
        painter.rect_stroke(Rect::from_two_pos(a, b), 2.5, s, egui::StrokeKind::Middle);
    };
    match which {
        // a flat box with one lamp and an aerial
        0 => {
            outline(at(0.0, 0.45), at(1.0, 0.95));
            painter.circle_filled(at(0.22, 0.7), 2.4, ink);
            painter.line_segment([at(0.8, 0.45), at(0.8, 0.02)], s);
        }
        // a row of ports
        1 => {
            outline(at(0.0, 0.25), at(1.0, 0.8));
            for x in [0.2, 0.4, 0.6, 0.8] {
                painter.line_segment([at(x, 0.45), at(x, 0.62)], Stroke::new(2.4, ink));
            }
        }
        // a wall
        2 => {
            outline(at(0.0, 0.1), at(1.0, 0.9));
            for y in [0.37, 0.63] {
                painter.line_segment([at(0.0, y), at(1.0, y)], s);
            }
            for (x, y) in [(0.5, 0.1), (0.28, 0.37), (0.74, 0.37), (0.5, 0.63)] {
                painter.line_segment([at(x, y), at(x, y + 0.26)], s);
            }
        }
        // a globe
        3 => {
            let (c, radius) = (r.center(), r.width() * 0.5);
            painter.circle_stroke(c, radius, s);
            painter.add(egui::epaint::EllipseShape::stroke(c, vec2(radius * 0.45, radius), s));
            painter.line_segment([at(0.0, 0.5), at(1.0, 0.5)], s);
        }
        // a cloud
        _ => {
            let points = [
                [at(0.2, 0.82), at(-0.12, 0.82), at(-0.08, 0.4), at(0.24, 0.45)],
                [at(0.24, 0.45), at(0.25, 0.02), at(0.78, 0.02), at(0.78, 0.42)],
                [at(0.78, 0.42), at(1.12, 0.4), at(1.1, 0.82), at(0.8, 0.82)],
            ];
            for curve in points {
                painter.add(CubicBezierShape::from_points_stroke(curve, false, Color32::TRANSPARENT, s));
            }
            painter.line_segment([at(0.2, 0.82), at(0.8, 0.82)], s);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sentence_names_each_link() {
        let stops = STOPS.map(|name| Stop { name, detail: String::new() });
        let links = [LinkHealth::Whole, LinkHealth::Whole, LinkHealth::Broken, LinkHealth::Unknown];
        assert_eq!(
            sentence(&links, &stops),
            "The way to the cloud. Gateway to switch: works, switch to router or firewall: works, router or firewall to internet: broken, internet to cloud: not known."
        );
    }

    #[test]
    fn the_broken_link_is_named() {
        let mut view = PathView::default();
        assert_eq!(broken_links(view), "Not every link is known.");
        view.router_internet = LinkHealth::Broken;
        assert_eq!(broken_links(view), "Broken between router or firewall and internet.");
        let w = LinkHealth::Whole;
        let whole = PathView { gateway_switch: w, switch_router: w, router_internet: w, internet_cloud: w };
        assert_eq!(broken_links(whole), "Every link works.");
    }
}
