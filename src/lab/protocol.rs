//! The words between the virtual gateway and the virtual cloud. **Simulated**: nobody has published what the real
//! box and cloud say, so nothing may be concluded from these about the real ones.
//!
//! One line of text each, ended by a line feed:
//!
//! | from | line | meaning |
//! |---|---|---|
//! | gateway | `SGLAB1 HELLO <mac> <interval>` | first line; its MAC and sampling interval in seconds |
//! | cloud | `SGLAB1 WELCOME` | the connection is good |
//! | gateway | `DATA <seq> <tenths>` | a measurement, in tenths of a degree |
//! | cloud | `ACK <seq>` | it is stored |
//! | cloud | `INTERVAL <secs>` | sample at this interval from now on |
//! | gateway | `PING <n>` | keep-alive |
//! | cloud | `PONG <n>` | its answer |

use crate::model::Mac;
use std::fmt;

/// Longest line that is read; whoever sends more does not speak this.
pub const LINE_MAX: usize = 200;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Word {
    Hello { mac: Mac, interval: u64 },
    Welcome,
    Data { seq: u64, tenths: i64 },
    Ack { seq: u64 },
    Interval { secs: u64 },
    Ping(u64),
    Pong(u64),
}

impl Word {
    /// Reads a line. `None` of everything that is not of this protocol.
    #[must_use]
    pub fn read(line: &str) -> Option<Word> {
        let words: Vec<&str> = line.trim_end_matches(['\r', '\n']).split(' ').collect();
        Some(match words.as_slice() {
            ["SGLAB1", "HELLO", mac, interval] => {
                Word::Hello { mac: mac.parse().ok()?, interval: interval.parse().ok()? }
            }
            ["SGLAB1", "WELCOME"] => Word::Welcome,
            ["DATA", seq, tenths] => Word::Data { seq: seq.parse().ok()?, tenths: tenths.parse().ok()? },
            ["ACK", seq] => Word::Ack { seq: seq.parse().ok()? },
            // an interval of nothing would be a flood
            ["INTERVAL", secs] => Word::Interval { secs: secs.parse().ok().filter(|s| *s > 0)? },
            ["PING", n] => Word::Ping(n.parse().ok()?),
            ["PONG", n] => Word::Pong(n.parse().ok()?),
            _ => return None,
        })
    }
}

impl fmt::Display for Word {
    /// The line without its end.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Word::Hello { mac, interval } => write!(f, "SGLAB1 HELLO {mac} {interval}"),
            Word::Welcome => f.write_str("SGLAB1 WELCOME"),
            Word::Data { seq, tenths } => write!(f, "DATA {seq} {tenths}"),
            Word::Ack { seq } => write!(f, "ACK {seq}"),
            Word::Interval { secs } => write!(f, "INTERVAL {secs}"),
            Word::Ping(n) => write!(f, "PING {n}"),
            Word::Pong(n) => write!(f, "PONG {n}"),
        }
    }
}

/// Cuts whole lines out of what arrived. Refuses a line that does not end.
#[derive(Debug, Default)]
pub struct Lines(Vec<u8>);

impl Lines {
    /// Takes bytes in, gives the words that became whole.
    ///
    /// # Errors
    /// When a line is too long or not of this protocol; the text names its beginning, made safe to show.
    pub fn take(&mut self, bytes: &[u8]) -> Result<Vec<Word>, String> {
        self.0.extend_from_slice(bytes);
        let mut words = Vec::new();
        while let Some(end) = self.0.iter().position(|b| *b == b'\n') {
            let line: Vec<u8> = self.0.drain(..=end).collect();
            let line = String::from_utf8_lossy(&line);
            words.push(Word::read(&line).ok_or_else(|| stranger(line.as_bytes()))?);
        }
        if self.0.len() > LINE_MAX { Err(stranger(&self.0)) } else { Ok(words) }
    }
}

fn stranger(bytes: &[u8]) -> String {
    let head = &bytes[..bytes.len().min(40)];
    format!("something else answers: {}", crate::model::text::foreign_bytes(head).trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_word_reads_back_in_any_pieces() {
        let all = [
            Word::Hello { mac: Mac([0x34, 0xa5, 0xe1, 0, 0, 9]), interval: 60 },
            Word::Welcome,
            Word::Data { seq: 3, tenths: -187 },
            Word::Ack { seq: 3 },
            Word::Interval { secs: 5 },
            Word::Ping(7),
            Word::Pong(7),
        ];
        let text: String = all.iter().map(|w| format!("{w}\n")).collect();
        let mut lines = Lines::default();
        let got: Vec<Word> = text.as_bytes().chunks(5).flat_map(|c| lines.take(c).unwrap()).collect();
        assert_eq!(got, all);
        assert_eq!(Word::read("INTERVAL 0"), None);
        assert!(Lines::default().take(b"HTTP/1.1 400 Bad Request\r\n").unwrap_err().contains("HTTP/1.1 400"));
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
            let mut lines = Lines::default();
            let _ = lines.take(&bytes);
            let _ = lines.take(b"\n");
        }
    }
}
