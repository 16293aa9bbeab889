//! Words about tests that several formats have.

use super::tested::{Test, Tested};
use crate::expect::Status;
use crate::product::Verdict;
use std::fmt::Write;

/// How many tests hold, in words.
pub(super) fn numbers(tested: &Tested) -> String {
    let counts = tested.counts;
    let tests = if tested.tests.len() == 1 { "test" } else { "tests" };
    let mut text = format!("{} {tests}: {} hold", tested.tests.len(), counts.holds);
    for (count, words) in [(counts.fails, "fail"), (counts.undecided, "not decided")] {
        if count > 0 {
            let _ = write!(text, ", {count} {words}");
        }
    }
    text
}

/// The name of a test, with that of its connection if there are several.
pub(super) fn title(test: &Test) -> String {
    match &test.connection {
        Some(connection) => format!("{connection}: {}", test.name),
        None => test.name.clone(),
    }
}

/// The verdict whose colour a status has.
pub(super) fn colour(status: Status) -> Verdict {
    match status {
        Status::Holds => Verdict::Allowed,
        Status::Undecided => Verdict::Unknown,
        Status::Fails => Verdict::Blocked,
    }
}
