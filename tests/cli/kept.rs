//! `history` and `report` on a visit that was really kept, and what a killed process loses: nothing that was kept.

use super::program::{Home, until};
use serde_json::Value;
use std::fs;
use std::time::Instant;

/// Keeps one visit; its id.
fn visit(home: &Home) -> String {
    let json = home.run(&["check", "--json"]).json();
    json["visit"].as_str().unwrap_or_else(|| panic!("no visit: {json}")).to_owned()
}

fn visits(home: &Home) -> Vec<Value> {
    let ran = home.run(&["history", "list", "--json"]);
    assert_eq!(ran.exit, Some(0), "{ran:?}");
    ran.json()["visits"].as_array().unwrap().clone()
}

#[test]
fn a_check_is_kept_and_shown_again() {
    let home = Home::new();
    let id = visit(&home);
    let listed = visits(&home);
    assert_eq!(listed.len(), 1, "{listed:?}");
    assert_eq!((&listed[0]["id"], &listed[0]["code"]), (&id.as_str().into(), &"host.no-link".into()));
    assert_eq!(listed[0]["broken"], Value::Null);
    assert!(home.run(&["history"]).out.contains(&id));
    for name in [&id, "last", &id[..13]] {
        let ran = home.run(&["history", "show", name]);
        assert_eq!(ran.exit, Some(0), "{ran:?}");
        assert!(ran.out.starts_with("This computer has no network link."), "{ran:?}");
    }
    let export = home.run(&["history", "export", &id]).json();
    assert_eq!(export["visit"], id.as_str(), "{export}");
    assert_eq!(export["snapshot"]["verdict"]["code"], "host.no-link", "{export}");
    assert!(export["journal"].as_array().is_some_and(|j| !j.is_empty()), "{export}");
    let ran = home.run(&["history", "show", "ffff\u{1b}[31m"]);
    assert_eq!(ran.exit, Some(3), "{ran:?}");
    assert!(!ran.err.contains('\u{1b}'), "{ran:?}");
}

#[test]
fn a_report_is_what_its_ending_says() {
    let home = Home::new();
    let id = visit(&home);
    for (name, extra) in
        [("a.md", &[][..]), ("a.json", &["--visit", &id]), ("a.pdf", &["--redact", "public"])]
    {
        let ran = home.run(&[&["report", "--out", name], extra].concat());
        assert_eq!((ran.exit, ran.out.as_str()), (Some(0), ""), "{ran:?}");
        assert!(ran.err.contains(&format!("wrote {name}")), "{ran:?}");
    }
    let markdown = fs::read_to_string(home.file("a.md")).unwrap();
    assert!(markdown.contains("This computer has no network link."), "{markdown}");
    let json: Value = serde_json::from_slice(&fs::read(home.file("a.json")).unwrap()).unwrap();
    assert!(json.to_string().contains("host.no-link"), "{json}");
    assert!(fs::read(home.file("a.pdf")).unwrap().starts_with(b"%PDF-"));
}

#[test]
fn a_report_that_cannot_be_says_why_and_writes_nothing() {
    let home = Home::new();
    let ran = home.run(&["report", "--out", "a.pdf"]);
    assert_eq!(ran.exit, Some(3), "{ran:?}");
    assert!(ran.err.contains("solidgreen check"), "{ran:?}");
    let id = visit(&home);
    for name in ["x.txt", "x", "x.pdf.exe"] {
        let ran = home.run(&["report", "--out", name]);
        assert_eq!(ran.exit, Some(2), "{ran:?}");
        assert!([".pdf", ".md", ".json"].iter().all(|e| ran.err.contains(e)), "{ran:?}");
    }
    let ran = home.run(&["report", "--out", "no/such/folder/x.pdf", "--visit", &id]);
    assert_eq!(ran.exit, Some(3), "{ran:?}");
    assert!(ran.err.contains("no/such/folder"), "{ran:?}");
    let left: Vec<_> = fs::read_dir(home.path()).unwrap().map(|f| f.unwrap().file_name()).collect();
    assert_eq!(left, ["data"], "something was written");
}

#[test]
fn a_killed_check_loses_no_earlier_visit() {
    let home = Home::new();
    let begun = Instant::now();
    let mut whole = vec![visit(&home)];
    let typical = begun.elapsed();
    let mut killed = 0;
    for n in 0..24_u32 {
        let mut child = home.command(&["check", "--json"]).spawn().unwrap();
        // moments all over a run, not in order
        std::thread::sleep(typical * (n * 7 % 24) / 20);
        child.kill().unwrap();
        let out = child.wait_with_output().unwrap();
        match out.status.code() {
            None => killed += 1,
            Some(_) => {
                let json: Value = serde_json::from_slice(&out.stdout).unwrap();
                whole.push(json["visit"].as_str().unwrap().to_owned());
            }
        }
        let listed = visits(&home);
        for id in &whole {
            let line = listed.iter().find(|v| v["id"] == id.as_str());
            let line = line.unwrap_or_else(|| panic!("{id} is gone after {killed} kills: {listed:?}"));
            assert_eq!((&line["code"], &line["broken"]), (&"host.no-link".into(), &Value::Null), "{line}");
        }
        // one that was cut short is a visit without a verdict, never one that cannot be opened
        assert!(listed.iter().all(|v| v["broken"].is_null()), "a kill broke a visit: {listed:?}");
    }
    assert!(killed >= 5, "only {killed} of 24 were killed in time: this proves little");
    // what the killed ones left does not stand in the way
    whole.push(visit(&home));
    let last = home.run(&["history", "show", "last"]);
    assert_eq!(last.exit, Some(0), "{last:?}");
}

#[test]
fn checks_at_the_same_time_each_keep_their_visit() {
    let home = Home::new();
    let mut running: Vec<_> = (0..4).map(|_| home.command(&["check", "--json"]).spawn().unwrap()).collect();
    until(20, || {
        let ended = running.iter_mut().all(|c| c.try_wait().unwrap().is_some());
        if ended { Ok(()) } else { Err("a check does not end".into()) }
    });
    assert_eq!(visits(&home).len(), 4);
}
