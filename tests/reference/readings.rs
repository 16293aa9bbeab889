//! What AWS's texts leave open, and how to try every reading of it.

use super::Decision;
use std::cell::RefCell;
use std::collections::BTreeSet;

/// A point that is marked open, contradictory or "treat as" in the fact sheets. Each is a yes or no question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Point {
    /// Do boundary and session policy limit what `*` in a resource policy gives? (C2, last row)
    StarIsLimited,
    /// Does `{"AWS": "*"}` mean anonymous callers too? (C6)
    AwsStarIsAnonymousToo,
    /// Does `*` mean AWS services too? (C6)
    StarIsServicesToo,
    /// Does the ARN of a user reach his federated sessions in another account's policy? (C3)
    UserIsHisSessionsAcrossAccounts,
    /// Does a Deny with NotPrincipal hit a caller who is listed only in part? (C7)
    PartlyListedIsDenied,
    /// Does an Allow with NotPrincipal still grant? (C7)
    NotPrincipalMayAllow,
    /// Does a key with an empty list of values hold? (B6)
    EmptyListHolds,
    /// Is it enough for a plain operator that one of several request values satisfies it? (D3)
    OneOfSeveralValuesIsEnough,
    /// Does `*` fit every ARN in an ARN operator? (D4)
    LoneStarFitsEveryArn,
    /// Are variables replaced in the values of Bool? (D1)
    BoolHasVariables,
    /// Does a condition with a value of the wrong type hold, in an Allow or in a Deny? AWS warns of it and stores it (B8).
    MistypedHoldsInAllow,
    MistypedHoldsInDeny,
    /// Is an empty text null for the operator Null? (D1)
    EmptyTextIsNull,
    /// Does a federated session ask in the console, where it may call IAM? (C5)
    RequestComesFromConsole,
    /// Does an anonymous caller show a token of the identity provider that the policy names? (C6)
    ShowsToken,
    /// Is the canonical id that of the caller's account? It cannot be told offline.
    CanonicalIdIsTheCallers,
    /// Are four digits in a date seconds instead of a year? (D4 has both forms)
    FourDigitsAreSeconds,
    /// Does an empty NotPrincipal name nobody instead of everybody? (B6 tells it of Principal only)
    EmptyNotPrincipalIsNobody,
    /// Does a star in a Resource run over the colons between the parts? (B5)
    StarRunsOverParts,
}

/// The answers to the points that were asked so far, in their order.
#[derive(Default)]
pub struct Reading(RefCell<Vec<(Point, bool)>>);

impl Reading {
    /// How this reading answers the point. What was not asked before is answered with no; `each` comes back for the yes.
    pub fn says(&self, point: Point) -> bool {
        let mut answers = self.0.borrow_mut();
        if let Some((_, answer)) = answers.iter().find(|(asked, _)| *asked == point) {
            return *answer;
        }
        answers.push((point, false));
        false
    }

    /// The next reading that differs: the last no becomes a yes, what was asked after it is asked anew.
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

/// The decisions of all readings.
pub fn each(decide: impl Fn(&Reading) -> Decision) -> BTreeSet<Decision> {
    let mut decisions = BTreeSet::new();
    let mut reading = Some(Reading::default());
    while let Some(current) = reading {
        decisions.insert(decide(&current));
        reading = current.next();
    }
    decisions
}
