//! Files that are whole or not there: written beside, synced, renamed over.

use super::HistoryError;
use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::Path;

fn error(what: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> HistoryError {
    let path = path.display().to_string();
    move |e| HistoryError::Disk { what, path, why: e.to_string() }
}

pub(super) fn make_folder(path: &Path) -> Result<(), HistoryError> {
    std::fs::create_dir_all(path).map_err(error("make the folder", path))
}

/// Replaces a file. At each moment either the old or the new content is there, whole.
pub(super) fn replace(path: &Path, content: &[u8]) -> Result<(), HistoryError> {
    let beside = path.with_extension(format!("{}.tmp", std::process::id()));
    let written = File::create(&beside).and_then(|mut f| {
        f.write_all(content)?;
        f.sync_all()
    });
    if let Err(e) = written {
        let _ = std::fs::remove_file(&beside);
        return Err(error("write", &beside)(e));
    }
    rename(&beside, path)
}

/// Gives a file or folder its name, and makes the name last.
pub(super) fn rename(from: &Path, to: &Path) -> Result<(), HistoryError> {
    std::fs::rename(from, to).map_err(error("write", to))?;
    sync_folder(to);
    Ok(())
}

/// Makes the name of a file last. Some systems cannot open a folder; there the name lasts without it.
fn sync_folder(path: &Path) {
    if let Some(folder) = path.parent()
        && let Ok(f) = File::open(folder)
    {
        let _ = f.sync_all();
    }
}

/// Adds one line and has it on the disk when it returns. A half line that a killed process left is closed first, so
/// that it spoils no other.
pub(super) fn append_line(path: &Path, line: &str) -> Result<(), HistoryError> {
    let new = !path.exists();
    let open = |p: &Path| OpenOptions::new().create(true).append(true).open(p);
    let mut file = open(path).map_err(error("open", path))?;
    let mut bytes = Vec::with_capacity(line.len() + 2);
    if !new && !ends_with_newline(path) {
        bytes.push(b'\n');
    }
    bytes.extend_from_slice(line.as_bytes());
    bytes.push(b'\n');
    // one write: two processes cannot mix their lines
    file.write_all(&bytes).and_then(|()| file.sync_data()).map_err(error("write", path))?;
    if new {
        sync_folder(path);
    }
    Ok(())
}

fn ends_with_newline(path: &Path) -> bool {
    use std::io::{Read as _, Seek as _, SeekFrom};
    let Ok(mut file) = File::open(path) else { return true };
    if file.seek(SeekFrom::End(-1)).is_err() {
        return true; // empty
    }
    let mut last = [0];
    file.read_exact(&mut last).is_err() || last == *b"\n"
}
