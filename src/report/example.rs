//! Requests that show an answer, with names as AWS writes them.

use super::comparison::Side;
use super::granted::keys_told;
use super::views::key_name;
use crate::authz::{ContextValue, Layers};
use crate::source::Sources;
use crate::symbolic::{Region, Shown};
use std::fmt;

/// A request that shows an answer. `None`: it may be any.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Example {
    /// Who asks, as policies name it.
    pub principal: Option<String>,
    /// What for.
    pub action: Option<String>,
    /// On what.
    pub resource: Option<String>,
    /// The condition keys that statements look at.
    pub context: Vec<(String, ContextValue)>,
    /// Keys that must be absent.
    pub absent: Vec<String>,
}

impl fmt::Display for Example {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let or = |text: &Option<String>, any| text.clone().unwrap_or_else(|| String::from(any));
        write!(f, "{} on {}", or(&self.action, "any action"), or(&self.resource, "any resource"))?;
        if let Some(principal) = self.principal.as_ref().filter(|name| !name.is_empty()) {
            write!(f, " by {principal}")?;
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
}

impl Example {
    /// The example of a region that a side allows.
    pub fn of_region(sources: &Sources, side: &Side<'_>, region: &Region) -> Example {
        let sample = &region.witness;
        let written = side.actions(sources, region).patterns;
        let context = sample.context.iter();
        Example {
            principal: sample.principal.clone(),
            action: sample.action.as_ref().map(|action| action_name(action, &written)),
            resource: sample.resource.clone(),
            context: context.map(|(key, value)| (key_name(key), value.clone())).collect(),
            absent: sample.absent.iter().map(|key| key_name(key)).collect(),
        }
    }

    /// A request that was found, with the keys that policies of these layers look at.
    pub fn of_shown(shown: &Shown, layers: &Layers<'_>) -> Example {
        let context = keys_told(shown, layers).into_iter();
        Example {
            principal: shown.principal.clone(),
            action: Some(action_name(&shown.request.action, &[])),
            resource: Some(shown.request.resource.clone()),
            context: context.map(|(key, value)| (key, value.clone())).collect(),
            absent: Vec::new(),
        }
    }
}

/// The action of the example as AWS spells it, else as the policy does.
fn action_name(lower: &str, written: &[String]) -> String {
    if let Some(known) = crate::aws::action(lower) {
        return format!("{}:{}", known.service().prefix(), known.name());
    }
    written
        .iter()
        .find(|text| text.eq_ignore_ascii_case(lower))
        .map_or_else(|| lower.to_owned(), Clone::clone)
}
