//! Of all that DHCP servers answered to the probe: what the box is given.

use super::check::Offer;
use std::net::Ipv4Addr;

impl Offer {
    /// Of all that servers answered, what the box is given: what they offer to its own MAC, else to a new one, else what
    /// they told this computer.
    #[must_use]
    pub fn to_the_box(all: &[Offer]) -> Vec<&Offer> {
        let of = |is: fn(&Offer) -> bool| all.iter().filter(|o| is(o)).collect::<Vec<_>>();
        [of(|o| o.to_gateway), of(|o| o.to_new_mac)]
            .into_iter()
            .find(|some| !some.is_empty())
            .unwrap_or_else(|| all.iter().collect())
    }

    /// The routers that the box is given, the first one first; of option 3 most devices use only that.
    #[must_use]
    pub fn routers_of_the_box(all: &[Offer]) -> Vec<Ipv4Addr> {
        each_once(Self::to_the_box(all).into_iter().flat_map(|o| o.routers.iter().copied()))
    }

    /// The name servers that the box is given, in their order.
    #[must_use]
    pub fn name_servers_of_the_box(all: &[Offer]) -> Vec<Ipv4Addr> {
        each_once(Self::to_the_box(all).into_iter().flat_map(|o| o.name_servers.iter().copied()))
    }
}

fn each_once(all: impl Iterator<Item = Ipv4Addr>) -> Vec<Ipv4Addr> {
    let mut out = Vec::new();
    for ip in all {
        if !out.contains(&ip) {
            out.push(ip);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_offered_to_the_box_counts_before_what_anybody_is_offered() {
        let offer = |last: u8, to_new_mac, to_gateway| Offer {
            server: [10, 0, 0, 1].into(),
            to_new_mac,
            to_gateway,
            to_own: false,
            address: None,
            mask: None,
            routers: vec![[10, 0, 0, last].into(), [10, 0, 0, last].into()],
            name_servers: vec![],
            lease_secs: None,
            portal: None,
            wpad: None,
            domain: None,
            after_ms: 0,
        };
        let told = [offer(7, false, false), offer(8, true, false), offer(9, false, true)];
        let routers = |all: &[Offer]| -> Vec<u8> {
            Offer::routers_of_the_box(all).iter().map(|ip| ip.octets()[3]).collect()
        };
        assert_eq!(routers(&told), [9]);
        assert_eq!(routers(&told[..2]), [8]);
        assert_eq!(routers(&told[..1]), [7]);
        assert!(routers(&[]).is_empty());
    }
}
