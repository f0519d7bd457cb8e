//! A real interface for the virtual gateway (Linux): its cable, its address and route by netlink, its DHCP packets.
//!
//! A packet socket hears answers that are sent to an address which the box does not have yet (BROADCAST flag off); a
//! UDP socket bound to the interface sends. Needs the rights of root in its network namespace.

use super::event::Lease;
use super::gateway::{Outgoing, Stack};
use crate::model::Mac;
use dhcproto::v4::Message;
use dhcproto::{Decodable, Decoder, Encodable};
use netlink_packet_core::{
    NLM_F_ACK, NLM_F_CREATE, NLM_F_REPLACE, NLM_F_REQUEST, NetlinkHeader, NetlinkMessage, NetlinkPayload,
};
use netlink_packet_route::address::{AddressAttribute, AddressMessage};
use netlink_packet_route::link::{LinkAttribute, LinkFlags, LinkMessage};
use netlink_packet_route::route::{
    RouteAddress, RouteAttribute, RouteHeader, RouteMessage, RouteProtocol, RouteScope, RouteType,
};
use netlink_packet_route::{AddressFamily, RouteNetlinkMessage};
use netlink_sys::protocols::NETLINK_ROUTE;
use netlink_sys::{Socket as Netlink, SocketAddr as NetlinkAddr};
use socket2::{Domain, Protocol, Socket, Type};
use std::io::{self, Read};
use std::net::{IpAddr, Ipv4Addr, SocketAddrV4};
use tokio::io::unix::AsyncFd;
use tokio::sync::{mpsc, watch};

const SERVER_PORT: u16 = 67;
const CLIENT_PORT: u16 = 68;
/// Multicast group of link changes (RTNLGRP_LINK).
const LINK_GROUP: u32 = 1;
const ETH_P_IP: u16 = 0x0800;

/// An interface of this network namespace.
#[derive(Clone, Debug)]
pub struct Interface {
    pub name: String,
    pub index: u32,
    pub mac: Mac,
    pub carrier: bool,
}

/// Finds the interface and takes it up.
///
/// # Errors
/// When there is none of this name, or the rights are missing; the text says which.
pub fn open(name: &str) -> Result<Interface, String> {
    let mut wanted = LinkMessage::default();
    wanted.attributes.push(LinkAttribute::IfName(name.to_owned()));
    let found = ask(RouteNetlinkMessage::GetLink(wanted), 0)
        .map_err(|e| format!("there is no interface '{name}' here: {e}"))?
        .and_then(|m| if let RouteNetlinkMessage::NewLink(m) = m { link(&m) } else { None })
        .ok_or_else(|| format!("the interface '{name}' has no MAC address; give an Ethernet interface"))?;
    let mut up = LinkMessage::default();
    up.header.index = found.index;
    up.header.flags = LinkFlags::Up;
    up.header.change_mask = LinkFlags::Up;
    ask(RouteNetlinkMessage::SetLink(up), 0).map_err(|e| refused(&format!("take up '{name}'"), &e))?;
    Ok(found)
}

fn refused(what: &str, e: &io::Error) -> String {
    if e.kind() == io::ErrorKind::PermissionDenied {
        format!(
            "may not {what}: the virtual gateway needs the rights of root (cap_net_admin, cap_net_raw) in its network namespace"
        )
    } else {
        format!("cannot {what}: {e}")
    }
}

fn link(m: &LinkMessage) -> Option<Interface> {
    let mut name = None;
    let mut mac = None;
    let mut carrier = m.header.flags.contains(LinkFlags::LowerUp);
    for attribute in &m.attributes {
        match attribute {
            LinkAttribute::IfName(n) => name = Some(n.clone()),
            LinkAttribute::Address(a) => mac = a.as_slice().try_into().ok().map(Mac),
            LinkAttribute::Carrier(c) => carrier = *c != 0,
            _ => {}
        }
    }
    Some(Interface {
        name: name?,
        index: m.header.index,
        mac: mac?,
        carrier: carrier && m.header.flags.contains(LinkFlags::Up),
    })
}

/// One request to the kernel, which answers at once.
fn ask(request: RouteNetlinkMessage, flags: u16) -> io::Result<Option<RouteNetlinkMessage>> {
    let mut header = NetlinkHeader::default();
    header.flags = NLM_F_REQUEST | NLM_F_ACK | flags;
    let mut message = NetlinkMessage::new(header, NetlinkPayload::from(request));
    message.finalize();
    let mut bytes = vec![0; message.buffer_len()];
    message.serialize(&mut bytes);
    let mut socket = Netlink::new(NETLINK_ROUTE)?;
    socket.bind_auto()?;
    socket.connect(&NetlinkAddr::new(0, 0))?;
    socket.send(&bytes, 0)?;
    let mut answer = None;
    loop {
        for payload in split(&socket.recv_from_full()?.0) {
            match payload {
                NetlinkPayload::Error(e) => {
                    return if e.code.is_none() { Ok(answer) } else { Err(e.to_io()) };
                }
                NetlinkPayload::InnerMessage(m) => answer = Some(m),
                _ => {}
            }
        }
    }
}

/// The messages of one datagram. What cannot be read ends it.
fn split(mut bytes: &[u8]) -> Vec<NetlinkPayload<RouteNetlinkMessage>> {
    let mut out = Vec::new();
    while let Ok(m) = NetlinkMessage::<RouteNetlinkMessage>::deserialize(bytes) {
        // each message begins at a multiple of four
        let length = usize::try_from(m.header.length).unwrap_or(usize::MAX).saturating_add(3) & !3;
        out.push(m.payload);
        match bytes.get(length..) {
            Some(rest) if !rest.is_empty() && length > 0 => bytes = rest,
            _ => break,
        }
    }
    out
}

/// Follows the cable until nobody wants to know any more.
///
/// # Errors
/// When the kernel cannot be asked.
pub async fn follow_link(interface: Interface, to: watch::Sender<bool>) -> io::Result<()> {
    let mut socket = Netlink::new(NETLINK_ROUTE)?;
    socket.bind_auto()?;
    socket.add_membership(LINK_GROUP)?;
    socket.set_non_blocking(true)?;
    // only after joining, so that no change falls between
    let mut now = open(&interface.name).map_err(io::Error::other)?.carrier;
    #[expect(
        deprecated,
        reason = "its replacement is unsafe; this socket owns its descriptor and is not swapped"
    )]
    let socket = AsyncFd::new(socket)?;
    loop {
        to.send_if_modified(|up| std::mem::replace(up, now) != now);
        let mut guard = tokio::select! {
            guard = socket.readable() => guard?,
            () = to.closed() => return Ok(()),
        };
        match guard.try_io(|s| s.get_ref().recv_from_full()) {
            Ok(Ok((bytes, _))) => {
                for payload in split(&bytes) {
                    match payload {
                        NetlinkPayload::InnerMessage(RouteNetlinkMessage::NewLink(m))
                            if m.header.index == interface.index =>
                        {
                            now = link(&m).is_some_and(|l| l.carrier);
                        }
                        NetlinkPayload::InnerMessage(RouteNetlinkMessage::DelLink(m))
                            if m.header.index == interface.index =>
                        {
                            now = false;
                        }
                        _ => {}
                    }
                }
            }
            // changes were lost in a full buffer: look again
            Ok(Err(e)) if e.kind() != io::ErrorKind::WouldBlock => {
                now = open(&interface.name).is_ok_and(|i| i.carrier);
            }
            Ok(Err(_)) | Err(_) => {}
        }
    }
}

/// Sets address and route of one interface.
pub struct KernelStack {
    interface: Interface,
    has: Option<(Ipv4Addr, u8)>,
}

impl KernelStack {
    #[must_use]
    pub fn new(interface: Interface) -> Self {
        KernelStack { interface, has: None }
    }

    fn address(&self, ip: Ipv4Addr, prefix: u8) -> AddressMessage {
        let mut m = AddressMessage::default();
        m.header.family = AddressFamily::Inet;
        m.header.prefix_len = prefix;
        m.header.index = self.interface.index;
        let mask = u32::MAX.checked_shl(32 - u32::from(prefix.min(32))).unwrap_or(0);
        m.attributes = vec![
            AddressAttribute::Local(IpAddr::V4(ip)),
            AddressAttribute::Address(IpAddr::V4(ip)),
            AddressAttribute::Broadcast(Ipv4Addr::from(u32::from(ip) | !mask)),
        ];
        m
    }
}

impl Stack for KernelStack {
    fn configure(&mut self, lease: &Lease) -> Result<(), String> {
        self.unconfigure();
        ask(
            RouteNetlinkMessage::NewAddress(self.address(lease.ip, lease.prefix)),
            NLM_F_CREATE | NLM_F_REPLACE,
        )
        .map_err(|e| refused(&format!("set the address {}", lease.ip), &e))?;
        self.has = Some((lease.ip, lease.prefix));
        let Some(router) = lease.router else { return Ok(()) };
        let mut route = RouteMessage::default();
        route.header.address_family = AddressFamily::Inet;
        route.header.table = RouteHeader::RT_TABLE_MAIN;
        route.header.protocol = RouteProtocol::Dhcp;
        route.header.scope = RouteScope::Universe;
        route.header.kind = RouteType::Unicast;
        route.attributes = vec![
            RouteAttribute::Gateway(RouteAddress::Inet(router)),
            RouteAttribute::Oif(self.interface.index),
        ];
        // a router outside the subnet cannot be set: the box then has an address and no way out, as a real one would
        match ask(RouteNetlinkMessage::NewRoute(route), NLM_F_CREATE | NLM_F_REPLACE) {
            Err(e) if e.kind() == io::ErrorKind::PermissionDenied => {
                Err(refused("set the default route", &e))
            }
            _ => Ok(()),
        }
    }

    fn unconfigure(&mut self) {
        if let Some((ip, prefix)) = self.has.take() {
            // its routes go with it; it may have been taken away by somebody else
            let _ = ask(RouteNetlinkMessage::DelAddress(self.address(ip, prefix)), 0);
        }
    }
}

/// Sends and receives DHCP on the interface until the gateway has ended.
///
/// # Errors
/// When a socket cannot be opened; the text says which right is missing.
pub fn dhcp_sockets(interface: &Interface) -> Result<(Socket, Socket), String> {
    let send = || -> io::Result<Socket> {
        let s = Socket::new(Domain::IPV4, Type::DGRAM, Some(Protocol::UDP))?;
        s.set_reuse_address(true)?;
        s.set_broadcast(true)?;
        s.bind_device(Some(interface.name.as_bytes()))?;
        s.bind(&SocketAddrV4::new(Ipv4Addr::UNSPECIFIED, CLIENT_PORT).into())?;
        s.set_nonblocking(true)?;
        Ok(s)
    };
    let hear = || -> io::Result<Socket> {
        let s = Socket::new(Domain::PACKET, Type::DGRAM, Some(Protocol::from(i32::from(ETH_P_IP.to_be()))))?;
        s.set_nonblocking(true)?;
        Ok(s)
    };
    Ok((
        send().map_err(|e| refused("send DHCP from port 68", &e))?,
        hear().map_err(|e| refused("hear DHCP by a packet socket", &e))?,
    ))
}

/// Carries DHCP messages between the gateway and its sockets.
///
/// # Errors
/// When the packet socket fails.
pub async fn carry_dhcp(
    (send, hear): (Socket, Socket),
    mut out: mpsc::UnboundedReceiver<Outgoing>,
    heard: mpsc::UnboundedSender<Message>,
) -> io::Result<()> {
    #[expect(
        deprecated,
        reason = "its replacement is unsafe; this socket owns its descriptor and is not swapped"
    )]
    let hear = AsyncFd::new(hear)?;
    let mut buffer = vec![0; 4096];
    loop {
        tokio::select! {
            next = out.recv() => {
                let Some(Outgoing { message, to }) = next else { return Ok(()) };
                let Ok(mut bytes) = message.to_vec() else { continue };
                // some servers drop what is shorter than a BOOTP message (RFC 1542)
                bytes.resize(bytes.len().max(300), 0);
                let to = SocketAddrV4::new(to.unwrap_or(Ipv4Addr::BROADCAST), SERVER_PORT);
                // lost on a bad network; the client sends again
                let _ = send.send_to(&bytes, &to.into());
            }
            guard = hear.readable() => {
                let mut guard = guard?;
                match guard.try_io(|s| s.get_ref().read(&mut buffer)) {
                    Ok(Ok(n)) => {
                        if let Some(m) = answer(&buffer[..n]) && heard.send(m).is_err() {
                            return Ok(());
                        }
                    }
                    // the link went down under it
                    Ok(Err(e)) if e.kind() == io::ErrorKind::NetworkDown => {}
                    Ok(Err(e)) if e.kind() != io::ErrorKind::WouldBlock => return Err(e),
                    Ok(Err(_)) | Err(_) => {}
                }
            }
        }
    }
}

/// The DHCP message of an IPv4 packet from port 67 to 68; `None` of anything else.
fn answer(packet: &[u8]) -> Option<Message> {
    let head = usize::from(packet.first()? & 0x0f) * 4;
    let is_v4_udp = packet.first()? >> 4 == 4 && *packet.get(9)? == 17 && head >= 20;
    // a fragment has no ports where we look
    let whole = u16::from_be_bytes([*packet.get(6)?, *packet.get(7)?]) & 0x3fff == 0;
    let udp = packet.get(head..)?;
    let port = |at: usize| Some(u16::from_be_bytes([*udp.get(at)?, *udp.get(at + 1)?]));
    if !(is_v4_udp && whole && port(0)? == SERVER_PORT && port(2)? == CLIENT_PORT) {
        return None;
    }
    let length = usize::from(port(4)?);
    Message::decode(&mut Decoder::new(udp.get(8..length)?)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_packet_is_read_or_refused(mut bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let _ = answer(&bytes);
            // the same behind a good head
            let head = [0x45, 0, 0, 0, 0, 0, 0, 0, 64, 17, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 0, 67, 0, 68];
            for (at, b) in head.iter().enumerate() {
                if let Some(slot) = bytes.get_mut(at) { *slot = *b; }
            }
            let _ = answer(&bytes);
            let _ = split(&bytes);
        }
    }
}
