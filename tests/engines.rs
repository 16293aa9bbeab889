//! The two engines against each other, on single requests with all layers.

use crate::support::random::runner;
use ica_policy::eval;
use ica_policy::json;
use ica_policy::simulate::{Line, Store, simulate};
use ica_policy::source::Sources;
use ica_policy::strategies::line;
use ica_policy::symbolic;
use proptest::prelude::*;

/// Reads a line; `None` if the line is refused.
pub fn read(text: &str) -> Option<Line> {
    let mut sources = Sources::new();
    let id = sources.add_file("line", text.to_owned()).unwrap();
    let parsed = json::parse(sources.get(id));
    Line::read(parsed.root?, &Store::default()).ok()
}

/// The engines decide a request as it is written. Only `simulate` also considers that AWS sends a
/// key which the line leaves out. For a line where that matters, this is the decision of the first
/// engine on the request as written.
fn as_written(line: &Line) -> Option<String> {
    let simulated = simulate(line.request(), &line.layers()).decision.outcome;
    let written = eval::decide(line.request(), &line.layers()).outcome;
    (simulated != written).then(|| format!("{written:?}"))
}

#[test]
fn the_symbolic_engine_decides_every_case_of_the_corpus_as_its_source_says() {
    let (mut wrong, mut decided, mut left) = (Vec::new(), 0, Vec::new());
    for case in crate::eval::cases().iter().filter(|case| case.expect != "Error") {
        let Some(line) = read(&case.line) else { continue };
        match symbolic::decide(line.request(), &line.layers()) {
            Ok(outcome) => {
                decided += 1;
                let expect = as_written(&line).unwrap_or(case.expect.clone());
                if format!("{outcome:?}") != expect {
                    wrong.push(format!(
                        "{}: {outcome:?}, expected {expect}\n    {}",
                        case.name, case.line
                    ));
                }
            }
            Err(undecided) => left.push(format!("{}: {}", case.name, undecided.reason)),
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
    eprintln!("{decided} cases decided, {} left: {left:#?}", left.len());
    assert!(decided > 3_000 && left.len() * 50 < decided);
}

#[test]
fn both_engines_decide_random_requests_alike() {
    let result = runner("ENGINE_CASES", 5_000).run(&line(), |line| {
        let Some(line) = read(&line.to_string()) else { return Ok(()) };
        let outcome = eval::decide(line.request(), &line.layers()).outcome;
        match symbolic::decide(line.request(), &line.layers()) {
            Ok(other) => prop_assert_eq!(other, outcome),
            Err(_) => COUNT.with(|count| count.set((count.get().0, count.get().1 + 1))),
        }
        COUNT.with(|count| count.set((count.get().0 + 1, count.get().1)));
        Ok(())
    });
    result.unwrap_or_else(|error| panic!("{error}"));
    let (decided, left) = COUNT.with(std::cell::Cell::get);
    eprintln!("{decided} requests decided, {left} of them not by the symbolic engine");
    assert!(decided > 1_000 && left * 10 < decided, "{decided} decided, {left} left");
}

thread_local! {
    /// Requests that were read, and those that one engine left.
    static COUNT: std::cell::Cell<(usize, usize)> = const { std::cell::Cell::new((0, 0)) };
}
