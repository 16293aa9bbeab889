//! Decides an expectation for each of its callers and resources, for all requests.

use super::file::{Expectation, Expected, Wrong};
use super::keys::with_their_keys;
use super::subject::{Anything, Documents, Subject};
use crate::access::{Basis, Principal, Query};
use crate::authz::{Caller, Layer, Layers};
use crate::aws;
use crate::finding::distance;
use crate::model::{Policy, PolicyKind};
use crate::product::setup::Setup;
use crate::product::{Aim, Assumption, CallerId, account_of, way};
use crate::symbolic::{self, Answered, Granted, Outsider, Question, Undecided, Who, outsiders};
use std::cell::Cell;

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
    match subject {
        Subject::Connection(setup) => deciding.of_connection(setup)?,
        Subject::Documents(documents) => deciding.of_documents(documents)?,
    }
    deciding.finish()
}

/// Who is outside, and what is known of them.
#[derive(Clone, Copy)]
struct Outside<'a> {
    /// The account that owns the resource.
    account: &'a str,
    /// Somebody outside of it who is meant by another name.
    own: Option<&'a str>,
    has_rcps: bool,
    assumes: &'a [Assumption],
}

struct Deciding<'a, T> {
    expectation: &'a Expectation,
    anything: &'a Anything,
    view: &'a mut dyn FnMut(Asked<'_>) -> T,
    /// The actions of the requests that there are, as AWS writes them.
    answered: Vec<String>,
    /// The resources about which there are requests.
    met: Vec<String>,
    found: Vec<T>,
}

impl<'a, T> Deciding<'a, T> {
    fn wrong(&self, message: impl Into<String>) -> Wrong {
        Wrong::new(self.expectation.span, message)
    }

    /// The policies that allow everything, if the expectation asks for them.
    fn anything(&self) -> Option<&'a Anything> {
        (self.expectation.expected == Expected::Never).then_some(self.anything)
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

    /// Whether what is asked for may have a policy of its own. Of IAM only roles have one, for actions of STS alone
    /// (IAM:reference_aws-services-that-work-with-iam).
    fn may_have_resource_policy(&self) -> bool {
        let is_of_iam = |action: &String| action.to_ascii_lowercase().starts_with("iam:");
        !self.expectation.actions.iter().all(is_of_iam)
    }

    /// Actions and resources have the form of actions and ARNs.
    fn check_words(&self) -> Result<(), Wrong> {
        let mut query = self.query("", None);
        query.resources.clone_from(&self.expectation.resources);
        query.session_issuer = None;
        query.read().map(drop).map_err(|error| self.wrong(error.message))
    }

    /// An action for which there is no request on any of the resources makes an expectation that says nothing.
    fn finish(self) -> Result<Vec<T>, Wrong> {
        let is_answered = |text: &&String| {
            text.contains(['*', '?'])
                || self.answered.iter().any(|action| action.eq_ignore_ascii_case(text))
        };
        let resources = &self.expectation.resources;
        if let Some(text) = resources.iter().find(|text| !self.met.contains(text)) {
            return Err(
                self.wrong(format!("none of these actions works on `{text}`: no request is meant"))
            );
        }
        match self.expectation.actions.iter().find(|text| !is_answered(text)) {
            Some(text) => Err(self
                .wrong(format!("`{text}` works on none of these resources: no request is meant"))
                .help("`s3:ListBucket` and others about a bucket work on `arn:aws:s3:::bucket`, those about objects on `arn:aws:s3:::bucket/*`")),
            None => Ok(self.found),
        }
    }

    fn query(&self, resource: &str, account: Option<&str>) -> Query {
        let mut query = Query::new(&[], &[resource]);
        query.actions.clone_from(&self.expectation.actions);
        query.account = account.map(str::to_owned);
        query.context.clone_from(&self.expectation.keys);
        query.session_issuer.clone_from(&self.expectation.session_issuer);
        query
    }

    /// Judges the answers of one caller about one resource.
    fn judge(
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

    fn of_connection(&mut self, setup: &Setup) -> Result<(), Wrong> {
        let callers = self.expectation.callers.clone();
        let names = if callers.is_empty() { self.everybody()? } else { callers };
        for resource in self.expectation.resources.clone() {
            let aim = Aim::of(setup, &resource, &self.expectation.actions)
                .map_err(|message| self.wrong(message))?;
            for name in &names {
                self.of_name(setup, name, (aim, &resource))?;
            }
        }
        Ok(())
    }

    /// Whoever is meant where a connection's expectation names no caller.
    fn everybody(&self) -> Result<Vec<String>, Wrong> {
        if self.expectation.expected == Expected::Allow {
            return Err(self
                .wrong("who is allowed this? The test names no caller")
                .help("give `caller`, as in `caller = \"federated-session\"`, or `\"all\"`"));
        }
        Ok(vec![ALL.to_owned(), OUTSIDERS.to_owned()])
    }

    fn of_name(
        &mut self,
        setup: &Setup,
        name: &str,
        (aim, resource): (Aim, &str),
    ) -> Result<(), Wrong> {
        let own = || setup.product.catalogue().callers().filter(|id| setup.customer.has(*id));
        if name == ALL {
            // What the vendor's role may do elsewhere is nothing of the customer's.
            for id in own().filter(|id| aim.policy().is_some() || id.is_customers()) {
                self.of_caller(setup, id, (aim, resource))?;
            }
            return Ok(());
        }
        if name == OUTSIDERS {
            let Some(kind) = aim.policy() else { return Ok(()) };
            let account = account_of(setup, aim).unwrap_or_default();
            let assumes = match kind {
                PolicyKind::Resource if setup.policies.is_unspecified(kind) => {
                    vec![Assumption::NO_BUCKET_POLICY]
                }
                _ => Vec::new(),
            };
            let has_rcps = setup.policies.get(PolicyKind::Rcp).is_known();
            let policies = setup.policies.known(kind);
            // The vendor's role is a caller of the connection with a name of its own.
            let own = setup.cross_account_role.as_ref().map(|role| role.as_str());
            let outside = Outside { account: &account, own, has_rcps, assumes: &assumes };
            self.of_outsiders(outside, resource, &policies);
            return Ok(());
        }
        if let Some(id) = setup.product.catalogue().callers().find(|id| id.id() == name) {
            if !setup.customer.has(id) {
                let word = setup.customer.word();
                return Err(self.wrong(format!(
                    "`{name}` is no caller of this connection, which works with a {word}"
                )));
            }
            return self.of_caller(setup, id, (aim, resource));
        }
        if name == setup.customer.arn().as_str() {
            let direct = own().find(|id| !id.is_session() && id.is_customers());
            return match direct.or_else(|| own().find(|id| id.is_of_role())) {
                Some(id) => self.of_caller(setup, id, (aim, resource)),
                None => Ok(()),
            };
        }
        if !name.contains(':') && name != "*" && name.len() != 12 {
            let names = own().map(CallerId::id).collect::<Vec<_>>().join("`, `");
            return Err(self
                .wrong(format!("`{name}` is no caller"))
                .help(format!("give `{names}`, `{ALL}`, `{OUTSIDERS}`, or an ARN")));
        }
        let mut layers = setup.policies.layers(aim.policy().unwrap_or(PolicyKind::Resource));
        if aim.policy().is_none() {
            layers.resource = Layer::Absent;
            layers.rcps.clear();
        }
        // The policies of the connection's own user or role are those of nobody else.
        (layers.identity, layers.boundary, layers.session) =
            (Layer::Absent, Layer::Absent, Layer::Absent);
        let account = account_of(setup, aim);
        let own_account =
            |principal: &Principal| principal.account() == Some(setup.customer.account());
        self.of_principal(name, resource, account.as_deref(), layers, &own_account, false)
    }

    /// One of the connection's callers.
    fn of_caller(
        &mut self,
        setup: &Setup,
        id: CallerId,
        (aim, resource): (Aim, &str),
    ) -> Result<(), Wrong> {
        let expectation = self.expectation;
        let way = match way(setup, id, aim, &expectation.keys, &expectation.any) {
            Ok(way) => way,
            Err(reason) => {
                self.not_known(id, resource, reason);
                return Ok(());
            }
        };
        let layers = with_anything(&way.layers, self.anything(), true, aim.policy().is_some());
        let is_own = |key: &str| expectation.keys.iter().any(|(own, _)| own == key);
        let assumed = way.context.iter().filter(|(key, _)| !is_own(key)).cloned();
        let assumed = assumed.collect::<Vec<_>>();
        let ask = |who: &Caller| {
            let question = |actions: &[String], context| {
                symbolic::can(&Question {
                    who: Who::Caller(who, &layers),
                    actions: actions.to_vec(),
                    resources: vec![resource.to_owned()],
                    account: way.account.clone(),
                    context,
                })
            };
            with_their_keys(&expectation.actions, &expectation.keys, &assumed, &question)
        };
        let mut answers = way.callers.iter().flat_map(ask).collect::<Vec<_>>();
        let mut basis = Basis::Given;
        let not_given = way.not_given.filter(|_| expectation.expected != Expected::Never);
        if let Some(not_given) = not_given {
            // A policy that was not given allows here: what is denied all the same is denied for certain.
            for answer in answers.iter_mut().filter(|answer| answer.granted != Granted::None) {
                answer.granted = Granted::Unknown;
                answer.undecided = Some(Undecided { reason: not_given.to_owned(), span: None });
            }
            basis = Basis::NeedsIdentityPolicies;
        }
        let is_strict = setup.not_assumed.strict && !way.assumes.is_empty();
        for answer in
            answers.iter_mut().filter(|answer| is_strict && answer.granted != Granted::None)
        {
            answer.granted = Granted::Unknown;
            answer.undecided = Some(Undecided {
                reason: format!("it rests on the assumption `{}`", way.assumes[0].id()),
                span: None,
            });
        }
        self.judge((Some(id.id()), resource), &answers, basis, &layers, &way.assumes);
        Ok(())
    }

    /// Who the caller is cannot be said.
    fn not_known(&mut self, id: CallerId, resource: &str, reason: String) {
        let answer = Answered {
            actions: self.expectation.actions.clone(),
            resource_type: None,
            granted: Granted::Unknown,
            allowed: None,
            denied: None,
            undecided: Some(Undecided { reason, span: None }),
            readings: Vec::new(),
            is_defect: false,
        };
        let at = (Some(id.id()), resource);
        self.judge(at, &[answer], Basis::Given, &Layers::default(), &[]);
    }

    /// A caller that is named by ARN, past these layers. SCPs bind it if its account `has_scps`.
    fn of_principal(
        &mut self,
        name: &str,
        resource: &str,
        account: Option<&str>,
        mut layers: Layers<'_>,
        has_scps: &dyn Fn(&Principal) -> bool,
        knows_identity: bool,
    ) -> Result<(), Wrong> {
        let query = Query {
            principal: Some(name.to_owned()),
            knows_identity,
            ..self.query(resource, account)
        };
        let principal = query
            .read()
            .map_err(|error| self.wrong(format!("{}: {}", error.path, error.message)))?;
        let Some(principal) = principal else { return Ok(()) };
        if !has_scps(&principal) {
            layers.scps.clear();
        }
        let is_never = self.expectation.expected == Expected::Never;
        let has_identity = principal.has_identity_policies();
        let layers =
            with_anything(&layers, self.anything(), has_identity, self.may_have_resource_policy());
        let query = Query { knows_identity: knows_identity || is_never, ..query };
        let basis = Cell::new(Basis::Given);
        let question = |actions: &[String], context| {
            let query = Query { actions: actions.to_vec(), context, ..query.clone() };
            let (answers, rests_on) = query.principal_gets(&principal, &layers);
            basis.set(rests_on);
            answers
        };
        let expectation = self.expectation;
        let answers = with_their_keys(&expectation.actions, &expectation.keys, &[], &question);
        self.judge((Some(name), resource), &answers, basis.get(), &layers, &[]);
        Ok(())
    }

    /// Everybody outside of the account.
    fn of_outsiders(&mut self, of: Outside<'_>, resource: &str, policies: &[&Policy]) {
        let mut policies = policies.to_vec();
        if self.expectation.expected == Expected::Never {
            policies.push(&self.anything.resource);
        }
        let resources = [resource.to_owned()];
        let asked = symbolic::Asked {
            account: of.account,
            actions: &self.expectation.actions,
            resources: &resources,
            context: &self.expectation.keys,
        };
        let layers = Layers { resource: Layer::Policies(policies.clone()), ..Layers::default() };
        for outside in outsiders(&policies, asked) {
            let name = match &outside.who {
                Outsider::Unsigned => format!("{OUTSIDERS} (not signed)"),
                Outsider::Named(name) if of.own == Some(name) => continue,
                Outsider::Named(name) => format!("{OUTSIDERS} ({name})"),
                Outsider::Others => OUTSIDERS.to_owned(),
            };
            let mut answers = outside.answers;
            for answer in
                answers.iter_mut().filter(|answer| of.has_rcps && answer.granted != Granted::None)
            {
                answer.granted = Granted::Unknown;
                answer.undecided = Some(Undecided {
                    reason:
                        "resource control policies may stop it: they are not counted for outsiders"
                            .to_owned(),
                    span: None,
                });
            }
            self.judge((Some(&name), resource), &answers, Basis::Given, &layers, of.assumes);
        }
        // Of actions that outsiders never can ask for there are no answers.
        self.answered.extend(self.expectation.actions.iter().cloned());
        self.met.push(resource.to_owned());
    }

    fn of_documents(&mut self, documents: &Documents) -> Result<(), Wrong> {
        let policies = &documents.policies;
        let kind = [PolicyKind::KmsKey, PolicyKind::Trust]
            .into_iter()
            .find(|kind| policies.get(*kind).is_known())
            .unwrap_or(PolicyKind::Resource);
        let callers = self.expectation.callers.clone();
        for resource in &self.expectation.resources.clone() {
            if callers.is_empty() {
                self.of_anybody(documents, resource)?;
            }
            for name in &callers {
                if name == OUTSIDERS {
                    let Some(account) = &documents.account else {
                        return Err(self
                            .wrong("whose resources these are is not known")
                            .help("give `account` at the beginning of the file"));
                    };
                    let has_rcps = policies.get(PolicyKind::Rcp).is_known();
                    let outside = Outside { account, own: None, has_rcps, assumes: &[] };
                    self.of_outsiders(outside, resource, &policies.known(kind));
                } else {
                    let layers = policies.layers(kind);
                    let knows = !policies.is_unspecified(PolicyKind::Identity);
                    let account = documents.account.as_deref();
                    self.of_principal(name, resource, account, layers, &|_| true, knows)?;
                }
            }
        }
        Ok(())
    }

    /// One document by itself, whoever asks.
    fn of_anybody(&mut self, documents: &Documents, resource: &str) -> Result<(), Wrong> {
        let mut policies = documents.policies.all();
        if documents.policies.kinds() > 1 {
            return Err(self
                .wrong("layers decide together for one caller, and the test names none")
                .help("give `caller`, an ARN"));
        }
        if self.expectation.expected == Expected::Never {
            let names = policies
                .iter()
                .flat_map(|policy| &policy.statements)
                .any(|statement| statement.principal.is_some());
            policies.push(if names { &self.anything.resource } else { &self.anything.identity });
        }
        let query = self.query(resource, documents.account.as_deref());
        let question = |actions: &[String], context| {
            Query { actions: actions.to_vec(), context, ..query.clone() }.anybody(policies.clone())
        };
        let expectation = self.expectation;
        let answers = with_their_keys(&expectation.actions, &expectation.keys, &[], &question);
        let layers = Layers { resource: Layer::Policies(policies), ..Layers::default() };
        self.judge((None, resource), &answers, Basis::Given, &layers, &[]);
        Ok(())
    }
}

/// Layers in which other policies allow everything, if that is asked.
fn with_anything<'l>(
    layers: &Layers<'l>,
    anything: Option<&'l Anything>,
    has_identity: bool,
    has_resource: bool,
) -> Layers<'l> {
    let mut all = layers.clone();
    let Some(anything) = anything else { return all };
    let with = |layer: &Layer<'l>, policy: &'l Policy| {
        Layer::Policies(layer.policies().iter().copied().chain([policy]).collect())
    };
    if has_identity {
        all.identity = with(&layers.identity, &anything.identity);
    }
    if has_resource {
        all.resource = with(&layers.resource, &anything.resource);
    }
    all
}

/// Whether an expectation holds, by what is granted of its parts.
fn status(expected: Expected, parts: impl Iterator<Item = Granted>) -> Status {
    let wanted = if expected == Expected::Allow { Granted::All } else { Granted::None };
    let of_part = |granted| match granted {
        Granted::Unknown => Status::Undecided,
        granted if granted == wanted => Status::Holds,
        _ => Status::Fails,
    };
    parts.map(of_part).max().unwrap_or(Status::Holds)
}
