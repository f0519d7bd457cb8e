//! Name servers and lease facts from the files that DHCP clients and resolvers leave behind. Reading is pure; which
//! files there are is the system's matter.

use crate::model::host::HostLease;
use crate::wire;
use std::net::{IpAddr, Ipv4Addr};

/// Addresses of one list that are kept.
const MOST: usize = 16;

/// The servers of a `resolv.conf`, each once. An entry with a zone (`fe80::1%eth0`) loses it.
#[must_use]
pub fn parse_resolv_conf(text: &str) -> Vec<IpAddr> {
    let mut servers = Vec::new();
    for line in text.lines() {
        let mut words = line.split_ascii_whitespace();
        if words.next() == Some("nameserver")
            && let Some(word) = words.next()
            && let Ok(ip) = word.split('%').next().unwrap_or(word).parse::<IpAddr>()
            && !servers.contains(&ip)
            && servers.len() < MOST
        {
            servers.push(ip);
        }
    }
    servers
}

/// A local forwarder that hides the real servers: systemd-resolved at 127.0.0.53 and .54.
#[must_use]
pub fn is_stub(ip: IpAddr) -> bool {
    matches!(ip, IpAddr::V4(v4) if matches!(v4.octets(), [127, 0, 0, 53 | 54]))
}

/// The servers in force: those configured, unless they are only stubs and `behind` knows what stands behind them. A
/// resolver of its own at a loopback address stays.
#[must_use]
pub fn without_stubs(configured: Vec<IpAddr>, behind: impl FnOnce() -> Vec<IpAddr>) -> Vec<IpAddr> {
    if configured.iter().all(|ip| is_stub(*ip)) {
        let real: Vec<IpAddr> = behind().into_iter().filter(|ip| !is_stub(*ip)).collect();
        if !real.is_empty() {
            return real;
        }
    }
    let real: Vec<IpAddr> = configured.iter().copied().filter(|ip| !is_stub(*ip)).collect();
    if real.is_empty() { configured } else { real }
}

/// What a lease file tells.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LeaseFile {
    /// The address that the lease gave: a file left behind by another network does not count.
    pub address: Option<Ipv4Addr>,
    pub name_servers: Vec<IpAddr>,
    pub server: Option<Ipv4Addr>,
    pub lease_secs: Option<u32>,
}

impl LeaseFile {
    /// As facts of an interface.
    #[must_use]
    pub fn lease(&self, told_by: &str) -> HostLease {
        HostLease {
            dhcp: Some(true),
            server: self.server,
            lease_secs: self.lease_secs,
            told_by: told_by.to_owned(),
        }
    }
}

/// `KEY=value` lines: systemd-networkd's and NetworkManager's own client.
#[must_use]
pub fn parse_key_value_lease(text: &str) -> LeaseFile {
    let mut lease = LeaseFile::default();
    for (key, value) in text.lines().filter_map(|l| l.split_once('=')) {
        let value = value.trim();
        match key.trim() {
            "ADDRESS" => lease.address = value.parse().ok(),
            "SERVER_ADDRESS" => lease.server = value.parse().ok(),
            "LIFETIME" => lease.lease_secs = value.parse().ok(),
            "DNS" => lease.name_servers = addresses(value),
            _ => {}
        }
    }
    lease
}

/// The last lease of `interface` in dhclient's file, which keeps all that it ever had.
#[must_use]
pub fn parse_dhclient_leases(text: &str, interface: &str) -> Option<LeaseFile> {
    let mut last = None;
    for block in text.split("lease {").skip(1) {
        let block = block.split('}').next().unwrap_or(block);
        let mut lease = LeaseFile::default();
        let mut of_interface = false;
        for line in block.split(';') {
            let line = line.trim();
            let line = line.strip_prefix("option ").unwrap_or(line);
            let Some((key, value)) = line.split_once(' ') else { continue };
            let value = value.trim();
            match key {
                "interface" => of_interface = value.trim_matches('"') == interface,
                "fixed-address" => lease.address = value.parse().ok(),
                "dhcp-server-identifier" => lease.server = value.parse().ok(),
                "dhcp-lease-time" => lease.lease_secs = value.parse().ok(),
                "domain-name-servers" => lease.name_servers = addresses(value),
                _ => {}
            }
        }
        if of_interface {
            last = Some(lease);
        }
    }
    last
}

/// dhcpcd keeps the ACK itself.
#[must_use]
pub fn parse_dhcp_message(bytes: &[u8]) -> Option<LeaseFile> {
    let ack = wire::dhcp::parse(bytes).ok()?;
    Some(LeaseFile {
        address: ack.yiaddr,
        name_servers: ack.name_servers.into_iter().map(IpAddr::V4).collect(),
        server: ack.server,
        lease_secs: ack.lease_secs,
    })
}

fn addresses(text: &str) -> Vec<IpAddr> {
    text.split([' ', ',', '\t']).filter_map(|w| w.trim().parse().ok()).take(MOST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn resolv_conf_is_read_with_its_oddities() {
        let text = "# nameserver 1.1.1.1\nsearch lan\nnameserver 192.168.7.1\n\tnameserver   9.9.9.9 # x\n\
                    nameserver fe80::1%eth0\nnameserver 192.168.7.1\nnameserver\nnameserver nonsense\noptions edns0\n";
        assert_eq!(parse_resolv_conf(text), [ip("192.168.7.1"), ip("9.9.9.9"), ip("fe80::1")]);
    }

    #[test]
    fn stubs_give_way_to_what_stands_behind_them_and_own_resolvers_stay() {
        let stub = vec![ip("127.0.0.53")];
        assert_eq!(without_stubs(stub.clone(), || vec![ip("192.168.7.1")]), [ip("192.168.7.1")]);
        assert_eq!(without_stubs(stub.clone(), || stub.clone()), stub, "better a stub than nothing");
        let own = vec![ip("127.0.0.1")];
        assert_eq!(without_stubs(own.clone(), || vec![ip("192.168.7.1")]), own);
        assert_eq!(without_stubs(vec![], || vec![ip("9.9.9.9")]), [ip("9.9.9.9")]);
    }

    #[test]
    fn lease_files_of_three_clients() {
        let networkd = "# This is private data. Do not parse.\nADDRESS=192.168.7.9\nNETMASK=255.255.255.0\n\
                        ROUTER=192.168.7.1\nSERVER_ADDRESS=192.168.7.1\nLIFETIME=3600\nDNS=192.168.7.1 9.9.9.9\n";
        let lease = parse_key_value_lease(networkd);
        assert_eq!(lease.address, Some(Ipv4Addr::new(192, 168, 7, 9)));
        assert_eq!(lease.name_servers, [ip("192.168.7.1"), ip("9.9.9.9")]);
        assert_eq!(lease.lease("networkd").lease_secs, Some(3600));

        let dhclient = "lease {\n  interface \"eth0\";\n  fixed-address 10.0.0.5;\n}\nlease {\n  interface \"eth0\";\n  \
                        fixed-address 192.168.7.9;\n  option subnet-mask 255.255.255.0;\n  option dhcp-lease-time 600;\n  \
                        option domain-name-servers 192.168.7.1,9.9.9.9;\n  option dhcp-server-identifier 192.168.7.1;\n}\n\
                        lease {\n  interface \"wlan0\";\n  fixed-address 10.9.9.9;\n}\n";
        let lease = parse_dhclient_leases(dhclient, "eth0").unwrap();
        assert_eq!(lease.address, Some(Ipv4Addr::new(192, 168, 7, 9)));
        assert_eq!((lease.lease_secs, lease.server), (Some(600), Some(Ipv4Addr::new(192, 168, 7, 1))));
        assert_eq!(lease.name_servers.len(), 2);
        assert_eq!(parse_dhclient_leases(dhclient, "eth1"), None);

        assert_eq!(parse_dhcp_message(b"not a message"), None);
        let mac = "34:a5:e1:00:00:01".parse().unwrap();
        assert!(parse_dhcp_message(&wire::dhcp::discover(1, mac)).is_some());
    }

    proptest! {
        #[test]
        fn any_text_is_survived(text in "((lease \\{|interface|nameserver|DNS=|option|[;}\" \n.0-9a-f:%])|\\PC){0,200}") {
            prop_assert!(parse_resolv_conf(&text).len() <= MOST);
            let _ = (parse_key_value_lease(&text), parse_dhclient_leases(&text, "eth0"));
        }
    }
}
