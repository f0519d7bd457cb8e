//! Interfaces on macOS, through the `netdev` crate: getifaddrs, the routing table and SystemConfiguration.

use crate::model::Mac;
use crate::model::host::{HostAddress, HostLease, Interface, LinkKind};
use crate::platform::PlatformError;
use crate::platform::name_servers::parse_resolv_conf;
use crate::platform::reading;
use netdev::interface::types::InterfaceType;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};

#[expect(clippy::unnecessary_wraps, reason = "one signature for all systems")]
pub(super) fn interfaces() -> Result<Vec<Interface>, PlatformError> {
    let servers = reading::text("/etc/resolv.conf".as_ref(), 1 << 20)
        .map(|t| parse_resolv_conf(&t))
        .unwrap_or_default();
    Ok(netdev::get_interfaces().into_iter().map(|found| read(found, &servers)).collect())
}

fn read(found: netdev::Interface, servers: &[IpAddr]) -> Interface {
    let router = found.gateway.as_ref().and_then(|g| g.ipv4.first().copied());
    let addresses: Vec<HostAddress> =
        found.ipv4.iter().map(|net| HostAddress { ip: net.addr(), prefix: net.prefix_len() }).collect();
    Interface {
        index: found.index,
        label: found.friendly_name.clone().unwrap_or_else(|| found.name.clone()),
        kind: kind(&found),
        mac: found.mac_addr.map(|m| Mac(m.octets())).filter(|m| m.is_device()),
        up: found.is_up(),
        carrier: found.is_up().then(|| found.is_running()),
        speed_bps: found.transmit_speed.filter(|s| *s > 0),
        full_duplex: None,
        // the list is about the way out, so it belongs to every interface that has one
        name_servers: if router.is_some() { servers.to_vec() } else { Vec::new() },
        lease: found.dhcp_v4_enabled.filter(|_| !addresses.is_empty()).map(|dhcp| HostLease {
            dhcp: Some(dhcp),
            told_by: "System Settings".to_owned(),
            ..HostLease::default()
        }),
        addresses,
        router,
        metric: 0,
        mtu: found.mtu,
        ipv6_router: None,
        port_authenticated: None,
        name: found.name,
    }
}

fn kind(found: &netdev::Interface) -> LinkKind {
    match found.if_type {
        _ if found.is_loopback() => LinkKind::Loopback,
        InterfaceType::Wireless80211 => LinkKind::Wireless,
        _ if found.is_point_to_point() => LinkKind::Tunnel,
        InterfaceType::Tunnel | InterfaceType::Ppp => LinkKind::Tunnel,
        InterfaceType::Ethernet | InterfaceType::GigabitEthernet => LinkKind::Wired,
        _ => LinkKind::Other,
    }
}

/// This system has no such filter.
pub(super) fn filters_reverse_path(_name: &str) -> bool {
    false
}

/// A connected UDP socket has the source address that the system would use; nothing is sent.
pub(super) fn interface_to(target: Ipv4Addr) -> Option<String> {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).ok()?;
    socket.connect(SocketAddr::from((target, 9))).ok()?;
    let own = socket.local_addr().ok()?.ip();
    let all = interfaces().ok()?;
    all.into_iter().find(|i| i.addresses.iter().any(|a| IpAddr::V4(a.ip) == own)).map(|i| i.name)
}
