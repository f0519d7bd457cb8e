//! The check `offer`: what DHCP servers hand out here, by an INFORM (answered from configuration, RFC 2131 4.3.5) and,
//! where that is silent or the box itself gets no address, a DISCOVER with a made-up MAC. Never a REQUEST.

use super::limits;
use super::reach::Reach;
use crate::model::Mac;
use crate::model::check::{CheckId, CheckResult, Failure, Measured, Offer, Outcome, Target};
use crate::model::evidence::{DhcpKind, DhcpSeen};
use crate::platform::guest::DhcpProbe;
use crate::wire;
use std::net::Ipv4Addr;
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, timeout_at};

/// What the probe is told while it runs.
#[derive(Clone, Debug)]
pub struct Needs {
    /// The box seems to have no address, so a DISCOVER is worth sending even if an INFORM was answered.
    pub box_without_address: watch::Receiver<bool>,
    /// How much the answer is still waited for.
    pub patience: watch::Receiver<Patience>,
}

/// How much an answer of a DHCP server is waited for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Patience {
    /// Nothing is known yet of the boxes asked about.
    #[default]
    Wait,
    /// The search ended, and a box is not found or has no address: an answer settles it, silence needs its time.
    UntilAnswered,
    /// Every box asked about has an address: DHCP works, and silence would mean nothing.
    Leave,
}

/// Runs the probe; publishes offers as they come; passes other hosts' broadcast messages to `heard`.
pub async fn offer(
    reach: Reach,
    mut needs: Needs,
    publish: watch::Sender<Option<Vec<Offer>>>,
    heard: mpsc::Sender<DhcpSeen>,
    random: u64,
) -> CheckResult {
    let begun = reach.now();
    let finish = |outcome, measured, detail: String| CheckResult {
        id: CheckId::Offer,
        target: Target::Segment,
        outcome,
        took_ms: reach.took(begun),
        measured,
        detail,
    };
    if let Some(simulated) = &reach.simulated {
        publish.send_replace(simulated.offers.clone());
        return match &simulated.offers {
            None => {
                finish(Outcome::Skipped("not simulated".into()), Measured::Nothing, "not simulated".into())
            }
            Some(offers) => conclude(offers.clone(), true, finish),
        };
    }
    let Some(interface) = reach.interface.clone() else {
        let why = "no network interface".to_owned();
        return finish(Outcome::Skipped(why.clone()), Measured::Nothing, why);
    };
    let own_ip = interface.address().filter(|a| !a.is_link_local()).map(|a| a.ip);
    let own_mac = interface.mac.unwrap_or(made_up(random ^ 0x5a5a));
    let new_mac = made_up(random);
    let (inform_xid, discover_xid) = (low_bits(random), low_bits(random >> 16).wrapping_add(1));
    let start = Instant::now();
    let mut end = start + limits::OFFER;
    let mut offers: Vec<Offer> = Vec::new();
    let mut next_inform = own_ip.map(|_| start);
    let mut next_discover = if own_ip.is_none() { Some(start) } else { None };
    let mut informs = 0;
    let mut enough_at: Option<Instant> = None;
    let mut probe: Option<(DhcpProbe, Instant)> = None;
    let mut refused_us: Option<String> = None;
    let mut sent_discover = false;
    let mut gave_up = false;
    while Instant::now() < end {
        let now = Instant::now();
        if probe.as_ref().is_none_or(|(_, since)| now.duration_since(*since) >= limits::OFFER_HOLD) {
            drop(probe.take()); // port 68 is let go before it is taken again
            match reach.meter.dhcp_probe(&interface) {
                Ok(socket) => probe = Some((socket, now)),
                Err(e) => {
                    refused_us = Some(e.to_string());
                    break;
                }
            }
        }
        let Some((socket, _)) = &probe else { break };
        let acked = offers.iter().any(|o| !o.to_new_mac);
        let offered = offers.iter().any(|o| o.to_new_mac);
        let box_red = *needs.box_without_address.borrow();
        if let (Some(ip), Some(at)) = (own_ip, next_inform)
            && now >= at
            && !acked
        {
            let _ = socket.send(&wire::dhcp::inform(inform_xid, own_mac, ip)).await;
            informs += 1;
            next_inform = if informs < 3 { Some(now + limits::OFFER_RESEND) } else { None };
        }
        let silent_inform = !acked && now >= start + limits::OFFER_INFORM;
        if next_discover.is_none() && !sent_discover && (silent_inform || box_red) {
            next_discover = Some(now);
        }
        if let Some(at) = next_discover
            && now >= at
            && !offered
        {
            let _ = socket.send(&wire::dhcp::discover(discover_xid, new_mac)).await;
            if !sent_discover {
                // a server that first looks whether the address is free answers only after that
                end = end.max(now + limits::OFFER_AFTER_DISCOVER);
            }
            sent_discover = true;
            next_discover = Some(now + limits::OFFER_RESEND);
        }
        if (offered || acked && !box_red) && enough_at.is_none() {
            enough_at = Some(now + limits::OFFER_SECOND);
        }
        let patience = *needs.patience.borrow();
        let leave = patience == Patience::Leave && !box_red;
        let answered = acked && !box_red && patience == Patience::UntilAnswered || offered;
        if answered && enough_at.is_some_and(|at| now >= at) || leave {
            gave_up = leave && offers.is_empty();
            break;
        }
        // short looks, so that what the other checks learn is noticed
        let look = (now + Duration::from_millis(25)).min(end);
        let received = tokio::select! {
            r = timeout_at(look, socket.recv()) => r,
            Ok(()) = needs.patience.changed() => continue,
        };
        let Ok(Ok((bytes, _))) = received else { continue };
        let Ok(seen) = wire::dhcp::parse(&bytes) else { continue };
        let ours = seen.xid == inform_xid && seen.kind == DhcpKind::Ack && seen.mac == own_mac
            || seen.xid == discover_xid && seen.kind == DhcpKind::Offer && seen.mac == new_mac;
        if ours {
            if let Some(offer) = read_offer(&seen)
                && !offers.iter().any(|o| o.server == offer.server && o.to_new_mac == offer.to_new_mac)
            {
                offers.push(offer);
                publish.send_replace(Some(offers.clone()));
            }
        } else if seen.mac != own_mac && seen.mac != new_mac {
            let _ = heard.try_send(seen);
        }
    }
    if let Some(why) = refused_us {
        return finish(Outcome::Inconclusive(why.clone()), Measured::Nothing, why);
    }
    if gave_up {
        let why =
            "no answer so far; every gateway asked about has an address, so it was not waited for".to_owned();
        return finish(Outcome::Inconclusive(why.clone()), Measured::Nothing, why);
    }
    conclude(offers, own_ip.is_some() || sent_discover, finish)
}

fn conclude(
    offers: Vec<Offer>,
    asked: bool,
    finish: impl Fn(Outcome, Measured, String) -> CheckResult,
) -> CheckResult {
    if !asked {
        let why = "nothing was asked".to_owned();
        return finish(Outcome::Skipped(why.clone()), Measured::Nothing, why);
    }
    if offers.is_empty() {
        let detail = "no DHCP server answered this computer".to_owned();
        return finish(Outcome::Failed(Failure::Silence), Measured::Offers(offers), detail);
    }
    let detail = offers.iter().map(describe).collect::<Vec<_>>().join("; ");
    finish(Outcome::Passed, Measured::Offers(offers), detail)
}

fn describe(o: &Offer) -> String {
    let list = |ips: &[Ipv4Addr]| ips.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let what = match o.address {
        Some(ip) if o.to_new_mac => format!("offers {ip} to a new MAC"),
        _ if o.to_new_mac => "offers an address to a new MAC".to_owned(),
        _ => "answers".to_owned(),
    };
    format!(
        "{} {what}: router {}, name servers {}",
        o.server,
        or_none(&list(&o.routers)),
        or_none(&list(&o.name_servers))
    )
}

fn or_none(text: &str) -> &str {
    if text.is_empty() { "none" } else { text }
}

fn read_offer(seen: &DhcpSeen) -> Option<Offer> {
    Some(Offer {
        server: seen.server?,
        to_new_mac: seen.kind == DhcpKind::Offer,
        address: seen.yiaddr,
        mask: seen.mask,
        routers: seen.routers.clone(),
        name_servers: seen.name_servers.clone(),
        lease_secs: seen.lease_secs,
        portal: seen.portal.clone(),
        wpad: None,
        after_ms: 0,
        to_gateway: false,
    })
}

/// A locally administered MAC that no device has.
fn made_up(random: u64) -> Mac {
    let b = random.to_be_bytes();
    Mac([0x02 | (b[2] & 0xf0), b[3], b[4], b[5], b[6], b[7]])
}

fn low_bits(random: u64) -> u32 {
    u32::try_from(random & 0xffff_ffff).unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_made_up_mac_belongs_to_nobody() {
        for seed in [0, 1, u64::MAX, 0x1234_5678_9abc_def0] {
            let mac = made_up(seed);
            assert!(mac.is_local() && !mac.is_group(), "{mac}");
        }
    }
}
