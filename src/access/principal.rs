//! Who asks: one caller, or several sessions if the question does not name one session.
//!
//! The ARN of a role means all of its sessions. The ARN of a session without its issuer means that of each issuer that it could have.

use crate::authz::{Caller, Context, Layers, Request};
use crate::eval::possible_requests;
use crate::model::{Arn, Named, Part, PolicyKind, Statement};
use crate::simulate::LineError;
use crate::symbolic::{Answered, Granted, Undecided, together};
use std::collections::BTreeSet;

/// Who asks.
#[derive(Clone, Debug)]
pub(crate) enum Principal {
    /// One caller; of a session perhaps without its issuer.
    One(Caller),
    /// All sessions of a role.
    SessionsOf(Arn),
}

/// The name of a session that represents all sessions that no policy distinguishes.
const EXAMPLE: &str = "example";

/// Not a valid name of a session. It represents all sessions where policies distinguish names by patterns.
const ANY: &str = "*";

impl Principal {
    /// Reads the ARN of a caller or of a role, and who made the session.
    pub(crate) fn read(text: &str, issuer: Option<&str>) -> Result<Principal, LineError> {
        let wrong = |path: &str, message: String| LineError { path: path.to_owned(), message };
        let role = Arn::parse(text).ok().filter(|arn| {
            arn.service() == "iam"
                && arn.resource().starts_with("role/")
                && !arn.resource().ends_with('/')
                && !text.contains(['*', '?'])
                && arn.account().len() == 12
        });
        match (role, issuer) {
            (Some(_), Some(_)) => {
                let message = "only a session has an issuer, and the principal is a role";
                Err(wrong("session_issuer", message.to_owned()))
            }
            (Some(role), None) => Ok(Principal::SessionsOf(role)),
            (None, issuer) => Caller::parse(text, issuer)
                .map(Principal::One)
                .map_err(|error| wrong("principal", error.to_string())),
        }
    }

    /// The account of whoever asks.
    pub(crate) fn account(&self) -> Option<&str> {
        match self {
            Principal::One(caller) => caller.account(),
            Principal::SessionsOf(role) => Some(role.account()),
        }
    }

    /// Whether identity policies could grant something.
    pub(crate) fn has_identity_policies(&self) -> bool {
        match self {
            Principal::One(caller) => caller.kind().may_have(PolicyKind::Identity),
            Principal::SessionsOf(_) => true,
        }
    }

    /// The answer to a question that each of the callers asks.
    pub(crate) fn ask(
        &self,
        layers: &Layers<'_>,
        question: impl Fn(&Caller) -> Vec<Answered>,
    ) -> Vec<Answered> {
        match self.callers(layers) {
            Callers::All(callers) if callers.len() == 1 => {
                callers.iter().flat_map(question).collect()
            }
            Callers::All(callers) => {
                let each = callers.iter().map(|caller| {
                    let mut answers = question(caller);
                    answers.iter_mut().for_each(|answer| name_the_caller(answer, caller));
                    answers
                });
                let is_all = matches!(self, Principal::SessionsOf(_));
                each.reduce(|all, answers| joined(all, answers, is_all)).unwrap_or_default()
            }
            // One of them shows what the question is about.
            Callers::TooMany(one) => {
                let open =
                    |answer| Answered { granted: Granted::Unknown, ..without_examples(answer) };
                question(&one)
                    .into_iter()
                    .map(open)
                    .map(|answer| undecided(answer, TOO_MANY))
                    .collect()
            }
        }
    }

    /// The callers that the question may mean, as far as the policies distinguish them; none if they are too many.
    pub(crate) fn each(&self, layers: &Layers<'_>) -> Vec<Caller> {
        match self.callers(layers) {
            Callers::All(callers) => callers,
            Callers::TooMany(_) => Vec::new(),
        }
    }

    /// The callers that the question may mean, as far as the policies distinguish them.
    fn callers(&self, layers: &Layers<'_>) -> Callers {
        match self {
            Principal::One(caller) if caller.lacks_issuer() => {
                let (action, resource) = ("s3:GetObject", "arn:aws:s3:::bucket/key");
                let request =
                    Request::new(caller.clone(), action, resource, None, Context::new()).ok();
                let requests = request.and_then(|request| possible_requests(&request, layers));
                match requests {
                    Some(requests) => {
                        Callers::All(requests.into_iter().map(|request| request.caller).collect())
                    }
                    None => Callers::TooMany(caller.clone()),
                }
            }
            Principal::One(caller) => Callers::All(vec![caller.clone()]),
            Principal::SessionsOf(role) => Callers::All(sessions_of(role, layers)),
        }
    }
}

/// Who may be meant.
enum Callers {
    /// All of them.
    All(Vec<Caller>),
    /// More than are asked one by one; one of them.
    TooMany(Caller),
}

/// The sessions of a role that the policies distinguish.
fn sessions_of(role: &Arn, layers: &Layers<'_>) -> Vec<Caller> {
    let (partition, account) = (role.partition(), role.account());
    let name = role.resource().rsplit('/').next().unwrap_or_default();
    let start = format!("arn:{partition}:sts::{account}:assumed-role/{name}/");
    let known = sessions(layers).into_iter();
    let known = known.filter_map(|arn| arn.strip_prefix(&start).map(str::to_owned));
    let (by_id, is_open) = names_in_ids(layers);
    let names = known.chain(by_id).collect::<BTreeSet<_>>();
    let mut other = if is_open { ANY } else { EXAMPLE }.to_owned();
    while names.contains(&other) {
        other.insert(0, 'x');
    }
    let all = std::iter::once(other).chain(names).map(|name| format!("{start}{name}"));
    let session = |arn: String| {
        let arn = Arn::parse(&arn).ok()?;
        Some(Caller::RoleSession { arn, role: Some(role.clone()) })
    };
    all.filter_map(session).collect()
}

const TOO_MANY: &str = "too many users or roles may have made the session: say which (--session-issuer, or `session_issuer`)";

const DEPENDS: &str =
    "it depends on who made the session: say it (--session-issuer, or `session_issuer`)";

fn undecided(answer: Answered, reason: &str) -> Answered {
    let undecided = answer.undecided.or_else(|| Some(Undecided::anywhere(reason)));
    Answered { undecided, ..answer }
}

fn without_examples(answer: Answered) -> Answered {
    Answered { allowed: None, denied: None, undecided: None, readings: Vec::new(), ..answer }
}

/// The answers of two callers. Of the sessions of a role all are meant; of the issuers one, and it is not known which.
fn joined(all: Vec<Answered>, mut more: Vec<Answered>, is_all: bool) -> Vec<Answered> {
    let mut is_alike = all.len() == more.len();
    let mut answers = Vec::new();
    for one in all {
        let is_same = |other: &Answered| {
            (&one.actions, one.resource_type) == (&other.actions, other.resource_type)
        };
        match more.iter().position(is_same) {
            Some(number) => answers.push(of_both(one, more.remove(number), is_all)),
            None => {
                is_alike = false;
                answers.push(one);
            }
        }
    }
    answers.extend(more);
    // Where the policies group the actions in another way for each issuer, no answer is for all issuers.
    let first = answers.first().map(|answer| answer.granted);
    if !is_alike && !is_all && answers.iter().any(|answer| Some(answer.granted) != first) {
        answers.iter_mut().for_each(|answer| {
            *answer = undecided(Answered { granted: Granted::Unknown, ..answer.clone() }, DEPENDS);
        });
    }
    answers
}

fn of_both(one: Answered, other: Answered, is_all: bool) -> Answered {
    let granted = match one.granted == other.granted {
        true => one.granted,
        false if is_all => together([one.granted, other.granted]),
        false => Granted::Unknown,
    };
    let joined = Answered {
        granted,
        allowed: one.allowed.or(other.allowed),
        denied: one.denied.or(other.denied),
        undecided: one.undecided.or(other.undecided),
        is_defect: one.is_defect || other.is_defect,
        ..one
    };
    let depends = !is_all && granted == Granted::Unknown;
    if depends { undecided(joined, DEPENDS) } else { joined }
}

/// A session in an example is named where several are asked about.
fn name_the_caller(answer: &mut Answered, caller: &Caller) {
    let name = match caller {
        Caller::RoleSession { arn, .. } | Caller::FederatedSession { arn, .. } => arn.as_str(),
        _ => return,
    };
    for shown in [&mut answer.allowed, &mut answer.denied].into_iter().flatten() {
        shown.principal = Some(name.to_owned());
    }
}

fn statements<'a>(layers: &Layers<'a>) -> Vec<&'a Statement> {
    layers.all().into_iter().flat_map(|policy| &policy.statements).collect()
}

/// The sessions that policies name.
fn sessions(layers: &Layers<'_>) -> BTreeSet<String> {
    let elements = statements(layers).into_iter().filter_map(|own| own.principal.as_ref());
    let session =
        elements.flat_map(|element| &element.patterns).filter_map(|pattern| match &pattern.named {
            Named::RoleSession(arn) => Some(arn.clone()),
            _ => None,
        });
    session.collect()
}

/// The names of sessions that conditions on `aws:userid` spell out, behind the colon; and whether some distinguish names in other ways.
fn names_in_ids(layers: &Layers<'_>) -> (BTreeSet<String>, bool) {
    let conditions = statements(layers).into_iter().flat_map(|own| &own.conditions);
    let on_id = conditions.filter(|condition| &*condition.key.node == "aws:userid");
    // In other texts the id may be a part of anything.
    let mut variables = statements(layers).into_iter().flat_map(|own| own.variables());
    let (mut names, mut is_open) =
        (BTreeSet::new(), variables.any(|own| &*own.key == "aws:userid"));
    for pattern in on_id.flat_map(|condition| condition.test.patterns()) {
        let name = match pattern.parts.last() {
            Some(Part::Literal(text)) => text.rsplit_once(':').map(|(_, name)| name),
            _ => None,
        };
        // A beginning fits whatever the name is.
        let is_beginning =
            matches!(&*pattern.parts, [Part::Literal(text), Part::Any] if !text.contains(':'));
        match name {
            Some(name) if !name.is_empty() => drop(names.insert(name.to_owned())),
            _ => is_open |= !is_beginning,
        }
    }
    (names, is_open)
}
