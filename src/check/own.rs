//! Faults of this computer: what could not be sent, or was measured while its interface changed, decides nothing about
//! the network. Every result passes here before it is told.

use super::own_filter::OwnFilter;
use crate::model::check::{CheckId, CheckResult, Failure, Measured, Outcome, Target};
use crate::model::host::{HostAddress, Interface};
use crate::platform::OwnFault;
use crate::platform::guest::{GuestError, Meter};
use crate::platform::interfaces;
use std::collections::BTreeSet;
use std::net::Ipv4Addr;
use std::sync::{Arc, OnceLock};

/// The interface as it was when the measuring began, and how it was seen to have changed since.
#[derive(Clone, Debug, Default)]
pub struct Own {
    begun: Option<Begun>,
    changed: Arc<OnceLock<String>>,
    filter: Arc<OnceLock<OwnFilter>>,
}

#[derive(Clone, Debug)]
struct Begun {
    name: String,
    now: Now,
}

/// What must not change while something is measured over an interface.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Now {
    index: u32,
    linked: bool,
    addresses: BTreeSet<HostAddress>,
    router: bool,
}

impl Now {
    #[must_use]
    pub fn of(i: &Interface) -> Now {
        Now {
            index: i.index,
            linked: i.up && i.carrier != Some(false),
            addresses: i.addresses.iter().copied().collect(),
            router: i.router.is_some(),
        }
    }

    /// What is no longer so, in words.
    #[must_use]
    pub fn differs(&self, name: &str, now: Option<&Now>) -> Option<String> {
        let Some(now) = now else { return Some(format!("{name} is gone")) };
        Some(if self.index != now.index {
            format!("{name} was taken out and came back")
        } else if self.linked != now.linked {
            format!("the link of {name} {}", if now.linked { "came up" } else { "went down" })
        } else if self.addresses != now.addresses {
            format!("the addresses of {name} changed")
        } else if self.router != now.router {
            format!("the router of {name} {}", if now.router { "came" } else { "went away" })
        } else {
            return None;
        })
    }
}

impl Own {
    /// Measuring begins over this interface; none where the site is simulated.
    #[must_use]
    pub fn begin(interface: Option<&Interface>) -> Own {
        let begun = interface.map(|i| Begun { name: i.name.clone(), now: Now::of(i) });
        Own { begun, ..Own::default() }
    }

    /// How the interface has changed since; once it has, all that follows is in doubt.
    fn changed(&self) -> Option<String> {
        if let Some(known) = self.changed.get() {
            return Some(known.clone());
        }
        let begun = self.begun.as_ref()?;
        // a system that does not give the list says nothing
        let all = interfaces::interfaces().ok()?;
        let now = all.iter().find(|i| i.name == begun.name).map(Now::of);
        let how = begun.now.differs(&begun.name, now.as_ref())?;
        Some(self.changed.get_or_init(|| how).clone())
    }

    /// It was seen to shut ports by itself.
    pub fn shuts(&self, ports: OwnFilter) {
        let _ = self.filter.set(ports);
    }

    /// The address that shows that such an end of a connection, which nobody signs, may be this computer's own.
    fn may_shut(&self, r: &CheckResult, failure: Option<Failure>) -> Option<Ipv4Addr> {
        let port = tcp_port(&r.target)?;
        let signed = matches!(r.measured, Measured::Offender(_));
        let (how, nobody) = self.filter.get()?.get(&port).filter(|_| !signed)?;
        failure.is_none_or(|failure| failure == *how).then_some(*nobody)
    }

    /// Takes a failure back where this computer itself may be its reason.
    pub fn doubt(&self, r: &mut CheckResult, meter: &Meter) {
        // what only looks at this computer is right as it is
        if matches!(r.id, CheckId::Witness | CheckId::Link | CheckId::Lease) {
            return;
        }
        let failure = match &r.outcome {
            Outcome::Failed(failure) => Some(*failure),
            Outcome::Passed if rests_on_silence(r) => None,
            _ => return,
        };
        let why = if failure == Some(Failure::NotSent) {
            let what = r.target.to_string();
            // the reason is that of this question, or none is given
            let told = meter.troubles().into_iter().find(|e| names(e, &r.target));
            told.map_or_else(
                || format!("this computer could not ask ({what})"),
                |e| format!("this computer could not try: {e}"),
            )
        } else if let Some(nobody) = self.may_shut(r, failure) {
            format!("a filter of this computer does that by itself, as it does at {nobody}, where nobody is")
        } else if let (Some(Failure::Silence), Some(e)) = (failure, refused_also(meter, &r.target)) {
            format!("a filter of this computer may have swallowed it, as it did this: {e}")
        } else if let Some(how) = self.changed() {
            format!("this computer changed meanwhile ({how}), so this says nothing of the network")
        } else if failure == Some(Failure::NoRoute) && self.begun.as_ref().is_some_and(|b| b.now.router) {
            "this computer has a router, and its own routing table leads nowhere for this address".to_owned()
        } else {
            return;
        };
        r.detail = if r.detail.is_empty() || failure == Some(Failure::NotSent) {
            why.clone()
        } else {
            format!("{}; {why}", r.detail)
        };
        r.outcome = Outcome::Inconclusive(why);
    }

    /// What this computer was short of, as rows about itself: a refusal of its own is a finding, all else decides nothing.
    #[must_use]
    pub fn told(&self, meter: &Meter) -> Vec<CheckResult> {
        let mut out = Vec::new();
        let mut row = |outcome: Outcome, detail: String| {
            out.push(CheckResult {
                id: CheckId::Witness,
                target: Target::Host,
                outcome,
                took_ms: 0,
                measured: Measured::Nothing,
                detail,
            });
        };
        let mut told = BTreeSet::new();
        for trouble in meter.troubles() {
            let GuestError::System { what, why, fault } = trouble else { continue };
            // one line for each sort, with the first of its kind
            if !told.insert(fault) {
                continue;
            }
            let said = format!("this computer could not {what}: {why}. {}", fault.advice());
            match fault {
                OwnFault::Refused => row(Outcome::Failed(Failure::OwnFirewall), said),
                OwnFault::NoMeans | OwnFault::InterfaceGone | OwnFault::Other => {
                    row(Outcome::Inconclusive(said.clone()), said);
                }
            }
        }
        for (how, does) in [(Failure::Refused, "refuses"), (Failure::Silence, "swallows")] {
            let shut = || self.filter.get().into_iter().flatten().filter(|(_, (h, _))| *h == how);
            let Some((_, (_, nobody))) = shut().next() else { continue };
            let ports: Vec<String> = shut().map(|(port, _)| port.to_string()).collect();
            let said = format!(
                "a filter of this computer {does} its own connections to TCP {}: it does so at {nobody} as well, where nobody is and nothing left this computer. {}",
                ports.join(" and "),
                OwnFault::Refused.advice()
            );
            row(Outcome::Failed(Failure::OwnFirewall), said);
        }
        if let Some(how) = self.changed() {
            let said = format!("{how} while the checks ran. {}", OwnFault::InterfaceGone.advice());
            row(Outcome::Inconclusive(said.clone()), said);
        }
        out
    }
}

/// This computer was seen to refuse what this program sends.
#[must_use]
pub fn is_own_refusal(r: &CheckResult) -> bool {
    r.outcome.failure() == Some(Failure::OwnFirewall)
}

/// Adds the names of the firewalls and security agents that run here: to what this computer was seen to refuse, else as a
/// row of its own, which decides nothing.
pub fn name_agents(own: &mut Vec<CheckResult>, running: Vec<String>) {
    if running.is_empty() {
        return;
    }
    let names = running.join(", ");
    let mut any = false;
    for r in own.iter_mut().filter(|r| is_own_refusal(r)) {
        any = true;
        r.detail = format!(
            "{} By the names of processes these run here, and may be what does it: {names}.",
            r.detail
        );
        r.measured = Measured::Agents(running.clone());
    }
    if !any {
        own.push(CheckResult {
            id: CheckId::Witness,
            target: Target::Host,
            outcome: Outcome::Passed,
            took_ms: 0,
            measured: Measured::Agents(running),
            detail: format!(
                "by the names of processes these run on this computer: {names}; that alone shows nothing"
            ),
        });
    }
}

/// Nobody answered, as it should be: that says nothing where nobody could be asked.
fn rests_on_silence(r: &CheckResult) -> bool {
    matches!(r.id, CheckId::Canary | CheckId::Portal) && r.measured == Measured::Nothing
}

/// The port that a result is about, where it is one of TCP beyond this computer's segment.
fn tcp_port(target: &Target) -> Option<u16> {
    match target {
        Target::Cloud { addr, .. }
        | Target::Canary(addr)
        | Target::Control(addr)
        | Target::Again(addr)
        | Target::Elsewhere { addr, .. }
        | Target::NeverOpen(addr)
        | Target::OneHop(addr)
        | Target::Saying { addr, .. }
        | Target::SayingWithin { addr, .. }
        | Target::FullSize(addr)
        | Target::Hops(addr)
        | Target::Rung { addr, .. } => Some(addr.port()),
        Target::Host
        | Target::Interface(_)
        | Target::Router(_)
        | Target::Segment
        | Target::Name { .. }
        | Target::Proxy(_)
        | Target::ProxyName(_)
        | Target::Page(_) => None,
    }
}

/// A filter of this computer refused another question to the same server.
fn refused_also(meter: &Meter, target: &Target) -> Option<GuestError> {
    let refused = |e: &GuestError| matches!(e, GuestError::System { fault: OwnFault::Refused, .. });
    meter.troubles().into_iter().find(|e| refused(e) && names(e, target))
}

/// Whether a trouble is about the server that a result is about.
fn names(trouble: &GuestError, target: &Target) -> bool {
    match target {
        Target::Name { server, .. } => {
            let (told, server) = (trouble.to_string(), server.to_string());
            // whole: 10.0.0.1 is not named by 10.0.0.10
            let mut words = told.split(|c: char| !c.is_ascii_alphanumeric() && c != '.');
            words.any(|word| word.trim_end_matches('.') == server)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(failure: Failure) -> CheckResult {
        CheckResult {
            id: CheckId::Names,
            target: Target::Host,
            outcome: Outcome::Failed(failure),
            took_ms: 1,
            measured: Measured::Nothing,
            detail: "x".into(),
        }
    }

    #[test]
    fn each_change_of_the_interface_is_seen() {
        let ip = |last| HostAddress { ip: [192, 0, 2, last].into(), prefix: 24 };
        let was = Now { index: 3, linked: true, addresses: [ip(9)].into(), router: true };
        assert_eq!(was.differs("eth0", Some(&was.clone())), None);
        for (now, says) in [
            (None, "gone"),
            (Some(Now { index: 4, ..was.clone() }), "taken out"),
            (Some(Now { linked: false, ..was.clone() }), "went down"),
            (Some(Now { addresses: [ip(10)].into(), ..was.clone() }), "addresses"),
            (Some(Now { router: false, ..was.clone() }), "router"),
        ] {
            let said = was.differs("eth0", now.as_ref()).unwrap();
            assert!(said.contains(says), "{said}");
        }
    }

    #[test]
    fn agents_are_named_where_this_computer_refuses_and_decide_nothing() {
        let all = || vec!["LuLu".to_owned(), "ESET".to_owned()];
        let mut own = vec![row(Failure::OwnFirewall), row(Failure::Silence)];
        let before = own.clone();
        name_agents(&mut own, Vec::new());
        assert_eq!(own, before);
        name_agents(&mut own, all());
        assert!(
            own[0].detail.contains("LuLu, ESET") && own[0].measured == Measured::Agents(all()),
            "{own:?}"
        );
        assert_eq!((own.len(), &own[1]), (2, &before[1]));
        let mut own = Vec::new();
        name_agents(&mut own, all());
        assert_eq!((own.len(), &own[0].outcome), (1, &Outcome::Passed));
        let meter = Meter::new();
        let changed = Own::default();
        changed.changed.set("eth0 is gone".into()).unwrap();
        changed.doubt(&mut own[0], &meter);
        assert_eq!(own[0].outcome, Outcome::Passed, "it is as it was");
    }

    #[test]
    fn what_was_not_sent_or_measured_across_a_change_decides_nothing() {
        let meter = Meter::new();
        let steady = Own::default();
        let mut r = row(Failure::Silence);
        steady.doubt(&mut r, &meter);
        assert_eq!(r.outcome.failure(), Some(Failure::Silence), "a fair failure stays");
        r = row(Failure::NotSent);
        steady.doubt(&mut r, &meter);
        assert!(matches!(r.outcome, Outcome::Inconclusive(_)));
        let changed = Own::default();
        changed.changed.set("eth0 is gone".into()).unwrap();
        r = row(Failure::Refused);
        changed.doubt(&mut r, &meter);
        assert!(matches!(&r.outcome, Outcome::Inconclusive(why) if why.contains("eth0 is gone")), "{r:?}");
        // that nobody answered is no good sign either, where nobody could be asked
        let silent = |id| CheckResult { id, outcome: Outcome::Passed, ..row(Failure::Silence) };
        for id in [CheckId::Canary, CheckId::Portal] {
            r = silent(id);
            changed.doubt(&mut r, &meter);
            assert!(matches!(r.outcome, Outcome::Inconclusive(_)), "{r:?}");
            r = silent(id);
            steady.doubt(&mut r, &meter);
            assert_eq!(r.outcome, Outcome::Passed);
        }
        // what a filter of this computer does to a port at an address of nobody, it does to the cloud as well
        let filtered = Own::default();
        filtered.shuts([(53, (Failure::Refused, Ipv4Addr::new(192, 168, 7, 99)))].into());
        let cloud = |port: u16, failure, measured| CheckResult {
            target: Target::Cloud {
                addr: ([198, 51, 100, 7], port).into(),
                documented: true,
                resolved: true,
            },
            measured,
            ..row(failure)
        };
        for (port, failure, signed, takes_back) in [
            (53, Failure::Refused, false, true),
            (53, Failure::Refused, true, false),
            (53, Failure::Silence, false, false),
            (443, Failure::Refused, false, false),
        ] {
            let by = if signed { Measured::Offender([192, 168, 7, 1].into()) } else { Measured::Nothing };
            r = cloud(port, failure, by);
            filtered.doubt(&mut r, &meter);
            assert_eq!(matches!(r.outcome, Outcome::Inconclusive(_)), takes_back, "{r:?}");
        }
        let told = filtered.told(&meter);
        assert!(
            told.iter().any(|r| r.detail.contains("TCP 53") && r.detail.contains("192.168.7.99")),
            "{told:?}"
        );
        let mut link = CheckResult { id: CheckId::Link, ..row(Failure::NoCarrier) };
        changed.doubt(&mut link, &meter);
        assert_eq!(link.outcome.failure(), Some(Failure::NoCarrier));
        assert!(changed.told(&meter).iter().all(|r| r.outcome.failure().is_none()));
    }
}
