//! What is very long: a text is read to its end, or it is said where reading ended; a report of a visit of months is a
//! report, made in little memory; and the visit's own record is there to its last line.

use super::program::Home;
use serde_json::Value;
use std::fs;
use std::io::Write as _;
use std::path::Path;

const MAC: &str = "34:a5:e1:00:0b:07";
const DENIED: &str = "Nov 27 10:00:01 fw kernel: [SG block 7] IN=eth0 OUT=eth1 MAC=00:11:22:33:44:55:34:a5:e1:00:0b:07:08:00 \
                      SRC=192.0.2.50 DST=54.229.68.147 LEN=60 PROTO=TCP SPT=51515 DPT=4321 WINDOW=64240 SYN URGP=0\n";

/// A text of this many bytes at least, with what it says at its very end.
fn text(home: &Home, name: &str, bytes: usize, end: &str) {
    let mut out = std::io::BufWriter::new(fs::File::create(home.file(name)).unwrap());
    let line = format!("{}\n", "nothing of the gateway stands here ".repeat(1_000));
    for _ in 0..bytes.div_ceil(line.len()) {
        out.write_all(line.as_bytes()).unwrap();
    }
    out.write_all(end.as_bytes()).unwrap();
}

#[test]
fn a_text_of_many_megabytes_is_read_to_its_end() {
    let home = Home::new();
    text(&home, "a.log", 7_900_000, DENIED);
    let ran = home.run(&["firewall", "--read-log", "a.log", "--mac", MAC, "--json"]);
    assert_eq!(ran.exit, Some(1), "{}", ran.err);
    let json = ran.json();
    assert_eq!((&json["entries"][0]["rule"], &json["read_to_line"]), (&"SG block 7".into(), &Value::Null));
    let json = home.run(&["check", "--json", "--mac", MAC, "--read-log", "a.log"]).json();
    assert!(json["reported"][0].to_string().contains("SG block 7"), "{json}");
}

#[test]
fn where_reading_ended_is_said_and_what_was_not_read_is_never_clear() {
    let home = Home::new();
    text(&home, "a.log", 33 << 20, DENIED);
    for option in ["--read-log", "--read-leases"] {
        let ran = home.run(&["firewall", option, "a.log", "--mac", MAC, "--json"]);
        assert_eq!(ran.exit, Some(3), "{option}: {}", ran.err);
        assert!(ran.err.contains("read to line 958"), "{option}: {}", ran.err);
        assert_eq!(ran.json()["read_to_line"], 958, "{option}");
    }
    let json = home.run(&["check", "--json", "--mac", MAC, "--read-log", "a.log"]).json();
    assert!(json["limits"].to_string().contains("read to line 958"), "{}", json["limits"]);
    // what was denied before that stands
    let denied = DENIED.to_owned() + &fs::read_to_string(home.file("a.log")).unwrap();
    fs::write(home.file("a.log"), denied).unwrap();
    let ran = home.run(&["firewall", "--read-log", "a.log", "--mac", MAC]);
    assert_eq!(ran.exit, Some(1), "{}", ran.err);
    assert!(ran.err.contains("read to line 95"), "{}", ran.err);
}

/// Visits as older versions kept them: one file, however long.
#[test]
fn a_report_of_a_very_long_visit_has_a_bound_and_the_whole_record_is_there() {
    let home = Home::new();
    home.run(&["check"]);
    let visit = fs::read_dir(home.file("data/visits")).unwrap().next().unwrap().unwrap().path();
    let journal = visit.join("journal.jsonl");
    let own = fs::read_to_string(&journal).unwrap().lines().count() as u64 - 1;
    let mut out = std::io::BufWriter::new(fs::File::options().append(true).open(&journal).unwrap());
    let lines = 800_000_u64;
    for n in 0..lines {
        writeln!(out, "{{\"at\":{},\"text\":\"34:a5:e1:00:00:01: LED solid green, line {n}\"}}", 10_000 + n)
            .unwrap();
    }
    drop(out);
    // what the appendix of one line each would need is many times this
    let script = "ulimit -d 200000\nfor f in a.pdf a.md a.json; do \"$SG\" report --out $f || exit 9; done\n\
                  \"$SG\" history list >list && \"$SG\" history show last >shown && \"$SG\" history export last >whole\n";
    let ran = home.shell(script);
    assert_eq!(ran.exit, Some(0), "{ran:?}");
    for (file, most) in [("a.pdf", 2_000_000), ("a.md", 400_000), ("a.json", 1_000_000)] {
        let size = fs::metadata(home.file(file)).unwrap().len();
        assert!(size < most, "{file}: {size}");
    }
    let markdown = fs::read_to_string(home.file("a.md")).unwrap();
    let all = own + lines;
    assert!(
        markdown.contains(&format!("has {all} lines")) && markdown.contains("history export"),
        "{markdown}"
    );
    assert!(markdown.contains(&format!("line {}", lines - 1)) && !markdown.contains("line 700000"));
    let whole = fs::read_to_string(home.file("whole")).unwrap();
    assert_eq!(whole.matches("LED solid green, line").count() as u64, lines + 2_000, "and the picture's own");
    assert!(whole.contains("line 0\"") && whole.contains("\"unreadable_lines\": 0"));
}

/// A recording may have 64 MiB; of its text a line is held.
#[test]
fn a_long_recording_is_played_in_little_memory() {
    let home = Home::new();
    let lesson = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios/port-opens-late.jsonl");
    let lesson = fs::read_to_string(lesson).unwrap();
    let (header, events) = lesson.split_once('\n').unwrap();
    let mut out = std::io::BufWriter::new(fs::File::create(home.file("long.jsonl")).unwrap());
    writeln!(out, "{header}").unwrap();
    let blank = " ".repeat(65_535);
    for _ in 0..1_000 {
        writeln!(out, "{blank}").unwrap();
    }
    out.write_all(events.as_bytes()).unwrap();
    drop(out);
    fs::write(home.file("short.jsonl"), &lesson).unwrap();
    let script = "\"$SG\" replay short.jsonl >short; ulimit -d 30000\n\
                  \"$SG\" replay long.jsonl >long; test $? = 1 || exit 8\n\
                  \"$SG\" replay /dev/stdin <long.jsonl >handed; test $? = 1 || exit 9\n\
                  cmp short long && cmp short handed\n";
    let ran = home.shell(script);
    assert_eq!(ran.exit, Some(0), "{ran:?}");
}
