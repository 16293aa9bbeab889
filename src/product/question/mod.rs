//! A question: one step of one caller under one set-up, with all that is known about its requests. [`Question::new`] is the only constructor
//! and the only place that reads the set-up; the code that answers a question or explains the answer reads only the question.

mod callers;
mod keys;
mod layers;
mod resource;
mod rests_on;
mod web_identity;

pub(super) use callers::{callers, sessions_for, sessions_in_full};
pub(super) use keys::{KeyState, KeyValue, assumed, through_endpoint};
pub(super) use layers::{layers, layers_at_bucket, not_given};
pub(super) use resource::Resources;

use super::answer::Unknown;
use super::assumption::{Assuming, Assumption};
use super::caller::CallerId;
use super::catalogue::{KeyFact, KeyKind, On, Step, Target};
use super::context::{about, keys_used, statements};
use super::setup::{Customer, Product, Setup};
use super::shared_values::SharedValues;
use crate::authz::{Caller, CallerKind, Context, Layer, LayerId, Layers, Request};
use crate::model::{Arn, Statement};
use crate::symbolic::Undecided;
use keys::{Assumed, is_supported, states};
use resource::{Resource, resource};
use rests_on::RestsOn;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// The encryption context of S3: the object, or with S3 Bucket Keys the bucket.
pub(super) const ENCRYPTION_CONTEXT: &str = "kms:encryptioncontext:aws:s3:arn";

/// One step of one caller.
#[derive(Clone, Debug)]
pub(super) struct Question<'a> {
    pub product: &'static dyn Product,
    pub caller: CallerId,
    pub step: &'a Step,
    pub names: Names<'a>,
    pub resource: Resource<'a>,
    /// The possible callers.
    pub callers: Result<Vec<Caller>, Undecided>,
    /// Names of sessions that are each a class of its own. Any other name represents many sessions.
    pub sessions_in_full: BTreeSet<String>,
    /// The callers if no policy names the identity provider of the product.
    unlisted_callers: Vec<Caller>,
    /// All policies; those that must allow and were not given are assumed.
    layers: Layers<'a>,
    /// The policies that must allow and were not given.
    pub not_given: Vec<Unknown>,
    /// The statements that are about the actions of the step.
    pub statements: Vec<&'a Statement>,
    /// The keys that fill variables of these.
    pub variables: BTreeSet<&'a str>,
    /// What is known about the condition keys that the statements use, and about those that the user settled.
    pub keys: BTreeMap<String, KeyState>,
    /// The keys that the user settled.
    pub assumed: Assumed,
    /// By action, the keys that its requests cannot have, but those of another action of the step can.
    pub unsupported: Vec<(String, Vec<String>)>,
    /// The assumptions that count.
    pub rests_on: RestsOn,
    /// Whether the step is needed only with versioning, and the versioning state is not known.
    pub may_be_needless: bool,
    /// Values of keys that other questions of the check ask for too.
    pub shared: Rc<SharedValues>,
}

/// The names of the connection.
#[derive(Clone, Copy, Debug)]
pub(super) struct Names<'a> {
    pub bucket: &'a str,
    pub prefix: &'a str,
    /// The user or role that ICA works as.
    pub customer: &'a Customer,
    /// The vendor's role, if it is known.
    pub vendor_role: Option<&'a Arn>,
    /// The name of the sessions, if it is known.
    pub session: Option<&'a str>,
}

impl Names<'_> {
    /// The ARN to put into a list of exceptions: the product chooses the names of its sessions, so it covers all of the account.
    pub(super) fn listed_arn(&self, caller: CallerId, arn: &str) -> String {
        self.customer.listed_arn(caller, arn, self.session)
    }
}

impl<'a> Question<'a> {
    /// Resolves a step against a set-up.
    pub(super) fn new(setup: &'a Setup, caller: CallerId, step: &'a Step) -> Question<'a> {
        let assumed = assumed(setup, caller, step);
        let layers = layers(setup, caller, step, through_endpoint(&assumed));
        let mut statements = statements(layers.all());
        statements.retain(|statement| about(statement, step));
        let sessions_in_full = sessions_in_full(setup, &statements);
        let resource = resource(setup, step, &statements, &sessions_in_full);
        let callers = callers(setup, caller, step, &statements, &sessions_in_full, &assumed);
        let probe = callers.iter().flatten().next().and_then(|caller| {
            let (resource, account) = (&resource.example, Some(resource.account));
            Request::new(caller.clone(), &step.action, resource, account, Context::new()).ok()
        });
        // A key that the user knows is in the request even if no policy uses it: an endpoint decides which policies apply.
        let keys = keys_used(&statements)
            .into_iter()
            .chain(assumed.keys().cloned())
            .collect::<BTreeSet<_>>();
        let unsupported = |action: &String| {
            let keys = keys.iter().filter(|key| !is_supported(key, action, step.resource));
            (action.clone(), keys.cloned().collect())
        };
        let variables = statements.iter().flat_map(|statement| statement.variables());
        let variables = variables.map(|variable| &*variable.key).collect();
        Question {
            product: setup.product,
            caller,
            step,
            names: Names {
                bucket: &setup.bucket,
                prefix: &setup.prefix,
                customer: &setup.customer,
                vendor_role: setup.cross_account_role.as_ref(),
                session: setup.session_name.as_deref(),
            },
            sessions_in_full,
            callers,
            unlisted_callers: web_identity::unlisted(setup),
            layers,
            not_given: not_given(setup, caller, step),
            unsupported: step.actions().map(unsupported).collect(),
            keys: states(setup, step, caller, &assumed, &keys, probe.as_ref()),
            rests_on: RestsOn::new(setup, caller, step, &assumed),
            may_be_needless: step.on == On::Versioned && setup.versioning.is_none(),
            assumed,
            statements,
            variables,
            resource,
            shared: Rc::new(SharedValues::new(&setup.budget)),
        }
    }

    /// The question, which shares values with others about the same set-up.
    pub(super) fn sharing(self, shared: &Rc<SharedValues>) -> Question<'a> {
        Question { shared: Rc::clone(shared), ..self }
    }

    /// Whether the caller is known.
    pub(super) fn has_caller(&self) -> bool {
        self.caller.vendor_policies(self.step.resource).is_none()
            || self.names.vendor_role.is_some()
    }

    /// The possible callers.
    pub(super) fn callers(&self, assuming: Assuming) -> Result<Vec<Caller>, Undecided> {
        match assuming {
            Assuming::AllBut(Assumption::IDENTITY_PROVIDER) => Ok(self.unlisted_callers.clone()),
            _ => self.callers.clone(),
        }
    }

    /// The layers. Policies that must allow and were not given allow as `unknown_allows` says.
    pub(super) fn layers(&self, assuming: Assuming, unknown_allows: bool) -> Layers<'a> {
        let mut layers = self.layers.clone();
        match assuming {
            Assuming::AllBut(failing)
                if self.caller.vendor_policies(self.step.resource) == Some(failing) =>
            {
                layers.identity = Layer::Absent;
            }
            // A role without a session policy has all of its permissions; with one that allows nothing it has none.
            Assuming::AllBut(Assumption::SESSION_POLICY) if self.caller.is_of_role() => {
                layers.session = Layer::Policies(Vec::new());
            }
            Assuming::AllBut(Assumption::SESSION_POLICY) => layers.session = Layer::Absent,
            Assuming::AllBut(Assumption::NO_BUCKET_POLICY) => layers.resource = Layer::Assumed,
            _ => {}
        }
        if !unknown_allows && self.not_given.contains(&Unknown::IdentityPolicies) {
            layers.identity = Layer::Absent;
        }
        if !unknown_allows && self.not_given.iter().any(Unknown::is_policy_of_target) {
            layers.resource = Layer::Absent;
        }
        layers
    }

    /// The two possible encryption contexts of S3, if the policies use them: whether the bucket has S3 Bucket Keys is not known.
    pub(super) fn encryption_contexts(&self) -> Option<[Question<'a>; 2]> {
        if !matches!(self.keys.get(ENCRYPTION_CONTEXT), Some(KeyState::Listed(_))) {
            return None;
        }
        let bucket = format!("arn:aws:s3:::{}", self.names.bucket);
        let bucket = KeyFact { values: vec![bucket], absent: false, ..KeyFact::unknown() };
        let object =
            KeyFact { kind: KeyKind::Free, absent: false, below: true, ..KeyFact::unknown() };
        Some([object, bucket].map(|fact| {
            let mut question = self.clone();
            question.keys.insert(ENCRYPTION_CONTEXT.to_owned(), KeyState::Listed(fact));
            question
        }))
    }

    /// The prefix of a key's values, if it may have all values with that prefix.
    pub(super) fn stem_of(&self, key: &str) -> String {
        match key {
            ENCRYPTION_CONTEXT => {
                format!("arn:aws:s3:::{}/{}", self.names.bucket, self.names.prefix)
            }
            _ => self.names.prefix.to_owned(),
        }
    }

    /// Whether a layer is the bucket policy.
    pub(super) fn is_bucket_policy(&self, layer: LayerId) -> bool {
        layer == LayerId::Resource && self.step.resource.is_at_bucket()
    }

    /// What is not known about the callers and resources, if the verdict depends on it.
    pub(super) fn unknown_name(&self) -> Unknown {
        match (self.step.resource, &self.resource.all) {
            (Target::Role, _) if self.caller.kind(Target::Role) == CallerKind::WebIdentity => {
                Unknown::Provider
            }
            (_, Resources::KeyOfUnknownId { .. }) => Unknown::KeyId,
            _ => Unknown::SessionName,
        }
    }
}
