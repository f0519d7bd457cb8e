//! A rich visit for the tests of the report: a blocked gateway in a hospital, a second one that is green.

use solidgreen::model::cause::Cause;
use solidgreen::model::check::*;
use solidgreen::model::evidence::{ConsoleLine, DhcpKind, Source};
use solidgreen::model::finding::{Evidence, Finding, Level, Owner, Verdict};
use solidgreen::model::footprint::{Footprint, PacketKind};
use solidgreen::model::host::*;
use solidgreen::model::rule::{ChangeRequest, RuleChoice, Scope};
use solidgreen::model::snapshot::*;
use solidgreen::model::{At, Basis, LedSet, LedState, LedView, Mac, Snapshot};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

pub fn mac(text: &str) -> Mac {
    text.parse().unwrap()
}

fn led(state: LedState, basis: Basis, age_ms: u64, because: &[&str]) -> LedView {
    LedView {
        possible: LedSet::only(state),
        basis,
        age_ms: Some(age_ms),
        because: because.iter().map(|s| (*s).to_owned()).collect(),
    }
}

pub fn gateway(mac_text: &str, ip: [u8; 4], state: LedState) -> GatewayView {
    GatewayView {
        mac: mac(mac_text),
        ip: Some(ip.into()),
        first_seen_ms: Some(184),
        last_seen: Some(At(41_000)),
        led_since: solidgreen::model::At(0),
        led: led(
            state,
            Basis::Reported,
            4_200,
            &["The console said “cloud: connect failed” (dialect rtos-log, assumed)."],
        ),
        sources: vec![Source::Neighbour, Source::Dhcp, Source::Console],
        name: Some("sensorist-kyl-7".into()),
        maker: Some("Sensorist ApS".into()),
        dhcp: vec![(At(9_000), DhcpKind::Discover), (At(9_400), DhcpKind::Request)],
        dhcp_trace: Vec::new(),
        led_changes: Vec::new(),
        rivals: Vec::new(),
        in_turn: Vec::new(),
        answered: None,
        addresses: Vec::new(),
        remarks: vec!["The box restarted at 14:04:51.".into()],
        verdict: Verdict::default(),
    }
}

fn check(id: CheckId, target: Target, outcome: Outcome, took_ms: u64, detail: &str) -> CheckResult {
    CheckResult { id, target, outcome, took_ms, measured: Measured::Nothing, detail: detail.into() }
}

fn cloud(ip: [u8; 4], port: u16) -> Target {
    Target::Cloud { addr: SocketAddr::from((ip, port)), documented: true, resolved: true }
}

fn name(server: [u8; 4], role: ServerRole, name: &str, name_role: NameRole, transport: Transport) -> Target {
    Target::Name { server: IpAddr::from(server), role, name: name.into(), name_role, transport }
}

fn checks() -> Vec<CheckResult> {
    use CheckId::*;
    let router = Ipv4Addr::new(10, 20, 30, 1);
    let mut out = vec![
        check(Witness, Target::Host, Outcome::Passed, 3, "No VPN, no proxy, same subnet as the gateway"),
        check(Link, Target::Interface("enp0s31f6".into()), Outcome::Passed, 1, "1000 Mbit/s, full duplex"),
        check(
            Lease,
            Target::Interface("enp0s31f6".into()),
            Outcome::Passed,
            2,
            "10.20.30.40/24 from 10.20.30.2",
        ),
        check(Router, Target::Router(router), Outcome::Passed, 12, "answers ARP; maker Fortinet, Inc."),
        check(
            Offer,
            Target::Segment,
            Outcome::Inconclusive("port 68 is held by another program, so answers cannot arrive".into()),
            3_000,
            "",
        ),
    ];
    out[3].measured = Measured::RouterMac(mac("00:09:0f:12:34:56"));
    for server in [[10, 20, 30, 2], [10, 20, 30, 3]] {
        for host in ["gk.sensorist.com", "gk.sensorist.net"] {
            for transport in [Transport::Udp, Transport::Tcp] {
                let mut c = check(
                    Names,
                    name(server, ServerRole::Lease, host, NameRole::Cloud, transport),
                    Outcome::Passed,
                    21,
                    "NOERROR, TTL 300 s",
                );
                c.measured = Measured::Addresses(vec![[54, 229, 203, 190].into(), [54, 229, 68, 147].into()]);
                out.push(c);
            }
        }
        out.push(check(
            Names,
            name(
                server,
                ServerRole::Lease,
                "q7x2-nonsense-0d1f.example.com",
                NameRole::Nonsense,
                Transport::Udp,
            ),
            Outcome::Passed,
            30,
            "NXDOMAIN, as it should be",
        ));
    }
    for ip in [[54, 229, 203, 190], [54, 229, 68, 147]] {
        for port in [443, 4321] {
            let mut c = check(
                Ports,
                cloud(ip, port),
                if port == 443 {
                    Outcome::Failed(Failure::IcmpProhibited)
                } else {
                    Outcome::Failed(Failure::Silence)
                },
                if port == 443 { 14 } else { 2_000 },
                if port == 443 { "A filter says no" } else { "No answer of any kind within 2 s" },
            );
            if port == 443 {
                c.measured = Measured::Offender(router.into());
            }
            out.push(c);
        }
    }
    out.push(check(
        Canary,
        Target::Canary("192.0.2.1:443".parse().unwrap()),
        Outcome::Passed,
        2_000,
        "Nobody answers, as it should be",
    ));
    out.push(check(
        Control,
        Target::Control("1.1.1.1:53".parse().unwrap()),
        Outcome::Passed,
        17,
        "The internet is there",
    ));
    out.push(check(
        Control,
        Target::Control("9.9.9.9:53".parse().unwrap()),
        Outcome::Skipped("one control target had answered already".into()),
        0,
        "",
    ));
    out
}

fn findings() -> Vec<Finding> {
    let evidence = |text: &str, basis, source: &str, age_ms| Evidence {
        text: text.into(),
        basis,
        source: source.into(),
        age_ms,
    };
    vec![
        Finding {
            code: Cause::CloudBothPortsDropped,
            owner: Owner::It,
            level: Level::Fault,
            evidence: vec![
                evidence("54.229.203.190 and 54.229.68.147 gave no answer on TCP 4321", Basis::Measured, "ports", 31_000),
                evidence("1.1.1.1:53 opened within 17 ms, so the internet is there", Basis::Measured, "control", 33_000),
                evidence("The console says “cloud: connect failed, retry on 4321”", Basis::Reported, "console", 4_200),
                evidence("The installer saw the LED blinking red", Basis::Seen, "installer", 75_000),
                evidence("The box has a lease, since it asks for names", Basis::Inferred, "dhcp", 38_000),
            ],
            hides: vec![Cause::CloudPort443Blocked, Cause::CloudPort4321Blocked],
            possible: Vec::new(),
            title: "A firewall drops both ports to the cloud".into(),
            meaning: "The gateway has an address and name servers, but no connection to gk.sensorist.com or gk.sensorist.net \
                      gets out on TCP 443 or 4321. Other traffic of this segment does, so it is a rule and not the line."
                .into(),
            next_step: "Ask IT to allow outbound TCP 443 and 4321 for MAC 34:a5:e1:00:0b:07 (10.20.30.57). The text to \
                        paste is in this report under “Firewall text”."
                .into(),
            proof: "The LED turns solid green within a minute, without a restart of the box.".into(),
            not_tested: "How long an idle connection is kept open.".into(),
        },
        Finding {
            code: Cause::HostWifiBesideWire,
            owner: Owner::Installer,
            level: Level::Warning,
            evidence: vec![evidence("wlp2s0 is up beside enp0s31f6", Basis::Measured, "witness", 40_000)],
            hides: vec![],
            possible: Vec::new(),
            title: "This computer is on wireless beside the wire".into(),
            meaning: "Some answers may have come by the other way.".into(),
            next_step: "Switch wireless off and check again.".into(),
            proof: "The check “witness” passes.".into(),
            not_tested: String::new(),
        },
    ]
}

fn firewall() -> FirewallView {
    let rule = "config firewall address\n    edit \"gw-34a5e1000b07\"\n        set type mac\n        set macaddr \"34:a5:e1:00:0b:07\"\n    next\nend\n\
        config firewall policy\n    edit 0\n        set name \"Oscar TempLog gateway Kylrum Malmo Ostra\"\n        set srcintf \"lan\"\n        set dstintf \"wan1\"\n        set srcaddr \"gw-34a5e1000b07\"\n        set dstaddr \"all\"\n        set action accept\n        set schedule \"always\"\n        set service \"sensorist-443-4321\"\n        set nat enable\n        set logtraffic all\n        set comments \"Outbound only. The connection is persistent and idle for long: the session lifetime has to be at least 7440 s, since some firewalls cut idle sessions at 300 s or 3600 s.\"\n    next\nend";
    FirewallView {
        proposed: Some("fortigate".into()),
        proposed_because: "the router's MAC 00:09:0f:12:34:56 belongs to Fortinet, Inc.".into(),
        platform: "fortigate".into(),
        platform_name: "FortiGate (FortiOS 7.2 and later)".into(),
        scope: Scope::AnyHost,
        choice: RuleChoice::default(),
        gateways: Vec::new(),
        change_request: Some(change_request()),
        capabilities: vec![
            ("Given as".into(), "commands".into()),
            ("Idle timeout".into(), "3600 s, each rule can have its own".into()),
        ],
        parts: vec![
            (
                "Allow rule".into(),
                rule.into(),
                "from the vendor's documentation".into(),
                vec![
                    "Check the names of the interfaces (lan, wan1) first.".into(),
                    "The rule has to stand above any rule that denies.".into(),
                ],
            ),
            (
                "Take it back".into(),
                "config firewall policy\n    delete 0\nend".into(),
                "from memory: have it read before use".into(),
                vec![],
            ),
            (
                "Reserve the address".into(),
                String::new(),
                "from the vendor's documentation".into(),
                vec!["This platform hands out no address here: the DHCP server is 10.20.30.2.".into()],
            ),
        ],
    }
}

fn change_request() -> ChangeRequest {
    ChangeRequest {
        title: "Change request: outbound rule for Solid Green Kylrum Malmo Ostra GW 000B07".into(),
        reason: "This site has a temperature gateway that watches medicine. While the firewall denies it, nothing is monitored.".into(),
        rule: vec![
            ("Source".into(), "10.20.30.71 (MAC 34:A5:E1:00:0B:07)".into()),
            ("Protocol and ports".into(), "TCP 443 and 4321".into()),
        ],
        remarks: vec![("Risk".into(), "Only connections from inside to outside.".into())],
        snippets: vec![("What to type: FortiGate".into(), "config firewall policy\n    edit 0\n    next\nend".into())],
        done_when: "It is done when its LED turns solid green and stays so for a day.".into(),
        signatures: vec!["Asked for by".into(), "Approved by".into(), "Done by".into()],
    }
}

fn host() -> HostView {
    HostView {
        interfaces: vec![Interface {
            index: 2,
            name: "enp0s31f6".into(),
            label: "enp0s31f6".into(),
            kind: LinkKind::Wired,
            mac: Some(mac("8c:16:45:aa:bb:cc")),
            up: true,
            carrier: Some(true),
            speed_bps: Some(1_000_000_000),
            full_duplex: Some(true),
            addresses: vec![HostAddress { ip: [10, 20, 30, 40].into(), prefix: 24 }],
            router: Some([10, 20, 30, 1].into()),
            metric: 100,
            name_servers: vec![[10, 20, 30, 2].into(), [10, 20, 30, 3].into()],
            lease: Some(HostLease {
                dhcp: Some(true),
                server: Some([10, 20, 30, 2].into()),
                lease_secs: Some(86_400),
                told_by: "the network manager".into(),
            }),
            mtu: Some(1500),
            ipv6_router: None,
            port_authenticated: None,
        }],
        chosen: Some("enp0s31f6".into()),
        default_route_by: Some("enp0s31f6".into()),
        proxies: vec![Proxy {
            setting: "https_proxy".into(),
            value: "http://anna:hemligt@proxy.sjukhus.lan:8080".into(),
        }],
        could_not_read: vec![],
    }
}

/// The whole visit.
pub fn snapshot() -> Snapshot {
    let blocked = gateway("34:a5:e1:00:0b:07", [10, 20, 30, 57], LedState::BlinkingRed);
    let mut green = gateway("34:a5:e1:00:0c:11", [10, 20, 30, 58], LedState::SolidGreen);
    green.led = led(LedState::SolidGreen, Basis::Seen, 95_000, &["The installer saw it."]);
    (green.name, green.remarks, green.dhcp, green.sources) =
        (None, vec![], vec![], vec![Source::Neighbour, Source::Installer]);
    green.verdict = Verdict {
        code: Some(Cause::OkGreen),
        owner: Owner::Nobody,
        level: Level::Ok,
        title: "The gateway is connected".into(),
        next_step: String::new(),
    };
    let mut addresses: Vec<IpAddr> = (1..=254u8).map(|n| IpAddr::from([10, 20, 30, n])).collect();
    addresses.extend(
        ["54.229.203.190", "54.229.68.147", "1.1.1.1", "224.0.0.251", "192.0.2.1"]
            .map(|a| a.parse::<IpAddr>().unwrap()),
    );
    let findings = findings();
    let timeline = [
        (0, "Visit began"),
        (1_200, "Find and check: 254 addresses of 10.20.30.0/24"),
        (1_384, "Gateway 34:a5:e1:00:0b:07 seen in the neighbour table"),
        (1_502, "Gateway 34:a5:e1:00:0c:11 seen in the neighbour table"),
        (6_010, "Verdict: a firewall drops both ports to the cloud (IT)"),
        (9_000, "Heard DISCOVER of 34:a5:e1:00:0b:07, host name “sensorist-kyl-7”"),
        (41_000, "Printer skrivare-plan3.sjukhus.lan (00:11:22:33:44:55) answered on 10.20.30.90"),
        (44_000, "The installer saw the LED blinking red; Åsa Öberg, Kylrum Ærø"),
    ]
    .map(|(at, text)| TimelineEntry { at: At(at), text: text.into() })
    .to_vec();
    Snapshot {
        reported: Vec::new(),
        visit: "019ab0f2-7c11-7e55-8a4e-5f1c2d3e4f50".into(),
        started_unix_ms: 1_795_356_300_000,
        now: At(45_400),
        version: "0.1.0".into(),
        site: "Kylrum Malmö Östra, Ærøskøbing".into(),
        activity: Activity::Watching,
        host: host(),
        chosen: Some(blocked.mac),
        gateways: vec![blocked, green],
        hosts: vec![
            HostSeen { mac: mac("00:09:0f:12:34:56"), ip: [10, 20, 30, 1].into(), maker: Some("Fortinet, Inc.".into()), first_seen_ms: 60 },
            HostSeen { mac: mac("00:11:22:33:44:55"), ip: [10, 20, 30, 90].into(), maker: None, first_seen_ms: 190 },
        ],
        checks: checks(),
        running: vec![],
        verdict: Verdict {
            code: Some(findings[0].code),
            owner: findings[0].owner,
            level: findings[0].level,
            title: findings[0].title.clone(),
            next_step: findings[0].next_step.clone(),
        },
        findings,
        took_ms: Some(4_810),
        path: PathView {
            gateway_switch: LinkHealth::Whole,
            switch_router: LinkHealth::Whole,
            router_internet: LinkHealth::Broken,
            internet_cloud: LinkHealth::Unknown,
        },
        footprint: Footprint {
            by_kind: [(PacketKind::Sweep, 762), (PacketKind::DnsQuery, 22), (PacketKind::TcpConnect, 9), (PacketKind::MdnsQuery, 2)].into(),
            addresses,
        },
        broken: vec![],
        limits: vec![Limit {
            what: "Listening for DHCP broadcasts on port 67".into(),
            why: "this account may not open ports below 1024".into(),
            advice: "It would show a box that asks in vain. Run once as administrator, or look into the DHCP server's log.".into(),
        }],
        console: ConsoleView {
            port: Some("/dev/ttyUSB0".into()),
            open: true,
            status: "open".into(),
            lines: vec![(
                At(41_200),
                ConsoleLine {
                    port: "/dev/ttyUSB0".into(),
                    text: "[ 41200] cloud: connect failed".into(),
                    meaning: None,
                    dialect: Some("rtos-log".into()),
                    assumed: true,
                },
            )],
            ports: vec![],
        },
        timeline: timeline.into(),
        timeline_before: 0,
        happened: Default::default(),
        playback: None,
        firewall: firewall().into(),
        demo: None,
        hold: None,
        plug_in_finder: false,
        plug_in_ready: false,
        not_tested: vec![
            "How long the firewall keeps an idle connection open (the box needs it open for hours).".into(),
            "Whether the gateway's own MAC meets another rule than this computer's.".into(),
        ],
        kept_in: Some("/home/anna/.local/share/solidgreen/visits/019ab0f2-7c11-7e55-8a4e-5f1c2d3e4f50".into()),
    }
}
