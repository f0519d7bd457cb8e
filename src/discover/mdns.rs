//! Browses for the service types of the profile by continuous Multicast DNS querying (RFC 6762 section 5.2). Each question
//! of it goes through the meter, and whatever others announce cannot make it ask more than its budget.

use super::services::{Services, Told};
use super::{Eyes, Sighting};
use crate::model::evidence::{Fact, Source};
use crate::model::footprint::PacketKind;
use crate::model::host::Interface;
use crate::model::snapshot::Limit;
use crate::platform::guest::{Budget, Mdns, Meter};
use crate::profile::Profile;
use crate::wire::dns_sd;
use crate::wire::mdns::announcement;
use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// Messages that the browse sends at once, and one more in each interval: enough for the known answers of 350 boxes, or
/// for asking 150 of them anew; what does not fit waits.
const BUDGET: Budget = Budget::new(10, Duration::from_secs(2));
/// The browse goes on while nothing else does: it has rounds of the meter of its own, as long as those of watching.
const ROUND: Duration = Duration::from_secs(15);
/// The series of questions for all instances: the first pause, which doubles up to the last (section 5.2).
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LAST_PAUSE: Duration = Duration::from_secs(3_600);
/// So long is waited before the first question, by the own address, so that computers that begin together do not ask
/// together (section 5.2).
const FIRST_DELAY_MS: u64 = 20;
const DELAYS_MS: u64 = 101;
/// Answers to this computer alone come at once, or not at all.
const ALONE: Duration = Duration::from_secs(1);
/// A socket that is lost with its interface may come back with it.
const AFTER_ERROR: Duration = Duration::from_secs(1);
const MOST_ERRORS: u32 = 60;
/// What one sender may have us read: so much at once, then at a rate, in parts of so many octets. Enough for a repeater
/// that hands on the announcements of hundreds of boxes; whoever sends more is heard in part.
const PART: usize = 64;
const READ: Budget = Budget::new(4_096, Duration::from_millis(2));
/// Senders that are told apart; further ones share what one may send.
const MOST_SENDERS: usize = 2_048;
/// Any datagram fits.
const LARGEST: usize = 65_535;

/// Browses until the future is dropped.
pub async fn browse(eyes: Eyes, meter: Arc<Meter>, profile: Arc<Profile>, interface: Interface) {
    let Some(services) = Services::new(&profile) else { return };
    let problem = match meter.mdns(&interface) {
        Ok(socket) => Browse {
            eyes: &eyes,
            profile: &profile,
            socket,
            services,
            budget: BUDGET,
            senders: BTreeMap::new(),
        }
        .run(&meter, &interface)
        .await
        .map(|why| (why, "The search goes on by ARP, DHCP and console.".to_owned())),
        Err(e) => Some((format!("{} ({})", e.why, e.what), e.advice)),
    };
    if let Some((why, advice)) = problem {
        let what = "Listening for mDNS announcements".into();
        let _ = eyes.tell(Sighting::Limited(Limit { what, why, advice })).await;
    }
}

struct Browse<'a> {
    eyes: &'a Eyes,
    profile: &'a Profile,
    socket: Mdns,
    services: Services,
    budget: Budget,
    senders: BTreeMap<Ipv4Addr, Budget>,
}

impl Browse<'_> {
    /// Goes on until the socket is lost for good: why.
    async fn run(mut self, meter: &Meter, interface: &Interface) -> Option<String> {
        let mut buffer = vec![0; LARGEST];
        let mut round = tokio::time::interval(ROUND);
        let mut pause = FIRST_PAUSE;
        let mut series = Instant::now() + first_delay(interface);
        let mut leave_alone = self.socket.hears_alone().then(|| series + ALONE);
        let mut errors = 0;
        loop {
            let ask = self.services.ask_at().map(|at| at.max(self.budget.ready_at(now())));
            tokio::select! {
                heard = self.socket.hear(&mut buffer) => match heard {
                    Ok((length, from)) => {
                        errors = 0;
                        let message = buffer.get(..length).filter(|m| self.reads(m, from));
                        if let Some(records) = message.and_then(dns_sd::answers) {
                            let told = self.services.take(records, from, now());
                            self.tell(told).await;
                        }
                        self.tell_overflow().await;
                    }
                    Err(e) => {
                        errors += 1;
                        if errors > MOST_ERRORS {
                            return Some(e.why);
                        }
                        tokio::time::sleep(AFTER_ERROR).await;
                    }
                },
                () = at(self.services.due_at().map(Instant::from_std)) => {
                    let told = self.services.due(now());
                    self.tell(told).await;
                }
                () = at(ask.map(Instant::from_std)) => self.ask(),
                () = tokio::time::sleep_until(series) => {
                    self.ask_all();
                    series = Instant::now() + pause;
                    pause = (pause * 2).min(LAST_PAUSE);
                }
                () = at(leave_alone) => {
                    leave_alone = None;
                    self.socket.leave_alone();
                }
                _ = round.tick() => meter.reset_round_of(PacketKind::MdnsQuery),
            }
        }
    }

    /// Whether so much of this sender is still read. A question of somebody else costs nothing, and is passed over.
    fn reads(&mut self, message: &[u8], from: Ipv4Addr) -> bool {
        if !dns_sd::is_answer(message) {
            return false;
        }
        let known = self.senders.contains_key(&from) || self.senders.len() < MOST_SENDERS;
        let sender = if known { from } else { Ipv4Addr::UNSPECIFIED };
        let parts = u32::try_from(message.len().div_ceil(PART)).unwrap_or(u32::MAX);
        self.senders.entry(sender).or_insert(READ).take_all(parts, now())
    }

    /// One question of the series, with what is known already.
    fn ask_all(&mut self) {
        let now = now();
        let known = self.services.known(now);
        let most = usize::try_from(self.budget.left(now)).unwrap_or(0);
        if most == 0 {
            return;
        }
        for message in dns_sd::series(self.services.kinds(), &known, self.socket.hears_alone(), most) {
            // what the meter or the system refuses stands among its troubles; the next question comes
            if !self.budget.take(now) || self.socket.ask(&message).is_err() {
                return;
            }
        }
    }

    /// What is missing or grows old, in one message.
    fn ask(&mut self) {
        let now = now();
        if self.budget.left(now) == 0 {
            return;
        }
        let mut message = None;
        self.services.ask(now, |wanted| {
            let (bytes, count) = dns_sd::questions(wanted, false);
            message = (count > 0).then_some(bytes);
            count
        });
        if let Some(message) = message
            && self.budget.take(now)
        {
            let _ = self.socket.ask(&message);
        }
    }

    async fn tell(&self, told: Vec<Told>) {
        for (kind, service) in told {
            if let Some(kind) = self.profile.announcements.get(kind)
                && let Some(a) = announcement(kind, &service)
            {
                self.eyes.saw(Source::Mdns, Fact::Announced(a)).await;
            }
        }
    }

    async fn tell_overflow(&mut self) {
        if let Some(who) = self.services.overflow() {
            let _ = self.eyes.tell(Sighting::Limited(too_many(who))).await;
        }
    }
}

/// Somebody announces more boxes than there can be.
fn too_many(who: Ipv4Addr) -> Limit {
    Limit {
        what: "Announcements of new boxes".into(),
        why: format!("{who} announces more boxes than a network has, and its further ones are passed over"),
        advice: "Find out what that device does; boxes are still found by ARP, DHCP and console.".into(),
    }
}

fn now() -> std::time::Instant {
    Instant::now().into_std()
}

/// 20 to 120 ms, not the same for each computer.
fn first_delay(interface: &Interface) -> Duration {
    let own = interface.address().map_or(0, |a| u64::from(u32::from(a.ip)));
    Duration::from_millis(
        FIRST_DELAY_MS + own.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(20) % DELAYS_MS,
    )
}

/// Waits until then; for ever when there is no then.
async fn at(when: Option<Instant>) {
    match when {
        Some(when) => tokio::time::sleep_until(when).await,
        None => std::future::pending().await,
    }
}
