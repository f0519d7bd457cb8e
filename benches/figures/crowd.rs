//! What a site of ever more boxes costs: time, processor time and memory of `find`, `check` and `watch` on a /22.

use super::frames::{memory, processor};
use super::numbers::{Numbers, row, runs};
use super::sites;
use crate::case::Case;
use crate::host::{SCRATCH, command, run};
use crate::plan::{Kind, MANY};
use crate::{raise, site};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::fs::File;
use std::process::Child;
use std::time::{Duration, Instant};

const RUNS: usize = 2;
/// Chooses one of the sizes.
const CASES: &str = "FIGURES_CASES";
const SIZES: [usize; 4] = [1, 50, 500, MANY];
/// A watch checks once when it begins; after that nothing happens.
const SETTLES: Duration = Duration::from_secs(20);
const WATCHED: Duration = Duration::from_secs(60);

/// What runs of one command used.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Load {
    wall_ms: Numbers,
    processor_ms: Numbers,
    /// The most memory that was resident, MiB.
    memory: Numbers,
    /// What was said in place of what is so.
    wrong: Vec<String>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Crowd {
    find: Load,
    check: Load,
    /// Right after a `find` of another process.
    check_again: Load,
    /// Of one core, in percent.
    watch: Numbers,
    watch_memory: Numbers,
}

pub fn inside(boxes: &str) -> Result<Crowd, String> {
    let boxes: usize = boxes.parse().map_err(|_| "how many boxes?")?;
    let text = format!(
        "about = \"a crowd\"\nboxes = {}\n[[gateway]]\nmac = \"34:a5:e1:12:34:56\"\n[expect]\nled = [\"solid-green\"]\n",
        boxes - 1
    );
    let case: Case = toml::from_str(&text).map_err(|e| e.to_string())?;
    let _site = raise::raise(&case, Kind::Campus)?;
    let mut crowd = Crowd::default();
    for _ in 0..runs(RUNS) {
        run("ip", &["-n", "laptop", "neigh", "flush", "all"])?;
        once(&["check", "--json"], boxes, &mut crowd.check)?;
        run("ip", &["-n", "laptop", "neigh", "flush", "all"])?;
        once(&["find", "--json"], boxes, &mut crowd.find)?;
        once(&["check", "--json"], boxes, &mut crowd.check_again)?;
    }
    let (mut watch, _) = start(&["watch", "--json-lines"])?;
    std::thread::sleep(SETTLES);
    let (before, began) = (processor(watch.id())?, Instant::now());
    std::thread::sleep(WATCHED);
    crowd.watch.add(100.0 * (processor(watch.id())? - before) / began.elapsed().as_secs_f64());
    crowd.watch_memory.add(memory(watch.id(), "VmHWM")?);
    watch.kill().and_then(|()| watch.wait()).map_err(|e| e.to_string())?;
    Ok(crowd)
}

/// Starts the program; what it says goes to a file.
fn start(args: &[&str]) -> Result<(Child, String), String> {
    let file = format!("{SCRATCH}/said");
    let out = File::create(&file).map_err(|e| e.to_string())?;
    let child = command("laptop", &site::program(), args).stdout(out).spawn().map_err(|e| e.to_string())?;
    Ok((child, file))
}

/// Runs the program to its end. What it has used is read when it has ended and was not waited for yet.
fn once(args: &[&str], boxes: usize, load: &mut Load) -> Result<(), String> {
    let began = Instant::now();
    let (mut child, said) = start(args)?;
    let mut most: f64 = 0.0;
    let ended = || {
        std::fs::read_to_string(format!("/proc/{}/stat", child.id()))
            .map(|stat| stat.rsplit_once(')').is_some_and(|(_, after)| after.trim_start().starts_with('Z')))
            .map_err(|e| e.to_string())
    };
    while !ended()? {
        // at its very end it has none any more
        most = most.max(memory(child.id(), "VmHWM").unwrap_or(0.0));
        std::thread::sleep(Duration::from_millis(5));
    }
    load.wall_ms.add(began.elapsed().as_secs_f64() * 1000.0);
    load.processor_ms.add(processor(child.id())? * 1000.0);
    load.memory.add(most);
    child.wait().map_err(|e| e.to_string())?;
    let text = std::fs::read_to_string(said).map_err(|e| e.to_string())?;
    let json: Value = serde_json::from_str(&text).map_err(|e| format!("{e}: {text}"))?;
    let answering = &json["boxes"]["answering"];
    if args.contains(&"check") && json["verdict"]["code"] != "ok.way-is-clear" || *answering != boxes {
        load.wrong.push(format!("{}, {}", json["verdict"]["code"], json["boxes"]));
    }
    Ok(())
}

pub fn measure() -> Result<(), String> {
    let chosen = |size: &usize| std::env::var(CASES).map_or(true, |part| size.to_string() == part);
    for size in SIZES.into_iter().filter(chosen) {
        let crowd: Crowd = sites::run_on(Kind::Campus, &format!("crowd {size}"))?;
        let wanted = if size == 500 { "< 5000" } else { "" };
        for (what, load) in
            [("find", &crowd.find), ("check", &crowd.check), ("check right after find", &crowd.check_again)]
        {
            row(&format!("{size} boxes, {what}, whole process, ms"), &load.wall_ms.text(0), wanted);
            row("  processor, ms", &load.processor_ms.text(0), "");
            row("  resident at most, MiB", &load.memory.text(0), "");
            for said in &load.wrong {
                println!("    said {said}");
            }
        }
        row(&format!("{size} boxes, watch, % of one core (60 s)"), &crowd.watch.text(2), "");
        row("  resident at most, MiB", &crowd.watch_memory.text(0), "");
    }
    Ok(())
}
