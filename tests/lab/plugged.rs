//! "Plug it in now", used as the window uses it: the session goes on after the box was found, and the sweeping does not.

use super::case::Case;
use super::fault::start_role;
use super::host::{ip_batch, log_of, wait_for, wait_for_log};
use solidgreen::model::evidence::Source;
use solidgreen::model::footprint::PacketKind;
use solidgreen::profile::Profile;
use solidgreen::session::{Command, Options, Session, SessionPort, world};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A sweep that was under way when the box was found comes to its end.
const LAST_SWEEP: Duration = Duration::from_secs(1);
/// Two rounds of the finder, and more.
const AFTERWARDS: Duration = Duration::from_secs(12);

/// Plugs the last gateway in once the finder is ready; what was found, and everything that is not as expected.
pub fn run(case: &Case) -> Result<(String, Vec<String>), String> {
    let last = case.gateways.len().checked_sub(1).ok_or("a finder needs a gateway to find")?;
    start_role("laptop", "finder", &["--role-finder"])?;
    wait_for_log("finder", "ready")?;
    ip_batch(Some("sw"), &format!("link set p_gw{last} up\n"))?;
    let said = wait_for(Duration::from_secs(60), || {
        let said = std::fs::read_to_string(log_of("finder")).unwrap_or_default();
        if said.contains("afterwards") { Ok(said) } else { Err(said) }
    })?;
    let found = said.lines().last().unwrap_or_default().to_owned();
    let wrong = if found == "afterwards 0" { vec![] } else { vec![format!("it goes on sweeping: {said}")] };
    Ok((format!("found, {found}"), wrong))
}

/// The role: a session that looks for what is plugged in, and then stays.
pub fn finder() -> ExitCode {
    let profile = Arc::new(Profile::shipped());
    let Ok(session) = Session::start(profile, Options::default(), world::clock(), Arc::new(|| {})) else {
        return ExitCode::FAILURE;
    };
    let _ = session.send(Command::PlugInFinder(true));
    if session.wait_for(|s| s.plug_in_ready).is_none() {
        return ExitCode::FAILURE;
    }
    println!("ready");
    let found = session.wait_for(|s| s.gateways.iter().any(|g| g.sources.contains(&Source::PlugIn)));
    if found.is_none() {
        return ExitCode::FAILURE;
    }
    println!("found");
    let swept = || session.snapshot().footprint.by_kind.get(&PacketKind::Sweep).copied().unwrap_or(0);
    let begun = Instant::now();
    std::thread::sleep(LAST_SWEEP);
    // the picture is that of the last event: this one has no effect but a new picture
    let look = || {
        let _ = session.send(Command::RefreshPorts);
        std::thread::sleep(Duration::from_millis(200));
        swept()
    };
    let before = look();
    std::thread::sleep((begun + AFTERWARDS).saturating_duration_since(Instant::now()));
    println!("afterwards {}", look() - before);
    ExitCode::SUCCESS
}
