//! The points that AWS's texts leave open, and how every reading of them is tried.

use super::Decision;
use std::cell::RefCell;
use std::collections::BTreeSet;

/// A point that AWS's texts leave open or contradict each other on. Each is a yes or no question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Point {
    /// Do boundary and session policy limit what `*` in a resource policy gives?
    /// (IAM:reference_policies_evaluation-logic_policy-eval-denyallow)
    StarIsLimited,
    /// Does a statement without resources count in favour of the request? (IAM:access_policies,
    /// IAM:access-analyzer-reference-policy-checks)
    ResourceMayBeMissing,
    /// Does a grant of the key let the caller retire it? A request does not show it.
    /// (KMS:grant-delete)
    GrantLetsRetire,
    /// Does `*` mean AWS services too? (IAM:reference_policies_elements_principal)
    StarIsServicesToo,
    /// Does the ARN of a user include its federated sessions in another account's policy?
    /// (IAM:reference_policies_evaluation-logic-cross-account)
    UserIsHisSessionsAcrossAccounts,
    /// Does a Deny with NotPrincipal hit a caller of whose names only some are listed?
    /// (IAM:reference_policies_elements_notprincipal)
    PartlyListedIsDenied,
    /// Does an Allow with NotPrincipal still grant? (IAM:reference_policies_elements_notprincipal)
    NotPrincipalMayAllow,
    /// Does a key with an empty list of values hold? (IAM:access-analyzer-reference-policy-checks)
    EmptyListHolds,
    /// Is it enough for a plain operator that one of several request values satisfies it?
    /// (IAM:access-analyzer-reference-policy-checks, "Missing qualifier")
    OneOfSeveralValuesIsEnough,
    /// Does `*` alone match every ARN in an ARN operator?
    /// (IAM:reference_policies_elements_condition_operators)
    LoneStarFitsEveryArn,
    /// Are variables replaced in the values of Bool?
    /// (IAM:reference_policies_elements_condition_operators, IAM:reference_policies_variables)
    BoolHasVariables,
    /// Does a condition with a value of the wrong type hold, in an Allow or in a Deny? AWS warns of
    /// such values and stores them (IAM:access-analyzer-reference-policy-checks).
    MistypedHoldsInAllow,
    MistypedHoldsInDeny,
    /// Is an empty text null for the operator Null? (IAM:reference_policies_elements_condition)
    EmptyTextIsNull,
    /// Does a federated session make its request in the console, where it may call IAM?
    /// (IAM:id_credentials_temp_request)
    RequestComesFromConsole,
    /// Does an anonymous caller show a token of the identity provider that the policy names?
    ShowsToken,
    /// Is the canonical id that of the caller's account? That cannot be known offline.
    CanonicalIdIsTheCallers,
    /// Are four digits in a date seconds instead of a year? The page has both forms
    /// (IAM:reference_policies_elements_condition_operators).
    FourDigitsAreSeconds,
    /// Does an empty NotPrincipal name nobody instead of everybody? AWS answers this only for
    /// Principal (IAM:access-analyzer-reference-policy-checks, "Empty array principal").
    EmptyNotPrincipalIsNobody,
    /// Is a short ARN completed in policies that are not identity-based, too? (IAM:reference-arns)
    ShortArnIsCompleted,
    /// Is the VPC endpoint a gateway, whose policy names callers by `*` only? (VPC:vpc-endpoints-access)
    EndpointIsGateway,
    /// Can the policy of a gateway endpoint not name callers by ARN? No page says it.
    GatewayTakesNoArns,
    /// Can these temporary credentials of a user call IAM and STS? The pages differ on the keys of
    /// GetSessionToken, and the console can (IAM:id_credentials_sts-comparison).
    SessionMayCall,
    /// Does the task policy of a session of AssumeRoot allow the action? (STS:API_AssumeRoot)
    TaskPolicyAllows,
    /// Does ForAnyValue with IfExists hold for an absent key? No page speaks of the two together
    /// (IAM:reference_policies_condition-single-vs-multi-valued-context-keys).
    AnyOfNoneIsEnoughIfExists,
    /// Does ForAllValues with a negated operator not match an absent key? A table says so, the
    /// definition does not (IAM:reference_policies_elements_condition_operators).
    NegatedSetNeedsTheKey,
    /// Does a variable without a value spoil its whole statement? The note on top of
    /// IAM:reference_policies_variables says so, the section on missing values speaks of one comparison.
    VariableSpoilsStatement,
    /// Has an address of IPv6 without a length the length 32?
    /// (IAM:reference_policies_elements_condition_operators)
    AddressHasLength32,
    /// Does the service take requests without a signature? Pages name four.
    /// (IAM:reference_policies_variables, LAMBDA:urls-auth)
    ServiceTakesUnsigned,
    /// Does a wildcard in the service of a Resource match anything?
    /// (IAM:reference_policies_elements_resource, IAM:access-analyzer-reference-policy-checks)
    ServiceMayHaveWildcards,
    /// Are the policies of the caller and his account asked about the bucket behind an access point,
    /// too? Endpoint policies are (S3:access-points-vpc), an example names the access point only
    /// (S3:olap-policies), and AWS's managed policies name both (AWSPanoramaApplianceServiceRolePolicy).
    CallersPoliciesSeeBucket,
    /// Does `aws:ResourceAccount` hold the owner of the bucket, for the policies that are not the
    /// bucket's? The access point may have another owner (IAM:reference_policies_condition-keys).
    BucketsOwnerIsShown,
    /// Must the bucket's policy authorize requests from an access point of another account, also
    /// those of the bucket's own account? (S3:access-points-policies, "cross-account access points")
    StrangePointNeedsBucketPolicy,
    /// Is a grant in the policy of an access point the word of its account, so that a caller of that
    /// account gets into another account's bucket without an identity policy?
    /// (S3:access-points-policies, example 7; IAM:reference_policies_evaluation-logic-cross-account)
    AccessPointSpeaksForItsAccount,
    /// Must each of the policies allow a request through a Multi-Region Access Point, even in one
    /// account? (S3:MultiRegionAccessPointPermissions;
    /// IAM:reference_policies_evaluation-logic_policy-eval-denyallow)
    MultiRegionAsksEveryPolicy,
    /// Do Multi-Region Access Points take requests without a signature?
    /// (S3:access-points-restrictions-limitations, S3:MultiRegionAccessPointsPrivateLink)
    MultiRegionTakesUnsigned,
}

/// The answers to the points that were asked so far, in their order.
#[derive(Default)]
pub struct Reading(RefCell<Vec<(Point, bool)>>);

impl Reading {
    /// How this reading answers the point. A point that was not asked before is answered with no;
    /// `each` returns to it for the yes.
    pub fn says(&self, point: Point) -> bool {
        let mut answers = self.0.borrow_mut();
        if let Some((_, answer)) = answers.iter().find(|(asked, _)| *asked == point) {
            return *answer;
        }
        answers.push((point, false));
        false
    }

    /// The next reading that differs: the last no becomes a yes, and the points asked after it are
    /// asked anew.
    fn next(self) -> Option<Reading> {
        let mut answers = self.0.into_inner();
        while let Some((point, answer)) = answers.pop() {
            if !answer {
                answers.push((point, true));
                return Some(Reading(RefCell::new(answers)));
            }
        }
        None
    }
}

/// The decisions under all readings.
pub fn each(decide: impl Fn(&Reading) -> Decision) -> BTreeSet<Decision> {
    let mut decisions = BTreeSet::new();
    let mut reading = Some(Reading::default());
    while let Some(current) = reading {
        decisions.insert(decide(&current));
        reading = current.next();
    }
    decisions
}
