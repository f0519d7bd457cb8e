//! The mDNS announcement that the profile assumes: the box's service with its MAC, LED and firmware in the TXT record.
//!
//! A box without an address cannot announce; it says goodbye when it can, and is announced anew with each LED.

use crate::model::{LedState, Mac};
use crate::profile::AnnouncementKind;
use mdns_sd::{IfKind, ServiceDaemon, ServiceInfo};
use std::net::Ipv4Addr;
use std::time::Duration;

/// Version that the virtual gateway claims.
pub const FIRMWARE: &str = "0.0-lab";

pub struct Announcer {
    interface: String,
    kind: AnnouncementKind,
    mac: Mac,
    host_name: String,
    /// Its own daemon for each address, so that no address of before is announced.
    running: Option<(ServiceDaemon, Ipv4Addr, String)>,
}

impl Announcer {
    #[must_use]
    pub fn new(interface: String, kind: AnnouncementKind, mac: Mac, host_name: String) -> Self {
        Announcer { interface, kind, mac, host_name, running: None }
    }

    /// Announces the LED at this address.
    ///
    /// # Errors
    /// When mDNS cannot be used here, and why.
    pub fn announce(&mut self, ip: Ipv4Addr, led: LedState) -> Result<(), mdns_sd::Error> {
        if self.running.as_ref().is_some_and(|(_, at, _)| *at != ip) {
            self.goodbye();
        }
        let keys = [
            (&self.kind.mac_key, self.mac.to_string()),
            (&self.kind.led_key, led.word().to_owned()),
            (&self.kind.firmware_key, FIRMWARE.to_owned()),
        ];
        let text: Vec<(String, String)> =
            keys.into_iter().filter_map(|(k, v)| Some((k.clone()?, v))).collect();
        let host = format!("{}.local.", self.host_name);
        let mut info = ServiceInfo::new(
            &self.kind.service,
            &self.host_name,
            &host,
            ip.to_string().as_str(),
            4321,
            &text[..],
        )?;
        // the name carries half a MAC, so it is nobody else's: no 750 ms of asking whether it is
        info.set_requires_probe(false);
        let name = info.get_fullname().to_owned();
        let daemon = match self.running.take() {
            Some((daemon, ..)) => daemon,
            None => {
                let daemon = ServiceDaemon::new()?;
                daemon.disable_interface(IfKind::All)?;
                daemon.enable_interface(IfKind::Name(self.interface.clone()))?;
                daemon
            }
        };
        daemon.register(info)?;
        self.running = Some((daemon, ip, name));
        Ok(())
    }

    /// Takes the announcement back.
    pub fn goodbye(&mut self) {
        if let Some((daemon, _, name)) = self.running.take() {
            // best effort: on a pulled cable nobody hears it, and the record's own end does the rest
            if let Ok(done) = daemon.unregister(&name) {
                let _ = done.recv_timeout(Duration::from_millis(300));
            }
            if let Ok(done) = daemon.shutdown() {
                let _ = done.recv_timeout(Duration::from_millis(300));
            }
        }
    }
}

impl Drop for Announcer {
    fn drop(&mut self) {
        self.goodbye();
    }
}
