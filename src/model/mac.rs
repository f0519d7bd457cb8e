//! MAC addresses (EUI-48): the only name of a gateway that is printed on its box.
//!
//! Total: any text gives an address or an error that says what to do. No I/O.

use std::fmt;
use std::str::FromStr;

/// An IEEE EUI-48 address, six octets in transmission order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mac(pub [u8; 6]);

/// Why a text is not a MAC address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MacError {
    #[error(
        "a MAC address has 12 hexadecimal digits, this has {found}; read it again from the bottom of the box"
    )]
    WrongLength { found: usize },
    #[error("'{0}' is not a hexadecimal digit (0-9, A-F), and a MAC address has 12 hexadecimal digits")]
    BadDigit(char),
    #[error("{0} is a group or empty address and cannot be printed on a box")]
    NotADevice(Mac),
    #[error("two addresses stand there, {0} and {1}: give the gateway's alone")]
    Several(Mac, Mac),
    #[error("{0} is called another number there (a serial or part number): give the one that is called MAC")]
    OtherNumber(String),
    #[error("its twelve digits are grouped as on no label: type them without anything between them")]
    OddGroups,
}

/// A MAC address as typed from a label, with the slips that were repaired on the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypedMac {
    pub mac: Mac,
    /// Characters that no hexadecimal digit has, and what they were read as, for example `('O', '0')`.
    pub repaired: Vec<(char, char)>,
    /// A hardware type 01 stood before it (RFC 2132 9.14: the client identifier of DHCP begins with one).
    pub hardware_type: bool,
}

impl TypedMac {
    /// What was repaired, each sort once, in words; empty when it was read as it stands.
    #[must_use]
    pub fn repairs(&self) -> Vec<String> {
        let mut out: Vec<String> = Vec::new();
        for (from, to) in &self.repaired {
            let text = format!("{} read as {to}", super::text::foreign(&from.to_string()));
            if !out.contains(&text) {
                out.push(text);
            }
        }
        if self.hardware_type {
            out.push("a leading 01 left out: it is the hardware type of a DHCP client identifier".into());
        }
        out
    }
}

impl From<Mac> for TypedMac {
    fn from(mac: Mac) -> TypedMac {
        TypedMac { mac, repaired: Vec::new(), hardware_type: false }
    }
}

/// The hexadecimal digit that a character is, or is on a badly read label.
pub(super) fn digit_of(c: char) -> Option<char> {
    Some(match c {
        'O' | 'o' | 'Q' | 'q' | '\u{41e}' | '\u{43e}' | '\u{39f}' | '\u{3bf}' => '0',
        'I' | 'i' | 'l' | 'L' | '|' | '!' => '1',
        'S' | 's' => '5',
        'Z' | 'z' => '2',
        'G' | 'g' => '6',
        // Cyrillic and Greek keyboards have letters of the same look
        '\u{410}' | '\u{430}' | '\u{391}' => 'A',
        '\u{412}' | '\u{392}' => 'B',
        '\u{421}' | '\u{441}' => 'C',
        '\u{415}' | '\u{435}' | '\u{395}' => 'E',
        other if other.is_ascii_hexdigit() => other,
        _ => return None,
    })
}

impl Mac {
    /// The first three octets: the block that the IEEE assigned to a maker (MA-L).
    #[must_use]
    pub fn prefix(self) -> [u8; 3] {
        [self.0[0], self.0[1], self.0[2]]
    }

    /// Locally administered (bit 1 of the first octet), so no maker can be known.
    #[must_use]
    pub fn is_local(self) -> bool {
        self.0[0] & 2 != 0
    }

    /// A group address (bit 0 of the first octet), broadcast included.
    #[must_use]
    pub fn is_group(self) -> bool {
        self.0[0] & 1 != 0
    }

    /// False for group addresses and for 00:00:00:00:00:00.
    #[must_use]
    pub fn is_device(self) -> bool {
        !self.is_group() && self.0 != [0; 6]
    }

    /// Twelve lower-case digits without separators.
    #[must_use]
    pub fn bare(self) -> String {
        self.0.iter().map(|b| format!("{b:02x}")).collect()
    }

    /// Digit pairs joined by `sep`, upper or lower case: the notations of firewalls and labels.
    #[must_use]
    pub fn pairs(self, sep: &str, upper: bool) -> String {
        let pairs: Vec<String> =
            self.0.iter().map(|b| if upper { format!("{b:02X}") } else { format!("{b:02x}") }).collect();
        pairs.join(sep)
    }

    /// Three groups of four digits joined by dots (Cisco), lower case.
    #[must_use]
    pub fn dotted(self) -> String {
        let s = self.bare();
        format!("{}.{}.{}", &s[0..4], &s[4..8], &s[8..12])
    }

    /// Reads what was typed or scanned from a label: any notation, whatever stands around it ([`super::label`]). Letters
    /// that labels confuse with digits (O 0, I 1, l 1, S 5, Z 2, G 6, Q 0) are repaired and reported; a hardware type 01
    /// before it is left out and reported.
    ///
    /// # Errors
    /// When no address stands there, or two, or one that is called another number, or one that no device can have.
    pub fn parse_typed(text: &str) -> Result<TypedMac, MacError> {
        super::label::read(text)
            .unwrap_or_else(|| Err(Mac::parse_exact(text).err().unwrap_or(MacError::OddGroups)))
    }

    /// Reads an address that a machine wrote, in any notation: colons, dashes, dots, spaces, none, one-digit octets
    /// between separators (macOS), with a leading word such as `MAC:`. Nothing in it is repaired.
    ///
    /// # Errors
    /// When the digits are not twelve, when a character cannot be a digit, or when no device can have the address.
    pub fn parse_exact(text: &str) -> Result<Mac, MacError> {
        let mut text = text.trim().trim_matches(|c: char| "\"'()[]{}<>".contains(c));
        for lead in ["mac address", "mac-address", "mac addr", "mac", "hwaddr", "ether"] {
            if let Some(head) = text.get(..lead.len())
                && head.eq_ignore_ascii_case(lead)
            {
                text = text[lead.len()..].trim_start_matches([':', '=', ' ', '\t', '.', '#']);
                break;
            }
        }
        let is_sep =
            |c: char| matches!(c, ':' | '-' | '.' | ' ' | '\t' | '_' | '\u{2010}'..='\u{2015}' | '\u{a0}');
        let groups: Vec<&str> = text.split(is_sep).filter(|g| !g.is_empty()).collect();
        let mut digits = String::with_capacity(12);
        for group in &groups {
            if groups.len() == 6 && group.chars().count() == 1 {
                digits.push('0');
            }
            if let Some(c) = group.chars().find(|c| !c.is_ascii_hexdigit()) {
                return Err(MacError::BadDigit(c));
            }
            digits.push_str(group);
        }
        if digits.len() != 12 {
            return Err(MacError::WrongLength { found: digits.len() });
        }
        let mut octets = [0u8; 6];
        for (i, octet) in octets.iter_mut().enumerate() {
            *octet = u8::from_str_radix(&digits[2 * i..2 * i + 2], 16).unwrap_or_default();
        }
        let mac = Mac(octets);
        if mac.is_device() { Ok(mac) } else { Err(MacError::NotADevice(mac)) }
    }

    /// True when one slip of reading or typing separates the two: one or two wrong digits, or two neighbouring
    /// digits exchanged.
    #[must_use]
    pub fn is_slip_of(self, other: Mac) -> bool {
        if self == other {
            return false;
        }
        let (a, b) = (self.bare(), other.bare());
        let wrong: Vec<usize> = (0..12).filter(|&i| a.as_bytes()[i] != b.as_bytes()[i]).collect();
        match wrong.as_slice() {
            [_] => true,
            [i, j] => {
                j - i == 1
                    || confusable(a.as_bytes()[*i], b.as_bytes()[*i])
                        && confusable(a.as_bytes()[*j], b.as_bytes()[*j])
            }
            _ => false,
        }
    }
}

/// Hexadecimal digits that small print confuses.
fn confusable(a: u8, b: u8) -> bool {
    const LOOK_ALIKE: [&[u8]; 6] = [b"08d", b"8b3", b"17", b"56", b"6c8", b"ef"];
    LOOK_ALIKE.iter().any(|set| set.contains(&a) && set.contains(&b))
}

impl fmt::Display for Mac {
    /// Lower case with colons: the notation of our JSON.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.pairs(":", false))
    }
}

impl fmt::Debug for Mac {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Mac {
    type Err = MacError;
    fn from_str(s: &str) -> Result<Self, MacError> {
        Mac::parse_exact(s)
    }
}

impl serde::Serialize for Mac {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Mac {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = <String as serde::Deserialize>::deserialize(d)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_notation_is_read() {
        let want = Mac([0x34, 0xa5, 0xe1, 0x00, 0x0b, 0x07]);
        for text in [
            "34:a5:e1:00:0b:07",
            "34-A5-E1-00-0B-07",
            "34a5.e100.0b07",
            "34A5E1000B07",
            "34 A5 E1 00 0B 07",
            "34:a5:e1:0:b:7",
            " MAC: 34:A5:E1:00:0B:07 ",
            "mac 34a5e1-000b07",
            "(34:a5:e1:00:0b:07)",
            "34a5e1:000b07",
        ] {
            assert_eq!(Mac::parse_typed(text).map(|t| t.mac), Ok(want), "{text}");
        }
    }

    #[test]
    fn slips_are_repaired_and_reported() {
        let typed = Mac::parse_typed("34:A5:EI:OO:0B:07").unwrap();
        assert_eq!(typed.mac.to_string(), "34:a5:e1:00:0b:07");
        assert_eq!(typed.repaired, vec![('I', '1'), ('O', '0'), ('O', '0')]);
    }

    #[test]
    fn what_is_no_address_says_why() {
        assert_eq!(Mac::parse_typed("34:a5:e1:00:0b"), Err(MacError::WrongLength { found: 10 }));
        assert_eq!(Mac::parse_typed("34:a5:e1:00:0b:0x"), Err(MacError::BadDigit('x')));
        assert!(matches!(Mac::parse_typed("ff:ff:ff:ff:ff:ff"), Err(MacError::NotADevice(_))));
        assert!(matches!(Mac::parse_typed("å"), Err(MacError::BadDigit('å'))));
        assert!(Mac::parse_typed("").is_err());
    }

    #[test]
    fn slips_between_two_addresses() {
        let a: Mac = "34:a5:e1:00:0b:07".parse().unwrap();
        for (b, slip) in [
            ("34:a5:e1:00:08:07", true),
            ("34:a5:e1:00:0b:70", true),
            ("34:a5:e1:80:08:07", true),
            ("34:a5:e1:00:0b:07", false),
            ("34:a5:e1:12:34:56", false),
        ] {
            assert_eq!(a.is_slip_of(b.parse().unwrap()), slip, "{b}");
        }
    }
}
