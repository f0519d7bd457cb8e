//! A recording played as if live, at 1 to 100 times its speed, with pause and seek. A thread of its own takes the events
//! in at their moments and publishes the picture; a window reads it as it reads a session's.

use super::command::{Command, PlaybackOrder};
use super::picture::of_the_end;
use super::replay::Replay;
use super::{Refused, SessionPort, opened};
use crate::check::Clock;
use crate::model::recording::Recording;
use crate::model::snapshot::PlaybackView;
use crate::model::text::foreign;
use crate::model::{At, Snapshot};
use crate::platform::supervise::caught;
use crate::profile::Profile;
use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Speeds that a face offers.
pub const SPEEDS: [u32; 7] = [1, 2, 5, 10, 20, 50, 100];
/// While it plays, its place is told this often.
const TICK: Duration = Duration::from_millis(100);

/// What a face is woken with after each new picture.
pub type Wake = Arc<dyn Fn() + Send + Sync>;

/// A recording that is being played; dropping it ends it.
pub struct Playback {
    orders: Sender<Command>,
    shown: Arc<Mutex<Arc<Snapshot>>>,
}

impl Playback {
    /// Reads the file and begins to play.
    ///
    /// # Errors
    /// One sentence: why the file cannot be read, or is no recording.
    pub fn open(file: &Path, profile: &Arc<Profile>, clock: Clock, wake: Wake) -> Result<Playback, String> {
        let recording = opened::file(file).map_err(|e| e.to_string())?;
        let name = file.file_name().map(|n| foreign(&n.to_string_lossy())).unwrap_or_default();
        Self::play(recording, name, profile, clock, wake).map_err(|e| format!("{}: {e}", file.display()))
    }

    /// Begins to play this text.
    ///
    /// # Errors
    /// One sentence: why it is no recording.
    pub fn begin(
        text: &str,
        name: String,
        profile: &Arc<Profile>,
        clock: Clock,
        wake: Wake,
    ) -> Result<Playback, String> {
        let recording = Recording::parse(text).map_err(|e| e.to_string())?;
        Self::play(recording, name, profile, clock, wake)
    }

    fn play(
        recording: Recording,
        name: String,
        profile: &Arc<Profile>,
        clock: Clock,
        wake: Wake,
    ) -> Result<Playback, String> {
        let recording = Arc::new(recording);
        let replay = Replay::new(Arc::clone(&recording), profile).map_err(|e| e.to_string())?;
        let now = clock();
        let mut stage = Stage {
            name,
            recording,
            profile: Arc::clone(profile),
            replay,
            playing: true,
            speed: 1,
            from: (now, At(0)),
            kept: Vec::new(),
        };
        let (orders, queue) = channel();
        let shown = Arc::new(Mutex::new(Arc::new(stage.picture())));
        let out = Arc::clone(&shown);
        std::thread::Builder::new()
            .name("playback".into())
            .spawn(move || {
                if let Err(broke) = caught(|| stage.run(&queue, &clock, &out, &wake)) {
                    let mut shown = out.lock().unwrap_or_else(PoisonError::into_inner);
                    *shown = Arc::new(of_the_end(&shown, &broke));
                    drop(shown);
                    wake();
                }
            })
            .map_err(|e| format!("the program could not start a thread: {e}"))?;
        Ok(Playback { orders, shown })
    }
}

impl SessionPort for Playback {
    fn snapshot(&self) -> Arc<Snapshot> {
        Arc::clone(&self.shown.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Takes what concerns the playing and the showing; a recording cannot be asked to measure.
    fn send(&self, command: Command) -> Result<(), Refused> {
        match command {
            Command::Playback(_) | Command::Choose(_) | Command::SetFirewall(_) | Command::SetSite(_) => {
                self.orders.send(command).map_err(|_| Refused)
            }
            _ => Err(Refused),
        }
    }
}

struct Stage {
    name: String,
    recording: Arc<Recording>,
    profile: Arc<Profile>,
    replay: Replay,
    playing: bool,
    speed: u32,
    /// The clock, and the place in the recording, when it last began to play or was moved.
    from: (At, At),
    /// What the face chose to see: done again after going back, since going back begins anew.
    kept: Vec<Command>,
}

impl Stage {
    fn run(&mut self, queue: &Receiver<Command>, clock: &Clock, shown: &Mutex<Arc<Snapshot>>, wake: &Wake) {
        loop {
            let order = if self.playing {
                match queue.recv_timeout(TICK) {
                    Ok(order) => Some(order),
                    Err(RecvTimeoutError::Timeout) => None,
                    Err(RecvTimeoutError::Disconnected) => return,
                }
            } else {
                match queue.recv() {
                    Ok(order) => Some(order),
                    Err(_) => return,
                }
            };
            let now = clock();
            self.advance(now);
            // a slider that is dragged asks for many places, and only the last one counts
            let waiting = order.into_iter().chain(queue.try_iter()).collect::<Vec<_>>();
            for (i, order) in waiting.iter().enumerate() {
                let seek = |c: &Command| matches!(c, Command::Playback(PlaybackOrder::Seek(_)));
                if !(seek(order) && waiting.get(i + 1).is_some_and(seek)) {
                    self.obey(order.clone(), now);
                }
            }
            *shown.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(self.picture());
            wake();
        }
    }

    /// Takes in what came until now.
    fn advance(&mut self, now: At) {
        if !self.playing {
            return;
        }
        let (began, place) = self.from;
        let to = place.plus(now.since(began).saturating_mul(u64::from(self.speed)));
        self.replay.play_to(to.min(self.replay.length()));
        if self.replay.now() >= self.replay.length() {
            self.playing = false;
        }
    }

    fn obey(&mut self, order: Command, now: At) {
        match order {
            Command::Playback(PlaybackOrder::Play(on)) => {
                if on && self.replay.now() >= self.replay.length() {
                    self.go_to(At(0)); // played to its end, it begins again
                }
                self.playing = on;
            }
            Command::Playback(PlaybackOrder::Speed(times)) => self.speed = times.clamp(1, 1_000),
            Command::Playback(PlaybackOrder::Seek(at)) => self.go_to(at),
            Command::Playback(PlaybackOrder::NextChange) => {
                let before = self.replay.engine.noted();
                while self.replay.step() && self.replay.engine.noted() == before {}
                self.playing = false; // so that it can be looked at
            }
            other => {
                let kind = std::mem::discriminant(&other);
                self.kept.retain(|k| std::mem::discriminant(k) != kind);
                self.show(&other);
                self.kept.push(other);
            }
        }
        self.from = (now, self.replay.now());
    }

    fn go_to(&mut self, at: At) {
        let at = at.min(self.replay.length());
        if at < self.replay.now()
            && let Ok(anew) = Replay::new(Arc::clone(&self.recording), &self.profile)
        {
            self.replay = anew;
            for choice in self.kept.clone() {
                self.show(&choice);
            }
        }
        self.replay.play_to(at);
    }

    fn show(&mut self, choice: &Command) {
        let now = self.replay.now();
        let engine = &mut self.replay.engine;
        match choice {
            Command::Choose(mac) => engine.choose(*mac, now),
            Command::SetSite(site) => engine.site.clone_from(site),
            Command::SetFirewall(choice) => engine.choice.clone_from(choice),
            _ => {}
        }
    }

    fn picture(&mut self) -> Snapshot {
        let view = PlaybackView {
            name: self.name.clone(),
            note: foreign(&self.recording.header.note),
            at: self.replay.now(),
            length: self.replay.length(),
            playing: self.playing,
            speed: self.speed,
        };
        Snapshot { playback: Some(view), ..self.replay.snapshot() }
    }
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "a test lays files out as somebody else would have")]
mod tests {
    use super::super::training::LESSONS;
    use super::*;
    use std::sync::atomic::{AtomicU64, Ordering};

    /// A playback by a clock that the test moves, and one that waits for a picture.
    fn play(id: &str) -> (Playback, Arc<AtomicU64>) {
        let time = Arc::new(AtomicU64::new(1_000));
        let clock: Clock = {
            let time = Arc::clone(&time);
            Arc::new(move || At(time.load(Ordering::SeqCst)))
        };
        let lesson = LESSONS.iter().find(|l| l.id == id).unwrap();
        let profile = Arc::new(Profile::shipped());
        (Playback::begin(lesson.text, id.into(), &profile, clock, Arc::new(|| {})).unwrap(), time)
    }

    fn until(playback: &Playback, what: impl Fn(&PlaybackView) -> bool) -> Arc<Snapshot> {
        for _ in 0..1_000 {
            let s = playback.snapshot();
            if what(s.playback.as_ref().unwrap()) {
                return s;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("{:?}", playback.snapshot().playback);
    }

    fn order(playback: &Playback, order: PlaybackOrder) {
        playback.send(Command::Playback(order)).unwrap();
    }

    #[test]
    fn it_plays_at_its_speed_pauses_and_ends_with_the_verdict() {
        let (playback, time) = play("eee-link-flaps");
        let length = playback.snapshot().playback.as_ref().unwrap().length;
        order(&playback, PlaybackOrder::Speed(10));
        until(&playback, |p| p.speed == 10);
        time.fetch_add(1_000, Ordering::SeqCst);
        let s = until(&playback, |p| p.at >= At(10_000));
        assert_eq!(s.playback.as_ref().unwrap().at, At(10_000));
        order(&playback, PlaybackOrder::Play(false));
        until(&playback, |p| !p.playing);
        time.fetch_add(60_000, Ordering::SeqCst);
        order(&playback, PlaybackOrder::Play(true));
        assert_eq!(
            until(&playback, |p| p.playing).playback.as_ref().unwrap().at,
            At(10_000),
            "time stood still"
        );
        time.fetch_add(length.0, Ordering::SeqCst);
        let s = until(&playback, |p| !p.playing);
        assert_eq!(s.verdict.code.map(|c| c.code()), Some("gateway.restarting"));
        // once more from the beginning
        order(&playback, PlaybackOrder::Play(true));
        assert!(until(&playback, |p| p.playing).playback.as_ref().unwrap().at < At(10_000));
    }

    #[test]
    fn going_back_shows_what_was_shown_then_and_keeps_what_was_chosen() {
        let (playback, _) = play("recorded-gateway-only");
        let length = playback.snapshot().playback.as_ref().unwrap().length;
        order(&playback, PlaybackOrder::Play(false));
        let site = Command::SetSite("Kök".into());
        playback.send(site).unwrap();
        order(&playback, PlaybackOrder::Seek(length));
        let end = until(&playback, |p| p.at == length);
        assert_eq!(end.verdict.code.map(|c| c.code()), Some("cloud.gateway-only-blocked"));
        order(&playback, PlaybackOrder::Seek(At(0)));
        let begin = until(&playback, |p| p.at == At(0));
        assert_eq!((begin.verdict.code, begin.site.as_str()), (None, "Kök"));
        order(&playback, PlaybackOrder::NextChange);
        let next = until(&playback, |p| p.at > At(0));
        assert!(!next.timeline.is_empty() && !next.playback.as_ref().unwrap().playing);
        assert_eq!(playback.send(Command::FindAndCheck), Err(Refused), "a recording measures nothing");
    }

    #[test]
    fn what_is_no_recording_is_told_in_a_sentence() {
        let dir = tempfile::tempdir().unwrap();
        let profile = Arc::new(Profile::shipped());
        let clock: Clock = Arc::new(|| At(0));
        let open = |file: &str| {
            Playback::open(&dir.path().join(file), &profile, Arc::clone(&clock), Arc::new(|| {}))
                .err()
                .unwrap()
        };
        assert!(open("none").contains("cannot read"));
        std::fs::write(dir.path().join("bytes"), [0xff, 0xfe]).unwrap();
        assert!(open("bytes").contains("not text"));
        std::fs::write(dir.path().join("page"), "<html>").unwrap();
        assert!(open("page").contains("this is no recording"));
    }
}
