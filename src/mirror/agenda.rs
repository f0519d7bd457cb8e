//! Whose LED has to be looked at again: those of whom something was just heard, and those whose evidence has its end by now.
//! So that one observation among thousands of boxes costs one look, not thousands.

use crate::model::{At, Mac};
use std::collections::{BTreeMap, BTreeSet};

/// Who is to be looked at, and when.
#[derive(Clone, Debug, Default)]
pub(super) struct Agenda {
    now: BTreeSet<Mac>,
    later: BTreeSet<(At, Mac)>,
    at: BTreeMap<Mac, At>,
}

impl Agenda {
    /// Something was heard of it.
    pub fn touch(&mut self, mac: Mac) {
        self.now.insert(mac);
    }

    /// Its evidence has an end then; none: it stays as it is until something is heard.
    pub fn plan(&mut self, mac: Mac, at: Option<At>) {
        let before = match at {
            Some(at) => self.at.insert(mac, at),
            None => self.at.remove(&mac),
        };
        if let Some(before) = before {
            self.later.remove(&(before, mac));
        }
        if let Some(at) = at {
            self.later.insert((at, mac));
        }
    }

    /// It is followed no more.
    pub fn forget(&mut self, mac: Mac) {
        self.plan(mac, None);
        self.now.remove(&mac);
    }

    /// Those that are to be looked at now, each once, by MAC.
    pub fn take(&mut self, now: At) -> BTreeSet<Mac> {
        let mut out = std::mem::take(&mut self.now);
        while let Some((_, mac)) = self.later.first().copied().filter(|(at, _)| *at <= now) {
            self.plan(mac, None);
            out.insert(mac);
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_was_heard_of_or_has_an_end_is_looked_at_once() {
        let mac = |n| Mac([0, 0, 0, 0, 0, n]);
        let mut a = Agenda::default();
        a.touch(mac(2));
        a.plan(mac(1), Some(At(10)));
        a.plan(mac(2), Some(At(5)));
        a.plan(mac(2), Some(At(30)));
        assert_eq!(a.take(At(9)), [mac(2)].into());
        assert_eq!(a.take(At(10)), [mac(1)].into());
        assert_eq!(a.take(At(20)), [].into());
        a.forget(mac(2));
        assert_eq!(a.take(At(40)), [].into());
    }
}
