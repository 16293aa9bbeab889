//! The dimensions of the request space.

use crate::aws;
use crate::aws::ValueType;
use crate::source::Span;
use crate::symbolic::text::{Domain, Tests};

/// What a dimension is about.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Name {
    /// The principal, as a name that policies write.
    Principal,
    /// The action.
    Action,
    /// The resource.
    Resource,
    /// A condition key, in lower case.
    Key(Box<str>),
}

/// A dimension as all statements ask about it.
#[derive(Debug)]
pub(crate) struct DimensionSpec {
    pub name: Name,
    pub tests: Tests,
    /// Words that ask about it, for messages.
    pub span: Option<Span>,
    pub multi_valued: bool,
    pub domain: Domain,
    /// Atoms that every question needs: the empty text, the value that is settled.
    pub always: Vec<u32>,
}

/// A dimension in words.
pub(crate) fn words_for(name: &Name) -> String {
    match name {
        Name::Principal => "the principal".to_owned(),
        Name::Action => "the action".to_owned(),
        Name::Resource => "the resource".to_owned(),
        Name::Key(key) => format!("`{key}`"),
    }
}

/// Which requests a comparison looks at.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Requests {
    /// Any action with any resource and any keys.
    #[default]
    Any,
    /// Those that AWS has: an action that its reference data knows, on a resource of a type that the action takes, with keys that the
    /// two can have and that go together. An action that the data lacks is any.
    Possible,
}

pub(crate) const CURRENT_TIME: &str = "aws:currenttime";

pub(crate) const EPOCH_TIME: &str = "aws:epochtime";

/// The key of the dimension that a key belongs to: the two keys of the time are one, as they follow from one clock.
pub(crate) fn one_clock(key: &str) -> &str {
    if key == EPOCH_TIME { CURRENT_TIME } else { key }
}

/// Whether the values of a key are whole numbers, or whole seconds.
pub(crate) fn is_whole(key: &str) -> bool {
    match aws::condition_key_type(key).map(|known| known.value) {
        // Versions need not be whole. All other numbers count something, or are an age or a duration.
        Some(ValueType::Numeric) => !key.ends_with(":tlsversion") && key != "ec2:roledelivery",
        Some(ValueType::Date) => key == CURRENT_TIME || key == EPOCH_TIME,
        _ => false,
    }
}
