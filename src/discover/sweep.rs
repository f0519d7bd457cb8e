//! The sweep without rights: one datagram to each address of the subnet makes the operating system resolve them, then
//! its neighbour table is read. Nothing says "done": dead addresses stay unresolved for three seconds.

use super::{Eyes, Sighting};
use crate::model::check::Failure;
use crate::model::evidence::{Fact, Source};
use crate::model::footprint::PacketKind;
use crate::model::host::{HostAddress, Interface};
use crate::model::snapshot::Limit;
use crate::platform::guest::Meter;
use crate::platform::neighbours;
use std::collections::BTreeSet;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

/// When the table is read, milliseconds after the sweep: the first answers take less than one, sleeping devices and
/// lost frames need the operating system's second and third try (one second apart). Two that share an address change
/// places there once a second at most (Linux: locktime), so no pause is longer than half of that.
pub const READS_MS: [u64; 12] = [4, 12, 30, 100, 300, 650, 1_000, 1_150, 1_600, 2_100, 2_600, 3_150];

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
pub async fn search(eyes: Eyes, meter: Arc<Meter>, interface: Interface, wait: Duration) {
    let begun = tokio::time::Instant::now();
    let mut read = read_table(&eyes, &interface).await;
    let all = targets(&interface);
    let (sweeper, swept) = (interface.clone(), all.clone());
    let meter_for_sweep = Arc::clone(&meter);
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

/// When a requested address is asked for, milliseconds after the REQUEST: the ACK takes a few, an address check of the
/// box some hundred.
const ASK_MS: [u64; 4] = [30, 250, 700, 1_500];
/// A closed UDP port is refused within a round trip.
const REFUSED_WITHIN: Duration = Duration::from_millis(150);
/// The discard port, which nothing listens on.
const DISCARD: u16 = 9;

/// Asks one address until it answers: by ARP, or, where the operating system holds an older entry and does not ask
/// again, by refusing a datagram (ICMP) or a connection (RST) to a closed port.
pub async fn ask_soon(eyes: Eyes, meter: Arc<Meter>, interface: Interface, ip: Ipv4Addr) {
    let begun = tokio::time::Instant::now();
    for ms in ASK_MS {
        tokio::time::sleep_until(begun + Duration::from_millis(ms)).await;
        if ask(&eyes, &meter, &interface, ip, begun).await {
            return;
        }
    }
}

/// One question; true when the address answered since `begun`, which is then told.
async fn ask(
    eyes: &Eyes,
    meter: &Meter,
    interface: &Interface,
    ip: Ipv4Addr,
    begun: tokio::time::Instant,
) -> bool {
    if !interface.addresses.iter().any(|a| a.contains(ip)) {
        return false;
    }
    let to = std::net::SocketAddr::from((ip, DISCARD));
    let datagram =
        meter.udp_ask(Some(interface), to, &[0], REFUSED_WITHIN, None, PacketKind::Sweep, |_| true);
    let knock = meter.connect(Some(interface), to, REFUSED_WITHIN, PacketKind::TcpConnect);
    let (datagram, knock) = tokio::join!(datagram, knock);
    let answered = matches!(datagram, Ok(_) | Err(Failure::Refused))
        || matches!(knock.outcome, Ok(_) | Err(Failure::Refused | Failure::Reset));
    let Ok(table) = neighbours::table(Some(interface.index)) else { return false };
    let Some(row) = table.neighbours.iter().find(|r| r.ip == ip) else { return false };
    let fresh = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
    let confirmed_ms_ago = if answered { Some(0) } else { row.confirmed_ms_ago.filter(|age| *age <= fresh) };
    if confirmed_ms_ago.is_some() {
        eyes.saw(Source::Neighbour, Fact::Neighbour { mac: row.mac, ip, confirmed_ms_ago }).await;
    }
    confirmed_ms_ago.is_some()
}

/// One round of watching: asks the known addresses again and says which did not answer. An address that refuses
/// nothing is given until the operating system has verified its entry by itself.
pub async fn round(
    eyes: Eyes,
    meter: Arc<Meter>,
    interface: Interface,
    addresses: Vec<Ipv4Addr>,
    patience: Duration,
) {
    let begun = tokio::time::Instant::now();
    let mut silent = Vec::new();
    for ip in addresses.into_iter().filter(|ip| interface.addresses.iter().any(|a| a.contains(*ip))) {
        if !ask(&eyes, &meter, &interface, ip, begun).await {
            silent.push(ip);
        }
    }
    if silent.is_empty() {
        return;
    }
    tokio::time::sleep_until(begun + patience).await;
    for ip in silent {
        if !ask(&eyes, &meter, &interface, ip, begun).await {
            eyes.saw(Source::Neighbour, Fact::Unanswered { ip }).await;
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
