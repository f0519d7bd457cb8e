//! The form of what is kept, and reading it back however the process that wrote it ended.

use super::summary::Summary;
use super::{HistoryError, journal};
use crate::model::snapshot::{Activity, TimelineEntry};
use crate::model::text::foreign;
use crate::model::{Snapshot, Verdict};
use crate::platform::reading;
use serde_json::Value;
use std::path::Path;
use std::sync::Arc;

/// The number of this form. A newer one is refused, an older one read.
pub(super) const SCHEMA: u32 = 1;
pub(super) const SNAPSHOT: &str = "snapshot.json";
/// The most that a picture has, bytes: several times that of a thousand boxes with all that is kept of each.
const SNAPSHOT_MOST: u64 = 256 << 20;

/// What a list says of the visit in a folder, read out of as little as there is of it.
pub(super) fn summary(folder: &Path, id: &str) -> Result<Summary, HistoryError> {
    match super::summary::read(&folder.join(SNAPSHOT)) {
        Some(summary) => Ok(summary),
        None => read(folder, id).map(|snapshot| {
            let summary = Summary::of(&snapshot);
            // read back, it tells to wait for nothing any more, and is no answer all the same
            Summary { answer: summary.answer && snapshot.verdict != unfinished(), ..summary }
        }),
    }
}

/// Reads the folder of a visit: its picture, with the end of its journal as the record.
pub(super) fn read(folder: &Path, id: &str) -> Result<Snapshot, HistoryError> {
    let broken = |why: String| HistoryError::Broken { id: id.to_owned(), why: foreign(&why) };
    let journal = journal::read(folder, id)?;
    let mut snapshot = match reading::read(&folder.join(SNAPSHOT), SNAPSHOT_MOST) {
        Ok(bytes) => parse(&bytes, id)?,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
            let Some(opening) = &journal.opening else {
                return Err(broken("it holds neither a picture nor a journal".into()));
            };
            // killed before the first check had ended: the journal is all there was to lose
            Snapshot {
                visit: id.to_owned(),
                started_unix_ms: opening.started_unix_ms,
                verdict: unfinished(),
                ..Snapshot::default()
            }
        }
        Err(e) => return Err(broken(e.to_string())),
    };
    // taken in the middle of a check: whoever reads it now waits for nothing any more
    if is_unfinished(&snapshot) {
        snapshot.verdict = unfinished();
        snapshot.findings.clear();
        snapshot.running.clear();
        snapshot.activity = Activity::Idle;
    }
    if journal.before == 0 {
        merge(Arc::make_mut(&mut snapshot.timeline), &journal.entries);
        snapshot.timeline_before = 0;
    } else {
        // a picture's own lines are in the journal too
        snapshot.timeline = Arc::new(journal.entries);
        snapshot.timeline_before = journal.before;
    }
    Ok(snapshot)
}

/// Whether a picture is the end of a search or of a check, and no moment within one.
pub(super) fn is_answer(s: &Snapshot) -> bool {
    s.took_ms.is_some() && !(matches!(s.activity, Activity::Working { .. }) && s.verdict.code.is_none())
}

/// Whether a picture tells to wait for what was not there when it was kept.
pub(super) fn is_unfinished(s: &Snapshot) -> bool {
    !is_answer(s) && matches!(s.activity, Activity::Working { .. })
}

pub(super) fn unfinished() -> Verdict {
    Verdict {
        title: "Ended before the first check had.".into(),
        next_step: "Check again.".into(),
        ..Verdict::default()
    }
}

pub(super) fn newer(value: &Value, id: &str) -> Result<(), HistoryError> {
    match value.get("schema").and_then(Value::as_u64) {
        Some(schema) if schema > u64::from(SCHEMA) => {
            Err(HistoryError::Newer { id: id.to_owned(), schema, known: SCHEMA })
        }
        Some(_) => Ok(()),
        None => Err(HistoryError::Broken { id: id.to_owned(), why: "it does not say its schema".into() }),
    }
}

#[derive(serde::Deserialize)]
struct Whole {
    schema: u32,
    snapshot: Snapshot,
}

fn parse(bytes: &[u8], id: &str) -> Result<Snapshot, HistoryError> {
    let broken =
        |e: serde_json::Error| HistoryError::Broken { id: id.to_owned(), why: foreign(&e.to_string()) };
    // a picture of this version, which may be large, is read in one go
    if let Ok(whole) = serde_json::from_slice::<Whole>(bytes)
        && whole.schema == SCHEMA
    {
        return Ok(whole.snapshot);
    }
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
