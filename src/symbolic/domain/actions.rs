//! The possible actions, with their resources and the presence of keys, as constraints.

use super::kinds::{FoundKinds, LastKinds};
use super::resources::Resources;
use super::wanted::Wanted;
use crate::authz::Presence;
use crate::source::Span;
use crate::symbolic::boxes::{Constraint, Constraints, Encoder, Name, Test};
use crate::symbolic::text::{Atom, Symbol, Together, forms};
use crate::symbolic::undecided::Undecided;

/// One box for each kind of action that the statements distinguish, as far as those of `allows` ask for it.
pub(crate) fn shapes(
    encoder: &mut Encoder<'_>,
    keys: &[(usize, Box<str>)],
    allows: &[&Constraints],
    (last, budget): (&LastKinds, &Together),
) -> Result<Vec<Constraints>, Undecided> {
    let action_place = encoder.place(Name::Action, Span::default());
    let resource_place = encoder.place(Name::Resource, Span::default());
    let wanted = Wanted::new(encoder, action_place, allows);
    let resources = Resources::new(encoder.dimensions[resource_place].tests.atoms());
    let found = last.kinds(wanted, resources, keys, budget);
    let mut statements = Vec::new();
    for kind in &found.kinds {
        let action = Atom::Literal(kind.action.clone());
        let action = encoder.atom(Name::Action, action, Span::default())?;
        let mut constraints = vec![
            (action_place, Constraint::Patterns { atoms: vec![action], not: false }),
            (resource_place, one_of_resources(encoder, kind.resources.iter().cloned())?),
        ];
        for ((place, _), presence) in keys.iter().zip(&kind.presences) {
            match presence {
                Presence::Never => constraints.push((*place, Constraint::Key(Test::ABSENT))),
                Presence::Always => constraints.push((*place, Constraint::Key(Test::PRESENT))),
                Presence::Perhaps => {}
            }
        }
        statements.push(Constraints(constraints));
    }
    statements.extend(unknown_actions(encoder, (action_place, resource_place), &found)?);
    Ok(statements)
}

/// The resources of a request for an unknown action: any ARN, or none.
pub(crate) fn any_resource(
    encoder: &mut Encoder<'_>,
    place: usize,
) -> Result<Constraint, Undecided> {
    let partitions = forms::partitions(encoder.dimensions[place].tests.atoms());
    let mut forms = forms::of_any_resource(&partitions);
    forms.push(Atom::Literal("*".into()));
    one_of_resources(encoder, forms)
}

/// The resources that one of these patterns fits.
pub(crate) fn one_of_resources(
    encoder: &mut Encoder<'_>,
    forms: impl IntoIterator<Item = Atom>,
) -> Result<Constraint, Undecided> {
    Ok(Constraint::Patterns { atoms: numbers(encoder, Name::Resource, forms)?, not: false })
}

/// The numbers of patterns of a dimension, sorted.
pub(crate) fn numbers(
    encoder: &mut Encoder<'_>,
    name: Name,
    atoms: impl IntoIterator<Item = Atom>,
) -> Result<Vec<u32>, Undecided> {
    let numbers = atoms.into_iter().map(|atom| encoder.atom(name.clone(), atom, Span::default()));
    let mut numbers = numbers.collect::<Result<Vec<_>, _>>()?;
    numbers.sort_unstable();
    numbers.dedup();
    Ok(numbers)
}

/// Actions of services that the data lacks, and names that it lacks of those that it has: on any ARN, with any keys.
fn unknown_actions(
    encoder: &mut Encoder<'_>,
    (action_place, resource_place): (usize, usize),
    found: &FoundKinds,
) -> Result<Vec<Constraints>, Undecided> {
    let any_resource = any_resource(encoder, resource_place)?;
    let on_any = || (resource_place, any_resource.clone());
    let mut statements = Vec::new();
    if let Some(known) = found.wanted.services_to_leave_out() {
        let name = [
            Symbol::OneInWord,
            Symbol::RunInWord,
            Symbol::Char(':'),
            Symbol::OneInSegment,
            Symbol::RunInSegment,
        ];
        let any = [Atom::Symbols { symbols: name.into(), open: None }];
        let any = numbers(encoder, Name::Action, any)?;
        let known = known.iter().map(|prefix| Atom::Prefix(format!("{prefix}:").into()));
        let known = numbers(encoder, Name::Action, known)?;
        statements.push(Constraints(vec![
            (action_place, Constraint::Patterns { atoms: known, not: true }),
            (action_place, Constraint::Patterns { atoms: any, not: false }),
            on_any(),
        ]));
    }
    let unknown = found.wanted.unknown(&found.known);
    if !unknown.is_empty() {
        let unknown = Constraint::Patterns { atoms: unknown, not: false };
        statements.push(Constraints(vec![(action_place, unknown), on_any()]));
    }
    Ok(statements)
}
