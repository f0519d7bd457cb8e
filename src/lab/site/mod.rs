//! A whole simulated site on loopback, for `demo`: no rights are needed, nothing leaves this computer.
//!
//! Names and TCP go through real sockets; what loopback cannot carry (ARP, DHCP, mDNS, a serial line) is fed as
//! observations. The gateway is the same one that runs on a real interface; a relay on its way makes the fault.

pub mod faults;
pub mod relay;
pub mod segment;

use super::announce::FIRMWARE;
use super::cloud::Cloud;
use super::console::{DIALECTS, Printer};
use super::dial::{Dialer, SharedBook};
use super::event::{Event, Lease, Reporter, Stamped};
use super::gateway::{self, Outgoing, Settings, Stack, Wires, message};
use super::names::{Answers, NameServer, Table};
use crate::model::check::{Offer, Transport};
use crate::model::evidence::{Announcement, ConsoleFact, ConsoleLine, Fact, Observation, Source};
use crate::model::host::HostView;
use crate::model::{AddressBook, At, LedState, Mac, Way};
use crate::profile::Profile;
use faults::{FAULTS, Filter, Naming, Scene};
use relay::{Proxy, Relay, Wire};
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::sleep;

pub const ROUTER_IP: Ipv4Addr = Ipv4Addr::new(192, 168, 50, 1);
pub const LAPTOP_IP: Ipv4Addr = Ipv4Addr::new(192, 168, 50, 20);
pub const GATEWAY_IP: Ipv4Addr = Ipv4Addr::new(192, 168, 50, 70);
/// A FortiGate, so that the firewall page shows its platform.
pub const ROUTER_MAC: Mac = Mac([0x00, 0x09, 0x0f, 0x5d, 0x21, 0x01]);
pub const LAPTOP_MAC: Mac = Mac([0x02, 0x50, 0x00, 0x00, 0x00, 0x20]);
/// Last octets of the simulated gateway; its first three are the profile's.
const GATEWAY_TAIL: [u8; 3] = [0x5e, 0x1f, 0x20];
/// Name of the simulated serial port.
pub const CONSOLE: &str = "demo-console";
const NEIGHBOUR_ROUND: Duration = Duration::from_secs(3);
const RESTART_EVERY: Duration = Duration::from_secs(20);
const WITHOUT_POWER: Duration = Duration::from_millis(1500);
/// How long a cable stays out when a fault needs a new lease to bite.
const REPLUG: Duration = Duration::from_millis(600);

/// Gives the session's time.
pub type Clock = Arc<dyn Fn() -> At + Send + Sync>;

/// What all parts of the site look at.
struct Shared {
    mac: Mac,
    profile: Profile,
    clock: Clock,
    /// Where observations go; a full queue loses them, as a busy computer does.
    seen: mpsc::Sender<Observation>,
    scene: watch::Sender<Scene>,
    /// The gateway's address and LED as they truly are.
    truth: Mutex<(Option<Ipv4Addr>, LedState)>,
}

impl Shared {
    fn see(&self, source: Source, fact: Fact) {
        // lost when nobody reads fast enough
        let _ = self.seen.try_send(Observation { at: (self.clock)(), source, fact });
    }

    fn scene(&self) -> Scene {
        *self.scene.borrow()
    }

    fn truth(&self) -> (Option<Ipv4Addr>, LedState) {
        *self.truth.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A running site. It ends when dropped.
pub struct Site {
    shared: Arc<Shared>,
    observations: Option<mpsc::Receiver<Observation>>,
    /// Logical address of the cloud, its real listener, and the gateway's relay to it.
    ways: Vec<(SocketAddr, SocketAddr, Relay)>,
    proxy: Proxy,
    lease_names: NameServer,
    control_names: NameServer,
    gateway_book: SharedBook,
    link: watch::Sender<bool>,
    _cloud: Cloud,
    tasks: JoinSet<()>,
}

impl Site {
    /// The faults there are: name and explanation.
    #[must_use]
    pub fn faults() -> &'static [(&'static str, &'static str)] {
        &FAULTS
    }

    /// Starts a site. Call it on a tokio runtime.
    ///
    /// # Errors
    /// When there is no such fault, or loopback has no free port; the text says which.
    pub async fn start(fault: &str, profile: &Profile, clock: Clock) -> Result<Site, String> {
        let scene = scene(fault)?;
        let io = |e: io::Error| format!("the simulated site cannot start on loopback: {e}");
        let [a, b, c] = profile.mac_prefixes.first().copied().unwrap_or([0x02, 0, 0]);
        let [d, e, f] = GATEWAY_TAIL;
        let mac = Mac([a, b, c, d, e, f]);
        let logical: Vec<SocketAddr> = profile
            .cloud
            .documented_addresses
            .iter()
            .flat_map(|ip| profile.cloud.ports.iter().map(|port| SocketAddr::from((*ip, *port))))
            .collect();
        let (told, mut cloud_events) = mpsc::unbounded_channel();
        let loopback = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let cloud = Cloud::start(&vec![loopback; logical.len()], Some(10), told).await.map_err(io)?;
        let mut ways = Vec::new();
        for (logical, real) in logical.iter().zip(&cloud.at) {
            ways.push((*logical, *real, Relay::start(*real).await.map_err(io)?));
        }
        let table = table(profile);
        let (seen, observations) = mpsc::channel(4096);
        let mut tasks = JoinSet::new();
        // the demo shows the gateway's side; the cloud's is read so that it does not pile up
        tasks.spawn(async move { while cloud_events.recv().await.is_some() {} });
        let mut site = Site {
            shared: Arc::new(Shared {
                mac,
                profile: profile.clone(),
                clock,
                seen,
                scene: watch::channel(scene).0,
                truth: Mutex::new((None, LedState::Dark)),
            }),
            observations: Some(observations),
            ways,
            proxy: Proxy::start().await.map_err(io)?,
            lease_names: NameServer::start(table.clone(), Answers::Normal).await.map_err(io)?,
            control_names: NameServer::start(table, Answers::Normal).await.map_err(io)?,
            gateway_book: SharedBook::default(),
            link: watch::channel(scene.gateway_link()).0,
            _cloud: cloud,
            tasks,
        };
        site.rewire();
        site.tasks.spawn(live(site.shared.clone(), site.gateway_book.clone(), site.link.subscribe()));
        site.tasks.spawn(watch_neighbours(site.shared.clone()));
        Ok(site)
    }

    /// Puts another fault in place of the present one, while everything runs.
    ///
    /// # Errors
    /// When there is no such fault; the text lists those there are.
    pub fn set_fault(&mut self, fault: &str) -> Result<(), String> {
        let (before, after) = (self.shared.scene(), scene(fault)?);
        self.shared.scene.send_replace(after);
        self.rewire();
        let new_lease = before.dhcp() != after.dhcp() || before.gateway_net() != after.gateway_net();
        if new_lease && after.gateway_link() {
            // a box keeps its lease for hours; unplugged and plugged in again it meets the fault at once
            self.link.send_replace(false);
            let (link, shared) = (self.link.clone(), self.shared.clone());
            self.tasks.spawn(async move {
                sleep(REPLUG).await;
                link.send_replace(shared.scene().gateway_link());
            });
        } else {
            self.link.send_replace(after.gateway_link());
        }
        Ok(())
    }

    /// Name of the present fault.
    #[must_use]
    pub fn fault(&self) -> &'static str {
        self.shared.scene().name
    }

    /// MAC of the simulated gateway.
    #[must_use]
    pub fn mac(&self) -> Mac {
        self.shared.mac
    }

    /// The true LED of the simulated gateway, for tests; nothing may be concluded from it.
    #[must_use]
    pub fn true_led(&self) -> LedState {
        self.shared.truth().1
    }

    /// What is seen on the segment. It can be taken once.
    pub fn observations(&mut self) -> Option<mpsc::Receiver<Observation>> {
        self.observations.take()
    }

    /// The simulated laptop as it is now.
    #[must_use]
    pub fn host_view(&self) -> HostView {
        segment::laptop(self.shared.scene())
    }

    /// The MAC that answers ARP for the router, if one does.
    #[must_use]
    pub fn router_mac(&self) -> Option<Mac> {
        self.shared.scene().laptop_link().then_some(ROUTER_MAC)
    }

    /// What a DHCP probe of the laptop would be answered.
    #[must_use]
    pub fn offers(&self) -> Vec<Offer> {
        let scene = self.shared.scene();
        if !scene.dhcp() || !scene.laptop_link() {
            return Vec::new();
        }
        vec![Offer {
            server: ROUTER_IP,
            to_new_mac: true,
            address: Some(segment::neighbour_ip(120)),
            mask: Some(Ipv4Addr::new(255, 255, 255, 0)),
            routers: vec![ROUTER_IP],
            name_servers: vec![ROUTER_IP],
            lease_secs: Some(segment::LEASE_SECS),
            portal: None,
            wpad: None,
            domain: None,
            after_ms: 0,
            to_gateway: false,
            to_own: false,
        }]
    }

    /// Where an address leads from the laptop, now.
    #[must_use]
    pub fn book_for_laptop(&self) -> AddressBook {
        self.book(false)
    }

    /// Where an address leads from the gateway, now.
    #[must_use]
    pub fn book_for_gateway(&self) -> AddressBook {
        self.book(true)
    }

    fn book(&self, by_gateway: bool) -> AddressBook {
        let scene = self.shared.scene();
        let mut book = AddressBook::default();
        if !(if by_gateway { scene.gateway_link() } else { scene.laptop_link() }) {
            return book;
        }
        let names = if scene.naming() == Naming::Silent { Way::Silent } else { Way::To(self.lease_names.at) };
        for transport in [Transport::Udp, Transport::Tcp] {
            for router in [ROUTER_IP, scene.gateway_net()[1]] {
                book.enter(transport, (router, 53).into(), names);
            }
        }
        // the router itself listens at no port of the cloud, so a name that was redirected to it leads nowhere
        for port in &self.shared.profile.cloud.ports {
            book.enter(Transport::Tcp, (ROUTER_IP, *port).into(), Way::Refused);
        }
        if scene.internet() {
            for target in &self.shared.profile.control.targets {
                // any listener will do: a control target only has to answer
                book.enter(Transport::Tcp, *target, Way::To(self.control_names.at));
            }
            for server in &self.shared.profile.control.name_servers {
                for transport in [Transport::Udp, Transport::Tcp] {
                    book.enter(transport, SocketAddr::new(*server, 53), Way::To(self.control_names.at));
                }
            }
        }
        for (logical, real, relay) in &self.ways {
            let way = match scene.filter(by_gateway, self.nth(*logical), *logical) {
                Filter::Pass if by_gateway => Way::To(relay.at),
                Filter::Pass => Way::To(*real),
                Filter::Drop => Way::Silent,
                Filter::Reject => Way::Prohibited,
                Filter::Proxy => Way::To(self.proxy.at),
            };
            book.enter(Transport::Tcp, *logical, way);
        }
        if scene.proxy() {
            for port in &self.shared.profile.cloud.ports {
                book.any_host.insert((Transport::Tcp, *port), Way::To(self.proxy.at));
            }
        }
        book
    }

    fn nth(&self, logical: SocketAddr) -> usize {
        let known = &self.shared.profile.cloud.documented_addresses;
        known.iter().position(|ip| IpAddr::V4(*ip) == logical.ip()).unwrap_or_default()
    }

    /// Brings name servers, relays and the gateway's book into the present scene.
    fn rewire(&self) {
        let scene = self.shared.scene();
        self.lease_names.set(match scene.naming() {
            Naming::Good => Answers::Normal,
            Naming::Silent => Answers::Silence,
            Naming::NoSuchName => Answers::NoSuchName(self.shared.profile.cloud.hosts.clone()),
            Naming::Redirect => Answers::AllTo(ROUTER_IP),
            Naming::ServFail => Answers::ServFail,
        });
        for (logical, _, relay) in &self.ways {
            relay.set(match scene.filter(true, self.nth(*logical), *logical) {
                _ if !scene.gateway_link() => Wire::Swallow,
                // a filter of names leaves open connections alone; a new one shows it, so the box is made to seek one
                Filter::Pass if scene.naming() != Naming::Good => Wire::Cut,
                Filter::Pass => Wire::Pass,
                Filter::Drop => Wire::Swallow,
                Filter::Reject | Filter::Proxy => Wire::Cut,
            });
        }
        *self.gateway_book.write().unwrap_or_else(PoisonError::into_inner) = self.book(true);
    }
}

fn scene(fault: &str) -> Result<Scene, String> {
    Scene::of(fault).ok_or_else(|| {
        let names: Vec<&str> = FAULTS.iter().map(|f| f.0).collect();
        let fault = crate::model::text::foreign(fault);
        format!("there is no fault '{fault}'; there are {}", names.join(", "))
    })
}

fn table(profile: &Profile) -> Table {
    let cloud =
        profile.cloud.hosts.iter().map(|h| (h.to_lowercase(), profile.cloud.documented_addresses.clone()));
    // addresses of the block that is set aside for documentation, but public in kind
    let control =
        profile.control.names.iter().map(|n| (n.to_lowercase(), vec![Ipv4Addr::new(93, 184, 216, 34)]));
    cloud.chain(control).collect()
}

/// The gateway's life: power, restarts, and everything it shows.
async fn live(shared: Arc<Shared>, book: SharedBook, link: watch::Receiver<bool>) {
    let mut scenes = shared.scene.subscribe();
    loop {
        let (stop, stopped) = watch::channel(false);
        let mut settings = Settings::of(&shared.profile, shared.mac);
        settings.keep_alive = 1.0;
        settings.answer_limit = Duration::from_millis(1200);
        if shared.scene.borrow().some_addresses() {
            // it picks an address at random each time, and shall have found the open one before a check ends
            settings.answer_limit = Duration::from_millis(100);
            settings.retry_ms = 100;
        }
        let (reporter, events) = Reporter::new();
        let (dhcp_out, out) = mpsc::unbounded_channel();
        let (heard, dhcp_in) = mpsc::unbounded_channel();
        let wires = Wires {
            link: link.clone(),
            dhcp_out,
            dhcp_in,
            stack: Box::new(NoStack),
            dialer: Dialer::Book(book.clone()),
        };
        let restart = async {
            loop {
                if scenes.borrow_and_update().restarts() {
                    sleep(RESTART_EVERY).await;
                    if scenes.borrow().restarts() {
                        stop.send_replace(true);
                        return std::future::pending::<()>().await;
                    }
                } else if scenes.changed().await.is_err() {
                    return std::future::pending::<()>().await;
                }
            }
        };
        let show = show(&shared, events);
        let serve = serve_dhcp(&shared, out, heard, link.clone());
        let gateway = gateway::run(settings, wires, reporter, stopped);
        tokio::select! {
            // NoStack refuses nothing, and what was shown last is shown by the drain of `show`
            _ = async { tokio::join!(gateway, show) } => {}
            () = serve => {}
            () = restart => {}
        }
        sleep(WITHOUT_POWER).await;
    }
}

/// Carries DHCP between the gateway and the simulated server, and lets the laptop see what it could.
async fn serve_dhcp(
    shared: &Shared,
    mut out: mpsc::UnboundedReceiver<Outgoing>,
    heard: mpsc::UnboundedSender<dhcproto::v4::Message>,
    link: watch::Receiver<bool>,
) {
    while let Some(Outgoing { message, to }) = out.recv().await {
        let scene = shared.scene();
        if !*link.borrow() {
            continue;
        }
        // broadcasts reach the laptop; answers to a box that wants none by broadcast do not
        let same_segment = !scene.other_subnet() && scene.laptop_link();
        if to.is_none()
            && same_segment
            && let Some(seen) = message::seen(&message)
        {
            shared.see(Source::Dhcp, Fact::Dhcp(seen));
        }
        if let Some(answer) = segment::dhcp_answer(scene, &message) {
            sleep(Duration::from_millis(2)).await;
            // the gateway lost its power meanwhile
            let _ = heard.send(answer);
        }
    }
    // the gateway has ended, its wire has not
    std::future::pending().await
}

/// Turns the gateway's events into what its console and its announcement show.
async fn show(shared: &Shared, mut events: mpsc::UnboundedReceiver<Stamped>) {
    let dialect = shared.profile.dialects.iter().find(|d| DIALECTS.contains(&d.name.as_str()));
    let mut printer = dialect.and_then(|d| Printer::new(&d.name).ok());
    while let Some(Stamped { event, unix_us }) = events.recv().await {
        if let (Some(dialect), Some(printer)) = (dialect, &mut printer) {
            for text in printer.lines(&event, unix_us) {
                shared.see(Source::Console, Fact::Console(console_line(dialect, text)));
            }
        }
        let mut truth = shared.truth.lock().unwrap_or_else(PoisonError::into_inner);
        match event {
            Event::Lease(Lease { ip, .. }) => truth.0 = Some(ip),
            Event::LeaseLost { .. } => truth.0 = None,
            Event::Halt => *truth = (None, LedState::Dark),
            Event::Led { led } => truth.1 = led,
            _ => continue,
        }
        let (ip, led) = *truth;
        drop(truth);
        if let (Event::Led { .. }, Some(ip), true) = (&event, ip, shared.scene().laptop_link()) {
            announce(shared, ip, led);
        }
    }
}

fn announce(shared: &Shared, ip: Ipv4Addr, led: LedState) {
    let Some(kind) = shared.profile.announcements.first() else { return };
    let announcement = Announcement {
        mac: kind.mac_key.as_ref().map(|_| shared.mac),
        ip: Some(ip),
        led: kind.led_key.as_ref().map(|_| led),
        ttl_ms: 120_000,
        name: format!("gateway-{}", &shared.mac.bare()[6..]),
        firmware: kind.firmware_key.as_ref().map(|_| FIRMWARE.to_owned()),
        assumed: kind.assumed,
        goodbye: false,
    };
    shared.see(Source::Mdns, Fact::Announced(announcement));
}

fn console_line(dialect: &crate::profile::Dialect, text: String) -> ConsoleLine {
    let found = dialect.lines.iter().find_map(|p| p.pattern.captures(&text).map(|c| (p, c)));
    let meaning = found.map(|(pattern, c)| ConsoleFact {
        led: pattern.led,
        mac: c.name("mac").and_then(|m| m.as_str().parse().ok()),
        ip: c.name("ip").and_then(|m| m.as_str().parse().ok()),
        restarted: pattern.restarted,
    });
    let dialect_name = meaning.as_ref().map(|_| dialect.name.clone());
    ConsoleLine {
        port: CONSOLE.into(),
        text: crate::model::text::foreign(&text),
        meaning,
        dialect: dialect_name,
        assumed: dialect.assumed,
    }
}

/// Feeds the neighbour table, round after round, and the label of a box that cannot be seen.
async fn watch_neighbours(shared: Arc<Shared>) {
    let mut scenes = shared.scene.subscribe();
    let mut last_ip = None;
    loop {
        let scene = *scenes.borrow_and_update();
        let ip = shared.truth().0.filter(|_| scene.gateway_link());
        let rows = segment::neighbours(scene, ip.map(|ip| (shared.mac, ip)));
        for (mac, ip) in &rows {
            shared.see(Source::Neighbour, Fact::Neighbour { mac: *mac, ip: *ip, confirmed_ms_ago: Some(0) });
        }
        // an address that answered before is asked for again
        if let Some(gone) = last_ip.filter(|gone| !rows.iter().any(|(_, ip)| ip == gone))
            && scene.laptop_link()
        {
            shared.see(Source::Neighbour, Fact::Unanswered { ip: gone, given_up: true });
        }
        last_ip = ip.filter(|_| !scene.other_subnet()).or(last_ip);
        if scene.name == "silent" {
            shared.see(Source::Typed, Fact::TypedMac { mac: shared.mac, repaired: Vec::new() });
        }
        // a round at once when the scene changes, else at leisure; the box needs a moment to react
        tokio::select! {
            () = sleep(if last_ip.is_none() { NEIGHBOUR_ROUND / 6 } else { NEIGHBOUR_ROUND }) => {}
            changed = scenes.changed() => if changed.is_err() { return },
        }
    }
}

/// On loopback no address is configured.
struct NoStack;

impl Stack for NoStack {
    fn configure(&mut self, _: &Lease) -> Result<(), String> {
        Ok(())
    }
    fn unconfigure(&mut self) {}
}

#[cfg(test)]
mod tests;
