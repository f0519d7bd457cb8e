//! Evidence about one box's LED: what each kind leaves, how long it is good for, what makes it void.

use crate::model::evidence::{Announcement, ConsoleFact, DhcpKind, DhcpSeen};
use crate::model::{At, Basis, LedSet, LedState, LedView};
use std::net::Ipv4Addr;

/// An ARP answer is believed for three rounds of watching (15 s each), then it has to be confirmed.
pub const ARP_GOOD_MS: u64 = 45_000;
/// Rounds of ARP without an answer after which an address is given up.
pub const ARP_MISSES: u32 = 3;
/// An announcement is never believed longer, whatever its TTL says (design section 3).
pub const ANNOUNCED_MOST_MS: u64 = 120_000;
/// A console line stays good after the port closed.
pub const CONSOLE_AFTER_CLOSE_MS: u64 = 30_000;
/// Resend interval of DISCOVER that is assumed until two were heard: between the 4 s and 16 s of RFC 2131 4.1.
pub const DISCOVER_INTERVAL_MS: u64 = 10_000;
/// Slack on twice the interval: RFC 2131 4.1 randomises each wait by one second.
const DISCOVER_SLACK_MS: u64 = 2_000;

const FOREVER: At = At(u64::MAX);

/// What kind of evidence an item is; of each kind only the newest is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Console,
    Announced,
    Discover,
    Request,
    Refused,
    Bound,
    Arp,
    Saw,
}

#[derive(Clone, Debug, PartialEq)]
struct Item {
    kind: Kind,
    leaves: LedSet,
    basis: Basis,
    at: At,
    until: At,
    text: String,
}

/// All evidence about one box.
#[derive(Clone, Debug, Default)]
pub struct Track {
    items: Vec<Item>,
    /// Nothing older than this says anything about the LED any more: the box began anew.
    begun: At,
    missed: u32,
    last_discover: Option<(At, u32)>,
    discover_interval: Option<u64>,
    remarks: Vec<(At, String)>,
    /// Counts what was taken in.
    revision: u64,
}

fn powered() -> LedSet {
    LedSet::of(&[LedState::SolidRed, LedState::BlinkingRed, LedState::SolidGreen])
}

fn addressed() -> LedSet {
    LedSet::of(&[LedState::BlinkingRed, LedState::SolidGreen])
}

impl Track {
    /// The set at `now`, with the evidence that decided.
    #[must_use]
    pub fn led(&self, now: At) -> LedView {
        let mut good: Vec<&Item> = self.items.iter().filter(|i| i.at <= now && now < i.until).collect();
        good.sort_by_key(|i| std::cmp::Reverse(i.at));
        let mut possible = LedSet::ALL;
        let mut decisive: Option<&Item> = None;
        let mut because = Vec::new();
        for item in good {
            let narrowed = possible.and(item.leaves);
            if narrowed.is_empty() {
                continue; // older and contradicted: the box changed since
            }
            if narrowed != possible {
                decisive = Some(item);
            }
            possible = narrowed;
            because.push(item.text.clone());
        }
        LedView {
            possible,
            basis: decisive.map_or(Basis::None, |i| i.basis),
            age_ms: decisive.map(|i| now.since(i.at)),
            because,
        }
    }

    /// The same set without its reasons.
    #[must_use]
    pub fn possible(&self, now: At) -> LedSet {
        let mut good: Vec<&Item> = self.items.iter().filter(|i| i.at <= now && now < i.until).collect();
        good.sort_by_key(|i| std::cmp::Reverse(i.at));
        good.into_iter().fold(LedSet::ALL, |possible, item| {
            let narrowed = possible.and(item.leaves);
            if narrowed.is_empty() { possible } else { narrowed }
        })
    }

    /// Changes whenever something was taken in: until then, and until [`Track::next_expiry`], the set stays what it is.
    #[must_use]
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// The next time after `now` at which evidence expires by itself.
    #[must_use]
    pub fn next_expiry(&self, now: At) -> Option<At> {
        self.items.iter().map(|i| i.until).filter(|t| *t > now && *t != FOREVER).min()
    }

    /// Restarts and contradictions, oldest first.
    #[must_use]
    pub fn remarks(&self) -> &[(At, String)] {
        &self.remarks
    }

    /// How often the box sends DISCOVER, in milliseconds, once two were heard.
    #[must_use]
    pub fn discover_interval_ms(&self) -> Option<u64> {
        self.discover_interval
    }

    fn put(&mut self, item: Item) {
        if item.at < self.begun {
            return; // it describes the time before the box began anew
        }
        if let Some(held) = self.items.iter_mut().find(|i| i.kind == item.kind) {
            if held.at <= item.at {
                *held = item;
            }
        } else {
            self.items.push(item);
        }
    }

    /// The box began anew at `at`: what was known before says nothing now.
    fn begin_anew(&mut self, at: At) {
        self.items.retain(|i| i.at > at);
        self.begun = self.begun.max(at);
        self.missed = 0;
    }

    pub(super) fn remark(&mut self, at: At, text: &str) {
        if self.remarks.last().is_none_or(|(t, last)| last != text || at.since(*t) > 5_000) {
            self.remarks.push((at, text.to_owned()));
            if self.remarks.len() > 50 {
                self.remarks.remove(0);
            }
        }
    }

    /// A DHCP message whose client is this box.
    pub fn dhcp(&mut self, at: At, seen: &DhcpSeen) {
        self.revision += 1;
        let item = |kind, leaves, until, text: String| Item {
            kind,
            leaves,
            basis: Basis::Measured,
            at,
            until,
            text,
        };
        match seen.kind {
            DhcpKind::Discover => {
                let before = self.led(at).possible;
                if before.is_subset_of(addressed()) {
                    self.remark(
                        at,
                        "It asked for an address although it had one: it restarted, or its cable was pulled.",
                    );
                }
                if let Some((last, xid)) = self.last_discover
                    && at.since(last) >= 500
                {
                    // the same transaction goes on, or a new one began: either way this is its rhythm
                    let _ = xid;
                    self.discover_interval = Some(at.since(last));
                }
                if self.last_discover.is_none_or(|(last, _)| at.since(last) >= 500) {
                    self.last_discover = Some((at, seen.xid));
                }
                let interval = self.discover_interval.unwrap_or(DISCOVER_INTERVAL_MS);
                self.begin_anew(at.minus(1));
                self.items.retain(|i| i.kind == Kind::Saw && i.leaves.contains(LedState::SolidRed));
                self.put(item(
                    Kind::Discover,
                    LedSet::only(LedState::SolidRed),
                    at.plus(2 * interval + DISCOVER_SLACK_MS),
                    "It asks for an address (DHCP DISCOVER).".into(),
                ));
            }
            DhcpKind::Request if seen.ciaddr.is_some() => {
                // renewing or rebinding (RFC 2131 4.4.5): it still has the address it asks to keep
                self.put(item(
                    Kind::Bound,
                    addressed(),
                    at.plus(ARP_GOOD_MS),
                    "It asks to keep its address (DHCP REQUEST, rebinding).".into(),
                ));
            }
            DhcpKind::Request => {
                let before = self.led(at).possible;
                if before.is_subset_of(addressed()) && seen.server.is_none() {
                    self.remark(
                        at,
                        "It asked for its old address again: it restarted, or its cable was pulled.",
                    );
                }
                self.begin_anew(at.minus(1));
                self.items.clear();
                self.put(item(
                    Kind::Request,
                    powered(),
                    FOREVER,
                    "It accepted an offer (DHCP REQUEST); the answer is not visible here.".into(),
                ));
            }
            DhcpKind::Nak | DhcpKind::Decline => {
                self.begin_anew(at.minus(1));
                self.items.clear();
                let text = if seen.kind == DhcpKind::Nak {
                    format!(
                        "The DHCP server{} refused the address it asked for (NAK).",
                        seen.server.map(|s| format!(" {s}")).unwrap_or_default()
                    )
                } else {
                    "It declined the address: another device uses it (DHCP DECLINE).".into()
                };
                self.put(item(Kind::Refused, LedSet::only(LedState::SolidRed), FOREVER, text));
            }
            DhcpKind::Ack => {
                self.items.retain(|i| !matches!(i.kind, Kind::Discover | Kind::Request | Kind::Refused));
                let until = seen.lease_secs.map_or(FOREVER, |s| at.plus(u64::from(s) * 1000));
                let ip = seen.yiaddr.or(seen.ciaddr);
                let text = ip.map_or("It got a lease.".to_owned(), |ip| {
                    format!("It got the address {ip} (DHCP ACK).")
                });
                self.put(item(Kind::Bound, addressed(), until, text));
                self.missed = 0;
            }
            DhcpKind::Release => {
                self.begin_anew(at.minus(1));
                self.items.clear();
            }
            DhcpKind::Offer | DhcpKind::Inform => {}
        }
    }

    /// The box answered at `ip`; `at` is when the answer came.
    pub fn arp(&mut self, at: At, ip: Ipv4Addr) {
        self.revision += 1;
        self.missed = 0;
        let (leaves, text) = if ip.is_link_local() {
            (
                LedSet::only(LedState::SolidRed),
                format!("It answers only at {ip}, which a box without a lease gives itself."),
            )
        } else {
            (addressed(), format!("It answers at {ip} (ARP)."))
        };
        if at >= self.begun {
            // an answered address shows how the REQUEST ended
            self.items.retain(|i| !(matches!(i.kind, Kind::Request | Kind::Refused) && i.at <= at));
        }
        self.put(Item {
            kind: Kind::Arp,
            leaves,
            basis: Basis::Measured,
            at,
            until: at.plus(ARP_GOOD_MS),
            text,
        });
    }

    /// One round of ARP without an answer at the address it had. True once that is given up.
    pub fn arp_missed(&mut self) -> bool {
        self.revision += 1;
        self.missed += 1;
        let given_up = self.missed >= ARP_MISSES;
        if given_up {
            self.items.retain(|i| !matches!(i.kind, Kind::Arp | Kind::Bound));
        }
        given_up
    }

    /// An mDNS announcement of this box.
    pub fn announced(&mut self, at: At, seen: &Announcement) {
        self.revision += 1;
        if seen.goodbye {
            self.items.retain(|i| i.kind != Kind::Announced);
            return;
        }
        let (leaves, basis, text) = match seen.led {
            Some(led) => {
                (LedSet::only(led), Basis::Reported, format!("It announces: {} (mDNS).", led.label()))
            }
            None => (powered(), Basis::Measured, "It announces itself (mDNS).".to_owned()),
        };
        self.supersede(at, leaves);
        self.put(Item {
            kind: Kind::Announced,
            leaves,
            basis,
            at,
            until: at.plus(seen.ttl_ms.min(ANNOUNCED_MOST_MS)),
            text,
        });
    }

    /// A recognised line of its console.
    pub fn console(&mut self, at: At, fact: &ConsoleFact, line: &str) {
        self.revision += 1;
        if fact.restarted {
            if self.led(at).possible.is_subset_of(addressed()) {
                self.remark(at, "Its console says that it started anew.");
            }
            self.begin_anew(at.minus(1));
            self.items.clear();
        }
        let leaves = match fact.led {
            Some(led) => LedSet::only(led),
            None if fact.restarted => powered(),
            None => return,
        };
        self.supersede(at, leaves);
        self.put(Item {
            kind: Kind::Console,
            leaves,
            basis: Basis::Reported,
            at,
            until: FOREVER,
            text: format!("Its console says: {line}"),
        });
    }

    /// The console's port was closed or unplugged.
    pub fn console_closed(&mut self, at: At) {
        self.revision += 1;
        for item in self.items.iter_mut().filter(|i| i.kind == Kind::Console) {
            item.until = item.until.min(at.plus(CONSOLE_AFTER_CLOSE_MS));
        }
    }

    /// The installer looked at the LED.
    pub fn saw(&mut self, at: At, led: LedState) {
        self.revision += 1;
        self.supersede(at, LedSet::only(led));
        self.put(Item {
            kind: Kind::Saw,
            leaves: LedSet::only(led),
            basis: Basis::Seen,
            at,
            until: FOREVER,
            text: format!("The installer saw: {}.", led.label()),
        });
    }

    /// Drops what the newer statement `leaves` contradicts: it was true once, and would come back as a wrong
    /// statement when the newer one expires.
    fn supersede(&mut self, at: At, leaves: LedSet) {
        self.items.retain(|i| i.at > at || !i.leaves.and(leaves).is_empty());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Mac;
    use proptest::prelude::*;

    fn dhcp(kind: DhcpKind) -> DhcpSeen {
        DhcpSeen {
            kind,
            mac: Mac([0x34, 0xa5, 0xe1, 0, 0, 1]),
            xid: 1,
            secs: 0,
            broadcast: false,
            ciaddr: None,
            yiaddr: None,
            requested: None,
            server: None,
            mask: None,
            routers: vec![],
            name_servers: vec![],
            lease_secs: Some(120),
            host_name: None,
            vendor_class: None,
            parameter_list: vec![],
            message: None,
            portal: None,
            wpad: None,
            domain: None,
            client_id: None,
        }
    }

    fn announce(led: LedState, ttl_ms: u64) -> Announcement {
        Announcement {
            mac: None,
            ip: None,
            led: Some(led),
            ttl_ms,
            name: "gw".into(),
            firmware: None,
            assumed: true,
            goodbye: false,
        }
    }

    fn line(led: LedState) -> ConsoleFact {
        ConsoleFact { led: Some(led), ..ConsoleFact::default() }
    }

    const IP: Ipv4Addr = Ipv4Addr::new(192, 168, 7, 50);

    #[test]
    fn nothing_known_is_four_states() {
        assert_eq!(Track::default().led(At(5)), LedView::default());
    }

    #[test]
    fn the_table_of_the_design() {
        let mut t = Track::default();
        t.dhcp(At(1_000), &dhcp(DhcpKind::Discover));
        assert_eq!(t.led(At(1_001)).possible, LedSet::only(LedState::SolidRed));
        assert_eq!(t.led(At(1_001)).basis, Basis::Measured);
        t.dhcp(At(5_000), &dhcp(DhcpKind::Discover));
        assert_eq!(t.discover_interval_ms(), Some(4_000));
        assert_eq!(t.led(At(14_999)).possible, LedSet::only(LedState::SolidRed));
        assert_eq!(t.led(At(15_001)).possible, LedSet::ALL, "evidence expired");
        t.dhcp(At(15_500), &dhcp(DhcpKind::Request));
        assert_eq!(t.led(At(15_501)).possible, powered());
        t.arp(At(15_600), IP);
        assert_eq!(t.led(At(15_601)).possible, addressed());
        for _ in 0..ARP_MISSES {
            t.arp_missed();
        }
        assert_eq!(t.led(At(15_700)).possible, LedSet::ALL);
        t.arp(At(15_800), Ipv4Addr::new(169, 254, 3, 4));
        assert_eq!(t.led(At(15_801)).possible, LedSet::only(LedState::SolidRed));
        t.dhcp(At(16_000), &dhcp(DhcpKind::Ack));
        assert_eq!(t.led(At(16_001)).possible, addressed());
        t.dhcp(At(17_000), &dhcp(DhcpKind::Nak));
        assert_eq!(t.led(At(60_000)).possible, LedSet::only(LedState::SolidRed));
    }

    #[test]
    fn a_restart_is_remarked_and_forgets_the_green() {
        let mut t = Track::default();
        t.console(At(10), &line(LedState::SolidGreen), "cloud: connected");
        assert_eq!(t.led(At(1_000_000)).possible, LedSet::only(LedState::SolidGreen));
        t.dhcp(At(20), &dhcp(DhcpKind::Discover));
        assert_eq!(t.led(At(21)).possible, LedSet::only(LedState::SolidRed));
        assert_eq!(t.remarks().len(), 1);
        assert_eq!(t.led(At(1_000_000)).possible, LedSet::ALL, "the old green does not come back");
    }

    #[test]
    fn an_arp_answer_from_before_the_restart_says_nothing() {
        let mut t = Track::default();
        t.dhcp(At(10_000), &dhcp(DhcpKind::Discover));
        t.arp(At(2_000), IP);
        assert_eq!(t.led(At(10_001)).possible, LedSet::only(LedState::SolidRed));
    }

    #[test]
    fn seen_narrows_and_yields_to_newer_evidence() {
        let mut t = Track::default();
        t.arp(At(10), IP);
        t.saw(At(20), LedState::BlinkingRed);
        let led = t.led(At(30));
        assert_eq!((led.possible, led.basis), (LedSet::only(LedState::BlinkingRed), Basis::Seen));
        t.announced(At(40), &announce(LedState::SolidGreen, 500_000));
        let led = t.led(At(50));
        assert_eq!((led.possible, led.basis), (LedSet::only(LedState::SolidGreen), Basis::Reported));
        assert_eq!(t.led(At(40 + ANNOUNCED_MOST_MS)).possible, LedSet::ALL, "TTL is capped, ARP is old");
    }

    #[test]
    fn a_closed_console_is_good_for_thirty_seconds() {
        let mut t = Track::default();
        t.console(At(0), &line(LedState::BlinkingRed), "x");
        t.console_closed(At(1_000));
        assert_eq!(t.led(At(30_999)).possible.len(), 1);
        assert_eq!(t.led(At(31_000)).possible, LedSet::ALL);
    }

    #[test]
    fn rebinding_keeps_the_green() {
        let mut t = Track::default();
        t.announced(At(0), &announce(LedState::SolidGreen, 120_000));
        t.dhcp(At(10), &DhcpSeen { ciaddr: Some(IP), ..dhcp(DhcpKind::Request) });
        assert_eq!(t.led(At(20)).possible, LedSet::only(LedState::SolidGreen));
    }

    /// A box that obeys the vendor's document, and what a laptop may notice of it.
    #[derive(Clone, Debug)]
    enum Step {
        PowerOff,
        PowerOn,
        Lease { ack_visible: bool, arp: bool },
        Nak,
        Connect,
        Lose,
        LeaseLost,
        Console,
        Announce,
        Look,
        Wait(u64),
    }

    fn steps() -> impl Strategy<Value = Vec<Step>> {
        let step = prop_oneof![
            Just(Step::PowerOff),
            Just(Step::PowerOn),
            (any::<bool>(), any::<bool>()).prop_map(|(ack_visible, arp)| Step::Lease { ack_visible, arp }),
            Just(Step::Nak),
            Just(Step::Connect),
            Just(Step::Lose),
            Just(Step::LeaseLost),
            Just(Step::Console),
            Just(Step::Announce),
            Just(Step::Look),
            (1u64..20_000).prop_map(Step::Wait),
        ];
        proptest::collection::vec(step, 1..60)
    }

    proptest! {
        /// Sound and tight, over random lives of a box whose console is connected whenever it was used once and that
        /// announces each change once it has announced itself.
        #[test]
        fn sound_and_tight(steps in steps()) {
            let mut t = Track::default();
            let mut now = At(1);
            let mut truth = LedState::Dark;
            let (mut on_console, mut announces) = (false, false);
            let mut changed_unseen_by_look = false;
            for step in steps {
                now = now.plus(10);
                let before = truth;
                match step {
                    Step::PowerOn if truth == LedState::Dark => {
                        truth = LedState::SolidRed;
                        t.dhcp(now, &dhcp(DhcpKind::Discover));
                    }
                    Step::Lease { ack_visible, arp } if truth == LedState::SolidRed => {
                        t.dhcp(now, &DhcpSeen { server: Some(IP), ..dhcp(DhcpKind::Request) });
                        truth = LedState::BlinkingRed;
                        now = now.plus(5);
                        if ack_visible { t.dhcp(now, &dhcp(DhcpKind::Ack)); }
                        if arp { t.arp(now, IP); }
                    }
                    Step::Nak if truth == LedState::SolidRed => {
                        t.dhcp(now, &dhcp(DhcpKind::Request));
                        t.dhcp(now.plus(1), &dhcp(DhcpKind::Nak));
                        now = now.plus(1);
                    }
                    Step::Connect if truth == LedState::BlinkingRed => truth = LedState::SolidGreen,
                    Step::Lose if truth == LedState::SolidGreen => truth = LedState::BlinkingRed,
                    Step::LeaseLost if addressed().contains(truth) => {
                        truth = LedState::SolidRed;
                        t.dhcp(now, &dhcp(DhcpKind::Discover));
                    }
                    Step::Console if truth != LedState::Dark => on_console = true,
                    Step::Announce if addressed().contains(truth) => announces = true,
                    Step::Look => { t.saw(now, truth); changed_unseen_by_look = false; }
                    Step::Wait(ms) => {
                        now = now.plus(ms);
                        // a box without a lease goes on asking, as RFC 2131 has it
                        if truth == LedState::SolidRed { t.dhcp(now, &dhcp(DhcpKind::Discover)); }
                    }
                    Step::PowerOff if truth == LedState::Dark => {}
                    _ => {}
                }
                if before != truth { changed_unseen_by_look = true; }
                if on_console && truth != LedState::Dark { t.console(now, &line(truth), "x"); }
                if announces && addressed().contains(truth) { t.announced(now, &announce(truth, 120_000)); }
                now = now.plus(1);
                let led = t.led(now);
                // an installer's look is good until newer evidence contradicts it; a silent change is not visible to anybody
                let blind = changed_unseen_by_look && led.basis == Basis::Seen;
                if truth != LedState::Dark && !blind {
                    prop_assert!(led.possible.contains(truth), "{truth:?} not in {led:?}");
                }
                prop_assert!(!led.possible.is_empty());
                prop_assert_eq!(t.possible(now), led.possible);
                // tight: no evidence that is good and not contradicted would narrow the set further
                for item in t.items.iter().filter(|i| i.at <= now && now < i.until) {
                    let narrowed = led.possible.and(item.leaves);
                    prop_assert!(narrowed.is_empty() || narrowed == led.possible);
                }
            }
        }

        /// Evidence never comes back to life, and expiry only widens.
        #[test]
        fn expiry_only_widens(steps in steps(), wait in 0u64..300_000) {
            let mut t = Track::default();
            let mut now = At(1);
            for step in steps {
                now = now.plus(10);
                match step {
                    Step::PowerOn => t.dhcp(now, &dhcp(DhcpKind::Discover)),
                    Step::Lease { .. } => t.arp(now, IP),
                    Step::Announce => t.announced(now, &announce(LedState::SolidGreen, 60_000)),
                    Step::Console => t.console_closed(now),
                    _ => {}
                }
            }
            let a = t.led(now).possible;
            let b = t.led(now.plus(wait)).possible;
            prop_assert!(a.is_subset_of(b) || b.and(a).is_empty());
        }
    }
}
