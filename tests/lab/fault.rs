//! Makes the faults that are not a setting of a server.

use super::case::{Fault, How, Naming};
use super::host::{ip_batch, run, shell, start, wait_for_log};

/// Puts a fault into a built site.
pub fn make(fault: &Fault) -> Result<(), String> {
    match fault {
        // settings of dnsmasq
        Fault::NoDhcpServer => Ok(()),
        Fault::Names { answer: Naming::Nxdomain | Naming::Zero | Naming::ToRouter } => Ok(()),
        Fault::Names { answer: Naming::Silent } => {
            nft("inet fw own meta l4proto { udp, tcp } th dport 53 iifname { lan0, lan1 } drop")
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
        Fault::Proxy => {
            let own = std::env::current_exe().map_err(|e| e.to_string())?;
            start("rtr", "proxy", &own.display().to_string(), &["--role-proxy", "0.0.0.0:8443"])?;
            wait_for_log("proxy", "listening")?;
            nft("ip nat pre iifname { lan0, lan1 } tcp dport { 443, 4321 } redirect to :8443")
        }
        Fault::WanCableOut => ip_batch(Some("inet"), "link set up0 down\n"),
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
                      ip route add default via 192.168.7.1 dev eth0 metric 100; }",
            )
            .map(drop)
        }
        Fault::Run { on, commands } => commands.iter().try_for_each(|c| shell(on, c).map(drop)),
    }
}

/// Adds a rule to the router's ruleset.
fn nft(rule: &str) -> Result<(), String> {
    let args: Vec<&str> =
        ["netns", "exec", "rtr", "nft", "add", "rule"].into_iter().chain(rule.split(' ')).collect();
    run("ip", &args).map(drop)
}
