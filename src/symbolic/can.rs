//! Whether access is granted: for all requests of a question, for some, or for none, with a request of each kind.

use super::callers::{CallerClass, CallerClasses};
use super::candidates::assignments;
use super::cases::{Case, cases};
use super::compare::points;
use super::search::Search;
use super::space::Undecided;
use super::ways::Kind;
use crate::authz::{Ambiguity, Caller, Choice, ContextValue, Layers, Request, under_all_readings};
use crate::model::Policy;

/// A question about access.
#[derive(Clone, Debug)]
pub struct Question<'a> {
    /// Who asks, past which policies.
    pub who: Who<'a>,
    /// Actions, `*` and `?` mean any of these: of a service whose actions are known in full those that it has.
    pub actions: Vec<String>,
    /// ARNs, where `*` and `?` mean any of these, or `*` alone.
    pub resources: Vec<String>,
    /// The account that owns the resources; without it that of the caller.
    pub account: Option<String>,
    /// Condition keys in lower case whose value is known, or that are absent (`None`). All others may be anything.
    pub context: Vec<(String, Option<ContextValue>)>,
    /// What the requests must fit besides, each as a policy that allows just that.
    pub within: Vec<Policy>,
}

/// Who asks.
#[derive(Clone, Debug)]
pub enum Who<'a> {
    /// Whoever it is: one layer as a document.
    Anybody(Vec<&'a Policy>),
    /// This caller, past these layers.
    Caller(&'a Caller, &'a Layers<'a>),
}

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
pub(super) type Among<'a> = Option<&'a dyn Fn(&CallerClass) -> bool>;

/// The same of some classes of callers.
pub(super) fn can_among(
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

/// What a search for one request came to.
#[derive(Clone, Debug)]
pub(super) enum Found {
    /// There is none.
    None,
    /// This one.
    Some(Box<Shown>),
    /// Not decided; whether it is as the engines disagree.
    Unknown(Undecided, bool),
}

struct Once {
    allowed: Found,
    denied: Found,
}

impl Once {
    /// `None`: there is no such request at all.
    fn granted(&self) -> Option<Granted> {
        Some(match (&self.allowed, &self.denied) {
            (Found::Unknown(..), _) | (_, Found::Unknown(..)) => Granted::Unknown,
            (Found::Some(_), Found::None) => Granted::All,
            (Found::Some(_), Found::Some(_)) => Granted::Some,
            (Found::None, Found::Some(_)) => Granted::None,
            (Found::None, Found::None) => return None,
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
    let shown = |pick: fn(&Once) -> &Found| {
        tried.answers.iter().find_map(|(_, once)| {
            if let Found::Some(shown) = pick(once) { Some((**shown).clone()) } else { None }
        })
    };
    let mut unknown =
        tried.answers.iter().flat_map(|(_, once)| [&once.allowed, &once.denied]).filter_map(
            |found| match found {
                Found::Unknown(undecided, is_defect) => Some((undecided.clone(), *is_defect)),
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
fn by_caller(search: &Search<'_>, among: Among<'_>) -> Found {
    if among.is_none() {
        let found = find(search);
        if !matches!(found, Found::Unknown(_, false)) || search.callers.is_empty() {
            return found;
        }
    }
    let mut open = None;
    for class in &search.callers.list {
        if !among.is_none_or(|is_asked| is_asked(class)) {
            continue;
        }
        match find(&Search { class: Some(class), ..*search }) {
            Found::None => {}
            unknown @ Found::Unknown(..) => open = Some(unknown),
            shown @ Found::Some(_) => return shown,
        }
    }
    open.unwrap_or(Found::None)
}

/// With variables of unknown value the space holds requests that cannot be, so that none is found says that there is none; what is found
/// must be found again with the variables filled in.
fn find(search: &Search<'_>) -> Found {
    let known = search.known_variables();
    let found = search.run(&known);
    let Found::Unknown(undecided, true) = &found else { return found };
    let policies = search.question.who.policies();
    let settled = assignments(&policies, &known);
    if settled.is_empty() {
        return found;
    }
    for variables in &settled {
        if let Found::Some(shown) = search.run(variables) {
            return Found::Some(shown);
        }
    }
    let reason = format!(
        "it hangs on the values of variables, and no value that shows it was found ({})",
        undecided.reason
    );
    Found::Unknown(Undecided { reason, span: undecided.span }, false)
}

impl<'a> Who<'a> {
    /// All policies that take part.
    pub(super) fn policies(&self) -> Vec<&'a Policy> {
        match self {
            Who::Anybody(policies) => policies.clone(),
            Who::Caller(_, layers) => {
                layers.ids().flat_map(|layer| layers.policies(layer).to_vec()).collect()
            }
        }
    }
}
