//! Text that somebody pastes from a firewall or a DHCP server: its table of leases, its log. Whatever machine wrote it.
//!
//! | file | job |
//! |---|---|
//! | `addresses` | MAC and IPv4 addresses in a line, in every notation |
//! | `leases` | a table of leases or neighbours → the address of this MAC |
//! | `denials` | lines of a log → what of this gateway was denied, by which rule, towards which port |

mod addresses;
pub mod denials;
pub mod leases;
