//! The requests of a question: what is known about them, and the values to try for the rest.

use super::assumption::{Assuming, Assumption};
use super::catalogue::{KeyFact, KeyKind};
use super::question::{KeyState, KeyValue, Question, Resources};
use super::values::{MOST_KEY, Statements, candidates, compared_with, resource_lists, value_for};
use crate::authz::{Caller, Context, ContextValue, Request, claim, shape};
use crate::model::{Arn, Pattern};
use crate::symbolic::{Grain, Rest, TextComparison, Undecided, Variables, Way, fillings, rests};
use std::collections::BTreeSet;

/// Length of the id of an AWS managed key, in characters.
const KEY_ID: usize = 36;

/// The most assignments of values to open variables, when keys are classified.
const MOST_ASSIGNMENTS: usize = 64;

/// A key whose value is open, and the values that are tried; `None`: it is absent.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Dimension {
    /// The key in lower case.
    pub key: String,
    pub kind: KeyKind,
    pub values: Vec<Option<ContextValue>>,
    /// Where the key fills variables: the numbers of the values that stand for others too.
    pub open: BTreeSet<usize>,
}

/// The requests of a question.
#[derive(Clone, Debug)]
pub(super) struct Space<'q> {
    pub question: &'q Question<'q>,
    /// Which patterns its values tell apart.
    pub grain: Grain,
    pub callers: Vec<Caller>,
    /// Resources in groups: all of one group are requested, but it is not known which group.
    pub resources: Vec<Vec<String>>,
    /// The part of the context that is known.
    pub fixed: Context,
    /// The keys that are not known.
    pub open: Vec<Dimension>,
    /// Assumptions about keys that the policies use.
    pub assumes: Vec<Assumption>,
}

/// Builds the space of a question: one value for each class of equivalent values.
pub(super) fn space<'q>(
    question: &'q Question<'q>,
    assuming: Assuming,
    grain: Grain,
) -> Result<Space<'q>, Undecided> {
    let mut space = Space {
        question,
        grain,
        callers: question.callers(assuming)?,
        resources: vec![vec![question.resource.example.clone()]],
        fixed: Context::new(),
        open: Vec::new(),
        assumes: Vec::new(),
    };
    let mut open = Vec::new();
    for (key, state) in &question.keys {
        match state {
            KeyState::Settled(KeyValue::Is(value)) => space.fixed.set_one(key, value),
            KeyState::Settled(KeyValue::Absent) => space.fixed.remove(key),
            KeyState::Listed(fact) => {
                let fact = add_if_known(&mut space, key, fact, assuming);
                open.extend(fact.map(|fact| (key.as_str(), fact)));
            }
        }
    }
    add_open(&mut space, open)?;
    space.resources = resources(&space)?;
    Ok(space)
}

/// Sets a key if its value is known; else returns what is known about it.
fn add_if_known(
    space: &mut Space<'_>,
    key: &str,
    fact: &KeyFact,
    assuming: Assuming,
) -> Option<KeyFact> {
    space.assumes.extend(fact.assume);
    let fact = match (fact.assume, assuming) {
        (Some(rests_on), Assuming::AllBut(failing)) if rests_on == failing => {
            fact.without_assumption()
        }
        _ => fact.clone(),
    };
    if fact.kind == KeyKind::Known {
        space.fixed.set_one(key, fact.value.clone().unwrap_or_default());
    }
    Some(fact).filter(KeyFact::is_open)
}

/// Adds the keys that are open. A key may be compared with variables, so the keys that supply their values come first.
fn add_open(space: &mut Space<'_>, mut open: Vec<(&str, KeyFact)>) -> Result<(), Undecided> {
    let question = space.question;
    let statements = &question.statements;
    while !open.is_empty() {
        let waits = |key: &str| {
            let compared = compared_with(key, statements);
            let needed = compared
                .iter()
                .flat_map(|(pattern, _)| pattern.variables())
                .map(|variable| &*variable.key)
                .collect::<BTreeSet<_>>();
            open.iter().any(|(other, _)| needed.contains(other))
        };
        let Some(next) = open.iter().position(|(key, _)| !waits(key)) else {
            let keys =
                open.iter().map(|(key, _)| format!("`{key}`")).collect::<Vec<_>>().join(" and ");
            return Err(Undecided {
                reason: format!("{keys} are compared with each other, and none is known"),
                span: None,
            });
        };
        let (key, fact) = open.remove(next);
        add_fact(space, key, &fact)?;
    }
    Ok(())
}

fn add_fact(space: &mut Space<'_>, key: &str, fact: &KeyFact) -> Result<(), Undecided> {
    let question = space.question;
    let (statements, stem) = (&question.statements, question.stem_of(key));
    let kind = question.caller.kind(question.step.resource);
    let known = assignments(space, variables_of(compared_with(key, statements)))?;
    let is_filled = question.variables.contains(key);
    let about = Statements { kind, statements, is_filled, shared: &question.shared };
    let mut values = candidates(key, fact, about, &stem, &known, space.grain)?;
    let mut open = BTreeSet::new();
    if fact.values.is_empty() && is_filled {
        let spelt = compared_with(key, statements).into_iter();
        let spelt =
            spelt.filter_map(|(pattern, _)| Some(value_for(key, pattern.as_literal()?.into())));
        let mut exact = spelt.collect::<Vec<_>>();
        let may_have = |text: &String| shape(key, Some(kind)).is_none_or(|shape| shape.fits(text));
        let solved = solved(space, key).into_iter().filter(may_have);
        for value in solved.map(|text| value_for(key, text)) {
            if !values.contains(&value) {
                values.push(value.clone());
            }
            exact.push(value);
        }
        open.extend((0..values.len()).filter(|number| !exact.contains(&values[*number])));
    }
    let values = values.into_iter().map(Some).chain(fact.absent.then_some(None)).collect();
    space.open.push(Dimension { key: key.to_owned(), kind: fact.kind, values, open });
    Ok(())
}

/// The values of a key with which a pattern that it fills fits one of the texts that are known.
fn solved(space: &Space<'_>, key: &str) -> BTreeSet<String> {
    let question = space.question;
    let resource = &question.resource.example;
    let mut found = BTreeSet::new();
    for statement in &question.statements {
        for pattern in statement.resource_patterns() {
            let comparison = TextComparison { pattern, way: Way::Resource, stem: resource };
            found.extend(fillings(key, &comparison));
        }
    }
    for caller in &space.callers {
        let context = probe(space, caller);
        for (own, value) in context.iter() {
            for (pattern, way) in compared_with(own, &question.statements) {
                let texts = value.as_slice().iter();
                found.extend(
                    texts.flat_map(|text| {
                        fillings(key, &TextComparison { pattern, way, stem: text })
                    }),
                );
            }
        }
    }
    found
}

/// What is known of the context of a caller's requests.
fn probe(space: &Space<'_>, caller: &Caller) -> Context {
    let resource = space.resources.iter().flatten().next().map_or("*", String::as_str);
    let action = &space.question.step.action;
    let probe = request(space, action, caller.clone(), resource, space.fixed.clone());
    probe.map(|request| request.context).unwrap_or_default()
}

/// One request of the space; `None` if its context contradicts the caller.
pub(super) fn request(
    space: &Space<'_>,
    action: &str,
    caller: Caller,
    resource: &str,
    mut context: Context,
) -> Option<Request> {
    let question = space.question;
    let unsupported =
        question.unsupported.iter().filter(|(of, _)| of == action).flat_map(|(_, keys)| keys);
    unsupported.for_each(|key| context.remove(key));
    keep_own_claims(&mut context, &caller);
    let session_is_known = question.caller.is_of_role() && question.names.session.is_some();
    let caller = with_session_of(caller, &context, session_is_known)?;
    let of_session = match &caller {
        Caller::FederatedSession { arn, .. } if question.names.session.is_none() => {
            let name = arn.resource().rsplit('/').next().unwrap_or_default();
            if question.sessions_in_full.contains(name) { &[][..] } else { &OF_SESSION }
        }
        _ => &[],
    };
    of_session.iter().for_each(|key| context.open_variable(key));
    Request::new(caller, action, resource, Some(question.resource.account), context).ok()
}

/// Keys that hold the name of a federated session.
pub(super) const OF_SESSION: [&str; 2] = ["aws:userid", "aws:principalarn"];

/// Removes the claims that a token of this caller's provider cannot have: those of other providers.
fn keep_own_claims(context: &mut Context, caller: &Caller) {
    let Caller::WebIdentity { provider } = caller else { return };
    let host = provider.host().unwrap_or_default().to_ascii_lowercase();
    let foreign =
        context.iter().filter(|(key, _)| claim(key).is_some_and(|(other, _)| other != host));
    let foreign = foreign.map(|(key, _)| key.to_owned()).collect::<Vec<_>>();
    foreign.iter().for_each(|key| context.remove(key));
}

/// The session of a role, named as in the unique id; `None` if it is known to have another name.
fn with_session_of(caller: Caller, context: &Context, is_known: bool) -> Option<Caller> {
    let (Caller::RoleSession { arn, role }, Some(ContextValue::One(id))) =
        (&caller, context.get("aws:userid"))
    else {
        return Some(caller);
    };
    let (before, own) = arn.as_str().rsplit_once('/')?;
    match id.rsplit_once(':').map(|(_, name)| name).filter(|name| !name.is_empty() && *name != own)
    {
        None => Some(caller),
        Some(_) if is_known => None,
        Some(name) => {
            let role = role.as_ref().map(Arn::as_str);
            Caller::parse(&format!("{before}/{name}"), role).ok()
        }
    }
}

/// The resources, one for each class that the policies treat the same.
fn resources(space: &Space<'_>) -> Result<Vec<Vec<String>>, Undecided> {
    // Object keys may hold any character.
    let key = |ending: &'static str| {
        // A folder may have no name: its key is a second slash.
        let at_least = usize::from(ending.is_empty());
        Rest { at_least, at_most: MOST_KEY, ending, alphabet: |_| true }
    };
    let is_of_id = |c: char| c.is_ascii_hexdigit() || c == '-';
    let id = Rest { at_least: KEY_ID, at_most: KEY_ID, ending: "", alphabet: is_of_id };
    match &space.question.resource.all {
        Resources::OneOf(arns) => Ok(arns.iter().map(|arn| vec![arn.clone()]).collect()),
        Resources::Objects { stem, ending } => Ok(vec![below(space, stem, &key(ending))?]),
        Resources::KeyOfUnknownId { stem } => {
            Ok(below(space, stem, &id)?.into_iter().map(|arn| vec![arn]).collect())
        }
        Resources::Undecided(undecided) => Err(undecided.clone()),
    }
}

/// The resources that begin with the stem.
fn below(space: &Space<'_>, stem: &str, rest: &Rest) -> Result<Vec<String>, Undecided> {
    let lists = resource_lists(&space.question.statements, stem);
    let compared = lists.iter().flatten().map(|compared| (compared.pattern, compared.way));
    let known = assignments(space, variables_of(compared))?;
    let rests = rests(&lists, &known, rest, space.grain)?;
    Ok(rests.into_iter().map(|rest| format!("{stem}{rest}")).collect())
}

/// The keys of the variables in some patterns.
fn variables_of<'a>(patterns: impl IntoIterator<Item = (&'a Pattern, Way)>) -> BTreeSet<&'a str> {
    let variables = patterns.into_iter().flat_map(|(pattern, _)| pattern.variables());
    variables.map(|variable| &*variable.key).collect()
}

/// The values that these variables may have: for each caller, and from the values of open keys that are tried.
fn assignments(space: &Space<'_>, keys: BTreeSet<&str>) -> Result<Vec<Variables>, Undecided> {
    if keys.is_empty() {
        return Ok(vec![Variables::default()]);
    }
    let mut all = Vec::new();
    for caller in &space.callers {
        let context = probe(space, caller);
        let mut own = vec![Variables::default()];
        for key in &keys {
            let values = values_of(key, &context, &space.open);
            let with = |value: &Filling| {
                let own = own.iter().cloned();
                own.map(|known| match value {
                    Filling::Any => known,
                    Filling::Is(value) => known.with(key, value.clone()),
                })
                .collect::<Vec<_>>()
            };
            own = match values.as_slice() {
                // Most variables have one value.
                [Filling::Any] => own,
                [Filling::Is(value)] => {
                    own.iter_mut().for_each(|known| known.set(key, value.clone()));
                    own
                }
                values => values.iter().flat_map(with).collect(),
            };
            if own.len() > MOST_ASSIGNMENTS {
                let reason = format!(
                    "the variables have more than {MOST_ASSIGNMENTS} combinations of values"
                );
                return Err(Undecided { reason, span: None });
            }
        }
        all.extend(own);
    }
    all.dedup();
    Ok(all)
}

/// What a variable is filled with.
enum Filling {
    /// Some text that is not known.
    Any,
    /// This, or nothing.
    Is(Option<String>),
}

/// The values that a key gives a variable; a key with several values gives none (D5).
fn values_of(key: &str, context: &Context, open: &[Dimension]) -> Vec<Filling> {
    let single = |value: &ContextValue| match value {
        ContextValue::One(text) => Some(text.clone()),
        ContextValue::Many(_) => None,
    };
    match open.iter().find(|dimension| dimension.key == key) {
        Some(Dimension { values, open, .. }) => {
            let each = values.iter().enumerate();
            each.map(|(number, value)| match open.contains(&number) {
                true => Filling::Any,
                false => Filling::Is(value.as_ref().and_then(single)),
            })
            .collect()
        }
        None if context.is_open_variable(key) => vec![Filling::Any],
        None => vec![Filling::Is(context.get(key).and_then(single))],
    }
}
