//! Family helper: what every Linux router has beside its packet filter. Shell commands.

use super::contract::{Comment, Draft};
use super::facts::Facts;
use super::idle;
use super::names::Alphabet;
use crate::model::rule::{Checked, RuleGateway};

/// Where the DHCP servers of a Linux router note their leases.
#[must_use]
pub fn find_lease(c: Comment, facts: &Facts) -> Draft {
    let mac = facts.each(" ", |g| format!("-e {}", g.mac));
    Draft::new(Checked::FromDocumentation)
        .say(c, "The lease files of dnsmasq, ISC dhcpd and Kea; those that do not exist are passed over:")
        .code(format!("grep -i -s -H {mac} /var/lib/misc/dnsmasq.leases /var/lib/kea/kea-leases4.csv"))
        .code(format!("grep -i -s -B 9 {mac} /var/lib/dhcp/dhcpd.leases"))
        .code(format!("ip neigh | grep -i {mac}"))
}

/// A reservation for each of the usual DHCP servers.
#[must_use]
pub fn reserve(c: Comment, facts: &Facts) -> Draft {
    let host = |g: RuleGateway| facts.names.of(g.mac).object("sg-", 63, Alphabet::Lower);
    Draft::new(Checked::ByParser)
        .say(c, &format!("dnsmasq: this file as /etc/dnsmasq.d/solid-green-{}.conf, then dnsmasq --test and restart dnsmasq", facts.names.tag()))
        .code(facts.each("\n", |g| format!("dhcp-host={},{},{}", g.mac, g.ip, host(g))))
        .say(c, "ISC dhcpd instead, in dhcpd.conf:")
        .code(facts.each("\n", |g| {
            format!("#   host {} {{ hardware ethernet {}; fixed-address {}; }}", host(g), g.mac, g.ip)
        }))
        .say(c, "Kea instead, in reservations of the subnet:")
        .code(facts.each(",\n", |g| {
            format!(
                "#   {{ \"hw-address\": \"{}\", \"ip-address\": \"{}\", \"hostname\": \"{}\" }}",
                g.mac,
                g.ip,
                host(g)
            )
        }))
        .note("Use the one that fits the site's DHCP server. To take it back, remove the line and restart the server.")
        .note("Replug the gateway afterwards so that it asks for a lease again.")
}

/// What the kernel's log says of packets with this mark.
#[must_use]
pub fn kernel_log(facts: &Facts, mark: &str) -> String {
    format!(
        "journalctl -k --since -10min | grep -F '{mark}' | grep -F {}",
        facts.each(" ", |g| format!("-e 'SRC={} '", g.ip))
    )
}

/// The sessions that the kernel tracks.
#[must_use]
pub fn sessions(facts: &Facts) -> String {
    facts.each("\n", |g| format!("conntrack -L -p tcp -s {}", g.ip))
}

/// The kernel's timeout, which no rule of this front end can have for itself.
#[must_use]
pub fn kernel_timeout(c: Comment, checked: Checked, verdict: &str) -> Draft {
    Draft::new(checked)
        .say(c, verdict)
        .code("sysctl net.netfilter.nf_conntrack_tcp_timeout_established")
        .say(c, &format!("There is no timeout for one rule here. Only if that shows less than {}, for the whole router:", idle::YARDSTICK_S))
        .say(c, "sysctl -w net.netfilter.nf_conntrack_tcp_timeout_established=86400")
        .note("The last line is a comment on purpose: it changes every session of the router, and is gone after a restart unless it stands in a file of /etc/sysctl.d.")
}

/// Nothing on the way opens TLS, unless somebody leads packets to a proxy.
#[must_use]
pub fn no_proxy(c: Comment, facts: &Facts) -> Draft {
    Draft::new(Checked::FromDocumentation)
        .say(c, "The packet filter opens no TLS; see that nothing takes the packets of the gateway to a proxy. Nothing to change if this shows none:")
        .code("nft list ruleset | grep -E 'redirect|tproxy|dnat|queue'")
        .note(format!("If a line there takes TCP {} of this network, exempt {} before it.", facts.ports(" or "), facts.ips(" and ")))
        .note(super::phrases::UNTRUSTED)
}
