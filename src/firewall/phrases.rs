//! Sentences that several packs say, in the same words everywhere.

use super::contract::{Comment, Draft};
use super::facts::Facts;
use crate::model::rule::Checked;

pub const REPLUG: &str = "Replug the gateway afterwards so that it asks for a lease again.";
/// Of a part whose output the reader of pasted texts could be held against nothing.
pub const UNSEEN: &str =
    "No public sample of what this shows was found: pasted back, it may be called not recognised.";
pub const NO_MAC: &str = "The MAC is not in the rule, which takes addresses only: reserve the address as well (part reserve), so that nobody else gets it.";
pub const SEVERAL_NO_MAC: &str = "Several gateways stand in one group, which takes no MAC: reserve their addresses as well (part reserve), so that nobody else gets one.";
pub const MAC_OWN_SEGMENT: &str = "The MAC counts only when the gateway is on a network of this router itself. Behind a layer-3 switch leave it out.";
pub const NAMES_RESOLVED: &str =
    "The host names are resolved by this box: let it use the same name servers as the gateway.";
pub const ADDRESSES_CHANGE: &str = "This platform has no host names in such a rule, so addresses are printed. If they change the gateway loses its connection; any-host does not have this fault.";
pub const UNTRUSTED: &str = "It is not published whether the gateway speaks TLS on 443, and it cannot trust a certificate authority of the site: decryption, web filter and application control would each break it.";
pub const GOOD: &str = "Good: one session from the gateway to one of the ports that stays the same when you look again a minute later.";
pub const SHARED: &str = "What is shared with other rules of this program (the ports, the names of the cloud) stays while one of them uses it: the box refuses to delete it then, and that is right.";

/// For a platform whose own DHCP server reserves no address: `why` says so.
#[must_use]
pub fn reserve_elsewhere(comment: Comment, facts: &Facts, why: &str) -> Draft {
    Draft::new(Checked::FromMemory)
        .say(comment, &format!("{why} Reserve the address where the leases of this network are given out:"))
        .code(facts.each("\n", |g| format!("{} always gets {}", g.mac, g.ip)))
        .note(REPLUG)
}
