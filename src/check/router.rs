//! The check `router`: does the router's MAC answer ARP, and who made it (which proposes the firewall's platform)?

use super::limits;
use super::reach::Reach;
use crate::model::Mac;
use crate::model::check::{CheckId, CheckResult, Failure, Measured, Outcome, Target};
use crate::platform::neighbours;
use crate::wire::oui;
use std::net::Ipv4Addr;

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
    let finish = |outcome, measured, detail: String| CheckResult {
        id: CheckId::Router,
        target: Target::Router(ip),
        outcome,
        took_ms: reach.took(begun),
        measured,
        detail,
    };
    if let Some(simulated) = &reach.simulated {
        return match simulated.router_mac {
            Some(mac) => finish(Outcome::Passed, Measured::RouterMac(mac), describe(mac)),
            None => finish(Outcome::Failed(Failure::NeighbourSilent), Measured::Nothing, silent()),
        };
    }
    // the other checks make the operating system ask for the router too; this one does not rely on them
    let _ = reach.meter.sweep(&interface, &[ip]);
    let end = tokio::time::Instant::now() + limits::ROUTER;
    loop {
        match look(ip, interface.index) {
            Ok(Some(mac)) => return finish(Outcome::Passed, Measured::RouterMac(mac), describe(mac)),
            Ok(None) => {}
            Err(why) => return finish(Outcome::Inconclusive(why.clone()), Measured::Nothing, why),
        }
        if tokio::time::Instant::now() >= end {
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
