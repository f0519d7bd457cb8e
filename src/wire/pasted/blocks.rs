//! Entries of several lines: `lease 192.0.2.50 { ... }` as dhcpd writes it, `{ name=... }` of macOS, `Key : value` on lines of
//! their own as PowerShell and many command lines print them.

use super::pairs::Fields;
use std::borrow::Cow;
use std::ops::Range;

/// Most lines of one entry.
const LONGEST: usize = 80;

/// The block in braces that begins in line `from`: its fields, and its lines. A block that is cut off, as `grep -B` cuts,
/// ends where another begins, at an empty line, or at grep's `--`.
#[must_use]
pub fn braces<'a>(lines: &'a [Cow<'a, str>], from: usize) -> Option<(Fields<'a>, Range<usize>)> {
    let first = lines.get(from)?.trim();
    let open = first.find('{').filter(|_| opens(first));
    if open.is_none() && !is_statement(first) {
        return None;
    }
    let mut fields: Fields<'a> = Vec::new();
    let mut inside = first;
    if let Some(at) = open {
        let (title, rest) = first.split_at_checked(at)?;
        let title = title.trim();
        if let Some((kind, name)) = title.split_once(' ') {
            fields.push((Cow::Borrowed("block"), Cow::Borrowed(kind)));
            fields.push((Cow::Borrowed("name"), Cow::Borrowed(name.trim().trim_matches('"'))));
        } else {
            fields.push((Cow::Borrowed("block"), Cow::Borrowed(title)));
        }
        inside = rest.get(1..)?;
    }
    let mut to = from + 1;
    if !statements(inside, &mut fields) {
        while let Some(line) = lines.get(to) {
            let line = line.trim();
            if to - from >= LONGEST || line.is_empty() || line == "--" || opens(line) {
                break;
            }
            // the end of another block, at the beginning of what grep gave
            if !line.starts_with('}') && !is_statement(line) && !line.contains('=') {
                break;
            }
            to += 1;
            if statements(line, &mut fields) {
                break;
            }
        }
    }
    (fields.len() > 2).then_some((fields, from..to))
}

fn opens(line: &str) -> bool {
    let Some((title, rest)) = line.split_once('{') else { return false };
    let is_title = title.len() < 80
        && title.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, ' ' | '.' | '-' | '_' | '"' | ':'));
    // JSON has a name in quotes or another brace there
    is_title && (rest.trim().is_empty() || (rest.contains(';') && !rest.trim().starts_with('"')))
}

/// `hardware ethernet 00:11:22:33:44:55;`
fn is_statement(line: &str) -> bool {
    line.ends_with(';')
        && line.len() < 300
        && line.contains(' ')
        && line.starts_with(|c: char| c.is_ascii_lowercase())
        && !line.contains(['[', '|', ','])
        && line.matches('=').count() < 2
}

/// Adds the statements of a line; true when the block ends in it.
fn statements<'a>(line: &'a str, fields: &mut Fields<'a>) -> bool {
    let (inside, ended) =
        match line.rfind('}').filter(|at| line.get(at + 1..).is_some_and(|r| r.trim().is_empty())) {
            Some(at) => (line.get(..at).unwrap_or_default(), true),
            None => (line, false),
        };
    for statement in inside.split(';') {
        let statement = statement.trim();
        if let Some((name, value)) = statement.split_once('=') {
            fields.push((Cow::Borrowed(name.trim()), Cow::Borrowed(value.trim().trim_matches('"'))));
            continue;
        }
        let is_value = |w: &str| w.starts_with('"') || w.bytes().any(|b| b.is_ascii_digit());
        let mut at = 0;
        let mut begins = None;
        for word in statement.split(' ') {
            if at > 0 && is_value(word) {
                begins = Some(at);
                break;
            }
            at += word.len() + 1;
        }
        let begins = begins.or_else(|| statement.rfind(' ').map(|at| at + 1));
        if let Some((name, value)) = begins.and_then(|at| statement.split_at_checked(at)) {
            fields.push((Cow::Borrowed(name.trim()), Cow::Borrowed(value.trim().trim_matches('"'))));
        }
    }
    ended
}

/// The lines `Key : value` that begin in line `from` and belong to one entry: up to an empty line, or to the first key again.
#[must_use]
pub fn list<'a>(lines: &'a [Cow<'a, str>], from: usize) -> Option<(Fields<'a>, Range<usize>)> {
    let mut fields: Fields<'a> = Vec::new();
    let mut to = from;
    while let Some(line) = lines.get(to) {
        if to - from >= LONGEST {
            break;
        }
        let Some((name, value)) = key_and_value(line) else {
            // an address on a line of its own opens the entry, as in `192.0.2.50  bound`
            break;
        };
        if fields.iter().any(|(n, _)| n.eq_ignore_ascii_case(name)) {
            break;
        }
        fields.push((Cow::Borrowed(name), Cow::Borrowed(value)));
        to += 1;
    }
    (fields.len() >= 2).then_some((fields, from..to))
}

/// The entries that stand one behind the other from line `from` on, without a gap.
#[must_use]
pub fn lists<'a>(lines: &'a [Cow<'a, str>], from: usize) -> Vec<(Fields<'a>, Range<usize>)> {
    let mut out = Vec::new();
    let mut at = from;
    while let Some((fields, range)) = list(lines, at) {
        at = range.end;
        out.push((fields, range));
        if out.len() >= LONGEST || lines.get(at).is_none_or(|l| l.trim().is_empty()) {
            break;
        }
    }
    out
}

/// Whether entries without a gap have the same keys: else one of them may have lost its first key to a cut, and every value
/// may stand in the entry before its own.
#[must_use]
pub fn are_alike(lists: &[(Fields<'_>, Range<usize>)]) -> bool {
    let keys = |fields: &Fields<'_>| fields.iter().map(|(n, _)| n.to_ascii_lowercase()).collect::<Vec<_>>();
    let Some((first, _)) = lists.first() else { return true };
    lists.iter().all(|(fields, _)| keys(fields) == keys(first))
}

/// `ClientId        : 00-11-22-33-44-55`, `MAC Address: 00:11:22:33:44:55`.
fn key_and_value(line: &str) -> Option<(&str, &str)> {
    let line = line.trim();
    let (name, value) = line.split_once(':')?;
    let is_gap = value.is_empty() || value.starts_with([' ', '\t']) || name.ends_with([' ', '\t']);
    let name = name.trim_end().trim_start_matches(['*', '-', '•', ' ']);
    let is_name = (2..=40).contains(&name.len())
        && name.bytes().next().is_some_and(|b| b.is_ascii_alphabetic())
        && name.bytes().all(|b| {
            b.is_ascii_alphanumeric() || matches!(b, b' ' | b'_' | b'-' | b'/' | b'.' | b'(' | b')')
        });
    (is_gap && is_name && !value.contains(": ")).then(|| (name, value.trim().trim_matches('"')))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<Cow<'_, str>> {
        text.lines().map(Cow::Borrowed).collect()
    }

    fn get<'a>(fields: &'a Fields<'_>, name: &str) -> &'a str {
        fields.iter().find(|(n, _)| n == name).map_or("-", |(_, v)| v)
    }

    #[test]
    fn a_lease_of_dhcpd_is_one_entry() {
        let text = lines(
            "lease 192.0.2.50 {\n  starts 5 2026/11/27 07:03:12;\n  binding state active;\n  next binding state free;\n  hardware ethernet 00:11:22:33:44:55;\n  client-hostname \"a b\";\n}\nlease 192.0.2.51 {",
        );
        let (fields, lines) = braces(&text, 0).unwrap();
        assert_eq!(lines, 0..7);
        assert_eq!((get(&fields, "block"), get(&fields, "name")), ("lease", "192.0.2.50"));
        assert_eq!(
            (get(&fields, "binding state"), get(&fields, "starts")),
            ("active", "5 2026/11/27 07:03:12")
        );
        assert_eq!(
            (get(&fields, "hardware ethernet"), get(&fields, "client-hostname")),
            ("00:11:22:33:44:55", "a b")
        );
        let host = lines_of_host();
        let (fields, _) = braces(&host, 0).unwrap();
        assert_eq!((get(&fields, "name"), get(&fields, "fixed-address")), ("sensor", "192.0.2.50"));
    }

    fn lines_of_host() -> Vec<Cow<'static, str>> {
        vec![Cow::Borrowed("host sensor { hardware ethernet 00:11:22:33:44:55; fixed-address 192.0.2.50; }")]
    }

    #[test]
    fn keys_on_lines_of_their_own_are_one_entry() {
        let text = lines(
            "IPAddress       : 192.0.2.50\nClientId        : 00-11-22-33-44-55\nDescription     : \n\nIPAddress       : 192.0.2.51\n",
        );
        let (fields, lines) = list(&text, 0).unwrap();
        assert_eq!((lines, get(&fields, "ClientId")), (0..3, "00-11-22-33-44-55"));
        assert!(list(&super::tests::lines("kernel: a\nkernel: b"), 0).is_none());
    }
}
