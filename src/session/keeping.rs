//! What of a session is on disk: the lines of its record, and its last answer. A picture is told after it was kept, so that
//! what is called kept is; a disk that refuses is said at once, tried again, and costs no line when there is room again.

use super::engine::{Engine, KEEPING};
use super::recorder::{self, Recorder};
use crate::history::{History, Removed, Visit, Why};
use crate::model::recording::{Event, Header};
use crate::model::snapshot::{Limit, TimelineEntry};
use crate::model::{At, Snapshot};
use crate::platform::supervise::caught;
use std::path::PathBuf;
use std::sync::Arc;

/// A disk that refused is tried again after this, milliseconds.
const AGAIN_MS: u64 = 5_000;
/// Lines that wait for room on the disk.
const WAITING_MOST: usize = 50_000;
/// What the limit is about when room was made, or a record grew too long.
pub const ROOM: &str = "Keeping everything from before";

/// Where a visit is kept. Each error is one sentence.
pub trait Shelf: Send {
    /// Makes room for the visit and begins it, unless it has begun.
    fn begin(&mut self) -> Result<(), String>;
    /// Where it is.
    fn place(&self) -> Option<PathBuf>;
    /// The visits that were removed to make room, once.
    fn removed(&mut self) -> Vec<Removed>;
    /// Lines of the record, all or none; gives how many old ones had to go.
    fn note(&mut self, lines: &[TimelineEntry]) -> Result<u64, String>;
    fn keep(&mut self, picture: &Snapshot) -> Result<(), String>;
}

/// A visit in the history on this computer.
pub struct OnDisk {
    pub data: Option<PathBuf>,
    pub id: String,
    pub started_unix_ms: i64,
    visit: Option<Visit>,
    removed: Vec<Removed>,
}

impl OnDisk {
    #[must_use]
    pub fn new(data: Option<PathBuf>, id: String, started_unix_ms: i64) -> OnDisk {
        OnDisk { data, id, started_unix_ms, visit: None, removed: Vec::new() }
    }

    fn visit(&mut self) -> Result<&mut Visit, String> {
        self.visit.as_mut().ok_or_else(|| "it has not begun".to_owned())
    }
}

impl Shelf for OnDisk {
    fn begin(&mut self) -> Result<(), String> {
        if self.visit.is_none() {
            let history = History::open(self.data.clone()).map_err(|e| e.to_string())?;
            let visit = history.begin(&self.id, self.started_unix_ms).map_err(|e| e.to_string())?;
            self.removed = visit.removed().to_vec();
            self.visit = Some(visit);
        }
        Ok(())
    }

    fn place(&self) -> Option<PathBuf> {
        self.visit.as_ref().map(|v| v.folder().to_owned())
    }

    fn removed(&mut self) -> Vec<Removed> {
        std::mem::take(&mut self.removed)
    }

    fn note(&mut self, lines: &[TimelineEntry]) -> Result<u64, String> {
        self.visit()?.note(lines).map_err(|e| e.to_string())
    }

    fn keep(&mut self, picture: &Snapshot) -> Result<(), String> {
        self.visit()?.keep(picture).map_err(|e| e.to_string())
    }
}

/// Keeps a session's visit.
#[derive(Default)]
pub struct Keeping {
    /// None: a demonstration, of which nothing is kept.
    shelf: Option<Box<dyn Shelf>>,
    begun: bool,
    /// The recording in the visit's folder; it begins with the visit.
    tape: Option<Recorder>,
    /// Lines that are not on disk yet, and how many before them never will be.
    waiting: Vec<TimelineEntry>,
    lost: u64,
    /// The picture on disk is an answer: no moment within a check takes its place.
    answered: bool,
    /// It refused, and is tried again then.
    again_at: Option<At>,
}

impl Keeping {
    /// Nothing is on disk before there is something to keep.
    #[must_use]
    pub fn on(shelf: Box<dyn Shelf>, tape: Option<Header>) -> Keeping {
        let tape = tape.map(|header| Recorder::later(&header));
        Keeping { shelf: Some(shelf), tape, ..Keeping::default() }
    }

    /// When a disk that refused is tried again.
    #[must_use]
    pub fn again_at(&self) -> Option<At> {
        self.again_at
    }

    /// Whether there is something that ought to be on disk before it is told.
    #[must_use]
    pub fn owes(&self, engine: &Engine, now: At) -> bool {
        let begins = !self.begun && has_something(engine) && self.again_at.is_none();
        !engine.unkept.is_empty()
            || self.shelf.is_some() && (begins || self.again_at.is_some_and(|at| at <= now))
    }

    /// Takes inputs for the recording of the visit.
    pub fn record(&mut self, events: &[Event], engine: &mut Engine) {
        if let Some(tape) = &mut self.tape {
            tape.take(events);
            // until the visit has begun there is no place for it
            if self.begun {
                let went = tape.write();
                tape.say(went, engine);
            }
        }
    }

    /// Puts on disk what is to be kept now, and lets the engine say how that went.
    pub fn keep(&mut self, engine: &mut Engine, now: At) {
        self.waiting.append(&mut engine.unkept);
        let too_many = self.waiting.len().saturating_sub(WAITING_MOST);
        self.waiting.drain(..too_many);
        self.lost += too_many as u64;
        if self.shelf.is_none() {
            self.waiting.clear();
            return;
        }
        if !self.begun && !has_something(engine) {
            return;
        }
        match caught(|| self.put(engine, now)).unwrap_or_else(|broke| Err(broke.to_string())) {
            Ok(()) => self.kept(engine, now),
            Err(why) => {
                self.again_at = Some(now.plus(AGAIN_MS));
                // what is not there is not called kept
                engine.kept_in = None;
                let advice = if self.begun {
                    "What was kept before stays. Make room: it is tried again every five seconds. Or export the report before you close the program."
                } else {
                    "It is tried again every five seconds. Export the report before you close the program."
                };
                let limit = Limit { what: KEEPING.into(), why, advice: advice.into() };
                if !engine.limits.contains(&limit) {
                    engine.retract(KEEPING);
                    engine.limit(limit);
                }
            }
        }
    }

    fn put(&mut self, engine: &mut Engine, now: At) -> Result<(), String> {
        let Some(shelf) = &mut self.shelf else { return Ok(()) };
        shelf.begin()?;
        if !self.begun {
            self.begun = true;
            if let (Some(tape), Some(place)) = (&mut self.tape, shelf.place()) {
                tape.begin(recorder::in_folder(&place.join(crate::history::RECORDING)));
                let went = tape.write();
                tape.say(went, engine);
            }
            if let Some(said) = said(&shelf.removed()) {
                engine.limit(said);
            }
        }
        if !self.waiting.is_empty() {
            let gone = shelf.note(&self.waiting)?;
            self.waiting.clear();
            if gone > 0 {
                engine.limit(Limit {
                    what: ROOM.into(),
                    why: format!(
                        "the record of this visit is very long; its oldest {gone} lines were removed"
                    ),
                    advice:
                        "`solidgreen history export` writes what is there; begin a new visit now and then."
                            .into(),
                });
            }
        }
        let stands = engine.answer_stands();
        if stands || !self.answered {
            engine.kept_in = shelf.place().map(|p| p.display().to_string());
            // its lines are in the journal, and a long watch has many
            let picture = Snapshot { timeline: Arc::default(), timeline_before: 0, ..engine.snapshot(now) };
            shelf.keep(&picture)?;
            self.answered |= stands;
        }
        if let Some(tape) = self.tape.as_mut().filter(|_| stands) {
            let went = tape.settle();
            tape.say(went, engine);
        }
        Ok(())
    }

    fn kept(&mut self, engine: &mut Engine, now: At) {
        let place = self.shelf.as_ref().and_then(|s| s.place());
        engine.kept_in = place.map(|p| p.display().to_string());
        if self.again_at.take().is_some() {
            engine.retract(KEEPING);
            let lost = match std::mem::take(&mut self.lost) {
                0 => "nothing of its record is missing".to_owned(),
                n => format!("{n} lines of its record are missing"),
            };
            engine.note(now, format!("This visit is kept on disk again; {lost}."));
        }
    }
}

/// A window that was opened and nothing else leaves nothing.
fn has_something(engine: &Engine) -> bool {
    engine.noted() > 0 || !engine.console.lines.is_empty()
}

/// What was removed to make room, in words.
fn said(removed: &[Removed]) -> Option<Limit> {
    if removed.is_empty() {
        return None;
    }
    let of = |why: Why| removed.iter().filter(|r| r.why == why).count();
    let mut why = Vec::new();
    for (n, reason) in [
        (of(Why::Age), "older than a year"),
        (of(Why::Size), "the oldest, as all visits together may take 1 GiB"),
    ] {
        match n {
            0 => {}
            1 => why.push(format!("1 visit was removed: {reason}")),
            n => why.push(format!("{n} visits were removed: {reason}")),
        }
    }
    let ids: Vec<&str> = removed.iter().take(5).map(|r| r.id.as_str()).collect();
    let more = if removed.len() > ids.len() { " and others" } else { "" };
    Some(Limit {
        what: ROOM.into(),
        why: format!("{} ({}{more})", why.join(", "), ids.join(", ")),
        advice: "`solidgreen history star ID` keeps a visit for good.".into(),
    })
}
