//! A disk, an output and an error stream that take nothing any more: what is said to be kept is kept, what was there stays,
//! and the exit status says what is true of the answer.

use super::program::{Home, Ran};
use serde_json::Value;
use std::fs::{self, File};
use std::os::fd::OwnedFd;
use std::path::Path;
use std::process::Stdio;

/// Begins a script: a disk of this size, kibibytes, at `disk`.
fn disk(kib: u32) -> String {
    format!("set -u; mkdir -p disk; mount -t tmpfs -o size={kib}k none disk || exit 99\n")
}

/// Fills what is left of it.
const FILL: &str =
    "dd if=/dev/zero of=disk/filler bs=1k 2>>dd.log; dd if=/dev/zero of=disk/filler2 bs=1 2>>dd.log; \n";

fn json_in(home: &Home, name: &str) -> Value {
    let text = fs::read_to_string(home.file(name)).unwrap();
    serde_json::from_str(&text).unwrap_or_else(|e| panic!("{name}: {e}: {text}"))
}

/// Whatever the size of the disk: the sentence, the JSON and the history say the same.
#[test]
fn what_is_said_to_be_kept_is_kept_and_else_the_sentence_says_what_is_not() {
    let (mut kept, mut not_kept) = (0, 0);
    for kib in [4, 8, 16, 24, 32, 40, 48, 56, 64, 72, 80, 96, 128, 400] {
        let home = Home::new();
        let script = disk(kib)
            + "export SOLIDGREEN_DATA=disk/data\n\
               \"$SG\" check >said 2>error; echo $? >status\n\
               \"$SG\" history list --json >list1 2>/dev/null\n\
               \"$SG\" check --json >json 2>error2\n\
               \"$SG\" history list --json >list2 2>/dev/null\n";
        let ran = home.shell(&script);
        assert_eq!(ran.exit, Some(0), "{kib}: {ran:?}");
        let said = fs::read_to_string(home.file("said")).unwrap();
        let note = |text: &str| text.contains("Keeping this visit on disk: ");
        let verdicts = |name: &str| {
            let text = fs::read_to_string(home.file(name)).unwrap();
            let list: Value = serde_json::from_str(&text).unwrap_or(Value::Null);
            let all = list["visits"].as_array().cloned().unwrap_or_default();
            all.iter().filter(|v| v["code"] == "host.no-link").count()
        };
        let in_history = verdicts("list1");
        assert_eq!(said.contains("\nKept in "), in_history == 1, "{kib} KiB: {said}");
        assert_eq!(note(&said), in_history == 0, "{kib} KiB: {said}");
        // the cause was found all the same
        assert_eq!(fs::read_to_string(home.file("status")).unwrap().trim(), "1");
        let json = json_in(&home, "json");
        let more = verdicts("list2") - in_history;
        assert_eq!(json["kept_in"].is_string(), more == 1, "{kib} KiB: {json}");
        assert_eq!(note(&fs::read_to_string(home.file("error2")).unwrap()), more == 0, "{kib} KiB");
        kept += in_history;
        not_kept += 1 - in_history;
    }
    assert!(kept > 2 && not_kept > 2, "{kept} kept, {not_kept} not: this proves little");
}

/// Full when it begins, and freed while it goes on.
#[test]
fn a_watch_that_cannot_keep_says_so_at_once_and_goes_on_when_there_is_room() {
    let home = Home::new();
    let script = disk(600)
        + FILL
        + "export SOLIDGREEN_DATA=disk/data\n\
           \"$SG\" watch --for 100 --record disk/tape.jsonl >said 2>early; test $? -ne 0 && cat early >no-tape\n\
           \"$SG\" watch --for 100 >said 2>error & pid=$!\n\
           until grep -q 'Keeping this visit on disk: cannot' error; do sleep 0.05; kill -0 $pid || exit 98; done\n\
           \"$SG\" history list --json >list1 2>/dev/null\n\
           rm disk/filler disk/filler2\n\
           until grep -q 'on disk: it works again' error; do sleep 0.05; kill -0 $pid || exit 97; done\n\
           \"$SG\" history list --json >list2; \"$SG\" history export last --recording tape.jsonl\n\
           kill -INT $pid; wait $pid; \"$SG\" history export last >visit\n";
    let ran = home.shell(&script);
    assert_eq!(ran.exit, Some(0), "{ran:?}");
    assert!(fs::read_to_string(home.file("no-tape")).unwrap().contains("cannot write the recording"));
    let before = fs::read_to_string(home.file("list1")).unwrap_or_default();
    assert!(!before.contains("host.no-link"), "{before}");
    let visit = &json_in(&home, "list2")["visits"][0];
    assert_eq!(
        (visit["code"].as_str(), visit["open"].as_bool()),
        (Some("host.no-link"), Some(true)),
        "{visit}"
    );
    let journal = json_in(&home, "visit")["journal"].to_string();
    for line in ["Watching began", "Checked: host.no-link", "kept on disk again; nothing"] {
        assert!(journal.contains(line), "'{line}' is missing: {journal}");
    }
    let tape = fs::read_to_string(home.file("tape.jsonl")).unwrap();
    assert!(tape.contains("\"begun\""), "{tape}");
}

/// Reports and recordings over older ones, on a disk that has no room for the new ones.
#[test]
fn what_was_there_stays_until_the_new_file_is_whole() {
    let home = Home::new();
    home.run(&["check"]);
    let files = ["a.pdf", "a.md", "a.json", "tape.jsonl", "live.jsonl"];
    let script = disk(64)
        + "for f in a.pdf a.md a.json tape.jsonl live.jsonl; do echo old >disk/$f; done\n"
        + FILL
        + "for f in a.pdf a.md a.json; do \"$SG\" report --out disk/$f 2>>errors; echo $? >>status; done\n\
           \"$SG\" history export last --recording disk/tape.jsonl 2>>errors; echo $? >>status\n\
           \"$SG\" check --record disk/live.jsonl >/dev/null 2>>errors; echo $? >>status\n\
           cp -r disk/. left; ls -A disk >names\n";
    fs::create_dir(home.file("left")).unwrap();
    let ran = home.shell(&script);
    assert_eq!(ran.exit, Some(0), "{ran:?}");
    for file in files {
        assert_eq!(fs::read_to_string(home.file("left").join(file)).unwrap(), "old\n", "{file}");
    }
    let errors = fs::read_to_string(home.file("errors")).unwrap();
    for file in files {
        assert!(errors.lines().any(|l| l.contains(file) && l.contains("No space left")), "{file}: {errors}");
    }
    let status = fs::read_to_string(home.file("status")).unwrap();
    assert_eq!(status.split_whitespace().collect::<Vec<_>>(), ["3", "3", "3", "3", "3"], "{errors}");
    let names = fs::read_to_string(home.file("names")).unwrap();
    assert!(!names.contains(".part"), "half a file was left: {names}");
}

/// Every command that answers, with what its answer goes to.
const COMMANDS: [&[&str]; 15] = [
    &["--help"],
    &["--version"],
    &["find"],
    &["find", "--json"],
    &["check"],
    &["check", "--json"],
    &["check", "--plan"],
    &["firewall", "--list"],
    &["firewall", "--vendor", "fortigate", "--mac", "34:AS:e1:00:0b:07", "--ip", "192.0.2.50"],
    &["history", "list"],
    &["history", "show", "last"],
    &["history", "export", "last"],
    &["replay", "tape.jsonl"],
    &["explain"],
    &["profile", "--print"],
];

fn home_with_a_visit() -> Home {
    let home = Home::new();
    home.run(&["check"]);
    assert_eq!(home.run(&["history", "export", "last", "--recording", "tape.jsonl"]).exit, Some(0));
    home
}

#[test]
fn an_answer_that_nobody_got_has_no_status_of_one() {
    let home = home_with_a_visit();
    for args in COMMANDS {
        let full = File::options().write(true).open("/dev/full").unwrap();
        let ran = ended(home.command(args).stdout(full));
        assert_eq!(ran.exit, Some(3), "{args:?}: {ran:?}");
        assert!(
            ran.err.contains("could not be written") || ran.err.contains("interface"),
            "{args:?}: {ran:?}"
        );
        // a reader that has gone wants no words
        let (read, write) = std::io::pipe().unwrap();
        drop(read);
        let ran = ended(home.command(args).stdout(OwnedFd::from(write)));
        assert_eq!(ran.exit, Some(3), "{args:?}: {ran:?}");
        assert!(!ran.err.contains("could not be written"), "{args:?}: {ran:?}");
    }
}

#[test]
fn a_full_error_stream_changes_nothing() {
    let home = home_with_a_visit();
    let wrong: [&[&str]; 6] = [
        &["bogus"],
        &["report", "--out", "a.pdf"],
        &["report", "--out", "x.txt"],
        &["history", "show", "ffff"],
        &["watch", "--interface", "nope0"],
        &["console", "--port", "/dev/no-such-port"],
    ];
    for args in COMMANDS.iter().chain(&wrong) {
        let usual = home.run(args);
        let full = File::options().write(true).open("/dev/full").unwrap();
        let ran = ended(home.command(args).stderr(full));
        assert_eq!(ran.exit, usual.exit, "{args:?}: {ran:?}");
        assert_eq!(ran.out.is_empty(), usual.out.is_empty(), "{args:?}: {ran:?}");
    }
}

fn ended(command: &mut std::process::Command) -> Ran {
    let out = command.stdin(Stdio::null()).output().unwrap();
    Ran {
        exit: out.status.code(),
        out: String::from_utf8_lossy(&out.stdout).into_owned(),
        err: String::from_utf8_lossy(&out.stderr).into_owned(),
    }
}

/// Everything that is written is the user's alone, whatever the shell's mask would allow.
#[test]
fn everything_that_is_written_is_the_users_alone() {
    use std::os::unix::fs::PermissionsExt;
    let home = Home::new();
    let script = "umask 0\n\"$SG\" check --record live.jsonl >/dev/null\n\"$SG\" report --out a.pdf 2>/dev/null\n\
                  \"$SG\" report --out a.md 2>/dev/null\n\"$SG\" history export last --recording t.jsonl 2>/dev/null\n\
                  \"$SG\" history star last\n";
    let ran = home.shell(script);
    assert_eq!(ran.exit, Some(0), "{ran:?}");
    let below = |path: &Path| fs::read_dir(path).unwrap().map(|e| e.unwrap().path()).collect::<Vec<_>>();
    let (mut seen, mut todo) = (0, below(home.path()));
    while let Some(path) = todo.pop() {
        let mode = fs::metadata(&path).unwrap().permissions().mode() & 0o777;
        let wanted = if path.is_dir() { 0o700 } else { 0o600 };
        assert_eq!(mode, wanted, "{}: {mode:o}", path.display());
        seen += 1;
        if path.is_dir() {
            todo.extend(below(&path));
        }
    }
    assert!(seen >= 10, "only {seen} files and folders");
}
