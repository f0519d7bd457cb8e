//! A recording through the same engine: the recorded times are the clock, and nothing is measured.

use super::engine::{Engine, Purpose};
use crate::check::Progress;
use crate::discover::Sighting;
use crate::history::History;
use crate::model::recording::{Event, Input, Recording};
use crate::model::{At, Snapshot};
use crate::profile::{Profile, ProfileError};
use std::sync::Arc;

/// Up to so many boxes all is looked at after each event. Of more, each box lets so much recorded time pass between two
/// looks, milliseconds: a look costs as much as there are boxes, and there are as many events.
const BOXES_AT_EACH_EVENT: usize = 64;
const PAUSE_OF_A_BOX_MS: u64 = 1;

/// A recording that is being played.
pub struct Replay {
    pub engine: Engine,
    recording: Arc<Recording>,
    next: usize,
    now: At,
    /// When findings were last looked at, and whether something came since.
    looked_at: At,
    owes_look: bool,
    shown_at: At,
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
        Ok(Replay {
            engine,
            recording,
            next: 0,
            now: At(0),
            looked_at: At(0),
            owes_look: false,
            shown_at: At(0),
        })
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
        // what is seen comes by the thousand; all else is rare, and rests on what was found until then
        let is_sight = matches!(event.input, Input::Saw(_));
        if !is_sight {
            self.look();
        }
        apply(&mut self.engine, Event { at: self.now, ..event });
        self.owes_look = true;
        if !is_sight || self.now.since(self.looked_at) >= self.pause_ms() {
            self.look();
        }
        true
    }

    /// Looks since when findings stand, if something came since the last look.
    fn look(&mut self) {
        if std::mem::take(&mut self.owes_look) {
            self.engine.remember_findings(self.now);
            self.looked_at = self.now;
        }
    }

    fn pause_ms(&self) -> u64 {
        match self.engine.roster.len() {
            few if few <= BOXES_AT_EACH_EVENT => 0,
            many => many as u64 * PAUSE_OF_A_BOX_MS,
        }
    }

    /// Whether it is time for a picture, for who shows one after the other: of hundreds of boxes not after each event.
    pub fn is_worth_a_picture(&mut self) -> bool {
        let due = self.now.since(self.shown_at) >= self.pause_ms();
        if due {
            self.shown_at = self.now;
        }
        due
    }

    /// Takes in everything up to `at`, and lets that time be now.
    pub fn play_to(&mut self, at: At) {
        while self.next_at().is_some_and(|next| next <= at) {
            self.step();
        }
        self.now = self.now.max(at);
    }

    /// The picture of now; somebody looks.
    pub fn snapshot(&mut self) -> Snapshot {
        self.look();
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
    engine.remember_leds(now);
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

    /// So many boxes ask for an address, one after the other, while watching goes on after a check.
    fn crowd(boxes: u32, apart_ms: u64) -> Recording {
        let mut e = Engine::new(Arc::new(Profile::shipped()), "v".into(), 7);
        e.take_down(At(0), Input::Watching(true));
        e.begin(Purpose::FindAndCheck, At(1), false);
        e.sighting(Sighting::Searched);
        e.progress(Progress::Done, At(2));
        e.end(At(3));
        for n in 0..boxes {
            let [_, b, c, d] = n.to_be_bytes();
            let mac = Mac([0x34, 0xa5, 0xe1, b, c, d]);
            let ip = std::net::Ipv4Addr::from(0x0a00_0000 + n);
            let fact = Fact::Neighbour { mac, ip, confirmed_ms_ago: Some(0) };
            let at = At(10 + u64::from(n) * apart_ms);
            let seen = Observation { at, source: Source::Neighbour, fact };
            e.taken.push(Event { at, input: Input::Saw(Box::new(seen)) });
        }
        Recording { events: e.taken, ..Recording::default() }
    }

    /// Boxes that are looked at, in all looks together.
    fn work(boxes: u32, apart_ms: u64) -> u64 {
        let mut replay = Replay::new(crowd(boxes, apart_ms), &Arc::new(Profile::shipped())).unwrap();
        replay.play_to(replay.length());
        let shown = replay.snapshot();
        assert_eq!(shown.gateways.len(), (boxes as usize).min(crate::mirror::places::MOST));
        replay.engine.looks() * shown.gateways.len() as u64
    }

    #[test]
    fn a_recording_of_more_boxes_costs_more_by_its_length_only() {
        for apart_ms in [0, 5] {
            for boxes in [200, 1_000, 2_500] {
                let work = work(boxes, apart_ms);
                assert!(work <= u64::from(boxes) * 150, "{boxes} boxes, {apart_ms} ms apart: {work}");
            }
        }
    }

    /// Sizes of which the square could not be waited for.
    #[test]
    fn twenty_thousand_boxes_are_played() {
        for boxes in [1_000, 4_000, 20_000] {
            let work = work(boxes, 5);
            assert!(work <= u64::from(boxes) * 150, "{boxes}: {work}");
        }
    }

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
