//! Kinds of actions: actions with the resources they work on and the keys their requests have, as far as some statements
//! distinguish them.
//!
//! AWS has some 20,000 actions. Those that the statements treat alike are one kind: the same patterns of actions fit them,
//! the same patterns of resources hold their ARNs, and the same keys are present. A service that no statement looks into is
//! read by summaries of its actions only.

use super::resources::{ResourceKind, Resources};
use super::wanted::Wanted;
use crate::authz::{KeyRow, Presence, claim, presence, request_key};
use crate::aws;
use crate::aws::{Action, ActionKind, ActionResource, ArnTemplate, ConditionKey, Service};
use crate::symbolic::text::{Atom, Together, forms};
use rustc_hash::{FxHashMap, FxHashSet};
use std::cell::RefCell;
use std::rc::Rc;

/// Steps of a search that take as long as to hold a pattern against an action. Measured.
const FITTING: usize = 10;

/// The kinds of actions that were found last. A comparison asks again and again with other values of variables, which
/// mostly leave the patterns of actions and resources as they are.
#[derive(Default)]
pub(crate) struct LastKinds(RefCell<Option<Rc<FoundKinds>>>);

/// Kinds of actions, and what they were found for.
pub(crate) struct FoundKinds {
    pub wanted: Wanted,
    resources: Resources,
    keys: Vec<(usize, Box<str>)>,
    pub kinds: Vec<FoundKind>,
    /// The patterns that fit some action of the data.
    pub known: FxHashSet<u32>,
    /// How many patterns and keys were held against actions.
    pub cost: usize,
}

/// A kind of actions by an example.
pub(crate) struct FoundKind {
    /// In lower case.
    pub action: Box<str>,
    /// The resources of its requests.
    pub resources: Vec<Atom>,
    /// For each key.
    pub presences: Vec<Presence>,
}

impl LastKinds {
    pub(crate) fn kinds(
        &self,
        wanted: Wanted,
        resources: Resources,
        keys: &[(usize, Box<str>)],
        budget: &Together,
    ) -> Rc<FoundKinds> {
        let mut last = self.0.borrow_mut();
        match &*last {
            Some(last) if last.is_for(&wanted, &resources, keys) => Rc::clone(last),
            _ => {
                let found = Rc::new(FoundKinds::new(wanted, resources, keys.to_vec()));
                budget.spend_on_preparing(found.cost);
                *last = Some(Rc::clone(&found));
                found
            }
        }
    }
}

impl FoundKinds {
    fn is_for(&self, wanted: &Wanted, resources: &Resources, keys: &[(usize, Box<str>)]) -> bool {
        self.wanted == *wanted && self.resources == *resources && self.keys == keys
    }

    fn new(wanted: Wanted, resources: Resources, keys: Vec<(usize, Box<str>)>) -> FoundKinds {
        let asked = keys.iter().map(|(_, key)| Key::new(key)).collect::<Vec<_>>();
        let mut search = KindSearch::new(&wanted, &resources, &asked);
        search.run();
        let (found, known, cost) = (search.found, search.known, search.cost);
        let mut kinds = found.into_iter().collect::<Vec<_>>();
        kinds.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
        let kinds = kinds.into_iter().map(|(kind, example)| FoundKind {
            action: example.action,
            resources: example.resource.map_or_else(
                || vec![Atom::Literal("*".into())],
                |own| forms::of_template(own, &resources.partitions, &resources.atoms),
            ),
            presences: kind.presences,
        });
        let kinds = kinds.collect();
        FoundKinds { wanted, resources, keys, kinds, known, cost }
    }
}

/// A condition key that is asked about.
struct Key {
    name: Box<str>,
    known: Option<ConditionKey>,
    row: Option<&'static KeyRow>,
    /// The services that know it, if it belongs to some.
    services: Vec<&'static str>,
    /// Whether requests for some actions lack it by the reference data.
    is_of_some_actions: bool,
}

impl Key {
    fn new(name: &str) -> Key {
        let known = aws::condition_key(name);
        let services = known.iter().flat_map(ConditionKey::services).collect();
        let is_of_some = |key: &ConditionKey| key.is_listed_per_action() || !key.is_global();
        let is_of_some_actions = known.as_ref().is_some_and(is_of_some) && claim(name).is_none();
        Key { name: name.into(), known, row: request_key(name), services, is_of_some_actions }
    }

    /// Whether some requests to the service have the key that others lack.
    fn is_of(&self, service: &str) -> bool {
        self.services.contains(&service) || self.row.is_some_and(|row| row.names_service(service))
    }

    /// Whether the key is one of these names of the reference data.
    fn is_in(&self, mut listed: impl Iterator<Item = &'static str>) -> bool {
        self.known.is_some_and(|own| listed.any(|name| name == own.name))
    }

    /// Whether requests for the action, in lower case, have the key, whoever asks. What depends on the caller alone is left
    /// to the shapes of callers.
    fn presence(&self, action: &str, is_listed: impl FnOnce() -> bool) -> Presence {
        let is_also = || self.row.is_some_and(|row| row.is_also_with(action));
        match self.row {
            _ if self.is_of_some_actions && !is_listed() && !is_also() => Presence::Never,
            Some(row) if row.depends_on_action() => presence(&self.name, None, Some(action)),
            _ => Presence::Perhaps,
        }
    }
}

/// What the statements distinguish about an action.
#[derive(PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Kind {
    /// The patterns of actions that fit it.
    fitting: Rc<[u32]>,
    resource: Rc<ResourceKind>,
    /// The ARNs, where patterns distinguish them.
    own: Option<ArnTemplate>,
    /// For each key that is asked about.
    presences: Vec<Presence>,
}

/// An action of a kind, on a resource of a type.
struct Example {
    /// In lower case.
    action: Box<str>,
    resource: Option<ArnTemplate>,
}

struct KindSearch<'k> {
    wanted: &'k Wanted,
    resources: &'k Resources,
    keys: &'k [Key],
    /// What the patterns of resources distinguish about the ARNs of a template.
    of_templates: FxHashMap<ArnTemplate, Rc<ResourceKind>>,
    without_resource: Rc<ResourceKind>,
    found: FxHashMap<Kind, Example>,
    known: FxHashSet<u32>,
    cost: usize,
}

impl<'k> KindSearch<'k> {
    fn new(wanted: &'k Wanted, resources: &'k Resources, keys: &'k [Key]) -> KindSearch<'k> {
        KindSearch {
            wanted,
            resources,
            keys,
            of_templates: FxHashMap::default(),
            without_resource: Rc::new(ResourceKind::None),
            found: FxHashMap::default(),
            known: FxHashSet::default(),
            cost: 0,
        }
    }

    fn run(&mut self) {
        let universal: Rc<[u32]> = self.wanted.universal().into();
        // In services that no pattern of resources names, kinds with the same keys are alike.
        let mut seen = FxHashSet::default();
        for service in aws::services() {
            let prefix = service.prefix();
            if self.wanted.looks_into(prefix) || self.keys.iter().any(|key| key.is_of(prefix)) {
                self.add_actions(service);
            } else if self.wanted.asks_for_all_services() {
                self.known.extend(&*universal);
                let is_far = !self.resources.names(service);
                for kind in service.kinds() {
                    if !is_far || seen.insert((kind.resource_type().is_some(), kind.keys())) {
                        self.add_summary(service, kind, &universal);
                    }
                }
            }
        }
    }

    /// Looks at each action of a service.
    fn add_actions(&mut self, service: &'static Service) {
        let mut keys_of_types = FxHashMap::default();
        let mut fitting: Rc<[u32]> = Rc::default();
        let (mut name, mut own_fitting) = (String::new(), Vec::new());
        for action in service.actions() {
            name.clear();
            name.extend([service.prefix(), ":", action.name()]);
            name.make_ascii_lowercase();
            self.wanted.fitting(&name, &mut own_fitting);
            self.cost += (self.wanted.len() + self.keys.len()) * FITTING;
            if own_fitting != *fitting {
                self.known.extend(&own_fitting);
                fitting = own_fitting.as_slice().into();
            }
            if self.wanted.asks_for(&fitting) {
                self.add_action(action, &name, &fitting, &mut keys_of_types);
            }
        }
    }

    /// `keys_of_types`: which keys a type of resource has, by its name.
    fn add_action(
        &mut self,
        action: &Action,
        lower_name: &str,
        fitting: &Rc<[u32]>,
        keys_of_types: &mut FxHashMap<&'static str, Box<[bool]>>,
    ) {
        let keys = self.keys;
        let by_action =
            keys.iter().map(|key| key.is_in(action.condition_keys())).collect::<Vec<_>>();
        if action.is_resourceless() {
            let numbered = keys.iter().enumerate();
            let presences = numbered.map(|(at, key)| key.presence(lower_name, || by_action[at]));
            self.add(lower_name, fitting, None, presences.collect());
        }
        for resource in action.resources() {
            let kind = resource.resource_type;
            let by_type = keys_of_types.entry(kind.name()).or_insert_with(|| {
                keys.iter().map(|key| key.is_in(kind.condition_keys())).collect()
            });
            let is_listed = |at: usize, resource: &ActionResource| {
                by_action[at] || by_type[at] || keys[at].is_in(resource.condition_keys())
            };
            let numbered = keys.iter().enumerate();
            let presences =
                numbered.map(|(at, key)| key.presence(lower_name, || is_listed(at, &resource)));
            let presences = presences.collect::<Vec<_>>();
            for template in kind.arns() {
                self.add(lower_name, fitting, Some(template), presences.clone());
            }
        }
    }

    /// Looks at a kind of actions of a service only: the same patterns fit all its actions, and no key belongs to the service.
    fn add_summary(&mut self, service: &'static Service, kind: &ActionKind, fitting: &Rc<[u32]>) {
        let name = format!("{}:{}", service.prefix(), kind.example()).to_ascii_lowercase();
        let is_listed = |key: &Key| {
            let is_listed =
                |own: ConditionKey| own.is_listed_per_action() && kind.supports(own.name);
            key.known.is_some_and(is_listed)
        };
        let presences = self.keys.iter().map(|key| key.presence(&name, || is_listed(key)));
        let presences = presences.collect::<Vec<_>>();
        match kind.resource_type() {
            None => self.add(&name, fitting, None, presences),
            Some(resource) => resource.arns().for_each(|template| {
                self.add(&name, fitting, Some(template), presences.clone());
            }),
        }
    }

    fn add(
        &mut self,
        action: &str,
        fitting: &Rc<[u32]>,
        resource: Option<ArnTemplate>,
        presences: Vec<Presence>,
    ) {
        let kind = match resource {
            None => &self.without_resource,
            Some(own) => {
                let of_template = self.of_templates.entry(own);
                of_template.or_insert_with(|| Rc::new(self.resources.kind(own)))
            }
        };
        let is_apart = **kind == ResourceKind::Apart;
        let kind = Kind {
            fitting: Rc::clone(fitting),
            resource: Rc::clone(kind),
            own: resource.filter(|_| is_apart),
            presences,
        };
        self.found.entry(kind).or_insert_with(|| Example { action: action.into(), resource });
    }
}
