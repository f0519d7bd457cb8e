//! Tests of how much of a visit is read: for the list its beginning, to open it the picture and what is shown of the record.

use super::tests::{BEGAN, history, picture};
use super::*;
use crate::model::snapshot::{Activity, HostSeen, TimelineEntry};
use crate::model::{At, Verdict};
use std::fs;

/// Bytes that this thread has read so far, where the system counts them.
fn taken() -> Option<u64> {
    let counted = fs::read_to_string("/proc/thread-self/io").ok();
    assert!(counted.is_some() || !Path::new("/proc/self/io").exists(), "Linux counts them");
    counted?.lines().find_map(|l| l.strip_prefix("rchar: ")?.parse().ok())
}

/// What `look` reads, bytes; 0 where nobody counts.
fn reads<T>(look: impl FnOnce() -> T) -> (T, u64) {
    let before = taken().unwrap_or(0);
    let seen = look();
    (seen, taken().unwrap_or(0) - before)
}

/// A picture of some megabytes.
fn crowded(id: &str) -> Snapshot {
    let host = |n: u32| HostSeen {
        mac: crate::model::Mac([2, 0, 0, 0, (n >> 8) as u8, n as u8]),
        ip: std::net::Ipv4Addr::from(0x0a00_0000 + n),
        maker: Some("x".repeat(60)),
        first_seen_ms: 1,
    };
    let hosts = (0..20_000).map(host).collect();
    Snapshot { took_ms: Some(1), hosts, timeline: [].to_vec().into(), ..picture(id, "Crowded") }
}

#[test]
fn a_list_reads_the_beginning_of_a_visit_and_opening_one_what_is_shown() {
    let (_dir, h) = history();
    let id = History::new_id(BEGAN);
    let mut visit = h.begin(&id, BEGAN).unwrap();
    visit.keep(&crowded(&id)).unwrap();
    let lines = 250_000_u64;
    for from in (0..lines).step_by(10_000) {
        let some: Vec<_> = (from..from + 10_000)
            .map(|n| TimelineEntry {
                at: At(n),
                text: format!("34:a5:e1:00:00:01: LED solid green, line {n}"),
            })
            .collect();
        visit.note(&some).unwrap();
    }
    let size = |file: &str| fs::metadata(visit.folder().join(file)).unwrap().len();
    let (whole, shown) = (disk::size_of(visit.folder()), size(record::SNAPSHOT));
    assert!(
        whole - shown > 2 * journal::FILE_MOST && shown > 2_000_000,
        "{whole}, {shown}: this proves little"
    );
    let (list, read) = reads(|| h.list());
    assert_eq!((list[0].site.as_str(), list[0].broken.as_ref()), ("Crowded", None));
    assert!(read < 50_000, "a list of one visit read {read} bytes of {whole}");
    for wanted in ["last", &id] {
        let (s, read) = reads(|| h.load(wanted).unwrap());
        assert_eq!((s.timeline.len(), s.timeline_before), (SHOWN, lines - SHOWN as u64));
        // the lines before those that are shown are counted in the last file, and nowhere else
        let most = shown + journal::FILE_MOST + journal::END + 100_000;
        assert!(read <= most, "{wanted}: {read} bytes were read, of {whole}; {most} would do");
    }
    // by construction too: what a list does not read may be anything
    let file = visit.folder().join(record::SNAPSHOT);
    let mut bytes = fs::read(&file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle..middle + 9].copy_from_slice(b"\0\0\0\0\0\0\0\0\0");
    fs::write(&file, &bytes).unwrap();
    assert_eq!(h.list()[0].site, "Crowded");
    assert!(matches!(h.load(&id), Err(HistoryError::Broken { .. })));
}

#[test]
fn the_list_says_what_opening_the_visit_says() {
    let (_dir, h) = history();
    let working = Activity::Working { what: "x".into(), done: 1, of: 9 };
    let faulty = Verdict {
        title: "\u{1b}[2JThe cloud is refused.".into(),
        code: Some(Cause::CloudGatewayOnlyBlocked),
        level: Level::Fault,
        ..Verdict::default()
    };
    for (n, activity) in [Activity::Idle, working, Activity::Watching].into_iter().enumerate() {
        for took_ms in [None, Some(1)] {
            for verdict in [Verdict::default(), faulty.clone()] {
                let id = History::new_id(BEGAN + n as i64);
                let kept =
                    Snapshot { activity: activity.clone(), took_ms, verdict, ..picture(&id, "K\u{f6}k") };
                h.begin(&id, BEGAN).unwrap().keep(&kept).unwrap();
                let listed = |h: &History| h.list().into_iter().find(|v| v.id == id).unwrap();
                let (new, opened) = (listed(&h), h.load(&id).unwrap());
                let answer = || record::summary(&h.folder().join("visits").join(&id), &id).unwrap().answer;
                let answered = answer();
                assert_eq!((&new.site, new.level), (&opened.site, opened.verdict.level));
                assert_eq!(new.title, foreign(&opened.verdict.title));
                assert_eq!(new.code.as_deref(), opened.verdict.code.map(|c| c.code()));
                // as versions wrote it that had no such beginning
                let file = h.folder().join("visits").join(&id).join(record::SNAPSHOT);
                let mut value: serde_json::Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
                assert!(value.as_object_mut().unwrap().remove("summary").is_some());
                fs::write(&file, value.to_string()).unwrap();
                assert_eq!(listed(&h), new);
                assert_eq!(answer(), answered, "{activity:?} {took_ms:?}");
                assert_eq!(h.load(&id).unwrap(), opened);
            }
        }
    }
}

/// Its beginning says that it is fine, and what stands behind it cannot be read.
#[test]
fn the_last_visit_is_one_that_opens() {
    let (_dir, h) = history();
    let ids = [BEGAN, BEGAN + 60_000].map(History::new_id);
    for id in &ids {
        let kept = Snapshot { took_ms: Some(1), ..picture(id, "A") };
        h.begin(id, BEGAN).unwrap().keep(&kept).unwrap();
    }
    assert_eq!(h.load("last").unwrap().visit, ids[1]);
    let file = h.folder().join("visits").join(&ids[1]).join(record::SNAPSHOT);
    let mut bytes = fs::read(&file).unwrap();
    let middle = bytes.len() - 20;
    bytes[middle] = 0;
    fs::write(&file, bytes).unwrap();
    assert!(h.load(&ids[1]).is_err());
    assert_eq!(h.load("last").unwrap().visit, ids[0]);
    assert!(h.recording("last").unwrap().to_string_lossy().contains(&ids[0]));
}

#[test]
fn a_picture_that_is_cut_off_anywhere_is_called_broken_by_the_list_too() {
    let (_dir, h) = history();
    let id = History::new_id(BEGAN);
    h.begin(&id, BEGAN).unwrap().keep(&picture(&id, "A")).unwrap();
    let file = h.folder().join("visits").join(&id).join(record::SNAPSHOT);
    let whole = fs::read(&file).unwrap();
    for cut in 0..whole.len() {
        fs::write(&file, &whole[..cut]).unwrap();
        assert!(h.list()[0].broken.is_some(), "cut at {cut}");
    }
    // and a list believes no stranger's code
    let text = String::from_utf8(whole).unwrap();
    let text = text.replacen("\"code\":null", "\"code\":\"\\u001b[2Jx\"", 1);
    fs::write(&file, &text).unwrap();
    assert_eq!((h.list()[0].code.as_ref(), h.list()[0].broken.as_ref()), (None, None));
}
