//! Findings and the verdict, with their words already rendered: every face prints the same.

use super::cause::Cause;
use super::led::Basis;
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    Ok,
    Info,
    /// Could not be told.
    Unknown,
    Warning,
    Fault,
}

impl Level {
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Info => "info",
            Self::Unknown => "unknown",
            Self::Warning => "warning",
            Self::Fault => "fault",
        }
    }
}

/// Whose turn it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Owner {
    Installer,
    It,
    Isp,
    Vendor,
    Nobody,
}

impl Owner {
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Installer => "installer",
            Self::It => "it",
            Self::Isp => "isp",
            Self::Vendor => "vendor",
            Self::Nobody => "nobody",
        }
    }

    /// Whose turn it is, for people.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Installer => "the installer",
            Self::It => "the IT department",
            Self::Isp => "the internet provider",
            Self::Vendor => "the vendor",
            Self::Nobody => "nobody",
        }
    }
}

/// One statement that supports a finding, with how it came about and how old it is (law 2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    pub text: String,
    pub basis: Basis,
    /// Which check or sensor: `ports`, `names`, `dhcp`, ...
    pub source: String,
    pub age_ms: u64,
}

impl Evidence {
    /// It was read in what somebody pasted.
    #[must_use]
    pub fn is_pasted(&self) -> bool {
        self.source == "pasted"
    }
}

/// What a pasted text says of a gateway, and what it cannot be squared with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reported {
    /// The gateway that it is about.
    pub mac: super::Mac,
    pub evidence: Evidence,
    /// Whose turn it would be.
    pub owner: Owner,
    /// Why it does not decide: too old, of a format that is not known, or against what was observed.
    pub but: Vec<String>,
    /// The site's own words in it: names of rules, profiles, ports and hosts. A public report hides them.
    #[serde(default)]
    pub names: Vec<String>,
}

impl Reported {
    /// As a line that every face prints.
    #[must_use]
    pub fn line(&self) -> String {
        let but: String = self.but.iter().map(|b| format!("; but {b}")).collect();
        format!("{}{but}", self.evidence.text)
    }
}

/// Another cause that would look the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Possible {
    pub code: Cause,
    /// What it is, in one line.
    #[serde(default)]
    pub title: String,
    /// What to do to tell it apart, in one sentence.
    pub test: String,
}

impl Possible {
    /// As a line that every face prints: which cause it could also be, and the test that splits the two.
    #[must_use]
    pub fn line(&self) -> String {
        format!("{} ({}). To tell: {}.", self.title.trim_end_matches('.'), self.code, self.test)
    }
}

/// One cause that was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    pub code: Cause,
    pub owner: Owner,
    pub level: Level,
    pub evidence: Vec<Evidence>,
    /// Causes that are not shown because they follow from this one.
    pub hides: Vec<Cause>,
    /// What could not be told apart from it, each with the one test that would split them.
    #[serde(default)]
    pub possible: Vec<Possible>,
    /// Rendered words.
    pub title: String,
    pub meaning: String,
    pub next_step: String,
    pub proof: String,
    pub not_tested: String,
}

/// The one cause, one owner, one next step (law 1): the first finding, or "nothing is known yet".
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    pub code: Option<Cause>,
    pub owner: Owner,
    pub level: Level,
    pub title: String,
    pub next_step: String,
}

impl Default for Verdict {
    fn default() -> Self {
        Verdict {
            code: None,
            owner: Owner::Nobody,
            level: Level::Unknown,
            title: "Nothing was checked yet.".into(),
            next_step: "Press \u{201c}Find and check\u{201d}.".into(),
        }
    }
}
