//! Family helper: how Cisco's systems write what a DHCP client is known by.

use crate::model::Mac;

/// `01` and the MAC in groups of four digits (RFC 2132 section 9.14): the client id of most devices.
#[must_use]
pub fn client_id(mac: Mac) -> String {
    let digits: Vec<char> = format!("01{}", mac.bare()).chars().collect();
    digits.chunks(4).map(|c| c.iter().collect::<String>()).collect::<Vec<_>>().join(".")
}
