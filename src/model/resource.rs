//! Resource patterns (IAM:reference_policies_elements_resource).

use super::Version;
use super::doubt::Doubt;
use super::pattern::{Part, Pattern, Problem, Reading};
use crate::source::Span;

/// What a resource pattern covers.
#[derive(Clone, PartialEq, Debug)]
pub enum ResourceKind {
    /// `*`: every resource, and also actions that have no resource.
    Everything,
    /// ARNs that match.
    Arn(Pattern),
}

/// One resource of a statement.
#[derive(Clone, PartialEq, Debug)]
pub struct ResourcePattern {
    /// What it covers.
    pub kind: ResourceKind,
    /// Its place.
    pub span: Span,
    /// Why it may or may not count, if AWS would refuse it or it is beyond a limit.
    pub doubt: Option<Doubt>,
}

impl ResourcePattern {
    pub(super) fn parse(text: &str, span: Span, version: Version) -> ResourcePattern {
        if text == "*" {
            return ResourcePattern { kind: ResourceKind::Everything, span, doubt: None };
        }
        let reading = Reading { wildcards: true, variables: version == Version::V2012, arn: true };
        let (pattern, errors) = Pattern::parse(text, reading);
        let problem =
            errors.into_iter().next().or_else(|| doubt(text, &pattern).map(Problem::from));
        ResourcePattern {
            kind: ResourceKind::Arn(pattern),
            span,
            doubt: problem.map(|problem| problem.at(span)),
        }
    }
}

fn doubt(text: &str, pattern: &Pattern) -> Option<String> {
    if !text.starts_with("arn:") {
        return Some(format!(
            "`{text}` is not a resource: it must be `*` or an ARN, as in `arn:aws:s3:::bucket/*`"
        ));
    }
    // Colons inside `${aws:username}` do not separate parts, so only those of literal parts count.
    // AWS's pages allow variables in the last part only, but its own managed policies have them in
    // the account (AmazonTimestreamInfluxDBServiceRolePolicy).
    let colons = pattern.parts.iter().map(literal_colons).sum::<usize>();
    if colons < 5 {
        return Some(format!(
            "`{text}` has {} parts, an ARN has six: `arn:partition:service:region:account:resource`",
            colons + 1
        ));
    }
    None
}

fn literal_colons(part: &Part) -> usize {
    match part {
        Part::Literal(text) => text.matches(':').count(),
        _ => 0,
    }
}
