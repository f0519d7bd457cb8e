//! What is drawn rather than written: the lamp, the panel of the verdict, the path. Every colour has a shape beside it.

use super::flow::{Color, Flow, Kind, LEFT, Op, WIDTH};
use super::font::Face;
use crate::model::snapshot::LinkHealth;
use crate::model::{LedState, Level};
use crate::report::document::{PathPicture, VerdictPanel};
use crate::report::words;

pub(super) const INK: Color = [0x1b, 0x1f, 0x24];
pub(super) const QUIET: Color = [0x57, 0x60, 0x6a];
pub(super) const RULE: Color = [0xd6, 0xdb, 0xe1];
pub(super) const PANEL: Color = [0xf1, 0xf4, 0xf7];
pub(super) const GOOD: Color = [0x17, 0x6b, 0x37];
pub(super) const BAD: Color = [0xb0, 0x1f, 0x1a];
pub(super) const DOUBT: Color = [0x8a, 0x57, 0x00];
const WHITE: Color = [0xff, 0xff, 0xff];

fn line(points: &[(f32, f32)], color: Color, width: f32) -> Op {
    Op::Lines { points: points.to_vec(), color, width: Some(width), dashed: false }
}

/// One lamp. Solid red has a bar, blinking red is half lit with rays, green has a tick, dark is an empty ring: they differ
/// without any colour.
pub(super) fn lamp(ops: &mut Vec<Op>, x: f32, y: f32, r: f32, state: LedState) {
    let ring = |color: Color| Op::Circle { x, y, r, fill: None, stroke: Some((color, r * 0.14)) };
    match state {
        LedState::Dark => {
            ops.push(Op::Circle { x, y, r, fill: Some(WHITE), stroke: Some((QUIET, r * 0.14)) });
        }
        LedState::SolidRed => {
            ops.push(Op::Circle { x, y, r, fill: Some(BAD), stroke: None });
            ops.push(Op::Rect { x: x - r * 0.55, y: y - r * 0.14, w: r * 1.1, h: r * 0.28, fill: WHITE });
        }
        LedState::BlinkingRed => {
            let inner = r * 0.74;
            let half: Vec<(f32, f32)> = (0..=24)
                .map(|i| {
                    let a = std::f32::consts::PI * (0.5 + i as f32 / 24.0);
                    (x + inner * a.cos(), y - inner * a.sin())
                })
                .collect();
            ops.push(Op::Circle { x, y, r: inner, fill: Some(WHITE), stroke: Some((BAD, r * 0.12)) });
            ops.push(Op::Lines { points: half, color: BAD, width: None, dashed: false });
            for i in 0..8 {
                let a = std::f32::consts::PI * (i as f32 / 4.0 + 0.125);
                let (s, c) = a.sin_cos();
                ops.push(line(
                    &[(x + c * r * 0.98, y + s * r * 0.98), (x + c * r * 1.2, y + s * r * 1.2)],
                    BAD,
                    r * 0.12,
                ));
            }
        }
        LedState::SolidGreen => {
            ops.push(Op::Circle { x, y, r, fill: Some(GOOD), stroke: None });
            ops.push(line(
                &[(x - r * 0.45, y + r * 0.02), (x - r * 0.12, y + r * 0.36), (x + r * 0.48, y - r * 0.34)],
                WHITE,
                r * 0.2,
            ));
        }
    }
    if state == LedState::Dark {
        ops.push(ring(QUIET));
    }
}

fn level_colors(level: Level) -> (Color, Color) {
    match level {
        Level::Ok => (GOOD, [0xee, 0xf7, 0xf1]),
        Level::Info => (QUIET, PANEL),
        Level::Unknown => (QUIET, PANEL),
        Level::Warning => (DOUBT, [0xfd, 0xf6, 0xe7]),
        Level::Fault => (BAD, [0xfc, 0xf1, 0xf0]),
    }
}

/// Lines of text one below the other; gives the height used.
struct Column {
    x: f32,
    w: f32,
    parts: Vec<(Face, f32, f32, Color, Vec<String>, f32)>,
}

impl Column {
    fn new(x: f32, w: f32) -> Column {
        Column { x, w, parts: Vec::new() }
    }

    /// Face, size, leading, colour, text, space below.
    fn add(&mut self, face: Face, size: f32, lead: f32, color: Color, text: &str, below: f32) {
        if !text.trim().is_empty() {
            self.parts.push((face, size, lead, color, face.wrap(&face.fit(text), size, self.w), below));
        }
    }

    fn height(&self) -> f32 {
        self.parts.iter().map(|(_, _, lead, _, lines, below)| lead * lines.len() as f32 + below).sum()
    }

    fn draw(&self, flow: &mut Flow, top: f32) {
        let mut y = top;
        for (face, size, lead, color, lines, below) in &self.parts {
            let ops = lines
                .iter()
                .enumerate()
                .map(|(i, text)| Op::Text {
                    x: self.x,
                    y: y + lead * i as f32 + size,
                    face: *face,
                    size: *size,
                    color: *color,
                    text: format!("{text} "),
                })
                .collect();
            let node = flow.node(0, Kind::Paragraph);
            flow.content(node, ops);
            y += lead * lines.len() as f32 + below;
        }
    }
}

/// The panel: lamp at the left; sentence, turn and next step beside it.
pub(super) fn verdict(flow: &mut Flow, v: &VerdictPanel) {
    const LAMPS: f32 = 112.0;
    const PAD: f32 = 16.0;
    let (bar, ground) = level_colors(v.level);
    let x = LEFT + LAMPS;
    let w = WIDTH - LAMPS - PAD;
    let mut sentence = Column::new(x, w);
    sentence.add(Face::Semi, 8.4, 12.0, bar, words::level_words(v.level), 1.0);
    sentence.add(Face::Semi, 15.0, 19.5, INK, &v.sentence, 8.0);
    sentence.add(Face::Semi, 9.6, 13.0, INK, &v.led_words, 0.0);
    sentence.add(Face::Regular, 8.4, 12.0, QUIET, &format!("How that is known: {}.", v.led_basis), 12.0);
    let mut turn = Column::new(x, 112.0);
    turn.add(Face::Regular, 8.0, 12.0, QUIET, "Whose turn", 0.0);
    turn.add(Face::Semi, 10.5, 14.0, INK, &v.owner, 0.0);
    let mut next = Column::new(x + 126.0, w - 126.0);
    next.add(Face::Regular, 8.0, 12.0, QUIET, "Next step", 0.0);
    next.add(Face::Regular, 10.0, 14.0, INK, &v.next_step, 0.0);
    let code = if v.code.is_empty() { String::new() } else { format!("Code {}", v.code) };
    let mut foot = Column::new(x, w);
    foot.add(Face::Regular, 8.0, 11.0, QUIET, &code, 0.0);
    let two = turn.height().max(next.height()) + 8.0;
    let h = sentence.height() + two + foot.height() + 2.0 * PAD;
    flow.ensure(h);
    let top = flow.y;
    flow.artifact(vec![
        Op::Rect { x: LEFT, y: top, w: WIDTH, h, fill: ground },
        Op::Rect { x: LEFT, y: top, w: 4.0, h, fill: bar },
    ]);
    lamps(flow, v, LEFT + 4.0 + (LAMPS - 4.0) / 2.0, top + PAD + 36.0);
    sentence.draw(flow, top + PAD);
    turn.draw(flow, top + PAD + sentence.height());
    next.draw(flow, top + PAD + sentence.height());
    foot.draw(flow, top + PAD + sentence.height() + two);
    flow.y = top + h + 6.0;
}

/// The set of states: one lamp, two or three smaller ones, or a ring with a question mark.
fn lamps(flow: &mut Flow, v: &VerdictPanel, x: f32, y: f32) {
    let states: Vec<LedState> = v.led.iter().collect();
    let mut ops = Vec::new();
    let mut caption = String::new();
    match states.as_slice() {
        [one] => {
            lamp(&mut ops, x, y, 27.0, *one);
            caption = one.label().to_owned();
        }
        some if (2..4).contains(&some.len()) => {
            let gap = if some.len() == 2 { 44.0 } else { 33.0 };
            let r = if some.len() == 2 { 15.0 } else { 11.0 };
            for (i, state) in some.iter().enumerate() {
                lamp(&mut ops, x + gap * (i as f32 - (some.len() - 1) as f32 / 2.0), y, r, *state);
            }
            caption.push_str("one of these");
        }
        _ => {
            ops.push(Op::Circle { x, y, r: 27.0, fill: Some(RULE), stroke: Some((QUIET, 2.0)) });
            let w = Face::Semi.width("?", 30.0);
            ops.push(Op::Text {
                x: x - w / 2.0,
                y: y + 10.5,
                face: Face::Semi,
                size: 30.0,
                color: INK,
                text: "?".into(),
            });
            caption.push_str("not known");
        }
    }
    for (text, face, down) in [("LED", Face::Regular, 50.0), (caption.as_str(), Face::Semi, 62.0)] {
        let w = face.width(text, 8.8);
        ops.push(Op::Text {
            x: x - w / 2.0,
            y: y + down,
            face,
            size: 8.8,
            color: INK,
            text: text.to_owned(),
        });
    }
    let alt = Face::Regular.fit(&format!("Lamp: {}", v.led_words));
    let node = flow.node(0, Kind::Figure(alt, flow.page(), [x - 52.0, y - 36.0, 104.0, 104.0]));
    flow.content(node, ops);
}

/// Five boxes and four links; the broken one has a gap and a cross.
pub(super) fn path(flow: &mut Flow, p: &PathPicture) {
    const BOX_W: f32 = 64.0;
    const BOX_H: f32 = 40.0;
    let gap = (WIDTH - 5.0 * BOX_W) / 4.0;
    flow.ensure(BOX_H + 44.0);
    let top = flow.y + 4.0;
    let mid = top + BOX_H / 2.0;
    let mut ops = Vec::new();
    for (i, name) in p.nodes.iter().enumerate() {
        let x = LEFT + i as f32 * (BOX_W + gap);
        let frame = [(x, top), (x + BOX_W, top), (x + BOX_W, top + BOX_H), (x, top + BOX_H), (x, top)];
        ops.push(Op::Rect { x, y: top, w: BOX_W, h: BOX_H, fill: PANEL });
        ops.push(line(&frame, QUIET, 0.9));
        let lines = Face::Semi.wrap(&Face::Semi.fit(name), 9.0, BOX_W - 6.0);
        let first = mid + 3.2 - 5.75 * (lines.len().saturating_sub(1)) as f32;
        for (n, text) in lines.into_iter().enumerate() {
            let w = Face::Semi.width(&text, 9.0);
            let (x, y) = (x + (BOX_W - w) / 2.0, first + 11.5 * n as f32);
            ops.push(Op::Text { x, y, face: Face::Semi, size: 9.0, color: INK, text: format!("{text} ") });
        }
    }
    for (i, health) in p.links.iter().enumerate() {
        let x = LEFT + BOX_W + i as f32 * (BOX_W + gap);
        link(&mut ops, x, x + gap, mid, *health);
    }
    let alt = Face::Regular.fit(&format!("The way from the gateway to the cloud. {}", p.caption));
    let node = flow.node(0, Kind::Figure(alt, flow.page(), [LEFT, top, WIDTH, BOX_H + 20.0]));
    flow.content(node, ops);
    flow.y = top + BOX_H + 20.0;
}

fn link(ops: &mut Vec<Op>, from: f32, to: f32, y: f32, health: LinkHealth) {
    let mid = f32::midpoint(from, to);
    let (color, face) = match health {
        LinkHealth::Whole => {
            ops.push(line(&[(from + 2.0, y), (to - 2.0, y)], GOOD, 2.2));
            ops.push(line(&[(mid - 4.0, y - 9.0), (mid - 1.2, y - 6.0), (mid + 4.2, y - 12.5)], GOOD, 1.5));
            (GOOD, Face::Regular)
        }
        LinkHealth::Broken => {
            ops.push(line(&[(from + 2.0, y), (mid - 9.0, y)], BAD, 2.2));
            ops.push(line(&[(mid + 9.0, y), (to - 2.0, y)], BAD, 2.2));
            ops.push(line(&[(mid - 5.0, y - 5.0), (mid + 5.0, y + 5.0)], BAD, 2.6));
            ops.push(line(&[(mid - 5.0, y + 5.0), (mid + 5.0, y - 5.0)], BAD, 2.6));
            (BAD, Face::Semi)
        }
        LinkHealth::Unknown => {
            ops.push(Op::Lines {
                points: vec![(from + 3.0, y), (to - 3.0, y)],
                color: QUIET,
                width: Some(1.6),
                dashed: true,
            });
            let w = Face::Semi.width("?", 10.0);
            ops.push(Op::Text {
                x: mid - w / 2.0,
                y: y - 5.0,
                face: Face::Semi,
                size: 10.0,
                color: QUIET,
                text: "? ".into(),
            });
            (QUIET, Face::Regular)
        }
    };
    for (n, word) in words::link_words(health).split(' ').enumerate() {
        let w = face.width(word, 7.6);
        let y = y + 15.5 + 8.8 * n as f32;
        ops.push(Op::Text { x: mid - w / 2.0, y, face, size: 7.6, color, text: format!("{word} ") });
    }
}
