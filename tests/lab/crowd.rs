//! Hundreds of hosts behind few ports of the switch, each with a MAC and an address of its own: neighbours of any maker, or
//! boxes of the gateway's. Their kernel answers ARP and refuses connections; nobody tells their LEDs.

use super::case::Case;
use super::host::{command, ip_batch, shell};
use super::plan::Plan;
use super::site::{self, CROWD};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::net::Ipv4Addr;

/// Broadcasts that wait to be handed to each host: a sweep asks for a thousand addresses within a moment, and the usual
/// queue loses some of its questions on a busy machine.
const QUEUE: u32 = 100_000;
/// Hosts behind one port of the switch: the kernel copies a broadcast for each, and has room for a thousand packets.
const A_PORT: usize = 250;
/// Addresses of the pool that DHCP hands out first.
const FIRST_OF_POOL: u32 = 8;

/// Hosts in a namespace of this name, one for each number, with the first four bytes of their MACs.
fn hosts(name: &str, prefix: &str, addresses: &[Ipv4Addr], plan: Plan) -> Result<(), String> {
    if addresses.is_empty() {
        return Ok(());
    }
    ip_batch(None, &format!("netns add {name}\n"))?;
    let ports = addresses.len().div_ceil(A_PORT);
    let plug = |k: usize| {
        format!(
            "link add p_{name}{k} type veth peer name eth{k} netns {name}\nlink set p_{name}{k} master br0 up\n"
        )
    };
    ip_batch(Some("sw"), &(0..ports).map(plug).collect::<String>())?;
    // each answers for its own address only, and keeps quiet; one kernel refuses for all of them
    shell(
        name,
        "sysctl -qw net.ipv6.conf.default.disable_ipv6=1 net.ipv4.conf.all.arp_ignore=1 net.ipv4.conf.all.arp_announce=2",
    )?;
    let mut lines = String::from("link set lo up\n");
    lines.extend((0..ports).map(|k| format!("link set eth{k} up promisc on\n")));
    for (n, ip) in addresses.iter().enumerate() {
        // writing to a String cannot fail
        let _ = write!(
            lines,
            "link add link eth{} name m{n} address {} type macvlan mode bridge bcqueuelen {QUEUE}\naddr add {ip}/{} dev m{n}\nlink set m{n} up\n",
            n / A_PORT,
            mac(prefix, n),
            plan.prefix
        );
    }
    ip_batch(Some(name), &lines)
}

fn mac(prefix: &str, n: usize) -> String {
    format!("{prefix}:{:02x}:{:02x}", n >> 8, n & 0xff)
}

/// The boxes' MACs begin so.
const BOX: &str = "34:a5:e1:01";

/// So many free addresses of the site, in order.
fn free(count: usize, case: &Case, plan: Plan) -> Result<Vec<Ipv4Addr>, String> {
    let number = |text: &str| -> Result<u32, String> {
        text.parse::<Ipv4Addr>().map(u32::from).map_err(|_| "this site has no room for many hosts".to_owned())
    };
    let mut taken: BTreeSet<u32> = BTreeSet::new();
    for one in [plan.router, plan.laptop, plan.nobody] {
        taken.insert(number(one)?);
    }
    let pool = number(plan.pool.0)?;
    taken.extend(pool..pool + FIRST_OF_POOL);
    let neighbour = number(&format!("{}30", plan.neighbours))?;
    taken.extend(neighbour..neighbour + (CROWD + case.hosts) as u32);
    let first = number(plan.many)?;
    let mask = u32::MAX << (32 - u32::from(plan.prefix));
    let last = (first | !mask) - 1;
    let out: Vec<Ipv4Addr> =
        (first..=last).filter(|n| !taken.contains(n)).take(count).map(Ipv4Addr::from).collect();
    if out.len() == count { Ok(out) } else { Err(format!("this site has room for {} hosts", out.len())) }
}

/// The hosts and boxes of a case.
pub fn build(case: &Case, plan: Plan) -> Result<(), String> {
    let count = case.many + case.boxes + case.gone;
    if count == 0 {
        return Ok(());
    }
    let addresses = free(count, case, plan)?;
    let (many, boxes) = addresses.split_at(case.many);
    hosts("many", "00:1b:21:01", many, plan)?;
    hosts("boxes", BOX, &boxes[..case.boxes], plan)
}

/// Puts older entries of boxes that are gone into the laptop's neighbour table, once it has its address.
pub fn remember_gone(case: &Case, plan: Plan) -> Result<(), String> {
    if case.gone == 0 {
        return Ok(());
    }
    let addresses = free(case.many + case.boxes + case.gone, case, plan)?;
    let lines: String = addresses
        .iter()
        .enumerate()
        .skip(case.many + case.boxes)
        .map(|(n, ip)| format!("neigh replace {ip} lladdr {} dev eth0 nud stale\n", mac(BOX, n - case.many)))
        .collect();
    ip_batch(Some("laptop"), &lines)
}

/// Takes the cable from the first boxes.
pub fn leave(count: usize) -> Result<(), String> {
    if count == 0 {
        return Ok(());
    }
    let lines: String = (0..count).map(|n| format!("link set m{n} down\n")).collect();
    ip_batch(Some("boxes"), &lines)
}

/// Watches, and counts what is said last of each box.
pub fn watch(case: &Case) -> Result<(String, Vec<String>), String> {
    let secs = case.watch_secs.unwrap_or(0).to_string();
    let out = command("laptop", &site::program(), &["watch", "--json-lines", "--for", &secs])
        .output()
        .map_err(|e| e.to_string())?;
    let text = String::from_utf8_lossy(&out.stdout);
    let mut last: BTreeMap<String, String> = BTreeMap::new();
    let mut wrong = Vec::new();
    for line in text.lines() {
        let json: Value = serde_json::from_str(line).map_err(|e| format!("{e}: {line}"))?;
        let code = json["verdict"]["code"].as_str().unwrap_or("-").to_owned();
        if let Some(word) = case.expect.never_says.iter().find(|w| line.contains(w.as_str())) {
            wrong.push(format!("it says '{word}': {line}"));
        }
        last.insert(json["mac"].as_str().unwrap_or("-").to_owned(), code);
    }
    let mut counted: BTreeMap<&str, usize> = BTreeMap::new();
    for code in last.values() {
        *counted.entry(code).or_default() += 1;
    }
    let wanted: BTreeMap<&str, usize> =
        case.expect.last.iter().map(|(code, n)| (code.as_str(), *n)).collect();
    let found = format!("{counted:?}");
    if counted != wanted {
        wrong.push(format!("expected {wanted:?}, found {found}"));
        wrong.push(format!("standard error: {}", String::from_utf8_lossy(&out.stderr).trim()));
    }
    Ok((found, wrong))
}
