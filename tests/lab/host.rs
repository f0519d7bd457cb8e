//! Programs in a host of the site: run to the end, or kept running with their output in a file.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Private to the sandbox, gone with it.
pub const SCRATCH: &str = "/run/lab";

/// Runs a program to its end; its text, or what it complained about.
pub fn run(program: &str, args: &[&str]) -> Result<String, String> {
    run_with(program, args, "")
}

/// The same with text on its standard input.
pub fn run_with(program: &str, args: &[&str], input: &str) -> Result<String, String> {
    let what = format!("{program} {}", args.join(" "));
    let mut child = Command::new(program)
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|e| format!("{what}: {e}"))?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(input.as_bytes()).map_err(|e| format!("{what}: {e}"))?;
    }
    let out = child.wait_with_output().map_err(|e| format!("{what}: {e}"))?;
    if out.status.success() {
        Ok(String::from_utf8_lossy(&out.stdout).into_owned())
    } else {
        Err(format!("{what} {input}: {}: {}", out.status, String::from_utf8_lossy(&out.stderr).trim()))
    }
}

/// `ip -b` in a host: many commands, one process.
pub fn ip_batch(host: Option<&str>, lines: &str) -> Result<(), String> {
    let args: Vec<&str> =
        host.map_or_else(Vec::new, |h| vec!["-n", h]).into_iter().chain(["-b", "-"]).collect();
    run_with("ip", &args, lines).map(drop)
}

/// A program in a host, not started yet. It sees the host's own resolv.conf.
pub fn command(host: &str, program: &str, args: &[&str]) -> Command {
    let mut c = Command::new("ip");
    let resolv = resolv_conf(host);
    let script = if resolv.exists() {
        format!("mount --bind {} /etc/resolv.conf && exec \"$@\"", resolv.display())
    } else {
        "exec \"$@\"".to_owned()
    };
    c.args(["netns", "exec", host, "sh", "-c", &script, "sh", program]).args(args);
    for proxy in [
        "http_proxy",
        "https_proxy",
        "all_proxy",
        "no_proxy",
        "HTTP_PROXY",
        "HTTPS_PROXY",
        "ALL_PROXY",
        "NO_PROXY",
    ] {
        c.env_remove(proxy);
    }
    // what the program keeps goes into the sandbox, not into somebody's home
    c.env("HOME", SCRATCH).env("XDG_DATA_HOME", SCRATCH).env("XDG_CONFIG_HOME", SCRATCH);
    c
}

/// The resolv.conf that a host sees.
pub fn resolv_conf(host: &str) -> PathBuf {
    Path::new(SCRATCH).join(format!("resolv.{host}"))
}

/// Runs a shell command in a host to its end.
pub fn shell(host: &str, script: &str) -> Result<String, String> {
    run("ip", &["netns", "exec", host, "sh", "-ec", script])
}

/// Starts a program in a host; it ends with the sandbox at the latest. Its output goes to `<name>.log`.
pub fn start(host: &str, name: &str, program: &str, args: &[&str]) -> Result<Child, String> {
    let log = File::create(log_of(name)).map_err(|e| format!("{name}: {e}"))?;
    let errors = log.try_clone().map_err(|e| e.to_string())?;
    command(host, program, args)
        .stdin(Stdio::null())
        .stdout(log)
        .stderr(errors)
        .spawn()
        .map_err(|e| format!("{program}: {e}"))
}

pub fn log_of(name: &str) -> PathBuf {
    Path::new(SCRATCH).join(format!("{name}.log"))
}

/// Waits for a condition; the last reason why it does not hold is the error.
pub fn wait_for<T>(within: Duration, mut what: impl FnMut() -> Result<T, String>) -> Result<T, String> {
    let until = Instant::now() + within;
    loop {
        match what() {
            Ok(found) => return Ok(found),
            Err(why) if Instant::now() > until => {
                return Err(format!("after {} ms: {why}", within.as_millis()));
            }
            // the condition itself is what is waited for; this only spares the processor
            Err(_) => std::thread::sleep(Duration::from_millis(4)),
        }
    }
}

/// Waits until a program's log has this text.
pub fn wait_for_log(name: &str, text: &str) -> Result<(), String> {
    wait_for(Duration::from_secs(10), || {
        let log = std::fs::read_to_string(log_of(name)).unwrap_or_default();
        if log.contains(text) { Ok(()) } else { Err(format!("{name} does not say '{text}' but: {log}")) }
    })
}
