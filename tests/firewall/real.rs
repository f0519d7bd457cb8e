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
