//! The first page in each state of the lamp, of a check and of an error.

use super::support::sample::{self, BOX};
use super::{assert_not_shown, assert_shown, copied, open, open_as, press};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use solidgreen::model::check::CheckId;
use solidgreen::model::snapshot::Limit;
use solidgreen::model::{LedSet, LedState, Snapshot};
use solidgreen::session::Command;
use solidgreen::ui::App;

/// A window in which the whole page is in sight.
fn tall(snapshot: Snapshot) -> Harness<'static, App> {
    open_as(snapshot, [1100.0, 1900.0], egui::Theme::Light, 1.0).0
}

#[test]
fn each_lamp_has_its_words_and_the_legend_is_always_there() {
    for led in LedState::ALL {
        let (mut h, _) = open(sample::with_led(LedSet::only(led)));
        h.run();
        let spoken = format!("LED: {}, {}", led.label(), led.meaning());
        let lamps = h.query_all_by_role_and_label(egui::Role::Image, &spoken).count();
        assert!(lamps >= 2, "the large lamp and the one of the list: {spoken}");
        assert_not_shown(&h, "Look at the box: which?");
        for state in LedState::ALL {
            assert_shown(&h, &format!("\n{}", state.meaning()));
        }
    }
}

#[test]
fn two_states_ask_which_with_one_button_each() {
    let (mut h, desk) = open(sample::with_led(LedSet::of(&[LedState::BlinkingRed, LedState::SolidGreen])));
    h.run();
    assert_shown(&h, "LED: blinking red or solid green");
    assert_shown(&h, "Look at the box: which?");
    assert!(h.query_by_role_and_label(egui::Role::Button, "Solid red").is_none());
    press(&mut h, "Blinking red");
    press(&mut h, "Solid green");
    assert_eq!(
        desk.asked(),
        [
            Command::Saw { mac: Some(BOX), led: LedState::BlinkingRed },
            Command::Saw { mac: Some(BOX), led: LedState::SolidGreen },
        ]
    );
}

#[test]
fn an_unknown_lamp_says_not_known_and_the_installer_may_tell() {
    let (mut h, desk) = open(sample::with_led(LedSet::ALL));
    h.run();
    assert_shown(&h, "LED: not known");
    assert_not_shown(&h, "Look at the box: which?");
    press(&mut h, "I can see the box");
    press(&mut h, "Dark");
    assert_eq!(desk.asked(), [Command::Saw { mac: Some(BOX), led: LedState::Dark }]);
    assert_not_shown(&h, "Look at the box: which?");
}

#[test]
fn a_known_lamp_can_be_contradicted() {
    let (mut h, desk) = open(sample::with_led(LedSet::only(LedState::SolidGreen)));
    press(&mut h, "The box shows something else");
    press(&mut h, "Solid red");
    assert_eq!(desk.asked(), [Command::Saw { mac: Some(BOX), led: LedState::SolidRed }]);
}

#[test]
fn one_sentence_one_owner_one_next_step() {
    let (mut h, _) = open(sample::blocked());
    h.run();
    assert_shown(&h, "A firewall drops the way to the cloud, on both ports.");
    assert_shown(&h, "Whose turn");
    assert_shown(&h, "The IT department");
    assert_shown(&h, "Next step");
    assert_shown(&h, "reported by the box\nless than a minute ago");
    assert_shown(&h, "Fault");
    press(&mut h, "Text for the firewall");
    assert_shown(&h, "config firewall policy");
}

#[test]
fn why_opens_the_evidence_with_basis_source_and_age() {
    let (mut h, _) = open(sample::blocked());
    h.run();
    assert_not_shown(&h, "How it is known");
    press(&mut h, "Why?");
    assert_shown(&h, "thrown away in silence");
    assert_shown(&h, "Measured by this computer, from ports, less than a minute ago");
    assert_shown(&h, "Reported by the box, from console, less than a minute ago");
    assert_shown(&h, "cloud.port-443-blocked");
    press(&mut h, "Hide the reasons");
    assert_not_shown(&h, "How it is known");
}

#[test]
fn an_explanation_is_copied_with_its_evidence() {
    let (mut h, _) = open_as(sample::blocked(), [1100.0, 1900.0], egui::Theme::Light, 1.0);
    press(&mut h, "Why?");
    h.get_by_role_and_label(egui::Role::Button, "Copy this explanation").click();
    h.step();
    let first = copied(&h);
    h.step();
    let text = first.or_else(|| copied(&h)).expect("something is on the clipboard");
    for part in [
        "drops the way",
        "measured by this computer, from ports, less than a minute ago",
        "Whose turn: the IT department",
        "Code: cloud.both-ports-dropped",
    ] {
        assert!(text.contains(part), "{part} is not in {text}");
    }
}

#[test]
fn the_path_is_one_sentence_for_a_screen_reader() {
    let (mut h, _) = open(sample::blocked());
    h.run();
    h.get_by_role_and_label(
        egui::Role::Image,
        "The way to the cloud. Gateway to switch: works, switch to router or firewall: works, router or firewall to internet: broken, internet to cloud: not known.",
    );
}

#[test]
fn each_step_opens_to_its_checks_with_word_and_detail() {
    let mut h = tall(sample::blocked());
    h.run();
    assert_shown(&h, "Step 1  Ethernet: passed, 2 of 2 checks passed");
    assert_shown(&h, "Step 2  DHCP: not decided, 2 of 3 checks passed");
    assert_shown(&h, "Step 3  Cloud communication: failed, 4 of 6 checks passed");
    assert_not_shown(&h, "ports: 54.229.203.190:443");
    h.get_by_label_contains("Step 3").click();
    h.run();
    assert_shown(&h, "ports: 54.229.203.190:443");
    assert_shown(&h, "Silence. Three SYNs, no answer of any kind.");
    assert_shown(&h, "One answer is enough");
    h.get_by_label_contains("Step 2").click();
    h.run();
    assert_shown(&h, "Inconclusive");
}

#[test]
fn as_long_as_nothing_is_concluded_it_is_nobodys_turn_and_not_said() {
    let (mut h, _) = open(sample::running());
    h.run();
    assert_shown(&h, "Still looking.");
    assert_not_shown(&h, "Whose turn");
}

#[test]
fn a_running_step_says_so() {
    let mut h = tall(sample::running());
    h.run();
    assert_shown(&h, "Step 3  Cloud communication: checking");
    h.get_by_label_contains("Step 3").click();
    h.run();
    assert_shown(&h, CheckId::Names.learns());
}

#[test]
fn further_findings_open_to_their_page() {
    let mut h = tall(sample::blocked());
    h.run();
    h.get_by_label("This computer is on Wi-Fi beside the cable.: warning, turn of the installer").click();
    h.run();
    assert_shown(&h, "Switch Wi-Fi off and check again.");
    assert_shown(&h, "Code: host.wifi-beside-wire");
}

#[test]
fn what_could_not_be_looked_at_is_a_calm_line_on_every_start() {
    for mut s in [sample::empty(), sample::blocked()] {
        s.limits = vec![Limit {
            what: "DHCP broadcasts could not be heard".into(),
            why: "Port 67 needs more rights.".into(),
            advice: "Not needed when the box has an address.".into(),
        }];
        s.host.could_not_read = vec!["the proxy settings: no such file".into()];
        let (mut h, _) = open(s);
        h.run();
        for part in ["DHCP broadcasts", "Port 67", "Not needed", "the proxy settings"] {
            assert_shown(&h, part);
        }
    }
}

#[test]
fn what_was_not_tested_is_said() {
    let (mut h, _) = open(sample::blocked());
    h.run();
    assert_shown(&h, "Whether the connection lasts");
}

#[test]
fn remarks_are_shown_and_the_evidence_of_the_lamp_is_behind_why() {
    let mut s = sample::blocked();
    s.gateways[0].remarks = vec!["The box restarted 20 s ago.".into()];
    let (mut h, _) = open(s);
    h.run();
    assert_shown(&h, "The box restarted 20 s ago.");
    press(&mut h, "Why?");
    assert_shown(&h, "How the lamp is known");
    assert_shown(&h, "connect failed");
    assert_shown(&h, "neighbour table, DHCP, console");
}

#[test]
fn text_of_ten_thousand_characters_does_not_break_the_page() {
    let mut s = sample::blocked();
    s.verdict.title = "word ".repeat(2_000);
    s.gateways[0].name = Some("n".repeat(10_000));
    s.findings[0].title = "t".repeat(10_000);
    s.host.could_not_read = vec!["z".repeat(10_000)];
    let (mut h, _) = open(s);
    h.run();
    let width = h.get_by_label_contains("The way to the cloud. ").rect().right();
    assert!(width <= 1100.0, "the page grew to {width}");
}

#[test]
fn what_it_pasted_is_shown_as_reported_by_that_machine() {
    let (h, _) = open(sample::with_pasted());
    assert_shown(&h, "Reported by the firewall, the switch or the DHCP server");
    assert_shown(&h, "by SG block (line 3");
    assert_shown(&h, "; but it was written 30 hours ago");
}
