//! "Plug it in now" at work: sweeps again and again, on the interface that is measured from as it is now. Who was here is
//! known all the while, so an adapter that was pulled out and plugged in again costs nothing but its absence.

use super::jobs::{Job, Jobs};
use crate::discover::{self, Eyes};
use crate::model::host::{HostAddress, Interface};
use crate::platform::guest::Meter;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::AbortHandle;
use tokio::time::Instant;

/// It sweeps this often, and ends after ten minutes.
const ROUND: Duration = Duration::from_secs(5);
const MOST: Duration = Duration::from_secs(600);

/// Where it sweeps, if it does.
#[derive(Debug, Default)]
pub struct Finder {
    /// When it ends; `None`: nobody looks.
    until: Option<Instant>,
    task: Option<AbortHandle>,
    on: Option<(u32, Vec<HostAddress>)>,
}

impl Finder {
    /// Begins to look for ten minutes, in place of what was under way.
    pub fn begin(&mut self, set: &mut Jobs, eyes: &Eyes, meter: &Arc<Meter>, interface: Option<&Interface>) {
        self.stop();
        self.until = Some(Instant::now() + MOST);
        self.follow(set, eyes, meter, interface);
    }

    /// Goes on with the interface as it is now, where somebody looks; with none it waits.
    pub fn follow(&mut self, set: &mut Jobs, eyes: &Eyes, meter: &Arc<Meter>, interface: Option<&Interface>) {
        let Some(until) = self.until else { return };
        let now = interface.map(|i| (i.index, i.addresses.clone()));
        if self.on == now {
            return;
        }
        if let Some(task) = self.task.take() {
            task.abort();
        }
        self.on = now;
        let Some(interface) = interface.cloned() else { return };
        let (eyes, meter) = (eyes.clone(), Arc::clone(meter));
        self.task = Some(set.spawn(Job::PlugIn, async move {
            while Instant::now() < until {
                meter.reset_round();
                discover::sweep::search(eyes.clone(), Arc::clone(&meter), interface.clone(), ROUND).await;
            }
        }));
    }

    /// Nobody looks any more.
    pub fn stop(&mut self) {
        if let Some(task) = self.task.take() {
            task.abort();
        }
        *self = Finder::default();
    }
}
