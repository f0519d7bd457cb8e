//! The window: one face of the session. It reads one snapshot a frame and sends commands; it holds no domain data,
//! opens no socket and waits for nothing.

mod app;
mod job;
mod keys;
mod sources;
mod start;
mod state;
mod theme;
mod trace;
mod views;
mod waker;
mod widgets;
mod words;

pub use app::App;
pub use sources::{FirewallSource, RecordingSource, Redaction, ReportSource, Sources, Tape};
pub use start::{UiError, run};
pub use waker::Waker;
