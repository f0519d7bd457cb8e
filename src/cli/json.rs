//! The JSON of the command line: a contract (design section 10). Keys are never renamed or removed within a schema
//! number; keys may be added.

use crate::model::finding::{Finding, Verdict};
use crate::model::mac::TypedMac;
use crate::model::snapshot::{GatewayView, HostSeen};
use crate::model::{LedView, Snapshot};
use serde_json::{Value, json};

pub const SCHEMA: u32 = 1;

#[must_use]
pub fn verdict(v: &Verdict) -> Value {
    json!({
        "code": v.code.map(|c| c.code()),
        "owner": v.owner.word(),
        "level": v.level.word(),
        "title": v.title,
        "next_step": v.next_step,
    })
}

#[must_use]
pub fn led(l: &LedView) -> Value {
    json!({ "possible": l.possible, "basis": l.basis.word(), "age_ms": l.age_ms, "because": l.because })
}

#[must_use]
pub fn gateway(g: &GatewayView) -> Value {
    json!({
        "mac": g.mac,
        "ip": g.ip,
        "first_seen_ms": g.first_seen_ms,
        "led": led(&g.led),
        "sources": g.sources.iter().map(|s| s.word()).collect::<Vec<_>>(),
        "name": g.name,
        "maker": g.maker,
        "remarks": g.remarks,
        "verdict": verdict(&g.verdict),
    })
}

fn finding(f: &Finding) -> Value {
    json!({
        "code": f.code,
        "owner": f.owner.word(),
        "level": f.level.word(),
        "evidence": f.evidence,
        "hides": f.hides,
        "possible": f.possible,
        "title": f.title,
        "next_step": f.next_step,
    })
}

fn host(h: &HostSeen) -> Value {
    json!({ "mac": h.mac, "ip": h.ip, "maker": h.maker, "first_seen_ms": h.first_seen_ms })
}

/// What was repaired in the MACs that were typed in.
#[must_use]
pub fn repaired<'a>(typed: impl Iterator<Item = &'a TypedMac>) -> Value {
    let repaired = typed.filter(|t| !t.repairs().is_empty());
    repaired.map(|t| json!({ "mac": t.mac, "repairs": t.repairs() })).collect()
}

/// What `find` and `check` share.
fn common(s: &Snapshot) -> Value {
    json!({
        "schema": SCHEMA,
        "version": s.version,
        "visit": s.visit,
        "verdict": verdict(&s.verdict),
        "boxes": s.boxes(),
        "findings": s.findings.iter().map(finding).collect::<Vec<_>>(),
        "reported": s.reported,
        "gateways": s.gateways.iter().map(gateway).collect::<Vec<_>>(),
        "interface": s.host.chosen,
        "limits": s.limits,
        "broken": s.broken,
        "footprint": {
            "packets": s.footprint.packets(),
            "addresses": s.footprint.addresses.len(),
            "by_kind": s.footprint.by_kind,
        },
        "kept_in": s.kept_in,
        "took_ms": s.took_ms.unwrap_or(s.now.0),
    })
}

/// The object of `check --json`.
#[must_use]
pub fn check(s: &Snapshot) -> Value {
    let mut out = common(s);
    let checks: Vec<Value> = s
        .checks
        .iter()
        .map(|c| {
            json!({
                "id": c.id.word(),
                "target": c.target.to_string(),
                "outcome": c.outcome.word(),
                "failure": c.outcome.failure().map(|f| f.word()),
                "took_ms": c.took_ms,
                "detail": c.detail,
            })
        })
        .collect();
    out["checks"] = Value::Array(checks);
    out["not_tested"] = json!(s.not_tested);
    out
}

/// The object of `find --json`.
#[must_use]
pub fn find(s: &Snapshot) -> Value {
    let mut out = common(s);
    out["hosts"] = Value::Array(s.hosts.iter().map(host).collect());
    out
}

/// RFC 3339 time of a moment of the session, UTC, with milliseconds.
#[must_use]
pub fn time(s: &Snapshot, at: crate::model::At) -> String {
    let ms = s.started_unix_ms.saturating_add(i64::try_from(at.0).unwrap_or(i64::MAX));
    jiff::Timestamp::from_millisecond(ms).map(|t| format!("{t:.3}")).unwrap_or_default()
}
