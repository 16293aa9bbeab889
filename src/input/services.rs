//! Services of a policy's actions that AWS's data lacks. They change no verdict.

use crate::aws;
use crate::finding::{Finding, LETTERS_PER_MISTAKE, distance};
use crate::model::Policy;
use crate::source::{Sources, Span};
use std::collections::BTreeMap;

/// A finding for each service that the data lacks, at the first place of its actions.
pub fn unknown_services(policy: &Policy, sources: &Sources) -> Vec<Finding> {
    let mut places = BTreeMap::<String, Span>::new();
    let elements = policy.statements.iter().filter_map(|statement| statement.action.as_ref());
    for pattern in elements.flat_map(|element| &element.patterns) {
        let text = sources.text(pattern.span).trim_matches('"');
        if let Some(prefix) = unknown_service(text) {
            places.entry(prefix.to_ascii_lowercase()).or_insert(pattern.span);
        }
    }
    let finding = |(prefix, span): (String, Span)| {
        let message = format!(
            "the service `{prefix}` is not known to the AWS data of {}, so its actions count as any name with any resource",
            aws::data_date()
        );
        Finding::warning("unknown-service", span, message).help(help_on_service(&prefix))
    };
    places.into_iter().map(finding).collect()
}

/// The prefix of an action, if the data lacks the service. A prefix with wildcards is none.
pub fn unknown_service(action: &str) -> Option<&str> {
    let prefix = action.split_once(':')?.0;
    let is_prefix = prefix.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    (is_prefix && !prefix.is_empty() && !aws::is_known_service(prefix)).then_some(prefix)
}

fn help_on_service(prefix: &str) -> String {
    let far = |known: &&str| distance(prefix, known);
    let near = aws::service_prefixes().map(|known| (far(&known), known)).min();
    let near = near.filter(|(far, _)| far * LETTERS_PER_MISTAKE <= prefix.len());
    let meant = near.map_or(String::new(), |(_, known)| format!("perhaps `{known}` is meant; "));
    format!("{meant}if AWS has the service since, `--data` takes newer data")
}

#[cfg(test)]
mod tests {
    use super::{help_on_service, unknown_service};

    #[test]
    fn services_that_the_data_lacks() {
        assert_eq!(unknown_service("newthing:DoIt"), Some("newthing"));
        for text in ["s3:Get*", "EC2:x", "*", "s*:GetObject", "", ":x", "${a}:b"] {
            assert_eq!(unknown_service(text), None, "{text}");
        }
        assert!(help_on_service("cloudwacth").contains("`--data`"));
        assert!(help_on_service("secretmanager").starts_with("perhaps `secretsmanager` is meant"));
    }
}
