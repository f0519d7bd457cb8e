//! A desktop in a host of the site: a screen without hardware, the buses of assistive software, a keyboard.
//!
//! Its sockets are files, which cross network namespaces; all of it ends with the sandbox.

use super::host::{self, SCRATCH, command, log_of, start, wait_for};
use super::sandbox;
use serde_json::Value;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

const HOST: &str = "laptop";
const DISPLAY: &str = ":97";
const READER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/lab/screen_reader.py");
const LAUNCHER: &str = "/usr/libexec/at-spi-bus-launcher";
/// Not the first one of the path: the bindings are for Debian's own.
const PYTHON: &str = "/usr/bin/python3";

/// Programs of a desktop, and the Debian packages that have them.
const TOOLS: [(&str, &str); 7] = [
    ("Xvfb", "xvfb"),
    ("xdotool", "xdotool"),
    ("dbus-daemon", "dbus"),
    ("dbus-send", "dbus"),
    ("pdftotext", "poppler-utils"),
    (LAUNCHER, "at-spi2-core"),
    (PYTHON, "python3"),
];
/// What the bindings of AT-SPI complain about, and the Debian packages that help.
const BINDINGS: [(&str, &str); 2] =
    [("No module named 'gi'", "python3-gi"), ("Namespace Atspi", "gir1.2-atspi-2.0")];

/// One thing in the window, as a screen reader meets it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize)]
pub struct Node {
    pub role: String,
    pub name: String,
    /// What is in a field.
    pub text: String,
}

/// What of the desktop this machine lacks, each with the way to get it.
fn missing() -> Vec<String> {
    let path = sandbox::search_path();
    let there = |tool: &str| path.split(':').any(|dir| Path::new(dir).join(tool).exists());
    let says = |tool: &str, package: &str| format!("'{tool}' is missing: apt-get install {package}");
    let mut missing: Vec<String> =
        TOOLS.iter().filter(|(tool, _)| !there(tool)).map(|(tool, package)| says(tool, package)).collect();
    if there(PYTHON)
        && let Err(why) = host::run(PYTHON, &["-c", "import gi; gi.require_version('Atspi', '2.0')"])
    {
        let package = BINDINGS.iter().find(|(text, _)| why.contains(text)).map_or("python3-gi", |(_, p)| p);
        missing.push(says("the Python binding of AT-SPI", package));
    }
    missing
}

/// Starts the desktop.
pub fn begin() -> Result<(), String> {
    let missing = missing();
    if !missing.is_empty() {
        return Err(missing.join("; "));
    }
    // a folder of our own for the screen's socket, so that no other screen of the machine is met
    let folder = "/tmp/.X11-unix";
    std::fs::create_dir_all(folder).map_err(|e| format!("{folder}: {e}"))?;
    host::run("mount", &["-t", "tmpfs", "none", folder])?;
    for folder in ["session", "data"] {
        std::fs::create_dir_all(format!("{SCRATCH}/{folder}")).map_err(|e| format!("{folder}: {e}"))?;
    }
    let screen = ["-nolock", "-nolisten", "tcp", "-screen", "0", "1280x900x24"];
    start(HOST, "screen", "Xvfb", &[&[DISPLAY], &screen[..]].concat())?;
    let address = format!("--address={}", bus());
    start(HOST, "bus", "dbus-daemon", &["--session", "--nofork", &address])?;
    let made = |what: &str| if Path::new(what).exists() { Ok(()) } else { Err(format!("no {what}")) };
    wait_for(Duration::from_secs(10), || made(&format!("{SCRATCH}/bus")))?;
    wait_for(Duration::from_secs(10), || made(&format!("{folder}/X97")))
        .map_err(|why| format!("{why}: {}", log("screen")))?;
    on_desktop(LAUNCHER, &["--launch-immediately"]).spawn().map_err(|e| format!("{LAUNCHER}: {e}"))?;
    wait_for(Duration::from_secs(10), || {
        let enable = [
            "--session",
            "--print-reply",
            "--dest=org.a11y.Bus",
            "/org/a11y/bus",
            "org.freedesktop.DBus.Properties.Set",
            "string:org.a11y.Status",
            "string:IsEnabled",
            "variant:boolean:true",
        ];
        finish(on_desktop("dbus-send", &enable)).map(drop)
    })
}

fn bus() -> String {
    format!("unix:path={SCRATCH}/bus")
}

pub fn log(name: &str) -> String {
    std::fs::read_to_string(log_of(name)).unwrap_or_default().trim().to_owned()
}

/// A program on the desktop, not started yet; what it says goes nowhere unless it is asked for.
pub fn on_desktop(program: &str, args: &[&str]) -> Command {
    let mut c = command(HOST, program, args);
    c.env("DISPLAY", DISPLAY)
        .env("DBUS_SESSION_BUS_ADDRESS", bus())
        .env("XDG_RUNTIME_DIR", format!("{SCRATCH}/session"))
        .env_remove("WAYLAND_DISPLAY")
        .env_remove("WAYLAND_SOCKET")
        .stdin(std::process::Stdio::null())
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null());
    c
}

/// Runs it to its end; its text, or what it complained about.
fn finish(mut c: Command) -> Result<String, String> {
    let piped = std::process::Stdio::piped;
    let out = c.stdout(piped()).stderr(piped()).output().map_err(|e| e.to_string())?;
    if out.status.success() {
        Ok(String::from_utf8_lossy(&out.stdout).into_owned())
    } else {
        Err(format!("{:?}: {}", c.get_args(), String::from_utf8_lossy(&out.stderr).trim()))
    }
}

fn reader(args: &[&str]) -> Result<String, String> {
    finish(on_desktop(PYTHON, &[&[READER], args].concat()))
}

/// Everything in the window.
pub fn tree() -> Result<Vec<Node>, String> {
    let text = reader(&["tree"])?;
    text.lines().map(|l| serde_json::from_str(l).map_err(|e| format!("{l}: {e}"))).collect()
}

/// Waits until the window is as wanted; else the error shows it as it is.
pub fn until<T>(secs: u64, what: &str, found: impl Fn(&[Node]) -> Option<T>) -> Result<T, String> {
    wait_for(Duration::from_secs(secs), || {
        let tree = tree()?;
        found(&tree).ok_or_else(|| {
            let names: Vec<String> = tree
                .iter()
                .filter(|n| !n.name.is_empty())
                .map(|n| format!("{} {}", n.role, Value::from(n.name.as_str())))
                .collect();
            format!("the window does not show {what}, but: {}", names.join(", "))
        })
    })
}

pub fn press(role: &str, name: &str) -> Result<(), String> {
    reader(&["press", role, name]).map(drop)
}

pub fn focus(role: &str, name: &str) -> Result<(), String> {
    reader(&["focus", role, name]).map(drop)
}

/// The X window of the program.
pub fn window() -> Result<String, String> {
    let text = finish(on_desktop("xdotool", &["search", "--name", "^Solid Green$"]))?;
    text.lines().next().map(str::to_owned).ok_or_else(|| "no X window".to_owned())
}

/// The keyboard, as a person uses it.
pub fn keys(args: &[&str]) -> Result<(), String> {
    // nobody else gives the window the keyboard: there is no window manager
    finish(on_desktop("xdotool", &["windowfocus", "--sync", &window()?]))?;
    finish(on_desktop("xdotool", args)).map(drop)
}

/// Closes the window as the button of its frame does.
pub fn close() -> Result<(), String> {
    reader(&["close", &window()?]).map(drop)
}

/// The text of a PDF, as another program reads it.
pub fn pdf_text(file: &str) -> Result<String, String> {
    finish(on_desktop("pdftotext", &["-layout", file, "-"]))
}
