//! What open connections showed: the results of `speaks`, `size`, `portal` and `path`, reduced to what rules ask about.

use crate::model::check::{
    CheckId, CheckResult, Failure, Hop, Inspector, Measured, Outcome, Said, Target, TlsSeen,
};
use crate::model::cloud::Cloud;
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

/// How one port answers to what is said on it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Port {
    pub nothing: Met,
    pub by_name: Met,
    pub no_name: Met,
    pub plain: Met,
    /// Resets whose time is known, and how many of them came sooner than the cloud can answer.
    timed: u8,
    early: u8,
    /// Content that could live for this many hops only was reset all the same: the cloud never saw it.
    pub reset_within: Option<u8>,
}

impl Port {
    /// Whatever was said met a cut, and more than one kind of content was said.
    #[must_use]
    pub fn cuts_everything(&self) -> bool {
        let said = [self.by_name, self.no_name, self.plain];
        let tried = said.iter().filter(|m| **m != Met::NotTried).count();
        tried >= 2 && said.iter().all(|m| m.is_cut() || *m == Met::NotTried)
    }

    /// The resets came from nearer than the cloud: sooner than it answers, or in reply to content that never got there.
    #[must_use]
    pub fn reset_before_the_cloud(&self) -> bool {
        self.reset_within.is_some() || self.early >= 2 && self.early == self.timed
    }
}

/// A reset that is sooner than the cloud's quickest SYN-ACK by this factor, and by this many microseconds, was not the
/// cloud's: its answer takes a round trip, and a busy computer only adds to the times it takes.
const SOONER_BY: u64 = 2;
const SOONER_US: u64 = 3_000;

/// From where on the way connections are refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The shortest time to live whose attempt was refused: who refuses is no farther, in hops.
    pub from: u8,
    /// Who says so, where it was an ICMP error.
    pub by: Option<IpAddr>,
    /// The farthest hop before that which told of itself.
    pub before: Option<(u8, IpAddr)>,
}

/// What one saying met.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Met {
    #[default]
    NotTried,
    /// Anything that a far end may do: an answer, an acknowledged silence, a proper close after bytes.
    Fine,
    /// It closed although nothing was said.
    Closed,
    Reset,
    /// Nobody ever acknowledged it: only something on the way can do that to an open connection.
    Swallowed,
}

impl Met {
    #[must_use]
    pub fn is_cut(self) -> bool {
        matches!(self, Met::Reset | Met::Swallowed)
    }
}

/// How content is treated on the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// Nothing speaks against it.
    Free,
    /// Cut by something on the way, for certain.
    Cut,
    /// Cut, and the far end itself may have done it.
    CutByWhom,
}

/// Everything that was learnt on open connections.
#[derive(Clone, Debug, Default)]
pub struct Spoken {
    pub ports: BTreeMap<u16, Port>,
    /// A product on the way signed a certificate in the cloud's or a public server's place.
    pub inspector: Option<Inspector>,
    /// A product on this computer did.
    pub local_product: Option<Inspector>,
    /// The chain of the cloud's own port, when a signer is not known.
    pub unknown_signer: Option<TlsSeen>,
    /// A public server's chain has an unknown signer too: both are signed anew on the way.
    pub public_signer_unknown: bool,
    /// A public server's hello was cut as well.
    pub public_cut: bool,
    pub sign_in_page: bool,
    pub portal_announced: bool,
    /// Full-size segments are lost where small ones pass.
    pub large_lost: bool,
    /// Ports on which a connection opened that could not leave this network.
    pub nearby: BTreeSet<u16>,
    /// The farthest hop that told of itself, by closed port: distance and address.
    pub farthest: Option<(u8, IpAddr)>,
    /// Who told of itself at the first hop.
    pub first_hop: Option<IpAddr>,
    /// The nearest refusal that attempts with a small time to live met.
    pub refusal: Option<Refusal>,
}

impl Spoken {
    /// What was said to an address that no longer stands for the cloud says nothing of it.
    #[must_use]
    pub fn of(results: &[CheckResult], cloud: &Cloud) -> Spoken {
        let mut s = Spoken::default();
        let counts = |r: &&CheckResult| match &r.target {
            Target::Saying { addr, .. }
            | Target::SayingWithin { addr, .. }
            | Target::FullSize(addr)
            | Target::Hops(addr)
            | Target::OneHop(addr) => cloud.addresses.is_empty() || cloud.decides(addr.ip()),
            _ => true,
        };
        for r in results.iter().filter(counts) {
            match (&r.target, r.id) {
                (Target::SayingWithin { addr, hops }, _) if r.outcome.failure() == Some(Failure::Reset) => {
                    let within = &mut s.ports.entry(addr.port()).or_default().reset_within;
                    *within = Some(within.map_or(*hops, |h| h.min(*hops)));
                }
                (Target::Saying { addr, said }, _) => {
                    let port = s.ports.entry(addr.port()).or_default();
                    let met = met(&r.outcome);
                    if let Measured::Cut { after_micros, .. } = r.measured
                        && let Some(quickest) = quickest_to(results, addr.ip())
                    {
                        port.timed += 1;
                        let sooner = after_micros.saturating_mul(SOONER_BY) <= quickest
                            && after_micros + SOONER_US <= quickest;
                        port.early += u8::from(sooner);
                    }
                    match said {
                        Said::Nothing => port.nothing = met,
                        Said::HelloByName => port.by_name = met,
                        Said::HelloNoName => port.no_name = met,
                        Said::Plain => port.plain = met,
                    }
                    s.chain(r, false);
                }
                (Target::Control(_), CheckId::Speaks) => {
                    s.public_cut |= met(&r.outcome).is_cut();
                    s.chain(r, true);
                }
                (Target::Page(_), _) => {
                    s.sign_in_page |= r.outcome.failure() == Some(Failure::SignInPage);
                    s.portal_announced |= matches!(r.measured, Measured::Page { status: 0, .. });
                }
                (Target::FullSize(_), _) => s.large_lost |= r.outcome.failure() == Some(Failure::LargeLost),
                (Target::OneHop(addr), _) if r.outcome.failure() == Some(Failure::AnsweredNearby) => {
                    s.nearby.insert(addr.port());
                }
                (Target::Hops(_), _) => {
                    if let Measured::Hops(hops) = &r.measured {
                        let far = hops.iter().rev().find_map(|h| h.who.map(|who| (h.distance, who)));
                        s.farthest = s.farthest.max(far);
                        s.refusal = nearer(s.refusal, refusal(hops));
                        let first = hops.iter().find(|h| h.distance == 1).and_then(|h| h.who);
                        s.first_hop = s.first_hop.or(first);
                    }
                }
                _ => {}
            }
        }
        s
    }

    fn chain(&mut self, r: &CheckResult, of_public_server: bool) {
        let Measured::Tls(seen) = &r.measured else { return };
        match &seen.product {
            Some(p) if p.on_computers => self.local_product = Some(p.clone()),
            Some(p) => self.inspector = Some(p.clone()),
            None if seen.public => {}
            None if of_public_server => self.public_signer_unknown = true,
            None => self.unknown_signer = Some(seen.clone()),
        }
    }

    /// Certificates are replaced on the way: by a known product, or by a signer that replaces a public server's too.
    /// `answers_for_nobody`: something on the way opens connections itself, so that the certificate is its own.
    #[must_use]
    pub fn is_inspected(&self, answers_for_nobody: &BTreeSet<u16>) -> bool {
        self.inspector.is_some()
            || self.public_signer_unknown
            || self.unknown_signer.is_some() && !answers_for_nobody.is_empty()
    }

    /// How content is treated on one port.
    #[must_use]
    pub fn content(&self, port: u16) -> Content {
        let Some(p) = self.ports.get(&port) else { return Content::Free };
        let swallowed = [p.by_name, p.no_name, p.plain].contains(&Met::Swallowed);
        let by_its_name = p.by_name.is_cut() && matches!(p.no_name, Met::Fine);
        let only_unknown = p.plain.is_cut() && self.public_cut;
        if swallowed || by_its_name || only_unknown || p.cuts_everything() && p.reset_before_the_cloud() {
            return Content::Cut;
        }
        let cut = p.nothing.is_cut()
            || p.nothing == Met::Closed
            || p.by_name.is_cut()
            || p.no_name.is_cut()
            || p.plain.is_cut();
        if cut { Content::CutByWhom } else { Content::Free }
    }

    /// Every content on every port was cut, by whom nobody can tell from here.
    #[must_use]
    pub fn cut_by_whom_everywhere(&self) -> bool {
        !self.ports.is_empty()
            && self
                .ports
                .iter()
                .all(|(port, p)| p.cuts_everything() && self.content(*port) == Content::CutByWhom)
    }

    /// Ports that were spoken on.
    #[must_use]
    pub fn cut(&self, how: Content) -> BTreeSet<u16> {
        self.ports.keys().copied().filter(|p| self.content(*p) == how).collect()
    }
}

/// The shortest time to a SYN-ACK of this address, microseconds: no answer of it is sooner.
fn quickest_to(results: &[CheckResult], ip: IpAddr) -> Option<u64> {
    let opened = results.iter().filter_map(|r| match (&r.target, &r.measured) {
        (Target::Cloud { addr, .. } | Target::Saying { addr, .. }, Measured::Opened { micros })
            if addr.ip() == ip =>
        {
            Some(*micros)
        }
        (Target::Saying { addr, .. }, Measured::Cut { opened_micros, .. }) if addr.ip() == ip => {
            Some(*opened_micros)
        }
        _ => None,
    });
    opened.min()
}

/// The nearest refusal of one look along the way.
fn refusal(hops: &[Hop]) -> Option<Refusal> {
    let first = hops.iter().filter(|h| h.refused.is_some()).min_by_key(|h| h.distance)?;
    let told = hops.iter().filter(|h| h.distance < first.distance);
    let before = told.filter_map(|h| Some((h.distance, h.who?))).max_by_key(|(distance, _)| *distance);
    Some(Refusal { from: first.distance, by: first.refused_by, before })
}

fn nearer(a: Option<Refusal>, b: Option<Refusal>) -> Option<Refusal> {
    a.into_iter().chain(b).min_by_key(|r| r.from)
}

fn met(outcome: &Outcome) -> Met {
    match outcome {
        Outcome::Passed => Met::Fine,
        Outcome::Failed(Failure::ForeignIssuer) => Met::Fine,
        Outcome::Failed(Failure::Closed) => Met::Closed,
        Outcome::Failed(Failure::Unacknowledged) => Met::Swallowed,
        Outcome::Failed(_) => Met::Reset,
        // a chain of an unknown signer is an answer; what did not open is none
        Outcome::Inconclusive(_) | Outcome::Skipped(_) => Met::NotTried,
    }
}

/// An address that is never seen on the public internet: RFC 1918, RFC 6598, RFC 3927.
#[must_use]
pub fn is_inside(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(v4) => v4.is_private() || v4.is_link_local() || is_shared(ip),
        IpAddr::V6(v6) => v6.is_unique_local() || v6.is_unicast_link_local(),
    }
}

/// Of the block that providers use between their customers and themselves (RFC 6598).
#[must_use]
pub fn is_shared(ip: IpAddr) -> bool {
    matches!(ip, IpAddr::V4(v4) if v4.octets()[0] == 100 && (64..128).contains(&v4.octets()[1]))
}
