//! Decides an expectation about policies in their layers: for a caller by name, or for a document by itself.

use super::decide::{Deciding, OUTSIDERS};
use super::file::{Expected, Wrong};
use super::keys::with_their_keys;
use super::never::Never;
use super::outsiders::Outside;
use super::subject::Documents;
use crate::access::{Basis, Principal, Query};
use crate::authz::{Layer, Layers, Presence, presence_for};
use crate::model::PolicyKind;
use crate::product::KnownKey;
use std::cell::Cell;

impl<T> Deciding<'_, T> {
    /// A caller that is named by ARN, past these layers. SCPs bind it if its account `has_scps`.
    pub(super) fn of_principal(
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
        if !self.may_ask((Some(name), resource), layers.all()) {
            return Ok(());
        }
        let expectation = self.expectation;
        let callers = principal.each(&layers);
        let is_absent = |(key, value): &KnownKey| {
            value.is_none()
                && callers.iter().any(|who| presence_for(key, who, None) == Presence::Always)
        };
        if expectation.keys.iter().any(is_absent) {
            return Ok(());
        }
        let has_identity = principal.has_identity_policies();
        let never = Never::new(expectation, self.anything, &callers, false);
        let layers_with = |resource| never.layers(&layers, has_identity, resource);
        let knows_identity = knows_identity || expectation.expected == Expected::Never;
        let query = Query { knows_identity, ..query };
        let basis = Cell::new(Basis::Given);
        let all = |layers: &Layers<'_>| {
            let question = |actions: &[String], context| {
                let query = Query { actions: actions.to_vec(), context, ..query.clone() };
                let (answers, rests_on) = query.principal_gets(&principal, layers, &|| self.cost());
                basis.set(rests_on);
                answers
            };
            with_their_keys(&expectation.actions, &expectation.keys, &[], &question)
        };
        let layers = layers_with(true);
        let answers = never.decided(all(&layers), || all(&layers_with(false)));
        self.judge((Some(name), resource), &answers, basis.get(), &layers, &[]);
        Ok(())
    }

    pub(super) fn of_documents(&mut self, documents: &Documents) -> Result<(), Wrong> {
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
                let before = self.count();
                if name == OUTSIDERS {
                    let Some(account) = &documents.account else {
                        return Err(self
                            .wrong("whose resources these are is not known")
                            .help("give `account` at the beginning of the file"));
                    };
                    if policies.is_unspecified(kind) {
                        return Err(self
                            .wrong("outsiders get what the policy of the resource gives them, and none is given")
                            .help("give it, as in `bucket_policy = \"bucket.json\"`, or `bucket_policy = \"none\"`"));
                    }
                    let has_rcps = policies.get(PolicyKind::Rcp).is_known();
                    let outside = Outside { account, own: None, has_rcps, assumes: &[] };
                    self.of_outsiders(outside, resource, &policies.known(kind));
                } else {
                    let layers = policies.layers(kind);
                    let knows = !policies.is_unspecified(PolicyKind::Identity);
                    let account = documents.account.as_deref();
                    self.of_principal(name, resource, account, layers, &|_| true, knows)?;
                }
                if self.count() > before {
                    self.callers.push(name.clone());
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
        if !self.may_ask((None, resource), policies.iter().copied()) {
            return Ok(());
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
            let query = Query { actions: actions.to_vec(), context, ..query.clone() };
            query.anybody(policies.clone(), &|| self.cost())
        };
        let expectation = self.expectation;
        let answers = with_their_keys(&expectation.actions, &expectation.keys, &[], &question);
        let layers = Layers { resource: Layer::Policies(policies), ..Layers::default() };
        self.judge((None, resource), &answers, Basis::Given, &layers, &[]);
        Ok(())
    }
}
