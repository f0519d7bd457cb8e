//! What IT pastes back: texts of public formats, and what is right for each, as data. `field.toml` has texts in which words
//! mislead, `platforms.toml` what the commands of each firewall platform print, `kinds.toml` other texts of the same kinds.
//!
//! Every text must be recognised: a generic reading that happens to be right is none of these.

#![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods, reason = "helpers of tests")]

mod listed;
mod sentences;

use serde::Deserialize;
use solidgreen::model::Mac;
use solidgreen::model::pasted::{Action, Entry, LeaseState, Pasted, Reading};
use solidgreen::model::rule::{Part, RuleChoice, RuleGateway};
use solidgreen::wire::pasted;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};

const MAC: Mac = Mac([0x34, 0xa5, 0xe1, 0x00, 0x0b, 0x07]);
const IP: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 50);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Cases {
    case: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    /// A file beside the list, or the text itself.
    #[serde(default)]
    file: String,
    #[serde(default)]
    text: String,
    /// Platform whose command prints it, and the command.
    #[serde(default)]
    platform: String,
    #[serde(default)]
    from: String,
    read: String,
    /// `mac`: the gateway is known by its MAC alone; else by its IP.
    #[serde(default)]
    by: String,
    status: u8,
    lease: Option<Lease>,
    #[serde(default)]
    entries: Vec<Wanted>,
    /// How many lines are of no known format.
    #[serde(default)]
    not_recognised: usize,
    #[serde(default)]
    generic: bool,
    /// The reader's clock, as RFC 3339 writes it; else it has none.
    now: Option<String>,
    /// Part of the sentence of a lease.
    #[serde(default)]
    says: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Lease {
    ip: Option<Ipv4Addr>,
    state: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    action: Option<String>,
    kind: Option<String>,
    protocol: Option<String>,
    port: Option<u16>,
    to: Option<Ipv4Addr>,
    to_name: Option<String>,
    /// Part of the rule.
    by: Option<String>,
    reason: Option<String>,
    time: Option<String>,
}

fn below(folder: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pasted").join(folder)
}

fn cases(list: &str) -> Vec<Case> {
    let text = std::fs::read_to_string(below(list)).unwrap();
    toml::from_str::<Cases>(&text).unwrap_or_else(|e| panic!("{list}: {e}")).case
}

impl Case {
    fn text(&self, folder: &str) -> String {
        if self.file.is_empty() {
            self.text.clone()
        } else {
            std::fs::read_to_string(below(folder).join(&self.file)).unwrap()
        }
    }

    fn read(&self, text: &str) -> Pasted {
        match (self.read.as_str(), self.by.as_str()) {
            ("leases", _) => match &self.now {
                Some(now) => pasted::leases_at(text, &[MAC], pasted::when(now, 0).unwrap().0),
                None => pasted::leases(text, &[MAC]),
            },
            (_, "mac") => pasted::log(text, &[MAC], &[]),
            _ => pasted::log(text, &[], &[IP]),
        }
    }

    /// What is wrong with a reading of so many lines; nothing when it is right.
    fn wrong(&self, text: &str, lines: usize) -> Option<String> {
        let read = self.read(text);
        let c = &read.counts;
        if c.lines != lines {
            return Some(format!("{lines} lines are not empty, and {} are counted", c.lines));
        }
        if c.not_recognised != self.not_recognised {
            return Some(format!("{} lines are not recognised\n{read:#?}", c.not_recognised));
        }
        if self.generic != read.entries.iter().any(|e| e.reading == Reading::Generic) {
            return Some(format!("by its names only: expected {}\n{read:#?}", self.generic));
        }
        if self.read == "leases" {
            let lease = read.lease_of(MAC).and_then(|e| e.lease);
            let status = u8::from(!lease.is_some_and(|l| l.state == LeaseState::InForce && l.ip.is_some()));
            let is_right = match (&self.lease, lease) {
                (None, found) => found.is_none(),
                (Some(wanted), Some(found)) => found.state.word() == wanted.state && found.ip == wanted.ip,
                (Some(_), None) => false,
            };
            let words = read.lease_of(MAC).map(Entry::in_plain_words).unwrap_or_default();
            return (!is_right || status != self.status || !words.contains(&self.says))
                .then(|| format!("status {status}, {lease:?}: {words}\n{read:#?}"));
        }
        let stands = |e: &Entry| e.action == Action::Denied && e.is_on_the_way(&[443, 4321]);
        let status = u8::from(read.entries.iter().any(stands));
        if status != self.status || read.entries.len() != self.entries.len() {
            return Some(format!("status {status}, {} entries\n{read:#?}", read.entries.len()));
        }
        let mismatch = self.entries.iter().zip(&read.entries).find(|(wanted, found)| !wanted.is(found));
        mismatch.map(|(_, found)| format!("{found:#?}"))
    }
}

impl Wanted {
    fn is(&self, e: &Entry) -> bool {
        let same = |wanted: &Option<String>, found: &str| wanted.as_deref().is_none_or(|w| w == found);
        let part = |wanted: &Option<String>, found: &Option<String>| {
            wanted.as_deref().is_none_or(|w| found.as_deref().is_some_and(|f| f.contains(w)))
        };
        same(&self.action, e.action.word())
            && same(&self.kind, e.kind.word())
            && (self.protocol.is_none() || self.protocol == e.protocol)
            && (self.port.is_none() || self.port == e.port)
            && (self.to.is_none() || self.to == e.destination)
            && part(&self.to_name, &e.destination_name)
            && part(&self.by, &e.rule)
            && part(&self.reason, &e.reason)
            && part(&self.time, &e.time)
    }
}

/// Reads all cases of a list, and tells all that are wrong. A change may add lines.
fn hold(list: &str, folder: &str, added: usize, change: impl Fn(&str) -> String) {
    let mut wrong = Vec::new();
    let cases = cases(list);
    for (n, case) in cases.iter().enumerate() {
        let own = case.text(folder);
        let lines = own.lines().filter(|l| !l.trim().is_empty()).count() + added;
        if let Some(why) = case.wrong(&change(&own), lines) {
            wrong.push(format!("{} {} ({}, number {n}): {why}", case.platform, case.file, case.read));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), cases.len(), wrong.join("\n\n"));
}

#[test]
fn every_text_from_the_field_is_read_rightly() {
    hold("field.toml", "field", 0, str::to_owned);
    let listed = cases("field.toml");
    for file in std::fs::read_dir(below("field")).unwrap() {
        let name = file.unwrap().file_name().to_string_lossy().into_owned();
        assert!(listed.iter().any(|c| c.file == name), "{name} has no expectation");
    }
}

/// As mail programs encode a text (RFC 2045 section 6.7): lines of 76 characters at most.
fn quoted_printable(text: &str) -> String {
    // a text without one needs no encoding
    if !text.contains('=') {
        return text.to_owned();
    }
    let mut out = String::new();
    for line in text.lines() {
        let mut width = 0;
        for c in line.chars() {
            let mut octets = [0; 4];
            let encoded: String = match c {
                ' '..='~' if c != '=' => c.to_string(),
                '\t' => c.to_string(),
                c => c.encode_utf8(&mut octets).bytes().map(|b| format!("={b:02X}")).collect(),
            };
            if width + encoded.len() > 75 {
                out.push_str("=\n");
                width = 0;
            }
            width += encoded.len();
            out.push_str(&encoded);
        }
        out.push('\n');
    }
    out
}

/// Windows' ends of lines, a mark of UTF-8, an answered mail, colours.
#[test]
fn the_way_to_us_changes_nothing() {
    for (name, change) in [
        ("CRLF", (|t: &str| t.replace('\n', "\r\n")) as fn(&str) -> String),
        ("BOM", |t| format!("\u{feff}{t}")),
        ("quoted", |t| t.lines().map(|l| format!("> {l}\n")).collect()),
        ("quoted twice", |t| t.lines().map(|l| format!("> > {l}\n")).collect()),
        ("colours", |t| t.lines().map(|l| format!("\u{1b}[32m{l}\u{1b}[0m\n")).collect()),
        ("quoted-printable", quoted_printable),
        ("hard spaces", |t| t.replace("  ", " \u{a0}")),
        ("prompt", |t| format!("admin@fw-1> show it\n{t}\nadmin@fw-1> \n")),
    ] {
        println!("{name}");
        hold("field.toml", "field", if name == "prompt" { 2 } else { 0 }, change);
    }
}

#[test]
fn other_texts_of_the_same_kinds_are_read_rightly() {
    hold("kinds.toml", ".", 0, str::to_owned);
}

#[test]
fn what_the_commands_of_the_platforms_print_is_read_rightly() {
    hold("platforms.toml", ".", 0, str::to_owned);
}

/// Parts that show nothing which could be pasted: a page of switches, and plain words for any product.
const NOTHING_TO_PASTE: [(&str, Part); 3] =
    [("fritzbox", Part::SeeDenied), ("any", Part::FindLease), ("any", Part::SeeDenied)];

/// What a platform's part shows was held against a public sample or a vendor's description, or the part says that it was
/// not: one of the two, never both.
#[test]
fn every_part_that_can_be_pasted_has_a_public_sample_or_says_that_it_has_none() {
    const UNSEEN: &str = "No public sample of what this shows was found";
    let listed = cases("platforms.toml");
    let intent = solidgreen::session::intent(
        &solidgreen::profile::Profile::shipped(),
        vec![RuleGateway { mac: MAC, ip: IP }],
        "Site",
        &RuleChoice::default(),
    );
    for platform in solidgreen::firewall::platforms() {
        for (part, read) in [(Part::FindLease, "leases"), (Part::SeeDenied, "log")] {
            let seen = listed.iter().any(|c| {
                c.platform == platform.id() && c.read == read && !c.from.starts_with("no public sample")
            });
            let says = platform.part(part, &intent).notes.iter().any(|n| n.contains(UNSEEN));
            let nothing = NOTHING_TO_PASTE.contains(&(platform.id(), part));
            assert!(seen != (says || nothing), "{} {part:?}: seen {seen}, says {says}", platform.id());
        }
    }
    for case in listed {
        assert!(solidgreen::firewall::platform(&case.platform).is_some(), "{}", case.platform);
        assert!(case.from.len() > 10, "{}: where is the sample public?", case.platform);
    }
}

#[test]
fn every_file_of_formats_is_asked() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let source = std::fs::read_to_string(root.join("src/wire/pasted/formats.rs")).unwrap();
    for file in std::fs::read_dir(root.join("assets/pasted")).unwrap() {
        let name = file.unwrap().file_name().to_string_lossy().into_owned();
        assert!(name == "README.md" || source.contains(&format!("assets/pasted/{name}")), "{name}");
    }
}
