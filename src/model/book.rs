//! The address book of a simulated site: where a logical address really leads, or how it fails to be reached.
//!
//! The simulated site (`demo`) stays on loopback, so each address that a check would dial is looked up here first.
//! A real site has no book: every address is dialled as it is.

use super::check::Transport;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::net::SocketAddr;

/// What happens to a packet that is sent to a logical address.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Way {
    /// Dial this address (on loopback) in its place.
    To(SocketAddr),
    /// No answer of any kind.
    #[default]
    Silent,
    /// TCP RST, or ICMP port unreachable for UDP.
    Refused,
    /// ICMP type 3 code 13: a filter says no.
    Prohibited,
}

/// Ways by transport and logical address. The most exact entry counts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddressBook {
    /// Exact addresses.
    pub exact: BTreeMap<(Transport, SocketAddr), Way>,
    /// A port of every other address: something on the way that answers for everybody.
    pub any_host: BTreeMap<(Transport, u16), Way>,
    /// Everything else.
    pub otherwise: Way,
}

impl AddressBook {
    /// Where `to` leads.
    #[must_use]
    pub fn way(&self, transport: Transport, to: SocketAddr) -> Way {
        self.exact
            .get(&(transport, to))
            .or_else(|| self.any_host.get(&(transport, to.port())))
            .copied()
            .unwrap_or(self.otherwise)
    }

    /// Enters the way of one exact address.
    pub fn enter(&mut self, transport: Transport, to: SocketAddr, way: Way) {
        self.exact.insert((transport, to), way);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_exact_entry_counts() {
        let a: SocketAddr = "54.229.203.190:443".parse().unwrap();
        let b: SocketAddr = "192.0.2.1:443".parse().unwrap();
        let c: SocketAddr = "192.0.2.1:9".parse().unwrap();
        let here: SocketAddr = "127.0.0.1:1".parse().unwrap();
        let mut book = AddressBook::default();
        book.enter(Transport::Tcp, a, Way::Refused);
        book.any_host.insert((Transport::Tcp, 443), Way::To(here));
        assert_eq!(book.way(Transport::Tcp, a), Way::Refused);
        assert_eq!(book.way(Transport::Tcp, b), Way::To(here));
        assert_eq!(book.way(Transport::Udp, b), Way::Silent);
        assert_eq!(book.way(Transport::Tcp, c), Way::Silent);
    }
}
