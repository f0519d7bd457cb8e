//! Pages of `cloud.*` and `internet.*`: the way out.

use super::{Page, hides};
use crate::model::{Level, Owner};

pub(super) static BOTH_PORTS_DROPPED: Page = Page {
    title: "Connections to the cloud vanish on both ports, 443 and 4321.",
    meaning: "Each attempt stays without any answer, and something else beyond this network does answer. \
              A firewall that drops what it does not know behaves like this.",
    told_apart: "Silence on both ports at every address of the cloud that was tried. \
                 With cloud.both-ports-rejected something says no; with internet.down nothing else answers either; \
                 with cloud.proxy-required this computer has a proxy that it is meant to use; with cloud.service-down \
                 the same fails from another network.",
    owner: Owner::It,
    level: Level::Fault,
    next_step: concat!("Allow ", what_to_allow!(), "."),
    proof: "A new check opens both ports, and the gateway turns solid green; the firewall log shows no more denials \
            for its address.",
    not_tested: "The same attempt from another network (a phone), which would rule out a fault of the cloud itself.",
    hides: hides::BOTH_PORTS,
};

pub(super) static BOTH_PORTS_REJECTED: Page = Page {
    title: "Connections to the cloud are refused on both ports, 443 and 4321.",
    meaning: "Each attempt is answered at once with a refusal. \
              A firewall with a reject rule behaves like this.",
    told_apart: "A reset or an ICMP refusal came back on both ports; the evidence names its sender where it can be \
                 read. With cloud.both-ports-dropped no answer comes; with cloud.service-down the same refusal comes \
                 on another network.",
    owner: Owner::It,
    level: Level::Fault,
    next_step: concat!("Allow ", what_to_allow!(), "."),
    proof: "A new check opens both ports, and the gateway turns solid green; the firewall log shows no more denials \
            for its address.",
    not_tested: "The same attempt from another network (a phone), which would rule out a refusal by the cloud itself.",
    hides: hides::BOTH_PORTS,
};

pub(super) static PORT_443_BLOCKED: Page = Page {
    title: "Port 443 to the cloud does not open; port 4321 does.",
    meaning: "The gateway tries both ports in turn, so it can connect on 4321. \
              It has no reserve then, and connects later after a break.",
    told_apart: "Only 443 fails, at every address that was tried. With cloud.both-ports-dropped both fail; with \
                 cloud.some-addresses-blocked it depends on the address.",
    owner: Owner::It,
    level: Level::Warning,
    next_step: concat!("Allow ", what_to_allow!(), "."),
    proof: "A new check opens both ports at every address.",
    not_tested: "Whether a web filter or a port rule does it.",
    hides: hides::NOTHING,
};

pub(super) static PORT_4321_BLOCKED: Page = Page {
    title: "Port 4321 to the cloud does not open; port 443 does.",
    meaning: "The gateway tries both ports in turn, so it can connect on 443. \
              If 443 is inspected or filtered by content, it has no other way.",
    told_apart: "Only 4321 fails, at every address that was tried. With cloud.both-ports-dropped both fail; with \
                 cloud.some-addresses-blocked it depends on the address.",
    owner: Owner::It,
    level: Level::Warning,
    next_step: concat!("Allow ", what_to_allow!(), "."),
    proof: "A new check opens both ports at every address. Firewalls may label port 4321 as rwhois, its registered \
            name; here it is the gateway's own protocol.",
    not_tested: "Whether 443 carries the gateway's own bytes, which are not published.",
    hides: hides::NOTHING,
};

pub(super) static SOME_ADDRESSES_BLOCKED: Page = Page {
    title: "Some of the cloud's addresses can be reached and others cannot.",
    meaning: "The cloud's names lead to several addresses, by chance and changing over the years. \
              The gateway connects only when it draws one that is allowed.",
    told_apart: "The same ports are open at one address and closed at another. With cloud.port-443-blocked or \
                 cloud.port-4321-blocked the port decides, not the address. An address that only the vendor's document \
                 of January 2018 names may be out of use.",
    owner: Owner::It,
    level: Level::Warning,
    next_step: concat!("Widen the rule beyond single addresses: allow ", what_to_allow!(), "."),
    proof: "A new check opens both ports at every address that the names give.",
    not_tested: "Addresses that the names may give tomorrow.",
    hides: hides::NOTHING,
};

pub(super) static GATEWAY_ONLY_BLOCKED: Page = Page {
    title: "This computer reaches the cloud from here; the gateway does not.",
    meaning: "Both are on the same network, and the way is open for this computer. \
              So the gateway most likely falls under another rule: by its address, its MAC, its group or its port.",
    told_apart: "Same subnet, this computer passes every step, and the gateway has an address but no connection. \
                 With host.other-subnet the two cannot be compared; with cloud.quarantine the gateway sits in another \
                 network; with gateway.hung it sends nothing; with gateway.defective it fails in bench mode too. With \
                 cloud.some-addresses-blocked this computer meets closed addresses as well.",
    owner: Owner::It,
    level: Level::Fault,
    next_step: concat!(
        "Find the gateway's IP address in the firewall's log of denials and allow ",
        what_to_allow!(),
        "."
    ),
    proof: "The log shows its connections as allowed, and the gateway turns solid green.",
    not_tested: "The gateway's own attempts, which this computer cannot see, and whether bench mode turns it green.",
    hides: hides::WAY_IS_CLEAR,
};

pub(super) static RULE_FOR_OTHER_ADDRESS: Page = Page {
    title: "The gateway was connected with another address than the one it has now.",
    meaning: "It was green at its former address and is not at the present one, while the way is open for this computer. \
              So the rule that lets it out most likely names the former address.",
    told_apart: "Both addresses were seen in this visit, with the LED at each; or the firewall's log names a rule for the \
                 former one. With cloud.gateway-only-blocked it was not seen green at another address.",
    owner: Owner::It,
    level: Level::Fault,
    next_step: concat!(
        "Reserve the address that the rule names for the gateway's MAC address, or change the rule to the present one: \
         allow ",
        what_to_allow!(),
        "."
    ),
    proof: "The gateway keeps its address over a restart and turns solid green.",
    not_tested: "The rule itself, which only the firewall shows.",
    hides: hides::GATEWAY_ONLY,
};

pub(super) static ANSWERS_BLOCKED: Page = Page {
    title: "The firewall lets the gateway out, but the cloud's answers do not get back to it.",
    meaning: "The firewall's own log has its connections as allowed, and none comes about. What comes back is dropped, takes \
              another way, or never comes: something behind that firewall may hold it.",
    told_apart: "The firewall itself says so in its log. With cloud.gateway-only-blocked no log was read, or it shows a \
                 denial; with cloud.service-down this computer gets no answer either.",
    owner: Owner::It,
    level: Level::Fault,
    next_step: "Follow one connection of the gateway through the firewall and behind it, and let the cloud's answers come \
                back the same way (symmetric route, established connections).",
    proof: "The log shows its connections as established, and the gateway turns solid green.",
    not_tested: "The routes beyond this network, which cannot be seen from here.",
    hides: hides::GATEWAY_ONLY,
};

pub(super) static QUARANTINE: Page = Page {
    title: "The gateway was put into a restricted network.",
    meaning: "It has an address, but of a network with limited rights. \
              Admission systems (NAC) put devices there that they do not know.",
    told_apart: "The gateway's address is of another subnet than agreed, and that subnet leads to a portal or to \
                 nothing. With host.other-subnet that subnet is an ordinary one; with cloud.gateway-only-blocked the \
                 gateway is in the right one.",
    owner: Owner::It,
    level: Level::Fault,
    next_step: "Register the gateway's MAC address in the admission system (NAC) and assign it to the agreed VLAN.",
    proof: "The gateway gets an address of the agreed subnet and turns solid green.",
    not_tested: "The rules inside the restricted network.",
    hides: hides::QUARANTINE,
};

pub(super) static PROXY_REQUIRED: Page = Page {
    title: "This network wants a proxy; the gateway can only connect directly.",
    meaning: "Web pages open here through a proxy, and direct connections get nowhere. \
              The vendor's document describes direct connections only and no proxy setting.",
    told_apart: "A proxy is set on this computer or announced by the network, and direct connections fail. \
                 With cloud.both-ports-dropped no proxy is known; with host.proxy-in-use direct connections work; \
                 with cloud.proxy-answers a proxy answers without being asked.",
    owner: Owner::It,
    level: Level::Fault,
    next_step: concat!("Let the gateway pass without the proxy: allow ", what_to_allow!(), "."),
    proof: "A new check opens both ports directly, and the gateway turns solid green.",
    not_tested: "Names and everything else beyond the router: they are judged again once direct connections work.",
    hides: hides::PROXY_REQUIRED,
};

pub(super) static PROXY_ANSWERS: Page = Page {
    title: "Something on the way answers in the cloud's place.",
    meaning: "A connection opened to an address that cannot exist, or without leaving this network. \
              So an open port proves nothing here: a transparent proxy or a firewall completes the connection itself.",
    told_apart: "An impossible address was tried and opened, or the cloud's own address answered to packets that end at \
                 the first router, or on a port that nothing uses. With ok.way-is-clear \
                 these attempts fail as they should; with cloud.tls-inspected a certificate of the inspecting product was \
                 seen as well; with cloud.captive-portal a sign-in page was seen.",
    owner: Owner::It,
    level: Level::Fault,
    next_step: concat!("Exempt the gateway from the transparent proxy and allow ", what_to_allow!(), "."),
    proof: "A new check no longer opens the impossible address, and the gateway turns solid green.",
    not_tested: "Whether the cloud can be reached behind it: that cannot be told from here.",
    hides: hides::PROXY_ANSWERS,
};

pub(super) static TLS_INSPECTED: Page = Page {
    title: "Encrypted connections on port 443 are opened and re-signed on the way.",
    meaning: "The certificate does not come from a public authority but from an inspecting product. \
              A device that does not trust that product breaks off. Whether the gateway speaks TLS on 443 is not \
              published, so its part is assumed.",
    told_apart: "The certificate's signer was read: a product known for this, or one that signs for a public server as \
                 well. With host.tls-product it runs on this computer; with cloud.app-control the certificate is right \
                 and the content is refused; with cloud.proxy-answers no certificate was shown.",
    owner: Owner::It,
    level: Level::Fault,
    next_step: "Exempt gk.sensorist.com and gk.sensorist.net from TLS inspection for the gateway's IP address and \
                MAC, and leave TCP 4321 open as the second way.",
    proof: "A new check sees a certificate chain that ends at a public authority, and the gateway turns solid green.",
    not_tested: "What the gateway sends on 443, and how it judges a certificate.",
    hides: hides::TLS_INSPECTED,
};

pub(super) static APP_CONTROL: Page = Page {
    title: "The connection opens, but it is cut as soon as it carries unknown content.",
    meaning: "The firewall lets the port through and then looks at what is said. \
              The gateway's own protocol is not known to it, and what it does not know it ends.",
    told_apart: "The port opens, TLS to public sites works, and other first bytes are cut off. With \
                 cloud.tls-inspected the certificate is replaced; with cloud.both-ports-rejected the port does not \
                 open at all; with path.mtu-black-hole only large packets vanish.",
    owner: Owner::It,
    level: Level::Fault,
    next_step: "Allow TCP 443 and 4321 from the gateway's IP address and MAC by port, without application control \
                and intrusion-prevention signatures (4321 may be labelled rwhois).",
    proof: "A new check keeps both connections open after its first bytes, and the gateway turns solid green.",
    not_tested: "The gateway's real first bytes, which are not published.",
    hides: hides::WAY_IS_CLEAR,
};

pub(super) static CAPTIVE_PORTAL: Page = Page {
    title: "This network asks for a sign-in page; the gateway has no screen to sign in.",
    meaning: "A guest portal stands before the internet. \
              A person clicks through it; the gateway cannot, so it stays outside.",
    told_apart: "A sign-in page was seen instead of the expected answer, or the lease names a portal. \
                 With dns.redirected only the names show it; with internet.down nothing at all answers; with \
                 cloud.proxy-answers no sign-in page was seen.",
    owner: Owner::It,
    level: Level::Fault,
    next_step: "Exempt the gateway's MAC address from the portal for good, or move its port to a VLAN without one.",
    proof: "The gateway turns solid green and stays so beyond the life of a guest ticket, often 24 hours.",
    not_tested: "What lies behind the portal.",
    hides: hides::CAPTIVE_PORTAL,
};

pub(super) static RATE_LIMITED: Page = Page {
    title: "New connections fail in bursts: a limit on connections is being reached.",
    meaning: "Some attempts pass and others, made shortly after, do not. \
              Sites with several gateways meet such limits first.",
    told_apart: "The same address and port opened and failed within one check, by the number of attempts. With \
                 path.lossy single packets are lost everywhere; with cloud.some-addresses-blocked the address decides.",
    owner: Owner::It,
    level: Level::Fault,
    next_step: "Raise the limit on connections (DoS profile, SYN limit, sessions a source) for the gateway's IP \
                address.",
    proof: "A new check opens all its connections, and every gateway of the site turns solid green.",
    not_tested: "The limit's exact number: this check stays well-behaved and does not search for it.",
    hides: hides::ALL_PORTS,
};

pub(super) static TRANSLATION_EXHAUSTED: Page = Page {
    title: "The firewall has no free port or address left for new connections.",
    meaning: "Each connection to the outside needs a translation (NAT) there, and none is free. \
              Old connections go on, and new ones fail by chance.",
    told_apart: "The firewall's own log says that a translation could not be made. With cloud.rate-limited a limit for one \
                 source is reached; with cloud.both-ports-dropped no attempt ever passes.",
    owner: Owner::It,
    level: Level::Fault,
    next_step: "Give the gateway's network a translation rule with a larger pool (more public addresses, or PAT on the \
                interface).",
    proof: "The log shows no more failed translations, and the gateway turns solid green.",
    not_tested: "How many translations are in use: only the firewall shows that.",
    hides: hides::GATEWAY_ONLY,
};

pub(super) static SERVICE_DOWN: Page = Page {
    title: "The cloud service itself does not take connections.",
    meaning: "The names resolve and the internet works, but the service is silent or refuses, and what was measured points \
              beyond this site. Nothing at this site can change that.",
    told_apart: "The same attempt failed over a second network, such as a phone; or the refusal comes from beyond the \
                 site, out of the public internet. With cloud.both-ports-dropped or cloud.both-ports-rejected the second \
                 network gets through, or was not tried, and nothing shows where the refusal comes from.",
    owner: Owner::Vendor,
    level: Level::Fault,
    next_step: "Bring the service at gk.sensorist.com and gk.sensorist.net back, or say when it will be.",
    proof: "A new check opens both ports, and gateways at every site turn solid green by themselves.",
    not_tested: "Other regions and other customers' sites.",
    hides: hides::SERVICE_DOWN,
};

pub(super) static NO_ROUTE: Page = Page {
    title: "This network has no way to the internet, although the line is up.",
    meaning: "A router of this site says that it knows no way to the cloud or to anything else outside, while names of the \
              internet still resolve. A VLAN without a default route or without translation looks like this.",
    told_apart: "The refusal comes from within the site, and a name server here still learns from the internet what exists \
                 and what does not. With internet.down names do not come through either; with \
                 cloud.both-ports-rejected other addresses on the internet are open.",
    owner: Owner::It,
    level: Level::Fault,
    next_step: "Give the gateway's network (VLAN) a default route to the internet, with translation (NAT), on the router \
                that refuses.",
    proof: "A new check gets answers from the well-known addresses and opens both ports.",
    not_tested: "The router's table of routes, and other VLANs of this site.",
    hides: hides::NO_ROUTE,
};

pub(super) static INTERNET_REFUSED: Page = Page {
    title: "Connections to the cloud are refused on the line, beyond this site.",
    meaning: "The internet works, and a network between this site and the cloud refuses these connections. \
              It is probably the provider's: a filter of the line, or of a product booked with it.",
    told_apart: "The refusal comes from beyond the site's own routers, and over a second network the ports open. With \
                 cloud.service-down they stay shut there too; with cloud.both-ports-rejected the refusal comes from \
                 within the site; with internet.down nothing else is reached either.",
    owner: Owner::Isp,
    level: Level::Fault,
    next_step: "Let TCP 443 and 4321 to gk.sensorist.com and gk.sensorist.net pass on the line of this site.",
    proof: "A new check opens both ports over this line.",
    not_tested: "Which network on the way refuses: it does not tell its name.",
    hides: hides::ALL_PORTS,
};

pub(super) static INTERNET_DOWN: Page = Page {
    title: "The router answers, but nothing on the internet does.",
    meaning: "This computer reaches its router and none of several well-known addresses beyond. \
              So the line is probably down; a firewall that lets nothing out looks the same from here.",
    told_apart: "Several independent addresses stayed silent. With cloud.both-ports-dropped those answer and only the \
                 cloud does not; with dhcp.dead-router the router is silent too; with cloud.proxy-required and \
                 cloud.captive-portal there is a proxy or a portal.",
    owner: Owner::Isp,
    level: Level::Fault,
    next_step: "Check the internet line of this site and say whether it is up at the modem.",
    proof: "A new check gets answers from the well-known addresses.",
    not_tested: "Whether other devices or VLANs of this site reach the internet: one look at a phone on its Wi-Fi \
                 tells a dead line from a closed firewall.",
    hides: hides::INTERNET_DOWN,
};
