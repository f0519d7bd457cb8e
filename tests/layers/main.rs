//! Holds the layout of the source: the import table of `src/lib.rs`, and what only certain layers may touch.
//!
//! It reads `src/` as tokens, so comments and strings never count, and a path counts however it is written: in a
//! grouped `use`, in the middle of an expression, or through `super::`.

#![allow(clippy::disallowed_methods, reason = "a test reads the source as it lies there")]

mod promises;
mod safety;
mod source;
mod unused;

use source::{Named, asks_for_system, module, paths, placed, tokens};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Each folder of `src/` and its rank: an import points to a lower rank. Folders of equal rank do not see one another.
const RANKS: [(&str, u8); 14] = [
    ("model", 0),
    ("profile", 1),
    ("wire", 2),
    ("mirror", 2),
    ("diagnose", 2),
    ("firewall", 2),
    ("report", 2),
    ("platform", 3),
    ("history", 4),
    ("discover", 4),
    ("check", 4),
    ("session", 5),
    ("cli", 6),
    ("ui", 6),
];
/// The virtual gateway and cloud stand beside the ranks.
const LAB: &str = "lab";
const LAB_SEES: [&str; 3] = ["model", "wire", "profile"];
/// The demonstration runs in a session; `solidgreen lab` is a command of the terminal.
const SEE_LAB: [&str; 2] = ["session", "cli"];

/// Highest rank that decides without touching the world.
const PURE: u8 = 2;
/// First segments that a pure layer may not name, and why.
const IMPURE_PATHS: [(&[&str], &str); 8] = [
    (&["tokio"], "waits"),
    (&["socket2"], "opens sockets"),
    (&["mdns_sd"], "opens sockets"),
    (&["std", "fs"], "touches the disk"),
    (&["std", "env"], "reads the environment"),
    (&["std", "process"], "runs programs or ends this one"),
    (&["std", "thread"], "starts threads"),
    (&["std", "io", "stdin"], "waits for a person"),
];
/// Names that a pure layer may not use under any path.
const IMPURE_NAMES: [(&str, &str); 7] = [
    ("Instant", "is a clock; `now` is a parameter"),
    ("SystemTime", "is a clock; `now` is a parameter"),
    ("TcpStream", "is a socket"),
    ("TcpListener", "is a socket"),
    ("UdpSocket", "is a socket"),
    ("UnixStream", "is a socket"),
    ("now_v7", "reads a clock"),
];
/// File, first segments, reason: what a pure layer may touch all the same.
const PURE_EXCEPTIONS: [(&str, &[&str], &str); 1] = [(
    "wire/pasted/cores.rs",
    &["std", "thread"],
    "a long text is shared out between the cores; they are joined before it returns, and the answer is the same",
)];

/// Folder and reason: where the operating system may decide what is compiled.
const SYSTEM_SPECIFIC: [(&str, &str); 2] = [
    ("platform", "this is its job"),
    (
        LAB,
        "namespaces and packet sockets are Linux's, pseudo-terminals are Unix's; a user's program never runs it",
    ),
];

const LONGEST_FILE: usize = 700;

fn rank(folder: &str) -> Option<u8> {
    RANKS.iter().find(|(name, _)| *name == folder).map(|(_, rank)| *rank)
}

/// Whether a file in folder `from` may name folder `to`.
fn may_see(from: &str, to: &str) -> bool {
    match (rank(from), rank(to)) {
        _ if from == to => true,
        (Some(from), Some(to)) => to < from,
        _ if from == LAB => LAB_SEES.contains(&to),
        _ if to == LAB => SEE_LAB.contains(&from),
        _ => false,
    }
}

/// Everything in one file that breaks a rule. `file` is its path below `src/`, with `/`; `stands` its module.
fn broken(file: &str, stands: &[String], source: &str) -> Vec<String> {
    let mut out = Vec::new();
    let folder = file.split_once('/').map(|(folder, _)| folder);
    if !source.starts_with("//!") {
        out.push(format!("{file}:1: does not begin with `//!` and its job"));
    }
    let lines = source.lines().count();
    if lines > LONGEST_FILE {
        out.push(format!("{file}: has {lines} lines; more than {LONGEST_FILE} are two jobs"));
    }
    let tokens = tokens(source);
    for line in asks_for_system(&tokens) {
        if !SYSTEM_SPECIFIC.iter().any(|(allowed, _)| folder == Some(allowed)) {
            out.push(format!("{file}:{line}: asks for the operating system; that belongs in src/platform"));
        }
    }
    for (i, token) in tokens.iter().enumerate() {
        let next = |n: usize| tokens.get(i + n).map_or("", |t| t.text.as_str());
        match token.text.as_str() {
            "unsafe" if folder != Some("platform") => {
                out.push(format!("{file}:{}: `unsafe` outside src/platform", token.line));
            }
            "include" if next(1) == "!" => {
                out.push(format!("{file}:{}: `include!` hides source from this test", token.line));
            }
            _ => {}
        }
    }
    for line in placed(file, &tokens).1 {
        out.push(format!("{file}:{line}: `#[path]` takes a module from another folder"));
    }
    let Some(folder) = folder else { return out };
    for Named { line, path } in paths(&tokens, stands) {
        out.extend(bad_arrow(folder, &path).map(|why| format!("{file}:{line}: {why}")));
        if rank(folder).is_some_and(|rank| rank <= PURE) {
            out.extend(impure(file, &path).map(|why| format!("{file}:{line}: {why}")));
        }
    }
    out
}

fn bad_arrow(folder: &str, path: &[String]) -> Option<String> {
    let [first, to, ..] = path else { return None };
    if first != "crate" {
        return None;
    }
    if to == "*" || to == "self" {
        return Some("names the whole crate, which hides what is imported".to_owned());
    }
    (!may_see(folder, to)).then(|| format!("`{folder}` may not see `{to}` ({})", path.join("::")))
}

fn impure(file: &str, path: &[String]) -> Option<String> {
    let why = IMPURE_PATHS
        .iter()
        .find(|(banned, _)| path.iter().map(String::as_str).take(banned.len()).eq(banned.iter().copied()))
        .map(|(banned, why)| (*banned, *why));
    if let Some((banned, why)) = why {
        let excepted = PURE_EXCEPTIONS.iter().any(|(place, what, _)| *place == file && *what == banned);
        return (!excepted).then(|| format!("a pure layer names `{}`, which {why}", banned.join("::")));
    }
    IMPURE_NAMES
        .iter()
        .find(|(name, _)| path.iter().any(|segment| segment == name))
        .map(|(name, why)| format!("a pure layer names `{name}`, which {why}"))
}

/// All `.rs` files below `src/`: path with `/`, text.
fn sources() -> BTreeMap<String, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut out = BTreeMap::new();
    let mut open: Vec<PathBuf> = vec![root.clone()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                let parts: Vec<String> = path
                    .strip_prefix(&root)
                    .into_iter()
                    .flat_map(Path::components)
                    .map(|part| part.as_os_str().to_string_lossy().into_owned())
                    .collect();
                out.insert(parts.join("/"), fs::read_to_string(&path).unwrap_or_default());
            }
        }
    }
    out
}

// ---------------------------------------------------------------------------------------------------------------------
// The tree as it is

#[test]
fn every_file_keeps_the_rules() {
    let sources = sources();
    assert!(sources.len() > 100, "only {} files were read", sources.len());
    let placed: BTreeMap<String, Vec<String>> =
        sources.iter().flat_map(|(file, text)| placed(file, &tokens(text)).0).collect();
    let broken: Vec<String> = sources
        .iter()
        .flat_map(|(file, text)| broken(file, placed.get(file).unwrap_or(&module(file)), text))
        .collect();
    assert!(broken.is_empty(), "{} broken rules:\n{}", broken.len(), broken.join("\n"));
}

#[test]
fn every_folder_of_the_table_exists_and_no_other() {
    let mut wanted: Vec<&str> = RANKS.iter().map(|(name, _)| *name).chain([LAB]).collect();
    wanted.sort_unstable();
    let sources = sources();
    let mut found: Vec<&str> =
        sources.keys().filter_map(|f| f.split_once('/')).map(|(folder, _)| folder).collect();
    found.dedup();
    assert_eq!(found, wanted);
    let loose: Vec<&String> = sources.keys().filter(|f| !f.contains('/')).collect();
    assert_eq!(loose, ["lib.rs", "main.rs"]);
}

/// What a reader of `src/lib.rs` is told is what this test holds.
#[test]
fn the_table_of_the_library_says_the_same() {
    let sources = sources();
    let mut told = BTreeMap::new();
    for line in sources["lib.rs"].lines() {
        let cells: Vec<&str> = line.trim_start_matches("//! |").split('|').map(str::trim).collect();
        if let [rank, folders, ..] = cells.as_slice()
            && let Ok(rank) = rank.parse::<u8>()
        {
            told.extend(folders.split_whitespace().map(|f| (f.trim_matches('`').to_owned(), rank)));
        }
    }
    let held: BTreeMap<String, u8> = RANKS.iter().map(|(name, rank)| ((*name).to_owned(), *rank)).collect();
    assert_eq!(told, held);
}

/// An exception that nobody needs any more is a hole.
#[test]
fn every_exception_is_still_needed() {
    let sources = sources();
    for (file, what, reason) in PURE_EXCEPTIONS {
        let used = paths(&tokens(&sources[file]), &module(file));
        assert!(
            used.iter().any(|n| n.path.iter().take(what.len()).eq(what.iter())),
            "{file}: {what:?} ({reason})"
        );
    }
    for (folder, reason) in SYSTEM_SPECIFIC {
        let used = sources
            .iter()
            .any(|(file, text)| file.starts_with(folder) && !asks_for_system(&tokens(text)).is_empty());
        assert!(used, "{folder} ({reason})");
    }
}

// ---------------------------------------------------------------------------------------------------------------------
// The reader and the rules on made-up source, so that silence above means something

/// What is wrong with a file of this text, its heading aside.
fn wrong(file: &str, text: &str) -> Vec<String> {
    broken(file, &module(file), &format!("//! A job.\n{text}"))
}

#[test]
fn arrows_down_are_seen_however_they_are_written() {
    for text in [
        "use crate::session::Session;",
        "use crate::{model::Mac, session::{Command}};",
        "use crate::{\n    model::Mac,\n    session,\n};",
        "pub(crate) use crate::session as s;",
        "fn f() -> crate::session::Session { g() }",
        "fn f() { g::<crate::session::Session>() }",
        "impl From<<crate::session::Session as T>::U> for X {}",
        "macro_rules! m { () => { $crate::session::f() } }",
        "use super::super::session::Session;",
        "use super::{super::session::Session, oui};",
        "mod tests { use super::super::super::session::Session; }",
        "use solidgreen::session::Session;",
        "fn f() { let quote = '\"'; crate::session::f() } // \"",
        "fn f<'a>(x: &'a str) { crate::session::f() }",
        "const S: &str = r#\"a \" b\"#; use crate::session::S;",
        "const B: u8 = b'\"'; use crate::session::S;",
        "const Q: char = '\\''; use crate::session::S;",
        "/* a /* b */ c */ use crate::session::S;",
    ] {
        let wrong = wrong("wire/dhcp.rs", text);
        assert_eq!(wrong.len(), 1, "{text}: {wrong:?}");
        assert!(wrong[0].contains("`wire` may not see `session`"), "{text}: {wrong:?}");
    }
}

#[test]
fn the_whole_crate_is_not_imported_at_once() {
    for text in ["use crate::*;", "use crate as all;", "use crate::{self as all};", "use super::super::*;"] {
        let wrong = wrong("wire/dhcp.rs", text);
        assert!(matches!(wrong.as_slice(), [one] if one.contains("whole crate")), "{text}: {wrong:?}");
    }
}

#[test]
fn what_is_allowed_is_left_alone() {
    for (file, text) in [
        ("wire/dhcp.rs", "use crate::model::Mac;\nuse crate::profile::Profile;\nuse super::WireError;"),
        (
            "wire/dhcp.rs",
            "// crate::session\n/// [`crate::ui`]\n/* crate::cli */ const S: &str = \"crate::session\";",
        ),
        ("wire/dhcp.rs", "const S: &str = r#\"crate::session::\"x\"#; const C: char = '\"';"),
        ("wire/dhcp.rs", "pub(crate) fn f() {} pub(super) fn g() {} pub(in crate::wire) fn h() {}"),
        ("wire/dhcp.rs", "mod tests { use super::*; mod deep { use super::super::super::exact_mac; } }"),
        ("wire/mod.rs", "use self::dhcp::parse; mod tests { use super::*; }"),
        ("session/run.rs", "use crate::{lab::site, check::plan, discover, history};"),
        ("lab/dial.rs", "use crate::{wire::dhcp, profile, model}; #[cfg(target_os = \"linux\")] fn f() {}"),
        ("platform/rights.rs", "fn f() { unsafe { g() } } #[cfg(windows)] fn h() {}"),
        ("wire/pasted/cores.rs", "fn f() { std::thread::scope(g) }"),
        ("wire/dhcp.rs", "#[cfg(test)] mod tests {} #[cfg(feature = \"lab\")] fn windows(unix: u8) {}"),
        ("main.rs", "use solidgreen::{cli, ui, session, lab};"),
    ] {
        assert_eq!(wrong(file, text), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn the_table_is_the_design() {
    let all: Vec<&str> = RANKS.iter().map(|(name, _)| *name).chain([LAB]).collect();
    let seen_by = |from: &str| -> Vec<&str> {
        all.iter().copied().filter(|to| *to != from && may_see(from, to)).collect()
    };
    assert_eq!(seen_by("model"), Vec::<&str>::new());
    assert_eq!(seen_by("profile"), ["model"]);
    for pure in ["wire", "mirror", "diagnose", "firewall", "report"] {
        assert_eq!(seen_by(pure), ["model", "profile"]);
    }
    let pure = ["model", "profile", "wire", "mirror", "diagnose", "firewall", "report"];
    assert_eq!(seen_by("platform"), pure);
    // who may read a file is the operating system's affair
    assert_eq!(seen_by("history"), [&pure[..], &["platform"]].concat());
    assert!(["discover", "check", "platform"].iter().all(|from| !may_see(from, "history")));
    assert_eq!(seen_by("lab"), ["model", "profile", "wire"]);
    assert!(!may_see("discover", "check") && !may_see("check", "discover"));
    assert!(!may_see("cli", "ui") && !may_see("ui", "cli") && !may_see("session", "ui"));
    assert!(may_see("session", "lab") && may_see("cli", "lab") && !may_see("ui", "lab"));
    assert!(!may_see("wire", "made_up") && !may_see("made_up", "wire"), "a folder that is not in the table");
}

#[test]
fn the_operating_system_is_asked_in_its_place_only() {
    for text in [
        "#[cfg(target_os = \"linux\")] fn f() {}",
        "#[cfg(not(any(windows, feature = \"lab\")))] fn f() {}",
        "#[cfg_attr(unix, allow(dead_code))] fn f() {}",
        "fn f() { if cfg!(target_os = \"macos\") { g() } }",
        "#![cfg(unix)]",
        "fn f() { unsafe { g() } }",
        "#[path = \"../session/mod.rs\"] mod session;",
        "include!(\"../session/mod.rs\");",
    ] {
        for file in ["check/tcp.rs", "main.rs"] {
            let wrong = wrong(file, text);
            assert_eq!(wrong.len(), 1, "{file}: {text}: {wrong:?}");
        }
    }
    assert_eq!(
        wrong("lab/dial.rs", "fn f() { unsafe { g() } }").len(),
        1,
        "the lab is no place for `unsafe`"
    );
}

#[test]
fn pure_layers_touch_nothing() {
    for text in [
        "use tokio::time::sleep;",
        "use std::{fs, io};",
        "fn f() { std::fs::read(path) }",
        "use std::net::{Ipv4Addr, UdpSocket};",
        "use std::time::{Duration, Instant};",
        "fn f() -> std::time::SystemTime { g() }",
        "fn f() { std::thread::spawn(g) }",
    ] {
        let wrong = wrong("report/mod.rs", text);
        assert!(matches!(wrong.as_slice(), [one] if one.contains("a pure layer names")), "{text}: {wrong:?}");
        assert_eq!(self::wrong("session/run.rs", text), Vec::<String>::new(), "{text}");
    }
    let other = wrong("wire/pasted/cores.rs", "fn f() { tokio::task::spawn(g) }");
    assert_eq!(other.len(), 1, "an exception covers what it names: {other:?}");
}

#[test]
fn a_file_says_its_job_and_has_one() {
    assert!(broken("wire/dhcp.rs", &[], "use std::fmt;")[0].contains("does not begin with"));
    let long = "//! A job.\n".repeat(LONGEST_FILE + 1);
    assert!(matches!(broken("wire/dhcp.rs", &[], &long).as_slice(), [one] if one.contains("lines")));
    assert_eq!(broken("wire/dhcp.rs", &[], &"//! A job.\n".repeat(LONGEST_FILE)), Vec::<String>::new());
}

#[test]
fn a_module_of_another_file_name_stands_where_it_is_declared() {
    let text = "#[path = \"dhcp_tests.rs\"]\n#[cfg(test)]\npub mod tests;";
    let (beside, elsewhere) = placed("wire/dhcp.rs", &tokens(text));
    let stands: Vec<String> = ["wire", "dhcp", "tests"].map(str::to_owned).to_vec();
    assert_eq!((beside, elsewhere), (vec![("wire/dhcp_tests.rs".to_owned(), stands.clone())], vec![]));
    let text = "//! Tests.\nuse super::super::WireError;\nuse super::super::super::session::Session;";
    assert_eq!(
        broken("wire/dhcp_tests.rs", &stands, text),
        ["wire/dhcp_tests.rs:3: `wire` may not see `session` (crate::session::Session)"]
    );
}

#[test]
fn a_line_is_named_where_it_stands() {
    let text = "/* two\nlines */ const S: &str = \"and\ntwo\";\nuse crate::ui::App;";
    assert_eq!(wrong("wire/dhcp.rs", text), ["wire/dhcp.rs:5: `wire` may not see `ui` (crate::ui::App)"]);
}
