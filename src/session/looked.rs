//! The gateways and neighbours of a session as they are at one moment. They are asked for many times at each, and of
//! hundreds every look costs: each picture of them is made once.

use super::engine::Engine;
use crate::model::check::{Failure, Outcome};
use crate::model::snapshot::{GatewayView, HostSeen};
use crate::model::{At, Mac};
use std::net::Ipv4Addr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// A picture, and the revision of the roster and the moment that it is of.
type Picture<T> = Mutex<Option<(u64, At, Arc<Vec<T>>)>>;

/// What was last looked at.
#[derive(Default)]
pub(super) struct Looked {
    gateways: Picture<GatewayView>,
    hosts: Picture<HostSeen>,
    /// How many pictures of gateways were made.
    made: AtomicU64,
}

/// The picture that is kept, if it is of this revision and moment; else one that is made.
fn look<T>(kept: &Picture<T>, of: (u64, At), make: impl FnOnce() -> Vec<T>) -> Arc<Vec<T>> {
    let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
    match &*kept {
        Some((revision, at, seen)) if (*revision, *at) == of => Arc::clone(seen),
        _ => {
            let seen = Arc::new(make());
            *kept = Some((of.0, of.1, Arc::clone(&seen)));
            seen
        }
    }
}

/// The gateways that a run is about.
pub(super) struct AskedFor {
    all: Arc<Vec<GatewayView>>,
    mac: Option<Mac>,
    /// An address that was typed in without a MAC is the question, whoever else is here.
    at: Option<Ipv4Addr>,
}

impl AskedFor {
    pub(super) fn iter(&self) -> impl Iterator<Item = &GatewayView> {
        self.all.iter().filter(|g| match self.at {
            Some(ip) => g.ip == Some(ip),
            None => self.mac.is_none_or(|m| g.mac == m),
        })
    }
}

impl Engine {
    /// How often all gateways were looked at: what a session of many boxes costs.
    #[cfg(test)]
    pub(super) fn looks(&self) -> u64 {
        self.looked.made.load(Ordering::Relaxed)
    }

    /// The gateways as they are now.
    pub(super) fn gateways(&self, now: At) -> Arc<Vec<GatewayView>> {
        let of = (self.roster.revision(), now);
        look(&self.looked.gateways, of, || {
            self.looked.made.fetch_add(1, Ordering::Relaxed);
            self.roster.gateways(now, &Self::maker)
        })
    }

    /// The neighbours, who do not change by themselves.
    pub(super) fn hosts(&self) -> Arc<Vec<HostSeen>> {
        look(&self.looked.hosts, (self.roster.revision(), At(0)), || self.roster.hosts(&Self::maker))
    }

    /// The gateways that a run is about: the one typed or chosen, else all.
    pub(super) fn asked_for(&self, now: At) -> AskedFor {
        AskedFor {
            all: self.gateways(now),
            mac: self.typed_mac.or(self.roster.chosen()),
            at: self.roster.typed_ip().filter(|_| self.typed_mac.is_none()),
        }
    }

    /// Where the neighbour table refused an address, a question may have got no answer since it never left: silence then
    /// says nothing about the network.
    pub(super) fn doubt_silence(&mut self) {
        if !self.overflowed {
            return;
        }
        let silent = |o: &Outcome| matches!(o.failure(), Some(Failure::Silence | Failure::NeighbourSilent));
        for r in self.results.iter_mut().filter(|r| silent(&r.outcome)) {
            let why = "this computer's neighbour table was full, so that the question may never have left";
            r.outcome = Outcome::Inconclusive(why.into());
            r.detail = format!("{}; {why}", r.detail);
        }
    }
}
