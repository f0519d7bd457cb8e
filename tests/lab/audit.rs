//! The packet audit: everything that the laptop sends while the program runs, frame by frame, against its footprint.
//!
//! A capture at the laptop's port of the switch begins before the program. Each frame must be of a kind that the
//! footprint lists, no kind may have more than was counted, no address more than was told, and a sweep no more than one
//! datagram for each address and round. What the operating system sends by itself for those (ARP, IGMP, the rest of a TCP
//! connection) is named apart.

use super::case::{Audit, Case};
use super::host::{SCRATCH, command, log_of, start, wait_for};
use super::plan::Plan;
use super::site;
use super::watched::{memory_kib, signal};
use etherparse::{NetSlice, SlicedPacket, TransportSlice};
use serde_json::Value;
use solidgreen::check::tcp::NEVER_OPEN;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::net::{IpAddr, Ipv4Addr};
use std::process::{Output, Stdio};
use std::time::{Duration, Instant};

/// The capture runs this long before the program is started: what is seen then is the system's own.
const BEFORE: Duration = Duration::from_millis(1500);
/// A capture that has written nothing for so long has written all: the kernel hands over what it has each second.
const QUIET: Duration = Duration::from_millis(1_300);
/// A program that has not ended by then never will; the longest of the night lasts a minute and a half.
const FOR_EVER: Duration = Duration::from_secs(240);
/// Rounds of a sweep are never closer than this, so two datagrams to one address within it are one round's.
const ROUND_US: u64 = 150_000;

/// A frame that the laptop sent.
struct Frame {
    at_us: u64,
    bytes: Vec<u8>,
}

/// What was seen, in words of the footprint.
#[derive(Debug, Default)]
struct Seen {
    /// Frames by what they are.
    frames: BTreeMap<&'static str, usize>,
    /// TCP connections tried, by both ends: a repeated SYN is the system's.
    connections: BTreeSet<(u16, IpAddr, u16)>,
    /// Every address of version 4 that a packet went to, besides everybody.
    addresses: BTreeSet<IpAddr>,
    /// When a datagram of a sweep went to an address.
    swept: BTreeMap<Ipv4Addr, Vec<u64>>,
    /// What no kind explains.
    strange: Vec<String>,
}

/// Runs the program under a capture; what was found, and everything that is not as expected.
pub fn run(case: &Case, plan: Plan) -> Result<(String, Vec<String>), String> {
    let audit = case.audit.as_ref().ok_or("no audit")?;
    let file = format!("{SCRATCH}/audit.pcap");
    // room for a burst: a frame that the capture loses proves the wrong thing
    let how = ["-i", "p_laptop", "-Q", "in", "-s", "2048", "-B", "32768", "-U", "-Z", "root", "-w", &file];
    let capture = start("sw", "capture", "tcpdump", &how)?;
    wait_for(Duration::from_secs(5), || match std::fs::metadata(&file) {
        Ok(m) if m.len() >= 24 => Ok(()),
        _ => Err("the capture does not begin".to_owned()),
    })?;
    std::thread::sleep(BEFORE);
    if let Some(fire) = &audit.fire {
        super::fire::begin(fire, plan)?;
    }
    let begun_us = solidgreen::lab::event::unix_us();
    let begun = Instant::now();
    let args: Vec<String> = audit.run.iter().map(|a| plan.fill(a)).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let (out, kib) = run_measured(case, audit, &args)?;
    let took = begun.elapsed();
    // the last frames are on their way through the capture
    let length = || std::fs::metadata(&file).map(|m| m.len()).unwrap_or(0);
    let mut before = (length(), Instant::now());
    while before.1.elapsed() < QUIET {
        std::thread::sleep(Duration::from_millis(10));
        if length() != before.0 {
            before = (length(), Instant::now());
        }
    }
    signal(&capture, "INT")?;
    let mut capture = capture;
    capture.wait().map_err(|e| e.to_string())?;
    let said = std::fs::read_to_string(log_of("capture")).unwrap_or_default();
    if !said.contains("\n0 packets dropped by kernel") {
        return Err(format!("the capture is not whole: {said}"));
    }
    let bytes = std::fs::read(&file).map_err(|e| e.to_string())?;
    let frames = frames(&bytes).ok_or("the capture is cut")?;
    let (before, during): (Vec<Frame>, Vec<Frame>) = frames.into_iter().partition(|f| f.at_us < begun_us);
    let mut wrong = Vec::new();
    let early = seen(&before);
    if early.frames.keys().any(|k| !k.starts_with("system")) {
        wrong.push(format!("sent before the program was started: {:?} {:?}", early.frames, early.strange));
    }
    let seen = seen(&during);
    judge(audit, plan, &seen, &out.stdout, took, &mut wrong);
    hold(case, audit, &out, kib, &mut wrong);
    let told: Vec<String> = seen.frames.iter().map(|(what, n)| format!("{n} {what}")).collect();
    let found = format!(
        "{} bytes said, {} MiB, {} frames in {:.1} s: {}; {} TCP connections, {} addresses",
        out.stdout.len(),
        kib / 1024,
        during.len(),
        took.as_secs_f64(),
        told.join(", "),
        seen.connections.len(),
        seen.addresses.len()
    );
    if !wrong.is_empty() {
        wrong.push(format!("standard error: {}", String::from_utf8_lossy(&out.stderr).trim()));
        wrong.push(found.clone());
    }
    Ok((found, wrong))
}

/// Runs the program to its end: what it said, and the most memory that it was seen to hold, KiB. One that has no end is
/// asked to end as by Ctrl+C, once the fire has sent its count and all was said that is to be said.
fn run_measured(case: &Case, audit: &Audit, args: &[&str]) -> Result<(Output, u64), String> {
    let (out, err) = (log_of("audited"), log_of("audited-errors"));
    let log = |file| File::create(file).map_err(|e| e.to_string());
    let mut program = command("laptop", &site::program(), args)
        .stdin(Stdio::null())
        .stdout(log(&out)?)
        .stderr(log(&err)?)
        .spawn()
        .map_err(|e| e.to_string())?;
    let read = |file| std::fs::read(file).unwrap_or_default();
    let ready = || {
        let spent = std::fs::read_to_string(log_of("fire")).is_ok_and(|log| log.contains(super::fire::SPENT));
        spent && unsaid(case, &read(&out), &read(&err)).is_empty()
    };
    let (mut most, mut waits) = (0, audit.until_spent);
    let ended = wait_for(FOR_EVER, || {
        if let Some(status) = program.try_wait().map_err(|e| e.to_string())? {
            return Ok(status);
        }
        // gone meanwhile: what it held before is known
        most = memory_kib(program.id(), "VmHWM").unwrap_or(0).max(most);
        if waits && ready() {
            waits = false;
            signal(&program, "INT")?;
        }
        Err("it goes on".to_owned())
    });
    if ended.is_err() {
        let _ = program.kill();
        let _ = program.wait();
    }
    let (stdout, stderr) = (read(&out), read(&err));
    let status = ended.map_err(|why| format!("{why}; not said: {:?}", unsaid(case, &stdout, &stderr)))?;
    Ok((Output { status, stdout, stderr }, most))
}

/// What the case wants said, and known of its boxes, and is not.
fn unsaid(case: &Case, stdout: &[u8], stderr: &[u8]) -> Vec<String> {
    let (stdout, stderr) = (String::from_utf8_lossy(stdout), String::from_utf8_lossy(stderr));
    let said = |s: &&String| !stdout.contains(*s) && !stderr.contains(*s);
    let mut out: Vec<String> = case.expect.says.iter().filter(said).cloned().collect();
    // one object with all boxes, or a line for each change of one
    let whole: Vec<Value> = match serde_json::from_str::<Value>(&stdout) {
        Ok(json) if json["gateways"].is_array() => json["gateways"].as_array().cloned().unwrap_or_default(),
        _ => stdout.lines().filter_map(|l| serde_json::from_str(l).ok()).collect(),
    };
    for (gateway, led) in case.gateways.iter().zip(&case.expect.knows_led) {
        let knows =
            |g: &Value| g["mac"] == gateway.mac.as_str() && g["led"]["possible"] == serde_json::json!([led]);
        if !whole.iter().any(knows) {
            out.push(format!("{} as {led}", gateway.mac));
        }
    }
    out
}

/// What the case says of the program itself, whatever it sent.
fn hold(case: &Case, audit: &Audit, out: &Output, kib: u64, wrong: &mut Vec<String>) {
    if audit.bytes.is_some_and(|most| out.stdout.len() > most) {
        wrong.push(format!("{} bytes on standard output, more than {:?}", out.stdout.len(), audit.bytes));
    }
    if audit.mib.is_some_and(|most| kib > most * 1024) {
        wrong.push(format!("{kib} KiB of memory, more than {:?} MiB", audit.mib));
    }
    let unsaid = unsaid(case, &out.stdout, &out.stderr);
    wrong.extend(unsaid.iter().map(|what| format!("it does not say {what}")));
}

fn judge(audit: &Audit, plan: Plan, seen: &Seen, stdout: &[u8], took: Duration, wrong: &mut Vec<String>) {
    wrong.extend(seen.strange.iter().take(12).map(|s| format!("no kind of the footprint explains: {s}")));
    for (ip, times) in &seen.swept {
        // each check of the router asks it once by itself, and each check asks by DHCP at least once
        let checks = seen.frames.get("DHCP").copied().unwrap_or(1);
        let own = if ip.to_string() == plan.router { checks } else { 0 };
        if times.windows(2).filter(|w| w[1] - w[0] < ROUND_US).count() > own {
            wrong.push(format!("{ip} got more than one datagram in a round: {times:?}"));
        }
    }
    let own = |frames: &BTreeMap<&str, usize>| -> usize {
        frames.iter().filter(|(k, _)| !k.starts_with("system")).map(|(_, n)| *n).sum()
    };
    let packets = own(&seen.frames);
    if audit.packets.is_some_and(|most| packets > most) {
        wrong.push(format!("{packets} packets, more than {:?}", audit.packets));
    }
    if packets == 0 && audit.packets != Some(0) {
        wrong.push("nothing was sent at all: the audit proves nothing".into());
    }
    if let Some(most) = audit.per_second {
        let rate = packets as f64 / took.as_secs_f64();
        if rate > most {
            wrong.push(format!("{rate:.2} packets a second, more than {most}"));
        }
    }
    for (what, most) in &audit.most {
        let found = seen.frames.get(what.as_str()).copied().unwrap_or(0);
        if found > *most {
            wrong.push(format!("{found} frames of {what}, more than {most}"));
        }
    }
    // whatever is announced: ten messages at once, and one in two seconds
    let budget = 11 + took.as_secs() as usize / 2;
    let asked = seen.frames.get("mDNS").copied().unwrap_or(0);
    if asked > budget {
        wrong.push(format!("{asked} frames of mDNS, more than {budget} in {:.1} s", took.as_secs_f64()));
    }
    // what was counted: where the run ends with one object there, else in what it kept of the visit
    let json = match serde_json::from_slice::<Value>(stdout) {
        Ok(json) if json.is_object() => json,
        _ if audit.packets == Some(0) => return,
        _ => match kept() {
            Ok(json) => json,
            Err(why) => return wrong.push(why),
        },
    };
    let counted = |kinds: &[&str]| -> usize {
        kinds.iter().filter_map(|k| json["footprint"]["by_kind"][k].as_u64()).map(|n| n as usize).sum()
    };
    let frames = |what: &str| seen.frames.get(what).copied().unwrap_or(0);
    for (what, kind) in [("sweep", "sweep"), ("mDNS", "mdns-query"), ("DHCP", "dhcp-probe")] {
        if frames(what) > counted(&[kind]) {
            wrong.push(format!("{} frames of {what}, but {} were counted", frames(what), counted(&[kind])));
        }
    }
    // a multicast needs no neighbour to be resolved first: each that was counted leaves this computer
    if frames("mDNS") != counted(&["mdns-query"]) {
        wrong.push(format!("{} frames of mDNS, but {} were told", frames("mDNS"), counted(&["mdns-query"])));
    }
    let (sent, told) = (
        frames("DNS") + seen.connections.len(),
        counted(&["dns-query", "tcp-connect", "tcp-knock", "tcp-speak", "http-get", "tcp-trace", "tcp-hold"]),
    );
    if sent > told {
        wrong.push(format!("{sent} DNS questions and TCP connections, but {told} were counted"));
    }
    // a report lists them, the command line counts them
    let told = &json["footprint"]["addresses"];
    let told = told.as_array().map_or_else(|| told.as_u64().unwrap_or(0) as usize, Vec::len);
    if seen.addresses.len() > told {
        wrong.push(format!("{} addresses, but {told} were told: {:?}", seen.addresses.len(), seen.addresses));
    }
}

/// What the program kept of the visit.
fn kept() -> Result<Value, String> {
    let file = format!("{SCRATCH}/kept.json");
    let out = command("laptop", &site::program(), &["report", "--out", &file]).output();
    let out = out.map_err(|e| e.to_string())?;
    if !out.status.success() {
        return Err(format!("report: {}: {}", out.status, String::from_utf8_lossy(&out.stderr).trim()));
    }
    let text = std::fs::read_to_string(&file).map_err(|e| format!("{file}: {e}"))?;
    let report: Value = serde_json::from_str(&text).map_err(|e| format!("{file}: {e}"))?;
    Ok(report["snapshot"].clone())
}

/// Tells each frame's kind.
fn seen(frames: &[Frame]) -> Seen {
    let mut seen = Seen::default();
    for frame in frames {
        let what = kind(frame, &mut seen);
        match what {
            Some(what) => *seen.frames.entry(what).or_default() += 1,
            None => {
                *seen.frames.entry("strange").or_default() += 1;
                seen.strange.push(hex(&frame.bytes));
            }
        }
    }
    seen
}

fn kind(frame: &Frame, seen: &mut Seen) -> Option<&'static str> {
    let packet = SlicedPacket::from_ethernet(&frame.bytes).ok()?;
    let to = match &packet.net {
        Some(NetSlice::Arp(_)) => return Some("system: ARP"),
        Some(NetSlice::Ipv4(ip)) => ip.header().destination_addr(),
        // the system joins groups and looks for routers as it likes; of us, nothing goes over version 6 but mDNS
        Some(NetSlice::Ipv6(_)) => {
            return match &packet.transport {
                Some(TransportSlice::Udp(udp)) if udp.destination_port() == 5353 => Some("mDNS"),
                Some(TransportSlice::Icmpv6(_)) | None => Some("system: IPv6"),
                _ => None,
            };
        }
        _ => return None,
    };
    if !to.is_broadcast() && !to.is_multicast() {
        seen.addresses.insert(IpAddr::V4(to));
    }
    match &packet.transport {
        Some(TransportSlice::Udp(udp)) => match (udp.source_port(), udp.destination_port()) {
            (68, 67) => Some("DHCP"),
            (_, 9) => {
                seen.swept.entry(to).or_default().push(frame.at_us);
                Some("sweep")
            }
            (_, 53) => Some("DNS"),
            (_, 5353) => Some("mDNS"),
            _ => None,
        },
        Some(TransportSlice::Tcp(tcp)) => {
            let ends = (tcp.source_port(), IpAddr::V4(to), tcp.destination_port());
            let opens = tcp.syn() && !tcp.ack();
            if opens && matches!(tcp.destination_port(), 9 | 53 | 80 | 443 | 4321 | NEVER_OPEN) {
                return Some(if seen.connections.insert(ends) { "TCP" } else { "system: TCP again" });
            }
            // the rest of a connection that was opened before
            (!opens && seen.connections.contains(&ends)).then_some("system: TCP goes on")
        }
        // an answer to what came after its asker was gone
        Some(TransportSlice::Icmpv4(icmp)) => (icmp.type_u8() == 3).then_some("system: ICMP"),
        // when a group is joined
        Some(TransportSlice::Igmp(_)) => Some("system: IGMP"),
        Some(TransportSlice::Icmpv6(_)) | None => None,
    }
}

/// The frames of a capture file in the classic format, microseconds, in the machine's own byte order.
fn frames(file: &[u8]) -> Option<Vec<Frame>> {
    let word = |at: usize| file.get(at..at + 4).and_then(|b| b.try_into().ok()).map(u32::from_ne_bytes);
    let mut frames = Vec::new();
    let mut at = 24;
    while at < file.len() {
        let (secs, us, len) = (word(at)?, word(at + 4)?, word(at + 8)? as usize);
        let bytes = file.get(at + 16..at + 16 + len)?.to_vec();
        frames.push(Frame { at_us: u64::from(secs) * 1_000_000 + u64::from(us), bytes });
        at += 16 + len;
    }
    Some(frames)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().take(64).map(|b| format!("{b:02x}")).collect()
}
