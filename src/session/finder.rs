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

/// What is said then.
pub const IN_VAIN: &str = "Nobody new came within ten minutes of \u{201c}plug it in now\u{201d}: it ended.";

/// Where it sweeps, if it does.
#[derive(Debug, Default)]
pub struct Finder {
    /// When it ends; `None`: nobody looks.
    until: Option<Instant>,
    task: Option<AbortHandle>,
    on: Option<(u32, Vec<HostAddress>)>,
    /// The addresses that it swept from last, also while there are none.
    net: Vec<HostAddress>,
}

impl Finder {
    /// Begins to look for ten minutes, in place of what was under way.
    pub fn begin(&mut self, set: &mut Jobs, eyes: &Eyes, meter: &Arc<Meter>, interface: Option<&Interface>) {
        self.stop();
        self.until = Some(Instant::now() + MOST);
        self.follow(set, eyes, meter, interface);
    }

    /// Whether these addresses of the interface are in another network than the one that was swept: who is there was never
    /// looked at.
    #[must_use]
    pub fn is_elsewhere(&self, addresses: &[HostAddress]) -> bool {
        let same = |a: &HostAddress| self.net.iter().any(|was| was.contains(a.ip) && was.prefix == a.prefix);
        let mut real = leased(addresses).peekable();
        self.until.is_some() && real.peek().is_some() && !real.any(same)
    }

    /// Its time is over.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.until.is_some_and(|until| Instant::now() >= until)
    }

    /// Goes on with the interface as it is now, where somebody looks; with none it waits.
    pub fn follow(&mut self, set: &mut Jobs, eyes: &Eyes, meter: &Arc<Meter>, interface: Option<&Interface>) {
        let Some(until) = self.until else { return };
        let now = interface.map(|i| (i.index, i.addresses.clone()));
        if self.on == now {
            return;
        }
        let real: Vec<HostAddress> =
            interface.map(|i| leased(&i.addresses).copied().collect()).unwrap_or_default();
        if !real.is_empty() {
            self.net = real;
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

/// What a computer gives itself while it waits for a lease tells no network.
fn leased(addresses: &[HostAddress]) -> impl Iterator<Item = &HostAddress> {
    addresses.iter().filter(|a| !a.is_link_local())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_network_is_one_in_which_nobody_was_looked_for() {
        let address = |ip: [u8; 4]| HostAddress { ip: ip.into(), prefix: 24 };
        let (here, there) = (address([192, 0, 2, 5]), address([198, 51, 100, 5]));
        let finder = Finder { until: Some(Instant::now() + MOST), net: vec![here], ..Finder::default() };
        assert!(!finder.is_elsewhere(&[]), "no address yet");
        assert!(!finder.is_elsewhere(&[there, here]), "plugged in again, with one more");
        assert!(!finder.is_elsewhere(&[address([192, 0, 2, 77])]), "a new lease");
        assert!(!finder.is_elsewhere(&[address([169, 254, 7, 7])]), "it waits for its lease");
        assert!(finder.is_elsewhere(&[there]));
        assert!(!Finder::default().is_elsewhere(&[here]), "nobody looks");
        assert!(!finder.is_over() && !Finder::default().is_over());
    }
}
