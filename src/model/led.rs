//! The LED of the gateway, and the set of states it may be in (design section 3).
//!
//! A [`LedSet`] starts full and is only ever narrowed by evidence; that is `mirror`'s work.

use serde::{Deserialize, Serialize};
use std::fmt;

/// One state of the gateway's LED (the vendor's words; `Dark` is a box without power).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LedState {
    /// No power.
    Dark,
    /// No IP address.
    SolidRed,
    /// An address, but no connection to the cloud.
    BlinkingRed,
    /// Connected.
    SolidGreen,
}

impl LedState {
    pub const ALL: [LedState; 4] = [Self::Dark, Self::SolidRed, Self::BlinkingRed, Self::SolidGreen];

    /// The word of the command line and the JSON.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Dark => "dark",
            Self::SolidRed => "solid-red",
            Self::BlinkingRed => "blinking-red",
            Self::SolidGreen => "solid-green",
        }
    }

    /// What a person reads.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Dark => "dark",
            Self::SolidRed => "solid red",
            Self::BlinkingRed => "blinking red",
            Self::SolidGreen => "solid green",
        }
    }

    /// What the state means, from the vendor's document, section "Debugging".
    #[must_use]
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Dark => "no power",
            Self::SolidRed => "no IP address",
            Self::BlinkingRed => "an IP address, but no way to the cloud",
            Self::SolidGreen => "connected to the cloud",
        }
    }

    /// The state of a word of the command line, in any case, with spaces, dashes or underscores.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        let word = word.trim().to_ascii_lowercase().replace(['_', ' '], "-");
        Self::ALL.into_iter().find(|s| s.word() == word)
    }
}

impl fmt::Display for LedState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// The states that the LED may be in: a subset of the four, never empty in a published view.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct LedSet(u8);

impl LedSet {
    pub const ALL: LedSet = LedSet(0b1111);
    pub const EMPTY: LedSet = LedSet(0);

    #[must_use]
    pub fn of(states: &[LedState]) -> Self {
        LedSet(states.iter().fold(0, |bits, s| bits | 1 << (*s as u8)))
    }

    #[must_use]
    pub fn only(state: LedState) -> Self {
        Self::of(&[state])
    }

    #[must_use]
    pub fn contains(self, state: LedState) -> bool {
        self.0 & (1 << (state as u8)) != 0
    }

    #[must_use]
    pub fn and(self, other: LedSet) -> LedSet {
        LedSet(self.0 & other.0)
    }

    #[must_use]
    pub fn is_subset_of(self, other: LedSet) -> bool {
        self.0 & !other.0 == 0
    }

    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    #[must_use]
    pub fn len(self) -> usize {
        self.0.count_ones() as usize
    }

    pub fn iter(self) -> impl Iterator<Item = LedState> {
        LedState::ALL.into_iter().filter(move |s| self.contains(*s))
    }

    /// The state, when only one is left.
    #[must_use]
    pub fn known(self) -> Option<LedState> {
        if self.len() == 1 { self.iter().next() } else { None }
    }
}

impl fmt::Debug for LedSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter().map(LedState::word)).finish()
    }
}

impl Serialize for LedSet {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_seq(self.iter())
    }
}

impl<'de> Deserialize<'de> for LedSet {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        Ok(LedSet::of(&Vec::<LedState>::deserialize(d)?))
    }
}

/// How a statement came about (law 2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Basis {
    /// The box said so.
    Reported,
    /// This computer measured it.
    Measured,
    /// The installer saw it.
    Seen,
    /// Concluded from other statements.
    Inferred,
    /// Nothing is known.
    None,
}

impl Basis {
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Reported => "reported",
            Self::Measured => "measured",
            Self::Seen => "seen",
            Self::Inferred => "inferred",
            Self::None => "none",
        }
    }
}

/// What is shown of one LED: the set, where it came from, and how old the newest evidence is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedView {
    pub possible: LedSet,
    pub basis: Basis,
    /// Age in milliseconds of the evidence that decided last; `None` when there is none.
    pub age_ms: Option<u64>,
    /// The evidence in words, newest first, for people.
    pub because: Vec<String>,
}

impl Default for LedView {
    fn default() -> Self {
        LedView { possible: LedSet::ALL, basis: Basis::None, age_ms: None, because: Vec::new() }
    }
}
