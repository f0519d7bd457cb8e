//! How the virtual gateway reaches an address: as it is, or on loopback through the site's address book.

use crate::model::check::Transport;
use crate::model::{AddressBook, Way};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use tokio::net::{TcpStream, UdpSocket};
use tokio::time::timeout;

/// A book that the site changes while the gateway dials by it.
pub type SharedBook = Arc<RwLock<AddressBook>>;

#[derive(Clone, Debug)]
pub enum Dialer {
    /// A real network.
    Real,
    /// A simulated one.
    Book(SharedBook),
}

impl Dialer {
    /// Where to dial in place of `to`; waits out `limit` where nothing answers.
    async fn resolve(
        &self,
        transport: Transport,
        to: SocketAddr,
        limit: Duration,
    ) -> Result<SocketAddr, String> {
        let way = match self {
            Dialer::Real => Way::To(to),
            Dialer::Book(book) => book.read().unwrap_or_else(PoisonError::into_inner).way(transport, to),
        };
        match way {
            Way::To(there) => Ok(there),
            Way::Silent => {
                tokio::time::sleep(limit).await;
                Err("no answer".into())
            }
            Way::Refused => Err("refused".into()),
            Way::Prohibited => Err("prohibited by a filter".into()),
        }
    }

    /// Opens a TCP connection.
    ///
    /// # Errors
    /// When it does not open within `limit`, and why.
    #[expect(
        clippy::disallowed_methods,
        reason = "the virtual gateway's own connection, not a packet of Solid Green"
    )]
    pub async fn tcp(&self, to: SocketAddr, limit: Duration) -> Result<TcpStream, String> {
        let there = self.resolve(Transport::Tcp, to, limit).await?;
        match timeout(limit, TcpStream::connect(there)).await {
            Err(_) => Err("no answer".into()),
            Ok(Err(e)) => Err(e.to_string()),
            Ok(Ok(stream)) => {
                // a lost delay option costs some milliseconds, nothing else
                let _ = stream.set_nodelay(true);
                Ok(stream)
            }
        }
    }

    /// Sends one datagram and waits for the answer that `is_answer` accepts.
    ///
    /// # Errors
    /// When none comes within `limit`, and why.
    #[expect(
        clippy::disallowed_methods,
        reason = "the virtual gateway's own question, not a packet of Solid Green"
    )]
    pub async fn udp(
        &self,
        to: SocketAddr,
        bytes: &[u8],
        limit: Duration,
        is_answer: impl Fn(&[u8]) -> bool,
    ) -> Result<Vec<u8>, String> {
        let there = self.resolve(Transport::Udp, to, limit).await?;
        let exchange = async {
            let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).await?;
            socket.connect(there).await?;
            socket.send(bytes).await?;
            let mut buffer = vec![0; 4096];
            loop {
                let n = socket.recv(&mut buffer).await?;
                if is_answer(&buffer[..n]) {
                    buffer.truncate(n);
                    return Ok::<_, std::io::Error>(buffer);
                }
            }
        };
        match timeout(limit, exchange).await {
            Err(_) => Err("no answer".into()),
            Ok(answer) => answer.map_err(|e| e.to_string()),
        }
    }
}
