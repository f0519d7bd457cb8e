//! The firewall page: what is missing, platform, scope, parts, copying.

use super::support::sample;
use super::{assert_not_shown, assert_shown, copied, go, open, press};
use egui::Event;
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use solidgreen::model::Snapshot;
use solidgreen::model::rule::Scope;
use solidgreen::session::Command;
use solidgreen::ui::App;

fn at_firewall(snapshot: Snapshot) -> (Harness<'static, App>, super::support::port::Desk) {
    let (mut h, desk) = open(snapshot);
    go(&mut h, "Firewall");
    (h, desk)
}

#[test]
fn without_a_gateway_or_its_address_it_says_what_is_missing() {
    let (h, _) = at_firewall(sample::empty());
    assert_shown(&h, "MAC and IP address are not known yet");
    assert_not_shown(&h, "config firewall");
    let mut s = sample::blocked();
    s.gateways[0].ip = None;
    let (h, _) = at_firewall(s);
    assert_shown(&h, "IP address is not known yet; a rule needs it");
    assert_not_shown(&h, "config firewall");
}

#[test]
fn the_proposed_platform_is_shown_with_its_reason_and_evidence() {
    let (h, _) = at_firewall(sample::blocked());
    assert_shown(&h, "Proposed: the router's MAC belongs to Fortinet");
    assert_shown(&h, "from the vendor's documentation");
    assert_shown(&h, "set subnet 192.168.40.71 255.255.255.255");
    assert_shown(&h, "Move the policy above the one that denies.");
}

#[test]
fn another_platform_and_another_scope_are_told_to_the_session() {
    let (mut h, desk) = at_firewall(sample::blocked());
    h.get_by_role_and_label(egui::Role::ComboBox, "Platform").click();
    h.run();
    h.get_by_label("nftables (Linux)").click();
    h.run();
    assert_shown(&h, "accept 192.168.40.71");
    h.get_by_label("Only the cloud's hosts").click();
    h.run();
    assert_shown(&h, "January 2018");
    let platform = || "nftables".to_owned();
    assert_eq!(
        desk.asked(),
        [
            Command::SetFirewall { platform: platform(), scope: Scope::AnyHost },
            Command::SetFirewall { platform: platform(), scope: Scope::NamedHosts },
        ]
    );
}

#[test]
fn the_scope_reaches_the_text() {
    let (mut h, _) = at_firewall(sample::blocked());
    assert_shown(&h, "scope any-host");
    h.get_by_label("Only the cloud's hosts").click();
    h.run();
    assert_shown(&h, "scope named-hosts");
}

#[test]
fn each_part_has_a_tab() {
    let (mut h, _) = at_firewall(sample::blocked());
    for (tab, text) in [
        ("Take it back", "delete solidgreen-out"),
        ("Verify", "diagnose sys session"),
        ("Find the lease", "dhcp lease-list"),
        ("See what is denied", "log filter"),
        ("Reserve the address", "dhcp server"),
        ("Exempt from inspection", "ssl-ssh-profile"),
        ("Idle timeout", "7440"),
    ] {
        press(&mut h, tab);
        assert_shown(&h, text);
    }
}

#[test]
fn copy_takes_the_part_and_says_so() {
    let (mut h, _) = at_firewall(sample::blocked());
    h.get_by_role_and_label(egui::Role::Button, "Copy").click();
    h.step();
    let first = copied(&h);
    h.step();
    let text = first.or_else(|| copied(&h)).expect("something is on the clipboard");
    assert!(text.starts_with("config firewall address") && text.contains("192.168.40.71"));
    h.run();
    assert_shown(&h, "Copied");
}

#[test]
fn copy_all_takes_every_part_under_its_title() {
    let (mut h, _) = at_firewall(sample::blocked());
    h.get_by_role_and_label(egui::Role::Button, "Copy all parts").click();
    h.step();
    let first = copied(&h);
    h.step();
    let text = first.or_else(|| copied(&h)).expect("something is on the clipboard");
    for part in ["== Allow rule ==", "== Idle timeout ==", "set default 7440", "delete solidgreen-out"] {
        assert!(text.contains(part), "{part}");
    }
}

#[test]
fn ctrl_c_copies_the_snippet() {
    let (mut h, _) = at_firewall(sample::blocked());
    press(&mut h, "Take it back");
    h.event(Event::Copy);
    h.step();
    assert!(copied(&h).expect("something is on the clipboard").contains("delete solidgreen-out"));
}
