//! Where there is nothing to look at, and where the question was wrong: a clear line and the right exit status.

use super::program::Home;
use solidgreen::model::Cause;
use std::fs;

#[test]
fn without_an_interface_find_could_not_look() {
    let ran = Home::new().run(&["find"]);
    assert_eq!(ran.exit, Some(3), "{ran:?}");
    assert!(ran.err.contains("no network interface was found"), "{ran:?}");
    let ran = Home::new().run(&["find", "--json"]);
    assert_eq!(ran.exit, Some(3), "{ran:?}");
    let json = ran.json();
    assert_eq!((&json["schema"], &json["footprint"]["packets"]), (&1.into(), &0.into()), "{json}");
    assert!(json["hosts"].is_array() && json.get("checks").is_none(), "{json}");
}

#[test]
fn without_an_interface_check_names_the_cause() {
    let ran = Home::new().run(&["check", "--json"]);
    assert_eq!(ran.exit, Some(1), "{ran:?}");
    let json = ran.json();
    assert_eq!(json["verdict"]["code"], "host.no-link", "{json}");
    assert_eq!(json["verdict"]["owner"], "installer", "{json}");
    assert_eq!(json["footprint"]["packets"], 0, "{json}");
    let ran = Home::new().run(&["check"]);
    assert_eq!(ran.exit, Some(1), "{ran:?}");
    assert!(ran.out.starts_with("This computer has no network link."), "{ran:?}");
}

#[test]
fn an_unknown_interface_is_answered_by_the_list_of_those_there_are() {
    for command in ["find", "check", "watch"] {
        let ran = Home::new().run(&[command, "--interface", "nope0"]);
        assert_eq!((ran.exit, ran.out.as_str()), (Some(3), ""), "{ran:?}");
        assert!(ran.err.contains("'nope0'") && ran.err.contains("there are: lo"), "{ran:?}");
    }
    let ran = Home::new().run(&["check", "--plan", "--interface", "nope0"]);
    assert_eq!(ran.exit, Some(3), "{ran:?}");
}

#[test]
fn bad_usage_is_told_apart_from_everything_else() {
    let wrong: [(&[&str], &str); 14] = [
        (&["bogus"], "bogus"),
        (&["check", "--bogus"], "--bogus"),
        (&["check", "--mac", "zz"], "12 hexadecimal digits"),
        (&["check", "--ip", "300.1.1.1"], "300.1.1.1"),
        (&["check", "--saw", "purple"], "blinking-red"),
        (&["find", "--wait", "soon"], "number of seconds"),
        (&["watch", "--for=-1"], "number of seconds"),
        (&["watch", "--metrics", "here"], "here"),
        (&["console"], "--port"),
        (&["firewall"], "--vendor"),
        (&["firewall", "--vendor", "nope", "--mac", "34a5e1000001", "--ip", "192.168.1.9"], "fortigate"),
        (&["report"], "--out"),
        (&["report", "--out", "x.pdf", "--lang", "fi"], "sv"),
        (&["explain", "no.such-cause"], "no.such-cause"),
    ];
    let home = Home::new();
    for (args, named) in wrong {
        let ran = home.run(args);
        assert_eq!((ran.exit, ran.out.as_str()), (Some(2), ""), "{args:?}: {ran:?}");
        assert!(ran.err.contains(named), "{args:?} does not name '{named}': {ran:?}");
    }
}

#[test]
fn the_plan_is_printed_and_nothing_is_kept() {
    let home = Home::new();
    let ran = home.run(&["check", "--plan", "--json"]);
    // without an interface there is nothing to plan for, or a plan of what cannot be done: never a crash
    assert!(matches!(ran.exit, Some(0 | 3)), "{ran:?}");
    assert!(home.run(&["history"]).out.starts_with("No visit is kept"));
}

#[test]
fn each_cause_has_a_page() {
    let home = Home::new();
    let list = home.run(&["explain"]);
    assert_eq!(list.exit, Some(0), "{list:?}");
    for cause in Cause::ALL {
        assert!(list.out.lines().any(|l| l.split_whitespace().next() == Some(cause.code())), "{cause:?}");
        let page = home.run(&["explain", cause.code()]);
        assert_eq!(page.exit, Some(0), "{page:?}");
        assert!(page.out.contains(cause.code()) && page.out.lines().count() > 6, "{page:?}");
    }
    let ran = home.run(&["explain", "x\u{1b}[31m\u{202e}"]);
    assert_eq!(ran.exit, Some(2));
    assert!(super::program::obeyed(&ran.err).is_empty(), "{ran:?}");
}

#[test]
fn a_profile_with_a_wrong_key_is_refused_by_the_name_of_the_key() {
    let home = Home::new();
    let shipped = home.run(&["profile", "--print"]).out;
    let file = home.file("own.toml");
    fs::write(&file, &shipped).unwrap();
    let own = file.to_str().unwrap();
    assert_eq!(home.run(&["--profile", own, "profile", "--print"]).out, shipped);
    assert_eq!(shipped.matches("\n[cloud]\n").count(), 1);
    fs::write(&file, shipped.replace("\n[cloud]\n", "\n[cloud]\nprots = [1]\n")).unwrap();
    // each command reads it, also one that could do without
    for args in [&["check"][..], &["profile"], &["find", "--json"], &["explain"]] {
        let ran = home.run(&[&["--profile", own], args].concat());
        assert_eq!((ran.exit, ran.out.as_str()), (Some(2), ""), "{args:?}: {ran:?}");
        assert!(ran.err.contains("prots"), "{args:?}: {ran:?}");
    }
    let ran = home.run(&["--profile", "is-not-there.toml", "check"]);
    assert_eq!(ran.exit, Some(2));
    assert!(ran.err.contains("is-not-there.toml"), "{ran:?}");
}

#[test]
fn what_is_repaired_in_a_mac_is_said_wherever_one_is_typed() {
    let home = Home::new();
    let reserve = |mac: &str| {
        home.run(&[
            "firewall",
            "--vendor",
            "fortigate",
            "--mac",
            mac,
            "--ip",
            "192.0.2.50",
            "--part",
            "reserve",
        ])
    };
    let plain = reserve("34:a5:e1:00:0b:07");
    assert!(plain.exit == Some(0) && plain.err.is_empty(), "{plain:?}");
    for (written, said) in [
        ("MAC:34A5E1000B07;SN:123456789012", ""),
        ("\u{200e}34\u{2212}A5\u{2212}E1\u{2212}00\u{2212}0B\u{2212}07", ""),
        ("1,34:a5:e1:0:b:7", "a leading 01 left out"),
        ("34:AS:EI:OO:OB:O7", "34:a5:e1:00:0b:07: S read as 5, I read as 1, O read as 0;"),
    ] {
        let ran = reserve(written);
        assert_eq!((ran.exit, &ran.out), (Some(0), &plain.out), "{written}: {ran:?}");
        assert!(ran.err.contains(said) && (said.is_empty() == ran.err.is_empty()), "{written}: {ran:?}");
    }
    let args = ["firewall", "--vendor", "fortigate", "--gateway", "34:AS:e1:0:b:7,192.0.2.50", "--json"];
    let json = home.run(&args).json();
    assert_eq!(
        json["repaired"],
        serde_json::json!([{ "mac": "34:a5:e1:00:0b:07", "repairs": ["S read as 5"] }])
    );
    let two = reserve("34A5E1000B07 34A5E1000B08");
    assert_eq!((two.exit, two.out.as_str()), (Some(2), ""), "{two:?}");
    assert!(two.err.contains("34:a5:e1:00:0b:07") && two.err.contains("34:a5:e1:00:0b:08"), "{two:?}");
    // in a network of its own, where nobody is: the box is there because it was typed in
    let json = home
        .run(&["find", "--json", "--wait", "0.1", "--interface", "lo", "--mac", "34:A5:EI:00:0B:07"])
        .json();
    assert_eq!(
        json["gateways"][0]["remarks"],
        serde_json::json!(["Its MAC was typed in with I read as 1."]),
        "{json:#}"
    );
}

/// What IT pasted is said whatever could be measured, and what it says of the box stands in the JSON.
#[test]
fn a_pasted_log_and_a_lease_table_count_as_evidence() {
    let home = Home::new();
    let mac = "34:a5:e1:00:0b:07";
    fs::write(
        home.file("denied.log"),
        "Nov 27 10:00:01 fw kernel: [SG block 7] IN=eth0 OUT=eth1 MAC=00:11:22:33:44:55:34:a5:e1:00:0b:07:08:00 \
         SRC=192.0.2.50 DST=54.229.68.147 LEN=60 PROTO=TCP SPT=51515 DPT=4321 WINDOW=64240 SYN URGP=0\n",
    )
    .unwrap();
    let ran = home.run(&["check", "--json", "--mac", mac, "--read-log", "denied.log"]);
    assert_eq!(ran.exit, Some(1), "{ran:?}");
    let json = ran.json();
    let told = &json["reported"][0];
    assert_eq!(told["mac"], mac, "{json}");
    assert!(told["evidence"]["text"].as_str().unwrap().contains("SG block 7"), "{told}");
    assert_eq!(told["evidence"]["basis"], "reported", "{told}");
    let ran = home.run(&["check", "--mac", mac, "--read-log", "denied.log"]);
    assert!(ran.out.contains("SG block 7"), "{ran:?}");
    // the visit keeps it, and a public report does not tell what the site calls its rules
    let ran = home.run(&["report", "--out", "r.md", "--redact", "public"]);
    assert_eq!(ran.exit, Some(0), "{ran:?}");
    let report = fs::read_to_string(home.file("r.md")).unwrap();
    assert!(report.contains("Reported by the firewall") && !report.contains("SG block 7"), "{report}");
    // a file that is not there is bad usage or blindness, and never a verdict
    let ran = home.run(&["check", "--mac", mac, "--read-log", "nowhere.log"]);
    assert_eq!((ran.exit, ran.out.as_str()), (Some(3), ""), "{ran:?}");
    assert!(ran.err.contains("nowhere.log"), "{ran:?}");
}
