//! DHCP and name servers of a site, with the faults that are settings of theirs.

use super::case::{Case, Fault, LeaseFault, Naming};
use super::host::{SCRATCH, start, wait_for_log};
use super::plan::{Kind, Plan, SERVERS};
use serde_json::{Value, json};
use std::fmt::Write;
use std::fs;
use std::process::Child;

/// What a case wants of the lease.
struct Lease<'a> {
    served: bool,
    faults: Vec<&'a LeaseFault>,
}

fn lease(case: &Case) -> Lease<'_> {
    Lease {
        served: !case.faults.iter().any(|f| matches!(f, Fault::NoDhcpServer | Fault::NakServer)),
        faults: case
            .faults
            .iter()
            .filter_map(|f| if let Fault::Lease { lease } = f { Some(lease) } else { None })
            .collect(),
    }
}

fn naming(case: &Case) -> Option<Naming> {
    case.faults.iter().find_map(|f| if let Fault::Names { answer } = f { Some(*answer) } else { None })
}

/// Starts the servers; the one that hands out addresses can be stopped and continued by a case.
pub fn start_all(case: &Case, plan: Plan) -> Result<Child, String> {
    match plan.kind {
        Kind::Dnsmasq => {
            let child = start_dnsmasq(case, plan)?;
            wait_for_log("dnsmasq", "started")?;
            Ok(child)
        }
        Kind::Kea => {
            start_unbound(case, plan, "rtr", plan.router)?;
            start_kea(case, plan, "rtr", &["lan0", "lan1"], "raw")
        }
        Kind::Campus => {
            start_unbound(case, plan, "srv", SERVERS)?;
            let args = [
                "-d",
                "-C",
                "/dev/null",
                "--port=0",
                "--interface=lan0",
                "--interface=srv0",
                "--bind-interfaces",
                "--except-interface=lo",
                "--user=root",
                "--pid-file=",
            ];
            let relays = [plan.router, "192.168.8.1"].map(|at| format!("--dhcp-relay={at},{SERVERS}"));
            let relays: Vec<&str> =
                ["--interface=lan1"].into_iter().chain(relays.iter().map(String::as_str)).collect();
            start("rtr", "dnsmasq", "dnsmasq", &[&args[..], &relays[..]].concat())?;
            wait_for_log("dnsmasq", "started")?;
            start_kea(case, plan, "srv", &["eth0"], "udp")
        }
    }
}

fn start_dnsmasq(case: &Case, plan: Plan) -> Result<Child, String> {
    // with -d it would serve one TCP question at a time and nothing meanwhile; as root it need not change the user,
    // which a user namespace forbids
    let mut args: Vec<String> = [
        "-k",
        "--user=root",
        "--group=root",
        "--log-facility=-",
        "-C",
        "/dev/null",
        "--no-hosts",
        "--no-resolv",
        "--interface=lan0",
        "--interface=lan1",
        "--bind-interfaces",
        "--except-interface=lo",
        "--pid-file=",
        "--server=9.9.9.9",
        "--cache-size=0",
    ]
    .map(str::to_owned)
    .into();
    let lease = lease(case);
    if lease.served {
        let one = lease.faults.iter().any(|f| matches!(f, LeaseFault::OneAddress));
        let last = if one { plan.pool.0 } else { plan.pool.1 };
        args.extend([
            format!("--dhcp-range={},{last},{},2m", plan.pool.0, plan.mask),
            "--dhcp-range=192.168.8.50,192.168.8.99,255.255.255.0,2m".to_owned(),
            "--dhcp-authoritative".to_owned(),
            "--dhcp-leasefile=/run/lab/leases".to_owned(),
        ]);
        if !lease.faults.iter().any(|f| matches!(f, LeaseFault::SlowOffer)) {
            args.push("--no-ping".into());
        }
        for fault in &lease.faults {
            match fault {
                LeaseFault::NoRouter => args.push("--dhcp-option=3".into()),
                LeaseFault::DeadRouter => args.push(format!("--dhcp-option=3,{}", plan.nobody)),
                LeaseFault::NoNames => args.push("--dhcp-option=6".into()),
                LeaseFault::NameServers { list } => {
                    args.push(format!("--dhcp-option=6,{}", plan.fill(&list.join(","))));
                }
                LeaseFault::Proxy { url } => args.push(format!("--dhcp-option=252,{}", plan.fill(url))),
                LeaseFault::WpadName { domain, ip } => {
                    args.push(format!("--dhcp-option=15,{domain}"));
                    args.push(format!("--address=/wpad.{domain}/{}", plan.fill(ip)));
                    args.push(format!("--local=/{domain}/"));
                }
                LeaseFault::Ignores { mac } => args.push(format!("--dhcp-host={mac},ignore")),
                LeaseFault::Router { ip } => args.push(format!("--dhcp-option=3,{}", plan.fill(ip))),
                LeaseFault::WideMask => args.push("--dhcp-option=1,255.255.0.0".into()),
                LeaseFault::NarrowMask => args.push("--dhcp-option=1,255.255.255.240".into()),
                LeaseFault::OneAddress | LeaseFault::SlowOffer => {}
            }
        }
        args.extend(
            case.gateways
                .iter()
                .filter(|g| g.other_subnet)
                .map(|g| format!("--dhcp-host={},192.168.8.70", g.mac)),
        );
    }
    match naming(case) {
        Some(Naming::Nxdomain) => args.extend(domains("")),
        Some(Naming::Zero) => args.extend(domains("0.0.0.0")),
        Some(Naming::ToRouter) => args.push(format!("--address=/#/{}", plan.router)),
        Some(Naming::OneNxdomain) => args.push("--address=/sensorist.net/".into()),
        Some(Naming::Private) => args.extend(domains(plan.router)),
        Some(Naming::Refused | Naming::InternalOnly) => {
            args.retain(|a| a != "--server=9.9.9.9");
        }
        Some(Naming::OneSlow) => {
            super::fault::start_role(
                "rtr",
                "slow-names",
                &["--role-slow-names", "127.0.0.1:5355", "9.9.9.9:53"],
            )?;
            wait_for_log("slow-names", "listening")?;
            args.push("--server=/sensorist.net/127.0.0.1#5355".into());
        }
        Some(Naming::Silent | Naming::TcpOnly) | None => {}
    }
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    start("rtr", "dnsmasq", "dnsmasq", &args)
}

fn domains(address: &str) -> [String; 2] {
    ["com", "net"].map(|end| format!("--address=/sensorist.{end}/{address}"))
}

fn start_unbound(case: &Case, plan: Plan, host: &str, at: &str) -> Result<(), String> {
    let mut conf = format!(
        "server:\n  do-daemonize: no\n  chroot: \"\"\n  username: \"\"\n  directory: \"{SCRATCH}\"\n  pidfile: \"\"\n  \
         use-syslog: no\n  verbosity: 1\n  module-config: \"iterator\"\n  do-ip6: no\n  num-threads: 1\n  \
         access-control: 0.0.0.0/0 allow\n  interface: {at}\n"
    );
    if plan.kind == Kind::Kea {
        conf.push_str("  interface: 192.168.8.1\n");
    }
    let zone = |conf: &mut String, name: &str, kind: &str, address: Option<&str>| {
        let _ = writeln!(conf, "  local-zone: \"{name}.\" {kind}");
        if let Some(address) = address {
            let _ = writeln!(conf, "  local-data: \"{name}. 60 IN A {address}\"");
        }
    };
    let both = ["sensorist.com", "sensorist.net"];
    match naming(case) {
        Some(Naming::Nxdomain) => both.iter().for_each(|n| zone(&mut conf, n, "always_nxdomain", None)),
        Some(Naming::OneNxdomain) => zone(&mut conf, both[1], "always_nxdomain", None),
        Some(Naming::Zero) => both.iter().for_each(|n| zone(&mut conf, n, "redirect", Some("0.0.0.0"))),
        Some(Naming::Private) => both.iter().for_each(|n| zone(&mut conf, n, "redirect", Some(plan.router))),
        Some(Naming::Refused) => both.iter().for_each(|n| zone(&mut conf, n, "always_refuse", None)),
        Some(Naming::ToRouter) => {
            let _ =
                writeln!(conf, "  local-zone: \".\" redirect\n  local-data: \". 60 IN A {}\"", plan.router);
        }
        Some(Naming::InternalOnly) => conf.push_str("  local-zone: \".\" always_refuse\n"),
        Some(Naming::OneSlow) => return Err("only dnsmasq asks one name elsewhere".into()),
        Some(Naming::Silent | Naming::TcpOnly) | None => {}
    }
    conf.push_str(
        "forward-zone:\n  name: \".\"\n  forward-addr: 9.9.9.9\nremote-control:\n  control-enable: no\n",
    );
    fs::write(format!("{SCRATCH}/resolver.conf"), conf).map_err(|e| e.to_string())?;
    start(host, "resolver", "unbound", &["-d", "-c", &format!("{SCRATCH}/resolver.conf")])?;
    wait_for_log("resolver", "start of service")
}

fn start_kea(
    case: &Case,
    plan: Plan,
    host: &str,
    interfaces: &[&str],
    sockets: &str,
) -> Result<Child, String> {
    let lease = lease(case);
    let (mut last, mut router, mut names) =
        (plan.pool.1, Some(plan.router.to_owned()), Some(plan.names.to_owned()));
    let mut options: Vec<Value> = Vec::new();
    let mut classes: Vec<Value> = Vec::new();
    for fault in &lease.faults {
        match fault {
            LeaseFault::NoRouter => router = None,
            LeaseFault::DeadRouter => router = Some(plan.nobody.to_owned()),
            LeaseFault::NoNames => names = None,
            LeaseFault::NameServers { list } => names = Some(plan.fill(&list.join(", "))),
            LeaseFault::OneAddress => last = plan.pool.0,
            LeaseFault::Ignores { mac } => {
                let test = format!("pkt4.mac == 0x{}", mac.replace(':', ""));
                classes.push(json!({ "name": "DROP", "test": test }));
            }
            LeaseFault::Proxy { url } => {
                options
                    .push(json!({ "code": 252, "space": "dhcp4", "csv-format": false, "always-send": true,
                    "data": plan.fill(url).bytes().map(|b| format!("{b:02x}")).collect::<String>() }));
            }
            LeaseFault::Router { ip } => router = Some(plan.fill(ip)),
            LeaseFault::WideMask => return Err("Kea hands out the mask of its subnet".into()),
            LeaseFault::NarrowMask => {
                options
                    .push(json!({ "name": "subnet-mask", "data": "255.255.255.240", "always-send": true }));
            }
            LeaseFault::WpadName { .. } => return Err("only dnsmasq serves names and leases at once".into()),
            LeaseFault::SlowOffer => return Err("only dnsmasq looks first whether an address is free".into()),
        }
    }
    if let Some(router) = router {
        options.push(json!({ "name": "routers", "data": router }));
    }
    if let Some(names) = names {
        options.push(json!({ "name": "domain-name-servers", "data": names }));
    }
    let net = network(plan);
    let subnet = json!([{ "id": 1, "subnet": net, "pools": [{ "pool": format!("{} - {last}", plan.pool.0) }],
        "option-data": options },
        // the gateways' network of its own
        { "id": 2, "subnet": "192.168.8.0/24", "pools": [{ "pool": "192.168.8.50 - 192.168.8.99" }],
          "option-data": [{ "name": "routers", "data": "192.168.8.1" },
                          { "name": "domain-name-servers", "data": if plan.kind == Kind::Kea { "192.168.8.1" } else { plan.names } }],
          "reservations": case.gateways.iter().filter(|g| g.other_subnet)
              .map(|g| json!({ "hw-address": g.mac, "ip-address": "192.168.8.70" })).collect::<Vec<_>>() }]);
    let mut conf = json!({ "Dhcp4": {
        "interfaces-config": { "interfaces": interfaces, "dhcp-socket-type": sockets },
        "lease-database": { "type": "memfile", "persist": false },
        "valid-lifetime": case.lease_secs.unwrap_or(600),
    } });
    // Kea takes no empty list
    if !classes.is_empty() {
        conf["Dhcp4"]["client-classes"] = json!(classes);
    }
    if lease.served {
        conf["Dhcp4"]["subnet4"] = subnet;
    }
    let file = format!("{SCRATCH}/kea.json");
    fs::write(&file, conf.to_string()).map_err(|e| e.to_string())?;
    let env = [format!("KEA_PIDFILE_DIR={SCRATCH}"), format!("KEA_LOCKFILE_DIR={SCRATCH}")];
    let child = start(host, "kea", "env", &[&env[0], &env[1], "kea-dhcp4", "-c", &file])?;
    wait_for_log("kea", "DHCP4_STARTED")?;
    Ok(child)
}

/// The network of the router's address, as `a.b.c.d/n`.
fn network(plan: Plan) -> String {
    let ip: std::net::Ipv4Addr = plan.router.parse().unwrap_or(std::net::Ipv4Addr::UNSPECIFIED);
    let mask = u32::MAX << (32 - u32::from(plan.prefix));
    format!("{}/{}", std::net::Ipv4Addr::from(u32::from(ip) & mask), plan.prefix)
}
