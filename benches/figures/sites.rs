//! Chooses the figures, and runs those of the network each in a sandbox of its own.

use super::{check, crowd, find, history, readers, texts, watch, window};
use crate::plan::Kind;
use crate::{helper, sandbox};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::path::Path;
use std::process::ExitCode;

/// Begins the one line that a sandbox hands out.
const RESULT: &str = "RESULT ";

type Figure = (&'static str, &'static str, fn() -> Result<(), String>);

const FIGURES: [Figure; 8] = [
    ("find", "a /24 with 20 hosts, a router and a gateway: who is seen when", find::measure),
    ("check", "one check on a healthy site and on each fault of the lab", check::measure),
    ("watch", "from a change of the LED to the line that says so", watch::measure),
    ("crowd", "1, 50, 500, 1000 boxes on a /22: what find, check and watch cost", crowd::measure),
    ("readers", "a pasted log of 100,000 lines", readers::measure),
    (
        "history",
        "a visit as long as one may become: its size, and how long it takes to open",
        history::measure,
    ),
    ("texts", "all firewall texts of a site with twelve gateways", texts::measure),
    ("window", "first frame, frames, processor time and memory of the window", window::measure),
];

pub fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match args.first().map(String::as_str) {
        Some("--role-proxy") => return helper::proxy(args.get(1).map_or("", String::as_str)),
        Some("--role-dial") => return helper::dial(args.get(1).map_or("", String::as_str)),
        _ => {}
    }
    if let Ok(job) = std::env::var(sandbox::INSIDE) {
        return inside(&job);
    }
    // a test runner that asks what there is gets no test: these are figures
    if args.iter().any(|a| a == "--list") {
        return ExitCode::SUCCESS;
    }
    let wanted: Vec<&String> = args.iter().filter(|a| !a.starts_with('-')).collect();
    if let Some(unknown) = wanted.iter().find(|w| !FIGURES.iter().any(|f| f.0 == w.as_str())) {
        eprintln!("there is no figure '{unknown}'; there are: {}", FIGURES.map(|f| f.0).join(", "));
        return ExitCode::from(2);
    }
    let mut status = ExitCode::SUCCESS;
    for (name, about, measure) in FIGURES {
        if !wanted.is_empty() && !wanted.iter().any(|w| *w == name) {
            continue;
        }
        println!("\n{name}: {about}");
        if let Err(why) = measure() {
            println!("{name} could not be measured: {why}");
            status = ExitCode::FAILURE;
        }
    }
    status
}

fn inside(job: &str) -> ExitCode {
    let (figure, what) = job.split_once(' ').unwrap_or((job, ""));
    let result = match figure {
        "find" => find::inside().and_then(text),
        "check" => check::inside(Path::new(what)).and_then(text),
        "watch" => watch::inside(what).and_then(text),
        "crowd" => crowd::inside(what).and_then(text),
        _ => Err(format!("'{figure}' runs in no sandbox")),
    };
    println!("{RESULT}{}", result.unwrap_or_else(|why| serde_json::json!({ "failed": why }).to_string()));
    ExitCode::SUCCESS
}

fn text<T: Serialize>(value: T) -> Result<String, String> {
    serde_json::to_string(&value).map_err(|e| e.to_string())
}

/// Runs this program in a new sandbox for one job, and reads its result.
pub fn run<T: DeserializeOwned>(job: &str) -> Result<T, String> {
    run_on(Kind::default(), job)
}

/// The same on another site.
pub fn run_on<T: DeserializeOwned>(kind: Kind, job: &str) -> Result<T, String> {
    let said = sandbox::enter(Path::new(job), kind)?;
    let line = said
        .lines()
        .find_map(|l| l.strip_prefix(RESULT))
        .ok_or_else(|| format!("the sandbox handed out no result: {said}"))?;
    let value: serde_json::Value = serde_json::from_str(line).map_err(|e| e.to_string())?;
    if let Some(why) = value["failed"].as_str() {
        return Err(why.to_owned());
    }
    serde_json::from_value(value).map_err(|e| format!("{e}: {line}"))
}
