//! Evidence and outcomes in, findings and one verdict out. Pure; the words stand in [`catalogue`].
//!
//! `digest` reduces the results to what rules ask about, `rules` names causes, this file hides consequences behind
//! their cause and sorts: the first finding is the verdict (laws 1 and 2).

pub mod catalogue;
mod compare;
mod crowd;
pub mod digest;
mod flapping;
pub mod forensics;
pub mod idle;
mod names;
pub mod observed;
mod path;
mod rules;
mod spoken;

pub use crowd::is_only_an_old_row;
pub use rules::pasted::{Claim, OLD_MS};

use crate::model::check::CheckResult;
use crate::model::finding::{Evidence, Finding, Level, Owner, Possible, Reported, Verdict};
use crate::model::host::HostView;
use crate::model::snapshot::{GatewayView, HostSeen, PathView};
use crate::model::{At, Basis, Cause, LedState, Mac};
use crate::profile::Profile;
use std::net::Ipv4Addr;

/// Everything that is known when the question "why is it red?" is asked.
#[derive(Clone, Copy, Debug)]
pub struct Scene<'a> {
    pub profile: &'a Profile,
    pub host: &'a HostView,
    pub results: &'a [CheckResult],
    /// Milliseconds since the results were complete.
    pub results_age_ms: u64,
    pub gateways: &'a [GatewayView],
    pub hosts: &'a [HostSeen],
    pub chosen: Option<Mac>,
    pub typed_mac: Option<Mac>,
    pub typed_ip: Option<Ipv4Addr>,
    pub now: At,
    /// The search made all its rounds, so that "not seen" may be said.
    pub searched: bool,
    /// DHCP broadcasts on this segment are heard, so that a box's silence means something.
    pub hears_dhcp: bool,
    /// The checks ran to their end.
    pub checked: bool,
    /// What pasted texts say of gateways.
    pub pasted: &'a [Claim<'a>],
    /// The one gateway that the question is about, whoever was typed in or chosen.
    pub alone: Option<&'a GatewayView>,
}

/// What was concluded.
#[derive(Clone, Debug, Default)]
pub struct Diagnosis {
    pub findings: Vec<Finding>,
    pub verdict: Verdict,
    pub path: PathView,
    /// What pasted texts say of the gateways that were asked about.
    pub reported: Vec<Reported>,
    /// Causes among the findings that are about some boxes of several, and no headline.
    pub aside: Vec<Cause>,
    /// The verdict about each gateway alone, in the order of the scene.
    pub by_gateway: Vec<(Mac, Verdict)>,
}

impl Diagnosis {
    /// Leaves out what has not stood for long enough, and what rests on it.
    pub fn hold_off(&mut self, holds: impl Fn(&Finding) -> bool) {
        let early: Vec<Cause> = self.findings.iter().filter(|f| !holds(f)).map(|f| f.code).collect();
        if early.is_empty() {
            return;
        }
        self.findings.retain(|f| !early.contains(&f.code));
        let wait = || Verdict {
            title: "Something changed; it is being confirmed.".into(),
            next_step: "Wait a few seconds.".into(),
            ..Verdict::default()
        };
        let unsure = |v: &Verdict| v.code.is_some_and(|c| early.contains(&c));
        if unsure(&self.verdict) {
            self.verdict =
                if self.findings.is_empty() { wait() } else { verdict_of(&self.findings, &self.aside) };
        }
        for (_, verdict) in &mut self.by_gateway {
            if unsure(verdict) {
                *verdict = wait();
            }
        }
    }
}

/// A cause that a rule named, before its words.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    pub cause: Cause,
    /// The gateway it is about; `None` is the site or this computer.
    pub about: Option<Mac>,
    pub evidence: Vec<Evidence>,
    /// Another level than the catalogue's.
    pub level: Option<Level>,
    /// What would look the same, with the test that splits them.
    pub possible: Vec<Possible>,
}

impl Found {
    pub(crate) fn level(&self) -> Level {
        self.level.unwrap_or_else(|| catalogue::page(self.cause).level)
    }
}

/// A box that says it is red may just be starting: an exchange with a DHCP server takes milliseconds, or some seconds
/// where the server looks first whether the address is free; a connection to the cloud a second or two.
const STARTING_MS: u64 = 2_500;

/// When the box's red LED counts, if it is red and does not count yet.
#[must_use]
pub fn settles_at(g: &GatewayView, now: At) -> Option<At> {
    let red = matches!(g.led.possible.known(), Some(LedState::SolidRed | LedState::BlinkingRed));
    // what the installer sees has lasted as long as it takes to walk to the laptop
    let at = g.led_since.plus(STARTING_MS);
    (red && g.led.basis != Basis::Seen && now < at).then_some(at)
}

/// The box may still be on its way to another LED.
#[must_use]
pub fn may_still_change(g: &GatewayView, now: At) -> bool {
    settles_at(g, now).is_some()
}

/// Names the one cause, whose turn it is and the next step.
#[must_use]
pub fn diagnose(scene: &Scene<'_>) -> Diagnosis {
    let mut digest = digest::Digest::of(scene);
    let found = standing(scene, &digest);
    let aside = crowd::aside(scene, &found);
    let findings = conclude(&found, &aside);
    let mut verdict = verdict_of(&findings, &aside);
    if verdict.code.is_none()
        && scene.checked
        && let Some((title, next_step)) = rules::why_nothing_can_be_said(scene, &digest)
    {
        verdict = Verdict { title, next_step, owner: Owner::Installer, ..verdict };
    }
    let path = path::picture(scene, &digest, headlines(&findings, &aside));
    let reported = rules::pasted::reported(scene, &digest);
    let mut alone = *scene;
    let by_gateway = scene
        .gateways
        .iter()
        .map(|g| {
            alone.alone = Some(g);
            digest.turn_to(&alone);
            (g.mac, verdict_of(&conclude(&standing(&alone, &digest), &[]), &[]))
        })
        .collect();
    Diagnosis { path, reported, findings, verdict, aside, by_gateway }
}

/// What the rules found, but for what an observation excludes: no finding stands against the evidence (law 2).
/// Information is told beside what contradicts it, and says so by its level.
fn standing(scene: &Scene<'_>, d: &digest::Digest<'_>) -> Vec<Found> {
    let mut found = rules::all(scene, d);
    found.retain_mut(|f| {
        let about = f.about;
        // nor is it said to be possible
        f.possible.retain(|p| excluded(scene, d, p.code, about).is_empty());
        f.level() == Level::Info || excluded(scene, d, f.cause, about).is_empty()
    });
    found
}

/// The observations that a cause about this gateway, or about the site, cannot live with.
fn excluded(
    scene: &Scene<'_>,
    d: &digest::Digest<'_>,
    cause: Cause,
    about: Option<Mac>,
) -> Vec<observed::Observed> {
    let excluders = catalogue::excluded_by(cause);
    if excluders.is_empty() {
        return Vec::new();
    }
    let of_box = observed::of_box(scene, about);
    excluders.iter().copied().filter(|o| d.observed.contains(o) || of_box.contains(o)).collect()
}

/// Hides what follows from another cause, joins what was found twice, sorts what to fix first to the top; what is about
/// some boxes only (`aside`) comes last.
fn conclude(found: &[Found], aside: &[Cause]) -> Vec<Finding> {
    let hides = |f: &Found, other: &Found| {
        f.cause != other.cause
            && (f.level() > Level::Info || is_ok(f.cause))
            && catalogue::page(f.cause).hides.contains(&other.cause)
            && crowd::may_explain(f, other, aside)
    };
    // of hundreds of boxes most show the same: it is looked at once for each cause and box that hides something
    let hiders: Vec<&Found> = found.iter().filter(|f| !catalogue::page(f.cause).hides.is_empty()).collect();
    let mut out: Vec<(Finding, usize)> = Vec::new();
    for f in found.iter().filter(|f| !hiders.iter().any(|h| hides(h, f))) {
        if let Some((same, boxes)) = out.iter_mut().find(|(o, _)| o.code == f.cause) {
            same.level = same.level.max(f.level());
            same.evidence.extend(f.evidence.iter().cloned());
            // several boxes with one cause: what else it could be is said once
            for p in &f.possible {
                if !same.possible.iter().any(|known| known.code == p.code) {
                    same.possible.push(p.clone());
                }
            }
            *boxes += usize::from(f.about.is_some());
            continue;
        }
        let page = catalogue::page(f.cause);
        let mut consequences: Vec<Cause> = found.iter().filter(|o| hides(f, o)).map(|o| o.cause).collect();
        consequences.sort_unstable();
        consequences.dedup();
        let finding = Finding {
            code: f.cause,
            owner: page.owner,
            level: f.level(),
            evidence: f.evidence.clone(),
            hides: consequences,
            possible: f.possible.clone(),
            title: page.title.to_owned(),
            meaning: page.meaning.to_owned(),
            next_step: page.next_step.to_owned(),
            proof: page.proof.to_owned(),
            not_tested: page.not_tested.to_owned(),
        };
        out.push((finding, usize::from(f.about.is_some())));
    }
    for (finding, boxes) in &mut out {
        crowd::shorten(finding, *boxes);
    }
    let mut out: Vec<Finding> = out.into_iter().map(|(finding, _)| finding).collect();
    out.sort_by_key(|f| (aside.contains(&f.code), std::cmp::Reverse(f.level), rank(f.code)));
    out
}

/// The findings about the site, or about each box that was asked about.
fn headlines<'a>(findings: &'a [Finding], aside: &[Cause]) -> &'a [Finding] {
    let of_site = findings.iter().take_while(|f| !aside.contains(&f.code)).count();
    &findings[..of_site]
}

fn is_ok(cause: Cause) -> bool {
    matches!(cause, Cause::OkGreen | Cause::OkWayIsClear)
}

/// Place in the chain from this computer to the cloud: of two causes of one level, the nearer is mended first. A
/// green LED stands before a clear way, since the box itself said so.
fn rank(cause: Cause) -> usize {
    Cause::ALL.iter().position(|c| *c == cause).unwrap_or(usize::MAX)
}

fn verdict_of(findings: &[Finding], aside: &[Cause]) -> Verdict {
    let findings = headlines(findings, aside);
    // information never outranks "nothing to do"
    let first = findings
        .iter()
        .find(|f| f.level > Level::Info)
        .or_else(|| findings.iter().find(|f| f.level == Level::Ok))
        .or_else(|| findings.first());
    match first {
        None => Verdict {
            title: "It cannot be told yet.".into(),
            next_step: "Run the check again.".into(),
            ..Verdict::default()
        },
        Some(f) => Verdict {
            code: Some(f.code),
            owner: f.owner,
            level: f.level,
            title: f.title.clone(),
            next_step: f.next_step.clone(),
        },
    }
}

#[cfg(test)]
mod tests;
