//! Killed at any moment, on a small disk that fills and empties: nothing that was said to be kept is lost, and nothing is
//! left that cannot be opened. `KILLS` says how often (the night: 200).

use super::program::Home;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;

#[test]
fn nothing_that_was_said_to_be_kept_is_lost_by_a_kill_on_a_disk_that_fills() {
    let kills: u32 = std::env::var("KILLS").ok().and_then(|n| n.parse().ok()).unwrap_or(40);
    let home = Home::new();
    // moments all over a run, not in order; how long one takes is measured anew each time, since others use the machine
    // too; in every fifth round the disk fills, in another it empties; every tenth round is not killed on a full disk (a
    // time of nothing is no end), and every tenth not on one with room
    let script = format!(
        "set -u; mkdir -p disk; mount -t tmpfs -o size=700k none disk || exit 99\n\
         export SOLIDGREEN_DATA=disk/data\n\
         n=0; while [ $n -lt {kills} ]; do\n\
         case $((n % 5)) in\n\
         1) dd if=/dev/zero of=disk/filler bs=1k count=$((n * 37 % 600)) 2>/dev/null;;\n\
         3) rm -f disk/filler;;\n\
         esac\n\
         t=$(date +%s%N); SOLIDGREEN_DATA=elsewhere \"$SG\" check >/dev/null 2>&1; t=$((($(date +%s%N) - t) / 1000))\n\
         at=$((n * 389 % 1000 * t / 900))\n\
         case $((n % 10)) in\n\
         6) dd if=/dev/zero of=disk/filler bs=1k 2>/dev/null; at=0;;\n\
         9) at=0;;\n\
         esac\n\
         timeout -s KILL $((at / 1000000)).$(printf %06d $((at % 1000000))) \"$SG\" check --json >out.$n 2>error.$n\n\
         \"$SG\" history list --json >list.$n 2>list-error.$n || {{ cat list-error.$n >&2; exit 98; }}\n\
         n=$((n + 1)); done\n"
    );
    let ran = home.shell(&script);
    assert_eq!(ran.exit, Some(0), "{ran:?}");
    let (mut kept, mut killed, mut without_room) = (BTreeSet::new(), 0, 0);
    for n in 0..kills {
        let out = fs::read_to_string(home.file(&format!("out.{n}"))).unwrap();
        match serde_json::from_str::<Value>(&out) {
            Ok(json) if json["kept_in"].is_string() => {
                kept.insert(json["visit"].as_str().unwrap().to_owned());
            }
            Ok(_) => without_room += 1,
            Err(_) => killed += 1,
        }
        let list = fs::read_to_string(home.file(&format!("list.{n}"))).unwrap();
        let list: Value = serde_json::from_str(&list).unwrap_or_else(|e| panic!("round {n}: {e}: {list}"));
        let visits = list["visits"].as_array().unwrap();
        for id in &kept {
            let visit = visits.iter().find(|v| v["id"] == id.as_str());
            let visit = visit.unwrap_or_else(|| panic!("round {n}: {id} is gone: {list}"));
            assert_eq!(
                (&visit["code"], &visit["broken"]),
                (&"host.no-link".into(), &Value::Null),
                "round {n}"
            );
        }
        assert!(visits.iter().all(|v| v["broken"].is_null()), "round {n}: a kill broke a visit: {list}");
    }
    let enough = kills / 8;
    assert!(
        killed >= enough && kept.len() >= enough as usize && without_room > 0,
        "{killed} killed, {} kept, {without_room} without room: this proves little",
        kept.len()
    );
}
