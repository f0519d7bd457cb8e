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
            Some(Command::Replay(replay)) => replay.window,
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
    use solidgreen::session::playback::Playback;
    use solidgreen::session::training::LESSONS;
    use solidgreen::session::{Options, Session, SessionPort};
    use solidgreen::ui::{
        self, FirewallSource, RecordingSource, Redaction, ReportSource, Sources, Tape, Waker,
    };
    use std::path::PathBuf;
    use std::sync::Arc;

    /// Opens the window. Where there can be none, says why in one line; the demonstration goes on in the terminal.
    pub fn open(cli: Cli, clock: Clock) -> ExitCode {
        let profile = match cli::profile(cli.profile.as_deref()) {
            Ok(profile) => Arc::new(profile),
            Err(status) => return status,
        };
        let (demo, first) = match cli.command {
            Some(Command::Demo(demo)) => (Some(demo.fault), None),
            Some(Command::Replay(replay)) => (None, Some(replay.file)),
            _ => (None, None),
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
        let recordings = recordings(&profile, &clock, &waker, first);
        let sources = sources(cli.data, recordings);
        match ui::run(Box::new(session), Arc::clone(&profile), sources, &waker) {
            Ok(()) => ExitCode::from(CLEAR),
            Err(e) => match demo {
                Some(fault) => {
                    fail(CLEAR, format!("{e}. Here is the same in the terminal:"));
                    cli::demo(&profile, clock, &fault, None, false)
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

    fn redact(r: Redaction) -> report::Redact {
        match r {
            Redaction::Full => report::Redact::Full,
            Redaction::Shared => report::Redact::Shared,
            Redaction::Public => report::Redact::Public,
        }
    }

    fn recordings(
        profile: &Arc<Profile>,
        clock: &Clock,
        waker: &Waker,
        first: Option<PathBuf>,
    ) -> RecordingSource {
        let (profile, clock, waker) = (Arc::clone(profile), Arc::clone(clock), waker.clone());
        let open = move |tape: &Tape| {
            let (clock, wake) = (Arc::clone(&clock), waker.callback());
            let playback = match tape {
                Tape::File(file) => Playback::open(file, &profile, clock, wake)?,
                Tape::Lesson(id) => {
                    let lesson = LESSONS.iter().find(|l| l.id == id).ok_or("there is no such lesson")?;
                    Playback::begin(lesson.text, lesson.title.to_owned(), &profile, clock, wake)?
                }
            };
            Ok(Box::new(playback) as Box<dyn SessionPort>)
        };
        RecordingSource {
            open: Arc::new(open),
            save: Arc::new(|s, r, file| cli::replay::save_shown(s, redact(r), file)),
            lessons: LESSONS.iter().map(|l| (l.id.to_owned(), l.title.to_owned())).collect(),
            first,
        }
    }

    fn sources(data: Option<PathBuf>, recordings: RecordingSource) -> Sources {
        let platforms =
            firewall::platforms().iter().map(|p| (p.id().to_owned(), p.name().to_owned())).collect();
        let folder = directories::UserDirs::new()
            .and_then(|d| d.document_dir().map(PathBuf::from).or_else(|| Some(d.home_dir().to_owned())))
            .or_else(|| History::open(data).ok().map(|h| h.folder().to_owned()))
            .unwrap_or_else(|| PathBuf::from("."));
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
            recordings,
        }
    }
}
