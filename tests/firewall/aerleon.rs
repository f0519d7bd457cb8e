//! What each rule means, against another generator: Aerleon 1.18.0 printed the same policy for the ten platforms that both
//! know (`aerleon/`, made from `policy.yaml` there). Both texts are reduced to who may open which port of whom, and have to
//! say the same.
//!
//! What differs, and why:
//! * Aerleon owns the whole list (`clear configure`, `replace:`, `policy drop`, `edit 1`); ours only adds. Left out here.
//! * It has addresses where ours has the host names, on platforms that resolve names. The names are read as the addresses
//!   that they had when the vendor's document was written.
//! * It has no MAC; ours narrows by it on nftables and iptables. Left out here.
//! * On Windows ours names no source: the rule is for the computer that it is typed on.

use crate::sample;
use solidgreen::firewall;
use solidgreen::model::rule::{Part, Scope};
use std::collections::{BTreeMap, BTreeSet};

/// Who may open TCP to whom on which port.
type Flows = BTreeSet<(String, String, String)>;

/// Names and what they stand for: addresses, ports, or other names.
#[derive(Default)]
struct Names(BTreeMap<String, Vec<String>>);

impl Names {
    fn add(&mut self, name: &str, value: &str) {
        self.0.entry(name.to_owned()).or_default().push(value.to_owned());
    }

    /// What a name stands for in the end.
    fn values(&self, name: &str) -> Vec<String> {
        match self.0.get(name) {
            Some(parts) => parts.iter().flat_map(|p| self.values(p)).collect(),
            None => vec![plain(name)],
        }
    }

    fn flows(&self, from: &[&str], to: &[&str], ports: &[&str]) -> Flows {
        let all = |names: &[&str]| names.iter().flat_map(|n| self.values(n)).collect::<Vec<_>>();
        let (from, to, ports) = (all(from), all(to), all(ports));
        let mut flows = Flows::new();
        for f in &from {
            for t in &to {
                flows.extend(ports.iter().map(|p| (f.clone(), t.clone(), p.clone())));
            }
        }
        flows
    }
}

/// One way to write each value.
fn plain(value: &str) -> String {
    match value.trim_matches(['"', '\'', ';']).trim_end_matches("/32") {
        "all" | "any" => "any".into(),
        "https" => "443".into(),
        // what they stood for in January 2018
        "gk.sensorist.com" => "54.229.203.190".into(),
        "gk.sensorist.net" => "54.229.68.147".into(),
        other => other.into(),
    }
}

fn words(line: &str) -> Vec<&str> {
    line.split_whitespace().collect()
}

/// `a, b` in braces, or one word.
fn list<'a>(text: &'a str, before: &str) -> Vec<&'a str> {
    let Some((_, rest)) = text.split_once(before) else { return vec!["any"] };
    let rest = rest.trim_start();
    match rest.strip_prefix('{') {
        Some(braced) => {
            let inside = braced.split('}').next().unwrap();
            inside.split([',', ' ']).map(str::trim).filter(|w| !w.is_empty()).collect()
        }
        None => vec![rest.split_whitespace().next().unwrap()],
    }
}

fn cisco(text: &str) -> Flows {
    let mut flows = Flows::new();
    for line in text.lines() {
        let w = words(line);
        if let Some(at) = w.iter().position(|x| *x == "permit") {
            assert_eq!(w[at + 1], "tcp");
            let (from, rest) = (w[at + 3], &w[at + 4..]);
            let (to, rest) = if rest[0] == "any" { ("any", &rest[1..]) } else { (rest[1], &rest[2..]) };
            assert_eq!((w[at + 2], rest[0]), ("host", "eq"));
            flows.extend(Names::default().flows(&[from], &[to], &[rest[1]]));
        }
    }
    flows
}

fn asa(text: &str) -> Flows {
    let (mut names, mut current, mut flows) = (Names::default(), "", Flows::new());
    for line in text.lines() {
        match words(line).as_slice() {
            ["object" | "object-group", "network" | "service", name] => current = name,
            ["host", ip] => names.add(current, ip),
            ["fqdn", "v4", host] => names.add(current, host),
            ["network-object", "object", name] => names.add(current, name),
            ["service-object", "tcp", "destination", "eq", port] => names.add(current, port),
            w if w.contains(&"object-group") && w.contains(&"permit") => {
                let at = w.iter().position(|x| *x == "permit").unwrap();
                let to = if w[at + 5] == "any" { "any" } else { w[at + 6] };
                flows.extend(names.flows(&[w[at + 4]], &[to], &[w[at + 2]]));
            }
            w if w.contains(&"permit") => flows.extend(cisco(line)),
            _ => {}
        }
    }
    flows
}

fn fortios(text: &str) -> Flows {
    let (mut names, mut entry, mut policies) = (Names::default(), String::new(), Vec::new());
    for line in text.lines() {
        let w = words(line);
        match w.as_slice() {
            ["edit", name] => {
                entry = plain(name);
                policies.push(BTreeMap::new());
            }
            ["set", "subnet", ip, _] => names.add(&entry, ip),
            ["set", "fqdn", host] => names.add(&entry, &plain(host)),
            ["set", "member", all @ ..] => all.iter().for_each(|m| names.add(&entry, &plain(m))),
            ["set", "tcp-portrange", all @ ..] => all.iter().for_each(|p| names.add(&entry, p)),
            ["set", key @ ("srcaddr" | "dstaddr" | "service" | "action"), all @ ..] => {
                let all: Vec<String> = all.iter().map(|v| v.trim_matches('"').to_owned()).collect();
                policies.last_mut().unwrap().insert((*key).to_owned(), all);
            }
            _ => {}
        }
    }
    let mut flows = Flows::new();
    for policy in policies.iter().filter(|p| p.contains_key("srcaddr")) {
        let of = |key: &str| policy[key].iter().map(String::as_str).collect::<Vec<_>>();
        assert_eq!(of("action"), ["accept"]);
        flows.extend(names.flows(&of("srcaddr"), &of("dstaddr"), &of("service")));
    }
    flows
}

/// The policies of Junos, from `set` lines without the word.
fn junos(lines: &[String]) -> Flows {
    let mut names = Names::default();
    let mut policies: BTreeMap<String, BTreeMap<&str, Vec<&str>>> = BTreeMap::new();
    let mut permitted = BTreeSet::new();
    for line in lines {
        let w = words(line);
        match w.as_slice() {
            ["security", "address-book", "global", "address", name, "dns-name", host] => {
                names.add(name, host)
            }
            ["security", "address-book", "global", "address", name, ip] => names.add(name, ip),
            ["security", "address-book", "global", "address-set", set, "address", name] => {
                names.add(set, name)
            }
            ["applications", "application", name, .., "protocol", "tcp", "destination-port", port] => {
                names.add(name, port);
            }
            ["applications", "application-set", set, "application", name] => names.add(set, name),
            ["security", "policies", _, _, _, _, "policy", policy, "match", key, value] => {
                policies.entry((*policy).to_owned()).or_default().entry(key).or_default().push(value);
            }
            ["security", "policies", _, _, _, _, "policy", policy, "then", "permit"] => {
                permitted.insert((*policy).to_owned());
            }
            _ => {}
        }
    }
    assert_eq!(policies.keys().cloned().collect::<BTreeSet<_>>(), permitted);
    let of = |p: &BTreeMap<&str, Vec<&str>>| {
        names.flows(&p["source-address"], &p["destination-address"], &p["application"])
    };
    policies.values().flat_map(of).collect()
}

/// Junos in braces as `set` lines without the word.
fn junos_lines(braces: &str) -> Vec<String> {
    let (mut path, mut lines, mut comment) = (Vec::new(), Vec::new(), false);
    for line in braces.lines().map(|l| l.trim().trim_start_matches("replace: ")) {
        comment |= line.starts_with("/*");
        if comment {
            comment = !line.ends_with("*/");
        } else if let Some(opened) = line.strip_suffix('{') {
            path.push(opened.trim().to_owned());
        } else if line == "}" {
            path.pop();
        } else if let Some(statement) = line.strip_suffix(';') {
            let statement = statement.replace("[ ", "").replace(" ]", "");
            lines.push(format!("{} {statement}", path.join(" ")));
        }
    }
    lines
}

fn panos_set(text: &str) -> Flows {
    let (mut names, mut rule) = (Names::default(), BTreeMap::new());
    for line in text.lines() {
        match words(line).as_slice() {
            ["set", "address", name, "ip-netmask" | "fqdn", value] => names.add(name, value),
            ["set", "address-group", name, "static", all @ ..] => {
                all.iter().filter(|m| !"[]".contains(**m)).for_each(|m| names.add(name, m));
            }
            ["set", "service", name, "protocol", "tcp", "port", ports] => {
                ports.split(',').for_each(|p| names.add(name, p));
            }
            ["set", "rulebase", "security", "rules", _, key, value] => {
                rule.insert((*key).to_owned(), (*value).to_owned());
            }
            _ => {}
        }
    }
    assert_eq!(rule["action"], "allow");
    names.flows(&[&rule["source"]], &[&rule["destination"]], &[&rule["service"]])
}

/// PAN-OS as XML: each text with the tags around it, entries by their names.
fn panos_xml(text: &str) -> Flows {
    let (mut names, mut path, mut rules) = (Names::default(), Vec::<String>::new(), BTreeMap::new());
    for piece in text.split('<').skip(1) {
        let (tag, value) = piece.split_once('>').unwrap();
        if tag.starts_with(['!', '?']) || tag.ends_with('/') {
            continue;
        }
        if tag.starts_with('/') {
            path.pop();
            continue;
        }
        let name = tag.split_once("name=\"").map(|(_, n)| n.trim_end_matches('"'));
        path.push(name.map_or_else(|| tag.to_owned(), |n| format!("={n}")));
        let value = value.trim();
        let at: Vec<&str> = path.iter().map(|p| p.trim_start_matches('=')).collect();
        match at.as_slice() {
            [.., "address", name, "ip-netmask"] => names.add(name, value),
            [.., "address-group", name, "static", "member"] => names.add(name, value),
            [.., "service", name, "protocol", "tcp", "port"] => {
                value.split(',').for_each(|p| names.add(name, p));
            }
            [.., "rules", rule, key @ ("source" | "destination" | "service"), "member"] => {
                rules
                    .entry((*rule).to_owned())
                    .or_insert_with(BTreeMap::new)
                    .insert((*key).to_owned(), value.to_owned());
            }
            [.., "rules", _, "action"] => assert_eq!(value, "allow"),
            _ => {}
        }
    }
    let of =
        |r: &BTreeMap<String, String>| names.flows(&[&r["source"]], &[&r["destination"]], &[&r["service"]]);
    rules.values().flat_map(of).collect()
}

fn iptables(text: &str) -> Flows {
    let mut flows = Flows::new();
    for line in text.lines().filter(|l| l.ends_with("-j ACCEPT")) {
        let w = words(line);
        let after =
            |flag: &str| w.iter().position(|x| *x == flag).map(|at| w[at + 1].split(',').collect::<Vec<_>>());
        assert_eq!(after("-p").unwrap(), ["tcp"]);
        let to = after("-d").unwrap_or_else(|| vec!["any"]);
        flows.extend(Names::default().flows(&after("-s").unwrap(), &to, &after("--dports").unwrap()));
    }
    flows
}

fn nftables(text: &str) -> Flows {
    let rules = text.lines().filter(|l| l.contains("ip saddr") && l.contains(" accept"));
    let of = |l: &str| {
        Names::default().flows(&list(l, "ip saddr "), &list(l, "ip daddr "), &list(l, "tcp dport "))
    };
    rules.flat_map(of).collect()
}

fn pf(text: &str) -> Flows {
    let mut names = Names::default();
    let mut flows = Flows::new();
    for line in text.replace("\\\n", " ").lines() {
        if let Some(table) = line.strip_prefix("table <") {
            let (name, _) = table.split_once('>').unwrap();
            list(line, "> ").into_iter().for_each(|a| names.add(name, a));
        } else if line.starts_with("pass ") {
            assert!(line.contains("proto tcp") || line.contains("proto { tcp }"));
            let of = |before: &str| -> Vec<&str> {
                list(line, before).into_iter().map(|n| n.trim_matches(['<', '>'])).collect()
            };
            flows.extend(names.flows(&of(" from "), &of(" to "), &of(" port ")));
        }
    }
    flows
}

fn aruba(text: &str) -> Flows {
    let (mut names, mut current, mut flows) = (Names::default(), "", Flows::new());
    for line in text.lines() {
        match words(line).as_slice() {
            ["netdestination", name] => current = name,
            ["host" | "name", value] => names.add(current, value),
            ["alias", from, "any", "tcp", port, "permit", ..] => {
                flows.extend(names.flows(&[from], &["any"], &[port]))
            }
            ["alias", from, "alias", to, "tcp", port, "permit", ..] => {
                flows.extend(names.flows(&[from], &[to], &[port]))
            }
            _ => {}
        }
    }
    flows
}

/// Without the source, which is the computer itself.
fn windows(text: &str) -> Flows {
    let mut flows = Flows::new();
    for line in text.lines().filter(|l| l.starts_with("New-NetFirewallRule") || l.starts_with("netsh")) {
        assert!(
            line.contains("-Action Allow -Profile Any -Protocol TCP")
                || line.contains("protocol=tcp action=allow")
        );
        let value = |ours: &str, theirs: &str| -> Vec<String> {
            let rest = line.split_once(ours).or_else(|| line.split_once(theirs));
            let word = rest.map_or("any", |(_, r)| r.split(' ').next().unwrap());
            word.split(',').map(plain).collect()
        };
        let (to, ports) = (value("-RemoteAddress ", "remoteip="), value("-RemotePort ", "remoteport="));
        for t in &to {
            flows.extend(ports.iter().map(|p| ("this computer".to_owned(), t.clone(), p.clone())));
        }
    }
    flows
}

#[test]
fn every_rule_means_what_another_generator_means() {
    type Read = fn(&str) -> Flows;
    let junos_set: Read =
        |t| junos(&t.lines().filter_map(|l| l.strip_prefix("set ").map(str::to_owned)).collect::<Vec<_>>());
    let junos_braces: Read = |t| junos(&junos_lines(t));
    let both: [(&str, &str, Read, Read); 10] = [
        ("ios", include_str!("aerleon/ios.txt"), cisco, cisco),
        ("asa", include_str!("aerleon/asa.txt"), asa, asa),
        ("srx", include_str!("aerleon/srx.txt"), junos_set, junos_braces),
        ("panos", include_str!("aerleon/panos.txt"), panos_set, panos_xml),
        ("fortigate", include_str!("aerleon/fortigate.txt"), fortios, fortios),
        ("iptables", include_str!("aerleon/iptables.txt"), iptables, iptables),
        ("nftables", include_str!("aerleon/nftables.txt"), nftables, nftables),
        ("aruba-gateway", include_str!("aerleon/aruba-gateway.txt"), aruba, aruba),
        ("windows", include_str!("aerleon/windows.txt"), windows, windows),
        ("macos-pf", include_str!("aerleon/macos-pf.txt"), pf, pf),
    ];
    for (id, theirs, ours_of, theirs_of) in both {
        let platform = firewall::platform(id).unwrap();
        let ours: Flows = Scope::ALL
            .into_iter()
            .flat_map(|scope| ours_of(&platform.part(Part::Rule, &sample(scope, "Cold Room 2")).text))
            .collect();
        assert_eq!(ours.len(), 6, "{id}: any host and two addresses, on two ports: {ours:?}");
        assert_eq!(ours, theirs_of(theirs), "{id}");
    }
}
