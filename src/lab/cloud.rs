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
