//! Calls of AWS's API and actions of policies in a text, and the operations that need them.

use super::page::{code, codes};
use super::text::has_word;
use crate::aws::{self, Action};
use crate::ica::catalogue;
use crate::product::CallerId;
use crate::product::catalogue::Operation;
use crate::rules::closest_actions;

/// The text before and after the name of a call: the AWS CLI and boto, the SDKs for Go and Rust (Terraform).
const FORMS: [(&str, &str); 3] = [
    ("when calling the ", " operation"),
    ("operation error s3: ", ","),
    ("operation error sts: ", ","),
];

/// Sentences about the calls in a text, and about the actions that no operation of ICA asks for. `callers`: only their operations count;
/// if empty, all operations.
pub(super) fn named_calls(text: &str, callers: &[CallerId]) -> Vec<String> {
    let mut sentences = Vec::new();
    for call in calls(text) {
        let actions = aws::actions_of_call(&call);
        let unnamed = actions.iter().filter(|action| !has_word(text, &action.to_string()));
        sentences.extend(unnamed.map(|action| {
            format!("the call {} asks for {}", code(&call), needed_by(action, callers))
        }));
    }
    let actions =
        words(text).filter(|word| is_action_like(word)).filter(|word| !is_of_catalogue(word));
    sentences.extend(actions.map(other_action));
    sentences.dedup();
    sentences
}

/// An action with the operations that need it.
pub(super) fn needed_by(action: &impl ToString, callers: &[CallerId]) -> String {
    let action = action.to_string();
    let needs = |operation: &&Operation| operation.steps.iter().any(|step| step.action == action);
    let asks = |operation: &&Operation| {
        callers.is_empty() || callers.iter().any(|caller| operation.callers.contains(caller))
    };
    let is_asked_for = catalogue().operations.iter().any(|operation| needs(&operation));
    let operations = catalogue()
        .operations
        .iter()
        .filter(needs)
        .filter(asks)
        .map(|operation| operation.id.as_str());
    match codes(operations) {
        none if none.is_empty() && is_asked_for => {
            format!("{}: no operation of ICA asks for it with that caller", code(&action))
        }
        none if none.is_empty() => {
            format!("{}: an action that no operation of ICA asks for", code(&action))
        }
        operations => format!("{}: needed by {operations}", code(&action)),
    }
}

/// The names of calls in a text; a text of one word may itself be a call.
fn calls(text: &str) -> Vec<String> {
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let lower = flat.to_ascii_lowercase();
    let mut found = Vec::new();
    for (before, behind) in FORMS {
        for (at, _) in lower.match_indices(before) {
            let rest = &flat[at + before.len()..];
            let name = rest
                .split(|letter: char| !letter.is_ascii_alphanumeric())
                .next()
                .unwrap_or_default();
            let goes_on = rest[name.len()..].to_ascii_lowercase();
            let is_call = !name.is_empty() && goes_on.starts_with(behind);
            found.extend(is_call.then(|| name.to_owned()));
        }
    }
    let is_one_word = !flat.is_empty() && flat.bytes().all(|byte| byte.is_ascii_alphanumeric());
    found.extend((is_one_word && !aws::actions_of_call(&flat).is_empty()).then(|| flat.clone()));
    found.dedup();
    found
}

/// The words of a text as they may be in a policy.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let words =
        text.split(|letter: char| letter.is_whitespace() || "\"'`,;()[]{}".contains(letter));
    words.map(|word| word.trim_end_matches(['.', ':', '!', '?']))
}

/// Services that are used with a bucket: an unknown action of these is a mistake. `batch:job42` in a log is just a text.
const AROUND_A_BUCKET: [&str; 10] =
    ["events", "iam", "kms", "lambda", "s3", "s3-object-lambda", "s3express", "sns", "sqs", "sts"];

/// Whether a word is `service:Name` of an action, or may be meant as one; condition keys look the same.
fn is_action_like(word: &str) -> bool {
    let Some((prefix, name)) = word.split_once(':') else { return false };
    let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let is_around = || AROUND_A_BUCKET.iter().any(|known| known.eq_ignore_ascii_case(prefix));
    is_name && (aws::action(word).is_some() || is_around() && aws::condition_key(word).is_none())
}

fn is_of_catalogue(word: &str) -> bool {
    catalogue()
        .operations
        .iter()
        .flat_map(|operation| &operation.steps)
        .any(|step| step.action.eq_ignore_ascii_case(word))
}

fn other_action(word: &str) -> String {
    if let Some(action) = aws::action(word) {
        return needed_by(&action, &[]);
    }
    let meant = closest_actions(word)
        .iter()
        .map(|action: &&Action| needed_by(action, &[]))
        .collect::<Vec<_>>();
    let no_such =
        format!("{}: AWS has no action of that name as of {}", code(word), aws::data_date());
    if meant.is_empty() {
        no_such
    } else {
        format!("{no_such}; probably meant: {}", meant.join("; and "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_read_in_the_forms_of_the_tools() {
        assert_eq!(
            calls(
                "An error occurred (AccessDenied) when\n  calling the PutObject operation: Access Denied"
            ),
            ["PutObject"]
        );
        assert_eq!(
            calls("operation error S3: PutBucketPolicy, https response error StatusCode: 403"),
            ["PutBucketPolicy"]
        );
        assert_eq!(calls("HeadObject"), ["HeadObject"]);
        assert!(calls("when calling the weather operator").is_empty());
        assert!(calls("Größe when calling the ß operation").is_empty());
    }

    #[test]
    fn events_and_condition_keys_are_no_actions() {
        for word in [
            "s3:ObjectCreated:*",
            "s3:prefix",
            "s3:Get*",
            "arn:aws:s3:::b",
            "batch:job42",
            "kms:ViaService",
            "s3:",
        ] {
            assert!(!is_action_like(word), "{word}");
        }
        assert!(is_action_like("s3:ListObjectVersions") && is_action_like("s3:getobject"));
    }
}
