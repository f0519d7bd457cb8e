//! Multicast DNS (RFC 6762): hears what is announced on the segment of one interface, and asks there. The port is shared
//! with this computer's own responder, from which nothing is taken away.

use super::{GuestError, Meter};
use crate::model::footprint::PacketKind;
use crate::model::host::{HostAddress, Interface};
use crate::platform::error::{PlatformError, Trouble, trouble, why};
#[cfg(target_os = "macos")]
use crate::platform::socket;
use socket2::{Domain, InterfaceIndexOrAddress, Protocol, SockRef, Socket, Type};
use std::io;
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use tokio::net::UdpSocket;

/// Section 3.
const GROUP: Ipv4Addr = Ipv4Addr::new(224, 0, 0, 251);
const PORT: u16 = 5353;
/// Section 11: it goes to the segment only, and older responders expect this number.
const TTL: u32 = 255;
/// Announcements of hundreds of boxes come within a moment.
const RECEIVE_BUFFER: usize = 1 << 20;

/// Hears and asks on one interface.
#[derive(Debug)]
pub struct Mdns {
    meter: Meter,
    socket: UdpSocket,
    /// Answers to this computer alone.
    alone: Option<UdpSocket>,
    /// The subnets of this computer on that interface.
    near: Vec<HostAddress>,
}

impl Meter {
    /// Opens UDP port 5353 on the interface, shared with whoever else holds it. Nothing is sent but the IGMP message of
    /// the system, which joins the group.
    ///
    /// # Errors
    /// When the port is held by a program that does not share it, or the group cannot be joined.
    pub fn mdns(&self, interface: &Interface) -> Result<Mdns, PlatformError> {
        let first = is_free();
        let socket = open(interface).map_err(|e| port_error(&e))?;
        // what is sent to one address reaches one socket only: where another responder holds the port, it is the
        // other's, and the answer must not be asked for in that way (section 15.1)
        let own = interface.address().map(|a| a.ip);
        let alone = own.filter(|_| first).and_then(|ip| directed(ip).ok());
        Ok(Mdns { meter: self.clone(), socket, alone, near: interface.addresses.clone() })
    }
}

impl Mdns {
    /// Whether an answer to this computer alone would reach this program.
    #[must_use]
    pub fn hears_alone(&self) -> bool {
        self.alone.is_some()
    }

    /// Answers to this computer alone are no longer waited for: they are left to who else wants them.
    pub fn leave_alone(&mut self) {
        self.alone = None;
    }

    /// Sends one question to the group. What the system does not take is not counted.
    ///
    /// # Errors
    /// When the round has sent enough, or the system refuses.
    pub fn ask(&self, message: &[u8]) -> Result<(), GuestError> {
        self.meter.count(PacketKind::MdnsQuery, GROUP.into())?;
        // nothing is waited for between counting and sending, so that who is stopped has told what it sent; a new socket
        // is ready to send before the runtime knows
        let sent = SockRef::from(&self.socket).send_to(message, &SocketAddrV4::new(GROUP, PORT).into());
        sent.map(|_| ()).map_err(|e| {
            self.meter.take_back(PacketKind::MdnsQuery, GROUP.into());
            let e = GuestError::io("ask for announcements by mDNS", &e);
            self.meter.note(e.clone());
            e
        })
    }

    /// The next message into `buffer`: its length, and who sent it. What does not come from the port of mDNS (section 6),
    /// and what was sent to this computer alone from elsewhere than its own subnets (section 11), is passed over.
    ///
    /// # Errors
    /// When the socket is lost, for example with its interface.
    pub async fn hear(&self, buffer: &mut [u8]) -> Result<(usize, Ipv4Addr), PlatformError> {
        self.next(buffer).await.map_err(|e| {
            PlatformError::from_io(
                "hear mDNS announcements",
                &e,
                "Check that the cable is in, then try again.",
            )
        })
    }

    async fn next(&self, buffer: &mut [u8]) -> io::Result<(usize, Ipv4Addr)> {
        loop {
            tokio::select! {
                ready = self.socket.readable() => ready?,
                ready = readable_if(self.alone.as_ref()) => ready?,
            }
            let directed = self.alone.as_ref().and_then(|socket| taken(socket.try_recv_from(buffer)));
            let (length, from, directed) = match directed {
                Some(heard) => heard.map(|(length, from)| (length, from, true))?,
                None => match taken(self.socket.try_recv_from(buffer)) {
                    Some(heard) => heard.map(|(length, from)| (length, from, false))?,
                    None => continue,
                },
            };
            let SocketAddr::V4(from) = from else { continue };
            let near = || self.near.iter().any(|a| a.contains(*from.ip()));
            if from.port() == PORT && (!directed || near()) {
                return Ok((length, *from.ip()));
            }
        }
    }
}

/// Never ends without a socket.
async fn readable_if(socket: Option<&UdpSocket>) -> io::Result<()> {
    match socket {
        Some(socket) => socket.readable().await,
        None => std::future::pending().await,
    }
}

/// `None` when there was nothing to take.
fn taken<T>(received: io::Result<T>) -> Option<io::Result<T>> {
    match received {
        Err(e) if e.kind() == io::ErrorKind::WouldBlock => None,
        other => Some(other),
    }
}

/// True when nobody on this computer holds the port (section 15.1).
fn is_free() -> bool {
    let bound = Socket::new(Domain::IPV4, Type::DGRAM, Some(Protocol::UDP))
        .and_then(|s| s.bind(&SocketAddr::from((Ipv4Addr::UNSPECIFIED, PORT)).into()));
    bound.is_ok()
}

fn shared() -> io::Result<Socket> {
    let socket = Socket::new(Domain::IPV4, Type::DGRAM, Some(Protocol::UDP))?;
    socket.set_nonblocking(true)?;
    socket.set_reuse_address(true)?;
    #[cfg(unix)]
    socket.set_reuse_port(true)?;
    Ok(socket)
}

/// The group on this interface. On Unix the socket is bound to the group's address, so that it gets nothing that was sent
/// to another responder of this computer alone; Windows knows no such thing.
fn open(interface: &Interface) -> io::Result<UdpSocket> {
    let socket = shared()?;
    // a small buffer only loses what is announced again
    let _ = socket.set_recv_buffer_size(RECEIVE_BUFFER);
    #[cfg(target_os = "linux")]
    {
        // else it would hear the group on each interface on which somebody joined it
        socket.set_multicast_all_v4(false)?;
        // a kernel before 5.7 wants rights for it; joining on one interface does the rest
        let _ = socket.bind_device(Some(interface.name.as_bytes()));
    }
    #[cfg(target_os = "macos")]
    socket::tie(&socket, interface, GROUP.into())?;
    let at = if cfg!(windows) { Ipv4Addr::UNSPECIFIED } else { GROUP };
    socket.bind(&SocketAddr::from((at, PORT)).into())?;
    socket.join_multicast_v4_n(&GROUP, &InterfaceIndexOrAddress::Index(interface.index))?;
    if let Some(own) = interface.address() {
        socket.set_multicast_if_v4(&own.ip)?;
    }
    socket.set_multicast_ttl_v4(TTL)?;
    UdpSocket::from_std(socket.into())
}

/// What is sent to this address alone.
fn directed(own: Ipv4Addr) -> io::Result<UdpSocket> {
    let socket = shared()?;
    socket.bind(&SocketAddr::from((own, PORT)).into())?;
    UdpSocket::from_std(socket.into())
}

fn port_error(error: &io::Error) -> PlatformError {
    let kind = trouble(error);
    let why = match kind {
        Trouble::Busy => "another program holds UDP port 5353 and does not share it".to_owned(),
        _ => why(error),
    };
    let advice = match kind {
        Trouble::Busy => {
            "What the box announces is not heard; the search goes on by ARP, DHCP and console. Stop that program for the visit to hear it."
        }
        _ => "What the box announces is not heard; the search goes on by ARP, DHCP and console.",
    };
    PlatformError::new(kind, "listen for mDNS announcements on UDP port 5353", &why, advice)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_that_is_not_shared_is_said() {
        let e = port_error(&io::Error::from(io::ErrorKind::AddrInUse));
        assert_eq!(e.trouble, Trouble::Busy);
        assert!(e.why.contains("5353") && e.advice.contains("the search goes on by ARP"), "{e}");
        let e = port_error(&io::Error::from(io::ErrorKind::PermissionDenied));
        assert!(!e.why.contains("another program"), "{e}");
    }
}
