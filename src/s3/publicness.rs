//! Which statements make a bucket policy public, in the sense of S3's Block Public Access
//! (S3:access-control-block-public-access, "The meaning of public").
//!
//! S3 starts from "public". An Allow statement is not public only if it is bound to fixed values:
//! its principals are not `*`, or it has a condition on one of certain keys, with values that have
//! neither wildcard nor variable. What it allows does not matter. A Deny does not make a policy
//! public, and it does not keep it from being public.

use crate::finding::Label;
use crate::model::condition::ip::Block;
use crate::model::condition::{Condition, Quantifier, Test};
use crate::model::{Effect, Named, Part, Pattern, Policy, PrincipalPattern, Statement};
use crate::source::{Span, Spanned};
use ipnet::IpNet;
use serde::Deserialize;
use std::sync::LazyLock;

/// A statement that makes its policy public, or may.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PublicStatement {
    /// Its number in the policy, from 0.
    pub index: usize,
    /// The whole statement.
    pub span: Span,
    /// Whether it is public for certain. If not, AWS's page leaves it open, or AWS would refuse its
    /// words.
    pub certain: bool,
    /// The words that open it, the principal first, each with the reason why it does not bind the
    /// statement to fixed values.
    pub causes: Vec<Label>,
}

/// The statements that make a bucket policy public, in order. Without one the policy is not public.
///
/// ```
/// # use ica_policy::{json, model, s3, source::Sources, syntax};
/// let text = r#"{"Version": "2012-10-17", "Statement": [
///   {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject",
///    "Resource": "arn:aws:s3:::b/*",
///    "Condition": {"StringLike": {"aws:SourceVpc": "vpc-*"}}},
///   {"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": "s3:*",
///    "Resource": "arn:aws:s3:::b/*"}]}"#;
/// let mut sources = Sources::default();
/// let id = sources.add_file("policy.json", text.to_owned()).unwrap();
/// let policy = syntax::parse(json::parse(sources.get(id)).root.unwrap()).policy.unwrap();
/// let policy = model::lower(&policy, model::PolicyKind::Resource).policy;
/// let public = s3::public_statements(&policy);
/// assert_eq!((public.len(), public[0].index, public[0].certain), (1, 0, true));
/// ```
pub fn public_statements(policy: &Policy) -> Vec<PublicStatement> {
    policy.statements.iter().filter_map(judge).collect()
}

/// Whether some words bind a statement to fixed values.
enum Bound {
    Yes,
    /// The page does not say, or AWS would refuse the words.
    Unclear(Label),
    No(Label),
}

fn judge(statement: &Statement) -> Option<PublicStatement> {
    if statement.effect.node == Effect::Deny {
        return None;
    }
    let mut certain =
        statement.effect.node == Effect::Allow && statement.all_doubts().next().is_none();
    let mut causes = Vec::new();
    let conditions = statement.conditions.iter().map(bound_by_condition);
    for bound in std::iter::once(bound_by_principal(statement)).chain(conditions) {
        match bound {
            Bound::Yes => return None,
            Bound::Unclear(label) => {
                certain = false;
                causes.push(label);
            }
            Bound::No(label) => causes.push(label),
        }
    }
    Some(PublicStatement { index: statement.index, span: statement.span, certain, causes })
}

fn no(span: Span, text: impl Into<String>) -> Bound {
    Bound::No(Label { span, text: text.into() })
}

fn unclear(span: Span, text: impl Into<String>) -> Bound {
    Bound::Unclear(Label { span, text: text.into() })
}

/// The weakest bound of several alternatives, since each of them alone lets requests in. `Yes` if
/// there are none.
fn least(bounds: impl Iterator<Item = Bound>) -> Bound {
    bounds.fold(Bound::Yes, |least, next| match (&least, &next) {
        (Bound::No(_), _) | (Bound::Unclear(_), Bound::Yes | Bound::Unclear(_)) => least,
        _ => next,
    })
}

fn bound_by_principal(statement: &Statement) -> Bound {
    match &statement.principal {
        None => unclear(statement.span, "no principal that could be read"),
        Some(principal) if principal.not => {
            no(principal.span, "`NotPrincipal` allows everybody else")
        }
        Some(principal) if principal.patterns.is_empty() => unclear(principal.span, "names nobody"),
        Some(principal) => least(principal.patterns.iter().map(bound_by_name)),
    }
}

fn bound_by_name(pattern: &PrincipalPattern) -> Bound {
    match &pattern.named {
        Named::Everyone | Named::AwsEveryone => no(pattern.span, "names everybody"),
        // AWS's example is `graph.facebook.com`: it means everybody who has an account there. The
        // page does not mention providers of one's own.
        Named::Federated(provider) if provider.starts_with("arn:") => unclear(
            pattern.span,
            format!("AWS does not say whether `{provider}` counts as a fixed principal"),
        ),
        Named::Federated(provider) => {
            no(pattern.span, format!("everybody whom `{provider}` knows"))
        }
        Named::Nobody => unclear(
            pattern.span,
            pattern.doubt.as_ref().map_or("names nobody".to_owned(), |doubt| doubt.reason.clone()),
        ),
        Named::Account(_)
        | Named::User(_)
        | Named::Role(_)
        | Named::RoleSession(_)
        | Named::FederatedSession(_)
        | Named::Service(_)
        | Named::CanonicalUser(_)
        | Named::UniqueId(_) => Bound::Yes,
    }
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Keys {
    named: Vec<String>,
    alike: Vec<String>,
}

fn keys() -> &'static Keys {
    static KEYS: LazyLock<Keys> =
        LazyLock::new(|| toml::from_str(include_str!("fixed_keys.toml")).unwrap_or_default());
    &KEYS
}

fn bound_by_condition(condition: &Condition) -> Bound {
    let key = &*condition.key.node;
    let is_named = keys().named.iter().any(|known| known == key);
    let is_alike = keys().alike.iter().any(|known| known == key);
    if !is_named && !is_alike {
        return no(condition.span, format!("`{key}` is none of the keys that count"));
    }
    if let Some(why) = holds_without_value(condition) {
        return no(condition.span, why);
    }
    match fixed_values(condition) {
        Bound::Yes if !condition.doubts.is_empty() => {
            unclear(condition.span, "AWS would refuse this condition")
        }
        Bound::Yes if is_alike => unclear(
            condition.span,
            format!("AWS does not say whether `{key}` counts as `aws:PrincipalOrgID` does"),
        ),
        Bound::No(label) if key == "aws:principalarn" && names_accounts(condition) => {
            no(label.span, format!("{}; {ANALYZER}", label.text))
        }
        bound => bound,
    }
}

/// Findings of Access Analyzer for such policies say `isPublic: false`. It is another service, so S3 may still call them public.
const ANALYZER: &str = "IAM Access Analyzer, by rules of its own, calls a policy with a fixed account and a wildcard in the name not public";

/// Whether each ARN that it is compared with has an account without a wildcard.
fn names_accounts(condition: &Condition) -> bool {
    condition.test.patterns().all(|pattern| {
        let mut segments = pattern.literal_start().split(':').skip(4);
        let is_account =
            |text: &str| text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
        let account = segments.next().is_some_and(is_account);
        account && segments.next().is_some()
    })
}

/// Why the condition also holds for requests that have none of its values.
fn holds_without_value(condition: &Condition) -> Option<String> {
    let operator = &condition.operator.node;
    if condition.test.is_negated() {
        Some(format!("`{operator}` lets everything in that is not listed"))
    } else if condition.if_exists {
        Some(format!("`{operator}` also holds where the key is absent"))
    } else if condition.quantifier == Some(Quantifier::ForAllValues) {
        Some(format!("`{operator}` also holds where the request has no value"))
    } else {
        None
    }
}

fn fixed_values(condition: &Condition) -> Bound {
    let key = &*condition.key.node;
    if condition.test.has_no_values() {
        return unclear(condition.span, "has no values");
    }
    if let Some(doubt) = condition.test.doubts().first() {
        return unclear(doubt.span, doubt.reason.clone());
    }
    match &condition.test {
        Test::Ip { values, .. } if key == "aws:sourceip" => {
            least(values.list.iter().map(fixed_range))
        }
        Test::String { values, .. } | Test::Arn { values, .. } if key != "aws:sourceip" => {
            least(values.list.iter().map(|value| fixed_text(key, value)))
        }
        Test::Null(_) => no(condition.span, "`Null` asks for no value"),
        Test::Unknown => unclear(condition.operator.span, "nobody knows this operator"),
        _ => unclear(
            condition.span,
            format!("`{}` is not made for `{key}`", condition.operator.node),
        ),
    }
}

/// A range that is wider than /8 (IPv4) or /32 (IPv6) is not fixed. The page excepts private
/// ranges, but none of them is wider.
fn fixed_range(range: &Spanned<Block>) -> Bound {
    let least = match range.node.net {
        IpNet::V4(_) => 8,
        IpNet::V6(_) => 32,
    };
    if range.node.net.prefix_len() >= least {
        return Bound::Yes;
    }
    no(
        range.span,
        format!("`{}` is wider than /{least}, too wide to count as a fixed range", range.node),
    )
}

fn fixed_text(key: &str, value: &Spanned<Pattern>) -> Bound {
    let parts = &*value.node.parts;
    if parts.iter().any(|part| matches!(part, Part::Variable(_))) {
        return no(value.span, "a variable is no fixed value");
    }
    match parts {
        // The operator takes the star for a character. The page speaks of values that contain a
        // wildcard, not of what they match.
        [Part::Literal(text)] if text.contains(['*', '?']) || text.contains("${") => unclear(
            value.span,
            format!(
                "AWS does not say whether `{text}` counts as fixed where it is compared as plain text"
            ),
        ),
        [] | [Part::Literal(_)] => Bound::Yes,
        [Part::Literal(id), Part::Any] if key == "aws:userid" && id.ends_with(':') => unclear(
            value.span,
            "AWS's page can be read as if the sessions of one role counted as fixed, and as if not",
        ),
        _ if key == "s3:dataaccesspointarn" => access_point(value),
        _ => no(value.span, "a wildcard is no fixed value"),
    }
}

/// `arn:aws:s3:us-west-2:111122223333:accesspoint/*` is fixed: the page allows a wildcard in the
/// name of the access point.
fn access_point(value: &Spanned<Pattern>) -> Bound {
    let before_wildcard = match value.node.parts.first() {
        Some(Part::Literal(text)) => text,
        _ => "",
    };
    match before_wildcard.split(':').collect::<Vec<_>>().as_slice() {
        [_, _, _, _, account, ..]
            if is_account(account) && before_wildcard.matches(':').count() >= 5 =>
        {
            Bound::Yes
        }
        _ if names_account(&value.node) => unclear(
            value.span,
            "AWS lets only the name of the access point have a wildcard, not what is before it",
        ),
        _ => no(value.span, "the account of the access point is not fixed"),
    }
}

fn names_account(pattern: &Pattern) -> bool {
    pattern
        .parts
        .iter()
        .any(|part| matches!(part, Part::Literal(text) if text.split(':').any(is_account)))
}

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}
