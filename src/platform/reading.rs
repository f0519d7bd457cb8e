//! Files that are read: plain ones of a sane size, whoever named them or put them there. A pipe has no end that is sure to
//! come and a device may have none at all, so neither is opened by its name; what the shell hands over is a stream that
//! the user made, and is read as far as its reader's limit.

use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, BufRead, BufReader, Read};
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

/// A file in pieces, of which one is in memory at a time: for what is read by lines.
///
/// # Errors
/// As [`read`]; what grows longer while it is read ends with that error.
pub fn pieces(path: &Path, most: u64) -> io::Result<Pieces> {
    let file = open(path)?;
    if file.metadata()?.len() > most {
        return Err(too_long(most));
    }
    Ok(Pieces::of(Box::new(file), most))
}

/// The same of what the user named: see [`given`].
///
/// # Errors
/// As [`pieces`]; of a stream it shows when it is read whether it is too long.
pub fn given_pieces(path: &Path, most: u64) -> io::Result<Pieces> {
    Ok(Pieces::of(given(path)?, most))
}

/// What is read in pieces, none of it beyond so many bytes.
pub struct Pieces {
    from: BufReader<Box<dyn Read>>,
    left: u64,
    most: u64,
}

impl Pieces {
    fn of(from: Box<dyn Read>, most: u64) -> Pieces {
        Pieces { from: BufReader::with_capacity(1 << 16, from), left: most, most }
    }

    /// Looks through what is left and holds none of it, for who has found a fault in the first pieces: a film is named as
    /// what it is, not by its first line.
    ///
    /// # Errors
    /// When it is no text to its end, or too long.
    pub fn look_through(&mut self) -> io::Result<()> {
        // the beginning of a character whose end is in the next piece
        let mut cut = Vec::new();
        let mut first = true;
        loop {
            let piece = match self.fill_buf() {
                Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
                piece => piece?,
            };
            let length = piece.len();
            if length == 0 {
                return if cut.is_empty() { Ok(()) } else { Err(no_text()) };
            }
            // who read before may have stopped within a character
            let rest_of_one = |b: &&u8| **b & 0xc0 == 0x80;
            let skip = if first { piece.iter().take(3).take_while(rest_of_one).count() } else { 0 };
            first = false;
            cut.extend_from_slice(piece.get(skip..).unwrap_or_default());
            self.consume(length);
            match std::str::from_utf8(&cut) {
                Ok(_) => cut.clear(),
                Err(e) if e.error_len().is_none() => drop(cut.drain(..e.valid_up_to())),
                Err(_) => return Err(no_text()),
            }
        }
    }
}

impl Read for Pieces {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let mut piece = self.fill_buf()?;
        let read = piece.read(to)?;
        self.consume(read);
        Ok(read)
    }
}

impl BufRead for Pieces {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        let piece = self.from.fill_buf()?;
        if self.left == 0 && !piece.is_empty() {
            return Err(too_long(self.most));
        }
        let may = usize::try_from(self.left).unwrap_or(usize::MAX);
        Ok(piece.get(..may).unwrap_or(piece))
    }

    fn consume(&mut self, amount: usize) {
        self.left = self.left.saturating_sub(amount as u64);
        self.from.consume(amount);
    }
}

fn whole(from: impl Read, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most {
        return Err(too_long(most));
    }
    Ok(bytes)
}

fn as_text(bytes: Vec<u8>) -> io::Result<String> {
    String::from_utf8(bytes).map_err(|_| no_text())
}

fn too_long(most: u64) -> io::Error {
    let why = format!("it is longer than {most} bytes, the most that such a file has; name another one");
    io::Error::new(io::ErrorKind::FileTooLarge, why)
}

/// What is read as text and is none.
#[must_use]
pub fn no_text() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "it is not text; name another one")
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

    /// However a stream is cut into pieces, it is text or none as a whole.
    #[test]
    fn what_is_read_in_pieces_is_judged_as_what_is_read_at_once() {
        /// Gives so many bytes at a time.
        struct Sips(Vec<u8>, usize);
        impl Read for Sips {
            fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
                let n = self.1.min(self.0.len()).min(to.len());
                to[..n].copy_from_slice(&self.0[..n]);
                self.0.drain(..n);
                Ok(n)
            }
        }
        for bytes in ["å€𝄞 and so on".as_bytes(), b"a\xffb", b"a\xe2\x82", b"", b"\xf0\x9f\x92\xa9\xc3"]
        {
            for most in [0, 3, 12, 100] {
                for sip in [1, 2, 3, 5, 64] {
                    let at_once = whole(bytes, most).and_then(as_text);
                    let mut read = Vec::new();
                    let in_pieces = Pieces::of(Box::new(Sips(bytes.to_vec(), sip)), most)
                        .read_to_end(&mut read)
                        .and_then(|_| as_text(read));
                    let looked = Pieces::of(Box::new(Sips(bytes.to_vec(), sip)), most).look_through();
                    let told = |e: &io::Error| e.to_string();
                    assert_eq!(in_pieces.as_ref().map_err(told), at_once.as_ref().map_err(told));
                    // one that is both may be called either
                    let short = bytes.len() as u64 <= most;
                    assert_eq!(looked.is_ok(), at_once.is_ok(), "{bytes:?}, {most}, {sip}");
                    assert!(!short || looked.as_ref().err().map(told) == at_once.err().as_ref().map(told));
                }
            }
        }
        let mut from = Pieces::of(Box::new(Sips("å€".repeat(9).into_bytes(), 4)), 100);
        from.read_exact(&mut [0]).unwrap();
        assert!(from.look_through().is_ok(), "who read before stopped within a character");
    }

    #[test]
    fn a_file_is_read_to_its_end_or_refused_with_what_to_do() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("a");
        std::fs::write(&file, "åäö").unwrap();
        assert_eq!(text(&file, 6).unwrap(), "åäö");
        assert_eq!(pieces(&file, 5).err().unwrap().to_string(), text(&file, 5).unwrap_err().to_string());
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
            for why in [
                read(path, 10).unwrap_err(),
                given_text(path, 10).unwrap_err(),
                pieces(path, 10).err().unwrap(),
                given_pieces(path, 10).err().unwrap(),
            ] {
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
        let mut all = Vec::new();
        let e = given_pieces(&path, 100).unwrap().read_to_end(&mut all).unwrap_err();
        assert_eq!((all.len(), e.kind()), (100, io::ErrorKind::FileTooLarge));
        let e = given_pieces(&path, 1 << 20).unwrap().look_through().unwrap_err();
        assert_eq!(e.kind(), io::ErrorKind::FileTooLarge);
    }
}
