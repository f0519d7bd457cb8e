//! The checks that knock on TCP ports: `ports`, `canary`, `control`.

use super::limits;
use super::names::Named;
use super::reach::{Knock, Reach};
use crate::model::check::{CheckId, CheckResult, Failure, Measured, Outcome, Target};
use crate::model::cloud::{Cloud, CloudAddress};
use crate::model::footprint::PacketKind;
use crate::model::host::Interface;
use crate::platform::supervise::Crew;
use crate::profile::Profile;
use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use tokio::sync::{mpsc, watch};

/// What a knock means for people.
fn describe(knock: &Knock) -> String {
    if let Some(why) = &knock.not_sent {
        return why.clone();
    }
    let by = knock.offender.map(|o| format!(", says {o}")).unwrap_or_default();
    match knock.outcome {
        Ok(after) => format!("open after {:.1} ms", after.as_secs_f64() * 1000.0),
        Err(Failure::Silence) => "no answer of any kind".into(),
        Err(Failure::Refused) => "refused (TCP RST)".into(),
        Err(Failure::IcmpProhibited) => format!("refused by a filter (ICMP administratively prohibited{by})"),
        Err(Failure::IcmpPortUnreachable) => format!("refused by a filter (ICMP port unreachable{by})"),
        Err(Failure::IcmpNetUnreachable) => format!("network unreachable (ICMP{by})"),
        Err(Failure::IcmpHostUnreachable) => format!("host unreachable (ICMP{by})"),
        Err(Failure::IcmpOther) => format!("refused (ICMP{by})"),
        Err(Failure::NoRoute) => "this computer has no route there".into(),
        Err(Failure::NeighbourSilent) => "the next hop does not answer ARP".into(),
        Err(other) => other.word().into(),
    }
}

fn outcome(knock: &Knock) -> Outcome {
    if let Some(why) = &knock.not_sent {
        return Outcome::Inconclusive(why.clone());
    }
    match knock.outcome {
        Ok(_) => Outcome::Passed,
        Err(failure) => Outcome::Failed(failure),
    }
}

fn measured(knock: &Knock) -> Measured {
    match (knock.outcome, knock.offender) {
        (Ok(after), _) => Measured::Opened { micros: u64::try_from(after.as_micros()).unwrap_or(u64::MAX) },
        (Err(_), Some(offender)) => Measured::Offender(offender),
        (Err(_), None) => Measured::Nothing,
    }
}

/// `ports`: every documented address at once, and each address that `resolved` brings while names are being asked;
/// tells `cloud` what is known as it comes; ends when all have ended and `resolved` is closed.
pub async fn ports(
    reach: Reach,
    profile: &Profile,
    mut resolved: mpsc::Receiver<Named>,
    cloud: watch::Sender<Cloud>,
) -> Vec<CheckResult> {
    let mut tasks = Crew::default();
    let mut started: BTreeSet<IpAddr> = BTreeSet::new();
    // in the order in which the names gave them
    let mut named: Vec<IpAddr> = Vec::new();
    let mut start = |ip: IpAddr, tasks: &mut Crew<(SocketAddr, Knock, u64)>| {
        if started.insert(ip) {
            for port in &profile.cloud.ports {
                let (reach, addr) = (reach.clone(), SocketAddr::new(ip, *port));
                tasks.spawn(async move {
                    let begun = reach.now();
                    let knock = reach.knock(addr, limits::CONNECT).await;
                    (addr, knock, reach.took(begun))
                });
            }
        }
    };
    for ip in &profile.cloud.documented_addresses {
        start(IpAddr::V4(*ip), &mut tasks);
    }
    let documented =
        |ip: IpAddr| matches!(ip, IpAddr::V4(v4) if profile.cloud.documented_addresses.contains(&v4));
    let mut done: BTreeMap<SocketAddr, (Knock, u64)> = BTreeMap::new();
    let mut open = true;
    let enough = tokio::time::sleep(limits::UNNAMED_ADDRESS);
    let mut enough = std::pin::pin!(enough);
    let mut patient = true;
    while open || !tasks.is_empty() {
        let named_pass = !named.is_empty()
            && named.iter().all(|ip| {
                profile.cloud.ports.iter().all(|port| {
                    done.get(&SocketAddr::new(*ip, *port)).is_some_and(|(knock, _)| knock.outcome.is_ok())
                })
            });
        if !open && !patient && named_pass {
            break; // the rest is addresses that no name gives: they decide nothing
        }
        tokio::select! {
            () = &mut enough, if patient => patient = false,
            ip = resolved.recv(), if open => match ip {
                Some(Named { ip, here }) => {
                    if here && !named.contains(&ip) {
                        named.push(ip);
                    }
                    start(ip, &mut tasks);
                }
                None => open = false,
            },
            Some((addr, knock, took)) = tasks.next(), if !tasks.is_empty() => {
                done.insert(addr, (knock, took));
            }
        }
        let rest = profile.cloud.documented_addresses.iter().map(|ip| IpAddr::V4(*ip));
        let addresses = named.iter().copied().chain(rest.filter(|ip| !named.contains(ip)));
        let known = addresses.flat_map(|ip| profile.cloud.ports.iter().map(move |p| SocketAddr::new(ip, *p)));
        cloud.send_replace(Cloud {
            addresses: known
                .map(|addr| CloudAddress {
                    addr,
                    documented: documented(addr.ip()),
                    resolved: named.contains(&addr.ip()),
                    opens: done.get(&addr).map(|(knock, _)| knock.outcome.is_ok()),
                })
                .collect(),
            names_pending: open && patient,
        });
    }
    done.into_iter()
        .map(|(addr, (knock, took_ms))| CheckResult {
            id: CheckId::Ports,
            target: Target::Cloud {
                addr,
                documented: documented(addr.ip()),
                resolved: named.contains(&addr.ip()),
            },
            outcome: outcome(&knock),
            took_ms,
            measured: measured(&knock),
            detail: describe(&knock),
        })
        .collect()
}

/// Many connections to one address, held open until all have ended: loss loses some of them anywhere, a limit lets the
/// first ones pass and then none.
pub async fn again(reach: Reach, addr: SocketAddr) -> CheckResult {
    let begun = reach.now();
    let mut tasks = Crew::default();
    for n in 0..limits::AGAIN_TIMES {
        let reach = reach.clone();
        tasks.spawn(async move {
            tokio::time::sleep(limits::AGAIN_PAUSE * n).await;
            let line = reach.line(addr, limits::AGAIN, PacketKind::TcpConnect).await;
            (n, line)
        });
    }
    let mut ended = tasks.all().await;
    ended.sort_by_key(|(n, _)| *n);
    if let Some(why) = ended.iter().find_map(|(_, line)| line.as_ref().err()?.not_sent.clone()) {
        return CheckResult {
            id: CheckId::Ports,
            target: Target::Again(addr),
            outcome: Outcome::Inconclusive(why.clone()),
            took_ms: reach.took(begun),
            measured: Measured::Nothing,
            detail: why,
        };
    }
    let all: Vec<Option<u64>> = ended
        .iter()
        .map(|(_, line)| {
            line.as_ref().ok().map(|l| u64::try_from(l.opened_after.as_micros()).unwrap_or(u64::MAX))
        })
        .collect();
    let opened = all.iter().flatten().count();
    let late = all.iter().flatten().filter(|us| **us >= limits::SYN_RESENT_US).count();
    let detail = format!("{opened} of {} attempts opened, {late} of them only when asked again", all.len());
    let fine = opened == all.len() && late == 0;
    CheckResult {
        id: CheckId::Ports,
        target: Target::Again(addr),
        outcome: if fine { Outcome::Passed } else { Outcome::Failed(Failure::Lossy) },
        took_ms: reach.took(begun),
        measured: Measured::Attempts(all),
        detail,
    }
}

/// The address that many attempts would tell most about: of those that decide, one that is silent or late where its port
/// opens elsewhere, or the quickest where all are late.
#[must_use]
pub fn doubtful(ports: &[CheckResult]) -> Option<SocketAddr> {
    const LATE_US: u64 = 800_000;
    let cloud = Cloud::of(ports);
    let late = |r: &CheckResult| matches!(r.measured, Measured::Opened { micros } if micros >= LATE_US);
    let silent = |r: &CheckResult| r.outcome.failure() == Some(Failure::Silence);
    ports.iter().find_map(|r| match r.target {
        Target::Cloud { addr, .. } if cloud.decides(addr.ip()) => {
            (late(r) || silent(r) && cloud.open(addr.port()).is_some()).then_some(addr)
        }
        _ => None,
    })
}

/// The cloud over another interface of this computer that has a way out of its own: whether it is closed everywhere.
pub async fn elsewhere(reach: Reach, other: Interface, addresses: Vec<SocketAddr>) -> Vec<CheckResult> {
    let mut tasks = Crew::default();
    for addr in addresses {
        let (mut reach, other) = (reach.clone(), other.clone());
        let interface = other.label.clone();
        reach.interface = Some(other);
        tasks.spawn(async move {
            let begun = reach.now();
            let knock = reach.knock(addr, limits::ELSEWHERE).await;
            CheckResult {
                id: CheckId::Control,
                target: Target::Elsewhere { addr, interface },
                outcome: outcome(&knock),
                took_ms: reach.took(begun),
                measured: measured(&knock),
                detail: describe(&knock),
            }
        });
    }
    let mut out = tasks.all().await;
    out.sort_by(|a, b| a.target.cmp(&b.target));
    out
}

/// A proxy that this computer is told to use, or that the network announces: does it answer?
pub async fn proxy(reach: Reach, shown: String, addr: SocketAddr) -> CheckResult {
    of_proxy(reach, Target::Proxy(shown), addr).await
}

/// Where a network announces its proxy by name: is there anything that hands the announcement out?
pub async fn proxy_name(reach: Reach, name: String, addr: SocketAddr) -> CheckResult {
    let row = of_proxy(reach, Target::ProxyName(name), addr).await;
    CheckResult { detail: format!("leads to {}: {}", addr.ip(), row.detail), ..row }
}

async fn of_proxy(reach: Reach, target: Target, addr: SocketAddr) -> CheckResult {
    let begun = reach.now();
    let knock = reach.knock(addr, limits::CONTROL).await;
    CheckResult {
        id: CheckId::Control,
        target,
        outcome: outcome(&knock),
        took_ms: reach.took(begun),
        measured: measured(&knock),
        detail: describe(&knock),
    }
}

/// Host and port of a proxy's address: `http://user@host:port/path`, `host:port`, `host`.
#[must_use]
pub fn proxy_host(value: &str) -> Option<(String, u16)> {
    let (scheme, rest) = value.split_once("://").unwrap_or(("", value));
    let rest = rest.split(['/', '?', ';', ',', ' ']).next()?;
    let rest = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
    let usual = match scheme {
        "https" => 443,
        "socks" | "socks4" | "socks5" | "socks5h" => 1080,
        "" => 8080,
        _ => 80,
    };
    let (host, port) = match rest.rsplit_once(':') {
        Some((host, port)) => (host, port.parse().ok()?),
        None => (rest, usual),
    };
    (!host.is_empty() && !host.contains(['[', ']'])).then(|| (host.to_owned(), port))
}

/// Two addresses that cannot exist (RFC 5737 keeps these blocks for documentation), outside this computer's subnets.
/// `random` varies the host part, so that nobody can have prepared an answer for one of them.
#[must_use]
pub fn canary_addresses(is_on_link: impl Fn(Ipv4Addr) -> bool, random: u64) -> Vec<Ipv4Addr> {
    let host = |shift: u32| 2 + u8::try_from((random >> shift) % 250).unwrap_or(77);
    [
        Ipv4Addr::new(192, 0, 2, host(0)),
        Ipv4Addr::new(198, 51, 100, host(8)),
        Ipv4Addr::new(203, 0, 113, host(16)),
    ]
    .into_iter()
    .filter(|ip| !is_on_link(*ip))
    .take(2)
    .collect()
}

/// `canary`: does something answer for addresses that cannot exist?
pub async fn canary(reach: Reach, addresses: &[Ipv4Addr], ports: &[u16]) -> Vec<CheckResult> {
    let mut tasks = Crew::default();
    for ip in addresses {
        for port in ports {
            let (reach, addr) = (reach.clone(), SocketAddr::new(IpAddr::V4(*ip), *port));
            tasks.spawn(async move {
                let begun = reach.now();
                let knock = reach.knock(addr, limits::CANARY).await;
                (addr, knock, reach.took(begun))
            });
        }
    }
    let mut out: Vec<CheckResult> = tasks
        .all()
        .await
        .into_iter()
        .map(|(addr, knock, took_ms)| {
            let (outcome, detail) = match knock.outcome {
                Ok(after) => (
                    Outcome::Failed(Failure::AnsweredForNobody),
                    format!(
                        "something opened a connection for it after {:.1} ms",
                        after.as_secs_f64() * 1000.0
                    ),
                ),
                Err(_) if knock.unasked().is_some() => {
                    let why = knock.unasked().unwrap_or_default();
                    (Outcome::Inconclusive(why.clone()), why)
                }
                Err(_) => {
                    (Outcome::Passed, format!("nothing opened, as it should be ({})", describe(&knock)))
                }
            };
            CheckResult {
                id: CheckId::Canary,
                target: Target::Canary(addr),
                outcome,
                took_ms,
                measured: measured(&knock),
                detail,
            }
        })
        .collect();
    out.sort_by(|a, b| a.target.cmp(&b.target));
    out
}

/// A port that IANA has assigned to nobody ("4/tcp Unassigned", Service Name and Port Number Registry).
pub const NEVER_OPEN: u16 = 4;

/// `canary` at the cloud's own host: whoever opens a port that nothing uses opens every port, and is not the cloud.
pub async fn never_open(reach: Reach, ip: IpAddr) -> CheckResult {
    let addr = SocketAddr::new(ip, NEVER_OPEN);
    let begun = reach.now();
    let knock = reach.knock(addr, limits::ONE_HOP).await;
    let (outcome, detail) = match knock.outcome {
        Ok(after) => (
            Outcome::Failed(Failure::AnsweredForNobody),
            format!(
                "it opened after {:.1} ms: something on the way opens every port of this address",
                after.as_secs_f64() * 1000.0
            ),
        ),
        Err(_) if knock.unasked().is_some() => {
            let why = knock.unasked().unwrap_or_default();
            (Outcome::Inconclusive(why.clone()), why)
        }
        Err(_) => (Outcome::Passed, format!("did not open, as it should be ({})", describe(&knock))),
    };
    CheckResult {
        id: CheckId::Canary,
        target: Target::NeverOpen(addr),
        outcome,
        took_ms: reach.took(begun),
        measured: measured(&knock),
        detail,
    }
}

/// `control`: is the internet there at all? Any answer counts, a refusal too; the first one ends the check.
pub async fn control(reach: Reach, targets: &[SocketAddr]) -> Vec<CheckResult> {
    if targets.is_empty() {
        let why = "the profile names no control address".to_owned();
        return vec![CheckResult {
            id: CheckId::Control,
            target: Target::Host,
            outcome: Outcome::Skipped(why.clone()),
            took_ms: 0,
            measured: Measured::Nothing,
            detail: why,
        }];
    }
    let mut tasks = Crew::default();
    for addr in targets.iter().copied() {
        let reach = reach.clone();
        tasks.spawn(async move {
            let begun = reach.now();
            let knock = reach.knock(addr, limits::CONTROL).await;
            (addr, knock, reach.took(begun))
        });
    }
    let mut out: Vec<CheckResult> = Vec::new();
    while let Some((addr, knock, took_ms)) = tasks.next().await {
        let there = matches!(knock.outcome, Ok(_) | Err(Failure::Refused | Failure::Reset));
        out.push(CheckResult {
            id: CheckId::Control,
            target: Target::Control(addr),
            outcome: if there { Outcome::Passed } else { outcome(&knock) },
            took_ms,
            measured: measured(&knock),
            detail: describe(&knock),
        });
        if there {
            tasks.abort_all();
            break;
        }
    }
    let answered: Vec<Target> = out.iter().map(|r| r.target.clone()).collect();
    for addr in targets {
        let target = Target::Control(*addr);
        if !answered.contains(&target) {
            let why = "another control address answered first".to_owned();
            out.push(CheckResult {
                id: CheckId::Control,
                target,
                outcome: Outcome::Skipped(why.clone()),
                took_ms: 0,
                measured: Measured::Nothing,
                detail: why,
            });
        }
    }
    out.sort_by(|a, b| a.target.cmp(&b.target));
    out
}

/// The rows of `control` when the cloud itself has answered.
#[must_use]
pub fn control_not_needed(targets: &[SocketAddr]) -> Vec<CheckResult> {
    let why = "the cloud itself answers".to_owned();
    targets
        .iter()
        .map(|addr| CheckResult {
            id: CheckId::Control,
            target: Target::Control(*addr),
            outcome: Outcome::Skipped(why.clone()),
            took_ms: 0,
            measured: Measured::Nothing,
            detail: why.clone(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxy_is_found_in_whatever_form_it_is_given() {
        for (value, want) in [
            ("http://10.0.0.1:3128", Some(("10.0.0.1", 3128))),
            ("http://user:pw@proxy.example:8080/", Some(("proxy.example", 8080))),
            ("10.0.0.1:8080", Some(("10.0.0.1", 8080))),
            ("http://wpad.example/wpad.dat", Some(("wpad.example", 80))),
            ("socks5://10.0.0.1", Some(("10.0.0.1", 1080))),
            ("proxy.example", Some(("proxy.example", 8080))),
            ("", None),
            ("http://:80", None),
            ("10.0.0.1:99999", None),
        ] {
            let got = proxy_host(value);
            assert_eq!(got.as_ref().map(|(h, p)| (h.as_str(), *p)), want, "{value}");
        }
    }

    #[test]
    fn canaries_avoid_the_own_subnet() {
        let all = canary_addresses(|_| false, 0);
        assert_eq!(all.len(), 2);
        let lan = canary_addresses(|ip| ip.octets()[..3] == [192, 0, 2], u64::MAX);
        assert!(lan.len() == 2 && lan.iter().all(|ip| ip.octets()[0] != 192));
    }
}
