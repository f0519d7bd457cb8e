//! How many gateways of a site are in which state: the line beside the site's verdict, where there are several.

use super::cause::Cause;
use super::led::{LedSet, LedState};
use super::snapshot::GatewayView;
use serde::Serialize;

/// Gateways, each counted in one place but `all`. The keys are those of the JSON.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Boxes {
    pub all: usize,
    pub solid_green: usize,
    pub blinking_red: usize,
    pub solid_red: usize,
    /// One of the two reds.
    pub red: usize,
    pub dark: usize,
    /// It was seen here, and its LED is not known.
    pub answering: usize,
    /// It was asked and did not answer.
    pub silent: usize,
    /// It was here, and nothing is heard of it any more.
    pub lost: usize,
    /// Nothing is known of it: only an older entry shows it, or nobody has looked to the end.
    pub not_known: usize,
}

impl Boxes {
    #[must_use]
    pub fn of(gateways: &[GatewayView]) -> Boxes {
        let mut boxes = Boxes { all: gateways.len(), ..Boxes::default() };
        for g in gateways {
            *boxes.place(g) += 1;
        }
        boxes
    }

    fn place(&mut self, g: &GatewayView) -> &mut usize {
        let possible = g.led.possible;
        match possible.known() {
            Some(LedState::SolidGreen) => &mut self.solid_green,
            Some(LedState::BlinkingRed) => &mut self.blinking_red,
            Some(LedState::SolidRed) => &mut self.solid_red,
            Some(LedState::Dark) => &mut self.dark,
            None if possible.is_subset_of(LedSet::of(&[LedState::SolidRed, LedState::BlinkingRed])) => {
                &mut self.red
            }
            None if g.verdict.code == Some(Cause::GatewaySilent) => &mut self.silent,
            None if g.first_seen_ms.is_some() && possible == LedSet::ALL => &mut self.lost,
            None if g.first_seen_ms.is_some() => &mut self.answering,
            None => &mut self.not_known,
        }
    }

    /// Number and words of each state that some gateway is in, the worst first.
    #[must_use]
    pub fn parts(&self) -> Vec<(usize, &'static str)> {
        let all = [
            (self.dark, "dark"),
            (self.solid_red, "solid red"),
            (self.blinking_red, "blinking red"),
            (self.red, "red"),
            (self.silent, "did not answer"),
            (self.lost, "not heard lately"),
            (self.not_known, "not known"),
            (self.answering, "here, LED not known"),
            (self.solid_green, "solid green"),
        ];
        all.into_iter().filter(|(n, _)| *n > 0).collect()
    }

    /// One line for people; `None` where there are not several.
    #[must_use]
    pub fn line(&self) -> Option<String> {
        let parts: Vec<String> = self.parts().into_iter().map(|(n, words)| format!("{n} {words}")).collect();
        (self.all > 1).then(|| format!("{} gateways: {}", self.all, parts.join(", ")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::LedView;
    use crate::model::finding::Verdict;

    fn gateway(possible: LedSet, seen: bool, code: Option<Cause>) -> GatewayView {
        GatewayView {
            mac: crate::model::Mac([0x34, 0xa5, 0xe1, 0, 0, 1]),
            ip: None,
            first_seen_ms: seen.then_some(1),
            last_seen: None,
            led_since: crate::model::At(0),
            led: LedView { possible, ..LedView::default() },
            sources: vec![],
            name: None,
            maker: None,
            dhcp: vec![],
            dhcp_trace: vec![],
            led_changes: vec![],
            answered: None,
            addresses: vec![],
            rivals: vec![],
            in_turn: vec![],
            remarks: vec![],
            verdict: Verdict { code, ..Verdict::default() },
        }
    }

    #[test]
    fn each_is_counted_once_and_the_line_adds_up() {
        let addressed = LedSet::of(&[LedState::BlinkingRed, LedState::SolidGreen]);
        let red = LedSet::of(&[LedState::BlinkingRed, LedState::SolidRed]);
        let mut all: Vec<GatewayView> =
            LedState::ALL.map(|led| gateway(LedSet::only(led), true, None)).into();
        all.push(gateway(red, true, None));
        all.extend([gateway(addressed, true, None), gateway(addressed, true, Some(Cause::OkWayIsClear))]);
        all.push(gateway(LedSet::ALL, false, Some(Cause::GatewaySilent)));
        all.extend([gateway(LedSet::ALL, false, None), gateway(LedSet::ALL, true, None)]);
        let boxes = Boxes::of(&all);
        assert_eq!((boxes.answering, boxes.silent, boxes.red), (2, 1, 1));
        assert_eq!((boxes.lost, boxes.not_known), (1, 1));
        assert_eq!(boxes.parts().iter().map(|(n, _)| n).sum::<usize>(), boxes.all);
        let line = boxes.line().unwrap();
        assert!(line.starts_with("10 gateways: 1 dark, 1 solid red, 1 blinking red, 1 red, "), "{line}");
        assert_eq!(Boxes::of(&all[..1]).line(), None, "one is told by its own line");
    }
}
