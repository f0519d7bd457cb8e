//! Pages of `port.*`: the switch port between the gateway and its network.

use super::{Page, hides};
use crate::model::{Level, Owner};

pub(super) static SHUT: Page = Page {
    title: "The switch has shut the port that the gateway is plugged into.",
    meaning: "A protection of the switch keeps this device out: port security, 802.1X without an admitted MAC, or loop \
              guard. Whatever the gateway sends ends at its own socket.",
    told_apart: "The switch itself says so in its log, or the gateway was heard here and fell silent while its LED is \
                 still lit. With gateway.hung it is silent with an open port; with gateway.silent nobody knows more than \
                 that; with dhcp.gateway-refused its questions arrive and are not answered.",
    owner: Owner::It,
    level: Level::Fault,
    next_step: "Admit the gateway's MAC address on its switch port (port security, MAC authentication bypass) and bring \
                the port up again.",
    proof: "The switch shows the port as up and authorised, and the gateway is heard on this network.",
    not_tested: "The port itself: a switch tells its state to those who manage it only.",
    hides: hides::PORT_SHUT,
};

pub(super) static LATE: Page = Page {
    title: "The switch opens the gateway's port only some time after the gateway has started.",
    meaning: "Spanning tree or a sign-in that times out keeps a new port closed for up to 90 seconds. \
              The gateway's first questions are lost meanwhile, and it may wait long before it asks again.",
    told_apart: "Its first message that was heard here says that it had been asking for some time, and this computer had \
                 listened all that time. With port.shut nothing is ever heard; with dhcp.no-server its first message \
                 comes at once and stays without an answer.",
    owner: Owner::It,
    level: Level::Warning,
    next_step: "Make the gateway's switch port an edge port (portfast) so that it opens at once.",
    proof: "After a restart the gateway's first message comes within a few seconds.",
    not_tested: "Which of the switch's protections keeps the port closed.",
    hides: hides::NOTHING,
};

pub(super) static ARP_INSPECTION: Page = Page {
    title: "The switch does not let the gateway use its own address.",
    meaning: "The gateway has an address, but nobody here can reach it at that address, and it reaches nobody. \
              ARP inspection drops a device's ARP where the switch does not know its lease.",
    told_apart: "It says itself which address it has, its LED shows no way to the cloud, and it alone does not answer ARP \
                 there; or the switch's log says so. With gateway.isolated it is green; with cloud.gateway-only-blocked \
                 it answers here; with ip.conflict another device answers at that address.",
    owner: Owner::It,
    level: Level::Fault,
    next_step: "Trust the gateway's switch port for ARP inspection, or add its MAC and IP address to the binding table \
                (DHCP snooping).",
    proof: "The gateway answers at its address in a new check, and its LED turns solid green.",
    not_tested: "The switch's binding table and its log.",
    hides: hides::ARP_INSPECTION,
};
