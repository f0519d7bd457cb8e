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

#[test]
fn a_version_has_its_text_or_is_refused() {
    let home = Home::new();
    let ask = |vendor: &str, version: &str| {
        home.run(
            &[&["firewall", "--vendor", vendor, "--version", version, "--part", "all"][..], &GATEWAY]
                .concat(),
        )
    };
    assert!(ask("vyos", "1.3").out.contains("set firewall name LAN-WAN"));
    assert!(ask("vyos", "1.5.2").out.contains("set firewall ipv4 forward filter"));
    assert!(
        ask("fortigate", "6.4.9").out.contains("start-mac")
            && ask("fortigate", "7.4").out.contains("macaddr")
    );
    let old = ask("fortigate", "5.6");
    assert!(old.exit == Some(2) && old.err.contains("it has: 7.0"), "{old:?}");
    let same = ask("routeros", "6.49");
    assert!(same.exit == Some(0) && same.err.contains("one text for all versions"), "{same:?}");
    let listed = list(&home).into_iter().find(|p| p["id"] == "vyos").unwrap();
    assert_eq!(listed["releases"][0]["id"], "1.4", "the usual one first: {listed}");
}

#[test]
fn a_table_of_leases_gives_the_address() {
    let home = Home::new();
    let file = home.path().join("leases.txt");
    std::fs::write(&file, "192.0.2.9 dev lan0 lladdr 0a:00:00:00:00:09 REACHABLE\n192.0.2.50 dev lan0 lladdr 34:a5:e1:00:0b:07 STALE\n").unwrap();
    let file = file.to_str().unwrap();
    let found = home.run(&["firewall", "--read-leases", file, "--mac", "34-A5-E1-00-0B-07"]);
    assert!(found.exit == Some(0) && found.out.starts_with("34:a5:e1:00:0b:07 has 192.0.2.50."), "{found:?}");
    let json = home.run(&["firewall", "--read-leases", file, "--mac", "34a5e1000b07", "--json"]).json();
    assert_eq!(
        (json["leases"][0]["ip"].as_str(), json["leases"][0]["line"].as_u64()),
        (Some("192.0.2.50"), Some(2))
    );
    let absent = home.run(&["firewall", "--read-leases", file, "--mac", "34:a5:e1:00:0b:01"]);
    assert!(
        absent.exit == Some(1) && absent.out.contains("is not in this text: 2 lines, 2 devices"),
        "{absent:?}"
    );
    assert!(absent.out.contains("34:a5:e1:00:0b:07 is there and differs"), "{absent:?}");
    assert_eq!(
        home.run(&["firewall", "--read-leases", "/nowhere/x", "--mac", "34:a5:e1:00:0b:01"]).exit,
        Some(3)
    );
}

#[test]
fn a_log_says_what_was_denied() {
    let home = Home::new();
    let file = home.path().join("log.txt");
    let denied = "%ASA-4-106023: Deny tcp src inside:192.0.2.50/50000 dst outside:198.51.100.7/4321 by access-group \"in\" [0x0, 0x0]\n";
    std::fs::write(&file, denied.repeat(3)).unwrap();
    let file = file.to_str().unwrap();
    let told = home.run(&["firewall", "--read-log", file, "--ip", "192.0.2.50"]);
    assert_eq!(told.exit, Some(1), "something was denied: {told:?}");
    assert!(
        told.out.contains("3 x  Denied: TCP port 4321 to 198.51.100.7, by access list \"in\"."),
        "{told:?}"
    );
    let json = home.run(&["firewall", "--read-log", file, "--ip", "192.0.2.50", "--json"]).json();
    assert_eq!(
        (json["entries"][0]["action"].as_str(), json["entries"][0]["port"].as_u64()),
        (Some("denied"), Some(4321))
    );
    assert_eq!(home.run(&["firewall", "--read-log", file, "--ip", "192.0.2.5"]).exit, Some(0));
    assert_eq!(home.run(&["firewall", "--read-log", file]).exit, Some(2), "of whom?");
}

/// What a text does not say is said, with the next step, and only what is certain has status 0.
#[test]
fn what_a_text_leaves_open_is_said() {
    let home = Home::new();
    let file = home.path().join("text.txt");
    let path = file.to_str().unwrap().to_owned();
    let ask = |text: &str, how: &[&str]| {
        std::fs::write(&file, text).unwrap();
        home.run(&[&["firewall"], how].concat())
    };
    let mac = "34:a5:e1:00:0b:07";
    let leases = ["--read-leases", &path, "--mac", mac];
    let by_ip = ["--read-log", &path, "--ip", "192.0.2.50"];
    let by_mac = ["--read-log", &path, "--mac", mac];
    let two = "192.0.2.50 ether 34:a5:e1:00:0b:07 C eth0\n192.0.2.51 ether 34:a5:e1:00:0b:07 C eth0\n";
    let old = "1595960999 34:a5:e1:00:0b:07 192.0.2.50 templog *\n";
    let forti = |dst: &str, port: u16, proto: u8, action: &str| {
        format!(
            "date=2026-11-27 time=14:03:14 type=\"traffic\" subtype=\"forward\" srcip=192.0.2.50 srcport=40000 dstip={dst} dstport={port} proto={proto} action=\"{action}\" policyid=7 policyname=\"not this\"\n"
        )
    };
    let exchange = "Nov 27 14:45:02 dhcp1 dhcpd[812]: DHCPREQUEST for 192.0.2.50 (192.0.2.2) from 34:a5:e1:00:0b:07 via eth1\nNov 27 14:45:02 dhcp1 dhcpd[812]: DHCPACK on 192.0.2.50 to 34:a5:e1:00:0b:07 via eth1\n";
    for (text, how, exit, says) in [
        ("\n\n", &leases, 1, "The text is empty"),
        ("", &by_ip, 0, "The text is empty"),
        (two, &leases, 1, "several addresses (192.0.2.50, 192.0.2.51)"),
        (old, &leases, 1, "the lease ended 2020-07-28 18:29 UTC"),
        (&forti("198.51.100.1", 123, 17, "deny"), &by_ip, 0, "Denied, but not the way to the cloud"),
        (&forti("198.51.100.1", 53, 17, "deny"), &by_ip, 1, "by \"not this\""),
        (&forti("198.51.100.1", 443, 6, "close"), &by_ip, 0, "Look at the next device on its way"),
        (&forti("198.51.100.1", 443, 6, "deny"), &by_mac, 0, "This log has no MAC addresses"),
        (
            "Nov 27 07:03:12 fw dhcpd: DHCPDISCOVER from aa:bb:cc:00:11:22 via eth1\n",
            &by_ip,
            0,
            "No line is of the gateway",
        ),
        ("Nov 27 07:03:12 box somethingd[1]: session 192.0.2.50 noted\n", &by_ip, 0, "were not understood"),
        (exchange, &by_mac, 0, "2 of the gateway, none a denial"),
    ] {
        let ran = ask(text, how);
        assert!(ran.exit == Some(exit) && ran.out.contains(says), "{says}: {ran:?}");
    }
    let json = ask(two, &[&leases[..], &["--json"]].concat()).json();
    assert_eq!(json["leases"][0]["addresses"].as_array().map(Vec::len), Some(2), "{json}");
    assert_eq!(
        (json["leases"][0]["certain"].as_bool(), json["leases"][0]["in_force"].as_bool()),
        (Some(false), Some(false))
    );
    let json = ask(&forti("198.51.100.1", 123, 17, "deny"), &[&by_ip[..], &["--json"]].concat()).json();
    assert_eq!(json["entries"][0]["on_the_way"].as_bool(), Some(false), "{json}");
    let help = home.run(&["firewall", "--help"]);
    let help = help.out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(help.contains("Exit status 0: nothing on its way to the cloud"), "{help}");
}

#[test]
fn a_mud_file_names_no_gateway() {
    let home = Home::new();
    let ran = home.run(&[
        "firewall",
        "--mud",
        "--scope",
        "named-hosts",
        "--mud-url",
        "https://mud.site.example/gw.json",
    ]);
    assert_eq!((ran.exit, ran.err.as_str()), (Some(0), ""), "{ran:?}");
    let json = ran.json();
    assert_eq!(json["ietf-mud:mud"]["mud-url"], "https://mud.site.example/gw.json");
    assert_eq!(home.run(&["firewall", "--mud", "--mud-url", "http://x.example/"]).exit, Some(2));
}
