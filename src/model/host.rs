//! What this computer's network looks like: the place from which everything is measured.

use super::mac::Mac;
use serde::{Deserialize, Serialize};
use std::net::{IpAddr, Ipv4Addr};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LinkKind {
    Wired,
    Wireless,
    /// VPN, tunnel, TUN/TAP, point-to-point.
    Tunnel,
    Loopback,
    /// Bridges, containers and what cannot be told.
    Other,
}

/// One IPv4 address of this computer with its prefix length (0..=32).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct HostAddress {
    pub ip: Ipv4Addr,
    pub prefix: u8,
}

impl HostAddress {
    /// The subnet mask.
    #[must_use]
    pub fn mask(self) -> Ipv4Addr {
        Ipv4Addr::from(if self.prefix == 0 { 0 } else { u32::MAX << (32 - u32::from(self.prefix.min(32))) })
    }

    /// True when `ip` is in the same subnet.
    #[must_use]
    pub fn contains(self, ip: Ipv4Addr) -> bool {
        let mask = u32::from(self.mask());
        u32::from(self.ip) & mask == u32::from(ip) & mask
    }

    /// 169.254/16 (RFC 3927): the address of a computer that got none.
    #[must_use]
    pub fn is_link_local(self) -> bool {
        self.ip.is_link_local()
    }

    /// Network and broadcast addresses of the subnet as numbers.
    #[must_use]
    pub fn bounds(self) -> (u32, u32) {
        let mask = u32::from(self.mask());
        let net = u32::from(self.ip) & mask;
        (net, net | !mask)
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Interface {
    /// Index of the operating system.
    pub index: u32,
    pub name: String,
    /// What people call it, where that differs from `name` (Windows, macOS).
    pub label: String,
    pub kind: LinkKind,
    pub mac: Option<Mac>,
    pub up: bool,
    /// Cable in and link there; `None` when the operating system does not tell.
    pub carrier: Option<bool>,
    /// Bits per second.
    pub speed_bps: Option<u64>,
    pub full_duplex: Option<bool>,
    pub addresses: Vec<HostAddress>,
    /// The default router through this interface.
    pub router: Option<Ipv4Addr>,
    /// Metric of that default route; the lowest wins. 0 when not known.
    pub metric: u32,
    pub name_servers: Vec<IpAddr>,
    pub lease: Option<HostLease>,
    pub mtu: Option<u32>,
    /// A router announces itself for IPv6 on this link (RFC 4861); `None` when the system does not tell.
    #[serde(default)]
    pub ipv6_router: Option<bool>,
    /// This computer signed in to the wired port (802.1X); `None` when the system does not tell.
    #[serde(default)]
    pub port_authenticated: Option<bool>,
}

impl Interface {
    /// The first address that can be routed, else the first of 169.254/16.
    #[must_use]
    pub fn address(&self) -> Option<HostAddress> {
        self.addresses.iter().find(|a| !a.is_link_local()).or_else(|| self.addresses.first()).copied()
    }
}

/// What this computer knows of its own lease.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct HostLease {
    pub dhcp: Option<bool>,
    pub server: Option<Ipv4Addr>,
    pub lease_secs: Option<u32>,
    /// Which file or interface told.
    pub told_by: String,
}

/// A proxy that this computer is told to use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proxy {
    /// `https_proxy`, `system`, `pac`, ...
    pub setting: String,
    pub value: String,
}

/// A serial port that may be a console.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SerialPort {
    pub name: String,
    /// USB vendor and product id.
    pub usb: Option<(u16, u16)>,
    pub product: Option<String>,
}

/// The whole view.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct HostView {
    pub interfaces: Vec<Interface>,
    /// Name of the interface that is measured from.
    pub chosen: Option<String>,
    /// Name of the interface that the default route of the operating system uses.
    pub default_route_by: Option<String>,
    pub proxies: Vec<Proxy>,
    /// What could not be read, and why.
    pub could_not_read: Vec<String>,
}

impl HostView {
    #[must_use]
    pub fn interface(&self) -> Option<&Interface> {
        let name = self.chosen.as_deref()?;
        self.interfaces.iter().find(|i| i.name == name)
    }
}
