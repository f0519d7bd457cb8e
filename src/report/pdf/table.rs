//! Tables over pages: rows stay whole where they can, the head is repeated, no text is cut.

use super::flow::{BODY, Color, Flow, Kind, LEFT, Op, WIDTH};
use super::font::Face;
use super::picture::{self, BAD, DOUBT, GOOD, INK, PANEL, QUIET, RULE};
use crate::model::LedState;
use crate::report::document::{Cell, LegendRow, Table, Tone};
use crate::report::words;

const SIZE: f32 = 8.4;
const LEAD: f32 = 11.4;
const PAD_X: f32 = 5.0;
const PAD_Y: f32 = 3.6;
const LAMP: f32 = 24.0;

fn ink(tone: Tone) -> Color {
    match tone {
        Tone::Plain => INK,
        Tone::Quiet => QUIET,
        Tone::Good => GOOD,
        Tone::Bad => BAD,
        Tone::Doubt => DOUBT,
    }
}

pub(super) fn table(flow: &mut Flow, t: &Table) {
    lay(flow, t, None);
}

/// The legend is a table whose rows begin with a drawn lamp.
pub(super) fn legend(flow: &mut Flow, rows: &[LegendRow]) {
    let t = Table {
        summary: "What each state of the LED means".into(),
        head: ["LED", "Looks", "Means", "What to do"].map(str::to_owned).to_vec(),
        weights: vec![26, 18, 34, 54],
        rows: rows
            .iter()
            .map(|r| {
                vec![
                    Cell::plain(format!("{} {}", words::led_mark(r.state), r.state.label())),
                    Cell::plain(r.looks.clone()),
                    Cell::plain(r.means.clone()),
                    Cell::plain(r.then.clone()),
                ]
            })
            .collect(),
    };
    let lamps: Vec<LedState> = rows.iter().map(|r| r.state).collect();
    lay(flow, &t, Some(&lamps));
}

struct Columns {
    x: Vec<f32>,
    w: Vec<f32>,
}

fn columns(t: &Table) -> Columns {
    let n = t.head.len().max(1);
    let weight = |i: usize| f32::from(t.weights.get(i).copied().unwrap_or(10).max(1));
    let total: f32 = (0..n).map(weight).sum();
    let (mut x, mut w, mut at) = (Vec::new(), Vec::new(), LEFT);
    for i in 0..n {
        let width = WIDTH * weight(i) / total;
        x.push(at);
        w.push(width);
        at += width;
    }
    Columns { x, w }
}

fn lay(flow: &mut Flow, t: &Table, lamps: Option<&[LedState]>) {
    let c = columns(t);
    let node = flow.node(0, Kind::Table(Face::Regular.fit(&t.summary)));
    let thead = flow.node(node, Kind::TableHead);
    let tbody = flow.node(node, Kind::TableBody);
    let indent = |col: usize| if col == 0 && lamps.is_some() { LAMP } else { 0.0 };
    let rows: Vec<Vec<(Vec<String>, Tone)>> = t
        .rows
        .iter()
        .map(|row| {
            c.w.iter()
                .enumerate()
                .map(|(i, w)| {
                    let cell = row.get(i).cloned().unwrap_or_default();
                    let text = Face::Regular.fit(&cell.text);
                    (Face::Regular.wrap(&text, SIZE, w - 2.0 * PAD_X - indent(i)), cell.tone)
                })
                .collect()
        })
        .collect();
    let tall = |row: &[(Vec<String>, Tone)]| row.iter().map(|(l, _)| l.len()).max().unwrap_or(1).max(1);
    let height = |lines: usize| lines as f32 * LEAD + 2.0 * PAD_Y;
    let head_h = head_height(t, &c);
    let first = rows.first().map_or(0.0, |r| height(tall(r).min(8)));
    flow.ensure(head_h + first);
    head(flow, t, &c, Some(thead));
    for (r, row) in rows.iter().enumerate() {
        let tr = flow.node(tbody, Kind::Row);
        let cells: Vec<usize> = (0..c.w.len()).map(|_| flow.node(tr, Kind::Cell)).collect();
        let lines = tall(row);
        let mut done = 0;
        while done < lines {
            let left = lines - done;
            let whole = height(left) <= flow.room();
            // a row is split only when no page could hold it
            if !whole && (height(left) <= BODY - head_h || flow.room() < height(2)) {
                flow.new_page();
                head(flow, t, &c, None);
            }
            let fit = (((flow.room() - 2.0 * PAD_Y) / LEAD) as usize).clamp(1, left);
            let h = height(fit);
            for (col, (texts, tone)) in row.iter().enumerate() {
                let (Some(x), Some(cell)) = (c.x.get(col), cells.get(col)) else { continue };
                let ops: Vec<Op> = texts
                    .iter()
                    .skip(done)
                    .take(fit)
                    .enumerate()
                    .filter(|(_, text)| !text.is_empty())
                    .map(|(i, text)| Op::Text {
                        x: x + PAD_X + indent(col),
                        y: flow.y + PAD_Y + LEAD * i as f32 + SIZE,
                        face: Face::Regular,
                        size: SIZE,
                        color: ink(*tone),
                        text: format!("{text} "),
                    })
                    .collect();
                flow.content(*cell, ops);
            }
            if let Some(state) = lamps.and_then(|l| l.get(r)).filter(|_| done == 0) {
                let mut ops = Vec::new();
                picture::lamp(&mut ops, LEFT + PAD_X + 7.0, flow.y + PAD_Y + LEAD / 2.0, 5.0, *state);
                flow.artifact(ops);
            }
            let y = flow.y + h;
            flow.artifact(vec![Op::Rect { x: LEFT, y: y - 0.5, w: WIDTH, h: 0.5, fill: RULE }]);
            flow.y = y;
            done += fit;
        }
    }
    flow.y += 10.0;
}

fn head_lines(t: &Table, c: &Columns) -> Vec<Vec<String>> {
    t.head
        .iter()
        .zip(&c.w)
        .map(|(text, w)| Face::Semi.wrap(&Face::Semi.fit(text), SIZE, w - 2.0 * PAD_X))
        .collect()
}

fn head_height(t: &Table, c: &Columns) -> f32 {
    let lines = head_lines(t, c).iter().map(Vec::len).max().unwrap_or(1);
    lines as f32 * LEAD + 2.0 * PAD_Y
}

/// The head: a tag the first time, decoration when it is repeated.
fn head(flow: &mut Flow, t: &Table, c: &Columns, node: Option<usize>) {
    let h = head_height(t, c);
    flow.artifact(vec![
        Op::Rect { x: LEFT, y: flow.y, w: WIDTH, h, fill: PANEL },
        Op::Rect { x: LEFT, y: flow.y + h - 0.8, w: WIDTH, h: 0.8, fill: QUIET },
    ]);
    let tr = node.map(|n| flow.node(n, Kind::Row));
    for (lines, x) in head_lines(t, c).into_iter().zip(&c.x) {
        let ops: Vec<Op> = lines
            .into_iter()
            .enumerate()
            .map(|(i, text)| Op::Text {
                x: x + PAD_X,
                y: flow.y + PAD_Y + LEAD * i as f32 + SIZE,
                face: Face::Semi,
                size: SIZE,
                color: INK,
                text: format!("{text} "),
            })
            .collect();
        match tr {
            Some(tr) => {
                let th = flow.node(tr, Kind::HeadCell { of_row: false });
                flow.content(th, ops);
            }
            None => flow.artifact(ops),
        }
    }
    flow.y += h;
}

/// Names at the left, values at the right, as a table whose rows have a head.
pub(super) fn key_values(flow: &mut Flow, rows: &[(String, String)]) {
    const KEY: f32 = 104.0;
    let node = flow.node(0, Kind::Table("Facts".into()));
    let tbody = flow.node(node, Kind::TableBody);
    for (key, value) in rows {
        let tr = flow.node(tbody, Kind::Row);
        let th = flow.node(tr, Kind::HeadCell { of_row: true });
        let td = flow.node(tr, Kind::Cell);
        let keys = Face::Regular.wrap(&Face::Regular.fit(key), SIZE, KEY - 8.0);
        let values = Face::Regular.wrap(&Face::Regular.fit(value), 9.0, WIDTH - KEY);
        let lines = keys.len().max(values.len());
        let fits = |n: usize| n as f32 * 13.0 <= BODY;
        if fits(lines) {
            flow.ensure(lines as f32 * 13.0);
        }
        for i in 0..lines {
            flow.ensure(13.0);
            let y = flow.y + 9.4;
            let text = |x: f32, size: f32, color: Color, text: &String| {
                vec![Op::Text { x, y, face: Face::Regular, size, color, text: format!("{text} ") }]
            };
            if let Some(k) = keys.get(i) {
                flow.content(th, text(LEFT, SIZE, QUIET, k));
            }
            if let Some(v) = values.get(i) {
                flow.content(td, text(LEFT + KEY, 9.0, INK, v));
            }
            flow.y += 13.0;
        }
        flow.y += 1.5;
    }
    flow.y += 7.0;
}
