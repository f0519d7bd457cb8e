//! Numbers that nobody can guess, without a clock: one that stands before 1970 is no reason to have none.

use std::hash::{BuildHasher, RandomState};

/// Unpredictable enough for transaction ids, made-up MACs and names; no secret depends on it.
#[must_use]
pub fn random() -> u64 {
    RandomState::new().hash_one(0_u8)
}

#[cfg(test)]
mod tests {
    #[test]
    fn no_two_are_alike() {
        let all: std::collections::BTreeSet<u64> = (0..1_000).map(|_| super::random()).collect();
        assert_eq!(all.len(), 1_000);
    }
}
