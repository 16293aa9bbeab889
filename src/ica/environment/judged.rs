//! What a check of the bucket's settings found.

use crate::ica::assumption::Assumption;
use crate::ica::catalogue::Level;
use crate::ica::verdict::{Reason, Verdict};

/// What a check found.
pub(in crate::ica) struct Judged {
    /// Its name in reports and in the catalogue.
    pub check: &'static str,
    /// What the step is called.
    pub words: &'static str,
    /// What the step is about.
    pub resource: String,
    pub level: Level,
    pub verdict: Verdict,
    /// Assumptions whose failure would change the verdict.
    pub assumes: Vec<Assumption>,
    pub reasons: Vec<Reason>,
}

impl Judged {
    pub(super) fn new(
        check: &'static str,
        words: &'static str,
        resource: impl Into<String>,
    ) -> Judged {
        let (level, verdict) = (Level::Required, Verdict::Allowed);
        Judged {
            check,
            words,
            resource: resource.into(),
            level,
            verdict,
            assumes: Vec::new(),
            reasons: Vec::new(),
        }
    }

    /// With a verdict and the reason for it; the worst of several counts.
    pub(super) fn because(mut self, verdict: Verdict, reason: Reason) -> Judged {
        self.verdict = self.verdict.max(verdict);
        self.reasons.push(reason);
        self
    }

    pub(super) fn assuming(mut self, assumption: Assumption) -> Judged {
        self.assumes.push(assumption);
        self
    }

    pub(super) fn advised(mut self) -> Judged {
        self.level = Level::Advised;
        self
    }
}
