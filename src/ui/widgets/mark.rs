//! Small shapes that stand beside a word: never colour alone. They are painted, since no font is sure to have them, and
//! say nothing to a screen reader: the word beside them does.

use crate::model::Level;
use crate::model::check::Outcome;
use crate::model::snapshot::LinkHealth;
use crate::ui::theme;
use crate::ui::words::StepState;
use egui::{Color32, Painter, Pos2, Rect, Sense, Shape, Stroke, Ui, Vec2, pos2, vec2};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// A disc with a tick.
    Good,
    /// A disc with a cross.
    Bad,
    /// A triangle with a bar.
    Warn,
    /// A ring with a question mark.
    Unsure,
    /// A ring with a dash.
    Skipped,
    /// A ring with a dot.
    Note,
    /// A ring with three dots.
    Running,
}

impl From<Level> for Mark {
    fn from(level: Level) -> Self {
        match level {
            Level::Ok => Self::Good,
            Level::Info => Self::Note,
            Level::Unknown => Self::Unsure,
            Level::Warning => Self::Warn,
            Level::Fault => Self::Bad,
        }
    }
}

impl From<&Outcome> for Mark {
    fn from(outcome: &Outcome) -> Self {
        match outcome {
            Outcome::Passed => Self::Good,
            Outcome::Failed(_) => Self::Bad,
            Outcome::Skipped(_) => Self::Skipped,
            Outcome::Inconclusive(_) => Self::Unsure,
        }
    }
}

impl From<StepState> for Mark {
    fn from(step: StepState) -> Self {
        match step {
            StepState::NotRun => Self::Skipped,
            StepState::Running => Self::Running,
            StepState::Passed => Self::Good,
            StepState::Failed => Self::Bad,
            StepState::Partly => Self::Unsure,
        }
    }
}

impl From<LinkHealth> for Mark {
    fn from(health: LinkHealth) -> Self {
        match health {
            LinkHealth::Whole => Self::Good,
            LinkHealth::Broken => Self::Bad,
            LinkHealth::Unknown => Self::Unsure,
        }
    }
}

impl Mark {
    pub fn colour(self, ui: &Ui) -> Color32 {
        let p = theme::palette(ui);
        match self {
            Self::Good => p.good,
            Self::Bad => p.bad,
            Self::Warn => p.warn,
            Self::Unsure | Self::Skipped => p.unsure,
            Self::Note | Self::Running => p.accent_text,
        }
    }

    /// Takes room in the row and paints.
    pub fn show(self, ui: &mut Ui) {
        let (rect, _) = ui.allocate_exact_size(Vec2::splat(theme::size::MARK), Sense::empty());
        if ui.is_rect_visible(rect) {
            self.paint(ui.painter(), rect, self.colour(ui), theme::palette(ui).card);
        }
    }

    /// Paints into `rect`; `ink` is the colour on a filled shape.
    pub fn paint(self, painter: &Painter, rect: Rect, colour: Color32, ink: Color32) {
        let (c, r) = (rect.center(), rect.width() / 2.0);
        let at = |x: f32, y: f32| pos2(c.x + x * r, c.y + y * r);
        let thick = (r * 0.22).max(1.3);
        let ring = |painter: &Painter| {
            painter.circle_stroke(c, r - thick / 2.0, Stroke::new(thick, colour));
        };
        match self {
            Self::Good => {
                painter.circle_filled(c, r, colour);
                tick(painter, c, r, Stroke::new(thick, ink));
            }
            Self::Bad => {
                painter.circle_filled(c, r, colour);
                cross(painter, c, r * 0.4, Stroke::new(thick, ink));
            }
            Self::Warn => {
                let triangle = vec![at(0.0, -0.95), at(1.0, 0.85), at(-1.0, 0.85)];
                painter.add(Shape::convex_polygon(triangle, colour, Stroke::NONE));
                painter.line_segment([at(0.0, -0.35), at(0.0, 0.25)], Stroke::new(thick, ink));
                painter.circle_filled(at(0.0, 0.56), thick * 0.6, ink);
            }
            Self::Unsure => {
                ring(painter);
                question(painter, c, r, Stroke::new(thick * 0.9, colour));
            }
            Self::Skipped => {
                ring(painter);
                painter.line_segment([at(-0.42, 0.0), at(0.42, 0.0)], Stroke::new(thick, colour));
            }
            Self::Note => {
                ring(painter);
                painter.circle_filled(c, r * 0.28, colour);
            }
            Self::Running => {
                ring(painter);
                for x in [-0.42, 0.0, 0.42] {
                    painter.circle_filled(at(x, 0.0), thick * 0.6, colour);
                }
            }
        }
    }
}

pub fn tick(painter: &Painter, c: Pos2, r: f32, stroke: Stroke) {
    let points = vec![c + vec2(-0.42, 0.05) * r, c + vec2(-0.1, 0.36) * r, c + vec2(0.45, -0.32) * r];
    painter.line(points, stroke);
}

pub fn cross(painter: &Painter, c: Pos2, half: f32, stroke: Stroke) {
    painter.line_segment([c + vec2(-half, -half), c + vec2(half, half)], stroke);
    painter.line_segment([c + vec2(-half, half), c + vec2(half, -half)], stroke);
}

pub fn question(painter: &Painter, c: Pos2, r: f32, stroke: Stroke) {
    // the bow: three quarters of a small circle, then down to the stem
    let mut points: Vec<Pos2> = (0..=10)
        .map(|i| {
            let a = (180.0 + 22.5 * i as f32).to_radians();
            c + vec2(a.cos() * 0.27, a.sin() * 0.27 - 0.2) * r
        })
        .collect();
    points.push(c + vec2(0.0, 0.24) * r);
    painter.line(points, stroke);
    painter.circle_filled(c + vec2(0.0, 0.5) * r, stroke.width * 0.62, stroke.color);
}
