//! Pages of `ok.*`: nothing to do.

use super::{Page, hides};
use crate::model::{Level, Owner};

pub(super) static GREEN: Page = Page {
    title: "The gateway is solid green: it is connected to the cloud.",
    meaning: "It has an address and an open connection to the cloud. The work at this site is done.",
    told_apart: "The LED is known: the box reported it, it was measured in bench mode, or someone saw it; the evidence \
                 says which and how old that is. With ok.way-is-clear the way is open but the LED is not known.",
    owner: Owner::Nobody,
    level: Level::Ok,
    next_step: "Lean back and keep the report of this visit.",
    proof: "The LED stays solid green, and new measurements appear in the portal.",
    not_tested: "Whether the sensors report and the account is the right one, and whether the connection lasts.",
    hides: hides::GREEN,
};

pub(super) static WAY_IS_CLEAR: Page = Page {
    title: "The way to the cloud is clear for this computer; the gateway's LED is not known.",
    meaning: "Names resolve here and the cloud's ports open, so nothing stands in this computer's way. \
              Whether the gateway gets through as well is not known: it has another address and may have other rules.",
    told_apart: "Every step passed, and nothing answered that cannot exist, as it would with cloud.proxy-answers. \
                 With ok.green the LED is known; with cloud.gateway-only-blocked it is known to be blinking red.",
    owner: Owner::Nobody,
    level: Level::Ok,
    next_step: "Look at the gateway's LED and press the matching lamp button.",
    proof: "The LED is solid green.",
    not_tested: "The gateway itself, rules that hold for its MAC or IP address only, and whether a connection lasts.",
    hides: hides::NOTHING,
};
