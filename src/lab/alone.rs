//! Runs the virtual gateway or cloud as a program of its own: events to a printer and a file, until its caller ends it.

use super::cloud::Cloud;
use super::event::{Event, Stamped, unix_us};
use super::gateway::dhcp::Habit;
use std::fs::File;
use std::io::Write;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// Takes whole lines for standard output; printing belongs to the command line.
pub type Print = Box<dyn FnMut(&str) + Send>;

/// What `lab gateway` can be told.
#[derive(Clone, Debug)]
pub struct GatewayOptions {
    pub interface: String,
    pub broadcast: bool,
    pub announce: bool,
    pub console: Option<PathBuf>,
    pub dialect: String,
    pub host_name: Option<String>,
    pub status: Option<PathBuf>,
    pub keep_alive: f64,
    pub interval: u64,
    pub retry_ms: u64,
    /// Seconds that a name server or the cloud may take to answer.
    pub answer_limit: f64,
    pub seed: Option<u64>,
    /// How it begins to ask for an address, and when it stops.
    pub habit: Habit,
}

/// What `lab cloud` can be told.
#[derive(Clone, Debug)]
pub struct CloudOptions {
    pub listen: Vec<SocketAddr>,
    pub interval: Option<u64>,
    pub store: Option<PathBuf>,
}

fn append_to(path: Option<&Path>) -> Result<Option<File>, String> {
    path.map(|p| {
        File::options()
            .create(true)
            .append(true)
            .open(p)
            .map_err(|e| format!("cannot write {}: {e}", p.display()))
    })
    .transpose()
}

/// Prints a line and keeps it.
fn record(stamped: &Stamped, print: &mut Print, file: Option<&mut File>) {
    let line = stamped.line();
    print(&line);
    // one write a line, so that a reader never sees half of one; a full disk must not stop the box
    if let Some(file) = file {
        let _ = file.write_all(line.as_bytes());
    }
}

fn runtime() -> Result<tokio::runtime::Runtime, String> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|e| format!("cannot start: {e}"))
}

/// Runs the virtual cloud until `end`.
///
/// # Errors
/// When an address cannot be listened at or the store cannot be written.
pub fn cloud(options: &CloudOptions, mut print: Print, end: impl Future<Output = ()>) -> Result<(), String> {
    let mut store = append_to(options.store.as_deref())?;
    runtime()?.block_on(async {
        let (told, mut events) = tokio::sync::mpsc::unbounded_channel();
        let _cloud =
            Cloud::start(&options.listen, options.interval, told).await.map_err(|e| e.to_string())?;
        tokio::pin!(end);
        loop {
            let event = tokio::select! {
                Some(event) = events.recv() => event,
                () = &mut end => return Ok(()),
            };
            let stamped = Stamped { event, unix_us: unix_us() };
            // the store holds what the sensors said, nothing else
            let kept = matches!(stamped.event, Event::Measurement { .. });
            record(&stamped, &mut print, store.as_mut().filter(|_| kept));
        }
    })
}

#[cfg(not(target_os = "linux"))]
/// # Errors
/// Always: a real interface is only supported on Linux.
pub fn gateway(
    _: &crate::profile::Profile,
    _: GatewayOptions,
    _: Print,
    _: impl Future<Output = ()>,
) -> Result<(), String> {
    Err("the virtual gateway on a real interface needs Linux; 'solidgreen demo' shows the same gateway here"
        .into())
}

#[cfg(target_os = "linux")]
pub use linux::gateway;

#[cfg(target_os = "linux")]
mod linux {
    use super::{Event, GatewayOptions, Print, Stamped, append_to, record, runtime};
    use crate::lab::announce::Announcer;
    use crate::lab::console::{Printer, Terminal};
    use crate::lab::dial::Dialer;
    use crate::lab::event::Reporter;
    use crate::lab::gateway::{self, Settings, Wires};
    use crate::lab::interface::{self, KernelStack};
    use crate::model::LedState;
    use crate::profile::Profile;
    use std::net::Ipv4Addr;
    use std::sync::mpsc;
    use tokio::sync::{mpsc as channel, watch};

    /// Runs the virtual gateway on a real interface until `end`.
    ///
    /// # Errors
    /// When the interface, a right, the dialect or a file is missing; the text says which.
    pub fn gateway(
        profile: &Profile,
        options: GatewayOptions,
        mut print: Print,
        end: impl Future<Output = ()>,
    ) -> Result<(), String> {
        let interface = interface::open(&options.interface)?;
        let sockets = interface::dhcp_sockets(&interface)?;
        let mut status = append_to(options.status.as_deref())?;
        let mut console = match &options.console {
            None => None,
            Some(path) => {
                let terminal = Terminal::make(path).map_err(|e| format!("no console: {e}"))?;
                Some((terminal, Printer::new(&options.dialect)?))
            }
        };
        let mut settings = Settings::of(profile, interface.mac);
        settings.broadcast = options.broadcast;
        settings.keep_alive = options.keep_alive;
        settings.interval = options.interval;
        settings.retry_ms = options.retry_ms;
        settings.answer_limit = std::time::Duration::from_secs_f64(options.answer_limit.clamp(0.05, 600.0));
        settings.seed = options.seed;
        settings.habit = options.habit;
        if let Some(name) = options.host_name {
            settings.host_name = name;
        }
        let announcer = if options.announce {
            let kind = profile.announcements.first().ok_or("the profile names no announcement to make")?;
            Some(Announcer::new(
                interface.name.clone(),
                kind.clone(),
                interface.mac,
                settings.host_name.clone(),
            ))
        } else {
            None
        };
        let (reporter, mut events) = Reporter::new();
        // a goodbye may take its time; no event has to wait for it
        let (shown, to_announce) = mpsc::channel();
        let thread = |name: &str| std::thread::Builder::new().name(name.to_owned());
        let none = |e: std::io::Error| format!("the system gives no thread ({e}); close other programs");
        let announcing = announcer.map(|a| thread("announce").spawn(move || announce(a, &to_announce)));
        let announcing = announcing.transpose().map_err(none)?;
        let recording = thread("events").spawn(move || {
            let mut ip = None;
            while let Some(stamped) = events.blocking_recv() {
                record(&stamped, &mut print, status.as_mut());
                if let Some((terminal, printer)) = &mut console {
                    for line in printer.lines(&stamped.event, stamped.unix_us) {
                        terminal.print(&line);
                    }
                }
                ip = match &stamped.event {
                    Event::Lease(lease) => Some(lease.ip),
                    Event::LeaseLost { .. } | Event::Halt => None,
                    _ => ip,
                };
                if let Stamped { event: Event::Led { led }, .. } = stamped {
                    // without an announcer nobody listens
                    let _ = shown.send((ip, led));
                }
            }
        });
        let recording = recording.map_err(none)?;
        let ended = runtime()?.block_on(power(settings, interface, sockets, reporter, end));
        let _ = recording.join();
        if let Some(announcing) = announcing {
            let _ = announcing.join();
        }
        ended
    }

    fn announce(mut announcer: Announcer, shown: &mpsc::Receiver<(Option<Ipv4Addr>, LedState)>) {
        for (ip, led) in shown {
            match ip {
                // an announcement that cannot be made is as lost as one on a bad network
                Some(ip) => drop(announcer.announce(ip, led)),
                None => announcer.goodbye(),
            }
        }
    }

    async fn power(
        settings: Settings,
        interface: interface::Interface,
        sockets: (socket2::Socket, socket2::Socket),
        reporter: Reporter,
        end: impl Future<Output = ()>,
    ) -> Result<(), String> {
        let (up, link) = watch::channel(interface.carrier);
        let (dhcp_out, out) = channel::unbounded_channel();
        let (heard, dhcp_in) = channel::unbounded_channel();
        let (stop, stopped) = watch::channel(false);
        let stack = Box::new(KernelStack::new(interface.clone()));
        let wires = Wires { link, dhcp_out, dhcp_in, stack, dialer: Dialer::Real };
        let gateway = gateway::run(settings, wires, reporter, stopped);
        tokio::pin!(gateway);
        let carry = async {
            tokio::try_join!(
                interface::follow_link(interface, up),
                interface::carry_dhcp(sockets, out, heard)
            )
        };
        tokio::select! {
            ended = &mut gateway => return ended,
            broken = carry => if let Err(e) = broken { return Err(format!("the interface failed: {e}")) },
            () = end => {}
        }
        stop.send_replace(true);
        gateway.await
    }
}
