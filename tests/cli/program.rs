//! Runs the program in a network of its own, in which there is nothing but loopback.

use serde_json::Value;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// What a run left.
#[derive(Debug)]
pub struct Ran {
    /// `None` when a signal ended it.
    pub exit: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Ran {
    /// The whole of standard output as JSON; a word beside it is a failure.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out)
            .unwrap_or_else(|e| panic!("standard output is no JSON: {e}: {self:?}"))
    }
}

/// A folder for what the program keeps; gone after the test.
pub struct Home(TempDir);

impl Home {
    pub fn new() -> Home {
        Home(TempDir::new().unwrap())
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.path().join(name)
    }

    /// The program, not started yet.
    pub fn command(&self, args: &[&str]) -> Command {
        self.apart(&[&[env!("CARGO_BIN_EXE_solidgreen")], args].concat())
    }

    /// Runs a script in which `$SG` is the program; it may mount what it likes, and nobody else sees it.
    pub fn shell(&self, script: &str) -> Ran {
        let mut c = self.apart(&["sh", "-c", script]);
        c.env("SG", env!("CARGO_BIN_EXE_solidgreen"));
        let out = c.output().expect("unshare is in the package util-linux");
        Ran {
            exit: out.status.code(),
            out: String::from_utf8_lossy(&out.stdout).into_owned(),
            err: String::from_utf8_lossy(&out.stderr).into_owned(),
        }
    }

    /// Whatever it is, in a network and with mounts of its own.
    fn apart(&self, args: &[&str]) -> Command {
        let mut c = Command::new("unshare");
        let is_root = std::fs::metadata("/proc/self").is_ok_and(|m| m.uid() == 0);
        if !is_root {
            c.arg("-Ur");
        }
        // neither unshare nor the shell stays: the process is the program itself
        let script = "PATH=$PATH:/usr/sbin:/sbin ip link set lo up && exec \"$@\"";
        c.args(["--net", "--mount", "--", "sh", "-c", script, "sh"]).args(args);
        for name in ["http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"] {
            c.env_remove(name);
        }
        // no window is wanted, and none may be found
        c.env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY");
        c.env("SOLIDGREEN_DATA", self.file("data")).env("HOME", self.path()).current_dir(self.path());
        c.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        c
    }

    /// Runs the program to its end.
    pub fn run(&self, args: &[&str]) -> Ran {
        let out = self.command(args).output().expect("unshare is in the package util-linux");
        let ran = Ran {
            exit: out.status.code(),
            out: String::from_utf8(out.stdout).expect("standard output is UTF-8"),
            err: String::from_utf8_lossy(&out.stderr).into_owned(),
        };
        for word in ["unshare:", "sh: ", "ip: "] {
            assert!(!ran.err.starts_with(word), "no network of its own: {}", ran.err);
        }
        ran
    }
}

/// Waits for a condition; the last reason why it does not hold ends the test.
pub fn until<T>(secs: u64, mut what: impl FnMut() -> Result<T, String>) -> T {
    let end = Instant::now() + Duration::from_secs(secs);
    loop {
        match what() {
            Ok(found) => return found,
            Err(why) => assert!(Instant::now() < end, "after {secs} s: {why}"),
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Characters that a terminal obeys in place of showing them.
pub fn obeyed(text: &str) -> Vec<char> {
    let hidden = |c: char| matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
    text.chars().filter(|c| *c != '\n' && (c.is_control() || hidden(*c))).collect()
}
