//! The three faces of the PDF: which characters they have, how wide each is, where a line may break.

use std::collections::BTreeMap;
use std::sync::LazyLock;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Face {
    Regular,
    Semi,
    Mono,
}

/// What is drawn for a character that a face lacks. The JSON has the original.
const UNKNOWN: char = '□';

impl Face {
    pub(super) fn bytes(self) -> &'static [u8] {
        match self {
            Face::Regular => include_bytes!("../../../assets/fonts/Inter-Regular.ttf"),
            Face::Semi => include_bytes!("../../../assets/fonts/Inter-SemiBold.ttf"),
            Face::Mono => include_bytes!("../../../assets/fonts/Mono-Regular.ttf"),
        }
    }

    fn metrics(self) -> &'static Metrics {
        static ALL: LazyLock<[Metrics; 3]> = LazyLock::new(|| {
            [Face::Regular, Face::Semi, Face::Mono].map(|f| read(f.bytes()).unwrap_or_default())
        });
        match self {
            Face::Regular => &ALL[0],
            Face::Semi => &ALL[1],
            Face::Mono => &ALL[2],
        }
    }

    /// The text in characters that the face has: others become [`UNKNOWN`], breaks and tabs a space.
    pub(super) fn fit(self, text: &str) -> String {
        let has = &self.metrics().advances;
        text.chars()
            .map(|c| match c {
                c if c.is_control() => ' ',
                '\u{2011}' | '\u{2212}' if !has.contains_key(&c) => '-',
                '\u{2000}'..='\u{200a}' | '\u{202f}' => ' ',
                c if has.contains_key(&c) => c,
                _ => UNKNOWN,
            })
            .collect()
    }

    /// Width of a text of this size, in points; kerning is left out of account.
    pub(super) fn width(self, text: &str, size: f32) -> f32 {
        let m = self.metrics();
        let units: u32 =
            text.chars().map(|c| u32::from(m.advances.get(&c).copied().unwrap_or(m.units))).sum();
        units as f32 * size / f32::from(m.units.max(1))
    }

    /// The text in lines that fit: broken at spaces, a word that is too long at a sign inside or anywhere. Nothing is
    /// lost but the spaces at the breaks. The text has to be [`Face::fit`] already.
    pub(super) fn wrap(self, text: &str, size: f32, width: f32) -> Vec<String> {
        let mut lines: Vec<String> = Vec::new();
        let mut line = String::new();
        for word in text.split(' ').filter(|w| !w.is_empty()) {
            let joined = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
            if self.width(&joined, size) <= width {
                line = joined;
                continue;
            }
            if !line.is_empty() {
                lines.push(std::mem::take(&mut line));
            }
            let mut rest = word;
            while self.width(rest, size) > width {
                let cut = self.cut(rest, size, width);
                let (head, tail) = rest.split_at(cut);
                lines.push(head.to_owned());
                rest = tail;
            }
            line = rest.to_owned();
        }
        if !line.is_empty() || lines.is_empty() {
            lines.push(line);
        }
        lines
    }

    /// Where to cut a word that is too long: behind the last sign that fits, if that leaves a fair part, else at the
    /// last character that fits. Never 0, so that it always goes on.
    fn cut(self, word: &str, size: f32, width: f32) -> usize {
        let (mut end, mut sign, mut used) = (0, 0, 0.0);
        for (i, c) in word.char_indices() {
            used += self.width(c.encode_utf8(&mut [0; 4]), size);
            if used > width && end > 0 {
                break;
            }
            end = i + c.len_utf8();
            if matches!(c, '/' | '-' | '.' | ':' | '_' | ',' | '=' | '\\' | '@' | '&' | '?') {
                sign = end;
            }
        }
        if sign * 2 >= end && sign < word.len() { sign.max(1) } else { end }
    }
}

#[derive(Debug, Default)]
struct Metrics {
    units: u16,
    advances: BTreeMap<char, u16>,
}

/// Reads `head`, `hhea`, `hmtx` and the format 4 `cmap` of a TrueType file (OpenType 1.9).
fn read(font: &[u8]) -> Option<Metrics> {
    let table = |tag: &[u8; 4]| -> Option<&[u8]> {
        (0..usize::from(u16_at(font, 4)?)).find_map(|i| {
            let record = font.get(12 + 16 * i..28 + 16 * i)?;
            let (offset, len) = (u32_at(record, 8)? as usize, u32_at(record, 12)? as usize);
            (record.get(..4)? == tag).then(|| font.get(offset..offset.checked_add(len)?)).flatten()
        })
    };
    let units = u16_at(table(b"head")?, 18)?;
    let long = u16_at(table(b"hhea")?, 34)?;
    let hmtx = table(b"hmtx")?;
    let advance = |glyph: u16| u16_at(hmtx, 4 * usize::from(glyph.min(long.checked_sub(1)?)));
    let cmap = table(b"cmap")?;
    let sub = (0..usize::from(u16_at(cmap, 2)?)).find_map(|i| {
        let sub = cmap.get(u32_at(cmap, 8 + 8 * i)? as usize..)?;
        (u16_at(sub, 0)? == 4).then_some(sub)
    })?;
    let segments = usize::from(u16_at(sub, 6)?) / 2;
    let mut advances = BTreeMap::new();
    for s in 0..segments {
        let end = u16_at(sub, 14 + 2 * s)?;
        let start = u16_at(sub, 16 + 2 * (segments + s))?;
        let delta = u16_at(sub, 16 + 2 * (2 * segments + s))?;
        let at = 16 + 2 * (3 * segments + s);
        let range = u16_at(sub, at)?;
        for code in start..=end {
            let glyph = if range == 0 {
                code.wrapping_add(delta)
            } else {
                match u16_at(sub, at + usize::from(range) + 2 * usize::from(code - start))? {
                    0 => 0,
                    g => g.wrapping_add(delta),
                }
            };
            if glyph != 0
                && code != 0xffff
                && let Some(c) = char::from_u32(u32::from(code))
            {
                advances.insert(c, advance(glyph)?);
            }
        }
    }
    Some(Metrics { units, advances })
}

fn u16_at(b: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes([*b.get(at)?, *b.get(at + 1)?]))
}

fn u32_at(b: &[u8], at: usize) -> Option<u32> {
    Some(u32::from(u16_at(b, at)?) << 16 | u32::from(u16_at(b, at + 2)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_faces_have_what_the_report_writes() {
        for face in [Face::Regular, Face::Semi] {
            let text = "åäöÅÄÖøØæÆéüßŁ „“”’–—… →↪✓✗●○◆▲■≤≥·□ 0123 ABC";
            assert_eq!(face.fit(text), text, "{face:?}");
        }
        assert_eq!(Face::Mono.fit("set name \"Kök\" {|}~`\\ Ł"), "set name \"Kök\" {|}~`\\ Ł");
        assert_eq!(Face::Regular.fit("a\tb\n中\u{e000}\u{1f600}"), "a b □□□");
    }

    #[test]
    fn widths_are_those_of_the_font() {
        assert!((Face::Mono.width("iiWW", 10.0) - 24.0).abs() < 0.01);
        assert!(Face::Regular.width("W", 10.0) > 2.0 * Face::Regular.width("i", 10.0));
        assert!(Face::Semi.width("word", 10.0) > Face::Regular.width("word", 10.0));
    }

    #[test]
    fn a_font_file_that_is_none_gives_nothing() {
        let font = Face::Mono.bytes();
        for n in (0..font.len()).step_by(997) {
            let _ = read(&font[..n]);
        }
        assert!(read(b"no font").is_none());
    }

    proptest! {
        #[test]
        fn no_line_is_too_wide_and_nothing_is_lost(text in "([a-zåäö./:-]{0,40} ?){0,12}", width in 40f32..400.0) {
            let lines = Face::Regular.wrap(&text, 9.0, width);
            for l in &lines {
                prop_assert!(Face::Regular.width(l, 9.0) <= width + 0.01, "{}", l);
            }
            let squash = |s: &str| s.replace(' ', "");
            prop_assert_eq!(squash(&lines.concat()), squash(&text));
        }
    }
}
