//! What is on disk of a session, whatever moment it ends at and whatever the disk refuses meanwhile.

use super::engine::{Engine, Purpose};
use super::keeping::{Keeping, OnDisk, Shelf};
use super::recorder::{RECORDING, Recorder, Tape};
use super::*;
use crate::check::Progress;
use crate::history::{Removed, Why};
use crate::model::At;
use crate::model::recording::{Event, FORMAT, Input, KIND, Recording};
use crate::model::snapshot::TimelineEntry;
use std::sync::{Mutex, MutexGuard};

/// A disk that has room or not.
#[derive(Clone, Default)]
struct Disk(Arc<Mutex<Held>>);

#[derive(Default)]
struct Held {
    full: bool,
    begun: bool,
    lines: Vec<TimelineEntry>,
    picture: Option<Snapshot>,
    tape: String,
    settled: u32,
    removed: Vec<Removed>,
    gone: u64,
}

impl Disk {
    fn held(&self) -> MutexGuard<'_, Held> {
        self.0.lock().unwrap()
    }

    fn room(&self) -> Result<MutexGuard<'_, Held>, String> {
        let held = self.held();
        if held.full { Err("no space left".into()) } else { Ok(held) }
    }
}

impl Shelf for Disk {
    fn begin(&mut self) -> Result<(), String> {
        self.room().map(|mut held| held.begun = true)
    }
    fn place(&self) -> Option<PathBuf> {
        self.held().begun.then(|| PathBuf::from("/visits/1"))
    }
    fn removed(&mut self) -> Vec<Removed> {
        std::mem::take(&mut self.held().removed)
    }
    fn note(&mut self, lines: &[TimelineEntry]) -> Result<u64, String> {
        let mut held = self.room()?;
        held.lines.extend_from_slice(lines);
        Ok(std::mem::take(&mut held.gone))
    }
    fn keep(&mut self, picture: &Snapshot) -> Result<(), String> {
        self.room()?.picture = Some(picture.clone());
        Ok(())
    }
}

impl Tape for Disk {
    fn add(&mut self, lines: &str) -> Result<(), String> {
        self.room()?.tape.push_str(lines);
        Ok(())
    }
    fn settle(&mut self) -> Result<(), String> {
        self.room()?.settled += 1;
        Ok(())
    }
    fn so_far(&self) -> &'static str {
        "It waits."
    }
}

fn engine() -> Engine {
    Engine::new(Arc::new(Profile::shipped()), History::new_id(0), 0)
}

fn check(e: &mut Engine, at: u64) {
    e.begin(Purpose::FindAndCheck, At(at), false);
    e.progress(Progress::Done, At(at + 1));
    e.end(At(at + 2));
}

/// Two checks have finished, and the program is killed at any moment of a third, or it is cancelled.
#[test]
fn what_was_finished_stays_the_answer_until_the_next_one_is_finished() {
    let disk = Disk::default();
    let mut keeping = Keeping::on(Box::new(disk.clone()), None);
    let mut e = engine();
    let answer = |disk: &Disk| disk.held().picture.clone().unwrap();
    let mut lines = 0;
    for round in 0..3 {
        let begun = 100 * round;
        e.begin(Purpose::FindAndCheck, At(begun), false);
        let mut moments = vec![begun + 1];
        for moment in [begun + 1, begun + 2] {
            e.note(At(moment), "a box was seen");
            assert!(keeping.owes(&e, At(moment)), "a new line is kept before it is told");
            keeping.keep(&mut e, At(moment));
            moments.push(moment);
            lines = disk.held().lines.len();
            let there = answer(&disk);
            if round > 0 {
                assert!(there.took_ms.is_some(), "round {round}: {:?}", there.verdict);
                assert!(!there.verdict.title.contains("Looking"), "round {round}: {:?}", there.verdict);
            }
        }
        if round == 2 {
            e.cancel(At(begun + 3));
            keeping.keep(&mut e, At(begun + 3));
            assert!(answer(&disk).took_ms.is_some(), "a cancelled check is no answer");
        } else {
            e.progress(Progress::Done, At(begun + 4));
            e.end(At(begun + 5));
            keeping.keep(&mut e, At(begun + 5));
            assert_eq!(answer(&disk).now, At(begun + 5), "the newest answer is the one that is kept");
        }
    }
    // a search that was begun after a check is no answer before its end either
    e.begin(Purpose::Find, At(900), false);
    keeping.keep(&mut e, At(901));
    assert!(!answer(&disk).verdict.title.contains("Looking"));
    assert!(disk.held().lines.len() > lines, "every line is there");
}

#[test]
fn a_disk_without_room_is_said_at_once_tried_again_and_costs_no_line() {
    let disk = Disk::default();
    let mut keeping = Keeping::on(Box::new(disk.clone()), None);
    let mut e = engine();
    let says = |e: &Engine| e.limits.iter().any(|l| l.what == KEEPING && l.why.contains("no space"));
    disk.held().full = true;
    check(&mut e, 10);
    keeping.keep(&mut e, At(20));
    let s = e.snapshot(At(20));
    assert!(says(&e) && s.kept_in.is_none(), "nothing is called kept that is not: {:?}", s.limits);
    let taken = e.taken.len();
    let again = keeping.again_at().unwrap();
    // far more lines than a picture has, and many tries
    for n in 0..2_000 {
        e.note(At(30), format!("line {n}"));
        if n % 100 == 0 {
            keeping.keep(&mut e, At(30));
        }
    }
    assert!(says(&e) && e.taken.len() == taken, "said once");
    assert!(!keeping.owes(&e, At(30).minus(1)) || !e.unkept.is_empty());
    disk.held().full = false;
    keeping.keep(&mut e, again);
    assert!(!says(&e) && e.limits.is_empty() && keeping.again_at().is_none());
    assert_eq!(e.snapshot(again).kept_in.as_deref(), Some("/visits/1"));
    assert!(keeping.owes(&e, again), "that it goes again is a line of the record");
    keeping.keep(&mut e, again);
    let texts: Vec<String> = disk.held().lines.iter().map(|l| l.text.clone()).collect();
    let missing = (0..2_000).filter(|n| !texts.contains(&format!("line {n}"))).count();
    assert_eq!(missing, 0);
    assert!(texts.last().is_some_and(|t| t.contains("on disk again") && t.contains("nothing")), "{texts:?}");
    // and full once more, it is said once more; what was kept is no longer all
    disk.held().full = true;
    e.note(At(9_000), "one more");
    keeping.keep(&mut e, At(9_000));
    assert!(says(&e) && e.snapshot(At(9_000)).kept_in.is_none());
}

#[test]
fn what_was_removed_is_said() {
    let disk = Disk::default();
    let of = |id: &str, why| Removed { id: id.into(), started_unix_ms: None, why };
    disk.held().removed = vec![of("visit-1", Why::Size), of("visit-2", Why::Age)];
    disk.held().gone = 7;
    let mut keeping = Keeping::on(Box::new(disk.clone()), None);
    let mut e = engine();
    check(&mut e, 10);
    keeping.keep(&mut e, At(20));
    let limits = disk.held().picture.clone().unwrap().limits;
    let says = |words: &[&str]| limits.iter().any(|l| words.iter().all(|w| l.why.contains(w)));
    assert!(says(&["1 visit was removed: older than a year", "1 GiB", "visit-1", "visit-2"]), "{limits:?}");
    assert!(says(&["oldest 7 lines were removed"]), "{limits:?}");
    keeping.keep(&mut e, At(30));
    assert_eq!(e.limits.len(), 2, "once");
}

/// More boxes than a picture has lines, all within one moment.
#[test]
fn a_burst_of_lines_is_kept_whole() {
    let disk = Disk::default();
    let mut keeping = Keeping::on(Box::new(disk.clone()), None);
    let mut e = engine();
    for n in 0..5_000 {
        e.note(At(1), format!("line {n}"));
    }
    keeping.keep(&mut e, At(1));
    assert_eq!(disk.held().lines.len(), 5_000);
}

/// A whole session, begun and ended without a question, and with one.
#[test]
fn opening_the_window_leaves_no_empty_visit() {
    for (command, visits) in
        [(Command::SetSite("Ward 5".into()), 0), (Command::Saw { mac: None, led: LedState::SolidRed }, 1)]
    {
        let dir = tempfile::tempdir().unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let (commands, queue) = mpsc::channel(4);
        let (publish, pictures) = watch::channel(Arc::new(Snapshot::default()));
        let engine = engine();
        let shelf = OnDisk::new(Some(dir.path().to_owned()), engine.visit.clone(), 7);
        let inner = run::Loop {
            engine,
            world: World::real(world::clock()),
            commands: queue,
            publish,
            wake: Arc::new(|| {}),
            find_wait: Duration::ZERO,
            keeping: Keeping::on(Box::new(shelf), Some(header())),
            remembered: Remembered::default(),
            recorders: Vec::new(),
        };
        commands.try_send(command).unwrap();
        drop(commands);
        assert_eq!(runtime.block_on(supervised(inner.run())), Ok(()));
        let history = History::open(Some(dir.path().to_owned())).unwrap();
        assert_eq!(history.list().len(), visits);
        assert_eq!(pictures.borrow().kept_in.is_some(), visits > 0);
        if visits > 0 {
            let tape = opened::file(&history.recording("last").unwrap()).unwrap();
            assert!(tape.events.iter().any(|e| matches!(e.input, Input::Saw(_))), "{:?}", tape.events);
        }
    }
}

fn header() -> Header {
    Header { kind: KIND.into(), format: FORMAT, version: "1".into(), ..Header::default() }
}

fn event(at: u64) -> Event {
    Event { at: At(at), input: Input::HearsDhcp(at.is_multiple_of(2)) }
}

#[test]
fn a_recording_goes_on_when_there_is_room_again_and_says_what_it_lacks() {
    let disk = Disk::default();
    let mut tape = Recorder::later(&header());
    tape.begin(Box::new(disk.clone()));
    let mut e = engine();
    tape.take(&[event(1)]);
    tape.write().unwrap();
    disk.held().full = true;
    tape.take(&[event(2)]);
    let went = tape.write();
    tape.say(went, &mut e);
    assert!(e.limits.iter().any(|l| l.what == RECORDING && l.why.contains("no space")), "{:?}", e.limits);
    disk.held().full = false;
    tape.take(&[event(3)]);
    tape.settle().unwrap();
    let read = Recording::parse(&disk.held().tape).unwrap();
    assert_eq!(read.events, [event(1), event(2), event(3)], "nothing is missing");
    // longer than it may wait
    disk.held().full = true;
    let many: Vec<Event> = (4..200_000).map(event).collect();
    tape.take(&many);
    assert!(tape.settle().is_err());
    disk.held().full = false;
    tape.write().unwrap();
    tape.take(&[event(300_000)]);
    tape.write().unwrap();
    let read = Recording::parse(&disk.held().tape).unwrap();
    let at = read.events.len() - 2;
    let Input::Limited(missing) = &read.events[at].input else { panic!("{:?}", read.events[at]) };
    let lost = many.len() - (read.events.len() - 3 - 2);
    assert!(lost > 0 && disk.held().settled == 1);
    assert_eq!(missing.why, format!("{lost} inputs are missing here"));
    assert_eq!(read.events[at + 1], event(300_000));
}

/// The file that is there, until a whole check is in the new one.
#[test]
fn a_recording_takes_the_place_of_another_when_a_check_is_in_it() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("old.jsonl");
    let read = || std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, "the old one").unwrap();
    let mut tape = Recorder::at(&file, &header()).unwrap();
    tape.take(&[event(1)]);
    tape.write().unwrap();
    assert_eq!(read(), "the old one");
    tape.settle().unwrap();
    tape.take(&[event(2)]);
    tape.write().unwrap();
    assert_eq!(Recording::parse(&read()).unwrap().events, [event(1), event(2)]);
    drop(tape);
    let mut given_up = Recorder::at(&file, &header()).unwrap();
    given_up.take(&[event(9)]);
    given_up.write().unwrap();
    drop(given_up);
    assert_eq!(Recording::parse(&read()).unwrap().events.len(), 2);
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1, "nothing is left beside it");
    // where there is none, a killed program leaves what it has
    let new = dir.path().join("new.jsonl");
    let mut tape = Recorder::at(&new, &header()).unwrap();
    tape.take(&[event(1)]);
    tape.write().unwrap();
    assert_eq!(Recording::parse(&std::fs::read_to_string(&new).unwrap()).unwrap().events, [event(1)]);
    assert!(Recorder::at(&dir.path().join("no/such/folder"), &header()).is_err());
}
