//! The diagnosis over made-up scenes: each rule, each twin, and a walk over all combinations of LED, host and way.

mod against;
mod as_the_box;
mod crowd;
mod pasted;
mod walk;
mod whose;

use super::*;
use crate::model::check::{
    CheckId, CheckResult, Failure, Hop, Inspector, Measured, NameRole, Offer, Outcome, Said, ServerRole,
    Target, TlsSeen, Transport,
};
use crate::model::evidence::{DhcpKind, Source};
use crate::model::host::{HostAddress, Interface, LinkKind};
use crate::model::{Basis, LedSet, LedState, LedView};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

const MAC: Mac = Mac([0x34, 0xa5, 0xe1, 0, 0, 1]);
const ROUTER: Ipv4Addr = Ipv4Addr::new(10, 20, 0, 1);
const CLOUD: [Ipv4Addr; 2] = [Ipv4Addr::new(54, 229, 203, 190), Ipv4Addr::new(54, 229, 68, 147)];

/// One made-up site; everything healthy until a test says otherwise.
struct Made {
    host: HostView,
    results: Vec<CheckResult>,
    gateways: Vec<GatewayView>,
    hosts: Vec<HostSeen>,
    typed_mac: Option<Mac>,
    typed_ip: Option<Ipv4Addr>,
    hears_dhcp: bool,
}

fn result(id: CheckId, target: Target, outcome: Outcome, measured: Measured) -> CheckResult {
    CheckResult { id, target, outcome, took_ms: 1, measured, detail: "detail".into() }
}

fn name(
    server: [u8; 4],
    role: ServerRole,
    name: &str,
    name_role: NameRole,
    outcome: Outcome,
    ips: &[IpAddr],
) -> CheckResult {
    let target =
        Target::Name { server: server.into(), role, name: name.into(), name_role, transport: Transport::Udp };
    let measured = if ips.is_empty() { Measured::Nothing } else { Measured::Addresses(ips.to_vec()) };
    result(CheckId::Names, target, outcome, measured)
}

pub(in crate::diagnose) fn gateway(mac: Mac, possible: LedSet, basis: Basis) -> GatewayView {
    GatewayView {
        mac,
        ip: Some([10, 20, 0, 77].into()),
        first_seen_ms: Some(5),
        last_seen: None,
        led_since: At(0),
        led: LedView { possible, basis, age_ms: Some(1), because: vec!["because".into()] },
        sources: vec![Source::Neighbour],
        name: None,
        maker: None,
        dhcp: vec![],
        dhcp_trace: Vec::new(),
        led_changes: Vec::new(),
        rivals: Vec::new(),
        in_turn: Vec::new(),
        answered: None,
        addresses: Vec::new(),
        remarks: vec![],
        verdict: Verdict::default(),
    }
}

fn either() -> LedSet {
    LedSet::of(&[LedState::BlinkingRed, LedState::SolidGreen])
}

impl Made {
    fn healthy() -> Made {
        let interface = Interface {
            index: 2,
            name: "eth0".into(),
            label: "eth0".into(),
            kind: LinkKind::Wired,
            mac: None,
            up: true,
            carrier: Some(true),
            speed_bps: None,
            full_duplex: None,
            addresses: vec![HostAddress { ip: [10, 20, 0, 5].into(), prefix: 24 }],
            router: Some(ROUTER),
            metric: 0,
            name_servers: vec![IpAddr::V4(ROUTER)],
            lease: None,
            mtu: None,
            ipv6_router: None,
            port_authenticated: None,
        };
        let mut made = Made {
            host: HostView {
                interfaces: vec![interface],
                chosen: Some("eth0".into()),
                ..HostView::default()
            },
            results: vec![],
            gateways: vec![gateway(MAC, either(), Basis::Measured)],
            hosts: vec![],
            typed_mac: None,
            typed_ip: None,
            hears_dhcp: true,
        };
        let me = || Target::Host;
        made.results = vec![
            result(CheckId::Witness, me(), Outcome::Passed, Measured::Nothing),
            result(CheckId::Link, me(), Outcome::Passed, Measured::Nothing),
            result(CheckId::Lease, me(), Outcome::Passed, Measured::Nothing),
            result(CheckId::Router, Target::Router(ROUTER), Outcome::Passed, Measured::Nothing),
        ];
        made.offers(&[false]);
        made.names(Outcome::Passed, Outcome::Passed, Outcome::Passed);
        made.ports(|_, _| Outcome::Passed);
        made.canary(&[]);
        made.control(Outcome::Passed);
        made
    }

    fn set(&mut self, id: CheckId, results: Vec<CheckResult>) -> &mut Self {
        self.results.retain(|r| r.id != id);
        self.results.extend(results);
        self
    }

    /// Offers: true is one to a new MAC, false an ACK to INFORM.
    fn offers(&mut self, to_new_mac: &[bool]) -> &mut Self {
        let offers: Vec<Offer> = to_new_mac
            .iter()
            .map(|new| Offer {
                server: ROUTER,
                to_new_mac: *new,
                address: None,
                mask: None,
                routers: vec![ROUTER],
                name_servers: vec![ROUTER],
                lease_secs: None,
                portal: None,
                wpad: None,
                domain: None,
                after_ms: 0,
                to_gateway: false,
                to_own: false,
            })
            .collect();
        let outcome = if offers.is_empty() { Outcome::Failed(Failure::Silence) } else { Outcome::Passed };
        self.set(
            CheckId::Offer,
            vec![result(CheckId::Offer, Target::Segment, outcome, Measured::Offers(offers))],
        )
    }

    fn names(&mut self, com: Outcome, net: Outcome, control: Outcome) -> &mut Self {
        let nonsense = if control == Outcome::Passed { Outcome::Passed } else { control.clone() };
        let ip = CLOUD.map(IpAddr::V4);
        let lease = ServerRole::Lease;
        self.set(
            CheckId::Names,
            vec![
                name([10, 20, 0, 1], lease, "gk.sensorist.com", NameRole::Cloud, com, &ip),
                name([10, 20, 0, 1], lease, "gk.sensorist.net", NameRole::Cloud, net, &ip),
                name([10, 20, 0, 1], lease, "example.com", NameRole::Control, control, &[]),
                name([10, 20, 0, 1], lease, "sg-1.com", NameRole::Nonsense, nonsense, &[]),
            ],
        )
    }

    fn ports(&mut self, outcome: impl Fn(Ipv4Addr, u16) -> Outcome) -> &mut Self {
        let results = CLOUD
            .into_iter()
            .flat_map(|ip| [443, 4321].map(|port| (ip, port)))
            .map(|(ip, port)| {
                let addr = SocketAddr::new(IpAddr::V4(ip), port);
                let target = Target::Cloud { addr, documented: true, resolved: true };
                result(CheckId::Ports, target, outcome(ip, port), Measured::Nothing)
            })
            .collect();
        self.set(CheckId::Ports, results)
    }

    fn canary(&mut self, answered: &[u16]) -> &mut Self {
        let results = [[192, 0, 2, 9], [198, 51, 100, 9]]
            .into_iter()
            .flat_map(|ip| [443, 4321].map(|port| SocketAddr::new(IpAddr::from(ip), port)))
            .map(|addr| {
                let outcome = if answered.contains(&addr.port()) {
                    Outcome::Failed(Failure::AnsweredForNobody)
                } else {
                    Outcome::Passed
                };
                result(CheckId::Canary, Target::Canary(addr), outcome, Measured::Nothing)
            })
            .collect();
        self.set(CheckId::Canary, results)
    }

    fn control(&mut self, outcome: Outcome) -> &mut Self {
        let addr = "9.9.9.9:53".parse().unwrap();
        self.set(
            CheckId::Control,
            vec![result(CheckId::Control, Target::Control(addr), outcome, Measured::Nothing)],
        )
    }

    fn witness(&mut self, failure: Failure) -> &mut Self {
        let r = result(CheckId::Witness, Target::Host, Outcome::Failed(failure), Measured::Nothing);
        self.set(CheckId::Witness, vec![r])
    }

    fn led(&mut self, possible: LedSet, basis: Basis) -> &mut Self {
        self.gateways[0].led.possible = possible;
        self.gateways[0].led.basis = basis;
        self
    }

    fn no_address(&mut self) -> &mut Self {
        self.host.interfaces[0].addresses.clear();
        self.results.retain(|r| {
            !matches!(
                r.id,
                CheckId::Names | CheckId::Ports | CheckId::Canary | CheckId::Control | CheckId::Router
            )
        });
        self.gateways.clear();
        self
    }

    fn diagnose(&self) -> Diagnosis {
        diagnose(&self.scene())
    }

    fn scene(&self) -> Scene<'_> {
        static PROFILE: std::sync::LazyLock<Profile> = std::sync::LazyLock::new(Profile::shipped);
        Scene {
            profile: &PROFILE,
            host: &self.host,
            results: &self.results,
            results_age_ms: 0,
            gateways: &self.gateways,
            hosts: &self.hosts,
            chosen: self.typed_mac.or(self.gateways.first().map(|g| g.mac)),
            typed_mac: self.typed_mac,
            typed_ip: self.typed_ip,
            now: At(4_000),
            searched: true,
            hears_dhcp: self.hears_dhcp,
            checked: true,
            pasted: &[],
            alone: None,
        }
    }

    fn verdict(&self) -> &'static str {
        self.diagnose().verdict.code.map_or("nothing", Cause::code)
    }
}

const SILENT: Outcome = Outcome::Failed(Failure::Silence);

#[test]
fn a_healthy_site_is_clear_and_says_nothing_else() {
    let d = Made::healthy().diagnose();
    assert_eq!(d.verdict.code, Some(Cause::OkWayIsClear));
    assert!(d.findings.iter().all(|f| f.level <= Level::Info), "{:?}", d.findings);
}

#[test]
fn the_way_out() {
    use Failure::{IcmpHostUnreachable, IcmpProhibited, Refused, Silence};
    let fail = |f| move |_: Ipv4Addr, _: u16| Outcome::Failed(f);
    for (f, want) in [
        (Silence, "cloud.both-ports-dropped"),
        (Refused, "cloud.both-ports-rejected"),
        (IcmpProhibited, "cloud.both-ports-rejected"),
        (Failure::IcmpPortUnreachable, "cloud.both-ports-rejected"),
        // unreachable, while the internet is there: somebody refuses the cloud
        (IcmpHostUnreachable, "cloud.both-ports-rejected"),
    ] {
        assert_eq!(Made::healthy().ports(fail(f)).verdict(), want, "{f:?}");
    }
    let port = |wanted: u16| move |_: Ipv4Addr, p: u16| if p == wanted { SILENT } else { Outcome::Passed };
    assert_eq!(Made::healthy().ports(port(443)).verdict(), "cloud.port-443-blocked");
    assert_eq!(Made::healthy().ports(port(4321)).verdict(), "cloud.port-4321-blocked");
    let one = |ip: Ipv4Addr, _: u16| if ip == CLOUD[0] { SILENT } else { Outcome::Passed };
    assert_eq!(Made::healthy().ports(one).verdict(), "cloud.some-addresses-blocked");
    // a router limits the rate of its ICMP errors: silence beside one is the same refusal
    let limited = |ip: Ipv4Addr, p: u16| {
        Outcome::Failed(if ip == CLOUD[0] && p == 443 { IcmpProhibited } else { Silence })
    };
    assert_eq!(Made::healthy().ports(limited).verdict(), "cloud.both-ports-rejected");
    // a RST for one port says nothing about the silent other
    let mixed = |_: Ipv4Addr, p: u16| Outcome::Failed(if p == 443 { Refused } else { Silence });
    assert_eq!(Made::healthy().ports(mixed).verdict(), "cloud.both-ports-dropped");
}

#[test]
fn a_closed_address_explains_a_blinking_box() {
    let one = |ip: Ipv4Addr, _: u16| if ip == CLOUD[0] { SILENT } else { Outcome::Passed };
    let d = Made::healthy().ports(one).led(LedSet::only(LedState::BlinkingRed), Basis::Reported).diagnose();
    let codes: Vec<Cause> = d.findings.iter().map(|f| f.code).collect();
    assert_eq!(codes, [Cause::CloudSomeAddressesBlocked]);
    assert_eq!(d.verdict.level, Level::Fault);
    let other: Vec<Cause> = d.findings[0].possible.iter().map(|p| p.code).collect();
    assert_eq!(other, [Cause::CloudGatewayOnlyBlocked], "named, with the test that splits them");
    // a closed port does not: the box has the other one
    let one = |_: Ipv4Addr, p: u16| if p == 4321 { SILENT } else { Outcome::Passed };
    let d = Made::healthy().ports(one).led(LedSet::only(LedState::BlinkingRed), Basis::Reported).diagnose();
    assert_eq!(d.verdict.code, Some(Cause::CloudGatewayOnlyBlocked));
}

#[test]
fn a_documented_address_that_no_name_gives_any_more_does_not_cry_wolf() {
    let mut made = Made::healthy();
    for r in made.results.iter_mut().filter(|r| r.id == CheckId::Ports) {
        if let Target::Cloud { addr, resolved, .. } = &mut r.target
            && addr.ip() == IpAddr::V4(CLOUD[1])
        {
            *resolved = false;
            r.outcome = SILENT;
        }
    }
    assert_eq!(made.verdict(), "ok.way-is-clear");
}

#[test]
fn an_internet_that_is_down_is_told_from_a_filter() {
    let dead = Outcome::Failed(Failure::ServFail);
    let mut made = Made::healthy();
    made.ports(|_, _| SILENT).control(SILENT).names(dead.clone(), dead.clone(), dead);
    assert_eq!(made.verdict(), "internet.down");
    // names come from outside, so the line works: a filter drops the rest
    let mut made = Made::healthy();
    made.ports(|_, _| SILENT).control(SILENT);
    assert_eq!(made.verdict(), "cloud.both-ports-dropped");
    // the router knows no way at all: its line is down, or this network has none
    let unreachable = || Outcome::Failed(Failure::IcmpNetUnreachable);
    let mut made = Made::healthy();
    made.ports(|_, _| unreachable()).control(unreachable()).names(SILENT, SILENT, SILENT);
    let d = made.diagnose();
    assert_eq!(d.verdict.code, Some(Cause::InternetDown));
    assert_eq!(d.findings[0].possible.iter().map(|p| p.code).collect::<Vec<_>>(), [Cause::CloudNoRoute]);
    // names come from the internet, so that the line is up
    let mut made = Made::healthy();
    made.ports(|_, _| unreachable()).control(unreachable());
    let v = made.diagnose().verdict;
    assert_eq!((v.code, v.owner), (Some(Cause::CloudNoRoute), Owner::It));
    // it is a router of the provider that knows no way, whatever its name servers say
    let far = result(
        CheckId::Path,
        Target::Hops("54.229.203.190:443".parse().unwrap()),
        Outcome::Passed,
        Measured::Hops(vec![Hop { distance: 3, who: Some([203, 0, 113, 7].into()), ..Hop::default() }]),
    );
    made.results.push(far);
    assert_eq!(made.verdict(), "internet.down");
    // the profile's control list may be empty: then nothing is said about the internet
    let mut made = Made::healthy();
    made.ports(|_, _| SILENT).set(CheckId::Control, vec![]).names(SILENT, SILENT, SILENT);
    assert_eq!(made.verdict(), "dns.unreachable");
}

/// The cloud's names lead to one undocumented address; `elsewhere` is what a public server says.
fn block_page(elsewhere: Option<[u8; 4]>, open: &[u16]) -> Made {
    let page: IpAddr = [146, 112, 61, 106].into();
    let mut made = Made::healthy();
    let cloud =
        |server, role, ip| name(server, role, "gk.sensorist.com", NameRole::Cloud, Outcome::Passed, &[ip]);
    let mut all = vec![cloud([10, 20, 0, 1], ServerRole::Lease, page)];
    all.extend(elsewhere.map(|ip| cloud([9, 9, 9, 9], ServerRole::Control, IpAddr::from(ip))));
    made.set(CheckId::Names, all);
    for r in made.results.iter_mut().filter(|r| r.id == CheckId::Ports) {
        if let Target::Cloud { resolved, .. } = &mut r.target {
            *resolved = false;
        }
    }
    for port in [443, 4321] {
        let target = Target::Cloud { addr: SocketAddr::new(page, port), documented: false, resolved: true };
        let outcome = if open.contains(&port) { Outcome::Passed } else { SILENT };
        made.results.push(result(CheckId::Ports, target, outcome, Measured::Nothing));
    }
    made
}

#[test]
fn a_filters_page_is_told_from_a_new_address() {
    let cloud = Some(CLOUD[0].octets());
    assert_eq!(block_page(cloud, &[]).verdict(), "dns.name-blocked");
    assert_eq!(block_page(cloud, &[443]).verdict(), "dns.name-blocked");
    assert_eq!(block_page(cloud, &[443, 4321]).verdict(), "ok.way-is-clear", "addresses may vary by place");
    // the public server says the same: the cloud moved, and a rule by address follows the old ones
    let d = block_page(Some([146, 112, 61, 106]), &[]).diagnose();
    assert_eq!((d.verdict.code, d.verdict.level), (Some(Cause::CloudSomeAddressesBlocked), Level::Fault));
    // nobody to compare with: what opens and what does not is all that can be said
    assert_eq!(block_page(None, &[]).verdict(), "cloud.some-addresses-blocked");
}

#[test]
fn names() {
    let f = |f| Outcome::Failed(f);
    let case = |com: Outcome, net: Outcome, control: Outcome| {
        let mut made = Made::healthy();
        made.names(com, net, control);
        made.verdict()
    };
    let ok = || Outcome::Passed;
    assert_eq!(case(SILENT, SILENT, SILENT), "dns.unreachable");
    for filter in [
        Failure::NxDomain,
        Failure::DnsRefused,
        Failure::Sinkhole,
        Failure::PrivateAddress,
        Failure::ServFail,
        Failure::NoData,
    ] {
        assert_eq!(case(f(filter), f(filter), ok()), "dns.name-blocked", "{filter:?}");
    }
    assert_eq!(case(SILENT, SILENT, ok()), "dns.name-blocked");
    assert_eq!(case(ok(), f(Failure::NxDomain), ok()), "dns.one-name-blocked");
    let refused = || f(Failure::DnsRefused);
    assert_eq!(case(refused(), refused(), refused()), "dns.no-forwarding");
}

#[test]
fn every_name_to_one_address_is_redirection_and_a_provider_that_answers_nonsense_is_not() {
    let wrong: IpAddr = [203, 0, 113, 80].into();
    let redirect = |cloud_ip: IpAddr, outcome: Outcome| {
        let mut made = Made::healthy();
        let nonsense = Outcome::Failed(Failure::AnsweredNonsense);
        made.set(
            CheckId::Names,
            vec![
                name(
                    [10, 20, 0, 1],
                    ServerRole::Lease,
                    "gk.sensorist.com",
                    NameRole::Cloud,
                    outcome.clone(),
                    &[cloud_ip],
                ),
                name(
                    [10, 20, 0, 1],
                    ServerRole::Lease,
                    "gk.sensorist.net",
                    NameRole::Cloud,
                    outcome,
                    &[cloud_ip],
                ),
                name([10, 20, 0, 1], ServerRole::Lease, "sg-1.com", NameRole::Nonsense, nonsense, &[wrong]),
            ],
        );
        made.verdict()
    };
    assert_eq!(redirect(wrong, Outcome::Passed), "dns.redirected");
    assert_eq!(redirect(CLOUD[0].into(), Outcome::Passed), "ok.way-is-clear");
}

#[test]
fn the_first_server_decides_and_a_dead_first_is_said() {
    let ip = CLOUD.map(IpAddr::V4);
    let mut made = Made::healthy();
    let mut all = vec![];
    for (server, outcome) in [([10, 20, 0, 9], SILENT), ([10, 20, 0, 1], Outcome::Passed)] {
        for n in ["gk.sensorist.com", "gk.sensorist.net"] {
            all.push(name(server, ServerRole::Lease, n, NameRole::Cloud, outcome.clone(), &ip));
        }
    }
    made.set(CheckId::Names, all);
    assert_eq!(made.verdict(), "dns.first-server-dead");
}

#[test]
fn what_dhcp_hands_out_counts_more_than_this_computers_own_servers() {
    let ip = CLOUD.map(IpAddr::V4);
    let mut made = Made::healthy();
    made.set(
        CheckId::Names,
        vec![
            name([10, 20, 0, 1], ServerRole::Host, "gk.sensorist.com", NameRole::Cloud, Outcome::Passed, &ip),
            name([10, 20, 0, 9], ServerRole::Lease, "gk.sensorist.com", NameRole::Cloud, SILENT, &[]),
        ],
    );
    assert_eq!(made.verdict(), "dns.unreachable");
}

#[test]
fn canaries_must_agree() {
    assert_eq!(Made::healthy().canary(&[443]).verdict(), "cloud.proxy-answers");
    let mut made = Made::healthy();
    made.canary(&[443]);
    if let Some(r) = made.results.iter_mut().find(|r| r.id == CheckId::Canary) {
        r.outcome = Outcome::Passed;
    }
    assert_eq!(made.verdict(), "ok.way-is-clear");
}

#[test]
fn no_lease() {
    let mut made = Made::healthy();
    made.no_address().offers(&[]);
    assert_eq!(made.verdict(), "dhcp.no-server");
    let mut made = Made::healthy();
    made.no_address().offers(&[true]);
    let d = made.diagnose();
    assert_eq!(d.verdict.code, None, "somebody hands out addresses: this computer's own trouble");
    assert_eq!(d.verdict.owner, Owner::Installer);
}

#[test]
fn no_router() {
    let without = |named: bool| {
        let mut made = Made::healthy();
        made.host.interfaces[0].router = None;
        let lease =
            result(CheckId::Lease, Target::Host, Outcome::Failed(Failure::NoRouter), Measured::Nothing);
        made.set(CheckId::Lease, vec![lease]).ports(|_, _| Outcome::Failed(Failure::NoRoute));
        if !named {
            for r in made.results.iter_mut() {
                if let Measured::Offers(offers) = &mut r.measured {
                    offers[0].routers.clear();
                }
            }
        }
        made.verdict()
    };
    assert_eq!(without(false), "dhcp.no-router");
    assert_eq!(without(true), "nothing", "DHCP names a router: only this computer has none");
}

#[test]
fn a_box_without_an_address_where_others_get_one() {
    let red = |offers: &[bool], heard: bool| {
        let mut made = Made::healthy();
        made.led(LedSet::only(LedState::SolidRed), Basis::Measured).offers(offers);
        made.gateways[0].ip = None;
        if heard {
            made.gateways[0].dhcp = vec![(At(1), DhcpKind::Discover), (At(3_000), DhcpKind::Discover)];
        }
        made.verdict()
    };
    assert_eq!(red(&[], true), "dhcp.no-server");
    assert_eq!(red(&[false, true], true), "dhcp.gateway-refused");
    assert_eq!(red(&[false], true), "dhcp.pool-exhausted");
    assert_eq!(red(&[false, true], false), "gateway.silent", "it is not even asking here");
}

#[test]
fn a_box_that_is_only_starting_is_not_called_blocked() {
    let mut made = Made::healthy();
    made.led(LedSet::only(LedState::BlinkingRed), Basis::Reported);
    made.gateways[0].led_since = At(3_990);
    assert_eq!(made.verdict(), "nothing");
    made.led(LedSet::only(LedState::SolidRed), Basis::Measured).offers(&[false]);
    made.gateways[0].dhcp = vec![(At(3_990), DhcpKind::Discover)];
    assert_eq!(made.verdict(), "nothing", "one DISCOVER is how every box starts");
    made.led(LedSet::only(LedState::BlinkingRed), Basis::Seen);
    assert_eq!(made.verdict(), "cloud.gateway-only-blocked", "the installer has watched it blink");
}

#[test]
fn the_box_against_this_computer() {
    let blinking = LedSet::only(LedState::BlinkingRed);
    let mut made = Made::healthy();
    made.led(blinking, Basis::Reported);
    assert_eq!(made.verdict(), "cloud.gateway-only-blocked");
    made.ports(|_, _| SILENT);
    assert_eq!(made.verdict(), "cloud.both-ports-dropped", "both fail: a rule of the site");
}

#[test]
fn a_green_box_is_green_whatever_this_computer_is_denied() {
    let mut made = Made::healthy();
    made.led(LedSet::only(LedState::SolidGreen), Basis::Reported).ports(|_, _| SILENT);
    let d = made.diagnose();
    assert_eq!(d.verdict.code, Some(Cause::OkGreen));
    assert!(d.findings.iter().any(|f| f.code == Cause::CloudBothPortsDropped && f.level == Level::Info));
    // the reserve port is missing all the same
    made.ports(|_, p| if p == 4321 { SILENT } else { Outcome::Passed });
    assert_eq!(made.verdict(), "cloud.port-4321-blocked");
}

#[test]
fn two_boxes_of_which_one_is_blocked() {
    let other = Mac([0x34, 0xa5, 0xe1, 0, 0, 2]);
    let mut made = Made::healthy();
    made.led(LedSet::only(LedState::SolidGreen), Basis::Reported);
    made.gateways.push(gateway(other, LedSet::only(LedState::BlinkingRed), Basis::Reported));
    let profile = Profile::shipped();
    let d = diagnose(&Scene {
        profile: &profile,
        host: &made.host,
        results: &made.results,
        results_age_ms: 0,
        gateways: &made.gateways,
        hosts: &[],
        chosen: None,
        typed_mac: None,
        typed_ip: None,
        now: At(4_000),
        searched: true,
        hears_dhcp: true,
        checked: true,
        pasted: &[],
        alone: None,
    });
    assert_eq!(d.verdict.code, Some(Cause::CloudGatewayOnlyBlocked));
    let of = |mac| d.by_gateway.iter().find(|(m, _)| *m == mac).and_then(|(_, v)| v.code);
    assert_eq!(of(MAC), Some(Cause::OkGreen));
    assert_eq!(of(other), Some(Cause::CloudGatewayOnlyBlocked));
}

#[test]
fn an_unfair_witness_does_not_blame_the_site() {
    let mut made = Made::healthy();
    made.witness(Failure::TunnelRoute).ports(|_, _| SILENT);
    assert_eq!(made.verdict(), "host.vpn-route");
    let mut made = Made::healthy();
    made.typed_ip = Some([172, 16, 0, 9].into());
    made.ports(|_, _| SILENT);
    assert_eq!(made.verdict(), "host.other-subnet");
    let mut made = Made::healthy();
    made.host.interfaces[0].carrier = Some(false);
    made.results.retain(|r| matches!(r.id, CheckId::Link | CheckId::Witness));
    made.gateways.clear();
    assert_eq!(made.verdict(), "host.no-link");
    for harmless in [Failure::ProxyConfigured, Failure::WirelessBesideWire] {
        assert_eq!(Made::healthy().witness(harmless).verdict(), "ok.way-is-clear");
    }
}

#[test]
fn an_address_that_was_typed_in_is_the_question() {
    let mut made = Made::healthy();
    made.typed_ip = Some([10, 20, 0, 200].into());
    assert_eq!(made.verdict(), "gateway.silent", "another box is here, and is not asked about");
    made.typed_ip = Some([10, 20, 0, 77].into());
    assert_eq!(made.verdict(), "ok.way-is-clear");
    let mut own = Made::healthy();
    own.host.interfaces[0].mac = Some(MAC);
    assert_eq!(own.verdict(), "gateway.wrong-mac", "the label of this computer was read");
}

#[test]
fn a_box_that_is_not_there() {
    let absent = |typed: Mac, seen: &[Mac]| {
        let mut made = Made::healthy();
        made.typed_mac = Some(typed);
        made.gateways =
            vec![GatewayView { first_seen_ms: None, ip: None, ..gateway(typed, LedSet::ALL, Basis::None) }];
        for mac in seen {
            made.gateways.push(gateway(*mac, either(), Basis::Measured));
            made.hosts.push(HostSeen { mac: *mac, ip: ROUTER, maker: None, first_seen_ms: 1 });
        }
        made.verdict()
    };
    let slip = Mac([0x34, 0xa5, 0xe1, 0, 0, 8]);
    let far = Mac([0x34, 0xa5, 0xe1, 0x77, 0x12, 0x98]);
    assert_eq!(absent(MAC, &[]), "gateway.silent");
    assert_eq!(absent(MAC, &[slip]), "gateway.wrong-mac");
    assert_eq!(absent(MAC, &[far]), "gateway.silent", "another box is no slip of the pen");
    assert_eq!(
        absent(Mac([0, 1, 2, 3, 4, 5]), &[far]),
        "gateway.wrong-mac",
        "no maker of a gateway has that prefix"
    );
    let mut nobody = Made::healthy();
    nobody.gateways.clear();
    assert_eq!(nobody.verdict(), "gateway.silent");
    nobody.ports(|_, _| SILENT);
    assert_eq!(
        nobody.verdict(),
        "cloud.both-ports-dropped",
        "what was measured stands before what was not seen"
    );
}
