//! Bytes or text from outside become facts. Every function here is total: whatever comes in, none panics, and no text
//! leaves without having been made safe to show.

pub mod console;
pub mod dhcp;
pub mod dns_sd;
pub mod mdns;
pub mod oui;
pub mod pasted;
pub mod tls;

use crate::model::Mac;

/// Why bytes are not the message they should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WireError {
    #[error("the message ends after {found} bytes; the shortest has {needed}")]
    TooShort { found: usize, needed: usize },
    #[error("this is not DHCP: the magic cookie is missing")]
    NotDhcp,
    #[error("the client is not an Ethernet device (hardware type {htype}, address of {hlen} bytes)")]
    NotEthernet { htype: u8, hlen: u8 },
    #[error("the client's address is a group address or empty")]
    NotADevice,
    #[error("the message does not say its DHCP type (option 53)")]
    NoType,
    #[error("DHCP message type {0} is not known")]
    UnknownType(u8),
}

/// A MAC that a machine wrote: unlike one typed from a label, nothing in it is repaired.
fn exact_mac(text: &str) -> Option<Mac> {
    Mac::parse_exact(text).ok()
}
