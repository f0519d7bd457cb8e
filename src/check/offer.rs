//! The check `offer`: what DHCP servers hand out here, by an INFORM (answered from configuration, RFC 2131 4.3.5) and,
//! where that is silent or the box itself gets no address, DISCOVERs: with a made-up MAC, with the box's MAC where it is
//! known and seems to have no address, with this computer's own where a new MAC gets nothing. Never a REQUEST. Where all
//! is silent, the server of this computer's own lease is asked directly: a filter on this computer lets answers to a
//! question in, and hides those to a broadcast; then silence says nothing.

use super::reach::Reach;
use super::{Progress, limits};
use crate::model::Mac;
use crate::model::check::{CheckId, CheckResult, Failure, Measured, Offer, OfferTo, Outcome, Target};
use crate::model::evidence::{DhcpKind, DhcpSeen};
use crate::model::host::Interface;
use crate::platform::guest::DhcpProbe;
use crate::platform::interfaces;
use crate::wire;
use std::net::Ipv4Addr;
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, timeout_at};

/// Offers that are kept: each of them makes the check ask its router and its name servers, and whoever answers under ever
/// new names makes us ask no more than that.
const MOST_OFFERS: usize = 8;

/// What the probe is told while it runs.
#[derive(Clone, Debug)]
pub struct Needs {
    /// The box seems to have no address, so a DISCOVER is worth sending even if an INFORM was answered.
    pub box_without_address: watch::Receiver<bool>,
    /// The MAC of a box that seems to have no address: a server is asked what it would offer to it.
    pub ask_as: watch::Receiver<Option<Mac>>,
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

/// For whom a server is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum For {
    /// INFORM: this computer, which has an address.
    Options,
    /// INFORM to the one server that this computer has its lease from.
    Direct(Ipv4Addr),
    /// DISCOVER with a made-up MAC.
    NewMac,
    /// DISCOVER with this computer's own MAC: tells a full pool from offers that are lost.
    OwnMac,
    /// DISCOVER with the box's MAC.
    Gateway,
}

impl For {
    fn is_inform(self) -> bool {
        matches!(self, For::Options | For::Direct(_))
    }

    fn to(self) -> Ipv4Addr {
        if let For::Direct(server) = self { server } else { Ipv4Addr::BROADCAST }
    }
}

/// One question and how it stands.
#[derive(Clone, Copy, Debug)]
struct Question {
    what: For,
    xid: u32,
    mac: Mac,
    first: Option<Instant>,
    next: Option<Instant>,
    sent: u32,
    last: Option<Instant>,
    /// Time from the first sending to the first answer.
    answered: Option<Duration>,
}

impl Question {
    fn new(what: For, xid: u32, mac: Mac) -> Question {
        Question { what, xid, mac, first: None, last: None, next: None, sent: 0, answered: None }
    }

    /// It is to be asked from now on, if it is not yet.
    fn begin(&mut self, now: Instant) {
        if self.first.is_none() && self.next.is_none() {
            self.next = Some(now);
        }
    }

    fn is_due(&self, now: Instant) -> bool {
        self.answered.is_none() && self.next.is_some_and(|at| now >= at)
    }

    fn message(&self, own_ip: Option<Ipv4Addr>) -> Option<Vec<u8>> {
        match (self.what, own_ip) {
            (For::Options | For::Direct(_), Some(ip)) => Some(wire::dhcp::inform(self.xid, self.mac, ip)),
            (For::Options | For::Direct(_), None) => None,
            (For::NewMac | For::OwnMac | For::Gateway, _) => Some(wire::dhcp::discover(self.xid, self.mac)),
        }
    }

    fn takes(&self, seen: &DhcpSeen) -> bool {
        let kind = if self.what.is_inform() { DhcpKind::Ack } else { DhcpKind::Offer };
        self.first.is_some() && seen.xid == self.xid && seen.mac == self.mac && seen.kind == kind
    }
}

/// Everything that is asked in one probe.
struct Asking {
    questions: Vec<Question>,
    offers: Vec<Offer>,
}

impl Asking {
    fn of(&self, what: For) -> Option<&Question> {
        self.questions.iter().find(|q| q.what == what)
    }

    fn begin(&mut self, what: For, now: Instant) {
        if let Some(q) = self.questions.iter_mut().find(|q| q.what == what) {
            q.begin(now);
        }
    }

    fn answered(&self, what: For) -> Option<Duration> {
        self.of(what).and_then(|q| q.answered)
    }

    fn asked_at(&self, what: For) -> Option<Instant> {
        self.of(what).and_then(|q| q.first)
    }

    /// Takes a message in; true when it is an answer to this probe.
    fn take(&mut self, seen: &DhcpSeen, now: Instant) -> bool {
        let Some(q) = self.questions.iter_mut().find(|q| q.takes(seen)) else { return false };
        let after = q.first.map(|at| now.duration_since(at)).unwrap_or_default();
        q.answered.get_or_insert(after);
        let what = q.what;
        if let Some(offer) = read_offer(seen, what, after)
            && self.offers.len() < MOST_OFFERS
            && !self.offers.iter().any(|o| o.server == offer.server && kind_of(o) == kind_of(&offer))
        {
            self.offers.push(offer);
        }
        true
    }

    /// An INFORM is answered to this computer's address (RFC 2131 section 4.3.5): whether one is due.
    fn answer_by_unicast_due(&self, now: Instant) -> bool {
        self.questions.iter().filter(|q| q.what.is_inform()).any(|q| match (q.answered, q.first, q.last) {
            (Some(after), Some(first), _) => now < first + after + limits::OFFER_SECOND,
            (None, _, Some(last)) => now < last + limits::OFFER_INFORM,
            _ => false,
        })
    }

    /// The box's own question has been answered, or has had the time in which a made-up MAC was answered.
    fn gateway_settled(&self, now: Instant) -> bool {
        match (self.asked_at(For::Gateway), self.answered(For::Gateway), self.answered(For::NewMac)) {
            (None, ..) | (_, Some(_), _) => true,
            (Some(at), None, Some(new)) => now >= at + new + limits::OFFER_AS_GATEWAY,
            (Some(_), None, None) => false,
        }
    }
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
    let xid = |n: u32| low_bits(random.rotate_right(16 * n)).wrapping_add(n);
    let mut asking = Asking {
        questions: vec![
            Question::new(For::Options, xid(0), own_mac),
            Question::new(For::NewMac, xid(1), new_mac),
            Question::new(For::OwnMac, xid(2), own_mac),
        ],
        offers: Vec::new(),
    };
    // a server beyond a relay is asked by its own address as well as one on this segment
    let server = interface.lease.as_ref().and_then(|l| l.server);
    let direct =
        server.filter(|ip| own_ip.is_some() && !ip.is_broadcast() && !ip.is_unspecified()).map(For::Direct);
    asking.questions.extend(direct.map(|what| Question::new(what, xid(4), own_mac)));
    let start = Instant::now();
    let mut end = start + limits::OFFER;
    asking.begin(if own_ip.is_some() { For::Options } else { For::NewMac }, start);
    let mut enough_at: Option<Instant> = None;
    let mut probe: Option<(DhcpProbe, Instant)> = None;
    let mut refused_us: Option<String> = None;
    let mut gave_up = false;
    // what never left was not answered by anybody
    let (mut some_sent, mut not_sent) = (false, None);
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
        let Some((socket, _)) = &mut probe else { break };
        let acked = asking.answered(For::Options).is_some();
        let offered = asking.answered(For::NewMac).is_some();
        let box_red = *needs.box_without_address.borrow();
        let as_gateway = *needs.ask_as.borrow();
        if let Some(mac) = as_gateway.filter(|m| asking.of(For::Gateway).is_none() && m.is_device()) {
            asking.questions.push(Question::new(For::Gateway, xid(3), mac));
        }
        if let Some(direct) = direct.filter(|_| !acked && now >= start + limits::OFFER_INFORM) {
            asking.begin(direct, now);
        }
        if !acked && now >= start + limits::OFFER_INFORM || box_red || as_gateway.is_some() {
            asking.begin(For::NewMac, now);
        }
        if asking.asked_at(For::NewMac).is_some() {
            asking.begin(For::Gateway, now);
        }
        // a new MAC gets nothing where this computer is served: would its own lease still be offered?
        let silent = asking.asked_at(For::NewMac).is_some_and(|at| now >= at + limits::OFFER_OWN_MAC);
        if silent && !offered && acked {
            asking.begin(For::OwnMac, now);
        }
        for q in asking.questions.iter_mut().filter(|q| q.is_due(now)) {
            let Some(message) = q.message(own_ip) else { continue };
            if q.what.is_inform() {
                socket.hear_unicast(true);
            }
            match socket.send(&message, q.what.to()).await {
                Ok(()) => some_sent = true,
                Err(e) => not_sent = Some(e.to_string()),
            }
            q.sent += 1;
            q.last = Some(now);
            if q.first.is_none() {
                q.first = Some(now);
                if !q.what.is_inform() {
                    // a server that first looks whether the address is free answers only after that
                    end = end.max(now + limits::OFFER_AFTER_DISCOVER);
                }
            }
            q.next = (q.sent < limits::OFFER_TRIES).then_some(now + limits::OFFER_RESEND);
        }
        let settled = (offered || acked && !box_red && as_gateway.is_none()) && asking.gateway_settled(now);
        if settled && enough_at.is_none() {
            enough_at = Some(now + limits::OFFER_SECOND);
        }
        let patience = *needs.patience.borrow();
        let leave = patience == Patience::Leave && !box_red && as_gateway.is_none();
        let answered = acked && !box_red && patience == Patience::UntilAnswered || offered;
        if answered && settled && enough_at.is_some_and(|at| now >= at) || leave {
            gave_up = leave && asking.offers.is_empty();
            break;
        }
        if !asking.answer_by_unicast_due(now) {
            socket.hear_unicast(false);
        }
        // short looks, so that what the other checks learn is noticed
        let look = (now + Duration::from_millis(25)).min(end);
        let received = tokio::select! {
            r = timeout_at(look, socket.recv()) => r,
            Ok(()) = needs.patience.changed() => continue,
        };
        let Ok(Ok((bytes, _))) = received else { continue };
        let Ok(seen) = wire::dhcp::parse(&bytes) else { continue };
        if asking.take(&seen, Instant::now()) {
            publish.send_replace(Some(asking.offers.clone()));
        } else if seen.mac != own_mac && seen.mac != new_mac && !reach.meter.asked_dhcp(seen.xid) {
            let _ = heard.try_send(seen);
        }
    }
    if let Some(why) = refused_us.or(not_sent.filter(|_| !some_sent)) {
        return finish(Outcome::Inconclusive(why.clone()), Measured::Nothing, why);
    }
    if gave_up {
        let why =
            "no answer so far; every gateway asked about has an address, so it was not waited for".to_owned();
        return finish(Outcome::Inconclusive(why.clone()), Measured::Nothing, why);
    }
    if let Some(why) = cannot_hear(&asking, direct, &interface) {
        return finish(Outcome::Inconclusive(why.clone()), Measured::Nothing, why);
    }
    let silent_for = |what: For| asking.asked_at(what).is_some() && asking.answered(what).is_none();
    let mut silent = Vec::new();
    for (what, who) in [
        (For::NewMac, "a made-up MAC"),
        (For::OwnMac, "this computer's own MAC"),
        (For::Gateway, "the gateway's MAC"),
    ] {
        if silent_for(what) {
            silent.push(who);
        }
    }
    let asked = own_ip.is_some() || asking.asked_at(For::NewMac).is_some();
    let asked_for: Vec<OfferTo> = [
        (For::Options, OfferTo::Options),
        (For::NewMac, OfferTo::NewMac),
        (For::OwnMac, OfferTo::OwnMac),
        (For::Gateway, OfferTo::Gateway),
    ]
    .into_iter()
    .filter(|(what, _)| asking.asked_at(*what).is_some())
    .map(|(_, to)| to)
    .collect();
    let mut result = conclude(asking.offers, asked, finish);
    if !silent.is_empty() && result.outcome == Outcome::Passed {
        result.detail = format!("{}; no offer to {}", result.detail, silent.join(", nor to "));
    }
    if let Measured::Offers(offers) = result.measured {
        result.measured = Measured::Answers { offers, asked: asked_for };
    }
    result
}

/// The probe alone, for a box that was heard asking for an address only after the check's own probe had ended. What could
/// not be asked again leaves the first answer as it was.
pub async fn again(reach: Reach, needs: Needs, random: u64, out: mpsc::Sender<Progress>) {
    let (publish, _) = watch::channel(None);
    let (heard_in, mut heard) = mpsc::channel::<DhcpSeen>(64);
    let (own, meter) = (reach.own.clone(), std::sync::Arc::clone(&reach.meter));
    let probe = offer(reach, needs, publish, heard_in, random);
    let mut probe = std::pin::pin!(probe);
    let mut result = loop {
        tokio::select! {
            result = &mut probe => break result,
            Some(seen) = heard.recv() => { let _ = out.send(Progress::Heard(Box::new(seen))).await; }
        }
    };
    own.doubt(&mut result, &meter);
    if matches!(result.outcome, Outcome::Passed | Outcome::Failed(_)) {
        let _ = out.send(Progress::Ended(CheckId::Offer, vec![result])).await;
    }
    let _ = out.send(Progress::Done).await;
}

/// Why silence says nothing here: this computer itself keeps answers out.
fn cannot_hear(asking: &Asking, direct: Option<For>, interface: &Interface) -> Option<String> {
    // once a server was asked alone, a filter lets in all that it sends to this computer's address
    let opened = direct.is_some_and(|what| asking.asked_at(what).is_some());
    let proves = |q: &Question| if q.what.is_inform() { !opened } else { true };
    if asking.questions.iter().any(|q| q.answered.is_some() && proves(q)) {
        return None;
    }
    if let Some(For::Direct(server)) = direct.filter(|what| asking.answered(*what).is_some()) {
        return Some(format!(
            "{server} answers when it is asked alone, and nothing that is sent to everybody comes in: the firewall of this computer hides answers, or the server ignores such questions"
        ));
    }
    interfaces::hides_strangers(interface).then(|| {
        "this system drops what comes from a network that it has no address in (rp_filter), so no offer could be heard: give this computer an address by hand, or set net.ipv4.conf.all.rp_filter and that of the interface to 0 for the visit".to_owned()
    })
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
        Some(ip) if o.to_gateway => format!("offers {ip} to the gateway's MAC"),
        Some(ip) if o.to_own => format!("offers {ip} to this computer's MAC"),
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

fn read_offer(seen: &DhcpSeen, what: For, after: Duration) -> Option<Offer> {
    // a server that has no configuration for this network may still answer, with nothing
    let empty = seen.mask.is_none() && seen.routers.is_empty() && seen.name_servers.is_empty();
    if what.is_inform() && empty {
        return None;
    }
    Some(Offer {
        server: seen.server?,
        to_new_mac: what == For::NewMac,
        to_gateway: what == For::Gateway,
        to_own: what == For::OwnMac,
        address: seen.yiaddr,
        mask: seen.mask,
        routers: seen.routers.clone(),
        name_servers: seen.name_servers.clone(),
        lease_secs: seen.lease_secs,
        portal: seen.portal.clone(),
        wpad: seen.wpad.clone(),
        domain: seen.domain.clone(),
        after_ms: u64::try_from(after.as_millis()).unwrap_or(u64::MAX),
    })
}

fn kind_of(o: &Offer) -> For {
    match (o.to_new_mac, o.to_gateway, o.to_own) {
        (true, ..) => For::NewMac,
        (_, true, _) => For::Gateway,
        (_, _, true) => For::OwnMac,
        _ => For::Options,
    }
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
