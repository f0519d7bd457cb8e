//! The DHCP client of the virtual gateway as a pure state machine (RFC 2131 section 4.4): time and messages in,
//! messages and leases out. What the vendor's document leaves open, how it begins and when it gives up, is a [`Habit`]. It
//! declines nothing.

use super::message;
use crate::lab::event::Lease;
use crate::lab::random::Random;
use crate::model::Mac;
use dhcproto::v4::{DhcpOption, Message, MessageType};
use std::net::Ipv4Addr;

/// Milliseconds on any clock that never goes back.
pub type Ms = u64;

/// What the client wants done.
#[derive(Debug)]
pub enum Act {
    /// Send to everybody, from 0.0.0.0 or from the own address.
    Broadcast(Box<Message>),
    /// Send to the server from the own address.
    Unicast(Box<Message>, Ipv4Addr),
    /// Configure this address.
    Bound(Lease),
    /// The same lease was prolonged.
    Renewed(Ipv4Addr),
    /// The server said no.
    Nak { server: Option<Ipv4Addr>, message: Option<String> },
    /// The address may not be used any more.
    Lost(&'static str),
}

/// How it begins, and when it stops.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Habit {
    /// The address of an earlier lease, which is asked for first (INIT-REBOOT, RFC 2131 section 4.4.2).
    pub remembers: Option<Ipv4Addr>,
    /// After so many DISCOVERs without an answer it waits for the cable to be pulled.
    pub gives_up_after: Option<u32>,
}

#[derive(Clone, Debug, PartialEq)]
enum State {
    /// No link, or given up.
    Off,
    /// The remembered address was asked for.
    Rebooting {
        began: Ms,
        tries: u32,
        next: Ms,
        ip: Ipv4Addr,
    },
    Selecting {
        began: Ms,
        tries: u32,
        next: Ms,
    },
    Requesting {
        began: Ms,
        tries: u32,
        next: Ms,
        ip: Ipv4Addr,
        server: Ipv4Addr,
    },
    Bound {
        lease: Lease,
        t1: Ms,
        t2: Ms,
        end: Ms,
        next: Ms,
    },
}

#[derive(Debug)]
pub struct Client {
    mac: Mac,
    broadcast: bool,
    host_name: String,
    /// First time to wait for an answer; doubles up to eight times itself. The real box's is not known.
    retry_ms: Ms,
    habit: Habit,
    random: Random,
    xid: u32,
    state: State,
}

/// A REQUEST that stays unanswered this often makes the client begin anew.
const REQUEST_TRIES: u32 = 4;
/// Shortest time between two REQUESTs of a renewal. RFC 2131 says a minute; short lab leases need less.
const RENEW_MIN_MS: Ms = 1000;

impl Client {
    #[must_use]
    pub fn new(
        mac: Mac,
        broadcast: bool,
        host_name: String,
        retry_ms: Ms,
        habit: Habit,
        random: Random,
    ) -> Self {
        let retry_ms = retry_ms.max(10);
        Client { mac, broadcast, host_name, retry_ms, habit, random, xid: 0, state: State::Off }
    }

    /// When [`Client::tick`] wants to be called.
    #[must_use]
    pub fn next(&self) -> Option<Ms> {
        match &self.state {
            State::Off => None,
            State::Selecting { next, .. }
            | State::Requesting { next, .. }
            | State::Rebooting { next, .. } => Some(*next),
            State::Bound { next, end, .. } => Some(*next.min(end)),
        }
    }

    /// The cable was put in or pulled out.
    pub fn link(&mut self, up: bool, now: Ms) -> Vec<Act> {
        match (up, &self.state) {
            (true, State::Off) => match self.habit.remembers {
                Some(ip) => self.reboot(ip, now),
                None => self.begin(now),
            },
            (false, State::Bound { .. }) => {
                self.state = State::Off;
                vec![Act::Lost("no link")]
            }
            (false, _) => {
                self.state = State::Off;
                Vec::new()
            }
            (true, _) => Vec::new(),
        }
    }

    /// Time went by.
    pub fn tick(&mut self, now: Ms) -> Vec<Act> {
        if self.next().is_none_or(|next| now < next) {
            return Vec::new();
        }
        match self.state.clone() {
            State::Off => Vec::new(),
            State::Rebooting { tries, .. } if tries >= REQUEST_TRIES => self.begin(now),
            State::Rebooting { began, tries, ip, .. } => {
                let next = now + self.wait(tries);
                self.state = State::Rebooting { began, tries: tries + 1, next, ip };
                vec![self.remember(ip, began, now)]
            }
            State::Selecting { tries, .. } if self.habit.gives_up_after.is_some_and(|most| tries >= most) => {
                self.state = State::Off;
                Vec::new()
            }
            State::Selecting { began, tries, .. } => {
                let next = now + self.wait(tries);
                self.state = State::Selecting { began, tries: tries + 1, next };
                vec![Act::Broadcast(self.say(MessageType::Discover, began, now))]
            }
            State::Requesting { tries, .. } if tries >= REQUEST_TRIES => self.begin(now),
            State::Requesting { began, tries, ip, server, .. } => {
                let next = now + self.wait(tries);
                self.state = State::Requesting { began, tries: tries + 1, next, ip, server };
                vec![self.request(ip, server, began, now)]
            }
            State::Bound { end, .. } if now >= end => {
                let mut acts = vec![Act::Lost("the lease ended")];
                acts.extend(self.begin(now));
                acts
            }
            State::Bound { lease, t1, t2, end, .. } => {
                // half of what is left until the next stage, but no flood (RFC 2131 section 4.4.5)
                let stage_end = if now < t2 { t2 } else { end };
                let next =
                    (now + (stage_end.saturating_sub(now) / 2).max(RENEW_MIN_MS)).min(stage_end.max(now + 1));
                if now < t2 {
                    self.xid = self.fresh_xid();
                }
                let mut m = self.say(MessageType::Request, t1, now);
                m.set_ciaddr(lease.ip);
                let act = if now < t2 { Act::Unicast(m, lease.server) } else { Act::Broadcast(m) };
                self.state = State::Bound { lease, t1, t2, end, next };
                vec![act]
            }
        }
    }

    /// A message from a server.
    pub fn heard(&mut self, m: &Message, now: Ms) -> Vec<Act> {
        if m.xid() != self.xid || m.chaddr() != self.mac.0 {
            return Vec::new();
        }
        match (message::kind(m), self.state.clone()) {
            (Some(MessageType::Offer), State::Selecting { began, .. }) if !m.yiaddr().is_unspecified() => {
                let Some(server) = message::server(m) else { return Vec::new() };
                let ip = m.yiaddr();
                let next = now + self.wait(0);
                self.state = State::Requesting { began, tries: 1, next, ip, server };
                vec![self.request(ip, server, began, now)]
            }
            (Some(MessageType::Ack), State::Requesting { server, .. })
                if message::server(m) == Some(server) =>
            {
                self.bind(m, now, None)
            }
            (Some(MessageType::Ack), State::Rebooting { .. }) => self.bind(m, now, None),
            (Some(MessageType::Nak), State::Rebooting { .. }) => {
                let mut acts = vec![Act::Nak { server: message::server(m), message: message::text(m) }];
                acts.extend(self.begin(now));
                acts
            }
            (Some(MessageType::Ack), State::Bound { lease, t1, .. }) if now >= t1 => {
                self.bind(m, now, Some(lease))
            }
            (Some(MessageType::Nak), State::Requesting { server, .. })
                if message::server(m).is_none_or(|s| s == server) =>
            {
                let mut acts = vec![Act::Nak { server: message::server(m), message: message::text(m) }];
                acts.extend(self.begin(now));
                acts
            }
            (Some(MessageType::Nak), State::Bound { t1, .. }) if now >= t1 => {
                let mut acts = vec![
                    Act::Nak { server: message::server(m), message: message::text(m) },
                    Act::Lost("refused by the server"),
                ];
                acts.extend(self.begin(now));
                acts
            }
            _ => Vec::new(),
        }
    }

    fn begin(&mut self, now: Ms) -> Vec<Act> {
        self.xid = self.fresh_xid();
        let next = now + self.wait(0);
        self.state = State::Selecting { began: now, tries: 1, next };
        vec![Act::Broadcast(self.say(MessageType::Discover, now, now))]
    }

    fn reboot(&mut self, ip: Ipv4Addr, now: Ms) -> Vec<Act> {
        self.xid = self.fresh_xid();
        let next = now + self.wait(0);
        self.state = State::Rebooting { began: now, tries: 1, next, ip };
        vec![self.remember(ip, now, now)]
    }

    /// A REQUEST without a server: whoever is responsible says yes or no (RFC 2131 section 4.3.2).
    fn remember(&self, ip: Ipv4Addr, began: Ms, now: Ms) -> Act {
        let mut m = self.say(MessageType::Request, began, now);
        m.opts_mut().insert(DhcpOption::RequestedIpAddress(ip));
        Act::Broadcast(m)
    }

    fn bind(&mut self, m: &Message, now: Ms, before: Option<Lease>) -> Vec<Act> {
        let Some((lease, t1, t2)) = message::lease(m) else { return Vec::new() };
        let at = |secs: u32| now + Ms::from(secs) * 1000;
        let end = at(lease.lease_secs);
        self.state =
            State::Bound { lease: lease.clone(), t1: at(t1), t2: at(t2), end, next: at(t1).min(end) };
        match before {
            Some(before) if before == lease => vec![Act::Renewed(lease.ip)],
            Some(_) => vec![Act::Lost("the server gave another lease"), Act::Bound(lease)],
            None => vec![Act::Bound(lease)],
        }
    }

    fn request(&self, ip: Ipv4Addr, server: Ipv4Addr, began: Ms, now: Ms) -> Act {
        let mut m = self.say(MessageType::Request, began, now);
        m.opts_mut().insert(DhcpOption::RequestedIpAddress(ip));
        m.opts_mut().insert(DhcpOption::ServerIdentifier(server));
        Act::Broadcast(m)
    }

    fn say(&self, kind: MessageType, began: Ms, now: Ms) -> Box<Message> {
        let secs = u16::try_from(now.saturating_sub(began) / 1000).unwrap_or(u16::MAX);
        Box::new(message::from_client(self.mac, self.xid, secs, self.broadcast, kind, &self.host_name))
    }

    fn wait(&mut self, tries: u32) -> Ms {
        let base = self.retry_ms << tries.min(3);
        self.random.jitter(base).max(1)
    }

    fn fresh_xid(&mut self) -> u32 {
        u32::try_from(self.random.below(1 << 32)).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use dhcproto::v4::{HType, Opcode};
    use proptest::prelude::*;

    const MAC: Mac = Mac([0x34, 0xa5, 0xe1, 0, 0, 1]);
    const SERVER: Ipv4Addr = Ipv4Addr::new(192, 168, 7, 1);
    const IP: Ipv4Addr = Ipv4Addr::new(192, 168, 7, 50);

    fn client() -> Client {
        with(Habit::default())
    }

    fn with(habit: Habit) -> Client {
        Client::new(MAC, false, "gw".into(), 1000, habit, Random::new(Some(3)))
    }

    #[test]
    fn a_remembered_address_is_asked_for_first_and_given_up_when_refused() {
        let old = Ipv4Addr::new(10, 99, 0, 7);
        let mut c = with(Habit { remembers: Some(old), gives_up_after: None });
        let acts = c.link(true, 0);
        let asked = sent(&acts).clone();
        assert_eq!(message::kind(&asked), Some(MessageType::Request));
        assert_eq!(message::seen(&asked).unwrap().requested, Some(old));
        assert!(message::server(&asked).is_none(), "it knows no server");
        let acts = c.heard(&answer(&asked, MessageType::Nak, 0), 5);
        assert!(matches!(acts[0], Act::Nak { .. }));
        assert_eq!(message::kind(sent(&acts)), Some(MessageType::Discover));
        // nobody answers: it begins anew by itself
        let mut c = with(Habit { remembers: Some(old), gives_up_after: None });
        let mut acts = c.link(true, 0);
        while message::kind(sent(&acts)) == Some(MessageType::Request) {
            let next = c.next().unwrap();
            acts = c.tick(next);
        }
        assert_eq!(message::kind(sent(&acts)), Some(MessageType::Discover));
    }

    #[test]
    fn it_gives_up_until_the_cable_is_pulled() {
        let mut c = with(Habit { remembers: None, gives_up_after: Some(3) });
        let mut asked = c.link(true, 0).len();
        while let Some(next) = c.next() {
            asked += c.tick(next).len();
        }
        assert_eq!(asked, 3);
        c.link(false, 100_000);
        assert_eq!(c.link(true, 100_001).len(), 1, "it begins anew");
    }

    fn answer(to: &Message, kind: MessageType, lease_secs: u32) -> Message {
        let none = Ipv4Addr::UNSPECIFIED;
        let mut m = Message::new_with_id(to.xid(), none, IP, none, none, &MAC.0);
        m.set_opcode(Opcode::BootReply).set_htype(HType::Eth);
        for option in [
            DhcpOption::MessageType(kind),
            DhcpOption::ServerIdentifier(SERVER),
            DhcpOption::SubnetMask([255, 255, 255, 0].into()),
            DhcpOption::Router(vec![SERVER]),
            DhcpOption::DomainNameServer(vec![SERVER]),
            DhcpOption::AddressLeaseTime(lease_secs),
        ] {
            m.opts_mut().insert(option);
        }
        m
    }

    fn sent(acts: &[Act]) -> &Message {
        acts.iter()
            .find_map(|a| if let Act::Broadcast(m) | Act::Unicast(m, _) = a { Some(&**m) } else { None })
            .expect("nothing was sent")
    }

    fn bound(c: &mut Client, lease_secs: u32) {
        let discover = c.link(true, 0);
        let request = c.heard(&answer(sent(&discover), MessageType::Offer, lease_secs), 5);
        assert_eq!(message::seen(sent(&request)).unwrap().requested, Some(IP));
        let acts = c.heard(&answer(sent(&request), MessageType::Ack, lease_secs), 10);
        assert!(
            matches!(&acts[..], [Act::Bound(l)] if l.ip == IP && l.prefix == 24 && l.router == Some(SERVER))
        );
    }

    #[test]
    fn unanswered_discovers_come_slower_and_slower() {
        let mut c = client();
        c.link(true, 0);
        let mut at = Vec::new();
        for _ in 0..6 {
            let next = c.next().unwrap();
            assert!(matches!(&c.tick(next)[..], [Act::Broadcast(_)]));
            at.push(next);
        }
        let gaps: Vec<Ms> = at.windows(2).map(|w| w[1] - w[0]).collect();
        assert!((900..=1100).contains(&at[0]), "{at:?}");
        assert!(gaps[0] >= 1800 && gaps[4] >= 7200 && gaps.iter().all(|g| *g <= 8800), "{gaps:?}");
    }

    #[test]
    fn it_renews_by_unicast_rebinds_by_broadcast_and_then_gives_up() {
        let mut c = client();
        bound(&mut c, 80);
        assert_eq!(c.next(), Some(40_010));
        let acts = c.tick(40_010);
        assert!(matches!(&acts[..], [Act::Unicast(m, SERVER)] if m.ciaddr() == IP));
        let acts = c.heard(&answer(sent(&acts), MessageType::Ack, 80), 40_020);
        assert!(matches!(&acts[..], [Act::Renewed(IP)]));
        let mut kinds = String::new();
        while let Some(next) = c.next() {
            for act in c.tick(next) {
                kinds.push(match act {
                    Act::Unicast(..) => 'u',
                    Act::Broadcast(m) if !m.ciaddr().is_unspecified() => 'b',
                    Act::Broadcast(_) => 'd',
                    Act::Lost(_) => 'x',
                    other => panic!("{other:?}"),
                });
            }
            if kinds.ends_with('d') {
                assert_eq!(next, 120_020);
                break;
            }
        }
        assert!(kinds.starts_with("uu") && kinds.ends_with("bxd"), "{kinds}");
    }

    #[test]
    fn a_nak_begins_anew_and_a_pulled_cable_ends() {
        let mut c = client();
        bound(&mut c, 80);
        let acts = c.tick(40_010);
        let acts = c.heard(&answer(sent(&acts), MessageType::Nak, 80), 40_020);
        assert!(matches!(&acts[..], [Act::Nak { .. }, Act::Lost(_), Act::Broadcast(_)]), "{acts:?}");
        bound(&mut { client() }, 80);
        let mut c = client();
        bound(&mut c, 80);
        assert!(matches!(&c.link(false, 50)[..], [Act::Lost(_)]));
        assert_eq!(c.next(), None);
    }

    proptest! {
        /// Whatever comes in whatever order: no panic, always a next time while linked, and an address is lost only
        /// after it was bound.
        #[test]
        fn any_order_is_survived(steps in proptest::collection::vec((0u8..6, 0u64..30_000), 0..60)) {
            let mut c = client();
            let (mut now, mut has, mut last) = (0, false, None::<Message>);
            for (what, later) in steps {
                now += later;
                let acts = match (what, last.clone()) {
                    (0, _) => c.link(true, now),
                    (1, _) => c.link(false, now),
                    (2, Some(m)) => c.heard(&answer(&m, MessageType::Offer, 20), now),
                    (3, Some(m)) => c.heard(&answer(&m, MessageType::Ack, 20), now),
                    (4, Some(m)) => c.heard(&answer(&m, MessageType::Nak, 20), now),
                    _ => c.tick(now),
                };
                for act in acts {
                    match act {
                        Act::Broadcast(m) | Act::Unicast(m, _) => last = Some(*m),
                        Act::Bound(_) => { prop_assert!(!has); has = true; }
                        Act::Lost(_) => { prop_assert!(has); has = false; }
                        Act::Renewed(_) => prop_assert!(has),
                        Act::Nak { .. } => {}
                    }
                }
                prop_assert_eq!(c.next().is_none(), c.state == State::Off);
            }
        }
    }
}
