//! A neighbour that is no good guest: it announces without end, or asks for addresses without end, so that whoever looks
//! for boxes is made to ask. Each kind aims at another habit of a program that listens.

use super::case::Fire;
use super::plan::Plan;
use solidgreen::profile::Profile;
use std::net::{Ipv4Addr, SocketAddrV4, UdpSocket};
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// Where announcements go, and from which port (RFC 6762 section 3).
const GROUP: SocketAddrV4 = SocketAddrV4::new(Ipv4Addr::new(224, 0, 0, 251), 5353);
const PTR: u16 = 12;
const TXT: u16 = 16;
const SRV: u16 = 33;
const A: u16 = 1;
/// Class IN, alone and with the bit that says that nothing else is true (RFC 6762 section 10.2).
const IN: u16 = 1;
const FLUSH: u16 = 0x8001;
/// Longest mDNS message (RFC 6762 section 17), less the headers of IP and UDP.
const LARGEST: usize = 8_900;
/// The neighbour that does it, and its number among the site's.
const HOST: &str = "n0";
const NUMBER: u8 = 30;

/// What its log says when it has sent as much as the case wants; it goes on all the same.
pub const SPENT: &str = "spent";

/// Starts it; it goes on until the sandbox ends.
pub fn begin(fire: &Fire, plan: Plan) -> Result<(), String> {
    let own = format!("{}{NUMBER}", plan.neighbours);
    let count = fire.count.unwrap_or(u32::MAX).to_string();
    let args = ["--role-fire", &fire.kind, &own, plan.pool.0, &fire.per_second.to_string(), &count];
    super::fault::start_role(HOST, "fire", &args)?;
    super::host::wait_for_log("fire", "fires")
}

/// The role itself: `KIND OWN-ADDRESS FIRST-ADDRESS PER-SECOND COUNT`.
pub fn fire(args: &[String]) -> ExitCode {
    let of = |n: usize| args.get(n).map_or("", String::as_str);
    let (Ok(own), Ok(first), Ok(rate), Ok(count)) =
        (of(1).parse::<Ipv4Addr>(), of(2).parse::<Ipv4Addr>(), of(3).parse::<u32>(), of(4).parse::<u32>())
    else {
        return ExitCode::from(2);
    };
    match shoot(of(0), own, first, rate, count) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}

fn shoot(kind: &str, own: Ipv4Addr, first: Ipv4Addr, rate: u32, count: u32) -> Result<(), String> {
    let text = |e: std::io::Error| e.to_string();
    let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::DGRAM, None).map_err(text)?;
    socket.set_reuse_address(true).map_err(text)?;
    socket.set_reuse_port(true).map_err(text)?;
    socket.set_broadcast(true).map_err(text)?;
    // a flood that waits for its own buffer is no flood
    let _ = socket.set_send_buffer_size(4 << 20);
    let dhcp = kind.starts_with("requests") || kind == "discovers";
    let port = if dhcp { 68 } else { 5353 };
    socket.bind(&SocketAddrV4::new(Ipv4Addr::UNSPECIFIED, port).into()).map_err(text)?;
    socket.set_multicast_if_v4(&own).map_err(text)?;
    socket.set_multicast_ttl_v4(255).map_err(text)?;
    if dhcp {
        socket.bind_device(Some(b"eth0")).map_err(text)?;
    }
    let socket: UdpSocket = socket.into();
    let to = if dhcp { SocketAddrV4::new(Ipv4Addr::BROADCAST, 67) } else { GROUP };
    let service = Profile::shipped().announcements.first().map(|a| a.service.clone()).ok_or("no service")?;
    let begun = Instant::now();
    println!("fires");
    for n in 0_u32.. {
        if n == count {
            println!("{SPENT}");
        }
        let bytes = shot(kind, n, &service, own, first)?;
        // what a full queue drops is made up for by the next one
        let _ = socket.send_to(&bytes, to);
        // the rate of the flood itself, not a wait for something to happen
        let due = begun + Duration::from_secs(1) * n / rate.max(1);
        std::thread::sleep(due.saturating_duration_since(Instant::now()));
    }
    Ok(())
}

/// Shot number `n`.
fn shot(kind: &str, n: u32, service: &str, own: Ipv4Addr, first: Ipv4Addr) -> Result<Vec<u8>, String> {
    let [_, _, c, d] = n.to_be_bytes();
    let mac = format!("34:a5:e1:{:02x}:{c:02x}:{d:02x}", n >> 16 & 0xff);
    let near = Ipv4Addr::from(u32::from(first) + n % 100);
    let named = |n: u32| format!("Box {n}.{service}");
    let state = ["solid-green", "solid-red", "blinking-red"][n as usize % 3];
    Ok(match kind {
        // an instance nobody has heard of: nothing else of it, or all but the address of its host
        "new-names" if n.is_multiple_of(2) => Message::answer().ptr(service, &named(n), 4500).bytes,
        "new-names" => {
            Message::answer()
                .ptr(service, &named(n), 4500)
                .srv(&named(n), &format!("box{n}.local."), 120)
                .txt(&named(n), &[&format!("mac={mac}"), &format!("led={state}")], 4500)
                .bytes
        }
        // ever new boxes, whole, at ever new addresses
        "new-boxes" => whole(service, &named(n), &format!("box{n}.local."), &mac, state, near, 120),
        // one instance, each time on another host whose address is not told
        "new-hosts" => {
            let host = format!("host{n}.local.");
            Message::answer()
                .ptr(service, &named(0), 4500)
                .srv(&named(0), &host, 120)
                .txt(&named(0), &["mac=34:a5:e1:00:00:01", "led=solid-green"], 4500)
                .bytes
        }
        // one box whose text is never the same twice
        "new-txt" => {
            let nonce = format!("n={n}");
            Message::answer()
                .ptr(service, &named(0), 4500)
                .srv(&named(0), "box.local.", 120)
                .txt(&named(0), &["mac=34:a5:e1:00:00:01", &format!("led={state}"), &nonce], 4500)
                .a("box.local.", own, 120)
                .bytes
        }
        // a box whose LED leaves green and comes back, slowly enough to be believed
        "turns" => {
            let state = if n % 6 < 3 { "solid-green" } else { "blinking-red" };
            whole(service, &named(0), "box.local.", "34:a5:e1:00:00:01", state, own, 120)
        }
        // names that lead to one another, gone or going before anybody can ask
        "loops" => {
            let (a, b) = (named(n % 7), named((n + 1) % 7));
            let ttl = n % 2;
            Message::answer()
                .ptr(service, service, ttl)
                .ptr(service, &a, ttl)
                .ptr(&a, &b, ttl)
                .ptr(&b, service, ttl)
                .srv(&a, &b, ttl)
                .srv(&b, &a, 1)
                .txt(&a, &["mac=34:a5:e1:00:00:01"], ttl)
                .bytes
        }
        // messages as large as they may be: all answers, or a question with all its known answers
        "huge" => {
            let mut m = if n.is_multiple_of(2) { Message::answer() } else { Message::question(service) };
            for k in 0.. {
                if m.bytes.len() > LARGEST {
                    break;
                }
                m = m.ptr(service, &named(n.wrapping_mul(200).wrapping_add(k)), 4500);
            }
            m.bytes
        }
        // a box that accepts an address, each time another one
        "requests" => request(n, near),
        // the same with addresses all over the network
        "requests-wide" => request(n, Ipv4Addr::from(u32::from(first) + n % 400)),
        // boxes that ask for an address, each for the first time
        "discovers" => dhcp(n, 1, None),
        other => return Err(format!("no such fire: {other}")),
    })
}

/// A box with everything that it has to say.
fn whole(service: &str, name: &str, host: &str, mac: &str, led: &str, ip: Ipv4Addr, ttl: u32) -> Vec<u8> {
    Message::answer()
        .ptr(service, name, 4500)
        .srv(name, host, ttl)
        .txt(name, &[&format!("mac={mac}"), &format!("led={led}"), "fw=fire"], ttl)
        .a(host, ip, ttl)
        .bytes
}

/// A DNS message that grows (RFC 1035 section 4.1); names are not compressed.
struct Message {
    bytes: Vec<u8>,
}

impl Message {
    fn answer() -> Message {
        Message { bytes: vec![0, 0, 0x84, 0, 0, 0, 0, 0, 0, 0, 0, 0] }
    }

    fn question(service: &str) -> Message {
        let mut m = Message { bytes: vec![0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0] };
        m.bytes.extend(name(service));
        m.bytes.extend(PTR.to_be_bytes());
        m.bytes.extend(IN.to_be_bytes());
        m
    }

    fn record(mut self, owner: &str, kind: u16, class: u16, ttl: u32, data: &[u8]) -> Message {
        self.bytes.extend(name(owner));
        self.bytes.extend(kind.to_be_bytes());
        self.bytes.extend(class.to_be_bytes());
        self.bytes.extend(ttl.to_be_bytes());
        self.bytes.extend(u16::try_from(data.len()).unwrap_or(u16::MAX).to_be_bytes());
        self.bytes.extend(data);
        let count = u16::from_be_bytes([self.bytes[6], self.bytes[7]]) + 1;
        self.bytes[6..8].copy_from_slice(&count.to_be_bytes());
        self
    }

    fn ptr(self, owner: &str, to: &str, ttl: u32) -> Message {
        self.record(owner, PTR, IN, ttl, &name(to))
    }

    fn srv(self, owner: &str, host: &str, ttl: u32) -> Message {
        let data = [&[0, 0, 0, 0, 0x10, 0xe1][..], &name(host)].concat();
        self.record(owner, SRV, FLUSH, ttl, &data)
    }

    fn txt(self, owner: &str, words: &[&str], ttl: u32) -> Message {
        let data: Vec<u8> = words
            .iter()
            .flat_map(|w| [u8::try_from(w.len()).unwrap_or(0)].into_iter().chain(w.bytes()))
            .collect();
        self.record(owner, TXT, FLUSH, ttl, &data)
    }

    fn a(self, owner: &str, ip: Ipv4Addr, ttl: u32) -> Message {
        self.record(owner, A, FLUSH, ttl, &ip.octets())
    }
}

fn name(text: &str) -> Vec<u8> {
    let labels = text.trim_end_matches('.').split('.');
    let mut out: Vec<u8> =
        labels.flat_map(|l| [u8::try_from(l.len()).unwrap_or(0)].into_iter().chain(l.bytes())).collect();
    out.push(0);
    out
}

/// A REQUEST of a box of this number for this address (RFC 2131 section 4.3.2, selecting).
fn request(n: u32, ip: Ipv4Addr) -> Vec<u8> {
    dhcp(n, 3, Some(ip))
}

/// A message of this kind of a box of this number (RFC 2132 section 9.6), and the address that it asks for.
fn dhcp(n: u32, kind: u8, ip: Option<Ipv4Addr>) -> Vec<u8> {
    let [_, b, c, d] = n.to_be_bytes();
    let mut m = vec![1, 1, 6, 0];
    m.extend(n.to_be_bytes());
    m.extend([0; 20]);
    m.extend([0x34, 0xa5, 0xe1, b, c, d]);
    m.extend([0; 10 + 64 + 128]);
    m.extend([99, 130, 83, 99, 53, 1, kind]);
    if let Some(ip) = ip {
        m.extend([50, 4]);
        m.extend(ip.octets());
    }
    m.push(255);
    m.resize(m.len().max(300), 0);
    m
}
