//! What the operating system refused, in words that help: what was tried, why not, what to do.

use crate::model::snapshot::Limit;
use std::io;

/// The sort of refusal, for code that has to act on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// This user may not.
    Permission,
    /// Another program holds it.
    Busy,
    /// It is not there, or no longer.
    Gone,
    /// This system cannot do it.
    Unsupported,
    Other,
}

/// Something that the operating system did not give.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what}: {why}. {advice}")]
pub struct PlatformError {
    pub trouble: Trouble,
    pub what: String,
    pub why: String,
    pub advice: String,
}

impl PlatformError {
    pub(crate) fn new(trouble: Trouble, what: &str, why: &str, advice: &str) -> Self {
        PlatformError { trouble, what: what.into(), why: why.into(), advice: advice.into() }
    }

    /// From an error of the system, with advice that fits any reason.
    pub(crate) fn from_io(what: &str, error: &io::Error, advice: &str) -> Self {
        Self::new(trouble(error), what, &why(error), advice)
    }

    /// The line for the window and the report.
    #[must_use]
    pub fn limit(&self) -> Limit {
        Limit { what: self.what.clone(), why: self.why.clone(), advice: self.advice.clone() }
    }
}

/// The sort of an error of the system.
pub(crate) fn trouble(error: &io::Error) -> Trouble {
    match error.kind() {
        io::ErrorKind::PermissionDenied => Trouble::Permission,
        io::ErrorKind::AddrInUse | io::ErrorKind::ResourceBusy => Trouble::Busy,
        io::ErrorKind::NotFound | io::ErrorKind::BrokenPipe | io::ErrorKind::NotConnected => Trouble::Gone,
        io::ErrorKind::Unsupported => Trouble::Unsupported,
        _ => Trouble::Other,
    }
}

/// The reason in words: the system's own text without its number.
pub(crate) fn why(error: &io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or(&text).to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_reads_as_what_why_and_what_to_do() {
        let e = PlatformError::from_io(
            "listen on port 67",
            &io::Error::from(io::ErrorKind::PermissionDenied),
            "Ask.",
        );
        assert_eq!(e.trouble, Trouble::Permission);
        assert_eq!(e.to_string(), "listen on port 67: permission denied. Ask.");
        assert_eq!(e.limit().advice, "Ask.");
        assert_eq!(why(&io::Error::from_raw_os_error(2)).matches("os error").count(), 0);
    }
}
