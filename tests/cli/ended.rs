//! What ends a command from outside: signals come first, whatever else happens, and so does a reader who goes.

use super::program::Home;
use std::fs;

/// Far more than any of this takes, on any machine; a command that does not end would go on for an hour.
const LONG: &str = "timeout -k 1 120";

/// Two in one moment are one request; this is between two that are two.
const BETWEEN: &str = "sleep 0.5";

#[test]
fn the_first_signal_ends_a_watch_with_what_it_knows_and_its_visit_closed() {
    for signal in ["INT", "TERM", "HUP"] {
        let home = Home::new();
        let ran = home.shell(&format!(
            "\"$SG\" watch --for 3600 --record tape.jsonl >said 2>error & pid=$!\n\
             until grep -q 'not connected\\|no gateway seen' said; do sleep 0.05; kill -0 $pid || exit 98; done\n\
             kill -{signal} $pid; kill -{signal} $pid\n\
             {LONG} tail --pid=$pid -f /dev/null || exit 97\n\
             wait $pid; test $? = 1 || exit 96\n\
             \"$SG\" history list --json >list; \"$SG\" replay tape.jsonl >replayed; test $? = 1 || exit 95\n"
        ));
        assert_eq!(ran.exit, Some(0), "{signal}: {ran:?}: {:?}", fs::read_to_string(home.file("error")));
        let list: serde_json::Value =
            serde_json::from_str(&fs::read_to_string(home.file("list")).unwrap()).unwrap();
        let visit = &list["visits"][0];
        assert_eq!((&visit["code"], &visit["open"]), (&"host.no-link".into(), &false.into()), "{signal}");
    }
}

/// Standard output is full and nobody reads it: the command is held up, and the second signal ends it all the same.
#[test]
fn the_second_signal_ends_at_once_whatever_holds_the_command_up() {
    let home = Home::new();
    let ran = home.shell(&format!(
        "mkfifo full; sleep 600 <full & reader=$!\n\
         exec 7>full\n\
         dd if=/dev/zero of=full bs=4096 oflag=nonblock 2>/dev/null\n\
         \"$SG\" watch --for 3600 >full 2>error & pid=$!\n\
         until grep -q pipe_write /proc/$pid/wchan; do sleep 0.05; kill -0 $pid || exit 98; done\n\
         kill -INT $pid; {BETWEEN}; kill -INT $pid\n\
         {LONG} tail --pid=$pid -f /dev/null || exit 97\n\
         wait $pid; status=$?; kill $reader; test $status = 130 || exit 96\n"
    ));
    assert_eq!(ran.exit, Some(0), "{ran:?}: {:?}", fs::read_to_string(home.file("error")));
}

#[test]
fn nohup_is_heeded() {
    let home = Home::new();
    let ran = home.shell(&format!(
        "trap '' HUP; \"$SG\" watch --for 3600 >said 2>error & pid=$!\n\
         until grep -q 'no gateway seen' said; do sleep 0.05; kill -0 $pid || exit 98; done\n\
         kill -HUP $pid; {BETWEEN}; kill -0 $pid || exit 97\n\
         kill -TERM $pid; wait $pid; test $? = 1 || exit 96\n"
    ));
    assert_eq!(ran.exit, Some(0), "{ran:?}");
}

/// A check, a search and the demonstration are asked to end while they look.
#[test]
fn a_signal_ends_whatever_looks_with_a_sentence() {
    for command in ["find --wait 3000", "find --plug-in --wait 3000", "lab cloud --listen 127.0.0.1:4321"] {
        let home = Home::new();
        // the thread is there when its command has begun to look
        let ran = home.shell(&format!(
            "ip link add d0 type veth peer d1 && ip addr add 192.0.2.9/24 dev d0 && ip link set d0 up && ip link set d1 up || exit 99\n\
             \"$SG\" {command} >said 2>error & pid=$!\n\
             until grep -qs signals /proc/$pid/task/*/comm; do sleep 0.02; kill -0 $pid || exit 98; done\n\
             {BETWEEN}; kill -TERM $pid\n\
             {LONG} tail --pid=$pid -f /dev/null || exit 97\n\
             wait $pid; echo $? >status\n"
        ));
        assert_eq!(ran.exit, Some(0), "{command}: {ran:?}");
        let status = fs::read_to_string(home.file("status")).unwrap();
        let error = fs::read_to_string(home.file("error")).unwrap();
        let wanted = if command.starts_with("lab") { "0" } else { "3" };
        assert_eq!(status.trim(), wanted, "{command}: {error}");
        assert_eq!(error.contains("was ended before"), wanted == "3", "{command}: {error}");
    }
}

/// `watch | head -1`: nothing changes on this network, so that no write would ever tell.
#[test]
fn a_reader_that_goes_ends_what_only_it_read() {
    let home = Home::new();
    fs::write(home.file("tape.jsonl"), recording()).unwrap();
    for command in
        ["watch --for 3600", "watch --for 3600 --json-lines", "replay tape.jsonl --speed 1 --json-lines"]
    {
        let ran = home.shell(&format!(
            "mkfifo out; \"$SG\" {command} >out 2>error & pid=$!\n\
             {LONG} head -n 1 <out >line || exit 98\n\
             {LONG} tail --pid=$pid -f /dev/null || exit 97\n\
             wait $pid; status=$?; rm out; test -s line && test $status = 3 || exit $status\n"
        ));
        assert_eq!(ran.exit, Some(0), "{command}: {ran:?}");
        assert_eq!(fs::read_to_string(home.file("error")).unwrap_or_default(), "", "{command}");
    }
}

/// A recording that goes on for an hour after its one line.
fn recording() -> String {
    let home = Home::new();
    let ran = home.run(&["check", "--record", "tape.jsonl"]);
    assert_eq!(ran.exit, Some(1), "{ran:?}");
    let tape = fs::read_to_string(home.file("tape.jsonl")).unwrap();
    let (before, _ended) = tape.trim_end().rsplit_once('\n').unwrap();
    format!("{before}\n{{\"at\":3600000,\"input\":\"ended\"}}\n")
}
