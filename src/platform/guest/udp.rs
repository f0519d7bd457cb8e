//! One question by UDP and its answer.

use super::{GuestError, Meter};
use crate::model::check::Failure;
use crate::model::footprint::PacketKind;
use crate::model::host::Interface;
use crate::platform::socket::{self, Circumstances};
use socket2::{Domain, Protocol, SockRef, Socket, Type};
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::{Duration, Instant};
use tokio::net::UdpSocket;

/// The largest datagram that can come.
const LARGEST: usize = 65_535;

impl Meter {
    /// Sends `payload` and waits for the first answer that `accept` takes; others are passed over. After
    /// `resend_after` without one it is sent once more. The duration counts from the first sending.
    ///
    /// # Errors
    /// Why there was no answer. [`Failure::NotSent`] when this computer itself could not try; the reason then
    /// stands in [`Meter::troubles`].
    #[expect(clippy::too_many_arguments, reason = "one call says everything about one question")]
    pub async fn udp_ask(
        &self,
        interface: Option<&Interface>,
        server: SocketAddr,
        payload: &[u8],
        limit: Duration,
        resend_after: Option<Duration>,
        kind: PacketKind,
        mut accept: impl FnMut(&[u8]) -> bool,
    ) -> Result<(Vec<u8>, Duration), Failure> {
        if interface.is_some_and(|i| !socket::has_route(i, server.ip())) {
            return Err(Failure::NoRoute);
        }
        let begin = Instant::now();
        let asking = self
            .may_send()
            .and_then(|()| open(interface, server))
            .map_err(|e| self.judge(&e, None, interface, server))?;
        let judge = |e: &io::Error| self.judge(e, Some(&asking), interface, server);
        let deadline = begin + limit;
        let mut again = resend_after.map(|after| begin + after).filter(|at| *at < deadline);
        self.send(&asking, payload, server, kind).await?.map_err(|e| judge(&e))?;
        let mut buffer = vec![0; LARGEST];
        loop {
            let until = again.unwrap_or(deadline);
            match tokio::time::timeout_at(until.into(), asking.recv(&mut buffer)).await {
                Ok(Ok(length)) => {
                    if accept(&buffer[..length]) {
                        buffer.truncate(length);
                        return Ok((buffer, begin.elapsed()));
                    }
                }
                Ok(Err(e)) => return Err(judge(&e)),
                Err(_) if again.take().is_some() => {
                    self.send(&asking, payload, server, kind).await?.map_err(|e| judge(&e))?;
                }
                Err(_) => return Err(Failure::Silence),
            }
        }
    }

    /// Counts and sends one datagram. The outer error means that it was not allowed to.
    async fn send(
        &self,
        socket: &UdpSocket,
        payload: &[u8],
        server: SocketAddr,
        kind: PacketKind,
    ) -> Result<io::Result<()>, Failure> {
        self.count(kind, server.ip()).map_err(|_| Failure::NotSent)?;
        let sent = socket.send(payload).await.map(|_| ());
        if sent.is_err() {
            self.take_back(kind, server.ip());
        }
        Ok(sent)
    }

    fn judge(
        &self,
        error: &io::Error,
        socket: Option<&UdpSocket>,
        interface: Option<&Interface>,
        server: SocketAddr,
    ) -> Failure {
        let around = Circumstances {
            own: socket::own_addresses(interface, socket.and_then(|s| s.local_addr().ok())),
            on_link: interface.is_some_and(|i| socket::on_link(i, server.ip())),
            udp: true,
        };
        let icmp = socket.and_then(|s| socket::icmp_error(&SockRef::from(s)));
        // this computer answers for its own closed ports: that is no silent neighbour
        let to_itself = around.own.contains(&server.ip());
        let icmp = icmp.filter(|_| !to_itself);
        socket::failure(error, icmp, &around).unwrap_or_else(|| {
            let what = format!("ask {server} by UDP");
            self.note(if socket::refused_here(icmp, &around) {
                GuestError::refused_here(&what)
            } else {
                GuestError::io(&what, error)
            });
            Failure::NotSent
        })
    }
}

fn open(interface: Option<&Interface>, server: SocketAddr) -> io::Result<UdpSocket> {
    let socket = Socket::new(Domain::for_address(server), Type::DGRAM, Some(Protocol::UDP))?;
    socket.set_nonblocking(true)?;
    if let Some(interface) = interface {
        socket::tie(&socket, interface, server.ip())?;
    }
    socket::hear_errors(&socket)?;
    // Windows wants a bound socket before it reads; `tie` may have done it
    if interface.is_none() || !cfg!(windows) {
        let any: SocketAddr = if server.is_ipv4() {
            (Ipv4Addr::UNSPECIFIED, 0).into()
        } else {
            (Ipv6Addr::UNSPECIFIED, 0).into()
        };
        if socket.local_addr().ok().and_then(|a| a.as_socket()).is_none_or(|a| a.port() == 0) {
            socket.bind(&any.into())?;
        }
    }
    socket.connect(&server.into())?;
    UdpSocket::from_std(socket.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run<T>(what: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(what)
    }

    const LIMIT: Duration = Duration::from_millis(600);

    #[test]
    fn the_right_answer_is_taken_after_a_wrong_one_and_a_resend() {
        run(async {
            let server = std::net::UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
            let addr = server.local_addr().unwrap();
            let thread = std::thread::spawn(move || {
                let mut buffer = [0; 10];
                let _lost = server.recv_from(&mut buffer).unwrap();
                let (length, from) = server.recv_from(&mut buffer).unwrap();
                server.send_to(b"wrong", from).unwrap();
                server.send_to(&buffer[..length], from).unwrap();
            });
            let meter = Meter::new();
            let resend = Some(Duration::from_millis(50));
            let (answer, took) = meter
                .udp_ask(None, addr, b"ask", LIMIT, resend, PacketKind::DnsQuery, |a| a == b"ask")
                .await
                .unwrap();
            assert_eq!(answer, b"ask");
            assert!(took >= Duration::from_millis(50) && took < LIMIT);
            assert_eq!(meter.footprint().packets(), 2);
            thread.join().unwrap();
        });
    }

    #[test]
    fn a_closed_port_refuses_and_an_open_one_may_stay_silent() {
        run(async {
            let meter = Meter::new();
            let server = std::net::UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
            let addr = server.local_addr().unwrap();
            let short = Duration::from_millis(80);
            let ask = |_: &[u8]| true;
            assert_eq!(
                meter.udp_ask(None, addr, b"?", short, None, PacketKind::DnsQuery, ask).await,
                Err(Failure::Silence)
            );
            drop(server);
            assert_eq!(
                meter.udp_ask(None, addr, b"?", LIMIT, None, PacketKind::DnsQuery, ask).await,
                Err(Failure::Refused)
            );
        });
    }
}
