//! The neighbour (ARP) table: which MAC answers for which address, read from the operating system without sending.

#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "linux")]
use linux as os;
#[cfg(target_os = "macos")]
mod macos;
#[cfg(target_os = "macos")]
use macos as os;
#[cfg(target_os = "windows")]
mod windows;
#[cfg(target_os = "windows")]
use windows as os;

use super::PlatformError;
use crate::model::Mac;
use std::net::Ipv4Addr;

/// What the system thinks of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NeighbourState {
    /// It answered a short time ago.
    Reachable,
    /// It answered once; nobody asked since.
    Stale,
    /// Set by hand, or not told.
    Other,
}

/// One row that has a MAC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Neighbour {
    pub ip: Ipv4Addr,
    pub mac: Mac,
    pub interface_index: u32,
    pub state: NeighbourState,
    /// Age of the last proof that the address answered; `None` when the system does not tell.
    pub confirmed_ms_ago: Option<u64>,
}

/// The table at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NeighbourTable {
    pub neighbours: Vec<Neighbour>,
    /// Addresses that were asked for and have not answered, or not yet.
    pub unanswered: Vec<Ipv4Addr>,
}

/// Reads the table, of one interface or of all.
///
/// # Errors
/// When the system does not give it. An empty table is no error, and no proof that nobody is there.
pub fn table(interface_index: Option<u32>) -> Result<NeighbourTable, PlatformError> {
    let mut table = os::table(interface_index)?;
    // group, broadcast and empty addresses are the system's own rows
    table.neighbours.retain(|n| n.mac.is_device() && is_host(n.ip));
    table.unanswered.retain(|ip| is_host(*ip));
    Ok(table)
}

fn is_host(ip: Ipv4Addr) -> bool {
    !(ip.is_multicast() || ip.is_broadcast() || ip.is_unspecified() || ip.is_loopback())
}

/// The first six bytes of a link-layer address that has six.
pub(super) fn mac(bytes: &[u8]) -> Option<Mac> {
    <[u8; 6]>::try_from(bytes).ok().map(Mac)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_can_be_read() {
        let all = table(None).unwrap();
        assert!(all.neighbours.iter().all(|n| n.mac.is_device() && n.interface_index != 0));
        // an interface that cannot exist has no neighbours
        assert_eq!(table(Some(u32::MAX)).unwrap(), NeighbourTable::default());
    }

    #[test]
    fn rows_of_the_system_itself_are_no_hosts() {
        for (ip, host) in [([192, 168, 7, 20], true), ([224, 0, 0, 251], false), ([255; 4], false)] {
            assert_eq!(is_host(ip.into()), host);
        }
        assert_eq!(mac(&[1, 2, 3]), None);
    }
}
