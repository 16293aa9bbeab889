//! A cell: a part of the possible requests in which the form of the resource, the keys that can be there, the layers that bind and the
//! formula by which they combine are constant. One of its requests stands for all, except for what patterns look at.

use super::actions::{any_resource, numbers, one_of_resources};
use super::is_possible;
use crate::authz::{Caller, CallerKind, Context, ContextValue, Request};
use crate::aws::ResourceType;
use crate::model::{ActionPattern, Pattern, Policy, Statement};
use crate::source::Span;
use crate::symbolic::boxes::{
    Constraint, Constraints, Encoder, Fits, Name, Sample, Test, resource_atom,
};
use crate::symbolic::text::{Atom, Style, Variables, forms};
use crate::symbolic::undecided::Undecided;
use std::collections::{BTreeMap, BTreeSet};

/// Requests that one search looks through.
#[derive(Clone, Debug)]
pub(crate) struct Cell {
    /// The actions, as AWS writes them.
    pub actions: Vec<String>,
    pub resource_type: Option<&'static str>,
    /// The type itself; resources of an action that the data lacks have any form.
    pub kind: Option<&'static ResourceType>,
    /// Whether the data lacks the action.
    pub is_unknown: bool,
    pub limits: Vec<Limit>,
    pub keys: Vec<(String, KeyForm)>,
    /// One of its requests.
    pub template: Request,
    /// Keys whose value is known, or that are absent.
    pub pinned: BTreeMap<String, Option<ContextValue>>,
    /// The account that owns the resources, if the question says so.
    pub account: Option<String>,
    /// The kinds of callers that can have the policies.
    pub askers: Vec<CallerKind>,
    /// The patterns that ask for its actions and resources.
    pub asked: (Vec<Pattern>, Vec<Pattern>),
}

/// Patterns of actions or of resources. One of them fits; if the limit is negated, none does.
#[derive(Clone, Debug)]
pub(crate) struct Limit {
    pub name: Name,
    pub atoms: Vec<Atom>,
    pub not: bool,
}

/// What a key must be.
#[derive(Clone, Debug)]
pub(crate) enum KeyForm {
    /// Any.
    Present,
    /// This pattern fits.
    Like(Atom),
    /// This pattern does not fit, or the key is absent.
    Unlike(Atom),
}

impl Cell {
    /// The cell as a box, in a space that holds these policies.
    pub(crate) fn constraints(
        &self,
        encoder: &mut Encoder<'_>,
        policies: &[&Policy],
    ) -> Result<Constraints, Undecided> {
        let mut all = Vec::new();
        for Limit { name, atoms, not } in &self.limits {
            let place = encoder.place(name.clone(), Span::default());
            let atoms = numbers(encoder, name.clone(), atoms.iter().cloned())?;
            all.push((place, Constraint::Patterns { atoms, not: *not }));
        }
        for (key, form) in &self.keys {
            let name = Name::Key(key.as_str().into());
            let place = encoder.place(name.clone(), Span::default());
            all.push((place, Constraint::Key(form.test(encoder, name)?)));
        }
        if let Some(kind) = self.kind {
            let forms = forms::of_resource(kind, &self.resource_atoms(encoder, policies));
            let place = encoder.place(Name::Resource, Span::default());
            all.push((place, one_of_resources(encoder, forms)?));
        } else if self.is_unknown {
            let place = encoder.place(Name::Resource, Span::default());
            all.push((place, any_resource(encoder, place)?));
        }
        Ok(Constraints(all))
    }

    /// Whether a statement may be about an action of the cell, by its patterns of actions.
    pub(crate) fn may_concern(&self, statement: &Statement) -> bool {
        let Some(element) = statement.action.as_ref().filter(|element| !element.not) else {
            return true;
        };
        let fits = |pattern: &ActionPattern| {
            let atom = Atom::read(&pattern.pattern, Style::Text, &Variables::default());
            let is_own = |action: &String| atom.fits(&action.to_ascii_lowercase());
            pattern.doubt.is_some() || self.actions.iter().any(is_own)
        };
        self.is_unknown || element.patterns.iter().any(fits)
    }

    /// The patterns of resources of the policies and of the cell: the ARNs of a type are cut by the partitions that these tell apart.
    fn resource_atoms(&self, encoder: &Encoder<'_>, policies: &[&Policy]) -> Vec<Atom> {
        let statements = policies.iter().flat_map(|policy| &policy.statements);
        let elements = statements.filter_map(|statement| statement.resource.as_ref());
        let patterns = elements.flat_map(|element| &element.patterns);
        let good = patterns.filter(|pattern| pattern.doubt.is_none());
        let atoms = good.map(|pattern| resource_atom(pattern, encoder.readings, encoder.variables));
        let own = self.limits.iter().filter(|limit| limit.name == Name::Resource);
        atoms.chain(own.flat_map(|limit| limit.atoms.iter().cloned())).collect()
    }

    /// The values that the cell gives to variables. A key with several values fills in nothing, as if it were absent.
    pub(crate) fn variables(&self, policies: &[&Policy]) -> Variables {
        let statements = policies.iter().flat_map(|policy| &policy.statements);
        let filled = statements.flat_map(Statement::variables).map(|variable| &*variable.key);
        let filled = filled.collect::<BTreeSet<_>>();
        let mut variables = Variables::default();
        for (key, value) in &self.pinned {
            match value {
                Some(ContextValue::One(text)) => variables.set(key, Some(text.clone())),
                _ if filled.contains(key.as_str()) => variables.set(key, None),
                _ => {}
            }
        }
        let mut variables = of_forms(variables, policies);
        for (key, form) in &self.keys {
            if let KeyForm::Like(atom) = form {
                let mut symbols = Vec::new();
                atom.append_symbols(&mut symbols);
                variables = variables.with_form(key, symbols);
            }
        }
        variables
    }

    /// A request of a known caller; `None` if there is no such request.
    pub(crate) fn request_by(&self, caller: &Caller, sample: &Sample) -> Option<Request> {
        let (action, resource) = self.action_and_resource(sample)?;
        let (account, context) = (self.account.as_deref(), self.context(sample));
        let request = Request::new(caller.clone(), &action, &resource, account, context).ok()?;
        request.check_given().is_ok().then_some(request)
    }

    /// A request of whoever asks; `None` if there is no such request.
    pub(crate) fn request(&self, sample: &Sample) -> Option<Request> {
        let (action, resource) = self.action_and_resource(sample)?;
        let context = self.context(sample);
        let sample = Sample { context: context.clone(), ..sample.clone() };
        is_possible(&sample, &self.askers).then(|| Request {
            caller: sample.caller(),
            action,
            resource,
            context,
            ..self.template.clone()
        })
    }

    fn action_and_resource(&self, sample: &Sample) -> Option<(String, String)> {
        let action = sample.action.as_ref().unwrap_or(&self.template.action);
        let resource = sample.resource.as_ref().unwrap_or(&self.template.resource);
        let is_of_kind = self.kind.is_none_or(|kind| kind.matches(resource));
        is_of_kind.then(|| (action.clone(), resource.clone()))
    }

    fn context(&self, sample: &Sample) -> Context {
        let mut context = sample.context.clone();
        for (key, value) in &self.pinned {
            match value {
                Some(value) => context.set(key, value.clone()),
                None => context.remove(key),
            }
        }
        context
    }

    /// Whether a request of its kind of resource is within its limits.
    pub(crate) fn holds(&self, request: &Request) -> bool {
        let fits = |limit: &Limit| {
            let text = if limit.name == Name::Action { &request.action } else { &request.resource };
            limit.atoms.iter().any(|atom| atom.fits(text)) != limit.not
        };
        let mut keys = self.keys.iter();
        self.limits.iter().all(fits)
            && keys.all(|(key, form)| form.admits(request.context.get(key)))
    }
}

/// What is known of variables, with what the values of those look like that are not known.
pub(crate) fn of_forms(known: Variables, policies: &[&Policy]) -> Variables {
    let statements = policies.iter().flat_map(|policy| &policy.statements);
    let keys = statements.flat_map(Statement::variables).map(|variable| &*variable.key);
    let forms = keys.filter_map(|key| Some((key, forms::of_key(key)?)));
    forms.fold(known, |known, (key, form)| known.with_form(key, form))
}

impl KeyForm {
    fn test(&self, encoder: &mut Encoder<'_>, name: Name) -> Result<Test, Undecided> {
        let (atom, negated) = match self {
            KeyForm::Present => return Ok(Test::PRESENT),
            KeyForm::Like(atom) => (atom, false),
            KeyForm::Unlike(atom) => (atom, true),
        };
        let atoms = numbers(encoder, name, [atom.clone()])?;
        Ok(Test::Fits(Fits { absent: negated, ..Fits::one_of(atoms, negated) }))
    }

    fn admits(&self, value: Option<&ContextValue>) -> bool {
        let fits = |atom: &Atom| {
            value.is_some_and(|value| value.as_slice().iter().any(|text| atom.fits(text)))
        };
        match self {
            KeyForm::Present => value.is_some(),
            KeyForm::Like(atom) => fits(atom),
            KeyForm::Unlike(atom) => !fits(atom),
        }
    }
}
