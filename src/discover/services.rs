//! What was announced, and what is worth a question: instances of the profile's services with their text, host and
//! addresses. Pure; `now` is a parameter. Whoever announces without end fills its share of the table, and no more.

use crate::platform::guest::Budget;
use crate::profile::Profile;
use crate::wire::dns_sd::{self, Data, Known, Name, Record, Wanted};
use crate::wire::mdns::{LONGEST_TTL_SECS, TxtService};
use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;
use std::time::{Duration, Instant};

/// Instances that are kept: more than the hosts of a /22.
const MOST: usize = 1_100;
/// Of which one sender may bring so many: more than any site has boxes behind one repeater of announcements.
const MOST_OF_ONE: usize = 600;
/// New instances that are taken in while one browse lasts: one that is forgotten and comes again counts again.
const MOST_EVER: usize = 4_400;
/// Addresses that are kept of one host.
const MOST_ADDRESSES: usize = 8;
/// What an announcement left out may come in the next message: so long it is waited for before it is asked for.
const COMPLETES: Duration = Duration::from_millis(120);
/// First pause between two questions for what is missing; each is twice as long as the one before (RFC 6762 section 5.2).
const AGAIN: Duration = Duration::from_secs(1);
/// Questions for the same thing without an answer, after which it is left alone until it is announced again.
const TRIES: u32 = 3;
/// What one instance can make us ask, whatever it announces: so often, then once in this time.
const ASKS: Budget = Budget::new(4, Duration::from_secs(30));
/// A text is asked for again at this part of its life, and then after each further part of so much (section 5.2).
const RENEW_PERCENT: u32 = 80;
const RENEW_STEP_PERCENT: u32 = 7;
/// What is due so soon is asked for in the same message.
const TOGETHER: Duration = Duration::from_secs(5);
/// Texts that are told of one instance at once, then in each interval the last one: a box that starts changes its LED
/// three times within a second.
const TELLS: Budget = Budget::new(6, Duration::from_millis(500));
/// Texts that are told of all instances together at once, then in each interval one, by turns: a site of hundreds whose
/// power comes back, and no more than a recording can bear for long.
const TELLS_OF_ALL: Budget = Budget::new(2_400, Duration::from_millis(20));
/// What is kept of one text: more than fits into a message that is not cut (RFC 6763 section 6.2), in so many pairs.
const TEXT_OCTETS: usize = 1_300;
const TEXT_PAIRS: usize = 64;
/// An address that comes so soon after the text belongs to it; later the text is asked for again, since its LED is older.
const SAME_NEWS: Duration = Duration::from_secs(2);
/// How long an instance is remembered, at least and at most, seconds.
const REMEMBERED_SECS: (u32, u32) = (120, 4_500);

/// A service to be told: the place of its kind in the profile, and what it says.
pub type Told = (usize, TxtService);

/// Everything that was announced of the profile's services.
pub struct Services {
    kinds: Vec<Name>,
    table: BTreeMap<Name, Instance>,
    /// Instances by the host that they run on.
    on_host: BTreeMap<Name, BTreeSet<Name>>,
    /// New instances that each sender brought.
    brought: BTreeMap<Ipv4Addr, usize>,
    taken_in: usize,
    /// Who brought more than may be kept, until it is told.
    overflow: Option<Ipv4Addr>,
    overflow_told: bool,
    tells: Budget,
    /// Some wait for their turn to be told; who was told last.
    queued: bool,
    told_last: Option<Name>,
    /// When something is to be told or forgotten, and when something is to be asked.
    tell_wake: Option<Instant>,
    ask_wake: Option<Instant>,
}

struct Instance {
    kind: usize,
    /// Until when its PTR record may be kept, and half of its life, from which on it is no known answer.
    listed: Option<(Instant, Duration)>,
    text: Option<Text>,
    host: Option<Name>,
    addresses: Vec<Ipv4Addr>,
    /// When it is asked for, and how often it was in vain.
    ask_at: Option<Instant>,
    tries: u32,
    asks: Budget,
    tells: Budget,
    /// A text that was held back, and where it is gone meanwhile, its farewell.
    owes: bool,
    farewell: Option<Told>,
    forget_at: Instant,
}

struct Text {
    pairs: Vec<(String, Vec<u8>)>,
    ttl_secs: u32,
    heard: Instant,
}

impl Text {
    /// How long it is believed.
    fn life(&self) -> Duration {
        Duration::from_secs(u64::from(self.ttl_secs.min(LONGEST_TTL_SECS)))
    }
}

/// What one message did to an instance.
#[derive(Clone, Copy, Default)]
struct News {
    text: bool,
    placed: bool,
    gone: bool,
}

impl Services {
    /// Knows nothing yet. `None` where the profile has no service that is a name.
    #[must_use]
    pub fn new(profile: &Profile) -> Option<Self> {
        let kinds: Vec<Name> =
            profile.announcements.iter().filter_map(|a| dns_sd::name(&a.service)).collect();
        // a profile is checked when it is read: all are names, and their places are those of the profile
        (!kinds.is_empty() && kinds.len() == profile.announcements.len()).then(|| Services {
            kinds,
            table: BTreeMap::new(),
            on_host: BTreeMap::new(),
            brought: BTreeMap::new(),
            taken_in: 0,
            overflow: None,
            overflow_told: false,
            tells: TELLS_OF_ALL,
            queued: false,
            told_last: None,
            tell_wake: None,
            ask_wake: None,
        })
    }

    /// The service types that are asked for.
    #[must_use]
    pub fn kinds(&self) -> &[Name] {
        &self.kinds
    }

    /// Takes in the records of one message; what is to be told now.
    pub fn take(&mut self, records: Vec<Record>, from: Ipv4Addr, now: Instant) -> Vec<Told> {
        let mut news: BTreeMap<Name, News> = BTreeMap::new();
        let mut addresses: Vec<Record> = Vec::new();
        for record in records {
            match record.data {
                // hosts are known once all instances of the message are
                Data::Address(_) => addresses.push(record),
                Data::Instance(ref instance) => {
                    let kind = self.kind_of(instance).filter(|k| self.kinds.get(*k) == Some(&record.name));
                    if let Some(kind) = kind {
                        self.listed(kind, instance, record.ttl_secs, from, now, &mut news);
                    }
                }
                Data::Host(_) | Data::Text(_) => {
                    if let Some(kind) = self.kind_of(&record.name) {
                        self.described(kind, record, from, now, &mut news);
                    }
                }
            }
        }
        self.placed(&addresses, &mut news);
        let mut out = Vec::new();
        for (name, news) in news {
            out.extend(self.settle(&name, news, now));
        }
        out
    }

    /// The kind of service that this is an instance of: one label before the type (RFC 6763 section 4.1).
    fn kind_of(&self, name: &Name) -> Option<usize> {
        self.kinds.iter().position(|kind| name.is_instance_of(kind))
    }

    /// The instance, taken in if there is room for it.
    fn instance(&mut self, kind: usize, name: &Name, from: Ipv4Addr, now: Instant) -> Option<&mut Instance> {
        if !self.table.contains_key(name) {
            let brought = self.brought.get(&from).copied().unwrap_or(0);
            if self.table.len() >= MOST || self.taken_in >= MOST_EVER || brought >= MOST_OF_ONE {
                self.overflow = self.overflow.or(Some(from));
                return None;
            }
            self.taken_in += 1;
            self.brought.insert(from, brought + 1);
            self.table.insert(
                name.clone(),
                Instance {
                    kind,
                    listed: None,
                    text: None,
                    host: None,
                    addresses: Vec::new(),
                    ask_at: None,
                    tries: 0,
                    asks: ASKS,
                    tells: TELLS,
                    owes: false,
                    farewell: None,
                    forget_at: now,
                },
            );
        }
        self.table.get_mut(name)
    }

    fn listed(
        &mut self,
        kind: usize,
        name: &Name,
        ttl_secs: u32,
        from: Ipv4Addr,
        now: Instant,
        news: &mut BTreeMap<Name, News>,
    ) {
        if ttl_secs == 0 {
            // nobody who is not known can go
            if let Some(i) = self.table.get_mut(name) {
                i.listed = None;
                news.entry(name.clone()).or_default().gone = true;
            }
        } else if let Some(i) = self.instance(kind, name, from, now) {
            let life = i.remember(ttl_secs, now);
            i.listed = Some((now + life, life / 2));
            news.entry(name.clone()).or_default();
        }
    }

    /// SRV or TXT of an instance. The last one counts.
    fn described(
        &mut self,
        kind: usize,
        record: Record,
        from: Ipv4Addr,
        now: Instant,
        news: &mut BTreeMap<Name, News>,
    ) {
        let (name, ttl_secs) = (record.name, record.ttl_secs);
        if ttl_secs == 0 {
            if self.table.contains_key(&name) {
                news.entry(name).or_default().gone = true;
            }
            return;
        }
        let Some(i) = self.instance(kind, &name, from, now) else { return };
        i.remember(ttl_secs, now);
        let said = news.entry(name.clone()).or_default();
        match record.data {
            Data::Text(pairs) => {
                (i.text, i.farewell) = (Some(Text { pairs: bounded(pairs), ttl_secs, heard: now }), None);
                said.text = true;
            }
            Data::Host(host) if i.host.as_ref() != Some(&host) => {
                let before = i.host.replace(host.clone());
                i.addresses.clear();
                if let Some(before) = before {
                    self.leaves(&before, &name);
                }
                self.on_host.entry(host).or_default().insert(name);
            }
            Data::Host(_) | Data::Instance(_) | Data::Address(_) => {}
        }
    }

    /// The addresses of one message: where they replace what was said, all of it, else they are added.
    fn placed(&mut self, records: &[Record], news: &mut BTreeMap<Name, News>) {
        let mut of: BTreeMap<&Name, (bool, Vec<Ipv4Addr>, Vec<Ipv4Addr>)> = BTreeMap::new();
        for record in records.iter().filter(|r| self.on_host.contains_key(&r.name)) {
            let Data::Address(ip) = record.data else { continue };
            let (flush, here, gone) = of.entry(&record.name).or_default();
            *flush |= record.flush && record.ttl_secs > 0;
            if record.ttl_secs > 0 { here.push(ip) } else { gone.push(ip) }
        }
        for (host, (flush, here, gone)) in of {
            for name in self.on_host.get(host).into_iter().flatten() {
                let Some(i) = self.table.get_mut(name) else { continue };
                let before = i.addresses.clone();
                i.addresses.retain(|ip| !flush && !gone.contains(ip));
                i.addresses.extend(&here);
                i.addresses.sort_unstable();
                i.addresses.dedup();
                i.addresses.truncate(MOST_ADDRESSES);
                news.entry(name.clone()).or_default().placed |= i.addresses != before;
            }
        }
    }

    /// What a message means for one instance: whether it is told, and when it is asked for next.
    fn settle(&mut self, name: &Name, news: News, now: Instant) -> Option<Told> {
        let i = self.table.get_mut(name)?;
        let mut told = None;
        if news.gone && !news.text {
            // remembered for a while, so that a box that goes and comes is no new one each time
            i.ask_at = None;
            if i.text.is_some() {
                let farewell = i.told(name, true);
                i.text = None;
                if may_tell(i, &mut self.tells, &mut self.queued, now) {
                    (told, i.owes) = (Some(farewell), false);
                } else {
                    (i.farewell, i.owes) = (Some(farewell), true);
                }
            }
        } else {
            let recent = i.text.as_ref().is_some_and(|t| now.saturating_duration_since(t.heard) <= SAME_NEWS);
            if news.text || news.placed && recent {
                told = may_tell(i, &mut self.tells, &mut self.queued, now).then(|| i.told(name, false));
                i.owes = told.is_none();
            }
            if i.is_complete() && (news.text || news.placed && recent) {
                (i.tries, i.ask_at) = (0, i.renew_at());
            } else if !i.is_complete() && i.tries == 0 || i.is_complete() && news.placed {
                // what is missing; or its LED was told long ago, and is not to be taken for news with its new address
                let soon = now + COMPLETES;
                i.ask_at = Some(i.ask_at.map_or(soon, |at| at.min(soon)));
            }
        }
        let (tell, ask) = (i.tell_at(&mut self.tells, now), i.ask_ready_at(now));
        self.tell_wake = [self.tell_wake, Some(tell)].into_iter().flatten().min();
        self.ask_wake = [self.ask_wake, ask].into_iter().flatten().min();
        told
    }

    /// When [`Services::due`] has something to do.
    #[must_use]
    pub fn due_at(&self) -> Option<Instant> {
        self.tell_wake
    }

    /// When [`Services::ask`] has something to ask.
    #[must_use]
    pub fn ask_at(&self) -> Option<Instant> {
        self.ask_wake
    }

    /// Texts that were held back; forgets what is too old.
    pub fn due(&mut self, now: Instant) -> Vec<Told> {
        let mut out = Vec::new();
        let mut owed: Vec<Name> =
            self.table.iter().filter(|(_, i)| i.owes).map(|(name, _)| name.clone()).collect();
        // whoever announces without end has its turn, and no more
        let next = owed.iter().position(|n| self.told_last.as_ref().is_some_and(|last| n > last));
        owed.rotate_left(next.unwrap_or(0));
        self.queued = false;
        for name in owed {
            if let Some(i) = self.table.get_mut(&name)
                && may_tell(i, &mut self.tells, &mut self.queued, now)
            {
                i.owes = false;
                out.push(i.farewell.take().unwrap_or_else(|| i.told(&name, false)));
                self.told_last = Some(name);
            }
        }
        let old: Vec<Name> =
            self.table.iter().filter(|(_, i)| i.forget_at <= now).map(|(name, _)| name.clone()).collect();
        for name in old {
            if let Some(host) = self.table.remove(&name).and_then(|i| i.host) {
                self.leaves(&host, &name);
            }
        }
        let all = &mut self.tells;
        self.tell_wake = self.table.values_mut().map(|i| i.tell_at(all, now)).min();
        out
    }

    fn leaves(&mut self, host: &Name, name: &Name) {
        if let Some(there) = self.on_host.get_mut(host) {
            there.remove(name);
            if there.is_empty() {
                self.on_host.remove(host);
            }
        }
    }

    /// What is to be asked now, as one message holds it; `send` says how many of the questions were sent. Texts that
    /// are known and grow old come before what is missing, since whoever announces without end always misses something.
    pub fn ask(&mut self, now: Instant, send: impl FnOnce(&[(Name, Wanted)]) -> usize) {
        let due = |i: &Instance, by: Instant| i.ask_at.filter(|at| *at <= by);
        let mut names: Vec<(bool, Instant, Name)> = Vec::new();
        if self.table.values().any(|i| due(i, now).is_some()) {
            for (name, i) in &mut self.table {
                let by = if i.is_complete() { now + TOGETHER } else { now };
                if let Some(at) = due(i, by).filter(|_| i.asks.left(now) > 0) {
                    names.push((!i.is_complete(), at, name.clone()));
                }
            }
        }
        names.sort();
        let wanted: Vec<(Name, Wanted)> = names
            .iter()
            .filter_map(|(.., name)| Some((name, self.table.get(name)?)))
            .flat_map(|(name, i)| i.wants(name, now))
            .collect();
        let sent = if wanted.is_empty() { 0 } else { send(&wanted) };
        let asked: BTreeSet<Name> = wanted.into_iter().take(sent).map(|(name, _)| name).collect();
        for (.., name) in names {
            let Some(i) = self.table.get_mut(&name) else { continue };
            // an address is asked for by the name of its host
            let by_host = i.host.as_ref().is_some_and(|h| asked.contains(h));
            if (by_host || asked.contains(&name)) && i.asks.take(now) {
                i.asked(now);
            }
        }
        self.ask_wake = self.table.values_mut().filter_map(|i| i.ask_ready_at(now)).min();
    }

    /// Instances that were told and need not be told again (RFC 6762 section 7.1).
    #[must_use]
    pub fn known(&self, now: Instant) -> Vec<Known> {
        let listed = |i: &Instance| {
            let (until, half) = i.listed?;
            let left = until.saturating_duration_since(now);
            (left > half && i.text.is_some()).then(|| u32::try_from(left.as_secs()).unwrap_or(u32::MAX))
        };
        self.table
            .iter()
            .filter_map(|(name, i)| {
                let service = self.kinds.get(i.kind)?.clone();
                Some(Known { service, instance: name.clone(), ttl_secs: listed(i)? })
            })
            .collect()
    }

    /// Who brought more than is kept; told once.
    pub fn overflow(&mut self) -> Option<Ipv4Addr> {
        let who = self.overflow.filter(|_| !self.overflow_told)?;
        self.overflow_told = true;
        Some(who)
    }
}

/// Whether it is its turn: it has not said too much, nor have all together.
fn may_tell(i: &mut Instance, all: &mut Budget, queued: &mut bool, now: Instant) -> bool {
    if i.tells.left(now) == 0 {
        return false;
    }
    // who comes while others wait waits behind them
    *queued = *queued || !all.take(now);
    !*queued && i.tells.take(now)
}

/// As much of a text as is kept.
fn bounded(pairs: Vec<(String, Vec<u8>)>) -> Vec<(String, Vec<u8>)> {
    let mut octets = 0;
    pairs
        .into_iter()
        .take(TEXT_PAIRS)
        .take_while(|(key, value)| {
            octets += key.len() + value.len() + 2;
            octets <= TEXT_OCTETS
        })
        .collect()
}

impl Instance {
    /// How long a record of it may be kept.
    fn remember(&mut self, ttl_secs: u32, now: Instant) -> Duration {
        let secs = ttl_secs.min(REMEMBERED_SECS.1);
        self.forget_at =
            self.forget_at.max(now + Duration::from_secs(u64::from(secs.max(REMEMBERED_SECS.0))));
        Duration::from_secs(u64::from(secs))
    }

    fn is_complete(&self) -> bool {
        self.text.is_some() && self.host.is_some() && !self.addresses.is_empty()
    }

    fn told(&self, name: &Name, goodbye: bool) -> Told {
        let text = self.text.as_ref();
        let service = TxtService {
            name: name.written(),
            addresses: self.addresses.clone(),
            txt: text.map(|t| t.pairs.clone()).unwrap_or_default(),
            ttl_secs: text.map_or(0, |t| t.ttl_secs),
            goodbye,
        };
        (self.kind, service)
    }

    /// What is asked of it: what is missing, and its text and host anew when the text grows old.
    fn wants(&self, name: &Name, now: Instant) -> Vec<(Name, Wanted)> {
        let old = self.renew_at().is_none_or(|at| at <= now + TOGETHER);
        let mut out = Vec::new();
        if old || self.is_complete() {
            out.push((name.clone(), Wanted::Text));
        }
        match &self.host {
            Some(host) if self.addresses.is_empty() => out.push((host.clone(), Wanted::Address)),
            // its address comes with it (RFC 6763 section 12.2)
            _ => out.push((name.clone(), Wanted::Host)),
        }
        out
    }

    /// At 80 % of the life of its text.
    fn renew_at(&self) -> Option<Instant> {
        let text = self.text.as_ref()?;
        Some(text.heard + text.life() * RENEW_PERCENT / 100)
    }

    /// It was asked for: when it is asked for again, if nothing comes.
    fn asked(&mut self, now: Instant) {
        self.tries = self.tries.saturating_add(1);
        let life = self.text.as_ref().map(Text::life);
        self.ask_at = match life {
            Some(life) if self.tries < TRIES && self.is_complete() => {
                Some(now + life * RENEW_STEP_PERCENT / 100)
            }
            _ if self.tries < TRIES => Some(now + AGAIN * 2_u32.saturating_pow(self.tries - 1)),
            // it is known, so once in a while it is looked for
            Some(_) => Some(now + Duration::from_secs(u64::from(LONGEST_TTL_SECS)) * RENEW_PERCENT / 100),
            None => None,
        };
    }

    /// When something of it is to be told or forgotten.
    fn tell_at(&mut self, all: &mut Budget, now: Instant) -> Instant {
        let owed = self.owes.then(|| self.tells.ready_at(now).max(all.ready_at(now)));
        owed.map_or(self.forget_at, |at| at.min(self.forget_at))
    }

    /// When it is asked for: when it is due, and it has not made us ask too often.
    fn ask_ready_at(&mut self, now: Instant) -> Option<Instant> {
        let due = self.ask_at?;
        Some(due.max(self.asks.ready_at(now)))
    }
}

#[cfg(test)]
#[path = "services_tests.rs"]
mod tests;
