//! What open connections showed: the results of `speaks`, `size`, `portal` and `path`, reduced to what rules ask about.

use crate::model::check::{
    CheckId, CheckResult, Failure, Inspector, Measured, Outcome, Said, Target, TlsSeen,
};
use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr};

/// How one port answers to what is said on it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Port {
    pub nothing: Met,
    pub by_name: Met,
    pub no_name: Met,
    pub plain: Met,
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
}

impl Spoken {
    #[must_use]
    pub fn of(results: &[CheckResult]) -> Spoken {
        let mut s = Spoken::default();
        for r in results {
            match (&r.target, r.id) {
                (Target::Saying { addr, said }, _) => {
                    let port = s.ports.entry(addr.port()).or_default();
                    let met = met(&r.outcome);
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
        if swallowed || by_its_name || only_unknown {
            return Content::Cut;
        }
        let cut = p.nothing.is_cut()
            || p.nothing == Met::Closed
            || p.by_name.is_cut()
            || p.no_name.is_cut()
            || p.plain.is_cut();
        if cut { Content::CutByWhom } else { Content::Free }
    }

    /// Ports that were spoken on.
    #[must_use]
    pub fn cut(&self, how: Content) -> BTreeSet<u16> {
        self.ports.keys().copied().filter(|p| self.content(*p) == how).collect()
    }
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
        IpAddr::V4(v4) => v4.is_private() || v4.is_link_local() || is_shared(v4),
        IpAddr::V6(v6) => v6.is_unique_local() || v6.is_unicast_link_local(),
    }
}

fn is_shared(ip: Ipv4Addr) -> bool {
    let o = ip.octets();
    o[0] == 100 && (64..128).contains(&o[1])
}
