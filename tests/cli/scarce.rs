//! Descriptors and threads that are scarce: what goes on without them goes on, and the rest is a sentence.

use super::program::Home;
use std::fs;
use std::os::unix::fs::MetadataExt;

/// Half-open connections, more than there are descriptors: a scrape is answered while they are held, and also while the
/// system has none left, and after it.
#[test]
fn metrics_answer_while_others_hold_all_that_they_can() {
    let home = Home::new();
    let script = r#"
        prlimit --nofile=64 "$SG" watch --for 3600 --metrics 127.0.0.1:9464 >said 2>error & pid=$!
        until grep -q 'no gateway seen' said; do sleep 0.05; kill -0 $pid || exit 98; done
        page() { curl -sS --noproxy '*' --max-time 30 http://127.0.0.1:9464/metrics 2>>curl | grep -c ^solidgreen_; }
        cat >hold.bash <<'END'
        for n in $(seq 200); do exec {fd}<>/dev/tcp/127.0.0.1/9464 || exit 1; printf 'GET /' >&$fd || true; done
        touch held; exec sleep 600
END
        held() { rm -f held; bash hold.bash & holder=$!; until test -e held; do sleep 0.05; kill -0 $holder || exit $1; done; }
        # no more than it has open while nobody is there: none is left for whoever comes
        last=$(ls -l /proc/$pid/fd | sed -n 's/.* \([0-9]*\) -> socket.*/\1/p' | sort -n | tail -1)
        prlimit --pid $pid --nofile=$((last + 1)):64
        test "$(page)" -ge 1 || exit 97
        held 96
        for n in 1 2 3; do test "$(page)" -ge 1 || exit 95; done
        kill $holder; wait $holder
        test "$(page)" -ge 1 || exit 94
        # as many as a user may have, and fewer than come
        prlimit --pid $pid --nofile=64:64
        held 93
        for n in 1 2 3; do test "$(page)" -ge 1 || exit 92; done
        kill $holder; wait $holder
        kill -INT $pid; wait $pid; test $? = 1 || exit 91
    "#;
    let ran = home.shell(script);
    let words = |name: &str| fs::read_to_string(home.file(name)).unwrap_or_default();
    assert_eq!(ran.exit, Some(0), "{ran:?}: {}: {}", words("error"), words("curl"));
}

/// An account that may have only so many threads: whatever a command wants, it works, or says in a sentence that it cannot.
#[test]
fn without_threads_there_is_a_sentence_and_no_panic() {
    let home = Home::new();
    // a number that nobody else has: threads are counted for each user
    let user = 100_000 + std::process::id() % 100_000;
    let root = fs::metadata("/proc/self").is_ok_and(|m| m.uid() == 0);
    let account = if root { format!("setpriv --reuid {user} --clear-groups") } else { String::new() };
    let commands = [
        "demo --terminal --json",
        "check",
        "find",
        "find --plug-in --wait 1",
        "watch --for 1",
        "replay tape.jsonl",
        "replay tape.jsonl --speed 1000",
        "history list",
        "report --out a.pdf",
        "lab cloud --listen 127.0.0.1:0",
    ];
    let mut script = format!(
        "mkdir data; chmod 777 . data; cp \"$SG\" ./sg; chmod 755 sg; export SOLIDGREEN_DATA=$PWD/data\n\
         {account} ./sg check --record tape.jsonl >/dev/null; test $? = 1 || exit 99\n"
    );
    for threads in [1, 2, 3, 4, 5, 6, 12] {
        for command in commands {
            // this one would go on for ever
            let end = if command.starts_with("lab") { "sleep 0.5; kill $pid 2>/dev/null" } else { ":" };
            script += &format!(
                "timeout -s KILL 100 {account} prlimit --nproc={threads} ./sg {command} >out 2>err & pid=$!\n\
                 {end}; wait $pid; status=$?\n\
                 echo \"{threads}|{command}|$status|$(tr '\\n' '~' <err)\" >>ran\n"
            );
        }
    }
    let ran = home.shell(&script);
    let all = fs::read_to_string(home.file("ran")).unwrap_or_else(|e| panic!("{e}: {ran:?}"));
    let (mut started, mut refused) = (0, 0);
    for line in all.lines() {
        let [threads, command, status, said] = line.splitn(4, '|').collect::<Vec<_>>()[..] else {
            panic!("{line}")
        };
        // the lab may be told to end before it can hear it
        let lab = command.starts_with("lab") && status == "143";
        assert!(lab || ["0", "1", "3"].contains(&status), "{line}");
        if said.contains("could not start") {
            assert_eq!((status, said.matches('~').count()), ("3", 1), "{line}");
            assert!(threads != "12" || !root, "{line}");
            refused += 1;
        } else {
            let looks = ["demo", "check", "find", "watch"].iter().any(|word| command.starts_with(word));
            assert!(threads != "1" || !looks, "it has no threads: {line}");
            started += 1;
        }
    }
    assert_eq!(started + refused, 7 * commands.len(), "{ran:?}: {all}");
    assert!(refused > 10, "{refused} were refused: this proves little");
}
