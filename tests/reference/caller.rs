//! Who makes the request (IAM:reference_policies_elements_principal, IAM:reference_identifiers).

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Root,
    User,
    Federated,
    Role,
    Service,
    /// Shows a token of an identity provider and signs nothing.
    Token,
    Anonymous,
}

#[derive(Clone, Debug)]
pub struct Caller {
    pub kind: Kind,
    /// The ARN of user, root user or session; the name of a service; `*`.
    pub name: String,
    /// The account; services and anonymous callers have none.
    pub account: Option<String>,
    /// The user or root user who made the federated session, or the role of the session; `None` if
    /// the line does not say.
    pub issuer: Option<String>,
}

pub fn is_account(text: &str) -> bool {
    text.len() == 12 && text.chars().all(|c| c.is_ascii_digit())
}

/// The six parts of an ARN. The sixth takes the rest of the text (IAM:reference-arns).
pub fn arn_parts(text: &str) -> Option<Vec<&str>> {
    let parts = text.splitn(6, ':').collect::<Vec<_>>();
    (parts.len() == 6 && parts[0] == "arn").then_some(parts)
}

/// Reads `principal` and `session_issuer` of a line.
pub fn read(principal: &str, issuer: Option<&str>) -> Result<Caller, String> {
    let (kind, name, account) =
        identify(principal).ok_or_else(|| format!("`{principal}` is no caller"))?;
    // Twelve digits mean the root user here, as they do in `principal`.
    let issuer = issuer.map(|issuer| {
        if is_account(issuer) { format!("arn:aws:iam::{issuer}:root") } else { issuer.to_owned() }
    });
    if let Some(issuer) = &issuer {
        check_issuer(kind, &name, issuer)?;
    }
    Ok(Caller { kind, name, account, issuer })
}

fn identify(principal: &str) -> Option<(Kind, String, Option<String>)> {
    if principal == "*" {
        return Some((Kind::Anonymous, principal.to_owned(), None));
    }
    if is_account(principal) {
        return Some((
            Kind::Root,
            format!("arn:aws:iam::{principal}:root"),
            Some(principal.to_owned()),
        ));
    }
    if BUILT_IN_PROVIDERS.contains(&principal) {
        return Some((Kind::Token, principal.to_owned(), None));
    }
    if principal.ends_with(".amazonaws.com") || principal.ends_with(".amazonaws.com.cn") {
        return Some((Kind::Service, principal.to_owned(), None));
    }
    let parts = arn_parts(principal)?;
    let kind = match (parts[2], parts[5].split('/').collect::<Vec<_>>().as_slice()) {
        ("iam", ["root"]) => Kind::Root,
        ("iam", ["oidc-provider" | "saml-provider", name, ..]) if !name.is_empty() => {
            return Some((Kind::Token, principal.to_owned(), None));
        }
        ("iam", ["user", .., name]) if !name.is_empty() => Kind::User,
        ("sts", ["federated-user", name]) if !name.is_empty() => Kind::Federated,
        ("sts", ["assumed-role", role, session]) if !role.is_empty() && !session.is_empty() => {
            Kind::Role
        }
        _ => return None,
    };
    is_account(parts[4]).then(|| (kind, principal.to_owned(), Some(parts[4].to_owned())))
}

/// An issuer must be of the session's account and kind, and a role must have the name that the
/// session's ARN contains (IAM:reference_identifiers).
fn check_issuer(kind: Kind, session: &str, issuer: &str) -> Result<(), String> {
    let wrong = || format!("`{issuer}` did not make `{session}`");
    let (maker, made) =
        (arn_parts(issuer).ok_or_else(wrong)?, arn_parts(session).ok_or_else(wrong)?);
    let fits = match kind {
        // GetFederationToken is called by a user or the root user (STS:API_GetFederationToken).
        Kind::Federated => maker[5].starts_with("user/") || maker[5] == "root",
        Kind::Role => maker[5].starts_with("role/") && last(maker[5]) == made[5].split('/').nth(1),
        _ => false,
    };
    if fits && maker[2] == "iam" && maker[4] == made[4] { Ok(()) } else { Err(wrong()) }
}

fn last(path: &str) -> Option<&str> {
    path.rsplit('/').next()
}

/// Providers that every account knows (IAM:reference_policies_elements_principal).
const BUILT_IN_PROVIDERS: &[&str] = &[
    "cognito-identity.amazonaws.com",
    "www.amazon.com",
    "graph.facebook.com",
    "accounts.google.com",
];

impl Caller {
    /// The call that takes the token (IAM:id_roles_create_for-idp_saml).
    pub fn call_with_token(&self) -> &'static str {
        if self.name.contains(":saml-provider/") {
            "sts:assumerolewithsaml"
        } else {
            "sts:assumerolewithwebidentity"
        }
    }

    /// Access never crosses a partition (IAM:access_policies-cross-account-resource-access).
    pub fn partition(&self) -> Option<&str> {
        arn_parts(&self.name).map(|parts| parts[1])
    }

    pub fn is_session(&self) -> bool {
        matches!(self.kind, Kind::Federated | Kind::Role)
    }

    /// Users, and sessions of users and roles, have identity policies and perhaps a boundary. The
    /// root user, services and anonymous callers have none, whatever the line holds
    /// (IAM:access_policies, "Policies and the root user").
    pub fn has_policies(&self) -> bool {
        matches!(self.kind, Kind::User | Kind::Federated | Kind::Role) && !self.is_made_by_root()
    }

    pub fn is_made_by_root(&self) -> bool {
        self.kind == Kind::Federated
            && self.issuer.as_deref().is_some_and(|issuer| issuer.ends_with(":root"))
    }

    /// Such roles have a path of their own (IAM:using-service-linked-roles).
    pub fn is_service_linked(&self) -> bool {
        self.issuer.as_deref().is_some_and(|issuer| issuer.contains(":role/aws-service-role/"))
    }

    /// The last name in the ARN: of the user, of the federated session, of the role session.
    pub fn last_name(&self) -> &str {
        last(&self.name).unwrap_or_default()
    }

    /// The name of the role in the ARN of its session.
    pub fn role_name(&self) -> Option<&str> {
        self.name.split('/').nth(1)
    }
}
