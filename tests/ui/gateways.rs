//! The left panel: the list, the typed label, the plug-in finder, the interface.

use super::support::sample::{self, BOX, OTHER};
use super::{assert_not_shown, assert_shown, open, press};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use solidgreen::session::Command;
use solidgreen::ui::App;
use std::net::Ipv4Addr;

fn type_in(h: &mut Harness<'_, App>, text: &str) {
    let field = h.get_by_role_and_label(egui::Role::TextInput, "MAC or IP from the label");
    field.focus();
    field.type_text(text);
    h.run();
    press(h, "Add");
}

#[test]
fn each_gateway_is_a_row_that_reads_alone() {
    let (mut h, desk) = open(sample::blocked());
    h.run();
    assert_shown(&h, "2 gateways");
    assert_shown(&h, "Gateway Medicine room, 34:a5:e1:00:0b:07, 192.168.40.71, LED blinking red");
    h.get_by_label("Gateway 34:a5:e1:00:0c:2e, 34:a5:e1:00:0c:2e, no address seen, LED solid red").click();
    h.run();
    assert_eq!(desk.asked(), [Command::Choose(OTHER)]);
    h.get_by_label_contains("Gateway Medicine room").click();
    h.run();
    assert_eq!(desk.asked(), [], "the chosen one is not chosen again");
}

#[test]
fn no_gateway_is_not_said_to_be_absent() {
    let mut s = sample::blocked();
    s.gateways.clear();
    s.chosen = None;
    let (mut h, _) = open(s);
    h.run();
    assert_shown(&h, "None seen yet");
    assert_shown(&h, "LED: not known");
}

#[test]
fn five_hundred_gateways_with_long_names_are_a_list() {
    let mut s = sample::blocked();
    let mut g = s.gateways[0].clone();
    g.name = Some("x".repeat(200));
    for n in 0..500u16 {
        g.mac.0[3] = 0x10;
        g.mac.0[4..].copy_from_slice(&n.to_be_bytes());
        s.gateways.push(g.clone());
    }
    let (mut h, _) = open(s);
    h.run();
    assert_shown(&h, "502 gateways");
    let rows = h.query_all_by_label_contains("Gateway xxx").count();
    assert!((1..30).contains(&rows), "only rows in sight are laid out: {rows}");
}

#[test]
fn a_typed_mac_in_any_notation_and_an_ip_are_taken() {
    for (text, want) in [
        ("34-A5-E1-00-0B-07", Command::TypeMac(BOX.into())),
        ("34a5.e100.0b07", Command::TypeMac(BOX.into())),
        ("192.168.40.71", Command::TypeIp(Ipv4Addr::new(192, 168, 40, 71))),
    ] {
        let (mut h, desk) = open(sample::blocked());
        type_in(&mut h, text);
        assert_eq!(desk.asked(), [want], "{text}");
    }
}

#[test]
fn a_repaired_slip_is_offered_not_assumed() {
    let (mut h, desk) = open(sample::empty());
    type_in(&mut h, "34:A5:E1:OO:0B:07");
    assert_eq!(desk.asked(), []);
    assert_shown(&h, "O read as 0");
    press(&mut h, "Use 34:a5:e1:00:0b:07");
    assert_eq!(desk.asked(), [Command::TypeMac(BOX.into())]);
    assert_not_shown(&h, "O read as 0");
}

#[test]
fn a_mac_close_to_a_seen_one_is_asked_about() {
    let (mut h, desk) = open(sample::blocked());
    type_in(&mut h, "34:a5:e1:00:08:07");
    assert_eq!(desk.asked(), []);
    assert_shown(&h, "Did you mean");
    press(&mut h, "Use 34:a5:e1:00:0b:07");
    assert_eq!(desk.asked(), [Command::TypeMac(BOX.into())]);
}

#[test]
fn what_is_no_address_says_why() {
    let (mut h, desk) = open(sample::empty());
    type_in(&mut h, "34:a5:e1");
    assert_eq!(desk.asked(), []);
    assert_shown(&h, "12 hexadecimal digits");
}

#[test]
fn the_plug_in_finder_begins_and_ends() {
    let (mut h, desk) = open(sample::empty());
    press(&mut h, "Plug it in now");
    let mut s = sample::empty();
    s.plug_in_finder = true;
    s.plug_in_ready = true;
    desk.show(s);
    h.run();
    assert_shown(&h, "Waiting: plug the box in now");
    press(&mut h, "Stop waiting");
    assert_eq!(desk.asked(), [Command::PlugInFinder(true), Command::PlugInFinder(false)]);
}

#[test]
fn another_interface_can_be_chosen() {
    let (mut h, desk) = open(sample::empty());
    h.get_by_role_and_label(egui::Role::ComboBox, "Measured from").click();
    h.run();
    h.get_by_label("wlan0, wireless, 10.0.8.4/24").click();
    h.run();
    h.get_by_role_and_label(egui::Role::ComboBox, "Measured from").click();
    h.run();
    h.get_by_label("Choose by itself").click();
    h.run();
    assert_eq!(
        desk.asked(),
        [Command::ChooseInterface(Some("wlan0".into())), Command::ChooseInterface(None)]
    );
}

#[test]
fn no_interface_at_all_is_said() {
    let mut s = sample::empty();
    s.host.interfaces.clear();
    s.host.chosen = None;
    let (mut h, _) = open(s);
    h.run();
    assert_shown(&h, "Measured from");
    h.get_by_role_and_label(egui::Role::ComboBox, "Measured from");
}
