//! Assumptions that a verdict may not depend on. With `--strict` these are all. Otherwise they are those that replace an
//! answer of AWS which could not be fetched, or that an answer contradicts.

use super::assumption::{Assumption, AssumptionRow};
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
    /// These are not.
    open: Vec<Open>,
}

/// An assumption that is not made, and why.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Open {
    assumption: Assumption,
    /// Whether it is known to be false.
    is_false: bool,
    layer: &'static str,
    message: String,
    help: &'static str,
}

const STRICT_HELP: &str = "settle them, as the list of assumptions says";
const FAILED_HELP: &str =
    "fetch the inputs again with a profile that may make this call, or give what it would answer";
const BOUNDARY_HELP: &str =
    "give it with --boundary FILE; `aws iam get-policy` and `aws iam get-policy-version` print it";

impl NotAssumed {
    /// Nothing if it is strict, else all but what these calls would say.
    pub(super) fn new(strict: bool, calls: &[FailedCall], catalogue: &Catalogue) -> NotAssumed {
        let about = |call: &FailedCall| {
            let rows = catalogue.assumptions.iter().filter(|row| row.is_about(&call.setting));
            let open = |row: &AssumptionRow| Open {
                assumption: row.assumption(),
                is_false: false,
                layer: "",
                message: format!("the answer of a call that failed is not known: {}", call.words),
                help: FAILED_HELP,
            };
            rows.map(open).collect::<Vec<_>>()
        };
        NotAssumed { strict, open: calls.iter().flat_map(about).collect() }
    }

    /// An answer of AWS names the boundary of the caller, and nobody gave it.
    pub(super) fn lacks_boundary(&mut self, arn: &str) {
        self.open.push(Open {
            assumption: Assumption::NO_BOUNDARY,
            is_false: true,
            layer: "boundary",
            message: format!(
                "the caller has the permissions boundary `{arn}`, which was not given, so whether it allows this is not known"
            ),
            help: BOUNDARY_HELP,
        });
    }

    /// Makes a verdict unknown that depends on what is not assumed, and takes out what is known to be
    /// false.
    pub(super) fn apply(
        &self,
        assumes: &mut Vec<Assumption>,
        verdict: &mut Verdict,
        reasons: &mut Vec<Reason>,
    ) {
        if *verdict != Verdict::Unknown && !assumes.is_empty() {
            let mut found: Vec<Reason> = Vec::new();
            for open in self.open.iter().filter(|open| assumes.contains(&open.assumption)) {
                // Several assumptions may be about one call.
                if found.last().is_none_or(|last| last.message != open.message) {
                    let message = open.message.clone();
                    found.push(reason(ReasonKind::Hidden, open.layer, message, open.help));
                }
            }
            if self.strict {
                let ids = assumes.iter().map(|assumption| assumption.id()).collect::<Vec<_>>();
                let message = format!(
                    "with --strict a verdict may not depend on assumptions; this one depends on {}",
                    ids.join(", ")
                );
                found.push(reason(ReasonKind::Hidden, "", message, STRICT_HELP));
            }
            if !found.is_empty() {
                *verdict = Verdict::Unknown;
                reasons.extend(found);
            }
        }
        let is_false = |assumption: &Assumption| {
            self.open.iter().any(|open| open.is_false && open.assumption == *assumption)
        };
        assumes.retain(|assumption| !is_false(assumption));
    }
}
