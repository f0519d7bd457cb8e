//! A recording, field by field: its header, and everything that the engine was told.

use super::{Public, decide};
use crate::model::check::{CheckResult, Hop, Inspector, Measured, Offer, Outcome, Target, TlsSeen};
use crate::model::footprint::Footprint;
use crate::model::recording::{Event, Header, Input, KIND};
use crate::model::snapshot::Limit;

impl Public<'_> {
    pub(in crate::report) fn header(&mut self, header: &mut Header) {
        decide!(
            self,
            header,
            Header {
                kind: recording_kind,
                format: keep,
                version: sentence,
                started_unix_ms: keep,
                site: site,
                note: sentence,
                profile: profile_text,
            }
        );
    }

    fn recording_kind(&mut self, kind: &mut String) {
        KIND.clone_into(kind);
    }

    /// Nobody's site: the name is learnt for the sentences, and left out.
    fn site(&mut self, site: &mut String) {
        self.name(site);
        self.leave_out(site);
    }

    /// A profile describes the box, and what was seen is judged by it. Its comments are nobody's business.
    fn profile_text(&mut self, text: &mut Option<String>) {
        let bare =
            |text: &String| toml::from_str::<toml::Table>(text).ok().and_then(|t| toml::to_string(&t).ok());
        *text = text.as_ref().and_then(bare);
    }

    pub(in crate::report) fn event(&mut self, event: &mut Event) {
        decide!(self, event, Event { at: keep, input: input });
    }

    fn input(&mut self, input: &mut Input) {
        match input {
            Input::Host(view) => self.host_view(view),
            Input::Saw(observation) => self.observation(observation),
            Input::Limited(limit) => self.limit(limit),
            Input::Broke { what, why } => {
                self.sentence(what);
                self.sentence(why);
            }
            Input::HearsDhcp(hears) => self.keep(hears),
            Input::Console { port, open, status } => {
                self.path(port);
                self.keep(open);
                self.sentence(status);
            }
            Input::Searched | Input::CouldNotAsk | Input::AllChecked | Input::Ended | Input::Cancelled => {}
            Input::TableFull { overflowed } => self.keep(overflowed),
            Input::Begun { check, quiet } => {
                self.keep(check);
                self.keep(quiet);
            }
            Input::Checked { id, results } => {
                self.keep(id);
                self.results(results);
            }
            Input::Watching(on) => self.keep(on),
            Input::Chose(mac) => self.mac(mac),
            Input::HoldBegun { rungs, lasts_secs } => {
                self.keep(rungs);
                self.keep(lasts_secs);
            }
            Input::HoldEnded { cancelled } => self.keep(cancelled),
            Input::Sent(footprint) => self.footprint(footprint),
        }
    }

    pub(super) fn limit(&mut self, limit: &mut Limit) {
        decide!(self, limit, Limit { what: sentence, why: sentence, advice: sentence });
    }

    pub(super) fn footprint(&mut self, footprint: &mut Footprint) {
        decide!(self, footprint, Footprint { by_kind: keep, addresses: ip });
    }

    pub(super) fn results(&mut self, all: &mut Vec<CheckResult>) {
        for r in all {
            decide!(
                self,
                r,
                CheckResult {
                    id: keep,
                    target: target,
                    outcome: outcome,
                    took_ms: keep,
                    measured: measured,
                    detail: sentence,
                }
            );
        }
    }

    fn outcome(&mut self, outcome: &mut Outcome) {
        match outcome {
            Outcome::Passed => {}
            Outcome::Failed(failure) => self.keep(failure),
            Outcome::Skipped(why) | Outcome::Inconclusive(why) => self.sentence(why),
        }
    }

    fn target(&mut self, target: &mut Target) {
        match target {
            Target::Host | Target::Segment => {}
            Target::Interface(name) => self.interface(name),
            Target::Router(ip) => self.v4(ip),
            Target::Name { server, role, name, name_role, transport } => {
                self.ip(server);
                self.keep(role);
                self.host_name(name);
                self.keep(name_role);
                self.keep(transport);
            }
            Target::Cloud { addr, documented, resolved } => {
                self.socket(addr);
                self.keep(documented);
                self.keep(resolved);
            }
            Target::Canary(addr)
            | Target::Control(addr)
            | Target::Again(addr)
            | Target::NeverOpen(addr)
            | Target::OneHop(addr)
            | Target::FullSize(addr)
            | Target::Hops(addr) => self.socket(addr),
            Target::Elsewhere { addr, interface } => {
                self.socket(addr);
                self.interface(interface);
            }
            Target::Proxy(proxy) => self.url(proxy),
            Target::ProxyName(name) => self.host_name(name),
            Target::Page(url) => self.url(url),
            Target::Saying { addr, said } => {
                self.socket(addr);
                self.keep(said);
            }
            Target::SayingWithin { addr, hops } => {
                self.socket(addr);
                self.keep(hops);
            }
            Target::Rung { addr, age_secs, over } => {
                self.socket(addr);
                self.keep(age_secs);
                self.keep(over);
            }
        }
    }

    fn measured(&mut self, measured: &mut Measured) {
        match measured {
            Measured::Nothing | Measured::Broke => {}
            Measured::Addresses(all) => self.ip(all),
            Measured::Offender(ip) => self.ip(ip),
            Measured::RouterMac(mac) => self.mac(mac),
            Measured::Offers(offers) => self.offers(offers),
            Measured::Answers { offers, asked } => {
                self.offers(offers);
                self.keep(asked);
            }
            Measured::Opened { micros } => self.keep(micros),
            Measured::Cut { opened_micros, after_micros } => {
                self.keep(opened_micros);
                self.keep(after_micros);
            }
            Measured::Attempts(all) => self.keep(all),
            Measured::Tls(seen) => self.tls(seen),
            Measured::Page { status, location } => {
                self.keep(status);
                self.url(location);
            }
            Measured::Hops(all) => self.hops(all),
            Measured::Segment { bytes } => self.keep(bytes),
            Measured::Ended { after_ms } => self.keep(after_ms),
            Measured::Agents(names) => self.listed(names),
        }
    }

    fn offers(&mut self, all: &mut Vec<Offer>) {
        for o in all {
            decide!(
                self,
                o,
                Offer {
                    server: v4,
                    to_new_mac: keep,
                    to_gateway: keep,
                    to_own: keep,
                    address: v4,
                    mask: v4,
                    routers: v4,
                    name_servers: v4,
                    lease_secs: keep,
                    portal: url,
                    wpad: url,
                    domain: name,
                    after_ms: keep,
                }
            );
        }
    }

    fn hops(&mut self, all: &mut Vec<Hop>) {
        for h in all {
            decide!(self, h, Hop { distance: keep, who: ip, opened: keep, refused: keep, refused_by: ip });
        }
    }

    fn tls(&mut self, seen: &mut TlsSeen) {
        decide!(
            self,
            seen,
            TlsSeen {
                subject: certificate_name,
                issuer: certificate_name,
                root: certificate_name,
                public: keep,
                trusted_here: keep,
                name_fits: keep,
                product: inspector,
            }
        );
    }

    fn inspector(&mut self, product: &mut Option<Inspector>) {
        if let Some(product) = product {
            decide!(self, product, Inspector { name: listed, on_computers: keep });
        }
    }
}
