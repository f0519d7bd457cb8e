//! Replays the seeds of `fuzz/` through the same properties that the fuzz targets check, whole and cut short, so that
//! nothing once found comes back and no reader is left without seeds.

#![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods, reason = "helpers of tests")]

#[path = "../fuzz/properties.rs"]
mod properties;

use solidgreen::model::Mac;
use solidgreen::model::recording::Recording;
use solidgreen::profile::Profile;
use std::fs;
use std::path::{Path, PathBuf};

fn below(folder: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)
}

/// File names in a folder, sorted.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    let mut names: Vec<String> =
        entries.map(|e| e.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

fn seeds(target: &str) -> Vec<(String, Vec<u8>)> {
    let folder = below("fuzz/seeds").join(target);
    names(&folder).into_iter().map(|name| (name.clone(), fs::read(folder.join(name)).unwrap())).collect()
}

#[test]
fn every_seed_keeps_the_properties_whole_and_cut_short() {
    for (target, check) in properties::ALL {
        let seeds = seeds(target);
        assert!(seeds.len() >= 4, "{target} has {} seeds", seeds.len());
        for (name, data) in seeds {
            // the test's own output tells which one it was
            println!("{target}/{name}");
            check(&data);
            // at most some hundred cuts each, so that long ones do not cost seconds
            let step = if target == "profile" { 97 } else { 1 + data.len() / 300 };
            for end in (0..data.len()).step_by(step) {
                check(&data[..end]);
            }
        }
    }
}

/// Seeds that every reader refuses would prove little.
#[test]
fn the_seeds_reach_behind_the_first_refusal() {
    let accepted =
        |target: &str, is: &dyn Fn(&[u8]) -> bool| seeds(target).iter().filter(|(_, d)| is(d)).count();
    let text = |data: &[u8]| String::from_utf8_lossy(data).into_owned();
    assert!(accepted("dhcp", &|d| solidgreen::wire::dhcp::parse(d).is_ok()) >= 4);
    let announced = |d: &[u8]| solidgreen::wire::dns_sd::answers(d).is_some_and(|all| !all.is_empty());
    assert!(accepted("dns_sd", &announced) >= 4);
    assert!(accepted("mac", &|d| Mac::parse_typed(&text(d)).is_ok()) >= 4);
    assert!(accepted("profile", &|d| Profile::parse(&text(d)).is_ok()) >= 2);
    let known = |d: &[u8]| {
        d.chunks_exact(6).any(|o| solidgreen::wire::oui::maker(Mac(o.try_into().unwrap())).is_some())
    };
    assert!(accepted("oui", &known) >= 3);
    let chain = |d: &[u8]| matches!(solidgreen::wire::tls::read_flight(d), solidgreen::wire::tls::Flight::Chain(c) if c.len() == 2);
    assert!(accepted("tls", &chain) >= 1);
    assert!(accepted("tls", &|d| solidgreen::wire::tls::certificate(d).is_some()) >= 2);
    assert!(accepted("recording", &|d| Recording::parse(&text(d)).is_ok_and(|r| !r.events.is_empty())) >= 4);
    let shipped = Profile::shipped();
    let understood = |d: &[u8]| {
        text(d).lines().any(|l| solidgreen::wire::console::read_line(&shipped, "p", l).meaning.is_some())
    };
    assert!(accepted("console", &understood) >= 3);
}

#[test]
fn every_reader_has_a_target_and_seeds() {
    let mut wanted: Vec<String> = names(&below("src/wire"))
        .iter()
        .map(|file| file.strip_suffix(".rs").unwrap_or(file))
        .filter(|name| *name != "mod")
        .map(str::to_owned)
        .chain(["mac", "profile", "recording"].map(str::to_owned))
        .collect();
    wanted.sort();
    let mut checked: Vec<&str> = properties::ALL.iter().map(|(name, _)| *name).collect();
    checked.sort_unstable();
    assert_eq!(checked, wanted);
    assert_eq!(names(&below("fuzz/seeds")), wanted);
    let targets: Vec<String> = wanted.iter().map(|name| format!("{name}.rs")).collect();
    assert_eq!(names(&below("fuzz/fuzz_targets")), targets);
    let manifest = fs::read_to_string(below("fuzz/Cargo.toml")).unwrap();
    for name in &wanted {
        assert!(manifest.contains(&format!("name = \"{name}\"")), "{name}");
    }
}
