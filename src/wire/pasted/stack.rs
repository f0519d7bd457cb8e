//! Tables whose entries have several lines, each with columns of its own, as `show log traffic` of PAN-OS prints them.

use super::addresses;
use super::formats::{Formats, Known};
use super::pairs::Fields;
use super::records::Record;
use super::table::{self, Heading};
use std::borrow::Cow;

/// The entries under the heading that begins in a line, or the entry that does, where the heading was not copied.
pub fn at<'a>(lines: &'a [Cow<'a, str>], at: usize, take: &mut dyn FnMut(Record<'a>)) -> Option<usize> {
    let formats = Formats::known();
    for (n, known) in formats.stacks.iter().filter_map(|n| Some((*n, formats.all.get(*n)?))) {
        if is_heading(known, lines, at) {
            let own: Vec<&str> =
                (0..known.format.stack.len()).filter_map(|i| lines.get(at + i)).map(AsRef::as_ref).collect();
            let mut next = at + own.len();
            while let Some(line) = lines.get(next) {
                if begins(line) {
                    next = entry(lines, next, n, &headings(own.iter().copied()), take);
                } else if line.trim().is_empty() || table::is_rule(line) || is_heading(known, lines, next) {
                    // the heading comes again on each page
                    next += 1;
                } else {
                    break;
                }
            }
            return Some(next);
        }
        let (first, second) = (lines.get(at)?, lines.get(at + 1)?);
        let is_pair = begins(first)
            && first.split_whitespace().count() == 6
            && addresses::ips(first).len() == 1
            && !second.starts_with(|c: char| c.is_ascii_digit())
            && addresses::ips(second).len() == 1;
        if is_pair {
            return Some(entry(lines, at, n, &headings(known.format.stack.iter().map(String::as_str)), take));
        }
    }
    None
}

/// `2026/11/27 07:03:12` and something behind it.
fn begins(line: &str) -> bool {
    if !line.starts_with(|c: char| c.is_ascii_digit()) {
        return false;
    }
    let mut words = line.split_whitespace();
    let date = words.next().unwrap_or_default();
    let time = words.next().unwrap_or_default();
    date.matches('/').count() == 2 && time.matches(':').count() == 2 && words.next().is_some()
}

fn is_heading(known: &Known, lines: &[Cow<'_, str>], at: usize) -> bool {
    let has = |line: &str, names: &str| {
        let mut given = line.split_whitespace();
        names.split_whitespace().all(|name| given.next().is_some_and(|word| word.eq_ignore_ascii_case(name)))
    };
    known
        .format
        .stack
        .iter()
        .take(2)
        .enumerate()
        .all(|(i, names)| lines.get(at + i).is_some_and(|l| has(l, names)))
}

fn headings<'h>(lines: impl Iterator<Item = &'h str>) -> Vec<Heading> {
    lines.filter_map(|l| table::columns_of_any(l, None)).map(Heading::Columns).collect()
}

fn entry<'a>(
    lines: &'a [Cow<'a, str>],
    at: usize,
    under: usize,
    headings: &[Heading],
    take: &mut dyn FnMut(Record<'a>),
) -> usize {
    let mut fields: Fields<'a> = Vec::new();
    let mut text = Vec::new();
    let mut next = at;
    for (n, heading) in headings.iter().enumerate() {
        let Some(line) = lines.get(next).filter(|l| !l.trim().is_empty() && !table::is_rule(l)) else {
            break;
        };
        // the third line is indented; a line that is not begins something else
        if n > 0 && (begins(line) || (n > 1 && !line.starts_with(' '))) {
            break;
        }
        fields.extend(heading.row(line).0);
        text.push(line.trim());
        next += 1;
    }
    take(Record {
        lines: at..next,
        text: Cow::Owned(text.join("  ")),
        fields,
        under: Some(under),
        ..Record::default()
    });
    next
}
