//! The switch port between the box and its network, as far as it shows from beside it.

use super::{evidence, found, name, or_else};
use crate::diagnose::forensics::{self, Sign};
use crate::diagnose::{Found, Scene};
use crate::model::snapshot::GatewayView;
use crate::model::{Basis, Cause, LedSet, LedState};

/// A port that opened late is worth a word for this long: a box asks again every few minutes at most.
const TOLD_FOR_MS: u64 = 600_000;

/// Its first message was heard long after it began to ask.
pub(super) fn late(scene: &Scene<'_>, g: &GatewayView, out: &mut Vec<Found>) {
    if g.led.possible.is_subset_of(LedSet::of(&[LedState::Dark, LedState::SolidGreen])) {
        return; // it has what it needs, or nothing that a port could give
    }
    let signs = forensics::signs(&g.dhcp_trace, &[], scene.now);
    let lines: Vec<_> = signs
        .iter()
        .filter(|s| s.sign == Sign::SlowPort && scene.now.since(s.at) <= TOLD_FOR_MS)
        .map(|s| evidence(format!("{}: {}", name(g), s.text), Basis::Measured, "dhcp", scene.now.since(s.at)))
        .collect();
    if !lines.is_empty() {
        out.push(Found { about: Some(g.mac), ..found(Cause::PortLate, lines) });
    }
}

/// A box that is not heard may be behind a port that was shut.
pub(super) fn or_shut(f: Found) -> Found {
    or_else(
        f,
        Cause::PortShut,
        "look at the gateway's port on the switch: if it is shut or not authorised (port security, 802.1X), nothing of the gateway gets through",
    )
}
