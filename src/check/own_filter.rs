//! Does a filter of this computer shut the ports? What is refused or swallowed at an address where nobody is never left.

use super::limits;
use super::reach::{Knock, Reach};
use crate::model::check::Failure;
use crate::model::host::HostAddress;
use crate::platform::neighbours;
use crate::platform::supervise::{Crew, aside};
use std::collections::{BTreeMap, BTreeSet};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

/// What a filter of this computer does with its own connections: for each port how they end ([`Failure::Refused`] or
/// [`Failure::Silence`]), and the address that shows it.
pub type OwnFilter = BTreeMap<u16, (Failure, Ipv4Addr)>;

/// So many addresses of a subnet are looked at for a free one.
const MOST_LOOKED_AT: u64 = 4096;

/// Which of these TCP ports a filter of this computer shuts. Each is tried at an address of the own segment that nobody
/// has. A filter of the site cannot refuse there: without an answer to ARP no packet leaves; and where not even ARP was
/// asked, though it was for a datagram at the same time, the attempt was swallowed before. Empty: none, or it cannot be told.
pub async fn own_filter(reach: &Reach, ports: BTreeSet<u16>, random: u64) -> OwnFilter {
    looked(reach, ports, random).await.unwrap_or_default()
}

async fn looked(reach: &Reach, ports: BTreeSet<u16>, random: u64) -> Option<OwnFilter> {
    let interface = reach.interface.as_ref().filter(|_| reach.simulated.is_none() && !ports.is_empty())?;
    let table = || neighbours::table(Some(interface.index)).ok();
    let before = table()?;
    let mut taken: BTreeSet<Ipv4Addr> = before.neighbours.iter().map(|n| n.ip).collect();
    taken.extend(interface.addresses.iter().map(|a| a.ip).chain(interface.router));
    let net = interface.address()?;
    let mut free = || {
        // one that a search asks for at this moment shows a refusal just as well
        let quiet = free_address(net, |ip| taken.contains(&ip) || before.asking.contains(&ip), random);
        let ip = quiet.or_else(|| free_address(net, |ip| taken.contains(&ip), random))?;
        taken.insert(ip);
        Some(ip)
    };
    let compared = free()?;
    let mut tasks = Crew::default();
    for port in ports {
        let Some(nobody) = free() else { break };
        let reach = reach.clone();
        tasks.spawn(async move {
            (port, nobody, reach.knock(SocketAddr::from((nobody, port)), limits::OWN_FILTER).await)
        });
    }
    let (meter, over) = (Arc::clone(&reach.meter), interface.clone());
    let compare = aside(move || meter.sweep_within(&over, &[compared], limits::OWN_FILTER));
    let (knocks, sent) = tokio::join!(tasks.all(), compare);
    let after = table()?;
    let is_asked = |ip: &Ipv4Addr| after.asking.contains(ip);
    // a link without ARP (a tunnel, PPP) leads to the far end whoever is meant
    if after.neighbours.is_empty() {
        return None;
    }
    // whoever has come meanwhile, or answers ARP for others, may have done it
    let is_there = |ip: &Ipv4Addr| after.neighbours.iter().any(|n| n.ip == *ip);
    let was_quiet = |ip: &Ipv4Addr| !before.asking.contains(ip);
    let compared_is_asked = sent.is_ok() && was_quiet(&compared) && is_asked(&compared);
    let by_us = |knock: &Knock, nobody: &Ipv4Addr| {
        let how = knock.outcome.err().filter(|_| knock.offender.is_none() && knock.not_sent.is_none())?;
        match how {
            _ if is_there(nobody) => None,
            Failure::Refused => Some(how),
            Failure::Silence => (compared_is_asked && was_quiet(nobody) && !is_asked(nobody)).then_some(how),
            _ => None,
        }
    };
    Some(knocks.iter().filter_map(|(port, nobody, k)| Some((*port, (by_us(k, nobody)?, *nobody)))).collect())
}

/// An address of the subnet that is not taken.
fn free_address(net: HostAddress, is_taken: impl Fn(Ipv4Addr) -> bool, random: u64) -> Option<Ipv4Addr> {
    let first = u32::from(net.ip) & u32::from(net.mask());
    let hosts = u64::from(!u32::from(net.mask())).saturating_sub(1);
    (0..hosts.min(MOST_LOOKED_AT))
        .filter_map(|n| u32::try_from(1 + (random % hosts + n) % hosts).ok())
        .map(|host| Ipv4Addr::from(first | host))
        .find(|ip| !is_taken(*ip))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_nobody_has_is_of_the_subnet_and_free() {
        let net = |prefix| HostAddress { ip: [10, 1, 2, 5].into(), prefix };
        let few = |ip: Ipv4Addr| [1, 2, 3, 5].contains(&ip.octets()[3]);
        for random in [0, 1, 4, 5, 6, 77, u64::MAX] {
            let free = free_address(net(29), few, random).unwrap();
            assert!([[10, 1, 2, 4], [10, 1, 2, 6]].map(Ipv4Addr::from).contains(&free), "{free}");
            assert!(net(8).contains(free_address(net(8), few, random).unwrap()));
        }
        assert_eq!(free_address(net(29), |_| true, 3), None);
        for prefix in [31, 32] {
            assert_eq!(free_address(net(prefix), few, 3), None);
        }
    }
}
