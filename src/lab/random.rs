//! A small random generator that a seed repeats exactly (SplitMix64), so that a lab run can be played again.

use std::hash::{BuildHasher, Hasher};

#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// The same seed gives the same run; `None` takes a new one.
    #[must_use]
    pub fn new(seed: Option<u64>) -> Self {
        Random(seed.unwrap_or_else(|| std::hash::RandomState::new().build_hasher().finish()))
    }

    pub fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number under `n`; 0 when `n` is 0.
    pub fn below(&mut self, n: u64) -> u64 {
        // the bias of a remainder is of no importance for a choice among a few
        self.next_u64().checked_rem(n).unwrap_or(0)
    }

    /// One of them; `None` only of an empty slice.
    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        from.get(usize::try_from(self.below(from.len() as u64)).unwrap_or(0))
    }

    /// `ms` with up to ten percent more or less.
    pub fn jitter(&mut self, ms: u64) -> u64 {
        ms - ms / 10 + self.below(ms / 5 + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_repeats_and_the_choice_is_even() {
        let (mut a, mut b) = (Random::new(Some(7)), Random::new(Some(7)));
        assert_eq!(
            (0..9).map(|_| a.next_u64()).collect::<Vec<_>>(),
            (0..9).map(|_| b.next_u64()).collect::<Vec<_>>()
        );
        let ones = (0..1000).filter(|_| a.pick(&[0, 1]) == Some(&1)).count();
        assert!((400..600).contains(&ones), "{ones}");
        assert!((0..1000).all(|_| (900..=1100).contains(&a.jitter(1000))));
        assert_eq!(a.pick::<u8>(&[]), None);
    }
}
