//! Boxes that are asked again: those that a round of watching knows, those that only an older row of the neighbour table
//! shows, those that have just accepted an address. An answer proves that the box is there now; that there is none is
//! said only when the operating system itself has asked in vain.

use super::table::Told;
use super::{Eyes, Sighting};
use crate::model::check::Failure;
use crate::model::evidence::{Fact, Source};
use crate::model::footprint::PacketKind;
use crate::model::host::Interface;
use crate::platform::guest::Meter;
use crate::platform::neighbours;
use crate::platform::supervise::{Crew, caught};
use std::collections::BTreeSet;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// When a requested address is asked for, milliseconds after the REQUEST: the ACK takes a few, an address check of the
/// box some hundred. Another box that is asked gets the same chances.
const ASK_MS: [u64; 4] = [30, 250, 700, 1_500];
/// A closed port is refused within a round trip.
const REFUSED_WITHIN: Duration = Duration::from_millis(150);
/// The discard port, which nothing listens on.
const DISCARD: u16 = 9;
/// Addresses of one round, whatever claims to be a box: the hosts of a /22.
const MOST: usize = 1_022;
/// Connections that are tried at the same time.
const AT_ONCE: usize = 64;
/// Of hundreds that are tried, the answers of so many are told before the next ones.
const TOLD_AT_ONCE: usize = 128;
/// The operating system verifies an old row five seconds after it was used, then asks three times, a second apart.
pub const VERIFIED: Duration = Duration::from_secs(9);

/// Who is asked, and how.
#[derive(Clone)]
pub struct Asking {
    pub eyes: Eyes,
    pub meter: Arc<Meter>,
    pub interface: Interface,
}

impl Asking {
    /// Asks addresses until they answer, and for no longer than a starting box takes: of a box that has accepted an
    /// address.
    pub async fn soon(self, ips: Vec<Ipv4Addr>) {
        self.until_answered(self.on_link(ips)).await;
    }

    /// The same of boxes that only an older row shows. Those that say nothing by themselves are told when the operating
    /// system has verified its rows: that takes longer than a check, which ends without them.
    pub async fn prove(self, ips: Vec<Ipv4Addr>) {
        let begun = Instant::now();
        let left = self.until_answered(self.on_link(ips)).await;
        let _ = self.eyes.tell(Sighting::Proved).await;
        tokio::time::sleep_until(begun + VERIFIED).await;
        self.verdicts(left, begun, false).await;
    }

    /// One round of watching: asks the known addresses again and says which did not answer. An address that refuses
    /// nothing is given until the operating system has verified its row by itself.
    pub async fn round(self, ips: Vec<Ipv4Addr>) {
        let begun = Instant::now();
        let left = self.once(self.on_link(ips), begun).await;
        if !left.is_empty() {
            tokio::time::sleep_until(begun + VERIFIED).await;
            self.verdicts(left, begun, true).await;
        }
    }

    /// Those of the own subnets, and no more than a sweep asks.
    fn on_link(&self, mut ips: Vec<Ipv4Addr>) -> Vec<Ipv4Addr> {
        ips.retain(|ip| self.interface.addresses.iter().any(|a| a.contains(*ip)));
        ips.truncate(MOST);
        ips
    }

    /// Asks a few times; those that did not answer.
    async fn until_answered(&self, mut left: Vec<Ipv4Addr>) -> Vec<Ipv4Addr> {
        let begun = Instant::now();
        for ms in ASK_MS {
            if left.is_empty() {
                break;
            }
            tokio::time::sleep_until(begun + Duration::from_millis(ms)).await;
            left = self.once(left, begun).await;
        }
        left
    }

    /// One question to each: a datagram to a closed port, and a connection to it where that was not refused. Answers
    /// since `begun`, also to ARP, are told; those that gave none are handed back.
    async fn once(&self, ips: Vec<Ipv4Addr>, begun: Instant) -> Vec<Ipv4Addr> {
        if ips.is_empty() {
            return ips;
        }
        let (meter, interface, asked) = (Arc::clone(&self.meter), self.interface.clone(), ips.clone());
        #[allow(clippy::disallowed_methods, reason = "caught in it, and told below")]
        let swept = tokio::task::spawn_blocking(move || {
            caught(|| meter.sweep_within(&interface, &asked, REFUSED_WITHIN))
        });
        let mut told = Told::default();
        match swept.await {
            Ok(Ok(Ok(swept))) => told.refused(&swept.refused, self.eyes.now()),
            Ok(Err(broke)) => {
                let what = "Asking whether boxes are there".to_owned();
                self.eyes.tell(Sighting::Broke { what, why: broke.to_string() }).await;
            }
            // a socket that may not send leaves the question open; who is cancelled is asked no more
            Ok(Ok(Err(_))) | Err(_) => {}
        }
        let mut silent = Vec::new();
        for some in self.told(ips, &mut told, begun).await.chunks(TOLD_AT_ONCE) {
            for ip in self.knock(some).await {
                told.answered(ip, self.eyes.now());
            }
            silent.extend(self.told(some.to_vec(), &mut told, begun).await);
        }
        silent
    }

    /// Tells those of the addresses for which there is a proof since `begun`; hands back the others.
    async fn told(&self, ips: Vec<Ipv4Addr>, told: &mut Told, begun: Instant) -> Vec<Ipv4Addr> {
        let Ok(table) = neighbours::table(Some(self.interface.index)) else { return ips };
        let fresh = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        let wanted: BTreeSet<Ipv4Addr> = ips.iter().copied().collect();
        let mut proven = BTreeSet::new();
        for row in table.neighbours.iter().filter(|r| wanted.contains(&r.ip)) {
            if told.has_answered(row.ip) || row.confirmed_ms_ago.is_some_and(|age| age <= fresh) {
                told.tell(&self.eyes, row).await;
                proven.insert(row.ip);
            }
        }
        ips.into_iter().filter(|ip| !proven.contains(ip)).collect()
    }

    /// Tries a connection to a closed port of each, some at once; those that refused it, or took it.
    async fn knock(&self, ips: &[Ipv4Addr]) -> Vec<Ipv4Addr> {
        let mut answered = Vec::new();
        let mut tries = Crew::default();
        for ip in ips.iter().copied() {
            // one that is silent holds up none of the others
            if tries.len() >= AT_ONCE
                && let Some(done) = tries.next().await
            {
                answered.extend(done);
            }
            let (meter, interface) = (Arc::clone(&self.meter), self.interface.clone());
            tries.spawn(async move {
                let to = SocketAddr::from((ip, DISCARD));
                let knock = meter.connect(Some(&interface), to, REFUSED_WITHIN, PacketKind::TcpKnock).await;
                matches!(knock.outcome, Ok(_) | Err(Failure::Refused | Failure::Reset)).then_some(ip)
            });
        }
        while let Some(done) = tries.next().await {
            answered.extend(done);
        }
        answered
    }

    /// What the operating system found when it verified its rows. `missed`: this was a round of its own, and a row that
    /// stands unverified counts as a round without an answer.
    async fn verdicts(&self, left: Vec<Ipv4Addr>, begun: Instant, missed: bool) {
        let mut told = Told::default();
        let left = self.told(left, &mut told, begun).await;
        let Ok(table) = neighbours::table(Some(self.interface.index)) else { return };
        for ip in left {
            // a row that still has its MAC may be one that the system trusts without asking, and one that is gone may have
            // had to make room
            let given_up = table.unanswered.contains(&ip);
            if given_up || missed {
                self.eyes.saw(Source::Neighbour, Fact::Unanswered { ip, given_up }).await;
            }
        }
    }
}
