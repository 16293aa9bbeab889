//! Requests that show an answer, with names as AWS writes them.

use super::views::key_name;
use crate::authz::{ContextValue, Layers};
use crate::model::Statement;
use crate::source::one_line;
use crate::symbolic::{Region, Sample, Shown};
use serde::{Serialize, Serializer};
use std::collections::BTreeMap;
use std::fmt::{self, Write};

/// A request that shows an answer. Its text is one line, whatever its names hold. `None`: it may be any.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Example {
    /// Who asks, as policies name it.
    pub principal: Option<String>,
    /// What for.
    pub action: Option<String>,
    /// On what.
    pub resource: Option<String>,
    /// The condition keys that statements look at.
    #[serde(serialize_with = "as_map")]
    pub context: Vec<(String, ContextValue)>,
    /// Keys that must be absent.
    pub absent: Vec<String>,
}

impl fmt::Display for Example {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::new();
        self.write(&mut text)?;
        f.write_str(&one_line(&text))
    }
}

impl Example {
    fn write(&self, f: &mut String) -> fmt::Result {
        let or = |text: &Option<String>, any| text.clone().unwrap_or_else(|| String::from(any));
        write!(f, "{} on {}", or(&self.action, "any action"), or(&self.resource, "any resource"))?;
        if let Some(principal) = self.principal.as_ref().filter(|name| !name.is_empty()) {
            match self.account(principal) {
                Some(account) => write!(f, " by account {account}")?,
                None => write!(f, " by {principal}")?,
            }
        }
        for (number, (key, value)) in self.context.iter().enumerate() {
            let start = if number == 0 { " with" } else { "," };
            let value = value.as_slice().join(", ");
            // The empty text is put in quotes, so that it can be seen.
            write!(f, "{start} {key} {}", if value.is_empty() { "\"\"" } else { &value })?;
        }
        for (number, key) in self.absent.iter().enumerate() {
            write!(f, "{} {key}", if number == 0 { " without" } else { "," })?;
        }
        Ok(())
    }

    /// The account, where a name of its root user stands for all its callers: no key says which of them asks.
    fn account<'a>(&self, principal: &'a str) -> Option<&'a str> {
        let says_who = |(key, _): &(String, ContextValue)| {
            key.starts_with("aws:Principal")
                || ["aws:userid", "aws:username"].contains(&key.as_str())
        };
        let arn = principal.strip_suffix(":root").filter(|_| !self.context.iter().any(says_who));
        arn?.rsplit(':').next()
    }

    /// The example of a region. `written`: the action's patterns in the statement that allows it.
    pub(super) fn of_region(region: &Region, written: &[String]) -> Example {
        Example::of_sample(&region.witness, written)
    }

    /// A request that was found.
    pub(super) fn of_sample(sample: &Sample, written: &[String]) -> Example {
        let context = sample.context.iter();
        Example {
            principal: sample.principal.clone(),
            action: sample.action.as_ref().map(|action| action_name(action, written)),
            resource: sample.resource.clone(),
            context: context.map(|(key, value)| (key_name(key), value.clone())).collect(),
            absent: sample.absent.iter().map(|key| key_name(key)).collect(),
        }
    }

    /// A request that was found, with the keys that some statement tests. Other keys follow from
    /// the caller, or do not matter.
    pub(super) fn of_shown(shown: &Shown, layers: &Layers<'_>) -> Example {
        let request = &shown.request;
        let policies = layers.all();
        let statements = policies.iter().flat_map(|policy| &policy.statements).collect::<Vec<_>>();
        let is_tested = |key: &str| statements.iter().any(|statement| tests(statement, key));
        let context = request.context.iter().filter(|(key, _)| is_tested(key));
        Example {
            principal: shown.principal.clone(),
            action: Some(action_name(&request.action, &[])),
            resource: Some(request.resource.clone()),
            context: context.map(|(key, value)| (key_name(key), value.clone())).collect(),
            absent: Vec::new(),
        }
    }
}

fn tests(statement: &Statement, key: &str) -> bool {
    let mut conditions = statement.conditions.iter();
    conditions.any(|condition| &*condition.key.node == key)
        || statement.variables().any(|variable| &*variable.key == key)
}

/// The keys as an object, in the order of their names.
pub(super) fn spelled_map(keys: &[(String, ContextValue)]) -> BTreeMap<&str, &ContextValue> {
    keys.iter().map(|(key, value)| (key.as_str(), value)).collect()
}

fn as_map<S: Serializer>(
    keys: &[(String, ContextValue)],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    spelled_map(keys).serialize(serializer)
}

/// The action of the example as AWS spells it, else as the policy does.
pub(super) fn action_name(lower: &str, written: &[String]) -> String {
    if let Some(known) = crate::aws::action(lower) {
        return format!("{}:{}", known.service().prefix(), known.name());
    }
    written
        .iter()
        .find(|text| text.eq_ignore_ascii_case(lower))
        .map_or_else(|| lower.to_owned(), Clone::clone)
}
