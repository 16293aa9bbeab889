//! Decides an expectation about a connection: for its callers, for everybody outside, and for anybody else by name.

use super::decide::{ALL, Deciding, OUTSIDERS, all_open, open};
use super::file::{Expected, Wrong};
use super::keys::with_their_keys;
use super::never::{Grants, Never, grants};
use super::outsiders::Outside;
use crate::access::{Basis, Principal};
use crate::authz::{Caller, Layer, LayerRow, Layers, Presence, presence_for};
use crate::model::PolicyKind;
use crate::product::setup::Setup;
use crate::product::{Aim, Assumption, CallerId, Credentials, account_of, way};
use crate::symbolic::{Granted, Question, Who, can_within};

impl<T> Deciding<'_, T> {
    pub(super) fn of_connection(&mut self, setup: &Setup) -> Result<(), Wrong> {
        let callers = self.expectation.callers.clone();
        let names = if callers.is_empty() { self.everybody()? } else { callers };
        for resource in self.expectation.resources.clone() {
            let aim = Aim::of(setup, &resource, &self.expectation.actions)
                .map_err(|message| self.wrong(message))?;
            for name in &names {
                let before = self.count();
                self.of_name(setup, name, (aim, &resource))?;
                if self.count() > before {
                    self.callers.push(name.clone());
                }
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
            return self.outside_of(setup, (aim, resource));
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
        if let Some((id, own)) = session(setup, name) {
            return self.of_caller(&own, id, (aim, resource));
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
        }
        // The endpoint's policy and the RCPs are those of the bucket.
        if !matches!(aim, Aim::Own(target) if target.is_at_bucket()) {
            layers.rcps.clear();
            layers.vpce = Layer::Absent;
        }
        // The policies of the connection's own user or role are those of nobody else.
        (layers.identity, layers.boundary, layers.session) =
            (Layer::Absent, Layer::Absent, Layer::Absent);
        let account = account_of(setup, aim);
        let own_account =
            |principal: &Principal| principal.account() == Some(setup.customer.account());
        self.of_principal(name, resource, account.as_deref(), layers, &own_account, false)
    }

    /// Everybody outside of the account that owns what is asked for.
    fn outside_of(&mut self, setup: &Setup, (aim, resource): (Aim, &str)) -> Result<(), Wrong> {
        let Some(kind) = aim.policy() else {
            // Where nobody is named, outsiders are among everybody.
            let is_named = self.expectation.callers.iter().any(|caller| caller == OUTSIDERS);
            let words = format!(
                "`{resource}` is nothing of the connection, so it is not known who is outside of its account"
            );
            return if is_named { Err(self.wrong(words)) } else { Ok(()) };
        };
        let is_open = kind != PolicyKind::Resource || setup.not_assumed.strict;
        if setup.policies.is_unspecified(kind) && is_open {
            let words = LayerRow::of(kind).words;
            self.not_known(Some(OUTSIDERS), resource, format!("the {words} is not given"));
            return Ok(());
        }
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
        Ok(())
    }

    /// One of the connection's callers.
    fn of_caller(
        &mut self,
        setup: &Setup,
        id: CallerId,
        (aim, resource): (Aim, &str),
    ) -> Result<(), Wrong> {
        let expectation = self.expectation;
        // The name of a session may be said by a key of its requests.
        let named = expectation.keys.iter().filter(|(key, _)| key == "aws:principalarn");
        let named = named.filter_map(|(_, value)| value.as_ref()?.as_slice().first());
        let named = named.filter_map(|arn| session(setup, arn)).find(|(other, _)| *other == id);
        let setup = named.as_ref().map_or(setup, |(_, own)| own);
        let way = match way(setup, id, (aim, resource), &expectation.keys, &expectation.any) {
            Ok(way) => way,
            Err(reason) => {
                self.not_known(Some(id.id()), resource, reason);
                return Ok(());
            }
        };
        if !self.may_ask((Some(id.id()), resource), way.layers.all()) {
            return Ok(());
        }
        let has_requests = |who: &Caller| {
            let mut absent = expectation.keys.iter().filter(|(_, value)| value.is_none());
            absent.all(|(key, _)| presence_for(key, who, None) != Presence::Always)
        };
        let mut callers = way.callers.clone();
        // Of a role whose sessions have no known name the policies say which differ.
        if let (Some(Caller::RoleSession { role: Some(role), .. }), None) =
            (callers.first(), &setup.session_name)
        {
            let all = Principal::read(role.as_str(), None);
            callers = all.map_err(|error| self.wrong(error.message))?.each(&way.layers);
        }
        callers.retain(has_requests);
        let never = Never::new(expectation, self.anything, &callers, aim.policy().is_some());
        let layers = never.layers(&way.layers, true, true);
        let is_own = |key: &str| expectation.keys.iter().any(|(own, _)| own == key);
        let assumed = way.context.iter().filter(|(key, _)| !is_own(key)).cloned();
        let assumed = assumed.collect::<Vec<_>>();
        let cost = || self.cost();
        let ask = |layers: &Layers<'_>, who: &Caller| {
            let question = |actions: &[String], context| {
                let question = Question {
                    who: Who::Caller(who, layers),
                    actions: actions.to_vec(),
                    resources: vec![resource.to_owned()],
                    account: way.account.clone(),
                    context,
                };
                can_within(&question, &cost())
            };
            with_their_keys(&expectation.actions, &expectation.keys, &assumed, &question)
        };
        let all = |layers: &Layers<'_>| {
            callers.iter().flat_map(|who| ask(layers, who)).collect::<Vec<_>>()
        };
        let mut answers =
            never.decided(all(&layers), || all(&never.layers(&way.layers, true, false)));
        let mut basis = Basis::Given;
        let not_given = way.not_given.filter(|_| expectation.expected != Expected::Never);
        if let Some(not_given) = not_given {
            open(&mut answers, not_given);
            basis = Basis::NeedsIdentityPolicies;
        }
        if let Some(first) = way.assumes.first().filter(|_| setup.not_assumed.strict) {
            open(&mut answers, &format!("it rests on the assumption `{}`", first.id()));
            // A bucket policy may allow, too.
            if way.assumes.contains(&Assumption::NO_BUCKET_POLICY) {
                all_open(&mut answers, "the bucket policy is not given");
            }
        }
        // Nothing is known of the policy of something that is not the connection's.
        let may_have_policy =
            matches!(aim, Aim::Other { .. }) && grants(&expectation.actions) != Grants::No;
        if may_have_policy && expectation.expected != Expected::Never {
            let named = Never::with_resource(self.anything, &callers);
            let could = all(&named.layers(&way.layers, false, true));
            if could.iter().any(|own| own.granted != Granted::None) {
                let reason = "is nothing of the connection, and its own policy is not given: it could allow or deny this";
                all_open(&mut answers, &format!("`{resource}` {reason}"));
            }
        }
        self.judge((Some(id.id()), resource), &answers, basis, &layers, &way.assumes);
        Ok(())
    }
}

/// The caller of a connection that has sessions of this ARN, and the connection with that session.
fn session(setup: &Setup, arn: &str) -> Option<(CallerId, Setup)> {
    let customer = setup.customer.arn();
    let (account, role) = (setup.customer.account(), customer.as_str().rsplit('/').next()?);
    let kind = |id: &CallerId| match id.credentials() {
        Credentials::FederationToken => Some(format!("arn:aws:sts::{account}:federated-user/")),
        Credentials::WebIdentityToken => {
            Some(format!("arn:aws:sts::{account}:assumed-role/{role}/"))
        }
        _ => None,
    };
    let mut own = setup.product.catalogue().callers().filter(|id| setup.customer.has(*id));
    own.find_map(|id| {
        let name = arn.strip_prefix(&kind(&id)?)?.to_owned();
        (!name.is_empty()).then(|| (id, Setup { session_name: Some(name), ..setup.clone() }))
    })
}
