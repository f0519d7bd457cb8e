//! A rich snapshot to draw and to change: a hospital site whose firewall drops both ports.

use solidgreen::model::check::{
    CheckId, CheckResult, Failure, Measured, NameRole, Outcome, ServerRole, Target, Transport,
};
use solidgreen::model::evidence::{ConsoleFact, ConsoleLine, DhcpKind, Source};
use solidgreen::model::finding::Evidence;
use solidgreen::model::footprint::{Footprint, PacketKind};
use solidgreen::model::host::{HostAddress, HostView, Interface, LinkKind, SerialPort};
use solidgreen::model::snapshot::{
    Activity, ConsoleView, FirewallView, GatewayView, HostSeen, LinkHealth, PathView,
};
use solidgreen::model::{
    At, Basis, Cause, Finding, LedSet, LedState, LedView, Level, Mac, Owner, Snapshot, Verdict,
};
use std::net::{IpAddr, Ipv4Addr};

pub const BOX: Mac = Mac([0x34, 0xa5, 0xe1, 0x00, 0x0b, 0x07]);
pub const OTHER: Mac = Mac([0x34, 0xa5, 0xe1, 0x00, 0x0c, 0x2e]);
pub const BOX_IP: Ipv4Addr = Ipv4Addr::new(192, 168, 40, 71);

/// Nothing was asked for yet.
pub fn empty() -> Snapshot {
    Snapshot {
        visit: "v".into(),
        version: "0.1.0".into(),
        host: host(),
        console: ports(),
        ..Snapshot::default()
    }
}

/// A check is running.
pub fn running() -> Snapshot {
    let mut s = empty();
    s.activity =
        Activity::Working { what: "Asking the name servers for the cloud's names".into(), done: 5, of: 12 };
    s.running = vec![CheckId::Names, CheckId::Canary];
    s.checks = checks().into_iter().filter(|c| matches!(c.id, CheckId::Witness | CheckId::Link)).collect();
    s.gateways = vec![gateway(BOX, LedSet::of(&[LedState::BlinkingRed, LedState::SolidGreen]))];
    s.chosen = Some(BOX);
    s.verdict.title = "Still looking.".into();
    s.verdict.next_step = "Wait a moment.".into();
    s
}

/// The check is done: both ports are dropped.
pub fn blocked() -> Snapshot {
    let mut s = empty();
    s.now = At(14_000);
    s.site = "Ward 4, Lindesberg hospital".into();
    s.gateways = vec![gateway(BOX, LedSet::only(LedState::BlinkingRed)), second()];
    s.chosen = Some(BOX);
    s.hosts = vec![
        HostSeen { mac: BOX, ip: BOX_IP, maker: Some("Sensorist ApS".into()), first_seen_ms: 84 },
        HostSeen {
            mac: Mac([0x00, 0x09, 0x0f, 1, 2, 3]),
            ip: Ipv4Addr::new(192, 168, 40, 1),
            maker: Some("Fortinet, Inc.".into()),
            first_seen_ms: 91,
        },
    ];
    s.checks = checks();
    let finding = finding();
    s.verdict = Verdict {
        code: Some(finding.code),
        owner: finding.owner,
        level: finding.level,
        title: finding.title.clone(),
        next_step: finding.next_step.clone(),
    };
    s.findings = vec![finding, warning()];
    s.took_ms = Some(3240);
    s.path = PathView {
        gateway_switch: LinkHealth::Whole,
        switch_router: LinkHealth::Whole,
        router_internet: LinkHealth::Broken,
        internet_cloud: LinkHealth::Unknown,
    };
    s.footprint = Footprint {
        by_kind: [(PacketKind::Sweep, 253), (PacketKind::TcpConnect, 10), (PacketKind::DnsQuery, 14)].into(),
        addresses: (1..=254).map(|n| IpAddr::V4(Ipv4Addr::new(192, 168, 40, n))).collect(),
    };
    let firewall = FirewallView {
        proposed: Some("fortigate".into()),
        proposed_because: "the router's MAC belongs to Fortinet".into(),
        platform: "fortigate".into(),
        platform_name: "FortiGate".into(),
        ..FirewallView::default()
    };
    s.firewall = firewall.into();
    s.not_tested = vec!["Whether the connection lasts when nothing is sent for minutes.".into()];
    s
}

/// The chosen gateway's LED may be in these states.
pub fn with_led(set: LedSet) -> Snapshot {
    let mut s = blocked();
    s.gateways[0].led.possible = set;
    if set.known() == Some(LedState::SolidGreen) {
        s.verdict = Verdict {
            code: Some(Cause::OkGreen),
            owner: Owner::Nobody,
            level: Level::Ok,
            title: "The gateway is connected to the cloud.".into(),
            next_step: "Nothing to do: lean back and enjoy your data.".into(),
        };
        s.findings.clear();
        s.path = PathView {
            gateway_switch: LinkHealth::Whole,
            switch_router: LinkHealth::Whole,
            router_internet: LinkHealth::Whole,
            internet_cloud: LinkHealth::Whole,
        };
        for check in &mut s.checks {
            check.outcome = Outcome::Passed;
            check.detail.clear();
        }
    }
    s
}

fn gateway(mac: Mac, possible: LedSet) -> GatewayView {
    GatewayView {
        mac,
        ip: Some(BOX_IP),
        first_seen_ms: Some(84),
        last_seen: Some(At(12_000)),
        led_since: solidgreen::model::At(0),
        led: LedView {
            possible,
            basis: Basis::Reported,
            age_ms: Some(2_400),
            because: vec!["console: \u{201c}cloud: connect failed\u{201d}, 2 s ago".into()],
        },
        sources: vec![Source::Neighbour, Source::Dhcp, Source::Console],
        name: Some("Medicine room".into()),
        maker: Some("Sensorist ApS".into()),
        dhcp: vec![(At(1_000), DhcpKind::Discover), (At(1_400), DhcpKind::Ack)],
        dhcp_trace: Vec::new(),
        led_changes: Vec::new(),
        rivals: Vec::new(),
        in_turn: Vec::new(),
        answered: None,
        addresses: Vec::new(),
        remarks: Vec::new(),
        verdict: Verdict::default(),
    }
}

fn second() -> GatewayView {
    GatewayView {
        ip: None,
        name: None,
        led: LedView {
            basis: Basis::Measured,
            ..LedView { possible: LedSet::only(LedState::SolidRed), ..LedView::default() }
        },
        ..gateway(OTHER, LedSet::ALL)
    }
}

fn finding() -> Finding {
    Finding {
        code: Cause::CloudBothPortsDropped,
        owner: Owner::It,
        level: Level::Fault,
        evidence: vec![
            Evidence {
                text: "No answer from 54.229.203.190 and 54.229.68.147 on ports 443 and 4321 within 3 s.".into(),
                basis: Basis::Measured,
                source: "ports".into(),
                age_ms: 6_000,
            },
            Evidence {
                text: "The internet is there: 1.1.1.1 on port 53 answers in 11 ms.".into(),
                basis: Basis::Measured,
                source: "control".into(),
                age_ms: 6_000,
            },
            Evidence {
                text: "The console says that the connection fails.".into(),
                basis: Basis::Reported,
                source: "console".into(),
                age_ms: 2_400,
            },
        ],
        hides: vec![Cause::CloudPort443Blocked, Cause::CloudPort4321Blocked],
        possible: Vec::new(),
        title: "A firewall drops the way to the cloud, on both ports.".into(),
        meaning: "The gateway has an address, but its connection attempts to the cloud are thrown away in silence. That is how a firewall without a rule for it behaves.".into(),
        next_step: "Give the IT department the text for the firewall: it allows the gateway to open TCP 443 and 4321.".into(),
        proof: "The LED turns solid green within a minute after the rule is in force.".into(),
        not_tested: "Whether the rule is for this gateway alone or for the whole network.".into(),
    }
}

fn warning() -> Finding {
    Finding {
        code: Cause::HostWifiBesideWire,
        owner: Owner::Installer,
        level: Level::Warning,
        evidence: Vec::new(),
        hides: Vec::new(),
        possible: Vec::new(),
        title: "This computer is on Wi-Fi beside the cable.".into(),
        meaning: "Traffic may leave by the other network.".into(),
        next_step: "Switch Wi-Fi off and check again.".into(),
        proof: "The line disappears.".into(),
        not_tested: String::new(),
    }
}

fn check(id: CheckId, target: Target, outcome: Outcome, took_ms: u64, detail: &str) -> CheckResult {
    CheckResult { id, target, outcome, took_ms, measured: Measured::Nothing, detail: detail.into() }
}

fn checks() -> Vec<CheckResult> {
    let name = |name: &str| Target::Name {
        server: IpAddr::V4(Ipv4Addr::new(192, 168, 40, 1)),
        role: ServerRole::Lease,
        name: name.into(),
        name_role: NameRole::Cloud,
        transport: Transport::Udp,
    };
    let cloud = |addr: &str| Target::Cloud { addr: addr.parse().unwrap(), documented: true, resolved: true };
    let lost = || Outcome::Failed(Failure::Silence);
    vec![
        check(CheckId::Witness, Target::Host, Outcome::Passed, 2, "No VPN, no proxy, one network."),
        check(
            CheckId::Link,
            Target::Interface("eth0".into()),
            Outcome::Passed,
            1,
            "1000 Mbit/s, full duplex.",
        ),
        check(CheckId::Lease, Target::Host, Outcome::Passed, 1, "192.168.40.23/24 from 192.168.40.1."),
        check(
            CheckId::Router,
            Target::Router(Ipv4Addr::new(192, 168, 40, 1)),
            Outcome::Passed,
            3,
            "Fortinet, Inc.",
        ),
        check(
            CheckId::Offer,
            Target::Segment,
            Outcome::Inconclusive("port 68 is held by this computer's own DHCP client".into()),
            0,
            "An answer could not have arrived here.",
        ),
        check(CheckId::Names, name("gk.sensorist.com"), Outcome::Passed, 14, "54.229.203.190"),
        check(CheckId::Names, name("gk.sensorist.net"), Outcome::Passed, 17, "54.229.68.147"),
        check(
            CheckId::Ports,
            cloud("54.229.203.190:443"),
            lost(),
            3000,
            "Three SYNs, no answer of any kind.",
        ),
        check(
            CheckId::Ports,
            cloud("54.229.203.190:4321"),
            lost(),
            3000,
            "Three SYNs, no answer of any kind.",
        ),
        check(
            CheckId::Canary,
            Target::Canary("198.51.100.7:443".parse().unwrap()),
            Outcome::Passed,
            3000,
            "Silence, as it must be.",
        ),
        check(
            CheckId::Control,
            Target::Control("1.1.1.1:53".parse().unwrap()),
            Outcome::Passed,
            11,
            "Answers.",
        ),
        check(
            CheckId::Control,
            Target::Control("9.9.9.9:53".parse().unwrap()),
            Outcome::Skipped("one answer is enough".into()),
            0,
            "",
        ),
    ]
}

fn interface(name: &str, kind: LinkKind, ip: [u8; 4]) -> Interface {
    Interface {
        index: 2,
        name: name.into(),
        label: name.into(),
        kind,
        mac: None,
        up: true,
        carrier: Some(true),
        speed_bps: Some(1_000_000_000),
        full_duplex: Some(true),
        addresses: vec![HostAddress { ip: Ipv4Addr::from(ip), prefix: 24 }],
        router: Some(Ipv4Addr::new(ip[0], ip[1], ip[2], 1)),
        metric: 100,
        name_servers: vec![IpAddr::V4(Ipv4Addr::new(ip[0], ip[1], ip[2], 1))],
        lease: None,
        mtu: Some(1500),
        ipv6_router: None,
        port_authenticated: None,
    }
}

fn host() -> HostView {
    HostView {
        interfaces: vec![
            interface("eth0", LinkKind::Wired, [192, 168, 40, 23]),
            interface("wlan0", LinkKind::Wireless, [10, 0, 8, 4]),
        ],
        chosen: Some("eth0".into()),
        default_route_by: Some("eth0".into()),
        ..HostView::default()
    }
}

fn ports() -> ConsoleView {
    ConsoleView {
        ports: vec![
            SerialPort { name: "/dev/ttyS0".into(), usb: None, product: None },
            SerialPort {
                name: "/dev/ttyUSB0".into(),
                usb: Some((0x0403, 0x6001)),
                product: Some("FT232R USB UART".into()),
            },
        ],
        ..ConsoleView::default()
    }
}

/// The console is open and has lines, recognised and not.
pub fn with_console() -> Snapshot {
    let mut s = blocked();
    let line = |text: &str, fact: Option<ConsoleFact>| ConsoleLine {
        port: "/dev/ttyUSB0".into(),
        text: text.into(),
        dialect: fact.as_ref().map(|_| "rtos-log".into()),
        assumed: fact.is_some(),
        meaning: fact,
    };
    let led = |state| Some(ConsoleFact { led: Some(state), ..ConsoleFact::default() });
    s.console.port = Some("/dev/ttyUSB0".into());
    s.console.open = true;
    s.console.status = "open".into();
    s.console.lines = vec![
        (
            At(400),
            line(
                "[ 0] boot: fw 2.1 mac=34:a5:e1:00:0b:07",
                Some(ConsoleFact { mac: Some(BOX), restarted: true, ..ConsoleFact::default() }),
            ),
        ),
        (At(900), line("[ 512] eth: 100M full", None)),
        (At(1_200), line("[ 800] dhcp: discover", led(LedState::SolidRed))),
        (
            At(1_900),
            line(
                "[ 1490] dhcp: bound 192.168.40.71",
                Some(ConsoleFact {
                    led: Some(LedState::BlinkingRed),
                    ip: Some(BOX_IP),
                    ..ConsoleFact::default()
                }),
            ),
        ),
        (At(5_100), line("[ 4700] cloud: connect failed 54.229.203.190:443", led(LedState::BlinkingRed))),
    ];
    s
}

/// What the firewall's own log said of the blocked box, and a line of it that does not decide.
pub fn with_pasted() -> Snapshot {
    use solidgreen::model::finding::{Evidence, Reported};
    let mut s = blocked();
    let told = |text: &str, age_ms, but: &[&str]| Reported {
        mac: s.gateways[0].mac,
        evidence: Evidence { text: text.into(), basis: Basis::Reported, source: "pasted".into(), age_ms },
        owner: Owner::It,
        but: but.iter().map(|b| (*b).to_owned()).collect(),
        names: vec!["SG block".into()],
    };
    s.reported = vec![
        told(
            "Fortinet FortiGate reports: Denied: TCP port 4321 to 54.229.68.147, by SG block (line 3, 12 times, written 2026-11-28 07:03:12 in a zone that it does not name)",
            120_000,
            &[],
        ),
        told(
            "Fortinet FortiGate reports: Allowed: TCP port 443 to 54.229.68.147, by SG allow (line 9, written 2026-11-26 22:10:01)",
            108_000_000,
            &["it was written 30 hours ago and says little of now"],
        ),
    ];
    s
}
