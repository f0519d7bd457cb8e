//! The interface that is measured from while it goes and comes: what changed in words, which one takes its place, and that
//! nothing is known of the boxes meanwhile.

use super::engine::Engine;
use crate::check::Now;
use crate::model::At;
use crate::model::host::{HostView, Interface};
use crate::model::snapshot::Limit;

/// The interface that was measured from last.
#[derive(Clone, Debug, Default)]
pub struct Adapter {
    held: Option<Interface>,
    /// It is not there.
    gone: bool,
}

/// What became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// As it was.
    None,
    Gone(String),
    /// It is there, and not as it was: how.
    Other(String),
    /// It was gone, and is there again.
    Back(String),
}

impl Adapter {
    /// Another one was asked for.
    pub fn forget(&mut self) {
        *self = Adapter::default();
    }

    /// The one of these that takes the place of the one that was held, where that is not there: the same adapter under
    /// another name, or another way into the same network. Another network says nothing of the boxes.
    #[must_use]
    pub fn stands_in<'a>(&self, host: &'a HostView) -> Option<&'a Interface> {
        let held = self.held.as_ref()?;
        let same_net = |i: &Interface| {
            let real = |ip: &crate::model::host::HostAddress| !ip.is_link_local();
            i.addresses
                .iter()
                .filter(|a| real(a))
                .any(|a| held.addresses.iter().any(|h| real(h) && h.contains(a.ip)))
        };
        let mut all = host.interfaces.iter();
        all.clone()
            .find(|i| i.name == held.name)
            .or_else(|| all.clone().find(|i| i.mac.is_some() && i.mac == held.mac && i.kind == held.kind))
            .or_else(|| all.find(|i| i.kind == held.kind && same_net(i)))
    }

    /// Whether the one that was held is not there, nor one in its place.
    #[must_use]
    pub fn is_missing(&self, host: &HostView) -> bool {
        self.held.is_some() && self.stands_in(host).is_none()
    }

    /// Takes in which one is measured from now.
    pub fn take(&mut self, now: Option<&Interface>) -> Change {
        let Some(held) = &self.held else {
            self.held = now.cloned();
            return Change::None;
        };
        let name = held.label.clone();
        let Some(now) = now else {
            return if std::mem::replace(&mut self.gone, true) { Change::None } else { Change::Gone(name) };
        };
        let other = held.name != now.name;
        let change = match Now::of(held).differs(&held.label, Some(&Now::of(now))) {
            _ if std::mem::take(&mut self.gone) => Change::Back(now.label.clone()),
            Some(_) if other => {
                Change::Other(format!("it is measured from {} now, no longer from {name}", now.label))
            }
            Some(how) => Change::Other(how),
            None => Change::None,
        };
        self.held = Some(now.clone());
        change
    }
}

impl Engine {
    /// Somebody looks for a box that is plugged in.
    pub(super) fn looks_for_plugged(&self) -> bool {
        self.plug_in_pending || self.plug_in_known.is_some()
    }

    /// The interface is one that is stayed on while it goes and comes: no other network takes its place meanwhile.
    pub(super) fn stays_on_adapter(&self) -> bool {
        self.watching || self.looks_for_plugged()
    }

    /// Says what became of the interface, where that is something.
    pub(super) fn say_adapter(&mut self, change: &Change, now: At) {
        let what = |name: &str| format!("{} {name}", super::MEASURING);
        match change {
            Change::None => {}
            Change::Gone(name) => {
                self.note(
                    now,
                    format!(
                        "{name} is gone: this computer's own fault; nothing is known of the boxes meanwhile."
                    ),
                );
                self.limit(Limit {
                    what: what(name),
                    why: format!("{name} is gone, which is this computer's own fault; nothing is known of the boxes meanwhile"),
                    advice: "Plug the adapter in again, or choose another one: it goes on by itself when it is back.".into(),
                });
            }
            Change::Other(how) => self.note(now, format!("This computer changed: {how}.")),
            Change::Back(name) => {
                self.retract(&what(name));
                self.note(now, format!("{name} is back."));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Mac;
    use crate::model::host::{HostAddress, LinkKind};

    fn interface(name: &str, index: u32, net: u8) -> Interface {
        Interface {
            index,
            name: name.into(),
            label: name.into(),
            kind: LinkKind::Wired,
            mac: Some(Mac([2, 0, 0, 0, 0, net])),
            up: true,
            carrier: Some(true),
            speed_bps: None,
            full_duplex: None,
            addresses: vec![HostAddress { ip: [10, 0, net, 5].into(), prefix: 24 }],
            router: None,
            metric: 0,
            name_servers: vec![],
            lease: None,
            mtu: None,
            ipv6_router: None,
            port_authenticated: None,
        }
    }

    fn host(all: &[Interface]) -> HostView {
        HostView { interfaces: all.to_vec(), ..HostView::default() }
    }

    #[test]
    fn it_goes_and_comes_and_each_is_told_once() {
        let mut a = Adapter::default();
        let was = interface("eth0", 2, 1);
        assert_eq!(a.take(Some(&was)), Change::None);
        assert_eq!(a.take(Some(&was)), Change::None);
        assert_eq!(a.take(None), Change::Gone("eth0".into()));
        assert_eq!(a.take(None), Change::None);
        assert_eq!(a.take(Some(&interface("eth0", 9, 1))), Change::Back("eth0".into()));
        // so fast that nobody saw it go
        let again = interface("eth0", 12, 1);
        assert!(matches!(a.take(Some(&again)), Change::Other(how) if how.contains("taken out")));
        let other = Interface { carrier: Some(false), ..again };
        assert!(matches!(a.take(Some(&other)), Change::Other(how) if how.contains("went down")));
    }

    #[test]
    fn another_network_does_not_take_its_place() {
        let mut a = Adapter::default();
        assert!(!a.is_missing(&host(&[])), "none was held");
        a.take(Some(&interface("eth0", 2, 1)));
        assert!(a.is_missing(&host(&[interface("wlan0", 3, 7)])));
        for (back, why) in [
            (interface("eth0", 9, 7), "its name"),
            (interface("en8", 9, 1), "its MAC"),
            (Interface { mac: None, ..interface("eth1", 9, 1) }, "its network"),
        ] {
            assert_eq!(a.stands_in(&host(&[interface("wlan0", 3, 7), back.clone()])), Some(&back), "{why}");
        }
    }
}
