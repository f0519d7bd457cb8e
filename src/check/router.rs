//! The check `router`: does the router's MAC answer ARP, and who made it (which proposes the firewall's platform)?

use super::limits;
use super::reach::Reach;
use crate::model::check::{CheckId, CheckResult, Failure, Measured, Offer, Outcome, Target};
use crate::model::host::Interface;
use crate::model::{At, Mac};
use crate::platform::neighbours;
use crate::platform::supervise::Crew;
use crate::wire::oui;
use std::net::Ipv4Addr;
use tokio::sync::watch;

pub async fn router(reach: Reach) -> CheckResult {
    let begun = reach.now();
    let Some((ip, interface)) = reach.interface.as_ref().and_then(|i| Some((i.router?, i.clone()))) else {
        let why = "this computer knows no router".to_owned();
        return CheckResult {
            id: CheckId::Router,
            target: Target::Host,
            outcome: Outcome::Skipped(why.clone()),
            took_ms: 0,
            measured: Measured::Nothing,
            detail: why,
        };
    };
    if let Some(simulated) = &reach.simulated {
        let row = row(&reach, ip, begun);
        return match simulated.router_mac {
            Some(mac) => row(Outcome::Passed, Measured::RouterMac(mac), describe(mac)),
            None => row(Outcome::Failed(Failure::NeighbourSilent), Measured::Nothing, silent()),
        };
    }
    ask(&reach, ip, &interface).await
}

/// The routers that DHCP hands out to the box and that this computer does not use itself, asked as the box would ask for
/// them. What they let through cannot be asked from here, and is said as not tested. Ends with the check `offer`.
pub async fn handed_out(reach: Reach, mut offers: watch::Receiver<Option<Vec<Offer>>>) -> Vec<CheckResult> {
    let Some(interface) = reach.interface.clone().filter(|_| reach.simulated.is_none()) else {
        return Vec::new();
    };
    let mut asked: Vec<Ipv4Addr> = interface.router.into_iter().collect();
    let mut tasks = Crew::default();
    loop {
        let routers = Offer::routers_of_the_box(offers.borrow_and_update().as_deref().unwrap_or_default());
        for ip in routers.into_iter().filter(|ip| !ip.is_unspecified()) {
            if asked.len() >= MOST_ROUTERS || asked.contains(&ip) {
                continue;
            }
            asked.push(ip);
            let (reach, interface) = (reach.clone(), interface.clone());
            tasks.spawn(async move { of_the_box(&reach, ip, &interface).await });
        }
        if offers.changed().await.is_err() {
            break;
        }
    }
    let mut out = tasks.all().await;
    out.sort_by_key(|r| asked.iter().position(|ip| r.target == Target::Router(*ip)));
    out
}

/// Routers of the lease that are asked for, this computer's own among them.
const MOST_ROUTERS: usize = 5;

async fn of_the_box(reach: &Reach, ip: Ipv4Addr, interface: &Interface) -> CheckResult {
    if !reach.is_on_link(ip) {
        let why = "DHCP hands it out, and it is in no network of this computer: it cannot be asked from here";
        return row(reach, ip, reach.now())(
            Outcome::Inconclusive(why.to_owned()),
            Measured::Nothing,
            why.to_owned(),
        );
    }
    let mut asked = ask(reach, ip, interface).await;
    let untested = match (interface.router, asked.outcome == Outcome::Passed) {
        (Some(own), true) => {
            format!("; this computer uses {own}, so what this one lets through was not tested")
        }
        (None, true) => "; this computer uses no router, so what this one lets through was not tested".into(),
        (_, false) => ", and DHCP hands it out as the router".into(),
    };
    asked.detail.push_str(&untested);
    asked
}

fn row(
    reach: &Reach,
    ip: Ipv4Addr,
    begun: At,
) -> impl Fn(Outcome, Measured, String) -> CheckResult + use<'_> {
    move |outcome, measured, detail| CheckResult {
        id: CheckId::Router,
        target: Target::Router(ip),
        outcome,
        took_ms: reach.took(begun),
        measured,
        detail,
    }
}

/// Asks for one router by ARP until it answers or the operating system has given it up.
async fn ask(reach: &Reach, ip: Ipv4Addr, interface: &Interface) -> CheckResult {
    let finish = row(reach, ip, reach.now());
    // the other checks make the operating system ask for the router too; this one does not rely on them
    let swept = reach.meter.sweep(interface, &[ip]);
    let end = tokio::time::Instant::now() + limits::ROUTER;
    loop {
        match look(ip, interface.index) {
            Ok(Some(mac)) => return finish(Outcome::Passed, Measured::RouterMac(mac), describe(mac)),
            Ok(None) => {}
            Err(why) => return finish(Outcome::Inconclusive(why.clone()), Measured::Nothing, why),
        }
        if tokio::time::Instant::now() >= end {
            if let Err(e) = &swept {
                let why = format!("this computer could not ask for it: {e}");
                return finish(Outcome::Inconclusive(why.clone()), Measured::Nothing, why);
            }
            return finish(Outcome::Failed(Failure::NeighbourSilent), Measured::Nothing, silent());
        }
        tokio::time::sleep(limits::ROUTER_LOOK).await;
    }
}

fn look(ip: Ipv4Addr, index: u32) -> Result<Option<Mac>, String> {
    let table = neighbours::table(Some(index)).map_err(|e| e.to_string())?;
    Ok(table.neighbours.iter().find(|r| r.ip == ip).map(|r| r.mac))
}

fn describe(mac: Mac) -> String {
    let maker = oui::maker(mac).map(|m| format!(", made by {m}")).unwrap_or_default();
    format!("answers as {mac}{maker}")
}

fn silent() -> String {
    "does not answer ARP".to_owned()
}
