//! Who outside of an account gets access by the policy of a resource: whoever does not sign, those that it names, and all others.
//!
//! A user, a role or a service that is named asks as a caller whose own policies allow everything. For an account, a session and all who
//! are not named the statements are a document, which is asked for each class of callers.

use super::can::{Answered, Granted, can_among, can_within, together};
use crate::authz::{Caller, ContextValue, Formula, Layer, Layers, formula, naming};
use crate::model::{Named, Policy};
use crate::symbolic::boxes::{CallerClass, CallerClasses, account_of, caller_named};
use crate::symbolic::domain::{Question, Who};
use crate::symbolic::text::Together;
use crate::symbolic::undecided::Undecided;
use std::collections::BTreeMap;

/// The most names that are asked one by one.
const MOST_NAMES: usize = 64;

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
    outsiders_within(policies, asked, &Together::default())
}

/// The same within a budget. Outsiders are asked about one after the other.
pub(crate) fn outsiders_within(
    policies: &[&Policy],
    asked: Asked<'_>,
    budget: &Together,
) -> Vec<Outside> {
    let names = names(policies);
    let callers = CallerClasses::new(policies.iter().flat_map(|policy| &policy.statements));
    let layers = Layers {
        identity: Layer::Assumed,
        resource: Layer::Policies(policies.to_vec()),
        ..Layers::default()
    };
    let unsigned = asked.question(Who::Caller(&Caller::Anonymous, &layers));
    let mut unsigned = can_within(&unsigned, budget);
    unsigned.retain(|answer| needs_a_grant(answer, &layers));
    let mut found = vec![outside(Outsider::Unsigned, unsigned)];
    for (name, named) in names.iter().filter(|(_, named)| asked.is_outside(named)) {
        let who = Outsider::Named(name.clone());
        if found.len() > MOST_NAMES {
            let reason = format!("the policy names more than {MOST_NAMES} principals");
            found.push(Outside {
                who,
                granted: Granted::Unknown,
                answers: vec![Answered::unknown(Vec::new(), reason)],
            });
            break;
        }
        let answers = match caller_named(named) {
            Some(caller) => {
                let is_service = matches!(caller, Caller::Service { .. });
                let beyond = is_service.then_some(asked.account);
                let question = asked.question(Who::Caller(&caller, &layers));
                let mut answers = can_among(&question, beyond, CallerClasses::default(), budget);
                answers.retain(|answer| needs_a_grant(answer, &layers));
                answers
            }
            None => {
                let is_asked = |class: &CallerClass| is_of_name(class, named, &callers);
                asked.among(policies, &callers, budget, &is_asked)
            }
        };
        found.push(outside(
            who,
            answers.into_iter().map(|answer| as_far_as_known(named, answer)).collect(),
        ));
    }
    // A canonical id may be that of anybody.
    let is_open = |named: &Named| named.is_everybody() || matches!(named, Named::CanonicalUser(_));
    let is_other = |class: &CallerClass| {
        class.caller != Caller::Anonymous
            && class.account.as_deref() != Some(asked.account)
            && callers.names.iter().all(|by| is_open(by) || naming(by, &class.caller).is_none())
    };
    let mut others = asked.among(policies, &callers, budget, &is_other);
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

/// What everybody may do who signs, such as asking who one is, no policy gives.
fn needs_a_grant(answer: &Answered, layers: &Layers<'_>) -> bool {
    answer
        .allowed
        .as_ref()
        .is_none_or(|shown| formula(&shown.request, layers) != Formula::All(Vec::new()))
}

/// A canonical id may be that of the account itself, so what is granted to it is not known.
fn as_far_as_known(named: &Named, answer: Answered) -> Answered {
    if !matches!(named, Named::CanonicalUser(_))
        || matches!(answer.granted, Granted::None | Granted::Unknown)
    {
        return answer;
    }
    let reason =
        "whose canonical id it is cannot be told offline; it may be that of the account itself";
    Answered { granted: Granted::Unknown, undecided: Some(Undecided::anywhere(reason)), ..answer }
}

/// Whether callers are asked about under this name: those of an account only where no other name of the account includes them.
fn is_of_name(class: &CallerClass, named: &Named, callers: &CallerClasses) -> bool {
    let is_named = |by: &Named| naming(by, &class.caller).is_some();
    let is_closer = |by: &&Named| {
        !by.is_everybody()
            && !matches!(by, Named::Account(_) | Named::CanonicalUser(_))
            && is_named(by)
    };
    match named {
        Named::Account(_) => is_named(named) && !callers.names.iter().any(|by| is_closer(&by)),
        Named::CanonicalUser(_) => class.account.is_none() && is_named(named),
        // Whoever shows a token does not sign, and is a class of its own.
        Named::Federated(_) => class.caller != Caller::Anonymous && is_named(named),
        _ => is_named(named),
    }
}

impl Asked<'_> {
    fn question<'a>(&self, who: Who<'a>) -> Question<'a> {
        let Asked { account, actions, resources, context, .. } = *self;
        Question {
            who,
            actions: actions.to_vec(),
            resources: resources.to_vec(),
            account: Some(account.to_owned()),
            context: context.to_vec(),
        }
    }

    /// What callers of some classes get by the policies as documents.
    fn among(
        &self,
        policies: &[&Policy],
        callers: &CallerClasses,
        budget: &Together,
        is_asked: &dyn Fn(&CallerClass) -> bool,
    ) -> Vec<Answered> {
        let question = self.question(Who::Anybody(policies.to_vec()));
        if callers.is_empty() {
            return can_within(&question, budget);
        }
        if !callers.list.iter().any(is_asked) {
            return vec![Answered::unknown(
                Vec::new(),
                "what callers of this kind may do is not known",
            )];
        }
        let is_service = |class: &CallerClass| matches!(class.caller, Caller::Service { .. });
        // A service that acts for the account itself is no outsider.
        let of = |services: bool| {
            let own = callers.only(|class| is_asked(class) && is_service(class) == services);
            let beyond = services.then_some(self.account);
            if own.is_empty() { Vec::new() } else { can_among(&question, beyond, own, budget) }
        };
        let (answers, mut of_services) = (of(false), of(true));
        of_services.retain(|answer| answer.granted != Granted::None);
        // What services get matters where nobody else gets anything.
        let is_reached = answers.iter().any(|answer| answer.granted != Granted::None);
        if is_reached || of_services.is_empty() { answers } else { of_services }
    }
}

/// Whom the statements name, by name.
fn names(policies: &[&Policy]) -> BTreeMap<String, Named> {
    let statements = policies.iter().flat_map(|policy| &policy.statements);
    let patterns = statements
        .filter_map(|statement| statement.principal.as_ref())
        .flat_map(|element| &element.patterns);
    patterns
        .filter_map(|pattern| Some((pattern.named.name()?.into_owned(), pattern.named.clone())))
        .collect()
}

impl Asked<'_> {
    /// Whether a name is of somebody outside. What is left of a deleted user or role is nobody any more. Whom an identity
    /// provider vouches for is outside, whichever account knows the provider. A service takes a role only from who may pass
    /// it, which is somebody of its account (IAM:id_roles_use_passrole).
    fn is_outside(&self, named: &Named) -> bool {
        match named {
            Named::UniqueId(_) => false,
            Named::Federated(_) => true,
            Named::Service(_) => !self.is_about_roles(),
            named => account_of(named) != Some(self.account),
        }
    }

    fn is_about_roles(&self) -> bool {
        self.actions.iter().all(|action| action.to_ascii_lowercase().starts_with("sts:"))
    }
}
