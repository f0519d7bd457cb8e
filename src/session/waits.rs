//! What a run still waits for: which boxes it is about, what the DHCP probe is told of them, and when it may end. Pure.

use super::engine::{Engine, Purpose};
use crate::check::offer::Patience;
use crate::diagnose;
use crate::model::check::{CheckId, CheckResult, Measured, OfferTo};
use crate::model::finding::Level;
use crate::model::snapshot::{AGE_STEP_MS, GatewayView};
use crate::model::{At, Cause, LedSet, LedState, Mac};
use std::net::Ipv4Addr;
use std::time::Duration;

/// With no other evidence about the LED, an announcement is given this long after the start.
pub(super) const ANNOUNCEMENT_WAIT_MS: u64 = 1_250;

/// A box that is looked for and not seen is listened for this long: RFC 2131 4.1 lets a client wait 4 s, then 8 s, before
/// it asks for an address again.
pub(super) const LISTEN_FOR_BOX_MS: u64 = 9_000;

/// A box whose LED never rests is not waited for longer: a run ends.
pub(super) const RESTLESS_MS: u64 = 30_000;

/// Who is first seen this long after a search began missed the first question: the operating system asks again after a
/// second.
const ASKED_AGAIN_MS: u64 = 900;

impl Engine {
    /// Some box that the run is about seems to have no address: the DHCP probe should ask more.
    #[must_use]
    pub fn box_without_address(&self, now: At) -> bool {
        let red = LedSet::only(LedState::SolidRed);
        let seen_red = matches!(self.saw_unclaimed, Some((_, LedState::SolidRed)));
        let late = self.run.as_ref().is_some_and(|r| now.since(r.begun) >= ANNOUNCEMENT_WAIT_MS);
        let asked = self.asked_for(now);
        // a box that nobody sees may be one without an address
        let unseen = late && asked.iter().all(|g| g.first_seen_ms.is_none());
        seen_red || unseen || asked.iter().any(|g| g.led.possible == red)
    }

    /// The MAC of a box that seems to have no address, so that servers are asked what they would offer to it: it is
    /// known to be red, or it was typed in and nobody sees it.
    #[must_use]
    pub fn ask_as(&self, now: At) -> Option<Mac> {
        let run = self.run.as_ref().filter(|r| r.purpose == Purpose::FindAndCheck)?;
        let red = LedSet::only(LedState::SolidRed);
        let late = now.since(run.begun) >= ANNOUNCEMENT_WAIT_MS;
        let asked = self.asked_for(now);
        if self.ask_as_gateway {
            return self.typed_mac.filter(|m| m.is_device());
        }
        let unseen = |g: &GatewayView| late && g.first_seen_ms.is_none() && self.typed_mac == Some(g.mac);
        asked.iter().find(|g| g.mac.is_device() && (g.led.possible == red || unseen(g))).map(|g| g.mac)
    }

    /// A box without an address was heard after the servers had been asked: they have to be asked for its MAC too, since
    /// what they offer to others says nothing of it. True once a run; the run then waits for the answer.
    pub fn owes_offer(&mut self, now: At) -> bool {
        let asked = |r: &CheckResult| match &r.measured {
            Measured::Answers { offers, asked } => offers.is_empty() || asked.contains(&OfferTo::Gateway),
            _ => true,
        };
        let known = self.results.iter().filter(|r| r.id == CheckId::Offer).all(asked);
        if known || self.ask_as(now).is_none() {
            return false;
        }
        match &mut self.run {
            Some(run) if run.checks_done && !run.quiet && !run.asked_again => {
                run.asked_again = true;
                run.checks_done = false;
                true
            }
            _ => false,
        }
    }

    /// How much a DHCP server's answer is still waited for.
    #[must_use]
    pub fn patience_with_dhcp(&self, now: At) -> Patience {
        let Some(run) = &self.run else { return Patience::UntilAnswered };
        let asked = self.asked_for(now);
        let all_have = asked.iter().next().is_some()
            && asked.iter().all(|g| g.first_seen_ms.is_some() && g.ip.is_some());
        let console_may_speak = self.console.port.is_some()
            && !run.searched
            && asked.iter().any(|g| g.led.basis != crate::model::Basis::Reported);
        if console_may_speak {
            return Patience::Wait;
        }
        if all_have && now.since(run.begun) >= ANNOUNCEMENT_WAIT_MS && self.saw_unclaimed.is_none() {
            Patience::Leave
        } else if run.searched {
            Patience::UntilAnswered
        } else {
            Patience::Wait
        }
    }

    /// The run may end: everything that could still change the verdict has had its time.
    #[must_use]
    pub fn settled(&self, now: At) -> bool {
        let Some(run) = &self.run else { return false };
        if run.purpose == Purpose::Find {
            return run.searched;
        }
        if !run.checks_done || self.still_asking {
            return false;
        }
        let elapsed = now.since(run.begun);
        let cannot_look = !crate::check::plan::can_send(&self.host) && self.demo.is_none();
        if cannot_look || run.quiet {
            return true;
        }
        let asked = self.asked_for(now);
        let seen = asked.iter().next().is_some() && asked.iter().all(|g| g.first_seen_ms.is_some());
        if !seen {
            if !run.searched {
                return false;
            }
            // the one box that the question is about gets the time in which an old row is verified; one of many does not
            let sole = asked.iter().nth(1).is_none();
            if sole && asked.iter().any(diagnose::is_only_an_old_row) && elapsed < LISTEN_FOR_BOX_MS {
                return false;
            }
            // hundreds are asked one after the other, by a slow computer slowly: until each has had its questions
            if !sole && self.proving > 0 && elapsed < LISTEN_FOR_BOX_MS {
                return false;
            }
            // a box without an address asks ever more seldom: where nothing else explains it, it is listened for
            let silent = self.diagnose(now, true).verdict.code == Some(Cause::GatewaySilent);
            return !silent || !self.hears_dhcp || elapsed >= LISTEN_FOR_BOX_MS;
        }
        let unheard = asked.iter().any(|g| {
            g.led.possible == LedSet::only(LedState::SolidRed) && g.dhcp.is_empty() && self.hears_dhcp
        });
        if unheard && !run.searched {
            return false; // a box without an address gets the whole search to be heard asking
        }
        if !run.searched && asked.iter().any(|g| self.is_silent_at_its_address(g)) {
            return false; // it has the whole search to answer
        }
        let starting: Vec<&GatewayView> =
            asked.iter().filter(|g| diagnose::may_still_change(g, now)).collect();
        if !starting.is_empty() && elapsed < RESTLESS_MS {
            // a fault of the site explains a box that blinks; anything else has to wait until it counts
            let blinks = starting.iter().all(|g| g.led.possible == LedSet::only(LedState::BlinkingRed));
            return blinks && self.diagnose(now, true).verdict.level == Level::Fault;
        }
        // of several boxes some came only when they were asked again: there may be more
        let late = run.begun.plus(ASKED_AGAIN_MS);
        let some_late = asked.iter().any(|g| g.first_seen_ms.is_some_and(|ms| At(ms) >= late));
        if some_late && asked.iter().nth(1).is_some() && !run.searched {
            return false;
        }
        let known = asked.iter().all(|g| g.led.possible.len() == 1);
        // a console that was opened for this gets the whole search to say something
        let console_may_speak = self.console.port.is_some() && !run.searched;
        known || elapsed >= ANNOUNCEMENT_WAIT_MS && !console_may_speak
    }

    /// A box that blinks and says that it has an address of this network, where it has not answered yet.
    fn is_silent_at_its_address(&self, g: &GatewayView) -> bool {
        let here = |ip: Ipv4Addr| {
            self.host
                .interface()
                .is_some_and(|i| i.addresses.iter().any(|a| !a.is_link_local() && a.contains(ip)))
        };
        g.led.possible == LedSet::only(LedState::BlinkingRed)
            && g.answered.is_none()
            && g.ip.is_some_and(here)
    }

    /// How long until something changes by itself that was not looked at yet. It counts from the last look, `looked`, and
    /// not from now: what came due between the two would never be looked at, and where nothing else happens any more,
    /// such as on an interface that is down, the run would never end.
    #[must_use]
    pub fn wake_in(&self, looked: At, now: At) -> Option<Duration> {
        self.next_wake(looked).map(|at| Duration::from_millis(at.since(now)))
    }

    /// The next time at which something changes by itself.
    #[must_use]
    pub fn next_wake(&self, now: At) -> Option<At> {
        let mut times: Vec<At> = self.roster.next_expiry(now).into_iter().collect();
        times.extend(self.steady.next(now).filter(|_| self.holds_off()));
        // the count-down of the idle ladder goes in whole seconds
        times.extend(
            self.hold.as_ref().map(|(.., ends)| now.plus(ends.since(now).saturating_sub(1) % 1000 + 1)),
        );
        if let Some(run) = &self.run {
            let waits = [ANNOUNCEMENT_WAIT_MS, LISTEN_FOR_BOX_MS, RESTLESS_MS].map(|ms| run.begun.plus(ms));
            times.extend(waits.into_iter().filter(|t| *t > now));
        }
        // ages are shown in whole minutes
        let shown = self.gateways(now);
        times.extend(shown.iter().filter_map(|g| diagnose::settles_at(g, now)));
        let oldest = shown.iter().filter_map(|g| g.led.age_ms).chain(self.checked_at.map(|at| now.since(at)));
        times.extend(oldest.map(|age| now.plus(AGE_STEP_MS - age % AGE_STEP_MS)));
        times.into_iter().min()
    }
}
