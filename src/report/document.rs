//! The report as a tree of blocks: what is said, not how it looks. Markdown and PDF print it.

use super::{Lang, Redact};
use crate::model::snapshot::LinkHealth;
use crate::model::{LedSet, LedState, Level};

/// One report.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    pub title: String,
    /// Id of the visit: the identity of the file.
    pub visit: String,
    /// When the picture was taken, milliseconds since 1970 UTC.
    pub made_unix_ms: i64,
    /// The same in words, for people.
    pub made: String,
    /// Program and version.
    pub made_by: String,
    pub lang: Lang,
    pub redact: Redact,
    pub blocks: Vec<Block>,
}

/// One piece of a report.
#[derive(Clone, Debug, PartialEq)]
pub enum Block {
    /// Level 1 is the title; 2 and 3 open sections.
    Heading {
        level: u8,
        text: String,
    },
    Paragraph(String),
    /// Smaller words that explain what stands beside them.
    Note(String),
    KeyValues(Vec<(String, String)>),
    Table(Table),
    List(Vec<String>),
    /// Text to paste, kept line by line.
    Code(String),
    Verdict(VerdictPanel),
    Path(PathPicture),
    Legend(Vec<LegendRow>),
    PageBreak,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    /// What the table lists, for a screen reader.
    pub summary: String,
    pub head: Vec<String>,
    /// Width of each column in relation to the others.
    pub weights: Vec<u8>,
    pub rows: Vec<Vec<Cell>>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cell {
    pub text: String,
    pub tone: Tone,
}

/// A colour's reason. The words beside it always say the same: colour is never the only mark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    #[default]
    Plain,
    Quiet,
    Good,
    Bad,
    Doubt,
}

impl Cell {
    #[must_use]
    pub fn plain(text: impl Into<String>) -> Cell {
        Cell { text: text.into(), tone: Tone::Plain }
    }

    #[must_use]
    pub fn toned(text: impl Into<String>, tone: Tone) -> Cell {
        Cell { text: text.into(), tone }
    }
}

/// The lamp with the one sentence, whose turn it is and the next step.
#[derive(Clone, Debug, PartialEq)]
pub struct VerdictPanel {
    pub led: LedSet,
    /// "The LED is blinking red" and what that means.
    pub led_words: String,
    /// How that is known, and how old it is.
    pub led_basis: String,
    pub level: Level,
    pub sentence: String,
    /// The code of the cause, for `solidgreen explain`.
    pub code: String,
    pub owner: String,
    pub next_step: String,
}

/// Gateway - switch - router/firewall - internet - cloud.
#[derive(Clone, Debug, PartialEq)]
pub struct PathPicture {
    pub nodes: [String; 5],
    pub links: [LinkHealth; 4],
    /// The picture in one sentence.
    pub caption: String,
}

/// One row of the legend of the LED.
#[derive(Clone, Debug, PartialEq)]
pub struct LegendRow {
    pub state: LedState,
    pub looks: String,
    pub means: String,
    pub then: String,
}

impl Document {
    /// The same document with every text changed by `f`.
    #[must_use]
    pub fn map_text(mut self, f: &impl Fn(&str) -> String) -> Document {
        self.title = f(&self.title);
        for block in &mut self.blocks {
            block.map_text(f);
        }
        self
    }
}

impl Block {
    fn map_text(&mut self, f: &impl Fn(&str) -> String) {
        let change = |s: &mut String| *s = f(s);
        match self {
            Block::Heading { text, .. } | Block::Paragraph(text) | Block::Note(text) | Block::Code(text) => {
                change(text);
            }
            Block::KeyValues(rows) => rows.iter_mut().for_each(|(_, v)| change(v)),
            Block::List(items) => items.iter_mut().for_each(change),
            Block::Table(t) => {
                t.rows.iter_mut().flatten().for_each(|c| change(&mut c.text));
            }
            Block::Verdict(v) => {
                for s in [&mut v.led_words, &mut v.led_basis, &mut v.sentence, &mut v.next_step] {
                    change(s);
                }
            }
            Block::Path(p) => {
                p.nodes.iter_mut().for_each(change);
                change(&mut p.caption);
            }
            Block::Legend(_) | Block::PageBreak => {}
        }
    }
}
