//! The table of a service: its resource types with the kinds of action that work on them, then its actions.

use std::collections::{BTreeMap, BTreeSet};

use super::arns;
use super::error::{PackageError, row};
use super::keys::Keys;
use super::raw::{self, Action, ResourceType, Use};
use crate::aws::kind::{KeySet, bit, letters};
use crate::aws::table;

pub(super) const RCP: &str = "data/rcpSupportedServices.json";

/// Whether the list of resource control policies names only services.
pub(super) fn all_known(bound: &BTreeSet<String>, prefixes: &[String]) -> Result<(), PackageError> {
    match bound.iter().find(|name| !prefixes.contains(name)) {
        Some(name) => Err(PackageError::new(RCP, format!("`{name}` is not a service"))),
        None => Ok(()),
    }
}

/// The rows, and the numbers of types and actions.
pub(super) fn table(
    prefix: &str,
    raw: &raw::Service,
    keys: &mut Keys,
) -> Result<(String, [usize; 2]), PackageError> {
    let (actions_file, types_file) =
        (raw::path("actions", prefix), raw::path("resourceTypes", prefix));
    let maker = Maker { prefix, actions_file, types_file, keys };
    let types = maker.types(raw)?;
    let actions = maker.actions(raw, &types)?;
    let counts = [types.len(), actions.len()];
    let mut text = format!(
        "# AWS service {prefix}; generated, do not edit: see ../SOURCE.md\n# counts: {} resource types, {} actions\n",
        counts[0], counts[1]
    );
    text += &maker.type_rows(&types, &actions)?;
    for action in &actions {
        text += &maker.action_row(action, &types)?;
    }
    keys.note(prefix, actions.iter().flat_map(MadeAction::keys));
    keys.note(prefix, types.values().flat_map(|kind| &kind.keys).map(String::as_str));
    Ok((text, counts))
}

struct Type {
    name: String,
    arns: Vec<String>,
    keys: BTreeSet<String>,
}

struct MadeAction {
    name: String,
    level: &'static str,
    /// By the lower-case name of the type: whether it is required, and the keys that come only with it.
    uses: BTreeMap<String, (bool, BTreeSet<String>)>,
    own: BTreeSet<String>,
}

impl MadeAction {
    fn keys(&self) -> impl Iterator<Item = &str> {
        let of_uses = self.uses.values().flat_map(|(_, keys)| keys);
        self.own.iter().chain(of_uses).map(String::as_str)
    }
}

struct Maker<'m> {
    prefix: &'m str,
    actions_file: String,
    types_file: String,
    keys: &'m Keys,
}

/// Types by their lower-case names.
type Types = BTreeMap<String, Type>;

impl Maker<'_> {
    fn types(&self, raw: &raw::Service) -> Result<Types, PackageError> {
        let mut types = Types::new();
        for kind in raw.types.values() {
            let made = self.type_of(kind)?;
            if types.insert(kind.key.to_ascii_lowercase(), made).is_some() {
                return Err(PackageError::new(
                    &self.types_file,
                    format!("two types `{}`", kind.key),
                ));
            }
        }
        Ok(types)
    }

    fn type_of(&self, kind: &ResourceType) -> Result<Type, PackageError> {
        let wrong = |problem| PackageError::new(&self.types_file, problem);
        if kind.key.is_empty() || kind.key.contains([';', '!', '{', '}', '|', '\n']) {
            return Err(wrong(format!("the name of a type in a new notation: `{}`", kind.key)));
        }
        let arns = arns::templates(self.prefix, &kind.key, &kind.arn).map_err(wrong)?;
        let keys = self.names(&self.types_file, &kind.condition_keys)?;
        Ok(Type { name: kind.key.clone(), arns, keys })
    }

    fn actions(&self, raw: &raw::Service, types: &Types) -> Result<Vec<MadeAction>, PackageError> {
        let mut actions = raw
            .actions
            .values()
            .map(|action| self.action(action, types))
            .collect::<Result<Vec<_>, _>>()?;
        actions.sort_by(|one, other| table::compare(&one.name, &other.name));
        let twice =
            actions.windows(2).find(|pair| table::compare(&pair[0].name, &pair[1].name).is_eq());
        match twice {
            Some(pair) => Err(PackageError::new(
                &self.actions_file,
                format!("two actions `{}`", pair[0].name),
            )),
            None => Ok(actions),
        }
    }

    fn action(&self, action: &Action, types: &Types) -> Result<MadeAction, PackageError> {
        let wrong = |problem: String| {
            PackageError::new(&self.actions_file, format!("`{}`: {problem}", action.name))
        };
        if action.name.is_empty()
            || !action.name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        {
            return Err(wrong("the name has a new notation".to_owned()));
        }
        let level = level(&action.access_level)
            .ok_or_else(|| wrong(format!("new access level `{}`", action.access_level)))?;
        let mut uses = BTreeMap::<String, (bool, BTreeSet<String>)>::new();
        for used in &action.resource_types {
            let Use { name, required, condition_keys } = used;
            let lower = name.to_ascii_lowercase();
            if !types.contains_key(&lower) {
                return Err(wrong(format!("there is no resource type `{name}`")));
            }
            // A few actions list a type twice; both entries count.
            let (is_required, keys) = uses.entry(lower).or_default();
            *is_required |= required;
            keys.extend(self.names(&self.actions_file, condition_keys)?);
        }
        let own = self.names(&self.actions_file, &action.condition_keys)?;
        Ok(MadeAction { name: action.name.clone(), level, uses, own })
    }

    fn names(&self, file: &str, keys: &[String]) -> Result<BTreeSet<String>, PackageError> {
        keys.iter().map(|key| self.keys.canonical(file, key)).collect()
    }

    /// `type|bucket|arn:${Partition}:s3:::${BucketName}|keys|kinds`; actions without a type are in a row without a name.
    fn type_rows(&self, types: &Types, actions: &[MadeAction]) -> Result<String, PackageError> {
        let mut kinds = kinds(types, actions);
        let mut kinds_of = |lower: &str| kinds.remove(lower).map(cell).unwrap_or_default();
        let without = kinds_of("");
        let mut text = String::new();
        if !without.is_empty() {
            text += &row(&self.types_file, &["type", "", "", "", &without])?;
        }
        for (lower, kind) in types {
            let (arns, keys) = (kind.arns.join(" "), list(&kind.keys));
            text += &row(&self.types_file, &["type", &kind.name, &arns, &keys, &kinds_of(lower)])?;
        }
        Ok(text)
    }

    /// `action|GetObject|Read|accesspointobject;object|keys`
    fn action_row(&self, action: &MadeAction, types: &Types) -> Result<String, PackageError> {
        let uses = action.uses.iter().filter_map(|(lower, (required, keys))| {
            let mark = if *required { "!" } else { "" };
            let keys = if keys.is_empty() { String::new() } else { format!("{{{}}}", list(keys)) };
            Some(format!("{mark}{}{keys}", types.get(lower)?.name))
        });
        let uses = uses.collect::<Vec<_>>().join(";");
        row(&self.actions_file, &["action", &action.name, action.level, &uses, &list(&action.own)])
    }
}

/// For each type, by its lower-case name, the sets of keys that requests of its actions can have, each with the first such action.
fn kinds<'a>(
    types: &Types,
    actions: &'a [MadeAction],
) -> BTreeMap<String, BTreeMap<KeySet, &'a str>> {
    let mut kinds = BTreeMap::<String, BTreeMap<KeySet, &str>>::new();
    for action in actions {
        let own = set(&action.own);
        if action.uses.is_empty() {
            kinds.entry(String::new()).or_default().entry(own).or_insert(&action.name);
        }
        for (lower, (_, keys)) in &action.uses {
            let of_type = types.get(lower).map_or(0, |kind| set(&kind.keys));
            let all = own | set(keys) | of_type;
            kinds.entry(lower.clone()).or_default().entry(all).or_insert(&action.name);
        }
    }
    kinds
}

fn set(keys: &BTreeSet<String>) -> KeySet {
    keys.iter().fold(0, |set, key| set | bit(key))
}

/// `CreateBucket;qrk:TagResource`
fn cell(kinds: BTreeMap<KeySet, &str>) -> String {
    let texts = kinds.into_iter().map(|(keys, example)| match keys {
        0 => example.to_owned(),
        keys => format!("{}:{example}", letters(keys)),
    });
    texts.collect::<Vec<_>>().join(";")
}

/// An action that tags or manages permissions is a write too; the package has both, the more specific one is kept.
fn level(text: &str) -> Option<&'static str> {
    match text {
        "List" => Some("List"),
        "Read" => Some("Read"),
        "Write" => Some("Write"),
        "Tagging, Write" => Some("Tagging"),
        "Permissions management, Write" => Some("PermissionsManagement"),
        _ => None,
    }
}

/// Separated by blanks, in the order of the tables.
fn list(keys: &BTreeSet<String>) -> String {
    let mut keys = keys.iter().map(String::as_str).collect::<Vec<_>>();
    keys.sort_by(|one, other| table::compare(one, other));
    keys.join(" ")
}
