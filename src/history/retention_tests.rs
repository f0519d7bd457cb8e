//! Tests of what goes and what stays, and of the order of visits: by no clock alone, never what is open or starred.

use super::tests::{BEGAN, history, picture};
use super::*;
use crate::model::At;
use crate::model::snapshot::TimelineEntry;
use std::collections::BTreeSet;
use std::fs;

const DAY: i64 = 86_400_000;

fn ids(h: &History) -> BTreeSet<String> {
    h.ids().into_iter().collect()
}

/// Keeps a visit of about this size, and closes it.
fn visit(h: &History, began: i64, bytes: usize) -> (String, Vec<Removed>) {
    let id = History::new_id(began);
    let mut visit = h.begin(&id, began).unwrap();
    visit.keep(&picture(&id, "A")).unwrap();
    fs::write(visit.recording(), vec![b'x'; bytes]).unwrap();
    let removed = visit.removed().to_vec();
    (id, removed)
}

#[test]
fn what_is_written_is_never_removed_however_many_come_after_it() {
    let (_dir, mut h) = history();
    h.room = Room { bytes: 20_000, oldest_ms: 1, never_too_old: 2 };
    let id = History::new_id(BEGAN);
    let mut watch = h.begin(&id, BEGAN).unwrap();
    for n in 1..40 {
        visit(&h, BEGAN + n * 1_000 * DAY, 4_000);
        watch.note(&[TimelineEntry { at: At(1), text: "seen".into() }]).unwrap();
        assert!(h.list().iter().any(|v| v.id == id && v.open), "removed while it was written, after {n}");
    }
    watch.keep(&picture(&id, "still there")).unwrap();
    assert_eq!(h.load(&id).unwrap().site, "still there");
    // the room holds for the others
    assert!(h.ids().len() < 8, "{}", h.ids().len());
    drop(watch);
    let (_, removed) = visit(&h, BEGAN + DAY, 4_000);
    assert!(removed.iter().any(|r| r.id == id), "once it has ended it is one of many: {removed:?}");
}

#[test]
fn what_is_starred_is_never_removed() {
    let (_dir, mut h) = history();
    h.room = Room { bytes: 20_000, oldest_ms: 1, never_too_old: 0 };
    let (id, _) = visit(&h, BEGAN, 4_000);
    h.star(&id[..30], true).unwrap();
    for n in 1..20 {
        visit(&h, BEGAN + n * DAY, 4_000);
    }
    assert!(h.list().iter().any(|v| v.id == id && v.starred));
    h.star(&id, false).unwrap();
    h.star(&id, false).unwrap();
    visit(&h, BEGAN + 30 * DAY, 4_000);
    assert!(!ids(&h).contains(&id));
    assert!(h.star("ffff", true).is_err());
}

#[test]
fn the_oldest_go_by_size_and_by_age_and_each_is_told() {
    let (_dir, mut h) = history();
    let own = h.folder().join("visits/somebody-else");
    fs::create_dir(&own).unwrap();
    let made: Vec<String> = (0..10).map(|n| visit(&h, BEGAN + n * DAY, 4_000).0).collect();
    assert_eq!(h.ids().len(), 10);
    // five days before the last one begins are two too many
    h.room = Room { bytes: u64::MAX, oldest_ms: 8 * DAY + 1, never_too_old: 3 };
    let (now, removed) = visit(&h, BEGAN + 10 * DAY, 4_000);
    let told: BTreeSet<&str> = removed.iter().map(|r| r.id.as_str()).collect();
    assert_eq!(told, made[..2].iter().map(String::as_str).collect());
    assert!(removed.iter().all(|r| r.why == Why::Age), "{removed:?}");
    let before = ids(&h);
    h.room = Room { bytes: 22_000, ..h.room };
    let (newest, removed) = visit(&h, BEGAN + 10 * DAY, 4_000);
    let left = ids(&h);
    let gone: BTreeSet<String> = before.difference(&left).cloned().collect();
    assert_eq!(gone, removed.iter().map(|r| r.id.clone()).collect(), "what is gone is what is told");
    assert!(removed.iter().all(|r| r.why == Why::Size), "{removed:?}");
    assert!(
        left.contains(&now) && left.contains(&newest) && left.contains(&made[9]) && !left.contains(&made[2])
    );
    assert!(own.is_dir(), "what is no visit is left alone");
    assert!(
        fs::read_dir(h.folder().join("visits")).unwrap().count() == left.len() + 1,
        "and nothing half is left"
    );
}

/// A clock that stands years ahead for a day, or before 1970, or that was set back.
#[test]
fn no_clock_makes_a_visit_the_newest_for_ever_nor_too_old() {
    let (_dir, mut h) = history();
    h.room = Room { never_too_old: 30, ..Room::default() };
    let years = [0, 6, 0, -57, 0, 200, -600, 0, 8_000];
    let mut in_order = Vec::new();
    for year in years {
        in_order.push(visit(&h, BEGAN + year * 365 * DAY, 10).0);
        assert_eq!(&h.load("last").unwrap().visit, in_order.last().unwrap(), "the one that was made last");
    }
    for odd in [-1, 0, 1, i64::MIN, i64::MAX, -62_135_596_800_000] {
        in_order.push(visit(&h, odd, 10).0);
    }
    in_order.reverse();
    assert_eq!(h.ids(), in_order, "all of them are there, in the order in which they were made");
    assert_eq!(h.list().iter().filter(|v| v.broken.is_some()).count(), 0);
}

#[test]
fn visits_of_a_version_without_numbers_come_first_by_their_time() {
    let (_dir, h) = history();
    let old: Vec<String> = [3, 1, 2].map(|n| History::new_id(BEGAN + n * 6 * 365 * DAY)).to_vec();
    for id in &old {
        let folder = h.folder().join("visits").join(id);
        fs::create_dir_all(&folder).unwrap();
        let opening = format!("{{\"schema\":1,\"visit\":\"{id}\",\"started_unix_ms\":{BEGAN}}}\n");
        fs::write(folder.join(journal::JOURNAL), opening + "{\"at\":1,\"text\":\"one\"}\n").unwrap();
        fs::write(folder.join(record::SNAPSHOT), summary::print(&picture(id, "old")).unwrap()).unwrap();
    }
    assert_eq!(h.load("last").unwrap().visit, old[0]);
    let (new, _) = visit(&h, BEGAN, 10);
    assert_eq!(h.ids().iter().collect::<Vec<_>>(), [&new, &old[0], &old[2], &old[1]]);
    assert_eq!(h.load(&old[1]).unwrap().timeline.len(), 1);
    assert!(h.list().iter().filter(|v| v.id != new).all(|v| v.broken.is_none()));
}
