//! The head of a log's line: priority, time, host and program, in whatever order products put them (syslog of RFC 3164 and
//! RFC 5424, and what vendors made of them).
//!
//! No crate does this for us: those for syslog know the two RFCs, and fail on heads like `Nov 27 2026 07:03:12:`,
//! `*Nov 27 07:03:12.123:`, `2026:11:27-07:03:12` or `nov/27 07:03:12`, which most of the products write.

use regex::bytes::{Regex, RegexBuilder};
use std::borrow::Cow;
use std::cell::RefCell;
use std::sync::LazyLock;

/// What stands before a message, and the message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Head<'a> {
    /// As it is written.
    pub time: Option<&'a str>,
    /// `filterlog`, `dhcpd`, `kernel`.
    pub program: Option<&'a str>,
    /// Whether there is a head at all: a priority, a number in a list, or a time.
    pub is: bool,
    /// All of it, without the name of a file that grep put before it.
    pub whole: &'a str,
    pub body: &'a str,
}

/// The heads of a text's lines, each read once: a line is looked at by itself and by those before it.
pub struct Heads<'a> {
    lines: &'a [Cow<'a, str>],
    /// The last ones, each at its number's place.
    read: RefCell<[Option<(usize, Head<'a>)>; KEPT]>,
}

/// More than so many lines are never looked at before their turn.
const KEPT: usize = 64;

impl<'a> Heads<'a> {
    #[must_use]
    pub fn of(lines: &'a [Cow<'a, str>]) -> Heads<'a> {
        Heads { lines, read: RefCell::new([None; KEPT]) }
    }

    /// The head of a line; of one that is not there that of an empty line.
    #[must_use]
    pub fn at(&self, n: usize) -> Head<'a> {
        let mut read = self.read.borrow_mut();
        let Some((kept, line)) = read.get_mut(n % KEPT).zip(self.lines.get(n)) else {
            return Head::default();
        };
        match kept {
            Some((of, head)) if *of == n => *head,
            _ => kept.insert((n, Head::of(line))).1,
        }
    }
}

/// The times that products print, at the beginning of what is left of a line.
static TIME: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let month = "(?:[Jj]an|[Ff]eb|[Mm]ar|[Aa]pr|[Mm]ay|[Jj]un|[Jj]ul|[Aa]ug|[Ss]ep|[Oo]ct|[Nn]ov|[Dd]ec)";
    let clock = r"[0-9]{1,2}:[0-9]{2}:[0-9]{2}(?:[.,:][0-9]{1,9})?(?: ?[AaPp][Mm]\b)?";
    let zone = r"(?: ?(?:Z|UTC|GMT|CES?T|[A-Z]{1,2}[SD]T|[+-][0-9]{2}:?[0-9]{2})\b)?";
    let day = "(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? +)?";
    let forms = [
        format!(r"[0-9]{{4}}[-/:.][0-9]{{2}}[-/:.][0-9]{{2}}[T _-]+{clock}{zone}"),
        format!(r"{day}{month} +[0-9]{{1,2}},? +(?:[0-9]{{4}},? +)?{clock}{zone}(?: 20[0-9]{{2}}\b)?"),
        format!(r"{day}[0-9]{{1,2}}[ -]{month}[ -](?:[0-9]{{4}}|[0-9]{{2}}) +{clock}{zone}"),
        format!(r"{month}/[0-9]{{1,2}}(?:/[0-9]{{4}})? {clock}"),
        format!(r"[0-9]{{1,2}}[/.][0-9]{{1,2}}[/.](?:[0-9]{{4}}|[0-9]{{2}}),? +{clock}{zone}"),
        r"1[0-9]{9}(?:\.[0-9]{1,9})?".to_owned(),
        format!(r"[0-9]{{1,2}}:[0-9]{{2}}:[0-9]{{2}}(?:[.,][0-9]{{1,9}})?{zone}"),
    ];
    RegexBuilder::new(&format!(r"^[*.%\[(]*(?:{})[\])]?", forms.join("|"))).unicode(false).build().ok()
});

impl<'a> Head<'a> {
    /// Takes the head off a line.
    #[must_use]
    pub fn of(line: &'a str) -> Head<'a> {
        let mut head = Head { whole: line.trim(), body: line.trim(), ..Head::default() };
        let mut rest = line.trim();
        let after = without_file(rest);
        if after.len() < rest.len() {
            (head.whole, head.body, rest) = (after, after, after);
        }
        if let Some(after) = rest.strip_prefix('<') {
            if let Some((digits, after)) = after.split_once('>')
                && (1..=3).contains(&digits.len())
                && digits.bytes().all(|b| b.is_ascii_digit())
            {
                head.is = true;
                rest = after.trim_start();
                // the version of RFC 5424
                rest = rest.strip_prefix("1 ").unwrap_or(rest);
            }
        } else if let Some((number, after)) = rest.split_once(": ") {
            // `12: date=...`: an entry's number in what is displayed
            if number.len() <= 6 && !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()) {
                head.is = true;
                rest = after.trim_start();
            }
        }
        head.body = rest;
        // a time may be written twice, by the one who logs and by the one who keeps the log
        for _ in 0..2 {
            let Some(len) = time(rest) else { break };
            let (stamp, after) = rest.split_at(len);
            head.time = Some(stamp.trim_matches(['*', '[', ']', '(', ')', '%', '.']));
            head.is = true;
            rest = after.trim_start_matches([':', ',', ' ', '\t', ';', ']']);
            head.body = rest;
            let host_then_time =
                rest.split_once(' ').filter(|(host, after)| is_host(host) && time(after).is_some());
            if let Some((_, after)) = host_then_time {
                rest = after;
            }
        }
        if head.is {
            head.after_time(rest);
        }
        head
    }

    /// Host and program.
    fn after_time(&mut self, rest: &'a str) {
        let mut words = rest.splitn(5, ' ').filter(|w| !w.is_empty());
        let first = words.next().unwrap_or_default();
        // RFC 5424: host, program, process, message, data
        let five: Vec<&str> = rest.splitn(5, ' ').collect();
        if let [_, program, process, message, data] = five.as_slice() {
            let is_process = *process == "-" || process.bytes().all(|b| b.is_ascii_digit());
            if is_process && !process.is_empty() && (data.starts_with('[') || data.starts_with("- ")) {
                self.program = Some(program);
                let skip = rest.len() - data.len();
                // the message's name belongs to what is said
                let from = if *message == "-" { skip } else { skip - message.len() - 1 };
                self.body = rest.get(from..).unwrap_or_default();
                return;
            }
        }
        let behind = rest.get(first.len()..).unwrap_or_default().trim_start();
        if let Some(program) = tag(first, behind) {
            self.program = Some(program);
            self.body = behind;
            return;
        }
        if !is_host(first) {
            return;
        }
        // the host stands before the program; some write a level between them
        let mut at = first.len();
        for _ in 0..2 {
            let Some(after) = rest.get(at..).map(str::trim_start) else { return };
            let word = after.split(' ').next().unwrap_or_default();
            let begins = rest.len() - after.len();
            let behind = rest.get(begins + word.len()..).unwrap_or_default().trim_start();
            if let Some(program) = tag(word, behind) {
                self.program = Some(program);
                self.body = behind;
                return;
            }
            if !is_host(word) {
                break;
            }
            at = begins + word.len();
        }
        if !behind.starts_with("IN=") {
            self.body = behind;
        }
    }
}

/// `filter.log:Nov 27 ...`, `C:\\Windows\\x.log:41:15,11/27/26`: what grep and Select-String write before a line.
fn without_file(line: &str) -> &str {
    let drive = line.get(1..3) == Some(":\\");
    let skip = if drive { 3 } else { 0 };
    let Some((file, after)) = line.get(skip..).and_then(|l| l.split_once(':')) else { return line };
    let named = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | '\\' | ' ');
    let ends = file.rsplit('.').next().unwrap_or_default();
    let is_file = file.chars().all(|c| named(c) && (drive || c != ' '))
        && file.contains('.')
        && (1..=8).contains(&ends.len())
        && ends.bytes().any(|b| b.is_ascii_alphabetic())
        && (drive
            || file.contains('/')
            || matches!(ends, "log" | "txt" | "csv" | "leases" | "json" | "0" | "1"));
    if !is_file || after.starts_with([' ', '/', '\\']) {
        return line;
    }
    match after.split_once(':') {
        Some((number, rest))
            if !number.is_empty()
                && number.bytes().all(|b| b.is_ascii_digit())
                && !rest.starts_with(|c: char| {
                    c.is_ascii_digit() && number.len() <= 2 && rest.get(2..3) == Some(":")
                }) =>
        {
            rest
        }
        _ => after,
    }
}

/// Length of the time at the beginning.
fn time(rest: &str) -> Option<usize> {
    let begins = rest.trim_start_matches(['*', '.', '%', '[', '(']).chars().next()?;
    if !begins.is_ascii_alphanumeric() {
        return None;
    }
    let found = TIME.as_ref()?.find(rest.as_bytes())?;
    // `1795000100` alone could begin any number
    let ends = rest.get(found.end()..).and_then(|r| r.chars().next());
    (!ends.is_some_and(|c| c.is_alphanumeric())).then_some(found.end())
}

/// `dhcpd:`, `dhcpd[812]:`, `kernel:`. `CEF: 0|` begins a message, and so does what a rule of netfilter writes: `DENY: IN=`.
fn tag<'a>(word: &'a str, behind: &str) -> Option<&'a str> {
    let name = word.strip_suffix(':')?;
    let name = name.split('[').next()?;
    let is_message = matches!(name, "CEF" | "LEEF") || (behind.starts_with("IN=") && name != "kernel");
    (is_name(name) && !name.starts_with('%') && !is_message).then_some(name)
}

fn is_name(word: &str) -> bool {
    !word.is_empty()
        && word
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b'/' | b'(' | b')'))
}

fn is_host(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_head_is_taken_off() {
        for (line, time, program, body) in [
            (
                "<134>1 2026-11-27T07:03:12+01:00 fw filterlog 1234 - [meta sequenceId=\"1\"] 7,,,x",
                "2026-11-27T07:03:12+01:00",
                "filterlog",
                "[meta sequenceId=\"1\"] 7,,,x",
            ),
            (
                "<14>1 2026-11-27T07:03:12.573+01:00 SRX-1 RT_FLOW - RT_FLOW_SESSION_DENY [junos@2636 a=\"b\"]",
                "2026-11-27T07:03:12.573+01:00",
                "RT_FLOW",
                "RT_FLOW_SESSION_DENY [junos@2636 a=\"b\"]",
            ),
            ("Nov 27 07:03:12 fw filterlog[1234]: 5,,,10", "Nov 27 07:03:12", "filterlog", "5,,,10"),
            ("Nov 27 07:03:12 kernel: [1.2] x", "Nov 27 07:03:12", "kernel", "[1.2] x"),
            ("*Nov 27 07:03:12.123: %SEC-6-X: list", "Nov 27 07:03:12.123", "", "%SEC-6-X: list"),
            ("Nov 27 2026 07:03:12: %ASA-4-106023: Deny", "Nov 27 2026 07:03:12", "", "%ASA-4-106023: Deny"),
            (
                "Fri Nov 27 07:03:12 2026 kern.warn kernel: [ 42.1] reject",
                "Fri Nov 27 07:03:12 2026",
                "kernel",
                "[ 42.1] reject",
            ),
            (
                "<30>2026:11:27-07:03:12 fw-1 ulogd[503]: id=\"2001\"",
                "2026:11:27-07:03:12",
                "ulogd",
                "id=\"2001\"",
            ),
            (
                "nov/27 07:03:12 dhcp,warning dhcp1 offering",
                "nov/27 07:03:12",
                "",
                "dhcp,warning dhcp1 offering",
            ),
            (
                "07:03:12 firewall,info DROP forward: in:bridge",
                "07:03:12",
                "",
                "firewall,info DROP forward: in:bridge",
            ),
            ("<134>1 1795000000.14 MX84 events dhcp no offers", "1795000000.14", "", "events dhcp no offers"),
            ("1: date=2026-11-27 time=07:03:12", "", "", "date=2026-11-27 time=07:03:12"),
            ("no head at all", "", "", "no head at all"),
            ("/var/log/filter.log:Nov 27 07:03:12 fw filterlog: 5,,", "Nov 27 07:03:12", "filterlog", "5,,"),
            ("192.0.2.50 00:11:22:33:44:55", "", "", "192.0.2.50 00:11:22:33:44:55"),
        ] {
            let head = Head::of(line);
            assert_eq!(head.time.unwrap_or_default(), time, "{line}");
            assert_eq!(head.program.unwrap_or_default(), program, "{line}");
            assert_eq!(head.body, body, "{line}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_line_has_a_body(line in "\\PC{0,120}") {
            let _ = Head::of(&line);
        }
    }
}
