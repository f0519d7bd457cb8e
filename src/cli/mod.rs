//! The terminal: one face of the session. Results to standard output, diagnostics to standard error, the exit status
//! as a contract: 0 clear or green, 1 a cause was found, 2 bad usage, 3 could not look.

pub mod args;
mod firewall;
mod json;
#[cfg(feature = "lab")]
pub mod lab;
mod metrics;
mod print;
mod readers;
pub mod replay;
mod streams;
mod text;
mod watch;

use crate::check::{Breaks, Clock};
use crate::diagnose::catalogue;
use crate::history::{ExportError, History};
use crate::model::Cause;
use crate::model::Snapshot;
use crate::model::evidence::Source;
use crate::model::finding::Level;
use crate::model::mac::TypedMac;
use crate::model::pasted::NOT_READ;
use crate::model::snapshot::Activity;
use crate::platform::{ending, reading};
use crate::profile::Profile;
use crate::report;
use crate::session::{self, Command as Ask, Options, Session, SessionPort, StartError};
use args::{Cli, Command, HistoryWhat};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;
use streams::{answer, say};
pub use streams::{fail, out};

/// The way is clear, or the LED is green.
pub const CLEAR: u8 = 0;
/// A cause was found.
pub const CAUSE: u8 = 1;
/// Bad usage.
pub const USAGE: u8 = 2;
/// Could not look.
pub const BLIND: u8 = 3;

/// What the argument parser has to say: help and version to standard output, mistakes to standard error with what
/// was typed made safe to show.
#[must_use]
pub fn usage(e: &clap::Error) -> ExitCode {
    if e.use_stderr() {
        streams::err(&crate::model::text::visible(&e.to_string()));
        ExitCode::from(USAGE)
    } else {
        match e.print() {
            Ok(()) => ExitCode::from(CLEAR),
            Err(e) => streams::not_written(&e),
        }
    }
}

/// The profile in force: the built-in one, or that of the file that was named.
///
/// # Errors
/// The exit status, when it cannot be read or makes no sense; why is said.
pub fn profile(named: Option<&Path>) -> Result<Profile, ExitCode> {
    let Some(path) = named else { return Ok(Profile::shipped()) };
    let text = reading::given_text(path, Profile::MOST_BYTES)
        .map_err(|e| fail(USAGE, format!("cannot read the profile {}: {e}", path.display())))?;
    Profile::parse(&text).map_err(|e| fail(USAGE, e))
}

/// Runs a command that needs no window.
pub fn run(cli: Cli, clock: Clock) -> ExitCode {
    let profile = match profile(cli.profile.as_deref()) {
        Ok(profile) => Arc::new(profile),
        Err(status) => return status,
    };
    let data = cli.data;
    match cli.command {
        None => fail(USAGE, "this program was built without a window; give a command, see --help"),
        Some(Command::Demo(a)) => demo(&profile, clock, &a.fault, a.breaks, a.json),
        Some(Command::Find(a)) => {
            a.mac.iter().for_each(say_repairs);
            let options = Options {
                interface: a.interface,
                mac: a.mac,
                find_wait: a.wait.map(Duration::from_secs_f64),
                data,
                ..Options::default()
            };
            if a.plug_in {
                plug_in(&profile, options, clock, a.json)
            } else {
                find(&profile, options, clock, a.json)
            }
        }
        Some(Command::Check(a)) if a.plan => check_plan(&profile, &a),
        Some(Command::Check(a)) => {
            a.mac.iter().for_each(say_repairs);
            let hold = a.hold.map(|secs| ladder(secs, &a.rungs));
            let pasted = match readers::evidence(a.read_log.as_deref(), a.read_leases.as_deref()) {
                Ok(pasted) => pasted,
                Err(status) => return status,
            };
            let options = Options {
                interface: a.interface,
                mac: a.mac,
                ip: a.ip,
                saw: a.saw,
                ask_as_gateway: a.ask_as_gateway,
                data,
                site: a.site,
                record: a.record,
                pasted,
                ..Options::default()
            };
            check(&profile, options, clock, a.port, hold, a.json)
        }
        Some(Command::Watch(a)) => watch::watch(&profile, a, data, clock),
        Some(Command::Console(a)) => watch::console(&profile, a, data, clock),
        Some(Command::Firewall(a)) => firewall::run(&profile, &a),
        Some(Command::Report(a)) => write_report(&a, data),
        Some(Command::History(a)) => history(a.what, data),
        Some(Command::Replay(a)) => replay::replay(&profile, &a),
        Some(Command::Explain(a)) => explain(a.code.as_deref()),
        Some(Command::Profile(a)) => {
            if a.print {
                out(&print::profile_text(&profile.text))
            } else {
                out(&print::profile(&profile))
            }
        }
        #[cfg(feature = "lab")]
        Some(Command::Lab(a)) => lab::run(a, &profile),
    }
}

/// From now on Ctrl+C and its like end the command in order; with `reader_too`, so does a reader of its output who goes.
///
/// # Errors
/// The exit status, when the system gives no thread for it; why is said.
fn listen(reader_too: bool) -> Result<(), ExitCode> {
    ending::listen(reader_too).map_err(|e| fail(BLIND, StartError::Runtime(e)))
}

fn start(profile: &Arc<Profile>, options: Options, clock: Clock) -> Result<Session, ExitCode> {
    listen(false)?;
    Session::start(Arc::clone(profile), options, clock, Arc::new(|| {})).map_err(|e| match e {
        StartError::Interface(_) | StartError::Runtime(_) | StartError::Record(_) => fail(BLIND, e),
        StartError::Demo(_) => fail(USAGE, e),
    })
}

/// Says what was read as what in a MAC that was typed in.
fn say_repairs(typed: &TypedMac) {
    if !typed.repairs().is_empty() {
        say!("the MAC was read as {}: {}; is that right?", typed.mac, typed.repairs().join(", "));
    }
}

/// A text that was given as evidence was not read to its end.
fn is_cut(s: &Snapshot) -> bool {
    s.limits.iter().any(|l| l.what == NOT_READ)
}

/// The exit status of a verdict. Where something broke inside this program, or a text was not read to its end, not all was
/// looked at: that is never 0; a cause that the rest found stands.
fn status(s: &Snapshot) -> u8 {
    match (s.verdict.code, s.verdict.level) {
        (Some(Cause::OkGreen | Cause::OkWayIsClear), _) if s.broken.is_empty() && !is_cut(s) => CLEAR,
        (Some(Cause::OkGreen | Cause::OkWayIsClear), _) => BLIND,
        (Some(_), Level::Warning | Level::Fault) => CAUSE,
        _ => BLIND,
    }
}

fn find(profile: &Arc<Profile>, options: Options, clock: Clock, json: bool) -> ExitCode {
    let mut session = match start(profile, options, clock) {
        Ok(session) => session,
        Err(status) => return status,
    };
    let _ = session.send(Ask::Find);
    let Some(s) = session.wait_for(|s| s.took_ms.is_some() && s.activity == Activity::Idle) else {
        return ended_early(&mut session, "the search");
    };
    let s = with_all_sent(&mut session, &s);
    let printed = if json { out(&format!("{:#}\n", json::find(&s))) } else { out(&text::find(&s)) };
    if s.host.interface().is_none() {
        return fail(
            BLIND,
            "no network interface was found: plug in a network adapter, or name one with --interface",
        );
    }
    if s.broken.is_empty() { printed } else { ExitCode::from(BLIND) }
}

/// What was found, with all that was sent until nothing was sent any more.
fn with_all_sent(session: &mut Session, s: &Snapshot) -> Snapshot {
    Snapshot { footprint: session.finish().footprint.clone(), ..s.clone() }
}

/// What to say when the session itself ended early.
fn ended_early(session: &mut Session, what: &str) -> ExitCode {
    if ending::reason().is_some() {
        let kept = session.finish().kept_in.clone();
        let kept = kept.map(|folder| format!("; what was seen until then is kept in {folder}"));
        return fail(BLIND, format!("{what} was ended before it had looked{}", kept.unwrap_or_default()));
    }
    let why = session
        .snapshot()
        .limits
        .iter()
        .rfind(|l| session.snapshot().broken.contains(&l.what))
        .map(|l| format!(": {} {}", l.what, l.why));
    fail(BLIND, format!("{what} ended before it had looked{}", why.unwrap_or_default()))
}

/// How long `find --plug-in` waits when no time is given.
const PLUG_IN_WAIT: Duration = Duration::from_secs(120);

fn plug_in(profile: &Arc<Profile>, options: Options, clock: Clock, json: bool) -> ExitCode {
    let wait = options.find_wait.unwrap_or(PLUG_IN_WAIT);
    let session = match start(profile, Options { find_wait: None, ..options }, Arc::clone(&clock)) {
        Ok(session) => session,
        Err(status) => return status,
    };
    let mut pictures = session.subscribe();
    let _ = session.send(Ask::PlugInFinder(true));
    say!("one moment: first everybody who is here already has to be known");
    let begun = clock();
    let mut told = false;
    let mut limits = watch::Limits::default();
    let mut s = session.snapshot();
    loop {
        // what else could not be done is told with what was found
        limits.say(&s, |l| l.what.starts_with(session::MEASURING));
        if s.plug_in_ready && !told {
            told = true;
            say!("plug the box in now; Ctrl+C ends");
        }
        if s.gateways.iter().any(|g| g.sources.contains(&Source::PlugIn)) {
            return out(&if json { format!("{:#}\n", json::find(&s)) } else { text::find(&s) });
        }
        if let Some(l) = s.limits.iter().find(|l| s.broken.contains(&l.what)) {
            return fail(BLIND, format!("{} {}", l.what, l.why));
        }
        let left = wait.saturating_sub(Duration::from_millis(clock().since(begun)));
        match session.next(&mut pictures, Some(left)) {
            Some(next) => s = next,
            None if ending::reason().is_some() => {
                return fail(BLIND, "the search was ended before a box had appeared");
            }
            None => {
                return fail(
                    BLIND,
                    "nothing new appeared: is the box powered, and its cable in this network?",
                );
            }
        }
    }
}

fn check(
    profile: &Arc<Profile>,
    options: Options,
    clock: Clock,
    port: Option<String>,
    hold: Option<Vec<u64>>,
    json: bool,
) -> ExitCode {
    let mut session = match start(profile, options, clock) {
        Ok(session) => session,
        Err(status) => return status,
    };
    if let Some(port) = port {
        let _ = session.send(Ask::OpenConsole { port, baud: None });
    }
    finish_check(&mut session, hold, json)
}

/// The ages of the idle ladder: the usual ones for this length, or the ones that were given and the length.
fn ladder(secs: u64, given: &[u64]) -> Vec<u64> {
    if given.is_empty() {
        return crate::check::hold::rungs(secs);
    }
    crate::check::hold::tidy(given.iter().copied().filter(|age| *age < secs).chain([secs]).collect())
}

/// Holds idle connections and tells how it goes; Ctrl+C ends it, and what is known by then stays.
fn hold_on(session: &Session, rungs: Vec<u64>, quick: &Snapshot) -> Arc<Snapshot> {
    say!("so far: {} [{}]", quick.verdict.title, quick.verdict.code.map_or("-", |c| c.code()));
    let mut pictures = session.subscribe();
    let refused = |s: &Snapshot| s.limits.iter().any(|l| l.what == session::HOLDING);
    let _ = session.send(Ask::Hold(rungs));
    let (mut begun, mut told) = (false, u32::MAX);
    let mut s = session.snapshot();
    loop {
        match s.hold {
            Some(h) => {
                begun = true;
                if h.done != told {
                    told = h.done;
                    let left = h.left_secs;
                    say!(
                        "holding idle connections: {} of {} known, {left} s left; Ctrl+C ends",
                        h.done,
                        h.of
                    );
                }
            }
            None if begun || refused(&s) => return s,
            None => {}
        }
        match session.next(&mut pictures, None) {
            Some(next) => s = next,
            None => {
                let _ = session.send(Ask::EndHold);
                return session.wait_at_the_end(|s| s.hold.is_none()).unwrap_or(s);
            }
        }
    }
}

fn finish_check(session: &mut Session, hold: Option<Vec<u64>>, json: bool) -> ExitCode {
    let _ = session.send(Ask::FindAndCheck);
    let Some(s) = session.wait_for(|s| s.took_ms.is_some() && s.activity == Activity::Idle) else {
        return ended_early(session, "the check");
    };
    let s = match hold {
        Some(rungs) => hold_on(session, rungs, &s),
        None => s,
    };
    let s = with_all_sent(session, &s);
    if json {
        for l in &s.limits {
            say!("{}: {}. {}", l.what, l.why, l.advice);
        }
    }
    let text = if json { format!("{:#}\n", json::check(&s)) } else { text::check(&s) };
    answer(&text, status(&s))
}

/// The main job on the simulated site, in the terminal.
pub fn demo(
    profile: &Arc<Profile>,
    clock: Clock,
    fault: &str,
    breaks: Option<Breaks>,
    json: bool,
) -> ExitCode {
    #[cfg(feature = "lab")]
    {
        if fault == "list" {
            return out(&session::demo::fault_list());
        }
        let options = Options {
            demo: Some(fault.to_owned()),
            breaks,
            site: "Demonstration".into(),
            ..Options::default()
        };
        let mut session = match start(profile, options, clock) {
            Ok(session) => session,
            Err(status) => return status,
        };
        if !json {
            out("Demonstration: a simulated site on this computer; nothing leaves it.\n\n");
        }
        finish_check(&mut session, None, json)
    }
    #[cfg(not(feature = "lab"))]
    {
        let _ = (profile, clock, fault, breaks, json);
        fail(USAGE, "this program was built without the simulated site (feature `lab`)")
    }
}

fn check_plan(profile: &Arc<Profile>, a: &args::Check) -> ExitCode {
    let rungs = a.hold.map(|secs| ladder(secs, &a.rungs)).unwrap_or_default();
    match session::plan(profile, a.interface.as_deref(), a.ip, &rungs) {
        Err(e) => fail(BLIND, e),
        Ok((host, plan)) if a.json => {
            let value = serde_json::json!({ "schema": json::SCHEMA, "interface": host.chosen, "plan": plan });
            out(&format!("{value:#}\n"))
        }
        Ok((host, plan)) => out(&text::plan(&host, &plan)),
    }
}

fn open_history(data: Option<PathBuf>) -> Result<History, ExitCode> {
    History::open(data).map_err(|e| fail(BLIND, e))
}

fn redaction(a: args::RedactArg) -> report::Redact {
    match a {
        args::RedactArg::Full => report::Redact::Full,
        args::RedactArg::Shared => report::Redact::Shared,
        args::RedactArg::Public => report::Redact::Public,
    }
}

fn write_report(a: &args::Report, data: Option<PathBuf>) -> ExitCode {
    let lang = match a.lang {
        args::LangArg::En => "en",
        args::LangArg::Sv => "sv",
        args::LangArg::Da => "da",
    };
    let lang = match lang.parse::<report::Lang>() {
        Ok(lang) => lang,
        Err(e) => return fail(USAGE, e),
    };
    let redact = redaction(a.redact);
    let history = match open_history(data) {
        Ok(history) => history,
        Err(status) => return status,
    };
    let snapshot = match history.load(a.visit.as_deref().unwrap_or("last")) {
        Ok(snapshot) => snapshot,
        Err(e) => return fail(BLIND, e),
    };
    match print::report(&snapshot, &a.out, redact, lang) {
        Ok(note) => {
            for line in note {
                say!("{line}");
            }
            say!("wrote {}", a.out.display());
            ExitCode::from(CLEAR)
        }
        Err(print::ReportFailed::Usage(why)) => fail(USAGE, why),
        Err(print::ReportFailed::Write(why)) => fail(BLIND, why),
    }
}

fn history(what: Option<HistoryWhat>, data: Option<PathBuf>) -> ExitCode {
    let history = match open_history(data) {
        Ok(history) => history,
        Err(status) => return status,
    };
    match what.unwrap_or(HistoryWhat::List { json: false }) {
        HistoryWhat::List { json } => {
            let visits = history.list();
            out(&if json { print::visits_json(&visits) } else { print::visits(&visits) })
        }
        HistoryWhat::Show { id } => match history.load(&id) {
            Ok(s) => out(&text::check(&s)),
            Err(e) => fail(BLIND, e),
        },
        HistoryWhat::Export { id, recording: Some(file), redact } => {
            let kept = history.recording(&id).map_err(|e| e.to_string());
            match kept.and_then(|kept| replay::save(&kept, redaction(redact), &file)) {
                Ok(()) => {
                    say!("wrote {}", file.display());
                    ExitCode::from(CLEAR)
                }
                Err(why) => fail(BLIND, why),
            }
        }
        HistoryWhat::Export { id, recording: None, .. } => streams::written(|out| {
            history.export(&id, out).map_err(|e| match e {
                ExportError::Out(e) => streams::Stopped::Out(e),
                ExportError::History(e) => streams::Stopped::Why(e.to_string()),
            })
        }),
        HistoryWhat::Star { id } => star(&history, &id, true),
        HistoryWhat::Unstar { id } => star(&history, &id, false),
    }
}

fn star(history: &History, id: &str, on: bool) -> ExitCode {
    match history.star(id, on) {
        Ok(id) if on => out(&format!("{id} is starred: it is never removed.\n")),
        Ok(id) => out(&format!("{id} has no star: it is removed when room is needed.\n")),
        Err(e) => fail(BLIND, e),
    }
}

fn explain(code: Option<&str>) -> ExitCode {
    let Some(code) = code else { return out(&catalogue::list()) };
    match Cause::from_code(code) {
        Some(cause) => out(&catalogue::explain(cause)),
        None => {
            let code = crate::model::text::foreign(code);
            fail(USAGE, format!("there is no cause '{code}'; `solidgreen explain` lists them"))
        }
    }
}

/// The report as Markdown, for a preview.
#[must_use]
pub fn report_text(snapshot: &Snapshot, redact: report::Redact) -> String {
    report::markdown(&report::document(snapshot, &print::report_options(snapshot, redact, report::Lang::En)))
}

/// Writes a report; the ending of the file decides its kind. Returns lines worth saying.
///
/// # Errors
/// One sentence: what did not work and what to do.
pub fn write_report_to(
    snapshot: &Snapshot,
    file: &std::path::Path,
    redact: report::Redact,
    lang: report::Lang,
) -> Result<Vec<String>, String> {
    print::report(snapshot, file, redact, lang).map_err(|e| match e {
        print::ReportFailed::Usage(why) | print::ReportFailed::Write(why) => why,
    })
}
