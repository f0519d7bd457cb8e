//! Files of the user: readable by the user alone (0600, folders 0700 on Unix), and whole or not there. What a visit holds
//! names people, rooms and machines of somebody else's network, so nobody else on this computer gets to read it.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Makes a folder, and those above it that are missing. One that is there keeps its rights.
///
/// # Errors
/// When the system refuses.
pub fn make_folder(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Options under which a file that is made is the user's alone.
fn private() -> OpenOptions {
    #[cfg_attr(not(unix), allow(unused_mut, reason = "on Windows the folder's rights are inherited"))]
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Opens a file to add to its end; it is made when it is not there.
///
/// # Errors
/// When the system refuses.
pub fn open_to_append(path: &Path) -> io::Result<File> {
    appending(private().create(true), path)
}

/// The same for one that must be there.
///
/// # Errors
/// When the system refuses.
pub fn open_existing_to_append(path: &Path) -> io::Result<File> {
    appending(&mut private(), path)
}

/// Under which opening waits for nobody.
fn unwaited(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(options, libc::O_NONBLOCK);
    options
}

/// The system says "no such device" of a pipe without a reader.
fn nobody_reads(e: io::Error, path: &Path) -> io::Error {
    if !path.exists() || e.kind() == io::ErrorKind::PermissionDenied {
        return e;
    }
    io::Error::new(e.kind(), format!("nobody reads what is written there ({e}); begin to read it first"))
}

/// A pipe with nobody at its other end would be waited for, and what has one is no file of ours either.
fn appending(options: &mut OpenOptions, path: &Path) -> io::Result<File> {
    let file = unwaited(options.append(true)).open(path)?;
    super::reading::plain(&file.metadata()?)?;
    Ok(file)
}

/// Adds bytes to the end of a file, all of them or none: what a full disk took of them is taken back, so that the next try
/// neither follows half a line nor says one twice.
///
/// # Errors
/// When the system refuses; the file is as it was.
pub fn add(file: &mut File, bytes: &[u8]) -> io::Result<()> {
    let before = file.metadata()?.len();
    let added = file.write_all(bytes).and_then(|()| file.flush());
    if added.is_err() {
        let _ = file.set_len(before);
    }
    added
}

/// A file that is being written beside the one whose place it takes. Until [`Replacement::finish`] the old one is there,
/// whole; dropped before, the new one is gone.
#[derive(Debug)]
pub struct Replacement {
    file: File,
    /// `None` once it has its place, and where what is named is no file (a device, a pipe): that is written to as it is.
    beside: Option<PathBuf>,
    to: PathBuf,
}

impl Replacement {
    /// Begins the file.
    ///
    /// # Errors
    /// When the folder takes no new file.
    pub fn of(path: &Path) -> io::Result<Replacement> {
        // a link stays one: what it points to is replaced
        let to = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        if std::fs::metadata(&to).is_ok_and(|m| !m.is_file() && !m.is_dir()) {
            let file =
                unwaited(OpenOptions::new().write(true)).open(&to).map_err(|e| nobody_reads(e, &to))?;
            super::reading::wait_again(&file)?;
            return Ok(Replacement { file, beside: None, to });
        }
        if to.is_dir() {
            return Err(io::Error::from(io::ErrorKind::IsADirectory));
        }
        let name = to.file_name().ok_or(io::ErrorKind::InvalidFilename)?.to_string_lossy().into_owned();
        let mut last = io::Error::from(io::ErrorKind::AlreadyExists);
        // somebody else's leavings are passed over, and a trap that was laid is not stepped into
        for n in 0..100 {
            let beside = to.with_file_name(format!(".{name}.{}-{n}.part", std::process::id()));
            match private().write(true).create_new(true).open(&beside) {
                Ok(file) => return Ok(Replacement { file, beside: Some(beside), to }),
                Err(e) if e.kind() == io::ErrorKind::AlreadyExists => last = e,
                Err(e) => return Err(e),
            }
        }
        Err(last)
    }

    /// Adds bytes, all of them or none.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn add(&mut self, bytes: &[u8]) -> io::Result<()> {
        if self.beside.is_none() && !self.file.metadata()?.is_file() {
            return self.file.write_all(bytes);
        }
        add(&mut self.file, bytes)
    }

    /// Has what was written on the disk and gives it its place. It may be added to after that.
    ///
    /// # Errors
    /// When the disk refuses; the old file stays.
    pub fn settle(&mut self) -> io::Result<()> {
        if let Err(e) = self.file.sync_all() {
            // a terminal or a pipe has nothing to sync
            let is_file = self.file.metadata().is_ok_and(|m| m.is_file());
            return if is_file { Err(e) } else { Ok(()) };
        }
        if let Some(beside) = &self.beside {
            rename(beside, &self.to)?;
            self.beside = None;
        }
        Ok(())
    }

    /// Whether it stands where it was written for.
    #[must_use]
    pub fn has_its_place(&self) -> bool {
        self.beside.is_none()
    }

    /// The same as [`Replacement::settle`], and ends it.
    ///
    /// # Errors
    /// When the disk refuses; the old file stays and the new one is gone.
    pub fn finish(mut self) -> io::Result<()> {
        self.settle()
    }
}

impl Drop for Replacement {
    fn drop(&mut self) {
        if let Some(beside) = &self.beside {
            let _ = std::fs::remove_file(beside);
        }
    }
}

/// Replaces a file, or makes it. At each moment either the old or the new content is there, whole.
///
/// # Errors
/// When the disk refuses; the old file stays.
pub fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut new = Replacement::of(path)?;
    new.add(content)?;
    new.finish()
}

/// Gives a file or folder its name, and makes the name last.
///
/// # Errors
/// When the system refuses.
pub fn rename(from: &Path, to: &Path) -> io::Result<()> {
    std::fs::rename(from, to)?;
    sync_folder_of(to);
    Ok(())
}

/// Makes the name of a file last. Some systems cannot open a folder; there the name lasts without it.
pub fn sync_folder_of(path: &Path) {
    if let Some(folder) = path.parent()
        && let Ok(f) = File::open(folder)
    {
        let _ = f.sync_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn until_the_new_file_is_whole_the_old_one_is_there() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("report.pdf");
        fs::write(&path, "old").unwrap();
        let mut new = Replacement::of(&path).unwrap();
        new.add(b"half of the new").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "old");
        drop(new);
        assert_eq!(fs::read_to_string(&path).unwrap(), "old", "given up, nothing is lost");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1, "and nothing is left");
        replace(&path, b"new").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        // it may go on after it has its place
        let mut tape = Replacement::of(&path).unwrap();
        tape.add(b"first ").unwrap();
        tape.settle().unwrap();
        tape.add(b"and more").unwrap();
        drop(tape);
        assert_eq!(fs::read_to_string(&path).unwrap(), "first and more");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
        assert!(Replacement::of(dir.path()).is_err(), "a folder is no file to replace");
    }

    #[cfg(unix)]
    #[test]
    fn what_is_made_is_the_users_alone() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let dir = tempfile::tempdir().unwrap();
        let mode = |p: &Path| fs::metadata(p).unwrap().permissions().mode() & 0o777;
        let folder = dir.path().join("a/b");
        make_folder(&folder).unwrap();
        assert_eq!((mode(&folder), mode(folder.parent().unwrap())), (0o700, 0o700));
        let (file, other) = (folder.join("file"), folder.join("other"));
        replace(&file, b"x").unwrap();
        let mut added = open_to_append(&other).unwrap();
        add(&mut added, b"y").unwrap();
        assert_eq!((mode(&file), mode(&other)), (0o600, 0o600));
        // one that everybody could read is not, once it is written anew
        fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
        replace(&file, b"z").unwrap();
        assert_eq!(mode(&file), 0o600);
        let link = folder.join("link");
        symlink(&file, &link).unwrap();
        replace(&link, b"by the link").unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), "by the link");
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        // what is no file is written to and stays
        replace(Path::new("/dev/null"), b"gone").unwrap();
        assert!(!fs::metadata("/dev/null").unwrap().is_file());
    }
}
