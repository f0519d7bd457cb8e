//! Who has which address now, by all records of a table or a journal: the newest record of an address counts, and the newest
//! of a device. What nothing decides stays undecided.

use super::held::Said;
use crate::model::Mac;
use crate::model::pasted::{Entry, LeaseState};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;

/// Says of each of these devices which entry tells of its address, and writes down in the entries what other records make
/// of them. `now` is milliseconds since 1970 UTC, where the reader has a clock; else the newest time of the text is asked.
pub fn settle(
    entries: &mut [Entry],
    said: &mut [Said],
    macs: &[Mac],
    newest_first: bool,
    now: Option<i64>,
) -> Vec<(Mac, usize)> {
    let newest = said.iter().filter_map(|s| s.began).max();
    end(entries, said, now.max(newest));
    let ours: BTreeSet<Ipv4Addr> = said.iter().filter(|s| s.entry.is_some()).filter_map(|s| s.ip).collect();
    let mut of_address: BTreeMap<Ipv4Addr, Vec<usize>> = BTreeMap::new();
    for (n, s) in said.iter().enumerate() {
        if let Some(ip) = s.ip.filter(|ip| ours.contains(ip)) {
            of_address.entry(ip).or_default().push(n);
        }
    }
    let mut of_device: BTreeMap<Mac, Vec<usize>> = BTreeMap::new();
    for (n, s) in said.iter().enumerate().filter(|(_, s)| s.entry.is_some()) {
        if let Some(mac) = s.mac {
            of_device.entry(mac).or_default().push(n);
        }
    }
    let mut out = Vec::new();
    for mac in macs {
        let Some(own) = of_device.get(mac) else { continue };
        let ips: BTreeSet<Ipv4Addr> = own.iter().filter_map(|n| said.get(*n)?.ip).collect();
        let others = ips.iter().filter_map(|ip| of_address.get(ip)).flatten().copied();
        let mut order: Vec<usize> =
            own.iter().copied().chain(others).collect::<BTreeSet<_>>().into_iter().collect();
        let of = |n: &usize| said.get(*n);
        if order.iter().all(|n| of(n).is_some_and(|s| s.began.is_some())) {
            order.sort_by_key(|n| (of(n).and_then(|s| s.began), *n));
        } else if newest_first {
            order.reverse();
        }
        let order: Vec<&Said> = order.iter().filter_map(of).collect();
        if let Some(at) = decide(entries, &order, *mac) {
            out.push((*mac, at));
        }
    }
    out
}

/// Leases that are over by the clock; of the others it is said until when they hold.
fn end(entries: &mut [Entry], said: &mut [Said], now: Option<i64>) {
    for s in said.iter_mut().filter(|s| s.state == LeaseState::InForce) {
        let Some((ms, words)) = &s.ends else { continue };
        let is_over = now.is_some_and(|now| *ms < now);
        if is_over {
            s.state = LeaseState::Expired;
        }
        let Some(entry) = s.entry.and_then(|n| entries.get_mut(n)) else { continue };
        let state = if is_over { LeaseState::Expired } else { LeaseState::InForce };
        let why = if is_over { "the lease ended" } else { "until" };
        mark(entry, state, if words.is_empty() { String::new() } else { format!("{why} {words}") });
    }
}

fn mark(entry: &mut Entry, state: LeaseState, why: String) {
    if let Some(lease) = entry.lease.as_mut() {
        lease.state = state;
    }
    if !why.is_empty() {
        entry.reason = Some(why);
    }
}

/// More addresses of one device than this are not told apart, so that a text with a million of them is read in time.
const MANY: usize = 64;

/// Goes through the records, the older ones first, and keeps which of them stand.
fn decide(entries: &mut [Entry], order: &[&Said], mac: Mac) -> Option<usize> {
    use LeaseState::{Conflict, Declined, Expired, Free, InForce, Refused, Released};
    // what stands, by its address, with its place in the order
    let mut held: BTreeMap<Option<Ipv4Addr>, (usize, &Said)> = BTreeMap::new();
    let mut ended: BTreeMap<Option<Ipv4Addr>, &Said> = BTreeMap::new();
    let mut lost: Vec<(&Said, &Said)> = Vec::new();
    let mut rivals: Vec<&Said> = Vec::new();
    let mut crowded = false;
    let in_turn = |s: &Said| s.journal || s.began.is_some();
    for (n, s) in order.iter().copied().enumerate() {
        if s.mac != Some(mac) {
            // a record of no device takes an address back; one of another device takes it over
            let takes = (s.mac.is_some() && s.state == InForce)
                || (s.mac.is_none() && matches!(s.state, Free | Declined | Expired | Released));
            if takes && in_turn(s) {
                if held.get(&s.ip).is_some_and(|(_, h)| in_turn(h)) {
                    lost.extend(held.remove(&s.ip).map(|(_, h)| (h, s)));
                }
                // that another has it says more than that it ended
                let over = ended.remove(&s.ip).filter(|h| s.mac.is_some() && in_turn(h));
                lost.extend(over.map(|h| (h, s)));
            }
            if s.state == InForce && s.mac.is_some() && !in_turn(s) {
                rivals.push(s);
            }
            continue;
        }
        match s.state {
            InForce if s.ip.is_some() => {
                // in a journal the last word counts; the rows of a table stand side by side
                if s.journal && !crowded {
                    held.retain(|_, (_, h)| !(h.journal && (h.began.is_none() || h.began < s.began)));
                }
                held.insert(s.ip, (n, s));
                crowded |= held.len() > MANY;
            }
            Expired if s.ends.is_some() => {
                held.remove(&s.ip);
                ended.insert(s.ip, s);
            }
            Refused if s.journal => held.clear(),
            Released if s.ip.is_none() => held.clear(),
            Released | Expired | Declined | Conflict | Free | Refused => {
                held.remove(&s.ip);
            }
            _ => {}
        }
    }
    let mut held: Vec<(usize, &Said)> = held.into_values().collect();
    held.sort_by_key(|(n, _)| *n);
    let held: Vec<&Said> = held.into_iter().map(|(_, s)| s).collect();
    for (s, by) in &lost {
        let Some(entry) = s.entry.and_then(|n| entries.get_mut(n)) else { continue };
        match by.mac {
            Some(other) => mark(entry, LeaseState::GivenOn, format!("{other}, line {}", by.line + 1)),
            None => mark(entry, by.state, format!("line {}", by.line + 1)),
        }
    }
    if held.is_empty() {
        let entry = |s: &&Said| s.entry.and_then(|n| entries.get(n)).is_some();
        let names = |s: &&&Said| s.ip.is_some() && s.mac == Some(mac);
        let last = lost.last().map(|(s, _)| *s);
        let last = last.or_else(|| order.iter().filter(names).copied().rfind(entry));
        return last.or_else(|| order.iter().copied().rfind(|s| s.mac == Some(mac)))?.entry;
    }
    let ips: BTreeSet<Option<Ipv4Addr>> = held.iter().map(|s| s.ip).collect();
    let chosen = match ips.len() {
        1 => held.last().copied(),
        n if n <= MANY && !crowded => newest(&held),
        _ => None,
    };
    let some: Vec<String> = ips.iter().flatten().take(MANY).map(ToString::to_string).collect();
    let all = some.join(", ") + if ips.len() > MANY { " and others" } else { "" };
    for s in &held {
        let Some(entry) = s.entry.and_then(|n| entries.get_mut(n)) else { continue };
        match chosen {
            Some(c) if c.ip != s.ip => {
                let (ip, line) = (c.ip.map(|ip| ip.to_string()).unwrap_or_default(), c.line + 1);
                mark(entry, LeaseState::Replaced, format!("{ip}, line {line}"));
            }
            None => {
                // the last one is told, with all of them
                let is_told = held.last().is_some_and(|last| last.entry == s.entry);
                mark(entry, LeaseState::OneOfSeveral, if is_told { all.clone() } else { String::new() });
            }
            Some(_) => {}
        }
    }
    let told = chosen.or(held.last().copied())?;
    let rival = rivals.iter().find(|r| r.ip == told.ip && !told.journal && told.began.is_none());
    if let (Some(rival), Some(_)) = (rival, chosen)
        && let Some(entry) = told.entry.and_then(|n| entries.get_mut(n))
    {
        let other = rival.mac.map(|m| m.to_string()).unwrap_or_default();
        mark(entry, Conflict, format!("{other}, line {}", rival.line + 1));
    }
    told.entry
}

/// The one record that is newer than all others, by what they tell: the state of a neighbour, since when a lease holds, how
/// long ago a device was seen. None: nothing tells.
fn newest<'s>(held: &[&'s Said]) -> Option<&'s Said> {
    highest(held, |s| s.fresh.map(i128::from))
        .or_else(|| highest(held, |s| s.began.map(i128::from)))
        .or_else(|| highest(held, |s| s.age.map(|age| -i128::from(age))))
}

fn highest<'s>(held: &[&'s Said], by: impl Fn(&Said) -> Option<i128>) -> Option<&'s Said> {
    let mut all: Vec<(i128, &Said)> = held.iter().map(|s| Some((by(s)?, *s))).collect::<Option<_>>()?;
    all.sort_by_key(|(n, _)| Reverse(*n));
    match all.as_slice() {
        [(first, s), (second, _), ..] if first > second => Some(s),
        _ => None,
    }
}
