//! Many mutants at once, each on one of the processors that there are; the answers come in the order of the questions.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// The stack of a thread in bytes. The prover's recursion is as deep as on the main thread, which has 8 MiB on most systems.
const STACK: usize = 16 << 20;

/// Asks each question. Where no threads can be had, one after the other.
pub(in crate::mutate) fn each<Q: Sync, A: Send>(
    questions: &[Q],
    ask: &(dyn Fn(&Q) -> A + Sync),
    done: &(dyn Fn(usize) + Sync),
) -> Vec<A> {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut answers = Vec::new();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let Some(question) = questions.get(number) else { return answers };
            answers.push((number, ask(question)));
            done(number + 1);
        }
    };
    let threads = thread::available_parallelism().map_or(1, usize::from).min(8);
    let mut all = thread::scope(|scope| {
        let begun = (1..threads)
            .filter_map(|_| thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work).ok())
            .collect::<Vec<_>>();
        let mut all = work();
        for thread in begun {
            match thread.join() {
                Ok(more) => all.extend(more),
                // As if this thread had done it.
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        all
    });
    all.sort_by_key(|(number, _)| *number);
    all.into_iter().map(|(_, answer)| answer).collect()
}
