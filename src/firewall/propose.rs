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

/// Domains that a DHCP server hands out as delivered, and whose.
const DOMAINS: [(&str, &str, &str); 3] = [
    ("fritz.box", "fritzbox", "as a FRITZ!Box does"),
    ("home.arpa", "pfsense", "as pfSense does as delivered; others can too"),
    ("lan", "openwrt", "as OpenWrt does as delivered; others can too"),
];

/// Proposes a platform by the name of the router's maker in the OUI table, else by the domain that the DHCP server hands
/// out (option 15).
#[must_use]
pub fn propose(maker: Option<&str>, domain: Option<&str>) -> Proposal {
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
    let of =
        |d: &str| DOMAINS.iter().find(|(known, _, _)| d.trim_end_matches('.').eq_ignore_ascii_case(known));
    if let Some((known, id, how)) = domain.and_then(of) {
        return Proposal {
            id,
            reason: format!("The DHCP server hands out the domain {known}, {how}."),
            recognised: true,
        };
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
            ("Zyxel Communications Corporation", "zyxel"),
            ("HUAWEI TECHNOLOGIES CO.,LTD", "huawei"),
            ("AVM Audiovisuelles Marketing und Computersysteme GmbH", "fritzbox"),
            ("TP-LINK TECHNOLOGIES CO.,LTD.", "omada"),
        ] {
            let p = propose(Some(maker), Some("fritz.box"));
            assert_eq!((p.id, p.recognised), (id, true), "{maker}");
            assert!(p.reason.contains(maker));
        }
    }

    #[test]
    fn a_domain_tells_when_the_maker_does_not() {
        for (domain, id) in [
            ("fritz.box", "fritzbox"),
            ("FRITZ.box.", "fritzbox"),
            ("home.arpa", "pfsense"),
            ("lan", "openwrt"),
        ] {
            let p = propose(Some("Realtek"), Some(domain));
            assert!(p.id == id && p.recognised && p.reason.contains("hands out the domain"), "{p:?}");
        }
    }

    /// A proposal is only as good as the list: each word tells one platform.
    #[test]
    fn no_two_platforms_have_the_same_maker() {
        let words: Vec<(&str, &str)> =
            platforms().iter().flat_map(|p| p.about().makers.iter().map(|w| (*w, p.id()))).collect();
        for (n, (word, id)) in words.iter().enumerate() {
            assert_eq!(word.to_lowercase(), *word);
            for (other, other_id) in words.iter().skip(n + 1).filter(|(_, o)| o != id) {
                assert!(
                    !word.contains(other) && !other.contains(word),
                    "{word} ({id}) and {other} ({other_id})"
                );
            }
        }
    }

    #[test]
    fn an_unknown_maker_is_said_to_be_unknown() {
        for maker in [None, Some(""), Some("Microsoft Corporation"), Some("ASUSTek \u{1b}[31m")] {
            let p = propose(maker, Some("example.org"));
            assert!(!p.recognised && p.reason.contains("choose yours"));
            assert!(!p.reason.contains('\u{1b}'));
        }
    }
}
