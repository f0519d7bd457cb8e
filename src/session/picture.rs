//! What the session shows: the engine's knowledge as one immutable picture. Pure.

use super::engine::{Engine, Purpose, intent};
use crate::diagnose::{Diagnosis, is_only_an_old_row};
use crate::firewall;
use crate::model::check::{CheckId, CheckResult, Measured, Outcome, RungKind, Target};
use crate::model::finding::Verdict;
use crate::model::rule::{Part, RuleChoice, RuleGateway};
use crate::model::snapshot::{Activity, FirewallView, GatewayView, HoldView, Limit};
use crate::model::{At, Mac, Snapshot};
use crate::platform::supervise::Broke;
use crate::wire::oui;
use std::sync::{Arc, PoisonError};

impl Engine {
    fn hold_view(&self, now: At) -> Option<HoldView> {
        let (begun, rungs, ends) = self.hold.as_ref()?;
        let known = |r: &&CheckResult| {
            r.id == CheckId::Hold && !matches!(r.outcome, Outcome::Skipped(_)) && is_ladder(r)
        };
        let elapsed = now.since(*begun) / 1000;
        let next = rungs.iter().find(|age| **age > elapsed).copied();
        Some(HoldView {
            begun: *begun,
            ends: *ends,
            next: next.map_or(*ends, |age| begun.plus(age * 1000)),
            left_secs: ends.since(now).div_ceil(1000),
            done: u32::try_from(self.results.iter().filter(known).count()).unwrap_or(0),
            of: u32::try_from(self.results.iter().filter(|r| is_ladder(r)).count()).unwrap_or(0),
        })
    }

    /// The picture for every face.
    #[must_use]
    pub fn snapshot(&self, now: At) -> Snapshot {
        let mut gateways = self.gateways(now).as_ref().clone();
        let hosts = self.hosts().as_ref().clone();
        let checked = self.checked_at.is_some() && self.run.as_ref().is_none_or(|r| r.quiet);
        let mut diagnosis = if self.run.is_some() || self.checked_at.is_some() || !gateways.is_empty() {
            self.diagnose(now, checked)
        } else {
            Diagnosis::default()
        };
        if self.holds_off() {
            diagnosis.hold_off(|f| self.steady.holds(f, now));
        }
        for (g, (_, verdict)) in gateways.iter_mut().zip(diagnosis.by_gateway) {
            g.verdict = verdict;
        }
        let chosen = self.roster.chosen();
        let firewall = self.firewall(gateways.iter().find(|g| Some(g.mac) == chosen), &gateways);
        Snapshot {
            visit: self.visit.clone(),
            started_unix_ms: self.started_unix_ms,
            now,
            version: env!("CARGO_PKG_VERSION").into(),
            site: self.site.clone(),
            activity: self.activity(now),
            host: self.host.clone(),
            chosen,
            hosts,
            checks: self.results.clone(),
            running: self.running.iter().copied().collect(),
            verdict: self.verdict(diagnosis.verdict, checked),
            findings: diagnosis.findings,
            reported: diagnosis.reported,
            took_ms: self.took_ms,
            path: diagnosis.path,
            footprint: self.footprint.clone(),
            limits: self.limits.clone(),
            broken: self.broken.clone(),
            console: self.console.clone(),
            timeline: Arc::clone(&self.timeline),
            timeline_before: self.timeline_before,
            happened: self.happened.clone(),
            firewall,
            demo: self.demo.clone(),
            hold: self.hold_view(now),
            playback: None,
            plug_in_finder: self.plug_in_known.is_some() || self.plug_in_pending,
            plug_in_ready: self.plug_in_known.is_some(),
            not_tested: self.not_tested(&gateways),
            kept_in: self.kept_in.clone(),
            gateways,
        }
    }

    fn verdict(&self, found: Verdict, checked: bool) -> Verdict {
        if checked || found.code.is_some() {
            return found;
        }
        match &self.run {
            Some(run) if !run.quiet => Verdict {
                title: "Looking and checking\u{2026}".into(),
                next_step: "Wait a few seconds.".into(),
                ..Verdict::default()
            },
            _ => Verdict::default(),
        }
    }

    fn activity(&self, now: At) -> Activity {
        match &self.run {
            Some(run) if !run.quiet => {
                let of = if run.purpose == Purpose::Find { 1 } else { 1 + CheckId::ALL.len() as u32 };
                let open = self.running.len() as u32 + u32::from(!run.searched);
                let what = match self.running.iter().next() {
                    Some(id) if run.purpose == Purpose::FindAndCheck => id.learns().to_owned(),
                    _ if self.settling(now) => "waiting for the gateway to speak".into(),
                    _ => "who is on this network".into(),
                };
                Activity::Working { what, done: of.saturating_sub(open), of }
            }
            _ if self.hold.is_some() => {
                let view = self.hold_view(now);
                Activity::Working {
                    what: "how long idle connections last".into(),
                    done: view.map_or(0, |h| h.done),
                    of: view.map_or(0, |h| h.of),
                }
            }
            _ if self.watching => Activity::Watching,
            _ => Activity::Idle,
        }
    }

    fn settling(&self, now: At) -> bool {
        self.run.as_ref().is_some_and(|r| r.checks_done && r.searched && now > r.begun)
    }

    fn not_tested(&self, gateways: &[GatewayView]) -> Vec<String> {
        let mut out: Vec<String> = self
            .results
            .iter()
            .filter(|r| matches!(r.outcome.word(), "skipped" | "inconclusive"))
            .map(|r| format!("{} ({}): {}", r.id.word(), r.target, r.detail))
            .collect();
        let unproven: Vec<&GatewayView> = gateways.iter().filter(|g| is_only_an_old_row(g)).collect();
        if let Some(first) = unproven.first().filter(|_| self.searched) {
            let who = match unproven.len() {
                1 => format!("{} is", first.mac),
                n => format!("{n} gateways are"),
            };
            out.push(format!(
                "Whether {who} here now: only an older entry of this computer's neighbour table says so. Check again in a minute, or watch: the system then asks anew."
            ));
        }
        if !self.results.is_empty() {
            out.push("What the gateway itself may do: this computer has another MAC and may fall under other rules.".into());
            if !self.results.iter().any(|r| r.id == CheckId::Hold) {
                out.push("Whether an idle connection lasts: hold idle connections to learn that.".into());
            }
        }
        out
    }

    fn router_maker(&self) -> Option<&'static str> {
        oui::maker(self.router()?)
    }

    /// The MAC of the router, where one was found: this computer's own before another one that DHCP hands out.
    pub(super) fn router(&self) -> Option<Mac> {
        let own = self.host.interface().and_then(|i| i.router).map(Target::Router);
        let mac = |r: &CheckResult| match (r.id, &r.measured) {
            (CheckId::Router, Measured::RouterMac(mac)) => Some(*mac),
            _ => None,
        };
        let of_own = self.results.iter().filter(|r| own.as_ref() == Some(&r.target));
        of_own.chain(&self.results).find_map(mac)
    }

    /// The domain that a DHCP server hands out (option 15).
    fn domain(&self) -> Option<&str> {
        self.results.iter().find_map(|r| match &r.measured {
            Measured::Offers(offers) | Measured::Answers { offers, .. } => {
                offers.iter().find_map(|o| o.domain.as_deref())
            }
            _ => None,
        })
    }

    /// The text for these gateways. A picture is made at each change of anything, and this seldom changes.
    fn firewall(&self, chosen: Option<&GatewayView>, all: &[GatewayView]) -> Arc<FirewallView> {
        let about = FirewallAbout {
            maker: self.router_maker(),
            domain: self.domain().map(str::to_owned),
            choice: self.choice.clone(),
            site: self.site.clone(),
            gateways: self.choice.gateways(chosen, all),
        };
        let mut made = self.firewall_made.lock().unwrap_or_else(PoisonError::into_inner);
        match &*made {
            Some((held, view)) if *held == about => Arc::clone(view),
            _ => {
                let view = Arc::new(self.write_firewall(&about));
                *made = Some((about, Arc::clone(&view)));
                view
            }
        }
    }

    fn write_firewall(&self, about: &FirewallAbout) -> FirewallView {
        let proposal = firewall::propose(about.maker, about.domain.as_deref());
        let id = about.choice.platform.clone().unwrap_or_else(|| proposal.id.to_owned());
        let platform = firewall::platform(&id);
        let mut view = FirewallView {
            proposed: proposal.recognised.then(|| proposal.id.to_owned()),
            proposed_because: proposal.reason,
            platform_name: platform.map(|p| p.name().to_owned()).unwrap_or_default(),
            platform: id.clone(),
            scope: about.choice.scope,
            choice: about.choice.clone(),
            gateways: about.gateways.clone(),
            change_request: None,
            capabilities: platform.map(capabilities).unwrap_or_default(),
            parts: Vec::new(),
        };
        let Some(platform) = platform.filter(|_| !about.gateways.is_empty()) else { return view };
        let intent = intent(&self.profile, about.gateways.clone(), &about.site, &about.choice);
        view.change_request = firewall::change_request(platform, &intent).ok();
        for part in Part::ALL.map(|part| platform.part(part, &intent)) {
            view.parts.push((
                part.part.title().to_owned(),
                part.text,
                part.checked.label().to_owned(),
                part.notes,
            ));
        }
        view
    }
}

/// The last picture of a session that broke: what was known stays, and nothing goes on.
pub(super) fn of_the_end(last: &Snapshot, broke: &Broke) -> Snapshot {
    let limit = Limit {
        what: "The session".into(),
        why: broke.to_string(),
        advice: "This is a fault of Solid Green: start it again, and if it breaks again, send this line to whoever gave you the program.".into(),
    };
    let mut s = Snapshot { activity: Activity::Idle, running: Vec::new(), hold: None, ..last.clone() };
    s.broken.push(limit.what.clone());
    s.limits.push(limit);
    s
}

fn capabilities(platform: &firewall::Platform) -> Vec<(String, String)> {
    platform.capabilities().in_words().into_iter().map(|(what, how)| (what.to_owned(), how)).collect()
}

/// Everything that the firewall's text depends on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FirewallAbout {
    maker: Option<&'static str>,
    domain: Option<String>,
    choice: RuleChoice,
    site: String,
    gateways: Vec<RuleGateway>,
}

fn is_ladder(r: &CheckResult) -> bool {
    matches!(r.target, Target::Rung { over: RungKind::Ladder, .. })
}
