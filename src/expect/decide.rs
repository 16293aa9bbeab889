//! Decides an expectation for each of its callers and resources, for all requests.

use super::file::{Expectation, Expected, Wrong};
use super::subject::{Anything, Subject};
use crate::access::{Basis, Query};
use crate::authz::{Layers, display_name};
use crate::aws::{self, ValueType};
use crate::finding::distance;
use crate::product::Assumption;
use crate::symbolic::{Answered, Granted, Undecided};

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

/// Decides an expectation. `view` takes each of its parts.
///
/// # Errors
/// The expectation cannot be meant so: there is no such caller, action or request.
pub fn decide<T>(
    subject: &Subject,
    expectation: &Expectation,
    anything: &Anything,
    view: &mut dyn FnMut(Asked<'_>) -> T,
) -> Result<Vec<T>, Wrong> {
    let mut deciding = Deciding {
        expectation,
        anything,
        view,
        answered: Vec::new(),
        met: Vec::new(),
        found: Vec::new(),
    };
    deciding.check_actions()?;
    deciding.check_words()?;
    deciding.check_keys()?;
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
    view: &'a mut dyn FnMut(Asked<'_>) -> T,
    /// The actions of the requests that there are, as AWS writes them.
    pub answered: Vec<String>,
    /// The resources about which there are requests.
    pub met: Vec<String>,
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

    /// A misspelt key is in no request, and a value of another form fits none.
    fn check_keys(&self) -> Result<(), Wrong> {
        for (key, value) in &self.expectation.keys {
            let is_global = key.starts_with("aws:") && !key.contains('/');
            if is_global && aws::condition_key(key).is_none() {
                let names = aws::condition_keys().filter(|known| known.is_global());
                let near = names.min_by_key(|known| distance(&known.name.to_lowercase(), key));
                let wrong = self.wrong(format!(
                    "AWS has no condition key `{key}` (data of {})",
                    aws::data_date()
                ));
                return Err(match near {
                    Some(near) => wrong.help(format!("the nearest is `{}`", near.name)),
                    None => wrong,
                });
            }
            let kind = aws::condition_key_type(key).map(|kind| kind.value);
            let is_truth =
                |text: &String| ["true", "false"].contains(&text.to_lowercase().as_str());
            let values = value.iter().flat_map(|value| value.as_slice());
            if let Some(wrong) =
                values.clone().find(|text| kind == Some(ValueType::Bool) && !is_truth(text))
            {
                return Err(self.wrong(format!(
                    "`{}` is `true` or `false`, not `{wrong}`",
                    display_name(key)
                )));
            }
            if let Some(wrong) =
                values.clone().find(|text| kind == Some(ValueType::Ip) && text.contains('/'))
            {
                return Err(self
                    .wrong(format!("a request comes from one address, and `{wrong}` is a range"))
                    .help("give an address of the range"));
            }
        }
        Ok(())
    }

    /// An action for which there is no request on any of the resources makes an expectation that says nothing.
    fn finish(self) -> Result<Vec<T>, Wrong> {
        let is_answered = |text: &&String| {
            text.contains(['*', '?'])
                || self.answered.iter().any(|action| action.eq_ignore_ascii_case(text))
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
        let status = status(self.expectation.expected, answers.iter().map(|answer| answer.granted));
        let asked = Asked { caller, resource, answers, basis, layers, assumes, status };
        self.found.push((self.view)(asked));
    }
}

/// Takes answers as not known, but for what is denied all the same.
pub(super) fn open(answers: &mut [Answered], reason: &str) {
    for answer in answers.iter_mut().filter(|answer| answer.granted != Granted::None) {
        answer.granted = Granted::Unknown;
        answer.undecided = Some(Undecided { reason: reason.to_owned(), span: None });
    }
}

/// Whether an expectation holds, by what is granted of its parts.
pub(super) fn status(expected: Expected, parts: impl Iterator<Item = Granted>) -> Status {
    let wanted = if expected == Expected::Allow { Granted::All } else { Granted::None };
    let of_part = |granted| match granted {
        Granted::Unknown => Status::Undecided,
        granted if granted == wanted => Status::Holds,
        _ => Status::Fails,
    };
    parts.map(of_part).max().unwrap_or(Status::Holds)
}
