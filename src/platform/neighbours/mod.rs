//! The neighbour (ARP) table: which MAC answers for which address, read from the operating system without sending; and
//! how much room it has.

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
use crate::model::snapshot::Limit;
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
    /// Those of them that are being asked for at this moment; empty where the system does not tell.
    pub asking: Vec<Ipv4Addr>,
}

/// How full the table is, for all interfaces and namespaces of this computer together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Room {
    /// Most entries that it takes.
    pub most: u32,
    pub entries: u32,
    /// How often it had no place for an address since the system began.
    pub refused: u64,
}

impl Room {
    /// Entries that a search may bring it to: some places are left for connections that begin meanwhile.
    #[must_use]
    pub fn usable(&self) -> usize {
        (self.most - self.most / 16) as usize
    }

    /// What is said where the table is too small for a network of so many addresses, of which some could not be asked:
    /// with the setting that would change it.
    #[must_use]
    pub fn too_small(&self, addresses: usize, unasked: usize) -> Limit {
        let wanted = (self.most as usize).max(addresses).saturating_mul(2).next_power_of_two();
        let unasked = if unasked > 0 {
            format!("{unasked} of {addresses} addresses could not be asked")
        } else {
            "it had no place for some address".to_owned()
        };
        Limit {
            what: "Asking every address of this network".into(),
            why: format!(
                "this computer's neighbour table is too small for this network: it takes {} entries, and {unasked}",
                self.most
            ),
            advice: format!(
                "Whoever was not seen is not called missing. To see all, run as administrator: \
                 sysctl -w net.ipv4.neigh.default.gc_thresh3={wanted} net.ipv4.neigh.default.gc_thresh2={} \
                 (on the host, where this is a container), then check again.",
                wanted / 2
            ),
        }
    }
}

/// How much room the table has; `None` where the system does not tell.
#[must_use]
pub fn room() -> Option<Room> {
    os::room()
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
    table.asking.retain(|ip| is_host(*ip));
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
    fn a_table_that_is_too_small_is_told_with_the_setting() {
        let room = Room { most: 1024, entries: 1000, refused: 3 };
        assert_eq!(room.usable(), 960);
        let limit = room.too_small(1021, 61);
        assert!(limit.why.contains("1024 entries") && limit.why.contains("61 of 1021"), "{limit:?}");
        assert!(limit.advice.contains("net.ipv4.neigh.default.gc_thresh3=2048"), "{limit:?}");
        assert!(room.too_small(1021, 0).why.contains("no place"));
        // the setting that is advised always takes the network
        for (most, addresses) in [(128, 1021), (1024, 253), (3000, 1021)] {
            let limit = Room { most, ..room }.too_small(addresses, 1);
            let value = limit.advice.split("gc_thresh3=").nth(1).and_then(|t| t.split(' ').next());
            let value: usize = value.and_then(|v| v.parse().ok()).unwrap();
            assert!(value >= addresses * 2 && value > most as usize, "{limit:?}");
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_room_is_told_and_holds_its_entries() {
        let room = room().unwrap();
        assert!(room.most >= 16 && room.entries <= room.most.saturating_mul(2), "{room:?}");
    }

    #[test]
    fn rows_of_the_system_itself_are_no_hosts() {
        for (ip, host) in [([192, 168, 7, 20], true), ([224, 0, 0, 251], false), ([255; 4], false)] {
            assert_eq!(is_host(ip.into()), host);
        }
        assert_eq!(mac(&[1, 2, 3]), None);
    }
}
