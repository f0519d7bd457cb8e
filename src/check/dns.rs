//! One DNS question and what its answer means: addresses, filter signatures, and what a server adds to a refusal. Speaks
//! through the messages of `hickory-proto`; plain as a small device asks (no EDNS), over UDP or TCP 53.

use super::limits;
use super::reach::Reach;
use crate::model::check::{CheckId, CheckResult, Failure, Measured, NameRole, Outcome, Target, Transport};
use crate::model::text::foreign_bytes;
use hickory_resolver::proto::op::{Edns, Message, MessageType, OpCode, Query, ResponseCode};
use hickory_resolver::proto::rr::rdata::opt::{EdnsCode, EdnsOption};
use hickory_resolver::proto::rr::{Name, RData, RecordType};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::str::FromStr;
use std::time::Duration;

/// Extended DNS Error (RFC 8914 section 2).
const EXTENDED_ERROR: u16 = 15;
/// What we say that we can take by UDP, octets; what fits a packet everywhere (DNS flag day 2020).
const MOST_BY_UDP: u16 = 1232;

/// Whom to ask for what.
pub(super) struct Question<'a> {
    pub server: IpAddr,
    pub name: &'a str,
    pub role: NameRole,
    pub transport: Transport,
}

impl Question<'_> {
    fn record(&self) -> RecordType {
        if self.role == NameRole::CloudIpv6 { RecordType::AAAA } else { RecordType::A }
    }
}

/// What a question brought.
pub(super) struct Asked {
    pub outcome: Outcome,
    pub measured: Measured,
    /// What was seen, without the time that addresses may be kept.
    pub seen: String,
    /// The shortest time to live of the addresses, seconds (RFC 1035 section 3.2.1).
    pub ttl_secs: Option<u32>,
    pub took_ms: u64,
}

impl Asked {
    /// Takes in a repeated answer: the addresses of both, the first outcome and time.
    pub fn join(&mut self, other: Asked) {
        if let (Measured::Addresses(have), Measured::Addresses(more)) = (&mut self.measured, other.measured) {
            for ip in more {
                if !have.contains(&ip) {
                    have.push(ip);
                }
            }
            self.seen = shown(have);
            self.ttl_secs = self.ttl_secs.min(other.ttl_secs).or(self.ttl_secs);
        }
    }

    /// As a row of the check `names`.
    pub fn row(self, target: Target) -> CheckResult {
        let kept = self.ttl_secs.filter(|_| self.outcome == Outcome::Passed);
        let detail = match kept {
            Some(secs) => format!("{} (may be kept for {secs} s)", self.seen),
            None => self.seen,
        };
        CheckResult {
            id: CheckId::Names,
            target,
            outcome: self.outcome,
            took_ms: self.took_ms,
            measured: self.measured,
            detail,
        }
    }
}

/// Asks, and where a filter may have spoken, asks once more what the server has to say about it.
pub(super) async fn ask(reach: &Reach, question: &Question<'_>, documented: &[Ipv4Addr]) -> Asked {
    let limit = if question.role == NameRole::CloudIpv6 { limits::NAME_IPV6 } else { limits::NAME };
    let answer = exchange(reach, question, limit).await;
    let mut asked = judge(answer, question.role, documented);
    if question.role == NameRole::Cloud
        && question.transport == Transport::Udp
        && asked.outcome.failure().is_some_and(may_be_a_filter)
        && let Some(reason) = extended_error(reach, question).await
    {
        asked.seen.push_str(&format!("; it adds: {reason}"));
    }
    asked
}

/// The first address that a server gives for a name.
pub(super) async fn lookup(reach: &Reach, server: IpAddr, name: &str) -> Option<IpAddr> {
    let question = Question { server, name, role: NameRole::Control, transport: Transport::Udp };
    let message = exchange(reach, &question, limits::NAME).await.ok()?;
    addresses(&message).first().copied()
}

/// One plain question. An answer by UDP that is cut short and brings no address (TC, RFC 1035 section 4.2.1) is a
/// failure: resolvers ask again by TCP, which a small device may not; the row of TCP 53 shows whether they could.
async fn exchange(reach: &Reach, question: &Question<'_>, limit: Duration) -> Result<Message, Failure> {
    let message = one_exchange(reach, question, question.transport, None, limit).await?;
    let cut = question.transport == Transport::Udp && message.metadata.truncation;
    if cut && addresses(&message).is_empty() { Err(Failure::CutShort) } else { Ok(message) }
}

async fn one_exchange(
    reach: &Reach,
    question: &Question<'_>,
    transport: Transport,
    edns: Option<Edns>,
    limit: Duration,
) -> Result<Message, Failure> {
    let name = Name::from_str(&format!("{}.", question.name)).map_err(|_| Failure::Malformed)?;
    let id = (crate::platform::chance::random() & 0xffff) as u16;
    let mut query = Message::new(id, MessageType::Query, OpCode::Query);
    query.metadata.recursion_desired = true;
    query.add_query(Query::query(name.clone(), question.record()));
    query.edns = edns;
    let bytes = query.to_vec().map_err(|_| Failure::Malformed)?;
    let is_answer = |m: &Message| {
        m.metadata.id == id
            && m.metadata.message_type == MessageType::Response
            && m.queries.first().is_none_or(|q| q.name == name)
    };
    let to = SocketAddr::new(question.server, 53);
    match transport {
        Transport::Udp => {
            let accept = |datagram: &[u8]| Message::from_vec(datagram).is_ok_and(|m| is_answer(&m));
            let (datagram, _) = reach.ask_udp(to, &bytes, limit, accept).await?;
            Message::from_vec(&datagram).map_err(|_| Failure::Malformed)
        }
        Transport::Tcp => {
            let body = reach.ask_tcp(to, &bytes, limit).await?;
            let message = Message::from_vec(&body).map_err(|_| Failure::Malformed)?;
            if is_answer(&message) { Ok(message) } else { Err(Failure::Malformed) }
        }
    }
}

/// The server answered, and not with an address of the cloud.
fn may_be_a_filter(failure: Failure) -> bool {
    use Failure::{DnsRefused, NoData, NxDomain, PrivateAddress, ServFail, Sinkhole};
    matches!(failure, NxDomain | DnsRefused | ServFail | NoData | Sinkhole | PrivateAddress)
}

/// Why the server answers so, in its own words. Asked apart, since only a question with EDNS may be answered with it
/// (RFC 8914 section 3), and a small device asks without.
async fn extended_error(reach: &Reach, question: &Question<'_>) -> Option<String> {
    let mut edns = Edns::new();
    edns.set_max_payload(MOST_BY_UDP);
    let message =
        one_exchange(reach, question, Transport::Udp, Some(edns), limits::NAME_REASON).await.ok()?;
    reason(&message)
}

fn reason(message: &Message) -> Option<String> {
    let option = message.edns.as_ref()?.option(EdnsCode::Unknown(EXTENDED_ERROR))?;
    let EdnsOption::Unknown(_, data) = option else { return None };
    let [high, low, text @ ..] = data.as_slice() else { return None };
    let code = u16::from_be_bytes([*high, *low]);
    let text = foreign_bytes(text);
    let text =
        if text.trim().is_empty() { String::new() } else { format!(", \u{201c}{}\u{201d}", text.trim()) };
    Some(format!("{} (extended DNS error {code}){text}", words(code)))
}

/// The purposes of RFC 8914 section 4 that a filter or a broken forwarder has.
fn words(code: u16) -> &'static str {
    match code {
        4 => "a forged answer",
        15 => "blocked by its operator",
        16 => "censored by order from outside",
        17 => "filtered by the subscriber's wish",
        18 => "not allowed for this client",
        19 | 3 => "an old answer",
        20 => "this server does not answer for it",
        22 => "none of the servers that know it can be reached",
        23 => "its own network fails",
        1 | 2 | 5..=12 => "the name's signatures cannot be checked (DNSSEC)",
        _ => "a reason of its own",
    }
}

fn addresses(message: &Message) -> Vec<IpAddr> {
    let ip = |data: &RData| match data {
        RData::A(a) => Some(IpAddr::V4(a.0)),
        RData::AAAA(a) => Some(IpAddr::V6(a.0)),
        _ => None,
    };
    message.answers.iter().filter_map(|record| ip(&record.data)).collect()
}

fn shown(addresses: &[IpAddr]) -> String {
    let all: Vec<String> = addresses.iter().take(6).map(ToString::to_string).collect();
    all.join(", ")
}

fn judge(answer: Result<Message, Failure>, role: NameRole, documented: &[Ipv4Addr]) -> Asked {
    let told = |outcome, measured, seen| Asked { outcome, measured, seen, ttl_secs: None, took_ms: 0 };
    let message = match answer {
        Ok(message) => message,
        Err(failure) => {
            let seen = match failure {
                Failure::Silence => "no answer of any kind".to_owned(),
                Failure::Refused => "port 53 is closed (refused)".to_owned(),
                Failure::CutShort => {
                    "the answer was cut short before its addresses, and a small device may not ask again by TCP".to_owned()
                }
                other => other.word().replace('-', " "),
            };
            return told(decides(role, Outcome::Failed(failure)), Measured::Nothing, seen);
        }
    };
    let addresses = addresses(&message);
    let (outcome, seen) = meaning(&message, &addresses, role, documented);
    let ttl_secs = message.answers.iter().filter(|r| matches!(r.data, RData::A(_))).map(|r| r.ttl).min();
    let measured = if addresses.is_empty() { Measured::Nothing } else { Measured::Addresses(addresses) };
    Asked { ttl_secs, ..told(decides(role, outcome), measured, seen) }
}

/// The gateway uses IPv4 only: what happens to a question for IPv6 is shown, and decides nothing.
fn decides(role: NameRole, outcome: Outcome) -> Outcome {
    match outcome {
        Outcome::Failed(failure) if role == NameRole::CloudIpv6 => Outcome::Inconclusive(format!(
            "the question for an IPv6 address failed ({}); the gateway uses IPv4",
            failure.word().replace('-', " ")
        )),
        other => other,
    }
}

fn meaning(
    message: &Message,
    addresses: &[IpAddr],
    role: NameRole,
    documented: &[Ipv4Addr],
) -> (Outcome, String) {
    use NameRole::{CloudIpv6, Nonsense};
    let fail = |failure, seen: String| (Outcome::Failed(failure), seen);
    match (message.metadata.response_code, role) {
        (ResponseCode::NXDomain, Nonsense) => (Outcome::Passed, "does not exist, as it should be".into()),
        (ResponseCode::NXDomain, _) => {
            let mut seen = String::from("the server says that it does not exist");
            if !message.metadata.recursion_available {
                seen.push_str(
                    "; it says too that it asked nobody (\u{201c}recursion available\u{201d} is clear), as Quad9 does for names that it blocks",
                );
            }
            fail(Failure::NxDomain, seen)
        }
        (ResponseCode::Refused, _) => fail(Failure::DnsRefused, "the server refuses to answer for it".into()),
        (ResponseCode::ServFail, _) => {
            fail(Failure::ServFail, "the server could not find out (SERVFAIL)".into())
        }
        (ResponseCode::NoError, Nonsense) if addresses.is_empty() => {
            (Outcome::Passed, "has no address, as it should be".into())
        }
        (ResponseCode::NoError, Nonsense) => fail(
            Failure::AnsweredNonsense,
            format!("gives {} for a name that cannot exist", shown(addresses)),
        ),
        (ResponseCode::NoError, CloudIpv6) if addresses.is_empty() => {
            (Outcome::Passed, "no IPv6 address, which the gateway does not need".into())
        }
        (ResponseCode::NoError, CloudIpv6) => {
            (Outcome::Passed, format!("{}; the gateway uses IPv4", shown(addresses)))
        }
        (ResponseCode::NoError, _) if addresses.is_empty() => {
            fail(Failure::NoData, "the server knows no address for it".into())
        }
        (ResponseCode::NoError, _) => {
            let all = shown(addresses);
            let known = |ip: &IpAddr| matches!(ip, IpAddr::V4(v4) if documented.contains(v4));
            if addresses.iter().all(|ip| !known(ip) && is_sinkhole(ip)) {
                fail(Failure::Sinkhole, format!("{all}: an address that leads nowhere"))
            } else if addresses.iter().all(|ip| !known(ip) && is_inside(ip)) {
                fail(Failure::PrivateAddress, format!("{all}: a private address for a public name"))
            } else {
                (Outcome::Passed, all)
            }
        }
        (other, _) => fail(Failure::Malformed, format!("the server answers with {other}")),
    }
}

/// 0.0.0.0/8 and 127/8: what filters answer to make a name lead nowhere.
fn is_sinkhole(ip: &IpAddr) -> bool {
    match ip {
        IpAddr::V4(v4) => v4.octets()[0] == 0 || v4.is_loopback() || v4.is_broadcast(),
        IpAddr::V6(v6) => v6.is_unspecified() || v6.is_loopback(),
    }
}

/// Addresses that are never on the public internet: RFC 1918, RFC 6598, RFC 3927, RFC 2544.
fn is_inside(ip: &IpAddr) -> bool {
    match ip {
        IpAddr::V4(v4) => {
            let o = v4.octets();
            v4.is_private()
                || v4.is_link_local()
                || o[0] == 100 && (64..128).contains(&o[1])
                || o[0] == 198 && (18..20).contains(&o[1])
        }
        IpAddr::V6(v6) => v6.is_unique_local() || v6.is_unicast_link_local(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hickory_resolver::proto::rr::Record;
    use hickory_resolver::proto::rr::rdata::A;

    const DOCUMENTED: [Ipv4Addr; 1] = [Ipv4Addr::new(54, 229, 203, 190)];

    fn message(code: ResponseCode, ips: &[&str], ttl: u32) -> Message {
        let mut m = Message::new(1, MessageType::Response, OpCode::Query);
        m.metadata.response_code = code;
        m.metadata.recursion_available = true;
        for ip in ips {
            let name = Name::from_str("gk.sensorist.com.").unwrap();
            m.add_answer(Record::from_rdata(name, ttl, RData::A(A(ip.parse().unwrap()))));
        }
        m
    }

    fn read(message: Message, role: NameRole) -> Asked {
        judge(Ok(message), role, &DOCUMENTED)
    }

    #[test]
    fn filter_signatures_are_told_apart() {
        use NameRole::{Cloud, CloudIpv6, Control, Nonsense};
        use ResponseCode::{NXDomain, NoError, Refused, ServFail};
        for (code, ips, role, want) in [
            (NoError, &["54.229.203.190"][..], Cloud, None),
            (NoError, &["203.0.113.9"], Cloud, None),
            (NoError, &["0.0.0.0"], Cloud, Some(Failure::Sinkhole)),
            (NoError, &["127.0.0.1"], Cloud, Some(Failure::Sinkhole)),
            (NoError, &["192.168.7.1"], Cloud, Some(Failure::PrivateAddress)),
            (NoError, &["100.64.0.1"], Cloud, Some(Failure::PrivateAddress)),
            (NoError, &["192.168.7.1", "54.229.203.190"], Cloud, None),
            (NoError, &[], Cloud, Some(Failure::NoData)),
            (NXDomain, &[], Cloud, Some(Failure::NxDomain)),
            (Refused, &[], Control, Some(Failure::DnsRefused)),
            (ServFail, &[], Control, Some(Failure::ServFail)),
            (NXDomain, &[], Nonsense, None),
            (NoError, &["203.0.113.9"], Nonsense, Some(Failure::AnsweredNonsense)),
            (NoError, &[], CloudIpv6, None),
            (NXDomain, &[], CloudIpv6, None),
        ] {
            let got = read(message(code, ips, 60), role).outcome.failure();
            assert_eq!(got, want, "{code} {ips:?} {role:?}");
        }
        let silent = judge(Err(Failure::Silence), Cloud, &DOCUMENTED);
        assert_eq!(silent.outcome, Outcome::Failed(Failure::Silence));
        let ipv6 = judge(Err(Failure::Silence), CloudIpv6, &DOCUMENTED);
        assert!(matches!(ipv6.outcome, Outcome::Inconclusive(_)), "decides nothing");
    }

    #[test]
    fn repeated_answers_join_and_the_shortest_life_counts() {
        let mut first = read(message(ResponseCode::NoError, &["54.229.203.190"], 60), NameRole::Cloud);
        first.join(read(message(ResponseCode::NoError, &["54.229.68.147"], 7), NameRole::Cloud));
        let target = Target::Host;
        assert_eq!(first.row(target).detail, "54.229.203.190, 54.229.68.147 (may be kept for 7 s)");
    }

    #[test]
    fn a_refusal_is_told_in_the_servers_own_words() {
        let mut m = message(ResponseCode::NXDomain, &[], 0);
        assert_eq!(reason(&m), None);
        let mut edns = Edns::new();
        let data = [&[0, 15][..], b"Policy\x1b[31m 7"].concat();
        edns.options_mut().insert(EdnsOption::Unknown(EXTENDED_ERROR, data));
        m.set_edns(edns);
        // as it is on the wire
        let m = Message::from_vec(&m.to_vec().unwrap()).unwrap();
        let said = reason(&m).unwrap();
        assert_eq!(said, "blocked by its operator (extended DNS error 15), \u{201c}Policy<1b>[31m 7\u{201d}");
        let mut edns = Edns::new();
        edns.options_mut().insert(EdnsOption::Unknown(EXTENDED_ERROR, vec![0]));
        let mut short = message(ResponseCode::NXDomain, &[], 0);
        short.set_edns(edns);
        assert_eq!(reason(&short), None, "one octet is no code");
        let mut quad9 = message(ResponseCode::NXDomain, &[], 0);
        quad9.metadata.recursion_available = false;
        assert!(read(quad9, NameRole::Cloud).seen.contains("Quad9"));
    }
}
