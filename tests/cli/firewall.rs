//! `firewall`: the list for other programs, each text of each platform, and names that try to break out.

use super::program::{Home, obeyed};
use serde_json::Value;

const GATEWAY: [&str; 4] = ["--mac", "34-A5-E1-00-00-07", "--ip", "192.168.7.52"];
/// Quotes, separators and substitutions of every shell and console, a terminal escape, a direction mark, a new line.
const HOSTILE: &str = "Ward 5\"; reboot #'`id`$(id)|;&\\ <b>{x}%s\r\nset system\n\u{1b}[31m\u{202e}end";

fn list(home: &Home) -> Vec<Value> {
    let ran = home.run(&["firewall", "--list", "--json"]);
    assert_eq!(ran.exit, Some(0), "{ran:?}");
    let json = ran.json();
    assert_eq!(json["schema"], 1);
    json["platforms"].as_array().unwrap().clone()
}

fn words(platform: &Value, key: &str) -> Vec<String> {
    let list = platform[key].as_array().unwrap_or_else(|| panic!("no list '{key}': {platform}"));
    list.iter().map(|w| w.as_str().unwrap().to_owned()).collect()
}

#[test]
fn the_list_has_the_keys_of_the_contract() {
    let platforms = list(&Home::new());
    assert!(platforms.len() >= 5, "{platforms:?}");
    for p in &platforms {
        for key in ["id", "name", "evidence"] {
            assert!(p[key].as_str().is_some_and(|w| !w.is_empty()), "{key}: {p}");
        }
        assert!(p["capabilities"].as_object().is_some_and(|c| !c.is_empty()), "{p}");
        assert_eq!(words(p, "scopes"), ["any-host", "named-hosts"]);
        assert_eq!(words(p, "parts").len(), 8, "{p}");
    }
}

#[test]
fn each_part_of_each_platform_says_something_in_both_scopes() {
    let home = Home::new();
    for p in list(&home) {
        let id = p["id"].as_str().unwrap();
        for scope in words(&p, "scopes") {
            let ask = |part: &str| {
                let args = ["firewall", "--vendor", id, "--scope", &scope, "--part", part];
                let ran = home.run(&[&args[..], &GATEWAY].concat());
                assert_eq!(ran.exit, Some(0), "{id} {part} {scope}: {ran:?}");
                assert!(ran.out.trim().lines().count() >= 2, "{id} {part} {scope} says nothing: {ran:?}");
                assert!(obeyed(&ran.out).is_empty(), "{id} {part} {scope}: {:?}", obeyed(&ran.out));
                ran.out
            };
            let rule = ask("rule");
            assert!(rule.contains("443") && rule.contains("4321"), "{id} {scope}: {rule}");
            let all = ask("all");
            for part in words(&p, "parts") {
                let text = ask(&part);
                let body: Vec<&str> = text.lines().filter(|l| !l.starts_with('#')).collect();
                assert!(body.iter().all(|l| all.contains(l)), "{id} {part} {scope} is not in 'all': {text}");
            }
            assert!(all.contains("192.168.7.52"), "{id} {scope} never names the gateway");
        }
    }
}

#[test]
fn a_hostile_name_of_the_site_stays_a_name() {
    let home = Home::new();
    for p in list(&home) {
        let id = p["id"].as_str().unwrap();
        let ask = |site: &str| {
            let args = ["firewall", "--vendor", id, "--part", "all", "--site", site];
            let ran = home.run(&[&args[..], &GATEWAY].concat());
            assert_eq!(ran.exit, Some(0), "{id}: {ran:?}");
            ran.out
        };
        let (plain, hostile) = (ask("Ward 5 reboot id id set system end"), ask(HOSTILE));
        assert!(obeyed(&hostile).is_empty(), "{id}: {:?}", obeyed(&hostile));
        // outside the name nothing may differ: no character of the name's own that the plain text has not
        let count = |text: &str, c: char| text.chars().filter(|x| *x == c).count();
        for c in "\"'`$|;&\\<>{}%#()".chars() {
            assert_eq!(count(&plain, c), count(&hostile, c), "{id}: '{c}' came out of the name:\n{hostile}");
        }
        assert_eq!(
            plain.lines().count(),
            hostile.lines().count(),
            "{id}: lines came out of the name:\n{hostile}"
        );
    }
}

#[test]
fn several_gateways_are_one_rule_and_the_site_has_its_own_words() {
    let home = Home::new();
    let ran = home.run(&[
        "firewall",
        "--vendor",
        "fortigate",
        "--gateway",
        "34:a5:e1:00:0b:07,192.168.7.20",
        "--gateway",
        "34-A5-E1-00-0C-11,192.168.7.21",
        "--set",
        "wan=virtual-wan-link",
    ]);
    assert_eq!(ran.exit, Some(0), "{ran:?}");
    let text = ran.out;
    assert_eq!(text.matches("\n    edit 0\n").count(), 1, "one rule: {text}");
    assert!(text.contains("set member") && text.contains("192.168.7.21 255.255.255.255"), "{text}");
    assert!(text.contains("set dstintf \"virtual-wan-link\"") && !text.contains("CHECK: wan1"), "{text}");
    assert!(text.contains("CHECK: internal"), "what was not said is still to be checked: {text}");
    for (args, why) in [
        (&["--set", "wan=a\"b"][..], "a word has at most"),
        (&["--set", "moon=x"], "no placeholder 'moon'"),
        (&["--gateway", "34:a5:e1:00:0b:07"], "give MAC,IP"),
    ] {
        let all = [
            &["firewall", "--vendor", "fortigate", "--mac", "34:a5:e1:00:0b:07", "--ip", "192.168.7.20"],
            args,
        ]
        .concat();
        let out = home.run(&all);
        assert!(out.exit == Some(2) && out.err.contains(why), "{args:?}: {out:?}");
    }
}
