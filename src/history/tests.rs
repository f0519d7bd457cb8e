//! Tests of the history: killed at any byte nothing shown is lost, and what cannot be read is a line.

use super::*;
use crate::model::At;
use crate::model::Verdict;
use crate::model::snapshot::{Activity, TimelineEntry};
use std::fs;

pub(super) const BEGAN: i64 = 1_795_356_300_000;

fn entry(at: u64, text: &str) -> TimelineEntry {
    TimelineEntry { at: At(at), text: text.into() }
}

pub(super) fn picture(id: &str, site: &str) -> Snapshot {
    Snapshot {
        visit: id.into(),
        started_unix_ms: BEGAN,
        site: site.into(),
        timeline: vec![entry(1, "one")].into(),
        ..Snapshot::default()
    }
}

fn export(h: &History, id: &str) -> String {
    let mut out = Vec::new();
    h.export(id, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

pub(super) fn history() -> (tempfile::TempDir, History) {
    let dir = tempfile::tempdir().unwrap();
    let history = History::open(Some(dir.path().join("data"))).unwrap();
    (dir, history)
}

#[test]
fn what_is_kept_comes_back() {
    let (_dir, h) = history();
    assert_eq!(h.load("last"), Err(HistoryError::Empty));
    let id = History::new_id(BEGAN);
    let mut visit = h.begin(&id, BEGAN).unwrap();
    visit.note(&[entry(1, "one")]).unwrap();
    visit.keep(&picture(&id, "Kök")).unwrap();
    visit.note(&[entry(2, "two")]).unwrap();
    visit.note(&[entry(2, "two")]).unwrap();
    for wanted in ["last", " LAST", &id, &id[..20]] {
        let s = h.load(wanted).unwrap();
        assert_eq!((s.visit.as_str(), s.site.as_str()), (id.as_str(), "Kök"));
        let texts: Vec<&str> = s.timeline.iter().map(|t| t.text.as_str()).collect();
        assert_eq!(texts, ["one", "two", "two"], "each line once, the same line twice stays twice");
        assert_eq!(s.kept_in.as_deref(), visit.folder().to_str());
    }
    let list = h.list();
    assert_eq!((list.len(), list[0].started_unix_ms, list[0].site.as_str()), (1, Some(BEGAN), "Kök"));
    let export: serde_json::Value = serde_json::from_str(&export(&h, "last")).unwrap();
    assert_eq!((export["schema"].as_u64(), export["journal"].as_array().map(Vec::len)), (Some(1), Some(3)));
}

#[test]
fn killed_at_any_byte_of_a_picture_the_one_before_stays() {
    let (_dir, h) = history();
    let id = History::new_id(BEGAN);
    let mut visit = h.begin(&id, BEGAN).unwrap();
    visit.keep(&picture(&id, "shown")).unwrap();
    let next = summary::print(&picture(&id, "not shown yet")).unwrap();
    for cut in (0..next.len()).step_by(97) {
        // another process died with its file half written
        fs::write(visit.folder().join("snapshot.4711.tmp"), &next[..cut]).unwrap();
        assert_eq!(h.load("last").unwrap().site, "shown");
    }
    visit.keep(&picture(&id, "next")).unwrap();
    assert_eq!(h.load("last").unwrap().site, "next");
}

#[test]
fn killed_at_any_byte_of_a_line_every_other_line_stays() {
    let (_dir, h) = history();
    for (n, cut) in (1..24).enumerate() {
        let began = BEGAN + i64::try_from(n).unwrap();
        let id = History::new_id(began);
        let mut visit = h.begin(&id, began).unwrap();
        visit.note(&[entry(1, "before")]).unwrap();
        let journal = visit.folder().join(journal::JOURNAL);
        let mut bytes = fs::read(&journal).unwrap();
        bytes.extend(&br#"{"at":2,"text":"half"}"#[..cut.min(21)]);
        fs::write(&journal, &bytes).unwrap();
        let texts =
            |h: &History| h.load(&id).unwrap().timeline.iter().map(|t| t.text.clone()).collect::<Vec<_>>();
        assert_eq!(texts(&h), ["before"], "cut at {cut}");
        // the next process goes on in the same file
        visit.note(&[entry(3, "after")]).unwrap();
        assert_eq!(texts(&h), ["before", "after"], "cut at {cut}");
        assert!(export(&h, &id).contains("\"unreadable_lines\": 1"));
    }
}

#[test]
fn killed_before_the_first_picture_the_journal_is_the_visit() {
    let (_dir, h) = history();
    let id = History::new_id(BEGAN);
    h.begin(&id, BEGAN).unwrap().note(&[entry(7, "Gateway seen")]).unwrap();
    let s = h.load("last").unwrap();
    assert_eq!((s.timeline.len(), s.started_unix_ms, s.visit.as_str()), (1, BEGAN, id.as_str()));
    assert!(h.list()[0].broken.is_none());
}

#[test]
fn a_broken_visit_is_a_line_and_a_newer_one_is_refused() {
    let (_dir, h) = history();
    let ids: Vec<String> = (0..3).map(|n| History::new_id(BEGAN + n * 1000)).collect();
    for id in &ids {
        h.begin(id, BEGAN).unwrap().keep(&picture(id, "A")).unwrap();
    }
    let file = |id: &str| h.folder().join("visits").join(id).join(record::SNAPSHOT);
    fs::write(file(&ids[0]), "{\"schema\":1,\"snap").unwrap();
    fs::write(file(&ids[1]), "{\"schema\":2,\"picture\":{}}").unwrap();
    fs::create_dir(h.folder().join("visits/not-a-visit")).unwrap();
    let list = h.list();
    assert_eq!(list.iter().map(|v| v.id.as_str()).collect::<Vec<_>>(), [&ids[2], &ids[1], &ids[0]]);
    assert!(list[0].broken.is_none() && list[1].broken.is_some() && list[2].broken.is_some());
    assert_eq!(list[2].started_unix_ms, Some(BEGAN), "the id tells the time when nothing else does");
    assert!(matches!(h.load(&ids[1]), Err(HistoryError::Newer { schema: 2, .. })));
    assert!(h.load(&ids[1]).unwrap_err().to_string().contains("update Solid Green"));
    assert!(matches!(h.load(&ids[0]), Err(HistoryError::Broken { .. })));
    assert_eq!(h.load("last").unwrap().visit, ids[2]);
}

#[test]
fn a_picture_of_an_older_version_gets_what_it_lacks() {
    let (_dir, h) = history();
    let id = History::new_id(BEGAN);
    let visit = h.begin(&id, BEGAN).unwrap();
    let mut value: serde_json::Value =
        serde_json::from_slice(&summary::print(&picture(&id, "old")).unwrap()).unwrap();
    let content = value["snapshot"].as_object_mut().unwrap();
    assert!(content.remove("not_tested").is_some() && content.remove("console").is_some());
    content.insert("unknown_key".into(), 1.into());
    fs::write(visit.folder().join(record::SNAPSHOT), value.to_string()).unwrap();
    assert_eq!(h.load("last").unwrap().site, "old");
}

#[test]
fn names_that_are_no_visit_are_refused() {
    let (dir, h) = history();
    let ids: Vec<String> = (0..2).map(|_| History::new_id(BEGAN)).collect();
    for id in &ids {
        h.begin(id, BEGAN).unwrap().keep(&picture(id, "A")).unwrap();
    }
    assert!(matches!(h.load(&ids[0][..8]), Err(HistoryError::Ambiguous { count: 2, .. })));
    for wanted in ["", "..", "../..", "zzz", "/etc", "\u{1b}[0m"] {
        let e = h.load(wanted).unwrap_err();
        assert!(matches!(e, HistoryError::Unknown(_)) && !e.to_string().contains('\u{1b}'), "{e}");
    }
    assert!(h.begin("../out", BEGAN).is_err() && !dir.path().join("out").exists());
}

#[test]
fn a_journal_that_grew_too_long_begins_anew_without_losing_the_last_lines() {
    let (_dir, h) = history();
    let id = History::new_id(BEGAN);
    let mut visit = h.begin(&id, BEGAN).unwrap().with_journal_most(400, 1);
    for n in 0..40 {
        visit.note(&[entry(n, &format!("line {n}"))]).unwrap();
    }
    let s = h.load("last").unwrap();
    assert_eq!(s.timeline.last().map(|t| t.text.as_str()), Some("line 39"));
    assert!(s.timeline.len() >= 10 && s.timeline.len() < 40);
    let sizes: u64 =
        fs::read_dir(visit.folder()).unwrap().map(|e| e.unwrap().metadata().unwrap().len()).sum();
    assert!(sizes < 1_200, "{sizes}");
}

#[test]
fn a_folder_that_cannot_be_is_said() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("file"), "x").unwrap();
    let e = History::open(Some(dir.path().join("file"))).unwrap_err().to_string();
    assert!(e.contains("cannot make the folder") && e.contains("file"), "{e}");
}

#[test]
fn killed_within_a_check_a_visit_tells_nobody_to_wait() {
    let (_dir, h) = history();
    let id = History::new_id(BEGAN);
    let mut visit = h.begin(&id, BEGAN).unwrap();
    let looking = Verdict {
        title: "Looking and checking\u{2026}".into(),
        next_step: "Wait a few seconds.".into(),
        ..Verdict::default()
    };
    let activity = Activity::Working { what: "x".into(), done: 1, of: 9 };
    visit.keep(&Snapshot { verdict: looking, activity, ..picture(&id, "A") }).unwrap();
    drop(visit);
    let s = h.load("last").unwrap();
    assert_eq!(s.activity, Activity::Idle);
    assert_eq!(s.verdict.title, "Ended before the first check had.");
    assert!(!s.verdict.next_step.contains("Wait"), "{:?}", s.verdict);
    // the last visit with an answer is the one that is meant by "last"
    let older = History::new_id(BEGAN - 9);
    h.begin(&older, BEGAN).unwrap().keep(&Snapshot { took_ms: Some(1), ..picture(&older, "B") }).unwrap();
    let newest = History::new_id(BEGAN + 9);
    h.begin(&newest, BEGAN).unwrap().keep(&picture(&newest, "C")).unwrap();
    assert_eq!(h.load("last").unwrap().site, "B");
}

/// However long the journal is, what is shown of it has a bound, and nothing of it is out of reach.
#[test]
fn a_journal_of_any_length_is_read_by_its_end_and_exported_whole() {
    for (most, older, lines) in [
        (u64::MAX, 0, 7_u64),
        (u64::MAX, 0, 60_000),
        (100_000, 1_000, 60_000),
        (2_000, 4_000, 5_000),
        (3_000_000, 3, 60_000),
    ] {
        let (_dir, h) = history();
        let id = History::new_id(BEGAN);
        let mut visit = h.begin(&id, BEGAN).unwrap().with_journal_most(most, older);
        let mut gone = 0;
        for from in (0..lines).step_by(50) {
            let some: Vec<_> = (from..lines.min(from + 50))
                .map(|n| entry(n, &format!("a box was seen, line {n}")))
                .collect();
            gone += visit.note(&some).unwrap();
        }
        assert_eq!(gone, 0, "it all fits");
        visit.keep(&Snapshot { timeline: [].to_vec().into(), ..picture(&id, "A") }).unwrap();
        let s = h.load("last").unwrap();
        let shown = s.timeline.len() as u64;
        assert_eq!(shown, lines.min(SHOWN as u64), "files of {most}");
        assert_eq!(s.timeline_before + shown, lines, "files of {most}");
        let numbers: Vec<u64> = s.timeline.iter().map(|t| t.at.0).collect();
        assert_eq!(numbers, (lines - shown..lines).collect::<Vec<_>>(), "the newest, in order");
        let whole: serde_json::Value = serde_json::from_str(&export(&h, &id)).unwrap();
        assert_eq!(whole["journal"].as_array().map(Vec::len), Some(usize::try_from(lines).unwrap()));
        assert_eq!((&whole["unreadable_lines"], &whole["dropped_lines"]), (&0.into(), &0.into()));
    }
}

#[test]
fn a_journal_that_outgrows_its_room_says_what_is_missing() {
    let (_dir, h) = history();
    let id = History::new_id(BEGAN);
    let mut visit = h.begin(&id, BEGAN).unwrap().with_journal_most(100_000, 3);
    let mut gone = 0;
    for from in (0..40_000_u64).step_by(50) {
        let some: Vec<_> = (from..from + 50).map(|n| entry(n, &format!("line {n}"))).collect();
        gone += visit.note(&some).unwrap();
    }
    assert!(gone > 0);
    let s = h.load("last").unwrap();
    assert_eq!((s.timeline_before + s.timeline.len() as u64, s.timeline.len()), (40_000, SHOWN));
    let whole: serde_json::Value = serde_json::from_str(&export(&h, &id)).unwrap();
    let there = whole["journal"].as_array().unwrap().len() as u64;
    assert_eq!((whole["dropped_lines"].as_u64(), there), (Some(gone), 40_000 - gone));
    assert!(disk::size_of(visit.folder()) < 600_000);
}
