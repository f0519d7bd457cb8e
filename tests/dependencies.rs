//! What the program is built from: the terminal program has no window in its tree, no build has a foreign TLS library,
//! and no crate comes under a licence that would bind the user's own work.

#![allow(
    clippy::disallowed_methods,
    reason = "cargo is asked for the tree; there is no library for that in it"
)]
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

use std::collections::BTreeSet;
use std::process::Command;

const TARGETS: [&str; 3] = ["x86_64-unknown-linux-gnu", "x86_64-pc-windows-gnu", "aarch64-apple-darwin"];
/// Window, graphics and file dialogs; also everything that is named after one of them, such as `egui_glow`.
const WINDOW: [&str; 12] = [
    "egui",
    "eframe",
    "winit",
    "glow",
    "glutin",
    "wgpu",
    "rfd",
    "accesskit",
    "arboard",
    "wayland",
    "x11rb",
    "poll-promise",
];
/// Certificates are read, never trusted, and no C library shall be needed for it.
const FOREIGN_TLS: [&str; 5] = ["openssl", "native-tls", "security-framework", "schannel", "boring"];

fn cargo(arguments: &[&str]) -> String {
    let out = Command::new(env!("CARGO"))
        .args(arguments)
        .arg("--locked")
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap_or_else(|e| panic!("cargo cannot be run: {e}"));
    assert!(out.status.success(), "cargo {arguments:?}:\n{}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8_lossy(&out.stdout).into_owned()
}

/// Names of the crates that become part of the program.
fn tree(target: &str, features: &[&str]) -> BTreeSet<String> {
    let fixed = ["tree", "--edges", "normal", "--prefix", "none", "--target", target];
    let names = names(&cargo(&[&fixed, features].concat()));
    // whatever else it says, a tree without these was not read
    assert!(names.contains("solidgreen") && names.contains("tokio"), "{target}: {names:?}");
    names
}

/// The first word of each line: `name v1.2.3 (proc-macro) (*)`.
fn names(text: &str) -> BTreeSet<String> {
    text.lines().filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect()
}

/// Crates that are one of `banned` or named after one.
fn among<'a>(names: &'a BTreeSet<String>, banned: &[&str]) -> Vec<&'a str> {
    let is = |name: &str, banned: &str| {
        name.strip_prefix(banned).is_some_and(|rest| rest.is_empty() || rest.starts_with(['-', '_']))
    };
    names.iter().map(String::as_str).filter(|name| banned.iter().any(|b| is(name, b))).collect()
}

#[test]
fn the_terminal_program_has_no_window_in_its_tree() {
    for target in TARGETS {
        for features in [&["--no-default-features"][..], &["--no-default-features", "--features", "lab"]] {
            let names = tree(target, features);
            assert_eq!(among(&names, &WINDOW), Vec::<&str>::new(), "{target} {features:?}");
        }
    }
}

/// The other way round, so that the list above means something.
#[test]
fn the_window_is_in_the_default_tree() {
    for target in TARGETS {
        let names = tree(target, &[]);
        let window = among(&names, &WINDOW);
        for needed in ["egui", "eframe", "egui_glow", "winit", "rfd", "poll-promise"] {
            assert!(window.contains(&needed), "{target}: {needed} is not in {window:?}");
        }
    }
}

#[test]
fn no_tree_has_a_foreign_tls_library() {
    for target in TARGETS {
        let names = tree(target, &[]);
        assert_eq!(among(&names, &FOREIGN_TLS), Vec::<&str>::new(), "{target}");
    }
}

#[test]
fn every_crate_can_be_had_without_a_copyleft_licence() {
    let metadata: serde_json::Value =
        serde_json::from_str(&cargo(&["metadata", "--format-version", "1"])).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    assert!(packages.len() > 100, "only {} crates", packages.len());
    for package in packages {
        let (name, licence) = (&package["name"], package["license"].as_str().unwrap_or_default());
        assert!(is_free(licence), "{name}: '{licence}'");
    }
}

/// A fork by git or a folder of somebody's would have neither.
#[test]
fn every_crate_comes_from_one_registry_with_its_checksum() {
    let locked: toml::Table = include_str!("../Cargo.lock").parse().unwrap();
    let all = locked["package"].as_array().unwrap();
    let text = |p: &toml::Value, key: &str| p.get(key).and_then(toml::Value::as_str).map(str::to_owned);
    let mut sources = BTreeSet::new();
    for package in all.iter().filter(|p| text(p, "name").as_deref() != Some("solidgreen")) {
        let source = text(package, "source").unwrap_or_default();
        assert!(source.starts_with("registry+") && text(package, "checksum").is_some(), "{package}");
        sources.insert(source);
    }
    assert!(all.len() > 100 && sources.len() == 1, "{} crates of {sources:?}", all.len());
}

/// The licences of what is shipped ask for their texts to go along. Each crate stands in the file that is packed, by its
/// version, and none that the program does not have.
#[test]
fn every_crate_that_is_shipped_stands_with_its_licence_in_the_file_that_is_packed() {
    let file = include_str!("../packaging/THIRD-PARTY.txt");
    let (list, texts) = file.split_once("\n== Text for\n").unwrap();
    let listed: BTreeSet<&str> = list.lines().filter_map(|line| Some(line.split_once(" | ")?.0)).collect();
    assert!(listed.len() > 100, "only {} crates are listed", listed.len());
    for target in TARGETS {
        let tree = cargo(&["tree", "--edges", "normal", "--prefix", "none", "--target", target]);
        for line in tree.lines().filter(|l| !l.contains("(proc-macro)") && !l.starts_with("solidgreen ")) {
            let mut words = line.split_whitespace();
            let name = words.next().unwrap_or_default();
            let crate_ = format!("{name} {}", words.next().unwrap_or_default().trim_start_matches('v'));
            assert!(listed.contains(crate_.as_str()), "{target}: {crate_} is new: tools/licences.py");
        }
    }
    let locked: toml::Table = include_str!("../Cargo.lock").parse().unwrap();
    let known: BTreeSet<String> = locked["package"]
        .as_array()
        .unwrap()
        .iter()
        .map(|p| {
            format!(
                "{} {}",
                p["name"].as_str().unwrap_or_default(),
                p["version"].as_str().unwrap_or_default()
            )
        })
        .collect();
    for crate_ in listed {
        assert!(known.contains(crate_), "{crate_} is no longer there: tools/licences.py");
        // a licence that asks for no notice in a program (BSL-1.0) is the one reason to have no text
        let free = list.contains(&format!("\n{crate_} | BSL-1.0 | "));
        assert!(free || texts.contains(&format!("{crate_} (")), "{crate_} has no text");
    }
}

/// Whether an SPDX expression leaves a choice without the GNU licences. `/` is the old way to write `OR`.
fn is_free(expression: &str) -> bool {
    let spread = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let words: Vec<&str> = spread.split_whitespace().collect();
    let mut at = 0;
    let free = any(&words, &mut at);
    free && at == words.len()
}

fn any(words: &[&str], at: &mut usize) -> bool {
    let mut free = all(words, at);
    while words.get(*at) == Some(&"OR") {
        *at += 1;
        free |= all(words, at);
    }
    free
}

fn all(words: &[&str], at: &mut usize) -> bool {
    let mut free = one(words, at);
    while words.get(*at) == Some(&"AND") {
        *at += 1;
        free &= one(words, at);
    }
    free
}

fn one(words: &[&str], at: &mut usize) -> bool {
    let Some(word) = words.get(*at) else { return false };
    *at += 1;
    if *word == "(" {
        let free = any(words, at);
        let closed = words.get(*at) == Some(&")");
        *at += 1;
        return free && closed;
    }
    if words.get(*at) == Some(&"WITH") {
        *at += 2;
    }
    !word.contains("GPL")
}

#[test]
fn licences_are_read_as_they_are_meant() {
    for free in [
        "MIT",
        "MIT OR Apache-2.0",
        "MIT/Apache-2.0",
        "Apache-2.0 OR GPL-2.0-only",
        "MIT OR Apache-2.0 OR LGPL-2.1-or-later",
        "Apache-2.0 WITH LLVM-exception OR MIT",
        "(MIT OR GPL-3.0-only) AND Unicode-3.0",
    ] {
        assert!(is_free(free), "{free}");
    }
    for bound in [
        "",
        "GPL-3.0-only",
        "AGPL-3.0-or-later OR LGPL-3.0-only",
        "MIT AND GPL-2.0-only",
        "(MIT OR Apache-2.0) AND LGPL-2.1-only",
        "GPL-2.0-only WITH Classpath-exception-2.0",
        "(MIT",
        "MIT Apache-2.0",
    ] {
        assert!(!is_free(bound), "{bound}");
    }
}

#[test]
fn names_are_told_apart() {
    let names = names("egui v0.37.0\nglowing v1.0.0\nwgpu-core v1.0.0 (*)\nserde v1.0.1 (proc-macro)\n");
    assert_eq!(among(&names, &WINDOW), ["egui", "wgpu-core"]);
}
