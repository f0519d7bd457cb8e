//! The form of what is kept, and reading it back however the process that wrote it ended.

use super::HistoryError;
use crate::model::snapshot::TimelineEntry;
use crate::model::text::foreign;
use crate::model::{Snapshot, Verdict};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::path::Path;
use std::sync::Arc;

/// The number of this form. A newer one is refused, an older one read.
pub(super) const SCHEMA: u32 = 1;
pub(super) const SNAPSHOT: &str = "snapshot.json";
pub(super) const JOURNAL: &str = "journal.jsonl";
/// The lines before those of [`JOURNAL`], when it had grown too long.
pub(super) const OLDER_JOURNAL: &str = "journal.old.jsonl";

/// First line of a journal.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Opening {
    pub schema: u32,
    pub visit: String,
    pub started_unix_ms: i64,
}

/// One visit as it was read.
#[derive(Debug)]
pub(super) struct Kept {
    /// With every line of the journal in its timeline.
    pub snapshot: Snapshot,
    pub journal: Vec<TimelineEntry>,
    /// Half or damaged lines of the journal, which were passed over.
    pub unreadable_lines: usize,
}

pub(super) fn print(snapshot: &Snapshot) -> Result<Vec<u8>, serde_json::Error> {
    serde_json::to_vec(&json!({ "schema": SCHEMA, "snapshot": snapshot }))
}

/// Reads the folder of a visit.
pub(super) fn read(folder: &Path, id: &str) -> Result<Kept, HistoryError> {
    let broken = |why: String| HistoryError::Broken { id: id.to_owned(), why: foreign(&why) };
    let (journal, opening, unreadable_lines) = read_journal(folder, id)?;
    let mut snapshot = match std::fs::read(folder.join(SNAPSHOT)) {
        Ok(bytes) => parse(&bytes, id)?,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
            let Some(opening) = opening else {
                return Err(broken("it holds neither a picture nor a journal".into()));
            };
            // killed before the first check had ended: the journal is all there was to lose
            Snapshot {
                visit: id.to_owned(),
                started_unix_ms: opening.started_unix_ms,
                verdict: Verdict { title: "Ended before the first check had.".into(), ..Verdict::default() },
                ..Snapshot::default()
            }
        }
        Err(e) => return Err(broken(e.to_string())),
    };
    merge(Arc::make_mut(&mut snapshot.timeline), &journal);
    snapshot.timeline_before = 0;
    Ok(Kept { snapshot, journal, unreadable_lines })
}

fn newer(value: &Value, id: &str) -> Result<(), HistoryError> {
    match value.get("schema").and_then(Value::as_u64) {
        Some(schema) if schema > u64::from(SCHEMA) => {
            Err(HistoryError::Newer { id: id.to_owned(), schema, known: SCHEMA })
        }
        Some(_) => Ok(()),
        None => Err(HistoryError::Broken { id: id.to_owned(), why: "it does not say its schema".into() }),
    }
}

fn parse(bytes: &[u8], id: &str) -> Result<Snapshot, HistoryError> {
    let broken =
        |e: serde_json::Error| HistoryError::Broken { id: id.to_owned(), why: foreign(&e.to_string()) };
    let mut value: Value = serde_json::from_slice(bytes).map_err(broken)?;
    newer(&value, id)?;
    let mut content = value.get_mut("snapshot").map(Value::take).unwrap_or_default();
    // what a later version added within the same schema is not in older files: it gets its empty value
    if let (Value::Object(content), Ok(Value::Object(empty))) =
        (&mut content, serde_json::to_value(Snapshot::default()))
    {
        for (key, value) in empty {
            content.entry(key).or_insert(value);
        }
    }
    serde_json::from_value(content).map_err(broken)
}

type Journal = (Vec<TimelineEntry>, Option<Opening>, usize);

fn read_journal(folder: &Path, id: &str) -> Result<Journal, HistoryError> {
    let (mut entries, mut opening, mut unreadable) = (Vec::new(), None, 0);
    for name in [OLDER_JOURNAL, JOURNAL] {
        let Ok(bytes) = std::fs::read(folder.join(name)) else { continue };
        for line in bytes.split(|b| *b == b'\n').filter(|l| !l.iter().all(u8::is_ascii_whitespace)) {
            let Ok(value) = serde_json::from_slice::<Value>(line) else {
                unreadable += 1;
                continue;
            };
            if value.get("schema").is_some() {
                newer(&value, id)?;
                match serde_json::from_value::<Opening>(value) {
                    Ok(line) => {
                        opening.get_or_insert(line);
                    }
                    Err(_) => unreadable += 1,
                }
            } else if let Ok(entry) = serde_json::from_value::<TimelineEntry>(value) {
                entries.push(entry);
            } else {
                unreadable += 1;
            }
        }
    }
    Ok((entries, opening, unreadable))
}

/// Adds what the picture does not have yet, in order of time. The same line twice stays twice.
fn merge(timeline: &mut Vec<TimelineEntry>, journal: &[TimelineEntry]) {
    let mut known = timeline.clone();
    for entry in journal {
        match known.iter().position(|k| k == entry) {
            Some(at) => {
                known.swap_remove(at);
            }
            None => timeline.push(entry.clone()),
        }
    }
    timeline.sort_by_key(|e| e.at);
}
