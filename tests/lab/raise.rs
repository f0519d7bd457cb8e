//! Raises the site of a case: built, its gateways powered, and the fault proved to bite.

use super::case::{Before, Case};
use super::host::{command, log_of, shell};
use super::plan::{Kind, Plan};
use super::site::{self, Site};
use super::{sandbox, truth};
use solidgreen::model::LedState;

/// Builds the site and waits until each gateway's own LED and each probe say that it is as the case wants it.
pub fn raise(case: &Case, kind: Kind) -> Result<Site, String> {
    let mut site = site::build(case, kind)?;
    for (n, gateway) in case.gateways.iter().enumerate() {
        site.gateways.push(Some(site::power(n, gateway)?));
    }
    for (n, (word, gateway)) in case.expect.led.iter().zip(&case.gateways).enumerate() {
        let led = LedState::from_word(word).ok_or_else(|| format!("'{word}' is no LED"))?;
        truth::prove(n, led, gateway).map_err(|why| {
            let log = std::fs::read_to_string(log_of(&format!("gw{n}"))).unwrap_or_default();
            format!("{why}\nits log: {}", log.lines().rev().take(3).collect::<Vec<_>>().join(" "))
        })?;
    }
    probes(case)?;
    for before in &case.before {
        begin(before, site.plan)?;
    }
    Ok(site)
}

fn probes(case: &Case) -> Result<(), String> {
    let own = std::env::current_exe().map_err(|e| e.to_string())?.display().to_string();
    for probe in &case.probes {
        let out = command(&probe.from, &own, &["--role-dial", &probe.to.to_string()])
            .env_remove(sandbox::INSIDE)
            .output()
            .map_err(|e| e.to_string())?;
        let opens = match String::from_utf8_lossy(&out.stdout).trim() {
            "opens" => true,
            "closed" => false,
            other => return Err(format!("the probe from {} failed: {other}", probe.from)),
        };
        if opens != probe.opens {
            return Err(format!("the fault does not bite: {} to {} opens: {opens}", probe.from, probe.to));
        }
    }
    Ok(())
}

/// Runs commands now, or some time after the program began.
fn begin(before: &Before, plan: Plan) -> Result<(), String> {
    let (on, commands) =
        (plan.fill(&before.on), before.commands.iter().map(|c| plan.fill(c)).collect::<Vec<_>>());
    let run = move || commands.iter().try_for_each(|c| shell(&on, c).map(drop));
    let Some(ms) = before.after_ms else { return run() };
    std::thread::spawn(move || {
        // the time of the fault itself
        std::thread::sleep(std::time::Duration::from_millis(ms));
        run()
    });
    Ok(())
}
