//! Leases and name servers on Linux: systemd-networkd, systemd-resolved, NetworkManager, dhclient and dhcpcd each
//! leave a file behind; any may be missing, unreadable, or of another network.

use super::linux::Found;
use crate::model::host::{HostLease, Interface, LinkKind};
use crate::platform::name_servers::{
    LeaseFile, parse_dhclient_leases, parse_dhcp_message, parse_key_value_lease, parse_resolv_conf,
    without_stubs,
};
use crate::platform::reading;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

/// Where resolvers keep the real servers behind their stub.
const BEHIND_STUBS: [&str; 2] =
    ["/run/systemd/resolve/resolv.conf", "/run/NetworkManager/no-stub-resolv.conf"];

/// Adds lease and name servers to each interface.
pub(super) fn add(all: &mut [Found]) {
    let servers = system_name_servers();
    for found in all.iter_mut().filter(|f| f.interface.kind != LinkKind::Loopback) {
        let interface = &mut found.interface;
        if interface.addresses.is_empty() {
            continue;
        }
        let mut name_servers = Vec::new();
        if let Some((lease, file)) = lease(interface) {
            name_servers.clone_from(&lease.name_servers);
            interface.lease = Some(lease.lease(&file.display().to_string()));
        } else if found.expires {
            interface.lease = Some(HostLease {
                dhcp: Some(true),
                told_by: "the address expires".to_owned(),
                ..HostLease::default()
            });
        }
        if name_servers.is_empty() {
            name_servers = own_name_servers(interface);
        }
        // the system's list is about the way out, so it belongs to every interface that has one
        if name_servers.is_empty() && (interface.router.is_some() || serves(interface, &servers)) {
            name_servers.clone_from(&servers);
        }
        interface.name_servers = name_servers;
    }
}

fn serves(interface: &Interface, servers: &[IpAddr]) -> bool {
    servers.iter().any(|s| matches!(s, IpAddr::V4(ip) if interface.addresses.iter().any(|a| a.contains(*ip))))
}

fn system_name_servers() -> Vec<IpAddr> {
    let configured = parse_resolv_conf(&text("/etc/resolv.conf".as_ref()).unwrap_or_default());
    without_stubs(configured, || {
        let files = BEHIND_STUBS.iter().filter_map(|f| text(f.as_ref()));
        files.map(|t| parse_resolv_conf(&t)).find(|s| !s.is_empty()).unwrap_or_default()
    })
}

/// Servers that systemd-resolved was told for this interface alone.
fn own_name_servers(interface: &Interface) -> Vec<IpAddr> {
    let file = format!("/run/systemd/resolve/netif/{}", interface.index);
    let servers = text(file.as_ref()).and_then(|t| {
        let line = t.lines().find_map(|l| l.strip_prefix("SERVERS="))?.to_owned();
        Some(line.split_whitespace().filter_map(|w| w.parse().ok()).collect::<Vec<IpAddr>>())
    });
    // the folder may be that of another network namespace, whose interfaces have the same numbers
    servers.filter(|s| serves(interface, s)).unwrap_or_default()
}

/// The first file that tells of an address which the interface has now.
fn lease(interface: &Interface) -> Option<(LeaseFile, PathBuf)> {
    let mut candidates: Vec<(LeaseFile, PathBuf)> = Vec::new();
    let networkd = PathBuf::from(format!("/run/systemd/netif/leases/{}", interface.index));
    candidates.extend(text(&networkd).map(|t| (parse_key_value_lease(&t), networkd)));
    for file in files("/var/lib/NetworkManager", |n| {
        n.starts_with("internal-") && n.ends_with(&format!("-{}.lease", interface.name))
    }) {
        candidates.extend(text(&file).map(|t| (parse_key_value_lease(&t), file)));
    }
    for folder in ["/var/lib/dhcp", "/var/lib/dhclient", "/var/lib/NetworkManager"] {
        for file in files(folder, |n| n.starts_with("dhclient") && n.contains("lease")) {
            let lease = text(&file).and_then(|t| parse_dhclient_leases(&t, &interface.name));
            candidates.extend(lease.map(|l| (l, file)));
        }
    }
    for folder in ["/var/lib/dhcpcd", "/var/lib/dhcpcd5"] {
        for file in files(folder, |n| {
            n == format!("{}.lease", interface.name) || n == format!("dhcpcd-{}.lease", interface.name)
        }) {
            let lease = reading::read(&file, LARGEST).ok().and_then(|b| parse_dhcp_message(&b));
            candidates.extend(lease.map(|l| (l, file)));
        }
    }
    candidates
        .into_iter()
        .find(|(lease, _)| lease.address.is_some_and(|ip| interface.addresses.iter().any(|a| a.ip == ip)))
}

fn files(folder: &str, wanted: impl Fn(&str) -> bool) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut found: Vec<PathBuf> =
        entries.flatten().filter(|e| e.file_name().to_str().is_some_and(&wanted)).map(|e| e.path()).collect();
    found.sort();
    found
}

/// The longest lease file that is read, bytes.
const LARGEST: u64 = 1 << 20;

/// A text file of reasonable size.
fn text(file: &Path) -> Option<String> {
    reading::read(file, LARGEST).ok().map(|b| String::from_utf8_lossy(&b).into_owned())
}
