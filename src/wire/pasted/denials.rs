//! Lines of a firewall's or DHCP server's log, pasted from any machine: what of this gateway was denied, by which rule,
//! towards which port.
//!
//! Three ways of writing cover them: `key=value` (FortiOS, Sophos, SonicWall, Meraki, Check Point, Linux), sentences with
//! `address/port -> address/port` (ASA, IOS, SRX, AOS-CX, RouterOS), and columns (PAN-OS, filterlog of pf, Windows,
//! WatchGuard). The tests hold a line of each.

use super::addresses;
use super::leases::TEXT_MAX;
use crate::model::{Mac, text};
use std::net::Ipv4Addr;

/// What the machine did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Action {
    Denied,
    Allowed,
    /// The line does not say.
    Unclear,
}

impl Action {
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Denied => "denied",
            Self::Allowed => "allowed",
            Self::Unclear => "unclear",
        }
    }
}

/// Why a line is worth a sentence of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Remark {
    /// No rule took the packet: the deny at the end did.
    DefaultDeny,
    /// A packet of a session that the firewall does not know any more: no rule denied it.
    ForgottenSession,
    /// The DHCP server had no address left.
    PoolExhausted,
    /// The DHCP server refused the address that was asked for.
    Nak,
    /// The DHCP server refuses this MAC.
    MacRefused,
}

/// One line of the log that is about a gateway.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Line of the text, from 0.
    pub line: usize,
    pub action: Action,
    /// Name or number of the rule, as the machine writes it.
    pub rule: Option<String>,
    /// `TCP`, `UDP`, `ICMP`.
    pub protocol: Option<&'static str>,
    pub destination: Option<Ipv4Addr>,
    pub port: Option<u16>,
    pub remark: Option<Remark>,
    /// The line, safe to show.
    pub shown: String,
}

/// What was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Log {
    pub entries: Vec<Entry>,
    pub lines: usize,
}

/// One sort of entry, and how often it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sort {
    /// In plain words.
    pub sentence: String,
    pub action: Action,
    pub times: usize,
    /// Its first line.
    pub line: usize,
}

impl Log {
    /// The entries in plain words, the same ones counted, what is denied first.
    #[must_use]
    pub fn sorts(&self) -> Vec<Sort> {
        let mut sorts: Vec<Sort> = Vec::new();
        for e in &self.entries {
            let sentence = e.in_plain_words();
            match sorts.iter_mut().find(|s| s.sentence == sentence) {
                Some(s) => s.times += 1,
                None => sorts.push(Sort { sentence, action: e.action, times: 1, line: e.line }),
            }
        }
        sorts.sort_by_key(|s| (s.action, std::cmp::Reverse(s.times)));
        sorts
    }
}

impl Entry {
    /// What happened, as one sentence.
    #[must_use]
    pub fn in_plain_words(&self) -> String {
        match self.remark {
            Some(Remark::PoolExhausted) => {
                return "The DHCP server had no address left for the gateway.".to_owned();
            }
            Some(Remark::Nak) => {
                return "The DHCP server refused the address that the gateway asked for (NAK); it asks anew after that."
                    .to_owned();
            }
            Some(Remark::MacRefused) => {
                return "The DHCP server gives this MAC no address: a filter or allow list refuses it."
                    .to_owned();
            }
            _ => {}
        }
        let what = match (self.protocol, self.port) {
            (Some(protocol), Some(port)) => format!("{protocol} port {port}"),
            (Some(protocol), None) => protocol.to_owned(),
            (None, Some(port)) => format!("port {port}"),
            (None, None) => "a connection".to_owned(),
        };
        let to = self.destination.map(|ip| format!(" to {ip}")).unwrap_or_default();
        let verb = match self.action {
            Action::Denied => "Denied",
            Action::Allowed => "Allowed",
            Action::Unclear => "Logged, without saying whether it was denied",
        };
        let by = match (&self.rule, self.remark) {
            (_, Some(Remark::ForgottenSession)) => {
                ", since the firewall knew no session for it any more: an idle timeout, a restart, or a table that was cleared"
                    .to_owned()
            }
            (Some(rule), Some(Remark::DefaultDeny)) => {
                format!(", by {rule}, the deny at the end of the list")
            }
            (None, Some(Remark::DefaultDeny)) => ", by the deny at the end of the list".to_owned(),
            (Some(rule), _) => format!(", by {rule}"),
            (None, _) => String::new(),
        };
        let names = if self.port == Some(53) { " These are look-ups of names (DNS)." } else { "" };
        format!("{verb}: {what}{to}{by}.{names}")
    }
}

/// Reads a log for gateways that are known by these addresses. Total: any text gives a log, at worst an empty one.
#[must_use]
pub fn read(text: &str, macs: &[Mac], ips: &[Ipv4Addr]) -> Log {
    let text = text.get(..text.floor_char_boundary(TEXT_MAX)).unwrap_or(text);
    let lines: Vec<&str> = text.lines().collect();
    let mut log = Log { entries: Vec::new(), lines: lines.iter().filter(|l| !l.trim().is_empty()).count() };
    for (n, line) in lines.iter().enumerate() {
        let found = addresses::ips(line);
        let ours = found.iter().any(|ip| ips.contains(ip));
        if !ours && !addresses::macs(line).iter().any(|m| macs.contains(m)) {
            continue;
        }
        // PAN-OS prints an entry on two lines, the source at the end of the first
        let entry = match lines.get(n + 1) {
            Some(next) if is_panos_first(line, next) => format!("{line}  {next}"),
            _ => (*line).to_owned(),
        };
        if let Some(mut entry) = of_line(&entry, ips) {
            entry.line = n;
            entry.shown = text::foreign(line.trim());
            log.entries.push(entry);
        }
    }
    log
}

/// What a line says; none when the gateway is not who sent it.
fn of_line(line: &str, ips: &[Ipv4Addr]) -> Option<Entry> {
    let mut e = Entry {
        line: 0,
        action: action(line),
        rule: None,
        protocol: protocol(line),
        destination: None,
        port: None,
        remark: remark(line),
        shown: String::new(),
    };
    let of_dhcp = matches!(e.remark, Some(Remark::PoolExhausted | Remark::Nak | Remark::MacRefused));
    if of_dhcp {
        e.action = Action::Denied;
        return Some(e);
    }
    let flow = columns(line, &mut e).or_else(|| keys(line, &mut e)).or_else(|| sentence(line, &mut e));
    if let Some(flow) = flow {
        if !ips.is_empty() && flow.from.is_some_and(|from| !ips.contains(&from)) {
            return None;
        }
        e.destination = flow.to;
        e.port = flow.port.filter(|p| *p != 0);
    }
    if e.rule.is_none() {
        e.rule = prefix_of_linux(line);
    }
    // the log prefix of our own rule
    if e.rule.as_deref().is_some_and(|r| r.starts_with("SG-ALLOW")) && e.action == Action::Unclear {
        e.action = Action::Allowed;
    }
    // a lease that is renewed, for example: nothing of it is denied, and it is no connection
    if e.action == Action::Unclear && e.destination.is_none() && e.remark.is_none() {
        return None;
    }
    e.rule = e.rule.map(|r| text::foreign(&r)).filter(|r| !r.trim().is_empty());
    e.remark = e.remark.or_else(|| default_deny(&e).then_some(Remark::DefaultDeny));
    Some(e)
}

/// From whom, to whom, to which port.
#[derive(Default)]
struct Flow {
    from: Option<Ipv4Addr>,
    to: Option<Ipv4Addr>,
    port: Option<u16>,
}

fn remark(line: &str) -> Option<Remark> {
    let l = line.to_ascii_lowercase();
    let has = |words: &[&str]| words.iter().any(|w| l.contains(w));
    if has(&[
        "no connection",
        "tcp-not-syn",
        "first packet isn't syn",
        "first-packet-not-syn",
        "non-syn-tcp",
        "out of state",
        "no session matched",
    ]) {
        Some(Remark::ForgottenSession)
    } else if has(&[
        "no free leases",
        "no address available",
        "scope full",
        "no available address",
        "pool exhausted",
    ]) || is_windows_dhcp(&l, "14")
    {
        Some(Remark::PoolExhausted)
    } else if has(&[
        "did not match any entry in the allow list",
        "matches an entry in the deny list",
        "matched an entry in the deny list",
        "dhcp services were denied",
        " ignored",
    ]) && has(&["dhcp"])
    {
        Some(Remark::MacRefused)
    } else if has(&["dhcpnak"]) || is_windows_dhcp(&l, "15") {
        Some(Remark::Nak)
    } else {
        None
    }
}

/// A line of the log of Windows' DHCP server with this number: `15,11/27/26,07:03:12,NACK,...`.
fn is_windows_dhcp(line: &str, number: &str) -> bool {
    let mut fields = line.split(',');
    fields.next() == Some(number) && fields.next().is_some_and(|date| date.matches('/').count() == 2)
}

/// What a word says was done; none for a word that says nothing of it.
fn told_by(word: &str) -> Option<Action> {
    match word {
        "deny" | "denied" | "drop" | "dropped" | "dropping" | "block" | "blocked" | "reject" | "rejected"
        | "discard" | "discarded" | "refused" | "unhandled" => Some(Action::Denied),
        "allow" | "allowed" | "accept" | "accepted" | "permit" | "permitted" | "pass" | "passed"
        | "built" | "created" => Some(Action::Allowed),
        _ => None,
    }
}

/// What was done: by the key that says it, by the letter that Linux routers put behind a rule's name, by a participle
/// (`denied`), by any other word, in this order. A list may be called PERMIT-IN and deny.
fn action(line: &str) -> Action {
    for key in ["action", "log_subtype", "status", "pattern"] {
        let Some(value) = value(line, key) else { continue };
        let lower = value.to_ascii_lowercase();
        if let Some(told) = lower.split(|c: char| !c.is_alphanumeric()).find_map(told_by) {
            return told;
        }
        // FortiOS notes how a session that it had allowed came to its end
        if matches!(lower.as_str(), "close" | "timeout" | "client-rst" | "server-rst") {
            return Action::Allowed;
        }
    }
    match prefix_of_linux(line).as_deref().and_then(|p| p.rsplit_once('-')) {
        Some((_, "D" | "R")) => return Action::Denied,
        Some((_, "A")) => return Action::Allowed,
        _ => {}
    }
    let lower = line.to_ascii_lowercase();
    let words = || lower.split(|c: char| !c.is_alphanumeric());
    let participle = words().filter(|w| w.ends_with("ed") || *w == "dropping").find_map(told_by);
    participle.or_else(|| words().find_map(told_by)).unwrap_or(Action::Unclear)
}

fn protocol(line: &str) -> Option<&'static str> {
    let number = value(line, "proto").or_else(|| value(line, "protocol"));
    let by_number = |n: &str| match n {
        "6" => Some("TCP"),
        "17" => Some("UDP"),
        "1" => Some("ICMP"),
        _ => None,
    };
    if let Some(found) = number.as_deref().and_then(by_number) {
        return Some(found);
    }
    // Junos: 6(0)
    if line.contains(" 6(") {
        return Some("TCP");
    }
    let lower = line.to_ascii_lowercase();
    let mut words = lower.split(|c: char| !c.is_ascii_alphanumeric());
    words.find_map(|w| match w {
        "tcp" => Some("TCP"),
        "udp" => Some("UDP"),
        "icmp" => Some("ICMP"),
        _ => None,
    })
}

/// The value of a key: `key=value`, `key="a b"`, `key: value;`.
fn value(line: &str, key: &str) -> Option<String> {
    let mut from = 0;
    while let Some(found) = line.get(from..)?.find(key) {
        let at = from + found;
        let end = at + key.len();
        from = end;
        let before = line.get(..at)?.chars().next_back();
        if before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | '-')) {
            continue;
        }
        let rest = line.get(end..)?;
        let rest = match rest.strip_prefix('=') {
            Some(rest) => rest,
            None => match rest.strip_prefix(':') {
                Some(rest) if rest.starts_with(' ') => rest.trim_start(),
                _ => continue,
            },
        };
        return Some(match rest.strip_prefix('"') {
            Some(quoted) => quoted.split('"').next().unwrap_or_default().to_owned(),
            None => rest.split([' ', ';', ',', '\t']).next().unwrap_or_default().to_owned(),
        });
    }
    None
}

fn first_value(line: &str, keys: &[&str]) -> Option<String> {
    keys.iter().find_map(|key| value(line, key)).filter(|v| !v.is_empty())
}

fn keys(line: &str, e: &mut Entry) -> Option<Flow> {
    let address = |keys: &[&str]| first_value(line, keys).and_then(|v| addresses::ips(&v).first().copied());
    let from = address(&["srcip", "src_ip", "SRC", "src"])?;
    let to = address(&["dstip", "dst_ip", "DST", "dst"]);
    let port = |keys: &[&str]| first_value(line, keys).and_then(|v| v.parse().ok());
    // SonicWall: dst=54.229.203.190:4321:X1
    let behind =
        || first_value(line, &["dst"]).and_then(|v| v.split(':').nth(1).and_then(|p| p.parse().ok()));
    let port = port(&["dstport", "dst_port", "DPT", "dport", "service"]).or_else(behind);
    e.rule =
        first_value(line, &["policyname", "fw_rule_name", "rule_name", "policyid", "fw_rule_id", "rule"])
            .map(|v| if v.chars().all(|c| c.is_ascii_digit()) { format!("rule {v}") } else { v });
    Some(Flow { from: Some(from), to, port })
}

/// `192.0.2.50/50000 -> 54.229.203.190/4321` and its like: two addresses, each with a port behind it.
fn sentence(line: &str, e: &mut Entry) -> Option<Flow> {
    let mut ends = Vec::new();
    for piece in line.split([' ', ',', '>', '\t']) {
        if let Some(ip) = addresses::ips(piece).first().copied() {
            let behind = piece.split_once(&ip.to_string()).map_or("", |(_, rest)| rest);
            let digits: String =
                behind.trim_start_matches(['/', ':', '(']).chars().take_while(char::is_ascii_digit).collect();
            ends.push((ip, digits.parse::<u16>().ok()));
        }
    }
    let (from, _) = ends.first().copied()?;
    let (to, port) = ends.get(1).copied().unzip();
    e.rule = e.rule.take().or_else(|| named_rule(line));
    Some(Flow { from: Some(from), to, port: port.flatten() })
}

/// The word behind what introduces a rule's name in a sentence.
fn named_rule(line: &str) -> Option<String> {
    let word_after = |intro: &str| {
        let rest = line.split_once(intro)?.1.trim_start();
        let word = rest.trim_start_matches('"').split([' ', '"', ',', ')']).next()?;
        (!word.is_empty()).then(|| word.to_owned())
    };
    if let Some(list) = word_after("access-group ") {
        return Some(format!("access list {list}"));
    }
    if let Some(list) = word_after("access-list ") {
        return Some(format!("access list {list}"));
    }
    if let Some(pair) = word_after("zone-pair ") {
        let class = word_after(" class ").map(|c| format!(", class {c}")).unwrap_or_default();
        return Some(format!("zone pair {pair}{class}"));
    }
    if let Some(list) = word_after("list ").or_else(|| word_after("List ")) {
        let number = word_after("seq#").map(|n| format!(", entry {n}")).unwrap_or_default();
        return Some(format!("access list {list}{number}"));
    }
    // RT_FLOW_SESSION_DENY: ... 6(0) default-deny trust untrust
    if line.contains("RT_FLOW") {
        let after = line.split_once("6(0) ").or_else(|| line.split_once("17(0) "))?.1;
        return after.split(' ').next().map(|p| format!("policy {p}"));
    }
    // RouterOS: the word between the topics and the chain
    let (before, _) = line.split_once(": in:")?;
    let mut words = before.split_whitespace().rev();
    let (chain, prefix) = (words.next()?, words.next());
    Some(prefix.filter(|p| !p.contains(',')).map_or_else(|| format!("the chain {chain}"), str::to_owned))
}

/// The prefix that a rule of Linux writes before `IN=`: `[UFW BLOCK]`, `[LAN_IN-default-D]`, `DROP`.
fn prefix_of_linux(line: &str) -> Option<String> {
    let at = line.find("IN=").filter(|at| line.get(at + 3..).is_some_and(|rest| rest.contains(" OUT=")))?;
    let before = line.get(..at)?.trim_end();
    if let Some(bracketed) = before.strip_suffix(']') {
        return bracketed.rsplit('[').next().map(str::to_owned);
    }
    let word = before.rsplit([' ', ']']).next()?.trim_end_matches(':');
    (!word.is_empty() && word != "kernel").then(|| word.to_owned())
}

/// Lines whose columns have their meaning by their place.
fn columns(line: &str, e: &mut Entry) -> Option<Flow> {
    filterlog(line, e)
        .or_else(|| panos_csv(line, e))
        .or_else(|| panos_table(line, e))
        .or_else(|| windows(line))
        .or_else(|| watchguard(line, e))
}

/// pf of pfSense and OPNsense: `rule,,,label,interface,match,block,in,4,...,length,source,destination,sport,dport,...`.
fn filterlog(line: &str, e: &mut Entry) -> Option<Flow> {
    let fields: Vec<&str> = line.rsplit(": ").next()?.trim().split(',').collect();
    let at = fields.iter().position(|f| matches!(*f, "block" | "pass" | "reject")).filter(|at| *at == 6)?;
    if fields.get(8).copied() != Some("4") {
        return None;
    }
    let field = |n: usize| fields.get(n).copied().unwrap_or_default();
    e.action = if field(at) == "pass" { Action::Allowed } else { Action::Denied };
    e.rule = Some(format!("rule {} on {}", field(0), field(4))).filter(|_| !field(0).is_empty());
    e.protocol = match field(15) {
        "6" => Some("TCP"),
        "17" => Some("UDP"),
        "1" => Some("ICMP"),
        _ => e.protocol,
    };
    Some(Flow { from: field(18).parse().ok(), to: field(19).parse().ok(), port: field(21).parse().ok() })
}

/// PAN-OS as syslog: the fields of a TRAFFIC line by their numbers.
fn panos_csv(line: &str, e: &mut Entry) -> Option<Flow> {
    let fields: Vec<&str> = line.split(',').collect();
    let traffic = fields.iter().position(|f| *f == "TRAFFIC")?;
    let field = |n: usize| fields.get(traffic + n).copied().unwrap_or_default();
    e.rule = Some(format!("rule {}", field(8))).filter(|_| !field(8).is_empty());
    e.protocol = match field(26) {
        "tcp" => Some("TCP"),
        "udp" => Some("UDP"),
        "icmp" => Some("ICMP"),
        _ => e.protocol,
    };
    e.action = match field(27) {
        "allow" => Action::Allowed,
        "" => e.action,
        _ => Action::Denied,
    };
    Some(Flow { from: field(4).parse().ok(), to: field(5).parse().ok(), port: field(22).parse().ok() })
}

/// The first of the two lines that `show log traffic` prints of an entry.
fn is_panos_first(line: &str, next: &str) -> bool {
    let date = line.trim_start().split(' ').next().unwrap_or_default();
    let words = |l: &str| l.split_whitespace().count();
    date.matches('/').count() == 2
        && words(line) == 6
        && next.starts_with(|c: char| !c.is_ascii_digit())
        && addresses::ips(next).len() == 1
}

/// `date time app from sport source  rule action to dport destination`.
fn panos_table(line: &str, e: &mut Entry) -> Option<Flow> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let [date, _, _, _, _, from, rule, action, _, port, to, ..] = words.as_slice() else { return None };
    let from: Ipv4Addr = from.parse().ok()?;
    let to: Ipv4Addr = to.parse().ok()?;
    if date.matches('/').count() != 2 {
        return None;
    }
    e.rule = Some(format!("rule {rule}"));
    e.action = if *action == "allow" { Action::Allowed } else { Action::Denied };
    Some(Flow { from: Some(from), to: Some(to), port: port.parse().ok() })
}

/// `2026-11-27 07:00:00 DROP TCP 192.0.2.50 54.229.203.190 50000 4321 ...` of pfirewall.log.
fn windows(line: &str) -> Option<Flow> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let at = words.iter().position(|w| matches!(*w, "DROP" | "ALLOW"))?;
    let word = |n: usize| words.get(at + n).copied().unwrap_or_default();
    matches!(word(1), "TCP" | "UDP" | "ICMP").then_some(())?;
    Some(Flow { from: Some(word(2).parse().ok()?), to: word(3).parse().ok(), port: word(5).parse().ok() })
}

/// `Deny 192.0.2.50 54.229.203.190 4321/tcp 50000 4321 1-Trusted 0-External Denied 60 63 (Policy-00)` of WatchGuard.
fn watchguard(line: &str, e: &mut Entry) -> Option<Flow> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let at = words.iter().position(|w| matches!(*w, "Deny" | "Allow"))?;
    let word = |n: usize| words.get(at + n).copied().unwrap_or_default();
    let (from, to) = (word(1).parse().ok()?, word(2).parse().ok()?);
    let policy = line.split_once('(').and_then(|(_, rest)| rest.split(')').next());
    e.rule = policy.map(|p| p.trim_end_matches("-00").to_owned());
    Some(Flow { from: Some(from), to: Some(to), port: word(5).parse().ok() })
}

/// Whether the rule is the one at the end that nobody wrote.
fn default_deny(e: &Entry) -> bool {
    const NAMES: [&str; 8] = [
        "rule 0",
        "interzone-default",
        "default-deny",
        "class-default",
        "default-d",
        "default-r",
        "unhandled",
        "cleanup rule",
    ];
    let Some(rule) = e.rule.as_deref().map(str::to_ascii_lowercase) else { return false };
    e.action == Action::Denied && (rule == "rule 0" || NAMES.iter().skip(1).any(|n| rule.contains(n)))
}

#[cfg(test)]
#[path = "denials_tests.rs"]
mod tests;
