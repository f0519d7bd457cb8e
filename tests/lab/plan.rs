//! The sites: what is where, and which servers a site has. No rule may hang on one server's habits or one plan.

use serde::Deserialize;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A small router with dnsmasq for DHCP and names.
    #[default]
    Dnsmasq,
    /// A router with Kea and unbound.
    Kea,
    /// A /22 behind a router that relays DHCP to Kea in a server network, where unbound answers names.
    Campus,
}

impl Kind {
    pub fn word(self) -> &'static str {
        match self {
            Kind::Dnsmasq => "dnsmasq",
            Kind::Kea => "kea",
            Kind::Campus => "campus",
        }
    }
}

/// Addresses of a site.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    pub kind: Kind,
    /// The router's address in the network of laptop and gateways.
    pub router: &'static str,
    pub prefix: u8,
    pub mask: &'static str,
    /// First and last address that DHCP hands out.
    pub pool: (&'static str, &'static str),
    /// Neighbours have this and a number.
    pub neighbours: &'static str,
    /// The laptop, where it has a fixed address.
    pub laptop: &'static str,
    /// Who resolves names.
    pub names: &'static str,
    /// An address of that network that nobody has.
    pub nobody: &'static str,
    pub router_mac: &'static str,
    /// The first address of many hosts; empty where there is no room for them.
    pub many: &'static str,
}

/// Most hosts that a site may have beyond the usual few.
pub const MANY: usize = 1000;

/// The server network of the campus.
pub const SERVERS: &str = "10.70.0.10";

impl Plan {
    pub fn of(kind: Kind) -> Plan {
        match kind {
            Kind::Dnsmasq => Plan {
                kind,
                router: "192.168.7.1",
                prefix: 24,
                mask: "255.255.255.0",
                pool: ("192.168.7.50", "192.168.7.99"),
                neighbours: "192.168.7.",
                laptop: "192.168.7.20",
                names: "192.168.7.1",
                nobody: "192.168.7.222",
                router_mac: "00:09:0f:00:00:01",
                many: "",
            },
            Kind::Kea => Plan {
                kind,
                router: "10.44.1.254",
                prefix: 23,
                mask: "255.255.254.0",
                pool: ("10.44.0.100", "10.44.0.180"),
                neighbours: "10.44.1.",
                laptop: "10.44.0.20",
                names: "10.44.1.254",
                nobody: "10.44.0.250",
                router_mac: "00:90:7f:4a:10:fe",
                many: "10.44.0.190",
            },
            Kind::Campus => Plan {
                kind,
                router: "10.60.0.1",
                prefix: 22,
                mask: "255.255.252.0",
                pool: ("10.60.2.10", "10.60.2.200"),
                neighbours: "10.60.1.",
                laptop: "10.60.3.20",
                names: SERVERS,
                nobody: "10.60.3.250",
                router_mac: "00:1b:17:00:60:01",
                many: "10.60.0.2",
            },
        }
    }

    /// Puts the site's own words into a text of a case: `{router}`, `{names}`, `{odd}`, `{nobody}`, `{laptop}`, `{prefix}`.
    pub fn fill(self, text: &str) -> String {
        text.replace("{router}", self.router)
            .replace("{names}", self.names)
            .replace("{nobody}", self.nobody)
            .replace("{odd}", &format!("{}30", self.neighbours))
            .replace("{laptop}", self.laptop)
            .replace("{prefix}", &self.prefix.to_string())
            // the host where names and DHCP are answered
            .replace("{servers}", self.servers())
    }

    /// The host that runs the servers.
    pub fn servers(self) -> &'static str {
        if self.kind == Kind::Campus { "srv" } else { "rtr" }
    }
}
