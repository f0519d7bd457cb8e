//! What was chosen for the firewall's text at a site, kept for the next visit there. A site is known by its name; one
//! without a name by the MAC of its router.

use super::engine::Engine;
use crate::history::{History, Settings};
use crate::model::rule::RuleChoice;
use crate::model::snapshot::Limit;
use std::path::PathBuf;

/// What the limit is about.
const CHOSEN: &str = "Keeping what was chosen for the firewall";

/// The settings on disk, and what was taken from them.
#[derive(Default)]
pub(super) struct Remembered {
    /// None: nothing is kept (a demonstration, or a disk that refuses).
    folder: Option<PathBuf>,
    settings: Settings,
    /// The site whose choice is in force.
    recalled: Option<String>,
    /// Somebody has chosen in this session: that stays.
    by_hand: bool,
}

impl Remembered {
    pub(super) fn open(data: Option<PathBuf>) -> Remembered {
        let Ok(history) = History::open(data) else { return Remembered::default() };
        let (settings, _) = Settings::load(history.folder());
        Remembered { folder: Some(history.folder().to_owned()), settings, recalled: None, by_hand: false }
    }

    /// Brings the choice of this site back, as soon as it is known which one it is.
    pub(super) fn recall(&mut self, engine: &mut Engine) {
        if self.by_hand || self.settings.sites.is_empty() {
            return;
        }
        let known =
            keys(engine).into_iter().find_map(|key| Some((self.settings.sites.get(&key)?.clone(), key)));
        if let Some((choice, key)) = known.filter(|(_, key)| self.recalled.as_ref() != Some(key)) {
            engine.choice = choice;
            self.recalled = Some(key);
        }
    }

    /// Keeps what was chosen now.
    pub(super) fn keep(&mut self, engine: &mut Engine) {
        self.by_hand = true;
        let Some(folder) = &self.folder else { return };
        let Some(key) = keys(engine).into_iter().next() else { return };
        // another window may have written meanwhile
        let (mut settings, _) = Settings::load(folder);
        if engine.choice == RuleChoice::default() {
            settings.sites.remove(&key);
        } else {
            settings.sites.insert(key, engine.choice.clone());
        }
        // a disk that refused once may have room the next time
        engine.retract(CHOSEN);
        if let Err(e) = settings.save(folder) {
            engine.limit(Limit {
                what: CHOSEN.into(),
                why: e.to_string(),
                advice: "It holds until the program ends; choose once more when there is room.".into(),
            });
        }
        self.settings = settings;
    }
}

/// By what this site may be known, the surest first.
fn keys(engine: &Engine) -> Vec<String> {
    let name = engine.site.trim();
    let named = (!name.is_empty()).then(|| format!("site {name}"));
    let router = engine.router().map(|mac| format!("router {mac}"));
    named.into_iter().chain(router).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::Profile;
    use std::sync::Arc;

    fn engine(site: &str) -> Engine {
        let mut engine = Engine::new(Arc::new(Profile::shipped()), History::new_id(0), 0);
        engine.site = site.to_owned();
        engine
    }

    #[test]
    fn a_site_has_its_own_choice_again_and_others_have_theirs() {
        let dir = tempfile::tempdir().unwrap();
        let open = || Remembered::open(Some(dir.path().to_owned()));
        let chosen = |platform: &str| RuleChoice { platform: Some(platform.into()), ..RuleChoice::default() };
        for (site, platform) in [("Ward 5", "srx"), ("Ward 6", "ufw")] {
            let mut e = engine(site);
            e.choice = chosen(platform);
            open().keep(&mut e);
        }
        for (site, platform) in
            [("Ward 5", Some("srx")), ("Ward 6", Some("ufw")), ("Ward 7", None), ("", None)]
        {
            let mut e = engine(site);
            open().recall(&mut e);
            assert_eq!(e.choice.platform.as_deref(), platform, "{site}");
        }
    }

    #[test]
    fn what_a_disk_refused_is_said_and_kept_the_next_time() {
        let dir = tempfile::tempdir().unwrap();
        let in_the_way = dir.path().join("settings.toml");
        std::fs::create_dir(&in_the_way).unwrap();
        let mut e = engine("Ward 5");
        e.choice.platform = Some("srx".into());
        let mut remembered = Remembered::open(Some(dir.path().to_owned()));
        remembered.keep(&mut e);
        assert!(e.limits.iter().any(|l| l.what == CHOSEN), "{:?}", e.limits);
        std::fs::remove_dir(&in_the_way).unwrap();
        remembered.keep(&mut e);
        assert_eq!(e.limits, []);
        let mut again = engine("Ward 5");
        Remembered::open(Some(dir.path().to_owned())).recall(&mut again);
        assert_eq!(again.choice.platform.as_deref(), Some("srx"));
    }

    #[test]
    fn what_is_chosen_now_is_not_overruled() {
        let dir = tempfile::tempdir().unwrap();
        let mut e = engine("Ward 5");
        e.choice.platform = Some("srx".into());
        let mut remembered = Remembered::open(Some(dir.path().to_owned()));
        remembered.keep(&mut e);
        e.choice.platform = Some("asa".into());
        remembered.keep(&mut e);
        remembered.recall(&mut e);
        assert_eq!(e.choice.platform.as_deref(), Some("asa"));
        // back to what is proposed: nothing is left
        e.choice = RuleChoice::default();
        remembered.keep(&mut e);
        let mut again = engine("Ward 5");
        Remembered::open(Some(dir.path().to_owned())).recall(&mut again);
        assert_eq!(again.choice, RuleChoice::default());
    }
}
