//! One line in a file for each painted frame, for `benches/`: how often the window paints is a promise that nothing
//! outside of it can count. Off unless `SOLIDGREEN_TRACE_FRAMES` names a file.

use egui::Context;
use std::fs::File;
use std::io::Write;

/// Names the file; what is in it is kept.
const VARIABLE: &str = "SOLIDGREEN_TRACE_FRAMES";

#[derive(Default)]
pub struct Trace {
    file: Option<File>,
}

impl Trace {
    /// As the environment says. A file that cannot be opened is no reason to have no window.
    pub fn from_environment() -> Self {
        let name = std::env::var_os(VARIABLE).filter(|name| !name.is_empty());
        let file = name.and_then(|name| File::options().create(true).append(true).open(name).ok());
        Trace { file }
    }

    /// Told at the beginning of each frame: its time in seconds since the window opened, and why it is painted.
    pub fn frame(&mut self, ctx: &Context) {
        let Some(file) = &mut self.file else { return };
        let why: Vec<String> = ctx.repaint_causes().iter().map(ToString::to_string).collect();
        let line = format!("{:.3} {}\n", ctx.input(|i| i.time), why.join(", "));
        if file.write_all(line.as_bytes()).is_err() {
            self.file = None;
        }
    }
}
