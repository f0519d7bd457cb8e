//! Sockets on Windows: the source address chooses the interface (strong host model). ICMP errors come without their
//! sender.

use super::Icmp;
use crate::model::host::Interface;
use socket2::Socket;
use std::io;
use std::net::{IpAddr, SocketAddr, SocketAddrV4};

/// An error number is all that is told.
pub(super) const TELLS_ICMP: bool = false;

pub(super) fn tie(socket: &Socket, interface: &Interface, v4: bool) -> io::Result<()> {
    match interface.address() {
        // a port that was chosen before stays: then the socket is bound already
        Some(own) if v4 => match socket.local_addr().ok().and_then(|a| a.as_socket()) {
            Some(bound) if bound.port() != 0 => Ok(()),
            _ => socket.bind(&SocketAddr::from((own.ip, 0)).into()),
        },
        _ => Ok(()),
    }
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

/// Windows has no such number that every version tells.
pub(super) fn unacknowledged(_socket: &Socket) -> Option<usize> {
    None
}

pub(super) fn has_route(_interface: &Interface, _target: IpAddr) -> bool {
    true
}
