//! Who made a network adapter, by the IEEE's lists of address blocks. The table is read in place: nothing is unpacked.

use crate::model::Mac;

/// Written by `tools/oui.py`, which also describes the layout.
static TABLE: &[u8] = include_bytes!("../../assets/oui.bin");

/// Where the parts of the table begin.
struct Layout<'a> {
    header: &'a str,
    /// Blocks of 24, 28 and 36 bits: the prefix, then two bytes for the name.
    blocks: [&'a [u8]; 3],
    offsets: &'a [u8],
    strings: &'a [u8],
}

/// Bytes of a prefix in each of [`Layout::blocks`], and what remains of the last byte.
const WIDTHS: [(usize, u8); 3] = [(3, 0xff), (4, 0xf0), (5, 0xf0)];

/// The maker of the adapter: the holder of the smallest block that contains its address. `None` for addresses that
/// software made up (locally administered), for unknown blocks and for holders who stay unnamed.
#[must_use]
pub fn maker(mac: Mac) -> Option<&'static str> {
    if mac.is_local() || !mac.is_device() {
        return None;
    }
    let table = layout(TABLE)?;
    // the smallest block decides: a 24-bit block may be split among many holders
    (0..3).rev().find_map(|i| find(&table, i, mac))
}

/// Source and date of the lists, for the report: "IEEE ... lists (...), 2022-08-27".
#[must_use]
pub fn source() -> String {
    let field = |name: &str| {
        layout(TABLE)
            .and_then(|t| t.header.lines().find_map(|l| l.strip_prefix(name)))
            .map_or_else(|| "unknown".to_owned(), |v| v.trim().to_owned())
    };
    format!("{}, {}", field("source "), field("date "))
}

fn find(table: &Layout<'static>, width: usize, mac: Mac) -> Option<&'static str> {
    let (bytes, last) = WIDTHS[width];
    let mut wanted = mac.0;
    wanted[bytes - 1] &= last;
    let wanted = &wanted[..bytes];
    let row_len = bytes + 2;
    let rows = table.blocks[width];
    let (mut low, mut high) = (0, rows.len() / row_len);
    while low < high {
        let middle = low + (high - low) / 2;
        let row = rows.get(middle * row_len..(middle + 1) * row_len)?;
        match row[..bytes].cmp(wanted) {
            std::cmp::Ordering::Less => low = middle + 1,
            std::cmp::Ordering::Greater => high = middle,
            std::cmp::Ordering::Equal => {
                return name(table, usize::from(row[bytes]) << 8 | usize::from(row[bytes + 1]));
            }
        }
    }
    None
}

fn name<'a>(table: &Layout<'a>, index: usize) -> Option<&'a str> {
    let start = number(table.offsets, index * 4)?;
    let end = number(table.offsets, (index + 1) * 4)?;
    std::str::from_utf8(table.strings.get(start..end)?).ok()
}

fn number(bytes: &[u8], at: usize) -> Option<usize> {
    let four = bytes.get(at..)?.first_chunk::<4>()?;
    usize::try_from(u32::from_be_bytes(*four)).ok()
}

fn layout(table: &[u8]) -> Option<Layout<'_>> {
    let end = table.windows(2).take(1000).position(|w| w == b"\n\n")?;
    let header = std::str::from_utf8(&table[..end]).ok()?;
    let rest = &table[end + 2..];
    let names = number(rest, 12)?;
    let mut at: usize = 16;
    let mut blocks = [&rest[..0]; 3];
    for (i, (bytes, _)) in WIDTHS.iter().enumerate() {
        let len = number(rest, i * 4)?.checked_mul(bytes + 2)?;
        blocks[i] = rest.get(at..at.checked_add(len)?)?;
        at += len;
    }
    let len = names.checked_add(1)?.checked_mul(4)?;
    let offsets = rest.get(at..at.checked_add(len)?)?;
    Some(Layout { header, blocks, offsets, strings: rest.get(at + len..)? })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(mac: &str) -> Option<&'static str> {
        maker(mac.parse().unwrap())
    }

    #[test]
    fn makers_are_found_in_blocks_of_each_size() {
        assert_eq!(of("34:a5:e1:00:00:01"), Some("Sensorist ApS"));
        // one registered block of each further size (MA-M, MA-S, IAB)
        assert_eq!(of("20:85:93:b1:23:45"), Some("IOG Products LLC"));
        assert_eq!(of("70:b3:d5:f2:f1:23"), Some("TELEPLATFORMS"));
        assert_eq!(of("00:50:c2:7d:51:23"), Some("DEUTA-WERKE GmbH"));
    }

    #[test]
    fn nobody_is_named_where_nobody_is_known() {
        assert_eq!(of("36:a5:e1:00:00:01"), None, "locally administered");
        assert_eq!(maker(Mac([0xff; 6])), None);
        assert_eq!(maker(Mac([0; 6])), None);
        // a block that is split among many holders is no maker by itself
        assert_ne!(of("70:b3:d5:ff:ff:ff"), Some("IEEE Registration Authority"));
    }

    #[test]
    fn the_table_says_where_it_is_from() {
        let text = source();
        assert!(text.contains("IEEE") && text.contains("20"), "{text}");
        assert!(TABLE.len() < 1_500_000);
    }

    #[test]
    fn every_row_is_sorted_and_has_a_name() {
        let table = layout(TABLE).unwrap();
        let mut rows = 0;
        for (i, (bytes, last)) in WIDTHS.iter().enumerate() {
            let mut before: &[u8] = &[];
            for row in table.blocks[i].chunks(bytes + 2) {
                assert!(before < &row[..*bytes], "sorted, each once");
                assert_eq!(row[bytes - 1] & !last, 0);
                before = &row[..*bytes];
                let index = usize::from(row[*bytes]) << 8 | usize::from(row[bytes + 1]);
                let name = name(&table, index).unwrap();
                assert!(!name.is_empty() && crate::model::text::foreign(name) == name, "{name:?}");
                rows += 1;
            }
        }
        assert!(rows > 40_000, "{rows}");
    }

    proptest! {
        #[test]
        fn any_address_and_any_damage_is_survived(mac in any::<[u8; 6]>(), cut in 0_usize..2000, at in 0_usize..400, to: u8) {
            let _ = maker(Mac(mac));
            let mut damaged = TABLE[..cut.max(at + 1)].to_vec();
            damaged[at] = to;
            let _ = layout(&damaged).map(|t| t.header.len());
        }
    }
}
