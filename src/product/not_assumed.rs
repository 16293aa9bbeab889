//! Assumptions that a verdict may not depend on. With `--strict` these are all. Otherwise they are those that replace an
//! answer of AWS which could not be fetched.

use super::assumption::Assumption;
use super::catalogue::Catalogue;
use super::verdict::{Reason, ReasonKind, Verdict, reason};

/// A call of AWS that failed when the inputs were fetched.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FailedCall {
    /// The setting that its answer would give, as in `ica.toml`.
    pub setting: String,
    /// The call and its error.
    pub words: String,
}

/// What is not assumed.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct NotAssumed {
    /// Nothing is assumed.
    pub strict: bool,
    /// These are not, because a call failed: the call and its error.
    failed: Vec<(Assumption, String)>,
}

const STRICT_HELP: &str = "settle them, as the list of assumptions says";
const FAILED_HELP: &str =
    "fetch the inputs again with a profile that may make this call, or give what it would answer";

impl NotAssumed {
    /// Nothing if it is strict, else all but what these calls would say.
    pub(super) fn new(strict: bool, calls: &[FailedCall], catalogue: &Catalogue) -> NotAssumed {
        let about = |call: &FailedCall| {
            let rows = catalogue.assumptions.iter().filter(|row| row.is_about(&call.setting));
            rows.map(|row| (row.assumption(), call.words.clone())).collect::<Vec<_>>()
        };
        NotAssumed { strict, failed: calls.iter().flat_map(about).collect() }
    }

    /// Makes a verdict unknown that depends on what is not assumed.
    pub(super) fn apply(
        &self,
        assumes: &[Assumption],
        verdict: &mut Verdict,
        reasons: &mut Vec<Reason>,
    ) {
        if *verdict == Verdict::Unknown || assumes.is_empty() {
            return;
        }
        let missing = self.failed.iter().filter(|(missing, _)| assumes.contains(missing));
        let mut calls = missing.map(|(_, words)| words).collect::<Vec<_>>();
        // The assumptions of one call are neighbours.
        calls.dedup();
        let failed = calls.into_iter().map(|words| {
            (format!("the answer of a call that failed is not known: {words}"), FAILED_HELP)
        });
        let strict = self.strict.then(|| {
            let ids = assumes.iter().map(|assumption| assumption.id()).collect::<Vec<_>>();
            let ids = ids.join(", ");
            let message = format!(
                "with --strict a verdict may not depend on assumptions; this one depends on {ids}"
            );
            (message, STRICT_HELP)
        });
        for (message, help) in failed.chain(strict) {
            *verdict = Verdict::Unknown;
            reasons.push(reason(ReasonKind::Hidden, "", message, help));
        }
    }
}
