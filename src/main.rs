//! The program: the terminal, or the window when no command is given.
#![cfg_attr(windows, windows_subsystem = "console")]

use clap::Parser;
use solidgreen::cli::args::{Cli, Command};
use solidgreen::session::world;
use std::process::ExitCode;

fn main() -> ExitCode {
    // first of all, so that "first seen" counts from the start of the process
    let clock = world::clock();
    let cli = Cli::parse();
    #[cfg(feature = "gui")]
    {
        let window = match &cli.command {
            None => true,
            Some(Command::Demo(demo)) => !demo.terminal && !demo.json && demo.fault != "list",
            Some(_) => false,
        };
        if window {
            return solidgreen::cli::window::open(cli, clock);
        }
    }
    #[cfg(not(feature = "gui"))]
    let _ = matches!(cli.command, Some(Command::Demo(_)));
    solidgreen::cli::run(cli, clock)
}
