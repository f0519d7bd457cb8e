//! The check `names`: each name server apart, each name of the cloud, a control name, a name that cannot exist; UDP
//! and TCP 53. Speaks DNS through the messages of `hickory-proto`; one question a datagram, raw outcomes kept.

use super::limits;
use super::reach::Reach;
use crate::model::check::{
    CheckId, CheckResult, Failure, Measured, NameRole, Offer, Outcome, ServerRole, Target, Transport,
};
use crate::profile::Profile;
use hickory_resolver::proto::op::{Message, MessageType, OpCode, Query, ResponseCode};
use hickory_resolver::proto::rr::{Name, RData, RecordType};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::str::FromStr;
use std::sync::Arc;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

/// An address that a cloud name gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Named {
    pub ip: IpAddr,
    /// By this network's own name servers, not by a public one asked for comparison.
    pub here: bool,
}

/// Who is asked, and why that one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Server {
    ip: IpAddr,
    role: ServerRole,
}

/// A name that cannot exist: a random label, under a top-level domain that no local resolver answers itself.
fn nonsense(random: u64) -> String {
    format!("sg-{random:016x}.com")
}

/// `names`: sends each address that a cloud name gave to `found` as it comes.
pub async fn names(
    reach: Reach,
    profile: Arc<Profile>,
    mut offers: watch::Receiver<Option<Vec<Offer>>>,
    found: mpsc::Sender<Named>,
    random: u64,
) -> Vec<CheckResult> {
    // what DHCP hands out here is what the gateway gets: worth a moment's wait
    let known = tokio::time::timeout(limits::NAMES_WAIT_FOR_OFFER, offers.wait_for(Option::is_some)).await;
    drop(known);
    let own: Vec<IpAddr> = reach.interface.as_ref().map(|i| i.name_servers.clone()).unwrap_or_default();
    let lease = lease_servers(&offers.borrow());
    let mut asked: Vec<IpAddr> = Vec::new();
    let mut servers: Vec<Server> = Vec::new();
    for ip in &lease {
        servers.push(Server { ip: *ip, role: ServerRole::Lease });
    }
    for ip in own.iter().filter(|ip| !lease.contains(ip)) {
        servers.push(Server { ip: *ip, role: ServerRole::Host });
    }
    let mut out: Vec<CheckResult> = Vec::new();
    let mut tasks = JoinSet::new();
    for server in servers {
        asked.push(server.ip);
        tasks.spawn(ask_server(reach.clone(), Arc::clone(&profile), server, found.clone(), random));
    }
    // public servers are asked for comparison only: when the network's own are slow, or give wrong answers
    let mut local = tasks.len();
    let mut compare = profile.control.name_servers.clone();
    compare.retain(|ip| !asked.contains(ip));
    let order_here = asked.clone();
    let first_is_fine = |out: &[CheckResult]| {
        let of_first = |r: &&CheckResult| matches!(&r.target, Target::Name { server, .. } if order_here.first() == Some(server));
        out.iter().any(|r| of_first(&r))
            && !out.iter().filter(of_first).any(|r| is_cloud_failure(r) || is_new_address(r, &profile))
    };
    let later = tokio::time::sleep(limits::NAMES_LATER_SERVER);
    let mut later = std::pin::pin!(later);
    let mut late = false;
    let slow = tokio::time::sleep(limits::NAMES_SLOW);
    let mut slow = std::pin::pin!(slow);
    let mut waited = false;
    loop {
        let local_fine =
            local == 0 && !out.iter().any(|r| is_cloud_failure(r) || is_new_address(r, &profile));
        if !compare.is_empty() && (waited || local == 0) && !local_fine {
            for ip in compare.drain(..) {
                let server = Server { ip, role: ServerRole::Control };
                tasks.spawn(ask_server(reach.clone(), Arc::clone(&profile), server, found.clone(), random));
            }
        }
        let compared = local == 0 && out.iter().any(|r| is_control(r) && r.outcome == Outcome::Passed);
        if local_fine || compared || tasks.is_empty() {
            break; // what a public server would still say changes nothing
        }
        if late && first_is_fine(&out) {
            let rest: Vec<CheckResult> =
                order_here.iter().filter_map(|ip| not_waited_for(*ip, &out)).collect();
            out.extend(rest);
            break;
        }
        tokio::select! {
            Some(ended) = tasks.join_next() => {
                let results = ended.unwrap_or_default();
                local -= usize::from(local > 0 && !results.iter().any(is_control));
                out.extend(results);
            }
            () = &mut slow, if !waited => waited = true,
            () = &mut later, if !late => late = true,
        }
    }
    drop(tasks);
    // a slow DHCP server's name servers, learnt meanwhile
    let late: Vec<IpAddr> = lease_servers(&offers.borrow());
    for ip in late {
        if lease.contains(&ip) {
            continue;
        }
        if asked.contains(&ip) {
            for r in &mut out {
                if let Target::Name { server, role, .. } = &mut r.target
                    && *server == ip
                    && *role == ServerRole::Host
                {
                    *role = ServerRole::Lease;
                }
            }
        } else {
            let server = Server { ip, role: ServerRole::Lease };
            out.extend(ask_server(reach.clone(), Arc::clone(&profile), server, found.clone(), random).await);
        }
    }
    // in the order in which a resolver would ask them
    let order = lease_servers(&offers.borrow());
    out.sort_by_key(|r| match &r.target {
        Target::Name { server, .. } => order
            .iter()
            .chain(&asked)
            .chain(&profile.control.name_servers)
            .position(|ip| ip == server)
            .unwrap_or(usize::MAX),
        _ => usize::MAX,
    });
    if !out
        .iter()
        .any(|r| matches!(r.target, Target::Name { role: ServerRole::Lease | ServerRole::Host, .. }))
    {
        out.push(CheckResult {
            id: CheckId::Names,
            target: Target::Host,
            outcome: Outcome::Failed(Failure::NoNameServer),
            took_ms: 0,
            measured: Measured::Nothing,
            detail: "neither this computer nor a DHCP server names a name server".into(),
        });
    }
    out
}

/// A row for a server without a result.
fn not_waited_for(server: IpAddr, out: &[CheckResult]) -> Option<CheckResult> {
    let has_result = out.iter().any(|r| matches!(&r.target, Target::Name { server: s, .. } if *s == server));
    let why = format!(
        "no answer within {} ms; not waited for, since the server before it answers",
        limits::NAMES_LATER_SERVER.as_millis()
    );
    (!has_result).then(|| CheckResult {
        id: CheckId::Names,
        target: Target::Name {
            server,
            role: ServerRole::Host,
            name: "every name".into(),
            name_role: NameRole::Cloud,
            transport: Transport::Udp,
        },
        outcome: Outcome::Inconclusive(why.clone()),
        took_ms: 1_000,
        measured: Measured::Nothing,
        detail: why,
    })
}

fn is_control(r: &CheckResult) -> bool {
    matches!(r.target, Target::Name { role: ServerRole::Control, .. })
}

/// A cloud name gave an address that the vendor never documented: new, or a filter's page.
fn is_new_address(r: &CheckResult, profile: &Profile) -> bool {
    let about_cloud = matches!(r.target, Target::Name { name_role: NameRole::Cloud, .. });
    let documented =
        |ip: &IpAddr| matches!(ip, IpAddr::V4(v4) if profile.cloud.documented_addresses.contains(v4));
    about_cloud
        && !is_control(r)
        && matches!(&r.measured, Measured::Addresses(all) if !all.iter().any(documented))
}

fn is_cloud_failure(r: &CheckResult) -> bool {
    let about_cloud =
        matches!(r.target, Target::Name { name_role: NameRole::Cloud | NameRole::Nonsense, .. });
    about_cloud && !is_control(r) && r.outcome.failure().is_some()
}

fn lease_servers(offers: &Option<Vec<Offer>>) -> Vec<IpAddr> {
    let mut servers: Vec<IpAddr> = Vec::new();
    for ip in offers.iter().flatten().flat_map(|o| o.name_servers.iter()) {
        if !servers.contains(&IpAddr::V4(*ip)) {
            servers.push(IpAddr::V4(*ip));
        }
    }
    servers
}

/// All questions to one server. The cloud's names come first, since connections wait for their addresses.
async fn ask_server(
    reach: Reach,
    profile: Arc<Profile>,
    server: Server,
    found: mpsc::Sender<Named>,
    random: u64,
) -> Vec<CheckResult> {
    let documented: Vec<Ipv4Addr> = profile.cloud.documented_addresses.clone();
    let mut tasks = JoinSet::new();
    let mut ask = |name: &str, name_role, transport, repeats: usize| {
        let (reach, name, found, documented) =
            (reach.clone(), name.to_owned(), found.clone(), documented.clone());
        tasks.spawn(async move {
            let mut best: Option<CheckResult> = None;
            for _ in 0..repeats {
                let r = ask_name(&reach, server, &name, name_role, transport, &documented).await;
                if name_role == NameRole::Cloud
                    && r.outcome == Outcome::Passed
                    && let Measured::Addresses(addresses) = &r.measured
                {
                    for ip in addresses {
                        let _ = found.send(Named { ip: *ip, here: server.role != ServerRole::Control }).await;
                    }
                }
                let again = r.outcome == Outcome::Passed;
                merge(&mut best, r);
                if !again {
                    break;
                }
            }
            best
        });
    };
    let control_server = server.role == ServerRole::Control;
    for name in &profile.cloud.hosts {
        ask(
            name,
            NameRole::Cloud,
            Transport::Udp,
            if control_server { 1 } else { limits::CLOUD_NAME_REPEATS },
        );
    }
    for name in &profile.control.names {
        ask(name, NameRole::Control, Transport::Udp, 1);
    }
    ask(&nonsense(random), NameRole::Nonsense, Transport::Udp, 1);
    if !control_server && let Some(name) = profile.cloud.hosts.first() {
        ask(name, NameRole::Cloud, Transport::Tcp, 1);
    }
    drop(found);
    let mut out: Vec<CheckResult> = tasks.join_all().await.into_iter().flatten().collect();
    out.sort_by(|a, b| a.target.cmp(&b.target));
    out
}

/// Joins repeated answers to one question: the addresses of all, the first outcome.
fn merge(best: &mut Option<CheckResult>, new: CheckResult) {
    let Some(held) = best else {
        *best = Some(new);
        return;
    };
    if let (Measured::Addresses(have), Measured::Addresses(more)) = (&mut held.measured, new.measured) {
        for ip in more {
            if !have.contains(&ip) {
                have.push(ip);
            }
        }
        held.detail = describe_addresses(have);
    }
}

fn describe_addresses(addresses: &[IpAddr]) -> String {
    let all: Vec<String> = addresses.iter().take(6).map(ToString::to_string).collect();
    all.join(", ")
}

async fn ask_name(
    reach: &Reach,
    server: Server,
    name: &str,
    name_role: NameRole,
    transport: Transport,
    documented: &[Ipv4Addr],
) -> CheckResult {
    let begun = reach.now();
    let answer = exchange(reach, server.ip, name, transport).await;
    let (outcome, measured, detail) = judge(answer, name_role, documented);
    CheckResult {
        id: CheckId::Names,
        target: Target::Name {
            server: server.ip,
            role: server.role,
            name: name.to_owned(),
            name_role,
            transport,
        },
        outcome,
        took_ms: reach.took(begun),
        measured,
        detail,
    }
}

/// The first address that a server gives for a name.
pub(super) async fn lookup(reach: &Reach, server: IpAddr, name: &str) -> Option<IpAddr> {
    let message = exchange(reach, server, name, Transport::Udp).await.ok()?;
    message.answers.iter().find_map(|record| match &record.data {
        RData::A(a) => Some(IpAddr::V4(a.0)),
        _ => None,
    })
}

async fn exchange(
    reach: &Reach,
    server: IpAddr,
    name: &str,
    transport: Transport,
) -> Result<Message, Failure> {
    let name = Name::from_str(&format!("{name}.")).map_err(|_| Failure::Malformed)?;
    let id = uuid::Uuid::now_v7().into_bytes();
    let id = u16::from_be_bytes([id[14], id[15]]);
    let mut question = Message::new(id, MessageType::Query, OpCode::Query);
    question.metadata.recursion_desired = true;
    question.add_query(Query::query(name.clone(), RecordType::A));
    let bytes = question.to_vec().map_err(|_| Failure::Malformed)?;
    let is_answer = |m: &Message| {
        m.metadata.id == id
            && m.metadata.message_type == MessageType::Response
            && m.queries.first().is_none_or(|q| q.name == name)
    };
    let to = SocketAddr::new(server, 53);
    match transport {
        Transport::Udp => {
            let accept = |datagram: &[u8]| Message::from_vec(datagram).is_ok_and(|m| is_answer(&m));
            let (datagram, _) = reach.ask_udp(to, &bytes, limits::NAME, accept).await?;
            Message::from_vec(&datagram).map_err(|_| Failure::Malformed)
        }
        Transport::Tcp => {
            let body = reach.ask_tcp(to, &bytes, limits::NAME).await?;
            let message = Message::from_vec(&body).map_err(|_| Failure::Malformed)?;
            if is_answer(&message) { Ok(message) } else { Err(Failure::Malformed) }
        }
    }
}

fn judge(
    answer: Result<Message, Failure>,
    role: NameRole,
    documented: &[Ipv4Addr],
) -> (Outcome, Measured, String) {
    let message = match answer {
        Ok(message) => message,
        Err(failure) => {
            let detail = match failure {
                Failure::Silence => "no answer of any kind".to_owned(),
                Failure::Refused => "port 53 is closed (refused)".to_owned(),
                other => other.word().replace('-', " "),
            };
            return (Outcome::Failed(failure), Measured::Nothing, detail);
        }
    };
    let addresses: Vec<IpAddr> = message
        .answers
        .iter()
        .filter_map(|record| match &record.data {
            RData::A(a) => Some(IpAddr::V4(a.0)),
            _ => None,
        })
        .collect();
    let fail = |failure: Failure, detail: String| {
        (Outcome::Failed(failure), Measured::Addresses(addresses.clone()), detail)
    };
    match (message.metadata.response_code, role) {
        (ResponseCode::NXDomain, NameRole::Nonsense) => {
            (Outcome::Passed, Measured::Nothing, "does not exist, as it should be".into())
        }
        (ResponseCode::NXDomain, _) => {
            fail(Failure::NxDomain, "the server says that it does not exist".into())
        }
        (ResponseCode::Refused, _) => fail(Failure::DnsRefused, "the server refuses to answer for it".into()),
        (ResponseCode::ServFail, _) => {
            fail(Failure::ServFail, "the server could not find out (SERVFAIL)".into())
        }
        (ResponseCode::NoError, NameRole::Nonsense) if addresses.is_empty() => {
            (Outcome::Passed, Measured::Nothing, "has no address, as it should be".into())
        }
        (ResponseCode::NoError, NameRole::Nonsense) => fail(
            Failure::AnsweredNonsense,
            format!("gives {} for a name that cannot exist", describe_addresses(&addresses)),
        ),
        (ResponseCode::NoError, _) if addresses.is_empty() => {
            fail(Failure::NoData, "the server knows no address for it".into())
        }
        (ResponseCode::NoError, _) => {
            let shown = describe_addresses(&addresses);
            let known = |ip: &IpAddr| matches!(ip, IpAddr::V4(v4) if documented.contains(v4));
            if addresses.iter().all(|ip| !known(ip) && is_sinkhole(ip)) {
                fail(Failure::Sinkhole, format!("{shown}: an address that leads nowhere"))
            } else if addresses.iter().all(|ip| !known(ip) && is_inside(ip)) {
                fail(Failure::PrivateAddress, format!("{shown}: a private address for a public name"))
            } else {
                (Outcome::Passed, Measured::Addresses(addresses), shown)
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

    fn answer(code: ResponseCode, ips: &[&str]) -> Result<Message, Failure> {
        let mut m = Message::new(1, MessageType::Response, OpCode::Query);
        m.metadata.response_code = code;
        for ip in ips {
            let name = Name::from_str("gk.sensorist.com.").unwrap();
            m.add_answer(Record::from_rdata(name, 60, RData::A(A(ip.parse().unwrap()))));
        }
        Ok(m)
    }

    fn failure(a: Result<Message, Failure>, role: NameRole) -> Option<Failure> {
        judge(a, role, &DOCUMENTED).0.failure()
    }

    #[test]
    fn filter_signatures_are_told_apart() {
        use NameRole::{Cloud, Control, Nonsense};
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
        ] {
            assert_eq!(failure(answer(code, ips), role), want, "{code} {ips:?} {role:?}");
        }
        assert_eq!(failure(Err(Failure::Silence), Cloud), Some(Failure::Silence));
    }
}
