//! Identity providers whose tokens STS takes. Source: IAM:reference_policies_elements_principal,
//! "Web identity" and "SAML".

use crate::model::Arn;

/// An identity provider.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Provider {
    /// `arn:aws:iam::ACCOUNT:oidc-provider/HOST`.
    Oidc(Arn),
    /// `arn:aws:iam::ACCOUNT:saml-provider/NAME`.
    Saml(Arn),
    /// One that every account knows, by its host.
    BuiltIn(&'static str),
}

const BUILT_IN: [&str; 4] = [
    "cognito-identity.amazonaws.com",
    "www.amazon.com",
    "graph.facebook.com",
    "accounts.google.com",
];

impl Provider {
    /// The provider that every account knows under this host.
    pub fn built_in(host: &str) -> Option<Provider> {
        BUILT_IN.into_iter().find(|own| host.eq_ignore_ascii_case(own)).map(Provider::BuiltIn)
    }

    /// Its name in trust policies and in `aws:FederatedProvider`.
    pub fn as_str(&self) -> &str {
        match self {
            Provider::Oidc(arn) | Provider::Saml(arn) => arn.as_str(),
            Provider::BuiltIn(host) => host,
        }
    }

    /// The host before the claims of its tokens; tokens of SAML have none.
    pub fn host(&self) -> Option<&str> {
        match self {
            Provider::Oidc(arn) => arn.resource().split_once('/').map(|(_, host)| host),
            Provider::Saml(_) => None,
            Provider::BuiltIn(host) => Some(host),
        }
    }

    /// Its partition, if it has one.
    pub fn partition(&self) -> Option<&str> {
        match self {
            Provider::Oidc(arn) | Provider::Saml(arn) => Some(arn.partition()),
            Provider::BuiltIn(_) => None,
        }
    }

    /// The operation that takes its tokens, in lower case.
    pub fn operation(&self) -> &'static str {
        match self {
            Provider::Saml(_) => "sts:assumerolewithsaml",
            Provider::Oidc(_) | Provider::BuiltIn(_) => "sts:assumerolewithwebidentity",
        }
    }
}
