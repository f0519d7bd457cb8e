//! Page one, for a manager: lamp, one sentence, whose turn, next step, the path with its broken link, the legend.

use super::document::{Block, LegendRow, PathPicture, VerdictPanel};
use super::words::{self, Clock};
use crate::model::snapshot::LinkHealth;
use crate::model::{LedSet, LedState, Snapshot};

pub(super) fn blocks(snapshot: &Snapshot, clock: Clock) -> Vec<Block> {
    let mut out = Vec::new();
    out.push(Block::Heading { level: 1, text: title(snapshot) });
    if let Some(demo) = &snapshot.demo {
        out.push(Block::Paragraph(format!(
            "▲ Simulated site (demo, fault “{}”). Nothing in this report was measured on a real network.",
            demo.fault
        )));
    }
    out.push(Block::KeyValues(facts(snapshot, clock)));
    out.push(verdict(snapshot));
    out.push(Block::Heading { level: 2, text: "The way from the gateway to the cloud".into() });
    out.push(path(snapshot));
    out.push(Block::Heading { level: 2, text: "What the LED on the gateway says".into() });
    out.push(Block::Legend(legend()));
    out.push(Block::Note(
        "Some other makers' boxes use the opposite code (blinking for “no IP address”). The rate of the blinking is assumed: \
         the vendor publishes none."
            .into(),
    ));
    out
}

fn title(snapshot: &Snapshot) -> String {
    let site = snapshot.site.trim();
    if site.is_empty() { "Gateway connection report".into() } else { site.to_owned() }
}

fn facts(snapshot: &Snapshot, clock: Clock) -> Vec<(String, String)> {
    let mut rows = Vec::new();
    let mut row = |key: &str, value: String| rows.push((key.to_owned(), value));
    match snapshot.chosen_gateway() {
        Some(g) => {
            let ip = g.ip.map_or_else(|| "no IP address known".to_owned(), |ip| ip.to_string());
            row("Gateway", format!("MAC {} · {ip}", g.mac));
        }
        None => row(
            "Gateway",
            match snapshot.gateways.len() {
                0 => "none was seen".into(),
                1 => "one was seen, none was chosen".into(),
                _ => format!("{}; none was chosen", snapshot.boxes().line().unwrap_or_default()),
            },
        ),
    }
    let took =
        snapshot.took_ms.map(|ms| format!(" · the check took {}", words::span(ms))).unwrap_or_default();
    row("Looked at", format!("{}{took}", clock.full(snapshot.now)));
    row("Made by", format!("Solid Green {}", snapshot.version));
    rows
}

fn verdict(snapshot: &Snapshot) -> Block {
    let v = &snapshot.verdict;
    let led = snapshot.chosen_gateway().map(|g| g.led.clone()).unwrap_or_default();
    Block::Verdict(VerdictPanel {
        led: led.possible,
        led_words: words::led_sentence(led.possible),
        led_basis: words::led_basis(&led),
        level: v.level,
        sentence: v.title.clone(),
        code: v.code.map(|c| c.code().to_owned()).unwrap_or_default(),
        owner: words::turn(v.owner, v.level).to_owned(),
        next_step: v.next_step.clone(),
    })
}

fn path(snapshot: &Snapshot) -> Block {
    let p = snapshot.path;
    let nodes = ["Gateway", "Switch", "Router / firewall", "Internet", "Cloud"].map(str::to_owned);
    let links = [p.gateway_switch, p.switch_router, p.router_internet, p.internet_cloud];
    Block::Path(PathPicture { caption: path_caption(&nodes, &links), nodes, links })
}

fn path_caption(nodes: &[String; 5], links: &[LinkHealth; 4]) -> String {
    let between = |i: usize| {
        format!(
            "{} and {}",
            nodes[i].to_lowercase(),
            nodes.get(i + 1).map(|n| n.to_lowercase()).unwrap_or_default()
        )
    };
    let which = |wanted: LinkHealth| -> Vec<String> {
        links.iter().enumerate().filter(|(_, h)| **h == wanted).map(|(i, _)| between(i)).collect()
    };
    let (broken, unknown) = (which(LinkHealth::Broken), which(LinkHealth::Unknown));
    let mut text = match broken.len() {
        0 if unknown.is_empty() => "Every part of the way works.".to_owned(),
        0 => "No broken part was found.".to_owned(),
        _ => format!("Broken between {}.", broken.join(", and between ")),
    };
    if unknown.len() == links.len() {
        return "Nothing is known of the way yet.".to_owned();
    }
    if !unknown.is_empty() {
        text.push_str(&format!(" Not known between {}.", unknown.join(", and between ")));
    }
    text
}

/// The vendor's code of the LED, in words and shapes.
pub(super) fn legend() -> Vec<LegendRow> {
    [
        (LedState::SolidGreen, "green, steady", "Everything is in order. Nothing to do."),
        (
            LedState::BlinkingRed,
            "red, on and off",
            "Open TCP 443 and 4321 outbound for it, best to any host.",
        ),
        (
            LedState::SolidRed,
            "red, steady",
            "See to the cable, the switch port and the DHCP server. Not a firewall issue.",
        ),
        (LedState::Dark, "no light", "Check the power supply and its socket."),
    ]
    .into_iter()
    .map(|(state, looks, then)| LegendRow {
        state,
        looks: looks.to_owned(),
        means: state.meaning().to_owned(),
        then: then.to_owned(),
    })
    .collect()
}

/// The legend as one line, for places that have no room for pictures.
pub(super) fn legend_line() -> String {
    let parts: Vec<String> =
        [LedState::SolidRed, LedState::BlinkingRed, LedState::SolidGreen, LedState::Dark]
            .into_iter()
            .map(|s| format!("{} {} = {}", words::led_mark(s), s.label(), s.meaning()))
            .collect();
    format!("LED: {}.", parts.join("; "))
}

/// The states of a set with their marks: `◆ blinking red`.
pub(super) fn led_cell(set: LedSet) -> String {
    if set.is_empty() || set == LedSet::ALL {
        return "? not known".to_owned();
    }
    let parts: Vec<String> = set.iter().map(|s| format!("{} {}", words::led_mark(s), s.label())).collect();
    parts.join(" or ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use LinkHealth::{Broken, Unknown, Whole};

    #[test]
    fn the_caption_names_the_broken_link_and_what_is_not_known() {
        let nodes = ["Gateway", "Switch", "Router / firewall", "Internet", "Cloud"].map(str::to_owned);
        for (links, words) in [
            ([Whole; 4], "Every part of the way works."),
            ([Unknown; 4], "Nothing is known of the way yet."),
            ([Whole, Whole, Broken, Whole], "Broken between router / firewall and internet."),
            (
                [Whole, Whole, Broken, Unknown],
                "Broken between router / firewall and internet. Not known between internet and cloud.",
            ),
            (
                [Whole, Unknown, Whole, Whole],
                "No broken part was found. Not known between switch and router / firewall.",
            ),
        ] {
            assert_eq!(path_caption(&nodes, &links), words);
        }
    }
}
