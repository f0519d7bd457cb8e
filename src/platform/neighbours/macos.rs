//! Neighbours on macOS: the routes with link-layer information, by sysctl. The table may be empty where the system
//! hides it.

use super::{Neighbour, NeighbourState, NeighbourTable, mac};
use crate::platform::PlatformError;
use std::mem::size_of;
use std::net::Ipv4Addr;
use std::{io, ptr};

/// `sdl_data` begins here in a `sockaddr_dl`.
const LINK_DATA: usize = 8;

/// This system does not tell.
pub(super) fn room() -> Option<super::Room> {
    None
}

pub(super) fn table(interface_index: Option<u32>) -> Result<NeighbourTable, PlatformError> {
    let bytes = dump().map_err(|e| {
        PlatformError::from_io(
            "read the neighbour table",
            &e,
            "Allow Solid Green in System Settings, Privacy & Security, Local Network.",
        )
    })?;
    Ok(parse(&bytes, interface_index))
}

fn dump() -> io::Result<Vec<u8>> {
    let mut mib = [libc::CTL_NET, libc::PF_ROUTE, 0, libc::AF_INET, libc::NET_RT_FLAGS, libc::RTF_LLINFO];
    // the table may grow between the two questions
    for _ in 0..4 {
        let mut needed = 0;
        // SAFETY: with no buffer sysctl only writes the length; `mib` has the length that is given.
        let done = unsafe {
            libc::sysctl(
                mib.as_mut_ptr(),
                mib.len() as u32,
                ptr::null_mut(),
                &raw mut needed,
                ptr::null_mut(),
                0,
            )
        };
        if done != 0 {
            return Err(io::Error::last_os_error());
        }
        let mut buffer = vec![0_u8; needed + needed / 4 + 512];
        let mut length = buffer.len();
        // SAFETY: the buffer has `length` bytes, and sysctl writes no more than that.
        let done = unsafe {
            libc::sysctl(
                mib.as_mut_ptr(),
                mib.len() as u32,
                buffer.as_mut_ptr().cast(),
                &raw mut length,
                ptr::null_mut(),
                0,
            )
        };
        if done == 0 {
            buffer.truncate(length);
            return Ok(buffer);
        }
        let error = io::Error::last_os_error();
        if error.raw_os_error() != Some(libc::ENOMEM) {
            return Err(error);
        }
    }
    Err(io::Error::from(io::ErrorKind::OutOfMemory))
}

/// Each message is a header, then the addresses that its mask names: destination (IPv4), then the MAC as `gateway`.
fn parse(bytes: &[u8], interface_index: Option<u32>) -> NeighbourTable {
    let mut table = NeighbourTable::default();
    let mut rest = bytes;
    while rest.len() >= size_of::<libc::rt_msghdr>() {
        // SAFETY: the length was checked; read_unaligned asks for no alignment.
        let header: libc::rt_msghdr = unsafe { ptr::read_unaligned(rest.as_ptr().cast()) };
        let length = usize::from(header.rtm_msglen);
        if length < size_of::<libc::rt_msghdr>() || length > rest.len() {
            break;
        }
        let index = u32::from(header.rtm_index);
        if interface_index.is_none_or(|wanted| wanted == index) {
            read(&rest[size_of::<libc::rt_msghdr>()..length], index, &mut table);
        }
        rest = &rest[length..];
    }
    table
}

/// `struct sockaddr_in`, then `struct sockaddr_dl`, each filled up to four bytes.
fn read(body: &[u8], index: u32, table: &mut NeighbourTable) {
    let Some(first) = body.first().map(|l| usize::from(*l)) else { return };
    if first < 8 || body.get(1).copied() != Some(libc::AF_INET as u8) {
        return;
    }
    let Some(ip) = body.get(4..8).and_then(|b| b.first_chunk::<4>()).map(|b| Ipv4Addr::from(*b)) else {
        return;
    };
    let Some(link) = body.get(first.next_multiple_of(4)..) else { return };
    if link.get(1).copied() != Some(libc::AF_LINK as u8) {
        return;
    }
    let (name, address) = (link.get(5).copied().unwrap_or(0), link.get(6).copied().unwrap_or(0));
    let from = LINK_DATA + usize::from(name);
    match link.get(from..from + usize::from(address)).and_then(mac) {
        Some(mac) => table.neighbours.push(Neighbour {
            ip,
            mac,
            interface_index: index,
            state: NeighbourState::Other,
            confirmed_ms_ago: None,
        }),
        None => table.unanswered.push(ip),
    }
}
