//! What ends a command from outside: a signal, or that nobody reads its output any more. One listener for the life of the
//! process, on a thread that does nothing else, so that no flood of other work and no pause between two waits loses it.
//!
//! The first signal asks: what was recorded is kept, and the command ends by itself. The second one ends it at once.

use std::io;
use std::sync::OnceLock;
use std::time::Duration;
use tokio::sync::watch;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Ctrl+C, or the system's way to say that it is over.
    Signal,
    /// The reader of standard output has gone (`| head`).
    ReaderGone,
}

/// The status of a program that a signal ended.
const ENDED: i32 = 130;
/// A command that was asked to end and has not by then never will: it writes to somebody who does not read.
const GRACE: Duration = Duration::from_secs(10);

static TOLD: OnceLock<watch::Sender<Option<End>>> = OnceLock::new();
static LISTENS: OnceLock<()> = OnceLock::new();

fn told() -> &'static watch::Sender<Option<End>> {
    TOLD.get_or_init(|| watch::Sender::new(None))
}

/// Begins to listen, once in a process: for signals, and for the reader of standard output too where a command lives for
/// that reader alone.
///
/// # Errors
/// When the system gives no thread for it; signals then end the process as ever.
pub fn listen(reader_too: bool) -> io::Result<()> {
    if LISTENS.get().is_none() {
        system::listen(reader_too)?;
        let _ = LISTENS.set(());
    }
    Ok(())
}

/// What has come, if anything has.
#[must_use]
pub fn reason() -> Option<End> {
    *told().borrow()
}

/// Waits for it to come; one that came before is not lost.
pub async fn come() -> End {
    let mut here = told().subscribe();
    match here.wait_for(Option::is_some).await.ok().and_then(|end| *end) {
        Some(end) => end,
        // the sender lives as long as the process
        None => std::future::pending().await,
    }
}

/// Holds the thread up for this long, or until it comes; whether it came. For commands without a runtime.
#[must_use]
pub fn came_within(time: Duration) -> bool {
    match tokio::runtime::Builder::new_current_thread().enable_time().build() {
        Ok(runtime) => runtime.block_on(async { tokio::time::timeout(time, come()).await.is_ok() }),
        Err(_) => {
            std::thread::sleep(time);
            reason().is_some()
        }
    }
}

fn publish(end: End) {
    // a signal is the stronger word
    told().send_if_modified(|was| {
        let news = *was != Some(End::Signal) && *was != Some(end);
        if news {
            *was = Some(end);
        }
        news
    });
}

#[cfg(unix)]
mod system {
    use super::{ENDED, End, GRACE, publish};
    use std::io::{self, PipeReader};
    use std::os::fd::{AsRawFd, IntoRawFd};
    use std::sync::atomic::{AtomicI32, AtomicU64, Ordering::SeqCst};

    /// Signals within this time are one request: `timeout` tells a process and then its group, a terminal that closes tells
    /// twice. No finger is as fast.
    const ONE_REQUEST_MS: u64 = 100;

    /// Where the handler writes a byte.
    static BELL: AtomicI32 = AtomicI32::new(-1);
    /// When the first signal came, by a clock that nobody sets; 0: none has.
    static FIRST_MS: AtomicU64 = AtomicU64::new(0);

    fn now_ms() -> u64 {
        let mut now = libc::timespec { tv_sec: 0, tv_nsec: 0 };
        // SAFETY: it writes to the local variable it is given, and may be called in a handler.
        unsafe { libc::clock_gettime(libc::CLOCK_MONOTONIC, &raw mut now) };
        (now.tv_sec as u64).saturating_mul(1000).saturating_add(now.tv_nsec as u64 / 1_000_000).max(1)
    }

    /// Does only what a handler may: no allocation, no lock. Its one write finds room, so that no error is left behind.
    extern "C" fn heard(_: libc::c_int) {
        let now = now_ms();
        match FIRST_MS.compare_exchange(0, now, SeqCst, SeqCst) {
            Ok(_) => {
                // SAFETY: one byte of a constant goes to a pipe that is never closed.
                unsafe { libc::write(BELL.load(SeqCst), c"!".as_ptr().cast(), 1) };
            }
            Err(first) if now.saturating_sub(first) >= ONE_REQUEST_MS => {
                // SAFETY: it ends the process without running anything of it.
                unsafe { libc::_exit(ENDED) }
            }
            Err(_) => {}
        }
    }

    pub(super) fn listen(reader_too: bool) -> io::Result<()> {
        let (rings, bell) = io::pipe()?;
        BELL.store(bell.into_raw_fd(), SeqCst);
        std::thread::Builder::new().name("signals".into()).spawn(move || attend(&rings, reader_too))?;
        for signal in [libc::SIGINT, libc::SIGTERM, libc::SIGHUP] {
            take(signal)?;
        }
        Ok(())
    }

    fn take(signal: libc::c_int) -> io::Result<()> {
        // SAFETY: a sigaction of zeros is one without flags, and both calls are given structures of this function.
        unsafe {
            let mut action: libc::sigaction = std::mem::zeroed();
            // `nohup` has it ignored, and means it
            let ignored = libc::sigaction(signal, std::ptr::null(), &raw mut action) == 0
                && action.sa_sigaction == libc::SIG_IGN;
            if signal == libc::SIGHUP && ignored {
                return Ok(());
            }
            action = std::mem::zeroed();
            action.sa_sigaction = heard as *const () as usize;
            action.sa_flags = libc::SA_RESTART;
            if libc::sigaction(signal, &raw const action, std::ptr::null_mut()) != 0 {
                return Err(io::Error::last_os_error());
            }
        }
        Ok(())
    }

    /// Systems that do not tell by themselves that a reader has gone are asked once in this time.
    const ASK_MS: libc::c_int = if cfg!(target_os = "linux") { -1 } else { 1000 };

    fn attend(rings: &PipeReader, reader_too: bool) {
        let mut reader = if reader_too { libc::STDOUT_FILENO } else { -1 };
        loop {
            let waits = if reader < 0 { -1 } else { ASK_MS };
            let [rang, gone] = poll([(rings.as_raw_fd(), libc::POLLIN), (reader, 0)], waits);
            if rang & libc::POLLIN != 0 {
                publish(End::Signal);
                std::thread::sleep(GRACE);
                // SAFETY: it ends the process without running anything of it.
                unsafe { libc::_exit(ENDED) }
            }
            let [gone] = if ASK_MS >= 0 && reader >= 0 { poll([(reader, libc::POLLOUT)], 0) } else { [gone] };
            if gone & (libc::POLLERR | libc::POLLHUP) != 0 {
                publish(End::ReaderGone);
                reader = -1;
            } else if gone & libc::POLLNVAL != 0 {
                reader = -1; // closed, or of a kind that cannot be waited on
            }
        }
    }

    /// What has come of which descriptor; nothing of one below 0.
    fn poll<const N: usize>(what: [(libc::c_int, libc::c_short); N], ms: libc::c_int) -> [libc::c_short; N] {
        let mut all = what.map(|(fd, events)| libc::pollfd { fd, events, revents: 0 });
        // SAFETY: the array has as many entries as are told, and lives through the call.
        let found = unsafe { libc::poll(all.as_mut_ptr(), N as libc::nfds_t, ms) };
        // where it fails (a signal in between) nothing has come
        if found < 0 { [0; N] } else { all.map(|one| one.revents) }
    }
}

#[cfg(windows)]
mod system {
    use super::{ENDED, End, GRACE, publish};
    use std::io;
    use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
    use windows_sys::Win32::System::Console::SetConsoleCtrlHandler;
    use windows_sys::core::BOOL;

    static ASKED: AtomicBool = AtomicBool::new(false);

    /// Windows calls it on a thread of its own; when the console closes, the process ends when it returns.
    unsafe extern "system" fn heard(_kind: u32) -> BOOL {
        if !ASKED.swap(true, SeqCst) {
            publish(End::Signal);
            std::thread::sleep(GRACE);
        }
        std::process::exit(ENDED)
    }

    /// That a reader has gone is seen at the next write.
    pub(super) fn listen(_reader_too: bool) -> io::Result<()> {
        // SAFETY: the handler is a function that lives as long as the process.
        if unsafe { SetConsoleCtrlHandler(Some(heard), 1) } == 0 {
            Err(io::Error::last_os_error())
        } else {
            Ok(())
        }
    }
}

#[cfg(not(any(unix, windows)))]
mod system {
    pub(super) fn listen(_reader_too: bool) -> std::io::Result<()> {
        Ok(())
    }
}
