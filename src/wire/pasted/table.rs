//! Tables: fixed columns under a heading, with or without a line of dashes; cells with commas, semicolons, tabs or bars
//! between them, with quotes. A cell belongs to the column under whose name it stands.

use super::pairs::Fields;
use std::borrow::Cow;
use std::cell::RefCell;

/// One column: its name, and where it stands, in characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    pub name: String,
    from: usize,
    to: usize,
}

/// How the cells of a table are told apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heading {
    /// By where they stand.
    Columns(Vec<Column>),
    /// By what stands between them.
    Cells(char, Vec<String>),
}

impl Heading {
    /// The fields of a row, and the same by the order of its cells: where a long cell has pushed the others to the right.
    #[must_use]
    pub fn row(&self, line: &str) -> (Fields<'static>, Option<Fields<'static>>) {
        match self {
            Self::Cells(between, names) => {
                let cells = cells(line, *between);
                (names.iter().zip(cells).map(|(n, c)| (Cow::Owned(n.clone()), Cow::Owned(c))).collect(), None)
            }
            Self::Columns(columns) => {
                let text = spread(line);
                let mut found: Vec<String> = vec![String::new(); columns.len()];
                for (from, to) in words(&text) {
                    let at = column_of(columns, from, to);
                    let Some(cell) = found.get_mut(at) else { continue };
                    if !cell.is_empty() {
                        cell.push(' ');
                    }
                    cell.extend(text.get(from..to).unwrap_or_default());
                }
                let named = |cells: Vec<String>| -> Fields<'static> {
                    columns
                        .iter()
                        .zip(cells)
                        .map(|(c, v)| (Cow::Owned(c.name.clone()), Cow::Owned(v)))
                        .collect()
                };
                let chunks: Vec<String> = chunks(&text)
                    .map(|(from, to)| text.get(from..to).unwrap_or_default().iter().collect())
                    .collect();
                let by_order = (chunks.len() == columns.len()).then(|| named(chunks));
                (named(found), by_order)
            }
        }
    }

    /// How many cells a row has at least that belongs to this heading.
    #[must_use]
    pub fn takes(&self, line: &str) -> bool {
        match self {
            Self::Cells(between, names) => line.matches(*between).count() + 1 >= names.len().div_ceil(2),
            Self::Columns(_) => true,
        }
    }
}

/// Which column a word stands in: the one whose name it stands under most, else the one it begins in.
fn column_of(columns: &[Column], from: usize, to: usize) -> usize {
    let under = |c: &Column| to.min(c.to).saturating_sub(from.max(c.from));
    let best = columns.iter().enumerate().max_by_key(|(n, c)| (under(c), std::cmp::Reverse(*n)));
    match best {
        Some((n, c)) if under(c) > 0 => n,
        _ => columns.iter().rposition(|c| c.from <= from).unwrap_or(0),
    }
}

/// A line as characters, its tabs as the spaces that they show as.
fn spread(line: &str) -> Vec<char> {
    let mut out = Vec::with_capacity(line.len());
    for c in line.chars() {
        if c == '\t' {
            out.push(' ');
            while out.len() % 8 != 0 {
                out.push(' ');
            }
        } else {
            out.push(c);
        }
    }
    out
}

/// Where each word stands.
fn words(text: &[char]) -> impl Iterator<Item = (usize, usize)> {
    pieces(text, 1)
}

/// Where each piece stands that has two spaces on either side.
fn chunks(text: &[char]) -> impl Iterator<Item = (usize, usize)> {
    pieces(text, 2)
}

fn pieces(text: &[char], gap: usize) -> impl Iterator<Item = (usize, usize)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        while text.get(at) == Some(&' ') {
            at += 1;
        }
        let from = at;
        let (mut to, mut spaces) = (at, 0);
        while let Some(c) = text.get(at) {
            spaces = if *c == ' ' { spaces + 1 } else { 0 };
            if spaces == gap {
                break;
            }
            at += 1;
            if *c != ' ' {
                to = at;
            }
        }
        (to > from).then_some((from, to))
    })
}

/// Where these names stand in a line, each behind the one before it. None: one of them is not there.
fn places(line: &[char], names: &[String]) -> Option<Vec<(usize, usize)>> {
    let lower: Vec<char> = line.iter().map(char::to_ascii_lowercase).collect();
    let mut at = 0;
    let mut out = Vec::new();
    for name in names {
        let name: Vec<char> = name.to_ascii_lowercase().chars().collect();
        let from = loop {
            let found = lower.get(at..)?.windows(name.len()).position(|w| w == name)? + at;
            let is_edge = |c: Option<&char>| c.is_none_or(|c| !c.is_alphanumeric());
            let before = found.checked_sub(1).and_then(|b| lower.get(b));
            if is_edge(before) && is_edge(lower.get(found + name.len())) {
                break found;
            }
            at = found + 1;
        };
        at = from + name.len();
        out.push((from, at));
    }
    Some(out)
}

/// The columns under a heading that has these names; `below` is the line under it, which may be dashes.
#[must_use]
pub fn columns(line: &str, below: Option<&str>, names: &[String]) -> Option<Vec<Column>> {
    let text = spread(line);
    let named = places(&text, names)?;
    let mut spans: Vec<(usize, usize)> = match below.map(spread).filter(|b| is_ruler(b)) {
        Some(ruler) if words(&ruler).count() >= names.len() => words(&ruler).collect(),
        _ => {
            let is_inside = |at: usize| named.iter().any(|(from, to)| (*from..*to).contains(&at));
            let others = chunks(&text).filter(|(from, _)| !is_inside(*from));
            named.iter().copied().chain(others).collect()
        }
    };
    spans.sort_unstable();
    let ends = spans.iter().skip(1).map(|(from, _)| *from).chain([text.len().max(1)]);
    let columns = spans.iter().zip(ends).map(|((from, to), next)| {
        let name: String = text.get(*from..next.max(*from)).unwrap_or_default().iter().collect();
        let name = name.trim().to_owned();
        let width = name.chars().count();
        Column { name, from: *from, to: (*to).max(from + width) }
    });
    Some(columns.collect())
}

/// The columns of a heading of which nothing is known: pieces with two spaces between them.
#[must_use]
pub fn columns_of_any(line: &str, below: Option<&str>) -> Option<Vec<Column>> {
    let text = spread(line);
    let names: Vec<String> =
        chunks(&text).map(|(from, to)| text.get(from..to).unwrap_or_default().iter().collect()).collect();
    // signs name nothing
    let named = names.iter().filter(|name| name.chars().any(char::is_alphabetic)).count();
    (named >= 2).then(|| columns(line, below, &names)).flatten()
}

fn is_ruler(text: &[char]) -> bool {
    text.len() > 3 && text.iter().all(|c| matches!(c, '-' | '=' | ' ' | '+' | '─' | '━'))
}

/// Whether a line is only dashes.
#[must_use]
pub fn is_rule(line: &str) -> bool {
    let line = line.trim();
    line.len() >= 3 && line.chars().all(|c| matches!(c, '-' | '=' | ' ' | '+' | '|' | '─' | '━' | '_'))
}

/// The cells of a line with this sign between them; one in quotes may hold it.
#[must_use]
pub fn cells(line: &str, between: char) -> Vec<String> {
    let line = line.trim();
    let mut out = if line.contains('"') {
        quoted_cells(line, between)
    } else {
        line.split(between).map(|cell| cell.trim().to_owned()).collect()
    };
    // bars stand at the edges too
    if between == '|' && out.first().is_some_and(String::is_empty) {
        out.remove(0);
        if out.last().is_some_and(String::is_empty) {
            out.pop();
        }
    }
    out
}

fn quoted_cells(line: &str, between: char) -> Vec<String> {
    thread_local! {
        // making one costs more than reading a line
        static COMMAS: RefCell<csv_core::Reader> = RefCell::new(csv_core::Reader::new());
    }
    match u8::try_from(between) {
        Ok(b',') => COMMAS.with_borrow_mut(|reader| {
            reader.reset();
            cells_by(reader, line, between)
        }),
        Ok(delimiter) => {
            cells_by(&mut csv_core::ReaderBuilder::new().delimiter(delimiter).build(), line, between)
        }
        Err(_) => Vec::new(),
    }
}

fn cells_by(reader: &mut csv_core::Reader, line: &str, between: char) -> Vec<String> {
    let mut bytes = vec![0; line.len() + 2];
    let mut ends = vec![0; line.matches(between).count() + 2];
    let mut rest = line.as_bytes();
    let (mut filled, mut count) = (0, 0);
    // the second call, without input, ends the record
    for _ in 0..2 {
        let (Some(room), Some(places)) = (bytes.get_mut(filled..), ends.get_mut(count..)) else { break };
        let (result, read, written, ended) = reader.read_record(rest, room, places);
        rest = rest.get(read..).unwrap_or_default();
        filled += written;
        count += ended;
        if matches!(result, csv_core::ReadRecordResult::Record | csv_core::ReadRecordResult::End) {
            break;
        }
    }
    let mut from = 0;
    let mut out = Vec::new();
    for to in ends.get(..count).unwrap_or_default() {
        let cell = bytes.get(from..*to).unwrap_or_default();
        out.push(String::from_utf8_lossy(cell).trim().to_owned());
        from = *to;
    }
    out
}

/// The sign between the cells and the names, when a line is the heading of such a table and the line below goes with it.
#[must_use]
pub fn cells_heading(line: &str, below: &str) -> Option<Heading> {
    let between = [',', ';', '\t', '|'].into_iter().max_by_key(|c| line.matches(*c).count())?;
    let signs = line.matches(between).count();
    // several tabs in a row draw columns
    if between == '\t' && line.contains("\t\t") {
        return None;
    }
    if signs < 2 && !(signs == 1 && between != '|') {
        return None;
    }
    let below_signs = below.matches(between).count();
    if below_signs + 1 < (signs + 1).div_ceil(2) || below_signs > signs * 2 + 2 {
        return None;
    }
    let names = cells(line, between);
    let is_name = |n: &String| {
        n.is_empty()
            || (n.len() <= 50
                && n.starts_with(|c: char| c.is_alphabetic() || matches!(c, '_' | '#' | '@'))
                && !n.contains(['=', ';', '{', '"'])
                && n.bytes().filter(u8::is_ascii_digit).count() <= 2)
    };
    let filled = names.iter().filter(|n| !n.is_empty()).count();
    (filled >= 2 && names.iter().all(is_name)).then_some(Heading::Cells(between, names))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell<'a>(fields: &'a Fields<'_>, name: &str) -> &'a str {
        fields.iter().find(|(n, _)| n == name).map_or("-", |(_, v)| v)
    }

    #[test]
    fn an_empty_cell_stays_empty() {
        let names = ["ADDRESS".to_owned(), "MAC-ADDRESS".to_owned(), "STATUS".to_owned()];
        let head =
            " #   ADDRESS          MAC-ADDRESS       HOST-NAME  SERVER     RATE-LIMIT  STATUS  LAST-SEEN";
        let heading = Heading::Columns(columns(head, None, &names).unwrap());
        let (row, _) = heading
            .row(" 0                    34:A5:E1:00:0B:07            dhcp1                  bound   1m2s");
        assert_eq!(
            (cell(&row, "ADDRESS"), cell(&row, "MAC-ADDRESS"), cell(&row, "STATUS")),
            ("", "34:A5:E1:00:0B:07", "bound")
        );
        let (row, _) = heading
            .row(" 1 D 192.0.2.60                         printer    dhcp1                  bound   35w13h");
        assert_eq!((cell(&row, "ADDRESS"), cell(&row, "MAC-ADDRESS")), ("192.0.2.60", ""));
    }

    #[test]
    fn dashes_say_where_columns_are() {
        let head = "Source IP or MAC  Destination IP  Prot SPort DPort Flags           CPU ID";
        let rule = "----------------- --------------- ---- ----- ----- --------------- -------";
        let names = ["Destination IP".to_owned(), "DPort".to_owned()];
        let heading = Heading::Columns(columns(head, Some(rule), &names).unwrap());
        let (row, _) = heading.row("192.0.2.50        198.51.100.7    6    50000 4321  FDYC            5");
        assert_eq!((cell(&row, "DPort"), cell(&row, "Flags"), cell(&row, "Prot")), ("4321", "FDYC", "6"));
    }

    #[test]
    fn a_cell_in_quotes_may_hold_the_sign() {
        assert_eq!(cells("1,\"a, b\",,\"c \"\"d\"\"\"", ','), ["1", "a, b", "", "c \"d\""]);
        assert_eq!(cells("| a | b |", '|'), ["a", "b"]);
        assert!(cells_heading("ID,Date,IP Address,MAC Address", "10,11/27/26,192.0.2.50,00").is_some());
        assert!(cells_heading("10,11/27/26,192.0.2.50,00", "10,11/27/26,192.0.2.50,00").is_none());
    }

    proptest::proptest! {
        #[test]
        fn any_lines_are_read(head in "\\PC{0,80}", below in "\\PC{0,80}", row in "(\\PC|,|\"|\t){0,80}") {
            if let Some(columns) = columns_of_any(&head, Some(&below)) {
                let _ = Heading::Columns(columns).row(&row);
            }
            if let Some(heading) = cells_heading(&head, &row) {
                let _ = heading.row(&row);
            }
            let _ = cells(&row, ',');
        }
    }
}
