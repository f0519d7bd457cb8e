//! Neighbours on Windows: GetIpNetTable2, which reads the table and asks nobody.

use super::{Neighbour, NeighbourState, NeighbourTable, mac};
use crate::platform::PlatformError;
use std::net::Ipv4Addr;
use std::{io, ptr, slice};
use windows_sys::Win32::Foundation::NO_ERROR;
use windows_sys::Win32::NetworkManagement::IpHelper::{
    FreeMibTable, GetIpNetTable2, MIB_IPNET_ROW2, MIB_IPNET_TABLE2,
};
use windows_sys::Win32::Networking::WinSock::{
    AF_INET, NlnsDelay, NlnsIncomplete, NlnsProbe, NlnsReachable, NlnsStale, NlnsUnreachable,
};

/// The table of the system, given back when it goes.
struct Table(*mut MIB_IPNET_TABLE2);

impl Drop for Table {
    fn drop(&mut self) {
        // SAFETY: the pointer came from GetIpNetTable2 and is freed once.
        unsafe { FreeMibTable(self.0.cast()) };
    }
}

/// This system does not tell.
pub(super) fn room() -> Option<super::Room> {
    None
}

pub(super) fn table(interface_index: Option<u32>) -> Result<NeighbourTable, PlatformError> {
    let mut raw = ptr::null_mut();
    // SAFETY: the function writes one pointer.
    let code = unsafe { GetIpNetTable2(AF_INET, &raw mut raw) };
    if code != NO_ERROR || raw.is_null() {
        let error = io::Error::from_raw_os_error(code.cast_signed());
        return Err(PlatformError::from_io("read the neighbour table", &error, "Start Solid Green again."));
    }
    let raw = Table(raw);
    // SAFETY: the table begins with its number of rows, and has as many; it lives as long as `raw`.
    let rows: &[MIB_IPNET_ROW2] =
        unsafe { slice::from_raw_parts((&raw const (*raw.0).Table).cast(), (*raw.0).NumEntries as usize) };
    let mut table = NeighbourTable::default();
    for row in rows.iter().filter(|r| interface_index.is_none_or(|wanted| wanted == r.InterfaceIndex)) {
        read(row, &mut table);
    }
    Ok(table)
}

fn read(row: &MIB_IPNET_ROW2, table: &mut NeighbourTable) {
    // SAFETY: every row is of the family that was asked for, IPv4; the bytes of an address have no invalid value.
    let ip = Ipv4Addr::from(u32::from_be(unsafe { row.Address.Ipv4.sin_addr.S_un.S_addr }));
    #[expect(non_upper_case_globals, reason = "the names of the system")]
    let state = match row.State {
        NlnsUnreachable | NlnsIncomplete => {
            table.unanswered.push(ip);
            table.asking.extend((row.State == NlnsIncomplete).then_some(ip));
            return;
        }
        NlnsReachable => NeighbourState::Reachable,
        NlnsStale | NlnsDelay | NlnsProbe => NeighbourState::Stale,
        _ => NeighbourState::Other,
    };
    let length = (row.PhysicalAddressLength as usize).min(row.PhysicalAddress.len());
    let Some(mac) = mac(&row.PhysicalAddress[..length]) else { return };
    // SAFETY: both members of the union are a number of milliseconds.
    let age = u64::from(unsafe { row.ReachabilityTime.LastReachable });
    table.neighbours.push(Neighbour {
        ip,
        mac,
        interface_index: row.InterfaceIndex,
        state,
        confirmed_ms_ago: (state != NeighbourState::Other).then_some(age),
    });
}
