//! Text for the terminal: the same snapshot, in the order in which a person needs it. Foreign text is already safe.

use crate::diagnose::catalogue;
use crate::model::check::{CheckPlan, CheckResult, Outcome, VendorStep};
use crate::model::dhcp_strip::{self, Strip};
use crate::model::finding::Level;
use crate::model::host::HostView;
use crate::model::snapshot::GatewayView;
use crate::model::{LedSet, LedState, Snapshot};
use crate::report::words::age;
use std::fmt::Write;

/// The states of a set in words.
#[must_use]
pub fn led_words(set: LedSet) -> String {
    match set.len() {
        4 => "not known".into(),
        _ => set.iter().map(LedState::label).collect::<Vec<_>>().join(" or "),
    }
}

fn gateway_line(out: &mut String, g: &GatewayView) {
    let ip = g.ip.map_or("no address known".to_owned(), |ip| ip.to_string());
    let sources: Vec<&str> = g.sources.iter().map(|s| s.word()).collect();
    let age = g.led.age_ms.map(|ms| format!(", {}", age(ms))).unwrap_or_default();
    let name = g.name.as_deref().map(|n| format!("  \u{201c}{n}\u{201d}")).unwrap_or_default();
    let _ = writeln!(out, "  {}  {ip}{name}  seen by {}", g.mac, sources.join(", "));
    let _ = writeln!(out, "      LED: {} ({}{age})", led_words(g.led.possible), g.led.basis.word());
    for remark in &g.remarks {
        let _ = writeln!(out, "      {remark}");
    }
    // one message is no story
    if let Some(strip) = Strip::of(&g.dhcp_trace).filter(|s| s.marks.len() > 1) {
        let _ = writeln!(out, "      DHCP: {}  {} s", strip.text(STRIP), strip.lasted_ms.div_ceil(1000));
        let _ = writeln!(out, "            {}", dhcp_strip::LEGEND);
    }
}

/// Columns of a DHCP strip: with what stands around it, it fits 80.
const STRIP: usize = 56;

fn gateways(out: &mut String, s: &Snapshot) {
    if s.gateways.is_empty() {
        out.push_str("Gateways: none seen\n");
        return;
    }
    out.push_str("Gateways\n");
    for g in &s.gateways {
        gateway_line(out, g);
    }
}

fn limits(out: &mut String, s: &Snapshot) {
    for l in &s.limits {
        let _ = writeln!(out, "Note: {}: {}. {}", l.what, l.why.trim_end_matches('.'), l.advice);
    }
}

/// What `find` prints.
#[must_use]
pub fn find(s: &Snapshot) -> String {
    let mut out = s.boxes().line().map(|line| format!("{line}\n\n")).unwrap_or_default();
    gateways(&mut out, s);
    let _ = writeln!(
        out,
        "\nNeighbours on {}: {}",
        s.host.chosen.as_deref().unwrap_or("no interface"),
        s.hosts.len()
    );
    for h in &s.hosts {
        let _ = writeln!(
            out,
            "  {:<15}  {}  {:>5} ms  {}",
            h.ip.to_string(),
            h.mac,
            h.first_seen_ms,
            h.maker.as_deref().unwrap_or("maker not known")
        );
    }
    limits(&mut out, s);
    footprint(&mut out, s);
    out
}

fn mark(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Passed => "ok    ",
        Outcome::Failed(_) => "FAILED",
        Outcome::Skipped(_) => "-     ",
        Outcome::Inconclusive(_) => "?     ",
    }
}

fn step(out: &mut String, step: VendorStep, checks: &[CheckResult]) {
    let _ = writeln!(out, "{}", step.title());
    for c in checks.iter().filter(|c| c.id.step() == step) {
        let _ = writeln!(out, "  {} {:<8} {}: {}", mark(&c.outcome), c.id.word(), c.target, c.detail);
    }
}

fn counted(n: usize, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

fn footprint(out: &mut String, s: &Snapshot) {
    let kinds: Vec<String> = s.footprint.by_kind.iter().map(|(k, n)| format!("{n} {}", k.word())).collect();
    let _ = writeln!(
        out,
        "Sent: {} to {}{}{}",
        counted(s.footprint.packets() as usize, "packet", "packets"),
        counted(s.footprint.addresses.len(), "address", "addresses"),
        if kinds.is_empty() { "" } else { ": " },
        kinds.join(", ")
    );
}

/// What `check` prints: the one cause first, then what it rests on.
#[must_use]
pub fn check(s: &Snapshot) -> String {
    let mut out = String::new();
    let v = &s.verdict;
    let code = v.code.map(|c| format!("  [{c}]")).unwrap_or_default();
    let _ = writeln!(out, "{}{code}", v.title);
    if let Some(line) = s.boxes().line() {
        let _ = writeln!(out, "{line}");
    }
    let _ = writeln!(out, "Whose turn: {}", v.owner.label());
    let _ = writeln!(out, "Next step:  {}\n", v.next_step);
    gateways(&mut out, s);
    let legend = catalogue::legend();
    let _ = writeln!(out, "\nLED legend\n  {}\n  {}\n", legend.join("\n  "), catalogue::LEGEND_REMARK);
    for f in s.findings.iter().filter(|f| f.level > Level::Ok) {
        let _ = writeln!(out, "Finding [{}] {}: {}", f.code, f.level.word(), f.title);
        for e in &f.evidence {
            let _ = writeln!(out, "  {} ({}, {}, {})", e.text, e.source, e.basis.word(), age(e.age_ms));
        }
        for p in &f.possible {
            let _ = writeln!(out, "  could also be: {}", p.line());
        }
        if !f.hides.is_empty() {
            let hidden: Vec<&str> = f.hides.iter().map(|c| c.code()).collect();
            let _ = writeln!(out, "  hides what follows from it: {}", hidden.join(", "));
        }
    }
    if !s.reported.is_empty() {
        out.push_str("\nReported by the firewall, the switch or the DHCP server (pasted)\n");
        for r in &s.reported {
            let _ = writeln!(out, "  {}: {} ({})", r.mac, r.line(), age(r.evidence.age_ms));
        }
    }
    out.push('\n');
    for vendor_step in VendorStep::ALL {
        step(&mut out, vendor_step, &s.checks);
    }
    out.push('\n');
    limits(&mut out, s);
    if !s.not_tested.is_empty() {
        out.push_str("Not tested\n");
        for line in &s.not_tested {
            let _ = writeln!(out, "  {line}");
        }
    }
    footprint(&mut out, s);
    let took = s.took_ms.unwrap_or(0);
    let _ = writeln!(out, "Took {}.{:03} s", took / 1000, took % 1000);
    if let Some(folder) = &s.kept_in {
        let _ = writeln!(out, "Kept in {folder}");
    }
    out
}

/// What `check --plan` prints.
#[must_use]
pub fn plan(host: &HostView, plan: &CheckPlan) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "Plan for {}. Nothing was sent.", host.chosen.as_deref().unwrap_or("no interface"));
    let mut last = None;
    for step in &plan.steps {
        if last != Some(step.id) {
            let _ = writeln!(out, "{} - {}", step.id.word(), step.id.learns());
            last = Some(step.id);
        }
        let sends: Vec<String> = step.sends.iter().map(|(k, n)| format!("{n} {}", k.word())).collect();
        let sends = if sends.is_empty() {
            "sends nothing".to_owned()
        } else {
            format!("sends up to {}", sends.join(", "))
        };
        let limit =
            if step.limit_ms == 0 { String::new() } else { format!(", at most {} ms", step.limit_ms) };
        let _ = writeln!(out, "  {}: {sends}{limit}", step.target);
    }
    out.push_str("Also: one-byte UDP datagrams to each address of this subnet, mDNS queries, and listening on port 67.\nLeft out\n");
    for line in &plan.left_out {
        let _ = writeln!(out, "  {line}");
    }
    out
}
