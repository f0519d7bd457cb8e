//! Is the way clear, from this computer? One file per check; [`plan`] says beforehand what will be sent; [`run`] sends
//! each result when it is known. Every timeout stands in [`limits`] with its reason.

mod course;
mod dns;
pub mod hold;
pub mod limits;
pub mod local;
pub mod names;
pub mod offer;
pub mod own;
mod own_filter;
pub mod path;
pub mod plan;
pub mod portal;
pub mod reach;
pub mod router;
pub mod size;
pub mod speaks;
pub mod tcp;

use crate::model::check::{CheckId, CheckResult, Measured, Outcome, Target};
use crate::model::evidence::DhcpSeen;
use crate::platform::supervise::Broke;
pub use course::{other_way_out, run};
pub use own::{Now, Own};
pub use reach::{Breaks, Clock, Reach, Simulated};

/// What the runner tells while it runs.
#[derive(Debug)]
pub enum Progress {
    /// A check ended with these results.
    Ended(CheckId, Vec<CheckResult>),
    /// A DHCP message of another host, heard beside the probe.
    Heard(Box<DhcpSeen>),
    /// Every check has ended.
    Done,
    /// The idle ladder has ended.
    Held,
}

/// The row of a check that broke: it decides nothing, and says so.
#[must_use]
pub fn broken(id: CheckId, target: Target, broke: &Broke) -> CheckResult {
    let why = broke.to_string();
    CheckResult {
        id,
        target,
        outcome: Outcome::Inconclusive(why.clone()),
        took_ms: 0,
        measured: Measured::Broke,
        detail: why,
    }
}
