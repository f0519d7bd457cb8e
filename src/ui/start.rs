//! Opening the window, and saying in one line why it cannot be opened, so that the terminal can take over.

use super::app::App;
use super::sources::Sources;
use super::waker::Waker;
use crate::profile::Profile;
use crate::session::SessionPort;
use std::fs;
use std::panic::{self, AssertUnwindSafe};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// Why there is no window.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UiError {
    #[error("there is no display to open a window on: {0}")]
    NoDisplay(String),
    /// Debian packages, in the order of need.
    #[error("the window needs system libraries that are not installed; on Debian: sudo apt-get install -y {}", packages.join(" "))]
    MissingLibrary { packages: Vec<&'static str> },
    #[error("the window could not be opened: {0}")]
    CannotOpen(String),
    /// The window was open and broke.
    #[error("the window stopped: {0}")]
    Broke(String),
}

/// Opens the window and returns when it is closed. `waker` is the one whose callback the session was given.
///
/// # Errors
/// When there is no display, a system library is missing, or the graphics cannot be used; nothing is printed.
pub fn run(
    port: Box<dyn SessionPort>,
    profile: Arc<Profile>,
    sources: Sources,
    waker: &Waker,
) -> Result<(), UiError> {
    let unix_desktop = std::env::consts::FAMILY == "unix" && std::env::consts::OS != "macos";
    let wayland = is_set("WAYLAND_DISPLAY") || is_set("WAYLAND_SOCKET");
    if unix_desktop && !wayland && !is_set("DISPLAY") {
        return Err(UiError::NoDisplay("neither DISPLAY nor WAYLAND_DISPLAY is set".into()));
    }
    let open = Arc::new(AtomicBool::new(false));
    let told = {
        let (open, waker) = (open.clone(), waker.clone());
        guarded(&open.clone(), move || {
            eframe::run_native(
                "Solid Green",
                options(),
                Box::new(move |cc| {
                    waker.fill(&cc.egui_ctx);
                    open.store(true, Ordering::Relaxed);
                    Ok(Box::new(App::new(&cc.egui_ctx, port, profile, sources)))
                }),
            )
            .map_err(|e| {
                let no_loop = matches!(e, eframe::Error::WinitEventLoop(_) | eframe::Error::Winit(_));
                let why = without_place(&e.to_string());
                if no_loop { UiError::NoDisplay(why) } else { UiError::CannotOpen(why) }
            })
        })
    };
    let Err(why) = told else { return Ok(()) };
    if open.load(Ordering::Relaxed) {
        return Err(UiError::Broke(why.reason()));
    }
    let wanted = if wayland { WAYLAND } else { X11 };
    let packages = if unix_desktop { missing(&library_folders(), wanted) } else { Vec::new() };
    if packages.is_empty() { Err(why) } else { Err(UiError::MissingLibrary { packages }) }
}

impl UiError {
    /// The reason alone, without the sentence around it.
    fn reason(self) -> String {
        match self {
            Self::NoDisplay(why) | Self::CannotOpen(why) | Self::Broke(why) => why,
            Self::MissingLibrary { packages } => packages.join(" "),
        }
    }
}

/// Without the place in the source of a library that some errors carry: it names the computer that built the program.
fn without_place(text: &str) -> String {
    let Some((before, after)) = text.split_once(".rs:") else { return text.to_owned() };
    let head = before.rsplit_once(' ').map_or("", |(head, _path)| head);
    let tail = after.trim_start_matches(|c: char| c.is_ascii_digit() || c == ':').trim_start();
    format!("{head} {tail}").replace("os error at ", "").trim().to_owned()
}

fn is_set(name: &str) -> bool {
    std::env::var_os(name).is_some_and(|v| !v.is_empty())
}

fn options() -> eframe::NativeOptions {
    eframe::NativeOptions {
        viewport: egui::ViewportBuilder::default()
            .with_title("Solid Green")
            .with_app_id("se.solidgreen.SolidGreen")
            .with_inner_size([1100.0, 740.0])
            .with_min_inner_size([900.0, 600.0])
            .with_icon(icon()),
        renderer: eframe::Renderer::Glow,
        centered: true,
        // flat colours show no bands, and without a GPU each pixel is paid for at every edge of the lamp
        dithering: false,
        ..eframe::NativeOptions::default()
    }
}

/// Drawn by `tools/icons.sh`; without it, which a test rules out, the desktop shows its own sign for a program.
fn icon() -> egui::IconData {
    const PICTURE: &[u8] = include_bytes!("../../icons/solidgreen-256.png");
    eframe::icon_data::from_png_bytes(PICTURE).unwrap_or_default()
}

/// Runs the window; a panic before it is open becomes an error without noise (a missing library is one), a later one is
/// told as always and becomes an error too.
fn guarded(open: &Arc<AtomicBool>, work: impl FnOnce() -> Result<(), UiError>) -> Result<(), UiError> {
    let said = Arc::new(Mutex::new(String::new()));
    let loud = Arc::new(panic::take_hook());
    panic::set_hook({
        let (open, said, loud) = (open.clone(), said.clone(), loud.clone());
        Box::new(move |info| {
            if open.load(Ordering::Relaxed) {
                loud(info);
            }
            let text = info.payload_as_str().unwrap_or("no reason given").to_owned();
            *said.lock().unwrap_or_else(PoisonError::into_inner) = text;
        })
    });
    let done = panic::catch_unwind(AssertUnwindSafe(work));
    panic::set_hook(Box::new(move |info| loud(info)));
    done.unwrap_or_else(|_| {
        Err(UiError::CannotOpen(said.lock().unwrap_or_else(PoisonError::into_inner).clone()))
    })
}

/// A library that the window opens at run time, and the Debian package that brings it.
type Library = (&'static str, &'static str);

const X11: &[Library] = &[
    ("libGL.so.1", "libgl1"),
    ("dri", "libgl1-mesa-dri"),
    ("libX11-xcb.so.1", "libx11-xcb1"),
    ("libXcursor.so.1", "libxcursor1"),
    ("libXi.so.6", "libxi6"),
    ("libxkbcommon-x11.so.0", "libxkbcommon-x11-0"),
];
const WAYLAND: &[Library] = &[
    ("libEGL.so.1", "libegl1"),
    ("dri", "libgl1-mesa-dri"),
    ("libwayland-client.so.0", "libwayland-client0"),
    ("libwayland-egl.so.1", "libwayland-egl1"),
    ("libxkbcommon.so.0", "libxkbcommon0"),
];

/// The folders where a Linux or BSD desktop keeps its libraries.
fn library_folders() -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> =
        ["/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib"].map(PathBuf::from).into();
    if let Some(more) = std::env::var_os("LD_LIBRARY_PATH") {
        folders.extend(std::env::split_paths(&more));
    }
    // Debian keeps them one level deeper, by architecture: /usr/lib/x86_64-linux-gnu
    for parent in ["/lib", "/usr/lib", "/usr/local/lib"] {
        let below = fs::read_dir(parent).into_iter().flatten().flatten().map(|e| e.path());
        folders.extend(below.filter(|p| {
            p.file_name()
                .and_then(|n| n.to_str())
                .is_some_and(|n| n.contains("-linux-") || n.contains("-gnu"))
        }));
    }
    folders
}

/// The packages of the libraries that are in none of the folders, each once.
fn missing(folders: &[PathBuf], wanted: &[Library]) -> Vec<&'static str> {
    let there = |file: &str| folders.iter().any(|f: &PathBuf| Path::new(f).join(file).exists());
    wanted.iter().filter(|(file, _)| !there(file)).map(|(_, package)| *package).collect()
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "a test lays files out as somebody else would have")]
mod tests {
    use super::*;

    #[test]
    fn the_icon_is_a_green_lamp() {
        let icon = icon();
        assert_eq!((icon.width, icon.height), (256, 256));
        let at = |x: usize, y: usize| icon.rgba[4 * (y * 256 + x)..][..4].to_vec();
        assert_eq!(at(0, 0)[3], 0, "nothing around the lamp");
        let glass = at(50, 170);
        assert!(glass[3] == 255 && glass[1] > 2 * glass[0] && glass[1] > glass[2], "{glass:?}");
    }

    #[test]
    fn missing_libraries_are_named_by_package() {
        let root = tempfile::tempdir().unwrap();
        let (a, b) = (root.path().join("a"), root.path().join("b"));
        fs::create_dir_all(a.join("dri")).unwrap();
        fs::create_dir_all(&b).unwrap();
        for file in ["libGL.so.1", "libX11-xcb.so.1", "libXi.so.6"] {
            fs::write(b.join(file), "").unwrap();
        }
        let folders = [a, b];
        assert_eq!(missing(&folders, X11), ["libxcursor1", "libxkbcommon-x11-0"]);
        let text = UiError::MissingLibrary { packages: missing(&folders, X11) }.to_string();
        assert!(text.ends_with("sudo apt-get install -y libxcursor1 libxkbcommon-x11-0"), "{text}");
    }

    #[test]
    fn a_panic_before_the_window_is_an_error() {
        let open = Arc::new(AtomicBool::new(false));
        let told = guarded(&open, || panic!("library not found"));
        assert_eq!(told, Err(UiError::CannotOpen("library not found".into())));
        let plain = || UiError::NoDisplay("plain".into());
        assert_eq!(guarded(&open, || Err(plain())), Err(plain()));
        assert_eq!(guarded(&open, || Ok(())), Ok(()));
    }

    #[test]
    fn no_path_of_the_building_computer_is_told() {
        let text = "winit EventLoopError: os error at /home/x/winit-0.30/src/linux/mod.rs:788: Failed to open connection";
        assert_eq!(without_place(text), "winit EventLoopError: Failed to open connection");
        assert_eq!(without_place("glutin error: no config"), "glutin error: no config");
    }
}
