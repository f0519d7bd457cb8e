//! What a record says of an address: its state, and what tells which of two records is the newer one.

use super::meaning::{self, Event};
use super::when;
use crate::model::Mac;
use crate::model::pasted::{Kind, Lease, LeaseState};
use std::net::Ipv4Addr;

/// How far a text without a zone may be off.
const ANY_ZONE_MS: i64 = 14 * 3_600_000;

/// What one record says of an address, of a gateway or of another device.
#[derive(Clone, Debug)]
pub struct Said {
    /// Which of the entries it is; none for another device.
    pub entry: Option<usize>,
    /// From 0.
    pub line: usize,
    pub mac: Option<Mac>,
    pub ip: Option<Ipv4Addr>,
    pub state: LeaseState,
    /// A later record takes the place of an earlier one.
    pub journal: bool,
    /// Since when it holds, milliseconds since 1970.
    pub began: Option<i64>,
    /// Until when, and how the text writes it.
    pub ends: Option<(i64, String)>,
    /// How many seconds, or whatever the table counts in, ago the device was seen there.
    pub age: Option<u64>,
    /// How fresh its state is, where states tell.
    pub fresh: Option<u8>,
}

impl Said {
    /// What a record of no known format says.
    #[must_use]
    pub fn of(line: usize, mac: Option<Mac>, lease: Lease) -> Said {
        let Lease { state, ip } = lease;
        Said {
            entry: None,
            line,
            mac,
            ip,
            state,
            journal: false,
            began: None,
            ends: None,
            age: None,
            fresh: None,
        }
    }
}

impl Event<'_> {
    /// What holds of the address; none where the kind is not about one.
    pub fn lease(&self, kind: Kind, meant: Option<LeaseState>) -> Option<Lease> {
        if !meaning::is_about_leases(kind) {
            return None;
        }
        let ip = self.address();
        let state = match kind {
            Kind::Lease => self.state(meant),
            Kind::Nak => LeaseState::Refused,
            Kind::OfferNotTaken => LeaseState::Offered,
            Kind::DiscoverOnly => LeaseState::Requested,
            Kind::AddressConflict => LeaseState::Conflict,
            _ => LeaseState::None,
        };
        Some(Lease { state: of_address(state, ip), ip })
    }

    /// The same with what tells how new it is.
    pub fn said(&self, line: usize, in_log: bool) -> Option<Said> {
        let (kind, _, _, meant) = self.judged();
        let lease = self.lease(kind, meant)?;
        let roles = &self.known.roles;
        let time = |keys: &[u16]| self.text(keys).and_then(|t| Some((when::of_lease(t)?, t)));
        let lasts = self.text(&roles.lasts).and_then(|t| t.parse::<i64>().ok()?.checked_mul(1000));
        let (began, ends) = (time(&roles.began), time(&roles.ends));
        let sure = |(ms, zone): (i64, bool)| if zone { ms } else { ms.saturating_add(ANY_ZONE_MS) };
        let until = ends.map(|(at, words)| (sure(at), when::in_words(at, words)));
        let by_length = began.zip(lasts).map(|((at, _), ms)| sure(at).saturating_add(ms));
        let fresh =
            self.raw_state().find_map(|w| self.formats.words.fresh.get(&w.to_ascii_lowercase()).copied());
        Some(Said {
            began: began.or(ends.filter(|_| lasts.is_some())).map(|((ms, _), _)| match (began, lasts) {
                (None, Some(lasts)) => ms.saturating_sub(lasts),
                _ => ms,
            }),
            ends: until.or(by_length.map(|ms| (ms, String::new()))),
            age: self.text(&roles.age).and_then(age),
            fresh,
            // a row of a lease file may begin with the time at which the lease ends
            journal: self.known.format.journal || (in_log && roles.ends.is_empty()),
            ..Said::of(line, self.mac(), lease)
        })
    }

    /// The words of the state as they stand there, empty ones too.
    fn raw_state(&self) -> impl Iterator<Item = &str> {
        let of = |key: &u16| {
            let key = *key;
            self.values.iter().filter(move |(k, _)| *k == key).map(|(_, v)| v.trim())
        };
        self.known.roles.state.iter().flat_map(of)
    }

    fn state(&self, meant: Option<LeaseState>) -> LeaseState {
        let f = &self.known.format;
        if let Some(state) = meant {
            return state;
        }
        // a field that is there and says nothing that is understood is no address in force
        let said = self.raw_state().next().is_some();
        let default = if said { LeaseState::Unknown } else { f.state.unwrap_or(LeaseState::Unknown) };
        self.raw_state().find_map(|word| self.state_of(word)).unwrap_or(default)
    }

    /// The state that a word says, or several that agree; none for what is not understood.
    fn state_of(&self, word: &str) -> Option<LeaseState> {
        let lower = word.to_lowercase();
        let words = &self.formats.words;
        let of = |w: &str| self.known.format.states.get(w).or_else(|| words.states.get(w)).copied();
        if let Some(state) = of(lower.trim()) {
            return Some(state);
        }
        let pieces = || {
            lower
                .split(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-')))
                .filter(|w| w.bytes().any(|b| !b.is_ascii_digit()))
        };
        let known = |state: &LeaseState| *state != LeaseState::InForce;
        if let Some(state) = pieces().filter_map(of).find(known) {
            return Some(state);
        }
        let all = pieces().next().is_some() && pieces().all(|w| of(w).is_some());
        all.then_some(LeaseState::InForce)
    }
}

/// What a state is for this address: none without one, and an address that a device gave itself is no lease.
#[must_use]
pub fn of_address(state: LeaseState, ip: Option<Ipv4Addr>) -> LeaseState {
    match ip {
        _ if state != LeaseState::InForce => state,
        None => LeaseState::None,
        Some(ip) if ip.is_link_local() => LeaseState::SelfAssigned,
        Some(_) => state,
    }
}

/// `3`, `00:01:12`, `4m10s`, `1w2d`: in the table's own measure where it is a number.
fn age(word: &str) -> Option<u64> {
    if let Ok(number) = word.parse() {
        return Some(number);
    }
    if word.contains(':') {
        let mut parts = word.split(':');
        return parts.try_fold(0_u64, |sum, p| Some(sum.checked_mul(60)? + p.parse::<u64>().ok()?));
    }
    let mut sum = 0_u64;
    let mut rest = word;
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit())?;
        let (number, after) = rest.split_at_checked(end)?;
        let unit = match after.chars().next()? {
            'w' => 604_800,
            'd' => 86_400,
            'h' => 3600,
            'm' => 60,
            's' => 1,
            _ => return None,
        };
        sum = sum.checked_add(number.parse::<u64>().ok()?.checked_mul(unit)?)?;
        rest = after.get(1..)?;
    }
    (!word.is_empty()).then_some(sum)
}

#[cfg(test)]
mod tests {
    use super::age;

    #[test]
    fn an_age_is_read_in_every_notation() {
        for (word, seconds) in [
            ("3", Some(3)),
            ("00:01:12", Some(72)),
            ("4m10s", Some(250)),
            ("1w1s", Some(604_801)),
            ("never", None),
            ("-", None),
        ] {
            assert_eq!(age(word), seconds, "{word}");
        }
    }
}
