//! How statements count that hold words which AWS would refuse.

use crate::authz::{Ambiguity, Readings};
use crate::model::condition::Test;
use crate::model::{Condition, Effect, Statement};

/// Whether a statement counts as an Allow; one whose effect cannot be read is either, by the reading.
pub(crate) fn allows(statement: &Statement, readings: &Readings) -> bool {
    match statement.effect.node {
        Effect::Allow => true,
        Effect::Deny => false,
        Effect::Unclear => readings.second(Ambiguity::RefusedWords),
    }
}

/// How words count that AWS would refuse, in one reading.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Treatment {
    /// They fit whatever is asked.
    Matches,
    /// They fit nothing.
    Fails,
}

impl Treatment {
    /// Whether such words fit.
    pub(crate) fn matches(self) -> bool {
        self == Treatment::Matches
    }
}

/// How the suspect words of a statement count: against the requests in the first reading, for them in the second.
pub(crate) fn treatment(statement: &Statement, allows: bool, readings: &Readings) -> Treatment {
    let is_second = || readings.second(Ambiguity::RefusedWords) == allows;
    let is_unclear = statement.effect.node == Effect::Unclear;
    let matches = is_unclear || is_suspect(statement) && is_second();
    if matches { Treatment::Matches } else { Treatment::Fails }
}

/// Whether some of its words are those that AWS would refuse.
pub(crate) fn is_suspect(statement: &Statement) -> bool {
    let unknown = |condition: &Condition| condition.test == Test::Unknown;
    statement.action.is_none()
        || statement.all_doubts().next().is_some()
        || statement.conditions.iter().any(unknown)
}
