//! One file for each page and panel. A view is given the snapshot and its own state; it answers with requests.

pub mod console;
pub mod explain;
pub mod firewall;
pub mod frame;
pub mod gateways;
pub mod overview;
pub mod recordings;
pub mod report;
pub mod steps;

use super::sources::Sources;
use super::state::{Asks, Copied};
use crate::model::Snapshot;
use crate::profile::Profile;
use std::sync::Arc;

/// What every view may see, and where it puts what it asks for.
pub struct View<'a> {
    pub snapshot: &'a Arc<Snapshot>,
    pub profile: &'a Profile,
    pub sources: &'a Sources,
    pub copied: &'a Copied,
    pub asks: &'a mut Asks,
    /// The window has no room for the left panel.
    pub narrow: bool,
}
