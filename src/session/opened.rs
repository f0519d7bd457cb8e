//! A recording in a file: read a line at a time, or refused in one sentence.

use crate::model::recording::{MOST_BYTES, Recording, RecordingError};
use crate::platform::reading::{self, Pieces};
use std::io;
use std::path::Path;

/// Why a file cannot be played.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unplayable {
    /// It cannot be read, or is no text of a sane size.
    #[error("cannot read {file}: {why}")]
    Unread { file: String, why: String },
    /// It can, and is no recording of this program.
    #[error("{file}: {why}")]
    NoRecording { file: String, why: RecordingError },
}

/// Reads a file: what somebody drops on a window may be a film.
///
/// # Errors
/// See [`Unplayable`].
pub fn file(path: &Path) -> Result<Recording, Unplayable> {
    read(path, reading::pieces(path, MOST_BYTES as u64))
}

/// Reads what the user named on the command line: a file, or what the shell hands over.
///
/// # Errors
/// See [`Unplayable`].
pub fn given(path: &Path) -> Result<Recording, Unplayable> {
    read(path, reading::given_pieces(path, MOST_BYTES as u64))
}

fn read(path: &Path, from: io::Result<Pieces>) -> Result<Recording, Unplayable> {
    let name = || path.display().to_string();
    let unread = |why: String| Unplayable::Unread { file: name(), why };
    let mut from = from.map_err(|e| unread(e.to_string()))?;
    match Recording::read(&mut from) {
        Ok(recording) => Ok(recording),
        Err(RecordingError::Unread(why)) => Err(unread(why)),
        Err(RecordingError::NoText { .. }) => Err(unread(reading::no_text().to_string())),
        // the file as a whole comes before a line of it
        Err(why) => {
            from.look_through().map_err(|e| unread(e.to_string()))?;
            Err(Unplayable::NoRecording { file: name(), why })
        }
    }
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "a test lays files out as somebody else would have")]
mod tests {
    use super::*;
    use std::fs;

    const HEADER: &str =
        "{\"kind\":\"solid-green-recording\",\"format\":1,\"version\":\"1\",\"started_unix_ms\":7}\n";

    #[test]
    fn a_file_that_is_none_is_refused_as_a_whole_before_a_line_of_it() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a");
        let told = |bytes: &[u8]| {
            fs::write(&path, bytes).unwrap();
            let (one, other) = (file(&path), given(&path));
            assert_eq!(one, other);
            one.map_err(|e| e.to_string().replace(&path.display().to_string(), "a"))
        };
        let unread = |why: &str| Err(format!("cannot read a: {why}"));
        let no_text = unread("it is not text; name another one");
        assert_eq!(told(b"\xff\xfe"), no_text);
        assert_eq!(told(b"%PDF-1.7\n\xe2\xe3\xcf\xd3\n"), no_text, "its first line is text and no header");
        let film = [vec![b'x'; 3 << 20], b"\xff\n".to_vec()].concat();
        assert_eq!(told(&film), no_text, "its first line is none and has no end");
        // a line that is too long is left within a character
        let euros = "\u{20ac}".repeat(1 << 20);
        assert_eq!(
            told(euros.as_bytes()),
            Err("a: this is no recording: the first line is not its header (that line has no end)".into())
        );
        assert_eq!(
            told(format!("{HEADER}{euros}\n").as_bytes()),
            Err("a: line 2 is longer than 1048576 bytes".into())
        );
        assert_eq!(
            told(b""),
            Err("a: this is no recording: the first line is not its header (it is empty)".into())
        );
        let half =
            told(format!("{HEADER}{{\"at\":1,\"input\":\"searched\"}}\n{{\"at\":2,\"K\u{f6}").as_bytes());
        assert_eq!(
            half.map(|r| r.events.len()),
            Ok(1),
            "what a killed process left unfinished is passed over"
        );
        // one that is too long is not even begun
        fs::File::options().write(true).open(&path).unwrap().set_len(MOST_BYTES as u64 + 1).unwrap();
        let why = file(&path).unwrap_err().to_string();
        assert!(why.contains("cannot read") && why.contains("it is longer than 67108864 bytes"), "{why}");
        assert!(matches!(given(&path), Err(Unplayable::Unread { .. })));
        let why = file(&dir.path().join("none")).unwrap_err();
        assert!(matches!(&why, Unplayable::Unread { .. }), "{why}");
        assert!(file(dir.path()).unwrap_err().to_string().contains("a folder and no file"));
    }
}
