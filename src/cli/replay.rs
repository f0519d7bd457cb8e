//! `replay`: a recording through the same mirror and diagnosis, printed as `check` or `watch` would have printed it.

use super::args::Replay as Args;
use super::streams::answer;
use super::watch::{Said, changes};
use super::{BLIND, USAGE, fail, json, out, status, text};
use crate::model::At;
use crate::platform::ending::{self, End};
use crate::platform::files;
use crate::profile::Profile;
use crate::report;
use crate::session::opened::{self, Unplayable};
use crate::session::replay::Replay;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

pub fn replay(profile: &Arc<Profile>, a: &Args) -> ExitCode {
    if a.window {
        return fail(USAGE, "this program was built without a window; leave --window out");
    }
    let recording = match opened::given(&a.file) {
        Ok(recording) => recording,
        Err(e @ Unplayable::Unread { .. }) => return fail(BLIND, e),
        Err(e @ Unplayable::NoRecording { .. }) => return fail(USAGE, e),
    };
    let mut replay = match Replay::new(recording, profile) {
        Ok(replay) => replay,
        Err(e) => return fail(USAGE, format!("{}: {e}", a.file.display())),
    };
    let until = a.until.map_or(replay.length(), |secs| At((secs * 1000.0) as u64));
    // one that takes its time is ended as `watch` is
    if a.speed.is_some()
        && let Err(status) = super::listen(a.json_lines)
    {
        return status;
    }
    let mut said = Said::default();
    while let Some(at) = replay.next_at().filter(|at| *at <= until) {
        if ended_in_pause(at.since(replay.now()), a.speed) {
            return match ending::reason() {
                Some(End::ReaderGone) => ExitCode::from(BLIND),
                _ => fail(BLIND, "the replay was ended before the recording had"),
            };
        }
        // what comes at one moment is one picture
        replay.play_to(at);
        let last = replay.next_at().is_none_or(|next| next > until);
        if a.json_lines && (last || replay.is_worth_a_picture()) {
            for line in changes(&replay.snapshot(), &[], &mut said) {
                let printed = out(&format!("{}\n", line.json));
                if printed != ExitCode::SUCCESS {
                    return printed;
                }
            }
        }
    }
    replay.play_to(until.min(replay.length()));
    let s = replay.snapshot();
    if a.json {
        answer(&format!("{:#}\n", json::check(&s)), status(&s))
    } else if a.json_lines {
        ExitCode::from(status(&s))
    } else {
        let text = format!("A recording: nothing was measured or sent now.\n\n{}", text::check(&s));
        answer(&text, status(&s))
    }
}

/// Waits as the recording did, at this speed; whether the command was ended meanwhile.
fn ended_in_pause(ms: u64, speed: Option<f64>) -> bool {
    speed.is_some_and(|speed| ending::came_within(Duration::from_secs_f64(ms as f64 / 1000.0 / speed)))
}

/// Writes the recording of the visit that is shown.
///
/// # Errors
/// One sentence: what did not work.
pub fn save_shown(shown: &crate::model::Snapshot, redact: report::Redact, file: &Path) -> Result<(), String> {
    let folder = shown.kept_in.as_ref().ok_or("this visit is not kept, so it has no recording")?;
    save(&Path::new(folder).join(crate::history::RECORDING), redact, file)
}

/// Writes the recording that is kept there at this level.
///
/// # Errors
/// One sentence: what did not work.
pub fn save(kept: &Path, redact: report::Redact, file: &Path) -> Result<(), String> {
    let recording = opened::file(kept).map_err(|e| e.to_string())?;
    let told = report::redacted_recording(&recording, redact).map_err(|e| e.to_string())?;
    files::replace(file, told.print().as_bytes()).map_err(|e| format!("cannot write {}: {e}", file.display()))
}
