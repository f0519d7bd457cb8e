//! The limits of the kernel's neighbour table. It has one for all namespaces, of 1024 entries as delivered; a sweep of the
//! campus takes all of them, and other labs would miss their router. Labs that run at the same time share the setting: the
//! first one makes it, the last one puts back what was there.

use std::fs;
use std::path::{Path, PathBuf};

/// Names of the settings, and values that let three labs of a /22 run at once.
const LARGE: [(&str, u32); 3] = [("gc_thresh1", 4096), ("gc_thresh2", 8192), ("gc_thresh3", 16384)];
/// Entries that a site without a crowd needs.
const FEW: u32 = 256;

fn file(name: &str) -> PathBuf {
    Path::new("/proc/sys/net/ipv4/neigh/default").join(name)
}

fn now(name: &str) -> Option<u32> {
    fs::read_to_string(file(name)).ok()?.trim().parse().ok()
}

/// Where the values of before are kept while labs run.
fn kept() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("lab-neighbours")
}

/// Makes room for labs, or as little as a case wants; `hosts` is how many a lab has that are more than a few.
///
/// The error says that it may not, and how to do it by hand: a lab that the table is too small for proves nothing.
pub fn make(small: Option<u32>, hosts: usize) -> Result<(), String> {
    if !kept().exists() {
        let before: Vec<String> =
            LARGE.iter().filter_map(|(name, _)| Some(format!("{name} {}", now(name)?))).collect();
        fs::write(kept(), before.join("\n")).map_err(|e| format!("{}: {e}", kept().display()))?;
    }
    for (name, large) in LARGE {
        let value = small.map_or(large, |most| if name == "gc_thresh3" { most } else { most / 2 });
        if now(name) != Some(value) && (small.is_some() || now(name) < Some(large)) {
            // without rights it stays as it is, which is looked at below
            let _ = fs::write(file(name), value.to_string());
        }
    }
    let most = solidgreen::platform::neighbours::room().map_or(0, |r| r.most);
    let wanted = small.unwrap_or(FEW + 4 * hosts as u32);
    if small.map_or(most < wanted, |small| most != small) {
        return Err(format!(
            "the neighbour table of this machine takes {most} entries, this lab wants {wanted}, and it may not be set from \
             here: run as root outside of a container, or set it there: sysctl -w net.ipv4.neigh.default.gc_thresh3={wanted}"
        ));
    }
    Ok(())
}

/// Puts back what was there before the first lab; called by the last one.
pub fn restore() {
    let Ok(before) = fs::read_to_string(kept()) else { return };
    for (name, value) in before.lines().filter_map(|line| line.split_once(' ')) {
        let _ = fs::write(file(name), value);
    }
    let _ = fs::remove_file(kept());
}
