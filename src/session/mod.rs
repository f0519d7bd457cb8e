//! The headless application: commands in, an immutable snapshot out; the only clock. Window and terminal are two faces
//! of it, and neither waits for it.

mod adapter;
mod asks;
pub mod command;
#[cfg(feature = "lab")]
pub mod demo;
mod engine;
mod finder;
mod interface;
mod jobs;
pub mod keeping;
mod looked;
pub mod opened;
mod pasted;
mod picture;
pub mod playback;
pub mod recorder;
mod remembered;
pub mod replay;
mod run;
mod sieve;
mod steady;
pub mod training;
mod waits;
pub mod world;

use crate::check;
use crate::history::History;
use crate::model::check::CheckPlan;
use crate::model::host::HostView;
use crate::model::mac::TypedMac;
use crate::model::pasted::TextKind;
use crate::model::recording::{self, Header};
use crate::model::snapshot::Limit;
use crate::model::{LedState, Snapshot};
use crate::platform::supervise::{caught, supervised};
use crate::platform::{ending, interfaces, threads};
use crate::profile::Profile;
pub use command::{Command, PlaybackOrder};
use engine::Engine;
pub use engine::KEEPING;
pub use engine::intent;
use keeping::{Keeping, OnDisk};
use recorder::Recorder;
use remembered::Remembered;
use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Runtime;
use tokio::sync::{mpsc, watch};
use world::World;

/// The session is too busy to take a command, or has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the program is busy; try again in a moment")]
pub struct Refused;

/// What a face needs of a session; tests give their own.
pub trait SessionPort: Send {
    /// The newest picture. Cheap, never blocks.
    fn snapshot(&self) -> Arc<Snapshot>;
    /// Asks for something. Never blocks.
    ///
    /// # Errors
    /// [`Refused`] when the queue is full.
    fn send(&self, command: Command) -> Result<(), Refused>;
}

/// How a session begins.
#[derive(Clone, Debug, Default)]
pub struct Options {
    pub interface: Option<String>,
    pub mac: Option<TypedMac>,
    pub ip: Option<Ipv4Addr>,
    pub saw: Option<LedState>,
    /// DHCP servers are asked what they would offer to the gateway, whatever its LED shows.
    pub ask_as_gateway: bool,
    /// How long `find` looks; `None` is until the operating system gave dead addresses up.
    pub find_wait: Option<Duration>,
    /// Where visits are kept; `None` is the usual folder.
    pub data: Option<PathBuf>,
    /// Fault of the simulated site; `Some` makes it a demonstration.
    pub demo: Option<String>,
    /// Where the simulated site makes the program break, to see what becomes of the run.
    pub breaks: Option<check::Breaks>,
    /// A recording is written here too.
    pub record: Option<PathBuf>,
    pub site: String,
    /// Texts of the firewall or the DHCP server that count as evidence.
    pub pasted: Vec<(TextKind, String)>,
}

/// Why a session could not begin.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("{0}")]
    Interface(String),
    #[error("the program could not start its worker threads: {0}; close other programs, then try again")]
    Runtime(#[from] std::io::Error),
    #[error("{0}")]
    Demo(String),
    #[error("{0}")]
    Record(String),
}

/// A running session; dropping it ends it.
pub struct Session {
    commands: mpsc::Sender<Command>,
    snapshots: watch::Receiver<Arc<Snapshot>>,
    runtime: Option<Runtime>,
    ended: std::sync::mpsc::Receiver<()>,
}

/// What the limit begins with where the interface is gone.
pub const MEASURING: &str = "Measuring from";

/// What the limit is about where no idle ladder can begin.
pub const HOLDING: &str = "Holding idle connections";

/// Whether a limit is one of keeping and recording, and none of looking.
#[must_use]
pub fn is_about_the_disk(limit: &Limit) -> bool {
    [KEEPING, keeping::ROOM, recorder::RECORDING].contains(&limit.what.as_str())
}

/// Longest time that the answer to what was asked to end is waited for.
const LAST_WORDS: Duration = Duration::from_secs(2);
/// Longest time that ending may take, so that the last picture is on disk: of thousands of boxes a slow computer needs
/// seconds, and without it what is kept tells less than was sent. A second signal waits for nothing.
const LAST_KEPT: Duration = Duration::from_secs(10);

impl Session {
    /// Starts the session. Nothing is sent before a command asks for it. `wake` is called after each new picture.
    ///
    /// # Errors
    /// When the interface asked for does not exist, or the system gives no threads.
    pub fn start(
        profile: Arc<Profile>,
        options: Options,
        clock: check::Clock,
        wake: Arc<dyn Fn() + Send + Sync>,
    ) -> Result<Session, StartError> {
        let runtime = threads::runtime()?;
        let _entered = runtime.enter();
        let mut engine = {
            let started = world::unix_ms();
            Engine::new(Arc::clone(&profile), History::new_id(started), started)
        };
        engine.site = options.site;
        engine.ask_as_gateway = options.ask_as_gateway;
        let mut world = World::real(clock);
        world.wanted_interface = options.interface.clone();
        world.gateway_ip = options.ip;
        #[cfg(feature = "lab")]
        if let Some(fault) = &options.demo {
            let demo = demo::Demo::begin(&runtime, fault, options.breaks, &profile, world.clock())
                .map_err(StartError::Demo)?;
            world.demo = Some(demo);
            if let Some(check::Breaks::Sending(error)) = options.breaks {
                world.meter.refuse(error);
            }
        }
        if world.is_real() && options.interface.is_some() {
            engine.host = interfaces::read();
            engine
                .choose_interface(options.interface.as_deref(), options.ip)
                .map_err(StartError::Interface)?;
        }
        let header = Header {
            kind: recording::KIND.into(),
            format: recording::FORMAT,
            version: env!("CARGO_PKG_VERSION").into(),
            started_unix_ms: engine.started_unix_ms,
            site: engine.site.clone(),
            note: "recorded".into(),
            profile: (profile.text != crate::profile::SHIPPED).then(|| profile.text.clone()),
        };
        let mut recorders = Vec::new();
        if let Some(file) = &options.record {
            recorders.push(Recorder::at(file, &header).map_err(StartError::Record)?);
        }
        let remembered =
            if world.is_real() { Remembered::open(options.data.clone()) } else { Remembered::default() };
        let keeping = if world.is_real() {
            let shelf = OnDisk::new(options.data, engine.visit.clone(), engine.started_unix_ms);
            Keeping::on(Box::new(shelf), Some(header))
        } else {
            Keeping::default()
        };
        let (commands, queue) = mpsc::channel(64);
        let (publish, snapshots) = watch::channel(Arc::new(Snapshot::default()));
        let find_wait = options.find_wait.unwrap_or(run::SEARCH);
        let mac = options.mac.as_ref().map(|typed| typed.mac);
        for command in [
            options.mac.map(Command::TypeMac),
            options.ip.map(Command::TypeIp),
            options.saw.map(|led| Command::Saw { mac, led }),
        ]
        .into_iter()
        .flatten()
        .chain(options.pasted.into_iter().map(|(kind, text)| Command::Paste { kind, text }))
        {
            // the queue is new and larger than this
            let _ = commands.try_send(command);
        }
        let (end, ended) = std::sync::mpsc::channel();
        let inner = run::Loop {
            engine,
            world,
            commands: queue,
            publish,
            wake,
            find_wait,
            keeping,
            remembered,
            recorders,
        };
        let (last, told) = (inner.publish.clone(), Arc::clone(&inner.wake));
        runtime.spawn(async move {
            if let Err(broke) = supervised(inner.run()).await {
                last.send_modify(|s| *s = Arc::new(picture::of_the_end(s, &broke)));
                // whoever is woken may be what broke
                drop(caught(|| told()));
            }
            let _ = end.send(());
        });
        drop(_entered);
        Ok(Session { commands, snapshots, runtime: Some(runtime), ended })
    }

    /// Waits until `done` holds of a picture, and returns it; `None` when the session ended before, or something from
    /// outside ends it ([`ending`]). For the terminal: a window never waits.
    pub fn wait_for(&self, done: impl FnMut(&Snapshot) -> bool) -> Option<Arc<Snapshot>> {
        self.runtime.as_ref()?.block_on(async {
            tokio::select! {
                biased;
                _ = ending::come() => None,
                picture = self.picture_of(done) => picture,
            }
        })
    }

    /// The same for the last words of work that was asked to end.
    pub fn wait_at_the_end(&self, done: impl FnMut(&Snapshot) -> bool) -> Option<Arc<Snapshot>> {
        let runtime = self.runtime.as_ref()?;
        runtime
            .block_on(async { tokio::time::timeout(LAST_WORDS, self.picture_of(done)).await.ok().flatten() })
    }

    async fn picture_of(&self, mut done: impl FnMut(&Snapshot) -> bool) -> Option<Arc<Snapshot>> {
        let mut snapshots = self.snapshots.clone();
        snapshots.wait_for(|s| done(s)).await.map(|s| Arc::clone(&s)).ok()
    }

    /// The next picture after the one seen last by this call; `None` when `until` has passed, the session ended, or
    /// something from outside ends it ([`ending`]).
    pub fn next(
        &self,
        seen: &mut watch::Receiver<Arc<Snapshot>>,
        limit: Option<Duration>,
    ) -> Option<Arc<Snapshot>> {
        let runtime = self.runtime.as_ref()?;
        runtime.block_on(async {
            let changed = async {
                tokio::select! {
                    biased;
                    _ = ending::come() => false,
                    changed = seen.changed() => changed.is_ok(),
                }
            };
            let ok = match limit {
                Some(limit) => tokio::time::timeout(limit, changed).await.unwrap_or(false),
                None => changed.await,
            };
            ok.then(|| Arc::clone(&seen.borrow_and_update()))
        })
    }

    /// A view on the stream of pictures.
    #[must_use]
    pub fn subscribe(&self) -> watch::Receiver<Arc<Snapshot>> {
        self.snapshots.clone()
    }

    /// The runtime, for one-shot work of a face.
    #[must_use]
    pub fn handle(&self) -> Option<tokio::runtime::Handle> {
        self.runtime.as_ref().map(|r| r.handle().clone())
    }
}

impl SessionPort for Session {
    fn snapshot(&self) -> Arc<Snapshot> {
        Arc::clone(&self.snapshots.borrow())
    }

    fn send(&self, command: Command) -> Result<(), Refused> {
        self.commands.try_send(command).map_err(|_| Refused)
    }
}

impl Session {
    /// Ends the session: nothing is sent any more, and the last picture has all that was. For the terminal.
    pub fn finish(&mut self) -> Arc<Snapshot> {
        self.end();
        self.snapshot()
    }

    fn end(&mut self) {
        // closing the queue ends the loop, which keeps the last picture first
        let (closed, _) = mpsc::channel(1);
        drop(std::mem::replace(&mut self.commands, closed));
        let _ = self.ended.recv_timeout(LAST_KEPT);
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // nobody looks any more
        self.snapshots = watch::channel(Arc::default()).1;
        self.end();
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// The plan of a check on this computer as it is now, without sending anything.
///
/// # Errors
/// When the interface asked for does not exist.
pub fn plan(
    profile: &Profile,
    wanted: Option<&str>,
    ip: Option<Ipv4Addr>,
    rungs: &[u64],
) -> Result<(HostView, CheckPlan), StartError> {
    let mut host = interfaces::read();
    host.chosen = interface::choose(&host, wanted, ip).map_err(StartError::Interface)?;
    let plan = check::plan::plan(profile, &host, rungs);
    Ok((host, plan))
}

#[cfg(test)]
#[cfg(feature = "lab")]
mod broken_tests;
#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "a test lays files out as somebody else would have")]
mod keeping_tests;
#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "a test lays files out as somebody else would have")]
mod long_tests;
