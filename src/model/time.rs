//! Time as data. Only `session` reads a clock; everything else is given an [`At`].

use serde::{Deserialize, Serialize};

/// Milliseconds since the session began, on a clock that never goes back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct At(pub u64);

impl At {
    /// Milliseconds from `earlier` to `self`; 0 when `earlier` is later.
    #[must_use]
    pub fn since(self, earlier: At) -> u64 {
        self.0.saturating_sub(earlier.0)
    }

    /// `ms` milliseconds later.
    #[must_use]
    pub fn plus(self, ms: u64) -> At {
        At(self.0.saturating_add(ms))
    }

    /// `ms` milliseconds earlier, at most the beginning.
    #[must_use]
    pub fn minus(self, ms: u64) -> At {
        At(self.0.saturating_sub(ms))
    }
}
