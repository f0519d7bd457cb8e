//! Files that are none, or never end, and files of strangers: wherever one is named or lies, the program says so and ends.

use super::program::{Home, Ran, obeyed};
use std::fs;
use std::process::{Command, Stdio};

/// Runs the program; one that waits or reads for ever is a failure, however busy the machine.
fn ended(home: &Home, args: &[&str]) -> Ran {
    let child = home
        .command(args)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let pid = child.id().to_string();
    let (tell, told) = std::sync::mpsc::channel();
    let waiting = std::thread::spawn(move || tell.send(child.wait_with_output().unwrap()));
    let Ok(out) = told.recv_timeout(std::time::Duration::from_secs(60)) else {
        Command::new("kill").args(["-KILL", &pid]).status().unwrap();
        panic!("{args:?} does not end");
    };
    waiting.join().unwrap().unwrap();
    Ran {
        exit: out.status.code(),
        out: String::from_utf8_lossy(&out.stdout).into_owned(),
        err: String::from_utf8_lossy(&out.stderr).into_owned(),
    }
}

fn pipe(home: &Home, name: &str) {
    let made = Command::new("mkfifo").arg(home.file(name)).status().unwrap();
    assert!(made.success(), "mkfifo is in the package coreutils");
}

#[test]
fn what_is_no_file_is_not_read_whichever_option_names_it() {
    let home = Home::new();
    pipe(&home, "pipe");
    fs::create_dir(home.file("folder")).unwrap();
    let mac = "34:a5:e1:00:0b:07";
    for name in ["pipe", "/dev/zero", "/dev/tty", "folder"] {
        let commands: [(&[&str], i32); 8] = [
            (&["replay", name], 3),
            (&["--profile", name, "profile"], 2),
            (&["--profile", name, "check"], 2),
            (&["firewall", "--mac", mac, "--read-log", name], 3),
            (&["firewall", "--mac", mac, "--read-leases", name], 3),
            (&["check", "--read-log", name], 3),
            (&["check", "--read-leases", name], 3),
            (&["watch", "--for", "1", "--read-log", name], 3),
        ];
        for (args, status) in commands {
            let ran = ended(&home, args);
            assert_eq!(ran.exit, Some(status), "{args:?}: {ran:?}");
            assert!(ran.err.contains("and no file; give the name of a file"), "{args:?}: {ran:?}");
            assert_eq!(ran.err.lines().count(), 1, "{args:?}: {ran:?}");
        }
    }
}

#[test]
fn what_the_shell_hands_over_is_read_as_far_as_the_limit() {
    let home = Home::new();
    let ran = home.shell(
        "\"$SG\" profile --print >own.toml\n\
         \"$SG\" --profile /dev/stdin profile <own.toml >a || exit 1\n\
         cat own.toml | \"$SG\" --profile /dev/stdin profile >b || exit 2\n\
         \"$SG\" profile | cmp - a || exit 3; cmp a b || exit 4\n\
         \"$SG\" --profile /dev/stdin profile </dev/zero; test $? = 2 || exit 5\n\
         \"$SG\" replay /dev/stdin </dev/zero; test $? = 3 || exit 6\n",
    );
    assert_eq!(ran.exit, Some(0), "{ran:?}");
    assert_eq!(ran.err.matches("is longer than").count(), 2, "{ran:?}");
}

/// Each file of the data folder in turn is a pipe that nobody writes to, or a device without an end.
#[test]
fn a_pipe_or_a_device_in_the_data_folder_holds_nothing_up() {
    for file in ["snapshot.json", "journal.jsonl", "recording.jsonl", "lock", "starred"] {
        for device in [None, Some("/dev/zero")] {
            let home = Home::new();
            home.run(&["check"]);
            let visits = home.file("data").join("visits");
            let visit = fs::read_dir(&visits).unwrap().map(|e| e.unwrap().path()).next().unwrap();
            let _ = fs::remove_file(visit.join(file));
            match device {
                Some(device) => std::os::unix::fs::symlink(device, visit.join(file)).unwrap(),
                None => pipe(&home, visit.join(file).to_str().unwrap()),
            }
            for args in [
                &["history", "list"][..],
                &["history", "show", "last"],
                &["history", "export", "last"],
                &["history", "export", "last", "--recording", "tape.jsonl"],
                &["report", "--out", "a.md"],
                &["check"],
            ] {
                let ran = ended(&home, args);
                let status = ran.exit.unwrap_or(-1);
                assert!([0, 1, 3].contains(&status), "{file}, {device:?}: {args:?}: {ran:?}");
            }
            let list = ended(&home, &["history", "list"]);
            assert_eq!(list.exit, Some(0), "{file}, {device:?}: {list:?}");
            assert!(list.out.lines().count() >= 2, "{file}, {device:?}: {list:?}");
        }
    }
    let home = Home::new();
    home.run(&["check"]);
    let _ = fs::remove_file(home.file("data").join("settings.toml"));
    pipe(&home, "data/settings.toml");
    let ran = ended(&home, &["check"]);
    assert_eq!(ran.exit, Some(1), "{ran:?}");
}

/// Every text of a profile, with what a terminal obeys in front of it.
#[test]
fn a_strangers_profile_moves_no_terminal() {
    let home = Home::new();
    let shipped = home.run(&["profile", "--print"]).out;
    let texts: Vec<&str> = shipped.split('"').skip(1).step_by(2).collect();
    let lines = |out: &str| out.lines().count();
    let usual = lines(&home.run(&["profile"]).out);
    let (mut shown, mut refused) = (0, 0);
    for text in texts {
        for escape in ["\\u001b[2J", "\\u009b31m", "\\u202e", "\\r", "\\n"] {
            let own = shipped.replacen(&format!("\"{text}\""), &format!("\"{escape}{text}\""), 1);
            fs::write(home.file("own.toml"), &own).unwrap();
            let ran = home.run(&["--profile", "own.toml", "profile"]);
            assert!(obeyed(&ran.out).is_empty(), "{text}: {ran:?}");
            assert!(obeyed(&ran.err).is_empty(), "{text}: {ran:?}");
            match ran.exit {
                Some(0) => {
                    shown += 1;
                    assert_eq!(lines(&ran.out), usual, "{text}: {ran:?}");
                }
                Some(2) => refused += 1,
                _ => panic!("{text}: {ran:?}"),
            }
        }
    }
    assert!(shown > 20 && refused > 20, "{shown} shown, {refused} refused: this proves little");
    // and the file itself, which may hold more than its values: a comment
    let own = format!("# \u{202e}\u{9b}31m\n{shipped}");
    fs::write(home.file("own.toml"), own).unwrap();
    let ran = home.run(&["--profile", "own.toml", "profile", "--print"]);
    assert!(obeyed(&ran.out).is_empty(), "{ran:?}");
}
