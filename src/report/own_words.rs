//! Which words may stand in a public text: those of the program's own texts and lists, numbers, and nothing else.

use crate::profile::Profile;
use std::collections::BTreeSet;
use std::sync::OnceLock;

/// One a line, in lower case: collected from the source by `build.rs` while the program is built.
static LIST: &str = include_str!(concat!(env!("OUT_DIR"), "/own_words.txt"));

/// Digits in a row that still are a port, a time or an amount; longer ones may be somebody's number.
const MOST_DIGITS: usize = 7;

/// What may follow a number without a space.
const UNITS: [&str; 18] =
    ["ms", "s", "us", "µs", "min", "h", "d", "x", "k", "m", "g", "b", "kb", "mb", "st", "nd", "rd", "th"];

fn list() -> &'static BTreeSet<&'static str> {
    static WORDS: OnceLock<BTreeSet<&'static str>> = OnceLock::new();
    WORDS.get_or_init(|| LIST.lines().collect())
}

/// The word is one of the program's own. Only letters and digits.
pub(super) fn is_word(word: &str) -> bool {
    list().contains(word.to_lowercase().as_str())
}

/// The word says nothing of a site: a word of ours, a number, a mask, a usual name of an interface.
pub(super) fn is_public(word: &str) -> bool {
    let digits = word.chars().take_while(char::is_ascii_digit).count();
    let unit = &word[digits..];
    let number = (1..=MOST_DIGITS).contains(&digits) && (unit.is_empty() || UNITS.contains(&unit));
    number || word.chars().all(|c| c == 'x') || is_word(word) || is_usual_interface(word)
}

/// Every word of the text is one of the program's own, or a number.
pub(super) fn all_public(text: &str) -> bool {
    text.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).all(is_public)
}

/// A name that systems give by themselves: `eth0`, `enp3s0f1`, `wlp2s0`, `en0`, `utun4`. One with a MAC in it is none.
pub(super) fn is_usual_interface(name: &str) -> bool {
    const KINDS: [&str; 16] = [
        "lo", "eth", "en", "em", "eno", "ens", "enp", "wl", "wlan", "wlp", "wlo", "br", "bond", "tun",
        "utun", "wg",
    ];
    let kind = name.chars().take_while(char::is_ascii_lowercase).count();
    let places = |rest: &str| {
        let signs: Vec<char> = rest.chars().collect();
        // a letter of the place (slot, function, device) and one or two digits
        signs.chunk_by(|a, b| a.is_ascii_digit() && b.is_ascii_digit() || !a.is_ascii_digit()).all(|part| {
            let letters = part.iter().filter(|c| !c.is_ascii_digit()).count();
            let fit = part.iter().all(|c| c.is_ascii_digit() || "psfdn".contains(*c));
            fit && letters <= 1 && part.len() - letters <= 2
        })
    };
    name.len() <= 12 && KINDS.contains(&&name[..kind]) && places(&name[kind..])
}

/// A host that everybody knows: of the cloud and of the controls.
pub(super) fn is_known_host(name: &str, profile: &Profile) -> bool {
    let control = &profile.control;
    let names = profile.cloud.hosts.iter().chain(&control.names).chain(control.tls.iter().map(|t| &t.name));
    let mut names = names.chain(control.pages.iter().map(|p| &p.host));
    names.any(|n| n.eq_ignore_ascii_case(name.trim_end_matches('.')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_has_our_words_and_nobodys_name() {
        for ours in ["gateway", "firewall", "Fortinet", "DISCOVER", "let"] {
            assert!(is_word(ours), "{ours}");
        }
        // names that stand in tests and comments of the source
        for theirs in ["anna", "sjukhus", "norr", "kök", "hemligt", "skrivare", "kund"] {
            assert!(!is_word(theirs), "{theirs}");
        }
    }

    #[test]
    fn numbers_and_usual_names_are_public_and_addresses_are_not() {
        for public in ["443", "1500", "3ms", "2nd", "xx", "enp0s31f6", "eth0", "wlp2s0", "utun4"] {
            assert!(is_public(public), "{public}");
        }
        for theirs in ["34a5e1000b07", "001122334455", "enx00c0ca112233", "wlkund", "eth0kund", "b827eb"] {
            assert!(!is_public(theirs), "{theirs}");
        }
    }
}
