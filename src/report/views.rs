//! Parts that several views have in common.

use crate::authz::{self, Ambiguity};
use serde::Serialize;

/// The reading of a point that AWS leaves open.
#[derive(Clone, Debug, Serialize)]
pub struct Choice {
    /// The point.
    pub id: &'static str,
    /// How it is read.
    pub text: &'static str,
    /// The page that leaves it open.
    #[serde(skip)]
    pub source: &'static str,
}

pub(super) fn choices(choices: &[(Ambiguity, authz::Choice)]) -> Vec<Choice> {
    let choice = |(point, choice): &(Ambiguity, authz::Choice)| Choice {
        id: point.id(),
        text: point.text(*choice),
        source: point.source(),
    };
    choices.iter().map(choice).collect()
}

/// A condition key as AWS spells it; the name of a tag stays as it is.
pub(super) fn key_name(lower: &str) -> String {
    authz::display_name(lower)
}
