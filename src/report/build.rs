//! Puts the report together: page one, the sections, then the redaction over all of it.

use super::document::{Block, Document};
use super::public;
use super::words::Clock;
use super::{ReportOptions, page_one, sections};
use crate::model::Snapshot;

/// The report of a snapshot. The same snapshot and options give the same document.
#[must_use]
pub fn document(snapshot: &Snapshot, options: &ReportOptions) -> Document {
    let (snapshot, redactor) = public::told(snapshot, options.redact);
    let snapshot = snapshot.as_ref();
    let clock = Clock::of(snapshot, options.utc_offset_secs);
    let mut blocks: Vec<Block> = page_one::blocks(snapshot, clock);
    blocks.push(Block::PageBreak);
    blocks.extend(sections::blocks(snapshot, options, clock));
    let site = snapshot.site.trim();
    let title = if site.is_empty() {
        "Gateway connection report".to_owned()
    } else {
        format!("Gateway connection report: {site}")
    };
    let document = Document {
        title,
        visit: snapshot.visit.clone(),
        made_unix_ms: clock.unix_ms(snapshot.now),
        made: clock.full(snapshot.now),
        made_by: format!("Solid Green {}", snapshot.version),
        lang: options.lang,
        redact: options.redact,
        blocks,
    };
    document.map_text(&|text| redactor.text(text))
}
