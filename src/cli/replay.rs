//! `replay`: a recording through the same mirror and diagnosis, printed as `check` or `watch` would have printed it.

use super::args::Replay as Args;
use super::watch::{Said, changes};
use super::{BLIND, USAGE, fail, json, out, status, text};
use crate::model::At;
use crate::model::recording::Recording;
use crate::profile::Profile;
use crate::session::replay::Replay;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

pub fn replay(profile: &Arc<Profile>, a: &Args) -> ExitCode {
    let text_of = match std::fs::read_to_string(&a.file) {
        Ok(text) => text,
        Err(e) => return fail(BLIND, format!("cannot read {}: {e}", a.file.display())),
    };
    let recording = match Recording::parse(&text_of) {
        Ok(recording) => recording,
        Err(e) => return fail(USAGE, format!("{}: {e}", a.file.display())),
    };
    let mut replay = match Replay::new(recording, profile) {
        Ok(replay) => replay,
        Err(e) => return fail(USAGE, format!("{}: {e}", a.file.display())),
    };
    let until = a.until.map_or(replay.length(), |secs| At((secs * 1000.0) as u64));
    let mut said = Said::new();
    while let Some(at) = replay.next_at().filter(|at| *at <= until) {
        pause(at.since(replay.now()), a.speed);
        // what comes at one moment is one picture
        replay.play_to(at);
        if a.json_lines {
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
        out(&format!("{:#}\n", json::check(&s)));
    } else if !a.json_lines {
        out(&format!("A recording: nothing was measured or sent now.\n\n{}", text::check(&s)));
    }
    ExitCode::from(status(&s))
}

/// Waits as the recording did, at this speed.
fn pause(ms: u64, speed: Option<f64>) {
    if let Some(speed) = speed {
        std::thread::sleep(Duration::from_secs_f64(ms as f64 / 1000.0 / speed));
    }
}
