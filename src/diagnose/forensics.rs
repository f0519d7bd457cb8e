//! What a box without an address tells by how it asks (RFC 2131): restarts, refusals, giving up, a port that opens late,
//! an address remembered from another site. Pure; from what was heard on port 67 and beside our own probe.

use crate::model::At;
use crate::model::dhcp_strip::ONE_STORY_MS;
use crate::model::evidence::DhcpKind;
use crate::model::host::HostAddress;
use crate::model::snapshot::{DhcpTrace, TRACE_KEPT};
use std::net::Ipv4Addr;

/// A box is said to have given up when it has been silent for three times its own interval, and for this long.
const GAVE_UP_MS: u64 = 90_000;
/// A first message with this much on its own clock was kept back until then: spanning tree takes 30 s, 802.1X with
/// fallback 30 to 90 s (field guide 4.3).
const LATE_SECS: u16 = 15;

/// What a sign says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sign {
    /// It asks again and again, and nothing it gets is used.
    GetsNoAnswer,
    /// It accepted an address and began anew, again and again: the server said no.
    NakLoop,
    /// It sends the same REQUEST again: the answer does not reach it.
    AnswerLost,
    /// It asked for an address of another network.
    RemembersOtherSite,
    /// It began anew from nothing, again and again.
    Restarting,
    /// It stopped asking.
    GaveUp,
    /// Its first message was heard long after it began.
    SlowPort,
    /// It found its address in use (DHCPDECLINE).
    Declines,
}

/// A sign with what supports it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    pub sign: Sign,
    pub text: String,
    /// When the last message of it was heard.
    pub at: At,
}

/// Reads the story of one box. `subnets` are this computer's own, to tell a foreign address.
#[must_use]
pub fn signs(trace: &[DhcpTrace], subnets: &[HostAddress], now: At) -> Vec<Seen> {
    let Some(last) = trace.last() else { return Vec::new() };
    let story: Vec<&DhcpTrace> = trace.iter().filter(|m| last.at.since(m.at) <= ONE_STORY_MS).collect();
    let mut out = Vec::new();
    let mut see = |sign, text: String, at| out.push(Seen { sign, text, at });
    let of = |kind: DhcpKind| story.iter().copied().filter(move |m| m.kind == kind);

    if let Some(m) = of(DhcpKind::Decline).next_back() {
        let what = m.address.map(|ip| format!(" {ip}")).unwrap_or_default();
        see(Sign::Declines, format!("it declined the address{what}: another device uses it"), m.at);
    }
    let naks: Vec<&DhcpTrace> = of(DhcpKind::Nak).collect();
    let cycles = refused_cycles(&story);
    if let Some(m) = naks.last().filter(|_| naks.len() >= 2 || cycles.len() >= 2) {
        let who = m.server.map(|s| format!(" by {s}")).unwrap_or_default();
        let why = m.message.as_deref().map(|t| format!(" (\u{201c}{t}\u{201d})")).unwrap_or_default();
        see(Sign::NakLoop, format!("it was refused {} time(s){who}{why}", naks.len()), m.at);
    } else if cycles.len() >= 2 {
        let at = cycles.last().copied().unwrap_or(last.at);
        see(
            Sign::NakLoop,
            format!(
                "{} times it accepted an address and began anew at once, as after a refusal (NAK)",
                cycles.len()
            ),
            at,
        );
    }
    let (same, at) = same_request(&story);
    if same >= 3 {
        see(
            Sign::AnswerLost,
            format!("it sent the same REQUEST {same} times: the answer does not reach it"),
            at,
        );
    }
    let mut foreign =
        of(DhcpKind::Request).chain(of(DhcpKind::Discover)).filter_map(|m| Some((m.at, m.address?)));
    if let Some((at, ip)) = foreign.rfind(|(_, ip)| is_foreign(*ip, subnets)) {
        see(Sign::RemembersOtherSite, format!("it asked for {ip}, an address of another network"), at);
    }
    let starts = fresh_starts(&story);
    if starts.len() >= 3 && cycles.len() < 2 {
        let at = starts.last().copied().unwrap_or(last.at);
        see(Sign::Restarting, format!("it began anew {} times (its clock was at 0 again)", starts.len()), at);
    }
    let discovers: Vec<&DhcpTrace> = of(DhcpKind::Discover).collect();
    if let Some(m) = discovers.last().filter(|_| discovers.len() >= 2 && of(DhcpKind::Ack).next().is_none()) {
        see(
            Sign::GetsNoAnswer,
            format!("it asked for an address {} times{}", discovers.len(), cadence(&discovers)),
            m.at,
        );
        let interval = longest_wait(&discovers);
        let silent = now.since(m.at);
        if silent >= GAVE_UP_MS && silent >= 3 * interval {
            see(Sign::GaveUp, format!("it has not asked again for {} s", silent / 1000), m.at);
        }
    }
    if let Some(first) = story.first().filter(|m| comes_late(m, trace)) {
        see(
            Sign::SlowPort,
            format!(
                "its first message here came {} s after it began to ask, and this computer had listened since before",
                first.secs
            ),
            first.at,
        );
    }
    out
}

/// The first message of a box says that it has been asking for some time, and nothing of that was heard although this
/// computer listened all that time: its clock began after ours, and the message is the first of its exchange.
fn comes_late(first: &DhcpTrace, trace: &[DhcpTrace]) -> bool {
    let listened = first.at.0 >= u64::from(first.secs) * 1_000;
    let whole = trace.len() < TRACE_KEPT;
    let is_first = !trace.iter().any(|m| m.at < first.at && m.xid == first.xid);
    first.kind == DhcpKind::Discover && first.secs >= LATE_SECS && listened && whole && is_first
}

/// Times at which a REQUEST was followed by a new DISCOVER soon after: what a refusal looks like where it is not heard
/// (RFC 2131 3.1 step 4). A box that restarts takes seconds to come back.
fn refused_cycles(story: &[&DhcpTrace]) -> Vec<At> {
    const SOON_MS: u64 = 4_000;
    let asked: Vec<&&DhcpTrace> =
        story.iter().filter(|m| matches!(m.kind, DhcpKind::Request | DhcpKind::Discover)).collect();
    asked
        .windows(2)
        .filter(|w| {
            w[0].kind == DhcpKind::Request
                && w[0].ciaddr.is_none()
                && w[1].kind == DhcpKind::Discover
                && w[1].at.since(w[0].at) <= SOON_MS
        })
        .map(|w| w[1].at)
        .collect()
}

/// The longest run of one REQUEST that was sent again, and when it ended.
fn same_request(story: &[&DhcpTrace]) -> (usize, At) {
    let requests: Vec<&&DhcpTrace> =
        story.iter().filter(|m| m.kind == DhcpKind::Request && m.ciaddr.is_none()).collect();
    let mut best = (0, At(0));
    let mut run = 0;
    let mut last: Option<(u32, Option<Ipv4Addr>)> = None;
    for r in requests {
        let this = (r.xid, r.address);
        run = if last == Some(this) { run + 1 } else { 1 };
        last = Some(this);
        if run >= best.0 {
            best = (run, r.at);
        }
    }
    best
}

/// Times at which a new transaction began with its clock at 0, although one was under way that had gone on for a while.
fn fresh_starts(story: &[&DhcpTrace]) -> Vec<At> {
    let mut out = Vec::new();
    let mut last: Option<&DhcpTrace> = None;
    for m in story.iter().filter(|m| m.kind == DhcpKind::Discover) {
        let fresh = match last {
            None => true,
            Some(before) => m.xid != before.xid && m.secs == 0 && before.secs > 0,
        };
        if fresh {
            out.push(m.at);
        }
        last = Some(m);
    }
    out
}

fn is_foreign(ip: Ipv4Addr, subnets: &[HostAddress]) -> bool {
    let own: Vec<&HostAddress> = subnets.iter().filter(|s| !s.is_link_local()).collect();
    !own.is_empty() && !own.iter().any(|s| s.contains(ip)) && !ip.is_link_local()
}

fn waits(discovers: &[&DhcpTrace]) -> Vec<u64> {
    // copies that a switch sends twice are no interval
    discovers.windows(2).map(|w| w[1].at.since(w[0].at)).filter(|ms| *ms >= 200).collect()
}

fn longest_wait(discovers: &[&DhcpTrace]) -> u64 {
    waits(discovers).into_iter().max().unwrap_or(0)
}

fn cadence(discovers: &[&DhcpTrace]) -> String {
    let waits = waits(discovers);
    match (waits.iter().min(), waits.iter().max()) {
        (Some(min), Some(max)) if max / 2 > *min => {
            format!(", waiting longer each time ({:.0} to {:.0} s)", *min as f64 / 1e3, *max as f64 / 1e3)
        }
        (Some(_), Some(max)) => format!(", about every {:.0} s", (*max as f64 / 1e3).max(1.0)),
        _ => String::new(),
    }
}

/// One letter a message, for a strip: what a person can follow on a time line.
#[must_use]
pub fn letter(kind: DhcpKind) -> char {
    match kind {
        DhcpKind::Discover => 'D',
        DhcpKind::Offer => 'O',
        DhcpKind::Request => 'R',
        DhcpKind::Ack => 'A',
        DhcpKind::Nak => 'N',
        DhcpKind::Decline => 'X',
        DhcpKind::Release => 'L',
        DhcpKind::Inform => 'I',
    }
}

/// What the letters mean, printed beside a strip.
pub const LETTERS: &str = "D asks, O is offered, R accepts, A gets it, N is refused, X finds it in use, L gives it back, I asks for options";

/// The story as one line of text: time since the first message in seconds, and the letter.
#[must_use]
pub fn strip(trace: &[DhcpTrace]) -> String {
    let Some(first) = trace.first() else { return String::new() };
    let marks: Vec<String> =
        trace.iter().map(|m| format!("{}{}", letter(m.kind), m.at.since(first.at) / 1000)).collect();
    marks.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn m(at_ms: u64, kind: DhcpKind, xid: u32, secs: u16, address: Option<[u8; 4]>) -> DhcpTrace {
        DhcpTrace {
            at: At(at_ms),
            kind,
            xid,
            secs,
            ciaddr: None,
            address: address.map(Ipv4Addr::from),
            server: None,
            host_name: None,
            parameter_list: vec![],
            message: None,
        }
    }

    fn own() -> Vec<HostAddress> {
        vec![HostAddress { ip: [10, 20, 0, 5].into(), prefix: 24 }]
    }

    fn found(trace: &[DhcpTrace], now: u64) -> Vec<Sign> {
        signs(trace, &own(), At(now)).into_iter().map(|s| s.sign).collect()
    }

    #[test]
    fn a_box_that_gets_no_answer_says_so_and_then_gives_up() {
        let t: Vec<DhcpTrace> =
            [0, 4_000, 12_000].map(|at| m(at, DhcpKind::Discover, 7, (at / 1000) as u16, None)).to_vec();
        assert_eq!(found(&t, 13_000), [Sign::GetsNoAnswer]);
        assert_eq!(found(&t, 200_000), [Sign::GetsNoAnswer, Sign::GaveUp]);
    }

    #[test]
    fn a_refusal_that_is_not_heard_shows_as_beginning_anew() {
        let ip = Some([10, 20, 0, 77]);
        let t: Vec<DhcpTrace> = (0..4)
            .flat_map(|n| {
                let at = n * 3_000;
                [m(at, DhcpKind::Discover, n as u32, 0, None), m(at + 50, DhcpKind::Request, n as u32, 0, ip)]
            })
            .collect();
        assert!(found(&t, 9_100).contains(&Sign::NakLoop));
        // one exchange that went well, and a renewal of the whole thing an hour later, is none
        let well = [m(0, DhcpKind::Discover, 1, 0, None), m(50, DhcpKind::Request, 1, 0, ip)];
        assert_eq!(found(&well, 500), []);
    }

    #[test]
    fn an_address_of_another_site_and_a_lost_answer_are_told() {
        let far = Some([192, 168, 99, 4]);
        let t: Vec<DhcpTrace> = (0..3).map(|n| m(n * 4_000, DhcpKind::Request, 9, 0, far)).collect();
        assert_eq!(found(&t, 9_000), [Sign::AnswerLost, Sign::RemembersOtherSite]);
    }

    #[test]
    fn restarts_and_a_late_port_are_told() {
        let mut t = Vec::new();
        for start in 0..4_u32 {
            let at = u64::from(start) * 20_000;
            t.push(m(at, DhcpKind::Discover, start, 0, None));
            t.push(m(at + 4_000, DhcpKind::Discover, start, 4, None));
        }
        assert!(found(&t, 65_000).contains(&Sign::Restarting));
        let late = [m(40_000, DhcpKind::Discover, 1, 31, None)];
        assert!(found(&late, 40_100).contains(&Sign::SlowPort));
        let unheard = [m(2_000, DhcpKind::Discover, 1, 31, None)];
        assert!(!found(&unheard, 2_100).contains(&Sign::SlowPort), "it began before this computer listened");
        let heard = [m(10_000, DhcpKind::Discover, 1, 1, None), m(40_000, DhcpKind::Discover, 1, 31, None)];
        assert!(!found(&heard, 40_100).contains(&Sign::SlowPort), "its first message came at once");
        assert!(found(&[m(0, DhcpKind::Decline, 1, 0, Some([10, 20, 0, 9]))], 100).contains(&Sign::Declines));
    }

    proptest! {
        #[test]
        fn any_story_is_read(ats in proptest::collection::vec((any::<u32>(), 0..8_u8, 0..4_u32, any::<u16>()), 0..40), now in any::<u64>()) {
            let kinds = [DhcpKind::Discover, DhcpKind::Offer, DhcpKind::Request, DhcpKind::Decline, DhcpKind::Ack,
                DhcpKind::Nak, DhcpKind::Release, DhcpKind::Inform];
            let mut trace: Vec<DhcpTrace> =
                ats.into_iter().map(|(at, k, x, s)| m(u64::from(at), kinds[usize::from(k)], x, s, None)).collect();
            trace.sort_by_key(|t| t.at);
            let seen = signs(&trace, &own(), At(now));
            prop_assert!(seen.iter().all(|s| !s.text.is_empty()));
            let _ = strip(&trace);
        }
    }
}
