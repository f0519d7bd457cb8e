//! The piece of wire between the virtual gateway and the virtual cloud: passes bytes on, swallows them, or cuts.

use crate::lab::dial::Dialer;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

/// What becomes of the connections that are open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wire {
    Pass,
    /// A filter that drops: both sides wait.
    Swallow,
    /// A filter that rejects: both sides see the end.
    Cut,
}

/// A relay to one listener. It ends when dropped.
#[derive(Debug)]
pub struct Relay {
    pub at: SocketAddr,
    wire: watch::Sender<Wire>,
    _tasks: JoinSet<()>,
}

impl Relay {
    /// Starts a relay on a free port of loopback to `to`.
    ///
    /// # Errors
    /// When no port can be had.
    pub async fn start(to: SocketAddr) -> io::Result<Relay> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let at = listener.local_addr()?;
        let (wire, watched) = watch::channel(Wire::Pass);
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            let mut carried = JoinSet::new();
            loop {
                if let Ok((stream, _)) = listener.accept().await {
                    carried.spawn(carry(stream, to, watched.clone()));
                } else {
                    // out of descriptors: wait for one rather than spin
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
                while carried.try_join_next().is_some() {}
            }
        });
        Ok(Relay { at, wire, _tasks: tasks })
    }

    pub fn set(&self, wire: Wire) {
        self.wire.send_replace(wire);
    }
}

async fn carry(mut near: TcpStream, to: SocketAddr, mut wire: watch::Receiver<Wire>) {
    let Ok(mut far) = Dialer::Real.tcp(to, Duration::from_secs(2)).await else { return };
    let (mut up, mut down) = ([0; 2048], [0; 2048]);
    loop {
        let now = *wire.borrow_and_update();
        let done = tokio::select! {
            changed = wire.changed() => changed.is_err(),
            _ = std::future::ready(()), if now == Wire::Cut => true,
            read = near.read(&mut up), if now != Wire::Cut => match read {
                Ok(n) if n > 0 => now == Wire::Pass && far.write_all(&up[..n]).await.is_err(),
                _ => true,
            },
            read = far.read(&mut down), if now != Wire::Cut => match read {
                Ok(n) if n > 0 => now == Wire::Pass && near.write_all(&down[..n]).await.is_err(),
                _ => true,
            },
        };
        if done {
            return;
        }
    }
}

/// A proxy that takes every connection and answers each request in its own name. It ends when dropped.
#[derive(Debug)]
pub struct Proxy {
    pub at: SocketAddr,
    _tasks: JoinSet<()>,
}

impl Proxy {
    /// # Errors
    /// When no port of loopback can be had.
    pub async fn start() -> io::Result<Proxy> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let at = listener.local_addr()?;
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            let mut guests = JoinSet::new();
            loop {
                match listener.accept().await {
                    Ok((mut stream, _)) => {
                        guests.spawn(async move {
                            let mut request = [0; 1024];
                            if matches!(stream.read(&mut request).await, Ok(n) if n > 0) {
                                let answer = b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n";
                                // the asker may be gone
                                let _ = stream.write_all(answer).await;
                            }
                        });
                    }
                    Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
                }
                while guests.try_join_next().is_some() {}
            }
        });
        Ok(Proxy { at, _tasks: tasks })
    }
}
