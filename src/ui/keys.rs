//! Keyboard: one table from shortcut to request. The help line prints the same table.

use super::state::{Ask, Asks, Route};
use super::theme;
use crate::model::Snapshot;
use crate::model::snapshot::Activity;
use crate::session::Command;
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
}

const fn ctrl(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::COMMAND, key)
}

const TABLE: [(KeyboardShortcut, Act); 12] = [
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
];

/// The help line.
pub const HELP: &str = "Ctrl+1 to 4 pages   \u{b7}   Ctrl+R find and check   \u{b7}   Esc cancel   \u{b7}   Ctrl+T watch   \u{b7}   Ctrl+C copy   \u{b7}   Ctrl + and \u{2212} text size";

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
        if plain && (held.popup || (held.widget && shortcut.logical_key == Key::Enter)) {
            continue;
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
            Act::ZoomBack => asks.0.push(Ask::Zoom(1.0)),
        }
    }
}
