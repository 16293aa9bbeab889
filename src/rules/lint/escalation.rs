//! Identity policies with which one can give oneself more.

use super::manual::rule_code;
use super::proved::with_everything;
use super::witness::{Wanted, example};
use crate::aws;
use crate::aws::is_account_number;
use crate::finding::{Audience, Code, Confidence, Finding, Severity};
use crate::model::{
    ActionPattern, Effect, Element, Part, Pattern, Policy, PolicyKind, ResourceKind,
    ResourcePattern, Shape, Statement,
};
use crate::rules::rule::{Rule, Scene, Sink};
use crate::source::{Span, Spanned};
use crate::symbolic::{Answer, Requests, Together, lost_for, lost_within};
use std::collections::BTreeSet;

rule_code! {
    /// Whoever has the policy can give itself any permission.
    ///
    /// Proved: the policy allows an action that changes policies of identities on every identity of the account, in every request. That is as much as an
    /// administrator has, and less visible. A request that goes through is shown. Nothing is said where a Deny, a condition or a narrower resource stops it, and
    /// nothing of a policy that allows everything already. `takes-what-others-have` is about actions that give no more than somebody has.
    ///
    /// ```json bad
    /// {"Effect": "Allow", "Action": ["iam:ListRoles", "iam:AttachRolePolicy"], "Resource": "*"}
    /// ```
    /// ```json good
    /// {"Effect": "Allow", "Action": "iam:Attach*", "Resource": "*"}, {"Effect": "Deny", "Action": "iam:Attach*", "Resource": "*", "Condition": {"ArnNotEquals": {"iam:PolicyARN": "arn:aws:iam::111122223333:policy/ica"}}}
    /// ```
    /// What to do: name the identities and policies that may be changed, or ask for a permissions boundary with a condition on `iam:PermissionsBoundary`.
    ///
    /// Source: IAM:access_policies_boundaries (delegation with boundaries), IAM:reference_policies_iam-condition-keys; proved over all requests.
    MORE: Warning "privilege-escalation" [] "a policy with which one can give oneself any permission", audience: Audience::Security, confidence: Confidence::Medium
}

rule_code! {
    /// Whoever has the policy can become any other user or role of the account.
    ///
    /// Proved: the policy allows, on every user or role of the account and in every request, to make credentials of others or to change whom a role trusts.
    ///
    /// ```json bad
    /// {"Effect": "Allow", "Action": "iam:CreateAccessKey", "Resource": "arn:aws:iam::111122223333:user/*"}
    /// ```
    /// ```json good
    /// {"Effect": "Allow", "Action": "iam:CreateAccessKey", "Resource": "arn:aws:iam::111122223333:user/${aws:username}"}
    /// ```
    /// What to do: name the users or roles, or `${aws:username}` for the caller itself.
    ///
    /// Source: IAM:id_credentials_access-keys, IAM:reference_policies_examples_iam-credentials-console; proved over all requests.
    OTHERS: Warning "becomes-others" [] "a policy with which one can become any other user or role", audience: Audience::Security, confidence: Confidence::Medium
}

rule_code! {
    /// Whoever has the policy can take the permissions of any group, or of any stored version of a policy.
    ///
    /// Proved: the policy allows `iam:AddUserToGroup` on every group of the account, or `iam:SetDefaultPolicyVersion` on every policy, in every request. How much that gives
    /// depends on the groups and the old versions that the account has: the first takes in what a group of administrators has, the second what a version that was taken back had.
    /// Nothing is said beside `privilege-escalation`, which gives all of it and more.
    ///
    /// ```json bad
    /// {"Effect": "Allow", "Action": "iam:AddUserToGroup", "Resource": "arn:aws:iam::111122223333:group/*"}
    /// ```
    /// ```json good
    /// {"Effect": "Allow", "Action": "iam:AddUserToGroup", "Resource": "arn:aws:iam::111122223333:group/readers"}
    /// ```
    /// What to do: name the groups or the policies.
    ///
    /// Source: IAMAPI:AddUserToGroup, IAMAPI:SetDefaultPolicyVersion; proved over all requests.
    TAKES: Warning "takes-what-others-have" [] "a policy with which one can take what any group or version of a policy gives", audience: Audience::Security, confidence: Confidence::Medium
}

/// At most one finding of each kind in a policy.
#[derive(Debug)]
pub(super) struct Escalation;

/// Actions that give permissions, each with what its resources are called behind the account.
const GIVE: [(&str, &str); 7] = [
    ("iam:attachuserpolicy", ":user/"),
    ("iam:attachgrouppolicy", ":group/"),
    ("iam:attachrolepolicy", ":role/"),
    ("iam:putuserpolicy", ":user/"),
    ("iam:putgrouppolicy", ":group/"),
    ("iam:putrolepolicy", ":role/"),
    ("iam:createpolicyversion", ":policy/"),
];

/// Actions with which one becomes somebody else.
const BECOME: [(&str, &str); 4] = [
    ("iam:createaccesskey", ":user/"),
    ("iam:createloginprofile", ":user/"),
    ("iam:updateloginprofile", ":user/"),
    ("iam:updateassumerolepolicy", ":role/"),
];

/// Actions that give what a group or an older version of a policy has already.
const TAKE: [(&str, &str); 2] =
    [("iam:addusertogroup", ":group/"), ("iam:setdefaultpolicyversion", ":policy/")];

/// What all questions of one kind may cost, in steps of the prover: less than a second in a release. Each kind has its own, so that none is undecided because another was hard.
const COST: usize = 20_000_000;

impl Rule for Escalation {
    fn codes(&self) -> &'static [Code] {
        &[MORE, OTHERS, TAKES]
    }

    fn is_proved(&self) -> bool {
        true
    }

    fn document(&self, scene: &Scene<'_>, sink: &mut Sink) {
        if scene.policy.kind != PolicyKind::Identity {
            return;
        }
        let [more, others, takes] =
            [&GIVE[..], &BECOME, &TAKE].map(|actions| proved(scene, actions, &Together::of(COST)));
        let is_nothing = [&more, &others, &takes].iter().all(|asked| asked.is_nothing());
        if is_nothing || allows_everything(scene.policy) {
            return;
        }
        sink.extend(finding(scene, MORE, &more));
        sink.extend(finding(scene, OTHERS, &others));
        if more.proved.is_empty() {
            sink.extend(finding(scene, TAKES, &takes));
        }
    }
}

/// What somebody does who has the policy, and what to do about it.
fn words(code: Code) -> (&'static str, &'static str) {
    match code {
        MORE => (
            "gives itself any permission",
            "name the identities and policies, or add a condition on `iam:PermissionsBoundary` or `iam:PolicyARN`",
        ),
        OTHERS => ("becomes any other user or role", "name the users or roles"),
        _ => (
            "takes what any group or any version of a policy gives",
            "name the groups or the policies",
        ),
    }
}

/// What the questions about some actions came to.
struct Asked {
    proved: Vec<Proved>,
    /// The first words for which the budget did not suffice.
    open: Option<Span>,
}

impl Asked {
    fn is_nothing(&self) -> bool {
        self.proved.is_empty() && self.open.is_none()
    }
}

/// An action that is allowed on all resources of its kind, and the words that allow it.
struct Proved {
    action: &'static str,
    kind: &'static str,
    /// A partition, and an account in it or any.
    account: (String, Option<String>),
    place: Span,
}

fn finding(scene: &Scene<'_>, code: Code, asked: &Asked) -> Option<Finding> {
    let (what, help) = words(code);
    let Some((first, others)) = asked.proved.split_first() else {
        let message = format!(
            "not decided whether whoever has this policy {what}: the policy is too large for the proof"
        );
        let finding = Finding::new(code, asked.open?, message).severity(Severity::Info);
        return Some(finding.help("put the statements about IAM into a policy of their own"));
    };
    let name = |one: &Proved| aws::action(one.action).map_or(String::new(), ToString::to_string);
    let kind = first.kind.trim_matches([':', '/']);
    let request = shown(scene.policy, first).map(|request| format!(", such as {request}"));
    let message = format!(
        "whoever has this policy {what}: every request for `{}` is allowed on every {kind} of the account{}",
        name(first),
        request.unwrap_or_default()
    );
    let finding = Finding::new(code, first.place, message).help(help);
    let places = others.iter().filter(|one| one.place != first.place);
    let mut told = BTreeSet::new();
    Some(places.filter(|one| told.insert(one.place)).fold(finding, |finding, one| {
        finding.related(one.place, format!("`{}` does it, too", name(one)))
    }))
}

/// A request that goes through.
fn shown(policy: &Policy, one: &Proved) -> Option<String> {
    let (partition, account) = &one.account;
    let account = account.as_deref().unwrap_or("*");
    let resource = format!("arn:{partition}:iam::{account}{}*", one.kind);
    example(policy, (&[one.action.to_owned()], &[resource]), Wanted::Allowed)
}

/// Those of the actions that the policy allows on all resources of the account.
fn proved(
    scene: &Scene<'_>,
    actions: &'static [(&'static str, &'static str)],
    budget: &Together,
) -> Asked {
    let accounts = accounts(scene);
    let mut asked = Asked { proved: Vec::new(), open: None };
    for (action, kind) in actions {
        let Some(place) = granted(scene, action) else { continue };
        let of_all = accounts.iter().find(|account| {
            let wanted = wanted(scene.policy, action, kind, **account);
            budget.left() > 0
                && lost_within(&[&wanted], &[scene.policy], Requests::Any, budget) == Answer::None
        });
        if let Some((partition, account)) = of_all {
            let account = ((*partition).to_owned(), account.map(str::to_owned));
            asked.proved.push(Proved { action, kind, account, place });
        } else if budget.left() == 0 {
            asked.open.get_or_insert(place);
        }
    }
    asked
}

/// The words of an Allow that cover an action. Most policies have none.
fn granted(scene: &Scene<'_>, action: &str) -> Option<Span> {
    let action = aws::action(action)?;
    let allows = scene.policy.statements.iter();
    allows.filter(|statement| statement.effect.node == Effect::Allow).find_map(|statement| {
        let element = statement.action.as_ref()?;
        let mut covered = scene.covered(statement).iter().zip(&element.patterns);
        if element.not {
            return covered.all(|(one, _)| one.has(action) == Some(false)).then_some(element.span);
        }
        covered.find(|(one, _)| one.has(action) == Some(true)).map(|(_, pattern)| pattern.span)
    })
}

/// A partition, and an account in it or any.
type Account<'a> = (&'a str, Option<&'a str>);

/// Any account, and those that the policy names in ARNs of IAM: one of them may be that of the identity.
fn accounts<'a>(scene: &Scene<'a>) -> BTreeSet<Account<'a>> {
    let patterns = scene.policy.statements.iter().flat_map(|one| &one.resource);
    let texts = patterns.flat_map(|element| &element.patterns).map(|one| scene.words(one.span));
    let named = texts.filter_map(|text| {
        let (partition, rest) = text.strip_prefix("arn:")?.split_once(':')?;
        let account = rest.strip_prefix("iam::")?.split(':').next()?;
        let is_open = partition.contains(['*', '?', '$']);
        let of_all = if is_open { "aws" } else { partition };
        Some([(of_all, None), (of_all, is_account_number(account).then_some(account))])
    });
    named.flatten().chain([("aws", None)]).collect()
}

/// A policy that allows the action on all resources of a kind, and nothing else.
fn wanted(policy: &Policy, action: &str, kind: &str, account: Account<'_>) -> Policy {
    let span = policy.span;
    let (partition, account) = account;
    let account = account.map_or(Part::AnyInSegment, |account| Part::Literal(account.into()));
    let parts = [
        Part::Literal(format!("arn:{partition}:iam::").into()),
        account,
        Part::Literal(kind.into()),
        Part::Any,
    ];
    let resource = ResourcePattern {
        kind: ResourceKind::Arn(joined(parts)),
        ..ResourcePattern::everything(span)
    };
    let action = ActionPattern { pattern: Pattern::literal(action), span, doubt: None };
    let statement = Statement {
        index: 0,
        span,
        sid: None,
        effect: Spanned::new(Effect::Allow, span),
        principal: None,
        action: Some(Element { not: false, patterns: vec![action], span }),
        resource: Some(Element { not: false, patterns: vec![resource], span }),
        conditions: Vec::new(),
        has_empty_condition: false,
        doubts: Vec::new(),
    };
    Policy { statements: vec![statement], ..policy.clone() }
}

/// A pattern of these parts; no two literals are neighbours in one.
fn joined(parts: [Part; 4]) -> Pattern {
    let mut joined = Vec::<Part>::new();
    for part in parts {
        match (joined.last_mut(), part) {
            (Some(Part::Literal(before)), Part::Literal(text)) => {
                *before = format!("{before}{text}").into();
            }
            (_, part) => joined.push(part),
        }
    }
    let shape = if joined.len() == 2 { Shape::Prefix } else { Shape::General };
    Pattern { parts: joined.into(), shape }
}

/// Whether the policy allows all there is: then there is no more.
fn allows_everything(policy: &Policy) -> bool {
    let nothing = Policy { statements: Vec::new(), ..policy.clone() };
    let everything = with_everything(&nothing);
    lost_for(&[&everything], &[policy], Requests::Any, COST) == Answer::None
}
