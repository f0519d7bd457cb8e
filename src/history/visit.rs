//! The visit that is being kept.

use super::record::{self, JOURNAL, OLDER_JOURNAL, Opening, SNAPSHOT};
use super::{HistoryError, disk};
use crate::model::Snapshot;
use crate::model::snapshot::TimelineEntry;
use std::path::{Path, PathBuf};

/// Size at which the journal begins anew, bytes; the one before it is kept. A watch of weeks stays under twice this.
const JOURNAL_MOST: u64 = 8 << 20;

/// One visit that is being kept.
#[derive(Clone, Debug)]
pub struct Visit {
    folder: PathBuf,
    id: String,
    started_unix_ms: i64,
    journal_most: u64,
}

impl Visit {
    pub(super) fn begin(folder: PathBuf, id: &str, started_unix_ms: i64) -> Result<Visit, HistoryError> {
        // a folder gets its name when its journal has begun: a process that is killed here leaves no empty visit
        let beside = if folder.exists() { folder.clone() } else { folder.with_extension("new") };
        disk::make_folder(&beside)?;
        let visit =
            Visit { folder: beside.clone(), id: id.to_owned(), started_unix_ms, journal_most: JOURNAL_MOST };
        visit.open_journal()?;
        if beside != folder {
            disk::rename(&beside, &folder)?;
        }
        Ok(Visit { folder, ..visit })
    }

    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Where it is kept.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Keeps the picture: when this returns it is on the disk, whole, instead of the one before.
    ///
    /// # Errors
    /// When the disk refuses; the picture before stays.
    pub fn keep(&self, snapshot: &Snapshot) -> Result<(), HistoryError> {
        let bytes = record::print(snapshot)
            .map_err(|e| HistoryError::Broken { id: self.id.clone(), why: e.to_string() })?;
        disk::replace(&self.folder.join(SNAPSHOT), &bytes)
    }

    /// Keeps one line of the record: when this returns it is on the disk.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn note(&self, entry: &TimelineEntry) -> Result<(), HistoryError> {
        let journal = self.folder.join(JOURNAL);
        if std::fs::metadata(&journal).is_ok_and(|m| m.len() > self.journal_most) {
            std::fs::rename(&journal, self.folder.join(OLDER_JOURNAL)).map_err(|e| HistoryError::Disk {
                what: "put aside",
                path: journal.display().to_string(),
                why: e.to_string(),
            })?;
            self.open_journal()?;
        }
        self.append(entry)
    }

    fn open_journal(&self) -> Result<(), HistoryError> {
        self.append(&Opening {
            schema: record::SCHEMA,
            visit: self.id.clone(),
            started_unix_ms: self.started_unix_ms,
        })
    }

    fn append(&self, line: &impl serde::Serialize) -> Result<(), HistoryError> {
        let line = serde_json::to_string(line)
            .map_err(|e| HistoryError::Broken { id: self.id.clone(), why: e.to_string() })?;
        disk::append_line(&self.folder.join(JOURNAL), &line)
    }

    #[cfg(test)]
    pub(super) fn with_journal_most(mut self, bytes: u64) -> Visit {
        self.journal_most = bytes;
        self
    }
}
