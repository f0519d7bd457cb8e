//! The state of a session and how each event changes it. No I/O, no clock: `now` is always given.

use super::interface;
use super::jobs::Job;
use super::looked::Looked;
use super::picture::FirewallAbout;
use super::sieve::Sieve;
use super::steady::Steady;
use crate::check::{self, Progress};
use crate::diagnose::{self, Diagnosis, Scene};
use crate::discover::Sighting;
use crate::mirror::Roster;
use crate::model::check::{CheckId, CheckResult, Outcome, Target};
use crate::model::evidence::{Fact, Observation, Source};
use crate::model::finding::Verdict;
use crate::model::footprint::Footprint;
use crate::model::host::{HostView, SerialPort};
use crate::model::pasted::{PastedText, TextKind};
use crate::model::recording::{Event, Input};
use crate::model::rule::{RuleChoice, RuleGateway, RuleIntent};
use crate::model::snapshot::{
    CONSOLE_LINES, ConsoleView, DemoView, FirewallView, GatewayView, Limit, TimelineEntry, count_line,
};
use crate::model::{At, Cloud, LedSet, LedState, Mac};
use crate::platform::supervise::Broke;
use crate::profile::Profile;
use crate::wire::oui;
use std::collections::{BTreeMap, BTreeSet};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};

/// Entries of the visit's record that are kept in memory.
const TIMELINE_KEPT: usize = 500;
/// What the limit is about that is no matter of one run.
pub const KEEPING: &str = "Keeping this visit on disk";

/// What a run is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    Find,
    FindAndCheck,
}

/// A search or check under way.
#[derive(Clone, Debug)]
pub struct Run {
    pub purpose: Purpose,
    pub begun: At,
    pub searched: bool,
    pub checks_done: bool,
    /// Called by watching, not by a person.
    pub quiet: bool,
    /// The DHCP servers were asked once more, for a box that was heard late.
    pub asked_again: bool,
}

/// Everything the session knows.
pub struct Engine {
    pub profile: Arc<Profile>,
    pub visit: String,
    pub started_unix_ms: i64,
    pub host: HostView,
    pub site: String,
    pub run: Option<Run>,
    pub watching: bool,
    pub roster: Roster,
    pub typed_mac: Option<Mac>,
    pub results: Vec<CheckResult>,
    /// When the results were complete.
    pub checked_at: Option<At>,
    pub searched: bool,
    pub took_ms: Option<u64>,
    pub running: BTreeSet<CheckId>,
    pub limits: Vec<Limit>,
    /// What broke inside this program in this run.
    pub broken: Vec<String>,
    pub footprint: Footprint,
    pub console: ConsoleView,
    pub timeline: Arc<Vec<TimelineEntry>>,
    /// Gateways and neighbours as they were last looked at.
    pub(super) looked: Looked,
    /// Every address was asked once in this run.
    pub swept: bool,
    /// That takes longer than a run may last otherwise.
    pub(super) still_asking: bool,
    /// So many groups of boxes that only older rows show are being asked.
    pub(super) proving: u32,
    /// The neighbour table had no room for every address in this run; and it refused one.
    not_all_asked: bool,
    pub(super) overflowed: bool,
    /// The firewall's text as it was made last, and what for.
    pub(super) firewall_made: Mutex<Option<(FirewallAbout, Arc<FirewallView>)>>,
    /// DHCP servers are asked what they would offer to the gateway, whatever its LED shows.
    pub ask_as_gateway: bool,
    /// Lines that were there before the first of them.
    pub timeline_before: u64,
    /// Lines of the record that wait to be kept, however many there are at once.
    pub unkept: Vec<TimelineEntry>,
    /// The sorts of all lines that there ever were.
    pub happened: BTreeMap<String, u64>,
    /// What was chosen for the firewall's text.
    pub choice: RuleChoice,
    pub demo: Option<DemoView>,
    /// The idle ladder: when it began, its ages, seconds, and when it ends.
    pub hold: Option<(At, Vec<u64>, At)>,
    /// MACs known when "plug it in now" began.
    pub plug_in_known: Option<BTreeSet<Mac>>,
    /// "Plug it in now" first has to see who is there already.
    pub plug_in_pending: bool,
    /// What the installer saw before any gateway was known.
    pub saw_unclaimed: Option<(At, LedState)>,
    pub kept_in: Option<String>,
    /// Port 67 is open.
    pub hears_dhcp: bool,
    last_said: BTreeMap<Mac, LedSet>,
    /// What was taken in since the recording was last written.
    pub taken: Vec<Event>,
    /// Texts that were pasted, as they came; they leave the process only as what was read in them.
    pub(super) texts: BTreeMap<TextKind, String>,
    /// What was read in them, and when they came.
    pub(super) pasted: BTreeMap<TextKind, (At, PastedText)>,
    /// The time of the newest input.
    newest: At,
    /// Since when findings stand, for the hold-off of watching.
    pub(super) steady: Steady,
    /// What of others' messages was taken in.
    pub(super) sieve: Sieve,
    /// This computer's interfaces are to be read again.
    pub(super) interfaces_changed: bool,
}

impl Engine {
    #[must_use]
    pub fn new(profile: Arc<Profile>, visit: String, started_unix_ms: i64) -> Self {
        Engine {
            profile,
            visit,
            started_unix_ms,
            host: HostView::default(),
            site: String::new(),
            run: None,
            watching: false,
            roster: Roster::default(),
            typed_mac: None,
            results: Vec::new(),
            checked_at: None,
            searched: false,
            took_ms: None,
            running: BTreeSet::new(),
            limits: Vec::new(),
            broken: Vec::new(),
            footprint: Footprint::default(),
            console: ConsoleView::default(),
            timeline: Arc::default(),
            timeline_before: 0,
            unkept: Vec::new(),
            happened: BTreeMap::new(),
            ask_as_gateway: false,
            looked: Looked::default(),
            swept: false,
            still_asking: false,
            proving: 0,
            not_all_asked: false,
            overflowed: false,
            firewall_made: Mutex::default(),
            choice: RuleChoice::default(),
            demo: None,
            hold: None,
            plug_in_known: None,
            plug_in_pending: false,
            saw_unclaimed: None,
            kept_in: None,
            hears_dhcp: false,
            last_said: BTreeMap::new(),
            taken: Vec::new(),
            texts: BTreeMap::new(),
            pasted: BTreeMap::new(),
            newest: At(0),
            steady: Steady::default(),
            sieve: Sieve::default(),
            interfaces_changed: false,
        }
    }

    /// Keeps an input for the recording. Everything that changes what is known passes here.
    pub fn take_down(&mut self, at: At, input: Input) {
        self.newest = self.newest.max(at);
        self.taken.push(Event { at: self.newest, input });
    }

    /// A line of the visit's record.
    pub fn note(&mut self, at: At, text: impl Into<String>) {
        let entry = TimelineEntry { at, text: text.into() };
        count_line(&mut self.happened, &entry.text);
        self.unkept.push(entry.clone());
        let lines = Arc::make_mut(&mut self.timeline);
        lines.push(entry);
        if lines.len() > TIMELINE_KEPT {
            lines.remove(0);
            self.timeline_before += 1;
        }
    }

    /// How many lines the visit's record has had.
    #[must_use]
    pub fn noted(&self) -> u64 {
        self.timeline_before + self.timeline.len() as u64
    }

    /// Whether what is known is the end of a search or check, and no moment within one. Until the next one has ended, the
    /// last one is the visit's answer.
    #[must_use]
    pub fn answer_stands(&self) -> bool {
        self.took_ms.is_some() && self.run.as_ref().is_none_or(|r| r.quiet)
    }

    /// Begins a run: what the last one measured is forgotten, what was seen stays.
    pub fn begin(&mut self, purpose: Purpose, now: At, quiet: bool) {
        self.take_down(now, Input::Begun { check: purpose == Purpose::FindAndCheck, quiet });
        self.run = Some(Run {
            purpose,
            begun: now,
            searched: false,
            checks_done: purpose == Purpose::Find,
            quiet,
            asked_again: false,
        });
        (self.swept, self.still_asking, self.proving) = (false, false, 0);
        (self.not_all_asked, self.overflowed) = (false, false);
        if !quiet {
            self.searched = false;
            self.limits.retain(|l| l.what == KEEPING);
            self.broken.clear();
            if purpose == Purpose::FindAndCheck {
                self.results.clear();
                self.checked_at = None;
                self.took_ms = None;
            }
            self.note(
                now,
                if purpose == Purpose::Find { "Search began." } else { "Search and check began." },
            );
        }
    }

    /// Takes a sighting in; false when it changed nothing.
    pub fn sighting(&mut self, sighting: Sighting) -> bool {
        match sighting {
            Sighting::Saw(observation) => return self.observe(&observation),
            Sighting::Limited(limit) => self.limit(limit),
            Sighting::Broke { what, why } => self.broke(&what, &why),
            Sighting::Console { port, open, status } => {
                let input = Input::Console { port: port.clone(), open, status: status.clone() };
                self.take_down(self.newest, input);
                self.console.port = Some(port);
                self.console.open = open;
                self.console.status = status;
            }
            Sighting::HearsDhcp(hears) => {
                self.take_down(self.newest, Input::HearsDhcp(hears));
                self.hears_dhcp = hears;
            }
            Sighting::InterfacesChanged => self.interfaces_changed = true,
            Sighting::StillAsking => self.still_asking = true,
            Sighting::Proved => self.proving = self.proving.saturating_sub(1),
            Sighting::Swept => (self.swept, self.still_asking) = (true, false),
            Sighting::CouldNotAsk => {
                self.take_down(self.newest, Input::CouldNotAsk);
                self.not_all_asked = true;
            }
            Sighting::TableFull { overflowed } => {
                self.take_down(self.newest, Input::TableFull { overflowed });
                self.not_all_asked = true;
                self.overflowed |= overflowed;
                self.doubt_silence();
            }
            Sighting::Searched => {
                self.take_down(self.newest, Input::Searched);
                self.searched = true;
                self.still_asking = false;
                if std::mem::take(&mut self.plug_in_pending) {
                    self.plug_in_known = Some(self.roster.macs());
                }
                if let Some(run) = &mut self.run {
                    run.searched = true;
                }
            }
        }
        true
    }

    /// Something that could not be done, said once.
    pub fn limit(&mut self, limit: Limit) {
        if !self.limits.contains(&limit) {
            self.take_down(self.newest, Input::Limited(limit.clone()));
            self.limits.push(limit);
        }
    }

    /// What could not be done can be done again.
    pub fn retract(&mut self, what: &str) {
        self.limits.retain(|l| l.what != what);
    }

    /// Something broke inside this program: it is said, and the run does not count as whole.
    pub fn broke(&mut self, what: &str, why: &str) {
        self.take_down(self.newest, Input::Broke { what: what.to_owned(), why: why.to_owned() });
        self.limit(Limit {
            what: what.to_owned(),
            why: why.to_owned(),
            advice: "This is a fault of Solid Green and says nothing about the network: check again, and if it breaks again, send this line to whoever gave you the program.".into(),
        });
        if !self.broken.iter().any(|b| b == what) {
            self.broken.push(what.to_owned());
        }
    }

    /// A task of the session broke: whatever waits for it waits no more.
    pub fn job_broke(&mut self, job: Job, broke: &Broke, now: At) {
        let of_this_run = |begun: At| self.run.as_ref().is_some_and(|r| r.begun == begun);
        match job {
            Job::Search(begun) if of_this_run(begun) => {
                // who was not seen was not asked to the end
                self.sighting(Sighting::CouldNotAsk);
                self.sighting(Sighting::Searched);
            }
            Job::Checks(begun) if of_this_run(begun) => {
                for id in std::mem::take(&mut self.running) {
                    let row = check::broken(id, Target::Host, broke);
                    self.progress(Progress::Ended(id, vec![row]), now);
                }
                self.progress(Progress::Done, now);
            }
            // of a run that has ended meanwhile
            Job::Search(_) | Job::Checks(_) => return,
            Job::Dhcp => {
                self.sighting(Sighting::HearsDhcp(false));
            }
            Job::Hold => {
                let mut rows: Vec<CheckResult> =
                    self.results.iter().filter(|r| r.id == CheckId::Hold).cloned().collect();
                rows.push(check::broken(CheckId::Hold, Target::Host, broke));
                self.progress(Progress::Ended(CheckId::Hold, rows), now);
                return self.end_hold(now, false);
            }
            Job::PlugIn => {
                self.plug_in_pending = false;
                self.plug_in_known = None;
            }
            Job::Ask => {
                self.sighting(Sighting::Proved);
            }
            Job::Round | Job::Mdns | Job::Site | Job::Interfaces => {}
        }
        self.broke(job.what(), &broke.to_string());
    }

    /// Takes an observation in; false when it changed nothing.
    pub fn observe(&mut self, o: &Observation) -> bool {
        if !self.sifts(o) {
            self.say_crowded();
            return false;
        }
        self.take_down(o.at, Input::Saw(Box::new(o.clone())));
        match &o.fact {
            Fact::Console(line) => {
                self.console.lines.push((o.at, line.clone()));
                if self.console.lines.len() > CONSOLE_LINES {
                    self.console.lines.remove(0);
                }
            }
            // a row from before the session is no box that was plugged in now
            Fact::Neighbour { mac, confirmed_ms_ago, .. }
                if confirmed_ms_ago.is_some_and(|age| age <= o.at.0) =>
            {
                self.plugged(o.at, *mac);
            }
            Fact::Dhcp(seen) => self.plugged(o.at, seen.mac),
            Fact::TypedMac { mac, .. } => self.typed_mac = Some(*mac),
            Fact::Pasted(text) => drop(self.pasted.insert(text.kind, (o.at, (**text).clone()))),
            _ => {}
        }
        if let Fact::Saw { mac: None, led } = &o.fact
            && self.roster.chosen().is_none()
        {
            self.saw_unclaimed = Some((o.at, *led));
        }
        self.roster.ingest(&self.profile, o);
        if let (Some((at, led)), Some(mac)) = (self.saw_unclaimed, self.roster.chosen()) {
            self.saw_unclaimed = None;
            let fact = Fact::Saw { mac: Some(mac), led };
            self.roster.ingest(&self.profile, &Observation { at, source: Source::Installer, fact });
        }
        self.say_crowded();
        true
    }

    /// Somebody picked a gateway: from now on it is the one asked about, also where another was typed in before.
    pub fn choose(&mut self, mac: Mac, now: At) {
        self.take_down(now, Input::Chose(mac));
        self.roster.choose(mac, now);
        self.typed_mac = self.typed_mac.filter(|typed| *typed == mac);
    }

    /// A MAC that was not there when "plug it in now" began is the box that was plugged in.
    fn plugged(&mut self, at: At, mac: Mac) {
        let own = self.host.interfaces.iter().any(|i| i.mac == Some(mac));
        let new = self.plug_in_known.as_ref().is_some_and(|known| !known.contains(&mac));
        if new && !own && mac.is_device() {
            self.plug_in_known = None;
            let fact = Fact::PluggedIn { mac };
            self.roster.ingest(&self.profile, &Observation { at, source: Source::PlugIn, fact });
            self.note(at, format!("{mac} appeared after \u{201c}plug it in now\u{201d}."));
        }
    }

    /// The idle ladder begins: its rows are all that changes.
    pub fn begin_hold(&mut self, now: At, rungs: Vec<u64>, lasts_secs: u64) {
        self.take_down(now, Input::HoldBegun { rungs: rungs.clone(), lasts_secs });
        self.note(now, format!("Idle connections are held for {} s.", rungs.last().copied().unwrap_or(0)));
        self.hold = Some((now, rungs, now.plus(lasts_secs * 1000)));
    }

    /// It ended: by itself, or because somebody wanted it to.
    pub fn end_hold(&mut self, now: At, cancelled: bool) {
        if self.hold.take().is_none() {
            return;
        }
        self.take_down(now, Input::HoldEnded { cancelled });
        if cancelled {
            let why = "cancelled before its age was reached";
            for r in self.results.iter_mut().filter(|r| r.id == CheckId::Hold) {
                if matches!(r.outcome, Outcome::Skipped(_)) {
                    r.outcome = Outcome::Skipped(why.into());
                    why.clone_into(&mut r.detail);
                }
            }
        }
        let verdict = self.diagnose(now, true).verdict;
        let how = if cancelled { "cancelled" } else { "ended" };
        self.note(now, format!("Holding idle connections {how}: {}", verdict.title));
    }

    /// Takes the progress of the checks in.
    pub fn progress(&mut self, progress: Progress, now: At) {
        match progress {
            Progress::Ended(id, results) => {
                self.take_down(now, Input::Checked { id, results: results.clone() });
                self.running.remove(&id);
                if let Some(row) = results.iter().find(|r| r.broke()) {
                    self.broke(&format!("The check '{}'", id.word()), &row.detail);
                }
                self.results.retain(|r| r.id != id);
                self.results.extend(results);
                self.results.sort_by_key(|r| r.id);
                self.doubt_silence();
            }
            Progress::Heard(seen) => {
                self.observe(&Observation { at: now, source: Source::Dhcp, fact: Fact::Dhcp(*seen) });
            }
            Progress::Held => self.end_hold(now, false),
            Progress::Done => {
                self.take_down(now, Input::AllChecked);
                self.running.clear();
                if let Some(run) = &mut self.run {
                    run.checks_done = true;
                }
            }
        }
    }

    pub(super) fn maker(mac: Mac) -> Option<String> {
        oui::maker(mac).map(str::to_owned)
    }

    /// Ends the run; true when it was a check.
    pub fn end(&mut self, now: At) -> bool {
        let Some(run) = self.run.take() else { return false };
        self.read_pasted(now);
        self.take_down(now, Input::Sent(self.footprint.clone()));
        self.take_down(now, Input::Ended);
        if run.purpose == Purpose::Find {
            if !run.quiet {
                self.note(now, "Search ended.");
                self.took_ms = Some(now.since(run.begun));
            }
            return false;
        }
        self.checked_at = Some(now);
        let asked_for = !run.quiet;
        if asked_for {
            self.took_ms = Some(now.since(run.begun));
        }
        let found = self.diagnose(now, true);
        if asked_for {
            self.steady.believe(&found.findings);
        }
        let verdict = found.verdict;
        self.note(now, format!("Checked: {} {}", verdict.code.map_or("", |c| c.code()), verdict.title));
        true
    }

    /// Stops the run; what is known so far stays.
    pub fn cancel(&mut self, now: At) {
        if self.run.take().is_some() {
            self.take_down(now, Input::Cancelled);
            self.running.clear();
            self.note(now, "Cancelled; what was known so far stays.");
            self.read_pasted(now);
        }
    }

    pub(super) fn diagnose(&self, now: At, checked: bool) -> Diagnosis {
        let mut gateways = self.gateways(now);
        if let (true, Some((at, led))) = (gateways.is_empty(), self.saw_unclaimed) {
            gateways = Arc::new(vec![unseen(now, at, led)]);
        }
        let hosts = self.hosts();
        diagnose::diagnose(&Scene {
            profile: &self.profile,
            host: &self.host,
            results: &self.results,
            results_age_ms: self.checked_at.map_or(0, |at| now.since(at)),
            gateways: &gateways,
            hosts: &hosts,
            chosen: self.roster.chosen(),
            typed_mac: self.typed_mac,
            typed_ip: self.roster.typed_ip(),
            now,
            searched: self.searched && !self.not_all_asked,
            hears_dhcp: self.hears_dhcp,
            checked,
            pasted: &self.claims(now),
            alone: None,
        })
    }

    /// Findings count for the hold-off: nothing but watching waits.
    pub(super) fn holds_off(&self) -> bool {
        self.watching && self.checked_at.is_some() && self.run.as_ref().is_none_or(|r| r.quiet)
    }

    /// Writes changes of LED and verdict into the record.
    pub fn remember_changes(&mut self, now: At) {
        self.remember_findings(now);
        self.remember_leds(now);
    }

    /// Looks since when findings stand.
    pub(super) fn remember_findings(&mut self, now: At) {
        if self.holds_off() {
            let found = self.diagnose(now, true).findings;
            self.steady.see(&found, now);
        }
    }

    /// Writes changes of LEDs into the record.
    pub(super) fn remember_leds(&mut self, now: At) {
        for (mac, possible) in self.roster.take_changed(now) {
            if self.last_said.insert(mac, possible) != Some(possible) {
                let words: Vec<&str> = possible.iter().map(LedState::label).collect();
                self.note(now, format!("{mac}: LED {}", words.join(" or ")));
            }
        }
        if self.last_said.len() > self.roster.len() {
            let roster = &self.roster;
            self.last_said.retain(|mac, _| roster.follows(*mac));
        }
    }

    /// One address of the cloud for each port: one that opened in the last check, else a documented one.
    #[must_use]
    pub fn addresses_to_hold(&self) -> Vec<SocketAddr> {
        let cloud = Cloud::of(&self.results);
        let documented =
            self.profile.cloud.documented_addresses.first().filter(|_| cloud.addresses.is_empty());
        let not_tried = |p: u16| documented.map(|ip| SocketAddr::new((*ip).into(), p));
        let ports = self.profile.cloud.ports.iter();
        ports.filter_map(|p| cloud.open(*p).or_else(|| not_tried(*p))).collect()
    }

    /// Addresses that a round of watching asks for.
    #[must_use]
    pub fn addresses_to_ask(&self) -> Vec<Ipv4Addr> {
        self.roster.addresses_to_ask()
    }

    /// Chooses the interface to measure from: the one asked for, else the best.
    ///
    /// # Errors
    /// The names there are, when the one asked for is not among them.
    pub fn choose_interface(
        &mut self,
        wanted: Option<&str>,
        gateway_ip: Option<Ipv4Addr>,
    ) -> Result<(), String> {
        self.host.chosen = interface::choose(&self.host, wanted, gateway_ip)?;
        Ok(())
    }

    pub fn serial_ports(&mut self, ports: Vec<SerialPort>) {
        self.console.ports = ports;
    }
}

/// A gateway that nothing on the network showed, only the installer's eyes.
fn unseen(now: At, at: At, led: LedState) -> GatewayView {
    GatewayView {
        mac: Mac([0; 6]),
        ip: None,
        first_seen_ms: None,
        last_seen: None,
        led_since: at,
        led: crate::model::LedView {
            possible: LedSet::only(led),
            basis: crate::model::Basis::Seen,
            age_ms: Some(now.since(at)),
            because: vec![format!("The installer saw: {}.", led.label())],
        },
        sources: vec![Source::Installer],
        name: None,
        maker: None,
        dhcp: Vec::new(),
        dhcp_trace: Vec::new(),
        led_changes: Vec::new(),
        rivals: Vec::new(),
        in_turn: Vec::new(),
        answered: None,
        addresses: Vec::new(),
        remarks: Vec::new(),
        verdict: Verdict::default(),
    }
}

/// The rule that gateways need, with the profile's hosts and ports and what was chosen.
#[must_use]
pub fn intent(profile: &Profile, gateways: Vec<RuleGateway>, site: &str, choice: &RuleChoice) -> RuleIntent {
    RuleIntent {
        gateways,
        words: choice.words.clone(),
        version: choice.version.clone(),
        site: site.to_owned(),
        scope: choice.scope,
        ports: profile.cloud.ports.clone(),
        hosts: profile.cloud.hosts.clone(),
        addresses: profile.cloud.documented_addresses.clone(),
        addresses_as_of: profile.cloud.documented_as_of.clone(),
        log: true,
    }
}

#[cfg(test)]
#[path = "engine_tests.rs"]
mod tests;
