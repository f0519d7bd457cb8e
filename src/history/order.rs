//! The order of visits. Each has a number, one more than the highest there is when it begins; a clock that was wrong for a
//! day makes no visit the newest for years. Visits of older versions have none: they come before, by the time in their id.

use super::journal::{JOURNAL, Opening};
use super::{disk, lock};
use std::path::Path;

/// Held while a visit gets its number and room is made for it.
pub(super) const LOCK: &str = "visits.lock";

/// A visit and its place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Placed {
    /// 0: it has none.
    pub number: u64,
    pub id: String,
    /// When it began, milliseconds since 1970 UTC, by its journal or its id.
    pub started_unix_ms: Option<i64>,
}

/// Folders whose name is an id, newest first.
pub(super) fn of(folder: &Path) -> Vec<Placed> {
    let mut all: Vec<Placed> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .filter(|e| e.path().is_dir())
        .filter_map(|e| e.file_name().into_string().ok())
        .filter(|name| uuid::Uuid::parse_str(name).is_ok())
        .map(|id| {
            let line = disk::first_line(&folder.join(&id).join(JOURNAL));
            let opening: Option<Opening> = line.and_then(|l| serde_json::from_str(&l).ok());
            Placed {
                number: opening.as_ref().and_then(|o| o.number).unwrap_or(0),
                started_unix_ms: opening.map(|o| o.started_unix_ms).or_else(|| started_by_id(&id)),
                id,
            }
        })
        .collect();
    all.sort_unstable_by(|a, b| b.cmp(a));
    all
}

/// When a visit began, as far as its id tells.
pub(super) fn started_by_id(id: &str) -> Option<i64> {
    let time = uuid::Uuid::parse_str(id).ok()?.get_timestamp()?.to_unix();
    i64::try_from(time.0).ok()?.checked_mul(1000)?.checked_add(i64::from(time.1 / 1_000_000))
}

/// Alone among all processes, as far as the disk knows locks: the turn to begin a visit.
pub(super) fn turn(root: &Path) -> Option<lock::Lock> {
    let mut held = lock::wait_for(&root.join(LOCK))?;
    // what older versions write is told from what is over by this time
    held.touch();
    Some(held)
}
