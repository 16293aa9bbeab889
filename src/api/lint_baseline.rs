//! Findings that were there before: a list of fingerprints, which survive moved lines.

use crate::report::lint::Linted;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The name of the form of the file.
const SCHEMA: &str = "ica-policy/lint-baseline/v1";

/// Findings that are known, each with how often it is.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Baseline {
    schema: String,
    findings: BTreeMap<String, Known>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Known {
    rule: String,
    file: String,
    count: usize,
}

impl Baseline {
    /// The findings of these policies.
    pub(crate) fn of(policies: &[Linted]) -> Baseline {
        let mut findings = BTreeMap::new();
        for policy in policies {
            for found in &policy.findings {
                let rule = found.finding.code.id().to_owned();
                let known = Known { rule, file: policy.file.to_string(), count: 0 };
                findings.entry(found.fingerprint.clone()).or_insert(known).count += 1;
            }
        }
        Baseline { schema: SCHEMA.to_owned(), findings }
    }

    /// How many findings it has.
    pub(crate) fn number(&self) -> usize {
        self.findings.values().map(|known| known.count).sum()
    }

    /// Reads the text of a file.
    ///
    /// # Errors
    /// Why it is no baseline.
    pub(crate) fn read(text: &str) -> Result<Baseline, String> {
        let baseline = serde_json::from_str::<Baseline>(text).map_err(|error| error.to_string())?;
        if baseline.schema == SCHEMA { Ok(baseline) } else { Err(format!("it is not `{SCHEMA}`")) }
    }

    /// The text of a file.
    pub(crate) fn text(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }

    /// Hides what is known. What AWS would refuse is not hidden.
    pub(crate) fn hide(&self, policies: &mut [Linted]) -> usize {
        let mut left = self
            .findings
            .iter()
            .map(|(print, known)| (print.as_str(), known.count))
            .collect::<BTreeMap<_, _>>();
        let mut hidden = 0;
        for policy in policies {
            policy.findings.retain(|found| {
                let count = left.get_mut(found.fingerprint.as_str()).filter(|count| **count > 0);
                match count {
                    Some(count) if !found.finding.is_refusal() => {
                        *count -= 1;
                        hidden += 1;
                        false
                    }
                    _ => true,
                }
            });
        }
        hidden
    }
}
