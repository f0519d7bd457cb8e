//! Pages of `gateway.*`: the box or its socket.

use super::{Page, hides};
use crate::model::{Level, Owner};

pub(super) static NO_POWER: Page = Page {
    title: "The gateway's LED is dark: it seems to have no power.",
    meaning: "A gateway with power shows red or green. A dark LED means no power, or a box that does not start.",
    told_apart: "Someone looked at the LED, or the box said so itself. With gateway.silent nobody looked, \
                 and a silent box is not a dark box; with gateway.hung the LED is lit.",
    owner: Owner::Installer,
    level: Level::Fault,
    next_step: "Plug the power adapter into a socket that is always on, tried with another device.",
    proof: "The LED lights up; soon after, the gateway is seen on the network.",
    not_tested: "The adapter and the gateway's electronics.",
    hides: hides::NO_POWER,
};

pub(super) static SILENT: Page = Page {
    title: "The gateway was not heard on this network.",
    meaning: "No message with the gateway's MAC address arrived in the rounds that were run. \
              That does not show that it is off: it may be on another network or hidden from this computer.",
    told_apart: "It was looked for several times and by several ways. With gateway.no-power someone saw a dark LED; \
                 with gateway.wrong-mac a very similar address was seen; with gateway.isolated it is known to be green; \
                 with gateway.hung it was heard here before.",
    owner: Owner::Installer,
    level: Level::Warning,
    next_step: "Look at the gateway's LED and press the matching lamp button.",
    proof: "The gateway appears in the list, or its LED narrows the cause.",
    not_tested: "The gateway's power, its cable, and networks that this computer is not part of.",
    hides: hides::NOTHING,
};

pub(super) static HUNG: Page = Page {
    title: "The gateway has power but has stopped sending.",
    meaning: "Its LED is lit and it was here before, yet not one message from it was heard for five minutes. \
              A working gateway looks for an address or talks to its router in that time (assumed: the vendor gives \
              no times).",
    told_apart: "It was heard on this network before, and someone sees its LED red now. With gateway.silent it was never \
                 heard here; with gateway.isolated the LED is green; a port that has begun to keep its messages back \
                 (NAC) looks the same until the box is tried at another socket.",
    owner: Owner::Installer,
    level: Level::Fault,
    next_step: "Take the gateway's power away for 30 seconds and plug it in again.",
    proof: "Its messages are heard again within two minutes, and the LED changes.",
    not_tested: "Whether the switch port lets the gateway's messages through.",
    hides: hides::HUNG,
};

pub(super) static RESTARTING: Page = Page {
    title: "The gateway restarted while it was being watched.",
    meaning: "It looked for an address again although it was already connected, or its console reported a start. \
              Once is normal after power-on; again and again points to power, cable or switch port.",
    told_apart: "New evidence contradicts older evidence in the way that only a restart explains. \
                 With hold.idle-timeout and hold.state-flushed only the connection ends and the address stays; \
                 with dhcp.nak-loop the server refuses the old address.",
    owner: Owner::Installer,
    level: Level::Warning,
    next_step: "Plug the power adapter into a socket that is always on, without a switch or a timer before it.",
    proof: "No new start is seen in an hour of watching.",
    not_tested: "Voltage, cable quality, and the energy-saving setting (EEE) of the switch port.",
    hides: hides::SILENCE,
};

pub(super) static WRONG_MAC: Page = Page {
    title: "The MAC address that was entered does not match any gateway seen here.",
    meaning: "The address that was typed in was not seen, but a gateway with another address was. \
              A rule or a reservation for the typed address would miss it.",
    told_apart: "A gateway with the vendor's prefix is here, and it is not the typed one. \
                 With gateway.silent no gateway is seen at all.",
    owner: Owner::Installer,
    level: Level::Warning,
    next_step: "Compare the typed MAC address with the label on the bottom of the gateway, character by character.",
    proof: "The corrected address is the one of a gateway in the list.",
    not_tested: "Whether the typed address belongs to a second gateway on another network.",
    hides: hides::SILENCE,
};

pub(super) static ISOLATED: Page = Page {
    title: "The gateway is green, but this network hides it from this computer.",
    meaning: "Many guest and device networks keep their members from seeing one another. \
              The gateway does not need its neighbours, so this is no problem for it.",
    told_apart: "The LED is known to be green, and only the router answers here. With gateway.silent the LED is not \
                 known; with gateway.hung it is not green.",
    owner: Owner::Nobody,
    level: Level::Info,
    next_step: "Leave it as it is: the USB console or a look at the LED shows the state here.",
    proof: "The LED stays solid green.",
    not_tested: "The gateway's address and its lease, which cannot be seen from here.",
    hides: hides::SILENCE,
};

pub(super) static DEFECTIVE: Page = Page {
    title: "The gateway fails even when it is connected straight to this computer.",
    meaning: "In bench mode this computer gives the gateway everything that it needs, and no other network is \
              involved. It still does not turn green.",
    told_apart: "Bench mode leaves the site's network out. With gateway.hung a restart was not tried yet; with \
                 cloud.gateway-only-blocked the gateway turns green in bench mode.",
    owner: Owner::Vendor,
    level: Level::Fault,
    next_step: "Replace the gateway.",
    proof: "The new gateway turns solid green at the same place.",
    not_tested: "What is broken inside it.",
    hides: hides::DEFECTIVE,
};
