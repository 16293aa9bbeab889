//! Words that AWS would refuse or that are beyond a limit of ours, in two sets of policies.
//!
//! Each reading takes all such words of both sides alike. That bounds what one side allows, but not the difference of the two: two words
//! that nobody can read may mean two things. So where they are not the same words on both sides, nothing is known to be equal.

use crate::model::condition::Test;
use crate::model::{Element, Policy, Statement};
use crate::source::without_places;
use crate::symbolic::boxes::is_suspect;
use crate::symbolic::undecided::Undecided;

/// Why nothing is known to be equal, if such words are not the same on both sides, at the first statement with them.
pub(crate) fn differing(old: &[&Policy], new: &[&Policy]) -> Option<Undecided> {
    let (mut old, mut new) = (doubtful(old), doubtful(new));
    old.sort_by(|one, other| one.words.cmp(&other.words));
    new.sort_by(|one, other| one.words.cmp(&other.words));
    let is_unread = old.iter().chain(&new).any(|doubtful| doubtful.words.is_none());
    let is_same =
        old.iter().map(|doubtful| &doubtful.words).eq(new.iter().map(|doubtful| &doubtful.words));
    if !is_unread && is_same {
        return None;
    }
    let statement = new.first().or(old.first())?.statement;
    let reason = match statement.all_doubts().next() {
        Some(doubt) if doubt.is_limit => {
            format!("words beyond a limit are not compared: {}", doubt.reason)
        }
        _ => "the two differ in words that AWS would refuse, and what those mean is not known"
            .to_owned(),
    };
    Some(Undecided { reason, span: Some(statement.span) })
}

/// A statement with doubtful words, and what the model holds of it without places; `None` if not all of its words.
struct Doubtful<'a> {
    words: Option<String>,
    statement: &'a Statement,
}

/// The doubtful statements.
fn doubtful<'a>(policies: &[&'a Policy]) -> Vec<Doubtful<'a>> {
    let statements = policies
        .iter()
        .flat_map(|policy| &policy.statements)
        .filter(|statement| is_suspect(statement));
    statements.map(|statement| Doubtful { words: words(statement), statement }).collect()
}

/// A statement without its places; `None` if the model does not hold all of its words.
fn words(statement: &Statement) -> Option<String> {
    let is_held = |test: &Test| *test != Test::Unknown && test.doubts().is_empty();
    let is_whole = statement
        .conditions
        .iter()
        .all(|condition| condition.doubts.is_empty() && is_held(&condition.test));
    is_whole.then(|| without_places(&in_order(statement)))
}

/// A statement without its number and name, each list of its patterns in one order.
fn in_order(statement: &Statement) -> Statement {
    let mut statement = Statement { index: 0, sid: None, ..statement.clone() };
    sort(&mut statement.principal);
    sort(&mut statement.action);
    sort(&mut statement.resource);
    statement
}

fn sort<T: std::fmt::Debug>(element: &mut Option<Element<T>>) {
    if let Some(element) = element {
        element.patterns.sort_by_cached_key(without_places);
        element.patterns.dedup_by_key(|pattern| without_places(pattern));
    }
}
