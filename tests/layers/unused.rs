//! Every dependency is named where it may be used: what nobody names is built, kept up and trusted for nothing.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use super::source::{Token, tokens};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Where the code of the program may name a dependency, and where that of its tests may.
const PROGRAM: [&str; 1] = ["src"];
const TESTS: [&str; 4] = ["src", "tests", "benches", "examples"];

/// All `.rs` files below a folder, as tokens.
fn read(folder: &Path, out: &mut Vec<Vec<Token>>) {
    let mut found: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    found.sort();
    for path in found {
        if path.is_dir() {
            read(&path, out);
        } else if path.extension().is_some_and(|e| e == "rs") {
            out.push(tokens(&fs::read_to_string(path).unwrap()));
        }
    }
}

/// Words that a path begins with: `name::`, or `use name`.
fn named(files: &[Vec<Token>]) -> BTreeSet<&str> {
    let mut out = BTreeSet::new();
    for file in files {
        let at = |i: usize| file.get(i).map_or("", |t| t.text.as_str());
        for (i, token) in file.iter().enumerate() {
            let follows = |before: &str| i > 0 && at(i - 1) == before;
            if (at(i + 1) == "::" && !follows("::")) || follows("use") {
                out.insert(token.text.as_str());
            }
        }
    }
    out
}

/// Names of all dependencies under `key`, those of one system too.
fn dependencies(manifest: &toml::Table, key: &str) -> Vec<String> {
    let of = |table: &toml::Table| -> Vec<String> {
        table
            .get(key)
            .and_then(toml::Value::as_table)
            .map(|t| t.keys().cloned().collect())
            .unwrap_or_default()
    };
    let systems =
        manifest.get("target").and_then(toml::Value::as_table).into_iter().flat_map(toml::Table::values);
    let mut out = of(manifest);
    out.extend(systems.filter_map(toml::Value::as_table).flat_map(of));
    out
}

/// Those that no file names.
fn unused(manifest: &str, key: &str, files: &[Vec<Token>]) -> Vec<String> {
    let manifest: toml::Table = manifest.parse().unwrap();
    let named = named(files);
    let mut all = dependencies(&manifest, key);
    all.retain(|name| !named.contains(name.replace('-', "_").as_str()));
    all
}

#[test]
fn every_dependency_is_named() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let manifest = fs::read_to_string(root.join("Cargo.toml")).unwrap();
    for (key, folders) in [("dependencies", &PROGRAM[..]), ("dev-dependencies", &TESTS)] {
        let mut files = Vec::new();
        folders.iter().for_each(|folder| read(&root.join(folder), &mut files));
        assert_eq!(unused(&manifest, key, &files), Vec::<String>::new(), "{key}");
        assert!(!dependencies(&manifest.parse().unwrap(), key).is_empty(), "{key}");
    }
}

#[test]
fn what_is_named_counts_and_what_is_only_spoken_of_does_not() {
    let manifest =
        "[dependencies]\ncsv-core = \"1\"\nserde = \"1\"\n[target.'cfg(unix)'.dependencies]\nlibc = \"1\"\n";
    for (text, left) in [
        (
            "// serde::x csv_core::y libc::z\nconst S: &str = \"serde::x\";",
            &["csv-core", "serde", "libc"][..],
        ),
        ("use csv_core; use libc::c_int; #[derive(serde::Serialize)] struct S;", &[]),
        ("fn f() { crate::serde::x(); libc::z() } use csv_core as c;", &["serde"]),
    ] {
        assert_eq!(unused(manifest, "dependencies", &[tokens(text)]), left, "{text}");
    }
}
