//! Two versions of policies: what the new ones allow that the old ones do not, and the reverse.

use super::denies::add_denies;
use super::policy::Policy;
use super::workspace::Workspace;
use crate::model::{self, PolicyKind};
use crate::report::Finding;
use crate::report::compare::{Compared, Comparison, Version};
use crate::symbolic::{Requests, differences, differences_within};
use std::borrow::Borrow;

impl Workspace {
    /// Compares two versions, each as documents by themselves: what the policies say, whoever
    /// asks. All requests count, not samples. An empty list is a version without a policy.
    pub fn compare(&self, old: &[&Policy], new: &[&Policy], requests: Requests) -> Comparison {
        self.compare_within(old, new, &[], requests)
    }

    /// The same, where access that the ceiling allows by itself is not new. Without a policy there
    /// is no ceiling.
    pub fn compare_within(
        &self,
        old: &[&Policy],
        new: &[&Policy],
        ceiling: &[&Policy],
        requests: Requests,
    ) -> Comparison {
        let all = || old.iter().chain(new).chain(ceiling);
        let kind = all().map(|policy| policy.kind()).next();
        let findings = all().flat_map(|policy| policy.findings().to_vec());
        let [before, after, limit] = [old, new, ceiling]
            .map(|version| version.iter().map(Borrow::<model::Policy>::borrow).collect::<Vec<_>>());
        let found = match limit.as_slice() {
            [] => differences(&before, &after, requests),
            limit => differences_within(&before, &after, limit, requests),
        };
        let compared = Compared::documents(&before, &after, &found);
        let versions = [old, new].map(version);
        let kind = kind.unwrap_or(PolicyKind::Identity).word();
        let comparison =
            Comparison::new(&self.sources, versions, (kind, requests), &[compared], Vec::new());
        let mut comparison = Comparison { findings: findings.collect(), ..comparison };
        if limit.is_empty() {
            add_denies(&mut comparison, &self.sources, (&before, &after), requests);
        }
        let within = (!ceiling.is_empty()).then(|| version(ceiling));
        Comparison { within, ..comparison }
    }
}

fn version(policies: &[&Policy]) -> Version {
    let one = |policy: &&Policy| {
        let is_refused = policy.findings().iter().any(Finding::is_refusal);
        let kind = policy.kind().name().to_owned();
        Version::one(policy.name().into(), Some(kind), is_refused)
    };
    Version::together(policies.iter().map(one).collect())
}
