//! TCP connections: how long until the SYN-ACK, or the one word for why there is none.

use super::{GuestError, Meter};
use crate::model::check::Failure;
use crate::model::footprint::PacketKind;
use crate::model::host::Interface;
use crate::platform::socket::{self, Circumstances};
use socket2::{Domain, Protocol, SockRef, Socket, Type};
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};
use tokio::net::TcpStream;

/// How an attempt to connect ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connect {
    /// Time to the SYN-ACK, or why there was none.
    pub outcome: Result<Duration, Failure>,
    /// Who sent the ICMP error, where the system tells.
    pub offender: Option<IpAddr>,
    /// Type and code of that error (RFC 792).
    pub icmp: Option<(u8, u8)>,
    /// Set when this computer itself could not try: then `outcome` says [`Failure::NotSent`] and nothing is
    /// known of the network.
    pub not_sent: Option<GuestError>,
}

impl Meter {
    /// Opens a TCP connection and closes it at once, without a byte of content. `None` for the interface ties the
    /// socket to none.
    pub async fn connect(
        &self,
        interface: Option<&Interface>,
        addr: SocketAddr,
        limit: Duration,
        kind: PacketKind,
    ) -> Connect {
        match self.connect_keep(interface, addr, limit, kind).await {
            Ok((_, took)) => Connect { outcome: Ok(took), offender: None, icmp: None, not_sent: None },
            Err(failed) => failed,
        }
    }

    /// Opens a TCP connection and keeps it. The duration is the time to the SYN-ACK.
    ///
    /// # Errors
    /// As [`Meter::connect`]; `outcome` is then always an error.
    pub async fn connect_keep(
        &self,
        interface: Option<&Interface>,
        addr: SocketAddr,
        limit: Duration,
        kind: PacketKind,
    ) -> Result<(TcpStream, Duration), Connect> {
        self.connect_within(interface, addr, limit, kind, None).await
    }

    /// The same with packets that may live for `hops` hops only (IP time to live).
    ///
    /// # Errors
    /// As [`Meter::connect_keep`]; a router at which the time ran out is the `offender` of an ICMP error of type 11.
    pub async fn connect_within(
        &self,
        interface: Option<&Interface>,
        addr: SocketAddr,
        limit: Duration,
        kind: PacketKind,
        hops: Option<u32>,
    ) -> Result<(TcpStream, Duration), Connect> {
        let failed = |failure| Connect { outcome: Err(failure), offender: None, icmp: None, not_sent: None };
        let refused = |error| Connect { not_sent: Some(error), ..failed(Failure::NotSent) };
        if interface.is_some_and(|i| !socket::has_route(i, addr.ip())) {
            return Err(failed(Failure::NoRoute));
        }
        self.count(kind, addr.ip()).map_err(refused)?;
        let begin = Instant::now();
        let mut around = Circumstances {
            own: socket::own_addresses(interface, None),
            on_link: interface.is_some_and(|i| socket::on_link(i, addr.ip())),
            udp: false,
        };
        let judge = |error: &io::Error, icmp: Option<socket::Icmp>, around: &Circumstances| {
            let offender = icmp.and_then(|i| i.offender);
            match socket::failure(error, icmp, around) {
                Some(failure) => {
                    Connect { offender, icmp: icmp.map(|i| (i.kind, i.code)), ..failed(failure) }
                }
                None => {
                    let what = format!("connect to {addr}");
                    let trouble = if socket::refused_here(icmp, around) {
                        GuestError::refused_here(&what)
                    } else {
                        GuestError::io(&what, error)
                    };
                    self.note(trouble.clone());
                    refused(trouble)
                }
            }
        };
        let stream = self.may_send().and_then(|()| open(interface, addr, hops)).map_err(|e| {
            // this computer refuses its own connections at once, by a SYN and an RST
            if e.kind() != io::ErrorKind::ConnectionRefused {
                self.take_back(kind, addr.ip());
            }
            judge(&e, None, &around)
        })?;
        match tokio::time::timeout(limit, stream.writable()).await {
            Err(_) => return Err(failed(Failure::Silence)),
            Ok(Err(e)) => return Err(judge(&e, None, &around)),
            Ok(Ok(())) => {}
        }
        let took = begin.elapsed();
        // SO_ERROR first: reading the error queue clears it
        let error = match stream.take_error() {
            Ok(None) => match stream.peer_addr() {
                Ok(_) => return Ok((stream, took)),
                Err(e) => e,
            },
            Ok(Some(e)) | Err(e) => e,
        };
        around.own = socket::own_addresses(interface, stream.local_addr().ok());
        let icmp = socket::icmp_error(&SockRef::from(&stream));
        Err(judge(&error, icmp, &around))
    }
}

/// A connection under way.
fn open(interface: Option<&Interface>, addr: SocketAddr, hops: Option<u32>) -> io::Result<TcpStream> {
    let socket = Socket::new(Domain::for_address(addr), Type::STREAM, Some(Protocol::TCP))?;
    socket.set_nonblocking(true)?;
    if let Some(hops) = hops.filter(|_| addr.is_ipv4()) {
        socket.set_ttl_v4(hops)?;
    }
    if let Some(interface) = interface {
        socket::tie(&socket, interface, addr.ip())?;
    }
    match socket.connect(&addr.into()) {
        Ok(()) => {}
        Err(e) if is_under_way(&e) => {}
        Err(e) => return Err(e),
    }
    TcpStream::from_std(socket.into())
}

fn is_under_way(error: &io::Error) -> bool {
    #[cfg(unix)]
    let under_way = error.raw_os_error() == Some(libc::EINPROGRESS);
    #[cfg(windows)]
    let under_way = false;
    under_way || error.kind() == io::ErrorKind::WouldBlock
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;

    const LIMIT: Duration = Duration::from_secs(2);

    fn run<T>(what: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(what)
    }

    #[test]
    fn an_open_port_a_closed_port_and_a_silent_one() {
        run(async {
            let meter = Meter::new();
            let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
            let addr = listener.local_addr().unwrap();
            let open = meter.connect(None, addr, LIMIT, PacketKind::TcpConnect).await;
            assert!(open.outcome.is_ok_and(|took| took < LIMIT), "{open:?}");
            drop(listener);
            let closed = meter.connect(None, addr, LIMIT, PacketKind::TcpConnect).await;
            assert_eq!((closed.outcome, closed.offender), (Err(Failure::Refused), None));
            assert_eq!(meter.footprint().by_kind.get(&PacketKind::TcpConnect), Some(&2));
            assert_eq!(meter.footprint().addresses, [IpAddr::from([127, 0, 0, 1])]);
        });
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn silence_ends_at_its_limit() {
        run(async {
            // a listener whose queue is full drops what comes: the SYN meets silence
            let listener = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
            listener.bind(&SocketAddr::from((Ipv4Addr::LOCALHOST, 0)).into()).unwrap();
            listener.listen(0).unwrap();
            let addr = listener.local_addr().unwrap().as_socket().unwrap();
            let meter = Meter::new();
            let first = meter.connect_keep(None, addr, LIMIT, PacketKind::TcpConnect).await;
            assert!(first.is_ok());
            let begin = Instant::now();
            let mut last = None;
            for _ in 0..3 {
                last =
                    Some(meter.connect(None, addr, Duration::from_millis(150), PacketKind::TcpConnect).await);
            }
            assert_eq!(last.unwrap().outcome, Err(Failure::Silence));
            assert!(begin.elapsed() < LIMIT);
        });
    }

    #[test]
    fn beyond_the_limit_nothing_is_tried_and_nothing_is_said_about_the_network() {
        run(async {
            let meter = Meter::new();
            let addr = SocketAddr::from(([127, 0, 0, 1], 1));
            for _ in 0..PacketKind::DhcpProbe.most_per_round() {
                meter.count(PacketKind::DhcpProbe, addr.ip()).unwrap();
            }
            let refused = meter.connect(None, addr, LIMIT, PacketKind::DhcpProbe).await;
            assert!(matches!(refused.not_sent, Some(GuestError::TooMany { .. })));
        });
    }
}
