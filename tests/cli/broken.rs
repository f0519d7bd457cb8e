//! A check that breaks inside the program (a panic): the run ends, says which check broke, and the exit status says that
//! not all was looked at.

use super::program::{Home, Ran};
use serde_json::Value;
use std::time::{Duration, Instant};

/// Every check of a run, in the order of `CheckId`.
const CHECKS: [&str; 13] = [
    "witness", "link", "lease", "router", "offer", "names", "ports", "canary", "control", "portal", "speaks",
    "size", "path",
];
/// A whole run takes six seconds; nobody may wait for what will never come.
const LIMIT: Duration = Duration::from_secs(25);

fn run(fault: &str, breaks: &str) -> (Ran, Value) {
    let begun = Instant::now();
    let ran = Home::new().run(&["demo", "--json", "--fault", fault, "--break", breaks]);
    assert!(begun.elapsed() < LIMIT, "{breaks}: {:?}", begun.elapsed());
    // nothing beside the JSON, and no noise of the panic
    assert!(!ran.err.contains("panicked"), "{ran:?}");
    let json = ran.json();
    (ran, json)
}

fn broke<'a>(json: &'a Value, check: &str) -> Vec<&'a Value> {
    let of = |r: &&Value| r["id"] == check && r["outcome"] == "inconclusive";
    let says = |r: &&Value| r["detail"].as_str().is_some_and(|d| d.contains("made to break"));
    json["checks"].as_array().unwrap().iter().filter(of).filter(says).collect()
}

#[test]
fn each_check_may_break_and_the_run_ends_and_says_which() {
    std::thread::scope(|scope| {
        // two at once: they wait for answers most of the time
        for half in CHECKS.chunks(7) {
            scope.spawn(move || {
                for check in half {
                    let (ran, json) = run("none", check);
                    assert!(!broke(&json, check).is_empty(), "{check}: {json:#}");
                    // what is said on a connection and how large it may be is tried on the same ones
                    let lost: &[&str] = if *check == "speaks" { &["speaks", "size"] } else { &[check] };
                    let lost: Vec<String> = lost.iter().map(|c| format!("The check '{c}'")).collect();
                    assert_eq!(json["broken"], serde_json::json!(lost), "{check}");
                    let limits = json["limits"].to_string();
                    assert!(
                        limits.contains(&format!("'{check}'")) && limits.contains("made to break"),
                        "{limits}"
                    );
                    // the box says that it is green, and yet not all was looked at
                    assert_eq!(
                        (json["verdict"]["code"].as_str(), ran.exit),
                        (Some("ok.green"), Some(3)),
                        "{check}"
                    );
                }
            });
        }
    });
}

#[test]
fn a_cause_that_the_others_found_stands() {
    let (ran, json) = run("both-ports-dropped", "router");
    assert_eq!((json["verdict"]["code"].as_str(), ran.exit), (Some("cloud.both-ports-dropped"), Some(1)));
    assert!(!broke(&json, "router").is_empty());
}

#[test]
fn no_cause_is_made_of_what_broke() {
    for (fault, check) in [
        ("gateway-only-blocked", "ports"),
        ("gateway-only-blocked", "canary"),
        ("both-ports-dropped", "names"),
    ] {
        let (ran, json) = run(fault, check);
        assert_eq!(
            (&json["verdict"]["code"], ran.exit),
            (&Value::Null, Some(3)),
            "{fault}, {check}: {json:#}"
        );
        assert!(json["verdict"]["title"].as_str().unwrap().contains(check), "{}", json["verdict"]);
    }
}

#[test]
fn what_breaks_deep_inside_breaks_all_that_needs_it_and_nothing_waits() {
    let (ran, json) = run("none", "connecting");
    for check in ["names", "ports", "canary"] {
        assert!(!broke(&json, check).is_empty(), "{check}: {json:#}");
    }
    assert_eq!(ran.exit, Some(3));
}

#[test]
fn in_the_terminal_it_is_a_line_of_its_own() {
    let ran = Home::new().run(&["demo", "--terminal", "--fault", "none", "--break", "ports"]);
    assert_eq!(ran.exit, Some(3), "{ran:?}");
    assert!(
        ran.out.contains("?      ports") && ran.out.contains("Note: The check 'ports': broke inside"),
        "{ran:?}"
    );
    assert!(!ran.err.contains("panicked"), "{ran:?}");
    let ran = Home::new().run(&["demo", "--break", "nothing"]);
    assert_eq!(ran.exit, Some(2), "{ran:?}");
}
