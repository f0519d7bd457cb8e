//! The time of an entry, in the notations of the products. What has no date, or one that can be read in two ways, has no
//! time.

use jiff::civil::DateTime;
use jiff::{Timestamp, tz::TimeZone};
use std::borrow::Cow;

/// Days with the year first, or with the month as a word: nothing that can be read in two ways.
const WITH_YEAR: &[&str] = &[
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%dT%H:%M:%S",
    "%Y/%m/%d %H:%M:%S",
    "%b %d %Y %H:%M:%S",
    "%d/%b/%Y %H:%M:%S",
    "%d/%b/%Y:%H:%M:%S",
    "%d %b %Y %H:%M:%S",
    "%Y-%m-%d %I:%M:%S %p",
    "%Y/%m/%d %I:%M:%S %p",
    "%b %d %Y %I:%M:%S %p",
    "%b %d %Y %I:%M %p",
];

/// What may stand behind such a time: how far it is from UTC.
const WITH_ZONE: &[&str] = &[" %z", "%z", " %:z", "%:z"];

/// Milliseconds since 1970 UTC of a time as it stands in a text, and whether it says its zone. Without one it is read as
/// UTC; without a year (RFC 3164) as the last such day that is not after tomorrow. `now` is milliseconds since 1970 UTC.
#[must_use]
pub fn when(text: &str, now_unix_ms: i64) -> Option<(i64, bool)> {
    let text = text.trim().trim_matches(['[', ']', '*', '"', ':', ' ']);
    if let Ok(t) = text.parse::<Timestamp>() {
        return Some((t.as_millisecond(), true));
    }
    if let Ok(t) = Timestamp::strptime("%Y-%m-%dT%H:%M:%S%.f%z", text) {
        return Some((t.as_millisecond(), true));
    }
    if let Ok(number) = text.parse::<f64>() {
        // seconds, or finer: each product has its own
        let scale = [1e3, 1.0, 1e-3, 1e-6];
        let plausible = |ms: &f64| (9.4e11..4.2e12).contains(ms);
        return scale.iter().map(|s| number * s).find(plausible).map(|ms| (ms as i64, true));
    }
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let whole = without_fraction(&words);
    let (whole, in_utc) = match whole.strip_suffix(" UTC").or_else(|| whole.strip_suffix(" GMT")) {
        Some(rest) => (rest, true),
        None => (whole.as_ref(), false),
    };
    let utc = |t: DateTime| t.to_zoned(TimeZone::UTC).ok().map(|z| (z.timestamp().as_millisecond(), in_utc));
    // what is left over behind a time is no time that is understood
    if let Some(t) = WITH_YEAR.iter().find_map(|f| DateTime::strptime(f, whole).ok()) {
        return utc(t);
    }
    let zoned = |f: &str| WITH_ZONE.iter().find_map(|z| Timestamp::strptime(format!("{f}{z}"), whole).ok());
    if whole.contains(['+', '-'])
        && let Some(t) = WITH_YEAR.iter().find_map(|f| zoned(f))
    {
        return Some((t.as_millisecond(), true));
    }
    let year = Timestamp::from_millisecond(now_unix_ms).ok()?.to_zoned(TimeZone::UTC).year();
    let latest = now_unix_ms.saturating_add(86_400_000);
    [year + 1, year, year - 1].into_iter().find_map(|y| {
        let of = |f: &str| DateTime::strptime(f, format!("{y} {whole}")).ok();
        let t = of("%Y %b %d %H:%M:%S").or_else(|| of("%Y %b %d %I:%M:%S %p"))?;
        utc(t).filter(|(ms, _)| *ms <= latest)
    })
}

/// `07:03:12.123 PM` → `07:03:12 PM`: of a fraction only the digits go.
fn without_fraction(text: &str) -> Cow<'_, str> {
    let Some(at) = text.find([',', '.']) else { return Cow::Borrowed(text) };
    let (before, after) = text.split_at_checked(at).unwrap_or((text, ""));
    let after = after.get(1..).unwrap_or_default();
    let rest = after.trim_start_matches(|c: char| c.is_ascii_digit());
    let is_fraction =
        rest.len() < after.len() && before.ends_with(|c: char| c.is_ascii_digit()) && before.contains(':');
    if is_fraction { Cow::Owned(format!("{before}{rest}")) } else { Cow::Borrowed(text) }
}

/// The time of a lease, milliseconds since 1970, and whether it says its zone. dhcpd writes the day of the week as a number
/// before it, and then always UTC (dhcpd.leases(5)).
#[must_use]
pub fn of_lease(text: &str) -> Option<(i64, bool)> {
    // a lease has its year
    let has_year = |text: &str| text.bytes().filter(u8::is_ascii_digit).count() >= 8;
    if let Some(rest) = text.strip_prefix(|c: char| c.is_ascii_digit()).and_then(|t| t.strip_prefix(' ')) {
        return when(rest, 0).filter(|_| has_year(rest)).map(|(ms, _)| (ms, true));
    }
    let text = text.strip_prefix("epoch ").unwrap_or(text);
    when(text, 0).filter(|_| has_year(text))
}

/// The time of a lease for people: in UTC, where it says its zone, else as it stands there.
#[must_use]
pub fn in_words(at: (i64, bool), text: &str) -> String {
    let known = Timestamp::from_millisecond(at.0).ok().filter(|_| at.1);
    known.map_or_else(|| crate::model::text::foreign(text), |t| t.strftime("%Y-%m-%d %H:%M UTC").to_string())
}

/// Milliseconds from one time of a text to another of the same text, less than nothing when the second is earlier. Times
/// that do not say their year, or their day, are taken as close to each other as they may be. None: they cannot be read.
#[must_use]
pub fn apart(first: &str, second: &str) -> Option<i64> {
    const DAY: i64 = 86_400_000;
    // any day does: both years come from the same one
    const SOME_DAY: i64 = 1_782_900_000_000;
    let shortest = |ms: i64, turn: i64| (ms + turn / 2).rem_euclid(turn) - turn / 2;
    if let (Some((a, _)), Some((b, _))) = (when(first, SOME_DAY), when(second, SOME_DAY)) {
        let has_year = first.as_bytes().windows(4).any(|w| w.iter().all(u8::is_ascii_digit))
            || (b - a).abs() < 180 * DAY;
        return Some(if has_year { b - a } else { shortest(b - a, 365 * DAY) });
    }
    Some(shortest(clock(second)? - clock(first)?, DAY))
}

/// Milliseconds since midnight of the `07:03:12` in a text, and of `07:03:12 PM`.
fn clock(text: &str) -> Option<i64> {
    let word = text.split([' ', 'T', '-']).find(|w| w.matches(':').count() == 2)?;
    let mut parts = word.split([':', '.', ',']).map(|p| p.parse::<i64>().ok());
    let mut next = |most: i64| parts.next().flatten().filter(|n| (0..=most).contains(n));
    let (hour, minute, second) = (next(24)?, next(59)?, next(60)?);
    let ends = text.trim_end().to_ascii_uppercase();
    let hour = match (ends.ends_with("PM"), ends.ends_with("AM")) {
        (true, _) => hour % 12 + 12,
        (_, true) => hour % 12,
        _ => hour,
    };
    Some(((hour * 60 + minute) * 60 + second) * 1000)
}

#[cfg(test)]
mod tests {
    use super::{apart, when};

    #[test]
    fn which_of_two_times_is_later() {
        for (first, second, ms) in [
            ("2026-11-28T05:00:00Z", "2026-11-28T05:00:01Z", 1000),
            ("2025-01-01 00:00:00", "2026-11-28 05:00:00", 60_152_400_000),
            ("Dec 31 23:59:59", "Jan 1 00:00:01", 2000),
            ("Jan 1 00:00:01", "Dec 31 23:59:59", -2000),
            ("Jun 30 23:59:59", "Jul 5 00:00:01", 345_602_000),
            ("23:59:59", "00:00:01", 2000),
            ("07:03:12", "07:03:10", -2000),
        ] {
            assert_eq!(apart(first, second), Some(ms), "{first} {second}");
        }
        assert_eq!(apart("11:00:00 AM", "01:00:00.5 PM"), Some(7_200_000));
        for text in ["yesterday", "9223372036854775807:00:00", "25:00:00", "07:61:00"] {
            assert_eq!(apart(text, "07:03:12"), None, "{text}");
        }
    }

    /// 2026-11-28T06:00:00Z
    const NOW: i64 = 1_795_845_600_000;

    #[test]
    fn a_time_is_read_only_where_it_says_one_thing() {
        let hour = 3_600_000;
        for (text, zone) in [
            ("2026-11-28T05:00:00Z", true),
            ("2026-11-28T06:00:00+01:00", true),
            ("2026-11-28 05:00:00", false),
            ("2026/11/28 05:00:00", false),
            ("Nov 28 05:00:00", false),
            ("Nov 28 2026 05:00:00", false),
            ("28/Nov/2026:05:00:00", false),
            ("2026-11-28 06:00:00.123 +0100", true),
            ("2026-11-28 06:00:00,000+01:00", true),
            ("Nov 28 2026 05:00:00.12 UTC", true),
            ("2026-11-28 05:00:00.12 AM", false),
            ("Nov 28 05:00:00.123 AM", false),
            ("1795842000", true),
            ("1795842000000", true),
        ] {
            assert_eq!(when(text, NOW), Some((NOW - hour, zone)), "{text}");
        }
        // the last such day, not one to come
        assert_eq!(when("Dec 28 05:00:00", NOW), Some((NOW - hour - 335 * 24 * hour, false)));
        for text in [
            "Nov 28 2026 05:00:00.123 CET",
            "2026-11-28 05:00:00.1 or so",
            "2026-11-28 05:00:00, maybe",
            "05:00:00",
            "11/12/2026 05:00:00",
            "",
            "yesterday",
            "12345",
            "3d2h",
        ] {
            assert_eq!(when(text, NOW), None, "{text}");
        }
    }
}
