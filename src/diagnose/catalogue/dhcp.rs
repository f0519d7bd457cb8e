//! Pages of `dhcp.*` and `ip.*`: no usable lease.

use super::{Page, hides};
use crate::model::{Level, Owner};

pub(super) static NO_SERVER: Page = Page {
    title: "Nothing on this network hands out addresses.",
    meaning: "The gateway asks for an address by DHCP and needs an answer; it has no other way. \
              On this network nobody answers, so it stays solid red. Firewall ports play no part yet.",
    told_apart: "This computer asked as well and got no answer, on a link that carries traffic. \
                 With dhcp.pool-exhausted or dhcp.gateway-refused some devices are still served; \
                 with dhcp.offer-lost an answer is sent but lost on the way; with dhcp.ipv6-only only IPv6 is offered.",
    owner: Owner::It,
    level: Level::Fault,
    next_step: "Provide DHCP for IPv4 on the gateway's VLAN, by a scope or a relay (helper address), with address, \
                mask, router and name server.",
    proof: "A new check gets an offer, and the gateway goes from solid red to blinking red or solid green.",
    not_tested: "Why there is no answer: server off, scope missing, relay missing, wrong VLAN on the port, or an \
                 access list between.",
    hides: hides::NO_SERVER,
};

pub(super) static POOL_EXHAUSTED: Page = Page {
    title: "The DHCP server has no free address left.",
    meaning: "Devices that already have an address keep it. New ones, such as the gateway, get none.",
    told_apart: "An existing lease is still served, and a new MAC address gets nothing. \
                 With dhcp.no-server nobody is served; with dhcp.gateway-refused a second new MAC address is served \
                 and only the gateway is not.",
    owner: Owner::It,
    level: Level::Fault,
    next_step: "Enlarge the DHCP scope of the gateway's VLAN, or shorten its lease time.",
    proof: "A new MAC address gets an offer, and the gateway leaves solid red.",
    not_tested: "The server's own list of leases; from here a server that serves known devices only looks alike.",
    hides: hides::NO_LEASE,
};

pub(super) static GATEWAY_REFUSED: Page = Page {
    title: "The DHCP server serves other devices but not the gateway.",
    meaning: "Addresses are handed out here, but the gateway's requests stay without a usable answer. \
              Many sites serve only devices that they know.",
    told_apart: "This computer is served on the same network, and the gateway keeps asking. \
                 With dhcp.pool-exhausted no new device is served; with dhcp.nak-loop the server does answer and says \
                 no to an old address; with dhcp.no-server nobody is served.",
    owner: Owner::It,
    level: Level::Fault,
    next_step: "Reserve an address for the gateway's MAC address, or add that MAC to the list of known devices \
                (DHCP, NAC).",
    proof: "The DHCP log shows an ACK for this MAC address, and the gateway leaves solid red.",
    not_tested: "The switch port and its admission rules (802.1X, MAC list, port security), which can look the same.",
    hides: hides::NO_LEASE,
};

pub(super) static NAK_LOOP: Page = Page {
    title: "The gateway keeps asking for an old address and is refused.",
    meaning: "It remembers an address from another network, and the DHCP server here says no. \
              Usually this ends by itself after a few minutes.",
    told_apart: "The server's refusals (NAK) to this MAC address were heard. With dhcp.gateway-refused there is no \
                 answer at all; with dhcp.rogue-server the refusals come from a second server.",
    owner: Owner::Installer,
    level: Level::Fault,
    next_step: "Take the gateway's power away for 30 seconds and plug it in again at this socket.",
    proof: "It gets an ACK for an address of this network and leaves solid red.",
    not_tested: "Whether the gateway forgets its old address at power-off (assumed; the vendor does not say).",
    hides: hides::NO_LEASE,
};

pub(super) static ROGUE_SERVER: Page = Page {
    title: "Two different DHCP servers hand out addresses on this network.",
    meaning: "Two servers with different answers are at work here. \
              Which one serves the gateway is chance, and the wrong one gives it a router or name server that leads \
              nowhere.",
    told_apart: "Two server addresses with different networks, routers or name servers answered the same question. \
                 A failover pair gives the same answers twice and is not counted. With host.other-subnet only one \
                 server was heard.",
    owner: Owner::It,
    level: Level::Fault,
    next_step: "Find the switch port of the DHCP server that does not belong here by its MAC address, and disconnect \
                it.",
    proof: "A new check hears one server only.",
    not_tested: "Which of the two is meant to be here: that is not visible from outside.",
    hides: hides::ROGUE_SERVER,
};

pub(super) static OFFER_LOST: Page = Page {
    title: "A DHCP server is there, but its answers do not arrive at the gateway.",
    meaning: "The server answers, and its offers are lost between it and the gateway's socket. \
              DHCP snooping does this, where the uplink towards the server is not trusted or the gateway's port is \
              filtered.",
    told_apart: "The server offers an address for the gateway's own MAC when this computer asks for it, and the gateway \
                 still gets none; or it answers a direct question of this computer and offers nothing that is due. With \
                 dhcp.no-server it answers neither; with dhcp.gateway-refused it offers this MAC nothing; with \
                 dhcp.pool-exhausted it has nothing to offer.",
    owner: Owner::It,
    level: Level::Fault,
    next_step: "Mark the switch uplink towards the DHCP server as trusted for DHCP snooping, and permit UDP 67 and 68 \
                as far as the gateway's port.",
    proof: "The gateway leaves solid red, and the switch counts no more dropped DHCP messages.",
    not_tested: "Where exactly the answers are lost: only the switch and the server's log show that.",
    hides: hides::NO_LEASE,
};

pub(super) static NO_ROUTER: Page = Page {
    title: "The lease names no router, so nothing can leave this network.",
    meaning: "The DHCP server gives an address but no default gateway (option 3). \
              The vendor's document lists it as required.",
    told_apart: "The offer was read, and the option is missing. With dhcp.dead-router it names a router that does not \
                 answer; with dhcp.no-dns only the name server is missing.",
    owner: Owner::It,
    level: Level::Fault,
    next_step: "Add the default gateway (DHCP option 3) to the scope of the gateway's VLAN.",
    proof: "A new check reads a router in the offer, and that router answers.",
    not_tested: "Everything beyond this network.",
    hides: hides::NO_ROUTER,
};

pub(super) static DEAD_ROUTER: Page = Page {
    title: "The router that the lease names does not answer.",
    meaning: "Every connection to the outside goes through this router first. \
              It was asked for several times on the local network and stayed silent.",
    told_apart: "The router's address was asked for by ARP, which no firewall setting of a router normally stops. \
                 With internet.down the router answers; with dhcp.no-router none is named; with dhcp.wrong-mask it is \
                 outside the network that the mask describes.",
    owner: Owner::It,
    level: Level::Fault,
    next_step: "Compare DHCP option 3 of this VLAN with the router's real address, and correct what differs.",
    proof: "A new check shows the MAC address of the router.",
    not_tested: "Whether the router is off, has another address, or is on another VLAN.",
    hides: hides::BEYOND_ROUTER,
};

pub(super) static NO_DNS: Page = Page {
    title: "The lease names no name server.",
    meaning: "The gateway finds its cloud by name and uses the name server of its lease. \
              The DHCP server gives none (option 6), and the vendor's document lists it as required.",
    told_apart: "The offer was read, and the option is missing. With dns.unreachable it names a server that does not \
                 answer; with dhcp.no-router the router is missing.",
    owner: Owner::It,
    level: Level::Fault,
    next_step: "Add a name server (DHCP option 6) that resolves public names to the scope of the gateway's VLAN.",
    proof: "A new check reads a name server in the offer, and it resolves gk.sensorist.com and gk.sensorist.net.",
    not_tested: "Whether the gateway has a name server of its own to fall back on (assumed: it has none).",
    hides: hides::NO_DNS,
};

pub(super) static WRONG_MASK: Page = Page {
    title: "The lease's subnet mask does not fit this network.",
    meaning: "With a wrong mask a device takes far addresses for neighbours, or neighbours for far ones. \
              Some connections work then and others do not.",
    told_apart: "The mask of the lease differs from the one that the neighbours or the router use. \
                 With host.other-subnet both masks are right and the networks differ; with dhcp.dead-router the mask \
                 fits.",
    owner: Owner::It,
    level: Level::Fault,
    next_step: "Correct the subnet mask (DHCP option 1) in the scope of the gateway's VLAN.",
    proof: "A new check reads the same mask in the offer as the router uses.",
    not_tested: "Devices with fixed addresses.",
    hides: hides::WRONG_MASK,
};

pub(super) static IPV6_ONLY: Page = Page {
    title: "This network offers IPv6 only; the gateway needs IPv4.",
    meaning: "The network announces IPv6, but nobody hands out IPv4 addresses. \
              The vendor's document speaks of DHCP and IPv4 addresses only, so IPv4 is assumed to be needed.",
    told_apart: "A router announces IPv6 here, no IPv4 offer came, and nobody here was seen to speak IPv4. With \
                 dhcp.no-server no IPv6 is announced, or IPv4 is in use all the same.",
    owner: Owner::It,
    level: Level::Fault,
    next_step: "Provide IPv4 with DHCP on the gateway's VLAN, or move its port to a VLAN that has it.",
    proof: "A new check gets an IPv4 offer, and the gateway leaves solid red.",
    not_tested: "Whether the gateway can use IPv6 at all.",
    hides: hides::NO_LEASE,
};

pub(super) static IP_CONFLICT: Page = Page {
    title: "Two devices use the gateway's IP address.",
    meaning: "Answers meant for the gateway go to the other device every now and then. \
              The connection then comes and goes.",
    told_apart: "Two different MAC addresses answered for the same IP address. With path.lossy and \
                 hold.state-flushed only one MAC address answers; with dhcp.rogue-server two servers were heard.",
    owner: Owner::It,
    level: Level::Fault,
    next_step: "Reserve an address for the gateway's MAC address that no other device uses.",
    proof: "A new check sees one MAC address only for the gateway's IP address.",
    not_tested: "Which of the two devices has the address by right.",
    hides: hides::CONFLICT,
};
