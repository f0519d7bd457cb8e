//! The virtual cloud: keeps every connection open, acknowledges what it stored, pushes a sampling interval.

use super::event::Event;
use super::protocol::{Lines, Word};
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

/// Where the cloud's events go. Storing is the receiver's work.
pub type Told = mpsc::UnboundedSender<Event>;

/// A running cloud. It ends when dropped.
#[derive(Debug)]
pub struct Cloud {
    /// The addresses it listens at, in the order they were asked for.
    pub at: Vec<SocketAddr>,
    interval: watch::Sender<Option<u64>>,
    _tasks: JoinSet<()>,
}

impl Cloud {
    /// Opens all listeners. Call it on a tokio runtime.
    ///
    /// # Errors
    /// When an address cannot be listened at; the text names it.
    pub async fn start(listen: &[SocketAddr], interval: Option<u64>, told: Told) -> io::Result<Cloud> {
        let (interval, pushed) = watch::channel(interval);
        let mut tasks = JoinSet::new();
        let mut at = Vec::new();
        let told = Arc::new(told);
        for addr in listen {
            let listener = TcpListener::bind(addr)
                .await
                .map_err(|e| io::Error::new(e.kind(), format!("cannot listen at {addr}: {e}")))?;
            at.push(listener.local_addr()?);
            tasks.spawn(accept(listener, pushed.clone(), told.clone()));
        }
        // nobody listens to the events any more only while the program ends
        let _ = told.send(Event::Listening { at: at.clone() });
        Ok(Cloud { at, interval, _tasks: tasks })
    }

    /// Pushes a sampling interval to all gateways, also to those that join later.
    pub fn push_interval(&self, secs: u64) {
        self.interval.send_replace(Some(secs));
    }
}

async fn accept(listener: TcpListener, interval: watch::Receiver<Option<u64>>, told: Arc<Told>) {
    let mut guests = JoinSet::new();
    loop {
        let Ok((stream, from)) = listener.accept().await else {
            // out of descriptors: wait for one rather than spin
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            continue;
        };
        let (interval, told) = (interval.clone(), told.clone());
        guests.spawn(async move {
            let mut mac = None;
            let why = match serve(stream, from, interval, &told, &mut mac).await {
                Ok(()) => "closed by the gateway".to_owned(),
                Err(why) => why,
            };
            // a connection that never said a word was somebody's port check: of no interest
            if let Some(mac) = mac {
                let _ = told.send(Event::Left { mac, why });
            }
        });
        while guests.try_join_next().is_some() {}
    }
}

async fn serve(
    mut stream: TcpStream,
    from: SocketAddr,
    mut interval: watch::Receiver<Option<u64>>,
    told: &Told,
    mac: &mut Option<String>,
) -> Result<(), String> {
    let fault = |e: io::Error| e.to_string();
    let at = stream.local_addr().map_err(fault)?;
    let mut lines = Lines::default();
    let mut buffer = [0; 1024];
    loop {
        let mut out = Vec::new();
        tokio::select! {
            read = stream.read(&mut buffer) => {
                let n = read.map_err(fault)?;
                if n == 0 {
                    return Ok(());
                }
                for word in lines.take(&buffer[..n])? {
                    match word {
                        Word::Hello { mac: its, .. } => {
                            let _ = told.send(Event::Joined { mac: its.to_string(), from, at });
                            *mac = Some(its.to_string());
                            out.push(Word::Welcome);
                            out.extend(interval.borrow_and_update().map(|secs| Word::Interval { secs }));
                        }
                        Word::Data { seq, tenths } => {
                            let Some(mac) = mac.clone() else { return Err("a measurement before the greeting".into()) };
                            let _ = told.send(Event::Measurement { mac, seq, tenths });
                            out.push(Word::Ack { seq });
                        }
                        Word::Ping(n) => out.push(Word::Pong(n)),
                        other => return Err(format!("the gateway said '{other}', which is the cloud's word")),
                    }
                }
            }
            changed = interval.changed(), if mac.is_some() => {
                changed.map_err(|_| "the cloud ends".to_owned())?;
                out.extend(interval.borrow_and_update().map(|secs| Word::Interval { secs }));
            }
        }
        if !out.is_empty() {
            let text: String = out.iter().map(|w| format!("{w}\n")).collect();
            stream.write_all(text.as_bytes()).await.map_err(fault)?;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::dial::Dialer;
    use std::time::Duration;
    use tokio::time::timeout;

    async fn words(stream: &mut TcpStream, wanted: usize) -> Vec<Word> {
        let (mut lines, mut got, mut buffer) = (Lines::default(), Vec::new(), [0; 256]);
        while got.len() < wanted {
            let n = timeout(Duration::from_secs(2), stream.read(&mut buffer)).await.unwrap().unwrap();
            assert!(n > 0, "closed after {got:?}");
            got.extend(lines.take(&buffer[..n]).unwrap());
        }
        got
    }

    #[tokio::test]
    async fn it_acknowledges_pushes_and_stays_open() {
        let (told, mut events) = mpsc::unbounded_channel();
        let cloud = Cloud::start(&["127.0.0.1:0".parse().unwrap()], None, told).await.unwrap();
        let mut stream = Dialer::Real.tcp(cloud.at[0], Duration::from_secs(1)).await.unwrap();
        stream.write_all(b"SGLAB1 HELLO 34:a5:e1:00:00:01 60\nDATA 1 41\nPING 9\n").await.unwrap();
        assert_eq!(words(&mut stream, 3).await, [Word::Welcome, Word::Ack { seq: 1 }, Word::Pong(9)]);
        cloud.push_interval(7);
        assert_eq!(words(&mut stream, 1).await, [Word::Interval { secs: 7 }]);
        assert!(matches!(events.recv().await, Some(Event::Listening { .. })));
        assert!(matches!(events.recv().await, Some(Event::Joined { mac, .. }) if mac == "34:a5:e1:00:00:01"));
        assert!(matches!(events.recv().await, Some(Event::Measurement { seq: 1, tenths: 41, .. })));
        // whoever joins later is told as well
        let mut later = Dialer::Real.tcp(cloud.at[0], Duration::from_secs(1)).await.unwrap();
        later.write_all(b"SGLAB1 HELLO 34:a5:e1:00:00:02 60\n").await.unwrap();
        assert_eq!(words(&mut later, 2).await, [Word::Welcome, Word::Interval { secs: 7 }]);
        // a stranger is shown the door, and the others notice nothing
        let mut stranger = Dialer::Real.tcp(cloud.at[0], Duration::from_secs(1)).await.unwrap();
        stranger.write_all(b"GET / HTTP/1.1\r\n\r\n").await.unwrap();
        assert_eq!(
            timeout(Duration::from_secs(2), stranger.read(&mut [0; 9])).await.unwrap().unwrap_or(0),
            0
        );
        stream.write_all(b"PING 10\n").await.unwrap();
        assert_eq!(words(&mut stream, 1).await, [Word::Pong(10)]);
    }
}
