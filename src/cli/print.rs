//! Tables and files of the terminal: platforms, visits, profile, reports.

use super::json::SCHEMA;
use crate::firewall;
use crate::history::VisitSummary;
use crate::model::Snapshot;
use crate::model::finding::Verdict;
use crate::model::rule::{Part, Scope};
use crate::model::snapshot::Activity;
use crate::platform::files;
use crate::profile::Profile;
use crate::report::{self, Lang, Redact, ReportOptions};
use std::borrow::Cow;
use std::fmt::Write as _;
use std::path::Path;

/// `firewall --list`.
#[must_use]
pub fn platforms() -> String {
    let mut out = String::new();
    let _ = writeln!(
        out,
        "{:<14} {:<8} {:<8} {:<8} {:<11} {:<15} {:<5} evidence of the rule",
        "id", "MAC", "names", "idle", "inspection", "placement", "safe"
    );
    for p in firewall::platforms() {
        let c = p.capabilities();
        let idle = c
            .idle_default_s
            .map_or("-".to_owned(), |s| format!("{s}{}", if c.idle_per_rule { "*" } else { "" }));
        let _ = writeln!(
            out,
            "{:<14} {:<8} {:<8} {:<8} {:<11} {:<15} {:<5} {}",
            p.id(),
            word(&c.mac_in_rule),
            word(&c.names_as_destination),
            idle,
            word(&c.inspection),
            word(&c.placement),
            if c.safe_commit.is_some() { "yes" } else { "-" },
            p.checked().label()
        );
    }
    out.push_str(LEGEND);
    for p in firewall::platforms() {
        let _ = writeln!(out, "\n{}: {}, {}", p.id(), p.name(), p.versions());
        for release in p.about().releases {
            let _ = writeln!(out, "  --version {}: {}", release.id, release.means);
        }
        for placeholder in p.placeholders() {
            let _ = writeln!(out, "  --set {}={}: {}", placeholder.key, placeholder.word, placeholder.means);
        }
    }
    out
}

/// What the columns of the table mean.
const LEGEND: &str = "
MAC         as a condition of the rule: anded (narrows it), ored (would widen it, so it is left out), binding, no
names       as destination: yes (resolved again and again), at-load and extra (the text prints addresses), no
idle        seconds of silence after which a TCP session is forgotten, as delivered; * one rule can have its own;
            the part idle-timeout says how well that is known
inspection  whether the box itself may open TLS
placement   where the text puts the rule: top, last-then-move, unordered
safe        a mistake takes itself back
";

/// The word of the JSON.
fn word(value: &impl serde::Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default()
}

/// `firewall --list --json`.
#[must_use]
pub fn platforms_json() -> String {
    let list: Vec<serde_json::Value> = firewall::platforms()
        .iter()
        .map(|p| {
            serde_json::json!({
                "id": p.id(),
                "name": p.name(),
                "versions": p.versions(),
                "evidence": p.checked(),
                "evidence_words": p.checked().label(),
                "capabilities": p.capabilities(),
                "placeholders": p.placeholders(),
                "releases": p.about().releases,
                "parts": Part::ALL.map(Part::word),
                "scopes": Scope::ALL.map(Scope::word),
            })
        })
        .collect();
    format!("{:#}\n", serde_json::json!({ "schema": SCHEMA, "platforms": list }))
}

/// `history list`.
#[must_use]
pub fn visits(visits: &[VisitSummary]) -> String {
    if visits.is_empty() {
        return "No visit is kept yet: `solidgreen check` keeps one.\n".into();
    }
    let mut out = String::new();
    for v in visits {
        let begun = v.started_unix_ms.map_or("at an unknown time".to_owned(), local_time);
        let site = if v.site.is_empty() { String::new() } else { format!("  {}", v.site) };
        let code = v.code.as_deref().map(|c| format!("  [{c}]")).unwrap_or_default();
        let star = if v.starred { "  (starred)" } else { "" };
        let open = if v.open { "  (open now)" } else { "" };
        let _ = writeln!(out, "{}  {begun}{site}  {}{code}{star}{open}", v.id, v.title);
        if let Some(why) = &v.broken {
            let _ = writeln!(out, "    cannot be opened: {why}");
        }
    }
    out
}

fn local_time(unix_ms: i64) -> String {
    jiff::Timestamp::from_millisecond(unix_ms)
        .map(|t| t.to_zoned(jiff::tz::TimeZone::system()).strftime("%Y-%m-%d %H:%M").to_string())
        .unwrap_or_default()
}

/// `history list --json`.
#[must_use]
pub fn visits_json(visits: &[VisitSummary]) -> String {
    let list: Vec<serde_json::Value> = visits
        .iter()
        .map(|v| {
            serde_json::json!({
                "id": v.id,
                "started_unix_ms": v.started_unix_ms,
                "site": v.site,
                "gateways": v.gateways,
                "level": v.level.word(),
                "code": v.code,
                "title": v.title,
                "broken": v.broken,
                "starred": v.starred,
                "open": v.open,
            })
        })
        .collect();
    format!("{:#}\n", serde_json::json!({ "schema": SCHEMA, "visits": list }))
}

/// `profile` without `--print`.
#[must_use]
pub fn profile(p: &Profile) -> String {
    let prefixes: Vec<String> =
        p.mac_prefixes.iter().map(|x| format!("{:02x}:{:02x}:{:02x}", x[0], x[1], x[2])).collect();
    let ports: Vec<String> = p.cloud.ports.iter().map(ToString::to_string).collect();
    let addresses: Vec<String> = p.cloud.documented_addresses.iter().map(ToString::to_string).collect();
    let mut out = String::new();
    let _ = writeln!(out, "{}", p.name);
    let _ = writeln!(out, "MAC prefixes:  {}", prefixes.join(", "));
    let _ = writeln!(out, "Cloud:         {} on TCP {}", p.cloud.hosts.join(", "), ports.join(", "));
    let _ = writeln!(out, "Addresses:     {} (as of {})", addresses.join(", "), p.cloud.documented_as_of);
    for d in &p.dialects {
        let assumed = if d.assumed { ", assumed" } else { "" };
        let _ = writeln!(out, "Console:       {} at {} baud{assumed}: {}", d.name, d.baud, d.about);
    }
    for a in &p.announcements {
        let assumed = if a.assumed { " (assumed)" } else { "" };
        let _ = writeln!(out, "Announcement:  {}{assumed}", a.service);
    }
    let _ = writeln!(out, "Contact:       {}, {}, {}", p.contact.name, p.contact.email, p.contact.phone);
    out.push_str(
        "`solidgreen profile --print` prints the whole file; change it and give it with --profile.\n",
    );
    out
}

/// The file of a profile, which may be a stranger's: what a terminal would obey is shown.
pub fn profile_text(text: &str) -> String {
    // a tab is as good as spaces here, and so is the other end of a line
    let text = text.replace("\r\n", "\n");
    text.split('\t').map(crate::model::text::visible).collect::<Vec<_>>().join("\t")
}

/// Why a report was not written.
#[derive(Debug)]
pub enum ReportFailed {
    Usage(String),
    Write(String),
}

/// Writes a report; the ending of the file decides its kind. Returns lines worth saying.
///
/// # Errors
/// When the ending is not known, or the file cannot be written.
pub fn report(
    snapshot: &Snapshot,
    file: &Path,
    redact: Redact,
    lang: Lang,
) -> Result<Vec<String>, ReportFailed> {
    let snapshot = &*as_it_will_be_read(snapshot);
    let options = report_options(snapshot, redact, lang);
    let ending = file.extension().and_then(|e| e.to_str()).unwrap_or_default().to_ascii_lowercase();
    let mut notes = Vec::new();
    let bytes = match ending.as_str() {
        "md" => report::markdown(&report::document(snapshot, &options)).into_bytes(),
        "json" => report::json(snapshot, &options).into_bytes(),
        "pdf" => {
            let made = report::pdf_of(snapshot, &options)
                .map_err(|e| ReportFailed::Write(format!("the PDF could not be made: {e}")))?;
            notes.extend(made.plain_because.map(|why| format!("the PDF is not of the archival kind: {why}")));
            made.bytes
        }
        other => {
            let other = crate::model::text::foreign(other);
            return Err(ReportFailed::Usage(format!(
                "the report is .pdf, .md or .json, not '.{other}': name the file accordingly"
            )));
        }
    };
    files::replace(file, &bytes)
        .map_err(|e| ReportFailed::Write(format!("{} could not be written: {e}", file.display())))?;
    Ok(notes)
}

/// A report is read when the check has long ended: what tells somebody to wait is no word for it.
fn as_it_will_be_read(s: &Snapshot) -> Cow<'_, Snapshot> {
    if s.verdict.code.is_some() || !matches!(s.activity, Activity::Working { .. }) {
        return Cow::Borrowed(s);
    }
    let verdict = Verdict {
        title: "The check had not ended when this report was written.".into(),
        next_step: "Write the report again when it has.".into(),
        ..Verdict::default()
    };
    Cow::Owned(Snapshot { verdict, ..s.clone() })
}

/// Options of a report with this place's time zone.
#[must_use]
pub fn report_options(snapshot: &Snapshot, redact: Redact, lang: Lang) -> ReportOptions {
    ReportOptions { redact, lang, utc_offset_secs: utc_offset(snapshot) }
}

/// Seconds that this place is ahead of UTC at the time of the visit.
fn utc_offset(snapshot: &Snapshot) -> i32 {
    jiff::Timestamp::from_millisecond(snapshot.started_unix_ms)
        .map(|t| t.to_zoned(jiff::tz::TimeZone::system()).offset().seconds())
        .unwrap_or(0)
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "a test reads what it wrote itself")]
mod tests {
    use super::*;

    #[test]
    fn a_report_of_a_check_under_way_tells_nobody_to_wait() {
        let dir = tempfile::tempdir().unwrap();
        let verdict = Verdict {
            title: "Looking and checking\u{2026}".into(),
            next_step: "Wait a few seconds.".into(),
            ..Verdict::default()
        };
        let activity = Activity::Working { what: "x".into(), done: 1, of: 9 };
        let s = Snapshot { verdict, activity, ..Snapshot::default() };
        for ending in ["md", "json"] {
            let file = dir.path().join(format!("a.{ending}"));
            report(&s, &file, Redact::Full, Lang::En).unwrap();
            let text = std::fs::read_to_string(file).unwrap();
            assert!(text.contains("had not ended") && !text.contains("Wait a few"), "{text}");
        }
    }
}
