//! The texts, given to the programs that would load them: nft (in a network namespace of its own), dnsmasq, a shell and
//! the checker of RouterOS scripts. A tool that is absent is a failure that names its package.

use crate::sample;
use solidgreen::firewall;
use solidgreen::model::rule::{Part, RuleIntent, Scope};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Runs a shell script and gives its standard output.
fn shell(script: &str, package: &str) -> String {
    let mut child = Command::new("sh")
        .args(["-eu", "-s"])
        .env("PATH", format!("/usr/sbin:/sbin:{}", std::env::var("PATH").unwrap_or_default()))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(script.as_bytes()).unwrap();
    let out = child.wait_with_output().unwrap();
    let err = String::from_utf8_lossy(&out.stderr);
    assert!(
        !err.contains("not found") && !err.contains("Operation not permitted"),
        "this test needs the Debian package {package}, and root or unprivileged user namespaces: {err}"
    );
    assert!(
        out.status.success(),
        "{err}\n--- script\n{script}\n--- output\n{}",
        String::from_utf8_lossy(&out.stdout)
    );
    String::from_utf8(out.stdout).unwrap()
}

/// The same, inside a network namespace that lives only as long as the script, as does everything started in it.
pub fn in_namespace(script: &str) -> String {
    shell(
        &format!(
            "exec timeout -k 1 60 unshare -r -n -p -f --mount-proc --kill-child sh -eu <<'NAMESPACE'\n{script}\nNAMESPACE\n"
        ),
        "nftables (nft), util-linux (unshare)",
    )
}

/// A router as sites have them: a chain that forwards what is established and denies the rest.
pub const ROUTER: &str = "nft -f - <<'ROUTER'
table inet filter {
  chain input {
    type filter hook input priority filter; policy accept;
  }
  chain forward {
    type filter hook forward priority filter; policy drop;
    ct state established,related accept
    iifname \"lan0\" tcp dport 80 accept comment \"Solid Green is not this one\"
    tcp dport { 25, 465 } reject
  }
}
ROUTER
";

fn intents() -> Vec<RuleIntent> {
    let mut all = Vec::new();
    for scope in Scope::ALL {
        for (site, log) in
            [("Cold Room 2", true), ("a.b\"; flush ruleset", false), (&"Kök ".repeat(3000), true)]
        {
            all.push(RuleIntent { log, ..sample(scope, site) });
        }
        all.push(crate::twelve(scope, "Cold Room 2"));
    }
    all
}

pub fn shown(id: &str, part: Part, intent: &RuleIntent) -> String {
    let platform = firewall::platform(id).unwrap();
    firewall::render(platform, &platform.part(part, intent))
}

#[test]
fn nft_loads_the_rule_above_the_deny_and_undo_leaves_the_ruleset_byte_for_byte() {
    for intent in intents() {
        let (rule, undo) = (shown("nftables", Part::Rule, &intent), shown("nftables", Part::Undo, &intent));
        // a second gateway of the same site, and one whose comment a careless pattern would match too
        let mut other = intent.clone();
        other.gateways[0].mac.0[5] = 0x56;
        let other = shown("nftables", Part::Rule, &other);
        let out = in_namespace(&format!(
            "{ROUTER}
load() {{ nft -c -f \"$1\"; nft -f \"$1\"; }}
dir=$(mktemp -d)
cat > $dir/rule <<'RULE'
{rule}RULE
cat > $dir/other <<'RULE'
{other}RULE
cat > $dir/undo <<'RULE'
{undo}RULE
load $dir/other
nft list ruleset > $dir/before
load $dir/rule
nft list chain inet filter forward > $dir/with
sh -eu $dir/undo
nft list ruleset > $dir/after
cmp $dir/before $dir/after
cat $dir/with
rm -r $dir"
        ));
        let lines: Vec<&str> = out.lines().map(str::trim).collect();
        let ours =
            lines.iter().position(|l| l.contains("00:11:22:33:44:55")).expect("the rule is in the chain");
        let first = lines.iter().position(|l| l.starts_with("type filter")).unwrap() + 1;
        assert_eq!(ours, first, "first in the chain: {out}");
        assert_eq!(lines[ours].contains("54.229.203.190"), intent.scope == Scope::NamedHosts, "{out}");
        assert_eq!(lines[ours].contains("SG-ALLOW"), intent.log, "{out}");
        assert_eq!(out.matches("Solid Green").count(), 3, "{out}");
    }
}

#[test]
fn nft_takes_the_other_lines_too_and_gives_them_back() {
    for intent in intents() {
        let text = |part| firewall::platform("nftables").unwrap().part(part, &intent).text;
        // reading a log or a setting of the kernel is no part of this; all that changes the ruleset is
        let changes = |text: &str| {
            let mut lines: Vec<&str> = Vec::new();
            let mut here = false;
            for line in text.lines() {
                if here || line.starts_with("nft ") {
                    lines.push(line);
                }
                here = line.contains("<<'END'") || here && line != "END";
            }
            lines.join("\n")
        };
        let (denied, idle) = (changes(&text(Part::SeeDenied)), changes(&text(Part::IdleTimeout)));
        assert!(denied.contains("nft add rule") && idle.contains("add ct timeout"), "{denied}\n{idle}");
        let out = in_namespace(&format!(
            "{ROUTER}
before=$(nft list ruleset)
{denied}
test \"$(nft list ruleset)\" = \"$before\"
{idle}
test \"$(nft list ruleset)\" = \"$before\"
echo same"
        ));
        assert_eq!(out, "same\n");
    }
}

#[test]
fn nft_does_refuse_what_is_wrong() {
    let rule = shown("nftables", Part::Rule, &sample(Scope::AnyHost, "x")).replace("tcp dport", "tcp dprt");
    let out =
        in_namespace(&format!("{ROUTER}\nnft -c -f - 2>/dev/null <<'RULE' || echo refused\n{rule}RULE"));
    assert_eq!(out, "refused\n", "else the tests above prove nothing");
}

#[test]
fn dnsmasq_takes_the_reservation() {
    for intent in intents() {
        let conf = shown("nftables", Part::Reserve, &intent);
        let out = shell(
            &format!(
                "f=$(mktemp)\ncat > $f <<'CONF'\n{conf}CONF\ndnsmasq --test -C $f 2>&1\nsed -i 's/:55,/:5Z,/' $f\n! dnsmasq --test -C $f 2>&1\nrm $f"
            ),
            "dnsmasq-base",
        );
        assert!(out.contains("syntax check OK") && out.contains("bad"), "{out}");
    }
}

#[test]
fn a_shell_reads_every_shell_text() {
    for intent in intents() {
        for part in Part::ALL.into_iter().filter(|p| !matches!(p, Part::Rule | Part::Reserve)) {
            let text = shown("nftables", part, &intent);
            shell(&format!("sh -n <<'SHELLTEXT'\n{text}SHELLTEXT\n"), "dash");
        }
    }
}

/// `tests/firewall-tools.sh` puts it here.
fn routeros_lsp() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("target/firewall-venv/bin/routeros-lsp")
}

fn findings(script: &str) -> String {
    let tool = routeros_lsp();
    assert!(
        tool.exists(),
        "this test needs the Python package routeros-lsp 0.2.3: run tests/firewall-tools.sh"
    );
    let file = tempfile::Builder::new().suffix(".rsc").tempfile().unwrap();
    std::fs::write(file.path(), script).unwrap();
    let out = Command::new(tool).arg("check").arg("--strict").arg(file.path()).output().unwrap();
    String::from_utf8(out.stdout).unwrap() + &String::from_utf8_lossy(&out.stderr)
}

#[test]
fn the_command_database_of_routeros_knows_every_line() {
    for intent in intents() {
        for part in Part::ALL {
            let text = shown("routeros", part, &intent);
            let found = findings(&text);
            let bad: Vec<&str> =
                found.lines().filter(|l| l.contains("warning") || l.contains("error")).collect();
            assert!(bad.is_empty(), "{part:?}: {bad:?}\n{text}");
        }
    }
}

#[test]
fn the_command_database_of_routeros_does_refuse_what_is_wrong() {
    let rule = shown("routeros", Part::Rule, &sample(Scope::AnyHost, "x"));
    for (from, to) in [
        ("dst-port=", "dstport="),
        ("$rules 0", "$rulez 0"),
        ("chain=forward action", "chian=forward action"),
    ] {
        assert!(rule.contains(from));
        let found = findings(&rule.replace(from, to));
        assert!(found.contains("warning") || found.contains("error"), "{from} -> {to}: {found}");
    }
}

/// Gives a text to a program of the virtual environment that `tests/firewall-tools.sh` makes.
fn python(script: &str, input: &str) -> std::process::Output {
    let python = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/firewall-venv/bin/python");
    assert!(python.exists(), "this test needs its Python packages: run tests/firewall-tools.sh");
    let mut child = Command::new(python)
        .args(["-c", script])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

/// Reads a PowerShell script with a grammar of that language; fails where a line is none.
fn is_powershell(text: &str) -> bool {
    let out = python(
        "import sys, tree_sitter as t, tree_sitter_pwsh as p\n\
         tree = t.Parser(t.Language(p.language())).parse(sys.stdin.buffer.read())\n\
         print('wrong' if tree.root_node.has_error else 'right')",
        text,
    );
    let said = String::from_utf8_lossy(&out.stdout).trim().to_owned();
    assert!(said == "right" || said == "wrong", "{}", String::from_utf8_lossy(&out.stderr));
    said == "right"
}

#[test]
fn the_grammar_of_powershell_reads_every_windows_text() {
    for intent in intents() {
        for part in Part::ALL {
            let text = shown("windows", part, &intent);
            assert!(is_powershell(&text), "{part:?}: {text}");
        }
    }
    assert!(!is_powershell("Get-NetFirewallRule | | Where {"), "else the test above proves nothing");
}

#[test]
fn xml_texts_are_well_formed_documents() {
    let is_xml = |text: &str| {
        python("import sys, xml.dom.minidom as x; x.parse(sys.stdin.buffer)", text).status.success()
    };
    let mut documents = 0;
    for platform in firewall::platforms().iter().filter(|p| p.capabilities().form == firewall::Form::Xml) {
        for intent in intents() {
            for part in Part::ALL {
                let text = shown(platform.id(), part, &intent);
                if text.contains("<Request>") {
                    assert!(is_xml(&text), "{} {part:?}: {text}", platform.id());
                    documents += 1;
                }
            }
        }
    }
    assert!(documents >= 16 && !is_xml("<Request><a></Request>"), "{documents}");
}

/// Reads a MUD file by the YANG modules of RFC 8519 and RFC 8520.
fn is_mud(file: &str) -> Result<(), String> {
    let modules = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/firewall-venv/share/yang/modules");
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("mud.json");
    std::fs::write(&path, file).unwrap();
    let ietf = modules.join("ietf");
    let out = Command::new("yanglint")
        .arg("-p")
        .arg(&ietf)
        .arg("-p")
        .arg(modules.join("iana"))
        .args(["-F", "ietf-access-control-list:match-on-ipv4,match-on-tcp,match-on-udp,ipv4"])
        .args(
            ["ietf-access-control-list", "ietf-mud", "ietf-acldns"]
                .map(|m| ietf.join(m).with_extension("yang")),
        )
        .arg(&path)
        .output()
        .expect("this test needs the Debian package libyang2-tools");
    if out.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&out.stderr).into_owned()) }
}

#[test]
fn the_mud_file_is_one_by_the_models_of_the_rfcs() {
    for scope in Scope::ALL {
        let intent = sample(scope, "x");
        let file =
            firewall::mud(&intent, "Oscar TempLog / Sensorist Gateway", firewall::NOWHERE, 1_795_000_000_000)
                .unwrap();
        is_mud(&file).unwrap_or_else(|e| panic!("{e}\n{file}"));
        assert_eq!(file.contains("gk.sensorist.com"), scope == Scope::NamedHosts);
        assert!(!file.contains("192.0.2.50") && !file.contains("00:11:22"), "it is of a kind of device");
        for (from, to) in [
            ("\"eq\"", "\"equals\""),
            ("\"cache-validity\": 48", "\"cache-validity\": 480"),
            ("ipv4-acl-type", "ipv5-acl-type"),
        ] {
            assert!(file.contains(from) && is_mud(&file.replace(from, to)).is_err(), "{from}");
        }
    }
    for url in ["http://a.example/x", "https://", "https://a b", "https://a\"b", ""] {
        assert!(firewall::mud(&sample(Scope::AnyHost, "x"), "x", url, 0).is_err(), "{url}");
    }
}

#[test]
fn kea_takes_the_reservations() {
    for intent in intents() {
        let text = shown("nftables", Part::Reserve, &intent);
        let entries: Vec<&str> = text
            .lines()
            .filter(|l| l.contains("\"hw-address\""))
            .map(|l| l.trim_start_matches("#   "))
            .collect();
        assert_eq!(entries.len(), intent.gateways.len());
        let conf = format!(
            "{{ \"Dhcp4\": {{ \"interfaces-config\": {{ \"interfaces\": [] }}, \"lease-database\": {{ \"type\": \"memfile\", \"persist\": false }}, \"subnet4\": [ {{ \"id\": 1, \"subnet\": \"192.0.2.0/24\", \"reservations\": [ {} ] }} ] }} }}",
            entries.join("\n")
        );
        let out = shell(
            &format!(
                "f=$(mktemp)\ncat > $f <<'CONF'\n{conf}\nCONF\nKEA_LOCKFILE_DIR=none kea-dhcp4 -t $f 2>&1 && echo taken\nsed -i 's/:55\"/:5Z\"/' $f\nKEA_LOCKFILE_DIR=none kea-dhcp4 -t $f > /dev/null 2>&1 || echo refused\nrm $f"
            ),
            "kea-dhcp4-server",
        );
        assert!(out.contains("taken") && out.contains("refused"), "{out}");
    }
}
