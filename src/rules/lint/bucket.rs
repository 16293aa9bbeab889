//! Policies of buckets and other resources as a whole.

use super::manual::rule_code;
use crate::aws;
use crate::finding::{Audience, Code, Confidence, Finding};
use crate::model::condition::Test;
use crate::model::{Effect, PolicyKind, ResourceKind, Statement};
use crate::rules::rule::{Rule, Scene, Sink};
use crate::s3::{PublicStatement, public_statements};

rule_code! {
    /// A resource policy allows everybody, without a condition.
    ///
    /// Every account of AWS gets the access, and callers who did not sign. `ica-policy can --public` says what a Deny or Block Public Access leaves of it.
    ///
    /// ```json bad resource
    /// {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}
    /// ```
    /// ```json good resource
    /// {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*", "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-1111111111"}}}
    /// ```
    /// What to do: name who may, or add a condition such as `aws:PrincipalOrgID`.
    ///
    /// Source: S3:access-control-block-public-access, the meaning of "public".
    PUBLIC: Warning "allow-everybody" [] "a resource policy that allows everybody, without a condition", audience: Audience::Security
}

rule_code! {
    /// A bucket policy names everybody, and no condition makes S3 take it as not public.
    ///
    /// S3 takes a policy as public unless a condition binds it to fixed values of certain keys: `aws:SourceIp` with a range, `aws:SourceVpce`, `aws:PrincipalOrgID` and
    /// some others, without wildcards. Anybody can send a request with TLS, with a prefix or with a referer. Other conditions, such as `aws:PrincipalTag/team`, may
    /// keep many out; Block Public Access stops such a policy all the same.
    ///
    /// ```json bad bucket
    /// {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*", "Condition": {"Bool": {"aws:SecureTransport": "true"}}}
    /// ```
    /// ```json good bucket
    /// {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*", "Condition": {"Bool": {"aws:SecureTransport": "true"}, "IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}}
    /// ```
    /// What to do: name who may, or add a condition with a fixed value of such a key.
    ///
    /// Source: S3:access-control-block-public-access, the meaning of "public".
    OPEN: Warning "public-despite-condition" [] "a bucket policy that S3 takes as public in spite of its conditions", audience: Audience::Security, confidence: Confidence::Medium
}

rule_code! {
    /// A bucket policy denies everybody to change it.
    ///
    /// Only the root user of the account can then take the policy away.
    ///
    /// ```json bad bucket
    /// {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": ["arn:aws:s3:::b", "arn:aws:s3:::b/*"]}
    /// ```
    /// ```json good bucket
    /// {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": ["arn:aws:s3:::b", "arn:aws:s3:::b/*"], "Condition": {"Bool": {"aws:SecureTransport": "false"}}}
    /// ```
    /// What to do: name the actions that are denied, or add a condition that leaves somebody.
    ///
    /// Source: S3:example-bucket-policies, S3API:DeleteBucketPolicy (the root user of the owner).
    LOCKED: Warning "locks-out-everybody" [] "a bucket policy that denies everybody to change it"
}

rule_code! {
    /// A bucket policy does not deny requests without TLS.
    ///
    /// Opinions differ on whether a bucket policy is the place for it.
    ///
    /// ```json bad bucket
    /// {"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}
    /// ```
    /// ```json good bucket
    /// {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": ["arn:aws:s3:::b", "arn:aws:s3:::b/*"], "Condition": {"Bool": {"aws:SecureTransport": "false"}}}
    /// ```
    /// What to do: add a Deny for `"Bool": {"aws:SecureTransport": "false"}`.
    ///
    /// Source: S3:security-best-practices.
    TLS: Info "no-deny-without-tls" [] "a bucket policy that does not deny requests without TLS", audience: Audience::Pedantic, confidence: Confidence::Low
}

/// Findings about policies of resources as a whole.
#[derive(Debug)]
pub(super) struct Bucket;

impl Rule for Bucket {
    fn codes(&self) -> &'static [Code] {
        &[PUBLIC, OPEN, LOCKED, TLS]
    }

    fn document(&self, scene: &Scene<'_>, sink: &mut Sink) {
        let denies = |statement: &Statement| {
            statement.effect.node == Effect::Deny
                && statement.conditions.iter().any(|condition| {
                    &*condition.key.node == "aws:securetransport"
                        && matches!(condition.test, Test::Bool(_))
                })
        };
        if scene.is_of_bucket() && !scene.policy.statements.iter().any(denies) {
            let span = scene.policy.statement_span.unwrap_or(scene.policy.span);
            sink.push(
                Finding::new(TLS, span, "no statement denies requests without TLS")
                    .help("add a Deny for `\"Bool\": {\"aws:SecureTransport\": \"false\"}`"),
            );
        }
        if scene.is_of_bucket() {
            sink.extend(public_statements(scene.policy).iter().filter_map(|one| open(scene, one)));
        }
    }

    fn statement(&self, scene: &Scene<'_>, statement: &Statement, sink: &mut Sink) {
        let Some(element) = statement.principal.as_ref().filter(|element| !element.not) else {
            return;
        };
        let Some(everybody) = element.patterns.iter().find(|pattern| pattern.named.is_everybody())
        else {
            return;
        };
        if !statement.conditions.is_empty()
            || !matches!(scene.policy.kind, PolicyKind::Resource | PolicyKind::KmsKey)
        {
            return;
        }
        match statement.effect.node {
            Effect::Allow => {
                let message =
                    "the statement allows every account of AWS, and callers who did not sign";
                sink.push(
                    Finding::new(PUBLIC, everybody.span, message)
                        .help("name who may, or add a condition such as `aws:PrincipalOrgID`"),
                );
            }
            Effect::Deny
                if scene.is_of_bucket()
                    && names_bucket(statement)
                    && denies_change(scene, statement) =>
            {
                let message = "the statement denies everybody to change this policy: only the root user of the account can take it away";
                sink.push(
                    Finding::new(
                        LOCKED,
                        statement.action.as_ref().map_or(statement.span, |action| action.span),
                        message,
                    )
                    .help(
                        "name the actions that are denied, or add a condition that leaves somebody",
                    ),
                );
            }
            _ => {}
        }
    }
}

/// The finding about a statement for everybody with conditions that do not count for S3.
fn open(scene: &Scene<'_>, public: &PublicStatement) -> Option<Finding> {
    let statement = scene.policy.statements.get(public.index)?;
    let element = statement.principal.as_ref().filter(|element| !element.not)?;
    let is_for_all = element.patterns.iter().any(|pattern| pattern.named.is_everybody());
    if !is_for_all || !public.certain || statement.conditions.is_empty() {
        return None;
    }
    let message = "S3 takes this policy as public: no condition has a fixed value of a network, an account or an organization";
    let finding = Finding::new(OPEN, element.span, message)
        .help("name who may, or add a condition such as `aws:PrincipalOrgID`");
    let conditions = public.causes.iter().filter(|cause| !element.span.contains(cause.span));
    Some(conditions.fold(finding, |finding, cause| finding.related(cause.span, cause.text.clone())))
}

/// Whether the statement reaches the bucket itself, whatever its name is.
fn names_bucket(statement: &Statement) -> bool {
    statement.resource.as_ref().is_some_and(|element| {
        !element.not
            && element.patterns.iter().any(|pattern| match &pattern.kind {
                ResourceKind::Everything => true,
                ResourceKind::Arn(arn) => arn
                    .as_literal()
                    .map_or(arn.literal_start() == "arn:aws:s3:::", |text| !text.contains('/')),
            })
    })
}

fn denies_change(scene: &Scene<'_>, statement: &Statement) -> bool {
    let covers = |name: &str| {
        let action = aws::action(name);
        let is_covered = action.is_some_and(|action| {
            scene.covered(statement).iter().any(|one| one.has(action) == Some(true))
        });
        is_covered != statement.action.as_ref().is_some_and(|element| element.not)
    };
    covers("s3:PutBucketPolicy") && covers("s3:DeleteBucketPolicy")
}
