//! An open connection on which little is said and the manner of its end is told apart.

use super::{Connect, Meter};
use crate::model::check::Failure;
use crate::model::footprint::PacketKind;
use crate::model::host::Interface;
use crate::platform::error::why;
use crate::platform::socket;
use socket2::{SockRef, TcpKeepalive};
use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// What came while listening.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard {
    Bytes(Vec<u8>),
    /// The far end closed (FIN).
    Closed,
    /// RST.
    Reset,
    /// Nothing within the limit; the connection stands.
    Nothing,
    /// The system gave the connection up: its packets were not answered.
    Lost,
}

/// One open connection.
#[derive(Debug)]
pub struct Line {
    stream: TcpStream,
    /// Time to the SYN-ACK.
    pub opened_after: Duration,
}

impl Meter {
    /// Opens a connection to say something on it.
    ///
    /// # Errors
    /// As [`Meter::connect_keep`].
    pub async fn line(
        &self,
        interface: Option<&Interface>,
        addr: SocketAddr,
        limit: Duration,
        kind: PacketKind,
    ) -> Result<Line, Connect> {
        let (stream, opened_after) = self.connect_keep(interface, addr, limit, kind).await?;
        // what is said is said at once: its time is measured
        let _ = stream.set_nodelay(true);
        Ok(Line { stream, opened_after })
    }
}

impl Line {
    /// Hands bytes to the system.
    ///
    /// # Errors
    /// How the connection had ended before.
    pub async fn say(&mut self, bytes: &[u8]) -> Result<(), Heard> {
        self.stream.write_all(bytes).await.map_err(|e| ended(&e))
    }

    /// Lets what is said from now on live for so many hops only (IP time to live).
    ///
    /// # Errors
    /// When the system does not do that.
    pub fn live_for(&self, hops: u8) -> io::Result<()> {
        SockRef::from(&self.stream).set_ttl_v4(u32::from(hops))
    }

    /// The next bytes, or how it ended, within `limit`.
    pub async fn hear(&mut self, limit: Duration) -> Heard {
        let mut buffer = vec![0; 16 << 10];
        match tokio::time::timeout(limit, self.stream.read(&mut buffer)).await {
            Err(_) => Heard::Nothing,
            Ok(Ok(0)) => Heard::Closed,
            Ok(Ok(n)) => {
                buffer.truncate(n);
                Heard::Bytes(buffer)
            }
            Ok(Err(e)) => ended(&e),
        }
    }

    /// Lets the system ask whether the far end still holds this connection: keep-alives without content, at once and then
    /// each second, three in all (RFC 9293 3.8.4). An end of the connection is then heard.
    ///
    /// # Errors
    /// When the system does not do that.
    pub fn touch(&self) -> Result<(), String> {
        let second = Duration::from_secs(1);
        let often = TcpKeepalive::new().with_time(second).with_interval(second).with_retries(3);
        SockRef::from(&self.stream)
            .set_tcp_keepalive(&often)
            .map_err(|e| format!("this system does not touch an idle connection: {}", why(&e)))
    }

    /// Bytes that were said and that the far end has not acknowledged; `None` where the system does not tell.
    #[must_use]
    pub fn unacknowledged(&self) -> Option<usize> {
        socket::unacknowledged(&SockRef::from(&self.stream))
    }

    /// Waits until something said was acknowledged, at most `limit`; the number of bytes that were not. `None` where
    /// the system does not tell.
    pub async fn acknowledged(&self, said: usize, limit: Duration) -> Option<usize> {
        let until = Instant::now() + limit;
        loop {
            let left = self.unacknowledged()?;
            if left < said || Instant::now() >= until {
                return Some(left);
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

fn ended(error: &io::Error) -> Heard {
    match error.kind() {
        io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionAborted | io::ErrorKind::BrokenPipe => {
            Heard::Reset
        }
        _ => Heard::Lost,
    }
}

impl Heard {
    /// The failure that an end of the connection is.
    #[must_use]
    pub fn failure(&self) -> Option<Failure> {
        match self {
            Heard::Closed => Some(Failure::Closed),
            Heard::Reset => Some(Failure::Reset),
            Heard::Lost => Some(Failure::Silence),
            Heard::Bytes(_) | Heard::Nothing => None,
        }
    }
}
