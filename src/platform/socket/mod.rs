//! What the systems do differently with sockets: tying one to an interface, and the ICMP error behind a failure.

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

use crate::model::check::Failure;
use crate::model::host::Interface;
use socket2::Socket;
use std::io;
use std::net::{IpAddr, SocketAddr, SocketAddrV4};

/// An ICMP error that ended an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Icmp {
    pub v6: bool,
    pub kind: u8,
    pub code: u8,
    /// Who sent it. This computer itself when its neighbour did not answer ARP.
    pub offender: Option<IpAddr>,
}

/// What a failure is judged by, beside the error itself.
#[derive(Clone, Debug, Default)]
pub(super) struct Circumstances {
    /// Addresses of this computer.
    pub own: Vec<IpAddr>,
    /// The target is on the own subnet.
    pub on_link: bool,
    /// An ICMP port unreachable is the answer of a closed UDP port, but of a filter for TCP.
    pub udp: bool,
}

/// Makes the socket use this interface and no other, whatever the routing table prefers. A target on this computer
/// itself is left alone: it is never reached through an interface.
pub(super) fn tie(socket: &Socket, interface: &Interface, target: IpAddr) -> io::Result<()> {
    let own = interface.addresses.iter().any(|a| IpAddr::V4(a.ip) == target);
    if target.is_loopback() || own { Ok(()) } else { os::tie(socket, interface, target.is_ipv4()) }
}

/// Asks the system to report ICMP errors to this UDP socket, where it would not by itself.
pub(super) fn hear_errors(socket: &Socket) -> io::Result<()> {
    os::hear_errors(socket)
}

/// The ICMP error that waits at the socket, if the system tells. Must be read after `SO_ERROR`, which it clears.
pub(super) fn icmp_error(socket: &Socket) -> Option<Icmp> {
    os::icmp_error(socket)
}

/// Sends one datagram out of an interface. On Linux the socket need not be tied to it, and is better not.
pub(super) fn send_out_of(
    socket: &Socket,
    interface: &Interface,
    bytes: &[u8],
    to: SocketAddrV4,
) -> io::Result<usize> {
    os::send_out_of(socket, interface.index, bytes, to)
}

/// Bytes that were given to the system and not yet acknowledged by the far end; `None` where the system does not tell.
pub(super) fn unacknowledged(socket: &Socket) -> Option<usize> {
    os::unacknowledged(socket)
}

/// False when this interface has no route to the target. A socket that is tied to an interface would otherwise take
/// any address for a neighbour and ask for it by ARP, in vain.
pub(super) fn has_route(interface: &Interface, target: IpAddr) -> bool {
    let local = target.is_loopback() || interface.addresses.iter().any(|a| IpAddr::V4(a.ip) == target);
    local || os::has_route(interface, target)
}

/// True when the target is in a subnet of the interface.
pub(super) fn on_link(interface: &Interface, target: IpAddr) -> bool {
    match target {
        IpAddr::V4(ip) => interface.addresses.iter().any(|a| a.prefix < 32 && a.contains(ip)),
        IpAddr::V6(_) => false,
    }
}

/// Addresses of this computer that an ICMP error may name as its sender.
pub(super) fn own_addresses(interface: Option<&Interface>, local: Option<SocketAddr>) -> Vec<IpAddr> {
    let mut own: Vec<IpAddr> =
        interface.map(|i| i.addresses.iter().map(|a| a.ip.into()).collect()).unwrap_or_default();
    own.extend(local.map(|l| l.ip()).filter(|ip| !ip.is_unspecified()));
    own
}

/// One word for one cause, whatever the system calls it. `None` when the error says something about this computer
/// and nothing about the network.
pub(super) fn failure(error: &io::Error, icmp: Option<Icmp>, around: &Circumstances) -> Option<Failure> {
    if refused_here(icmp, around) {
        return None;
    }
    if let Some(icmp) = icmp {
        return Some(icmp_failure(icmp, around));
    }
    Some(match error.kind() {
        io::ErrorKind::ConnectionRefused => Failure::Refused,
        // Windows reports a closed UDP port as a reset
        io::ErrorKind::ConnectionReset if around.udp => Failure::Refused,
        io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionAborted => Failure::Reset,
        io::ErrorKind::TimedOut => Failure::Silence,
        io::ErrorKind::NetworkUnreachable => Failure::NoRoute,
        io::ErrorKind::HostUnreachable if os::TELLS_ICMP => Failure::NoRoute,
        io::ErrorKind::HostUnreachable if around.on_link => Failure::NeighbourSilent,
        io::ErrorKind::HostUnreachable => Failure::IcmpHostUnreachable,
        _ => return None,
    })
}

/// A filter of this computer said no: the ICMP error comes from an own address, and is neither the one for a neighbour that
/// does not answer ARP (host unreachable, RFC 792; address unreachable, RFC 4443) nor about the size.
pub(super) fn refused_here(icmp: Option<Icmp>, around: &Circumstances) -> bool {
    icmp.is_some_and(|icmp| {
        let own = icmp.offender.is_some_and(|o| around.own.contains(&o));
        own && matches!((icmp.v6, icmp.kind, icmp.code), (false, 3, 0 | 2 | 3 | 5..) | (true, 1, 0..=2 | 4..))
    })
}

fn icmp_failure(icmp: Icmp, around: &Circumstances) -> Failure {
    if icmp.offender.is_some_and(|o| around.own.contains(&o)) {
        return Failure::NeighbourSilent;
    }
    let port_unreachable = if around.udp { Failure::Refused } else { Failure::IcmpPortUnreachable };
    match (icmp.v6, icmp.kind, icmp.code) {
        (false, 3, 9 | 10 | 13) | (true, 1, 1 | 5 | 6) => Failure::IcmpProhibited,
        (false, 3, 0 | 6 | 11) | (true, 1, 0) => Failure::IcmpNetUnreachable,
        (false, 3, 1 | 7 | 12) | (true, 1, 3) => Failure::IcmpHostUnreachable,
        (false, 3, 3) | (true, 1, 4) => port_unreachable,
        _ => Failure::IcmpOther,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;

    const ROUTER: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 168, 7, 1));
    const SELF: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 168, 7, 9));

    fn icmp(kind: u8, code: u8, offender: IpAddr) -> Option<Icmp> {
        Some(Icmp { v6: false, kind, code, offender: Some(offender) })
    }

    #[test]
    fn every_icmp_code_has_its_word() {
        let around = Circumstances { own: vec![SELF], ..Default::default() };
        let any = io::Error::from(io::ErrorKind::HostUnreachable);
        for (code, word) in [
            (0, Failure::IcmpNetUnreachable),
            (1, Failure::IcmpHostUnreachable),
            (2, Failure::IcmpOther),
            (3, Failure::IcmpPortUnreachable),
            (6, Failure::IcmpNetUnreachable),
            (7, Failure::IcmpHostUnreachable),
            (9, Failure::IcmpProhibited),
            (10, Failure::IcmpProhibited),
            (11, Failure::IcmpNetUnreachable),
            (12, Failure::IcmpHostUnreachable),
            (13, Failure::IcmpProhibited),
        ] {
            assert_eq!(failure(&any, icmp(3, code, ROUTER), &around), Some(word), "3/{code}");
            // its own answer is about a neighbour where it is the one for that, else it is of its own filter
            let own = (code == 1).then_some(Failure::NeighbourSilent);
            assert_eq!(failure(&any, icmp(3, code, SELF), &around), own, "3/{code} of its own");
            assert_eq!(refused_here(icmp(3, code, SELF), &around), own.is_none());
            assert!(!refused_here(icmp(3, code, ROUTER), &around));
        }
        assert!(!refused_here(icmp(3, 4, SELF), &around), "a packet that is too big was not refused");
        let udp = Circumstances { udp: true, ..around };
        assert_eq!(failure(&any, icmp(3, 3, ROUTER), &udp), Some(Failure::Refused));
        assert_eq!(failure(&any, icmp(11, 0, ROUTER), &udp), Some(Failure::IcmpOther));
    }

    #[test]
    fn errors_without_icmp_are_told_apart() {
        let around = Circumstances::default();
        for (kind, word) in [
            (io::ErrorKind::ConnectionRefused, Some(Failure::Refused)),
            (io::ErrorKind::ConnectionReset, Some(Failure::Reset)),
            (io::ErrorKind::TimedOut, Some(Failure::Silence)),
            (io::ErrorKind::NetworkUnreachable, Some(Failure::NoRoute)),
            (io::ErrorKind::AddrNotAvailable, None),
            // the own firewall, or no file descriptor left: nothing is known of the network
            (io::ErrorKind::PermissionDenied, None),
            (io::ErrorKind::OutOfMemory, None),
        ] {
            assert_eq!(failure(&io::Error::from(kind), None, &around), word, "{kind:?}");
        }
    }
}
