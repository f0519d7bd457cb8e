//! Makes the faults that are not a setting of a server.

use super::case::{Fault, How, Naming};
use super::host::{SCRATCH, ip_batch, run, shell, start, wait_for_log};
use super::plan::Plan;

const SLOW_CABLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/lab/slow_cable.py");
const ANNOUNCE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/lab/announce.py");
const NAK_SERVER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/lab/nak_server.py");

/// Puts a fault into a built site.
pub fn make(fault: &Fault, plan: Plan) -> Result<(), String> {
    match fault {
        // settings of servers
        Fault::NoDhcpServer | Fault::Lease { .. } => Ok(()),
        // on the campus names are answered behind the router, elsewhere on it
        Fault::Names { answer: Naming::Silent } => ["own", "flt"].iter().try_for_each(|chain| {
            nft(&format!(
                "inet fw {chain} meta l4proto {{ udp, tcp }} th dport 53 iifname {{ lan0, lan1 }} drop"
            ))
        }),
        Fault::Names { answer: Naming::TcpOnly } => ["own", "flt"].iter().try_for_each(|chain| {
            nft(&format!("inet fw {chain} udp dport 53 iifname {{ lan0, lan1 }} drop"))
        }),
        Fault::Names { .. } => Ok(()),
        Fault::Idle { secs, how } => {
            let keep = format!(
                "sysctl -qw net.netfilter.nf_conntrack_tcp_timeout_established={secs} net.netfilter.nf_conntrack_tcp_loose=0"
            );
            shell("rtr", &keep)?;
            nft(match how {
                How::TcpReset => "inet fw flt meta l4proto tcp ct state invalid reject with tcp reset",
                How::Drop | How::AdminProhibited => "inet fw flt ct state invalid drop",
            })
        }
        Fault::SlowCable { ms } => slow_cable(*ms),
        Fault::NakServer => {
            let own = format!("{}30", plan.neighbours);
            start("n0", "nak", "python3", &[NAK_SERVER, &own, plan.nobody])?;
            wait_for_log("nak", "listening")
        }
        Fault::TakesTurns { hosts } => {
            // often enough that each change comes as soon as the laptop lets go of the last (Linux: locktime, a second)
            let turn = 0.15;
            let every = (turn * hosts.len() as f64).to_string();
            for (n, host) in hosts.iter().enumerate() {
                let (host, name) = (format!("n{host}"), format!("announce{n}"));
                shell(&host, &format!("ip addr add {}/{} dev eth0", plan.nobody, plan.prefix))?;
                let after = (turn * n as f64).to_string();
                start(&host, &name, "python3", &[ANNOUNCE, "eth0", plan.nobody, &after, &every])?;
                wait_for_log(&name, "listening")?;
            }
            Ok(())
        }
        Fault::OddNames { habit } => {
            start_role(
                "n0",
                "odd-names",
                &["--role-odd-names", habit, &format!("{}30:53", plan.neighbours)],
            )?;
            wait_for_log("odd-names", "listening")
        }
        Fault::Portal => {
            start_role("rtr", "portal", &["--role-portal", &format!("{}:8080", plan.router)])?;
            wait_for_log("portal", "listening")?;
            nft("ip nat pre iifname lan0 tcp dport 80 redirect to :8080")
        }
        Fault::Inspection { issuer, ports } => {
            inspector(issuer)?;
            let ports: Vec<String> = ports.iter().map(ToString::to_string).collect();
            nft(&format!("ip nat pre iifname lan0 tcp dport {{ {} }} redirect to :8443", ports.join(", ")))
        }
        Fault::SecondServer => {
            shell("n0", "ip addr add 192.168.99.1/24 dev eth0")?;
            let args = [
                "-d",
                "-C",
                "/dev/null",
                "--port=0",
                "--interface=eth0",
                "--bind-interfaces",
                "--except-interface=lo",
                "--user=root",
                "--pid-file=",
                "--no-ping",
                "--dhcp-authoritative",
                "--dhcp-range=192.168.99.50,192.168.99.99,255.255.255.0,2m",
                "--dhcp-option=6,192.168.99.1",
                "--dhcp-leasefile=/run/lab/leases2",
            ];
            start("n0", "second", "dnsmasq", &args)?;
            wait_for_log("second", "started")
        }
        Fault::Filter { ports, addresses, mac, how } => {
            let set = |items: Vec<String>| format!("{{ {} }}", items.join(", "));
            let mut rule = "inet fw flt oifname wan0".to_owned();
            if let Some(mac) = mac {
                rule += &format!(" ether saddr {mac}");
            }
            if !addresses.is_empty() {
                rule += &format!(" ip daddr {}", set(addresses.iter().map(ToString::to_string).collect()));
            }
            rule += &if ports.is_empty() {
                " meta l4proto tcp".to_owned()
            } else {
                format!(" tcp dport {}", set(ports.iter().map(ToString::to_string).collect()))
            };
            rule += match how {
                How::Drop => " drop",
                How::TcpReset => " reject with tcp reset",
                How::AdminProhibited => " reject with icmp type admin-prohibited",
            };
            nft(&rule)
        }
        Fault::Proxy { far: true } => {
            start_role("isp", "proxy", &["--role-proxy", "0.0.0.0:8443"])?;
            wait_for_log("proxy", "listening")?;
            let cloud = super::site::CLOUD.join(", ");
            let rules = format!(
                "table ip nat {{ chain pre {{ type nat hook prerouting priority -100; iifname r0 ip daddr {{ {cloud} }} meta l4proto tcp redirect to :8443\n}}\n}}\n"
            );
            super::host::run_with("ip", &["netns", "exec", "isp", "nft", "-f", "-"], &rules).map(drop)
        }
        Fault::Proxy { far: false } => {
            start_role("rtr", "proxy", &["--role-proxy", "0.0.0.0:8443"])?;
            wait_for_log("proxy", "listening")?;
            nft("ip nat pre iifname { lan0, lan1 } tcp dport { 443, 4321 } redirect to :8443")
        }
        Fault::WanCableOut => ip_batch(Some("isp"), "link set r0 down\n"),
        Fault::WanRouteGone => ip_batch(Some("rtr"), "route del default\n"),
        Fault::LaptopCableOut => ip_batch(Some("sw"), "link set p_laptop down\n"),
        Fault::VpnRoute => {
            if !std::path::Path::new("/dev/net/tun").exists() {
                return Err("/dev/net/tun is missing: this case needs a kernel with CONFIG_TUN".into());
            }
            shell(
                "laptop",
                "ip tuntap add dev tun0 mode tun && ip addr add 10.8.0.6/24 dev tun0 && ip link set tun0 up \
                 && ip route add default via 10.8.0.1 dev tun0 metric 0 2>/dev/null \
                 || { ip route del default; ip route add default via 10.8.0.1 dev tun0 metric 50; \
                      ip route add default via 192.168.7.1 dev eth0 metric 100; }"
                    .replace("192.168.7.1", plan.router)
                    .as_str(),
            )
            .map(drop)
        }
        Fault::Run { on, commands } => {
            commands.iter().try_for_each(|c| shell(&plan.fill(on), &plan.fill(c)).map(drop))
        }
    }
}

/// Puts a host between router and provider that hands each frame on later.
fn slow_cable(ms: u32) -> Result<(), String> {
    ip_batch(None, "netns add cable\n")?;
    ip_batch(Some("isp"), "link set r0 netns cable name near\n")?;
    ip_batch(
        Some("isp"),
        "link add r0 type veth peer name far netns cable\nlink set r0 up\naddr add 198.18.7.1/30 dev r0\n",
    )?;
    ip_batch(Some("cable"), "link set lo up\nlink set near up\nlink set far up\n")?;
    // what is not yet whole on a real cable must be whole here: no frame longer than the cable's, each with its checksum
    for (host, port) in [("rtr", "wan0"), ("isp", "r0"), ("cable", "near"), ("cable", "far")] {
        shell(host, &format!("ethtool -K {port} tx off tso off gso off gro off"))?;
    }
    // looking for routers by version 6 would only fill it
    shell("cable", "sysctl -qw net.ipv6.conf.all.disable_ipv6=1")?;
    start("cable", "cable", "python3", &[SLOW_CABLE, "near", "far", &ms.to_string()])?;
    wait_for_log("cable", "listening")
}

/// Adds a rule to the router's ruleset.
fn nft(rule: &str) -> Result<(), String> {
    let args: Vec<&str> =
        ["netns", "exec", "rtr", "nft", "add", "rule"].into_iter().chain(rule.split(' ')).collect();
    run("ip", &args).map(drop)
}

/// Starts this program in another role in a host.
pub fn start_role(host: &str, name: &str, args: &[&str]) -> Result<(), String> {
    let own = std::env::current_exe().map_err(|e| e.to_string())?.display().to_string();
    let child = super::host::command(host, &own, args)
        .env_remove(super::sandbox::INSIDE)
        .stdin(std::process::Stdio::null())
        .stdout(std::fs::File::create(super::host::log_of(name)).map_err(|e| e.to_string())?)
        .spawn();
    child.map(drop).map_err(|e| format!("{name}: {e}"))
}

/// A TLS server on the router whose certificate an authority of this name signed; made anew, so nothing expires.
fn inspector(issuer: &str) -> Result<(), String> {
    let make = format!(
        "cd {SCRATCH} && openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -days 30 -subj '/O={issuer}/CN={issuer}' 2>/dev/null \
         && openssl req -newkey rsa:2048 -nodes -keyout tls.key -out tls.csr -subj '/CN=gk.sensorist.com' 2>/dev/null \
         && printf 'subjectAltName=DNS:gk.sensorist.com,DNS:gk.sensorist.net' > tls.ext \
         && openssl x509 -req -in tls.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 30 -extfile tls.ext -out tls.pem 2>/dev/null"
    );
    run("sh", &["-ec", &make])?;
    // the one of openssl serves one connection at a time, and an idle one would keep the rest out
    let script = format!(
        "import ssl, socket, threading\n\
         c = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)\n\
         c.load_cert_chain('{SCRATCH}/chain.pem', '{SCRATCH}/tls.key')\n\
         s = socket.socket()\n\
         s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)\n\
         s.bind(('0.0.0.0', 8443))\n\
         s.listen(64)\n\
         print('ACCEPT', flush=True)\n\
         def serve(k):\n\
         \ttry:\n\
         \t\tt = c.wrap_socket(k, server_side=True)\n\
         \t\tt.recv(1)\n\
         \texcept OSError:\n\
         \t\tk.close()\n\
         while True:\n\
         \tthreading.Thread(target=serve, args=(s.accept()[0],), daemon=True).start()\n"
    );
    std::fs::write(format!("{SCRATCH}/inspector.py"), script).map_err(|e| e.to_string())?;
    run("sh", &["-ec", &format!("cat {SCRATCH}/tls.pem {SCRATCH}/ca.pem > {SCRATCH}/chain.pem")])?;
    start("rtr", "inspector", "python3", &[&format!("{SCRATCH}/inspector.py")])?;
    wait_for_log("inspector", "ACCEPT")
}
