//! Illumina's role of another region in the bucket policy. Source: SEED's table of roles; A7: the names do not follow AWS's abbreviations.

use crate::finding::Finding;
use crate::ica::connection::{Connection, Given};
use crate::ica::regions::regions;
use crate::model::{Effect, Named, Statement};
use crate::source::Span;

/// The roles of other regions that the bucket policy allows, each with the right one named.
pub(in crate::ica) fn other_regions(connection: &Connection) -> Vec<Finding> {
    let (Given::Given(policies), Some(region)) = (&connection.bucket_policy, connection.environment.ica_region) else { return Vec::new() };
    let right = regions().role(region);
    let own = connection.cross_account_role.as_ref().map_or("", |role| role.as_str());
    let statements = policies.iter().flat_map(|policy| &policy.statements).filter(|statement| statement.effect.node == Effect::Allow);
    let roles = statements.flat_map(roles).collect::<Vec<_>>();
    let has_right = roles.iter().any(|(role, _)| *role == right || *role == own);
    roles
        .into_iter()
        .filter(|(role, _)| *role != right && *role != own)
        .map(|(role, span)| {
            let message = format!("`{role}` is {}; the role for buckets in `{}` ({}) is `{right}`", whose(role), region.aws, region.name);
            let finding = Finding::warning("role-of-other-region", span, message);
            if has_right { finding.help("take it out, unless it is meant") } else { finding.help(format!("write `{right}`")) }
        })
        .collect()
}

/// Roles of Illumina's account with the name of a cross-account role.
fn roles(statement: &Statement) -> impl Iterator<Item = (&str, Span)> {
    let names = statement.principal.iter().filter(|principal| !principal.not).flat_map(|principal| &principal.patterns);
    let names = names.filter_map(|pattern| match &pattern.named {
        Named::Role(arn) => Some((arn.as_str(), pattern.span)),
        _ => None,
    });
    let stem = format!("arn:aws:iam::{}:role/ica_", regions().account);
    names.filter(move |(arn, _)| arn.starts_with(&stem) && arn.ends_with("_crossacct"))
}

fn whose(role: &str) -> String {
    match regions().list.iter().find(|region| regions().role(region) == role) {
        Some(region) => format!("ICA's role of `{}` ({})", region.aws, region.name),
        None => "no role of ICA's table".to_owned(),
    }
}
