//! How long all texts of all firewalls take: what the window does when somebody chooses another one is one of them.

use super::numbers::{Numbers, row, runs};
use solidgreen::firewall;
use solidgreen::model::Mac;
use solidgreen::model::rule::{RuleChoice, RuleGateway, Scope};
use solidgreen::profile::Profile;
use std::time::Instant;

pub fn measure() -> Result<(), String> {
    let profile = Profile::shipped();
    let gateways = (0..12)
        .map(|n| RuleGateway { mac: Mac([0x34, 0xa5, 0xe1, 0, 0x0b, n]), ip: [192, 0, 2, 50 + n].into() });
    let gateways: Vec<RuleGateway> = gateways.collect();
    let (mut all, mut one) = (Numbers::default(), Numbers::default());
    let mut bytes = 0;
    for _ in 0..runs(30) {
        let begun = Instant::now();
        bytes = 0;
        for platform in firewall::platforms() {
            for scope in Scope::ALL {
                let intent = solidgreen::session::intent(
                    &profile,
                    gateways.clone(),
                    "Cold Room 2",
                    &RuleChoice { scope, ..RuleChoice::default() },
                );
                let pack = firewall::pack(platform.id(), &intent).ok_or("a platform of the list is none")?;
                bytes += firewall::render_all(platform, &pack).len();
            }
        }
        all.add(begun.elapsed().as_secs_f64() * 1e3);
        let begun = Instant::now();
        let intent = solidgreen::session::intent(
            &profile,
            gateways.clone(),
            "Cold Room 2",
            &RuleChoice { scope: Scope::AnyHost, ..RuleChoice::default() },
        );
        firewall::pack("fortigate", &intent).ok_or("no FortiGate")?;
        one.add(begun.elapsed().as_secs_f64() * 1e3);
    }
    if cfg!(debug_assertions) {
        println!(
            "built without optimisation: use cargo bench --bench figures -- texts for figures of the program as shipped"
        );
    }
    let what = format!("{} firewalls, both scopes, all parts, 12 gateways, ms", firewall::platforms().len());
    row(&what, &all.text(2), "< 10");
    row("one firewall, all parts, 12 gateways, ms", &one.text(3), "< 16");
    row("text made in each run, kB", &format!("{}", bytes / 1000), "");
    Ok(())
}
