//! The program: puts the faces and the session together. The terminal, or the window when no command asks for text.

use clap::Parser;
use solidgreen::cli::args::Cli;
#[cfg(feature = "gui")]
use solidgreen::cli::args::Command;
use solidgreen::session::world;
use std::process::ExitCode;

fn main() -> ExitCode {
    // first of all, so that "first seen" counts from the start of the process
    let clock = world::clock();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(e) => return solidgreen::cli::usage(&e),
    };
    #[cfg(feature = "gui")]
    {
        let window = match &cli.command {
            None => true,
            Some(Command::Demo(demo)) => !demo.terminal && !demo.json && demo.fault != "list",
            Some(_) => false,
        };
        if window {
            return window::open(cli, clock);
        }
    }
    solidgreen::cli::run(cli, clock)
}

#[cfg(feature = "gui")]
mod window {
    use super::{Cli, Command, ExitCode};
    use solidgreen::check::Clock;
    use solidgreen::cli::{self, BLIND, CLEAR, USAGE, fail};
    use solidgreen::firewall;
    use solidgreen::history::History;
    use solidgreen::profile::Profile;
    use solidgreen::report;
    use solidgreen::session::{Options, Session};
    use solidgreen::ui::{self, FirewallSource, Redaction, ReportSource, Sources, Waker};
    use std::path::PathBuf;
    use std::sync::Arc;

    /// Opens the window. Where there can be none, says why in one line; the demonstration goes on in the terminal.
    pub fn open(cli: Cli, clock: Clock) -> ExitCode {
        let profile = match &cli.profile {
            None => Profile::shipped(),
            Some(path) => match Profile::read(path) {
                Ok(profile) => profile,
                Err(e) => return fail(USAGE, e),
            },
        };
        let profile = Arc::new(profile);
        let demo = match cli.command {
            Some(Command::Demo(demo)) => Some(demo.fault),
            _ => None,
        };
        let mut options = Options { demo: demo.clone(), data: cli.data.clone(), ..Options::default() };
        if demo.is_some() {
            options.site = "Demonstration".into();
        }
        let waker = Waker::new();
        let session =
            match Session::start(Arc::clone(&profile), options, Arc::clone(&clock), waker.callback()) {
                Ok(session) => session,
                Err(e) => return fail(USAGE, e),
            };
        match ui::run(Box::new(session), Arc::clone(&profile), sources(cli.data), &waker) {
            Ok(()) => ExitCode::from(CLEAR),
            Err(e) => match demo {
                Some(fault) => {
                    fail(CLEAR, format!("{e}. Here is the same in the terminal:"));
                    cli::demo(&profile, clock, &fault, false)
                }
                None => fail(
                    BLIND,
                    format!(
                        "{e}. Everything works in the terminal too: solidgreen check, see solidgreen --help"
                    ),
                ),
            },
        }
    }

    fn sources(data: Option<PathBuf>) -> Sources {
        let platforms =
            firewall::platforms().iter().map(|p| (p.id().to_owned(), p.name().to_owned())).collect();
        let folder = directories::UserDirs::new()
            .and_then(|d| d.document_dir().map(PathBuf::from).or_else(|| Some(d.home_dir().to_owned())))
            .or_else(|| History::open(data).ok().map(|h| h.folder().to_owned()))
            .unwrap_or_else(|| PathBuf::from("."));
        let redact = |r: Redaction| match r {
            Redaction::Full => report::Redact::Full,
            Redaction::Shared => report::Redact::Shared,
            Redaction::Public => report::Redact::Public,
        };
        Sources {
            firewall: FirewallSource {
                platforms,
                pack: Box::new(|id, intent| firewall::pack(id, intent).unwrap_or_default()),
            },
            report: ReportSource {
                preview: Arc::new(move |s, r| cli::report_text(s, redact(r))),
                export: Arc::new(move |s, r, file| {
                    cli::write_report_to(s, file, redact(r), report::Lang::En).map(drop)
                }),
                folder,
            },
        }
    }
}
