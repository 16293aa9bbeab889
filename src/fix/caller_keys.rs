//! Condition keys that distinguish callers.

use crate::model::Condition;
use crate::model::condition::Test;

/// The key that names one caller.
pub(super) const PRINCIPAL_ARN: &str = "aws:principalarn";

/// Keys by which a Deny distinguishes callers.
const CALLER_KEYS: [&str; 5] =
    [PRINCIPAL_ARN, "aws:principalaccount", "aws:principalorgid", "aws:userid", "aws:username"];

/// Whether a condition excepts callers from a Deny by a list: it is true for all but those.
pub(super) fn is_about_caller(condition: &Condition) -> bool {
    let lists = matches!(
        condition.test,
        Test::String { negated: true, .. } | Test::Arn { negated: true, .. }
    );
    lists && condition.quantifier.is_none() && CALLER_KEYS.contains(&&*condition.key.node)
}
