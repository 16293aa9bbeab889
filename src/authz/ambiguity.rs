//! Where AWS's own pages leave the answer open. Each is evaluated both ways; if the decisions differ, the answer is undetermined.

use crate::model::Unsettled;

/// One of the two readings of an [`Ambiguity`].
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum Choice {
    /// The first reading.
    First,
    /// The second reading.
    Second,
}

/// A point that AWS leaves open.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Ambiguity {
    /// Words that AWS would refuse to store, or that are beyond a limit of ours.
    RefusedWords,
    /// A `*` grant in the resource policy, for a caller with a boundary or session policy that does not allow.
    EveryoneGrant,
    /// Across accounts: does naming the user reach its federated sessions?
    CrossAccountSession,
    /// A session whose user or role was not given.
    UnknownIssuer,
    /// `NotPrincipal` that lists only some of the names a caller goes by.
    NotPrincipalPartly,
    /// A resource ARN with fewer than six parts, in a policy that is not identity-based.
    ShortArn,
    /// A resource ARN with a wildcard in its service.
    ServiceWildcard,
    /// `*` alone as the value of an ARN operator.
    LoneStarArn,
    /// A condition key with an empty list of values, or a `Condition` without operators.
    EmptyValues,
    /// A key with several values under an operator without `ForAllValues` or `ForAnyValue`.
    SeveralValues,
    /// A KMS grant that the request does not show.
    Grant,
    /// `*` for a service that acts for itself.
    ServiceStar,
    /// An account named by its canonical id.
    CanonicalUser,
    /// An Allow with `NotPrincipal`.
    NotPrincipalAllow,
    /// A `NotPrincipal` that lists nobody.
    EmptyNotPrincipal,
    /// IAM asked by a federated session.
    ConsoleSession,
    /// An identity provider in a trust policy, for a caller who did not sign.
    WebIdentity,
    /// A principal other than `*` in the policy of an endpoint that may be a gateway.
    GatewayEndpoint,
    /// IAM or STS asked with the keys of GetSessionToken.
    SessionToken,
    /// The task policy of a session of AssumeRoot.
    TaskPolicy,
    /// `ForAnyValue` with `IfExists` and a key that is absent.
    AnyValueIfExists,
    /// `ForAllValues` with a negated operator and a key that is absent.
    AllValuesNegated,
    /// A policy variable whose key is absent, beside words that may still count.
    VariableWithoutValue,
    /// The empty text as the value of a key, for `Null`.
    EmptyText,
    /// An address of IPv6 without the length of its prefix.
    AddressWithoutLength,
    /// An unsigned request to a service. No page says that the service accepts unsigned requests.
    UnsignedRequest,
    /// Which ARN the policies of the caller must allow for a request through an access point.
    AccessPointPolicies,
    /// Whose account `aws:ResourceAccount` shows where access point and bucket have different owners.
    AccessPointOwner,
    /// A caller of the bucket's account at an access point of another account.
    AccessPointOfOther,
    /// A caller whose account owns the access point, and not the bucket.
    AccessPointGrant,
    /// Which policies must allow at a Multi-Region access point of the caller's account.
    MultiRegionPolicies,
    /// An unsigned request through a Multi-Region access point.
    AccessPointUnsigned,
    /// A request through an access point that does not say which bucket is behind it.
    UnknownBucket,
}

struct Entry {
    ambiguity: Ambiguity,
    id: &'static str,
    readings: [&'static str; 2],
    source: &'static str,
}

/// The table: what the readings are and which pages leave the point open.
const TABLE: [Entry; 33] = [
    Entry {
        ambiguity: Ambiguity::RefusedWords,
        id: "refused-words",
        readings: [
            "words that AWS would refuse, or that are too long to match, count against the request",
            "words that AWS would refuse, or that are too long to match, count in its favour",
        ],
        source: "no page says what AWS would do with a document that it does not store; lengths are a limit of ica-policy",
    },
    Entry {
        ambiguity: Ambiguity::EveryoneGrant,
        id: "everyone-grant",
        readings: [
            "a grant to `*` is limited by the permissions boundary and the session policy",
            "a grant to `*` is not limited by the permissions boundary and the session policy",
        ],
        source: "IAM user guide, reference_policies_evaluation-logic: tells it for users, sessions and roles that are named, not for `*`",
    },
    Entry {
        ambiguity: Ambiguity::CrossAccountSession,
        id: "cross-account-session",
        readings: [
            "across accounts, naming the user does not reach its federated sessions",
            "across accounts, naming the user reaches its federated sessions",
        ],
        source: "IAM user guide, reference_policies_evaluation-logic: 'within the same account' stands in each sentence",
    },
    Entry {
        ambiguity: Ambiguity::UnknownIssuer,
        id: "unknown-issuer",
        readings: [
            "the session was not made by whom the policy names",
            "the session was made by whom the policy names",
        ],
        source: "the request does not say who made the session",
    },
    Entry {
        ambiguity: Ambiguity::NotPrincipalPartly,
        id: "not-principal-partly",
        readings: [
            "a caller is excepted only if all its names (session, user or role, account) are listed",
            "one listed name of the caller is enough to except it",
        ],
        source: "IAM user guide, reference_policies_elements_notprincipal: 'might deny access'",
    },
    Entry {
        ambiguity: Ambiguity::ShortArn,
        id: "short-arn",
        readings: [
            "outside of identity-based policies, a resource ARN with fewer than six parts matches nothing",
            "a resource ARN with fewer than six parts is completed with `*` in every kind of policy",
        ],
        source: "IAM user guide, reference-arns: tells it for identity-based policies only",
    },
    Entry {
        ambiguity: Ambiguity::ServiceWildcard,
        id: "service-wildcard",
        readings: [
            "a resource ARN with a wildcard in its service matches nothing",
            "a wildcard in the service of a resource ARN matches as in its other parts",
        ],
        source: "IAM user guide, reference_policies_elements_resource forbids it, access-analyzer-reference-policy-checks advises against it",
    },
    Entry {
        ambiguity: Ambiguity::LoneStarArn,
        id: "lone-star-arn",
        readings: [
            "`*` alone as the value of an ARN operator has too few parts and matches nothing",
            "`*` alone as the value of an ARN operator matches every ARN",
        ],
        source: "IAM user guide, reference_policies_elements_condition_operators: ARN operators compare six parts",
    },
    Entry {
        ambiguity: Ambiguity::EmptyValues,
        id: "empty-values",
        readings: [
            "a condition without values never matches",
            "a condition without values has no effect",
        ],
        source: "IAM user guide, access-analyzer-reference-policy-checks: says both",
    },
    Entry {
        ambiguity: Ambiguity::SeveralValues,
        id: "several-values",
        readings: [
            "without ForAllValues or ForAnyValue a key with several values does not match",
            "without ForAllValues or ForAnyValue one value that matches is enough",
        ],
        source: "IAM user guide, access-analyzer-reference-policy-checks: missing qualifier",
    },
    Entry {
        ambiguity: Ambiguity::Grant,
        id: "kms-grant",
        readings: [
            "no grant of the key lets the caller retire it",
            "a grant of the key lets the caller retire it",
        ],
        source: "KMS developer guide, grant-delete: the grant says who may retire it, and a request does not show the grant",
    },
    Entry {
        ambiguity: Ambiguity::ServiceStar,
        id: "service-star",
        readings: [
            "`*` does not cover services that act for themselves",
            "`*` covers services that act for themselves",
        ],
        source: "IAM user guide, reference_policies_elements_principal: does not say it",
    },
    Entry {
        ambiguity: Ambiguity::CanonicalUser,
        id: "canonical-user",
        readings: [
            "the canonical id is not that of the caller's account",
            "the canonical id is that of the caller's account",
        ],
        source: "canonical ids cannot be turned into account numbers offline",
    },
    Entry {
        ambiguity: Ambiguity::NotPrincipalAllow,
        id: "not-principal-allow",
        readings: [
            "Allow with NotPrincipal grants nothing",
            "Allow with NotPrincipal grants to everybody who is not listed",
        ],
        source: "IAM user guide, reference_policies_elements_notprincipal: the page of 2023 and the newer one differ",
    },
    Entry {
        ambiguity: Ambiguity::EmptyNotPrincipal,
        id: "empty-not-principal",
        readings: [
            "an empty NotPrincipal excepts nobody, so the statement concerns everybody",
            "a statement with an empty NotPrincipal does nothing",
        ],
        source: "IAM user guide, access-analyzer-reference-policy-checks, empty array principal: tells it for Principal only",
    },
    Entry {
        ambiguity: Ambiguity::ConsoleSession,
        id: "console-session",
        readings: [
            "the request is a call of the API: a federated session cannot call IAM",
            "the request is made in the console, where a federated session can use IAM",
        ],
        source: "IAM user guide, id_credentials_temp_request: 'This limitation does not apply to console sessions'",
    },
    Entry {
        ambiguity: Ambiguity::WebIdentity,
        id: "web-identity",
        readings: [
            "the caller shows no token of the identity provider that the policy names",
            "the caller shows a token of the identity provider that the policy names",
        ],
        source: "a request cannot say whom an identity provider vouches for",
    },
    Entry {
        ambiguity: Ambiguity::GatewayEndpoint,
        id: "gateway-endpoint",
        readings: [
            "the policy of the VPC endpoint names callers as other policies do",
            "it is a gateway endpoint, whose policy names callers by `*` only; an account there is its root user",
        ],
        source: "AWS PrivateLink guide, vpc-endpoints-access: the principal of a gateway endpoint's policy must be `*`; it does not speak of ARNs. A request does not show the kind of the endpoint",
    },
    Entry {
        ambiguity: Ambiguity::SessionToken,
        id: "session-token",
        readings: [
            "these are keys of GetSessionToken, which cannot call this operation",
            "these credentials can call this operation",
        ],
        source: "IAM user guide, id_credentials_sts-comparison and id_credentials_temp_control-access_getsessiontoken: differ on IAM and STS; console sessions can call both",
    },
    Entry {
        ambiguity: Ambiguity::TaskPolicy,
        id: "task-policy",
        readings: [
            "the task policy of the AssumeRoot session does not allow the action",
            "the task policy of the AssumeRoot session allows the action",
        ],
        source: "STS API reference, API_AssumeRoot: a session has one of five policies of AWS, and a request does not show which",
    },
    Entry {
        ambiguity: Ambiguity::AnyValueIfExists,
        id: "any-value-if-exists",
        readings: [
            "ForAnyValue with IfExists does not match an absent key, as ForAnyValue alone",
            "ForAnyValue with IfExists matches an absent key, as IfExists alone",
        ],
        source: "IAM user guide, reference_policies_condition-single-vs-multi-valued-context-keys: no page speaks of the two together",
    },
    Entry {
        ambiguity: Ambiguity::AllValuesNegated,
        id: "all-values-negated",
        readings: [
            "ForAllValues with a negated operator holds for an absent key, as ForAllValues is defined",
            "ForAllValues with a negated operator does not match an absent key",
        ],
        source: "IAM user guide, reference_policies_elements_condition_operators: the definition, against the table on wildcard matching",
    },
    Entry {
        ambiguity: Ambiguity::VariableWithoutValue,
        id: "variable-without-value",
        readings: [
            "only the words with the variable that has no value match nothing",
            "a variable without a value makes the whole statement invalid",
        ],
        source: "IAM user guide, reference_policies_variables: the section on missing values, against the note at its beginning and reference_policies_elements_condition_operators",
    },
    Entry {
        ambiguity: Ambiguity::EmptyText,
        id: "empty-text",
        readings: ["the empty text is a value", "the empty text counts as null for `Null`"],
        source: "IAM user guide, reference_policies_elements_condition and reference_policies_elements_condition_operators: `Null` against 'keys with empty values', and the empty text as a value",
    },
    Entry {
        ambiguity: Ambiguity::AddressWithoutLength,
        id: "address-without-length",
        readings: [
            "an address of IPv6 without a length is that address alone",
            "an address of IPv6 without a length has the length /32",
        ],
        source: "IAM user guide, reference_policies_elements_condition_operators: 'the default is /32', with no word on IPv6",
    },
    Entry {
        ambiguity: Ambiguity::UnsignedRequest,
        id: "unsigned-request",
        readings: [
            "the service takes no requests without a signature",
            "the service takes requests without a signature",
        ],
        source: "IAM user guide, reference_policies_variables: names SQS, SNS and S3; Lambda developer guide, urls-auth: function URLs",
    },
    Entry {
        ambiguity: Ambiguity::AccessPointPolicies,
        id: "access-point-policies",
        readings: [
            "the policies of the caller are asked about the access point and about the bucket behind it",
            "the policies of the caller are asked about the access point only",
        ],
        source: "S3 user guide, access-points-policies: both the access point and the bucket must permit the request; the user's policy of olap-policies names the access point only, AWS's managed policies name both",
    },
    Entry {
        ambiguity: Ambiguity::AccessPointOwner,
        id: "access-point-owner",
        readings: [
            "`aws:ResourceAccount` is the account of the access point",
            "`aws:ResourceAccount` is the account of the bucket behind the access point",
        ],
        source: "S3 user guide, access-points-policies: does not say whose account the key shows where they differ",
    },
    Entry {
        ambiguity: Ambiguity::AccessPointOfOther,
        id: "access-point-of-other",
        readings: [
            "the bucket's policy must authorize an access point of another account for callers of the bucket's account as well",
            "at an access point of another account, the policies of callers of the bucket's account are enough for the bucket",
        ],
        source: "S3 user guide, access-points-policies: the bucket's owner must authorize requests from the access point of another account",
    },
    Entry {
        ambiguity: Ambiguity::AccessPointGrant,
        id: "access-point-grant",
        readings: [
            "the bucket is in another account, so the caller's own policies must allow the request",
            "the policy of the access point, which is of the caller's account, is enough for that account",
        ],
        source: "S3 user guide, access-points-policies, example 7: all access is left to the access point; IAM user guide, reference_policies_evaluation-logic-cross-account: both accounts must allow",
    },
    Entry {
        ambiguity: Ambiguity::MultiRegionPolicies,
        id: "multi-region-policies",
        readings: [
            "the policies of the Multi-Region access point, of the caller and of the bucket must all allow",
            "in one account, a policy of the caller or of the resource is enough at a Multi-Region access point as well",
        ],
        source: "S3 user guide, MultiRegionAccessPointPermissions: 'all of the following must permit the operation'; IAM user guide, reference_policies_evaluation-logic",
    },
    Entry {
        ambiguity: Ambiguity::AccessPointUnsigned,
        id: "access-point-unsigned",
        readings: [
            "Multi-Region access points take no requests without a signature",
            "Multi-Region access points take requests without a signature",
        ],
        source: "S3 user guide, access-points-restrictions-limitations: tells it of access points of one region",
    },
    Entry {
        ambiguity: Ambiguity::UnknownBucket,
        id: "unknown-bucket",
        readings: [
            "the bucket behind the access point does not allow the request",
            "the bucket behind the access point allows the request",
        ],
        source: "the request does not say which bucket is behind the access point; S3 user guide, access-points-policies: both must permit the request",
    },
];

impl Ambiguity {
    /// All of them.
    pub fn all() -> impl Iterator<Item = Ambiguity> {
        TABLE.iter().map(|entry| entry.ambiguity)
    }

    fn entry(self) -> &'static Entry {
        &TABLE[self as usize]
    }

    /// Stable name in kebab case.
    pub fn id(self) -> &'static str {
        self.entry().id
    }

    /// What a reading says.
    pub fn text(self, choice: Choice) -> &'static str {
        self.entry().readings[choice as usize]
    }

    /// The point about a resource that may match nothing.
    pub fn of_resource(unsettled: Unsettled) -> Ambiguity {
        match unsettled {
            Unsettled::ShortArn => Ambiguity::ShortArn,
            Unsettled::ServiceWildcard => Ambiguity::ServiceWildcard,
        }
    }

    /// Whether the request leaves it open, and not AWS's pages.
    pub fn is_of_request(self) -> bool {
        matches!(self, Ambiguity::UnknownIssuer | Ambiguity::UnknownBucket)
    }

    /// The pages that leave it open.
    pub fn source(self) -> &'static str {
        self.entry().source
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_the_order_of_the_enum() {
        for (number, entry) in TABLE.iter().enumerate() {
            assert_eq!(entry.ambiguity as usize, number, "{}", entry.id);
        }
    }
}
