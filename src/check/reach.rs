//! The one way by which checks reach out: bound to the interface, counted by the meter, and on a simulated site led
//! through its address book to loopback.

use super::own::Own;
use crate::model::book::{AddressBook, Way};
use crate::model::check::{CheckId, Failure, Offer, Transport};
use crate::model::footprint::PacketKind;
use crate::model::host::Interface;
use crate::model::{At, Mac};
use crate::platform::guest::{Connect, Line, Meter};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// What cannot be had on loopback and is therefore told by the simulated site.
#[derive(Clone, Debug, Default)]
pub struct Simulated {
    pub book: AddressBook,
    pub router_mac: Option<Mac>,
    /// `None`: could not be asked.
    pub offers: Option<Vec<Offer>>,
    /// Where the program is made to break, to see what becomes of the run.
    pub breaks: Option<Breaks>,
}

/// A place at which the simulated site makes this program break.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Breaks {
    /// As this check begins.
    Check(CheckId),
    /// Deep inside whatever connects.
    Connecting,
    /// Not this program but this computer: everything that is sent ends in this error of the system.
    Sending(i32),
}

/// The clock of the session.
pub type Clock = Arc<dyn Fn() -> At + Send + Sync>;

#[derive(Clone)]
pub struct Reach {
    pub meter: Arc<Meter>,
    /// The interface that is measured from.
    pub interface: Option<Interface>,
    pub simulated: Option<Arc<Simulated>>,
    pub clock: Clock,
    /// Whether this computer stays what it was when the check began.
    pub own: Own,
}

impl Knock {
    /// An address that no name gives, silent so far, while those that names give all open.
    #[must_use]
    pub fn not_waited_for(ms: u64) -> Knock {
        let why = format!("no answer within {ms} ms; no name gives it, so it was not waited for");
        Knock { outcome: Err(Failure::Silence), offender: None, icmp: None, not_sent: Some(why) }
    }
}

/// How a connection attempt ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Knock {
    /// Time to the SYN-ACK, or why there was none.
    pub outcome: Result<Duration, Failure>,
    /// Who sent the ICMP error.
    pub offender: Option<IpAddr>,
    /// Its type and code (RFC 792).
    pub icmp: Option<(u8, u8)>,
    /// Nothing is known of the network, and why: this computer could not try, or did not wait.
    pub not_sent: Option<String>,
}

impl Knock {
    /// Why nobody was asked: this computer could not try, or knows no way there.
    #[must_use]
    pub fn unasked(&self) -> Option<String> {
        let no_route = (self.outcome == Err(Failure::NoRoute))
            .then(|| "this computer has no route there, so nobody was asked".to_owned());
        self.not_sent.clone().or(no_route)
    }
}

impl From<Connect> for Knock {
    fn from(c: Connect) -> Knock {
        Knock {
            outcome: c.outcome,
            offender: c.offender,
            icmp: c.icmp,
            not_sent: c.not_sent.map(|e| format!("this computer could not try: {e}")),
        }
    }
}

impl Reach {
    #[must_use]
    pub fn now(&self) -> At {
        (self.clock)()
    }

    /// Milliseconds since `start`.
    #[must_use]
    pub fn took(&self, start: At) -> u64 {
        self.now().since(start)
    }

    /// Breaks here, where the simulated site wants it.
    #[allow(clippy::panic, reason = "a fault of the program, put in to see that it is told")]
    pub fn may_break(&self, here: Breaks) {
        if self.simulated.as_ref().is_some_and(|s| s.breaks == Some(here)) {
            panic!("made to break");
        }
    }

    fn bound_to(&self) -> Option<&Interface> {
        if self.simulated.is_some() { None } else { self.interface.as_ref() }
    }

    /// Where a logical address really is; `Err` when the simulated site makes it fail.
    async fn way(
        &self,
        transport: Transport,
        to: SocketAddr,
        limit: Duration,
    ) -> Result<SocketAddr, Failure> {
        self.may_break(Breaks::Connecting);
        let Some(simulated) = &self.simulated else { return Ok(to) };
        // what may not leave meets nobody, the simulated site neither
        if matches!(simulated.breaks, Some(Breaks::Sending(_))) {
            return Ok(to);
        }
        match simulated.book.way(transport, to) {
            Way::To(real) => Ok(real),
            Way::Refused => Err(Failure::Refused),
            Way::Prohibited => Err(Failure::IcmpProhibited),
            Way::Silent => {
                tokio::time::sleep(limit).await;
                Err(Failure::Silence)
            }
        }
    }

    /// Opens a TCP connection and closes it at once.
    pub async fn knock(&self, to: SocketAddr, limit: Duration) -> Knock {
        match self.way(Transport::Tcp, to, limit).await {
            Err(failure) => Knock { outcome: Err(failure), offender: None, icmp: None, not_sent: None },
            Ok(real) => self.meter.connect(self.bound_to(), real, limit, PacketKind::TcpConnect).await.into(),
        }
    }

    /// Tries to open a TCP connection with packets that live for `hops` hops only. `None` on the simulated site, where
    /// there are no hops.
    pub async fn knock_within(&self, to: SocketAddr, hops: u32, limit: Duration) -> Option<Knock> {
        if self.simulated.is_some() {
            return None;
        }
        let kind = PacketKind::TcpTrace;
        Some(match self.meter.connect_within(self.bound_to(), to, limit, kind, Some(hops)).await {
            Ok((_, took)) => Knock { outcome: Ok(took), offender: None, icmp: None, not_sent: None },
            Err(c) => c.into(),
        })
    }

    /// Opens a TCP connection on which something will be said.
    ///
    /// # Errors
    /// Why it did not open.
    pub async fn line(&self, to: SocketAddr, limit: Duration, kind: PacketKind) -> Result<Line, Knock> {
        let real = self.way(Transport::Tcp, to, limit).await.map_err(|failure| Knock {
            outcome: Err(failure),
            offender: None,
            icmp: None,
            not_sent: None,
        })?;
        self.meter.line(self.bound_to(), real, limit, kind).await.map_err(Knock::from)
    }

    /// Asks one question over UDP; `accept` says whether a datagram is the answer.
    ///
    /// # Errors
    /// The failure, when no answer came within `limit`.
    pub async fn ask_udp(
        &self,
        server: SocketAddr,
        question: &[u8],
        limit: Duration,
        accept: impl FnMut(&[u8]) -> bool + Send,
    ) -> Result<(Vec<u8>, Duration), Failure> {
        let real = self.way(Transport::Udp, server, limit).await?;
        let resend = Some(super::limits::NAME_RESEND);
        // a name server on this computer is reached by loopback, which no other interface leads to
        let bound = if real.ip().is_loopback() { None } else { self.bound_to() };
        self.meter.udp_ask(bound, real, question, limit, resend, PacketKind::DnsQuery, accept).await
    }

    /// Asks one question over TCP, with the two length octets of RFC 1035 4.2.2.
    ///
    /// # Errors
    /// The failure, when no answer came within `limit`.
    pub async fn ask_tcp(
        &self,
        server: SocketAddr,
        question: &[u8],
        limit: Duration,
    ) -> Result<Vec<u8>, Failure> {
        let real = self.way(Transport::Tcp, server, limit).await?;
        let bound = if real.ip().is_loopback() { None } else { self.bound_to() };
        let exchange = async {
            let (mut stream, _) = self
                .meter
                .connect_keep(bound, real, limit, PacketKind::DnsQuery)
                .await
                .map_err(|c| c.outcome.err().unwrap_or(Failure::Silence))?;
            let length = u16::try_from(question.len()).map_err(|_| Failure::Malformed)?.to_be_bytes();
            let lost = |_| Failure::Reset;
            stream.write_all(&[&length[..], question].concat()).await.map_err(lost)?;
            let mut head = [0; 2];
            stream.read_exact(&mut head).await.map_err(lost)?;
            let mut body = vec![0; usize::from(u16::from_be_bytes(head))];
            stream.read_exact(&mut body).await.map_err(lost)?;
            Ok(body)
        };
        tokio::time::timeout(limit, exchange).await.unwrap_or(Err(Failure::Silence))
    }

    /// True when the address is in a subnet of this computer.
    #[must_use]
    pub fn is_on_link(&self, ip: Ipv4Addr) -> bool {
        self.interface.as_ref().is_some_and(|i| i.addresses.iter().any(|a| a.contains(ip)))
    }
}
