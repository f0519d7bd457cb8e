//! The texts against names that vendors publish: parameters, commands, tables, paths. The files below `schemas/` say
//! where their names come from.

use crate::{sample, twelve};
use solidgreen::firewall;
use solidgreen::model::rule::{Part, RuleIntent, Scope};

const CHECKPOINT: &str = include_str!("schemas/checkpoint.txt");
const STORMSHIELD: &str = include_str!("schemas/stormshield.txt");
const FORTIOS: &str = include_str!("schemas/fortios.txt");
const VYOS: &str = include_str!("schemas/vyos.txt");

/// The lines of a file of names, without what says where they come from.
fn names(file: &'static str) -> impl Iterator<Item = &'static str> {
    file.lines().filter(|l| !l.starts_with('#'))
}

/// Every part's text, for each scope, one gateway and twelve, of one version.
fn texts(id: &str, version: &str) -> Vec<(Part, String)> {
    let mut texts = Vec::new();
    for scope in Scope::ALL {
        for intent in [sample(scope, "Cold Room 2"), twelve(scope, "Cold Room 2")] {
            let intent = RuleIntent { version: version.to_owned(), ..intent };
            let pack = firewall::pack(id, &intent).unwrap();
            texts.extend(pack.into_iter().map(|p| (p.part, p.text)));
        }
    }
    texts
}

/// Words of a shell line; what is in double quotes is one word.
fn shell_words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quoted = false;
    for c in line.chars() {
        match c {
            '"' => quoted = !quoted,
            ' ' if !quoted => words.push(String::new()),
            c => words.last_mut().unwrap().push(c),
        }
    }
    assert!(!quoted, "a quote is open: {line}");
    words.retain(|w| !w.is_empty());
    words
}

/// What is wrong with a management command, if anything.
fn wrong_in_mgmt_cli(line: &str) -> Option<String> {
    let words = shell_words(line.split(" -s sg-id.txt").next().unwrap());
    let words: Vec<&str> = words
        .iter()
        .map(String::as_str)
        .skip_while(|w| *w == "mgmt_cli" || *w == "-r" || *w == "true")
        .collect();
    let (command, parameters) = match words.as_slice() {
        ["login" | "logout" | "publish" | "discard", ..] => return None,
        ["add" | "set" | "delete", kind, rest @ ..] => (*kind, rest),
        ["install-policy", rest @ ..] => ("install-policy", rest),
        other => return Some(format!("no such command: {other:?}")),
    };
    let Some(known) = names(CHECKPOINT).find_map(|l| l.strip_prefix(command)?.strip_prefix(": ")) else {
        return Some(format!("no command for {command}"));
    };
    for pair in parameters.chunks(2) {
        let [key, _] = pair else { return Some(format!("{} has no value", pair[0])) };
        // members.1 is the first of a list; position.above is written as position in the schema
        let key = key.trim_end_matches(|c: char| c.is_ascii_digit()).trim_end_matches('.');
        if !known.split(' ').any(|k| k == key) {
            return Some(format!("{command} has no {key}"));
        }
    }
    None
}

#[test]
fn check_point_knows_every_parameter() {
    let mut commands = 0;
    for (part, text) in texts("checkpoint", "") {
        for line in text.lines().filter(|l| l.trim_start_matches("# ").starts_with("mgmt_cli ")) {
            let line = line.trim_start_matches("# ");
            assert_eq!(wrong_in_mgmt_cli(line), None, "{part:?}: {line}");
            commands += 1;
        }
    }
    assert!(commands > 100, "{commands}");
    for wrong in [
        "mgmt_cli add host name \"x\" ip-adress \"192.0.2.1\" -s sg-id.txt",
        "mgmt_cli add hosts name \"x\" -s sg-id.txt",
        "mgmt_cli add host name -s sg-id.txt",
    ] {
        assert!(wrong_in_mgmt_cli(wrong).is_some(), "{wrong}");
    }
}

/// Whether the vendor's client knows the command that a line begins with.
fn is_stormshield_command(line: &str) -> bool {
    let words = line.split(' ').take_while(|w| !w.contains('=') && !matches!(*w, "ON" | "FORCE"));
    let command = words.map(str::to_ascii_lowercase).collect::<Vec<_>>().join(".");
    names(STORMSHIELD).any(|known| known == command)
}

#[test]
fn stormshield_knows_every_command() {
    let mut commands = 0;
    for (part, text) in texts("stormshield", "") {
        for line in text.lines().filter(|l| l.starts_with(|c: char| c.is_ascii_uppercase())) {
            if ["CONFIG ", "MONITOR ", "MODIFY "].iter().any(|head| line.starts_with(head)) {
                assert!(is_stormshield_command(line), "{part:?}: {line}");
                commands += 1;
            }
        }
    }
    assert!(commands > 60, "{commands}");
    assert!(
        !is_stormshield_command("CONFIG OBJECT HOSTS NEW name=x")
            && !is_stormshield_command("MONITOR LEASES")
    );
}

/// What is wrong with a FortiOS text, if anything: a table, a field or a word of a field with fixed words.
fn wrong_in_fortios(text: &str) -> Option<String> {
    let mut tables: Vec<&str> = Vec::new();
    for line in text.lines().map(str::trim) {
        if let Some(table) = line.strip_prefix("config ") {
            tables.push(table);
        } else if line == "end" {
            tables.pop();
        } else if let Some(set) = line.strip_prefix("set ") {
            let table = tables.last()?;
            let (field, value) = set.split_once(' ')?;
            let prefix = format!("{table} / {field} /");
            let Some(choices) = names(FORTIOS).find_map(|l| l.strip_prefix(&prefix)) else {
                return Some(format!("{table} has no {field}"));
            };
            let choices = choices.trim();
            if !choices.is_empty() && !choices.split(' ').any(|c| c == value.trim_matches('"')) {
                return Some(format!("{table} {field} takes none of {value}: {choices}"));
            }
        }
    }
    None
}

#[test]
fn fortios_knows_every_table_field_and_word() {
    for version in ["7.0", "6.2"] {
        for (part, text) in texts("fortigate", version) {
            assert_eq!(wrong_in_fortios(&text), None, "{part:?}: {text}");
        }
    }
    let rule = &texts("fortigate", "")[0].1;
    for (from, to) in [
        ("set srcintf", "set srcinterface"),
        ("set nat enable", "set nat on"),
        ("config firewall policy", "config firewall polices"),
    ] {
        assert!(rule.contains(from) && wrong_in_fortios(&rule.replace(from, to)).is_some(), "{from}");
    }
}

/// Whether the definitions of that version have this path; a word of ours stands where they have `<>`.
fn is_vyos_path(version: &str, path: &str) -> bool {
    let words = shell_words(&path.replace('\'', "\""));
    names(VYOS).filter_map(|l| l.strip_prefix(version)?.strip_prefix(' ')).any(|known| {
        let known: Vec<&str> = known.split(' ').collect();
        known.len() == words.len() && known.iter().zip(&words).all(|(k, w)| *k == "<>" || k == w)
    })
}

#[test]
fn vyos_defines_every_path_that_is_set() {
    for (version, whole) in [("1.4", true), ("1.5", true), ("1.3", false)] {
        let mut paths = 0;
        for (part, text) in texts("vyos", version) {
            for line in text.lines().map(|l| l.trim_start_matches("# ")) {
                let Some(path) = line.strip_prefix("set ") else { continue };
                // what 1.3 calls its firewall is defined elsewhere
                if whole || path.starts_with("service ") || path.starts_with("system ") {
                    assert!(is_vyos_path(version, path), "{version} {part:?}: {path}");
                    paths += 1;
                }
            }
        }
        assert!(paths > if whole { 80 } else { 4 }, "{version}: {paths}");
    }
    assert!(!is_vyos_path("1.4", "firewall ipv4 forward filter rule 10 log enable"));
    assert!(!is_vyos_path(
        "1.5",
        "service dhcp-server shared-network-name LAN subnet 192.0.2.0/24 static-mapping x mac-address y"
    ));
}

const OPNSENSE: &str = include_str!("schemas/opnsense.txt");

/// Calls of servers that come as plugins, which the models of the system itself do not have.
const OPNSENSE_PLUGINS: [&str; 2] = ["/api/dhcpv4/leases/", "/api/proxy/settings/"];

/// What is wrong with a call of OPNsense, if anything: its path, a key or a field of its body, a word of a field.
fn wrong_in_opnsense(line: &str) -> Option<String> {
    let mut words = line.splitn(3, ' ').skip(1);
    let (path, body) = (words.next()?, words.next());
    if !OPNSENSE_PLUGINS.iter().any(|p| path.starts_with(p)) {
        // what is changed is named at the end
        let known = |path: &str| names(OPNSENSE).any(|l| l.strip_prefix("call: ") == Some(path));
        let without_id = path.rsplit_once('/').map_or(path, |(head, _)| head);
        if !known(path) && !known(without_id) {
            return Some(format!("no call {path}"));
        }
    }
    let body: serde_json::Value = serde_json::from_str(body.unwrap_or("{}")).unwrap();
    for (key, fields) in body.as_object().unwrap().iter().filter(|(_, v)| v.is_object()) {
        let Some(known) = names(OPNSENSE).find_map(|l| l.strip_prefix(key.as_str())?.strip_prefix(": "))
        else {
            return Some(format!("no key {key}"));
        };
        for (field, value) in fields.as_object().unwrap() {
            if !known.split(' ').any(|k| k == field) {
                return Some(format!("{key} has no {field}"));
            }
            let options = format!("options {key}.{field}: ");
            if let Some(options) = names(OPNSENSE).find_map(|l| l.strip_prefix(&options))
                && !options.split(' ').any(|o| Some(o) == value.as_str())
            {
                return Some(format!("{key}.{field} takes none of {value}"));
            }
        }
    }
    None
}

#[test]
fn opnsense_has_every_call_field_and_word() {
    let mut calls = 0;
    // the names are those of today's source: of the release in force then
    for (part, text) in texts("opnsense", "26.1") {
        for line in text.lines().filter(|l| l.starts_with("POST /") || l.starts_with("GET /")) {
            assert_eq!(wrong_in_opnsense(line), None, "{part:?}: {line}");
            calls += 1;
        }
    }
    assert!(calls > 80, "{calls}");
    for wrong in [
        "POST /api/firewall/alias/add_thing {}",
        "POST /api/firewall/filter/add_rule {\"rule\":{\"acton\":\"pass\"}}",
        "POST /api/firewall/filter/add_rule {\"rule\":{\"action\":\"allow\"}}",
        "POST /api/firewall/filter/add_rule {\"rules\":{\"action\":\"pass\"}}",
    ] {
        assert!(wrong_in_opnsense(wrong).is_some(), "{wrong}");
    }
}
