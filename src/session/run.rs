//! The one loop: commands, sightings, progress and deadlines in; the engine's pure functions; a new snapshot out.

use super::adapter::Change;
use super::asks::Asks;
use super::command::Command;
use super::engine::{Engine, Purpose};
use super::finder::Finder;
use super::jobs::{Job, Jobs};
use super::keeping::Keeping;
use super::recorder::Recorder;
use super::remembered::Remembered;
use super::world::World;
use crate::check::{self, Own, Progress, Reach};
use crate::discover::asked::Asking;
use crate::discover::{self, Eyes, Sighting};
use crate::model::evidence::{Fact, Observation, Source};
use crate::model::host::{HostAddress, Interface};
use crate::model::recording::Input;
use crate::model::snapshot::Limit;
use crate::model::{At, Snapshot};
use crate::platform::guest::Budget;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tokio::task::AbortHandle;
use tokio::time::Instant;

/// A search of `find` and `check` lasts until the operating system has given dead addresses up.
pub const SEARCH: Duration = Duration::from_millis(3_200);
/// Between two rounds of watching; the mirror believes an ARP answer for three of them.
const ROUND: Duration = Duration::from_secs(15);
/// While watching, the whole check is run again this often, and at once when a LED leaves green.
const RECHECK: Duration = Duration::from_secs(300);
const RECHECK_AFTER_CHANGE: Duration = Duration::from_secs(2);
/// A LED that leaves green again and again, or is said to, costs so many checks at once, then one in each interval.
const RECHECKS: Budget = Budget::new(4, Duration::from_secs(60));
/// A search that lasts so much longer than it should, and checks that last so long, wait for what never comes: they are
/// ended, and what they did not see is not known. The slowest check takes some 15 s.
const SEARCH_ENDS: Duration = Duration::from_secs(30);
const CHECKS_END: Duration = Duration::from_secs(90);
/// Events taken in before a snapshot is published: a burst costs one picture, not hundreds.
const BURST: usize = 512;

/// The loop's own ends of its channels and its running tasks.
pub struct Loop {
    pub engine: Engine,
    pub world: World,
    pub commands: mpsc::Receiver<Command>,
    pub publish: watch::Sender<Arc<Snapshot>>,
    pub wake: Arc<dyn Fn() + Send + Sync>,
    pub find_wait: Duration,
    /// What is on disk.
    pub keeping: Keeping,
    pub remembered: Remembered,
    /// The recordings that were asked for by name.
    pub recorders: Vec<Recorder>,
}

struct Tasks {
    set: Jobs,
    search: Option<AbortHandle>,
    checks: Option<AbortHandle>,
    /// DHCP, mDNS and this computer's interfaces: begun by the first search, alive until the session ends.
    dhcp: Option<AbortHandle>,
    mdns: Option<(AbortHandle, u32, Vec<HostAddress>)>,
    interfaces: Option<AbortHandle>,
    console: Option<discover::console::Console>,
    /// REQUESTs that were heard and whose address was asked for.
    asked: u32,
    asks: Asks,
    plug_in: Finder,
    /// The idle ladder.
    hold: Option<AbortHandle>,
}

impl Loop {
    /// Runs until every command sender is gone.
    pub async fn run(mut self) {
        let (sight_in, mut sightings) = mpsc::channel::<Sighting>(1024);
        let (progress_in, mut progress) = mpsc::channel::<Progress>(256);
        let (red_in, box_without_address) = watch::channel(false);
        let (patience_in, patience) = watch::channel(check::offer::Patience::Wait);
        let (ask_in, ask_as) = watch::channel(None);
        let needs = check::offer::Needs { box_without_address, ask_as, patience };
        let mut tasks = Tasks {
            set: Jobs::default(),
            search: None,
            checks: None,
            dhcp: None,
            mdns: None,
            interfaces: None,
            console: None,
            asked: 0,
            asks: Asks::default(),
            plug_in: Finder::default(),
            hold: None,
        };
        let eyes = Eyes::new(sight_in, self.world.clock());
        self.world.start(&mut self.engine, &eyes, &mut tasks.set);
        let mut round = tokio::time::interval(ROUND);
        round.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut recheck_at: Option<Instant> = None;
        let mut rechecks = RECHECKS;
        let mut not_green_since: Option<Instant> = None;
        self.publish();
        // when what is known was last looked at
        let mut looked = self.world.now();
        let (mut wake_at, mut keep_at, mut ask_at) = (None, None, None);
        // the interface changed while a run was measuring
        let mut changed_meanwhile = false;
        // what came changed nothing: it costs no picture, and what was waited for is waited for
        let mut in_vain = false;
        // the end comes first, whatever else does
        while !self.is_over() {
            if !std::mem::take(&mut in_vain) {
                let now = self.world.now();
                let then = |at: At| Instant::now() + Duration::from_millis(at.since(now));
                wake_at = self.engine.wake_in(looked, now).map(|left| Instant::now() + left);
                keep_at = self.keeping.again_at().map(then);
                ask_at = tasks.asks.next_at(Instant::now().into_std()).map(Instant::from_std);
            }
            let deadline = |at: Option<Instant>| async move {
                match at {
                    Some(at) => tokio::time::sleep_until(at).await,
                    None => std::future::pending().await,
                }
            };
            // before anything else that is there to be done: however much others say, this program obeys
            if let Ok(command) = self.commands.try_recv() {
                self.obey(command, &mut tasks, &eyes, &progress_in, &needs);
            } else {
                tokio::select! {
                    command = self.commands.recv() => match command {
                        None => break,
                        Some(command) => self.obey(command, &mut tasks, &eyes, &progress_in, &needs),
                    },
                    Some(sighting) = sightings.recv() => {
                        let mut news = self.engine.sighting(sighting);
                        for _ in 0..BURST {
                            if self.is_over() {
                                break;
                            }
                            match sightings.try_recv() {
                                Ok(more) => news |= self.engine.sighting(more),
                                Err(_) => break,
                            }
                        }
                        in_vain = !news && self.engine.taken.is_empty();
                    }
                    Some(p) = progress.recv() => {
                        let now = self.world.now();
                        self.engine.progress(p, now);
                    }
                    _ = round.tick(), if self.engine.watching && self.world.is_real() => {
                        // a search asks all of them by itself
                        let searching = self.engine.run.as_ref().is_some_and(|r| !r.searched);
                        if let Some(asking) = self.asking(&eyes).filter(|_| !searching) {
                            self.world.meter.reset_round();
                            tasks.set.spawn(Job::Round, asking.round(self.engine.addresses_to_ask()));
                        }
                    }
                    () = deadline(recheck_at), if self.engine.watching => {
                        let now = Instant::now();
                        if self.engine.run.is_some() {
                            recheck_at = Some(now + RECHECK_AFTER_CHANGE);
                        } else if !rechecks.take(now.into_std()) {
                            recheck_at = Some(rechecks.ready_at(now.into_std()).into());
                        } else {
                            recheck_at = Some(now + RECHECK);
                            self.begin(Purpose::FindAndCheck, true, &mut tasks, &eyes, &progress_in, &needs);
                        }
                    }
                    () = deadline(wake_at) => {}
                    () = deadline(keep_at) => {}
                    () = deadline(ask_at) => {}
                    ended = tasks.set.ended(), if !tasks.set.is_empty() => {
                        if let Some((job, broke)) = ended {
                            let now = self.world.now();
                            self.engine.job_broke(job, &broke, now);
                        }
                    }
                }
            }
            if in_vain || self.is_over() {
                continue;
            }
            let now = self.world.now();
            looked = now;
            // the sweep asked them all; who did not answer it is asked otherwise
            if self.world.is_real()
                && self.engine.swept
                && (self.engine.run.is_some() || self.engine.plug_in_pending)
                && let Some(asking) = self.asking(&eyes)
            {
                let unproven = self.engine.roster.take_unproven();
                if !unproven.is_empty() {
                    self.engine.proving += 1;
                    tasks.set.spawn(Job::Ask, asking.prove(unproven));
                }
            }
            if self.world.is_real() && tasks.asked != self.engine.roster.requests_heard() {
                tasks.asked = self.engine.roster.requests_heard();
                tasks.asks.want(self.engine.roster.take_requested());
            }
            let accepted = tasks.asks.take(Instant::now().into_std());
            if let Some(asking) = self.asking(&eyes).filter(|_| !accepted.is_empty()) {
                // a box that accepted an offer answers in a moment, if the server agreed
                tasks.set.spawn(Job::Ask, asking.soon(accepted));
            }
            if tasks.plug_in.is_over() && self.engine.looks_for_plugged() {
                self.engine.plug_in_known = None;
                self.engine.plug_in_pending = false;
                self.engine.note(now, super::finder::IN_VAIN.to_owned());
            }
            if !self.engine.looks_for_plugged() {
                // the box was found, or nobody looks for it any more
                tasks.plug_in.stop();
            }
            self.engine.footprint = self.world.meter.footprint();
            self.engine.remember_changes(now);
            red_in.send_if_modified(|was| {
                let is = self.engine.box_without_address(now);
                std::mem::replace(was, is) != is
            });
            ask_in.send_if_modified(|was| {
                let is = self.engine.ask_as(now);
                // once asked for, it stays asked for: an answer under way is not to be dropped
                is.is_some() && std::mem::replace(was, is) != is
            });
            patience_in.send_if_modified(|was| {
                let is = self.engine.patience_with_dhcp(now);
                std::mem::replace(was, is) != is
            });
            if self.world.is_real() && self.engine.owes_offer(now) {
                let reach = self.reach();
                let again =
                    check::offer::again(reach, needs.clone(), super::world::random(), progress_in.clone());
                let begun = self.engine.run.as_ref().map_or(now, |run| run.begun);
                tasks.checks = Some(tasks.set.spawn_within(Job::Checks(begun), CHECKS_END, again));
            }
            let settled = self.engine.settled(now);
            if settled {
                tasks.stop_run();
                if self.engine.end(now) {
                    let soon = std::mem::take(&mut changed_meanwhile);
                    recheck_at = Some(Instant::now() + if soon { RECHECK_AFTER_CHANGE } else { RECHECK });
                }
            }
            let may_change =
                self.engine.stays_on_adapter() && self.engine.run.as_ref().is_none_or(|r| r.quiet);
            if may_change && std::mem::take(&mut self.engine.interfaces_changed) {
                let before = self.engine.host.clone();
                let change = self.world.read_host_again(&mut self.engine);
                // the first one that there is at all is no change of one
                let is_first = before.interface().is_none() && self.engine.host.interface().is_some();
                if change == Change::None && !is_first {
                    // what is shown and recorded is what was measured with
                    self.engine.host = before;
                } else {
                    self.follow(&mut tasks, &eyes);
                    changed_meanwhile = self.engine.run.is_some();
                    recheck_at = Some(Instant::now() + RECHECK_AFTER_CHANGE);
                }
            }
            self.record(settled);
            // first kept, then told: what was shown is not lost, however the program ends
            if settled || self.keeping.owes(&self.engine, now) {
                self.keep();
            }
            if self.is_over() {
                continue;
            }
            self.publish();
            if self.engine.watching {
                let green = self.all_green(now);
                if green {
                    not_green_since = None;
                } else if not_green_since.is_none() {
                    not_green_since = Some(Instant::now());
                    // soon, but not at each blink of a box that is only starting
                    recheck_at = Some(Instant::now() + RECHECK_AFTER_CHANGE);
                }
            } else {
                not_green_since = None;
            }
        }
        // from here on nothing is sent, so that what is kept and told last is all of it
        self.world.meter.close();
        self.engine.footprint = self.world.meter.footprint();
        self.engine.remember_changes(self.world.now());
        self.record(true);
        self.keep();
        // of hundreds of boxes it takes a while, and for nobody it is not made
        if !self.publish.is_closed() {
            self.publish();
        }
    }

    /// Nobody commands any more.
    fn is_over(&self) -> bool {
        self.commands.is_closed() && self.commands.is_empty()
    }

    /// Writes what was taken in since the last time; settled: a whole run is in it.
    fn record(&mut self, settled: bool) {
        let events = std::mem::take(&mut self.engine.taken);
        self.keeping.record(&events, &mut self.engine);
        for recorder in &mut self.recorders {
            recorder.take(&events);
            let went = if settled { recorder.settle() } else { recorder.write() };
            recorder.say(went, &mut self.engine);
        }
    }

    /// Hears what boxes say by themselves, from the first search to the end of the session, and looks whether the interface
    /// stays. mDNS is heard on one interface, as it is now; DHCP on all.
    fn listen(&self, tasks: &mut Tasks, eyes: &Eyes, interface: &Interface) {
        if tasks.dhcp.is_none() {
            let dhcp = discover::dhcp::listen(eyes.clone(), self.world.meter.clone());
            tasks.dhcp = Some(tasks.set.spawn(Job::Dhcp, dhcp));
        }
        tasks.watch_interfaces(eyes);
        let here = (interface.index, &interface.addresses);
        if tasks.mdns.as_ref().is_none_or(|(_, index, addresses)| (*index, addresses) != here) {
            if let Some((task, ..)) = tasks.mdns.take() {
                task.abort();
            }
            let (meter, profile) = (self.world.meter.clone(), Arc::clone(&self.engine.profile));
            let mdns = discover::mdns::browse(eyes.clone(), meter, profile, interface.clone());
            let task = tasks.set.spawn(Job::Mdns, mdns);
            tasks.mdns = Some((task, interface.index, interface.addresses.clone()));
        }
    }

    /// Goes on with the interface as it is now; where there is none, nobody is heard or asked.
    fn follow(&mut self, tasks: &mut Tasks, eyes: &Eyes) {
        let now = self.world.now();
        self.engine.take_down(now, Input::Host(Box::new(self.engine.host.clone())));
        if tasks.dhcp.as_ref().is_some_and(AbortHandle::is_finished) {
            tasks.dhcp = None; // it was lost with the interface
        }
        match self.engine.host.interface().cloned() {
            Some(interface) => self.listen(tasks, eyes, &interface),
            None => {
                if let Some((task, ..)) = tasks.mdns.take() {
                    task.abort();
                }
            }
        }
        let interface = self.engine.host.interface();
        if interface.is_some_and(|i| tasks.plug_in.is_elsewhere(&i.addresses)) {
            // who is here was here before the box was plugged in: they are to be known first
            self.engine.plug_in_known = None;
            self.engine.plug_in_pending = true;
        }
        tasks.plug_in.follow(&mut tasks.set, eyes, &self.world.meter, interface);
    }

    /// Asks boxes whether they are there, where there is an interface to ask through.
    fn asking(&self, eyes: &Eyes) -> Option<Asking> {
        let interface = self.engine.host.interface().cloned()?;
        Some(Asking { eyes: eyes.clone(), meter: Arc::clone(&self.world.meter), interface })
    }

    fn all_green(&self, now: At) -> bool {
        let green = Some(crate::model::LedState::SolidGreen);
        self.engine.gateways(now).iter().all(|g| g.led.possible.known() == green)
    }

    fn publish(&mut self) {
        self.remembered.recall(&mut self.engine);
        let mut snapshot = self.engine.snapshot(self.world.now());
        // only the time going on is no change; and what only the console or an age tells is no reason for a frame
        let (changed, news) = {
            let last = self.publish.borrow();
            let now = std::mem::replace(&mut snapshot.now, last.now);
            let changed = **last != snapshot;
            snapshot.now = now;
            (changed, changed && last.at_a_glance() != snapshot.at_a_glance())
        };
        if changed {
            self.publish.send_replace(Arc::new(snapshot));
        }
        if news {
            (self.wake)();
        }
    }

    /// Puts on disk what is to be kept, and says where that does not go.
    fn keep(&mut self) {
        let now = self.world.now();
        self.keeping.keep(&mut self.engine, now);
        // that it goes again is a line of the record too
        if self.keeping.owes(&self.engine, now) {
            self.keeping.keep(&mut self.engine, now);
        }
    }

    fn obey(
        &mut self,
        command: Command,
        tasks: &mut Tasks,
        eyes: &Eyes,
        progress: &mpsc::Sender<Progress>,
        needs: &check::offer::Needs,
    ) {
        let now = self.world.now();
        let say = |source, fact| Observation { at: now, source, fact };
        match command {
            Command::FindAndCheck => self.begin(Purpose::FindAndCheck, false, tasks, eyes, progress, needs),
            Command::Find => self.begin(Purpose::Find, false, tasks, eyes, progress, needs),
            Command::Cancel => {
                tasks.stop_run();
                if self.engine.run.is_none() {
                    if let Some(task) = tasks.hold.take() {
                        task.abort();
                    }
                    self.engine.end_hold(now, true);
                }
                self.engine.cancel(now);
            }
            Command::Hold(rungs) => self.hold(rungs, tasks, progress),
            Command::EndHold => {
                if let Some(task) = tasks.hold.take() {
                    task.abort();
                }
                self.engine.end_hold(now, true);
            }
            Command::Watch(on) => {
                if self.engine.watching != on {
                    self.engine.take_down(now, Input::Watching(on));
                    self.engine.watching = on;
                    self.engine.note(now, if on { "Watching began." } else { "Watching ended." });
                }
                if on && self.engine.checked_at.is_none() && self.engine.run.is_none() {
                    self.begin(Purpose::FindAndCheck, false, tasks, eyes, progress, needs);
                }
            }
            Command::Saw { mac, led } => {
                let mac = mac.or_else(|| self.engine.roster.chosen());
                self.engine.observe(&say(Source::Installer, Fact::Saw { mac, led }));
                self.engine.remember_changes(now);
                self.engine.note(now, format!("The installer saw: {}.", led.label()));
            }
            Command::TypeMac(typed) => {
                let fact = Fact::TypedMac { mac: typed.mac, repaired: typed.repairs() };
                self.engine.observe(&say(Source::Typed, fact));
            }
            Command::TypeIp(ip) => {
                let mac = self.engine.typed_mac;
                self.engine.observe(&say(Source::Typed, Fact::TypedIp { mac, ip }));
            }
            Command::Paste { kind, text } => self.engine.paste(kind, text, now),
            Command::Choose(mac) => self.engine.choose(mac, now),
            Command::PlugInFinder(on) => self.plug_in(on, tasks, eyes),
            Command::OpenConsole { port, baud } => {
                tasks.close_console();
                let profile = Arc::clone(&self.engine.profile);
                self.engine.console.port = Some(port.clone());
                tasks.console = Some(discover::console::open(eyes.clone(), profile, port, baud));
            }
            Command::CloseConsole => {
                tasks.close_console();
                self.engine.console.open = false;
                self.engine.console.status = "closed".into();
            }
            Command::RefreshPorts => self.world.refresh_ports(&mut self.engine),
            Command::ChooseInterface(name) => {
                self.world.wanted_interface = name;
                self.world.adapter.forget();
                self.world.read_host_again(&mut self.engine);
                tasks.stop_listeners();
                if self.engine.looks_for_plugged() && self.world.is_real() {
                    self.follow(tasks, eyes);
                }
            }
            Command::SetSite(site) => self.engine.site = site,
            Command::SetFirewall(choice) => {
                self.engine.choice = choice;
                self.remembered.keep(&mut self.engine);
            }
            // this is a session, not a recording
            Command::Playback(_) => {}
            Command::DemoFault(fault) => {
                self.world.set_fault(&fault, &mut self.engine);
                self.engine.note(now, format!("The simulated site has a new fault: {fault}."));
                tasks.stop_run();
                self.engine.run = None;
                if self.engine.checked_at.is_some() {
                    self.begin(Purpose::FindAndCheck, false, tasks, eyes, progress, needs);
                }
            }
        }
    }

    fn begin(
        &mut self,
        purpose: Purpose,
        quiet: bool,
        tasks: &mut Tasks,
        eyes: &Eyes,
        progress: &mpsc::Sender<Progress>,
        needs: &check::offer::Needs,
    ) {
        tasks.stop_run();
        let now = self.world.now();
        self.world.meter.reset_round();
        self.engine.begin(purpose, now, quiet);
        // what this computer was short of in an earlier run says nothing of this one
        let _ = self.world.meter.take_troubles();
        self.world.read_host_again(&mut self.engine);
        self.engine.take_down(now, Input::Host(Box::new(self.engine.host.clone())));
        self.world.refresh_ports(&mut self.engine);
        let interface = self.engine.host.interface().cloned();
        if self.world.is_real() {
            let can_send = check::plan::can_send(&self.engine.host);
            match interface.filter(|_| can_send) {
                Some(i) => {
                    self.listen(tasks, eyes, &i);
                    let wait = if purpose == Purpose::Find { self.find_wait } else { SEARCH };
                    let m = self.world.meter.clone();
                    let search = discover::sweep::search(eyes.clone(), m, i, wait);
                    tasks.search = Some(tasks.set.spawn_within(Job::Search(now), wait + SEARCH_ENDS, search));
                }
                None => {
                    self.engine.sighting(Sighting::Searched);
                }
            }
        } else {
            self.world.search_simulated(eyes, &mut tasks.set);
        }
        if purpose == Purpose::FindAndCheck {
            let reach = self.reach();
            if check::plan::can_send(&self.engine.host) {
                self.engine.running = crate::model::check::CheckId::ALL.into_iter().collect();
            }
            let profile = Arc::clone(&self.engine.profile);
            let (host, out) = (self.engine.host.clone(), progress.clone());
            let random = super::world::random();
            let checks = check::run(reach, profile, host, needs.clone(), random, out);
            tasks.checks = Some(tasks.set.spawn_within(Job::Checks(now), CHECKS_END, checks));
        }
    }

    /// What the checks measure through.
    fn reach(&self) -> Reach {
        Reach {
            meter: self.world.meter.clone(),
            interface: self.engine.host.interface().cloned(),
            simulated: self.world.simulated(),
            clock: self.world.clock(),
            own: Own::begin(self.engine.host.interface().filter(|_| self.world.is_real())),
        }
    }

    /// Holds idle connections on one address for each port: one that opened in the last check, else a documented one.
    fn hold(&mut self, rungs: Vec<u64>, tasks: &mut Tasks, progress: &mpsc::Sender<Progress>) {
        if let Some(task) = tasks.hold.take() {
            task.abort();
        }
        let rungs = check::hold::tidy(rungs);
        let now = self.world.now();
        self.world.meter.reset_round();
        let what = check::hold::Hold {
            addresses: self.engine.addresses_to_hold(),
            rungs: rungs.clone(),
            other: check::other_way_out(&self.engine.host),
        };
        if rungs.is_empty() || what.addresses.is_empty() || !check::plan::can_send(&self.engine.host) {
            self.engine.limit(Limit {
                what: super::HOLDING.into(),
                why: "there is no connection to hold".into(),
                advice: "Run the check first, with a cable in.".into(),
            });
            return;
        }
        self.engine.begin_hold(now, rungs, what.lasts());
        let reach = self.reach();
        let (rows_in, mut rows) = mpsc::channel(4);
        let out = progress.clone();
        tasks.hold = Some(tasks.set.spawn(Job::Hold, async move {
            let ladder = check::hold::hold(reach, what, rows_in);
            let mut ladder = std::pin::pin!(ladder);
            let mut done = false;
            loop {
                tokio::select! {
                    () = &mut ladder, if !done => done = true,
                    row = rows.recv() => match row {
                        Some(rows) => {
                            let id = crate::model::check::CheckId::Hold;
                            if out.send(Progress::Ended(id, rows)).await.is_err() {
                                return;
                            }
                        }
                        None => break,
                    },
                }
            }
            let _ = out.send(Progress::Held).await;
        }));
    }

    /// "Plug it in now": everybody who is here is known; the next new MAC is the box.
    fn plug_in(&mut self, on: bool, tasks: &mut Tasks, eyes: &Eyes) {
        tasks.plug_in.stop();
        self.engine.plug_in_known = None;
        self.engine.plug_in_pending = false;
        if !on {
            return;
        }
        self.world.read_host_again(&mut self.engine);
        self.engine.plug_in_pending = true;
        if !self.world.is_real() {
            return;
        }
        let interface = self.engine.host.interface();
        tasks.watch_interfaces(eyes);
        if let Some(interface) = interface {
            self.listen(tasks, eyes, interface);
        }
        tasks.plug_in.begin(&mut tasks.set, eyes, &self.world.meter, interface);
    }
}

impl Tasks {
    fn stop_run(&mut self) {
        for task in [self.search.take(), self.checks.take()].into_iter().flatten() {
            task.abort();
        }
    }

    fn watch_interfaces(&mut self, eyes: &Eyes) {
        if self.interfaces.is_none() {
            let watch = discover::adapter::watch(eyes.clone());
            self.interfaces = Some(self.set.spawn(Job::Interfaces, watch));
        }
    }

    fn stop_listeners(&mut self) {
        let mdns = self.mdns.take().map(|(task, ..)| task);
        for task in [self.dhcp.take(), mdns].into_iter().flatten() {
            task.abort();
        }
    }

    fn close_console(&mut self) {
        drop(self.console.take());
    }
}
