//! Decides an expectation for each of its callers and resources, for all requests.

use super::file::{Expectation, Expected, Wrong};
use super::known_keys::check_keys;
use super::subject::{Anything, Subject};
use crate::access::{Basis, Query};
use crate::authz::{Layers, display_name};
use crate::aws;
use crate::finding::{distance, fits_wildcards};
use crate::model::Policy;
use crate::product::Assumption;
use crate::product::budget::{Budget, SPENT};
use crate::symbolic::{Answered, Granted, Together, Undecided};

/// What to do where the budget does not suffice.
const SPENT_HELP: &str = "give --budget a larger number, or test fewer expectations at a time";

/// The name of all callers of a connection.
pub(super) const ALL: &str = "all";

/// The name of everybody outside of the account that owns the resources.
pub(super) const OUTSIDERS: &str = "outsiders";

/// Whether an expectation holds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// For all requests.
    Holds,
    /// It is not known.
    Undecided,
    /// There is a request for which it does not.
    Fails,
}

impl Status {
    /// The word in reports.
    pub fn word(self) -> &'static str {
        match self {
            Status::Holds => "holds",
            Status::Undecided => "not decided",
            Status::Fails => "fails",
        }
    }
}

/// An expectation for one caller and one resource, decided.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// Who asks; `None`: whoever it is.
    pub caller: Option<&'a str>,
    /// The resource, as written.
    pub resource: &'a str,
    /// By actions and kind of resource.
    pub answers: &'a [Answered],
    /// What the answers rest on.
    pub basis: Basis,
    /// The policies that decide.
    pub layers: &'a Layers<'a>,
    /// The assumptions under which something is allowed.
    pub assumes: &'a [Assumption],
    /// Whether the expectation holds here.
    pub status: Status,
}

/// What all decisions of a file have in common.
#[derive(Clone, Copy, Debug)]
pub struct Given<'a> {
    /// What other policies may allow.
    pub anything: &'a Anything,
    /// What all of them may cost. A part that too little is left for is not decided.
    pub budget: &'a Budget,
}

/// Decides an expectation. `view` takes each of its parts.
///
/// # Errors
/// The expectation cannot be meant so: there is no such caller, action or request.
pub fn decide<T>(
    subject: &Subject,
    expectation: &Expectation,
    Given { anything, budget }: Given<'_>,
    view: &mut dyn FnMut(Asked<'_>) -> T,
) -> Result<Vec<T>, Wrong> {
    let mut deciding = Deciding {
        expectation,
        anything,
        budget,
        view,
        answered: Vec::new(),
        met: Vec::new(),
        callers: Vec::new(),
        found: Vec::new(),
    };
    deciding.check_actions()?;
    deciding.check_words()?;
    check_keys(expectation)?;
    match subject {
        Subject::Connection(setup) => deciding.of_connection(setup)?,
        Subject::Documents(documents) => deciding.of_documents(documents)?,
    }
    deciding.finish()
}

/// The work of a decision.
pub(super) struct Deciding<'a, T> {
    pub expectation: &'a Expectation,
    pub anything: &'a Anything,
    budget: &'a Budget,
    view: &'a mut dyn FnMut(Asked<'_>) -> T,
    /// The actions of the requests that there are, as AWS writes them.
    pub answered: Vec<String>,
    /// The resources about which there are requests.
    pub met: Vec<String>,
    /// The callers, as written, that have such requests.
    pub callers: Vec<String>,
    found: Vec<T>,
}

impl<T> Deciding<'_, T> {
    pub(super) fn wrong(&self, message: impl Into<String>) -> Wrong {
        Wrong::new(self.expectation.span, message)
    }

    /// A misspelt action is in no request, so every expectation about it would hold.
    fn check_actions(&self) -> Result<(), Wrong> {
        let misspelt = |text: &&String| {
            let service = text.split_once(':').and_then(|(prefix, _)| aws::service(prefix));
            !text.contains(['*', '?']) && service.is_some() && aws::action(text).is_none()
        };
        let Some(text) = self.expectation.actions.iter().find(misspelt) else { return Ok(()) };
        let (prefix, name) = text.split_once(':').unwrap_or_default();
        let actions = aws::service(prefix).map(aws::Service::actions).unwrap_or_default();
        let nearest = actions.iter().min_by_key(|action| distance(action.name(), name));
        let wrong =
            self.wrong(format!("AWS has no action `{text}` (data of {})", aws::data_date()));
        Err(match nearest {
            Some(action) => wrong.help(format!("the nearest is `{prefix}:{}`", action.name())),
            None => wrong,
        })
    }

    /// Actions and resources have the form of actions and ARNs.
    fn check_words(&self) -> Result<(), Wrong> {
        let mut query = self.query("", None);
        query.resources.clone_from(&self.expectation.resources);
        query.session_issuer = None;
        query.read().map(drop).map_err(|error| self.wrong(error.message))
    }

    /// What a question may cost.
    pub(super) fn cost(&self) -> Together {
        self.budget.proof()
    }

    /// Takes off what it costs to ask about a caller, where these policies decide. If too little is left, the part is not decided.
    pub(super) fn may_ask<'p>(
        &mut self,
        (name, resource): (Option<&str>, &str),
        policies: impl IntoIterator<Item = &'p Policy>,
    ) -> bool {
        let statements = policies.into_iter().map(|policy| policy.statements.len()).sum();
        let is_left = self.budget.spend_on_requests(1, statements);
        if !is_left {
            self.not_known(name, resource, format!("{SPENT}; {SPENT_HELP}"));
        }
        is_left
    }

    /// No answer can be given.
    pub(super) fn not_known(&mut self, name: Option<&str>, resource: &str, reason: String) {
        let answer = Answered::unknown(self.expectation.actions.clone(), reason);
        self.judge((name, resource), &[answer], Basis::Given, &Layers::default(), &[]);
    }

    /// How many parts were judged.
    pub(super) fn count(&self) -> usize {
        self.found.len()
    }

    /// An action for which there is no request on any of the resources makes an expectation that says nothing.
    fn finish(self) -> Result<Vec<T>, Wrong> {
        let is_answered = |text: &&String| {
            let pattern = text.to_ascii_lowercase();
            let fits = |action: &String| fits_wildcards(&pattern, &action.to_ascii_lowercase());
            *text == "*" || self.answered.iter().any(fits)
        };
        let resources = &self.expectation.resources;
        if let Some(text) = resources.iter().find(|text| !self.met.contains(text)) {
            let wrong = match self.expectation.keys.as_slice() {
                [] => self
                    .wrong(format!("none of these actions works on `{text}`: no request is meant")),
                keys => {
                    let keys = keys
                        .iter()
                        .map(|(key, _)| display_name(key))
                        .collect::<Vec<_>>()
                        .join("`, `");
                    self.wrong(format!("no request of these actions on `{text}` can be with `{keys}` as `with` and `without` say: no request is meant"))
                        .help("a key follows from the caller or from the action: take it out, or name a caller and actions whose requests have it")
                }
            };
            return Err(wrong);
        }
        let mut callers = self.expectation.callers.iter();
        let is_group = |name: &String| [ALL, OUTSIDERS].contains(&name.as_str());
        if let Some(name) = callers.find(|name| !is_group(name) && !self.callers.contains(name)) {
            return Err(self.wrong(format!("no request of `{name}` is like that")).help(
                "take the caller out, or the keys and resources that its requests do not have",
            ));
        }
        match self.expectation.actions.iter().find(|text| !is_answered(text)) {
            Some(text) => Err(self
                .wrong(format!("`{text}` works on none of these resources: no request is meant"))
                .help("`s3:ListBucket` and others about a bucket work on `arn:aws:s3:::bucket`, those about objects on `arn:aws:s3:::bucket/*`")),
            None => Ok(self.found),
        }
    }

    pub(super) fn query(&self, resource: &str, account: Option<&str>) -> Query {
        let mut query = Query::new(&[], &[resource]);
        query.actions.clone_from(&self.expectation.actions);
        query.account = account.map(str::to_owned);
        query.context.clone_from(&self.expectation.keys);
        query.session_issuer.clone_from(&self.expectation.session_issuer);
        query
    }

    /// Judges the answers of one caller about one resource.
    pub(super) fn judge(
        &mut self,
        (caller, resource): (Option<&str>, &str),
        answers: &[Answered],
        basis: Basis,
        layers: &Layers<'_>,
        assumes: &[Assumption],
    ) {
        if answers.is_empty() {
            return;
        }
        self.met.push(resource.to_owned());
        self.answered.extend(answers.iter().flat_map(|answer| answer.actions.clone()));
        let status = status(self.expectation.expected, answers, basis);
        let asked = Asked { caller, resource, answers, basis, layers, assumes, status };
        self.found.push((self.view)(asked));
    }
}

/// Takes answers as not known, but for what is denied all the same.
pub(super) fn open(answers: &mut [Answered], reason: &str) {
    for answer in answers.iter_mut().filter(|answer| answer.granted != Granted::None) {
        answer.granted = Granted::Unknown;
        answer.undecided = Some(Undecided::anywhere(reason));
        answer.readings.clear();
    }
}

/// Takes all answers as not known.
pub(super) fn all_open(answers: &mut [Answered], reason: &str) {
    for answer in answers {
        *answer = Answered {
            resource_type: answer.resource_type,
            is_defect: answer.is_defect,
            ..Answered::unknown(std::mem::take(&mut answer.actions), reason)
        };
    }
}

/// Whether an expectation holds, by the answers to its parts.
fn status(expected: Expected, answers: &[Answered], basis: Basis) -> Status {
    answers.iter().map(|answer| of_part(expected, answer, basis)).max().unwrap_or(Status::Holds)
}

fn of_part(expected: Expected, answer: &Answered, basis: Basis) -> Status {
    let wanted = if expected == Expected::Allow { Granted::All } else { Granted::None };
    let is_wrong = |granted: Granted| granted != wanted && granted != Granted::Unknown;
    let readings = &answer.readings;
    // However AWS's pages are read.
    let is_sure = basis == Basis::Given && !readings.is_empty();
    match answer.granted {
        Granted::Unknown if is_sure && readings.iter().all(|(_, own)| is_wrong(*own)) => {
            Status::Fails
        }
        Granted::Unknown => Status::Undecided,
        granted if granted == wanted => Status::Holds,
        _ => Status::Fails,
    }
}
