//! Tests of the history: killed at any byte nothing shown is lost, and what cannot be read is a line.

use super::*;
use crate::model::At;
use crate::model::snapshot::TimelineEntry;
use std::fs;

const BEGAN: i64 = 1_795_356_300_000;

fn entry(at: u64, text: &str) -> TimelineEntry {
    TimelineEntry { at: At(at), text: text.into() }
}

fn picture(id: &str, site: &str) -> Snapshot {
    Snapshot {
        visit: id.into(),
        started_unix_ms: BEGAN,
        site: site.into(),
        timeline: vec![entry(1, "one")].into(),
        ..Snapshot::default()
    }
}

fn history() -> (tempfile::TempDir, History) {
    let dir = tempfile::tempdir().unwrap();
    let history = History::open(Some(dir.path().join("data"))).unwrap();
    (dir, history)
}

#[test]
fn what_is_kept_comes_back() {
    let (_dir, h) = history();
    assert_eq!(h.load("last"), Err(HistoryError::Empty));
    let id = History::new_id(BEGAN);
    let visit = h.begin(&id, BEGAN).unwrap();
    visit.note(&entry(1, "one")).unwrap();
    visit.keep(&picture(&id, "Kök")).unwrap();
    visit.note(&entry(2, "two")).unwrap();
    visit.note(&entry(2, "two")).unwrap();
    for wanted in ["last", " LAST", &id, &id[..20]] {
        let s = h.load(wanted).unwrap();
        assert_eq!((s.visit.as_str(), s.site.as_str()), (id.as_str(), "Kök"));
        let texts: Vec<&str> = s.timeline.iter().map(|t| t.text.as_str()).collect();
        assert_eq!(texts, ["one", "two", "two"], "each line once, the same line twice stays twice");
        assert_eq!(s.kept_in.as_deref(), visit.folder().to_str());
    }
    let list = h.list();
    assert_eq!((list.len(), list[0].started_unix_ms, list[0].site.as_str()), (1, Some(BEGAN), "Kök"));
    let export: serde_json::Value = serde_json::from_str(&h.export("last").unwrap()).unwrap();
    assert_eq!((export["schema"].as_u64(), export["journal"].as_array().map(Vec::len)), (Some(1), Some(3)));
}

#[test]
fn killed_at_any_byte_of_a_picture_the_one_before_stays() {
    let (_dir, h) = history();
    let id = History::new_id(BEGAN);
    let visit = h.begin(&id, BEGAN).unwrap();
    visit.keep(&picture(&id, "shown")).unwrap();
    let next = record::print(&picture(&id, "not shown yet")).unwrap();
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
        let visit = h.begin(&id, began).unwrap();
        visit.note(&entry(1, "before")).unwrap();
        let journal = visit.folder().join(record::JOURNAL);
        let mut bytes = fs::read(&journal).unwrap();
        bytes.extend(&br#"{"at":2,"text":"half"}"#[..cut.min(21)]);
        fs::write(&journal, &bytes).unwrap();
        let texts =
            |h: &History| h.load(&id).unwrap().timeline.iter().map(|t| t.text.clone()).collect::<Vec<_>>();
        assert_eq!(texts(&h), ["before"], "cut at {cut}");
        // the next process goes on in the same file
        visit.note(&entry(3, "after")).unwrap();
        assert_eq!(texts(&h), ["before", "after"], "cut at {cut}");
        assert!(h.export(&id).unwrap().contains("\"unreadable_lines\": 1"));
    }
}

#[test]
fn killed_before_the_first_picture_the_journal_is_the_visit() {
    let (_dir, h) = history();
    let id = History::new_id(BEGAN);
    h.begin(&id, BEGAN).unwrap().note(&entry(7, "Gateway seen")).unwrap();
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
        serde_json::from_slice(&record::print(&picture(&id, "old")).unwrap()).unwrap();
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
fn only_the_newest_stay_and_never_what_is_no_visit() {
    let (_dir, h) = history();
    let own = h.folder().join("visits/somebody-else");
    fs::create_dir(&own).unwrap();
    let ids: Vec<String> =
        (0..MOST_VISITS + 3).map(|n| History::new_id(BEGAN + 1000 * i64::try_from(n).unwrap())).collect();
    for id in &ids {
        fs::create_dir(h.folder().join("visits").join(id)).unwrap();
    }
    // a clock that was set back must not cost the visit that has just begun
    let now = History::new_id(BEGAN - 1_000_000);
    h.begin(&now, BEGAN).unwrap();
    let left = h.ids();
    assert_eq!(left.len(), MOST_VISITS);
    assert!(left.contains(&now) && left.contains(&ids[ids.len() - 1]) && !left.contains(&ids[0]));
    assert!(own.is_dir());
}

#[test]
fn a_journal_that_grew_too_long_begins_anew_without_losing_the_last_lines() {
    let (_dir, h) = history();
    let id = History::new_id(BEGAN);
    let visit = h.begin(&id, BEGAN).unwrap().with_journal_most(400);
    for n in 0..40 {
        visit.note(&entry(n, &format!("line {n}"))).unwrap();
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
