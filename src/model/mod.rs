//! Plain data: no I/O, no async, no clock, no drawing. Everything else speaks in these types.

pub mod book;
pub mod boxes;
pub mod cause;
pub mod check;
pub mod cloud;
pub mod dhcp_strip;
pub mod evidence;
pub mod finding;
pub mod footprint;
pub mod handed;
pub mod host;
mod label;
pub mod led;
pub mod mac;
pub mod pasted;
pub mod recording;
pub mod rule;
pub mod snapshot;
pub mod text;
pub mod time;

pub use book::{AddressBook, Way};
pub use boxes::Boxes;
pub use cause::Cause;
pub use cloud::Cloud;
pub use finding::{Finding, Level, Owner, Verdict};
pub use led::{Basis, LedSet, LedState, LedView};
pub use mac::Mac;
pub use snapshot::Snapshot;
pub use time::At;
