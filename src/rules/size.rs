//! Policies that are longer than AWS stores. Source: IAM:reference_iam-quotas, S3:add-bucket-policy,
//! ORG:orgs_reference_limits, KMS:key-policy-overview, VPC:vpc-endpoints-access and the quotas of
//! the other services.

use super::lint::manual::rule_code;
use super::rule::{Rule, Scene, Sink, Subject, has_only_actions_of};
use super::selection::Selection;
use crate::finding::{Code, Finding, Severity};
use crate::model::{Doubt, PolicyKind};

rule_code! {
    /// The policy has more characters than AWS stores of its kind.
    ///
    /// Of some kinds white space counts. Of an identity policy it depends on whose it is: `long-identity-policy`.
    ///
    /// What to do: split the policy, or shorten it with fewer and wider patterns.
    ///
    /// Source: IAM:reference_iam-quotas, S3:add-bucket-policy, ORG:orgs_reference_limits, KMS:key-policy-overview, VPC:vpc-endpoints-access.
    pub CODE: Error "policy-size" ["POLICY_SIZE_EXCEEDS_RESOURCE_POLICY_QUOTA" "POLICY_SIZE_EXCEEDS_ROLE_TRUST_POLICY_QUOTA" "POLICY_SIZE_EXCEEDS_SCP_QUOTA" "POLICY_SIZE_EXCEEDS_RCP_QUOTA"] "the policy is longer than AWS stores; a warning where that depends on what it is used as"
}

/// A finding for a document beyond the size that AWS stores. What AWS itself gave is not too long.
#[derive(Debug)]
pub(super) struct PolicySize;

/// How AWS counts the white space between the words of a policy.
#[derive(Clone, Copy)]
enum Blanks {
    /// It does not count.
    Free,
    /// It counts.
    Counted,
    /// It counts, unless somebody takes it out first, as the console does; or no page says it.
    Perhaps,
    /// S3 stores its own form of the policy, which is somewhat shorter than the compact text.
    Normalized,
}

struct Limit {
    kind: PolicyKind,
    /// The service of a resource's policy.
    service: &'static str,
    /// What AWS stores at least.
    usual: usize,
    /// What it stores at most: another use of the document, or a quota that was raised.
    most: usize,
    blanks: Blanks,
    /// What the two numbers are about.
    words: &'static str,
}

const fn limit(kind: PolicyKind, most: usize, blanks: Blanks) -> Limit {
    Limit { kind, service: "", usual: most, most, blanks, words: "" }
}

const fn of_service(service: &'static str, most: usize, blanks: Blanks) -> Limit {
    Limit { service, ..limit(PolicyKind::Resource, most, blanks) }
}

const INLINE: &str =
    "the inline policies of a user have at most 2,048 together, a managed policy 6,144";
const RAISED: &str = "the quota is 2,048, unless it was raised to as much as 8,192";
const API: &str = "the quota is 8,192, unless it was raised";
const BUS: &str = "a classic event bus takes 10,240, a new one 20,480";

static LIMITS: [Limit; 16] = [
    Limit { usual: 2_048, words: INLINE, ..limit(PolicyKind::Identity, 6_144, Blanks::Free) },
    limit(PolicyKind::Boundary, 6_144, Blanks::Free),
    limit(PolicyKind::Session, 2_048, Blanks::Perhaps),
    Limit { usual: 2_048, words: RAISED, ..limit(PolicyKind::Trust, 8_192, Blanks::Free) },
    limit(PolicyKind::KmsKey, 32_768, Blanks::Perhaps),
    limit(PolicyKind::Scp, 10_240, Blanks::Perhaps),
    limit(PolicyKind::Rcp, 5_120, Blanks::Perhaps),
    limit(PolicyKind::Vpce, 20_480, Blanks::Counted),
    of_service("s3", 20_480, Blanks::Normalized),
    of_service("sqs", 8_192, Blanks::Perhaps),
    of_service("sns", 30_720, Blanks::Perhaps),
    of_service("lambda", 20_480, Blanks::Perhaps),
    of_service("ecr", 10_240, Blanks::Perhaps),
    of_service("secretsmanager", 20_480, Blanks::Perhaps),
    Limit { usual: 8_192, words: API, ..of_service("execute-api", usize::MAX, Blanks::Perhaps) },
    Limit { usual: 10_240, words: BUS, ..of_service("events", 20_480, Blanks::Perhaps) },
];

/// How long a policy is, and how long AWS lets it be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Size {
    /// The characters as AWS counts them, at most.
    pub characters: usize,
    /// What AWS stores at most of this kind, where a page says it.
    pub limit: Option<usize>,
    /// Whether white space between words may count.
    pub blanks_count: bool,
}

/// The size of a policy.
pub fn size(subject: &Subject<'_>) -> Size {
    let text = subject.sources.text(subject.policy.span);
    match limit_of(subject) {
        Some(limit) => Size {
            characters: counted(text, limit.blanks).1,
            limit: Some(limit.most).filter(|most| *most < usize::MAX),
            blanks_count: !matches!(limit.blanks, Blanks::Free),
        },
        None => Size { characters: text.len(), limit: None, blanks_count: true },
    }
}

fn limit_of(subject: &Subject<'_>) -> Option<&'static Limit> {
    let is_of = |limit: &&Limit| {
        limit.kind == subject.policy.kind
            && match limit.service {
                "" => true,
                "s3" => subject.is_of_bucket(),
                service => has_only_actions_of(service, subject.policy),
            }
    };
    LIMITS.iter().find(is_of)
}

impl Rule for PolicySize {
    fn codes(&self) -> &'static [Code] {
        &[CODE]
    }

    fn document(&self, subject: &Scene<'_>, sink: &mut Sink) {
        if subject.is_stored {
            return;
        }
        let found = limit_of(subject).and_then(|limit| finding(subject, limit));
        sink.extend(
            found.map(|found| Finding { analyzer: analyzer(subject.policy.kind), ..found }),
        );
    }
}

/// The check of IAM Access Analyzer about the size of such a policy.
fn analyzer(kind: PolicyKind) -> Option<&'static str> {
    match kind {
        PolicyKind::Resource | PolicyKind::KmsKey => {
            Some("POLICY_SIZE_EXCEEDS_RESOURCE_POLICY_QUOTA")
        }
        PolicyKind::Trust => Some("POLICY_SIZE_EXCEEDS_ROLE_TRUST_POLICY_QUOTA"),
        PolicyKind::Scp => Some("POLICY_SIZE_EXCEEDS_SCP_QUOTA"),
        PolicyKind::Rcp => Some("POLICY_SIZE_EXCEEDS_RCP_QUOTA"),
        PolicyKind::Identity | PolicyKind::Boundary | PolicyKind::Session | PolicyKind::Vpce => {
            None
        }
    }
}

/// The doubt about all of a policy of a bucket or the like that is too long, or may be by what S3
/// alone knows.
pub(super) fn doubt(subject: &Subject<'_>) -> Option<Doubt> {
    let mut found = Vec::new();
    PolicySize.document(&Scene::new(*subject, &Selection::ALL), &mut found);
    let finding = found.into_iter().next()?;
    let is_open = finding.severity == Severity::Error || subject.is_of_bucket();
    is_open.then_some(Doubt { span: finding.span, reason: finding.message, is_limit: false })
}

fn finding(subject: &Subject<'_>, limit: &Limit) -> Option<Finding> {
    let policy = subject.policy;
    let text = subject.sources.text(policy.span);
    // A text has at least as many bytes as AWS counts characters.
    if text.len() <= limit.usual {
        return None;
    }
    let (least, most) = counted(text, limit.blanks);
    let span = policy.statement_span.unwrap_or(policy.span);
    let (kind, allowed) = (policy.kind.name(), limit.most);
    if least > limit.most {
        let message = format!(
            "the policy has {least} characters, and AWS stores at most {allowed} of this kind: {kind}"
        );
        let help = "split the policy, or shorten it with fewer and wider patterns";
        return Some(Finding::new(CODE, span, message).help(help));
    }
    let why = match limit.blanks {
        _ if least > limit.usual => limit.words,
        _ if most <= limit.usual => return None,
        Blanks::Normalized => {
            "S3 counts the bytes of its own form of the policy, which is somewhat shorter"
        }
        _ => "its white space may count",
    };
    let usual = limit.usual;
    let message =
        format!("the policy has {most} characters, and AWS may refuse more than {usual}: {why}");
    Some(Finding::new(CODE, span, message).severity(Severity::Warning))
}

/// Whether a byte begins a character that is no white space.
pub(super) fn is_letter(byte: u8) -> bool {
    !byte.is_ascii_whitespace() && byte & 0xc0 != 0x80
}

/// How many characters AWS counts, at least and at most.
fn counted(text: &str, blanks: Blanks) -> (usize, usize) {
    let letters = |text: &str| text.bytes().filter(|byte| is_letter(*byte)).count();
    match blanks {
        Blanks::Free => (letters(text), letters(text)),
        Blanks::Counted => (text.chars().count(), text.chars().count()),
        Blanks::Perhaps => (compact(text), text.len()),
        // 0.872: what two of S3's users measured (github FogSecurity/aws-size, issue 8).
        Blanks::Normalized => (compact(text) * 872 / 1000, compact(text)),
    }
}

/// The bytes of a text without the white space outside of its strings.
fn compact(text: &str) -> usize {
    let (mut count, mut in_string, mut is_escaped) = (0, false, false);
    for byte in text.bytes() {
        count += usize::from(in_string || !byte.is_ascii_whitespace());
        in_string ^= byte == b'"' && !is_escaped;
        is_escaped = in_string && byte == b'\\' && !is_escaped;
    }
    count
}

#[cfg(test)]
mod tests {
    use super::compact;

    #[test]
    fn blanks_count_within_strings_only() {
        assert_eq!(compact("{ \"a b\" :\n\t\"c\\\" d\" }"), "{\"a b\":\"c\\\" d\"}".len());
    }
}
