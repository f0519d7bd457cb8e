//! What others can make this program send is held to a rate: so many at once, then one more in each interval.

use std::time::{Duration, Instant};

/// A token bucket. It never sleeps: who has none left decides what then.
#[derive(Clone, Debug)]
pub struct Budget {
    most: u32,
    every: Duration,
    left: u32,
    /// Since when the next one grows; `None` while it is full.
    since: Option<Instant>,
}

impl Budget {
    /// `most` at once, and one more each `every`, which may not be nothing.
    #[must_use]
    pub const fn new(most: u32, every: Duration) -> Self {
        Budget { most, every, left: most, since: None }
    }

    /// Takes one; false when there is none.
    pub fn take(&mut self, now: Instant) -> bool {
        self.take_all(1, now)
    }

    /// Takes so many, or none of them where there are not enough.
    pub fn take_all(&mut self, count: u32, now: Instant) -> bool {
        if self.left(now) < count {
            return false;
        }
        self.left -= count;
        if count > 0 {
            self.since.get_or_insert(now);
        }
        true
    }

    /// How many there are.
    pub fn left(&mut self, now: Instant) -> u32 {
        if let Some(since) = self.since {
            let every = self.every.as_nanos().max(1);
            let grown = now.saturating_duration_since(since).as_nanos() / every;
            let grown = u32::try_from(grown).unwrap_or(u32::MAX);
            self.left = self.left.saturating_add(grown).min(self.most);
            self.since =
                (self.left < self.most).then(|| since.checked_add(self.every * grown).unwrap_or(now));
        }
        self.left
    }

    /// When there is one: now, or the time at which one has grown.
    pub fn ready_at(&mut self, now: Instant) -> Instant {
        if self.left(now) > 0 { now } else { self.since.map_or(now, |since| since + self.every) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_at_once_and_then_one_in_each_interval() {
        let second = Duration::from_secs(1);
        let begun = Instant::now();
        let mut b = Budget::new(3, second);
        assert_eq!((0..9).filter(|_| b.take(begun)).count(), 3);
        assert_eq!(b.ready_at(begun), begun + second);
        assert!(!b.take(begun + second / 2));
        assert!(b.take(begun + second) && !b.take(begun + second));
        // what grew in part is not lost
        assert_eq!(b.ready_at(begun + second * 5 / 2), begun + second * 5 / 2);
        assert!(b.take(begun + second * 5 / 2) && !b.take(begun + second * 5 / 2));
        assert!(b.take(begun + second * 3));
        assert_eq!(b.left(begun + second * 1000), 3, "no more than that");
        assert!(!b.clone().take_all(4, begun + second * 1000));
        let mut c = b.clone();
        assert!(c.take_all(2, begun + second * 1000) && !c.take_all(2, begun + second * 1000));
        let spent: u32 =
            (0..10_000).map(|ms| u32::from(b.take(begun + second * 1000 + second * ms / 1000))).sum();
        assert_eq!(spent, 3 + 9);
    }
}
