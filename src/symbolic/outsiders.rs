//! Who outside of an account gets access by the policy of a resource: whoever does not sign, those that it names, and all others.
//!
//! A user, a role or a service that is named asks as a caller whose own policies allow everything. For an account, and for all who are not
//! named, who asks stays open, and the statements are taken as a document.

use super::can::{Answered, Granted, Question, Who, can, together};
use super::principal::caller_by_name;
use super::region::{arn_like, by, equals};
use super::space::Undecided;
use crate::authz::{Caller, ContextValue, Formula, Layer, Layers, formula};
use crate::model::{Effect, Named, Policy};
use std::collections::BTreeMap;

/// The most names that are asked one by one.
const MOST_NAMES: usize = 64;

const PRINCIPAL_ACCOUNT: &str = "aws:principalaccount";
const PRINCIPAL_ARN: &str = "aws:principalarn";

/// Somebody outside of the account.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Outsider {
    /// Whoever does not sign.
    Unsigned,
    /// One whom the policy names, as policies write it.
    Named(String),
    /// Whoever signs and is not named.
    Others,
}

/// What somebody outside of the account gets.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Outside {
    /// Who.
    pub who: Outsider,
    /// The answer over all actions.
    pub granted: Granted,
    /// By actions and kind of resource.
    pub answers: Vec<Answered>,
}

/// What is asked about outsiders.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// The account that owns the resource: twelve digits.
    pub account: &'a str,
    /// As in [`Question`].
    pub actions: &'a [String],
    /// As in [`Question`].
    pub resources: &'a [String],
    /// As in [`Question`].
    pub context: &'a [(String, Option<ContextValue>)],
}

/// Everybody outside of the account whom the policies of a resource tell apart, with what each of them gets.
pub fn outsiders(policies: &[&Policy], asked: Asked<'_>) -> Vec<Outside> {
    let names = names(policies);
    let layers = Layers {
        identity: Layer::Assumed,
        resource: Layer::Policies(policies.to_vec()),
        ..Layers::default()
    };
    let mut found = vec![outside(
        Outsider::Unsigned,
        asked.ask(Who::Caller(&Caller::Anonymous, &layers), Vec::new()),
    )];
    for (name, named) in names.iter().filter(|(_, named)| is_outside(named, asked.account)) {
        let who = Outsider::Named(name.clone());
        if found.len() > MOST_NAMES {
            let reason = format!("the policy names more than {MOST_NAMES} principals");
            found.push(Outside { who, granted: Granted::Unknown, answers: vec![unknown(reason)] });
            break;
        }
        let answers = match caller(named) {
            Some(caller) => {
                let mut answers =
                    asked.ask(Who::Caller(&caller, &layers), asked.for_another(&caller));
                answers.retain(|answer| needs_a_grant(answer, &layers));
                answers
            }
            None => asked.ask(Who::Anybody(policies.to_vec()), vec![only(named, policies)]),
        };
        found.push(outside(
            who,
            answers.into_iter().map(|answer| as_far_as_told(named, policies, answer)).collect(),
        ));
    }
    let mut others = asked
        .ask(Who::Anybody(policies.to_vec()), vec![others(&names, Some(asked.account), policies)]);
    // The name that the search made up says nothing.
    others
        .iter_mut()
        .flat_map(|answer| [&mut answer.allowed, &mut answer.denied])
        .flatten()
        .for_each(|shown| shown.principal = None);
    found.push(outside(Outsider::Others, others));
    found
}

/// Whether somebody outside of the account gets some access.
pub fn reached(outside: &[Outside]) -> Granted {
    let is = |wanted: Granted| outside.iter().any(|known| known.granted == wanted);
    match () {
        () if is(Granted::All) || is(Granted::Some) => Granted::Some,
        () if is(Granted::Unknown) => Granted::Unknown,
        () => Granted::None,
    }
}

fn outside(who: Outsider, answers: Vec<Answered>) -> Outside {
    // Of actions that one cannot ask for nothing is granted.
    let granted = if answers.is_empty() {
        Granted::None
    } else {
        together(answers.iter().map(|answer| answer.granted))
    };
    Outside { who, granted, answers }
}

fn unknown(reason: String) -> Answered {
    Answered {
        actions: Vec::new(),
        resource_type: None,
        granted: Granted::Unknown,
        allowed: None,
        denied: None,
        undecided: Some(Undecided { reason, span: None }),
        readings: Vec::new(),
        is_defect: false,
    }
}

/// What everybody may do who signs, such as asking who one is, no policy gives.
fn needs_a_grant(answer: &Answered, layers: &Layers<'_>) -> bool {
    answer
        .allowed
        .as_ref()
        .is_none_or(|shown| formula(&shown.request, layers) != Formula::All(Vec::new()))
}

/// What a name leaves open is not known where something is granted to it: a canonical id may be that of the account itself, and of a
/// session nobody tells who made it, whom a Deny may name.
fn as_far_as_told(named: &Named, policies: &[&Policy], answer: Answered) -> Answered {
    let reason = match named {
        _ if matches!(answer.granted, Granted::None | Granted::Unknown) => return answer,
        Named::CanonicalUser(_) => {
            "whose canonical id it is cannot be told offline; it may be that of the account itself"
        }
        Named::RoleSession(_) | Named::FederatedSession(_) if may_deny_issuer(named, policies) => {
            "a Deny names others of its account, and who made the session is not known"
        }
        _ => return answer,
    };
    Answered {
        granted: Granted::Unknown,
        undecided: Some(Undecided { reason: reason.to_owned(), span: None }),
        ..answer
    }
}

fn may_deny_issuer(session: &Named, policies: &[&Policy]) -> bool {
    let denies = policies
        .iter()
        .flat_map(|policy| &policy.statements)
        .filter(|statement| statement.effect.node != Effect::Allow);
    denies.filter_map(|statement| statement.principal.as_ref()).any(|element| {
        let mut names = element.patterns.iter().map(|pattern| &pattern.named);
        element.not || names.any(|named| account_of(named) == account_of(session))
    })
}

impl Asked<'_> {
    fn ask(&self, who: Who<'_>, within: Vec<Policy>) -> Vec<Answered> {
        let Asked { account, actions, resources, context } = *self;
        can(&Question {
            who,
            actions: actions.to_vec(),
            resources: resources.to_vec(),
            account: Some(account.to_owned()),
            context: context.to_vec(),
            within,
        })
    }

    /// A service that acts for the account itself is no outsider: it says so with the account or a resource of it.
    fn for_another(&self, caller: &Caller) -> Vec<Policy> {
        let conditions = || {
            let of_account = format!("arn:*:*:*:{}:*", self.account);
            vec![
                equals("aws:sourceaccount", self.account, true),
                arn_like("aws:sourcearn", &of_account, true),
            ]
        };
        if matches!(caller, Caller::Service { .. }) {
            vec![by(false, Vec::new(), conditions())]
        } else {
            Vec::new()
        }
    }
}

/// Whom the statements name, by name.
pub(super) fn names(policies: &[&Policy]) -> BTreeMap<String, Named> {
    let statements = policies.iter().flat_map(|policy| &policy.statements);
    let patterns = statements
        .filter_map(|statement| statement.principal.as_ref())
        .flat_map(|element| &element.patterns);
    patterns
        .filter_map(|pattern| Some((pattern.named.name()?.into_owned(), pattern.named.clone())))
        .collect()
}

fn account_of(named: &Named) -> Option<&str> {
    match named {
        Named::Account(account) => Some(account),
        Named::User(arn)
        | Named::Role(arn)
        | Named::RoleSession(arn)
        | Named::FederatedSession(arn)
        | Named::Federated(arn) => arn.split(':').nth(4),
        _ => None,
    }
}

/// What is left of a deleted user or role is nobody any more.
fn is_outside(named: &Named, account: &str) -> bool {
    !matches!(named, Named::UniqueId(_)) && account_of(named) != Some(account)
}

/// The caller that is named, where nothing about it is open.
fn caller(named: &Named) -> Option<Caller> {
    match named {
        Named::User(_) | Named::Role(_) | Named::Service(_) => caller_by_name(&named.name()?),
        _ => None,
    }
}

/// The requests of one who is named: what its keys say follows from who it is, as far as some statement looks at them (E1).
pub(super) fn only(named: &Named, policies: &[&Policy]) -> Policy {
    let account = account_of(named).filter(|_| !matches!(named, Named::Federated(_)));
    let of_account = account.map(|account| match named {
        Named::User(arn) | Named::Role(arn) | Named::FederatedSession(arn) => {
            vec![equals(PRINCIPAL_ACCOUNT, account, false), equals(PRINCIPAL_ARN, arn, false)]
        }
        // The path of its role is not known.
        Named::RoleSession(_) => {
            vec![
                equals(PRINCIPAL_ACCOUNT, account, false),
                arn_like(PRINCIPAL_ARN, &format!("arn:*:iam::{account}:role/*"), false),
            ]
        }
        _ => vec![
            equals(PRINCIPAL_ACCOUNT, account, false),
            arn_like(PRINCIPAL_ARN, &format!("arn:*:*:*:{account}:*"), false),
        ],
    });
    let mut conditions = of_account.unwrap_or_default();
    conditions.retain(|condition| is_asked(&condition.key.node, policies));
    by(false, vec![named.clone()], conditions)
}

/// The requests of those who are not named, outside of the account if one is given.
pub(super) fn others(
    names: &BTreeMap<String, Named>,
    outside: Option<&str>,
    policies: &[&Policy],
) -> Policy {
    let of_another = |account: &str| {
        let of_account = format!("arn:*:*:*:{account}:*");
        vec![equals(PRINCIPAL_ACCOUNT, account, true), arn_like(PRINCIPAL_ARN, &of_account, true)]
    };
    let mut conditions = outside.map(of_another).unwrap_or_default();
    conditions.retain(|condition| is_asked(&condition.key.node, policies));
    by(true, names.values().cloned().collect(), conditions)
}

fn is_asked(key: &str, policies: &[&Policy]) -> bool {
    let statements = || policies.iter().flat_map(|policy| &policy.statements);
    let is_compared = statements()
        .flat_map(|statement| &statement.conditions)
        .any(|condition| &*condition.key.node == key);
    is_compared
        || statements()
            .flat_map(|statement| statement.variables())
            .any(|variable| &*variable.key == key)
}
