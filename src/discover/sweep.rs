//! The sweep without rights: one datagram to each address of the subnet makes the operating system resolve them, then
//! its neighbour table is read. Nothing says "done": dead addresses stay unresolved for three seconds.

use super::{Eyes, Sighting};
use crate::model::evidence::{Fact, Source};
use crate::model::host::{HostAddress, Interface};
use crate::model::snapshot::Limit;
use crate::platform::guest::Meter;
use crate::platform::neighbours;
use std::collections::BTreeSet;
use std::net::Ipv4Addr;
use std::time::Duration;

/// When the table is read, milliseconds after the sweep: the first answers take less than one, sleeping devices and
/// lost frames need the operating system's second and third try (one second apart).
pub const READS_MS: [u64; 8] = [4, 12, 30, 100, 300, 1_000, 2_100, 3_150];

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

/// Reads the table as it is and sends every row of the interface.
pub async fn read_table(eyes: &Eyes, interface: &Interface) -> Result<BTreeSet<Ipv4Addr>, Limit> {
    let table = neighbours::table(Some(interface.index)).map_err(|e| e.limit())?;
    let mut answered = BTreeSet::new();
    for row in table.neighbours.iter().filter(|r| r.mac.is_device()) {
        answered.insert(row.ip);
        let fact = Fact::Neighbour { mac: row.mac, ip: row.ip, confirmed_ms_ago: row.confirmed_ms_ago };
        eyes.saw(Source::Neighbour, fact).await;
    }
    Ok(answered)
}

/// One search: the table as it is, a sweep, and its later reads, until `wait` has passed.
pub async fn search(eyes: Eyes, meter: std::sync::Arc<Meter>, interface: Interface, wait: Duration) {
    let begun = tokio::time::Instant::now();
    let mut read = read_table(&eyes, &interface).await;
    let all = targets(&interface);
    let (sweeper, swept) = (interface.clone(), all.clone());
    let meter_for_sweep = std::sync::Arc::clone(&meter);
    // the sweep waits where a send buffer is full: not on the runtime's threads
    let sweep = tokio::task::spawn_blocking(move || meter_for_sweep.sweep(&sweeper, &swept));
    for ms in READS_MS {
        let at = Duration::from_millis(ms);
        if at > wait {
            break;
        }
        tokio::time::sleep_until(begun + at).await;
        read = read_table(&eyes, &interface).await;
    }
    if let Ok(Err(e)) = sweep.await {
        let limit = Limit {
            what: "Asking every address of this subnet".into(),
            why: e.to_string(),
            advice: "Type the gateway's MAC or IP address in; what was seen so far stays.".into(),
        };
        eyes.tell(Sighting::Limited(limit)).await;
    }
    if let Err(limit) = read {
        let _ = eyes.tell(Sighting::Limited(limit)).await;
    }
    tokio::time::sleep_until(begun + wait).await;
    let _ = eyes.tell(Sighting::Searched).await;
}

/// One round of watching: asks the known addresses again and says which did not answer.
pub async fn round(
    eyes: Eyes,
    meter: std::sync::Arc<Meter>,
    interface: Interface,
    ask: Vec<Ipv4Addr>,
    patience: Duration,
) {
    let ask: Vec<Ipv4Addr> =
        ask.into_iter().filter(|ip| interface.addresses.iter().any(|a| a.contains(*ip))).collect();
    if ask.is_empty() || meter.sweep(&interface, &ask).is_err() {
        return;
    }
    tokio::time::sleep(patience).await;
    let Ok(table) = neighbours::table(Some(interface.index)) else { return };
    let patience_ms = u64::try_from(patience.as_millis()).unwrap_or(u64::MAX);
    for ip in ask {
        match table.neighbours.iter().find(|r| r.ip == ip) {
            Some(row) => {
                let fact = Fact::Neighbour { mac: row.mac, ip, confirmed_ms_ago: row.confirmed_ms_ago };
                eyes.saw(Source::Neighbour, fact).await;
                // an old confirmation that this round did not renew is one round without an answer
                if row.confirmed_ms_ago.is_some_and(|age| age > patience_ms + 30_000) {
                    eyes.saw(Source::Neighbour, Fact::Unanswered { ip }).await;
                }
            }
            None => {
                eyes.saw(Source::Neighbour, Fact::Unanswered { ip }).await;
            }
        }
    }
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
