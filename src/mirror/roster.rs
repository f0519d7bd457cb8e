//! Joins sightings: all observations of one MAC are one gateway; every other MAC is a neighbour. Pure.

use super::agenda::Agenda;
use super::led::{ARP_MISSES, Track};
use super::places::{Places, Standing};
use super::rows::{CLAIM_GOOD_MS, Rows};
use crate::model::evidence::{DhcpKind, DhcpSeen, Fact, Observation, Source};
use crate::model::finding::Verdict;
use crate::model::pasted::{LeaseState, PastedText, Reading};
use crate::model::snapshot::{DhcpTrace, GatewayView, HostSeen, TRACE_KEPT};
use crate::model::{At, LedSet, Mac};
use crate::profile::Profile;
use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;

/// DHCP messages kept of each gateway.
const DHCP_KEPT: usize = 30;
/// Changes of a LED's set that are kept of each gateway.
const CHANGES_KEPT: usize = 200;
/// Addresses that are kept of each gateway.
const ADDRESSES_KEPT: usize = 32;
/// Others at the address that a box claims.
const RIVALS_KEPT: usize = 16;

#[derive(Clone, Debug, Default)]
struct Gateway {
    track: Track,
    ip: Option<Ipv4Addr>,
    /// Its address is one that a pasted text gave.
    leased: Option<Ipv4Addr>,
    first_seen: Option<At>,
    last_seen: Option<At>,
    sources: BTreeSet<Source>,
    name: Option<String>,
    dhcp: Vec<(At, DhcpKind)>,
    last_request: Option<Ipv4Addr>,
    /// Only a typed address made it a gateway.
    by_address: bool,
    /// Only a row of the neighbour table from before the session shows it: it is not known whether it is here.
    old_row: bool,
    /// It was asked whether it is there now.
    asked: bool,
    /// The address that it accepted was asked for since.
    request_asked: bool,
    /// The set that was last said, and since when.
    said: Option<(LedSet, At)>,
    /// The revision of the evidence that this set is of, and when it changes by itself.
    judged: Option<(u64, At)>,
    /// How the set changed.
    changes: Vec<(At, LedSet)>,
    trace: Vec<DhcpTrace>,
    /// It says itself that it is at this address (mDNS, DHCP), since when.
    claims: Option<(Ipv4Addr, At)>,
    /// Others that answered at the address it claims.
    rivals: BTreeMap<Mac, At>,
    /// Where and when it last answered ARP.
    answered: Option<(Ipv4Addr, At)>,
    /// The addresses that it had, with the time since when.
    addresses: Vec<(At, Ipv4Addr)>,
}

/// Everybody who was seen on the segment.
#[derive(Clone, Debug, Default)]
pub struct Roster {
    gateways: BTreeMap<Mac, Gateway>,
    rows: Rows,
    /// Which gateway a console port belongs to, once a line told.
    ports: BTreeMap<String, Mac>,
    /// Lines of a port whose gateway is not known yet.
    unclaimed: BTreeMap<String, Track>,
    typed_ip: Option<Ipv4Addr>,
    chosen: Option<Mac>,
    requests_heard: u32,
    /// Counts what was taken in.
    revision: u64,
    /// Who has a place among those that are followed.
    places: Places,
    /// Whose set is judged anew, and whose change somebody wants to be told.
    to_judge: Agenda,
    to_tell: Agenda,
}

impl Roster {
    /// Makes `mac` a gateway even if no profile knows its prefix, and the one that everything is about.
    pub fn choose(&mut self, mac: Mac, at: At) {
        self.revision += 1;
        self.chosen = Some(mac);
        self.admit(mac, Standing::Named, at);
    }

    /// The gateway of this MAC, taken in if it is new and there is a place for it. One that is only heard gives way to one
    /// that answers, and anyone to one that a person named.
    fn admit(&mut self, mac: Mac, standing: Standing, at: At) -> Option<&mut Gateway> {
        if !self.gateways.contains_key(&mac)
            && let Some(gone) = self.places.make_room(standing, at).ok()?
        {
            self.leave(gone);
        }
        self.places.heard(mac, standing, at);
        self.touch(mac);
        Some(self.gateways.entry(mac).or_default())
    }

    /// It is followed no more.
    fn leave(&mut self, mac: Mac) {
        self.gateways.remove(&mac);
        self.to_judge.forget(mac);
        self.to_tell.forget(mac);
        self.ports.retain(|_, of| *of != mac);
        if self.chosen == Some(mac) {
            self.chosen = None;
        }
    }

    fn touch(&mut self, mac: Mac) {
        self.to_judge.touch(mac);
        self.to_tell.touch(mac);
    }

    /// How many gateways are followed.
    #[must_use]
    pub fn len(&self) -> usize {
        self.gateways.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.gateways.is_empty()
    }

    #[must_use]
    pub fn follows(&self, mac: Mac) -> bool {
        self.gateways.contains_key(&mac)
    }

    /// Whether a new box of which this much is known would be followed; that one was not is remembered.
    pub fn has_room(&mut self, standing: Standing, at: At) -> bool {
        let room = self.places.has_room(standing, at);
        if !room {
            self.places.turn_away();
        }
        room
    }

    /// It answered, or somebody named it: it is no mere claim.
    #[must_use]
    pub fn is_proven(&self, mac: Mac) -> bool {
        self.places.standing(mac).is_some_and(|s| s > Standing::Heard)
    }

    /// There were more boxes than are followed.
    #[must_use]
    pub fn is_crowded(&self) -> bool {
        self.places.turned_away()
    }

    /// There were more neighbours than are kept.
    #[must_use]
    pub fn left_rows_out(&self) -> bool {
        self.rows.left_out()
    }

    /// Gateways whose set may have changed since they were last told, and the set; each only then.
    pub fn take_changed(&mut self, now: At) -> Vec<(Mac, LedSet)> {
        let mut out = Vec::new();
        for mac in self.to_tell.take(now) {
            let Some(g) = self.gateways.get(&mac) else { continue };
            self.to_tell.plan(mac, g.track.next_expiry(now));
            if !(g.by_address && self.rows.answers_for_others(mac)) {
                out.push((mac, g.track.possible(now)));
            }
        }
        out
    }

    /// Changes whenever something was taken in.
    #[must_use]
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// The gateway that everything is about: the one chosen, else the only one.
    #[must_use]
    pub fn chosen(&self) -> Option<Mac> {
        self.chosen.or_else(|| match self.gateways.len() {
            1 => self.gateways.keys().next().copied(),
            _ => None,
        })
    }

    #[must_use]
    pub fn typed_ip(&self) -> Option<Ipv4Addr> {
        self.typed_ip
    }

    /// Takes one observation in.
    pub fn ingest(&mut self, profile: &Profile, o: &Observation) {
        self.revision += 1;
        self.take(profile, o);
        // of hundreds of boxes one observation tells of one
        for mac in self.to_judge.take(o.at) {
            self.judge(mac, o.at);
        }
    }

    /// Keeps how its set changed.
    fn judge(&mut self, mac: Mac, at: At) {
        let Some(g) = self.gateways.get_mut(&mac) else { return };
        let revision = g.track.revision();
        if let Some((of, until)) = g.judged
            && of == revision
            && at < until
        {
            return;
        }
        let until = g.track.next_expiry(at);
        g.judged = Some((revision, until.unwrap_or(At(u64::MAX))));
        self.to_judge.plan(mac, until);
        let now = g.track.possible(at);
        if g.said.is_none_or(|(was, _)| was != now) {
            g.said = Some((now, at));
            g.changes.push((at, now));
            if g.changes.len() > CHANGES_KEPT {
                g.changes.remove(0);
            }
        }
        if let Some(ip) = g.ip.filter(|ip| g.addresses.last().is_none_or(|(_, last)| last != ip)) {
            g.addresses.push((at, ip));
            if g.addresses.len() > ADDRESSES_KEPT {
                g.addresses.remove(0);
            }
        }
    }

    /// REQUESTs of gateways heard so far.
    #[must_use]
    pub fn requests_heard(&self) -> u32 {
        self.requests_heard
    }

    /// Addresses that gateways asked for and that did not answer yet, each told once for each of its REQUESTs.
    pub fn take_requested(&mut self) -> Vec<Ipv4Addr> {
        let mut out = Vec::new();
        for g in self.gateways.values_mut().filter(|g| !g.request_asked) {
            g.request_asked = true;
            out.extend(g.last_request);
        }
        out
    }

    /// Addresses of gateways that only an older row of the table shows, each told once: an answer of theirs would prove
    /// that they are there now.
    pub fn take_unproven(&mut self) -> Vec<Ipv4Addr> {
        let mut out = Vec::new();
        for g in self.gateways.values_mut().filter(|g| g.old_row && !g.asked) {
            g.asked = true;
            out.extend(g.ip);
        }
        out
    }

    fn take(&mut self, profile: &Profile, o: &Observation) {
        let at = o.at;
        match &o.fact {
            Fact::Neighbour { mac, ip, confirmed_ms_ago } => {
                let fresh = confirmed_ms_ago.is_some_and(|age| age <= at.0);
                let standing = if fresh { Standing::Proven } else { Standing::Heard };
                if profile.is_gateway(*mac) || self.follows(*mac) {
                    self.admit(*mac, standing, at);
                } else if self.typed_ip == Some(*ip)
                    && let Some(g) = self.admit(*mac, Standing::Named, at)
                {
                    g.by_address = true;
                }
                let kept = self.rows.keep(*mac, *ip, at, self.follows(*mac));
                // a row that names another MAC than before is news whatever its age: the system takes that only from a
                // frame (Linux then counts it as unconfirmed)
                if kept && !self.rows.answers_for_others(*mac) {
                    self.rows.take_turn(*ip, *mac, at);
                }
                if let Some(age) = confirmed_ms_ago.filter(|_| fresh && kept) {
                    self.rows.proved(*ip, *mac, at.minus(age));
                }
                if fresh && !self.rows.answers_for_others(*mac) {
                    for (_, g) in self.gateways.iter_mut().filter(|(m, _)| *m != mac) {
                        let claimed =
                            g.claims.is_some_and(|(c, since)| c == *ip && at.since(since) <= CLAIM_GOOD_MS);
                        if claimed {
                            g.rival(*mac, at);
                        }
                    }
                }
                if let Some(g) = self.gateways.get_mut(mac) {
                    // the operating system keeps rows of boxes that are long gone: only an answer of this session proves
                    // that the box is here, an older one places it
                    match confirmed_ms_ago.filter(|age| *age <= at.0) {
                        Some(age) => {
                            g.old_row = false;
                            g.track.arp(at.minus(age), *ip);
                            g.answered = Some((*ip, at.minus(age)));
                            if g.last_request == Some(*ip) {
                                g.last_request = None;
                            }
                            g.see(at, o.source);
                            g.ip = Some(*ip);
                            self.claim(*mac, *ip, at);
                        }
                        None => {
                            if !g.old_row {
                                g.old_row = g.first_seen.is_none();
                                g.asked = false;
                            }
                            g.sources.insert(o.source);
                            g.ip.get_or_insert(*ip);
                        }
                    }
                }
            }
            Fact::Unanswered { ip, given_up } => {
                for (mac, g) in self.gateways.iter_mut().filter(|(_, g)| g.ip == Some(*ip)) {
                    self.to_judge.touch(*mac);
                    self.to_tell.touch(*mac);
                    if g.track.arp_missed() || *given_up {
                        g.answered = None;
                    }
                    if *given_up && g.old_row {
                        // it was asked in vain: the old row is no sighting any more
                        g.old_row = false;
                        g.sources.remove(&Source::Neighbour);
                    }
                }
            }
            Fact::Dhcp(seen) => self.dhcp(profile, at, seen),
            Fact::Announced(a) => {
                let mac = a.mac.or_else(|| a.ip.and_then(|ip| self.mac_at(ip)));
                if let Some(mac) = mac
                    && let Some(g) = self.admit(mac, Standing::Heard, at)
                {
                    if !a.goodbye {
                        g.see(at, o.source);
                        g.ip = a.ip.or(g.ip);
                        g.name = Some(a.name.clone());
                    }
                    g.track.announced(at, a);
                    if let Some(ip) = a.ip.filter(|_| !a.goodbye) {
                        self.claim(mac, ip, at);
                    }
                }
            }
            Fact::Console(line) => {
                let Some(fact) = &line.meaning else { return };
                // a console that names no MAC but its address belongs to the box that has it
                let known =
                    || (!self.ports.contains_key(&line.port)).then(|| self.mac_at(fact.ip?)).flatten();
                if let Some(mac) = fact.mac.or_else(known)
                    && self.ports.insert(line.port.clone(), mac) != Some(mac)
                {
                    let unclaimed = self.unclaimed.remove(&line.port);
                    if let Some(g) = self.admit(mac, Standing::Proven, at)
                        && let Some(track) = unclaimed
                    {
                        g.track = track;
                    }
                }
                let sole = if self.gateways.len() == 1 { self.gateways.keys().next().copied() } else { None };
                match self.ports.get(&line.port).copied().or(sole) {
                    Some(mac) => {
                        if let Some(g) = self.admit(mac, Standing::Proven, at) {
                            g.see(at, o.source);
                            g.ip = fact.ip.or(g.ip);
                            g.track.console(at, fact, &line.text);
                        }
                    }
                    None => {
                        self.unclaimed.entry(line.port.clone()).or_default().console(at, fact, &line.text)
                    }
                }
            }
            Fact::ConsoleClosed { port } => {
                if let Some(track) = self.unclaimed.get_mut(port) {
                    track.console_closed(at);
                }
                let owner = self.ports.get(port).copied();
                for (mac, g) in &mut self.gateways {
                    if owner.is_none_or(|o| o == *mac) {
                        self.to_judge.touch(*mac);
                        self.to_tell.touch(*mac);
                        g.track.console_closed(at);
                    }
                }
            }
            Fact::Saw { mac, led } => {
                if let Some(mac) = mac.or_else(|| self.chosen())
                    && let Some(g) = self.admit(mac, Standing::Named, at)
                {
                    g.sources.insert(Source::Installer);
                    g.track.saw(at, *led);
                }
            }
            Fact::TypedMac { mac, repaired } => {
                self.choose(*mac, at);
                let seen = self.rows.of(*mac).next();
                if let Some(g) = self.gateways.get_mut(mac) {
                    g.sources.insert(Source::Typed);
                    if !repaired.is_empty() {
                        g.track.remark(at, &format!("Its MAC was typed in with {}.", repaired.join(", ")));
                    }
                    // it may have been seen before anybody said that it is a gateway
                    if let Some((ip, _)) = seen {
                        g.ip = Some(ip);
                        g.old_row = true;
                        g.sources.insert(Source::Neighbour);
                    }
                }
            }
            Fact::TypedIp { mac, ip } => {
                self.typed_ip = Some(*ip);
                if let Some(mac) = mac.or_else(|| self.mac_at(*ip))
                    && let Some(g) = self.admit(mac, Standing::Named, at)
                {
                    g.sources.insert(Source::Typed);
                    g.ip.get_or_insert(*ip);
                    self.chosen.get_or_insert(mac);
                }
            }
            Fact::Pasted(text) => self.leased(text),
            Fact::PluggedIn { mac } => {
                if let Some(g) = self.admit(*mac, Standing::Named, at) {
                    g.see(at, Source::PlugIn);
                }
                self.chosen = Some(*mac);
            }
        }
    }

    /// A box is at this address. Who answered there a moment ago is a rival: which of the two is noticed first is chance.
    fn claim(&mut self, mac: Mac, ip: Ipv4Addr, at: At) {
        let others = self.rows.others_at(ip, mac, at);
        if let Some(g) = self.gateways.get_mut(&mac) {
            g.claims = Some((ip, at));
            others.into_iter().for_each(|other| g.rival(other, at));
        }
    }

    /// A lease in force is where a gateway is, as long as nothing else told.
    fn leased(&mut self, text: &PastedText) {
        // a later text takes the place of the one before, with what that one gave
        for g in self.gateways.values_mut() {
            if let Some(told) = g.leased.take() {
                g.sources.remove(&Source::Pasted);
                // where it was seen itself since, it is, whatever a text says
                let seen = [g.answered.map(|(ip, _)| ip), g.claims.map(|(ip, _)| ip)].contains(&Some(told));
                g.ip = g.ip.filter(|ip| *ip != told || seen);
            }
        }
        for e in text.told.iter().map(|t| &t.entry).filter(|e| e.reading == Reading::Recognised) {
            let held = e.lease.filter(|l| l.state == LeaseState::InForce).and_then(|l| l.ip);
            if let (Some(ip), Some(g)) = (held, e.mac.and_then(|mac| self.gateways.get_mut(&mac))) {
                g.sources.insert(Source::Pasted);
                if g.ip.is_none() {
                    (g.ip, g.leased) = (Some(ip), Some(ip));
                }
            }
        }
    }

    fn dhcp(&mut self, profile: &Profile, at: At, seen: &DhcpSeen) {
        if !profile.is_gateway(seen.mac) && !self.follows(seen.mac) {
            return;
        }
        if seen.kind == DhcpKind::Request {
            self.requests_heard += 1;
        }
        let Some(g) = self.admit(seen.mac, Standing::Heard, at) else { return };
        g.see(at, Source::Dhcp);
        g.trace.push(trace(at, seen));
        if g.trace.len() > TRACE_KEPT {
            g.trace.remove(0);
        }
        g.dhcp.push((at, seen.kind));
        if g.dhcp.len() > DHCP_KEPT {
            g.dhcp.remove(0);
        }
        if let Some(name) = &seen.host_name {
            g.name = Some(name.clone());
        }
        match seen.kind {
            DhcpKind::Request => {
                g.last_request = seen.ciaddr.or(seen.requested);
                g.request_asked = false;
            }
            DhcpKind::Ack => g.ip = seen.yiaddr.or(g.ip),
            DhcpKind::Discover | DhcpKind::Nak => {
                g.ip = None;
                g.last_request = None;
            }
            DhcpKind::Offer | DhcpKind::Decline | DhcpKind::Release | DhcpKind::Inform => {}
        }
        g.track.dhcp(at, seen);
    }

    /// Addresses of gateways that should be asked for by ARP: the ones they have, and the ones they requested.
    #[must_use]
    pub fn addresses_to_ask(&self) -> Vec<Ipv4Addr> {
        let mut ips: Vec<Ipv4Addr> = self
            .gateways
            .values()
            .flat_map(|g| [g.ip, g.last_request])
            .flatten()
            .chain(self.typed_ip)
            .collect();
        ips.sort_unstable();
        ips.dedup();
        ips
    }

    #[must_use]
    pub fn mac_at(&self, ip: Ipv4Addr) -> Option<Mac> {
        self.rows.mac_at(ip)
    }

    /// Every MAC that is here as far as anybody knows. A gateway that only an old row of the table shows is not: it may
    /// be the one that lies unplugged on the table.
    #[must_use]
    pub fn macs(&self) -> BTreeSet<Mac> {
        let unproven = |mac: &Mac| self.gateways.get(mac).is_some_and(|g| g.first_seen.is_none());
        let seen = self.gateways.iter().filter(|(_, g)| g.first_seen.is_some()).map(|(m, _)| *m);
        self.rows.macs().filter(|m| !unproven(m)).chain(seen).collect()
    }

    /// The gateways at `now`, by MAC. `maker` looks up who made a MAC.
    #[must_use]
    pub fn gateways(&self, now: At, maker: &dyn Fn(Mac) -> Option<String>) -> Vec<GatewayView> {
        self.gateways
            .iter()
            .filter(|(mac, g)| !(g.by_address && self.rows.answers_for_others(**mac)))
            .map(|(mac, g)| GatewayView {
                mac: *mac,
                ip: g.ip,
                first_seen_ms: g.first_seen.map(|t| t.0),
                last_seen: g.last_seen,
                led_since: g.said.map_or(now, |(_, at)| at),
                led: g.track.led(now),
                sources: g.sources.iter().copied().collect(),
                name: g.name.clone(),
                maker: maker(*mac),
                dhcp: g.dhcp.clone(),
                dhcp_trace: g.trace.clone(),
                led_changes: g.changes.clone(),
                answered: g.answered.filter(|(ip, _)| g.ip == Some(*ip)).map(|(_, at)| at),
                addresses: g.addresses.clone(),
                in_turn: g
                    .ip
                    .or(self.typed_ip.filter(|_| self.chosen == Some(*mac)))
                    .map_or_else(Vec::new, |ip| self.rows.in_turn(ip)),
                rivals: g.rivals.iter().map(|(m, t)| (*m, *t)).collect(),
                remarks: g.track.remarks().iter().map(|(_, text)| text.clone()).collect(),
                verdict: Verdict::default(),
            })
            .collect()
    }

    /// The neighbours, by address.
    #[must_use]
    pub fn hosts(&self, maker: &dyn Fn(Mac) -> Option<String>) -> Vec<HostSeen> {
        self.rows.hosts(maker)
    }

    /// Whether this row would change anything: there is room for it, or for its box.
    pub fn takes_row(&mut self, profile: &Profile, mac: Mac, ip: Ipv4Addr, at: At, proven: bool) -> bool {
        let standing = if proven { Standing::Proven } else { Standing::Heard };
        self.follows(mac)
            || profile.is_gateway(mac) && self.has_room(standing, at)
            || self.typed_ip == Some(ip)
            || self.rows.keep(mac, ip, at, false)
    }

    /// The next time at which some LED's set widens by itself.
    #[must_use]
    pub fn next_expiry(&self, now: At) -> Option<At> {
        self.gateways.values().filter_map(|g| g.track.next_expiry(now)).min()
    }

    /// True when the address has not answered for as many rounds as it takes to give it up.
    #[must_use]
    pub fn rounds_to_give_up() -> u32 {
        ARP_MISSES
    }
}

fn trace(at: At, seen: &DhcpSeen) -> DhcpTrace {
    DhcpTrace {
        at,
        kind: seen.kind,
        xid: seen.xid,
        secs: seen.secs,
        ciaddr: seen.ciaddr,
        address: seen.requested.or(seen.yiaddr),
        server: seen.server,
        host_name: seen.host_name.clone(),
        parameter_list: seen.parameter_list.clone(),
        message: seen.message.clone(),
    }
}

impl Gateway {
    fn see(&mut self, at: At, source: Source) {
        self.first_seen.get_or_insert(at);
        self.last_seen = Some(at);
        self.sources.insert(source);
    }

    /// Somebody else answers at the address that it claims.
    fn rival(&mut self, mac: Mac, at: At) {
        if self.rivals.len() < RIVALS_KEPT || self.rivals.contains_key(&mac) {
            self.rivals.insert(mac, at);
        }
    }
}

#[cfg(test)]
#[path = "roster_tests.rs"]
mod tests;
