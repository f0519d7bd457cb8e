//! The plan: every step with what it is aimed at, how long it may take and what it may send. Pure, printable before
//! anything is sent.

use super::limits;
use crate::model::check::{CheckId, CheckPlan, CheckStep, NameRole, Said, ServerRole, Target, Transport};
use crate::model::footprint::PacketKind;
use crate::model::host::HostView;
use crate::profile::Profile;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

/// False when there is no interface, no carrier, or it is switched off: nothing is sent then.
#[must_use]
pub fn can_send(host: &HostView) -> bool {
    host.interface().is_some_and(|i| i.up && i.carrier != Some(false))
}

/// The plan for this host, with an idle ladder of these ages, seconds, if there are any.
#[must_use]
pub fn plan(profile: &Profile, host: &HostView, rungs: &[u64]) -> CheckPlan {
    let mut plan = CheckPlan::default();
    let ms = |d: Duration| u64::try_from(d.as_millis()).unwrap_or(u64::MAX);
    let local = |id| CheckStep { id, target: Target::Host, limit_ms: 0, needs: vec![], sends: vec![] };
    plan.steps.extend([CheckId::Witness, CheckId::Link, CheckId::Lease].map(local));
    if rungs.is_empty() {
        let why = "hold: only when it is asked for, since it takes as long as the longest silence";
        plan.left_out.push(why.into());
    }
    plan.left_out
        .extend(["of names, what a server adds to a refusal: asked only where it refuses".to_owned()]);
    let Some(interface) = host.interface() else {
        plan.left_out.push("everything that sends: there is no network interface".into());
        return plan;
    };
    if !can_send(host) {
        plan.left_out.push(format!("everything that sends: {} has no link", interface.label));
        return plan;
    }
    let mut step = |id, target, limit: Duration, needs: &[CheckId], sends: &[(PacketKind, u32)]| {
        plan.steps.push(CheckStep {
            id,
            target,
            limit_ms: ms(limit),
            needs: needs.to_vec(),
            sends: sends.to_vec(),
        });
    };
    step(CheckId::Offer, Target::Segment, limits::OFFER, &[], &[(PacketKind::DhcpProbe, 15)]);
    if interface.address().is_none_or(|a| a.is_link_local()) {
        plan.left_out.push("names, ports, canary, control, router: this computer has no address".into());
        return plan;
    }
    if let Some(router) = interface.router {
        step(CheckId::Router, Target::Router(router), limits::ROUTER, &[], &[(PacketKind::Sweep, 1)]);
    }
    let servers = interface
        .name_servers
        .iter()
        .map(|ip| (*ip, ServerRole::Host))
        .chain(profile.control.name_servers.iter().map(|ip| (*ip, ServerRole::Control)));
    for (server, role) in servers {
        let repeats = if role == ServerRole::Control { 1 } else { limits::CLOUD_NAME_REPEATS };
        let repeats = u32::try_from(repeats).unwrap_or(u32::MAX);
        let mut name = |name: &str, name_role, transport, packets| {
            let target = Target::Name { server, role, name: name.to_owned(), name_role, transport };
            step(CheckId::Names, target, limits::NAME, &[], &[(PacketKind::DnsQuery, packets)]);
        };
        for host in &profile.cloud.hosts {
            name(host, NameRole::Cloud, Transport::Udp, repeats);
        }
        for control in &profile.control.names {
            name(control, NameRole::Control, Transport::Udp, 1);
        }
        name("a random name that cannot exist", NameRole::Nonsense, Transport::Udp, 1);
        if role != ServerRole::Control
            && let Some(host) = profile.cloud.hosts.first()
        {
            name(host, NameRole::Cloud, Transport::Tcp, 1);
            name(host, NameRole::CloudIpv6, Transport::Udp, 1);
        }
    }
    for ip in &profile.cloud.documented_addresses {
        for port in &profile.cloud.ports {
            let addr = SocketAddr::new(IpAddr::V4(*ip), *port);
            let target = Target::Cloud { addr, documented: true, resolved: false };
            step(CheckId::Ports, target, limits::CONNECT, &[], &[(PacketKind::TcpConnect, 1)]);
        }
    }
    let on_link = |ip| interface.addresses.iter().any(|a| a.contains(ip));
    for ip in super::tcp::canary_addresses(on_link, 0) {
        for port in &profile.cloud.ports {
            let target = Target::Canary(SocketAddr::new(IpAddr::V4(ip), *port));
            step(CheckId::Canary, target, limits::CANARY, &[], &[(PacketKind::TcpConnect, 1)]);
        }
    }
    for addr in &profile.control.targets {
        step(CheckId::Control, Target::Control(*addr), limits::CONTROL, &[], &[(PacketKind::TcpConnect, 1)]);
    }
    let documented = |port: u16| {
        profile.cloud.documented_addresses.first().map(|ip| SocketAddr::new(IpAddr::V4(*ip), port))
    };
    let after_ports: &[CheckId] = &[CheckId::Ports];
    // only where the ports are shut: whether it is this computer that shuts them
    let tries = u32::try_from(profile.cloud.ports.len()).unwrap_or(u32::MAX);
    let own = [(PacketKind::TcpConnect, tries), (PacketKind::Sweep, 1)];
    step(CheckId::Ports, Target::Host, limits::OWN_FILTER, after_ports, &own);
    for addr in profile.cloud.ports.iter().filter_map(|port| documented(*port)) {
        for said in [Said::Nothing, Said::HelloByName, Said::HelloNoName, Said::Plain] {
            let target = Target::Saying { addr, said };
            let limit = limits::SPEAK_OPEN + limits::SPEAK_LISTEN + limits::SPEAK_ACKNOWLEDGED;
            step(CheckId::Speaks, target, limit, after_ports, &[(PacketKind::TcpSpeak, 1)]);
        }
        let target = Target::SayingWithin { addr, hops: limits::SPEAK_HOPS };
        let within = u32::from(limits::SPEAK_HOPS);
        let sends = [(PacketKind::TcpSpeak, within), (PacketKind::TcpTrace, 2 * within)];
        let limit = 2 * limits::ONE_HOP + limits::SPEAK_OPEN + limits::ONE_HOP;
        step(CheckId::Speaks, target, limit, &[CheckId::Speaks], &sends);
        let target = Target::FullSize(addr);
        step(
            CheckId::Size,
            target,
            limits::SPEAK_OPEN + limits::SIZE,
            after_ports,
            &[(PacketKind::TcpSpeak, 1)],
        );
        step(
            CheckId::Canary,
            Target::OneHop(addr),
            limits::ONE_HOP,
            after_ports,
            &[(PacketKind::TcpTrace, 1)],
        );
        step(CheckId::Path, Target::Hops(addr), limits::PATH, after_ports, &[(PacketKind::TcpTrace, 8)]);
    }
    if let Some(addr) = documented(super::tcp::NEVER_OPEN) {
        let target = Target::NeverOpen(addr);
        step(CheckId::Canary, target, limits::ONE_HOP, after_ports, &[(PacketKind::TcpConnect, 1)]);
    }
    for control in &profile.control.tls {
        let target = Target::Control(control.addr);
        let limit = limits::SPEAK_OPEN + limits::SPEAK_LISTEN;
        step(CheckId::Speaks, target, limit, &[CheckId::Speaks], &[(PacketKind::TcpSpeak, 1)]);
    }
    if let Some(ip) = super::tcp::canary_addresses(on_link, 0).last() {
        let limit = limits::PORTAL_OPEN + limits::PORTAL_ANSWER;
        step(CheckId::Portal, Target::Page(format!("http://{ip}/")), limit, &[], &[(PacketKind::HttpGet, 1)]);
        for page in &profile.control.pages {
            let target = Target::Page(format!("http://{}{}", page.host, page.path));
            let sends = [(PacketKind::DnsQuery, 1), (PacketKind::HttpGet, 1)];
            step(CheckId::Portal, target, limit, &[CheckId::Names, CheckId::Ports], &sends);
        }
    }
    let addresses: Vec<SocketAddr> = profile.cloud.ports.iter().filter_map(|p| documented(*p)).collect();
    let ladder = super::hold::Hold { addresses, rungs: rungs.to_vec(), other: super::other_way_out(host) };
    plan.steps.extend(super::hold::plan(&ladder));
    plan.left_out.push(
        "of speaks, size and path, what is not needed: they follow connections that opened, or ended".into(),
    );
    plan.left_out.push(
        "addresses that the names give are added to 'ports' when they are known; name servers that DHCP hands out are added to 'names', a router that it hands out and this computer does not use to 'router'"
            .into(),
    );
    plan
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::host::{HostAddress, Interface, LinkKind};

    fn host(address: Option<[u8; 4]>, carrier: bool) -> HostView {
        HostView {
            interfaces: vec![Interface {
                index: 2,
                name: "eth0".into(),
                label: "eth0".into(),
                kind: LinkKind::Wired,
                mac: None,
                up: true,
                carrier: Some(carrier),
                speed_bps: None,
                full_duplex: None,
                addresses: address.map(|ip| HostAddress { ip: ip.into(), prefix: 24 }).into_iter().collect(),
                router: Some([192, 168, 7, 1].into()),
                metric: 0,
                name_servers: vec![[192, 168, 7, 1].into()],
                lease: None,
                mtu: None,
                ipv6_router: None,
                port_authenticated: None,
            }],
            chosen: Some("eth0".into()),
            ..HostView::default()
        }
    }

    fn sends(plan: &CheckPlan, id: CheckId) -> bool {
        plan.steps.iter().any(|s| s.id == id)
    }

    #[test]
    fn a_plan_says_beforehand_what_is_left_out() {
        let p = Profile::shipped();
        let whole = plan(&p, &host(Some([192, 168, 7, 20]), true), &[]);
        let left_out = |id: CheckId| whole.left_out.iter().any(|l| l.starts_with(id.word()));
        assert!(CheckId::ALL.iter().all(|id| sends(&whole, *id) || left_out(*id)), "{whole:?}");
        let long = plan(&p, &host(Some([192, 168, 7, 20]), true), &[30, 60]);
        let rungs = long.steps.iter().filter(|s| s.id == CheckId::Hold).count();
        assert_eq!(rungs, 2 * 2 * p.cloud.ports.len(), "each with a young one: {long:?}");
        let bare = plan(&p, &host(None, true), &[]);
        assert!(sends(&bare, CheckId::Offer) && !sends(&bare, CheckId::Ports));
        let unplugged = plan(&p, &host(Some([192, 168, 7, 20]), false), &[30]);
        assert!(unplugged.steps.iter().all(|s| s.sends.is_empty()));
        assert!(
            plan(&p, &HostView::default(), &[]).left_out.iter().any(|l| l.contains("no network interface"))
        );
    }

    #[test]
    fn the_plan_stays_within_the_footprint() {
        let whole = plan(
            &Profile::shipped(),
            &host(Some([192, 168, 7, 20]), true),
            &super::super::hold::rungs(86_400),
        );
        for kind in PacketKind::ALL {
            let sum: u32 =
                whole.steps.iter().flat_map(|s| &s.sends).filter(|(k, _)| *k == kind).map(|(_, n)| n).sum();
            assert!(sum <= kind.most_per_round(), "{kind:?}");
        }
    }
}
