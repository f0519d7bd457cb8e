//! A recording that is being written. What the disk refuses waits and is tried again; what had to be left out is said in
//! the recording itself, where it is missing.

use super::engine::Engine;
use crate::model::recording::{self, Event, Header, Input};
use crate::model::snapshot::Limit;
use crate::platform::files::{self, Replacement};
use crate::platform::supervise::caught;
use std::fs::File;
use std::path::Path;

/// What the limit is about.
pub const RECORDING: &str = "Recording this visit";
/// Bytes that wait for room on the disk.
const WAITING_MOST: usize = 4 << 20;

/// Takes whole lines, all or none; the error is one sentence.
pub trait Tape: Send {
    fn add(&mut self, lines: &str) -> Result<(), String>;
    /// What is there is whole as far as it goes: it is made to last, and takes the place that it was written for.
    fn settle(&mut self) -> Result<(), String>;
    /// What becomes of it, as long as the disk takes no more.
    fn so_far(&self) -> &'static str;
}

/// One recording.
pub struct Recorder {
    /// None: there is no place for it yet.
    tape: Option<Box<dyn Tape>>,
    waiting: String,
    /// Inputs that were left out since the last line that was written.
    lost: u64,
    written: usize,
    /// Events in it and on their way there.
    events: usize,
    /// As long as a recording may be: it has ended.
    full: bool,
}

impl Recorder {
    /// One whose place comes later.
    #[must_use]
    pub fn later(header: &Header) -> Recorder {
        Recorder { tape: None, waiting: recording::line(header), lost: 0, written: 0, events: 0, full: false }
    }

    /// One in a file that somebody named. What is there now stays until a whole check is in the new one.
    ///
    /// # Errors
    /// One sentence, when the file cannot be begun.
    pub fn at(file: &Path, header: &Header) -> Result<Recorder, String> {
        let shown = file.display().to_string();
        let tape = Replacement::of(file).map_err(|e| fault(&shown, &e))?;
        let mut tape = Named { tape, shown };
        // nothing is lost where there is nothing yet, and a killed program leaves what it has
        if !file.exists() {
            tape.settle()?;
        }
        let mut recorder = Recorder::later(header);
        recorder.begin(Box::new(tape));
        recorder.write()?;
        Ok(recorder)
    }

    /// Gives it its place.
    pub fn begin(&mut self, tape: Box<dyn Tape>) {
        self.tape = Some(tape);
    }

    /// Takes inputs in.
    pub fn take(&mut self, events: &[Event]) {
        if self.full {
            return;
        }
        for event in events {
            let line = recording::line(event);
            // what nobody could read again is left out as well
            if self.waiting.len() + line.len() > WAITING_MOST || line.len() > recording::MOST_LINE {
                self.lost += 1;
                continue;
            }
            if self.lost > 0 {
                let missing = Limit {
                    what: RECORDING.into(),
                    why: format!("{} inputs are missing here", std::mem::take(&mut self.lost)),
                    advice: "What was shown then cannot be played again.".into(),
                };
                self.waiting
                    .push_str(&recording::line(&Event { at: event.at, input: Input::Limited(missing) }));
                self.events += 1;
            }
            self.waiting.push_str(&line);
            self.events += 1;
        }
    }

    /// Writes what waits.
    ///
    /// # Errors
    /// One sentence; what waits goes on waiting.
    pub fn write(&mut self) -> Result<(), String> {
        let Some(tape) = self.tape.as_mut().filter(|_| !self.full && !self.waiting.is_empty()) else {
            return Ok(());
        };
        if self.written + self.waiting.len() >= recording::MOST_BYTES || self.events > recording::MOST_EVENTS
        {
            self.full = true;
            self.waiting = String::new();
            return Err("it has become as long as a recording may be, and ends here".to_owned());
        }
        caught(|| tape.add(&self.waiting)).unwrap_or_else(|broke| Err(broke.to_string()))?;
        self.written += self.waiting.len();
        self.waiting.clear();
        Ok(())
    }

    /// A whole check is in it.
    ///
    /// # Errors
    /// One sentence, when it is not on the disk.
    pub fn settle(&mut self) -> Result<(), String> {
        self.write()?;
        // what ended because it was too long has its place already
        match self.tape.as_mut().filter(|_| self.waiting.is_empty()) {
            Some(tape) => caught(|| tape.settle()).unwrap_or_else(|broke| Err(broke.to_string())),
            None => Ok(()),
        }
    }

    /// Lets the engine say how writing went.
    pub fn say(&self, went: Result<(), String>, engine: &mut Engine) {
        if let Err(why) = went {
            let advice = match &self.tape {
                _ if self.full => "What was recorded so far stays.",
                Some(tape) => tape.so_far(),
                None => "It waits until there is room.",
            };
            engine.limit(Limit { what: RECORDING.into(), why, advice: advice.into() });
        }
    }
}

fn fault(shown: &str, e: &std::io::Error) -> String {
    format!("cannot write the recording {shown}: {e}")
}

/// A file that somebody named.
struct Named {
    tape: Replacement,
    shown: String,
}

impl Tape for Named {
    fn add(&mut self, lines: &str) -> Result<(), String> {
        self.tape.add(lines.as_bytes()).map_err(|e| fault(&self.shown, &e))
    }

    fn settle(&mut self) -> Result<(), String> {
        self.tape.settle().map_err(|e| fault(&self.shown, &e))
    }

    fn so_far(&self) -> &'static str {
        if self.tape.has_its_place() {
            "What was recorded so far stays, and what comes now waits until there is room."
        } else {
            "The file that was there before stays as it is, and what comes now waits until there is room."
        }
    }
}

/// The recording in a visit's folder; made with the first line.
struct InFolder {
    file: Option<File>,
    path: std::path::PathBuf,
}

impl Tape for InFolder {
    fn add(&mut self, lines: &str) -> Result<(), String> {
        let fault = |e: std::io::Error| fault(&self.path.display().to_string(), &e);
        let mut file = match self.file.take() {
            Some(file) => file,
            None => files::open_to_append(&self.path).map_err(fault)?,
        };
        let added = files::add(&mut file, lines.as_bytes());
        self.file = Some(file);
        added.map_err(fault)
    }

    fn settle(&mut self) -> Result<(), String> {
        let Some(file) = &self.file else { return Ok(()) };
        file.sync_data().map_err(|e| fault(&self.path.display().to_string(), &e))
    }

    fn so_far(&self) -> &'static str {
        "What was recorded so far stays, and what comes now waits until there is room."
    }
}

/// The recording at this place in the folder of a visit.
#[must_use]
pub fn in_folder(path: &Path) -> Box<dyn Tape> {
    Box::new(InFolder { file: None, path: path.to_owned() })
}
