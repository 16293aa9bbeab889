//! The two engines against each other, on single requests with all layers.

use crate::support::random::line;
use ica_policy::eval;
use ica_policy::json;
use ica_policy::simulate::{Line, Store, simulate};
use ica_policy::source::Sources;
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

proptest! {
    #![proptest_config(ProptestConfig { cases: 5_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn both_engines_decide_random_requests_alike(line in line()) {
        let Some(line) = read(&line.to_string()) else { return Ok(()) };
        let outcome = eval::decide(line.request(), &line.layers()).outcome;
        if let Ok(other) = symbolic::decide(line.request(), &line.layers()) {
            prop_assert_eq!(other, outcome);
        }
    }
}
