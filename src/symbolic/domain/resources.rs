//! The patterns of resources of some statements, and which ARNs of a type of resource they distinguish.

use crate::aws::{ArnTemplate, ResourceType, Service};
use crate::symbolic::text::{Atom, forms};
use rustc_hash::FxHashMap;

/// The resource of an action, as far as the patterns of resources tell it apart.
#[derive(PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum ResourceKind {
    /// The action has none.
    None,
    /// Each pattern fits all ARNs of a form (a partition and an owner) or none. For each form the patterns that fit, sorted;
    /// equal lists once.
    Alike(Vec<Vec<u32>>),
    /// Some pattern fits some of its ARNs.
    Apart,
}

/// The patterns of resources, by what they say of the service.
#[derive(PartialEq)]
pub(crate) struct Resources {
    pub atoms: Vec<Atom>,
    pub partitions: Vec<&'static str>,
    /// Those that fit everything.
    universal: Vec<u32>,
    /// Those that spell out the service.
    by_service: FxHashMap<String, Vec<u32>>,
    /// All others.
    open: Vec<u32>,
}

impl Resources {
    pub(crate) fn new(atoms: &[Atom]) -> Resources {
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
    pub(crate) fn names(&self, service: &Service) -> bool {
        !self.open.is_empty() || self.by_service.keys().any(|named| service.may_have_arns_of(named))
    }

    /// The resources of a type, or of actions without one.
    pub(crate) fn kind_of(&self, kind: Option<&ResourceType>) -> ResourceKind {
        let Some(kind) = kind else { return ResourceKind::None };
        let mut kinds = kind.arns().map(|template| self.kind(template));
        let first = kinds.next().unwrap_or(ResourceKind::Apart);
        if kinds.all(|other| other == first) { first } else { ResourceKind::Apart }
    }

    pub(crate) fn kind(&self, template: ArnTemplate) -> ResourceKind {
        let service = template.text().split(':').nth(2).unwrap_or_default();
        let named = self.by_service.get(service).into_iter().flatten();
        let mut near = named.chain(&self.open).peekable();
        if service.contains("${") {
            return ResourceKind::Apart;
        }
        if near.peek().is_none() {
            return ResourceKind::Alike(vec![self.universal.clone()]);
        }
        let near = near.collect::<Vec<_>>();
        let forms = forms::of_template(template, &self.partitions, &self.atoms);
        let alike = forms.iter().map(|form| self.fitting(&near, form)).collect::<Option<Vec<_>>>();
        let Some(mut alike) = alike else { return ResourceKind::Apart };
        alike.sort_unstable();
        alike.dedup();
        ResourceKind::Alike(alike)
    }

    /// The patterns that fit all ARNs of a form; `None` if one of those `near` may fit some of them only.
    fn fitting(&self, near: &[&u32], form: &Atom) -> Option<Vec<u32>> {
        let mut fitting = self.universal.clone();
        for number in near {
            let atom = &self.atoms[**number as usize];
            if atom.includes(form) {
                fitting.push(**number);
            } else if atom.may_meet(form) {
                return None;
            }
        }
        fitting.sort_unstable();
        Some(fitting)
    }
}
