//! The possible actions, with their resources and the presence of keys, as constraints.

use super::forms;
use super::key::Test;
use super::kinds::{FoundKinds, LastKinds};
use super::resources::Resources;
use super::sketch::{Constraint, Sketch, Sketcher};
use super::space::{Name, Undecided};
use super::token::{Atom, Token};
use super::wanted::Wanted;
use crate::authz::Presence;
use crate::source::Span;

/// One box for each kind of action that the statements distinguish, as far as those of `allows` ask for it.
pub(super) fn shapes(
    sketcher: &mut Sketcher<'_>,
    keys: &[(usize, Box<str>)],
    allows: &[&Sketch],
    last: &LastKinds,
) -> Result<Vec<Sketch>, Undecided> {
    let action_place = sketcher.place(Name::Action, Span::default());
    let resource_place = sketcher.place(Name::Resource, Span::default());
    let wanted = Wanted::new(sketcher, action_place, allows);
    let resources = Resources::new(sketcher.dimensions[resource_place].asked.atoms());
    let found = last.kinds(wanted, resources, keys);
    let mut sketches = Vec::new();
    for kind in &found.kinds {
        let action = Atom::Literal(kind.action.clone());
        let action = sketcher.atom(Name::Action, action, Span::default())?;
        let mut sketch = vec![
            (action_place, Constraint::Patterns { atoms: vec![action], not: false }),
            (resource_place, one_of_resources(sketcher, kind.resources.iter().cloned())?),
        ];
        for ((place, _), presence) in keys.iter().zip(&kind.presences) {
            match presence {
                Presence::Never => sketch.push((*place, Constraint::Key(Test::ABSENT))),
                Presence::Always => sketch.push((*place, Constraint::Key(Test::PRESENT))),
                Presence::Perhaps => {}
            }
        }
        sketches.push(Sketch(sketch));
    }
    sketches.extend(unknown_actions(sketcher, (action_place, resource_place), &found)?);
    Ok(sketches)
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
    forms: impl IntoIterator<Item = Atom>,
) -> Result<Constraint, Undecided> {
    Ok(Constraint::Patterns { atoms: numbers(sketcher, Name::Resource, forms)?, not: false })
}

/// The numbers of patterns of a dimension, sorted.
pub(super) fn numbers(
    sketcher: &mut Sketcher<'_>,
    name: Name,
    atoms: impl IntoIterator<Item = Atom>,
) -> Result<Vec<u32>, Undecided> {
    let numbers = atoms.into_iter().map(|atom| sketcher.atom(name.clone(), atom, Span::default()));
    let mut numbers = numbers.collect::<Result<Vec<_>, _>>()?;
    numbers.sort_unstable();
    numbers.dedup();
    Ok(numbers)
}

/// Actions of services that the data lacks, and names that it lacks of those that it has: on any ARN, with any keys.
fn unknown_actions(
    sketcher: &mut Sketcher<'_>,
    (action_place, resource_place): (usize, usize),
    found: &FoundKinds,
) -> Result<Vec<Sketch>, Undecided> {
    let any_resource = any_resource(sketcher, resource_place)?;
    let on_any = || (resource_place, any_resource.clone());
    let mut sketches = Vec::new();
    if let Some(known) = found.wanted.services_to_leave_out() {
        let name = [
            Token::OneInWord,
            Token::RunInWord,
            Token::Char(':'),
            Token::OneInSegment,
            Token::RunInSegment,
        ];
        let any = [Atom::Tokens { tokens: name.into(), open: None }];
        let any = numbers(sketcher, Name::Action, any)?;
        let known = known.iter().map(|prefix| Atom::Prefix(format!("{prefix}:").into()));
        let known = numbers(sketcher, Name::Action, known)?;
        sketches.push(Sketch(vec![
            (action_place, Constraint::Patterns { atoms: known, not: true }),
            (action_place, Constraint::Patterns { atoms: any, not: false }),
            on_any(),
        ]));
    }
    let unknown = found.wanted.unknown(&found.known);
    if !unknown.is_empty() {
        let unknown = Constraint::Patterns { atoms: unknown, not: false };
        sketches.push(Sketch(vec![(action_place, unknown), on_any()]));
    }
    Ok(sketches)
}
