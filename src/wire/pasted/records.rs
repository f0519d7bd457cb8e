//! A text → its records: lines of a log with their heads taken off, objects of JSON, rows under their heading, entries of
//! several lines. Each line belongs to one record, or to none.

use super::blocks;
use super::cores;
use super::formats::Formats;
use super::head::{Head, Heads};
use super::json;
use super::meaning::{self, Room};
use super::pairs::{self, Fields};
use super::stack;
use super::table::{self, Heading};
use super::wrapped;
use std::borrow::Cow;
use std::ops::Range;

/// What belongs together.
#[derive(Clone, Debug, Default)]
pub struct Record<'a> {
    /// Lines of the text, from 0.
    pub lines: Range<usize>,
    pub time: Option<Cow<'a, str>>,
    pub program: Cow<'a, str>,
    /// It begins as lines of a log do.
    pub has_head: bool,
    /// A single line, or several that were one before they were wrapped; not a row, an object or a block.
    pub is_line: bool,
    /// All of it, as it was written.
    pub text: Cow<'a, str>,
    pub fields: Fields<'a>,
    /// The fields of a row by the order of its cells.
    pub by_order: Option<Fields<'a>>,
    /// The format under whose heading it stands.
    pub under: Option<usize>,
    /// It stands among others without a gap, and what belongs to which is not certain.
    pub unsure: bool,
}

/// An object is looked for in so many lines of its document.
const LOOKED_FOR: usize = 200;

/// How many times JSON is looked for where there is none.
const JSON_TRIES: usize = 12;

/// Most lines that are looked at together for a document each.
const WINDOW: usize = 8192;

/// The records of a text, in its order, given to `take` one by one; `lines` have been made readable.
pub fn each<'a>(lines: &'a [Cow<'a, str>], take: &mut dyn FnMut(Record<'a>)) {
    let mut at = 0;
    let mut room = Room::default();
    let heads = Heads::of(lines);
    // each try may read the rest of the text
    let mut tries = 0;
    let mut window = 1;
    while let Some(line) = lines.get(at) {
        let trimmed = line.trim();
        if trimmed.is_empty() || table::is_rule(trimmed) {
            at += 1;
            continue;
        }
        if json::may_begin(trimmed) && tries < JSON_TRIES {
            let some = one_a_line(lines, at, &mut window);
            if !some.is_empty() {
                at += some.len();
                some.into_iter().flatten().for_each(&mut *take);
                continue;
            }
            match documents(lines, at, &mut tries, take) {
                Some(next) => {
                    at = next;
                    continue;
                }
                None => tries += 1,
            }
        }
        let head = heads.at(at);
        if !head.is {
            if let Some(next) = table_at(lines, at, take) {
                at = next;
                continue;
            }
            if let Some(next) = stack::at(lines, at, take) {
                at = next;
                continue;
            }
            if let Some((fields, range)) = blocks::braces(lines, at) {
                at = range.end.max(at + 1);
                take(several(lines, range, fields));
                continue;
            }
            let lists = blocks::lists(lines, at);
            if let Some((_, last)) = lists.last() {
                at = last.end.max(at + 1);
                let unsure = !blocks::are_alike(&lists);
                for (fields, range) in lists {
                    take(Record { unsure, ..several(lines, range, fields) });
                }
                continue;
            }
        } else if let Some(next) = stack::at(lines, at, take) {
            at = next;
            continue;
        }
        let (record, next) = wrapped::unwrap(lines, at, &heads, &mut room);
        at = next;
        match inner_json(&record) {
            Some(inner) => inner.into_iter().for_each(&mut *take),
            None => take(record),
        }
    }
}

/// The record of one line.
#[must_use]
pub fn of_line<'a>(line: &'a str, n: usize) -> Record<'a> {
    of_head(&Head::of(line), n)
}

pub(super) fn of_head<'a>(head: &Head<'a>, n: usize) -> Record<'a> {
    Record {
        lines: n..n + 1,
        time: head.time.map(Cow::Borrowed),
        program: Cow::Borrowed(head.program.unwrap_or_default()),
        has_head: head.is,
        is_line: true,
        text: Cow::Borrowed(head.whole),
        fields: pairs::of(head.body),
        ..Record::default()
    }
}

/// The record of a line that was put together from several.
pub(super) fn of_joined(line: &str, lines: Range<usize>) -> Record<'static> {
    let record = of_line(line, lines.start);
    let owned = |(name, value): (Cow<'_, str>, Cow<'_, str>)| {
        (Cow::Owned(name.into_owned()), Cow::Owned(value.into_owned()))
    };
    Record {
        lines,
        time: record.time.map(|t| Cow::Owned(t.into_owned())),
        program: Cow::Owned(record.program.into_owned()),
        has_head: record.has_head,
        is_line: true,
        text: Cow::Owned(record.text.into_owned()),
        fields: record.fields.into_iter().map(owned).collect(),
        ..Record::default()
    }
}

fn several<'a>(lines: &'a [Cow<'a, str>], range: Range<usize>, fields: Fields<'a>) -> Record<'a> {
    let text =
        lines.get(range.clone()).unwrap_or_default().iter().map(|l| l.trim()).collect::<Vec<_>>().join("  ");
    Record { lines: range, text: Cow::Owned(text), fields, ..Record::default() }
}

/// The records of lines that are a document each, from one on: the most common kind of JSON. They are read together, and as
/// many as were such lines before, twice over.
fn one_a_line<'a>(lines: &'a [Cow<'a, str>], at: usize, window: &mut usize) -> Vec<Vec<Record<'a>>> {
    let some: Vec<usize> = (at..lines.len().min(at + *window)).collect();
    let read = |part: &[usize]| {
        let read: Vec<_> = part.iter().map_while(|n| document_of_line(lines, *n)).collect();
        let are_all = read.len() == part.len();
        (read, are_all)
    };
    let (mut out, mut go_on) = (Vec::new(), true);
    for (read, are_all) in cores::in_parts(&some, read) {
        if go_on {
            out.extend(read);
        }
        go_on &= are_all;
    }
    *window = if go_on { (2 * *window).min(WINDOW) } else { 1 };
    out
}

/// The records of a line that is one document; of an empty line there are none.
fn document_of_line<'a>(lines: &'a [Cow<'a, str>], at: usize) -> Option<Vec<Record<'a>>> {
    let line = lines.get(at)?.trim();
    let mut out = Vec::new();
    if !line.is_empty() {
        let (objects, end) = json::document(line)?;
        if !line.get(end..)?.trim_matches([',', ' ', ']', '}', ';']).is_empty() {
            return None;
        }
        for object in objects {
            of_object(object, lines, at..at + 1, &mut |record| out.push(record));
        }
    }
    Some(out)
}

/// The line behind the JSON that begins in a line, whose objects are taken. None: none does.
/// `tries` counts how often all of the rest was looked at, which long texts are not to pay for again and again.
fn documents<'a>(
    lines: &'a [Cow<'a, str>],
    at: usize,
    tries: &mut usize,
    take: &mut dyn FnMut(Record<'a>),
) -> Option<usize> {
    let first = lines.get(at).map_or("", |l| l.trim());
    let paragraph =
        (at..lines.len()).find(|n| lines.get(*n).is_some_and(|l| l.trim().is_empty())).unwrap_or(lines.len());
    // an empty line may stand inside a document, so the whole rest is tried after the paragraph
    for end in [paragraph, lines.len()] {
        let Some(some) = lines.get(at..end) else { continue };
        if some.len() < 2 && end != lines.len() {
            continue;
        }
        if end != paragraph {
            if *tries >= JSON_TRIES {
                continue;
            }
            *tries += 1;
        }
        for between in ["\n", ""] {
            let text = some.join(between);
            let found = json::documents(&text);
            if found.is_empty() {
                continue;
            }
            let (mut counted, mut line) = (0, at);
            let mut next = at;
            for (objects, bytes) in found {
                let lines_to = |byte: usize, counted: usize, line: usize| {
                    if between.is_empty() {
                        at + lines_of(some, byte).saturating_sub(1)
                    } else {
                        line + text.get(counted..byte).map_or(0, |t| t.matches('\n').count())
                    }
                };
                let from = lines_to(bytes.start + 1, counted, line);
                let to = lines_to(bytes.end, bytes.start + 1, from) + 1;
                (counted, line) = (bytes.end, to - 1);
                let mut begins = from;
                for object in objects {
                    begins = of_object(object, lines, begins..to, take);
                }
                next = to;
            }
            return Some(next);
        }
    }
    let end = paragraph;
    // cut off: the objects that are whole
    let part = lines.get(at..end).unwrap_or_default().join("\n");
    let found =
        if first.contains("\":") || first == "{" || first == "[" { json::pieces(&part) } else { Vec::new() };
    if found.is_empty() {
        return None;
    }
    let (mut line, mut counted, mut last) = (at, 0, at);
    let mut line_of = |byte: usize| {
        line += part.get(counted..byte).map_or(0, |p| p.matches('\n').count());
        counted = byte;
        line
    };
    for (object, bytes) in found {
        let (from, to) = (line_of(bytes.start), line_of(bytes.end) + 1);
        last = last.max(to);
        of_object(object, lines, from..to, take);
    }
    Some(last.max(at + 1))
}

/// How many lines so many bytes are, when nothing was put between them.
fn lines_of(lines: &[Cow<'_, str>], bytes: usize) -> usize {
    let mut sum = 0;
    lines
        .iter()
        .take_while(|l| {
            let goes_on = sum < bytes;
            sum += l.len();
            goes_on
        })
        .count()
}

/// An object is a record; where it carries a line of a log, that line is. Gives the line where it was found.
fn of_object<'a>(
    object: json::Object,
    lines: &'a [Cow<'a, str>],
    range: Range<usize>,
    take: &mut dyn FnMut(Record<'a>),
) -> usize {
    // the names under which collectors keep the line that they got
    const LINES: [&str; 9] = [
        "event.original",
        "_raw",
        "result._raw",
        "full_log",
        "full_message",
        "message",
        "MESSAGE",
        "log",
        "line",
    ];
    let formats_know = |record: &Record<'_>| {
        meaning::recognise(record, &mut Room::default()).is_some_and(|e| !e.known.format.generic)
    };
    for name in LINES {
        let Some((_, line)) = object.iter().find(|(n, _)| n == name) else { continue };
        let mut record = of_joined(line.trim(), range.clone());
        if record.program.is_empty() {
            let ident = object
                .iter()
                .find(|(n, _)| matches!(n.as_str(), "SYSLOG_IDENTIFIER" | "program" | "process.name"));
            record.program = Cow::Owned(ident.map(|(_, v)| v.clone()).unwrap_or_default());
        }
        if formats_know(&record) {
            take(record);
            return range.start;
        }
    }
    let own = if range.len() > 1 { lines_of_object(&object, lines, range) } else { range };
    let first = own.start;
    let mut shown = String::with_capacity(object.iter().map(|(n, v)| n.len() + v.len() + 6).sum());
    for (n, (name, value)) in object.iter().enumerate() {
        shown.extend([if n == 0 { "{\"" } else { ",\"" }, name, "\":\"", value, "\""]);
    }
    shown.push('}');
    let time = object.iter().find(|(n, _)| {
        matches!(n.as_str(), "@timestamp" | "timestamp" | "__timestamp__" | "time" | "ts" | "date")
    });
    take(Record {
        time: time.map(|(_, v)| Cow::Owned(v.clone())),
        lines: own,
        text: Cow::Owned(shown),
        fields: object.into_iter().map(|(n, v)| (Cow::Owned(n), Cow::Owned(v))).collect(),
        ..Record::default()
    });
    first
}

/// The lines of a document that hold one of its objects.
fn lines_of_object(object: &json::Object, lines: &[Cow<'_, str>], range: Range<usize>) -> Range<usize> {
    let values: Vec<&str> = object
        .iter()
        .map(|(_, v)| v.as_str())
        .filter(|v| v.len() >= 7 && v.contains(['.', ':', '-']))
        .collect();
    let holds = |n: &usize| lines.get(*n).is_some_and(|l| values.iter().any(|v| l.contains(v)));
    // a value may be written otherwise than it is read: what is not found near is not looked for in all of a long text
    let first = range.clone().take(LOOKED_FOR).find(holds).unwrap_or(range.start);
    let end = range.end.min(first + object.len() + 4);
    first..(first..end).rev().find(holds).unwrap_or(first) + 1
}

/// The objects of JSON that stands behind the head of a log's line.
fn inner_json<'a>(record: &Record<'a>) -> Option<Vec<Record<'a>>> {
    let at = record.text.find("{\"").filter(|_| record.text.trim_end().ends_with(['}', ']']))?;
    let (objects, _) = json::document(record.text.get(at..)?)?;
    let mut out = Vec::new();
    for object in objects {
        of_object(object, &[], record.lines.clone(), &mut |mut r: Record<'_>| {
            r.time = r.time.or_else(|| record.time.clone());
            out.push(Record {
                lines: record.lines.clone(),
                time: r.time.map(|t| Cow::Owned(t.into_owned())),
                program: record.program.clone(),
                has_head: true,
                is_line: false,
                text: Cow::Owned(r.text.into_owned()),
                fields: r
                    .fields
                    .into_iter()
                    .map(|(n, v)| (Cow::Owned(n.into_owned()), Cow::Owned(v.into_owned())))
                    .collect(),
                ..Record::default()
            });
        });
    }
    (!out.is_empty()).then_some(out)
}

/// The rows under the heading that a line is, if it is one.
fn table_at<'a>(lines: &'a [Cow<'a, str>], at: usize, take: &mut dyn FnMut(Record<'a>)) -> Option<usize> {
    let line = lines.get(at)?;
    let below =
        (at + 1..lines.len().min(at + 4)).find(|n| lines.get(*n).is_some_and(|l| !l.trim().is_empty()));
    let below = below?;
    let (heading, under) = heading(line, lines.get(below)?)?;
    let mut next = at + 1;
    let mut blank = 0;
    while let Some(row) = lines.get(next) {
        let trimmed = row.trim();
        // the rest of a long client id
        let is_rest =
            !trimmed.contains(' ') && (goes_on(trimmed) || lines.get(next - 1).is_some_and(|l| goes_on(l)));
        if next > below && is_rest {
            next += 1;
            continue;
        }
        if trimmed.is_empty() {
            // one may stand between the heading and the rows, or between the parts of a table
            blank += 1;
            if blank > 1 && next > below {
                break;
            }
            next += 1;
            continue;
        }
        if table::is_rule(trimmed) {
            next += 1;
            continue;
        }
        let is_other = next > at + 1 && heading_like(row, lines.get(next + 1).map(AsRef::as_ref));
        if is_other || !heading.takes(row) || ends_table(row) {
            break;
        }
        blank = 0;
        let (fields, by_order) = heading.row(row);
        take(Record {
            lines: next..next + 1,
            text: Cow::Borrowed(trimmed),
            fields,
            by_order,
            under,
            ..Record::default()
        });
        next += 1;
    }
    Some(next)
}

/// A command behind the prompt of a device: `fw-1# show arp`, `[Expert@fw:0]# arp -an`, `<H3C>display arp`.
#[must_use]
pub fn is_command(line: &str) -> bool {
    let line = line.trim();
    let in_signs = line.strip_prefix('<').and_then(|rest| rest.split_once('>'));
    let Some((device, command)) = in_signs.or_else(|| line.split_once(['>', '#', '$', '%'])) else {
        return false;
    };
    let is_device = device.starts_with(|c: char| c.is_ascii_alphabetic() || c == '[')
        && !device.contains(['=', ' ', '"'])
        && !device.ends_with('-');
    is_device && command.trim_start().starts_with(|c: char| c.is_ascii_lowercase())
}

/// Whether a value of a row goes on in the next line, as long client ids do.
fn goes_on(row: &str) -> bool {
    let is_id = |w: &str| {
        w.len() > 5
            && w.ends_with(['-', '.'])
            && w.bytes().all(|b| b.is_ascii_hexdigit() || matches!(b, b'-' | b'.'))
    };
    row.split_whitespace().any(is_id)
}

/// A prompt, a line of a log, JSON: what comes after a table.
fn ends_table(line: &str) -> bool {
    let word = line.split_whitespace().next().unwrap_or_default();
    let is_prompt = !line.starts_with(' ')
        && word.len() > 1
        && word.contains(['>', '#', '$'])
        && !word.starts_with('#')
        && super::addresses::ips(word).is_empty();
    let has_head =
        line.starts_with('<') || (Head::of(line).is && !line.starts_with(' ') && line.contains(": "));
    is_prompt || has_head || line.trim_start().starts_with(['{', '['])
}

fn heading_like(line: &str, below: Option<&str>) -> bool {
    heading(line, below.unwrap_or_default())
        .is_some_and(|(h, under)| under.is_some() || matches!(h, Heading::Columns(_)))
}

/// What a line is the heading of: a table that is known, cells with names, or columns with names that most use.
fn heading(line: &str, below: &str) -> Option<(Heading, Option<usize>)> {
    let begins = line.trim_start().chars().next()?;
    if line.len() > 600
        || line.contains('=')
        // `Columns: ADDRESS, MAC-ADDRESS` tells what the heading below it means
        || line.split_whitespace().next().is_some_and(|word| word.ends_with(':'))
        || !(begins.is_alphabetic() || matches!(begins, '#' | '"' | '|' | '@'))
    {
        return None;
    }
    if !super::addresses::ips(line).is_empty() || !super::addresses::macs(line).is_empty() {
        return None;
    }
    if let Some(cells) = table::cells_heading(line, below) {
        return Some((cells, None));
    }
    let formats = Formats::known();
    let lower = line.to_ascii_lowercase();
    let known = formats.all.iter().enumerate().filter(|(_, k)| k.may_head(&lower)).filter_map(|(n, k)| {
        Some((table::columns(line, Some(below), &k.format.table)?, n, k.format.table.len()))
    });
    if let Some((columns, n, _)) = known.max_by_key(|(_, n, names)| (*names, std::cmp::Reverse(*n))) {
        return Some((Heading::Columns(columns), Some(n)));
    }
    // a heading of which nothing is known has names that are asked for, and an address below it
    let columns = table::columns_of_any(line, Some(below))?;
    let asked = columns.iter().filter(|c| formats.key_of(&c.name).is_some()).count();
    let is_rows = table::is_rule(below)
        || !super::addresses::ips(below).is_empty()
        || !super::addresses::macs(below).is_empty();
    (asked >= 2 && is_rows).then_some((Heading::Columns(columns), None))
}
