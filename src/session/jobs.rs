//! The session's running tasks. One that breaks is told to the loop, which says what is lost and goes on without it.

use crate::model::At;
use crate::platform::supervise::{Broke, supervised, within};
use std::time::Duration;
use tokio::task::{AbortHandle, JoinSet};

/// What a task is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Job {
    /// The search of the run that began then.
    Search(At),
    /// The checks of the run that began then.
    Checks(At),
    /// One round of watching.
    Round,
    /// One address is asked.
    Ask,
    /// Listening for DHCP.
    Dhcp,
    /// Browsing for announcements.
    Mdns,
    /// Watching this computer's interfaces.
    Interfaces,
    /// The idle ladder.
    Hold,
    PlugIn,
    /// The simulated site.
    Site,
}

impl Job {
    /// What does not go on when it breaks.
    #[must_use]
    pub fn what(self) -> &'static str {
        match self {
            Self::Search(_) => "The search for boxes",
            Self::Checks(_) => "The run of the checks",
            Self::Round => "A round of watching",
            Self::Ask => "Asking one address",
            Self::Dhcp => "Listening for DHCP",
            Self::Mdns => "Listening for mDNS announcements",
            Self::Interfaces => "Watching the interfaces of this computer",
            Self::Hold => "Holding idle connections",
            Self::PlugIn => "\u{201c}Plug it in now\u{201d}",
            Self::Site => "The simulated site",
        }
    }
}

/// All of them; dropping it ends them.
#[derive(Debug, Default)]
pub struct Jobs(JoinSet<Option<(Job, Broke)>>);

impl Jobs {
    pub fn spawn(&mut self, job: Job, work: impl Future<Output = ()> + Send + 'static) -> AbortHandle {
        self.0.spawn(async move { supervised(work).await.err().map(|broke| (job, broke)) })
    }

    /// The same for work that somebody waits for: it breaks when it does not end.
    pub fn spawn_within(
        &mut self,
        job: Job,
        limit: Duration,
        work: impl Future<Output = ()> + Send + 'static,
    ) -> AbortHandle {
        self.0.spawn(async move { within(limit, work).await.err().map(|broke| (job, broke)) })
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The end of one: what broke, if it did.
    #[allow(
        clippy::disallowed_methods,
        reason = "every task is supervised, so what is lost here was cancelled"
    )]
    pub async fn ended(&mut self) -> Option<(Job, Broke)> {
        self.0.join_next().await?.ok()?
    }
}
