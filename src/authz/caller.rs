//! Who signs a request. Source: IAM:reference_policies_variables, "principal key values" (docs/sources.md, C5, C6).

use super::Provider;
use crate::aws::is_account_number;
use crate::model::{Arn, ArnError, PolicyKind};

/// The caller of a request.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Caller {
    /// The root user of an account.
    Root {
        /// `aws`, `aws-cn`, ..
        partition: String,
        /// Twelve digits.
        account: String,
    },
    /// An IAM user: with its long-term key or, where the context has `aws:TokenIssueTime` or `aws:MultiFactorAuthPresent`, with temporary
    /// credentials of its own, as GetSessionToken and the console make them (IAM:reference_policies_condition-keys).
    User {
        /// With its path.
        arn: Arn,
    },
    /// A session made by GetFederationToken. Its name was chosen by whoever made it; it says nothing about the user.
    FederatedSession {
        /// `arn:aws:sts::ACCOUNT:federated-user/NAME`.
        arn: Arn,
        /// The user (or root user) who made it, if known.
        issuer: Option<Box<Caller>>,
    },
    /// A session of a role.
    RoleSession {
        /// `arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION`; it has no path.
        arn: Arn,
        /// The role with its path, if known.
        role: Option<Arn>,
    },
    /// Whoever shows a token of an identity provider. It signs nothing, and the token is good for one operation of STS only.
    WebIdentity {
        /// The provider, as trust policies name it.
        provider: Provider,
    },
    /// An AWS service that acts for itself.
    Service {
        /// Such as `logging.s3.amazonaws.com`.
        name: String,
    },
    /// Nobody signed.
    Anonymous,
}

/// The kinds of [`Caller`], for tables.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum CallerKind {
    /// [`Caller::Root`]
    Root,
    /// [`Caller::User`]
    User,
    /// [`Caller::FederatedSession`]
    FederatedSession,
    /// [`Caller::RoleSession`]
    RoleSession,
    /// [`Caller::WebIdentity`]
    WebIdentity,
    /// [`Caller::Service`]
    Service,
    /// [`Caller::Anonymous`]
    Anonymous,
}

impl CallerKind {
    /// Whether some callers of the kind can have policies of this kind: see [`Caller::may_have`].
    pub fn may_have(self, kind: PolicyKind) -> bool {
        let is_session = matches!(self, CallerKind::FederatedSession | CallerKind::RoleSession);
        match kind {
            PolicyKind::Identity | PolicyKind::Boundary => is_session || self == CallerKind::User,
            PolicyKind::Session => is_session,
            _ => true,
        }
    }

    /// All kinds, in the order of their declaration.
    pub const ALL: [CallerKind; 7] = [
        CallerKind::Root,
        CallerKind::User,
        CallerKind::FederatedSession,
        CallerKind::RoleSession,
        CallerKind::WebIdentity,
        CallerKind::Service,
        CallerKind::Anonymous,
    ];

    /// The word for it in tables.
    pub fn word(self) -> &'static str {
        match self {
            CallerKind::Root => "root",
            CallerKind::User => "user",
            CallerKind::FederatedSession => "federated-session",
            CallerKind::RoleSession => "role-session",
            CallerKind::WebIdentity => "identity-provider",
            CallerKind::Service => "service",
            CallerKind::Anonymous => "anonymous",
        }
    }

    /// The kind in a sentence: "an IAM user has no such key".
    pub fn phrase(self) -> &'static str {
        match self {
            CallerKind::Root => "a root user",
            CallerKind::User => "an IAM user",
            CallerKind::FederatedSession => "a federated session",
            CallerKind::RoleSession => "a role session",
            CallerKind::WebIdentity => "whoever shows a token",
            CallerKind::Service => "a service",
            CallerKind::Anonymous => "an anonymous caller",
        }
    }
}

/// Why a text names no caller.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum CallerError {
    /// It is no ARN.
    #[error("`{0}` is no caller: {1}")]
    Arn(String, ArnError),
    /// It is the ARN of something else.
    #[error(
        "`{0}` is no caller: it must be a user, a session of a role, a federated user, the root user of an account, a service, an identity provider or `*`"
    )]
    Kind(String),
    /// It is the ARN of a role, and requests are signed by sessions.
    #[error(
        "`{role}` is a role, and a session of it signs a request: write `{session}` (with the name of the session), and the role as issuer of the session"
    )]
    Role {
        /// The role.
        role: String,
        /// What the ARN of a session of it looks like.
        session: String,
    },
    /// The issuer does not fit the session.
    #[error("`{issuer}` cannot have made the session `{session}`: {why}")]
    Issuer {
        /// The issuer as given.
        issuer: String,
        /// The session.
        session: String,
        /// What does not fit.
        why: &'static str,
    },
}

impl Caller {
    /// Reads an ARN, twelve digits (the root user), a service name or `*` (anonymous). `issuer` is the user who made a federated
    /// session, or the role of a role session.
    ///
    /// # Errors
    /// [`CallerError`] when it is none of these or the issuer does not fit.
    ///
    /// ```
    /// use ica_policy::authz::Caller;
    /// let session = "arn:aws:sts::111122223333:federated-user/ica";
    /// let caller = Caller::parse(session, Some("arn:aws:iam::111122223333:user/lab/ica")).unwrap();
    /// assert_eq!(caller.principal_arn().as_deref(), Some(session));
    /// assert!(Caller::parse(session, Some("arn:aws:iam::444455556666:user/ica")).is_err());
    /// ```
    pub fn parse(text: &str, issuer: Option<&str>) -> Result<Caller, CallerError> {
        if text == "*" {
            return Ok(Caller::Anonymous);
        }
        if is_account_number(text) {
            return Ok(Caller::Root { partition: "aws".to_owned(), account: text.to_owned() });
        }
        if let Some(provider) = Provider::built_in(text) {
            return Ok(Caller::WebIdentity { provider });
        }
        if !text.starts_with("arn:") && text.contains('.') && !text.contains([':', '/', '*']) {
            return Ok(Caller::Service { name: text.to_ascii_lowercase() });
        }
        let arn = Arn::parse(text).map_err(|error| CallerError::Arn(text.to_owned(), error))?;
        Caller::from_arn(arn, issuer)
    }

    fn from_arn(arn: Arn, issuer: Option<&str>) -> Result<Caller, CallerError> {
        let other = || CallerError::Kind(arn.as_str().to_owned());
        if !is_account_number(arn.account()) || arn.as_str().contains(['*', '?']) {
            return Err(other());
        }
        let (kind, name) = arn.resource().split_once('/').unwrap_or((arn.resource(), ""));
        // The name of a session has no slash (STS:API_AssumeRole, STS:API_GetFederationToken), and the
        // ARN of a session has the name of its role without the path.
        let is_name = |name: &str| !name.is_empty() && !name.contains('/');
        match (arn.service(), kind) {
            ("iam", "root") if name.is_empty() => Ok(Caller::Root {
                partition: arn.partition().to_owned(),
                account: arn.account().to_owned(),
            }),
            ("iam", "user") if !name.is_empty() => Ok(Caller::User { arn }),
            ("iam", "role") if !name.is_empty() => {
                let (partition, account) = (arn.partition(), arn.account());
                let role = name.rsplit('/').next().unwrap_or_default();
                let session = format!("arn:{partition}:sts::{account}:assumed-role/{role}/SESSION");
                Err(CallerError::Role { role: arn.as_str().to_owned(), session })
            }
            ("sts", "federated-user") if is_name(name) => {
                let issuer = issuer.map(|issuer| federated_issuer(&arn, issuer)).transpose()?;
                Ok(Caller::FederatedSession { arn, issuer: issuer.map(Box::new) })
            }
            ("sts", "assumed-role")
                if name
                    .split_once('/')
                    .is_some_and(|(role, session)| is_name(role) && is_name(session)) =>
            {
                let role = issuer.map(|issuer| session_role(&arn, issuer)).transpose()?;
                Ok(Caller::RoleSession { arn, role })
            }
            ("iam", "oidc-provider") if !name.is_empty() => {
                Ok(Caller::WebIdentity { provider: Provider::Oidc(arn) })
            }
            ("iam", "saml-provider") if !name.is_empty() => {
                Ok(Caller::WebIdentity { provider: Provider::Saml(arn) })
            }
            _ => Err(other()),
        }
    }

    /// Which kind it is.
    pub fn kind(&self) -> CallerKind {
        match self {
            Caller::Root { .. } => CallerKind::Root,
            Caller::User { .. } => CallerKind::User,
            Caller::FederatedSession { .. } => CallerKind::FederatedSession,
            Caller::RoleSession { .. } => CallerKind::RoleSession,
            Caller::WebIdentity { .. } => CallerKind::WebIdentity,
            Caller::Service { .. } => CallerKind::Service,
            Caller::Anonymous => CallerKind::Anonymous,
        }
    }

    /// The partition of the caller, if it has one.
    pub fn partition(&self) -> Option<&str> {
        match self {
            Caller::Root { partition, .. } => Some(partition),
            Caller::User { arn }
            | Caller::FederatedSession { arn, .. }
            | Caller::RoleSession { arn, .. } => Some(arn.partition()),
            Caller::WebIdentity { provider } => provider.partition(),
            Caller::Service { .. } | Caller::Anonymous => None,
        }
    }

    /// The account of the caller, if it has one.
    pub fn account(&self) -> Option<&str> {
        match self {
            Caller::Root { account, .. } => Some(account),
            Caller::User { arn }
            | Caller::FederatedSession { arn, .. }
            | Caller::RoleSession { arn, .. } => Some(arn.account()),
            // The account in the ARN is that of the provider, nobody of it signs.
            Caller::WebIdentity { .. } | Caller::Service { .. } | Caller::Anonymous => None,
        }
    }

    /// The value of `aws:PrincipalArn`: for a role session the role, never the session; `None` where it is absent or unknown.
    pub fn principal_arn(&self) -> Option<String> {
        match self {
            Caller::Root { partition, account } => {
                Some(format!("arn:{partition}:iam::{account}:root"))
            }
            Caller::User { arn } | Caller::FederatedSession { arn, .. } => {
                Some(arn.as_str().to_owned())
            }
            Caller::RoleSession { role, .. } => role.as_ref().map(|role| role.as_str().to_owned()),
            Caller::WebIdentity { .. } | Caller::Service { .. } | Caller::Anonymous => None,
        }
    }

    /// Whether it is a session of a service-linked role: such roles have a path of their own (IAM:using-service-linked-roles).
    pub fn is_service_linked(&self) -> bool {
        matches!(self, Caller::RoleSession { role: Some(role), .. } if role.resource().starts_with("role/aws-service-role/"))
    }

    /// Whether such a caller can have policies of this kind. The root user and its sessions have no
    /// identity policies and no boundary (IAM:access_policies); who is no identity has neither; a
    /// session policy is passed when a session of a role or a federated session is made.
    pub fn may_have(&self, kind: PolicyKind) -> bool {
        let is_of_root = matches!(self, Caller::FederatedSession { issuer: Some(issuer), .. }
            if matches!(**issuer, Caller::Root { .. }));
        let is_own = matches!(kind, PolicyKind::Identity | PolicyKind::Boundary);
        self.kind().may_have(kind) && !(is_own && is_of_root)
    }

    /// Whether it is a session whose user or role is not known.
    pub fn lacks_issuer(&self) -> bool {
        matches!(
            self,
            Caller::FederatedSession { issuer: None, .. } | Caller::RoleSession { role: None, .. }
        )
    }
}

fn federated_issuer(session: &Arn, issuer: &str) -> Result<Caller, CallerError> {
    let wrong = |why| CallerError::Issuer {
        issuer: issuer.to_owned(),
        session: session.as_str().to_owned(),
        why,
    };
    let only = "only an IAM user or the root user can call GetFederationToken";
    let caller = match Caller::parse(issuer, None) {
        Err(CallerError::Role { .. }) => return Err(wrong(only)),
        caller => caller?,
    };
    if !matches!(caller, Caller::User { .. } | Caller::Root { .. }) {
        return Err(wrong(only));
    }
    if caller.account() != Some(session.account()) {
        return Err(wrong("a federated session belongs to the account of its user"));
    }
    Ok(caller)
}

fn session_role(session: &Arn, issuer: &str) -> Result<Arn, CallerError> {
    let wrong = |why| CallerError::Issuer {
        issuer: issuer.to_owned(),
        session: session.as_str().to_owned(),
        why,
    };
    let role = Arn::parse(issuer).map_err(|error| CallerError::Arn(issuer.to_owned(), error))?;
    if role.service() != "iam" || !role.resource().starts_with("role/") {
        return Err(wrong("the issuer of a role session is the ARN of the role"));
    }
    if role.account() != session.account() {
        return Err(wrong("the role belongs to another account"));
    }
    let name = role.resource().rsplit('/').next();
    if name != session.resource().split('/').nth(1) {
        return Err(wrong("the role has another name"));
    }
    Ok(role)
}
