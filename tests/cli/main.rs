//! The command line as a contract: the real program, run as a person or another program runs it.
//!
//! Nothing here needs a network, and none can be reached: each run has a network namespace of its own with nothing in it
//! but loopback.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a test ends where its ground is gone; it starts programs and reads the clock"
)]

mod broken;
mod clock;
mod console;
#[cfg(feature = "lab")]
mod demo;
mod ended;
mod firewall;
mod full;
mod inputs;
mod kept;
mod killed;
mod long;
mod program;
mod scarce;
mod usage;
