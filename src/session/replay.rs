//! A recording through the same engine: the recorded times are the clock, and nothing is measured.

use super::engine::{Engine, Purpose};
use crate::check::Progress;
use crate::discover::Sighting;
use crate::history::History;
use crate::model::recording::{Event, Input, Recording};
use crate::model::{At, Snapshot};
use crate::profile::{Profile, ProfileError};
use std::sync::Arc;

/// A recording that is being played.
pub struct Replay {
    pub engine: Engine,
    recording: Arc<Recording>,
    next: usize,
    now: At,
}

impl Replay {
    /// Begins at the first event. A recording with a profile of its own is judged by that one.
    ///
    /// # Errors
    /// When the profile in the recording is not valid.
    pub fn new(recording: impl Into<Arc<Recording>>, profile: &Arc<Profile>) -> Result<Replay, ProfileError> {
        let recording = recording.into();
        let profile = match &recording.header.profile {
            Some(text) => Arc::new(Profile::parse(text)?),
            None => Arc::clone(profile),
        };
        let started = recording.header.started_unix_ms;
        let mut engine = Engine::new(profile, History::new_id(started), started);
        engine.site = crate::model::text::foreign(&recording.header.site);
        Ok(Replay { engine, recording, next: 0, now: At(0) })
    }

    #[must_use]
    pub fn now(&self) -> At {
        self.now
    }

    #[must_use]
    pub fn length(&self) -> At {
        self.recording.length()
    }

    /// When the next event comes.
    #[must_use]
    pub fn next_at(&self) -> Option<At> {
        self.recording.events.get(self.next).map(|e| e.at)
    }

    /// Takes the next event in; false at the end.
    pub fn step(&mut self) -> bool {
        let Some(event) = self.recording.events.get(self.next).cloned() else { return false };
        self.next += 1;
        // a clock that went back in the file does not go back here
        self.now = self.now.max(event.at);
        apply(&mut self.engine, Event { at: self.now, ..event });
        true
    }

    /// Takes in everything up to `at`, and lets that time be now.
    pub fn play_to(&mut self, at: At) {
        while self.next_at().is_some_and(|next| next <= at) {
            self.step();
        }
        self.now = self.now.max(at);
    }

    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        self.engine.snapshot(self.now)
    }
}

fn apply(engine: &mut Engine, event: Event) {
    let now = event.at;
    match event.input {
        Input::Host(host) => engine.host = *host,
        Input::Saw(observation) => {
            engine.observe(&observation);
        }
        Input::Limited(limit) => engine.limit(limit),
        Input::Broke { what, why } => engine.broke(&what, &why),
        Input::HearsDhcp(hears) => {
            engine.sighting(Sighting::HearsDhcp(hears));
        }
        Input::Console { port, open, status } => {
            engine.sighting(Sighting::Console { port, open, status });
        }
        Input::CouldNotAsk => {
            engine.sighting(Sighting::CouldNotAsk);
        }
        Input::TableFull { overflowed } => {
            engine.sighting(Sighting::TableFull { overflowed });
        }
        Input::Searched => {
            engine.sighting(Sighting::Searched);
        }
        Input::Begun { check, quiet } => {
            engine.begin(if check { Purpose::FindAndCheck } else { Purpose::Find }, now, quiet);
        }
        Input::Checked { id, results } => engine.progress(Progress::Ended(id, results), now),
        Input::AllChecked => engine.progress(Progress::Done, now),
        Input::Ended => drop(engine.end(now)),
        Input::Cancelled => engine.cancel(now),
        Input::Watching(on) => engine.watching = on,
        Input::Chose(mac) => engine.choose(mac, now),
        Input::HoldBegun { rungs, lasts_secs } => engine.begin_hold(now, rungs, lasts_secs),
        Input::HoldEnded { cancelled } => engine.end_hold(now, cancelled),
        Input::Sent(footprint) => engine.footprint = footprint,
    }
    engine.remember_changes(now);
    // what a replay takes in is no input of a visit, and nothing of it is kept
    engine.taken.clear();
    engine.unkept.clear();
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::check::{CheckId, CheckResult, Measured, Outcome, Target};
    use crate::model::evidence::{Fact, Observation, Source};
    use crate::model::recording::{FORMAT, Header, KIND};
    use crate::model::{LedSet, LedState, Mac};

    const MAC: Mac = Mac([0x34, 0xa5, 0xe1, 0, 0, 1]);

    /// What a live engine was given, taken from it, and played again, gives the same picture.
    #[test]
    fn a_replay_shows_what_was_shown() {
        let profile = Arc::new(Profile::shipped());
        let mut live = Engine::new(Arc::clone(&profile), "v".into(), 7);
        let see = |at: u64, source, fact| Observation { at: At(at), source, fact };
        live.begin(Purpose::FindAndCheck, At(10), false);
        live.observe(&see(20, Source::Typed, Fact::TypedMac { mac: MAC, repaired: Vec::new() }));
        live.observe(&see(30, Source::Installer, Fact::Saw { mac: Some(MAC), led: LedState::SolidRed }));
        let result = CheckResult {
            id: CheckId::Link,
            target: Target::Host,
            outcome: Outcome::Passed,
            took_ms: 1,
            measured: Measured::Nothing,
            detail: "d".into(),
        };
        live.progress(Progress::Ended(CheckId::Link, vec![result]), At(40));
        live.sighting(Sighting::HearsDhcp(true));
        live.sighting(Sighting::Searched);
        live.progress(Progress::Done, At(50));
        live.end(At(60));
        let header = Header {
            kind: KIND.into(),
            format: FORMAT,
            version: "1".into(),
            started_unix_ms: 7,
            ..Header::default()
        };
        let recording = Recording { header, events: std::mem::take(&mut live.taken) };
        let text = recording.print();
        let mut replay = Replay::new(Recording::parse(&text).unwrap(), &profile).unwrap();
        replay.play_to(At(60));
        let (a, b) = (live.snapshot(At(60)), replay.snapshot());
        assert_eq!((a.verdict, a.findings, a.checks), (b.verdict, b.findings, b.checks));
        assert_eq!(a.gateways, b.gateways);
        assert_eq!(b.gateways[0].led.possible, LedSet::only(LedState::SolidRed));
        assert!(!replay.step(), "it has ended");
    }
}
