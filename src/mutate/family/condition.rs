//! Slips in the operator of a condition, and conditions that are missing.

use crate::mutate::kind::{self, Kind};
use crate::mutate::slip::Slips;
use crate::mutate::word::{Role, Word};

/// A part of an operator, what is written instead, and the slip that this is.
type Exchange = (&'static str, &'static str, &'static Kind);

/// The first part that fits counts for each kind (IAM:reference_policies_elements_condition_operators has all operators).
const EXCHANGES: [Exchange; 23] = [
    ("NotLike", "NotEquals", kind::EQUALS_FOR_LIKE),
    ("Like", "Equals", kind::EQUALS_FOR_LIKE),
    ("StringNotEqualsIgnoreCase", "StringNotEquals", kind::IGNORE_CASE),
    ("StringEqualsIgnoreCase", "StringEquals", kind::IGNORE_CASE),
    ("StringNotEquals", "StringNotEqualsIgnoreCase", kind::IGNORE_CASE),
    ("StringEquals", "StringEqualsIgnoreCase", kind::IGNORE_CASE),
    ("NotEqualsIgnoreCase", "NotLike", kind::LIKE_FOR_EQUALS),
    ("EqualsIgnoreCase", "Like", kind::LIKE_FOR_EQUALS),
    ("StringNotEquals", "StringNotLike", kind::LIKE_FOR_EQUALS),
    ("StringEquals", "StringLike", kind::LIKE_FOR_EQUALS),
    ("ArnNotEquals", "ArnNotLike", kind::LIKE_FOR_EQUALS),
    ("ArnEquals", "ArnLike", kind::LIKE_FOR_EQUALS),
    ("Not", "", kind::NEGATION_LOST),
    ("Equals", "NotEquals", kind::NEGATION_ADDED),
    ("Like", "NotLike", kind::NEGATION_ADDED),
    ("IpAddress", "NotIpAddress", kind::NEGATION_ADDED),
    ("ForAllValues", "ForAnyValue", kind::SET_EXCHANGED),
    ("ForAnyValue", "ForAllValues", kind::SET_EXCHANGED),
    ("LessThan", "GreaterThan", kind::COMPARISON_TURNED),
    ("GreaterThan", "LessThan", kind::COMPARISON_TURNED),
    ("ThanEquals", "Than", kind::BORDER_SHIFTED),
    ("Than", "ThanEquals", kind::BORDER_SHIFTED),
    ("IfExists", "", kind::IF_EXISTS_LOST),
];

pub(super) fn slips(word: &Word<'_>, slips: &mut Slips) {
    match (word.role, word.condition) {
        (Role::Operator, _) => operator(word, slips),
        (Role::Key, Some(condition)) => {
            slips.take_out(kind::CONDITION_REMOVED, word, condition.span);
        }
        // With one condition it is the same as to leave that out.
        (Role::Name, Some(condition)) if condition.of > 1 => {
            slips.take_out(kind::CONDITIONS_REMOVED, word, word.whole);
        }
        _ => {}
    }
}

fn operator(word: &Word<'_>, slips: &mut Slips) {
    let name = word.text;
    let mut seen = Vec::new();
    for (part, other, kind) in EXCHANGES {
        // A comparison of order has no negation, and what is negated already is not negated again.
        let is_order = name.contains("Than");
        let is_out = kind.id == kind::NEGATION_ADDED.id && (name.contains("Not") || is_order);
        if name.contains(part) && !is_out && !seen.contains(&kind.id) {
            seen.push(kind.id);
            slips.write(kind, word, name.replacen(part, other, 1));
        }
    }
    if let Some((_, plain)) = name.split_once(':') {
        slips.write(kind::SET_LOST, word, plain);
    }
    if !name.ends_with("IfExists") && name != "Null" {
        slips.write(kind::IF_EXISTS_ADDED, word, format!("{name}IfExists"));
    }
    other_type(word, slips);
}

/// `String` for `Arn` and back.
fn other_type(word: &Word<'_>, slips: &mut Slips) {
    let is_order = word.text.contains("IgnoreCase");
    if word.text.contains("Arn") {
        slips.write(kind::STRING_FOR_ARN, word, word.text.replacen("Arn", "String", 1));
    } else if word.text.contains("String") && !is_order {
        slips.write(kind::ARN_FOR_STRING, word, word.text.replacen("String", "Arn", 1));
    }
}
