//! The lab: real servers, real filters and the real program in a network of namespaces (Linux).
//!
//! Each file of `tests/lab/cases` is one test. It runs in a sandbox of its own (network, mounts, processes), so that
//! several can run at once, nothing is left over, and no packet can reach a real network. First the virtual gateway's
//! own LED must prove that the fault bites; then the program runs in the laptop's namespace and its JSON is compared.
//!
//! `cargo nextest run --test lab` runs each case as a test; `cargo test --test lab [FILTER]` prints one table.
//! `LAB_PROOF_ONLY=1` stops each case after the proof.

#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "this is a test runner: it starts programs, opens sockets, reads the clock and prints a table"
)]

#[cfg(target_os = "linux")]
#[path = "lab/audit.rs"]
mod audit;
#[cfg(target_os = "linux")]
#[path = "lab/case.rs"]
mod case;
#[cfg(target_os = "linux")]
#[path = "lab/crowd.rs"]
mod crowd;
#[cfg(target_os = "linux")]
#[path = "lab/desktop.rs"]
mod desktop;
#[cfg(target_os = "linux")]
#[path = "lab/fault.rs"]
mod fault;
#[cfg(target_os = "linux")]
#[path = "lab/fire.rs"]
mod fire;
#[cfg(target_os = "linux")]
#[path = "lab/flapping.rs"]
mod flapping;

#[path = "lab/helper.rs"]
mod helper;
#[cfg(target_os = "linux")]
#[path = "lab/host.rs"]
mod host;
#[cfg(target_os = "linux")]
#[path = "lab/judge.rs"]
mod judge;
#[cfg(target_os = "linux")]
#[path = "lab/neighbours.rs"]
mod neighbours;
#[cfg(target_os = "linux")]
#[path = "lab/odd_names.rs"]
mod odd_names;

#[path = "lab/plan.rs"]
mod plan;
#[cfg(target_os = "linux")]
#[path = "lab/plugged.rs"]
mod plugged;
#[cfg(target_os = "linux")]
#[path = "lab/raise.rs"]
mod raise;
#[cfg(target_os = "linux")]
#[path = "lab/renewing.rs"]
mod renewing;
#[cfg(target_os = "linux")]
#[path = "lab/replugged.rs"]
mod replugged;
#[cfg(target_os = "linux")]
#[path = "lab/runner.rs"]
mod runner;
#[cfg(target_os = "linux")]
#[path = "lab/sandbox.rs"]
mod sandbox;
#[cfg(target_os = "linux")]
#[path = "lab/servers.rs"]
mod servers;
#[cfg(target_os = "linux")]
#[path = "lab/site.rs"]
mod site;
#[cfg(target_os = "linux")]
#[path = "lab/tour.rs"]
mod tour;
#[cfg(target_os = "linux")]
#[path = "lab/truth.rs"]
mod truth;
#[cfg(target_os = "linux")]
#[path = "lab/watched.rs"]
mod watched;
#[cfg(target_os = "linux")]
#[path = "lab/windowed.rs"]
mod windowed;

#[cfg(target_os = "linux")]
fn main() -> std::process::ExitCode {
    runner::main()
}

#[cfg(not(target_os = "linux"))]
fn main() {
    // no namespaces: there is no test to list, and none to run
    println!("0 passed, 0 failed (the lab needs Linux)");
}
