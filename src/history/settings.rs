//! The few things that the program remembers for its user. A file that cannot be read costs nobody a start.

use super::{HistoryError, disk};
use crate::model::rule::RuleChoice;
use crate::platform::reading;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

const FILE: &str = "settings.toml";
/// The longest settings that are read, bytes: those of some ten thousand sites.
const MOST: u64 = 8 << 20;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Theme {
    /// As the operating system has it.
    #[default]
    System,
    Light,
    Dark,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Settings {
    /// Name of the site, for the report and the firewall text.
    pub site: String,
    /// What was chosen for the firewall's text at each site.
    pub sites: BTreeMap<String, RuleChoice>,
    pub theme: Theme,
    /// Keys of another version: kept as they are.
    others: toml::Table,
}

impl Settings {
    /// Reads the settings in the folder of [`super::History::folder`], and what had to be said about them: a value that
    /// makes no sense is left out, a file that is no TOML is put aside.
    #[must_use]
    pub fn load(folder: &Path) -> (Settings, Vec<String>) {
        let path = folder.join(FILE);
        let text = match reading::read(&path, MOST) {
            Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return (Settings::default(), Vec::new()),
            Err(e) => {
                let line = format!(
                    "the settings {} cannot be read: {e}; the usual ones are in force",
                    path.display()
                );
                return (Settings::default(), vec![line]);
            }
        };
        match text.parse::<toml::Table>() {
            Ok(table) => Settings::from_table(table),
            Err(e) => (Settings::default(), vec![put_aside(&path, e.message())]),
        }
    }

    fn from_table(mut table: toml::Table) -> (Settings, Vec<String>) {
        let mut remarks = Vec::new();
        let settings = Settings {
            site: take(&mut table, "site", "a text", &mut remarks).unwrap_or_default(),
            sites: take(&mut table, "sites", "a table of sites", &mut remarks).unwrap_or_default(),
            theme: take(&mut table, "theme", "system, light or dark", &mut remarks).unwrap_or_default(),
            others: table,
        };
        (settings, remarks)
    }

    /// Writes them, whole or not at all.
    ///
    /// # Errors
    /// When the disk refuses; the settings before stay.
    pub fn save(&self, folder: &Path) -> Result<(), HistoryError> {
        #[derive(Serialize)]
        struct Written<'a> {
            site: &'a str,
            theme: Theme,
            sites: &'a BTreeMap<String, RuleChoice>,
        }
        let path = folder.join(FILE);
        let own = Written { site: &self.site, theme: self.theme, sites: &self.sites };
        let written = toml::Table::try_from(own).and_then(|own| {
            let mut all = self.others.clone();
            all.extend(own);
            toml::to_string(&all)
        });
        let text = written.map_err(|e| HistoryError::Disk {
            what: "write",
            path: path.display().to_string(),
            why: e.to_string(),
        })?;
        disk::make_folder(folder)?;
        disk::replace(&path, text.as_bytes())
    }
}

/// Takes one key out of the table; a value that is none is reported and left out.
fn take<T: serde::de::DeserializeOwned>(
    table: &mut toml::Table,
    key: &str,
    expected: &str,
    remarks: &mut Vec<String>,
) -> Option<T> {
    match table.remove(key)?.try_into() {
        Ok(value) => Some(value),
        Err(_) => {
            remarks.push(format!("settings: '{key}' should be {expected}; the usual value is in force"));
            None
        }
    }
}

/// Renames a broken file so that nobody's words are lost, and says so.
fn put_aside(path: &Path, why: &str) -> String {
    let free =
        (1..100).map(|n| aside_name(path, n)).find(|p| !p.exists()).unwrap_or_else(|| aside_name(path, 100));
    match std::fs::rename(path, &free) {
        Ok(()) => format!(
            "the settings could not be read ({why}); they were put aside as {} and the usual ones are in force",
            free.display()
        ),
        Err(e) => format!("the settings {} could not be read ({why}) nor put aside ({e})", path.display()),
    }
}

fn aside_name(path: &Path, n: u32) -> PathBuf {
    path.with_extension(format!("broken-{n}.toml"))
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "a test lays files out as somebody else would have")]
mod tests {
    use super::*;

    #[test]
    fn what_is_saved_is_loaded_with_the_keys_of_others() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join(FILE), "future = { a = 1 }\nsite = \"Kök\"\n").unwrap();
        let (mut s, remarks) = Settings::load(dir.path());
        assert!(remarks.is_empty(), "{remarks:?}");
        s.theme = Theme::Dark;
        let choice =
            RuleChoice { platform: Some("srx".into()), version: "12.1".into(), ..RuleChoice::default() };
        s.sites.insert("site Kök \"1\"".into(), choice);
        s.save(dir.path()).unwrap();
        assert_eq!(Settings::load(dir.path()), (s, vec![]));
        assert!(std::fs::read_to_string(dir.path().join(FILE)).unwrap().contains("future"));
    }

    #[test]
    fn a_wrong_value_costs_only_itself() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join(FILE), "site = \"A\"\ntheme = 5\n").unwrap();
        let (s, remarks) = Settings::load(dir.path());
        assert_eq!((s.site.as_str(), s.theme), ("A", Theme::System));
        assert!(remarks.len() == 1 && remarks[0].contains("'theme'"), "{remarks:?}");
    }

    #[test]
    fn a_broken_file_is_put_aside_and_reported() {
        let dir = tempfile::tempdir().unwrap();
        for n in 1..3 {
            std::fs::write(dir.path().join(FILE), "site = \"half").unwrap();
            let (s, remarks) = Settings::load(dir.path());
            assert_eq!(s, Settings::default());
            assert!(remarks[0].contains(&format!("settings.broken-{n}.toml")), "{remarks:?}");
            assert_eq!(
                std::fs::read_to_string(aside_name(&dir.path().join(FILE), n)).unwrap(),
                "site = \"half"
            );
        }
        assert_eq!(Settings::load(dir.path()), (Settings::default(), vec![]));
    }
}
