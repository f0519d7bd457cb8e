//! `demo --json`: each fault gives the verdict that its name promises.

use super::program::{Home, Ran};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Instant;

/// Fault; verdict, its owner and the exit status; a finding that must be there; the LED.
type Row = (&'static str, (&'static str, &'static str, i32), &'static str, &'static str);

const TABLE: [Row; 18] = [
    ("none", ("ok.green", "nobody", 0), "ok.green", "solid-green"),
    ("no-dhcp", ("dhcp.no-server", "it", 1), "dhcp.no-server", "solid-red"),
    ("no-link", ("host.no-link", "installer", 1), "host.no-link", "solid-red"),
    ("dns-unreachable", ("dns.unreachable", "it", 1), "dns.unreachable", "blinking-red"),
    ("dns-name-blocked", ("dns.name-blocked", "it", 1), "dns.name-blocked", "blinking-red"),
    ("dns-redirected", ("dns.redirected", "it", 1), "dns.redirected", "blinking-red"),
    ("both-ports-dropped", ("cloud.both-ports-dropped", "it", 1), "cloud.both-ports-dropped", "blinking-red"),
    (
        "both-ports-rejected",
        ("cloud.both-ports-rejected", "it", 1),
        "cloud.both-ports-rejected",
        "blinking-red",
    ),
    ("port-443-blocked", ("cloud.port-443-blocked", "it", 1), "cloud.port-443-blocked", "solid-green"),
    ("port-4321-blocked", ("cloud.port-4321-blocked", "it", 1), "cloud.port-4321-blocked", "solid-green"),
    (
        "some-addresses-blocked",
        ("cloud.some-addresses-blocked", "it", 1),
        "cloud.some-addresses-blocked",
        "solid-green",
    ),
    (
        "gateway-only-blocked",
        ("cloud.gateway-only-blocked", "it", 1),
        "cloud.gateway-only-blocked",
        "blinking-red",
    ),
    ("proxy-answers", ("cloud.proxy-answers", "it", 1), "cloud.proxy-answers", "blinking-red"),
    ("internet-down", ("internet.down", "isp", 1), "internet.down", "blinking-red"),
    // the box says itself that it is green: what spoils only this computer's view is told beside it
    ("vpn-route", ("ok.green", "nobody", 0), "host.vpn-route", "solid-green"),
    ("other-subnet", ("ok.green", "nobody", 0), "host.other-subnet", "solid-green"),
    ("silent", ("gateway.silent", "installer", 1), "gateway.silent", "solid-red"),
    // it restarts later than a check takes
    ("restart", ("ok.green", "nobody", 0), "ok.green", "solid-green"),
];
/// They wait for answers most of the time.
const AT_ONCE: usize = 4;

#[test]
fn each_fault_gives_what_its_name_promises() {
    let listed = Home::new().run(&["demo", "--fault", "list"]);
    let names: Vec<&str> = listed.out.lines().filter_map(|l| l.split_whitespace().next()).collect();
    assert_eq!(names, TABLE.map(|row| row.0), "the table and the list of faults differ");
    let (todo, wrong) = (Mutex::new(TABLE.to_vec()), Mutex::new(Vec::new()));
    // a function, so that the list is not held while a fault is tried
    let next = || todo.lock().unwrap().pop();
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some(row) = next() {
                    let begun = Instant::now();
                    let ran = Home::new().run(&["demo", "--json", "--fault", row.0]);
                    println!("{:<24} {:>6} ms wall", row.0, begun.elapsed().as_millis());
                    wrong.lock().unwrap().extend(differs(&row, &ran));
                }
            });
        }
    });
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn differs((fault, verdict, finding, led): &Row, ran: &Ran) -> Vec<String> {
    let json = ran.json();
    let mut wrong = contract(&json);
    let word = |key: &str| json["verdict"][key].as_str().unwrap_or("-").to_owned();
    let found = (word("code"), word("owner"), ran.exit);
    if found != (verdict.0.to_owned(), verdict.1.to_owned(), Some(verdict.2)) {
        wrong.push(format!("{found:?} in place of {verdict:?}"));
    }
    let findings: Vec<&Value> =
        json["findings"].as_array().into_iter().flatten().map(|f| &f["code"]).collect();
    if !findings.contains(&&Value::from(*finding)) {
        wrong.push(format!("{finding} is not among {findings:?}"));
    }
    let leds: Vec<&Value> =
        json["gateways"].as_array().into_iter().flatten().map(|g| &g["led"]["possible"]).collect();
    if leds != [&serde_json::json!([led])] {
        wrong.push(format!("LEDs {leds:?} in place of {led}"));
    }
    wrong.into_iter().map(|w| format!("{fault}: {w}")).collect()
}

/// What other programs rely on: keys that are there, words that are of the contract.
fn contract(json: &Value) -> Vec<String> {
    let mut wrong = Vec::new();
    let keys = ["schema", "verdict", "findings", "gateways", "checks", "footprint", "took_ms"];
    wrong.extend(keys.iter().filter(|k| json.get(k).is_none()).map(|k| format!("no '{k}'")));
    if json["schema"] != 1 {
        wrong.push(format!("schema is {}", json["schema"]));
    }
    let words = BTreeMap::from([
        ("level", vec!["ok", "info", "warning", "fault", "unknown"]),
        ("owner", vec!["installer", "it", "isp", "vendor", "nobody"]),
        ("basis", vec!["reported", "measured", "seen", "inferred", "none"]),
        ("outcome", vec!["passed", "failed", "skipped", "inconclusive"]),
    ]);
    walk(json, &mut |key, value| {
        if let (Some(allowed), Some(word)) = (words.get(key), value.as_str())
            && !allowed.contains(&word)
        {
            wrong.push(format!("'{word}' is no {key}"));
        }
    });
    let packets = &json["footprint"]["packets"];
    if !packets.is_u64() || !json["footprint"]["addresses"].is_u64() {
        wrong.push(format!("the footprint is not counted: {}", json["footprint"]));
    }
    wrong
}

fn walk<'a>(json: &'a Value, see: &mut impl FnMut(&'a str, &'a Value)) {
    match json {
        Value::Object(map) => {
            for (key, value) in map {
                see(key, value);
                walk(value, see);
            }
        }
        Value::Array(list) => list.iter().for_each(|value| walk(value, see)),
        _ => {}
    }
}

#[test]
fn in_the_terminal_it_says_that_it_is_a_demonstration() {
    let home = Home::new();
    let ran = home.run(&["demo", "--terminal", "--fault", "proxy-answers"]);
    assert_eq!(ran.exit, Some(1), "{ran:?}");
    assert!(ran.out.starts_with("Demonstration"), "{ran:?}");
    assert!(ran.out.contains("[cloud.proxy-answers]") && ran.out.contains("the IT department"), "{ran:?}");
    // training leaves no visit among the real ones
    assert!(home.run(&["history", "list"]).out.starts_with("No visit is kept"));
}

#[test]
fn without_a_display_the_window_becomes_text() {
    let ran = Home::new().run(&["demo", "--fault", "proxy-answers"]);
    assert_eq!(ran.exit, Some(1), "{ran:?}");
    assert!(ran.out.contains("[cloud.proxy-answers]"), "{ran:?}");
    #[cfg(feature = "gui")]
    assert!(ran.err.contains("DISPLAY"), "{ran:?}");
}

#[test]
fn an_unknown_fault_is_bad_usage() {
    let ran = Home::new().run(&["demo", "--json", "--fault", "no\u{1b}[31msuch"]);
    assert_eq!((ran.exit, ran.out.as_str()), (Some(2), ""), "{ran:?}");
    assert!(ran.err.contains("both-ports-dropped"), "{ran:?}");
    assert!(!ran.err.contains('\u{1b}'), "{ran:?}");
}
