//! Pages of `host.*`: this computer is not a fair witness.

use super::{Page, hides};
use crate::model::{Level, Owner};

pub(super) static NO_LINK: Page = Page {
    title: "This computer has no network link.",
    meaning: "The network socket of this computer sees nothing at the other end of its cable. \
              So nothing can be said about the network or about the gateway yet.",
    told_apart: "The link itself is missing. With dhcp.no-server the link is there and only the address is missing; \
                 with host.local-network-denied there are link and address, but this program may not use them.",
    owner: Owner::Installer,
    level: Level::Fault,
    next_step: "Plug this computer into the gateway's wall socket with the gateway's own cable, Wi-Fi switched off.",
    proof: "The check shows a link with 10 Mbit/s or more. If the cable works elsewhere and this socket stays without \
            a link, the socket is not patched or its switch port is off: that is for IT.",
    not_tested: "Everything beyond the cable: address, names, ports, and the gateway itself.",
    hides: hides::NO_LINK,
};

pub(super) static VPN_ROUTE: Page = Page {
    title: "A VPN carries this computer's traffic, so it does not see what the gateway sees.",
    meaning: "This computer sends its traffic through a tunnel to another place. \
              What it can or cannot reach there says nothing about this site.",
    told_apart: "The default route of this computer leaves by a tunnel, read from the operating system. \
                 With host.wifi-beside-wire it leaves by another real interface; with internet.down no tunnel is there.",
    owner: Owner::Installer,
    level: Level::Warning,
    next_step: "Disconnect the VPN on this computer and press \u{201c}Find and check\u{201d} again.",
    proof: "The new check says that the default route leaves by the wired interface.",
    not_tested: "Names, ports and the way out of this site: the results came through the tunnel, or may have.",
    hides: hides::BEYOND_ROUTER,
};

pub(super) static PROXY_IN_USE: Page = Page {
    title: "This computer uses a web proxy; the gateway has no proxy setting.",
    meaning: "Web pages may open on this computer although direct connections do not. \
              The gateway, as far as the vendor documents it, can only connect directly.",
    told_apart: "A proxy is set on this computer, and direct connections were judged on their own. \
                 If direct connections fail as well, the cause is cloud.proxy-required; if something else answers \
                 in the cloud's place, it is cloud.proxy-answers.",
    owner: Owner::Nobody,
    level: Level::Info,
    next_step: "Leave the setting as it is: every check here connects directly, as the gateway does.",
    proof: "Nothing needs proof; the note goes when no proxy is set on this computer.",
    not_tested: "Whether the proxy itself works, and whether the gateway's network has the same proxy.",
    hides: hides::NOTHING,
};

pub(super) static WIFI_BESIDE_WIRE: Page = Page {
    title: "This computer is on Wi-Fi and on the wire at the same time.",
    meaning: "The wire and the Wi-Fi may be two different networks. \
              The checks go out by the wire, but other programs and the system's own names may use the Wi-Fi.",
    told_apart: "Two real interfaces are up, read from the operating system. With host.vpn-route the second one is a \
                 tunnel; with host.other-subnet this computer's only wire is in another network than the gateway.",
    owner: Owner::Installer,
    level: Level::Info,
    next_step: "Switch Wi-Fi off on this computer while you check.",
    proof: "The next check lists only the wired interface as up.",
    not_tested: "The network behind the Wi-Fi.",
    hides: hides::NOTHING,
};

pub(super) static OTHER_SUBNET: Page = Page {
    title: "This computer and the gateway are in different networks.",
    meaning: "The gateway's address does not belong to the network that this computer is plugged into. \
              Other rules may hold there, so this computer's results do not speak for the gateway.",
    told_apart: "Both addresses are known and their subnets differ. With dhcp.wrong-mask or dhcp.rogue-server the lease \
                 itself is wrong; with cloud.quarantine the gateway was moved to a network of its own on purpose.",
    owner: Owner::Installer,
    level: Level::Warning,
    next_step: "Plug this computer into the gateway's own wall socket, or a socket of the same network, \
                and check again.",
    proof: "The new check shows this computer's address in the gateway's subnet.",
    not_tested: "The gateway's network: its name servers, its way out and its rules.",
    hides: hides::OTHER_SUBNET,
};

pub(super) static LOCAL_NETWORK_DENIED: Page = Page {
    title: "The operating system does not let Solid Green talk to the local network.",
    meaning: "This computer has a link and an address, but the system keeps this program from reaching its neighbours. \
              macOS asks for that permission once, and a refusal looks like an empty network.",
    told_apart: "The system itself refused the sending, and the internet still answered. \
                 With dhcp.dead-router the sending works and the router stays silent; with gateway.silent the other \
                 neighbours are seen.",
    owner: Owner::Installer,
    level: Level::Warning,
    next_step: "Allow Solid Green under System Settings, Privacy & Security, Local Network, and start it again.",
    proof: "The new check sees the router's MAC address.",
    not_tested: "Everything on the local network, the gateway included.",
    hides: hides::LOCAL_NETWORK_DENIED,
};

pub(super) static TLS_PRODUCT: Page = Page {
    title: "A security product on this computer opens its encrypted connections.",
    meaning: "Antivirus programs often do this. \
              A changed certificate then comes from this computer, and nothing follows for the network.",
    told_apart: "The certificate is signed by a product that is installed on this computer. \
                 With cloud.tls-inspected the signer is not known here, so the change was made on the way.",
    owner: Owner::Installer,
    level: Level::Info,
    next_step: "Repeat the TLS check from a computer without this product if TLS inspection is suspected here.",
    proof: "On the other computer the certificate chain ends at a public authority, or at an inspecting product \
            on the way.",
    not_tested: "Whether something on the way opens encrypted connections too: this product hides it.",
    hides: hides::NOTHING,
};

pub(super) static OWN_FIREWALL: Page = Page {
    title: "A filter on this computer stops what Solid Green sends.",
    meaning: "Something on this computer said no before anything left it: its own firewall, an antivirus or an \
              endpoint agent. What could not be sent was not tested, and nothing follows for the network. Known ones that \
              run here are named with what was seen; that one runs shows nothing by itself.",
    told_apart: "The sending itself is not permitted; or a connection is refused or swallowed also at an address of the \
                 own segment where nobody is, where nothing can leave. With cloud.both-ports-rejected and \
                 cloud.both-ports-dropped the packets leave, and something on the way stops them.",
    owner: Owner::Installer,
    level: Level::Warning,
    next_step: "Ask whoever runs this computer to let Solid Green out, or measure with another computer.",
    proof: "The new check names no refusal of this computer, and the tests that could not be made are made.",
    not_tested: "Everything that this computer did not send.",
    hides: hides::WAY_IS_CLEAR,
};
