//! The operating system: the only place that knows which one it is, and the only place that opens sockets.
//!
//! Each topic has one portable signature and, where systems differ, one file per system.
#![allow(unsafe_code, reason = "system calls that no kept crate wraps; each block says why it is sound")]
#![allow(
    clippy::disallowed_methods,
    reason = "the bans point here: sockets are opened in `guest`, which counts each packet and times each answer"
)]

pub mod agents;
pub mod awake;
pub mod chance;
pub mod ending;
mod error;
pub mod files;
pub mod guest;
pub mod interfaces;
pub mod name_servers;
pub mod neighbours;
#[cfg(target_os = "linux")]
mod netlink;
pub mod proxies;
pub mod reading;
#[cfg(target_os = "windows")]
mod registry_windows;
pub mod rights;
pub mod serial;
mod socket;
pub mod supervise;
pub mod threads;

#[cfg(test)]
pub use error::own_errors;
pub use error::{OwnFault, PlatformError, Trouble};
