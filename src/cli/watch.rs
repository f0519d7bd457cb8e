//! `watch` and `console`: lines as things change, until the time is over or Ctrl+C.

use super::args::{Console, Watch};
use super::streams::say;
use super::{BLIND, CAUSE, CLEAR, fail, json, metrics, out, text};
use crate::check::Clock;
use crate::model::finding::Level;
use crate::model::snapshot::{Activity, Limit};
use crate::model::{At, Cause, LedSet, Mac, Snapshot};
use crate::platform::ending::{self, End};
use crate::profile::Profile;
use crate::session::{self, Command as Ask, Options, Session, SessionPort};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

/// What was printed last of one gateway; `None` as key is "no gateway yet".
pub(super) type Said = BTreeMap<Option<Mac>, (LedSet, Option<Cause>)>;

pub fn watch(profile: &Arc<Profile>, a: Watch, data: Option<PathBuf>, clock: Clock) -> ExitCode {
    a.mac.iter().for_each(super::say_repairs);
    let pasted = match super::readers::evidence(a.read_log.as_deref(), a.read_leases.as_deref()) {
        Ok(pasted) => pasted,
        Err(status) => return status,
    };
    let options = Options {
        interface: a.interface,
        pasted,
        mac: a.mac.first().cloned(),
        data,
        record: a.record,
        ..Options::default()
    };
    if let Err(status) = super::listen(true) {
        return status;
    }
    let session = match super::start(profile, options, Arc::clone(&clock)) {
        Ok(session) => session,
        Err(status) => return status,
    };
    for typed in a.mac.iter().skip(1) {
        let _ = session.send(Ask::TypeMac(typed.clone()));
    }
    let wanted: Vec<Mac> = a.mac.iter().map(|typed| typed.mac).collect();
    if let Some(first) = wanted.first().filter(|_| wanted.len() > 1) {
        let _ = session.send(Ask::Choose(*first));
    }
    let _served = match a.metrics.map(|addr| metrics::serve(&session, addr)) {
        Some(Err(why)) => return fail(BLIND, why),
        Some(Ok(task)) => Some(task),
        None => None,
    };
    open_consoles(&session, profile, a.port);
    let _ = session.send(Ask::Watch(true));
    let end = a.for_secs.map(Duration::from_secs_f64);
    let begun = clock();
    let mut pictures = session.subscribe();
    let mut said = Said::new();
    let mut last = session.snapshot();
    let mut limits = Limits::default();
    loop {
        limits.say(&last);
        for line in changes(&last, &wanted, &mut said) {
            let printed = if a.json_lines {
                out(&format!("{}\n", line.json))
            } else {
                out(&format!("{}\n", line.text))
            };
            if printed != ExitCode::SUCCESS {
                return printed; // whoever read the lines has gone
            }
        }
        let left = end.map(|e| e.saturating_sub(Duration::from_millis(clock().since(begun))));
        match session.next(&mut pictures, left) {
            Some(next) => last = next,
            None => break,
        }
    }
    if ending::reason() == Some(End::ReaderGone) {
        return ExitCode::from(BLIND);
    }
    ExitCode::from(match last.verdict.level {
        Level::Ok if last.broken.is_empty() && !super::is_cut(&last) => CLEAR,
        Level::Ok => BLIND,
        Level::Warning | Level::Fault => CAUSE,
        Level::Info | Level::Unknown => BLIND,
    })
}

/// What could not be done is said when it happens, on the error stream: a watch has no end at which it would be read.
#[derive(Default)]
struct Limits {
    said: Vec<Limit>,
}

impl Limits {
    fn say(&mut self, s: &Snapshot) {
        for l in s.limits.iter().filter(|l| !self.said.contains(l)) {
            say!("{}: {}. {}", l.what, l.why.trim_end_matches('.'), l.advice);
        }
        let (kept, before) = (|all: &[Limit]| !all.iter().any(|l| l.what == session::KEEPING), &self.said);
        if !kept(before) && kept(&s.limits) {
            say!("{}: it works again", session::KEEPING);
        }
        self.said.clone_from(&s.limits);
    }
}

/// The port named, else every USB port that the profile knows.
fn open_consoles(session: &Session, profile: &Profile, named: Option<String>) {
    let port = named.or_else(|| {
        let ports = crate::platform::serial::ports().ok()?;
        ports.into_iter().find(|p| p.usb.is_some_and(|id| profile.usb.ids.contains(&id))).map(|p| p.name)
    });
    if let Some(port) = port {
        let _ = session.send(Ask::OpenConsole { port, baud: None });
    }
}

pub(super) struct Line {
    pub json: serde_json::Value,
    text: String,
}

/// The lines that a new picture is worth: a LED's set changed, or what is said about it.
pub(super) fn changes(s: &Snapshot, wanted: &[Mac], said: &mut Said) -> Vec<Line> {
    let mut lines = Vec::new();
    let at = json::time(s, s.now);
    // while the first check runs nothing is known yet, and that is no news
    let looking = matches!(s.activity, Activity::Working { .. }) && s.verdict.code.is_none();
    for g in s.gateways.iter().filter(|g| wanted.is_empty() || wanted.contains(&g.mac)) {
        // of one gateway alone, what is said of the site is said of it
        let sole = wanted.len() == 1 || s.gateways.len() == 1;
        let verdict = if g.verdict.code.is_some() || !sole { &g.verdict } else { &s.verdict };
        let now = (g.led.possible, verdict.code);
        let before = said.get(&Some(g.mac));
        let led_changed = before.is_none_or(|b| b.0 != now.0)
            && (g.first_seen_ms.is_some() || before.is_some() || now.0 != LedSet::ALL);
        let verdict_changed = before.is_none_or(|b| b.1 != now.1) && now.1.is_some();
        if before == Some(&now) || !(led_changed || verdict_changed && !looking) {
            continue;
        }
        said.insert(Some(g.mac), now);
        lines.push(Line {
            json: serde_json::json!({ "at": at, "mac": g.mac, "ip": g.ip, "led": json::led(&g.led), "verdict": json::verdict(verdict) }),
            text: format!("{at}  {}  {}  {}", g.mac, text::led_words(g.led.possible), verdict.title),
        });
    }
    let site = (LedSet::ALL, s.verdict.code);
    if s.gateways.is_empty() && !looking && s.verdict.code.is_some() && said.get(&None) != Some(&site) {
        said.insert(None, site);
        let led = crate::model::LedView::default();
        lines.push(Line {
            json: serde_json::json!({ "at": at, "mac": null, "led": json::led(&led), "verdict": json::verdict(&s.verdict) }),
            text: format!("{at}  no gateway seen  {}", s.verdict.title),
        });
    }
    lines
}

pub fn console(profile: &Arc<Profile>, a: Console, data: Option<PathBuf>, clock: Clock) -> ExitCode {
    if let Err(status) = super::listen(true) {
        return status;
    }
    let session = match super::start(profile, Options { data, ..Options::default() }, clock) {
        Ok(session) => session,
        Err(status) => return status,
    };
    let mut pictures = session.subscribe();
    let _ = session.send(Ask::OpenConsole { port: a.port, baud: a.baud });
    let mut told = Told::default();
    let mut status = String::new();
    let mut was_open = false;
    while let Some(s) = session.next(&mut pictures, None) {
        if status != s.console.status {
            status.clone_from(&s.console.status);
            say!("{}: {status}", s.console.port.as_deref().unwrap_or_default());
        }
        was_open |= s.console.open;
        if !was_open && s.limits.iter().any(|l| !session::is_about_the_disk(l)) {
            return ExitCode::from(BLIND); // said above; a port that once was open is waited for
        }
        for (at, line) in told.fresh(&s.console.lines) {
            let led = line.meaning.as_ref().and_then(|m| m.led);
            let text = if a.json_lines {
                format!(
                    "{}\n",
                    serde_json::json!({
                        "at": json::time(&s, *at),
                        "port": line.port,
                        "text": line.text,
                        "led": led,
                        "mac": line.meaning.as_ref().and_then(|m| m.mac),
                        "ip": line.meaning.as_ref().and_then(|m| m.ip),
                        "dialect": line.dialect,
                        "assumed": line.assumed,
                    })
                )
            } else {
                let mark = led.map(|l| {
                    format!("[{}, {}] ", l.label(), if line.assumed { "assumed" } else { "documented" })
                });
                format!("{}{}\n", mark.unwrap_or_default(), line.text)
            };
            let printed = out(&text);
            if printed != ExitCode::SUCCESS {
                return printed;
            }
        }
    }
    ExitCode::from(if ending::reason() == Some(End::ReaderGone) { BLIND } else { CLEAR })
}

/// How far a list that only grows was printed. Lines of one millisecond are told apart by their number.
#[derive(Debug, Default)]
struct Told {
    last: Option<At>,
    /// Lines of that millisecond that were printed.
    of_last: usize,
}

impl Told {
    /// The lines that were not there before.
    fn fresh<'a, T>(&mut self, lines: &'a [(At, T)]) -> &'a [(At, T)] {
        let older = lines.partition_point(|(at, _)| self.last.is_some_and(|last| *at < last));
        let same = lines.iter().skip(older).take_while(|(at, _)| Some(*at) == self.last).count();
        let fresh = lines.get(older + same.min(self.of_last)..).unwrap_or_default();
        if let Some((last, _)) = fresh.last() {
            self.of_last = lines.iter().rev().take_while(|(at, _)| at == last).count();
            self.last = Some(*last);
        }
        fresh
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_is_printed_once_also_within_one_millisecond() {
        let at = |ms: u64| At::default().plus(ms);
        let all = [(at(1), 'a'), (at(2), 'b'), (at(2), 'c'), (at(2), 'd'), (at(5), 'e')];
        // however the list is cut into pictures
        for cuts in 0..16_u32 {
            let mut told = Told::default();
            let mut printed = String::new();
            for n in (1..=all.len()).filter(|n| *n == all.len() || cuts & (1 << (n - 1)) != 0) {
                printed.extend(told.fresh(&all[..n]).iter().map(|(_, c)| *c));
                assert!(told.fresh(&all[..n]).is_empty());
            }
            assert_eq!(printed, "abcde", "{cuts:b}");
        }
    }
}
