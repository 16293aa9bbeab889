//! A caller that a Deny does not except.

use super::condition::written_key;
use super::replacement;
use crate::authz::Request;
use crate::fix::caller_keys::{PRINCIPAL_ARN, is_about_caller};
use crate::fix::change::{Change, ChangeKind, append, in_statement};
use crate::fix::scene::Scene;
use crate::fix::tree_edit::{TreeChange, TreeEdit, object, string};
use crate::why::Place;

const OPERATOR: &str = "ArnNotLike";

/// The caller, added to the exceptions of the Deny. A Deny that also requires something else (a network, MFA) is not edited: an
/// exception would lift that requirement too.
pub(super) fn changes(scene: &Scene<'_>, place: Place<'_>, request: &Request) -> Vec<Change> {
    let statement = place.statement;
    let names_all = statement.principal.as_ref().is_none_or(|principal| {
        !principal.not
            && principal
                .patterns
                .iter()
                .all(|pattern| pattern.named.is_everybody() && pattern.doubt.is_none())
    });
    let lists_only =
        !statement.conditions.is_empty() && statement.conditions.iter().all(is_about_caller);
    if !names_all || !lists_only {
        return Vec::new();
    }
    let caller = scene.listed_caller(request);
    let Some(file) = scene.file(place.policy) else { return Vec::new() };
    let mut lists =
        statement.conditions.iter().filter(|condition| &*condition.key.node == PRINCIPAL_ARN);
    if let Some(condition) = lists.clone().next()
        && let Some(change) = replacement::exception(scene, place, condition, request)
    {
        return vec![change];
    }
    let fitting = lists.find(|condition| condition.test.takes_wildcards() || !caller.contains('*'));
    let operator = fitting.map_or(OPERATOR, |condition| condition.operator.node.as_str());
    let key = written_key(scene, place.policy, statement.index, operator, PRINCIPAL_ARN);
    let change = match (fitting, key) {
        (Some(_), Some(key)) => append(
            ChangeKind::AddException,
            file,
            statement.index,
            &["Condition", operator, &key],
            &caller,
        ),
        _ => Change {
            kind: ChangeKind::AddException,
            file: file.to_owned(),
            statement: Some(statement.index),
            replaces: None,
            edit: list_of_its_own(
                statement.conditions.iter().any(|condition| condition.operator.node == OPERATOR),
                statement.index,
                &caller,
            ),
            value: caller,
        },
    };
    vec![change]
}

/// A second condition: the Deny then applies to callers in neither list.
fn list_of_its_own(has_operator: bool, statement: usize, caller: &str) -> TreeEdit {
    let list = ("aws:PrincipalArn", string(caller));
    if has_operator {
        let change = TreeChange::Add { name: list.0.to_owned(), value: list.1, first: false };
        return TreeEdit { path: in_statement(statement, &["Condition", OPERATOR]), change };
    }
    let change =
        TreeChange::Add { name: OPERATOR.to_owned(), value: object(vec![list]), first: false };
    TreeEdit { path: in_statement(statement, &["Condition"]), change }
}
