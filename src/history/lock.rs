//! Locks that end with the process that has them, however it ends: on a visit while it is written, and on the order of
//! all visits while one begins.

use crate::platform::files;
use std::fs::{File, TryLockError};
use std::path::Path;
use std::time::Duration;

/// In the folder of a visit: who has it locked is writing there.
pub(super) const OPEN: &str = "lock";

/// Held until it is dropped.
#[derive(Debug)]
pub(super) struct Lock {
    file: File,
}

impl Lock {
    /// Has the file's time be the disk's now. By the handle that has the lock: some systems let no other write.
    pub fn touch(&mut self) {
        let _ = self.file.set_len(0).and_then(|()| files::add(&mut self.file, b"\n"));
    }
}

/// How a lock stands.
#[derive(Debug)]
pub(super) enum Tried {
    Got(Lock),
    /// Another one has it.
    Held,
    /// The disk knows no locks, or refuses the file.
    Unknown,
}

pub(super) fn take(path: &Path) -> Tried {
    match files::open_to_append(path) {
        Ok(file) => locked(file),
        Err(_) => Tried::Unknown,
    }
}

/// The lock of a file that may not be made: `None` when it is not there.
pub(super) fn of_existing(path: &Path) -> Option<Tried> {
    match files::open_existing_to_append(path) {
        Ok(file) => Some(locked(file)),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => None,
        Err(_) => Some(Tried::Unknown),
    }
}

fn locked(file: File) -> Tried {
    match file.try_lock() {
        Ok(()) => Tried::Got(Lock { file }),
        Err(TryLockError::WouldBlock) => Tried::Held,
        Err(TryLockError::Error(_)) => Tried::Unknown,
    }
}

/// The same, waited for: whoever holds it is done in a moment, or is hung and must not hang others.
pub(super) fn wait_for(path: &Path) -> Option<Lock> {
    for _ in 0..100 {
        match take(path) {
            Tried::Got(lock) => return Some(lock),
            Tried::Unknown => return None,
            Tried::Held => std::thread::sleep(Duration::from_millis(10)),
        }
    }
    None
}
