//! What the virtual gateway and cloud did, with its time: one JSON line each, and the LED as a function of it.

use crate::model::{LedState, Mac};
use serde::{Deserialize, Serialize};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::mpsc;

/// What a lease gave.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lease {
    pub ip: Ipv4Addr,
    pub prefix: u8,
    pub router: Option<Ipv4Addr>,
    pub name_servers: Vec<Ipv4Addr>,
    pub server: Ipv4Addr,
    pub lease_secs: u32,
}

/// One thing that happened to, or was done by, the gateway or the cloud.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum Event {
    // the gateway
    Boot {
        mac: Mac,
    },
    Link {
        up: bool,
    },
    Discover,
    Request {
        ip: Ipv4Addr,
    },
    Nak {
        server: Option<Ipv4Addr>,
        message: Option<String>,
    },
    Lease(Lease),
    Renewed {
        ip: Ipv4Addr,
    },
    LeaseLost {
        why: String,
    },
    Resolving {
        host: String,
    },
    LookupFailed {
        host: String,
        why: String,
    },
    Connecting {
        to: SocketAddr,
    },
    ConnectFailed {
        to: SocketAddr,
        why: String,
    },
    Connected {
        to: SocketAddr,
    },
    Lost {
        why: String,
    },
    Ack {
        seq: u64,
    },
    Interval {
        secs: u64,
    },
    Led {
        led: LedState,
    },
    Halt,
    // the cloud
    Listening {
        at: Vec<SocketAddr>,
    },
    Joined {
        mac: String,
        from: SocketAddr,
        at: SocketAddr,
    },
    /// A measurement in tenths of a degree: exact, so that events can be compared.
    Measurement {
        mac: String,
        seq: u64,
        tenths: i64,
    },
    Left {
        mac: String,
        why: String,
    },
}

/// An event and its time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamped {
    #[serde(flatten)]
    pub event: Event,
    /// Microseconds since 1970, so that two processes can be compared.
    pub unix_us: u64,
}

impl Stamped {
    /// The event as one line of JSON, with its line break.
    #[must_use]
    pub fn line(&self) -> String {
        serde_json::to_string(self)
            .map_or_else(|e| format!("{{\"event\":\"unprintable\",\"why\":\"{e}\"}}\n"), |s| s + "\n")
    }
}

/// The present time in microseconds since 1970.
#[must_use]
#[expect(
    clippy::disallowed_methods,
    reason = "the lab is the other party: its own clock stamps its own events"
)]
pub fn unix_us() -> u64 {
    std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .map_or(0, |d| u64::try_from(d.as_micros()).unwrap_or(u64::MAX))
}

/// The LED as the vendor's document gives it: a function of power, lease and connection, of nothing else.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lamp {
    power: bool,
    lease: bool,
    connection: bool,
}

impl Lamp {
    #[must_use]
    pub fn led(self) -> LedState {
        match (self.power, self.lease, self.connection) {
            (false, _, _) => LedState::Dark,
            (true, false, _) => LedState::SolidRed,
            (true, true, false) => LedState::BlinkingRed,
            (true, true, true) => LedState::SolidGreen,
        }
    }

    /// Takes the event in; gives the LED when that changed it.
    pub fn after(&mut self, event: &Event) -> Option<LedState> {
        let before = self.led();
        match event {
            Event::Boot { .. } => *self = Lamp { power: true, lease: false, connection: false },
            Event::Halt => *self = Lamp::default(),
            Event::Lease(_) => self.lease = true,
            Event::LeaseLost { .. } => (self.lease, self.connection) = (false, false),
            Event::Connected { .. } => self.connection = true,
            Event::Lost { .. } => self.connection = false,
            _ => {}
        }
        Some(self.led()).filter(|led| *led != before)
    }
}

/// Takes events from all parts of one gateway, keeps its LED, and passes both on in one order.
#[derive(Clone, Debug)]
pub struct Reporter {
    lamp: Arc<Mutex<Lamp>>,
    to: mpsc::UnboundedSender<Stamped>,
}

impl Reporter {
    #[must_use]
    pub fn new() -> (Reporter, mpsc::UnboundedReceiver<Stamped>) {
        let (to, from) = mpsc::unbounded_channel();
        (Reporter { lamp: Arc::default(), to }, from)
    }

    /// The LED as it is now.
    #[must_use]
    pub fn led(&self) -> LedState {
        self.lamp.lock().unwrap_or_else(PoisonError::into_inner).led()
    }

    /// Reports an event, and the LED when it changes by it.
    pub fn tell(&self, event: Event) {
        // the lock is held while sending, so that no LED overtakes its event
        let mut lamp = self.lamp.lock().unwrap_or_else(PoisonError::into_inner);
        let unix_us = unix_us();
        let led = lamp.after(&event);
        // nobody listens any more only while the program ends
        let _ = self.to.send(Stamped { event, unix_us });
        if let Some(led) = led {
            let _ = self.to.send(Stamped { event: Event::Led { led }, unix_us });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_led_follows_the_vendors_document() {
        let lease = Event::Lease(Lease {
            ip: [192, 168, 7, 50].into(),
            prefix: 24,
            router: None,
            name_servers: vec![],
            server: [192, 168, 7, 1].into(),
            lease_secs: 60,
        });
        let to = "54.229.203.190:443".parse().unwrap();
        let mut lamp = Lamp::default();
        assert_eq!(lamp.led(), LedState::Dark);
        for (event, led) in [
            (Event::Boot { mac: Mac([0; 6]) }, Some(LedState::SolidRed)),
            (Event::Link { up: true }, None),
            (Event::Discover, None),
            (lease.clone(), Some(LedState::BlinkingRed)),
            (Event::Connecting { to }, None),
            (Event::Connected { to }, Some(LedState::SolidGreen)),
            (Event::Renewed { ip: [192, 168, 7, 50].into() }, None),
            (Event::Lost { why: "closed".into() }, Some(LedState::BlinkingRed)),
            (Event::Connected { to }, Some(LedState::SolidGreen)),
            (Event::LeaseLost { why: "expired".into() }, Some(LedState::SolidRed)),
            (lease, Some(LedState::BlinkingRed)),
            (Event::Boot { mac: Mac([0; 6]) }, Some(LedState::SolidRed)),
            (Event::Halt, Some(LedState::Dark)),
        ] {
            assert_eq!(lamp.after(&event), led, "{event:?}");
        }
    }

    #[test]
    fn a_line_can_be_read_back() {
        let stamped = Stamped { event: Event::Led { led: LedState::SolidRed }, unix_us: 5 };
        assert_eq!(stamped.line(), "{\"event\":\"led\",\"led\":\"solid-red\",\"unix_us\":5}\n");
        let (reporter, mut events) = Reporter::new();
        reporter.tell(Event::Boot { mac: Mac([2, 0, 0, 0, 0, 1]) });
        assert_eq!(reporter.led(), LedState::SolidRed);
        for _ in 0..2 {
            let stamped = events.try_recv().unwrap();
            assert_eq!(serde_json::from_str::<Stamped>(&stamped.line()).unwrap(), stamped);
        }
    }
}
