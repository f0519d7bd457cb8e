//! The disk as the history sees it: what it refuses is one sentence that names the file.

use super::HistoryError;
use crate::platform::{files, reading};
use std::io::{BufRead as _, BufReader, Read as _, Seek as _, SeekFrom};
use std::path::Path;

pub(super) fn error(what: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> HistoryError {
    let path = path.display().to_string();
    move |e| HistoryError::Disk { what, path, why: e.to_string() }
}

pub(super) fn make_folder(path: &Path) -> Result<(), HistoryError> {
    files::make_folder(path).map_err(error("make the folder", path))
}

/// Replaces a file. At each moment either the old or the new content is there, whole.
pub(super) fn replace(path: &Path, content: &[u8]) -> Result<(), HistoryError> {
    files::replace(path, content).map_err(error("write", path))
}

/// Gives a file or folder its name, and makes the name last.
pub(super) fn rename(from: &Path, to: &Path) -> Result<(), HistoryError> {
    files::rename(from, to).map_err(error("write", to))
}

/// Adds whole lines and has them on the disk when it returns; all of them or none. A half line that a killed process left
/// is closed first, so that it spoils no other.
pub(super) fn append_lines(path: &Path, lines: &str) -> Result<(), HistoryError> {
    let new = !path.exists();
    let mut file = files::open_to_append(path).map_err(error("open", path))?;
    let mut bytes = Vec::with_capacity(lines.len() + 1);
    if !new && !ends_with_newline(path) {
        bytes.push(b'\n');
    }
    bytes.extend_from_slice(lines.as_bytes());
    // one write: two processes cannot mix their lines
    files::add(&mut file, &bytes).and_then(|()| file.sync_data()).map_err(error("write", path))?;
    if new {
        files::sync_folder_of(path);
    }
    Ok(())
}

fn ends_with_newline(path: &Path) -> bool {
    let Ok(mut file) = reading::open(path) else { return true };
    if file.seek(SeekFrom::End(-1)).is_err() {
        return true; // empty
    }
    let mut last = [0];
    file.read_exact(&mut last).is_err() || last == *b"\n"
}

/// The first line of a file, when it is no longer than a first line is.
pub(super) fn first_line(path: &Path) -> Option<String> {
    let mut line = String::new();
    BufReader::new(reading::open(path).ok()?).take(4_096).read_line(&mut line).ok()?;
    Some(line)
}

/// All bytes of the files below a folder.
pub(super) fn size_of(folder: &Path) -> u64 {
    let files = std::fs::read_dir(folder).into_iter().flatten().flatten().filter_map(|e| e.metadata().ok());
    files.filter(std::fs::Metadata::is_file).map(|m| m.len()).sum()
}
