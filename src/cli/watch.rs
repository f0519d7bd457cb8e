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
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

/// Lines of boxes that nobody has seen answer, whatever they claim: so many at once, then one more in each interval.
const CLAIMED_LINES: u64 = 1_000;
const CLAIMED_EVERY_MS: u64 = 100;
/// Those that are left out are counted, and their number is a line once in this time.
const SUMMARY_MS: u64 = 10_000;

/// What was printed last of each gateway.
#[derive(Default)]
pub(super) struct Said {
    /// `None` as key is "no gateway yet".
    last: BTreeMap<Option<Mac>, (LedSet, Option<Cause>)>,
    /// Lines about mere claims since the bound last grew, and when that was.
    claimed: u64,
    since: At,
    /// Lines that were left out and not summed up yet; when they last were.
    left_out: u64,
    summed_up: Option<At>,
}

impl Said {
    /// Whether one more line about a mere claim is printed now.
    fn may_claim(&mut self, now: At) -> bool {
        let grown = now.since(self.since) / CLAIMED_EVERY_MS;
        self.claimed = self.claimed.saturating_sub(grown);
        self.since = if self.claimed == 0 { now } else { self.since.plus(grown * CLAIMED_EVERY_MS) };
        let may = self.claimed < CLAIMED_LINES;
        self.claimed += u64::from(may);
        may
    }

    /// How many were left out, when it is time to say so.
    fn sum_up(&mut self, now: At) -> Option<u64> {
        let due = self.summed_up.is_none_or(|at| now.since(at) >= SUMMARY_MS);
        (due && self.left_out > 0).then(|| {
            self.summed_up = Some(now);
            std::mem::take(&mut self.left_out)
        })
    }
}

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
    let mut said = Said::default();
    let mut last = session.snapshot();
    let mut limits = Limits::default();
    loop {
        limits.say(&last, |_| true);
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
pub(super) struct Limits {
    said: Vec<Limit>,
}

impl Limits {
    /// Says those of this sort.
    pub fn say(&mut self, s: &Snapshot, which: impl Fn(&Limit) -> bool) {
        let limits: Vec<Limit> = s.limits.iter().filter(|l| which(l)).cloned().collect();
        for l in limits.iter().filter(|l| !self.said.contains(l)) {
            say!("{}: {}. {}", l.what, l.why.trim_end_matches('.'), l.advice);
        }
        // what can be done again is taken back by itself
        let lasts = |l: &Limit| l.what == session::KEEPING || l.what.starts_with(session::MEASURING);
        for l in self.said.iter().filter(|l| lasts(l)) {
            if !limits.iter().any(|now| now.what == l.what) {
                say!("{}: it works again", l.what);
            }
        }
        self.said = limits;
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
        let before = said.last.get(&Some(g.mac));
        let led_changed = before.is_none_or(|b| b.0 != now.0)
            && (g.first_seen_ms.is_some() || before.is_some() || now.0 != LedSet::ALL);
        let verdict_changed = before.is_none_or(|b| b.1 != now.1) && now.1.is_some();
        if before == Some(&now) || !(led_changed || verdict_changed && !looking) {
            continue;
        }
        said.last.insert(Some(g.mac), now);
        if !g.is_proven() && !wanted.contains(&g.mac) && !said.may_claim(s.now) {
            said.left_out += 1;
            continue;
        }
        lines.push(Line {
            json: serde_json::json!({ "at": at, "mac": g.mac, "ip": g.ip, "led": json::led(&g.led), "verdict": json::verdict(verdict) }),
            text: format!("{at}  {}  {}  {}", g.mac, text::led_words(g.led.possible), verdict.title),
        });
    }
    if said.last.len() > s.gateways.len() + 1 {
        // who is not followed any more comes as somebody new
        let there: BTreeSet<Mac> = s.gateways.iter().map(|g| g.mac).collect();
        said.last.retain(|mac, _| mac.is_none_or(|mac| there.contains(&mac)));
    }
    if let Some(more) = said.sum_up(s.now) {
        lines.push(Line {
            json: serde_json::json!({ "at": at, "more": more }),
            text: format!("{at}  and {more} more, of boxes that were only heard"),
        });
    }
    let site = (LedSet::ALL, s.verdict.code);
    if s.gateways.is_empty() && !looking && s.verdict.code.is_some() && said.last.get(&None) != Some(&site) {
        said.last.insert(None, site);
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
    use crate::model::evidence::Source;
    use crate::model::finding::Verdict;
    use crate::model::snapshot::GatewayView;
    use crate::model::{LedState, LedView};

    fn gateway(n: u32, answered: bool) -> GatewayView {
        let [_, b, c, d] = n.to_be_bytes();
        GatewayView {
            mac: Mac([0x34, 0xa5, 0xe1, b, c, d]),
            first_seen_ms: Some(1),
            answered: answered.then_some(At(1)),
            led: LedView { possible: LedSet::only(LedState::SolidRed), ..LedView::default() },
            ip: None,
            last_seen: None,
            led_since: At(1),
            sources: vec![Source::Dhcp],
            name: None,
            maker: None,
            dhcp: vec![],
            dhcp_trace: vec![],
            led_changes: vec![],
            addresses: vec![],
            rivals: vec![],
            in_turn: vec![],
            remarks: vec![],
            verdict: Verdict::default(),
        }
    }

    #[test]
    fn what_is_only_claimed_is_printed_up_to_a_bound_and_summed_up() {
        let mut said = Said::default();
        let crowd =
            |all: Vec<GatewayView>, now: u64| Snapshot { gateways: all, now: At(now), ..Snapshot::default() };
        let lines = changes(&crowd((0..500).map(|n| gateway(n, false)).collect(), 10), &[], &mut said);
        assert_eq!(lines.len(), 500, "a crowd that starts is told whole");
        let claimed = (500..1_700).map(|n| gateway(n, false));
        let all = claimed.chain((2_000..2_300).map(|n| gateway(n, true))).collect();
        let lines = changes(&crowd(all, 20), &[], &mut said);
        assert_eq!(lines.len(), 500 + 300 + 1, "who answers is told");
        assert_eq!(lines.last().unwrap().json["more"], 700);
        assert!(lines.last().unwrap().text.contains("and 700 more"));
        let again: Vec<_> = (5_000..5_100).map(|n| gateway(n, false)).collect();
        let typed = again[99].mac;
        let lines = changes(&crowd(again, 30), &[typed], &mut said);
        assert_eq!(lines.len(), 1, "whom somebody asked about");
        assert!(said.last.len() <= 101, "what is gone is forgotten");
        let later = (6_000..7_000).map(|n| gateway(n, false)).collect();
        let lines = changes(&crowd(later, 5_030), &[], &mut said);
        assert!((40..60).contains(&lines.len()), "{}", lines.len());
    }

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
