//! What a report keeps to itself: three levels, one filter that every text of the report passes. Applying it twice
//! gives the same as once.

use super::addresses::{Piece, scan};
use super::own_words::is_word;
use crate::model::check::Measured;
use crate::model::{Mac, Snapshot};
use crate::profile::Profile;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

/// How much a report tells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Redact {
    /// Everything but passwords.
    #[default]
    Full,
    /// For another company: without host names, user folders and the last octets of other devices' MAC addresses.
    Shared,
    /// For anybody: also without any MAC or IP address (but the cloud's documented ones) and without the site's name.
    Public,
}

impl Redact {
    pub const ALL: [Redact; 3] = [Self::Full, Self::Shared, Self::Public];

    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Shared => "shared",
            Self::Public => "public",
        }
    }

    /// What a person reads beside the choice.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Full => "everything",
            Self::Shared => "without host names and other devices' MAC addresses",
            Self::Public => "without names and addresses",
        }
    }
}

/// The level is not one of the three.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not a level of redaction; use full, shared or public")]
pub struct RedactError(String);

impl std::str::FromStr for Redact {
    type Err = RedactError;
    fn from_str(text: &str) -> Result<Self, RedactError> {
        let word = text.trim().to_ascii_lowercase();
        Redact::ALL
            .into_iter()
            .find(|r| r.word() == word)
            .ok_or_else(|| RedactError(crate::model::text::foreign(text)))
    }
}

const SITE: &str = "[site]";
const NAME: &str = "[name]";
const FOLDER: &str = "[folder]";
const LOGIN: &str = "[login]";

/// Letters of the site's name that are enough to know it: firewalls cut long names.
const CUT_SHORT: usize = 9;

/// Endings of names that only exist inside somebody's network.
const PRIVATE_ENDINGS: [&str; 9] =
    [".local", ".lan", ".home", ".home.arpa", ".internal", ".intern", ".corp", ".localdomain", ".fritz.box"];

/// `tail`, six hexadecimal digits in any case that stand alone, as `xxxxxx`.
fn without_tail(text: &str, tail: &str) -> String {
    let lower = text.to_ascii_lowercase();
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    while let Some(found) = lower[from..].find(tail) {
        let (at, end) = (from + found, from + found + tail.len());
        let alone = |c: Option<char>| c.is_none_or(|c| !c.is_ascii_hexdigit());
        out.push_str(&text[from..at]);
        let hidden = alone(lower[..at].chars().next_back()) && alone(lower[end..].chars().next());
        out.push_str(if hidden { "xxxxxx" } else { &text[at..end] });
        from = end;
    }
    out.push_str(&text[from..]);
    out
}

/// Hides what the level hides. Made once for each report: the same address has the same number all through it.
pub(super) struct Redactor {
    level: Redact,
    gateways: BTreeSet<Mac>,
    macs: BTreeSet<Mac>,
    kept: BTreeSet<IpAddr>,
    numbers: BTreeMap<IpAddr, usize>,
    /// Their hexadecimal and lettered forms.
    odd_forms: Vec<(IpAddr, String, String)>,
    /// As they are, and in lower case.
    names: Vec<(String, String)>,
    folders: Vec<String>,
    site: String,
}

impl Redactor {
    pub(super) fn new(snapshot: &Snapshot, level: Redact) -> Redactor {
        let profile = Profile::shipped();
        let mut r = Redactor {
            level,
            gateways: snapshot.gateways.iter().map(|g| g.mac).chain(snapshot.chosen).collect(),
            macs: BTreeSet::new(),
            kept: profile.cloud.documented_addresses.iter().map(|ip| IpAddr::V4(*ip)).collect(),
            numbers: BTreeMap::new(),
            odd_forms: Vec::new(),
            names: Vec::new(),
            folders: snapshot.kept_in.iter().cloned().collect(),
            site: snapshot.site.trim_matches(|c: char| !c.is_alphanumeric()).to_owned(),
        };
        r.macs.extend(r.gateways.iter().copied());
        r.macs.extend(snapshot.hosts.iter().map(|h| h.mac));
        r.macs.extend(snapshot.host.interfaces.iter().filter_map(|i| i.mac));
        if level == Redact::Full {
            return r;
        }
        let mut names: Vec<String> = Vec::new();
        if level == Redact::Public {
            names.extend(snapshot.gateways.iter().filter_map(|g| g.name.clone()));
            names.extend(snapshot.reported.iter().flat_map(|told| told.names.iter().cloned()));
        }
        for check in &snapshot.checks {
            let offers = match &check.measured {
                Measured::Offers(offers) | Measured::Answers { offers, .. } => offers.as_slice(),
                _ => &[],
            };
            names.extend(offers.iter().filter_map(|o| o.domain.clone()));
        }
        let content = serde_json::to_value(snapshot).unwrap_or_default();
        // in the order in which they appear: a number must not tell where in the subnet an address is
        let mut ips: Vec<IpAddr> = snapshot.gateways.iter().filter_map(|g| g.ip.map(IpAddr::V4)).collect();
        strings(&content, &mut |text| {
            scan(text, &mut |piece| {
                if let Piece::Ip(ip) = piece {
                    ips.push(ip);
                }
                None
            });
            names.extend(url_hosts(text));
        });
        let allowed = profile.cloud.hosts.iter().chain(&profile.control.names);
        names.retain(|n| n.chars().count() >= 2 && !allowed.clone().any(|a| a.eq_ignore_ascii_case(n)));
        // a host that is called `router` is not told by that word, and every sentence about a router would be
        names.retain(|n| level != Redact::Public || !is_word(n));
        // the longest first, so that a name inside another does not leave its rest behind
        names.sort_by_key(|n| std::cmp::Reverse(n.len()));
        names.dedup();
        r.names = names.into_iter().map(|n| (n.clone(), n.to_ascii_lowercase())).collect();
        for ip in ips {
            let next = r.numbers.len() + 1;
            r.numbers.entry(ip).or_insert(next);
        }
        for ip in r.numbers.keys() {
            if let IpAddr::V4(v4) = ip {
                r.odd_forms.push((*ip, format!("{:08x}", u32::from(*v4)), format!("%A{v4}")));
            }
        }
        r
    }

    /// One text without what the level hides.
    pub(super) fn text(&self, text: &str) -> String {
        let mut out = self.pass(text);
        // hiding one thing can lay bare another beside it (`a:::::2` becomes `a:::[ip]`); a few rounds end it
        for _ in 0..8 {
            let next = self.pass(&out);
            if next == out {
                break;
            }
            out = next;
        }
        out
    }

    /// What is a mask already stays: only the text between is read.
    fn pass(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while !rest.is_empty() {
            let next = [SITE, NAME, FOLDER, LOGIN]
                .into_iter()
                .filter_map(|mask| rest.find(mask).map(|at| (at, mask)))
                .min_by_key(|(at, _)| *at);
            let (at, mask) = next.unwrap_or((rest.len(), ""));
            out.push_str(&self.unmasked(&rest[..at]));
            out.push_str(mask);
            rest = &rest[at + mask.len()..];
        }
        out
    }

    fn unmasked(&self, text: &str) -> String {
        let mut out = without_logins(text);
        if self.level == Redact::Full {
            return out;
        }
        for folder in self.folders.iter().filter(|f| f.len() > 3) {
            out = out.replace(folder.as_str(), FOLDER);
        }
        out = without_user_folders(&out);
        if self.level == Redact::Public {
            out = without_site(&out, &self.site);
            // object names of firewall texts end in the last octets, and the maker's prefix is known to everybody
            for mac in &self.gateways {
                out = without_tail(&out, &mac.bare()[6..]);
                // macOS writes octets without their leading zeros
                let short = mac.0.map(|octet| format!("{octet:x}")).join(":");
                out = replace_word(&out, &short, "[mac]");
            }
            // a table of connections of Check Point has addresses in hexadecimal, LCOS writes a letter before them
            for (ip, hex, lettered) in &self.odd_forms {
                if (out.contains(hex) || out.contains(lettered))
                    && let Some(masked) = self.ip(*ip)
                {
                    out = replace_word(&out, hex, &masked);
                    out = replace_word(&out, lettered, &format!("%A{masked}"));
                }
            }
        }
        let mut lower = out.to_ascii_lowercase();
        for (name, in_lower) in &self.names {
            if lower.contains(in_lower) {
                out = replace_word(&out, name, NAME);
                lower = out.to_ascii_lowercase();
            }
        }
        out = without_private_names(&out);
        scan(&out, &mut |piece| match piece {
            Piece::Mac { mac, written, bare } => self.mac(mac, written, bare),
            Piece::Ip(ip) => self.ip(ip),
        })
    }

    /// Every string of a JSON value without what the level hides.
    pub(super) fn value(&self, value: Value) -> Value {
        match value {
            Value::String(s) => Value::String(self.text(&s)),
            Value::Array(a) => Value::Array(a.into_iter().map(|v| self.value(v)).collect()),
            Value::Object(o) => Value::Object(o.into_iter().map(|(k, v)| (k, self.value(v))).collect()),
            other => other,
        }
    }

    fn mac(&self, mac: Mac, written: &str, bare: bool) -> Option<String> {
        // twelve digits in a row may be anything; only an address that is known here is taken for one
        if bare && !self.macs.contains(&mac) {
            return None;
        }
        let keep = match self.level {
            Redact::Full => 6,
            _ if !mac.is_device() => 6,
            Redact::Shared if self.gateways.contains(&mac) => 6,
            Redact::Shared => 3,
            Redact::Public => 0,
        };
        let mut digit = 0;
        let masked = written.chars().map(|c| {
            if !c.is_ascii_hexdigit() {
                return c;
            }
            digit += 1;
            if digit > 2 * keep { 'x' } else { c }
        });
        Some(masked.collect())
    }

    fn ip(&self, ip: IpAddr) -> Option<String> {
        if self.level != Redact::Public || self.kept.contains(&ip) || says_nothing(ip) {
            return None;
        }
        let kind = match ip {
            IpAddr::V4(v4) if v4.is_private() || v4.is_link_local() => "private-ip",
            IpAddr::V6(v6) if v6.is_unique_local() || v6.is_unicast_link_local() => "private-ip",
            IpAddr::V4(_) | IpAddr::V6(_) => "public-ip",
        };
        Some(self.numbers.get(&ip).map_or_else(|| format!("[{kind}]"), |n| format!("[{kind}-{n}]")))
    }
}

/// Addresses that are the same everywhere and tell nothing of a site: masks, "any", broadcast, multicast, loopback.
pub(super) fn says_nothing(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(v4) => {
            let bits = u32::from(v4);
            v4.is_unspecified()
                || v4.is_loopback()
                || v4.is_multicast()
                || (bits >> 24 == 255 && (!bits & (!bits).wrapping_add(1)) == 0)
        }
        IpAddr::V6(v6) => v6.is_unspecified() || v6.is_loopback() || v6.is_multicast(),
    }
}

/// Names with an ending that only exists inside somebody's network.
pub(super) fn without_private_names(text: &str) -> String {
    runs(
        text,
        |c| c.is_alphanumeric() || matches!(c, '.' | '-' | '_'),
        |run| {
            let name = run.trim_end_matches('.').to_lowercase();
            let private = PRIVATE_ENDINGS.iter().any(|end| name.len() > end.len() && name.ends_with(end));
            let service = name.contains("._tcp.") || name.contains("._udp.");
            (private && !service).then(|| run.replacen(run.trim_end_matches('.'), NAME, 1))
        },
    )
}

/// Each string of a JSON value.
fn strings(value: &Value, f: &mut impl FnMut(&str)) {
    match value {
        Value::String(s) => f(s),
        Value::Array(a) => a.iter().for_each(|v| strings(v, f)),
        Value::Object(o) => o.values().for_each(|v| strings(v, f)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Replaces each longest run of the characters that `is` accepts for which `f` gives a word.
fn runs(text: &str, is: impl Fn(char) -> bool, f: impl Fn(&str) -> Option<String>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.find(|c| !is(c)).unwrap_or(rest.len());
        let (run, tail) = rest.split_at(end);
        if !run.is_empty() {
            out.push_str(&f(run).unwrap_or_else(|| run.to_owned()));
        }
        let skip = tail.chars().next().map_or(0, char::len_utf8);
        out.push_str(&tail[..skip]);
        rest = &tail[skip..];
    }
    out
}

/// The host names of the addresses (`scheme://host`) in a text; numbers are left to [`scan`].
pub(super) fn url_hosts(text: &str) -> Vec<String> {
    text.split("://")
        .skip(1)
        .filter_map(|rest| {
            let authority = rest
                .split(|c: char| c.is_whitespace() || matches!(c, '/' | '"' | '\'' | '?' | '#' | '>'))
                .next()?;
            let host =
                authority.rsplit('@').next()?.split(':').next()?.trim_end_matches(['.', ',', ')', ']']);
            (host.chars().any(char::is_alphabetic) && !host.starts_with('[')).then(|| host.to_owned())
        })
        .collect()
}

/// A password in an address leaves the program at no level.
pub(super) fn without_logins(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let (head, tail) = rest.split_at(at + 3);
        out.push_str(head);
        let end = tail
            .find(|c: char| c.is_whitespace() || matches!(c, '/' | '"' | '\'' | '?' | '#'))
            .unwrap_or(tail.len());
        rest = tail;
        if let Some(login) = tail.get(..end).and_then(|a| a.rfind('@')) {
            out.push_str(LOGIN);
            rest = &tail[login..];
        }
    }
    out.push_str(rest);
    out
}

/// `/home/anna/x`, `/Users/anna/x`, `C:\Users\anna\x`: the name of a person.
pub(super) fn without_user_folders(text: &str) -> String {
    let mut out = text.to_owned();
    for root in ["/home/", "/Users/", "/root/", "\\Users\\"] {
        while let Some(at) = out.find(root) {
            let drive = if root.starts_with('\\') && out[..at].ends_with(':') { 2 } else { 0 };
            let start = at.saturating_sub(drive);
            let start = if out.is_char_boundary(start) { start } else { at };
            let end = out[at..]
                .find(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ';' | ',' | ')' | '>'))
                .map_or(out.len(), |n| at + n);
            out.replace_range(start..end, FOLDER);
        }
    }
    out
}

/// The site's name, also as a firewall's alphabet spells it (`Kök Norr`, `Kok-Norr`, `K_k_Norr`).
fn without_site(text: &str, site: &str) -> String {
    if site.is_empty() {
        return text.to_owned();
    }
    if text.trim() == site {
        return SITE.to_owned();
    }
    let plain: Vec<char> = site.chars().collect();
    // too little to know it again in another spelling
    if plain.iter().filter(|c| c.is_ascii_alphanumeric()).count() < 2 {
        return if plain.len() < 2 { text.to_owned() } else { replace_word(text, site, SITE) };
    }
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut i = 0;
    while i < chars.len() {
        let free = i == 0 || !chars[i - 1].is_alphanumeric();
        match if free { site_at(&chars[i..], &plain) } else { None } {
            Some(len) if len > 0 && !bracketed(&chars, i, len) => {
                out.push_str(SITE);
                i += len;
            }
            _ => {
                out.push(chars[i]);
                i += 1;
            }
        }
    }
    out
}

/// How many characters at the beginning of `text` spell the site, as many as can be: letters and digits as they are,
/// anything else (a space, a quote, å) as up to two other characters or none. A name that a platform cut short counts
/// after [`CUT_SHORT`] letters. All readings are followed at once, so that no name takes long.
fn site_at(text: &[char], site: &[char]) -> Option<usize> {
    let ends = |at: usize| !text.get(at).is_some_and(|c| c.is_alphanumeric());
    // where each reading has come to in the text, and how many letters of the site it has read
    let mut readings: BTreeMap<usize, usize> = [(0, 0)].into();
    let mut best = None;
    for c in site {
        let mut next: BTreeMap<usize, usize> = BTreeMap::new();
        let mut go = |at: usize, read: usize| {
            let known = next.entry(at).or_insert(read);
            *known = read.max(*known);
        };
        for (&at, &read) in &readings {
            if read >= CUT_SHORT && ends(at) {
                best = best.max(Some(at));
            }
            if text.get(at).is_some_and(|t| t == c || t.eq_ignore_ascii_case(c)) {
                go(at + 1, read + usize::from(c.is_alphanumeric()));
            }
            if !c.is_ascii_alphanumeric() {
                let other = |t: &&char| t.is_alphanumeric() || " -_.".contains(**t);
                let most = text.iter().skip(at).take(2).take_while(other).count();
                (0..=most).for_each(|gap| go(at + gap, read));
            }
        }
        readings = next;
    }
    readings.keys().copied().filter(|at| ends(*at)).max().max(best)
}

fn bracketed(chars: &[char], start: usize, len: usize) -> bool {
    start > 0 && chars[start - 1] == '[' && chars.get(start + len) == Some(&']')
}

/// Replaces a word wherever it stands alone, in any case, unless it is a mask already.
pub(super) fn replace_word(text: &str, word: &str, with: &str) -> String {
    // most words are in most texts not at all
    if !text.to_ascii_lowercase().contains(&word.to_ascii_lowercase()) {
        return text.to_owned();
    }
    let (chars, word): (Vec<char>, Vec<char>) = (text.chars().collect(), word.chars().collect());
    let same = |i: usize| {
        chars[i..].len() >= word.len()
            && chars[i..].iter().zip(&word).all(|(a, b)| a == b || a.eq_ignore_ascii_case(b))
    };
    let mut out = String::with_capacity(text.len());
    let mut i = 0;
    while i < chars.len() {
        let alone = |n: Option<&char>| !n.is_some_and(|c| c.is_alphanumeric());
        let end = i + word.len();
        if !word.is_empty()
            && same(i)
            && (i == 0 || alone(chars.get(i - 1)))
            && alone(chars.get(end))
            && !bracketed(&chars, i, word.len())
        {
            out.push_str(with);
            i = end;
        } else {
            out.push(chars[i]);
            i += 1;
        }
    }
    out
}

#[cfg(test)]
#[path = "redact_tests.rs"]
mod tests;
