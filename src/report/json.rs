//! The report for machines: the whole snapshot, versioned, redacted like the others.

use super::ReportOptions;
use super::public;
use crate::model::Snapshot;
use serde_json::{Value, json};

/// The number of this form. A key is never renamed or removed under one number.
pub const SCHEMA: u32 = 1;

/// The whole snapshot as pretty JSON: `{"schema":1,"kind":"report","redact":…,"snapshot":{…}}`.
///
/// With a redaction other than full, strings hold masks where addresses stood, so it is to be read, not loaded again.
#[must_use]
pub fn json(snapshot: &Snapshot, options: &ReportOptions) -> String {
    let (told, redactor) = public::told(snapshot, options.redact);
    let content = serde_json::to_value(told.as_ref()).unwrap_or_else(|e| json!({ "error": e.to_string() }));
    let content = redactor.value(content);
    let verdict = &snapshot.verdict;
    let whole: Value = json!({
        "schema": SCHEMA,
        "kind": "report",
        "redact": options.redact.word(),
        "lang": options.lang.tag(),
        "verdict": { "code": verdict.code, "owner": verdict.owner.word(), "level": verdict.level.word() },
        "snapshot": content,
    });
    format!("{whole:#}\n")
}
