//! Nothing of anybody's leaves in public: a marked word in every text, and a marked address in every place for one, of
//! every input of the engine and of every field of a snapshot; none may be in what is made of them for anybody.
//!
//! The inputs are exhaustive: each `match` names every variant, and each struct every field, so a new one does not
//! compile here before it has an example. Whether a text is marked is not decided by name: every string that may hold
//! another word gets one.

use super::pdf::tool;
use super::{options, sample};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use solidgreen::model::check::*;
use solidgreen::model::evidence::*;
use solidgreen::model::footprint::{Footprint, PacketKind};
use solidgreen::model::host::*;
use solidgreen::model::pasted::*;
use solidgreen::model::recording::{Event, FORMAT, Header, Input, KIND, Recording};
use solidgreen::model::snapshot::*;
use solidgreen::model::{At, LedState, Mac, Snapshot};
use solidgreen::profile::Profile;
use solidgreen::report::{self, Redact, redacted_recording};
use solidgreen::session::replay::Replay;
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

/// In no other text of the world.
const MARK: &str = "zqx";
const GATEWAY: Mac = Mac([0x34, 0xa5, 0xe1, 0, 0x0b, 7]);
const OWN: Mac = Mac([0xb8, 0x27, 0xeb, 1, 2, 3]);
const OTHER: Mac = Mac([0x00, 0x11, 0x22, 0xaa, 0xbb, 0xcc]);

/// How a marked text looks; `#` is a number of its own.
const SHAPES: [&str; 8] = [
    "Zqx#",
    "http://Zqx#u:Zqx#p@Zqx#h.example.com:8080/Zqx#d/login?who=Zqx#q#Zqx#f",
    "/home/zqx#/Zqx#.d/file",
    r"C:\Users\zqx#\Zqx# file",
    "proxy.Zqx#.se:3128;https=zqx#.lan:8080",
    "CN=gk.sensorist.com, O=Zqx# Fortinet, OU=Zqx# \"x\", C=SE",
    "Deny by (rule-Zqx#/443) of the Zqx#'s gateway: firewall",
    "a router at @M, @D, @B and @C, zqx# @I/24",
];

fn fact(before: Option<&Fact>) -> Option<Fact> {
    let ip = Ipv4Addr::new(10, 20, 30, 57);
    Some(match before {
        None => Fact::Neighbour { mac: GATEWAY, ip, confirmed_ms_ago: Some(3) },
        Some(Fact::Neighbour { .. }) => Fact::Unanswered { ip: [10, 20, 30, 58].into(), given_up: true },
        Some(Fact::Unanswered { .. }) => Fact::Dhcp(DhcpSeen {
            kind: DhcpKind::Request,
            mac: GATEWAY,
            xid: 7,
            secs: 3,
            broadcast: true,
            ciaddr: Some(ip),
            yiaddr: Some(ip),
            requested: Some(ip),
            server: Some([10, 20, 30, 2].into()),
            mask: Some([255, 255, 255, 0].into()),
            routers: vec![[10, 20, 30, 1].into()],
            name_servers: vec![[10, 20, 30, 3].into()],
            lease_secs: Some(86_400),
            host_name: Some("the host name".into()),
            vendor_class: Some("the vendor class".into()),
            parameter_list: vec![1, 3, 6],
            message: Some("the message".into()),
            portal: Some("http://the.portal/".into()),
            wpad: Some("http://the.wpad/".into()),
            domain: Some("the.domain".into()),
            client_id: Some("01b827eb010203".into()),
        }),
        Some(Fact::Dhcp(_)) => Fact::Announced(Announcement {
            mac: Some(GATEWAY),
            ip: Some(ip),
            led: Some(LedState::BlinkingRed),
            ttl_ms: 120_000,
            name: "the instance".into(),
            firmware: Some("the firmware".into()),
            assumed: true,
            goodbye: false,
        }),
        Some(Fact::Announced(_)) => Fact::Console(ConsoleLine {
            port: "/dev/ttyUSB0".into(),
            text: "a line".into(),
            meaning: Some(ConsoleFact {
                led: Some(LedState::BlinkingRed),
                mac: Some(GATEWAY),
                ip: Some(ip),
                restarted: true,
            }),
            dialect: Some("the dialect".into()),
            assumed: true,
        }),
        Some(Fact::Console(_)) => Fact::ConsoleClosed { port: "/dev/ttyUSB0".into() },
        Some(Fact::ConsoleClosed { .. }) => Fact::Saw { mac: Some(GATEWAY), led: LedState::BlinkingRed },
        Some(Fact::Saw { .. }) => Fact::TypedMac { mac: GATEWAY, repaired: vec!["a repair".into()] },
        Some(Fact::TypedMac { .. }) => Fact::TypedIp { mac: Some(GATEWAY), ip },
        Some(Fact::TypedIp { .. }) => Fact::PluggedIn { mac: OTHER },
        Some(Fact::PluggedIn { .. }) => Fact::Pasted(Box::new(PastedText {
            kind: TextKind::Log,
            told: vec![Told {
                entry: Entry {
                    line: 1,
                    time: Some("the time".into()),
                    product: "the product".into(),
                    message: "the kind of message".into(),
                    reading: Reading::Recognised,
                    kind: Kind::Connection,
                    action: Action::Denied,
                    rule: Some("the rule".into()),
                    reason: Some("the reason".into()),
                    protocol: Some("the protocol".into()),
                    source: Some(ip),
                    source_port: Some(50_000),
                    destination: Some([10, 20, 99, 9].into()),
                    destination_name: Some("the destination".into()),
                    port: Some(443),
                    mac: Some(GATEWAY),
                    place: Some("the place".into()),
                    lease: Some(Lease { state: LeaseState::InForce, ip: Some(ip) }),
                    shown: "the whole line".into(),
                },
                times: 3,
                written_unix_ms: Some(1_795_356_300_000),
                zone_known: true,
            }],
            counts: Counts::default(),
        })),
        Some(Fact::Pasted(_)) => return None,
    })
}

fn target(before: Option<&Target>) -> Option<Target> {
    let addr = SocketAddr::from(([10, 50, 60, 70], 443));
    Some(match before {
        None => Target::Host,
        Some(Target::Host) => Target::Interface("the interface".into()),
        Some(Target::Interface(_)) => Target::Router([10, 20, 30, 1].into()),
        Some(Target::Router(_)) => Target::Segment,
        Some(Target::Segment) => Target::Name {
            server: [10, 20, 30, 3].into(),
            role: ServerRole::Lease,
            name: "the name that was asked".into(),
            name_role: NameRole::Cloud,
            transport: Transport::Udp,
        },
        Some(Target::Name { .. }) => Target::Cloud { addr, documented: false, resolved: true },
        Some(Target::Cloud { .. }) => Target::Canary(addr),
        Some(Target::Canary(_)) => Target::Control(addr),
        Some(Target::Control(_)) => Target::Again(addr),
        Some(Target::Again(_)) => Target::Elsewhere { addr, interface: "another interface".into() },
        Some(Target::Elsewhere { .. }) => Target::Proxy("the proxy".into()),
        Some(Target::Proxy(_)) => Target::ProxyName("the name of the proxy".into()),
        Some(Target::ProxyName(_)) => Target::NeverOpen(addr),
        Some(Target::NeverOpen(_)) => Target::OneHop(addr),
        Some(Target::OneHop(_)) => Target::Page("the page".into()),
        Some(Target::Page(_)) => Target::Saying { addr, said: Said::HelloByName },
        Some(Target::Saying { .. }) => Target::SayingWithin { addr, hops: 2 },
        Some(Target::SayingWithin { .. }) => Target::FullSize(addr),
        Some(Target::FullSize(_)) => Target::Hops(addr),
        Some(Target::Hops(_)) => Target::Rung { addr, age_secs: 60, over: RungKind::Ladder },
        Some(Target::Rung { .. }) => return None,
    })
}

fn measured(before: Option<&Measured>) -> Option<Measured> {
    let offer = || Offer {
        server: [10, 20, 30, 2].into(),
        to_new_mac: false,
        to_gateway: true,
        to_own: false,
        address: Some([10, 20, 30, 59].into()),
        mask: Some([255, 255, 255, 0].into()),
        routers: vec![[10, 20, 30, 1].into()],
        name_servers: vec![[10, 20, 30, 3].into()],
        lease_secs: Some(600),
        portal: Some("http://the.portal.offered/".into()),
        wpad: Some("http://the.wpad.offered/".into()),
        domain: Some("the.domain.offered".into()),
        after_ms: 4,
    };
    let ip = IpAddr::from([10, 70, 0, 1]);
    Some(match before {
        None => Measured::Nothing,
        Some(Measured::Nothing) => Measured::Addresses(vec![ip, "fd00::7".parse().unwrap()]),
        Some(Measured::Addresses(_)) => Measured::Offender(ip),
        Some(Measured::Offender(_)) => Measured::RouterMac(OTHER),
        Some(Measured::RouterMac(_)) => Measured::Offers(vec![offer()]),
        Some(Measured::Offers(_)) => {
            Measured::Answers { offers: vec![offer()], asked: vec![OfferTo::Options, OfferTo::Gateway] }
        }
        Some(Measured::Answers { .. }) => Measured::Opened { micros: 900 },
        Some(Measured::Opened { .. }) => Measured::Cut { opened_micros: 900, after_micros: 7 },
        Some(Measured::Cut { .. }) => Measured::Attempts(vec![Some(1), None]),
        Some(Measured::Attempts(_)) => Measured::Tls(TlsSeen {
            subject: "the subject".into(),
            issuer: "the issuer".into(),
            root: "the root".into(),
            public: false,
            trusted_here: Some(true),
            name_fits: true,
            product: Some(Inspector { name: "the inspector".into(), on_computers: true }),
        }),
        Some(Measured::Tls(_)) => {
            Measured::Page { status: 302, location: Some("the page it leads to".into()) }
        }
        Some(Measured::Page { .. }) => Measured::Hops(vec![Hop {
            distance: 2,
            who: Some(ip),
            opened: false,
            refused: Some(Failure::Refused),
            refused_by: Some([10, 71, 0, 1].into()),
        }]),
        Some(Measured::Hops(_)) => Measured::Segment { bytes: 1460 },
        Some(Measured::Segment { .. }) => Measured::Broke,
        Some(Measured::Broke) => Measured::Ended { after_ms: 60_000 },
        Some(Measured::Ended { .. }) => Measured::Agents(vec!["the name of an agent".into()]),
        Some(Measured::Agents(_)) => return None,
    })
}

fn outcome(before: Option<&Outcome>) -> Option<Outcome> {
    Some(match before {
        None => Outcome::Passed,
        Some(Outcome::Passed) => Outcome::Failed(Failure::Silence),
        Some(Outcome::Failed(_)) => Outcome::Skipped("why it was skipped".into()),
        Some(Outcome::Skipped(_)) => Outcome::Inconclusive("why it decides nothing".into()),
        Some(Outcome::Inconclusive(_)) => return None,
    })
}

fn host() -> HostView {
    let interface = |name: &str, label: &str, own: Mac, last: u8| Interface {
        index: 2,
        name: name.into(),
        label: label.into(),
        kind: LinkKind::Wired,
        mac: Some(own),
        up: true,
        carrier: Some(true),
        speed_bps: Some(1_000_000_000),
        full_duplex: Some(true),
        addresses: vec![HostAddress { ip: [10, 20, 30, last].into(), prefix: 24 }],
        router: Some([10, 20, 30, 1].into()),
        metric: 100,
        name_servers: vec![[10, 20, 30, 3].into(), "fd00::53".parse().unwrap()],
        lease: Some(HostLease {
            dhcp: Some(true),
            server: Some([10, 20, 30, 2].into()),
            lease_secs: Some(600),
            told_by: "the file that told".into(),
        }),
        mtu: Some(1500),
        ipv6_router: Some(true),
        port_authenticated: Some(true),
    };
    HostView {
        interfaces: vec![
            interface("the interface", "its label", OWN, 90),
            interface("another interface", "its other label", Mac([2, 0, 0, 7, 8, 9]), 91),
        ],
        chosen: Some("the interface".into()),
        default_route_by: Some("another interface".into()),
        proxies: vec![Proxy { setting: "the setting".into(), value: "the proxy of this computer".into() }],
        could_not_read: vec!["what could not be read".into()],
    }
}

/// Results of each check.
const EACH: usize = 5;

/// Every check, on every target, with everything measured.
fn results() -> Vec<Input> {
    let targets: Vec<Target> = std::iter::successors(target(None), |t| target(Some(t))).collect();
    let all: Vec<Measured> = std::iter::successors(measured(None), |m| measured(Some(m))).collect();
    let outcomes: Vec<Outcome> = std::iter::successors(outcome(None), |o| outcome(Some(o))).collect();
    let one = |id: CheckId, n: usize| CheckResult {
        id,
        target: targets[n % targets.len()].clone(),
        outcome: outcomes[n % outcomes.len()].clone(),
        took_ms: 5,
        measured: all[n % all.len()].clone(),
        detail: format!("the detail {}", n % 5),
    };
    assert!(CheckId::ALL.len() * EACH >= targets.len().max(all.len()), "every one has its turn");
    let of = |(k, id): (usize, CheckId)| Input::Checked {
        id,
        results: (0..EACH).map(|n| one(id, k * EACH + n)).collect(),
    };
    CheckId::ALL.into_iter().enumerate().map(of).collect()
}

fn input(before: Option<&Input>) -> Option<Input> {
    Some(match before {
        None => Input::Host(Box::new(host())),
        Some(Input::Host(_)) => Input::Begun { check: true, quiet: false },
        Some(Input::Begun { .. }) => Input::Saw(Box::new(Observation {
            at: At(1),
            source: Source::Neighbour,
            fact: fact(None).unwrap(),
        })),
        Some(Input::Saw(_)) => Input::Limited(Limit {
            what: "what was tried".into(),
            why: "why it failed".into(),
            advice: "what to do".into(),
        }),
        Some(Input::Limited(_)) => Input::Broke { what: "what broke".into(), why: "how it broke".into() },
        Some(Input::Broke { .. }) => Input::HearsDhcp(true),
        Some(Input::HearsDhcp(_)) => {
            Input::Console { port: "/dev/ttyUSB0".into(), open: false, status: "how the port is".into() }
        }
        Some(Input::Console { .. }) => Input::Searched,
        Some(Input::Searched) => Input::CouldNotAsk,
        Some(Input::CouldNotAsk) => Input::TableFull { overflowed: true },
        Some(Input::TableFull { .. }) => Input::Checked { id: CheckId::Link, results: Vec::new() },
        Some(Input::Checked { .. }) => Input::Sent(Footprint {
            by_kind: [(PacketKind::Sweep, 3)].into(),
            addresses: vec![[10, 20, 30, 200].into(), "fd00::9".parse().unwrap()],
        }),
        Some(Input::Sent(_)) => Input::Chose(GATEWAY),
        Some(Input::Chose(_)) => Input::HoldBegun { rungs: vec![60], lasts_secs: 60 },
        Some(Input::HoldBegun { .. }) => Input::HoldEnded { cancelled: false },
        Some(Input::HoldEnded { .. }) => Input::AllChecked,
        Some(Input::AllChecked) => Input::Ended,
        Some(Input::Ended) => Input::Watching(true),
        Some(Input::Watching(_)) => Input::Cancelled,
        Some(Input::Cancelled) => return None,
    })
}

fn recording() -> Recording {
    let header = Header {
        kind: KIND.into(),
        format: FORMAT,
        version: "the version".into(),
        started_unix_ms: 1_795_356_300_000,
        site: "the site".into(),
        note: "the note".into(),
        profile: None,
    };
    let mut inputs = Vec::new();
    for one in std::iter::successors(input(None), |i| input(Some(i))) {
        match one {
            Input::Saw(_) => {
                inputs.extend(std::iter::successors(fact(None), |f| fact(Some(f))).map(|fact| {
                    let source = match &fact {
                        Fact::Dhcp(_) => Source::Dhcp,
                        Fact::Announced(_) => Source::Mdns,
                        Fact::Console(_) | Fact::ConsoleClosed { .. } => Source::Console,
                        Fact::Saw { .. } => Source::Installer,
                        Fact::TypedMac { .. } | Fact::TypedIp { .. } => Source::Typed,
                        Fact::PluggedIn { .. } => Source::PlugIn,
                        Fact::Pasted(_) => Source::Pasted,
                        Fact::Neighbour { .. } | Fact::Unanswered { .. } => Source::Neighbour,
                    };
                    Input::Saw(Box::new(Observation { at: At(1), source, fact }))
                }))
            }
            Input::Checked { .. } => inputs.extend(results()),
            other => inputs.push(other),
        }
    }
    let events = inputs.into_iter().enumerate().map(|(n, input)| Event { at: At(n as u64), input });
    Recording { header, events: events.collect() }
}

/// Puts marks into whatever may hold one, equal ones for equal texts: what belongs together stays together.
struct Marker {
    shape: &'static str,
    /// Places that hold words of the program.
    fixed: BTreeMap<(&'static str, String), bool>,
    texts: BTreeMap<String, String>,
    macs: BTreeMap<Mac, Mac>,
    ips: BTreeMap<IpAddr, IpAddr>,
    /// Every form of a marked address that may not be found.
    hidden: Vec<String>,
}

impl Marker {
    fn new(shape: &'static str) -> Marker {
        Marker {
            shape,
            fixed: BTreeMap::new(),
            texts: BTreeMap::new(),
            macs: BTreeMap::new(),
            ips: BTreeMap::new(),
            hidden: Vec::new(),
        }
    }

    fn of<T: Serialize + DeserializeOwned>(&mut self, what: &T) -> T {
        let mut value = serde_json::to_value(what).unwrap();
        let mut places = Vec::new();
        leaves(&value, String::new(), &mut places);
        for place in places {
            let Some(Value::String(old)) = value.pointer(&place).cloned() else { continue };
            // who made an adapter is looked up by its address in the lists of the IEEE: nobody else fills it
            if place.ends_with("/maker") {
                continue;
            }
            // a word of an enum cannot be another one; what holds of a place holds of each in the same list
            let sort = (std::any::type_name::<T>(), place.replace(|c: char| c.is_ascii_digit(), ""));
            if self.fixed.get(&sort) == Some(&true) {
                continue;
            }
            let new = self.mark(&old);
            *value.pointer_mut(&place).unwrap() = Value::from(new.clone());
            let takes = || {
                let back = serde_json::from_value::<T>(value.clone()).ok()?;
                Some(serde_json::to_value(back).unwrap().pointer(&place) == Some(&Value::from(new)))
            };
            if !self.fixed.contains_key(&sort) {
                let fixed = takes() != Some(true);
                self.fixed.insert(sort.clone(), fixed);
            }
            if self.fixed[&sort] {
                *value.pointer_mut(&place).unwrap() = Value::from(old);
            }
        }
        serde_json::from_value(value).unwrap()
    }

    fn mark(&mut self, old: &str) -> String {
        if let Ok(mac) = old.parse::<Mac>()
            && old.contains(':')
        {
            return self.mac(mac).to_string();
        }
        if let Ok(ip) = old.parse::<IpAddr>() {
            return self.ip(ip).to_string();
        }
        if let Ok(SocketAddr::V4(addr)) = old.parse::<SocketAddr>() {
            return SocketAddr::new(self.ip(IpAddr::V4(*addr.ip())), addr.port()).to_string();
        }
        if let Some(known) = self.texts.get(old) {
            return known.clone();
        }
        let n = self.texts.len();
        let mut new = self.shape.replace('#', &format!("{n:03}"));
        if new.contains('@') && !new.contains("://") {
            let mac = self.mac(Mac([0xb8, 0x27, 0xeb, 0xf0, 0xe1, u8::try_from(n % 256).unwrap()]));
            let ip = self.ip(Ipv4Addr::new(10, 99, u8::try_from(n % 256).unwrap(), 1).into());
            new = new
                .replace("@M", &mac.pairs("-", true))
                .replace("@D", &mac.dotted())
                .replace("@B", &mac.bare());
            new = new.replace("@C", &mac.to_string()).replace("@I", &ip.to_string());
        }
        self.texts.insert(old.to_owned(), new.clone());
        new
    }

    fn mac(&mut self, mac: Mac) -> Mac {
        let n = self.macs.len();
        let [a, b, c] = mac.prefix();
        let new =
            *self.macs.entry(mac).or_insert(Mac([a, b, c, 0xbd, 0xc3 + (n / 256) as u8, (n % 256) as u8]));
        self.hidden.extend(["", ":", "-", " "].map(|sep| new.pairs(sep, false)));
        self.hidden.extend([new.dotted(), new.dotted().replace('.', "-"), new.bare()[6..].to_owned()]);
        new
    }

    /// Each first octet a few times only: what stands for an address keeps it, and must not be another marked one.
    fn ip(&mut self, ip: IpAddr) -> IpAddr {
        let n = self.ips.len();
        let first = 11 + (n % 88) as u8;
        let new = *self.ips.entry(ip).or_insert_with(|| match ip {
            IpAddr::V4(_) => Ipv4Addr::new(first, 77 + (n / 88) as u8, 131, 7 + (n % 200) as u8).into(),
            IpAddr::V6(_) => Ipv6Addr::new(0xfd00, 0xbead, 0, 0, 0, 0, 0xbea7, n as u16 + 1).into(),
        });
        self.hidden.push(new.to_string());
        new
    }

    /// What of all that was marked stands in this text.
    fn found<'a>(&self, text: &'a str) -> Vec<&'a str> {
        let lower = text.to_lowercase();
        let free = |c: Option<char>| !c.is_some_and(|c| c.is_ascii_hexdigit());
        let alone = |word: &str| {
            let mut places = lower.match_indices(word);
            places.any(|(at, w)| {
                free(lower[..at].chars().next_back()) && free(lower[at + w.len()..].chars().next())
            })
        };
        let told: Vec<&str> = self.hidden.iter().map(String::as_str).filter(|word| alone(word)).collect();
        text.lines()
            .filter(|line| {
                let line = line.to_lowercase();
                line.contains(MARK) || told.iter().any(|word| line.contains(word))
            })
            .collect()
    }
}

/// Where strings stand.
fn leaves(value: &Value, place: String, out: &mut Vec<String>) {
    match value {
        Value::String(_) => out.push(place),
        Value::Array(all) => {
            all.iter().enumerate().for_each(|(n, v)| leaves(v, format!("{place}/{n}"), out));
        }
        Value::Object(all) => all.iter().for_each(|(k, v)| {
            leaves(v, format!("{place}/{}", k.replace('~', "~0").replace('/', "~1")), out);
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Markdown and JSON; also the PDF with its words, its tags, its metadata and what is attached to it.
fn reports(s: &Snapshot, with_pdf: bool) -> Vec<(&'static str, String)> {
    let options = options(Redact::Public);
    let mut out = vec![
        ("Markdown", report::markdown(&report::document(s, &options))),
        ("JSON", report::json(s, &options)),
    ];
    if !with_pdf {
        return out;
    }
    let dir = tempfile::tempdir().unwrap();
    let (file, attached) = (dir.path().join("report.pdf"), dir.path().join("attached.json"));
    std::fs::write(&file, report::pdf_of(s, &options).unwrap().bytes).unwrap();
    tool("pdfdetach", "poppler-utils", &["-save", "1", "-o", attached.to_str().unwrap()], &file);
    out.extend([
        ("words of the PDF", tool("pdftotext", "poppler-utils", &[], &file)),
        ("tags of the PDF", tool("pdfinfo", "poppler-utils", &["-struct-text"], &file)),
        ("data of the PDF", tool("pdfinfo", "poppler-utils", &[], &file)),
        ("metadata of the PDF", tool("pdfinfo", "poppler-utils", &["-meta"], &file)),
        ("objects of the PDF", tool("qpdf", "qpdf", &["--json"], &file)),
        ("what is attached", std::fs::read_to_string(attached).unwrap()),
    ]);
    out
}

fn played(recording: &Recording) -> Snapshot {
    let mut replay = Replay::new(recording.clone(), &Arc::new(Profile::shipped())).unwrap();
    replay.play_to(replay.length());
    replay.snapshot()
}

/// The first shapes, in all outputs.
#[test]
fn no_mark_of_any_input_leaves_in_public() {
    no_mark_of_inputs(&SHAPES[..2], true);
}

/// The others, in all but the PDF: it is laid out from the same document, and holds the same JSON.
#[test]
fn no_mark_in_another_shape_leaves_in_public() {
    no_mark_of_inputs(&SHAPES[2..], false);
}

fn no_mark_of_inputs(shapes: &[&'static str], with_pdf: bool) {
    let mut leaks = Vec::new();
    for shape in shapes {
        let mut marker = Marker::new(shape);
        let marked = marker.of(&recording().header);
        let header = Header { kind: KIND.into(), ..marked };
        let events = recording().events.iter().map(|e| marker.of(e)).collect();
        let marked = Recording { header, events };
        assert!(marked.print().to_lowercase().matches(MARK).count() > 100, "the marks are there");
        let public = redacted_recording(&marked, Redact::Public).unwrap();
        let s = played(&marked);
        assert!(!marker.found(&report::json(&s, &options(Redact::Full))).is_empty());
        let mut outputs = reports(&s, with_pdf);
        outputs.push(("recording", public.print()));
        outputs
            .push(("report of the public recording", report::json(&played(&public), &options(Redact::Full))));
        for (name, text) in outputs {
            let found = marker.found(&text);
            leaks.extend(found.iter().take(5).map(|l| format!("{shape} in {name}: {}", cut(l))));
        }
    }
    assert!(leaks.is_empty(), "{} leaks:\n{}", leaks.len(), leaks.join("\n"));
}

/// What no input fills, the firewall's words and a recording that is played, and whatever a sentence may be.
#[test]
fn no_mark_of_any_field_of_a_snapshot_leaves_in_public() {
    let mut leaks = Vec::new();
    for shape in SHAPES {
        let mut marker = Marker::new(shape);
        let mut s = sample::snapshot();
        s.console.ports =
            vec![SerialPort { name: "a port".into(), usb: Some((1, 2)), product: Some("a cable".into()) }];
        s.demo =
            Some(DemoView { fault: "a fault".into(), faults: vec![("a fault".into(), "what it is".into())] });
        s.playback = Some(PlaybackView {
            name: "a file".into(),
            note: "where it is from".into(),
            at: At(1),
            length: At(2),
            playing: true,
            speed: 1,
        });
        s.activity = Activity::Working { what: "what is done".into(), done: 1, of: 2 };
        s.timeline_before = 3;
        s.broken = vec!["what broke".into()];
        s.kept_in = Some("where it is kept".into());
        let firewall = Arc::make_mut(&mut s.firewall);
        firewall.proposed = Some("a platform".into());
        firewall.choice.version = "7.4 of somebody".into();
        firewall.choice.words = [("wan".to_owned(), "the outer side".to_owned())].into();
        let mut marked: Snapshot = marker.of(&s);
        marked.happened = [("Heard Zqx of x".to_owned(), 4), ("zqx.example".to_owned(), 1)].into();
        for (name, text) in reports(&marked, shape == SHAPES[0]) {
            let found = marker.found(&text);
            leaks.extend(found.iter().take(5).map(|l| format!("{shape} in {name}: {}", cut(l))));
        }
    }
    assert!(leaks.is_empty(), "{} leaks:\n{}", leaks.len(), leaks.join("\n"));
}

/// A long line around its mark.
fn cut(line: &str) -> String {
    let at = line.to_lowercase().find(MARK).unwrap_or(0);
    line.chars().skip(at.saturating_sub(70)).take(160).collect()
}

/// What is ours stays: a report for anybody is still a report.
#[test]
fn the_programs_own_sentences_stay_in_public() {
    for lesson in solidgreen::session::training::LESSONS {
        let recording = Recording::parse(lesson.text).unwrap();
        let s = played(&recording);
        let public = report::markdown(&report::document(&s, &options(Redact::Public)));
        let masked = public.lines().find(|l| l.contains("[text-"));
        assert_eq!(masked, None, "{}", lesson.id);
        assert!(public.contains(&s.verdict.title.replace('_', "\\_")), "{}: {}", lesson.id, s.verdict.title);
    }
}
