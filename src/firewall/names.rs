//! The one sanitiser: free text (the name of a site) to words that no platform can misread.
//!
//! What may be printed is a list of what is allowed, not of what is forbidden: `[A-Za-z0-9 ._-]`, a letter or digit
//! first. Quotes, line breaks, `$`, `?`, `#`, braces and all the rest cannot reach a platform's text, since platforms
//! are only ever given [`Names`], never the text itself. Cutting never makes two sites one: what was cut carries four
//! digits that depend on the whole name.

use crate::model::Mac;

/// Longest site name in a comment, in characters.
pub const SITE_MAX: usize = 48;
/// Longest name of an object, where a platform does not allow less.
pub const OBJECT_MAX: usize = 31;

/// Which characters the name of an object may have on a platform.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alphabet {
    /// Letters, digits, `-` and `_`.
    Dashes,
    /// Letters, digits and `_`: aliases of OPNsense and pfSense.
    Underscores,
    /// Lower-case letters, digits and `-`: host names.
    Lower,
}

/// Free text, folded to ASCII and reduced to `[A-Za-z0-9 ._-]`; `Site` when nothing is left.
/// Applying it twice gives the same as once.
#[must_use]
pub fn sanitise(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        let mut put = |c: char| {
            let kept = if c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-') { c } else { ' ' };
            let first_or_run =
                out.is_empty() && !kept.is_ascii_alphanumeric() || kept == ' ' && out.ends_with(' ');
            if !first_or_run {
                out.push(kept);
            }
        };
        match fold(c) {
            Some(letters) => letters.chars().for_each(&mut put),
            None => put(c),
        }
    }
    let out = out.trim_end();
    if out.is_empty() { "Site".to_owned() } else { out.to_owned() }
}

/// The names of everything that is made for one rule. Each carries the last three octets of the gateway's MAC, or for
/// several gateways their number and four digits that depend on all of them, so that two rules of one site never share
/// an object and undoing one leaves the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Names {
    site: String,
    /// At least one.
    macs: Vec<Mac>,
}

impl Names {
    #[must_use]
    pub fn new(site: &str, macs: &[Mac]) -> Names {
        Names { site: sanitise(site), macs: macs.to_vec() }
    }

    /// The same site's names for one gateway of several: each has an object of its own.
    #[must_use]
    pub fn of(&self, mac: Mac) -> Names {
        Names { site: self.site.clone(), macs: vec![mac] }
    }

    /// The last three octets of the MAC, upper case without separators; for several gateways `12X3F9A`.
    #[must_use]
    pub fn tag(&self) -> String {
        match self.macs.as_slice() {
            [mac] => mac.pairs("", true)[6..].to_owned(),
            all => format!("{}X{:04X}", all.len(), self.hash()),
        }
    }

    /// The comment on everything of this gateway; `undo` finds its rules by exactly this text. At most 79 characters.
    #[must_use]
    pub fn comment(&self) -> String {
        format!("Solid Green {} GW {}", self.cut(&self.site, SITE_MAX, ' '), self.tag())
    }

    /// The name of an object: `prefix`, the site, the tag, in at most `max` characters of the alphabet.
    /// `prefix` is ours and begins with `SG`.
    #[must_use]
    pub fn object(&self, prefix: &str, max: usize, alphabet: Alphabet) -> String {
        let sep = if alphabet == Alphabet::Underscores { '_' } else { '-' };
        let slug = self.slug(alphabet);
        let room = max.saturating_sub(prefix.len() + 1 + self.tag().len());
        let name = format!("{prefix}{}{sep}{}", self.cut(&slug, room, sep), self.tag());
        if alphabet == Alphabet::Lower { name.to_ascii_lowercase() } else { name }
    }

    /// The site as one word of the alphabet, never only digits.
    fn slug(&self, alphabet: Alphabet) -> String {
        let sep = if alphabet == Alphabet::Underscores { '_' } else { '-' };
        let mut slug = String::new();
        for c in self.site.chars() {
            let c = match (c, alphabet) {
                ('_', Alphabet::Dashes) => '_',
                (c, _) if c.is_ascii_alphanumeric() => c,
                _ => sep,
            };
            if !(c == sep && slug.ends_with(sep)) {
                slug.push(c);
            }
        }
        let slug = slug.trim_matches(sep);
        if slug.bytes().any(|b| b.is_ascii_alphabetic()) {
            slug.to_owned()
        } else {
            format!("Site{sep}{slug}")
        }
    }

    /// At most `max` characters; what had to be cut ends in four digits that depend on the whole site and the MACs.
    fn cut(&self, text: &str, max: usize, sep: char) -> String {
        if text.len() <= max {
            return text.to_owned();
        }
        let head = text.get(..max.saturating_sub(5)).unwrap_or_default();
        format!("{}{sep}{:04x}", head.trim_end_matches([' ', '-', '_', '.']), self.hash())
    }

    /// FNV-1a over the whole clean name and the MAC, folded to 16 bits: the same on every computer and version.
    fn hash(&self) -> u16 {
        let mut h: u32 = 0x811c_9dc5;
        for b in self.site.bytes().chain(self.macs.iter().flat_map(|m| m.0)) {
            h = (h ^ u32::from(b)).wrapping_mul(0x0100_0193);
        }
        ((h >> 16) ^ (h & 0xffff)) as u16
    }
}

/// The ASCII letters of a Latin letter, nothing for a combining mark; none when the character stands for itself.
fn fold(c: char) -> Option<&'static str> {
    Some(match c {
        'À'..='Å' | 'Ā' | 'Ă' | 'Ą' | 'Ǎ' => "A",
        'à'..='å' | 'ā' | 'ă' | 'ą' | 'ǎ' => "a",
        'Æ' => "AE",
        'æ' => "ae",
        'Ç' | 'Ć' | 'Ĉ' | 'Ċ' | 'Č' => "C",
        'ç' | 'ć' | 'ĉ' | 'ċ' | 'č' => "c",
        'Ð' | 'Ď' | 'Đ' => "D",
        'ð' | 'ď' | 'đ' => "d",
        'È'..='Ë' | 'Ē' | 'Ĕ' | 'Ė' | 'Ę' | 'Ě' => "E",
        'è'..='ë' | 'ē' | 'ĕ' | 'ė' | 'ę' | 'ě' => "e",
        'Ĝ' | 'Ğ' | 'Ġ' | 'Ģ' => "G",
        'ĝ' | 'ğ' | 'ġ' | 'ģ' => "g",
        'Ĥ' | 'Ħ' => "H",
        'ĥ' | 'ħ' => "h",
        'Ì'..='Ï' | 'Ĩ' | 'Ī' | 'Ĭ' | 'Į' | 'İ' => "I",
        'ì'..='ï' | 'ĩ' | 'ī' | 'ĭ' | 'į' | 'ı' => "i",
        'Ĵ' => "J",
        'ĵ' => "j",
        'Ķ' => "K",
        'ķ' => "k",
        'Ĺ' | 'Ļ' | 'Ľ' | 'Ł' => "L",
        'ĺ' | 'ļ' | 'ľ' | 'ł' => "l",
        'Ñ' | 'Ń' | 'Ņ' | 'Ň' => "N",
        'ñ' | 'ń' | 'ņ' | 'ň' => "n",
        'Ò'..='Ö' | 'Ø' | 'Ō' | 'Ŏ' | 'Ő' => "O",
        'ò'..='ö' | 'ø' | 'ō' | 'ŏ' | 'ő' => "o",
        'Œ' => "OE",
        'œ' => "oe",
        'Ŕ' | 'Ŗ' | 'Ř' => "R",
        'ŕ' | 'ŗ' | 'ř' => "r",
        'Ś' | 'Ŝ' | 'Ş' | 'Š' | 'Ș' => "S",
        'ś' | 'ŝ' | 'ş' | 'š' | 'ș' => "s",
        'ẞ' => "SS",
        'ß' => "ss",
        'Ţ' | 'Ť' | 'Ț' => "T",
        'ţ' | 'ť' | 'ț' => "t",
        'Þ' => "TH",
        'þ' => "th",
        'Ù'..='Ü' | 'Ũ' | 'Ū' | 'Ŭ' | 'Ů' | 'Ű' | 'Ų' => "U",
        'ù'..='ü' | 'ũ' | 'ū' | 'ŭ' | 'ů' | 'ű' | 'ų' => "u",
        'Ŵ' => "W",
        'ŵ' => "w",
        'Ý' | 'Ŷ' | 'Ÿ' => "Y",
        'ý' | 'ÿ' | 'ŷ' => "y",
        'Ź' | 'Ż' | 'Ž' => "Z",
        'ź' | 'ż' | 'ž' => "z",
        // a letter and its accent as two characters
        '\u{300}'..='\u{36f}' => "",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const MAC: Mac = Mac([0x34, 0xa5, 0xe1, 0x00, 0x0b, 0x07]);

    #[test]
    fn letters_are_folded_and_the_rest_becomes_space() {
        for (from, to) in [
            ("Cold Room 2", "Cold Room 2"),
            ("Åäö Ærø Straße", "Aao AEro Strasse"),
            ("A\u{30a}bo", "Abo"),
            ("a\"; drop; #", "a drop"),
            ("x$y", "x y"),
            ("a\nb\r\tc\0d", "a b c d"),
            ("-rf ..", "rf .."),
            ("\u{202e}abc\u{200f}", "abc"),
            ("$(reboot) `id` ? } {", "reboot id"),
            ("冷蔵庫", "Site"),
            ("", "Site"),
        ] {
            assert_eq!(sanitise(from), to, "{from:?}");
        }
    }

    #[test]
    fn names_have_a_prefix_a_tag_and_no_more_than_they_may() {
        let n = Names::new("Cold Room 2", &[MAC]);
        assert_eq!(n.comment(), "Solid Green Cold Room 2 GW 000B07");
        assert_eq!(n.object("SG-OUT-", 35, Alphabet::Dashes), "SG-OUT-Cold-Room-2-000B07");
        assert_eq!(n.object("SG_GW_", 31, Alphabet::Underscores), "SG_GW_Cold_Room_2_000B07");
        assert_eq!(n.object("sg-", 63, Alphabet::Lower), "sg-cold-room-2-000b07");
        assert_eq!(Names::new("2024", &[MAC]).object("SG-", 31, Alphabet::Dashes), "SG-Site-2024-000B07");
    }

    #[test]
    fn what_is_cut_stays_apart() {
        let (a, b) = ("x".repeat(10_000), "x".repeat(9_999));
        let (a, b) = (Names::new(&a, &[MAC]), Names::new(&b, &[MAC]));
        assert_ne!(a.comment(), b.comment());
        for alphabet in [Alphabet::Dashes, Alphabet::Underscores, Alphabet::Lower] {
            let (a, b) = (a.object("SG-OUT-", 35, alphabet), b.object("SG-OUT-", 35, alphabet));
            assert_eq!((a.len(), b.len()), (35, 35));
            assert_ne!(a, b);
        }
    }

    #[test]
    fn two_gateways_of_one_site_share_no_name() {
        let other = Names::new("Cold Room 2", &[Mac([0x34, 0xa5, 0xe1, 0x00, 0x0b, 0x08])]);
        let one = Names::new("Cold Room 2", &[MAC]);
        assert_ne!(one.comment(), other.comment());
        assert_ne!(one.object("SG-", 31, Alphabet::Dashes), other.object("SG-", 31, Alphabet::Dashes));
    }

    proptest! {
        #[test]
        fn only_the_allowed_alphabet_is_left(s in any::<String>()) {
            let once = sanitise(&s);
            prop_assert!(once.bytes().all(|b| b.is_ascii_alphanumeric() || b" ._-".contains(&b)));
            prop_assert!(once.as_bytes()[0].is_ascii_alphanumeric());
            prop_assert!(!once.contains("  ") && !once.ends_with(' '));
            prop_assert_eq!(sanitise(&once), once);
        }

        #[test]
        fn every_name_fits(s in "\\PC{0,120}", max in 24usize..80) {
            let n = Names::new(&s, &[MAC]);
            prop_assert!(n.comment().len() <= 79);
            for (alphabet, more) in [(Alphabet::Dashes, "-_"), (Alphabet::Underscores, "_"), (Alphabet::Lower, "-")] {
                let name = n.object("SG-OUT-", max, alphabet);
                prop_assert!(name.len() <= max, "{}", name);
                prop_assert!(name[7..].chars().all(|c| c.is_ascii_alphanumeric() || more.contains(c)), "{}", name);
                prop_assert!(name.to_ascii_uppercase().ends_with("000B07"), "{}", name);
            }
        }
    }
}
