//! Reads a serial console, line by line, and opens it again after it was unplugged.

use super::{Eyes, Sighting};
use crate::model::evidence::{Fact, Source};
use crate::model::snapshot::Limit;
use crate::platform::serial::{self, SerialEvent};
use crate::platform::supervise::supervised;
use crate::profile::Profile;
use crate::wire::console::{LineSplitter, looks_like_wrong_baud, read_line};
use std::sync::Arc;
use std::time::Duration;
use tokio::task::AbortHandle;

/// An unplugged port is looked for this often.
const COMES_BACK: Duration = Duration::from_millis(700);
/// Bytes after which unreadable text says that the speed is wrong.
const JUDGE_BAUD_AFTER: usize = 64;

/// An open console; dropping it closes the port.
#[derive(Debug)]
pub struct Console(AbortHandle);

impl Drop for Console {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Opens `port` and keeps it open. Without `baud` the profile's rates are tried in turn until the text is readable.
#[must_use]
pub fn open(eyes: Eyes, profile: Arc<Profile>, port: String, baud: Option<u32>) -> Console {
    let teller = eyes.clone();
    #[allow(clippy::disallowed_methods, reason = "supervised, and it tells what broke")]
    let task = tokio::spawn(async move {
        if let Err(broke) = supervised(keep_open(eyes, profile, port.clone(), baud)).await {
            let (why, closed) = (broke.to_string(), Fact::ConsoleClosed { port: port.clone() });
            teller.saw(Source::Console, closed).await;
            teller.tell(Sighting::Console { port: port.clone(), open: false, status: why.clone() }).await;
            teller.tell(Sighting::Broke { what: format!("Reading {port}"), why }).await;
        }
    });
    Console(task.abort_handle())
}

/// Why reading ended.
enum Ended {
    /// Unplugged, or closed by the other end.
    Lost(String),
    /// The text is not readable at this speed.
    WrongBaud,
    /// Nobody listens any more.
    Session,
}

async fn keep_open(eyes: Eyes, profile: Arc<Profile>, port: String, baud: Option<u32>) {
    let rates = baud.map_or_else(|| profile.bauds(), |b| vec![b]);
    let rates = if rates.is_empty() { vec![115_200] } else { rates };
    let mut turn = 0;
    let mut was_open = false;
    let mut told = String::new();
    loop {
        let rate = rates[turn % rates.len()];
        match serial::open(&port, rate) {
            Err(e) => {
                let text = e.to_string();
                if told != text {
                    told.clone_from(&text);
                    let status =
                        if was_open { "unplugged; waiting for it to come back".to_owned() } else { text };
                    eyes.tell(Sighting::Console { port: port.clone(), open: false, status }).await;
                    if !was_open {
                        eyes.tell(Sighting::Limited(e.limit())).await;
                    }
                }
                tokio::time::sleep(COMES_BACK).await;
            }
            Ok(reader) => {
                was_open = true;
                told.clear();
                let status = format!("open at {rate} baud");
                eyes.tell(Sighting::Console { port: port.clone(), open: true, status }).await;
                match read(&eyes, &profile, &port, reader, rates.len() > 1 || baud.is_some()).await {
                    Ended::Session => return,
                    Ended::WrongBaud => {
                        if baud.is_some() {
                            let limit = Limit {
                                what: format!("Reading {port} at {rate} baud"),
                                why: "what arrives is not text".into(),
                                advice: "Try another speed: 115200 and 9600 are the usual ones.".into(),
                            };
                            eyes.tell(Sighting::Limited(limit)).await;
                        }
                        turn += 1;
                        eyes.saw(Source::Console, Fact::ConsoleClosed { port: port.clone() }).await;
                        tokio::time::sleep(Duration::from_millis(100)).await;
                    }
                    Ended::Lost(why) => {
                        eyes.saw(Source::Console, Fact::ConsoleClosed { port: port.clone() }).await;
                        let status = format!("{why}; waiting for it to come back");
                        eyes.tell(Sighting::Console { port: port.clone(), open: false, status }).await;
                        tokio::time::sleep(COMES_BACK).await;
                    }
                }
            }
        }
    }
}

async fn read(
    eyes: &Eyes,
    profile: &Profile,
    port: &str,
    mut reader: serial::SerialReader,
    judge_baud: bool,
) -> Ended {
    let mut splitter = LineSplitter::new();
    let mut first = Vec::new();
    let mut judged = !judge_baud;
    loop {
        match reader.recv().await {
            None => return Ended::Lost("closed".into()),
            Some(SerialEvent::Closed(e)) => return Ended::Lost(e.why),
            Some(SerialEvent::Bytes(bytes)) => {
                if !judged {
                    first.extend_from_slice(&bytes);
                    if first.len() >= JUDGE_BAUD_AFTER {
                        judged = true;
                        if looks_like_wrong_baud(&first) {
                            return Ended::WrongBaud;
                        }
                        first = Vec::new();
                    }
                }
                for line in splitter.push(&bytes) {
                    if !eyes.saw(Source::Console, Fact::Console(read_line(profile, port, &line))).await {
                        return Ended::Session;
                    }
                }
            }
        }
    }
}
