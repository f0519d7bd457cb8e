//! The check `names`: each name server apart, each name of the cloud, a control name, a name that cannot exist; UDP
//! and TCP 53. What one question brings, and what it means, is `dns.rs`.

use super::dns::{self, Asked, Question};
use super::limits;
use super::reach::Reach;
use crate::model::check::{
    CheckId, CheckResult, Failure, Measured, NameRole, Offer, Outcome, ServerRole, Target, Transport,
};
use crate::platform::supervise::Crew;
use crate::profile::Profile;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use tokio::sync::{mpsc, watch};

/// An address that a cloud name gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Named {
    pub ip: IpAddr,
    /// By a name server that the box would ask: one that DHCP hands out, or this computer's own where that is not known.
    pub here: bool,
}

/// Who is asked, and why that one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Server {
    ip: IpAddr,
    role: ServerRole,
    /// The box would ask it, as far as is known when it is asked.
    decides: bool,
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
        servers.push(Server { ip: *ip, role: ServerRole::Lease, decides: true });
    }
    for ip in own.iter().filter(|ip| !lease.contains(ip)) {
        servers.push(Server { ip: *ip, role: ServerRole::Host, decides: lease.is_empty() });
    }
    let mut out: Vec<CheckResult> = Vec::new();
    let mut tasks = Crew::default();
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
                let server = Server { ip, role: ServerRole::Control, decides: false };
                tasks.spawn(ask_server(reach.clone(), Arc::clone(&profile), server, found.clone(), random));
            }
        }
        let compared = local == 0 && out.iter().any(|r| is_control(r) && r.outcome == Outcome::Passed);
        if local_fine || compared || tasks.is_empty() {
            break; // what a public server would still say changes nothing
        }
        if late && first_is_fine(&out) {
            let rest: Vec<CheckResult> =
                order_here.iter().filter_map(|ip| not_waited_for(*ip, lease.contains(ip), &out)).collect();
            out.extend(rest);
            break;
        }
        tokio::select! {
            Some(results) = tasks.next() => {
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
            let server = Server { ip, role: ServerRole::Lease, decides: true };
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
fn not_waited_for(server: IpAddr, of_lease: bool, out: &[CheckResult]) -> Option<CheckResult> {
    let has_result = out.iter().any(|r| matches!(&r.target, Target::Name { server: s, .. } if *s == server));
    let why = format!(
        "no answer within {} ms; not waited for, since the server before it answers",
        limits::NAMES_LATER_SERVER.as_millis()
    );
    (!has_result).then(|| CheckResult {
        id: CheckId::Names,
        target: Target::Name {
            server,
            role: if of_lease { ServerRole::Lease } else { ServerRole::Host },
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
    let given = Offer::name_servers_of_the_box(offers.as_deref().unwrap_or_default());
    given.into_iter().map(IpAddr::V4).collect()
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
    let mut tasks = Crew::default();
    let mut ask = |name: &str, name_role, transport, repeats: usize| {
        let (reach, name, found, documented) =
            (reach.clone(), name.to_owned(), found.clone(), documented.clone());
        let here = server.decides;
        tasks.spawn(async move {
            let target = Target::Name {
                server: server.ip,
                role: server.role,
                name: name.clone(),
                name_role,
                transport,
            };
            let question = Question { server: server.ip, name: &name, role: name_role, transport };
            let begun = reach.now();
            let mut best: Option<Asked> = None;
            for _ in 0..repeats {
                let asked = dns::ask(&reach, &question, &documented).await;
                if name_role == NameRole::Cloud
                    && asked.outcome == Outcome::Passed
                    && let Measured::Addresses(addresses) = &asked.measured
                {
                    for ip in addresses {
                        let _ = found.send(Named { ip: *ip, here }).await;
                    }
                }
                let again = asked.outcome == Outcome::Passed;
                match &mut best {
                    None => best = Some(Asked { took_ms: reach.took(begun), ..asked }),
                    Some(first) => first.join(asked),
                }
                if !again {
                    break;
                }
            }
            best.map(|asked| asked.row(target))
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
        ask(name, NameRole::CloudIpv6, Transport::Udp, 1);
    }
    drop(found);
    let mut out: Vec<CheckResult> = tasks.all().await.into_iter().flatten().collect();
    out.sort_by(|a, b| a.target.cmp(&b.target));
    out
}
