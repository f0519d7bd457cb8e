//! The simulated segment: its DHCP server, its neighbours, and what a laptop on it would see of them.

use super::faults::Scene;
use super::{LAPTOP_IP, LAPTOP_MAC, ROUTER_IP, ROUTER_MAC};
use crate::lab::gateway::message;
use crate::model::Mac;
use crate::model::host::{HostAddress, HostLease, HostView, Interface, LinkKind};
use dhcproto::v4::{DhcpOption, HType, Message, MessageType, Opcode, OptionCode};
use std::net::{IpAddr, Ipv4Addr};

/// Short enough that a trainee sees a renewal, long enough that nothing hangs on it.
pub const LEASE_SECS: u32 = 600;

/// Neighbours of different makers, as one finds them beside a refrigerator.
pub const CROWD: [(u8, [u8; 6]); 12] = [
    (10, [0x00, 0x11, 0x32, 0x4f, 0x10, 0x21]),
    (11, [0xb8, 0x27, 0xeb, 0x51, 0x0c, 0x77]),
    (12, [0x3c, 0xd9, 0x2b, 0x66, 0x09, 0x1e]),
    (13, [0x00, 0x80, 0x77, 0x2a, 0x45, 0x90]),
    (14, [0xac, 0xcc, 0x8e, 0x13, 0x37, 0x05]),
    (15, [0x00, 0x1b, 0x21, 0x7e, 0x60, 0x3d]),
    (16, [0x00, 0x17, 0x88, 0x20, 0xaf, 0x52]),
    (17, [0x00, 0x0e, 0x58, 0x9a, 0xd1, 0x48]),
    (18, [0x24, 0xa4, 0x3c, 0x05, 0xee, 0x19]),
    (19, [0x00, 0x50, 0x56, 0x88, 0x31, 0xc4]),
    (31, [0xf0, 0x9f, 0xc2, 0x40, 0x7b, 0x66]),
    (40, [0x02, 0x9d, 0x11, 0x5e, 0x80, 0x0a]),
];

/// Address of a neighbour.
#[must_use]
pub fn neighbour_ip(last: u8) -> Ipv4Addr {
    let [a, b, c, _] = ROUTER_IP.octets();
    Ipv4Addr::new(a, b, c, last)
}

/// The answer of the simulated DHCP server, if it gives one.
#[must_use]
pub fn dhcp_answer(scene: Scene, question: &Message) -> Option<Message> {
    let [ip, server] = scene.gateway_net();
    if !scene.dhcp() {
        return None;
    }
    let seen = message::seen(question)?;
    let kind = match message::kind(question)? {
        MessageType::Discover => MessageType::Offer,
        MessageType::Request if seen.requested.or(seen.ciaddr) == Some(ip) => MessageType::Ack,
        MessageType::Request => MessageType::Nak,
        _ => return None,
    };
    let none = Ipv4Addr::UNSPECIFIED;
    let given = if kind == MessageType::Nak { none } else { ip };
    let mut m = Message::new_with_id(question.xid(), none, given, none, none, question.chaddr().get(..6)?);
    m.set_opcode(Opcode::BootReply).set_htype(HType::Eth);
    m.opts_mut().insert(DhcpOption::MessageType(kind));
    m.opts_mut().insert(DhcpOption::ServerIdentifier(server));
    if kind != MessageType::Nak {
        m.opts_mut().insert(DhcpOption::SubnetMask([255, 255, 255, 0].into()));
        m.opts_mut().insert(DhcpOption::Router(vec![server]));
        m.opts_mut().insert(DhcpOption::DomainNameServer(vec![server]));
        m.opts_mut().insert(DhcpOption::AddressLeaseTime(LEASE_SECS));
    }
    debug_assert!(m.opts().get(OptionCode::MessageType).is_some());
    Some(m)
}

/// The simulated laptop.
#[must_use]
pub fn laptop(scene: Scene) -> HostView {
    let linked = scene.laptop_link();
    let wire = Interface {
        index: 2,
        name: "demo0".into(),
        label: "demo0".into(),
        kind: LinkKind::Wired,
        mac: Some(LAPTOP_MAC),
        up: true,
        carrier: Some(linked),
        speed_bps: linked.then_some(1_000_000_000),
        full_duplex: linked.then_some(true),
        addresses: if linked { vec![HostAddress { ip: LAPTOP_IP, prefix: 24 }] } else { Vec::new() },
        router: linked.then_some(ROUTER_IP),
        metric: 100,
        name_servers: if linked { vec![IpAddr::V4(ROUTER_IP)] } else { Vec::new() },
        // where no server answers, this computer still has the lease of before
        lease: linked.then(|| HostLease {
            dhcp: Some(true),
            server: Some(ROUTER_IP),
            lease_secs: Some(LEASE_SECS),
            told_by: "simulated".into(),
        }),
        mtu: Some(1500),
        ipv6_router: None,
        port_authenticated: None,
    };
    let mut interfaces = vec![wire];
    let mut default_by = "demo0";
    if scene.vpn() {
        default_by = "tun0";
        interfaces.push(Interface {
            index: 7,
            name: "tun0".into(),
            label: "tun0".into(),
            kind: LinkKind::Tunnel,
            mac: None,
            up: true,
            carrier: Some(true),
            speed_bps: None,
            full_duplex: None,
            addresses: vec![HostAddress { ip: Ipv4Addr::new(10, 8, 0, 6), prefix: 24 }],
            router: Some(Ipv4Addr::new(10, 8, 0, 1)),
            metric: 50,
            name_servers: Vec::new(),
            lease: None,
            mtu: Some(1420),
            ipv6_router: None,
            port_authenticated: None,
        });
    }
    HostView {
        interfaces,
        chosen: Some("demo0".into()),
        default_route_by: linked.then(|| default_by.to_owned()),
        proxies: Vec::new(),
        could_not_read: Vec::new(),
    }
}

/// The neighbours that answer, the router first.
#[must_use]
pub fn neighbours(scene: Scene, gateway: Option<(Mac, Ipv4Addr)>) -> Vec<(Mac, Ipv4Addr)> {
    if !scene.laptop_link() {
        return Vec::new();
    }
    let subnet = HostAddress { ip: LAPTOP_IP, prefix: 24 };
    let mut rows = vec![(ROUTER_MAC, ROUTER_IP)];
    rows.extend(CROWD.iter().map(|(last, mac)| (Mac(*mac), neighbour_ip(*last))));
    rows.extend(gateway.filter(|(_, ip)| subnet.contains(*ip)));
    rows
}
