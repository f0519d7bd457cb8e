//! Recordings replayed through the mirror and the diagnosis: what a network of namespaces cannot make, and what was met.
//! A recording from the field becomes a test by being put into `tests/scenarios`, with its verdict in `expected.toml`.
//! The lessons that come with the program are held to theirs here too.

#![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods, reason = "helpers of tests")]

use solidgreen::model::recording::Recording;
use solidgreen::profile::Profile;
use solidgreen::report::{Redact, redacted_recording};
use solidgreen::session::replay::Replay;
use solidgreen::session::training::LESSONS;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/scenarios");

#[test]
fn every_recording_ends_with_its_verdict() {
    let expected = std::fs::read_to_string(Path::new(FOLDER).join("expected.toml")).unwrap();
    let expected: BTreeMap<String, String> = toml::from_str(&expected).unwrap();
    let files = std::fs::read_dir(FOLDER).unwrap().map(|e| e.unwrap().path());
    let text = |path: &Path| std::fs::read_to_string(path).unwrap();
    let stem = |path: &Path| path.file_stem().unwrap().to_str().unwrap().to_owned();
    let mut recordings: BTreeMap<String, String> = files
        .filter(|path| path.extension().is_some_and(|e| e == "jsonl"))
        .map(|path| (stem(&path), text(&path)))
        .collect();
    recordings.extend(LESSONS.iter().map(|l| (l.id.to_owned(), l.text.to_owned())));
    let names: Vec<String> = recordings.keys().cloned().collect();
    assert_eq!(
        names,
        expected.keys().cloned().collect::<Vec<_>>(),
        "a recording without a verdict, or the reverse"
    );
    let profile = Arc::new(Profile::shipped());
    let mut wrong = Vec::new();
    for (name, verdict) in &expected {
        let recording = Recording::parse(&recordings[name]).unwrap();
        // under other names it is the same story
        for level in [Redact::Shared, Redact::Public] {
            let told = redacted_recording(&recording, level).unwrap();
            let told = Recording::parse(&told.print()).unwrap_or_else(|e| panic!("{name} {level:?}: {e}"));
            let mut replay = Replay::new(told, &profile).unwrap();
            replay.play_to(replay.length());
            let code = replay.snapshot().verdict.code.map_or("-", |c| c.code());
            assert_eq!(code, verdict, "{name} at {level:?}");
        }
        let recording = Recording::parse(&recordings[name]).unwrap_or_else(|e| panic!("{name}: {e}"));
        assert!(!recording.header.note.is_empty(), "{name} does not say where it comes from");
        let mut replay = Replay::new(recording, &profile).unwrap();
        replay.play_to(replay.length());
        let s = replay.snapshot();
        let code = s.verdict.code.map_or("-", |c| c.code());
        println!("{name:<32} {code}");
        if code != verdict {
            let findings: Vec<_> = s.findings.iter().map(|f| (f.code.code(), f.level)).collect();
            wrong.push(format!("{name}: {code} in place of {verdict}; findings {findings:?}"));
        }
        assert!(s.findings.iter().all(|f| !f.evidence.is_empty()), "{name}: a finding without evidence");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
