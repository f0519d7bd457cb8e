//! The network interfaces of this computer, and what it knows of its own lease, routers and name servers. Nothing is
//! sent to find out.

#[cfg(target_os = "linux")]
mod leases_linux;
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

use super::{PlatformError, proxies};
use crate::model::host::{HostView, Interface};
use std::net::Ipv4Addr;

/// Only looked up in the routing table; nothing is sent there.
const SOMEWHERE_PUBLIC: Ipv4Addr = Ipv4Addr::new(9, 9, 9, 9);

/// Everything about this computer's network but the interface to measure from, which is the session's choice. What
/// cannot be read becomes a line.
#[must_use]
pub fn read() -> HostView {
    let (interfaces, could_not_read) = match interfaces() {
        Ok(all) => (all, Vec::new()),
        Err(e) => (Vec::new(), vec![e.to_string()]),
    };
    HostView {
        interfaces,
        chosen: None,
        default_route_by: default_route_interface(),
        proxies: proxies::proxies(),
        could_not_read,
    }
}

/// All interfaces, in the order of the operating system.
///
/// # Errors
/// When the operating system does not give the list.
pub fn interfaces() -> Result<Vec<Interface>, PlatformError> {
    os::interfaces()
}

/// Name of the interface that the operating system would use for a public address, by all its rules: a VPN's pair of
/// half routes wins over the default route, as does a lower metric. `None` when there is no way out.
#[must_use]
pub fn default_route_interface() -> Option<String> {
    os::interface_to(SOMEWHERE_PUBLIC)
}

/// True when this system drops datagrams from networks that the interface has no address in (reverse path filtering,
/// RFC 3704): then a DHCP server's offer cannot be heard without rights. The system's own DHCP client hears it before
/// that filter.
#[must_use]
pub fn hides_strangers(interface: &Interface) -> bool {
    interface.addresses.is_empty() && os::filters_reverse_path(&interface.name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::host::LinkKind;

    #[test]
    fn the_loopback_interface_is_known_for_what_it_is() {
        let all = interfaces().unwrap();
        let lo = all.iter().find(|i| i.kind == LinkKind::Loopback).unwrap();
        assert!(lo.index > 0 && !lo.name.is_empty());
        if lo.up {
            assert_eq!(lo.address().map(|a| a.ip), Some(Ipv4Addr::LOCALHOST));
        }
        assert!(lo.router.is_none() && lo.lease.is_none() && lo.mac.is_none());
        let names: std::collections::BTreeSet<_> = all.iter().map(|i| &i.name).collect();
        assert_eq!(names.len(), all.len(), "each once");
        let view = read();
        assert!(view.could_not_read.is_empty() && view.interfaces.len() == all.len());
    }
}
