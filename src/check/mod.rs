//! Is the way clear, from this computer? One file per check; [`plan`] says beforehand what will be sent; [`run`] sends
//! each result when it is known. Every timeout stands in [`limits`] with its reason.

pub mod limits;
pub mod local;
pub mod names;
pub mod offer;
pub mod path;
pub mod plan;
pub mod portal;
pub mod reach;
pub mod router;
pub mod size;
pub mod speaks;
pub mod tcp;

use crate::model::check::{CheckId, CheckResult, Offer, Outcome, Target};
use crate::model::evidence::DhcpSeen;
use crate::model::host::HostView;
use crate::profile::Profile;
pub use reach::{Clock, Reach, Simulated};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

/// What the runner tells while it runs.
#[derive(Debug)]
pub enum Progress {
    /// A check ended with these results.
    Ended(CheckId, Vec<CheckResult>),
    /// A DHCP message of another host, heard beside the probe.
    Heard(Box<DhcpSeen>),
    /// Every check has ended.
    Done,
}

/// Runs every check of the plan; those that need nothing of one another run at once. Dropping the future cancels it.
pub async fn run(
    reach: Reach,
    profile: Arc<Profile>,
    host: HostView,
    needs: offer::Needs,
    random: u64,
    out: mpsc::Sender<Progress>,
) {
    let tell = |id, results| {
        let out = out.clone();
        async move {
            let _ = out.send(Progress::Ended(id, results)).await;
        }
    };
    tell(CheckId::Witness, local::witness(&host)).await;
    tell(CheckId::Link, vec![local::link(&host)]).await;
    tell(CheckId::Lease, local::lease(&host)).await;
    if !plan::can_send(&host) && reach.simulated.is_none() {
        let _ = out.send(Progress::Done).await;
        return;
    }
    let routable = host.interface().and_then(|i| i.address()).is_some_and(|a| !a.is_link_local());
    let (offers_in, offers) = watch::channel::<Option<Vec<Offer>>>(None);
    let (heard_in, mut heard) = mpsc::channel::<DhcpSeen>(64);
    let offer_task = offer::offer(reach.clone(), needs, offers_in, heard_in, random);
    let mut others: JoinSet<Vec<(CheckId, Vec<CheckResult>)>> = JoinSet::new();
    let mut known: BTreeMap<CheckId, Vec<CheckResult>> = BTreeMap::new();
    let (way_in, way) = watch::channel::<Option<portal::Way>>(None);
    let mut control = None;
    if routable {
        // a name may give many addresses at once; the channel only has to bridge until the ports task reads it
        let (found, resolved) = mpsc::channel::<names::Named>(256);
        let (opened_in, opened) = mpsc::channel(256);
        let (r, p, o) = (reach.clone(), Arc::clone(&profile), offers.clone());
        others.spawn(async move { vec![(CheckId::Names, names::names(r, p, offers, found, random).await)] });
        let (r, p) = (reach.clone(), Arc::clone(&profile));
        others.spawn(async move { vec![(CheckId::Ports, tcp::ports(r, &p, resolved, opened_in).await)] });
        let (r, p) = (reach.clone(), Arc::clone(&profile));
        others.spawn(async move {
            let (speaks, size) = speaks::speaks(r, p, opened, random).await;
            vec![(CheckId::Speaks, speaks), (CheckId::Size, size)]
        });
        let nobody = tcp::canary_addresses(|ip| reach.is_on_link(ip), random);
        let (r, p) = (reach.clone(), Arc::clone(&profile));
        let last = nobody.last().copied();
        others.spawn(async move { vec![(CheckId::Portal, portal::portal(r, p, last, o, way).await)] });
        let (r, p) = (reach.clone(), Arc::clone(&profile));
        others.spawn(async move { vec![(CheckId::Canary, tcp::canary(r, &nobody, &p.cloud.ports).await)] });
        let (r, p) = (reach.clone(), Arc::clone(&profile));
        control = Some(
            others.spawn(async move { vec![(CheckId::Control, tcp::control(r, &p.control.targets).await)] }),
        );
        let r = reach.clone();
        others.spawn(async move { vec![(CheckId::Router, vec![router::router(r).await])] });
    }
    let mut offer_task = std::pin::pin!(offer_task);
    let mut offer_done = false;
    let mut heard_open = true;
    loop {
        if others.is_empty() && offer_done {
            break;
        }
        tokio::select! {
            result = &mut offer_task, if !offer_done => {
                offer_done = true;
                tell(CheckId::Offer, vec![result]).await;
            }
            ended = others.join_next(), if !others.is_empty() => {
                if matches!(ended, Some(Err(_))) {
                    // a check that broke must not keep the others waiting
                    way_in.send_replace(Some(portal::Way::default()));
                }
                for (id, results) in ended.and_then(Result::ok).into_iter().flatten() {
                    let reached = id == CheckId::Ports && results.iter().any(|r| r.outcome == Outcome::Passed);
                    if id == CheckId::Control {
                        control = None;
                    } else if let Some(task) = control.take_if(|_| reached) {
                        task.abort(); // the cloud answers: that the internet is there needs no further proof
                        tell(CheckId::Control, tcp::control_not_needed(&profile.control.targets)).await;
                    }
                    if id == CheckId::Ports {
                        let (open, closed) = tried(&results);
                        let r = reach.clone();
                        others.spawn(async move { vec![(CheckId::Path, path::path(r, closed).await)] });
                        let r = reach.clone();
                        others.spawn(async move { vec![(CheckId::Canary, path::one_hop(r, open).await)] });
                    }
                    let results = if id == CheckId::Canary {
                        let held = known.entry(id).or_default();
                        held.extend(results);
                        held.clone()
                    } else {
                        known.insert(id, results.clone());
                        results
                    };
                    if let (Some(ports), Some(names)) = (known.get(&CheckId::Ports), known.get(&CheckId::Names))
                        && way_in.borrow().is_none()
                    {
                        let clear = ports.iter().all(|r| r.outcome == Outcome::Passed);
                        way_in.send_replace(Some(portal::Way { clear, names: names.clone() }));
                    }
                    tell(id, results).await;
                }
            }
            seen = heard.recv(), if heard_open => match seen {
                Some(seen) => { let _ = out.send(Progress::Heard(Box::new(seen))).await; }
                None => heard_open = false,
            },
        }
    }
    let _ = out.send(Progress::Done).await;
}

/// Addresses of the cloud that opened; and one for each port that opened nowhere, for a look along the way.
fn tried(ports: &[CheckResult]) -> (Vec<SocketAddr>, Vec<SocketAddr>) {
    let mut open = Vec::new();
    let mut closed: BTreeMap<u16, SocketAddr> = BTreeMap::new();
    for r in ports {
        let Target::Cloud { addr, .. } = &r.target else { continue };
        match r.outcome {
            Outcome::Passed => open.push(*addr),
            Outcome::Failed(_) => {
                closed.entry(addr.port()).or_insert(*addr);
            }
            Outcome::Skipped(_) | Outcome::Inconclusive(_) => {}
        }
    }
    closed.retain(|port, _| !open.iter().any(|a| a.port() == *port));
    (open, closed.into_values().collect())
}
