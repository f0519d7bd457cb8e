//! Visits, their records and the settings on disk. What was shown is kept at once; a process that is killed at any moment
//! loses nothing of it.
//!
//! One folder a visit: `visits/<id>/snapshot.json` (written beside, synced, then renamed over) and `journal.jsonl`
//! (only ever appended to, synced after each line).

mod disk;
mod record;
pub mod settings;
mod visit;

pub use settings::{Settings, Theme};
pub use visit::Visit;

use crate::model::text::foreign;
use crate::model::{Level, Snapshot};
use record::Kept;
use std::path::{Path, PathBuf};

/// The folder of all records, for tests and for installations that keep them elsewhere.
pub const DATA_VARIABLE: &str = "SOLIDGREEN_DATA";

/// The recording in the folder of a visit.
pub const RECORDING: &str = "recording.jsonl";

/// Visits that are kept; older ones are removed when a new one begins.
pub const MOST_VISITS: usize = 200;

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
}

/// All visits of this computer's user.
#[derive(Clone, Debug)]
pub struct History {
    root: PathBuf,
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
        let history = History { root };
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

    /// A new id for a visit that begins at this time: in order of time, and not guessed twice.
    #[must_use]
    pub fn new_id(started_unix_ms: i64) -> String {
        let ms = u64::try_from(started_unix_ms).unwrap_or(0);
        let nanos = u32::try_from(ms % 1000).unwrap_or(0) * 1_000_000;
        uuid::Uuid::new_v7(uuid::Timestamp::from_unix(uuid::NoContext, ms / 1000, nanos)).to_string()
    }

    /// Begins to keep a visit and removes the oldest ones beyond [`MOST_VISITS`].
    ///
    /// # Errors
    /// When `id` is none of [`History::new_id`], or the disk refuses.
    pub fn begin(&self, id: &str, started_unix_ms: i64) -> Result<Visit, HistoryError> {
        if uuid::Uuid::parse_str(id).is_err() {
            return Err(HistoryError::Unknown(foreign(id)));
        }
        let visit = Visit::begin(self.visits().join(id), id, started_unix_ms)?;
        self.prune(id);
        Ok(visit)
    }

    /// What stands in the way of removing an old visit is no reason to stop: it is tried again at the next one.
    fn prune(&self, current: &str) {
        for id in self.ids().into_iter().filter(|id| id != current).skip(MOST_VISITS - 1) {
            let _ = std::fs::remove_dir_all(self.visits().join(id));
        }
    }

    /// Folders whose name is an id, newest first.
    fn ids(&self) -> Vec<String> {
        let mut ids: Vec<String> = std::fs::read_dir(self.visits())
            .into_iter()
            .flatten()
            .flatten()
            .filter(|e| e.path().is_dir())
            .filter_map(|e| e.file_name().into_string().ok())
            .filter(|name| uuid::Uuid::parse_str(name).is_ok())
            .collect();
        ids.sort_unstable_by(|a, b| b.cmp(a));
        ids
    }

    /// All visits, newest first. One that cannot be read is a line too.
    #[must_use]
    pub fn list(&self) -> Vec<VisitSummary> {
        self.ids().into_iter().map(|id| self.summary(id)).collect()
    }

    fn summary(&self, id: String) -> VisitSummary {
        let started = uuid::Uuid::parse_str(&id).ok().and_then(|u| u.get_timestamp()).and_then(|t| {
            i64::try_from(t.to_unix().0)
                .ok()?
                .checked_mul(1000)?
                .checked_add(i64::from(t.to_unix().1 / 1_000_000))
        });
        match self.read(&id) {
            Ok(Kept { snapshot, .. }) => VisitSummary {
                started_unix_ms: Some(snapshot.started_unix_ms).filter(|ms| *ms != 0).or(started),
                site: foreign(&snapshot.site),
                gateways: snapshot.gateways.len(),
                level: snapshot.verdict.level,
                title: foreign(&snapshot.verdict.title),
                code: snapshot.verdict.code.map(|c| c.code().to_owned()),
                broken: None,
                id,
            },
            Err(e) => VisitSummary {
                started_unix_ms: started,
                site: String::new(),
                gateways: 0,
                level: Level::Unknown,
                title: e.to_string(),
                code: None,
                broken: Some(e.to_string()),
                id,
            },
        }
    }

    /// A visit by its id, a beginning of it that fits no other, or `last`.
    ///
    /// # Errors
    /// When there is none, more than one, or it cannot be read.
    pub fn load(&self, wanted: &str) -> Result<Snapshot, HistoryError> {
        let id = self.resolve(wanted)?;
        let mut snapshot = self.read(&id)?.snapshot;
        snapshot.kept_in = Some(self.visits().join(&id).display().to_string());
        Ok(snapshot)
    }

    /// The recording of a visit, as text.
    ///
    /// # Errors
    /// When there is no such visit, or it has no recording.
    pub fn recording(&self, wanted: &str) -> Result<String, HistoryError> {
        let id = self.resolve(wanted)?;
        let file = self.visits().join(&id).join(RECORDING);
        std::fs::read_to_string(&file).map_err(|e| HistoryError::Disk {
            what: "read",
            path: file.display().to_string(),
            why: e.to_string(),
        })
    }

    /// One visit as JSON, whole.
    ///
    /// # Errors
    /// When there is no such visit, or it cannot be read.
    pub fn export(&self, wanted: &str) -> Result<String, HistoryError> {
        let id = self.resolve(wanted)?;
        let kept = self.read(&id)?;
        let whole = serde_json::json!({
            "schema": record::SCHEMA,
            "kind": "visit",
            "visit": id,
            "snapshot": kept.snapshot,
            "journal": kept.journal,
            "unreadable_lines": kept.unreadable_lines,
        });
        Ok(format!("{whole:#}\n"))
    }

    fn read(&self, id: &str) -> Result<Kept, HistoryError> {
        record::read(&self.visits().join(id), id)
    }

    fn resolve(&self, wanted: &str) -> Result<String, HistoryError> {
        let wanted = wanted.trim().to_ascii_lowercase();
        let ids = self.ids();
        if wanted == "last" {
            // a visit that has just begun and kept no picture yet is not the one that is meant
            let whole = ids.iter().find(|id| self.visits().join(id).join(record::SNAPSHOT).is_file());
            return whole.or(ids.first()).cloned().ok_or(HistoryError::Empty);
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

#[cfg(test)]
mod tests;
