//! Many boxes at one site: what is a finding about one of them, and what is said of the site. Pure.
//!
//! Of five hundred boxes one is always being moved, or has been. That it is missing is true and is told of it; whoever
//! reads the site's verdict asks about the others.

use super::rules::about;
use super::{Found, Scene};
use crate::model::Cause;
use crate::model::evidence::Source;
use crate::model::finding::{Evidence, Finding};
use crate::model::snapshot::GatewayView;

/// Lines of evidence of one kind about so many boxes; the list of gateways says it of each.
const LINES: usize = 8;

/// The box is known only from a row of the neighbour table that nothing has confirmed in this session. Whether it is here
/// is not known, and nothing is said of it.
#[must_use]
pub fn is_only_an_old_row(g: &GatewayView) -> bool {
    g.first_seen_ms.is_none() && g.ip.is_some() && g.sources.contains(&Source::Neighbour)
}

/// Causes that were found of some boxes and are not so of the others that were asked about: they are no headline.
pub(super) fn aside(scene: &Scene<'_>, found: &[Found]) -> Vec<Cause> {
    let asked = about(scene).count();
    let of_some = |cause: Cause| {
        let boxes = found.iter().filter(|f| f.cause == cause && f.about.is_some()).count();
        (1..asked).contains(&boxes)
    };
    [Cause::GatewaySilent, Cause::OkGreen].into_iter().filter(|cause| of_some(*cause)).collect()
}

/// What one box shows explains nothing of another.
pub(super) fn may_explain(f: &Found, other: &Found, aside: &[Cause]) -> bool {
    match (f.about, other.about) {
        (Some(one), Some(two)) => one == two,
        // nor of the site, where the other boxes show something else
        (Some(_), None) => !aside.contains(&f.cause),
        (None, _) => true,
    }
}

/// Leaves out what is said of ever more boxes in the same words.
pub(super) fn shorten(finding: &mut Finding, boxes: usize) {
    let lines = finding.evidence.len();
    if boxes <= LINES || lines <= LINES {
        return;
    }
    finding.evidence.truncate(LINES - 1);
    if let Some(last) = finding.evidence.last() {
        let text = format!("and {} more lines alike, of {boxes} gateways", lines - (LINES - 1));
        finding.evidence.push(Evidence { text, ..last.clone() });
    }
}
