//! What the list says of a visit. It stands at the beginning of the file of the picture, so that a list of many visits of
//! hundreds of boxes reads none of them whole.

use super::record::{self, SCHEMA};
use crate::model::{Level, Snapshot};
use crate::platform::reading;
use serde::{Deserialize, Serialize};
use std::io::Read as _;
use std::path::Path;

/// The beginning of a file in which it is looked for, bytes.
const HEAD: u64 = 16 << 10;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Summary {
    pub started_unix_ms: i64,
    pub site: String,
    pub gateways: usize,
    pub level: Level,
    pub title: String,
    pub code: Option<String>,
    /// It is the end of a search or of a check, and no moment within one.
    pub answer: bool,
}

impl Summary {
    /// What is to be said of a picture when nobody works on it any more.
    pub fn of(picture: &Snapshot) -> Summary {
        let unfinished = record::is_unfinished(picture).then(record::unfinished);
        let verdict = unfinished.as_ref().unwrap_or(&picture.verdict);
        Summary {
            started_unix_ms: picture.started_unix_ms,
            site: picture.site.clone(),
            gateways: picture.gateways.len(),
            level: verdict.level,
            title: verdict.title.clone(),
            code: verdict.code.map(|c| c.code().to_owned()),
            answer: record::is_answer(picture),
        }
    }
}

/// The picture behind it has so many bytes: where it has another number, the file is not whole.
#[derive(Serialize, Deserialize)]
struct Head {
    bytes: usize,
    #[serde(flatten)]
    summary: Summary,
}

/// What stands before the head, and between it and the picture.
fn before() -> String {
    format!("{{\"schema\":{SCHEMA},\"summary\":")
}
const BETWEEN: &str = ",\"snapshot\":";

/// The file of a picture.
pub(super) fn print(picture: &Snapshot) -> Result<Vec<u8>, serde_json::Error> {
    let mut body = serde_json::to_vec(picture)?;
    let head = Head { bytes: body.len(), summary: Summary::of(picture) };
    let mut file = format!("{}{}{BETWEEN}", before(), serde_json::to_string(&head)?).into_bytes();
    file.append(&mut body);
    file.push(b'}');
    Ok(file)
}

/// Reads it, and nothing else of the file. `None` where the file has none, as older versions wrote it, or is not whole:
/// then what it is shows when all of it is read.
pub(super) fn read(file: &Path) -> Option<Summary> {
    let mut file = reading::open(file).ok()?;
    let length = file.metadata().ok()?.len();
    let mut head = Vec::new();
    file.by_ref().take(HEAD).read_to_end(&mut head).ok()?;
    let before = before();
    let text = head.strip_prefix(before.as_bytes())?;
    let mut heads = serde_json::Deserializer::from_slice(text).into_iter::<Head>();
    let head = heads.next()?.ok()?;
    let around = before.len() + heads.byte_offset() + BETWEEN.len() + 1;
    (length == head.bytes.saturating_add(around) as u64).then_some(head.summary)
}
