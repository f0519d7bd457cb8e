//! What the window is given besides the session: the firewall packs and the report, as plain functions, so that a test
//! can give its own.

use crate::model::Snapshot;
use crate::model::rule::{PackPart, RuleIntent};
use crate::session::SessionPort;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Platforms (id, name) and the function that prints the pack of one.
pub struct FirewallSource {
    pub platforms: Vec<(String, String)>,
    pub pack: PackFn,
}

/// Platform id and intent in, the parts of the pack out; empty when the platform is not known.
pub type PackFn = Box<dyn Fn(&str, &RuleIntent) -> Vec<PackPart>>;

/// How much a report gives away.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Redaction {
    #[default]
    Full,
    Shared,
    Public,
}

impl Redaction {
    pub const ALL: [Redaction; 3] = [Self::Full, Self::Shared, Self::Public];

    /// The word of the command line.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Shared => "shared",
            Self::Public => "public",
        }
    }
}

/// The report as text and as a file; the ending of the path (`.pdf`, `.md`, `.json`) chooses the format.
#[derive(Clone)]
pub struct ReportSource {
    pub preview: PreviewFn,
    pub export: ExportFn,
    /// The folder that is proposed for a new file.
    pub folder: PathBuf,
}

pub type PreviewFn = Arc<dyn Fn(&Snapshot, Redaction) -> String + Send + Sync>;
/// Writes the file; the error is one sentence for people.
pub type ExportFn = Arc<dyn Fn(&Snapshot, Redaction, &Path) -> Result<(), String> + Send + Sync>;

/// Recordings: playing one, and writing this visit's.
#[derive(Clone)]
pub struct RecordingSource {
    pub open: OpenFn,
    /// Writes the recording of the visit that is shown.
    pub save: ExportFn,
    /// The lessons that come with the program: id and title.
    pub lessons: Vec<(String, String)>,
    /// Played from the start.
    pub first: Option<PathBuf>,
}

/// What is to be played.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tape {
    File(PathBuf),
    /// By its id.
    Lesson(String),
}

/// The error is one sentence for people.
pub type OpenFn = Arc<dyn Fn(&Tape) -> Result<Box<dyn SessionPort>, String> + Send + Sync>;

/// All of them.
pub struct Sources {
    pub firewall: FirewallSource,
    pub report: ReportSource,
    pub recordings: RecordingSource,
}
