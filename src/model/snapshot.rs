//! One immutable picture of everything a face may show. Window, terminal and report print it and nothing else (law 5).

use super::boxes::Boxes;
use super::check::{CheckId, CheckResult};
use super::evidence::{ConsoleLine, DhcpKind, Source};
use super::finding::{Finding, Reported, Verdict};
use super::footprint::Footprint;
use super::host::{HostView, SerialPort};
use super::led::{LedSet, LedView};
use super::mac::Mac;
use super::rule::{ChangeRequest, RuleChoice, RuleGateway, Scope};
use super::time::At;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::sync::Arc;

/// One gateway: all sightings of one MAC.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GatewayView {
    pub mac: Mac,
    pub ip: Option<Ipv4Addr>,
    /// Milliseconds from the start of the process to the first sighting; `None` when it was only typed in.
    pub first_seen_ms: Option<u64>,
    pub last_seen: Option<At>,
    /// Since when the LED's set is what it is.
    #[serde(default)]
    pub led_since: At,
    pub led: LedView,
    pub sources: Vec<Source>,
    /// A name it gave itself (DHCP host name, mDNS instance), made safe to show.
    pub name: Option<String>,
    pub maker: Option<String>,
    /// The last DHCP messages of it, oldest first.
    pub dhcp: Vec<(At, DhcpKind)>,
    /// The same with what they carried, for the forensics of a box without an address.
    #[serde(default)]
    pub dhcp_trace: Vec<DhcpTrace>,
    /// How its LED's set changed, oldest first, the present one last.
    #[serde(default)]
    pub led_changes: Vec<(At, LedSet)>,
    /// When its MAC last answered at the address that it has now (ARP), in this visit; `None` once it has missed as many
    /// rounds as it takes to give it up.
    #[serde(default)]
    pub answered: Option<At>,
    /// The addresses that it had in this visit, with the time since when, the present one last.
    #[serde(default)]
    pub addresses: Vec<(At, Ipv4Addr)>,
    /// Other MACs that answered at its address, with the time of the last answer.
    #[serde(default)]
    pub rivals: Vec<(Mac, At)>,
    /// Who answered at its address, where one came, another after it, and the first again; else empty.
    #[serde(default)]
    pub in_turn: Vec<(Mac, At)>,
    /// The box restarted, or the evidence contradicted itself: in words.
    pub remarks: Vec<String>,
    /// Findings about this gateway alone.
    pub verdict: Verdict,
}

impl GatewayView {
    /// More than messages that anybody could have sent says that it is there.
    #[must_use]
    pub fn is_proven(&self) -> bool {
        self.answered.is_some() || self.sources.iter().any(|s| !matches!(s, Source::Dhcp | Source::Mdns))
    }
}

/// DHCP messages with what they carried that are kept of each gateway.
pub const TRACE_KEPT: usize = 64;

/// One DHCP message of a gateway, or to it, as far as forensics ask (RFC 2131).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DhcpTrace {
    pub at: At,
    pub kind: DhcpKind,
    pub xid: u32,
    /// Seconds since the client began (`secs`).
    pub secs: u16,
    /// `ciaddr`.
    pub ciaddr: Option<Ipv4Addr>,
    /// Option 50, or `yiaddr` of an answer.
    pub address: Option<Ipv4Addr>,
    /// Option 54.
    pub server: Option<Ipv4Addr>,
    /// Option 12, made safe to show.
    pub host_name: Option<String>,
    /// Option 55.
    pub parameter_list: Vec<u8>,
    /// Option 56, made safe to show.
    pub message: Option<String>,
}

/// One neighbour on the segment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HostSeen {
    pub mac: Mac,
    pub ip: Ipv4Addr,
    pub maker: Option<String>,
    pub first_seen_ms: u64,
}

/// What the session is doing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Activity {
    #[default]
    Idle,
    /// Looking for gateways or running checks: what is done now, and how far.
    Working {
        what: String,
        done: u32,
        of: u32,
    },
    Watching,
}

/// Something that could not be done, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limit {
    /// What was tried.
    pub what: String,
    /// Why it did not work.
    pub why: String,
    /// What it would give, or what to do.
    pub advice: String,
}

/// Sorts of lines that are counted apart; the rest is one sort.
const SORTS: usize = 100;

/// Counts one more line of the record by its sort: what was seen or found, without of which box.
pub fn count_line(happened: &mut BTreeMap<String, u64>, text: &str) {
    let is_mac = |word: &str| word.matches(':').count() >= 5;
    let (first, rest) = text.split_once(' ').unwrap_or((text, ""));
    let text = if is_mac(first) { rest } else { text };
    let sort = match text.strip_prefix("Checked: ") {
        Some(found) => format!("Checked: {}", found.split(' ').next().unwrap_or_default()),
        None => text.split([':', '.']).next().unwrap_or_default().to_owned(),
    };
    let full = happened.len() >= SORTS && !happened.contains_key(&sort);
    *happened.entry(if full { "Other lines".to_owned() } else { sort }).or_default() += 1;
}

/// One line of the record of a visit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimelineEntry {
    pub at: At,
    pub text: String,
}

/// State of one console port.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ConsoleView {
    pub port: Option<String>,
    pub open: bool,
    /// In words: "open", "unplugged, waiting for it to come back", "no permission: ...".
    pub status: String,
    /// The last lines, oldest first, at most [`CONSOLE_LINES`].
    pub lines: Vec<(At, ConsoleLine)>,
    pub ports: Vec<SerialPort>,
}

/// Ages are shown in steps of this.
pub const AGE_STEP_MS: u64 = 60_000;

/// Lines of the console that a snapshot keeps.
pub const CONSOLE_LINES: usize = 500;

/// The simulated site of `demo`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DemoView {
    /// The fault in force.
    pub fault: String,
    /// Every fault that can be chosen, with one line of explanation.
    pub faults: Vec<(String, String)>,
}

/// An idle ladder that is running.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HoldView {
    pub begun: At,
    /// When the last rung will be known.
    pub ends: At,
    /// When the next rung is touched.
    pub next: At,
    /// Seconds until its end.
    pub left_secs: u64,
    /// Rungs known so far, and all.
    pub done: u32,
    pub of: u32,
}

/// A recording that is being played.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlaybackView {
    /// Of the file or the lesson, made safe to show.
    pub name: String,
    /// Where the recording comes from, made safe to show.
    pub note: String,
    pub at: At,
    pub length: At,
    pub playing: bool,
    /// So many times as fast as it was.
    pub speed: u32,
}

/// Where the way from the gateway to the cloud is broken: the path picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LinkHealth {
    Whole,
    Broken,
    Unknown,
}

/// The four links of gateway - switch - router/firewall - internet - cloud.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PathView {
    pub gateway_switch: LinkHealth,
    pub switch_router: LinkHealth,
    pub router_internet: LinkHealth,
    pub internet_cloud: LinkHealth,
}

impl Default for PathView {
    fn default() -> Self {
        use LinkHealth::Unknown;
        PathView {
            gateway_switch: Unknown,
            switch_router: Unknown,
            router_internet: Unknown,
            internet_cloud: Unknown,
        }
    }
}

/// The firewall text that goes with the report.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct FirewallView {
    /// Id of the platform proposed from the router's maker, and why.
    pub proposed: Option<String>,
    pub proposed_because: String,
    /// The platform and scope of the text.
    pub platform: String,
    pub platform_name: String,
    pub scope: Scope,
    /// All that was chosen by hand.
    #[serde(default)]
    pub choice: RuleChoice,
    /// Those that the rule is for.
    #[serde(default)]
    pub gateways: Vec<RuleGateway>,
    /// The page for whoever has to approve the rule; none without a gateway.
    #[serde(default)]
    pub change_request: Option<ChangeRequest>,
    /// What the platform can: property and value.
    #[serde(default)]
    pub capabilities: Vec<(String, String)>,
    /// Title, text, evidence line and notes of each part.
    pub parts: Vec<(String, String, String, Vec<String>)>,
}

impl RuleChoice {
    /// Whom the rule is for: the chosen gateway, or every one; only those with an address.
    #[must_use]
    pub fn gateways(&self, chosen: Option<&GatewayView>, all: &[GatewayView]) -> Vec<RuleGateway> {
        let of = |g: &GatewayView| Some(RuleGateway { mac: g.mac, ip: g.ip? });
        if self.all_gateways {
            all.iter().filter_map(of).collect()
        } else {
            chosen.and_then(of).into_iter().collect()
        }
    }
}

/// Everything a face may show.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// Id of the visit (UUID version 7).
    pub visit: String,
    /// When the session began, milliseconds since 1970 UTC.
    pub started_unix_ms: i64,
    pub now: At,
    pub version: String,
    pub site: String,
    pub activity: Activity,
    pub host: HostView,
    pub gateways: Vec<GatewayView>,
    /// The gateway that everything is about.
    pub chosen: Option<Mac>,
    pub hosts: Vec<HostSeen>,
    /// Results of the last check, in the order of the plan.
    pub checks: Vec<CheckResult>,
    pub running: Vec<CheckId>,
    /// Sorted: what to fix first comes first.
    pub findings: Vec<Finding>,
    /// What pasted texts say of the gateways.
    #[serde(default)]
    pub reported: Vec<Reported>,
    pub verdict: Verdict,
    /// Milliseconds the last check took, from the command to the verdict.
    pub took_ms: Option<u64>,
    pub path: PathView,
    pub footprint: Footprint,
    pub limits: Vec<Limit>,
    /// What broke inside this program in this run; what it would have said is not known. Each has its line in `limits`.
    #[serde(default)]
    pub broken: Vec<String>,
    pub console: ConsoleView,
    /// The last lines of the visit's record, oldest first; pictures share them.
    pub timeline: Arc<Vec<TimelineEntry>>,
    /// How many lines came before the first of them.
    #[serde(default)]
    pub timeline_before: u64,
    /// What sorts of lines the whole record has, and how many of each: what is left of it where it is too long to be shown.
    #[serde(default)]
    pub happened: BTreeMap<String, u64>,
    /// Made anew only when it changes.
    pub firewall: Arc<FirewallView>,
    pub demo: Option<DemoView>,
    /// The idle ladder, while it runs.
    #[serde(default)]
    pub hold: Option<HoldView>,
    /// This is a recording, and what is shown is its moment.
    #[serde(default)]
    pub playback: Option<PlaybackView>,
    /// "Plug it in now" is running.
    pub plug_in_finder: bool,
    /// Everybody who was there already is known: now it may be plugged in.
    #[serde(default)]
    pub plug_in_ready: bool,
    /// What was not tested, in words.
    pub not_tested: Vec<String>,
    /// Where this visit is kept.
    pub kept_in: Option<String>,
}

impl Snapshot {
    /// When this picture was made, milliseconds since 1970 UTC.
    #[must_use]
    pub fn unix_ms(&self) -> i64 {
        self.started_unix_ms.saturating_add(i64::try_from(self.now.0).unwrap_or(i64::MAX))
    }

    /// The same picture with its ages in whole minutes and without what the console says line by line: two pictures that
    /// are equal so need no new frame (a page that shows the console looks for itself).
    #[must_use]
    pub fn at_a_glance(&self) -> Snapshot {
        let minutes = |ms: u64| ms / AGE_STEP_MS;
        let mut s = Snapshot { now: At(0), ..self.clone() };
        s.console.lines.clear();
        for g in &mut s.gateways {
            g.led.because.clear();
            g.last_seen = None;
            g.led.age_ms = g.led.age_ms.map(minutes);
        }
        for e in s.findings.iter_mut().flat_map(|f| &mut f.evidence) {
            e.age_ms = minutes(e.age_ms);
            if e.source == "led" {
                e.text.clear();
            }
        }
        s
    }

    /// How many gateways are in which state.
    #[must_use]
    pub fn boxes(&self) -> Boxes {
        Boxes::of(&self.gateways)
    }

    /// The gateway that everything is about.
    #[must_use]
    pub fn chosen_gateway(&self) -> Option<&GatewayView> {
        let mac = self.chosen?;
        self.gateways.iter().find(|g| g.mac == mac)
    }
}
