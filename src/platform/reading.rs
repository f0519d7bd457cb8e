//! Files that are read: plain ones of a sane size, whoever named them or put them there. A pipe has no end that is sure to
//! come and a device may have none at all, so neither is opened by its name; what the shell hands over is a stream that
//! the user made, and is read as far as its reader's limit.

use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, Read};
use std::path::Path;

/// Opens a file to be read, without waiting for anybody.
///
/// # Errors
/// When the system refuses, or what is named is no plain file: with what to do.
pub fn open(path: &Path) -> io::Result<File> {
    // looked at before: opening alone can set a device going
    plain(&std::fs::metadata(path)?)?;
    let file = options().open(path)?;
    // and after: it may have been changed for another meanwhile
    plain(&file.metadata()?)?;
    Ok(file)
}

/// All bytes of a file.
///
/// # Errors
/// As [`open`], and when it has more than `most` bytes.
pub fn read(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    whole(open(path)?, most)
}

/// The text of a file.
///
/// # Errors
/// As [`read`], and when it is not UTF-8.
pub fn text(path: &Path, most: u64) -> io::Result<String> {
    as_text(read(path, most)?)
}

/// Opens what the user named on the command line: a file, or what the shell hands over (`-`, `/dev/stdin`, `<(…)`).
///
/// # Errors
/// As [`open`].
pub fn given(path: &Path) -> io::Result<Box<dyn Read>> {
    let name = path.to_str().unwrap_or_default();
    if ["-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"].contains(&name) {
        return Ok(Box::new(io::stdin()));
    }
    let handed = ["/dev/fd/", "/proc/self/fd/"].iter().any(|folder| name.starts_with(folder));
    if handed { Ok(Box::new(handed_over(path)?)) } else { Ok(Box::new(open(path)?)) }
}

/// The text of what the user named: see [`given`].
///
/// # Errors
/// As [`text`].
pub fn given_text(path: &Path, most: u64) -> io::Result<String> {
    as_text(whole(given(path)?, most)?)
}

fn whole(from: impl Read, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most {
        let why = format!("it is longer than {most} bytes, the most that such a file has; name another one");
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, why));
    }
    Ok(bytes)
}

fn as_text(bytes: Vec<u8>) -> io::Result<String> {
    String::from_utf8(bytes)
        .map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "it is not text; name another one"))
}

/// Refuses what is no plain file.
pub(super) fn plain(it: &Metadata) -> io::Result<()> {
    if it.is_file() {
        return Ok(());
    }
    let kind = if it.is_dir() { "a folder" } else { "a pipe or a device" };
    let why = format!("it is {kind} and no file; give the name of a file");
    Err(io::Error::new(io::ErrorKind::InvalidInput, why))
}

/// Under which opening waits for nobody, and makes no terminal this program's own.
fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, libc::O_NONBLOCK | libc::O_NOCTTY);
    options
}

/// A descriptor of the shell, by its number: the end of a pipe as a rule, which is waited for once it is open.
fn handed_over(path: &Path) -> io::Result<File> {
    let file = options().open(path)?;
    wait_again(&file)?;
    Ok(file)
}

/// Of a file that was opened without waiting: from now on its bytes are waited for.
pub(super) fn wait_again(file: &File) -> io::Result<()> {
    #[cfg(unix)]
    {
        let fd = std::os::fd::AsRawFd::as_raw_fd(file);
        // SAFETY: both calls only read or set the flags of a descriptor that `file` keeps open.
        let set =
            unsafe { libc::fcntl(fd, libc::F_SETFL, libc::fcntl(fd, libc::F_GETFL) & !libc::O_NONBLOCK) };
        if set == -1 {
            return Err(io::Error::last_os_error());
        }
    }
    #[cfg(not(unix))]
    let _ = file;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_to_its_end_or_refused_with_what_to_do() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("a");
        std::fs::write(&file, "åäö").unwrap();
        assert_eq!(text(&file, 6).unwrap(), "åäö");
        let why = text(&file, 5).unwrap_err().to_string();
        assert!(why.contains("longer than 5 bytes") && why.contains("name another"), "{why}");
        let why = text(dir.path(), 5).unwrap_err().to_string();
        assert!(why.contains("a folder and no file"), "{why}");
        std::fs::write(&file, [0xff, 0xfe, 0]).unwrap();
        assert!(text(&file, 5).unwrap_err().to_string().contains("not text"));
        assert_eq!(read(&file, 5).unwrap(), [0xff, 0xfe, 0]);
        assert_eq!(read(&dir.path().join("b"), 5).unwrap_err().kind(), io::ErrorKind::NotFound);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn nobody_is_waited_for_and_nothing_without_an_end_is_read() {
        let dir = tempfile::tempdir().unwrap();
        let pipe = dir.path().join("pipe");
        let name = std::ffi::CString::new(pipe.to_str().unwrap()).unwrap();
        // SAFETY: the name is a C string that outlives the call.
        assert_eq!(unsafe { libc::mkfifo(name.as_ptr(), 0o600) }, 0);
        let link = dir.path().join("link");
        std::os::unix::fs::symlink("/dev/zero", &link).unwrap();
        for path in [pipe.as_path(), "/dev/zero".as_ref(), "/dev/null".as_ref(), &link] {
            for why in [read(path, 10).unwrap_err(), given_text(path, 10).unwrap_err()] {
                assert!(
                    why.to_string().contains("a pipe or a device and no file"),
                    "{}: {why}",
                    path.display()
                );
            }
        }
        assert!(!text("/proc/self/status".as_ref(), 1 << 16).unwrap().is_empty(), "its size is said to be 0");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn what_the_shell_hands_over_is_read_as_far_as_the_limit() {
        use std::io::Write as _;
        use std::os::fd::AsRawFd as _;
        let (read_end, mut write_end) = io::pipe().unwrap();
        let path = std::path::PathBuf::from(format!("/dev/fd/{}", read_end.as_raw_fd()));
        let writer = std::thread::spawn(move || {
            write_end.write_all(b"in two ").unwrap();
            write_end.write_all(b"pieces").unwrap();
        });
        assert_eq!(given_text(&path, 100).unwrap(), "in two pieces");
        writer.join().unwrap();
        let endless = File::open("/dev/zero").unwrap();
        let path = std::path::PathBuf::from(format!("/dev/fd/{}", endless.as_raw_fd()));
        assert_eq!(given_text(&path, 100).unwrap_err().kind(), io::ErrorKind::FileTooLarge);
    }
}
