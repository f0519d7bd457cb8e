//! A site ([`super::plan`]): laptop, gateways and neighbours on a switch; a router with nftables and the site's servers;
//! a provider's hop; an internet with a real name server and a cloud.
//!
//! ```text
//! laptop ─┐
//! gw0 … ──┼── br0 ── lan0 router wan0 ── r0 isp u0 ── up0 inet (lo: the cloud, 9.9.9.9, 1.1.1.1, 8.8.8.8)
//! n0 … ───┘               │       198.18.7.2 – .1  203.0.113.1 – .2
//!                         ├─ lan1 ── br1 ── gw (other subnet), 192.168.8.0/24
//!                         └─ srv0 ── srv 10.70.0.10 (campus only: Kea, unbound)
//! ```

use super::case::{Addressing, Case, Cloud, Gateway};
use super::host::{self, SCRATCH, ip_batch, resolv_conf, shell, start, wait_for, wait_for_log};
use super::plan::{Kind, Plan, SERVERS};
use super::servers;
use std::fmt::Write;
use std::fs;
use std::process::Child;
use std::time::Duration;

/// The program under test: the one built with this runner, or the one that `LAB_PROGRAM` names.
pub fn program() -> String {
    std::env::var("LAB_PROGRAM").unwrap_or_else(|_| env!("CARGO_BIN_EXE_solidgreen").to_owned())
}

pub const LAPTOP_MAC: &str = "02:00:00:00:00:aa";
pub const CLOUD: [&str; 2] = ["54.229.203.190", "54.229.68.147"];
/// Where the cloud is when it has moved.
pub const MOVED: &str = "54.229.11.7";
const PUBLIC: [&str; 3] = ["9.9.9.9", "1.1.1.1", "8.8.8.8"];
/// Neighbours with a real avahi.
pub const CROWD: usize = 3;

/// A built site. It is gone when the sandbox is.
pub struct Site {
    pub plan: Plan,
    pub router_dhcp: Child,
    pub gateways: Vec<Option<Child>>,
}

impl Site {
    /// Takes the power from gateway number `n` and gives it back.
    pub fn restart(&mut self, n: usize, gateway: &Gateway) -> Result<(), String> {
        let place = self.gateways.get_mut(n).ok_or_else(|| format!("there is no gateway {n}"))?;
        if let Some(mut running) = place.take() {
            super::watched::signal(&running, "TERM")?;
            running.wait().map_err(|e| e.to_string())?;
        }
        *place = Some(power(n, gateway)?);
        Ok(())
    }
}

/// Builds the site of a case with its faults in place; the gateways are not yet powered.
pub fn build(case: &Case, kind: Kind) -> Result<Site, String> {
    let plan = Plan::of(kind);
    cables(case, plan)?;
    router(plan)?;
    cloud(case.cloud, case.moved)?;
    fs::write(format!("{SCRATCH}/unbound.conf"), unbound_conf(case.moved)).map_err(|e| e.to_string())?;
    start("inet", "unbound", "unbound", &["-d", "-c", &format!("{SCRATCH}/unbound.conf")])?;
    crowd(case.services)?;
    if case.cloud != Cloud::None {
        wait_for_log("cloud", "listening")?;
    }
    wait_for_log("unbound", "start of service")?;
    let router_dhcp = servers::start_all(case, plan)?;
    match &case.renewing {
        Some(renewing) => super::renewing::begin(renewing)?,
        None => laptop(case.laptop.address, plan)?,
    }
    super::crowd::remember_gone(case, plan)?;
    for fault in &case.faults {
        super::fault::make(fault, plan)?;
    }
    Ok(Site { plan, router_dhcp, gateways: Vec::new() })
}

fn cloud(habit: Cloud, moved: bool) -> Result<(), String> {
    let at: Vec<String> = CLOUD
        .iter()
        .chain(moved.then_some(&MOVED))
        .flat_map(|a| ["443", "4321"].map(|p| format!("{a}:{p}")))
        .collect();
    let role = match habit {
        Cloud::None => return Ok(()),
        Cloud::Virtual => {
            let listen: Vec<String> = at.iter().map(|a| format!("--listen={a}")).collect();
            let args: Vec<&str> = ["lab", "cloud", "--interval", "5"]
                .into_iter()
                .chain(listen.iter().map(String::as_str))
                .collect();
            return start("inet", "cloud", &program(), &args).map(drop);
        }
        Cloud::Echo => "echo",
        Cloud::Silent => "silent",
        Cloud::Close => "close",
        Cloud::Reset => "reset",
        Cloud::Greet => "greet",
        Cloud::CloseAfter8 => "close-after-8",
    };
    let args: Vec<&str> = ["--role-cloud", role].into_iter().chain(at.iter().map(String::as_str)).collect();
    super::fault::start_role("inet", "cloud", &args)
}

fn cables(case: &Case, plan: Plan) -> Result<(), String> {
    let mut hosts = ["sw", "rtr", "isp", "inet", "laptop", "srv"].map(str::to_owned).to_vec();
    let mut switch = String::from(
        "link set lo up\nlink add br0 type bridge forward_delay 0\nlink set br0 up\n\
         link add br1 type bridge forward_delay 0\nlink set br1 up\n",
    );
    let mut plug = |bridge: &str, port: &str, name: &str, mac: &str, host: &str| {
        // writing to a String cannot fail
        let _ = write!(
            switch,
            "link add p_{port} type veth peer name {name} address {mac} netns {host}\nlink set p_{port} master {bridge} up\n"
        );
    };
    plug("br0", "lan0", "lan0", plan.router_mac, "rtr");
    plug("br1", "lan1", "lan1", "00:09:0f:00:00:02", "rtr");
    plug("br0", "laptop", "eth0", LAPTOP_MAC, "laptop");
    for (n, gateway) in case.gateways.iter().enumerate() {
        let bridge = if gateway.other_subnet { "br1" } else { "br0" };
        plug(bridge, &format!("gw{n}"), "eth0", &gateway.mac, &format!("gw{n}"));
        hosts.push(format!("gw{n}"));
    }
    for n in 0..CROWD + case.hosts {
        plug("br0", &format!("n{n}"), "eth0", &format!("b8:27:eb:00:00:{n:02x}"), &format!("n{n}"));
        hosts.push(format!("n{n}"));
    }
    let add: String = hosts.iter().map(|h| format!("netns add {h}\n")).collect();
    ip_batch(None, &add)?;
    ip_batch(Some("sw"), &switch)?;
    ip_batch(
        Some("rtr"),
        &format!(
            "link set lo up\nlink add wan0 type veth peer name r0 netns isp\nlink add srv0 type veth peer name eth0 netns srv\n\
             link set lan0 up\nlink set lan1 up\nlink set wan0 up\nlink set srv0 up\n\
             addr add {}/{} brd + dev lan0\naddr add 192.168.8.1/24 brd + dev lan1\naddr add 198.18.7.2/30 dev wan0\n\
             addr add 10.70.0.1/24 dev srv0\n",
            plan.router, plan.prefix
        ),
    )?;
    // the provider's hop has a public address, as providers' have (RFC 5737 keeps this block free)
    ip_batch(
        Some("isp"),
        "link set lo up\nlink add u0 type veth peer name up0 netns inet\nlink set r0 up\nlink set u0 up\n\
         addr add 203.0.113.9/32 dev lo\naddr add 198.18.7.1/30 dev r0\naddr add 203.0.113.1/30 dev u0\n",
    )?;
    ip_batch(
        Some("srv"),
        &format!(
            "link set lo up\nlink set eth0 up\naddr add {SERVERS}/24 dev eth0\nroute add default via 10.70.0.1\n"
        ),
    )?;
    let public: String =
        CLOUD.iter().chain(&PUBLIC).chain([&MOVED]).map(|a| format!("addr add {a}/32 dev lo\n")).collect();
    ip_batch(
        Some("inet"),
        &format!(
            "link set lo up\nlink set up0 up\naddr add 203.0.113.2/30 dev up0\n{public}route add 198.18.7.0/30 via 203.0.113.1\n"
        ),
    )?;
    ip_batch(Some("isp"), "route add default via 203.0.113.2\n")?;
    ip_batch(Some("rtr"), "route add default via 198.18.7.1\n")?;
    ip_batch(Some("laptop"), "link set lo up\nlink set eth0 up\n")?;
    for n in 0..CROWD + case.hosts {
        ip_batch(
            Some(&format!("n{n}")),
            &format!(
                "link set lo up\nlink set eth0 up\naddr add {}{}/{} brd + dev eth0\nroute add default via {}\n",
                plan.neighbours,
                30 + n,
                plan.prefix,
                plan.router
            ),
        )?;
    }
    for n in 0..case.gateways.len() {
        ip_batch(Some(&format!("gw{n}")), "link set lo up\nlink set eth0 up\n")?;
    }
    super::crowd::build(case, plan)?;
    // else the first packets vanish
    wait_for(Duration::from_secs(5), || {
        let ports = host::run("ip", &["-n", "sw", "-br", "link", "show", "type", "veth"])?;
        let down: Vec<&str> = ports.lines().filter(|l| !l.contains(" UP ")).collect();
        if down.is_empty() { Ok(()) } else { Err(format!("not up: {}", down.join("; "))) }
    })?;
    for (n, gateway) in case.gateways.iter().enumerate() {
        if gateway.unplugged {
            ip_batch(Some("sw"), &format!("link set p_gw{n} down\n"))?;
        }
    }
    Ok(())
}

fn router(plan: Plan) -> Result<(), String> {
    shell("isp", "sysctl -qw net.ipv4.ip_forward=1 net.ipv4.icmp_ratelimit=0")?;
    let _ = plan;
    shell("rtr", "sysctl -qw net.ipv4.ip_forward=1 net.ipv4.icmp_ratelimit=0")?;
    let rules = "table ip nat {\n  chain pre { type nat hook prerouting priority -100;\n  }\n\
                   chain post { type nat hook postrouting priority 100; oifname \"wan0\" masquerade\n  }\n}\n\
                 table inet fw {\n  chain flt { type filter hook forward priority 0; policy accept;\n  }\n\
                   chain own { type filter hook input priority 0; policy accept;\n  }\n}\n";
    host::run_with("ip", &["netns", "exec", "rtr", "nft", "-f", "-"], rules).map(drop)
}

fn unbound_conf(moved: bool) -> String {
    let mut conf = format!(
        "server:\n  do-daemonize: no\n  chroot: \"\"\n  username: \"\"\n  directory: \"{SCRATCH}\"\n  pidfile: \"\"\n  \
         use-syslog: no\n  verbosity: 1\n  module-config: \"iterator\"\n  do-ip6: no\n  num-threads: 1\n  \
         access-control: 0.0.0.0/0 allow\n"
    );
    for server in PUBLIC {
        let _ = writeln!(conf, "  interface: {server}");
    }
    conf.push_str("  local-zone: \".\" static\n");
    for name in ["gk.sensorist.com", "gk.sensorist.net"] {
        let given = if moved { &[MOVED][..] } else { &CLOUD[..] };
        for address in given {
            let _ = writeln!(conf, "  local-data: \"{name}. 60 IN A {address}\"");
        }
    }
    for name in ["example.com", "iana.org"] {
        let _ = writeln!(conf, "  local-data: \"{name}. 60 IN A 93.184.216.34\"");
    }
    conf.push_str("remote-control:\n  control-enable: no\n");
    conf
}

/// Real avahi responders, each with a /run of its own.
fn crowd(services: usize) -> Result<(), String> {
    for n in 0..CROWD {
        let conf = format!("{SCRATCH}/avahi{n}.conf");
        let text = format!(
            "[server]\nhost-name=neighbour{n}\nallow-interfaces=eth0\nuse-ipv6=no\nenable-dbus=no\n[publish]\npublish-workstation=yes\n"
        );
        fs::write(&conf, text).map_err(|e| e.to_string())?;
        let folder = format!("{SCRATCH}/services{n}");
        fs::create_dir_all(&folder).map_err(|e| e.to_string())?;
        for k in (n..services).step_by(CROWD) {
            let kind = ["_http._tcp", "_ipp._tcp", "_printer._tcp", "_smb._tcp", "_airplay._tcp"][k % 5];
            let text = format!(
                "<service-group><name>Thing {k}</name><service><type>{kind}</type><port>{}</port>\
                 <txt-record>led=red</txt-record></service></service-group>",
                8000 + k
            );
            fs::write(format!("{folder}/{k}.service"), text).map_err(|e| e.to_string())?;
        }
        // its folder in /run is made here, since the file of the configuration is in the outer one
        let script = format!(
            "mkdir -p /run/lab/run{n} && mount --bind /run/lab/run{n} /run/avahi-daemon && mount --bind {folder} /etc/avahi/services && exec avahi-daemon -f {conf} --no-rlimits --no-drop-root --no-chroot --no-proc-title"
        );
        fs::create_dir_all("/run/avahi-daemon").map_err(|e| e.to_string())?;
        start(&format!("n{n}"), &format!("avahi{n}"), "sh", &["-c", &script])?;
    }
    Ok(())
}

fn laptop(address: Addressing, plan: Plan) -> Result<(), String> {
    let resolv = resolv_conf("laptop");
    fs::write(&resolv, "").map_err(|e| e.to_string())?;
    match address {
        Addressing::None => Ok(()),
        Addressing::Static => {
            ip_batch(
                Some("laptop"),
                &format!(
                    "addr add {}/{} brd + dev eth0\nroute add default via {}\n",
                    plan.laptop, plan.prefix, plan.router
                ),
            )?;
            fs::write(&resolv, format!("nameserver {}\n", plan.names)).map_err(|e| e.to_string())
        }
        Addressing::Dhcp => {
            let script = format!("{SCRATCH}/udhcpc.sh");
            let text = format!(
                "#!/bin/sh\ncase $1 in\nbound|renew)\n  ip addr add $ip/$mask brd + dev $interface\n  \
                 for r in $router; do ip route add default via $r || true; break; done\n  \
                 for d in $dns; do echo nameserver $d; done > {}\n;;\nesac\n",
                resolv.display()
            );
            fs::write(&script, text).map_err(|e| e.to_string())?;
            shell("laptop", &format!("chmod +x {script}; exec udhcpc -f -i eth0 -s {script} -n -q -t 4 -T 2"))
                .map(drop)
        }
    }
}

/// Gives power to gateway number `n`; its events go to its status file.
pub fn power(n: usize, gateway: &Gateway) -> Result<Child, String> {
    let status = status_of(n);
    let mut args: Vec<String> = ["lab", "gateway", "--interface", "eth0"].map(str::to_owned).into();
    args.extend(["--keep-alive".into(), gateway.keep_alive.unwrap_or(1).to_string()]);
    if let Some(ip) = gateway.remembers {
        args.extend(["--remember".into(), ip.to_string()]);
    }
    if let Some(times) = gateway.gives_up_after {
        args.extend(["--give-up".into(), times.to_string()]);
    }
    args.push("--answer-limit".into());
    args.push(if gateway.patient { "4" } else { "0.6" }.into());
    args.extend(["--status".into(), status, "--seed".into(), (n + 1).to_string()]);
    if gateway.announce {
        args.push("--announce".into());
    }
    if gateway.broadcast {
        args.push("--broadcast".into());
    }
    if let Some(dialect) = &gateway.console {
        args.extend(["--console".into(), console_of(n), "--dialect".into(), dialect.clone()]);
    }
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    start(&format!("gw{n}"), &format!("gw{n}"), &program(), &args)
}

/// The console of gateway number `n`, where it has one.
pub fn console_of(n: usize) -> String {
    format!("{SCRATCH}/gw{n}.tty")
}

/// The status file of gateway number `n`.
pub fn status_of(n: usize) -> String {
    format!("{SCRATCH}/gw{n}.status")
}
