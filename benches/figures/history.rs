//! A visit as long as one may become: how much of the disk it takes, and how long the shipped program takes to list it and
//! to open it. A watch of 500 boxes for 90 days is one, or comes near to it.

use super::numbers::{Numbers, row, runs};
use crate::site;
use solidgreen::history::History;
use solidgreen::model::evidence::{Announcement, DhcpKind, DhcpSeen, Fact, Observation, Source};
use solidgreen::model::recording::{Event, FORMAT, Header, Input, KIND, Recording};
use solidgreen::model::snapshot::TimelineEntry;
use solidgreen::model::{At, LedState, Mac, Snapshot};
use solidgreen::profile::Profile;
use solidgreen::session::recorder::{Recorder, in_folder};
use solidgreen::session::replay::Replay;
use std::net::Ipv4Addr;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Instant;

const BOXES: u32 = 500;
const BEGAN: i64 = 1_795_356_300_000;
/// Of each box at least as many as are kept.
const CHANGES: u64 = 220;
const DHCP: u64 = 70;

fn mac(n: u32) -> Mac {
    let [_, b, c, d] = n.to_be_bytes();
    Mac([0x34, 0xa5, 0xe1, b, c, d])
}

fn changed(n: u32, k: u64) -> Fact {
    let led = if k.is_multiple_of(2) { LedState::SolidGreen } else { LedState::BlinkingRed };
    Fact::Announced(Announcement {
        mac: Some(mac(n)),
        ip: Some(Ipv4Addr::from(0x0a00_0100 + n)),
        led: Some(led),
        ttl_ms: 120_000,
        name: format!("gateway-{n}"),
        firmware: Some("3.2.1".into()),
        assumed: true,
        goodbye: false,
    })
}

fn asked(n: u32, k: u64) -> Fact {
    let kinds = [DhcpKind::Discover, DhcpKind::Offer, DhcpKind::Request, DhcpKind::Ack];
    let server = Ipv4Addr::new(10, 0, 0, 1);
    Fact::Dhcp(DhcpSeen {
        kind: kinds[usize::try_from(k % 4).unwrap_or(0)],
        mac: mac(n),
        xid: 0x5017_0000 + n,
        secs: 0,
        broadcast: true,
        ciaddr: None,
        yiaddr: Some(Ipv4Addr::from(0x0a00_0100 + n)),
        requested: Some(Ipv4Addr::from(0x0a00_0100 + n)),
        server: Some(server),
        mask: Some(Ipv4Addr::new(255, 255, 252, 0)),
        routers: vec![server],
        name_servers: vec![server],
        lease_secs: Some(86_400),
        host_name: Some(format!("gateway-{n}")),
        vendor_class: None,
        parameter_list: vec![1, 3, 6, 12, 15, 28, 42],
        message: None,
        portal: None,
        client_id: None,
        wpad: None,
        domain: Some("site.example".into()),
    })
}

/// What all boxes do, one after the other; an hour lies between two rounds.
fn life() -> Vec<Event> {
    let mut events = Vec::new();
    for k in 0..CHANGES {
        for n in 0..BOXES {
            let at = At(1_000 + k * 3_600_000 + u64::from(n) * 100);
            let mut see = |source, fact| {
                let seen = Observation { at, source, fact };
                events.push(Event { at, input: Input::Saw(Box::new(seen)) });
            };
            if k < DHCP {
                see(Source::Dhcp, asked(n, k));
            }
            see(Source::Mdns, changed(n, k));
        }
    }
    events
}

/// Keeps the visit; gives its id and the bytes of it and of its picture.
fn keep(data: &Path) -> Result<(String, u64, u64), String> {
    let history = History::open(Some(data.to_owned())).map_err(|e| e.to_string())?;
    let id = History::new_id(BEGAN);
    let mut visit = history.begin(&id, BEGAN).map_err(|e| e.to_string())?;
    let header = Header { kind: KIND.into(), format: FORMAT, started_unix_ms: BEGAN, ..Header::default() };
    let events = life();
    let mut tape = Recorder::later(&header);
    tape.begin(in_folder(&visit.recording()));
    while events.chunks(5_000).all(|some| {
        tape.take(some);
        tape.write().is_ok()
    }) {}
    let recording = Recording { header, events };
    let mut replay = Replay::new(recording, &Arc::new(Profile::shipped())).map_err(|e| e.to_string())?;
    replay.play_to(replay.length());
    let picture = Snapshot { took_ms: Some(1), timeline: Arc::default(), ..replay.snapshot() };
    visit.keep(&picture).map_err(|e| e.to_string())?;
    let mut gone = 0;
    for from in (0..).step_by(20_000) {
        let line = |k: u64| TimelineEntry {
            at: At(k * 7_000),
            text: format!("{}: LED blinking green or solid green", mac((k % 500) as u32)),
        };
        let lines: Vec<TimelineEntry> = (from..from + 20_000).map(line).collect();
        gone += visit.note(&lines).map_err(|e| e.to_string())?;
        // with the last file nearly full it is as long as it can be
        if gone > 0 && from % 100_000 == 0 {
            break;
        }
    }
    let bytes = |file: &Path| std::fs::metadata(file).map(|m| m.len()).map_err(|e| e.to_string());
    let files = std::fs::read_dir(visit.folder()).map_err(|e| e.to_string())?;
    let all = files.filter_map(Result::ok).map(|f| bytes(&f.path())).sum::<Result<u64, String>>()?;
    Ok((id, all, bytes(&visit.folder().join("snapshot.json"))?))
}

pub fn measure() -> Result<(), String> {
    let data = tempfile::tempdir().map_err(|e| e.to_string())?;
    let (id, all, picture) = keep(data.path())?;
    row("all of the visit on disk, MB", &format!("{:.1}", all as f64 / 1e6), "< 200");
    row("its picture of 500 boxes, MB", &format!("{:.1}", picture as f64 / 1e6), "");
    for (what, args, wanted) in [
        ("history list, whole process, ms", vec!["list"], "< 300"),
        ("history show ID, whole process, ms", vec!["show", &id], "< 300"),
        ("history show last, whole process, ms", vec!["show", "last"], "< 300"),
    ] {
        let mut took = Numbers::default();
        for _ in 0..runs(10) {
            let begun = Instant::now();
            let status = Command::new(site::program())
                .arg("history")
                .args(&args)
                .env("SOLIDGREEN_DATA", data.path())
                .stdout(Stdio::null())
                .status()
                .map_err(|e| e.to_string())?;
            took.add(begun.elapsed().as_secs_f64() * 1e3);
            if !status.success() {
                return Err(format!("history {args:?} ended with {status}"));
            }
        }
        row(what, &took.text(0), wanted);
    }
    Ok(())
}
