//! Watches the interface that is measured from: that it went, came back (under another number of the system, when it was
//! plugged in again), lost its link or got another address. Asks this computer only; every system gives the list.

use super::{Eyes, Sighting};
use crate::model::host::Interface;
use crate::platform::interfaces;
use crate::platform::supervise::aside;
use std::time::Duration;

/// Reading the list costs a millisecond or two; somebody who pulls a cable looks up after some seconds.
const EVERY: Duration = Duration::from_secs(3);

/// Tells each time when the list of interfaces is not what it was.
pub async fn watch(eyes: Eyes) {
    let mut last: Option<Vec<Interface>> = None;
    loop {
        tokio::time::sleep(EVERY).await;
        // a system that does not give the list says nothing
        let Ok(now) = aside(interfaces::interfaces).await else { continue };
        let now: Vec<Interface> = now.into_iter().map(lasting).collect();
        if last.as_ref() != Some(&now) {
            last = Some(now);
            if !eyes.tell(Sighting::InterfacesChanged).await {
                return;
            }
        }
    }
}

/// Without what changes by itself while all is as it was.
fn lasting(i: Interface) -> Interface {
    Interface { lease: None, speed_bps: None, full_duplex: None, ..i }
}
