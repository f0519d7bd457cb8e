//! What IT pasted counts: a text is read for the gateways that are known, and becomes an observation of the visit.

use super::engine::Engine;
use crate::diagnose::{self, Claim};
use crate::model::At;
use crate::model::evidence::{Fact, Observation, Source};
use crate::model::pasted::{NOT_READ, PastedText, TextKind};
use crate::model::snapshot::{GatewayView, Limit};
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
                TextKind::Leases => pasted::leases_at(text, &macs, self.unix_ms(now)),
                TextKind::Log => pasted::log(text, &macs, &addresses(&gateways)),
            };
            let not_read = read.not_read();
            let unix = self.unix_ms(now);
            let told = PastedText::of(kind, &read, |time| pasted::when(time, unix));
            if self.pasted.get(&kind).is_none_or(|(_, before)| *before != told) {
                self.note(now, format!("Read {}: {} of the gateway.", kind.label(), told.told.len()));
                let fact = Fact::Pasted(Box::new(told));
                self.observe(&Observation { at: now, source: Source::Pasted, fact });
            }
            if let Some(why) = not_read {
                self.limit(Limit {
                    what: NOT_READ.into(),
                    why: format!("{}: {why}", kind.label()),
                    advice: "Give the part of it in which the gateway stands.".into(),
                });
            }
        }
    }

    /// What the texts say, with its age.
    pub(super) fn claims(&self, now: At) -> Vec<Claim<'_>> {
        let unix = self.unix_ms(now);
        let since = |written: i64| u64::try_from(unix.saturating_sub(written)).unwrap_or(0);
        let ahead =
            |written: i64| written.saturating_sub(unix) > i64::try_from(diagnose::OLD_MS).unwrap_or(i64::MAX);
        self.pasted
            .iter()
            .flat_map(|(kind, (at, text))| {
                text.told.iter().map(move |told| Claim {
                    told,
                    kind: *kind,
                    age_ms: told.written_unix_ms.map_or(now.since(*at), since),
                    is_ahead: told.written_unix_ms.is_some_and(ahead),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Mac;
    use crate::model::recording::{FORMAT, Header, KIND, Recording};
    use crate::profile::Profile;
    use crate::session::replay::Replay;
    use std::sync::Arc;

    const MAC: Mac = Mac([0x34, 0xa5, 0xe1, 0, 0, 1]);

    /// A table pasted before the box is known gives its address once it is, in a replay as well; taken back, it is gone.
    #[test]
    fn a_pasted_table_is_evidence_and_plays_again() {
        let profile = Arc::new(Profile::shipped());
        let mut live = Engine::new(Arc::clone(&profile), "v".into(), 1_795_845_600_000);
        live.observe(&Observation {
            at: At(1),
            source: Source::Typed,
            fact: Fact::TypedMac { mac: MAC, repaired: vec![] },
        });
        let text = "lease 10.20.0.99 {\n  starts 6 2026/11/28 05:00:00;\n  ends 6 2026/11/28 17:00:00;\n  binding state active;\n  hardware ethernet 34:a5:e1:00:00:01;\n}\n";
        live.paste(TextKind::Leases, text.into(), At(5));
        let header = Header {
            kind: KIND.into(),
            format: FORMAT,
            version: "1".into(),
            started_unix_ms: live.started_unix_ms,
            ..Header::default()
        };
        let recording = Recording { header, events: std::mem::take(&mut live.taken) };
        let mut replay = Replay::new(Recording::parse(&recording.print()).unwrap(), &profile).unwrap();
        replay.play_to(At(9));
        for s in [live.snapshot(At(9)), replay.snapshot()] {
            assert_eq!(s.gateways[0].ip, Some([10, 20, 0, 99].into()));
            assert!(s.gateways[0].sources.contains(&Source::Pasted));
            assert!(s.reported[0].evidence.text.contains("10.20.0.99"), "{:?}", s.reported);
        }
        live.paste(TextKind::Leases, text.replace("10.20.0.99", "10.20.0.98"), At(10));
        assert_eq!(live.snapshot(At(11)).gateways[0].ip, Some([10, 20, 0, 98].into()), "corrected");
        live.paste(TextKind::Leases, String::new(), At(12));
        let s = live.snapshot(At(13));
        assert_eq!((s.reported.len(), s.gateways[0].ip), (0, None), "taken back");
        // where it was seen itself meanwhile, it stays
        live.paste(TextKind::Leases, text.into(), At(14));
        let ip = [10, 20, 0, 99].into();
        live.observe(&Observation {
            at: At(15),
            source: Source::Neighbour,
            fact: Fact::Neighbour { mac: MAC, ip, confirmed_ms_ago: Some(0) },
        });
        live.paste(TextKind::Leases, String::new(), At(16));
        assert_eq!(live.snapshot(At(17)).gateways[0].ip, Some(ip));
    }
}
