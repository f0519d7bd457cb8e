//! Each fault bites, and the LED of the gateway follows when it changes.

#![allow(clippy::disallowed_methods, reason = "what breaks here breaks the test")]

use super::*;
use tokio::time::{Instant, timeout};

/// Long enough for a machine that builds beside it; what is waited for comes in two seconds otherwise.
const LIMIT: Duration = Duration::from_secs(40);

fn clock() -> Clock {
    let began = Instant::now();
    Arc::new(move || At(u64::try_from(began.elapsed().as_millis()).unwrap()))
}

/// The LED that each fault leads to.
fn expected(fault: &str) -> LedState {
    match fault {
        "no-dhcp" | "no-link" | "silent" => LedState::SolidRed,
        "none"
        | "port-443-blocked"
        | "port-4321-blocked"
        | "some-addresses-blocked"
        | "vpn-route"
        | "other-subnet"
        | "restart" => LedState::SolidGreen,
        _ => LedState::BlinkingRed,
    }
}

async fn wait_for(site: &Site, led: LedState, within: Duration) -> Result<(), String> {
    let until = Instant::now() + within;
    while site.true_led() != led {
        if Instant::now() > until {
            return Err(format!("{}: {} in place of {led}", site.fault(), site.true_led()));
        }
        sleep(Duration::from_millis(10)).await;
    }
    Ok(())
}

#[tokio::test]
async fn each_fault_bites_from_the_beginning() {
    let mut all = JoinSet::new();
    for (fault, _) in Site::faults() {
        all.spawn(async move {
            let site = Site::start(fault, &Profile::shipped(), clock()).await.unwrap();
            wait_for(&site, expected(fault), LIMIT).await?;
            // and it stays so
            if expected(fault) != LedState::SolidGreen {
                sleep(Duration::from_secs(3)).await;
                wait_for(&site, expected(fault), Duration::ZERO).await?;
            }
            Ok::<_, String>(())
        });
    }
    for ended in all.join_all().await {
        ended.unwrap();
    }
}

#[tokio::test]
async fn each_fault_bites_when_it_comes_later_and_heals() {
    let mut all = JoinSet::new();
    for (fault, _) in Site::faults() {
        all.spawn(async move {
            let mut site = Site::start("none", &Profile::shipped(), clock()).await.unwrap();
            wait_for(&site, LedState::SolidGreen, LIMIT).await?;
            site.set_fault(fault)?;
            if expected(fault) != LedState::SolidGreen {
                wait_for(&site, expected(fault), LIMIT).await?;
            }
            site.set_fault("none")?;
            wait_for(&site, LedState::SolidGreen, LIMIT).await
        });
    }
    for ended in all.join_all().await {
        ended.unwrap();
    }
}

#[tokio::test]
async fn the_segment_shows_what_a_laptop_could_see() {
    let mut site = Site::start("none", &Profile::shipped(), clock()).await.unwrap();
    let mut seen = site.observations().unwrap();
    assert!(site.observations().is_none());
    let (mut macs, mut facts) = (std::collections::BTreeSet::new(), std::collections::BTreeSet::new());
    let all = async {
        while facts.len() < 6 || !macs.contains(&site.mac()) {
            match seen.recv().await.unwrap().fact {
                Fact::Neighbour { mac, .. } => drop(macs.insert(mac)),
                Fact::Dhcp(d) => {
                    assert_eq!(d.mac, site.mac());
                    facts.insert(format!("{:?}", d.kind));
                }
                Fact::Announced(a) => drop(facts.insert(format!("announced {}", a.led.unwrap()))),
                Fact::Console(line) => {
                    if let Some(led) = line.meaning.and_then(|m| m.led) {
                        facts.insert(format!("console {led}"));
                    }
                }
                other => panic!("{other:?}"),
            }
        }
    };
    timeout(LIMIT, all).await.unwrap_or_else(|_| panic!("{facts:?} {}", macs.len()));
    assert!(macs.contains(&ROUTER_MAC) && macs.len() >= 13, "{macs:?}");
    assert!(
        facts.contains("Discover") && facts.contains("Request") && facts.contains("announced solid-green")
    );
    assert_eq!(site.offers().len(), 1);
    site.set_fault("no-dhcp").unwrap();
    assert!(site.offers().is_empty());
}

#[tokio::test]
async fn the_books_tell_gateway_and_laptop_apart() {
    let mut site = Site::start("gateway-only-blocked", &Profile::shipped(), clock()).await.unwrap();
    let cloud: SocketAddr = "54.229.203.190:443".parse().unwrap();
    assert_eq!(site.book_for_gateway().way(Transport::Tcp, cloud), Way::Silent);
    assert!(matches!(site.book_for_laptop().way(Transport::Tcp, cloud), Way::To(a) if a.ip().is_loopback()));
    site.set_fault("both-ports-rejected").unwrap();
    assert_eq!(site.book_for_laptop().way(Transport::Tcp, cloud), Way::Prohibited);
    site.set_fault("proxy-answers").unwrap();
    let nobody = "192.0.2.1:443".parse().unwrap();
    assert!(matches!(site.book_for_laptop().way(Transport::Tcp, nobody), Way::To(_)));
    site.set_fault("internet-down").unwrap();
    let control = "9.9.9.9:53".parse().unwrap();
    assert_eq!(site.book_for_laptop().way(Transport::Tcp, control), Way::Silent);
    site.set_fault("no-link").unwrap();
    assert_eq!(site.book_for_laptop(), AddressBook::default());
    assert_eq!(site.host_view().interface().unwrap().carrier, Some(false));
    site.set_fault("vpn-route").unwrap();
    assert_eq!(site.host_view().default_route_by.as_deref(), Some("tun0"));
    assert!(site.set_fault("tea").unwrap_err().contains("both-ports-dropped"));
}
