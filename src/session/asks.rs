//! Addresses that boxes were heard accepting, on their way to being asked for: each at most so often, all together at a
//! rate, whoever says what. Pure; `now` is a parameter.

use crate::platform::guest::Budget;
use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;
use std::time::{Duration, Instant};

/// Hundreds of boxes start together when power comes back; what is beyond waits, or is asked by the next round.
const TOGETHER: Budget = Budget::new(256, Duration::from_millis(125));
/// One address: a box that asks, is refused and asks again.
const EACH: Budget = Budget::new(EACH_MOST, Duration::from_secs(30));
const EACH_MOST: u32 = 3;
/// One address is being asked for so long; its box, if it accepted it anew meanwhile, answers after that.
const UNDER_WAY: Duration = Duration::from_secs(2);
/// Addresses that are remembered: the hosts of a /22, of which a sweep asks no more either.
const MOST: usize = 1_022;

/// Those that were asked for are looked through for room no more often than this, however many words come.
const TIDIED: Duration = Duration::from_secs(1);

/// Addresses that wait, and those that were asked for. What one word costs does not grow with how many wait.
#[derive(Debug)]
pub struct Asks {
    together: Budget,
    each: BTreeMap<Ipv4Addr, (Budget, Instant)>,
    waiting: BTreeSet<Ipv4Addr>,
    /// Those of them that were not looked at yet.
    fresh: Vec<Ipv4Addr>,
    /// When the first of the others may be asked for.
    again_at: Option<Instant>,
    tidied: Option<Instant>,
}

impl Default for Asks {
    fn default() -> Self {
        Asks {
            together: TOGETHER,
            each: BTreeMap::new(),
            waiting: BTreeSet::new(),
            fresh: Vec::new(),
            again_at: None,
            tidied: None,
        }
    }
}

impl Asks {
    /// These addresses were accepted by boxes.
    pub fn want(&mut self, ips: impl IntoIterator<Item = Ipv4Addr>) {
        for ip in ips {
            if self.waiting.len() < MOST && self.waiting.insert(ip) {
                self.fresh.push(ip);
            }
        }
    }

    /// Those that may be asked for now.
    pub fn take(&mut self, now: Instant) -> Vec<Ipv4Addr> {
        let mut out = Vec::new();
        if self.together.left(now) == 0 {
            return out;
        }
        self.tidy(now);
        let mut looked = std::mem::take(&mut self.fresh);
        if self.again_at.is_some_and(|at| at <= now) {
            self.again_at = None;
            looked = self.waiting.iter().copied().collect();
        }
        for ip in looked {
            if self.each.len() >= MOST && !self.each.contains_key(&ip) {
                // the next round of the search asks for it
                self.waiting.remove(&ip);
                continue;
            }
            let (budget, next) = self.each.entry(ip).or_insert((EACH, now));
            let mut may_at = budget.ready_at(now).max(*next);
            if may_at <= now && self.together.take(now) {
                budget.take(now);
                *next = now + UNDER_WAY;
                self.waiting.remove(&ip);
                out.push(ip);
                continue;
            }
            may_at = may_at.max(self.together.ready_at(now));
            self.again_at = Some(self.again_at.map_or(may_at, |at| at.min(may_at)));
        }
        out
    }

    /// Who may be asked as often as ever need not be remembered.
    fn tidy(&mut self, now: Instant) {
        let is_due = self.tidied.is_none_or(|at| now.saturating_duration_since(at) >= TIDIED);
        if self.each.len() >= MOST && is_due {
            self.tidied = Some(now);
            let waiting = &self.waiting;
            self.each.retain(|ip, (budget, next)| {
                budget.left(now) < EACH_MOST || *next > now || waiting.contains(ip)
            });
        }
    }

    /// When one of those that wait may be asked for.
    pub fn next_at(&mut self, now: Instant) -> Option<Instant> {
        let first = if self.fresh.is_empty() { self.again_at? } else { now };
        Some(first.max(self.together.ready_at(now)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(n: u32) -> Ipv4Addr {
        Ipv4Addr::from(0xc0a8_0000 + n)
    }

    #[test]
    fn one_address_is_asked_for_again_only_when_that_is_over() {
        let (mut a, t) = (Asks::default(), tokio::time::Instant::now().into_std());
        a.want([ip(1), ip(1)]);
        assert_eq!((a.take(t), a.next_at(t)), (vec![ip(1)], None));
        a.want([ip(1)]);
        assert_eq!((a.take(t), a.next_at(t)), (vec![], Some(t + UNDER_WAY)), "it waits, and is not lost");
        assert_eq!(a.take(t + UNDER_WAY), [ip(1)]);
    }

    #[test]
    fn whoever_says_what_it_is_asked_at_a_rate() {
        let (mut a, t) = (Asks::default(), tokio::time::Instant::now().into_std());
        let mut asked: BTreeMap<Ipv4Addr, usize> = BTreeMap::new();
        for n in 0..60_000_u32 {
            let now = t + Duration::from_millis(u64::from(n));
            a.want([ip(n % 3_000)]);
            a.take(now).into_iter().for_each(|ip| *asked.entry(ip).or_default() += 1);
        }
        let all: usize = asked.values().sum();
        assert!((256..=256 + 60 * 8).contains(&all), "{all} in a minute");
        assert!(asked.values().all(|n| *n <= 3 + 2) && a.each.len() <= MOST && a.waiting.len() <= MOST);
    }

    #[test]
    fn hundreds_that_start_together_are_asked_together() {
        let (mut a, t) = (Asks::default(), tokio::time::Instant::now().into_std());
        a.want((0..250).map(ip));
        assert_eq!(a.take(t).len(), 250);
    }
}
