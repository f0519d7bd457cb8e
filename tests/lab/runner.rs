//! Lists and runs the cases: each in its sandbox, then one table.

use super::case::{self, Case};
use super::plan::Kind;
use super::{audit, helper, judge, raise, renewing, sandbox, tour, watched, windowed};
use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

/// Begins the one line that the sandbox hands out.
const ROW: &str = "ROW ";
const AT_ONCE: usize = 3;

#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
struct Row {
    expected: String,
    found: String,
    /// From the order to build the site until the gateways proved the fault.
    proof_ms: u128,
    /// The program's own run.
    ms: u128,
    wrong: Vec<String>,
    /// The pair that it belongs to.
    #[serde(default)]
    twin: Option<String>,
}

impl Row {
    fn failed(why: String) -> Row {
        Row {
            expected: String::new(),
            found: "no result".into(),
            proof_ms: 0,
            ms: 0,
            wrong: vec![why],
            twin: None,
        }
    }
}

pub fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match args.first().map(String::as_str) {
        Some("--role-proxy") => return helper::proxy(args.get(1).map_or("", String::as_str)),
        Some("--role-portal") => return helper::portal(args.get(1).map_or("", String::as_str)),
        Some("--role-cloud") => {
            return helper::cloud(args.get(1).map_or("", String::as_str), args.get(2..).unwrap_or_default());
        }
        Some("--role-slow-names") => {
            let of = |n: usize| args.get(n).map_or("", String::as_str);
            return helper::slow_names(of(1), of(2));
        }
        Some("--role-odd-names") => {
            let of = |n: usize| args.get(n).map_or("", String::as_str);
            return super::odd_names::odd_names(of(1), of(2));
        }
        Some("--role-fire") => return super::fire::fire(args.get(1..).unwrap_or_default()),
        Some("--role-finder") => return super::plugged::finder(),
        Some("--role-dial") => return helper::dial(args.get(1).map_or("", String::as_str)),
        _ => {}
    }
    if let Some(file) = std::env::var_os(sandbox::INSIDE) {
        let kind = std::env::var(sandbox::SITE).unwrap_or_default();
        let row = inside(Path::new(&file), &kind).unwrap_or_else(Row::failed);
        println!("{ROW}{}", serde_json::to_string(&row).unwrap_or_default());
        return ExitCode::SUCCESS;
    }
    let has = |flag: &str| args.iter().any(|a| a == flag);
    let all = match case::all() {
        Ok(all) => all,
        Err(why) => {
            eprintln!("{why}");
            return ExitCode::FAILURE;
        }
    };
    if has("--list") {
        // the form that cargo-nextest asks for; no case is ignored
        if !has("--ignored") {
            for (name, ..) in &all {
                println!("{name}: test");
            }
            println!("{UNKNOWN_KEY}: test");
        }
        return ExitCode::SUCCESS;
    }
    let filters: Vec<&String> = args.iter().filter(|a| !a.starts_with('-')).collect();
    let chosen = |name: &str| {
        filters.is_empty()
            || filters.iter().any(|f| if has("--exact") { name == **f } else { name.contains(f.as_str()) })
    };
    let mut rows: Vec<(String, Row)> = Vec::new();
    if chosen(UNKNOWN_KEY) {
        rows.push((UNKNOWN_KEY.to_owned(), unknown_key()));
    }
    let wanted: Vec<_> = all.into_iter().filter(|(name, ..)| chosen(name)).collect();
    let (next, done) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE.min(wanted.len()) {
            scope.spawn(|| {
                while let Some((name, path, kind)) = wanted.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let row = outside(path, *kind);
                    if let Ok(mut done) = done.lock() {
                        done.push((name.clone(), row));
                    }
                }
            });
        }
    });
    rows.extend(done.into_inner().unwrap_or_default());
    rows.sort_by(|a, b| a.0.cmp(&b.0));
    table(&rows)
}

/// Reads the row of a case that ran in its sandbox.
fn outside(path: &Path, kind: Kind) -> Row {
    // a mistake in the file is told before anything is built
    if let Err(why) = Case::read(path) {
        return Row::failed(why);
    }
    match sandbox::enter(path, kind) {
        Err(why) => Row::failed(why),
        Ok(text) => text
            .lines()
            .find_map(|l| l.strip_prefix(ROW))
            .and_then(|json| serde_json::from_str(json).ok())
            .unwrap_or_else(|| Row::failed(format!("the sandbox handed out no row: {text}"))),
    }
}

fn inside(path: &Path, kind: &str) -> Result<Row, String> {
    let case = Case::read(path)?;
    let kind = case.sites.iter().copied().find(|k| k.word() == kind).unwrap_or_default();
    let began = Instant::now();
    let mut site = raise::raise(&case, kind)?;
    let proof_ms = began.elapsed().as_millis();
    let expected = if case.watch_secs.is_some() {
        "each box is told as it is".to_owned()
    } else if case.watch.is_some() || case.tour.is_some() {
        "each lasting LED is told".to_owned()
    } else if case.audit.is_some() {
        "each packet is in the footprint".to_owned()
    } else if case.plug_in && case.replug {
        "found after the adapter came back".to_owned()
    } else if case.plug_in {
        "found, afterwards 0".to_owned()
    } else if case.replug {
        "each change is told, each search ends".to_owned()
    } else if case.renewing.is_some() {
        "the lease is renewed undisturbed".to_owned()
    } else {
        judge::wanted(&case.expect)
    };
    if std::env::var_os("LAB_PROOF_ONLY").is_some() {
        return Ok(Row {
            expected,
            found: format!("proved: {}", case.expect.led.join(" ")),
            proof_ms,
            ms: 0,
            wrong: vec![],
            twin: case.twin,
        });
    }
    let began = Instant::now();
    let (found, wrong) = match case.watch {
        Some(watch) => watched::run(&case, watch, &mut site)?,
        None if case.tour.is_some() => {
            let tour = case.tour.ok_or("no tour")?;
            tour::run(&case, &tour, &mut site)?
        }
        None if case.renewing.is_some() => {
            let renewing = case.renewing.ok_or("no client")?;
            renewing::run(&case, &renewing, site.plan)?
        }
        None if case.flapping.is_some() => {
            let flapping = case.flapping.clone().ok_or("nothing flaps")?;
            super::flapping::run(&case, &flapping, &mut site)?
        }
        None if case.watch_secs.is_some() => super::crowd::watch(&case)?,
        None if case.audit.is_some() => audit::run(&case, site.plan)?,
        None if case.plug_in && case.replug => super::replugged::finder(&case, &site)?,
        None if case.plug_in => super::plugged::run(&case)?,
        None if case.replug => super::replugged::run(&case, &mut site)?,
        None if case.window => windowed::run(&case)?,
        None => judge::check(&case, site.plan)?,
    };
    Ok(Row { expected, found, proof_ms, ms: began.elapsed().as_millis(), wrong, twin: case.twin })
}

const UNKNOWN_KEY: &str = "a-wrong-key-in-a-case-is-refused";

/// A case with a key that nobody reads would test less than it says.
fn unknown_key() -> Row {
    let began = Instant::now();
    let expected = "refused by name".to_owned();
    let text = "about = \"x\"\nverdikt = \"y\"\n[expect]\nverdict = \"ok.green\"\nowner = \"nobody\"\nlevel = \"ok\"\n";
    let found = toml::from_str::<Case>(text).err().map(|e| e.to_string()).unwrap_or_default();
    let wrong = if found.contains("verdikt") { vec![] } else { vec![format!("not refused: {found}")] };
    let found = if wrong.is_empty() { expected.clone() } else { "accepted".into() };
    Row { expected, found, proof_ms: 0, ms: began.elapsed().as_millis(), wrong, twin: None }
}

/// Which causes were expected and which were found: a line for each expected one, with what was found in its place.
fn confusion(rows: &[(String, Row)]) {
    let code = |text: &str| text.split(' ').next().unwrap_or("-").to_owned();
    let mut matrix: BTreeMap<String, BTreeMap<String, usize>> = BTreeMap::new();
    for (_, row) in rows.iter().filter(|(_, r)| r.expected.contains('.')) {
        *matrix.entry(code(&row.expected)).or_default().entry(code(&row.found)).or_default() += 1;
    }
    println!("\ncause expected, and what was found");
    for (expected, found) in &matrix {
        let told: Vec<String> = found
            .iter()
            .map(|(code, n)| if code == expected { format!("{n} right") } else { format!("{n} {code}") })
            .collect();
        println!("  {expected:<34} {}", told.join(", "));
    }
    let mut times: Vec<u128> = rows
        .iter()
        .filter(|(n, r)| {
            r.expected.contains('.') && !r.expected.starts_with("hold.") && !n.starts_with("window.")
        })
        .map(|(_, r)| r.ms)
        .collect();
    times.sort_unstable();
    if let (Some(median), Some(worst)) = (times.get(times.len() / 2), times.last()) {
        println!(
            "\ntime to a verdict without hold: median {median} ms, worst {worst} ms, {} causes",
            matrix.len()
        );
    }
}

fn table(rows: &[(String, Row)]) -> ExitCode {
    println!("{:<36} {:<46} {:<46} {:>8} {:>6}", "case", "expected", "found", "proof ms", "ms");
    for (name, row) in rows {
        let mark = if row.wrong.is_empty() { "" } else { "  FAILED" };
        let twin = row.twin.as_deref().map(|t| format!("  pair {t}")).unwrap_or_default();
        println!(
            "{name:<36} {:<46} {:<46} {:>8} {:>6}{twin}{mark}",
            row.expected, row.found, row.proof_ms, row.ms
        );
    }
    confusion(rows);
    for (name, row) in rows.iter().filter(|(_, r)| !r.wrong.is_empty()) {
        println!("\n{name}:");
        for line in &row.wrong {
            println!("  {line}");
        }
    }
    let failed = rows.iter().filter(|(_, r)| !r.wrong.is_empty()).count();
    println!("\n{} passed, {failed} failed", rows.len() - failed);
    // a filter that fits nothing is a slip, not a success
    if failed == 0 && !rows.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
