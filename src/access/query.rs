//! A question of a person about many requests, and the answer to it.

use super::basis::Basis;
use super::principal::Principal;
use crate::authz::{ContextValue, Layer, Layers};
use crate::model::{Policy, beyond_limits};
use crate::simulate::LineError;
use crate::symbolic::{Answered, Granted, Question, Together, Who, can_within, together};

/// The budget of each question.
pub(crate) type OfEach<'a> = &'a dyn Fn() -> Together;

/// A question about many requests.
#[derive(Clone, Debug, Default)]
pub struct Query {
    pub(crate) principal: Option<String>,
    pub(crate) session_issuer: Option<String>,
    pub(crate) actions: Vec<String>,
    pub(crate) resources: Vec<String>,
    pub(crate) account: Option<String>,
    pub(crate) context: Vec<(String, Option<ContextValue>)>,
    pub(crate) knows_identity: bool,
}

impl Query {
    /// Asks about these actions on these resources; `*` and `?` mean any of them.
    pub fn new(actions: &[&str], resources: &[&str]) -> Query {
        let [actions, resources] =
            [actions, resources].map(|list| list.iter().map(|text| (*text).to_owned()).collect());
        Query { actions, resources, ..Query::default() }
    }

    /// Who asks; without it one policy is asked by itself, whoever it is. The ARN of a role means
    /// all of its sessions.
    #[must_use]
    pub fn principal(mut self, principal: &str) -> Query {
        self.principal = Some(principal.to_owned());
        self
    }

    /// Who made the session. Without it the answer is unknown where it depends on that.
    #[must_use]
    pub fn session_issuer(mut self, arn: &str) -> Query {
        self.session_issuer = Some(arn.to_owned());
        self
    }

    /// The account that owns the resources; by default that of the principal.
    #[must_use]
    pub fn account(mut self, account: &str) -> Query {
        self.account = Some(account.to_owned());
        self
    }

    /// Says the value of a condition key. A key that is not mentioned may have any value.
    #[must_use]
    pub fn with(mut self, key: &str, value: &str) -> Query {
        self.set(key, Some(ContextValue::One(value.to_owned())));
        self
    }

    /// Says that a condition key is absent.
    #[must_use]
    pub fn without(mut self, key: &str) -> Query {
        self.set(key, None);
        self
    }

    fn set(&mut self, key: &str, value: Option<ContextValue>) {
        let key = key.to_lowercase();
        self.context.retain(|(known, _)| *known != key);
        self.context.push((key, value));
    }

    /// Says that the principal has no identity policies besides those that are given. Otherwise,
    /// if none is given, the answer is unknown where they matter.
    #[must_use]
    pub fn without_identity_policies(mut self) -> Query {
        self.knows_identity = true;
        self
    }

    /// Who asks, if the parts of the question are well-formed.
    pub(crate) fn read(&self) -> Result<Option<Principal>, LineError> {
        let wrong = |path: &str, message: String| LineError { path: path.to_owned(), message };
        let issuer = self.session_issuer.as_deref();
        let principal = self.principal.as_deref().map(|text| Principal::read(text, issuer));
        let principal = principal.transpose()?;
        if let Some(text) = self.actions.iter().find(|text| {
            *text != "*" && (!text.contains(':') || text.contains(char::is_whitespace))
        }) {
            let message = "is no action; write `service:Name`, as in `s3:GetObject`";
            return Err(wrong("action", format!("`{text}` {message}")));
        }
        if let Some(text) =
            self.resources.iter().find(|text| *text != "*" && text.split(':').count() < 6)
        {
            let message = "is no resource; write an ARN, as in `arn:aws:s3:::bucket/*`, or `*`";
            return Err(wrong("resource", format!("`{text}` {message}")));
        }
        if let Some(why) = self.resources.iter().find_map(|text| beyond_limits(text)) {
            return Err(wrong("resource", why));
        }
        let is_account =
            |text: &String| text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
        if let Some(text) = self.account.as_ref().filter(|text| !is_account(text)) {
            let message = "is no account; an account number has twelve digits";
            return Err(wrong("account", format!("`{text}` {message}")));
        }
        Ok(principal)
    }

    /// What documents grant by themselves, whoever asks. `budget` says what a question may cost.
    pub(crate) fn anybody(&self, policies: Vec<&Policy>, budget: OfEach<'_>) -> Vec<Answered> {
        can_within(&self.question(None, Who::Anybody(policies)), &budget())
    }

    /// What is granted to whoever asks. Identity policies that are not given may grant: then the
    /// answer is known only where that makes no difference. `budget` says what each question may cost.
    pub(crate) fn principal_gets(
        &self,
        principal: &Principal,
        layers: &Layers<'_>,
        budget: OfEach<'_>,
    ) -> (Vec<Answered>, Basis) {
        let ask = |layers: &Layers<'_>| {
            principal.ask(layers, |caller| {
                let question = self.question(principal.account(), Who::Caller(caller, layers));
                can_within(&question, &budget())
            })
        };
        let answers = ask(layers);
        if !principal.has_identity_policies() || self.knows_identity {
            return (answers, Basis::Given);
        }
        let other = ask(&Layers { identity: Layer::Assumed, ..layers.clone() });
        if together(other.iter().map(|answer| answer.granted)) == Granted::None {
            return (other, Basis::AnyIdentityPolicies);
        }
        let unknown = |answer| Answered { granted: Granted::Unknown, ..answer };
        (answers.into_iter().map(unknown).collect(), Basis::NeedsIdentityPolicies)
    }

    fn question<'a>(&self, account: Option<&str>, who: Who<'a>) -> Question<'a> {
        Question {
            who,
            actions: self.actions.clone(),
            resources: self.resources.clone(),
            account: self.account.as_deref().or(account).map(str::to_owned),
            context: self.context.clone(),
        }
    }
}
