//! Which patterns of a statement the boxes of a region touch.

use crate::authz::Readings;
use crate::model::{Element, Statement};
use crate::source::Span;
use crate::symbolic::boxes::{Name, Partition, Space, resource_atom};
use crate::symbolic::text::{Atom, Style, Variables, ones};
use std::collections::BTreeSet;

/// The places of the patterns that were touched. All of them if the element is a `Not..` element, or if it is not known which.
pub(super) fn touched<T>(
    element: &Element<T>,
    span: impl Fn(&T) -> Span,
    numbers: &BTreeSet<usize>,
) -> Vec<Span> {
    if element.not || numbers.is_empty() {
        return element.patterns.iter().map(span).collect();
    }
    numbers.iter().filter_map(|number| element.patterns.get(*number)).map(span).collect()
}

/// The patterns of the allowing statement, to tell which of them a box touches.
pub(super) struct Patterns {
    actions: Vec<Atom>,
    resources: Vec<Atom>,
}

impl Patterns {
    pub(super) fn new(
        statement: Option<&Statement>,
        readings: &Readings,
        variables: &Variables,
    ) -> Patterns {
        let actions = statement
            .iter()
            .flat_map(|statement| &statement.action)
            .flat_map(|element| &element.patterns);
        let resources = statement
            .iter()
            .flat_map(|statement| &statement.resource)
            .flat_map(|element| &element.patterns);
        Patterns {
            actions: actions
                .map(|pattern| Atom::read(&pattern.pattern, Style::Text, variables))
                .collect(),
            resources: resources
                .map(|pattern| resource_atom(pattern, readings, variables))
                .collect(),
        }
    }

    /// The texts of a class fit the same patterns, so its witness speaks for all.
    pub(super) fn touch(
        &self,
        space: &Space,
        cube: &[u64],
        (actions, resources): (&mut BTreeSet<usize>, &mut BTreeSet<usize>),
    ) {
        for (number, dimension) in space.dimensions.iter().enumerate() {
            let (atoms, touched) = match dimension.name {
                Name::Action => (&self.actions, &mut *actions),
                Name::Resource => (&self.resources, &mut *resources),
                Name::Principal | Name::Key(_) => continue,
            };
            let Partition::Plain(values) = &dimension.partition else { continue };
            for class in ones(space.part(cube, number)) {
                let text = &values.witnesses[class];
                let fitting = (0..atoms.len())
                    .filter(|atom| !touched.contains(atom) && atoms[*atom].fits(text))
                    .collect::<Vec<_>>();
                touched.extend(fitting);
            }
        }
    }
}
