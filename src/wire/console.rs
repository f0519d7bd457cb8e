//! The serial console: bytes become lines, and lines become facts by the patterns of the profile.

use super::exact_mac;
use crate::model::evidence::{ConsoleFact, ConsoleLine};
use crate::model::text::foreign;
use crate::profile::{LinePattern, Profile};
use regex_lite::Captures;
use std::net::Ipv4Addr;

/// Bytes of one line that are kept; the rest of it is passed over.
pub const LONGEST_LINE: usize = 2000;
/// Fewer bytes than this decide nothing about the baud rate.
const ENOUGH_FOR_BAUD: usize = 32;

/// Bytes in, whole lines out. CR, LF and CRLF end a line; empty lines are passed over; what is not UTF-8 becomes the
/// replacement character.
#[derive(Clone, Debug, Default)]
pub struct LineSplitter {
    pending: Vec<u8>,
    /// The line was cut at [`LONGEST_LINE`]: its rest is passed over.
    skipping: bool,
}

impl LineSplitter {
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes bytes as they come and gives the lines that are complete.
    pub fn push(&mut self, bytes: &[u8]) -> Vec<String> {
        let mut lines = Vec::new();
        for &byte in bytes {
            if matches!(byte, b'\r' | b'\n') {
                self.skipping = false;
                lines.extend(self.flush());
            } else if !self.skipping {
                self.pending.push(byte);
                if self.pending.len() >= LONGEST_LINE {
                    lines.extend(self.flush());
                    self.skipping = true;
                }
            }
        }
        lines
    }

    /// The line that has begun but not ended, when the port closes or stays silent.
    pub fn flush(&mut self) -> Option<String> {
        if self.pending.is_empty() {
            return None;
        }
        let line = String::from_utf8_lossy(&self.pending).into_owned();
        self.pending.clear();
        Some(line)
    }
}

/// Reads one line by the dialects of the profile; the first pattern that matches decides.
#[must_use]
pub fn read_line(profile: &Profile, port: &str, line: &str) -> ConsoleLine {
    let line = without_colours(line);
    let end = line.floor_char_boundary(LONGEST_LINE);
    let line = line[..end].trim_end();
    let found = profile.dialects.iter().find_map(|dialect| {
        let (pattern, captures) =
            dialect.lines.iter().find_map(|p| p.pattern.captures(line).map(|captures| (p, captures)))?;
        Some((dialect, fact(pattern, &captures)))
    });
    let (dialect, meaning) = found.unzip();
    ConsoleLine {
        port: foreign(port),
        text: foreign(line),
        meaning,
        dialect: dialect.map(|d| foreign(&d.name)),
        assumed: dialect.is_some_and(|d| d.assumed),
    }
}

fn fact(pattern: &LinePattern, captures: &Captures) -> ConsoleFact {
    ConsoleFact {
        led: pattern.led,
        mac: captures
            .name("mac")
            .and_then(|m| exact_mac(m.as_str().trim_matches(|c: char| !c.is_ascii_hexdigit()))),
        ip: captures
            .name("ip")
            .and_then(|m| m.as_str().parse::<Ipv4Addr>().ok())
            .filter(|ip| !ip.is_unspecified()),
        restarted: pattern.restarted,
    }
}

/// True when the bytes look like text at another baud rate: too many of them are neither text nor line ends. Noise is
/// told from a foreign language by being no valid UTF-8.
#[must_use]
pub fn looks_like_wrong_baud(bytes: &[u8]) -> bool {
    if bytes.len() < ENOUGH_FOR_BAUD {
        return false;
    }
    let mut bad = 0;
    for chunk in bytes.utf8_chunks() {
        let controls =
            chunk.valid().chars().filter(|c| c.is_control() && !matches!(c, '\r' | '\n' | '\t' | '\u{1b}'));
        bad += controls.count() + chunk.invalid().len();
    }
    bad * 10 > bytes.len() * 3
}

/// Without the colour and cursor sequences (ECMA-48 CSI) that logs are painted with: a pattern that begins with `^`
/// shall find its line.
fn without_colours(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut rest = line;
    while let Some((before, after)) = rest.split_once("\u{1b}[") {
        out.push_str(before);
        let parameters = after.find(|c: char| !matches!(c, '\u{20}'..='\u{3f}')).unwrap_or(after.len());
        rest = match after[parameters..].chars().next() {
            Some(c @ '\u{40}'..='\u{7e}') => &after[parameters + c.len_utf8()..],
            // not a sequence after all: it stays visible
            _ => {
                out.push_str("\u{1b}[");
                after
            }
        };
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::LedState;
    use proptest::prelude::*;

    #[test]
    fn lines_end_at_cr_lf_and_crlf_across_reads() {
        let mut s = LineSplitter::new();
        assert_eq!(s.push(b"one\r"), ["one"]);
        assert_eq!(s.push(b"\ntwo\nthr"), ["two"]);
        assert_eq!(s.push(b"ee\r\r\n\nfo\xffur\r\n"), ["three", "fo\u{fffd}ur"]);
        assert_eq!(s.push(b"rest"), Vec::<String>::new());
        assert_eq!(s.flush().as_deref(), Some("rest"));
        assert_eq!(s.flush(), None);
    }

    #[test]
    fn an_endless_line_is_cut_and_its_rest_passed_over() {
        let mut s = LineSplitter::new();
        let lines = s.push(&[b'x'; 10_000]);
        assert_eq!(lines.len(), 1);
        assert_eq!(lines[0].len(), LONGEST_LINE);
        assert_eq!(s.push(b"xx\nnext\n"), ["next"]);
    }

    #[test]
    fn each_shipped_dialect_is_understood() {
        use LedState::{BlinkingRed, SolidGreen, SolidRed};
        let p = Profile::shipped();
        let ip = Some(Ipv4Addr::new(192, 168, 7, 20));
        for (line, dialect, led, with_ip, restarted) in [
            ("[   12] boot: gw mac=34:a5:e1:00:00:01", "rtos-log", None, false, true),
            ("[ 1234] dhcp: discover", "rtos-log", Some(SolidRed), false, false),
            ("\u{1b}[32m[ 99] dhcp: bound 192.168.7.20\u{1b}[0m", "rtos-log", Some(BlinkingRed), true, false),
            ("[ 5000] cloud: connected 54.229.203.190:443", "rtos-log", Some(SolidGreen), false, false),
            ("udhcpc: started, v1.36.1", "udhcpc-log", Some(SolidRed), false, true),
            (
                "udhcpc: lease of 192.168.7.20 obtained, lease time 600",
                "udhcpc-log",
                Some(BlinkingRed),
                true,
                false,
            ),
            ("led=green ip=192.168.7.20", "key-value", Some(SolidGreen), true, false),
        ] {
            let read = read_line(&p, "ttyUSB0", line);
            let fact = read.meaning.unwrap_or_else(|| panic!("{line}"));
            assert_eq!(read.dialect.as_deref(), Some(dialect), "{line}");
            assert_eq!(
                (fact.led, fact.ip, fact.restarted),
                (led, ip.filter(|_| with_ip), restarted),
                "{line}"
            );
            assert!(read.assumed);
        }
        let boot = read_line(&p, "x", "[   12] boot: gw mac=34:a5:e1:00:00:01");
        assert_eq!(boot.meaning.and_then(|f| f.mac), "34:a5:e1:00:00:01".parse().ok());
    }

    #[test]
    fn an_unknown_line_is_kept_as_it_is() {
        let read = read_line(&Profile::shipped(), "COM3", "hello \u{202e}world\u{7}");
        assert_eq!((read.text.as_str(), read.meaning, read.assumed), ("hello <202e>world<7>", None, false));
    }

    #[test]
    fn a_wrong_baud_is_told_from_text() {
        assert!(!looks_like_wrong_baud("[ 1] räksmörgås på Ærø: dhcp: discover\r\n".as_bytes()));
        assert!(!looks_like_wrong_baud(b"\x1b[31m[   12] eth: link down\x1b[0m\r\n....\r\n"));
        assert!(!looks_like_wrong_baud(&[0xff; 31]), "too few to tell");
        let noise: Vec<u8> =
            (0..200_u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8 | 0x80).collect();
        assert!(looks_like_wrong_baud(&noise));
        assert!(looks_like_wrong_baud(&[0; 64]), "a break on the line reads as zeros");
    }

    /// Read once: a property runs hundreds of times.
    fn shipped() -> &'static Profile {
        static PROFILE: std::sync::OnceLock<Profile> = std::sync::OnceLock::new();
        PROFILE.get_or_init(Profile::shipped)
    }

    proptest! {
        #[test]
        fn any_bytes_in_any_pieces_give_the_same_safe_lines(
            bytes in prop::collection::vec(any::<u8>().prop_map(|b| if b < 20 { b'\n' } else if b < 40 { b'\r' } else { b }), 0..1200),
            at in any::<prop::sample::Index>(),
        ) {
            let mut whole = LineSplitter::new();
            let once = whole.push(&bytes);
            let mut parts = LineSplitter::new();
            let at = at.index(bytes.len() + 1);
            let mut twice = parts.push(&bytes[..at]);
            twice.extend(parts.push(&bytes[at..]));
            prop_assert_eq!(&once, &twice);
            for line in once.iter().take(5) {
                let read = read_line(shipped(), "p", line);
                prop_assert_eq!(foreign(&read.text), read.text);
            }
            let _ = looks_like_wrong_baud(&bytes);
        }

        #[test]
        fn damaged_real_lines_are_survived(
            line in "(udhcpc: lease of|\\[ 1\\] dhcp: bound|led=green ip=|evt=boot mac=)[ 0-9.:a-f\u{1b}\\[mK\\PC]{0,60}",
        ) {
            let read = read_line(shipped(), "p", &line);
            prop_assert!(read.meaning.and_then(|m| m.ip).is_none_or(|ip| !ip.is_unspecified()));
        }
    }
}
