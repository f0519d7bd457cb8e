//! A snapshot, field by field, for reports.

use super::{Public, decide};
use crate::model::evidence::ConsoleLine;
use crate::model::finding::{Evidence, Possible, Reported};
use crate::model::rule::{ChangeRequest, RuleChoice, RuleGateway};
use crate::model::snapshot::{
    Activity, ConsoleView, DemoView, DhcpTrace, FirewallView, GatewayView, HoldView, HostSeen, PathView,
    PlaybackView, TimelineEntry,
};
use crate::model::{At, Finding, LedView, Mac, Snapshot, Verdict};
use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::sync::Arc;

impl Public<'_> {
    pub(in crate::report) fn snapshot(&mut self, snapshot: &mut Snapshot) {
        decide!(
            self,
            snapshot,
            Snapshot {
                visit: visit,
                started_unix_ms: keep,
                now: keep,
                version: sentence,
                site: site_mask,
                activity: activity,
                host: host_view,
                gateways: gateways,
                chosen: mac,
                hosts: hosts,
                checks: results,
                running: keep,
                findings: findings,
                reported: reported,
                verdict: verdict,
                took_ms: keep,
                path: path_view,
                footprint: footprint,
                limits: limits,
                broken: sentence,
                console: console,
                timeline: timeline,
                timeline_before: keep,
                happened: happened,
                firewall: firewall,
                demo: demo,
                hold: hold,
                playback: playback,
                plug_in_finder: keep,
                plug_in_ready: keep,
                not_tested: sentence,
                kept_in: path,
            }
        );
    }

    /// A number that this program made (UUID, RFC 9562), or it is none of ours.
    fn visit(&mut self, visit: &mut String) {
        let ours = visit.len() == 36 && visit.chars().all(|c| c.is_ascii_hexdigit() || c == '-');
        if !ours {
            self.text(visit);
        }
    }

    fn site_mask(&mut self, site: &mut String) {
        self.name(site);
        if !self.learning && !site.is_empty() {
            *site = "[site]".into();
        }
    }

    fn activity(&mut self, activity: &mut Activity) {
        match activity {
            Activity::Idle | Activity::Watching => {}
            Activity::Working { what, done, of } => {
                self.sentence(what);
                self.keep(done);
                self.keep(of);
            }
        }
    }

    fn gateways(&mut self, all: &mut Vec<GatewayView>) {
        for g in all {
            decide!(
                self,
                g,
                GatewayView {
                    mac: mac,
                    ip: v4,
                    first_seen_ms: keep,
                    last_seen: keep,
                    led_since: keep,
                    led: led,
                    sources: keep,
                    name: name,
                    maker: maker,
                    dhcp: keep,
                    dhcp_trace: dhcp_trace,
                    led_changes: keep,
                    answered: keep,
                    addresses: timed_addresses,
                    rivals: timed_macs,
                    in_turn: timed_macs,
                    remarks: sentence,
                    verdict: verdict,
                }
            );
        }
    }

    fn led(&mut self, led: &mut LedView) {
        decide!(self, led, LedView { possible: keep, basis: keep, age_ms: keep, because: sentence });
    }

    fn dhcp_trace(&mut self, all: &mut Vec<DhcpTrace>) {
        for t in all {
            decide!(
                self,
                t,
                DhcpTrace {
                    at: keep,
                    kind: keep,
                    xid: keep,
                    secs: keep,
                    ciaddr: v4,
                    address: v4,
                    server: v4,
                    host_name: name,
                    parameter_list: keep,
                    message: text,
                }
            );
        }
    }

    fn timed_addresses(&mut self, all: &mut [(At, Ipv4Addr)]) {
        all.iter_mut().for_each(|(_, ip)| self.v4(ip));
    }

    fn timed_macs(&mut self, all: &mut [(Mac, At)]) {
        all.iter_mut().for_each(|(mac, _)| self.mac(mac));
    }

    fn hosts(&mut self, all: &mut Vec<HostSeen>) {
        for h in all {
            decide!(self, h, HostSeen { mac: mac, ip: v4, maker: maker, first_seen_ms: keep });
        }
    }

    fn findings(&mut self, all: &mut Vec<Finding>) {
        for f in all {
            decide!(
                self,
                f,
                Finding {
                    code: keep,
                    owner: keep,
                    level: keep,
                    evidence: evidence,
                    hides: keep,
                    possible: possible,
                    title: sentence,
                    meaning: sentence,
                    next_step: sentence,
                    proof: sentence,
                    not_tested: sentence,
                }
            );
        }
    }

    fn evidence(&mut self, all: &mut [Evidence]) {
        all.iter_mut().for_each(|e| self.one_evidence(e));
    }

    fn one_evidence(&mut self, e: &mut Evidence) {
        decide!(self, e, Evidence { text: sentence, basis: keep, source: sentence, age_ms: keep });
    }

    fn possible(&mut self, all: &mut Vec<Possible>) {
        for p in all {
            decide!(self, p, Possible { code: keep, title: sentence, test: sentence });
        }
    }

    fn reported(&mut self, all: &mut Vec<Reported>) {
        for r in all {
            decide!(
                self,
                r,
                Reported { mac: mac, evidence: one_evidence, owner: keep, but: sentence, names: name }
            );
        }
    }

    fn verdict(&mut self, verdict: &mut Verdict) {
        decide!(
            self,
            verdict,
            Verdict { code: keep, owner: keep, level: keep, title: sentence, next_step: sentence }
        );
    }

    fn path_view(&mut self, path: &mut PathView) {
        decide!(
            self,
            path,
            PathView {
                gateway_switch: keep,
                switch_router: keep,
                router_internet: keep,
                internet_cloud: keep,
            }
        );
    }

    fn limits(&mut self, all: &mut [crate::model::snapshot::Limit]) {
        all.iter_mut().for_each(|l| self.limit(l));
    }

    fn console(&mut self, console: &mut ConsoleView) {
        decide!(
            self,
            console,
            ConsoleView {
                port: path,
                open: keep,
                status: sentence,
                lines: console_lines,
                ports: serial_ports,
            }
        );
    }

    fn console_lines(&mut self, all: &mut [(At, ConsoleLine)]) {
        all.iter_mut().for_each(|(_, line)| self.console_line(line));
    }

    fn timeline(&mut self, all: &mut Arc<Vec<TimelineEntry>>) {
        for t in Arc::make_mut(all) {
            decide!(self, t, TimelineEntry { at: keep, text: sentence });
        }
    }

    /// Sorts of lines of the record. Two that are one without what was foreign are counted together.
    fn happened(&mut self, happened: &mut BTreeMap<String, u64>) {
        let mut out: BTreeMap<String, u64> = BTreeMap::new();
        for (mut sort, times) in std::mem::take(happened) {
            self.sentence(&mut sort);
            *out.entry(sort).or_default() += times;
        }
        *happened = out;
    }

    fn firewall(&mut self, firewall: &mut Arc<FirewallView>) {
        decide!(
            self,
            Arc::make_mut(firewall),
            FirewallView {
                proposed: sentence,
                proposed_because: sentence,
                platform: sentence,
                platform_name: sentence,
                scope: keep,
                choice: choice,
                gateways: rule_gateways,
                change_request: change_request,
                capabilities: pairs,
                parts: parts,
            }
        );
    }

    fn choice(&mut self, choice: &mut RuleChoice) {
        decide!(
            self,
            choice,
            RuleChoice {
                platform: sentence,
                version: listed,
                scope: keep,
                all_gateways: keep,
                words: typed_words,
            }
        );
    }

    /// What the site calls its own things, by our keys.
    fn typed_words(&mut self, words: &mut BTreeMap<String, String>) {
        let mut out = BTreeMap::new();
        for (mut key, mut word) in std::mem::take(words) {
            self.sentence(&mut key);
            self.name(&mut word);
            out.insert(key, word);
        }
        *words = out;
    }

    fn rule_gateways(&mut self, all: &mut Vec<RuleGateway>) {
        for g in all {
            decide!(self, g, RuleGateway { mac: mac, ip: v4 });
        }
    }

    fn change_request(&mut self, page: &mut Option<ChangeRequest>) {
        if let Some(page) = page {
            decide!(
                self,
                page,
                ChangeRequest {
                    title: sentence,
                    reason: sentence,
                    rule: pairs,
                    remarks: pairs,
                    snippets: pairs,
                    done_when: sentence,
                    signatures: sentence,
                }
            );
        }
    }

    fn pairs(&mut self, all: &mut Vec<(String, String)>) {
        for (a, b) in all {
            self.sentence(a);
            self.sentence(b);
        }
    }

    fn parts(&mut self, all: &mut Vec<(String, String, String, Vec<String>)>) {
        for (title, text, evidence, notes) in all {
            self.sentence(title);
            self.sentence(text);
            self.sentence(evidence);
            self.sentence(notes);
        }
    }

    fn demo(&mut self, demo: &mut Option<DemoView>) {
        if let Some(demo) = demo {
            decide!(self, demo, DemoView { fault: sentence, faults: pairs });
        }
    }

    fn hold(&mut self, hold: &mut Option<HoldView>) {
        if let Some(hold) = hold {
            decide!(
                self,
                hold,
                HoldView { begun: keep, ends: keep, next: keep, left_secs: keep, done: keep, of: keep }
            );
        }
    }

    fn playback(&mut self, playback: &mut Option<PlaybackView>) {
        if let Some(playback) = playback {
            decide!(
                self,
                playback,
                PlaybackView {
                    name: listed,
                    note: sentence,
                    at: keep,
                    length: keep,
                    playing: keep,
                    speed: keep,
                }
            );
        }
    }
}
