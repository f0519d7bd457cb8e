//! The sweep: one byte of UDP to each address, so that the operating system asks for its MAC by ARP.

use super::{GuestError, Meter};
use crate::model::footprint::PacketKind;
use crate::model::host::Interface;
use crate::platform::socket;
use socket2::{Domain, Protocol, Socket, Type};
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

/// Discard (RFC 863): whoever listens there throws it away.
const DISCARD: u16 = 9;
/// Packets between two pauses.
const BURST: usize = 64;
/// Long enough for the answers of a burst to be taken in, short enough for a /24 in 10 ms.
const PAUSE: Duration = Duration::from_millis(2);
/// Linux keeps 1024 neighbours, and an address that does not answer is one of them for 3 s: beyond this many, each
/// burst waits until earlier ones have gone.
const TABLE_NEARLY_FULL: usize = 900;
const PAUSE_WHEN_FULL: Duration = Duration::from_millis(190);
/// Full buffers and tables empty within the 3 s after which Linux gives an address up.
const PATIENCE: Duration = Duration::from_secs(4);
/// A packet that waits for ARP counts against the send buffer; 256 would fit into the default one.
const SEND_BUFFER: usize = 4 << 20;
/// Errors of earlier packets that a socket may report instead of sending.
const MOST_OLD_ERRORS: usize = 32;

impl Meter {
    /// Sends one byte to each target through the interface. Blocks while it paces itself: a /24 takes some 10 ms, a
    /// /22 some 300 ms. The neighbour table tells who answered.
    ///
    /// # Errors
    /// When no socket can be had, when the round has sent enough, or when nothing at all could be sent. One address
    /// that cannot be sent to does not end the sweep.
    pub fn sweep(&self, interface: &Interface, targets: &[Ipv4Addr]) -> Result<(), GuestError> {
        let what = "look at each address of the subnet";
        let problem = |e: &io::Error| GuestError::io(what, e);
        let socket = open(interface).map_err(|e| problem(&e)).inspect_err(|e| self.note(e.clone()))?;
        let deadline = Instant::now() + PATIENCE;
        let (mut sent, mut first_error) = (0, None);
        for &target in targets.iter().filter(|t| !interface.addresses.iter().any(|a| a.ip == **t)) {
            self.count(PacketKind::Sweep, target.into())?;
            match send(&socket, target, deadline) {
                Ok(()) => sent += 1,
                Err(e) => first_error = first_error.or(Some(e)),
            }
            if sent > 0 && sent % BURST == 0 {
                std::thread::sleep(if sent > TABLE_NEARLY_FULL { PAUSE_WHEN_FULL } else { PAUSE });
            }
        }
        match first_error {
            Some(e) if sent == 0 => {
                let e = problem(&e);
                self.note(e.clone());
                Err(e)
            }
            _ => Ok(()),
        }
    }
}

fn open(interface: &Interface) -> io::Result<Socket> {
    let socket = Socket::new(Domain::IPV4, Type::DGRAM, Some(Protocol::UDP))?;
    socket.set_nonblocking(true)?;
    socket::tie(&socket, interface, Ipv4Addr::UNSPECIFIED.into())?;
    // without it Linux drops what its neighbour table cannot take, and says that it was sent
    socket::hear_errors(&socket)?;
    // as much as the system allows: a small buffer only makes the sweep slower
    let _ = socket.set_send_buffer_size(SEND_BUFFER);
    Ok(socket)
}

fn send(socket: &Socket, target: Ipv4Addr, deadline: Instant) -> io::Result<()> {
    let to = SocketAddr::from((target, DISCARD)).into();
    let mut old_errors = 0;
    loop {
        let Err(error) = socket.send_to(&[0], &to) else { return Ok(()) };
        let full = error.kind() == io::ErrorKind::WouldBlock || is_no_buffer(&error);
        let of_an_earlier_packet = matches!(
            error.kind(),
            io::ErrorKind::ConnectionRefused
                | io::ErrorKind::HostUnreachable
                | io::ErrorKind::ConnectionReset
        );
        if full && Instant::now() < deadline {
            std::thread::sleep(PAUSE * 5);
        } else if of_an_earlier_packet && old_errors < MOST_OLD_ERRORS {
            old_errors += 1;
        } else {
            return Err(error);
        }
    }
}

/// ENOBUFS has no [`io::ErrorKind`] of its own.
fn is_no_buffer(error: &io::Error) -> bool {
    #[cfg(unix)]
    let number = libc::ENOBUFS;
    #[cfg(windows)]
    let number = windows_sys::Win32::Networking::WinSock::WSAENOBUFS;
    error.raw_os_error() == Some(number)
}
