//! `RuleIntent` to firewall text: a pack of eight parts for each platform. Pure.
//!
//! | file | job |
//! |---|---|
//! | `names` | the one sanitiser: a site's name to words that no platform can misread |
//! | `facts` | an intent, typed and sanitised: all that a platform is given |
//! | `capabilities` | what a platform can do, as data |
//! | `contract` | the trait of a platform, and a part being written |
//! | `idle` | how an idle timeout is judged |
//! | `releases` | versions that write differently |
//! | `print` | a part as text: header, notes as comments, then what to paste |
//! | `propose` | the router's maker to the platform shown first |
//! | `plain` | the rule in plain words |
//! | `change_request` | the page for whoever has to approve the rule |
//! | `mud` | the rule as RFC 8520 writes it |
//! | `phrases` | sentences that several packs say |
//! | `objects` | the names of what a rule is made of |
//! | `rest` `steps` `cisco` `vrp` `linux` | family helpers: calls with JSON bodies, steps in pages, Cisco's routers, VRP and Comware, every Linux router |
//! | the others | one platform each |
//!
//! What holds for all: texts only add, never deny, never change a default; `undo` removes what `rule` made and nothing
//! else; a documented address never stands without its date; what a platform cannot do is said in its place.

mod aruba;
mod aruba_gateway;
mod asa;
mod barracuda;
mod capabilities;
mod change_request;
mod checkpoint;
mod cisco;
mod cisco_rv;
mod clavister;
mod contract;
mod draytek;
mod edgeos;
mod facts;
mod firewalld;
mod fortigate;
mod fritzbox;
mod ftd;
mod generic;
mod h3c;
mod huawei;
mod idle;
mod ios;
mod ios_zbfw;
mod iptables;
mod lancom;
mod linux;
mod macos_pf;
mod meraki;
mod mud;
mod names;
mod nftables;
mod objects;
mod omada;
mod openwrt;
mod opnsense;
mod panos;
mod pfsense;
mod phrases;
mod plain;
mod print;
mod propose;
mod releases;
mod rest;
mod routeros;
mod securepoint;
mod sonicwall;
mod sophos;
mod srx;
mod steps;
mod stormshield;
mod ufw;
mod unifi;
mod vrp;
mod vyos;
mod watchguard;
mod windows;
mod zyxel;

pub use capabilities::{Capabilities, Form, Inspection, MacMatch, NameMatch, Placeholder, Placement};
pub use change_request::{as_markdown, change_request};
pub use contract::{About, Comment, Draft, Platform};
pub use facts::{Facts, is_word};
pub use idle::{LIKELY_CUT_S, YARDSTICK_S};
pub use mud::{NOWHERE, mud};
pub use names::{Alphabet, Names, sanitise};
pub use plain::in_plain_words;
pub use print::{render, render_all};
pub use propose::{Proposal, propose};
pub use releases::Release;

use crate::model::rule::{PackPart, Part, RuleIntent};

/// Every platform, in the order of the list.
static PLATFORMS: [&Platform; 40] = [
    &fortigate::FORTIGATE,
    &asa::ASA,
    &ftd::FTD,
    &ios::IOS,
    &ios_zbfw::IOS_ZBFW,
    &meraki::MERAKI,
    &panos::PANOS,
    &checkpoint::CHECKPOINT,
    &srx::SRX,
    &sonicwall::SONICWALL,
    &sophos::SOPHOS,
    &watchguard::WATCHGUARD,
    &unifi::UNIFI,
    &edgeos::EDGEOS,
    &vyos::VYOS,
    &routeros::ROUTEROS,
    &pfsense::PFSENSE,
    &opnsense::OPNSENSE,
    &openwrt::OPENWRT,
    &nftables::NFTABLES,
    &iptables::IPTABLES,
    &ufw::UFW,
    &firewalld::FIREWALLD,
    &windows::WINDOWS,
    &macos_pf::MACOS_PF,
    &zyxel::ZYXEL,
    &draytek::DRAYTEK,
    &aruba::ARUBA,
    &aruba_gateway::ARUBA_GATEWAY,
    &omada::OMADA,
    &barracuda::BARRACUDA,
    &stormshield::STORMSHIELD,
    &huawei::HUAWEI,
    &h3c::H3C,
    &cisco_rv::CISCO_RV,
    &clavister::CLAVISTER,
    &securepoint::SECUREPOINT,
    &lancom::LANCOM,
    &fritzbox::FRITZBOX,
    &generic::ANY,
];

/// Every platform, in the order in which they are listed.
#[must_use]
pub fn platforms() -> &'static [&'static Platform] {
    &PLATFORMS
}

/// The platform with this id.
#[must_use]
pub fn platform(id: &str) -> Option<&'static Platform> {
    platforms().iter().copied().find(|p| p.id() == id)
}

/// All parts for a platform; none when there is no such platform.
#[must_use]
pub fn pack(id: &str, intent: &RuleIntent) -> Option<Vec<PackPart>> {
    let platform = platform(id)?;
    Some(Part::ALL.iter().map(|part| platform.part(*part, intent)).collect())
}
