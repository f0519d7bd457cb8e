//! Supervision: a panic is a fault of this program, and whoever waits for the work hears of it as a sentence instead of
//! waiting for ever. Nothing is printed for it: the sentence goes where all others go, and never into the middle of a
//! line or of JSON. A panic that nobody supervises is told as always.

use crate::model::text::foreign;
use std::any::Any;
use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::panic::{self, AssertUnwindSafe, PanicHookInfo};
use std::pin::pin;
use std::sync::Once;
use std::task::Poll;
use std::time::Duration;
use tokio::task::{AbortHandle, JoinSet};

/// What a panic said and where in the source it was, in one line that is safe to show.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("broke inside this program: {0}")]
pub struct Broke(String);

thread_local! {
    /// How many pieces of supervised work this thread is inside of.
    static INSIDE: Cell<u32> = const { Cell::new(0) };
    /// What the hook heard of the last panic on this thread.
    static HEARD: RefCell<Option<Broke>> = const { RefCell::new(None) };
}

/// Does the work.
///
/// # Errors
/// What broke, when it panicked.
pub fn caught<T>(work: impl FnOnce() -> T) -> Result<T, Broke> {
    listen();
    INSIDE.set(INSIDE.get() + 1);
    let done = panic::catch_unwind(AssertUnwindSafe(work));
    INSIDE.set(INSIDE.get().saturating_sub(1));
    let heard = HEARD.take();
    done.map_err(|payload| match payload.downcast::<Broke>() {
        // it was caught before, with its place, and handed on
        Ok(broke) => *broke,
        Err(payload) => heard.unwrap_or_else(|| Broke(said(&*payload))),
    })
}

/// The same for work that waits. Dropping the future drops the work.
///
/// # Errors
/// What broke, when it panicked.
pub async fn supervised<T>(work: impl Future<Output = T>) -> Result<T, Broke> {
    let mut work = pin!(work);
    poll_fn(|cx| match caught(|| work.as_mut().poll(cx)) {
        Ok(poll) => poll.map(Ok),
        Err(broke) => Poll::Ready(Err(broke)),
    })
    .await
}

/// The same for work that has to end: what is waited for in it may never come.
///
/// # Errors
/// What broke, when it panicked or was not done in time.
pub async fn within<T>(limit: Duration, work: impl Future<Output = T>) -> Result<T, Broke> {
    match tokio::time::timeout(limit, supervised(work)).await {
        Ok(done) => done,
        Err(_) => Err(Broke(format!("it was not done after {} s", limit.as_secs()))),
    }
}

/// Work that holds a thread up, beside the runtime's own threads. What breaks it breaks the owner.
///
/// # Panics
/// With the panic of the work.
#[allow(clippy::disallowed_methods, reason = "the ban points here")]
pub async fn aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::task::spawn_blocking(move || caught(work)).await {
        Ok(Ok(done)) => done,
        Ok(Err(broke)) => panic::resume_unwind(Box::new(broke)),
        // the runtime ends, and its tasks with it
        Err(_) => std::future::pending().await,
    }
}

/// Tasks that work for one owner: what breaks one of them breaks the owner, who is supervised in turn. Dropping it ends
/// them all.
#[derive(Debug)]
pub struct Crew<T>(JoinSet<Result<T, Broke>>);

impl<T> Default for Crew<T> {
    fn default() -> Self {
        Crew(JoinSet::new())
    }
}

impl<T: Send + 'static> Crew<T> {
    pub fn spawn(&mut self, work: impl Future<Output = T> + Send + 'static) -> AbortHandle {
        self.0.spawn(supervised(work))
    }

    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn abort_all(&mut self) {
        self.0.abort_all();
    }

    /// What the next one to end gives; `None` when all have ended. One that was aborted gives nothing.
    ///
    /// # Panics
    /// With the panic of a task.
    #[allow(clippy::disallowed_methods, reason = "the ban points here")]
    pub async fn next(&mut self) -> Option<T> {
        loop {
            match self.0.join_next().await? {
                Ok(Ok(done)) => return Some(done),
                Ok(Err(broke)) => panic::resume_unwind(Box::new(broke)),
                Err(ended) => {
                    if let Ok(payload) = ended.try_into_panic() {
                        panic::resume_unwind(payload);
                    }
                }
            }
        }
    }

    /// What all of them give, in the order in which they end.
    ///
    /// # Panics
    /// With the panic of a task.
    pub async fn all(mut self) -> Vec<T> {
        let mut out = Vec::with_capacity(self.len());
        while let Some(done) = self.next().await {
            out.push(done);
        }
        out
    }
}

/// Puts an ear before the hook that is there, once: it keeps what supervised work says, and hands on the rest.
fn listen() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if INSIDE.try_with(Cell::get).is_ok_and(|n| n > 0) {
                let _ = HEARD.try_with(|heard| heard.replace(Some(told(info))));
            } else {
                before(info);
            }
        }));
    });
}

fn told(info: &PanicHookInfo<'_>) -> Broke {
    let said = said(info.payload());
    Broke(match info.location() {
        Some(at) => format!("{said} ({}:{})", place(at.file()), at.line()),
        None => said,
    })
}

fn said(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().copied();
    let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    foreign(text.unwrap_or("no reason given"))
}

/// A source file without the folders of the computer that built it: `src/check/tcp.rs`, `tokio-1.2.3/src/time/mod.rs`.
fn place(file: &str) -> String {
    let file = file.replace('\\', "/");
    let parts: Vec<&str> = file.split('/').collect();
    let src = parts.iter().rposition(|p| *p == "src").unwrap_or(parts.len().saturating_sub(1));
    foreign(&parts.get(src.saturating_sub(1)..).unwrap_or_default().join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run<T>(what: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap().block_on(what)
    }

    #[test]
    fn what_broke_is_told_with_its_place() {
        let broke = caught(|| [0_u8].iter().find(|n| **n > 0).unwrap()).unwrap_err().to_string();
        assert!(broke.contains("program: called `Option::unwrap()` on a `None` value ("), "{broke}");
        assert!(broke.contains("platform/supervise.rs:") && broke.ends_with(')'), "{broke}");
        let hostile = caught(|| panic!("a\u{1b}[31m\nb")).unwrap_err().to_string();
        assert!(!hostile.contains('\u{1b}') && !hostile.contains('\n'), "{hostile}");
        assert!(caught(|| panic::panic_any(7)).unwrap_err().to_string().contains("no reason given ("));
        assert_eq!(caught(|| 7), Ok(7));
    }

    #[test]
    fn no_folder_of_the_building_computer_is_told() {
        assert_eq!(place("/home/x/.registry/tokio-1.2/src/time/mod.rs"), "tokio-1.2/src/time/mod.rs");
        assert_eq!(place("C:\\x\\tokio-1.2\\src\\lib.rs"), "tokio-1.2/src/lib.rs");
        assert_eq!(place("src/check/tcp.rs"), "src/check/tcp.rs");
        assert_eq!(place("/home/x/odd.rs"), "x/odd.rs");
        assert_eq!(place(""), "");
    }

    #[test]
    fn a_task_that_breaks_breaks_its_owner_and_is_told_once_with_its_own_place() {
        let broke = run(supervised(async {
            let mut crew: Crew<u8> = Crew::default();
            crew.spawn(async { 1 });
            crew.spawn(async {
                tokio::task::yield_now().await;
                panic!("inner")
            });
            crew.all().await
        }));
        let broke = broke.unwrap_err().to_string();
        assert!(
            broke.starts_with("broke inside this program: inner (") && broke.contains("supervise.rs"),
            "{broke}"
        );
    }

    #[test]
    fn what_breaks_aside_breaks_its_owner() {
        let broke = run(supervised(aside(|| {
            if true {
                panic!("aside")
            }
        })));
        assert!(broke.unwrap_err().to_string().contains("program: aside ("));
        assert_eq!(run(supervised(aside(|| 7))), Ok(7));
    }

    #[test]
    fn one_that_was_aborted_breaks_nobody() {
        let got = run(supervised(async {
            let mut crew: Crew<u8> = Crew::default();
            crew.spawn(std::future::pending()).abort();
            crew.spawn(async { 1 });
            crew.all().await
        }));
        assert_eq!(got, Ok(vec![1]));
    }
}
