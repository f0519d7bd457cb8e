//! The checks that only read this computer: `witness`, `link`, `lease`. They send nothing. Pure.

use crate::model::check::{CheckId, CheckResult, Failure, Measured, Outcome, Target};
use crate::model::host::{HostView, Interface, LinkKind};

fn result(id: CheckId, target: Target, outcome: Outcome, detail: String) -> CheckResult {
    CheckResult { id, target, outcome, took_ms: 0, measured: Measured::Nothing, detail }
}

/// Is this computer a fair witness? One line for each doubt, one "passed" when there is none.
#[must_use]
pub fn witness(host: &HostView) -> Vec<CheckResult> {
    let mut out = Vec::new();
    let mut doubt = |failure, detail| {
        out.push(result(CheckId::Witness, Target::Host, Outcome::Failed(failure), detail));
    };
    let by = host.default_route_by.as_deref().and_then(|n| host.interfaces.iter().find(|i| i.name == n));
    if let Some(tunnel) = by.filter(|i| i.kind == LinkKind::Tunnel) {
        doubt(
            Failure::TunnelRoute,
            format!("the default route of this computer goes through {}, a VPN or tunnel", tunnel.label),
        );
    }
    let up = |kind: LinkKind| {
        host.interfaces.iter().find(move |i| i.kind == kind && i.up && i.address().is_some())
    };
    if let (Some(wire), Some(wireless)) = (up(LinkKind::Wired), up(LinkKind::Wireless)) {
        doubt(
            Failure::WirelessBesideWire,
            format!("{} (wire) and {} (wireless) are both up", wire.label, wireless.label),
        );
    }
    let ways: Vec<&Interface> = host.interfaces.iter().filter(|i| leads_out(i)).collect();
    let told_already = ways.iter().any(|i| i.kind == LinkKind::Wireless);
    if let ([_, _, ..], Some(own), false) = (ways.as_slice(), host.interface(), told_already) {
        let labels: Vec<&str> = ways.iter().map(|i| i.label.as_str()).collect();
        doubt(
            Failure::SeveralDefaultRoutes,
            format!(
                "{} each have a router of their own; everything was measured over {} alone",
                labels.join(" and "),
                own.label
            ),
        );
    }
    if let Some(own) = host.interface().filter(|i| i.port_authenticated == Some(true)) {
        doubt(
            Failure::PortAuthenticated,
            format!(
                "this computer signed in to the wired port of {} (802.1X); the gateway cannot, and may be put into another network",
                own.label
            ),
        );
    }
    for proxy in &host.proxies {
        doubt(
            Failure::ProxyConfigured,
            format!(
                "this computer is told to use a proxy ({} = {}); the gateway has no such setting",
                proxy.setting, proxy.value
            ),
        );
    }
    if out.is_empty() {
        let beside: Vec<&str> =
            host.interfaces.iter().filter(|i| is_tunnel(i)).map(|i| i.label.as_str()).collect();
        let detail = if beside.is_empty() {
            "no VPN route, no proxy, one kind of link".to_owned()
        } else {
            format!(
                "no VPN route, no proxy, one kind of link; {} is up and took no part: every connection was bound to the interface",
                beside.join(" and ")
            )
        };
        out.push(result(CheckId::Witness, Target::Host, Outcome::Passed, detail));
    }
    out
}

/// It is up and has a router: a way out of this computer.
fn leads_out(i: &Interface) -> bool {
    let real = matches!(i.kind, LinkKind::Wired | LinkKind::Wireless);
    real && i.up && i.carrier != Some(false) && i.router.is_some() && i.address().is_some()
}

/// A tunnel that is up and has an address.
fn is_tunnel(i: &Interface) -> bool {
    i.kind == LinkKind::Tunnel && i.up && i.address().is_some()
}

/// Cable, speed and duplex.
#[must_use]
pub fn link(host: &HostView) -> CheckResult {
    let Some(i) = host.interface() else {
        let detail = "no network interface was found: is a network adapter plugged in?".to_owned();
        return result(CheckId::Link, Target::Host, Outcome::Failed(Failure::NoInterface), detail);
    };
    let target = Target::Interface(i.name.clone());
    if !i.up {
        let detail = format!("{} is switched off", i.label);
        return result(CheckId::Link, target, Outcome::Failed(Failure::NoCarrier), detail);
    }
    match i.carrier {
        Some(false) => {
            let detail = format!("{} has no link: no cable, or nothing at its other end", i.label);
            result(CheckId::Link, target, Outcome::Failed(Failure::NoCarrier), detail)
        }
        Some(true) => result(CheckId::Link, target, Outcome::Passed, describe_link(i)),
        None => result(
            CheckId::Link,
            target,
            Outcome::Inconclusive("this system does not tell whether a cable is in".into()),
            describe_link(i),
        ),
    }
}

fn describe_link(i: &Interface) -> String {
    let kind = match i.kind {
        LinkKind::Wired => "wired",
        LinkKind::Wireless => "wireless",
        LinkKind::Tunnel => "tunnel",
        LinkKind::Loopback => "loopback",
        LinkKind::Other => "virtual",
    };
    let speed = i.speed_bps.map(|s| format!(", {} Mbit/s", s / 1_000_000)).unwrap_or_default();
    let duplex = match i.full_duplex {
        Some(true) => ", full duplex",
        Some(false) => ", half duplex",
        None => "",
    };
    format!("{} is up, {kind}{speed}{duplex}", i.label)
}

/// Own address, router, name servers.
#[must_use]
pub fn lease(host: &HostView) -> Vec<CheckResult> {
    let Some(i) = host.interface() else {
        let why = "no network interface".to_owned();
        return vec![result(CheckId::Lease, Target::Host, Outcome::Skipped(why.clone()), why)];
    };
    let target = || Target::Interface(i.name.clone());
    let failed = |failure, detail: String| result(CheckId::Lease, target(), Outcome::Failed(failure), detail);
    if i.carrier == Some(false) || !i.up {
        let why = "no link".to_owned();
        return vec![result(CheckId::Lease, target(), Outcome::Skipped(why.clone()), why)];
    }
    let Some(address) = i.address() else {
        return vec![failed(Failure::NoAddress, format!("{} has no IPv4 address", i.label))];
    };
    if address.is_link_local() {
        return vec![failed(
            Failure::LinkLocalAddress,
            format!("{} gave itself {}: nobody handed out an address", i.label, address.ip),
        )];
    }
    let mut out = Vec::new();
    if i.router.is_none() {
        out.push(failed(
            Failure::NoRouter,
            format!("{} has {}/{} but no router", i.label, address.ip, address.prefix),
        ));
    }
    if out.is_empty() {
        let servers: Vec<String> = i.name_servers.iter().map(ToString::to_string).collect();
        let lease = match i.lease.as_ref() {
            Some(l) if l.dhcp == Some(true) => {
                l.server.map_or(", by DHCP".to_owned(), |s| format!(", by DHCP from {s}"))
            }
            _ => String::new(),
        };
        let detail = format!(
            "{}/{}, router {}, name servers {}{lease}",
            address.ip,
            address.prefix,
            i.router.map(|r| r.to_string()).unwrap_or_default(),
            if servers.is_empty() { "not known".to_owned() } else { servers.join(", ") },
        );
        out.push(result(CheckId::Lease, target(), Outcome::Passed, detail));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::host::HostAddress;

    fn interface(name: &str, kind: LinkKind, router: Option<[u8; 4]>) -> Interface {
        Interface {
            index: 2,
            name: name.into(),
            label: name.into(),
            kind,
            mac: None,
            up: true,
            carrier: Some(true),
            speed_bps: None,
            full_duplex: None,
            addresses: vec![HostAddress { ip: [10, 0, 0, 5].into(), prefix: 24 }],
            router: router.map(Into::into),
            metric: 0,
            name_servers: vec![],
            lease: None,
            mtu: None,
            ipv6_router: None,
            port_authenticated: None,
        }
    }

    fn doubts(interfaces: Vec<Interface>) -> Vec<Failure> {
        let host = HostView { interfaces, chosen: Some("eth0".into()), ..HostView::default() };
        witness(&host).iter().filter_map(|r| r.outcome.failure()).collect()
    }

    #[test]
    fn each_doubt_about_the_witness_is_told_once() {
        use LinkKind::{Tunnel, Wired, Wireless};
        let router = Some([10, 0, 0, 1]);
        let eth0 = || interface("eth0", Wired, router);
        assert_eq!(doubts(vec![eth0()]), []);
        assert_eq!(doubts(vec![eth0(), interface("eth1", Wired, None)]), [], "no way out");
        assert_eq!(doubts(vec![eth0(), interface("eth1", Wired, router)]), [Failure::SeveralDefaultRoutes]);
        assert_eq!(doubts(vec![eth0(), interface("wlan0", Wireless, router)]), [Failure::WirelessBesideWire]);
        assert_eq!(doubts(vec![eth0(), interface("tun0", Tunnel, None)]), [], "beside, not before");
        let signed_in = Interface { port_authenticated: Some(true), ..eth0() };
        assert_eq!(doubts(vec![signed_in]), [Failure::PortAuthenticated]);
    }
}
