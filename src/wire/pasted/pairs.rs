//! Names and values that stand in one line: `key=value` with and without quotes, `key:"value";`, `Key(1003)=value;`,
//! `Key: value, Key: value`, CEF, LEEF, and the prefix of a line of netfilter.

use std::borrow::Cow;

/// Fields of a record, in their order.
pub type Fields<'a> = Vec<(Cow<'a, str>, Cow<'a, str>)>;

/// Most fields that one line can have.
const MOST: usize = 400;

/// All names and values in a line.
#[must_use]
pub fn of(line: &str) -> Fields<'_> {
    if let Some(found) = cef(line).or_else(|| leef(line)) {
        return found;
    }
    let mut out = Vec::new();
    if line.contains("=\"\"") {
        cells(line, &mut out);
        if out.len() > 2 {
            return out;
        }
        out.clear();
    }
    if line.contains(":\"") {
        quoted_with_colon(line, &mut out);
    }
    if out.len() < 2 {
        out.clear();
        equal_signs(line, &mut out);
        if out.len() < 3 && line.contains(", ") {
            with_colons(line, &mut out);
        }
    }
    netfilter(line, &mut out);
    out
}

fn is_key(b: u8) -> bool {
    b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b'(' | b')')
}

/// Where the name that ends before `at` begins; none when there is no name.
fn name_before(line: &str, at: usize) -> Option<(usize, &str)> {
    let bytes = line.as_bytes();
    let mut from = at;
    while from > 0 && bytes.get(from - 1).copied().is_some_and(is_key) && at - from < 60 {
        from -= 1;
    }
    // `(1003)` behind a name is its number; a bracket before it is not its own
    let name = line.get(from..at)?;
    let name = name.split('(').find(|n| !n.is_empty())?;
    let name = name.trim_start_matches(['-', '.', ')']);
    let begins = name.bytes().next()?;
    (begins.is_ascii_alphabetic() || begins == b'_').then_some((from, name))
}

/// `key=value`, `key="a b"`, `key='a b'`; what ends a value without quotes is a space, a comma, a semicolon, a bar, a tab.
fn equal_signs<'a>(line: &'a str, out: &mut Fields<'a>) {
    let mut from = 0;
    while let Some(found) = line.get(from..).and_then(|l| l.find('=')) {
        let at = from + found;
        from = at + 1;
        if out.len() >= MOST {
            return;
        }
        let Some((_, name)) = name_before(line, at) else { continue };
        let rest = line.get(at + 1..).unwrap_or_default();
        let (value, len) = value_of(rest);
        from = at + 1 + len;
        out.push((Cow::Borrowed(name), value));
    }
}

/// A value and how many bytes of the text it takes.
fn value_of(rest: &str) -> (Cow<'_, str>, usize) {
    let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''));
    if let Some(quote) = quote
        && let Some(inner) = rest.get(1..)
        && let Some(end) = end_of_quoted(inner, quote)
    {
        return (unescaped(inner.get(..end).unwrap_or_default()), end + 2);
    }
    let ends = |b: &u8| matches!(b, b' ' | b',' | b';' | b'|' | b'\t' | b'"');
    let end = rest.as_bytes().iter().position(ends).unwrap_or(rest.len());
    let mut value = rest.get(..end).unwrap_or_default();
    if end == rest.trim_end().len() && value.len() > 1 {
        // the full stop of a sentence
        value = value.strip_suffix('.').unwrap_or(value);
    }
    if !value.contains(['[', '(']) {
        value = value.trim_end_matches([']', ')']);
    }
    (Cow::Borrowed(value), end)
}

/// Where the quotes end; a backslash hides one.
fn end_of_quoted(inner: &str, quote: char) -> Option<usize> {
    let mut hidden = false;
    // the quotes and the backslash are ASCII, and no octet of another sign is
    for (at, b) in inner.bytes().enumerate() {
        match b {
            _ if hidden => hidden = false,
            b'\\' => hidden = true,
            b if char::from(b) == quote => return Some(at),
            _ => {}
        }
    }
    // a path that ends in a backslash hides nothing
    inner.find(quote)
}

fn unescaped(value: &str) -> Cow<'_, str> {
    if !value.contains('\\') {
        return Cow::Borrowed(value);
    }
    let mut out = String::with_capacity(value.len());
    let mut chars = value.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => out.push(chars.next().unwrap_or('\\')),
            c => out.push(c),
        }
    }
    Cow::Owned(out)
}

/// `"srcip=192.0.2.50","action=""deny"""`: pairs as cells of a table, in which quotes are doubled.
fn cells(line: &str, out: &mut Fields<'_>) {
    let Some(from) = line.find('"') else { return };
    for cell in super::table::cells(line.get(from..).unwrap_or_default(), ',').into_iter().take(MOST) {
        let Some((name, value)) = cell.split_once('=') else { continue };
        if name.bytes().all(is_key) && name.starts_with(|c: char| c.is_ascii_alphabetic()) {
            let value = value.trim().trim_matches('"').to_owned();
            out.push((Cow::Owned(name.to_owned()), Cow::Owned(value)));
        }
    }
}

/// `action:"Drop"; src:"192.0.2.50"` of Check Point.
fn quoted_with_colon<'a>(line: &'a str, out: &mut Fields<'a>) {
    let mut from = 0;
    while let Some(found) = line.get(from..).and_then(|l| l.find(":\"")) {
        let at = from + found;
        from = at + 2;
        let inner = line.get(from..).unwrap_or_default();
        let Some((_, name)) = name_before(line, at) else { continue };
        let Some(end) = end_of_quoted(inner, '"') else { return };
        if out.len() >= MOST {
            return;
        }
        out.push((Cow::Borrowed(name), unescaped(inner.get(..end).unwrap_or_default())));
        from += end + 1;
    }
}

/// `SrcIP: 192.0.2.50, DstIP: 198.51.100.7, Prefilter Policy: Default`.
fn with_colons<'a>(line: &'a str, out: &mut Fields<'a>) {
    let mut found: Fields<'a> = Vec::new();
    for piece in line.split(", ") {
        let Some((name, value)) = piece.split_once(": ") else { continue };
        // the head of the line stands before the first name
        let name = name.rsplit(": ").next().unwrap_or(name);
        let value = if found.is_empty() { value.rsplit(": ").next().unwrap_or(value) } else { value };
        let name = if found.is_empty() { piece.rsplit(": ").nth(1).unwrap_or(name) } else { name };
        let is_name = name.len() < 40
            && name.bytes().next().is_some_and(|b| b.is_ascii_alphabetic())
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b' ' | b'_' | b'-' | b'/'));
        if is_name && found.len() < MOST {
            found.push((Cow::Borrowed(name), Cow::Borrowed(value.trim())));
        }
    }
    if found.len() >= 3 {
        out.extend(found);
    }
}

/// Where an envelope begins: behind nothing but a head. In a value it is what somebody wrote there.
fn envelope(line: &str, mark: &str) -> Option<usize> {
    let at = line.find(mark)?;
    (!line.get(..at)?.contains(['=', '"', '%', '{'])).then_some(at)
}

/// `CEF:0|vendor|product|version|id|name|severity|key=value key=value`: a value goes up to the next name.
fn cef(line: &str) -> Option<Fields<'_>> {
    let rest = line.get(envelope(line, "CEF:")? + 4..)?;
    let mut heads = Vec::new();
    let mut rest = rest;
    while heads.len() < 7 {
        let (head, after) = rest.split_at_checked(bar(rest)?)?;
        heads.push(head);
        rest = after.get(1..)?;
    }
    let names = ["cef", "cef vendor", "cef product", "cef version", "cef id", "cef name", "cef severity"];
    let mut out: Fields<'_> =
        names.iter().zip(heads).map(|(n, v)| (Cow::Borrowed(*n), unescaped(v.trim()))).collect();
    let mut pending: Option<(&str, usize)> = None;
    let bytes = rest.as_bytes();
    for (at, _) in rest.match_indices('=') {
        if out.len() >= MOST || (at > 0 && bytes.get(at - 1) == Some(&b'\\')) {
            continue;
        }
        let Some((begins, name)) = name_before(rest, at) else { continue };
        // a name stands at the beginning or behind a space
        if begins > 0 && !matches!(bytes.get(begins - 1), Some(b' ' | b'\t')) {
            continue;
        }
        if let Some((name, from)) = pending {
            out.push((Cow::Borrowed(name), unescaped(rest.get(from..begins).unwrap_or_default().trim())));
        }
        pending = Some((name, at + 1));
    }
    if let Some((name, from)) = pending {
        out.push((Cow::Borrowed(name), unescaped(rest.get(from..).unwrap_or_default().trim())));
    }
    Some(named_by_labels(out))
}

/// `cs1=Block all cs1Label=Rule Name` is a field that is called Rule Name.
fn named_by_labels(fields: Fields<'_>) -> Fields<'_> {
    let labels: Vec<(String, Cow<'_, str>)> = fields
        .iter()
        .filter_map(|(name, label)| Some((name.strip_suffix("Label")?.to_owned(), label.clone())))
        .collect();
    let named: Fields<'_> = labels
        .into_iter()
        .filter_map(|(name, label)| Some((label, fields.iter().find(|(n, _)| *n == name)?.1.clone())))
        .collect();
    fields.into_iter().chain(named).collect()
}

/// `LEEF:1.0|vendor|product|version|id|key=value<tab>key=value`, in version 2 with a delimiter of its own.
fn leef(line: &str) -> Option<Fields<'_>> {
    let rest = line.get(envelope(line, "LEEF:")? + 5..)?;
    let mut parts = rest.splitn(6, '|');
    let version = parts.next()?;
    let heads: Vec<&str> = parts.by_ref().take(4).collect();
    let mut rest = parts.next()?;
    let mut delimiter = '\t';
    if version.starts_with('2') {
        let (given, after) = rest.split_once('|')?;
        rest = after;
        delimiter = match given.strip_prefix(['x', 'X']).or_else(|| given.strip_prefix("0x")) {
            Some(hex) => u32::from_str_radix(hex, 16).ok().and_then(char::from_u32).unwrap_or('\t'),
            None => given.chars().next().unwrap_or('\t'),
        };
    }
    let names = ["leef vendor", "leef product", "leef version", "leef id"];
    let mut out: Fields<'_> =
        names.iter().zip(heads).map(|(n, v)| (Cow::Borrowed(*n), Cow::Borrowed(v))).collect();
    // on its way a tab may have become spaces
    if delimiter == '\t' && !rest.contains('\t') {
        equal_signs(rest, &mut out);
        return Some(out);
    }
    for piece in rest.split(delimiter).take(MOST) {
        if let Some((name, value)) = piece.split_once('=') {
            out.push((Cow::Borrowed(name.trim()), Cow::Borrowed(value.trim())));
        }
    }
    Some(out)
}

/// Where the next bar is that no backslash hides.
fn bar(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    text.match_indices('|').map(|(at, _)| at).find(|at| *at == 0 || bytes.get(at - 1) != Some(&b'\\'))
}

/// What the rule wrote before `IN=`: `[UFW BLOCK]`, `reject lan out:`, `[LAN_IN-default-D]`. A bracket that ends it is all
/// of it, and the seconds since the start are none of it.
fn netfilter<'a>(body: &'a str, out: &mut Fields<'a>) {
    let Some(at) = body
        .find("IN=")
        .filter(|at| body.get(*at..).is_some_and(|rest| rest.contains("OUT=") || rest.contains("SRC=")))
    else {
        return;
    };
    let before = body.get(..at).unwrap_or_default();
    let before = before.split(" DESCR=").next().unwrap_or(before).trim();
    let before = match before.strip_prefix('[').and_then(|b| b.split_once(']')) {
        Some((uptime, after)) if uptime.trim().bytes().all(|b| b.is_ascii_digit() || b == b'.') => {
            after.trim()
        }
        _ => before,
    };
    let prefix = match before.strip_suffix(']').and_then(|b| b.rsplit_once('[')) {
        Some((_, bracketed)) => bracketed,
        // firewalld once wrote its prefix with its quotes
        None => before.trim_matches('"').trim_end_matches([':', ' ', '-']),
    };
    let prefix = prefix.strip_prefix("kernel:").unwrap_or(prefix).trim();
    out.push((Cow::Borrowed("netfilter prefix"), Cow::Borrowed(prefix)));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn get<'a>(fields: &'a Fields<'_>, name: &str) -> &'a str {
        fields.iter().find(|(n, _)| n == name).map_or("-", |(_, v)| v)
    }

    #[test]
    fn every_way_of_writing_a_pair() {
        for (line, name, value) in [
            ("srcip=192.0.2.50 policyname=\"a \\\"b\\\" c\" x=1", "policyname", "a \"b\" c"),
            ("a= b=2", "a", ""),
            ("type=FWD|proto=TCP|rule=BLOCK ALL|x=1", "proto", "TCP"),
            (
                "%%01POLICY/6/POLICYDENY(l):vsys=public, protocol=6, rule-name=default.",
                "rule-name",
                "default",
            ),
            ("H3C FILTER/6/X: SrcZoneName(1025)=Trust;RuleID(1078)=9;Event(1048)=Deny;", "Event", "Deny"),
            ("[action:\"Drop\"; name:\"a\\]b\"; src:\"192.0.2.50\"]", "name", "a]b"),
            (
                "%FTD-1-430002: AccessControlRuleAction: Block, SrcIP: 192.0.2.50, Prefilter Policy: Default P",
                "AccessControlRuleAction",
                "Block",
            ),
            (
                "%FTD-1-430002: AccessControlRuleAction: Block, SrcIP: 192.0.2.50, Prefilter Policy: Default P",
                "Prefilter Policy",
                "Default P",
            ),
            (
                "x CEF:0|Ubi|UniFi|9.3|201|Blocked|5|src=192.0.2.50 policy=Block IoT to x msg=a\\=b",
                "policy",
                "Block IoT to x",
            ),
            (
                "x CEF:0|Ubi|UniFi|9.3|201|Blocked|5|src=192.0.2.50 policy=Block IoT to x msg=a\\=b",
                "msg",
                "a=b",
            ),
            ("CEF:0|V|P|1|1|n|5|cs1=deny rest cs1Label=Rule Name src=1", "Rule Name", "deny rest"),
            ("LEEF:1.0|V|P|1|deny|src=192.0.2.50\tpolicy=a b\tdstPort=4321", "policy", "a b"),
            ("LEEF:2.0|V|P|1|deny|^|src=192.0.2.50^policy=a b^dstPort=4321", "dstPort", "4321"),
            ("[ 42.1] reject lan out: IN=br OUT=eth0 SRC=1", "netfilter prefix", "reject lan out"),
            ("[1.2] [UFW BLOCK] IN=br OUT=eth0 SRC=1", "netfilter prefix", "UFW BLOCK"),
            ("[L-A-1] DESCR=\"[x]y\" IN=br OUT=eth0", "netfilter prefix", "L-A-1"),
            ("\"filter_FWD_x_REJECT: \"IN=br OUT=eth0 SRC=1", "netfilter prefix", "filter_FWD_x_REJECT"),
            ("\"srcip=1\",\"action=\"\"deny, all\"\"\",\"policyid=0\"", "action", "deny, all"),
            ("\"itime=16\",\"dstport=4321\",\"action=deny\"", "dstport", "4321"),
        ] {
            assert_eq!(get(&of(line), name), value, "{line}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_line_is_read(line in "(\\PC|=|:\"|\\||CEF:0\\||LEEF:2.0\\|){0,120}") {
            let _ = of(&line);
        }
    }
}
