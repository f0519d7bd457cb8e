//! The window in software rendering on Xvfb, showing the demonstration: loopback only.

use super::frames::{Frames, Use, memory, processor};
use super::numbers::{Numbers, row, runs};
use super::screen::{Running, Screen};
use crate::site;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const STARTS: usize = 7;
const LOOKS: usize = 3;
const LOOK: Duration = Duration::from_secs(20);
/// Longest time until the check of the demonstration has ended, and all that moves because of it.
const CHECKED: Duration = Duration::from_secs(10);
/// Names a folder for pictures of what was measured.
const PICTURES: &str = "FIGURES_PICTURES";

struct Window<'a> {
    screen: &'a Screen,
    program: Running,
    id: String,
    frames: Frames,
    first_frame_ms: f64,
    _home: tempfile::TempDir,
}

impl Window<'_> {
    /// Starts the demonstration and waits for its first picture.
    fn open<'a>(screen: &'a Screen, fault: &str) -> Result<Window<'a>, String> {
        let home = tempfile::tempdir().map_err(|e| e.to_string())?;
        let trace = home.path().join("frames");
        let mut program = Command::new(site::program());
        program
            .args(["demo", "--fault", fault])
            .env("DISPLAY", &screen.display)
            .env_remove("WAYLAND_DISPLAY")
            .env_remove("WAYLAND_SOCKET")
            .env("LIBGL_ALWAYS_SOFTWARE", "1")
            .env("HOME", home.path())
            .env("SOLIDGREEN_DATA", home.path())
            .env("SOLIDGREEN_TRACE_FRAMES", &trace)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let began = Instant::now();
        let mut program = Running(program.spawn().map_err(|e| e.to_string())?);
        while !screen.painted()? {
            if let Some(status) = program.0.try_wait().map_err(|e| e.to_string())? {
                return Err(format!("the window ended before its first frame: {status}"));
            }
            if began.elapsed() > Duration::from_secs(20) {
                return Err("no frame in 20 s".into());
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        let first_frame_ms = began.elapsed().as_secs_f64() * 1000.0;
        let found = screen.tool("xdotool", &["search", "--onlyvisible", "--name", "^Solid Green$"])?;
        let id = found.lines().next().unwrap_or_default().to_owned();
        let frames = Frames::of(&trace);
        Ok(Window { screen, program, id, frames, first_frame_ms, _home: home })
    }

    fn pid(&self) -> u32 {
        self.program.0.id()
    }

    /// Presses keys as a person does.
    fn press(&self, keys: &str) -> Result<(), String> {
        self.screen.tool("xdotool", &["windowfocus", "--sync", &self.id])?;
        self.screen.tool("xdotool", &["key", keys]).map(drop)
    }

    /// "Find and check", to the end.
    fn check(&self) -> Result<(), String> {
        self.press("ctrl+r")?;
        std::thread::sleep(CHECKED);
        Ok(())
    }

    /// As a window manager does it: the state is told, the window taken from the screen.
    fn minimise(&self) -> Result<(), String> {
        let hidden = "_NET_WM_STATE_HIDDEN";
        let state = ["-id", &self.id, "-f", "_NET_WM_STATE", "32a", "-set", "_NET_WM_STATE", hidden];
        self.screen.tool("xprop", &state)?;
        self.screen.tool("xdotool", &["windowunmap", &self.id])?;
        std::thread::sleep(Duration::from_millis(1_500));
        Ok(())
    }
}

/// Several looks at one state.
#[derive(Default)]
struct Looks {
    frames: Numbers,
    processor: Numbers,
    server: Numbers,
    causes: Vec<String>,
}

impl Looks {
    fn look(&mut self, window: &Window<'_>) -> Result<(), String> {
        let before = processor(window.screen.pid())?;
        let Use { frames_per_second, processor: used, causes } = window.frames.watch(window.pid(), LOOK)?;
        self.server.add(100.0 * (processor(window.screen.pid())? - before) / LOOK.as_secs_f64());
        self.frames.add(frames_per_second);
        self.processor.add(used);
        self.causes.extend(causes);
        Ok(())
    }

    fn tell(&self, what: &str, frames: &str, load: &str) {
        row(&format!("{what}: frames a second"), &self.frames.text(2), frames);
        row("  processor, % of one core", &self.processor.text(2), load);
        row("  the X server's, % of one core", &self.server.text(2), "");
        if frames == "0" {
            for line in self.causes.iter().take(6) {
                println!("    painted at {line}");
            }
        }
    }
}

fn picture(screen: &Screen, name: &str) -> Result<(), String> {
    match std::env::var_os(PICTURES) {
        Some(folder) => screen.save(&PathBuf::from(folder).join(format!("{name}.ppm"))),
        None => Ok(()),
    }
}

pub fn measure() -> Result<(), String> {
    let mut first = Numbers::default();
    for _ in 0..runs(STARTS) {
        let screen = Screen::open()?;
        first.add(Window::open(&screen, "none")?.first_frame_ms);
    }
    row("from start of the process to first picture on the screen, ms", &first.text(0), "< 1000");

    let (mut untouched, mut blinking, mut watched) = (Looks::default(), Looks::default(), Looks::default());
    let (mut covered, mut minimised, mut green) = (Looks::default(), Looks::default(), Looks::default());
    let (mut early, mut late, mut own) = (Numbers::default(), Numbers::default(), Numbers::default());
    for _ in 0..runs(LOOKS) {
        let screen = Screen::open()?;
        let window = Window::open(&screen, "gateway-only-blocked")?;
        std::thread::sleep(Duration::from_secs(10));
        early.add(memory(window.pid(), "VmRSS")?);
        untouched.look(&window)?;
        window.check()?;
        picture(&screen, "blinking")?;
        late.add(memory(window.pid(), "VmRSS")?);
        own.add(memory(window.pid(), "RssAnon")?);
        blinking.look(&window)?;
        {
            let _cover = screen.cover()?;
            covered.look(&window)?;
        }
        window.press("ctrl+t")?;
        std::thread::sleep(CHECKED);
        picture(&screen, "watched")?;
        watched.look(&window)?;
        window.minimise()?;
        minimised.look(&window)?;

        let screen = Screen::open()?;
        let window = Window::open(&screen, "none")?;
        window.check()?;
        picture(&screen, "green")?;
        green.look(&window)?;
    }
    row("memory 10 s after the start, MiB resident", &early.text(1), "< 150");
    row("memory after a check, MiB resident", &late.text(1), "< 150");
    row("  of which the program's own, not shared files", &own.text(1), "");
    untouched.tell("before the button was pressed, the lamp blinks", "<= 2", "< 3");
    blinking.tell("blinking lamp", "<= 2", "< 3");
    watched.tell("blinking lamp, watched", "<= 2", "< 3");
    green.tell("steady green lamp", "0", "");
    covered.tell("blinking lamp, covered by another window", "0", "");
    minimised.tell("blinking lamp, watched, minimised", "0", "");
    Ok(())
}
