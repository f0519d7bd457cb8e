//! The journal of a visit: its lines in files that are only ever added to. A file that has grown long gets a number and
//! stands behind a new one; of very many the oldest goes. So a watch of months has a bound, and opening it reads its end.

use super::record::{SCHEMA, newer};
use super::{HistoryError, disk};
use crate::model::snapshot::TimelineEntry;
use crate::platform::reading;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::io::{BufRead as _, BufReader, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

/// The file that is added to.
pub(super) const JOURNAL: &str = "journal.jsonl";
/// The lines before those of [`JOURNAL`], as versions wrote them that kept only one older file.
pub(super) const OLDER_JOURNAL: &str = "journal.old.jsonl";
/// Size at which the journal begins anew, bytes.
pub(super) const FILE_MOST: u64 = 8 << 20;
/// Older files that are kept: with the present one 84 MB, a million lines, some months of hundreds of boxes.
const OLDER_MOST: usize = 9;
/// Lines that are shown of a visit, the newest ones: what is longer is for programs ([`each`]).
pub const SHOWN: usize = 2_000;
/// The end of a file in which those are looked for, bytes.
pub(super) const END: u64 = 1 << 20;

/// The most of a line that is read at once, bytes; what is longer is no line of ours.
const LINE_MOST: u64 = 1 << 20;

/// First line of a file.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Opening {
    pub schema: u32,
    pub visit: String,
    pub started_unix_ms: i64,
    /// Its place among all visits; older versions gave none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<u64>,
    /// Lines of the journal before those of this file; older versions did not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<u64>,
    /// How many of those are kept no more.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub dropped: u64,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde gives it by reference")]
fn is_zero(n: &u64) -> bool {
    *n == 0
}

/// A line as it was read.
pub(super) enum Line {
    Opening(Opening),
    Entry(TimelineEntry),
    /// Half or damaged.
    Unreadable,
}

fn parse(line: &[u8], id: &str) -> Result<Line, HistoryError> {
    // by far the most are these
    if let Ok(entry) = serde_json::from_slice::<TimelineEntry>(line) {
        return Ok(Line::Entry(entry));
    }
    let Ok(value) = serde_json::from_slice::<Value>(line) else { return Ok(Line::Unreadable) };
    if value.get("schema").is_none() {
        return Ok(Line::Unreadable);
    }
    newer(&value, id)?;
    Ok(serde_json::from_value(value).map_or(Line::Unreadable, Line::Opening))
}

/// The files of a journal that are there, oldest first.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut numbered: Vec<PathBuf> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .filter(|e| number_of(&e.file_name().to_string_lossy()).is_some())
        .map(|e| e.path())
        .collect();
    numbered.sort_by_key(|p| p.file_name().and_then(|n| number_of(&n.to_string_lossy())));
    let older = folder.join(OLDER_JOURNAL);
    let all = [older].into_iter().chain(numbered).chain([folder.join(JOURNAL)]);
    all.filter(|p| p.is_file()).collect()
}

/// `journal.000012.jsonl`
fn number_of(name: &str) -> Option<u64> {
    name.strip_prefix("journal.")?.strip_suffix(".jsonl")?.parse().ok()
}

/// What a visit shows of its journal.
#[derive(Debug, Default)]
pub(super) struct Read {
    /// The newest lines, at most [`SHOWN`], oldest first.
    pub entries: Vec<TimelineEntry>,
    /// Lines before the first of them.
    pub before: u64,
    pub opening: Option<Opening>,
}

/// Reads the end of a journal, however long it is.
pub(super) fn read(folder: &Path, id: &str) -> Result<Read, HistoryError> {
    let mut read = Read::default();
    // lines before the file that was looked at last, when it says so
    let mut before_it = None;
    for file in files(folder).iter().rev() {
        let first = disk::first_line(file).and_then(|l| serde_json::from_str::<Opening>(&l).ok());
        let full = read.entries.len() >= SHOWN || read.before > 0;
        if full {
            read.before += lines_in(file, u64::MAX).saturating_sub(u64::from(first.is_some()));
        } else {
            let (mut entries, passed) = end_of(file, id, SHOWN - read.entries.len())?;
            read.before += passed;
            entries.append(&mut read.entries);
            read.entries = entries;
        }
        before_it = first.as_ref().and_then(|o| o.before);
        read.opening = first.or(read.opening);
        let enough = read.entries.len() >= SHOWN || read.before > 0;
        if enough && before_it.is_some() {
            break;
        }
    }
    read.before += before_it.unwrap_or(0);
    Ok(read)
}

/// The entries at the end of a file, at most so many, and how many lines come before them.
fn end_of(path: &Path, id: &str, most: usize) -> Result<(Vec<TimelineEntry>, u64), HistoryError> {
    let unread = |e: std::io::Error| disk::error("read", path)(e);
    let mut file = reading::open(path).map_err(unread)?;
    let from = file.metadata().map_err(unread)?.len().saturating_sub(END);
    file.seek(SeekFrom::Start(from)).map_err(unread)?;
    let mut bytes = Vec::new();
    // it may grow meanwhile, by no more than this
    file.take(2 * END).read_to_end(&mut bytes).map_err(unread)?;
    let mut passed = 0;
    let mut rest = bytes.as_slice();
    if from > 0 {
        // the first of these lines is cut through; the first line of all is no entry
        let cut = rest.iter().position(|b| *b == b'\n').map_or(rest.len(), |at| at + 1);
        rest = rest.get(cut..).unwrap_or_default();
        passed = lines_in(path, from + cut as u64).saturating_sub(1);
    }
    let lines: Vec<&[u8]> = rest.split(|b| *b == b'\n').filter(|l| !l.is_empty()).collect();
    let (mut entries, mut left) = (Vec::new(), lines.as_slice());
    // from the end: what is not shown is counted and not parsed
    while let Some((line, others)) = left.split_last().filter(|_| entries.len() < most) {
        left = others;
        if let Line::Entry(entry) = parse(line, id)? {
            entries.push(entry);
        }
    }
    entries.reverse();
    passed += left.len() as u64;
    if let Some(first) = left.first().filter(|_| from == 0) {
        // what a newer version began is refused, however much was added to it
        passed -= u64::from(!matches!(parse(first, id)?, Line::Entry(_)));
    }
    Ok((entries, passed))
}

/// Lines that end within the first bytes of a file.
fn lines_in(path: &Path, bytes: u64) -> u64 {
    let Ok(file) = reading::open(path) else { return 0 };
    let mut reader = BufReader::with_capacity(1 << 16, file.take(bytes));
    let mut lines = 0;
    while let Ok(some) = reader.fill_buf() {
        if some.is_empty() {
            break;
        }
        lines += some.iter().filter(|b| **b == b'\n').count() as u64;
        let read = some.len();
        reader.consume(read);
    }
    lines
}

/// Goes through a whole journal, line by line: no more than one is in memory.
///
/// # Errors
/// When a file cannot be read, was written by a newer version, or `take` ends it.
pub(super) fn each(
    folder: &Path,
    id: &str,
    mut take: impl FnMut(Line) -> Result<(), HistoryError>,
) -> Result<(), HistoryError> {
    for path in files(folder) {
        let mut reader = BufReader::new(reading::open(&path).map_err(disk::error("read", &path))?);
        let mut line = Vec::new();
        loop {
            line.clear();
            let mut some = reader.by_ref().take(LINE_MOST);
            if some.read_until(b'\n', &mut line).map_err(disk::error("read", &path))? == 0 {
                break;
            }
            let line = line.trim_ascii();
            if !line.is_empty() {
                take(parse(line, id)?)?;
            }
        }
    }
    Ok(())
}

/// The journal that is being written.
#[derive(Debug)]
pub(super) struct Journal {
    id: String,
    started_unix_ms: i64,
    number: u64,
    /// Lines that were written, and how many of them are kept no more.
    lines: u64,
    dropped: u64,
    /// Lines of each older file, oldest first.
    older: Vec<(PathBuf, u64)>,
    in_file: u64,
    older_next: u64,
    pub file_most: u64,
    pub older_most: usize,
}

impl Journal {
    /// Begins one in this folder.
    pub fn begin(
        folder: &Path,
        id: &str,
        started_unix_ms: i64,
        number: u64,
    ) -> Result<Journal, HistoryError> {
        let journal = Journal {
            id: id.to_owned(),
            started_unix_ms,
            number,
            lines: 0,
            dropped: 0,
            older: Vec::new(),
            in_file: 0,
            older_next: 1,
            file_most: FILE_MOST,
            older_most: OLDER_MOST,
        };
        journal.open(folder)?;
        Ok(journal)
    }

    fn open(&self, folder: &Path) -> Result<(), HistoryError> {
        let opening = Opening {
            schema: SCHEMA,
            visit: self.id.clone(),
            started_unix_ms: self.started_unix_ms,
            number: Some(self.number),
            before: Some(self.lines),
            dropped: self.dropped,
        };
        disk::append_lines(&folder.join(JOURNAL), &self.print(&opening)?)
    }

    fn print(&self, line: &impl Serialize) -> Result<String, HistoryError> {
        let mut text = serde_json::to_string(line)
            .map_err(|e| HistoryError::Broken { id: self.id.clone(), why: e.to_string() })?;
        text.push('\n');
        Ok(text)
    }

    /// Adds lines; all of them or none. Gives how many old ones had to go for it.
    pub fn add(&mut self, folder: &Path, entries: &[TimelineEntry]) -> Result<u64, HistoryError> {
        let journal = folder.join(JOURNAL);
        let gone = match std::fs::metadata(&journal) {
            Ok(m) if m.len() > self.file_most => self.turn_over(folder, &journal)?,
            // a turn that a full disk broke off
            Err(_) => {
                self.open(folder)?;
                0
            }
            Ok(_) => 0,
        };
        let mut text = String::new();
        for entry in entries {
            text.push_str(&self.print(entry)?);
        }
        disk::append_lines(&journal, &text)?;
        self.lines += entries.len() as u64;
        self.in_file += entries.len() as u64;
        Ok(gone)
    }

    /// Puts the file aside and begins another.
    fn turn_over(&mut self, folder: &Path, journal: &Path) -> Result<u64, HistoryError> {
        let aside = folder.join(format!("journal.{:06}.jsonl", self.older_next));
        disk::rename(journal, &aside)?;
        self.older_next += 1;
        self.older.push((aside, std::mem::take(&mut self.in_file)));
        let mut gone = 0;
        while self.older.len() > self.older_most {
            let (file, lines) = self.older.remove(0);
            let _ = std::fs::remove_file(file);
            gone += lines;
        }
        self.dropped += gone;
        self.open(folder)?;
        Ok(gone)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A watch of 500 boxes for 90 days: its journal, its recording, and a picture of 500 boxes beside the one before.
    #[test]
    fn a_visit_of_any_length_stays_under_200_megabytes() {
        let journal = FILE_MOST * (OLDER_MOST as u64 + 1);
        let recording = crate::model::recording::MOST_BYTES as u64;
        // what is kept of one box has a bound too: 200 changes of its LED, 64 DHCP messages
        let pictures = 2 * 500 * 32_000;
        assert!(journal + recording + pictures < 200_000_000, "{journal} + {recording} + {pictures}");
    }
}
