//! Actions with the resources they work on and the keys their requests have, as far as some statements tell them apart.
//!
//! AWS has some 20,000 actions. Those that the statements treat alike are one: the same patterns of actions fit them, the
//! same patterns of resources hold their ARNs, and the keys that are asked about are there or not alike. Of a service that
//! no statement looks into only the kinds of its actions are read.

use super::forms;
use super::key::Test;
use super::sketch::{Constraint, Sketch, Sketcher};
use super::space::{Name, Undecided};
use super::token::{Atom, Token};
use crate::authz::{KeyRow, Presence, claim, may_have_key, presence, request_key};
use crate::aws::{self, Action, ActionKind, ArnTemplate, ConditionKey, ResourceType, Service};
use crate::source::Span;
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeMap;

/// One box for each kind of action that the statements tell apart, as far as those of `allows` ask for it.
pub(super) fn shapes(
    sketcher: &mut Sketcher<'_>,
    keys: &[(usize, Box<str>)],
    allows: &[&Sketch],
) -> Result<Vec<Sketch>, Undecided> {
    let action_place = sketcher.place(Name::Action, Span::default());
    let resource_place = sketcher.place(Name::Resource, Span::default());
    let wanted = Wanted::new(sketcher, action_place, allows);
    let keys = keys.iter().map(|(place, key)| Key::new(*place, key)).collect::<Vec<_>>();
    let resources = Resources::new(sketcher.dimensions[resource_place].asked.atoms());
    let mut kinds = Kinds { keys: &keys, resources: &resources, found: BTreeMap::new() };
    let mut known = FxHashSet::default();
    // Of services that no pattern of resources names, kinds with the same keys are alike.
    let mut seen = FxHashSet::default();
    for service in aws::services() {
        let prefix = service.prefix();
        if wanted.looks_into(prefix) || keys.iter().any(|key| key.is_of(prefix)) {
            kinds.add_all(service, &wanted, &mut known);
        } else if wanted.all_of_others {
            known.extend(&wanted.universal);
            let is_far = !resources.names(service);
            for kind in service.kinds() {
                if !is_far || seen.insert((kind.resource_type().is_some(), kind.keys())) {
                    kinds.add_summary(service, kind, &wanted.universal);
                }
            }
        }
    }
    let (partitions, asked) = (resources.partitions.clone(), resources.atoms.clone());
    let found = std::mem::take(&mut kinds.found);
    let mut sketches = Vec::new();
    for (kind, example) in found {
        let action = sketcher.atom(
            Name::Action,
            Atom::Literal(example.action.to_ascii_lowercase().into()),
            Span::default(),
        )?;
        let forms = example.resource.map_or_else(
            || vec![Atom::Literal("*".into())],
            |resource| forms::of_template(resource, &partitions, &asked),
        );
        let mut sketch = vec![
            (action_place, Constraint::Patterns { atoms: vec![action], not: false }),
            (resource_place, one_of_resources(sketcher, forms)?),
        ];
        for (key, presence) in keys.iter().zip(&kind.presences) {
            match presence {
                Presence::Never => sketch.push((key.place, Constraint::Key(Test::ABSENT))),
                Presence::Always => sketch.push((key.place, Constraint::Key(Test::PRESENT))),
                Presence::Perhaps => {}
            }
        }
        sketches.push(Sketch(sketch));
    }
    sketches.extend(unknown_actions(sketcher, (action_place, resource_place), &wanted, &known)?);
    Ok(sketches)
}

/// A condition key that is asked about.
struct Key {
    place: usize,
    name: Box<str>,
    known: Option<ConditionKey>,
    row: Option<&'static KeyRow>,
    /// The services that know it, if it belongs to some.
    services: Vec<&'static str>,
}

impl Key {
    fn new(place: usize, name: &str) -> Key {
        let known = aws::condition_key(name);
        let services = known.iter().flat_map(ConditionKey::services).collect();
        Key { place, name: name.into(), known, row: request_key(name), services }
    }

    /// Whether some requests to the service have the key that others lack.
    fn is_of(&self, service: &str) -> bool {
        self.services.contains(&service) || self.row.is_some_and(|row| row.names_service(service))
    }

    /// Whether requests for the action have the key, whoever asks. What depends on the caller alone is left to the
    /// shapes of callers.
    fn presence(&self, action: &str, is_listed: bool) -> Presence {
        match self.row {
            _ if !is_listed => Presence::Never,
            Some(row) if row.depends_on_action() => presence(&self.name, None, Some(action)),
            _ => Presence::Perhaps,
        }
    }

    fn on_action(
        &self,
        action: &Action,
        lower_name: &str,
        kind: Option<&ResourceType>,
    ) -> Presence {
        let kind = kind.map(ResourceType::name);
        let is_listed = self.known.is_none() || may_have_key(action, kind, &self.name);
        self.presence(lower_name, is_listed)
    }

    /// The same for a service to which the key does not belong.
    fn on_kind(&self, lower_name: &str, kind: &ActionKind) -> Presence {
        let is_listed = self.known.is_none_or(|key| match key.is_listed_per_action() {
            true => kind.supports(key.name),
            false => key.is_global(),
        });
        let is_also = || self.row.is_some_and(|row| row.is_also_with(lower_name));
        self.presence(lower_name, is_listed || claim(&self.name).is_some() || is_also())
    }
}

/// What the statements tell apart about an action.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Kind {
    /// The patterns of actions that fit it.
    fitting: Vec<u32>,
    resource: ResourceKind,
    /// The ARNs, where patterns tell them apart.
    own: Option<ArnTemplate>,
    /// For each key that is asked about.
    presences: Vec<Presence>,
}

/// The resource of an action, as far as the patterns of resources tell it apart.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum ResourceKind {
    /// The action has none.
    None,
    /// Each of these patterns fits all its ARNs, and no other fits any.
    Alike(Vec<u32>),
    /// Some pattern fits some of its ARNs.
    Apart,
}

/// An action of a kind, on a resource of a type.
struct Example {
    action: String,
    resource: Option<ArnTemplate>,
}

struct Kinds<'k> {
    keys: &'k [Key],
    resources: &'k Resources,
    found: BTreeMap<Kind, Example>,
}

impl Kinds<'_> {
    /// Looks at each action of a service.
    fn add_all(&mut self, service: &'static Service, wanted: &Wanted, known: &mut FxHashSet<u32>) {
        for action in service.actions() {
            let name = format!("{}:{}", service.prefix(), action.name());
            let lower = name.to_ascii_lowercase();
            let fitting = wanted.fitting(&lower);
            known.extend(&fitting);
            if !wanted.asks_for(&fitting) {
                continue;
            }
            if action.is_resourceless() {
                self.add(&name, &fitting, None, |key| key.on_action(action, &lower, None));
            }
            for kind in action.resource_types() {
                for template in kind.arns() {
                    let presence = |key: &Key| key.on_action(action, &lower, Some(kind));
                    self.add(&name, &fitting, Some(template), presence);
                }
            }
        }
    }

    /// Looks at a kind of actions of a service only: the same patterns fit all its actions.
    fn add_summary(&mut self, service: &'static Service, kind: &ActionKind, fitting: &[u32]) {
        let name = format!("{}:{}", service.prefix(), kind.example());
        let lower = name.to_ascii_lowercase();
        let presence = |key: &Key| key.on_kind(&lower, kind);
        match kind.resource_type() {
            None => self.add(&name, fitting, None, presence),
            Some(resource) => resource
                .arns()
                .for_each(|template| self.add(&name, fitting, Some(template), presence)),
        }
    }

    fn add(
        &mut self,
        action: &str,
        fitting: &[u32],
        resource: Option<ArnTemplate>,
        presence: impl Fn(&Key) -> Presence,
    ) {
        let kind = resource.map_or(ResourceKind::None, |own| self.resources.kind(own));
        let kind = Kind {
            fitting: fitting.to_vec(),
            own: resource.filter(|_| kind == ResourceKind::Apart),
            resource: kind,
            presences: self.keys.iter().map(presence).collect(),
        };
        let example = || Example { action: action.to_owned(), resource };
        self.found.entry(kind).or_insert_with(example);
    }
}

/// The patterns of resources, by what they say of the service.
pub(super) struct Resources {
    atoms: Vec<Atom>,
    partitions: Vec<&'static str>,
    /// Those that fit everything.
    universal: Vec<u32>,
    /// Those that spell out the service.
    by_service: FxHashMap<String, Vec<u32>>,
    /// All others.
    open: Vec<u32>,
}

impl Resources {
    pub(super) fn new(atoms: &[Atom]) -> Resources {
        let mut found = Resources {
            atoms: atoms.to_vec(),
            partitions: forms::partitions(atoms),
            universal: Vec::new(),
            by_service: FxHashMap::default(),
            open: Vec::new(),
        };
        for (number, atom) in (0..).zip(atoms) {
            match (atom, forms::service_of(atom)) {
                (Atom::Nothing, _) => {}
                (Atom::Prefix(start), _) if start.is_empty() => found.universal.push(number),
                (_, Some(service)) => found.by_service.entry(service).or_default().push(number),
                (_, None) => found.open.push(number),
            }
        }
        found
    }

    /// Whether some pattern may spell out ARNs that the actions of a service work on, or tell them apart otherwise.
    fn names(&self, service: &Service) -> bool {
        !self.open.is_empty() || self.by_service.keys().any(|named| service.may_have_arns_of(named))
    }

    /// The resources of a type, or of actions without one.
    pub(super) fn kind_of(&self, kind: Option<&ResourceType>) -> ResourceKind {
        let Some(kind) = kind else { return ResourceKind::None };
        let mut kinds = kind.arns().map(|template| self.kind(template));
        let first = kinds.next().unwrap_or(ResourceKind::Apart);
        if kinds.all(|other| other == first) { first } else { ResourceKind::Apart }
    }

    fn kind(&self, template: ArnTemplate) -> ResourceKind {
        let service = template.text().split(':').nth(2).unwrap_or_default();
        let named = self.by_service.get(service).into_iter().flatten();
        let mut near = named.chain(&self.open).peekable();
        if near.peek().is_none() && !service.contains("${") {
            return ResourceKind::Alike(self.universal.clone());
        }
        if service.contains("${") {
            return ResourceKind::Apart;
        }
        let forms = forms::of_template(template, &self.partitions, &self.atoms);
        let mut fitting = self.universal.clone();
        for number in near {
            let atom = &self.atoms[*number as usize];
            if forms.iter().all(|form| atom.includes(form)) {
                fitting.push(*number);
            } else if forms.iter().any(|form| atom.may_meet(form)) {
                return ResourceKind::Apart;
            }
        }
        fitting.sort_unstable();
        ResourceKind::Alike(fitting)
    }
}

/// The patterns of actions.
struct Wanted {
    /// Every statement that allows asks for these: the patterns, or all but some.
    asked: FxHashSet<u32>,
    /// Whether some statement that allows asks for all, or all but some.
    all: bool,
    /// Whether some statement that allows asks for actions of services that no pattern looks into.
    all_of_others: bool,
    literals: FxHashMap<Box<str>, u32>,
    wild: Vec<(u32, Atom)>,
    /// Those that fit everything.
    universal: Vec<u32>,
    /// The services that some pattern spells out.
    services: FxHashSet<String>,
    /// Whether some pattern may fit some actions of a service and not others, whatever the service.
    looks_everywhere: bool,
    /// Patterns that spell out a known service.
    of_known: Vec<u32>,
}

impl Wanted {
    fn new(sketcher: &Sketcher<'_>, place: usize, allows: &[&Sketch]) -> Wanted {
        let is_positive = |constraint: &&Constraint| {
            matches!(constraint, Constraint::Patterns { not: false, .. })
        };
        let has_list = |sketch: &&Sketch| sketch.on(place).any(|own| is_positive(&own));
        let lists = allows.iter().flat_map(|sketch| sketch.on(place)).filter(is_positive);
        let mut wanted = Wanted {
            asked: lists.flat_map(Constraint::atoms).copied().collect(),
            all: !allows.iter().all(has_list),
            all_of_others: false,
            literals: FxHashMap::default(),
            wild: Vec::new(),
            universal: Vec::new(),
            services: FxHashSet::default(),
            looks_everywhere: false,
            of_known: Vec::new(),
        };
        for (number, atom) in (0..).zip(sketcher.dimensions[place].asked.atoms()) {
            wanted.add(number, atom);
        }
        wanted.all_of_others =
            wanted.all || wanted.universal.iter().any(|own| wanted.asked.contains(own));
        wanted
    }

    fn add(&mut self, number: u32, atom: &Atom) {
        match atom {
            Atom::Nothing => return,
            Atom::Literal(text) => drop(self.literals.insert(text.clone(), number)),
            Atom::Prefix(start) if start.is_empty() => {
                self.universal.push(number);
                self.wild.push((number, atom.clone()));
                return;
            }
            atom => self.wild.push((number, atom.clone())),
        }
        match atom.start().split_once(':') {
            Some((service, _)) => {
                if aws::service(service).is_some() {
                    self.of_known.push(number);
                }
                self.services.insert(service.to_owned());
            }
            None => self.looks_everywhere = true,
        }
    }

    /// Whether some pattern may fit some actions of the service and not others.
    fn looks_into(&self, service: &str) -> bool {
        self.looks_everywhere || self.services.contains(service)
    }

    /// The patterns that fit an action, sorted.
    fn fitting(&self, action: &str) -> Vec<u32> {
        let wild =
            self.wild.iter().filter(|(_, atom)| atom.fits(action)).map(|(number, _)| *number);
        let mut fitting = wild.chain(self.literals.get(action).copied()).collect::<Vec<_>>();
        fitting.sort_unstable();
        fitting
    }

    /// Whether some statement that allows may ask for an action that these patterns fit.
    fn asks_for(&self, fitting: &[u32]) -> bool {
        self.all || fitting.iter().any(|number| self.asked.contains(number))
    }
}

/// The resources that a request for an action of which nothing is known may have: any ARN, or none.
pub(super) fn any_resource(
    sketcher: &mut Sketcher<'_>,
    place: usize,
) -> Result<Constraint, Undecided> {
    let partitions = forms::partitions(sketcher.dimensions[place].asked.atoms());
    let mut forms = forms::of_any_resource(&partitions);
    forms.push(Atom::Literal("*".into()));
    one_of_resources(sketcher, forms)
}

/// The resources that one of these patterns fits.
pub(super) fn one_of_resources(
    sketcher: &mut Sketcher<'_>,
    forms: Vec<Atom>,
) -> Result<Constraint, Undecided> {
    let numbers =
        forms.into_iter().map(|form| sketcher.atom(Name::Resource, form, Span::default()));
    let mut atoms = numbers.collect::<Result<Vec<_>, _>>()?;
    atoms.sort_unstable();
    atoms.dedup();
    Ok(Constraint::Patterns { atoms, not: false })
}

/// Actions of services that the data lacks, and names that it lacks of those that it has: on any ARN, with any keys.
fn unknown_actions(
    sketcher: &mut Sketcher<'_>,
    (action_place, resource_place): (usize, usize),
    wanted: &Wanted,
    known: &FxHashSet<u32>,
) -> Result<Vec<Sketch>, Undecided> {
    let span = Span::default();
    let any_resource = any_resource(sketcher, resource_place)?;
    let on_any = || (resource_place, any_resource.clone());
    let mut sketches = Vec::new();
    if wanted.all_of_others || wanted.looks_everywhere {
        // Services that no pattern looks into are here too: what holds for their actions holds for unknown ones.
        let named = wanted.services.iter().filter(|service| aws::service(service).is_some());
        let mut prefixes =
            named.map(|service| Atom::Prefix(format!("{service}:").into())).collect::<Vec<_>>();
        if wanted.looks_everywhere {
            let all = aws::services().map(|service| format!("{}:", service.prefix()));
            prefixes = all.map(|start| Atom::Prefix(start.into())).collect();
        }
        let any = [
            Token::OneInWord,
            Token::RunInWord,
            Token::Char(':'),
            Token::OneInSegment,
            Token::RunInSegment,
        ];
        let any =
            sketcher.atom(Name::Action, Atom::Tokens { tokens: any.into(), open: None }, span)?;
        let mut atoms = prefixes
            .into_iter()
            .map(|atom| sketcher.atom(Name::Action, atom, span))
            .collect::<Result<Vec<_>, _>>()?;
        atoms.sort_unstable();
        sketches.push(Sketch(vec![
            (action_place, Constraint::Patterns { atoms, not: true }),
            (action_place, Constraint::Patterns { atoms: vec![any], not: false }),
            on_any(),
        ]));
    }
    let unknown = wanted.of_known.iter().filter(|number| !known.contains(number)).copied();
    let mut unknown = unknown.collect::<Vec<_>>();
    unknown.extend(wanted.of_unknown_services());
    unknown.sort_unstable();
    unknown.dedup();
    if !unknown.is_empty() {
        sketches.push(Sketch(vec![
            (action_place, Constraint::Patterns { atoms: unknown, not: false }),
            on_any(),
        ]));
    }
    Ok(sketches)
}

impl Wanted {
    /// Patterns that spell out a service the data lacks.
    fn of_unknown_services(&self) -> impl Iterator<Item = u32> + '_ {
        let literal = self.literals.iter().map(|(text, number)| (*number, text.to_string()));
        let wild = self.wild.iter().map(|(number, atom)| (*number, atom.start()));
        literal.chain(wild).filter_map(|(number, start)| {
            let (service, _) = start.split_once(':')?;
            aws::service(service).is_none().then_some(number)
        })
    }
}
