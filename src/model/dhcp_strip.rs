//! How a box asked for its address, as a strip of time: one letter a message, in the column of its moment. The same in
//! the terminal, the window and the report.

use super::evidence::DhcpKind;
use super::snapshot::DhcpTrace;
use super::time::At;

/// Messages that are farther apart than this belong to different stories: a client waits 64 s at most between two
/// (RFC 2131 section 4.1), and begins anew after that.
pub const ONE_STORY_MS: u64 = 150_000;
/// What the letters mean, for whoever prints a strip.
pub const LEGEND: &str =
    "D discover, O offer, R request, A acknowledged, N refused, X declined, L released, I inform";

/// The last story of one box.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Strip {
    pub from: At,
    /// How long it lasted, milliseconds.
    pub lasted_ms: u64,
    /// Each message: milliseconds after the first, and its kind.
    pub marks: Vec<(u64, DhcpKind)>,
}

impl Strip {
    /// `None` when nothing was heard.
    #[must_use]
    pub fn of(trace: &[DhcpTrace]) -> Option<Strip> {
        let last = trace.last()?.at;
        let story: Vec<&DhcpTrace> = trace.iter().filter(|m| last.since(m.at) <= ONE_STORY_MS).collect();
        let from = story.first()?.at;
        let marks = story.iter().map(|m| (m.at.since(from), m.kind)).collect();
        Some(Strip { from, lasted_ms: last.since(from), marks })
    }

    /// In so many columns. Where several messages fall into one, the one that tells most is shown.
    #[must_use]
    pub fn text(&self, columns: usize) -> String {
        let columns = columns.max(1);
        let mut cells: Vec<Option<DhcpKind>> = vec![None; columns];
        for (after, kind) in &self.marks {
            let place = (after * (columns as u64 - 1)).checked_div(self.lasted_ms).unwrap_or(0);
            if let Some(cell) = cells.get_mut(place as usize)
                && cell.is_none_or(|held| weight(*kind) >= weight(held))
            {
                *cell = Some(*kind);
            }
        }
        cells.into_iter().map(|c| c.map_or('\u{b7}', letter)).collect()
    }
}

/// One letter for each kind (RFC 2131 section 2, option 53).
#[must_use]
pub fn letter(kind: DhcpKind) -> char {
    match kind {
        DhcpKind::Discover => 'D',
        DhcpKind::Offer => 'O',
        DhcpKind::Request => 'R',
        DhcpKind::Ack => 'A',
        DhcpKind::Nak => 'N',
        DhcpKind::Decline => 'X',
        DhcpKind::Release => 'L',
        DhcpKind::Inform => 'I',
    }
}

/// What ends an exchange tells more than what begins it.
#[must_use]
pub fn weight(kind: DhcpKind) -> u8 {
    match kind {
        DhcpKind::Discover | DhcpKind::Inform => 0,
        DhcpKind::Offer => 1,
        DhcpKind::Request | DhcpKind::Release => 2,
        DhcpKind::Ack => 3,
        DhcpKind::Nak | DhcpKind::Decline => 4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trace(marks: &[(u64, DhcpKind)]) -> Vec<DhcpTrace> {
        let one = |(at, kind): &(u64, DhcpKind)| DhcpTrace {
            at: At(*at),
            kind: *kind,
            xid: 1,
            secs: 0,
            ciaddr: None,
            address: None,
            server: None,
            host_name: None,
            parameter_list: vec![],
            message: None,
        };
        marks.iter().map(one).collect()
    }

    #[test]
    fn each_message_stands_at_its_moment() {
        use DhcpKind::{Ack, Discover, Nak, Request};
        assert_eq!(Strip::of(&[]), None);
        let one = Strip::of(&trace(&[(7_000, Discover)])).unwrap();
        assert_eq!(one.text(5), "D\u{b7}\u{b7}\u{b7}\u{b7}");
        let story = trace(&[(1_000, Discover), (4_000, Discover), (10_000, Request), (11_000, Ack)]);
        let strip = Strip::of(&story).unwrap();
        assert_eq!((strip.from, strip.lasted_ms), (At(1_000), 10_000));
        assert_eq!(strip.text(11), "D\u{b7}\u{b7}D\u{b7}\u{b7}\u{b7}\u{b7}\u{b7}RA");
        // in one column the refusal is what tells
        let refused = trace(&[(0, Discover), (1, Request), (2, Nak), (60_000, Discover)]);
        assert_eq!(Strip::of(&refused).unwrap().text(3), "N\u{b7}D");
        // what was long ago is another story
        let old = trace(&[(0, Ack), (ONE_STORY_MS + 5_000, Discover), (ONE_STORY_MS + 6_000, Discover)]);
        assert_eq!(Strip::of(&old).unwrap().marks.len(), 2);
        assert_eq!(one.text(0), "D");
    }
}
