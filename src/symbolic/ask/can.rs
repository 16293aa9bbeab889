//! Whether access is granted: for all requests of a question, for some, or for none, with a request of each kind.
//!
//! In each cell these are two differences: what the policies allow and nothing does, and what everything allows and they do not.

use super::compare::{Answer, points};
use super::pair::Pair;
use crate::authz::{Ambiguity, Choice, Readings, Request, under_all_readings};
use crate::symbolic::boxes::{CallerClasses, Sample};
use crate::symbolic::domain::{Cell, Question, Shared, Who, cells};
use crate::symbolic::show::{Hints, plausible};
use crate::symbolic::subject::{Access, Bound, Documents, Subject};
use crate::symbolic::text::Together;
use crate::symbolic::undecided::{OPEN_READING, TOO_MANY_READINGS, Undecided};

/// What is granted of some requests.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Granted {
    /// All.
    All,
    /// Some are and some are not.
    Some,
    /// None.
    None,
    /// Not decided.
    Unknown,
}

/// A request that was replayed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Shown {
    /// The request.
    pub request: Request,
    /// Who asks, if whoever asks is meant and some statement names principals; a session with whom it is of.
    pub principal: Option<String>,
}

/// The answer for actions that the policies do not tell apart, on one kind of resource.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Answered {
    /// The actions, as AWS writes them.
    pub actions: Vec<String>,
    /// The kind of resource, such as `object`, if the data knows it.
    pub resource_type: Option<&'static str>,
    /// What is granted.
    pub granted: Granted,
    /// A request that goes through.
    pub allowed: Option<Shown>,
    /// A request that does not.
    pub denied: Option<Shown>,
    /// Why it is not decided.
    pub undecided: Option<Undecided>,
    /// The answer under each combination of the readings that AWS's pages leave open and that were come upon.
    pub readings: Vec<(Vec<(Ambiguity, Choice)>, Granted)>,
    /// Whether the two engines disagree, which is a defect.
    pub is_defect: bool,
}

impl Answered {
    /// That it is not known what is granted of these actions.
    pub(crate) fn unknown(actions: Vec<String>, reason: impl Into<String>) -> Answered {
        Answered {
            actions,
            resource_type: None,
            granted: Granted::Unknown,
            allowed: None,
            denied: None,
            undecided: Some(Undecided::anywhere(reason)),
            readings: Vec::new(),
            is_defect: false,
        }
    }
}

/// Decides a question. Empty: no action of it works on a resource of it.
pub fn can(question: &Question<'_>) -> Vec<Answered> {
    can_within(question, &Together::default())
}

/// The same within a budget.
pub(crate) fn can_within(question: &Question<'_>, budget: &Together) -> Vec<Answered> {
    let callers = match &question.who {
        Who::Anybody(policies) => {
            CallerClasses::new(policies.iter().flat_map(|policy| &policy.statements))
        }
        Who::Caller(..) => CallerClasses::default(),
    };
    can_among(question, None, callers, budget)
}

/// The same of some classes of callers, within a budget. With `beyond` an account, what services do on its behalf is not asked.
pub(crate) fn can_among(
    question: &Question<'_>,
    beyond: Option<&str>,
    callers: CallerClasses,
    budget: &Together,
) -> Vec<Answered> {
    let policies = question.who.policies();
    budget.spend_on_preparing(callers.cost());
    let shared = Shared { callers, budget: budget.clone(), ..Shared::new(&policies) };
    let asked = |cell: &Cell| match &question.who {
        Who::Anybody(_) => answer(&Documents::in_cell(&policies, cell), cell, &shared),
        Who::Caller(caller, layers) => {
            answer(&Access::in_cell(caller, layers, cell), cell, &shared)
        }
    };
    cells(question, beyond).iter().filter_map(asked).collect()
}

/// The answer to several parts.
pub fn together(parts: impl IntoIterator<Item = Granted>) -> Granted {
    let joined = |one: Granted, other: Granted| match (one, other) {
        (Granted::Unknown, _) | (_, Granted::Unknown) => Granted::Unknown,
        (one, other) if one == other => one,
        _ => Granted::Some,
    };
    parts.into_iter().reduce(joined).unwrap_or(Granted::Unknown)
}

/// What one choice of readings gives: a request that is allowed, and one that is not.
struct Once {
    allowed: Answer,
    denied: Answer,
}

impl Once {
    /// `None`: there is no such request at all.
    fn granted(&self) -> Option<Granted> {
        Some(match (&self.allowed, &self.denied) {
            (Answer::Unknown(_), _) | (_, Answer::Unknown(_)) => Granted::Unknown,
            (Answer::Some(_), Answer::None) => Granted::All,
            (Answer::Some(_), Answer::Some(_)) => Granted::Some,
            (Answer::None, Answer::Some(_)) => Granted::None,
            (Answer::None, Answer::None) => return None,
        })
    }
}

fn answer(subject: &dyn Subject, cell: &Cell, shared: &Shared) -> Option<Answered> {
    let tried = under_all_readings(|readings| {
        let find = |is_allowed| find(subject, readings, shared, is_allowed);
        Once { allowed: find(true), denied: find(false) }
    });
    let all = tried
        .answers
        .iter()
        .filter_map(|(second, once)| Some((*second, once.granted()?)))
        .collect::<Vec<_>>();
    let first = all.first()?.1;
    let is_same = tried.is_complete
        && all.len() == tried.answers.len()
        && all.iter().all(|(_, granted)| *granted == first);
    let shown = |is_allowed| {
        tried.answers.iter().find_map(|(second, once)| {
            let answer = if is_allowed { &once.allowed } else { &once.denied };
            let Answer::Some(gain) = answer else { return None };
            let bound = Bound { of: subject, allows_all: !is_allowed };
            let readings = &Readings::with_second(*second);
            let pair = Pair { old: subject, new: &bound, readings, shared };
            shown(&pair, cell, is_allowed, gain.sample.clone())
        })
    };
    let mut answers = tried.answers.iter().flat_map(|(_, once)| [&once.allowed, &once.denied]);
    let undecided = answers.find_map(|answer| match answer {
        Answer::Unknown(undecided) => Some(undecided.clone()),
        _ => None,
    });
    let open = if tried.is_complete { OPEN_READING } else { TOO_MANY_READINGS };
    let open = || Undecided::anywhere(open);
    let granted = if is_same { first } else { Granted::Unknown };
    Some(Answered {
        actions: cell.actions.clone(),
        resource_type: cell.resource_type,
        allowed: shown(true),
        denied: shown(false),
        is_defect: undecided.as_ref().is_some_and(Undecided::is_defect),
        undecided: undecided.or_else(|| (granted == Granted::Unknown).then(open)),
        readings: all
            .into_iter()
            .map(|(second, granted)| (points(tried.points, second), granted))
            .collect(),
        granted,
    })
}

/// A request that the subject allows, or one that it does not.
fn find(subject: &dyn Subject, readings: &Readings, shared: &Shared, is_allowed: bool) -> Answer {
    let bound = Bound { of: subject, allows_all: !is_allowed };
    let pair = Pair { old: subject, new: &bound, readings, shared };
    match pair.sides(subject.known()) {
        Ok(sides) => pair.answer(&sides, is_allowed),
        Err(undecided) => Answer::Unknown(undecided),
    }
}

/// A request that was found, with names that a person recognises where that still is one of the cell and shows the same.
fn shown(pair: &Pair<'_>, cell: &Cell, is_allowed: bool, sample: Sample) -> Option<Shown> {
    let subject = pair.old;
    let is_of =
        |request: Request| cell.holds(&request) && pair.shared.callers.hold(&request.caller);
    let shows = |sample: &Sample| {
        let sample = pair.fitted(sample.clone());
        pair.replays(&sample, is_allowed) && subject.request(&sample).is_some_and(&is_of)
    };
    let statements = subject.policies().iter().flat_map(|policy| &policy.statements);
    let mut hints = Hints::of(&statements.collect::<Vec<_>>());
    hints.actions.splice(0..0, &cell.asked.0);
    hints.resources.splice(0..0, &cell.asked.1);
    let sample = pair.fitted(plausible(sample, &hints, &shows));
    let principal = sample.principal.clone().filter(|_| subject.names_principals());
    Some(Shown { request: subject.request(&sample)?, principal })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Policy, PolicyKind, lower};
    use crate::source::Sources;
    use crate::{json, syntax};

    fn policy(text: &str) -> Option<Policy> {
        let mut sources = Sources::new();
        let id = sources.add_file("policy.json", text.to_owned()).ok()?;
        let ast = syntax::parse(json::parse(sources.get(id)).root?).policy?;
        Some(lower(&ast, PolicyKind::Identity).policy)
    }

    /// All parts of a question share one budget; what it does not suffice for is unknown, and says so.
    #[test]
    fn what_the_budget_of_a_question_does_not_suffice_for_is_unknown() {
        let text = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"},
            {"Effect": "Deny", "Action": "s3:*Acl", "Resource": "arn:aws:s3:::*a*b*"}]}"#;
        let policy = policy(text).into_iter().collect::<Vec<_>>();
        let question = Question {
            who: Who::Anybody(policy.iter().collect()),
            actions: vec!["s3:Get*".to_owned()],
            resources: vec!["*".to_owned()],
            account: None,
            context: Vec::new(),
        };
        let all = Together::default();
        let decided = can_within(&question, &all);
        assert!(!decided.is_empty());
        assert!(decided.iter().all(|answer| answer.granted != Granted::Unknown), "{decided:?}");
        let cost = Together::default().left() - all.left();
        for share in [0, 4, 2] {
            let some = Together::of(cost.checked_div(share).unwrap_or_default());
            let answers = can_within(&question, &some);
            let unknown = answers.iter().filter(|answer| answer.granted == Granted::Unknown);
            let unknown = unknown.collect::<Vec<_>>();
            assert!(!unknown.is_empty(), "with {share}: {answers:?}");
            assert!(unknown.iter().all(|answer| answer.undecided.is_some()), "{unknown:?}");
            let known = |answer: &Answered| answer.granted != Granted::Unknown;
            for answer in answers.iter().filter(|answer| known(answer)) {
                assert!(decided.contains(answer), "an answer differs: {answer:?}");
            }
        }
    }
}
