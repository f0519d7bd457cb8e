//! The outside of a session: the real network, or the simulated site of `demo`. The only place that reads a clock.

use super::adapter::{Adapter, Change};
use super::engine::Engine;
use super::jobs::Jobs;
use crate::check::{Clock, Simulated};
use crate::discover::Eyes;
use crate::model::At;
use crate::platform::guest::Meter;
use crate::platform::{interfaces, serial};
use std::net::Ipv4Addr;
use std::sync::Arc;

/// The session's clock: milliseconds since it was made.
#[must_use]
#[allow(clippy::disallowed_methods, reason = "this is the only clock")]
pub fn clock() -> Clock {
    let begun = std::time::Instant::now();
    Arc::new(move || At(u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX)))
}

/// Milliseconds since 1970 UTC, as this computer's clock has it: negative where it stands before.
#[must_use]
#[allow(clippy::disallowed_methods, reason = "this is the only clock")]
pub fn unix_ms() -> i64 {
    ms_since_1970(std::time::SystemTime::now())
}

/// Any time gives a number: a clock may stand where its battery left it.
fn ms_since_1970(time: std::time::SystemTime) -> i64 {
    let ms = |d: std::time::Duration| i64::try_from(d.as_millis()).unwrap_or(i64::MAX);
    match time.duration_since(std::time::UNIX_EPOCH) {
        Ok(after) => ms(after),
        Err(before) => -ms(before.duration()),
    }
}

pub use crate::platform::chance::random;

/// Where observations come from.
pub struct World {
    pub meter: Arc<Meter>,
    pub wanted_interface: Option<String>,
    /// A typed address of the gateway: the interface of its subnet is preferred.
    pub gateway_ip: Option<Ipv4Addr>,
    /// The interface that is measured from.
    pub adapter: Adapter,
    clock: Clock,
    #[cfg(feature = "lab")]
    pub demo: Option<super::demo::Demo>,
}

impl World {
    #[must_use]
    pub fn real(clock: Clock) -> Self {
        World {
            meter: Arc::new(Meter::new()),
            wanted_interface: None,
            gateway_ip: None,
            adapter: Adapter::default(),
            clock,
            #[cfg(feature = "lab")]
            demo: None,
        }
    }

    #[must_use]
    pub fn now(&self) -> At {
        (self.clock)()
    }

    #[must_use]
    pub fn clock(&self) -> Clock {
        Arc::clone(&self.clock)
    }

    /// False on the simulated site.
    #[must_use]
    pub fn is_real(&self) -> bool {
        #[cfg(feature = "lab")]
        {
            self.demo.is_none()
        }
        #[cfg(not(feature = "lab"))]
        {
            true
        }
    }

    /// Begins what runs as long as the session does. The real network is left alone until a command comes.
    pub fn start(&mut self, engine: &mut Engine, eyes: &Eyes, tasks: &mut Jobs) {
        #[cfg(feature = "lab")]
        if let Some(demo) = &mut self.demo {
            demo.start(engine, eyes, tasks);
            return;
        }
        let _ = (eyes, tasks);
        self.read_host(engine);
        self.refresh_ports(engine);
    }

    /// Reads this computer's network again and chooses the interface.
    pub fn read_host(&mut self, engine: &mut Engine) {
        #[cfg(feature = "lab")]
        if let Some(demo) = &self.demo {
            engine.host = demo.host();
            return;
        }
        engine.host = interfaces::read();
        // while it is stayed on, another network does not take the place of one that is gone
        if engine.stays_on_adapter() && self.adapter.is_missing(&engine.host) {
            return;
        }
        if engine.stays_on_adapter()
            && self.wanted_interface.is_some()
            && let Some(i) = self.adapter.stands_in(&engine.host)
        {
            engine.host.chosen = Some(i.name.clone());
            return;
        }
        if let Err(why) = engine.choose_interface(self.wanted_interface.as_deref(), self.gateway_ip) {
            engine.limit(crate::model::snapshot::Limit {
                what: "Measuring from the interface asked for".into(),
                why,
                advice: "Choose one of these; until then the best one is used.".into(),
            });
            self.wanted_interface = None;
            let _ = engine.choose_interface(None, self.gateway_ip);
        }
    }

    /// The same while a session goes on: what became of the interface that was measured from is said.
    pub fn read_host_again(&mut self, engine: &mut Engine) -> Change {
        self.read_host(engine);
        let change = self.adapter.take(engine.host.interface().filter(|_| self.is_real()));
        engine.say_adapter(&change, self.now());
        change
    }

    /// Reads the list of serial ports again.
    pub fn refresh_ports(&self, engine: &mut Engine) {
        if !self.is_real() {
            return;
        }
        match serial::ports() {
            Ok(ports) => engine.serial_ports(ports),
            Err(e) => engine.limit(e.limit()),
        }
    }

    /// What the checks are led by on the simulated site.
    #[must_use]
    pub fn simulated(&self) -> Option<Arc<Simulated>> {
        #[cfg(feature = "lab")]
        if let Some(demo) = &self.demo {
            return Some(Arc::new(demo.simulated()));
        }
        None
    }

    /// The search of the simulated site.
    pub fn search_simulated(&self, eyes: &Eyes, tasks: &mut Jobs) {
        #[cfg(feature = "lab")]
        if let Some(demo) = &self.demo {
            demo.search(eyes, tasks);
        }
        let _ = (eyes, tasks);
    }

    /// Puts another fault into the simulated site.
    pub fn set_fault(&mut self, fault: &str, engine: &mut Engine) {
        #[cfg(feature = "lab")]
        if let Some(demo) = &mut self.demo {
            demo.set_fault(fault, engine);
        }
        let _ = (fault, engine);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::{Duration, UNIX_EPOCH};

    #[test]
    fn a_clock_may_stand_anywhere() {
        for secs in [0, 1, 86_400, 1 << 40] {
            let apart = Duration::from_secs(secs);
            let ms = i64::try_from(secs * 1_000).unwrap();
            assert_eq!(ms_since_1970(UNIX_EPOCH + apart), ms);
            assert_eq!(ms_since_1970(UNIX_EPOCH - apart), -ms);
        }
    }
}
