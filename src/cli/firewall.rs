//! `solidgreen firewall`: the texts of a platform, the change request, the MUD file. What it reads stands in `readers`.

use super::streams::say;
use super::{USAGE, args, fail, json, out, print, readers};
use crate::firewall;
use crate::model::Mac;
use crate::model::mac::TypedMac;
use crate::model::rule::{Part, RuleChoice, RuleGateway, Scope};
use crate::profile::Profile;
use crate::session;
use std::net::Ipv4Addr;
use std::process::ExitCode;

/// `solidgreen firewall`.
pub(super) fn run(profile: &Profile, a: &args::Firewall) -> ExitCode {
    typed(a).for_each(super::say_repairs);
    match (&a.read_leases, &a.read_log) {
        (Some(file), _) => readers::leases(file, a),
        (_, Some(file)) => readers::log(file, a),
        _ => text(profile, a),
    }
}

fn text(profile: &Profile, a: &args::Firewall) -> ExitCode {
    if a.list {
        return out(&if a.json { print::platforms_json() } else { print::platforms() });
    }
    if a.mud {
        return mud(profile, a);
    }
    let one = a.mac.as_ref().zip(a.ip).map(|(typed, ip)| RuleGateway { mac: typed.mac, ip });
    let more = a.gateway.iter().map(|(typed, ip)| RuleGateway { mac: typed.mac, ip: *ip });
    let gateways: Vec<RuleGateway> = one.into_iter().chain(more).collect();
    let Some(id) = a.vendor.as_ref().filter(|_| !gateways.is_empty()) else {
        return fail(USAGE, "give --vendor with --mac and --ip, or with --gateway, or --list");
    };
    let Some(platform) = firewall::platform(id) else {
        let ids: Vec<&str> = firewall::platforms().iter().map(|p| p.id()).collect();
        let id = crate::model::text::foreign(id);
        return fail(USAGE, format!("there is no platform '{id}'; there are: {}", ids.join(", ")));
    };
    if let Some((key, _)) =
        a.set.iter().find(|(key, _)| !platform.placeholders().iter().any(|p| p.key == key))
    {
        let keys: Vec<&str> = platform.placeholders().iter().map(|p| p.key).collect();
        let key = crate::model::text::foreign(key);
        return fail(USAGE, format!("{id} has no placeholder '{key}'; it has: {}", keys.join(", ")));
    }
    if let Err(why) = version_has_text(platform, &a.version) {
        return fail(USAGE, why);
    }
    let choice = RuleChoice {
        version: a.version.clone(),
        scope: Scope::from(a.scope),
        words: a.set.iter().cloned().collect(),
        ..RuleChoice::default()
    };
    let intent = session::intent(profile, gateways, &a.site, &choice);
    if a.change_request {
        return match firewall::change_request(platform, &intent) {
            Ok(request) => out(&firewall::as_markdown(&request)),
            Err(why) => fail(USAGE, why),
        };
    }
    let parts: Vec<Part> = a.part.part().map_or_else(|| Part::ALL.to_vec(), |p| vec![p]);
    let pack: Vec<_> = parts.iter().map(|p| platform.part(*p, &intent)).collect();
    if a.json {
        let value = serde_json::json!({ "schema": json::SCHEMA, "platform": id, "parts": pack, "repaired": json::repaired(typed(a)) });
        return out(&format!("{value:#}\n"));
    }
    out(&firewall::render_all(platform, &pack))
}

/// Whether there is a text for this version; where one text holds for all, that is only said.
fn version_has_text(platform: &firewall::Platform, version: &str) -> Result<(), String> {
    let releases = platform.about().releases;
    if version.is_empty() || platform.release(version).is_some() {
        return Ok(());
    }
    if releases.is_empty() {
        say!("{} has one text for all versions: {}", platform.id(), platform.versions());
        return Ok(());
    }
    let known: Vec<String> = releases.iter().map(|r| format!("{} ({})", r.id, r.means)).collect();
    let version = crate::model::text::foreign(version);
    Err(format!("{} has no text for version '{version}'; it has: {}", platform.id(), known.join(", ")))
}

/// The rule of a kind of device: no gateway is named in it.
fn mud(profile: &Profile, a: &args::Firewall) -> ExitCode {
    let anyone = RuleGateway { mac: Mac([0x02, 0, 0, 0, 0, 0]), ip: Ipv4Addr::new(192, 0, 2, 1) };
    let choice = RuleChoice { scope: Scope::from(a.scope), ..RuleChoice::default() };
    let intent = session::intent(profile, vec![anyone], "", &choice);
    match firewall::mud(&intent, &profile.name, &a.mud_url, session::world::unix_ms()) {
        Ok(file) => {
            if a.mud_url == firewall::NOWHERE {
                say!("give --mud-url with the address under which the site will serve this file");
            }
            out(&file)
        }
        Err(why) => fail(USAGE, why),
    }
}

pub(super) fn typed(a: &args::Firewall) -> impl Iterator<Item = &TypedMac> {
    a.mac.iter().chain(a.gateway.iter().map(|(typed, _)| typed))
}
