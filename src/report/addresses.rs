//! Finds MAC and IP addresses in any text, in every notation that a log or a firewall writes.

use crate::model::Mac;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What [`scan`] finds in a text.
pub(super) enum Piece<'a> {
    Mac { mac: Mac, written: &'a str, bare: bool },
    Ip(IpAddr),
}

/// Finds addresses in a text and replaces each for which `f` gives a word.
pub(super) fn scan(text: &str, f: &mut impl FnMut(Piece<'_>) -> Option<String>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut before: Option<char> = None;
    while let Some(c) = rest.chars().next() {
        let starts = !before.is_some_and(char::is_alphanumeric) && (c.is_ascii_hexdigit() || c == ':');
        let found = if starts { find_mac(rest).or_else(|| find_ip(rest, before)) } else { None };
        let (taken, new) = match found {
            Some((len, Found::Mac(mac, bare))) => (len, f(Piece::Mac { mac, written: &rest[..len], bare })),
            Some((len, Found::Ip(ip))) => (len, f(Piece::Ip(ip))),
            None => (c.len_utf8(), None),
        };
        let (head, tail) = rest.split_at(taken);
        out.push_str(new.as_deref().unwrap_or(head));
        before = head.chars().next_back();
        rest = tail;
    }
    out
}

enum Found {
    Mac(Mac, bool),
    Ip(IpAddr),
}

/// A MAC address at the beginning: `34:a5:…`, `34-a5-…`, `34a5.e100.0b07`, `34a5-e100-0b07` or twelve digits.
fn find_mac(s: &str) -> Option<(usize, Found)> {
    let b = s.as_bytes();
    for (len, group, seps) in [(17, 2, &b":-"[..]), (14, 4, &b".-:"[..]), (12, 12, &b""[..])] {
        let Some(head) = b.get(..len) else { continue };
        let sep = if group < 12 { head.get(group).copied().filter(|c| seps.contains(c)) } else { None };
        if group < 12 && sep.is_none() {
            continue;
        }
        let fits = head.iter().enumerate().all(|(i, c)| {
            if group < 12 && i % (group + 1) == group { Some(*c) == sep } else { c.is_ascii_hexdigit() }
        });
        // one more group means that it is something else, for example an IPv6 address
        let goes_on = match s.get(len..).map(|t| t.chars().take(2).collect::<Vec<_>>()).as_deref() {
            Some([c, ..]) if c.is_alphanumeric() => true,
            Some([c, d]) => Some(*c) == sep.map(char::from) && d.is_ascii_hexdigit(),
            _ => false,
        };
        if fits && !goes_on {
            let digits: String = s.get(..len)?.chars().filter(char::is_ascii_hexdigit).collect();
            let mut octets = [0; 6];
            for (i, octet) in octets.iter_mut().enumerate() {
                *octet = u8::from_str_radix(digits.get(2 * i..2 * i + 2)?, 16).ok()?;
            }
            return Some((len, Found::Mac(Mac(octets), group == 12)));
        }
    }
    None
}

/// An IP address at the beginning.
fn find_ip(s: &str, before: Option<char>) -> Option<(usize, Found)> {
    let v4 = s.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(s.len());
    let head = s.get(..v4)?.trim_end_matches('.');
    let next = s.get(head.len()..).and_then(|t| t.chars().next());
    if before != Some('.')
        && !next.is_some_and(char::is_alphabetic)
        && let Ok(ip) = head.parse::<Ipv4Addr>()
    {
        return Some((head.len(), Found::Ip(ip.into())));
    }
    let v6 = s.find(|c: char| !(c.is_ascii_hexdigit() || matches!(c, ':' | '.'))).unwrap_or(s.len());
    let mut head = s.get(..v6)?;
    while !head.is_empty() {
        if head.matches(':').count() >= 2
            && let Ok(ip) = head.parse::<Ipv6Addr>()
        {
            return Some((head.len(), Found::Ip(ip.into())));
        }
        // only punctuation that follows an address may be left over
        head = head.strip_suffix(['.', ':'])?;
    }
    None
}
