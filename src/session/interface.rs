//! Which interface is measured from: a cable before radio, one with a router before one without, never a tunnel.

use crate::model::host::{HostView, Interface, LinkKind};
use std::net::Ipv4Addr;

/// The name of the interface to use; `None` when there is none.
///
/// # Errors
/// When `wanted` does not exist: the names there are.
pub fn choose(
    host: &HostView,
    wanted: Option<&str>,
    gateway_ip: Option<Ipv4Addr>,
) -> Result<Option<String>, String> {
    if let Some(name) = wanted {
        return match host.interfaces.iter().find(|i| i.name == name || i.label == name) {
            Some(i) => Ok(Some(i.name.clone())),
            None => Err(format!(
                "there is no interface '{}'; there are: {}",
                crate::model::text::foreign(name),
                names(host)
            )),
        };
    }
    let usable = host.interfaces.iter().filter(|i| !matches!(i.kind, LinkKind::Loopback | LinkKind::Tunnel));
    Ok(usable.max_by_key(|i| score(i, gateway_ip)).map(|i| i.name.clone()))
}

fn names(host: &HostView) -> String {
    let names: Vec<&str> = host.interfaces.iter().map(|i| i.name.as_str()).collect();
    if names.is_empty() { "none".into() } else { names.join(", ") }
}

/// What speaks for an interface, most telling first. A bridge with a router counts as wire (the cable is enslaved to
/// it); one without is a container's. A cable without an address still stands before radio: that it got none is news.
fn score(
    i: &Interface,
    gateway_ip: Option<Ipv4Addr>,
) -> (bool, bool, bool, bool, bool, bool, std::cmp::Reverse<u32>) {
    let wire = i.kind == LinkKind::Wired || i.kind == LinkKind::Other && i.router.is_some();
    (
        gateway_ip.is_some_and(|ip| i.addresses.iter().any(|a| a.contains(ip))),
        wire || i.kind == LinkKind::Wireless,
        i.up && i.carrier != Some(false),
        wire,
        i.addresses.iter().any(|a| !a.is_link_local()),
        i.router.is_some(),
        std::cmp::Reverse(i.metric),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::host::HostAddress;

    fn interface(name: &str, kind: LinkKind, ip: Option<[u8; 4]>, carrier: bool) -> Interface {
        Interface {
            index: 1,
            name: name.into(),
            label: name.into(),
            kind,
            mac: None,
            up: true,
            carrier: Some(carrier),
            speed_bps: None,
            full_duplex: None,
            addresses: ip.map(|ip| HostAddress { ip: ip.into(), prefix: 24 }).into_iter().collect(),
            router: None,
            metric: 0,
            name_servers: vec![],
            lease: None,
            mtu: None,
            ipv6_router: None,
            port_authenticated: None,
        }
    }

    #[test]
    fn the_cable_is_chosen_and_a_tunnel_never() {
        let host = HostView {
            interfaces: vec![
                interface("lo", LinkKind::Loopback, Some([127, 0, 0, 1]), true),
                interface("tun0", LinkKind::Tunnel, Some([10, 8, 0, 2]), true),
                interface("wlan0", LinkKind::Wireless, Some([192, 168, 1, 9]), true),
                interface("eth0", LinkKind::Wired, Some([192, 168, 7, 9]), true),
            ],
            ..HostView::default()
        };
        assert_eq!(choose(&host, None, None), Ok(Some("eth0".into())));
        assert_eq!(choose(&host, None, Some([192, 168, 1, 77].into())), Ok(Some("wlan0".into())));
        assert_eq!(choose(&host, Some("tun0"), None), Ok(Some("tun0".into())));
        assert!(choose(&host, Some("eth9"), None).unwrap_err().contains("wlan0"));
    }

    #[test]
    fn a_cable_without_link_is_still_the_answer_when_it_is_the_only_one() {
        let host = HostView {
            interfaces: vec![interface("eth0", LinkKind::Wired, None, false)],
            ..HostView::default()
        };
        assert_eq!(choose(&host, None, None), Ok(Some("eth0".into())));
        assert_eq!(choose(&HostView::default(), None, None), Ok(None));
    }
}
