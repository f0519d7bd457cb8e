//! Device against host (design section 6): the same way, tried by this computer, and by the box as its LED tells. One
//! table, read from the top; the first row that fits decides.

use crate::model::{Cause, LedSet, LedState};

/// What the LED may be, as far as it matters here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Led {
    Dark,
    SolidRed,
    Blinking,
    Green,
    /// Red of either kind.
    Red,
    /// More than that: nothing is known that could contradict this computer.
    Open,
}

impl Led {
    #[must_use]
    pub fn of(set: LedSet) -> Led {
        match set.known() {
            Some(LedState::Dark) => Led::Dark,
            Some(LedState::SolidRed) => Led::SolidRed,
            Some(LedState::BlinkingRed) => Led::Blinking,
            Some(LedState::SolidGreen) => Led::Green,
            None if set.is_subset_of(LedSet::of(&[LedState::SolidRed, LedState::BlinkingRed])) => Led::Red,
            None => Led::Open,
        }
    }
}

/// Where this computer stands, seen from the box.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stand {
    /// On the same segment: the box was seen here.
    Beside,
    /// The box was not seen here, only by somebody's eyes.
    Apart,
    /// In another subnet.
    Elsewhere,
    /// Its traffic takes another way than the box's (VPN, only another network).
    Unfair,
    /// It has no link or no address.
    Nowhere,
}

/// How the way out is for this computer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Site {
    /// Names resolve, ports open, and nothing speaks against them.
    Clear,
    /// Connections open at some of the cloud's addresses and not at others: a box may try the wrong one for ever.
    Partly,
    /// A cause was found that holds for everybody here.
    Closed,
    /// It could not be measured.
    NotKnown,
}

/// What the comparison says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Say {
    The(Cause),
    /// The causes that other rules found stand alone: of the site, of the lease, of this computer.
    Others,
}

struct Row {
    led: &'static [Led],
    stand: &'static [Stand],
    site: &'static [Site],
    say: Say,
}

const ANY_STAND: &[Stand] = &[Stand::Beside, Stand::Apart, Stand::Elsewhere, Stand::Unfair, Stand::Nowhere];
const ANY_SITE: &[Site] = &[Site::Clear, Site::Partly, Site::Closed, Site::NotKnown];

/// The table of design section 6.
#[rustfmt::skip]
const TABLE: &[Row] = &[
    // the box is connected, or has no power: nobody's way matters
    Row { led: &[Led::Green],                site: ANY_SITE,                        stand: ANY_STAND,         say: Say::The(Cause::OkGreen) },
    Row { led: &[Led::Dark],                 site: ANY_SITE,                        stand: ANY_STAND,         say: Say::The(Cause::GatewayNoPower) },
    // it has an address and no way out, and this computer beside it has one: a rule for this box
    Row { led: &[Led::Blinking],             site: &[Site::Clear],                  stand: &[Stand::Beside],  say: Say::The(Cause::CloudGatewayOnlyBlocked) },
    // both meet a closed address: that explains the box, and is mended first
    Row { led: &[Led::Blinking],             site: &[Site::Partly],                 stand: &[Stand::Beside],  say: Say::The(Cause::CloudSomeAddressesBlocked) },
    // the way is clear, but the box is not on this segment: the two cannot be compared
    Row { led: &[Led::Blinking],             site: &[Site::Clear, Site::Partly],    stand: &[Stand::Apart],   say: Say::The(Cause::HostOtherSubnet) },
    // both fail: a rule of the site; or this computer cannot be compared
    Row { led: &[Led::Blinking],             site: ANY_SITE,                        stand: ANY_STAND,         say: Say::Others },
    // no address: the lease decides, whatever the way out
    Row { led: &[Led::SolidRed],             site: ANY_SITE,                        stand: ANY_STAND,         say: Say::Others },
    // the LED is not known, or not which red: this computer's way is all that can be told, and somebody has to look
    Row { led: &[Led::Open, Led::Red],       site: &[Site::Clear, Site::Partly],    stand: ANY_STAND,         say: Say::The(Cause::OkWayIsClear) },
    Row { led: &[Led::Open, Led::Red],       site: &[Site::Closed, Site::NotKnown], stand: ANY_STAND,         say: Say::Others },
];

/// What the comparison says of one box.
#[must_use]
pub fn compare(led: Led, stand: Stand, site: Site) -> Say {
    TABLE
        .iter()
        .find(|r| r.led.contains(&led) && r.stand.contains(&stand) && r.site.contains(&site))
        .map_or(Say::Others, |r| r.say)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEDS: [Led; 6] = [Led::Dark, Led::SolidRed, Led::Blinking, Led::Green, Led::Red, Led::Open];

    #[test]
    fn every_combination_has_a_row_and_every_row_is_reached() {
        let mut reached = vec![false; TABLE.len()];
        for led in LEDS {
            for stand in ANY_STAND {
                for site in ANY_SITE {
                    let row = TABLE.iter().position(|r| {
                        r.led.contains(&led) && r.stand.contains(stand) && r.site.contains(site)
                    });
                    let row = row.unwrap_or_else(|| panic!("no row: {led:?} {stand:?} {site:?}"));
                    reached[row] = true;
                    let say = compare(led, *stand, *site);
                    // a box is blamed, or its rule, only where both were measured and differ
                    if say == Say::The(Cause::CloudGatewayOnlyBlocked) {
                        assert_eq!((led, *stand, *site), (Led::Blinking, Stand::Beside, Site::Clear));
                    }
                }
            }
        }
        assert!(reached.iter().all(|r| *r), "{reached:?}");
    }

    #[test]
    fn every_set_of_states_is_one_kind() {
        for bits in 1..16_u8 {
            let states: Vec<LedState> = LedState::ALL
                .into_iter()
                .enumerate()
                .filter(|(i, _)| bits & (1 << i) != 0)
                .map(|(_, s)| s)
                .collect();
            let led = Led::of(LedSet::of(&states));
            assert_eq!(led == Led::Green, states == [LedState::SolidGreen]);
            if states.contains(&LedState::SolidGreen) && states.len() > 1 {
                assert_eq!(led, Led::Open, "{states:?}");
            }
        }
    }
}
