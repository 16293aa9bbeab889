//! Values of `aws:CalledVia` that are no service.

use super::manual::rule_code;
use crate::finding::{Code, Confidence, Finding};
use crate::model::condition::Test;
use crate::model::{Condition, Named, Statement};
use crate::rules::rule::{Rule, Scene, Sink};

rule_code! {
    /// The name of a service principal is not written as AWS writes it.
    ///
    /// A service is called `service.amazonaws.com`, in lower case; in China `service.amazonaws.com.cn`. Other words match no service.
    ///
    /// ```json bad
    /// {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "*", "Condition": {"ForAnyValue:StringEquals": {"aws:CalledVia": "athena.aws.com"}}}
    /// ```
    /// ```json good
    /// {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "*", "Condition": {"ForAnyValue:StringEquals": {"aws:CalledVia": "athena.amazonaws.com"}}}
    /// ```
    /// What to do: write `service.amazonaws.com`.
    ///
    /// Source: IAM:access-analyzer-reference-policy-checks, "Invalid service principal format".
    CODE: Warning "wrong-service-principal" ["INVALID_SERVICE_PRINCIPAL_FORMAT"] "the name of a service in another form than AWS's", confidence: Confidence::Medium
}

/// A finding for each such value, and for each such principal.
#[derive(Debug)]
pub(super) struct CalledVia;

const KEYS: [&str; 3] = ["aws:calledvia", "aws:calledviafirst", "aws:calledvialast"];

const SUFFIXES: [&str; 4] = [".amazonaws.com", ".amazonaws.com.cn", ".amazon.com", ".amazonaws.eu"];

impl Rule for CalledVia {
    fn codes(&self) -> &'static [Code] {
        &[CODE]
    }

    fn statement(&self, scene: &Scene<'_>, statement: &Statement, sink: &mut Sink) {
        for pattern in statement.principal.iter().flat_map(|element| &element.patterns) {
            let text = scene.words(pattern.span);
            let is_service = matches!(pattern.named, Named::Service(_)) && pattern.doubt.is_none();
            // The data of services ends in other names in partitions that only few can see.
            if is_service
                && name(text).is_none()
                && !text.ends_with(".gov")
                && !text.ends_with(".uk")
            {
                sink.push(finding(text, pattern.span));
            }
        }
    }

    fn condition(&self, scene: &Scene<'_>, _: &Statement, condition: &Condition, sink: &mut Sink) {
        let Test::String { values, .. } = &condition.test else { return };
        if !KEYS.contains(&&*condition.key.node) {
            return;
        }
        for value in values.list.iter().filter(|value| value.node.as_literal().is_some()) {
            let text = scene.words(value.span);
            if name(text).is_none_or(|name| name.contains('.')) {
                sink.push(finding(text, value.span));
            }
        }
    }
}

/// What is before the end that all names have.
fn name(text: &str) -> Option<&str> {
    let name = SUFFIXES.iter().find_map(|suffix| text.strip_suffix(suffix))?;
    let is_lower =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-.".contains(&byte);
    (!name.is_empty() && name.bytes().all(is_lower)).then_some(name)
}

fn finding(text: &str, span: crate::source::Span) -> Finding {
    let message = format!("`{text}` is not written as AWS writes a service");
    Finding::new(CODE, span, message).help("write `service.amazonaws.com`, in lower case")
}
