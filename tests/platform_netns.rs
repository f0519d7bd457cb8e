//! The platform layer on a real segment: two network namespaces joined by a cable, the laptop's and the router's.
//!
//! The outer test builds them and runs this same program again in each: `router_side` answers, `laptop_side` looks.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test ends where its network is not what it should be"
)]
#![allow(
    clippy::disallowed_methods,
    reason = "the test builds a network, times what it measures, and plays the other side of it"
)]

use solidgreen::model::Mac;
use solidgreen::model::check::Failure;
use solidgreen::model::evidence::DhcpKind;
use solidgreen::model::footprint::PacketKind;
use solidgreen::model::host::{HostAddress, Interface, LinkKind};
use solidgreen::platform::guest::{Connect, Meter, dhcp_listen};
use solidgreen::platform::neighbours::{self, NeighbourState};
use solidgreen::platform::{Trouble, interfaces, rights};
use solidgreen::wire;
use std::fs::Permissions;
use std::io::{BufRead, BufReader, Read};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, UdpSocket};
use std::os::unix::fs::PermissionsExt;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

const LAPTOP: Ipv4Addr = Ipv4Addr::new(192, 168, 77, 9);
const ROUTER: Ipv4Addr = Ipv4Addr::new(192, 168, 77, 1);
const GATEWAY: Ipv4Addr = Ipv4Addr::new(192, 168, 77, 20);
const NOBODY: Ipv4Addr = Ipv4Addr::new(192, 168, 77, 50);
const GATEWAY_MAC: Mac = Mac([0x34, 0xa5, 0xe1, 0, 0, 1]);
const MDNS: Ipv4Addr = Ipv4Addr::new(224, 0, 0, 251);
const OPEN: u16 = 4321;
const CLOSED: u16 = 4322;
const ECHO: u16 = 5300;
/// The outer test sets it: the inner ones must never run on the machine's own network.
const INSIDE: &str = "SOLIDGREEN_TEST_NAMESPACE";

/// Both namespaces, removed when it goes.
struct Site {
    laptop: String,
    router: String,
}

impl Site {
    fn build() -> Site {
        let id = std::process::id();
        let site = Site { laptop: format!("platform-{id}-lap"), router: format!("platform-{id}-rtr") };
        let (lap, rtr) = (&site.laptop, &site.router);
        for step in [
            format!("netns add {lap}"),
            format!("netns add {rtr}"),
            format!("-n {lap} link add eth0 type veth peer name eth0 netns {rtr}"),
            format!("-n {rtr} link set eth0 address {GATEWAY_MAC}"),
            format!("-n {rtr} addr add {ROUTER}/24 dev eth0"),
            format!("-n {rtr} addr add {GATEWAY}/24 dev eth0"),
            format!("-n {lap} addr add {LAPTOP}/24 dev eth0"),
            format!("-n {lap} link set lo up"),
            format!("-n {rtr} link set lo up"),
            format!("-n {lap} link set eth0 up"),
            format!("-n {rtr} link set eth0 up"),
            format!("-n {lap} route add default via {ROUTER}"),
            // what the router does with the way out: each a different answer
            format!("-n {rtr} route add prohibit 203.0.113.9"),
            format!("-n {rtr} route add unreachable 203.0.113.10"),
            format!("-n {rtr} route add blackhole 203.0.113.11"),
            // an interface without a way out
            format!("-n {lap} link add idle0 type veth peer name idle1"),
            format!("-n {lap} addr add 10.99.0.2/24 dev idle0"),
            format!("-n {lap} link set idle1 up"),
            format!("-n {lap} link set idle0 up"),
        ] {
            ip(&step);
        }
        for setting in
            ["net.ipv4.ip_forward=1", "net.ipv4.icmp_ratelimit=0", "net.ipv4.icmp_msgs_per_sec=10000"]
        {
            // the last is of the whole machine in newer kernels: then it cannot be set, and need not be
            let _ = Command::new("ip").args(["netns", "exec", rtr, "sysctl", "-qw", setting]).output();
        }
        site
    }

    /// This program again, one test of it, inside a namespace.
    fn run(namespace: &str, test: &str) -> Command {
        let mut command = Command::new("ip");
        command
            .args(["netns", "exec", namespace])
            .arg(std::env::current_exe().unwrap())
            .args(["--exact", test, "--ignored", "--nocapture"])
            .env(INSIDE, "1");
        command
    }

    /// As `run`, in the laptop's namespace, as a user without any right.
    fn run_without_rights(&self, test: &str) -> Output {
        // that user may not be able to read the folder that this program was built in
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("test");
        std::fs::copy(std::env::current_exe().unwrap(), &program).unwrap();
        for path in [folder.path(), &program] {
            std::fs::set_permissions(path, Permissions::from_mode(0o755)).unwrap();
        }
        let nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--no-new-privs"];
        let mut command = Command::new("ip");
        command.args(["netns", "exec", &self.laptop]).args(nobody).arg(program).current_dir("/");
        command.args(["--exact", test, "--ignored", "--nocapture"]).env(INSIDE, "1").output().unwrap()
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        for namespace in [&self.laptop, &self.router] {
            let _ = Command::new("ip").args(["netns", "del", namespace]).output();
        }
    }
}

/// Runs `ip`; a step that fails ends the test with its reason.
fn ip(step: &str) {
    let done = Command::new("ip").args(step.split(' ')).output().unwrap_or_else(|e| {
        panic!("this test needs the program 'ip' (Debian: apt-get install iproute2): {e}");
    });
    assert!(
        done.status.success(),
        "this test needs root and network namespaces; 'ip {step}' failed: {}",
        String::from_utf8_lossy(&done.stderr)
    );
}

/// Ends the router's side by closing its input, and waits for it.
struct RouterSide(Child);

impl Drop for RouterSide {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        let _ = self.0.wait();
    }
}

#[test]
fn the_platform_on_a_real_segment() {
    let site = Site::build();
    let mut router = Site::run(&site.router, "router_side")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map(RouterSide)
        .unwrap();
    let mut lines = BufReader::new(router.0.stdout.take().unwrap()).lines();
    assert!(lines.any(|l| l.is_ok_and(|l| l.contains("router is ready"))), "the router's side did not start");
    // without rights first: the neighbour table is still empty then
    let ordinary = site.run_without_rights("ordinary_user");
    let laptop = Site::run(&site.laptop, "laptop_side").output().unwrap();
    drop(router);
    for done in [ordinary, laptop] {
        let text = [done.stdout, done.stderr].map(|t| String::from_utf8_lossy(&t).into_owned()).join("\n");
        assert!(done.status.success() && text.contains("1 passed"), "{text}");
    }
}

fn inside() -> bool {
    let inside = std::env::var_os(INSIDE).is_some();
    assert!(inside, "only for the outer test: it would use the machine's own network");
    inside
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

fn interface(name: &str) -> Interface {
    interfaces::interfaces().unwrap().into_iter().find(|i| i.name == name).unwrap()
}

/// Listens, echoes, broadcasts a DISCOVER now and then as a box without an address would, and answers a probe.
#[test]
#[ignore = "run by the outer test inside a namespace"]
fn router_side() {
    inside();
    let _open = TcpListener::bind((ROUTER, OPEN)).unwrap();
    let echo = UdpSocket::bind((ROUTER, ECHO)).unwrap();
    std::thread::spawn(move || {
        let mut buffer = [0; 100];
        while let Ok((length, from)) = echo.recv_from(&mut buffer) {
            echo.send_to(&buffer[..length], from).unwrap();
        }
    });
    std::thread::spawn(|| {
        runtime().block_on(async {
            let eth0 = interface("eth0");
            let listener = dhcp_listen().unwrap();
            let reply = UdpSocket::bind((ROUTER, 6767)).unwrap();
            reply.set_broadcast(true).unwrap();
            loop {
                let meter = Meter::new();
                let probe = meter.dhcp_probe(&eth0).unwrap();
                probe.send(&wire::dhcp::discover(77, GATEWAY_MAC), Ipv4Addr::BROADCAST).await.unwrap();
                drop(probe);
                let wait = Duration::from_millis(100);
                while let Ok(Ok((mut bytes, _))) = tokio::time::timeout(wait, listener.recv()).await {
                    if wire::dhcp::parse(&bytes).is_ok_and(|d| d.xid == 99) {
                        bytes[0] = 2;
                        bytes[242] = 2;
                        reply.send_to(&bytes, (Ipv4Addr::new(192, 168, 77, 255), 68)).unwrap();
                    }
                }
            }
        });
    });
    std::thread::spawn(answers_by_mdns);
    println!("router is ready");
    let _ = std::io::stdin().read(&mut [0]);
}

#[test]
#[ignore = "run by the outer test inside a namespace"]
fn laptop_side() {
    inside();
    the_interfaces_are_what_they_are();
    the_sweep_finds_who_is_there();
    let runtime = runtime();
    runtime.block_on(every_failure_has_its_word());
    runtime.block_on(questions_by_udp());
    runtime.block_on(dhcp_is_heard_and_asked());
    runtime.block_on(mdns_is_asked_and_heard_beside_another_responder());
    a_vpn_takes_the_default_route();
}

/// What an installer without rights gets: everything but the ports below 1024.
#[test]
#[ignore = "run by the outer test inside a namespace"]
fn ordinary_user() {
    inside();
    let rights = rights::rights();
    assert!(!rights.administrator && !rights.low_ports, "{rights:?}");
    the_interfaces_are_what_they_are();
    the_sweep_finds_who_is_there();
    runtime().block_on(async {
        let meter = Meter::new();
        let router = SocketAddr::from((ROUTER, OPEN));
        let limit = Duration::from_secs(1);
        let open = meter.connect(Some(&interface("eth0")), router, limit, PacketKind::TcpConnect).await;
        assert!(open.outcome.is_ok(), "{open:?}");
        let refused = dhcp_listen().unwrap_err();
        assert_eq!(refused.trouble, Trouble::Permission);
        assert!(refused.advice.contains("setcap cap_net_bind_service+ep solidgreen"), "{refused}");
        let refused = meter.dhcp_probe(&interface("eth0")).unwrap_err();
        assert_eq!(refused.trouble, Trouble::Permission);
    });
}

fn the_interfaces_are_what_they_are() {
    let view = interfaces::read();
    assert_eq!(view.could_not_read, Vec::<String>::new());
    assert_eq!(view.default_route_by.as_deref(), Some("eth0"));
    let eth0 = view.interfaces.iter().find(|i| i.name == "eth0").unwrap();
    assert_eq!(eth0.kind, LinkKind::Wired);
    assert_eq!((eth0.up, eth0.carrier), (true, Some(true)));
    assert_eq!(eth0.addresses, [HostAddress { ip: LAPTOP, prefix: 24 }]);
    assert_eq!(eth0.router, Some(ROUTER));
    assert_eq!(eth0.speed_bps, Some(10_000_000_000), "what a veth claims");
    assert_eq!((eth0.full_duplex, eth0.mtu), (Some(true), Some(1500)));
    let idle = interface("idle0");
    assert_eq!((idle.kind, idle.router), (LinkKind::Wired, None));
}

fn the_sweep_finds_who_is_there() {
    let eth0 = interface("eth0");
    let meter = Meter::new();
    let targets: Vec<Ipv4Addr> = (1..255).map(|n| Ipv4Addr::new(192, 168, 77, n)).collect();
    meter.sweep(&eth0, &targets).unwrap();
    let begin = Instant::now();
    let seen = loop {
        let table = neighbours::table(Some(eth0.index)).unwrap();
        if table.neighbours.len() >= 2 {
            break table;
        }
        assert!(begin.elapsed() < Duration::from_secs(10), "{table:?}");
        std::thread::sleep(Duration::from_millis(5));
    };
    for ip in [ROUTER, GATEWAY] {
        let row = seen.neighbours.iter().find(|n| n.ip == ip).unwrap();
        assert_eq!((row.mac, row.interface_index), (GATEWAY_MAC, eth0.index));
        assert_eq!(row.state, NeighbourState::Reachable);
        assert!(row.confirmed_ms_ago.is_some(), "{row:?}");
    }
    assert!(seen.unanswered.contains(&NOBODY));
    assert_eq!(meter.footprint().by_kind.get(&PacketKind::Sweep), Some(&253), "all but its own");
    assert!(meter.footprint().addresses.contains(&IpAddr::V4(NOBODY)));
}

async fn every_failure_has_its_word() {
    let eth0 = interface("eth0");
    let meter = Meter::new();
    // Linux lets a route of refusal answer about once a second: then only the second SYN is answered
    let limit = Duration::from_millis(2500);
    let connect = async |ip: [u8; 4], port| {
        meter.connect(Some(&eth0), SocketAddr::from((ip, port)), limit, PacketKind::TcpConnect).await
    };
    let failed = |failure, offender: Option<Ipv4Addr>, icmp| Connect {
        outcome: Err(failure),
        offender: offender.map(IpAddr::V4),
        icmp,
        not_sent: None,
    };
    let open = connect(ROUTER.octets(), OPEN).await;
    assert!(open.outcome.is_ok(), "{open:?}");
    assert_eq!(connect(ROUTER.octets(), CLOSED).await, failed(Failure::Refused, None, None));
    assert_eq!(
        connect([203, 0, 113, 9], 443).await,
        failed(Failure::IcmpProhibited, Some(ROUTER), Some((3, 13)))
    );
    assert_eq!(
        connect([203, 0, 113, 10], 443).await,
        failed(Failure::IcmpHostUnreachable, Some(ROUTER), Some((3, 1)))
    );
    assert_eq!(connect([203, 0, 113, 11], 443).await, failed(Failure::Silence, None, None));
    assert_eq!(
        connect([203, 0, 113, 12], 443).await,
        failed(Failure::IcmpNetUnreachable, Some(ROUTER), Some((3, 0)))
    );

    // no answer to ARP: this computer itself says so, after 3 s
    let nobody = SocketAddr::from((NOBODY, 443));
    let silent = meter.connect(Some(&eth0), nobody, Duration::from_secs(5), PacketKind::TcpConnect).await;
    assert_eq!(silent, failed(Failure::NeighbourSilent, Some(LAPTOP), Some((3, 1))));

    // an interface without a route: said at once, and nothing is sent
    let before = meter.footprint().packets();
    let cloud = SocketAddr::from(([203, 0, 113, 9], 443));
    let lost = meter.connect(Some(&interface("idle0")), cloud, limit, PacketKind::TcpConnect).await;
    assert_eq!(lost, failed(Failure::NoRoute, None, None));
    assert_eq!(meter.footprint().packets(), before);
    assert_eq!(meter.troubles(), []);

    // this computer's own addresses are reached whatever the socket is tied to
    let own = TcpListener::bind((LAPTOP, 0)).unwrap().local_addr().unwrap();
    let to_itself = meter.connect(Some(&eth0), own, limit, PacketKind::TcpConnect).await;
    assert_eq!(to_itself, failed(Failure::Refused, None, None));
}

async fn questions_by_udp() {
    let eth0 = interface("eth0");
    let meter = Meter::new();
    let limit = Duration::from_millis(2500);
    let resend = Some(Duration::from_millis(1200));
    let ask = async |ip: [u8; 4], port| {
        let server = SocketAddr::from((ip, port));
        let accept = |a: &[u8]| a == b"ask";
        meter.udp_ask(Some(&eth0), server, b"ask", limit, resend, PacketKind::DnsQuery, accept).await
    };
    assert_eq!(ask(ROUTER.octets(), ECHO).await.map(|a| a.0), Ok(b"ask".to_vec()));
    assert_eq!(ask(ROUTER.octets(), CLOSED).await, Err(Failure::Refused));
    assert_eq!(ask([203, 0, 113, 9], 53).await, Err(Failure::IcmpProhibited));
    assert_eq!(ask([203, 0, 113, 11], 53).await, Err(Failure::Silence));
}

async fn dhcp_is_heard_and_asked() {
    let eth0 = interface("eth0");
    let limit = Duration::from_secs(3);
    let listener = dhcp_listen().unwrap();
    let twin = dhcp_listen();
    assert!(twin.is_ok(), "the port is shared: {twin:?}");
    let (bytes, from) = tokio::time::timeout(limit, listener.recv()).await.unwrap().unwrap();
    let heard = wire::dhcp::parse(&bytes).unwrap();
    assert_eq!((heard.kind, heard.mac, from.port()), (DhcpKind::Discover, GATEWAY_MAC, 68));

    let meter = Meter::new();
    let probe = meter.dhcp_probe(&eth0).unwrap();
    probe.send(&wire::dhcp::discover(99, Mac([2, 0, 0, 0, 0, 9])), Ipv4Addr::BROADCAST).await.unwrap();
    let (bytes, _) = tokio::time::timeout(limit, probe.recv()).await.unwrap().unwrap();
    let offer = wire::dhcp::parse(&bytes).unwrap();
    assert_eq!((offer.kind, offer.xid), (DhcpKind::Offer, 99));
    assert_eq!(meter.footprint().by_kind.get(&PacketKind::DhcpProbe), Some(&1));

    // somebody who does not share
    drop((listener, twin));
    let held = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 67)).unwrap();
    let busy = dhcp_listen().unwrap_err();
    assert_eq!(busy.trouble, Trouble::Busy, "{busy}");
    drop(held);
}

/// A socket of port 5353 that shares it, as another responder has it.
fn shared_mdns_port(own: Ipv4Addr) -> UdpSocket {
    let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::DGRAM, None).unwrap();
    socket.set_reuse_address(true).unwrap();
    socket.set_reuse_port(true).unwrap();
    socket.bind(&SocketAddr::from((Ipv4Addr::UNSPECIFIED, 5353)).into()).unwrap();
    socket.join_multicast_v4(&MDNS, &own).unwrap();
    socket.set_multicast_if_v4(&own).unwrap();
    socket.into()
}

/// Answers each question to everybody and to its asker alone, and once from a port that is not that of mDNS.
fn answers_by_mdns() {
    let socket = shared_mdns_port(ROUTER);
    let stray = UdpSocket::bind((ROUTER, 5354)).unwrap();
    let mut buffer = [0; 2000];
    while let Ok((length, from)) = socket.recv_from(&mut buffer) {
        if from.ip() == LAPTOP && buffer[..length].starts_with(b"ask") {
            stray.send_to(b"stray", from).unwrap();
            stray.send_to(b"stray", (MDNS, 5353)).unwrap();
            socket.send_to(b"alone", from).unwrap();
            socket.send_to(b"all", (MDNS, 5353)).unwrap();
        }
    }
}

async fn mdns_is_asked_and_heard_beside_another_responder() {
    let eth0 = interface("eth0");
    let limit = Duration::from_secs(3);
    let mut buffer = [0; 2000];
    let meter = Meter::new();
    let mut mdns = meter.mdns(&eth0).unwrap();
    assert!(mdns.hears_alone(), "nobody else holds the port");
    mdns.ask(b"ask").unwrap();
    let mut heard = Vec::new();
    while heard.len() < 2 {
        let (length, from) = tokio::time::timeout(limit, mdns.hear(&mut buffer)).await.unwrap().unwrap();
        // its own question comes back, as it does to each responder of this computer
        if from == ROUTER {
            heard.push(buffer[..length].to_vec());
        }
    }
    heard.sort();
    assert_eq!(heard, [b"all".to_vec(), b"alone".to_vec()], "not what came from another port");
    assert_eq!(meter.footprint().by_kind.get(&PacketKind::MdnsQuery), Some(&1));
    mdns.leave_alone();
    let twin = meter.mdns(&eth0);
    assert!(twin.is_ok(), "the port is shared: {twin:?}");
    drop((mdns, twin));

    // beside another responder nothing is taken from it that was sent to this computer alone
    let other = shared_mdns_port(LAPTOP);
    other.set_read_timeout(Some(limit)).unwrap();
    let mdns = meter.mdns(&eth0).unwrap();
    assert!(!mdns.hears_alone());
    mdns.ask(b"ask").unwrap();
    let heard = loop {
        let (length, from) = tokio::time::timeout(limit, mdns.hear(&mut buffer)).await.unwrap().unwrap();
        if from == ROUTER {
            break buffer[..length].to_vec();
        }
    };
    assert_eq!(heard, b"all");
    let alone = std::iter::repeat_with(|| other.recv_from(&mut buffer).map(|(n, _)| buffer[..n].to_vec()))
        .take(8)
        .any(|got| got.is_ok_and(|got| got == b"alone"));
    assert!(alone, "the other one gets its own");
    // an interface on which nobody joined hears nothing of this one
    let idle = meter.mdns(&interface("idle0")).unwrap();
    mdns.ask(b"ask").unwrap();
    let nothing = tokio::time::timeout(Duration::from_millis(200), idle.hear(&mut buffer)).await;
    assert!(nothing.is_err(), "{nothing:?}");

    // somebody who does not share
    drop((mdns, other, idle));
    let held = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 5353)).unwrap();
    let busy = meter.mdns(&eth0).unwrap_err();
    assert_eq!(busy.trouble, Trouble::Busy, "{busy}");
    drop(held);
    // what the system does not take is not counted
    let before = meter.footprint().by_kind.get(&PacketKind::MdnsQuery).copied();
    let mdns = meter.mdns(&interface("idle0")).unwrap();
    assert!(mdns.ask(&[0; 65_535]).is_err());
    assert_eq!(meter.footprint().by_kind.get(&PacketKind::MdnsQuery).copied(), before);
}

fn a_vpn_takes_the_default_route() {
    for step in [
        "link add vpn0 type veth peer name vpn1",
        "addr add 10.8.0.2/24 dev vpn0",
        "link set vpn1 up",
        "link set vpn0 up",
        "route add 0.0.0.0/1 dev vpn0",
        "route add 128.0.0.0/1 via 10.8.0.1 dev vpn0",
    ] {
        ip(step);
    }
    assert_eq!(interfaces::default_route_interface().as_deref(), Some("vpn0"));
    assert_eq!(interface("vpn0").router, Some(Ipv4Addr::new(10, 8, 0, 1)));
    assert_eq!(interface("eth0").router, Some(ROUTER), "the default route is still there");
    ip("link del vpn0");
    ip("route del default");
    assert_eq!(interfaces::default_route_interface(), None);
}
