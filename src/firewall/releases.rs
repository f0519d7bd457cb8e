//! Releases of a platform, where they write a rule differently, and how a version that somebody types finds its own.

use serde::Serialize;

/// One way in which a platform has written its rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Release {
    /// What is typed: the first version that writes so (`7.0`), or a name (`aos-s`).
    pub id: &'static str,
    /// Which versions it is for.
    pub means: &'static str,
}

/// The release for a version: the one of that name, else the newest that is not newer than the number. The first of the
/// list is what is meant when nothing is said.
#[must_use]
pub fn resolve(releases: &[Release], version: &str) -> Option<Release> {
    let version = version.trim().trim_start_matches(['v', 'V']);
    if version.is_empty() {
        return releases.first().copied();
    }
    let named = releases.iter().find(|r| r.id.eq_ignore_ascii_case(version));
    let older = || {
        let asked = numbers(version)?;
        let known = releases.iter().filter_map(|r| Some((numbers(r.id)?, r)));
        known.filter(|(from, _)| *from <= asked).max_by_key(|(from, _)| from.clone()).map(|(_, r)| r)
    };
    named.or_else(older).copied()
}

/// `7.4.1` as numbers; none for what is not a version number.
fn numbers(text: &str) -> Option<Vec<u32>> {
    text.split('.').map(|n| n.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Release; 3] = [
        Release { id: "7.0", means: "7.0 to 7.6" },
        Release { id: "6.2", means: "6.2 and 6.4" },
        Release { id: "aos-s", means: "AOS-S" },
    ];

    #[test]
    fn a_version_finds_the_newest_release_that_is_not_newer() {
        for (version, id) in [
            ("", "7.0"),
            ("7.0", "7.0"),
            ("7", "6.2"),
            ("7.4.11", "7.0"),
            ("10.1", "7.0"),
            ("v6.4", "6.2"),
            ("6.2.0", "6.2"),
            ("AOS-S", "aos-s"),
        ] {
            assert_eq!(resolve(&ALL, version).map(|r| r.id), Some(id), "{version}");
        }
        for version in ["6.1", "5", "x", "7..0", "-1", "seven", "99999999999"] {
            assert_eq!(resolve(&ALL, version), None, "{version}");
        }
        assert_eq!(resolve(&[], ""), None);
    }
}
