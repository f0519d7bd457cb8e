//! What a running program uses: painted frames, processor time, memory.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// The kernel counts processor time in hundredths of a second.
const TICKS: f64 = 100.0;

/// What happened in a while.
#[derive(Debug)]
pub struct Use {
    pub frames_per_second: f64,
    /// Of one core, in percent.
    pub processor: f64,
    /// Why frames were painted, as the window's library says.
    pub causes: Vec<String>,
}

pub struct Frames {
    file: PathBuf,
}

impl Frames {
    /// Frames of a program that was told to trace them into this file.
    pub fn of(file: &Path) -> Frames {
        Frames { file: file.to_owned() }
    }

    fn lines(&self) -> Vec<String> {
        let text = std::fs::read_to_string(&self.file).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    }

    /// Looks on for so long.
    pub fn watch(&self, pid: u32, how_long: Duration) -> Result<Use, String> {
        let (frames, used, began) = (self.lines().len(), processor(pid)?, Instant::now());
        std::thread::sleep(how_long);
        let secs = began.elapsed().as_secs_f64();
        let used = processor(pid)? - used;
        let new: Vec<String> = self.lines().into_iter().skip(frames).collect();
        Ok(Use { frames_per_second: new.len() as f64 / secs, processor: 100.0 * used / secs, causes: new })
    }
}

/// Seconds of processor time that a process has used, with all its threads.
pub fn processor(pid: u32) -> Result<f64, String> {
    let stat =
        std::fs::read_to_string(format!("/proc/{pid}/stat")).map_err(|e| format!("it has ended: {e}"))?;
    // the name in brackets may hold anything
    let after = stat.rsplit_once(')').map_or("", |(_, after)| after);
    let field = |n: usize| after.split_whitespace().nth(n).and_then(|f| f.parse::<f64>().ok());
    let (user, system) = (field(11).ok_or("no user time")?, field(12).ok_or("no system time")?);
    Ok((user + system) / TICKS)
}

/// A line of the status of a process, in MiB.
pub fn memory(pid: u32, what: &str) -> Result<f64, String> {
    let status =
        std::fs::read_to_string(format!("/proc/{pid}/status")).map_err(|e| format!("it has ended: {e}"))?;
    let line = status.lines().find_map(|l| l.strip_prefix(what)?.strip_prefix(':')).ok_or("no such line")?;
    let kb = line.split_whitespace().next().and_then(|n| n.parse::<f64>().ok()).ok_or("no number")?;
    Ok(kb / 1024.0)
}
