//! `watch --metrics`: the present picture in the Prometheus text format, served on one address that the user names.

use super::streams::say;
use crate::model::LedState;
use crate::model::Snapshot;
use crate::platform::supervise::{Crew, supervised};
use crate::session::Session;
use std::fmt::Write;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::AbortHandle;

/// A client that says nothing is given up after this.
const PATIENCE: Duration = Duration::from_secs(5);

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

async fn accept(listener: TcpListener, pictures: watch::Receiver<Arc<Snapshot>>) {
    let mut guests = Crew::default();
    loop {
        let (mut stream, _) = tokio::select! {
            guest = listener.accept() => match guest {
                Ok(guest) => guest,
                Err(_) => return,
            },
            Some(()) = guests.next(), if !guests.is_empty() => continue,
        };
        let body = render(&pictures.borrow());
        guests.spawn(async move {
            let answer = async {
                // the request is not looked at: there is one page
                let mut request = [0; 1024];
                let _ = stream.read(&mut request).await?;
                let head = format!(
                    "HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                    body.len()
                );
                stream.write_all(head.as_bytes()).await?;
                stream.write_all(body.as_bytes()).await?;
                stream.shutdown().await
            };
            let _ = tokio::time::timeout(PATIENCE, answer).await;
        });
    }
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
