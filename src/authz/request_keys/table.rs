//! Reads `keys.toml`.

use super::{Function, Presence, Shape};
use crate::authz::CallerKind;
use rustc_hash::FxHashMap;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// What the table says of one key, or of a family of keys such as `aws:PrincipalTag/*`.
#[derive(Debug)]
pub struct KeyRow {
    /// The name as AWS writes it.
    pub name: String,
    lower_name: String,
    presence: [Presence; CallerKind::ALL.len()],
    follows: [bool; CallerKind::ALL.len()],
    function: Option<Function>,
    services: Vec<String>,
    always_with: Vec<String>,
    never_with: Vec<String>,
    perhaps_with: Vec<String>,
    also_with: Vec<String>,
    never_for: [Vec<String>; CallerKind::ALL.len()],
    tells_kinds_apart: bool,
    shape: Option<Shape>,
    shapes: [Option<Shape>; CallerKind::ALL.len()],
}

impl KeyRow {
    /// The name in lower case.
    pub fn lower_name(&self) -> &str {
        &self.lower_name
    }

    /// Whether requests of this kind of caller have the key, whatever the action.
    pub fn presence(&self, kind: CallerKind) -> Presence {
        self.presence[kind as usize]
    }

    /// The function that gives the value in requests of this kind of caller, if there is one.
    pub fn function(&self, kind: CallerKind) -> Option<Function> {
        self.function.filter(|_| self.follows[kind as usize])
    }

    /// The values that are possible in requests of this kind of caller, or of any; `None`: all of the key's type.
    pub fn shape(&self, kind: Option<CallerKind>) -> Option<&Shape> {
        kind.and_then(|kind| self.shapes[kind as usize].as_ref()).or(self.shape.as_ref())
    }

    /// Whether requests of this kind of caller for this action, `service:name` in lower case, never have the key.
    pub fn is_never(&self, kind: CallerKind, action: &str) -> bool {
        self.presence(kind) == Presence::Never || is_listed(&self.never_for[kind as usize], action)
    }

    /// Whether requests for the action can have the key though the reference data does not list it there.
    pub fn is_also_with(&self, action: &str) -> bool {
        is_listed(&self.also_with, action)
    }

    /// Whether a value is possible in requests of this kind of caller.
    pub fn admits(&self, kind: CallerKind, value: &str) -> bool {
        match self.shape(Some(kind)) {
            Some(shape) => shape.fits(value),
            None => !self.shapes_of_others(kind).any(|shape| shape.fits(value)),
        }
    }

    /// The values of other kinds of callers, where they tell the kinds apart and this kind has none of its own that a
    /// page names.
    pub fn shapes_of_others(&self, kind: CallerKind) -> impl Iterator<Item = &Shape> {
        let is_open = self.tells_kinds_apart && self.shape(Some(kind)).is_none();
        self.shapes.iter().flatten().filter(move |_| is_open)
    }

    /// Whether the values differ by kind of caller.
    pub fn has_shapes_by_caller(&self) -> bool {
        self.shapes.iter().any(Option::is_some)
    }

    /// Whether all requests of some kind of caller have the key, or all requests for some action.
    pub fn is_always_somewhere(&self) -> bool {
        self.presence.contains(&Presence::Always) || !self.always_with.is_empty()
    }

    /// Whether an action can change the presence.
    pub fn depends_on_action(&self) -> bool {
        self.lists().any(|list| !list.is_empty())
    }

    /// Whether the row speaks of actions of the service.
    pub fn names_service(&self, service: &str) -> bool {
        let is_of = |entry: &String| service_of(entry) == service;
        self.lists().flatten().any(is_of)
    }

    fn lists(&self) -> impl Iterator<Item = &Vec<String>> {
        let all = [&self.services, &self.always_with, &self.never_with, &self.perhaps_with];
        all.into_iter().chain([&self.also_with]).chain(&self.never_for)
    }

    /// The presence in requests for this action, `service:name` in lower case, where `by_caller` is what holds for
    /// the caller.
    pub fn with_action(&self, by_caller: Presence, action: &str) -> Presence {
        if by_caller == Presence::Never || !self.depends_on_action() {
            return by_caller;
        }
        let service = service_of(action);
        let is_listed = |list: &[String]| is_listed(list, action);
        let is_elsewhere =
            !self.services.is_empty() && !self.services.iter().any(|own| own == service);
        match () {
            () if is_elsewhere || is_listed(&self.never_with) => Presence::Never,
            () if is_listed(&self.always_with) => Presence::Always,
            () if is_listed(&self.perhaps_with) => Presence::Perhaps,
            () => by_caller,
        }
    }
}

fn kind_of(word: &str) -> Option<CallerKind> {
    CallerKind::ALL.into_iter().find(|kind| kind.word() == word)
}

fn service_of(action: &str) -> &str {
    action.split(':').next().unwrap_or_default()
}

fn is_listed(list: &[String], action: &str) -> bool {
    list.iter().any(|entry| match entry.strip_suffix('*') {
        Some(start) => action.starts_with(start),
        None => entry == action,
    })
}

/// The row of a key, given in lower case.
pub fn request_key(lower_key: &str) -> Option<&'static KeyRow> {
    let family = || {
        let (stem, member) = lower_key.split_once('/')?;
        BY_STEM.get(stem).filter(|_| !member.is_empty())
    };
    BY_NAME.get(lower_key).or_else(family).copied()
}

/// The rows by their names in lower case.
static BY_NAME: LazyLock<FxHashMap<&str, &KeyRow>> =
    LazyLock::new(|| request_keys().iter().map(|row| (row.lower_name(), row)).collect());

/// The rows of families such as `aws:PrincipalTag/*`, by what precedes the slash.
static BY_STEM: LazyLock<FxHashMap<&str, &KeyRow>> = LazyLock::new(|| {
    let rows = request_keys().iter();
    rows.filter_map(|row| Some((row.lower_name().strip_suffix("/*")?, row))).collect()
});

/// All rows, in the order of their lower-case names.
pub fn request_keys() -> &'static [KeyRow] {
    &ROWS
}

/// The keys whose value follows in requests of this kind of caller, with what gives it.
pub(in crate::authz) fn functions(
    kind: CallerKind,
) -> impl Iterator<Item = (&'static KeyRow, Function)> {
    FUNCTIONS.iter().filter_map(move |row| Some((*row, row.function(kind)?)))
}

static FUNCTIONS: LazyLock<Vec<&KeyRow>> =
    LazyLock::new(|| request_keys().iter().filter(|row| row.function.is_some()).collect());

/// Read when it is first asked for.
static ROWS: LazyLock<Vec<KeyRow>> = LazyLock::new(|| {
    let mut rows = read(include_str!("keys.toml"));
    rows.sort_by(|one, other| one.lower_name.cmp(&other.lower_name));
    rows
});

#[expect(clippy::expect_used, reason = "the text is part of the program, and a test reads it")]
fn read(text: &str) -> Vec<KeyRow> {
    let file: File = toml::from_str(text).expect("keys.toml is well formed");
    file.key.into_iter().map(|row| row.resolve().expect("keys.toml has no unknown word")).collect()
}

#[derive(Deserialize)]
struct File {
    key: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Row {
    name: String,
    #[serde(default, rename = "source")]
    _source: Option<String>,
    by: Option<Function>,
    user: Option<Word>,
    root: Option<Word>,
    federated_session: Option<Word>,
    role_session: Option<Word>,
    service: Option<Word>,
    anonymous: Option<Word>,
    identity_provider: Option<Word>,
    signed: Option<Word>,
    all: Option<Word>,
    #[serde(default)]
    services: Vec<String>,
    #[serde(default, rename = "always_with")]
    always_with: Vec<String>,
    #[serde(default, rename = "never_with")]
    never_with: Vec<String>,
    #[serde(default, rename = "perhaps_with")]
    perhaps_with: Vec<String>,
    #[serde(default, rename = "also_with")]
    also_with: Vec<String>,
    #[serde(default, rename = "never_for")]
    never_for: BTreeMap<String, Vec<String>>,
    #[serde(default, rename = "tells_kinds_apart")]
    tells_kinds_apart: bool,
    #[serde(default)]
    values: Vec<String>,
    #[serde(default, rename = "values_of")]
    values_of: BTreeMap<String, Vec<String>>,
}

#[derive(Clone, Copy, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Word {
    Follows,
    Always,
    Never,
    Perhaps,
}

impl Row {
    /// `None` where the row leaves a kind of caller open, follows from nothing, or has a form that nobody reads.
    fn resolve(self) -> Option<KeyRow> {
        let mut words = [Word::Perhaps; CallerKind::ALL.len()];
        for (kind, word) in CallerKind::ALL.into_iter().zip(&mut words) {
            *word = self.word(kind)?;
        }
        let follows = words.map(|word| word == Word::Follows);
        let function = self.by;
        if function.is_none() && follows.contains(&true) {
            return None;
        }
        let lower = |list: Vec<String>| {
            list.iter().map(|text| text.to_ascii_lowercase()).collect::<Vec<_>>()
        };
        let mut never_for = CallerKind::ALL.map(|_| Vec::new());
        for (name, actions) in self.never_for {
            never_for[kind_of(&name)? as usize] = lower(actions);
        }
        let mut shapes = CallerKind::ALL.map(|_| None);
        for (name, forms) in &self.values_of {
            shapes[kind_of(name)? as usize] = Some(Shape::read(forms)?);
        }
        let all_forms = if self.values.is_empty() {
            self.values_of.values().flatten().cloned().collect()
        } else {
            self.values.clone()
        };
        // A kind without forms of its own may have any value, so all together do.
        let is_open = |kind: CallerKind| {
            words[kind as usize] != Word::Never && shapes[kind as usize].is_none()
        };
        let any_kind_open = self.values.is_empty() && CallerKind::ALL.into_iter().any(is_open);
        let shape = match all_forms.is_empty() || any_kind_open {
            true => None,
            false => Some(Shape::read(&all_forms)?),
        };
        Some(KeyRow {
            lower_name: self.name.to_lowercase(),
            name: self.name,
            presence: words.map(|word| match word {
                Word::Follows | Word::Always => Presence::Always,
                Word::Never => Presence::Never,
                Word::Perhaps => Presence::Perhaps,
            }),
            follows,
            function,
            services: self.services,
            always_with: lower(self.always_with),
            never_with: lower(self.never_with),
            perhaps_with: lower(self.perhaps_with),
            also_with: lower(self.also_with),
            never_for,
            tells_kinds_apart: self.tells_kinds_apart,
            shape,
            shapes,
        })
    }

    fn word(&self, kind: CallerKind) -> Option<Word> {
        let own = match kind {
            CallerKind::User => self.user,
            CallerKind::Root => self.root,
            CallerKind::FederatedSession => self.federated_session,
            CallerKind::RoleSession => self.role_session,
            CallerKind::Service => self.service,
            CallerKind::Anonymous => self.anonymous,
            CallerKind::WebIdentity => self.identity_provider,
        };
        let is_signed = matches!(
            kind,
            CallerKind::User
                | CallerKind::Root
                | CallerKind::FederatedSession
                | CallerKind::RoleSession
        );
        own.or(self.signed.filter(|_| is_signed)).or(self.all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws;

    #[test]
    fn every_key_has_one_row_and_is_spelt_as_the_reference_data_has_it() {
        let names = request_keys().iter().map(|row| row.lower_name.as_str()).collect::<Vec<_>>();
        assert!(names.is_sorted_by(|one, other| one < other), "{names:?}");
        for row in request_keys() {
            let known = aws::condition_key(&row.name);
            assert!(
                known.is_none_or(|key| key.name == row.name),
                "{} is spelt otherwise",
                row.name
            );
        }
    }

    #[test]
    fn every_global_key_has_a_row() {
        let global = aws::condition_keys().filter(|key| key.is_global());
        let missing = global
            .filter(|key| request_key(&key.name.to_lowercase()).is_none())
            .map(|key| key.name)
            .collect::<Vec<_>>();
        assert!(missing.is_empty(), "{missing:?}");
    }

    #[test]
    fn families_and_plain_names_are_found() {
        let name = |key| request_key(key).map(|row| row.name.as_str());
        assert_eq!(name("aws:principaltag/team"), Some("aws:PrincipalTag/*"));
        assert_eq!(name("aws:principaltag/"), None);
        assert_eq!(name("aws:principaltype"), Some("aws:PrincipalType"));
        assert_eq!(name("aws:newer"), None);
    }
}
