//! Work that a file needs and the window does not wait for: choosing it in a dialog, and writing it, on threads of their
//! own.

use super::sources::{ExportFn, Redaction};
use super::widgets::mark::Mark;
use super::widgets::parts;
use crate::model::Snapshot;
use crate::platform::supervise;
use egui::{Label, Ui};
use poll_promise::Promise;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The one file of its kind that is written at a time.
#[derive(Default)]
pub enum Job {
    #[default]
    Idle,
    /// The file dialog is open.
    Choosing {
        where_to: Promise<Option<PathBuf>>,
        redaction: Redaction,
    },
    Writing(Promise<Result<PathBuf, String>>),
    Done(PathBuf),
    Failed(String),
    /// The dialog gave no file: cancelled, or there is no dialog on this desktop.
    NoFile,
}

impl Job {
    pub fn busy(&self) -> bool {
        matches!(self, Self::Choosing { .. } | Self::Writing(_))
    }

    /// Opens the file dialog.
    pub fn choose(ctx: &egui::Context, title: &str, suggested: &str, redaction: Redaction) -> Job {
        let path = Path::new(suggested);
        let mut dialog = rfd::AsyncFileDialog::new().set_title(title);
        if let Some(name) = path.file_name().and_then(|n| n.to_str()) {
            dialog = dialog.set_file_name(name);
        }
        if let Some(folder) = path.parent().filter(|f| f.is_dir()) {
            dialog = dialog.set_directory(folder);
        }
        Job::Choosing { where_to: answered(ctx, dialog.save_file()), redaction }
    }

    /// Writes the file.
    pub fn write(
        ctx: &egui::Context,
        snapshot: &Arc<Snapshot>,
        export: &ExportFn,
        redaction: Redaction,
        path: PathBuf,
    ) -> Job {
        let (ctx, snapshot, export) = (ctx.clone(), snapshot.clone(), export.clone());
        let write = move || {
            let done = caught(|| export(&snapshot, redaction, &path)).and_then(|r| r).map(|()| path);
            ctx.request_repaint();
            done
        };
        Job::Writing(aside("writer", write, Err))
    }

    /// Moves on when the thread has ended.
    pub fn poll(&mut self, ctx: &egui::Context, snapshot: &Arc<Snapshot>, export: &ExportFn) {
        *self = match std::mem::take(self) {
            Self::Choosing { where_to, redaction } => match where_to.try_take() {
                Ok(Some(path)) => Self::write(ctx, snapshot, export, redaction, path),
                Ok(None) => Self::NoFile,
                Err(where_to) => Self::Choosing { where_to, redaction },
            },
            Self::Writing(promise) => match promise.try_take() {
                Ok(Ok(path)) => Self::Done(path),
                Ok(Err(why)) => Self::Failed(why),
                Err(promise) => Self::Writing(promise),
            },
            rest @ (Self::Idle | Self::Done(_) | Self::Failed(_) | Self::NoFile) => rest,
        };
    }

    /// How it stands, in a line.
    pub fn show(&self, ui: &mut Ui) {
        let (mark, text) = match self {
            Job::Idle => return,
            Job::Choosing { .. } => (Mark::Running, "Choose a file in the dialog.".to_owned()),
            Job::Writing(_) => (Mark::Running, "Writing the file.".to_owned()),
            Job::Done(path) => (Mark::Good, format!("Saved to {}", path.display())),
            Job::Failed(why) => (Mark::Bad, format!("Not saved: {why}")),
            Job::NoFile => (Mark::Note, no_file("Save")),
        };
        line(ui, mark, text);
    }
}

/// What to do where no dialog came up.
pub fn no_file(button: &str) -> String {
    format!(
        "No file was chosen. If no dialog appeared, this desktop has none: name the file in the field and press {button}."
    )
}

/// A line that a screen reader tells when it changes.
pub fn line(ui: &mut Ui, mark: Mark, text: String) {
    ui.add_space(2.0);
    ui.horizontal_top(|ui| {
        mark.show(ui);
        parts::live(&ui.add(Label::new(text).wrap()));
    });
}

/// Asks which file to open.
pub fn pick(ctx: &egui::Context, title: &str, folder: &Path) -> Promise<Option<PathBuf>> {
    let mut dialog = rfd::AsyncFileDialog::new().set_title(title);
    if folder.is_dir() {
        dialog = dialog.set_directory(folder);
    }
    answered(ctx, dialog.pick_file())
}

/// The dialog is made before, since some systems want it on the window's thread; it is waited for elsewhere.
fn answered(
    ctx: &egui::Context,
    answer: impl Future<Output = Option<rfd::FileHandle>> + Send + 'static,
) -> Promise<Option<PathBuf>> {
    let ctx = ctx.clone();
    let wait = move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let chosen = runtime
            .ok()
            .and_then(|rt| caught(|| rt.block_on(answer)).ok().flatten().map(|file| file.path().to_owned()));
        ctx.request_repaint();
        chosen
    };
    aside("file-dialog", wait, |_| None)
}

/// Work on a thread of its own; where the system gives none, `without` makes of that sentence what the work would have
/// given.
pub fn aside<T: Send + 'static>(
    name: &str,
    work: impl FnOnce() -> T + Send + 'static,
    without: impl FnOnce(String) -> T,
) -> Promise<T> {
    let (given, promise) = Promise::new();
    match std::thread::Builder::new().name(name.to_owned()).spawn(move || given.send(work())) {
        Ok(_) => promise,
        Err(e) => Promise::from_ready(without(format!(
            "the system gives no thread for it ({e}); close other programs, then try again"
        ))),
    }
}

/// A panic in a worker becomes a sentence: polling a promise whose thread died would end the window.
pub fn caught<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    supervise::caught(work).map_err(|broke| format!("the work with this file {broke}; please report it"))
}
