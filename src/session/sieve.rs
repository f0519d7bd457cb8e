//! What of others' messages is taken in at all. What nobody follows changes nothing and is kept in samples; what one box
//! says by itself is taken in at a rate, and so is what all say together that nobody has seen answer. So no neighbour can
//! fill the recording, or make the program work without end. Pure; a replay sifts what was kept in the same way.

use crate::mirror::Standing;
use crate::model::evidence::{Fact, Observation};
use crate::model::snapshot::Limit;
use crate::model::{At, Mac};
use std::collections::BTreeMap;

use super::engine::Engine;

/// DHCP messages of a device that is no gateway: so many of each are kept, to look at afterwards.
const OF_STRANGER: u8 = 8;
/// Such devices that are told apart: the hosts of a /22.
const STRANGERS: usize = 1_024;
/// What one box may say: so much at once, then at the slowest rate at which DHCP is asked again (RFC 2131 4.1).
const OF_BOX: Share = Share::new(40, 4_000);
/// What all boxes that never answered may say together: hundreds that start at once, then as hundreds wait.
const OF_ALL: Share = Share::new(6_000, 20);

/// So many at once, then one more in each interval; by the times of the observations.
#[derive(Clone, Copy, Debug)]
struct Share {
    most: u64,
    every_ms: u64,
    left: u64,
    since: At,
}

impl Share {
    const fn new(most: u64, every_ms: u64) -> Share {
        Share { most, every_ms, left: most, since: At(0) }
    }

    fn take(&mut self, now: At) -> bool {
        let grown = now.since(self.since) / self.every_ms;
        self.left = (self.left + grown).min(self.most);
        self.since = if self.left == self.most { now } else { self.since.plus(grown * self.every_ms) };
        let may = self.left > 0;
        self.left = self.left.saturating_sub(1);
        may
    }
}

/// What was taken in so far.
#[derive(Clone, Debug)]
pub struct Sieve {
    strangers: BTreeMap<Mac, u8>,
    boxes: BTreeMap<Mac, Share>,
    all: Share,
}

impl Default for Sieve {
    fn default() -> Self {
        Sieve { strangers: BTreeMap::new(), boxes: BTreeMap::new(), all: OF_ALL }
    }
}

/// What became of an observation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sifted {
    Taken,
    PassedOver,
    /// Passed over, for a reason that is told once.
    TooMany(TooMany),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum TooMany {
    Strangers,
    Messages,
}

impl Sieve {
    /// A message of a device that nobody asks about.
    fn stranger(&mut self, mac: Mac) -> Sifted {
        let known = self.strangers.len();
        match self.strangers.get_mut(&mac) {
            Some(kept) if *kept >= OF_STRANGER => Sifted::PassedOver,
            Some(kept) => {
                *kept += 1;
                Sifted::Taken
            }
            None if known >= STRANGERS => Sifted::TooMany(TooMany::Strangers),
            None => {
                self.strangers.insert(mac, 1);
                Sifted::Taken
            }
        }
    }

    /// A message of a box. `proven`: it answered, or somebody named it.
    fn of_box(&mut self, mac: Mac, proven: bool, at: At) -> Sifted {
        if self.boxes.len() >= 2 * crate::mirror::places::MOST && !self.boxes.contains_key(&mac) {
            // who has said little may say as much as ever
            self.boxes.retain(|_, share| share.left + at.since(share.since) / share.every_ms < share.most);
        }
        if !self.boxes.entry(mac).or_insert(OF_BOX).take(at) || !proven && !self.all.take(at) {
            return Sifted::TooMany(TooMany::Messages);
        }
        Sifted::Taken
    }
}

impl Engine {
    /// Whether an observation is taken in. What is not is said once, where that can be missed.
    pub(super) fn sifts(&mut self, o: &Observation) -> bool {
        let sifted = match &o.fact {
            Fact::Dhcp(seen) => {
                let follows = self.roster.follows(seen.mac);
                if !follows && !self.profile.is_gateway(seen.mac) {
                    // the finder looks at everybody
                    if self.plug_in_known.is_some() { Sifted::Taken } else { self.sieve.stranger(seen.mac) }
                } else if !follows && !self.roster.has_room(Standing::Heard, o.at) {
                    Sifted::PassedOver
                } else {
                    let proven = self.roster.is_proven(seen.mac);
                    self.sieve.of_box(seen.mac, proven, o.at)
                }
            }
            // how often one announces is held where announcements are heard
            Fact::Announced(a) => match a.mac.or_else(|| self.roster.mac_at(a.ip?)) {
                Some(mac) if !self.roster.follows(mac) && !self.roster.has_room(Standing::Heard, o.at) => {
                    Sifted::PassedOver
                }
                _ => Sifted::Taken,
            },
            Fact::Neighbour { mac, ip, confirmed_ms_ago } => {
                let proven = confirmed_ms_ago.is_some_and(|age| age <= o.at.0);
                let takes = self.plug_in_known.is_some()
                    || self.roster.takes_row(&self.profile, *mac, *ip, o.at, proven);
                if takes { Sifted::Taken } else { Sifted::PassedOver }
            }
            _ => Sifted::Taken,
        };
        if let Sifted::TooMany(what) = sifted {
            self.limit(said(what));
        }
        sifted == Sifted::Taken
    }

    /// Says once that there is more than is followed or kept.
    pub(super) fn say_crowded(&mut self) {
        if self.roster.is_crowded() {
            self.limit(Limit {
                what: "Following every box".into(),
                why: format!("many new boxes; only the first {} are followed", thousands(crate::mirror::places::MOST)),
                advice: "Either this network is larger than the program is made for, or some device speaks as boxes that do not exist. A box that answers, or whose MAC is typed in, is followed all the same.".into(),
            });
        }
        if self.roster.left_rows_out() {
            self.limit(Limit {
                what: "Listing every neighbour".into(),
                why: format!(
                    "many neighbours; only the first {} are listed",
                    thousands(crate::mirror::rows::MOST)
                ),
                advice: "Gateways are followed all the same.".into(),
            });
        }
    }
}

fn said(what: TooMany) -> Limit {
    match what {
        TooMany::Strangers => Limit {
            what: "Recording the DHCP messages of other devices".into(),
            why: format!("many devices ask for addresses; only the first {} are recorded", thousands(STRANGERS)),
            advice: "They are no gateways and change nothing here; gateways are heard all the same.".into(),
        },
        TooMany::Messages => Limit {
            what: "Hearing every DHCP message of the boxes".into(),
            why: "boxes ask for addresses more often than any box does; what is too much is passed over".into(),
            advice: "Find out which device floods this network; boxes are still found by ARP, announcements and console.".into(),
        },
    }
}

/// 2,000
fn thousands(n: usize) -> String {
    if n < 1_000 { n.to_string() } else { format!("{},{:03}", n / 1_000, n % 1_000) }
}

#[cfg(test)]
#[path = "sieve_tests.rs"]
mod tests;
