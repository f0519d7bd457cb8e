//! Pages of `dns.*`: the names of the cloud.

use super::{Page, hides};
use crate::model::{Level, Owner};

pub(super) static UNREACHABLE: Page = Page {
    title: "The name servers of this network do not answer.",
    meaning: "The gateway has to look up its cloud's name before it can connect. \
              The servers that this network hands out gave no answer, so it keeps blinking red.",
    told_apart: "Each server of the lease was asked separately, and none answered, while other addresses did; or \
                 every answer was cut short over UDP, and a small device may not ask again by TCP. With internet.down nothing outside answers; with dns.first-server-dead one server answers; \
                 with dns.no-forwarding they answer, but not for public names.",
    owner: Owner::It,
    level: Level::Fault,
    next_step: "Permit UDP and TCP 53 from the gateway's VLAN to the name servers of its lease, or name servers there \
                that it can reach.",
    proof: "A new check gets addresses for gk.sensorist.com and gk.sensorist.net from a server of the lease.",
    not_tested: "Whether the servers are off or a rule lies between: silence looks the same.",
    hides: hides::DNS_UNREACHABLE,
};

pub(super) static FIRST_SERVER_DEAD: Page = Page {
    title: "The first name server of the lease does not answer; another one does.",
    meaning: "Devices ask the first server first and wait before they ask the next. \
              The gateway may need long to connect, or not try the second one at all (the vendor does not say).",
    told_apart: "Each server was asked separately. With dns.unreachable none answers; with path.lossy all answer now \
                 and then.",
    owner: Owner::It,
    level: Level::Warning,
    next_step: "Remove the name server that does not answer from DHCP option 6 of the gateway's VLAN, or make it \
                answer.",
    proof: "A new check gets an answer from each server of the lease.",
    not_tested: "How long the gateway itself waits for the first server.",
    hides: hides::NOTHING,
};

pub(super) static NO_FORWARDING: Page = Page {
    title: "The name servers of this network know internal names only.",
    meaning: "They answer, but no public name gets an address from them. \
              So the gateway cannot find its cloud.",
    told_apart: "Well-known public names fail there in the same way as the cloud's. With dns.name-blocked the \
                 well-known names work; with dns.unreachable no answer comes at all.",
    owner: Owner::It,
    level: Level::Fault,
    next_step: "Let the name servers of the gateway's VLAN forward public names, or hand out others there that \
                resolve them.",
    proof: "A new check gets addresses for gk.sensorist.com and gk.sensorist.net from a server of the lease.",
    not_tested: "The name servers' own configuration and their way out.",
    hides: hides::ALL_NAMES_WRONG,
};

pub(super) static NAME_BLOCKED: Page = Page {
    title: "This network's name servers do not give out the cloud's addresses.",
    meaning: "Other public names are answered, but gk.sensorist.com and gk.sensorist.net are not, or with a wrong \
              address. A filter for new, unknown or device names usually does this.",
    told_apart: "Well-known names were asked at the same servers, and the cloud's names, where that was possible, at \
                 a public server. With dns.no-forwarding no public name works; with dns.one-name-blocked one of the \
                 two still does; with dns.redirected every name gets the same answer.",
    owner: Owner::It,
    level: Level::Fault,
    next_step: "Allow the names gk.sensorist.com and gk.sensorist.net in the DNS filter of the gateway's network.",
    proof: "A new check gets the cloud's addresses for both names from each server of the lease.",
    not_tested: "Which product filters, and under which category.",
    hides: hides::NAME_BLOCKED,
};

pub(super) static ONE_NAME_BLOCKED: Page = Page {
    title: "One of the cloud's two names does not resolve here.",
    meaning: "The gateway may use gk.sensorist.com or gk.sensorist.net. \
              The other name still works, so it can connect, but it may take longer to come back after a break.",
    told_apart: "Both names were asked at the same server. With dns.name-blocked both fail.",
    owner: Owner::It,
    level: Level::Warning,
    next_step: "Allow both names, gk.sensorist.com and gk.sensorist.net, in the DNS filter of the gateway's network.",
    proof: "A new check gets addresses for both names from each server of the lease.",
    not_tested: "Which of the two names the gateway asks for, and in what order.",
    hides: hides::NOTHING,
};

pub(super) static REDIRECTED: Page = Page {
    title: "The name servers here answer every name with an address of their own choice.",
    meaning: "Even a name that cannot exist gets an address. \
              Guest networks do this to show a sign-in page, which the gateway cannot use.",
    told_apart: "A made-up name was asked and got an answer. With dns.name-blocked the made-up name is refused as it \
                 should be; with cloud.captive-portal a sign-in page was seen as well.",
    owner: Owner::It,
    level: Level::Fault,
    next_step: "Exempt the gateway's MAC address from the guest portal's redirection, names included.",
    proof: "A new check gets \u{201c}no such name\u{201d} for the made-up name and the cloud's addresses for its own.",
    not_tested: "What the address that was given instead would show.",
    hides: hides::ALL_NAMES_WRONG,
};
