//! Many mutants at once, each on one of the processors that there are; the answers come in the order of the questions.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// The stack of a thread in bytes. The prover's recursion is as deep as on the main thread, which has 8 MiB on most systems.
const STACK: usize = 16 << 20;

/// Asks the questions from the first on, until the answers have cost `most`. What they cost is the second part of an answer; where it ends
/// follows from that alone, not from the number of threads. Where no threads can be had, one is asked after the other.
pub(in crate::mutate) fn each_within<Q: Sync, A: Send>(
    questions: &[Q],
    most: usize,
    ask: &(dyn Fn(&Q) -> (A, usize) + Sync),
    done: &(dyn Fn(usize) + Sync),
) -> Vec<A> {
    let (next, spent) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let work = || {
        let mut answers = Vec::new();
        while spent.load(Ordering::Relaxed) < most {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let Some(question) = questions.get(number) else { return answers };
            let (answer, cost) = ask(question);
            spent.fetch_add(cost, Ordering::Relaxed);
            answers.push((number, answer, cost));
            done(number + 1);
        }
        answers
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
    all.sort_by_key(|(number, ..)| *number);
    // Other threads may have asked more than one thread would.
    let mut left = most;
    let within = all.into_iter().take_while(|(.., cost)| {
        let is_left = left > 0;
        left = left.saturating_sub(*cost);
        is_left
    });
    within.map(|(_, answer, _)| answer).collect()
}

#[cfg(test)]
mod tests {
    use super::each_within;

    /// The answers are those that one thread would have: up to the one with which the budget ends.
    #[test]
    fn what_is_asked_follows_from_the_cost() {
        let questions = (0..1_000).collect::<Vec<usize>>();
        let asked = |most| each_within(&questions, most, &|number| (*number, number % 7), &|_| {});
        for (most, wanted) in [(0, 0), (1, 2), (21, 7), (22, 9), (10_000, 1_000)] {
            assert_eq!(asked(most), questions[..wanted], "{most}");
        }
    }
}
