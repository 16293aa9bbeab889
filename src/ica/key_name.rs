//! Names of condition keys for people.

use super::catalogue::catalogue;
use crate::model::Condition;

/// The key as a person writes it: the model has it in lower case, the tables know the usual spelling.
pub(super) fn written_key(condition: &Condition) -> String {
    let spelt = |name: &str| match name.strip_suffix('*') {
        Some(start) => {
            format!("{start}{}", condition.key.node.get(start.len()..).unwrap_or_default())
        }
        None => name.to_owned(),
    };
    let row = catalogue().key(&condition.key.node);
    let usual = [
        ("aws:principalarn", "aws:PrincipalArn"),
        ("aws:principalaccount", "aws:PrincipalAccount"),
        ("aws:principaltype", "aws:PrincipalType"),
    ];
    let usual = usual
        .iter()
        .find(|(lower, _)| *lower == &*condition.key.node)
        .map(|(_, usual)| (*usual).to_owned());
    row.map(|row| spelt(&row.name)).or(usual).unwrap_or_else(|| condition.key.node.to_string())
}
