//! Services that the AWS data does not contain. Nothing can be said of their actions.

use super::covered::Covered;
use super::lint::manual::rule_code;
use super::rule::{Rule, Scene, Sink};
use crate::aws;
use crate::finding::{Code, Finding, LETTERS_PER_MISTAKE, distance_within};
use crate::source::Span;
use std::collections::BTreeMap;

rule_code! {
    /// The service of an action is not in the data on AWS.
    ///
    /// Nothing is known of its actions. If it is misspelt, the words match no request.
    ///
    /// ```json bad
    /// {"Effect": "Allow", "Action": "cloudwacth:PutMetricData", "Resource": "*"}
    /// ```
    /// ```json good
    /// {"Effect": "Allow", "Action": "cloudwatch:PutMetricData", "Resource": "*"}
    /// ```
    /// What to do: correct the service; if AWS has it since, `--data` takes newer data.
    ///
    /// Source: IDATA for the services; IAM:access-analyzer-reference-policy-checks, "Invalid service in action".
    CODE: Warning "unknown-service" ["INVALID_SERVICE_IN_ACTION"] "a service that the data on AWS does not contain, so nothing is known of its actions"
}

/// A finding for each such service, at the first place of its actions.
#[derive(Debug)]
pub(super) struct UnknownService;

impl Rule for UnknownService {
    fn codes(&self) -> &'static [Code] {
        &[CODE]
    }

    fn document(&self, subject: &Scene<'_>, sink: &mut Sink) {
        let mut places = BTreeMap::<String, Span>::new();
        let unknown = subject.actions().filter(|(.., covered)| matches!(covered, Covered::Unknown));
        for (pattern, text, _) in unknown {
            if let Some(prefix) = unknown_service(text) {
                places.entry(prefix.to_ascii_lowercase()).or_insert(pattern.span);
            }
        }
        sink.extend(places.iter().map(|(prefix, span)| finding(prefix, *span)));
    }
}

fn finding(prefix: &str, span: Span) -> Finding {
    let message = format!(
        "the service `{prefix}` is not in the AWS data of {}, so any action name with any resource is assumed possible",
        aws::data_date()
    );
    Finding::new(CODE, span, message).help(help_on_service(prefix))
}

/// The prefix of an action, if the service is not in the data. A prefix with wildcards does not count.
pub fn unknown_service(action: &str) -> Option<&str> {
    let prefix = action.split_once(':')?.0;
    let is_prefix = prefix.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    (is_prefix && !prefix.is_empty() && !aws::is_known_service(prefix)).then_some(prefix)
}

fn help_on_service(prefix: &str) -> String {
    let most = prefix.len() / LETTERS_PER_MISTAKE;
    let far = |known: &str| distance_within(prefix, known, most);
    let near = aws::service_prefixes().filter_map(|known| Some((far(known)?, known))).min();
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
