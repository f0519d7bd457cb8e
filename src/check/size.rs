//! The check `size`: does a full-size segment to the cloud pass? A TLS hello padded to one segment (RFC 7685) is
//! acknowledged by any host that gets it, whatever it makes of it.

use super::limits;
use super::reach::Reach;
use super::speaks::spread;
use crate::model::check::{CheckId, CheckResult, Failure, Measured, Outcome, Target};
use crate::model::footprint::PacketKind;
use crate::platform::guest::Heard;
use crate::wire::tls;
use std::net::SocketAddr;

/// More than the largest segment of an Ethernet without jumbo frames (1460 bytes of content), so that one is full.
const FULL: usize = 1_500;

/// How a full-size segment ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sent {
    /// This many bytes were acknowledged.
    Acknowledged(usize),
    Never,
    /// Not tried, ended by the far end first, or not told, and why.
    NotKnown(String),
}

/// Says one full segment and sees whether it is acknowledged.
pub async fn full_size(reach: &Reach, addr: SocketAddr, name: &str, random: u64) -> (Sent, u64) {
    let begun = reach.now();
    let not_known = |why: &str| (Sent::NotKnown(why.to_owned()), reach.took(begun));
    let Ok(mut line) = reach.line(addr, limits::SPEAK_OPEN, PacketKind::TcpSpeak).await else {
        return not_known("this connection did not open");
    };
    let bytes = tls::client_hello(Some(name), spread(random), FULL);
    if line.say(&bytes).await.is_err() {
        return not_known("the connection ended before anything was said");
    }
    let left = line.acknowledged(bytes.len(), limits::SIZE).await;
    match left {
        None => not_known("this system does not tell what was acknowledged"),
        Some(left) if left < bytes.len() => (Sent::Acknowledged(bytes.len() - left), reach.took(begun)),
        Some(_) => match line.hear(std::time::Duration::from_millis(1)).await {
            // whoever answers has got it
            Heard::Bytes(_) => (Sent::Acknowledged(bytes.len()), reach.took(begun)),
            Heard::Closed | Heard::Reset => not_known("the far end ended the connection first"),
            Heard::Nothing | Heard::Lost => (Sent::Never, reach.took(begun)),
        },
    }
}

/// `small_passed`: a hello of 200 bytes on another connection was acknowledged.
pub fn judge(addr: SocketAddr, (sent, took_ms): (Sent, u64), small_passed: Option<bool>) -> CheckResult {
    let (outcome, measured, detail) = match sent {
        Sent::Acknowledged(n) => {
            let bytes = u32::try_from(n).unwrap_or(u32::MAX);
            (
                Outcome::Passed,
                Measured::Segment { bytes },
                format!("{n} bytes in full segments were acknowledged"),
            )
        }
        Sent::Never if small_passed == Some(true) => (
            Outcome::Failed(Failure::LargeLost),
            Measured::Segment { bytes: 0 },
            "a full-size segment was never acknowledged, a small one was".to_owned(),
        ),
        Sent::Never => {
            let why = "nothing was acknowledged, a small segment neither".to_owned();
            (Outcome::Inconclusive(why.clone()), Measured::Nothing, why)
        }
        Sent::NotKnown(why) => (Outcome::Inconclusive(why.clone()), Measured::Nothing, why),
    };
    CheckResult { id: CheckId::Size, target: Target::FullSize(addr), outcome, took_ms, measured, detail }
}
