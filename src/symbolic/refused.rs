//! Words that AWS would refuse, in two sets of policies.
//!
//! Each reading takes all such words of both sides alike. That bounds what one side allows, but not the difference of the two: two words
//! that nobody can read may mean two things. So where they are not the same words on both sides, nothing is known to be equal.

use super::sides::is_doubtful;
use crate::model::condition::Test;
use crate::model::{Policy, Statement};
use crate::source::{Span, without_places};

/// The first statement with words that AWS would refuse, if such statements are not the same on both sides.
pub(super) fn differing(old: &[&Policy], new: &[&Policy]) -> Option<Span> {
    let (mut old, mut new) = (doubtful(old), doubtful(new));
    old.sort();
    new.sort();
    let is_unread = old.iter().chain(&new).any(|(words, _)| words.is_none());
    let is_same = old.iter().map(|(words, _)| words).eq(new.iter().map(|(words, _)| words));
    let first = new.first().or(old.first()).map(|(_, span)| Span { lo: span.0, hi: span.1 });
    first.filter(|_| is_unread || !is_same)
}

/// The doubtful statements: what the model holds of them, and where they stand.
fn doubtful(policies: &[&Policy]) -> Vec<(Option<String>, (u32, u32))> {
    let statements = policies.iter().flat_map(|policy| &policy.statements).filter(|statement| is_doubtful(statement));
    statements.map(|statement| (words(statement), (statement.span.lo, statement.span.hi))).collect()
}

/// A statement without its places; `None` if the model does not hold all of its words.
fn words(statement: &Statement) -> Option<String> {
    let is_held = |test: &Test| *test != Test::Unknown && test.doubts().is_empty();
    let is_whole = statement.conditions.iter().all(|condition| condition.doubts.is_empty() && is_held(&condition.test));
    is_whole.then(|| without_places(&Statement { index: 0, ..statement.clone() }))
}
