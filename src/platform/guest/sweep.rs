//! The sweep: one byte of UDP to each address, so that the operating system asks for its MAC by ARP. Who is there and
//! listens on no such port says so at once (ICMP port unreachable, RFC 1122 4.1.3.1), which is heard as well.

use super::{GuestError, Meter};
use crate::model::footprint::PacketKind;
use crate::model::host::Interface;
use crate::platform::neighbours;
use crate::platform::socket;
use socket2::{Domain, Protocol, Socket, Type};
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

/// Discard (RFC 863): whoever listens there throws it away.
const DISCARD: u16 = 9;
/// Packets between two pauses.
const BURST: usize = 64;
/// Long enough for the answers of a burst to be taken in, short enough for a /24 in 10 ms.
const PAUSE: Duration = Duration::from_millis(2);
/// A refusal takes a round trip; more than this is no answer of the own segment.
const LISTEN: Duration = Duration::from_millis(150);
/// An address that does not answer takes a place of the neighbour table until Linux gives it up, after three questions a
/// second apart; only then can its place be had again.
const GIVEN_UP: Duration = Duration::from_millis(3_100);
/// Full buffers and tables empty within the 3 s after which Linux gives an address up.
const PATIENCE: Duration = Duration::from_secs(4);
/// A packet that waits for ARP counts against the send buffer; 256 would fit into the default one.
const SEND_BUFFER: usize = 4 << 20;
/// A refusal waits here until it is read.
const RECEIVE_BUFFER: usize = 1 << 20;
/// Errors of earlier packets that a socket may report instead of sending.
const MOST_OLD_ERRORS: usize = 32;

/// How a sweep went.
#[derive(Clone, Debug, Default)]
pub struct Swept {
    /// Who refused the datagram, and when: it is there now. Empty where the system does not tell.
    pub refused: BTreeMap<Ipv4Addr, Instant>,
    /// Addresses that could not be asked, since this computer's neighbour table had no room for them.
    pub unasked: Vec<Ipv4Addr>,
    /// The table was so full that it refused an address; what else this computer sent meanwhile may be lost as well.
    pub overflowed: bool,
    /// It had to wait for room, so that the last answers come late.
    pub waited: bool,
}

/// Why one datagram was not sent.
enum NotSent {
    /// The neighbour table takes no more.
    Full,
    Failed(io::Error),
}

impl Meter {
    /// [`Meter::sweep_within`] with all the time that it may take.
    ///
    /// # Errors
    /// As there.
    pub fn sweep(&self, interface: &Interface, targets: &[Ipv4Addr]) -> Result<Swept, GuestError> {
        self.sweep_within(interface, targets, PATIENCE)
    }

    /// Sends one byte to each target through the interface. Blocks while it paces itself: a /24 takes some 200 ms, of
    /// which 150 are for the last answers, a /22 some 300 ms; where the neighbour table has no room for all of them,
    /// up to `patience`. It never takes the last places of the table, which other connections need.
    ///
    /// # Errors
    /// When no socket can be had, when the round has sent enough, or when nothing at all could be sent. One address
    /// that cannot be sent to does not end the sweep.
    pub fn sweep_within(
        &self,
        interface: &Interface,
        targets: &[Ipv4Addr],
        patience: Duration,
    ) -> Result<Swept, GuestError> {
        let problem = |e: &io::Error| GuestError::io("look at each address of the subnet", e);
        let socket = self
            .may_send()
            .and_then(|()| open(interface))
            .map_err(|e| problem(&e))
            .inspect_err(|e| self.note(e.clone()))?;
        let begun = Instant::now();
        // who has a place in the table needs none
        let table = neighbours::table(Some(interface.index)).unwrap_or_default();
        let placed: BTreeSet<Ipv4Addr> =
            table.neighbours.iter().map(|n| n.ip).chain(table.unanswered).collect();
        let others = targets.iter().copied().filter(|t| !interface.addresses.iter().any(|a| a.ip == *t));
        let (mut queue, new): (Vec<_>, Vec<_>) = others.partition(|t| placed.contains(t));
        let first_new = queue.len();
        queue.extend(new);
        let mut out = Swept::default();
        let (mut next, mut sent, mut first_error) = (0, 0, None);
        while next < queue.len() {
            let burst = &queue[next..queue.len().min(next + BURST)];
            let new = (next + burst.len()).saturating_sub(first_new.max(next));
            let places = if new > 0 { places(interface, out.waited).min(new) } else { 0 };
            let mut full = places < new;
            for &target in burst.iter().take(burst.len() - new + places) {
                self.count(PacketKind::Sweep, target.into())?;
                match send(&socket, target, begun + patience) {
                    Ok(()) => sent += 1,
                    Err(NotSent::Full) => {
                        self.take_back(PacketKind::Sweep, target.into());
                        (full, out.overflowed) = (true, true);
                        break;
                    }
                    Err(NotSent::Failed(e)) => {
                        self.take_back(PacketKind::Sweep, target.into());
                        first_error = first_error.or(Some(e));
                    }
                }
                next += 1;
            }
            hear(&socket, &mut out.refused);
            if full && (out.waited || begun + GIVEN_UP > begun + patience) {
                break;
            }
            if full {
                // those that do not answer make room when they are given up, not before
                out.waited = true;
                listen_until(&socket, begun + GIVEN_UP, &mut out.refused);
            } else {
                std::thread::sleep(PAUSE);
            }
        }
        out.unasked = queue.split_off(next);
        listen_until(&socket, Instant::now() + LISTEN, &mut out.refused);
        match first_error {
            Some(e) if sent == 0 => {
                let e = problem(&e);
                self.note(e.clone());
                Err(e)
            }
            _ => Ok(out),
        }
    }
}

/// How many more addresses the neighbour table takes, with some places kept for others. `given_up`: those that did not
/// answer were given up meanwhile, and the system takes their places when it needs them.
fn places(interface: &Interface, given_up: bool) -> usize {
    let Some(room) = neighbours::room() else { return usize::MAX };
    let gone =
        if given_up { neighbours::table(Some(interface.index)).map_or(0, |t| t.unanswered.len()) } else { 0 };
    room.usable().saturating_sub((room.entries as usize).saturating_sub(gone))
}

fn open(interface: &Interface) -> io::Result<Socket> {
    let socket = Socket::new(Domain::IPV4, Type::DGRAM, Some(Protocol::UDP))?;
    socket.set_nonblocking(true)?;
    socket::tie(&socket, interface, Ipv4Addr::UNSPECIFIED.into())?;
    // without it Linux drops what its neighbour table cannot take, and says that it was sent
    socket::hear_errors(&socket)?;
    // as much as the system allows: a small buffer only makes the sweep slower, or loses a refusal
    let _ = socket.set_send_buffer_size(SEND_BUFFER);
    let _ = socket.set_recv_buffer_size(RECEIVE_BUFFER);
    Ok(socket)
}

fn send(socket: &Socket, target: Ipv4Addr, deadline: Instant) -> Result<(), NotSent> {
    let to = SocketAddr::from((target, DISCARD)).into();
    let mut old_errors = 0;
    loop {
        let Err(error) = socket.send_to(&[0], &to) else { return Ok(()) };
        let of_an_earlier_packet = matches!(
            error.kind(),
            io::ErrorKind::ConnectionRefused
                | io::ErrorKind::HostUnreachable
                | io::ErrorKind::ConnectionReset
        );
        if is_no_buffer(&error) {
            return Err(NotSent::Full);
        } else if error.kind() == io::ErrorKind::WouldBlock && Instant::now() < deadline {
            std::thread::sleep(PAUSE * 5);
        } else if of_an_earlier_packet && old_errors < MOST_OLD_ERRORS {
            old_errors += 1;
        } else {
            return Err(NotSent::Failed(error));
        }
    }
}

fn listen_until(socket: &Socket, until: Instant, refused: &mut BTreeMap<Ipv4Addr, Instant>) {
    loop {
        hear(socket, refused);
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return;
        }
        std::thread::sleep(left.min(PAUSE * 5));
    }
}

/// Takes in who refused a datagram meanwhile: only the box itself can say that of its port, so that a router's word for
/// somebody else does not count.
fn hear(socket: &Socket, refused: &mut BTreeMap<Ipv4Addr, Instant>) {
    while let Some(icmp) = socket::icmp_error(socket) {
        if let (false, 3, 3, Some(IpAddr::V4(ip))) = (icmp.v6, icmp.kind, icmp.code, icmp.offender) {
            refused.insert(ip, Instant::now());
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
