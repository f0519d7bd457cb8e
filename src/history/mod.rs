//! Visits, their records and the settings on disk. What was shown is kept at once; a process that is killed at any moment
//! loses nothing of it.
//!
//! One folder a visit: `visits/<id>/snapshot.json` (written beside, synced, then renamed over), `journal.jsonl` with its
//! older files (only ever added to, synced after each line), `recording.jsonl`, `lock` (locked while the visit is written)
//! and `starred` (it is never removed).

mod disk;
mod journal;
mod lock;
mod order;
mod record;
mod retention;
pub mod settings;
mod summary;
mod visit;

pub use journal::SHOWN;
pub use retention::{MOST_BYTES, NEVER_TOO_OLD, OLDEST_MS, Removed, Why};
pub use settings::{Settings, Theme};
pub use visit::Visit;

use crate::model::text::foreign;
use crate::model::{Cause, Level, Snapshot};
use journal::Line;
use order::Placed;
use retention::Room;
use std::io::Write;
use std::path::{Path, PathBuf};

/// The folder of all records, for tests and for installations that keep them elsewhere.
pub const DATA_VARIABLE: &str = "SOLIDGREEN_DATA";

/// The recording in the folder of a visit.
pub const RECORDING: &str = "recording.jsonl";

/// What could not be done with the records, why, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HistoryError {
    #[error("this account has no folder for its data; set {DATA_VARIABLE} to a folder that can be written")]
    NoFolder,
    #[error("cannot {what} {path}: {why}")]
    Disk { what: &'static str, path: String, why: String },
    #[error("no visit is kept yet; `solidgreen check` keeps one")]
    Empty,
    #[error("no visit begins with '{0}'; `solidgreen history list` shows them")]
    Unknown(String),
    #[error("'{wanted}' is the beginning of {count} visits; give more of it")]
    Ambiguous { wanted: String, count: usize },
    #[error(
        "visit {id} was written by a newer version (schema {schema}, this version reads up to {known}); update Solid Green to open it"
    )]
    Newer { id: String, schema: u64, known: u32 },
    #[error("visit {id} cannot be read: {why}; its files are left as they are")]
    Broken { id: String, why: String },
}

/// Why a visit was not exported.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    #[error(transparent)]
    History(#[from] HistoryError),
    #[error("the output could not be written: {0}")]
    Out(#[from] std::io::Error),
}

/// One line of the list of visits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VisitSummary {
    pub id: String,
    /// When it began, milliseconds since 1970 UTC; from the id when nothing else tells.
    pub started_unix_ms: Option<i64>,
    pub site: String,
    pub gateways: usize,
    pub level: Level,
    /// The sentence of the verdict; for a broken visit what is wrong with it.
    pub title: String,
    pub code: Option<String>,
    /// Why it cannot be opened.
    pub broken: Option<String>,
    /// Somebody starred it: it is never removed.
    pub starred: bool,
    /// It is being written now.
    pub open: bool,
}

/// All visits of this computer's user.
#[derive(Clone, Debug)]
pub struct History {
    root: PathBuf,
    room: Room,
}

impl History {
    /// Opens the records in `dir`, else in the folder of [`DATA_VARIABLE`], else in the user's data folder. The folder is
    /// made when it is not there.
    ///
    /// # Errors
    /// When there is no such folder and none can be made.
    pub fn open(dir: Option<PathBuf>) -> Result<History, HistoryError> {
        let root = dir
            .or_else(|| std::env::var_os(DATA_VARIABLE).filter(|v| !v.is_empty()).map(PathBuf::from))
            .or_else(|| {
                directories::ProjectDirs::from("", "Solid Green", "solidgreen")
                    .map(|d| d.data_local_dir().to_owned())
            })
            .ok_or(HistoryError::NoFolder)?;
        let history = History { root, room: Room::default() };
        disk::make_folder(&history.visits())?;
        Ok(history)
    }

    /// The folder of everything that is kept.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.root
    }

    fn visits(&self) -> PathBuf {
        self.root.join("visits")
    }

    /// A new id for a visit that begins at this time: not guessed twice, whatever the clock says. What it cannot hold of a
    /// time (before 1970, after the year 10889) it leaves out.
    #[must_use]
    pub fn new_id(started_unix_ms: i64) -> String {
        // an id has room for 48 bits
        let ms = u64::try_from(started_unix_ms).unwrap_or(0).min((1 << 48) - 1);
        let nanos = u32::try_from(ms % 1000).unwrap_or(0) * 1_000_000;
        uuid::Uuid::new_v7(uuid::Timestamp::from_unix(uuid::NoContext, ms / 1000, nanos)).to_string()
    }

    /// Begins to keep a visit, and makes room for it: see [`Visit::removed`].
    ///
    /// # Errors
    /// When `id` is none of [`History::new_id`], or the disk refuses.
    pub fn begin(&self, id: &str, started_unix_ms: i64) -> Result<Visit, HistoryError> {
        if uuid::Uuid::parse_str(id).is_err() {
            return Err(HistoryError::Unknown(foreign(id)));
        }
        let turn = order::turn(&self.root);
        let mut others = self.placed();
        others.retain(|v| v.id != id);
        // where the turn cannot be had, another one makes room now
        let removed = match &turn {
            Some(_) => retention::make_room(&self.visits(), &others, self.room, started_unix_ms),
            None => Vec::new(),
        };
        let number = others.first().map_or(0, |v| v.number).saturating_add(1);
        Visit::begin(self.visits().join(id), id, started_unix_ms, number, removed)
    }

    /// Stars a visit, so that it is never removed, or takes the star back.
    ///
    /// # Errors
    /// When there is no such visit, or the disk refuses.
    pub fn star(&self, wanted: &str, on: bool) -> Result<String, HistoryError> {
        let id = self.resolve(wanted)?;
        let star = self.visits().join(&id).join(retention::STAR);
        if on {
            disk::replace(&star, b"")?;
        } else if let Err(e) = std::fs::remove_file(&star)
            && e.kind() != std::io::ErrorKind::NotFound
        {
            return Err(disk::error("remove", &star)(e));
        }
        Ok(id)
    }

    fn placed(&self) -> Vec<Placed> {
        order::of(&self.visits())
    }

    /// Folders whose name is an id, newest first.
    fn ids(&self) -> Vec<String> {
        self.placed().into_iter().map(|v| v.id).collect()
    }

    /// All visits, newest first. One that cannot be read is a line too.
    #[must_use]
    pub fn list(&self) -> Vec<VisitSummary> {
        self.placed().into_iter().map(|v| self.summary(v)).collect()
    }

    fn summary(&self, visit: Placed) -> VisitSummary {
        let folder = self.visits().join(&visit.id);
        let summary = VisitSummary {
            started_unix_ms: visit.started_unix_ms,
            site: String::new(),
            gateways: 0,
            level: Level::Unknown,
            title: String::new(),
            code: None,
            broken: None,
            starred: folder.join(retention::STAR).exists(),
            open: retention::is_open(&folder),
            id: visit.id,
        };
        match record::summary(&folder, &summary.id) {
            Ok(kept) => VisitSummary {
                started_unix_ms: Some(kept.started_unix_ms).filter(|ms| *ms != 0).or(summary.started_unix_ms),
                site: foreign(&kept.site),
                gateways: kept.gateways,
                level: kept.level,
                title: foreign(&kept.title),
                // a file may be a stranger's
                code: kept.code.and_then(|c| Cause::from_code(&c)).map(|c| c.code().to_owned()),
                ..summary
            },
            Err(e) => VisitSummary { title: e.to_string(), broken: Some(e.to_string()), ..summary },
        }
    }

    /// A visit by its id, a beginning of it that fits no other, or `last`. Its record is the newest [`SHOWN`] lines of the
    /// journal.
    ///
    /// # Errors
    /// When there is none, more than one, or it cannot be read.
    pub fn load(&self, wanted: &str) -> Result<Snapshot, HistoryError> {
        let opened = if is_last(wanted) { self.last() } else { None };
        let (id, mut snapshot) = match opened {
            Some(opened) => opened,
            None => {
                let id = self.resolve(wanted)?;
                let snapshot = self.read(&id)?;
                (id, snapshot)
            }
        };
        snapshot.kept_in = Some(self.visits().join(&id).display().to_string());
        Ok(snapshot)
    }

    /// Where the recording of a visit is, where it has one.
    ///
    /// # Errors
    /// When there is no such visit.
    pub fn recording(&self, wanted: &str) -> Result<PathBuf, HistoryError> {
        Ok(self.visits().join(self.resolve(wanted)?).join(RECORDING))
    }

    /// One visit as JSON, whole, written as it is read: a journal may be longer than memory is large.
    ///
    /// # Errors
    /// When there is no such visit, it cannot be read, or `out` cannot be written ([`ExportError::Out`]).
    pub fn export(&self, wanted: &str, out: &mut impl Write) -> Result<(), ExportError> {
        let id = self.resolve(wanted)?;
        let snapshot = self.read(&id)?;
        let folder = self.visits().join(&id);
        let print = |e: serde_json::Error| HistoryError::Broken { id: id.clone(), why: e.to_string() };
        let text = serde_json::to_string_pretty(&snapshot).map_err(print)?;
        writeln!(out, "{{\n\"schema\": {},\n\"kind\": \"visit\",\n\"visit\": \"{id}\",", record::SCHEMA)?;
        write!(out, "\"snapshot\": {text},\n\"journal\": [")?;
        let (mut first, mut unreadable, mut dropped, mut failed) = (true, 0_u64, 0, None);
        let read = journal::each(&folder, &id, |line| {
            match line {
                Line::Opening(opening) => dropped = dropped.max(opening.dropped),
                Line::Unreadable => unreadable += 1,
                Line::Entry(entry) => {
                    let text = serde_json::to_string(&entry).map_err(print)?;
                    let comma = if std::mem::take(&mut first) { "\n" } else { ",\n" };
                    if let Err(e) = write!(out, "{comma}{text}") {
                        failed = Some(e);
                        return Err(HistoryError::Empty); // ends it; what is told is the other one
                    }
                }
            }
            Ok(())
        });
        if let Some(e) = failed {
            return Err(e.into());
        }
        read?;
        writeln!(out, "\n],\n\"unreadable_lines\": {unreadable},\n\"dropped_lines\": {dropped}\n}}")?;
        Ok(())
    }

    fn read(&self, id: &str) -> Result<Snapshot, HistoryError> {
        record::read(&self.visits().join(id), id)
    }

    /// The visit that is meant by the last one: one that opens, and if there is one, with an answer. One that has just begun
    /// is not meant, and what the list says of it is not believed before it is open.
    fn last(&self) -> Option<(String, Snapshot)> {
        let pictured: Vec<String> = self
            .ids()
            .into_iter()
            .filter(|id| self.visits().join(id).join(record::SNAPSHOT).is_file())
            .collect();
        let answered =
            |id: &&String| record::summary(&self.visits().join(id), id).is_ok_and(|summary| summary.answer);
        let open = |id: &String| Some((id.clone(), self.read(id).ok()?));
        pictured.iter().filter(answered).find_map(open).or_else(|| pictured.iter().find_map(open))
    }

    fn resolve(&self, wanted: &str) -> Result<String, HistoryError> {
        let wanted = wanted.trim().to_ascii_lowercase();
        let ids = self.ids();
        if is_last(&wanted) {
            let opened = self.last().map(|(id, _)| id);
            return opened.or(ids.first().cloned()).ok_or(HistoryError::Empty);
        }
        let mut found = ids.into_iter().filter(|id| !wanted.is_empty() && id.starts_with(&wanted));
        match (found.next(), found.count()) {
            (None, _) => Err(HistoryError::Unknown(foreign(&wanted))),
            (Some(id), 0) => Ok(id),
            (Some(id), _) if id == wanted => Ok(id),
            (Some(_), more) => Err(HistoryError::Ambiguous { wanted: foreign(&wanted), count: more + 1 }),
        }
    }
}

fn is_last(wanted: &str) -> bool {
    wanted.trim().eq_ignore_ascii_case("last")
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "a test lays files out as somebody else would have")]
mod retention_tests;
#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "a test lays files out as somebody else would have")]
mod summary_tests;
#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "a test lays files out as somebody else would have")]
mod tests;
