//! The section of the checks: one table for each of the vendor's three steps.

use super::document::{Block, Cell, Table, Tone};
use super::sections::{full_stop, h2, h3, head};
use super::words;
use crate::model::Snapshot;
use crate::model::check::{CheckResult, Measured, Outcome, VendorStep};

pub(super) fn checks(s: &Snapshot, out: &mut Vec<Block>) {
    out.push(h2("Checks from this computer"));
    out.push(Block::Note(
        "What this computer can do is not always what the gateway can do: another MAC address and another port may meet \
         another rule."
            .into(),
    ));
    if s.checks.is_empty() {
        out.push(Block::Paragraph("No check was run.".into()));
        return;
    }
    for step in VendorStep::ALL {
        let of_step: Vec<&CheckResult> = s.checks.iter().filter(|c| c.id.step() == step).collect();
        let number = VendorStep::ALL.iter().position(|x| *x == step).map_or(0, |i| i + 1);
        out.push(h3(format!("Step {number}: {}", step.title())));
        if of_step.is_empty() {
            out.push(Block::Paragraph("Nothing of this step was checked.".into()));
            continue;
        }
        out.push(Block::Table(Table {
            summary: format!("Checks of step {number}"),
            head: head(&["Check", "Aimed at", "Outcome", "What was seen", "Time"]),
            weights: vec![12, 28, 22, 42, 11],
            rows: of_step.into_iter().map(check_row).collect(),
        }));
    }
}

fn check_row(c: &CheckResult) -> Vec<Cell> {
    let (outcome, tone) = match &c.outcome {
        Outcome::Passed => ("passed".to_owned(), Tone::Good),
        Outcome::Failed(f) => (format!("failed: {}", f.word()), Tone::Bad),
        Outcome::Skipped(_) => ("skipped".to_owned(), Tone::Quiet),
        Outcome::Inconclusive(_) => ("could not tell".to_owned(), Tone::Doubt),
    };
    let mut seen: Vec<String> = Vec::new();
    if let Outcome::Skipped(why) | Outcome::Inconclusive(why) = &c.outcome {
        seen.push(full_stop(why));
    }
    if !c.detail.trim().is_empty()
        && !seen.iter().any(|s| s.trim_end_matches('.') == c.detail.trim_end_matches('.'))
    {
        seen.push(full_stop(&c.detail));
    }
    if let Some(extra) = measured(&c.measured)
        && !numbers_are_in(&extra, &c.detail)
    {
        seen.push(full_stop(&extra));
    }
    vec![
        Cell::plain(c.id.word()),
        Cell::plain(c.target.to_string()),
        Cell::toned(format!("{} {outcome}", words::mark(&c.outcome)), tone),
        Cell::plain(capital(&seen.join(" "))),
        Cell::toned(words::span(c.took_ms), Tone::Quiet),
    ]
}

/// True when every address of `extra` stands in `detail` already, so that it need not be said twice.
fn numbers_are_in(extra: &str, detail: &str) -> bool {
    extra.split([' ', ',', ';']).filter(|w| w.contains(['.', ':']) && w.len() > 3).all(|w| detail.contains(w))
}

fn measured(m: &Measured) -> Option<String> {
    match m {
        Measured::Nothing | Measured::Broke => None,
        Measured::Addresses(list) if list.is_empty() => None,
        Measured::Addresses(list) => {
            let words: Vec<String> = list.iter().map(ToString::to_string).collect();
            Some(words.join(", "))
        }
        Measured::Offender(ip) => Some(format!("ICMP error from {ip}")),
        // the line for people says these already
        Measured::Opened { .. }
        | Measured::Cut { .. }
        | Measured::Attempts(_)
        | Measured::Tls(_)
        | Measured::Page { .. }
        | Measured::Hops(_)
        | Measured::Segment { .. }
        | Measured::Agents(_)
        | Measured::Ended { .. } => None,
        Measured::RouterMac(mac) => Some(format!("MAC {mac}")),
        Measured::Offers(offers) | Measured::Answers { offers, .. } => {
            let words: Vec<String> = offers
                .iter()
                .map(|o| {
                    let list = |ips: &[std::net::Ipv4Addr]| {
                        if ips.is_empty() {
                            "none".to_owned()
                        } else {
                            ips.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
                        }
                    };
                    let lease = o.lease_secs.map(|x| format!(", lease {}", words::span(u64::from(x) * 1000)));
                    format!(
                        "server {}: router {}, name servers {}{}",
                        o.server,
                        list(&o.routers),
                        list(&o.name_servers),
                        lease.unwrap_or_default()
                    )
                })
                .collect();
            (!words.is_empty()).then(|| words.join("; "))
        }
    }
}

/// Begins a sentence that somebody else wrote.
fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |c| c.to_uppercase().chain(chars).collect())
}
