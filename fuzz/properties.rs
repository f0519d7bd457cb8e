//! What holds for every input of a reader, one function a reader. Shared by the fuzz targets, which look for input that
//! breaks it, and by `tests/corpus.rs`, which replays known input on each run.

// Each target uses one of them.
#![allow(dead_code)]

use solidgreen::model::Mac;
use solidgreen::model::pasted::Pasted;
use solidgreen::model::recording::Recording;
use solidgreen::model::text::{foreign, visible};
use solidgreen::profile::Profile;
use solidgreen::session::replay::Replay;
use solidgreen::wire::console::{LONGEST_LINE, LineSplitter, looks_like_wrong_baud, read_line};
use solidgreen::wire::mdns::{LONGEST_TTL_SECS, TxtService, announcement};
use solidgreen::wire::pasted::{leases, log};
use solidgreen::wire::{dhcp, dns_sd, oui, tls};
use std::net::Ipv4Addr;
use std::sync::{Arc, LazyLock};

/// What holds for every input; it panics where it does not.
pub type Check = fn(&[u8]);

/// Every reader by the name of its target and of its folder of seeds.
pub const ALL: [(&str, Check); 10] = [
    ("dhcp", dhcp),
    ("dns_sd", dns_sd),
    ("mdns", mdns),
    ("console", console),
    ("oui", oui),
    ("tls", tls),
    ("mac", mac),
    ("profile", profile),
    ("recording", recording),
    ("pasted", pasted),
];

static SHIPPED: LazyLock<Profile> = LazyLock::new(Profile::shipped);
static SHARED: LazyLock<Arc<Profile>> = LazyLock::new(|| Arc::new(Profile::shipped()));

/// Text that a person will see has been made safe: doing it again changes nothing.
fn assert_safe(text: &str) {
    assert_eq!(foreign(text), text);
}

pub fn dhcp(data: &[u8]) {
    if let Ok(seen) = dhcp::parse(data) {
        assert!(seen.mac.is_device());
        for text in [&seen.host_name, &seen.vendor_class, &seen.message, &seen.portal].into_iter().flatten() {
            assert_safe(text);
        }
        if let Some(id) = &seen.client_id {
            assert!(!id.is_empty() && id.chars().all(|c| c.is_ascii_hexdigit()));
        }
        assert_ne!(seen.ciaddr, Some(Ipv4Addr::UNSPECIFIED));
        assert_ne!(seen.yiaddr, Some(Ipv4Addr::UNSPECIFIED));
        // what we would send for this device is read back as ours
        for own in [dhcp::discover(seen.xid, seen.mac), dhcp::inform(seen.xid, seen.mac, Ipv4Addr::LOCALHOST)]
        {
            let read = dhcp::parse(&own).map(|s| (s.xid, s.mac));
            assert_eq!(read, Ok((seen.xid, seen.mac)));
        }
    }
}

/// Lines: instance name; seconds to live; `bye` or anything else; addresses by comma; then one `key=value` each.
pub fn dns_sd(data: &[u8]) {
    let Some(records) = dns_sd::answers(data) else { return };
    assert!(dns_sd::is_answer(data));
    // whatever was announced can be asked for, and said to be known
    let asked: Vec<_> = records.iter().map(|r| (r.name.clone(), dns_sd::Wanted::Text)).collect();
    let (message, count) = dns_sd::questions(&asked, false);
    assert!(message.len() <= 1_472 && !dns_sd::is_answer(&message));
    assert_eq!(count == 0, asked.is_empty());
    let known: Vec<_> = records
        .into_iter()
        .map(|r| dns_sd::Known { service: r.name.clone(), instance: r.name, ttl_secs: r.ttl_secs })
        .collect();
    let services: Vec<_> = known.first().map(|k| k.service.clone()).into_iter().collect();
    let series = dns_sd::series(&services, &known, true, 3);
    assert!((1..=3).contains(&series.len()) && series.iter().all(|m| m.len() <= 1_472));
}

pub fn mdns(data: &[u8]) {
    let mut lines = data.split(|b| *b == b'\n');
    let mut line = || String::from_utf8_lossy(lines.next().unwrap_or_default()).into_owned();
    let service = TxtService {
        name: line(),
        ttl_secs: line().trim().parse().unwrap_or(u32::MAX),
        goodbye: line().trim() == "bye",
        addresses: line().split(',').filter_map(|a| a.trim().parse().ok()).collect(),
        txt: lines
            .map(|l| {
                let at = l.iter().position(|b| *b == b'=').unwrap_or(l.len());
                (String::from_utf8_lossy(&l[..at]).into_owned(), l[at..].iter().skip(1).copied().collect())
            })
            .collect(),
    };
    for kind in &SHIPPED.announcements {
        let Some(said) = announcement(kind, &service) else { continue };
        assert!(said.mac.is_some() || said.ip.is_some() || said.goodbye);
        assert!(said.mac.is_none_or(Mac::is_device));
        assert!(said.ip.is_none_or(|ip| !ip.is_unspecified() && !ip.is_loopback() && !ip.is_multicast()));
        assert!(said.ttl_ms <= u64::from(LONGEST_TTL_SECS) * 1000);
        assert_safe(&said.name);
        said.firmware.iter().for_each(|text| assert_safe(text));
    }
}

pub fn console(data: &[u8]) {
    let mut whole = LineSplitter::new();
    let mut lines = whole.push(data);
    lines.extend(whole.flush());
    // bytes come in pieces: where they are cut changes nothing
    let cut = data.first().map_or(0, |b| usize::from(*b) % (data.len() + 1));
    let mut pieces = LineSplitter::new();
    let mut again = pieces.push(&data[..cut]);
    again.extend(pieces.push(&data[cut..]));
    again.extend(pieces.flush());
    assert_eq!(lines, again);
    for line in &lines {
        // each byte may have become one replacement character
        assert!(line.chars().count() <= LONGEST_LINE);
        let read = read_line(&SHIPPED, "port", line);
        assert_safe(&read.text);
        assert_eq!(read.meaning.is_some(), read.dialect.is_some());
        if let Some(fact) = read.meaning {
            assert!(fact.mac.is_none_or(Mac::is_device));
            assert!(fact.ip.is_none_or(|ip| !ip.is_unspecified()));
        }
    }
    let _ = looks_like_wrong_baud(data);
}

pub fn oui(data: &[u8]) {
    for octets in data.chunks_exact(6) {
        let mac = Mac([octets[0], octets[1], octets[2], octets[3], octets[4], octets[5]]);
        let maker = oui::maker(mac);
        assert!(maker.is_none() || mac.is_device() && !mac.is_local());
        if let Some(name) = maker {
            assert!(!name.is_empty());
            assert_safe(name);
        }
    }
}

pub fn mac(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    match Mac::parse_typed(&text) {
        Err(e) => assert!(!e.to_string().is_empty()),
        Ok(typed) => {
            assert!(typed.mac.is_device());
            assert!(typed.repaired.iter().all(|(from, to)| from != to && to.is_ascii_hexdigit()));
            for written in [
                typed.mac.bare(),
                typed.mac.dotted(),
                typed.mac.pairs("-", true),
                typed.mac.pairs(":", false),
                typed.mac.to_string(),
            ] {
                let again = Mac::parse_typed(&written);
                assert!(again.is_ok_and(|a| a.mac == typed.mac && a.repaired.is_empty()), "{written}");
            }
            assert!(!typed.mac.is_slip_of(typed.mac));
        }
    }
}

pub fn profile(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    match Profile::parse(&text) {
        Err(e) => assert!(!e.to_string().is_empty()),
        Ok(profile) => {
            assert_eq!(profile.text, text);
            assert!(!profile.cloud.hosts.is_empty() && !profile.cloud.ports.is_empty());
            // no pattern of anybody makes a line unsafe
            for line in ["led=green ip=192.0.2.7", "[ 1] dhcp: bound 0.0.0.0", "\u{202e}\u{1b}[31m"] {
                let read = read_line(&profile, "port", line);
                assert_safe(&read.text);
                read.dialect.iter().for_each(|name| assert_safe(name));
            }
        }
    }
}

pub fn recording(data: &[u8]) {
    let Ok(read) = Recording::parse(&String::from_utf8_lossy(data)) else { return };
    let again = Recording::parse(&read.print());
    assert_eq!(again.as_ref(), Ok(&read), "what is printed is what was read");
    for event in &read.events {
        let text = serde_json::to_value(event).unwrap_or_default();
        every_string(&text, &|s| assert!(visible(s) == s && !s.contains('\n'), "{s:?}"));
    }
    // whatever it holds, and in whatever order of time, it plays to its end
    if let Ok(mut replay) = Replay::new(read, &SHARED) {
        while replay.step() {}
        let shown = replay.snapshot();
        assert!(shown.findings.iter().all(|f| !f.evidence.is_empty()));
    }
}

fn every_string(value: &serde_json::Value, check: &dyn Fn(&str)) {
    match value {
        serde_json::Value::String(s) => check(s),
        serde_json::Value::Array(all) => all.iter().for_each(|v| every_string(v, check)),
        serde_json::Value::Object(all) => all.values().for_each(|v| every_string(v, check)),
        _ => {}
    }
}

pub fn tls(data: &[u8]) {
    if let tls::Flight::Chain(chain) = tls::read_flight(data) {
        for der in &chain {
            names_are_safe(der);
        }
    }
    names_are_safe(data);
}

fn names_are_safe(der: &[u8]) {
    if let Some(names) = tls::certificate(der) {
        for text in
            [&names.subject, &names.issuer].into_iter().chain(&names.issuer_words).chain(&names.is_for)
        {
            assert_safe(text);
        }
        assert!(!tls::is_for(&names, ""));
    }
}

fn lines_add_up(read: &Pasted) {
    let c = &read.counts;
    assert_eq!(c.lines, c.of_gateway + c.of_others + c.beside + c.around + c.not_recognised);
}

/// Whatever somebody pastes as a table of leases or as a log.
pub fn pasted(data: &[u8]) {
    const GATEWAY: Mac = Mac([0x00, 0x11, 0x22, 0x33, 0x44, 0x55]);
    const STRANGER: Mac = Mac([0x0a, 0xf5, 0xf5, 0xf5, 0xf5, 0xf5]);
    const ADDRESS: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 50);
    let text = String::from_utf8_lossy(data);
    let lines = text.lines().count();
    let table = leases(&text, &[GATEWAY]);
    lines_add_up(&table);
    for entry in &table.entries {
        assert!(
            entry.mac == Some(GATEWAY) && entry.lease.is_some() && entry.line < lines && table.devices > 0
        );
        assert_safe(&entry.shown);
        assert_safe(&entry.in_plain_words());
    }
    // nothing is read for a device that the text does not name
    assert!(leases(&text, &[STRANGER]).entries.is_empty() || text.to_ascii_lowercase().contains("f5"));
    let log = log(&text, &[GATEWAY], &[ADDRESS]);
    lines_add_up(&log);
    for entry in &log.entries {
        assert!(entry.line < lines && entry.port != Some(0));
        assert_safe(&entry.shown);
        assert_safe(&entry.in_plain_words());
    }
    let counted: usize = log.sorts().iter().map(|s| s.times).sum();
    assert_eq!(counted, log.entries.len());
}
