//! A pasted text as it is kept: an observation of the visit, without its raw lines. The same event is kept once.

use super::{Counts, Entry, Pasted};
use crate::model::Mac;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::net::Ipv4Addr;

/// Sorts of events that are kept of one text.
const KEPT: usize = 200;

/// What sort of text it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TextKind {
    Log,
    /// A table of leases or neighbours.
    Leases,
}

impl TextKind {
    /// As a part of a sentence.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Log => "a pasted log",
            Self::Leases => "a pasted table of leases",
        }
    }
}

/// One sort of event about one gateway, the newest of its kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    pub entry: Entry,
    /// How often it is in the text.
    pub times: usize,
    /// When it was written, milliseconds since 1970 UTC; none where its time cannot be read. A text without a time zone is
    /// read as UTC, so that this may be off by half a day.
    pub written_unix_ms: Option<i64>,
    /// The time says in which zone it is.
    #[serde(default)]
    pub zone_known: bool,
}

/// What one text says of the gateways.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PastedText {
    pub kind: TextKind,
    pub told: Vec<Told>,
    pub counts: Counts,
}

impl PastedText {
    /// Keeps of what was read what may count. `when` reads a time of the text, milliseconds since 1970 UTC, and tells
    /// whether it says its zone.
    #[must_use]
    pub fn of(kind: TextKind, read: &Pasted, when: impl Fn(&str) -> Option<(i64, bool)>) -> PastedText {
        let mut told: Vec<Told> = Vec::new();
        let mut known: BTreeMap<(String, Option<Mac>, Option<Ipv4Addr>), usize> = BTreeMap::new();
        for e in &read.entries {
            // of a device's leases only the one that holds is told
            let passed = kind == TextKind::Leases
                && e.lease.is_some()
                && e.mac.is_some_and(|mac| read.lease_of(mac) != Some(e));
            if passed {
                continue;
            }
            let time = e.time.as_deref().and_then(&when);
            let (written, zone_known) = (time.map(|(ms, _)| ms), time.is_some_and(|(_, zone)| zone));
            let key = (e.in_plain_words(), e.mac, e.source);
            if let Some(t) = known.get(&key).and_then(|at| told.get_mut(*at)) {
                t.times += 1;
                if written >= t.written_unix_ms {
                    (t.written_unix_ms, t.zone_known, t.entry) = (written, zone_known, without_line(e));
                }
            } else if told.len() < KEPT {
                known.insert(key, told.len());
                told.push(Told { entry: without_line(e), times: 1, written_unix_ms: written, zone_known });
            }
        }
        PastedText { kind, told, counts: read.counts }
    }
}

/// The raw line can say anything of others; what was read of it stands beside.
fn without_line(e: &Entry) -> Entry {
    Entry { shown: String::new(), ..e.clone() }
}
