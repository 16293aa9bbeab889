//! Two versions of policies: what the new ones allow that the old ones do not, and the reverse.

use super::policy::Policy;
use super::workspace::Workspace;
use crate::model::{self, PolicyKind};
use crate::report::Finding;
use crate::report::compare::{Compared, Comparison, Version};
use crate::symbolic::{Requests, differences};
use std::borrow::Borrow;

impl Workspace {
    /// Compares two versions, each as documents by themselves: what the policies say, whoever
    /// asks. All requests count, not samples. An empty list is a version without a policy.
    pub fn compare(&self, old: &[&Policy], new: &[&Policy], requests: Requests) -> Comparison {
        let kind = old.iter().chain(new).map(|policy| policy.kind()).next();
        let findings = old.iter().chain(new).flat_map(|policy| policy.findings().to_vec());
        let [before, after] = [old, new]
            .map(|version| version.iter().map(Borrow::<model::Policy>::borrow).collect::<Vec<_>>());
        let found = differences(&before, &after, requests);
        let compared = Compared::documents(&before, &after, &found);
        let versions = [old, new].map(version);
        let kind = kind.unwrap_or(PolicyKind::Identity).word();
        let comparison =
            Comparison::new(&self.sources, versions, (kind, requests), &[compared], Vec::new());
        Comparison { findings: findings.collect(), ..comparison }
    }
}

fn version(policies: &[&Policy]) -> Version {
    let names = policies.iter().map(|policy| policy.name()).collect::<Vec<_>>();
    let read_as = policies.iter().map(|policy| policy.kind().name()).next().map(str::to_owned);
    let is_refused = policies.iter().flat_map(|policy| policy.findings()).any(Finding::is_refusal);
    Version { file: names.join(", "), read_as, is_refused }
}
