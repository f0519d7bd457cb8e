//! Which addresses stand for the cloud, and which of them the box would use next: one answer for every check and rule.
//!
//! The box uses what the names give it now. An address of the vendor's document that no name gives any more may be long
//! retired: it decides only where no name resolves.

use super::check::{CheckId, CheckResult, Outcome, Target};
use std::net::{IpAddr, SocketAddr};

/// One address and port of the cloud, as far as it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CloudAddress {
    pub addr: SocketAddr,
    /// The vendor's document lists it.
    pub documented: bool,
    /// A name server that the box would ask gives it.
    pub resolved: bool,
    /// It opened, or not; `None` where that is not known.
    pub opens: Option<bool>,
}

/// All that is known so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cloud {
    pub addresses: Vec<CloudAddress>,
    /// A name may still give an address, so that the documented ones do not stand for the cloud yet.
    pub names_pending: bool,
}

impl Cloud {
    /// As the check `ports` left it.
    #[must_use]
    pub fn of(results: &[CheckResult]) -> Cloud {
        let addresses = results.iter().filter(|r| r.id == CheckId::Ports).filter_map(|r| match r.target {
            Target::Cloud { addr, documented, resolved } => {
                let opens = match r.outcome {
                    Outcome::Passed => Some(true),
                    Outcome::Failed(_) => Some(false),
                    Outcome::Skipped(_) | Outcome::Inconclusive(_) => None,
                };
                Some(CloudAddress { addr, documented, resolved, opens })
            }
            _ => None,
        });
        Cloud { addresses: addresses.collect(), names_pending: false }
    }

    /// The addresses that decide: those that names give, the documented ones where no name gives any.
    pub fn deciding(&self) -> impl Iterator<Item = &CloudAddress> {
        let named = self.addresses.iter().any(|a| a.resolved);
        let counts = move |a: &&CloudAddress| {
            if named { a.resolved } else { a.documented && !self.names_pending }
        };
        self.addresses.iter().filter(counts)
    }

    /// The address decides.
    #[must_use]
    pub fn decides(&self, ip: IpAddr) -> bool {
        self.deciding().any(|a| a.addr.ip() == ip)
    }

    /// The address on which the box would connect next on this port: one that opens, else the first that decides.
    #[must_use]
    pub fn next(&self, port: u16) -> Option<SocketAddr> {
        let of_port = || self.deciding().filter(|a| a.addr.port() == port);
        self.open(port).or_else(|| of_port().map(|a| a.addr).next())
    }

    /// The same, where it is known to open.
    #[must_use]
    pub fn open(&self, port: u16) -> Option<SocketAddr> {
        self.deciding().find(|a| a.addr.port() == port && a.opens == Some(true)).map(|a| a.addr)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: [u8; 4] = [192, 0, 2, 1];
    const NEW: [u8; 4] = [192, 0, 2, 2];

    fn at(ip: [u8; 4], resolved: bool, opens: Option<bool>) -> CloudAddress {
        let documented = ip == OLD;
        CloudAddress { addr: SocketAddr::from((ip, 443)), documented, resolved, opens }
    }

    #[test]
    fn what_names_give_stands_for_the_cloud_and_documents_only_where_no_name_resolves() {
        let next = |addresses: &[CloudAddress], names_pending| {
            Cloud { addresses: addresses.to_vec(), names_pending }.next(443).map(|a| a.ip())
        };
        let (old, new) = (Some(IpAddr::from(OLD)), Some(IpAddr::from(NEW)));
        assert_eq!(next(&[at(OLD, false, Some(true)), at(NEW, true, Some(false))], false), new);
        assert_eq!(next(&[at(OLD, false, Some(true))], true), None, "a name may still answer");
        assert_eq!(next(&[at(OLD, false, Some(true))], false), old);
        assert_eq!(next(&[at(OLD, true, Some(false)), at(NEW, true, Some(true))], false), new, "it opens");
        assert_eq!(next(&[at(OLD, true, None), at(NEW, true, Some(false))], false), old);
        assert_eq!(next(&[], false), None);
    }
}
