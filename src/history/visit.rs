//! The visit that is being kept.

use super::journal::Journal;
use super::record::SNAPSHOT;
use super::retention::Removed;
use super::{HistoryError, RECORDING, disk, lock, summary};
use crate::model::Snapshot;
use crate::model::snapshot::TimelineEntry;
use std::path::{Path, PathBuf};

/// Ending of the folder of a visit until its journal has begun.
pub(super) const BEGINNING: &str = "new";

/// One visit that is being kept. As long as it lives, its folder is locked, and no other process removes it.
#[derive(Debug)]
pub struct Visit {
    folder: PathBuf,
    id: String,
    journal: Journal,
    removed: Vec<Removed>,
    _lock: Option<lock::Lock>,
}

impl Visit {
    pub(super) fn begin(
        folder: PathBuf,
        id: &str,
        started_unix_ms: i64,
        number: u64,
        removed: Vec<Removed>,
    ) -> Result<Visit, HistoryError> {
        // a folder gets its name when its journal has begun: a process that is killed here leaves no empty visit
        let beside = if folder.exists() { folder.clone() } else { folder.with_extension(BEGINNING) };
        let begun = disk::make_folder(&beside).and_then(|()| {
            let journal = Journal::begin(&beside, id, started_unix_ms, number)?;
            if beside != folder {
                disk::rename(&beside, &folder)?;
            }
            Ok(journal)
        });
        let journal = match begun {
            Ok(journal) => journal,
            Err(e) => {
                if beside != folder {
                    let _ = std::fs::remove_dir_all(&beside);
                }
                return Err(e);
            }
        };
        // after the folder has its name: a folder with an open file in it keeps its name on Windows
        let held = match lock::take(&folder.join(lock::OPEN)) {
            lock::Tried::Got(lock) => Some(lock),
            lock::Tried::Held | lock::Tried::Unknown => None,
        };
        Ok(Visit { folder, id: id.to_owned(), journal, removed, _lock: held })
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

    /// Where its recording is.
    #[must_use]
    pub fn recording(&self) -> PathBuf {
        self.folder.join(RECORDING)
    }

    /// The visits that were removed to make room for it.
    #[must_use]
    pub fn removed(&self) -> &[Removed] {
        &self.removed
    }

    /// Keeps the picture: when this returns it is on the disk, whole, instead of the one before.
    ///
    /// # Errors
    /// When the disk refuses; the picture before stays.
    pub fn keep(&mut self, snapshot: &Snapshot) -> Result<(), HistoryError> {
        let bytes = summary::print(snapshot)
            .map_err(|e| HistoryError::Broken { id: self.id.clone(), why: e.to_string() })?;
        disk::replace(&self.folder.join(SNAPSHOT), &bytes)
    }

    /// Keeps lines of the record: when this returns they are on the disk. Gives how many of the oldest lines had to go
    /// for it.
    ///
    /// # Errors
    /// When the disk refuses; none of the lines is there then.
    pub fn note(&mut self, entries: &[TimelineEntry]) -> Result<u64, HistoryError> {
        self.journal.add(&self.folder, entries)
    }

    /// Files of the journal and their size, bytes: small ones, for tests.
    #[cfg(test)]
    pub(super) fn with_journal_most(mut self, bytes: u64, older: usize) -> Visit {
        (self.journal.file_most, self.journal.older_most) = (bytes, older);
        self
    }
}
