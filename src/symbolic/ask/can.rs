//! Whether access is granted: for all requests of a question, for some, or for none, with a request of each kind.

use super::candidates::assignments;
use super::cases::{Case, cases};
use super::compare::points;
use super::grant_search::Search;
use super::question::{Answered, Granted, Question, Who, Witness};
use crate::authz::under_all_readings;
use crate::symbolic::boxes::callers::{CallerClass, CallerClasses};
use crate::symbolic::subject::terms::Kind;
use crate::symbolic::undecided::Undecided;

/// Decides a question. Empty: no action of it works on a resource of it.
pub fn can(question: &Question<'_>) -> Vec<Answered> {
    let callers = match &question.who {
        Who::Anybody(policies) => {
            CallerClasses::new(policies.iter().flat_map(|policy| &policy.statements))
        }
        Who::Caller(..) => CallerClasses::default(),
    };
    can_among(question, &callers, None)
}

/// Which classes of callers are asked about; `None`: all.
pub(crate) type Among<'a> = Option<&'a dyn Fn(&CallerClass) -> bool>;

/// The same of some classes of callers.
pub(crate) fn can_among(
    question: &Question<'_>,
    callers: &CallerClasses,
    among: Among<'_>,
) -> Vec<Answered> {
    let cases = cases(question);
    cases.iter().filter_map(|case| answer(question, case, callers, among)).collect()
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

struct Once {
    allowed: Witness,
    denied: Witness,
}

impl Once {
    /// `None`: there is no such request at all.
    fn granted(&self) -> Option<Granted> {
        Some(match (&self.allowed, &self.denied) {
            (Witness::Unknown(..), _) | (_, Witness::Unknown(..)) => Granted::Unknown,
            (Witness::Some(_), Witness::None) => Granted::All,
            (Witness::Some(_), Witness::Some(_)) => Granted::Some,
            (Witness::None, Witness::Some(_)) => Granted::None,
            (Witness::None, Witness::None) => return None,
        })
    }
}

fn answer(
    question: &Question<'_>,
    case: &Case,
    callers: &CallerClasses,
    among: Among<'_>,
) -> Option<Answered> {
    let tried = under_all_readings(|readings| {
        let search = |kind| Search { question, case, readings, kind, callers, class: None };
        let find = |kind| by_caller(&search(kind), among);
        Once { allowed: find(Kind::Allowed), denied: find(Kind::Denied) }
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
    let shown = |pick: fn(&Once) -> &Witness| {
        tried.answers.iter().find_map(|(_, once)| {
            if let Witness::Some(shown) = pick(once) { Some((**shown).clone()) } else { None }
        })
    };
    let mut unknown =
        tried.answers.iter().flat_map(|(_, once)| [&once.allowed, &once.denied]).filter_map(
            |found| match found {
                Witness::Unknown(undecided, is_defect) => Some((undecided.clone(), *is_defect)),
                _ => None,
            },
        );
    let (undecided, is_defect) =
        unknown.next().map_or((None, false), |(undecided, is_defect)| (Some(undecided), is_defect));
    let open = || Undecided {
        reason: "AWS's pages leave open how some words are read, and it hangs on that".to_owned(),
        span: None,
    };
    let granted = if is_same { first } else { Granted::Unknown };
    Some(Answered {
        actions: case.actions.clone(),
        resource_type: case.resource_type,
        allowed: shown(|once| &once.allowed),
        denied: shown(|once| &once.denied),
        undecided: undecided.or_else(|| (granted == Granted::Unknown).then(open)),
        readings: all
            .into_iter()
            .map(|(second, granted)| (points(tried.points, second), granted))
            .collect(),
        granted,
        is_defect,
    })
}

/// Where whoever asks is meant and what seemed to show it cannot be, each class of callers is asked for by itself: its keys
/// say who it is.
fn by_caller(search: &Search<'_>, among: Among<'_>) -> Witness {
    if among.is_none() {
        let found = find(search);
        if !matches!(found, Witness::Unknown(_, false)) || search.callers.is_empty() {
            return found;
        }
    }
    let mut open = None;
    for class in &search.callers.list {
        if !among.is_none_or(|is_asked| is_asked(class)) {
            continue;
        }
        match find(&Search { class: Some(class), ..*search }) {
            Witness::None => {}
            unknown @ Witness::Unknown(..) => open = Some(unknown),
            shown @ Witness::Some(_) => return shown,
        }
    }
    open.unwrap_or(Witness::None)
}

/// With variables of unknown value the space holds requests that cannot be, so that none is found says that there is none; what is found
/// must be found again with the variables filled in.
fn find(search: &Search<'_>) -> Witness {
    let known = search.known_variables();
    let found = search.run(&known);
    let Witness::Unknown(undecided, true) = &found else { return found };
    let policies = search.question.who.policies();
    let settled = assignments(&policies, &known);
    if settled.is_empty() {
        return found;
    }
    for variables in &settled {
        if let Witness::Some(shown) = search.run(variables) {
            return Witness::Some(shown);
        }
    }
    let reason = format!(
        "it hangs on the values of variables, and no value that shows it was found ({})",
        undecided.reason
    );
    Witness::Unknown(Undecided { reason, span: undecided.span }, false)
}
