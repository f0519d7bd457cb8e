//! Blocks laid out on pages: headings, paragraphs, lists, code; then the furniture of each page.

use super::flow::{BODY, Flow, Kind, LEFT, Mark, Op, PAGE_H, PAGE_W, WIDTH};
use super::font::Face;
use super::picture::{self, INK, PANEL, QUIET, RULE};
use super::table;
use crate::report::document::{Block, Document};

const BODY_SIZE: f32 = 9.6;
const BODY_LEAD: f32 = 13.6;

/// The whole document on pages.
pub(super) fn lay_out(document: &Document) -> Flow {
    let mut flow = Flow::new();
    for b in &document.blocks {
        block(&mut flow, b);
    }
    furniture(&mut flow, document);
    flow
}

fn block(flow: &mut Flow, b: &Block) {
    match b {
        Block::Heading { level, text } => heading(flow, *level, text),
        Block::Paragraph(text) => paragraph(flow, text, BODY_SIZE, BODY_LEAD, false),
        Block::Note(text) => paragraph(flow, text, 8.2, 11.4, true),
        Block::KeyValues(rows) => table::key_values(flow, rows),
        Block::Table(t) => table::table(flow, t),
        Block::List(items) => list(flow, items),
        Block::Code(text) => code(flow, text),
        Block::Verdict(v) => picture::verdict(flow, v),
        Block::Path(p) => {
            picture::path(flow, p);
            paragraph(flow, &p.caption, BODY_SIZE, BODY_LEAD, false);
        }
        Block::Legend(rows) => table::legend(flow, rows),
        Block::PageBreak => {
            if !flow.at_top() {
                flow.new_page();
            }
        }
    }
}

fn heading(flow: &mut Flow, level: u8, text: &str) {
    let (size, lead, before, after, keep) = match level {
        1 => (21.0, 26.0, 0.0, 8.0, 60.0),
        2 => (13.5, 18.0, 16.0, 7.0, 78.0),
        _ => (10.6, 14.5, 9.0, 4.0, 64.0),
    };
    let text = Face::Semi.fit(text);
    let text = if text.trim().is_empty() { "–".to_owned() } else { text };
    let lines = Face::Semi.wrap(&text, size, WIDTH);
    flow.space(before);
    flow.ensure((lead * lines.len() as f32 + keep).min(BODY));
    let word = "Gateway connection report";
    if level == 1 && text != word {
        // what it is stands above the name of the site; the page header says it on the other pages
        let node = flow.node(0, Kind::Paragraph);
        let y = flow.y + 2.0;
        flow.content(
            node,
            vec![Op::Text {
                x: LEFT,
                y,
                face: Face::Semi,
                size: 9.0,
                color: QUIET,
                text: format!("{word} "),
            }],
        );
        flow.y += 10.0;
    }
    flow.outline.push(Mark { level, text: text.clone(), page: flow.page(), y: flow.y });
    let node = flow.node(0, Kind::Heading(level, text));
    for part in lines {
        flow.ensure(lead);
        let y = flow.y + size;
        flow.content(
            node,
            vec![Op::Text { x: LEFT, y, face: Face::Semi, size, color: INK, text: format!("{part} ") }],
        );
        flow.y += lead;
    }
    if level == 2 {
        let y = flow.y + 1.0;
        flow.artifact(vec![Op::Rect { x: LEFT, y, w: WIDTH, h: 0.8, fill: RULE }]);
    }
    flow.y += after;
}

fn paragraph(flow: &mut Flow, text: &str, size: f32, lead: f32, quiet: bool) {
    if text.trim().is_empty() {
        return;
    }
    let node = flow.node(0, Kind::Paragraph);
    lines(flow, node, LEFT, WIDTH, text, size, lead, quiet);
    flow.y += 6.0;
}

/// Lines of one text, over pages when needed, never one line alone on a page.
#[expect(
    clippy::too_many_arguments,
    reason = "a place, a style and a text; a struct would be used here only"
)]
fn lines(flow: &mut Flow, node: usize, x: f32, w: f32, text: &str, size: f32, lead: f32, quiet: bool) {
    let all = Face::Regular.wrap(&Face::Regular.fit(text), size, w);
    let color = if quiet { QUIET } else { INK };
    let fits = |flow: &Flow| (flow.room() / lead) as usize;
    if all.len() > 1 && fits(flow) < 2 || all.len() <= 3 && fits(flow) < all.len() {
        flow.ensure(lead * all.len().min(3) as f32);
    }
    let count = all.len();
    for (i, text) in all.into_iter().enumerate() {
        // the last but one goes over with the last
        if fits(flow) < 1 || fits(flow) == 1 && i + 2 == count && count > 2 {
            flow.new_page();
        }
        let y = flow.y + size;
        flow.content(
            node,
            vec![Op::Text { x, y, face: Face::Regular, size, color, text: format!("{text} ") }],
        );
        flow.y += lead;
    }
}

fn list(flow: &mut Flow, items: &[String]) {
    let node = flow.node(0, Kind::List);
    for item in items.iter().filter(|i| !i.trim().is_empty()) {
        let li = flow.node(node, Kind::Item);
        let label = flow.node(li, Kind::Label);
        let body = flow.node(li, Kind::Body);
        let count = Face::Regular.wrap(&Face::Regular.fit(item), BODY_SIZE, WIDTH - 14.0).len();
        flow.ensure(BODY_LEAD * count.min(3) as f32);
        let y = flow.y + BODY_SIZE;
        flow.content(
            label,
            vec![Op::Text {
                x: LEFT + 3.0,
                y,
                face: Face::Regular,
                size: BODY_SIZE,
                color: QUIET,
                text: "• ".into(),
            }],
        );
        lines(flow, body, LEFT + 14.0, WIDTH - 14.0, item, BODY_SIZE, BODY_LEAD, false);
        flow.y += 2.5;
    }
    flow.y += 5.0;
}

/// Text to paste. A line that is too long goes on below behind a mark, so that nothing is cut and nobody takes it for two.
fn code(flow: &mut Flow, text: &str) {
    const SIZE: f32 = 7.8;
    const LEAD: f32 = 10.6;
    const PAD: f32 = 8.0;
    let across = ((WIDTH - 2.0 * PAD - 10.0) / Face::Mono.width("0", SIZE)).max(20.0) as usize;
    // (goes on from the line above, text)
    let mut rows: Vec<(bool, String)> = Vec::new();
    for line in text.lines() {
        let line = Face::Mono.fit(&line.replace('\t', "    "));
        let mut rest: Vec<char> = line.trim_end().chars().collect();
        let mut first = true;
        loop {
            let room = if first { across } else { across - 3 };
            let cut = if rest.len() <= room {
                rest.len()
            } else {
                // at a space in the second half of the line, else anywhere
                (room / 2..room).rev().find(|i| rest.get(*i) == Some(&' ')).map_or(room, |i| i + 1)
            };
            let tail = rest.split_off(cut);
            rows.push((!first, rest.into_iter().collect()));
            rest = tail;
            first = false;
            if rest.is_empty() {
                break;
            }
        }
    }
    let p = flow.node(0, Kind::Paragraph);
    let node = flow.node(p, Kind::Code);
    flow.ensure(LEAD * rows.len().min(4) as f32 + 2.0 * PAD);
    let mut at = 0;
    while at < rows.len() {
        if flow.room() < LEAD + 2.0 * PAD {
            flow.new_page();
        }
        let fit = (((flow.room() - 2.0 * PAD) / LEAD) as usize).clamp(1, rows.len() - at);
        let h = fit as f32 * LEAD + 2.0 * PAD;
        let top = flow.y;
        let mut marks = vec![
            Op::Rect { x: LEFT, y: top, w: WIDTH, h, fill: PANEL },
            Op::Rect { x: LEFT, y: top, w: 2.0, h, fill: QUIET },
        ];
        let mut content = Vec::new();
        for (i, (goes_on, text)) in rows.iter().skip(at).take(fit).enumerate() {
            let y = top + PAD + LEAD * i as f32 + SIZE;
            let indent = if *goes_on { 3.0 * Face::Mono.width("0", SIZE) } else { 0.0 };
            if *goes_on {
                let (x, text) = (LEFT + PAD + 1.0, "↪".to_owned());
                marks.push(Op::Text { x, y, face: Face::Regular, size: SIZE, color: QUIET, text });
            }
            let x = LEFT + PAD + indent;
            content.push(Op::Text { x, y, face: Face::Mono, size: SIZE, color: INK, text: text.clone() });
        }
        flow.artifact(marks);
        if content.iter().any(|op| matches!(op, Op::Text { text, .. } if !text.trim().is_empty())) {
            flow.content(node, content);
        }
        flow.y = top + h;
        at += fit;
    }
    flow.y += 8.0;
}

/// Header and footer, when the number of pages is known.
fn furniture(flow: &mut Flow, document: &Document) {
    const SIZE: f32 = 7.8;
    let count = flow.pages.len();
    let redaction = match document.redact {
        crate::report::Redact::Full => String::new(),
        other => format!(" · {}", other.label()),
    };
    let left = format!("{} · {}{redaction}", document.made_by, document.made);
    let left = one_line(&left, SIZE, WIDTH - 90.0);
    let title = one_line(&document.title, SIZE, WIDTH);
    for (i, page) in flow.pages.iter_mut().enumerate() {
        let text = |x: f32, y: f32, text: String| Op::Text {
            x,
            y,
            face: Face::Regular,
            size: SIZE,
            color: QUIET,
            text,
        };
        let number = format!("page {} of {count}", i + 1);
        let right = PAGE_W - LEFT - Face::Regular.width(&number, SIZE);
        let foot = PAGE_H - 34.0;
        let mut ops = vec![
            Op::Rect { x: LEFT, y: foot - 12.0, w: WIDTH, h: 0.6, fill: RULE },
            text(LEFT, foot, left.clone()),
            text(right, foot, number),
        ];
        if i > 0 {
            ops.push(text(LEFT, 38.0, title.clone()));
            ops.push(Op::Rect { x: LEFT, y: 45.0, w: WIDTH, h: 0.6, fill: RULE });
        }
        page.push(super::flow::Item { content: None, ops });
    }
}

/// Page furniture may be shortened: the whole stands on page one.
fn one_line(text: &str, size: f32, width: f32) -> String {
    let text = Face::Regular.fit(text);
    let mut lines = Face::Regular.wrap(&text, size, width - 8.0);
    if lines.len() < 2 { text } else { format!("{}…", lines.swap_remove(0)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::words;

    fn texts(flow: &Flow) -> Vec<String> {
        let ops = flow.pages.iter().flatten().flat_map(|i| &i.ops);
        ops.filter_map(|op| if let Op::Text { text, .. } = op { Some(text.clone()) } else { None }).collect()
    }

    #[test]
    fn a_long_line_of_code_keeps_every_character_and_shows_where_it_goes_on() {
        let line = format!("set {}", "abcdefghij".repeat(40));
        let mut flow = Flow::new();
        code(&mut flow, &line);
        let all = texts(&flow);
        let marks = all.iter().filter(|t| *t == "↪").count();
        assert!(marks >= 4, "{marks}");
        let joined: String = all.iter().filter(|t| *t != "↪").map(String::as_str).collect();
        assert_eq!(joined, line);
    }

    #[test]
    fn nothing_is_drawn_outside_of_the_page() {
        let mut flow = Flow::new();
        for n in 0..80 {
            block(&mut flow, &Block::Heading { level: 2 + n % 2, text: "x".repeat(usize::from(n) * 9) });
            block(&mut flow, &Block::Paragraph("word ".repeat(usize::from(n) * 7)));
            block(&mut flow, &Block::Code("line\n".repeat(usize::from(n))));
            block(&mut flow, &Block::List(vec!["item ".repeat(usize::from(n)); 3]));
            block(&mut flow, &Block::KeyValues(vec![("key".into(), "v".repeat(usize::from(n) * 60))]));
        }
        assert!(flow.pages.len() > 10);
        for op in flow.pages.iter().flatten().flat_map(|i| &i.ops) {
            if let Op::Text { x, y, face, size, text, .. } = op {
                assert!(*y < PAGE_H - 50.0 && *y > 40.0, "{y} {text}");
                assert!(x + face.width(text.trim_end(), *size) <= PAGE_W - LEFT + 0.5, "{text}");
            }
        }
    }

    #[test]
    fn the_words_of_links_fit_under_them() {
        for word in [words::link_words(crate::model::snapshot::LinkHealth::Broken)] {
            for part in word.split(' ') {
                assert!(Face::Semi.width(part, 7.6) < 40.0);
            }
        }
    }
}
