//! Judged by what the box gets, not by what this computer has: the router, the name servers, the mask, the cloud's address.

use super::*;

const OTHER: Ipv4Addr = Ipv4Addr::new(10, 20, 0, 222);
fn blinking() -> LedSet {
    LedSet::only(LedState::BlinkingRed)
}

fn offers(made: &mut Made) -> &mut Vec<Offer> {
    let offers = made.results.iter_mut().find_map(|r| match &mut r.measured {
        Measured::Offers(offers) => Some(offers),
        _ => None,
    });
    offers.unwrap()
}

/// DHCP hands out these routers; each answers with this MAC, or not.
fn routers(all: &[(Ipv4Addr, Option<Mac>)]) -> Made {
    let mut made = Made::healthy();
    made.led(blinking(), Basis::Reported);
    offers(&mut made)[0].routers = all.iter().map(|(ip, _)| *ip).collect();
    made.results.retain(|r| r.id != CheckId::Router);
    let own = (ROUTER, Some(MAC));
    for (ip, mac) in all.iter().chain([&own]) {
        let (outcome, measured) = mac
            .map_or((Outcome::Failed(Failure::NeighbourSilent), Measured::Nothing), |mac| {
                (Outcome::Passed, Measured::RouterMac(mac))
            });
        made.results.push(result(CheckId::Router, Target::Router(*ip), outcome, measured));
    }
    made
}

#[test]
fn a_router_that_only_the_box_is_given_is_asked_and_decides() {
    let other = Mac([2, 0, 0, 0, 0, 7]);
    let verdict = |all: &[(Ipv4Addr, Option<Mac>)]| {
        let d = routers(all).diagnose();
        let possible: Vec<Cause> = d.findings[0].possible.iter().map(|p| p.code).collect();
        (d.verdict.code.unwrap(), d.verdict.level, possible)
    };
    assert_eq!(verdict(&[(OTHER, None)]), (Cause::DhcpDeadRouter, Level::Fault, vec![]));
    // what it lets through cannot be asked from here
    let not_tested = (Cause::CloudGatewayOnlyBlocked, Level::Warning, vec![]);
    assert_eq!(verdict(&[(OTHER, Some(other))]), not_tested);
    // one device with two addresses; and this computer's own router
    let the_box = (Cause::CloudGatewayOnlyBlocked, Level::Fault, vec![]);
    assert_eq!(verdict(&[(OTHER, Some(MAC))]), the_box);
    assert_eq!(verdict(&[]), the_box);
    // of several, the first is used
    assert_eq!(verdict(&[(OTHER, None), (ROUTER, Some(MAC))]).0, Cause::DhcpDeadRouter);
    assert_eq!(verdict(&[(ROUTER, Some(MAC)), (OTHER, None)]), the_box);
}

#[test]
fn a_dead_router_beside_a_living_one_is_no_fault_while_nobody_sees_the_box_blink() {
    let mut made = routers(&[(OTHER, None), (ROUTER, Some(MAC))]);
    made.led(either(), Basis::Measured);
    let v = made.diagnose().verdict;
    assert_eq!((v.code, v.level), (Some(Cause::DhcpDeadRouter), Level::Warning));
    let mut made = routers(&[(OTHER, None)]);
    made.led(LedSet::only(LedState::SolidGreen), Basis::Reported);
    assert_eq!(made.verdict(), "ok.green", "it has found its way");
}

#[test]
fn what_is_offered_to_the_box_itself_counts_before_what_others_are_told() {
    let mut made = routers(&[(OTHER, None)]);
    let to_the_box = Offer { to_gateway: true, routers: vec![ROUTER], ..offers(&mut made)[0].clone() };
    offers(&mut made).push(to_the_box);
    assert_eq!(made.verdict(), "cloud.gateway-only-blocked");
}

#[test]
fn without_a_server_that_tells_it_is_said_that_the_lease_was_not_tested() {
    let says =
        |made: &Made| made.diagnose().findings[0].evidence.iter().any(|e| e.text.starts_with("not tested"));
    let mut made = Made::healthy();
    made.led(blinking(), Basis::Reported);
    assert!(!says(&made));
    made.offers(&[]);
    assert!(says(&made));
}

#[test]
fn a_mask_is_held_against_the_boxs_own_address() {
    let with = |mask: [u8; 4], name_server: [u8; 4]| {
        let mut made = Made::healthy();
        made.led(blinking(), Basis::Reported);
        let offer = &mut offers(&mut made)[0];
        (offer.mask, offer.name_servers) = (Some(mask.into()), vec![name_server.into()]);
        let d = made.diagnose();
        let possible: Vec<Cause> = d.findings[0].possible.iter().map(|p| p.code).collect();
        (d.verdict.code.unwrap(), possible)
    };
    let near = [10, 20, 0, 1];
    // the box is at .77, the router at .1
    assert_eq!(with([255, 255, 255, 240], near).0, Cause::DhcpWrongMask);
    assert_eq!(
        with([255, 255, 255, 128], near),
        (Cause::CloudGatewayOnlyBlocked, vec![]),
        "smaller, and fits"
    );
    assert_eq!(with([255, 255, 255, 255], near), (Cause::CloudGatewayOnlyBlocked, vec![]));
    // wider: only where something that the box needs becomes a neighbour by it
    let doubt = (Cause::CloudGatewayOnlyBlocked, vec![Cause::DhcpWrongMask]);
    assert_eq!(with([255, 0, 0, 0], [10, 70, 0, 10]), doubt);
    assert_eq!(with([255, 0, 0, 0], near), (Cause::CloudGatewayOnlyBlocked, vec![]));
}

#[test]
fn content_and_size_count_at_the_address_that_the_names_give() {
    let moved: IpAddr = [203, 0, 113, 50].into();
    let scene = |at: IpAddr| {
        let mut made = Made::healthy();
        for r in made.results.iter_mut() {
            match &mut r.target {
                Target::Cloud { resolved, .. } => *resolved = false,
                Target::Name { name_role: NameRole::Cloud, .. } => {
                    r.measured = Measured::Addresses(vec![moved])
                }
                _ => {}
            }
        }
        for port in [443, 4321] {
            let addr = SocketAddr::new(moved, port);
            let target = Target::Cloud { addr, documented: false, resolved: true };
            made.results.push(result(CheckId::Ports, target, Outcome::Passed, Measured::Nothing));
            let addr = SocketAddr::new(at, port);
            let large = Outcome::Failed(Failure::LargeLost);
            made.results.push(result(CheckId::Size, Target::FullSize(addr), large, Measured::Nothing));
        }
        made.verdict()
    };
    assert_eq!(scene(moved), "path.mtu-black-hole");
    assert_eq!(scene(IpAddr::V4(CLOUD[0])), "ok.way-is-clear", "that one may be somebody else's by now");
}

#[test]
fn the_address_that_only_another_name_server_gives_is_not_the_boxs() {
    // this computer's own server gives one address, the one that is handed out another, which is shut
    let (own, page): (IpAddr, IpAddr) = (IpAddr::V4(CLOUD[0]), [203, 0, 113, 60].into());
    let mut made = Made::healthy();
    let of = |server, role, ip| {
        ["gk.sensorist.com", "gk.sensorist.net"]
            .map(|n| name(server, role, n, NameRole::Cloud, Outcome::Passed, &[ip]))
    };
    let handed = of([10, 20, 0, 9], ServerRole::Lease, page);
    made.set(CheckId::Names, handed.into_iter().chain(of([10, 20, 0, 1], ServerRole::Host, own)).collect());
    for port in [443, 4321] {
        let target = Target::Cloud { addr: SocketAddr::new(page, port), documented: false, resolved: true };
        made.results.push(result(CheckId::Ports, target, SILENT, Measured::Nothing));
    }
    let v = made.diagnose().verdict;
    assert_eq!((v.code, v.level), (Some(Cause::CloudSomeAddressesBlocked), Level::Fault), "the box is stuck");
}

#[test]
fn another_device_at_the_typed_address_is_told_as_what_it_could_also_be() {
    let foreign = Mac([0xb8, 0x27, 0xeb, 0, 0, 9]);
    let mut made = Made::healthy();
    let at = Ipv4Addr::new(10, 20, 0, 77);
    made.gateways[0] =
        GatewayView { first_seen_ms: None, ip: Some(at), ..gateway(MAC, LedSet::ALL, Basis::None) };
    (made.typed_mac, made.typed_ip) = (Some(MAC), Some(at));
    made.hosts = vec![HostSeen { mac: foreign, ip: at, maker: None, first_seen_ms: 1 }];
    let d = made.diagnose();
    assert_eq!(d.verdict.code, Some(Cause::GatewayWrongMac));
    assert!(d.findings[0].possible.iter().any(|p| p.code == Cause::IpConflict));
    made.gateways[0].in_turn = vec![(foreign, At(1)), (MAC, At(2)), (foreign, At(3))];
    assert_eq!(made.verdict(), "ip.conflict");
}
