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
        let callers = self.callers(layers);
        let Some(callers) = callers.filter(|callers| !callers.is_empty()) else {
            return Vec::new();
        };
        let is_one = callers.len() == 1;
        let each = callers.iter().map(|caller| {
            let mut answers = question(caller);
            if !is_one {
                answers.iter_mut().for_each(|answer| name_the_caller(answer, caller));
            }
            answers
        });
        each.reduce(|all, answers| self.joined(all, answers)).unwrap_or_default()
    }

    /// The callers that the question may mean, as far as the policies distinguish them; `None`: too many.
    fn callers(&self, layers: &Layers<'_>) -> Option<Vec<Caller>> {
        match self {
            Principal::One(caller) if caller.lacks_issuer() => {
                let request = Request::new(
                    caller.clone(),
                    "s3:GetObject",
                    "arn:aws:s3:::bucket/key",
                    None,
                    Context::new(),
                );
                let requests = possible_requests(&request.ok()?, layers)?;
                Some(requests.into_iter().map(|request| request.caller).collect())
            }
            Principal::One(caller) => Some(vec![caller.clone()]),
            Principal::SessionsOf(role) => {
                let (partition, account) = (role.partition(), role.account());
                let name = role.resource().rsplit('/').next()?;
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
                Some(all.filter_map(session).collect())
            }
        }
    }

    /// The answers of two callers. Of the sessions of a role all are meant; of the issuers one, and it is not known which.
    fn joined(&self, all: Vec<Answered>, more: Vec<Answered>) -> Vec<Answered> {
        let is_all = matches!(self, Principal::SessionsOf(_));
        let mut more = more.into_iter();
        let join = |one: Answered| {
            let Some(other) = more.next() else { return one };
            let granted = match one.granted == other.granted {
                true => one.granted,
                false if is_all => together([one.granted, other.granted]),
                false => Granted::Unknown,
            };
            let depends = || {
                let reason = "it depends on who made the session: give --session-issuer";
                (!is_all && granted == Granted::Unknown).then(|| Undecided::anywhere(reason))
            };
            Answered {
                granted,
                allowed: one.allowed.or(other.allowed),
                denied: one.denied.or(other.denied),
                undecided: one.undecided.or(other.undecided).or_else(depends),
                is_defect: one.is_defect || other.is_defect,
                ..one
            }
        };
        let joined = all.into_iter().map(join).collect::<Vec<_>>();
        joined.into_iter().chain(more).collect()
    }
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
    let policies = layers.ids().flat_map(|layer| layers.policies(layer).to_vec());
    policies.flat_map(|policy| &policy.statements).collect()
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
    let (mut names, mut is_open) = (BTreeSet::new(), false);
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
