//! Linux: questions to the kernel by netlink. Every answer is a snapshot; nothing is sent on any network.

use super::error::PlatformError;
use netlink_packet_core::{NLM_F_DUMP, NLM_F_REQUEST, NetlinkMessage, NetlinkPayload};
use netlink_packet_route::address::{AddressHeaderFlags, AddressMessage, AddressScope};
use netlink_packet_route::route::{
    RouteAddress, RouteAttribute, RouteMessage, RouteNextHop, RouteProtocol, RouteType,
};
use netlink_packet_route::{AddressFamily, RouteNetlinkMessage};
use netlink_sys::protocols::NETLINK_ROUTE;
use netlink_sys::{Socket, SocketAddr};
use std::io;
use std::net::Ipv4Addr;
use std::time::Duration;

/// The kernel answers while it is asked; waiting longer means that it will not.
const PATIENCE: Duration = Duration::from_millis(500);
const PAUSE: Duration = Duration::from_millis(1);
const HEADER: usize = 16;
/// RT_TABLE_LOCAL: routes to this computer itself.
const TABLE_OF_OWN_ADDRESSES: u32 = 255;

/// One IPv4 route.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Route {
    pub destination: Ipv4Addr,
    pub prefix: u8,
    /// `None` when the kernel names a next-hop object instead.
    pub interface: Option<u32>,
    pub router: Option<Ipv4Addr>,
    pub metric: u32,
    pub table: u32,
}

impl Route {
    pub fn covers(&self, ip: Ipv4Addr) -> bool {
        let host = crate::model::host::HostAddress { ip: self.destination, prefix: self.prefix };
        host.contains(ip)
    }
}

/// Asks for a whole table.
pub(super) fn dump(question: RouteNetlinkMessage) -> Result<Vec<RouteNetlinkMessage>, PlatformError> {
    ask(question, NLM_F_REQUEST | NLM_F_DUMP).map_err(|e| {
        PlatformError::from_io(
            "ask the kernel about the network (netlink)",
            &e,
            "A sandbox or container may forbid it; run Solid Green outside of it.",
        )
    })
}

fn ask(question: RouteNetlinkMessage, flags: u16) -> io::Result<Vec<RouteNetlinkMessage>> {
    let mut socket = Socket::new(NETLINK_ROUTE)?;
    socket.bind_auto()?;
    socket.set_non_blocking(true)?;
    socket.connect(&SocketAddr::new(0, 0))?;
    let mut message = NetlinkMessage::from(question);
    message.header.flags = flags;
    message.header.sequence_number = 1;
    message.finalize();
    let mut bytes = vec![0; message.buffer_len()];
    message.serialize(&mut bytes);
    socket.send(&bytes, 0)?;

    let mut answers = Vec::new();
    let mut waited = Duration::ZERO;
    loop {
        let datagram = match socket.recv_from_full() {
            Ok((datagram, _)) => datagram,
            Err(e) if e.kind() == io::ErrorKind::WouldBlock && waited < PATIENCE => {
                std::thread::sleep(PAUSE);
                waited += PAUSE;
                continue;
            }
            Err(e) => return Err(e),
        };
        if read(&datagram, &mut answers)? || flags & NLM_F_DUMP != NLM_F_DUMP {
            return Ok(answers);
        }
    }
}

/// Reads one datagram; true when the answer is complete.
fn read(mut rest: &[u8], answers: &mut Vec<RouteNetlinkMessage>) -> io::Result<bool> {
    while let Some(length) = rest.first_chunk::<4>().map(|b| u32::from_ne_bytes(*b) as usize) {
        if length < HEADER || length > rest.len() {
            return Ok(false);
        }
        // a message that the decoder does not know is left out, the others count
        if let Ok(message) = NetlinkMessage::<RouteNetlinkMessage>::deserialize(&rest[..length]) {
            match message.payload {
                NetlinkPayload::Done(_) => return Ok(true),
                NetlinkPayload::Error(e) if e.code.is_some() => return Err(e.to_io()),
                NetlinkPayload::InnerMessage(inner) => answers.push(inner),
                _ => {}
            }
        }
        rest = rest.get(length.next_multiple_of(4)..).unwrap_or_default();
    }
    Ok(false)
}

/// All IPv4 routes to other computers, of every table but the one of own addresses.
pub(super) fn routes() -> Result<Vec<Route>, PlatformError> {
    let mut question = RouteMessage::default();
    question.header.address_family = AddressFamily::Inet;
    let mut routes = Vec::new();
    for answer in dump(RouteNetlinkMessage::GetRoute(question))? {
        if let RouteNetlinkMessage::NewRoute(route) = answer
            && route.header.kind == RouteType::Unicast
        {
            read_route(&route, &mut routes);
        }
    }
    Ok(routes)
}

fn read_route(message: &RouteMessage, routes: &mut Vec<Route>) {
    let mut route = Route {
        destination: Ipv4Addr::UNSPECIFIED,
        prefix: message.header.destination_prefix_length,
        interface: None,
        router: None,
        metric: 0,
        table: u32::from(message.header.table),
    };
    let mut hops: &[RouteNextHop] = &[];
    for attribute in &message.attributes {
        match attribute {
            RouteAttribute::Destination(RouteAddress::Inet(ip)) => route.destination = *ip,
            RouteAttribute::Gateway(RouteAddress::Inet(ip)) => route.router = Some(*ip),
            RouteAttribute::Oif(index) => route.interface = Some(*index),
            RouteAttribute::Priority(metric) => route.metric = *metric,
            RouteAttribute::Table(table) => route.table = *table,
            RouteAttribute::MultiPath(many) => hops = many,
            _ => {}
        }
    }
    if route.table == TABLE_OF_OWN_ADDRESSES {
        return;
    }
    if hops.is_empty() {
        routes.push(route);
        return;
    }
    for hop in hops {
        let router = hop.attributes.iter().find_map(|a| match a {
            RouteAttribute::Gateway(RouteAddress::Inet(ip)) => Some(*ip),
            _ => None,
        });
        routes.push(Route { interface: Some(hop.interface_index), router, ..route.clone() });
    }
}

/// Interfaces on which a router announced itself for IPv6 (RFC 4861): the kernel made a route of it by itself.
pub(super) fn announced_ipv6() -> Result<Vec<u32>, PlatformError> {
    let mut question = RouteMessage::default();
    question.header.address_family = AddressFamily::Inet6;
    let mut interfaces = Vec::new();
    for answer in dump(RouteNetlinkMessage::GetRoute(question))? {
        if let RouteNetlinkMessage::NewRoute(route) = answer
            && route.header.protocol == RouteProtocol::Ra
        {
            interfaces.extend(route.attributes.iter().find_map(|a| match a {
                RouteAttribute::Oif(index) => Some(*index),
                _ => None,
            }));
        }
    }
    Ok(interfaces)
}

/// Interfaces with an IPv6 address that the kernel made from such an announcement (RFC 4862): it ends some day, and is
/// no link-local one.
pub(super) fn autoconfigured_ipv6() -> Result<Vec<u32>, PlatformError> {
    let mut question = AddressMessage::default();
    question.header.family = AddressFamily::Inet6;
    let mut interfaces = Vec::new();
    for answer in dump(RouteNetlinkMessage::GetAddress(question))? {
        if let RouteNetlinkMessage::NewAddress(address) = answer
            && address.header.scope == AddressScope::Universe
            && !address.header.flags.contains(AddressHeaderFlags::Permanent)
        {
            interfaces.push(address.header.index);
        }
    }
    Ok(interfaces)
}

/// The interface that the kernel would send a packet to `target` through, by all its rules and tables.
pub(super) fn route_to(target: Ipv4Addr) -> Option<u32> {
    let mut question = RouteMessage::default();
    question.header.address_family = AddressFamily::Inet;
    question.header.destination_prefix_length = 32;
    question.attributes.push(RouteAttribute::Destination(RouteAddress::Inet(target)));
    let answers = ask(RouteNetlinkMessage::GetRoute(question), NLM_F_REQUEST).ok()?;
    answers.into_iter().find_map(|answer| match answer {
        RouteNetlinkMessage::NewRoute(route) if route.header.kind == RouteType::Unicast => {
            route.attributes.iter().find_map(|a| match a {
                RouteAttribute::Oif(index) => Some(*index),
                _ => None,
            })
        }
        _ => None,
    })
}
