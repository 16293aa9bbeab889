//! Which actions are asked about outsiders: those of the services whose resources the policies can be attached to.

use crate::aws::{self, ResourceAccess};
use crate::model::{ActionPattern, Effect, Policy, ResourceKind, Statement};
use crate::symbolic::domain::text_atom;
use crate::symbolic::text::Atom;
use std::collections::BTreeSet;

/// The actions of a service that are asked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AskedService {
    /// The prefix of its actions.
    pub prefix: String,
    /// What is known of its resource policies.
    pub access: Option<ResourceAccess>,
    /// The actions that are asked. For an unknown service these are patterns.
    pub actions: Vec<String>,
    /// Actions that are not asked, since they never work across accounts.
    pub own_account: Vec<String>,
}

/// The services of the actions that are given, or else of the policies; all that are known if neither shows one.
pub fn asked_services(policies: &[&Policy], given: &[String]) -> Vec<AskedService> {
    let prefixes = match given {
        [] => prefixes_of(policies),
        given => given.iter().map(|text| whole_prefix(text)).collect(),
    };
    let prefixes = prefixes.filter(|prefixes| !prefixes.is_empty()).unwrap_or_else(|| {
        aws::resource_accesses().map(|access| access.prefix.to_owned()).collect()
    });
    let literals = literals(policies);
    prefixes.into_iter().map(|prefix| asked(prefix, given, &literals)).collect()
}

fn asked(prefix: String, given: &[String], literals: &BTreeSet<String>) -> AskedService {
    let patterns = given.iter().map(|text| text_atom(&text.to_ascii_lowercase()));
    let patterns = patterns.collect::<Vec<_>>();
    let is_given = |name: &str| {
        let name = name.to_ascii_lowercase();
        given.is_empty() || patterns.iter().any(|pattern| pattern.fits(&name))
    };
    let access = aws::resource_access(&prefix);
    let Some(known) = access else {
        let start = format!("{prefix}:");
        let own = given.iter().filter(|text| text.to_ascii_lowercase().starts_with(&start));
        let mut actions = own.cloned().collect::<Vec<_>>();
        if actions.is_empty() {
            actions.push(format!("{start}*"));
        }
        return AskedService { prefix, access, actions, own_account: Vec::new() };
    };
    let name_of = |action: &aws::Action| format!("{}:{}", known.prefix, action.name());
    let listed = known.actions().map(name_of);
    // What AWS has added since the data was made.
    let start = format!("{prefix}:");
    let new =
        literals.iter().filter(|name| name.starts_with(&start) && aws::action(name).is_none());
    let all = listed.chain(new.cloned()).filter(|name| is_given(name));
    let works = |name: &String| known.works_across_accounts(&name[start.len()..]);
    let (mut actions, own_account): (Vec<_>, Vec<_>) = all.partition(works);
    // What the data does not have is asked as it is written: left out, it would look like a "no".
    let is_listed = |pattern: &Atom| {
        known.actions().any(|action| pattern.fits(&name_of(action).to_ascii_lowercase()))
    };
    let unlisted = given.iter().zip(&patterns).filter(|(text, pattern)| {
        let text = text.to_ascii_lowercase();
        text.starts_with(&start) && !is_listed(pattern) && !actions.contains(&text)
    });
    let unlisted = unlisted.map(|(text, _)| text.clone()).collect::<Vec<_>>();
    actions.extend(unlisted);
    AskedService { prefix, access, actions, own_account }
}

/// The prefix of an action, in lower case; `None` if it has a wildcard.
fn whole_prefix(text: &str) -> Option<String> {
    let (prefix, _) = text.split_once(':')?;
    (!prefix.contains(['*', '?'])).then(|| prefix.to_ascii_lowercase())
}

fn allows<'a>(policies: &[&'a Policy]) -> impl Iterator<Item = &'a Statement> {
    let statements = policies.iter().flat_map(|policy| &policy.statements);
    statements.filter(|statement| statement.effect.node != Effect::Deny)
}

/// The prefixes of all that the policies allow; `None` if some statement shows neither a service nor an ARN of one.
fn prefixes_of(policies: &[&Policy]) -> Option<BTreeSet<String>> {
    let mut statements = allows(policies).collect::<Vec<_>>();
    if statements.is_empty() {
        statements.extend(policies.iter().flat_map(|policy| &policy.statements));
    }
    statements.into_iter().map(prefixes).try_fold(BTreeSet::new(), |mut all, own| {
        all.extend(own?);
        Some(all)
    })
}

fn prefixes(statement: &Statement) -> Option<Vec<String>> {
    let by_action = statement.action.as_ref().filter(|element| !element.not).and_then(|element| {
        let prefix = |action: &ActionPattern| whole_prefix(action.pattern.literal_start());
        element.patterns.iter().map(prefix).collect::<Option<Vec<_>>>()
    });
    by_action.or_else(|| {
        let element = statement.resource.as_ref().filter(|element| !element.not)?;
        let services = element.patterns.iter().map(|pattern| service_of(&pattern.kind));
        services.collect::<Option<Vec<_>>>().filter(|services| !services.is_empty())
    })
}

/// The service of an ARN.
fn service_of(resource: &ResourceKind) -> Option<String> {
    let ResourceKind::Arn(pattern) = resource else { return None };
    let segments = pattern.literal_start().split(':').collect::<Vec<_>>();
    (segments.len() > 3).then(|| segments[2].to_ascii_lowercase())
}

/// The actions that Allow statements name in full, in lower case.
fn literals(policies: &[&Policy]) -> BTreeSet<String> {
    let statements = allows(policies);
    let elements = statements.filter_map(|statement| statement.action.as_ref());
    let patterns = elements.flat_map(|element| &element.patterns);
    patterns.filter_map(|action| action.pattern.as_literal().map(str::to_ascii_lowercase)).collect()
}
