//! What somebody types or scans from a label, as one MAC address: words, a serial number, quotes, a QR code's text or a
//! link may stand around it. What is repaired on the way is told; what could be two addresses, or another number, is
//! refused. Total: any text gives an address or an error that says what to do. No I/O.

use super::mac::{Mac, MacError, TypedMac, digit_of};

/// Words that say of the number behind them that it is something else.
const OTHER_WORDS: [&str; 34] = [
    "sn",
    "serial",
    "serialno",
    "serialnumber",
    "ser",
    "serien",
    "seriennummer",
    "serienr",
    "snr",
    "imei",
    "imsi",
    "iccid",
    "pn",
    "part",
    "partno",
    "artikel",
    "article",
    "sku",
    "ean",
    "gtin",
    "upc",
    "uuid",
    "guid",
    "lot",
    "batch",
    "date",
    "rev",
    "fcc",
    "key",
    "psk",
    "wpa",
    "pin",
    "password",
    "order",
];
/// Words that say that it is the address.
const MAC_WORDS: [&str; 7] = ["hwaddr", "ether", "lladdr", "chaddr", "ethernet", "macaddr", "physical"];

/// One piece of the text without a separator in it, and the separators before it.
#[derive(Clone, Debug)]
struct Word {
    before: String,
    text: String,
}

/// An address that stands in the text.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Candidate {
    mac: Mac,
    repaired: Vec<(char, char)>,
    hardware_type: bool,
    /// Its words, from and to (not with it).
    from: usize,
    to: usize,
}

/// Reads a label's text; `None` when no address stands there in any notation that a label has.
pub(super) fn read(text: &str) -> Option<Result<TypedMac, MacError>> {
    let text = tidy(text);
    // a bar parts the fields of some codes; only where that gives nothing it is a badly read 1
    [false, true].into_iter().find_map(|bars| read_words(&words(&text, bars)))
}

fn read_words(words: &[Word]) -> Option<Result<TypedMac, MacError>> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < words.len() {
        match at_word(words, at) {
            Some(candidate) => {
                at = candidate.to;
                found.push(candidate);
            }
            None => at += 1,
        }
    }
    if found.iter().any(|c| c.repaired.is_empty()) {
        found.retain(|c| c.repaired.is_empty());
    }
    let labelled = |c: &Candidate, is: fn(&str) -> bool| label(words, c.from).is_some_and(|l| is(&l));
    if found.iter().any(|c| labelled(c, is_mac_word)) {
        found.retain(|c| labelled(c, is_mac_word));
    } else if let Some(other) = found.iter().find(|c| labelled(c, is_other_word)).map(|c| c.mac) {
        found.retain(|c| !labelled(c, is_other_word));
        if found.is_empty() {
            return Some(Err(MacError::OtherNumber(other.bare())));
        }
    }
    let first = found.first()?.clone();
    let devices: Vec<&Candidate> = found.iter().filter(|c| c.mac.is_device()).collect();
    let Some(one) = devices.first() else { return Some(Err(MacError::NotADevice(first.mac))) };
    if let Some(two) = devices.iter().find(|c| c.mac != one.mac) {
        return Some(Err(MacError::Several(one.mac, two.mac)));
    }
    let (repaired, hardware_type) = (one.repaired.clone(), one.hardware_type);
    Some(Ok(TypedMac { mac: one.mac, repaired, hardware_type }))
}

/// The address that begins with this word, in one of the notations: six groups of one or two digits, three of four, two
/// of six, one of twelve, or halves of these; each of them behind a hardware type 01.
fn at_word(words: &[Word], at: usize) -> Option<Candidate> {
    let mut digits = String::new();
    let mut lengths = Vec::new();
    let mut to = at;
    let mut glue: Option<char> = None;
    // how far words follow one another with nothing but one separator between them
    for (i, word) in words.iter().enumerate().skip(at) {
        let piece = if i == at { first_piece(&word.text) } else { &word.text };
        let length = piece.chars().count();
        if length > 14 || !piece.chars().all(|c| digit_of(c).is_some()) || is_word(&word.text) {
            break;
        }
        if i > at {
            let Some(sep) = separator(&word.before, lengths.len()) else { break };
            let other = glue.is_some_and(|g| g != sep && g != ',');
            // what is glued by a sign does not go on behind a blank, where it is whole already
            if other && (sep == ' ' || glue == Some(' ')) && shape(&lengths, &digits).is_some() {
                break;
            }
            glue = Some(sep);
        }
        lengths.push(length);
        digits.push_str(piece);
        to = i + 1;
        if glue == Some(' ') || glue.is_none() || lengths.len() == 1 {
            // blanks part words as well: the shortest whole notation counts
            if shape(&lengths, &digits).is_some() && !goes_on(words, to, length) {
                break;
            }
        }
        if digits.len() > 28 {
            return None;
        }
    }
    let (octets, hardware_type) = shape(&lengths, &digits)?;
    // the tail of a longer chain is no address: 34 behind "99:" belongs to it
    if at > 0 && lengths.len() > 1 && glue != Some(' ') {
        let before = &words[at - 1].text;
        let joined = separator(&words[at].before, 1).is_some_and(|s| Some(s) == glue);
        let group = before.len() == lengths[0] && before.chars().all(|c| c.is_ascii_hexdigit());
        if joined && group {
            return None;
        }
    }
    // the last group of a UUID (RFC 9562) is twelve digits long and no address of this box
    if lengths == [12] && at >= 4 && is_uuid(&words[at - 4..=at]) {
        return None;
    }
    let mut read = String::with_capacity(12);
    let mut repaired = Vec::new();
    for c in octets.chars() {
        let digit = digit_of(c)?;
        if digit != c {
            repaired.push((c, digit));
        }
        read.push(digit);
    }
    // a word of letters that look like digits is a word
    if lengths.len() < 3 && repaired.len() > 6 {
        return None;
    }
    let mut mac = [0_u8; 6];
    for (i, octet) in mac.iter_mut().enumerate() {
        *octet = u8::from_str_radix(read.get(2 * i..2 * i + 2)?, 16).ok()?;
    }
    Some(Candidate { mac: Mac(mac), repaired, hardware_type, from: at, to })
}

/// A word without what is glued before the number in it: `0x`, `MAC`.
fn first_piece(word: &str) -> &str {
    let cut = ["0x", "mac"].iter().find_map(|lead| {
        let rest = word.get(lead.len()..)?;
        (word.get(..lead.len())?.eq_ignore_ascii_case(lead) && rest.len() >= 12).then_some(rest)
    });
    cut.unwrap_or(word)
}

/// Another group of the same length follows behind the same kind of gap, so that what stands there is longer.
fn goes_on(words: &[Word], at: usize, length: usize) -> bool {
    words.get(at).is_some_and(|w| {
        separator(&w.before, 2).is_some()
            && w.text.len() == length
            && length < 12
            && w.text.chars().all(|c| c.is_ascii_hexdigit())
    })
}

/// The twelve digits of these groups, and whether a hardware type stood before them; `None` when no label is written so.
fn shape(lengths: &[usize], digits: &str) -> Option<(String, bool)> {
    let whole = |lengths: &[usize]| -> bool {
        match lengths {
            [12] | [6, 6] | [4, 4, 4] | [2, 2, 2, 2, 2, 2] | [6, 2, 2, 2] | [2, 2, 2, 6] => true,
            six if six.len() == 6 => six.iter().all(|l| (1..=2).contains(l)),
            _ => false,
        }
    };
    if whole(lengths) {
        return Some((padded(lengths, digits), false));
    }
    let first = *lengths.first()?;
    let rest = match first {
        // 1:34:a5…, 01-34-a5…
        1 | 2 if lengths.len() > 1 => &digits[first..],
        // 0134.a5e1.000b.07, 0134a5e1000b07
        4 | 14 => digits.get(2..)?,
        _ => return None,
    };
    let type_is_ethernet = matches!(&digits[..digits.len() - rest.len()], "1" | "01");
    let own = match lengths {
        [4, 4, 4, 2] => vec![12],
        [14] => vec![12],
        [1 | 2, own @ ..] => own.to_vec(),
        _ => return None,
    };
    (type_is_ethernet && whole(&own)).then(|| (padded(&own, rest), true))
}

/// Groups of one digit get their zero (macOS, SNMP).
fn padded(lengths: &[usize], digits: &str) -> String {
    let mut out = String::with_capacity(12);
    let mut chars = digits.chars();
    for length in lengths {
        if *length == 1 {
            out.push('0');
        }
        out.extend(chars.by_ref().take(*length));
    }
    out
}

/// The one sign that may stand between two groups; blanks around it do not count. A comma stands behind a hardware type
/// only.
fn separator(between: &str, place: usize) -> Option<char> {
    let signs: Vec<char> = between.chars().filter(|c| !matches!(c, ' ' | '\n')).collect();
    match signs.as_slice() {
        [] => Some(' '),
        [c @ (':' | '-' | '.' | '_' | '/')] => Some(*c),
        [','] if place == 1 => Some(','),
        _ => None,
    }
}

/// A word of labels, though all its letters could be misread digits.
fn is_word(text: &str) -> bool {
    is_mac_word(text)
        || is_other_word(text)
        || matches!(text.to_ascii_lowercase().as_str(), "id" | "gs" | "go")
}

fn is_mac_word(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    text.starts_with("mac") && text.len() < 12 || MAC_WORDS.contains(&text.as_str())
}

fn is_other_word(text: &str) -> bool {
    OTHER_WORDS.contains(&text.to_ascii_lowercase().as_str())
}

/// The nearest word before this one that says what the number is; a comma, a semicolon or another number ends the search.
fn label(words: &[Word], at: usize) -> Option<String> {
    let own = &words.get(at)?.text;
    if first_piece(own).len() < own.len() && is_mac_word(own.get(..3)?) {
        return Some("mac".into());
    }
    let mut i = at;
    while i > 0 && at - i < 4 {
        // MAC|34A5E1000B07|SN|…: the word is a field of its own
        let ends = words[i].before.contains([';', ',', '&', '}', '\n']);
        if ends || i < at && words[i].before.contains('|') {
            return None;
        }
        i -= 1;
        let text = &words[i].text;
        // S/N, P/N
        let two =
            i.checked_sub(1).filter(|_| words[i].before == "/").map(|b| format!("{}{text}", words[b].text));
        if let Some(word) = two.into_iter().chain([text.clone()]).find(|w| is_mac_word(w) || is_other_word(w))
        {
            return Some(word);
        }
        if text.len() > 2 && text.chars().any(|c| c.is_ascii_digit()) {
            return None;
        }
    }
    None
}

fn is_uuid(words: &[Word]) -> bool {
    let lengths = words.iter().map(|w| w.text.len()).collect::<Vec<_>>();
    lengths == [8, 4, 4, 4, 12] && words.iter().skip(1).all(|w| w.before == "-")
}

/// Words and what stands between them.
fn words(text: &str, bars: bool) -> Vec<Word> {
    let mut out: Vec<Word> = Vec::new();
    let mut before = String::new();
    let mut word = String::new();
    for c in text.chars().chain([' ']) {
        if c.is_alphanumeric() || bars && matches!(c, '|' | '!') {
            word.push(c);
            continue;
        }
        if !word.is_empty() {
            out.push(Word { before: std::mem::take(&mut before), text: std::mem::take(&mut word) });
        }
        before.push(c);
    }
    out
}

/// The text with one form for signs that look alike, without what cannot be seen, and with `%3A` as the sign it is.
fn tidy(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\u{ad}'
            | '\u{34f}'
            | '\u{180e}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{2069}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}' => {}
            '\n' | '\r' => out.push('\n'),
            '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{2043}' | '\u{fe58}' | '\u{fe63}' => out.push('-'),
            '\u{b7}' | '\u{2022}' | '\u{2024}' | '\u{2027}' | '\u{2219}' | '\u{22c5}' | '\u{30fb}' => {
                out.push('.')
            }
            '\u{2236}' | '\u{a789}' | '\u{fe55}' | '\u{2d0}' => out.push(':'),
            '\u{2044}' | '\u{2215}' => out.push('/'),
            // the wide forms of ASCII
            '\u{ff01}'..='\u{ff5e}' => {
                out.extend(u32::from(c).checked_sub(0xfee0).and_then(char::from_u32));
            }
            c if c.is_whitespace() || c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    if out.contains('%') { decoded(&out) } else { out }
}

/// Percent signs of a link (RFC 3986 2.1), as far as they are ASCII.
fn decoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('%') {
        out.push_str(&rest[..at]);
        let code = rest.get(at + 1..at + 3).and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match code.filter(u8::is_ascii) {
            Some(code) => {
                out.push(if code.is_ascii_graphic() { char::from(code) } else { ' ' });
                rest = &rest[at + 3..];
            }
            None => {
                out.push('%');
                rest = &rest[at + 1..];
            }
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const WANT: Mac = Mac([0x34, 0xa5, 0xe1, 0x00, 0x0b, 0x07]);

    fn typed(text: &str) -> Result<TypedMac, MacError> {
        Mac::parse_typed(text)
    }

    #[test]
    fn whatever_stands_around_one_address_it_is_read() {
        for text in [
            "MAC ID: 34A5E1000B07",
            "MAC No. 34A5E1000B07",
            "LAN MAC: 34A5E1000B07",
            "MAC-Adresse: 34:A5:E1:00:0B:07",
            "MAC-adress: 34:A5:E1:00:0B:07",
            "Adresse MAC : 34:A5:E1:00:0B:07",
            "MAC:34A5E1000B07;SN:12345678",
            "S/N 12345678 MAC 34A5E1000B07",
            "S/N: 123456789012 MAC ID: 34A5E1000B07",
            "MAC 34A5E1000B07 S/N 123456789012",
            "SN:00AABBCCDDEE;MAC:34A5E1000B07",
            "{\"mac\":\"34A5E1000B07\",\"sn\":\"12345678\"}",
            "{\"sn\":\"123456789012\",\"mac\":\"34A5E1000B07\"}",
            "https://example.com/d?sn=123456789012&mac=34%3AA5%3AE1%3A00%3A0B%3A07",
            "https://example.com/device/34A5E1000B07/start",
            "WIFI:T:nopass;MAC|34A5E1000B07|SN|123456789012|",
            "0x34a5e1000b07",
            "*34A5E1000B07*",
            "MAC34A5E1000B07",
            "34:A5:E1:00:0B:07,",
            "34:A5:E1:00:0B:07 (GW 2)",
            "Gateway 2: 34 A5 E1 00 0B 07 (room 12)",
            "34\u{2212}A5\u{2212}E1\u{2212}00\u{2212}0B\u{2212}07",
            "34\u{ff1a}A5\u{ff1a}E1\u{ff1a}00\u{ff1a}0B\u{ff1a}07",
            "\u{ff13}\u{ff14}:A5:E1:00:0B:07",
            "\u{200e}34:A5:E1:00:0B:07",
            "34:A5:E1:00:\u{200b}0B:07\u{200b}",
            "34\u{b7}A5\u{b7}E1\u{b7}00\u{b7}0B\u{b7}07",
            "34/A5/E1/00/0B/07",
            "34 : A5 : E1 : 00 : 0B : 07",
            "34:A5:E1:\n00:0B:07",
            "\u{201c}34a5.e100.0b07\u{201d}",
            "34a5e1-000b07",
            "34A5E1 00 0B 07",
            "34A5E1000B07 34:A5:E1:00:0B:07",
        ] {
            assert_eq!(typed(text), Ok(WANT.into()), "{text}");
        }
    }

    #[test]
    fn a_hardware_type_is_left_out_and_told() {
        for text in [
            "0134.a5e1.000b.07",
            "1,34:a5:e1:0:b:7",
            "01:34:a5:e1:00:0b:07",
            "01-34-A5-E1-00-0B-07",
            "0134a5e1000b07",
            "1:34:a5:e1:0:b:7",
            "Client ID: 01 34 A5 E1 00 0B 07",
        ] {
            let read = typed(text).unwrap_or_else(|e| panic!("{text}: {e}"));
            assert_eq!((read.mac, read.hardware_type, read.repairs().len()), (WANT, true, 1), "{text}");
        }
    }

    #[test]
    fn repaired_letters_are_told_each_once() {
        let read = typed("34:AS:EI:OO:OB:O7").unwrap();
        assert_eq!(read.mac.to_string(), "34:a5:e1:00:0b:07");
        assert_eq!(read.repairs(), ["S read as 5", "I read as 1", "O read as 0"]);
        assert_eq!(typed("MAC ID: 34ASEIOOOBO7").unwrap().mac, WANT);
        let keyboard = typed("34:\u{410}5:\u{415}1:00:0\u{412}:07").unwrap();
        assert_eq!((keyboard.mac, keyboard.repaired.len()), (WANT, 3));
        assert_eq!(typed("34:A5:E|:00:0B:07").unwrap().repaired, [('|', '1')]);
        // what is whole needs no repair elsewhere
        assert_eq!(typed("GOLDBOSSISOO 34A5E1000B07"), Ok(WANT.into()));
    }

    #[test]
    fn what_may_be_another_number_is_refused() {
        assert!(matches!(typed("34A5E1000B07 34A5E1000B08"), Err(MacError::Several(a, _)) if a == WANT));
        let two = typed("LAN MAC 34:A5:E1:00:0B:07, WLAN MAC 34:A5:E1:00:0B:08").unwrap_err().to_string();
        assert!(two.contains("34:a5:e1:00:0b:07") && two.contains("34:a5:e1:00:0b:08"), "{two}");
        assert!(matches!(typed("34A5E1000B07 123456789012"), Err(MacError::Several(..))));
        assert!(matches!(typed("S/N 123456789012"), Err(MacError::OtherNumber(_))));
        assert!(matches!(typed("Serial: 34A5E1000B07"), Err(MacError::OtherNumber(_))));
        for text in [
            "550e8400-e29b-41d4-a716-446655440000",
            "34:a5:e1:ff:fe:00:0b:07",
            "34a5e1fffe000b07",
            "99:34:a5:e1:00:0b:07",
            "34:a5:e1:00:0b:07:99",
            "02:34:a5:e1:00:0b:07",
            "fe80::36a5:e1ff:fe00:b07",
            "fe80:0000:0000:0000:36a5:e1ff:fe00:0b07",
            "12345678 34A5",
            "34A5E 1000B07",
            "12345678",
            "MAC ID:",
            "GOLDBOSSISOO",
            "2026-11-28 05:05:29",
            "192.168.1.77",
        ] {
            assert!(typed(text).is_err(), "{text}: {:?}", typed(text));
        }
        assert_eq!(typed("34A5E 1000B07"), Err(MacError::OddGroups));
        assert!(matches!(typed("MAC: ff:ff:ff:ff:ff:ff"), Err(MacError::NotADevice(_))));
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in ".{0,80}") {
            if let Ok(read) = typed(&text) {
                prop_assert!(read.mac.is_device());
            }
        }

        #[test]
        fn every_notation_of_every_address_is_read_among_words(
            bytes in any::<[u8; 6]>(), lead in "(MAC|MAC ID:|LAN MAC:|mac=|S/N 4711 MAC:|)", tail in "(|;SN:4711| \\(GW 2\\)|,)",
        ) {
            let mac = Mac([bytes[0] & !1, bytes[1], bytes[2], bytes[3], bytes[4], bytes[5]]);
            prop_assume!(mac.is_device());
            for written in [mac.bare(), mac.dotted(), mac.pairs(":", true), mac.pairs("-", false), mac.pairs(" ", true)] {
                let text = format!("{lead} {written}{tail}");
                prop_assert_eq!(typed(&text), Ok(mac.into()), "{}", text);
            }
        }
    }
}
