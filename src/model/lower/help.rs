//! What to do about a finding that says no more of it.

use crate::finding::{Code, Finding, codes};

/// The advice by the kind of finding. The first row counts.
const ADVICE: [(Code, &str); 16] = [
    (codes::CONFLICTING_ELEMENTS, "keep one of the two"),
    (codes::DUPLICATE_KEY, "keep one of them, with the values of both"),
    (codes::DUPLICATE_SID, "give one of them another Sid"),
    (codes::EMPTY_LIST, "write a value, or take it out"),
    (codes::INVALID_ACTION, "write it as `service:Action`, such as `s3:GetObject`"),
    (codes::INVALID_EFFECT, "write `Allow` or `Deny`"),
    (codes::INVALID_OPERATOR, "write an operator that AWS has, such as `StringEquals`"),
    (
        codes::INVALID_PRINCIPAL,
        "write the whole ARN of a user, role or session, an account, or `*`",
    ),
    (codes::INVALID_RESOURCE, "write a whole ARN, or `*`"),
    (codes::INVALID_SID, "write letters and digits only, or leave the Sid out"),
    (codes::INVALID_VALUE, "write a value of the form that the operator compares"),
    (codes::MISSING_ELEMENT, "add it"),
    (codes::SERVICE_WILDCARD, "name the service, as in `arn:aws:s3:::bucket`"),
    (codes::SHORT_ARN, "write all six parts"),
    (codes::UNKNOWN_ELEMENT, "take it out"),
    (codes::UNSUPPORTED_ELEMENT, "take it out: policies of this kind do not have it"),
];

/// The finding with what to do about it.
pub(super) fn with_advice(finding: Finding) -> Finding {
    let known = ADVICE.iter().find(|(code, _)| *code == finding.code).map(|(_, words)| *words);
    let help = finding.help.clone();
    Finding {
        help: help.or(Some(known.unwrap_or("correct it, or take it out").to_owned())),
        ..finding
    }
}
