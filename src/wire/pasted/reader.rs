//! Reads a text for certain gateways: asks each record for its format, keeps what is about them, and counts where each line
//! went.

use super::formats::Formats;
use super::held::Said;
use super::meaning::{self, Event, Room};
use super::records::{self, Record};
use super::refusals::{self, PortEvent};
use super::{addresses, clean, cores, generic, holders, when};
use crate::model::pasted::{Action, Counts, Entry, Kind, LeaseState, Pasted, Reading, Unread};
use crate::model::{Mac, text};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;
use std::ops::Range;

/// How many lines that could not be read are kept to be shown.
const UNREAD: usize = 20;

/// How many records are looked at in one go.
const BATCH: usize = 4096;

/// A record's format, and what it says where it may be of a gateway.
struct Recognised<'r> {
    event: Event<'r>,
    entries: Option<Vec<Entry>>,
}

/// The formats of records, in their order. Which one a record has is its own affair, and most of the work of a long text.
fn recognise_all<'r>(
    records: &'r [Record<'_>],
    macs: &[Mac],
    ips: &[Ipv4Addr],
) -> Vec<Option<Recognised<'r>>> {
    let is_ours = |event: &Event<'_>| {
        let ends = [event.source(), event.destination(), event.address()];
        ends.into_iter().flatten().any(|ip| ips.contains(&ip))
            || event.mac().is_some_and(|m| macs.contains(&m))
    };
    let some = |part: &'r [Record<'_>]| {
        let mut room = Room::default();
        let one = |record: &'r Record<'_>| {
            let event = meaning::recognise(record, &mut room)?;
            let entries = is_ours(&event).then(|| event.entries(record));
            Some(Recognised { event, entries })
        };
        part.iter().map(one).collect::<Vec<_>>()
    };
    cores::in_parts(records, some).into_iter().flatten().collect()
}

/// Gives the records of a text in batches.
fn in_batches<'a>(lines: &'a [Cow<'a, str>], take: &mut dyn FnMut(Vec<Record<'a>>)) {
    let make = |give: &mut dyn FnMut(Vec<Record<'a>>) -> bool| {
        let (mut batch, mut is_wanted) = (Vec::new(), true);
        records::each(lines, &mut |record| {
            batch.push(record);
            if is_wanted && batch.len() == BATCH {
                is_wanted = give(std::mem::take(&mut batch));
            }
        });
        give(batch);
    };
    cores::ahead(lines.len() > BATCH, make, take);
}

/// What is asked of a text.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Asked {
    Log,
    Leases,
}

/// Where a line went; a line of several records goes where the last of these says.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Went {
    Around,
    Others,
    Beside,
    NotRecognised,
    Gateway,
}

/// Reads a log: what became of packets, frames and requests of the gateways that are known by these addresses. Total: any
/// text gives something, at worst nothing but a count of lines.
#[must_use]
pub fn log(text: &str, macs: &[Mac], ips: &[Ipv4Addr]) -> Pasted {
    Reader::read(Asked::Log, text, macs, ips, None)
}

/// Reads a table of leases or neighbours, or the log of a DHCP server: which address these devices have. Total, as [`log`].
#[must_use]
pub fn leases(text: &str, macs: &[Mac]) -> Pasted {
    Reader::read(Asked::Leases, text, macs, &[], None)
}

/// The same by a clock, milliseconds since 1970 UTC: a lease whose end has passed is not in force.
#[must_use]
pub fn leases_at(text: &str, macs: &[Mac], now_unix_ms: i64) -> Pasted {
    Reader::read(Asked::Leases, text, macs, &[], Some(now_unix_ms))
}

struct Reader<'w> {
    asked: Asked,
    macs: &'w [Mac],
    ips: &'w [Ipv4Addr],
    out: Pasted,
    went: Vec<Option<Went>>,
    /// What a DHCP server's log says of a gateway, in its order.
    story: Vec<Entry>,
    /// What records of a table say of addresses, of other devices too.
    said: Vec<Said>,
    /// What a switch says of its ports without naming a device.
    ports: Vec<PortEvent>,
    /// The times of lines of a log that say something of a lease of a gateway, in the order of the text.
    times: Vec<(usize, String)>,
    /// Entries by what tells that several records are one event.
    joined: BTreeMap<(String, String), usize>,
}

impl<'w> Reader<'w> {
    fn read(asked: Asked, text: &str, macs: &'w [Mac], ips: &'w [Ipv4Addr], now: Option<i64>) -> Pasted {
        let lines = clean::lines(text);
        let mut reader = Reader {
            asked,
            macs,
            ips,
            out: Pasted { read_to: clean::read_to(text), ..Pasted::default() },
            went: lines.iter().map(|l| (!l.trim().is_empty()).then_some(Went::Around)).collect(),
            story: Vec::new(),
            said: Vec::new(),
            ports: Vec::new(),
            times: Vec::new(),
            joined: BTreeMap::new(),
        };
        in_batches(&lines, &mut |batch| reader.records(&batch, &lines));
        reader.out.newest_first = reader.is_newest_first();
        match asked {
            Asked::Log => reader.tell_the_story(),
            Asked::Leases => {
                let (entries, newest_first) = (&mut reader.out.entries, reader.out.newest_first);
                reader.out.now = holders::settle(entries, &mut reader.said, macs, newest_first, now);
            }
        }
        reader.count(&lines);
        reader.out
    }

    fn records(&mut self, batch: &[Record<'_>], lines: &[Cow<'_, str>]) {
        for (record, found) in batch.iter().zip(recognise_all(batch, self.macs, self.ips)) {
            self.record(record, found, lines);
        }
    }

    fn record(&mut self, record: &Record<'_>, found: Option<Recognised<'_>>, lines: &[Cow<'_, str>]) {
        let (event, entries) = found.map_or((None, None), |f| (Some(f.event), f.entries));
        if let Some(event) = event.as_ref().filter(|e| !e.known.format.generic) {
            self.out.counts.recognised_records += 1;
            let went = self.event(event, entries, record, lines);
            self.put(record.lines.clone(), went);
            return;
        }
        if record.lines.len() == 1 && records::is_command(&record.text) {
            return;
        }
        // a generic reading is for the gateway alone: of others only the count is shown
        let has_address = record.lines.clone().filter_map(|n| lines.get(n)).any(|l| names_an_address(l));
        let names_us =
            has_address && record.lines.clone().filter_map(|n| lines.get(n)).any(|l| self.names_us(l));
        self.put(
            record.lines.clone(),
            if has_address || record.time.is_some() { Went::NotRecognised } else { Went::Around },
        );
        if !names_us {
            if has_address && self.asked == Asked::Leases {
                self.hear_unknown(record, event.as_ref());
            }
            return;
        }
        let before = self.out.entries.len() + self.story.len();
        let mut is_read = false;
        // that a row has no address is not said where one stands in it, under a name that is not known
        let says_none = |e: &&Event<'_>| {
            self.asked == Asked::Leases && e.address().is_none() && !addresses::ips(&record.text).is_empty()
        };
        if let Some(event) = event.as_ref().filter(|e| !says_none(e)) {
            is_read = self.event(event, entries, record, lines) != Went::NotRecognised;
        }
        if !is_read {
            let sentence = match self.asked {
                Asked::Log => generic::connection(record, self.ips),
                Asked::Leases => generic::lease(record, self.macs),
            };
            match sentence {
                Some(entry) => self.keep(entry, record, lines, None),
                None if self.out.unread.len() < UNREAD => self
                    .out
                    .unread
                    .push(Unread { line: record.lines.start, shown: text::foreign(record.text.trim()) }),
                None => {}
            }
        }
        self.out.counts.generic += self.out.entries.len() + self.story.len() - before;
    }

    /// What a known event is to the gateways.
    fn event(
        &mut self,
        event: &Event<'_>,
        entries: Option<Vec<Entry>>,
        record: &Record<'_>,
        lines: &[Cow<'_, str>],
    ) -> Went {
        let (kind, action) = event.kind();
        let (from, to, mac) = (event.source(), event.destination(), event.mac());
        let is_ours = |ip: Option<Ipv4Addr>| ip.is_some_and(|ip| self.ips.contains(&ip));
        let is_mac = mac.is_some_and(|m| self.macs.contains(&m));
        let by_address = is_ours(event.address()) && (mac.is_none() || self.macs.is_empty());
        let joined = event.join().map(|id| (event.known.format.product.clone(), id.to_owned()));
        let known = joined.as_ref().and_then(|key| self.joined.get(key)).copied();
        let is_way_back =
            self.asked == Asked::Log && is_ours(to) && !is_ours(from) && action == Action::Denied;
        let speaks_of_nobody = from.is_none() && to.is_none() && mac.is_none();
        let ours =
            is_mac || is_ours(from) || by_address || is_way_back || (known.is_some() && speaks_of_nobody);
        let each = event.known.each.is_some();
        let is_port_event = self.asked == Asked::Log && speaks_of_nobody;
        if is_port_event && matches!(kind, Kind::Admitted | Kind::PortSecurity) {
            self.hear_port(event, record);
        }
        if !ours && !each {
            if self.asked == Asked::Leases && event.address().is_some() {
                self.said.extend(event.said(record.lines.start, is_of_log(record)));
            }
            return if speaks_of_nobody && event.address().is_none() { Went::Beside } else { Went::Others };
        }
        let about_leases = meaning::is_about_leases(kind);
        if (self.asked == Asked::Leases) != about_leases && !(self.asked == Asked::Log && about_leases) {
            return Went::Beside;
        }
        let mut went = if each && !ours { Went::Others } else { Went::Beside };
        for mut entry in entries.unwrap_or_else(|| event.entries(record)) {
            if each && !(entry.source.is_some_and(|ip| self.ips.contains(&ip)) || is_mac) {
                continue;
            }
            if is_way_back && !is_mac && !is_ours(from) {
                if !is_answer(&entry) {
                    return Went::Others;
                }
                entry.kind = Kind::WayBack;
            }
            if kind == Kind::Connection && entry.action == Action::Unclear && known.is_none() {
                let has_end =
                    entry.destination.is_some() || entry.destination_name.is_some() || entry.port.is_some();
                if !has_end {
                    continue;
                }
            }
            went = Went::Gateway;
            // the times of a table are when its leases end
            let in_order = entry.lease.is_some() || refusals::is_of_switch(entry.kind);
            if let (Some(time), true, None) = (&record.time, in_order, record.under) {
                self.times.push((entry.line, time.to_string()));
            }
            if let Some(at) = known
                && let Some(first) = self.out.entries.get_mut(at)
            {
                merge(first, entry);
                continue;
            }
            if let Some(key) = &joined {
                self.joined.insert(key.clone(), self.out.entries.len());
            }
            if self.asked == Asked::Log && matches!(entry.kind, Kind::Lease | Kind::DiscoverOnly) {
                self.story.push(entry);
                continue;
            }
            self.keep(entry, record, lines, event.said(record.lines.start, is_of_log(record)));
        }
        went
    }

    /// What a record of no known format says of the address of another device.
    fn hear_unknown(&mut self, record: &Record<'_>, event: Option<&Event<'_>>) {
        let line = record.lines.start;
        let by_names = event.filter(|e| e.address().is_some()).and_then(|e| e.said(line, is_of_log(record)));
        let in_line = || generic::pair(record).map(|(mac, lease)| Said::of(line, Some(mac), lease));
        self.said.extend(by_names.or_else(in_line).filter(|s| s.ip.is_some()));
    }

    /// What a switch says of a port, and of no device.
    fn hear_port(&mut self, event: &Event<'_>, record: &Record<'_>) {
        let Some(place) = event.place() else { return };
        let is_up = event.kind().0 == Kind::Admitted;
        self.ports.push(PortEvent { line: record.lines.start, place: place.to_owned(), is_up });
        if let Some(time) = &record.time {
            self.times.push((record.lines.start, time.to_string()));
        }
    }

    /// Keeps an entry, at the line that names the device.
    fn keep(&mut self, mut entry: Entry, record: &Record<'_>, lines: &[Cow<'_, str>], said: Option<Said>) {
        if let Some(lease) = entry.lease.as_mut().filter(|l| record.unsure && l.state == LeaseState::InForce)
        {
            lease.state = LeaseState::Unknown;
            entry.reason = Some("it may belong to what stands before or behind it".to_owned());
        }
        if let (Asked::Leases, Some(lease)) = (self.asked, entry.lease) {
            let said = said.unwrap_or_else(|| Said::of(entry.line, entry.mac, lease));
            let entry = Some(self.out.entries.len());
            self.said.push(Said { entry, state: lease.state, ..said });
        }
        if record.lines.len() > 1 && entry.lease.is_some() {
            let names = |n: &usize| {
                lines.get(*n).is_some_and(|l| entry.mac.is_some_and(|mac| addresses::macs(l).contains(&mac)))
            };
            if let Some(n) = record.lines.clone().find(names) {
                entry.line = n;
                entry.shown = text::foreign(lines.get(n).map_or("", |l| l.trim()));
            }
        }
        self.out.entries.push(entry);
    }

    /// Whether more of the times go back than on: the order of a log is in its times, not in its lines.
    fn is_newest_first(&mut self) -> bool {
        self.times.sort_by_key(|(line, _)| *line);
        let steps = self.times.windows(2).filter_map(|w| {
            let [(_, first), (_, second)] = w else { return None };
            when::apart(first, second).filter(|ms| *ms != 0)
        });
        steps.map(i64::signum).sum::<i64>() < 0
    }

    /// What the whole of a log says: asked and not answered, offered and not taken, refused and let in later.
    fn tell_the_story(&mut self) {
        let (story, ports) = (std::mem::take(&mut self.story), std::mem::take(&mut self.ports));
        let log = refusals::Log { story: &story, ports: &ports, newest_first: self.out.newest_first };
        self.out.entries.sort_by_key(|e| e.line);
        let told = log.tell(self.macs, &mut self.out.entries);
        for entry in told {
            self.put(entry.line..entry.line + 1, Went::Gateway);
            self.out.entries.push(entry);
        }
        for line in log.lines_of_ports(&self.out.entries) {
            self.put(line..line + 1, Went::Gateway);
        }
        self.out.entries.sort_by_key(|e| e.line);
    }

    fn names_us(&self, line: &str) -> bool {
        addresses::ips(line).iter().any(|ip| self.ips.contains(ip))
            || addresses::macs(line).iter().any(|m| self.macs.contains(m))
    }

    fn put(&mut self, lines: Range<usize>, went: Went) {
        for n in lines {
            if let Some(Some(before)) = self.went.get_mut(n) {
                *before = (*before).max(went);
            }
        }
    }

    fn count(&mut self, lines: &[Cow<'_, str>]) {
        let counts: &mut Counts = &mut self.out.counts;
        // a log names the same devices again and again
        let some = |part: &[Cow<'_, str>]| -> BTreeSet<Mac> {
            part.iter().flat_map(|line| addresses::macs(line)).collect()
        };
        let devices: BTreeSet<Mac> = cores::in_parts(lines, some).into_iter().flatten().collect();
        for went in self.went.iter().flatten() {
            counts.lines += 1;
            *match went {
                Went::Around => &mut counts.around,
                Went::Others => &mut counts.of_others,
                Went::Beside => &mut counts.beside,
                Went::NotRecognised => &mut counts.not_recognised,
                Went::Gateway => &mut counts.of_gateway,
            } += 1;
        }
        self.out.devices = devices.len();
        self.out.named = self.macs.iter().filter(|m| devices.contains(m)).copied().collect();
        if self.out.named.is_empty() {
            let is_near = |m: &&Mac| self.macs.iter().any(|w| (1..=2).contains(&digits_apart(**m, *w)));
            self.out.near = devices.iter().filter(is_near).copied().collect();
        }
    }
}

fn names_an_address(line: &str) -> bool {
    !addresses::ips(line).is_empty() || !addresses::macs(line).is_empty()
}

/// A line of a log: what it says takes the place of what an earlier one said.
fn is_of_log(record: &Record<'_>) -> bool {
    record.has_head && record.time.is_some() && record.under.is_none()
}

/// Whether a packet to the gateway is an answer: of TCP, from a port of a service, to one that nobody serves.
fn is_answer(entry: &Entry) -> bool {
    let answers = &Formats::known().words.answers;
    let ports = entry.source_port.zip(entry.port);
    ports.is_some_and(|(from, to)| {
        (from < 1024 || answers.contains(&from)) && to >= 1024 && !answers.contains(&to)
    }) && entry.protocol.as_deref() == Some("TCP")
        && matches!(entry.kind, Kind::Connection | Kind::DefaultDeny | Kind::StateDrop)
}

/// Adds what a later record of the same event says.
fn merge(first: &mut Entry, later: Entry) {
    if later.kind != Kind::Connection && first.action != Action::Denied {
        first.kind = later.kind;
    }
    first.action = match (first.action, later.action) {
        (_, Action::Denied) => Action::Denied,
        (Action::Unclear, later) => later,
        (first, _) => first,
    };
    first.rule = first.rule.take().or(later.rule);
    first.reason = first.reason.take().or(later.reason);
    first.protocol = first.protocol.take().or(later.protocol);
    first.source = first.source.or(later.source);
    first.source_port = first.source_port.or(later.source_port);
    first.destination = first.destination.or(later.destination);
    first.port = first.port.or(later.port);
    if later.reading == Reading::Generic {
        first.reading = Reading::Generic;
    }
}

fn digits_apart(a: Mac, b: Mac) -> usize {
    a.bare().bytes().zip(b.bare().bytes()).filter(|(a, b)| a != b).count()
}
