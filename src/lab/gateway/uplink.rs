//! The virtual gateway's way to the cloud: look up, try the ports in turn, hold the connection, open it again.
//!
//! "Connected" needs a word from the cloud, not only an open port: a proxy that answers for everybody must not turn
//! the LED green. The vendor's document says "able to connect to the cloud service".

use super::Settings;
use crate::lab::dial::Dialer;
use crate::lab::event::{Event, Lease, Reporter};
use crate::lab::lookup::lookup;
use crate::lab::protocol::{Lines, Word};
use crate::lab::random::Random;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::{Instant, sleep, sleep_until, timeout};

/// Works while there is a lease, for ever; ends when the lease's sender is gone.
pub async fn run(
    settings: &Settings,
    mut lease: watch::Receiver<Option<Lease>>,
    dialer: &Dialer,
    reporter: &Reporter,
    mut random: Random,
) {
    let mut interval = settings.interval.max(1);
    loop {
        let current = lease.borrow_and_update().clone();
        let changed = match current {
            None => lease.changed().await,
            Some(current) => {
                tokio::select! {
                    changed = lease.changed() => changed,
                    never = strive(settings, &current, dialer, reporter, &mut random, &mut interval) => match never {},
                }
            }
        };
        if changed.is_err() {
            return;
        }
    }
}

/// Connects, holds, and begins again, until it is dropped.
async fn strive(
    settings: &Settings,
    lease: &Lease,
    dialer: &Dialer,
    reporter: &Reporter,
    random: &mut Random,
    interval: &mut u64,
) -> std::convert::Infallible {
    loop {
        if let Some((stream, lines, early)) =
            connect(settings, lease, dialer, reporter, random, *interval).await
        {
            let why = hold(settings, stream, lines, early, reporter, random, interval).await;
            reporter.tell(Event::Lost { why });
        }
        sleep(Duration::from_millis(random.jitter(settings.retry_ms))).await;
    }
}

/// One round: a host at random, one of its addresses at random, each port in turn.
async fn connect(
    settings: &Settings,
    lease: &Lease,
    dialer: &Dialer,
    reporter: &Reporter,
    random: &mut Random,
    interval: u64,
) -> Option<(TcpStream, Lines, Vec<Word>)> {
    let host = random.pick(&settings.hosts)?.clone();
    reporter.tell(Event::Resolving { host: host.clone() });
    let addresses = match lookup(dialer, &lease.name_servers, &host, settings.answer_limit, random).await {
        Ok(addresses) => addresses,
        Err(why) => {
            reporter.tell(Event::LookupFailed { host, why });
            return None;
        }
    };
    let address = *random.pick(&addresses)?;
    for port in &settings.ports {
        let to = SocketAddr::from((address, *port));
        reporter.tell(Event::Connecting { to });
        let opened = match dialer.tcp(to, settings.answer_limit).await {
            Ok(stream) => greet(settings, stream, interval).await,
            Err(why) => Err(why),
        };
        match opened {
            Ok(opened) => {
                reporter.tell(Event::Connected { to });
                return Some(opened);
            }
            Err(why) => reporter.tell(Event::ConnectFailed { to, why }),
        }
    }
    None
}

async fn greet(
    settings: &Settings,
    mut stream: TcpStream,
    interval: u64,
) -> Result<(TcpStream, Lines, Vec<Word>), String> {
    let mut lines = Lines::default();
    let exchange = async {
        send(&mut stream, &Word::Hello { mac: settings.mac, interval }).await?;
        loop {
            let mut words = receive(&mut stream, &mut lines).await?;
            match words.first() {
                None => {}
                Some(Word::Welcome) => return Ok(words.split_off(1)),
                Some(other) => return Err(format!("something else answers: {other}")),
            }
        }
    };
    let early = timeout(settings.answer_limit, exchange)
        .await
        .unwrap_or_else(|_| Err("open, but the cloud says nothing".into()))?;
    Ok((stream, lines, early))
}

/// Keeps the connection until it ends; gives the reason.
async fn hold(
    settings: &Settings,
    mut stream: TcpStream,
    mut lines: Lines,
    early: Vec<Word>,
    reporter: &Reporter,
    random: &mut Random,
    interval: &mut u64,
) -> String {
    let mut seq = 0;
    let mut pings = 0;
    let mut words = early;
    let keep_alive = Duration::from_secs_f64(settings.keep_alive.max(0.1));
    let mut next_ping = Instant::now() + keep_alive;
    // the first measurement at once: the installer sees data as soon as the LED is green
    let mut next_sample = Instant::now();
    // when the oldest unanswered word makes the connection a dead one
    let mut deadline: Option<Instant> = None;
    loop {
        for word in words.drain(..) {
            deadline = None;
            match word {
                Word::Ack { seq } => reporter.tell(Event::Ack { seq }),
                Word::Interval { secs } => {
                    if secs != *interval {
                        *interval = secs;
                        reporter.tell(Event::Interval { secs });
                        next_sample = Instant::now() + Duration::from_secs(secs);
                    }
                }
                Word::Pong(_) | Word::Welcome => {}
                other => return format!("the cloud said '{other}', which is the gateway's word"),
            }
        }
        let dead = deadline.unwrap_or_else(|| Instant::now() + Duration::from_secs(86_400));
        let out = tokio::select! {
            read = receive(&mut stream, &mut lines) => match read {
                Ok(read) => { words = read; continue; }
                Err(why) => return why,
            },
            () = sleep_until(dead) => return "the cloud does not answer any more".into(),
            () = sleep_until(next_ping) => {
                pings += 1;
                Word::Ping(pings)
            }
            () = sleep_until(next_sample) => {
                seq += 1;
                next_sample = Instant::now() + Duration::from_secs(*interval);
                // a refrigerator, give or take
                Word::Data { seq, tenths: 40 + i64::try_from(random.below(21)).unwrap_or(0) - 10 }
            }
        };
        // every word asks for an answer, so each is a keep-alive as well
        next_ping = Instant::now() + keep_alive;
        deadline = deadline.or_else(|| Some(Instant::now() + settings.answer_limit));
        match timeout(settings.answer_limit, send(&mut stream, &out)).await {
            Ok(Ok(())) => {}
            Ok(Err(why)) => return why,
            Err(_) => return "cannot send any more".into(),
        }
    }
}

async fn send(stream: &mut TcpStream, word: &Word) -> Result<(), String> {
    stream.write_all(format!("{word}\n").as_bytes()).await.map_err(|e| e.to_string())
}

/// Waits for bytes. Nothing is lost when it is dropped while waiting.
async fn receive(stream: &mut TcpStream, lines: &mut Lines) -> Result<Vec<Word>, String> {
    let mut buffer = [0; 1024];
    match stream.read(&mut buffer).await {
        Ok(0) => Err("closed by the other side".into()),
        Ok(n) => lines.take(&buffer[..n]),
        Err(e) => Err(e.to_string()),
    }
}
