//! Whether access is granted: all requests of a question at once.

use super::error::Error;
use super::policy::{Policy, layers, resource_kind};
use super::workspace::Workspace;
use crate::access::{Basis, Query};
use crate::authz::{Layer, Layers};
use crate::model::PolicyKind;
use crate::report::can::Access;
use crate::symbolic::Together;

impl Workspace {
    /// Says whether access is granted: for all requests of the question, for some, or for none.
    ///
    /// # Errors
    /// The question is wrong, or there is no request that fits it.
    pub fn can(&self, query: &Query, policies: &[&Policy]) -> Result<Access, Error> {
        let caller = query.read()?;
        let kind = resource_kind(policies);
        let set = layers(policies, kind)?;
        let is_known = !set.is_unspecified(PolicyKind::Identity);
        let mut query = query.clone();
        query.knows_identity |= is_known;
        let alone = || Layers { resource: Layer::Policies(set.all()), ..Layers::default() };
        let (layers, (found, basis)) = match &caller {
            Some(caller) => {
                let layers = set.layers(kind);
                let found = query.principal_gets(caller, &layers, &Together::default);
                (layers, found)
            }
            None if policies.len() == 1 => {
                (alone(), (query.anybody(set.all(), &Together::default), Basis::Given))
            }
            None => {
                let message = "is missing: without it one policy is asked, and here is another number of them";
                return Err(Error::request("principal", message));
            }
        };
        if found.is_empty() {
            return Err(Error::request(
                "action",
                "none of the actions works on one of the resources",
            ));
        }
        let findings = policies.iter().flat_map(|policy| policy.findings().to_vec());
        let access = Access::new(&self.sources, &found, basis, &layers);
        Ok(Access { findings: findings.collect(), ..access })
    }
}
