//! The faults of the simulated site, as data: what each party meets.

use std::net::{Ipv4Addr, SocketAddr};

/// Name of a fault and what it is, for a list to choose from.
pub const FAULTS: [(&str, &str); 18] = [
    ("none", "nothing is wrong: the LED becomes solid green"),
    ("no-dhcp", "no DHCP server answers"),
    ("no-link", "the switch is off: neither the gateway nor this computer has a link"),
    ("dns-unreachable", "the name server of the lease does not answer"),
    ("dns-name-blocked", "the name server says that gk.sensorist.com and .net do not exist"),
    ("dns-redirected", "the name server gives a private address for every name"),
    ("both-ports-dropped", "a firewall drops TCP 443 and 4321 to the cloud, silently"),
    ("both-ports-rejected", "a firewall rejects TCP 443 and 4321 to the cloud"),
    ("port-443-blocked", "TCP 443 to the cloud is dropped, 4321 is open"),
    ("port-4321-blocked", "TCP 4321 to the cloud is dropped, 443 is open"),
    ("some-addresses-blocked", "one of the cloud's addresses is dropped"),
    ("gateway-only-blocked", "the firewall drops the gateway's connections, this computer's pass"),
    ("proxy-answers", "a proxy answers in place of every address on 443 and 4321"),
    ("internet-down", "the line to the internet is dead"),
    ("vpn-route", "this computer sends everything through a VPN"),
    ("other-subnet", "the gateway is in another subnet than this computer"),
    ("silent", "the gateway's cable is out; its MAC was typed in"),
    ("restart", "the gateway restarts about every 20 seconds"),
];

/// How a filter treats a connection to the cloud.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Filter {
    Pass,
    Drop,
    Reject,
    /// A proxy takes the connection and answers itself.
    Proxy,
}

/// How the name server of the lease behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Naming {
    Good,
    Silent,
    NoSuchName,
    Redirect,
    /// Its own upstream is dead.
    ServFail,
}

/// One state of the site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scene {
    pub name: &'static str,
    pub explanation: &'static str,
}

impl Scene {
    #[must_use]
    pub fn of(name: &str) -> Option<Scene> {
        FAULTS.iter().find(|f| f.0 == name).map(|(name, explanation)| Scene { name, explanation })
    }

    #[must_use]
    pub fn gateway_link(self) -> bool {
        !matches!(self.name, "no-link" | "silent")
    }

    #[must_use]
    pub fn laptop_link(self) -> bool {
        self.name != "no-link"
    }

    #[must_use]
    pub fn dhcp(self) -> bool {
        self.name != "no-dhcp"
    }

    #[must_use]
    pub fn other_subnet(self) -> bool {
        self.name == "other-subnet"
    }

    #[must_use]
    pub fn vpn(self) -> bool {
        self.name == "vpn-route"
    }

    #[must_use]
    pub fn restarts(self) -> bool {
        self.name == "restart"
    }

    #[must_use]
    pub fn internet(self) -> bool {
        self.name != "internet-down"
    }

    #[must_use]
    pub fn proxy(self) -> bool {
        self.name == "proxy-answers"
    }

    #[must_use]
    pub fn some_addresses(self) -> bool {
        self.name == "some-addresses-blocked"
    }

    #[must_use]
    pub fn naming(self) -> Naming {
        match self.name {
            "dns-unreachable" => Naming::Silent,
            "dns-name-blocked" => Naming::NoSuchName,
            "dns-redirected" => Naming::Redirect,
            "internet-down" => Naming::ServFail,
            _ => Naming::Good,
        }
    }

    /// What the firewall does with a connection to the cloud's address number `nth`.
    #[must_use]
    pub fn filter(self, by_gateway: bool, nth: usize, to: SocketAddr) -> Filter {
        let drop_when = |yes: bool| if yes { Filter::Drop } else { Filter::Pass };
        match self.name {
            "both-ports-dropped" | "internet-down" | "no-link" => Filter::Drop,
            "both-ports-rejected" => Filter::Reject,
            "port-443-blocked" => drop_when(to.port() == 443),
            "port-4321-blocked" => drop_when(to.port() == 4321),
            _ if self.some_addresses() => drop_when(nth == 0),
            "gateway-only-blocked" => drop_when(by_gateway),
            "proxy-answers" => Filter::Proxy,
            _ => Filter::Pass,
        }
    }

    /// Where the gateway's DHCP server and router are.
    #[must_use]
    pub fn gateway_net(self) -> [Ipv4Addr; 2] {
        if self.other_subnet() {
            [Ipv4Addr::new(192, 168, 60, 70), Ipv4Addr::new(192, 168, 60, 1)]
        } else {
            [super::GATEWAY_IP, super::ROUTER_IP]
        }
    }
}
