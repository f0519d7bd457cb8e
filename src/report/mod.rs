//! `Snapshot` to one `Document`, and that as Markdown, PDF and JSON, at three levels of redaction. Pure.

mod addresses;
mod build;
mod checks;
pub mod document;
mod json;
mod markdown;
mod own_words;
mod page_one;
mod pdf;
mod pseudonyms;
mod public;
pub mod redact;
mod sections;
pub mod words;

pub use build::document;
pub use document::{Block, Document};
pub use json::json;
pub use markdown::markdown;
pub use pdf::{PdfError, PdfReport, pdf};
pub use pseudonyms::{PseudonymError, redacted_recording};
pub use redact::Redact;

use crate::model::Snapshot;
use serde::{Deserialize, Serialize};

/// The PDF of a snapshot with its JSON attached, both redacted alike.
///
/// # Errors
/// When not even a plain PDF could be written.
pub fn pdf_of(snapshot: &Snapshot, options: &ReportOptions) -> Result<PdfReport, PdfError> {
    pdf(&document(snapshot, options), Some(&json(snapshot, options)))
}

/// How a report is made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReportOptions {
    pub redact: Redact,
    pub lang: Lang,
    /// Seconds that the clock of the place is ahead of UTC; 0 prints times in UTC.
    pub utc_offset_secs: i32,
}

/// Language of the report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Lang {
    #[default]
    En,
}

/// Why a language cannot be had.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LangError {
    /// Known, but its words are not written yet: no half translations.
    #[error("{0} follows in a later version; the report can be written in English (en) now")]
    NotYet(&'static str),
    #[error("'{0}' is not a language of the report; use en, sv or da")]
    Unknown(String),
}

impl std::str::FromStr for Lang {
    type Err = LangError;
    fn from_str(text: &str) -> Result<Self, LangError> {
        match text.trim().to_ascii_lowercase().as_str() {
            "en" => Ok(Lang::En),
            "sv" => Err(LangError::NotYet("Swedish")),
            "da" => Err(LangError::NotYet("Danish")),
            other => Err(LangError::Unknown(crate::model::text::foreign(other))),
        }
    }
}

impl Lang {
    /// The tag of RFC 5646.
    #[must_use]
    pub fn tag(self) -> &'static str {
        match self {
            Lang::En => "en",
        }
    }
}
