//! What the name servers' answers mean together: the filter signatures of field guide 4.3 and 5.4.

use crate::model::check::{
    CheckId, CheckResult, Failure, Measured, NameRole, Outcome, ServerRole, Target, Transport,
};
use std::net::IpAddr;

/// How name resolution stands for the gateway.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NamesState {
    Unknown,
    /// Every name of the cloud resolves.
    Fine,
    /// This computer and DHCP know no name server.
    NoServer,
    /// No server answers over UDP.
    Silent,
    /// Servers answer, but resolve nothing of the outside.
    NoForwarding,
    /// The cloud's names are refused where others are not.
    Blocked,
    /// One of the cloud's names resolves, another is refused.
    OneBlocked,
    /// Every name gives the same wrong address.
    Redirected,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Names {
    pub state: NamesState,
    /// The first server of the list is silent, a later one answers.
    pub first_silent: bool,
    /// A random name got a proper "does not exist": the way to the roots of the DNS is there.
    pub upstream_alive: bool,
    /// TCP 53 answers where UDP 53 does not.
    pub only_tcp: bool,
    /// It does so because answers over UDP are cut short: most devices ask again by TCP then, small ones may not.
    pub cut_short: bool,
    /// A public server gives other addresses for the cloud's names than this network's own. That alone is nothing
    /// (addresses may vary by place); with ports that stay shut it is a filter's page.
    pub disputed: bool,
    /// Whose servers are judged: those that DHCP hands out, else this computer's own.
    pub role: Option<ServerRole>,
    /// Those servers, in their order.
    pub asked: Vec<IpAddr>,
    /// The server whose answers decide: the first that answers over UDP.
    pub decides: Option<IpAddr>,
    /// The addresses that it gives for the cloud's names: what the box would use.
    pub given: Vec<IpAddr>,
    /// It resolves every name of the cloud.
    pub every_cloud_name: bool,
    /// The addresses that the names give are a filter's page, as the ports show.
    pub leads_to_a_page: bool,
    /// Some server has just learnt from the internet what exists and what does not: a made-up name is denied, and a
    /// name of the outside resolves. One of both alone may be memory, or an inner root.
    pub line_up: bool,
}

impl Names {
    fn unknown() -> Names {
        Names {
            state: NamesState::Unknown,
            first_silent: false,
            upstream_alive: false,
            only_tcp: false,
            cut_short: false,
            disputed: false,
            role: None,
            asked: Vec::new(),
            decides: None,
            given: Vec::new(),
            every_cloud_name: false,
            leads_to_a_page: false,
            line_up: false,
        }
    }
}

/// A name server said something, whatever it was.
#[must_use]
pub fn answered(outcome: &Outcome) -> bool {
    match outcome {
        Outcome::Passed => true,
        Outcome::Failed(f) => matches!(
            f,
            Failure::NxDomain
                | Failure::ServFail
                | Failure::DnsRefused
                | Failure::NoData
                | Failure::Sinkhole
                | Failure::PrivateAddress
                | Failure::AnsweredNonsense
                | Failure::Malformed
        ),
        Outcome::Skipped(_) | Outcome::Inconclusive(_) => false,
    }
}

/// One answer, as far as it matters here.
struct Answer<'a> {
    server: IpAddr,
    role: ServerRole,
    name: &'a str,
    name_role: NameRole,
    transport: Transport,
    outcome: &'a Outcome,
    addresses: &'a [IpAddr],
}

impl Answer<'_> {
    /// The server answered at all, whatever it said.
    fn answered(&self) -> bool {
        answered(self.outcome)
    }
}

fn answers(results: &[CheckResult]) -> Vec<Answer<'_>> {
    results
        .iter()
        .filter(|r| r.id == CheckId::Names)
        .filter_map(|r| match &r.target {
            Target::Name { server, role, name, name_role, transport } => Some(Answer {
                server: *server,
                role: *role,
                name,
                name_role: *name_role,
                transport: *transport,
                outcome: &r.outcome,
                addresses: match &r.measured {
                    Measured::Addresses(a) => a,
                    _ => &[],
                },
            }),
            _ => None,
        })
        .filter(|a| matches!(a.outcome, Outcome::Passed | Outcome::Failed(_)))
        .collect()
}

pub fn read_names(results: &[CheckResult]) -> Names {
    let mut names = Names::unknown();
    let all = answers(results);
    // the servers that the gateway is given decide; this computer's own only when those are not known
    let role =
        if all.iter().any(|a| a.role == ServerRole::Lease) { ServerRole::Lease } else { ServerRole::Host };
    let local: Vec<&Answer<'_>> = all.iter().filter(|a| a.role == role).collect();
    if local.is_empty() {
        let none = results
            .iter()
            .any(|r| r.id == CheckId::Names && r.outcome.failure() == Some(Failure::NoNameServer));
        if none {
            names.state = NamesState::NoServer;
        }
        return names;
    }
    names.role = Some(role);
    names.line_up = line_is_up(&all);
    let mut servers: Vec<IpAddr> = Vec::new();
    for a in &local {
        if !servers.contains(&a.server) {
            servers.push(a.server);
        }
    }
    names.asked.clone_from(&servers);
    let alive =
        |s: IpAddr, t: Transport| local.iter().any(|a| a.server == s && a.transport == t && a.answered());
    names.upstream_alive = all.iter().any(|a| {
        matches!(a.name_role, NameRole::Nonsense | NameRole::Control) && matches!(a.outcome, Outcome::Passed)
    });
    let Some(first_alive) = servers.iter().copied().find(|s| alive(*s, Transport::Udp)) else {
        names.only_tcp = servers.iter().any(|s| alive(*s, Transport::Tcp));
        let cut = |a: &&Answer<'_>| a.outcome.failure() == Some(Failure::CutShort);
        names.cut_short = names.only_tcp && local.iter().any(cut);
        names.state = NamesState::Silent;
        return names;
    };
    names.decides = Some(first_alive);
    names.first_silent = servers.first() != Some(&first_alive);
    // a resolver asks the next server only when one is silent, so the first that answers decides
    let of_first: Vec<&Answer<'_>> =
        local.iter().copied().filter(|a| a.server == first_alive && a.transport == Transport::Udp).collect();
    let control_server: Vec<&Answer<'_>> = all.iter().filter(|a| a.role == ServerRole::Control).collect();
    names.state = judge(&of_first, &control_server);
    names.every_cloud_name = every_cloud_name(&of_first);
    let cloud = |answers: &[&Answer<'_>]| -> Vec<IpAddr> {
        let passed =
            answers.iter().filter(|a| a.name_role == NameRole::Cloud && *a.outcome == Outcome::Passed);
        passed.flat_map(|a| a.addresses.iter().copied()).collect()
    };
    let (here, elsewhere) = (cloud(&of_first), cloud(&control_server));
    let by_any_transport: Vec<&Answer<'_>> =
        local.iter().copied().filter(|a| a.server == first_alive).collect();
    names.given = cloud(&by_any_transport);
    names.disputed =
        !here.is_empty() && !elsewhere.is_empty() && !here.iter().any(|ip| elsewhere.contains(ip));
    names
}

/// See [`Names::line_up`]. What a public server says came over the line.
fn line_is_up(all: &[Answer<'_>]) -> bool {
    let good = |a: &&Answer<'_>| *a.outcome == Outcome::Passed;
    all.iter().filter(good).any(|denied| {
        let same = |a: &&Answer<'_>| a.server == denied.server && a.role == denied.role;
        denied.name_role == NameRole::Nonsense
            && (denied.role == ServerRole::Control
                || all.iter().filter(good).filter(same).any(|a| a.name_role == NameRole::Control))
    })
}

/// Every name of the cloud that was asked for has one good answer.
fn every_cloud_name(answers: &[&Answer<'_>]) -> bool {
    let mut of_cloud = answers.iter().filter(|a| a.name_role == NameRole::Cloud).peekable();
    let fine = |name: &str| {
        let mut same = answers.iter().filter(|a| a.name_role == NameRole::Cloud && a.name == name);
        same.any(|a| *a.outcome == Outcome::Passed)
    };
    of_cloud.peek().is_some() && of_cloud.all(|a| fine(a.name))
}

fn judge(answers: &[&Answer<'_>], control_server: &[&Answer<'_>]) -> NamesState {
    let of = |role: NameRole| answers.iter().filter(move |a| a.name_role == role);
    let cloud_names: Vec<&str> = {
        let mut n: Vec<&str> = of(NameRole::Cloud).map(|a| a.name).collect();
        n.sort_unstable();
        n.dedup();
        n
    };
    if cloud_names.is_empty() {
        return NamesState::Unknown;
    }
    // a name is asked for several times, since its address is chosen at random: one good answer is enough
    let fine =
        |name: &str| of(NameRole::Cloud).any(|a| a.name == name && matches!(a.outcome, Outcome::Passed));
    let nonsense: Vec<IpAddr> = of(NameRole::Nonsense)
        .filter(|a| a.outcome.failure() == Some(Failure::AnsweredNonsense))
        .flat_map(|a| a.addresses.iter().copied())
        .collect();
    let cloud_addresses: Vec<IpAddr> =
        of(NameRole::Cloud).flat_map(|a| a.addresses.iter().copied()).collect();
    // some providers answer for every name that does not exist; only when the cloud's names get the same address
    // does that concern the gateway
    if !nonsense.is_empty()
        && !cloud_addresses.is_empty()
        && cloud_addresses.iter().all(|a| nonsense.contains(a))
    {
        return NamesState::Redirected;
    }
    let good = cloud_names.iter().filter(|n| fine(n)).count();
    if good == cloud_names.len() {
        return NamesState::Fine;
    }
    if good > 0 {
        return NamesState::OneBlocked;
    }
    let failures: Vec<Failure> = of(NameRole::Cloud).filter_map(|a| a.outcome.failure()).collect();
    if failures.iter().any(|f| matches!(f, Failure::Sinkhole | Failure::PrivateAddress)) {
        return NamesState::Blocked;
    }
    let control_fine = of(NameRole::Control).any(|a| matches!(a.outcome, Outcome::Passed));
    if control_fine {
        return NamesState::Blocked;
    }
    let others: Vec<Failure> = of(NameRole::Control).filter_map(|a| a.outcome.failure()).collect();
    let nonsense_fine = of(NameRole::Nonsense).any(|a| matches!(a.outcome, Outcome::Passed));
    let same_as_others = !others.is_empty()
        && failures.iter().all(|f| others.contains(f))
        && !failures.contains(&Failure::NxDomain);
    if same_as_others && !nonsense_fine {
        return NamesState::NoForwarding;
    }
    // some questions are answered and some are not, whatever the name: that is loss or delay, not a filter
    if same_as_others && failures.iter().all(|f| *f == Failure::Silence) {
        return NamesState::Unknown;
    }
    if failures.iter().all(|f| *f == Failure::ServFail) && !nonsense_fine {
        return NamesState::NoForwarding;
    }
    // "no such name" for everything: an inner resolver, unless the outside does not know the control names either
    let elsewhere_control_fine = control_server
        .iter()
        .any(|a| a.name_role == NameRole::Control && matches!(a.outcome, Outcome::Passed));
    if others.contains(&Failure::NxDomain) && elsewhere_control_fine {
        return NamesState::NoForwarding;
    }
    NamesState::Blocked
}
