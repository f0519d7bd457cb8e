//! `watch --metrics`: the present picture in the Prometheus text format, served on one address that the user names.

use super::streams::say;
use crate::model::LedState;
use crate::model::Snapshot;
use crate::platform::supervise::{Crew, supervised};
use crate::session::Session;
use std::fmt::Write;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::watch;
use tokio::task::AbortHandle;
use tokio::time::timeout;

/// Connections that are served at once: scrapers are one or two, and the checks need descriptors too.
const AT_ONCE: usize = 16;
/// A request has no more bytes; a scraper's has some hundred.
const REQUEST_MOST: usize = 8 << 10;
/// A client that does not say what it wants, or does not take the answer, is given up after this.
const PATIENCE: Duration = Duration::from_secs(5);
/// Waited when the system gives no connection: at first, and at most.
const PAUSE: (Duration, Duration) = (Duration::from_millis(10), Duration::from_secs(1));

/// Serves until the session ends. Only the gateways of this session become labels.
///
/// # Errors
/// When the address cannot be listened on: what and why.
pub fn serve(session: &Session, addr: SocketAddr) -> Result<AbortHandle, String> {
    let handle = session.handle().ok_or("the session has ended")?;
    let pictures = session.subscribe();
    let listener = handle
        .block_on(TcpListener::bind(addr))
        .map_err(|e| format!("metrics cannot be served at {addr}: {e}; name another address"))?;
    let serve = async move {
        if let Err(broke) = supervised(accept(listener, pictures)).await {
            say!("serving metrics {broke}; watching goes on");
        }
    };
    Ok(handle.spawn(serve).abort_handle())
}

/// Takes every connection that comes, whatever the ones before do: where there are too many, or the system has no
/// descriptor left, one that asks for nothing goes, the oldest of them first.
///
/// "No descriptor left" comes also while nobody waits (Linux looks for one before it looks at the queue), and must then
/// cost nobody a place: so two are kept, one for who comes and one to see whether somebody does.
async fn accept(listener: TcpListener, pictures: watch::Receiver<Arc<Snapshot>>) {
    let mut guests = Guests::default();
    let mut kept = Vec::new();
    fill(&mut kept);
    let mut pause = PAUSE.0;
    loop {
        let failed = tokio::select! {
            guest = listener.accept() => match guest {
                Ok((stream, _)) => {
                    pause = PAUSE.0;
                    fill(&mut kept);
                    if kept.is_empty() {
                        guests.drop_one();
                    }
                    guests.take(stream, pictures.clone());
                    continue;
                }
                Err(e) => e.kind(),
            },
            Some(()) = guests.crew.next(), if !guests.crew.is_empty() => {
                fill(&mut kept);
                continue;
            }
        };
        // one that broke off before it was taken took no descriptor
        let broke_off = matches!(failed, ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset);
        if broke_off || kept.pop().is_none() {
            // whoever was let go may still be on his way out; and a guest who says nothing goes by himself
            tokio::time::sleep(pause).await;
            pause = PAUSE.1.min(pause * 2);
            fill(&mut kept);
        }
    }
}

/// Keeps two descriptors, or as many as there are: sockets that nothing is sent from or to.
fn fill(kept: &mut Vec<TcpSocket>) {
    while kept.len() < 2
        && let Ok(socket) = TcpSocket::new_v4()
    {
        kept.push(socket);
    }
}

/// The connections that are served.
#[derive(Default)]
struct Guests {
    crew: Crew<()>,
    /// In the order in which they came.
    here: Vec<Guest>,
}

struct Guest {
    task: AbortHandle,
    /// It has said what it wants.
    asked: Arc<AtomicBool>,
}

impl Guests {
    fn take(&mut self, stream: TcpStream, pictures: watch::Receiver<Arc<Snapshot>>) {
        self.here.retain(|g| !g.task.is_finished());
        while self.here.len() >= AT_ONCE {
            self.drop_one();
        }
        let asked = Arc::new(AtomicBool::new(false));
        let has_asked = Arc::clone(&asked);
        let task = self.crew.spawn(async move {
            let _ = answer(stream, &pictures, &has_asked).await; // a client that went away is nobody's loss
        });
        self.here.push(Guest { task, asked });
    }

    /// The oldest one that has not asked for anything goes, else the oldest.
    fn drop_one(&mut self) {
        self.here.retain(|g| !g.task.is_finished());
        let idle = self.here.iter().position(|g| !g.asked.load(Relaxed)).unwrap_or(0);
        if idle < self.here.len() {
            self.here.remove(idle).task.abort();
        }
    }
}

async fn answer(
    mut stream: TcpStream,
    pictures: &watch::Receiver<Arc<Snapshot>>,
    asked: &AtomicBool,
) -> std::io::Result<()> {
    let whole = timeout(PATIENCE, request(&mut stream)).await??;
    asked.store(true, Relaxed);
    // what was asked is not looked at: there is one page
    let (status, body) = match whole {
        true => ("200 OK", render(&pictures.borrow())),
        false => ("431 Request Header Fields Too Large", String::new()),
    };
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/plain; version=0.0.4\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    let written = async {
        stream.write_all(head.as_bytes()).await?;
        stream.write_all(body.as_bytes()).await?;
        stream.shutdown().await
    };
    timeout(PATIENCE, written).await?
}

/// Reads a request to the empty line that ends it; whether it came within its most.
async fn request(stream: &mut TcpStream) -> std::io::Result<bool> {
    let mut bytes = Vec::with_capacity(1 << 10);
    while bytes.len() < REQUEST_MOST {
        let mut some = [0; 1 << 10];
        let n = stream.read(&mut some).await?;
        if n == 0 {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        bytes.extend_from_slice(&some[..n]);
        if [&b"\r\n\r\n"[..], b"\n\n"].iter().any(|end| bytes.windows(end.len()).any(|w| w == *end)) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The page.
fn render(s: &Snapshot) -> String {
    let mut out = String::new();
    out.push_str("# HELP solidgreen_led_possible 1 when the LED may be in this state.\n# TYPE solidgreen_led_possible gauge\n");
    for g in &s.gateways {
        for state in LedState::ALL {
            let value = u8::from(g.led.possible.contains(state));
            let _ = writeln!(
                out,
                "solidgreen_led_possible{{mac=\"{}\",state=\"{}\"}} {value}",
                g.mac,
                state.word()
            );
        }
    }
    out.push_str(
        "# HELP solidgreen_verdict 1 for the cause that is named now.\n# TYPE solidgreen_verdict gauge\n",
    );
    if let Some(code) = s.verdict.code {
        let _ = writeln!(
            out,
            "solidgreen_verdict{{code=\"{code}\",owner=\"{}\",level=\"{}\"}} 1",
            s.verdict.owner.word(),
            s.verdict.level.word()
        );
    }
    out.push_str("# HELP solidgreen_packets_sent_total Packets sent by this program.\n# TYPE solidgreen_packets_sent_total counter\n");
    let _ = writeln!(out, "solidgreen_packets_sent_total {}", s.footprint.packets());
    out
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "a client on loopback")]
mod tests {
    use super::*;
    use std::io::{Read as _, Write as _};
    use std::net::TcpStream as Client;

    /// Far more than an answer takes on any machine.
    const LONG: Duration = Duration::from_secs(60);

    fn client(to: SocketAddr) -> Client {
        let client = Client::connect(to).unwrap();
        client.set_read_timeout(Some(LONG)).unwrap();
        client
    }

    fn said(to: SocketAddr, request: &[u8]) -> String {
        let mut client = client(to);
        client.write_all(request).unwrap();
        let mut all = Vec::new();
        let _ = client.read_to_end(&mut all); // what was sent too much may reset it behind the answer
        String::from_utf8(all).unwrap()
    }

    #[test]
    fn somebody_is_answered_while_hundreds_hold_their_connections_open() {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let to = listener.local_addr().unwrap();
        let (_publish, pictures) = watch::channel(Arc::new(Snapshot::default()));
        runtime.spawn(accept(listener, pictures));
        let mut held = Vec::new();
        for n in 0..200 {
            let mut idle = client(to);
            if n % 2 == 0 {
                idle.write_all(b"GET / HT").unwrap();
            }
            held.push(idle);
            if n % 40 == 39 {
                let page = said(to, b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
                assert!(page.starts_with("HTTP/1.1 200 OK"), "{n}: {page}");
                assert!(page.contains("solidgreen_packets_sent_total 0"), "{n}: {page}");
            }
        }
        // the oldest have gone, and it is told to them
        let gone = held[0].read(&mut [0; 9]);
        assert!(
            matches!(&gone, Ok(0)) || gone.as_ref().is_err_and(|e| e.kind() == ErrorKind::ConnectionReset),
            "{gone:?}"
        );
        let page = said(to, &[b'x'; REQUEST_MOST]);
        assert!(page.starts_with("HTTP/1.1 431 "), "{page}");
        assert!(said(to, b"GET / HTTP/1.0\n\n").starts_with("HTTP/1.1 200 OK"));
    }
}
