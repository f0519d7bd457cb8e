//! A case as its TOML file says it. An unknown key is an error.

use super::plan::Kind;
use serde::Deserialize;
use std::path::{Path, PathBuf};

/// The folder with one file for each case.
pub const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/lab/cases");

/// Set where cases of the night run as well.
pub const NIGHT: &str = "LAB_NIGHT";

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// What it is about, for people.
    pub about: String,
    /// The sites on which it runs, each a test of its own.
    #[serde(default = "usual_sites")]
    pub sites: Vec<Kind>,
    /// Cases of one pair that looks alike have one name here.
    #[serde(default)]
    pub twin: Option<String>,
    /// No finding above information may be made.
    #[serde(default)]
    pub healthy: bool,
    /// How the cloud behaves in place of the virtual one, which speaks with the gateway.
    #[serde(default)]
    pub cloud: Cloud,
    /// The names give one address that the vendor's document does not list; the documented ones are there all the same.
    #[serde(default)]
    pub moved: bool,
    /// Settings of the environment for the program, such as a proxy.
    #[serde(default)]
    pub env: Vec<String>,
    /// Commands in a host once the gateways have proved the fault, right before the program runs.
    #[serde(default)]
    pub before: Vec<Before>,
    #[serde(default)]
    pub laptop: Laptop,
    /// Neighbours that answer for their address and nothing else, besides those with a real avahi.
    #[serde(default)]
    pub hosts: usize,
    /// Further hosts with a MAC each, which answer ARP and nothing else, behind one port of the switch.
    #[serde(default)]
    pub many: usize,
    /// Boxes of the gateway's maker with a MAC and an address each, which answer ARP and refuse connections, behind one
    /// port of the switch; nobody knows their LEDs.
    #[serde(default)]
    pub boxes: usize,
    /// Further ones that are gone: the laptop's neighbour table still holds an older entry of each.
    #[serde(default)]
    pub gone: usize,
    /// So many of them lose their cable once the laptop knows all.
    #[serde(default)]
    pub leave: usize,
    /// `find` runs to its end in a process of its own right before the program.
    #[serde(default)]
    pub find_first: bool,
    /// The neighbour table of the whole machine takes so many entries only: no other lab runs meanwhile.
    #[serde(default)]
    pub small_table: Option<u32>,
    /// The program watches for so many seconds in place of `check`; what it says last of each box is counted.
    #[serde(default)]
    pub watch_secs: Option<u64>,
    /// Only for `tests/run night`.
    #[serde(default)]
    pub night: bool,
    /// Services that the neighbours announce by mDNS.
    #[serde(default)]
    pub services: usize,
    #[serde(default, rename = "gateway")]
    pub gateways: Vec<Gateway>,
    #[serde(default, rename = "fault")]
    pub faults: Vec<Fault>,
    /// Connections that must open or not before the program runs: further proof that the fault bites, and only there.
    #[serde(default, rename = "probe")]
    pub probes: Vec<Probe>,
    /// Arguments of `check --json`, with the site's words in them.
    #[serde(default)]
    pub check: Vec<String>,
    pub expect: Expect,
    /// The program watches while a gateway restarts, in place of `check`.
    #[serde(default)]
    pub watch: Option<Watch>,
    /// The program watches while faults come and go, in place of `check`.
    #[serde(default)]
    pub tour: Option<Tour>,
    /// Something disturbs the gateways again and again while the program watches; the verdict names the rhythm.
    #[serde(default)]
    pub flapping: Option<Flapping>,
    /// Everything that the laptop sends is captured and accounted for, in place of a verdict.
    #[serde(default)]
    pub audit: Option<Audit>,
    /// This computer's own lease is renewed by a real client while checks run.
    #[serde(default)]
    pub renewing: Option<Renewing>,
    /// How long Kea's leases last, seconds.
    #[serde(default)]
    pub lease_secs: Option<u32>,
    /// The last gateway is plugged in while the finder looks for it, in place of `check`.
    #[serde(default)]
    pub plug_in: bool,
    /// The laptop's own adapter is pulled out and plugged in again while the program watches, or while the finder looks.
    #[serde(default)]
    pub replug: bool,
    /// The window is used in place of `check`.
    #[serde(default)]
    pub window: bool,
}

fn usual_sites() -> Vec<Kind> {
    vec![Kind::Dnsmasq]
}

/// What a cloud may do: nobody has published what the real one does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cloud {
    /// The virtual cloud, with which the gateway turns green.
    #[default]
    Virtual,
    Echo,
    Silent,
    /// Closes after the first bytes.
    Close,
    /// Resets after the first bytes.
    Reset,
    /// Says something first.
    Greet,
    /// Closes by itself after eight seconds of silence.
    CloseAfter8,
    /// Nobody listens.
    None,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Before {
    pub on: String,
    pub commands: Vec<String>,
    /// Not at once, but this long after the program began, milliseconds.
    #[serde(default)]
    pub after_ms: Option<u64>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Laptop {
    pub address: Addressing,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Addressing {
    /// A real udhcpc asks the router.
    #[default]
    Dhcp,
    /// 192.168.7.20/24, router and name server 192.168.7.1.
    Static,
    /// None at all.
    None,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gateway {
    pub mac: String,
    #[serde(default)]
    pub announce: bool,
    #[serde(default)]
    pub broadcast: bool,
    /// Dialect of a console on a pseudo-terminal.
    #[serde(default)]
    pub console: Option<String>,
    /// In the router's second subnet, 192.168.8.0/24, with the address 192.168.8.70.
    #[serde(default)]
    pub other_subnet: bool,
    /// It waits four seconds for an answer, not just over half a one.
    #[serde(default)]
    pub patient: bool,
    /// Its cable is out.
    #[serde(default)]
    pub unplugged: bool,
    /// Seconds between two keep-alives; 1 where nothing is said.
    #[serde(default)]
    pub keep_alive: Option<u32>,
    /// It asks first for this address, as after a move from another site.
    #[serde(default)]
    pub remembers: Option<std::net::Ipv4Addr>,
    /// It stops asking after so many unanswered questions.
    #[serde(default)]
    pub gives_up_after: Option<u32>,
}

/// One thing that is wrong with the site.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, tag = "is", rename_all = "kebab-case")]
pub enum Fault {
    /// The router serves no DHCP.
    NoDhcpServer,
    /// The router's name server.
    Names { answer: Naming },
    /// The router's firewall drops or rejects TCP from the inside; empty lists mean all.
    Filter {
        #[serde(default)]
        ports: Vec<u16>,
        #[serde(default)]
        addresses: Vec<std::net::Ipv4Addr>,
        #[serde(default)]
        mac: Option<String>,
        how: How,
    },
    /// A proxy on the router takes 443 and 4321.
    Proxy {
        /// Two hops away, and only for the addresses of the cloud, on every port.
        #[serde(default)]
        far: bool,
    },
    /// The cable between router and internet is out.
    WanCableOut,
    /// The router has no default route.
    WanRouteGone,
    /// The laptop's cable is out.
    LaptopCableOut,
    /// The laptop sends everything into a tunnel.
    VpnRoute,
    /// What DHCP hands out.
    Lease { lease: LeaseFault },
    /// The router forgets connections after this many seconds of silence.
    Idle { secs: u32, how: How },
    /// The cable between router and provider takes this long each way, milliseconds.
    SlowCable { ms: u32 },
    /// In place of the site's DHCP server a neighbour offers addresses and then refuses them.
    NakServer,
    /// Another host is a name server with a habit (`cut-short`, `says-why`); the lease names it by `{odd}`.
    OddNames { habit: String },
    /// A sign-in page on the router takes port 80.
    Portal,
    /// Something on the router answers TLS with a certificate of this issuer, on these ports.
    Inspection { issuer: String, ports: Vec<u16> },
    /// A second DHCP server on a neighbour, with another network.
    SecondServer,
    /// These neighbours all have the address that nobody has, and announce themselves there by turns.
    TakesTurns { hosts: Vec<usize> },
    /// Anything else.
    Run { on: String, commands: Vec<String> },
}

/// What is wrong with a lease.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LeaseFault {
    NoRouter,
    DeadRouter,
    NoNames,
    NameServers {
        list: Vec<String>,
    },
    /// The pool has one address, which the laptop takes.
    OneAddress,
    Ignores {
        mac: String,
    },
    Proxy {
        url: String,
    },
    /// A domain in which `wpad` is a name (dnsmasq only).
    WpadName {
        domain: String,
        ip: String,
    },
    /// Another router than the site's.
    Router {
        ip: String,
    },
    /// A mask that leaves the router outside.
    NarrowMask,
    /// A mask that takes other networks for neighbours.
    WideMask,
    /// The server first looks whether the address is free.
    SlowOffer,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Naming {
    OneNxdomain,
    Private,
    Refused,
    /// Nothing of the outside is known.
    InternalOnly,
    /// UDP 53 is dropped, TCP 53 is not.
    TcpOnly,
    Silent,
    /// One of the two names is answered 900 ms late.
    OneSlow,
    Nxdomain,
    Zero,
    ToRouter,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum How {
    Drop,
    TcpReset,
    AdminProhibited,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Probe {
    /// A host of the site.
    pub from: String,
    pub to: std::net::SocketAddr,
    pub opens: bool,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expect {
    /// The true LED of each gateway, in order.
    #[serde(default)]
    pub led: Vec<String>,
    #[serde(default)]
    pub verdict: Option<String>,
    /// Causes that the verdict must say it could also be, each with the test that splits the two.
    #[serde(default)]
    pub possible: Vec<String>,
    /// Words that must stand somewhere in the JSON.
    #[serde(default)]
    pub says: Vec<String>,
    /// Causes of which each must be among the findings.
    #[serde(default)]
    pub findings: Vec<String>,
    #[serde(default)]
    pub owner: Option<String>,
    #[serde(default)]
    pub level: Option<String>,
    #[serde(default)]
    pub exit: i32,
    /// How many gateways are in a state, by the keys of `boxes` in the JSON.
    #[serde(default)]
    pub boxes: std::collections::BTreeMap<String, usize>,
    /// Of how many gateways `watch` says this cause last.
    #[serde(default)]
    pub last: std::collections::BTreeMap<String, usize>,
    /// Words that may not stand anywhere in the JSON.
    #[serde(default)]
    pub never_says: Vec<String>,
    /// The LED that the program must know of each gateway; empty means that it need not know.
    #[serde(default)]
    pub knows_led: Vec<String>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Watch {
    pub secs: u64,
    /// For how long nobody serves DHCP after the restart.
    pub without_dhcp_ms: u64,
    /// Longest time from a change of the LED to the line that says so.
    pub within_ms: u64,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Flapping {
    pub by: Disturbance,
    /// Seconds of quiet before each disturbance.
    pub after_secs: Vec<u64>,
}

/// What is done again and again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Disturbance {
    /// The first gateway loses its power.
    Power,
    /// Everybody's connections are cut for some seconds.
    Everybody,
    /// Those of the first gateway alone.
    FirstAlone,
    /// Nothing: the site itself does it.
    Nothing,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tour {
    pub secs: u64,
    /// Longest time from a change of a LED until the program's set holds it.
    pub within_ms: u64,
    /// Fewest changes that prove anything.
    pub transitions: usize,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Renewing {
    pub client: Client,
    /// Fewest renewals that prove anything.
    pub renewals: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Client {
    Udhcpc,
    Dhclient,
    Dhcpcd,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Audit {
    /// Arguments of the program.
    pub run: Vec<String>,
    /// Most packets in a second, on average.
    #[serde(default)]
    pub per_second: Option<f64>,
    /// Most packets in all.
    #[serde(default)]
    pub packets: Option<usize>,
    /// Most frames of a kind, by the words of the audit.
    #[serde(default)]
    pub most: std::collections::BTreeMap<String, usize>,
    /// A neighbour does its worst meanwhile.
    #[serde(default)]
    pub fire: Option<Fire>,
    /// The program has no end of its own: it is ended as by Ctrl+C when the fire has sent its count and all that is expected was said.
    #[serde(default)]
    pub until_spent: bool,
    /// Most that the program may say on standard output, bytes, and hold in memory, MiB.
    #[serde(default)]
    pub bytes: Option<usize>,
    #[serde(default)]
    pub mib: Option<u64>,
}

/// What a neighbour sends without end.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fire {
    /// A word of `fire.rs`.
    pub kind: String,
    /// Its packets in a second.
    pub per_second: u32,
    /// So many are as many as the case wants; it goes on all the same.
    #[serde(default)]
    pub count: Option<u32>,
}

impl Gateway {
    /// How it can be known, in a word.
    pub fn word(&self) -> &'static str {
        match (self.announce, self.console.is_some(), self.broadcast) {
            (true, ..) => "announced",
            (_, true, _) => "console",
            (.., true) => "DHCP to all",
            _ => "quiet",
        }
    }
}

impl Case {
    pub fn read(path: &Path) -> Result<Case, String> {
        let text = std::fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?;
        let case: Case = toml::from_str(&text).map_err(|e| format!("{}: {e}", path.display()))?;
        case.sensible().map_err(|e| format!("{}: {e}", path.display()))?;
        Ok(case)
    }

    fn sensible(&self) -> Result<(), String> {
        if self.about.trim().is_empty() {
            return Err("'about' says nothing".into());
        }
        if self.window && self.watch.is_some() {
            return Err("a case has a window or watches, not both".into());
        }
        if self.expect.led.len() != self.gateways.len() {
            return Err("expect.led needs one LED for each gateway".into());
        }
        if self.watch.is_none()
            && self.tour.is_none()
            && self.audit.is_none()
            && !self.plug_in
            && !self.replug
            && self.renewing.is_none()
            && self.watch_secs.is_none()
            && [&self.expect.verdict, &self.expect.owner, &self.expect.level].iter().any(|e| e.is_none())
        {
            return Err("expect needs verdict, owner and level".into());
        }
        for word in self.expect.led.iter().chain(&self.expect.knows_led) {
            if solidgreen::model::LedState::from_word(word).is_none() {
                return Err(format!("'{word}' is no LED"));
            }
        }
        let codes = self
            .expect
            .verdict
            .iter()
            .chain(&self.expect.possible)
            .chain(&self.expect.findings)
            .chain(self.expect.last.keys());
        if let Some(code) = codes.into_iter().find(|c| solidgreen::model::Cause::from_code(c).is_none()) {
            return Err(format!("'{code}' is no cause"));
        }
        if self.sites.is_empty() {
            return Err("a case needs a site".into());
        }
        Ok(())
    }
}

/// All cases, by name; one that runs on several sites is named after each.
pub fn all() -> Result<Vec<(String, PathBuf, Kind)>, String> {
    let entries = std::fs::read_dir(FOLDER).map_err(|e| format!("{FOLDER}: {e}"))?;
    let files: Vec<(String, PathBuf)> = entries
        .filter_map(|e| e.ok().map(|e| e.path()))
        .filter(|p| p.extension().is_some_and(|e| e == "toml"))
        .filter_map(|p| Some((p.file_stem()?.to_str()?.to_owned(), p)))
        .collect();
    let mut cases = Vec::new();
    for (name, path) in files {
        // a mistake in the file is told when the case runs
        let sites = Case::read(&path).map_or_else(|_| usual_sites(), |c| c.sites);
        for kind in sites {
            let name = if kind == Kind::Dnsmasq { name.clone() } else { format!("{name}@{}", kind.word()) };
            cases.push((name, path.clone(), kind));
        }
    }
    if std::env::var_os(NIGHT).is_none() {
        cases.retain(|(_, path, _)| !Case::read(path).is_ok_and(|c| c.night));
    }
    // a program without a window has none to use
    if !cfg!(feature = "gui") {
        cases.retain(|(name, ..)| !name.starts_with("window."));
    }
    cases.sort();
    if cases.is_empty() { Err(format!("{FOLDER}: no case")) } else { Ok(cases) }
}
