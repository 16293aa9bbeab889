//! Condition keys: their types, and which action can have them in its request context.
//!
//! Key names compare without case. A variable part is written `*` in the tables (`aws:ResourceTag/*`) and may be anything but empty.
//! Source of every item: `data/condition_keys.txt` and `data/services/`; `corrections.txt` where AWS's own pages contradict them.
//!
//! A name is searched in the text of the table itself: finding one key reads a dozen rows of 1,600. What was found is kept.

use rustc_hash::FxHashMap;
use std::sync::{LazyLock, RwLock};

use super::data::data;
use super::key_pattern::Pattern;
use super::lookup::service;
use super::service::Action;
use super::table;

/// The type of a condition key's values.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ValueType {
    /// Text.
    String,
    /// An ARN.
    Arn,
    /// `true` or `false`.
    Bool,
    /// A number.
    Numeric,
    /// A point in time. `aws:EpochTime` is given as one; AWS lets numeric operators read it too.
    Date,
    /// An IP address.
    Ip,
    /// Bytes in base64; no key of the current data has it.
    Binary,
}

/// The type of a condition key.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct KeyType {
    /// What one value is.
    pub value: ValueType,
    /// Whether a request can carry several values, so that `ForAllValues` or `ForAnyValue` is needed (AWS: `ArrayOf...`).
    pub multi_valued: bool,
}

impl KeyType {
    /// As the tables and the package write it, such as `ArrayOfString`.
    pub(super) fn read(text: &str) -> Option<Self> {
        let (multi_valued, word) =
            text.strip_prefix("ArrayOf").map_or((false, text), |word| (true, word));
        let value = match word {
            "String" => ValueType::String,
            "ARN" => ValueType::Arn,
            "Bool" => ValueType::Bool,
            "Numeric" => ValueType::Numeric,
            "Date" => ValueType::Date,
            "IPAddress" => ValueType::Ip,
            "Binary" => ValueType::Binary,
            _ => return None,
        };
        Some(Self { value, multi_valued })
    }
}

/// What a global key describes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum KeyCategory {
    /// The caller.
    Principal,
    /// How the credentials were made.
    Session,
    /// The origin of the request.
    Network,
    /// What it is about.
    Resource,
    /// The request itself.
    Request,
}

impl KeyCategory {
    pub(super) fn read(word: &str) -> Option<Self> {
        match word {
            "principal" => Some(Self::Principal),
            "session" => Some(Self::Session),
            "network" => Some(Self::Network),
            "resource" => Some(Self::Resource),
            "request" => Some(Self::Request),
            _ => None,
        }
    }
}

/// One condition key of the data.
///
/// If services give the same key different types, that of AWS's list of global keys counts, then that of the service whose prefix the
/// key bears. (`identitystore:UserId` is one value as a global key, and several for `qbusiness`.)
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ConditionKey {
    /// The name as AWS writes it, `*` for its variable part.
    pub name: &'static str,
    /// The type of its values.
    pub key_type: KeyType,
    /// What it describes, if it is a global key: one that does not depend on the service. Not all of them begin with `aws:`.
    pub category: Option<KeyCategory>,
    services: &'static str,
}

/// In the cell of services: no service has the key. An empty cell means the service whose prefix the key bears.
pub(super) const NO_SERVICE: &str = "-";

impl ConditionKey {
    /// Whether it is one of AWS's global keys.
    pub fn is_global(&self) -> bool {
        self.category.is_some()
    }

    /// Whether it is a global key about tags of the resource or the request, which AWS documents action by action.
    pub fn is_listed_per_action(&self) -> bool {
        is_listed_per_action(self.name)
    }

    /// The prefixes of the services whose actions or resource types can have the key: mostly one, that of the key itself.
    ///
    /// Nothing is recorded for global keys, which depend on no service, and for those that are listed per action
    /// ([`super::Service::kinds`] has them): the result is empty.
    pub fn services(&self) -> impl Iterator<Item = &'static str> {
        let own = self.name.split(':').next().unwrap_or_default();
        let listed = match self.services {
            NO_SERVICE => "",
            "" if self.is_global() || self.is_listed_per_action() => "",
            "" => own,
            listed => listed,
        };
        listed.split_ascii_whitespace().filter_map(|prefix| Some(service(prefix)?.prefix()))
    }

    fn read([name, kind, category, services]: [&'static str; 4]) -> Option<Self> {
        let corrected = corrections()
            .find(|correction| correction.name == name)
            .map(|correction| correction.key_type);
        Some(Self {
            name,
            key_type: corrected.or_else(|| KeyType::read(kind))?,
            category: KeyCategory::read(category),
            services,
        })
    }
}

/// Whether a key, in canonical case, is one of the three that are global by name and present only where an action lists them.
pub(super) fn is_listed_per_action(name: &str) -> bool {
    super::kind::bit(name) != 0
}

/// The type of a key in AWS's own pages, if the generated data has another one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Correction {
    /// The name of the key, as in the data.
    pub name: &'static str,
    /// Its type.
    pub key_type: KeyType,
    /// The page that says it.
    pub source: &'static str,
}

/// The corrections to the generated data: `corrections.txt`.
pub fn corrections() -> impl Iterator<Item = Correction> {
    table::rows(CORRECTIONS).filter_map(|[name, kind, source]| {
        Some(Correction { name, key_type: KeyType::read(kind)?, source })
    })
}

/// Whether a condition key can be in the context of an action's requests.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum KeySupport {
    /// AWS lists the key for the action or for a resource type of it.
    Supported,
    /// A global key: it does not depend on the action. Whether it is present depends on caller and network.
    Global,
    /// `aws:ResourceTag/*`, `aws:RequestTag/*` or `aws:TagKeys`, but not listed for this action: global names, yet present only where listed.
    GlobalUnlisted,
    /// AWS knows the key, but not for this action: it is never in the context.
    Unsupported,
    /// The key is not in the data, so the answer is not known.
    Unknown,
}

/// All known condition keys, in the order of their lower-case names, read one after the other.
pub fn condition_keys() -> impl Iterator<Item = ConditionKey> {
    table::rows(data().keys).filter_map(ConditionKey::read)
}

/// The condition key of that name, in any case, with a concrete variable part or with `*`.
pub fn condition_key(name: &str) -> Option<ConditionKey> {
    if let Some(known) = KNOWN.read().ok().and_then(|known| known.get(name).copied()) {
        return known;
    }
    let found = search(name);
    if let Ok(mut known) = KNOWN.write()
        && known.len() < MOST_KNOWN
    {
        known.insert(name.into(), found);
    }
    found
}

/// Names that were looked up, with the key: a question asks about few names, and often. The tables do not change after the first lookup.
static KNOWN: LazyLock<RwLock<FxHashMap<Box<str>, Option<ConditionKey>>>> =
    LazyLock::new(RwLock::default);

/// Names that are kept. Whoever asks about more wrote them for that purpose.
const MOST_KNOWN: usize = 4_096;

fn search(name: &str) -> Option<ConditionKey> {
    let row = table::find_row(data().keys, name).or_else(|| {
        // `events:Metadata/a/Matcher` matches two patterns; the longer one is more specific.
        let fitting = patterns().iter().filter(|pattern| pattern.names(name));
        table::find_row(data().keys, fitting.max_by_key(|pattern| pattern.name.len())?.name)
    });
    ConditionKey::read(row?)
}

/// The type of a condition key, if the data has it.
pub fn condition_key_type(name: &str) -> Option<KeyType> {
    Some(condition_key(name)?.key_type)
}

/// Whether a condition key, written in any case, is ever in the context of requests for this action: by the keys of the action, those it
/// has with one of its resource types, and those of these types.
pub fn supports_key(action: &Action, key: &str) -> KeySupport {
    judge(action, key, |_| true)
}

/// As [`supports_key`], for requests on one resource type: keys of access points are absent from requests to the bucket itself.
pub fn supports_key_on(action: &Action, resource_type: &str, key: &str) -> KeySupport {
    judge(action, key, |name| name.eq_ignore_ascii_case(resource_type))
}

/// As [`supports_key_on`] for a key that was looked up; without a resource type as [`supports_key`].
pub fn supports_known_key(
    action: &Action,
    resource_type: Option<&str>,
    key: &ConditionKey,
) -> KeySupport {
    if key.is_global() && !key.is_listed_per_action() {
        return KeySupport::Global;
    }
    judge_known(action, key, |name| {
        resource_type.is_none_or(|kind| name.eq_ignore_ascii_case(kind))
    })
}

fn judge(action: &Action, name: &str, counts: impl Fn(&str) -> bool) -> KeySupport {
    condition_key(name).map_or(KeySupport::Unknown, |key| judge_known(action, &key, counts))
}

fn judge_known(action: &Action, key: &ConditionKey, counts: impl Fn(&str) -> bool) -> KeySupport {
    let mut resources = action.resources().filter(|resource| counts(resource.resource_type.name()));
    let by_action = action.condition_keys().any(|listed| listed == key.name);
    let listed = by_action
        || resources.any(|resource| {
            resource.condition_keys().any(|listed| listed == key.name)
                || resource.resource_type.condition_keys().any(|listed| listed == key.name)
        });
    match (listed, key.is_global()) {
        (true, _) => KeySupport::Supported,
        (false, true) if key.is_listed_per_action() => KeySupport::GlobalUnlisted,
        (false, true) => KeySupport::Global,
        (false, false) => KeySupport::Unsupported,
    }
}

fn patterns() -> &'static [Pattern] {
    let data = data();
    data.patterns.get_or_init(|| {
        table::head(data.keys, PATTERNS).split_ascii_whitespace().filter_map(Pattern::new).collect()
    })
}

/// The line in the head of the table that lists the names with a variable part.
pub(super) const PATTERNS: &str = "variable";
const CORRECTIONS: &str = include_str!("corrections.txt");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longer_pattern_wins() {
        let name = |text| condition_key(text).map(|key| key.name);
        assert_eq!(name("events:metadata/a/matcher"), Some("events:Metadata/*/Matcher"));
        assert_eq!(name("events:metadata/a"), Some("events:Metadata/*"));
    }

    /// `MOST_KNOWN`: names beyond those that are kept are looked up each time, and found all the same.
    #[test]
    fn names_that_are_not_kept_are_found() {
        for number in 0..=2 * MOST_KNOWN {
            let known = condition_key(&format!("aws:principaltag/k{number}"));
            assert_eq!(known.map(|key| key.name), Some("aws:PrincipalTag/*"), "{number}");
        }
        assert_eq!(condition_key("aws:nothing"), None);
    }
}
