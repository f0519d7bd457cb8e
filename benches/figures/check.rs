//! How long a check takes, on the site of each case of the lab.

use super::numbers::{Numbers, row, runs};
use super::sites;
use crate::case::{self, Case};
use crate::host::{command, run};
use crate::{raise, site};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::path::Path;
use std::time::Instant;

const RUNS: usize = 3;
/// Names a part of the names of the cases that are measured.
const CASES: &str = "FIGURES_CASES";

#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Checks {
    /// What the program says of itself.
    took: Numbers,
    /// From the start of the process to its end, with the few milliseconds of entering the namespace.
    wall: Numbers,
    right: usize,
    /// What was said in place of the case's verdict.
    wrong: Vec<String>,
}

pub fn inside(file: &Path) -> Result<Checks, String> {
    let case = Case::read(file)?;
    let _site = raise::raise(&case, crate::plan::Kind::default())?;
    let args: Vec<&str> =
        ["check", "--json"].into_iter().chain(case.check.iter().map(String::as_str)).collect();
    let mut checks = Checks::default();
    for _ in 0..runs(RUNS) {
        run("ip", &["-n", "laptop", "neigh", "flush", "all"])?;
        let began = Instant::now();
        let out = command("laptop", &site::program(), &args).output().map_err(|e| e.to_string())?;
        checks.wall.add(began.elapsed().as_secs_f64() * 1000.0);
        let json: Value = serde_json::from_slice(&out.stdout).map_err(|e| e.to_string())?;
        checks.took.add(json["took_ms"].as_f64().ok_or("no took_ms")?);
        let said = json["verdict"]["code"].as_str();
        if said == case.expect.verdict.as_deref() {
            checks.right += 1;
        } else {
            checks.wrong.push(said.unwrap_or("no verdict").to_owned());
        }
    }
    Ok(checks)
}

pub fn measure() -> Result<(), String> {
    for (name, file, _) in case::all()?.into_iter().filter(|(.., kind)| *kind == crate::plan::Kind::default())
    {
        let case = Case::read(&file)?;
        let chosen = std::env::var(CASES).map_or(true, |part| name.contains(&part));
        if case.watch.is_some() || !chosen {
            continue;
        }
        let wanted = if case.expect.exit == 0 { "< 1500" } else { "< 5000" };
        match sites::run::<Checks>(&format!("check {}", file.display())) {
            Ok(c) => {
                let right = format!("{wanted}, right verdict {} of {}", c.right, runs(RUNS));
                row(&format!("{name}, whole process, ms"), &c.wall.text(0), &right);
                for said in &c.wrong {
                    println!("    said {said}");
                }
                row("  its own took_ms", &c.took.text(0), "");
            }
            Err(why) => row(&name, "not measured", &why),
        }
    }
    Ok(())
}
