//! The rule in plain words: what to send when the firewall is unknown. Every platform's text is a rendering of this.

use super::facts::Facts;
use super::idle;
use crate::model::rule::RuleIntent;

/// Label and value of each property of the rule, in the order in which a firewall asks for them.
#[must_use]
pub fn in_plain_words(intent: &RuleIntent) -> Vec<(&'static str, String)> {
    match Facts::of(intent, None) {
        Ok(facts) => of(&facts),
        Err(why) => vec![("Rule", why)],
    }
}

/// The same of facts.
pub(super) fn of(f: &Facts) -> Vec<(&'static str, String)> {
    let to = if !f.named() {
        "any host (recommended by the vendor, since the addresses can change)".to_owned()
    } else if f.addresses.is_empty() {
        f.hosts.join(" and ")
    } else {
        format!(
            "{}, or where only addresses are possible {} (as of {})",
            f.hosts.join(" and "),
            f.addresses(" and "),
            f.as_of
        )
    };
    vec![
        ("Name", f.names.comment()),
        ("Direction", "outbound only; no inbound rule, no port forwarding".to_owned()),
        ("Source", f.each(", ", |g| format!("{} (MAC {})", g.ip, g.mac.pairs(":", true)))),
        ("Destination", to),
        ("Protocol and ports", format!("TCP {}", f.ports(" and "))),
        ("Action", "allow, stateful, above every rule that denies".to_owned()),
        ("Log", if f.log { "on" } else { "off" }.to_owned()),
        ("Inspection", "no TLS decryption, no HTTPS proxy, no web filter or application control".to_owned()),
        ("Idle timeout", format!("at least {} s: the connection is persistent", idle::YARDSTICK_S)),
        ("Also needed", "DHCP, and DNS (UDP and TCP 53) to the name servers that DHCP hands out".to_owned()),
    ]
}
