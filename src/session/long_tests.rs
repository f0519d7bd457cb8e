//! A watch of months: what it leaves on disk has a bound, and opening it reads no more of that than is shown.

use super::engine::{Engine, Purpose};
use super::keeping::{Keeping, OnDisk};
use super::*;
use crate::check::Progress;
use crate::model::evidence::{Announcement, DhcpKind, DhcpSeen, Fact, Observation, Source};
use crate::model::recording::{FORMAT, KIND};
use crate::model::{At, Mac};
use std::net::Ipv4Addr;

const BEGAN: i64 = 1_795_356_300_000;
const DAY: u64 = 86_400_000;

/// Times and faults that are the same in each run, and of no pattern (xorshift).
struct Chance(u64);

impl Chance {
    fn below(&mut self, n: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % n
    }
}

/// A site that is watched.
struct Site {
    engine: Engine,
    keeping: Keeping,
    boxes: u32,
    chance: Chance,
}

fn mac(n: u32) -> Mac {
    let [_, b, c, d] = n.to_be_bytes();
    Mac([0x34, 0xa5, 0xe1, b, c, d])
}

fn ip(n: u32) -> Ipv4Addr {
    Ipv4Addr::from(0x0a00_0100 + n)
}

fn dhcp(n: u32, kind: DhcpKind, xid: u32) -> Fact {
    let server = Some(Ipv4Addr::new(10, 0, 0, 1));
    let answer = matches!(kind, DhcpKind::Offer | DhcpKind::Ack);
    Fact::Dhcp(DhcpSeen {
        kind,
        mac: mac(n),
        xid,
        secs: 0,
        broadcast: true,
        ciaddr: None,
        yiaddr: answer.then(|| ip(n)),
        requested: (kind == DhcpKind::Request).then(|| ip(n)),
        server: (kind != DhcpKind::Discover).then_some(server).flatten(),
        mask: answer.then_some(Ipv4Addr::new(255, 255, 252, 0)),
        routers: if answer { server.into_iter().collect() } else { Vec::new() },
        name_servers: if answer { server.into_iter().collect() } else { Vec::new() },
        lease_secs: answer.then_some(86_400),
        host_name: Some(format!("gateway-{n}")),
        vendor_class: None,
        parameter_list: vec![1, 3, 6, 12, 15, 28, 42],
        message: None,
        portal: None,
        client_id: None,
        wpad: None,
        domain: answer.then(|| "site.example".into()),
    })
}

fn announced(n: u32, led: LedState) -> Fact {
    Fact::Announced(Announcement {
        mac: Some(mac(n)),
        ip: Some(ip(n)),
        led: Some(led),
        ttl_ms: 120_000,
        name: format!("gateway-{n}"),
        firmware: Some("3.2.1".into()),
        assumed: true,
        goodbye: false,
    })
}

impl Site {
    fn begin(data: &std::path::Path, boxes: u32) -> Site {
        let id = History::new_id(BEGAN);
        let header =
            Header { kind: KIND.into(), format: FORMAT, started_unix_ms: BEGAN, ..Header::default() };
        let shelf = OnDisk::new(Some(data.to_owned()), id.clone(), BEGAN);
        let mut engine = Engine::new(Arc::new(Profile::shipped()), id, BEGAN);
        engine.watching = true;
        engine.begin(Purpose::FindAndCheck, At(1), false);
        engine.progress(Progress::Done, At(2));
        engine.end(At(3));
        Site { engine, keeping: Keeping::on(Box::new(shelf), Some(header)), boxes, chance: Chance(0x5017) }
    }

    /// One day: each box restarts `restarts` times, changes its LED as often by itself, and once a week the site's way
    /// to the cloud is away for all of them.
    fn day(&mut self, day: u64, restarts: u64) {
        let mut events = Vec::new();
        for n in 0..self.boxes {
            for _ in 0..restarts {
                let at = self.chance.below(DAY);
                let xid = u32::try_from(self.chance.below(1 << 32)).unwrap();
                events.push((at, n, dhcp(n, DhcpKind::Discover, xid)));
                events.push((at + 200, n, dhcp(n, DhcpKind::Offer, xid)));
                events.push((at + 300, n, dhcp(n, DhcpKind::Request, xid)));
                events.push((at + 400, n, dhcp(n, DhcpKind::Ack, xid)));
                events.push((at + 20_000, n, announced(n, LedState::SolidGreen)));
                let at = self.chance.below(DAY);
                events.push((at, n, announced(n, LedState::BlinkingRed)));
            }
            if day % 7 == 3 {
                events.push((DAY / 2 + u64::from(n) * 10, n, announced(n, LedState::BlinkingRed)));
                events.push((DAY / 2 + 60_000 + u64::from(n) * 10, n, announced(n, LedState::SolidGreen)));
            }
        }
        events.sort_by_key(|(at, n, _)| (*at, *n));
        let mut checked = 0;
        for (at, n, fact) in events {
            while checked <= at {
                // as `end` would have it; to judge hundreds of boxes every five minutes is not what is tried here
                let at = At(1_000 + day * DAY + checked);
                self.engine.note(at, "Checked: cloud.gateway-only-blocked The firewall lets this computer to the cloud and the gateway not.");
                checked += 300_000;
            }
            let at = At(1_000 + day * DAY + at);
            let source = if matches!(fact, Fact::Dhcp(_)) { Source::Dhcp } else { Source::Mdns };
            self.engine.observe(&Observation { at, source, fact });
            let near = Fact::Neighbour { mac: mac(n), ip: ip(n), confirmed_ms_ago: Some(0) };
            self.engine.observe(&Observation { at, source: Source::Neighbour, fact: near });
            self.engine.remember_leds(at);
        }
        let now = At(1_000 + (day + 1) * DAY);
        let taken = std::mem::take(&mut self.engine.taken);
        self.keeping.record(&taken, &mut self.engine);
        self.keeping.keep(&mut self.engine, now);
    }
}

/// Bytes of the one visit that is kept there: its journal, its recording, its picture.
fn sizes(data: &std::path::Path) -> (u64, u64, u64) {
    let history = History::open(Some(data.to_owned())).unwrap();
    let folder = history.recording("last").unwrap().parent().unwrap().to_owned();
    let files = std::fs::read_dir(folder).unwrap().map(|f| f.unwrap());
    let (mut journal, mut recording, mut picture) = (0, 0, 0);
    for file in files {
        let size = file.metadata().unwrap().len();
        match file.file_name().to_str().unwrap() {
            "snapshot.json" => picture += size,
            "recording.jsonl" => recording += size,
            name if name.starts_with("journal") => journal += size,
            _ => {}
        }
    }
    (journal, recording, picture)
}

/// Three months of a few boxes: all that is kept of each has come to its bound.
#[test]
fn the_picture_of_a_box_does_not_grow_with_the_months() {
    let dir = tempfile::tempdir().unwrap();
    let boxes = 5;
    let mut site = Site::begin(dir.path(), boxes);
    let mut after = Vec::new();
    for day in 0..90 {
        site.day(day, 4);
        after.push(sizes(dir.path()).2);
    }
    let of_a_box = after[89] / u64::from(boxes);
    assert!(
        of_a_box < 32_000,
        "{of_a_box} bytes; the bound of a visit counts on 32,000 (history/journal.rs)"
    );
    assert!(
        after[89] < after[59] + after[59] / 10,
        "it grows: {} after two months, {}",
        after[59],
        after[89]
    );
    let list = History::open(Some(dir.path().to_owned())).unwrap().list();
    assert_eq!((list[0].gateways, list[0].broken.as_ref()), (5, None));
}

/// Two days of 500 boxes, one of them that of an outage for all. At this rate, some twelve lines of each box a day, the
/// lines of 90 days are all kept, and the whole visit stays under 200 MB.
#[test]
fn a_watch_of_500_boxes_for_90_days_stays_under_200_megabytes() {
    let dir = tempfile::tempdir().unwrap();
    let mut site = Site::begin(dir.path(), 500);
    let mut journal = Vec::new();
    for day in [3, 4] {
        site.day(day, 2);
        journal.push(sizes(dir.path()).0);
    }
    let (outage, usual) = (journal[0], journal[1] - journal[0]);
    let lines = 13 * outage + 77 * usual;
    assert!(usual > 100_000, "{usual} bytes a day: this proves little");
    // nine files of 8 MiB are there whatever stands in the tenth
    assert!(lines < 9 * (8 << 20), "{lines} bytes of lines: the oldest of them would go");
    let recording = recording::MOST_BYTES as u64;
    assert!(lines + recording + 500 * 32_000 < 200_000_000, "{lines}");
}

/// The figure itself, in a folder that is named; see benches/README.md.
#[test]
#[ignore = "it takes minutes and leaves a visit of its own behind"]
fn figure() {
    let get = |name: &str, usual: u64| std::env::var(name).map_or(usual, |v| v.parse().unwrap());
    let data = PathBuf::from(std::env::var("FIGURES_DATA").unwrap());
    let mut site = Site::begin(&data, u32::try_from(get("FIGURES_BOXES", 500)).unwrap());
    let begun = std::time::Instant::now();
    for day in 0..get("FIGURES_DAYS", 90) {
        site.day(day, get("FIGURES_RESTARTS", 4));
        println!("day {day}, {} lines, {:?}: {:?}", site.engine.noted(), sizes(&data), begun.elapsed());
    }
    let history = History::open(Some(data)).unwrap();
    let timed = |what: &str, look: &dyn Fn()| {
        let begun = std::time::Instant::now();
        look();
        println!("{what}: {:?}", begun.elapsed());
    };
    timed("list", &|| drop(history.list()));
    timed("open", &|| drop(history.load("last").unwrap()));
}
