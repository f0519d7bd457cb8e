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

/// What an error of this computer says about it, and never about the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OwnFault {
    /// A filter or another program of this computer said no (EPERM, EACCES; Windows: WSAEACCES).
    Refused,
    /// No descriptor, buffer or memory was left (EMFILE, ENFILE, ENOBUFS, ENOMEM; WSAEMFILE, WSAENOBUFS).
    NoMeans,
    /// The interface or its address went away (ENETDOWN, ENODEV, ENXIO, EADDRNOTAVAIL; their Windows kin).
    InterfaceGone,
    Other,
}

impl OwnFault {
    #[must_use]
    pub fn of(error: &io::Error) -> OwnFault {
        match error.kind() {
            io::ErrorKind::PermissionDenied => return Self::Refused,
            io::ErrorKind::OutOfMemory => return Self::NoMeans,
            io::ErrorKind::NetworkDown | io::ErrorKind::AddrNotAvailable => return Self::InterfaceGone,
            _ => {}
        }
        match error.raw_os_error() {
            Some(code) if os::NO_MEANS.contains(&code) => Self::NoMeans,
            Some(code) if os::INTERFACE_GONE.contains(&code) => Self::InterfaceGone,
            _ => Self::Other,
        }
    }

    /// What to do about it, as a sentence.
    #[must_use]
    pub fn advice(self) -> &'static str {
        match self {
            Self::Refused => {
                "Whoever runs this computer has to let Solid Green out (its firewall, its antivirus, its endpoint agent), or measure with another one."
            }
            Self::NoMeans => "Close other programs, or allow this one more open files, and check again.",
            Self::InterfaceGone => {
                "Leave the cable and the settings of this computer alone until the check has ended, and check again."
            }
            Self::Other => "Check again; if it stays, measure with another computer.",
        }
    }
}

/// Errors in which sending may end on this system, of each sort at least one. For tests.
#[cfg(test)]
#[must_use]
pub fn own_errors() -> Vec<i32> {
    [os::REFUSED.as_slice(), os::NO_MEANS.as_slice(), os::INTERFACE_GONE.as_slice(), os::OTHER.as_slice()]
        .concat()
}

#[cfg(unix)]
mod os {
    #[cfg(test)]
    pub const REFUSED: [i32; 2] = [libc::EPERM, libc::EACCES];
    #[cfg(test)]
    pub const OTHER: [i32; 1] = [libc::EINVAL];
    pub const NO_MEANS: [i32; 4] = [libc::EMFILE, libc::ENFILE, libc::ENOBUFS, libc::ENOMEM];
    pub const INTERFACE_GONE: [i32; 4] = [libc::ENETDOWN, libc::ENODEV, libc::ENXIO, libc::EADDRNOTAVAIL];
}

/// Numbers of winsock2.h.
#[cfg(windows)]
mod os {
    /// WSAEACCES.
    #[cfg(test)]
    pub const REFUSED: [i32; 1] = [10_013];
    /// WSAEINVAL.
    #[cfg(test)]
    pub const OTHER: [i32; 1] = [10_022];
    /// WSAEMFILE, WSAENOBUFS, WSA_NOT_ENOUGH_MEMORY.
    pub const NO_MEANS: [i32; 3] = [10_024, 10_055, 8];
    /// WSAENETDOWN, WSAEADDRNOTAVAIL, ERROR_NOT_FOUND, ERROR_DEV_NOT_EXIST.
    pub const INTERFACE_GONE: [i32; 4] = [10_050, 10_049, 1_168, 55];
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
