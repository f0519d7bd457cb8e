//! The true state of a virtual gateway, from its own status file.

use super::case::Gateway;
use super::host::wait_for;
use super::site::status_of;
use solidgreen::lab::event::{Event, Stamped, unix_us};
use solidgreen::model::LedState;
use std::time::Duration;

/// Everything that a gateway reported so far.
pub fn events(n: usize) -> Result<Vec<Stamped>, String> {
    let text = std::fs::read_to_string(status_of(n)).map_err(|e| format!("{}: {e}", status_of(n)))?;
    text.lines()
        .map(|line| serde_json::from_str(line).map_err(|e| format!("gateway {n}: {line}: {e}")))
        .collect()
}

/// The LED as it is now.
pub fn led(events: &[Stamped]) -> LedState {
    events
        .iter()
        .rev()
        .find_map(|s| if let Event::Led { led } = s.event { Some(led) } else { None })
        .unwrap_or(LedState::Dark)
}

/// True when the LED is not only what is expected, but the gateway has tried to get further and could not; one whose
/// cable is out cannot try.
fn settled(events: &[Stamped], expected: LedState, unplugged: bool) -> bool {
    let since = |is: fn(&Event) -> bool| {
        let from = events.iter().rposition(|s| is(&s.event)).unwrap_or(0);
        &events[from..]
    };
    let count = |events: &[Stamped], is: fn(&Event) -> bool| events.iter().filter(|s| is(&s.event)).count();
    if led(events) != expected {
        return false;
    }
    match expected {
        LedState::Dark => events.iter().any(|s| s.event == Event::Halt),
        LedState::SolidRed => {
            // a DISCOVER that was sent again is one that was not answered
            unplugged || count(since(|e| matches!(e, Event::Boot { .. })), |e| *e == Event::Discover) >= 2
        }
        // a second round begins after every way of the first has failed
        LedState::BlinkingRed => {
            count(since(|e| matches!(e, Event::Lease(_))), |e| matches!(e, Event::Resolving { .. })) >= 2
        }
        LedState::SolidGreen => true,
    }
}

/// A record that was just sent to everybody is not sent again within a second (RFC 6762 section 6), and each
/// announcement is sent twice, a second apart: a box that has just announced answers nobody. The cases are about a box
/// that has been there for a while.
fn answers_again(events: &[Stamped]) -> bool {
    let last = events.iter().rev().find(|s| matches!(s.event, Event::Led { .. })).map_or(0, |s| s.unix_us);
    unix_us().saturating_sub(last) > 2_400_000
}

/// Waits until gateway `n` proves this LED.
pub fn prove(n: usize, expected: LedState, gateway: &Gateway) -> Result<(), String> {
    wait_for(Duration::from_secs(15), || {
        let events = events(n)?;
        if settled(&events, expected, gateway.unplugged) && (!gateway.announce || answers_again(&events)) {
            return Ok(());
        }
        let last: Vec<String> = events.iter().rev().take(4).map(|s| s.line().trim_end().to_owned()).collect();
        Err(format!(
            "the fault does not bite: gateway {n} is {} in place of {expected}; last {}",
            led(&events),
            last.join(" ")
        ))
    })
}
