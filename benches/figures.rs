//! The figures that the program promises, measured on the real program: `benches/run [FIGURE...]`.
//!
//! Each figure is measured several times and given as median (least–most), beside a peer in the same run where there is
//! one. Nothing here fails because of time: a shared machine is slow now and then, and a figure is to be read, not
//! believed. What is built wrongly, or says something wrong, does fail. The network is that of `tests/lab`.

#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "this measures from outside: it starts programs, reads the clock and prints a table"
)]

#[cfg(target_os = "linux")]
#[path = "figures"]
mod figures {
    pub mod check;
    pub mod crowd;
    pub mod find;
    pub mod frames;
    pub mod history;
    pub mod numbers;
    pub mod readers;
    pub mod screen;
    pub mod sites;
    pub mod texts;
    pub mod watch;
    pub mod window;
}

/// The lab's own modules; the benches use most of them.
#[cfg(target_os = "linux")]
macro_rules! lab {
    ($($name:ident $file:literal),* $(,)?) => {$(
        #[allow(dead_code, reason = "the tests use the rest")]
        #[path = $file]
        mod $name;
    )*};
}

#[cfg(target_os = "linux")]
lab! {
    case "../tests/lab/case.rs",
    crowd "../tests/lab/crowd.rs",
    fault "../tests/lab/fault.rs",
    helper "../tests/lab/helper.rs",
    host "../tests/lab/host.rs",
    neighbours "../tests/lab/neighbours.rs",
    plan "../tests/lab/plan.rs",
    raise "../tests/lab/raise.rs",
    renewing "../tests/lab/renewing.rs",
    sandbox "../tests/lab/sandbox.rs",
    servers "../tests/lab/servers.rs",
    site "../tests/lab/site.rs",
    tour "../tests/lab/tour.rs",
    truth "../tests/lab/truth.rs",
    watched "../tests/lab/watched.rs",
}

#[cfg(target_os = "linux")]
fn main() -> std::process::ExitCode {
    figures::sites::main()
}

#[cfg(not(target_os = "linux"))]
fn main() {
    println!("the figures need Linux: network namespaces, and a window on Xvfb");
}
