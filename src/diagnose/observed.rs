//! Plain observations that can speak against a cause. Each is read from the results and the LED alone, never from what
//! a rule concluded, so that a verdict can be held against them: which observation excludes which cause stands in
//! [`super::catalogue::excluded_by`].

use super::Scene;
use super::digest::{Digest, Router};
use super::rules::{about, another_router};
use crate::model::check::{CheckId, CheckResult, Measured, NameRole, Offer, Outcome, Target, Transport};
use crate::model::evidence::DhcpKind;
use crate::model::snapshot::GatewayView;
use crate::model::{At, LedState, Mac};
use std::collections::BTreeSet;

macro_rules! observed {
    ($($(#[$doc:meta])* $name:ident = $says:literal),+ $(,)?) => {
        /// Something that was observed, and that some cause cannot live with.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Observed { $($(#[$doc])* $name),+ }

        impl Observed {
            pub const ALL: &'static [Observed] = &[$(Observed::$name),+];

            /// What was observed, as a part of a sentence.
            #[must_use]
            pub fn says(self) -> &'static str {
                match self { $(Observed::$name => $says),+ }
            }
        }
    };
}

observed! {
    // --- this computer
    LinkUp = "this computer's cable has a link",
    FairWitness = "no VPN, no proxy and one kind of link on this computer",
    TunnelRoute = "this computer's traffic goes into a VPN",
    // --- the box
    LedDark = "the LED is dark",
    LedSolidRed = "the LED is solid red",
    LedBlinking = "the LED blinks red",
    LedGreen = "the LED is solid green",
    BoxAsks = "the gateway is heard asking for an address",
    BoxAnswersArp = "the gateway answers at its address",
    TypedMacIsHere = "the MAC that was typed in was met here",
    BoxInOwnSubnet = "the gateway's address is of this computer's subnet",
    // --- the lease
    NoServerAnswers = "no DHCP server answers anybody",
    ServerAnswers = "a DHCP server answers",
    OneServer = "one DHCP server answers, and no other",
    OfferToNewMac = "a made-up MAC is offered an address",
    OfferToGateway = "the gateway's MAC is offered an address",
    OfferNamesRouter = "the offer names a router",
    OfferNamesServer = "the offer names a name server",
    /// A server's messages arrive here, and this computer has no lease of it that would have to be offered again.
    AnswersArriveAndNothingIsOffered =
        "the server's answers arrive at this socket, and it offers nothing to anybody",
    RouterAnswers = "every router that is handed out answers",
    Ipv4IsSpoken = "IPv4 neighbours, the router or the internet answer by IPv4",
    // --- names
    NameServerAnswers = "a name server that is handed out answers over UDP",
    FirstServerAnswers = "the first name server answers",
    CloudNameResolves = "a name of the cloud resolves",
    EveryCloudNameResolves = "every name of the cloud resolves",
    OutsideNameResolves = "a name of the outside resolves",
    MadeUpNameIsDenied = "a made-up name is said not to exist",
    LineIsUp = "names come from the internet, and no router beyond this site refuses",
    // --- the way out
    CloudOpens = "a connection to the cloud opens",
    CloudOpens443 = "a connection to the cloud opens on 443",
    CloudOpens4321 = "a connection to the cloud opens on 4321",
    EveryAddressOpens = "every address of the cloud opens",
    CloudShut = "no connection to the cloud opens from this computer",
    CloudOpensElsewhere = "the cloud opens over another network",
    /// Not where the gateway is given another router than this computer uses.
    RouterLeadsOut = "something on the internet answers by the router that the gateway uses too",
    ControlAnswers = "another address on the internet answers",
    ContentPasses = "whatever is said on an open connection passes",
    FullSizePasses = "full-size segments pass",
    ChainsArePublic = "every certificate is of a public authority",
    EveryAttemptOpens = "each of many attempts opens at once",
    // --- what a pasted text states
    FirewallDenies = "the firewall says that it denied the gateway's connections to the cloud",
    FirewallAllows = "the firewall says that it let the gateway's connections to the cloud through",
    LeaseReported = "the DHCP server says that the gateway has a lease in force",
}

/// What a box did longer ago than this it may do no more.
const LATELY_MS: u64 = 60_000;

/// What the results and this computer say, whichever box it is about.
#[must_use]
pub fn of_site(scene: &Scene<'_>, d: &Digest<'_>) -> BTreeSet<Observed> {
    let mut seen = of_results(d);
    of_host(scene, d, &mut seen);
    seen
}

/// What is observed of one box, or of all that are asked about (`None`), each of them.
#[must_use]
pub fn of_box(scene: &Scene<'_>, mac: Option<Mac>) -> BTreeSet<Observed> {
    let boxes: Vec<&GatewayView> = match (mac, scene.alone) {
        (Some(mac), Some(alone)) if alone.mac == mac => vec![alone],
        (Some(mac), _) => scene.gateways.iter().filter(|g| g.mac == mac).collect(),
        (None, _) => about(scene).collect(),
    };
    of_boxes(scene, &boxes)
}

/// What one result states by itself. What only several together say is left to [`of_site`].
#[must_use]
pub fn in_result(d: &Digest<'_>, r: &CheckResult) -> Vec<Observed> {
    use Observed as O;
    let passed = r.outcome == Outcome::Passed;
    let mut out = Vec::new();
    let mut say = |is: bool, what| {
        if is {
            out.push(what);
        }
    };
    match &r.target {
        Target::Segment if r.id == CheckId::Offer => {
            let offers = offers(r);
            let any = |is: fn(&Offer) -> bool| offers.iter().any(is);
            say(d.offers == Some(&[]), O::NoServerAnswers);
            say(!offers.is_empty(), O::ServerAnswers);
            say(any(|o| o.to_new_mac), O::OfferToNewMac);
            say(any(|o| o.to_gateway), O::OfferToGateway);
            say(any(|o| !o.routers.is_empty()), O::OfferNamesRouter);
            say(any(|o| !o.name_servers.is_empty()), O::OfferNamesServer);
        }
        Target::Name { server, role, name_role, transport: Transport::Udp, .. } => {
            let local = d.names.asked.contains(server) && d.names.role == Some(*role);
            let decides = local && d.names.decides == Some(*server);
            let cloud = *name_role == NameRole::Cloud;
            say(local && answered(r), O::NameServerAnswers);
            say(local && d.names.asked.first() == Some(server) && answered(r), O::FirstServerAnswers);
            say(decides && cloud && passed && !d.names.leads_to_a_page, O::CloudNameResolves);
            say(decides && *name_role == NameRole::Control && passed, O::OutsideNameResolves);
            say(decides && *name_role == NameRole::Nonsense && passed, O::MadeUpNameIsDenied);
        }
        Target::Cloud { addr, .. } if r.id == CheckId::Ports => {
            let opens = passed && d.decides(r);
            say(opens, O::CloudOpens);
            say(opens && addr.port() == 443, O::CloudOpens443);
            say(opens && addr.port() == 4321, O::CloudOpens4321);
            say(opens, O::Ipv4IsSpoken);
        }
        Target::Elsewhere { .. } => say(passed, O::CloudOpensElsewhere),
        Target::Control(_) if r.id == CheckId::Control => {
            say(passed, O::ControlAnswers);
            say(passed, O::Ipv4IsSpoken);
        }
        Target::Router(_) => say(passed, O::Ipv4IsSpoken),
        _ => {}
    }
    out
}

/// What the results say together.
fn of_results(d: &Digest<'_>) -> BTreeSet<Observed> {
    use Observed as O;
    let mut seen: BTreeSet<O> = d.results().iter().flat_map(|r| in_result(d, r)).collect();
    let mut say = |is: bool, what| {
        if is {
            seen.insert(what);
        }
    };
    let all_pass = |of: fn(&CheckResult) -> bool| {
        let mut tried = d.results().iter().filter(|r| of(r) && decided(r)).peekable();
        tried.peek().is_some() && tried.all(|r| r.outcome == Outcome::Passed)
    };
    let servers: BTreeSet<_> = d.offers.unwrap_or_default().iter().map(|o| o.server).collect();
    say(servers.len() == 1, O::OneServer);
    // one that could not be asked may be dead
    let all_answer =
        d.results().iter().filter(|r| r.id == CheckId::Router).all(|r| r.outcome == Outcome::Passed);
    say(d.router == Router::Answers && all_answer, O::RouterAnswers);
    say(d.names.every_cloud_name && !d.names.leads_to_a_page, O::EveryCloudNameResolves);
    say(d.names.line_up && !d.ends_outside, O::LineIsUp);
    let deciding: Vec<&CheckResult> = d.deciding().collect();
    let opens = deciding.iter().filter(|r| r.outcome == Outcome::Passed).count();
    say(opens > 0 && opens == deciding.len(), O::EveryAddressOpens);
    say(opens == 0 && !deciding.is_empty(), O::CloudShut);
    say(all_pass(|r| matches!(r.target, Target::Saying { .. })), O::ContentPasses);
    say(all_pass(|r| matches!(r.target, Target::FullSize(_))), O::FullSizePasses);
    let chains: Vec<bool> = d
        .results()
        .iter()
        .filter_map(|r| match &r.measured {
            Measured::Tls(seen) => Some(seen.public && seen.product.is_none()),
            _ => None,
        })
        .collect();
    say(!chains.is_empty() && chains.iter().all(|public| *public), O::ChainsArePublic);
    let prompt = |us: &Option<u64>| us.is_some_and(|us| us < super::rules::RESENT_US);
    say(d.attempts.is_some_and(|all| !all.is_empty() && all.iter().all(prompt)), O::EveryAttemptOpens);
    seen
}

fn of_host(scene: &Scene<'_>, d: &Digest<'_>, seen: &mut BTreeSet<Observed>) {
    use Observed as O;
    let mut say = |is: bool, what| {
        if is {
            seen.insert(what);
        }
    };
    say(d.carrier == Some(true), O::LinkUp);
    say(d.tunnel_route, O::TunnelRoute);
    let witness = |r: &&CheckResult| r.id == CheckId::Witness;
    let mut witnesses = d.results().iter().filter(witness).peekable();
    say(witnesses.peek().is_some() && witnesses.all(|r| r.outcome == Outcome::Passed), O::FairWitness);
    say(ipv4_neighbours(scene), O::Ipv4IsSpoken);
    let out = d.control == Some(true) || d.way_out.passes();
    say(out && another_router(scene, d).is_none(), O::RouterLeadsOut);
    let offered = d.offers.unwrap_or_default();
    let nothing = !offered.is_empty() && offered.iter().all(|o| !(o.to_new_mac || o.to_own || o.to_gateway));
    say(nothing && !d.asked_for.is_empty() && !leases_here(scene), O::AnswersArriveAndNothingIsOffered);
}

/// This computer's address is known to come from a DHCP server.
#[must_use]
pub fn leases_here(scene: &Scene<'_>) -> bool {
    scene.host.interface().and_then(|i| i.lease.as_ref()).is_some_and(|l| l.dhcp == Some(true))
}

/// Somebody else on this segment has an IPv4 address that is not self-assigned.
fn ipv4_neighbours(scene: &Scene<'_>) -> bool {
    let boxes: BTreeSet<Mac> = scene.gateways.iter().map(|g| g.mac).collect();
    scene.hosts.iter().any(|h| !h.ip.is_link_local() && !boxes.contains(&h.mac))
}

/// What all of these boxes show, each of them.
fn of_boxes(scene: &Scene<'_>, boxes: &[&GatewayView]) -> BTreeSet<Observed> {
    use Observed as O;
    let mut seen = BTreeSet::new();
    let mut say = |is: bool, what| {
        if is && !boxes.is_empty() {
            seen.insert(what);
        }
    };
    let all = |is: &dyn Fn(&GatewayView) -> bool| boxes.iter().all(|g| is(g));
    for (state, what) in [
        (LedState::Dark, O::LedDark),
        (LedState::SolidRed, O::LedSolidRed),
        (LedState::BlinkingRed, O::LedBlinking),
        (LedState::SolidGreen, O::LedGreen),
    ] {
        say(all(&|g| g.led.possible.known() == Some(state)), what);
    }
    let lately = |at: At| scene.now.since(at) <= LATELY_MS;
    let asks = |g: &GatewayView| {
        let mut asked = g.dhcp.iter().filter(|(at, _)| lately(*at));
        g.ip.is_none() && asked.any(|(_, k)| matches!(k, DhcpKind::Discover | DhcpKind::Request))
    };
    say(all(&asks), O::BoxAsks);
    say(all(&|g| g.answered.is_some_and(lately)), O::BoxAnswersArp);
    say(
        boxes.len() == 1 && all(&|g| scene.typed_mac == Some(g.mac) && g.first_seen_ms.is_some()),
        O::TypedMacIsHere,
    );
    if !scene.pasted.is_empty() {
        let told: Vec<BTreeSet<O>> = boxes.iter().map(|g| super::rules::pasted::observed(scene, g)).collect();
        for what in [O::FirewallDenies, O::FirewallAllows, O::LeaseReported] {
            say(told.iter().all(|t| t.contains(&what)), what);
        }
    }
    let own: Vec<_> = scene.host.interface().map(|i| i.addresses.clone()).unwrap_or_default();
    say(
        all(&|g| g.ip.is_some_and(|ip| own.iter().any(|a| !a.is_link_local() && a.contains(ip)))),
        O::BoxInOwnSubnet,
    );
    seen
}

/// It accepted an offer (DHCPREQUEST in state SELECTING, RFC 2131 table 4): the offers reach it.
#[must_use]
pub fn takes_offers(g: &GatewayView) -> bool {
    g.dhcp_trace.iter().any(|m| m.kind == DhcpKind::Request && m.ciaddr.is_none() && m.server.is_some())
}

fn offers(r: &CheckResult) -> &[Offer] {
    match &r.measured {
        Measured::Offers(offers) | Measured::Answers { offers, .. } => offers,
        _ => &[],
    }
}

fn decided(r: &CheckResult) -> bool {
    matches!(r.outcome, Outcome::Passed | Outcome::Failed(_))
}

/// A name server said something, whatever it was.
fn answered(r: &CheckResult) -> bool {
    super::names::answered(&r.outcome)
}
