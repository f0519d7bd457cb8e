//! Foreign text made safe to show: host names, console lines and everything else that a network can choose.

/// Longest foreign text that is kept, in characters, the ellipsis included.
pub const FOREIGN_MAX: usize = 200;

/// Makes text from outside safe for a terminal, a window, a report: control characters, terminal escapes, line
/// breaks and bidirectional controls become visible as `\u{..}` or a space; at most [`FOREIGN_MAX`] characters stay, the
/// last an ellipsis when something was cut. Applying it twice gives the same as once.
#[must_use]
pub fn foreign(text: &str) -> String {
    if let Some(plain) = plain(text) {
        return plain;
    }
    let mut out = String::new();
    // a longer input cannot become shorter, so the rest need not be read
    for c in text.chars().take(FOREIGN_MAX + 1) {
        if matches!(c, '\t' | '\n' | '\r') {
            out.push(' ');
        } else if is_hidden(c) {
            out.push_str(&format!("<{:x}>", c as u32));
        } else {
            out.push(c);
        }
    }
    if out.chars().count() > FOREIGN_MAX {
        out = out.chars().take(FOREIGN_MAX - 1).chain(['…']).collect();
    }
    out
}

/// The same for what is as most lines are: nothing but printable ASCII, as far as it stays.
fn plain(text: &str) -> Option<String> {
    let stays = text.get(..text.len().min(FOREIGN_MAX))?;
    if !stays.bytes().all(|b| matches!(b, b' '..=b'~')) {
        return None;
    }
    match text.len() > FOREIGN_MAX {
        true => Some([stays.get(..FOREIGN_MAX - 1)?, "…"].concat()),
        false => Some(text.to_owned()),
    }
}

/// A name of at most so many characters, the ellipsis included. It is cut in the middle: what tells it from others of
/// its kind stands at its ends, as a number does. A number or address stays whole or goes: half of one is another one.
#[must_use]
pub fn clipped(name: &str, longest: usize) -> String {
    let all: Vec<char> = name.chars().collect();
    if all.len() <= longest {
        return name.to_owned();
    }
    // the digits and signs of numbers, of MAC and IP addresses and of prefixes
    let is_of = |c: &char| c.is_ascii_hexdigit() || matches!(c, '.' | ':' | '-' | '/');
    // where the number or address begins and ends that is cut at a place
    let around = |at: usize| {
        let (before, behind) = all.split_at_checked(at).unwrap_or_default();
        let begins = at - before.iter().rev().take_while(|c| is_of(c)).count();
        let ends = at + behind.iter().take_while(|c| is_of(c)).count();
        let is_cut = begins < at
            && at < ends
            && all.get(begins..ends).is_some_and(|all| all.iter().any(char::is_ascii_digit));
        if is_cut { (begins, ends) } else { (at, at) }
    };
    let tail = longest / 3;
    let (head, _) = around(longest.saturating_sub(tail + 1));
    let (_, tail) = around(all.len().saturating_sub(tail));
    let head: String = all.iter().take(head).collect();
    let tail: String = all.iter().skip(tail).collect();
    format!("{head}…{tail}")
}

/// Makes control characters and direction marks visible and keeps everything else, line breaks too: for our own
/// messages that quote something foreign.
#[must_use]
pub fn visible(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        if c != '\n' && is_hidden(c) {
            out.push_str(&format!("<{:x}>", c as u32));
        } else {
            out.push(c);
        }
    }
    out
}

/// Bytes from outside as text: UTF-8 where it is, else the replacement character, then [`foreign`].
#[must_use]
pub fn foreign_bytes(bytes: &[u8]) -> String {
    foreign(&String::from_utf8_lossy(&bytes[..bytes.len().min(4 * FOREIGN_MAX + 4)]))
}

/// Characters that change how what stands around them is shown, or that show nothing.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn escapes_and_direction_marks_become_visible() {
        assert_eq!(foreign("a\u{1b}[31mb\u{202e}c\nd"), "a<1b>[31mb<202e>c d");
        assert_eq!(foreign("Kök åäö"), "Kök åäö");
        assert_eq!(foreign(&"x".repeat(10_000)).chars().count(), FOREIGN_MAX);
    }

    #[test]
    fn a_long_name_keeps_its_ends() {
        assert_eq!(clipped("deny all of the sensors, entry 12", 20), "deny all of t…try 12");
        assert_eq!(clipped("policy 4711: sensors to the cloud", 14), "policy …loud");
        assert_eq!(clipped("192.0.2.50, 192.0.2.88, 192.0.2.99", 30), "192.0.2.50, …192.0.2.99");
        assert_eq!(clipped("Kök", 3), "Kök");
        assert_eq!(clipped("Köket", 1), "…");
    }

    proptest! {
        #[test]
        fn a_clipped_name_is_no_longer_than_it_may_be(s in "[a-z ]{0,40}|\\PC{0,80}", longest in 1usize..100) {
            let short = clipped(&s, longest);
            prop_assert!(short.chars().count() <= longest);
            prop_assert_eq!(short == s, s.chars().count() <= longest);
            prop_assert_eq!(clipped(&short, longest), short);
        }

        #[test]
        fn a_number_or_address_stays_whole_or_goes(
            words in proptest::collection::vec(
                "34:a5:e1:00:0b:0[0-9]|34-A5-E1-00-0B-0[0-9]|34a5\\.e100\\.0b0[0-9]|192\\.0\\.2\\.[0-9]{1,3}/24|fe80::[1-9]|[0-9]{1,5}|word|\u{f6}l",
                1..12,
            ),
            longest in 4_usize..120,
        ) {
            let name = words.join(" ");
            let short = clipped(&name, longest);
            prop_assert!(short.chars().count() <= longest);
            for piece in short.split([' ', '…']).filter(|p| p.contains(|c: char| c.is_ascii_digit())) {
                prop_assert!(words.iter().any(|w| w == piece), "{} of {}", piece, name);
            }
        }

        #[test]
        fn nothing_hidden_stays_and_twice_is_once(s in "\\PC{0,40}|[\\x00-\\x1f\u{200b}-\u{202e}a-z]{0,300}") {
            let once = foreign(&s);
            prop_assert!(!once.chars().any(is_hidden));
            prop_assert_eq!(foreign(&once), once);
        }

        #[test]
        fn what_is_plain_is_shown_as_anything_else(many in 190_usize..210, end in "[ -~é\t]{0,2}") {
            let text = "x".repeat(many) + &end;
            // a letter that is not plain, before all of it, takes the long way
            let long_way = foreign(&format!("é{text}"));
            let (shown, rest) = (foreign(&text), long_way.strip_prefix('é').unwrap());
            let alike = |n: usize| shown.chars().take(n).eq(rest.chars().take(n));
            prop_assert!(alike(FOREIGN_MAX - 2), "{} {}", shown, rest);
            prop_assert_eq!(shown.ends_with('…'), text.chars().count() > FOREIGN_MAX);
        }
    }
}
