//! Policies for writing, with members in the order in which people write them.

use serde::Serialize;
use std::collections::BTreeMap;

/// A policy document.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct PolicyDocument {
    /// Always the version that has variables.
    pub version: &'static str,
    /// The statements.
    pub statement: Vec<Statement>,
}

/// A statement.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Statement {
    /// Letters and digits only: identity policies accept nothing else.
    pub sid: String,
    /// `Allow` or `Deny`.
    pub effect: &'static str,
    /// Whom it concerns; only in policies of resources.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub principal: Option<Principal>,
    /// The actions, in the order of the catalogue.
    pub action: Vec<String>,
    /// The resources; a trust policy has none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub resource: Vec<String>,
    /// Values by operator and key.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub condition: BTreeMap<&'static str, BTreeMap<String, Vec<String>>>,
}

/// A principal.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub enum Principal {
    /// An ARN, or `*`.
    #[serde(rename = "AWS")]
    Aws(String),
    /// An identity provider.
    Federated(String),
}

impl PolicyDocument {
    /// A document of these statements; `None` if there are none.
    pub(super) fn of(statement: Vec<Statement>) -> Option<PolicyDocument> {
        (!statement.is_empty()).then_some(PolicyDocument { version: "2012-10-17", statement })
    }
}

impl Statement {
    /// An Allow without principal and condition.
    pub(super) fn allow(sid: String, action: Vec<String>, resource: Vec<String>) -> Statement {
        Statement {
            sid,
            effect: "Allow",
            principal: None,
            action,
            resource,
            condition: BTreeMap::new(),
        }
    }

    /// The same statement for this principal.
    pub(super) fn to(mut self, principal: Principal) -> Statement {
        self.principal = Some(principal);
        self
    }

    /// The same statement with one more condition.
    pub(super) fn when(
        mut self,
        operator: &'static str,
        key: impl Into<String>,
        values: Vec<String>,
    ) -> Statement {
        self.condition.entry(operator).or_default().insert(key.into(), values);
        self
    }
}

/// A pattern that matches only this text. `*`, `?` and `${` are escaped.
pub(super) fn literal(text: &str) -> String {
    // One pass over the text, because the replacements contain `$` themselves.
    let mut pattern = String::new();
    let mut rest = text.chars().peekable();
    while let Some(character) = rest.next() {
        match character {
            '*' => pattern.push_str("${*}"),
            '?' => pattern.push_str("${?}"),
            '$' if rest.peek() == Some(&'{') => pattern.push_str("${$}"),
            plain => pattern.push(plain),
        }
    }
    pattern
}

#[cfg(test)]
mod tests {
    use super::literal;

    #[test]
    fn what_means_something_is_escaped() {
        assert_eq!(literal("a*b?c$d${e}/"), "a${*}b${?}c$d${$}{e}/");
    }
}
