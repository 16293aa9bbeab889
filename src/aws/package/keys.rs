//! The table of condition keys of all services.

use std::collections::{BTreeMap, BTreeSet};

use super::error::{PackageError, row};
use super::raw::{About, Service, path};
use crate::aws::key::{KeyCategory, KeyType, NO_SERVICE, PATTERNS, is_listed_per_action};

/// The script of the package that lists the global keys.
pub(super) const GLOBALS: &str = "dist/esm/globalConditionKeys.js";

/// One notation for variable parts: `${TagKey}`, `<key>` and `tag-key` all become `*`.
fn key_name(file: &str, name: &str) -> Result<String, PackageError> {
    let wrong = || PackageError::new(file, format!("condition key in a new notation: `{name}`"));
    let mut found = String::new();
    let mut rest = name;
    while let Some(start) = rest.find(['$', '<']) {
        let (before, variable) = rest.split_at(start);
        let inside = variable.strip_prefix("${").and_then(|text| text.split_once('}'));
        let (variable, after) = inside
            .or_else(|| variable.strip_prefix('<').and_then(|text| text.split_once('>')))
            .ok_or_else(wrong)?;
        if !variable.bytes().all(|byte| byte.is_ascii_alphabetic()) {
            return Err(wrong());
        }
        found += before;
        found.push('*');
        rest = after;
    }
    found += rest;
    if let Some(before) = found.strip_suffix("/tag-key") {
        found = format!("{before}/*");
    }
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b":/._*-".contains(&byte);
    let stars = found.matches('*').count();
    if found.is_empty() || stars > 1 || !found.bytes().all(is_plain) {
        Err(wrong())
    } else {
        Ok(found)
    }
}

/// A definition of a key.
struct Defined {
    name: String,
    kind: String,
    service: String,
    file: String,
}

/// All keys, by their lower-case names.
#[derive(Default)]
pub(super) struct Keys {
    defined: BTreeMap<String, Vec<Defined>>,
    /// Canonical name, type, category.
    globals: BTreeMap<String, (String, String, String)>,
    used: BTreeMap<String, BTreeSet<String>>,
}

impl Keys {
    /// The keys that a service defines.
    pub(super) fn define(&mut self, prefix: &str, raw: &Service) -> Result<(), PackageError> {
        let file = path("conditionKeys", prefix);
        for key in raw.keys.values() {
            let name = key_name(&file, &key.key)?;
            if KeyType::read(&key.kind).is_none() {
                return Err(PackageError::new(
                    &file,
                    format!("`{name}` has the new type `{}`", key.kind),
                ));
            }
            let (kind, service, file) = (key.kind.clone(), prefix.to_owned(), file.clone());
            let all = self.defined.entry(name.to_ascii_lowercase()).or_default();
            all.push(Defined { name, kind, service, file });
        }
        Ok(())
    }

    /// The keys that actions and types of a service list.
    pub(super) fn note<'k>(&mut self, prefix: &str, keys: impl Iterator<Item = &'k str>) {
        for key in keys {
            self.used.entry(key.to_owned()).or_default().insert(prefix.to_owned());
        }
    }

    /// The global keys: lines such as `key: 'aws:SourceIp',`, `category: 'network',`, `type: 'IPAddress',`.
    pub(super) fn globals(&mut self, script: &str) -> Result<(), PackageError> {
        let wrong = |problem: String| Err(PackageError::new(GLOBALS, problem));
        let values = |field: &str| {
            let start = format!("{field}: '");
            let lines = script
                .lines()
                .filter_map(|line| line.trim().strip_prefix(&start)?.split('\'').next());
            lines.map(str::to_owned).collect::<Vec<_>>()
        };
        let (names, categories, kinds) = (values("key"), values("category"), values("type"));
        if names.is_empty() || names.len() != categories.len() || names.len() != kinds.len() {
            return wrong("the list of global condition keys has a new form".to_owned());
        }
        for ((name, category), kind) in names.into_iter().zip(categories).zip(kinds) {
            let name = key_name(GLOBALS, &name)?;
            if KeyType::read(&kind).is_none() || KeyCategory::read(&category).is_none() {
                return wrong(format!(
                    "`{name}` has the new type `{kind}` or category `{category}`"
                ));
            }
            self.globals.insert(name.to_ascii_lowercase(), (name, kind, category));
        }
        Ok(())
    }

    /// The spelling of a key that counts, for a name that an action or a type lists.
    pub(super) fn canonical(&self, file: &str, name: &str) -> Result<String, PackageError> {
        let lower = key_name(file, name)?.to_ascii_lowercase();
        match self.defined.contains_key(&lower) {
            true => Ok(self.meaning(&lower)?.0.to_owned()),
            false => Err(PackageError::new(file, format!("`{name}` is listed and not defined"))),
        }
    }

    /// The rows `name|type|category|services`.
    pub(super) fn table(&self, about: &About) -> Result<String, PackageError> {
        let all = self.defined.keys().chain(self.globals.keys()).collect::<BTreeSet<_>>();
        let rows = all.iter().map(|lower| self.row(lower)).collect::<Result<Vec<_>, _>>()?;
        let names = rows.iter().filter_map(|row| row.split('|').next());
        let variable = names.filter(|name| name.contains('*')).collect::<Vec<_>>().join(" ");
        let head = [
            ("title", "AWS condition keys; generated, do not edit".to_owned()),
            ("package", format!("{} {}", about.name, about.version)),
            ("date", about.date().to_owned()),
            (
                "licence",
                format!("{}, Copyright (c) 2024 Act Security (see NOTICE)", about.licence()),
            ),
            (
                "counts",
                format!("{} condition keys, {} of them global", rows.len(), self.globals.len()),
            ),
            (PATTERNS, variable),
        ];
        let head = head.map(|(name, value)| format!("# {name}: {value}\n"));
        Ok(head.concat() + &rows.concat())
    }

    fn row(&self, lower: &str) -> Result<String, PackageError> {
        let (name, kind, category) = self.meaning(lower)?;
        let is_open = category.is_empty() && !is_listed_per_action(name);
        let services = if is_open { self.services(name) } else { String::new() };
        row(GLOBALS, &[name, kind, category, &services])
    }

    /// The spelling, the type and the category: as a global key, else as the service defines it whose prefix it bears, else as the first
    /// service does, which must have the type that the others have.
    fn meaning(&self, lower: &str) -> Result<(&str, &str, &str), PackageError> {
        let defined = self.defined.get(lower).map_or(&[][..], Vec::as_slice);
        if let Some((name, kind, category)) = self.globals.get(lower) {
            return Ok((name, kind, category));
        }
        let own = defined.iter().find(|key| name_begins(lower, &key.service));
        let Some(first) = own.or(defined.first()) else {
            return Err(PackageError::new(GLOBALS, format!("`{lower}` is defined nowhere")));
        };
        let differs = |key: &&Defined| own.is_none() && key.kind != first.kind;
        match defined.iter().find(differs) {
            Some(key) => {
                let problem =
                    format!("`{}` is `{}`, but `{}` elsewhere", key.name, key.kind, first.kind);
                Err(PackageError::new(&key.file, problem))
            }
            None => Ok((&first.name, &first.kind, "")),
        }
    }

    /// The services that list the key; nothing if it is the one whose prefix the key bears.
    fn services(&self, name: &str) -> String {
        let Some(users) = self.used.get(name) else { return NO_SERVICE.to_owned() };
        let is_own = users.len() == 1 && users.iter().all(|user| name_begins(name, user));
        if is_own {
            String::new()
        } else {
            users.iter().map(String::as_str).collect::<Vec<_>>().join(" ")
        }
    }
}

fn name_begins(name: &str, prefix: &str) -> bool {
    name.split(':').next() == Some(prefix)
}
