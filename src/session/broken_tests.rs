//! What becomes of a session in which something of this program breaks (a panic): it goes on or ends, and says so.

use super::*;
use crate::check::{Breaks, Progress};
use crate::model::check::{CheckId, Measured, Outcome};
use crate::model::recording::{FORMAT, KIND, Recording};
use crate::model::{At, Cause};
use crate::platform::supervise::{Broke, supervised};
use crate::platform::{OwnFault, own_errors};
use crate::session::engine::Purpose;
use crate::session::jobs::Job;

fn demo(fault: &str, breaks: Option<Breaks>, wake: Arc<dyn Fn() + Send + Sync>) -> Session {
    let options = Options { demo: Some(fault.into()), breaks, ..Options::default() };
    Session::start(Arc::new(Profile::shipped()), options, world::clock(), wake).unwrap()
}

fn idle(s: &Snapshot) -> bool {
    s.took_ms.is_some() && s.activity == crate::model::snapshot::Activity::Idle
}

fn engine() -> Engine {
    Engine::new(Arc::new(Profile::shipped()), "visit".into(), 0)
}

fn broke() -> Broke {
    caught(|| panic!("made to break")).unwrap_err()
}

fn says(e: &Engine, what: &str) -> bool {
    e.broken == [what] && e.limits.iter().any(|l| l.what == what && l.why.contains("made to break"))
}

/// The ladder is the one check that no run begins.
#[test]
fn an_idle_ladder_that_breaks_ends_and_says_so() {
    let session = demo("none", Some(Breaks::Check(CheckId::Hold)), Arc::new(|| {}));
    session.send(Command::FindAndCheck).unwrap();
    let s = session.wait_for(idle).unwrap();
    assert!(s.broken.is_empty(), "{:?}", s.broken);
    session.send(Command::Hold(vec![1, 2])).unwrap();
    let s = session.wait_for(|s| !s.broken.is_empty() && s.hold.is_none()).unwrap();
    assert_eq!(s.broken, ["The check 'hold'"]);
    let rows: Vec<_> = s.checks.iter().filter(|r| r.id == CheckId::Hold).collect();
    assert!(
        rows.iter()
            .any(|r| matches!(&r.outcome, Outcome::Inconclusive(why) if why.contains("made to break")))
    );
    assert!(rows.iter().all(|r| !matches!(r.outcome, Outcome::Passed | Outcome::Failed(_))), "{rows:?}");
}

#[test]
fn a_session_that_breaks_ends_and_says_so() {
    // woken for the second picture, the first being the one that it begins with
    let session = demo("none", None, Arc::new(|| panic!("made to break")));
    let _ = session.send(Command::FindAndCheck);
    assert!(session.wait_for(idle).is_none(), "it never came to an end of its own");
    let s = session.snapshot();
    assert_eq!(s.broken, ["The session"]);
    assert!(s.limits.iter().any(|l| l.why.contains("made to break")), "{:?}", s.limits);
    assert_eq!(s.activity, crate::model::snapshot::Activity::Idle);
}

#[test]
fn a_run_whose_search_or_course_breaks_ends() {
    let mut e = engine();
    e.begin(Purpose::FindAndCheck, At(5), false);
    e.running = [CheckId::Names, CheckId::Ports].into();
    e.job_broke(Job::Search(At(4)), &broke(), At(10));
    assert!(!e.searched && e.broken.is_empty(), "it was of an earlier run");
    e.job_broke(Job::Checks(At(5)), &broke(), At(10));
    assert!(e.run.as_ref().is_some_and(|r| r.checks_done) && e.running.is_empty());
    let ids: Vec<CheckId> = e.results.iter().filter(|r| r.broke()).map(|r| r.id).collect();
    assert_eq!(ids, [CheckId::Names, CheckId::Ports]);
    e.job_broke(Job::Search(At(5)), &broke(), At(20));
    assert!(e.searched && e.broken.iter().any(|b| b == "The search for boxes"), "{:?}", e.broken);
    e.begin(Purpose::FindAndCheck, At(30), false);
    assert!(e.broken.is_empty(), "a new run begins whole");
}

#[test]
fn what_breaks_beside_a_run_is_said_and_waited_for_no_more() {
    let mut e = engine();
    e.hears_dhcp = true;
    e.job_broke(Job::Dhcp, &broke(), At(1));
    assert!(!e.hears_dhcp && says(&e, "Listening for DHCP"));
    let mut e = engine();
    e.plug_in_pending = true;
    e.job_broke(Job::PlugIn, &broke(), At(1));
    assert!(!e.plug_in_pending && says(&e, Job::PlugIn.what()));
    let mut e = engine();
    e.begin_hold(At(1), vec![10], 10);
    e.job_broke(Job::Hold, &broke(), At(2));
    assert!(e.hold.is_none() && says(&e, "The check 'hold'"));
}

#[test]
fn a_replay_says_what_broke() {
    let mut live = engine();
    live.begin(Purpose::FindAndCheck, At(1), false);
    live.running = [CheckId::Ports].into();
    live.job_broke(Job::Checks(At(1)), &broke(), At(2));
    let header = Header { kind: KIND.into(), format: FORMAT, version: "1".into(), ..Header::default() };
    let text = Recording { header, events: std::mem::take(&mut live.taken) }.print();
    let mut replay =
        replay::Replay::new(Recording::parse(&text).unwrap(), &Arc::new(Profile::shipped())).unwrap();
    replay.play_to(At(9));
    let s = replay.snapshot();
    assert_eq!((&s.broken, &s.limits), (&live.broken, &live.limits));
    assert!(s.broken.len() == 2 && s.limits.len() == 2, "{:?}", s.limits);
    assert_eq!(s.checks[0].measured, Measured::Broke);
}

/// A check that broke may be the one that would have gainsaid the others.
#[test]
fn the_way_is_not_called_clear_where_a_check_broke() {
    let (session, found) = (demo("none", None, Arc::new(|| {})), |s: &Snapshot, cause| {
        s.findings.iter().any(|f| f.code == cause)
    });
    session.send(Command::FindAndCheck).unwrap();
    let whole = session.wait_for(idle).unwrap();
    assert_eq!(whole.verdict.code, Some(Cause::OkGreen));
    let mut e = engine();
    e.host = whole.host.clone();
    e.begin(Purpose::FindAndCheck, At(1), false);
    for r in &whole.checks {
        let all = whole.checks.iter().filter(|o| o.id == r.id).cloned().collect();
        e.progress(Progress::Ended(r.id, all), At(2));
    }
    e.progress(Progress::Done, At(3));
    e.end(At(4));
    assert!(found(&e.snapshot(At(5)), Cause::OkWayIsClear), "{:?}", e.snapshot(At(5)).findings);
    let row = check::broken(CheckId::Canary, crate::model::check::Target::Host, &broke());
    e.progress(Progress::Ended(CheckId::Canary, vec![row]), At(6));
    let s = e.snapshot(At(7));
    assert!(!found(&s, Cause::OkWayIsClear) && s.verdict.code.is_none(), "{:?}", s.verdict);
    assert!(s.verdict.title.contains("canary"), "{:?}", s.verdict);
}

/// A disk, and a recording, that break.
struct Broken;

impl keeping::Shelf for Broken {
    fn begin(&mut self) -> Result<(), String> {
        panic!("made to break")
    }
    fn place(&self) -> Option<std::path::PathBuf> {
        None
    }
    fn removed(&mut self) -> Vec<crate::history::Removed> {
        Vec::new()
    }
    fn note(&mut self, _: &[crate::model::snapshot::TimelineEntry]) -> Result<u64, String> {
        panic!("made to break")
    }
    fn keep(&mut self, _: &Snapshot) -> Result<(), String> {
        panic!("made to break")
    }
}

impl recorder::Tape for Broken {
    fn add(&mut self, _: &str) -> Result<(), String> {
        panic!("made to break")
    }
    fn settle(&mut self) -> Result<(), String> {
        panic!("made to break")
    }
    fn so_far(&self) -> &'static str {
        ""
    }
}

#[test]
fn a_recorder_or_keeper_that_breaks_is_a_sentence() {
    let mut recorder = Recorder::later(&Header::default());
    recorder.begin(Box::new(Broken));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (commands, queue) = mpsc::channel(4);
    let (publish, pictures) = watch::channel(Arc::new(Snapshot::default()));
    let inner = run::Loop {
        engine: engine(),
        world: World::real(world::clock()),
        commands: queue,
        publish,
        wake: Arc::new(|| {}),
        find_wait: Duration::ZERO,
        keeping: Keeping::on(Box::new(Broken), None),
        remembered: Remembered::default(),
        recorders: vec![recorder],
    };
    commands.try_send(Command::SetSite("a".into())).unwrap();
    commands.try_send(Command::Saw { mac: None, led: LedState::SolidRed }).unwrap();
    drop(commands);
    assert_eq!(runtime.block_on(supervised(inner.run())), Ok(()));
    let s = pictures.borrow().clone();
    for what in ["Recording this visit", engine::KEEPING] {
        assert!(s.limits.iter().any(|l| l.what == what && l.why.contains("made to break")), "{:?}", s.limits);
    }
}

/// A computer that may not send, or is short of something: nothing of that is the network's fault.
#[test]
fn an_error_of_this_computer_is_never_a_verdict_about_the_network() {
    for error in own_errors() {
        for fault in ["none", "both-ports-dropped", "dns-unreachable"] {
            let session = demo(fault, Some(Breaks::Sending(error)), Arc::new(|| {}));
            session.send(Command::FindAndCheck).unwrap();
            let s = session.wait_for(idle).unwrap();
            let what = format!("{error} {fault}: {:?}", s.verdict);
            let codes: Vec<&str> = s.findings.iter().map(|f| f.code.code()).collect();
            // the box itself may say how it is
            let of_us = |c: &&str| c.starts_with("host.") || *c == "ok.green";
            assert!(codes.iter().all(of_us), "{what} {codes:?}");
            let refused = OwnFault::of(&std::io::Error::from_raw_os_error(error)) == OwnFault::Refused;
            assert_eq!(codes.contains(&"host.own-firewall"), refused, "{what} {codes:?}");
            let sent =
                s.checks.iter().filter(|r| !matches!(r.id, CheckId::Link | CheckId::Lease | CheckId::Offer));
            let own = |r: &crate::model::check::CheckResult| {
                r.id == CheckId::Witness || r.outcome.failure().is_none() && r.outcome != Outcome::Passed
            };
            for r in sent.filter(|r| r.id != CheckId::Router) {
                assert!(own(r), "{what}: {r:?}");
            }
            assert!(
                s.checks
                    .iter()
                    .any(|r| r.id == CheckId::Witness && r.detail.contains("this computer could not"))
            );
        }
    }
}
