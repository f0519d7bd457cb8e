//! Browses for the service types of the profile. The daemon of `mdns-sd` is one per session and bound to the interface
//! measured from.

use super::{Eyes, Sighting};
use crate::model::evidence::{Announcement, Fact, Source};
use crate::model::footprint::PacketKind;
use crate::model::host::Interface;
use crate::model::snapshot::Limit;
use crate::platform::guest::Meter;
use crate::platform::supervise::Crew;
use crate::profile::{AnnouncementKind, Profile};
use crate::wire::mdns::{TxtService, announcement};
use mdns_sd::{IfKind, ResolvedService, ServiceDaemon, ServiceEvent};
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc::Sender;
use tokio::time::Instant;

/// The library does not tell TTLs; the records that carry a state live 120 s by RFC 6762 section 10.
const TTL_SECS: u32 = 120;
/// A known announcement is asked for again well within its TTL.
const VERIFY_EVERY: Duration = Duration::from_secs(50);
/// After this without an answer the library takes the service for gone.
const VERIFY_LIMIT: Duration = Duration::from_secs(4);
/// The library forgets a replaced record after a second (RFC 6762 section 10.2) and tells a change only when a record is
/// new to it: a box that changes twice within that second is told as what it was in between. So after each change it is
/// asked anew, by a browse that remembers nothing: soon, but when a box that is starting has come to rest.
const ASK_ANEW: Duration = Duration::from_millis(120);
/// Boxes that change without end cost no more than one such browse in this time.
const ASK_ANEW_EVERY: Duration = Duration::from_millis(1_000);
/// The library's longest pause between two questions.
const LONGEST_PAUSE: Duration = Duration::from_secs(3_600);
/// A browse goes on while nothing else does: it has rounds of its own, as long as those of watching.
const ROUND: Duration = Duration::from_secs(15);
/// Where mDNS questions go (RFC 6762 section 3).
const GROUP: IpAddr = IpAddr::V4(Ipv4Addr::new(224, 0, 0, 251));

/// Browses until the future is dropped.
pub async fn browse(eyes: Eyes, meter: Arc<Meter>, profile: Arc<Profile>, interface: Interface) {
    if profile.announcements.is_empty() {
        return;
    }
    if let Err(why) = browse_inner(&eyes, &meter, &profile, &interface).await {
        let _ = eyes
            .tell(Sighting::Limited(Limit {
                what: "Listening for mDNS announcements".into(),
                why,
                advice: "The search goes on by ARP, DHCP and console.".into(),
            }))
            .await;
    }
}

/// Ends the daemon's thread when the browse is dropped.
struct Daemon(ServiceDaemon);

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.0.shutdown();
    }
}

async fn browse_inner(
    eyes: &Eyes,
    meter: &Arc<Meter>,
    profile: &Arc<Profile>,
    interface: &Interface,
) -> Result<(), String> {
    let text = |e: mdns_sd::Error| e.to_string();
    let start = || {
        let daemon = Daemon(ServiceDaemon::new().map_err(text)?);
        daemon.0.disable_interface(IfKind::All).map_err(text)?;
        daemon.0.enable_interface(IfKind::IndexV4(interface.index)).map_err(text)?;
        daemon.0.accept_unsolicited(true).map_err(text)?;
        Ok::<Daemon, String>(daemon)
    };
    let mut daemon = start()?;
    let (sink, mut events) = tokio::sync::mpsc::channel::<(usize, ServiceEvent)>(64);
    let mut known: BTreeMap<String, Announcement> = BTreeMap::new();
    let mut verify = tokio::time::interval(VERIFY_EVERY);
    verify.tick().await;
    let mut round = tokio::time::interval(ROUND);
    let mut confirm_at: Option<Instant> = None;
    // every kind is asked for at once
    let mut crew = Crew::default();
    let mut series: Vec<Series> = Vec::new();
    for i in 0..profile.announcements.len() {
        series.push(Series::begin(i, &daemon, meter, profile, &sink, &mut crew)?);
    }
    let mut anew_at: Option<Instant> = None;
    let mut anew_from = Instant::now();
    loop {
        let due = series.iter().map(|s| s.next).min();
        tokio::select! {
            event = events.recv() => match event {
                None => return Ok(()),
                Some((i, ServiceEvent::ServiceResolved(service))) => {
                    if let Some(kind) = profile.announcements.get(i)
                        && let Some(a) = read(kind, &service)
                    {
                        let before = known.insert(service.fullname.clone(), a.clone());
                        if before.is_some_and(|b| b.led != a.led) {
                            anew_at = Some((Instant::now() + ASK_ANEW).max(anew_from));
                        }
                        eyes.saw(Source::Mdns, Fact::Announced(a)).await;
                    }
                }
                Some((_, ServiceEvent::ServiceRemoved(_, fullname))) => {
                    if let Some(a) = known.remove(&fullname) {
                        eyes.saw(Source::Mdns, Fact::Announced(Announcement { goodbye: true, ..a })).await;
                    }
                }
                Some(_) => {}
            },
            _ = round.tick() => meter.reset_round_of(PacketKind::MdnsQuery),
            _ = verify.tick() => {
                for name in known.keys() {
                    if meter.count(PacketKind::MdnsQuery, GROUP).is_ok() {
                        let _ = daemon.0.verify(name.clone(), VERIFY_LIMIT);
                    }
                }
                confirm_at = Some(Instant::now() + VERIFY_LIMIT + Duration::from_millis(500));
            }
            () = at(confirm_at) => {
                confirm_at = None;
                // what did not answer was removed meanwhile; the rest still stands
                for a in known.values() {
                    eyes.saw(Source::Mdns, Fact::Announced(a.clone())).await;
                }
            }
            () = at(anew_at) => {
                anew_at = None;
                anew_from = Instant::now() + ASK_ANEW_EVERY;
                let fresh = start()?;
                let begun: Result<Vec<Series>, String> = (0..profile.announcements.len())
                    .map(|i| Series::begin(i, &fresh, meter, profile, &sink, &mut crew))
                    .collect();
                // where the round has no question left, the old browse goes on
                if let Ok(begun) = begun {
                    (daemon, series) = (fresh, begun);
                }
            }
            Some(()) = crew.next(), if !crew.is_empty() => {}
            () = at(due) => {
                let now = Instant::now();
                for s in &mut series {
                    s.count(meter, now)?;
                }
            }
        }
    }
}

/// Waits until then; for ever when there is no then.
async fn at(when: Option<Instant>) {
    match when {
        Some(when) => tokio::time::sleep_until(when).await,
        None => std::future::pending().await,
    }
}

/// The questions for one kind of service. The library repeats them by itself after 1, 2, 4 s and so on (RFC 6762 section
/// 5.2), so they are counted by the same clock, each a little before it is sent.
struct Series {
    next: Instant,
    pause: Duration,
}

impl Series {
    fn begin(
        kind: usize,
        daemon: &Daemon,
        meter: &Meter,
        profile: &Profile,
        sink: &Sender<(usize, ServiceEvent)>,
        crew: &mut Crew<()>,
    ) -> Result<Series, String> {
        let service = profile.announcements.get(kind).ok_or("no such kind of service")?;
        meter.count(PacketKind::MdnsQuery, GROUP).map_err(|e| e.to_string())?;
        let receiver = daemon.0.browse(&service.service).map_err(|e| e.to_string())?;
        let sink = sink.clone();
        crew.spawn(async move {
            while let Ok(event) = receiver.recv_async().await {
                if sink.send((kind, event)).await.is_err() {
                    return;
                }
            }
        });
        let pause = Duration::from_secs(1);
        Ok(Series { next: Instant::now() + pause, pause })
    }

    /// Counts what the library is about to send. An error ends the browse before more is sent.
    fn count(&mut self, meter: &Meter, now: Instant) -> Result<(), String> {
        if self.next <= now {
            meter.count(PacketKind::MdnsQuery, GROUP).map_err(|e| e.to_string())?;
            self.pause = (self.pause * 2).min(LONGEST_PAUSE);
            self.next += self.pause;
        }
        Ok(())
    }
}

fn read(kind: &AnnouncementKind, service: &ResolvedService) -> Option<Announcement> {
    let mut addresses: Vec<Ipv4Addr> = service
        .addresses
        .iter()
        .filter_map(|ip| match ip.to_ip_addr() {
            IpAddr::V4(v4) => Some(v4),
            IpAddr::V6(_) => None,
        })
        .collect();
    addresses.sort_unstable();
    let txt = service
        .txt_properties
        .iter()
        .map(|p| (p.key().to_owned(), p.val().unwrap_or_default().to_vec()))
        .collect();
    announcement(
        kind,
        &TxtService { name: service.fullname.clone(), addresses, txt, ttl_secs: TTL_SECS, goodbye: false },
    )
}
