//! The window on a fixture: no network, no session. `cargo run --example window [empty|running|blocked|green|two|console|pasted|limits]`.
//! For looking at the window while drawing it; "Find and check" walks on to the next picture.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "it shares the code of the tests"
)]

#[cfg(feature = "gui")]
#[allow(dead_code, reason = "the tests use all of it")]
#[path = "../tests/support/port.rs"]
mod port;
#[cfg(feature = "gui")]
#[path = "../tests/support/sample.rs"]
mod sample;

#[cfg(feature = "gui")]
fn main() {
    use solidgreen::model::snapshot::{Activity, DemoView, Limit};
    use solidgreen::model::{LedSet, LedState};
    use solidgreen::session::{Command, Refused, SessionPort};
    use std::sync::Arc;

    /// Answers a few commands, so that buttons can be tried.
    struct Fixture {
        desk: port::Desk,
        waker: solidgreen::ui::Waker,
    }
    impl SessionPort for Fixture {
        fn snapshot(&self) -> Arc<solidgreen::model::Snapshot> {
            self.desk.snapshot()
        }
        fn send(&self, command: Command) -> Result<(), Refused> {
            let mut s = (*self.desk.snapshot()).clone();
            match command {
                Command::FindAndCheck => s = sample::running(),
                Command::Cancel => s = sample::blocked(),
                Command::Watch(on) => s.activity = if on { Activity::Watching } else { Activity::Idle },
                Command::Choose(mac) => s.chosen = Some(mac),
                Command::PlugInFinder(on) => s.plug_in_finder = on,
                Command::Saw { led, .. } => s = sample::with_led(LedSet::only(led)),
                Command::SetSite(site) => s.site = site,
                _ => {}
            }
            self.desk.show(s);
            self.waker.wake();
            Ok(())
        }
    }

    let mut snapshot = match std::env::args().nth(1).as_deref() {
        Some("running") => sample::running(),
        Some("blocked") => sample::blocked(),
        Some("green") => sample::with_led(LedSet::only(LedState::SolidGreen)),
        Some("two") => sample::with_led(LedSet::of(&[LedState::BlinkingRed, LedState::SolidGreen])),
        Some("console") => sample::with_console(),
        Some("pasted") => sample::with_pasted(),
        _ => sample::empty(),
    };
    if std::env::args().any(|a| a == "limits") {
        snapshot.limits = vec![Limit {
            what: "DHCP broadcasts could not be heard".into(),
            why: "Port 67 needs more rights than this program has.".into(),
            advice: "It would show the box asking for an address. Not needed when the box already has one."
                .into(),
        }];
    }
    if std::env::args().any(|a| a == "demo") {
        let fault = |name: &str, about: &str| (name.to_owned(), about.to_owned());
        snapshot.demo = Some(DemoView {
            fault: "both-ports-dropped".into(),
            faults: vec![
                fault("none", "Everything works."),
                fault("both-ports-dropped", "A firewall drops 443 and 4321."),
            ],
        });
    }
    let waker = solidgreen::ui::Waker::new();
    let fixture = Fixture { desk: port::Desk::new(snapshot), waker: waker.clone() };
    let profile = Arc::new(solidgreen::profile::Profile::shipped());
    let sources = port::sources(&std::env::temp_dir());
    if let Err(e) = solidgreen::ui::run(Box::new(fixture), profile, sources, &waker) {
        panic!("{e}");
    }
}

#[cfg(not(feature = "gui"))]
fn main() {}
