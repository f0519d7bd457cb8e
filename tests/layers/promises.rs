//! SECURITY.md names tests and cases of the lab that hold its promises; each of them is there.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use std::fs;
use std::path::Path;

/// Names in backticks of the table: functions, and cases of the lab (`fire.huge`).
fn named(text: &str) -> Vec<&str> {
    let rows = text.lines().filter(|l| l.starts_with('|'));
    let cells = rows.filter_map(|row| row.trim_end_matches(['|', ' ']).rsplit(" | ").next());
    cells.flat_map(|cell| cell.split('`').skip(1).step_by(2)).collect()
}

fn texts(folder: &Path, out: &mut String) {
    for entry in fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()) {
        if entry.is_dir() {
            texts(&entry, out);
        } else if entry.extension().is_some_and(|e| e == "rs") {
            out.push_str(&fs::read_to_string(entry).unwrap());
        }
    }
}

#[test]
fn every_test_that_security_names_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(root.join("SECURITY.md")).unwrap();
    let mut code = String::new();
    ["src", "tests"].iter().for_each(|folder| texts(&root.join(folder), &mut code));
    let names = named(&text);
    assert!(names.len() > 40, "the table was not read: {names:?}");
    let missing: Vec<&str> = names
        .into_iter()
        .filter(|name| {
            let case = root.join("tests/lab/cases").join(format!("{name}.toml"));
            !(case.is_file() || code.contains(&format!("fn {name}(")))
        })
        .collect();
    assert_eq!(missing, Vec::<&str>::new());
}
