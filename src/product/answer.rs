//! The answer to a question, and what is not known.

use super::assumption::Assumption;
use super::verdict::{Verdict, Witness};
use crate::source::Span;
use crate::symbolic::Undecided;
use crate::why::{Cause, CauseKind};

/// Something that is not known, on which the verdict depends.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Unknown {
    /// A condition key.
    Key(String),
    /// The name of the session.
    SessionName,
    /// The identity policies.
    IdentityPolicies,
    /// The policy of the KMS key.
    KeyPolicy,
    /// The trust policy of the role.
    TrustPolicy,
    /// Whether the bucket has S3 Bucket Keys.
    BucketKeys,
    /// The id of AWS's own key.
    KeyId,
    /// The identity provider that is ICA's.
    Provider,
    /// The versioning state.
    Versioning,
    /// Which role is Illumina's.
    Role,
    /// Too many requests to try.
    Limit {
        /// How many.
        size: usize,
        /// The words that distinguish the most cases.
        span: Option<Span>,
    },
    /// Nothing is left of the budget of the run.
    Spent {
        /// The words that distinguish the most cases.
        span: Option<Span>,
    },
    /// The policies distinguish too many cases.
    TooHard(Undecided),
}

impl Unknown {
    /// Whether it is the resource's own policy, which was not given.
    pub(super) fn is_policy_of_target(&self) -> bool {
        matches!(self, Unknown::KeyPolicy | Unknown::TrustPolicy)
    }
}

/// The answer to a question.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Answer<'a> {
    pub verdict: Verdict,
    /// Why requests are not allowed; omitted if an assumption is taken as false.
    pub causes: Vec<Cause<'a>>,
    /// How many there are besides.
    pub more_causes: usize,
    pub unknowns: Vec<Unknown>,
    pub witness: Witness,
    /// Assumptions about condition keys that took part.
    pub assumes: Vec<Assumption>,
    /// Where some requests go through and others do not: what it takes, in words.
    pub depends_on: Vec<String>,
}

impl Answer<'_> {
    /// Whether a grant on the KMS key may change the verdict: it gives what policies do not, but takes back no Deny.
    pub(super) fn may_depend_on_grant(&self) -> bool {
        let is_denied = self.causes.iter().any(|cause| matches!(cause.kind, CauseKind::Deny(_)));
        self.verdict != Verdict::Allowed && !is_denied
    }

    pub(super) fn unknown(unknown: Unknown) -> Self {
        Answer {
            verdict: Verdict::Unknown,
            causes: Vec::new(),
            more_causes: 0,
            unknowns: vec![unknown],
            witness: Witness::default(),
            assumes: Vec::new(),
            depends_on: Vec::new(),
        }
    }
}
