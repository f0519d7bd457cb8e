//! The outside of a session: the real network, or the simulated site of `demo`. The only place that reads a clock.

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

/// Milliseconds since 1970 UTC.
#[must_use]
pub fn unix_ms() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}

/// Unpredictable enough for transaction ids, made-up MACs and names; no secret depends on it.
#[must_use]
pub fn random() -> u64 {
    let b = uuid::Uuid::now_v7().into_bytes();
    u64::from_be_bytes([b[8] ^ b[5], b[9], b[10], b[11], b[12], b[13], b[14], b[15]])
}

/// Where observations come from.
pub struct World {
    pub meter: Arc<Meter>,
    pub wanted_interface: Option<String>,
    /// A typed address of the gateway: the interface of its subnet is preferred.
    pub gateway_ip: Option<Ipv4Addr>,
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
