//! Interfaces on Linux: netlink for what is, sysfs for what netlink does not tell. Either may be missing.

use super::leases_linux;
use crate::model::Mac;
use crate::model::host::{HostAddress, Interface, LinkKind};
use crate::platform::netlink::{self, Route};
use crate::platform::reading;
use crate::platform::{PlatformError, neighbours::mac};
use netlink_packet_route::address::{AddressAttribute, AddressHeaderFlags, AddressMessage};
use netlink_packet_route::link::{InfoKind, LinkAttribute, LinkFlags, LinkInfo, LinkLayerType, LinkMessage};
use netlink_packet_route::{AddressFamily, RouteNetlinkMessage};
use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};

/// The longest answer of `/proc` and `/sys` that is read, bytes.
const SHORT: u64 = 1 << 16;

/// An interface with what decides about its lease.
pub(super) struct Found {
    pub interface: Interface,
    /// An address of it expires: somebody leased it.
    pub expires: bool,
}

pub(super) fn interfaces() -> Result<Vec<Interface>, PlatformError> {
    let links = netlink::dump(RouteNetlinkMessage::GetLink(LinkMessage::default()))?;
    let mut all: Vec<Found> = links
        .iter()
        .filter_map(|answer| match answer {
            RouteNetlinkMessage::NewLink(link) => Some(Found { interface: read_link(link)?, expires: false }),
            _ => None,
        })
        .collect();
    // without these the list is poorer, but it is still the list
    let mut question = AddressMessage::default();
    question.header.family = AddressFamily::Inet;
    for answer in netlink::dump(RouteNetlinkMessage::GetAddress(question)).unwrap_or_default() {
        if let RouteNetlinkMessage::NewAddress(address) = answer {
            read_address(&address, &mut all);
        }
    }
    let routes = netlink::routes().unwrap_or_default();
    for found in &mut all {
        (found.interface.router, found.interface.metric) = router(&routes, found.interface.index);
    }
    let announced = netlink::announced_ipv6().ok();
    let autoconfigured = netlink::autoconfigured_ipv6().unwrap_or_default();
    for found in &mut all {
        let index = found.interface.index;
        found.interface.ipv6_router =
            announced.as_ref().map(|a| a.contains(&index) || autoconfigured.contains(&index));
    }
    leases_linux::add(&mut all);
    Ok(all.into_iter().map(|f| f.interface).collect())
}

/// `wpa_supplicant` on a wired interface does one thing: it signs in to the switch port (IEEE 802.1X). That it runs there
/// is seen by its control socket; a desktop that drives it over D-Bus shows none, so its absence says nothing.
fn supplicant(name: &str, kind: LinkKind) -> Option<bool> {
    let socket = Path::new("/run/wpa_supplicant").join(name);
    (kind == LinkKind::Wired && socket.exists()).then_some(true)
}

/// Either setting counts; with no address at all, the loose mode drops as much as the strict one.
pub(super) fn filters_reverse_path(name: &str) -> bool {
    ["all", name].into_iter().any(|of| {
        let setting = reading::text(format!("/proc/sys/net/ipv4/conf/{of}/rp_filter").as_ref(), SHORT);
        setting.is_ok_and(|s| s.trim() != "0")
    })
}

pub(super) fn interface_to(target: Ipv4Addr) -> Option<String> {
    let index = netlink::route_to(target)?;
    let links = netlink::dump(RouteNetlinkMessage::GetLink(LinkMessage::default())).ok()?;
    links.iter().find_map(|answer| match answer {
        RouteNetlinkMessage::NewLink(link) if link.header.index == index => name(link),
        _ => None,
    })
}

fn name(link: &LinkMessage) -> Option<String> {
    link.attributes.iter().find_map(|a| match a {
        LinkAttribute::IfName(name) => Some(name.clone()),
        _ => None,
    })
}

fn read_link(link: &LinkMessage) -> Option<Interface> {
    let name = name(link)?;
    let (mut address, mut mtu, mut carrier, mut made_as) = (None, None, None, None);
    for attribute in &link.attributes {
        match attribute {
            LinkAttribute::Address(bytes) => address = mac(bytes),
            LinkAttribute::Mtu(bytes) => mtu = Some(*bytes),
            LinkAttribute::Carrier(c) => carrier = Some(*c != 0),
            LinkAttribute::LinkInfo(infos) => {
                made_as = infos.iter().find_map(|i| match i {
                    LinkInfo::Kind(kind) => Some(kind.clone()),
                    _ => None,
                });
            }
            _ => {}
        }
    }
    let sys = sysfs(&name, link.header.index);
    let up = link.header.flags.contains(LinkFlags::Up);
    let kind = kind(&name, link.header.link_layer_type, made_as.as_ref(), &sys);
    let number = |file: &str| read(&sys, file)?.parse::<i64>().ok().filter(|n| *n > 0);
    Some(Interface {
        index: link.header.index,
        label: name.clone(),
        kind,
        mac: address.filter(|m: &Mac| m.is_device()),
        up,
        // a link that is down cannot tell whether a cable is in
        carrier: carrier.filter(|_| up),
        speed_bps: number("speed").and_then(|mbit| u64::try_from(mbit).ok()).map(|mbit| mbit * 1_000_000),
        full_duplex: match read(&sys, "duplex").as_deref() {
            Some("full") => Some(true),
            Some("half") => Some(false),
            _ => None,
        },
        addresses: Vec::new(),
        router: None,
        metric: 0,
        name_servers: Vec::new(),
        lease: None,
        mtu,
        ipv6_router: None,
        port_authenticated: supplicant(&name, kind),
        name,
    })
}

/// Names that VPN programs give their interfaces. A TAP device is Ethernet like a cable, and only its name tells which
/// it is: a virtual machine's cable is called eth0 or ens3, never so.
fn named_like_a_tunnel(name: &str) -> bool {
    const PREFIXES: [&str; 10] =
        ["tun", "tap", "utun", "wg", "ppp", "ipsec", "vpn", "tailscale", "nordlynx", "zt"];
    PREFIXES.iter().any(|p| {
        name.strip_prefix(p).is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_alphabetic()))
    })
}

fn kind(name: &str, layer: LinkLayerType, made_as: Option<&InfoKind>, sys: &Option<PathBuf>) -> LinkKind {
    use InfoKind as K;
    if layer == LinkLayerType::Loopback {
        return LinkKind::Loopback;
    }
    if named_like_a_tunnel(name) {
        return LinkKind::Tunnel;
    }
    let is_tap = layer == LinkLayerType::Ether && matches!(made_as, Some(K::Tun) | None);
    match made_as {
        Some(K::Tun) if is_tap => {}
        Some(
            K::Tun
            | K::Wireguard
            | K::IpIp
            | K::Ip6Tnl
            | K::SitTun
            | K::GreTun
            | K::GreTun6
            | K::GreTap
            | K::GreTap6
            | K::Vti
            | K::Vti6
            | K::Xfrm
            | K::Gtp,
        ) => return LinkKind::Tunnel,
        Some(
            K::Bridge | K::Dummy | K::Ifb | K::Nlmon | K::Vrf | K::Vxlan | K::Geneve | K::Wwan | K::RmNet,
        ) => {
            return LinkKind::Other;
        }
        Some(K::Other(word)) if word == "ppp" || word == "ovpn" => return LinkKind::Tunnel,
        Some(K::VirtWifi) => return LinkKind::Wireless,
        _ => {}
    }
    let has = |file: &str| sys.as_ref().is_some_and(|s| s.join(file).exists());
    let device = read(sys, "uevent").unwrap_or_default();
    if has("wireless") || has("phy80211") || device.contains("DEVTYPE=wlan") {
        LinkKind::Wireless
    } else if device.contains("DEVTYPE=wwan") {
        LinkKind::Other
    } else if has("tun_flags") && !is_tap {
        LinkKind::Tunnel
    } else {
        match layer {
            LinkLayerType::Ether => LinkKind::Wired,
            LinkLayerType::Ppp
            | LinkLayerType::None
            | LinkLayerType::Tunnel
            | LinkLayerType::Tunnel6
            | LinkLayerType::Ipgre
            | LinkLayerType::Sit => LinkKind::Tunnel,
            _ => LinkKind::Other,
        }
    }
}

/// The folder of the interface, when it is there and is about the same interface: in another network namespace
/// `/sys` may still show that of the first.
fn sysfs(name: &str, index: u32) -> Option<PathBuf> {
    // a name from the kernel has no slash, but this one goes into a path
    let folder = Path::new("/sys/class/net").join(Path::new(name).file_name()?);
    let shown = reading::text(&folder.join("ifindex"), SHORT).ok()?;
    (shown.trim().parse() == Ok(index)).then_some(folder)
}

fn read(folder: &Option<PathBuf>, file: &str) -> Option<String> {
    let text = reading::text(&folder.as_ref()?.join(file), SHORT).ok()?;
    Some(text.trim().to_owned())
}

fn read_address(message: &AddressMessage, all: &mut [Found]) {
    let Some(found) = all.iter_mut().find(|f| f.interface.index == message.header.index) else { return };
    let (mut local, mut far) = (None, None);
    for attribute in &message.attributes {
        match attribute {
            // on a point-to-point link `Address` is the other end's
            AddressAttribute::Local(IpAddr::V4(ip)) => local = Some(*ip),
            AddressAttribute::Address(IpAddr::V4(ip)) => far = Some(*ip),
            _ => {}
        }
    }
    if let Some(ip) = local.or(far) {
        found.interface.addresses.push(HostAddress { ip, prefix: message.header.prefix_len.min(32) });
        found.expires |= !message.header.flags.contains(AddressHeaderFlags::Permanent);
    }
}

/// The default router through an interface and its metric: of the default route, else of a VPN's half routes.
fn router(routes: &[Route], index: u32) -> (Option<Ipv4Addr>, u32) {
    routes
        .iter()
        .filter(|r| r.prefix <= 1 && r.interface == Some(index))
        .min_by_key(|r| (r.prefix, r.router.is_none(), r.metric))
        .map_or((None, 0), |r| (r.router, r.metric))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn route(prefix: u8, interface: u32, router: [u8; 4], metric: u32) -> Route {
        Route {
            destination: Ipv4Addr::UNSPECIFIED,
            prefix,
            interface: Some(interface),
            router: Some(router.into()),
            metric,
            table: 254,
        }
    }

    #[test]
    fn each_interface_has_the_router_of_its_best_route() {
        let routes = [
            route(0, 2, [192, 168, 7, 1], 100),
            route(0, 2, [192, 168, 7, 2], 50),
            route(1, 3, [10, 8, 0, 1], 0),
            route(24, 4, [10, 0, 0, 1], 0),
        ];
        assert_eq!(router(&routes, 2), (Some(Ipv4Addr::new(192, 168, 7, 2)), 50));
        assert_eq!(router(&routes, 3), (Some(Ipv4Addr::new(10, 8, 0, 1)), 0));
        assert_eq!(router(&routes, 4), (None, 0));
    }

    #[test]
    fn kinds_of_links() {
        assert_eq!(kind("tap0", LinkLayerType::Ether, Some(&InfoKind::Tun), &None), LinkKind::Tunnel);
        assert_eq!(kind("eth0", LinkLayerType::Ether, Some(&InfoKind::Tun), &None), LinkKind::Wired);
        assert_eq!(kind("wgs4", LinkLayerType::Ether, None, &None), LinkKind::Wired);
        for (layer, made_as, want) in [
            (LinkLayerType::Ether, None, LinkKind::Wired),
            (LinkLayerType::Ether, Some(InfoKind::Veth), LinkKind::Wired),
            (LinkLayerType::Ether, Some(InfoKind::Bridge), LinkKind::Other),
            (LinkLayerType::None, Some(InfoKind::Wireguard), LinkKind::Tunnel),
            (LinkLayerType::None, Some(InfoKind::Tun), LinkKind::Tunnel),
            (LinkLayerType::Ppp, None, LinkKind::Tunnel),
            (LinkLayerType::Loopback, None, LinkKind::Loopback),
            (LinkLayerType::Netrom, None, LinkKind::Other),
        ] {
            assert_eq!(kind("x0", layer, made_as.as_ref(), &None), want, "{layer:?} {made_as:?}");
        }
    }
}
