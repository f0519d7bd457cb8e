//! MAC and IPv4 addresses in a line that some machine printed, in every notation that firewalls and DHCP servers use.

use crate::model::Mac;
use std::net::Ipv4Addr;

/// Every MAC in a line, in its order: `00:11:22:33:44:55`, with dashes, without leading zeros, `0011.2233.4455`,
/// `0011-2233-4455`, `001122-334455`, twelve digits, and each of them behind the `01` of a DHCP client id (RFC 2132
/// section 9.14). The fourteen octets of a frame's head, as Linux logs them, give both its addresses.
#[must_use]
pub fn macs(line: &str) -> Vec<Mac> {
    let mut found = Vec::new();
    for run in runs(line, |b| b.is_ascii_hexdigit() || matches!(b, b':' | b'-' | b'.')) {
        // the shortest is `0:0:0:0:0:1`; most runs are numbers, addresses and times
        if run.len() >= 11 && run.bytes().filter(|b| *b != b'.').count() >= 11 {
            found.extend(macs_of(run).into_iter().flatten().filter(|m| m.is_device()));
        }
    }
    found
}

/// Every IPv4 address in a line, in its order; what stands behind it (`/24`, `:443`, `(443)`) is left out.
#[must_use]
pub fn ips(line: &str) -> Vec<Ipv4Addr> {
    runs(line, |b| b.is_ascii_digit() || b == b'.')
        .map(|run| run.trim_matches('.'))
        .filter(|run| (7..=15).contains(&run.len()))
        .filter_map(|run| run.parse().ok())
        .collect()
}

/// The longest pieces of a line that are of these characters, and do not go on in letters, digits or `_`.
fn runs(line: &str, of: impl Fn(u8) -> bool + Copy) -> impl Iterator<Item = &str> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let bytes = line.as_bytes();
    let mut rest = 0;
    std::iter::from_fn(move || {
        loop {
            let from = rest + bytes.get(rest..)?.iter().position(|b| of(*b))?;
            let tail = bytes.get(from..)?;
            let len = tail.iter().position(|b| !of(*b)).unwrap_or(tail.len());
            rest = from + len;
            // all that is looked for is ASCII, so that a run begins and ends between characters
            let before = line.get(..from)?.chars().next_back();
            let after = line.get(rest..)?.chars().next();
            if !before.is_some_and(is_word) && !after.is_some_and(is_word) {
                return line.get(from..rest);
            }
        }
    })
}

/// Groups of digits in one run: a frame's head has fourteen octets, and some log more of it.
const GROUPS: usize = 24;

/// The addresses that a run of digits and signs holds: one, or the two of a frame's head.
fn macs_of(run: &str) -> [Option<Mac>; 2] {
    const NONE: [Option<Mac>; 2] = [None, None];
    let run = run.trim_matches([':', '-', '.']);
    let (mut lens, mut octets) = ([0_u8; GROUPS], [0_u8; GROUPS]);
    let (mut groups, mut digits, mut in_pairs) = (0, 0, true);
    for group in run.split([':', '-', '.']) {
        let (Some(len), Some(octet)) = (lens.get_mut(groups), octets.get_mut(groups)) else { break };
        *len = u8::try_from(group.len()).unwrap_or(u8::MAX);
        in_pairs &= (1..=2).contains(&group.len());
        *octet = u8::from_str_radix(group, 16).unwrap_or_default();
        groups += 1;
        digits += group.len();
    }
    let dotted = run.contains('.');
    let lens = lens.get(..groups).unwrap_or_default();
    let octets = match lens {
        [_, _, _, _, _, _] | [_, _, _, _, _, _, _] if in_pairs && !dotted => octets.get(..groups),
        // the head of a frame, however much of what is behind it was written too
        all if all.len() >= 14 && in_pairs => octets.get(..groups),
        [4, 4, 4] | [4, 4, 4, 2] | [6, 6] | [12] | [14] | [2, 4, 4, 4] | [2, 12] => {
            let mut nibbles = run.bytes().filter_map(|b| char::from(b).to_digit(16));
            for octet in octets.iter_mut().take(digits / 2) {
                let (Some(high), Some(low)) = (nibbles.next(), nibbles.next()) else { return NONE };
                *octet = u8::try_from(high * 16 + low).unwrap_or_default();
            }
            octets.get(..digits / 2)
        }
        _ => None,
    };
    match octets {
        Some([a, b, c, d, e, f]) => [Some(Mac([*a, *b, *c, *d, *e, *f])), None],
        Some([1, a, b, c, d, e, f]) => [Some(Mac([*a, *b, *c, *d, *e, *f])), None],
        Some([g, h, i, j, k, l, a, b, c, d, e, f, ..]) => {
            [Some(Mac([*a, *b, *c, *d, *e, *f])), Some(Mac([*g, *h, *i, *j, *k, *l]))]
        }
        _ => NONE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAC: Mac = Mac([0x00, 0x11, 0x22, 0x33, 0x44, 0x55]);

    #[test]
    fn a_mac_in_every_notation() {
        for text in [
            "00:11:22:33:44:55",
            "at 00:11:22:33:44:55 [ether]",
            "00-11-22-33-44-55",
            "0:11:22:33:44:55",
            "1,0:11:22:33:44:55",
            "0011.2233.4455",
            "0011-2233-4455",
            "001122-334455",
            "mac=001122334455,",
            "0100.1122.3344.55",
            "01:00:11:22:33:44:55",
            "1:0:11:22:33:44:55",
            "01-0011.2233.4455",
            "01001122334455",
            "\"00:11:22:33:44:55\";",
        ] {
            assert_eq!(macs(text).first(), Some(&MAC), "{text}");
        }
        let frame = "MAC=b8:27:eb:00:00:01:00:11:22:33:44:55:08:00 SRC=192.0.2.50";
        assert_eq!(macs(frame), [MAC, Mac([0xb8, 0x27, 0xeb, 0, 0, 1])]);
    }

    #[test]
    fn what_only_looks_like_one_is_none() {
        for text in [
            "",
            "07:00:00",
            "2026-11-27 07:00:00",
            "fe80::1",
            "192.0.2.50",
            "00:11:22:33:44:55:66:77",
            "x001122334455",
            "6f1c2a3b-4d5e-6f70-8192-a3b4c5d6e7f8",
            "ff:ff:ff:ff:ff:ff",
            "00:00:00:00:00:00",
            "0011223344556",
            "00:11:22:33:44:zz",
        ] {
            assert!(macs(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn an_ip_in_every_company() {
        let ip = Ipv4Addr::new(192, 0, 2, 50);
        for text in ["192.0.2.50", "(192.0.2.50)", "src=192.0.2.50:50000", "192.0.2.50/24,", "x: 192.0.2.50."]
        {
            assert_eq!(ips(text), [ip], "{text}");
        }
        for text in ["", "1.2.3", "1.2.3.4.5", "300.1.1.1", "v192.0.2.50", "192.0.2.50a"] {
            assert!(ips(text).is_empty(), "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_line_is_read(line in "\\PC{0,200}") {
            let _ = (macs(&line), ips(&line));
        }
    }
}
