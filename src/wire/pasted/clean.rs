//! What the way to us did to a text: marks of mail, colours and pagers of a terminal, characters that show nothing.

use super::cores;
use std::borrow::Cow;

/// Longest text that is read, in bytes: the leases of a large site are some hundred kilobytes, a day of a log some megabytes.
pub const TEXT_MAX: usize = 32 << 20;

/// Bytes of a file as text: UTF-16 where its mark says so (what PowerShell writes), else UTF-8.
#[must_use]
pub fn decode(bytes: Vec<u8>) -> String {
    let wide = |of: fn([u8; 2]) -> u16| {
        let units: Vec<u16> =
            bytes.get(2..).unwrap_or_default().chunks_exact(2).map(|c| of([c[0], c[1]])).collect();
        String::from_utf16_lossy(&units)
    };
    match bytes.as_slice() {
        [0xff, 0xfe, ..] => wide(u16::from_le_bytes),
        [0xfe, 0xff, ..] => wide(u16::from_be_bytes),
        _ => String::from_utf8(bytes)
            .unwrap_or_else(|broken| String::from_utf8_lossy(broken.as_bytes()).into_owned()),
    }
}

/// What of a text is read: all of it, or whole lines of up to [`TEXT_MAX`] bytes. Half a line would say what nobody wrote.
fn readable_part(text: &str) -> &str {
    if text.len() <= TEXT_MAX {
        return text;
    }
    let most = text.get(..text.floor_char_boundary(TEXT_MAX)).unwrap_or_default();
    most.get(..most.rfind('\n').map_or(0, |at| at + 1)).unwrap_or_default()
}

/// The line with which reading ends, where the text goes on after it.
#[must_use]
pub fn read_to(text: &str) -> Option<usize> {
    let part = readable_part(text);
    (part.len() < text.len()).then(|| part.lines().count())
}

/// The lines of a text as the product wrote them. One for each line of [`str::lines`], so that numbers stay, but for those
/// that an encoding broke.
#[must_use]
pub fn lines(text: &str) -> Vec<Cow<'_, str>> {
    let text = readable_part(text);
    if text.contains("=3D")
        && let Some(decoded) = quoted_printable(text)
    {
        return decoded.iter().map(|l| Cow::Owned(line(l).into_owned())).collect();
    }
    let raw: Vec<&str> = text.lines().collect();
    cores::in_parts(&raw, |part| part.iter().map(|l| line(l)).collect::<Vec<_>>())
        .into_iter()
        .flatten()
        .collect()
}

/// The source of a mail whose text is encoded as quoted-printable (RFC 2045 section 6.7): `=3D` is a sign, `=` at the end
/// of a line goes on in the next. Lines are counted as the reader of the mail sees them. None: it is not, since an equals
/// sign of a line that has one encoded stands for itself.
fn quoted_printable(text: &str) -> Option<Vec<String>> {
    let hex = |b: u8| b.is_ascii_digit() || (b'A'..=b'F').contains(&b);
    let is_encoded = |line: &str| {
        line.match_indices('=').all(|(at, _)| match line.as_bytes().get(at + 1..) {
            Some([] | [b' ' | b'\t', ..]) => line.get(at + 1..).is_some_and(|rest| rest.trim().is_empty()),
            Some([a, b, ..]) => hex(*a) && hex(*b),
            _ => false,
        })
    };
    if !text.lines().filter(|l| l.contains("=3D")).all(|l| is_encoded(l.trim_end())) {
        return None;
    }
    let mut out: Vec<String> = Vec::new();
    let mut open: Option<usize> = None;
    for raw in text.lines() {
        let line = raw.trim_end();
        // the heads of a mail are not encoded
        if !is_encoded(line) {
            open = None;
            out.push(raw.to_owned());
            continue;
        }
        let (body, goes_on) = line.strip_suffix('=').map_or((line, false), |body| (body, true));
        let text = octets(body);
        let at = match open.and_then(|at| out.get_mut(at).map(|l| (at, l))) {
            Some((at, first)) => {
                first.push_str(&text);
                at
            }
            None => {
                out.push(text);
                out.len() - 1
            }
        };
        open = goes_on.then_some(at);
    }
    Some(out)
}

/// `=C3=BC` → ü.
fn octets(body: &str) -> String {
    let mut out = Vec::with_capacity(body.len());
    let mut rest = body;
    while let Some((before, after)) = rest.split_once('=') {
        out.extend_from_slice(before.as_bytes());
        match after.get(..2).and_then(|h| u8::from_str_radix(h, 16).ok()) {
            Some(octet) => out.push(octet),
            None => {
                rest = after;
                continue;
            }
        }
        rest = after.get(2..).unwrap_or_default();
    }
    out.extend_from_slice(rest.as_bytes());
    String::from_utf8_lossy(&out).into_owned()
}

fn line(raw: &str) -> Cow<'_, str> {
    let raw = raw.trim_end_matches('\r');
    let is_plain = raw.bytes().all(|b| ((b' '..0x7f).contains(&b) || b == b'\t') && b != b'&');
    let mut line = if is_plain { Cow::Borrowed(raw) } else { Cow::Owned(readable(raw)) };
    if line.contains("ore") && line.contains("--") {
        line = Cow::Owned(without_pager(&line));
    }
    // `> ` and `>> ` of an answered mail; nothing that is pasted begins with it
    let quoted = line.trim_start();
    if quoted.starts_with('>') {
        let rest = quoted.trim_start_matches(['>', ' ']);
        let gone = line.len() - rest.len();
        // one space belongs to the mark, others are the text's own
        let marks = line.get(..gone).map_or(0, |m| m.rfind('>').map_or(0, |at| at + 1));
        let rest = line.get(marks..).unwrap_or_default();
        line = Cow::Owned(rest.strip_prefix(' ').unwrap_or(rest).to_owned());
    }
    if let Some(once) = of_repeated(&line) {
        line = Cow::Owned(once);
    }
    line
}

/// `message repeated 2 times: [ Deny inbound UDP ...]` as it stood there the first time.
fn of_repeated(line: &str) -> Option<String> {
    let (before, after) = line.split_once("message repeated ")?;
    let (times, message) = after.split_once(" times: [")?;
    let message = message.trim_end().strip_suffix(']')?;
    times.bytes().all(|b| b.is_ascii_digit()).then(|| format!("{before}{}", message.trim_start()))
}

/// Escapes and hidden characters taken out, typographer's signs as a keyboard has them.
fn readable(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    let mut chars = raw.chars().peekable();
    // where what was written since the last return of the carriage begins
    let mut begins = 0;
    while let Some(c) = chars.next() {
        match c {
            '\u{1b}' => match chars.next() {
                Some('[') => while chars.next().is_some_and(|c| !('@'..='~').contains(&c)) {},
                Some(']') => operating_system_command(&mut chars),
                _ => {}
            },
            '\u{8}' => {
                out.pop();
                begins = begins.min(out.len());
            }
            // what follows is written over what a pager wrote there; anything else stays
            '\r' => {
                let last = out.get(begins..).unwrap_or_default();
                if last.trim().is_empty() || is_pager(last) {
                    out.truncate(begins);
                } else if chars.peek().is_some() {
                    out.push(' ');
                }
                begins = out.len();
            }
            '\t' => out.push('\t'),
            '\u{201c}' | '\u{201d}' | '\u{201e}' | '\u{ab}' | '\u{bb}' => out.push('"'),
            '\u{2018}' | '\u{2019}' => out.push('\''),
            '\u{2010}'..='\u{2015}' | '\u{2212}' => out.push('-'),
            '\u{2192}' => out.push_str("->"),
            '&' => {
                let rest: String = chars.clone().take(5).collect();
                let entities = [("lt;", '<'), ("gt;", '>'), ("amp;", '&'), ("quot;", '"'), ("nbsp;", ' ')];
                match entities.iter().find(|(name, _)| rest.starts_with(name)) {
                    Some((name, sign)) => {
                        out.push(*sign);
                        chars.nth(name.len() - 1);
                    }
                    None => out.push('&'),
                }
            }
            c if c.is_whitespace() => out.push(' '),
            c if c.is_control()
                || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}') =>
                {}
            c => out.push(c),
        }
    }
    out
}

/// The title of a window, a link: up to a bell or `ESC \`. One that has no end takes nothing with it.
fn operating_system_command(chars: &mut std::iter::Peekable<std::str::Chars<'_>>) {
    let mut ahead = chars.clone();
    while let Some(c) = ahead.next() {
        match c {
            '\u{7}' => return *chars = ahead,
            '\u{1b}' if ahead.peek() == Some(&'\\') => {
                ahead.next();
                return *chars = ahead;
            }
            '\u{1b}' => return,
            _ => {}
        }
    }
}

/// Nothing but the mark of a pager.
fn is_pager(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    lower.contains("more") && lower.contains("--") && without_pager(&lower).trim().is_empty()
}

/// `--More--`, `---- More ----`, `<--- More --->`, `-- more -- (q to quit)`: what a pager leaves in front of a line.
fn without_pager(line: &str) -> String {
    let lower = line.to_ascii_lowercase();
    let Some(at) = lower.find("more") else { return line.to_owned() };
    let (before, after) = (line.get(..at).unwrap_or_default(), line.get(at + 4..).unwrap_or_default());
    let is_mark =
        |s: &str| s.contains("--") && s.chars().all(|c| matches!(c, '-' | '<' | '>' | ' ' | '(' | '\t'));
    let end = after.find(|c: char| !matches!(c, '-' | '>' | ')' | ' ' | '\t')).unwrap_or(after.len());
    let mark = after.get(..end).unwrap_or_default();
    if is_mark(before) && mark.contains("--") {
        // columns keep their place
        after.get(end..).unwrap_or_default().to_owned()
    } else {
        line.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_and_a_mail_add_is_taken_off() {
        for (raw, clean) in [
            ("plain 192.0.2.50", "plain 192.0.2.50"),
            ("\u{feff}a\u{a0}b", "a b"),
            ("\u{1b}[32mgreen\u{1b}[0m", "green"),
            ("> > quoted  text", "quoted  text"),
            (">   #  ADDRESS", "  #  ADDRESS"),
            ("--More--\u{8}\u{8}\u{8}\u{8}\u{8}\u{8}\u{8}\u{8}        \r192.0.2.50", "192.0.2.50"),
            (" --More-- 192.0.2.50", "192.0.2.50"),
            ("  ---- More ----\u{1b}[16D                \u{1b}[16D192.0.2.50", "192.0.2.50"),
            ("<--- More --->\r              \r%ASA-4-106023: x", "%ASA-4-106023: x"),
            ("192.0.2.50:1-&gt;198.51.100.7:2", "192.0.2.50:1->198.51.100.7:2"),
            ("action=\u{201c}deny\u{201d}", "action=\"deny\""),
            ("rule one -- more rules", "rule one -- more rules"),
            ("\u{1b}]0;title\u{1b}\\srcip=192.0.2.50 action=deny", "srcip=192.0.2.50 action=deny"),
            ("\u{1b}]0;title\u{7}action=deny", "action=deny"),
            ("a\u{1b}]8;;http://x action=deny", "a8;;http://x action=deny"),
            ("action=deny\rx", "action=deny x"),
            (" \r \r \rx", "x"),
            ("%ASA-2-106006: message repeated 2 times: [ Deny x]", "%ASA-2-106006: Deny x"),
            ("kernel: message repeated 5 times: [ [UFW BLOCK] IN=a]", "kernel: [UFW BLOCK] IN=a"),
            ("message repeated many times: [ x]", "message repeated many times: [ x]"),
        ] {
            assert_eq!(line(raw).trim_start(), clean.trim_start(), "{raw:?}");
        }
        let mail = "Content-Type: text/plain; charset=utf-8\n\nsrcip=3D192.0.2.50 name=3D=C3=BC dst=\nip=3D198.51.100.7\nb";
        assert_eq!(
            lines(mail),
            [
                "Content-Type: text/plain; charset=utf-8",
                "",
                "srcip=192.0.2.50 name=\u{fc} dstip=198.51.100.7",
                "b"
            ]
        );
        assert_eq!(lines("a=3D b=c"), ["a=3D b=c"]);
        assert_eq!(decode(b"\xff\xfea\0b\0".to_vec()), "ab");
        assert_eq!(lines("a\r\n\r\nb").len(), 3);
    }

    #[test]
    fn a_text_is_read_to_its_end_or_to_the_end_of_a_line_that_is_told() {
        let line = format!("{}\n", "x".repeat(1 << 20));
        let text = line.repeat(TEXT_MAX >> 20);
        assert_eq!((read_to("a\nb"), read_to("")), (None, None));
        assert!(text.len() > TEXT_MAX && read_to(&text) == Some((TEXT_MAX >> 20) - 1));
        assert!(lines(&text).iter().all(|l| l.len() == 1 << 20), "no half line");
        assert_eq!(read_to(&text[..TEXT_MAX]), None, "what fits is read");
        assert_eq!(read_to(&"x".repeat(TEXT_MAX + 1)), Some(0));
    }
}
