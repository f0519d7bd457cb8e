//! Sockets on macOS: IP_BOUND_IF by the interface's index. ICMP errors come without their sender.

use super::Icmp;
use crate::model::host::Interface;
use socket2::Socket;
use std::io;
use std::net::{IpAddr, SocketAddrV4};
use std::num::NonZeroU32;

/// An error number is all that is told.
pub(super) const TELLS_ICMP: bool = false;

pub(super) fn tie(socket: &Socket, interface: &Interface, v4: bool) -> io::Result<()> {
    let index = NonZeroU32::new(interface.index);
    if v4 { socket.bind_device_by_index_v4(index) } else { socket.bind_device_by_index_v6(index) }
}

#[expect(clippy::unnecessary_wraps, reason = "one signature for all systems")]
pub(super) fn hear_errors(_socket: &Socket) -> io::Result<()> {
    Ok(())
}

/// The socket is tied to the interface already.
pub(super) fn send_out_of(socket: &Socket, _index: u32, bytes: &[u8], to: SocketAddrV4) -> io::Result<usize> {
    socket.send_to(bytes, &to.into())
}

pub(super) fn icmp_error(_socket: &Socket) -> Option<Icmp> {
    None
}

/// SO_NWRITE tells what the system still holds, unacknowledged bytes included.
pub(super) fn unacknowledged(socket: &Socket) -> Option<usize> {
    let mut bytes: libc::c_int = 0;
    let mut length = libc::socklen_t::try_from(std::mem::size_of::<libc::c_int>()).ok()?;
    // SAFETY: the descriptor is open while `socket` is borrowed; the option writes one c_int, whose size is given.
    let done = unsafe {
        libc::getsockopt(
            std::os::fd::AsRawFd::as_raw_fd(socket),
            libc::SOL_SOCKET,
            libc::SO_NWRITE,
            (&raw mut bytes).cast(),
            &raw mut length,
        )
    };
    if done == 0 { usize::try_from(bytes).ok() } else { None }
}

/// IP_BOUND_IF only takes routes of that interface: the system answers by itself.
pub(super) fn has_route(_interface: &Interface, _target: IpAddr) -> bool {
    true
}
