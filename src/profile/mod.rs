//! The device profile: what is known of the box, as validated data. The shipped one is `assets/profile.toml`.
//!
//! Everything that nobody has published is marked `assumed` here and never becomes code.

mod agents;
mod signers;

pub use agents::{Agents, System};
pub use signers::{Product, Signer, Signers};

use crate::model::text::visible;
use crate::model::{LedState, Mac};
use regex_lite::Regex;
use serde::Deserialize;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

/// The profile that is built in.
pub const SHIPPED: &str = include_str!("../../assets/profile.toml");

/// Why a profile was refused: what, where, and what is expected.
#[derive(Debug, thiserror::Error)]
pub enum ProfileError {
    #[error("the profile is not valid: {0}")]
    Invalid(String),
}

/// A validated profile.
#[derive(Clone, Debug)]
pub struct Profile {
    /// The text it was read from, for `solidgreen profile --print`.
    pub text: String,
    pub name: String,
    /// The first three octets of the vendor's addresses.
    pub mac_prefixes: Vec<[u8; 3]>,
    pub cloud: Cloud,
    pub led: Blink,
    pub control: Control,
    pub usb: Usb,
    pub contact: Contact,
    pub announcements: Vec<AnnouncementKind>,
    pub dialects: Vec<Dialect>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cloud {
    pub hosts: Vec<String>,
    pub ports: Vec<u16>,
    pub documented_addresses: Vec<Ipv4Addr>,
    pub documented_as_of: String,
}

/// The rate of the blinking LED.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Blink {
    pub blink_on_ms: u64,
    pub blink_off_ms: u64,
    #[serde(default)]
    pub assumed: bool,
}

impl Blink {
    /// Whether the LED is lit `ms` milliseconds into its rhythm, and how long until that changes.
    #[must_use]
    pub fn lit(&self, ms: u64) -> (bool, Duration) {
        let period = (self.blink_on_ms + self.blink_off_ms).max(1);
        let into = ms % period;
        if into < self.blink_on_ms {
            (true, Duration::from_millis(self.blink_on_ms - into))
        } else {
            (false, Duration::from_millis(period - into))
        }
    }
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Control {
    pub targets: Vec<SocketAddr>,
    pub name_servers: Vec<IpAddr>,
    pub names: Vec<String>,
    /// Public servers whose certificate shows whether encrypted connections are opened on the way.
    #[serde(default)]
    pub tls: Vec<TlsControl>,
    /// Pages whose answer is known beforehand, for the check `portal`.
    #[serde(default)]
    pub pages: Vec<KnownPage>,
}

/// A public server with a certificate of a public authority.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TlsControl {
    pub addr: SocketAddr,
    pub name: String,
}

/// A page on port 80 whose answer is known beforehand.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KnownPage {
    pub host: String,
    pub path: String,
    /// Status of the true answer.
    pub status: u16,
    /// A word of the true answer's body.
    #[serde(default)]
    pub body: String,
}

#[derive(Clone, Debug)]
pub struct Usb {
    /// Vendor and product ids.
    pub ids: Vec<(u16, u16)>,
    pub assumed: bool,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contact {
    pub name: String,
    pub email: String,
    pub phone: String,
}

/// A DNS-SD service that the box may announce, and the TXT keys that carry its state.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnnouncementKind {
    /// For example `_name._tcp.local.`
    pub service: String,
    #[serde(default)]
    pub mac_key: Option<String>,
    #[serde(default)]
    pub led_key: Option<String>,
    #[serde(default)]
    pub firmware_key: Option<String>,
    #[serde(default)]
    pub assumed: bool,
}

/// How one firmware writes its console.
#[derive(Clone, Debug)]
pub struct Dialect {
    pub name: String,
    pub about: String,
    pub baud: u32,
    pub assumed: bool,
    pub lines: Vec<LinePattern>,
}

#[derive(Clone, Debug)]
pub struct LinePattern {
    pub pattern: Regex,
    pub led: Option<LedState>,
    pub restarted: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawProfile {
    format: u32,
    name: String,
    mac_prefixes: Vec<String>,
    cloud: Cloud,
    led: Blink,
    control: Control,
    usb: RawUsb,
    contact: Contact,
    #[serde(default)]
    announcement: Vec<AnnouncementKind>,
    #[serde(default)]
    console: Vec<RawDialect>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawUsb {
    ids: Vec<String>,
    #[serde(default)]
    assumed: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawDialect {
    name: String,
    #[serde(default)]
    about: String,
    baud: u32,
    #[serde(default)]
    assumed: bool,
    lines: Vec<RawLine>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawLine {
    pattern: String,
    #[serde(default)]
    led: Option<LedState>,
    #[serde(default)]
    restarted: bool,
}

impl Profile {
    /// The built-in profile.
    ///
    /// # Panics
    /// Never in a tested build: a test parses it.
    #[must_use]
    pub fn shipped() -> Profile {
        #[expect(clippy::expect_used, reason = "the shipped file is compiled in and parsed by a test")]
        Profile::parse(SHIPPED).expect("assets/profile.toml is valid")
    }

    /// The longest text that is one, bytes.
    pub const MOST_BYTES: u64 = 1 << 20;

    /// Reads and validates a profile.
    ///
    /// # Errors
    /// On TOML mistakes, unknown keys, and values that make no sense; the text names the place.
    pub fn parse(text: &str) -> Result<Profile, ProfileError> {
        let bad = |what: String| ProfileError::Invalid(what);
        let mut raw: RawProfile = toml::from_str(text).map_err(|e| bad(e.to_string()))?;
        let mut table: toml::Table = toml::from_str(text).map_err(|e| bad(e.to_string()))?;
        if all_shown(&mut table) {
            raw = table.try_into().map_err(|e: toml::de::Error| bad(e.to_string()))?;
        }
        if raw.format != 1 {
            return Err(bad(format!("format {} is not known; this version reads format 1", raw.format)));
        }
        let mac_prefixes = raw.mac_prefixes.iter().map(|p| prefix(p)).collect::<Result<Vec<_>, _>>()?;
        if raw.cloud.hosts.is_empty() || raw.cloud.ports.is_empty() {
            return Err(bad("cloud.hosts and cloud.ports need at least one entry each".into()));
        }
        for host in &raw.cloud.hosts {
            if !is_host_name(host) {
                return Err(bad(format!("cloud.hosts: '{host}' is not a host name")));
            }
        }
        if let Some(name) = raw.control.names.iter().find(|n| !is_host_name(n)) {
            return Err(bad(format!("control.names: '{name}' is not a host name")));
        }
        if let Some(page) =
            raw.control.pages.iter().find(|p| !is_host_name(&p.host) || !p.path.starts_with('/'))
        {
            return Err(bad(format!("control.pages: '{}{}' is no page on a host", page.host, page.path)));
        }
        if let Some(tls) = raw.control.tls.iter().find(|t| !is_host_name(&t.name)) {
            return Err(bad(format!("control.tls: '{}' is not a host name", tls.name)));
        }
        if raw.led.blink_on_ms < 100 || raw.led.blink_off_ms < 100 {
            return Err(bad("led: a phase under 100 ms is no blinking that an eye can follow".into()));
        }
        let ids = raw.usb.ids.iter().map(|id| usb_id(id)).collect::<Result<Vec<_>, _>>()?;
        for kind in &raw.announcement {
            if !(kind.service.starts_with('_')
                && (kind.service.ends_with("._tcp.local.") || kind.service.ends_with("._udp.local.")))
            {
                return Err(bad(format!(
                    "announcement.service: '{}' is not of the form _name._tcp.local.",
                    kind.service
                )));
            }
        }
        let mut dialects = Vec::new();
        for d in raw.console {
            let mut lines = Vec::new();
            for line in d.lines {
                let pattern = Regex::new(&line.pattern)
                    .map_err(|e| bad(format!("console '{}': pattern '{}': {e}", d.name, line.pattern)))?;
                lines.push(LinePattern { pattern, led: line.led, restarted: line.restarted });
            }
            dialects.push(Dialect { name: d.name, about: d.about, baud: d.baud, assumed: d.assumed, lines });
        }
        Ok(Profile {
            text: text.to_owned(),
            name: raw.name,
            mac_prefixes,
            cloud: raw.cloud,
            led: raw.led,
            control: raw.control,
            usb: Usb { ids, assumed: raw.usb.assumed },
            contact: raw.contact,
            announcements: raw.announcement,
            dialects,
        })
    }

    /// True when the address is of a block that the profile names.
    #[must_use]
    pub fn is_gateway(&self, mac: Mac) -> bool {
        self.mac_prefixes.contains(&mac.prefix())
    }

    /// The baud rates of the dialects, each once, in the order of the profile.
    #[must_use]
    pub fn bauds(&self) -> Vec<u32> {
        let mut seen = Vec::new();
        for d in &self.dialects {
            if !seen.contains(&d.baud) {
                seen.push(d.baud);
            }
        }
        seen
    }
}

fn prefix(text: &str) -> Result<[u8; 3], ProfileError> {
    let digits: String = text.chars().filter(|c| !matches!(c, ':' | '-' | '.')).collect();
    let bad =
        || ProfileError::Invalid(format!("mac_prefixes: '{text}' is not three octets such as 34:a5:e1"));
    if digits.len() != 6 || !digits.is_ascii() {
        return Err(bad());
    }
    let mut out = [0; 3];
    for (i, octet) in out.iter_mut().enumerate() {
        *octet = u8::from_str_radix(&digits[2 * i..2 * i + 2], 16).map_err(|_| bad())?;
    }
    Ok(out)
}

fn usb_id(text: &str) -> Result<(u16, u16), ProfileError> {
    text.split_once(':')
        .and_then(|(v, p)| Some((u16::from_str_radix(v, 16).ok()?, u16::from_str_radix(p, 16).ok()?)))
        .ok_or_else(|| ProfileError::Invalid(format!("usb.ids: '{text}' is not of the form 0403:6001")))
}

/// RFC 1123 host names with at least one dot.
fn is_host_name(text: &str) -> bool {
    text.len() <= 253
        && text.contains('.')
        && text.split('.').all(|label| {
            !label.is_empty()
                && label.len() <= 63
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        })
}

/// What is only compared with what is heard, and never shown.
const COMPARED: [&str; 2] = ["pattern", "body"];

/// Makes every text of a stranger's profile safe to show, wherever it will be shown; whether one had to be changed.
fn shown(value: &mut toml::Value) -> bool {
    match value {
        toml::Value::String(text) => {
            let safe = visible(&text.replace(['\t', '\n', '\r'], " "));
            let changed = safe != *text;
            *text = safe;
            changed
        }
        toml::Value::Array(all) => all.iter_mut().map(shown).fold(false, std::ops::BitOr::bitor),
        toml::Value::Table(all) => all_shown(all),
        _ => false,
    }
}

fn all_shown(table: &mut toml::Table) -> bool {
    let texts = table.iter_mut().filter(|(key, _)| !COMPARED.contains(&key.as_str()));
    texts.map(|(_, value)| shown(value)).fold(false, std::ops::BitOr::bitor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_profile_says_what_the_vendor_says() {
        let p = Profile::shipped();
        assert_eq!(p.cloud.hosts, ["gk.sensorist.com", "gk.sensorist.net"]);
        assert_eq!(p.cloud.ports, [443, 4321]);
        assert!(p.is_gateway("34:a5:e1:00:00:01".parse().unwrap()));
        assert!(p.dialects.len() >= 3 && p.dialects.iter().all(|d| d.assumed));
        assert!(p.announcements.iter().all(|a| a.assumed));
        assert!(p.led.assumed && p.usb.assumed);
    }

    #[test]
    fn a_wrong_key_is_named() {
        let text = SHIPPED.replace("ports = [443, 4321]", "ports = [443, 4321]\nportz = [1]");
        let err = Profile::parse(&text).unwrap_err().to_string();
        assert!(err.contains("portz"), "{err}");
    }

    #[test]
    fn nonsense_is_refused_with_its_place() {
        for (from, to, word) in [
            ("format = 1", "format = 9", "format 9"),
            ("gk.sensorist.com\"", "gk sensorist\"", "gk sensorist"),
            ("\"34:a5:e1\"", "\"34:a5\"", "34:a5"),
            ("blink_on_ms = 500", "blink_on_ms = 5", "100 ms"),
            ("udhcpc: started", "udhcpc: (started", "udhcpc-log"),
            ("0403:6001", "0403-6001", "0403-6001"),
            ("_sensorist-gw._tcp.local.", "sensorist", "_name._tcp.local."),
        ] {
            let err = Profile::parse(&SHIPPED.replace(from, to)).unwrap_err().to_string();
            assert!(err.contains(word), "{from} -> {to}: {err}");
        }
    }

    #[test]
    fn whatever_a_profile_says_is_safe_to_show_and_its_patterns_stay() {
        let text = SHIPPED
            .replace("\"Oscar TempLog", "\"\\u001b]0;x\\u0007Oscar\\nTempLog")
            .replace("\"a small Linux", "\"\\u202ea small Linux")
            .replace("pattern = 'udhcpc: started'", "pattern = \"udhcpc:\\tstarted\"");
        let p = Profile::parse(&text).unwrap();
        assert!(p.name.starts_with("<1b>]0;x<7>Oscar TempLog"), "{}", p.name);
        let small = p.dialects.iter().find(|d| d.name == "udhcpc-log").unwrap();
        assert!(small.about.starts_with("<202e>a small"), "{}", small.about);
        assert!(small.lines.iter().any(|l| l.pattern.is_match("udhcpc:\tstarted")));
        assert!(!all_shown(&mut toml::from_str(SHIPPED).unwrap()), "ours needs no change");
    }

    #[test]
    fn blinking_changes_at_its_edges() {
        let b = Profile::shipped().led;
        assert_eq!(b.lit(0), (true, Duration::from_millis(500)));
        assert_eq!(b.lit(499), (true, Duration::from_millis(1)));
        assert_eq!(b.lit(500), (false, Duration::from_millis(500)));
        assert_eq!(b.lit(1250), (true, Duration::from_millis(250)));
    }
}
