//! Whether two policies say the same.

use crate::model::{Effect, Policy, Statement};
use crate::rules::lint::with_everything;
use crate::source::without_places;
use crate::symbolic::{Answer, Requests, Together, lost_within};

/// Whether two policies allow the same and deny the same, proved over all of these requests: whatever other policies there are, one may be in place of the other. `cost`:
/// what a question may cost; "no" may also mean that it did not suffice.
pub(crate) fn is_equal(
    one: &Policy,
    other: &Policy,
    requests: Requests,
    cost: &dyn Fn() -> Together,
) -> bool {
    let is_same = |one: &Policy, other: &Policy| {
        let covers = |one, other| lost_within(&[one], &[other], requests, &cost()) == Answer::None;
        covers(one, other) && covers(other, one)
    };
    let are_same = |one: &Policy, other: &Policy| {
        is_same(one, other) && is_same(&with_everything(one), &with_everything(other))
    };
    rest_is_same(one, other, &is_same) || are_same(one, other)
}

/// Whether the statements that only one of them has apply to the same requests, Allows and Denies each by themselves: what both have then decides nothing. It costs less than
/// a look at all of them. Of words that AWS would refuse nothing is said.
fn rest_is_same(one: &Policy, other: &Policy, is_same: &dyn Fn(&Policy, &Policy) -> bool) -> bool {
    let (own, others) = apart(one, other);
    if own.statements.iter().chain(&others.statements).any(is_doubtful) {
        return false;
    }
    let of = |policy: &Policy, effect| {
        let statements = policy.statements.iter().filter(|one| one.effect.node == effect);
        numbered(policy, statements.cloned().collect())
    };
    let [allows, denies] =
        [Effect::Allow, Effect::Deny].map(|effect| [of(&own, effect), of(&others, effect)]);
    is_same(&allows[0], &allows[1])
        && is_same(&with_everything(&denies[0]), &with_everything(&denies[1]))
}

fn is_doubtful(statement: &Statement) -> bool {
    statement.effect.node == Effect::Unclear || statement.all_doubts().next().is_some()
}

/// The statements of each that the other does not have word for word. The model may not hold all of the words that AWS would refuse.
fn apart(one: &Policy, other: &Policy) -> (Policy, Policy) {
    let words = |statement: &Statement| {
        without_places(&Statement { index: 0, sid: None, ..statement.clone() })
    };
    let all = |policy: &Policy| policy.statements.iter().map(words).collect::<Vec<_>>();
    let (own, others) = (all(one), all(other));
    let only = |policy: &Policy, words: &[String], beside: &[String]| {
        let known = policy.statements.iter().zip(words);
        let left =
            known.filter(|(statement, words)| is_doubtful(statement) || !beside.contains(words));
        numbered(policy, left.map(|(statement, _)| statement.clone()).collect())
    };
    (only(one, &own, &others), only(other, &others, &own))
}

fn numbered(policy: &Policy, statements: Vec<Statement>) -> Policy {
    let numbered = statements.into_iter().enumerate();
    let statements = numbered.map(|(index, statement)| Statement { index, ..statement }).collect();
    policy.with(statements)
}
