//! The patterns of actions of some statements, and which actions they fit.

use crate::aws;
use crate::aws::Service;
use crate::symbolic::boxes::{Constraint, Constraints, Encoder};
use crate::symbolic::text::Atom;
use rustc_hash::{FxHashMap, FxHashSet};

/// The patterns of actions.
#[derive(PartialEq)]
pub(crate) struct Wanted {
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
    pub(crate) fn new(encoder: &Encoder<'_>, place: usize, allows: &[&Constraints]) -> Wanted {
        let is_positive = |constraint: &&Constraint| {
            matches!(constraint, Constraint::Patterns { not: false, .. })
        };
        let has_list =
            |constraints: &&Constraints| constraints.on(place).any(|own| is_positive(&own));
        let lists = allows.iter().flat_map(|constraints| constraints.on(place)).filter(is_positive);
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
        for (number, atom) in (0..).zip(encoder.dimensions[place].tests.atoms()) {
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
    pub(crate) fn looks_into(&self, service: &str) -> bool {
        self.looks_everywhere || self.services.contains(service)
    }

    /// How many patterns are held against each action.
    pub(crate) fn len(&self) -> usize {
        self.wild.len()
    }

    /// Fills `fitting` with the patterns that fit an action, sorted.
    pub(crate) fn fitting(&self, action: &str, fitting: &mut Vec<u32>) {
        let wild = self.wild.iter().filter(|(_, atom)| atom.fits(action));
        fitting.clear();
        fitting.extend(wild.map(|(number, _)| *number).chain(self.literals.get(action).copied()));
        fitting.sort_unstable();
    }

    /// Whether some statement that allows may ask for an action that these patterns fit.
    pub(crate) fn asks_for(&self, fitting: &[u32]) -> bool {
        self.all || fitting.iter().any(|number| self.asked.contains(number))
    }

    /// The patterns that fit everything.
    pub(crate) fn universal(&self) -> &[u32] {
        &self.universal
    }

    /// Whether some statement that allows asks for actions of services that no pattern looks into.
    pub(crate) fn asks_for_all_services(&self) -> bool {
        self.all_of_others
    }

    /// The known services whose actions are not those of unknown ones, where unknown ones are asked for. Services that no
    /// pattern looks into are not among them: what holds for their actions holds for unknown ones.
    pub(crate) fn services_to_leave_out(&self) -> Option<Vec<&str>> {
        if self.looks_everywhere {
            return Some(aws::services().map(Service::prefix).collect());
        }
        let named = self.services.iter().map(String::as_str);
        self.all_of_others.then(|| named.filter(|name| aws::service(name).is_some()).collect())
    }

    /// The patterns that spell out a service the data lacks, or fit no action that is `known`.
    pub(crate) fn unknown(&self, known: &FxHashSet<u32>) -> Vec<u32> {
        let mut unknown = self.of_unknown_services().collect::<Vec<_>>();
        unknown.extend(self.of_known.iter().filter(|number| !known.contains(number)));
        unknown.sort_unstable();
        unknown.dedup();
        unknown
    }

    fn of_unknown_services(&self) -> impl Iterator<Item = u32> + '_ {
        let literal = self.literals.iter().map(|(text, number)| (*number, text.to_string()));
        let wild = self.wild.iter().map(|(number, atom)| (*number, atom.start()));
        literal.chain(wild).filter_map(|(number, start)| {
            let (service, _) = start.split_once(':')?;
            aws::service(service).is_none().then_some(number)
        })
    }
}
