//! Resource patterns (IAM:reference_policies_elements_resource).

use super::doubt::Doubt;
use super::kind::PolicyKind;
use super::pattern::{Part, Pattern, Problem, Reading, Segments};
use super::version::Version;
use crate::source::Span;

/// What a resource pattern covers.
#[derive(Clone, PartialEq, Debug)]
pub enum ResourceKind {
    /// `*`: every resource, and also actions that have no resource.
    Everything,
    /// ARNs that match.
    Arn(Pattern),
}

/// What AWS's pages leave open about a resource that AWS stores. Under one reading the words match
/// nothing, under the other they match what they seem to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unsettled {
    /// An ARN with fewer than six parts in a policy that is not identity-based. Only of
    /// identity-based policies a page says that `*` completes it (IAM:reference-arns).
    ShortArn,
    /// A wildcard in the service: IAM:reference_policies_elements_resource forbids it,
    /// IAM:access-analyzer-reference-policy-checks advises against it.
    ServiceWildcard,
}

/// One resource of a statement.
#[derive(Clone, PartialEq, Debug)]
pub struct ResourcePattern {
    /// What it covers.
    pub kind: ResourceKind,
    /// Its place.
    pub span: Span,
    /// Why it may match nothing, though AWS stores it.
    pub unsettled: Vec<Unsettled>,
    /// Why it may or may not count, if AWS would refuse it or it is beyond a limit.
    pub doubt: Option<Doubt>,
}

impl ResourcePattern {
    /// `*`.
    pub fn everything(span: Span) -> ResourcePattern {
        ResourcePattern { kind: ResourceKind::Everything, span, unsettled: Vec::new(), doubt: None }
    }

    /// A path of the API that the policy is attached to, whichever that is.
    fn of_api(path: &str, span: Span, version: Version) -> ResourcePattern {
        let variables = version == Version::V2012;
        let reading = Reading { wildcards: true, variables, segments: Segments::None };
        let (pattern, errors) = Pattern::parse(path, reading);
        let literal = |text: &str| Part::Literal(text.into());
        let own = [
            literal("arn:"),
            Part::AnyInSegment,
            literal(":execute-api:"),
            Part::AnyInSegment,
            literal(":"),
            Part::AnyInSegment,
            literal(":"),
            Part::AnyInWord,
        ];
        ResourcePattern {
            kind: ResourceKind::Arn(pattern.behind(own)),
            doubt: errors.into_iter().next().map(|problem| problem.at(span)),
            ..ResourcePattern::everything(span)
        }
    }

    pub(super) fn parse(
        text: &str,
        span: Span,
        version: Version,
        kind: PolicyKind,
    ) -> ResourcePattern {
        if text == "*" {
            return ResourcePattern::everything(span);
        }
        if let Some(path) = api_path(text, kind) {
            return ResourcePattern::of_api(path, span, version);
        }
        let read = |text: &str| {
            let variables = version == Version::V2012;
            Pattern::parse(text, Reading { wildcards: true, variables, segments: Segments::Open })
        };
        let (mut pattern, errors) = read(text);
        let parts = 1 + pattern.parts.iter().map(literal_colons).sum::<usize>();
        let problem = errors.into_iter().next().or_else(|| doubt(text, parts, kind));
        let is_short = parts < PARTS && problem.is_none();
        let missing = if is_short { PARTS.saturating_sub(parts) } else { 0 };
        let whole = format!("{text}{}", ":*".repeat(missing));
        if is_short {
            pattern = read(&whole).0;
        }
        let unsettled = [
            (is_short && !kind.is_identity_based()).then_some(Unsettled::ShortArn),
            has_wildcard(whole.split(':').nth(2)).then_some(Unsettled::ServiceWildcard),
        ];
        ResourcePattern {
            kind: ResourceKind::Arn(pattern),
            span,
            unsettled: unsettled.into_iter().flatten().collect(),
            doubt: problem.map(|problem| problem.at(span)),
        }
    }
}

/// The path in the short name of an API. Its policy may have `execute-api:/STAGE/METHOD/PATH`, which
/// AWS completes on saving (`aws::resource_policy`).
fn api_path(text: &str, kind: PolicyKind) -> Option<&str> {
    let path = text.strip_prefix("execute-api:").filter(|path| path.starts_with('/'));
    path.filter(|_| kind == PolicyKind::Resource)
}

/// How many parts an ARN has.
const PARTS: usize = 6;

fn has_wildcard(part: Option<&str>) -> bool {
    part.is_some_and(|part| part.contains(['*', '?']))
}

/// Why AWS would refuse a resource with this many parts.
fn doubt(text: &str, parts: usize, kind: PolicyKind) -> Option<Problem> {
    let reason = if !text.starts_with("arn:") {
        format!(
            "`{text}` is not a resource: it must be `*` or an ARN, as in `arn:aws:s3:::bucket/*`"
        )
    } else if parts < PARTS && kind == PolicyKind::Session {
        // IAM:reference_identifiers: AssumeRole answers that the policy is malformed.
        format!(
            "`{text}` has {parts} parts, an ARN in a session policy has six: `arn:partition:service:region:account:resource`"
        )
    } else {
        return None;
    };
    Some(Problem::from(reason))
}

/// The colons that separate parts. Those inside of `${aws:username}` do not. AWS's pages allow
/// variables in the last part only, but its own managed policies have them in the account
/// (AmazonTimestreamInfluxDBServiceRolePolicy).
fn literal_colons(part: &Part) -> usize {
    match part {
        Part::Literal(text) => text.matches(':').count(),
        _ => 0,
    }
}
