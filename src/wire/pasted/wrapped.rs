//! A line of a log that a mail or a terminal has broken into several: put together again where the breaks are where such
//! breaks are made, and where the whole is a message that is known.

use super::head::Heads;
use super::meaning::{self, Room};
use super::records::{self, Record};
use std::borrow::Cow;

/// Most lines that one is broken into.
const MOST: usize = 40;
/// A narrower text is not broken, it has short lines.
const NARROWEST: usize = 40;
/// Widths of terminals.
const TERMINALS: [usize; 8] = [79, 80, 100, 119, 120, 131, 132, 160];

/// The record that begins in a line, and the line behind it.
pub fn unwrap<'a>(
    lines: &'a [Cow<'a, str>],
    at: usize,
    heads: &Heads<'a>,
    room: &mut Room,
) -> (Record<'a>, usize) {
    let indented = indented(lines, at);
    if indented > at + 1 {
        let some = lines.get(at..indented).unwrap_or_default();
        let joined = some.iter().map(|l| l.trim()).collect::<Vec<_>>().join(" ");
        return (records::of_joined(&joined, at..indented), indented);
    }
    let head = &heads.at(at);
    let alone = records::of_head(head, at);
    if !(head.is || begins_message(head.whole)) {
        return (alone, at + 1);
    }
    let end = group(lines, heads, at);
    if end == at + 1 {
        return (alone, at + 1);
    }
    let some = lines.get(at..end).unwrap_or_default();
    let is_known = |record: &Record<'_>, room: &mut Room| {
        meaning::recognise(record, room).is_some_and(|e| !e.known.format.generic)
    };
    // two messages of which the second has no head are two
    let alone_known = is_known(&alone, room);
    if alone_known {
        let second = records::of_line(some.get(1).map_or("", AsRef::as_ref), at + 1);
        if is_known(&second, room) {
            return (alone, at + 1);
        }
    }
    let order = if is_cut(some) { ["", " "] } else { [" ", ""] };
    for between in order {
        let joined = if between.is_empty() {
            some.concat()
        } else {
            some.iter().map(|l| l.trim()).collect::<Vec<_>>().join(between)
        };
        let record = records::of_joined(&joined, at..end);
        // a line that is known by itself was broken only where the rest tells more of it
        let tells_more = !alone_known || record.fields.len() > alone.fields.len();
        if tells_more && is_known(&record, room) {
            return (record, end);
        }
    }
    (alone, at + 1)
}

/// The lines with names and values that are indented under the first of an entry, as `print detail` of RouterOS has them.
fn indented(lines: &[Cow<'_, str>], at: usize) -> usize {
    let depth = |l: &str| l.len() - l.trim_start().len();
    let Some(first) = lines.get(at).filter(|l| l.contains('=')) else { return at + 1 };
    let goes_on = |n: usize| {
        lines.get(n).is_some_and(|l| {
            let begins = l.trim_start().split(' ').next().unwrap_or_default();
            depth(l) >= depth(first) + 2 && begins.contains('=') && n - at < MOST
        })
    };
    let mut end = at + 1;
    while goes_on(end) {
        end += 1;
    }
    end
}

/// Messages that begin without a time.
fn begins_message(line: &str) -> bool {
    ["%", "CEF:", "LEEF:", "id=", "date=", "device=", "itime=", "RT_FLOW", "logver="]
        .iter()
        .any(|b| line.starts_with(b))
}

/// The lines that go on where the one before them was broken: the next word would not have had room.
fn group(lines: &[Cow<'_, str>], heads: &Heads<'_>, at: usize) -> usize {
    let goes_on = |n: usize| {
        lines.get(n).is_some_and(|l| {
            let trimmed = l.trim();
            !trimmed.is_empty()
                && !trimmed.starts_with(['<', '{', '['])
                && !begins_message(trimmed)
                && !heads.at(n).is
        })
    };
    let length = |n: usize| lines.get(n).map_or(0, |l| l.chars().count());
    if length(at) < NARROWEST || length(at) > 250 {
        return at + 1;
    }
    let mut end = at + 1;
    while end - at < MOST && goes_on(end) {
        end += 1;
    }
    let width = (at..end).map(length).max().unwrap_or_default();
    let mut last = at + 1;
    while last < end {
        let word = lines.get(last).and_then(|l| l.split_whitespace().next()).map_or(0, |w| w.chars().count());
        let had_room = length(last - 1) + 1 + word <= width;
        if had_room {
            break;
        }
        last += 1;
    }
    last
}

/// Whether lines were cut at a width, in the middle of words, and not broken between them.
fn is_cut(lines: &[Cow<'_, str>]) -> bool {
    let lengths: Vec<usize> = lines.iter().map(|l| l.chars().count()).collect();
    let width = lengths.iter().copied().max().unwrap_or_default();
    let all_but_last = lengths.split_last().map_or(&[][..], |(_, rest)| rest);
    if !all_but_last.iter().all(|l| *l == width || l + 1 == width) {
        return false;
    }
    // where names and values are written, a break between them leaves a name behind it
    let pairs = lines.first().is_some_and(|l| l.matches('=').count() >= 3);
    let mid_word = lines.windows(2).any(|w| {
        let [before, after] = w else { return false };
        let last = before.split(' ').next_back().unwrap_or_default();
        let first = after.split(' ').next().unwrap_or_default();
        !before.ends_with(' ') && !after.starts_with(' ') && (!last.contains('=') || !first.contains('='))
    });
    if pairs { mid_word } else { all_but_last.len() > 1 || TERMINALS.contains(&width) }
}
