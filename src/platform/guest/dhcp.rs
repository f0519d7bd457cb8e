//! DHCP sockets: hearing boxes that have no address (port 67), and asking what the server hands out (port 68).

use super::{GuestError, Meter};
use crate::model::footprint::PacketKind;
use crate::model::host::Interface;
use crate::platform::error::{PlatformError, Trouble, trouble, why};
use crate::platform::socket;
use socket2::{Domain, Protocol, SockRef, Socket, Type};
use std::io;
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use tokio::net::UdpSocket;

const SERVER_PORT: u16 = 67;
const CLIENT_PORT: u16 = 68;
const LARGEST: usize = 65_535;

/// Hears what DHCP clients broadcast. Sends nothing, ever.
#[derive(Debug)]
pub struct DhcpListener {
    socket: UdpSocket,
}

/// Opens UDP port 67 to listen, shared with whoever else holds it. It is tied to no interface: that would take
/// answers away from this computer's own DHCP client.
///
/// # Errors
/// When the port may not be opened: the text says what it would have given and how to allow it.
pub fn dhcp_listen() -> Result<DhcpListener, PlatformError> {
    let socket = open(SERVER_PORT, Ipv4Addr::UNSPECIFIED, None).map_err(|e| listen_error(&e))?;
    Ok(DhcpListener { socket })
}

impl DhcpListener {
    /// The next datagram and where it came from.
    ///
    /// # Errors
    /// When the socket is lost, for example with its interface.
    pub async fn recv(&self) -> Result<(Vec<u8>, SocketAddr), PlatformError> {
        recv(&self.socket).await.map_err(|e| listen_error(&e))
    }
}

/// Asks a DHCP server and hears its answers. Hold it for 3 s at most: port 68 belongs to this computer's own client.
///
/// A datagram to everybody reaches each socket of the port; one to this computer's address reaches only one, and the
/// answer to the own client's renewal is such a datagram. So where the system can tell them apart (Linux), those are
/// heard only while an answer of that kind is due.
#[derive(Debug)]
pub struct DhcpProbe {
    meter: Meter,
    socket: UdpSocket,
    /// Answers to everybody of this network: RFC 2131 section 4.1 asks for 255.255.255.255, not every server reads it so.
    directed: Option<UdpSocket>,
    unicast: Option<UdpSocket>,
    interface: Interface,
}

impl Meter {
    /// Opens UDP port 68 on the interface, shared with this computer's own DHCP client.
    ///
    /// # Errors
    /// When the port may not be opened.
    pub fn dhcp_probe(&self, interface: &Interface) -> Result<DhcpProbe, PlatformError> {
        let at = if cfg!(target_os = "linux") { Ipv4Addr::BROADCAST } else { Ipv4Addr::UNSPECIFIED };
        let socket = open(CLIENT_PORT, at, Some(interface)).map_err(|e| {
            port_error(
                &e,
                "ask the DHCP server from port 68",
                "see which servers answer here and what they hand out",
            )
        })?;
        let net = interface.address().filter(|a| cfg!(target_os = "linux") && a.prefix < 31);
        let directed = net.and_then(|a| {
            let everybody = Ipv4Addr::from(u32::from(a.ip) | !u32::from(a.mask()));
            open(CLIENT_PORT, everybody, Some(interface)).ok()
        });
        Ok(DhcpProbe { meter: self.clone(), socket, directed, unicast: None, interface: interface.clone() })
    }
}

impl DhcpProbe {
    /// Whether answers to this computer's address are heard too. Where the system cannot tell them apart they always are.
    pub fn hear_unicast(&mut self, hear: bool) {
        if !hear {
            self.unicast = None;
        } else if self.unicast.is_none() && cfg!(target_os = "linux") {
            // what the broadcast socket could have, this one can have; without it an answer is missed, and asked for again
            self.unicast = open(CLIENT_PORT, Ipv4Addr::UNSPECIFIED, Some(&self.interface)).ok();
        }
    }

    /// Sends one message to every DHCP server (the broadcast address), or to the one at `server`.
    ///
    /// # Errors
    /// When the round has sent enough, or the system refuses.
    pub async fn send(&self, message: &[u8], server: Ipv4Addr) -> Result<(), GuestError> {
        self.meter.count(PacketKind::DhcpProbe, server.into())?;
        if let Some(xid) = message.get(4..8).and_then(|b| b.first_chunk::<4>()) {
            // a broadcast comes back to port 67 of this computer: it must not be taken for the box's own
            self.meter.counts().dhcp_xids.insert(u32::from_be_bytes(*xid));
        }
        let to = SocketAddrV4::new(server, SERVER_PORT);
        let send = || socket::send_out_of(&SockRef::from(&self.socket), &self.interface, message, to);
        let sent = match self.meter.may_send() {
            Ok(()) => self.socket.async_io(tokio::io::Interest::WRITABLE, send).await,
            Err(e) => Err(e),
        };
        sent.map(|_| ()).map_err(|e| {
            self.meter.take_back(PacketKind::DhcpProbe, server.into());
            let e = GuestError::io("ask the DHCP server", &e);
            self.meter.note(e.clone());
            e
        })
    }

    /// The next datagram and where it came from.
    ///
    /// # Errors
    /// When the socket is lost.
    pub async fn recv(&self) -> Result<(Vec<u8>, SocketAddr), PlatformError> {
        let heard = tokio::select! {
            heard = recv(&self.socket) => heard,
            heard = recv_if(self.directed.as_ref()) => heard,
            heard = recv_if(self.unicast.as_ref()) => heard,
        };
        heard.map_err(|e| {
            PlatformError::from_io("hear the DHCP server", &e, "Check that the cable is in, then try again.")
        })
    }
}

/// Never ends without a socket.
async fn recv_if(socket: Option<&UdpSocket>) -> io::Result<(Vec<u8>, SocketAddr)> {
    match socket {
        Some(socket) => recv(socket).await,
        None => std::future::pending().await,
    }
}

async fn recv(socket: &UdpSocket) -> io::Result<(Vec<u8>, SocketAddr)> {
    let mut buffer = vec![0; LARGEST];
    let (length, from) = socket.recv_from(&mut buffer).await?;
    buffer.truncate(length);
    Ok((buffer, from))
}

fn open(port: u16, at: Ipv4Addr, interface: Option<&Interface>) -> io::Result<UdpSocket> {
    let socket = Socket::new(Domain::IPV4, Type::DGRAM, Some(Protocol::UDP))?;
    socket.set_nonblocking(true)?;
    socket.set_reuse_address(true)?;
    socket.set_broadcast(true)?;
    // on Windows the source address chooses the interface, and it can be given only once
    let own = interface.filter(|_| cfg!(windows)).and_then(Interface::address);
    let from = own.map_or(at, |a| a.ip);
    socket.bind(&SocketAddr::from((from, port)).into())?;
    // on Linux each datagram says its interface: a tied socket would take answers away from the system's own client
    if let Some(interface) = interface.filter(|_| !cfg!(target_os = "linux")) {
        socket::tie(&socket, interface, Ipv4Addr::BROADCAST.into())?;
    }
    UdpSocket::from_std(socket.into())
}

fn listen_error(error: &io::Error) -> PlatformError {
    port_error(error, "listen on UDP port 67", "hear a box that has no address")
}

fn port_error(error: &io::Error, what: &str, gives: &str) -> PlatformError {
    let kind = trouble(error);
    let advice = match kind {
        Trouble::Permission if cfg!(target_os = "linux") => {
            format!(
                "It would let Solid Green {gives}. To allow it: sudo setcap cap_net_bind_service+ep solidgreen"
            )
        }
        Trouble::Permission if cfg!(windows) => {
            format!("It would let Solid Green {gives}. Allow it when the firewall of Windows asks.")
        }
        Trouble::Permission => {
            format!("It would let Solid Green {gives}. Start it once from an administrator's account.")
        }
        Trouble::Busy => format!(
            "It would let Solid Green {gives}. A DHCP server or internet sharing on this computer holds the port; stop it for the visit."
        ),
        _ => format!("It would let Solid Green {gives}. Everything else goes on."),
    };
    let why = if kind == Trouble::Busy { "another program holds it".to_owned() } else { why(error) };
    PlatformError::new(kind, what, &why, &advice)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refused_port_says_what_it_would_give_and_how_to_allow_it() {
        let e = listen_error(&io::Error::from(io::ErrorKind::PermissionDenied));
        assert_eq!(e.trouble, Trouble::Permission);
        assert!(e.advice.contains("hear a box that has no address"), "{e}");
        if cfg!(target_os = "linux") {
            assert!(e.advice.contains("setcap cap_net_bind_service+ep solidgreen"), "{e}");
        }
        let e = listen_error(&io::Error::from(io::ErrorKind::AddrInUse));
        assert_eq!((e.trouble, e.why.as_str()), (Trouble::Busy, "another program holds it"));
    }
}
