//! A long text is shared out between the cores: in parts that are worked at together, and in batches of which the next is
//! made while one is taken. The answer is the same with one core, and where no thread is to be had.

use std::num::NonZero;
use std::panic::resume_unwind;
use std::sync::{LazyLock, mpsc};
use std::thread::{self, ScopedJoinHandle};

/// The system looks its answer up in files each time.
static CORES: LazyLock<usize> = LazyLock::new(|| thread::available_parallelism().map_or(1, NonZero::get));
/// Fewer items are not worth a thread.
const WORTH_A_THREAD: usize = 512;
/// How many batches are made before they are taken.
const AHEAD: usize = 2;

/// What `work` makes of each part, in their order.
pub fn in_parts<'a, T: Sync, R: Send>(all: &'a [T], work: impl Fn(&'a [T]) -> R + Sync) -> Vec<R> {
    if all.len() <= WORTH_A_THREAD {
        return vec![work(all)];
    }
    let part = all.len().div_ceil(*CORES).max(WORTH_A_THREAD);
    let work = &work;
    thread::scope(|scope| {
        let mut parts = all.chunks(part);
        let first = parts.next().unwrap_or_default();
        let others: Vec<_> = parts
            .map(|part| (part, thread::Builder::new().spawn_scoped(scope, move || work(part))))
            .collect();
        let mut out = vec![work(first)];
        for (part, begun) in others {
            out.push(match begun.map(ScopedJoinHandle::join) {
                Ok(Ok(done)) => done,
                Ok(Err(broke)) => resume_unwind(broke),
                Err(_) => work(part),
            });
        }
        out
    })
}

/// Takes what `make` gives, one after the other. `apart`: it is made in a thread of its own, ahead of who takes it.
pub fn ahead<T: Send>(
    apart: bool,
    make: impl Fn(&mut dyn FnMut(T) -> bool) + Send + Sync,
    take: &mut dyn FnMut(T),
) {
    let make = &make;
    thread::scope(|scope| {
        let (given, made) = mpsc::sync_channel(AHEAD);
        let maker = move || make(&mut |one| given.send(one).is_ok());
        match apart.then(|| thread::Builder::new().spawn_scoped(scope, maker)) {
            Some(Ok(maker)) => {
                made.iter().for_each(take);
                if let Err(broke) = maker.join() {
                    resume_unwind(broke);
                }
            }
            _ => make(&mut |one| {
                take(one);
                true
            }),
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_stays_whoever_works() {
        for many in [0, 1, WORTH_A_THREAD + 1, 10 * WORTH_A_THREAD] {
            let all: Vec<usize> = (0..many).collect();
            let twice: Vec<usize> =
                in_parts(&all, |part| part.iter().map(|n| 2 * n).collect::<Vec<_>>()).concat();
            assert_eq!(twice, all.iter().map(|n| 2 * n).collect::<Vec<_>>());
            for apart in [false, true] {
                let mut taken = Vec::new();
                let make = |give: &mut dyn FnMut(usize) -> bool| {
                    for n in 0..many {
                        assert!(give(n));
                    }
                };
                ahead(apart, make, &mut |n| taken.push(n));
                assert_eq!(taken, all);
            }
        }
    }

    #[test]
    #[should_panic(expected = "made to break")]
    fn what_breaks_in_another_thread_breaks_who_waits() {
        ahead(true, |_: &mut dyn FnMut(u8) -> bool| panic!("made to break"), &mut |_| {});
    }
}
