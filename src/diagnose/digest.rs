//! The results of the checks, reduced to what the rules ask about. "Not known" is a value everywhere.

use super::Scene;
use super::names::{Names, NamesState, read_names};
use super::observed::{self, Observed};
use super::spoken::{Spoken, is_inside, is_shared};
use crate::model::check::{CheckId, CheckResult, Failure, Measured, Offer, OfferTo, Outcome, Target};
use crate::model::cloud::Cloud;
use crate::model::host::LinkKind;
use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

/// This computer's IPv4 address on the interface measured from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Address {
    Routable,
    /// Only 169.254/16.
    LinkLocal,
    None,
    Unknown,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Router {
    Answers,
    Silent,
    /// This computer knows none.
    NoneKnown,
    Unknown,
}

/// How the two ports stand on the addresses that matter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WayOut {
    Unknown,
    /// Every port opens on every address.
    Open,
    /// Nothing opens and nothing answers.
    Dropped,
    /// Nothing opens, and something refuses.
    Rejected,
    /// Nothing opens: the networks or hosts beyond cannot be reached, say the routers.
    Unreachable,
    /// Some ports never open, others do on every address that opens at all.
    PortsBlocked(BTreeSet<u16>),
    /// Some addresses do not open where others do.
    AddressesBlocked(BTreeSet<IpAddr>),
}

impl WayOut {
    /// A connection can be had at all.
    #[must_use]
    pub fn passes(&self) -> bool {
        matches!(self, Self::Open | Self::PortsBlocked(_) | Self::AddressesBlocked(_))
    }
}

#[derive(Clone, Debug)]
pub struct Digest<'a> {
    pub has_interface: bool,
    /// `Some(false)`: no cable, or nothing at its other end.
    pub carrier: Option<bool>,
    pub address: Address,
    pub router: Router,
    /// What DHCP servers hand out; `None` when it could not be asked.
    pub offers: Option<&'a [Offer]>,
    pub names: Names,
    pub way_out: WayOut,
    /// The cloud's addresses, of which those that the box would use decide.
    pub cloud: Cloud,
    /// Ports on which addresses that cannot exist answered.
    pub answered_for_nobody: BTreeSet<u16>,
    /// A port that nothing uses opened at the cloud's own address.
    pub every_port: bool,
    /// Is the internet there? `None`: not asked.
    pub control: Option<bool>,
    pub tunnel_route: bool,
    pub wireless_beside_wire: bool,
    pub proxies: bool,
    /// The gateway's address when it is not in any subnet of this computer.
    pub other_subnet: Option<Ipv4Addr>,
    /// For whom servers were asked, beside the options of this computer; empty when that is not known.
    pub asked_for: &'a [OfferTo],
    pub spoken: Spoken,
    /// A proxy that answers: one that this computer is told to use, or that the network announces.
    pub proxy_here: Option<String>,
    /// The name under which the network announces a proxy, and what it leads to.
    pub proxy_name: Option<String>,
    /// The cloud over another way out of this computer: `Some(false)` when it is closed there too.
    pub cloud_elsewhere: Option<bool>,
    /// Many attempts at one address, in order.
    pub attempts: Option<&'a [Option<u64>]>,
    /// Shortest time to a SYN-ACK of the cloud, microseconds.
    pub quickest: Option<u64>,
    /// Some router beyond this site said that it knows no way, or was the last to tell of itself.
    pub ends_outside: bool,
    /// What the results and this computer say against causes, whichever box they are about.
    pub observed: BTreeSet<Observed>,
    /// A check broke inside this program: what it would have said may gainsay the rest.
    pub broke: bool,
    results: &'a [CheckResult],
}

impl<'a> Digest<'a> {
    #[must_use]
    pub fn of(scene: &Scene<'a>) -> Digest<'a> {
        let results = scene.results;
        let interface = scene.host.interface();
        let failed = |id, failure| has_failed(results, id, failure);
        let address = match interface {
            None => Address::Unknown,
            Some(i) if i.addresses.iter().any(|a| !a.is_link_local()) => Address::Routable,
            Some(i) if i.addresses.is_empty() => Address::None,
            Some(_) => Address::LinkLocal,
        };
        let router = if failed(CheckId::Lease, Failure::NoRouter) {
            Router::NoneKnown
        } else {
            // others that DHCP hands out are no matter of this computer's way
            let own = |r: &&CheckResult| match r.target {
                Target::Router(ip) => interface.and_then(|i| i.router).is_none_or(|own| own == ip),
                _ => true,
            };
            match results.iter().filter(|r| r.id == CheckId::Router).find(own).map(|r| &r.outcome) {
                Some(Outcome::Passed) => Router::Answers,
                Some(Outcome::Failed(_)) => Router::Silent,
                _ => Router::Unknown,
            }
        };
        let offers =
            results.iter().find(|r| r.id == CheckId::Offer).and_then(|r| match (&r.outcome, &r.measured) {
                (Outcome::Passed, Measured::Offers(offers) | Measured::Answers { offers, .. }) => {
                    Some(offers.as_slice())
                }
                (Outcome::Failed(Failure::Silence), _) => Some(&[][..]),
                _ => None,
            });
        let mut names = read_names(results);
        // where every name leads to one wrong address, that address says nothing about the cloud
        let mut cloud = cloud(results, &names, names.state == NamesState::Redirected);
        let mut way_out = way_out(results, &cloud);
        if names.disputed && way_out != WayOut::Open && opens_elsewhere(&cloud) {
            // the address that the names give is shut where the cloud itself is open: a filter's page
            names.state = NamesState::Blocked;
            names.leads_to_a_page = true;
            cloud = self::cloud(results, &names, true);
            way_out = self::way_out(results, &cloud);
        }
        if way_out != WayOut::Open && results.iter().any(|r| r.id == CheckId::Names && r.broke()) {
            // which addresses the box would use is not known, and a documented one may be retired
            way_out = WayOut::Unknown;
        }
        let mut digest = Digest {
            observed: BTreeSet::new(),
            has_interface: interface.is_some(),
            carrier: interface.and_then(|i| if i.up { i.carrier } else { Some(false) }),
            address,
            router,
            offers,
            names,
            way_out,
            answered_for_nobody: answered_for_nobody(results),
            every_port: results.iter().any(|r| {
                matches!(r.target, Target::NeverOpen(_))
                    && r.outcome.failure() == Some(Failure::AnsweredForNobody)
            }),
            control: control(results),
            tunnel_route: failed(CheckId::Witness, Failure::TunnelRoute),
            wireless_beside_wire: failed(CheckId::Witness, Failure::WirelessBesideWire),
            proxies: failed(CheckId::Witness, Failure::ProxyConfigured),
            other_subnet: other_subnet(scene),
            asked_for: asked_for(results),
            spoken: Spoken::of(results, &cloud),
            proxy_here: proxy_here(results),
            proxy_name: results.iter().find_map(|r| match (&r.target, &r.outcome) {
                (Target::ProxyName(name), Outcome::Passed) => Some(format!("{name} {}", r.detail)),
                _ => None,
            }),
            cloud_elsewhere: elsewhere(results),
            attempts: attempts(results),
            quickest: quickest(results, &cloud),
            ends_outside: ends_outside(results, interface.and_then(|i| i.router)),
            broke: results.iter().any(|r| r.broke() && r.id != CheckId::Hold),
            cloud,
            results,
        };
        digest.observed = observed::of_site(scene, &digest);
        digest
    }

    /// The results of the ports that decide.
    pub fn deciding(&self) -> impl Iterator<Item = &'a CheckResult> {
        self.results.iter().filter(|r| self.decides(r))
    }

    /// This result is one of them.
    #[must_use]
    pub fn decides(&self, r: &CheckResult) -> bool {
        port_of(r).is_some_and(|addr| self.cloud.deciding().any(|a| a.addr == addr))
    }

    /// An address that decides opens, so that the box can get through at all.
    #[must_use]
    pub fn any_resolved_opens(&self) -> bool {
        self.cloud.deciding().any(|a| a.opens == Some(true))
    }

    /// Results of one check that did not pass, or all of it when all passed.
    pub fn telling(&self, id: CheckId) -> impl Iterator<Item = &'a CheckResult> + use<'a> {
        let results = self.results;
        let any_failed = results.iter().any(|r| r.id == id && r.outcome.failure().is_some());
        results.iter().filter(move |r| r.id == id && (!any_failed || r.outcome.failure().is_some()))
    }

    /// The same of one gateway alone: the results are of this computer, whichever box they are held against.
    pub fn turn_to(&mut self, scene: &Scene<'a>) {
        self.other_subnet = other_subnet(scene);
    }

    #[must_use]
    pub fn results(&self) -> &'a [CheckResult] {
        self.results
    }
}

fn has_failed(results: &[CheckResult], id: CheckId, failure: Failure) -> bool {
    results.iter().any(|r| r.id == id && r.outcome.failure() == Some(failure))
}

/// The cloud's addresses as the box gets them: from the one server that decides, where that is known.
fn cloud(results: &[CheckResult], names: &Names, names_lie: bool) -> Cloud {
    let mut cloud = Cloud::of(results);
    for a in &mut cloud.addresses {
        a.resolved &= !names_lie && (names.given.is_empty() || names.given.contains(&a.addr.ip()));
    }
    // what was not waited for decides nothing
    cloud.addresses.retain(|a| a.opens.is_some());
    cloud
}

/// Some address of the cloud that does not decide opens on every port. One that opens on one port only may be somebody
/// else's by now.
fn opens_elsewhere(cloud: &Cloud) -> bool {
    let others = || cloud.addresses.iter().filter(|a| !cloud.decides(a.addr.ip()));
    others().any(|o| others().filter(|a| a.addr.ip() == o.addr.ip()).all(|a| a.opens == Some(true)))
}

/// The address of the cloud that a result of `ports` is about.
fn port_of(r: &CheckResult) -> Option<SocketAddr> {
    match r.target {
        Target::Cloud { addr, .. } if r.id == CheckId::Ports => Some(addr),
        _ => None,
    }
}

fn way_out(results: &[CheckResult], cloud: &Cloud) -> WayOut {
    let tried: Vec<(SocketAddr, &CheckResult)> = results
        .iter()
        .filter_map(|r| Some((port_of(r)?, r)))
        .filter(|(addr, _)| cloud.deciding().any(|a| a.addr == *addr))
        .collect();
    if tried.is_empty() {
        return WayOut::Unknown;
    }
    let passed = |r: &CheckResult| r.outcome == Outcome::Passed;
    if tried.iter().all(|(_, r)| passed(r)) {
        return WayOut::Open;
    }
    let ports: BTreeSet<u16> = tried.iter().map(|(a, _)| a.port()).collect();
    if !tried.iter().any(|(_, r)| passed(r)) {
        if opens_elsewhere(cloud) {
            return WayOut::AddressesBlocked(tried.iter().map(|(a, _)| a.ip()).collect());
        }
        return closed(&tried, &ports);
    }
    let opens_on = |port: u16| tried.iter().any(|(a, r)| a.port() == port && passed(r));
    let never: BTreeSet<u16> = ports.iter().copied().filter(|p| !opens_on(*p)).collect();
    let addresses: BTreeSet<IpAddr> =
        tried.iter().filter(|(a, r)| !never.contains(&a.port()) && !passed(r)).map(|(a, _)| a.ip()).collect();
    if addresses.is_empty() { WayOut::PortsBlocked(never) } else { WayOut::AddressesBlocked(addresses) }
}

/// Nothing opened: how it was refused. Routers limit the rate of their ICMP errors (RFC 1812 4.3.2.8), so silence
/// beside an ICMP error is the same refusal; silence beside a RST is not.
fn closed(tried: &[(SocketAddr, &CheckResult)], ports: &BTreeSet<u16>) -> WayOut {
    let failures = |port: Option<u16>| {
        tried
            .iter()
            .filter(move |(a, _)| port.is_none_or(|p| a.port() == p))
            .filter_map(|(_, r)| r.outcome.failure())
            .collect::<Vec<Failure>>()
    };
    let all = failures(None);
    if all.iter().all(|f| matches!(f, Failure::NoRoute | Failure::NeighbourSilent)) {
        return WayOut::Unreachable;
    }
    let filtered = |f: &Failure| {
        matches!(f, Failure::IcmpProhibited | Failure::IcmpPortUnreachable | Failure::IcmpOther)
    };
    let unreachable = |f: &Failure| matches!(f, Failure::IcmpNetUnreachable | Failure::IcmpHostUnreachable);
    let reset = |f: &Failure| matches!(f, Failure::Refused | Failure::Reset);
    if all.iter().any(filtered) {
        return WayOut::Rejected;
    }
    if all.iter().any(unreachable) && !all.iter().any(reset) {
        return WayOut::Unreachable;
    }
    if ports.iter().all(|p| failures(Some(*p)).iter().any(|f| reset(f) || unreachable(f))) {
        WayOut::Rejected
    } else {
        WayOut::Dropped
    }
}

/// A port counts when every address that cannot exist answered on it: one alone may be somebody's odd network.
fn answered_for_nobody(results: &[CheckResult]) -> BTreeSet<u16> {
    let canaries: Vec<(u16, bool)> = results
        .iter()
        .filter(|r| r.id == CheckId::Canary)
        .filter_map(|r| match r.target {
            Target::Canary(addr) => {
                Some((addr.port(), r.outcome.failure() == Some(Failure::AnsweredForNobody)))
            }
            _ => None,
        })
        .collect();
    let ports: BTreeSet<u16> = canaries.iter().map(|(p, _)| *p).collect();
    ports
        .into_iter()
        .filter(|p| canaries.iter().filter(|(q, _)| q == p).all(|(_, answered)| *answered))
        .collect()
}

fn control(results: &[CheckResult]) -> Option<bool> {
    let mut asked = None;
    for r in results.iter().filter(|r| r.id == CheckId::Control) {
        match r.outcome {
            Outcome::Passed => return Some(true),
            Outcome::Failed(_) => asked = Some(false),
            Outcome::Skipped(_) | Outcome::Inconclusive(_) => {}
        }
    }
    asked
}

fn asked_for(results: &[CheckResult]) -> &[OfferTo] {
    results
        .iter()
        .find_map(|r| match &r.measured {
            Measured::Answers { asked, .. } => Some(asked.as_slice()),
            _ => None,
        })
        .unwrap_or_default()
}

fn proxy_here(results: &[CheckResult]) -> Option<String> {
    results.iter().find_map(|r| match (&r.target, &r.outcome) {
        (Target::Proxy(proxy), Outcome::Passed) => Some(proxy.clone()),
        _ => None,
    })
}

/// The cloud over another interface. Open at one address is open.
fn elsewhere(results: &[CheckResult]) -> Option<bool> {
    let mut tried = None;
    for r in results.iter().filter(|r| matches!(r.target, Target::Elsewhere { .. })) {
        match r.outcome {
            Outcome::Passed => return Some(true),
            Outcome::Failed(_) => tried = Some(false),
            Outcome::Skipped(_) | Outcome::Inconclusive(_) => {}
        }
    }
    tried
}

fn attempts(results: &[CheckResult]) -> Option<&[Option<u64>]> {
    results.iter().find_map(|r| match (&r.target, &r.measured) {
        (Target::Again(_), Measured::Attempts(all)) => Some(all.as_slice()),
        _ => None,
    })
}

fn quickest(results: &[CheckResult], cloud: &Cloud) -> Option<u64> {
    let opened = results.iter().filter_map(|r| match (&r.target, &r.measured) {
        (Target::Cloud { addr, .. }, Measured::Opened { micros }) if cloud.decides(addr.ip()) => {
            Some(*micros)
        }
        _ => None,
    });
    opened.min()
}

/// Who sent the ICMP errors, or the farthest hop that is known, is on the public internet and not the first router.
fn ends_outside(results: &[CheckResult], router: Option<Ipv4Addr>) -> bool {
    let outside = |who: IpAddr| (!is_inside(who) || is_shared(who)) && Some(who) != router.map(IpAddr::V4);
    results.iter().any(|r| match &r.measured {
        Measured::Offender(who) => r.id == CheckId::Ports && outside(*who),
        Measured::Hops(hops) => {
            let farthest = hops.iter().rev().find_map(|h| h.who.map(|who| (h.distance, who)));
            farthest.is_some_and(|(distance, who)| distance >= 2 && outside(who))
        }
        _ => false,
    })
}

/// The gateway's address, when it is known and in none of this computer's subnets.
fn other_subnet(scene: &Scene<'_>) -> Option<Ipv4Addr> {
    let chosen = scene.alone.or_else(|| scene.gateways.iter().find(|g| Some(g.mac) == scene.chosen));
    let ip = scene.typed_ip.filter(|_| scene.alone.is_none()).or_else(|| chosen.and_then(|g| g.ip))?;
    if ip.is_link_local() {
        return None;
    }
    let mut own = scene
        .host
        .interfaces
        .iter()
        .filter(|i| i.kind != LinkKind::Loopback)
        .flat_map(|i| i.addresses.iter())
        .filter(|a| !a.is_link_local())
        .peekable();
    own.peek()?;
    if own.any(|a| a.contains(ip)) { None } else { Some(ip) }
}
