//! A value that a condition of an Allow does not list.

use crate::eval::Lack;
use crate::fix::change::{Change, ChangeKind, append};
use crate::fix::scene::Scene;
use crate::model::condition::{Test, string::Compare};
use crate::model::{Condition, Policy};
use crate::product::Credentials;
use crate::tree::Value;
use crate::why::{Near, Place};

/// The condition that is the only reason why a statement does not allow a request.
pub(super) fn only_lack(near: &Near<'_>) -> Option<usize> {
    let numbers = near.lacks.iter().map(|(lack, _)| match lack {
        Lack::Condition(number) => Some(*number),
        _ => None,
    });
    numbers.collect::<Option<Vec<_>>>()?.first().copied()
}

/// The prefix or the caller, added to the list of a condition that lists such things.
pub(super) fn change(scene: &Scene<'_>, place: Place<'_>, condition: &Condition) -> Option<Change> {
    let lists = match &condition.test {
        Test::String { compare: Compare::Like, negated: false, .. }
        | Test::Arn { negated: false, .. } => condition.quantifier.is_none(),
        _ => false,
    };
    let value = match &*condition.key.node {
        "s3:prefix" => format!("{}*", scene.snapshot.connection.prefix),
        "aws:principalarn" if scene.caller.credentials() == Credentials::FederationToken => {
            return None;
        }
        "aws:principalarn" => scene.principal()?,
        _ => return None,
    };
    let number = place.statement.index;
    let key =
        written_key(scene, place.policy, number, &condition.operator.node, &condition.key.node)
            .filter(|_| lists)?;
    let path = ["Condition", condition.operator.node.as_str(), key.as_str()];
    Some(append(ChangeKind::AddConditionValue, scene.file(place.policy)?, number, &path, &value))
}

/// The key as the file has it: the model has it in lower case.
pub(super) fn written_key(
    scene: &Scene<'_>,
    policy: &Policy,
    statement: usize,
    operator: &str,
    lower: &str,
) -> Option<String> {
    let root = scene.root(policy)?;
    let statements = root.get("Statement")?;
    let statement = match &statements.value {
        Value::Array(items) => items.get(statement)?,
        _ => statements,
    };
    let keys = statement.get("Condition")?.get(operator)?.as_object()?;
    keys.iter()
        .find(|key| key.name.text.eq_ignore_ascii_case(lower))
        .map(|key| key.name.text.clone())
}
