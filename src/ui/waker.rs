//! How the session wakes the window: made before both, filled when the window opens.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

/// A handle that asks the window for a new frame; does nothing before the window is open.
#[derive(Clone, Default)]
pub struct Waker {
    window: Arc<OnceLock<egui::Context>>,
}

impl Waker {
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks for one frame. Cheap, from any thread.
    pub fn wake(&self) {
        if let Some(ctx) = self.window.get() {
            // `request_repaint` paints twice, "to give things time to settle"; one new picture is one frame
            ctx.request_repaint_after(Duration::from_millis(1));
        }
    }

    /// The same as a callback, for the session.
    #[must_use]
    pub fn callback(&self) -> Arc<dyn Fn() + Send + Sync> {
        let waker = self.clone();
        Arc::new(move || waker.wake())
    }

    pub(super) fn fill(&self, ctx: &egui::Context) {
        // a second window of the same process keeps the first: there is never more than one
        let _ = self.window.set(ctx.clone());
    }
}
