//! Whether this computer slept meanwhile: connections that were left idle aged on while its program stood still.

use std::time::{Duration, Instant, SystemTime};

/// Clocks are read one after the other, set by small steps, and timers fire a little late: less than this is no sleep.
const SLACK: Duration = Duration::from_secs(3);

/// A moment by both clocks: one that may stand still while the computer sleeps, one that never does.
#[derive(Clone, Copy, Debug)]
pub struct Awake {
    steady: Instant,
    wall: SystemTime,
}

impl Awake {
    #[must_use]
    pub fn now() -> Awake {
        Awake { steady: Instant::now(), wall: SystemTime::now() }
    }

    /// How long the computer must have slept since then, when `planned` was the time to wait; `None` when it did not.
    /// A clock that somebody set meanwhile looks the same.
    #[must_use]
    pub fn slept(&self, planned: Duration) -> Option<Duration> {
        missing(planned, self.steady.elapsed(), self.wall.elapsed().unwrap_or_default())
    }
}

/// Linux stops the steady clock during sleep, so the wall's runs ahead of it; where it does not stop, the wait ends late.
fn missing(planned: Duration, steady: Duration, wall: Duration) -> Option<Duration> {
    let most = steady.max(wall).saturating_sub(planned.min(steady));
    (most > SLACK).then_some(most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sleep_shows_whichever_clock_stood_still() {
        let secs = Duration::from_secs;
        assert_eq!(missing(secs(60), secs(60), secs(60)), None);
        assert_eq!(missing(secs(60), secs(61), secs(62)), None, "a little late");
        assert_eq!(missing(secs(60), secs(60), secs(660)), Some(secs(600)), "Linux");
        assert_eq!(missing(secs(60), secs(660), secs(660)), Some(secs(600)), "the steady clock went on");
        // a wall clock that was set back says nothing
        assert_eq!(missing(secs(60), secs(60), secs(0)), None);
        assert_eq!(Awake::now().slept(Duration::ZERO), None);
    }
}
