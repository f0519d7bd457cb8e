//! Listens on port 67, where clients broadcast DISCOVER, REQUEST and DECLINE. Sends nothing. Port 68 is never held to
//! listen: that can cost this computer its own lease.

use super::{Eyes, Sighting};
use crate::model::evidence::{Fact, Source};
use crate::platform::guest::{Meter, dhcp_listen};
use crate::wire;
use std::sync::Arc;

/// Listens until the future is dropped; says why when the port cannot be opened.
pub async fn listen(eyes: Eyes, meter: Arc<Meter>) {
    let listener = match dhcp_listen() {
        Ok(listener) => listener,
        Err(e) => {
            let _ = eyes.tell(Sighting::Limited(e.limit())).await;
            return;
        }
    };
    eyes.tell(Sighting::HearsDhcp(true)).await;
    loop {
        match listener.recv().await {
            Ok((bytes, _)) => {
                // what is no DHCP message on this port is somebody else's matter
                if let Ok(seen) = wire::dhcp::parse(&bytes)
                    && !meter.asked_dhcp(seen.xid)
                    && !eyes.saw(Source::Dhcp, Fact::Dhcp(seen)).await
                {
                    return;
                }
            }
            Err(e) => {
                let _ = eyes.tell(Sighting::HearsDhcp(false)).await;
                let _ = eyes.tell(Sighting::Limited(e.limit())).await;
                return;
            }
        }
    }
}
