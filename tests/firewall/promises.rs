//! What each text promises, whatever the platform: dates beside addresses, only additions, nothing empty, nothing dropped.

use crate::sample;
use solidgreen::firewall::{self, Form, MacMatch, NameMatch};
use solidgreen::model::Mac;
use solidgreen::model::rule::{Checked, PackPart, Part, RuleGateway, RuleIntent, Scope};
use std::collections::BTreeSet;

/// Runs `f` on every part of every platform and scope.
fn each(f: impl Fn(&str, &RuleIntent, &PackPart)) {
    for platform in firewall::platforms() {
        for scope in Scope::ALL {
            let intent = sample(scope, "Cold Room 2");
            for part in firewall::pack(platform.id(), &intent).unwrap() {
                f(platform.id(), &intent, &part);
            }
        }
    }
}

#[test]
fn every_platform_with_its_id() {
    let ids: Vec<&str> = firewall::platforms().iter().map(|p| p.id()).collect();
    assert_eq!(
        ids,
        [
            "fortigate",
            "asa",
            "ftd",
            "ios",
            "ios-zbfw",
            "meraki",
            "panos",
            "checkpoint",
            "srx",
            "sonicwall",
            "sophos",
            "watchguard",
            "unifi",
            "edgeos",
            "vyos",
            "routeros",
            "pfsense",
            "opnsense",
            "openwrt",
            "nftables",
            "iptables",
            "ufw",
            "firewalld",
            "windows",
            "macos-pf",
            "zyxel",
            "draytek",
            "aruba",
            "aruba-gateway",
            "omada",
            "barracuda",
            "stormshield",
            "huawei",
            "h3c",
            "cisco-rv",
            "clavister",
            "securepoint",
            "lancom",
            "fritzbox",
            "any"
        ]
    );
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len());
    assert!(
        firewall::platform("cisco").is_none() && firewall::pack("", &sample(Scope::AnyHost, "x")).is_none()
    );
    for p in firewall::platforms() {
        assert!(!p.versions().is_empty() && !p.name().is_empty());
        serde_json::to_string(p.capabilities()).unwrap();
    }
}

#[test]
fn a_pack_has_all_parts_in_order_and_none_is_empty() {
    for platform in firewall::platforms() {
        let pack = firewall::pack(platform.id(), &sample(Scope::AnyHost, "x")).unwrap();
        assert_eq!(pack.iter().map(|p| p.part).collect::<Vec<_>>(), Part::ALL);
        let all = firewall::render_all(platform, &pack);
        for part in &pack {
            assert!(
                part.text.trim().len() > 20 && part.text.ends_with('\n'),
                "{} {:?}",
                platform.id(),
                part.part
            );
            assert!(all.contains(&firewall::render(platform, part)));
        }
    }
}

#[test]
fn a_documented_address_never_stands_without_its_date() {
    each(|id, _, part| {
        for shown in std::iter::once(&part.text).chain(&part.notes) {
            if shown.contains("54.229.") {
                assert!(shown.contains("as of January 2018"), "{id} {:?}: {shown}", part.part);
            }
        }
    });
    let named: Vec<&str> = firewall::platforms()
        .iter()
        .filter(|p| p.part(Part::Rule, &sample(Scope::NamedHosts, "x")).text.contains("54.229.203.190"))
        .map(|p| p.id())
        .collect();
    assert_eq!(
        named,
        [
            "ios",
            "ios-zbfw",
            "edgeos",
            "openwrt",
            "nftables",
            "iptables",
            "ufw",
            "firewalld",
            "windows",
            "macos-pf",
            "draytek",
            "aruba",
            "omada",
            "cisco-rv",
            "securepoint",
            "lancom",
            "fritzbox",
            "any"
        ],
        "those without names print addresses, plain words print both, the others names"
    );
}

#[test]
fn the_scope_changes_the_destination_and_nothing_is_dropped() {
    for p in firewall::platforms() {
        let rule = |scope| p.part(Part::Rule, &sample(scope, "Cold Room 2")).text;
        let (any, named) = (rule(Scope::AnyHost), rule(Scope::NamedHosts));
        assert!(!any.contains("sensorist"), "{}: {any}", p.id());
        let wanted: &[&str] = match p.capabilities().names_as_destination {
            NameMatch::Yes => &["gk.sensorist.com", "gk.sensorist.net"],
            _ => &["54.229.203.190", "54.229.68.147"],
        };
        assert!(wanted.iter().all(|w| named.contains(w)), "{}: {named}", p.id());
        for text in [any, named] {
            assert!(text.contains("443") && text.contains("4321"), "{}: {text}", p.id());
            if p.capabilities().filters_forwarded {
                assert!(text.contains("192.0.2.50"), "{}: {text}", p.id());
            } else {
                assert!(text.contains("does NOT filter"), "{}: {text}", p.id());
            }
            assert_eq!(
                text.contains("00:11:22:33:44:55"),
                p.capabilities().mac_in_rule == MacMatch::Anded,
                "{}: the MAC stands in the rule only where it narrows it",
                p.id()
            );
        }
    }
}

#[test]
fn every_rule_says_where_it_ends_up_and_every_idle_default_is_judged() {
    for p in firewall::platforms() {
        let intent = sample(Scope::AnyHost, "x");
        let rule = p.part(Part::Rule, &intent);
        assert!(rule.notes.iter().any(|n| n.starts_with("Placement: ")), "{}", p.id());
        let idle = p.part(Part::IdleTimeout, &intent);
        let shown = firewall::render(p, &idle);
        assert!(shown.contains("7440"), "{}: {shown}", p.id());
        if let Some(s) = p.capabilities().idle_default_s {
            assert!(shown.contains(&format!("{s} s")), "{}: {shown}", p.id());
            let flagged = shown.contains("SHORT") || shown.contains("LIKELY TO CUT");
            assert_eq!(flagged, s < firewall::YARDSTICK_S, "{}", p.id());
        }
        if p.capabilities().idle_per_rule {
            assert!(shown.contains("86400"), "{}: {shown}", p.id());
        }
    }
}

#[test]
fn texts_only_add() {
    const NEVER: [&str; 10] = [
        "flush",
        "clear configure",
        "replace:",
        "factoryreset",
        "-Action Block",
        "add chain=forward action=drop",
        "set action deny",
        "\"action\":\"block\"",
        "policy drop",
        "delete table",
    ];
    each(|id, _, part| {
        for never in NEVER {
            assert!(!part.text.contains(never), "{id} {:?}: {never}", part.part);
        }
    });
}

#[test]
fn undo_names_what_the_rule_made_for_this_gateway_only() {
    for p in firewall::platforms() {
        let a = sample(Scope::AnyHost, "Cold Room 2");
        let mac = Mac([0x00, 0x11, 0x22, 0x33, 0x44, 0x66]);
        let b = RuleIntent { gateways: vec![RuleGateway { mac, ip: crate::IP }], ..a.clone() };
        let names = |intent: &RuleIntent| {
            let n = firewall::Names::new(&intent.site, &[intent.gateways[0].mac]);
            (n.comment(), n.tag())
        };
        for (one, other) in [(&a, &b), (&b, &a)] {
            let undo = firewall::render(p, &p.part(Part::Undo, one));
            assert!(undo.contains(&names(one).1) && !undo.contains(&names(other).1), "{}: {undo}", p.id());
            assert!(p.part(Part::Rule, one).text.contains(&names(one).0), "{}", p.id());
        }
    }
}

#[test]
fn what_a_line_cli_would_misread_in_a_comment_is_not_there() {
    for id in ["fortigate", "routeros", "asa", "ios", "panos", "srx", "edgeos", "vyos"] {
        let comment = firewall::platform(id).unwrap().about().comment.open;
        let platform = firewall::platform(id).unwrap();
        for scope in Scope::ALL {
            for part in firewall::pack(id, &sample(scope, "Cold Room 2")).unwrap() {
                let shown = firewall::render(platform, &part);
                assert!(!shown.contains(['?', '\t']), "{id} {:?}: {shown}", part.part);
                for line in shown.lines().filter(|l| l.starts_with(comment)) {
                    assert!(
                        !line.contains(['"', '\'', '\\', '$', '{', '}', '<', '>', '`']),
                        "{id} {:?}: {line}",
                        part.part
                    );
                }
            }
        }
    }
}

#[test]
fn fortios_blocks_close_and_names_fit() {
    each(|id, _, part| {
        if id != "fortigate" {
            return;
        }
        let (mut config, mut edit) = (0, 0);
        for line in part.text.lines().map(str::trim) {
            match line.split(' ').next().unwrap_or_default() {
                "config" => config += 1,
                "edit" => edit += 1,
                "next" => edit -= 1,
                "end" => config -= 1,
                _ => {}
            }
            assert_eq!(line.matches('"').count() % 2, 0, "{line}");
            if let Some(name) = line.strip_prefix("set name ") {
                assert!(name.trim_matches('"').len() <= 35, "{line}");
            }
            assert!(config >= 0 && edit >= 0, "{}", part.text);
        }
        assert_eq!((config, edit), (0, 0), "{}", part.text);
    });
    let long = firewall::pack("fortigate", &sample(Scope::AnyHost, &"Room ".repeat(400))).unwrap();
    let name =
        long[0].text.lines().find_map(|l| l.trim().strip_prefix("set name ").map(str::to_owned)).unwrap();
    assert!(name.trim_matches('"').len() <= 35, "{name}");
}

/// Calls of an HTTP interface: `METHOD path` and, where the method has one, a JSON body.
#[test]
fn calls_are_calls_and_their_bodies_are_json() {
    let mut bodies = 0;
    for p in firewall::platforms().iter().filter(|p| p.capabilities().form == Form::Rest) {
        for scope in Scope::ALL {
            for intent in [
                sample(scope, "Cold Room 2"),
                crate::twelve(scope, "2024"),
                sample(scope, &"Long ".repeat(90)),
            ] {
                for part in firewall::pack(p.id(), &intent).unwrap() {
                    let of_pages = ["pages", "command line"].iter().any(|w| part.text.contains(w));
                    for line in part.text.lines().filter(|l| !l.starts_with('#')) {
                        let mut words = line.splitn(3, ' ');
                        let (method, path, body) =
                            (words.next().unwrap(), words.next().unwrap_or_default(), words.next());
                        match (method, body) {
                            ("GET" | "DELETE", None) => assert!(path.starts_with("/api/"), "{line}"),
                            ("POST" | "PUT", Some(body)) => {
                                assert!(path.starts_with("/api/"), "{line}");
                                let json: serde_json::Value =
                                    serde_json::from_str(body).unwrap_or_else(|e| panic!("{e}: {line}"));
                                assert!(json.is_object());
                                bodies += 1;
                            }
                            // steps in pages, or commands, under a line that says so
                            _ => assert!(
                                of_pages || part.part == Part::Reserve,
                                "{} {:?}: {line}",
                                p.id(),
                                part.part
                            ),
                        }
                    }
                }
            }
        }
    }
    assert!(bodies > 60, "{bodies}");
}

#[test]
fn opnsense_accepts_the_names_of_the_aliases() {
    let alias = regex_lite::Regex::new(
        "^([a-zA-Z]|(([_a-zA-Z][a-zA-Z0-9]|[a-zA-Z][_a-zA-Z0-9])[_a-zA-Z0-9]{0,29}))$",
    )
    .unwrap();
    let mut seen = 0;
    for site in ["Cold Room 2", "2024", &"Long name ".repeat(20)] {
        for scope in Scope::ALL {
            for part in firewall::pack("opnsense", &sample(scope, site)).unwrap() {
                for body in part.text.lines().filter_map(|l| l.splitn(3, ' ').nth(2)) {
                    let json: serde_json::Value = serde_json::from_str(body).unwrap_or_default();
                    if let Some(name) = json.pointer("/alias/name") {
                        assert!(alias.is_match(name.as_str().unwrap()), "{name}");
                        seen += 1;
                    }
                }
            }
        }
    }
    assert!(seen >= 12, "{seen}");
}

#[test]
fn steps_are_numbered_and_short_names_fit() {
    for p in firewall::platforms().iter().filter(|p| p.capabilities().form == Form::Steps && p.id() != "any")
    {
        for scope in Scope::ALL {
            let rule = p.part(Part::Rule, &sample(scope, "Cold Room 2")).text;
            let numbers: Vec<usize> =
                rule.lines().filter_map(|l| l.split_once(". ")?.0.parse().ok()).collect();
            assert!(
                numbers.len() >= 3 && numbers.iter().copied().eq(1..=numbers.len()),
                "{}: {rule}",
                p.id()
            );
        }
    }
    let long = firewall::pack("draytek", &crate::twelve(Scope::NamedHosts, &"Room ".repeat(400))).unwrap();
    let name = long[0].text.split("Comments ").nth(1).unwrap().split(',').next().unwrap();
    assert!(name.len() <= 14, "{name}");
}

/// Printed at the end of each run of the tests: what rests on documentation or memory alone.
#[test]
fn what_no_parser_checks() {
    for p in firewall::platforms().iter().filter(|p| p.checked() != Checked::ByParser) {
        println!("no parser checks the rule of {}: {}", p.id(), p.checked().label());
    }
    let by_parser: Vec<&str> =
        firewall::platforms().iter().filter(|p| p.checked() == Checked::ByParser).map(|p| p.id()).collect();
    // each of these has a test that gives its text to a parser, a loader or a published schema
    assert_eq!(
        by_parser,
        [
            "fortigate",
            "checkpoint",
            "vyos",
            "routeros",
            "opnsense",
            "nftables",
            "iptables",
            "ufw",
            "firewalld",
            "stormshield"
        ]
    );
}

#[test]
fn what_cannot_be_written_is_said_in_place() {
    let no_ports = RuleIntent { ports: vec![0], ..sample(Scope::AnyHost, "x") };
    let no_addresses = RuleIntent { addresses: vec![], ..sample(Scope::NamedHosts, "x") };
    let bad_hosts = RuleIntent { hosts: vec!["a b\"".into()], ..sample(Scope::AnyHost, "x") };
    let no_lease = RuleIntent {
        gateways: vec![RuleGateway { mac: crate::MAC, ip: [169, 254, 1, 1].into() }],
        ..sample(Scope::AnyHost, "x")
    };
    for p in firewall::platforms() {
        for part in Part::ALL {
            assert!(p.part(part, &no_ports).text.contains("names no port"), "{}", p.id());
            assert!(p.part(part, &bad_hosts).text.contains("names no host"), "{}", p.id());
            assert!(p.part(part, &no_lease).notes[0].contains("169.254.1.1"), "{}", p.id());
            let text = p.part(part, &no_addresses).text;
            assert!(!text.contains("{  }") && !text.contains("''"), "{}: {text}", p.id());
            assert!(!text.contains("[]") && !text.contains(" ,"), "{}: {text}", p.id());
        }
    }
    for p in firewall::platforms() {
        if p.capabilities().names_as_destination == NameMatch::Yes {
            continue;
        }
        let comment = p.about().comment.open;
        let rule = p.part(Part::Rule, &no_addresses);
        assert!(rule.text.contains("any-host instead"), "{}", rule.text);
        assert!(rule.text.lines().all(|l| l.starts_with(comment)), "{}", rule.text);
    }
}

#[test]
fn logging_is_in_the_rule_only_when_asked_for() {
    for (id, word) in [
        ("fortigate", "logtraffic all"),
        ("routeros", "action=log"),
        ("nftables", "log prefix"),
        ("opnsense", "\"log\":\"1\""),
        ("asa", " log\n"),
        ("ios", " log\n"),
        ("panos", "log-end yes"),
        ("srx", "then log"),
        ("edgeos", "log enable"),
        ("vyos", " log\n"),
        ("openwrt", ".log="),
        ("iptables", "-j LOG"),
        ("ufw", "allow log "),
        ("firewalld", "log prefix"),
    ] {
        let p = firewall::platform(id).unwrap();
        let with = sample(Scope::AnyHost, "x");
        let without = RuleIntent { log: false, ..with.clone() };
        assert!(p.part(Part::Rule, &with).text.contains(word), "{id}");
        assert!(!p.part(Part::Rule, &without).text.contains(word), "{id}");
    }
}

#[test]
fn the_rule_in_plain_words_has_it_all() {
    let words = firewall::in_plain_words(&sample(Scope::NamedHosts, "Kök \"1\""));
    let all: String = words.iter().map(|(k, v)| format!("{k}: {v}\n")).collect();
    for wanted in [
        "Kok 1",
        "192.0.2.50",
        "00:11:22:33:44:55",
        "443 and 4321",
        "as of January 2018",
        "7440",
        "no inbound",
    ] {
        assert!(all.contains(wanted), "{wanted} in {all}");
    }
}

#[test]
fn the_change_request_is_one_page_that_names_no_more_than_it_must() {
    for platform in firewall::platforms() {
        for (intent, who) in [
            (sample(Scope::AnyHost, "Kök | 7"), "a temperature gateway"),
            (crate::twelve(Scope::NamedHosts, "Kök | 7"), "12 temperature gateways"),
        ] {
            let page = firewall::as_markdown(&firewall::change_request(platform, &intent).unwrap());
            for wanted in [
                who,
                "Kok 7",
                "192.0.2.50",
                "443 and 4321",
                "7440",
                "rwhois",
                "no inbound",
                "## What to type",
                "## How to take it back",
                "| Approved by |",
            ] {
                assert!(page.contains(wanted), "{}: {wanted}: {page}", platform.id());
            }
            // a table whose rows have all their cells, and code that ends where it should
            let rows = page.lines().take_while(|l| !l.starts_with("**Risk")).filter(|l| l.starts_with("| "));
            assert!(rows.clone().all(|l| l.matches('|').count() == 3), "{page}");
            assert_eq!(page.matches("```").count(), 6, "{}", platform.id());
        }
    }
    let nobody = RuleIntent { gateways: vec![], ..sample(Scope::AnyHost, "x") };
    assert!(firewall::change_request(firewall::platforms()[0], &nobody).unwrap_err().contains("no gateway"));
}
