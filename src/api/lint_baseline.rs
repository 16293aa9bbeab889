//! Findings that were there before: a list of fingerprints, which survive moved lines.

use crate::report::lint::Linted;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The name of the form of the file.
const SCHEMA: &str = "ica-policy/lint-baseline/v1";

/// Findings that are known: for each file the fingerprints, each with how often it is there.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Baseline {
    schema: String,
    findings: BTreeMap<String, BTreeMap<String, Known>>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Known {
    rule: String,
    count: usize,
}

impl Baseline {
    /// The findings of these policies.
    pub(crate) fn of(policies: &[Linted]) -> Baseline {
        let mut findings = BTreeMap::<String, BTreeMap<String, Known>>::new();
        for policy in policies {
            let of_file = findings.entry(policy.file.to_string()).or_default();
            for found in &policy.findings {
                let rule = found.finding.code.id().to_owned();
                let known = Known { rule, count: 0 };
                of_file.entry(found.fingerprint.clone()).or_insert(known).count += 1;
            }
        }
        Baseline { schema: SCHEMA.to_owned(), findings }
    }

    /// How many findings it has.
    pub(crate) fn number(&self) -> usize {
        self.findings.values().flat_map(BTreeMap::values).map(|known| known.count).sum()
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

    /// Hides what is known. What AWS would refuse is not hidden. A file that the baseline does not have may be one of it under
    /// another name: there the findings of files that are gone are known.
    pub(crate) fn hide(&self, policies: &mut [Linted]) -> usize {
        let files = policies.iter().map(|policy| policy.file.to_string());
        let files = files.collect::<BTreeSet<_>>();
        let mut gone = BTreeMap::new();
        for (_, known) in self.findings.iter().filter(|(file, _)| !files.contains(*file)) {
            for (print, known) in known {
                *gone.entry(print.as_str()).or_default() += known.count;
            }
        }
        let mut hidden = 0;
        for policy in policies {
            match self.findings.get(policy.file.as_str()) {
                Some(known) => {
                    let counts = known.iter().map(|(print, known)| (print.as_str(), known.count));
                    hidden += hide(policy, &mut counts.collect());
                }
                None => hidden += hide(policy, &mut gone),
            }
        }
        hidden
    }
}

/// Hides findings of a policy that are left in the counts.
fn hide(policy: &mut Linted, left: &mut BTreeMap<&str, usize>) -> usize {
    let before = policy.findings.len();
    policy.findings.retain(|found| {
        let count = left.get_mut(found.fingerprint.as_str()).filter(|count| **count > 0);
        match count {
            Some(count) if !found.finding.is_refusal() => {
                *count -= 1;
                false
            }
            _ => true,
        }
    });
    before - policy.findings.len()
}
