//! The sweep without rights: one datagram to each address of the subnet makes the operating system resolve them, then
//! its neighbour table is read. Nothing says "done": dead addresses stay unresolved for three seconds. What a box does
//! that only an older row shows is in [`super::asked`].

use super::table::Told;
use super::{Eyes, Sighting};
use crate::model::host::{HostAddress, Interface};
use crate::model::snapshot::Limit;
use crate::platform::guest::{GuestError, Meter, Swept};
use crate::platform::neighbours;
use crate::platform::supervise::{Broke, caught};
use std::collections::{BTreeSet, VecDeque};
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::{JoinError, JoinHandle};
use tokio::time::Instant;

/// When the table is read, milliseconds after the sweep began: the first answers take less than one, sleeping devices and
/// lost frames need the operating system's second and third try (one second apart). Two that share an address change
/// places there once a second at most (Linux: locktime), so no pause is longer than half of that.
pub const READS_MS: [u64; 12] = [4, 12, 30, 100, 300, 650, 1_000, 1_150, 1_600, 2_100, 2_600, 3_150];

/// The last answers of a sweep that had to wait for room come at once, or within the operating system's second try.
const AFTER_WAITING: [Duration; 2] = [Duration::from_millis(100), Duration::from_millis(1_150)];
/// A sweep that takes longer waits for room in the neighbour table.
const LATE: Duration = Duration::from_secs(1);
/// No sweep takes longer.
const LONGEST: Duration = Duration::from_secs(6);

/// Largest subnet that is swept without a question: a /22.
pub const LARGEST_PREFIX: u8 = 22;

/// The addresses to ask: the subnet of each routable address, without network, broadcast and the own one. Of a subnet
/// larger than a /22 only the /22 around the own address.
#[must_use]
pub fn targets(interface: &Interface) -> Vec<Ipv4Addr> {
    let own: BTreeSet<Ipv4Addr> = interface.addresses.iter().map(|a| a.ip).collect();
    let mut out = BTreeSet::new();
    for address in interface.addresses.iter().filter(|a| !a.is_link_local() && a.prefix < 31) {
        let (low, high) = HostAddress { prefix: address.prefix.max(LARGEST_PREFIX), ..*address }.bounds();
        let (net, broadcast) = address.bounds();
        out.extend((low..=high).filter(|n| *n != net && *n != broadcast).map(Ipv4Addr::from));
    }
    out.into_iter().filter(|ip| !own.contains(ip)).collect()
}

/// One search: the table as it is, a sweep, and its later reads, until `wait` has passed.
pub async fn search(eyes: Eyes, meter: Arc<Meter>, interface: Interface, wait: Duration) {
    let begun = Instant::now();
    let full_before = neighbours::room().map(|r| r.refused);
    let mut told = Told::default();
    let mut last = told.read(&eyes, &interface).await;
    let all = targets(&interface);
    let (sweeper, asked) = (interface.clone(), all.len());
    // the sweep waits where a send buffer is full: not on the runtime's threads
    #[allow(clippy::disallowed_methods, reason = "caught in it, and told below")]
    let mut sweep: Option<Sweep> =
        Some(tokio::task::spawn_blocking(move || caught(|| meter.sweep_within(&sweeper, &all, wait))));
    let mut reads: VecDeque<Instant> = READS_MS
        .iter()
        .map(|ms| Duration::from_millis(*ms))
        .chain([wait])
        .map(|after| begun + after)
        .collect();
    reads.retain(|at| *at <= begun + wait);
    while let (Some(at), _) | (None, Some(at)) =
        (reads.front().copied(), sweep.as_ref().map(|_| begun + LONGEST))
    {
        tokio::select! {
            () = tokio::time::sleep_until(at) => {
                if reads.pop_front().is_none() {
                    break;
                }
                if sweep.is_some() && begun.elapsed() >= LATE {
                    let _ = eyes.tell(Sighting::StillAsking).await;
                }
            }
            done = ended(&mut sweep) => {
                sweep = None;
                let swept = outcome(&eyes, done).await;
                told.refused(&swept.refused, eyes.now());
                let _ = told.read(&eyes, &interface).await;
                let _ = eyes.tell(Sighting::Swept).await;
                if swept.waited {
                    reads.extend(AFTER_WAITING.map(|after| Instant::now() + after));
                }
                let overflowed = swept.overflowed || neighbours::room().map(|r| r.refused) > full_before;
                table_full(&eyes, asked, swept.unasked.len(), overflowed).await;
            }
        }
        last = told.read(&eyes, &interface).await;
    }
    if neighbours::room().map(|r| r.refused) > full_before {
        table_full(&eyes, asked, 0, true).await;
    }
    if let Err(limit) = last {
        let _ = eyes.tell(Sighting::Limited(limit)).await;
    }
    let _ = eyes.tell(Sighting::Searched).await;
}

/// A sweep under way, and what it brings.
type Sweep = JoinHandle<Brought>;
type Brought = Result<Result<Swept, GuestError>, Broke>;

/// Waits for the sweep, for ever once it was waited for.
async fn ended(sweep: &mut Option<Sweep>) -> Result<Brought, JoinError> {
    match sweep {
        Some(sweep) => sweep.await,
        None => std::future::pending().await,
    }
}

/// What a sweep brought; why there was none is told.
async fn outcome(eyes: &Eyes, done: Result<Brought, JoinError>) -> Swept {
    const WHAT: &str = "Asking every address of this subnet";
    match done {
        Ok(Ok(Ok(swept))) => return swept,
        Ok(Ok(Err(e))) => {
            let limit = Limit {
                what: WHAT.into(),
                why: e.to_string(),
                advice: "Type the gateway's MAC or IP address in; what was seen so far stays.".into(),
            };
            let _ = eyes.tell(Sighting::Limited(limit)).await;
            let _ = eyes.tell(Sighting::CouldNotAsk).await;
        }
        Ok(Err(broke)) => {
            let _ = eyes.tell(Sighting::Broke { what: WHAT.into(), why: broke.to_string() }).await;
            let _ = eyes.tell(Sighting::CouldNotAsk).await;
        }
        // cancelled: nobody waits for it any more
        Err(_) => {}
    }
    Swept::default()
}

/// Says that this computer's neighbour table is too small for its network, where it is.
async fn table_full(eyes: &Eyes, addresses: usize, unasked: usize, overflowed: bool) {
    if unasked == 0 && !overflowed {
        return;
    }
    if let Some(room) = neighbours::room() {
        let _ = eyes.tell(Sighting::Limited(room.too_small(addresses, unasked))).await;
    }
    let _ = eyes.tell(Sighting::TableFull { overflowed }).await;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::host::LinkKind;

    fn interface(ip: [u8; 4], prefix: u8) -> Interface {
        Interface {
            index: 1,
            name: "e".into(),
            label: "e".into(),
            kind: LinkKind::Wired,
            mac: None,
            up: true,
            carrier: None,
            speed_bps: None,
            full_duplex: None,
            addresses: vec![HostAddress { ip: ip.into(), prefix }],
            router: None,
            metric: 0,
            name_servers: vec![],
            lease: None,
            mtu: None,
            ipv6_router: None,
            port_authenticated: None,
        }
    }

    #[test]
    fn every_address_once_but_the_own() {
        let t = targets(&interface([192, 168, 7, 20], 24));
        assert_eq!(t.len(), 253);
        assert!(!t.contains(&[192, 168, 7, 20].into()) && !t.contains(&[192, 168, 7, 255].into()));
        assert_eq!(targets(&interface([10, 0, 0, 1], 30)).len(), 1);
        assert_eq!(targets(&interface([10, 0, 0, 1], 31)).len(), 0);
        assert_eq!(targets(&interface([169, 254, 0, 1], 16)).len(), 0);
    }

    #[test]
    fn never_more_than_a_22() {
        let t = targets(&interface([10, 1, 6, 5], 8));
        assert_eq!(t.len(), 1023);
        assert!(t.iter().all(|ip| (4..8).contains(&ip.octets()[2]) && ip.octets()[1] == 1));
        assert_eq!(targets(&interface([10, 1, 6, 5], 22)).len(), 1021);
    }
}
