//! A clock that stands before 1970, years ahead, beyond the calendar, or jumps: the program looks as always, and no visit
//! is the newest for ever after.

use super::program::Home;
use serde_json::Value;
use std::fs;

/// Stands between the program and its clock: the wall clock alone says `SG_CLOCK`, seconds since 1970.
const SHIM: &str = r#"
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>
int clock_gettime(clockid_t id, struct timespec *t) {
    static int (*real)(clockid_t, struct timespec *);
    if (!real) real = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
    int r = real(id, t);
    const char *said = getenv("SG_CLOCK");
    if (said && id == CLOCK_REALTIME) t->tv_sec = strtoll(said, 0, 10);
    return r;
}
"#;

fn home_with_a_shim() -> Home {
    let home = Home::new();
    fs::write(home.file("shim.c"), SHIM).unwrap();
    let ran = home.shell("cc -shared -fPIC -o shim.so shim.c -ldl");
    assert_eq!(ran.exit, Some(0), "the program `cc` makes the shim: {ran:?}");
    home
}

fn check_at(home: &Home, secs: i64) -> Value {
    let ran = home.shell(&format!(
        "SG_CLOCK={secs} LD_PRELOAD=\"$PWD/shim.so\" \"$SG\" check --json >json 2>error; echo $?"
    ));
    let error = fs::read_to_string(home.file("error")).unwrap();
    assert_eq!(ran.out.trim(), "1", "the clock at {secs}: {error}");
    assert!(!error.contains("panicked") && !error.contains("broke"), "the clock at {secs}: {error}");
    serde_json::from_str(&fs::read_to_string(home.file("json")).unwrap()).unwrap()
}

#[test]
fn the_last_visit_is_the_one_that_was_made_last_whatever_the_clock_said() {
    let home = home_with_a_shim();
    let years = |n: i64| n * 31_556_952;
    let mut made = Vec::new();
    // today, 2032, today, a battery that was flat, before 1970, far beyond the calendar, today
    for secs in [years(56), years(62), years(56), 0, -1, -years(70), years(300_000), i64::MAX / 4, years(56)]
    {
        let json = check_at(&home, secs);
        assert_eq!(json["verdict"]["code"], "host.no-link", "the clock at {secs}: {json}");
        assert!(json["kept_in"].is_string(), "the clock at {secs}: {json}");
        made.push(json["visit"].as_str().unwrap().to_owned());
        let ran = home.run(&["report", "--out", "last.json"]);
        assert_eq!(ran.exit, Some(0), "{ran:?}");
        let report: Value = serde_json::from_slice(&fs::read(home.file("last.json")).unwrap()).unwrap();
        assert_eq!(report["snapshot"]["visit"], made.last().unwrap().as_str(), "the clock at {secs}");
        // times are printed in both
        let odd = !(0..years(100)).contains(&secs);
        for name in ["last.md", "last.pdf"].into_iter().filter(|_| odd) {
            assert_eq!(home.run(&["report", "--out", name]).exit, Some(0), "the clock at {secs}: {name}");
        }
    }
    let list = home.run(&["history", "list", "--json"]).json();
    let ids: Vec<&str> =
        list["visits"].as_array().unwrap().iter().map(|v| v["id"].as_str().unwrap()).collect();
    made.reverse();
    assert_eq!(ids, made, "every visit is there, the newest first");
    assert!(list["visits"].as_array().unwrap().iter().all(|v| v["broken"].is_null()), "{list}");
}
