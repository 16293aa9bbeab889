//! Illumina's role of another region in the bucket policy. Source: SEED's table of roles; A7: the names do not follow AWS's abbreviations.

use crate::finding::{Finding, codes};
use crate::ica::regions::regions;
use crate::ica::setup::Setup;
use crate::model::{Effect, Named, PolicyKind, Statement};
use crate::source::Span;

/// A finding for each role of another region that the bucket policy allows, with the right role, and the span of the list that holds it.
pub(in crate::ica) fn other_regions(setup: &Setup) -> Vec<(Finding, Span)> {
    let Some(region) = setup.environment.ica_region else { return Vec::new() };
    let policies = setup.policies.known(PolicyKind::Resource);
    let right = regions().role(region);
    let own = setup.cross_account_role.as_ref().map_or("", |role| role.as_str());
    let statements = policies
        .iter()
        .flat_map(|policy| &policy.statements)
        .filter(|statement| statement.effect.node == Effect::Allow);
    let names =
        statements.filter_map(|statement| Some((statement, statement.principal.as_ref()?.span)));
    let roles = names
        .flat_map(|(statement, list)| roles(statement).map(move |(role, span)| (role, span, list)))
        .collect::<Vec<_>>();
    let has_right = roles.iter().any(|(role, ..)| *role == right || *role == own);
    roles
        .into_iter()
        .filter(|(role, ..)| *role != right && *role != own)
        .map(|(role, span, list)| {
            let message = format!(
                "`{role}` is {}; the role for buckets in `{}` ({}) is `{right}`",
                whose(role),
                region.aws,
                region.name
            );
            let finding = Finding::new(codes::ROLE_OF_OTHER_REGION, span, message);
            let help = if has_right {
                "remove it, unless it is meant".to_owned()
            } else {
                format!("write `{right}`")
            };
            (finding.help(help), list)
        })
        .collect()
}

/// Roles of Illumina's account with the name of a cross-account role.
pub(in crate::ica) fn roles(statement: &Statement) -> impl Iterator<Item = (&str, Span)> {
    let names = statement
        .principal
        .iter()
        .filter(|principal| !principal.not)
        .flat_map(|principal| &principal.patterns);
    let names = names.filter_map(|pattern| match &pattern.named {
        Named::Role(arn) => Some((arn.as_str(), pattern.span)),
        _ => None,
    });
    let stem = format!("arn:aws:iam::{}:role/ica_", regions().account);
    names.filter(move |(arn, _)| arn.starts_with(&stem) && arn.ends_with("_crossacct"))
}

/// The region of the role, as text.
pub(in crate::ica) fn whose(role: &str) -> String {
    match regions().list.iter().find(|region| regions().role(region) == role) {
        Some(region) => format!("the role of ICA {} ({})", region.name, region.aws),
        None => "none of the roles of ICA's page".to_owned(),
    }
}
