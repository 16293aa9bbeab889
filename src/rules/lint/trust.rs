//! Trust policies for identity providers.

use super::manual::rule_code;
use crate::finding::{Audience, Code, Confidence, Edit, Finding, Severity};
use crate::model::condition::{Quantifier, Test};
use crate::model::{Condition, Effect, Named, Pattern, PolicyKind, PrincipalPattern, Statement};
use crate::rules::rule::{Rule, Scene, Sink};
use crate::source::Span;

rule_code! {
    /// An identity provider in a form that no provider has.
    ///
    /// A provider is named by the ARN of its SAML or OIDC provider in IAM, or by one of the four names that need none (`accounts.google.com`,
    /// `cognito-identity.amazonaws.com`, `graph.facebook.com`, `www.amazon.com`).
    ///
    /// ```json bad trust
    /// {"Effect": "Allow", "Principal": {"Federated": "arn:aws:iam::111122223333:role/okta"}, "Action": "sts:AssumeRoleWithSAML"}
    /// ```
    /// ```json good trust
    /// {"Effect": "Allow", "Principal": {"Federated": "arn:aws:iam::111122223333:saml-provider/okta"}, "Action": "sts:AssumeRoleWithSAML"}
    /// ```
    /// What to do: write the ARN of the provider, `arn:aws:iam::ACCOUNT:saml-provider/NAME` or `arn:aws:iam::ACCOUNT:oidc-provider/URL`.
    ///
    /// Source: IAM:access-analyzer-reference-policy-checks, "Invalid federated principal syntax in role trust policy".
    PROVIDER: Warning "unknown-identity-provider" ["INVALID_FEDERATED_PRINCIPAL_SYNTAX_IN_ROLE_TRUST_POLICY"] "an identity provider in a form that no provider has", confidence: Confidence::Medium
}

rule_code! {
    /// The action does not go with the principal of the trust policy.
    ///
    /// Sessions of a SAML provider are made by `sts:AssumeRoleWithSAML`, those of an OIDC provider by `sts:AssumeRoleWithWebIdentity`, others by
    /// `sts:AssumeRole`. Another action lets nobody in.
    ///
    /// ```json bad trust
    /// {"Effect": "Allow", "Principal": {"Federated": "arn:aws:iam::111122223333:saml-provider/okta"}, "Action": "sts:AssumeRole"}
    /// ```
    /// ```json good trust
    /// {"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": "sts:AssumeRole"}
    /// ```
    /// What to do: take the action of the principal's kind.
    ///
    /// Source: IAM:access-analyzer-reference-policy-checks, "Mismatched action for principal".
    ACTION: Warning "action-of-other-principal" ["MISMATCHED_ACTION_FOR_PRINCIPAL"] "an action of STS that does not go with the principal of the trust policy"
}

rule_code! {
    /// The trust policy of Roles Anywhere lacks an action.
    ///
    /// The service needs `sts:AssumeRole`, `sts:SetSourceIdentity` and `sts:TagSession`; without one of them no session is made.
    ///
    /// ```json bad trust
    /// {"Effect": "Allow", "Principal": {"Service": "rolesanywhere.amazonaws.com"}, "Action": "sts:AssumeRole"}
    /// ```
    /// ```json good trust
    /// {"Effect": "Allow", "Principal": {"Service": "rolesanywhere.amazonaws.com"}, "Action": ["sts:AssumeRole", "sts:SetSourceIdentity", "sts:TagSession"]}
    /// ```
    /// What to do: add the actions.
    ///
    /// Source: IAM:access-analyzer-reference-policy-checks, "Missing action for roles anywhere trust policy".
    ANYWHERE: Warning "roles-anywhere-without-action" ["MISSING_ACTION_FOR_ROLES_ANYWHERE_TRUST_POLICY"] "a trust policy of Roles Anywhere that lacks one of three actions"
}

rule_code! {
    /// The trust policy lets in everybody whom an OIDC provider knows.
    ///
    /// Providers such as GitHub or Google know everybody. A condition on a key of the provider says whom of them.
    ///
    /// ```json bad trust
    /// {"Effect": "Allow", "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/id.example.com"}, "Action": "sts:AssumeRoleWithWebIdentity"}
    /// ```
    /// ```json good trust
    /// {"Effect": "Allow", "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/id.example.com"}, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {"StringEquals": {"id.example.com:aud": "ica"}}}
    /// ```
    /// What to do: add a condition on `PROVIDER:aud` and `PROVIDER:sub`.
    ///
    /// Source: IAM:access-analyzer-reference-policy-checks, "Missing condition key for OIDC principal".
    OIDC: Warning "oidc-without-condition" ["MISSING_CONDITION_KEY_FOR_OIDC_PRINCIPAL"] "a trust policy that lets in everybody of an OIDC provider", audience: Audience::Security
}

rule_code! {
    /// The trust policy for GitHub does not say which repository.
    ///
    /// Workflows of every repository on GitHub have tokens of this provider.
    ///
    /// ```json bad trust
    /// {"Effect": "Allow", "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"}, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {"StringEquals": {"token.actions.githubusercontent.com:aud": "sts.amazonaws.com"}}}
    /// ```
    /// ```json good trust
    /// {"Effect": "Allow", "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"}, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {"StringEquals": {"token.actions.githubusercontent.com:sub": "repo:lab/ica:ref:refs/heads/main"}}}
    /// ```
    /// What to do: add a condition on `token.actions.githubusercontent.com:sub`.
    ///
    /// Source: IAM:access-analyzer-reference-policy-checks, "Missing GitHub repo condition key".
    GITHUB: Warning "github-without-repository" ["MISSING_GITHUB_REPO_CONDITION_KEY"] "a trust policy for GitHub that does not say which repository", audience: Audience::Security
}

rule_code! {
    /// The trust policy for GitHub names an owner or repository with a wildcard.
    ///
    /// A warning: behind a wildcard in the owner everybody can open a repository whose name fits. Worth knowing: behind one in the name of the repository any
    /// workflow of that owner may take the role.
    ///
    /// ```json bad trust
    /// {"Effect": "Allow", "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"}, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {"StringLike": {"token.actions.githubusercontent.com:sub": "repo:*"}}}
    /// ```
    /// ```json good trust
    /// {"Effect": "Allow", "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"}, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {"StringEquals": {"token.actions.githubusercontent.com:sub": "repo:lab/ica:ref:refs/heads/main"}}}
    /// ```
    /// What to do: write owner, repository and branch in full.
    ///
    /// Source: IAM:access-analyzer-reference-policy-checks, "Specific GitHub repo and branch recommended".
    GITHUB_STAR: Warning "github-wildcard" ["SPECIFIC_GITHUB_REPO_AND_BRANCH_RECOMMENDED"] "a trust policy for GitHub with a wildcard in the repository", audience: Audience::Security
}

rule_code! {
    /// `ForAnyValue` on the audience of a token.
    ///
    /// A token with several audiences passes if one fits.
    ///
    /// ```json bad trust
    /// {"Effect": "Allow", "Principal": {"Federated": "accounts.google.com"}, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {"ForAnyValue:StringEquals": {"accounts.google.com:aud": "ica"}}}
    /// ```
    /// ```json good trust
    /// {"Effect": "Allow", "Principal": {"Federated": "accounts.google.com"}, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {"StringEquals": {"accounts.google.com:aud": "ica"}}}
    /// ```
    /// What to do: take `ForAnyValue:` out, unless the provider's tokens have several audiences.
    ///
    /// Source: IAM:access-analyzer-reference-policy-checks, "ForAnyValue with audience claim type" and "Confirm audience claim type".
    AUDIENCE: Info "any-audience" ["FORANYVALUE_WITH_AUDIENCE_CLAIM_TYPE" "CONFIRM_AUDIENCE_CLAIM_TYPE"] "`ForAnyValue` on the audience of a token", audience: Audience::Security, confidence: Confidence::Low
}

/// Findings about trust policies for identity providers.
#[derive(Debug)]
pub(super) struct Trust;

/// Providers that need no provider in IAM.
const KNOWN: [&str; 4] = [
    "accounts.google.com",
    "cognito-identity.amazonaws.com",
    "graph.facebook.com",
    "www.amazon.com",
];

const GITHUB_HOST: &str = "token.actions.githubusercontent.com";

impl Rule for Trust {
    fn codes(&self) -> &'static [Code] {
        &[PROVIDER, ACTION, ANYWHERE, OIDC, GITHUB, GITHUB_STAR, AUDIENCE]
    }

    fn statement(&self, scene: &Scene<'_>, statement: &Statement, sink: &mut Sink) {
        let is_allow = statement.effect.node == Effect::Allow;
        let Some(element) = statement.principal.as_ref().filter(|element| is_allow && !element.not)
        else {
            return;
        };
        if scene.policy.kind != PolicyKind::Trust {
            return;
        }
        for pattern in &element.patterns {
            if let Named::Federated(name) = &pattern.named {
                about_provider(statement, pattern, name, sink);
            }
        }
        actions(scene, statement, &element.patterns, sink);
    }

    fn condition(&self, scene: &Scene<'_>, _: &Statement, condition: &Condition, sink: &mut Sink) {
        let is_audience = condition.key.node.ends_with(":aud") && condition.key.node.contains('.');
        if scene.policy.kind == PolicyKind::Trust
            && is_audience
            && condition.quantifier == Some(Quantifier::ForAnyValue)
        {
            let message = "a token with several audiences passes if one of them fits";
            let help =
                "take `ForAnyValue:` out, unless the provider's tokens have several audiences";
            sink.push(
                Finding::new(AUDIENCE, condition.operator.span, message)
                    .help(help)
                    .analyzer("FORANYVALUE_WITH_AUDIENCE_CLAIM_TYPE"),
            );
        }
    }
}

/// The host of an OIDC provider.
fn host(name: &str) -> Option<&str> {
    name.split_once(":oidc-provider/").map(|(_, url)| url).or(KNOWN.contains(&name).then_some(name))
}

fn about_provider(statement: &Statement, pattern: &PrincipalPattern, name: &str, sink: &mut Sink) {
    let is_arn = name.starts_with("arn:");
    let is_provider = name.contains(":saml-provider/") || name.contains(":oidc-provider/");
    if is_arn && !is_provider || !is_arn && !name.contains('.') {
        let message = format!("`{name}` is neither a SAML provider nor an OIDC provider");
        let help =
            "write the ARN of the provider, as in `arn:aws:iam::111122223333:saml-provider/okta`";
        sink.push(Finding::new(PROVIDER, pattern.span, message).help(help));
        return;
    }
    let Some(host) = host(name) else { return };
    let lower = host.to_lowercase();
    let of_provider = |condition: &&Condition| {
        condition.key.node.strip_prefix(&*lower).is_some_and(|rest| rest.starts_with(':'))
    };
    if !statement.conditions.iter().any(|condition| of_provider(&condition)) {
        let (code, help) = match host == GITHUB_HOST {
            true => (GITHUB, format!("add a condition on `{GITHUB_HOST}:sub`")),
            false => (OIDC, format!("add a condition on `{host}:aud` and `{host}:sub`")),
        };
        let message = format!("everybody with a token of `{host}` may take the role");
        sink.push(Finding::new(code, pattern.span, message).help(help));
        return;
    }
    if host == GITHUB_HOST {
        github(statement, pattern.span, sink);
    }
}

fn github(statement: &Statement, span: Span, sink: &mut Sink) {
    let claims = [
        "sub",
        "job_workflow_ref",
        "repository",
        "repository_id",
        "repository_owner",
        "repository_owner_id",
    ];
    let is_claim = |condition: &&Condition| {
        let claim = condition.key.node.rsplit(':').next().unwrap_or_default();
        claims.contains(&claim) && !condition.test.is_negated()
    };
    let mut found = statement.conditions.iter().filter(is_claim).peekable();
    if found.peek().is_none() {
        let message = "workflows of every repository on GitHub may take the role";
        sink.push(
            Finding::new(GITHUB, span, message)
                .help(format!("add a condition on `{GITHUB_HOST}:sub`")),
        );
    }
    for condition in found.filter(|condition| condition.key.node.ends_with(":sub")) {
        let Test::String { values, .. } = &condition.test else { continue };
        for value in &values.list {
            sink.extend(any_repository(&value.node, value.span));
        }
    }
}

/// The finding about a subject `repo:owner/name:..` with a wildcard in its first two parts.
fn any_repository(subject: &Pattern, span: Span) -> Option<Finding> {
    if !subject.has_wildcards() {
        return None;
    }
    let named = subject.literal_start().strip_prefix("repo:").and_then(|rest| rest.split_once('/'));
    let (message, severity) = match named {
        Some((_, name)) if name.contains(':') => return None,
        Some((owner, "")) => (
            format!("workflows of every repository of `{owner}` may take the role"),
            Severity::Info,
        ),
        Some((owner, name)) => (
            format!(
                "workflows of every repository of `{owner}` whose name begins with `{name}` may take the role"
            ),
            Severity::Info,
        ),
        None => (
            "a repository of somebody else may have a name that fits".to_owned(),
            Severity::Warning,
        ),
    };
    let help = "write owner and repository in full: `repo:OWNER/NAME:ref:refs/heads/main`";
    Some(Finding::new(GITHUB_STAR, span, message).severity(severity).help(help))
}

/// Actions that make no session for the principals.
fn actions(
    scene: &Scene<'_>,
    statement: &Statement,
    principals: &[PrincipalPattern],
    sink: &mut Sink,
) {
    let Some(action) = statement.action.as_ref().filter(|element| !element.not) else { return };
    let all = |is: fn(&Named) -> bool| {
        !principals.is_empty() && principals.iter().all(|pattern| is(&pattern.named))
    };
    let is_saml =
        all(|named| matches!(named, Named::Federated(name) if name.contains(":saml-provider/")));
    let is_oidc = all(|named| matches!(named, Named::Federated(name) if host(name).is_some()));
    let is_other = all(|named| {
        !matches!(named, Named::Federated(_) | Named::Everyone | Named::AwsEveryone | Named::Nobody)
    });
    for pattern in &action.patterns {
        let right = match pattern.pattern.as_literal() {
            Some("sts:assumerole") if is_saml => "sts:AssumeRoleWithSAML",
            Some("sts:assumerole") if is_oidc => "sts:AssumeRoleWithWebIdentity",
            Some("sts:assumerolewithsaml") if is_oidc => "sts:AssumeRoleWithWebIdentity",
            Some("sts:assumerolewithwebidentity") if is_saml => "sts:AssumeRoleWithSAML",
            Some("sts:assumerolewithsaml" | "sts:assumerolewithwebidentity") if is_other => {
                "sts:AssumeRole"
            }
            _ => continue,
        };
        let text = scene.words(pattern.span);
        let message = format!("`{text}` makes no session for these principals");
        let finding = Finding::new(ACTION, pattern.span, message).help(format!("write `{right}`"));
        sink.push(finding.edit(Edit::Replace(vec![(pattern.span, right.to_owned())])));
    }
    let is_anywhere =
        all(|named| matches!(named, Named::Service(name) if name == "rolesanywhere.amazonaws.com"));
    let has = |name: &str| {
        action
            .patterns
            .iter()
            .any(|pattern| crate::eval::pattern_covers_action(pattern, name) != Some(false))
    };
    let needed = ["sts:AssumeRole", "sts:SetSourceIdentity", "sts:TagSession"];
    let missing = needed
        .into_iter()
        .filter(|name| is_anywhere && !has(&name.to_ascii_lowercase()))
        .collect::<Vec<_>>();
    if !missing.is_empty() && missing.len() < needed.len() {
        let missing =
            missing.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" and ");
        let message = format!("Roles Anywhere also needs {missing} to make a session");
        sink.push(Finding::new(ANYWHERE, action.span, message).help(format!("add {missing}")));
    }
}
