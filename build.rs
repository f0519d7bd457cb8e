//! Collects the program's own words: all that its texts are made of, outside of tests. A public report and a public
//! recording let a word through only when it stands here (`src/report/own_words.rs`), so the list can never be behind
//! the texts.

#![allow(clippy::disallowed_methods, reason = "cargo gives this file a folder that nobody else writes to")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Data files whose quoted texts are the program's own too.
const DATA: [&str; 4] = ["assets/agents.toml", "assets/profile.toml", "assets/signers.toml", "assets/pasted"];
/// Lines of them that are never printed: where something was seen, and by which processes an agent is known.
const NEVER_SAID: [&str; 6] = ["seen =", "linux =", "macos =", "windows =", "services =", "recalled ="];
/// Folders whose texts never reach a report.
const NOT_PRINTED: [&str; 1] = ["src/ui"];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let root = PathBuf::from(std::env::var("CARGO_MANIFEST_DIR")?);
    let mut words = BTreeSet::new();
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=src");
    for file in files(&root.join("src"))? {
        let inside = file.strip_prefix(&root)?;
        if !is_test(inside) && !NOT_PRINTED.iter().any(|f| inside.starts_with(f)) {
            literals(&std::fs::read_to_string(&file)?, &mut words);
        }
    }
    for data in DATA {
        println!("cargo::rerun-if-changed={data}");
        let path = root.join(data);
        for file in if path.is_dir() { files(&path)? } else { vec![path] } {
            if file.extension().is_some_and(|e| e == "toml") {
                quoted(&std::fs::read_to_string(&file)?, &mut words);
            }
        }
    }
    let out = PathBuf::from(std::env::var("OUT_DIR")?).join("own_words.txt");
    std::fs::write(out, words.into_iter().collect::<Vec<_>>().join("\n"))?;
    Ok(())
}

fn files(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut out = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            out.extend(files(&path)?);
        } else if path.extension().is_some_and(|e| e == "rs" || e == "toml") {
            out.push(path);
        }
    }
    out.sort();
    Ok(out)
}

/// Names in tests are made up to look like somebody's.
fn is_test(path: &Path) -> bool {
    path.iter().filter_map(|part| part.to_str()).any(|part| {
        let stem = part.trim_end_matches(".rs");
        stem == "tests" || stem.ends_with("_tests")
    })
}

fn add(text: &str, words: &mut BTreeSet<String>) {
    for word in text.split(|c: char| !c.is_alphanumeric()).filter(|w| w.chars().any(char::is_alphabetic)) {
        words.insert(word.to_lowercase());
    }
}

/// The words of every string literal of Rust source, without comments and without items behind `#[cfg(test)]`.
fn literals(source: &str, words: &mut BTreeSet<String>) {
    let c: Vec<char> = source.chars().collect();
    let at = |i: usize| c.get(i).copied().unwrap_or('\0');
    let mut i = 0;
    // of an item that is left out: how deep in its braces
    let mut left_out: Option<usize> = None;
    while i < c.len() {
        match at(i) {
            '/' if at(i + 1) == '/' => i += c[i..].iter().take_while(|c| **c != '\n').count(),
            '/' if at(i + 1) == '*' => {
                let mut depth = 0;
                loop {
                    match (at(i), at(i + 1)) {
                        ('/', '*') => (depth, i) = (depth + 1, i + 2),
                        ('*', '/') => (depth, i) = (depth - 1, i + 2),
                        _ => i += 1,
                    }
                    if depth == 0 || i >= c.len() {
                        break;
                    }
                }
            }
            '#' if starts(&c[i..], "#[cfg(test)]") => {
                left_out.get_or_insert(0);
                i += "#[cfg(test)]".len();
            }
            'r' if (at(i + 1) == '"' || at(i + 1) == '#') && !before(&c, i) => {
                let hashes = c[i + 1..].iter().take_while(|c| **c == '#').count();
                if at(i + 1 + hashes) != '"' {
                    // `r#type`: a name
                    i += 1 + hashes;
                    continue;
                }
                let start = i + 2 + hashes;
                let end: String = std::iter::once('"').chain(std::iter::repeat_n('#', hashes)).collect();
                let len = (start..c.len()).find(|n| starts(&c[*n..], &end)).unwrap_or(c.len());
                if left_out.is_none() {
                    add(&c[start..len].iter().collect::<String>(), words);
                }
                i = len + 1 + hashes;
            }
            '"' => {
                let mut text = String::new();
                i += 1;
                while i < c.len() && at(i) != '"' {
                    if at(i) == '\\' {
                        // what an escape stands for is a sign, not a letter
                        i += if at(i + 1) == 'u' {
                            c[i..].iter().take_while(|c| **c != '}').count()
                        } else {
                            1
                        };
                        text.push(' ');
                    } else {
                        text.push(at(i));
                    }
                    i += 1;
                }
                if left_out.is_none() {
                    add(&text, words);
                }
                i += 1;
            }
            // a sign in quotes, else a lifetime
            '\'' if at(i + 1) == '\\' => {
                i += 3 + c[(i + 3).min(c.len())..].iter().take_while(|c| **c != '\'').count() + 1;
            }
            '\'' if at(i + 2) == '\'' => i += 3,
            '{' => {
                left_out = left_out.map(|depth| depth + 1);
                i += 1;
            }
            '}' => {
                left_out = left_out.and_then(|depth| depth.checked_sub(1)).filter(|depth| *depth > 0);
                i += 1;
            }
            ';' => {
                left_out = left_out.filter(|depth| *depth > 0);
                i += 1;
            }
            _ => i += 1,
        }
    }
}

/// A letter stands before it: it is the end of a name.
fn before(c: &[char], i: usize) -> bool {
    i > 0 && (c[i - 1].is_alphanumeric() || c[i - 1] == '_') && c[i - 1] != 'b'
}

fn starts(c: &[char], with: &str) -> bool {
    with.chars().enumerate().all(|(n, w)| c.get(n) == Some(&w))
}

/// The words of every quoted text of a TOML file, without comments.
fn quoted(source: &str, words: &mut BTreeSet<String>) {
    for line in source.lines().filter(|l| !l.trim_start().starts_with('#')) {
        if NEVER_SAID.iter().any(|key| line.starts_with(key)) {
            continue;
        }
        let mut rest = line;
        while let Some(start) = rest.find(['"', '\'']) {
            let quote = &rest[start..=start];
            let text = &rest[start + 1..];
            let end = text.find(quote).unwrap_or(text.len());
            add(&text[..end], words);
            rest = text.get(end + 1..).unwrap_or("");
        }
    }
}
