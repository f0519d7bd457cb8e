//! How long a long pasted text takes: 100,000 lines of the formats that the tests know, read by the shipped program.

use super::numbers::{Numbers, row, runs};
use crate::site;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

const LINES: usize = 100_000;

#[derive(serde::Deserialize)]
struct Cases {
    case: Vec<Case>,
}

#[derive(serde::Deserialize)]
struct Case {
    platform: String,
    read: String,
    text: String,
}

pub fn measure() -> Result<(), String> {
    let list = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pasted/platforms.toml");
    let list = std::fs::read_to_string(list).map_err(|e| e.to_string())?;
    let cases = toml::from_str::<Cases>(&list).map_err(|e| e.to_string())?.case;
    let of = |platform: Option<&str>| {
        let some = cases.iter().filter(|c| c.read == "log" && platform.is_none_or(|p| c.platform == p));
        some.flat_map(|c| c.text.lines().chain([""]).map(str::to_owned)).collect::<Vec<_>>()
    };
    let mixed = of(None);
    // a log is mostly about others: the same lines, of another device
    let others: Vec<String> = mixed.iter().map(|l| l.replace("192.0.2.50", "192.0.2.77")).collect();
    let fortigate = of(Some("fortigate"));
    for (what, lines) in [
        ("all platforms mixed, other devices' lines", others),
        ("all platforms mixed, all of it the gateway's", mixed),
        ("FortiGate, all of it the gateway's", fortigate),
    ] {
        let mut text = String::new();
        for line in lines.iter().cycle().take(LINES) {
            text.push_str(line);
            text.push('\n');
        }
        let file = tempfile::NamedTempFile::new().map_err(|e| e.to_string())?;
        std::fs::write(file.path(), text).map_err(|e| e.to_string())?;
        let mut took = Numbers::default();
        for _ in 0..runs(5) {
            let begun = Instant::now();
            let status = Command::new(site::program())
                .args(["firewall", "--read-log"])
                .arg(file.path())
                .args(["--ip", "192.0.2.50"])
                .stdout(Stdio::null())
                .status()
                .map_err(|e| e.to_string())?;
            took.add(begun.elapsed().as_secs_f64() * 1e3);
            if !matches!(status.code(), Some(0 | 1)) {
                return Err(format!("the program ended with {status}"));
            }
        }
        row(&format!("{what}, ms"), &took.text(0), "< 1000");
    }
    Ok(())
}
