//! `RuleIntent` to firewall text: a pack of eight parts for each platform. Pure.
//!
//! | file | job |
//! |---|---|
//! | `names` | the one sanitiser: a site's name to words that no platform can misread |
//! | `facts` | an intent, typed and sanitised: all that a platform is given |
//! | `capabilities` | what a platform can do, as data |
//! | `contract` | the trait of a platform, and a part being written |
//! | `idle` | how an idle timeout is judged |
//! | `print` | a part as text: header, notes as comments, then what to paste |
//! | `propose` | the router's maker to the platform shown first |
//! | `plain` | the rule in plain words |
//! | `change_request` | the page for whoever has to approve the rule |
//! | `phrases` | sentences that several packs say |
//! | `rest` `cisco` `linux` | family helpers: calls with JSON bodies, client ids, what every Linux router has |
//! | the others | one platform each |
//!
//! What holds for all: texts only add, never deny, never change a default; `undo` removes what `rule` made and nothing
//! else; a documented address never stands without its date; what a platform cannot do is said in its place.

mod asa;
mod capabilities;
mod change_request;
mod cisco;
mod contract;
mod edgeos;
mod facts;
mod firewalld;
mod fortigate;
mod generic;
mod idle;
mod ios;
mod iptables;
mod linux;
mod names;
mod nftables;
mod openwrt;
mod opnsense;
mod panos;
mod phrases;
mod plain;
mod print;
mod propose;
mod rest;
mod routeros;
mod srx;
mod ufw;
mod vyos;
mod windows;

pub use capabilities::{Capabilities, Form, Inspection, MacMatch, NameMatch, Placeholder, Placement};
pub use change_request::change_request;
pub use contract::{About, Comment, Draft, Platform};
pub use facts::{Facts, is_word};
pub use idle::{LIKELY_CUT_S, YARDSTICK_S};
pub use names::{Alphabet, Names, sanitise};
pub use plain::in_plain_words;
pub use print::{render, render_all};
pub use propose::{Proposal, propose};

use crate::model::rule::{PackPart, Part, RuleIntent};

/// Every platform, in the order of the list.
static PLATFORMS: [&Platform; 16] = [
    &fortigate::FORTIGATE,
    &asa::ASA,
    &ios::IOS,
    &panos::PANOS,
    &srx::SRX,
    &edgeos::EDGEOS,
    &vyos::VYOS,
    &routeros::ROUTEROS,
    &opnsense::OPNSENSE,
    &openwrt::OPENWRT,
    &nftables::NFTABLES,
    &iptables::IPTABLES,
    &ufw::UFW,
    &firewalld::FIREWALLD,
    &windows::WINDOWS,
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
