//! A record and what is known of the formats → what happened: who, to where, by which rule, and whether it was denied.

use super::addresses;
use super::formats::{Formats, Key, Known, Mask, Role};
use super::records::Record;
use super::table;
use crate::model::pasted::{Action, Entry, Kind, LeaseState, Reading};
use crate::model::{Mac, text};
use std::borrow::Cow;
use std::net::Ipv4Addr;

/// A record whose format is known, with all its fields.
pub struct Event<'r> {
    pub known: &'static Known,
    pub(super) formats: &'static Formats,
    pub(super) values: Vec<(Key, Cow<'r, str>)>,
}

/// Room that is used again for each record.
#[derive(Default)]
pub struct Room {
    candidates: Vec<usize>,
}

/// Finds the format of a record.
pub fn recognise<'r>(record: &'r Record<'_>, room: &mut Room) -> Option<Event<'r>> {
    let formats = Formats::known();
    let found = find(record, &record.fields, formats, room);
    // a long cell may have pushed the others to the right: then their order says what they are
    match (&found, &record.by_order) {
        (None, Some(fields)) => find(record, fields, formats, room),
        _ => found,
    }
}

fn find<'r>(
    record: &'r Record<'_>,
    fields: &'r super::pairs::Fields<'_>,
    formats: &'static Formats,
    room: &mut Room,
) -> Option<Event<'r>> {
    let mut values: Vec<(Key, Cow<'r, str>)> = Vec::with_capacity(fields.len() + 8);
    let mut mask = Mask::default();
    for (name, value) in fields {
        if let Some(key) = formats.key_of(name) {
            mask.put(key);
            values.push((key, Cow::Borrowed(value.as_ref())));
        }
    }
    match record.under {
        Some(n) => room.candidates = vec![n],
        None => {
            let keys = values.iter().map(|(key, _)| *key);
            formats.candidates(&record.text, keys, may_be_row(record), &mut room.candidates);
        }
    }
    if record.under.is_some() {
        room.candidates.extend(&formats.generic);
    }
    let mut cells: Option<Vec<String>> = None;
    let mut said: Option<&str> = None;
    for n in &room.candidates {
        let Some(known) = formats.all.get(*n) else { continue };
        let f = &known.format;
        let is_table = !f.table.is_empty() || !f.stack.is_empty();
        if (is_table && record.under != Some(*n))
            || !known.has(&mask)
            || !program_is(&f.program, &record.program)
        {
            continue;
        }
        if !f.exact.iter().all(|name| fields.iter().any(|(n, _)| n == name)) {
            continue;
        }
        let mut more: Vec<(Key, Cow<'r, str>)> = Vec::new();
        if !known.texts.is_empty() {
            let said = *said.get_or_insert_with(|| first_message(&record.text));
            let Some(found) = known.texts.iter().find_map(|t| t.read(said)) else { continue };
            more.extend(found.into_iter().map(|(k, v)| (k, Cow::Borrowed(v))));
        }
        if let Some((last, _)) = known.columns.last() {
            let cells = cells.get_or_insert_with(|| cells_of(&record.text));
            let cell = |key: Key| {
                let place = known.columns.iter().find(|(_, k)| *k == key);
                place.and_then(|(n, _)| cells.get(*n)).map_or("", String::as_str)
            };
            if cells.len() < *last / 2 || !known.when(cell) {
                continue;
            }
            let named = known.columns.iter().filter_map(|(n, key)| Some((*key, cells.get(*n)?)));
            more.extend(named.map(|(k, v)| (k, Cow::Owned(v.clone()))));
        }
        let value = |key: Key| {
            let mut all = more.iter().chain(&values);
            all.find(|(k, _)| *k == key).map_or("", |(_, v)| v.as_ref())
        };
        if !known.when(value) {
            continue;
        }
        let own = more.len();
        more.append(&mut values);
        let mut event = Event { known, formats, values: more };
        if event.has_what_it_needs() {
            return Some(event);
        }
        values = event.values.split_off(own);
    }
    None
}

/// A line up to where a second `%ASA-4-106023` begins: one line says one message, and the rest is what somebody wrote
/// into a name or an address of the first.
fn first_message(line: &str) -> &str {
    let is_tag = |at: usize| {
        let tag = line.get(at + 1..).unwrap_or_default();
        let name = tag.split('-').next().unwrap_or_default();
        let level = tag.get(name.len() + 1..name.len() + 3).unwrap_or_default().as_bytes();
        (2..=24).contains(&name.len())
            && name.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
            && matches!(level, [b'0'..=b'7', b'-'])
    };
    // IOS XE wraps what a part of it says in a message of its own
    let is_wrap = |at: usize| line.get(at..).is_some_and(|l| l.starts_with("%IOSXE-"));
    let mut tags = line.match_indices('%').map(|(at, _)| at).filter(|at| is_tag(*at) && !is_wrap(*at));
    match (tags.next(), tags.next()) {
        (Some(_), Some(second)) => line.get(..second).unwrap_or(line),
        _ => line,
    }
}

/// Rows have no head, but for the time at which a lease of dnsmasq ends.
fn may_be_row(record: &Record<'_>) -> bool {
    record.is_line
        && record.program.is_empty()
        && record.text.len() < 300
        && (!record.has_head || !record.text.contains(": "))
}

/// The cells of a line with commas, from the word that holds the first comma on: what stands before it is the head.
fn cells_of(line: &str) -> Vec<String> {
    // the shortest of such formats has six
    if line.bytes().filter(|b| *b == b',').count() < 5 {
        return Vec::new();
    }
    let Some(comma) = line.find(',') else { return Vec::new() };
    let begins = line.get(..comma).and_then(|l| l.rfind(' ')).map_or(0, |at| at + 1);
    // `2026/11/27 07:03:12` may stand in a first column of its own
    table::cells(line.get(begins..).unwrap_or_default(), ',')
}

fn program_is(wanted: &[String], program: &str) -> bool {
    wanted.is_empty()
        || wanted.iter().any(|w| match w.strip_suffix('*') {
            Some(start) => program.get(..start.len()).is_some_and(|p| p.eq_ignore_ascii_case(start)),
            None => program.eq_ignore_ascii_case(w),
        })
}

impl Event<'_> {
    /// The first of these fields that holds something.
    pub(super) fn text(&self, keys: &[Key]) -> Option<&str> {
        keys.iter().find_map(|key| self.value(*key))
    }

    fn value(&self, key: Key) -> Option<&str> {
        let nothing =
            |v: &str| v.is_empty() || self.formats.words.nothing.iter().any(|n| n.eq_ignore_ascii_case(v));
        self.values.iter().filter(|(k, _)| *k == key).map(|(_, v)| v.trim()).find(|v| !nothing(v))
    }

    fn ip(&self, keys: &[Key]) -> Option<Ipv4Addr> {
        let of = |key: &Key| {
            self.values.iter().filter(|(k, _)| k == key).find_map(|(_, v)| addresses::ips(v).first().copied())
        };
        keys.iter().find_map(of).filter(|ip| !ip.is_unspecified())
    }

    pub fn source(&self) -> Option<Ipv4Addr> {
        self.ip(&self.known.roles.from)
    }

    pub fn destination(&self) -> Option<Ipv4Addr> {
        self.ip(&self.known.roles.to)
    }

    /// MAC of who sent it, or of whom it is about.
    pub fn mac(&self) -> Option<Mac> {
        self.known.roles.mac.iter().find_map(|key| {
            self.values
                .iter()
                .filter(|(k, _)| k == key)
                .find_map(|(_, v)| addresses::macs(v).first().copied())
        })
    }

    pub fn address(&self) -> Option<Ipv4Addr> {
        self.ip(&self.known.roles.address).filter(|ip| is_host(*ip))
    }

    /// Port of a switch, interface, or server.
    pub fn place(&self) -> Option<&str> {
        self.text(&self.known.roles.place)
    }

    /// What tells which records are one event.
    pub fn join(&self) -> Option<&str> {
        self.value(self.known.roles.join?)
    }

    fn has_what_it_needs(&self) -> bool {
        self.known.format.needs.iter().all(|role| match role {
            Role::From => self.source().is_some(),
            Role::To => self.destination().is_some() || self.text(&self.known.roles.to).is_some(),
            Role::Port => self.port().is_some(),
            Role::Mac => self.mac().is_some(),
            Role::Address => self.ip(&self.known.roles.address).is_some(),
            Role::Action => self.action_word().is_some(),
        })
    }

    fn port(&self) -> Option<u16> {
        let roles = &self.known.roles;
        self.text(&roles.port).and_then(|v| self.number(v)).or_else(|| self.behind(&roles.to))
    }

    fn source_port(&self) -> Option<u16> {
        let roles = &self.known.roles;
        self.text(&roles.from_port).and_then(|v| self.number(v)).or_else(|| self.behind(&roles.from))
    }

    /// `443`, `tcp/443`, `443/tcp`, `https`.
    fn number(&self, value: &str) -> Option<u16> {
        let services = &self.formats.words.services;
        let lower = value.to_ascii_lowercase();
        let pieces = || lower.split(|c: char| !c.is_ascii_alphanumeric()).filter(|p| !p.is_empty());
        let number = pieces()
            .find_map(|p| p.parse::<u16>().ok())
            .or_else(|| pieces().find_map(|p| services.get(p).copied()));
        number.filter(|p| *p != 0)
    }

    /// The port behind an address: `198.51.100.7:4321:X1`, `198.51.100.7(443)`.
    fn behind(&self, keys: &[Key]) -> Option<u16> {
        let value = self.text(keys)?;
        let ip = addresses::ips(value).first()?.to_string();
        let rest = value.split_once(ip.as_str())?.1;
        let digits = rest.strip_prefix([':', '/', '(', '#', '.'])?;
        let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
        digits.get(..end)?.parse().ok().filter(|p| *p != 0)
    }

    fn protocol(&self) -> Option<String> {
        let known = |word: &str| self.formats.words.protocols.get(&word.to_ascii_lowercase()).cloned();
        let roles = &self.known.roles;
        let value = self.text(&roles.protocol);
        let of = |value: &str| value.split(|c: char| !c.is_ascii_alphanumeric()).find_map(known);
        // a port may be written with its protocol
        let value = value.or(self.known.format.protocol.as_deref());
        value.and_then(of).or_else(|| self.text(&roles.port).filter(|v| v.contains('/')).and_then(of))
    }

    fn action_word(&self) -> Option<Action> {
        let value = self.text(&self.known.roles.action)?;
        let lower = value.to_ascii_lowercase();
        let words = &self.formats.words;
        // `drop-all`, `TCP_DENIED`, `Blocked by Firewall`: one word, or words that agree
        let whole = words.actions.get(lower.trim()).copied();
        whole.or_else(|| words.done(lower.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty())))
    }

    /// What it is, what was done, and what the format says of the reason.
    pub(super) fn judged(&self) -> (Kind, Action, Option<&str>, Option<LeaseState>) {
        let f = &self.known.format;
        let raw = |key: Key| self.values.iter().find(|(k, _)| *k == key).map_or("", |(_, v)| v.trim());
        let held =
            self.known.is.iter().find(|(when, _)| when.iter().all(|(key, values)| values.hold(raw(*key))));
        let meaning = held.map(|(_, m)| m);
        let kind = meaning.and_then(|m| m.kind).or(f.kind);
        let about_leases = f.state.is_some()
            || !f.states.is_empty()
            || (self.source().is_none() && self.destination().is_none() && self.address().is_some());
        let kind = kind.unwrap_or(if about_leases { Kind::Lease } else { Kind::Connection });
        let action = meaning
            .and_then(|m| m.does)
            .or_else(|| f.does.or_else(|| self.action_word()))
            .or_else(|| by_kind(kind))
            .unwrap_or(Action::Unclear);
        (kind, action, meaning.and_then(|m| m.since.as_deref()), meaning.and_then(|m| m.state))
    }

    /// Kind and action alone.
    pub fn kind(&self) -> (Kind, Action) {
        let (kind, action, _, _) = self.judged();
        (kind, action)
    }

    /// When it happened: in one field, or in one for the day and one for the time, and maybe one for the zone.
    fn time<'e>(&'e self, record: &'e Record<'_>) -> Option<Cow<'e, str>> {
        let roles = &self.known.roles;
        let time = self.text(&roles.time).or(record.time.as_deref())?;
        let is_clock =
            |t: &str| t.len() >= 5 && t.get(..6).unwrap_or(t).contains(':') && !t.contains(['/', '-']);
        let is_day = |d: &&str| d.len() >= 6 && !d.contains(':') && d.matches(['/', '-', '.']).count() == 2;
        if !is_clock(time) {
            return Some(Cow::Borrowed(time));
        }
        let Some(day) = self.text(&roles.date).filter(is_day) else { return Some(Cow::Borrowed(time)) };
        let is_zone = |z: &&str| {
            let digits = z.strip_prefix(['+', '-']).unwrap_or_default();
            digits.len() >= 4 && digits.bytes().all(|b| b.is_ascii_digit() || b == b':')
        };
        let zone = self.text(&roles.zone).filter(is_zone).map(|z| format!(" {z}")).unwrap_or_default();
        Some(Cow::Owned(format!("{day} {time}{zone}")))
    }

    /// Everything, for those it is about.
    pub fn entry(&self, record: &Record<'_>) -> Entry {
        let roles = &self.known.roles;
        let f = &self.known.format;
        let (kind, action, since, meant) = self.judged();
        let clean = |v: &str| Some(text::foreign(v.trim())).filter(|v| !v.is_empty());
        let rule = self.known.rules.iter().find_map(|label| label.write(|key| self.value(key)));
        let lease = self.lease(kind, meant);
        let to = self.destination();
        let name = self.text(&roles.to).filter(|_| to.is_none()).and_then(clean);
        // the word of a state that is not known is told
        let word = self.text(&roles.state).filter(|_| lease.is_some_and(|l| l.state != LeaseState::InForce));
        let reason = since.or_else(|| self.text(&roles.reason)).or(word).and_then(clean);
        Entry {
            line: record.lines.start,
            time: self.time(record).as_deref().and_then(clean),
            product: if f.generic { String::new() } else { f.product.clone() },
            message: f.message.clone(),
            reading: if f.generic { Reading::Generic } else { Reading::Recognised },
            kind,
            action,
            rule: rule.as_deref().and_then(clean),
            reason,
            protocol: self.protocol(),
            source: self.source().or_else(|| self.address().filter(|_| !is_about_leases(kind))),
            source_port: self.source_port(),
            destination: to,
            destination_name: name,
            port: self.port(),
            mac: self.mac(),
            place: self.place().and_then(clean),
            lease,
            shown: text::foreign(record.text.trim()),
        }
    }

    /// One entry for each connection of a record that holds several.
    pub fn entries(&self, record: &Record<'_>) -> Vec<Entry> {
        let Some((field, template)) = &self.known.each else { return vec![self.entry(record)] };
        let Some(list) = self.value(*field) else { return vec![self.entry(record)] };
        let found = template.read_all(list);
        if found.is_empty() {
            return vec![self.entry(record)];
        }
        let one = |own: Vec<(Key, &str)>| {
            let mut values: Vec<(Key, Cow<'_, str>)> =
                own.into_iter().map(|(k, v)| (k, Cow::Owned(v.to_owned()))).collect();
            values.extend(self.values.iter().cloned());
            Event { known: self.known, formats: self.formats, values }.entry(record)
        };
        found.into_iter().map(one).collect()
    }
}

/// Kinds that are a refusal whatever the words.
fn by_kind(kind: Kind) -> Option<Action> {
    match kind {
        Kind::Connection | Kind::Lease | Kind::OfferNotTaken | Kind::NoOffer | Kind::DiscoverOnly => None,
        Kind::AddressConflict => None,
        Kind::Unanswered | Kind::ResetBeyond | Kind::IdledOut | Kind::Admitted => Some(Action::Allowed),
        _ => Some(Action::Denied),
    }
}

/// Whether a kind is about an address that a device has, asks for or is refused.
#[must_use]
pub fn is_about_leases(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Lease
            | Kind::NoAddress
            | Kind::Nak
            | Kind::MacRefused
            | Kind::OfferNotTaken
            | Kind::NoOffer
            | Kind::DiscoverOnly
            | Kind::AddressConflict
    )
}

/// False for what stands beside an address: masks, groups, nothing.
#[must_use]
pub fn is_host(ip: Ipv4Addr) -> bool {
    !(ip.is_unspecified() || ip.is_loopback() || ip.octets()[0] >= 224)
}
