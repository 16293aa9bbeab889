//! Action patterns. Service prefix and action name compare without case
//! (IAM:reference_policies_elements_action).

use super::doubt::Doubt;
use super::pattern::{Part, Pattern, Problem, Reading, Segments};
use crate::source::Span;

/// A pattern of actions: `*`, `s3:Get*`, ..
#[derive(Clone, PartialEq, Debug)]
pub struct ActionPattern {
    /// The pattern, in lower case, over `service:name`.
    pub pattern: Pattern,
    /// Its place.
    pub span: Span,
    /// Why it may or may not count, if AWS would refuse it or it is beyond a limit.
    pub doubt: Option<Doubt>,
}

impl ActionPattern {
    pub(crate) fn parse(text: &str, span: Span) -> ActionPattern {
        let lower = text.to_ascii_lowercase();
        let (pattern, errors) = Pattern::parse(
            &lower,
            Reading { wildcards: true, variables: false, segments: Segments::None },
        );
        let problem = errors.into_iter().next().or_else(|| doubt(text).map(Problem::from));
        ActionPattern { pattern, span, doubt: problem.map(|problem| problem.at(span)) }
    }
}

impl ActionPattern {
    /// Whether the pattern names this service, given in lower case, and no other.
    pub fn names_service(&self, lower_service: &str) -> bool {
        let first = match self.pattern.parts.first() {
            Some(Part::Literal(text)) => text,
            _ => return false,
        };
        first.strip_prefix(lower_service).is_some_and(|rest| rest.starts_with(':'))
    }
}

fn doubt(text: &str) -> Option<String> {
    let wrong = match text.split_once(':') {
        None if text == "*" => return None,
        None => "it needs a service prefix, as in `s3:GetObject`",
        Some((service, name)) if service.is_empty() || name.is_empty() => {
            "service and name must not be empty"
        }
        Some((_, name)) if name.contains(':') => "there is one colon in an action",
        Some(_) if text.contains(char::is_whitespace) => "there are no spaces in an action",
        Some(_) => return None,
    };
    Some(format!("`{text}` is not an action: {wrong}"))
}
