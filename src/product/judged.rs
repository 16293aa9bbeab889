//! The result of a check of the bucket's settings.

use super::assumption::Assumption;
use super::caller::CallerId;
use super::catalogue::{Catalogue, Level, Operation};
use super::not_assumed::NotAssumed;
use super::verdict::{EnvironmentReport, Reason, StepReport, Verdict, Witness};

/// The operations that a check affects.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Hits {
    /// Those whose row of the catalogue names the check.
    Listed,
    /// Those with a step that a KMS key could stop. Writes with the product's header are excluded if the header decides the encryption.
    KeySteps {
        /// Whether that is so.
        header_decides: bool,
    },
    /// Those on the bucket by callers of another account: the vendor's role, and perhaps the customer's callers.
    OtherAccounts {
        /// Whether those too.
        customer: bool,
    },
}

/// The result of a check.
#[derive(Clone, PartialEq, Debug)]
pub struct Judged {
    /// Its name in reports and in the catalogue.
    pub check: &'static str,
    /// The name of the step.
    pub words: &'static str,
    /// What the step is about.
    pub resource: String,
    hits: Hits,
    /// How important it is.
    pub level: Level,
    /// The worst that was found.
    pub verdict: Verdict,
    /// Assumptions whose failure would change the verdict.
    pub assumes: Vec<Assumption>,
    /// Why it is not allowed.
    pub reasons: Vec<Reason>,
}

impl Judged {
    /// A required check with nothing found, of the operations that name it.
    pub fn new(check: &'static str, words: &'static str, resource: impl Into<String>) -> Judged {
        let (level, verdict) = (Level::Required, Verdict::Allowed);
        Judged {
            check,
            words,
            resource: resource.into(),
            hits: Hits::Listed,
            level,
            verdict,
            assumes: Vec::new(),
            reasons: Vec::new(),
        }
    }

    /// Adds a verdict and its reason; the worst of several counts.
    pub fn because(mut self, verdict: Verdict, reason: Reason) -> Judged {
        self.verdict = self.verdict.max(verdict);
        self.reasons.push(reason);
        self
    }

    /// Adds an assumption whose failure would change the verdict.
    pub fn assuming(mut self, assumption: Assumption) -> Judged {
        self.assumes.push(assumption);
        self
    }

    /// Changes the operations that it affects.
    pub fn hitting(mut self, hits: Hits) -> Judged {
        self.hits = hits;
        self
    }

    /// Makes the verdict unknown if it depends on what is not assumed.
    pub(super) fn finished(mut self, not_assumed: &NotAssumed) -> Judged {
        not_assumed.apply(&mut self.assumes, &mut self.verdict, &mut self.reasons);
        self
    }

    /// Whether it affects an operation of a caller.
    pub(super) fn hits(
        &self,
        catalogue: &Catalogue,
        operation: &Operation,
        caller: CallerId,
    ) -> bool {
        let mut steps = operation.steps.iter();
        match self.hits {
            Hits::Listed => operation.environment.iter().any(|known| known == self.check),
            Hits::KeySteps { header_decides } => steps.any(|step| {
                step.assumes.contains(&Assumption::NO_KMS)
                    && !(header_decides && catalogue.sends_header(caller, step))
            }),
            Hits::OtherAccounts { customer } => {
                (customer || !caller.is_customers())
                    && steps.any(|step| step.resource.is_at_bucket())
            }
        }
    }

    /// The step in an operation that it affects.
    pub(super) fn step(&self) -> StepReport {
        StepReport {
            step: None,
            action: self.words.to_owned(),
            resource: self.resource.clone(),
            level: self.level,
            verdict: self.verdict,
            assumes: self.assumes.clone(),
            reasons: self.reasons.clone(),
            depends_on: Vec::new(),
            witness: Witness::default(),
        }
    }

    pub(super) fn report(self) -> EnvironmentReport {
        let Judged { check, level, verdict, assumes, reasons, .. } = self;
        EnvironmentReport { check, level, verdict, assumes, reasons }
    }

    /// Makes it advice.
    pub fn advised(mut self) -> Judged {
        self.level = Level::Advised;
        self
    }
}
