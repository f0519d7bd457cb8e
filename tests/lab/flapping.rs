//! Gateways that lose their connection again and again while the program watches: the verdict names the rhythm.

use super::case::{Case, Disturbance, Flapping, Watch};
use super::host::shell;
use super::site;
use super::watched::{Watching, complaints, restart};
use serde_json::Value;
use std::time::Duration;

/// How long a cut lasts: longer than two keep-alives of the box, so that it notices.
const CUT: Duration = Duration::from_secs(4);
/// What takes longest to be told while watching, and a moment more.
const HOLD_OFF: Duration = Duration::from_secs(14);
/// Every verdict that a rhythm can have.
const RHYTHMS: [&str; 4] = ["gateway.restarting", "hold.state-flushed", "hold.idle-timeout", "path.lossy"];

/// Disturbs and watches; what was found, and everything that is not as expected.
pub fn run(case: &Case, flapping: &Flapping, site: &mut site::Site) -> Result<(String, Vec<String>), String> {
    let args: Vec<&str> = case.gateways.iter().flat_map(|g| ["--mac", g.mac.as_str()]).collect();
    let each = flapping.after_secs.iter().sum::<u64>() + 8 * flapping.after_secs.len() as u64;
    let watching = Watching::begin(each + HOLD_OFF.as_secs() + 20, &args)?;
    for secs in &flapping.after_secs {
        // the rhythm is the fault itself, not a wait for something to happen
        std::thread::sleep(Duration::from_secs(*secs));
        disturb(case, flapping.by, site)?;
    }
    std::thread::sleep(HOLD_OFF);
    let lines = watching.stop()?;
    let first = case.gateways.first().ok_or("no gateway")?;
    let of_first = |json: &&Value| json["mac"] == first.mac.as_str();
    let mut told: Vec<String> = lines
        .iter()
        .map(|(_, json)| json)
        .filter(of_first)
        .filter_map(|json| json["verdict"]["code"].as_str())
        .filter(|code| RHYTHMS.contains(code))
        .map(str::to_owned)
        .collect();
    told.dedup();
    let wanted = case.expect.verdict.clone().unwrap_or_default();
    let mut wrong = Vec::new();
    if told.last() != Some(&wanted) || told.iter().any(|code| *code != wanted) {
        wrong.push(format!("expected {wanted} and no other rhythm, told were {told:?}"));
        wrong.extend(lines.iter().map(|(at, json)| format!("{at} {json}")));
        wrong.push(complaints());
    }
    Ok((told.join(", "), wrong))
}

fn disturb(case: &Case, by: Disturbance, site: &mut site::Site) -> Result<(), String> {
    match by {
        Disturbance::Nothing => Ok(()),
        Disturbance::Power => {
            let watch = Watch { secs: 0, without_dhcp_ms: 2_500, within_ms: 0 };
            restart(site, case, watch)
        }
        Disturbance::Everybody => cut(""),
        Disturbance::FirstAlone => {
            let first = case.gateways.first().ok_or("no gateway")?;
            cut(&format!("ether saddr {} ", first.mac))
        }
    }
}

/// Nothing of these leaves for a while; established connections too.
fn cut(whose: &str) -> Result<(), String> {
    shell(
        "rtr",
        &format!("nft insert rule inet fw flt iifname lan0 {whose}tcp dport '{{ 443, 4321 }}' drop"),
    )?;
    std::thread::sleep(CUT);
    shell("rtr", "nft delete rule inet fw flt handle $(nft -a list chain inet fw flt | sed -n 's/.*drop # handle //p' | head -1)")
        .map(drop)
}
