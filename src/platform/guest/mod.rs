//! The good guest (law 3): the only place where sockets for measuring are opened. Each packet is of a [`PacketKind`],
//! is counted with the address it goes to, and is refused beyond the kind's limit.

mod budget;
mod dhcp;
mod line;
mod mdns;
mod sweep;
mod tcp;
mod udp;

pub use budget::Budget;
pub use dhcp::{DhcpListener, DhcpProbe, dhcp_listen};
pub use line::{Heard, Line};
pub use mdns::Mdns;
pub use sweep::Swept;
pub use tcp::Connect;

use super::error::{OwnFault, PlatformError, why};
use crate::model::footprint::{Footprint, PacketKind};
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Troubles that are kept; the first ones tell what happened.
const MOST_TROUBLES: usize = 20;

/// Why this program did not send. Says nothing about the network.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GuestError {
    #[error(
        "not sent: a round may send at most {most} packets of the kind '{}', and this would be more",
        kind.word()
    )]
    TooMany { kind: PacketKind, most: u32 },
    #[error("not sent: {what}: {why}")]
    System { what: String, why: String, fault: OwnFault },
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

impl GuestError {
    pub(super) fn io(what: &str, error: &io::Error) -> Self {
        GuestError::System { what: what.to_owned(), why: why(error), fault: OwnFault::of(error) }
    }

    /// A filter of this computer answered in the network's place.
    pub(super) fn refused_here(what: &str) -> Self {
        let why = "a filter of this computer refused it".to_owned();
        GuestError::System { what: what.to_owned(), why, fault: OwnFault::Refused }
    }
}

#[derive(Debug, Default)]
struct Counts {
    total: BTreeMap<PacketKind, u32>,
    round: BTreeMap<PacketKind, u32>,
    addresses: BTreeMap<IpAddr, u32>,
    troubles: Vec<GuestError>,
    /// Transaction ids of our own DHCP questions.
    dhcp_xids: BTreeSet<u32>,
    /// The error of the system in which everything that is sent ends.
    refusing: Option<i32>,
    /// What was sent has been told for good.
    closed: bool,
}

/// Counts and limits what is sent. A clone counts into the same meter.
#[derive(Clone, Debug, Default)]
pub struct Meter {
    counts: Arc<Mutex<Counts>>,
}

impl Meter {
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Begins a new round: the limits count from here, the footprint goes on.
    pub fn reset_round(&self) {
        self.counts().round.clear();
    }

    /// Begins a new round of one kind only: what goes on beside the checks, such as a browse, has rounds of its own.
    pub fn reset_round_of(&self, kind: PacketKind) {
        self.counts().round.remove(&kind);
    }

    /// Nothing is sent any more: what the footprint says from here on is the whole truth.
    pub fn close(&self) {
        self.counts().closed = true;
    }

    /// Everything that was sent so far.
    #[must_use]
    pub fn footprint(&self) -> Footprint {
        let counts = self.counts();
        Footprint { by_kind: counts.total.clone(), addresses: counts.addresses.keys().copied().collect() }
    }

    /// Counts one packet that is about to be sent.
    ///
    /// # Errors
    /// When the round has sent as many of this kind as it may; then it must not be sent.
    fn count(&self, kind: PacketKind, to: IpAddr) -> Result<(), GuestError> {
        let mut counts = self.counts();
        if counts.closed {
            let (what, why) = ("send anything more".to_owned(), "the visit has ended".to_owned());
            return Err(GuestError::System { what, why, fault: OwnFault::Other });
        }
        let sent = counts.round.entry(kind).or_default();
        if *sent >= kind.most_per_round() {
            let refusal = GuestError::TooMany { kind, most: kind.most_per_round() };
            drop(counts);
            self.note(refusal.clone());
            return Err(refusal);
        }
        *sent += 1;
        *counts.total.entry(kind).or_default() += 1;
        *counts.addresses.entry(to).or_default() += 1;
        Ok(())
    }

    /// One that was counted did not leave: the system refused it.
    fn take_back(&self, kind: PacketKind, to: IpAddr) {
        fn less<K: Ord>(counts: &mut BTreeMap<K, u32>, of: &K) {
            if let Some(sent) = counts.get_mut(of) {
                *sent = sent.saturating_sub(1);
                if *sent == 0 {
                    counts.remove(of);
                }
            }
        }
        let mut counts = self.counts();
        less(&mut counts.round, &kind);
        less(&mut counts.total, &kind);
        less(&mut counts.addresses, &to);
    }

    /// True when a DHCP message with this transaction id was sent by this program: it says nothing about a box.
    #[must_use]
    pub fn asked_dhcp(&self, xid: u32) -> bool {
        self.counts().dhcp_xids.contains(&xid)
    }

    /// What could not be sent and why, each reason once: a failure of that kind says nothing about the network.
    #[must_use]
    pub fn troubles(&self) -> Vec<GuestError> {
        self.counts().troubles.clone()
    }

    /// The same, and forgets them: what is noted from here on is of a new run.
    #[must_use]
    pub fn take_troubles(&self) -> Vec<GuestError> {
        std::mem::take(&mut self.counts().troubles)
    }

    /// From here on everything that this meter is asked to send ends in this error of the system, as on a computer that
    /// is short of something or whose own filter says no. For tests and the simulated site.
    pub fn refuse(&self, raw_os_error: i32) {
        self.counts().refusing = Some(raw_os_error);
    }

    /// Fails where the meter was told to refuse.
    fn may_send(&self) -> io::Result<()> {
        self.counts().refusing.map_or(Ok(()), |code| Err(io::Error::from_raw_os_error(code)))
    }

    fn note(&self, trouble: GuestError) {
        let mut counts = self.counts();
        if counts.troubles.len() < MOST_TROUBLES && !counts.troubles.contains(&trouble) {
            counts.troubles.push(trouble);
        }
    }

    fn counts(&self) -> MutexGuard<'_, Counts> {
        // numbers stay right even if another thread ended while it held them
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_holds_and_a_new_round_lifts_it() {
        let meter = Meter::new();
        let to = IpAddr::from([192, 0, 2, 1]);
        let most = PacketKind::DhcpProbe.most_per_round();
        for _ in 0..most {
            meter.count(PacketKind::DhcpProbe, to).unwrap();
        }
        let refusal = GuestError::TooMany { kind: PacketKind::DhcpProbe, most };
        assert_eq!(meter.count(PacketKind::DhcpProbe, to), Err(refusal.clone()));
        assert_eq!(meter.count(PacketKind::DhcpProbe, to), Err(refusal.clone()));
        assert_eq!(meter.troubles(), [refusal], "once");
        meter.count(PacketKind::DnsQuery, to).unwrap();
        meter.reset_round_of(PacketKind::DnsQuery);
        assert!(meter.count(PacketKind::DhcpProbe, to).is_err(), "a round of another kind");
        meter.reset_round_of(PacketKind::DhcpProbe);
        meter.count(PacketKind::DhcpProbe, to).unwrap();
        let twin = meter.clone();
        twin.reset_round();
        meter.count(PacketKind::DhcpProbe, to).unwrap();
        let footprint = twin.footprint();
        assert_eq!(footprint.packets(), most + 3);
        assert_eq!(footprint.addresses, [to]);
        meter.take_back(PacketKind::DnsQuery, to);
        assert_eq!(meter.footprint().by_kind.get(&PacketKind::DnsQuery), None, "it was never sent");
        let (nobody, alone) = (IpAddr::from([192, 0, 2, 9]), PacketKind::MdnsQuery);
        meter.count(alone, nobody).unwrap();
        meter.take_back(alone, nobody);
        assert_eq!(meter.footprint().addresses, [to], "nor was anything to that address");
        twin.close();
        assert!(meter.count(PacketKind::DnsQuery, to).is_err());
        assert_eq!(meter.footprint().packets(), most + 2);
    }
}
