//! The gateways and neighbours of a session as they are at one moment. They are asked for many times at each, and of
//! hundreds every look costs: each picture of them is made once.

use super::engine::Engine;
use crate::model::check::{Failure, Outcome};
use crate::model::snapshot::{GatewayView, HostSeen};
use crate::model::{At, Mac};
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, PoisonError};

/// What was last looked at, and what it was when it was: the revision of the roster, and for gateways the time.
type Last<When, What> = Mutex<Option<(When, Arc<Vec<What>>)>>;

#[derive(Default)]
pub(super) struct Looked {
    gateways: Last<(u64, At), GatewayView>,
    hosts: Last<u64, HostSeen>,
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
    /// The gateways as they are now.
    pub(super) fn gateways(&self, now: At) -> Arc<Vec<GatewayView>> {
        let revision = self.roster.revision();
        let mut looked = self.looked.gateways.lock().unwrap_or_else(PoisonError::into_inner);
        match &*looked {
            Some((when, views)) if *when == (revision, now) => Arc::clone(views),
            _ => {
                let views = Arc::new(self.roster.gateways(now, &Self::maker));
                *looked = Some(((revision, now), Arc::clone(&views)));
                views
            }
        }
    }

    /// The neighbours.
    pub(super) fn hosts(&self) -> Arc<Vec<HostSeen>> {
        let revision = self.roster.revision();
        let mut looked = self.looked.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        match &*looked {
            Some((of, hosts)) if *of == revision => Arc::clone(hosts),
            _ => {
                let hosts = Arc::new(self.roster.hosts(&Self::maker));
                *looked = Some((revision, Arc::clone(&hosts)));
                hosts
            }
        }
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
