//! The headless application: commands in, an immutable snapshot out; the only clock.

pub mod command;

use crate::model::Snapshot;
pub use command::Command;
use std::sync::Arc;

/// The session is too busy to take a command, or has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the program is busy; try again in a moment")]
pub struct Refused;

/// What a face needs of a session; tests give their own.
pub trait SessionPort: Send {
    /// The newest picture. Cheap, never blocks.
    fn snapshot(&self) -> Arc<Snapshot>;
    /// Asks for something. Never blocks.
    ///
    /// # Errors
    /// [`Refused`] when the queue is full.
    fn send(&self, command: Command) -> Result<(), Refused>;
}
