//! What IT pasted counts: a text is read for the gateways that are known, and becomes an observation of the visit.

use super::engine::Engine;
use crate::diagnose::Claim;
use crate::model::At;
use crate::model::evidence::{Fact, Observation, Source};
use crate::model::pasted::{PastedText, TextKind};
use crate::model::snapshot::GatewayView;
use crate::wire::pasted;

impl Engine {
    /// Takes a text in. It replaces the one of its kind before; an empty one takes that back. While a run goes on it waits
    /// for its end, when it is known whom the text is asked for.
    pub fn paste(&mut self, kind: TextKind, text: String, now: At) {
        self.texts.insert(kind, text);
        if self.run.is_none() {
            self.read_pasted(now);
        }
    }

    /// Reads the texts for the gateways as they are known now. Leases first: they say at which address a log has them.
    pub(super) fn read_pasted(&mut self, now: At) {
        for kind in [TextKind::Leases, TextKind::Log] {
            let Some(text) = self.texts.get(&kind) else { continue };
            let gateways = self.gateways(now);
            let macs: Vec<_> = gateways.iter().map(|g| g.mac).filter(|mac| mac.is_device()).collect();
            let read = match kind {
                TextKind::Leases => pasted::leases(text, &macs),
                TextKind::Log => pasted::log(text, &macs, &addresses(&gateways)),
            };
            let unix = self.unix_ms(now);
            let told = PastedText::of(kind, &read, |time| pasted::when(time, unix));
            if self.pasted.get(&kind).is_none_or(|(_, before)| *before != told) {
                self.note(now, format!("Read {}: {} of the gateway.", kind.label(), told.told.len()));
                let fact = Fact::Pasted(Box::new(told));
                self.observe(&Observation { at: now, source: Source::Pasted, fact });
            }
        }
    }

    /// What the texts say, with its age.
    pub(super) fn claims(&self, now: At) -> Vec<Claim<'_>> {
        let unix = self.unix_ms(now);
        let since = |written: i64| u64::try_from(unix.saturating_sub(written)).unwrap_or(0);
        self.pasted
            .iter()
            .flat_map(|(kind, (at, text))| {
                text.told.iter().map(move |told| Claim {
                    told,
                    kind: *kind,
                    age_ms: told.written_unix_ms.map_or(now.since(*at), since),
                })
            })
            .collect()
    }

    fn unix_ms(&self, now: At) -> i64 {
        self.started_unix_ms.saturating_add(i64::try_from(now.0).unwrap_or(i64::MAX))
    }
}

/// Every address that a gateway had in this visit: an older line of a log is about it as well.
fn addresses(gateways: &[GatewayView]) -> Vec<std::net::Ipv4Addr> {
    gateways.iter().flat_map(|g| g.ip.into_iter().chain(g.addresses.iter().map(|(_, ip)| *ip))).collect()
}
