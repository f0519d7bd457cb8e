//! The maker of the router's network card to the platform that is shown first. A guess, said as one.

use super::platforms;
use crate::model::text;

/// What is shown when the maker tells nothing.
const NEUTRAL: &str = "fortigate";

/// The platform to show first, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    pub id: &'static str,
    /// A sentence for the installer.
    pub reason: String,
    /// False when nothing spoke for it.
    pub recognised: bool,
}

/// Proposes a platform by the maker's name in the OUI table.
#[must_use]
pub fn propose(maker: Option<&str>) -> Proposal {
    let maker = maker.map(text::foreign).filter(|m| !m.trim().is_empty());
    if let Some(name) = &maker {
        let name = name.trim_end_matches('.');
        let lower = name.to_lowercase();
        for platform in platforms() {
            if platform.about().makers.iter().any(|word| lower.contains(word)) {
                return Proposal {
                    id: platform.id(),
                    reason: format!("The router's network card is made by {name}."),
                    recognised: true,
                };
            }
        }
    }
    let seen = match maker {
        Some(name) => {
            format!(
                "The router's network card is made by {name}, which tells no firewall that is known here."
            )
        }
        None => "The maker of the router is not known.".to_owned(),
    };
    Proposal {
        id: NEUTRAL,
        reason: format!(
            "{seen} FortiGate is shown since it is common at businesses and its text names source, destination and service in plain words; choose yours from the list."
        ),
        recognised: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn makers_tell_their_platform() {
        for (maker, id) in [
            ("Fortinet, Inc.", "fortigate"),
            ("Routerboard.com", "routeros"),
            ("Mikrotikls SIA", "routeros"),
            ("Deciso B.V.", "opnsense"),
        ] {
            let p = propose(Some(maker));
            assert_eq!((p.id, p.recognised), (id, true), "{maker}");
            assert!(p.reason.contains(maker));
        }
    }

    #[test]
    fn an_unknown_maker_is_said_to_be_unknown() {
        for maker in [None, Some(""), Some("Microsoft Corporation"), Some("ASUSTek \u{1b}[31m")] {
            let p = propose(maker);
            assert!(!p.recognised && p.reason.contains("choose yours"));
            assert!(!p.reason.contains('\u{1b}'));
        }
    }
}
