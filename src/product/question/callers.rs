//! The callers of a question: one for each class of session names that the policies treat the same.

use super::keys::Assumed;
use super::web_identity;
use crate::authz::Caller;
use crate::model::{Named, Pattern, Statement};
use crate::product::caller::{CallerId, Credentials};
use crate::product::catalogue::{Step, Target};
use crate::product::setup::Setup;
use crate::product::values::{
    conditions_on, is_session_character, is_session_name, resource_lists,
};
use crate::symbolic::{Grain, Rest, TextComparison, Undecided, Variables, Way, fillings, rests};
use std::collections::BTreeSet;

/// The possible callers of a step. `named`: the sessions of [`sessions_in_full`].
pub(in crate::product) fn callers(
    setup: &Setup,
    caller: CallerId,
    step: &Step,
    statements: &[&Statement],
    named: &BTreeSet<String>,
    assumed: &Assumed,
) -> Result<Vec<Caller>, Undecided> {
    let customer = setup.customer.arn();
    let session_name = setup.session_name.as_deref();
    let of_vendor = || match &setup.cross_account_role {
        Some(role) => role_sessions(setup, role.as_str(), None, statements),
        None => Vec::new(),
    };
    match caller.credentials() {
        Credentials::UserKey => Ok(vec![Caller::User { arn: customer.clone() }]),
        Credentials::FederationToken => {
            let names = session_names(setup, step, statements, named)?;
            let arns = names.iter().map(|name| federated_user(setup, name));
            Ok(arns.filter_map(|arn| Caller::parse(&arn, Some(customer.as_str())).ok()).collect())
        }
        Credentials::WebIdentityToken if step.resource == Target::Role => {
            Ok(web_identity::callers(setup, assumed))
        }
        Credentials::AssumedByVendor(_) if step.resource == Target::Role => Ok(of_vendor()),
        Credentials::WebIdentityToken | Credentials::AssumedByVendor(_) => {
            Ok(role_sessions(setup, customer.as_str(), session_name, statements))
        }
        Credentials::VendorRole(_) => Ok(of_vendor()),
    }
}

/// The ARN of the user's federated session of that name.
pub(super) fn federated_user(setup: &Setup, name: &str) -> String {
    format!("arn:aws:sts::{}:federated-user/{name}", setup.customer.account())
}

/// The names that a federated session could have, one for each class that the policies treat the same: the product chooses the name and does not
/// document how.
pub(super) fn session_names(
    setup: &Setup,
    step: &Step,
    statements: &[&Statement],
    named: &BTreeSet<String>,
) -> Result<Vec<String>, Undecided> {
    if let Some(name) = &setup.session_name {
        return Ok(vec![name.clone()]);
    }
    let arn_stem = federated_user(setup, "");
    let id_stem = format!("{}:", setup.customer.account());
    // A name that is spelt out is a class of its own.
    let named =
        named.iter().map(|name| Pattern::literal(&format!("{arn_stem}{name}"))).collect::<Vec<_>>();
    let alone = |pattern| vec![TextComparison { pattern, way: Way::Text, stem: &arn_stem }];
    let mut lists = named.iter().map(alone).collect::<Vec<_>>();
    if step.resource == Target::FederatedUser {
        lists.extend(resource_lists(statements, &arn_stem));
    }
    for (key, stem) in [("aws:principalarn", &arn_stem), ("aws:userid", &id_stem)] {
        lists.extend(conditions_on(key, statements, stem));
    }
    let rest = Rest { at_least: 2, at_most: 32, ending: "", alphabet: is_session_character };
    let names = rests(&lists, &[Variables::default()], &rest, Grain::Each)?;
    Ok(names.into_iter().filter(|name| is_session_name(name)).collect())
}

/// The names of federated sessions that the policies spell out, or that fit a variable to a resource.
pub(in crate::product) fn sessions_in_full(
    setup: &Setup,
    statements: &[&Statement],
) -> BTreeSet<String> {
    let bucket = format!("arn:aws:s3:::{}", setup.bucket);
    let object = format!("{bucket}/{}x", setup.prefix);
    sessions_for(setup, statements, &[bucket, object])
}

/// The same for these resources.
pub(in crate::product) fn sessions_for(
    setup: &Setup,
    statements: &[&Statement],
    resources: &[String],
) -> BTreeSet<String> {
    let arn_stem = federated_user(setup, "");
    let id_stem = format!("{}:", setup.customer.account());
    let mut names = named_sessions(statements, &arn_stem).into_iter().collect::<BTreeSet<_>>();
    for (key, stem) in [("aws:principalarn", &arn_stem), ("aws:userid", &id_stem)] {
        for pattern in statements.iter().flat_map(|statement| statement.resource_patterns()) {
            for resource in resources {
                let comparison = TextComparison { pattern, way: Way::Resource, stem: resource };
                let values = fillings(key, &comparison);
                names.extend(
                    values
                        .iter()
                        .filter_map(|value| value.strip_prefix(stem.as_str()))
                        .map(str::to_owned),
                );
            }
        }
    }
    names.retain(|name| is_session_name(name));
    names
}

fn role_sessions(
    setup: &Setup,
    role: &str,
    known: Option<&str>,
    statements: &[&Statement],
) -> Vec<Caller> {
    let account = role.split(':').nth(4).unwrap_or_default();
    let name = role.rsplit('/').next().unwrap_or_default();
    let stem = format!("arn:aws:sts::{account}:assumed-role/{name}/");
    let example = format!("{}-session", setup.product.wording().lower());
    let mut names = BTreeSet::from([known.map_or(example, str::to_owned)]);
    if known.is_none() {
        names.extend(named_sessions(statements, &stem));
    }
    names
        .into_iter()
        .filter_map(|session| Caller::parse(&format!("{stem}{session}"), Some(role)).ok())
        .collect()
}

/// The names of sessions that principals name in full.
fn named_sessions(statements: &[&Statement], stem: &str) -> Vec<String> {
    let patterns = statements
        .iter()
        .flat_map(|statement| statement.principal.iter().flat_map(|element| &element.patterns));
    let arns = patterns.filter_map(|pattern| match &pattern.named {
        Named::FederatedSession(arn) | Named::RoleSession(arn) => arn.strip_prefix(stem),
        _ => None,
    });
    arns.map(str::to_owned).collect()
}
