//! A request as somebody writes it: texts to a [`Request`], and which of them is wrong.

use super::error::LineError;
use crate::authz::{Caller, CallerError, Context, Credentials, Endpoint, Request, RequestError};
use crate::model::PolicyKind;

/// Why something about the bucket behind an access point is refused.
pub(super) const NO_BUCKET: &str =
    "there is no `bucket`: name the bucket behind the access point that is the resource";

/// The parts of a request, as written.
#[derive(Clone, Debug)]
pub struct RequestText<'a> {
    /// Who asks.
    pub principal: &'a str,
    /// Who made the session.
    pub session_issuer: Option<&'a str>,
    /// What for.
    pub action: &'a str,
    /// On what.
    pub resource: &'a str,
    /// Who owns the resource.
    pub resource_account: Option<&'a str>,
    /// The condition keys.
    pub context: Context,
    /// What the caller signs with.
    pub credentials: Option<&'a str>,
    /// The kind of the VPC endpoint.
    pub endpoint: Option<&'a str>,
    /// The bucket behind the access point that the resource is.
    pub bucket: Option<&'a str>,
    /// Who owns that bucket.
    pub bucket_account: Option<&'a str>,
}

impl RequestText<'_> {
    /// Makes the request.
    ///
    /// # Errors
    /// [`LineError`] with the part that is wrong.
    pub fn read(self) -> Result<Request, LineError> {
        let caller = Caller::parse(self.principal, self.session_issuer)
            .map_err(|error| LineError::new(self.part_of_caller(&error), error.to_string()))?;
        if self.session_issuer.is_some()
            && !matches!(caller, Caller::FederatedSession { .. } | Caller::RoleSession { .. })
        {
            return Err(LineError::new("session_issuer", "only a session has an issuer"));
        }
        if self.bucket.is_none() && self.bucket_account.is_some() {
            return Err(LineError::new("bucket_account", NO_BUCKET));
        }
        let account = self.resource_account;
        let credentials = one_of("credentials", self.credentials, &Credentials::WORDS)?;
        let endpoint = one_of("endpoint", self.endpoint, &Endpoint::WORDS)?;
        let request = Request::new(caller, self.action, self.resource, account, self.context);
        let request =
            request.map(|request| Request { endpoint, ..request.signed_with(credentials) });
        let request = request.and_then(|request| request.check_given().map(|()| request));
        let request = request.and_then(|request| match self.bucket {
            Some(bucket) => request.through_access_point(bucket, self.bucket_account),
            None => Ok(request),
        });
        request
            .map_err(|error| LineError::new(&part_of_request(&error, account), error.to_string()))
    }

    /// An issuer that is no caller at all is blamed by its own text.
    fn part_of_caller(&self, error: &CallerError) -> &'static str {
        let wrong = match error {
            CallerError::Issuer { .. } => return "session_issuer",
            CallerError::Arn(text, _) | CallerError::Kind(text) => text.as_str(),
            CallerError::Role { role, .. } => role.as_str(),
        };
        if wrong != self.principal && self.session_issuer == Some(wrong) {
            "session_issuer"
        } else {
            "principal"
        }
    }
}

/// The value of a word, if one is given.
pub(super) fn one_of<T: Copy>(
    member: &str,
    word: Option<&str>,
    words: &[(&str, T)],
) -> Result<Option<T>, LineError> {
    let Some(word) = word else { return Ok(None) };
    let known = words.iter().find(|(known, _)| *known == word);
    known.map(|(_, value)| Some(*value)).ok_or_else(|| {
        let known = words.iter().map(|(known, _)| *known).collect::<Vec<_>>().join(", ");
        LineError::new(member, format!("`{word}` is none of {known}"))
    })
}

fn part_of_request(error: &RequestError, resource_account: Option<&str>) -> String {
    match error {
        RequestError::Action(_) => "action".to_owned(),
        RequestError::Resource(_) => "resource".to_owned(),
        RequestError::TooLong(name) if name == "resource" => name.clone(),
        RequestError::TooLong(key) => format!("context.{key}"),
        RequestError::Owner { .. } => "resource_account".to_owned(),
        RequestError::NoAccessPoint(_)
        | RequestError::AboutAccessPoint(_)
        | RequestError::NoBucket(_) => "bucket".to_owned(),
        RequestError::BucketAccount(_) => "bucket_account".to_owned(),
        RequestError::Account(_) if resource_account.is_some() => "resource_account".to_owned(),
        RequestError::Account(_) => "context".to_owned(),
        RequestError::Contradiction { key, .. } => format!("context.{key}"),
        RequestError::Impossible { key, .. } => format!("context.{key}"),
        RequestError::Credentials { .. } => "credentials".to_owned(),
        RequestError::LongTerm { key } => format!("context.{key}"),
    }
}

/// As what the resource's policy is read: keys and roles have rules of their own. The policy of a role
/// is its trust policy, whatever is asked of it.
pub fn resource_kind(request: &Request) -> PolicyKind {
    if request.action.starts_with("kms:") {
        return PolicyKind::KmsKey;
    }
    if request.is_about_role() { PolicyKind::Trust } else { PolicyKind::Resource }
}
