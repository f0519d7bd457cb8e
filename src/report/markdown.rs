//! The document as Markdown (CommonMark with tables). Nothing foreign can open markup, break a table or leave its fence.

use super::document::{Block, Document, LegendRow, PathPicture, Table, VerdictPanel};
use super::words;
use crate::model::snapshot::LinkHealth;
use crate::model::text::foreign;
use std::fmt::Write as _;

/// The document as Markdown.
#[must_use]
pub fn markdown(document: &Document) -> String {
    let mut out = String::new();
    for block in &document.blocks {
        self::block(block, &mut out);
    }
    let _ = writeln!(
        out,
        "---\n\n*{} · {} · redaction: {}*",
        escape(&document.made_by),
        escape(&document.made),
        document.redact.word()
    );
    out
}

fn block(block: &Block, out: &mut String) {
    match block {
        Block::Heading { level, text } => {
            let _ = writeln!(out, "{} {}\n", "#".repeat(usize::from((*level).clamp(1, 6))), escape(text));
        }
        Block::Paragraph(text) => paragraph(text, "", out),
        Block::Note(text) => paragraph(text, "*", out),
        Block::KeyValues(rows) => {
            for (key, value) in rows {
                let _ = writeln!(out, "- **{}:** {}", escape(key), escape(value));
            }
            out.push('\n');
        }
        Block::List(items) => {
            for item in items {
                let _ = writeln!(out, "- {}", escape(item));
            }
            out.push('\n');
        }
        Block::Table(table) => self::table(table, out),
        Block::Code(text) => code(text, out),
        Block::Verdict(panel) => verdict(panel, out),
        Block::Path(picture) => path(picture, out),
        Block::Legend(rows) => legend(rows, out),
        Block::PageBreak => out.push_str("---\n\n"),
    }
}

fn paragraph(text: &str, around: &str, out: &mut String) {
    let text = escape(text);
    if !text.is_empty() {
        let _ = writeln!(out, "{around}{text}{around}\n");
    }
}

fn table(table: &Table, out: &mut String) {
    let row = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
    out.push_str(&row(table.head.iter().map(|h| escape(h)).collect()));
    out.push_str(&row(table.head.iter().map(|_| "---".to_owned()).collect()));
    for cells in &table.rows {
        out.push_str(&row(cells.iter().map(|c| escape(&c.text)).collect()));
    }
    out.push('\n');
}

/// A fence longer than any run of backticks inside, so that no line can close it.
fn code(text: &str, out: &mut String) {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    let _ = writeln!(out, "{fence}text");
    for line in text.lines() {
        let _ = writeln!(out, "{}", plain_line(line));
    }
    let _ = writeln!(out, "{fence}\n");
}

/// A line of a snippet: unchanged but for characters that a terminal would obey.
fn plain_line(line: &str) -> String {
    line.chars()
        .map(|c| if c == '\t' { "    ".to_owned() } else { foreign(&c.to_string()) })
        .collect::<String>()
        .trim_end()
        .to_owned()
}

fn verdict(v: &VerdictPanel, out: &mut String) {
    let states: Vec<&str> = v.led.iter().map(words::led_mark).collect();
    let mark = if states.len() == 4 { "?".to_owned() } else { states.join(" / ") };
    let _ = writeln!(out, "> **{mark} {}**\n> {}\n>", escape(&v.led_words), escape(&v.led_basis));
    let _ = writeln!(out, "> **{}** ({})\n>", escape(&v.sentence), words::level_words(v.level));
    let _ = writeln!(out, "> **Whose turn:** {}\n>", escape(&v.owner));
    let _ = writeln!(out, "> **Next step:** {}", escape(&v.next_step));
    if !v.code.is_empty() {
        let _ = writeln!(out, ">\n> Code: `{}`", v.code);
    }
    out.push('\n');
}

fn path(p: &PathPicture, out: &mut String) {
    let mut line = String::new();
    for (i, node) in p.nodes.iter().enumerate() {
        line.push_str(&escape(node));
        if let Some(link) = p.links.get(i) {
            line.push_str(match link {
                LinkHealth::Whole => " ──✓── ",
                LinkHealth::Broken => " ──✗ **broken** ✗── ",
                LinkHealth::Unknown => " · · ? · · ",
            });
        }
    }
    let _ = writeln!(out, "{line}\n\n{}\n", escape(&p.caption));
}

fn legend(rows: &[LegendRow], out: &mut String) {
    out.push_str("| LED | Looks | Means | Then |\n| --- | --- | --- | --- |\n");
    for r in rows {
        let _ = writeln!(
            out,
            "| {} {} | {} | {} | {} |",
            words::led_mark(r.state),
            r.state.label(),
            escape(&r.looks),
            escape(&r.means),
            escape(&r.then)
        );
    }
    out.push('\n');
}

/// One line in which every character stands for itself. Letters with a meaning are written with a backslash, breaks
/// become spaces, hidden characters become visible.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let one_line: String = text.chars().map(|c| foreign(&c.to_string())).collect();
    let one_line = one_line.split_whitespace().collect::<Vec<_>>().join(" ");
    let numbered = one_line.find(|c: char| !c.is_ascii_digit()).filter(|n| (1..=9).contains(n));
    for (i, c) in one_line.char_indices() {
        let special = match c {
            '\\' | '`' | '*' | '[' | ']' | '<' | '>' | '|' | '~' | '&' | '$' => true,
            // inside a word it is a letter
            '_' => {
                let around = |s: Option<char>| s.is_some_and(char::is_alphanumeric);
                !(around(one_line[..i].chars().next_back()) && around(one_line[i + 1..].chars().next()))
            }
            // `![`: an image
            '!' => one_line[i + 1..].starts_with('['),
            // at the beginning of a line: heading, list, rule, quote, setext underline
            '#' | '-' | '+' | '=' => i == 0,
            '.' | ')' => numbered == Some(i),
            // no machine shall make a link of foreign text
            ':' => one_line[i..].starts_with("://"),
            '@' => true,
            _ => false,
        };
        if special {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn foreign_text_is_only_text() {
        for (from, to) in [
            ("a|b", "a\\|b"),
            ("# h", "\\# h"),
            ("x # y - z", "x # y - z"),
            ("1. one", "1\\. one"),
            ("1.2.3.4 is", "1\\.2.3.4 is"),
            ("![x](http://e.org)", "\\!\\[x\\](http\\://e.org)"),
            ("<script>", "\\<script\\>"),
            ("a\n\n# b", "a # b"),
            ("snake_case _em_", "snake_case \\_em\\_"),
            ("\u{202e}evil\u{1b}[0m", "\\<202e\\>evil\\<1b\\>\\[0m"),
        ] {
            assert_eq!(escape(from), to);
        }
    }

    #[test]
    fn a_fence_holds_whatever_is_inside() {
        let mut out = String::new();
        code("a\n````\n```\nend", &mut out);
        assert!(out.starts_with("`````text\n") && out.ends_with("\n`````\n\n"), "{out}");
    }

    proptest! {
        #[test]
        fn a_row_has_as_many_cells_as_its_head(cell in "[|\\\\`*\\n\\ra-z<>]{0,20}") {
            let t = Table {
                summary: String::new(),
                head: vec!["A".into(), "B".into()],
                weights: vec![1, 1],
                rows: vec![vec![super::super::document::Cell::plain(cell.as_str()), super::super::document::Cell::plain("end")]],
            };
            let mut out = String::new();
            table(&t, &mut out);
            prop_assert_eq!(out.lines().count(), 4);
            let row = out.lines().nth(2).unwrap();
            let mut bars = 0;
            let mut escaped = false;
            for c in row.chars() {
                match c {
                    '\\' => { escaped = !escaped; continue; }
                    '|' if !escaped => bars += 1,
                    _ => {}
                }
                escaped = false;
            }
            prop_assert_eq!(bars, 3, "{}", row);
        }
    }
}
