//! How many boxes are followed, and who gives way. Anybody can speak as a thousand boxes that do not exist; who answered, or
//! was named by a person, is worth more than who was only heard.

use crate::model::{At, Mac};
use std::collections::{BTreeMap, BTreeSet};

/// Gateways that are followed: the hosts of a /22, twice. Each further one would cost memory and time of all the others.
pub const MOST: usize = 2_000;
/// Nothing was heard of it for so long: its place is there for one that speaks now.
const QUIET_MS: u64 = 300_000;

/// What is known of a gateway's being there; later ones are worth more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// A message that anybody could have sent says so.
    #[default]
    Heard,
    /// It answered, or its console speaks.
    Proven,
    /// A person named it.
    Named,
}

/// The places there are, and who has them.
#[derive(Clone, Debug, Default)]
pub(super) struct Places {
    order: BTreeSet<(Standing, At, Mac)>,
    of: BTreeMap<Mac, (Standing, At)>,
    turned_away: bool,
}

impl Places {
    /// Whether there is a place for a new one of this standing.
    pub fn has_room(&self, standing: Standing, at: At) -> bool {
        self.of.len() < MOST || self.first_to_go(standing, at).is_some()
    }

    /// Who gives way to it.
    fn first_to_go(&self, standing: Standing, at: At) -> Option<Mac> {
        let (held, seen, mac) = self.order.first().copied()?;
        let quiet = held == standing && at.since(seen) > QUIET_MS;
        (held < standing || quiet || standing == Standing::Named).then_some(mac)
    }

    /// Makes room for a new one: `Err` when there is none, `Ok(Some)` with the one that has to go.
    pub fn make_room(&mut self, standing: Standing, at: At) -> Result<Option<Mac>, ()> {
        if self.of.len() < MOST {
            return Ok(None);
        }
        self.turned_away = true;
        let mac = self.first_to_go(standing, at).ok_or(())?;
        self.leave(mac);
        Ok(Some(mac))
    }

    /// It was heard of at this time; what it is worth only grows.
    pub fn heard(&mut self, mac: Mac, standing: Standing, at: At) {
        let before = self.of.get(&mac).copied();
        let (was, seen) = before.unwrap_or((standing, at));
        if let Some((was, seen)) = before {
            self.order.remove(&(was, seen, mac));
        }
        let now = (standing.max(was), at.max(seen));
        self.of.insert(mac, now);
        self.order.insert((now.0, now.1, mac));
    }

    fn leave(&mut self, mac: Mac) {
        if let Some((standing, seen)) = self.of.remove(&mac) {
            self.order.remove(&(standing, seen, mac));
        }
    }

    pub fn standing(&self, mac: Mac) -> Option<Standing> {
        self.of.get(&mac).map(|(standing, _)| *standing)
    }

    /// Somebody was turned away, or had to give way.
    pub fn turned_away(&self) -> bool {
        self.turned_away
    }

    pub fn turn_away(&mut self) {
        self.turned_away = true;
    }
}
