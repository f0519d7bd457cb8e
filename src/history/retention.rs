//! Which visits leave the disk, and when: by age and by size, the oldest first. Never one that is being written, never one
//! that somebody starred, and never in silence.

use super::order::Placed;
use super::{disk, lock};
use std::path::Path;
use std::time::Duration;

/// Bytes that all visits together may take.
pub const MOST_BYTES: u64 = 1 << 30;
/// Milliseconds after which a visit may go, however small it is: a year and a day.
pub const OLDEST_MS: i64 = 366 * 86_400_000;
/// So many of the newest visits are too young to go by age, whatever the clock says: one that jumped to another year
/// makes everything old.
pub const NEVER_TOO_OLD: usize = 200;

/// In the folder of a visit: it stays.
pub(super) const STAR: &str = "starred";
/// A folder with this ending was a visit that is being removed.
const GOING: &str = "removed";
/// What an older version writes has no lock. As long as it was written to lately, it counts as open.
const LATELY: Duration = Duration::from_secs(86_400);

/// How much is kept.
#[derive(Clone, Copy, Debug)]
pub(super) struct Room {
    pub bytes: u64,
    pub oldest_ms: i64,
    pub never_too_old: usize,
}

impl Default for Room {
    fn default() -> Room {
        Room { bytes: MOST_BYTES, oldest_ms: OLDEST_MS, never_too_old: NEVER_TOO_OLD }
    }
}

/// A visit that is on the disk no more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Removed {
    pub id: String,
    /// When it began, milliseconds since 1970 UTC, as the clock had it then.
    pub started_unix_ms: Option<i64>,
    pub why: Why,
}

/// Why it went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    Age,
    Size,
}

/// Makes room before a visit begins. `visits` are all there are, newest first. What stands in the way of removing one is no
/// reason to stop: it is tried again at the next visit.
pub(super) fn make_room(folder: &Path, visits: &[Placed], room: Room, now_unix_ms: i64) -> Vec<Removed> {
    sweep(folder);
    let sizes: Vec<u64> = visits.iter().map(|v| disk::size_of(&folder.join(&v.id))).collect();
    let mut all: u64 = sizes.iter().sum();
    let mut removed = Vec::new();
    for (place, (visit, size)) in visits.iter().zip(&sizes).enumerate().rev() {
        let aged = |ms: i64| now_unix_ms.saturating_sub(ms) > room.oldest_ms;
        let why = if all > room.bytes {
            Why::Size
        } else if place >= room.never_too_old && visit.started_unix_ms.is_some_and(aged) {
            Why::Age
        } else {
            continue;
        };
        if remove(folder, &visit.id) {
            all = all.saturating_sub(*size);
            let started_unix_ms = visit.started_unix_ms;
            removed.push(Removed { id: visit.id.clone(), started_unix_ms, why });
        }
    }
    removed
}

/// True when it is gone.
fn remove(folder: &Path, id: &str) -> bool {
    let visit = folder.join(id);
    if visit.join(STAR).exists() || is_open(&visit) {
        return false;
    }
    // by another name first: what is killed in the middle of it leaves no half visit
    let going = visit.with_extension(GOING);
    if std::fs::rename(&visit, &going).is_err() {
        return false;
    }
    let _ = std::fs::remove_dir_all(&going);
    true
}

/// Whether somebody is writing there.
pub(super) fn is_open(visit: &Path) -> bool {
    match lock::of_existing(&visit.join(lock::OPEN)) {
        Some(lock::Tried::Got(_)) => false,
        Some(lock::Tried::Held) => true,
        Some(lock::Tried::Unknown) | None => written_lately(visit),
    }
}

/// By the clock of the disk alone: both times are its own.
fn written_lately(visit: &Path) -> bool {
    let time = |p: &Path| std::fs::metadata(p).and_then(|m| m.modified()).ok();
    let newest = |folder: &Path| {
        let files = std::fs::read_dir(folder).into_iter().flatten().flatten();
        files.filter_map(|f| time(&f.path())).max()
    };
    // the lock of the order was written for the visit that begins now
    let now = visit.parent().and_then(Path::parent).and_then(|root| time(&root.join(super::order::LOCK)));
    match (now, newest(visit)) {
        (Some(now), Some(written)) => now.duration_since(written).is_ok_and(|age| age < LATELY),
        _ => false,
    }
}

/// What killed processes left of removing and of beginning.
fn sweep(folder: &Path) {
    let names = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|e| e.path());
    let ours = |p: &Path| {
        let of_a_visit = p.file_stem().is_some_and(|s| uuid::Uuid::parse_str(&s.to_string_lossy()).is_ok());
        of_a_visit && p.extension().is_some_and(|e| e == GOING || e == super::visit::BEGINNING)
    };
    for path in names.filter(|p| ours(p)) {
        let _ = std::fs::remove_dir_all(path);
    }
}
