//! The two streams of the terminal. Each may be full or closed: the exit status then says what is true of the answer, and
//! nothing breaks.

use std::io::Write as _;
use std::process::ExitCode;

/// Writes to standard output. Whatever was not written whole is no answer, and its status never says so; a reader that
/// went away (`| head`) ends the program quietly.
pub fn out(text: &str) -> ExitCode {
    written(|out| out.write_all(text.as_bytes()).map_err(Stopped::Out))
}

/// The same for the answer of a check: its status, when it was written.
pub fn answer(text: &str, status: u8) -> ExitCode {
    let printed = out(text);
    if printed == ExitCode::SUCCESS { ExitCode::from(status) } else { printed }
}

/// What stopped a text on its way to standard output.
#[derive(Debug)]
pub enum Stopped {
    Out(std::io::Error),
    /// What was to be written is not there: one sentence.
    Why(String),
}

/// Writes a text to standard output piece by piece.
pub fn written(
    text: impl FnOnce(&mut std::io::BufWriter<std::io::StdoutLock<'static>>) -> Result<(), Stopped>,
) -> ExitCode {
    let mut stdout = std::io::BufWriter::new(std::io::stdout().lock());
    match text(&mut stdout).and_then(|()| stdout.flush().map_err(Stopped::Out)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(Stopped::Out(e)) => not_written(&e),
        Err(Stopped::Why(why)) => fail(super::BLIND, why),
    }
}

/// What could not be written is told, where that is anybody's loss: a reader that went away wants no more.
pub fn not_written(e: &std::io::Error) -> ExitCode {
    if e.kind() != std::io::ErrorKind::BrokenPipe {
        say!("the output could not be written: {e}");
    }
    ExitCode::from(super::BLIND)
}

/// Text on the error stream. One that takes nothing any more (full, or closed) is no reason to stop, let alone to break.
pub fn err(text: &str) {
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
}

/// One line on the error stream, safe to show.
macro_rules! say {
    ($($words:tt)*) => {
        $crate::cli::streams::line(format_args!($($words)*))
    };
}
pub(super) use say;

/// See [`say!`].
pub fn line(words: std::fmt::Arguments<'_>) {
    err(&format!("solidgreen: {}\n", crate::model::text::visible(&words.to_string())));
}

/// Says what went wrong in one line and gives the status.
pub fn fail(status: u8, what: impl std::fmt::Display) -> ExitCode {
    say!("{what}");
    ExitCode::from(status)
}
