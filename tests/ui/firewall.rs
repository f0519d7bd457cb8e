//! The firewall page: what is missing, platform, scope, parts, copying.

use super::support::sample;
use super::{assert_not_shown, assert_shown, copied, go, open, press};
use egui::Event;
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use solidgreen::model::Snapshot;
use solidgreen::model::rule::{RuleChoice, Scope};
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
    let platform = || Some("nftables".to_owned());
    assert_eq!(
        desk.asked(),
        [
            Command::SetFirewall(RuleChoice { platform: platform(), ..RuleChoice::default() }),
            Command::SetFirewall(RuleChoice {
                platform: platform(),
                scope: Scope::NamedHosts,
                ..RuleChoice::default()
            }),
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

#[test]
fn the_preview_changes_in_the_frame_of_the_choice() {
    let (mut h, _) = at_firewall(sample::blocked());
    h.get_by_label("Only the cloud's hosts").click();
    // the pointer goes down in one frame and up in the next: that one shows the new text
    h.step();
    h.step();
    assert_shown(&h, "scope named-hosts");
}

/// Opens the list of platforms and types into its field.
fn search(h: &mut Harness<'_, App>, text: &str) {
    h.get_by_role_and_label(egui::Role::ComboBox, "Platform").click();
    h.run();
    h.event(Event::Text(text.to_owned()));
    h.run();
}

#[test]
fn a_platform_is_found_by_typing() {
    let (mut h, desk) = at_firewall(sample::blocked());
    search(&mut h, "nftab");
    h.key_press(egui::Key::Enter);
    h.run();
    assert_shown(&h, "accept 192.168.40.71");
    let asked = desk.asked();
    let [Command::SetFirewall(choice)] = asked.as_slice() else { panic!("{asked:?}") };
    assert_eq!(choice.platform.as_deref(), Some("nftables"));
}

#[test]
fn what_no_platform_is_called_says_what_to_do() {
    let (mut h, _) = at_firewall(sample::blocked());
    search(&mut h, "zzz");
    assert_shown(&h, "says the rule in plain words");
}

#[test]
fn the_capability_line_and_the_version_are_there() {
    let (mut h, desk) = at_firewall(sample::blocked());
    assert_shown(&h, "goes last, move it");
    assert_shown(&h, "idle timeout 3600 s, short");
    h.get_by_role_and_label(egui::Role::ComboBox, "Version").click();
    h.run();
    h.get_by_label("FortiOS 6.2 and 6.4").click();
    h.run();
    let asked = desk.asked();
    let [Command::SetFirewall(choice)] = asked.as_slice() else { panic!("{asked:?}") };
    assert_eq!(choice.version, "6.2");
}

#[test]
fn the_sites_own_words_reach_the_text_when_they_are_fit_for_it() {
    let (mut h, desk) = at_firewall(sample::blocked());
    h.get_by_label("Words of this site: 4 to check").click();
    h.run();
    h.get_by_role_and_label(egui::Role::TextInput, "wan").focus();
    h.run();
    h.event(Event::Text("port1".into()));
    h.run();
    let said = |desk: &super::support::port::Desk| match desk.asked().last() {
        Some(Command::SetFirewall(choice)) => choice.words.get("wan").cloned(),
        _ => None,
    };
    assert_eq!(said(&desk).as_deref(), Some("port1"));
    assert_shown(&h, "1 of 4 filled in");
    h.event(Event::Text("\"; x".into()));
    h.run();
    assert_shown(&h, "One word of letters, digits");
    assert!(desk.asked().is_empty(), "what is not fit stays out");
    // another platform has other words
    h.get_by_role_and_label(egui::Role::ComboBox, "Platform").scroll_to_me();
    h.run();
    search(&mut h, "nftables");
    h.key_press(egui::Key::Enter);
    h.run();
    let asked = desk.asked();
    assert!(matches!(asked.last(), Some(Command::SetFirewall(c)) if c.words.is_empty()), "{asked:?}");
}

#[test]
fn several_gateways_can_be_one_rule() {
    let mut s = sample::blocked();
    let (mut h, _) = at_firewall(s.clone());
    assert_not_shown(&h, "in one group and one rule");
    s.gateways[1].ip = Some([192, 168, 40, 72].into());
    let (mut two, desk) = at_firewall(s);
    two.get_by_label("All 2 with an address, in one group and one rule").click();
    two.run();
    assert_shown(&two, "2 gateways");
    let asked = desk.asked();
    assert!(matches!(asked.as_slice(), [Command::SetFirewall(c)] if c.all_gateways), "{asked:?}");
    h.run();
}

#[test]
fn the_change_request_is_a_tab_that_can_be_copied() {
    let (mut h, _) = at_firewall(sample::blocked());
    press(&mut h, "Change request");
    assert_shown(&h, "# Change request: outbound rule for");
    h.get_by_label("Copy").click();
    h.step();
    let text = copied(&h).unwrap();
    assert!(text.starts_with("# Change request") && text.contains("| Approved by |"), "{text}");
}

/// Puts a text into the field with this hint.
fn paste(h: &mut Harness<'_, App>, hint: &str, text: &str) {
    h.get_by(|n| {
        n.role() == egui::Role::MultilineTextInput && n.placeholder().is_some_and(|p| p.contains(hint))
    })
    .focus();
    h.run();
    h.event(Event::Paste(text.to_owned()));
    h.run();
}

#[test]
fn a_pasted_table_of_leases_gives_the_address_and_it_can_be_taken_over() {
    let (mut h, desk) = at_firewall(sample::blocked());
    press(&mut h, "Find the lease");
    paste(
        &mut h,
        "table of leases",
        "192.168.40.9 0a:00:00:00:00:09 pc\n192.168.40.99 34:a5:e1:00:0b:07 box\n",
    );
    assert_shown(&h, "34:a5:e1:00:0b:07 has 192.168.40.99.");
    assert_shown(&h, "Line 2");
    h.get_by_label("Take 192.168.40.99 over").scroll_to_me();
    h.run();
    press(&mut h, "Take 192.168.40.99 over");
    assert_eq!(desk.asked(), [Command::TypeIp([192, 168, 40, 99].into())]);
    h.get_by_label("Clear").scroll_to_me();
    h.run();
    press(&mut h, "Clear");
    assert_not_shown(&h, "has 192.168.40.99.");
    paste(&mut h, "table of leases", "192.168.40.9 0a:00:00:00:00:09 pc\n");
    assert_shown(&h, "is not in this text: 1 line, 1 device.");
}

#[test]
fn a_box_whose_address_is_not_known_is_found_in_a_pasted_table() {
    let mut s = sample::blocked();
    s.gateways[0].ip = None;
    let (mut h, desk) = at_firewall(s);
    assert_shown(&h, "IP address is not known yet; a rule needs it");
    paste(&mut h, "table of leases", "192.168.40.71 34:a5:e1:00:0b:07 box\n");
    h.get_by_label("Take 192.168.40.71 over").scroll_to_me();
    h.run();
    press(&mut h, "Take 192.168.40.71 over");
    assert_eq!(desk.asked(), [Command::TypeIp([192, 168, 40, 71].into())]);
}

#[test]
fn a_pasted_log_is_told_in_plain_words() {
    let (mut h, _) = at_firewall(sample::blocked());
    press(&mut h, "See what is denied");
    let line = "srcip=192.168.40.71 srcport=50000 dstip=198.51.100.7 dstport=4321 policyid=0 action=\"deny\" proto=6\n";
    paste(&mut h, "lines of the log", &line.repeat(3));
    assert_shown(&h, "3 lines, 3 of the gateway.");
    assert_shown(
        &h,
        "3 times: Denied: TCP port 4321 to 198.51.100.7, by rule 0, the deny at the end of the list. (line 1)",
    );
}
