//! Interfaces on Windows: GetAdaptersAddresses tells all in one call, and sends nothing.

use crate::model::host::{HostAddress, HostLease, Interface, LinkKind};
use crate::platform::neighbours::mac;
use crate::platform::{PlatformError, registry_windows as registry};
use std::mem::size_of;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::{io, ptr};
use windows_sys::Win32::Foundation::{ERROR_BUFFER_OVERFLOW, NO_ERROR};
use windows_sys::Win32::NetworkManagement::IpHelper::{
    GAA_FLAG_INCLUDE_GATEWAYS, GAA_FLAG_SKIP_ANYCAST, GAA_FLAG_SKIP_MULTICAST, GetAdaptersAddresses,
    GetBestInterface, IF_TYPE_ETHERNET_CSMACD, IF_TYPE_IEEE80211, IF_TYPE_PPP, IF_TYPE_PROP_VIRTUAL,
    IF_TYPE_SOFTWARE_LOOPBACK, IF_TYPE_TUNNEL, IP_ADAPTER_ADDRESSES_LH, IP_ADAPTER_DHCP_ENABLED,
};
use windows_sys::Win32::NetworkManagement::Ndis::{IfOperStatusDown, IfOperStatusUp};
use windows_sys::Win32::Networking::WinSock::{
    AF_INET, AF_INET6, AF_UNSPEC, SOCKADDR_IN, SOCKADDR_IN6, SOCKET_ADDRESS,
};

/// Adapters that are walked; a damaged list must end.
const MOST: usize = 1000;
/// Site-local servers that Windows lists where nobody configured any.
const PLACEHOLDERS: u128 = 0xfec0_0000_0000_ffff_0000_0000_0000_0000;
/// The speed of an adapter that has none.
const NO_SPEED: u64 = u64::MAX;

pub(super) fn interfaces() -> Result<Vec<Interface>, PlatformError> {
    let buffer = adapters().map_err(|e| {
        PlatformError::from_io(
            "list the network adapters",
            &e,
            "Start Solid Green again, or restart Windows.",
        )
    })?;
    let mut all = Vec::new();
    let mut next: *const IP_ADAPTER_ADDRESSES_LH = buffer.as_ptr().cast();
    while !next.is_null() && all.len() < MOST {
        // SAFETY: the system wrote a list of adapters into `buffer`, which lives over this loop; each `Next` points
        // into it or is null. The buffer has the alignment of u64, which is that of the structure.
        let adapter = unsafe { &*next };
        all.push(read(adapter));
        next = adapter.Next;
    }
    Ok(all)
}

/// The list as the system wrote it, in memory of its alignment.
fn adapters() -> io::Result<Vec<u64>> {
    let mut size: u32 = 16 * 1024;
    loop {
        // zeroed: an empty list begins with a null `Next`
        let words = (size as usize).max(size_of::<IP_ADAPTER_ADDRESSES_LH>()).div_ceil(size_of::<u64>());
        let mut buffer = vec![0_u64; words];
        // SAFETY: the buffer has at least `size` bytes; the system writes no more and tells how many it wants.
        let code = unsafe {
            GetAdaptersAddresses(
                u32::from(AF_UNSPEC),
                GAA_FLAG_INCLUDE_GATEWAYS | GAA_FLAG_SKIP_ANYCAST | GAA_FLAG_SKIP_MULTICAST,
                ptr::null(),
                buffer.as_mut_ptr().cast(),
                &raw mut size,
            )
        };
        match code {
            NO_ERROR => return Ok(buffer),
            ERROR_BUFFER_OVERFLOW if buffer.len() < 1 << 20 => {}
            other => return Err(io::Error::from_raw_os_error(other.cast_signed())),
        }
    }
}

fn read(adapter: &IP_ADAPTER_ADDRESSES_LH) -> Interface {
    let mut addresses = Vec::new();
    let mut unicast = adapter.FirstUnicastAddress;
    while !unicast.is_null() && addresses.len() < MOST {
        // SAFETY: a list of the system inside the buffer that `adapter` is in.
        let row = unsafe { &*unicast };
        if let Some(IpAddr::V4(ip)) = address(&row.Address) {
            addresses.push(HostAddress { ip, prefix: row.OnLinkPrefixLength.min(32) });
        }
        unicast = row.Next;
    }
    let mut router = None;
    let mut gateway = adapter.FirstGatewayAddress;
    while !gateway.is_null() && router.is_none() {
        // SAFETY: as above.
        let row = unsafe { &*gateway };
        router = match address(&row.Address) {
            Some(IpAddr::V4(ip)) if !ip.is_unspecified() => Some(ip),
            _ => None,
        };
        gateway = row.Next;
    }
    let mut name_servers = Vec::new();
    let mut server = adapter.FirstDnsServerAddress;
    while !server.is_null() && name_servers.len() < MOST {
        // SAFETY: as above.
        let row = unsafe { &*server };
        name_servers.extend(address(&row.Address).filter(|ip| !is_placeholder(*ip)));
        server = row.Next;
    }
    // SAFETY: both members of each union are plain numbers; the named ones are those that this call fills in.
    let (index, flags) = unsafe { (adapter.Anonymous1.Anonymous.IfIndex, adapter.Anonymous2.Flags) };
    let name = narrow(adapter.AdapterName);
    let label = wide(adapter.FriendlyName);
    let length = (adapter.PhysicalAddressLength as usize).min(adapter.PhysicalAddress.len());
    let up = adapter.OperStatus == IfOperStatusUp;
    Interface {
        index,
        label: if label.is_empty() { name.clone() } else { label },
        kind: kind(adapter.IfType, &wide(adapter.Description)),
        mac: mac(&adapter.PhysicalAddress[..length]).filter(|m| m.is_device()),
        up,
        carrier: (up || adapter.OperStatus == IfOperStatusDown).then_some(up),
        speed_bps: Some(adapter.TransmitLinkSpeed).filter(|s| *s != NO_SPEED && *s != 0),
        full_duplex: None,
        lease: lease(&name, flags & IP_ADAPTER_DHCP_ENABLED != 0, &adapter.Dhcpv4Server, &addresses),
        addresses,
        router,
        metric: adapter.Ipv4Metric,
        name_servers,
        mtu: Some(adapter.Mtu).filter(|m| *m != u32::MAX),
        ipv6_router: None,
        port_authenticated: None,
        name,
    }
}

fn lease(name: &str, dhcp: bool, server: &SOCKET_ADDRESS, addresses: &[HostAddress]) -> Option<HostLease> {
    if addresses.is_empty() {
        return None;
    }
    let server = match address(server) {
        Some(IpAddr::V4(ip)) if !ip.is_broadcast() && !ip.is_unspecified() => Some(ip),
        _ => None,
    };
    let key = format!(r"SYSTEM\CurrentControlSet\Services\Tcpip\Parameters\Interfaces\{name}");
    Some(HostLease {
        dhcp: Some(dhcp),
        server: server.filter(|_| dhcp),
        lease_secs: registry::number(registry::Root::Machine, &key, "Lease").filter(|_| dhcp),
        told_by: "the settings of the adapter".to_owned(),
    })
}

fn kind(if_type: u32, description: &str) -> LinkKind {
    let description = description.to_lowercase();
    // VPN adapters call themselves Ethernet
    let says_vpn = ["vpn", "wireguard", "wintun", "tap-windows", "anyconnect", "tunnel"]
        .iter()
        .any(|w| description.contains(w));
    let says_virtual =
        ["hyper-v", "virtualbox", "vmware", "bluetooth"].iter().any(|w| description.contains(w));
    match if_type {
        IF_TYPE_SOFTWARE_LOOPBACK => LinkKind::Loopback,
        IF_TYPE_IEEE80211 => LinkKind::Wireless,
        IF_TYPE_PPP | IF_TYPE_TUNNEL => LinkKind::Tunnel,
        IF_TYPE_ETHERNET_CSMACD | IF_TYPE_PROP_VIRTUAL if says_vpn => LinkKind::Tunnel,
        IF_TYPE_ETHERNET_CSMACD if says_virtual => LinkKind::Other,
        IF_TYPE_ETHERNET_CSMACD => LinkKind::Wired,
        _ => LinkKind::Other,
    }
}

fn is_placeholder(ip: IpAddr) -> bool {
    matches!(ip, IpAddr::V6(v6) if (1..=3).contains(&(u128::from(v6) ^ PLACEHOLDERS)))
}

fn address(socket: &SOCKET_ADDRESS) -> Option<IpAddr> {
    let length = usize::try_from(socket.iSockaddrLength).ok()?;
    if socket.lpSockaddr.is_null() || length < size_of::<SOCKADDR_IN>() {
        return None;
    }
    // SAFETY: not null, and long enough for the family.
    let family = unsafe { (*socket.lpSockaddr).sa_family };
    match family {
        AF_INET => {
            // SAFETY: the family is IPv4 and the length was checked; read_unaligned asks for no alignment.
            let a: SOCKADDR_IN = unsafe { ptr::read_unaligned(socket.lpSockaddr.cast()) };
            // SAFETY: every bit pattern is an address.
            Some(Ipv4Addr::from(u32::from_be(unsafe { a.sin_addr.S_un.S_addr })).into())
        }
        AF_INET6 if length >= size_of::<SOCKADDR_IN6>() => {
            // SAFETY: as above.
            let a: SOCKADDR_IN6 = unsafe { ptr::read_unaligned(socket.lpSockaddr.cast()) };
            // SAFETY: every bit pattern is an address.
            Some(Ipv6Addr::from(unsafe { a.sin6_addr.u.Byte }).into())
        }
        _ => None,
    }
}

fn narrow(text: *const u8) -> String {
    if text.is_null() {
        return String::new();
    }
    // SAFETY: a string of the system, ended by zero, inside the buffer of the list.
    unsafe { std::ffi::CStr::from_ptr(text.cast()) }.to_string_lossy().into_owned()
}

fn wide(text: *const u16) -> String {
    let mut units = Vec::new();
    if !text.is_null() {
        // SAFETY: a string of the system, ended by zero, inside the buffer of the list; reading stops at its end.
        while let unit @ 1.. = unsafe { *text.add(units.len()) } {
            units.push(unit);
        }
    }
    String::from_utf16_lossy(&units)
}

/// This system has no such filter.
pub(super) fn filters_reverse_path(_name: &str) -> bool {
    false
}

pub(super) fn interface_to(target: Ipv4Addr) -> Option<String> {
    let mut index = 0;
    // SAFETY: the function writes one number.
    let code = unsafe { GetBestInterface(u32::from(target).to_be(), &raw mut index) };
    let all = interfaces().ok().filter(|_| code == NO_ERROR)?;
    all.into_iter().find(|i| i.index == index).map(|i| i.name)
}
