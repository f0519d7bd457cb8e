//! The sections after page one: gateways, checks, findings, firewall text, footprint, limits, record, legend.

use super::document::{Block, Cell, Table, Tone};
use super::page_one::{led_cell, legend_line};
use super::words::{self, Clock};
use super::{Redact, ReportOptions};
use crate::model::dhcp_strip::{self, Strip};
use crate::model::finding::{Finding, Possible};
use crate::model::footprint::PacketKind;
use crate::model::snapshot::GatewayView;
use crate::model::{LedState, Snapshot};

pub(super) fn blocks(s: &Snapshot, options: &ReportOptions, clock: Clock) -> Vec<Block> {
    let mut out = Vec::new();
    gateways(s, clock, &mut out);
    super::checks::checks(s, &mut out);
    findings(s, &mut out);
    reported(s, &mut out);
    change_request(s, &mut out);
    firewall(s, &mut out);
    footprint(s, &mut out);
    measured_from(s, &mut out);
    limits(s, &mut out);
    record(s, options, clock, &mut out);
    how_to_read(options, &mut out);
    out
}

pub(super) fn h2(text: &str) -> Block {
    Block::Heading { level: 2, text: text.to_owned() }
}

pub(super) fn h3(text: impl Into<String>) -> Block {
    Block::Heading { level: 3, text: text.into() }
}

pub(super) fn head(words: &[&str]) -> Vec<String> {
    words.iter().map(|w| (*w).to_owned()).collect()
}

fn gateways(s: &Snapshot, clock: Clock, out: &mut Vec<Block>) {
    out.push(h2("Gateways"));
    if s.gateways.is_empty() {
        out.push(Block::Paragraph(
            "No gateway was seen. That does not prove that none is there: a silent box is not a dark box."
                .into(),
        ));
        return;
    }
    let rows = s
        .gateways
        .iter()
        .map(|g| {
            let chosen = if s.chosen == Some(g.mac) && s.gateways.len() > 1 { " (this report)" } else { "" };
            let sources: Vec<&str> = g.sources.iter().map(|x| x.word()).collect();
            vec![
                Cell::plain(format!("{}{chosen}", g.mac)),
                Cell::plain(g.ip.map_or_else(|| "–".to_owned(), |ip| ip.to_string())),
                Cell::toned(led_cell(g.led.possible), led_tone(g)),
                Cell::plain(words::led_basis(&g.led)),
                Cell::plain(sources.join(", ")),
            ]
        })
        .collect();
    out.push(Block::Table(Table {
        summary: "Gateways with their LED and how it is known".into(),
        head: head(&["MAC", "IP address", "LED", "How that is known", "Seen by"]),
        weights: vec![24, 17, 19, 28, 18],
        rows,
    }));
    out.push(Block::Note(legend_line()));
    for g in &s.gateways {
        let mut lines: Vec<String> = Vec::new();
        if let Some(name) = &g.name {
            lines.push(format!("It calls itself “{name}”."));
        }
        if let Some(maker) = &g.maker {
            lines.push(format!("Maker by its MAC: {maker}."));
        }
        lines.extend(g.led.because.iter().cloned());
        lines.extend(g.remarks.iter().cloned());
        if let Some((at, kind)) = g.dhcp.last() {
            lines.push(format!(
                "Last DHCP message: {} at {}.",
                format!("{kind:?}").to_uppercase(),
                clock.time(*at)
            ));
        }
        if let Some(strip) = Strip::of(&g.dhcp_trace).filter(|s| s.marks.len() > 1) {
            lines.push(format!(
                "DHCP over {} s: {} ({}).",
                strip.lasted_ms.div_ceil(1000),
                strip.text(40),
                dhcp_strip::LEGEND
            ));
        }
        if s.gateways.len() > 1 && g.verdict.code.is_some() {
            lines.push(format!(
                "Verdict: {} Turn: {}.",
                full_stop(&g.verdict.title),
                g.verdict.owner.label()
            ));
        }
        if !lines.is_empty() {
            out.push(h3(format!("Gateway {}", g.mac)));
            out.push(Block::List(lines));
        }
    }
}

fn led_tone(g: &GatewayView) -> Tone {
    match g.led.possible.known() {
        Some(LedState::SolidGreen) => Tone::Good,
        Some(LedState::SolidRed | LedState::BlinkingRed) => Tone::Bad,
        Some(LedState::Dark) => Tone::Quiet,
        None => Tone::Doubt,
    }
}

fn findings(s: &Snapshot, out: &mut Vec<Block>) {
    out.push(h2("Findings"));
    if s.findings.is_empty() {
        out.push(Block::Paragraph("Nothing was found so far.".into()));
    }
    for (i, f) in s.findings.iter().enumerate() {
        finding(i + 1, f, out);
    }
}

/// What IT pasted, as those machines wrote it down.
fn reported(s: &Snapshot, out: &mut Vec<Block>) {
    if s.reported.is_empty() {
        return;
    }
    out.push(h2("Reported by the firewall, the switch or the DHCP server"));
    out.push(Block::Paragraph("Read in a text that was pasted; reported, not measured.".into()));
    let line = |r: &crate::model::finding::Reported| {
        format!("{}: {} ({})", r.mac, r.line(), words::age(r.evidence.age_ms))
    };
    out.push(Block::List(s.reported.iter().map(line).collect()));
}

fn finding(number: usize, f: &Finding, out: &mut Vec<Block>) {
    out.push(h3(format!("{number}. {}", f.title)));
    let mut rows: Vec<(String, String)> = vec![
        ("Weight".into(), words::level_words(f.level).into()),
        ("Whose turn".into(), words::turn(f.owner, f.level).into()),
        ("Next step".into(), f.next_step.clone()),
        ("What it means".into(), f.meaning.clone()),
        ("Could also be".into(), f.possible.iter().map(Possible::line).collect::<Vec<_>>().join(" ")),
        ("Proof of the cure".into(), f.proof.clone()),
        ("Not tested".into(), f.not_tested.clone()),
    ];
    if !f.hides.is_empty() {
        let codes: Vec<&str> = f.hides.iter().map(|c| c.code()).collect();
        rows.push(("Follows from it".into(), format!("{} (not shown on their own)", codes.join(", "))));
    }
    rows.push(("Code".into(), f.code.code().into()));
    rows.retain(|(_, v)| !v.trim().is_empty());
    out.push(Block::KeyValues(rows));
    if !f.evidence.is_empty() {
        out.push(Block::Table(Table {
            summary: format!("Evidence for {}", f.code.code()),
            head: head(&["Evidence", "How it is known", "Source", "Age"]),
            weights: vec![51, 30, 13, 17],
            rows: f
                .evidence
                .iter()
                .map(|e| {
                    vec![
                        Cell::plain(e.text.clone()),
                        Cell::plain(words::known_by(e)),
                        Cell::plain(e.source.clone()),
                        Cell::toned(words::age(e.age_ms), Tone::Quiet),
                    ]
                })
                .collect(),
        }));
    }
}

fn firewall(s: &Snapshot, out: &mut Vec<Block>) {
    out.push(h2("Firewall text"));
    let fw = &s.firewall;
    if fw.parts.is_empty() {
        out.push(Block::Paragraph(
            "No firewall platform was chosen. What the gateway needs: outbound TCP to ports 443 and 4321, best to any host, \
             answers on the same connection, idle timeout at least 7440 s. Nothing inbound."
                .into(),
        ));
        return;
    }
    let mut rows = vec![
        ("Platform".to_owned(), fw.platform_name.clone()),
        ("Scope".to_owned(), scope_words(fw.scope).to_owned()),
    ];
    if !fw.proposed_because.trim().is_empty() && fw.choice.platform.is_none() {
        rows.push(("Proposed because".to_owned(), fw.proposed_because.clone()));
    }
    rows.extend(fw.capabilities.iter().cloned());
    out.push(Block::KeyValues(rows));
    out.push(Block::Note(
        "The mark ↪ stands before the rest of a line that was too long for the page: it is one line.".into(),
    ));
    for (title, text, evidence, notes) in &fw.parts {
        out.push(h3(title.clone()));
        if !evidence.trim().is_empty() {
            out.push(Block::Note(full_stop(&format!("How well this is known: {evidence}"))));
        }
        if !text.trim().is_empty() {
            out.push(Block::Code(text.clone()));
        }
        if !notes.is_empty() {
            out.push(Block::List(notes.clone()));
        }
    }
}

/// The page for whoever has to approve the rule. It stands alone, so that it can be handed on alone.
fn change_request(s: &Snapshot, out: &mut Vec<Block>) {
    let Some(request) = &s.firewall.change_request else { return };
    out.push(Block::PageBreak);
    out.push(h2(&request.title));
    out.push(Block::Paragraph(request.reason.clone()));
    out.push(Block::KeyValues(request.rule.clone()));
    out.push(Block::KeyValues(request.remarks.clone()));
    out.push(Block::Paragraph(request.done_when.clone()));
    let blank = || Cell::plain(String::new());
    out.push(Block::Table(Table {
        summary: "Who asked for the change, approved it and made it".into(),
        head: head(&["", "Name", "Telephone", "Date"]),
        weights: vec![24, 36, 26, 24],
        rows: request
            .signatures
            .iter()
            .map(|who| vec![Cell::plain(who.clone()), blank(), blank(), blank()])
            .collect(),
    }));
    // the first page is signed; what to type stands behind it
    for (title, text) in &request.snippets {
        out.push(h3(title.clone()));
        out.push(Block::Code(text.clone()));
    }
    out.push(Block::PageBreak);
}

fn scope_words(scope: crate::model::rule::Scope) -> &'static str {
    match scope {
        crate::model::rule::Scope::AnyHost => "any host, as the vendor recommends",
        crate::model::rule::Scope::NamedHosts => {
            "only the cloud's host names or addresses (these may change)"
        }
    }
}

fn footprint(s: &Snapshot, out: &mut Vec<Block>) {
    out.push(h2("Network footprint"));
    let f = &s.footprint;
    if f.packets() == 0 {
        out.push(Block::Paragraph("Nothing was sent.".into()));
        return;
    }
    out.push(Block::Paragraph(format!(
        "Solid Green sent {} of its own to {}. This is everything; nothing was changed on the network.",
        amount(f.packets() as usize, "packet or connection", "packets or connections"),
        amount(f.addresses.len(), "address", "addresses"),
    )));
    out.push(Block::Table(Table {
        summary: "What was sent, by kind".into(),
        head: head(&["Kind", "Sent", "What it is and why"]),
        weights: vec![16, 10, 80],
        rows: PacketKind::ALL
            .into_iter()
            .filter_map(|kind| f.by_kind.get(&kind).filter(|n| **n > 0).map(|n| (kind, *n)))
            .map(|(kind, n)| {
                vec![Cell::plain(kind.word()), Cell::plain(n.to_string()), Cell::plain(kind.why())]
            })
            .collect(),
    }));
    if !f.addresses.is_empty() {
        out.push(h3("Addresses that something was sent to"));
        out.push(Block::Paragraph(address_list(&f.addresses)));
    }
}

/// Addresses in order; neighbours in a row become one range, so that a sweep of a subnet is one entry.
fn address_list(addresses: &[std::net::IpAddr]) -> String {
    use std::net::{IpAddr, Ipv4Addr};
    let mut v4: Vec<u32> = Vec::new();
    let mut rest: Vec<String> = Vec::new();
    for a in addresses {
        match a {
            IpAddr::V4(ip) => v4.push(u32::from(*ip)),
            IpAddr::V6(ip) => rest.push(ip.to_string()),
        }
    }
    v4.sort_unstable();
    v4.dedup();
    let mut out: Vec<String> = Vec::new();
    let mut i = 0;
    while i < v4.len() {
        let mut last = i;
        while last + 1 < v4.len() && v4[last + 1] == v4[last] + 1 {
            last += 1;
        }
        let (a, b) = (Ipv4Addr::from(v4[i]), Ipv4Addr::from(v4[last]));
        if last - i < 2 {
            out.extend(v4[i..=last].iter().map(|n| Ipv4Addr::from(*n).to_string()));
        } else {
            out.push(format!("{a} to {b} ({})", last - i + 1));
        }
        i = last + 1;
    }
    rest.sort();
    rest.dedup();
    out.extend(rest);
    full_stop(&out.join(", "))
}

fn measured_from(s: &Snapshot, out: &mut Vec<Block>) {
    out.push(h2("Measured from"));
    let Some(i) = s.host.interface() else {
        out.push(Block::Paragraph("No interface of this computer was chosen.".into()));
        return;
    };
    let list = |items: Vec<String>| if items.is_empty() { "none".to_owned() } else { items.join(", ") };
    let name = if i.label.is_empty() || i.label == i.name {
        i.name.clone()
    } else {
        format!("{} ({})", i.label, i.name)
    };
    let mut rows: Vec<(String, String)> =
        vec![("Interface".into(), format!("{name}, {}", format!("{:?}", i.kind).to_lowercase()))];
    if let Some(mac) = i.mac {
        rows.push(("MAC of this computer".into(), mac.to_string()));
    }
    let speed = i.speed_bps.map(|b| format!("{} Mbit/s", b / 1_000_000));
    let duplex = i.full_duplex.map(|full| if full { "full duplex" } else { "half duplex" }.to_owned());
    let carrier = i.carrier.map(|c| if c { "link up" } else { "no link" }.to_owned());
    rows.push(("Link".into(), list([carrier, speed, duplex].into_iter().flatten().collect())));
    rows.push((
        "Address".into(),
        list(i.addresses.iter().map(|a| format!("{}/{}", a.ip, a.prefix)).collect()),
    ));
    rows.push(("Router".into(), i.router.map_or_else(|| "none".into(), |r| r.to_string())));
    rows.push(("Name servers".into(), list(i.name_servers.iter().map(ToString::to_string).collect())));
    if let Some(lease) = &i.lease {
        let mut words = Vec::new();
        if let Some(server) = lease.server {
            words.push(format!("server {server}"));
        }
        if let Some(secs) = lease.lease_secs {
            words.push(format!("for {}", words::span(u64::from(secs) * 1000)));
        }
        if !words.is_empty() {
            rows.push(("DHCP".into(), format!("{} (told by {})", words.join(", "), lease.told_by)));
        }
    }
    if !s.host.proxies.is_empty() {
        rows.push((
            "Proxy of this computer".into(),
            list(s.host.proxies.iter().map(|p| format!("{}: {}", p.setting, p.value)).collect()),
        ));
    }
    out.push(Block::KeyValues(rows));
    if !s.hosts.is_empty() {
        out.push(Block::Note(format!(
            "{} answered on this segment.",
            amount(s.hosts.len(), "neighbour", "neighbours")
        )));
    }
}

fn limits(s: &Snapshot, out: &mut Vec<Block>) {
    out.push(h2("What could not be done"));
    if s.limits.is_empty() && s.host.could_not_read.is_empty() {
        out.push(Block::Paragraph("Nothing stood in the way.".into()));
    }
    if !s.limits.is_empty() {
        out.push(Block::Table(Table {
            summary: "What could not be done, why, and what to do".into(),
            head: head(&["What", "Why", "What to do, or what it would give"]),
            weights: vec![30, 35, 41],
            rows: s
                .limits
                .iter()
                .map(|l| {
                    vec![
                        Cell::plain(l.what.clone()),
                        Cell::plain(l.why.clone()),
                        Cell::plain(l.advice.clone()),
                    ]
                })
                .collect(),
        }));
    }
    if !s.host.could_not_read.is_empty() {
        out.push(Block::List(s.host.could_not_read.clone()));
    }
    out.push(h2("What was not tested"));
    if s.not_tested.is_empty() {
        out.push(Block::Paragraph("Nothing is listed. Only what stands under “Checks” was tested.".into()));
    } else {
        out.push(Block::List(s.not_tested.clone()));
    }
}

fn record(s: &Snapshot, options: &ReportOptions, clock: Clock, out: &mut Vec<Block>) {
    out.push(h2("Record of the visit"));
    if s.timeline.is_empty() {
        out.push(Block::Paragraph("Nothing was recorded.".into()));
    } else {
        if s.timeline_before > 0 {
            out.push(Block::Paragraph(format!(
                "The record of this visit has {} lines. Here are the last {}; `solidgreen history export {}` writes all of them.",
                s.timeline_before.saturating_add(s.timeline.len() as u64),
                s.timeline.len(),
                s.visit
            )));
            if !s.happened.is_empty() {
                out.push(Block::Table(Table {
                    summary: "What happened in the whole visit, and how often".into(),
                    head: head(&["In the whole visit", "Times"]),
                    weights: vec![80, 26],
                    rows: s
                        .happened
                        .iter()
                        .map(|(what, n)| vec![Cell::plain(what.clone()), Cell::plain(n.to_string())])
                        .collect(),
                }));
            }
        }
        out.push(Block::Table(Table {
            summary: "What happened, in order".into(),
            head: head(&["Time", "What happened"]),
            weights: vec![12, 94],
            rows: s
                .timeline
                .iter()
                .map(|t| vec![Cell::toned(clock.time(t.at), Tone::Quiet), Cell::plain(t.text.clone())])
                .collect(),
        }));
    }
    let began = clock.full(crate::model::At(0));
    let kept = match (&s.kept_in, options.redact) {
        (Some(place), Redact::Full) => format!(" It is kept in {place}."),
        _ => String::new(),
    };
    out.push(Block::Note(format!("The visit {} began at {began}.{kept}", s.visit)));
}

fn how_to_read(options: &ReportOptions, out: &mut Vec<Block>) {
    out.push(h2("How to read this report"));
    let mut lines: Vec<String> = vec![
        legend_line(),
        "✓ passed or in order; ✗ failed or fault; ▲ warning; ? could not be told; – skipped or for information. “Could not \
         tell” is neither a failure nor a success."
            .into(),
        "Reported: the box said so. Measured: this computer found it. Seen: the installer looked. Inferred: concluded from \
         the others."
            .into(),
        "The vendor has published the LED code, the ports, the host names and the addresses of January 2018 (the addresses \
         can change). The console's words, the mDNS announcement, the rate of the blinking and what is spoken on the \
         connection are not published: what this report says of them is assumed."
            .into(),
        "The sign □ stands for a character that the font of the PDF lacks; the JSON has the original.".into(),
    ];
    if options.redact != Redact::Full {
        lines.push(
            "Words in square brackets and the letters xx stand for what was left out on purpose. The same number is the \
             same address all through the report."
                .into(),
        );
    }
    let contact = crate::profile::Profile::shipped().contact;
    lines.push(format!("Help for the gateway: {}, {}, {}.", contact.name, contact.email, contact.phone));
    out.push(Block::List(lines));
}

fn amount(n: usize, one: &str, many: &str) -> String {
    if n == 1 { format!("1 {one}") } else { format!("{n} {many}") }
}

/// Ends a sentence that somebody else wrote.
pub(super) fn full_stop(text: &str) -> String {
    let text = text.trim();
    if text.is_empty() || text.ends_with(['.', '!', '?', ':', '…']) {
        text.to_owned()
    } else {
        format!("{text}.")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sweep_is_one_range_and_an_outlier_stays() {
        let mut all: Vec<std::net::IpAddr> = (1..=254u8).map(|n| [10, 0, 0, n].into()).collect();
        all.push([54, 229, 68, 147].into());
        all.push([10, 0, 2, 1].into());
        all.push([10, 0, 2, 2].into());
        assert_eq!(address_list(&all), "10.0.0.1 to 10.0.0.254 (254), 10.0.2.1, 10.0.2.2, 54.229.68.147.");
        let last = [[255, 255, 255, 255].into(), [255, 255, 255, 254].into(), [255, 255, 255, 253].into()];
        assert_eq!(address_list(&last), "255.255.255.253 to 255.255.255.255 (3).");
    }
}
