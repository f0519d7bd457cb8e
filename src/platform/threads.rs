//! The runtime and its threads, all of them or none. A runtime that was given fewer threads than it wants breaks, or has
//! work that waits for ever: where the system gives too few, that is an error before anything has begun.

use super::supervise::caught;
use std::io;
use std::sync::{Mutex, PoisonError, mpsc};
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};

/// Threads that wait for the network.
const WORKERS: usize = 2;
/// Beside them: one for work that holds a thread up (sweeps, the disk), one for a console.
const BESIDE: usize = 2;
/// The thread for such work stays: it does in turn what finds no thread of its own later on.
const STAYS: Duration = Duration::from_secs(365 * 24 * 3600);
/// A thread that has not begun by then never will.
const LONG: Duration = Duration::from_secs(10);

/// Starts the runtime of a session.
///
/// # Errors
/// When the system gives too few threads or descriptors.
pub fn runtime() -> io::Result<Runtime> {
    room_for(WORKERS + BESIDE)?;
    let build = || {
        Builder::new_multi_thread()
            .worker_threads(WORKERS)
            .thread_name("session")
            .thread_keep_alive(STAYS)
            .enable_all()
            .build()
    };
    // another program may have taken what was there a moment ago
    let runtime = caught(build).map_err(io::Error::other)??;
    let (tell, told) = mpsc::channel();
    let begun = caught(|| drop(runtime.spawn_blocking(move || tell.send(())))).map_err(io::Error::other);
    match begun.and_then(|()| told.recv_timeout(LONG).map_err(io::Error::other)) {
        Ok(()) => Ok(runtime),
        Err(e) => {
            runtime.shutdown_background();
            Err(e)
        }
    }
}

/// Whether the system gives so many threads at once.
fn room_for(threads: usize) -> io::Result<()> {
    let gate = Mutex::new(());
    let held = gate.lock().unwrap_or_else(PoisonError::into_inner);
    std::thread::scope(|scope| {
        let all = (0..threads).try_for_each(|_| {
            std::thread::Builder::new().spawn_scoped(scope, || drop(gate.lock())).map(drop)
        });
        drop(held);
        all
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_runtime_has_its_threads_and_one_for_work_that_holds_them_up() {
        let runtime = runtime().unwrap();
        assert_eq!(runtime.metrics().num_workers(), WORKERS);
        assert_eq!(runtime.block_on(crate::platform::supervise::aside(|| 7)), 7);
        assert!(room_for(0).is_ok());
    }
}
