//! Is the way clear, from this computer? One file per check; [`plan`] says beforehand what will be sent; [`run`] sends
//! each result when it is known. Every timeout stands in [`limits`] with its reason.

pub mod limits;
pub mod local;
pub mod names;
pub mod offer;
pub mod plan;
pub mod reach;
pub mod router;
pub mod tcp;

use crate::model::check::{CheckId, CheckResult, Offer};
use crate::model::evidence::DhcpSeen;
use crate::model::host::HostView;
use crate::profile::Profile;
pub use reach::{Clock, Reach, Simulated};
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
    let mut others: JoinSet<(CheckId, Vec<CheckResult>)> = JoinSet::new();
    if routable {
        // a name may give many addresses at once; the channel only has to bridge until the ports task reads it
        let (found, resolved) = mpsc::channel::<names::Named>(256);
        let (r, p) = (reach.clone(), Arc::clone(&profile));
        others.spawn(async move { (CheckId::Names, names::names(r, p, offers, found, random).await) });
        let (r, p) = (reach.clone(), Arc::clone(&profile));
        others.spawn(async move { (CheckId::Ports, tcp::ports(r, &p, resolved).await) });
        let (r, p) = (reach.clone(), Arc::clone(&profile));
        others.spawn(async move {
            let addresses = tcp::canary_addresses(|ip| r.is_on_link(ip), random);
            (CheckId::Canary, tcp::canary(r, &addresses, &p.cloud.ports).await)
        });
        let (r, p) = (reach.clone(), Arc::clone(&profile));
        others.spawn(async move { (CheckId::Control, tcp::control(r, &p.control.targets).await) });
        let r = reach.clone();
        others.spawn(async move { (CheckId::Router, vec![router::router(r).await]) });
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
                if let Some(Ok((id, results))) = ended {
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
