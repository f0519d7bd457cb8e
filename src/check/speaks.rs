//! The check `speaks`: what happens to an open connection to the cloud. One connection stays silent; others say a TLS
//! hello with and without the cloud's name, and a few bytes of no known protocol. Nobody has published what the cloud
//! speaks, so an answer that is no TLS, a proper close or an acknowledged silence is no failure; a reset, bytes that
//! nobody ever acknowledges, and a certificate of an inspecting product are.

use super::reach::{Breaks, Reach};
use super::{limits, path, size};
use crate::model::check::{
    CheckId, CheckResult, Failure, Inspector, Measured, Outcome, Said, Target, TlsSeen,
};
use crate::model::footprint::PacketKind;
use crate::platform::guest::{Heard, Line};
use crate::platform::supervise::{Crew, supervised};
use crate::profile::{Profile, Signer, Signers};
use crate::wire::tls::{self, Flight};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::Instant;

/// Bytes of no known protocol; they name who says them, for whoever finds them in a log.
const PLAIN: &[u8] = b"\x01solidgreen check\r\n";

/// `speaks` and `size`, on each address that `opened` brings. Ends when all have ended and `opened` is closed.
pub async fn speaks(
    reach: Reach,
    profile: Arc<Profile>,
    mut opened: mpsc::Receiver<SocketAddr>,
    random: u64,
) -> (Vec<CheckResult>, Vec<CheckResult>) {
    let mut tasks: Crew<(Vec<CheckResult>, Option<CheckResult>)> = Crew::default();
    let name = profile.cloud.hosts.first().cloned().unwrap_or_default();
    while let Some(addr) = opened.recv().await {
        tasks.spawn(one_address(reach.clone(), addr, name.clone(), random));
    }
    if tasks.is_empty() {
        let why = "no open connection to the cloud is known".to_owned();
        let skipped = |id| CheckResult {
            id,
            target: Target::Host,
            outcome: Outcome::Skipped(why.clone()),
            took_ms: 0,
            measured: Measured::Nothing,
            detail: why.clone(),
        };
        return (vec![skipped(CheckId::Speaks)], vec![skipped(CheckId::Size)]);
    }
    let (mut speaks, mut sizes) = (Vec::new(), Vec::new());
    while let Some((said, size)) = tasks.next().await {
        speaks.extend(said);
        sizes.extend(size);
    }
    if speaks.iter().any(is_doubtful) {
        let near = resets_everything(&speaks).into_iter().take(limits::SPEAK_WITHIN);
        let mut within = Crew::default();
        near.for_each(|addr| drop(within.spawn(say_within(reach.clone(), addr))));
        let (controls, near) = tokio::join!(controls(&reach, &profile, random), within.all());
        speaks.extend(controls.into_iter().chain(near.into_iter().flatten()));
    }
    speaks.sort_by(|a, b| a.target.cmp(&b.target));
    sizes.sort_by(|a, b| a.target.cmp(&b.target));
    (speaks, sizes)
}

/// A chain of nobody known, or a hello that was cut: a public server tells whether that is so for everybody.
fn is_doubtful(r: &CheckResult) -> bool {
    let hello = matches!(r.target, Target::Saying { said: Said::HelloByName | Said::HelloNoName, .. });
    let unknown = matches!(&r.measured, Measured::Tls(seen) if !seen.public && seen.product.is_none());
    hello && (unknown || r.outcome.failure().is_some_and(|f| f != Failure::ForeignIssuer))
}

async fn one_address(
    reach: Reach,
    addr: SocketAddr,
    name: String,
    random: u64,
) -> (Vec<CheckResult>, Option<CheckResult>) {
    let say = |said| say(&reach, Target::Saying { addr, said }, addr, said, &name, random);
    let (nothing, by_name, no_name, plain, size) = tokio::join!(
        say(Said::Nothing),
        say(Said::HelloByName),
        say(Said::HelloNoName),
        say(Said::Plain),
        // what breaks there is no reason to lose what was said here
        supervised(async {
            reach.may_break(Breaks::Check(CheckId::Size));
            size::full_size(&reach, addr, &name, random).await
        }),
    );
    let small_passed = by_name.acknowledged;
    let size = match size {
        Ok(size) => size::judge(addr, size, small_passed),
        Err(broke) => super::broken(CheckId::Size, Target::FullSize(addr), &broke),
    };
    (vec![nothing.row, by_name.row, no_name.row, plain.row], Some(size))
}

/// TLS to public servers whose certificates are of public authorities.
async fn controls(reach: &Reach, profile: &Profile, random: u64) -> Vec<CheckResult> {
    let mut tasks = Crew::default();
    for control in profile.control.tls.iter().cloned() {
        let reach = reach.clone();
        tasks.spawn(async move {
            let target = Target::Control(control.addr);
            say(&reach, target, control.addr, Said::HelloByName, &control.name, random).await.row
        });
    }
    tasks.all().await
}

/// The address to which a connection did not open in all the time it was given, or only when asked again.
#[must_use]
pub(super) fn waited_in_vain(results: &[CheckResult]) -> Option<SocketAddr> {
    let all_of_it = u64::try_from(limits::SPEAK_OPEN.as_millis()).unwrap_or(u64::MAX);
    results.iter().find_map(|r| {
        let Target::Saying { addr, .. } = r.target else { return None };
        let late = match r.measured {
            Measured::Opened { micros } | Measured::Cut { opened_micros: micros, .. } => {
                micros >= limits::SYN_RESENT_US
            }
            _ => matches!(r.outcome, Outcome::Inconclusive(_)) && r.took_ms >= all_of_it,
        };
        late.then_some(addr)
    })
}

/// A row, and whether what was said was acknowledged by the far end (`None`: not told, or nothing said).
struct Ended {
    row: CheckResult,
    acknowledged: Option<bool>,
}

async fn say(reach: &Reach, target: Target, addr: SocketAddr, said: Said, name: &str, random: u64) -> Ended {
    let begun = reach.now();
    let row = |outcome, measured, detail: String| CheckResult {
        id: CheckId::Speaks,
        target: target.clone(),
        outcome,
        took_ms: reach.took(begun),
        measured,
        detail,
    };
    let line = reach.line(addr, limits::SPEAK_OPEN, PacketKind::TcpSpeak).await;
    let mut line = match line {
        Ok(line) => line,
        Err(knock) => {
            let why = knock.not_sent.unwrap_or_else(|| {
                let word = knock.outcome.err().map_or("no answer", Failure::word);
                format!("this connection did not open ({})", word.replace('-', " "))
            });
            return Ended {
                row: row(Outcome::Inconclusive(why.clone()), Measured::Nothing, why),
                acknowledged: None,
            };
        }
    };
    let opened = Measured::Opened { micros: micros(line.opened_after) };
    let bytes = match said {
        Said::Nothing => Vec::new(),
        Said::HelloByName => tls::client_hello(Some(name), spread(random), 0),
        Said::HelloNoName => tls::client_hello(None, spread(random), 0),
        Said::Plain => PLAIN.to_vec(),
    };
    let what = match said {
        Said::Nothing => "in silence",
        Said::HelloByName | Said::HelloNoName => "after a TLS hello",
        Said::Plain => "after a few bytes",
    };
    let said_at = Instant::now();
    if !bytes.is_empty()
        && let Err(end) = line.say(&bytes).await
    {
        let failure = end.failure().unwrap_or(Failure::Reset);
        let detail = "the connection ended before anything was said".to_owned();
        return Ended { row: row(Outcome::Failed(failure), opened, detail), acknowledged: None };
    }
    let (heard, flight) = listen(&mut line, matches!(said, Said::HelloByName | Said::HelloNoName)).await;
    let (after, since_said) = (reach.took(begun), said_at.elapsed());
    let left = if bytes.is_empty() { None } else { line.unacknowledged() };
    let mut acknowledged = left.map(|left| left < bytes.len());
    if let Flight::Chain(chain) = &flight {
        let (outcome, seen, detail) = judge_chain(chain, name);
        return Ended { row: row(outcome, Measured::Tls(seen), detail), acknowledged: Some(true) };
    }
    let passed = |detail: String| row(Outcome::Passed, opened.clone(), detail);
    let row = match (&heard, &flight) {
        (_, Flight::Alert(level, number)) => {
            passed(format!("speaks TLS and shows no certificate (alert {level}/{number})"))
        }
        (_, Flight::Secret) => passed("speaks TLS 1.3 only: its certificate is not visible".to_owned()),
        (Heard::Bytes(_), _) if said == Said::Nothing => passed("the far end speaks first".to_owned()),
        (Heard::Bytes(bytes), _) => passed(format!("answers with {} bytes that are no TLS", bytes.len())),
        (Heard::Closed, _) if said == Said::Nothing => row(
            Outcome::Failed(Failure::Closed),
            opened,
            format!("the far end closed it {what}, {after} ms after the first packet"),
        ),
        (Heard::Closed, _) => passed(format!("the far end closed it {what}, which may be its way")),
        (Heard::Reset, _) if said == Said::Nothing => row(
            Outcome::Failed(Failure::Reset),
            opened.clone(),
            format!("reset {what}, {after} ms after the first packet"),
        ),
        (Heard::Reset, _) => row(
            Outcome::Failed(Failure::Reset),
            Measured::Cut { opened_micros: micros(line.opened_after), after_micros: micros(since_said) },
            format!(
                "reset {what}, {:.1} ms after it was said; the connection itself opened after {:.1} ms",
                since_said.as_secs_f64() * 1000.0,
                line.opened_after.as_secs_f64() * 1000.0
            ),
        ),
        (Heard::Lost, _) => {
            row(Outcome::Failed(Failure::Unacknowledged), opened, format!("nothing was acknowledged {what}"))
        }
        (Heard::Nothing, _) if said == Said::Nothing => {
            passed(format!("stays open in silence ({} ms)", limits::SPEAK_LISTEN.as_millis()))
        }
        (Heard::Nothing, _) => {
            // a lost segment is sent again after 200 ms to 1 s: it gets time for two
            let left = line.acknowledged(bytes.len(), limits::SPEAK_ACKNOWLEDGED).await;
            acknowledged = left.map(|left| left < bytes.len());
            match acknowledged {
                Some(false) => row(
                    Outcome::Failed(Failure::Unacknowledged),
                    opened,
                    format!("the connection opened, and then {} bytes were never acknowledged", bytes.len()),
                ),
                Some(true) => passed(format!("acknowledged {what}, and silent: it may wait for more")),
                None => {
                    passed(format!("silent {what}; this system does not tell whether it was acknowledged"))
                }
            }
        }
    };
    if matches!(heard, Heard::Bytes(_)) {
        acknowledged = Some(true);
    }
    Ended { row, acknowledged }
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

/// Content that cannot get to the cloud: where it is reset all the same, something on the way does it. Nothing is told
/// of a distance at which the cloud itself may answer. No row on the simulated site, where there are no hops.
async fn say_within(reach: Reach, addr: SocketAddr) -> Vec<CheckResult> {
    let mut tasks = Crew::default();
    for hops in 1..=limits::SPEAK_HOPS {
        let reach = reach.clone();
        tasks.spawn(async move {
            let begun = reach.now();
            if !path::is_farther(&reach, addr, hops).await {
                return None;
            }
            let mut line = reach.line(addr, limits::SPEAK_OPEN, PacketKind::TcpSpeak).await.ok()?;
            line.live_for(hops).ok()?;
            let heard = match line.say(PLAIN).await {
                Ok(()) => line.hear(limits::ONE_HOP).await,
                Err(end) => end,
            };
            let (outcome, detail) = if heard == Heard::Reset {
                let detail = format!(
                    "a few bytes that can live for {hops} hop(s) only were reset, and the cloud is farther: something on the way does it"
                );
                (Outcome::Failed(Failure::Reset), detail)
            } else {
                (Outcome::Passed, format!("a few bytes that can live for {hops} hop(s) only met no reset"))
            };
            Some(CheckResult {
                id: CheckId::Speaks,
                target: Target::SayingWithin { addr, hops },
                outcome,
                took_ms: reach.took(begun),
                measured: Measured::Nothing,
                detail,
            })
        });
    }
    tasks.all().await.into_iter().flatten().collect()
}

/// Addresses at which whatever was said was reset.
fn resets_everything(speaks: &[CheckResult]) -> Vec<SocketAddr> {
    let content = |r: &CheckResult| match r.target {
        Target::Saying { addr, said } if said != Said::Nothing => Some(addr),
        _ => None,
    };
    let mut all: Vec<SocketAddr> = speaks.iter().filter_map(content).collect();
    all.sort_unstable();
    all.dedup();
    let reset = |r: &CheckResult| r.outcome == Outcome::Failed(Failure::Reset);
    all.retain(|addr| speaks.iter().filter(|r| content(r) == Some(*addr)).all(reset));
    all
}

/// Listens until it is clear what was answered.
async fn listen(line: &mut Line, tls: bool) -> (Heard, Flight) {
    let until = Instant::now() + limits::SPEAK_LISTEN;
    let mut got: Vec<u8> = Vec::new();
    loop {
        let left = until.saturating_duration_since(Instant::now());
        match line.hear(left).await {
            Heard::Bytes(bytes) => {
                got.extend_from_slice(&bytes);
                if !tls {
                    return (Heard::Bytes(got), Flight::More);
                }
                let flight = tls::read_flight(&got);
                if flight != Flight::More || got.len() >= tls::FLIGHT_MOST {
                    return (Heard::Bytes(got), flight);
                }
            }
            end if got.is_empty() => return (end, Flight::More),
            _ => return (Heard::Bytes(got), Flight::More),
        }
    }
}

fn judge_chain(chain: &[Vec<u8>], host: &str) -> (Outcome, TlsSeen, String) {
    let names: Vec<tls::CertificateNames> = chain.iter().filter_map(|der| tls::certificate(der)).collect();
    let Some(leaf) = names.first() else {
        let why = "speaks TLS with a certificate that cannot be read".to_owned();
        return (Outcome::Inconclusive(why.clone()), TlsSeen::default(), why);
    };
    let words: Vec<String> = names.iter().flat_map(|n| n.issuer_words.clone()).collect();
    let signer = Signers::shipped().of(&words);
    let name_fits = tls::is_for(leaf, host);
    let root = names.last().map(|n| n.issuer.clone()).unwrap_or_default();
    let product = match signer {
        Signer::Product(p) => Some(Inspector { name: p.name.clone(), on_computers: p.on_computers }),
        Signer::Public | Signer::Unknown => None,
    };
    let seen = TlsSeen {
        subject: leaf.subject.clone(),
        issuer: leaf.issuer.clone(),
        root,
        public: matches!(signer, Signer::Public),
        trusted_here: None,
        name_fits,
        product: product.clone(),
    };
    let fits = if name_fits { "" } else { ", for another name" };
    match (signer, product) {
        (_, Some(p)) => (
            Outcome::Failed(Failure::ForeignIssuer),
            seen.clone(),
            format!("the certificate is signed by {} ({}){fits}", p.name, seen.issuer),
        ),
        (Signer::Public, _) => {
            let detail = format!("the certificate is signed by a public authority ({}){fits}", seen.issuer);
            (Outcome::Passed, seen, detail)
        }
        _ => {
            let why = format!(
                "the certificate is signed by {}{fits}, no public authority; nobody has published who signs the cloud's",
                seen.issuer
            );
            (Outcome::Inconclusive(why.clone()), seen, why)
        }
    }
}

/// 32 bytes from a number: they have to differ, not to be secret.
pub(super) fn spread(random: u64) -> [u8; 32] {
    let mut out = [0; 32];
    for (i, part) in out.chunks_mut(8).enumerate() {
        let n = random.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(u32::try_from(i).unwrap_or(0) * 13);
        part.copy_from_slice(&n.to_be_bytes());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(took_ms: u64, outcome: Outcome, measured: Measured) -> CheckResult {
        let addr = SocketAddr::from(([192, 0, 2, 1], 443));
        let target = Target::Saying { addr, said: Said::Plain };
        CheckResult { id: CheckId::Speaks, target, outcome, took_ms, measured, detail: String::new() }
    }

    #[test]
    fn a_connection_that_opens_late_or_never_was_waited_for_in_vain() {
        let unsure = || Outcome::Inconclusive("did not open".into());
        let late = row(1_019, Outcome::Passed, Measured::Opened { micros: 1_004_000 });
        let never = row(1_501, unsure(), Measured::Nothing);
        let prompt = row(2_500, Outcome::Passed, Measured::Opened { micros: 1_300 });
        let refused = row(2, unsure(), Measured::Nothing);
        for (row, vain) in [(late, true), (never, true), (prompt, false), (refused, false)] {
            assert_eq!(waited_in_vain(std::slice::from_ref(&row)).is_some(), vain, "{row:?}");
        }
    }
}
