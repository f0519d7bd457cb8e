//! Every timeout and interval of the checks, each with its reason. Quick verdict at most 5 s on a broken network,
//! 1.5 s on a healthy one (design section 5).

use std::time::Duration;

const fn ms(n: u64) -> Duration {
    Duration::from_millis(n)
}

/// TCP connect to the cloud. A SYN is sent again after 1 s and 3 s, so three are on their way; and a router whose
/// uplink is out says "host unreachable" only after three ARP tries, at about 3.1 s.
pub const CONNECT: Duration = ms(3_500);
/// A documented address that no name gives is waited for this long when all that names give are open.
pub const UNNAMED_ADDRESS: Duration = ms(800);
/// TCP connect to a control address: one retransmission is enough, the first answer ends the check.
pub const CONTROL: Duration = ms(2_800);
/// A middlebox that answers for nobody is near: it answers faster than the cloud could.
pub const CANARY: Duration = ms(1_000);
/// One question to a name server, all its resends included. Resolvers give up on a dead upstream later than that,
/// so silence here is "no answer in time".
pub const NAME: Duration = ms(3_500);
/// The question for an IPv6 address, which decides nothing: one question, not sent again.
pub const NAME_IPV6: Duration = ms(900);
/// The question for a server's reasons: it has just answered.
pub const NAME_REASON: Duration = ms(900);
/// A lost datagram is sent again after this (RFC 1035 4.2.1 asks for 2 to 5 s between servers; this is one server,
/// and one lost packet must not look like an outage).
pub const NAME_RESEND: Duration = ms(1_000);
/// An answer that took this long, milliseconds, came only when the question was sent again.
pub const NAME_RESENT_MS: u64 = 980;
/// A SYN-ACK later than this was answered only when the SYN was sent again, after a second (RFC 6298 2.1).
pub const SYN_RESENT_US: u64 = 900_000;
/// How long names wait for a DHCP server to say which name servers it hands out; its answer takes milliseconds.
pub const NAMES_WAIT_FOR_OFFER: Duration = ms(200);
/// Name servers of a healthy network have answered by then; after it the public ones are asked for comparison.
pub const NAMES_SLOW: Duration = ms(600);
/// A later server of the list that is silent this long is not waited for when the first one answers.
pub const NAMES_LATER_SERVER: Duration = ms(1_000);
/// How often a cloud name is asked: its address is chosen at random, so one answer shows only a part of the set.
pub const CLOUD_NAME_REPEATS: usize = 3;
/// The operating system asks three times, one second apart, before it gives a neighbour up.
pub const ROUTER: Duration = ms(3_200);
/// Between two looks at the neighbour table for the router.
pub const ROUTER_LOOK: Duration = ms(20);
/// Port 68 is held no longer than this at a time (design section 5, `offer`).
pub const OFFER_HOLD: Duration = ms(2_900);
/// The whole DHCP probe: some servers look for three seconds whether an address is free before they offer it.
pub const OFFER: Duration = ms(4_200);
/// What such a server is given at least, from the DISCOVER on.
pub const OFFER_AFTER_DISCOVER: Duration = ms(3_600);
/// An INFORM is answered from configuration, without such a look; after this a DISCOVER is added.
pub const OFFER_INFORM: Duration = ms(350);
/// A DHCP probe is sent again after this.
pub const OFFER_RESEND: Duration = ms(1_000);
/// A connection on which something will be said: the port has just opened, so one retransmission is enough.
pub const SPEAK_OPEN: Duration = ms(1_500);
/// How long an open connection is listened to: as long as the canaries take, so that a healthy check waits for neither.
pub const SPEAK_LISTEN: Duration = ms(1_000);
/// What was said and is not acknowledged by then gets this long in addition: two retransmissions.
pub const SPEAK_ACKNOWLEDGED: Duration = ms(1_500);
/// Hops within which a reset of content is looked for: the site's own routers and the provider's first.
pub const SPEAK_HOPS: u8 = 4;
/// Addresses at which it is looked for: one for each of the vendor's ports.
pub const SPEAK_WITHIN: usize = 2;
/// A full-size segment is retransmitted after 0.2 to 1 s, and again after twice that.
pub const SIZE: Duration = ms(2_500);
/// A portal is near: it opens faster than the cloud could.
pub const PORTAL_OPEN: Duration = ms(1_000);
/// A web page's head.
pub const PORTAL_ANSWER: Duration = ms(1_500);
/// The first router answers within a round trip of this network.
pub const ONE_HOP: Duration = ms(700);
/// Eight hops at once; a provider's router answers within a second or not at all.
pub const PATH: Duration = ms(1_200);
/// Times that each question to the DHCP servers is sent.
pub const OFFER_TRIES: u32 = 3;
/// After the time in which a made-up MAC was answered, the box's MAC gets this much more.
pub const OFFER_AS_GATEWAY: Duration = ms(1_200);
/// A made-up MAC that has no offer by then: this computer's own MAC is asked for too.
pub const OFFER_OWN_MAC: Duration = ms(700);
/// Many attempts at one address: enough to tell one lost packet in fifty from one in five.
pub const AGAIN_TIMES: u32 = 24;
/// Between two of them.
pub const AGAIN_PAUSE: Duration = ms(40);
/// Each of them: the first retransmission comes after one second.
pub const AGAIN: Duration = ms(1_400);
/// The cloud over another interface.
pub const ELSEWHERE: Duration = ms(2_500);
/// What this computer refuses by itself it refuses at once; whoever is there answers ARP within this.
pub const OWN_FILTER: Duration = ms(400);
/// When nothing has opened by then, the way is looked along while the connections still have their time.
pub const NOTHING_OPENED: Duration = ms(1_100);
/// After the touch: the keep-alive is sent at once and then each second, three times in all; a connection that still
/// stands after that was answered.
pub const HOLD_TOUCH: Duration = ms(5_000);
/// After a first OFFER a second server is given this long.
pub const OFFER_SECOND: Duration = ms(100);
