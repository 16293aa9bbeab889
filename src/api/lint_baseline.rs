//! Findings that were there before: a list of fingerprints, which survive moved lines.

use crate::report::lint::{Found, Linted};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

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
                of_file.entry(print(policy, found)).or_insert(known).count += 1;
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
        let other = || format!("it is not `{SCHEMA}`");
        // The words of another file are not told: it may be any file, and the report may be public.
        let is_ours = text.contains(SCHEMA);
        let baseline = serde_json::from_str::<Baseline>(text)
            .map_err(|error| if is_ours { error.to_string() } else { other() })?;
        if baseline.schema == SCHEMA { Ok(baseline) } else { Err(other()) }
    }

    /// The text of a file.
    pub(crate) fn text(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }

    /// Hides what is known. What AWS would refuse is not hidden. A file that the baseline does not have may be one of it under
    /// another name: there the findings of files that are gone are known.
    pub(crate) fn hide(&self, policies: &mut [Linted], is_gone: &dyn Fn(&str) -> bool) -> usize {
        let mut gone = BTreeMap::new();
        let mut left = BTreeMap::new();
        for (file, known) in &self.findings {
            let counts = known.iter().map(|(print, known)| (print.as_str(), known.count));
            let is_here = policies.iter().any(|policy| policy.file.as_str() == file);
            if !is_here && is_gone(file) {
                counts.for_each(|(print, count)| *gone.entry(print).or_default() += count);
            } else {
                left.insert(file.as_str(), counts.collect::<BTreeMap<_, _>>());
            }
        }
        let known = policies.iter().map(|policy| self.findings.contains_key(policy.file.as_str()));
        let known = known.collect::<Vec<_>>();
        let mut hidden = 0;
        for (policy, is_known) in policies.iter_mut().zip(known) {
            let file = policy.file.to_string();
            let counts = if is_known { left.get_mut(file.as_str()) } else { Some(&mut gone) };
            hidden += counts.map_or(0, |counts| hide(policy, counts));
        }
        hidden
    }
}

/// The fingerprint, with the policy where a file has several.
fn print(policy: &Linted, found: &Found) -> String {
    match &policy.of {
        Some(of) => format!("{} {of}", found.fingerprint),
        None => found.fingerprint.clone(),
    }
}

/// Hides findings of a policy that are left in the counts.
fn hide(policy: &mut Linted, left: &mut BTreeMap<&str, usize>) -> usize {
    let mut findings = std::mem::take(&mut policy.findings);
    let before = findings.len();
    findings.retain(|found| {
        let count = left.get_mut(print(policy, found).as_str()).filter(|count| **count > 0);
        match count {
            Some(count) if !found.finding.is_refusal() => {
                *count -= 1;
                false
            }
            _ => true,
        }
    });
    policy.findings = findings;
    before - policy.findings.len()
}
