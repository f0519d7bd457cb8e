//! `solidgreen lab gateway|cloud`: a virtual gateway and a virtual cloud, for training and for tests.

use crate::lab::alone::{self, CloudOptions, GatewayOptions};
use crate::lab::gateway::dhcp::Habit;
use crate::platform::ending;
use crate::profile::Profile;
use clap::{Args, Subcommand};
use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Debug, Args)]
pub struct LabArgs {
    #[command(subcommand)]
    what: Lab,
}

#[derive(Debug, Subcommand)]
enum Lab {
    /// A virtual gateway on an Ethernet interface (Linux; for a network namespace of your own)
    Gateway(GatewayArgs),
    /// A virtual cloud: keeps connections, acknowledges, stores, and lists measurements
    Cloud(CloudArgs),
}

#[derive(Debug, Args)]
struct GatewayArgs {
    /// Interface to live on; its MAC is the gateway's, and its address will be changed
    #[arg(long, value_name = "IF")]
    interface: String,
    /// Ask for DHCP answers by broadcast
    #[arg(long)]
    broadcast: bool,
    /// Announce MAC and LED by mDNS, as the profile assumes
    #[arg(long)]
    announce: bool,
    /// Make a pseudo-terminal with the console and link PATH to it
    #[arg(long, value_name = "PATH")]
    console: Option<PathBuf>,
    /// What the console speaks: rtos-log, udhcpc-log or key-value
    #[arg(long, value_name = "NAME", default_value = "rtos-log")]
    dialect: String,
    /// Host name for DHCP and mDNS
    #[arg(long, value_name = "NAME")]
    host_name: Option<String>,
    /// Append each event to this file as a line of JSON
    #[arg(long, value_name = "FILE")]
    status: Option<PathBuf>,
    /// Time between keep-alives
    #[arg(long, value_name = "SECS", default_value_t = 30.0, value_parser = positive)]
    keep_alive: f64,
    /// Time between measurements, until the cloud says otherwise
    #[arg(long, value_name = "SECS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..))]
    interval: u64,
    /// First wait before DHCP and the cloud are tried again
    #[arg(long, value_name = "MS", default_value_t = 1000, value_parser = clap::value_parser!(u64).range(10..=60_000))]
    retry_ms: u64,
    /// How long a name server or the cloud may take to answer
    #[arg(long, value_name = "SECS", default_value_t = 2.0, value_parser = positive)]
    answer_limit: f64,
    /// Ask first for this address, as a box does that was at another site
    #[arg(long, value_name = "IP")]
    remember: Option<std::net::Ipv4Addr>,
    /// Stop asking for an address after so many unanswered questions, until the cable is pulled
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    give_up: Option<u32>,
    /// Repeat a run exactly
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
}

#[derive(Debug, Args)]
struct CloudArgs {
    /// Where to listen; may be given several times
    #[arg(long, value_name = "ADDR:PORT", required = true)]
    listen: Vec<SocketAddr>,
    /// Push this sampling interval to each gateway
    #[arg(long, value_name = "SECS", value_parser = clap::value_parser!(u64).range(1..))]
    interval: Option<u64>,
    /// Append each measurement to this file as a line of JSON
    #[arg(long, value_name = "FILE")]
    store: Option<PathBuf>,
}

fn positive(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(n) if n.is_finite() && (0.1..=86_400.0).contains(&n) => Ok(n),
        _ => Err("give a number of seconds from 0.1 to 86400".into()),
    }
}

/// Runs until it is told to end by Ctrl-C or SIGTERM.
#[must_use]
pub fn run(args: LabArgs, profile: &Profile) -> ExitCode {
    let print: alone::Print = Box::new(|line| {
        let mut out = std::io::stdout().lock();
        // whoever read the lines may have gone; the virtual box lives on
        let _ = out.write_all(line.as_bytes()).and_then(|()| out.flush());
    });
    if let Err(status) = super::listen(false) {
        return status;
    }
    let end = async {
        ending::come().await;
    };
    let ended = match args.what {
        Lab::Gateway(a) => alone::gateway(
            profile,
            GatewayOptions {
                interface: a.interface,
                broadcast: a.broadcast,
                announce: a.announce,
                console: a.console,
                dialect: a.dialect,
                host_name: a.host_name,
                status: a.status,
                keep_alive: a.keep_alive,
                interval: a.interval,
                retry_ms: a.retry_ms,
                answer_limit: a.answer_limit,
                seed: a.seed,
                habit: Habit { remembers: a.remember, gives_up_after: a.give_up },
            },
            print,
            end,
        ),
        Lab::Cloud(a) => {
            alone::cloud(&CloudOptions { listen: a.listen, interval: a.interval, store: a.store }, print, end)
        }
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            super::streams::say!("lab: {why}");
            ExitCode::from(3)
        }
    }
}
