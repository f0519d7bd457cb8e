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
        // a word may be one by chance; three groups and more are none
        found.retain(|c| c.repaired.is_empty() || c.to - c.from > 2);
    }
    let labelled = |c: &Candidate, is: fn(&str) -> bool| label(words, c.from, c.to).is_some_and(|l| is(&l));
    if found.iter().any(|c| labelled(c, is_mac_word)) {
        // MAC: 34A5E1000B07 34A5E1000B08: the word holds for what follows at once, but for a number without a letter
        let mut end = usize::MAX;
        found.retain(|c| {
            let follows =
                c.from == end && !labelled(c, is_other_word) && c.mac.bare().contains(|d: char| d > '9');
            let kept = labelled(c, is_mac_word) || follows;
            end = if kept { c.to } else { usize::MAX };
            kept
        });
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
        let piece = first_piece(&word.text);
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
    // GW 1: 34:A5:…: the number of a box is no hardware type
    if hardware_type && lengths.len() > 2 && lengths[0] <= 2 {
        let (first, next) = (&words[at + 1].before, &words[at + 2].before);
        if first != next && first.trim() != "," {
            return None;
        }
    }
    // the tail of a longer chain is no address: 34 behind "99:" belongs to it
    if at > 0 && lengths.len() > 1 && glue != Some(' ') {
        let before = &words[at - 1].text;
        let joined = words[at].before == words[at + 1].before;
        let group = before.len() <= 4 && before.chars().all(|c| c.is_ascii_hexdigit());
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
    let cut = ["0x", "mac", "sn"].iter().find_map(|lead| {
        let rest = word.get(lead.len()..)?;
        let whole = rest.len() >= 12 || *lead == "0x" && rest.len() == 2;
        (word.get(..lead.len())?.eq_ignore_ascii_case(lead) && whole).then_some(rest)
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
        1 | 2 if lengths.len() > 1 => digits.get(first..)?,
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
fn label(words: &[Word], at: usize, to: usize) -> Option<String> {
    let own = &words.get(at)?.text;
    let glued = own.strip_suffix(first_piece(own)).unwrap_or_default();
    if is_mac_word(glued) || is_other_word(glued) {
        return Some(glued.into());
    }
    // 34A5E1000B07 (MAC)
    if let Some(behind) = words.get(to).filter(|w| w.before.trim() == "(") {
        let two = words.get(to + 1).filter(|w| w.before == "/").map(|w| format!("{}{}", behind.text, w.text));
        if let Some(word) =
            two.into_iter().chain([behind.text.clone()]).find(|w| is_mac_word(w) || is_other_word(w))
        {
            return Some(word);
        }
    }
    let mut i = at;
    while i > 0 && at - i < 4 {
        // MAC|34A5E1000B07|SN|…: the word is a field of its own
        let ends = words[i].before.contains([';', ',', '&', '}', '\n']);
        let of_the_one_before =
            i == at && words[i].before.contains(')') && in_parentheses_behind_a_number(words, i);
        if ends || of_the_one_before || i < at && words[i].before.contains('|') {
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

/// The word before this one stands in parentheses that follow a number, and speaks of that one.
fn in_parentheses_behind_a_number(words: &[Word], at: usize) -> bool {
    let opened = (0..at).rev().take(3).find(|i| words[*i].before.contains('('));
    opened
        .and_then(|i| i.checked_sub(1))
        .is_some_and(|i| words[i].text.len() >= 2 && words[i].text.chars().any(|c| c.is_ascii_digit()))
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
#[path = "label_tests.rs"]
mod tests;
