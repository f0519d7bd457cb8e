//! The console page: ports, opening, lines, the filter.

use super::support::port::Desk;
use super::support::sample;
use super::{assert_not_shown, assert_shown, go, open, press};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use solidgreen::model::Snapshot;
use solidgreen::session::Command;
use solidgreen::ui::App;

fn at_console(snapshot: Snapshot) -> (Harness<'static, App>, Desk) {
    let (mut h, desk) = open(snapshot);
    go(&mut h, "Console");
    (h, desk)
}

#[test]
fn the_port_with_a_known_usb_id_is_proposed_and_opened() {
    let (mut h, desk) = at_console(sample::empty());
    press(&mut h, "Open");
    assert_eq!(desk.asked(), [Command::OpenConsole { port: "/dev/ttyUSB0".into(), baud: None }]);
}

#[test]
fn another_port_and_speed_can_be_chosen() {
    let (mut h, desk) = at_console(sample::empty());
    h.get_by_role_and_label(egui::Role::ComboBox, "Port").click();
    h.run();
    h.get_by_label("/dev/ttyS0").click();
    h.run();
    h.get_by_role_and_label(egui::Role::ComboBox, "Speed").click();
    h.run();
    h.get_by_label("9600 baud").click();
    h.run();
    press(&mut h, "Open");
    assert_eq!(desk.asked(), [Command::OpenConsole { port: "/dev/ttyS0".into(), baud: Some(9600) }]);
}

#[test]
fn without_a_port_it_says_so_and_can_look_again() {
    let mut s = sample::empty();
    s.console.ports.clear();
    let (mut h, desk) = at_console(s);
    press(&mut h, "Open");
    assert_eq!(desk.asked(), [], "there is nothing to open");
    press(&mut h, "Refresh ports");
    assert_eq!(desk.asked(), [Command::RefreshPorts]);
}

#[test]
fn recognised_lines_are_marked_and_said_to_be_assumed() {
    let (mut h, desk) = at_console(sample::with_console());
    assert_shown(&h, "/dev/ttyUSB0: open");
    assert_shown(&h, "[ 512] eth: 100M full");
    assert_shown(&h, "LED blinking red, address 192.168.40.71 (assumed: rtos-log)");
    assert_shown(&h, "5 of 5 lines");
    press(&mut h, "Close");
    assert_eq!(desk.asked(), [Command::CloseConsole]);
}

#[test]
fn lines_can_be_filtered() {
    let (mut h, _) = at_console(sample::with_console());
    h.get_by_label("Only recognised").click();
    h.run();
    assert_shown(&h, "4 of 5 lines");
    assert_not_shown(&h, "[ 512] eth");
    let field = h.get_by_role_and_label(egui::Role::TextInput, "Lines with");
    field.focus();
    field.type_text("CLOUD");
    h.run();
    assert_shown(&h, "1 of 5 lines");
    let field = h.get_by_role_and_label(egui::Role::TextInput, "Lines with");
    field.focus();
    field.type_text("zzz");
    h.run();
    assert_shown(&h, "No line has what you look for.");
}

#[test]
fn an_unplugged_port_is_said_and_its_lines_stay() {
    let mut s = sample::with_console();
    s.console.open = false;
    s.console.status = "unplugged, waiting for it to come back".into();
    let (h, _) = at_console(s);
    assert_shown(&h, "/dev/ttyUSB0: unplugged, waiting for it to come back");
    assert_shown(&h, "[ 512] eth: 100M full");
}
