//! Who is there? Each source sends what it sees, uninterpreted, as [`Observation`]s; none decides anything.

pub mod adapter;
pub mod asked;
pub mod console;
pub mod dhcp;
pub mod mdns;
mod services;
pub mod sweep;
pub mod table;

use crate::model::At;
use crate::model::evidence::{Fact, Observation, Source};
use crate::model::snapshot::Limit;
use std::sync::Arc;
use tokio::sync::mpsc;

/// What a source tells.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "most of them are observations; a box each would gain nothing")]
pub enum Sighting {
    Saw(Observation),
    /// It cannot work, or not fully: what, why, and what to do.
    Limited(Limit),
    /// Something broke inside the program (a panic): what does not go on, and how it broke.
    Broke {
        what: String,
        why: String,
    },
    /// A console's state changed, in words; `open` is false when the port went away.
    Console {
        port: String,
        open: bool,
        status: String,
    },
    /// DHCP broadcasts are heard from now on, or no longer.
    HearsDhcp(bool),
    /// The interfaces of this computer are not what they were.
    InterfacesChanged,
    /// Not every address of the subnet could be asked yet: the run is not to end.
    StillAsking,
    /// Boxes that only an older row of the neighbour table shows have had all their questions; who answered was told.
    Proved,
    /// Each address of the subnet was asked once, and who refused the question was told.
    Swept,
    /// This computer's neighbour table had no room for every address, so that who was not seen may be here all the same.
    /// `overflowed`: it refused an address, and other questions of this computer may have been lost as well.
    TableFull {
        overflowed: bool,
    },
    /// This computer could not ask the addresses of the subnet: who was not seen may be here all the same.
    CouldNotAsk,
    /// The search made all its rounds.
    Searched,
}

/// Where sightings go, stamped with the session's clock.
#[derive(Clone)]
pub struct Eyes {
    out: mpsc::Sender<Sighting>,
    clock: Arc<dyn Fn() -> At + Send + Sync>,
}

impl Eyes {
    #[must_use]
    pub fn new(out: mpsc::Sender<Sighting>, clock: Arc<dyn Fn() -> At + Send + Sync>) -> Self {
        Eyes { out, clock }
    }

    #[must_use]
    pub fn now(&self) -> At {
        (self.clock)()
    }

    /// Sends a fact with the present time; false when nobody listens any more.
    pub async fn saw(&self, source: Source, fact: Fact) -> bool {
        self.out.send(Sighting::Saw(Observation { at: self.now(), source, fact })).await.is_ok()
    }

    /// The same from a thread.
    pub fn saw_blocking(&self, source: Source, fact: Fact) -> bool {
        self.out.blocking_send(Sighting::Saw(Observation { at: self.now(), source, fact })).is_ok()
    }

    pub async fn tell(&self, sighting: Sighting) -> bool {
        self.out.send(sighting).await.is_ok()
    }

    pub fn tell_blocking(&self, sighting: Sighting) -> bool {
        self.out.blocking_send(sighting).is_ok()
    }
}
