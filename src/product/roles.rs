//! The vendor's role of another region in the bucket policy.

use super::setup::{Product, Setup};
use crate::finding::{Finding, codes};
use crate::model::{Effect, PolicyKind};
use crate::source::Span;

/// A finding for each role of another region that the bucket policy allows, with the right role, and the span of the list that holds it.
pub(super) fn other_regions(setup: &Setup) -> Vec<(Finding, Span)> {
    let Some(region) = setup.environment.vendor_region else { return Vec::new() };
    let policies = setup.policies.known(PolicyKind::Resource);
    let regions = setup.product.regions();
    let right = regions.role(region);
    let own = setup.cross_account_role.as_ref().map_or("", |role| role.as_str());
    let statements = policies
        .iter()
        .flat_map(|policy| &policy.statements)
        .filter(|statement| statement.effect.node == Effect::Allow);
    let names =
        statements.filter_map(|statement| Some((statement, statement.principal.as_ref()?.span)));
    let roles = names
        .flat_map(|(statement, list)| {
            regions.roles(statement).map(move |(role, span)| (role, span, list))
        })
        .collect::<Vec<_>>();
    let has_right = roles.iter().any(|(role, ..)| *role == right || *role == own);
    roles
        .into_iter()
        .filter(|(role, ..)| *role != right && *role != own)
        .map(|(role, span, list)| {
            let message = format!(
                "`{role}` is {}; the role for buckets in `{}` ({}) is `{right}`",
                whose(setup.product, role),
                region.aws,
                region.name
            );
            let finding = Finding::new(codes::ROLE_OF_OTHER_REGION, span, message);
            let help = if has_right {
                "remove it, unless it is meant".to_owned()
            } else {
                format!("replace `{role}` by `{right}`")
            };
            (finding.help(help), list)
        })
        .collect()
}

/// The region of a role, as text.
pub(super) fn whose(product: &dyn Product, role: &str) -> String {
    let name = product.wording().product;
    match product.regions().of_role(role) {
        Some(region) => format!("the role of {name} {} ({})", region.name, region.aws),
        None => format!("none of the roles of {name}'s page"),
    }
}
