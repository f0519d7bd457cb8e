//! The command line (design section 10): a contract. Names and options are never renamed.

use crate::check::Breaks;
use crate::model::check::CheckId;
use crate::model::mac::TypedMac;
use crate::model::rule::{Part, Scope};
use crate::model::{LedState, Mac};
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

/// Says what the LED of a Sensorist Gateway says, why, and whose turn it is.
///
/// Without a command it opens the window. Nothing is sent on the network before you ask for it.
#[derive(Debug, Parser)]
#[command(name = "solidgreen", version, max_term_width = 100)]
pub struct Cli {
    /// Another device profile than the built-in one.
    #[arg(long, global = true, value_name = "FILE")]
    pub profile: Option<PathBuf>,
    /// Another folder for visits and settings than the usual one.
    #[arg(long, global = true, value_name = "FOLDER", env = "SOLIDGREEN_DATA", hide_env_values = true)]
    pub data: Option<PathBuf>,
    #[command(subcommand)]
    pub command: Option<Command>,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// The window on a simulated site: loopback only, needs no rights.
    Demo(Demo),
    /// Who is on this network, and which of them is the gateway?
    Find(Find),
    /// Find the gateway, run every check, name the one cause.
    Check(Check),
    /// One line for each change of a LED or of the verdict.
    Watch(Watch),
    /// Read a serial console.
    Console(Console),
    /// The firewall text for a platform.
    Firewall(Firewall),
    /// Write the report of a visit.
    Report(Report),
    /// The visits that are kept.
    History(History),
    /// A recording of a visit through the same mirror and diagnosis; nothing is measured or sent.
    Replay(Replay),
    /// What a cause means, how it was told apart, who acts.
    Explain(Explain),
    /// The device profile in force.
    Profile(ProfileArgs),
    /// A virtual gateway and a virtual cloud, for training and tests.
    #[cfg(feature = "lab")]
    Lab(super::lab::LabArgs),
}

#[derive(Debug, Args)]
pub struct Demo {
    /// The fault to begin with; `--fault list` names them.
    #[arg(long, value_name = "NAME", default_value = "gateway-only-blocked")]
    pub fault: String,
    /// In the terminal, without a window.
    #[arg(long)]
    pub terminal: bool,
    /// With --terminal: one JSON object.
    #[arg(long)]
    pub json: bool,
    /// Makes this check (or `connecting`) break inside the program, to see that the run ends and says so.
    #[arg(long = "break", value_name = "CHECK", value_parser = breaks, hide = true)]
    pub breaks: Option<Breaks>,
}

#[derive(Debug, Args)]
pub struct Find {
    /// The interface to look on.
    #[arg(long, value_name = "IF")]
    pub interface: Option<String>,
    /// The gateway's MAC, from the bottom of the box; any notation.
    #[arg(long, value_parser = mac)]
    pub mac: Option<TypedMac>,
    /// How long to look, seconds.
    #[arg(long, value_name = "SECS", value_parser = seconds)]
    pub wait: Option<f64>,
    /// Wait for a box that is plugged in now: whatever appears next is taken for it. No label is needed.
    #[arg(long, conflicts_with = "mac")]
    pub plug_in: bool,
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct Check {
    /// The interface to measure from.
    #[arg(long, value_name = "IF")]
    pub interface: Option<String>,
    /// The gateway's MAC, from the bottom of the box; any notation.
    #[arg(long, value_parser = mac)]
    pub mac: Option<TypedMac>,
    /// The gateway's IP address, when it is known.
    #[arg(long, value_parser = ip)]
    pub ip: Option<Ipv4Addr>,
    /// Ask the DHCP servers what they would offer to the gateway's MAC, whatever its LED shows; nothing is ever taken.
    /// Without it they are asked only where the box seems to have no address.
    #[arg(long, requires = "mac")]
    pub ask_as_gateway: bool,
    /// What you see on the box: dark, solid-red, blinking-red or solid-green.
    #[arg(long, value_name = "LED", value_parser = led)]
    pub saw: Option<LedState>,
    /// After the check, hold idle connections for this many seconds: shows when quiet connections are cut.
    #[arg(long, value_name = "SECS", value_parser = hold_seconds)]
    pub hold: Option<u64>,
    /// Ages at which idle connections are touched, seconds, in place of the usual ladder; the length is added.
    #[arg(long, value_name = "SECS,SECS,...", value_delimiter = ',', requires = "hold", value_parser = hold_seconds)]
    pub rungs: Vec<u64>,
    /// Print what would be done and sent, and send nothing.
    #[arg(long)]
    pub plan: bool,
    /// Name of the site, for the report.
    #[arg(long, value_name = "NAME", default_value = "")]
    pub site: String,
    /// A serial port with the gateway's console.
    #[arg(long, value_name = "PORT")]
    pub port: Option<String>,
    /// A log of the firewall, the switch or the DHCP server, of any make: what it says of the gateway counts as evidence; -
    /// for what is pasted into the terminal.
    #[arg(long, value_name = "FILE")]
    pub read_log: Option<PathBuf>,
    /// The same with a table of leases or of neighbours (ARP).
    #[arg(long, value_name = "FILE")]
    pub read_leases: Option<PathBuf>,
    /// Write everything that is seen and measured to this file, for `replay`.
    #[arg(long, value_name = "FILE")]
    pub record: Option<PathBuf>,
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct Watch {
    /// The interface to watch.
    #[arg(long, value_name = "IF")]
    pub interface: Option<String>,
    /// A gateway's MAC; may be given several times.
    #[arg(long, value_parser = mac)]
    pub mac: Vec<TypedMac>,
    /// A serial port with the gateway's console.
    #[arg(long, value_name = "PORT")]
    pub port: Option<String>,
    /// A log of the firewall, the switch or the DHCP server, of any make: what it says of the gateway counts as evidence; -
    /// for what is pasted into the terminal.
    #[arg(long, value_name = "FILE")]
    pub read_log: Option<PathBuf>,
    /// The same with a table of leases or of neighbours (ARP).
    #[arg(long, value_name = "FILE")]
    pub read_leases: Option<PathBuf>,
    /// Write everything that is seen and measured to this file, for `replay`.
    #[arg(long, value_name = "FILE")]
    pub record: Option<PathBuf>,
    /// End after this many seconds.
    #[arg(long = "for", value_name = "SECS", value_parser = seconds)]
    pub for_secs: Option<f64>,
    /// One JSON object a change.
    #[arg(long)]
    pub json_lines: bool,
    /// Serve Prometheus metrics at this address, for example 127.0.0.1:9464.
    #[arg(long, value_name = "ADDR")]
    pub metrics: Option<SocketAddr>,
}

#[derive(Debug, Args)]
pub struct Console {
    /// The serial port, for example /dev/ttyUSB0 or COM3.
    #[arg(long)]
    pub port: String,
    /// Its speed; without it the profile's are tried in turn.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(50..=4_000_000))]
    pub baud: Option<u32>,
    #[arg(long)]
    pub json_lines: bool,
}

#[derive(Debug, Args)]
pub struct Firewall {
    /// Every platform and what it can.
    #[arg(long, conflicts_with_all = ["vendor", "mac", "ip"])]
    pub list: bool,
    #[arg(long)]
    pub json: bool,
    /// Id of the platform, from --list.
    #[arg(long, value_name = "ID", required_unless_present_any = ["list", "read_leases", "read_log", "mud"])]
    pub vendor: Option<String>,
    /// The gateway's MAC; any notation.
    #[arg(long, value_parser = mac, required_unless_present_any = ["list", "gateway", "read_log", "mud"])]
    pub mac: Option<TypedMac>,
    /// The gateway's IP address.
    #[arg(long, value_parser = ip, required_unless_present_any = ["list", "gateway", "read_leases", "read_log", "mud"])]
    pub ip: Option<Ipv4Addr>,
    /// One of several gateways; they get one group and one rule.
    #[arg(long, value_name = "MAC,IP", value_parser = gateway)]
    pub gateway: Vec<(TypedMac, Ipv4Addr)>,
    /// This site's word for a placeholder of the text, for example wan=ge-0/0/0; --list names them.
    #[arg(long, value_name = "KEY=WORD", value_parser = word)]
    pub set: Vec<(String, String)>,
    /// Version of the platform, where versions write differently, for example 7.4; --list names them.
    #[arg(long, value_name = "VERSION", default_value = "", hide_default_value = true)]
    pub version: String,
    #[arg(long, value_enum, default_value_t = ScopeArg::AnyHost)]
    pub scope: ScopeArg,
    /// Name of the site, for comments and object names.
    #[arg(long, value_name = "NAME", default_value = "")]
    pub site: String,
    #[arg(long, value_enum, default_value_t = PartArg::Rule)]
    pub part: PartArg,
    /// The page for whoever has to approve the rule, as Markdown.
    #[arg(long, conflicts_with_all = ["list", "json", "part"])]
    pub change_request: bool,
    /// The rule as a Manufacturer Usage Description (RFC 8520), for networks that take such files; no gateway is named.
    #[arg(long, conflicts_with_all = ["list", "json", "part", "vendor", "change_request"])]
    pub mud: bool,
    /// Where the MUD file will be served.
    #[arg(long, value_name = "URL", requires = "mud", default_value = crate::firewall::NOWHERE)]
    pub mud_url: String,
    /// Reads a table of leases or of neighbours (ARP) of any platform and finds the gateway's address; - for what is
    /// pasted into the terminal. Exit status 0: each gateway has one address in force there; 1: not, or it is not certain
    /// which; 3: the file cannot be read.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["list", "vendor", "change_request", "part", "read_log", "mud"])]
    pub read_leases: Option<PathBuf>,
    /// Reads lines of a firewall's or DHCP server's log and tells what of this gateway was denied; - for what is pasted.
    /// Exit status 0: nothing on its way to the cloud; 1: something; 3: the file cannot be read.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["list", "vendor", "change_request", "part", "mud"])]
    pub read_log: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ScopeArg {
    AnyHost,
    NamedHosts,
}

impl From<ScopeArg> for Scope {
    fn from(s: ScopeArg) -> Scope {
        match s {
            ScopeArg::AnyHost => Scope::AnyHost,
            ScopeArg::NamedHosts => Scope::NamedHosts,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum PartArg {
    Rule,
    Undo,
    Verify,
    FindLease,
    SeeDenied,
    Reserve,
    BypassInspection,
    IdleTimeout,
    All,
}

impl PartArg {
    /// The part; `None` is all of them.
    #[must_use]
    pub fn part(self) -> Option<Part> {
        match self {
            Self::Rule => Some(Part::Rule),
            Self::Undo => Some(Part::Undo),
            Self::Verify => Some(Part::Verify),
            Self::FindLease => Some(Part::FindLease),
            Self::SeeDenied => Some(Part::SeeDenied),
            Self::Reserve => Some(Part::Reserve),
            Self::BypassInspection => Some(Part::BypassInspection),
            Self::IdleTimeout => Some(Part::IdleTimeout),
            Self::All => None,
        }
    }
}

#[derive(Debug, Args)]
pub struct Report {
    /// Where to write it; the ending decides: .pdf, .md or .json.
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    /// Which visit; without it the last one.
    #[arg(long, value_name = "ID")]
    pub visit: Option<String>,
    #[arg(long, value_enum, default_value_t = LangArg::En)]
    pub lang: LangArg,
    /// What is left out: nothing, other hosts' identities, or everything that tells the site.
    #[arg(long, value_enum, default_value_t = RedactArg::Full)]
    pub redact: RedactArg,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LangArg {
    En,
    Sv,
    Da,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum RedactArg {
    Full,
    Shared,
    Public,
}

#[derive(Debug, Args)]
pub struct History {
    #[command(subcommand)]
    pub what: Option<HistoryWhat>,
}

#[derive(Debug, Subcommand)]
pub enum HistoryWhat {
    /// All visits, newest first.
    List {
        #[arg(long)]
        json: bool,
    },
    /// One visit as text; a beginning of its id is enough, "last" is the newest.
    Show { id: String },
    /// Keep this visit for good: it is not removed when room is needed.
    Star { id: String },
    /// Take the star back.
    Unstar { id: String },
    /// One visit as JSON, whole; or its recording, for `replay`.
    Export {
        id: String,
        /// Write the recording of the visit to this file.
        #[arg(long, value_name = "FILE")]
        recording: Option<PathBuf>,
        /// What the recording keeps to itself: nothing, other hosts' identities, or every name and address.
        #[arg(long, value_enum, default_value_t = RedactArg::Full, requires = "recording")]
        redact: RedactArg,
    },
}

#[derive(Debug, Args)]
pub struct Replay {
    /// The recording, from `check --record`, `watch --record` or `history export ID --recording`.
    pub file: PathBuf,
    /// In the window, where it can be paused and moved.
    #[arg(long, conflicts_with_all = ["json", "json_lines", "until", "speed"])]
    pub window: bool,
    /// As fast as it was, at 1; without it as fast as can be.
    #[arg(long, value_name = "N", value_parser = speed)]
    pub speed: Option<f64>,
    /// Stop at this second of the recording.
    #[arg(long, value_name = "SECS", value_parser = seconds)]
    pub until: Option<f64>,
    /// One JSON object, as `check --json` prints it.
    #[arg(long)]
    pub json: bool,
    /// One JSON object a change, as `watch --json-lines` prints them.
    #[arg(long, conflicts_with = "json")]
    pub json_lines: bool,
}

#[derive(Debug, Args)]
pub struct Explain {
    /// For example cloud.both-ports-dropped; without it the list.
    pub code: Option<String>,
}

#[derive(Debug, Args)]
pub struct ProfileArgs {
    /// Print the whole profile.
    #[arg(long)]
    pub print: bool,
}

fn mac(text: &str) -> Result<TypedMac, String> {
    Mac::parse_typed(text).map_err(|e| e.to_string())
}

fn ip(text: &str) -> Result<Ipv4Addr, String> {
    let ip: Ipv4Addr = text.trim().parse().map_err(|_| "an IP address looks like 192.168.7.20".to_owned())?;
    if ip.is_unspecified() || ip.is_broadcast() || ip.is_multicast() || ip.is_loopback() {
        return Err("no gateway can have this address".into());
    }
    Ok(ip)
}

fn gateway(text: &str) -> Result<(TypedMac, Ipv4Addr), String> {
    // a client identifier has a comma of its own: 1,34:a5:…
    let (m, i) = text.rsplit_once(',').ok_or("give MAC,IP, for example 34:a5:e1:00:0b:07,192.168.7.20")?;
    Ok((mac(m)?, ip(i)?))
}

fn word(text: &str) -> Result<(String, String), String> {
    let (key, word) = text.split_once('=').ok_or("give KEY=WORD, for example wan=ge-0/0/0")?;
    if !word.split(' ').all(crate::firewall::is_word) {
        return Err(
            "a word has at most 31 letters, digits and . _ : / -, and begins with a letter or digit".into()
        );
    }
    Ok((key.trim().to_owned(), word.to_owned()))
}

fn breaks(text: &str) -> Result<Breaks, String> {
    let check = CheckId::ALL.into_iter().find(|id| id.word() == text).map(Breaks::Check);
    check
        .or((text == "connecting").then_some(Breaks::Connecting))
        .ok_or_else(|| "there is no such check".to_owned())
}

fn led(text: &str) -> Result<LedState, String> {
    LedState::from_word(text)
        .ok_or_else(|| "the LED is one of dark, solid-red, blinking-red, solid-green".to_owned())
}

fn speed(text: &str) -> Result<f64, String> {
    match text.trim_end_matches(['x', '\u{d7}']).parse::<f64>() {
        Ok(n) if n.is_finite() && (0.1..=1000.0).contains(&n) => Ok(n),
        _ => Err("give a speed from 0.1 to 1000, for example 10".into()),
    }
}

fn hold_seconds(text: &str) -> Result<u64, String> {
    match text.trim().parse::<f64>() {
        Ok(s) if s.is_finite() && (2.0..=86_400.0).contains(&s) => Ok(s.round() as u64),
        _ => Err("give a number of seconds from 2 to 86400, for example 360".into()),
    }
}

fn seconds(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(s) if s.is_finite() && (0.0..=1.0e7).contains(&s) => Ok(s),
        _ => Err("give a number of seconds, for example 5 or 0.5".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn macs_are_taken_in_any_notation() {
        for text in ["34a5.e100.0001", "34-A5-E1-00-00-01", "34a5e1000001"] {
            let cli = Cli::try_parse_from(["solidgreen", "check", "--mac", text]).unwrap();
            assert!(matches!(cli.command, Some(Command::Check(c)) if c.mac.is_some()));
        }
        assert!(Cli::try_parse_from(["solidgreen", "check", "--mac", "34a5"]).is_err());
        for wrong in [["--saw", "purple"], ["--ip", "127.0.0.1"], ["--ip", "224.0.0.1"], ["--ip", "7"]] {
            assert!(Cli::try_parse_from(["solidgreen", "check"].iter().chain(&wrong)).is_err(), "{wrong:?}");
        }
    }
}
