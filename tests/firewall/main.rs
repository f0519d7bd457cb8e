//! The firewall texts: golden files, hostile names, and real parsers.

// The texts are given to the programs that would load them on a site; there is no library for that.
#![allow(clippy::disallowed_methods)]
// A helper of a test may stop the test.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod aerleon;
mod hostile;
mod matrix;
mod promises;
mod real;
mod schemas;
mod traffic;

use solidgreen::model::Mac;
use solidgreen::model::rule::{RuleGateway, RuleIntent, Scope};
use std::collections::BTreeMap;
use std::net::Ipv4Addr;

pub const MAC: Mac = Mac([0x00, 0x11, 0x22, 0x33, 0x44, 0x55]);
pub const IP: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 50);

/// The same site with twelve gateways.
pub fn twelve(scope: Scope, site: &str) -> RuleIntent {
    let gateways = (0..12).map(|n| RuleGateway {
        mac: Mac([0x00, 0x11, 0x22, 0x33, 0x44, 0x55 + n]),
        ip: Ipv4Addr::new(192, 0, 2, 50 + n),
    });
    RuleIntent { gateways: gateways.collect(), ..sample(scope, site) }
}

/// The sample of every golden file: addresses and MAC of the documentation ranges, the cloud as documented.
pub fn sample(scope: Scope, site: &str) -> RuleIntent {
    RuleIntent {
        gateways: vec![RuleGateway { mac: MAC, ip: IP }],
        words: BTreeMap::new(),
        version: String::new(),
        site: site.to_owned(),
        scope,
        ports: vec![443, 4321],
        hosts: vec!["gk.sensorist.com".into(), "gk.sensorist.net".into()],
        addresses: vec![Ipv4Addr::new(54, 229, 203, 190), Ipv4Addr::new(54, 229, 68, 147)],
        addresses_as_of: "January 2018".into(),
        log: true,
    }
}
