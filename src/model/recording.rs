//! A recording: everything that was seen and measured in a visit, as the inputs of the session's engine in their order.
//! Replayed through the same mirror and diagnosis it shows what was shown then, or what newer rules make of it.
//!
//! One JSON object a line: first the header, then an event each, so that a process that is killed loses nothing. Unknown
//! keys are an error that names the place; older formats are brought up to this one while they are read.

use super::check::{CheckId, CheckResult};
use super::evidence::Observation;
use super::footprint::Footprint;
use super::host::HostView;
use super::mac::Mac;
use super::snapshot::Limit;
use super::text::{foreign, visible};
use super::time::At;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::io::{BufRead, Read as _};

/// The number of this format.
pub const FORMAT: u32 = 1;
/// Longest recording that is read, bytes: a watch of weeks stays under it, since writing ends there.
pub const MOST_BYTES: usize = 64 << 20;
/// Longest line, bytes: while it is read it takes a hundred times as much memory.
pub const MOST_LINE: usize = 1 << 20;
/// Most events: a visit of weeks has fewer, and each of them takes memory and time, however short its line is.
pub const MOST_EVENTS: usize = 400_000;

/// Why a recording cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecordingError {
    #[error("this is no recording: the first line is not its header ({0})")]
    NoHeader(String),
    #[error(
        "this recording has format {found}; this version reads up to {known}: update Solid Green to open it"
    )]
    Newer { found: u64, known: u32 },
    #[error("line {line}: {why}")]
    Line { line: usize, why: String },
    #[error("line {line}: the key '{key}' is not known")]
    UnknownKey { line: usize, key: String },
    #[error("the recording is longer than {MOST_BYTES} bytes")]
    TooLong,
    #[error("the recording has more than {MOST_EVENTS} events")]
    TooMany,
    #[error("line {line} is longer than {MOST_LINE} bytes")]
    LongLine { line: usize },
    #[error("it cannot be read: {0}")]
    Unread(String),
    #[error("line {line} is not text")]
    NoText { line: usize },
}

/// The first line.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// Always "solid-green-recording".
    pub kind: String,
    pub format: u32,
    /// Version of the program that wrote it.
    pub version: String,
    /// Milliseconds since 1970 UTC.
    pub started_unix_ms: i64,
    #[serde(default)]
    pub site: String,
    /// Where it comes from: recorded, or made for a test or training.
    #[serde(default)]
    pub note: String,
    /// The device profile in force, when it was not the built-in one.
    #[serde(default)]
    pub profile: Option<String>,
}

/// What a header says it is.
pub const KIND: &str = "solid-green-recording";

/// One input of the engine and when it came.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    pub at: At,
    pub input: Input,
}

/// Everything that changes what the engine knows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Input {
    /// This computer's network as it was read.
    Host(Box<HostView>),
    /// Something that was seen.
    Saw(Box<Observation>),
    /// Something that could not be done.
    Limited(Limit),
    /// Something broke inside the program: what, and how.
    Broke {
        what: String,
        why: String,
    },
    HearsDhcp(bool),
    Console {
        port: String,
        open: bool,
        status: String,
    },
    /// The search made all its rounds.
    Searched,
    /// This computer could not ask the addresses of its subnet.
    CouldNotAsk,
    /// The neighbour table had no room for every address.
    TableFull {
        overflowed: bool,
    },
    /// A search, or a search and check, began.
    Begun {
        check: bool,
        quiet: bool,
    },
    /// A check told its results.
    Checked {
        id: CheckId,
        results: Vec<CheckResult>,
    },
    /// Every check has ended.
    AllChecked,
    /// The run ended by itself.
    Ended,
    Cancelled,
    Watching(bool),
    Chose(Mac),
    /// The idle ladder began: its ages, and how long it lasts, seconds.
    HoldBegun {
        rungs: Vec<u64>,
        lasts_secs: u64,
    },
    HoldEnded {
        cancelled: bool,
    },
    /// What was sent so far.
    Sent(Footprint),
}

/// A whole recording.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Recording {
    pub header: Header,
    pub events: Vec<Event>,
}

impl Recording {
    /// Reads a recording. Any bytes give a recording or an error.
    ///
    /// # Errors
    /// When it is none, is newer than this version, or holds something that is not known; the error names the line. A
    /// last line without an end is what a killed process left, and is passed over.
    pub fn parse(text: &str) -> Result<Recording, RecordingError> {
        Self::read(text.as_bytes())
    }

    /// The same from a file, a line at a time: what is read is held once, as events.
    ///
    /// # Errors
    /// As [`Recording::parse`], and when it cannot be read.
    pub fn read(input: impl BufRead) -> Result<Recording, RecordingError> {
        let mut events = Events::of(input)?;
        let header = std::mem::take(&mut events.header);
        Ok(Recording { header, events: events.collect::<Result<_, _>>()? })
    }

    /// The recording as text.
    #[must_use]
    pub fn print(&self) -> String {
        let mut out = line(&self.header);
        for event in &self.events {
            out.push_str(&line(event));
        }
        out
    }

    /// From the first to the last event.
    #[must_use]
    pub fn length(&self) -> At {
        self.events.last().map_or(At(0), |e| e.at)
    }
}

/// A recording that is being read: its header, then one event after the other. Of its text no more is held than a line,
/// and nothing is taken from the input beyond the event that was given last.
pub struct Events<R> {
    pub header: Header,
    lines: Lines<R>,
    format: u64,
    given: usize,
}

impl<R: BufRead> Events<R> {
    /// Reads the header.
    ///
    /// # Errors
    /// When it is none, or is newer than this version.
    pub fn of(input: R) -> Result<Events<R>, RecordingError> {
        let mut lines = Lines { input, number: 0, bytes: 0, whole: true };
        let first = lines.next()?.ok_or_else(|| RecordingError::NoHeader("it is empty".into()))?;
        let no_header = |why: String| RecordingError::NoHeader(foreign(&why));
        let value: Value = serde_json::from_str(&first).map_err(|e| no_header(e.to_string()))?;
        if value.get("kind").and_then(Value::as_str) != Some(KIND) {
            return Err(no_header(format!("it does not say \"kind\": \"{KIND}\"")));
        }
        let format = value.get("format").and_then(Value::as_u64).unwrap_or(0);
        if format > u64::from(FORMAT) {
            return Err(RecordingError::Newer { found: format, known: FORMAT });
        }
        let header = exact(migrated_header(value, format), 1)?;
        Ok(Events { header, lines, format, given: 0 })
    }

    fn event(&mut self) -> Result<Option<Event>, RecordingError> {
        while let Some(line) = self.lines.next()? {
            if line.trim().is_empty() {
                continue;
            }
            let number = self.lines.number;
            let value: Value = match serde_json::from_str(&line) {
                Ok(value) => value,
                Err(_) if !self.lines.whole => return Ok(None),
                Err(e) => return Err(RecordingError::Line { line: number, why: foreign(&e.to_string()) }),
            };
            if self.given >= MOST_EVENTS {
                return Err(RecordingError::TooMany);
            }
            self.given += 1;
            return exact(made_safe(migrated_event(value, self.format)), number).map(Some);
        }
        Ok(None)
    }
}

impl<R: BufRead> Iterator for Events<R> {
    type Item = Result<Event, RecordingError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.event().transpose()
    }
}

/// The lines of a recording, none longer than may be, and no more of them than may be.
struct Lines<R> {
    input: R,
    /// Of the line that was read last, from 1.
    number: usize,
    bytes: usize,
    /// That line had an end.
    whole: bool,
}

impl<R: BufRead> Lines<R> {
    fn next(&mut self) -> Result<Option<String>, RecordingError> {
        let mut line = Vec::new();
        let most = MOST_LINE as u64 + 1;
        (&mut self.input)
            .take(most)
            .read_until(b'\n', &mut line)
            .map_err(|e| RecordingError::Unread(foreign(&e.to_string())))?;
        if line.is_empty() {
            return Ok(None);
        }
        self.number += 1;
        self.bytes += line.len();
        if self.bytes > MOST_BYTES {
            return Err(RecordingError::TooLong);
        }
        if line.len() > MOST_LINE && self.number == 1 {
            return Err(RecordingError::NoHeader("that line has no end".into()));
        }
        if line.len() > MOST_LINE {
            return Err(RecordingError::LongLine { line: self.number });
        }
        self.whole = line.last() == Some(&b'\n');
        // a killed process may leave half a character
        match String::from_utf8(line) {
            Ok(text) => Ok(Some(text)),
            Err(_) if !self.whole && self.number > 1 => Ok(None),
            Err(_) => Err(RecordingError::NoText { line: self.number }),
        }
    }
}

/// One line with its end. Data of this kind always prints.
#[must_use]
pub fn line(what: &impl Serialize) -> String {
    let mut text = serde_json::to_string(what).unwrap_or_default();
    text.push('\n');
    text
}

/// What our own recordings hold was made safe before it was written; those of others may hold anything.
fn made_safe(value: Value) -> Value {
    match value {
        Value::String(text) => Value::String(visible(&text.replace('\n', " "))),
        Value::Array(all) => Value::Array(all.into_iter().map(made_safe).collect()),
        Value::Object(all) => Value::Object(all.into_iter().map(|(k, v)| (k, made_safe(v))).collect()),
        other => other,
    }
}

/// Reads a value of this format, refusing keys that nobody would read.
fn exact<T: Serialize + for<'de> Deserialize<'de>>(value: Value, number: usize) -> Result<T, RecordingError> {
    let bad = |why: String| RecordingError::Line { line: number, why: foreign(&why) };
    let read: T = serde_json::from_value(value.clone()).map_err(|e| bad(e.to_string()))?;
    let back = serde_json::to_value(&read).map_err(|e| bad(e.to_string()))?;
    match unknown_key(&value, &back, "") {
        Some(key) => Err(RecordingError::UnknownKey { line: number, key: foreign(&key) }),
        None => Ok(read),
    }
}

/// A key of `given` that did not survive being read: nobody knows it.
fn unknown_key(given: &Value, read: &Value, path: &str) -> Option<String> {
    match (given, read) {
        (Value::Object(given), Value::Object(read)) => given.iter().find_map(|(key, value)| {
            let path = format!("{path}/{key}");
            match read.get(key) {
                None => Some(path),
                Some(other) => unknown_key(value, other, &path),
            }
        }),
        (Value::Array(given), Value::Array(read)) => {
            given.iter().zip(read).find_map(|(a, b)| unknown_key(a, b, path))
        }
        _ => None,
    }
}

/// Format 0, of the first trials, called the start `started` and had no note.
fn migrated_header(mut value: Value, format: u64) -> Value {
    if let (0, Some(map)) = (format, value.as_object_mut()) {
        if let Some(started) = map.remove("started") {
            map.insert("started_unix_ms".into(), started);
        }
        map.insert("format".into(), FORMAT.into());
    }
    value
}

/// Format 0 called the time `ms` and what was seen `observation`.
fn migrated_event(mut value: Value, format: u64) -> Value {
    if let (0, Some(map)) = (format, value.as_object_mut()) {
        if let Some(ms) = map.remove("ms") {
            map.insert("at".into(), ms);
        }
        if let Some(seen) = map.remove("observation") {
            map.insert("input".into(), serde_json::json!({ "saw": seen }));
        }
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::evidence::{Fact, Source};
    use proptest::prelude::*;

    fn sample() -> Recording {
        let saw = Observation {
            at: At(5),
            source: Source::Typed,
            fact: Fact::TypedMac { mac: Mac([0x34, 0xa5, 0xe1, 0, 0, 1]), repaired: Vec::new() },
        };
        Recording {
            header: Header {
                kind: KIND.into(),
                format: FORMAT,
                version: "1".into(),
                started_unix_ms: 7,
                ..Header::default()
            },
            events: vec![
                Event { at: At(1), input: Input::Begun { check: true, quiet: false } },
                Event { at: At(5), input: Input::Saw(Box::new(saw)) },
                Event { at: At(9), input: Input::Ended },
            ],
        }
    }

    #[test]
    fn what_is_written_is_read_back() {
        let r = sample();
        assert_eq!(Recording::parse(&r.print()), Ok(r.clone()));
        assert_eq!(r.length(), At(9));
        // a line that a killed process left unfinished is passed over
        let cut = r.print();
        let cut = &cut[..cut.len() - 4];
        assert_eq!(Recording::parse(cut).map(|r| r.events.len()), Ok(2));
    }

    #[test]
    fn what_is_too_long_is_refused_before_it_is_read() {
        /// Bytes without end, of which it is counted how many were taken.
        struct Endless<'a>(&'a [u8], usize);
        impl std::io::Read for Endless<'_> {
            fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
                unreachable!("it is read as lines")
            }
        }
        impl BufRead for Endless<'_> {
            fn fill_buf(&mut self) -> std::io::Result<&[u8]> {
                Ok(self.0)
            }
            fn consume(&mut self, amount: usize) {
                self.1 += amount;
            }
        }
        let header = line(&sample().header);
        let mut one_line = Endless(&[b'x'; 4_096], 0);
        assert_eq!(
            Recording::read(&mut one_line),
            Err(RecordingError::NoHeader("that line has no end".into()))
        );
        assert!(one_line.1 <= MOST_LINE + 4_096, "{}", one_line.1);
        let long = format!("{header}{}", "x".repeat(MOST_LINE + 1));
        assert_eq!(Recording::parse(&long), Err(RecordingError::LongLine { line: 2 }));
        let event = line(&Event { at: At(1), input: Input::Searched });
        let many = format!("{header}{}", event.repeat(MOST_EVENTS + 1));
        assert_eq!(Recording::parse(&many), Err(RecordingError::TooMany));
        let empty = format!("{header}{}", format!("{}\n", " ".repeat(1_000_000)).repeat(70));
        assert_eq!(Recording::parse(&empty), Err(RecordingError::TooLong));
    }

    /// Lines that are made as they are asked for, so that what is read ahead of them, or held, shows.
    struct Counted<'a> {
        lines: &'a mut dyn Iterator<Item = String>,
        line: Vec<u8>,
        from: usize,
        taken: usize,
    }

    impl std::io::Read for Counted<'_> {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            unreachable!("it is read as lines")
        }
    }

    impl BufRead for Counted<'_> {
        fn fill_buf(&mut self) -> std::io::Result<&[u8]> {
            if self.from == self.line.len() {
                (self.line, self.from) = (self.lines.next().unwrap_or_default().into_bytes(), 0);
            }
            Ok(self.line.get(self.from..).unwrap_or_default())
        }
        fn consume(&mut self, amount: usize) {
            self.from += amount;
            self.taken += amount;
        }
    }

    #[test]
    fn of_a_long_recording_nothing_is_taken_beyond_the_event_that_was_given() {
        let event = |n: usize| {
            let limit = Limit { what: "w".into(), why: "x".repeat(n % 3 * 1_000), advice: n.to_string() };
            Event { at: At(n as u64), input: Input::Limited(limit) }
        };
        let events = 20_000;
        let blank = |n: usize| if n.is_multiple_of(100) { " ".repeat(50_000) + "\n" } else { String::new() };
        let mut lines = [line(&sample().header)]
            .into_iter()
            .chain((0..events).flat_map(|n| [blank(n), line(&event(n))]))
            .filter(|l| !l.is_empty());
        let input = Counted { lines: &mut lines, line: Vec::new(), from: 0, taken: 0 };
        let mut read = Events::of(input).unwrap();
        let mut told = line(&sample().header).len();
        assert_eq!((read.lines.input.taken, &read.header), (told, &sample().header));
        for n in 0..events {
            assert_eq!(read.next(), Some(Ok(event(n))));
            told += blank(n).len() + line(&event(n)).len();
            assert_eq!(read.lines.input.taken, told, "event {n}: what was read and not given is held");
        }
        assert_eq!(read.next(), None);
        assert!(told > 25_000_000, "{told}: this proves little");
    }

    #[test]
    fn half_a_character_at_the_end_is_what_a_killed_process_left() {
        let mut bytes = sample().print().into_bytes();
        bytes.extend(b"{\"at\":12,\"note\":\"K\xc3");
        assert_eq!(Recording::read(bytes.as_slice()), Ok(sample()));
        bytes.push(b'\n');
        assert_eq!(Recording::read(bytes.as_slice()), Err(RecordingError::NoText { line: 5 }));
    }

    #[test]
    fn an_unknown_key_is_named_however_deep() {
        let text = sample().print().replace("\"source\":\"typed\"", "\"source\":\"typed\",\"colour\":1");
        assert_eq!(
            Recording::parse(&text),
            Err(RecordingError::UnknownKey { line: 3, key: "/input/saw/colour".into() })
        );
        let text = sample().print().replacen("\"kind\"", "\"size\":1,\"kind\"", 1);
        assert_eq!(Recording::parse(&text), Err(RecordingError::UnknownKey { line: 1, key: "/size".into() }));
    }

    #[test]
    fn older_formats_are_migrated_and_newer_ones_refused() {
        let old = "{\"kind\":\"solid-green-recording\",\"version\":\"0\",\"started\":7}\n\
                   {\"ms\":5,\"observation\":{\"at\":5,\"source\":\"typed\",\"fact\":{\"typed-mac\":{\"mac\":\"34:a5:e1:00:00:01\"}}}}\n";
        let r = Recording::parse(old).unwrap();
        assert_eq!((r.header.format, r.header.started_unix_ms), (FORMAT, 7));
        assert_eq!(r.events, [sample().events[1].clone()]);
        let new = sample().print().replace("\"format\":1", "\"format\":9");
        assert_eq!(Recording::parse(&new), Err(RecordingError::Newer { found: 9, known: FORMAT }));
        assert!(matches!(Recording::parse("{}\n"), Err(RecordingError::NoHeader(_))));
        assert!(matches!(Recording::parse(""), Err(RecordingError::NoHeader(_))));
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in ".{0,300}", at in 0_usize..200) {
            let _ = Recording::parse(&text);
            let mut whole = sample().print();
            let at = at.min(whole.len());
            if whole.is_char_boundary(at) {
                whole.insert_str(at, &text);
            }
            let _ = Recording::parse(&whole);
        }
    }
}
