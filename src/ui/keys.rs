//! Keyboard: one table from shortcut to request. The help line prints the same table.

use super::state::{Ask, Asks, Route};
use super::theme;
use crate::model::snapshot::Activity;
use crate::model::{At, Snapshot};
use crate::session::{Command, PlaybackOrder};
use egui::{Context, Key, KeyboardShortcut, Modifiers};

/// What a shortcut does.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Act {
    Go(Route),
    Check,
    Cancel,
    Watch,
    Zoom(f32),
    ZoomBack,
    /// Of a recording: go on or stand still.
    Play,
    /// Of a recording: so many seconds on or back.
    Skip(i64),
}

const fn ctrl(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::COMMAND, key)
}

const TABLE: [(KeyboardShortcut, Act); 15] = [
    (ctrl(Key::Num1), Act::Go(Route::Overview)),
    (ctrl(Key::Num2), Act::Go(Route::Firewall)),
    (ctrl(Key::Num3), Act::Go(Route::Console)),
    (ctrl(Key::Num4), Act::Go(Route::Report)),
    (ctrl(Key::R), Act::Check),
    (ctrl(Key::T), Act::Watch),
    (KeyboardShortcut::new(Modifiers::NONE, Key::Escape), Act::Cancel),
    (ctrl(Key::Plus), Act::Zoom(theme::ZOOM_STEP)),
    (ctrl(Key::Equals), Act::Zoom(theme::ZOOM_STEP)),
    (ctrl(Key::Minus), Act::Zoom(-theme::ZOOM_STEP)),
    (ctrl(Key::Num0), Act::ZoomBack),
    // Enter presses the one large button as long as nothing else has the keyboard
    (KeyboardShortcut::new(Modifiers::NONE, Key::Enter), Act::Check),
    (KeyboardShortcut::new(Modifiers::NONE, Key::Space), Act::Play),
    (KeyboardShortcut::new(Modifiers::NONE, Key::ArrowLeft), Act::Skip(-5)),
    (KeyboardShortcut::new(Modifiers::NONE, Key::ArrowRight), Act::Skip(5)),
];

/// The help line.
pub const HELP: &str = "Ctrl+1 to 4 pages   \u{b7}   Ctrl+R find and check   \u{b7}   Esc cancel   \u{b7}   Ctrl+T watch   \u{b7}   Ctrl+C copy   \u{b7}   Ctrl + and \u{2212} text size";

/// The help line while a recording is played.
pub const HELP_PLAYBACK: &str = "Space play or pause   \u{b7}   \u{2190} \u{2192} five seconds   \u{b7}   Ctrl+1 to 4 pages   \u{b7}   Ctrl+C copy   \u{b7}   Ctrl + and \u{2212} text size";

/// Who has the keyboard as a frame begins: Enter and Escape are theirs, even when they give it up for that.
#[derive(Clone, Copy, Debug)]
pub struct Held {
    widget: bool,
    popup: bool,
}

impl Held {
    pub fn now(ctx: &Context) -> Self {
        Held { widget: ctx.memory(|m| m.focused().is_some()), popup: egui::Popup::is_any_open(ctx) }
    }
}

/// Turns pressed shortcuts into requests.
pub fn read(ctx: &Context, held: Held, snapshot: &Snapshot, asks: &mut Asks) {
    let working = matches!(snapshot.activity, Activity::Working { .. });
    for (shortcut, act) in TABLE {
        let plain = shortcut.modifiers.is_none();
        let theirs = held.widget && shortcut.logical_key != Key::Escape;
        if plain && (held.popup || theirs) {
            continue;
        }
        let playback = snapshot.playback.as_ref();
        match act {
            Act::Play | Act::Skip(_) if playback.is_none() => continue,
            Act::Check | Act::Watch if playback.is_some() => continue,
            _ => {}
        }
        if act == Act::Cancel && !working {
            continue;
        }
        if !ctx.input_mut(|i| i.consume_shortcut(&shortcut)) {
            continue;
        }
        match act {
            Act::Go(route) => asks.go(route),
            Act::Check if !working => asks.send(Command::FindAndCheck),
            Act::Check => {}
            Act::Cancel => asks.send(Command::Cancel),
            Act::Watch => asks.send(Command::Watch(snapshot.activity != Activity::Watching)),
            Act::Zoom(step) => asks.0.push(Ask::Zoom(ctx.zoom_factor() + step)),
            Act::Play => {
                let on = playback.is_some_and(|p| !p.playing);
                asks.send(Command::Playback(PlaybackOrder::Play(on)));
            }
            Act::Skip(secs) => {
                let at = playback.map_or(0, |p| p.at.0).saturating_add_signed(secs * 1000);
                asks.send(Command::Playback(PlaybackOrder::Seek(At(at))));
            }
            Act::ZoomBack => asks.0.push(Ask::Zoom(1.0)),
        }
    }
}
