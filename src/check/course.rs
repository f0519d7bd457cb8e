//! One run of all checks: what runs at once, what waits for what, and what is no longer needed.

use super::own_filter;
use super::reach::{Breaks, Reach};
use super::{Progress, broken, dns, limits, local, names, offer, path, plan, portal, router, speaks, tcp};
use crate::model::check::{CheckId, CheckResult, Failure, Measured, Offer, Outcome, Target};
use crate::model::cloud::Cloud;
use crate::model::evidence::DhcpSeen;
use crate::model::host::{HostView, Interface, LinkKind};
use crate::platform::agents;
use crate::platform::supervise::{Crew, aside, caught, supervised};
use crate::profile::Profile;
use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tokio::task::AbortHandle;

/// Results of some checks that have ended.
type Parts = Vec<(CheckId, Vec<CheckResult>)>;

/// Runs every check of the plan; those that need nothing of one another run at once. Dropping the future cancels it.
pub async fn run(
    reach: Reach,
    profile: Arc<Profile>,
    host: HostView,
    needs: offer::Needs,
    random: u64,
    out: mpsc::Sender<Progress>,
) {
    let mut course = Course {
        reach,
        profile,
        host,
        out,
        others: Crew::default(),
        known: BTreeMap::new(),
        control: None,
        way: watch::channel(None).0,
        looked_along: false,
        doubted: None,
        tried_again: false,
        random,
    };
    course.look(CheckId::Witness, local::witness).await;
    course.look(CheckId::Link, |host| vec![local::link(host)]).await;
    course.look(CheckId::Lease, local::lease).await;
    if plan::can_send(&course.host) || course.reach.simulated.is_some() {
        course.run(needs, random).await;
        let mut own = course.reach.own.told(&course.reach.meter);
        course.name_agents(&mut own).await;
        if !own.is_empty() {
            course.tell(CheckId::Witness, own).await;
        }
    }
    let _ = course.out.send(Progress::Done).await;
}

struct Course {
    reach: Reach,
    profile: Arc<Profile>,
    host: HostView,
    out: mpsc::Sender<Progress>,
    others: Crew<Parts>,
    /// What is known so far, by check; a check may end in parts.
    known: BTreeMap<CheckId, Vec<CheckResult>>,
    control: Option<AbortHandle>,
    /// How the way out is, when that is known.
    way: watch::Sender<Option<portal::Way>>,
    /// The hops were looked at.
    looked_along: bool,
    /// The first address whose connections were lost or late: many attempts will be made at it.
    doubted: Option<SocketAddr>,
    /// They were begun.
    tried_again: bool,
    random: u64,
}

impl Course {
    /// Tells the results of a check with those that it had before.
    async fn tell(&mut self, id: CheckId, mut results: Vec<CheckResult>) {
        let all = self.known.entry(id).or_default();
        all.append(&mut results);
        // earlier rows as well: what this computer does may be known only now
        all.iter_mut().for_each(|r| self.reach.own.doubt(r, &self.reach.meter));
        let _ = self.out.send(Progress::Ended(id, all.clone())).await;
    }

    /// A check that only looks at this computer.
    async fn look(&mut self, id: CheckId, look: impl FnOnce(&HostView) -> Vec<CheckResult>) {
        let looked = caught(|| {
            self.reach.may_break(Breaks::Check(id));
            look(&self.host)
        });
        self.tell(id, looked.unwrap_or_else(|broke| vec![broken(id, Target::Host, &broke)])).await;
    }

    /// Begins what gives results of these checks. What breaks gives a row for each of them, so that whoever waits for
    /// them goes on.
    fn spawn(
        &mut self,
        ids: &'static [CheckId],
        part: impl Future<Output = Parts> + Send + 'static,
    ) -> AbortHandle {
        let reach = self.reach.clone();
        self.others.spawn(async move {
            let part = async {
                ids.iter()
                    .filter(|id| **id != CheckId::Size)
                    .for_each(|id| reach.may_break(Breaks::Check(*id)));
                part.await
            };
            let rows = |broke| ids.iter().map(|id| (*id, vec![broken(*id, Target::Host, &broke)])).collect();
            supervised(part).await.unwrap_or_else(rows)
        })
    }

    async fn run(&mut self, needs: offer::Needs, random: u64) {
        let routable = self.host.interface().and_then(|i| i.address()).is_some_and(|a| !a.is_link_local());
        let (offers_in, offers) = watch::channel::<Option<Vec<Offer>>>(None);
        let (heard_in, mut heard) = mpsc::channel::<DhcpSeen>(64);
        let reach = self.reach.clone();
        let offer_task = async move {
            let asked = supervised(async {
                reach.may_break(Breaks::Check(CheckId::Offer));
                offer::offer(reach, needs, offers_in, heard_in, random).await
            });
            asked.await.unwrap_or_else(|broke| broken(CheckId::Offer, Target::Segment, &broke))
        };
        let (cloud_in, mut cloud) = watch::channel(Cloud { names_pending: true, ..Cloud::default() });
        let (speak_in, speak_on) = mpsc::channel::<SocketAddr>(256);
        if routable {
            self.begin(offers, cloud_in, speak_on, random);
        } else {
            drop(cloud_in);
        }
        let ports = self.profile.cloud.ports.clone();
        let mut spoken: BTreeMap<u16, SocketAddr> = BTreeMap::new();
        let mut speak_in = Some(speak_in);
        let mut offer_task = std::pin::pin!(offer_task);
        let mut offer_done = false;
        let mut heard_open = true;
        let nothing_opened = tokio::time::sleep(limits::NOTHING_OPENED);
        let mut nothing_opened = std::pin::pin!(nothing_opened);
        let mut waits = routable;
        while !self.others.is_empty() || !offer_done {
            tokio::select! {
                result = &mut offer_task, if !offer_done => {
                    offer_done = true;
                    self.tell(CheckId::Offer, vec![result]).await;
                }
                ended = self.others.next(), if !self.others.is_empty() => {
                    for (id, results) in ended.into_iter().flatten() {
                        self.ended(id, results).await;
                    }
                }
                told = cloud.changed(), if speak_in.is_some() => match told {
                    Ok(()) => {
                        let cloud = cloud.borrow_and_update();
                        for addr in ports.iter().filter_map(|p| cloud.open(*p)) {
                            waits = false;
                            // what was said to an address that no longer stands for the cloud says nothing of it
                            let said = spoken.get(&addr.port()).is_some_and(|to| cloud.decides(to.ip()));
                            if let Some(speak) = speak_in.as_ref().filter(|_| !said) {
                                spoken.insert(addr.port(), addr);
                                // whoever speaks may have had enough
                                let _ = speak.try_send(addr);
                            }
                        }
                    }
                    Err(_) => speak_in = None,
                },
                () = &mut nothing_opened, if waits => {
                    waits = false;
                    let closed = ports.iter().filter_map(|p| cloud.borrow().next(*p)).collect();
                    self.look_along(closed);
                    self.say_way(false);
                }
                seen = heard.recv(), if heard_open => match seen {
                    Some(seen) => { let _ = self.out.send(Progress::Heard(Box::new(seen))).await; }
                    None => heard_open = false,
                },
            }
        }
    }

    /// Everything that needs an address of this computer and nothing else.
    fn begin(
        &mut self,
        offers: watch::Receiver<Option<Vec<Offer>>>,
        cloud: watch::Sender<Cloud>,
        speak_on: mpsc::Receiver<SocketAddr>,
        random: u64,
    ) {
        // a name may give many addresses at once; the channel only has to bridge until the ports task reads it
        let (found, resolved) = mpsc::channel::<names::Named>(256);
        let given = || (self.reach.clone(), Arc::clone(&self.profile));
        let ((r1, p1), (r2, p2), (r3, p3), (r4, p4), (r5, p5), (r6, p6)) =
            (given(), given(), given(), given(), given(), given());
        let nobody = tcp::canary_addresses(|ip| self.reach.is_on_link(ip), random);
        let (last, o, way) = (nobody.last().copied(), offers.clone(), self.way.subscribe());
        self.spawn(&[CheckId::Names], async move {
            vec![(CheckId::Names, names::names(r1, p1, o, found, random).await)]
        });
        self.spawn(&[CheckId::Ports], async move {
            vec![(CheckId::Ports, tcp::ports(r2, &p2, resolved, cloud).await)]
        });
        self.spawn(&[CheckId::Speaks, CheckId::Size], async move {
            let (speaks, size) = speaks::speaks(r3, p3, speak_on, random).await;
            vec![(CheckId::Speaks, speaks), (CheckId::Size, size)]
        });
        let o = offers.clone();
        self.spawn(&[CheckId::Portal], async move {
            vec![(CheckId::Portal, portal::portal(r4, p4, last, o, way).await)]
        });
        self.spawn(&[CheckId::Canary], async move {
            vec![(CheckId::Canary, tcp::canary(r5, &nobody, &p5.cloud.ports).await)]
        });
        self.control = Some(self.spawn(&[CheckId::Control], async move {
            vec![(CheckId::Control, tcp::control(r6, &p6.control.targets).await)]
        }));
        let r = self.reach.clone();
        self.spawn(&[CheckId::Router], async move { vec![(CheckId::Router, vec![router::router(r).await])] });
        let (r, o) = (self.reach.clone(), offers.clone());
        self.spawn(&[CheckId::Router], async move {
            let rows = router::handed_out(r, o).await;
            if rows.is_empty() { Vec::new() } else { vec![(CheckId::Router, rows)] }
        });
        self.proxies(offers, random);
    }

    /// Knocks at the proxies that this computer is told to use, and at the one that the network announces.
    fn proxies(&mut self, mut offers: watch::Receiver<Option<Vec<Offer>>>, random: u64) {
        if self.reach.simulated.is_some() {
            return;
        }
        let set: Vec<String> = self.host.proxies.iter().map(|p| p.value.clone()).collect();
        let own = self.host.interface().and_then(|i| i.name_servers.first().copied());
        let reach = self.reach.clone();
        self.spawn(&[CheckId::Control], async move {
            let mut all: Vec<String> = set;
            let wait =
                tokio::time::timeout(limits::NAMES_WAIT_FOR_OFFER, offers.wait_for(Option::is_some)).await;
            drop(wait);
            let answers = offers.borrow().clone().unwrap_or_default();
            let given = Offer::to_the_box(&answers);
            all.extend(given.iter().filter_map(|o| o.wpad.clone()));
            all.sort();
            all.dedup();
            let mut domains: Vec<String> = given.iter().filter_map(|o| o.domain.clone()).collect();
            domains.dedup();
            // looked up where the box would
            let first = Offer::name_servers_of_the_box(&answers).first().map(|ip| IpAddr::V4(*ip));
            let server = first.or(own);
            let mut out = Vec::new();
            for (domain, server) in domains.iter().take(2).filter_map(|d| Some((d, server?))) {
                let name = format!("wpad.{}", domain.trim_matches('.'));
                let Some(ip) = dns::lookup(&reach, server, &name).await else { continue };
                // a domain that answers for every name announces nothing
                let nobody = format!("sg-{random:016x}.{}", domain.trim_matches('.'));
                if dns::lookup(&reach, server, &nobody).await != Some(ip) {
                    out.push(tcp::proxy_name(reach.clone(), name, SocketAddr::new(ip, 80)).await);
                }
            }
            for shown in all.into_iter().take(4) {
                let Some((name, port)) = tcp::proxy_host(&shown) else { continue };
                let ip: Option<IpAddr> = match (name.parse(), server) {
                    (Ok(ip), _) => Some(ip),
                    (Err(_), Some(server)) => dns::lookup(&reach, server, &name).await,
                    (Err(_), None) => None,
                };
                if let Some(ip) = ip {
                    out.push(tcp::proxy(reach.clone(), shown, SocketAddr::new(ip, port)).await);
                }
            }
            vec![(CheckId::Control, out)]
        });
    }

    /// Takes in what a check found, and begins what follows from it.
    async fn ended(&mut self, id: CheckId, mut results: Vec<CheckResult>) {
        match id {
            CheckId::Ports if !self.known.contains_key(&CheckId::Ports) => {
                self.look_at_own_filter(&results).await;
                results.iter_mut().for_each(|r| self.reach.own.doubt(r, &self.reach.meter));
                self.ports_ended(&results).await;
            }
            CheckId::Control if results.iter().any(|r| matches!(r.target, Target::Control(_))) => {
                self.control = None;
            }
            // the ports opened a moment ago, and a further connection did not: loss, or a limit
            CheckId::Speaks => {
                if let Some(addr) = speaks::waited_in_vain(&results) {
                    self.doubted.get_or_insert(addr);
                }
            }
            _ => {}
        }
        self.tell(id, results).await;
        if let (Some(ports), Some(names)) = (self.known.get(&CheckId::Ports), self.known.get(&CheckId::Names))
        {
            let clear = ports.iter().all(|r| r.outcome == Outcome::Passed)
                && names.iter().all(|r| r.outcome.failure().is_none());
            // an answer that came only when asked again is a lost packet, as a late SYN-ACK is
            let lost =
                names.iter().any(|r| r.outcome == Outcome::Passed && r.took_ms >= limits::NAME_RESENT_MS);
            let open = tried(&self.profile, ports).0.first().copied();
            if let Some(addr) = open.filter(|_| lost) {
                self.doubted.get_or_insert(addr);
            }
            self.say_way(clear);
        }
        self.try_again();
    }

    /// Ports that are shut and nobody says by whom may be shut by this computer: then what was told of them is taken back.
    async fn look_at_own_filter(&mut self, ports: &[CheckResult]) {
        let unsigned = |r: &&CheckResult| {
            matches!(r.outcome.failure(), Some(Failure::Refused | Failure::Silence))
                && !matches!(r.measured, Measured::Offender(_))
        };
        let shut: BTreeSet<u16> = ports
            .iter()
            .filter(unsigned)
            .filter_map(|r| if let Target::Cloud { addr, .. } = r.target { Some(addr.port()) } else { None })
            .collect();
        let open = |port: &u16| Cloud::of(ports).open(*port).is_some();
        let shut: BTreeSet<u16> = shut.into_iter().filter(|port| !open(port)).collect();
        let own = own_filter::own_filter(&self.reach, shut, self.random).await;
        if own.is_empty() {
            return;
        }
        self.reach.own.shuts(own);
        for id in self.known.keys().copied().collect::<Vec<_>>() {
            self.tell(id, Vec::new()).await;
        }
    }

    /// Names the firewalls and security agents that run here, where this computer was seen to refuse by itself, or may have.
    async fn name_agents(&self, own: &mut Vec<CheckResult>) {
        let refuses = own.iter().any(super::own::is_own_refusal);
        let path = self.known.get(&CheckId::Path).into_iter().flatten();
        let may = path.filter_map(|r| if let Measured::Hops(hops) = &r.measured { Some(hops) } else { None });
        let may_refuse =
            may.flatten().any(|hop| hop.distance <= 1 && hop.refused.is_some() && hop.refused_by.is_none());
        // a simulated computer runs nothing
        if self.reach.simulated.is_some() || !(refuses || may_refuse) {
            return;
        }
        let running = aside(agents::running).await;
        super::own::name_agents(own, running.into_iter().map(str::to_owned).collect());
    }

    async fn ports_ended(&mut self, results: &[CheckResult]) {
        if results.iter().any(CheckResult::broke) {
            // what does not open is not known, so there is no end to look for
            self.looked_along = true;
            let why = "what opens is not known".to_owned();
            let row = CheckResult {
                id: CheckId::Path,
                target: Target::Host,
                outcome: Outcome::Skipped(why.clone()),
                took_ms: 0,
                measured: Measured::Nothing,
                detail: why,
            };
            return self.tell(CheckId::Path, vec![row]).await;
        }
        let (open, closed) = tried(&self.profile, results);
        if !open.is_empty()
            && let Some(task) = self.control.take()
        {
            task.abort(); // the cloud answers: that the internet is there needs no further proof
            let rows = tcp::control_not_needed(&self.profile.control.targets);
            self.tell(CheckId::Control, rows).await;
        }
        if open.is_empty()
            && let Some(other) = other_way_out(&self.host)
        {
            let (r, addresses) = (self.reach.clone(), closed.clone());
            self.spawn(&[CheckId::Control], async move {
                vec![(CheckId::Control, tcp::elsewhere(r, other, addresses).await)]
            });
        }
        if let Some(addr) = tcp::doubtful(results).filter(|_| !open.is_empty()) {
            self.doubted.get_or_insert(addr);
        }
        self.look_along(closed);
        let (r, times) = (self.reach.clone(), opened_after(results));
        self.spawn(&[CheckId::Canary], async move { vec![(CheckId::Canary, path::one_hop(r, times).await)] });
        if let Some(addr) = open.first() {
            let (r, ip) = (self.reach.clone(), addr.ip());
            self.spawn(&[CheckId::Canary], async move {
                vec![(CheckId::Canary, vec![tcp::never_open(r, ip).await])]
            });
        }
    }

    /// Many attempts at the doubted address, once, and only when nothing else is said to the cloud any more: connections
    /// that end meanwhile would make room under a limit, and it would look like loss.
    fn try_again(&mut self) {
        let Some(addr) = self.doubted.filter(|_| self.known.contains_key(&CheckId::Speaks)) else { return };
        if !std::mem::replace(&mut self.tried_again, true) {
            let r = self.reach.clone();
            self.spawn(
                &[CheckId::Ports],
                async move { vec![(CheckId::Ports, vec![tcp::again(r, addr).await])] },
            );
        }
    }

    /// Looks along the way to addresses that did not open, once.
    fn look_along(&mut self, closed: Vec<SocketAddr>) {
        if std::mem::replace(&mut self.looked_along, true) {
            return;
        }
        let r = self.reach.clone();
        self.spawn(&[CheckId::Path], async move { vec![(CheckId::Path, path::path(r, closed).await)] });
    }

    /// Says how the way is, once, and only when something is known of the names.
    fn say_way(&mut self, clear: bool) {
        if self.way.borrow().is_none()
            && let Some(names) = self.known.get(&CheckId::Names)
        {
            self.way.send_replace(Some(portal::Way { clear, names: names.clone() }));
        }
    }
}

/// Another interface of this computer with an address, a router, and no tunnel.
#[must_use]
pub fn other_way_out(host: &HostView) -> Option<Interface> {
    let own = host.interface()?;
    host.interfaces
        .iter()
        .find(|i| {
            i.index != own.index
                && i.up
                && i.carrier != Some(false)
                && i.router.is_some()
                && i.router != own.router
                && !matches!(i.kind, LinkKind::Tunnel | LinkKind::Loopback)
                && i.address().is_some_and(|a| !a.is_link_local())
        })
        .cloned()
}

/// Addresses of the cloud that opened, with the time to the SYN-ACK.
fn opened_after(ports: &[CheckResult]) -> Vec<(SocketAddr, Duration)> {
    let opened = |r: &CheckResult| match (&r.target, &r.measured) {
        (Target::Cloud { addr, .. }, Measured::Opened { micros }) => {
            Some((*addr, Duration::from_micros(*micros)))
        }
        _ => None,
    };
    ports.iter().filter_map(opened).collect()
}

/// For each port the address that the box would use next: where it opened, and where it did not.
fn tried(profile: &Profile, ports: &[CheckResult]) -> (Vec<SocketAddr>, Vec<SocketAddr>) {
    let cloud = Cloud::of(ports);
    let (open, closed): (Vec<u16>, Vec<u16>) =
        profile.cloud.ports.iter().partition(|p| cloud.open(**p).is_some());
    let next = |ports: Vec<u16>| ports.into_iter().filter_map(|p| cloud.next(p)).collect();
    (next(open), next(closed))
}
