//! The virtual gateway: does what the vendor's document says of the box, and nothing more.
//!
//! Link, DHCP, name servers from the lease, cloud; the LED is a function of what it reports ([`crate::lab::event`]).
//! What the document leaves open (resend times, keep-alive, the words on the connection) is an option or said to be
//! simulated. The network under it is given as [`Wires`], so that it is the same on a real interface and in `demo`.

pub mod dhcp;
pub mod message;
pub mod uplink;

use super::dial::Dialer;
use super::event::{Event, Lease, Reporter};
use super::random::Random;
use crate::model::Mac;
use crate::profile::Profile;
use dhcp::{Act, Client};
use dhcproto::v4::{Message, MessageType};
use std::net::Ipv4Addr;
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

/// Everything that can be set on a virtual gateway.
#[derive(Clone, Debug)]
pub struct Settings {
    pub mac: Mac,
    pub hosts: Vec<String>,
    pub ports: Vec<u16>,
    /// The BROADCAST flag of its DHCP messages.
    pub broadcast: bool,
    pub host_name: String,
    /// First wait of DHCP, and the pause between two rounds to the cloud.
    pub retry_ms: u64,
    /// Seconds between two keep-alives.
    pub keep_alive: f64,
    /// Seconds between two measurements, until the cloud says otherwise.
    pub interval: u64,
    /// Longest wait for a name server, a connection, or the cloud's word.
    pub answer_limit: Duration,
    pub seed: Option<u64>,
    /// How it begins to ask for an address, and when it stops.
    pub habit: dhcp::Habit,
}

impl Settings {
    /// A gateway with this MAC that seeks what the profile names.
    #[must_use]
    pub fn of(profile: &Profile, mac: Mac) -> Self {
        Settings {
            mac,
            hosts: profile.cloud.hosts.clone(),
            ports: profile.cloud.ports.clone(),
            broadcast: false,
            host_name: format!("gateway-{}", &mac.bare()[6..]),
            retry_ms: 1000,
            keep_alive: 30.0,
            interval: 60,
            answer_limit: Duration::from_secs(2),
            seed: None,
            habit: dhcp::Habit::default(),
        }
    }
}

/// Where a DHCP message goes.
#[derive(Clone, Debug)]
pub struct Outgoing {
    pub message: Message,
    /// `None` is everybody.
    pub to: Option<Ipv4Addr>,
}

/// What configures the own address.
pub trait Stack: Send {
    /// Sets address, mask and default route.
    ///
    /// # Errors
    /// When the operating system refuses, and why.
    fn configure(&mut self, lease: &Lease) -> Result<(), String>;
    /// Takes them away again.
    fn unconfigure(&mut self);
}

/// The network under a gateway.
pub struct Wires {
    pub link: watch::Receiver<bool>,
    pub dhcp_out: mpsc::UnboundedSender<Outgoing>,
    pub dhcp_in: mpsc::UnboundedReceiver<Message>,
    pub stack: Box<dyn Stack>,
    pub dialer: Dialer,
}

/// Powers a gateway until `stop` turns true (or its sender is gone): then the address is removed and the LED is dark.
///
/// # Errors
/// When the operating system refuses the address.
pub async fn run(
    settings: Settings,
    mut wires: Wires,
    reporter: Reporter,
    mut stop: watch::Receiver<bool>,
) -> Result<(), String> {
    reporter.tell(Event::Boot { mac: settings.mac });
    let mut random = Random::new(settings.seed);
    let (lease, leased) = watch::channel(None);
    let uplink =
        uplink::run(&settings, leased, &wires.dialer, &reporter, Random::new(Some(random.next_u64())));
    let mut box_ = Client::new(
        settings.mac,
        settings.broadcast,
        settings.host_name.clone(),
        settings.retry_ms,
        settings.habit,
        Random::new(Some(random.next_u64())),
    );
    let began = Instant::now();
    let now = || u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    tokio::pin!(uplink);
    // seen as changed, so that a link that is up from the beginning is reported as well
    wires.link.mark_changed();
    let ended = loop {
        let next = box_
            .next()
            .map_or(Duration::from_secs(3600), |ms| Duration::from_millis(ms.saturating_sub(now())));
        let acts = tokio::select! {
            // the lease is given and taken before the uplink runs on with an old one
            biased;
            stopped = stop.wait_for(|stop| *stop) => break stopped.map(|_| ()).or(Ok(())),
            changed = wires.link.changed() => {
                if changed.is_err() {
                    break Ok(());
                }
                let up = *wires.link.borrow_and_update();
                reporter.tell(Event::Link { up });
                box_.link(up, now())
            }
            Some(m) = wires.dhcp_in.recv() => box_.heard(&m, now()),
            () = tokio::time::sleep(next) => box_.tick(now()),
            () = &mut uplink => break Ok(()),
        };
        if let Err(why) = carry_out(acts, wires.stack.as_mut(), &wires.dhcp_out, &lease, &reporter) {
            break Err(why);
        }
    };
    if lease.borrow().is_some() {
        wires.stack.unconfigure();
    }
    reporter.tell(Event::Halt);
    ended
}

fn carry_out(
    acts: Vec<Act>,
    stack: &mut dyn Stack,
    out: &mpsc::UnboundedSender<Outgoing>,
    lease: &watch::Sender<Option<Lease>>,
    reporter: &Reporter,
) -> Result<(), String> {
    let send = |message: Box<Message>, to: Option<Ipv4Addr>| {
        if to.is_none() && message.ciaddr().is_unspecified() {
            match message::kind(&message) {
                Some(MessageType::Discover) => reporter.tell(Event::Discover),
                Some(MessageType::Request) => {
                    if let Some(ip) = message::seen(&message).and_then(|s| s.requested) {
                        reporter.tell(Event::Request { ip });
                    }
                }
                _ => {}
            }
        }
        // without a wire the message is lost, as it would be
        let _ = out.send(Outgoing { message: *message, to });
    };
    for act in acts {
        match act {
            Act::Broadcast(m) => send(m, None),
            Act::Unicast(m, to) => send(m, Some(to)),
            Act::Nak { server, message } => reporter.tell(Event::Nak { server, message }),
            Act::Renewed(ip) => reporter.tell(Event::Renewed { ip }),
            Act::Bound(new) => {
                stack.configure(&new)?;
                reporter.tell(Event::Lease(new.clone()));
                lease.send_replace(Some(new));
            }
            Act::Lost(why) => {
                lease.send_replace(None);
                stack.unconfigure();
                reporter.tell(Event::LeaseLost { why: why.into() });
            }
        }
    }
    Ok(())
}
