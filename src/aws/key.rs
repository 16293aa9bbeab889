//! Condition keys: their types, and which action can have them in its request context.
//!
//! Key names compare without case. A variable part is written `*` in the tables (`aws:ResourceTag/*`) and may be anything but empty.
//! Source of every item: `data/condition_keys.txt` and `data/services/`; `corrections.txt` where AWS's own pages contradict them.

use std::sync::LazyLock;

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
    fn read(text: &str) -> Option<Self> {
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

/// What a global key tells about.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum KeyCategory {
    /// Who asks.
    Principal,
    /// How his credentials came about.
    Session,
    /// Where the request comes from.
    Network,
    /// What it is about.
    Resource,
    /// The request itself.
    Request,
}

impl KeyCategory {
    fn read(word: &str) -> Option<Self> {
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
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ConditionKey {
    /// The name as AWS writes it, `*` for its variable part.
    pub name: &'static str,
    /// The type of its values.
    pub key_type: KeyType,
    /// What it tells about, if it is a global key: one that does not depend on the service asked. Not all of them begin with `aws:`.
    pub category: Option<KeyCategory>,
}

impl ConditionKey {
    /// Whether it is one of AWS's global keys.
    pub fn is_global(&self) -> bool {
        self.category.is_some()
    }

    /// Whether it is a global key about tags of the resource or the request, which AWS documents action by action.
    pub fn is_listed_per_action(&self) -> bool {
        matches!(self.name, "aws:RequestTag/*" | "aws:ResourceTag/*" | "aws:TagKeys")
    }

    fn read([name, kind, category]: [&'static str; 3]) -> Option<Self> {
        let corrected = corrections()
            .find(|correction| correction.name == name)
            .map(|correction| correction.key_type);
        Some(Self {
            name,
            key_type: corrected.or_else(|| KeyType::read(kind))?,
            category: KeyCategory::read(category),
        })
    }
}

/// The type of a key as AWS's own pages have it, where the generated data says something else.
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
    /// The data lacks the key: nothing can be said.
    Unknown,
}

/// All known condition keys, in the order of their lower-case names.
pub fn condition_keys() -> &'static [ConditionKey] {
    &KEYS
}

/// The condition key of that name, in any case, with a concrete variable part or with `*`.
pub fn condition_key(name: &str) -> Option<&'static ConditionKey> {
    let exact = table::find(&KEYS, name, |key| key.name);
    // `events:Metadata/a/Matcher` fits two patterns; the longer one says more.
    let patterns = VARIABLE_KEYS.iter().filter(|key| names(key.name, name));
    exact.or_else(|| patterns.copied().max_by_key(|key| key.name.len()))
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

/// As [`supports_key`], for requests on one resource type: the keys of access points, say, are absent from requests to the bucket itself.
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
    condition_key(name).map_or(KeySupport::Unknown, |key| judge_known(action, key, counts))
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

/// Whether the pattern, with one `*`, is a name of this key.
fn names(pattern: &str, name: &str) -> bool {
    let Some((before, after)) = pattern.split_once('*') else { return false };
    let (pattern_len, bytes) = (before.len() + after.len(), name.as_bytes());
    bytes.len() > pattern_len
        && bytes[..before.len()].eq_ignore_ascii_case(before.as_bytes())
        && bytes[bytes.len() - after.len()..].eq_ignore_ascii_case(after.as_bytes())
}

pub(super) const TEXT: &str = include_str!("data/condition_keys.txt");
const CORRECTIONS: &str = include_str!("corrections.txt");
static KEYS: LazyLock<Vec<ConditionKey>> =
    LazyLock::new(|| table::rows(TEXT).filter_map(ConditionKey::read).collect());
static VARIABLE_KEYS: LazyLock<Vec<&ConditionKey>> =
    LazyLock::new(|| KEYS.iter().filter(|key| key.name.contains('*')).collect());

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_part_is_anything_but_empty() {
        assert!(names("aws:ResourceTag/*", "AWS:resourcetag/team"));
        assert!(names("aws:ResourceTag/*", "aws:ResourceTag/a/b"));
        assert!(names("events:Metadata/*/Matcher", "events:Metadata/é/matcher"));
        assert!(!names("aws:ResourceTag/*", "aws:ResourceTag/"));
        assert!(!names("aws:TagKeys", "aws:TagKeys"));
        assert!(!names("aws:ResourceTag/*", "aws:ResourceTé/x"));
    }

    #[test]
    fn the_longer_pattern_wins() {
        let name = |text| condition_key(text).map(|key| key.name);
        assert_eq!(name("events:metadata/a/matcher"), Some("events:Metadata/*/Matcher"));
        assert_eq!(name("events:metadata/a"), Some("events:Metadata/*"));
    }
}
